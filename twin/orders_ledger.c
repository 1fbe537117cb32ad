/* SPDX-License-Identifier: Apache-2.0 */
/* What a repair promised, against what came. */
#include "twin/orders.h"

/* As the score of the forecast: what came is taken for known so long after, and what
 * has not come a day later never will; a room that goes on is waited for so long. */
enum {
	MINUTE = 60000,
	SETTLED_MS = 10 * MINUTE,
	DAY = 24 * 60 * MINUTE,
	NEVER_MS = 6 * 60 * MINUTE
};

static double minutes(int64_t from_ms, int64_t to_ms)
{
	return (double)(to_ms - from_ms) / MINUTE;
}

static void settle_case(const struct twin *t, struct order_promise *p)
{
	int i = twin_case(t, p->promise.id);
	bool off = t->now_ms > p->made_ms + DAY;
	int64_t when = 0;

	if (i >= 0) {
		const struct surgery *s = &t->cases[i];

		off = off || surgery_is_off(s);
		when = p->promise.what == PROMISED_START ? surgery_entered_ms(s)
							 : surgery_left_ms(s);
	}
	if (when && t->now_ms >= when + SETTLED_MS) {
		p->known = true;
		p->came = minutes(p->made_ms, when);
	} else if (off) {
		p->void_ = true;
	}
}

/* Somebody may still enter the room, or is in it: cleaning does not count. */
static bool goes_on(const struct twin *t, int room)
{
	int in = t->rooms[room].current;

	return (in >= 0 && !surgery_is_over(&t->cases[in])) || twin_room_next(t, room) >= 0;
}

/* The last patient of the day out of the room, after the session or, when that was
 * over, after the promise was made: as twin/forecast.h counts it. */
static double overtime(const struct twin *t, int room, int64_t midnight_ms, int64_t made_ms)
{
	int64_t closes = midnight_ms + (int64_t)t->site->rooms[room].close_min * MINUTE, last = 0;

	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *s = &t->cases[i];
		int64_t entered = surgery_entered_ms(s), left = surgery_left_ms(s);

		if (s->room_at != room || entered < midnight_ms || entered > closes + NEVER_MS)
			continue;
		left = left ? left : t->now_ms;
		last = left > last ? left : last;
	}
	closes = closes > made_ms ? closes : made_ms;
	return last > closes ? minutes(closes, last) : 0;
}

static bool has_session(const struct room *room)
{
	return room->kind == ROOM_OR && room->open_min >= 0 && room->close_min > room->open_min;
}

/* Of one room, or of all that have a session. */
static void settle_overtime(const struct orders *o, const struct twin *t, struct order_promise *p)
{
	int64_t midnight = o->midnight(p->made_ms);
	bool open = false, any = false;
	double sum = 0;

	if (!t->site || t->now_ms < p->promise.due_ms + SETTLED_MS)
		return;
	for (int r = 0; r < t->site->room_count && r < TWIN_ROOMS; r++) {
		if (!has_session(&t->site->rooms[r])
			|| (p->promise.id[0] && site_room(t->site, p->promise.id) != r))
			continue;
		any = true;
		open = open || goes_on(t, r);
		sum += overtime(t, r, midnight, p->made_ms);
	}
	if (!any) {
		p->void_ = true;
	} else if (!open || t->now_ms > p->promise.due_ms + NEVER_MS) {
		p->known = true;
		p->came = sum;
	}
}

void orders_settle(struct orders *o, const struct twin *t)
{
	for (int i = 0; i < o->plan_count; i++)
		for (int k = 0; k < o->plans[i].promise_count; k++) {
			struct order_promise *p = &o->plans[i].promises[k];

			if (p->known || p->void_)
				continue;
			if (p->promise.what == PROMISED_OVERTIME)
				settle_overtime(o, t, p);
			else
				settle_case(t, p);
		}
}

void orders_sum(const struct order_plan *plan, struct orders_sums *sums)
{
	int known = 0;

	if (orders_whole(plan) != WHOLE_DONE)
		return;
	for (int i = 0; i < plan->promise_count; i++) {
		const struct order_promise *p = &plan->promises[i];
		const struct fact_promise *said = &p->promise;

		if (!p->known)
			continue;
		known++;
		sums->inside += p->came >= said->low && p->came <= said->high;
		sums->error += p->came - said->middle;
		sums->foretold += said->middle - said->nothing;
		sums->came += p->came - said->nothing;
	}
	sums->plans += known > 0;
	sums->known += known;
}

struct orders_score orders_score(const struct orders *o)
{
	struct orders_sums sums = o->past;

	for (int i = 0; i < o->plan_count; i++)
		orders_sum(&o->plans[i], &sums);
	double n = sums.known > 0 ? sums.known : 1;
	return (struct orders_score){.plans = sums.plans,
		.known = sums.known,
		.inside = sums.inside,
		.error_min = sums.error / n,
		.foretold_min = sums.foretold / n,
		.came_min = sums.came / n};
}
