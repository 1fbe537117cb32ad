/* SPDX-License-Identifier: Apache-2.0 */
/* What time does to alarms: delays, the count rule, steps of escalation, forgotten
 * acknowledgements, silent sources, shelves, and slots of what is configured no more;
 * in whole twins, and the same however time is cut. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

#define CLIMATE "climate:or-1:temperature"
#define COLD    "cold:" FRIDGE
#define HUMID   "technical:somewhere"

static struct site ours;
static struct alarm_setting settings[ALARM_CLASS_COUNT];

/* The suite, its classes as by default until a test says otherwise. */
static struct twin *suite(void)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-120));
	struct twin *t = twin_create();

	assert_non_null(t);
	sequence = 0;
	memcpy(settings, alarm_rules, sizeof settings);
	ours = site;
	ours.alarms = settings;
	f.site.site = &ours;
	put(t, f);
	return t;
}

static void condition(struct twin *t, bool active, enum priority priority, int64_t at_ms)
{
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, at_ms);

	FILL(f.condition.key, "somewhere");
	f.condition.active = active;
	f.condition.priority = priority;
	put(t, f);
}

static void act(struct twin *t, const char *key, enum alarm_act what, int at)
{
	struct fact f = fact_make(FACT_ALARM, SOURCE_PERSON, AT(at));

	FILL(f.origin, "anna");
	FILL(f.by.station, "desk");
	FILL(f.by.reason, "known");
	f.by.role = PERSON_SUPERVISOR;
	f.by.hlc_ms = AT(at);
	FILL(f.alarm.key, key);
	f.alarm.act = what;
	f.alarm.covers_ms = alarm_of(t, key)->raised_ms;
	put(t, f);
}

static void test_on_delay(void **state)
{
	struct twin *t = suite();

	(void)state;
	settings[ALARM_CLASS_FEED].on_delay_s = 90;
	condition(t, true, PRIORITY_MEDIUM, AT(0));
	assert_int_equal(state_of(t, HUMID), ALARM_A);
	condition(t, false, PRIORITY_MEDIUM, AT(1)); /* gone in time */
	twin_advance(t, AT(5), &heard);
	assert_int_equal(state_of(t, HUMID), ALARM_A);
	assert_int_equal(heard.count, 0);
	condition(t, true, PRIORITY_MEDIUM, AT(6));
	twin_advance(t, AT(6) + 89999, NULL);
	assert_int_equal(state_of(t, HUMID), ALARM_A);
	twin_advance(t, AT(6) + 90000, &heard);
	assert_int_equal(state_of(t, HUMID), ALARM_B);
	assert_int_equal(alarm_of(t, HUMID)->raised_ms, AT(6) + 90000);
	assert_int_equal(alarm_of(t, HUMID)->priority, PRIORITY_MEDIUM);
	assert_int_equal(heard.list[0].cause, 0); /* a timer */
	twin_destroy(t);
}

static void test_off_delay(void **state)
{
	struct twin *t = suite();

	(void)state;
	settings[ALARM_CLASS_FEED].off_delay_s = 60;
	condition(t, true, PRIORITY_MEDIUM, AT(0));
	condition(t, false, PRIORITY_MEDIUM, AT(2));
	assert_int_equal(state_of(t, HUMID), ALARM_B);
	condition(t, true, PRIORITY_MEDIUM, AT(2) + 30000); /* back: it had not gone */
	twin_advance(t, AT(10), NULL);
	assert_int_equal(state_of(t, HUMID), ALARM_B);
	assert_int_equal(alarm_of(t, HUMID)->raised_ms, AT(0));
	condition(t, false, PRIORITY_MEDIUM, AT(11));
	twin_advance(t, AT(12) - 1, NULL);
	assert_int_equal(state_of(t, HUMID), ALARM_B);
	twin_advance(t, AT(12), NULL);
	assert_int_equal(state_of(t, HUMID), ALARM_D);
	twin_destroy(t);
}

