/* SPDX-License-Identifier: Apache-2.0 */
#include <ev.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "screens/format.h"
#include "src/bench_day.h"
#include "src/foresee.h"
#include "src/forecaster.h"

struct heard {
	struct ev_loop *loop;
	struct forecaster *f;
	int answers, reps, best; /* best: answers when the last replications were in */
	uint64_t seq;
};

static void on_ready(void *context)
{
	struct heard *h = context;
	const struct forecast *forecast = forecaster_last(h->f);
	h->answers++;
	h->reps = forecast->reps;
	h->seq = forecast->seq;
	if (forecast->reps == 2000 && h->best == 0)
		h->best = h->answers;
	/* What binds comes last, with the answer it belongs to. */
	if (forecast->ranked_reps > 0)
		ev_break(h->loop, EVBREAK_ALL);
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* The same question asked of the thread and of the functions themselves has the
 * same answer; the twin is not touched. */
static void answers_what_was_asked(void **state)
{
	(void)state;
	struct site *site;
	struct error err = {""};
	struct heard h = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct twin *twin = bench_day(&site, &err);
	char before[65], after[65];
	ev_timer late;
	h.f = forecaster_create(h.loop, 4, on_ready, &h);
	assert_null(forecaster_last(h.f));
	twin_digest(twin, before);
	for (int i = 0; i < 5; i++)
		forecaster_ask(h.f, twin, NULL); /* only the last one counts */
	ev_timer_init(&late, on_late, 60, 0);
	ev_timer_start(h.loop, &late);
	ev_run(h.loop, 0);
	assert_int_equal(h.reps, 2000);
	assert_true(h.seq == twin->seq);
	assert_true(h.answers == h.best + 1);
	twin_digest(twin, after);
	assert_string_equal(before, after);

	static struct sim_plan plan;
	static struct plan_index index;
	static struct forecast alone;
	struct plan_options day = {.midnight_ms = format_midnight(twin->now_ms)};
	plan_build(twin, &day, &plan, &index);
	struct forecast_run *run = forecast_run_create(&plan, &index, 4, 2000);
	forecast_run_part(run, 0, 2000);
	forecast_run_read(run, 2000, &alone);
	const struct forecast *got = forecaster_last(h.f);
	struct foresee_rank rank = {.reps = got->ranked_reps, .threads = 2};
	assert_true(foresee_bottlenecks(&plan, &index, run, &rank, &alone));
	assert_int_equal(alone.bottleneck_count, 4); /* three roles and the bays */
	assert_int_equal(got->bottleneck_count, 4);
	for (int i = 0; i < 4; i++)
		assert_memory_equal(
			&alone.bottlenecks[i], &got->bottlenecks[i], sizeof alone.bottlenecks[i]);
	for (int i = 0; i < alone.case_count; i++)
		assert_memory_equal(&alone.cases[i], &got->cases[i], sizeof alone.cases[i]);
	forecast_run_destroy(run);
	forecaster_destroy(h.f);
	ev_loop_destroy(h.loop);
	twin_destroy(twin);
	site_free(site);
}

/* Ended in the middle of its work, and asked again and again while it works. */
static void ends_and_is_overtaken(void **state)
{
	(void)state;
	struct site *site;
	struct error err = {""};
	struct heard h = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct twin *twin = bench_day(&site, &err);
	for (int round = 0; round < 5; round++) {
		h.f = forecaster_create(h.loop, 4, on_ready, &h);
		for (int i = 0; i < 20; i++) {
			forecaster_ask(h.f, twin, NULL);
			ev_run(h.loop, EVRUN_NOWAIT);
		}
		forecaster_destroy(h.f);
	}
	ev_loop_destroy(h.loop);
	twin_destroy(twin);
	site_free(site);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_what_was_asked),
		cmocka_unit_test(ends_and_is_overtaken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
