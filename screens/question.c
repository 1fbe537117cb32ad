/* SPDX-License-Identifier: Apache-2.0 */

/* The question in the footer, and the menus of letters that lead to it. A
 * letter that changes shared state never acts at once. */

#include <string.h>

#include "screens/format.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { DONE = UI_HANDLED | UI_DIRTY };
enum menu_mode { MENU_MILESTONE, MENU_ABSENT };

unsigned question_open(struct call *call, const struct command *ask, const char *text)
{
	struct screen *question = ui_push(call->ui, &screen_question);

	if (question) {
		question->ask = *ask;
		format_put(question->text, sizeof question->text, "%s", text);
	}
	return DONE;
}

static unsigned question_key(struct call *call, struct screen *question, uint32_t key)
{
	/* Any other key means no: what is typed ahead must not end in a yes. */
	if (key == VKEY_ENTER)
		*call->command = question->ask;
	else
		ui_say(call->ui, "%s", _("not done"));
	ui_pop(call->ui);
	return DONE;
}

const struct screen_def screen_question = {
	.name = "question",
	.title = N_("Question"),
	.overlay = true,
	.on_key = question_key,
};

/* What `x` offers: absent, back on the list, and each readiness. */
static const struct {
	char letter;
	const char *label;
	enum command_kind kind;
	int arg, value;
} absences[] = {
	{'a', N_("absent (no-show)"), COMMAND_STATUS, CASE_NO_SHOW, 0},
	{'p', N_("postponed"), COMMAND_STATUS, CASE_POSTPONED, 0},
	{'c', N_("cancelled"), COMMAND_STATUS, CASE_CANCELLED, 0},
	{'b', N_("back on the list"), COMMAND_STATUS, CASE_PLANNED, 0},
	{'f', N_("not fasting"), COMMAND_READINESS, READY_FASTING, 0},
	{'F', N_("fasting"), COMMAND_READINESS, READY_FASTING, 1},
	{'e', N_("ate or drank at ..."), COMMAND_INTAKE, 0, 0},
	{'o', N_("consent missing"), COMMAND_READINESS, READY_CONSENT, 0},
	{'O', N_("consent signed"), COMMAND_READINESS, READY_CONSENT, 1},
	{'k', N_("site not marked"), COMMAND_READINESS, READY_MARKED, 0},
	{'K', N_("site marked"), COMMAND_READINESS, READY_MARKED, 1},
	{'d', N_("no bed"), COMMAND_READINESS, READY_BED, 0},
	{'D', N_("bed ready"), COMMAND_READINESS, READY_BED, 1},
};
enum { ABSENCES = sizeof absences / sizeof absences[0] };

static unsigned menu_open(struct call *call, const char *case_id, enum menu_mode mode)
{
	struct screen *menu = ui_push(call->ui, &screen_menu);

	if (menu) {
		menu->mode = mode;
		format_put(menu->target, sizeof menu->target, "%s", case_id);
	}
	return DONE;
}

unsigned menu_milestone(struct call *call, const char *case_id)
{
	return menu_open(call, case_id, MENU_MILESTONE);
}

unsigned menu_absent(struct call *call, const char *case_id)
{
	return menu_open(call, case_id, MENU_ABSENT);
}

/* "M.C. B12, OR 3, hip replacement": on whom the act is. */
static void describe(const struct view *view, const char *case_id, char *out, size_t size)
{
	int index = twin_case(view->twin, case_id);
	const struct surgery *s;
	char person[LABEL_SIZE];

	if (index < 0) {
		format_put(out, size, "%s", case_id);
		return;
	}
	s = &view->twin->cases[index];
	format_person(view, s->patient, person, sizeof person);
	format_put(out, size, "%s, %s", person,
		view->twin->site ? format_room(view, site_room(view->twin->site, s->room))
				 : s->room);
}

