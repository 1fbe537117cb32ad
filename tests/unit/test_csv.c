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

/* Where each record begins: empty lines, blanks and lines within quotes count,
 * whichever way they end. */
static void knows_the_lines(void **state)
{
	(void)state;
	static const char text[] = "\n \t\na,b\r\n\r\n1,\"x\n\ny\"\n\"\r\n2\",y\r3,z";
	struct csv_table t;
	struct error err = {""};
	assert_int_equal(csv_table_parse(&t, "t.csv", text, sizeof text - 1, &err), 0);
	assert_int_equal(t.rows, 3);
	assert_int_equal(csv_table_line(&t, -1), 3);
	assert_int_equal(csv_table_line(&t, 0), 5);
	assert_int_equal(csv_table_line(&t, 1), 8);
	assert_int_equal(csv_table_line(&t, 2), 10);
	assert_string_equal(csv_table_cell(&t, 2, 1), "z");
	csv_table_free(&t);
}

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

/* clang-format off */
#define ROW(bytes, says) {bytes, sizeof(bytes) - 1, says}
/* clang-format on */

static void refuses_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
		const char *says;
	} rows[] = {
		ROW("a,b\n1,2\n3\n", ":3: 1 cells where the header has 2"),
		ROW("a,b\n", ": no rows below the header"),
		ROW("", ": no header"),
		ROW("\xFF\xFE"
		    "a\0,\0",
			": UTF-16"),
		ROW("a\0,\0b\0", ": UTF-16"),
		ROW("a,b\n1,2\r\n\0,2\n", ":3: a NUL byte"),
		ROW("a,b\n\n1,\"2\n\n3,4", ":3: a quote is not closed"),
		ROW("a,b\n1,2\n3,\"4\"4\n", ":3: a quote in the middle of a cell"),
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
		cmocka_unit_test(knows_the_lines),
		cmocka_unit_test(refuses_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
