/* SPDX-License-Identifier: Apache-2.0 */
/* How far a delay spreads, against a recomputation from the simulator's own marks:
 * each replication run twice, here, subtracted, sorted. The day is W3
 * (bench_day.h). */
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
#include "twin/ripple.h"
#include "twin/whatif.h"

enum { REPS = 501, SEED = 11, GRID_MS = 5 * 60000, DAY_STEPS = 24 * 12 };

struct side {
	struct fork fork;
	struct sim_plan plan;
	struct plan_index index;
	struct forecast forecast;
	struct forecast_run *run;
};
static struct side was, is;
static struct what_if_answer answer;
static struct sim_marks marks[2][REPS];

static void simulate(struct side *s, struct sim_marks *out)
{
	static struct sim_draw draw;
	static struct sim_bench bench;
	struct plan_options options = {
		.midnight_ms = s->fork.twin->now_ms - 6 * 3600000, .policy = &s->fork.policy};
	plan_build(s->fork.twin, &options, &s->plan, &s->index);
	s->run = forecast_run_create(&s->plan, &s->index, SEED, REPS);
	assert_non_null(s->run);
	forecast_run_part(s->run, 0, REPS);
	forecast_run_read(s->run, REPS, &s->forecast);
	for (uint32_t rep = 0; rep < REPS; rep++) {
		sim_draw(&s->plan, SEED, rep, &draw);
		sim_run(&s->plan, &draw, &bench, &out[rep]);
	}
}

static void ask(const struct twin *twin, const char *text)
{
	static char refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	char why[SCENARIO_TEXT];
	struct what_if w = {.count = 1};
	assert_true(scenario_parse(text, &w.list[0], why));
	was.fork.twin = twin_create();
	is.fork.twin = twin_create();
	twin_copy(was.fork.twin, twin);
	assert_int_equal(what_if_fork(&is.fork, twin, &w, refused), 1);
	simulate(&was, marks[0]);
	simulate(&is, marks[1]);
	what_if_compare(&(struct what_if_side){was.fork.twin, was.run, &was.forecast},
		&(struct what_if_side){is.fork.twin, is.run, &is.forecast}, &answer);
}

