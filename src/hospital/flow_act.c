/* SPDX-License-Identifier: Apache-2.0 */

/* What somebody decides in the middle of the day, and what keeps it from going on. */

#include "src/hospital/flow.h"

#include <string.h>

enum { MINUTE = 60000, ABOUT_TO_ENTER_MIN = 3, NOTICE_MIN = 45 };

/* ---- what stands in the way ---- */

static bool needs_kit(const struct day *day, const struct hcase *c)
{
	for (int k = 0; k < day->site->kit_count; k++)
		if (site_kit_is_for(&day->site->kits[k], c->act->text))
			return true;
	return false;
}

/* A device of the room, if anybody booked for it needs one; else the table itself. */
static bool device_matters(const struct day *day, const struct hcase *c, int room)
{
	for (int i = 0; i < day->case_count; i++)
		if (day->drawn[i].room == room && needs_kit(day, &day->drawn[i]))
			return needs_kit(day, c);
	return true;
}

static bool during(const struct action *a, int64_t t)
{
	return a->t <= t && t < a->t + (int64_t)a->number * MINUTE;
}

bool flow_is_down(const struct day *day, int room, int64_t t)
{
	for (int i = 0; i < day->action_count; i++) {
		const struct action *a = &day->actions[i];
		if (a->kind == ACTION_DOWN && during(a, t)
			&& strcmp(a->target, day->site->rooms[room].id) == 0)
			return true;
	}
	return false;
}

/* When whoever operates the case is here after all; a->t: it is about somebody else. */
static int64_t surgeon_here(const struct day *day, const struct action *a, const struct hcase *c)
{
	int i = day_case(day, a->target);
	if (i < 0 || c->emergency || day->cases[i].surgeon != c->surgeon)
		return a->t;
	return day_booking(day, i, a->t).start + (int64_t)a->number * MINUTE;
}

/* From when on nothing that happened keeps the case out of its room; t: nothing does. */
static int64_t kept_by(
	const struct day *day, const struct action *a, const struct hcase *c, int64_t t)
{
	const char *room = day->site->rooms[c->room].id;
	int64_t until = a->t + (int64_t)a->number * MINUTE;
	bool keeps = false;
	if (a->kind == ACTION_LATE)
		keeps = (until = surgeon_here(day, a, c)) > a->t;
	else if (a->kind == ACTION_DOWN)
		keeps = strcmp(a->target, room) == 0;
	else if (a->kind == ACTION_DEVICE)
		keeps = strcmp(a->target, room) == 0 && device_matters(day, c, c->room);
	return keeps && a->t <= t && t < until ? until + ABOUT_TO_ENTER_MIN * MINUTE : t;
}

int64_t flow_kept_out(const struct day *day, const struct hcase *c, int64_t t)
{
	for (int i = 0; i < day->action_count; i++) {
		int64_t until = kept_by(day, &day->actions[i], c, t);
		if (until > t)
			i = -1; /* another may begin before this one ends */
		t = until;
	}
	return t;
}

int64_t flow_kept_in(const struct day *day, const struct hcase *c, int64_t t)
{
	int64_t until = t;
	for (int i = 0; i < day->action_count; i++) {
		const struct action *a = &day->actions[i];
		if (a->kind == ACTION_WARD_FULL && !c->day_case && during(a, until))
			until = a->t + (int64_t)(a->number + ABOUT_TO_ENTER_MIN) * MINUTE;
	}
	return until;
}

static bool elsewhere(const struct flow *f, int index)
{
	return f->day->cases[index].room != f->day->drawn[index].room;
}

bool flow_surgeon_busy(const struct flow *f, const struct hcase *c, int64_t t)
{
	int mine = (int)(c - f->day->cases);
	for (int n = 0; n < f->day->room_count; n++) {
		const int of_room[] = {f->in_room[n], f->next[n]};
		for (int k = 0; k < 2; k++) {
			int other = of_room[k];
			const struct hcase *d = other >= 0 ? &f->day->cases[other] : NULL;
			if (d == NULL || d == c || d->surgeon != c->surgeon || d->emergency
				|| c->emergency || !(elsewhere(f, mine) || elsewhere(f, other)))
				continue;
			if (d->at[MILESTONE_IN_ROOM] != 0
				&& (d->at[MILESTONE_CLOSING] == 0 || d->at[MILESTONE_CLOSING] > t))
				return true;
		}
	}
	return false;
}

/* ---- decisions ---- */

static bool has_begun(const struct hcase *c, int64_t now)
{
	return (c->at[MILESTONE_IN_ROOM] != 0 && c->at[MILESTONE_IN_ROOM] <= now)
	       || (c->induction_ms != 0 && c->induction_ms <= now);
}

static void drop_after(int64_t *at, int64_t now)
{
	if (*at > now)
		*at = 0;
}

/* What was foreseen for it in its room and has not happened is not to be; who was
 * sent for is still on the way. */
static void unplan(struct flow *f, struct hcase *c, int64_t now)
{
	c->at[MILESTONE_IN_ROOM] = c->at[MILESTONE_ROOM_READY] = c->induction_ms = 0;
	drop_after(&c->at[MILESTONE_SENT_FOR], now);
	if (c->at[MILESTONE_SENT_FOR] == 0)
		f->fetching[c - f->day->cases] = false;
}

/* Add-ons that nobody gave an hour stay in front. */
static int64_t turn_of(const struct hcase *c)
{
	return c->emergency && !c->placed ? 0 : c->planned_start;
}

