/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_acts.h"

#include <string.h>

#include "twin/text.h"

/* What-ifs kept under a name, for every station. */

/* The facts that say a named what-if has these steps, and no more; how many. */
enum { IDEA_FACTS = TWIN_IDEA_STEPS + 1 };
static int idea_facts(const struct station *s, const struct idea *idea, struct fact out[IDEA_FACTS])
{
	int steps = idea_steps(idea), count = 0;
	for (int i = 0; i <= steps && i < TWIN_IDEA_STEPS; i++) {
		struct fact *f = &out[count++];
		*f = station_act(s, FACT_IDEA);
		text_copy(f->idea.name, sizeof f->idea.name, idea->name);
		text_copy(f->idea.text, sizeof f->idea.text, i < steps ? idea->steps[i] : "");
		f->idea.step = i;
	}
	return count;
}

/* Told, and how it was kept to be taken back in one: the last comes off first. */
static bool tell_idea(struct station *s, const struct idea *idea)
{
	struct fact facts[IDEA_FACTS];
	struct idea none = {.name = ""};
	int kept = twin_idea(s->twin, idea->name);
	text_copy(none.name, sizeof none.name, idea->name);
	struct idea before = kept >= 0 ? s->twin->ideas[kept] : none;
	int count = idea_facts(s, idea, facts);
	for (int i = 0; i < count; i++)
		if (!station_commit(s, &facts[i], idea->name))
			return false; /* the first one already */
	count = idea_facts(s, &before, facts);
	for (int i = count - 1; i >= 0; i--) {
		station_remember(s, &facts[i]);
		s->undo_joined[s->undo_count - 1] = i < count - 1;
	}
	return true;
}

void station_do_keep(struct station *s, const struct command *c)
{
	struct idea idea = {.name = ""};
	text_neutralise(idea.name, sizeof idea.name, c->target, strlen(c->target));
	if (idea.name[0] == '\0' || s->what_if.count == 0) {
		station_say(s, "nothing to save: inject a what-if first (w)");
		return;
	}
	if (twin_idea(s->twin, idea.name) < 0 && s->twin->idea_count == TWIN_IDEAS) {
		station_say(s, "%d what-ifs are saved, no more: F forgets one", TWIN_IDEAS);
		return;
	}
	for (int i = 0; i < s->what_if.count; i++)
		scenario_text(&s->what_if.list[i], idea.steps[i]);
	if (tell_idea(s, &idea))
		station_say(s, "what-if saved: %s", idea.name);
}

void station_do_forget(struct station *s, const struct command *c)
{
	struct idea none = {.name = ""};
	if (twin_idea(s->twin, c->target) < 0)
		return;
	text_copy(none.name, sizeof none.name, c->target);
	if (tell_idea(s, &none))
		station_say(s, "what-if forgotten: %s", none.name);
}