static int menu_find(const struct screen *menu, uint32_t key)
{
	int count = menu->mode == MENU_MILESTONE ? MILESTONE_COUNT : ABSENCES;

	for (int i = 0; i < count; i++) {
		char letter = menu->mode == MENU_MILESTONE ? milestone_rules[i].letter
							   : absences[i].letter;

		if (letter && (uint32_t)(unsigned char)letter == key)
			return i;
	}
	return -1;
}

static unsigned menu_key(struct call *call, struct screen *menu, uint32_t key)
{
	struct command ask = {.kind = COMMAND_MILESTONE};
	char text[LABEL_SIZE * 3], whom[LABEL_SIZE * 2];
	const char *label;
	int i = menu_find(menu, key);

	if (key == VKEY_ESCAPE) {
		ui_pop(call->ui);
		return DONE;
	}
	if (i < 0)
		return UI_HANDLED;
	if (menu->mode == MENU_ABSENT && absences[i].kind == COMMAND_INTAKE) {
		format_put(ask.target, sizeof ask.target, "%s", menu->target);
		ui_pop(call->ui);
		return prompt_intake(call, ask.target);
	}
	describe(call->view, menu->target, whom, sizeof whom);
	if (menu->mode == MENU_MILESTONE) {
		ask.arg = i;
		label = _(milestone_rules[i].label);
	} else {
		ask.kind = absences[i].kind;
		ask.arg = absences[i].arg;
		ask.value = absences[i].value;
		label = _(absences[i].label);
	}
	format_put(ask.target, sizeof ask.target, "%s", menu->target);
	format_put(text, sizeof text, "%s: %s", label, whom);
	ui_pop(call->ui);
	return question_open(call, &ask, text);
}

static void menu_line(
	const struct screen *menu, const struct view *view, int i, char *out, size_t size)
{
	int index = twin_case(view->twin, menu->target);
	char clock[16] = "";
	int64_t when;

	if (menu->mode == MENU_ABSENT) {
		format_put(out, size, "%c %s", absences[i].letter, _(absences[i].label));
		return;
	}
	when = index < 0 ? 0 : surgery_when(&view->twin->cases[index], (enum milestone)i);
	if (when > 0)
		format_clock(when, clock, sizeof clock);
	format_put(out, size, "%c %-22s %s", milestone_rules[i].letter, _(milestone_rules[i].label),
		clock);
}

static void menu_draw(
	struct screen *menu, const struct view *view, struct canvas *canvas, struct area body)
{
	int count = menu->mode == MENU_MILESTONE ? MILESTONE_COUNT : ABSENCES;
	int tall = body.rows - 2 > 1 ? body.rows - 2 : 1;
	int columns = (count + tall - 1) / tall;
	int rows = (count + columns - 1) / columns, width = columns * 34 + 2;
	char line[LABEL_SIZE], title[LABEL_SIZE * 2];
	struct area box;

	if (width > body.columns)
		width = body.columns;
	box = (struct area){
		body.row + (body.rows - rows - 2) / 2, (body.columns - width) / 2, rows + 2, width};
	describe(view, menu->target, title, sizeof title);
	canvas_fill(canvas, box, ROLE_NORMAL, ' ');
	canvas_box(canvas, box, ROLE_NORMAL, title);
	for (int i = 0; i < count; i++) {
		int column = box.column + 2 + i / rows * 34;

		menu_line(menu, view, i, line, sizeof line);
		canvas_text(canvas, box, box.row + 1 + i % rows, column,
			box.column + box.columns - column - 1, ROLE_NORMAL, line);
		canvas_text(canvas, box, box.row + 1 + i % rows, column, 1, ROLE_KEY,
			(const char[]){line[0], '\0'});
	}
	canvas->cursor_row = box.row + 1;
	canvas->cursor_column = box.column + 2;
}

const struct screen_def screen_menu = {
	.name = "menu",
	.title = N_("Menu"),
	.overlay = true,
	.draw = menu_draw,
	.on_key = menu_key,
};
