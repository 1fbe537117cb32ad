/* SPDX-License-Identifier: Apache-2.0 */

/* What-ifs that are kept under a name, step by step. */

#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

int twin_idea(const struct twin *twin, const char *name)
{
	for (int i = 0; i < twin->idea_count; i++)
		if (!strcmp(twin->ideas[i].name, name))
			return i;
	return -1;
}

int idea_steps(const struct idea *idea)
{
	int n = 0;

	while (n < TWIN_IDEA_STEPS && idea->steps[n][0])
		n++;
	return n;
}

/* Also one that was forgotten, or of which only later steps are known yet. */
static int find(const struct twin *t, const char *name)
{
	int i = 0;

	while (i < t->idea_kept && strcmp(t->ideas[i].name, name))
		i++;
	return i < t->idea_kept ? i : -1;
}

static void take_out(struct twin *t, int i)
{
	memmove(&t->ideas[i], &t->ideas[i + 1], sizeof t->ideas[0] * (size_t)(--t->idea_kept - i));
	t->idea_count -= i < t->idea_count;
}

/* Out of sight, last of those kept. What was forgotten first makes room. */
static int idea_make(struct twin *t, const char *name)
{
	struct idea *idea;

	if (t->idea_kept == TWIN_IDEAS && t->idea_count < TWIN_IDEAS)
		take_out(t, t->idea_count);
	if (t->idea_kept == TWIN_IDEAS) {
		t->dropped++;
		return -1;
	}
	idea = &t->ideas[t->idea_kept];
	memset(idea, 0, sizeof *idea);
	text_copy(idea->name, sizeof idea->name, name);
	return t->idea_kept++;
}

/* Those with steps come first, in the order they came into sight; the others, in
 * the order they went out of it. */
static void settle(struct twin *t, int i)
{
	struct idea idea = t->ideas[i];
	bool seen = i < t->idea_count;

	if (seen == (idea_steps(&idea) > 0))
		return;
	take_out(t, i);
	i = seen ? t->idea_kept : t->idea_count;
	memmove(&t->ideas[i + 1], &t->ideas[i], sizeof t->ideas[0] * (size_t)(t->idea_kept - i));
	t->ideas[i] = idea;
	t->idea_kept++;
	t->idea_count += !seen;
}

void on_idea(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_idea *told = &turn->fact->idea;
	bool ordered = turn->fact->by.hlc_ms > 0; /* else they come in their order */
	int i = find(t, told->name);

	if (!told->name[0] || told->step < 0 || told->step >= TWIN_IDEA_STEPS
		|| (i < 0 && (!told->text[0] || (told->step > 0 && !ordered)))) {
		t->ignored++;
		return;
	}
	i = i < 0 ? idea_make(t, told->name) : i;
	if (i < 0)
		return;
	if (told->step == 0 && !told->text[0] && !ordered) {
		take_out(t, i);
		return;
	}
	text_copy(t->ideas[i].steps[told->step], IDEA_TEXT, told->text);
	t->ideas[i].told = told_by(turn->fact);
	settle(t, i);
}
