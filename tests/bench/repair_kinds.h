/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_BENCH_REPAIR_KINDS_H
#define VIGIE_TESTS_BENCH_REPAIR_KINDS_H

/*
 * The twelve ways in which a day goes wrong, each as it is done to the emulated
 * hospital and as a person tells it to the console: what the hospital's systems say
 * by themselves is heard, the rest is supposed (a what-if, as from its menu).
 */

#include <stdio.h>
#include <string.h>

#include "src/hospital/day.h"
#include "twin/scenario.h"

enum { KIND_MINUTE = 60000, KIND_DOWN_MIN = 600, KIND_DEVICE_MIN = 120, KIND_WARD_MIN = 600 };

struct trouble {
	struct action action;
	char given[SCENARIO_TEXT]; /* "" it is heard */
	char about[ID_SIZE];       /* a case or a room, "" anything */
	int64_t asked_ms;          /* when the console is asked what to do */
	int nest;                  /* told of the emergency by a person */
	int64_t ate_ms;            /* told of the patient by a person */
};

struct kind {
	const char *name;
	/* False: there is nobody in this day to whom it could happen. */
	bool (*make)(const struct day *day, int64_t t, struct rng *r, struct trouble *out);
	int times; /* as many days: a small trouble is hard to tell from chance */
};

/* Elective, expected, not called yet. */
static bool kind_waits(const struct hcase *c, int64_t t)
{
	return !c->emergency && !c->no_show && c->off_ms == 0 && c->at[MILESTONE_SENT_FOR] > t;
}

static bool kind_operated(const struct hcase *c, int64_t t)
{
	return c->at[MILESTONE_INCISION] != 0 && c->at[MILESTONE_INCISION] <= t
	       && c->at[MILESTONE_CLOSING] > t + 5 * KIND_MINUTE;
}

/* One of those that wait and are planned between; -1 none. */
static int kind_pick(
	const struct day *day, int64_t t, int from_min, int to_min, bool at_home, struct rng *r)
{
	int found = -1, seen = 0;
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		bool here = c->at[MILESTONE_ARRIVED] <= t;
		if (kind_waits(c, t) && c->planned_start >= t + from_min * (int64_t)KIND_MINUTE
			&& c->planned_start <= t + to_min * (int64_t)KIND_MINUTE
			&& !(at_home && here) && rng_below(r, ++seen) == 0)
			found = i;
	}
	return found;
}

/* One of the ORs where so many wait, who need a kit or not; -1 none. */
static int kind_room(const struct day *day, int64_t t, int least, bool kit, struct rng *r)
{
	int found = -1, seen = 0;
	for (int n = 0; n < day->room_count; n++) {
		int waiting = 0;
		for (int i = 0; i < day->case_count; i++) {
			const struct hcase *c = &day->cases[i];
			bool needs = !kit;
			for (int k = 0; kit && k < day->site->kit_count; k++)
				needs |= site_kit_is_for(&day->site->kits[k], c->act->text);
			waiting += c->room == day->rooms[n] && kind_waits(c, t) && needs;
		}
		if (waiting >= least && rng_below(r, ++seen) == 0)
			found = day->rooms[n];
	}
	return found;
}

static struct trouble kind_of(enum action_kind kind, int64_t t, int number)
{
	return (struct trouble){
		.action = {.t = t, .kind = kind, .number = number}, .asked_ms = t + KIND_MINUTE};
}

static void kind_about(struct trouble *out, const char *id)
{
	snprintf(out->action.target, sizeof out->action.target, "%s", id);
	snprintf(out->about, sizeof out->about, "%s", id);
}

static bool kind_emergency(int class, int64_t t, struct trouble *out)
{
	*out = kind_of(ACTION_EMERGENCY, t, class);
	out->nest = class;
	return true; /* about: whoever it is, once announced */
}

static bool kind_emergency_1(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	(void)day, (void)r;
	return kind_emergency(1, t, out);
}

static bool kind_emergency_3(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	(void)day, (void)r;
	return kind_emergency(3, t, out);
}

/* Known when the patient has been missed for some time: asked then. */
static bool kind_absent(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	int i = kind_pick(day, t, 40, 240, true, r);
	if (i < 0)
		return false;
	*out = kind_of(ACTION_NO_SHOW, t, 1);
	kind_about(out, day->cases[i].appointment);
	int64_t missed = day->cases[i].planned_start - 35 * KIND_MINUTE;
	out->asked_ms = (missed > t ? missed : t) + KIND_MINUTE;
	snprintf(out->about, sizeof out->about, "%s", day->site->rooms[day->cases[i].room].id);
	return true;
}

/* An hour ago: six hours are to pass from then on. */
static bool kind_fasting(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	int i = kind_pick(day, t, 20, 200, false, r);
	if (i < 0)
		return false;
	int64_t legal = t + 300 * KIND_MINUTE;
	*out = kind_of(ACTION_ATE, t, (int)((legal - day->cases[i].planned_start) / KIND_MINUTE));
	kind_about(out, day->cases[i].appointment);
	out->ate_ms = t - 60 * KIND_MINUTE;
	return true;
}

