/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/token_json.h"
#include "twin/text.h"

/* Any bytes as each of the three answers on the way to a token: what comes out
 * fits into a header, a URL or a line for people, and never holds the secret. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char secret[] = "s3cret";

static void check_token(const char *body, size_t size)
{
	struct error err = {""};
	char *value = NULL;
	double lifetime = -1;
	if (token_json_read(body, size, &value, &lifetime, &err) < 0) {
		if (err.text[0] == '\0' || value != NULL)
			abort();
		return;
	}
	if (!(lifetime > 0 && lifetime <= 86400) || *value == '\0')
		abort();
	for (const char *p = value; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			abort();
	free(value);
}

static void check_refusal(const char *body, size_t size)
{
	struct token_refusal refusal;
	char again[REFUSAL_WORDS_SIZE];
	token_json_refusal(body, size, secret, &refusal);
	text_neutralise(again, sizeof again, refusal.words, strlen(refusal.words));
	if (strcmp(again, refusal.words) != 0 || strstr(refusal.words, secret) != NULL
		|| strpbrk(refusal.code, " \n\x1b") != NULL)
		abort();
}

static void check_smart(const char *body, size_t size)
{
	struct smart_configuration found;
	struct error err = {""};
	if (token_json_smart(body, size, &found, &err) < 0)
		return;
	if (found.token_url[0] == '\0' || strpbrk(found.token_url, " \r\n") != NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *body = (const char *)data;
	check_token(body, size);
	check_refusal(body, size);
	check_smart(body, size);
	return 0;
}
