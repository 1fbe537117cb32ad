/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table is the state machine of the house; the twin, the screens and the
 * simulator read it. A milestone is never refused: what is out of order or
 * impossible is kept, flagged and counted, because a board that hides what it
 * was told cannot be argued with.
 */
#include "twin/surgery.h"

#include <string.h>

#include "twin/text.h"

enum {
	CONFLICT_MS = 2 * 60 * 1000, /* DESIGN 6.8 */
	FUTURE_MS = 10 * 60 * 1000,  /* beyond any clock skew: not yet possible */
	MINUTE_MS = 60 * 1000
};

#define NO_SAY ROOMSTATE_COUNT

/* Order, keys and words: the AACD glossary of times as used in the field.
 * PACU rows speak for the room too: a patient seen there has left the OR even
 * when nobody said so. */
const struct milestone_rule milestone_rules[MILESTONE_COUNT] = {
	[MILESTONE_ARRIVED] = {"arrived", "Arrived", 'a', TRACK_PATIENT, STAGE_ARRIVED, NO_SAY,
		true, false},
	[MILESTONE_SENT_FOR] = {"sent_for", "Sent for", 's', TRACK_PATIENT, STAGE_CALLED, NO_SAY,
		true, false},
	[MILESTONE_LEFT_WARD] = {"left_ward", "Left ward", 'w', TRACK_PATIENT, STAGE_CALLED, NO_SAY,
		true, false},
	[MILESTONE_IN_HOLDING] = {"in_holding", "In holding", 'h', TRACK_PATIENT, STAGE_HOLDING,
		NO_SAY, true, false},
	[MILESTONE_READY] = {"ready", "Patient ready", 'y', TRACK_PATIENT, STAGE_ARRIVED, NO_SAY,
		true, true},
	[MILESTONE_ROOM_READY] = {"room_ready", "Room ready", 'R', TRACK_ROOM, STAGE_EXPECTED,
		ROOMSTATE_SETUP, true, false},
	[MILESTONE_IN_ROOM] = {"in_room", "In room", 'r', TRACK_PATIENT, STAGE_ANAES,
		ROOMSTATE_ANAES, false, false},
	[MILESTONE_ANAES_START] = {"anaes_start", "Anaesthesia start", 'n', TRACK_PATIENT,
		STAGE_ANAES, ROOMSTATE_ANAES, true, false},
	[MILESTONE_INDUCTION] = {"induction", "Induction", 'd', TRACK_PATIENT, STAGE_ANAES,
		ROOMSTATE_ANAES, true, false},
	[MILESTONE_ANAES_READY] = {"anaes_ready", "Anaesthesia ready", 'e', TRACK_PATIENT,
		STAGE_ANAES, ROOMSTATE_ANAES, true, false},
	[MILESTONE_PREP] = {"prep", "Prep and drape", 'p', TRACK_PATIENT, STAGE_ANAES,
		ROOMSTATE_ANAES, true, false},
	[MILESTONE_PREP_DONE] = {"prep_done", "Prep done", 'P', TRACK_PATIENT, STAGE_ANAES,
		ROOMSTATE_ANAES, true, false},
	[MILESTONE_INCISION] = {"incision", "Incision", 'i', TRACK_PATIENT, STAGE_SURGERY,
		ROOMSTATE_SURGERY, false, false},
	[MILESTONE_CLOSING] = {"closing", "Closing", 'c', TRACK_PATIENT, STAGE_CLOSING,
		ROOMSTATE_CLOSING, true, false},
	[MILESTONE_PROCEDURE_END] = {"procedure_end", "Procedure end", 'f', TRACK_PATIENT,
		STAGE_CLOSING, ROOMSTATE_CLOSING, false, false},
	[MILESTONE_EMERGENCE] = {"emergence", "Emergence", 'g', TRACK_PATIENT, STAGE_CLOSING,
		ROOMSTATE_CLOSING, true, false},
	[MILESTONE_OUT_ROOM] = {"out_room", "Out of room", 'o', TRACK_PATIENT, STAGE_OUT_ROOM,
		ROOMSTATE_TURNOVER, false, false},
	[MILESTONE_PACU_IN] = {"pacu_in", "PACU in", 'u', TRACK_PATIENT, STAGE_PACU,
		ROOMSTATE_TURNOVER, true, false},
	[MILESTONE_PACU_READY] = {"pacu_ready", "PACU criteria met", 'm', TRACK_PATIENT,
		STAGE_PACU_READY, ROOMSTATE_TURNOVER, true, false},
	[MILESTONE_PACU_OUT] = {"pacu_out", "PACU out", 't', TRACK_PATIENT, STAGE_RETURNED,
		ROOMSTATE_TURNOVER, true, false},
	[MILESTONE_CLEANUP] = {"cleanup", "Clean-up", 'b', TRACK_ROOM, STAGE_EXPECTED,
		ROOMSTATE_TURNOVER, true, false},
	[MILESTONE_CLEANUP_DONE] = {"cleanup_done", "Clean-up done", 'B', TRACK_ROOM,
		STAGE_EXPECTED, ROOMSTATE_IDLE, true, false},
	[MILESTONE_DISCHARGED] = {"discharged", "Discharged", 'x', TRACK_PATIENT, STAGE_DISCHARGED,
		NO_SAY, true, false},
};