/* Three times within five minutes. */
static void test_count_rule(void **state)
{
	struct twin *t = suite();

	(void)state;
	settings[ALARM_CLASS_FEED].count = 3;
	settings[ALARM_CLASS_FEED].count_s = 300;
	for (int m = 0; m <= 6; m += 3) { /* the third comes too late */
		condition(t, true, PRIORITY_LOW, AT(m));
		condition(t, false, PRIORITY_LOW, AT(m) + 1000);
	}
	assert_int_equal(state_of(t, HUMID), ALARM_A);
	condition(t, true, PRIORITY_LOW, AT(7));
	condition(t, false, PRIORITY_LOW, AT(7) + 1000);
	condition(t, true, PRIORITY_LOW, AT(8));
	assert_int_equal(state_of(t, HUMID), ALARM_B);
	assert_int_equal(alarm_of(t, HUMID)->raised_ms, AT(8));
	twin_destroy(t);
}

/* After 5 and 20 minutes; from anew when it gets worse, not while it is shelved, and
 * not once somebody has acknowledged it. */
static void test_escalation(void **state)
{
	struct alarm_setting *is = &settings[ALARM_CLASS_FEED];
	struct twin *t = suite();

	(void)state;
	is->step_count = 2;
	is->steps[0].after_min = 5;
	is->steps[1].after_min = 20;
	condition(t, true, PRIORITY_LOW, AT(0));
	twin_advance(t, AT(5) - 1, NULL);
	assert_int_equal(alarm_of(t, HUMID)->level, 0);
	twin_advance(t, AT(5), &heard);
	assert_int_equal(alarm_of(t, HUMID)->level, 1);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.list[0].from, ALARM_B);
	assert_int_equal(heard.list[0].to, ALARM_B);
	assert_int_equal(heard.list[0].level, 1);
	condition(t, true, PRIORITY_HIGH, AT(6));
	assert_int_equal(alarm_of(t, HUMID)->level, 0);
	twin_advance(t, AT(26), &heard);
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.list[0].at_ms, AT(11));
	assert_int_equal(heard.list[1].at_ms, AT(26));
	twin_advance(t, AT(300), &heard);
	assert_int_equal(heard.count, 0); /* there is nobody else */
	condition(t, false, PRIORITY_HIGH, AT(301));
	condition(t, true, PRIORITY_LOW, AT(302));
	act(t, HUMID, ALARM_SHELVE, 303);
	twin_advance(t, AT(332), &heard);
	assert_int_equal(alarm_of(t, HUMID)->level, 0);
	twin_advance(t, AT(333), &heard); /* back after half an hour */
	assert_int_equal(alarm_shown(alarm_of(t, HUMID), AT(333)), ALARM_B);
	assert_int_equal(heard.list[0].from, ALARM_E);
	assert_int_equal(heard.list[0].to, ALARM_B);
	assert_int_equal(alarm_of(t, HUMID)->sounded_ms, AT(333));
	twin_advance(t, AT(338), NULL);
	assert_int_equal(alarm_of(t, HUMID)->level, 1);
	act(t, HUMID, ALARM_ACKNOWLEDGE, 340);
	twin_advance(t, AT(500), &heard);
	assert_int_equal(alarm_of(t, HUMID)->level, 1);
	twin_destroy(t);
}

static void test_acknowledgement_times_out(void **state)
{
	struct twin *t = suite();

	(void)state;
	settings[ALARM_CLASS_FEED].ack_timeout_min = 30;
	condition(t, true, PRIORITY_LOW, AT(0));
	act(t, HUMID, ALARM_ACKNOWLEDGE, 2);
	twin_advance(t, AT(32) - 1, NULL);
	assert_int_equal(state_of(t, HUMID), ALARM_C);
	twin_advance(t, AT(32), NULL);
	assert_int_equal(state_of(t, HUMID), ALARM_B);
	assert_int_equal(alarm_of(t, HUMID)->raised_ms, AT(32));
	assert_string_equal(alarm_of(t, HUMID)->acked_by, "");
	act(t, HUMID, ALARM_ACKNOWLEDGE, 33);
	condition(t, false, PRIORITY_LOW, AT(40)); /* over in time */
	twin_advance(t, AT(200), NULL);
	assert_int_equal(state_of(t, HUMID), ALARM_A);
	twin_destroy(t);
}

/* Re-alarm: every three minutes, from the raise, as long as it wants somebody. */
static void test_realarm(void **state)
{
	const struct alarm_setting *is = &settings[ALARM_CLASS_PATIENT_CALL];
	struct twin *t = suite();
	const struct alarm *a;

	(void)state;
	press(t, BUTTON, 0);
	a = alarm_of(t, "press:" BUTTON);
	assert_int_equal(alarm_called_ms(a, is, AT(3) - 1), AT(0));
	assert_int_equal(alarm_called_ms(a, is, AT(3)), AT(3));
	assert_int_equal(alarm_called_ms(a, is, AT(8)), AT(6));
	act(t, "press:" BUTTON, ALARM_ACKNOWLEDGE, 9);
	assert_int_equal(alarm_called_ms(a, is, AT(30)), AT(0));
	twin_destroy(t);
}

