/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/flood.h"

#include <string.h>

#include "twin/cause.h"

int64_t alarm_flood_ms(const struct twin *t, int64_t now_ms)
{
	return trail_flood_ms(&t->trail, now_ms);
}

/* --- groups --- */

static int room_of(const struct twin *t, const struct alarm *a)
{
	return a->room[0] ? site_room(t->site, a->room) : -1;
}

static int floor_of(const struct twin *t, const struct alarm *a)
{
	int room = room_of(t, a);

	return room >= 0 ? t->site->rooms[room].floor : -1;
}

/* The alarm that stands for this one, -1: it is not to be seen. */
static int stands_for(const struct twin *t, int alarm, int64_t now_ms)
{
	const struct alarm *a = &t->alarms[alarm];
	int root = a->priority == PRIORITY_HIGH ? alarm : alarm_root(t, alarm);

	if (alarm_state(a) == ALARM_A || (root == alarm && !alarm_rings(a, now_ms)))
		return -1;
	return alarm_rings(&t->alarms[root], now_ms) ? root : -1;
}

static bool alike(const struct twin *t, int x, int y)
{
	const struct alarm *a = &t->alarms[x], *b = &t->alarms[y];

	return x == y
	       || (a->priority != PRIORITY_HIGH && b->priority != PRIORITY_HIGH
		       && a->class_ == b->class_ && floor_of(t, a) == floor_of(t, b));
}

static void begin(const struct twin *t, struct alarm_group *g, int lead)
{
	const struct alarm *a = &t->alarms[lead];

	*g = (struct alarm_group){.first = lead,
		.floor = floor_of(t, a),
		.room = room_of(t, a),
		.class_ = a->class_,
		.priority = a->priority,
		.first_ms = a->raised_ms,
		.last_ms = a->raised_ms};
}

static void count_in(const struct twin *t, struct alarm_group *g, int alarm, int lead)
{
	const struct alarm *a = &t->alarms[alarm];

	g->count++;
	g->active += a->active;
	g->unacked += !a->acked;
	g->explained += alarm != lead;
	g->priority = a->priority > g->priority ? a->priority : g->priority;
	g->last_ms = a->raised_ms > g->last_ms ? a->raised_ms : g->last_ms;
	if (alarm == lead && a->raised_ms < g->first_ms) {
		g->first = alarm;
		g->first_ms = a->raised_ms;
	}
	if (alarm == lead && room_of(t, a) != g->room)
		g->room = -1;
}

static bool before(const struct alarm_group *a, const struct alarm_group *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	if (!a->unacked != !b->unacked)
		return a->unacked > 0;
	if (a->last_ms != b->last_ms)
		return a->last_ms > b->last_ms;
	return a->first < b->first;
}

int alarm_groups(const struct twin *t, int64_t now_ms, struct alarm_group *out, int max)
{
	struct alarm_group groups[TWIN_ALARMS];
	int count = 0;

	for (int i = 0; i < t->alarm_count; i++) {
		int lead = stands_for(t, i, now_ms), g = 0;

		if (lead < 0)
			continue;
		while (g < count && !alike(t, groups[g].first, lead))
			g++;
		if (g == count)
			begin(t, &groups[count++], lead);
		count_in(t, &groups[g], i, lead);
	}
	for (int i = 0; i < count; i++) {
		int at = i < max ? i : max;

		for (; at > 0 && before(&groups[i], &out[at - 1]); at--)
			if (at < max)
				out[at] = out[at - 1];
		if (at < max)
			out[at] = groups[i];
	}
	return count < max ? count : max;
}

bool alarm_group_has(
	const struct twin *t, const struct alarm_group *group, int alarm, int64_t now_ms)
{
	int lead = stands_for(t, alarm, now_ms);

	return lead >= 0 && alike(t, group->first, lead);
}

/* --- alarms of no use --- */

enum { ENDS = 20 }; /* more in one minute are not told apart */

struct cycles {
	int64_t raised_ms;  /* 0: not since the trail began */
	int64_t ends[ENDS]; /* of the last cycles, the newest first */
	int most, fleeting;
	int64_t last_ms;
};

static void end_cycle(struct cycles *c, int64_t at_ms)
{
	int near = 0;

	memmove(&c->ends[1], &c->ends[0], (ENDS - 1) * sizeof *c->ends);
	c->ends[0] = at_ms;
	while (near < ENDS && c->ends[near] > at_ms - CHATTER_MS)
		near++;
	c->most = near > c->most ? near : c->most;
	c->fleeting += at_ms - c->raised_ms < FLEETING_MS;
	c->last_ms = at_ms;
	c->raised_ms = 0;
}

static struct cycles cycles_of(const struct twin *t, uint32_t key, int64_t since_ms)
{
	const struct trail *trail = &t->trail;
	int first = (trail->step_next + TRAIL_STEPS - trail->step_count) % TRAIL_STEPS;
	struct cycles c = {0};

	for (int i = 0; i < ENDS; i++)
		c.ends[i] = INT64_MIN / 2;
	for (int i = 0; i < trail->step_count; i++) {
		const struct trail_step *s = &trail->steps[(first + i) % TRAIL_STEPS];

		if (s->key != key || s->at_ms < since_ms)
			continue;
		if (s->raised)
			c.raised_ms = s->at_ms;
		else if (c.raised_ms)
			end_cycle(&c, s->at_ms);
	}
	return c;
}

static bool judge(const struct twin *t, int alarm, int64_t now_ms, int64_t since_ms,
	struct nuisance_alarm *out)
{
	const struct alarm *a = &t->alarms[alarm];
	struct cycles c = cycles_of(t, trail_key(a->key), since_ms);
	bool chatters = c.most >= CHATTER_CYCLES;
	bool stale = a->active && a->raised_ms < now_ms - STALE_MS;

	*out = (struct nuisance_alarm){.what = chatters ? NUISANCE_CHATTERING
					       : stale  ? NUISANCE_STALE
							: NUISANCE_FLEETING,
		.alarm = alarm,
		.cycles = chatters ? c.most
			  : stale  ? 0
				   : c.fleeting,
		.last_ms = !chatters && stale ? a->raised_ms : c.last_ms};
	return chatters || stale || c.fleeting > 0;
}

static bool worse(const struct nuisance_alarm *a, const struct nuisance_alarm *b)
{
	if (a->what != b->what)
		return a->what < b->what;
	if (a->cycles != b->cycles)
		return a->cycles > b->cycles;
	if (a->last_ms != b->last_ms)
		return a->what == NUISANCE_STALE ? a->last_ms < b->last_ms
						 : a->last_ms > b->last_ms;
	return a->alarm < b->alarm;
}

int alarm_nuisances(
	const struct twin *t, int64_t now_ms, int64_t since_ms, struct nuisance_alarm *out, int max)
{
	int count = 0;

	for (int i = 0; i < t->alarm_count; i++) {
		struct nuisance_alarm n;
		int at = count;

		if (!judge(t, i, now_ms, since_ms, &n))
			continue;
		for (; at > 0 && worse(&n, &out[at - 1]); at--)
			if (at < max)
				out[at] = out[at - 1];
		if (at < max)
			out[at] = n;
		count += count < max;
	}
	return count;
}
