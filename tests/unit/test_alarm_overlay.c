/* SPDX-License-Identifier: Apache-2.0 */
/* What stands over the base state (rows 31 to 53): shelf, design, service, and the letters
 * people see. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/alarm_rows.h"

/* ---- overlays ---- */

static void test_rows_31_to_33_shelf(void **state)
{
	struct alarm a = bring(&plain, ALARM_B), never = bring(&latching, ALARM_B);
	struct alarm_input in = {.event = ALARM_EVENT_SHELVE, .by = &nurse, .covers_ms = T0};

	(void)state;
	assert_int_equal(give(&never, &latching, in), 0); /* not this class */
	in.by = &silent;
	assert_int_equal(give(&a, &plain, in), 0); /* no reason */
	in.by = &viewer;
	assert_int_equal(give(&a, &plain, in), 0);
	in.by = &nurse;
	assert_int_equal(give(&a, &plain, in), 31);
	assert_int_equal(a.shelf_until_ms, T0 + 31 * MIN); /* half an hour by default */
	assert_int_equal(alarm_shown(&a, T0 + 31 * MIN - 1), ALARM_E);
	assert_int_equal(alarm_shown(&a, T0 + 31 * MIN), ALARM_B);
	assert_int_equal(alarm_state(&a), ALARM_B); /* underneath */
	assert_false(alarm_sounds(&a, T0 + 2 * MIN));
	in.until_ms = T0 + 100 * (int64_t)60 * MIN;
	in.at_ms = T0 + 2 * MIN;
	assert_int_equal(give(&a, &plain, in), 31);
	assert_int_equal(a.shelf_until_ms, T0 + 122 * MIN); /* as long as the class allows */
	assert_int_equal(at(&a, &plain, ALARM_EVENT_SHELF_OVER, T0 + 121 * MIN), 0);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_SHELF_OVER, T0 + 122 * MIN), 33);
	assert_int_equal(a.sounded_ms, T0 + 122 * MIN); /* annunciated on leaving */
	assert_int_equal(at(&a, &plain, ALARM_EVENT_UNSHELVE, T0 + 123 * MIN), 0);
	in.until_ms = 0;
	assert_int_equal(give(&a, &plain, in), 31);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_UNSHELVE, T0 + 3 * MIN), 32);
	assert_int_equal(alarm_shown(&a, T0 + 3 * MIN), ALARM_B);
	/* An acknowledged one stays so; one that came and went meanwhile shows as D. */
	a = bring(&plain, ALARM_C);
	assert_int_equal(give(&a, &plain, in), 31);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_UNSHELVE, T0 + 3 * MIN), 32);
	assert_int_equal(alarm_shown(&a, T0 + 3 * MIN), ALARM_C);
	a = bring(&plain, ALARM_A);
	assert_int_equal(give(&a, &plain, in), 31);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_RAISE, T0 + 3 * MIN), 1);
	assert_int_equal(alarm_shown(&a, T0 + 3 * MIN), ALARM_E);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_CLEAR, T0 + 4 * MIN), 3);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_SHELF_OVER, T0 + 60 * MIN), 33);
	assert_int_equal(alarm_shown(&a, T0 + 60 * MIN), ALARM_D);
}

/* Eight hours, whatever the class says. */
static void test_shelf_cap(void **state)
{
	struct alarm_setting week = {.shelf_max_min = 7 * 24 * 60};
	struct alarm a = bring(&week, ALARM_B);

	(void)state;
	assert_int_equal(give(&a, &week,
				 (struct alarm_input){.event = ALARM_EVENT_SHELVE,
					 .until_ms = T0 + 3 * 24 * 60 * (int64_t)MIN}),
		31);
	assert_int_equal(a.shelf_until_ms, T0 + MIN + 8 * 60 * (int64_t)MIN);
}

static void test_shelf_ends_when_worse_or_once(void **state)
{
	struct alarm a = bring(&plain, ALARM_B);
	struct alarm_input in = {.event = ALARM_EVENT_SHELVE, .covers_ms = T0, .one_shot = true};

	(void)state;
	assert_int_equal(give(&a, &plain, in), 31);
	assert_int_equal(alarm_shown(&a, T0 + 2 * MIN), ALARM_E);
	assert_int_equal(give(&a, &plain,
				 (struct alarm_input){
					 .event = ALARM_EVENT_WORSE, .priority = PRIORITY_MEDIUM}),
		5);
	assert_int_equal(alarm_shown(&a, T0 + 2 * MIN), ALARM_B);
	a = bring(&plain, ALARM_B);
	assert_int_equal(give(&a, &plain, in), 31);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_CLEAR, T0 + 3 * MIN), 3);
	assert_int_equal(alarm_shown(&a, T0 + 3 * MIN), ALARM_D); /* its next end was that */
	assert_int_equal(at(&a, &plain, ALARM_EVENT_RAISE, T0 + 4 * MIN), 15);
	assert_int_equal(alarm_shown(&a, T0 + 4 * MIN), ALARM_B);
}

