/* SPDX-License-Identifier: Apache-2.0 */
/* Indicators of small days, each computed by hand from the formulas of the AACD
 * glossary and the French audits; the minutes are in the comments. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/indicator.h"

static const int64_t MIDNIGHT_MS = 1773615600000LL; /* Monday 2026-03-16, UTC+1 */
enum { HOUR = 60, DAY = 24 * HOUR };

static int64_t at(int minute)
{
	return MIDNIGHT_MS + minute * 60000LL;
}

#define T(h, m) ((h)*HOUR + (m))

static struct room rooms[] = {
	{.id = "or-1",
		.name = "OR 1",
		.kind = ROOM_OR,
		.open_min = 8 * HOUR,
		.close_min = 16 * HOUR},
	{.id = "or-2",
		.name = "OR 2",
		.kind = ROOM_OR,
		.open_min = 8 * HOUR,
		.close_min = 16 * HOUR},
	{.id = "pacu", .name = "PACU", .kind = ROOM_PACU, .open_min = -1, .close_min = -1},
};
static struct target targets[8], prices[4];
static struct site site;
static struct twin *twin;
static struct indicator_day *day;
static struct indicator *got;
static uint64_t sequence;

static void put(struct fact f)
{
	f.seq = ++sequence;
	twin_apply(twin, &f, NULL);
}

static int setup(void **state)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, at(-DAY));

	(void)state;
	site = (struct site){.id = "test",
		.hash = "00",
		.rooms = rooms,
		.room_count = 3,
		.targets = targets,
		.prices = prices};
	rooms[0].close_min = rooms[1].close_min = 16 * HOUR;
	sequence = 0;
	twin = twin_create();
	day = calloc(1, sizeof *day);
	got = calloc(1, sizeof *got);
	assert_non_null(twin);
	assert_non_null(day);
	assert_non_null(got);
	f.site.site = &site;
	put(f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	twin_destroy(twin);
	free(day);
	free(got);
	return 0;
}

static void set(struct target *list, int *count, const char *key, double value)
{
	snprintf(list[*count].key, sizeof list[0].key, "%s", key);
	list[(*count)++].value = value;
}

static void plan(const char *id, const char *room, int start, int minutes, int nest, int heard)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, at(heard));

	snprintf(f.surgery.id, sizeof f.surgery.id, "%s", id);
	snprintf(f.surgery.patient, sizeof f.surgery.patient, "p-%s", id);
	snprintf(f.surgery.room, sizeof f.surgery.room, "%s", room);
	f.surgery.start_ms = at(start);
	f.surgery.end_ms = at(start + minutes);
	f.surgery.status = CASE_PLANNED;
	f.surgery.nest = nest;
	put(f);
}

static void told(const char *id, enum milestone m, int when)
{
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, at(when));

	snprintf(f.milestone.id, sizeof f.milestone.id, "%s", id);
	f.milestone.milestone = m;
	f.milestone.when_ms = at(when);
	put(f);
}

static void status(const char *id, enum case_status s, int when)
{
	struct fact f = fact_make(FACT_STATUS, SOURCE_FHIR, at(when));

	snprintf(f.status.id, sizeof f.status.id, "%s", id);
	f.status.status = s;
	put(f);
}

static void stay(const char *id, int in, int out)
{
	told(id, MILESTONE_IN_ROOM, in);
	told(id, MILESTONE_OUT_ROOM, out);
}

static void read_day(int of, int now)
{
	indicator_day_read(twin, at(of * DAY), at((of + 1) * DAY), at(now), day);
}

static void near(double value, double expected, double by)
{
	if (!(fabs(value - expected) <= by))
		fail_msg("%.9f, not %.9f", value, expected);
}

static const struct indicator *of(const char *key)
{
	int index = indicator_find(key);

	assert_true(index >= 0);
	indicator_read(day, &indicators[index], got);
	return got;
}