/* No reading for half an hour: nobody knows, and one alarm tells of the sensor. */
static void test_stale(void **state)
{
	static const char silent[] = "technical:stale:" FRIDGE;
	struct twin *t = suite();

	(void)state;
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 12, 0);
	twin_advance(t, AT(5), NULL);
	assert_int_equal(state_of(t, COLD), ALARM_B);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 12.5, 10);
	twin_advance(t, AT(40) - 1, NULL);
	assert_false(alarm_of(t, COLD)->unknown);
	twin_advance(t, AT(40), NULL);
	assert_true(alarm_of(t, COLD)->unknown);
	assert_int_equal(state_of(t, COLD), ALARM_B); /* the same letter, with a ? */
	assert_int_equal(state_of(t, silent), ALARM_B);
	assert_string_equal(alarm_of(t, silent)->text, "no more readings: fridge PUI-3");
	twin_advance(t, AT(200), NULL);
	assert_int_equal(alarm_of(t, silent)->count, 1);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 5, 201);
	assert_false(alarm_of(t, COLD)->unknown);
	assert_int_equal(state_of(t, COLD), ALARM_LU);
	assert_int_equal(state_of(t, silent), ALARM_A); /* it passes: nothing to be done */
	twin_destroy(t);
}

/* Where the tag itself is known to be silent, that is the one alarm. */
static void test_stale_and_silent(void **state)
{
	struct fact f = fact_make(FACT_LOCATED, SOURCE_RADIO, AT(1));
	struct twin *t = suite();

	(void)state;
	ours.tag_silence_min = 15;
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 12, 0);
	FILL(f.located.tag, FRIDGE);
	f.located.state = LOCATED_IN;
	FILL(f.located.room, "pharmacy");
	f.located.confidence = 0.9;
	put(t, f);
	f.located.state = LOCATED_ABSENT;
	f.at_ms = AT(3);
	put(t, f);
	twin_advance(t, AT(100), NULL);
	assert_true(alarm_of(t, COLD)->unknown);
	assert_int_equal(state_of(t, "silent:" FRIDGE), ALARM_B);
	assert_int_equal(state_of(t, "technical:stale:" FRIDGE), -1);
	twin_destroy(t);
}

/* Rows 22 and 23 with real samples: by the clock of whoever measured. */
static void test_late_and_same_samples(void **state)
{
	struct fact f = fact_make(FACT_READING, SOURCE_RADIO, AT(10));
	struct twin *t = suite();

	(void)state;
	settings[ALARM_CLASS_CLIMATE].on_delay_s = 0;
	FILL(f.reading.tag, SENSOR);
	f.reading.value = 30;
	f.source_ms = AT(9);
	put(t, f);
	assert_int_equal(state_of(t, CLIMATE), ALARM_B);
	f.source_ms = AT(9) + 1000;
	put(t, f);
	put(t, f); /* through two gateways */
	assert_int_equal(alarm_of(t, CLIMATE)->same_samples, 1);
	f.source_ms = AT(4); /* from a buffer: it was cool then */
	f.reading.value = 20;
	put(t, f);
	assert_int_equal(alarm_of(t, CLIMATE)->late_samples, 1);
	assert_int_equal(state_of(t, CLIMATE), ALARM_B);
	f.source_ms = AT(11); /* a clock ahead of ours counts as now */
	put(t, f);
	assert_int_equal(state_of(t, CLIMATE), ALARM_D);
	twin_destroy(t);
}

/* An alarm of a tag that is listed no more is kept until it is acknowledged. */
static void test_gone(void **state)
{
	static struct site fewer;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(2));
	struct twin *t = suite();

	(void)state;
	read_value(t, PUMP, QUANTITY_BATTERY, 5, 0);
	assert_int_equal(state_of(t, "battery:" PUMP), ALARM_B);
	fewer = ours;
	fewer.tag_count--; /* the pump */
	f.site.site = &fewer;
	put(t, f);
	assert_int_equal(state_of(t, "battery:" PUMP), ALARM_D);
	assert_true(alarm_of(t, "battery:" PUMP)->gone);
	act(t, "battery:" PUMP, ALARM_ACKNOWLEDGE, 3);
	assert_int_equal(state_of(t, "battery:" PUMP), ALARM_A);
	twin_destroy(t);
}

