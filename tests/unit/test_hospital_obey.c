/* SPDX-License-Identifier: Apache-2.0 */

/* What is decided during the emulated day: it goes on otherwise, with the same draws;
 * what happened stays; rooms, bays, crews and surgeons keep their limits. Expected
 * values are those of the day without the decision, and the limits themselves. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/hospital/hearing.h"
#include "src/hospital/script.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "twin/twin.h"

enum { MINUTE = 60000 };

static struct site *site;
static struct laws laws;
static const struct day_units usual;

static int load(void **state)
{
	struct error err;
	(void)state;
	site = site_load("etc/demo/site.cfg", NULL, &err);
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	return site == NULL || laws_load(&laws, "etc/demo/laws.cfg", &err) < 0;
}

static int unload(void **state)
{
	(void)state;
	site_free(site);
	return 0;
}

static struct day *make_day(uint64_t seed, bool under_laws)
{
	int64_t t = stamp_parse("2026-03-16");
	struct day *day = under_laws
				  ? day_create_under(site, t, seed, TELLING_PROMPT, &laws, &usual)
				  : day_create(site, t, seed, TELLING_PROMPT, NULL, 0);
	assert_non_null(day);
	return day;
}

static int64_t clock_of(const struct day *day, int hour, int minute)
{
	return stamp_at(day->midnight, 60 * hour + minute);
}

static struct action place_of(const struct day *day, int64_t t, int index, int room, int64_t start)
{
	struct action a = {.t = t, .kind = ACTION_PLACE, .room = room, .start = start};
	snprintf(a.target, sizeof a.target, "%s", day->cases[index].appointment);
	return a;
}

static bool waits(const struct hcase *c, int64_t t)
{
	return c->known_ms <= t && (c->off_ms == 0 || c->off_ms > t) && !c->no_show
	       && (c->at[MILESTONE_IN_ROOM] == 0 || c->at[MILESTONE_IN_ROOM] > t)
	       && (c->induction_ms == 0 || c->induction_ms > t);
}

static void act(struct day *day, const struct action *a)
{
	char why[DAY_WHY] = "";
	if (!day_act(day, a, why))
		fail_msg("%s: %s", a->target, why);
}

static void refused(struct day *day, const struct action *a, const char *words)
{
	char why[DAY_WHY] = "";
	int before = day->action_count;
	assert_false(day_act(day, a, why));
	assert_int_equal(day->action_count, before);
	if (strstr(why, words) == NULL)
		fail_msg("'%s' is not '%s'", why, words);
}

/* ---- limits ---- */

static bool overlap(int64_t a0, int64_t a1, int64_t b0, int64_t b1)
{
	return a0 < b1 && b0 < a1;
}

static void check_pair(const struct day *day, int i, int k)
{
	const struct hcase *a = &day->cases[i], *b = &day->cases[k];
	bool moved = a->room != day->drawn[i].room || b->room != day->drawn[k].room;
	if (a->room == b->room)
		assert_false(overlap(a->at[MILESTONE_IN_ROOM], a->at[MILESTONE_CLEANUP_DONE],
			b->at[MILESTONE_IN_ROOM], b->at[MILESTONE_CLEANUP_DONE]));
	if (a->bay == b->bay)
		assert_false(overlap(a->at[MILESTONE_OUT_ROOM], a->at[MILESTONE_PACU_OUT],
			b->at[MILESTONE_OUT_ROOM], b->at[MILESTONE_PACU_OUT]));
	if (a->surgeon == b->surgeon && !a->emergency && !b->emergency && moved)
		assert_false(overlap(a->at[MILESTONE_IN_ROOM], a->at[MILESTONE_CLOSING],
			b->at[MILESTONE_IN_ROOM], b->at[MILESTONE_CLOSING]));
}