static void forget(void)
{
	struct side *const sides[2] = {&was, &is};
	for (int s = 0; s < 2; s++) {
		forecast_run_destroy(sides[s]->run);
		twin_destroy(sides[s]->fork.twin);
	}
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Of 501 numbers the tenth, middle and ninetieth hundredth are numbers of the
 * list: 50, 250 and 450 (Hyndman and Fan 1996, type 7). */
static void assert_quantiles(const struct quantiles *got, double *list)
{
	qsort(list, REPS, sizeof *list, ascending);
	assert_true(fabs(got->p10 - list[50]) < 0.01);
	assert_true(fabs(got->p50 - list[250]) < 0.01);
	assert_true(fabs(got->p90 - list[450]) < 0.01);
}

/* In the room, and out of it, of the same case in both. */
static void assert_case(const struct what_if_case *c)
{
	double begins[REPS], ends[REPS];
	int i = was.index.case_of[twin_case(was.fork.twin, c->id)];
	int j = is.index.case_of[twin_case(is.fork.twin, c->id)];
	int in = was.index.in_room[was.plan.cases[i].pathway];
	int out = was.index.out_room[was.plan.cases[i].pathway];
	for (int k = 0; k < REPS; k++) {
		begins[k] = (marks[1][k].ended_ms[j][in] - marks[0][k].ended_ms[i][in]) / 60000.0;
		ends[k] = (marks[1][k].ended_ms[j][out] - marks[0][k].ended_ms[i][out]) / 60000.0;
	}
	assert_quantiles(&c->begins, begins);
	assert_quantiles(&c->ends, ends);
}

/* The step of a pathway that needs, or gives back, a pool; -1. */
static int step_with(const struct sim_plan *plan, int pool, bool gives)
{
	for (int s = 0; s < plan->pathways[0].count; s++)
		for (int k = 0; k < SIM_NEEDS; k++)
			if ((gives ? plan->pathways[0].steps[s].give[k]
				   : plan->pathways[0].steps[s].need[k])
				== pool)
				return s;
	return -1;
}

/* The most who lie in the PACU at one of the instants that are looked at. */
static int most_in_pacu(const struct side *s, const struct sim_marks *m)
{
	int pool = 0, most = 0;
	while (s->index.pool_beds[pool] != (int)ROOM_PACU)
		pool++;
	int in = step_with(&s->plan, pool, false), out = step_with(&s->plan, pool, true);
	for (int step = 0; step < DAY_STEPS; step++) {
		int64_t at = (int64_t)step * GRID_MS;
		int there = 0;
		for (int i = 0; i < s->plan.case_count; i++)
			there += !s->plan.cases[i].absent && m->begun_ms[i][in] <= at
				 && m->ended_ms[i][out] > at;
		most = there > most ? there : most;
	}
	return most;
}

static const struct what_if_pool *pacu(void)
{
	for (int p = 0; p < answer.pool_count; p++)
		if (answer.pools[p].beds == (int)ROOM_PACU)
			return &answer.pools[p];
	return NULL;
}

static void assert_peaks(void)
{
	static double before[REPS], after[REPS], by[REPS];
	for (int k = 0; k < REPS; k++) {
		before[k] = most_in_pacu(&was, &marks[0][k]);
		after[k] = most_in_pacu(&is, &marks[1][k]);
		by[k] = after[k] - before[k];
	}
	assert_quantiles(&pacu()->peak_by, by);
	qsort(before, REPS, sizeof *before, ascending);
	qsort(after, REPS, sizeof *after, ascending);
	assert_true(fabs(pacu()->peak[0] - before[250]) < 0.01);
	assert_true(fabs(pacu()->peak[1] - after[250]) < 0.01);
}

/* 25 minutes on one case: each of the fifty, to the hundredth of a minute; those
 * behind it in its room wait for it, and it is the case itself that waits most. */
static void a_delay_of_25_minutes(void **state)
{
	struct site *site;
	struct error err = {""};
	struct twin *twin = bench_day(&site, &err);
	(void)state;
	ask(twin, "delay:case=case-10,min=25");
	assert_int_equal(answer.case_count, 50);
	for (int i = 0; i < answer.case_count; i++)
		assert_case(&answer.cases[i]);
	assert_true(answer.hit_count >= 5 && answer.hit_count < 50);
	assert_string_equal(answer.cases[0].id, "case-10");
	assert_true(fabs(answer.cases[0].begins.p50 - 25) < 1);
	for (int i = 0; i < answer.hit_count; i++)
		assert_int_equal(answer.cases[i].kind, HIT_SHIFTED);
	for (int i = answer.hit_count; i < 50; i++)
		assert_int_equal(answer.cases[i].kind, HIT_NONE);
	assert_peaks();
	forget();
	twin_destroy(twin);
	site_free(site);
}

/* A bed more: nobody begins later for it, the peak grows, the beds are counted. */
static void a_bed_more(void **state)
{
	struct site *site;
	struct error err = {""};
	struct twin *twin = bench_day(&site, &err);
	(void)state;
	ask(twin, "beds:of=pacu,change=1");
	for (int i = 0; i < answer.case_count; i++)
		assert_case(&answer.cases[i]);
	assert_peaks();
	assert_int_equal(pacu()->units[0], 9);
	assert_int_equal(pacu()->units[1], 10);
	assert_true(pacu()->peak_by.p50 > 0.5);
	assert_true(pacu()->full_min[1] < pacu()->full_min[0]);
	forget();
	twin_destroy(twin);
	site_free(site);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delay_of_25_minutes),
		cmocka_unit_test(a_bed_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
