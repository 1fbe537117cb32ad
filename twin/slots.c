/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/slots.h"

#include <math.h>
#include <string.h>

#include "twin/random.h"

/*
 * A plan is decoded from an order and a room for each case (serial schedule
 * generation: each takes the first place left to it), so that every order is a
 * possible plan and the search need not know the rules. What is taken is a bit a
 * slot; a case fits where the bits of its room, its surgeon and of beds that are all
 * taken leave a hole.
 */

struct order {
	int16_t turn[SLOTS_CASES]; /* cases, in the order in which they choose */
	int16_t room[SLOTS_CASES]; /* of a case; -1 put off */
};

static uint64_t span(int from, int length)
{
	if (length <= 0 || from >= SLOTS_HORIZON)
		return 0;
	return (length >= SLOTS_HORIZON ? ~UINT64_C(0) : (UINT64_C(1) << length) - 1) << from;
}

bool slots_possible(const struct slots_day *day)
{
	if (day->case_count < 0 || day->case_count > SLOTS_CASES || day->room_count < 1
		|| day->room_count > SLOTS_ROOMS || day->horizon < 1 || day->horizon > SLOTS_HORIZON
		|| day->end < 0 || day->beds < 0 || day->turnover < 0
		|| day->turnover > SLOTS_HORIZON)
		return false;
	for (int r = 0; r < day->room_count; r++)
		if (day->free[r] < 0)
			return false;
	for (int i = 0; i < day->case_count; i++) {
		const struct slots_case *c = &day->cases[i];
		if (c->ready < 0 || c->lasts < 1 || c->stay < 0 || c->weight < 0 || c->put_off < 0
			|| c->lasts > SLOTS_HORIZON || c->stay > SLOTS_HORIZON || c->surgeon < 0
			|| c->surgeon >= SLOTS_CASES)
			return false;
	}
	return true;
}

/* ---- one plan ---- */

struct taken {
	uint64_t room[SLOTS_ROOMS], surgeon[SLOTS_CASES], beds; /* beds: where none is left */
	int8_t in_bed[2 * SLOTS_HORIZON];
};

static int first_place(
	const struct slots_day *day, const struct taken *t, const struct slots_case *c, int room)
{
	int from = c->ready > day->free[room] ? c->ready : day->free[room];
	uint64_t held = span(0, c->lasts), kept = span(0, c->lasts + day->turnover);
	uint64_t stays = span(0, c->stay);
	for (int at = from; at + c->lasts <= day->horizon; at++)
		if ((t->room[room] >> at & kept) == 0 && (t->surgeon[c->surgeon] >> at & held) == 0
			&& (at + c->lasts >= SLOTS_HORIZON
				|| (t->beds >> (at + c->lasts) & stays) == 0))
			return at;
	return -1;
}

static void take(
	const struct slots_day *day, struct taken *t, const struct slots_case *c, int room, int at)
{
	t->room[room] |= span(at, c->lasts + day->turnover);
	t->surgeon[c->surgeon] |= span(at, c->lasts);
	for (int k = at + c->lasts; k < at + c->lasts + c->stay && k < day->horizon; k++)
		if (++t->in_bed[k] >= day->beds)
			t->beds |= UINT64_C(1) << k;
}

static void open_day(const struct slots_day *day, struct taken *t)
{
	memset(t, 0, sizeof *t);
	if (day->beds == 0)
		t->beds = ~UINT64_C(0);
}

static void decode(const struct slots_day *day, const struct order *order, struct slots_plan *out)
{
	struct taken t;
	int last[SLOTS_ROOMS] = {0};
	open_day(day, &t);
	out->overtime = out->waiting = out->put_off = 0;
	for (int k = 0; k < day->case_count; k++) {
		int i = order->turn[k], room = order->room[i];
		const struct slots_case *c = &day->cases[i];
		int at = room < 0 ? -1 : first_place(day, &t, c, room);
		out->room[i] = at < 0 ? -1 : room;
		out->start[i] = at;
		if (at < 0) {
			out->put_off += c->put_off;
			continue;
		}
		take(day, &t, c, room, at);
		out->waiting += c->weight * (at - c->ready);
		if (at + c->lasts > last[room])
			last[room] = at + c->lasts;
	}
	for (int r = 0; r < day->room_count; r++)
		out->overtime += last[r] > day->end ? last[r] - day->end : 0;
	out->cost = SLOTS_OVERTIME * out->overtime + out->waiting + out->put_off;
}