static const char *const stages[STAGE_COUNT] = {
	[STAGE_EXPECTED] = "expected",
	[STAGE_ARRIVED] = "arrived",
	[STAGE_CALLED] = "called",
	[STAGE_HOLDING] = "holding",
	[STAGE_ANAES] = "anaes",
	[STAGE_SURGERY] = "surgery",
	[STAGE_CLOSING] = "closing",
	[STAGE_PACU] = "pacu",
	[STAGE_PACU_READY] = "pacu_ready",
	[STAGE_RETURNED] = "returned",
	[STAGE_DISCHARGED] = "discharged",
	[STAGE_OUT_ROOM] = "out_room",
	[STAGE_OFF] = "off",
};

static const char *const room_states[ROOMSTATE_COUNT] = {
	[ROOMSTATE_IDLE] = "idle",
	[ROOMSTATE_SETUP] = "setup",
	[ROOMSTATE_ANAES] = "anaes",
	[ROOMSTATE_SURGERY] = "surgery",
	[ROOMSTATE_CLOSING] = "closing",
	[ROOMSTATE_TURNOVER] = "turnover",
	[ROOMSTATE_BLOCKED] = "blocked",
	[ROOMSTATE_DOWN] = "down",
	[ROOMSTATE_DONE] = "done",
};

const char *stage_name(enum stage s)
{
	return (unsigned)s < STAGE_COUNT ? stages[s] : "?";
}

const char *room_state_name(enum room_state s)
{
	return (unsigned)s < ROOMSTATE_COUNT ? room_states[s] : "?";
}

/* Speakers are kept weakest first, so precedence is "from the end". */
const struct stamp *surgery_stamp(const struct surgery *s, enum milestone m, enum source *who)
{
	for (int i = SPEAKERS - 1; i >= 0; i--) {
		if (!s->passage[m].by[i].when_ms)
			continue;
		if (who)
			*who = (enum source)(i + SOURCE_RADIO);
		return &s->passage[m].by[i];
	}
	return NULL;
}

int64_t surgery_when(const struct surgery *s, enum milestone m)
{
	const struct stamp *stamp = surgery_stamp(s, m, NULL);

	return stamp ? stamp->when_ms : 0;
}

int surgery_last(const struct surgery *s, int track)
{
	for (int m = MILESTONE_COUNT - 1; m >= 0; m--)
		if (milestone_rules[m].track == track && surgery_when(s, (enum milestone)m))
			return m;
	return -1;
}

bool surgery_is_off(const struct surgery *s)
{
	return s->status == CASE_CANCELLED || s->status == CASE_POSTPONED
	       || s->status == CASE_NO_SHOW || s->status == CASE_VOID;
}

/* A loose row says how far things are, not where the patient is: "ready" may
 * be said on the ward. It counts only when nothing else has been said. */
