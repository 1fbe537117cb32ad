/* SPDX-License-Identifier: Apache-2.0 */
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
#include "twin/forecast.h"
#include "twin/stat.h"

static struct sim_plan plan, again;
static struct plan_index map;
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;
static struct forecast forecast, other;

enum { MINUTE = 60000 };

struct suite {
	struct twin *twin;
	struct site *site;
	uint64_t seq;
};

static int open_suite(void **state)
{
	static struct suite s;
	struct error err = {""};
	s.twin = bench_day(&s.site, &err);
	if (s.twin == NULL)
		print_error("%s\n", err.text);
	s.seq = 1000;
	*state = &s;
	return s.twin == NULL;
}

static int close_suite(void **state)
{
	struct suite *s = *state;
	twin_destroy(s->twin);
	site_free(s->site);
	return 0;
}

static const struct plan_options *midnight(const struct suite *s)
{
	static struct plan_options options;
	options = (struct plan_options){.midnight_ms = s->twin->now_ms - 6 * 60 * (int64_t)MINUTE};
	return &options;
}

static void tell(struct suite *s, const char *id, enum milestone m, int minute)
{
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, s->twin->now_ms);
	f.seq = ++s->seq;
	snprintf(f.milestone.id, sizeof f.milestone.id, "%s", id);
	f.milestone.milestone = m;
	f.milestone.when_ms = map.origin_ms + minute * (int64_t)MINUTE;
	f.at_ms = f.milestone.when_ms;
	twin_apply(s->twin, &f, NULL);
}

/* W3 again (its reference values and their sources: test_simulate.c), through
 * a site text, a programme, the fold and the plan. */
static void w3_from_a_site_and_a_programme(void **state)
{
	struct suite *s = *state;
	struct stat_moments last = {0}, overtime = {0}, blocked = {0};
	plan_build(s->twin, midnight(s), &plan, &map);
	assert_int_equal(plan.case_count, 50);
	assert_int_equal(plan.room_count, 10);
	assert_int_equal(plan.pool_count, 4);
	for (uint32_t day = 0; day < 10000; day++) {
		double latest = 0, over = 0, hold = 0;
		sim_draw(&plan, 23, day, &draw);
		sim_run(&plan, &draw, &bench, &marks);
		assert_int_equal(marks.stuck, 0);
		for (int r = 0; r < plan.room_count; r++) {
			double out = 0;
			assert_int_equal(plan.rooms[r].turns, BENCH_TURNS);
			for (int k = 0; k < BENCH_TURNS; k++) {
				int i = plan.rooms[r].turn[k], step = map.out_room[0];
				out = (double)marks.ended_ms[i][step] / MINUTE;
				hold += (double)(marks.begun_ms[i][step]
						 - marks.ended_ms[i][step - 1])
					/ MINUTE;
			}
			over += fmax(0, out - BENCH_CLOSE_MIN);
			latest = fmax(latest, out);
		}
		stat_add(&last, latest);
		stat_add(&overtime, over);
		stat_add(&blocked, hold);
	}
	assert_true(fabs(last.mean - 817.05) < 0.45 + 4 * stat_error(&last));
	assert_true(fabs(overtime.mean - 1006.5) < 1.5 + 4 * stat_error(&overtime));
	assert_true(fabs(blocked.mean - 150) < 1 + 4 * stat_error(&blocked));
}

/* The forecast says what the days said, and in parts what it says in one. */
static void forecast_reads_the_days(void **state)
{
	struct suite *s = *state;
	plan_build(s->twin, midnight(s), &plan, &map);
	struct forecast_run *whole = forecast_run_create(&plan, &map, 5, 2000);
	struct forecast_run *parts = forecast_run_create(&plan, &map, 5, 2000);
	assert_non_null(whole);
	forecast_run_part(whole, 0, 2000);
	forecast_run_part(parts, 1300, 700);
	forecast_run_part(parts, 0, 1300);
	forecast_run_read(whole, 2000, &forecast);
	forecast_run_read(parts, 2000, &other);
	assert_memory_equal(&forecast, &other, sizeof forecast);
	assert_true(
		fabs(forecast.kpi.overtime_min - 1006.5) < 1.5 + 4 * forecast.kpi.overtime_error);
	assert_int_equal(forecast.stuck, 0);
	double sum = 0;
	for (int r = 0; r < forecast.room_count; r++) {
		sum += forecast.rooms[r].overtime_mean;
		assert_true(forecast.rooms[r].has_session);
		assert_true(forecast.rooms[r].p_overtime > 0.5);
	}
	assert_true(fabs(sum - forecast.kpi.overtime_min) < 0.05);
	for (int i = 0; i < forecast.case_count; i++) {
		const struct forecast_case *c = &forecast.cases[i];
		assert_true(c->start.p10 <= c->start.p50 && c->start.p50 <= c->start.p90);
		assert_true(c->end.p50 > c->start.p50 && c->pacu_out.p50 > c->end.p50);
		assert_true(c->remaining_min > 0);
	}
	/* No more than there are at a time, and each of them is needed: also the
	 * cleaners, who work when the patient has left. */
	for (int p = 0; p < forecast.pool_count; p++) {
		double most = 0;
		for (int k = 0; k < FORECAST_SLOTS; k++)
			most = fmax(most, forecast.loads[p].p90[k]);
		assert_true(most <= forecast.loads[p].units && most >= 1);
	}
	/* Nothing changed: the difference is exactly 0. */
	struct paired d = forecast_difference(whole, parts, 2000, KPI_OVERTIME);
	assert_true(d.mean == 0 && d.low == 0 && d.high == 0);
	forecast_run_destroy(whole);
	forecast_run_destroy(parts);
}

