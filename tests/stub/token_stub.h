/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_TOKEN_STUB_H
#define VIGIE_TESTS_TOKEN_STUB_H

/*
 * A FHIR server that wants tokens and the endpoint that gives them, in a thread
 * of the test, on a free port of 127.0.0.1, plain or TLS:
 *   POST /token                                   as the plan says
 *   GET  /fhir/.well-known/smart-configuration    `configuration`, or 404
 *   GET  /fhir/...                                401 without a token that lives
 * Forms are taken apart by libmicrohttpd, not by code of ours.
 */

#include <stdbool.h>

struct token_stub;

struct token_plan {
	int status;       /* 0: 200 */
	const char *body; /* NULL: a fresh token */
	int life_s;       /* expires_in, and what the FHIR side keeps to; 0: 300 */
	int delay_ms;
	const char *header, *value;
	/* Checked when set: wrong ones are 400 or 401 invalid_client. */
	const char *client_id, *secret;
	bool no_basic; /* takes the secret in the form only */
};

struct token_tls {
	const char *cert, *key, *client_ca; /* PEM files; client_ca NULL: not asked for */
};

/* What the last POST brought, decoded. */
struct token_form {
	char grant_type[64], scope[128], client_id[128], client_secret[128];
	char assertion_type[128], assertion[4096];
	char basic_user[128], basic_password[128], content_type[64];
};

struct token_stub *token_stub_start(const struct token_tls *tls); /* NULL: plain */
void token_stub_stop(struct token_stub *stub);
const char *token_stub_base(const struct token_stub *stub);  /* http://127.0.0.1:PORT/fhir */
const char *token_stub_token(const struct token_stub *stub); /* http://127.0.0.1:PORT/token */
void token_stub_plan(struct token_stub *stub, struct token_plan plan);
/* "%ORIGIN%" stands for http://127.0.0.1:PORT. NULL: 404. */
void token_stub_configuration(struct token_stub *stub, const char *json);
/* No token is good any more, those to come excepted (`all`: neither). */
void token_stub_revoke(struct token_stub *stub, bool all);
int token_stub_posts(struct token_stub *stub); /* token requests so far */
int token_stub_good(struct token_stub *stub);  /* FHIR requests with a good token */
int token_stub_bad(struct token_stub *stub);   /* FHIR requests answered 401 */
struct token_form token_stub_form(struct token_stub *stub);
/* The last token given out, "" none. */
void token_stub_last(struct token_stub *stub, char out[64]);

#endif
