/* SPDX-License-Identifier: Apache-2.0 */
/* Table 3 of van Walraven et al., CMAJ 2010, 182: 551. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "twin/lace.h"

static void has_the_papers_points(void **state)
{
	static const struct {
		struct lace parts;
		int points;
	} rows[] = {
		{{0, 0, 0, 0}, 0},
		{{1, 0, 0, 0}, 1},
		{{2, 0, 0, 0}, 2},
		{{3, 0, 0, 0}, 3},
		{{4, 0, 0, 0}, 4},
		{{6, 0, 0, 0}, 4},
		{{7, 0, 0, 0}, 5},
		{{13, 0, 0, 0}, 5},
		{{14, 0, 0, 0}, 7},
		{{90, 0, 0, 0}, 7},
		{{0, 1, 0, 0}, 3},
		{{0, 0, 1, 0}, 1},
		{{0, 0, 2, 0}, 2},
		{{0, 0, 3, 0}, 3},
		{{0, 0, 4, 0}, 5},
		{{0, 0, 9, 0}, 5},
		{{0, 0, 0, 1}, 1},
		{{0, 0, 0, 4}, 4},
		{{0, 0, 0, 9}, 4},
		{{14, 1, 4, 4}, 19},
	};
	const char *missing;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(lace_index(&rows[i].parts, &missing), rows[i].points);
		assert_null(missing);
	}
}

static void says_what_is_missing(void **state)
{
	struct lace parts = {3, 1, 2, -1};
	const char *missing = NULL;
	(void)state;
	assert_int_equal(lace_index(&parts, &missing), -1);
	assert_string_equal(missing, "no encounters of six months are known");
	parts = (struct lace){3, 1, -1, 0};
	assert_int_equal(lace_index(&parts, NULL), -1);
	parts = (struct lace){3, -1, 2, 0};
	assert_int_equal(lace_index(&parts, NULL), -1);
	parts = (struct lace){-1, 1, 2, 0};
	assert_int_equal(lace_index(&parts, &missing), -1);
	assert_string_equal(missing, "the length of stay is not known yet");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_papers_points),
		cmocka_unit_test(says_what_is_missing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
