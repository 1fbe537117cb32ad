/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_UNIT_COLLECT_H
#define VIGIE_TESTS_UNIT_COLLECT_H

/* Keeps what a decoder emits, as the JSON lines of `vigie decode`: a test then
 * reads like the manual. Include after cmocka.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/decode_json.h"

enum { COLLECT_MAX = 64 };

struct collect {
	int count;
	char lines[COLLECT_MAX][DECODE_JSON_SIZE];
	struct decoded records[COLLECT_MAX];
};

static inline void collect_emit(void *context, const struct decoded *d)
{
	struct collect *c = context;
	assert_true(c->count < COLLECT_MAX);
	c->records[c->count] = *d;
	size_t len = decode_json(d, c->lines[c->count]);
	assert_int_equal(len, strlen(c->lines[c->count]));
	c->count++;
}

static inline struct collect *collect_new(void)
{
	struct collect *c = calloc(1, sizeof *c);
	assert_non_null(c);
	return c;
}

/* The lines are exactly these; then forgets them. */
static inline void collect_expect_(
	struct collect *c, const char *const *lines, int n, const char *file, int line)
{
	for (int i = 0; i < c->count && i < n; i++)
		if (strcmp(c->lines[i], lines[i]) != 0) {
			print_error("line %d is  %s\nexpected   %s\n", i, c->lines[i], lines[i]);
			_fail(file, line);
		}
	for (int i = n; i < c->count; i++)
		print_error("not expected: %s\n", c->lines[i]);
	for (int i = c->count; i < n; i++)
		print_error("missing: %s\n", lines[i]);
	if (c->count != n)
		_fail(file, line);
	c->count = 0;
}
#define collect_expect(c, ...)                                                                     \
	do {                                                                                       \
		const char *const expected_[] = {__VA_ARGS__};                                     \
		collect_expect_((c), expected_, (int)(sizeof expected_ / sizeof *expected_),       \
			__FILE__, __LINE__);                                                       \
	} while (0)

static inline int collect_refused(const struct collect *c, enum refusal reason)
{
	int n = 0;
	for (int i = 0; i < c->count; i++)
		n += c->records[i].kind == DECODED_REFUSED
		     && c->records[i].refused.reason == reason;
	return n;
}

static inline int collect_kind(const struct collect *c, enum decoded_kind kind)
{
	int n = 0;
	for (int i = 0; i < c->count; i++)
		n += c->records[i].kind == kind;
	return n;
}

static inline size_t unhex(uint8_t *out, const char *hex)
{
	size_t n = strlen(hex) / 2;
	for (size_t i = 0; i < n; i++) {
		char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

#endif
