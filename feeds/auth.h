/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_AUTH_H
#define VIGIE_FEEDS_AUTH_H

/*
 * How vigie says who it is to a FHIR server: OAuth 2.0 client credentials, with
 * a shared secret, or with an assertion signed by our key (SMART App Launch
 * 2.2, Backend Services; RFC 7523). Secrets are read from files of mode 0600,
 * each time they are needed, and are never logged.
 */

/* All NULL: no token is asked for. */
struct auth_options {
	const char *token_url; /* the token endpoint */
	const char *client_id;
	const char *secret_file;    /* client secret, first line; 0600 */
	const char *sign_key;       /* our private key, PEM; 0600: SMART Backend Services */
	const char *sign_key_id;    /* its `kid` in the key set the hospital has */
	const char *sign_algorithm; /* "RS384" | "ES384"; NULL: by the kind of key */
	const char *scope;          /* NULL: "system" read and search */
};

#endif
