/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A station that raised something and never comes back (the rule: twin/alarm.h at
 * struct alarm_hold). Reliability reference 1.5: what is unknown keeps its letter and is
 * never cleared by itself (row 20); an acknowledgement, and so a reset, covers only what
 * its author had seen; on doubt show and sound.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

#define CLIMATE "climate:or-1:temperature"
#define OURS    "or-desk"
#define AWAY    "pacu-desk"
#define THIRD   "pharmacy-desk"

static struct site quiet;
static struct alarm_setting settings[ALARM_CLASS_COUNT];

/* Acknowledgements are for good, so that only absence moves anything. */
static struct twin *station_new(void)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-1));
	struct twin *t = twin_create();

	assert_non_null(t);
	memcpy(settings, alarm_rules, sizeof settings);
	settings[ALARM_CLASS_CLIMATE].on_delay_s = 0;
	settings[ALARM_CLASS_CLIMATE].ack_timeout_min = 0;
	quiet = site;
	quiet.alarms = settings;
	f.site.site = &quiet;
	twin_apply(t, &f, NULL);
	return t;
}

static void apply(struct twin *t, struct fact f, int64_t at_ms)
{
	f.at_ms = at_ms;
	twin_apply(t, &f, &heard);
}

static struct fact raise_by(const char *station, int64_t raised_ms, int64_t cleared_ms)
{
	struct fact f = fact_make(FACT_RAISE, SOURCE_SYSTEM, 0);

	FILL(f.by.station, station);
	f.by.hlc_ms = raised_ms;
	FILL(f.raise.key, CLIMATE);
	FILL(f.raise.text, "OR 1: 24.0 °C, above 23.0");
	f.raise.class_ = ALARM_CLASS_CLIMATE;
	f.raise.priority = PRIORITY_MEDIUM;
	f.raise.raised_ms = raised_ms;
	f.raise.cleared_ms = cleared_ms;
	return f;
}

static struct fact act_at(enum alarm_act act, int64_t covers_ms, int64_t hlc_ms)
{
	struct fact f = fact_make(FACT_ALARM, SOURCE_PERSON, 0);

	FILL(f.origin, "anna");
	FILL(f.by.station, OURS);
	FILL(f.by.reason, "gone to see: it is cool");
	f.by.hlc_ms = hlc_ms;
	f.by.role = PERSON_NURSE;
	FILL(f.alarm.key, CLIMATE);
	f.alarm.act = act;
	f.alarm.seen = PRIORITY_HIGH;
	f.alarm.covers_ms = covers_ms;
	return f;
}

static struct fact away_since(const char *station, int64_t away_ms)
{
	struct fact f = fact_make(FACT_STATION, SOURCE_SYSTEM, 0);

	FILL(f.station.station, station);
	f.station.away_ms = away_ms;
	return f;
}

static const struct alarm *it(const struct twin *t)
{
	int i = twin_alarm(t, CLIMATE);

	assert_true(i >= 0);
	return &t->alarms[i];
}

static void assert_shown(const struct twin *t, enum alarm_state state, bool unknown)
{
	assert_int_equal(alarm_state(it(t)), state);
	assert_int_equal(it(t)->unknown, unknown);
}

/* Raised by AWAY, acknowledged here, and since minute 10 it has not been heard. */
static struct twin *left_ringing(void)
{
	struct twin *t = station_new();

	apply(t, raise_by(AWAY, AT(0), 0), AT(0));
	apply(t, act_at(ALARM_ACKNOWLEDGE, AT(0), AT(5)), AT(5));
	assert_shown(t, ALARM_C, false);
	apply(t, away_since(AWAY, AT(10)), AT(40));
	return t;
}

static void test_nobody_knows_and_nothing_ends_by_itself(void **state)
{
	struct twin *t = left_ringing();

	(void)state;
	assert_shown(t, ALARM_C, true);
	assert_non_null(alarm_absent(it(t)));
	assert_string_equal(t->stations[alarm_absent(it(t))->station], AWAY);
	assert_true(alarm_absent(it(t))->away_ms == AT(10));
	twin_advance(t, AT(3 * 24 * 60), &heard);
	assert_shown(t, ALARM_C, true);
	twin_destroy(t);
}

static void test_unacknowledged_it_goes_on_sounding(void **state)
{
	struct twin *t = station_new();

	(void)state;
	apply(t, raise_by(AWAY, AT(0), 0), AT(0));
	apply(t, away_since(AWAY, AT(10)), AT(40));
	assert_shown(t, ALARM_B, true);
	assert_true(alarm_sounds(it(t), AT(40)));
	/* A reset is no acknowledgement: it stays on the list. */
	apply(t, act_at(ALARM_RESET, AT(0), AT(41)), AT(41));
	assert_shown(t, ALARM_D, false);
	twin_destroy(t);
}

