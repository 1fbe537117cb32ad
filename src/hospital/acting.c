/* SPDX-License-Identifier: Apache-2.0 */

/* Makes a day, and makes it go on otherwise: what went wrong and what was decided
 * are kept in one list, and the day happens again under it. */

#include "src/hospital/day.h"
#include "src/hospital/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000 };

static bool since(const struct hcase *c, enum milestone m, int64_t t)
{
	return c->at[m] != 0 && c->at[m] <= t;
}

static bool waits_at_home(const struct hcase *c, int64_t t)
{
	return c->off_ms == 0 && c->known_ms <= t && !since(c, MILESTONE_ARRIVED, t);
}

/* ---- what goes wrong: changes what was drawn, seen from the day as it is so far ---- */

static bool stay_away(struct day *day, const struct action *a, struct hcase *given)
{
	int left = a->target[0] != '\0' ? 1 : a->number, all = left;
	for (int i = 0; i < day->case_count && left > 0; i++) {
		const struct hcase *c = &day->cases[i];
		bool meant = a->target[0] != '\0' ? strcmp(c->appointment, a->target) == 0
						  : !c->emergency;
		if (!meant || !waits_at_home(c, a->t))
			continue;
		int64_t missed = c->planned_start - 35 * MINUTE;
		given[i].no_show = true;
		given[i].off_ms = missed > a->t ? missed : a->t;
		left--;
	}
	return left < all;
}

static bool take_longer(struct day *day, const struct action *a, struct hcase *given)
{
	int room = site_room(day->site, a->target);
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		if (c->room == room && since(c, MILESTONE_IN_ROOM, a->t)
			&& !since(c, MILESTONE_CLOSING, a->t)) {
			given[i].overrun_min += a->number;
			return true;
		}
	}
	return false;
}

static bool has_eaten(struct day *day, const struct action *a, struct hcase *given)
{
	int i = day_case(day, a->target);
	if (i < 0 || since(&day->cases[i], MILESTONE_SENT_FOR, a->t) || day->cases[i].off_ms != 0)
		return false;
	given[i].not_fasting = true;
	given[i].ate_ms = a->t;
	given[i].fasting_wait_min = a->number;
	return true;
}

static bool (*const mishaps[])(struct day *, const struct action *, struct hcase *) = {
	[ACTION_NO_SHOW] = stay_away,
	[ACTION_OVERRUN] = take_longer,
	[ACTION_ATE] = has_eaten,
};

static bool is_mishap(const struct action *a)
{
	return a->kind < sizeof(mishaps) / sizeof(*mishaps) && mishaps[a->kind] != NULL;
}

/* From dawn, under all that goes wrong and is decided. A mishap is judged by the day
 * that there is without it, then the day happens once more: what was drawn for
 * earlier steps stays, and so does the day before the mishap. */
static void happen(struct day *day)
{
	struct hcase *given = malloc(sizeof(day->drawn));
	if (given == NULL)
		abort();
	memcpy(given, day->drawn, sizeof(day->drawn));
	for (int i = -1; i < day->action_count; i++) {
		struct action *a = i >= 0 ? &day->actions[i] : NULL;
		if (a != NULL && (!is_mishap(a) || !(a->done = mishaps[a->kind](day, a, given))))
			continue;
		memcpy(day->cases, given, sizeof(day->cases));
		day_happen(day);
	}
	free(given);
	telling_make(day);
}

/* ---- what can be done ---- */

static bool refuse(char why[DAY_WHY], const char *text)
{
	snprintf(why, DAY_WHY, "%s", text);
	return false;
}

static bool can_be_booked(const struct day *day, const struct action *a, char why[DAY_WHY])
{
	int i = day_case(day, a->target);
	const struct hcase *c = i >= 0 ? &day->cases[i] : NULL;
	if (c == NULL || c->known_ms > a->t)
		return refuse(why, "there is no such case");
	bool off = c->off_ms != 0 && c->off_ms <= a->t;
	if (since(c, MILESTONE_IN_ROOM, a->t) || (c->induction_ms != 0 && c->induction_ms <= a->t))
		return refuse(why, "the case has begun");
	if (off && c->no_show)
		return refuse(why, "the patient did not come");
	if (a->kind == ACTION_POSTPONE)
		return off ? refuse(why, "the case is off the list") : true;
	if (a->room < 0 || a->room >= day->site->room_count
		|| day->site->rooms[a->room].kind != ROOM_OR)
		return refuse(why, "no such operating room");
	return a->start != 0 && (a->end == 0 || a->end > a->start)
		       ? true
		       : refuse(why, "start and end do not make a period");
}

static bool can_be(const struct day *day, const struct action *a, char why[DAY_WHY])
{
	if (day->action_count == DAY_ACTIONS)
		return refuse(why, "too much was decided today");
	if (a->kind == ACTION_PLACE || a->kind == ACTION_POSTPONE)
		return can_be_booked(day, a, why);
	if (a->kind == ACTION_LATE && day_case(day, a->target) < 0)
		return refuse(why, "there is no such case");
	if (a->kind == ACTION_EMERGENCY && day->case_count == DAY_CASES)
		return refuse(why, "the programme is full");
	if (a->kind == ACTION_UNITS
		&& (a->room < 0 || a->room > CREW_COUNT || a->number < 0 || a->number > DAY_CASES))
		return refuse(why, "no such crew, or too many of it");
	return true;
}

