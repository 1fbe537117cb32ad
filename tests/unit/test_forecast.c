/* SPDX-License-Identifier: Apache-2.0 */
/* What a forecast reads off the replications: idle time by cause, going home,
 * demand. Days small enough to be worked out by hand (the sums stand beside
 * them), and identities over a whole random day (W3, test_plan.c). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "screens/rows.h"
#include "src/bench_day.h"
#include "src/foresee.h"
#include "twin/forecast_inner.h"
#include "twin/stat.h"

enum { MINUTE = 60000 };
enum { MAR, BAYS, CLEANING, POOLS };

static struct sim_plan plan;
static struct plan_index map;
static struct forecast forecast;
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;

/* ---- a small suite ---- */

static struct sim_law fixed(double minutes)
{
	return (struct sim_law){SIM_FIXED, (float)minutes, 0};
}

static struct sim_step *step(int way, const char *name, int need, int give)
{
	struct sim_pathway *w = &plan.pathways[way];
	struct sim_step *s = &w->steps[w->count++];
	*s = (struct sim_step){.need = {(int8_t)need, SIM_NONE, SIM_NONE},
		.give = {(int8_t)give, SIM_NONE, SIM_NONE},
		.begins = SIM_NONE,
		.ends = SIM_NONE};
	memcpy(s->name, name, strlen(name) + 1);
	return s;
}

static void not_before(struct sim_step *s, int minutes)
{
	s->gated = true;
	s->gate_ms = minutes * MINUTE;
}

enum { READY, ENTRY, INDUCTION, SURGERY, WAY_OUT, RECOVERY, HOME };

/* Three rooms, one anaesthetist, one PACU bay, one cleaning team; a session of
 * 500 minutes from now on. */
static void small_suite(void)
{
	memset(&plan, 0, sizeof plan);
	memset(&map, 0, sizeof map);
	not_before(step(0, "ready", SIM_NONE, SIM_NONE), -30);
	not_before(step(0, "entry", SIM_ROOM, SIM_NONE), -5);
	step(0, "induction", MAR, MAR);
	step(0, "surgery", SIM_NONE, SIM_NONE);
	step(0, "way out", BAYS, SIM_ROOM);
	step(0, "recovery", SIM_NONE, BAYS);
	step(1, "entry", SIM_ROOM, SIM_NONE);
	step(1, "surgery", SIM_NONE, SIM_ROOM);
	plan.pathway_count = 2;
	map.in_room[0] = ENTRY;
	map.out_room[0] = map.in_pacu[0] = WAY_OUT;
	map.out_pacu[0] = RECOVERY;
	map.out_room[1] = 1;
	map.in_pacu[1] = map.out_pacu[1] = -1;
	plan.pool_count = POOLS;
	for (int p = 0; p < POOLS; p++) {
		plan.pools[p].units = 1;
		map.pool_role[p] = p;
		map.pool_cover[p] = SIM_NONE;
		map.pool_kit[p] = -1;
		map.pool_beds[p] = p == BAYS ? ROOM_PACU : -1;
	}
	plan.room_count = 3;
	for (int r = 0; r < 3; r++) {
		plan.rooms[r].cleaning = CLEANING;
		plan.rooms[r].turnover = fixed(20);
		plan.rooms[r].cleaning_ms = -1;
		map.opens_ms[r] = -60 * MINUTE;
		map.closes_ms[r] = 500 * MINUTE;
	}
	map.origin_ms = 1773640800000;
}

static struct sim_case *add(int way, int room, int planned, double ready, double induction,
	double surgery, double recovery)
{
	struct sim_case *c = &plan.cases[plan.case_count];
	*c = (struct sim_case){.who = (uint32_t)plan.case_count,
		.pathway = way,
		.room = room,
		.planned_ms = planned * MINUTE,
		.priority = 7,
		.law = {fixed(ready), {SIM_AT_ONCE, 0, 0}, fixed(induction), fixed(surgery),
			{SIM_AT_ONCE, 0, 0}, fixed(recovery)}};
	plan.rooms[room].turn[plan.rooms[room].turns++] = plan.case_count;
	map.home_by_ms[plan.case_count++] = INT64_MAX;
	return c;
}

static void run_and_read(int reps)
{
	struct forecast_run *run = forecast_run_create(&plan, &map, 3, reps);
	assert_non_null(run);
	forecast_run_part(run, 0, reps);
	forecast_run_read(run, reps, &forecast);
	forecast_run_destroy(run);
}

