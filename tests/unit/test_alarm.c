/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of the alarm state table of first width (ISA-18.2 / IEC 62682),
 * and, as important, everything the table does not list. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "twin/alarm.h"

enum { T0 = 1000 };

/* An alarm brought into a state by events alone, as in life. */
static struct alarm bring(enum alarm_class class_, enum alarm_state to)
{
	static const enum alarm_event paths[ALARM_STATE_COUNT][3] = {
		[ALARM_A] = {ALARM_EVENT_COUNT, ALARM_EVENT_COUNT, ALARM_EVENT_COUNT},
		[ALARM_B] = {ALARM_EVENT_RAISE, ALARM_EVENT_COUNT, ALARM_EVENT_COUNT},
		[ALARM_C] = {ALARM_EVENT_RAISE, ALARM_EVENT_ACK, ALARM_EVENT_COUNT},
		[ALARM_D] = {ALARM_EVENT_RAISE, ALARM_EVENT_CLEAR, ALARM_EVENT_COUNT},
		[ALARM_LU] = {ALARM_EVENT_RAISE, ALARM_EVENT_CLEAR, ALARM_EVENT_COUNT},
		[ALARM_LA] = {ALARM_EVENT_RAISE, ALARM_EVENT_CLEAR, ALARM_EVENT_ACK},
	};
	struct alarm a = {.class_ = class_};

	for (int i = 0; i < 3 && paths[to][i] != ALARM_EVENT_COUNT; i++)
		assert_true(alarm_event(&a, paths[to][i], T0));
	assert_int_equal(alarm_state(&a), to);
	return a;
}

struct row {
	enum alarm_class class_;
	enum alarm_state from;
	enum alarm_event event;
	enum alarm_state to;
};

#define LATCHING ALARM_CLASS_PATIENT_CALL
#define PLAIN    ALARM_CLASS_CLIMATE

static const struct row listed[] = {
	{PLAIN, ALARM_A, ALARM_EVENT_RAISE, ALARM_B},     /* 1 */
	{LATCHING, ALARM_A, ALARM_EVENT_RAISE, ALARM_B},  /* 1 */
	{PLAIN, ALARM_B, ALARM_EVENT_ACK, ALARM_C},       /* 2 */
	{LATCHING, ALARM_B, ALARM_EVENT_ACK, ALARM_C},    /* 2 */
	{PLAIN, ALARM_B, ALARM_EVENT_CLEAR, ALARM_D},     /* 3 */
	{LATCHING, ALARM_B, ALARM_EVENT_CLEAR, ALARM_LU}, /* 4 */
	{PLAIN, ALARM_C, ALARM_EVENT_CLEAR, ALARM_A},     /* 9 */
	{LATCHING, ALARM_C, ALARM_EVENT_CLEAR, ALARM_LA}, /* 10 */
	{PLAIN, ALARM_D, ALARM_EVENT_ACK, ALARM_A},       /* 14 */
	{PLAIN, ALARM_D, ALARM_EVENT_RAISE, ALARM_B},     /* 15 */
	{LATCHING, ALARM_LU, ALARM_EVENT_ACK, ALARM_LA},  /* 16 */
	{LATCHING, ALARM_LU, ALARM_EVENT_RAISE, ALARM_B}, /* 17 */
	{LATCHING, ALARM_LA, ALARM_EVENT_RAISE, ALARM_B}, /* 17 */
	{LATCHING, ALARM_LA, ALARM_EVENT_RESET, ALARM_A}, /* 18 */
};

static void test_listed_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof listed / sizeof *listed; i++) {
		struct alarm a = bring(listed[i].class_, listed[i].from);

		assert_true(alarm_event(&a, listed[i].event, T0 + 5));
		assert_int_equal(alarm_state(&a), listed[i].to);
		assert_int_equal(a.changed_ms, T0 + 5);
	}
}

static int is_listed(enum alarm_class class_, enum alarm_state from, enum alarm_event event)
{
	for (size_t i = 0; i < sizeof listed / sizeof *listed; i++)
		if (listed[i].class_ == class_ && listed[i].from == from
			&& listed[i].event == event)
			return 1;
	return 0;
}

/* Rows 8 and 19, and all that is not in the table: no change. */
static void test_everything_else_changes_nothing(void **state)
{
	(void)state;
	static const enum alarm_class classes[] = {PLAIN, LATCHING};
	int seen = 0;

	for (int c = 0; c < 2; c++)
		for (int s = 0; s < ALARM_BASE_COUNT; s++)
			for (int e = 0; e < ALARM_EVENT_COUNT; e++) {
				struct alarm a, before;

				if ((c && s == ALARM_D) || (!c && (s == ALARM_LU || s == ALARM_LA))
					|| is_listed(classes[c], (enum alarm_state)s,
						(enum alarm_event)e))
					continue;
				a = before = bring(classes[c], (enum alarm_state)s);
				assert_false(alarm_event(&a, (enum alarm_event)e, T0 + 5));
				assert_int_equal(alarm_state(&a), s);
				assert_int_equal(a.raised_ms, before.raised_ms);
				assert_int_equal(a.changed_ms, before.changed_ms);
				seen++;
			}
	/* 2 classes × 4 events × (4 or 5 states) less the 14 listed. */
	assert_int_equal(seen, 4 * 4 + 5 * 4 - 14);
}

static void test_count_and_strictly_growing_raise_time(void **state)
{
	(void)state;
	struct alarm a = bring(LATCHING, ALARM_B);

	assert_int_equal(a.raised_ms, T0);
	assert_int_equal(a.count, 1);
	alarm_event(&a, ALARM_EVENT_RAISE, T0 + 9);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.raised_ms, T0);
	alarm_event(&a, ALARM_EVENT_CLEAR, T0 + 9);
	/* A new occurrence at an older clock still has a later raise time. */
	alarm_event(&a, ALARM_EVENT_RAISE, T0 - 100);
	assert_int_equal(a.raised_ms, T0 + 1);
	assert_int_equal(a.count, 1);
}

/* Priorities and latching of the classes, from the list of classes. */
static void test_classes(void **state)
{
	(void)state;
	assert_int_equal(alarm_rules[ALARM_CLASS_PATIENT_CALL].priority, PRIORITY_HIGH);
	assert_true(alarm_rules[ALARM_CLASS_PATIENT_CALL].latching);
	assert_int_equal(alarm_rules[ALARM_CLASS_COLD_CHAIN].priority, PRIORITY_MEDIUM);
	assert_true(alarm_rules[ALARM_CLASS_COLD_CHAIN].latching);
	assert_int_equal(alarm_rules[ALARM_CLASS_CLIMATE].priority, PRIORITY_LOW);
	assert_false(alarm_rules[ALARM_CLASS_CLIMATE].latching);
	assert_int_equal(alarm_rules[ALARM_CLASS_FEED].priority, PRIORITY_MEDIUM);
	for (int i = 0; i < ALARM_CLASS_COUNT; i++)
		assert_true(alarm_rules[i].guidance[0] != '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed_rows),
		cmocka_unit_test(test_everything_else_changes_nothing),
		cmocka_unit_test(test_count_and_strictly_growing_raise_time),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