/* Computed, by how much, from how many; so many could not be. */
static void expect(const char *key, double value, int n, int left_out)
{
	of(key);
	if (!got->known)
		fail_msg("%s: %s", key, got->because);
	if (fabs(got->value - value) > 1e-9 * fmax(1, fabs(value)) || got->n != n
		|| got->left_out != left_out)
		fail_msg("%s: %.9f of %d, %d left out", key, got->value, got->n, got->left_out);
}

static void expect_none(const char *key, const char *because)
{
	of(key);
	assert_false(got->known);
	assert_non_null(got->because);
	if (!strstr(got->because, because))
		fail_msg("%s: %s", key, got->because);
}

/* OR 1: A 08:04-09:40, B 10:10-11:45, C 14:00-16:30. OR 2: D 08:20-09:40, E (an
 * emergency) 10:30-12:00, F cancelled, G did not come. Sessions 08:00-16:00. */
static void normal_day(void)
{
	plan("a", "or-1", T(8, 0), 90, FACT_UNKNOWN, T(6, 0));
	plan("b", "or-1", T(10, 0), 60, FACT_UNKNOWN, T(6, 0));
	plan("c", "or-1", T(14, 0), 120, FACT_UNKNOWN, T(6, 0));
	plan("d", "or-2", T(8, 0), 60, FACT_UNKNOWN, T(6, 0));
	plan("f", "or-2", T(13, 0), 60, FACT_UNKNOWN, T(6, 0));
	plan("g", "or-2", T(14, 0), 60, FACT_UNKNOWN, T(6, 0));
	told("a", MILESTONE_ARRIVED, T(7, 0));
	stay("a", T(8, 4), T(9, 40));
	told("a", MILESTONE_INCISION, T(8, 30));
	told("a", MILESTONE_PROCEDURE_END, T(9, 20));
	told("a", MILESTONE_EMERGENCE, T(9, 30));
	told("a", MILESTONE_PACU_IN, T(9, 45));
	told("a", MILESTONE_PACU_READY, T(10, 30));
	told("a", MILESTONE_PACU_OUT, T(10, 50));
	told("a", MILESTONE_CLEANUP_DONE, T(9, 55));
	told("a", MILESTONE_DISCHARGED, T(11, 0));
	told("b", MILESTONE_ARRIVED, T(8, 30));
	told("b", MILESTONE_READY, T(9, 50));
	stay("b", T(10, 10), T(11, 45));
	told("b", MILESTONE_INCISION, T(10, 40));
	told("b", MILESTONE_PROCEDURE_END, T(11, 30));
	told("b", MILESTONE_EMERGENCE, T(11, 45));
	told("b", MILESTONE_CLEANUP_DONE, T(12, 0));
	told("b", MILESTONE_PACU_READY, T(12, 20));
	told("b", MILESTONE_PACU_OUT, T(12, 25));
	told("b", MILESTONE_DISCHARGED, T(13, 30));
	stay("c", T(14, 0), T(16, 30));
	told("c", MILESTONE_INCISION, T(14, 20));
	told("c", MILESTONE_CLEANUP_DONE, T(16, 50));
	stay("d", T(8, 20), T(9, 40));
	plan("e", "or-2", T(10, 30), 90, 2, T(9, 30));
	stay("e", T(10, 30), T(12, 0));
	told("e", MILESTONE_INCISION, T(10, 50));
	status("f", CASE_CANCELLED, T(9, 0));
	status("g", CASE_NO_SHOW, T(14, 30));
	read_day(0, T(20, 0));
}

static void test_starts_and_turnovers(void **state)
{
	(void)state;
	normal_day();
	/* First cases A (4 min late) and D (20 min late). */
	expect("first_on_time", 0, 2, 0);
	expect("first_on_time_0", 0, 2, 0);
	expect("first_on_time_5", 50, 2, 0);
	expect("first_on_time_15", 50, 2, 0);
	set(targets, &site.target_count, "first_case_delay_min", 20);
	expect("first_on_time", 100, 2, 0);
	near(got->given, 20, 0);
	expect("first_tardiness", 12, 2, 0);
	/* A to B 30, D to E 50; B to C is 135 and beyond the cap of 90. */
	expect("turnover", 40, 2, 1);
	near(got->p90, 48, 1e-9);
	set(targets, &site.target_count, "turnover_cap_min", 135);
	expect("turnover", 50, 3, 0);
	/* A 09:20 to B 10:40; B 11:30 to C 14:20; D told no procedure end. */
	expect("turnaround", 125, 2, 1);
	set(targets, &site.target_count, "turnover_min", 40);
	expect("turnover", 50, 3, 0);
	assert_true(got->outside);
}