/* The order of field.md 2.2, and everybody is done or off. */
static void check_limits(const struct day *day)
{
	static const enum milestone order[] = {MILESTONE_ARRIVED, MILESTONE_SENT_FOR,
		MILESTONE_LEFT_WARD, MILESTONE_IN_HOLDING, MILESTONE_READY, MILESTONE_IN_ROOM,
		MILESTONE_ANAES_START, MILESTONE_INDUCTION, MILESTONE_ANAES_READY, MILESTONE_PREP,
		MILESTONE_PREP_DONE, MILESTONE_INCISION, MILESTONE_CLOSING, MILESTONE_PROCEDURE_END,
		MILESTONE_EMERGENCE, MILESTONE_OUT_ROOM, MILESTONE_PACU_IN, MILESTONE_PACU_READY,
		MILESTONE_PACU_OUT};
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		assert_true((c->at[MILESTONE_OUT_ROOM] != 0) == (c->off_ms == 0));
		if (c->off_ms != 0) {
			assert_true(c->at[MILESTONE_IN_ROOM] == 0);
			continue;
		}
		for (size_t k = 1; k < sizeof order / sizeof *order; k++)
			assert_true(c->at[order[k]] >= c->at[order[k - 1]]);
		assert_true(c->at[MILESTONE_ROOM_READY] != 0);
		assert_true(c->at[MILESTONE_ROOM_READY] <= c->at[MILESTONE_IN_ROOM]);
		for (int k = 0; k < i; k++)
			if (day->cases[k].off_ms == 0)
				check_pair(day, i, k);
	}
}

/* Off, and on again: fetched a second time. */
static bool fetched_again(const struct hcase *a, const struct hcase *b, int m, int64_t t)
{
	return a->off_ms != 0 && a->off_ms <= t && b->off_ms != a->off_ms
	       && (m == MILESTONE_SENT_FOR || m == MILESTONE_LEFT_WARD || m == MILESTONE_IN_HOLDING
		       || m == MILESTONE_READY);
}

/* To the millisecond, but for rooms that were made ready for somebody else. */
static void check_past(const struct day *before, const struct day *after, int64_t t)
{
	assert_true(after->case_count >= before->case_count);
	for (int i = 0; i < before->case_count; i++) {
		const struct hcase *a = &before->cases[i], *b = &after->cases[i];
		for (int m = 0; m < MILESTONE_COUNT; m++) {
			bool taken_back = m == MILESTONE_ROOM_READY && b->at[m] != a->at[m]
					  && (b->at[m] > t || b->at[m] == 0);
			taken_back |= fetched_again(a, b, m, t);
			if (a->at[m] != 0 && a->at[m] <= t && !taken_back)
				assert_int_equal(b->at[m], a->at[m]);
			else if (b->at[m] != 0)
				assert_true(b->at[m] >= t);
		}
		if (b->off_ms != 0 && b->off_ms < t)
			assert_int_equal(a->off_ms, b->off_ms);
		if (a->off_ms != 0 && a->off_ms < t && b->off_ms != a->off_ms)
			assert_true(b->placed);
		if (a->at[MILESTONE_ARRIVED] != 0 && a->at[MILESTONE_ARRIVED] <= t)
			assert_int_equal(a->tag, b->tag);
	}
}

/* ---- tests ---- */

/* Whoever is moved is done there and not before, with the minutes drawn for them. */
static void a_case_is_done_where_it_was_placed(void **state)
{
	(void)state;
	int moved = 0;
	for (uint64_t seed = 1; seed <= 30; seed++) {
		struct day *plain = make_day(seed, seed % 2 == 0),
			   *day = make_day(seed, seed % 2 == 0);
		int64_t t = clock_of(day, 10, 12), start = clock_of(day, 13, 5);
		int i = (int)(seed * 7 % (uint64_t)day->case_count);
		while (!waits(&day->cases[i], t) || day->cases[i].emergency)
			i = (i + 1) % day->case_count;
		int room = day->rooms[(seed * 3) % (uint64_t)day->room_count];
		struct action a = place_of(day, t, i, room, start);
		act(day, &a);
		check_past(plain, day, t);
		check_limits(day);
		const struct hcase *c = &day->cases[i], *old = &plain->cases[i];
		assert_int_equal(c->planned_start, start);
		assert_int_equal(c->planned_end - start, old->planned_end - old->planned_start);
		struct booking then = day_booking(day, i, t - 1), now = day_booking(day, i, t);
		assert_int_equal(then.room, plain->drawn[i].room);
		assert_int_equal(then.start, old->planned_start);
		assert_int_equal(now.room, room);
		if (c->off_ms == 0) {
			assert_int_equal(c->room, room);
			assert_true(c->at[MILESTONE_IN_ROOM] >= start - 12 * MINUTE);
			moved++;
		}
		if (c->off_ms == 0 && old->off_ms == 0)
			assert_int_equal(c->at[MILESTONE_CLOSING] - c->at[MILESTONE_INCISION],
				old->at[MILESTONE_CLOSING] - old->at[MILESTONE_INCISION]);
		day_destroy(plain);
		day_destroy(day);
	}
	assert_true(moved >= 20);
}

