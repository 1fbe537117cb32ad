/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rooms are doing: derived from cases, housekeeping and time, never
 * told. One pass over the cases gathers what each room holds, one over the
 * rooms says what that makes of them.
 */
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

enum { TRANSFER_MS = 30 * MINUTE_MS }; /* the longest way from an OR to the PACU */

struct gathered {
	int last;      /* the case that entered last, -1 */
	int next;      /* the next one waiting, -1 */
	int64_t ready; /* the room was made ready for one of those waiting, 0 no */
	bool any;      /* the room had something on its list today, done or taken off */
};

static int room_count(const struct twin *t)
{
	int n = t->site ? t->site->room_count : 0;

	return n < TWIN_ROOMS ? n : TWIN_ROOMS;
}

/* A later patient in the room ends the hold of an earlier one, whatever was
 * not said about the clean-up in between. */
static bool entered_later(const struct surgery *a, const struct surgery *b)
{
	int64_t x = surgery_entered_ms(a), y = surgery_entered_ms(b);

	return x != y ? x > y : a->start_ms > b->start_ms;
}

/* "Room ready" for a waiting case, said by a person or the hospital. */
static int64_t ready_for(const struct twin *t, int waiting)
{
	enum source who = SOURCE_NONE;
	const struct stamp *stamp;

	stamp = surgery_stamp(&t->cases[waiting], MILESTONE_ROOM_READY, &who);
	return stamp && who >= SOURCE_FHIR ? stamp->when_ms : 0;
}

static void gather(const struct twin *t, struct gathered *rooms, int count)
{
	for (int i = 0; i < count; i++)
		rooms[i] = (struct gathered){-1, -1, 0, false};
	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *s = &t->cases[i];
		struct gathered *g;

		if (s->room_at < 0 || s->room_at >= count)
			continue;
		g = &rooms[s->room_at];
		if (s->start_ms > t->now_ms - HORIZON_MS && s->start_ms < t->now_ms + HORIZON_MS)
			g->any = true;
		if (surgery_has_begun(s)) {
			if (surgery_entered_ms(s) > t->now_ms - DAY_MS
				&& (g->last < 0 || entered_later(s, &t->cases[g->last])))
				g->last = i;
		} else if (case_is_waiting(t, s)) {
			int64_t ready = ready_for(t, i);

			if (g->next < 0 || s->start_ms < t->cases[g->next].start_ms)
				g->next = i;
			g->ready = ready > g->ready ? ready : g->ready;
		}
	}
}

/* A bay is taken from the moment its patient leaves the OR. One whose arrival
 * or leaving was never said does not hold it for ever. */
static bool takes_bay(const struct twin *t, const struct surgery *s)
{
	enum stage stage = surgery_stage(s);
	int64_t left = surgery_left_ms(s);

	if (stage == STAGE_OUT_ROOM)
		return left > t->now_ms - TRANSFER_MS;
	return (stage == STAGE_PACU || stage == STAGE_PACU_READY) && left > t->now_ms - HORIZON_MS;
}

int twin_bays(const struct twin *t)
{
	int beds = site_beds(t->site, ROOM_PACU);

	return beds > 0 ? twin_units(t, room_kind_name(ROOM_PACU), beds) : FACT_UNKNOWN;
}

int twin_bays_taken(const struct twin *t)
{
	int taken = 0;

	for (int i = 0; i < t->case_count; i++)
		taken += takes_bay(t, &t->cases[i]);
	return taken;
}

static bool pacu_full(const struct twin *t)
{
	int bays = twin_bays(t);

	return bays >= 0 && twin_bays_taken(t) >= bays;
}

/* The hospital calling the room free after the patient left is its way of
 * saying that the clean-up is done; said once, so that a correction holds. */