static void line_up(struct flow *f, int index)
{
	const struct hcase *cases = f->day->cases;
	int n = flow_number(f->day, cases[index].room), at = 0;
	while (at < f->list_count[n] && turn_of(&cases[f->list[n][at]]) <= turn_of(&cases[index]))
		at++;
	memmove(f->list[n] + at + 1, f->list[n] + at,
		(size_t)(f->list_count[n] - at) * sizeof(int));
	f->list[n][at] = index;
	f->list_count[n]++;
}

static void take_out(int *list, int *count, int value)
{
	int kept = 0;
	for (int i = 0; i < *count; i++)
		if (list[i] != value)
			list[kept++] = list[i];
	*count = kept;
}

static void detach(struct flow *f, struct hcase *c, int64_t now)
{
	int n = flow_number(f->day, c->room), index = (int)(c - f->day->cases);
	if (f->next[n] == index)
		f->next[n] = -1;
	take_out(f->list[n], &f->list_count[n], index);
	unplan(f, c, now);
}

/* Somebody may now be due before the one who was called, or instead. */
static void look_again(struct flow *f, int room, int64_t now)
{
	int n = flow_number(f->day, room), next = f->next[n];
	struct hcase *cases = f->day->cases;
	if (next >= 0 && f->list_count[n] > 0 && !has_begun(&cases[next], now)
		&& turn_of(&cases[f->list[n][0]]) < turn_of(&cases[next])) {
		detach(f, &cases[next], now);
		line_up(f, next);
	}
	if (f->calling[n])
		flow_pick(f, n, now);
	for (int k = 0; k < f->day->room_count; k++)
		flow_try_start(f, k, now);
}

/* Nobody fetches who has not been fetched; who has, goes back. */
static void send_back(struct flow *f, struct hcase *c, int64_t now)
{
	int index = (int)(c - f->day->cases);
	take_out(f->asking[CREW_PORTER], &f->asking_count[CREW_PORTER],
		(int)T_FETCH * DAY_CASES + index);
	if (c->at[MILESTONE_LEFT_WARD] == 0 || c->at[MILESTONE_LEFT_WARD] > now) {
		c->at[MILESTONE_LEFT_WARD] = c->at[MILESTONE_IN_HOLDING] = 0;
		c->at[MILESTONE_READY] = 0;
		return;
	}
	drop_after(&c->at[MILESTONE_READY], now);
	int64_t there = c->at[MILESTONE_IN_HOLDING];
	c->back_ms = (there > now ? there : now) + flow_minutes(7);
}

void flow_take_off(struct flow *f, struct hcase *c, int64_t now)
{
	detach(f, c, now);
	send_back(f, c, now);
	c->off_ms = now;
}

/* On again: sent for anew, from the ward. */
static void put_on(struct flow *f, struct hcase *c)
{
	c->off_ms = c->back_ms = 0;
	c->at[MILESTONE_SENT_FOR] = c->at[MILESTONE_LEFT_WARD] = 0;
	c->at[MILESTONE_IN_HOLDING] = c->at[MILESTONE_READY] = 0;
	f->fetching[c - f->day->cases] = false;
}

/* Who is still at home is rung up, and comes by the new hour; it takes them a while.
 * Whoever is about to leave comes as was said. */
static void ring_up(const struct flow *f, struct hcase *c, const struct action *a)
{
	const int64_t soon = a->t + flow_minutes(NOTICE_MIN);
	int64_t ahead = f->day->drawn[c - f->day->cases].planned_start - c->at[MILESTONE_ARRIVED];
	if (!c->day_case || c->at[MILESTONE_ARRIVED] <= soon)
		return;
	int64_t then = a->start - ahead;
	c->at[MILESTONE_ARRIVED] = then > soon ? then : soon;
}

static void place(struct flow *f, struct hcase *c, struct action *a)
{
	const struct hcase *drawn = &f->day->drawn[c - f->day->cases];
	int before = a->was = c->room;
	if (c->off_ms != 0 && c->off_ms <= a->t)
		put_on(f, c);
	detach(f, c, a->t);
	ring_up(f, c, a);
	c->room = a->room;
	c->planned_start = a->start;
	c->planned_end = a->end;
	c->placed = true;
	/* Whoever was to be sent home for a meal may stay if the new hour is late enough. */
	if (c->not_fasting && a->start >= drawn->planned_start + flow_minutes(c->fasting_wait_min))
		c->off_ms = 0;
	line_up(f, (int)(c - f->day->cases));
	look_again(f, before, a->t);
	look_again(f, c->room, a->t);
}

static void set_units(struct flow *f, const struct action *a)
{
	if (a->room == CREW_COUNT) {
		f->bays_open = a->number < f->day->bay_count ? a->number : f->day->bay_count;
		flow_leave(f, a->t);
		return;
	}
	f->crew_free[a->room] += a->number - f->crew_size[a->room];
	f->crew_size[a->room] = a->number;
	flow_serve(f, a->room, a->t);
}

void flow_act(struct flow *f, struct action *a)
{
	if (a->kind == ACTION_UNITS) {
		set_units(f, a);
		return;
	}
	/* An earlier decision may have taken away what this one was about. */
	int i = day_case(f->day, a->target);
	struct hcase *c = i >= 0 ? &f->day->cases[i] : NULL;
	bool off = c != NULL && c->off_ms != 0 && c->off_ms <= a->t;
	if (c == NULL || has_begun(c, a->t) || (off && (c->no_show || a->kind != ACTION_PLACE)))
		return;
	a->done = true;
	if (a->kind == ACTION_PLACE) {
		place(f, c, a);
		return;
	}
	c->waitlisted = a->on;
	flow_take_off(f, c, a->t);
	look_again(f, c->room, a->t);
}
