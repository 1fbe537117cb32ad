/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One milestone table serves the past and the simulator: a thousand futures of
 * the demo's morning, told as facts, are folded by the twin like any other day.
 * Nothing may be out of order, unknown or left over, and each case ends as the
 * marks say it did.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/bench_day.h"
#include "src/hospital/hearing.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "twin/replication.h"

enum { REPS = 1000 };

struct future {
	struct twin *twin, *fork;
	struct sim_plan plan;
	struct plan_index index;
	struct sim_draw draw;
	struct sim_bench bench;
	struct sim_marks marks;
	struct replication told;
};

static void into_twin(void *context, const struct fact *fact)
{
	struct twin *twin = context;
	struct fact f = *fact;
	f.seq = twin->seq + 1;
	twin_apply(twin, &f, NULL);
}

/* The emulated hospital's day as its FHIR server told it by that minute. */
static struct twin *demo_at(const struct site *site, uint64_t seed, int minute)
{
	static const struct day_units usual;
	struct laws laws;
	struct error err = {""};
	struct twin *twin = twin_create();
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, stamp_parse("2026-03-15T12:00:00Z"));
	assert_non_null(twin);
	f.site.site = site;
	into_twin(twin, &f);
	assert_int_equal(laws_load(&laws, "etc/demo/laws.cfg", &err), 0);
	struct day *day = day_create_under(site, stamp_parse("2026-03-16T10:15:00+01:00"), seed,
		TELLING_PROMPT, &laws, &usual);
	assert_non_null(day);
	struct hearing *h = hearing_create(day, into_twin, twin);
	hearing_until(h, stamp_at(day->midnight, minute));
	twin_advance(twin, stamp_at(day->midnight, minute), NULL);
	hearing_destroy(h);
	day_destroy(day);
	return twin;
}

static void run(struct future *f, uint32_t n)
{
	sim_draw(&f->plan, 1, n, &f->draw);
	sim_run(&f->plan, &f->draw, &f->bench, &f->marks);
	replication_of(f->twin, &f->plan, &f->index, &f->marks, &f->told);
	twin_copy(f->fork, f->twin);
	for (int k = 0; k < f->told.count; k++) {
		struct fact fact = replication_fact(f->twin, &f->index, &f->told, k, "replication");
		assert_true(fact.at_ms >= f->fork->now_ms); /* in the order of time */
		into_twin(f->fork, &fact);
	}
}

/* The patient's last milestone of the pathway is there, at its time. */
static void ended_as_marked(const struct future *f, int i)
{
	const struct sim_case *c = &f->plan.cases[i];
	const struct sim_pathway *way = &f->plan.pathways[c->pathway];
	const struct surgery *s = &f->fork->cases[f->index.twin_case[i]];
	int last = way->count - 1, out = f->index.out_room[c->pathway];
	assert_true(surgery_is_over(s));
	assert_int_equal(surgery_when(s, (enum milestone)way->steps[last].ends),
		f->index.origin_ms + f->marks.ended_ms[i][last]);
	if (c->step <= out)
		assert_int_equal(surgery_when(s, MILESTONE_OUT_ROOM),
			f->index.origin_ms + f->marks.ended_ms[i][out]);
	assert_int_equal(surgery_stage(s), milestone_rules[way->steps[last].ends].stage);
	/* The room is clean after the case when the turnover is over. */
	if (f->marks.room_ready_ms[i] != SIM_NEVER)
		assert_int_equal(surgery_when(s, MILESTONE_CLEANUP_DONE),
			f->index.origin_ms + f->marks.room_ready_ms[i]);
}

static void fold_all(struct future *f, struct twin *twin)
{
	struct plan_options options = {.midnight_ms = 0};
	f->twin = twin;
	f->fork = twin_create();
	assert_non_null(f->fork);
	plan_build(twin, &options, &f->plan, &f->index);
	assert_int_equal(f->index.dropped, 0);
	char before[65], after[65];
	twin_digest(twin, before);
	long facts = 0;
	for (uint32_t n = 0; n < REPS; n++) {
		run(f, n);
		assert_int_equal(f->marks.stuck, 0);
		assert_int_equal(f->fork->flagged, twin->flagged);
		assert_int_equal(f->fork->ignored, twin->ignored);
		assert_int_equal(f->fork->dropped, twin->dropped);
		assert_int_equal(f->fork->facts, twin->facts + (uint64_t)f->told.count);
		for (int i = 0; i < f->plan.case_count; i++)
			ended_as_marked(f, i);
		for (int r = 0; r < f->plan.room_count; r++)
			assert_int_equal(f->fork->rooms[f->index.site_room[r]].current, -1);
		facts += f->told.count;
	}
	twin_digest(twin, after);
	assert_string_equal(before, after);
	print_message("%d cases, %.1f facts a future\n", f->plan.case_count, (double)facts / REPS);
	twin_destroy(f->fork);
	twin_destroy(f->twin);
}

/* Mid-morning: some are on the table, some in the PACU, some still at home. */
static void the_demos_morning(void **state)
{
	struct future *f = calloc(1, sizeof *f);
	struct error err = {""};
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	(void)state;
	assert_non_null(site);
	assert_non_null(f);
	struct twin *twin = demo_at(site, 4, 10 * 60 + 12);
	int begun = 0, waiting = 0;
	for (int i = 0; i < twin->case_count; i++) {
		begun += surgery_has_begun(&twin->cases[i]);
		waiting += !surgery_has_begun(&twin->cases[i]) && !surgery_is_off(&twin->cases[i]);
	}
	assert_true(begun >= 8 && waiting >= 20);
	fold_all(f, twin);
	free(f);
	site_free(site);
}

/* The day simulators are compared on, from before its first patient: another
 * pathway, with steps that nobody tells of. */
static void another_suite_from_the_start(void **state)
{
	struct future *f = calloc(1, sizeof *f);
	struct error err = {""};
	struct site *site;
	(void)state;
	struct twin *twin = bench_day(&site, &err);
	assert_non_null(twin);
	assert_non_null(f);
	fold_all(f, twin);
	free(f);
	site_free(site);
}

/* The same number of the same seed is the same future, to the bit. */
static void a_future_can_be_looked_up_again(void **state)
{
	struct future *f = calloc(1, sizeof *f);
	struct error err = {""};
	struct site *site;
	char once[65], again[65], other[65];
	(void)state;
	assert_non_null(f);
	f->twin = bench_day(&site, &err);
	f->fork = twin_create();
	struct plan_options options = {.midnight_ms = 0};
	plan_build(f->twin, &options, &f->plan, &f->index);
	run(f, 7);
	twin_digest(f->fork, once);
	run(f, 8);
	twin_digest(f->fork, other);
	run(f, 7);
	twin_digest(f->fork, again);
	assert_string_equal(once, again);
	assert_string_not_equal(once, other);
	twin_destroy(f->fork);
	twin_destroy(f->twin);
	free(f);
	site_free(site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_demos_morning),
		cmocka_unit_test(another_suite_from_the_start),
		cmocka_unit_test(a_future_can_be_looked_up_again),
	};
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	return cmocka_run_group_tests_name("replication", tests, NULL, NULL);
}
