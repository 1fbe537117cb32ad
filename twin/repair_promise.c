/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/repair_promise.h"

#include <string.h>

#include "twin/text.h"

struct promises {
	const struct twin *twin;
	int64_t made_ms, midnight_ms;
	struct fact_promise *out;
	int count;
};

static const double MINUTE = 60000;

static struct fact_promise *add(struct promises *p, enum promised what, const char *id)
{
	struct fact_promise *one = p->count < ORDERS_PROMISES ? &p->out[p->count++] : NULL;

	if (!one)
		return NULL;
	memset(one, 0, sizeof *one);
	one->what = what;
	text_copy(one->id, sizeof one->id, id);
	return one;
}

/* 0: it has no session. */
static int64_t closes_ms(const struct promises *p, const struct room *room)
{
	if (room->kind != ROOM_OR || room->open_min < 0 || room->close_min <= room->open_min)
		return 0;
	return p->midnight_ms + room->close_min * (int64_t)MINUTE;
}

static void suite(struct promises *p, const struct repair_option *o)
{
	struct fact_promise *one = add(p, PROMISED_OVERTIME, "");

	one->nothing = o->overtime[0].p50;
	one->low = o->overtime[1].p10;
	one->middle = o->overtime[1].p50;
	one->high = o->overtime[1].p90;
	one->due_ms = p->made_ms;
	for (int r = 0; r < p->twin->site->room_count; r++) {
		int64_t closes = closes_ms(p, &p->twin->site->rooms[r]);

		one->due_ms = closes > one->due_ms ? closes : one->due_ms;
	}
}

static void room(struct promises *p, const struct what_if_answer *board, int r)
{
	const struct room *of = &p->twin->site->rooms[board->site_room[r]];
	const struct quantiles *with = &board->after[r].overtime;
	int64_t closes = closes_ms(p, of);
	bool told = closes > 0 && board->after[r].has_session;
	struct fact_promise *one = told ? add(p, PROMISED_OVERTIME, of->id) : NULL;

	if (!one)
		return;
	one->nothing = board->before[r].overtime.p50;
	one->low = with->p10;
	one->middle = with->p50;
	one->high = with->p90;
	one->due_ms = closes > p->made_ms ? closes : p->made_ms;
}

/* Behind, or never: nothing is promised. */
static void moment(struct promises *p, enum promised what, const char *id,
	const struct quantiles *was, const struct quantiles *will)
{
	bool comes = will->p10 > 0 && will->p50 > 0 && will->p90 > 0;
	struct fact_promise *one = comes ? add(p, what, id) : NULL;

	if (!one)
		return;
	one->low = (will->p10 - (double)p->made_ms) / MINUTE;
	one->middle = (will->p50 - (double)p->made_ms) / MINUTE;
	one->high = (will->p90 - (double)p->made_ms) / MINUTE;
	one->nothing = was->p50 > 0 ? (was->p50 - (double)p->made_ms) / MINUTE : one->middle;
	one->due_ms = (int64_t)will->p90;
}

static void cases(struct promises *p, const struct what_if_answer *board,
	const bool touched[TWIN_CASES], bool rooms[TWIN_ROOMS])
{
	for (int i = 0; i < board->case_count; i++) {
		const struct what_if_case *c = &board->cases[i];
		int at = twin_case(p->twin, c->id);

		if (at < 0 || !touched[at])
			continue;
		moment(p, PROMISED_START, c->id, &c->before.starts, &c->after.starts);
		moment(p, PROMISED_END, c->id, &c->before.finishes, &c->after.finishes);
		if (c->before.room >= 0)
			rooms[c->before.room] = true;
		if (c->after.room >= 0)
			rooms[c->after.room] = true;
	}
}

int repair_promises(const struct twin *twin, const struct repair_option *option,
	const struct what_if_answer *board, int64_t made_ms, int64_t midnight_ms,
	struct fact_promise out[ORDERS_PROMISES])
{
	struct promises p = {twin, made_ms, midnight_ms, out, 0};
	bool touched[TWIN_CASES] = {false}, rooms[TWIN_ROOMS] = {false};

	if (!twin->site)
		return 0;
	for (int i = 0; i < option->moves.count; i++) {
		bool one[TWIN_CASES] = {false};

		scenario_touches(twin, &option->moves.list[i], one);
		for (int k = 0; k < twin->case_count; k++)
			touched[k] = touched[k] || one[k];
	}
	suite(&p, option);
	if (board)
		cases(&p, board, touched, rooms);
	for (int r = 0; board && r < board->room_count; r++)
		if (rooms[board->site_room[r]])
			room(&p, board, r);
	return p.count;
}
