/* SPDX-License-Identifier: Apache-2.0 */
/* The fasting clock: six hours after a meal, two after clear fluids (ESAIC
 * 2022; ASA 2017), by hand on a day whose first cases are planned at 08:00. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/bench_day.h"
#include "twin/fasting.h"
#include "twin/forecast.h"

enum { MINUTE = 60000, PLAN_REPS = 300 };

static struct twin *twin;
static struct site *site;
static int64_t midnight_ms;
static uint64_t seq;

static int open_day(void **state)
{
	struct error err = {""};
	(void)state;
	twin = bench_day(&site, &err);
	if (twin == NULL)
		print_error("%s\n", err.text);
	else
		midnight_ms = twin->now_ms - 6 * 60 * (int64_t)MINUTE;
	seq = 1000;
	return twin == NULL;
}

static int close_day(void **state)
{
	(void)state;
	twin_destroy(twin);
	site_free(site);
	return 0;
}

static int64_t clock_ms(int hour, int minute)
{
	return midnight_ms + (hour * 60 + minute) * (int64_t)MINUTE;
}

static void apply(struct fact *f)
{
	f->seq = ++seq;
	twin_apply(twin, f, NULL);
}

static void ate(const char *id, enum intake what, int64_t when_ms, int64_t said_ms)
{
	struct fact f = fact_make(FACT_INTAKE, SOURCE_PERSON, said_ms);
	snprintf(f.intake.id, sizeof f.intake.id, "%s", id);
	f.intake.intake = what;
	f.intake.when_ms = when_ms;
	apply(&f);
}

static void says_fasting(const char *id, int value, int64_t said_ms)
{
	struct fact f = fact_make(FACT_READINESS, SOURCE_FHIR, said_ms);
	snprintf(f.readiness.id, sizeof f.readiness.id, "%s", id);
	f.readiness.item = READY_FASTING;
	f.readiness.value = value;
	apply(&f);
}

static const struct alarm *ringing(const char *key)
{
	int i = twin_alarm(twin, key);
	return i >= 0 && twin->alarms[i].active ? &twin->alarms[i] : NULL;
}

static void six_hours_after_a_meal_two_after_water(void **state)
{
	int i = twin_case(twin, "case-00");
	(void)state;
	assert_true(fasting_legal_ms(twin, i) == 0);
	assert_int_equal(fasting_binding(twin, i), INTAKE_COUNT);
	ate("case-00", INTAKE_CLEAR, clock_ms(7, 10), clock_ms(7, 15));
	assert_true(fasting_legal_ms(twin, i) == clock_ms(9, 10));
	ate("case-00", INTAKE_SOLIDS, clock_ms(6, 30), clock_ms(7, 16));
	assert_true(fasting_legal_ms(twin, i) == clock_ms(12, 30));
	assert_int_equal(fasting_binding(twin, i), INTAKE_SOLIDS);
	/* Water later than the meal changes nothing until its two hours are later. */
	ate("case-00", INTAKE_CLEAR, clock_ms(10, 29), clock_ms(10, 30));
	assert_true(fasting_legal_ms(twin, i) == clock_ms(12, 30));
	ate("case-00", INTAKE_CLEAR, clock_ms(10, 31), clock_ms(10, 32));
	assert_int_equal(fasting_binding(twin, i), INTAKE_CLEAR);
	assert_true(fasting_legal_ms(twin, i) == clock_ms(12, 31));
	/* Taken back, one after the other. */
	ate("case-00", INTAKE_CLEAR, 0, clock_ms(10, 33));
	assert_true(fasting_legal_ms(twin, i) == clock_ms(12, 30));
	ate("case-00", INTAKE_SOLIDS, 0, clock_ms(10, 34));
	assert_true(fasting_legal_ms(twin, i) == 0);
	ate("case-00", INTAKE_LIGHT, clock_ms(6, 0), clock_ms(10, 35));
	assert_true(fasting_legal_ms(twin, i) == clock_ms(12, 0));
}

static void the_site_may_ask_for_more(void **state)
{
	struct target targets[] = {{"fasting_solids_h", 8}, {"fasting_fluids_h", 1}};
	const struct target *were = site->targets;
	int count = site->target_count, i = twin_case(twin, "case-00");
	(void)state;
	ate("case-00", INTAKE_SOLIDS, clock_ms(6, 30), clock_ms(7, 0));
	site->targets = targets;
	site->target_count = 2;
	assert_true(fasting_legal_ms(twin, i) == clock_ms(14, 30));
	ate("case-00", INTAKE_SOLIDS, 0, clock_ms(7, 1));
	ate("case-00", INTAKE_CLEAR, clock_ms(6, 30), clock_ms(7, 2));
	assert_true(fasting_legal_ms(twin, i) == clock_ms(7, 30));
	site->targets = (struct target *)were;
	site->target_count = count;
}

