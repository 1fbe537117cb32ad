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

#include "tests/unit/radar_world.h"
#include "twin/repair_rule.h"

/*
 * The radar against a look at every half minute of 200 random days: rooms with and
 * without a session, closed, being cleaned, breaking down; patients inside, absent,
 * called off, put to sleep ahead of their room; emergencies that come in between.
 * What is looked at are the simulator's own marks, rounded to the minute before the
 * day is run; nothing of twin/radar.c has a part in it.
 */

enum { MINUTE = 60000, DAYS = 200, LONGEST = 3000 /* minutes */ };

/* Two ways: the room is taken when the patient is brought in, or promised when
 * anaesthesia begins beside it. */
enum { USUAL, AHEAD, WAYS };
enum { WAITING, AHEAD_OF, ENTRY, SURGERY, LEAVING, RECOVERY, STEPS };
static const int takes[WAYS] = {ENTRY, AHEAD_OF};

static struct sim_plan plan;
static struct plan_index x;
static struct room rooms[SIM_ROOMS];
static struct site random_site = {.rooms = rooms};
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;

static uint32_t seed, drawn;

static int any(int from, int to)
{
	return from + (int)(random_uniform(seed, 0, drawn++, 3) * (to - from + 1));
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

static void new_ways(void)
{
	static const struct sim_step steps[STEPS] = {
		[WAITING] = {"waiting", {SIM_NONE}, {SIM_NONE}, true, -30 * MINUTE, -1, -1},
		[AHEAD_OF] = {"ahead", {SIM_NONE}, {SIM_NONE}, false, 0, -1, -1},
		[ENTRY] = {"entry", {SIM_ROOM, 0, SIM_NONE}, {0, SIM_NONE}, false, 0, -1, -1},
		[SURGERY] = {"surgery", {SIM_NONE}, {SIM_NONE}, false, 0, -1, -1},
		[LEAVING] = {"leaving", {1, SIM_NONE}, {SIM_ROOM, SIM_NONE}, false, 0, -1, -1},
		[RECOVERY] = {"recovery", {SIM_NONE}, {1, SIM_NONE}, false, 0, -1, -1},
	};
	plan.pathway_count = WAYS;
	for (int w = 0; w < WAYS; w++) {
		plan.pathways[w].count = STEPS;
		memcpy(plan.pathways[w].steps, steps, sizeof steps);
		x.in_room[w] = ENTRY;
		x.out_room[w] = LEAVING;
		x.in_pacu[w] = x.out_pacu[w] = -1;
	}
	plan.pathways[AHEAD].steps[AHEAD_OF].need[0] = SIM_TURN;
	plan.pathways[AHEAD].steps[AHEAD_OF].need[1] = SIM_NONE;
}

static void new_case(int i, int room)
{
	static const double means[STEPS] = {12, 15, 6, 80, 0, 70};
	struct sim_case *c = &plan.cases[i];
	*c = (struct sim_case){.who = (uint32_t)i * 7919,
		.pathway = room >= 0 && chance(30) ? AHEAD : USUAL, /* guests have no turn */
		.room = room,
		.priority = any(1, 7),
		.own = {SIM_NONE, SIM_NONE, SIM_NONE}};
	for (int s = 0; s < STEPS; s++)
		c->law[s] = means[s] > 0 ? lasting(means[s]) : (struct sim_law){SIM_AT_ONCE, 0, 0};
	if (c->pathway == USUAL)
		c->law[AHEAD_OF] = (struct sim_law){SIM_AT_ONCE, 0, 0};
	x.twin_case[i] = i;
}

static void new_room(int r)
{
	struct sim_room *room = &plan.rooms[r];
	int at = any(-40, 90);
	*room = (struct sim_room){.cleaning = chance(50) ? 2 : SIM_NONE,
		.turnover = lasting(22),
		.closed = chance(8),
		.cleaning_ms = -1,
		.last_call_ms = chance(40) ? any(200, 600) * (int64_t)MINUTE : INT64_MAX};
	x.site_room[r] = r;
	rooms[r].takes.count = chance(20) ? 1 : 0;
	x.opens_ms[r] = x.closes_ms[r] = 0;
	if (chance(90)) {
		x.opens_ms[r] = any(-200, 60) * (int64_t)MINUTE;
		x.closes_ms[r] = any(300, 620) * (int64_t)MINUTE;
		room->closes_ms = x.closes_ms[r];
	}
	for (int k = any(0, 6); k > 0; k--) {
		int i = plan.case_count++;
		struct sim_case *c = &plan.cases[i];
		new_case(i, r);
		c->planned_ms = at * (int64_t)MINUTE;
		at += any(60, 150);
		c->may = (unsigned)any(0, 15);
		c->absent = chance(5);
		room->turn[room->turns++] = i;
		if (room->turns > 1 || c->absent || !chance(60))
			continue;
		c->may = 0;
		c->step = any(takes[c->pathway], SURGERY);
		c->running = true;
		c->elapsed_ms = any(0, 60) * (int64_t)MINUTE;
	}
	bool inside = room->turns > 0 && plan.cases[room->turn[0]].running;
	if (!inside && chance(30))
		room->cleaning_ms = any(0, 15) * (int64_t)MINUTE;
}

static void new_guests(void)
{
	struct sim_stream *s = &plan.streams[0];
	plan.stream_count = 1;
	*s = (struct sim_stream){
		.who = 77, .until_ms = 600 * (int64_t)MINUTE, .first = plan.case_count, .count = 6};
	for (int h = 0; h < 24; h++)
		s->per_hour[h] = 0.3F;
	for (; plan.guest_count < s->count; plan.guest_count++) {
		int i = plan.case_count + plan.guest_count;
		new_case(i, SIM_NONE);
		plan.cases[i].waits_ms = any(0, 1) * 60 * (int64_t)MINUTE;
	}
}

static void new_day(uint32_t n)
{
	memset(&plan, 0, sizeof plan);
	memset(&x, 0, sizeof x);
	seed = n;
	drawn = 0;
	new_ways();
	plan.pool_count = 3; /* porters, bays, cleaners */
	for (int p = 0; p < plan.pool_count; p++)
		plan.pools[p].units = any(2, 6);
	plan.room_count = any(1, 9);
	for (int r = 0; r < plan.room_count; r++)
		new_room(r);
	plan.no_show = 0.05;
	plan.cancelled = 0.05;
	plan.not_fasting = chance(50) ? 0.1 : 0;
	plan.fasting_delay = lasting(60);
	if (chance(50))
		plan.room_wear = (struct sim_wear){500, 40};
	if (chance(60))
		new_guests();
}

/* ---- its fate, in whole minutes ---- */

static int32_t minute(int32_t ms)
{
	return ms == SIM_NEVER ? ms : (ms + MINUTE / 2) / MINUTE * MINUTE;
}

static void round_fate(void)
{
	for (int i = 0; i < plan.case_count + plan.guest_count; i++) {
		for (int s = 0; s < STEPS; s++)
			draw.lasts_ms[i][s] = minute(draw.lasts_ms[i][s]);
		draw.turnover_ms[i] = minute(draw.turnover_ms[i]);
		if (i >= plan.case_count)
			draw.comes_ms[i] = minute(draw.comes_ms[i]);
		else if (plan.not_fasting > 0)
			draw.later_ms[i] = minute(draw.later_ms[i]);
	}
	for (int r = 0; r < plan.room_count; r++) {
		if (plan.rooms[r].cleaning_ms >= 0)
			draw.cleaning_ms[r] = minute(draw.cleaning_ms[r]);
		for (int n = 0; plan.room_wear.mtbf_min > 0 && n < SIM_OUTAGES; n++) {
			struct sim_outage *down = &draw.room_down[r][n];
			if (down->from_ms == SIM_NEVER)
				break;
			down->from_ms = minute(down->from_ms);
			down->to_ms = minute(down->to_ms);
		}
	}
}

/* ---- every half minute ---- */

static bool is_down(int r, double at)
{
	for (int n = 0; plan.room_wear.mtbf_min > 0 && n < SIM_OUTAGES; n++) {
		const struct sim_outage *down = &draw.room_down[r][n];
		if (down->from_ms == SIM_NEVER)
			return false;
		if (at > down->from_ms && at < down->to_ms)
			return true;
	}
	return false;
}

/* From when a case has its room, or will have it; and until when. */
static void stay(int i, double *from, double *to)
{
	const struct sim_case *c = &plan.cases[i];
	int step = takes[c->pathway];
	*from = marks.begun_ms[i][step];
	if (c->step > step || (c->step == step && c->running))
		*from = -1e12;
	else if (marks.begun_ms[i][step] == SIM_NEVER)
		*from = 1e12;
	*to = marks.room_ready_ms[i] == SIM_NEVER ? 1e12 : marks.room_ready_ms[i];
}

/* Nobody is in it, or promised it; somebody of its list is still to come, or its
 * session is not over. */
static bool can_enter(int r, double at)
{
	bool told = x.opens_ms[r] != 0 || x.closes_ms[r] != 0;
	bool open = !told || at <= (double)x.closes_ms[r];
	if (plan.rooms[r].closed || is_down(r, at) || (told && at < (double)x.opens_ms[r]))
		return false;
	if (plan.rooms[r].cleaning_ms >= 0 && at < draw.cleaning_ms[r])
		return false;
	for (int i = 0; i < plan.case_count + plan.guest_count; i++) {
		double from, to;
		if (marks.room[i] != r || plan.cases[i].absent || marks.off[i] != SIM_GOES)
			continue;
		stay(i, &from, &to);
		if (at > from && at < to)
			return false;
		open = open || from >= at;
	}
	return open;
}

/* Who is not known yet does not go where only this and that is done, unless that is
 * all there is. */
static bool for_anybody(int r)
{
	int listed = 0;
	for (int k = 0; k < plan.room_count; k++)
		listed += rooms[k].takes.count;
	return rooms[r].takes.count == 0 || listed == plan.room_count;
}

static bool any_room(double at)
{
	for (int r = 0; r < plan.room_count; r++)
		if (for_anybody(r) && can_enter(r, at))
			return true;
	return false;
}

/* Minutes: the rest of the sessions of the rooms that are not closed; a day without. */
static void sessions(int *from, int *to)
{
	bool told = false, any_open = false;
	*from = LONGEST;
	*to = 0;
	for (int r = 0; r < plan.room_count; r++) {
		if (plan.rooms[r].closed || !for_anybody(r))
			continue;
		bool mine = x.opens_ms[r] != 0 || x.closes_ms[r] != 0;
		int opens = mine ? (int)(x.opens_ms[r] / MINUTE) : 0;
		int closes = (int)(x.closes_ms[r] / MINUTE);
		any_open = true;
		told = told || mine;
		*from = opens < *from ? opens : *from;
		*to = closes > *to ? closes : *to;
	}
	if (any_open && !told)
		*to = 24 * 60;
	*from = *from < 0 ? 0 : *from;
	if (!any_open || *to <= *from)
		*from = *to = 0;
}

/* The most minutes between two of the looks that found a room. */
static double longest(int from, int to)
{
	double last = from, most = 0;
	for (int half = 2 * from; half <= 2 * to; half++) {
		double at = half / 2.0;
		if (half < 2 * to && !any_room(at * MINUTE))
			continue;
		if (at - last > 0.5 && at - last > most)
			most = at - last;
		last = at;
	}
	return most;
}

static bool hole_is(double from, double to)
{
	for (int half = (int)(2 * from) + 1; half < (int)(2 * to); half++)
		if (any_room(half / 2.0 * MINUTE))
			return false;
	return true;
}

static void assert_slots(const struct radar *radar)
{
	for (int k = 0; k < RADAR_SLOTS; k++) {
		bool free = false;
		for (int half = 0; half < 2 * RADAR_SLOT_MIN; half++)
			free = free || any_room((k * RADAR_SLOT_MIN + half / 2.0) * MINUTE);
		assert_true(radar->free[k] == (free ? 1.0F : 0.0F));
	}
}

/* Each is the beginning of a time in which the room can be entered. */
static void assert_moments(const struct radar *radar)
{
	double first = -1;
	for (int half = 0; first < 0 && half < 2 * LONGEST; half++)
		if (any_room(half / 2.0 * MINUTE))
			first = half / 2.0;
	assert_true(radar->p_next == (first >= 0 ? 1 : 0));
	assert_true(first < 0 || radar->next.p50 == first * MINUTE);
	for (int k = 0; k < radar->count; k++) {
		const struct radar_moment *m = &radar->moments[k];
		assert_true(can_enter(m->room, m->at.p50));
		if (m->at.p50 > 0)
			assert_false(can_enter(m->room, m->at.p50 - MINUTE / 2.0));
		assert_true(k == 0 || radar->moments[k - 1].at.p50 <= m->at.p50);
	}
}

static void the_same_longest_hole(void **state)
{
	static struct radar radar;
	int holes = 0, none = 0, guests = 0;
	struct twin *twin = twin_create();
	assert_non_null(twin);
	(void)state;
	for (uint32_t n = 1; n <= DAYS; n++) {
		int from, to;
		double hole_from, hole_to;
		new_day(n);
		sim_draw(&plan, n, 0, &draw);
		round_fate();
		sim_run(&plan, &draw, &bench, &marks);
		struct radar_run *run = radar_run_create(&plan, &x, &random_site, 1);
		assert_non_null(run);
		radar_watch(run, 0, &draw, &bench, &marks);
		radar_hole(run, 0, &hole_from, &hole_to);
		assert_true(radar_read(run, 1, twin, &radar));
		sessions(&from, &to);
		assert_int_equal(radar.from_ms, from * (int64_t)MINUTE);
		assert_int_equal(radar.to_ms, to * (int64_t)MINUTE);
		assert_true(hole_to - hole_from == longest(from, to));
		assert_true(radar.hole_min.p50 == hole_to - hole_from);
		assert_true(hole_is(hole_from, hole_to));
		assert_slots(&radar);
		assert_moments(&radar);
		holes += hole_to > hole_from;
		none += hole_to == hole_from;
		for (int g = 0; g < plan.guest_count; g++)
			guests += marks.room[plan.case_count + g] >= 0;
		radar_run_destroy(run);
	}
	/* The days are not all of a kind. */
	assert_true(holes > 100 && none > 20 && guests > 50);
	twin_destroy(twin);
}

/* ---- what closes the hole (radar_world.h) ---- */

static void assert_allowed(const struct twin *twin, const struct what_if *moves)
{
	struct fork fork = {.twin = twin_create(), .midnight_ms = RADAR_MIDNIGHT_MS};
	char why[SCENARIO_TEXT];
	assert_non_null(fork.twin);
	twin_copy(fork.twin, twin);
	for (int k = 0; k < moves->count; k++) {
		assert_true(scenario_is_decision(&moves->list[k]));
		assert_true(repair_allowed(&fork, &moves->list[k], NULL, why));
		assert_true(scenario_inject(&fork, &moves->list[k], why));
	}
	twin_destroy(fork.twin);
}

/* The change is made in the simulator, and an emergency sent at any time of the day,
 * in fates the search has not seen: it waits less for a room. */
static void who_comes_waits_less(void **state)
{
	enum { SUITES = 8, REPS = 400 };
	static struct radar_change change;
	struct stat_moments days = {0};
	struct site *site = radar_site();
	(void)state;
	assert_non_null(site);
	for (uint32_t n = 1; n <= SUITES; n++) {
		struct twin *twin = radar_day(site, n);
		struct stat_moments m;
		double without;
		assert_non_null(twin);
		char before[65], after[65];
		twin_digest(twin, before);
		assert_true(radar_find(twin, n, &change));
		twin_digest(twin, after);
		assert_string_equal(before, after);
		assert_true(change.tried > 100);
		if (change.moves.count > 0) {
			assert_allowed(twin, &change.moves);
			assert_true(change.hole.high < 0 && change.wait.high < 0);
			assert_true(
				radar_emergency(twin, &change.moves, 500 + n, REPS, &without, &m));
			stat_add(&days, m.mean);
		}
		twin_destroy(twin);
	}
	assert_true(days.n >= SUITES / 2);
	assert_true(days.mean + 1.96 * stat_error(&days) < 0);
	site_free(site);
}

static bool at_once(void *context)
{
	(*(int *)context)++;
	return true;
}

static void the_same_again_or_not_at_all(void **state)
{
	static struct radar_change one, two;
	struct site *site = radar_site();
	(void)state;
	assert_non_null(site);
	struct twin *twin = radar_day(site, 3);
	assert_true(radar_find(twin, 3, &one) && radar_find(twin, 3, &two));
	assert_true(one.moves.count > 0);
	assert_memory_equal(&one, &two, sizeof one);
	int asked = 0;
	const struct plan_options options = {.midnight_ms = RADAR_MIDNIGHT_MS};
	const struct radar_ask ask = {
		.twin = twin, .options = &options, .seed = 3, .stop = at_once, .context = &asked};
	assert_false(radar_close(&ask, &one));
	assert_int_equal(asked, 1);
	assert_memory_equal(&one, &two, sizeof one);
	twin_destroy(twin);
	site_free(site);
}

/* A locked list is not touched, and where a room is free all the time (nobody comes who
 * is not listed) there is nothing to close. */
static void what_is_not_to_be_changed(void **state)
{
	static struct radar_change change;
	struct site *site = radar_site();
	(void)state;
	assert_non_null(site);
	struct twin *twin = radar_day(site, 3);
	for (int i = 0; i < twin->case_count; i++) {
		struct fact f = fact_make(FACT_LOCK, SOURCE_PERSON, RADAR_NOW_MS);
		snprintf(f.lock.id, sizeof f.lock.id, "%s", twin->cases[i].id);
		f.lock.locked = true;
		radar_tell(twin, &f);
	}
	assert_true(radar_find(twin, 3, &change));
	assert_int_equal(change.tried, 0);
	assert_int_equal(change.moves.count, 0);
	twin_destroy(twin);
	twin = radar_day(site, 3);
	for (int k = 1; k < 12; k++) { /* the last room has no list any more */
		struct fact f = fact_make(FACT_STATUS, SOURCE_PERSON, RADAR_NOW_MS);
		snprintf(f.status.id, sizeof f.status.id, "c-%d-%d", RADAR_ROOMS, k);
		f.status.status = CASE_CANCELLED;
		radar_tell(twin, &f);
	}
	const struct plan_options options = {.midnight_ms = RADAR_MIDNIGHT_MS, .as_listed = true};
	const struct radar_ask ask = {.twin = twin, .options = &options, .seed = 3};
	assert_true(radar_close(&ask, &change));
	assert_true(change.at_ms == RADAR_NOW_MS);
	assert_int_equal(change.tried, 0);
	assert_int_equal(change.moves.count, 0);
	twin_destroy(twin);
	site_free(site);
}

/* Hand-made: of what comes in time in nine of ten, the fewest behind, then the soonest.
 * The third room does eyes only: for who is known to need that, and nobody else. */
static void where_an_emergency_goes(void **state)
{
	static const struct radar radar = {.count = 4,
		.moments = {{0, {100, 110, 130}, 1, "a", 3, false},
			{1, {120, 140, 150}, 1, "b", 1, false},
			{2, {130, 145, 190}, 1, "c", 0, true},
			{3, {150, 155, 160}, 0.8, "d", 0, false}}};
	static const struct radar none;
	static struct room four[4];
	static const struct site suite = {.rooms = four, .room_count = 4};
	(void)state;
	four[2].takes = (struct wordlist){.count = 1};
	snprintf(four[2].takes.of[0], sizeof four[2].takes.of[0], "cataract");
	/* Nothing is in time: the soonest. */
	assert_int_equal(radar_pick(&radar, &suite, NULL, 129), 0);
	assert_int_equal(radar_pick(&radar, &suite, NULL, 130), 0);
	assert_int_equal(radar_pick(&radar, &suite, NULL, 150), 1);
	/* The last comes in eight of ten only. */
	assert_int_equal(radar_pick(&radar, &suite, NULL, 160), 1);
	assert_int_equal(radar_pick(&radar, &suite, NULL, 190), 1);
	assert_int_equal(radar_pick(&radar, &suite, "Cataract", 190), 2);
	assert_int_equal(radar_pick(&radar, &suite, "Hip", 190), 1);
	assert_int_equal(radar_pick(&none, &suite, NULL, 190), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_longest_hole),
		cmocka_unit_test(who_comes_waits_less),
		cmocka_unit_test(the_same_again_or_not_at_all),
		cmocka_unit_test(what_is_not_to_be_changed),
		cmocka_unit_test(where_an_emergency_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
