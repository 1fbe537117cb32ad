/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/twin_world.h"
#include "twin/objective.h"

/*
 * A day of five cases in two rooms, its marks set by hand; every figure below is worked
 * out beside it. The origin is 09:00 (T0); minutes are after it.
 */

enum { IN, CUT, OUT, HOME, STEPS };
enum { LATE, EARLY, URGENT, CALLED_OFF, PLANNED };

static struct sim_plan plan;
static struct plan_index plan_index;
static struct sim_bench bench;
static struct sim_marks marks;
static struct objective_day day;

static void mark(int i, int in, int cut, int out)
{
	marks.begun_ms[i][IN] = marks.ended_ms[i][IN] = in * MIN;
	marks.begun_ms[i][CUT] = cut * MIN;
	marks.ended_ms[i][CUT] = (out - 5) * MIN; /* five minutes held in the room */
	marks.begun_ms[i][OUT] = marks.ended_ms[i][OUT] = out * MIN;
	marks.begun_ms[i][HOME] = out * MIN;
	marks.ended_ms[i][HOME] = (out + 100) * MIN;
}

static void nothing_happens(int i)
{
	for (int s = 0; s < STEPS; s++)
		marks.begun_ms[i][s] = marks.ended_ms[i][s] = SIM_NEVER;
}

static void add_case(struct twin *t, int i, int planned, int told, int nest)
{
	char id[8] = {'c', (char)('0' + i), '\0'};
	struct fact f = case_fact(id, id, i < 2 ? "or-1" : "or-2", told, told + 60, -60);
	f.surgery.nest = nest;
	put(t, f);
	plan.cases[i] = (struct sim_case){.room = i < 2 ? 0 : 1,
		.planned_ms = planned * (int64_t)MIN,
		.priority = nest > 0 ? nest : 7};
	plan_index.twin_case[i] = plan_index.case_of[i] = i;
	plan_index.home_by_ms[i] = INT64_MAX;
}

/* What each term is, of one fate in which all but CALLED_OFF are operated on. */
static void by_hand(struct twin *t)
{
	memset(&plan, 0, sizeof plan);
	memset(&plan_index, 0, sizeof plan_index);
	memset(&marks, 0, sizeof marks);
	plan.pathways[0] = (struct sim_pathway){.count = STEPS};
	plan.pathways[0].steps[CUT].begins = MILESTONE_INCISION;
	plan.pathways[0].steps[IN].begins = plan.pathways[0].steps[OUT].begins = SIM_NONE;
	plan.pathways[0].steps[HOME].begins = SIM_NONE;
	plan.pathway_count = 1;
	plan.room_count = 2;
	plan.case_count = PLANNED;
	plan_index.in_room[0] = IN;
	plan_index.out_room[0] = OUT;
	plan_index.out_pacu[0] = OUT;
	plan_index.origin_ms = T0;
	for (int i = 0; i < TWIN_CASES; i++)
		plan_index.case_of[i] = SIM_NONE;
	add_case(t, LATE, 90, 30, 0); /* told at 30, told anew: at 90 */
	add_case(t, EARLY, 60, 120, 0);
	add_case(t, URGENT, 0, 0, 2); /* known at -60: to be cut by 0 */
	add_case(t, CALLED_OFF, 200, 200, 0);
	mark(LATE, 100, 120, 200);
	mark(EARLY, 60, 80, 90);
	mark(URGENT, 10, 25, 90);
	nothing_happens(CALLED_OFF);
	marks.off[CALLED_OFF] = SIM_CALLED_OFF;
	plan_index.closes_ms[0] = 150 * MIN;
	plan_index.closes_ms[1] = 240 * MIN;
	bench.room[0].turns = 2;
	bench.turn[0][0] = EARLY;
	bench.turn[0][1] = LATE;
	bench.room[1].turns = 2;
	bench.turn[1][0] = URGENT;
	bench.turn[1][1] = CALLED_OFF;
	twin_advance(t, T0, NULL);
	objective_day_of(t, &day);
}

static void near(double got, double expected)
{
	if (fabs(got - expected) > 1e-9)
		fail_msg("%.12g is not %.12g", got, expected);
}

