/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Milestones from movement: what a patient's bracelet changing rooms says of
 * the case. Consequences of a located fact, not facts of their own; radio is
 * the weakest voice, so a wrong guess never outvotes the hospital or a person.
 */
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

enum { SHORTEST_STAY_MS = 10 * MINUTE_MS };

static struct stamp *radio_stamp(struct surgery *s, enum milestone m)
{
	return &s->passage[m].by[SOURCE_RADIO - SOURCE_RADIO];
}

static bool radio_said(const struct surgery *s, enum milestone m)
{
	return s->passage[m].by[0].when_ms != 0;
}

static void say(struct turn *turn, int i, enum milestone m, bool at_most)
{
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_RADIO, turn->fact->at_ms);
	struct surgery *s = &turn->t->cases[i];
	uint64_t flagged = s->flagged;

	f.milestone.milestone = m;
	f.milestone.when_ms = turn->fact->at_ms;
	f.milestone.at_most = at_most;
	text_copy(f.origin, sizeof f.origin, turn->fact->located.tag);
	surgery_apply_milestone(s, &f);
	turn->t->flagged += s->flagged - flagged;
	turn->rooms = true;
}

/* The filter was wrong, or the patient came back: radio takes its word back. */
static void unsay(struct turn *turn, int i, enum milestone m)
{
	struct surgery *s = &turn->t->cases[i];
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_RADIO, turn->fact->at_ms);

	if (!radio_said(s, m))
		return;
	f.milestone.milestone = m;
	f.milestone.withdrawn = true;
	text_copy(f.origin, sizeof f.origin, radio_stamp(s, m)->origin);
	surgery_apply_milestone(s, &f);
	turn->rooms = true;
}

/* True when radio alone has said that the patient went in: then its word on
 * the way out is all there is, and a corridor is enough. */
static bool radio_alone(const struct surgery *s)
{
	enum source who = SOURCE_NONE;

	for (int m = MILESTONE_IN_ROOM; m <= MILESTONE_EMERGENCE; m++)
		if (surgery_stamp(s, (enum milestone)m, &who) && who != SOURCE_RADIO)
			return false;
	return true;
}

/* Radio took the patient for in, and sees them elsewhere before any operation
 * could be over: the entry was the mistake, not the way out. */
static bool was_no_entry(const struct turn *turn, const struct surgery *s)
{
	return radio_alone(s) && turn->fact->at_ms - surgery_entered_ms(s) < SHORTEST_STAY_MS;
}

static bool is_kind(const struct twin *t, int room, enum room_kind kind)
{
	return t->site && room >= 0 && room < t->site->room_count
	       && t->site->rooms[room].kind == kind;
}

/* The hospital follows this case and has not said that it comes to its end:
 * against it, radio alone does not end an operation before its half time. */
static bool is_too_early(const struct turn *turn, const struct surgery *s)
{
	enum stage stage = surgery_stage(s);

	return !radio_alone(s) && (stage == STAGE_ANAES || stage == STAGE_SURGERY)
	       && surgery_elapsed_min(s, turn->fact->at_ms) < surgery_planned_min(s) / 2;
}

/* May a patient be in this room because the operation is over? Beside an OR,
 * radio easily mistakes a store, an induction room or the next OR. */
static bool is_way_out(const struct twin *t, const struct surgery *s, int room)
{
	enum stage stage = surgery_stage(s);

	if (is_kind(t, room, ROOM_PACU) || is_kind(t, room, ROOM_WARD)
		|| is_kind(t, room, ROOM_DAY_UNIT) || is_kind(t, room, ROOM_ICU))
		return true;
	if (!is_kind(t, room, ROOM_CORRIDOR) && !is_kind(t, room, ROOM_OTHER)
		&& !is_kind(t, room, ROOM_HOLDING))
		return false;
	return stage == STAGE_CLOSING || radio_alone(s);
}

/* Nobody else holds this OR or is expected in it. */
static bool is_free_for(const struct twin *t, int room, int i)
{
	int current = twin_room_current(t, room), next = twin_room_next(t, room);

	return (current < 0 || current == i) && (next < 0 || next == i);
}

/* Back in the same OR: the patient had not left, and radio takes its words
 * back. Where somebody else has said so too, it is a second visit. */
static void back_in_or(struct turn *turn, int i)
{
	const struct surgery *s = &turn->t->cases[i];
	enum source who = SOURCE_RADIO;

	for (int m = MILESTONE_OUT_ROOM; m <= MILESTONE_PACU_OUT; m++)
		if (surgery_stamp(s, (enum milestone)m, &who) && who != SOURCE_RADIO)
			return;
	for (int m = MILESTONE_OUT_ROOM; m <= MILESTONE_PACU_OUT; m++)
		unsay(turn, i, (enum milestone)m);
}

