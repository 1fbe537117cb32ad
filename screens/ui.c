/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/command_table.h"
#include "screens/format.h"
#include "screens/lock.h"
#include "screens/parts.h"
#include "screens/rows.h"
#include "screens/tr.h"

/* Screens with a key of their own, in the order of the keys. */
static const struct screen_def *const roots[] = {&screen_board, &screen_programme, &screen_recovery,
	&screen_alarms, &screen_locate, &screen_climate, &screen_feeds, &screen_gateways,
	&screen_devices, &screen_forecast, &screen_whatif, &screen_indicators, &screen_stations};
enum { ROOTS = sizeof roots / sizeof roots[0] };

struct ui *ui_create(void)
{
	struct ui *ui = calloc(1, sizeof *ui);

	if (!ui)
		return NULL;
	for (int i = 0; i < ROOTS; i++) {
		ui->roots[i] = calloc(1, sizeof *ui->roots[i]);
		if (!ui->roots[i]) {
			ui_destroy(ui);
			return NULL;
		}
		ui->roots[i]->def = roots[i];
	}
	ui->stack[0] = ui->roots[0];
	ui->depth = 1;
	return ui;
}

void ui_destroy(struct ui *ui)
{
	if (!ui)
		return;
	while (ui->depth > 1)
		ui_pop(ui);
	for (int i = 0; i < ROOTS; i++)
		free(ui->roots[i]);
	free(ui);
}

struct screen *ui_top(const struct ui *ui)
{
	return ui->stack[ui->depth - 1];
}

struct screen *ui_base(const struct ui *ui)
{
	int i = ui->depth - 1;

	while (i > 0 && ui->stack[i]->def->overlay)
		i--;
	return ui->stack[i];
}

struct screen *ui_push(struct ui *ui, const struct screen_def *def)
{
	struct screen *screen;

	if (ui->depth >= UI_STACK) {
		ui_say(ui, "%s", _("too many pages open; q goes back"));
		return NULL;
	}
	screen = calloc(1, sizeof *screen);
	if (!screen)
		return NULL;
	screen->def = def;
	ui->stack[ui->depth++] = screen;
	return screen;
}

void ui_pop(struct ui *ui)
{
	if (ui->depth > 1)
		free(ui->stack[--ui->depth]);
}

bool ui_go_home(struct ui *ui)
{
	if (ui->depth > 1) {
		ui_pop(ui);
		return true;
	}
	if (ui->stack[0] == ui->roots[0])
		return false;
	ui->stack[0] = ui->roots[0];
	return true;
}

bool ui_goto(struct ui *ui, const char *name)
{
	for (int i = 0; i < ROOTS; i++) {
		if (strcmp(roots[i]->name, name) != 0)
			continue;
		while (ui->depth > 1)
			ui_pop(ui);
		ui->stack[0] = ui->roots[i];
		return true;
	}
	return false;
}

void ui_say(struct ui *ui, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ui->message, sizeof ui->message, format, args);
	va_end(args);
}

void screen_subject(struct screen *screen, const struct view *view, struct subject *out)
{
	struct list list = {0};
	const void *row = NULL;

	*out = (struct subject){-1, -1, -1, -1, -1, -1, -1};
	if (!screen->def->subject)
		return;
	if (screen->def->table && table_load(&screen->table, screen->def->table, view, &list))
		row = list_selected(&screen->table, screen->def->table, &list);
	if (row || !screen->def->table)
		screen->def->subject(screen, view, row, out);
	list_free(&list);
	if (out->patient < 0 && out->case_ >= 0)
		out->patient = twin_patient(view->twin, view->twin->cases[out->case_].patient);
	if (out->case_ < 0 && out->patient >= 0)
		out->case_ = twin_patient_case(view->twin, view->twin->patients[out->patient].id);
}

bool ui_too_small(const struct ui *ui, const struct screen_def *def)
{
	int rows = def->min_rows > 8 ? def->min_rows : 8;
	int columns = def->min_columns > 30 ? def->min_columns : 30;

	return ui->rows > 0 && (ui->rows < rows || ui->columns < columns);
}

/* A paste is text for a prompt, never a row of commands. */
static bool paste_swallows(struct ui *ui, uint32_t key)
{
	if (key == VKEY_PASTE_BEGIN || key == VKEY_PASTE_END) {
		ui->pasting = key == VKEY_PASTE_BEGIN;
		return true;
	}
	if (!ui->pasting)
		return false;
	return (ui_top(ui)->def != &screen_prompt && ui_top(ui)->def != &screen_unlock)
	       || key < 0x20 || key >= KEY_BASE;
}

/* Whoever stands before a locked console may look; the rest asks for the password. */
static unsigned locked_key(struct call *call, const struct command_entry *entry, uint32_t key)
{
	struct screen *top = ui_top(call->ui);
	unsigned bits;

	if (top->def == &screen_unlock)
		return top->def->on_key(call, top, key);
	if (!lock_lets(entry))
		return lock_ask(call);
	bits = command_run(call, entry);
	if (call->command->kind == COMMAND_QUIT) {
		call->command->kind = COMMAND_NONE;
		return lock_ask(call);
	}
	return bits;
}

static unsigned handle(
	struct ui *ui, const struct view *view, uint32_t key, struct command *command)
{
	struct call call = {.ui = ui, .view = view, .command = command, .argument = ""};
	struct screen *top;
	const struct command_entry *entry;
	unsigned bits = 0;

