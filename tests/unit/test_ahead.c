/* SPDX-License-Identifier: Apache-2.0 */
/* What comes next, stage by stage: held against the simulator itself. */
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
#include "twin/ahead.h"
#include "twin/random.h"
#include "twin/stat.h"

enum { MINUTE = 60000, REPS = 4000 };

static struct twin *twin;
static struct site *site;
static uint64_t seq;
static struct sim_plan plan;
static struct plan_index map;
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;
static struct stage_ahead stages[SIM_STEPS];
static double ends[SIM_STEPS][REPS];

static int open_day(void **state)
{
	struct error err = {""};
	(void)state;
	twin = bench_day(&site, &err);
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

static void build(void)
{
	const struct plan_options options = {
		.midnight_ms = map.origin_ms - 6 * 60 * (int64_t)MINUTE};
	plan_build(twin, &options, &plan, &map);
}

static void tell(const char *id, enum milestone m, int64_t when_ms)
{
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, when_ms);
	f.seq = ++seq;
	snprintf(f.milestone.id, sizeof f.milestone.id, "%s", id);
	f.milestone.milestone = m;
	f.milestone.when_ms = when_ms;
	twin_apply(twin, &f, NULL);
}

/* Stages that have begun and are looked at somewhere on their way: their 90 %
 * interval covers 86 to 94 % of 1,000 of them. Laws from the published tables
 * (twin/pathway.c), looked at after a share of what they will take. */
static void ninety_of_a_hundred_are_covered(void **state)
{
	static const double laws[][2] = {{14.4, 10.6}, {19.8, 8.6}, {4.9, 3.5}, {130, 55}};
	int within = 0, fresh = 0;
	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		const uint32_t key[2] = {7, 11}, counter[4] = {i, 0, 0, 0};
		uint32_t bits[4];
		double mu, sigma;
		random_philox(key, counter, bits);
		stat_lognormal_of(laws[i % 4][0], laws[i % 4][1], &mu, &sigma);
		struct sim_law law = {SIM_LOGNORMAL, (float)mu, (float)sigma};
		/* Looked at a fixed time after its beginning, if it still runs then. */
		double elapsed = i % 2 ? 0.6 * laws[i % 4][0] : 0;
		double lasts = stat_lognormal_truncated(mu, sigma, elapsed, random_unit(bits[0]));
		double left = lasts - elapsed;
		bool in = left >= stage_left_min(&law, elapsed, 0.05)
			  && left <= stage_left_min(&law, elapsed, 0.95);
		within += in;
		fresh += in && elapsed <= 0;
	}
	printf("covered: %d of 1000, %d of the 500 not begun\n", within, fresh);
	assert_in_range(within, 860, 940);
	assert_in_range(fresh, 430, 470);
}

static void laws_without_randomness(void **state)
{
	struct sim_law law = {SIM_FIXED, 10, 0};
	(void)state;
	assert_true(stage_left_min(&law, 0, 0.1) == 10 && stage_left_min(&law, 4, 0.9) == 6);
	assert_true(stage_left_min(&law, 12, 0.5) == 0);
	law = (struct sim_law){SIM_UNIFORM, 10, 20};
	assert_true(fabs(stage_left_min(&law, 0, 0.5) - 15) < 1e-9);
	law = (struct sim_law){SIM_AT_ONCE, 0, 0};
	assert_true(stage_left_min(&law, 3, 0.5) == 0);
}

static void simulate_ends(int i)
{
	for (int p = 0; p < plan.pool_count; p++)
		plan.pools[p].units = 100; /* nobody waits */
	for (uint32_t n = 0; n < REPS; n++) {
		sim_draw(&plan, 5, n, &draw);
		sim_run(&plan, &draw, &bench, &marks);
		for (int k = plan.cases[i].step; k < plan.pathways[0].count; k++)
			ends[k][n] = (double)(map.origin_ms + marks.ended_ms[i][k]);
	}
	for (int k = plan.cases[i].step; k < plan.pathways[0].count; k++)
		stat_sort(ends[k], REPS);
}