enum stage surgery_stage(const struct surgery *s)
{
	enum stage loose = STAGE_EXPECTED;

	if (surgery_is_off(s))
		return STAGE_OFF;
	for (int m = MILESTONE_COUNT - 1; m >= 0; m--) {
		const struct milestone_rule *rule = &milestone_rules[m];

		if (rule->track != TRACK_PATIENT || !surgery_when(s, (enum milestone)m))
			continue;
		if (!rule->loose)
			return rule->stage;
		loose = rule->stage;
	}
	return loose;
}

/* The earliest effective time of the patient's milestones first..last. */
static int64_t earliest(const struct surgery *s, int first, int last)
{
	int64_t least = 0;

	for (int m = first; m <= last; m++) {
		int64_t when = surgery_when(s, (enum milestone)m);

		if (milestone_rules[m].track == TRACK_PATIENT && when && (!least || when < least))
			least = when;
	}
	return least;
}

int64_t surgery_entered_ms(const struct surgery *s)
{
	int64_t when = surgery_when(s, MILESTONE_IN_ROOM);

	return when ? when : earliest(s, MILESTONE_ANAES_START, MILESTONE_PACU_OUT);
}

int64_t surgery_left_ms(const struct surgery *s)
{
	int64_t when = surgery_when(s, MILESTONE_OUT_ROOM);

	return when ? when : earliest(s, MILESTONE_PACU_IN, MILESTONE_DISCHARGED);
}

bool surgery_has_begun(const struct surgery *s)
{
	return !surgery_is_off(s) && surgery_entered_ms(s) != 0;
}

/* A case that the hospital calls fulfilled, and of which nobody has said that
 * the patient went in, is over all the same: its milestones went unrecorded. */
bool surgery_is_over(const struct surgery *s)
{
	if (surgery_is_off(s))
		return false;
	if (surgery_left_ms(s))
		return true;
	return s->status == CASE_FULFILLED && !surgery_has_begun(s);
}

enum room_state surgery_room_state(const struct surgery *s)
{
	if (!surgery_has_begun(s))
		return ROOMSTATE_IDLE;
	for (int m = MILESTONE_COUNT - 1; m >= MILESTONE_IN_ROOM; m--)
		if (milestone_rules[m].room != NO_SAY && surgery_when(s, (enum milestone)m))
			return milestone_rules[m].room;
	return ROOMSTATE_IDLE;
}

bool surgery_holds_room(const struct surgery *s)
{
	return surgery_room_state(s) != ROOMSTATE_IDLE;
}

double surgery_planned_min(const struct surgery *s)
{
	if (!s->start_ms || s->end_ms <= s->start_ms)
		return 0;
	return (double)(s->end_ms - s->start_ms) / MINUTE_MS;
}

double surgery_elapsed_min(const struct surgery *s, int64_t now_ms)
{
	int64_t in = surgery_entered_ms(s), out = surgery_left_ms(s);
	int64_t until = out ? out : now_ms;

	if (!in || surgery_is_off(s) || until < in)
		return 0;
	return (double)(until - in) / MINUTE_MS;
}

/* Before: how long the programme has been waiting, against the first plan.
 * Running: the projected end (never earlier than now) against the planned
 * one. Over: the real end against the planned one. */
double surgery_late_min(const struct surgery *s, int64_t now_ms)
{
	int64_t in = surgery_entered_ms(s), out = surgery_left_ms(s);
	int64_t start = s->first_start_ms ? s->first_start_ms : s->start_ms;
	int64_t end;

	if (surgery_is_off(s) || !start)
		return 0;
	if (!in) {
		if (surgery_is_over(s) || now_ms <= start)
			return 0;
		return (double)(now_ms - start) / MINUTE_MS;
	}
	if (s->end_ms <= s->start_ms)
		return 0;
	end = out ? out : in + (s->end_ms - s->start_ms);
	if (!out && end < now_ms)
		end = now_ms;
	return (double)(end - s->end_ms) / MINUTE_MS;
}

/* A pair is in the wrong order only if it is so for certain: an upper bound
 * ("by 10:42") may well stand for an earlier time. */