/* Any number of decisions at any hour: limits hold, and each leaves the day before it. */
static void many_decisions_leave_the_past(void **state)
{
	(void)state;
	int done = 0;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct rng r = rng_stream(seed, 77, 0);
		struct day *day = make_day(seed, seed % 2 == 0), *before = malloc(sizeof *before);
		int64_t t = clock_of(day, 7, 30);
		for (int n = 0; n < 25; n++) {
			char why[DAY_WHY];
			t += 1000 * (int64_t)rng_between(&r, 60, 1800);
			int i = rng_below(&r, day->case_count);
			int room = day->rooms[rng_below(&r, day->room_count)];
			int64_t start = t + 1000 * (int64_t)rng_between(&r, 0, 15000);
			struct action a = place_of(day, t, i, room, start);
			if (rng_uniform(&r) < 0.2)
				a.kind = ACTION_POSTPONE;
			else if (rng_uniform(&r) < 0.2)
				a = (struct action){.t = t,
					.kind = ACTION_UNITS,
					.room = rng_below(&r, CREW_COUNT + 1),
					.number = 2 + rng_below(&r, 5)};
			*before = *day;
			done += day_act(day, &a, why);
			check_past(before, day, t);
			check_limits(day);
		}
		free(before);
		day_destroy(day);
	}
	assert_true(done > 250);
}

/* Taken off and put on again, in the same minute: done, as long as drawn. */
static void undone_is_as_before(void **state)
{
	(void)state;
	struct day *plain = make_day(3, true), *day = make_day(3, true);
	int64_t t = clock_of(day, 11, 0);
	int i = 0;
	while (!waits(&day->cases[i], t) || plain->cases[i].off_ms != 0
		|| plain->cases[i].at[MILESTONE_SENT_FOR] <= t)
		i++;
	const struct hcase *c = &day->cases[i], *old = &plain->cases[i];
	struct action off = place_of(day, t, i, 0, 0);
	off.kind = ACTION_POSTPONE;
	act(day, &off);
	assert_int_equal(c->off_ms, t);
	assert_int_equal(c->at[MILESTONE_IN_ROOM], 0);
	refused(day, &off, "off the list");
	struct action on = place_of(day, t, i, old->room, old->planned_start);
	act(day, &on);
	assert_int_equal(c->off_ms, 0);
	for (int k = 0; k < day->case_count; k++)
		assert_memory_equal(
			day->cases[k].at, plain->cases[k].at, sizeof plain->cases[k].at);
	day_destroy(plain);
	day_destroy(day);
}

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	struct day *day = make_day(1, false);
	int64_t t = clock_of(day, 10, 30);
	int begun = 0, gone = 0, waiting = 0;
	while (day->cases[begun].at[MILESTONE_IN_ROOM] == 0
		|| day->cases[begun].at[MILESTONE_IN_ROOM] > t)
		begun++;
	while (!day->cases[gone].no_show)
		gone++;
	while (!waits(&day->cases[waiting], t))
		waiting++;
	struct action a = place_of(day, t, begun, day->rooms[0], t + MINUTE);
	refused(day, &a, "begun");
	a = place_of(day, day->cases[gone].off_ms + MINUTE, gone, day->rooms[0], t);
	refused(day, &a, "did not come");
	a = place_of(day, t, waiting, site_room(site, "pacu"), t);
	refused(day, &a, "no such operating room");
	a = place_of(day, t, waiting, -1, t);
	refused(day, &a, "no such operating room");
	a = place_of(day, t, waiting, day->rooms[0], t);
	a.end = t - 1;
	refused(day, &a, "period");
	a = place_of(day, t, waiting, day->rooms[0], 0);
	refused(day, &a, "period");
	snprintf(a.target, sizeof a.target, "case-nobody");
	refused(day, &a, "no such case");
	/* An add-on of the evening is not known in the morning. */
	a = place_of(day, clock_of(day, 7, 0), day->case_count - 1, day->rooms[0], t);
	refused(day, &a, "no such case");
	a = (struct action){.t = t, .kind = ACTION_UNITS, .room = 9, .number = 1};
	refused(day, &a, "crew");
	day_destroy(day);
}

