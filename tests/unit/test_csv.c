/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/csv.h"

static char path[64];

static int load(struct csv_table *t, const char *bytes, size_t len, struct error *err)
{
	snprintf(path, sizeof path, "/tmp/vigie-csv-%d", (int)getpid());
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	fwrite(bytes, 1, len, f);
	fclose(f);
	int rc = csv_table_load(t, path, err);
	unlink(path);
	return rc;
}

#define LOAD(t, text, err) load((t), (text), sizeof(text) - 1, (err))

/* RFC 4180, with a byte order mark, a quoted comma, quote and line end. */
static void reads_the_grammar(void **state)
{
	(void)state;
	struct csv_table t;
	struct error err;
	double v;
	assert_int_equal(LOAD(&t,
				 "\xEF\xBB\xBF"
				 "a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n, 2.5 ",
				 &err),
		0);
	assert_int_equal(t.columns, 2);
	assert_int_equal(t.rows, 2);
	assert_int_equal(csv_table_column(&t, "b"), 1);
	assert_int_equal(csv_table_column(&t, "c"), -1);
	assert_string_equal(csv_table_cell(&t, 0, 1), "x, \"y\"\nz");
	assert_string_equal(csv_table_cell(&t, 1, 0), "");
	assert_true(csv_number(csv_table_cell(&t, 1, 1), &v) && v == 2.5);
	assert_false(csv_number("", &v) || csv_number("NaN", &v) || csv_number("inf", &v)
		     || csv_number("1x", &v));
	csv_table_free(&t);
}

static void refuses_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
		const char *says;
	} rows[] = {
		{"a,b\n1,2\n3\n", 10, "record 3: 1 cells where the header has 2"},
		{"a,b\n", 4, "no rows"},
		{"", 0, "no rows"},
		{"\xFF\xFE"
		 "a\0,\0",
			6, "UTF-16"},
		{"a\0,\0b\0", 6, "UTF-16"},
		{"a,b\n1,\"2\n", 9, "record"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct csv_table t;
		struct error err = {""};
		assert_true(load(&t, rows[i].bytes, rows[i].len, &err) < 0);
		if (strstr(err.text, rows[i].says) == NULL)
			fail_msg("row %zu: %s", i, err.text);
		csv_table_free(&t);
	}
	struct csv_table t;
	struct error err;
	assert_true(csv_table_load(&t, "/nonexistent.csv", &err) < 0);
	csv_table_free(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_grammar),
		cmocka_unit_test(refuses_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
