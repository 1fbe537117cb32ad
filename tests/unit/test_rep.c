/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "screens/rep.h"

/* Expected streams are written by hand from ECMA-48 8.3.103 (REP: the character
 * before stands n times more). */

struct got {
	char bytes[REP_MOST * 8];
	size_t len;
};

static void keep(void *context, const char *bytes, size_t len)
{
	struct got *got = context;
	assert_true(got->len + len <= sizeof got->bytes);
	memcpy(got->bytes + got->len, bytes, len);
	got->len += len;
}

/* The stream in pieces of `piece` bytes. */
static void feed(struct got *got, const char *in, size_t piece)
{
	struct rep rep = {0};
	size_t len = strlen(in);
	got->len = 0;
	for (size_t at = 0; at < len; at += piece)
		rep_expand(&rep, in + at, len - at < piece ? len - at : piece, keep, got);
	got->bytes[got->len] = '\0';
}

static void test_streams(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"plain, \r\n\x07 text", "plain, \r\n\x07 text"},
		/* xterm's rep: %p1%c\E[%p2%{1}%-%db */
		{"a-\x1b[4b|", "a-----|"},
		{" \x1b[10b\x1b[K", "           \x1b[K"},
		{"x\x1b[b!", "xx!"},
		{"x\x1b[0b!", "xx!"},
		/* an attribute between is passed on, and still the dash is repeated */
		{"-\x1b[0;1m\x1b[3b", "-\x1b[0;1m---"},
		{"-\x1b(0\x1b[3b", "-\x1b(0---"},
		{"=\x1b=\x1b[2b", "=\x1b==="},
		/* characters of two, three and four bytes */
		{"\xc3\xa9\x1b[2b", "\xc3\xa9\xc3\xa9\xc3\xa9"},
		{"\xe2\x94\x80\x1b[1b\xe2\x94\x90", "\xe2\x94\x80\xe2\x94\x80\xe2\x94\x90"},
		{"\xf0\x9f\x91\xb6\x1b[1b", "\xf0\x9f\x91\xb6\xf0\x9f\x91\xb6"},
		/* sequences that only look like it */
		{"a\x1b[?3b\x1b[1;2b\x1b[12B", "a\x1b[?3b\x1b[1;2b\x1b[12B"},
		/* cut by another control: both go on as they came */
		{"a\x1b[3\x1b[2b", "a\x1b[3aa"},
		{"a\x1b[3\rb", "a\x1b[3\rb"},
		/* nothing printed yet: nothing to repeat */
		{"\x1b[9bz", "z"},
		/* longer than any sequence curses writes */
		{"a\x1b[000000000000000000000000000000000000000002b.",
			"a\x1b[000000000000000000000000000000000000000002b."},
	};
	static struct got got;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t piece = 1; piece <= strlen(rows[i].in); piece++) {
			feed(&got, rows[i].in, piece);
			assert_string_equal(got.bytes, rows[i].out);
		}
}

static void test_bound(void **state)
{
	static struct got got;
	(void)state;
	feed(&got, "#\x1b[99999999999999b", 100);
	assert_int_equal(got.len, REP_MOST + 1);
	assert_int_equal(strspn(got.bytes, "#"), REP_MOST + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_bound),
	};
	return cmocka_run_group_tests_name("rep", tests, NULL, NULL);
}
