/* SPDX-License-Identifier: Apache-2.0 */

/* `w`: what could happen to what the cursor is on. A letter chooses a row of the
 * table of scenarios; the form below fills it in, with Tab for what there is. */

#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/tr.h"

enum { DONE = UI_HANDLED | UI_DIRTY, COLUMN = 38, CHOICES = 256 };

/* ---- the menu ---- */

static char letter_of(int row)
{
	return (char)(row < 26 ? 'a' + row : 'A' + row - 26);
}

/* The id a parameter has when the cursor is on this; "" nothing to say. */
static const char *id_under(const struct view *view, const struct subject *on,
	enum scenario_kind kind, const char *otherwise)
{
	const struct twin *t = view->twin;

	if (kind == PARAMETER_CASE && on->case_ >= 0)
		return t->cases[on->case_].id;
	if (kind == PARAMETER_SURGEON && on->case_ >= 0)
		return t->cases[on->case_].surgeon;
	if (kind == PARAMETER_ROOM && t->site && on->room >= 0
		&& t->site->rooms[on->room].kind == ROOM_OR)
		return t->site->rooms[on->room].id;
	return otherwise;
}

/* Rows about one case or room are offered on one; the others always. */
static bool offered(const struct view *view, const struct subject *on, int row)
{
	const struct scenario_parameter *p = &scenario_rows[row].parameters[0];

	return !p->needed || (p->kind != PARAMETER_CASE && p->kind != PARAMETER_ROOM)
	       || id_under(view, on, p->kind, "")[0];
}

static int64_t planned_from_now(const struct view *view, int case_)
{
	int64_t planned = view->twin->cases[case_].start_ms;

	return planned > view->now_ms ? planned : view->now_ms;
}

/* "overrun:case=c-102,min=60": all of it but what only a person can say. */
static void prefill(
	const struct view *view, const struct subject *on, int which, char *out, size_t size)
{
	const struct scenario_row *row = &scenario_rows[which];
	char mark = ':';
	char clock[16];
	const char *open = NULL; /* the first word that is missing: last on the line */

	format_put(out, size, "%s", row->name);
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		const struct scenario_parameter *p = &row->parameters[i];
		const char *id = i == 0 || p->kind == PARAMETER_SURGEON
					 ? id_under(view, on, p->kind, "")
					 : "";

		if (p->kind == PARAMETER_NUMBER)
			format_add(out, size, "%c%s=%d", mark, p->name, p->usual);
		else if (p->kind == PARAMETER_INSTANT && on->case_ >= 0) {
			format_clock(planned_from_now(view, on->case_), clock, sizeof clock);
			format_add(out, size, "%c%s=%s", mark, p->name, clock);
		} else if (id[0])
			format_add(out, size, "%c%s=%s", mark, p->name, id);
		else if (p->needed && !open)
			open = p->name;
		else
			continue;
		mark = p->name == open ? mark : ',';
	}
	if (open)
		format_add(out, size, "%c%s=", mark, open);
}

/* The operating room an alarm is about, by its place or by the end of its key
 * ("...:or-2"), and the case. */
static void alarm_about(const struct view *view, struct subject *out)
{
	const struct twin *t = view->twin;
	const struct alarm *a = &t->alarms[out->alarm];
	const char *last = strrchr(a->key, ':');
	const char *const places[] = {a->room, last ? last + 1 : ""};

	for (size_t i = 0; t->site && i < sizeof places / sizeof places[0]; i++) {
		int room = site_room(t->site, places[i]);

		if (out->room < 0 && room >= 0 && t->site->rooms[room].kind == ROOM_OR)
			out->room = room;
	}
	if (out->case_ < 0) /* not by its patient */
		out->case_ = twin_case(t, places[1]);
	if (out->case_ < 0 && out->room >= 0)
		out->case_ = twin_room_current(t, out->room);
}

void ui_about(struct ui *ui, const struct view *view, struct subject *out)
{
	screen_subject(ui_base(ui), view, out);
	if (out->alarm >= 0)
		alarm_about(view, out);
	if (out->case_ >= 0 && out->room < 0)
		out->room = view->twin->cases[out->case_].room_at;
	/* On a room that is being cleaned: the one who comes next. */
	else if (out->case_ >= 0 && surgery_is_over(&view->twin->cases[out->case_])
		 && twin_room_next(view->twin, out->room) >= 0)
		out->case_ = twin_room_next(view->twin, out->room);
}

