/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/repair_core.h"

#include <string.h>

/* The rooms that are spoken of: those of the site, by index. */
struct rooms {
	bool has[SITE_ROOMS];
};

static void add_room(struct rooms *rooms, int room)
{
	if (room >= 0 && room < SITE_ROOMS)
		rooms->has[room] = true;
}

static int home(const struct twin *t, const char *id)
{
	int of = twin_case(t, id);
	const struct surgery *c = of >= 0 ? &t->cases[of] : NULL;
	if (c == NULL)
		return -1;
	return c->room_at >= 0 ? c->room_at : site_room(t->site, c->room);
}

/* Where a decision takes effect; true: it names a case or a room, else it is for all. */
static bool rooms_of(const struct twin *t, const struct scenario *s, struct rooms *out)
{
	const struct scenario_parameter *p = scenario_rows[s->which].parameters;
	bool names = false;
	memset(out, 0, sizeof *out);
	for (int i = 0; i < SCENARIO_PARAMETERS && p[i].kind != PARAMETER_END; i++) {
		if (p[i].kind == PARAMETER_CASE)
			add_room(out, home(t, scenario_word(s, i)));
		if (p[i].kind == PARAMETER_ROOM)
			add_room(out, site_room(t->site, scenario_word(s, i)));
		names = names || p[i].kind == PARAMETER_CASE || p[i].kind == PARAMETER_ROOM;
	}
	return names;
}

static bool is_named(const struct scenario *s, const char *about)
{
	const struct scenario_parameter *p = scenario_rows[s->which].parameters;
	for (int i = 0; i < SCENARIO_PARAMETERS && p[i].kind != PARAMETER_END; i++)
		if (strcmp(scenario_word(s, i), about) == 0)
			return true;
	return false;
}

/* One room in both; what is taken has its rooms joined to the others. */
static bool join(struct rooms *all, const struct rooms *more, bool anyway)
{
	bool meets = anyway;
	for (int i = 0; i < SITE_ROOMS; i++)
		meets = meets || (all->has[i] && more->has[i]);
	for (int i = 0; meets && i < SITE_ROOMS; i++)
		all->has[i] = all->has[i] || more->has[i];
	return meets;
}

struct telling {
	const struct twin *twin;
	const struct what_if *moves;
	struct rooms rooms; /* spoken of so far */
	bool said[WHAT_IF_DEPTH];
	int *order, count;
};

/* Of those not said yet, who names what it is about (NULL: who meets the rooms so far). */
static void say(struct telling *t, const char *about)
{
	for (int i = 0; i < t->moves->count; i++) {
		const struct scenario *s = &t->moves->list[i];
		struct rooms own;
		bool for_all = !rooms_of(t->twin, s, &own);
		if (t->said[i] || (about != NULL && !is_named(s, about))
			|| !join(&t->rooms, &own, about != NULL || for_all))
			continue;
		t->said[i] = true;
		t->order[t->count++] = i;
	}
}

int repair_core(const struct twin *t, const char *about, const struct what_if *moves,
	int order[WHAT_IF_DEPTH])
{
	struct telling told = {.twin = t, .moves = moves, .order = order};
	int before = -1;
	if (t->site != NULL && about[0] != '\0') {
		add_room(&told.rooms,
			twin_case(t, about) >= 0 ? home(t, about) : site_room(t->site, about));
		for (say(&told, about); before != told.count; say(&told, NULL))
			before = told.count;
	}
	int core = told.count > 0 ? told.count : moves->count;
	for (int i = 0; i < moves->count; i++)
		if (!told.said[i])
			order[told.count++] = i;
	return core;
}

bool repair_core_alone(
	const struct twin *t, const char *about, const struct what_if *moves, struct what_if *out)
{
	int order[WHAT_IF_DEPTH], core = repair_core(t, about, moves, order);
	*out = (struct what_if){.count = 0};
	for (int i = 0; i < moves->count; i++)
		for (int k = 0; k < core; k++)
			if (order[k] == i)
				out->list[out->count++] = moves->list[i];
	return out->count < moves->count;
}