/* Asks nothing of how the plan came about. */
int slots_judge(const struct slots_day *day, const struct slots_plan *plan)
{
	int cost = 0;
	for (int i = 0; i < day->case_count; i++) {
		const struct slots_case *c = &day->cases[i];
		int r = plan->room[i], s = plan->start[i];
		if (r < 0) {
			cost += c->put_off;
			continue;
		}
		if (r >= day->room_count || (c->rooms >> r & 1) == 0 || s < c->ready
			|| s < day->free[r] || s + c->lasts > day->horizon)
			return -1;
		cost += c->weight * (s - c->ready);
		for (int j = 0; j < i; j++) {
			const struct slots_case *o = &day->cases[j];
			int q = plan->start[j];
			if (plan->room[j] == r && s < q + o->lasts + day->turnover
				&& q < s + c->lasts + day->turnover)
				return -1;
			if (plan->room[j] >= 0 && o->surgeon == c->surgeon && s < q + o->lasts
				&& q < s + c->lasts)
				return -1;
		}
	}
	for (int at = 0; at < day->horizon; at++) {
		int in_bed = 0;
		for (int i = 0; i < day->case_count; i++) {
			int out = plan->start[i] + day->cases[i].lasts;
			in_bed += plan->room[i] >= 0 && at >= out && at < out + day->cases[i].stay;
		}
		if (in_bed > day->beds)
			return -1;
	}
	for (int r = 0; r < day->room_count; r++) {
		int last = 0;
		for (int i = 0; i < day->case_count; i++)
			if (plan->room[i] == r && plan->start[i] + day->cases[i].lasts > last)
				last = plan->start[i] + day->cases[i].lasts;
		cost += last > day->end ? SLOTS_OVERTIME * (last - day->end) : 0;
	}
	return cost;
}

/* ---- rules of thumb ---- */

/* In the order given, each where it can begin first. */
static void list_rule(const struct slots_day *day, struct order *order, struct slots_plan *out)
{
	struct taken t;
	open_day(day, &t);
	for (int k = 0; k < day->case_count; k++) {
		int i = order->turn[k], best = -1, when = SLOTS_HORIZON + 1;
		const struct slots_case *c = &day->cases[i];
		for (int r = 0; r < day->room_count; r++) {
			int at = (c->rooms >> r & 1) != 0 ? first_place(day, &t, c, r) : -1;
			if (at >= 0 && at < when) {
				best = r;
				when = at;
			}
		}
		order->room[i] = (int16_t)best;
		if (best >= 0)
			take(day, &t, c, best, when);
	}
	decode(day, order, out);
}

static void by_key(const struct slots_day *day, bool shortest, struct order *order)
{
	for (int i = 0; i < day->case_count; i++) {
		const struct slots_case *c = &day->cases[i];
		int key = shortest ? c->lasts : c->ready, at = i;
		for (; at > 0; at--) {
			const struct slots_case *o = &day->cases[order->turn[at - 1]];
			if ((shortest ? o->lasts : o->ready) <= key)
				break;
			order->turn[at] = order->turn[at - 1];
		}
		order->turn[at] = (int16_t)i;
	}
}

void slots_first_fit(const struct slots_day *day, struct slots_plan *out)
{
	struct order order;
	by_key(day, false, &order);
	list_rule(day, &order, out);
}

void slots_shortest_first(const struct slots_day *day, struct slots_plan *out)
{
	struct order order;
	by_key(day, true, &order);
	list_rule(day, &order, out);
}

/* ---- the search ---- */

