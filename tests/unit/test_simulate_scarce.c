/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "twin/simulate.h"

/* What is scarce and what chance brings, by hand: days of a few cases whose times
 * can be added up on paper. Minutes after the origin. */

static struct sim_plan plan;
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;

enum { MINUTE = 60000 };
enum { ENTRY, SURGERY, OUT, STEPS };

static struct sim_law fixed(float minutes)
{
	return (struct sim_law){SIM_FIXED, minutes, 0};
}

/* `rooms` rooms and a case of 30 minutes in each turn, one after another from 0
 * on every 35 minutes; turnover 10. Own pools: 0 with the surgery, 1 with the room. */
static void suite(int rooms, int turns)
{
	static const struct sim_step steps[STEPS] = {
		[ENTRY] = {"entry", {SIM_ROOM, SIM_OWN - 1, SIM_NONE}, {SIM_NONE}, true, 0, -1, -1},
		[SURGERY] = {"surgery", {SIM_OWN, SIM_NONE}, {SIM_OWN, SIM_NONE}, false, 0, -1, -1},
		[OUT] = {"out", {SIM_NONE}, {SIM_ROOM, SIM_OWN - 1, SIM_NONE}, false, 0, -1, -1},
	};
	memset(&plan, 0, sizeof plan);
	plan.pathway_count = 1;
	plan.pathways[0].count = STEPS;
	memcpy(plan.pathways[0].steps, steps, sizeof steps);
	plan.room_count = rooms;
	plan.case_count = rooms * turns;
	for (int r = 0; r < rooms; r++) {
		plan.rooms[r] = (struct sim_room){.turns = turns,
			.cleaning = SIM_NONE,
			.cleaning_ms = -1,
			.turnover = fixed(10),
			.last_call_ms = INT64_MAX};
		for (int k = 0; k < turns; k++) {
			int i = r * turns + k;
			plan.rooms[r].turn[k] = i;
			plan.cases[i] = (struct sim_case){.who = (uint32_t)i,
				.room = r,
				.priority = 7,
				.planned_ms = 35 * k * MINUTE,
				.own = {SIM_NONE, SIM_NONE, SIM_NONE},
				.law = {{SIM_AT_ONCE, 0, 0}, fixed(30), {SIM_AT_ONCE, 0, 0}}};
		}
	}
}

static void guest_at(int minute, int wait_min)
{
	int i = plan.case_count + plan.guest_count++;
	plan.cases[i] = plan.cases[0];
	plan.cases[i].who = 900;
	plan.cases[i].room = SIM_NONE;
	plan.cases[i].priority = 2;
	plan.cases[i].waits_ms = wait_min * (int64_t)MINUTE;
	plan.streams[0] = (struct sim_stream){.first = i, .count = 1};
	plan.stream_count = 1;
	draw.comes_ms[i] = minute * MINUTE;
}

/* The fate is set by hand where there is chance in it. */
static void run(void)
{
	static struct sim_draw drawn;
	sim_draw(&plan, 1, 1, &drawn);
	memcpy(draw.lasts_ms, drawn.lasts_ms, sizeof draw.lasts_ms);
	memcpy(draw.turnover_ms, drawn.turnover_ms, sizeof draw.turnover_ms);
	for (int g = 0; g < plan.guest_count; g++) {
		int i = plan.case_count + g;
		draw.lasts_ms[i][SURGERY] = 30 * MINUTE;
		draw.lasts_ms[i][ENTRY] = draw.lasts_ms[i][OUT] = 0;
		draw.turnover_ms[i] = 10 * MINUTE;
	}
	sim_run(&plan, &draw, &bench, &marks);
}

static int minute(int32_t ms)
{
	return ms == SIM_NEVER ? -1 : ms / MINUTE;
}

static int fresh(void **state)
{
	(void)state;
	memset(&draw, 0, sizeof draw);
	return 0;
}

static void is_inside(int i, int for_min)
{
	plan.cases[i].step = SURGERY;
	plan.cases[i].running = true;
	plan.cases[i].elapsed_ms = for_min * (int64_t)MINUTE;
}

/* By the records two patients are in one room. They leave at 8 and at 10 while the one
 * cleaner is in the other room, 5 to 15: the room is cleaned once, 15 to 25, and the
 * day ends. */
