/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "twin/forecast.h"
#include "twin/random.h"
#include "twin/stat.h"

/*
 * What holds on every day, whatever the suite: random plans that use all there
 * is (people, rooms covered, beds, kept beds, surgeons in several rooms, kits with
 * a turn-round, emergencies, no-shows, late starts, last calls, breakdowns, cases
 * under way), and the identities of the simulation reference, section 4.
 */

enum { MINUTE = 60000, PLANS = 1500, DAYS = 12 };
enum { PORTER, PEOPLE, BAYS, BEDS, SETS, DEVICES, NAMED };
enum { HIDDEN_COVER = SIM_POOLS - 1 };
enum {
	WAITING,
	TRANSPORT,
	ENTRY,
	INDUCTION,
	PREPARATION,
	SURGERY,
	CLOSING,
	EMERGENCE,
	WAY_OUT,
	TO_PACU,
	RECOVERY,
	LEAVING,
	TO_WARD,
	STEPS
};

static const struct sim_step steps[STEPS] = {
	[WAITING] = {"waiting", {SIM_NONE}, {SIM_NONE}, true, -45 * MINUTE, -1, -1},
	[TRANSPORT] = {"transport", {PORTER, SIM_NONE}, {PORTER, SIM_NONE}, true, -30 * MINUTE, -1,
		-1},
	[ENTRY] = {"entry", {SIM_ROOM, SIM_OWN - 1, SIM_OWN - 2, SIM_NONE}, {SIM_NONE}, true,
		-5 * MINUTE, -1, -1},
	[INDUCTION] = {"induction", {HIDDEN_COVER, PEOPLE, SIM_NONE}, {PEOPLE, SIM_NONE}, false, 0,
		-1, -1},
	[PREPARATION] = {"preparation", {SIM_NONE}, {SIM_NONE}, false, 0, -1, -1},
	[SURGERY] = {"surgery", {SIM_OWN, SIM_NONE}, {SIM_NONE}, false, 0, -1, -1},
	[CLOSING] = {"closing", {SIM_NONE}, {SIM_OWN, SIM_NONE}, false, 0, -1, -1},
	[EMERGENCE] = {"emergence", {PEOPLE, SIM_NONE}, {PEOPLE, HIDDEN_COVER, SIM_NONE}, false, 0,
		-1, -1},
	[WAY_OUT] = {"way out", {BAYS, SIM_NONE}, {SIM_ROOM, SIM_OWN - 1, SIM_OWN - 2, SIM_NONE},
		false, 0, -1, -1},
	[TO_PACU] = {"to the PACU", {PORTER, SIM_NONE}, {PORTER, SIM_NONE}, false, 0, -1, -1},
	[RECOVERY] = {"recovery", {SIM_NONE}, {SIM_NONE}, false, 0, -1, -1},
	[LEAVING] = {"leaving", {BEDS, PORTER, SIM_NONE}, {BAYS, SIM_NONE}, false, 0, -1, -1},
	[TO_WARD] = {"to the ward", {SIM_NONE}, {PORTER, SIM_NONE}, false, 0, -1, -1},
};

static struct sim_plan plan, same;
static struct sim_draw draw;
static struct sim_bench bench, other;
static struct sim_marks marks, again;

static uint32_t seed, drawn;

static int any(int from, int to)
{
	return from + (int)(random_uniform(seed, 0, drawn++, 7) * (to - from + 1));
}

static bool chance(int percent)
{
	return any(0, 99) < percent;
}

static struct sim_law lasting(double mean)
{
	double mu, sigma;
	stat_lognormal_of(mean, mean / 2, &mu, &sigma);
	return (struct sim_law){SIM_LOGNORMAL, (float)mu, (float)sigma};
}