/* So many at a time of those who begin after it. */
static int most_at_once(
	const struct day *day, enum milestone from, enum milestone to, int64_t after)
{
	int most = 0;
	for (int i = 0; i < day->case_count; i++) {
		int64_t t = day->cases[i].at[from];
		int now = 0;
		for (int k = 0; k < day->case_count && t > after; k++) {
			const struct hcase *c = &day->cases[k];
			now += c->at[from] > after && c->at[from] <= t && c->at[to] > t;
		}
		most = now > most ? now : most;
	}
	return most;
}

static void crews_and_bays_shrink_and_grow(void **state)
{
	(void)state;
	struct day *plain = make_day(4, true), *day = make_day(4, true);
	int64_t t = clock_of(day, 10, 0), later = clock_of(day, 14, 0);
	const struct action changes[] = {
		{.t = t, .kind = ACTION_UNITS, .room = CREW_PORTER, .number = 1},
		{.t = t, .kind = ACTION_UNITS, .room = CREW_COUNT, .number = 3},
		{.t = later, .kind = ACTION_UNITS, .room = CREW_COUNT, .number = 12}};
	act(day, &changes[0]);
	act(day, &changes[1]);
	check_past(plain, day, t);
	check_limits(day);
	assert_int_equal(
		most_at_once(day, MILESTONE_LEFT_WARD, MILESTONE_IN_HOLDING, t + 30 * MINUTE), 1);
	assert_int_equal(most_at_once(day, MILESTONE_OUT_ROOM, MILESTONE_PACU_OUT, t), 3);
	int64_t last = 0, last_again = 0;
	for (int n = 0; n < day->room_count; n++)
		last = last > day_last_out(day, day->rooms[n]) ? last
							       : day_last_out(day, day->rooms[n]);
	act(day, &changes[2]);
	assert_true(most_at_once(day, MILESTONE_OUT_ROOM, MILESTONE_PACU_OUT, later) > 3);
	for (int n = 0; n < day->room_count; n++)
		last_again = last_again > day_last_out(day, day->rooms[n])
				     ? last_again
				     : day_last_out(day, day->rooms[n]);
	assert_true(last_again < last);
	day_destroy(plain);
	day_destroy(day);
}

static void nobody_enters_a_room_that_is_down(void **state)
{
	(void)state;
	struct day *plain = make_day(5, true), *day = make_day(5, true);
	int64_t t = clock_of(day, 10, 0), until = t + 150 * MINUTE;
	struct action down = {.t = t, .kind = ACTION_DOWN, .number = 150};
	struct action full = {.t = clock_of(day, 13, 0), .kind = ACTION_WARD_FULL, .number = 120};
	snprintf(down.target, sizeof down.target, "or-4");
	act(day, &down);
	act(day, &full);
	check_past(plain, day, t);
	check_limits(day);
	int after = 0, in_plain = 0, kept = 0;
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i], *old = &plain->cases[i];
		int64_t in = c->at[MILESTONE_IN_ROOM], out = c->at[MILESTONE_PACU_OUT];
		bool here = strcmp(site->rooms[c->room].id, "or-4") == 0;
		assert_false(here && in >= t && in < until);
		after += here && in >= until;
		in_plain += here && old->at[MILESTONE_IN_ROOM] >= t
			    && old->at[MILESTONE_IN_ROOM] < until;
		if (!c->day_case)
			assert_false(out >= full.t && out < full.t + 120 * MINUTE);
		kept += out >= full.t + 120 * MINUTE && old->at[MILESTONE_PACU_OUT] < out - MINUTE;
	}
	assert_true(after > 0 && in_plain > 0 && kept > 1);
	/* Down for the rest of the session: they are put off at its end, not for ever. */
	down.number = 700;
	down.t = until + MINUTE;
	act(day, &down);
	check_limits(day);
	day_destroy(plain);
	day_destroy(day);
}