static double idle(int room, enum idle_cause cause)
{
	return forecast.rooms[room].idle_min[cause];
}

/* ---- idle, by cause ---- */

/*
 * A is planned at 30 and at the door at 40; induced 40-50, operated until 110,
 *   out at once; in the bay until 260. Cleaned 110-130.
 * B is planned at 120, at the door at 150; the anaesthetist is with X until 160;
 *   induced 160-170, operated until 230, waits for the bay until 260. The team is
 *   with Y's room until 275, then cleans until 295.
 * C is planned at 400, in at 395 (five minutes ahead); out at 465, clean at 485.
 */
static void suite_by_hand(void)
{
	small_suite();
	add(0, 0, 30, 40, 10, 60, 150);
	add(0, 0, 120, 60, 10, 60, 90);
	add(0, 0, 400, 5, 10, 60, 30);
	add(0, 1, 105, 10, 60, 75, 90);
	struct sim_case *y = add(1, 2, -10, 0, 0, 0, 0);
	y->step = 1;
	y->running = true;
	y->law[1] = fixed(255);
}

static void idle_by_cause(void **state)
{
	static const double expected[IDLE_CAUSES] = {[IDLE_LATE_START] = 10,
		[IDLE_PATIENT] = 20,
		[IDLE_STAFF] = 10 + 15,
		[IDLE_PACU] = 30,
		[IDLE_GAP] = 30 + 105 - 5,
		[IDLE_NO_CASE] = 15};
	(void)state;
	suite_by_hand();
	run_and_read(2);
	assert_int_equal(forecast.stuck, 0);
	for (int c = 0; c < IDLE_CAUSES; c++)
		assert_true(idle(0, (enum idle_cause)c) == expected[c]);
	/* The session less three times induction, operation and turnover; the last
	 * turnover ends 15 minutes before it. */
	assert_true(forecast.rooms[0].idle_mean == 500 - 3 * (10 + 60 + 20));
	/* X: in at 100, as planned less five; 60 induced, 75 operated until 235; the
	 * bay is B's from 260 to 350; clean at 370. */
	assert_true(idle(1, IDLE_GAP) == 100 && idle(1, IDLE_PACU) == 115);
	assert_true(idle(1, IDLE_NO_CASE) == 130 && idle(1, IDLE_STAFF) == 0);
	assert_true(forecast.rooms[1].idle_mean == 500 - 60 - 75 - 20);
	/* Y: in the room already. */
	assert_true(forecast.rooms[2].idle_mean == 225 && idle(2, IDLE_NO_CASE) == 225);
	assert_true(forecast.kpi.idle_min
		    == forecast.rooms[0].idle_mean + forecast.rooms[1].idle_mean
			       + forecast.rooms[2].idle_mean);
}

/* The same morning in a room that has been worked in: it waits for the patient.
 * Down: everything until the end. Being cleaned: not idle until it is. */
static void idle_depends_on_the_room(void **state)
{
	(void)state;
	suite_by_hand();
	map.started[0] = true;
	plan.rooms[2].closed = true; /* Y is inside; the room is down after it */
	plan.rooms[1].cleaning_ms = 5 * MINUTE;
	run_and_read(1);
	assert_true(idle(0, IDLE_LATE_START) == 0 && idle(0, IDLE_PATIENT) == 10 + 20);
	assert_true(idle(2, IDLE_CLOSED) == 225 && idle(2, IDLE_NO_CASE) == 0);
	assert_true(idle(1, IDLE_GAP) == 85);
	/* Nobody there to clean: waits for ever, the rest of the session long. */
	suite_by_hand();
	plan.pools[CLEANING].units = 0;
	run_and_read(1);
	assert_true(idle(0, IDLE_STAFF) == 500 - 110 && idle(0, IDLE_NO_CASE) == 0);
	assert_true(forecast.stuck == 1);
	/* A room without a session has no idle time. */
	map.closes_ms[0] = map.opens_ms[0] = 0;
	run_and_read(1);
	assert_true(forecast.rooms[0].idle_mean == 0 && !forecast.rooms[0].has_session);
}

static int64_t within(int64_t a, int64_t b, int64_t from, int64_t to)
{
	a = a > from ? a : from;
	b = b < to ? b : to;
	return b > a ? b - a : 0;
}

