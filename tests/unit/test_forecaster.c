/* SPDX-License-Identifier: Apache-2.0 */
#include <ev.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static void same(const struct forecast_bottleneck *a, const struct forecast_bottleneck *b)
{
	assert_true(a->role == b->role && a->beds == b->beds && a->kit == b->kit);
	assert_memory_equal(&a->effect, &b->effect, sizeof a->effect);
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
	assert_null(forecaster_radar_last(h.f));
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
	struct plan_options day = {.midnight_ms = format_clock_zero(twin->now_ms)};
	plan_build(twin, &day, &plan, &index);
	static struct radar radar;
	struct forecast_run *run = forecast_run_create(&plan, &index, 4, 2000);
	struct radar_run *moments = radar_run_create(&plan, &index, twin->site, 2000);
	forecast_run_watch(run, radar_watch, moments);
	forecast_run_part(run, 0, 2000);
	forecast_run_read(run, 2000, &alone);
	assert_true(radar_read(moments, 2000, twin, &radar));
	radar_run_destroy(moments);
	const struct radar_ask close = {.twin = twin, .options = &day, .seed = 4};
	assert_true(radar_close(&close, &radar.closes));
	assert_true(radar.count > 0 && radar.closes.at_ms == twin->now_ms);
	assert_memory_equal(&radar, forecaster_radar_last(h.f), sizeof radar);
	const struct forecast *got = forecaster_last(h.f);
	struct foresee_rank rank = {.reps = got->ranked_reps, .threads = 2};
	assert_true(foresee_bottlenecks(&plan, &index, run, &rank, &alone));
	assert_int_equal(alone.bottleneck_count, 4); /* three roles and the bays */
	assert_int_equal(got->bottleneck_count, 4);
	for (int i = 0; i < 4; i++) {
		same(&alone.bottlenecks[i], &got->bottlenecks[i]);
		same(&alone.bottlenecks_later[i], &got->bottlenecks_later[i]);
		assert_true(alone.demand[i].p_short == got->demand[i].p_short);
	}
	for (int i = 0; i < alone.case_count; i++)
		assert_memory_equal(&alone.cases[i], &got->cases[i], sizeof alone.cases[i]);
	forecast_run_destroy(run);
	forecaster_destroy(h.f);
	ev_loop_destroy(h.loop);
	twin_destroy(twin);
	site_free(site);
}

/* Runs the loop until an answer passes, a minute at most. */
struct waiting {
	struct ev_loop *loop;
	struct forecaster *f;
	bool (*done)(const struct what_if_answer *answer);
};

static void on_answer(void *context)
{
	struct waiting *w = context;
	if (w->done(forecaster_what_if_last(w->f)))
		ev_break(w->loop, EVBREAK_ALL);
}

static bool wait_until(struct waiting *w, bool (*done)(const struct what_if_answer *answer))
{
	ev_timer late;
	w->done = done;
	ev_timer_init(&late, on_late, 60, 0);
	ev_timer_start(w->loop, &late);
	ev_run(w->loop, 0);
	ev_timer_stop(w->loop, &late);
	return forecaster_last(w->f) != NULL && done(forecaster_what_if_last(w->f));
}

static bool is_best(const struct what_if_answer *a)
{
	return a->asked.count == 2 && a->reps == 2000;
}

/* Not the answer before it, which is told again when it is ranked. */
static bool is_refused(const struct what_if_answer *a)
{
	return is_best(a) && a->refused[1][0] != '\0';
}

static bool is_one(const struct what_if_answer *a)
{
	return a->asked.count == 1;
}

static bool is_none(const struct what_if_answer *a)
{
	return a->asked.count == 0;
}

static bool is_tried(const struct what_if_answer *a)
{
	return strcmp(a->remedies.room, "or-3") == 0 && a->remedies.tried > 0;
}

static struct what_if stack_of(const char *first, const char *second)
{
	struct what_if w = {.count = second != NULL ? 2 : 1};
	char why[SCENARIO_TEXT];
	assert_true(scenario_parse(first, &w.list[0], why));
	if (second != NULL)
		assert_true(scenario_parse(second, &w.list[1], why));
	return w;
}

/* Member by member: what lies between them is nobody's. Bit for bit all the same. */
static void same_stay(const struct what_if_stay *a, const struct what_if_stay *b)
{
	assert_int_equal(a->room, b->room);
	assert_true(a->start_ms == b->start_ms && a->end_ms == b->end_ms);
	assert_true(a->ends == b->ends && a->off == b->off);
}

