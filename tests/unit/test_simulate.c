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

#include "twin/simulate.h"
#include "twin/stat.h"

static struct sim_plan plan;
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;

enum { MINUTE = 60000 };

static struct sim_law lognormal(double mean, double deviation)
{
	double mu, sigma;
	stat_lognormal_of(mean, deviation, &mu, &sigma);
	return (struct sim_law){SIM_LOGNORMAL, (float)mu, (float)sigma};
}

static struct sim_law fixed(float minutes)
{
	return (struct sim_law){SIM_FIXED, minutes, 0};
}

/* ---- W3 of the reference (1.1): 10 rooms, 5 cases each ---- */

enum { ANAESTHETISTS, PORTERS, CLEANERS, BEDS, POOLS };
enum { ARRIVE, CHECK, TRANSPORT, INDUCTION, SURGERY, EMERGENCE, HOLD, TRANSFER, RECOVERY, STEPS };

static const struct sim_step w3_steps[STEPS] = {
	[ARRIVE] = {"arrive", {SIM_NONE}, {SIM_NONE}, true, -75 * MINUTE, 0, 0},
	[CHECK] = {"check", {SIM_NONE}, {SIM_NONE}, false, 0, 0, 0},
	[TRANSPORT] = {"transport", {SIM_ROOM, PORTERS, SIM_NONE}, {PORTERS, SIM_NONE}, true,
		-15 * MINUTE, 0, 0},
	[INDUCTION] = {"induction", {ANAESTHETISTS, SIM_NONE}, {ANAESTHETISTS, SIM_NONE}, false, 0,
		0, 0},
	[SURGERY] = {"surgery", {SIM_NONE}, {SIM_NONE}, false, 0, 0, 0},
	[EMERGENCE] = {"emergence", {ANAESTHETISTS, SIM_NONE}, {ANAESTHETISTS, SIM_NONE}, false, 0,
		0, 0},
	[HOLD] = {"hold", {BEDS, SIM_NONE}, {SIM_ROOM, SIM_NONE}, false, 0, 0, 0},
	[TRANSFER] = {"transfer", {PORTERS, SIM_NONE}, {PORTERS, SIM_NONE}, false, 0, 0, 0},
	[RECOVERY] = {"recovery", {SIM_NONE}, {BEDS, SIM_NONE}, false, 0, 0, 0},
};

static void w3(void)
{
	static const int units[POOLS] = {8, 6, 4, 9};
	const struct sim_law laws[STEPS] = {{SIM_UNIFORM, 0, 30}, lognormal(20, 8), lognormal(8, 3),
		lognormal(20, 8), lognormal(60, 30), lognormal(10, 4), {SIM_AT_ONCE, 0, 0},
		lognormal(6, 2), lognormal(90, 40)};
	memset(&plan, 0, sizeof plan);
	plan.pool_count = POOLS;
	for (int p = 0; p < POOLS; p++)
		plan.pools[p].units = units[p];
	plan.pathway_count = 1;
	plan.pathways[0].count = STEPS;
	memcpy(plan.pathways[0].steps, w3_steps, sizeof w3_steps);
	plan.room_count = 10;
	plan.case_count = 50;
	for (int i = 0; i < plan.case_count; i++) {
		struct sim_case *c = &plan.cases[i];
		c->who = (uint32_t)i;
		c->room = i / 5;
		c->planned_ms = (120 + 100 * (i % 5)) * (int64_t)MINUTE;
		memcpy(c->law, laws, sizeof laws);
		plan.rooms[i / 5].turn[i % 5] = i;
	}
	for (int r = 0; r < plan.room_count; r++) {
		plan.rooms[r].turns = 5;
		plan.rooms[r].cleaning = CLEANERS;
		plan.rooms[r].turnover = lognormal(20, 5);
		plan.rooms[r].cleaning_ms = -1;
	}
}

static double minutes(int32_t from, int32_t to)
{
	return (double)(to - from) / MINUTE;
}

/* Three independent implementations, at least 10,000 days each (reference 1.1):
 * last room-out 816.6-817.5, overtime 1005-1008, wait 73.4 a patient, blocked
 * 149-151. Ours must be within four standard errors of those ranges. */