static void test_rows_41_and_42_by_design(void **state)
{
	struct alarm a = bring(&plain, ALARM_B);
	struct alarm_input in = {.event = ALARM_EVENT_SUPPRESS, .rule = 4};

	(void)state;
	assert_int_equal(give(&a, &plain, in), 41);
	assert_int_equal(give(&a, &plain, in), 0); /* already */
	in.rule = 1;
	assert_int_equal(give(&a, &plain, in), 41);
	assert_int_equal(alarm_shown(&a, T0 + MIN), ALARM_F);
	in.event = ALARM_EVENT_RELEASE;
	assert_int_equal(give(&a, &plain, in), 42);
	assert_int_equal(alarm_shown(&a, T0 + MIN), ALARM_F); /* the other rule still holds */
	in.rule = 4;
	in.at_ms = T0 + 5 * MIN;
	assert_int_equal(give(&a, &plain, in), 42);
	assert_int_equal(give(&a, &plain, in), 0);
	assert_int_equal(alarm_shown(&a, T0 + 5 * MIN), ALARM_B);
	assert_int_equal(a.sounded_ms, T0 + 5 * MIN);
}

static void test_rows_51_to_53_service(void **state)
{
	struct alarm a = bring(&plain, ALARM_C);
	struct alarm_input in = {.event = ALARM_EVENT_OUT_OF_SERVICE, .by = &nurse};

	(void)state;
	assert_int_equal(give(&a, &plain, in), 0); /* a technician's */
	in.by = &silent;
	assert_int_equal(give(&a, &plain, in), 0); /* no reason */
	in.by = &technician;
	assert_int_equal(give(&a, &plain, in), 51);
	assert_int_equal(give(&a, &plain, in), 0);
	assert_int_equal(alarm_shown(&a, T0 + MIN), ALARM_G);
	assert_string_equal(a.service.reason, "WO 117");
	in.event = ALARM_EVENT_RETURN;
	in.by = &viewer;
	assert_int_equal(give(&a, &plain, in), 0);
	in.by = &technician;
	in.at_ms = T0 + 9 * MIN;
	assert_int_equal(give(&a, &plain, in), 52); /* evaluated afresh: still so */
	assert_int_equal(alarm_shown(&a, T0 + 9 * MIN), ALARM_B);
	assert_int_equal(a.raised_ms, T0 + 9 * MIN);
	a = bring(&plain, ALARM_D);
	in.event = ALARM_EVENT_OUT_OF_SERVICE;
	assert_int_equal(give(&a, &plain, in), 51);
	in.event = ALARM_EVENT_RETURN;
	assert_int_equal(give(&a, &plain, in), 53);
	assert_int_equal(alarm_shown(&a, T0 + 9 * MIN), ALARM_D);
}

/* G over F over E over the base; and a HIGH of a class that may not be shelved is
 * hidden by none of them. */
static void test_shown(void **state)
{
	struct alarm a = bring(&plain, ALARM_B), call = bring(&latching, ALARM_B);

	(void)state;
	assert_int_equal(give(&a, &plain, (struct alarm_input){.event = ALARM_EVENT_SHELVE}), 31);
	assert_int_equal(alarm_shown(&a, T0 + MIN), ALARM_E);
	give(&a, &plain, (struct alarm_input){.event = ALARM_EVENT_SUPPRESS, .rule = 1});
	assert_int_equal(alarm_shown(&a, T0 + MIN), ALARM_F);
	give(&a, &plain, (struct alarm_input){.event = ALARM_EVENT_OUT_OF_SERVICE});
	assert_int_equal(alarm_shown(&a, T0 + MIN), ALARM_G);
	assert_int_equal(call.priority, PRIORITY_HIGH);
	give(&call, &latching, (struct alarm_input){.event = ALARM_EVENT_SUPPRESS, .rule = 1});
	give(&call, &latching, (struct alarm_input){.event = ALARM_EVENT_OUT_OF_SERVICE});
	assert_int_equal(alarm_shown(&call, T0 + MIN), ALARM_B);
	assert_true(alarm_sounds(&call, T0 + MIN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_31_to_33_shelf),
		cmocka_unit_test(test_shelf_cap),
		cmocka_unit_test(test_shelf_ends_when_worse_or_once),
		cmocka_unit_test(test_rows_41_and_42_by_design),
		cmocka_unit_test(test_rows_51_to_53_service),
		cmocka_unit_test(test_shown),
	};

	return cmocka_run_group_tests_name("alarm_overlay", tests, NULL, NULL);
}