static void new_case(int i)
{
	static const double means[STEPS] = {8, 10, 0, 14, 20, 60, 5, 8, 0, 4, 80, 0, 8};
	struct sim_case *c = &plan.cases[i];
	*c = (struct sim_case){.who = (uint32_t)i * 7919,
		.room = SIM_NONE,
		.priority = any(1, 7),
		.planned_ms = any(-60, 500) * (int64_t)MINUTE,
		.own = {SIM_NONE, SIM_NONE, SIM_NONE}};
	for (int s = 0; s < STEPS; s++)
		c->law[s] = means[s] > 0 ? lasting(means[s]) : (struct sim_law){SIM_AT_ONCE, 0, 0};
}

/* Cases of a room in its order; the first of them may be inside already. */
static void new_room(int r, int surgeons)
{
	struct sim_room *room = &plan.rooms[r];
	*room = (struct sim_room){.cleaning = chance(50) ? PORTER : SIM_NONE,
		.turnover = lasting(20),
		.cleaning_ms = -1,
		.closes_ms = any(400, 700) * (int64_t)MINUTE,
		.last_call_ms = chance(50) ? any(100, 600) * (int64_t)MINUTE : INT64_MAX};
	for (int k = any(0, 6); k > 0 && plan.case_count < 60; k--) {
		int i = plan.case_count++;
		struct sim_case *c = &plan.cases[i];
		new_case(i);
		c->room = r;
		room->turn[room->turns++] = i;
		c->may = (unsigned)any(0, 15);
		c->absent = chance(5);
		if (surgeons > 0 && chance(70))
			c->own[0] = (int8_t)(HIDDEN_COVER - any(1, surgeons));
		c->own[1] = chance(40) ? SETS : SIM_NONE;
		c->own[2] = chance(30) ? DEVICES : SIM_NONE;
		if (room->turns > 1 || c->absent || !chance(50))
			continue;
		c->own[0] = c->own[1] = c->own[2] = SIM_NONE;
		c->may = 0;
		c->step = any(INDUCTION, CLOSING);
		c->running = c->step != EMERGENCE;
		c->elapsed_ms = any(0, 90) * (int64_t)MINUTE;
	}
}

static void new_plan(uint32_t n)
{
	memset(&plan, 0, sizeof plan);
	seed = n;
	drawn = 0;
	plan.pathway_count = 1;
	plan.pathways[0].count = STEPS;
	memcpy(plan.pathways[0].steps, steps, sizeof steps);
	plan.room_count = any(1, 8);
	plan.pool_count = NAMED;
	int surgeons = any(0, 4);
	plan.hidden_count = 1 + surgeons;
	plan.pools[HIDDEN_COVER].units = any(1, 3) + plan.room_count;
	for (int k = 1; k <= surgeons; k++)
		plan.pools[HIDDEN_COVER - k].units = 1;
	for (int r = 0; r < plan.room_count; r++)
		new_room(r, surgeons);
	/* At least what is held at the origin: a plan may start overdrawn, but then
	 * "never more than there are" is not true of it. */
	plan.pools[PORTER].units = any(1, 4);
	plan.pools[PEOPLE].units = plan.room_count + any(0, 2);
	plan.pools[BAYS].units = any(1, 6);
	plan.pools[BEDS].units = plan.case_count + 40;
	plan.pools[SETS] = (struct sim_pool){any(1, 4), 1};
	plan.pools[DEVICES] = (struct sim_pool){any(1, 3), 2};
	plan.kit_count = 2;
	plan.kits[0] = (struct sim_kit){SETS, any(0, 1) * any(30, 240) * MINUTE, {0, 0}};
	plan.kits[1] = (struct sim_kit){DEVICES, 0, {any(0, 1) * 600.0, 60}};
	plan.away_count = any(0, plan.pools[SETS].units);
	for (int a = 0; a < plan.away_count; a++)
		plan.away[a].due_ms = any(1, 300) * MINUTE;
	plan.no_show = any(0, 1) * 0.2;
	plan.cancelled = any(0, 1) * 0.1;
	plan.not_fasting = any(0, 1) * 0.2;
	plan.fasting_delay = lasting(90);
	plan.room_wear = (struct sim_wear){any(0, 1) * 900.0, 45};
	for (int k = any(0, 2); k > 0 && plan.room_count > 0; k--) {
		struct sim_stream *s = &plan.streams[plan.stream_count++];
		*s = (struct sim_stream){.who = (uint32_t)k,
			.midnight_ms = -9 * 60 * (int64_t)MINUTE,
			.until_ms = 600 * (int64_t)MINUTE,
			.first = plan.case_count + plan.guest_count,
			.count = 10};
		for (int h = 0; h < 24; h++)
			s->per_hour[h] = 0.4f;
		for (int g = 0; g < s->count; g++) {
			int i = plan.case_count + plan.guest_count++;
			new_case(i);
			plan.cases[i].priority = k;
			plan.cases[i].waits_ms = any(0, 2) * 60 * (int64_t)MINUTE;
		}
	}
}