static void service_evidence(struct turn *turn, const struct room_twin *rt, struct surgery *s)
{
	enum milestone m =
		rt->service == SERVICE_UNOCCUPIED ? MILESTONE_CLEANUP_DONE : MILESTONE_CLEANUP;
	int64_t left = surgery_left_ms(s);
	struct fact f;

	if (rt->service != SERVICE_UNOCCUPIED && rt->service != SERVICE_HOUSEKEEPING)
		return;
	if (rt->service_source < SOURCE_RADIO || rt->service_source > SOURCE_PERSON || !left
		|| rt->service_ms <= left
		|| s->passage[m].by[rt->service_source - SOURCE_RADIO].at_ms)
		return;
	f = fact_make(FACT_MILESTONE, rt->service_source, turn->t->now_ms);
	text_copy(f.origin, sizeof f.origin, rt->service_origin);
	f.milestone.milestone = m;
	f.milestone.when_ms = rt->service_ms;
	surgery_apply_milestone(s, &f);
}

/* Patient awake for five minutes, still here, and no bed to go to. */
static bool is_blocked(struct turn *turn, int i, bool full)
{
	int64_t awake = surgery_when(&turn->t->cases[i], MILESTONE_EMERGENCE);

	if (!awake)
		return false;
	if (turn->t->now_ms < awake + BLOCKED_AFTER_MS) {
		timer_set(turn->t, awake + BLOCKED_AFTER_MS, TIMER_BLOCKED, i);
		return false;
	}
	return full;
}

static bool being_cleaned(const struct twin *t, const struct room_twin *rt, int last)
{
	if (rt->service != SERVICE_HOUSEKEEPING && rt->service != SERVICE_CONTAMINATED)
		return false;
	return last < 0 || rt->service_ms > surgery_when(&t->cases[last], MILESTONE_CLEANUP_DONE);
}

/* A room ready for the next patient has been cleaned (AACD: "cleaned, supplies
 * and equipment present"), even when nobody wrote the clean-up down. */
static bool is_ready_again(const struct surgery *last, int64_t ready)
{
	int64_t left = surgery_left_ms(last);

	return left && ready > left;
}

/* Nobody in the room: closed, dirty, being set up, free or done, in that order.
 * A closed room with a patient inside shows the patient: hiding a running case
 * behind a housekeeping state would be the worse lie. */
static enum room_state state_when_empty(
	const struct twin *t, const struct room_twin *rt, const struct gathered *g)
{
	if (rt->service == SERVICE_CLOSED)
		return ROOMSTATE_DOWN;
	if (rt->current >= 0 || being_cleaned(t, rt, g->last))
		return ROOMSTATE_TURNOVER;
	if (g->next >= 0)
		return g->ready ? ROOMSTATE_SETUP : ROOMSTATE_IDLE;
	return g->any || g->last >= 0 ? ROOMSTATE_DONE : ROOMSTATE_IDLE;
}

/* When the state began: by the first milestone that means it, else now. */
static int64_t state_since(const struct twin *t, const struct room_twin *rt, enum room_state state)
{
	int64_t least = 0;

	for (int m = MILESTONE_IN_ROOM; rt->current >= 0 && m <= MILESTONE_CLEANUP; m++) {
		int64_t when = surgery_when(&t->cases[rt->current], (enum milestone)m);

		if (milestone_rules[m].room == state && when && (!least || when < least))
			least = when;
	}
	return least ? least : t->now_ms;
}

static void derive(struct turn *turn, int room, const struct gathered *g, bool full)
{
	struct twin *t = turn->t;
	struct room_twin *rt = &t->rooms[room];
	struct surgery *last = g->last >= 0 ? &t->cases[g->last] : NULL;
	enum room_state state;
	int before = rt->current;

	if (last && surgery_is_over(last))
		service_evidence(turn, rt, last);
	rt->current =
		last && surgery_holds_room(last) && !is_ready_again(last, g->ready) ? g->last : -1;
	if (rt->current >= 0 && !surgery_is_over(last)) {
		state = surgery_room_state(last);
		if (is_blocked(turn, g->last, full))
			state = ROOMSTATE_BLOCKED;
	} else {
		state = state_when_empty(t, rt, g);
	}
	if (state == rt->state && before == rt->current)
		return;
	if (state != rt->state || rt->current >= 0)
		rt->since_ms = state_since(t, rt, state);
	rt->state = state;
}

