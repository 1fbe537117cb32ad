/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SCENARIO_WORLD_H
#define VIGIE_TESTS_SCENARIO_WORLD_H

/* The W3 day (bench_day.h: ten rooms, five cases each at 08:00, 09:40 ..., 90 minutes
 * booked, at 06:00), a fork of it, and the simulator on both. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/bench_day.h"
#include "twin/whatif.h"

enum { MINUTE = 60000, REPS = 2000 };

struct suite {
	struct twin *twin;
	struct site *site;
	struct fork fork;
	int64_t six_ms; /* 06:00 */
	char why[SCENARIO_TEXT];
};
static struct suite s;
static struct sim_plan plans[2];
static struct plan_index maps[2];
static struct forecast forecasts[2];
static struct what_if_answer answer;

static int open_suite(void **state)
{
	struct error err = {""};
	(void)state;
	s.twin = bench_day(&s.site, &err);
	assert_non_null(s.twin);
	s.fork.twin = twin_create();
	twin_copy(s.fork.twin, s.twin);
	s.six_ms = s.twin->now_ms;
	memset(&s.fork.policy, 0, sizeof s.fork.policy);
	return 0;
}

static int close_suite(void **state)
{
	(void)state;
	twin_destroy(s.twin);
	twin_destroy(s.fork.twin);
	site_free(s.site);
	return 0;
}

/* Told on the fork. The one it is a copy of does not change, and neither does
 * the fork when it is refused. */
static bool inject(const char *text)
{
	struct scenario one;
	char live[65], live_after[65], fork[65], fork_after[65];
	struct plan_policy policy = s.fork.policy;
	if (!scenario_parse(text, &one, s.why))
		fail_msg("%s: %s", text, s.why);
	twin_digest(s.twin, live);
	twin_digest(s.fork.twin, fork);
	bool done = scenario_inject(&s.fork, &one, s.why);
	twin_digest(s.twin, live_after);
	twin_digest(s.fork.twin, fork_after);
	assert_string_equal(live, live_after);
	if (!done) {
		assert_true(s.why[0] != '\0');
		assert_string_equal(fork, fork_after);
		assert_memory_equal(&policy, &s.fork.policy, sizeof policy);
	}
	return done;
}

static const struct surgery *of(const char *id)
{
	int i = twin_case(s.fork.twin, id);
	assert_true(i >= 0);
	return &s.fork.twin->cases[i];
}

static void tell(const char *id, enum milestone m, int minute)
{
	struct twin *both[2] = {s.twin, s.fork.twin};
	for (int k = 0; k < 2; k++) {
		struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, 0);
		f.seq = both[k]->seq + 1;
		snprintf(f.milestone.id, sizeof f.milestone.id, "%s", id);
		f.milestone.milestone = m;
		f.at_ms = f.milestone.when_ms = both[k]->cases[0].start_ms + minute * MINUTE;
		twin_apply(both[k], &f, NULL);
	}
}

static struct forecast_run *simulated(int k, const struct fork *fork)
{
	int64_t midnight = s.twin->cases[0].start_ms - 8 * 3600 * 1000LL;
	struct plan_options options = {.midnight_ms = midnight, .policy = &fork->policy};
	plan_build(fork->twin, &options, &plans[k], &maps[k]);
	struct forecast_run *run = forecast_run_create(&plans[k], &maps[k], 7, REPS);
	assert_non_null(run);
	forecast_run_part(run, 0, REPS);
	forecast_run_read(run, REPS, &forecasts[k]);
	return run;
}

/* The fork against the day as it is. */
static void compare(void)
{
	const struct fork as_is = {.twin = s.twin};
	struct forecast_run *a = simulated(0, &as_is), *b = simulated(1, &s.fork);
	what_if_compare(&(struct what_if_side){s.twin, a, &forecasts[0]},
		&(struct what_if_side){s.fork.twin, b, &forecasts[1]}, &answer);
	forecast_run_destroy(a);
	forecast_run_destroy(b);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_suite, close_suite)

#endif
