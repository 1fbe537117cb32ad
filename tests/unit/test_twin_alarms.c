/* SPDX-License-Identifier: Apache-2.0 */
/* What raises an alarm, what ends it, and what is kept of a sensor. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

static void test_press_life(void **state)
{
	(void)state;
	struct twin *t;
	const char *key = "press:" BUTTON;
	const struct alarm *a;

	start(&t);
	press(t, BUTTON, 10);
	a = alarm_of(t, key);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(a->priority, PRIORITY_HIGH);
	assert_string_equal(a->text, "button bay 1 calls, PACU");
	assert_string_equal(a->room, "pacu");
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.list[0].cause, sequence);
	press(t, BUTTON, 11);
	assert_int_equal(a->count, 2);
	assert_int_equal(a->raised_ms, AT(10));
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(10) - 1, 12); /* had not seen it */
	assert_int_equal(state_of(t, key), ALARM_B);
	operator_act(t, key, ALARM_RESET, AT(10), 12);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(t->ignored, 2);
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(10), 12);
	assert_int_equal(state_of(t, key), ALARM_LA);
	assert_int_equal(heard.count, 2); /* B → C → LA */
	assert_int_equal(heard.list[0].to, ALARM_C);
	assert_int_equal(heard.list[1].to, ALARM_LA);
	assert_string_equal(a->acked_by, "nurse");
	press(t, BUTTON, 13); /* again: a new occurrence */
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(a->raised_ms, AT(13));
	assert_string_equal(a->acked_by, "");
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(13), 14);
	operator_act(t, key, ALARM_RESET, AT(13), 15);
	assert_int_equal(state_of(t, key), ALARM_A);
	twin_destroy(t);
}

static void test_press_of_a_patient_names_nobody(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	wear(t, BRACELET_1, "p1", -95);
	seen(t, BRACELET_1, WARD, 0.9, 0);
	press(t, BRACELET_1, 1);
	assert_string_equal(alarm_of(t, "press:" BRACELET_1)->text, "patient calls, Ward 3");
	press(t, "AC00000000EE", 2); /* not listed: rings all the same */
	assert_int_equal(state_of(t, "press:AC00000000EE"), ALARM_B);
	assert_int_equal(t->ignored, 1);
	twin_destroy(t);
}

static void test_cold_chain(void **state)
{
	(void)state;
	struct twin *t;
	const char *key = "cold:" FRIDGE;

	start(&t);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 8.0, 0); /* a limit is inside */
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 8.4, 1);
	assert_int_equal(t->readings[0].out_since_ms, AT(1));
	twin_advance(t, AT(6) - 1, NULL);
	assert_int_equal(state_of(t, key), -1);
	twin_advance(t, AT(6), NULL);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_string_equal(alarm_of(t, key)->text, "fridge PUI-3: 8.4 °C, above 8.0");
	assert_int_equal(alarm_of(t, key)->priority, PRIORITY_MEDIUM);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 9.1, 7);
	assert_int_equal(alarm_of(t, key)->count, 1);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 7.0, 9);
	assert_int_equal(state_of(t, key), ALARM_LU);
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(6), 10);
	assert_int_equal(state_of(t, key), ALARM_LA);
	operator_act(t, key, ALARM_RESET, AT(6), 11);
	assert_int_equal(state_of(t, key), ALARM_A);
	/* Back in time: nothing rings. */
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 1.9, 20);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 2.0, 24);
	twin_advance(t, AT(40), NULL);
	assert_int_equal(state_of(t, key), ALARM_A);
	assert_int_equal(t->timer_count, 0);
	twin_destroy(t);
}

static void test_climate_battery_and_history(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 23.5, 0);
	read_value(t, SENSOR, QUANTITY_HUMIDITY, 99, 0); /* no limits on humidity here */
	twin_advance(t, AT(10), NULL);
	assert_int_equal(state_of(t, "climate:or-1:temperature"), ALARM_B);
	assert_int_equal(alarm_of(t, "climate:or-1:temperature")->priority, PRIORITY_LOW);
	assert_int_equal(state_of(t, "climate:or-1:humidity"), -1);
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 22, 11);
	assert_int_equal(state_of(t, "climate:or-1:temperature"), ALARM_D);
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 21, 11); /* same minute: replaces */
	assert_int_equal(t->readings[0].history_count, 2);
	assert_true(t->readings[0].history[1].value == 21.0f);
	for (int i = 0; i < 200; i++)
		read_value(t, SENSOR, QUANTITY_TEMPERATURE, 20, 12 + i);
	assert_int_equal(t->readings[0].history_count, TWIN_HISTORY);
	read_value(t, PUMP, QUANTITY_BATTERY, 15, 300);
	assert_int_equal(state_of(t, "battery:" PUMP), -1);
	read_value(t, PUMP, QUANTITY_BATTERY, 14, 301);
	assert_int_equal(state_of(t, "battery:" PUMP), ALARM_B);
	assert_int_equal(t->things[twin_thing(t, PUMP)].battery, 14);
	read_value(t, PUMP, QUANTITY_BATTERY, 100, 302);
	assert_int_equal(state_of(t, "battery:" PUMP), ALARM_D);
	twin_destroy(t);
}

