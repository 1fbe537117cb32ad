/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/repair_said.h"

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

static int home(const struct view *view, const char *id)
{
	int of = twin_case(view->twin, id);
	const struct surgery *c = of >= 0 ? &view->twin->cases[of] : NULL;

	if (!c)
		return -1;
	return c->room_at >= 0 ? c->room_at : site_room(view->twin->site, c->room);
}

/* Where a decision takes effect; true: it names a case or a room, else it is for all. */
static bool rooms_of(const struct view *view, const struct scenario *s, struct rooms *out)
{
	const struct scenario_parameter *p = scenario_rows[s->which].parameters;
	bool names = false;

	memset(out, 0, sizeof *out);
	for (int i = 0; i < SCENARIO_PARAMETERS && p[i].kind != PARAMETER_END; i++) {
		if (p[i].kind == PARAMETER_CASE)
			add_room(out, home(view, scenario_word(s, i)));
		if (p[i].kind == PARAMETER_ROOM)
			add_room(out, site_room(view->twin->site, scenario_word(s, i)));
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

/* Those not said yet that meet the rooms spoken of so far, or name what it is about. */
static int say_more(const struct view *view, const char *about, const struct what_if *moves,
	struct rooms *all, bool said[WHAT_IF_DEPTH], int order[WHAT_IF_DEPTH], int count)
{
	for (int i = 0; i < moves->count; i++) {
		const struct scenario *s = &moves->list[i];
		struct rooms own;
		bool anyway = !rooms_of(view, s, &own);

		if (said[i] || (about ? !is_named(s, about) : !join(all, &own, anyway)))
			continue;
		join(all, &own, true);
		said[i] = true;
		order[count++] = i;
	}
	return count;
}

int repair_said(const struct view *view, const char *about, const struct what_if *moves,
	int order[WHAT_IF_DEPTH])
{
	struct rooms all = {{false}};
	bool said[WHAT_IF_DEPTH] = {false}, anything = !view->twin->site || about[0] == '\0';
	int count = 0, before = -1, belong;

	if (!anything)
		add_room(&all, twin_case(view->twin, about) >= 0
				       ? home(view, about)
				       : site_room(view->twin->site, about));
	if (!anything)
		count = say_more(view, about, moves, &all, said, order, 0);
	while (!anything && before != count) {
		before = count;
		count = say_more(view, NULL, moves, &all, said, order, count);
	}
	belong = count > 0 ? count : moves->count;
	for (int i = 0; i < moves->count; i++)
		if (!said[i])
			order[count++] = i;
	return belong;
}
