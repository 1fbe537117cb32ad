/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/locate_score.h"

/* The metrics of `locate evaluate` on ten rows, computed by hand beside them. */

static struct walk walk_of(const char *text, char *copy, size_t size)
{
	struct walk walk;
	struct error err = {""};
	snprintf(copy, size, "%s", text);
	if (walk_parse(&walk, "hand.csv", copy, strlen(copy), &err) < 0)
		fail_msg("%s", err.text);
	return walk;
}

/* Rooms in order of appearance: a = 0, b = 1. One row a second. */
static const char rows[] = "ts,rssi_1,room\n"
			   "0,-50,a\n1,-50,a\n2,-50,a\n3,-50,b\n4,-50,b\n5,-50,b\n6,-50,a\n"
			   "7,-50,b\n8,-50,b\n9,-50,\n";

static void test_by_hand(void **state)
{
	char copy[256];
	struct walk walk = walk_of(rows, copy, sizeof copy);
	/* said:        -         a         a         a         a         b  */
	struct verdict v[] = {{-1, 0}, {0, 0.9}, {0, 0.9}, {0, 0.8}, {0, 0.6}, {1, 0.7},
		/* a       b          b         (not scored) */
		{1, 0.9}, {1, 0.95}, {1, 0.95}, {0, 1}};
	struct score s;
	(void)state;
	assert_true(score_walk(&walk, v, &s));
	assert_int_equal(s.rows, 9); /* the last one has no room */
	/* right: rows 1, 2, 5, 7, 8 */
	assert_float_equal(s.accuracy, 5.0 / 9, 1e-9);
	assert_int_equal(s.true_changes, 3); /* at 3, 6 and 7 s */
	assert_int_equal(s.changes, 1);      /* a to b, at 5 s */
	/* b at 3 s was said at 5 s: 2 s. a at 6 s never, until 7 s: 1 s, missed.
	 * b at 7 s at once: 0 s. Of 0, 1, 2: nearest rank 2 and 3. */
	assert_int_equal(s.missed, 1);
	assert_float_equal(s.latency_p50_s, 1, 1e-9);
	assert_float_equal(s.latency_p90_s, 2, 1e-9);
	/* bins: 0 [0]: |0 - 0|; 0.6 [4]: |0.6 - 0|; 0.7 [5]: |0.7 - 1|;
	 * 0.8 [3]: |0.8 - 0|; 0.9 [1 2 6 7 8]: |0.9 + 0.9 + 0.9 + 0.95 + 0.95 - 4|.
	 * Together 0.6 + 0.3 + 0.8 + 0.6 = 2.3 over 9 rows. */
	assert_float_equal(s.calibration_error, 2.3 / 9, 1e-9);
	(void)state;
	walk_free(&walk);
}

/* What is always right and says so has no error at all. */
static void test_perfect(void **state)
{
	char copy[256];
	struct walk walk = walk_of(rows, copy, sizeof copy);
	struct verdict v[10];
	struct score s;
	(void)state;
	for (int i = 0; i < 10; i++)
		v[i] = (struct verdict){walk.room[i], 1};
	assert_true(score_walk(&walk, v, &s));
	assert_float_equal(s.accuracy, 1, 0);
	assert_int_equal(s.changes, s.true_changes);
	assert_float_equal(s.latency_p90_s, 0, 0);
	assert_float_equal(s.calibration_error, 0, 1e-12);
	walk_free(&walk);
}

/* Two tags that stand still in two rooms change nothing between them. */
static void test_tags_apart(void **state)
{
	char copy[256];
	struct walk walk =
		walk_of("ts,tag,rssi_1,room\n0,x,-50,a\n0,y,-50,b\n1,x,-50,a\n1,y,-50,b\n", copy,
			sizeof copy);
	struct verdict v[4] = {{0, 1}, {1, 1}, {0, 1}, {1, 1}};
	struct score s;
	(void)state;
	assert_int_equal(walk.tag_count, 2);
	assert_true(score_walk(&walk, v, &s));
	assert_int_equal(s.true_changes, 0);
	assert_int_equal(s.changes, 0);
	walk_free(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_perfect),
		cmocka_unit_test(test_tags_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
