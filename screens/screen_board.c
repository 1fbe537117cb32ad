/* SPDX-License-Identifier: Apache-2.0 */

/* 1 Board: rooms as rows. First what is late and who needs me, without a key. */

#include <math.h>
#include <string.h>

#include "screens/format.h"
#include "screens/gantt.h"
#include "screens/parts.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { WIDE = 160, DAY_CASES = 48, LATE_MIN = 5 };

static void fill_room(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;

	format_put(out->text, sizeof out->text, "%s", format_room(view, row->room));
	out->role = ROLE_STRONG;
}

static void fill_state(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;
	char age[24];

	if (row->greyed) {
		format_age(row->said.age_ms < 0 ? view->now_ms - row->since_ms : row->said.age_ms,
			age, sizeof age);
		format_put(
			out->text, sizeof out->text, "? %s %s", format_room_state(row->state), age);
		out->role = ROLE_DIM;
		return;
	}
	format_put(out->text, sizeof out->text, "%c %s%s", format_state_letter(row->state),
		row->conflict ? "! " : "", format_room_state(row->state));
	if (row->conflict)
		out->role = ROLE_CONFLICT;
	else if (row->state == ROOMSTATE_BLOCKED || row->state == ROOMSTATE_DOWN)
		out->role = ROLE_LATE;
	else if (row->state == ROOMSTATE_IDLE || row->state == ROOMSTATE_DONE)
		out->role = ROLE_DIM;
}

static void fill_who(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;

	if (row->current >= 0)
		format_person(
			view, view->twin->cases[row->current].patient, out->text, sizeof out->text);
}

static void fill_procedure(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;

	if (row->current >= 0)
		format_put(out->text, sizeof out->text, "%s",
			view->twin->cases[row->current].procedure);
}

static void fill_elapsed(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;

	(void)view;
	if (row->current < 0 || isnan(row->elapsed_min))
		return;
	format_put(out->text, sizeof out->text, "%.0f", row->elapsed_min);
	if (!isnan(row->planned_min))
		format_add(out->text, sizeof out->text, "/%.0f", row->planned_min);
	if (row->planned_min > 0 && row->elapsed_min > row->planned_min + LATE_MIN)
		out->role = ROLE_LATE;
}

static void fill_late(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;

	(void)view;
	if (isnan(row->late_min) || fabs(row->late_min) < 1)
		return;
	format_late(row->late_min, out->text, sizeof out->text);
	if (row->late_min >= LATE_MIN)
		out->role = ROLE_LATE;
	else if (row->late_min <= -LATE_MIN)
		out->role = ROLE_AHEAD;
}

static double number_late(const struct view *view, const void *data)
{
	(void)view;
	return -((const struct board_row *)data)->late_min;
}

/* When the programme would have it out, and when it will be. */
static void fill_planned(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;

	if (row->planned_end_ms > 0)
		format_clock(row->planned_end_ms, out->text, sizeof out->text);
	(void)view;
}

static void fill_out(const struct view *view, const void *data, struct cell_text *out)
{
	out->role = part_out(
		view, ((const struct board_row *)data)->current, out->text, sizeof out->text);
}

static void fill_next(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;
	char person[LABEL_SIZE];

	if (row->next < 0)
		return;
	format_clock(view->twin->cases[row->next].start_ms, out->text, sizeof out->text);
	format_person(view, view->twin->cases[row->next].patient, person, sizeof person);
	format_add(out->text, sizeof out->text, "%c%s",
		part_locked(&view->twin->cases[row->next]) ? '#' : ' ', person);
}

/* When the next one will be in, beside when it should. */
static void fill_next_in(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;
	const struct forecast_case *f = rows_forecast_case(view, row->next);
	double start = f ? rows_ahead(view, f->start).p50 : 0;
	char clock[16];

	if (!(start > 0))
		return;
	format_clock((int64_t)start, clock, sizeof clock);
	format_put(out->text, sizeof out->text, "→ %s", clock);
	out->role = rows_forecast_stale(view) ? ROLE_DIM
		    : start > (double)view->twin->cases[row->next].start_ms + LATE_MIN * 60000
			    ? ROLE_LATE
			    : ROLE_NORMAL;
}

static void fill_ready(const struct view *view, const void *data, struct cell_text *out)
{
	const struct board_row *row = data;

	if (row->next >= 0)
		out->role = part_ready(view, row->next, out->text, sizeof out->text);
}