/* Sums of laws against 4,000 simulated patients who wait for nobody: quantiles
 * within two and a half minutes or 4 % of the way. */
static void sums_are_what_the_simulator_does(int i)
{
	int n = stages_ahead(twin, &plan, &map, i, NULL, stages);
	assert_int_equal(n, plan.pathways[0].count - plan.cases[i].step);
	for (int s = 0; s < n; s++) {
		const double told[3] = {stages[s].end.p10, stages[s].end.p50, stages[s].end.p90};
		static const double at[3] = {0.1, 0.5, 0.9};
		assert_false(stages[s].simulated);
		for (int q = 0; q < 3; q++) {
			double is = stat_quantile(ends[plan.cases[i].step + s], REPS, at[q]);
			double off = fabs(told[q] - is) / MINUTE;
			double way = (is - (double)map.origin_ms) / MINUTE;
			if (off > fmax(2.5, 0.04 * way))
				fail_msg("%s, quantile %.1f: %.1f min off", stages[s].name, at[q],
					off);
		}
	}
}

static void from_the_arrival_on(void **state)
{
	(void)state;
	build();
	int i = map.case_of[twin_case(twin, "case-00")];
	simulate_ends(i);
	sums_are_what_the_simulator_does(i);
	/* usual: as the site has it; the W3 pathway says 90 minutes of recovery */
	assert_string_equal(stages[8].name, "recovery");
	assert_true(stages[8].usual_min == 90);
}

static void from_the_table_on(void **state)
{
	(void)state;
	build();
	tell("case-00", MILESTONE_IN_ROOM, map.origin_ms + 118 * (int64_t)MINUTE);
	tell("case-00", MILESTONE_INCISION, map.origin_ms + 140 * (int64_t)MINUTE);
	twin_advance(twin, map.origin_ms + 180 * (int64_t)MINUTE, NULL);
	build();
	int i = map.case_of[twin_case(twin, "case-00")];
	simulate_ends(i);
	sums_are_what_the_simulator_does(i);
	assert_string_equal(stages[0].name, "surgery");
	assert_true(stages[0].running && fabs(stages[0].elapsed_min - 40) < 1e-9);
	assert_true(stages[0].left_min.p10 > 0);
	assert_false(stages[1].running);
}

/* What was simulated is told as it was; the rest stays in order around it. */
static void the_forecast_comes_first(void **state)
{
	static struct forecast forecast;
	(void)state;
	build();
	struct forecast_run *run = forecast_run_create(&plan, &map, 5, 1000);
	forecast_run_part(run, 0, 1000);
	forecast_run_read(run, 1000, &forecast);
	for (int i = 0; i < plan.case_count; i++) {
		const struct forecast_case *f = &forecast.cases[i];
		int n = stages_ahead(twin, &plan, &map, i, f, stages), told = 0;
		for (int s = 0; s < n; s++) {
			const struct stage_ahead *a = &stages[s];
			assert_true(a->end.p10 <= a->end.p50 && a->end.p50 <= a->end.p90);
			assert_true(s == 0 || a->end.p10 >= stages[s - 1].end.p10);
			assert_true(s == 0 || a->end.p50 >= stages[s - 1].end.p50);
			assert_true(s == 0 || a->end.p90 >= stages[s - 1].end.p90);
			told += a->simulated;
		}
		assert_int_equal(told, 3);
		assert_true(stages[map.in_room[0]].end.p90 == f->start.p90);
		assert_true(stages[map.out_room[0]].end.p10 == f->end.p10);
		assert_true(stages[map.out_pacu[0]].end.p50 == f->pacu_out.p50);
	}
	forecast_run_destroy(run);
}

#define T(test) cmocka_unit_test_setup_teardown(test, open_day, close_day)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(ninety_of_a_hundred_are_covered),
		T(laws_without_randomness),
		T(from_the_arrival_on),
		T(from_the_table_on),
		T(the_forecast_comes_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