static void test_a_person_ends_it(void **state)
{
	struct twin *t = left_ringing();

	(void)state;
	apply(t, act_at(ALARM_RESET, AT(0), AT(41)), AT(41));
	assert_shown(t, ALARM_A, false);
	assert_false(it(t)->peer);
	twin_advance(t, AT(24 * 60), &heard);
	assert_shown(t, ALARM_A, false);
	twin_destroy(t);
}

/* Said while the station still spoke for itself, a reset means nothing of its absence. */
static void test_a_reset_from_before_does_not_count(void **state)
{
	struct twin *t = station_new();

	(void)state;
	apply(t, raise_by(AWAY, AT(0), 0), AT(0));
	apply(t, act_at(ALARM_ACKNOWLEDGE, AT(0), AT(5)), AT(5));
	apply(t, act_at(ALARM_RESET, AT(0), AT(6)), AT(6));
	assert_shown(t, ALARM_C, false);
	apply(t, away_since(AWAY, AT(10)), AT(40));
	assert_shown(t, ALARM_C, true);
	/* The same again, now that it is away, is another word. */
	apply(t, act_at(ALARM_RESET, AT(0), AT(41)), AT(41));
	assert_shown(t, ALARM_A, false);
	twin_destroy(t);
}

/* At another station somebody was quicker than our own patience. */
static void test_a_reset_heard_first(void **state)
{
	struct twin *t = station_new();

	(void)state;
	apply(t, raise_by(AWAY, AT(0), 0), AT(0));
	apply(t, act_at(ALARM_ACKNOWLEDGE, AT(0), AT(5)), AT(5));
	apply(t, act_at(ALARM_RESET, AT(0), AT(39)), AT(39));
	assert_shown(t, ALARM_C, false);
	apply(t, away_since(AWAY, AT(10)), AT(40));
	assert_shown(t, ALARM_A, false);
	twin_destroy(t);
}

/* Back, and still saying so: nobody has seen it so, and every station hears of it. */
static void test_back_it_rings_again(void **state)
{
	struct twin *t = left_ringing(), *other = station_new();
	struct fact_raise own;
	struct fact f;

	(void)state;
	apply(t, act_at(ALARM_RESET, AT(0), AT(41)), AT(41));
	apply(t, away_since(AWAY, 0), AT(60));
	assert_shown(t, ALARM_B, false);
	assert_true(it(t)->raised_ms == AT(0) + 1); /* one more than what was reset */
	assert_true(it(t)->peer);
	assert_true(alarm_own_word(it(t), &own));
	assert_true(own.raised_ms == AT(0) + 1 && own.cleared_ms == AT(0) + 1 && own.again);
	/* A station that never missed it has it acknowledged, until it hears this. */
	apply(other, raise_by(AWAY, AT(0), 0), AT(0));
	apply(other, act_at(ALARM_ACKNOWLEDGE, AT(0), AT(5)), AT(5));
	apply(other, act_at(ALARM_RESET, AT(0), AT(41)), AT(41));
	assert_shown(other, ALARM_C, false);
	f = raise_by(OURS, own.raised_ms, own.cleared_ms);
	f.raise.again = own.again;
	apply(other, f, AT(60));
	assert_shown(other, ALARM_B, false);
	assert_true(it(other)->raised_ms == it(t)->raised_ms);
	/* One acknowledgement does for both, and its own end ends it. */
	apply(t, act_at(ALARM_ACKNOWLEDGE, AT(0) + 1, AT(61)), AT(61));
	apply(other, act_at(ALARM_ACKNOWLEDGE, AT(0) + 1, AT(61)), AT(61));
	apply(t, raise_by(AWAY, AT(0), AT(62)), AT(62));
	apply(other, raise_by(AWAY, AT(0), AT(62)), AT(62));
	assert_shown(t, ALARM_A, false);
	assert_shown(other, ALARM_A, false);
	twin_destroy(t);
	twin_destroy(other);
}

/* What it says anew counts whether it is known to be back or not. */
static void test_a_new_raise_counts(void **state)
{
	struct twin *t = left_ringing();

	(void)state;
	apply(t, act_at(ALARM_RESET, AT(0), AT(41)), AT(41));
	apply(t, raise_by(AWAY, AT(50), 0), AT(50));
	assert_int_equal(alarm_state(it(t)), ALARM_B);
	apply(t, away_since(AWAY, 0), AT(51));
	assert_shown(t, ALARM_B, false);
	assert_true(it(t)->raised_ms == AT(50));
	twin_destroy(t);
}

