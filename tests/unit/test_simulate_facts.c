/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/site_file.h"
#include "twin/simulate_facts.h"

/* Replications of the demo's suite, folded like any other day: no transition is
 * impossible or out of order, and the twin ends where the replication did. */

enum { CASES = 40, DAYS = 1000, MINUTE_MS = 60000 };

/* 2026-03-16T08:00:00+01:00, a Monday. */
static const int64_t EIGHT_MS = 1773644400000;

static struct sim_plan plan;
static struct plan_index map;
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;
static struct site *site;
static struct twin *twin, *folded;

static void apply(void *context, const struct fact *f)
{
	long *count = context;
	++*count;
	assert_true(f->at_ms >= folded->now_ms);
	assert_true(f->seq == folded->seq + 1);
	twin_apply(folded, f, NULL);
}

/* Cases in turn over the rooms, a few under way at half past eight. */
static int open_day(void **state)
{
	static const enum setting settings[] = {
		SETTING_INPATIENT, SETTING_DAY, SETTING_DAY, SETTING_UNKNOWN};
	struct error err = {""};
	int next[TWIN_ROOMS] = {0}, room = -1;
	uint64_t seq = 0;
	(void)state;
	site = site_load("etc/demo/site.cfg", NULL, &err);
	twin = twin_create();
	folded = twin_create();
	if (site == NULL || twin == NULL || folded == NULL)
		return -1;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, EIGHT_MS - 3600000);
	f.site.site = site;
	f.seq = ++seq;
	twin_apply(twin, &f, NULL);
	for (int i = 0; i < CASES; i++) {
		do
			room = (room + 1) % site->room_count;
		while (site->rooms[room].kind != ROOM_OR);
		int lasts = 50 + 17 * i % 80;
		f = fact_make(FACT_CASE, SOURCE_FHIR, EIGHT_MS - 3600000);
		snprintf(f.surgery.id, ID_SIZE, "case-%02d", i);
		snprintf(f.surgery.patient, ID_SIZE, "p-%02d", i);
		snprintf(f.surgery.surgeon, ID_SIZE, "s-%d", i % 7);
		snprintf(f.surgery.procedure, LABEL_SIZE, "%s",
			i % 3 == 0 ? "Cataract extraction" : "Hip fracture fixation");
		snprintf(f.surgery.room, ID_SIZE, "%s", site->rooms[room].id);
		f.surgery.start_ms = EIGHT_MS + next[room] * (int64_t)MINUTE_MS;
		f.surgery.end_ms = f.surgery.start_ms + lasts * (int64_t)MINUTE_MS;
		f.surgery.status = CASE_PLANNED;
		f.surgery.setting = i % 8 == 3 ? SETTING_ICU : settings[i % 4];
		f.seq = ++seq;
		next[room] += lasts + 25;
		twin_apply(twin, &f, NULL);
	}
	for (int i = 0; i < 6; i++) {
		f = fact_make(FACT_MILESTONE, SOURCE_FHIR, EIGHT_MS + i * (int64_t)MINUTE_MS);
		snprintf(f.milestone.id, ID_SIZE, "case-%02d", i);
		f.milestone.milestone = MILESTONE_IN_ROOM;
		f.milestone.when_ms = f.at_ms;
		f.seq = ++seq;
		twin_apply(twin, &f, NULL);
	}
	twin_advance(twin, EIGHT_MS + 30 * (int64_t)MINUTE_MS, NULL);
	const struct plan_options options = {.midnight_ms = EIGHT_MS - 480 * (int64_t)MINUTE_MS};
	plan_build(twin, &options, &plan, &map);
	return 0;
}

static int close_day(void **state)
{
	(void)state;
	twin_destroy(twin);
	twin_destroy(folded);
	site_free(site);
	return 0;
}

/* What the fold says of a case is what the replication said. */
static void compare(int i)
{
	const struct surgery *s = &folded->cases[map.twin_case[i]];
	int out = map.out_room[plan.cases[i].pathway];
	if (marks.off[i] != SIM_GOES) {
		assert_true(surgery_is_off(s));
		return;
	}
	assert_true(surgery_is_over(s));
	assert_true(surgery_when(s, MILESTONE_OUT_ROOM) == map.origin_ms + marks.ended_ms[i][out]);
}

static void a_thousand_days_fold(void **state)
{
	long facts = 0, guests = 0, off = 0;
	(void)state;
	assert_int_equal(plan.case_count, CASES);
	assert_true(plan.guest_count > 0);
	for (uint32_t day = 0; day < DAYS; day++) {
		sim_draw(&plan, 17, day, &draw);
		sim_run(&plan, &draw, &bench, &marks);
		assert_int_equal(marks.stuck, 0);
		const struct replication r = {twin, &plan, &map, &draw, &marks};
		int before = twin->case_count;
		twin_copy(folded, twin);
		assert_true(sim_facts(&r, INT64_MAX, apply, &facts));
		if (folded->flagged != twin->flagged || folded->ignored != twin->ignored
			|| folded->dropped != twin->dropped)
			fail_msg("day %u: %d flagged, %d ignored", (unsigned)day,
				(int)folded->flagged, (int)folded->ignored);
		for (int i = 0; i < plan.case_count; i++) {
			compare(i);
			off += marks.off[i] != SIM_GOES;
		}
		guests += folded->case_count - before;
	}
	/* Of everything there was some. */
	assert_true(facts > DAYS * CASES * 8L && guests > DAYS && off > DAYS);
}

/* Until noon: the same facts, up to noon; from there the twin can be asked again. */
static void half_a_day(void **state)
{
	long facts = 0;
	int64_t noon = EIGHT_MS + 240 * (int64_t)MINUTE_MS;
	(void)state;
	sim_draw(&plan, 17, 1, &draw);
	sim_run(&plan, &draw, &bench, &marks);
	const struct replication r = {twin, &plan, &map, &draw, &marks};
	twin_copy(folded, twin);
	assert_true(sim_facts(&r, noon, apply, &facts));
	assert_true(facts > 50 && folded->now_ms <= noon);
	twin_advance(folded, noon, NULL);
	int inside = 0;
	for (int i = 0; i < plan.case_count; i++) {
		int w = plan.cases[i].pathway;
		int64_t in = plan.cases[i].step > map.in_room[w]
				     ? 0
				     : map.origin_ms + marks.ended_ms[i][map.in_room[w]];
		bool here = marks.off[i] == SIM_GOES && in <= noon
			    && map.origin_ms + marks.ended_ms[i][map.out_room[w]] > noon;
		const struct surgery *s = &folded->cases[map.twin_case[i]];
		assert_int_equal(here, surgery_has_begun(s) && !surgery_is_over(s));
		inside += here;
	}
	assert_true(inside > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_days_fold),
		cmocka_unit_test(half_a_day),
	};
	return cmocka_run_group_tests(tests, open_day, close_day);
}