unsigned menu_what_if(struct call *call)
{
	struct subject on;
	struct screen *menu;

	ui_about(call->ui, call->view, &on);
	menu = ui_push(call->ui, &screen_whatif_menu);
	if (menu && on.case_ >= 0)
		format_put(menu->target, sizeof menu->target, "%s",
			call->view->twin->cases[on.case_].id);
	if (menu && on.room >= 0 && call->view->twin->site)
		format_put(menu->saved, sizeof menu->saved, "%s",
			call->view->twin->site->rooms[on.room].id);
	return DONE;
}

/* By id: rows move while somebody chooses. */
static void subject_kept(const struct screen *menu, const struct view *view, struct subject *on)
{
	*on = (struct subject){-1, -1, -1, -1, -1, -1, -1};
	if (menu->target[0])
		on->case_ = twin_case(view->twin, menu->target);
	if (menu->saved[0] && view->twin->site)
		on->room = site_room(view->twin->site, menu->saved);
}

static unsigned menu_key(struct call *call, struct screen *menu, uint32_t key)
{
	struct subject on;
	struct screen *form;

	if (key == VKEY_ESCAPE) {
		ui_pop(call->ui);
		return DONE;
	}
	subject_kept(menu, call->view, &on);
	for (int i = 0; i < scenario_count; i++) {
		if ((uint32_t)(unsigned char)letter_of(i) != key || !offered(call->view, &on, i))
			continue;
		ui_pop(call->ui);
		form = ui_push(call->ui, &screen_whatif_form);
		if (form) {
			form->mode = PROMPT_WHAT_IF;
			prefill(call->view, &on, i, form->text, sizeof form->text);
		}
		return DONE;
	}
	return UI_HANDLED;
}

static void menu_title(const struct view *view, const struct subject *on, char *out, size_t size)
{
	char person[LABEL_SIZE];

	format_put(out, size, "%s", _("what if"));
	if (on->case_ >= 0) {
		format_person(view, view->twin->cases[on->case_].patient, person, sizeof person);
		format_add(out, size, ": %s, %s", view->twin->cases[on->case_].id, person);
	}
	if (on->room >= 0)
		format_add(out, size, "%s%s", on->case_ >= 0 ? ", " : ": ",
			format_room(view, on->room));
}

static void menu_draw(
	struct screen *menu, const struct view *view, struct canvas *canvas, struct area body)
{
	char title[LABEL_SIZE * 3];
	struct subject on;
	struct area box;
	int count = 0, at = 0, tall = body.rows - 2 > 1 ? body.rows - 2 : 1, columns, rows;

	subject_kept(menu, view, &on);
	for (int i = 0; i < scenario_count; i++)
		count += offered(view, &on, i);
	columns = (count + tall - 1) / tall;
	rows = columns > 0 ? (count + columns - 1) / columns : 1;
	box.rows = rows + 2;
	box.columns = columns * COLUMN + 2;
	if (box.columns < 2 * COLUMN + 2)
		box.columns = 2 * COLUMN + 2; /* for the title */
	if (box.columns > body.columns)
		box.columns = body.columns;
	box.row = body.row + (body.rows - box.rows) / 2;
	box.column = (body.columns - box.columns) / 2;
	menu_title(view, &on, title, sizeof title);
	canvas_fill(canvas, box, ROLE_NORMAL, ' ');
	canvas_box(canvas, box, ROLE_NORMAL, title);
	for (int i = 0; i < scenario_count; i++) {
		int row = box.row + 1 + at % rows, column = box.column + 2 + at / rows * COLUMN;

		if (!offered(view, &on, i))
			continue;
		canvas_put(canvas, box, row, column, ROLE_KEY, (uint32_t)letter_of(i));
		canvas_text(canvas, box, row, column + 2, COLUMN - 3, ROLE_NORMAL,
			_(scenario_rows[i].help));
		at++;
	}
	canvas->cursor_row = box.row + 1;
	canvas->cursor_column = box.column + 2;
}

/* ---- the form ---- */

