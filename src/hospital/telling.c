/* SPDX-License-Identifier: Apache-2.0 */

/* When the hospital's systems learn what happened, and what is really so. */

#include "src/hospital/day.h"
#include "src/hospital/stamp.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000, STREAM_TELLING = 4, PER_CASE = MILESTONE_COUNT + 7 };

struct teller {
	struct day *day;
	enum telling telling;
	struct rng r;
};

/* Late: one in ten never entered, the rest keyed in 2 to 10 minutes after. */
static int64_t told_at(struct teller *teller, int64_t t)
{
	if (t == 0 || teller->telling == TELLING_NONE)
		return 0;
	if (teller->telling == TELLING_PROMPT)
		return t;
	bool missing = rng_uniform(&teller->r) < 0.1;
	int64_t late = (int64_t)(rng_between(&teller->r, 2, 10) * 60) * 1000;
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

void telling_make(struct day *day, enum telling telling)
{
	struct teller teller = {day, telling, rng_stream(day->seed, STREAM_TELLING, 0)};
	day->happenings = calloc((size_t)day->case_count * PER_CASE + 1, sizeof(*day->happenings));
	if (day->happenings == NULL)
		abort();
	for (int i = 0; i < day->case_count; i++)
		tell_case(&teller, i);
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
		if (c->room != room || c->known_ms > t || (c->off_ms != 0 && c->off_ms <= t))
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

static bool waits_at_home(const struct hcase *c, int64_t t)
{
	return c->off_ms == 0 && c->known_ms <= t && !since(c, MILESTONE_ARRIVED, t);
}

/* What a script changes before anything is simulated. */
static void apply_early(struct day *day, const struct action *a)
{
	if (a->kind == ACTION_EMERGENCY) {
		int room = a->target[0] != '\0' ? site_room(day->site, a->target) : -1;
		programme_add_emergency(day, a->t, room);
	}
}

/* What a script changes in a day already known up to its time: the draws of
 * earlier steps stay, so the day before `a->t` stays as it was. */
static bool apply_late(struct day *day, const struct action *a)
{
	int room = site_room(day->site, a->target), left = a->number;
	for (int i = 0; i < day->case_count; i++) {
		struct hcase *c = &day->cases[i];
		if (a->kind == ACTION_OVERRUN && c->room == room
			&& since(c, MILESTONE_IN_ROOM, a->t)
			&& !since(c, MILESTONE_CLOSING, a->t)) {
			c->overrun_min += a->number;
			return true;
		}
		if (a->kind == ACTION_NO_SHOW && left > 0 && !c->emergency
			&& waits_at_home(c, a->t)) {
			c->no_show = true;
			c->off_ms = c->planned_start - 35 * MINUTE;
			if (c->off_ms < a->t)
				c->off_ms = a->t;
			left--;
		}
	}
	return a->kind == ACTION_NO_SHOW && left != a->number;
}

/* Clean of what a former pass has simulated; the programme's own wishes stay. */
static void forget(struct day *day, const struct hcase *drawn, int count)
{
	for (int i = 0; i < count; i++) {
		struct hcase *c = &day->cases[i];
		double overrun = c->overrun_min;
		bool no_show = c->no_show;
		int64_t off = c->no_show ? c->off_ms : 0;
		*c = drawn[i];
		c->overrun_min = overrun;
		c->no_show = no_show;
		if (off != 0)
			c->off_ms = off;
	}
}

static void happen_with(struct day *day, const struct action *actions, int count)
{
	for (int i = 0; i < count; i++)
		apply_early(day, &actions[i]);
	struct hcase *drawn = malloc(sizeof(day->cases));
	if (drawn == NULL)
		abort();
	for (int i = 0; i < day->case_count; i++)
		drawn[i] = day->cases[i];
	day_happen(day);
	for (int i = 0; i < count; i++)
		if (apply_late(day, &actions[i])) {
			forget(day, drawn, day->case_count);
			day_happen(day);
		}
	free(drawn);
}

static struct day *day_drawn(
	const struct site *site, int64_t any_ms, uint64_t seed, const struct laws *laws)
{
	struct day *day = calloc(1, sizeof(*day));
	if (day == NULL)
		abort();
	day->site = site;
	day->laws = laws;
	day->seed = seed;
	day->midnight = stamp_midnight(any_ms);
	for (int i = 0; i < CREW_COUNT; i++)
		day->crews[i] = DAY_CASES;
	programme_draw(day);
	if (day->room_count > 0 && day->bay_count > 0)
		return day;
	free(day);
	return NULL;
}

struct day *day_create(const struct site *site, int64_t any_ms, uint64_t seed, enum telling telling,
	const struct action *actions, int action_count)
{
	struct day *day = day_drawn(site, any_ms, seed, NULL);
	if (day == NULL)
		return NULL;
	happen_with(day, actions, action_count);
	telling_make(day, telling);
	return day;
}

struct day *day_create_under(const struct site *site, int64_t any_ms, uint64_t seed,
	enum telling telling, const struct laws *laws, const struct day_units *units)
{
	struct day *day = day_drawn(site, any_ms, seed, laws);
	if (day == NULL)
		return NULL;
	for (int i = 0; i < CREW_COUNT; i++) {
		for (int k = 0; k < site->role_count; k++)
			if (strcmp(site->roles[k].id, laws->role[i]) == 0
				&& site->roles[k].count > 0)
				day->crews[i] = site->roles[k].count;
		if (units->crews[i] > 0)
			day->crews[i] = units->crews[i];
	}
	if (units->bays > 0 && units->bays < day->bay_count)
		day->bay_count = units->bays;
	day_happen(day);
	telling_make(day, telling);
	return day;
}

void day_destroy(struct day *day)
{
	if (day != NULL)
		free(day->happenings);
	free(day);
}
