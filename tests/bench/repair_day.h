/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_BENCH_REPAIR_DAY_H
#define VIGIE_TESTS_BENCH_REPAIR_DAY_H

/*
 * The emulated day under a repair: what was decided is told to the hospital as orders,
 * and what the day then cost is counted from what really happened, in the terms and
 * with the weights of twin/objective.h but by none of its code.
 */

#include <stdio.h>
#include <string.h>

#include "src/hospital/day.h"
#include "src/hospital/stamp.h"
#include "twin/objective.h"
#include "twin/whatif.h"

/* ---- orders ---- */

struct obeyed {
	int orders, refused; /* moves of cases */
	int units;           /* of crews and bays */
	int unheard;         /* decided, and nothing the hospital can be told */
};

static void obey_order(struct day *day, const struct action *a, struct obeyed *out)
{
	char why[DAY_WHY];
	out->orders++;
	out->refused += !day_act(day, a, why);
}

static void obey_cases(struct day *day, const struct twin *before, const struct twin *after,
	int64_t t, struct obeyed *out)
{
	for (int i = 0; i < before->case_count; i++) {
		const struct surgery *a = &before->cases[i], *b = &after->cases[i];
		struct action act = {.t = t,
			.kind = ACTION_PLACE,
			.start = b->start_ms,
			.end = b->end_ms > b->start_ms ? b->end_ms : 0};
		snprintf(act.target, sizeof act.target, "%s", a->id);
		act.room = site_room(day->site, b->room);
		if (surgery_is_off(b) && !surgery_is_off(a))
			act.kind = ACTION_POSTPONE;
		else if (strcmp(a->room, b->room) == 0 && a->start_ms == b->start_ms)
			continue;
		obey_order(day, &act, out);
	}
}

/* So many more of a role that is one of the crews, or of bays. */
static void obey_units(struct day *day, const struct twin *before, const struct twin *after,
	int64_t t, struct obeyed *out)
{
	const struct site *site = day->site;
	for (int k = 0; k < site->role_count; k++) {
		const struct staff_role *role = &site->roles[k];
		int was = twin_units(before, role->id, role->count);
		int now = twin_units(after, role->id, role->count);
		struct action act = {.t = t, .kind = ACTION_UNITS, .number = now, .room = -1};
		for (int c = 0; c < CREW_COUNT; c++)
			if (strcmp(day->laws->role[c], role->id) == 0)
				act.room = c;
		if (now == was)
			continue;
		out->units += act.room >= 0;
		out->unheard += act.room < 0;
		if (act.room >= 0)
			obey_order(day, &act, out);
	}
	int beds = site_beds(site, ROOM_PACU);
	int was = twin_units(before, "pacu", beds), now = twin_units(after, "pacu", beds);
	const struct action act = {
		.t = t, .kind = ACTION_UNITS, .number = now, .room = (int)CREW_COUNT};
	if (now == was)
		return;
	out->units++;
	obey_order(day, &act, out);
}

/* All that the moves make of the programme and of the crews, from t on. `supposed`:
 * what the twin takes to be so already. */
static void obey(struct day *day, const struct twin *twin, const struct what_if *supposed,
	const struct what_if *moves, int64_t midnight_ms, int64_t t, struct obeyed *out)
{
	char why[SCENARIO_TEXT], refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	struct fork before = {.twin = twin_create()}, after = {.twin = twin_create()};
	memset(out, 0, sizeof *out);
	if (before.twin == NULL || after.twin == NULL)
		exit(3);
	what_if_fork(&before, twin, supposed, refused);
	what_if_fork(&after, twin, supposed, refused);
	before.midnight_ms = after.midnight_ms = midnight_ms;
	for (int i = 0; i < moves->count; i++) {
		struct plan_policy policy = after.policy;
		if (!scenario_inject(&after, &moves->list[i], why))
			out->refused++;
		out->unheard += memcmp(&policy, &after.policy, sizeof policy) != 0;
	}
	obey_cases(day, before.twin, after.twin, t, out);
	obey_units(day, before.twin, after.twin, t, out);
	twin_destroy(before.twin);
	twin_destroy(after.twin);
}

