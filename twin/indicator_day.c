/* SPDX-License-Identifier: Apache-2.0 */

/* The cases of one day, room by room in the order they were done. */

#include "twin/indicator_inner.h"

enum { LONGEST_STAY_MS = 24 * 3600000 };

double indicator_minutes(int64_t from_ms, int64_t to_ms)
{
	return to_ms > from_ms ? (double)(to_ms - from_ms) / 60000 : 0;
}

double indicator_within(int64_t a, int64_t b, int64_t low, int64_t high)
{
	return indicator_minutes(a > low ? a : low, b < high ? b : high);
}

bool indicator_session(
	const struct indicator_day *day, int room, int64_t *opens_ms, int64_t *closes_ms)
{
	const struct room *r = &day->twin->site->rooms[room];

	if (r->kind != ROOM_OR || r->open_min < 0 || r->close_min <= r->open_min)
		return false;
	/* A day when clocks change is longer or shorter, and that before any session. */
	int64_t zero = day->from_ms + (day->to_ms - day->from_ms - 24 * 3600000);

	*opens_ms = zero + (int64_t)r->open_min * 60000;
	*closes_ms = zero + (int64_t)r->close_min * 60000;
	return true;
}

static int room_of(const struct twin *twin, const struct surgery *s)
{
	int room = s->room_at;

	if (!twin->site)
		return -1;
	if (room < 0 || room >= twin->site->room_count || twin->site->rooms[room].kind != ROOM_OR)
		room = site_room(twin->site, s->room);
	return room >= 0 && twin->site->rooms[room].kind == ROOM_OR ? room : -1;
}

static bool stay_of(const struct indicator_day *day, int index, struct indicator_stay *out)
{
	const struct surgery *s = &day->twin->cases[index];
	int64_t entered = surgery_is_off(s) ? 0 : surgery_entered_ms(s), when;

	if (s->status == CASE_VOID)
		return false;
	*out = (struct indicator_stay){.case_ = index,
		.room = room_of(day->twin, s),
		.planned_ms = s->first_start_ms ? s->first_start_ms : s->start_ms,
		.off = surgery_is_off(s),
		.elective = s->nest < 1 && s->setting != SETTING_EMERGENCY && s->add_on != 1};
	when = entered ? entered : s->start_ms;
	out->member = when >= day->from_ms && when < day->to_ms;
	if (!out->off) {
		out->in_ms = surgery_when(s, MILESTONE_IN_ROOM);
		out->out_ms = surgery_when(s, MILESTONE_OUT_ROOM);
		out->restored_ms = surgery_when(s, MILESTONE_CLEANUP_DONE);
	}
	/* Yesterday's patient may still hold a room this morning. */
	return out->member
	       || (entered && entered < day->from_ms
		       && (out->out_ms > day->from_ms
			       || (!surgery_left_ms(s)
				       && day->from_ms - entered < LONGEST_STAY_MS)));
}

static int64_t key_of(const struct indicator_day *day, const struct indicator_stay *stay)
{
	const struct surgery *s = &day->twin->cases[stay->case_];
	int64_t entered = stay->off ? 0 : surgery_entered_ms(s);

	return entered ? entered : s->start_ms;
}

static bool before(const struct indicator_day *day, const struct indicator_stay *a,
	const struct indicator_stay *b)
{
	int64_t x = key_of(day, a), y = key_of(day, b);

	if (a->room != b->room)
		return a->room < b->room;
	return x != y ? x < y : a->case_ < b->case_;
}

/* Someone in the room is running only when nobody came after: else the way out
 * was not recorded, and how long they stayed is not known. */
static void judge(struct indicator_day *day, int at)
{
	struct indicator_stay *stay = &day->stays[at];
	const struct surgery *s = &day->twin->cases[stay->case_];

	if (stay->off)
		return;
	if (!surgery_entered_ms(s)) {
		if (s->status == CASE_FULFILLED)
			stay->broken = "done, and nobody told when";
		return;
	}
	if (stay->room < 0) {
		stay->broken = "not in a known operating room";
	} else if (!stay->in_ms) {
		stay->broken = "no in room";
	} else if (stay->out_ms && stay->out_ms < stay->in_ms) {
		stay->broken = "out of room before in room";
	} else if (!stay->out_ms) {
		stay->running = !surgery_left_ms(s) && s->status != CASE_FULFILLED
				&& day->until_ms >= stay->in_ms
				&& day->until_ms - stay->in_ms < LONGEST_STAY_MS;
		for (int i = at + 1; i < day->stay_count; i++) {
			const struct indicator_stay *next = &day->stays[i];

			if (next->room == stay->room && next->in_ms > 0)
				stay->running = false;
		}
		if (stay->running)
			stay->out_ms = day->until_ms;
		else
			stay->broken = "no out of room";
	}
	if (stay->restored_ms && stay->restored_ms < stay->out_ms)
		stay->restored_ms = 0;
}

void indicator_day_read(const struct twin *twin, int64_t from_ms, int64_t to_ms, int64_t now_ms,
	struct indicator_day *out)
{
	out->twin = twin;
	out->from_ms = from_ms;
	out->to_ms = to_ms;
	out->until_ms = now_ms < to_ms ? now_ms : to_ms;
	out->stay_count = out->members = out->entered = 0;
	for (int i = 0; i < twin->case_count; i++) {
		struct indicator_stay stay;
		int at = out->stay_count;

		if (!stay_of(out, i, &stay))
			continue;
		out->members += stay.member;
		out->entered += stay.member && stay.in_ms > 0;
		while (at > 0 && before(out, &stay, &out->stays[at - 1])) {
			out->stays[at] = out->stays[at - 1];
			at--;
		}
		out->stays[at] = stay;
		out->stay_count++;
	}
	for (int i = 0; i < out->stay_count; i++)
		judge(out, i);
}