static void w3_has_its_reference_values(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		double low, high;
	} figures[4] = {{"last out", 816.6, 817.5}, {"overtime", 1005, 1008},
		{"wait", 73.35, 73.45}, {"blocked", 149, 151}};
	struct stat_moments m[4] = {{0}};
	w3();
	for (uint32_t day = 0; day < 30000; day++) {
		double last = 0, overtime = 0, wait = 0, blocked = 0;
		sim_draw(&plan, 11, day, &draw);
		sim_run(&plan, &draw, &bench, &marks);
		assert_int_equal(marks.stuck, 0);
		for (int i = 0; i < plan.case_count; i++) {
			double out = minutes(0, marks.ended_ms[i][HOLD]);
			wait += minutes(marks.ended_ms[i][CHECK], marks.begun_ms[i][TRANSPORT])
				/ 50;
			blocked += minutes(marks.ended_ms[i][EMERGENCE], marks.begun_ms[i][HOLD]);
			last = fmax(last, out);
			overtime += i % 5 == 4 ? fmax(0, out - 600) : 0;
		}
		stat_add(&m[0], last);
		stat_add(&m[1], overtime);
		stat_add(&m[2], wait);
		stat_add(&m[3], blocked);
	}
	for (int f = 0; f < 4; f++) {
		double error = stat_error(&m[f]);
		printf("%-10s %.2f .. %.2f got %.2f +- %.2f\n", figures[f].name, figures[f].low,
			figures[f].high, m[f].mean, error);
		assert_true(m[f].mean >= figures[f].low - 4 * error
			    && m[f].mean <= figures[f].high + 4 * error);
		assert_true(error <= 0.005 * m[f].mean);
	}
}

/* How many hold a unit of `pool` at an instant, from the marks alone. */
static int held(int pool, int32_t at)
{
	int count = 0;
	for (int i = 0; i < plan.case_count; i++) {
		int from = -1;
		for (int s = 0; s < STEPS; s++) {
			for (int k = 0; k < SIM_NEEDS && w3_steps[s].need[k] != SIM_NONE; k++)
				from = w3_steps[s].need[k] == pool ? s : from;
			bool given = false;
			for (int k = 0; k < SIM_NEEDS && w3_steps[s].give[k] != SIM_NONE; k++)
				given = given || w3_steps[s].give[k] == pool;
			if (from < 0 || !given)
				continue;
			count += marks.begun_ms[i][from] <= at && at < marks.ended_ms[i][s];
			from = -1;
		}
	}
	return count;
}

/* Identities of any day: steps in order, no wait below 0, nobody leaves a room
 * before entering it, a room holds one patient, pools are never overdrawn. */
static void every_day_adds_up(void **state)
{
	(void)state;
	w3();
	for (uint32_t day = 0; day < 200; day++) {
		sim_draw(&plan, 3, day, &draw);
		sim_run(&plan, &draw, &bench, &marks);
		for (int i = 0; i < plan.case_count; i++) {
			for (int s = 0; s < STEPS; s++) {
				assert_int_equal(marks.ended_ms[i][s] - marks.begun_ms[i][s],
					draw.lasts_ms[i][s]);
				assert_true(
					s == 0 || marks.begun_ms[i][s] >= marks.ended_ms[i][s - 1]);
			}
			assert_true(marks.begun_ms[i][TRANSPORT]
				    >= plan.cases[i].planned_ms - 15 * MINUTE);
			assert_true(i % 5 == 0
				    || marks.begun_ms[i][TRANSPORT] >= marks.room_ready_ms[i - 1]);
			assert_true(marks.room_ready_ms[i]
				    >= marks.ended_ms[i][HOLD] + draw.turnover_ms[i]);
		}
		for (int i = 0; i < plan.case_count; i++)
			for (int pool = 0; pool < POOLS; pool++)
				if (pool != CLEANERS)
					assert_true(held(pool, marks.begun_ms[i][RECOVERY])
						    <= plan.pools[pool].units);
	}
}

/* Same seed, same day; the fate of a patient is its own whatever the plan. */
static void a_fate_belongs_to_its_patient(void **state)
{
	(void)state;
	static struct sim_draw other;
	static struct sim_marks again;
	w3();
	sim_draw(&plan, 5, 77, &draw);
	sim_run(&plan, &draw, &bench, &marks);
	sim_draw(&plan, 5, 77, &other);
	sim_run(&plan, &other, &bench, &again);
	for (int i = 0; i < plan.case_count; i++)
		assert_memory_equal(marks.ended_ms[i], again.ended_ms[i], STEPS * sizeof(int32_t));
	/* One bed more: nothing lasts otherwise. */
	plan.pools[BEDS].units++;
	sim_draw(&plan, 5, 77, &other);
	for (int i = 0; i < plan.case_count; i++)
		assert_memory_equal(draw.lasts_ms[i], other.lasts_ms[i], STEPS * sizeof(int32_t));
	/* Cases in another order in the plan keep their fate. */
	struct sim_case first = plan.cases[0];
	plan.cases[0] = plan.cases[1];
	plan.cases[1] = first;
	sim_draw(&plan, 5, 77, &other);
	assert_memory_equal(draw.lasts_ms[0], other.lasts_ms[1], STEPS * sizeof(int32_t));
}

/* ---- by hand: one room, two cases of 30 min, one bed, turnover 10 ---- */