static bool kind_overrun(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	int found = -1, seen = 0;
	for (int i = 0; i < day->case_count; i++) {
		bool more = false;
		for (int k = 0; k < day->case_count; k++)
			more |= day->cases[k].room == day->cases[i].room
				&& kind_waits(&day->cases[k], t);
		if (more && kind_operated(&day->cases[i], t) && rng_below(r, ++seen) == 0)
			found = i;
	}
	if (found < 0)
		return false;
	*out = kind_of(ACTION_OVERRUN, t, 120);
	kind_about(out, day->cases[found].appointment);
	snprintf(out->action.target, sizeof out->action.target, "%s",
		day->site->rooms[day->cases[found].room].id);
	snprintf(out->given, sizeof out->given, "overrun:case=%s,min=120", out->about);
	return true;
}

/* Not here yet: none of theirs has begun, and this one is their first. */
static bool kind_is_first(const struct day *day, int64_t t, int index)
{
	const struct hcase *c = &day->cases[index];
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *d = &day->cases[i];
		if (i != index && d->surgeon == c->surgeon
			&& (d->planned_start < c->planned_start
				|| (d->at[MILESTONE_IN_ROOM] != 0
					&& d->at[MILESTONE_IN_ROOM] <= t)))
			return false;
	}
	return true;
}

static bool kind_surgeon(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	int i = -1;
	for (int tries = 0; tries < 200 && (i < 0 || !kind_is_first(day, t, i)); tries++)
		i = kind_pick(day, t, 10, 200, false, r);
	if (i < 0 || !kind_is_first(day, t, i))
		return false;
	const struct hcase *c = &day->cases[i];
	*out = kind_of(ACTION_LATE, t, 90);
	kind_about(out, c->appointment);
	snprintf(out->given, sizeof out->given, "surgeon_late:surgeon=%s,min=%d",
		day->staff[c->surgeon].id, (int)((c->planned_start - t) / KIND_MINUTE) + 90);
	return true;
}

static bool kind_down(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	int room = kind_room(day, t, 2, false, r);
	if (room < 0)
		return false;
	*out = kind_of(ACTION_DOWN, t, KIND_DOWN_MIN);
	kind_about(out, day->site->rooms[room].id);
	snprintf(out->given, sizeof out->given, "room_down:room=%s", out->about);
	return true;
}

static bool kind_device(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	int room = kind_room(day, t, 1, true, r);
	if (room < 0)
		return false;
	*out = kind_of(ACTION_DEVICE, t, KIND_DEVICE_MIN);
	kind_about(out, day->site->rooms[room].id);
	snprintf(out->given, sizeof out->given, "equipment:room=%s,min=%d", out->about,
		KIND_DEVICE_MIN);
	return true;
}

static bool kind_fewer(enum crew crew, int units, const char *given, int64_t t, struct trouble *out)
{
	*out = kind_of(ACTION_UNITS, t, units);
	out->action.room = (int)crew;
	snprintf(out->given, sizeof out->given, "%s", given);
	return true;
}

static bool kind_anaesthetist(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	(void)r;
	return kind_fewer(CREW_ANAESTHETIST, day->crews[CREW_ANAESTHETIST] - 1,
		"staff:role=mar,change=-1", t, out);
}

static bool kind_bays(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	char given[SCENARIO_TEXT];
	int fewer = day->bay_count / 2;
	(void)r;
	snprintf(given, sizeof given, "beds:of=pacu,change=-%d", fewer);
	return kind_fewer(CREW_COUNT, day->bay_count - fewer, given, t, out);
}

static bool kind_porters(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	char given[SCENARIO_TEXT];
	int fewer = day->crews[CREW_PORTER] / 2;
	(void)r;
	snprintf(given, sizeof given, "staff:role=porter,change=-%d", fewer);
	return kind_fewer(CREW_PORTER, day->crews[CREW_PORTER] - fewer, given, t, out);
}

static bool kind_ward(const struct day *day, int64_t t, struct rng *r, struct trouble *out)
{
	(void)day, (void)r;
	*out = kind_of(ACTION_WARD_FULL, t, KIND_WARD_MIN);
	snprintf(out->given, sizeof out->given, "ward_full");
	return true;
}

static const struct kind kinds[] = {
	{"emergency_class_1", kind_emergency_1, 1},
	{"emergency_class_3", kind_emergency_3, 1},
	{"absent", kind_absent, 1},
	{"not_fasting", kind_fasting, 1},
	{"overrun_120", kind_overrun, 1},
	{"surgeon_late", kind_surgeon, 3},
	{"room_down", kind_down, 1},
	{"equipment_failed", kind_device, 1},
	{"anaesthetist_away", kind_anaesthetist, 1},
	{"pacu_bays_closed", kind_bays, 1},
	{"porters_halved", kind_porters, 1},
	{"ward_full", kind_ward, 1},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

#endif