static void each_term_by_hand(void **state)
{
	(void)state;
	struct twin *t;
	struct objective o;
	start(&t);
	by_hand(t);
	objective_read(&day, &plan, &plan_index, &bench, &marks, 3, &o);
	near(o.of[OBJECTIVE_OVERTIME], 200 - 150); /* the other room ends in time */
	/* LATE: 100 - 90 for its room, and half of the hour it was told of; EARLY none. */
	near(o.of[OBJECTIVE_WAIT], 10 + 60.0 / 2);
	/* Within an hour of being known: cut 25 min too late, and its class weighs 12. */
	near(o.of[OBJECTIVE_NEST], 12 * 25);
	near(o.of[OBJECTIVE_HOLD], 3 * 5);
	near(o.of[OBJECTIVE_CANCELLED], 1);
	near(o.of[OBJECTIVE_OVERNIGHT], 0);
	near(o.of[OBJECTIVE_MOVED], 3);
	/* 10 a quarter of an hour of overtime, 2 of waiting, 1 of lateness, 4 in the room;
	 * 160 a case; 5 each who is told. */
	near(objective_sum(t->site, &o),
		50 * 10 / 15.0 + 40 * 2 / 15.0 + 300 / 15.0 + 15 * 4 / 15.0 + 160 + 3 * 5);
	twin_destroy(t);
}

/* Who does not come is nobody's decision; a day patient who is ready to go 20 min after
 * the unit has closed stays; who was ready later did not wait before. */
static void what_is_not_counted(void **state)
{
	(void)state;
	struct twin *t;
	struct objective o;
	start(&t);
	by_hand(t);
	marks.off[CALLED_OFF] = SIM_NO_SHOW;
	plan_index.ambulatory[LATE] = true;
	plan_index.home_by_ms[LATE] = 280 * MIN;
	plan.pathways[0].steps[IN].gated = true;
	objective_read(&day, &plan, &plan_index, &bench, &marks, 0, &o);
	near(o.of[OBJECTIVE_CANCELLED], 0);
	near(o.of[OBJECTIVE_OVERNIGHT], 1);
	plan_index.home_by_ms[LATE] = 300 * MIN;
	objective_read(&day, &plan, &plan_index, &bench, &marks, 0, &o);
	near(o.of[OBJECTIVE_OVERNIGHT], 0);
	twin_destroy(t);
}

/* In no plan: an emergency nobody has given a room is late until tomorrow, and a case
 * put off is one that is not done. */
static void what_is_in_no_plan(void **state)
{
	(void)state;
	struct twin *t;
	struct objective o;
	start(&t);
	by_hand(t);
	plan.case_count = 2;
	plan_index.case_of[URGENT] = plan_index.case_of[CALLED_OFF] = SIM_NONE;
	bench.room[1].turns = 0;
	objective_read(&day, &plan, &plan_index, &bench, &marks, 0, &o);
	near(o.of[OBJECTIVE_CANCELLED], 2);
	near(o.of[OBJECTIVE_NEST], 12.0 * 24 * 60);
	twin_destroy(t);
}

/* The site says what weighs how much, and how long a class may wait. */
static void the_site_has_its_say(void **state)
{
	(void)state;
	static struct target targets[] = {{"nest_2_h", 1.25}}, weights[] = {{"overtime", 2}};
	struct site own = site;
	struct twin *t;
	struct objective o;
	own.targets = targets;
	own.target_count = 1;
	own.weights = weights;
	own.weight_count = 1;
	start(&t);
	by_hand(t);
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, T0);
	f.site.site = &own;
	put(t, f);
	objective_day_of(t, &day);
	objective_read(&day, &plan, &plan_index, &bench, &marks, 0, &o);
	near(objective_weight(&own, OBJECTIVE_OVERTIME), 2);
	near(o.of[OBJECTIVE_NEST], 12 * 10); /* by 15 */
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_term_by_hand),
		cmocka_unit_test(what_is_not_counted),
		cmocka_unit_test(what_is_in_no_plan),
		cmocka_unit_test(the_site_has_its_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