/* ---- identities ---- */

struct change {
	int64_t at;
	int by;
};

static int by_time(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	return x->at != y->at ? (x->at < y->at ? -1 : 1) : x->by - y->by;
}

static struct change changes[SIM_CASES * SIM_SPANS];

/* Never below 0, never above `most`; returns the area under it. */
static double sweep(int count, int most)
{
	double area = 0;
	int now = 0;
	qsort(changes, (size_t)count, sizeof *changes, by_time);
	for (int k = 0; k < count; k++) {
		if (k > 0)
			area += (double)now * (double)(changes[k].at - changes[k - 1].at);
		now += changes[k].by;
		assert_true(now >= 0 && now <= most);
	}
	assert_int_equal(now, 0);
	return area;
}

static void steps_follow(int i)
{
	const struct sim_case *c = &plan.cases[i];
	if (c->absent || marks.off[i] != SIM_GOES) {
		assert_true(c->absent || marks.ended_ms[i][ENTRY] == SIM_NEVER);
		return;
	}
	for (int s = c->step; s < STEPS; s++) {
		int32_t begun = marks.begun_ms[i][s], ended = marks.ended_ms[i][s];
		assert_true(begun != SIM_NEVER && ended != SIM_NEVER);
		if (s == c->step && c->running)
			assert_int_equal(ended, draw.lasts_ms[i][s]);
		else
			assert_int_equal(ended - begun, draw.lasts_ms[i][s]);
		/* No wait below 0. */
		assert_true(s == c->step || begun >= marks.ended_ms[i][s - 1]);
		assert_true((s == c->step && c->running) || !steps[s].gated
			    || begun >= bench.planned_ms[i] + steps[s].gate_ms);
	}
}

/* Little: the time average of those who wait for a step is their rate times their
 * mean wait; both sides times the length of the day. */
static void little(int s)
{
	double waits = 0;
	int count = 0, patients = plan.case_count + plan.guest_count;
	for (int i = 0; i < patients; i++) {
		if (plan.cases[i].absent || marks.off[i] != SIM_GOES || plan.cases[i].step >= s)
			continue;
		changes[count++] = (struct change){marks.ended_ms[i][s - 1], 1};
		changes[count++] = (struct change){marks.begun_ms[i][s], -1};
		waits += (double)(marks.begun_ms[i][s] - marks.ended_ms[i][s - 1]);
	}
	/* Who comes at the same instant as another goes is counted first. */
	for (int k = 0; k < count; k++)
		changes[k].at = 2 * changes[k].at + (changes[k].by < 0);
	assert_true(sweep(count, patients) == 2 * waits + count / 2);
}