static void test_occupation(void **state)
{
	(void)state;
	normal_day();
	/* In the sessions: A 96, B 95, C 120 of 150, D 80, E 90: 481 of 960. */
	expect("trov", 481, 5, 0);
	expect("utilisation_raw", 100 * 481 / 960.0, 5, 0);
	/* With clean-up: A 111, B 110, C 120, D 80, E 90. */
	expect("utilisation_adjusted", 100 * 511 / 960.0, 5, 0);
	expect("tvo", 960, 2, 0);
	expect("trov_rate", 100 * 481 / 960.0, 5, 0);
	/* A 111, B 110, C 170; nobody told when D's and E's room was clean. */
	expect("tros", 391, 3, 2);
	expect("tros_rate", 100 * 391 / 960.0, 3, 2);
	/* C until 16:30. */
	expect("overflow", 30, 5, 0);
	expect("overflow_rate", 3.125, 5, 0);
	set(targets, &site.target_count, "setup_credit_min", 10);
	/* A 08:00-09:55, B 120, C 13:50-16:00, D 90, E 100. */
	expect("utilisation_adjusted", 100 * 555 / 960.0, 5, 0);
	set(targets, &site.target_count, "tros_end", 2);
	expect("tros", 511, 5, 0);
	set(targets, &site.target_count, "tvo_formula", 2);
	/* OR 1 08:04-16:00, OR 2 08:20-12:00. */
	expect("tvo", 696, 2, 0);
	expect("trov_rate", 100 * 481 / 696.0, 5, 0);
	assert_non_null(strstr(got->variant, "2"));
	expect("utilisation_raw", 100 * 481 / 960.0, 5, 0);
	targets[site.target_count - 1].value = 3;
	expect_none("tvo", "neither 1 nor 2");
	expect_none("trov_rate", "neither 1 nor 2");
}

static void test_over_under_idle(void **state)
{
	(void)state;
	normal_day();
	/* OR 1 restored at 16:50; OR 2 done in time. */
	expect("overused", 50, 2, 0);
	assert_false(got->outside);
	set(targets, &site.target_count, "overrun_min", 49);
	expect("overused", 50, 2, 0);
	assert_true(got->outside);
	expect("underused", 169 + 310, 2, 0);
	expect("idle_before", 4 + 20, 2, 0);
	/* OR 1 09:55-10:10 and 12:00-14:00; OR 2 09:40-10:30. */
	expect("idle_between", 15 + 120 + 50, 2, 0);
	expect("idle_after", 240, 2, 0);
	expect("idle_unused", 0, 2, 0);
	expect("idle", 449, 2, 0);
	expect_none("idle_cost", "no price or_hour");
	expect_none("use_cost", "no price or_hour");
	set(prices, &site.price_count, "or_hour", 600);
	expect("idle_cost", 4490, 2, 0);
	expect_none("use_cost", "or_overtime_hour");
	set(prices, &site.price_count, "or_overtime_hour", 900);
	expect("use_cost", 4790 + 750, 2, 0);
}