static bool wrong_pair(const struct stamp *earlier, const struct stamp *later)
{
	return earlier->when_ms > later->when_ms && !earlier->at_most;
}

static bool comparable(int a, int b)
{
	const struct milestone_rule *x = &milestone_rules[a], *y = &milestone_rules[b];

	if (x->track != y->track)
		return false;
	if ((x->loose && b < MILESTONE_IN_ROOM) || (y->loose && a < MILESTONE_IN_ROOM))
		return false;
	return true;
}

static bool out_of_order(const struct surgery *s, int m)
{
	const struct stamp *mine = surgery_stamp(s, (enum milestone)m, NULL);

	if (!mine)
		return false;
	for (int other = 0; other < MILESTONE_COUNT; other++) {
		const struct stamp *theirs = surgery_stamp(s, (enum milestone)other, NULL);

		if (!theirs || other == m || !comparable(m, other))
			continue;
		if (other < m ? wrong_pair(theirs, mine) : wrong_pair(mine, theirs))
			return true;
	}
	return false;
}

static bool sources_conflict(const struct passage *p)
{
	for (int a = 0; a < SPEAKERS; a++) {
		for (int b = 0; b < SPEAKERS; b++) {
			const struct stamp *x = &p->by[a], *y = &p->by[b];

			if (!x->when_ms || !y->when_ms || x->when_ms - y->when_ms <= CONFLICT_MS)
				continue;
			/* The later one is only a bound: both may be right. */
			if (!x->at_most)
				return true;
		}
	}
	return false;
}

/* A flag falls when a correction has mended what raised it. */
static void mend_flags(struct surgery *s)
{
	for (int m = 0; m < MILESTONE_COUNT; m++)
		if (s->passage[m].flagged && !surgery_is_off(s) && !out_of_order(s, m))
			s->passage[m].flagged = false;
}

bool surgery_apply_milestone(struct surgery *s, const struct fact *f)
{
	const struct fact_milestone *told = &f->milestone;
	struct passage *p;
	struct stamp *stamp, before;
	bool impossible;

	if ((unsigned)told->milestone >= MILESTONE_COUNT || f->source < SOURCE_RADIO
		|| f->source > SOURCE_PERSON)
		return false;
	p = &s->passage[told->milestone];
	stamp = &p->by[f->source - SOURCE_RADIO];
	/* The newest word of a source counts, whatever order they came in. */
	if (f->at_ms < stamp->at_ms)
		return false;
	before = *stamp;
	stamp->when_ms = told->when_ms ? told->when_ms : f->source_ms;
	if (!stamp->when_ms)
		stamp->when_ms = f->at_ms;
	if (told->withdrawn)
		stamp->when_ms = 0;
	stamp->at_most = told->at_most && !told->withdrawn;
	stamp->at_ms = f->at_ms;
	text_copy(stamp->origin, sizeof stamp->origin, f->origin);
	p->conflict = sources_conflict(p);
	mend_flags(s);
	impossible = surgery_is_off(s) || stamp->when_ms > f->at_ms + FUTURE_MS;
	/* A weaker voice that is not in force cannot be out of order. */
	if (stamp->when_ms && stamp == surgery_stamp(s, told->milestone, NULL)
		&& (impossible || out_of_order(s, (int)told->milestone))) {
		p->flagged = true;
		if (stamp->when_ms != before.when_ms)
			s->flagged++;
	}
	s->updated_ms = f->at_ms;
	return stamp->when_ms != before.when_ms || stamp->at_most != before.at_most;
}

bool surgery_apply_status(struct surgery *s, enum source source, enum case_status status)
{
	if (status == CASE_UNKNOWN || (unsigned)status >= CASE_STATUS_COUNT)
		return false;
	if (source >= SOURCE_RADIO && source <= SOURCE_PERSON) {
		enum case_status *said = &s->said[source - SOURCE_RADIO];

		if (*said == status && source != SOURCE_PERSON)
			return false;
		*said = status;
	}
	if (s->status == status)
		return false;
	s->status = status;
	return true;
}
