/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/site_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* libconfig 1.5 forgets its buffer when a string does not end: not ours. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* A site text of any bytes: a site or a message, never anything else. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {""};
	char *text = malloc(size + 1);
	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	struct site *site = site_parse("fuzz", text, &err);
	if (site == NULL && err.text[0] == '\0')
		abort();
	site_free(site);
	free(text);
	return 0;
}