static void two_in_one_room_are_cleaned_after_once(void **state)
{
	(void)state;
	suite(2, 2);
	plan.rooms[1].turns = 1;
	plan.case_count = 3;
	plan.pool_count = 1;
	plan.pools[0].units = 1;
	plan.rooms[0].cleaning = plan.rooms[1].cleaning = 0;
	is_inside(0, 20);
	is_inside(1, 22);
	is_inside(2, 25);
	run();
	assert_int_equal(minute(marks.ended_ms[1][OUT]), 8);
	assert_int_equal(minute(marks.ended_ms[0][OUT]), 10);
	assert_int_equal(minute(marks.ended_ms[2][OUT]), 5);
	assert_int_equal(minute(marks.room_ready_ms[0]), 25);
	assert_int_equal(marks.stuck, 0);
}

/* Both patients are in their rooms at 0; the second waits for the surgeon. */
static void a_surgeon_is_in_one_room(void **state)
{
	(void)state;
	suite(2, 1);
	int surgeon = SIM_POOLS - ++plan.hidden_count;
	plan.pools[surgeon].units = 1;
	plan.cases[0].own[0] = plan.cases[1].own[0] = (int8_t)surgeon;
	run();
	assert_int_equal(minute(marks.ended_ms[1][ENTRY]), 0);
	assert_int_equal(minute(marks.ended_ms[0][SURGERY]), 30);
	assert_int_equal(minute(marks.begun_ms[1][SURGERY]), 30);
	assert_int_equal(minute(marks.ended_ms[1][SURGERY]), 60);
	/* No table of surgeons: a hidden pool has no spans. */
	struct sim_span spans[SIM_SPANS];
	assert_int_equal(sim_spans(&plan, &marks, 0, spans), 0);
}

static void one_set(int units, int turn_min)
{
	plan.pool_count = plan.kit_count = 1;
	plan.pools[0] = (struct sim_pool){units, 1};
	plan.kits[0] = (struct sim_kit){.pool = 0, .turn_ms = turn_min * MINUTE};
	for (int i = 0; i < plan.case_count; i++)
		plan.cases[i].own[1] = 0;
}

/* One set, an hour of sterilisation: used 0 to 30, back at 90; the second room is
 * kept empty for it. */
static void a_set_comes_back_after_its_turn(void **state)
{
	(void)state;
	struct sim_span spans[SIM_SPANS];
	suite(2, 1);
	one_set(1, 60);
	run();
	assert_int_equal(minute(marks.ended_ms[0][OUT]), 30);
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 90);
	assert_int_equal(minute(marks.ended_ms[1][OUT]), 120);
	assert_int_equal(sim_spans(&plan, &marks, 0, spans), 1);
	assert_int_equal(spans[0].from_ms, 0);
	assert_int_equal(minute(spans[0].to_ms), 90);
	/* A second set: nobody waits. Used at once again: 30. */
	suite(2, 1);
	one_set(2, 60);
	run();
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 0);
	suite(2, 1);
	one_set(1, 0);
	run();
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 30);
}

/* A set that is still in sterilisation, due at 20, and one due at 50 told first. */
static void sets_away_at_the_origin(void **state)
{
	(void)state;
	suite(2, 1);
	one_set(2, 600);
	plan.away[0].due_ms = 50 * MINUTE;
	plan.away[1].due_ms = 20 * MINUTE;
	plan.away_count = 2;
	run();
	assert_int_equal(minute(marks.begun_ms[0][ENTRY]), 20);
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 50);
}

/* The device fails from 10 to 50; who has it keeps it until 30, the next waits. */
static void a_device_fails(void **state)
{
	(void)state;
	suite(1, 2);
	one_set(1, 0);
	plan.kits[0].wear = (struct sim_wear){1, 1};
	for (int k = 0; k < SIM_OUTAGES; k++)
		draw.kit_down[0][k].from_ms = SIM_NEVER;
	draw.kit_down[0][0] = (struct sim_outage){10 * MINUTE, 50 * MINUTE};
	run();
	assert_int_equal(minute(marks.ended_ms[0][OUT]), 30);
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 50);
	assert_int_equal(bench.pool[0].free, 1);
}