/* One patient and one turnover at a time; turns are those of the bench. */
static void rooms_hold_one(void)
{
	for (int r = 0; r < plan.room_count; r++) {
		int32_t free = INT32_MIN;
		for (int k = 0; k < bench.room[r].turns; k++) {
			int i = bench.turn[r][k];
			if (plan.cases[i].absent || marks.off[i] != SIM_GOES)
				continue;
			assert_int_equal(marks.room[i], r);
			bool inside = plan.cases[i].step > ENTRY;
			int32_t in = inside ? INT32_MIN : marks.begun_ms[i][ENTRY];
			assert_true(in >= free);
			assert_true(marks.room_ready_ms[i]
				    >= marks.ended_ms[i][WAY_OUT] + draw.turnover_ms[i]);
			/* Whoever waits for a kit has the room already. */
			inside = inside || plan.cases[i].own[1] >= 0 || plan.cases[i].own[2] >= 0;
			for (int n = 0; plan.room_wear.mtbf_min > 0 && n < SIM_OUTAGES; n++) {
				const struct sim_outage *o = &draw.room_down[r][n];
				assert_true(inside || o->from_ms == SIM_NEVER || in <= o->from_ms
					    || in >= o->to_ms);
			}
			free = marks.room_ready_ms[i];
		}
	}
}

/* Never more than there are, and at the end all is back but the beds kept. */
static void units_in_are_units_out(void)
{
	struct sim_span spans[SIM_SPANS];
	int patients = plan.case_count + plan.guest_count, kept = 0, goes = 0;
	for (int p = 0; p < NAMED; p++) {
		int count = 0;
		for (int i = 0; i < patients; i++) {
			int n = plan.cases[i].absent ? 0 : sim_spans(&plan, &marks, i, spans);
			for (int k = 0; k < n; k++) {
				int64_t to = spans[k].to_ms;
				if (spans[k].pool != p)
					continue;
				kept += to == SIM_FOR_EVER;
				assert_true(to != SIM_FOR_EVER || p == BEDS);
				changes[count++] = (struct change){spans[k].from_ms, 1};
				changes[count++] = (struct change){to, -1};
			}
		}
		/* A unit that fails in use is still in use: one more is told. */
		sweep(count, plan.pools[p].units);
		if (p != BEDS)
			assert_int_equal(bench.pool[p].free, plan.pools[p].units);
	}
	for (int i = 0; i < patients; i++)
		goes += !plan.cases[i].absent && marks.off[i] == SIM_GOES;
	assert_int_equal(kept, goes);
	assert_int_equal(bench.pool[BEDS].free, plan.pools[BEDS].units - goes);
	for (int h = SIM_POOLS - plan.hidden_count; h < SIM_POOLS; h++)
		assert_int_equal(bench.pool[h].free, plan.pools[h].units);
}

static void surgeons_are_in_one_place(void)
{
	for (int h = SIM_POOLS - plan.hidden_count; h < HIDDEN_COVER; h++) {
		int count = 0;
		for (int i = 0; i < plan.case_count; i++) {
			if (plan.cases[i].own[0] != h || plan.cases[i].absent
				|| marks.off[i] != SIM_GOES)
				continue;
			changes[count++] = (struct change){marks.begun_ms[i][SURGERY], 1};
			changes[count++] = (struct change){marks.ended_ms[i][CLOSING], -1};
		}
		sweep(count, 1);
	}
}

static void last_calls_are_kept(void)
{
	for (int i = 0; i < plan.case_count; i++) {
		const struct sim_case *c = &plan.cases[i];
		if (marks.off[i] == SIM_GOES && !c->absent && c->step <= ENTRY
			&& (c->may & SIM_MAY_BE_TOO_LATE) != 0)
			assert_true(
				marks.begun_ms[i][TRANSPORT] <= plan.rooms[c->room].last_call_ms);
	}
}

static void every_day_of_any_suite(void **state)
{
	long guests = 0, off = 0;
	(void)state;
	for (uint32_t n = 0; n < PLANS; n++) {
		new_plan(n);
		for (uint32_t day = 0; day < DAYS; day++) {
			sim_draw(&plan, 5, day, &draw);
			sim_run(&plan, &draw, &bench, &marks);
			if (marks.stuck != 0)
				fail_msg("plan %u, day %u: %d stuck", (unsigned)n, (unsigned)day,
					marks.stuck);
			int patients = plan.case_count + plan.guest_count;
			for (int i = 0; i < patients; i++) {
				steps_follow(i);
				off += i < plan.case_count && marks.off[i] != SIM_GOES;
				guests += i >= plan.case_count && marks.off[i] == SIM_GOES;
			}
			for (int s = 1; s < STEPS; s++)
				little(s);
			rooms_hold_one();
			units_in_are_units_out();
			surgeons_are_in_one_place();
			last_calls_are_kept();
		}
	}
	/* The days were not empty of what this is about. */
	assert_true(guests > 1000 && off > 1000);
}