static const struct column columns[] = {
	{N_("Room"), 6, 0, false, false, fill_room, NULL},
	{N_("State"), 13, 0, false, false, fill_state, NULL},
	{N_("Patient"), 10, 1, false, false, fill_who, NULL},
	{N_("Procedure"), 11, 4, true, false, fill_procedure, NULL},
	{N_("Min"), 7, 3, false, true, fill_elapsed, NULL},
	{N_("Late"), 4, 0, false, true, fill_late, number_late},
	{N_("Plan"), 5, 6, false, false, fill_planned, NULL},
	{N_("Out, foreseen (80 %)"), 21, 5, false, false, fill_out, NULL},
	{N_("Next"), 14, 2, false, false, fill_next, NULL},
	{N_("In"), 7, 5, false, false, fill_next_in, NULL},
	{N_("Ready"), 5, 2, false, false, fill_ready, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return board_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	const struct board_row *row = data;

	format_put(out, size, "%s", view->twin->site->rooms[row->room].id);
}

static void second(
	const struct view *view, const void *data, struct canvas *canvas, struct area line)
{
	const struct board_row *row = data;

	gantt_room(view, row->room, -1, canvas, line);
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct board_row),
	.rows = rows,
	.id = id,
	.lines = 2,
	.second = second,
	.empty = N_("no operating room: the site is not loaded"),
};

/* The case chosen on a row: the current one, else the next; Left and Right
 * walk through the room's day from there. */
static int chosen_case(struct screen *screen, const struct view *view, const struct board_row *row)
{
	int cases[DAY_CASES];
	int count = board_cases(view, row->room, cases, DAY_CASES);
	int base = row->current >= 0 ? row->current : row->next;
	int at = -1;

	for (int i = 0; i < count; i++) {
		if (cases[i] == base)
			at = i;
	}
	if (count == 0)
		return base;
	if (at < 0)
		at = count - 1;
	if (at + screen->offset < 0)
		screen->offset = -at;
	if (at + screen->offset >= count)
		screen->offset = count - 1 - at;
	return cases[at + screen->offset];
}

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	const struct board_row *row = data;

	out->room = row->room;
	out->case_ = chosen_case(screen, view, row);
}

static void draw_detail(const struct view *view, int index, struct canvas *canvas, struct area area)
{
	if (area.rows < 1 || index < 0)
		return;
	canvas_hline(canvas, area, area.row, area.column, area.columns, ROLE_DIM);
	part_case(view, index, canvas,
		(struct area){area.row + 1, area.column + 1, area.rows - 1, area.columns - 2});
}

/* The programme under the rooms, from the first case that is not over. */
static void draw_programme(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct table_def *def = screen_programme.table;
	struct table below = {0};
	struct list list;

	if (!table_load(&below, def, view, &list))
		return;
	for (int i = 0; i < list.visible; i++) {
		const struct programme_row *row = list_row(def, &list, i);

		if (surgery_is_over(&view->twin->cases[row->case_]))
			continue;
		below.selected = below.top = i;
		break;
	}
	table_draw(&below, def, view, &list, canvas, area, false);
	list_free(&list);
}

/* What is left under the rooms: alarms and the room on a middle-sized
 * terminal; on a wide one these stand at the side, the programme comes here. */
static void draw_below(
	const struct view *view, int room, bool wide, struct canvas *canvas, struct area area)
{
	int half = area.columns / 2;

	if (area.rows < 5)
		return;
	if (wide) {
		draw_programme(view, canvas, area);
		return;
	}
	part_alarms(view, canvas, (struct area){area.row, area.column, area.rows, half});
	part_room(view, room, canvas,
		(struct area){area.row, area.column + half, area.rows, area.columns - half});
}

static void draw_side(const struct view *view, int room, struct canvas *canvas, struct area area)
{
	int half = area.rows / 2;

	part_alarms(view, canvas, (struct area){area.row, area.column, half, area.columns});
	part_room(view, room, canvas,
		(struct area){area.row + half, area.column, area.rows - half, area.columns});
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct area main = body, axis;
	const struct board_row *row;
	int chosen = -1, used;
	struct list list;

	if (!table_load(&screen->table, &table, view, &list))
		return;
	row = list_selected(&screen->table, &table, &list);
	if (row)
		chosen = chosen_case(screen, view, row);
	if (body.columns >= WIDE)
		main.columns = body.columns - 56;
	axis = (struct area){main.row, main.column + 1, 1, main.columns - 1};
	gantt_axis(view, canvas, axis);
	main.row++;
	used = 1 + list.visible * 2;
	if (used > main.rows - 1)
		used = main.rows - 1;
	table_draw(&screen->table, &table, view, &list, canvas,
		(struct area){main.row, main.column, used, main.columns}, true);
	if (row && canvas->cursor_row >= 0)
		gantt_room(view, row->room, chosen, canvas,
			(struct area){
				canvas->cursor_row + 1, main.column + 1, 1, main.columns - 1});
	draw_detail(view, chosen, canvas,
		(struct area){main.row + used, main.column, main.rows - 1 - used, main.columns});
	draw_below(view, row ? row->room : -1, body.columns >= WIDE, canvas,
		(struct area){
			main.row + used + 3, main.column, main.rows - 4 - used, main.columns});
	if (body.columns >= WIDE)
		draw_side(view, row ? row->room : -1, canvas,
			(struct area){body.row, main.columns + 1, body.rows,
				body.columns - main.columns - 1});
	list_free(&list);
}

const struct screen_def screen_board = {
	.name = "board",
	.key = '1',
	.title = N_("Board"),
	.min_rows = 10,
	.min_columns = 40,
	.table = &table,
	.draw = draw,
	.subject = subject,
};
