/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_HTTP_PRIVATE_H
#define VIGIE_FEEDS_HTTP_PRIVATE_H

/*
 * What the parts of feeds/http share: addresses (http_url.c), TLS (http_tls.c)
 * and single requests (http_send.c). Tokens are one floor above
 * (feeds/token.h), and http.c joins them.
 */

#include <curl/curl.h>

#include "feeds/http.h"

/* 0 and *loopback, or a negative errno and why this URL is not asked. */
int http_url_check(const char *text, bool insecure, bool *loopback, struct error *err);

/* Our certificate and key: there, readable, private, one made for the other. */
int http_tls_check(const struct http_options *options, struct error *err);
void http_tls_set(CURL *easy, const struct http_options *options);
/* What a refused handshake means and what to do about it; false: say curl's. */
bool http_tls_words(
	const struct http_options *options, const char *curl_says, char *out, size_t size);

/* "fhir.ca" of "ca": what messages call a setting. */
enum { HTTP_SETTING_SIZE = 112 };
const char *http_setting(
	const struct http_options *options, const char *name, char out[HTTP_SETTING_SIZE]);

struct http_ask {
	const char *url, *accept;
	const char *if_none_match;   /* NULL: none */
	const char *bearer;          /* NULL: none */
	const char *user, *password; /* Basic; NULL: none */
	const char *form;            /* a POST of this; NULL: a GET */
	const char *type;            /* of the form; NULL: application/x-www-form-urlencoded */
	const char *idempotency_key; /* NULL: none */
	const char *method;          /* of the form; NULL: POST */
	const char *if_match, *if_none_exist, *request_id; /* NULL: none */
	bool once; /* never again by itself, whatever becomes of the connection */
	size_t max_bytes;
};

struct http_line; /* requests under way, on one loop */

/* Borrows the options. */
struct http_line *http_line_open(
	struct ev_loop *loop, const struct http_options *options, struct error *err);
/* The answer comes from the loop, never from inside this call. The texts of
 * `ask` are copied. 0, or a negative errno: no answer will come. */
int http_send(struct http_line *line, const struct http_ask *ask, http_done *done, void *context,
	struct error *err);
/* Nothing is answered after this. Also from inside an answer. */
void http_line_close(struct http_line *line);

#endif