/* A bench that has seen other days, and a plan that was copied, make no difference. */
static void the_same_again(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < PLANS / 4; n++) {
		new_plan(n);
		memset(&marks, 0, sizeof marks);
		memset(&again, 0, sizeof again);
		memset(&other, (int)(n & 0xFF), sizeof other);
		sim_draw(&plan, 5, 3, &draw);
		sim_run(&plan, &draw, &bench, &marks);
		same = plan;
		sim_run(&same, &draw, &other, &again);
		assert_memory_equal(&marks, &again, sizeof marks);
	}
}

/* In parts and in one, and a what-if that changes nothing: exactly 0. A unit
 * more of a pool nobody wants is nothing. */
static void nothing_changes_nothing(void **state)
{
	static struct plan_index index;
	enum { REPS = 60 };
	(void)state;
	for (uint32_t n = 0; n < 40; n++) {
		new_plan(n);
		memset(&index, 0, sizeof index);
		index.in_room[0] = ENTRY;
		index.out_room[0] = WAY_OUT;
		index.in_pacu[0] = WAY_OUT;
		index.out_pacu[0] = LEAVING;
		for (int r = 0; r < plan.room_count; r++)
			index.closes_ms[r] = plan.rooms[r].closes_ms;
		same = plan;
		same.pools[SIM_POOLS - same.hidden_count - 1].units = 9;
		same.hidden_count++;
		struct forecast_run *a = forecast_run_create(&plan, &index, 3, REPS);
		struct forecast_run *b = forecast_run_create(&same, &index, 3, REPS);
		assert_non_null(a);
		assert_non_null(b);
		forecast_run_part(a, 0, REPS);
		forecast_run_part(b, REPS / 3, REPS - REPS / 3);
		forecast_run_part(b, 0, REPS / 3);
		for (int k = 0; k < KPI_COUNT; k++) {
			struct paired d = forecast_difference(a, b, REPS, (enum kpi)k);
			assert_true(d.mean == 0 && d.low == 0 && d.high == 0);
		}
		forecast_run_destroy(a);
		forecast_run_destroy(b);
	}
}

/* A fate is its patient's: who else is in the plan, and what there is, changes no
 * draw. */
static void fates_do_not_move(void **state)
{
	static struct sim_draw more;
	(void)state;
	for (uint32_t n = 0; n < 50; n++) {
		new_plan(n);
		sim_draw(&plan, 9, n, &draw);
		for (int p = 0; p < NAMED; p++)
			plan.pools[p].units += p != DEVICES;
		for (int i = 0; i < plan.case_count; i += 3)
			plan.cases[i].absent = true;
		sim_draw(&plan, 9, n, &more);
		for (int i = 0; i < plan.case_count + plan.guest_count; i++) {
			if (plan.cases[i].absent)
				continue;
			bool guest = i >= plan.case_count;
			if (guest)
				assert_int_equal(draw.comes_ms[i], more.comes_ms[i]);
			if (guest && draw.comes_ms[i] == SIM_NEVER)
				continue;
			int from = plan.cases[i].step;
			assert_memory_equal(draw.lasts_ms[i] + from, more.lasts_ms[i] + from,
				(size_t)(STEPS - from) * sizeof(int32_t));
			if (!guest && plan.cases[i].may != 0)
				assert_int_equal(draw.off[i], more.off[i]);
		}
		if (plan.room_wear.mtbf_min > 0)
			assert_memory_equal(draw.room_down, more.room_down,
				(size_t)plan.room_count * sizeof draw.room_down[0]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_any_suite),
		cmocka_unit_test(the_same_again),
		cmocka_unit_test(nothing_changes_nothing),
		cmocka_unit_test(fates_do_not_move),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