static void two_by_hand(void)
{
	static const struct sim_step steps[] = {
		{"surgery", {SIM_ROOM, SIM_NONE}, {SIM_NONE}, true, 0, 0, 0},
		{"hold", {0, SIM_NONE}, {SIM_ROOM, SIM_NONE}, false, 0, 0, 0},
		{"recovery", {SIM_NONE}, {0, SIM_NONE}, false, 0, 0, 0},
	};
	memset(&plan, 0, sizeof plan);
	plan.pool_count = 1;
	plan.pools[0].units = 1;
	plan.pathway_count = 1;
	plan.pathways[0].count = 3;
	memcpy(plan.pathways[0].steps, steps, sizeof steps);
	plan.room_count = 1;
	plan.rooms[0] = (struct sim_room){
		.turn = {0, 1}, .turns = 2, .cleaning = SIM_NONE, .cleaning_ms = -1};
	plan.rooms[0].turnover = fixed(10);
	plan.case_count = 2;
	for (int i = 0; i < 2; i++)
		plan.cases[i] = (struct sim_case){.who = (uint32_t)i,
			.room = 0,
			.planned_ms = 35 * i * MINUTE,
			.law = {fixed(30), {SIM_AT_ONCE, 0, 0}, fixed(60)}};
}

static void run_once(void)
{
	sim_draw(&plan, 1, 1, &draw);
	sim_run(&plan, &draw, &bench, &marks);
}

/* 0-30 surgery, room clean at 40; second 40-70, the bed is free at 90: blocked
 * for 20 minutes, room clean at 100. */
static void blocking_by_hand(void **state)
{
	(void)state;
	two_by_hand();
	run_once();
	assert_int_equal(marks.ended_ms[0][0], 30 * MINUTE);
	assert_int_equal(marks.room_ready_ms[0], 40 * MINUTE);
	assert_int_equal(marks.begun_ms[1][0], 40 * MINUTE);
	assert_int_equal(marks.begun_ms[1][1], 90 * MINUTE);
	assert_int_equal(marks.room_ready_ms[1], 100 * MINUTE);
	assert_int_equal(marks.ended_ms[1][2], 150 * MINUTE);
}

/* The same day seen 10 minutes in: what is under way goes on as it was. */
static void a_day_under_way(void **state)
{
	(void)state;
	two_by_hand();
	plan.cases[0].running = true;
	plan.cases[0].elapsed_ms = 10 * MINUTE;
	plan.cases[1].planned_ms -= 10 * MINUTE;
	run_once();
	assert_int_equal(marks.begun_ms[0][0], -10 * MINUTE);
	assert_int_equal(marks.ended_ms[0][0], 20 * MINUTE);
	assert_int_equal(marks.begun_ms[1][1], 80 * MINUTE);
	/* First in recovery for 5 minutes, room being cleaned for 4. */
	two_by_hand();
	plan.cases[0].step = 2;
	plan.cases[0].running = true;
	plan.cases[0].elapsed_ms = 5 * MINUTE;
	plan.rooms[0].turn[0] = 1;
	plan.rooms[0].turns = 1;
	plan.rooms[0].cleaning_ms = 4 * MINUTE;
	plan.cases[1].planned_ms = 0;
	run_once();
	assert_int_equal(marks.begun_ms[1][0], 6 * MINUTE);
	assert_int_equal(marks.begun_ms[1][1], 55 * MINUTE);
}

/* A case that does not come leaves its turn; a closed room leaves its own stuck. */
static void absent_and_closed(void **state)
{
	(void)state;
	two_by_hand();
	plan.cases[0].absent = true;
	run_once();
	assert_int_equal(marks.begun_ms[1][0], 35 * MINUTE);
	assert_int_equal(marks.begun_ms[0][0], SIM_NEVER);
	assert_int_equal(marks.stuck, 0);
	two_by_hand();
	plan.rooms[0].closed = true;
	run_once();
	assert_int_equal(marks.stuck, 2);
}

/* Who is urgent goes first; of two alike, who came first. */
static void queues_by_priority(void **state)
{
	(void)state;
	two_by_hand();
	plan.pathways[0].steps[0].need[0] = 0;
	plan.pathways[0].steps[0].give[0] = 0;
	plan.pathways[0].steps[0].give[1] = SIM_NONE;
	plan.pathways[0].count = 1;
	plan.case_count = 4;
	for (int i = 0; i < 4; i++) {
		plan.cases[i] = plan.cases[0];
		plan.cases[i].who = (uint32_t)i;
		plan.cases[i].room = SIM_NONE;
		plan.cases[i].planned_ms = i * MINUTE;
		plan.cases[i].priority = i == 3 ? 0 : 1;
	}
	run_once();
	assert_int_equal(marks.begun_ms[0][0], 0);
	assert_int_equal(marks.begun_ms[3][0], 30 * MINUTE);
	assert_int_equal(marks.begun_ms[1][0], 60 * MINUTE);
	assert_int_equal(marks.begun_ms[2][0], 90 * MINUTE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(w3_has_its_reference_values),
		cmocka_unit_test(every_day_adds_up),
		cmocka_unit_test(a_fate_belongs_to_its_patient),
		cmocka_unit_test(blocking_by_hand),
		cmocka_unit_test(a_day_under_way),
		cmocka_unit_test(absent_and_closed),
		cmocka_unit_test(queues_by_priority),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