/* The row being typed, -1 none; *parameter gets the one the line ends in, -1. */
static int row_typed(const char *text, int *parameter, const char **value)
{
	size_t name = strcspn(text, ":");
	const char *last = strrchr(text, ',');

	*parameter = -1;
	*value = "";
	last = last ? last : strchr(text, ':');
	for (int i = 0; i < scenario_count; i++) {
		const struct scenario_row *row = &scenario_rows[i];

		if (strlen(row->name) != name || strncmp(row->name, text, name) != 0)
			continue;
		for (int k = 0; last && k < SCENARIO_PARAMETERS; k++) {
			size_t length =
				row->parameters[k].name ? strlen(row->parameters[k].name) : 0;

			if (length && strncmp(last + 1, row->parameters[k].name, length) == 0
				&& last[1 + length] == '=') {
				*parameter = k;
				*value = last + 2 + length;
			}
		}
		return i;
	}
	return -1;
}

/* Tab: as far as all that begin so go together; from a whole one, the next. */
static void complete(const struct view *view, struct screen *form)
{
	const char *value, *choice;
	char common[ID_SIZE] = "";
	int parameter, row = row_typed(form->text, &parameter, &value), found = 0;
	size_t typed = strlen(value), head = strlen(form->text) - typed;
	enum scenario_kind kind;

	if (row < 0 || parameter < 0)
		return;
	kind = scenario_rows[row].parameters[parameter].kind;
	for (int n = 0; (choice = scenario_choice(view->twin, kind, n)) && n < CHOICES; n++) {
		size_t same = 0;

		if (strcmp(choice, value) == 0) {
			choice = scenario_choice(view->twin, kind, n + 1);
			choice = choice ? choice : scenario_choice(view->twin, kind, 0);
			format_put(common, sizeof common, "%s", choice);
			found = 1;
			break;
		}
		if (strncmp(choice, value, typed) != 0)
			continue;
		if (found++ == 0)
			format_put(common, sizeof common, "%s", choice);
		while (common[same] && common[same] == choice[same])
			same++;
		common[same] = '\0';
	}
	if (found > 0 && head + strlen(common) < sizeof form->text)
		format_put(form->text + head, sizeof form->text - head, "%s", common);
}

static unsigned form_enter(struct call *call, struct screen *form)
{
	struct scenario scenario;
	char why[SCENARIO_TEXT], typed[SCENARIO_TEXT];

	format_typed(call->view->now_ms, form->text, typed, sizeof typed);
	if (!scenario_parse(typed, &scenario, why))
		return DONE; /* stays: the form says why */
	call->command->kind = COMMAND_WHAT_IF;
	format_put(call->command->text, sizeof call->command->text, "%s", typed);
	ui_goto(call->ui, "whatif");
	return DONE;
}

static unsigned form_key(struct call *call, struct screen *form, uint32_t key)
{
	if (key == VKEY_ENTER)
		return form_enter(call, form);
	if (key == VKEY_ESCAPE || (form->text[0] == '\0' && key == VKEY_BACKSPACE))
		ui_pop(call->ui);
	else if (key == VKEY_BACKSPACE || key == VKEY_DELETE)
		prompt_rub(form->text);
	else if (key == 'U' - '@')
		form->text[0] = '\0';
	else if (key == VKEY_TAB)
		complete(call->view, form);
	else if (!prompt_type(form->text, sizeof form->text, key))
		return UI_HANDLED;
	return DONE;
}

/* "min      1..1440, usually 60" */
static void parameter_text(const struct scenario_parameter *p, char *out, size_t size)
{
	static const char *const kinds[] = {[PARAMETER_CASE] = N_("a case"),
		[PARAMETER_ROOM] = N_("an operating room"),
		[PARAMETER_ROLE] = N_("a staff role"),
		[PARAMETER_BEDS] = N_("a kind of beds"),
		[PARAMETER_FLOOR] = N_("a floor"),
		[PARAMETER_SURGEON] = N_("a surgeon"),
		[PARAMETER_SETTING] = N_("a setting: day, inpatient ..."),
		[PARAMETER_MOBILITY] = N_("walks, chair or bed"),
		[PARAMETER_WORD] = N_("a word"),
		[PARAMETER_INSTANT] = N_("a time, HH:MM here"),
		[PARAMETER_KIT] = N_("a kit"),
		[PARAMETER_REASON] = N_("why"),
		[PARAMETER_WAY] = N_("a way of working")};

	if (p->kind == PARAMETER_NUMBER)
		format_put(out, size, _("%-9s %d..%d, usually %d"), p->name, p->least, p->most,
			p->usual);
	else
		format_put(out, size, "%-9s %s%s", p->name, _(kinds[p->kind]),
			p->needed ? "" : _(", or left out"));
}