/* ---- what it cost ---- */

static double judge_late(int64_t at, int64_t than)
{
	return at > than ? (double)(at - than) / 60000 : 0;
}

static void judge_emergency(const struct objective_day *od, const struct hcase *c, int class,
	int64_t target, struct objective *out)
{
	int64_t cut = c->at[MILESTONE_INCISION] != 0 ? c->at[MILESTONE_INCISION] : od->horizon_ms;
	out->of[OBJECTIVE_NEST] += od->classes[class].urgency * judge_late(cut, target);
}

/* Here a patient is called when the room will soon have them: who is late is so from
 * the hour they were told, or may be put to sleep. */
static void judge_elective(const struct objective_day *od, int i, const struct hcase *c,
	const struct hcase *drawn, struct objective *out)
{
	int64_t legal = drawn->planned_start + (int64_t)(60000 * c->fasting_wait_min);
	int64_t due = c->planned_start;
	if (c->not_fasting && legal > due)
		due = legal;
	out->of[OBJECTIVE_WAIT] += judge_late(c->at[MILESTONE_IN_ROOM], due)
				   + judge_late(c->planned_start, od->due_ms[i]) / 2;
}

static void judge_known(const struct objective_day *od, const struct twin *twin,
	const struct day *day, struct objective *out)
{
	for (int i = 0; i < twin->case_count && i < od->case_count; i++) {
		int k = day_case(day, twin->cases[i].id);
		const struct hcase *c = k >= 0 ? &day->cases[k] : NULL;
		if (c == NULL || !od->counts[i] || c->no_show)
			continue;
		bool done = c->at[MILESTONE_OUT_ROOM] != 0;
		out->of[OBJECTIVE_CANCELLED] += !done;
		if (od->class[i] > 0)
			judge_emergency(od, c, od->class[i], od -> target_ms[i], out);
		else if (done)
			judge_elective(od, i, c, &day->drawn[k], out);
	}
}

/* Whoever was announced later: as the site says of its emergencies, class 3. */
static void judge_guests(const struct objective_day *od, const struct twin *twin,
	const struct day *day, struct objective *out)
{
	for (int k = 0; k < day->case_count; k++) {
		const struct hcase *c = &day->cases[k];
		int64_t target = c->known_ms + (int64_t)(60000 * od->classes[3].target_min);
		if (c->emergency && twin_case(twin, c->appointment) < 0)
			judge_emergency(od, c, 3, target, out);
	}
}

/* Six minutes from waking to the door are usual (day.c draws two to six). */
static void judge_beds(const struct day *day, int64_t t, struct objective *out)
{
	const int64_t closes =
		stamp_at(day->midnight, (int)site_target(day->site, "day_unit_closes_min", 1200));
	for (int k = 0; k < day->case_count; k++) {
		const struct hcase *c = &day->cases[k];
		int64_t awake = c->at[MILESTONE_EMERGENCE] + 6 * 60000;
		if (c->at[MILESTONE_OUT_ROOM] > t)
			out->of[OBJECTIVE_HOLD] +=
				judge_late(c->at[MILESTONE_OUT_ROOM], awake > t ? awake : t);
		out->of[OBJECTIVE_OVERNIGHT] += c->day_case && c->at[MILESTONE_DISCHARGED] > closes;
	}
}

static void judge(const struct objective_day *od, const struct twin *twin, const struct day *day,
	int64_t t, double moved, struct objective *out)
{
	memset(out, 0, sizeof *out);
	out->of[OBJECTIVE_MOVED] = moved;
	for (int n = 0; n < day->room_count; n++) {
		int closes = day->site->rooms[day->rooms[n]].close_min;
		if (closes > 0)
			out->of[OBJECTIVE_OVERTIME] += judge_late(
				day_last_out(day, day->rooms[n]), stamp_at(day->midnight, closes));
	}
	judge_known(od, twin, day, out);
	judge_guests(od, twin, day, out);
	judge_beds(day, t, out);
}

#endif