/* An evening meal is no hindrance; a breakfast is, until its hours are over. */
static void a_clock_is_more_than_a_word(void **state)
{
	int i = twin_case(twin, "case-00");
	(void)state;
	assert_int_equal(fasting_kept(twin, i), -1);
	says_fasting("case-00", 1, clock_ms(6, 40));
	assert_int_equal(fasting_kept(twin, i), 1);
	assert_null(ringing("fasting:case-00"));
	ate("case-00", INTAKE_SOLIDS, clock_ms(6, 30), clock_ms(6, 45));
	assert_int_equal(fasting_kept(twin, i), 0);
	assert_non_null(ringing("fasting:case-00"));
	/* "Yes" does not undo what has been eaten. */
	says_fasting("case-00", 1, clock_ms(6, 50));
	assert_int_equal(fasting_kept(twin, i), 0);
	ate("case-00", INTAKE_SOLIDS, clock_ms(2, 0), clock_ms(6, 55));
	assert_int_equal(fasting_kept(twin, i), 1);
	assert_null(ringing("fasting:case-00"));
	/* A "no" said later is news: of something that nobody has timed. */
	says_fasting("case-00", 0, clock_ms(7, 0));
	assert_int_equal(fasting_kept(twin, i), 0);
	assert_non_null(ringing("fasting:case-00"));
}

static void the_alarm_ends_when_the_clock_runs_out(void **state)
{
	(void)state;
	ate("case-00", INTAKE_SOLIDS, clock_ms(6, 30), clock_ms(7, 0));
	twin_advance(twin, clock_ms(12, 30) - 1, NULL);
	assert_non_null(ringing("fasting:case-00"));
	twin_advance(twin, clock_ms(12, 30), NULL);
	assert_null(ringing("fasting:case-00"));
}

static void the_digest_sees_it(void **state)
{
	char before[65], eaten[65], back[65];
	(void)state;
	twin_advance(twin, clock_ms(7, 1), NULL);
	twin_digest(twin, before);
	ate("case-00", INTAKE_SOLIDS, clock_ms(1, 30), clock_ms(7, 1));
	twin_digest(twin, eaten);
	assert_string_not_equal(before, eaten);
	ate("case-00", INTAKE_LIGHT, 0, clock_ms(7, 1));
	twin_digest(twin, back);
	assert_string_not_equal(eaten, back);
	/* A word on an unknown case is counted and changes nothing else. */
	uint64_t ignored = twin->ignored;
	ate("nobody", INTAKE_SOLIDS, clock_ms(6, 30), clock_ms(7, 1));
	assert_true(twin->ignored == ignored + 1);
}

static struct sim_plan plan;
static struct plan_index map;
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;

/* The earliest entry of a case over many days, ms; SIM_NEVER it never enters. */
static int64_t earliest_ms(const char *id)
{
	const struct plan_options options = {.midnight_ms = midnight_ms};
	int64_t least = INT64_MAX;
	plan_build(twin, &options, &plan, &map);
	int i = map.case_of[twin_case(twin, id)];
	for (uint32_t n = 0; n < PLAN_REPS; n++) {
		sim_draw(&plan, 3, n, &draw);
		sim_run(&plan, &draw, &bench, &marks);
		assert_int_equal(marks.stuck, 0);
		int64_t in = map.origin_ms + marks.ended_ms[i][map.in_room[plan.cases[i].pathway]];
		least = in < least ? in : least;
	}
	return least;
}

/* Nobody enters before the clock has run out, and the list keeps its order:
 * what comes after waits, until somebody says otherwise. */
static void no_forecast_before_it(void **state)
{
	(void)state;
	assert_true(earliest_ms("case-00") < clock_ms(8, 10));
	assert_true(earliest_ms("case-01") < clock_ms(10, 30));
	ate("case-00", INTAKE_SOLIDS, clock_ms(6, 30), clock_ms(7, 0));
	assert_true(earliest_ms("case-00") >= clock_ms(12, 30));
	assert_true(earliest_ms("case-00") < clock_ms(12, 45));
	assert_true(earliest_ms("case-01") > clock_ms(13, 0));
	assert_true(earliest_ms("case-05") < clock_ms(8, 10)); /* the next room */
	/* A clock that runs out before the booking changes nothing. */
	ate("case-00", INTAKE_SOLIDS, clock_ms(1, 0), clock_ms(7, 1));
	assert_true(earliest_ms("case-00") < clock_ms(8, 10));
}

/* NEST 2: within the hour, whatever was eaten. */
static void an_emergency_does_not_wait(void **state)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, clock_ms(6, 59));
	(void)state;
	snprintf(f.surgery.id, sizeof f.surgery.id, "case-00");
	f.surgery.nest = 2;
	apply(&f);
	ate("case-00", INTAKE_SOLIDS, clock_ms(6, 30), clock_ms(7, 0));
	assert_false(fasting_binds(&twin->cases[twin_case(twin, "case-00")]));
	assert_true(earliest_ms("case-00") < clock_ms(8, 10));
	f.surgery.nest = 4;
	f.at_ms = clock_ms(7, 1);
	apply(&f);
	assert_true(earliest_ms("case-00") >= clock_ms(12, 30));
}

#define T(test) cmocka_unit_test_setup_teardown(test, open_day, close_day)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(six_hours_after_a_meal_two_after_water),
		T(the_site_may_ask_for_more),
		T(a_clock_is_more_than_a_word),
		T(the_alarm_ends_when_the_clock_runs_out),
		T(the_digest_sees_it),
		T(no_forecast_before_it),
		T(an_emergency_does_not_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