/* The work of a room in its session, step by step from the draw. */
static int64_t work_of(int r, int64_t from, int64_t to)
{
	int64_t work = 0;
	for (int k = 0; k < bench.room[r].turns; k++) {
		int i = bench.turn[r][k];
		int64_t ready = marks.room_ready_ms[i];
		if (marks.off[i] != SIM_GOES || marks.ended_ms[i][map.out_room[0]] == SIM_NEVER)
			continue;
		for (int s = map.in_room[0] + 1; s <= map.out_room[0]; s++) {
			int64_t e = marks.ended_ms[i][s];
			work += within(e - draw.lasts_ms[i][s], e, from, to);
		}
		work += within(ready - draw.turnover_ms[i], ready, from, to);
	}
	return work;
}

/* Of 500 random days; sum[cause] gets the mean minutes. */
static void add_up(double sum[IDLE_CAUSES])
{
	struct forecast_run *run = forecast_run_create(&plan, &map, 1, 1);
	const struct replication of = {&draw, &bench, &marks};
	memset(sum, 0, IDLE_CAUSES * sizeof *sum);
	for (uint32_t rep = 0; rep < 500; rep++) {
		sim_draw(&plan, 8, rep, &draw);
		sim_run(&plan, &draw, &bench, &marks);
		for (int r = 0; r < plan.room_count; r++) {
			int64_t ms[IDLE_CAUSES], idle = 0;
			int64_t from = map.opens_ms[r], to = map.closes_ms[r];
			forecast_idle(run, &of, r, ms);
			for (int c = 0; c < IDLE_CAUSES; c++) {
				assert_true(ms[c] >= 0);
				idle += ms[c];
				sum[c] += (double)ms[c] / MINUTE / 500;
			}
			assert_true(idle + work_of(r, from, to) == to - from);
		}
	}
	forecast_run_destroy(run);
}

/* In every replication of a random day the causes and the work are the session,
 * to the millisecond; also when patients do not come and rooms break down. */
static void causes_add_up(void **state)
{
	struct site *site;
	struct error err = {""};
	struct twin *twin = bench_day(&site, &err);
	struct plan_options options = {.midnight_ms = twin->now_ms - 6 * 60 * (int64_t)MINUTE};
	double sum[IDLE_CAUSES];
	(void)state;
	plan_build(twin, &options, &plan, &map);
	add_up(sum);
	/* A day of W3 is blocked 150 minutes in all (reference 1.1), some of it after
	 * the session. */
	assert_true(sum[IDLE_PACU] > 60 && sum[IDLE_PACU] < 151);
	assert_true(sum[IDLE_LATE_START] > 0 && sum[IDLE_CLOSED] == 0);
	plan.no_show = 0.2;
	plan.room_wear = (struct sim_wear){400, 60};
	for (int i = 0; i < plan.case_count; i++)
		plan.cases[i].may = SIM_MAY_NOT_COME;
	add_up(sum);
	/* Ten rooms of 600 minutes each fail every 400 and are mended in 60: down
	 * 60/460 of the time at most, and only while empty. */
	assert_true(sum[IDLE_CLOSED] > 50 && sum[IDLE_CLOSED] < 6000.0 * 60 / 460);
	twin_destroy(twin);
	site_free(site);
}

/* One in five does not come: standard error of 2,000 is 0.0089. Times are of the
 * days on which they come. */
static void who_does_not_come(void **state)
{
	(void)state;
	small_suite();
	add(0, 0, 30, 0, 10, 60, 90)->may = SIM_MAY_NOT_COME;
	add(0, 1, 30, 0, 10, 60, 90);
	plan.no_show = 0.2;
	run_and_read(2000);
	assert_true(fabs(forecast.cases[0].p_off - 0.2) < 4 * 0.0089);
	assert_true(forecast.cases[0].p_no_show == forecast.cases[0].p_off);
	assert_true(forecast.cases[1].p_off == 0);
	assert_true(fabs(forecast.kpi.cancelled - forecast.cases[0].p_off) < 1e-9);
	assert_true(forecast.cases[0].end.p50 == (double)map.origin_ms + 95 * MINUTE);
}

/* ---- going home ---- */

/* Home between 300 and 400 minutes from now, evenly; the day unit closes after
 * 375: one in four stays. Standard error of 2,000: 0.0097. */
