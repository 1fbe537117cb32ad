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

static int idea_make(struct twin *t, const char *name)
{
	struct idea *idea;

	if (t->idea_count == TWIN_IDEAS) {
		t->dropped++;
		return -1;
	}
	idea = &t->ideas[t->idea_count];
	memset(idea, 0, sizeof *idea);
	text_copy(idea->name, sizeof idea->name, name);
	return t->idea_count++;
}

void on_idea(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_idea *told = &turn->fact->idea;
	int i = twin_idea(t, told->name);

	if (!told->name[0] || told->step < 0 || told->step >= TWIN_IDEA_STEPS
		|| (i < 0 && (told->step > 0 || !told->text[0]))) {
		t->ignored++;
		return;
	}
	i = i < 0 ? idea_make(t, told->name) : i;
	if (i < 0)
		return;
	if (told->step == 0 && !told->text[0]) {
		memmove(&t->ideas[i], &t->ideas[i + 1],
			sizeof t->ideas[0] * (size_t)(--t->idea_count - i));
		return;
	}
	text_copy(t->ideas[i].steps[told->step], IDEA_TEXT, told->text);
	t->ideas[i].told = told_by(turn->fact);
}
