/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_TOKEN_WORDS_H
#define VIGIE_FEEDS_TOKEN_WORDS_H

/* A refusal of the token endpoint as a person can act on it. */

#include "feeds/auth.h"
#include "feeds/http.h"

/* "token: CODE: the settings to look at (HTTP 400; clocks apart: its words)",
 * without secrets. Returns whether it was the client that is not known. */
bool token_words(
	const struct auth_options *auth, const struct http_answer *answer, struct error *out);

#endif