static void mishaps_come_when_they_come(void **state)
{
	(void)state;
	struct day *plain = make_day(6, true), *day = make_day(6, true);
	int64_t t = clock_of(day, 9, 0);
	int i = 0, k;
	while (plain->cases[i].at[MILESTONE_SENT_FOR] <= t + 60 * MINUTE
		|| plain->cases[i].off_ms != 0)
		i++;
	k = i + 1;
	while (plain->cases[k].at[MILESTONE_SENT_FOR] <= t + 60 * MINUTE
		|| plain->cases[k].off_ms != 0)
		k++;
	struct action ate = {.t = t, .kind = ACTION_ATE, .number = 200},
		      late = {.t = t, .kind = ACTION_LATE, .number = 45};
	snprintf(ate.target, sizeof ate.target, "%s", plain->cases[i].appointment);
	snprintf(late.target, sizeof late.target, "%s", plain->cases[k].appointment);
	act(day, &ate);
	act(day, &late);
	check_past(plain, day, t);
	check_limits(day);
	/* In the room no earlier than so long after the booked hour, less the usual ten. */
	assert_true(day->cases[i].off_ms != 0
		    || day->cases[i].at[MILESTONE_IN_ROOM]
			       >= plain->cases[i].planned_start + (200 - 58) * MINUTE);
	assert_true(day->cases[k].off_ms != 0
		    || day->cases[k].at[MILESTONE_IN_ROOM]
			       >= plain->cases[k].planned_start + 45 * MINUTE);
	/* Nor does the surgeon begin anywhere else before that. */
	for (int j = 0; j < day->case_count; j++)
		if (day->cases[j].surgeon == day->cases[k].surgeon && !day->cases[j].emergency)
			assert_false(day->cases[j].at[MILESTONE_IN_ROOM] > t
				     && day->cases[j].at[MILESTONE_IN_ROOM]
						< plain->cases[k].planned_start + 45 * MINUTE);
	day_destroy(plain);
	day_destroy(day);
}

/* The same morning, other afternoons: and the same one again from the same seed. */
static void another_future_has_the_same_past(void **state)
{
	(void)state;
	struct day *plain = make_day(9, true), *other = make_day(9, true),
		   *third = make_day(9, true);
	int64_t t = clock_of(plain, 11, 0);
	int differ = 0, again = 0;
	day_resow(other, t, 1);
	day_resow(third, t, 2);
	check_past(plain, other, t);
	check_past(other, third, t);
	check_limits(other);
	for (int i = 0; i < plain->case_count; i++) {
		differ += memcmp(other->cases[i].at, third->cases[i].at, sizeof other->cases[i].at)
			  != 0;
		again += memcmp(other->cases[i].at, plain->cases[i].at, sizeof other->cases[i].at)
			 != 0;
	}
	assert_true(differ > 10 && again > 10);
	day_destroy(third);
	third = make_day(9, true);
	day_resow(third, t, 1);
	for (int i = 0; i < plain->case_count; i++)
		assert_memory_equal(
			third->cases[i].at, other->cases[i].at, sizeof other->cases[i].at);
	day_destroy(plain);
	day_destroy(other);
	day_destroy(third);
}

/* An emergency of our own: known, in the room asked for, done. */
static void an_emergency_is_taken_in(void **state)
{
	(void)state;
	struct day *plain = make_day(2, false), *day = make_day(2, false);
	int64_t t = clock_of(day, 11, 0);
	struct action a = {.t = t,
		.kind = ACTION_EMERGENCY,
		.number = 1,
		.room = site_room(site, "or-3"),
		.start = t + 10 * MINUTE};
	act(day, &a);
	check_past(plain, day, t);
	check_limits(day);
	assert_int_equal(day->case_count, plain->case_count + 1);
	const struct hcase *c = &day->cases[plain->case_count];
	assert_int_equal(c->nest, 1);
	assert_int_equal(c->planned_start, a.start);
	assert_string_equal(site->rooms[c->room].id, "or-3");
	for (int i = 0; i < plain->case_count; i++)
		assert_false(day->cases[i].room == c->room
			     && day->cases[i].at[MILESTONE_IN_ROOM] > t + 60 * MINUTE
			     && day->cases[i].at[MILESTONE_IN_ROOM] < c->at[MILESTONE_IN_ROOM]);
	day_destroy(plain);
	day_destroy(day);
}

/* ---- what is heard of it ---- */

static void into_twin(void *context, const struct fact *fact)
{
	struct twin *twin = context;
	struct fact f = *fact;
	f.seq = twin->seq + 1;
	twin_apply(twin, &f, NULL);
}

