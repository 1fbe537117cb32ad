/* SPDX-License-Identifier: Apache-2.0 */

/* When the hospital's systems learn what happened, and what is really so. */

#include "src/hospital/day.h"
#include "src/hospital/stamp.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000, STREAM_TELLING = 4, PER_CASE = MILESTONE_COUNT + 8 };

struct teller {
	struct day *day;
	enum telling telling;
	struct rng r;
};

/* Late: one in ten never entered, the rest keyed in 2 to 10 minutes after. */
static int64_t told_at(struct teller *teller, int64_t t)
{
	/* Drawn in any case: what comes of a decision moves no draw of another step. */
	bool missing = rng_uniform(&teller->r) < 0.1;
	int64_t late = (int64_t)(rng_between(&teller->r, 2, 10) * 60) * 1000;
	if (t == 0 || teller->telling == TELLING_NONE)
		return 0;
	if (teller->telling == TELLING_PROMPT)
		return t;
	return missing ? 0 : t + late;
}

static void tell(struct teller *teller, int64_t t, enum happening_kind kind, int index,
	enum milestone milestone)
{
	struct day *day = teller->day;
	if (t == 0)
		return;
	day->happenings[day->happening_count] =
		(struct happening){t, day->happening_count, kind, index, milestone};
	day->happening_count++;
}

static int by_time(const void *a, const void *b)
{
	const struct happening *x = a, *y = b;
	if (x->t != y->t)
		return x->t < y->t ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void tell_case(struct teller *teller, int index)
{
	struct hcase *c = &teller->day->cases[index];
	teller->r = rng_stream(teller->day->seed, STREAM_TELLING, c->stream);
	tell(teller, c->known_ms, HAPPENING_BOOKED, index, 0);
	for (int m = 0; m < MILESTONE_COUNT; m++) {
		c->told[m] = told_at(teller, c->at[m]);
		tell(teller, c->told[m], HAPPENING_MILESTONE, index, (enum milestone)m);
	}
	if (c->told[MILESTONE_ARRIVED] != 0) {
		int64_t asked = c->told[MILESTONE_ARRIVED] + 6 * MINUTE;
		int64_t today = stamp_at(teller->day->midnight, 380) + index * 1000;
		if (!c->emergency && asked < today)
			asked = today;
		tell(teller, asked, HAPPENING_FASTING, index, 0);
		if (c->ate_ms > asked)
			tell(teller, c->ate_ms, HAPPENING_FASTING, index, 0);
	}
	tell(teller, told_at(teller, c->back_ms), HAPPENING_BACK, index, 0);
	/* Bracelets are scanned by the machine that prints them: never late. */
	if (c->tag >= 0) {
		tell(teller, c->at[MILESTONE_ARRIVED], HAPPENING_BRACELET_ON, index, 0);
		tell(teller, c->at[MILESTONE_DISCHARGED], HAPPENING_BRACELET_OFF, index, 0);
	}
	if (c->off_ms != 0) {
		/* The list itself is kept up to date in every mode. */
		if (teller->telling == TELLING_LATE)
			c->off_ms += (int64_t)(rng_between(&teller->r, 2, 10) * 60) * 1000;
		tell(teller, c->off_ms, HAPPENING_OFF, index, 0);
	}
}

/* What was decided is in the list at once, in every mode: there it was decided. A
 * millisecond after, for the day itself keeps whole seconds. */
static void tell_decisions(struct teller *teller)
{
	const struct day *day = teller->day;
	for (int i = 0; i < day->action_count; i++) {
		const struct action *a = &day->actions[i];
		if (a->done && (a->kind == ACTION_PLACE || a->kind == ACTION_POSTPONE))
			tell(teller, a->t + 1, HAPPENING_DECIDED, i, 0);
	}
}

void telling_make(struct day *day)
{
	struct teller teller = {day, day->telling, {0}};
	size_t most = (size_t)day->case_count * PER_CASE + DAY_ACTIONS;
	free(day->happenings);
	day->happening_count = 0;
	day->happenings = calloc(most, sizeof(*day->happenings));
	if (day->happenings == NULL)
		abort();
	for (int i = 0; i < day->case_count; i++)
		tell_case(&teller, i);
	tell_decisions(&teller);
	qsort(day->happenings, (size_t)day->happening_count, sizeof(*day->happenings), by_time);
}

static bool since(const struct hcase *c, enum milestone m, int64_t t)
{
	return c->at[m] != 0 && c->at[m] <= t;
}

const char *day_patient_stage(const struct hcase *c, int64_t t)
{
	static const struct {
		enum milestone from;
		const char *stage;
	} stages[] = {
		{MILESTONE_DISCHARGED, "discharged"},
		{MILESTONE_PACU_OUT, "returned"},
		{MILESTONE_PACU_READY, "pacu_ready"},
		{MILESTONE_PACU_IN, "pacu"},
		{MILESTONE_OUT_ROOM, "out_room"},
		{MILESTONE_CLOSING, "closing"},
		{MILESTONE_INCISION, "surgery"},
		{MILESTONE_IN_ROOM, "anaes"},
		{MILESTONE_IN_HOLDING, "holding"},
		{MILESTONE_SENT_FOR, "called"},
		{MILESTONE_ARRIVED, "arrived"},
	};
	if (c->off_ms != 0 && c->off_ms <= t)
		return "off";
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		if (since(c, stages[i].from, t))
			return stages[i].stage;
	return "expected";
}

int64_t day_last_out(const struct day *day, int room)
{
	int64_t last = 0;
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		if (c->room == room && c->at[MILESTONE_OUT_ROOM] > last)
			last = c->at[MILESTONE_OUT_ROOM];
	}
	return last;
}

int day_bays_taken(const struct day *day, int64_t t)
{
	int taken = 0;
	for (int i = 0; i < day->case_count; i++)
		taken += since(&day->cases[i], MILESTONE_OUT_ROOM, t)
			 && !since(&day->cases[i], MILESTONE_PACU_OUT, t);
	return taken;
}

static const char *occupied_stage(const struct day *day, const struct hcase *c, int64_t t)
{
	bool waits = since(c, MILESTONE_EMERGENCE, t - 5 * MINUTE);
	if (waits && day_bays_taken(day, t) >= day->bay_count)
		return "blocked";
	return since(c, MILESTONE_CLOSING, t)    ? "closing"
	       : since(c, MILESTONE_INCISION, t) ? "surgery"
						 : "anaes";
}

const char *day_room_stage(const struct day *day, int room, int64_t t)
{
	const char *stage = NULL;
	bool more = false;
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		if (day_booking(day, i, t).room != room || c->known_ms > t
			|| (c->off_ms != 0 && c->off_ms <= t))
			continue;
		if (since(c, MILESTONE_IN_ROOM, t) && !since(c, MILESTONE_OUT_ROOM, t))
			return occupied_stage(day, c, t);
		if (since(c, MILESTONE_OUT_ROOM, t) && !since(c, MILESTONE_CLEANUP_DONE, t))
			stage = "turnover";
		if (!since(c, MILESTONE_IN_ROOM, t)) {
			more = true;
			if (stage == NULL && since(c, MILESTONE_ROOM_READY, t))
				stage = "setup";
		}
	}
	return stage != NULL ? stage : more ? "idle" : "done";
}