static void a_room_is_out_of_order(void **state)
{
	(void)state;
	suite(1, 2);
	plan.room_wear = (struct sim_wear){1, 1};
	for (int k = 0; k < SIM_OUTAGES; k++)
		draw.room_down[0][k].from_ms = SIM_NEVER;
	draw.room_down[0][0] = (struct sim_outage){5 * MINUTE, 55 * MINUTE};
	run();
	assert_int_equal(minute(marks.ended_ms[0][OUT]), 30);
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 55);
}

/* Comes at 10, cannot wait: before the second case of the only room, clean at 40. */
static void an_emergency_goes_first(void **state)
{
	(void)state;
	suite(1, 2);
	guest_at(10, 0);
	run();
	assert_int_equal(minute(marks.begun_ms[2][ENTRY]), 40);
	assert_int_equal(marks.room[2], 0);
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 80);
	assert_int_equal(bench.turn[0][1], 2);
	assert_int_equal(bench.room[0].turns, 3);
	/* Can wait for ever: after the list. */
	suite(1, 2);
	guest_at(10, 6000);
	run();
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 40);
	assert_int_equal(minute(marks.begun_ms[2][ENTRY]), 80);
	/* Can wait for 45 minutes, until 55, when the room is taken: then the third. */
	suite(1, 3);
	guest_at(10, 45);
	run();
	assert_int_equal(minute(marks.begun_ms[3][ENTRY]), 80);
	assert_int_equal(minute(marks.begun_ms[2][ENTRY]), 120);
}

/* Of two rooms it takes the one that is free; of two free ones, the one whose
 * session is the longer. */
static void an_emergency_takes_the_free_room(void **state)
{
	(void)state;
	suite(2, 1);
	plan.rooms[1].turns = 0;
	plan.cases[1].absent = true;
	guest_at(10, 6000);
	run();
	assert_int_equal(marks.room[2], 1);
	assert_int_equal(minute(marks.begun_ms[2][ENTRY]), 10);
	suite(2, 1);
	plan.rooms[0].closes_ms = 600 * MINUTE;
	plan.rooms[1].closes_ms = 720 * MINUTE;
	guest_at(200, 0);
	run();
	assert_int_equal(marks.room[2], 1);
	/* A closed room is not taken; with no other, it waits for ever. */
	suite(1, 1);
	plan.rooms[0].closed = true;
	plan.cases[0].absent = true;
	guest_at(10, 0);
	run();
	assert_int_equal(marks.stuck, 1);
	/* One that does not come in this replication leaves no mark. */
	suite(1, 2);
	guest_at(0, 0);
	draw.comes_ms[2] = SIM_NEVER;
	run();
	assert_int_equal(marks.off[2], SIM_NO_SHOW);
	assert_int_equal(marks.begun_ms[2][ENTRY], SIM_NEVER);
	assert_int_equal(marks.stuck, 0);
}

static void who_does_not_come(void **state)
{
	(void)state;
	suite(1, 3);
	plan.cases[0].may = SIM_MAY_NOT_COME;
	plan.no_show = 1e-9;
	draw.off[0] = SIM_NO_SHOW;
	run();
	assert_int_equal(marks.off[0], SIM_NO_SHOW);
	assert_int_equal(marks.begun_ms[0][ENTRY], SIM_NEVER);
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 35);
	assert_int_equal(minute(marks.begun_ms[2][ENTRY]), 75);
}

/* The first has eaten: an hour later, and the second goes first. */
static void who_is_not_fasting_goes_later(void **state)
{
	(void)state;
	suite(1, 2);
	plan.cases[0].may = SIM_MAY_HAVE_EATEN;
	plan.not_fasting = 1e-9;
	draw.later_ms[0] = 60 * MINUTE;
	run();
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 35);
	assert_int_equal(minute(marks.begun_ms[0][ENTRY]), 75);
	/* By twenty minutes: the order stays. */
	suite(1, 2);
	plan.cases[0].may = SIM_MAY_HAVE_EATEN;
	plan.not_fasting = 1e-9;
	draw.later_ms[0] = 20 * MINUTE;
	run();
	assert_int_equal(minute(marks.begun_ms[0][ENTRY]), 20);
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 60);
}

/* 0, 40, 80, 120: with a last call at 60 the third and the fourth stay out, except
 * who may not be put off. */
