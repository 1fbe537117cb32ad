/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/simulate_inner.h"

#include <string.h>

/* Rooms: whose turn it is, who may come in between, turnover. */

/* ---- turns ---- */

static int next_in(const struct day *d, int r)
{
	return d->b->room[r].at < d->b->room[r].turns ? d->b->turn[r][d->b->room[r].at]
						      : SIM_NOBODY;
}

static bool is_open(const struct day *d, int r)
{
	return !d->plan->rooms[r].closed && !d->b->room[r].down;
}

bool sim_has_turn(const struct day *d, int i)
{
	int r = d->marks->room[i];
	return r < 0 || (is_open(d, r) && next_in(d, r) == i);
}

static bool is_waiting_for(const struct day *d, int i, int what)
{
	int step = d->b->token[i].step, need = d->b->token[i].need;
	const struct sim_pathway *way = &d->plan->pathways[d->plan->cases[i].pathway];
	return step < way->count && !d->b->token[i].running && d->b->token[i].asked
	       && need < SIM_NEEDS && way->steps[step].need[need] == what;
}

/* Whoever's turn it is may be waiting for just that: the room, or the turn. */
static void call_next(struct day *d, int r, int waits_for)
{
	struct sim_bench *b = d->b;
	while (b->room[r].at < b->room[r].turns && sim_is_off(d, b->turn[r][b->room[r].at]))
		b->room[r].at++;
	int i = next_in(d, r);
	if (i == SIM_NOBODY || b->token[i].called || !is_waiting_for(d, i, waits_for))
		return;
	b->token[i].called = true;
	sim_go_on(d, i);
}

static void insert_turn(struct day *d, int r, int at, int i)
{
	int16_t *turn = d->b->turn[r];
	memmove(turn + at + 1, turn + at, (size_t)(d->b->room[r].turns - at) * sizeof *turn);
	turn[at] = (int16_t)i;
	d->b->room[r].turns++;
}

void sim_deal_turns(struct day *d, int r)
{
	const struct sim_room *room = &d->plan->rooms[r];
	struct sim_bench *b = d->b;
	b->room[r].at = b->room[r].turns = 0;
	if (!(d->plan->not_fasting > 0)) {
		b->room[r].turns = (int16_t)room->turns;
		for (int k = 0; k < room->turns; k++)
			b->turn[r][k] = (int16_t)room->turn[k];
		return;
	}
	for (int k = 0; k < room->turns; k++) {
		int i = room->turn[k], at = b->room[r].turns;
		bool later = b->planned_ms[i] != d->plan->cases[i].planned_ms;
		insert_turn(d, r, at, i);
		/* Those planned before the new time go first, and only those. */
		if (!later)
			for (; at > 0; at--) {
				int before = b->turn[r][at - 1];
				if (b->planned_ms[before] == d->plan->cases[before].planned_ms
					|| b->planned_ms[before] <= b->planned_ms[i])
					break;
				b->turn[r][at] = (int16_t)before;
				b->turn[r][at - 1] = (int16_t)i;
			}
	}
}

/* ---- guests ---- */

/* The next on the list is being brought in, or anaesthetised beside it. */
static bool is_spoken_for(const struct day *d, int r)
{
	int i = next_in(d, r);
	if (i == SIM_NOBODY || sim_is_guest(d, i))
		return i != SIM_NOBODY;
	const struct sim_pathway *way = &d->plan->pathways[d->plan->cases[i].pathway];
	int begun = d->b->token[i].step + (d->b->token[i].running ? 1 : 0);
	for (int s = 0; s < begun; s++)
		for (int k = 0; k < SIM_NEEDS && way->steps[s].need[k] != SIM_NONE; k++)
			if (way->steps[s].need[k] == SIM_TURN)
				return true;
	return false;
}

static bool may_enter(const struct day *d, int guest, int r)
{
	if (!d->b->room[r].free || !is_open(d, r) || is_spoken_for(d, r))
		return false;
	bool presses = d->b->now_ms >= d->b->planned_ms[guest] + d->plan->cases[guest].waits_ms;
	return presses || next_in(d, r) == SIM_NOBODY;
}

/* Where it delays the fewest; of several such rooms, the one whose session ends last. */
static bool is_better(const struct day *d, int r, int than)
{
	int left = d->b->room[r].turns - d->b->room[r].at;
	int other = d->b->room[than].turns - d->b->room[than].at;
	return left != other ? left < other
			     : d->plan->rooms[r].closes_ms > d->plan->rooms[than].closes_ms;
}

static int room_for(const struct day *d, int guest)
{
	int best = SIM_NONE;
	for (int r = 0; r < d->plan->room_count; r++)
		if (may_enter(d, guest, r) && (best < 0 || is_better(d, r, best)))
			best = r;
	return best;
}

static void forget_guest(struct day *d, int guest)
{
	struct sim_bench *b = d->b;
	int k = 0;
	while (k < b->guest_count && b->guest[k] != guest)
		k++;
	if (k == b->guest_count)
		return;
	b->guest_count--;
	memmove(b->guest + k, b->guest + k + 1, (size_t)(b->guest_count - k) * sizeof *b->guest);
}