static void test_programme_alarms(void **state)
{
	(void)state;
	struct twin *t;
	struct fact f;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	put(t, case_fact("c2", "p2", "or-2", 0, 75, -100));
	told(t, "c2", MILESTONE_ARRIVED, -30);
	twin_advance(t, AT(-15) - 1, NULL);
	assert_int_equal(state_of(t, "absent:c1"), -1);
	twin_advance(t, AT(-15), NULL);
	assert_int_equal(state_of(t, "absent:c1"), ALARM_B);
	assert_string_equal(alarm_of(t, "absent:c1")->text, "patient not arrived, OR 1, hip");
	assert_int_equal(state_of(t, "absent:c2"), -1);
	told(t, "c1", MILESTONE_ARRIVED, -5);
	put(t, case_fact("c3", "p3", "or-2", 0, 75, -5)); /* heard of late: a grace */
	assert_int_equal(state_of(t, "absent:c3"), -1);
	twin_advance(t, AT(-3), NULL);
	assert_int_equal(state_of(t, "absent:c3"), ALARM_B);
	assert_int_equal(state_of(t, "absent:c1"), ALARM_D);
	f = fact_make(FACT_READINESS, SOURCE_PERSON, AT(-4));
	FILL(f.readiness.id, "c1");
	f.readiness.item = READY_FASTING;
	f.readiness.value = 0;
	put(t, f);
	assert_int_equal(state_of(t, "fasting:c1"), ALARM_B);
	assert_int_equal(alarm_of(t, "fasting:c1")->priority, PRIORITY_MEDIUM);
	f = fact_make(FACT_STATUS, SOURCE_PERSON, AT(-3));
	FILL(f.status.id, "c1");
	f.status.status = CASE_POSTPONED;
	put(t, f);
	assert_int_equal(state_of(t, "fasting:c1"), ALARM_D);
	f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, AT(-2));
	FILL(f.condition.key, "broker");
	FILL(f.condition.text, "broker lost");
	f.condition.active = true;
	f.condition.priority = PRIORITY_MEDIUM;
	put(t, f);
	assert_int_equal(state_of(t, "technical:broker"), ALARM_B);
	f.condition.active = false;
	put(t, f);
	assert_int_equal(state_of(t, "technical:broker"), ALARM_D);
	twin_destroy(t);
}

/* Row 11: worse than what was acknowledged is a new occurrence. */
static void test_worse_than_acknowledged(void **state)
{
	(void)state;
	struct twin *t;
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, AT(1));

	start(&t);
	FILL(f.condition.key, "journal");
	f.condition.active = true;
	f.condition.priority = PRIORITY_MEDIUM;
	put(t, f);
	operator_act(t, "technical:journal", ALARM_ACKNOWLEDGE, AT(1), 2);
	assert_int_equal(state_of(t, "technical:journal"), ALARM_C);
	put(t, f);
	assert_int_equal(state_of(t, "technical:journal"), ALARM_C);
	f.condition.priority = PRIORITY_HIGH;
	f.at_ms = AT(3);
	put(t, f);
	assert_int_equal(state_of(t, "technical:journal"), ALARM_B);
	assert_int_equal(alarm_of(t, "technical:journal")->raised_ms, AT(3));
	assert_int_equal(heard.list[0].from, ALARM_C);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_press_life),
		cmocka_unit_test(test_press_of_a_patient_names_nobody),
		cmocka_unit_test(test_cold_chain),
		cmocka_unit_test(test_climate_battery_and_history),
		cmocka_unit_test(test_programme_alarms),
		cmocka_unit_test(test_worse_than_acknowledged),
	};

	return cmocka_run_group_tests_name("twin_alarms", tests, NULL, NULL);
}