static void test_cases_of_the_day(void **state)
{
	(void)state;
	normal_day();
	/* Elective: A B C D F G. */
	expect("cancelled", 1, 6, 0);
	expect("postponed", 0, 6, 0);
	expect("no_show", 1, 6, 0);
	assert_string_equal(got->parts[0].note, "no_show");
	expect("off_rate", 100 / 3.0, 6, 0);
	expect_none("cancelled_cost", "no price cancellation");
	set(prices, &site.price_count, "cancellation", 1450);
	expect("cancelled_cost", 1450, 6, 0);
	/* E: heard of 09:30, incision 10:50, class 2 within the hour. */
	expect("nest_ratio", 80 / 60.0, 1, 0);
	expect("nest_late", 100, 1, 0);
	set(targets, &site.target_count, "nest_2_h", 2);
	expect("nest_late", 0, 1, 0);
	twin->cases[twin_case(twin, "b")].setting = SETTING_EMERGENCY;
	expect("nest_late", 0, 1, 1);
	twin->cases[twin_case(twin, "b")].setting = SETTING_UNKNOWN;
	/* A 10, B 0; C, D and E told neither. */
	expect("pacu_hold", 5, 2, 3);
	expect("cycle", 270, 2, 0);
	near(got->p50, 270, 1e-9);
	near(got->p90, 294, 1e-9);
	expect("wait_pacu_out", 12.5, 2, 0);
	expect("wait_entry", 10, 1, 4);
	/* A 26, B 30, C 20, E 20; D has no incision. */
	expect("in_to_incision", 23, 4, 1);
	/* 511 against 420 minutes. */
	expect("booking_bias", 480.0 * 91 / 511, 5, 0);
	expect_none("wait_call", "both milestones");
	told("b", MILESTONE_SENT_FOR, T(9, 0));
	expect("wait_call", 30, 1, 1);
	told("a", MILESTONE_SENT_FOR, T(7, 30));
	twin->cases[twin_case(twin, "a")].passage[MILESTONE_ARRIVED].by[1].when_ms = at(-60);
	expect("wait_call", 30, 1, 1);
	assert_string_equal(got->left_reason, "here since an earlier day");
	expect_none("timely_care", "no survey feed");
}

/* A stay through midnight is of the day it began, and holds the next morning's
 * session as long as it lasts. */
static void test_midnight(void **state)
{
	(void)state;
	plan("late", "or-1", T(15, 0), 120, FACT_UNKNOWN, T(6, 0));
	stay("late", T(15, 30), T(24, 20));
	plan("night", "or-2", T(22, 0), 120, 3, T(21, 0));
	stay("night", T(22, 30), T(33, 0));
	told("night", MILESTONE_INCISION, T(25, 30));
	plan("next", "or-2", T(32, 0), 60, FACT_UNKNOWN, T(6, 0));
	stay("next", T(33, 20), T(34, 20));
	set(targets, &site.target_count, "tros_end", 2);
	read_day(0, T(40, 0));
	/* 15:30-00:20 and 22:30-09:00. */
	expect("tros", 530 + 630, 2, 0);
	/* 16:00 to 00:20; the night's emergency overruns no session. */
	expect("overflow", 500, 1, 0);
	expect("overused", 500, 1, 0);
	expect("nest_ratio", 270 / 240.0, 1, 0);
	read_day(1, T(48, 0));
	/* The emergency until 09:00, and 09:20-10:20. */
	expect("trov", 120, 2, 0);
	expect("tros", 60, 1, 0);
	expect("first_on_time_15", 0, 1, 0);
	expect("first_tardiness", 80, 1, 0);
	/* 22:30-09:00 is before it; the next is 20 min behind. */
	expect("idle_between", 0, 2, 0);
	expect("idle_before", 20, 2, 0);
	expect("idle_unused", 480, 2, 0);
}