static void wait_for_any(struct day *d, int guest)
{
	struct sim_bench *b = d->b;
	const struct sim_case *c = &d->plan->cases[guest];
	int64_t presses = b->planned_ms[guest] + c->waits_ms;
	forget_guest(d, guest);
	int at = b->guest_count++;
	for (; at > 0 && d->plan->cases[b->guest[at - 1]].priority > c->priority; at--)
		b->guest[at] = b->guest[at - 1];
	b->guest[at] = (int16_t)guest;
	if (presses > b->now_ms)
		events_at(&b->events, guest, presses);
}

static void let_in(struct day *d, int guest, int r)
{
	forget_guest(d, guest);
	events_cancel(&d->b->events, guest);
	d->marks->room[guest] = (int16_t)r;
	insert_turn(d, r, d->b->room[r].at, guest);
}

/* A free room goes to an emergency that may have it before its own next one. */
static bool call_guest(struct day *d, int r)
{
	for (int k = 0; k < d->b->guest_count; k++) {
		int guest = d->b->guest[k];
		if (!may_enter(d, guest, r))
			continue;
		let_in(d, guest, r);
		sim_go_on(d, guest);
		return true;
	}
	return false;
}

/* ---- in and out ---- */

bool sim_take_room(struct day *d, int i)
{
	int r = d->marks->room[i];
	if (r < 0) {
		if (!sim_is_guest(d, i))
			return true;
		r = room_for(d, i);
		if (r < 0) {
			wait_for_any(d, i);
			return false;
		}
		let_in(d, i, r);
	}
	if (!d->b->room[r].free || !sim_has_turn(d, i))
		return false;
	d->b->room[r].free = false;
	d->b->room[r].inside++;
	return true;
}

static void open_room(struct day *d, int r)
{
	call_next(d, r, SIM_TURN); /* steps over who is off */
	if (d->b->room[r].free && !call_guest(d, r))
		call_next(d, r, SIM_ROOM);
}

void sim_pass_turn(struct day *d, int r)
{
	open_room(d, r);
}

void sim_clean_room(struct day *d, int r)
{
	int32_t lasts = d->draw->turnover_ms[d->b->room[r].cleaned];
	events_at(&d->b->events, d->patients + r, d->b->now_ms + lasts);
}

void sim_leave_room(struct day *d, int i)
{
	int r = d->marks->room[i];
	if (r < 0)
		return;
	const struct sim_room *room = &d->plan->rooms[r];
	d->b->room[r].at++;
	d->b->room[r].cleaned = (int16_t)i;
	/* It is cleaned once, when the last is out: nobody waits for cleaners twice. */
	if (--d->b->room[r].inside == 0
		&& (room->cleaning < 0 || sim_take_unit(d, room->cleaning, d->patients + r)))
		sim_clean_room(d, r);
	call_next(d, r, SIM_TURN);
}

void sim_room_cleaned(struct day *d, int r)
{
	int i = d->b->room[r].cleaned;
	events_cancel(&d->b->events, d->patients + r);
	if (i != SIM_NOBODY)
		d->marks->room_ready_ms[i] = (int32_t)d->b->now_ms;
	if (d->plan->rooms[r].cleaning >= 0)
		sim_give_unit(d, d->plan->rooms[r].cleaning);
	d->b->room[r].free = true;
	open_room(d, r);
}

/* ---- breakdowns ---- */

static void next_breakdown(struct day *d, int r)
{
	int n = d->b->room[r].outage;
	if (n < SIM_OUTAGES && d->draw->room_down[r][n].from_ms != SIM_NEVER)
		events_at(&d->b->events, sim_slot_down(d, r), d->draw->room_down[r][n].from_ms);
	else
		events_cancel(&d->b->events, sim_slot_down(d, r));
}

/* Nobody enters until it is mended; who is inside is finished. */
void sim_room_breaks(struct day *d, int r)
{
	struct sim_bench *b = d->b;
	b->room[r].down = !b->room[r].down;
	if (b->room[r].down) {
		events_at(&b->events, sim_slot_down(d, r),
			d->draw->room_down[r][b->room[r].outage].to_ms);
		return;
	}
	b->room[r].outage++;
	next_breakdown(d, r);
	open_room(d, r);
}

void sim_begin_room(struct day *d, int r)
{
	const struct sim_room *room = &d->plan->rooms[r];
	struct sim_bench *b = d->b;
	if (d->plan->room_wear.mtbf_min > 0)
		next_breakdown(d, r);
	if (room->cleaning_ms >= 0 && b->room[r].inside == 0) {
		b->room[r].free = false;
		if (room->cleaning >= 0)
			b->pool[room->cleaning].free--;
		events_at(&b->events, d->patients + r, d->draw->cleaning_ms[r]);
	} else if (b->room[r].free) {
		open_room(d, r);
	}
}