/* What the value being typed may be, on one line. */
static void choices_text(
	const struct view *view, enum scenario_kind kind, const char *value, char *out, size_t size)
{
	const char *choice;

	out[0] = '\0';
	for (int n = 0; (choice = scenario_choice(view->twin, kind, n)) && n < CHOICES; n++)
		if (strncmp(choice, value, strlen(value)) == 0)
			format_add(out, size, "%s%s", out[0] ? " " : "Tab: ", choice);
}

static void form_draw(
	struct screen *form, const struct view *view, struct canvas *canvas, struct area body)
{
	const char *value;
	char text[LABEL_SIZE * 4], typed[SCENARIO_TEXT];
	int parameter, which = row_typed(form->text, &parameter, &value), row;
	const struct scenario_row *of = which >= 0 ? &scenario_rows[which] : NULL;
	struct scenario scenario;
	struct area box = {0, 0, SCENARIO_PARAMETERS + 4, body.columns};

	if (box.rows > body.rows)
		box.rows = body.rows;
	box.row = row = body.row + body.rows - box.rows;
	canvas_fill(canvas, box, ROLE_NORMAL, ' ');
	canvas_box(canvas, box, ROLE_NORMAL, of ? _(of->help) : _("what if"));
	for (int i = 0; of && i < SCENARIO_PARAMETERS && of->parameters[i].kind != PARAMETER_END;
		i++) {
		parameter_text(&of->parameters[i], text, sizeof text);
		canvas_text(canvas, box, ++row, 2, box.columns - 4,
			i == parameter ? ROLE_STRONG : ROLE_NORMAL, text);
	}
	if (of && parameter >= 0) {
		choices_text(view, of->parameters[parameter].kind, value, text, sizeof text);
		canvas_text(canvas, box, ++row, 2, box.columns - 4, ROLE_DIM, text);
	}
	format_typed(view->now_ms, form->text, typed, sizeof typed);
	if (!scenario_parse(typed, &scenario, text))
		canvas_text(
			canvas, box, box.row + box.rows - 2, 2, box.columns - 4, ROLE_LATE, text);
	else
		canvas_text(canvas, box, box.row + box.rows - 2, 2, box.columns - 4, ROLE_DIM,
			_("Enter tries it on a copy, Esc leaves"));
}

/* ---- what the commands do ---- */

unsigned cmd_what_if(struct call *call)
{
	if (call->argument[0]) {
		call->command->kind = COMMAND_WHAT_IF;
		format_typed(call->view->now_ms, call->argument, call->command->text,
			sizeof call->command->text);
		ui_goto(call->ui, "whatif");
		return DONE;
	}
	if (call->value == 0)
		ui_goto(call->ui, "whatif");
	else
		return menu_what_if(call);
	return DONE;
}

unsigned cmd_in_time(struct call *call)
{
	const struct site *site = call->view->twin->site;
	struct subject on;
	int room;

	ui_about(call->ui, call->view, &on);
	room = site && call->argument[0] ? site_room(site, call->argument) : on.room;
	if (!site || room < 0 || site->rooms[room].kind != ROOM_OR) {
		ui_say(call->ui, "%s", _("no operating room here: in-time ROOM names one"));
		return DONE;
	}
	call->command->kind = COMMAND_IN_TIME;
	format_put(call->command->target, sizeof call->command->target, "%s", site->rooms[room].id);
	ui_goto(call->ui, "whatif");
	return DONE;
}

const struct screen_def screen_whatif_menu = {
	.name = "whatif-menu",
	.title = N_("What if"),
	.overlay = true,
	.draw = menu_draw,
	.on_key = menu_key,
};

const struct screen_def screen_whatif_form = {
	.name = "whatif-form",
	.title = N_("What if"),
	.overlay = true,
	.draw = form_draw,
	.on_key = form_key,
};
