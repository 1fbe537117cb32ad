/* SPDX-License-Identifier: Apache-2.0 */

/* What-ifs that are kept under a name: to save, open and forget them, by a line
 * in the footer that completes their names, or by the command's argument. */

#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/tr.h"

enum { DONE = UI_HANDLED | UI_DIRTY };

static unsigned refuse(struct call *call, const char *why)
{
	ui_say(call->ui, "%s", why);
	return DONE;
}

/* The question that says what, and what it replaces. */
static unsigned ask_keep(struct call *call, const char *name)
{
	struct command ask = {.kind = COMMAND_IDEA_KEEP};
	const struct view *view = call->view;
	char text[LABEL_SIZE * 2];
	int kept = twin_idea(view->twin, name), count = view->what_if ? view->what_if->count : 0;

	if (count == 0)
		return refuse(call, _("nothing to save: inject a what-if first (w)"));
	format_put(ask.target, sizeof ask.target, "%s", name);
	format_put(text, sizeof text,
		ngettext("save %d what-if for all as \"%s\"", "save %d what-ifs for all as \"%s\"",
			(unsigned long)count),
		count, name);
	if (kept >= 0)
		format_add(text, sizeof text, _(", in place of %d"),
			idea_steps(&view->twin->ideas[kept]));
	return question_open(call, &ask, text);
}

static unsigned ask_forget(struct call *call, const char *name)
{
	struct command ask = {.kind = COMMAND_IDEA_FORGET};
	char text[LABEL_SIZE * 2];

	format_put(ask.target, sizeof ask.target, "%s", name);
	format_put(text, sizeof text, _("forget the what-if \"%s\" for all"), name);
	return question_open(call, &ask, text);
}

unsigned idea_given(struct call *call, enum prompt_mode mode, const char *typed)
{
	char name[TYPED_SIZE];
	size_t n;

	/* Spaces around a name are nobody's wish. */
	format_put(name, sizeof name, "%s", typed + strspn(typed, " "));
	for (n = strlen(name); n > 0 && name[n - 1] == ' ';)
		name[--n] = '\0';
	if (name[0] == '\0')
		return refuse(call, _("not done"));
	if (n >= sizeof call->command->target)
		return refuse(call, _("that name is too long"));
	if (mode == PROMPT_IDEA_KEEP)
		return ask_keep(call, name);
	if (twin_idea(call->view->twin, name) < 0)
		return refuse(call, _("no what-if is saved under that name"));
	if (mode == PROMPT_IDEA_FORGET)
		return ask_forget(call, name);
	call->command->kind = COMMAND_IDEA_OPEN;
	format_put(call->command->target, sizeof call->command->target, "%s", name);
	ui_goto(call->ui, "whatif");
	return DONE;
}

unsigned cmd_idea(struct call *call)
{
	enum prompt_mode mode = (enum prompt_mode)call->value;

	if (call->argument[0])
		return idea_given(call, mode, call->argument);
	if (mode != PROMPT_IDEA_KEEP && call->view->twin->idea_count == 0)
		return refuse(call, _("no what-if is saved yet"));
	if (mode == PROMPT_IDEA_KEEP && (!call->view->what_if || call->view->what_if->count == 0))
		return refuse(call, _("nothing to save: inject a what-if first (w)"));
	return prompt_open(call, mode);
}

/* What is exported to a file, or tried from one. */
unsigned cmd_file(struct call *call)
{
	if (call->argument[0] == '\0')
		return refuse(call, _("that needs a file name"));
	call->command->kind = (enum command_kind)call->value;
	format_put(call->command->text, sizeof call->command->text, "%s", call->argument);
	return DONE;
}

bool idea_prompt(enum prompt_mode mode)
{
	return mode == PROMPT_IDEA_KEEP || mode == PROMPT_IDEA_OPEN || mode == PROMPT_IDEA_FORGET;
}

/* As far as all that begin so go together; from a whole one, the next. */
void idea_complete(const struct view *view, char *text, size_t size)
{
	const struct twin *t = view->twin;
	char common[ID_SIZE] = "";
	size_t typed = strlen(text), same;
	int whole = twin_idea(t, text), found = 0;

	if (whole >= 0) {
		format_put(text, size, "%s", t->ideas[(whole + 1) % t->idea_count].name);
		return;
	}
	for (int i = 0; i < t->idea_count; i++) {
		const char *name = t->ideas[i].name;

		if (strncmp(name, text, typed) != 0)
			continue;
		if (found++ == 0)
			format_put(common, sizeof common, "%s", name);
		for (same = 0; common[same] && common[same] == name[same];)
			same++;
		common[same] = '\0';
	}
	if (found > 0)
		format_put(text, size, "%s", common);
}

void idea_candidates(const struct view *view, const char *text, char *out, size_t size)
{
	out[0] = '\0';
	for (int i = 0; i < view->twin->idea_count; i++)
		if (strncmp(view->twin->ideas[i].name, text, strlen(text)) == 0)
			format_add(
				out, size, "%s%s", out[0] ? " | " : "", view->twin->ideas[i].name);
}
