/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_FHIR_POLL_WORLD_H
#define VIGIE_TESTS_FHIR_POLL_WORLD_H

/* The poller before the stub of a FHIR server, for the tests that include this. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_poll.h"
#include "tests/stub/fhir_stub.c" /* one stub, few tests: not worth an archive */

#define SERVER "\"meta\":{\"lastUpdated\":\"2026-03-16T09:58:10Z\"}"
#define BUNDLE(links, entries)                                                                     \
	"{\"resourceType\":\"Bundle\",\"type\":\"searchset\"," SERVER ",\"link\":[" links          \
	"],\"entry\":[" entries "]}"
#define NEXT(url) "{\"relation\":\"next\",\"url\":\"" url "\"}"
#define CASE(id)                                                                                   \
	"{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"" id                             \
	"\",\"status\":\"booked\",\"start\":\"2026-03-16T09:00:00+01:00\","                        \
	"\"end\":\"2026-03-16T10:00:00+01:00\",\"participant\":["                                  \
	"{\"actor\":{\"reference\":\"Location/or-2\"}}]}}"

struct world {
	struct ev_loop *loop;
	struct fhir_stub *stub;
	struct fhir_poll *poll;
	struct feed_health health;
	char cases[16][ID_SIZE];
	struct fact last;    /* FACT_CASE */
	struct fact history; /* FACT_HISTORY */
	char puzzles[16][200];
	char names[16][2 * LABEL_SIZE];
	int case_count, puzzle_count, name_count, done, ticks;
	bool complete;
	bool (*until)(struct world *);
	ev_timer timer;
};

static __attribute__((unused)) int64_t clock_ms(void *context)
{
	(void)context;
	return 1773651600000; /* 2026-03-16T09:00:00Z */
}

static __attribute__((unused)) void on_fact(void *context, const struct fact *fact)
{
	struct world *w = context;
	if (fact->kind == FACT_CASE)
		w->last = *fact;
	if (fact->kind == FACT_HISTORY)
		w->history = *fact;
	if (fact->kind == FACT_CASE && w->case_count < 16)
		snprintf(w->cases[w->case_count++], ID_SIZE, "%s", fact->surgery.id);
}

static __attribute__((unused)) void on_name(void *context, const char *id, const char *name)
{
	struct world *w = context;
	if (w->name_count < 16)
		snprintf(w->names[w->name_count++], sizeof w->names[0], "%s=%s", id, name);
}

static __attribute__((unused)) void on_puzzle(
	void *context, const char *resource, const char *path, const char *reason)
{
	struct world *w = context;
	if (w->puzzle_count < 16)
		snprintf(w->puzzles[w->puzzle_count++], sizeof w->puzzles[0], "%s %s: %s", resource,
			path, reason);
}

static __attribute__((unused)) void on_done(void *context, bool complete)
{
	struct world *w = context;
	w->done++;
	w->complete = complete;
	ev_break(w->loop, EVBREAK_ALL);
}

static __attribute__((unused)) void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct world *w = timer->data;
	(void)events;
	fhir_poll_health(w->poll, &w->health);
	if (++w->ticks > 800 || (w->until != NULL && w->until(w)))
		ev_break(loop, EVBREAK_ALL);
}

static __attribute__((unused)) int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->stub = fhir_stub_start();
	ev_timer_init(&w->timer, on_tick, 0.01, 0.01);
	w->timer.data = w;
	ev_timer_start(w->loop, &w->timer);
	*state = w;
	return w->stub != NULL ? 0 : -1;
}

static __attribute__((unused)) int teardown(void **state)
{
	struct world *w = *state;
	fhir_poll_destroy(w->poll);
	fhir_stub_stop(w->stub);
	ev_timer_stop(w->loop, &w->timer);
	ev_loop_destroy(w->loop);
	free(w);
	return 0;
}

static __attribute__((unused)) void create(struct world *w, struct fhir_poll_options options)
{
	struct error err = {""};
	struct fhir_sink sink = {on_fact, on_name, on_puzzle, w};
	options.base = fhir_stub_base(w->stub);
	w->poll = fhir_poll_create(w->loop, &options, sink, clock_ms, NULL, &err);
	assert_non_null(w->poll);
}

static __attribute__((unused)) void once(struct world *w, struct fhir_poll_options options)
{
	create(w, options);
	/* What an earlier run_until waited for is not what ends this. */
	w->until = NULL;
	w->ticks = 0;
	fhir_poll_once(w->poll, on_done, w);
	ev_run(w->loop, 0);
	fhir_poll_health(w->poll, &w->health);
	assert_int_equal(w->done, 1);
}

static __attribute__((unused)) void run_until(struct world *w, bool (*until)(struct world *))
{
	w->until = until;
	w->ticks = 0;
	ev_run(w->loop, 0);
	assert_true(w->ticks <= 800);
}

static __attribute__((unused)) bool is_up(struct world *w)
{
	return w->health.state == FEED_UP;
}

/* Forgets what was seen; the stub keeps its port. */
static __attribute__((unused)) void again(struct world *w)
{
	fhir_poll_destroy(w->poll);
	w->poll = NULL;
	fhir_stub_clear(w->stub);
	w->case_count = w->puzzle_count = w->name_count = w->done = 0;
}

#define RULE(...)  fhir_stub_rule(w->stub, (struct stub_rule){__VA_ARGS__})
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
