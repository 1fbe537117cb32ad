/* SPDX-License-Identifier: Apache-2.0 */
/* The neutraliser and the small helpers. Classes: the rule "strict UTF-8, drop
 * C0 DEL C1, hidden characters become a middle dot, two marks a base". */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "twin/text.h"

#define DOT "\xC2\xB7"
#define BAD "\xEF\xBF\xBD"

struct example {
	const char *in, *out;
	size_t changed;
};

static void check(const struct example *e)
{
	char out[200];
	size_t changed = text_neutralise(out, sizeof out, e->in, strlen(e->in));

	assert_string_equal(out, e->out);
	assert_int_equal(changed, e->changed);
}

static void test_each_class(void **state)
{
	(void)state;
	static const struct example list[] = {
		{"Salle 3, génération ≥ 楽", "Salle 3, génération ≥ 楽", 0},
		{"a\x1b[31mb", "a[31mb", 1}, /* ESC */
		{"a\x1b]52;c;x\x07"
		 "b",
			"a]52;c;xb", 2},     /* OSC 52, BEL */
		{"a\r\n\t\bb\x7f", "ab", 5}, /* C0 and DEL */
		{"a\xC2\x9B"
		 "b\xC2\x85"
		 "c",
			"abc", 2}, /* C1: CSI, NEL */
		{"a\x9B"
		 "b",
			"a" BAD "b", 1},                  /* raw C1 byte */
		{"\xC0\xAF", BAD BAD, 2},                 /* overlong */
		{"\xE0\x80\xAF", BAD BAD BAD, 3},         /* overlong */
		{"\xED\xA0\x80", BAD BAD BAD, 3},         /* surrogate */
		{"\xF4\x90\x80\x80", BAD BAD BAD BAD, 4}, /* > U+10FFFF */
		{"\xFF\xFE", BAD BAD, 2},
		{"a\xC3", "a" BAD, 1}, /* cut */
		{"a\xD8\x9C"
		 "b",
			"a" DOT "b", 1},                       /* U+061C */
		{"a\xE2\x80\x8E\xE2\x80\x8F", "a" DOT DOT, 2}, /* 200E 200F */
		{"a\xE2\x80\xAA\xE2\x80\xAE"
		 "b",
			"a" DOT DOT "b", 2}, /* 202A 202E */
		{"a\xE2\x81\xA6\xE2\x81\xA9"
		 "b",
			"a" DOT DOT "b", 2},                                   /* 2066 2069 */
		{"a\xE2\x80\x8B\xE2\x80\x8D\xE2\x81\xA0", "a" DOT DOT DOT, 3}, /* 200B 200D 2060 */
		{"\xEF\xBB\xBF"
		 "a",
			DOT "a", 1},                                             /* FEFF */
		{"a\xE2\x80\xA8\xE2\x80\xA9", "a" DOT DOT, 2},                   /* 2028 2029 */
		{"a\xF3\xA0\x81\x81", "a" DOT, 1},                               /* tag E0041 */
		{"\xE2\x9A\xA0\xEF\xB8\x8F", "\xE2\x9A\xA0" DOT, 1},             /* FE0F */
		{"\xF3\xA0\x84\x80", DOT, 1},                                    /* E0100 */
		{"\xEE\x80\x80\xF4\x8F\xBF\xBD", DOT DOT, 2},                    /* private use */
		{"e\xCC\x81\xCC\x82\xCC\x83\xCC\x84o", "e\xCC\x81\xCC\x82o", 2}, /* marks */
		{"", "", 0},
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		check(&list[i]);
}

static void test_nul_is_dropped(void **state)
{
	(void)state;
	char out[16];

	assert_int_equal(text_neutralise(out, sizeof out, "a\0b", 3), 1);
	assert_string_equal(out, "ab");
}

static void test_cut_is_clean(void **state)
{
	(void)state;
	char out[8];

	text_neutralise(out, 4, "aé楽", strlen("aé楽"));
	assert_string_equal(out, "aé");
	text_neutralise(out, 1, "abc", 3);
	assert_string_equal(out, "");
	assert_true(text_copy(out, sizeof out, "1234567"));
	assert_false(text_copy(out, sizeof out, "12345678"));
	assert_string_equal(out, "1234567");
	assert_false(text_copy(out, 4, "aé楽"));
	assert_string_equal(out, "aé");
	assert_false(text_copy(out, 3, "a楽"));
	assert_string_equal(out, "a");
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Bytes that make trouble come often, or random bytes would hardly ever form
 * a valid sequence. */
static size_t random_bytes(char *buf, size_t max, uint32_t *seed)
{
	static const char *const bits[] = {"\x1b", "\xE2\x80\xAE", "\xCC\x81", "é", "\xC2\x9B",
		"楽", "\xF3\xA0\x81\x81", "\xED\xA0\x80", "a", "\xE2", "\xEF\xBB\xBF", "\xF0\x9F"};
	size_t n = next_random(seed) % (max - 8), used = 0;

	while (used < n) {
		uint32_t r = next_random(seed);

		if (r & 1) {
			buf[used++] = (char)(r >> 8);
		} else {
			const char *bit = bits[(r >> 8) % (sizeof bits / sizeof *bits)];

			memcpy(buf + used, bit, strlen(bit));
			used += strlen(bit);
		}
	}
	return used;
}

static void check_safe(const char *s)
{
	const char *p = s, *end = s + strlen(s);
	int marks = 0;

	while (p < end) {
		uint32_t cp = text_utf8_next(&p, end);

		assert_true(cp != 0xFFFFFFFFu);
		assert_true(cp >= 0x20 && !(cp >= 0x7F && cp < 0xA0));
		assert_false((cp >= 0x200B && cp <= 0x200F) || (cp >= 0x2028 && cp <= 0x202E));
		assert_false((cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF || cp == 0x061C);
		assert_false(cp >= 0xE0000);
		marks = cp >= 0x300 && cp <= 0x36F ? marks + 1 : 0;
		assert_true(marks <= 2);
	}
}

static void test_idempotent_and_safe_on_random_bytes(void **state)
{
	(void)state;
	uint32_t seed = 2463534242u; /* xorshift32, Marsaglia 2003 */
	char in[160], once[160], twice[160];

	for (int i = 0; i < 20000; i++) {
		size_t n = random_bytes(in, sizeof in, &seed);
		size_t size = 1 + next_random(&seed) % sizeof once;

		text_neutralise(once, size, in, n);
		assert_true(strlen(once) < size);
		check_safe(once);
		assert_int_equal(text_neutralise(twice, size, once, strlen(once)), 0);
		assert_string_equal(twice, once);
	}
}

static void test_utf8_round_trip(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10FFFF; cp += cp < 0x3000 ? 1 : 37) {
		char bytes[4];
		const char *p = bytes;
		size_t n;

		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		n = text_utf8_put(bytes, cp);
		assert_int_equal(text_utf8_next(&p, bytes + n), cp);
		assert_ptr_equal(p, bytes + n);
	}
}

static void test_ids(void **state)
{
	(void)state;
	char longest[66];

	memset(longest, 'a', 65);
	longest[65] = '\0';
	assert_false(text_is_id(longest));
	longest[64] = '\0';
	assert_true(text_is_id(longest));
	assert_true(text_is_id("appt-or2_09.00"));
	assert_false(text_is_id(""));
	assert_false(text_is_id("a/b"));
	assert_false(text_is_id("a+"));
	assert_false(text_is_id("é"));
}

static void test_macs(void **state)
{
	(void)state;
	static const char *const good[] = {
		"AC:23:3f:C0:11:f2", "ac233fc011f2", "AC-23-3F-C0-11-F2", "ac23.3fc0.11f2"};
	static const char *const bad[] = {"", "AC233FC011F", "AC233FC011F22", "AC233FC011G2",
		":AC233FC011F2", "AC233FC011F2:", "AC::233FC011F2", " AC233FC011F2",
		"AC 233FC011F2"};
	char out[13];

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(text_mac(out, good[i]));
		assert_string_equal(out, "AC233FC011F2");
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(text_mac(out, bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_class),
		cmocka_unit_test(test_nul_is_dropped),
		cmocka_unit_test(test_cut_is_clean),
		cmocka_unit_test(test_idempotent_and_safe_on_random_bytes),
		cmocka_unit_test(test_utf8_round_trip),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_macs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