static void goes_home_or_stays(void **state)
{
	(void)state;
	small_suite();
	struct sim_case *c = add(0, 0, 30, 0, 10, 60, 90);
	run_and_read(10);
	assert_true(forecast.cases[0].home.p50 == 0 && forecast.cases[0].p_convert < 0);
	/* A way that ends in the PACU does not say when. */
	map.ambulatory[0] = true;
	run_and_read(10);
	assert_true(forecast.cases[0].home.p50 == 0 && forecast.cases[0].p_convert < 0);
	step(0, "day unit", SIM_NONE, SIM_NONE);
	c->law[HOME] = (struct sim_law){SIM_UNIFORM, 300 - 185, 400 - 185};
	run_and_read(2000);                           /* in at 25, in the bay from 95 to 185 */
	assert_true(forecast.cases[0].p_convert < 0); /* nobody said when it closes */
	map.home_by_ms[0] = 375 * MINUTE;
	run_and_read(2000);
	assert_true(fabs(forecast.cases[0].p_convert - 0.25) < 4 * 0.0097);
	const struct quantiles *home = &forecast.cases[0].home;
	assert_true(fabs((home->p10 - (double)map.origin_ms) / MINUTE - 310) < 4);
	assert_true(fabs((home->p90 - (double)map.origin_ms) / MINUTE - 390) < 4);
	map.home_by_ms[0] = 200 * MINUTE;
	run_and_read(100);
	assert_true(forecast.cases[0].p_convert == 1);
}

/* Nothing that is foreseen is over: who may leave at this very moment is out in a
 * minute. */
static void never_now(void **state)
{
	(void)state;
	small_suite();
	struct sim_case *c = add(0, 0, -90, 0, 10, 60, 90);
	c->step = WAY_OUT;
	run_and_read(10);
	assert_true(forecast.cases[0].end.p50 == (double)map.origin_ms + MINUTE);
	assert_true(forecast.cases[0].remaining_min == 1);
	assert_true(forecast.rooms[0].end.p10 > (double)map.origin_ms);
}

/* ---- what binds, what is wanted ---- */

/*
 * One anaesthetist: A is induced 0-60, B 60-120; operated 10 and 60 minutes, so
 * out at 70 and 180, in the one bay for 20 and 150. C, induced 145-155, could leave
 * at 215, waits for the bay until 330. Sessions end after 100, 100 and 310.
 * One anaesthetist more: B is out at 120 and in the bay until 270, C out at 270:
 * 60 and 20 minutes of overtime less. One bay more: C out at 215, 20 less. From two
 * hours on, the anaesthetist comes too late for everybody.
 */
static void scarce_by_hand(void)
{
	small_suite();
	map.opens_ms[0] = map.opens_ms[1] = map.opens_ms[2] = 0;
	map.closes_ms[0] = map.closes_ms[1] = 100 * MINUTE;
	map.closes_ms[2] = 310 * MINUTE;
	add(0, 0, 0, 0, 60, 10, 20);
	add(0, 1, 0, 0, 60, 60, 150);
	add(0, 2, 150, 0, 10, 60, 30);
}

static void what_binds_now_and_later(void **state)
{
	static const struct {
		int role;
		double effect;
	} now[POOLS] = {{MAR, -80}, {BAYS, -20}, {CLEANING, 0}},
	  later[POOLS] = {{BAYS, -20}, {MAR, 0}, {CLEANING, 0}};
	(void)state;
	scarce_by_hand();
	struct forecast_run *run = forecast_run_create(&plan, &map, 3, 4);
	struct foresee_rank how = {.reps = 4, .threads = 2};
	forecast_run_part(run, 0, 4);
	forecast_run_read(run, 4, &forecast);
	assert_true(forecast.kpi.overtime_min == 80 + 20);
	assert_true(foresee_bottlenecks(&plan, &map, run, &how, &forecast));
	forecast_run_destroy(run);
	assert_int_equal(forecast.bottleneck_count, POOLS);
	for (int i = 0; i < POOLS; i++) {
		assert_int_equal(forecast.bottlenecks[i].role, now[i].role);
		assert_true(forecast.bottlenecks[i].effect.mean == now[i].effect);
		assert_int_equal(forecast.bottlenecks_later[i].role, later[i].role);
		assert_true(forecast.bottlenecks_later[i].effect.mean == later[i].effect);
		assert_true(plan.pools[i].units == 1 && plan.later_count == 0);
	}
	/* Without waiting: A and B induced at once, B in the bay until 270 while C
	 * comes at 215, in the quarter that begins at 210; no two rooms cleaned at once. */
	const struct forecast_demand *d = forecast.demand;
	assert_int_equal(forecast.demand_count, POOLS);
	assert_true(d[MAR].p50 == 2 && d[MAR].p90 == 2 && d[MAR].units == 1);
	assert_true(d[MAR].p_short == 1 && d[MAR].short_ms == map.origin_ms);
	assert_true(d[BAYS].p50 == 2 && d[BAYS].short_ms == map.origin_ms + 210 * MINUTE);
	assert_true(d[CLEANING].p50 == 1 && d[CLEANING].p_short == 0);
	assert_true(d[CLEANING].short_ms == 0);
}

