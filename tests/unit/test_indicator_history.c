/* SPDX-License-Identifier: Apache-2.0 */
/* Days gone by: small days with one first case each, whose tardiness is the
 * minute it was told to be late; expected values by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "screens/format.h"
#include "tests/unit/twin_world.h"
#include "twin/indicator_history.h"

enum { HOUR_MS = 3600000, NINE = 9 * 60 };

static struct twin *twin;
static struct indicator_history *history;
static int tardiness;

static int setup(void **state)
{
	(void)state;
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	start(&twin);
	history = indicator_history_create(format_midnight);
	tardiness = indicator_find("first_tardiness");
	assert_non_null(history);
	assert_true(indicator_count <= HISTORY_INDICATORS);
	rooms[OR1].open_min = 8 * 60;
	rooms[OR1].close_min = 16 * 60;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	indicator_history_destroy(history);
	twin_destroy(twin);
	return 0;
}

static void say(struct fact f)
{
	indicator_history_before(history, twin, f.at_ms);
	put(twin, f);
}

/* The local midnight `day` days after Thursday 2026-03-26: the clocks go forward
 * on the Sunday. */
static int64_t midnight_of(int day)
{
	struct tm tm = {.tm_year = 126, .tm_mon = 2, .tm_mday = 26 + day, .tm_isdst = -1};

	return (int64_t)mktime(&tm) * 1000;
}

/* A first case at nine, so many minutes late, done by ten unless it runs on. */
static void operate(int day, int late_min, bool until_two)
{
	char id[ID_SIZE];
	int64_t nine = midnight_of(day) + NINE * (int64_t)MIN;
	struct fact f = case_fact("", "", "or-1", 0, 0, 0);

	snprintf(id, sizeof id, "day-%d", day);
	FILL(f.surgery.id, id);
	FILL(f.surgery.patient, id);
	f.surgery.start_ms = nine;
	f.surgery.end_ms = nine + HOUR_MS;
	f.at_ms = nine - HOUR_MS;
	say(f);
	f = milestone_fact(id, SOURCE_FHIR, MILESTONE_IN_ROOM, 0);
	f.at_ms = f.milestone.when_ms = nine + late_min * (int64_t)MIN;
	say(f);
	f = milestone_fact(id, SOURCE_FHIR, MILESTONE_OUT_ROOM, 0);
	f.at_ms = f.milestone.when_ms =
		until_two ? midnight_of(day + 1) + 2 * HOUR_MS : nine + HOUR_MS;
	say(f);
}

static void closes_a_day_once_it_is_over(void **state)
{
	struct fact f = fact_make(FACT_AUDIT, SOURCE_SYSTEM, 0);

	(void)state;
	operate(0, 7, true);
	f.at_ms = midnight_of(1) + 4 * HOUR_MS - 1;
	say(f);
	assert_null(indicator_history_day(history, 0));
	f.at_ms += 1;
	say(f);
	const struct indicator_past *past = indicator_history_day(history, 0);
	assert_non_null(past);
	assert_int_equal(past->from_ms, midnight_of(0));
	assert_int_equal(past->entered, 1);
	assert_true(fabs(past->values[tardiness] - 7) < 1e-9);
	assert_null(indicator_history_day(history, 1));
}

/* Nobody operated on Saturday and Sunday; on Sunday there are 23 hours. */
static void keeps_days_with_patients_only(void **state)
{
	(void)state;
	operate(1, 3, false);
	operate(4, 5, false);
	operate(5, 6, false);
	assert_int_equal(history->total, 2);
	assert_int_equal(indicator_history_day(history, 0)->from_ms, midnight_of(4));
	assert_true(fabs(indicator_history_day(history, 0)->values[tardiness] - 5) < 1e-9);
	assert_int_equal(indicator_history_day(history, 1)->from_ms, midnight_of(1));
	assert_int_equal(midnight_of(4) - midnight_of(1), 71 * HOUR_MS);
}

/* Twenty days 2 and 4 min late, then twenty 10 and 12: difference 8, each side's
 * variance 20/19, standard error sqrt(2 / 19), t 2.0244 (38 degrees). */
static void sets_twenty_days_against_twenty(void **state)
{
	struct indicator_trend trend;

	(void)state;
	for (int day = 0; day <= 40; day++) {
		operate(day, (day < 20 ? 2 : 10) + day % 2 * 2, false);
		if (day == 39) {
			indicator_history_trend(history, tardiness, &trend);
			assert_int_equal(trend.after, 20);
			assert_int_equal(trend.before, 19);
			assert_string_equal(trend.change.refused, "too few days");
		}
	}
	indicator_history_trend(history, tardiness, &trend);
	assert_null(trend.change.refused);
	assert_true(fabs(trend.mean - 11) < 1e-9 && fabs(trend.mean_before - 3) < 1e-9);
	assert_true(fabs(trend.change.difference - 8) < 1e-9);
	assert_true(fabs(trend.change.high - 8 - 2.0244 * sqrt(2.0 / 19)) < 1e-3);
	assert_int_equal(trend.since_ms, midnight_of(0));
	/* Of forty days none had a cancellation's price: no value, no trend. */
	indicator_history_trend(history, indicator_find("cancelled_cost"), &trend);
	assert_int_equal(trend.after, 0);
	assert_true(isnan(trend.mean));
}

/* Sessions that count otherwise from the thirtieth day on. */
static void refuses_what_was_defined_otherwise(void **state)
{
	struct target cap = {"turnover_cap_min", 60};
	struct indicator_trend trend;
	struct site other = site;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, 0);
	int turnover = indicator_find("first_on_time"), changed = -1;

	(void)state;
	other.targets = &cap;
	other.target_count = 1;
	FILL(other.hash, "01");
	for (int i = 0; i < indicator_count; i++)
		if (indicator_definition(&site, &indicators[i])
			!= indicator_definition(&other, &indicators[i]))
			changed = i;
	assert_true(changed >= 0);
	for (int day = 0; day <= 40; day++) {
		if (day == 30) {
			f.at_ms = midnight_of(day) + 5 * HOUR_MS;
			f.site.site = &other;
			say(f);
		}
		operate(day, 5, false);
	}
	indicator_history_trend(history, turnover, &trend);
	assert_null(trend.change.refused);
	for (int n = 0; n < 40; n++) /* as if it had a value each day */
		history->days[n].values[changed] = n;
	indicator_history_trend(history, changed, &trend);
	assert_string_equal(trend.change.refused, "the definition changed between the two");
}

static void forgets_the_oldest(void **state)
{
	(void)state;
	for (int day = 0; day < HISTORY_DAYS + 6; day++)
		operate(day, day % 50, false);
	assert_int_equal(history->total, HISTORY_DAYS + 5);
	assert_int_equal(indicator_history_day(history, HISTORY_DAYS - 1)->from_ms, midnight_of(5));
	assert_null(indicator_history_day(history, HISTORY_DAYS));
	assert_true(
		fabs(indicator_history_day(history, 0)->values[tardiness] - (HISTORY_DAYS + 4) % 50)
		< 1e-9);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(closes_a_day_once_it_is_over),
		T(keeps_days_with_patients_only), T(sets_twenty_days_against_twenty),
		T(refuses_what_was_defined_otherwise), T(forgets_the_oldest)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