/* One PACU bed more or fewer, under common random numbers: -91.5 and +223
 * minutes of overtime (reference 1.3), whose own half widths there are 5. */
static void one_bed_more_or_fewer(void **state)
{
	struct suite *s = *state;
	static const struct {
		int beds;
		double effect;
	} rows[] = {{10, -91.5}, {8, 223}};
	plan_build(s->twin, midnight(s), &plan, &map);
	struct forecast_run *base = forecast_run_create(&plan, &map, 9, 3000);
	forecast_run_part(base, 0, 3000);
	for (int i = 0; i < 2; i++) {
		again = plan;
		for (int p = 0; p < again.pool_count; p++)
			if (map.pool_beds[p] == ROOM_PACU)
				again.pools[p].units = rows[i].beds;
		struct forecast_run *tried = forecast_run_create(&again, &map, 9, 3000);
		forecast_run_part(tried, 0, 3000);
		struct paired d = forecast_difference(base, tried, 3000, KPI_OVERTIME);
		printf("beds %d: %+.1f [%.1f, %.1f]\n", rows[i].beds, d.mean, d.low, d.high);
		assert_true(fabs(d.mean - rows[i].effect) < 5 + 2 * (d.high - d.mean));
		forecast_run_destroy(tried);
	}
	forecast_run_destroy(base);
}

/* Where a patient stands follows from the milestones: by hand. */
static void milestones_say_where(void **state)
{
	struct suite *s = *state;
	plan_build(s->twin, midnight(s), &plan, &map);
	tell(s, "case-00", MILESTONE_IN_ROOM, 118);
	tell(s, "case-00", MILESTONE_INCISION, 140);
	tell(s, "case-05", MILESTONE_IN_ROOM, 125);
	tell(s, "case-10", MILESTONE_SENT_FOR, 110);
	twin_advance(s->twin, map.origin_ms + 150 * (int64_t)MINUTE, NULL);
	plan_build(s->twin, midnight(s), &plan, &map);
	const struct sim_case *c = &plan.cases[map.case_of[twin_case(s->twin, "case-00")]];
	assert_string_equal(plan.pathways[0].steps[c->step].name, "surgery");
	assert_true(c->running && c->elapsed_ms == 10 * MINUTE);
	c = &plan.cases[map.case_of[twin_case(s->twin, "case-05")]];
	assert_string_equal(plan.pathways[0].steps[c->step].name, "induction");
	assert_true(c->running && c->elapsed_ms == 25 * MINUTE);
	c = &plan.cases[map.case_of[twin_case(s->twin, "case-10")]];
	assert_string_equal(plan.pathways[0].steps[c->step].name, "transport");
	assert_true(c->running && c->elapsed_ms == 40 * MINUTE);
	c = &plan.cases[map.case_of[twin_case(s->twin, "case-15")]];
	assert_int_equal(c->step, 0);
	assert_false(c->running);
	struct forecast_run *run = forecast_run_create(&plan, &map, 1, 200);
	forecast_run_part(run, 0, 200);
	forecast_run_read(run, 200, &forecast);
	int first = map.case_of[twin_case(s->twin, "case-00")];
	assert_true(forecast.cases[first].start.p50 == 0 && forecast.cases[first].end.p10 > 0);
	assert_true(forecast.cases[first].remaining_min > 10);
	forecast_run_destroy(run);
	/* Over for the suite: not in the plan. */
	tell(s, "case-00", MILESTONE_OUT_ROOM, 200);
	tell(s, "case-00", MILESTONE_PACU_OUT, 260);
	plan_build(s->twin, midnight(s), &plan, &map);
	assert_int_equal(map.case_of[twin_case(s->twin, "case-00")], SIM_NONE);
}

/* Who goes home today, and until when: the target of the site, else the day
 * unit's session; a case of tomorrow, tomorrow. And which rooms were begun in. */
static void day_unit_closes(void **state)
{
	struct suite *s = *state;
	int first = twin_case(s->twin, "case-00"), next = twin_case(s->twin, "case-01");
	map.origin_ms = s->twin->now_ms;
	s->twin->cases[first].setting = s->twin->cases[next].setting = SETTING_DAY;
	s->twin->cases[next].start_ms += 24 * 60 * (int64_t)MINUTE - 6 * 60 * (int64_t)MINUTE;
	tell(s, "case-05", MILESTONE_IN_ROOM, 0);
	plan_build(s->twin, midnight(s), &plan, &map);
	assert_true(map.ambulatory[map.case_of[first]]);
	assert_false(map.ambulatory[map.case_of[twin_case(s->twin, "case-02")]]);
	assert_true(map.home_by_ms[map.case_of[first]] == INT64_MAX);
	assert_false(map.started[0]);
	assert_true(map.started[1]);
	s->site->rooms[10].kind = ROOM_DAY_UNIT; /* was the PACU */
	s->site->rooms[10].close_min = 20 * 60;
	plan_build(s->twin, midnight(s), &plan, &map); /* it is 06:00 */
	assert_true(map.home_by_ms[map.case_of[first]] == 14 * 60 * (int64_t)MINUTE);
	s->site->targets = calloc(1, sizeof *s->site->targets);
	s->site->targets[0] = (struct target){"day_unit_closes_min", 18 * 60};
	s->site->target_count = 1;
	plan_build(s->twin, midnight(s), &plan, &map);
	assert_true(map.home_by_ms[map.case_of[first]] == 12 * 60 * (int64_t)MINUTE);
	assert_true(map.home_by_ms[map.case_of[next]] == (12 + 24) * 60 * (int64_t)MINUTE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			w3_from_a_site_and_a_programme, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(forecast_reads_the_days, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(one_bed_more_or_fewer, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(milestones_say_where, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(day_unit_closes, open_suite, close_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
