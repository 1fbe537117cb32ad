/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_TOKEN_H
#define VIGIE_FEEDS_TOKEN_H

/*
 * One access token, kept in memory: asked for when somebody wants it, renewed
 * at four fifths of its life while the old one still serves, one request at a
 * time, with a back-off after a failure. It never leaves by an error or a log.
 */

#include "feeds/http_private.h"

struct token;

enum token_state {
	TOKEN_READY,
	TOKEN_COMING, /* `changed` will be called */
	TOKEN_FAILED  /* see token_error; asked again when somebody wants it later */
};

/* Borrows line and options. `changed` comes from the loop, never from inside a
 * call. NULL with err. */
struct token *token_create(struct http_line *line, const struct http_options *options,
	void (*changed)(void *), void *context, struct error *err);
/* Wants one: starts what is needed. READY: *value (borrowed until the next call
 * of the loop) and its number. */
enum token_state token_want(struct token *token, const char **value, unsigned *number);
/* The server refused that one: it is not used again. */
void token_refused(struct token *token, unsigned number);
/* Why there is none: "token: …", without secrets. */
const char *token_error(const struct token *token);
void token_destroy(struct token *token);

#endif
