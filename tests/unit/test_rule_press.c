/* SPDX-License-Identifier: Apache-2.0 */
/* A press is what the site says of its signature: a patient's call, or an emergency. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

static struct signature signatures[] = {
	{.id = "once", .model = "B10"},
	{.id = "long", .model = "B10", .call = ALARM_CLASS_EMERGENCY_CALL},
};

static void press_of(struct twin *t, const char *signature, int at)
{
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, AT(at));

	FILL(f.press.tag, BUTTON);
	FILL(f.press.signature, signature);
	put(t, f);
}

static void start_with_signatures(struct twin **t, struct site *now)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-119));

	*now = site;
	now->signatures = signatures;
	now->signature_count = 2;
	start(t);
	f.site.site = now;
	put(*t, f);
}

static void test_the_signature_tells_the_class(void **state)
{
	(void)state;
	struct twin *t;
	struct site now;
	const struct alarm *a;

	start_with_signatures(&t, &now);
	press_of(t, "long", 1);
	a = alarm_of(t, "emergency:" BUTTON);
	assert_int_equal(a->class_, ALARM_CLASS_EMERGENCY_CALL);
	assert_int_equal(a->priority, PRIORITY_HIGH);
	assert_string_equal(a->text, "button bay 1: EMERGENCY call, PACU");
	assert_string_equal(a->room, "pacu");
	assert_int_equal(state_of(t, "press:" BUTTON), -1);
	press_of(t, "once", 2);
	assert_int_equal(alarm_of(t, "press:" BUTTON)->class_, ALARM_CLASS_PATIENT_CALL);
	/* Like any call it ends by being seen to, and stays until the reset. */
	operator_act(t, "emergency:" BUTTON, ALARM_ACKNOWLEDGE, AT(1), 3);
	assert_int_equal(state_of(t, "emergency:" BUTTON), ALARM_LA);
	assert_int_equal(state_of(t, "press:" BUTTON), ALARM_B);
	operator_act(t, "emergency:" BUTTON, ALARM_RESET, AT(1), 4);
	assert_int_equal(state_of(t, "emergency:" BUTTON), ALARM_A);
	/* A signature nobody knows, or none, is a patient's call. */
	operator_act(t, "press:" BUTTON, ALARM_ACKNOWLEDGE, AT(2), 5);
	press_of(t, "of another site", 6);
	assert_int_equal(state_of(t, "press:" BUTTON), ALARM_B);
	assert_int_equal(state_of(t, "emergency:" BUTTON), ALARM_A);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_signature_tells_the_class),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