void rooms_derive(struct turn *turn)
{
	struct twin *t = turn->t;
	struct gathered rooms[TWIN_ROOMS];
	int count = room_count(t);
	bool full = pacu_full(t);

	gather(t, rooms, count);
	for (int i = 0; i < count; i++) {
		derive(turn, i, &rooms[i], full);
		t->rooms[i].conflict = false;
	}
	for (int i = 0; i < t->patient_count; i++) {
		const struct patient *p = &t->patients[i];
		int fhir = site_room(t->site, p->fhir_room), thing = twin_thing(t, p->tag);

		if (!p->conflict)
			continue;
		if (fhir >= 0 && fhir < count)
			t->rooms[fhir].conflict = true;
		if (thing >= 0 && t->things[thing].room >= 0 && t->things[thing].room < count)
			t->rooms[t->things[thing].room].conflict = true;
	}
}

/* A room whose gateways are all silent is greyed, and what was last seen in it
 * is frozen there: silence of the listeners says nothing about the things. */
void rooms_grey(struct turn *turn)
{
	struct twin *t = turn->t;
	int heard[TWIN_ROOMS] = {0}, silent[TWIN_ROOMS] = {0};
	int count = room_count(t);

	for (int i = 0; t->site && i < t->site->gateway_count && i < TWIN_ROOMS; i++) {
		int room = t->site->gateways[i].room;

		if (room < 0 || room >= count)
			continue;
		if (t->gateways[i].silent)
			silent[room]++;
		else
			heard[room]++;
	}
	for (int i = 0; i < count; i++)
		t->rooms[i].greyed = silent[i] > 0 && heard[i] == 0;
	for (int i = 0; i < t->thing_count; i++) {
		struct thing *th = &t->things[i];
		bool was = th->frozen;

		th->frozen =
			th->known && th->room >= 0 && th->room < count && t->rooms[th->room].greyed;
		if (was && !th->frozen)
			silent_thawed(turn, i);
	}
	for (int i = 0; i < t->patient_count; i++)
		places_compare(turn, i);
}

/* Radio and the hospital about one patient. Two minutes of difference are a
 * walk through a door; more are a conflict. */
void places_compare(struct turn *turn, int patient)
{
	struct twin *t = turn->t;
	struct patient *p = &t->patients[patient];
	int thing = twin_thing(t, p->tag);
	int fhir = p->fhir_room[0] ? site_room(t->site, p->fhir_room) : -1;
	int radio = -1;
	bool before = p->conflict;

	if (thing >= 0 && t->things[thing].known) {
		const struct thing *th = &t->things[thing];
		bool certain = th->state == LOCATED_IN && th->confidence >= RADIO_CONFIDENCE
			       && !bracelet_is_doubtful(t, th);

		/* Doubt settles nothing: what stands, stands. */
		if (fhir >= 0 && th->state != LOCATED_ABSENT && (!certain || th->frozen))
			return;
		if (certain)
			radio = th->room;
	}
	if (fhir < 0 || radio < 0 || fhir == radio) {
		p->differs_since_ms = 0;
		p->conflict = false;
		timer_cancel(t, TIMER_PLACE, patient);
	} else {
		if (!p->differs_since_ms)
			p->differs_since_ms = t->now_ms;
		p->conflict = t->now_ms >= p->differs_since_ms + PLACE_CONFLICT_MS;
		if (!p->conflict)
			timer_set(t, p->differs_since_ms + PLACE_CONFLICT_MS, TIMER_PLACE, patient);
	}
	if (p->conflict)
		rule_conflict(turn, patient, radio, fhir);
	else if (before)
		rule_conflict(turn, patient, -1, -1);
	if (before != p->conflict)
		turn->rooms = true;
}