static void after_the_last_call(void **state)
{
	(void)state;
	suite(1, 4);
	plan.rooms[0].last_call_ms = 60 * MINUTE;
	for (int i = 0; i < 3; i++)
		plan.cases[i].may = SIM_MAY_BE_TOO_LATE;
	run();
	assert_int_equal(minute(marks.begun_ms[1][ENTRY]), 40);
	assert_int_equal(marks.off[1], SIM_GOES);
	assert_int_equal(marks.off[2], SIM_CALLED_OFF);
	assert_int_equal(marks.begun_ms[2][ENTRY], SIM_NEVER);
	assert_int_equal(minute(marks.begun_ms[3][ENTRY]), 105);
	assert_int_equal(marks.stuck, 0);
}

/* Who is called off gives back what he had: the one holding bay. */
static void who_is_called_off_keeps_nothing(void **state)
{
	(void)state;
	static const struct sim_step holding = {
		"holding", {0, SIM_NONE}, {SIM_NONE}, false, 0, -1, -1};
	suite(2, 2);
	memmove(plan.pathways[0].steps + 1, plan.pathways[0].steps,
		STEPS * sizeof plan.pathways[0].steps[0]);
	plan.pathways[0].steps[0] = holding;
	plan.pathways[0].count = STEPS + 1;
	plan.pathways[0].steps[1].give[0] = 0;
	plan.pathways[0].steps[1].give[1] = SIM_NONE;
	plan.pool_count = 1;
	plan.pools[0].units = 1;
	for (int i = 0; i < 4; i++) {
		plan.cases[i].law[2] = fixed(i == 0 ? 100 : 30);
		plan.cases[i].law[1] = (struct sim_law){SIM_AT_ONCE, 0, 0};
	}
	/* Room 0: 0-100, then case 1, who waits in the bay from 0 on and is too late. */
	plan.cases[1].may = SIM_MAY_BE_TOO_LATE;
	plan.rooms[0].last_call_ms = 60 * MINUTE;
	run();
	assert_int_equal(marks.off[1], SIM_CALLED_OFF);
	assert_int_equal(minute(marks.begun_ms[2][0]), 110);
	assert_int_equal(bench.pool[0].free, 1);
	assert_int_equal(marks.stuck, 0);
	struct sim_span spans[SIM_SPANS];
	assert_int_equal(sim_spans(&plan, &marks, 1, spans), 0);
}

/* The only bed is kept by who is there, so the next stays in the room; with two
 * the bed is held to the end of the day. */
static void a_bed_is_kept(void **state)
{
	(void)state;
	struct sim_span spans[SIM_SPANS];
	suite(1, 2);
	plan.pathways[0].steps[OUT].need[0] = 0;
	plan.pathways[0].steps[OUT].need[1] = SIM_NONE;
	plan.pool_count = 1;
	plan.pools[0].units = 1;
	plan.cases[0].step = STEPS;
	plan.rooms[0].turn[0] = 1;
	plan.rooms[0].turns = 1;
	run();
	assert_int_equal(minute(marks.ended_ms[1][SURGERY]), 65);
	assert_int_equal(marks.begun_ms[1][OUT], SIM_NEVER);
	assert_int_equal(marks.stuck, 1);
	plan.pools[0].units = 2;
	run();
	assert_int_equal(minute(marks.ended_ms[1][OUT]), 65);
	assert_int_equal(sim_spans(&plan, &marks, 1, spans), 1);
	assert_int_equal(minute(spans[0].from_ms), 65);
	assert_int_equal(spans[0].to_ms, SIM_FOR_EVER);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(two_in_one_room_are_cleaned_after_once, fresh),
		cmocka_unit_test_setup(a_surgeon_is_in_one_room, fresh),
		cmocka_unit_test_setup(a_set_comes_back_after_its_turn, fresh),
		cmocka_unit_test_setup(sets_away_at_the_origin, fresh),
		cmocka_unit_test_setup(a_device_fails, fresh),
		cmocka_unit_test_setup(a_room_is_out_of_order, fresh),
		cmocka_unit_test_setup(an_emergency_goes_first, fresh),
		cmocka_unit_test_setup(an_emergency_takes_the_free_room, fresh),
		cmocka_unit_test_setup(who_does_not_come, fresh),
		cmocka_unit_test_setup(who_is_not_fasting_goes_later, fresh),
		cmocka_unit_test_setup(after_the_last_call, fresh),
		cmocka_unit_test_setup(who_is_called_off_keeps_nothing, fresh),
		cmocka_unit_test_setup(a_bed_is_kept, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