static void same_case(const struct what_if_case *a, const struct what_if_case *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_string_equal(a->id, b->id);
	same_stay(&a->before, &b->before);
	same_stay(&a->after, &b->after);
	assert_memory_equal(&a->begins, &b->begins, sizeof a->begins);
	assert_memory_equal(&a->ends, &b->ends, sizeof a->ends);
}

static void same_pool(const struct what_if_pool *a, const struct what_if_pool *b)
{
	assert_true(a->role == b->role && a->beds == b->beds && a->kit == b->kit);
	assert_memory_equal(a->units, b->units, sizeof a->units);
	assert_memory_equal(a->peak, b->peak, sizeof a->peak);
	assert_memory_equal(a->full_min, b->full_min, sizeof a->full_min);
	assert_memory_equal(&a->peak_by, &b->peak_by, sizeof a->peak_by);
}

/* What the functions say of the same copy, fates and stack. */
static void same_alone(
	const struct twin *twin, const struct what_if *w, const struct what_if_answer *got)
{
	static struct sim_plan plan[2];
	static struct plan_index index[2];
	static struct forecast forecast[2];
	static struct what_if_answer alone;
	struct fork fork = {.twin = twin_create()};
	struct forecast_run *run[2];
	assert_int_equal(what_if_fork(&fork, twin, w, alone.refused), got->injected);
	for (int k = 0; k < 2; k++) {
		/* It is 06:00. */
		struct plan_options options = {.policy = k == 0 ? NULL : &fork.policy,
			.midnight_ms = twin->now_ms - 6 * 3600 * 1000LL};
		plan_build(k == 0 ? twin : fork.twin, &options, &plan[k], &index[k]);
		run[k] = forecast_run_create(&plan[k], &index[k], 4, got->reps);
		forecast_run_part(run[k], 0, got->reps);
		forecast_run_read(run[k], got->reps, &forecast[k]);
	}
	what_if_compare(&(struct what_if_side){twin, run[0], &forecast[0]},
		&(struct what_if_side){fork.twin, run[1], &forecast[1]}, &alone);
	assert_memory_equal(alone.kpi, got->kpi, sizeof alone.kpi);
	assert_int_equal(alone.hit_count, got->hit_count);
	assert_int_equal(alone.case_count, got->case_count);
	for (int i = 0; i < alone.case_count; i++)
		same_case(&alone.cases[i], &got->cases[i]);
	assert_int_equal(alone.pool_count, got->pool_count);
	for (int i = 0; i < alone.pool_count; i++)
		same_pool(&alone.pools[i], &got->pools[i]);
	forecast_run_destroy(run[0]);
	forecast_run_destroy(run[1]);
	twin_destroy(fork.twin);
}

/* Asked while the baseline stands: the same answer as by hand; taken back, and
 * what would help. The twin that was copied never changes. */
static void answers_what_ifs(void **state)
{
	(void)state;
	struct site *site;
	struct error err = {""};
	struct waiting w = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct twin *twin = bench_day(&site, &err);
	char before[65], after[65];
	twin_digest(twin, before);
	w.f = forecaster_create(w.loop, 4, on_answer, &w);
	struct what_if two = stack_of("overrun:case=case-00,min=60", "staff:role=porter");
	forecaster_what_if(w.f, &two, ""); /* before there is a twin */
	assert_null(forecaster_what_if_last(w.f));
	forecaster_ask(w.f, twin, NULL);
	assert_true(wait_until(&w, is_best));
	const struct what_if_answer *a = forecaster_what_if_last(w.f);
	assert_int_equal(a->injected, 2);
	same_alone(twin, &two, a);
	/* Refused on this twin: told, and the others still answered. */
	two = stack_of("overrun:case=case-00,min=60", "cancel:case=not-there");
	forecaster_what_if(w.f, &two, "");
	assert_true(wait_until(&w, is_refused));
	a = forecaster_what_if_last(w.f);
	assert_int_equal(a->injected, 1);
	assert_string_equal(a->refused[1], "case is not known here: not-there");
	two.count = 1;
	forecaster_what_if(w.f, &two, "");
	assert_true(wait_until(&w, is_one));
	two.count = 0;
	forecaster_what_if(w.f, &two, "or-3");
	assert_true(wait_until(&w, is_none));
	assert_true(wait_until(&w, is_tried));
	twin_digest(twin, after);
	assert_string_equal(before, after);
	forecaster_destroy(w.f);
	ev_loop_destroy(w.loop);
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
			struct what_if one = stack_of("no_hold", NULL);
			forecaster_ask(h.f, twin, NULL);
			forecaster_what_if(h.f, &one, i % 2 == 0 ? "or-1" : "");
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
		cmocka_unit_test(answers_what_ifs),
		cmocka_unit_test(ends_and_is_overtaken),
	};
	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
