/* SPDX-License-Identifier: Apache-2.0 */
/* A word against a law, by hand: precisions 1/sd^2 weigh the two logarithms. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/bench_day.h"
#include "twin/estimate.h"
#include "twin/forecast.h"
#include "twin/stat.h"

enum { MINUTE = 60000 };

static void near(double got, double want)
{
	if (!(fabs(got - want) < 1e-6 * (1 + fabs(want))))
		fail_msg("%.9g instead of %.9g", got, want);
}

/* Equal spreads: the geometric mean of 60 and 30 minutes, and 1 / sqrt 2. Twice
 * the spread: a quarter of the weight, (log 60 + 4 log 30) / 5 and 1 / sqrt 5. */
static void weighs_by_precision(void **state)
{
	(void)state;
	double factor, narrower;
	estimate_combine(log(60), 0.35, 30, 0.35, &factor, &narrower);
	near(60 * factor, sqrt(60.0 * 30));
	near(narrower, 1 / sqrt(2));
	estimate_combine(log(60), 0.7, 30, 0.35, &factor, &narrower);
	near(log(60 * factor), (log(60) + 4 * log(30)) / 5);
	near(narrower, 1 / sqrt(5));
}

/* Nothing has run: the law is its own left-over. After 60 minutes of a law of
 * median 60 the tail is 1/2, and the quantiles 0.1587, 0.5 and 0.8413 of what is
 * left are those of the law at 0.57933, 0.75 and 0.92067, less 60. */
static void knows_what_is_left(void **state)
{
	(void)state;
	double mu, sigma, law[3];
	const double p[] = {0.57932762696572854, 0.75, 0.92067237303427146};
	estimate_left(log(60), 0.35, 0, &mu, &sigma);
	near(mu, log(60));
	near(sigma, 0.35);
	for (int i = 0; i < 3; i++)
		law[i] = log(60 * exp(0.35 * stat_normal_quantile(p[i])) - 60);
	estimate_left(log(60), 0.35, 60, &mu, &sigma);
	near(mu, law[1]);
	near(sigma, (law[2] - law[0]) / 2);
}

static void is_never_nothing(void **state)
{
	(void)state;
	double mu, sigma, factor, narrower;
	for (double elapsed = 0; elapsed < 1e6; elapsed = elapsed * 3 + 1)
		for (double left = 0.01; left < 1e4; left *= 10) {
			estimate_left(log(90), 0.4, elapsed, &mu, &sigma);
			estimate_combine(mu, sigma, left, 0.35, &factor, &narrower);
			assert_true(isfinite(factor) && factor > 0);
			assert_true(narrower > 0 && narrower < 1);
			assert_true(
				stat_lognormal_quantile(mu + log(factor), sigma * narrower, 0.01)
				> 0);
		}
}

/* ---- in the plan ---- */

static struct sim_plan plan;
static struct plan_index map;

struct suite {
	struct twin *twin;
	struct site *site;
	int64_t t0;
	uint64_t seq;
	const char *id; /* the first case of the first room, in since t0 */
};

static int open_suite(void **state)
{
	static struct suite s;
	struct error err = {""};
	s.twin = bench_day(&s.site, &err);
	*state = &s;
	if (s.twin == NULL)
		return -1;
	plan_build(s.twin, &(struct plan_options){0}, &plan, &map);
	s.t0 = s.twin->now_ms;
	s.seq = s.twin->seq;
	s.id = s.twin->cases[map.twin_case[plan.rooms[0].turn[0]]].id;
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, s.t0);
	f.seq = ++s.seq;
	memcpy(f.milestone.id, s.id, ID_SIZE);
	f.milestone.milestone = MILESTONE_IN_ROOM;
	f.milestone.when_ms = s.t0;
	twin_apply(s.twin, &f, NULL);
	return 0;
}

static int close_suite(void **state)
{
	struct suite *s = *state;
	twin_destroy(s->twin);
	site_free(s->site);
	return 0;
}

static void say(struct suite *s, double left_min, int minute)
{
	struct fact f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, s->t0 + minute * (int64_t)MINUTE);
	f.seq = ++s->seq;
	memcpy(f.estimate.id, s->id, ID_SIZE);
	f.estimate.left_min = left_min;
	f.estimate.when_ms = f.at_ms;
	twin_apply(s->twin, &f, NULL);
}

static struct forecast *foresee(struct suite *s, int minute, struct forecast_case **mine)
{
	static struct forecast out;
	twin_advance(s->twin, s->t0 + minute * (int64_t)MINUTE, NULL);
	plan_build(s->twin, &(struct plan_options){0}, &plan, &map);
	struct forecast_run *run = forecast_run_create(&plan, &map, 3, 1000);
	forecast_run_part(run, 0, 1000);
	forecast_run_read(run, 1000, &out);
	forecast_run_destroy(run);
	*mine = &out.cases[map.case_of[twin_case(s->twin, s->id)]];
	return &out;
}

/* A long word makes the case longer, taken back it is as before, and hours after
 * any word the end is still ahead of now. */
static void moves_the_forecast(void **state)
{
	struct suite *s = *state;
	struct forecast_case *mine;
	foresee(s, 20, &mine);
	double before = mine->end.p50;
	say(s, 240, 20);
	foresee(s, 20, &mine);
	assert_true(mine->end.p50 > before + 30 * MINUTE);
	assert_true(mine->end.p50 < (double)s->t0 + 260.0 * MINUTE);
	say(s, FACT_UNKNOWN, 20);
	foresee(s, 20, &mine);
	near(mine->end.p50, before);
	say(s, 10, 21);
	for (int minute = 21; minute < 600; minute += 40) {
		foresee(s, minute, &mine);
		assert_true(mine->end.p50 > (double)s->twin->now_ms);
		assert_true(mine->remaining_min > 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(weighs_by_precision),
		cmocka_unit_test(knows_what_is_left),
		cmocka_unit_test(is_never_nothing),
		cmocka_unit_test_setup_teardown(moves_the_forecast, open_suite, close_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