static void hear(const struct day *day, int i, int64_t t, struct surgery *out)
{
	struct twin *twin = twin_create();
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, stamp_parse("2026-03-15T12:00:00Z"));
	f.site.site = site;
	into_twin(twin, &f);
	struct hearing *h = hearing_create(day, into_twin, twin);
	hearing_until(h, t);
	*out = twin->cases[twin_case(twin, day->cases[i].appointment)];
	hearing_destroy(h);
	twin_destroy(twin);
}

/* The list says the old room until it is decided, then the new one; not today, then. */
static void decisions_are_heard_when_they_are_made(void **state)
{
	(void)state;
	struct surgery s;
	struct day *day = make_day(8, true);
	int64_t t = clock_of(day, 10, 30), later = clock_of(day, 11, 15);
	int i = 0;
	while (!waits(&day->cases[i], later) || day->cases[i].emergency)
		i++;
	int old = day->cases[i].room, room = day->rooms[0] != old ? day->rooms[0] : day->rooms[1];
	struct action a = place_of(day, t, i, room, clock_of(day, 14, 10));
	act(day, &a);
	hear(day, i, t - 1, &s);
	assert_string_equal(s.room, site->rooms[old].id);
	assert_int_equal(s.start_ms, day->drawn[i].planned_start);
	hear(day, i, t + MINUTE, &s);
	assert_string_equal(s.room, site->rooms[room].id);
	assert_int_equal(s.start_ms, a.start);
	a.kind = ACTION_POSTPONE;
	a.t = later;
	act(day, &a);
	hear(day, i, later - 1, &s);
	assert_false(surgery_is_off(&s));
	hear(day, i, later + MINUTE, &s);
	assert_true(surgery_is_off(&s));
	day_destroy(day);
}

static void scripts_decide(void **state)
{
	(void)state;
	struct action a;
	struct error err;
	int64_t t = stamp_parse("2026-03-16T08:00:00+01:00");
	assert_int_equal(script_line("10:00 place case-or1-4 or-3 14:10", site, t, &a, &err), 1);
	assert_int_equal(a.kind, ACTION_PLACE);
	assert_string_equal(a.target, "case-or1-4");
	assert_int_equal(a.room, site_room(site, "or-3"));
	assert_int_equal(a.t, t + 120 * MINUTE);
	assert_int_equal(a.start, t + 370 * MINUTE);
	assert_int_equal(script_line("10:00 postpone case-or1-4", site, t, &a, &err), 1);
	assert_int_equal(a.kind, ACTION_POSTPONE);
	assert_int_equal(script_line("10:00 staff porter 2", site, t, &a, &err), 1);
	assert_int_equal(a.room, CREW_PORTER);
	assert_int_equal(a.number, 2);
	assert_int_equal(script_line("10:00 staff pacu 0", site, t, &a, &err), 1);
	assert_int_equal(a.room, CREW_COUNT);
	assert_int_equal(script_line("10:00 emergency any 3", site, t, &a, &err), 1);
	assert_int_equal(a.number, 3);
	assert_int_equal(script_line("10:00 down or-2 120", site, t, &a, &err), 1);
	assert_int_equal(a.kind, ACTION_DOWN);
	assert_true(script_line("10:00 place case-or1-4 pacu 14:10", site, t, &a, &err) < 0);
	assert_true(script_line("10:00 place case-or1-4 or-3 25:10", site, t, &a, &err) < 0);
	assert_true(script_line("10:00 place case-or1-4 or-3", site, t, &a, &err) < 0);
	assert_true(script_line("10:00 staff nurse 2", site, t, &a, &err) < 0);
	assert_true(script_line("10:00 emergency any 7", site, t, &a, &err) < 0);
	assert_true(script_line("10:00 wardfull", site, t, &a, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_is_done_where_it_was_placed),
		cmocka_unit_test(many_decisions_leave_the_past),
		cmocka_unit_test(undone_is_as_before),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(crews_and_bays_shrink_and_grow),
		cmocka_unit_test(nobody_enters_a_room_that_is_down),
		cmocka_unit_test(mishaps_come_when_they_come),
		cmocka_unit_test(another_future_has_the_same_past),
		cmocka_unit_test(an_emergency_is_taken_in),
		cmocka_unit_test(decisions_are_heard_when_they_are_made),
		cmocka_unit_test(scripts_decide),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
