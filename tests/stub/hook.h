/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_HOOK_H
#define VIGIE_TESTS_HOOK_H

/*
 * Who receives webhooks: libmicrohttpd in a thread of its own, on a free port of
 * 127.0.0.1, plain or TLS. It writes down all it gets, and answers 200 unless it
 * was told otherwise.
 */

#include <stdbool.h>
#include <stdint.h>

enum { HOOK_LETTERS = 512 };

struct hook_letter {
	int64_t at_ms; /* monotonic */
	char path[64], key[96], type[64], bearer[128];
	char body[1024];
	int status; /* as it was answered */
};

struct hook;

/* Both NULL: plain http. */
struct hook *hook_start(const char *cert, const char *key);
void hook_stop(struct hook *hook);
const char *hook_url(const struct hook *hook); /* ends with /hook */
/* The next `count` are answered so; retry_after NULL: without that header. */
void hook_answer(struct hook *hook, int status, int count, const char *retry_after);
/* Called in the server's thread when a letter was read, before it is answered. */
void hook_before(struct hook *hook, void (*before)(void *context), void *context);
int hook_count(struct hook *hook);
/* Those answered 2xx, each key once. */
int hook_distinct(struct hook *hook);
struct hook_letter hook_letter(struct hook *hook, int n); /* from 0 */

#endif
