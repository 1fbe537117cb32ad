/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal's row is input like any other: it may come from a damaged or a
 * foreign file. What decodes must encode to bytes that decode to the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The coder itself, so that the fuzzer instruments it without the rest of src/. */
#include "src/fact_code.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fact fact, again;
	char *text = malloc(size + 1);
	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (fact_decode(&fact, text) == 0) {
		char *first = fact_encode(&fact);
		if (first == NULL || fact_decode(&again, first) != 0)
			abort();
		char *second = fact_encode(&again);
		if (second == NULL || strcmp(first, second) != 0)
			abort();
		free(first);
		free(second);
	}
	free(text);
	return 0;
}
