/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/order_plan.h"

#include <string.h>

#include "twin/fact_field.h"
#include "twin/hash.h"
#include "twin/text.h"

static uint64_t mix_text(uint64_t hash, const char *text)
{
	return hash64(hash, text, strlen(text) + 1);
}

/* FNV mixes the last bytes little; their hash as text is what field_token gives. */
void order_plan_id(const struct twin *twin, const struct what_if *moves, char out[ID_SIZE])
{
	uint64_t hash = HASH64_BASIS, stand = 0;
	bool touched[TWIN_CASES] = {false}, one_of[TWIN_CASES];
	char text[SCENARIO_TEXT], token[TOKEN_SIZE];

	for (int i = 0; i < moves->count; i++) {
		scenario_text(&moves->list[i], text);
		hash = mix_text(hash, text);
		scenario_touches(twin, &moves->list[i], one_of);
		for (int k = 0; k < twin->case_count; k++)
			touched[k] = touched[k] || one_of[k];
	}
	/* Stations hear of cases in any order: a sum knows of none. */
	for (int k = 0; k < twin->case_count; k++) {
		const struct surgery *c = &twin->cases[k];
		int64_t start = c->start_ms;
		uint64_t one;

		if (!touched[k])
			continue;
		one = mix_text(mix_text(HASH64_BASIS, c->id), c->room);
		stand += mix_text(hash64(one, &start, sizeof start), case_status_name(c->status));
	}
	hash = hash64(hash, &stand, sizeof stand);
	for (int i = 0; i < 16; i++)
		text[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
	text[16] = '\0';
	field_token(text, token);
	text_copy(out, ID_SIZE, token);
}

/* ---- what becomes of a case ---- */

/* Where it is booked; nowhere: from == to. */
struct slot {
	const char *room;
	int64_t from, to;
};

struct move {
	const struct surgery *before;
	struct slot was, will;
	bool done;
	struct fact_order order;
};

static struct slot slot_of(const struct surgery *c)
{
	bool none = c->room[0] == '\0' || surgery_is_off(c) || c->start_ms == 0;

	return (struct slot){c->room, none ? 0 : c->start_ms, none ? 0 : c->end_ms};
}

static bool is_changed(const struct surgery *a, const struct surgery *b)
{
	return strcmp(a->room, b->room) != 0 || a->start_ms != b->start_ms
	       || surgery_is_off(a) != surgery_is_off(b);
}

/* The move that puts it off says why. */
static bool put_off(const struct what_if *moves, const char *id, struct scenario *out)
{
	for (int i = 0; i < moves->count; i++) {
		*out = moves->list[i];
		if (!strcmp(scenario_rows[out->which].name, "postpone")
			&& !strcmp(scenario_word(out, 0), id))
			return true;
	}
	return false;
}

static bool say(const struct surgery *to, const struct what_if *moves, struct scenario *out)
{
	if (surgery_is_off(to))
		return put_off(moves, to->id, out);
	scenario_make("place", out);
	return scenario_set(out, "case", to->id) && scenario_set(out, "room", to->room)
	       && scenario_set_instant(out, "at", to->start_ms);
}

static bool is_appointment(const struct surgery *c)
{
	static const char kind[] = "Appointment/";

	return !strncmp(c->told.origin, kind, sizeof kind - 1) && text_is_id(c->id);
}

static void say_about(const struct surgery *c, char out[ID_SIZE])
{
	size_t kind = sizeof "Appointment/" - 1;

	if (!is_appointment(c))
		return;
	text_copy(out, ID_SIZE, "Appointment/");
	text_copy(out + kind, ID_SIZE - kind, c->id);
}

static bool make(const struct twin *twin, const struct surgery *from, const struct surgery *to,
	const struct what_if *moves, struct move *out)
{
	struct scenario s, back;

	memset(out, 0, sizeof *out);
	out->before = from;
	out->was = slot_of(from);
	out->will = slot_of(to);
	if (!say(to, moves, &s))
		return false;
	scenario_text(&s, out->order.text);
	say_about(from, out->order.about);
	if (scenario_before(twin, &s, &back))
		scenario_text(&back, out->order.before);
	return true;
}

/* ---- in which order ---- */

static bool meet(const struct slot *a, const struct slot *b)
{
	return a->from < b->to && b->from < a->to;
}

/* One room, or one surgeon, for both at a time. */
static bool clash(const struct move *to, const struct move *from)
{
	bool room = !strcmp(to->will.room, from->was.room);
	bool surgeon = to->before->surgeon[0] != '\0'
		       && !strcmp(to->before->surgeon, from->before->surgeon);

	return (room || surgeon) && meet(&to->will, &from->was);
}

static bool may_go(const struct move *list, int count, int i)
{
	for (int k = 0; k < count; k++)
		if (k != i && !list[k].done && clash(&list[i], &list[k]))
			return false;
	return true;
}

static int next(const struct move *list, int count)
{
	int first = -1;

	for (int i = 0; i < count; i++) {
		if (list[i].done)
			continue;
		first = first < 0 ? i : first;
		if (may_go(list, count, i))
			return i;
	}
	return first;
}

/* ---- all of it ---- */

/* Tells the fork one decision; *own: no case shows it, so it is a step of its own. */
static bool decide(struct fork *fork, const struct scenario *s, bool *own, char why[SCENARIO_TEXT])
{
	const struct scenario_row *row = &scenario_rows[s->which];

	*own = true;
	for (int i = 0; i < SCENARIO_PARAMETERS; i++)
		*own = *own && row->parameters[i].kind != PARAMETER_CASE;
	if (!scenario_is_decision(s))
		return scenario_why(why, row->name, " is nothing that can be decided", "");
	return scenario_inject(fork, s, why);
}

static bool add(struct fact_order out[ORDERS_STEPS], int *count, const struct fact_order *order,
	char why[SCENARIO_TEXT])
{
	if (*count == ORDERS_STEPS)
		return scenario_why(why, "more steps than one plan holds", "", "");
	out[(*count)++] = *order;
	return true;
}

static bool own_steps(const struct twin *twin, const struct what_if *moves, struct fork *fork,
	struct fact_order out[ORDERS_STEPS], int *count, char why[SCENARIO_TEXT])
{
	for (int i = 0; i < moves->count; i++) {
		struct fact_order order = {.plan = ""};
		struct scenario back;
		bool own;

		if (!decide(fork, &moves->list[i], &own, why))
			return false;
		if (!own)
			continue;
		scenario_text(&moves->list[i], order.text);
		if (scenario_before(twin, &moves->list[i], &back))
			scenario_text(&back, order.before);
		if (!add(out, count, &order, why))
			return false;
	}
	return true;
}

static bool case_steps(const struct twin *twin, const struct what_if *moves,
	const struct twin *after, struct fact_order out[ORDERS_STEPS], int *count,
	char why[SCENARIO_TEXT])
{
	struct move list[ORDERS_STEPS];
	int moved = 0;

	for (int i = 0; i < twin->case_count; i++) {
		if (!is_changed(&twin->cases[i], &after->cases[i]))
			continue;
		if (moved + *count == ORDERS_STEPS)
			return scenario_why(why, "more steps than one plan holds", "", "");
		if (!make(twin, &twin->cases[i], &after->cases[i], moves, &list[moved++]))
			return scenario_why(why, "case ", twin->cases[i].id, " cannot go there");
	}
	for (int k = 0; k < moved; k++) {
		int i = next(list, moved);

		list[i].done = true;
		if (!add(out, count, &list[i].order, why))
			return false;
	}
	return true;
}

int order_plan(const struct twin *twin, const struct what_if *moves, struct fork *fork,
	struct fact_order out[ORDERS_STEPS], char why[SCENARIO_TEXT])
{
	char id[ID_SIZE];
	int count = 0;

	memset(&fork->policy, 0, sizeof fork->policy);
	twin_copy(fork->twin, twin);
	if (!own_steps(twin, moves, fork, out, &count, why)
		|| !case_steps(twin, moves, fork->twin, out, &count, why))
		return -1;
	order_plan_id(twin, moves, id);
	for (int i = 0; i < count; i++) {
		text_copy(out[i].plan, sizeof out[i].plan, id);
		out[i].step = i;
		out[i].steps = count;
		out[i].state = ORDER_APPROVED;
	}
	if (count == 0)
		scenario_why(why, "nothing would be different", "", "");
	return count > 0 ? count : -1;
}