/* Another site: what it allows counts at once, also for what is shelved already. */
static void test_another_site(void **state)
{
	static struct site stricter;
	static struct alarm_setting others[ALARM_CLASS_COUNT];
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(2));
	struct twin *t = suite();

	(void)state;
	condition(t, true, PRIORITY_LOW, AT(0));
	act(t, HUMID, ALARM_SHELVE, 1);
	assert_int_equal(alarm_shown(alarm_of(t, HUMID), AT(1)), ALARM_E);
	memcpy(others, settings, sizeof others);
	others[ALARM_CLASS_FEED].shelf_max_min = 0;
	stricter = ours;
	stricter.alarms = others;
	f.site.site = &stricter;
	put(t, f);
	assert_int_equal(alarm_shown(alarm_of(t, HUMID), AT(2)), ALARM_B);
	twin_destroy(t);
}

/* The site says how urgent a class is; a rule that says its default means the class. */
static void test_priority_of_the_site(void **state)
{
	struct twin *t = suite();

	(void)state;
	settings[ALARM_CLASS_BATTERY].priority = PRIORITY_HIGH;
	read_value(t, PUMP, QUANTITY_BATTERY, 5, 0);
	assert_int_equal(alarm_of(t, "battery:" PUMP)->priority, PRIORITY_HIGH);
	twin_destroy(t);
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* Everything that time does at once, cut in one and in many pieces. */
static void test_however_time_is_cut(void **state)
{
	struct alarm_setting *is = &settings[ALARM_CLASS_FEED];
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct twin *whole = suite(), *cut = suite();
		char x[65], y[65];
		int at = 0;

		*is = (struct alarm_setting){.name = "feed",
			.on_delay_s = 60,
			.off_delay_s = 120,
			.ack_timeout_min = 15,
			.shelf_max_min = 60,
			.step_count = 2,
			.steps = {{3, "a"}, {9, "b"}}};
		settings[ALARM_CLASS_CLIMATE].ack_timeout_min = 20;
		for (int i = 0; i < 30; i++) {
			int what = (int)draw(&seed, 4), gap = (int)draw(&seed, 25);
			enum alarm_act does = (enum alarm_act)draw(&seed, ALARM_ACT_COUNT);

			for (int k = 0; k < gap; k++)
				twin_advance(cut, AT(at) + (int64_t)k * MIN + 777, NULL);
			at += gap;
			for (int side = 0; side < 2; side++) {
				struct twin *t = side ? cut : whole;

				sequence = (uint64_t)i + 2;
				twin_advance(t, AT(at), NULL); /* what the person sees */
				if (what == 0)
					condition(t, gap % 2, (enum priority)(gap % 3), AT(at));
				else if (what == 1)
					read_value(t, SENSOR, QUANTITY_TEMPERATURE,
						gap % 2 ? 30 : 20, at);
				else if (what == 2)
					read_value(t, FRIDGE, QUANTITY_TEMPERATURE,
						gap % 2 ? 12 : 5, at);
				else if (t->alarm_count)
					act(t, t->alarms[gap % t->alarm_count].key, does, at);
			}
		}
		twin_advance(whole, AT(at + 600), NULL);
		for (int k = 0; k <= 600; k++)
			twin_advance(cut, AT(at + k), NULL);
		twin_digest(whole, x);
		twin_digest(cut, y);
		assert_string_equal(x, y);
		twin_destroy(whole);
		twin_destroy(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_on_delay),
		cmocka_unit_test(test_off_delay),
		cmocka_unit_test(test_count_rule),
		cmocka_unit_test(test_escalation),
		cmocka_unit_test(test_acknowledgement_times_out),
		cmocka_unit_test(test_realarm),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_stale_and_silent),
		cmocka_unit_test(test_late_and_same_samples),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_another_site),
		cmocka_unit_test(test_priority_of_the_site),
		cmocka_unit_test(test_however_time_is_cut),
	};

	return cmocka_run_group_tests_name("alarm_time", tests, NULL, NULL);
}