static void add_emergency(struct day *day, const struct action *a)
{
	int room = a->room >= 0 && a->start != 0 ? a->room
		   : a->target[0] != '\0'        ? site_room(day->site, a->target)
						 : -1;
	memcpy(day->cases, day->drawn, sizeof(day->cases));
	struct hcase *c = &day->cases[programme_add_emergency(day, a->t, room)];
	c->nest = a->number;
	if (a->start != 0) {
		c->planned_start = a->start;
		c->planned_end = a->end > a->start ? a->end : c->planned_end;
	}
	memcpy(day->drawn, day->cases, sizeof(day->cases));
}

static int put_in(struct day *day, const struct action *action)
{
	int at = day->action_count;
	while (at > 0 && day->actions[at - 1].t > action->t)
		at--;
	memmove(day->actions + at + 1, day->actions + at,
		(size_t)(day->action_count - at) * sizeof(*day->actions));
	day->actions[at] = *action;
	day->actions[at].done = false;
	day->action_count++;
	return at;
}

bool day_act(struct day *day, const struct action *action, char why[DAY_WHY])
{
	if (action->kind < ACTION_NO_SHOW)
		return true; /* the air's own */
	if (!can_be(day, action, why))
		return false;
	struct action whole = *action;
	if (whole.kind == ACTION_PLACE && whole.end == 0) {
		struct booking b = day_booking(day, day_case(day, whole.target), whole.t);
		whole.end = whole.start + b.end - b.start;
	}
	int at = put_in(day, &whole);
	if (action->kind == ACTION_EMERGENCY)
		add_emergency(day, action);
	happen(day);
	if (is_mishap(action) && !day->actions[at].done)
		return refuse(why, "it is too late for that");
	return true;
}

void day_resow(struct day *day, int64_t t, uint64_t seed)
{
	day->resown_ms = t;
	day->resown = seed;
	memcpy(day->cases, day->drawn, sizeof(day->cases));
	programme_resow(day, t, seed);
	memcpy(day->drawn, day->cases, sizeof(day->cases));
	happen(day);
}

int day_case(const struct day *day, const char *appointment)
{
	for (int i = 0; i < day->case_count; i++)
		if (strcmp(day->cases[i].appointment, appointment) == 0)
			return i;
	return -1;
}

struct booking day_booking(const struct day *day, int index, int64_t t)
{
	const struct hcase *c = &day->drawn[index];
	/* An add-on for anywhere is given its room when it is announced. */
	struct booking b = {c->room, c->planned_start, c->planned_end};
	bool given = c->room >= 0;
	for (int i = 0; i < day->action_count; i++) {
		const struct action *a = &day->actions[i];
		if (a->kind != ACTION_PLACE || !a->done || strcmp(a->target, c->appointment) != 0)
			continue;
		if (a->t <= t)
			b = (struct booking){a->room, a->start, a->end};
		else if (!given)
			b.room = a->was;
		given = true;
	}
	if (!given)
		b.room = day->cases[index].room;
	return b;
}

/* ---- a day ---- */

static struct day *day_drawn(const struct site *site, int64_t any_ms, uint64_t seed,
	enum telling telling, const struct laws *laws)
{
	struct day *day = calloc(1, sizeof(*day));
	if (day == NULL)
		abort();
	day->site = site;
	day->laws = laws;
	day->seed = seed;
	day->telling = telling;
	day->midnight = stamp_midnight(any_ms);
	for (int i = 0; i < CREW_COUNT; i++)
		day->crews[i] = DAY_CASES;
	programme_draw(day);
	memcpy(day->drawn, day->cases, sizeof(day->cases));
	if (day->room_count > 0 && day->bay_count > 0)
		return day;
	free(day);
	return NULL;
}

struct day *day_create(const struct site *site, int64_t any_ms, uint64_t seed, enum telling telling,
	const struct action *actions, int action_count)
{
	struct day *day = day_drawn(site, any_ms, seed, telling, NULL);
	if (day == NULL)
		return NULL;
	happen(day);
	day_act_all(day, actions, action_count);
	return day;
}

void day_act_all(struct day *day, const struct action *actions, int count)
{
	char why[DAY_WHY], stamp[STAMP_SIZE];
	for (int i = 0; i < count; i++)
		if (!day_act(day, &actions[i], why))
			fprintf(stderr, "vigie-hospital: %s %s: %s\n",
				stamp_seconds(actions[i].t, stamp), actions[i].target, why);
}

struct day *day_create_under(const struct site *site, int64_t any_ms, uint64_t seed,
	enum telling telling, const struct laws *laws, const struct day_units *units)
{
	struct day *day = day_drawn(site, any_ms, seed, telling, laws);
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
	happen(day);
	return day;
}

void day_destroy(struct day *day)
{
	if (day != NULL)
		free(day->happenings);
	free(day);
}