	*command = (struct command){.kind = COMMAND_NONE};
	lock_follow(ui, view);
	top = ui_top(ui);
	if (key == KEY_NONE || paste_swallows(ui, key))
		return 0;
	if (ui->message[0]) {
		ui->message[0] = '\0';
		bits = UI_DIRTY;
	}
	call.screen = ui_base(ui);
	entry = command_for_key(call.screen->def->name, key);
	if (view->locked)
		return bits | locked_key(&call, entry, key);
	if (!top->def->overlay && ui_too_small(ui, top->def)
		&& !(entry && entry->flags & (FLAG_SMALL | FLAG_MOVE)))
		return bits;
	if (top->def->on_key) {
		unsigned own = top->def->on_key(&call, top, key);

		if (own)
			return bits | own;
	}
	if (top->def->overlay)
		return bits | UI_HANDLED;
	if (!entry)
		return bits;
	return bits | command_run(&call, entry);
}

static bool is_open(const struct ui *ui, const struct screen_def *def)
{
	for (int i = 0; i < ui->depth; i++)
		if (ui->stack[i]->def == def)
			return true;
	return false;
}

/* What is looked for while a page is open is not looked for any more once it is left,
 * by whatever key. */
unsigned ui_key(struct ui *ui, const struct view *view, uint32_t key, struct command *command)
{
	bool looking = is_open(ui, &screen_repair), proving = is_open(ui, &screen_proof);
	unsigned bits = handle(ui, view, key, command);

	if (command->kind != COMMAND_NONE)
		return bits;
	if (looking && !is_open(ui, &screen_repair))
		command->kind = COMMAND_REPAIR_END;
	else if (proving && !is_open(ui, &screen_proof))
		command->kind = COMMAND_REPAIR_PROOF;
	return bits;
}

static void draw_too_small(const struct screen_def *def, struct canvas *canvas)
{
	struct area all = canvas_area(canvas);

	canvas_printf(canvas, all, 0, 0, all.columns, ROLE_STRONG, _("too small: %s needs %dx%d"),
		_(def->title), def->min_columns > 30 ? def->min_columns : 30,
		def->min_rows > 8 ? def->min_rows : 8);
	canvas_text(canvas, all, 1, 0, all.columns, ROLE_FOOTER, "? : q");
}

enum { WIDE = 160, BESIDE = 78 };

/* On a wide terminal the page of what is selected stands beside the list. */
static bool draw_beside(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct area area = {body.row, body.columns - BESIDE + 1, body.rows, BESIDE - 1};
	struct subject subject;
	int none = 0;

	screen_subject(screen, view, &subject);
	if (subject.alarm >= 0)
		alarm_page(view, view->twin->alarms[subject.alarm].key, canvas, area, &none);
	else if (subject.case_ >= 0)
		patient_page(view, view->twin->cases[subject.case_].id, canvas, area, &none);
	else
		return false;
	for (int i = 0; i < body.rows; i++)
		canvas_put(canvas, body, body.row + i, area.column - 1, ROLE_DIM,
			canvas->ascii ? '|' : 0x2502);
	return true;
}

static void draw_base(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct list list = {0};
	int offset = screen->offset;

	if (screen->def->draw) {
		screen->def->draw(screen, view, canvas, body);
		/* Only the drawing knows where a page ends: gone past it, it is drawn again. */
		if (screen->offset != offset) {
			canvas_fill(canvas, body, ROLE_NORMAL, ' ');
			screen->def->draw(screen, view, canvas, body);
		}
		return;
	}
	if (screen->def->above) {
		int lines = screen->def->above(screen, view, canvas, body);

		body.row += lines;
		body.rows -= lines;
	}
	if (screen->def->detail) {
		part_list_and_detail(screen, view, canvas, body);
		return;
	}
	if (body.columns >= WIDE && draw_beside(screen, view, canvas, body))
		body.columns -= BESIDE;
	if (!table_load(&screen->table, screen->def->table, view, &list))
		return;
	table_draw(&screen->table, screen->def->table, view, &list, canvas, body, true);
	list_free(&list);
}

void ui_draw(struct ui *ui, const struct view *view, struct canvas *canvas)
{
	struct screen *base;
	struct area body = {2, 0, canvas->rows - 3, canvas->columns};

	lock_follow(ui, view);
	base = ui_base(ui);
	ui->rows = canvas->rows;
	ui->columns = canvas->columns;
	canvas_erase(canvas);
	canvas->cursor_row = canvas->cursor_column = -1;
	if (ui_too_small(ui, base->def)) {
		draw_too_small(base->def, canvas);
	} else {
		frame_header(ui, view, canvas);
		frame_strip(view, canvas);
		draw_base(base, view, canvas, body);
	}
	for (int i = 1; i < ui->depth; i++) {
		if (ui->stack[i]->def->overlay && ui->stack[i]->def->draw)
			ui->stack[i]->def->draw(ui->stack[i], view, canvas, body);
	}
	if (!ui_too_small(ui, base->def) || ui_top(ui)->def->overlay)
		frame_footer(ui, view, canvas);
}

int ui_next_ms(const struct ui *ui, const struct view *view)
{
	/* The clock in the header turns with suite time; faster than five
	 * pictures a second tells nobody more. */
	double speed = view->speed > 0 ? view->speed : 1;
	int64_t clock_ms = (int64_t)((double)(1000 - view->now_ms % 1000) / speed) + 1;
	int flash_ms = frame_flash_ms(view);

	(void)ui;
	if (clock_ms < 200)
		clock_ms = 200;
	if (flash_ms > 0 && flash_ms < clock_ms)
		return flash_ms;
	return (int)clock_ms;
}

void ui_each_command(void (*row)(void *context, const char *screen, const char *key,
			     const char *name, const char *help),
	void *context)
{
	char key[32];

	for (int i = 0; i < command_count; i++) {
		const struct command_entry *c = &command_table[i];

		command_key_name(c->key, key, sizeof key);
		row(context, c->scope, key, c->name, _(c->help));
	}
}
