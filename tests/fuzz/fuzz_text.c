/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

/* Any bytes as a text from outside: what comes out is strict UTF-8 without a
 * control character, fits, and does not change a second time. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_clean(const char *text)
{
	const char *end = text + strlen(text);
	for (const char *p = text; p < end;) {
		uint32_t cp = text_utf8_next(&p, end);
		if (cp == 0xFFFFFFFF || cp < 0x20 || (cp >= 0x7F && cp < 0xA0)
			|| (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = {1, 2, 5, 97, 4096};
	char once[4096];
	char twice[4096];
	char mac[13];
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		text_neutralise(once, sizes[i], (const char *)data, size);
		if (memchr(once, '\0', sizes[i]) == NULL)
			abort();
		check_clean(once);
		text_neutralise(twice, sizes[i], once, strlen(once));
		if (strcmp(once, twice) != 0)
			abort();
	}
	text_mac(mac, once);
	text_is_id(once);
	return 0;
}
