/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_HTTP_H
#define VIGIE_FEEDS_HTTP_H

/*
 * libcurl multi under libev: requests with a deadline, a byte cap, no redirects
 * followed, only https unless loopback or `insecure`. Who we are goes along: a
 * token is had first, renewed early, and asked for anew once when it is refused
 * (401); it goes to the origin of `base` and nowhere else.
 */

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/auth.h"
#include "feeds/error.h"

struct http;

struct http_options {
	const char *group; /* of the settings below, as messages name them; NULL: "fhir" */
	const char *base;  /* of the FHIR server; NULL: the first URL asked */
	const char *ca_file, *cert_file;
	const char *key_file;     /* 0600, no password; NULL: in cert_file */
	const char *bearer_file;  /* 0600; read at each request */
	struct auth_options auth; /* how a token is had; see feeds/auth.h */
	const char *user_agent;
	bool insecure;
	double deadline_s; /* per request, 0: 20; a token is a request of its own */
	size_t max_bytes;  /* per answer, 0: 8 MiB */
};

struct http_answer {
	int status;       /* 0: no answer, see error */
	bool sent;        /* some of the request went out: it may have been taken */
	const char *body; /* NUL-terminated for convenience */
	size_t len;
	const char *content_type;           /* never NULL */
	const char *etag, *date, *location; /* "" when absent */
	double retry_after_s;               /* < 0: none */
	const char *error;                  /* for people, "" none */
};

typedef void http_done(void *context, const struct http_answer *answer);

/* NULL with err when a setting cannot work; it is named. */
struct http *http_create(
	struct ev_loop *loop, const struct http_options *options, struct error *err);
void http_destroy(struct http *http);
/* 0, or a negative errno and err when http_get would refuse this URL: not http
 * or https, plain text beyond loopback without `insecure`, a user name in it. */
int http_check(const struct http *http, const char *url, struct error *err);
/* Starts a GET. `if_none_match` may be NULL. The answer always comes, from the
 * loop, never from inside this call. Returns 0 or a negative errno with err. */
int http_get(struct http *http, const char *url, const char *if_none_match, http_done *done,
	void *context, struct error *err);
/* What is sent, and the name under which it may come twice: the header
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), NULL none. */
struct http_body {
	const char *type, *text, *idempotency_key;
};
/* Starts a POST; as http_get otherwise. It goes with bearer_file, never with a token
 * that would have to be had first. */
int http_post(struct http *http, const char *url, const struct http_body *body, http_done *done,
	void *context, struct error *err);
/* What changes something out there. */
struct http_change {
	const char *method; /* "POST", "PUT", "PATCH" */
	const char *type, *text;
	const char *if_match;      /* of PUT and PATCH, NULL none */
	const char *if_none_exist; /* of POST: a search that must find nothing; NULL none */
	const char *request_id;    /* X-Request-Id, NULL none */
};
/* Starts it, with the token as http_get. It goes out once: on a connection of its
 * own (curl repeats what a kept one lost), and not again when its token is refused. */
int http_change(struct http *http, const char *url, const struct http_change *change,
	http_done *done, void *context, struct error *err);
/* True when both have the same scheme, host and port (parsed, never prefix). */
bool http_same_origin(const char *a, const char *b);
/* Resolves `link` against `base` into out; false when it cannot be or when it
 * looks scheme-less ("host.example/x"). */
bool http_resolve(const char *base, const char *link, char *out, size_t size);

#endif