/* A way out that nobody told is not a way out now. */
static void test_missing_milestones(void **state)
{
	(void)state;
	plan("a", "or-1", T(8, 0), 60, FACT_UNKNOWN, T(6, 0));
	told("a", MILESTONE_IN_ROOM, T(8, 0));
	plan("b", "or-1", T(10, 0), 60, FACT_UNKNOWN, T(6, 0));
	stay("b", T(10, 0), T(11, 0));
	plan("c", "or-2", T(8, 0), 60, FACT_UNKNOWN, T(6, 0));
	told("c", MILESTONE_INCISION, T(8, 30));
	told("c", MILESTONE_OUT_ROOM, T(9, 0));
	read_day(0, T(20, 0));
	expect("trov", 60, 1, 2);
	assert_string_equal(got->left_reason, "no in room");
	expect("utilisation_raw", 100 * 60 / 960.0, 1, 2);
	/* B was out at 11:00, but how full OR 1 was before is not known. */
	expect_none("overused", "no session with cases");
	assert_int_equal(got->left_out, 2);
	expect_none("idle", "its cases have no times");
	expect_none("turnover", "followed");
	assert_int_equal(got->left_out, 1);
	expect("first_on_time", 100, 1, 1);
	expect_none("pacu_hold", "no case has out of room");
	expect_none("cycle", "both milestones");
	expect_none("nest_late", "no emergency");
	/* Fulfilled, and no milestone ever: not on time, not late. */
	status("c", CASE_FULFILLED, T(21, 0));
	told("c", MILESTONE_CLEANUP_DONE, T(9, 20));
	expect("first_on_time", 100, 1, 1);
}

/* A programme and not one milestone, as from a server that tells none; then one
 * room of two is told of. */
static void test_silent_rooms_are_not_empty(void **state)
{
	static const char *const keys[] = {"first_on_time_0", "first_tardiness", "turnover",
		"utilisation_raw", "utilisation_adjusted", "trov", "trov_rate", "overflow",
		"overused", "underused", "use_cost", "idle", "idle_unused", "idle_cost", "cycle",
		"booking_bias"};

	(void)state;
	set(prices, &site.price_count, "or_hour", 600);
	set(prices, &site.price_count, "or_overtime_hour", 900);
	plan("a", "or-1", T(8, 0), 60, FACT_UNKNOWN, T(6, 0));
	plan("b", "or-2", T(8, 0), 60, FACT_UNKNOWN, T(6, 0));
	read_day(0, T(20, 0));
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		expect_none(keys[i], "");
	expect("cancelled", 0, 2, 0);
	stay("a", T(8, 0), T(9, 0));
	read_day(0, T(20, 0));
	expect("underused", 420, 1, 1);
	assert_string_equal(got->left_reason, "its planned cases are over, and none was told of");
	expect("idle", 420, 1, 1);
	expect("first_on_time_0", 100, 1, 1);
	expect("utilisation_raw", 100 * 60 / 960.0, 1, 0);
	status("b", CASE_FULFILLED, T(21, 0));
	read_day(0, T(22, 0));
	expect("utilisation_raw", 100 * 60 / 960.0, 1, 1);
	expect("idle", 420, 1, 1);
	assert_string_equal(got->left_reason, "done, and nobody told when");
}

/* Half past nine: what is under way counts as far as it goes. */
static void test_day_under_way(void **state)
{
	(void)state;
	plan("a", "or-1", T(8, 0), 180, FACT_UNKNOWN, T(6, 0));
	told("a", MILESTONE_IN_ROOM, T(8, 15));
	plan("b", "or-2", T(9, 0), 60, FACT_UNKNOWN, T(6, 0));
	plan("e", "or-2", T(10, 0), 60, 2, T(8, 45));
	read_day(0, T(9, 30));
	expect("tvo", 180, 2, 0);
	expect("trov", 75, 1, 0);
	expect("utilisation_raw", 100 * 75 / 180.0, 1, 0);
	/* B should have been in at 09:00. */
	expect("first_on_time_15", 50, 2, 0);
	expect("first_tardiness", 15, 1, 1);
	expect_none("underused", "no session");
	assert_string_equal(got->left_reason, "its session is not over");
	expect_none("overused", "no session");
	expect("idle_before", 15 + 90, 2, 0);
	/* E waits for 45 of 60 minutes: nothing to say yet; at 09:46 it is late. */
	expect_none("nest_late", "NEST class");
	read_day(0, T(9, 46));
	expect("nest_late", 100, 1, 0);
	expect_none("nest_ratio", "NEST class");
	assert_string_equal(got->left_reason, "still waiting");
}

