/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_TOKEN_JSON_H
#define VIGIE_FEEDS_TOKEN_JSON_H

/* The three JSON answers on the way to a token. Text from outside. */

#include <stdbool.h>
#include <stddef.h>

#include "feeds/error.h"

/* RFC 6749 5.1. 0 with *value (malloc'd; wipe it) and *lifetime_s, which is
 * bounded to a day; a negative errno with err when there is no usable token. */
int token_json_read(
	const char *body, size_t len, char **value, double *lifetime_s, struct error *err);

enum { REFUSAL_CODE_SIZE = 48, REFUSAL_WORDS_SIZE = 120 };
struct token_refusal {
	char code[REFUSAL_CODE_SIZE];   /* RFC 6749 5.2: "invalid_client"; "" not such an answer */
	char words[REFUSAL_WORDS_SIZE]; /* the server's own; neutralised, long words masked */
};
/* `secret` (may be NULL) is masked as well, should the server repeat it. */
void token_json_refusal(
	const char *body, size_t len, const char *secret, struct token_refusal *out);

struct smart_configuration {
	char token_url[512];
	bool basic_refused; /* it lists its ways, and client_secret_basic is not one */
};
/* SMART App Launch 2.2, .well-known/smart-configuration. 0, or negative and err. */
int token_json_smart(
	const char *body, size_t len, struct smart_configuration *out, struct error *err);

#endif