static void entered_or(struct turn *turn, int i, int room, bool seen_before)
{
	struct surgery *s = &turn->t->cases[i];

	if (surgery_has_begun(s)) {
		if (room == s->room_at)
			back_in_or(turn, i);
		if (room == s->room_at && !surgery_is_over(s) && !radio_said(s, MILESTONE_IN_ROOM))
			say(turn, i, MILESTONE_IN_ROOM, true);
		return;
	}
	if (surgery_is_off(s) || surgery_is_over(s))
		return;
	if (room != s->room_at) {
		if (!is_free_for(turn->t, room, i))
			return;
		s->room_at = room;
	}
	say(turn, i, MILESTONE_IN_ROOM, !seen_before);
}

static void entered_pacu(struct turn *turn, int i, bool seen_before)
{
	struct surgery *s = &turn->t->cases[i];

	/* A PACU may serve as holding: nobody recovers before being in. */
	if (!surgery_has_begun(s))
		return;
	if (!surgery_left_ms(s) && was_no_entry(turn, s)) {
		unsay(turn, i, MILESTONE_IN_ROOM);
		return;
	}
	if (!surgery_left_ms(s) && is_too_early(turn, s))
		return;
	if (!surgery_left_ms(s))
		say(turn, i, MILESTONE_OUT_ROOM, true);
	if (!radio_said(s, MILESTONE_PACU_IN))
		say(turn, i, MILESTONE_PACU_IN, !seen_before);
	unsay(turn, i, MILESTONE_PACU_OUT);
}

/* Radio lags a prompt hospital by a few seconds: a place other than the OR
 * means something once radio had the patient in one, or after a while. */
static bool may_leave(const struct turn *turn, const struct surgery *s, int from)
{
	return is_kind(turn->t, from, ROOM_OR)
	       || turn->fact->at_ms - surgery_entered_ms(s) >= SHORTEST_STAY_MS;
}

static void left_or(struct turn *turn, int i, int to)
{
	struct surgery *s = &turn->t->cases[i];

	if (was_no_entry(turn, s))
		unsay(turn, i, MILESTONE_IN_ROOM);
	else if (is_way_out(turn->t, s, to) && !is_too_early(turn, s))
		say(turn, i, MILESTONE_OUT_ROOM, false);
}

static void left_pacu(struct turn *turn, int i, int to)
{
	struct twin *t = turn->t;
	const struct surgery *s = &t->cases[i];
	enum stage stage = surgery_stage(s);
	bool final = is_kind(t, to, ROOM_WARD) || is_kind(t, to, ROOM_DAY_UNIT)
		     || is_kind(t, to, ROOM_ICU);

	if (stage != STAGE_PACU && stage != STAGE_PACU_READY)
		return;
	if (final || stage == STAGE_PACU_READY)
		say(turn, i, MILESTONE_PACU_OUT, false);
}

/* A patient who has returned may be fetched back by radio's own mistake: the
 * last case of the day is still looked at when nothing is in hand or next. */
void thing_moved(struct turn *turn, int thing, int from)
{
	struct twin *t = turn->t;
	const struct thing *th = &t->things[thing];
	int i = th->patient[0] ? twin_patient_case(t, th->patient) : -1;
	struct surgery *s;
	/* First seen where they are: they came "by then at the latest". */
	bool seen_before = from >= 0;

	if (i < 0 || th->state != LOCATED_IN || th->confidence < RADIO_CONFIDENCE
		|| bracelet_is_doubtful(t, th) || surgery_is_off(&t->cases[i]))
		return;
	s = &t->cases[i];
	/* "By then at the latest": radio sees the bracelet, not the front door. */
	if (!radio_said(s, MILESTONE_ARRIVED) && !surgery_has_begun(s))
		say(turn, i, MILESTONE_ARRIVED, true);
	if (is_kind(t, th->room, ROOM_HOLDING) && !surgery_has_begun(s)
		&& !radio_said(s, MILESTONE_IN_HOLDING))
		say(turn, i, MILESTONE_IN_HOLDING, !seen_before);
	if (is_kind(t, th->room, ROOM_OR))
		entered_or(turn, i, th->room, seen_before);
	else if (is_kind(t, th->room, ROOM_PACU))
		entered_pacu(turn, i, seen_before);
	else if (surgery_has_begun(s) && !surgery_left_ms(s) && may_leave(turn, s, from))
		left_or(turn, i, th->room);
	else if (surgery_has_begun(s) && surgery_left_ms(s))
		left_pacu(turn, i, th->room);
	rule_case(turn, i);
}