/* Twenty days with one thing short and plenty of the others: what is short is
 * found in each, and nothing of which there is plenty. In W3 eight people of each role
 * and nine bays are in use at a time (reference 1.1): one or two are too few. */
static void gaps_are_found(void **state)
{
	struct site *site;
	struct error err = {""};
	struct twin *twin = bench_day(&site, &err);
	struct plan_options options = {.midnight_ms = twin->now_ms - 6 * 60 * (int64_t)MINUTE};
	struct foresee_rank how = {.reps = 60, .threads = 1};
	(void)state;
	for (uint32_t day = 0; day < 20; day++) {
		int gaps[SIM_POOLS];
		plan_build(twin, &options, &plan, &map);
		int few = (int)(day % (uint32_t)plan.pool_count);
		for (int p = 0; p < plan.pool_count; p++)
			plan.pools[p].units = p == few ? 1 + (int)(day / 10) : 60;
		struct forecast_run *run = forecast_run_create(&plan, &map, 100 + day, 60);
		forecast_run_part(run, 0, 60);
		forecast_run_read(run, 60, &forecast);
		assert_true(foresee_bottlenecks(&plan, &map, run, &how, &forecast));
		forecast_run_destroy(run);
		assert_int_equal(forecast_gaps(&forecast, gaps), 1);
		assert_int_equal(gaps[0], few);
		assert_true(forecast.demand[few].p50 > forecast.demand[few].units);
		/* What is proposed is one more of what is short, and helps. */
		const struct forecast_bottleneck *more = forecast_one_more(
			&forecast, forecast.demand[few].role, forecast.demand[few].beds, -1);
		assert_true(more != NULL && forecast_helps(more));
	}
	twin_destroy(twin);
	site_free(site);
}

/* A unit from the very beginning and one a millisecond after it are the same on a
 * random day (nobody of W3 needs a bay at its first instant); one that never comes
 * changes nothing; in between the effect is in between. */
static void units_that_come_later(void **state)
{
	static const int64_t after[] = {1, 350 * MINUTE, 500 * MINUTE, 3000LL * MINUTE};
	struct site *site;
	struct error err = {""};
	struct twin *twin = bench_day(&site, &err);
	struct plan_options options = {.midnight_ms = twin->now_ms - 6 * 60 * (int64_t)MINUTE};
	double effect[4];
	int bays = -1;
	(void)state;
	plan_build(twin, &options, &plan, &map);
	for (int p = 0; p < plan.pool_count; p++)
		bays = map.pool_beds[p] == ROOM_PACU ? p : bays;
	struct forecast_run *base = forecast_run_create(&plan, &map, 9, 1000);
	forecast_run_part(base, 0, 1000);
	for (int i = 0; i < 4; i++) {
		struct forecast_run *tried = forecast_run_create(&plan, &map, 9, 1000);
		plan.later_count = 0;
		plan_one_later(&plan, &map, bays, after[i]);
		forecast_run_part(tried, 0, 1000);
		effect[i] = forecast_difference(base, tried, 1000, KPI_OVERTIME).mean;
		forecast_run_destroy(tried);
	}
	plan.later_count = 0;
	plan_more(&plan, &map, bays, 1);
	struct forecast_run *more = forecast_run_create(&plan, &map, 9, 1000);
	forecast_run_part(more, 0, 1000);
	assert_true(effect[0] == forecast_difference(base, more, 1000, KPI_OVERTIME).mean);
	assert_true(effect[0] < effect[1] && effect[1] < effect[2] && effect[2] < 0);
	assert_true(effect[3] == 0);
	forecast_run_destroy(more);
	forecast_run_destroy(base);
	twin_destroy(twin);
	site_free(site);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_by_cause),
		cmocka_unit_test(idle_depends_on_the_room),
		cmocka_unit_test(causes_add_up),
		cmocka_unit_test(who_does_not_come),
		cmocka_unit_test(goes_home_or_stays),
		cmocka_unit_test(never_now),
		cmocka_unit_test(what_binds_now_and_later),
		cmocka_unit_test(gaps_are_found),
		cmocka_unit_test(units_that_come_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