static void test_nothing_is_never_zero(void **state)
{
	(void)state;
	read_day(0, T(20, 0));
	for (int i = 0; i < indicator_count; i++) {
		indicator_read(day, &indicators[i], got);
		/* Hours were offered, whether or not somebody came. */
		if (strcmp(indicators[i].key, "tvo") == 0)
			continue;
		if (got->known)
			fail_msg("%s is known of an empty day", indicators[i].key);
		assert_true(got->because[0] != '\0');
		for (int k = 0; k < i; k++)
			assert_string_not_equal(indicators[i].key, indicators[k].key);
	}
	plan("a", "or-1", T(8, 0), 60, FACT_UNKNOWN, T(6, 0));
	stay("a", T(8, 0), T(9, 0));
	rooms[0].close_min = rooms[1].close_min = 0;
	read_day(0, T(20, 0));
	expect_none("utilisation_raw", "session");
	expect_none("tvo", "session");
	expect_none("idle", "session");
	assert_int_equal(indicator_find("nonsense"), -1);
}

/* Student's t: NIST/SEMATECH e-Handbook 1.3.6.7.2. */
static void test_student(void **state)
{
	(void)state;
	near(indicator_student(0.975, 10), 2.228, 1e-3);
	near(indicator_student(0.975, 19), 2.093, 5e-4);
	near(indicator_student(0.975, 30), 2.042, 5e-4);
	near(indicator_student(0.975, 100), 1.984, 5e-4);
	near(indicator_student(0.025, 38), -2.024, 5e-4);
}

/* 20 days of 10 and 12, then 13 and 15: variance 20/19, standard error
 * sqrt(2/19), 38 degrees of freedom, t = 2.0244. */
static void test_before_and_after(void **state)
{
	double before[20], after[20], half = 2.0244 * sqrt(2 / 19.0);
	struct indicator_series a = {before, 20, 7}, b = {after, 20, 7};
	struct indicator_change change;

	(void)state;
	for (int i = 0; i < 20; i++) {
		before[i] = i % 2 ? 10 : 12;
		after[i] = i % 2 ? 13 : 15;
	}
	change = indicator_compare(&a, &b);
	assert_null(change.refused);
	near(change.difference, 3, 1e-12);
	near(change.freedom, 38, 1e-9);
	near(change.low, 3 - half, 1e-4);
	near(change.high, 3 + half, 1e-4);
	b.definition = 8;
	assert_string_equal(
		indicator_compare(&a, &b).refused, "the definition changed between the two");
	b.definition = 7;
	b.days = 19;
	change = indicator_compare(&a, &b);
	assert_string_equal(change.refused, "too few days");
	assert_int_equal(change.has, 19);
	assert_int_equal(change.needs, 20);
	b.days = 20;
	after[3] = NAN;
	assert_string_equal(indicator_compare(&a, &b).refused, "a day has no value");
}

static void test_definitions(void **state)
{
	const struct indicator_def *turnover = &indicators[indicator_find("turnover")];
	const struct indicator_def *rate = &indicators[indicator_find("trov_rate")];
	uint64_t was = indicator_definition(&site, turnover),
		 other = indicator_definition(&site, rate);

	(void)state;
	assert_int_equal(indicator_definition(&site, turnover), was);
	set(targets, &site.target_count, "turnover_cap_min", 60);
	assert_int_not_equal(indicator_definition(&site, turnover), was);
	set(targets, &site.target_count, "tvo_formula", 2);
	assert_int_not_equal(indicator_definition(&site, rate), other);
	was = indicator_definition(&site, turnover);
	set(targets, &site.target_count, "turnover_min", 30); /* a target is no definition */
	assert_int_equal(indicator_definition(&site, turnover), was);
}

#define U(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {U(test_starts_and_turnovers), U(test_occupation),
		U(test_over_under_idle), U(test_cases_of_the_day), U(test_midnight),
		U(test_missing_milestones), U(test_silent_rooms_are_not_empty),
		U(test_day_under_way), U(test_nothing_is_never_zero), U(test_student),
		U(test_before_and_after), U(test_definitions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
