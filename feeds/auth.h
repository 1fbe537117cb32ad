/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_AUTH_H
#define VIGIE_FEEDS_AUTH_H

/*
 * How vigie says who it is to a FHIR server: OAuth 2.0 client credentials, with
 * a shared secret, or with an assertion signed by our key (SMART App Launch
 * 2.2, Backend Services; RFC 7523). Secrets are read from files of mode 0600,
 * each time they are needed, and are never logged.
 */

#include <stdint.h>

#include "feeds/error.h"

/* Read and search whatever the hospital lets us (SMART App Launch 2.2, scopes v2). */
#define AUTH_SCOPE "system/*.rs"

/* All NULL: no token is asked for. */
struct auth_options {
	const char
		*token_url; /* the token endpoint; NULL: as the base's SMART configuration says */
	const char *client_id;
	const char *secret_file;    /* client secret, first line; 0600 */
	const char *sign_key;       /* our private key, PEM; 0600: SMART Backend Services */
	const char *sign_key_id;    /* its `kid` in the key set the hospital has */
	const char *sign_algorithm; /* "RS384" | "ES384"; NULL: by the kind of key */
	const char *scope;          /* NULL: AUTH_SCOPE; "": none is asked for */
};

/* 0, or a negative errno and err, which names the setting and what to do. */
int auth_check(const struct auth_options *auth, const char *base, const char *bearer_file,
	struct error *err);

/* The assertion for `audience`, the token endpoint: a compact JWS that is good
 * for a few minutes after now_s (Unix time). malloc'd; NULL with err. */
char *auth_assertion(
	const struct auth_options *auth, const char *audience, int64_t now_s, struct error *err);

#endif
