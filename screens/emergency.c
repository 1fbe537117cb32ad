/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/emergency.h"

#include <stdlib.h>
#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/tr.h"

enum { DONE = UI_HANDLED | UI_DIRTY, CLASSES = 6, USUAL_MIN = 90, LEAST_MIN = 5, MOST_MIN = 1440 };

/* NEST: within what time each class is to be in a room (reference: promise A14). */
static const char *const classes[CLASSES] = {N_("at once: minutes"), N_("within 1 hour"),
	N_("within 4 hours"), N_("within 12 hours"), N_("within 48 hours"), N_("within 72 hours")};

const char *emergency_class(int nest)
{
	return nest >= 1 && nest <= CLASSES ? _(classes[nest - 1]) : "";
}

bool emergency_typed(const char *text, int *minutes, const char **what)
{
	char *end;
	long value;

	text += strspn(text, " ");
	if (text[0] < '0' || text[0] > '9')
		return false;
	value = strtol(text, &end, 10);
	if (value < LEAST_MIN || value > MOST_MIN || (*end != ' ' && *end != '\0'))
		return false;
	*minutes = (int)value;
	*what = end + strspn(end, " ");
	return true;
}

void emergency_lead(int nest, char *out, size_t size)
{
	format_put(out, size, _("emergency, NEST %d; minutes in the room, and what: "), nest);
}

unsigned emergency_given(struct call *call, int nest, const char *text)
{
	const char *what;
	int minutes;

	if (!emergency_typed(text, &minutes, &what)) {
		ui_say(call->ui, _("not done: minutes (%d to %d), then what it is"), LEAST_MIN,
			MOST_MIN);
		return DONE;
	}
	call->command->kind = COMMAND_EMERGENCY;
	call->command->arg = nest;
	call->command->value = minutes;
	format_put(call->command->text, sizeof call->command->text, "%s",
		what[0] ? what : _("emergency"));
	return repair_open(call);
}

static unsigned ask_rest(struct call *call, int nest)
{
	struct screen *prompt = ui_push(call->ui, &screen_prompt);

	if (!prompt)
		return DONE;
	prompt->mode = PROMPT_EMERGENCY;
	prompt->ask.arg = nest;
	format_put(prompt->text, sizeof prompt->text, "%d ", USUAL_MIN);
	return DONE;
}

/* The key; or `emergency 2 90 appendectomy`, `emergency 2`. */
unsigned cmd_emergency(struct call *call)
{
	const char *typed = call->argument + strspn(call->argument, " ");
	int nest = typed[0] - '0';

	if (typed[0] == '\0') {
		ui_push(call->ui, &screen_nest);
		return DONE;
	}
	if (nest < 1 || nest > CLASSES || (typed[1] != ' ' && typed[1] != '\0')) {
		ui_say(call->ui, "%s", _("emergency CLASS MINUTES WHAT; the class is 1 to 6"));
		return DONE;
	}
	typed += 1 + strspn(typed + 1, " ");
	return typed[0] ? emergency_given(call, nest, typed) : ask_rest(call, nest);
}

static unsigned class_given(struct call *call, const char *id, int nest)
{
	call->command->kind = COMMAND_NEST;
	call->command->arg = nest;
	format_put(call->command->target, sizeof call->command->target, "%s", id);
	return DONE;
}

/* Of the case on this row; `nest 2`. */
unsigned cmd_nest(struct call *call)
{
	const char *typed = call->argument + strspn(call->argument, " ");
	struct subject on;
	struct screen *menu;
	const char *id;

	screen_subject(call->screen, call->view, &on);
	if (on.case_ < 0) {
		ui_say(call->ui, "%s", _("no case on this row"));
		return DONE;
	}
	id = call->view->twin->cases[on.case_].id;
	if (typed[0] >= '0' && typed[0] <= '0' + CLASSES && typed[1] == '\0')
		return class_given(call, id, typed[0] - '0');
	if (typed[0] != '\0') {
		ui_say(call->ui, "%s", _("nest CLASS: 1 to 6, 0 none"));
		return DONE;
	}
	menu = ui_push(call->ui, &screen_nest);
	if (menu)
		format_put(menu->target, sizeof menu->target, "%s", id);
	return DONE;
}

/* About a case that is there, or (no target) one that comes. */
static unsigned nest_key(struct call *call, struct screen *menu, uint32_t key)
{
	char id[ID_SIZE];
	uint32_t least = menu->target[0] ? '0' : '1';

	if (key != VKEY_ESCAPE && (key < least || key > '0' + CLASSES))
		return UI_HANDLED;
	format_put(id, sizeof id, "%s", menu->target);
	ui_pop(call->ui);
	if (key == VKEY_ESCAPE)
		return DONE;
	return id[0] ? class_given(call, id, (int)(key - '0')) : ask_rest(call, (int)(key - '0'));
}

static void nest_draw(
	struct screen *menu, const struct view *view, struct canvas *canvas, struct area body)
{
	int none = menu->target[0] != '\0'; /* one row more */
	struct area box = {
		body.row + (body.rows - CLASSES - 2) / 2, body.column, CLASSES + 2 + none, 44};
	char title[LABEL_SIZE];

	(void)view;
	if (none)
		format_put(title, sizeof title, _("NEST class of %s"), menu->target);
	else
		format_put(title, sizeof title, "%s", _("an emergency: NEST class"));
	if (box.columns > body.columns)
		box.columns = body.columns;
	box.column = (body.columns - box.columns) / 2;
	canvas_fill(canvas, box, ROLE_NORMAL, ' ');
	canvas_box(canvas, box, ROLE_NORMAL, title);
	for (int i = 0; i < CLASSES + none; i++) {
		canvas_put(canvas, box, box.row + 1 + i, box.column + 2, ROLE_KEY,
			(uint32_t)(i < CLASSES ? '1' + i : '0'));
		canvas_text(canvas, box, box.row + 1 + i, box.column + 4, box.columns - 5,
			ROLE_NORMAL, i < CLASSES ? _(classes[i]) : _("none: it is no emergency"));
	}
	canvas->cursor_row = box.row + 1;
	canvas->cursor_column = box.column + 2;
}

const struct screen_def screen_nest = {
	.name = "nest",
	.title = N_("Emergency"),
	.overlay = true,
	.draw = nest_draw,
	.on_key = nest_key,
};