static void test_whoever_else_rings_knows(void **state)
{
	struct twin *t = left_ringing();

	(void)state;
	apply(t, raise_by(THIRD, AT(0) + 7, 0), AT(42)); /* the same occurrence */
	assert_shown(t, ALARM_C, false);
	apply(t, act_at(ALARM_RESET, AT(0) + 7, AT(43)), AT(43));
	assert_shown(t, ALARM_C, false); /* it rings there */
	apply(t, raise_by(THIRD, AT(0) + 7, AT(44)), AT(44));
	assert_shown(t, ALARM_A, false); /* both are accounted for */
	twin_destroy(t);
}

static void test_our_own_rules_know(void **state)
{
	struct twin *t = left_ringing();
	struct fact f = fact_make(FACT_READING, SOURCE_RADIO, 0);

	(void)state;
	FILL(f.reading.tag, SENSOR);
	f.reading.quantity = QUANTITY_TEMPERATURE;
	f.reading.value = 30;
	apply(t, f, AT(50));
	assert_true(it(t)->own);
	assert_false(it(t)->unknown);
	f.reading.value = 20;
	apply(t, f, AT(51));
	assert_false(it(t)->own);
	assert_shown(t, ALARM_C, true);
	f.reading.value = 21; /* what is cool here may be warm there */
	apply(t, f, AT(52));
	assert_shown(t, ALARM_C, true);
	twin_destroy(t);
}

/* Said for it by others, after we have missed it. */
static void test_hearsay_of_who_is_away(void **state)
{
	struct twin *t = left_ringing();
	struct fact f = raise_by(AWAY, AT(0) + 3, 0);
	int i;

	(void)state;
	FILL(f.raise.key, "climate:or-2:temperature");
	apply(t, f, AT(42));
	i = twin_alarm(t, "climate:or-2:temperature");
	assert_int_equal(alarm_state(&t->alarms[i]), ALARM_B);
	assert_true(t->alarms[i].unknown);
	twin_destroy(t);
}

/* A flood finds no room in what may still ring again. */
static void test_its_place_is_kept(void **state)
{
	struct twin *t = left_ringing();

	(void)state;
	apply(t, act_at(ALARM_RESET, AT(0), AT(41)), AT(41));
	for (int i = 0; i < TWIN_ALARMS; i++) {
		struct fact f = raise_by(THIRD, AT(42), AT(43));

		snprintf(f.raise.key, sizeof f.raise.key, "climate:or-1:%d", i);
		f.raise.priority = PRIORITY_LOW;
		apply(t, f, AT(44));
		f = act_at(ALARM_ACKNOWLEDGE, AT(42), AT(45));
		snprintf(f.alarm.key, sizeof f.alarm.key, "climate:or-1:%d", i);
		apply(t, f, AT(45));
	}
	apply(t, away_since(AWAY, 0), AT(60));
	assert_shown(t, ALARM_B, false);
	twin_destroy(t);
}

static void test_absence_is_state(void **state)
{
	struct twin *t = left_ringing(), *copy = twin_create();
	char a[65], b[65];

	(void)state;
	twin_copy(copy, t);
	twin_digest(t, a);
	twin_digest(copy, b);
	assert_string_equal(a, b);
	assert_true(copy->away_ms[0] == AT(10));
	apply(copy, away_since(AWAY, 0), AT(40));
	twin_digest(copy, b);
	assert_string_not_equal(a, b);
	assert_int_equal(t->ignored, 0);
	apply(t, away_since(AWAY, AT(10)), AT(41)); /* said before */
	apply(t, away_since("nobody", AT(10)), AT(41));
	assert_int_equal(t->ignored, 2);
	twin_destroy(t);
	twin_destroy(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_knows_and_nothing_ends_by_itself),
		cmocka_unit_test(test_unacknowledged_it_goes_on_sounding),
		cmocka_unit_test(test_a_person_ends_it),
		cmocka_unit_test(test_a_reset_from_before_does_not_count),
		cmocka_unit_test(test_a_reset_heard_first),
		cmocka_unit_test(test_back_it_rings_again),
		cmocka_unit_test(test_a_new_raise_counts),
		cmocka_unit_test(test_whoever_else_rings_knows),
		cmocka_unit_test(test_our_own_rules_know),
		cmocka_unit_test(test_hearsay_of_who_is_away),
		cmocka_unit_test(test_its_place_is_kept),
		cmocka_unit_test(test_absence_is_state),
	};

	return cmocka_run_group_tests_name("alarm_absent", tests, NULL, NULL);
}