/* Draws of this search: a stream of whole numbers below n. */
struct dice {
	uint32_t seed, round, used;
	uint32_t bits[4];
};

static uint32_t roll(struct dice *d)
{
	if (d->used == 4) {
		const uint32_t key[2] = {d->seed, 0x510751u}, counter[4] = {d->round++, 0, 0, 0};
		random_philox(key, counter, d->bits);
		d->used = 0;
	}
	return d->bits[d->used++];
}

static int below(struct dice *d, int n)
{
	return (int)((uint64_t)roll(d) * (uint32_t)n >> 32);
}

static int some_room(const struct slots_day *day, struct dice *d, int i)
{
	int rooms = __builtin_popcount(day->cases[i].rooms), nth;
	if (rooms == 0)
		return -1;
	nth = below(d, rooms);
	for (int r = 0; r < day->room_count; r++)
		if ((day->cases[i].rooms >> r & 1) != 0 && nth-- == 0)
			return r;
	return -1;
}

static void put(struct order *o, int from, int to)
{
	int16_t one = o->turn[from];
	int step = to > from ? 1 : -1;
	for (int k = from; k != to; k += step)
		o->turn[k] = o->turn[k + step];
	o->turn[to] = one;
}

/* One small change. A case that is put off comes back with a room. */
static void change(const struct slots_day *day, struct dice *d, struct order *o)
{
	int n = day->case_count, a = below(d, n), b = below(d, n), i = o->turn[a];
	int16_t kept;
	switch (below(d, 6)) {
	case 0: /* elsewhere in the order */
	case 1:
		put(o, a, b);
		break;
	case 2: /* change places, and rooms where both can go */
		o->turn[a] = o->turn[b];
		o->turn[b] = (int16_t)i;
		kept = o->room[i];
		if (kept >= 0 && o->room[o->turn[a]] >= 0
			&& (day->cases[o->turn[a]].rooms >> kept & 1) != 0
			&& (day->cases[i].rooms >> o->room[o->turn[a]] & 1) != 0) {
			o->room[i] = o->room[o->turn[a]];
			o->room[o->turn[a]] = kept;
		}
		break;
	case 3: /* another room */
		o->room[i] = (int16_t)some_room(day, d, i);
		break;
	case 4: /* ... and elsewhere in the order */
		o->room[i] = (int16_t)some_room(day, d, i);
		put(o, a, b);
		break;
	default: /* off the list, or back on it */
		o->room[i] = (int16_t)(o->room[i] >= 0 ? -1 : some_room(day, d, i));
	}
}

/* The rules of thumb are where it begins; it heats up anew a few times, each time
 * from the best so far (simulated annealing: Kirkpatrick, Gelatt, Vecchi 1983). */
enum { HEATS = 4 };

void slots_search(const struct slots_day *day, uint32_t seed, long rounds, struct slots_plan *out)
{
	struct order best, now, next;
	struct slots_plan plan;
	struct dice dice = {.seed = seed, .used = 4};
	by_key(day, false, &best);
	list_rule(day, &best, out);
	by_key(day, true, &now);
	list_rule(day, &now, &plan);
	if (plan.cost < out->cost) {
		best = now;
		*out = plan;
	}
	for (int heat = 0; day->case_count > 0 && heat < HEATS; heat++) {
		long steps = rounds / HEATS;
		int cost = out->cost;
		double hot = 8 + 0.08 * cost, t = hot; /* cools down, to 0.3 */
		double cool = steps > 0 ? pow(0.3 / hot, 1.0 / (double)steps) : 1;
		now = best;
		for (long k = 0; k < steps; k++) {
			t = k > 0 ? t * cool : hot;
			next = now;
			change(day, &dice, &next);
			decode(day, &next, &plan);
			if (plan.cost > cost
				&& random_unit(roll(&dice)) >= exp((cost - plan.cost) / t))
				continue;
			now = next;
			cost = plan.cost;
			if (cost < out->cost) {
				best = now;
				*out = plan;
			}
		}
	}
}
