/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/locate_csv.h"
#include "twin/locate_learn.h"

/* Exactly as long as the text, so that a sanitizer sees more. */
static int parse(struct walk *walk, const char *text, struct error *err)
{
	size_t len = strlen(text);
	char *copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, text, len);
	int rc = walk_parse(walk, "x.csv", copy, len, err);
	free(copy);
	return rc;
}

#define QUOTED "ts,x,\"rssi_AC:23:3F\",\"room\"\n\"0\",7,\"-50\",\"a \"\"b\"\"\"\n"

static const struct {
	const char *text, *error; /* "" : it can be read */
} cases[] = {
	{"", "x.csv: no header"},
	{"\n\n", "x.csv: no header"},
	{"ts,rssi_1\n0,-50\n", "x.csv:1: no column room"},
	{"rssi_1,room\n-50,a\n", "x.csv:1: no column ts"},
	{"\n\nts,room\n0,a\n", "x.csv:3: no column rssi_GATEWAY"},
	{"ts,rssi_1,rssi_1,room\n0,-50,,a\n", "x.csv:1: a gateway too many, or twice: rssi_1"},
	{"ts,rssi_1,room\n", "x.csv: no rows below the header"},
	{"ts,rssi_1,room\n0,-50,a\n1,-50\n", "x.csv:3: 2 cells where the header has 3"},
	{"ts,rssi_1,room\n0,-50,a\n\n1,loud,a\n", "x.csv:4: not a signal strength: loud"},
	{"ts,rssi_1,room\n0,-50,\"a\nb\"\n1,loud,a\n", "x.csv:4: not a signal strength: loud"},
	{"ts,rssi_1,room\r0,-50,a\r1,loud,a\r", "x.csv:3: not a signal strength: loud"},
	{"ts,rssi_1,room\nnoon,-50,a\n", "x.csv:2: not a time: noon"},
	{"ts,rssi_1,room\nnan,-50,a\n", "x.csv:2: not a time: nan"},
	{"ts,rssi_1,room\n-5,-50,a\n", "x.csv:2: not a time: -5"},
	{"ts,rssi_1,room\n,-50,a\n", "x.csv:2: not a time"},
	{"ts,rssi_1,room\n0,-50,\"a\n", "x.csv:2: a quote is not closed"},
	{"ts,rssi_1,room\r\n0,-50,a\r\n", ""},
	{"\xEF\xBB\xBFts,rssi_1,room\n0,-50,a", ""},
	{"TS,RSSI_1,Room\n0, -50 , a \n", ""},
	{QUOTED, ""},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct walk walk;
		struct error err = {""};
		int rc = parse(&walk, cases[i].text, &err);
		assert_string_equal(err.text, cases[i].error);
		assert_int_equal(rc == 0, cases[i].error[0] == '\0');
		if (rc == 0) {
			assert_int_equal(walk.count, 1);
			assert_float_equal(walk.levels[0], -50, 0);
		}
		walk_free(&walk);
	}
}

static void test_quoted_room(void **state)
{
	struct walk walk;
	struct error err = {""};
	(void)state;
	assert_int_equal(parse(&walk, QUOTED, &err), 0);
	assert_string_equal(walk.rooms[0], "a \"b\"");
	assert_string_equal(walk.gateways[0], "AC:23:3F");
	walk_free(&walk);
}

/* Rows in any order; what was not heard, and what no radio can measure. */
static void test_order_and_levels(void **state)
{
	struct walk walk;
	struct error err = {""};
	(void)state;
	assert_int_equal(
		parse(&walk, "ts,rssi_1,rssi_2,room\n3,20,-60,b\n1,,nan,a\n2,-127,-70.5,\n", &err),
		0);
	assert_int_equal(walk.count, 3);
	assert_int_equal(walk.at_ms[0], 1000);
	assert_int_equal(walk.at_ms[2], 3000);
	assert_float_equal(walk.levels[0], LESSON_UNHEARD, 0);
	assert_float_equal(walk.levels[1], LESSON_UNHEARD, 0);
	assert_float_equal(walk.levels[2], LESSON_UNHEARD, 0);
	assert_float_equal(walk.levels[3], -70.5, 0);
	assert_float_equal(walk.levels[5], -60, 0);
	assert_int_equal(walk.bad_levels, 2);
	assert_int_equal(walk.room[1], -1);
	assert_string_equal(walk.rooms[walk.room[0]], "a");
	walk_free(&walk);
}

/* The same 1/3 s in s, ms, us and ns since 1970, and in ns since the start. */
static void test_units(void **state)
{
	static const char *const times[][2] = {
		{"1627997452.227", "1627997452.560"},
		{"1627997452227", "1627997452560"},
		{"1627997452227000", "1627997452560000"},
		{"1.627997452227e+18", "1.627997452560e+18"},
		{"0", "333000000"},
		{"0", "0.333"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct walk walk;
		struct error err = {""};
		char text[128];
		snprintf(text, sizeof text, "ts,rssi_1,room\n%s,-50,a\n%s,-50,a\n", times[i][0],
			times[i][1]);
		assert_int_equal(parse(&walk, text, &err), 0);
		assert_int_equal(walk.at_ms[1] - walk.at_ms[0], 333);
		walk_free(&walk);
	}
}

static void test_nul_and_no_file(void **state)
{
	struct walk walk;
	struct error err = {""};
	char text[] = "ts,rssi_1,room\n0,-5\0,a\n";
	(void)state;
	assert_true(walk_parse(&walk, "x.csv", text, sizeof text - 1, &err) < 0);
	assert_string_equal(err.text, "x.csv:2: a NUL byte: not a text");
	walk_free(&walk);
	assert_true(walk_parse(&walk, "x.csv", "t\0s\0,\0", 6, &err) < 0);
	assert_string_equal(err.text, "x.csv: UTF-16; save it as UTF-8");
	walk_free(&walk);
	assert_true(walk_read(&walk, "/nowhere/at/all.csv", &err) < 0);
	assert_string_equal(err.text, "/nowhere/at/all.csv: No such file or directory");
	walk_free(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_quoted_room),
		cmocka_unit_test(test_order_and_levels),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_nul_and_no_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
