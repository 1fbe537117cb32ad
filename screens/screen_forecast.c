/* SPDX-License-Identifier: Apache-2.0 */

/* 7 Forecast: which room will not be done in time, what fills up, what binds. */

#include <math.h>
#include <string.h>

#include "screens/fan.h"
#include "screens/forecast_parts.h"
#include "screens/format.h"
#include "screens/radar_rows.h"
#include "screens/tr.h"

enum { WIDE = 160, SIDE = 56, BELOW_LEAST = 10 };

static void fill_room(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;

	format_put(out->text, sizeof out->text, "%s", format_room(view, row->room));
	out->role = ROLE_STRONG;
}

static void fill_state(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;

	(void)view;
	format_put(out->text, sizeof out->text, "%c %s", format_state_letter(row->state),
		format_room_state(row->state));
}

static void fill_case(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;

	if (row->current >= 0)
		format_person(
			view, view->twin->cases[row->current].patient, out->text, sizeof out->text);
}

static void fill_procedure(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;

	if (row->current >= 0)
		format_put(out->text, sizeof out->text, "%s",
			view->twin->cases[row->current].procedure);
}

static void fill_left(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;

	(void)view;
	if (row->left > 0)
		format_put(out->text, sizeof out->text, "%d", row->left);
}

static void fill_end(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;
	struct quantiles end;

	if (!row->forecast || row->left == 0)
		return;
	end = rows_ahead(view, row->forecast->end);
	format_span(&end, out->text, sizeof out->text);
	out->role = forecast_role(view, ROLE_NORMAL);
}

static double number_end(const struct view *view, const void *data)
{
	const struct forecast_row *row = data;

	(void)view;
	return row->forecast && row->left > 0 ? -row->forecast->end.p50 : (double)NAN;
}

static void fill_close(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;

	(void)view;
	if (row->closes_ms > 0)
		format_clock(row->closes_ms, out->text, sizeof out->text);
}

static bool has_odds(const struct forecast_row *row)
{
	return !isnan(row->over_min);
}

static void fill_odds(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;
	double p;

	if (!has_odds(row))
		return;
	p = row->forecast->p_overtime;
	format_put(out->text, sizeof out->text, "%s%s%.0f %%",
		p >= FORECAST_LIKELY     ? "!! "
		: p >= FORECAST_POSSIBLE ? "! "
					 : "",
		p > 0 && p < 0.005   ? "<"
		: p < 1 && p > 0.995 ? ">"
				     : "",
		p > 0 && p < 0.005   ? 1.0
		: p < 1 && p > 0.995 ? 99.0
				     : p * 100);
	out->role = forecast_role(view, p >= FORECAST_LIKELY     ? ROLE_LATE
					: p >= FORECAST_POSSIBLE ? ROLE_STRONG
								 : ROLE_NORMAL);
}

static double number_odds(const struct view *view, const void *data)
{
	const struct forecast_row *row = data;

	(void)view;
	return has_odds(row) ? -row->forecast->p_overtime : (double)NAN;
}

static void fill_over(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;

	if (!has_odds(row))
		return;
	format_put(out->text, sizeof out->text, "%.0f", row->over_min);
	out->role = forecast_role(view, ROLE_NORMAL);
}

static void fill_idle(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;

	double causes[IDLE_CAUSES];

	if (!row->forecast || !row->forecast->has_session)
		return;
	format_put(out->text, sizeof out->text, "%.0f", rows_idle(row->forecast, 1, causes));
	out->role = forecast_role(view, ROLE_NORMAL);
}

static const struct column columns[] = {
	{N_("Room"), 6, 0, false, false, fill_room, NULL},
	{N_("State"), 13, 2, false, false, fill_state, NULL},
	{N_("Patient"), 10, 4, false, false, fill_case, NULL},
	{N_("Procedure"), 11, 6, true, false, fill_procedure, NULL},
	{N_("Left"), 4, 3, false, true, fill_left, NULL},
	{N_("Last out (80 %)"), 19, 0, false, false, fill_end, number_end},
	{N_("Close"), 5, 1, false, false, fill_close, NULL},
	{N_("P(over)"), 8, 0, false, true, fill_odds, number_odds},
	{N_("Over"), 4, 0, false, true, fill_over, NULL},
	{N_("Idle"), 4, 5, false, true, fill_idle, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return forecast_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	const struct forecast_row *row = data;

	format_put(out, size, "%s", view->twin->site->rooms[row->room].id);
}

static void second(
	const struct view *view, const void *data, struct canvas *canvas, struct area line)
{
	fan_room(view, data, canvas, line);
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct forecast_row),
	.rows = rows,
	.id = id,
	.lines = 2,
	.second = second,
	.empty = N_("no operating room: the site is not loaded"),
};

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	const struct forecast_row *row = data;

	(void)screen;
	(void)view;
	out->room = row->room;
}

/* ---- the screen ---- */

/* On a small terminal Tab shows the loads in the place of the rooms, then the radar. */
static void draw_loads_alone(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area area)
{
	int under = area.rows >= 18 ? 9 : area.rows >= 12 ? 4 : 0;

	forecast_load(screen, view, canvas,
		(struct area){area.row, area.column, area.rows - under, area.columns});
	if (under > 0)
		forecast_summary(view, canvas,
			(struct area){area.row + area.rows - under + 1, area.column, under - 1,
				area.columns});
	canvas->cursor_row = area.row;
	canvas->cursor_column = area.column;
}

static void draw_radar_alone(const struct view *view, struct canvas *canvas, struct area area)
{
	fan_axis(view, canvas, (struct area){area.row, area.column + 1, 1, area.columns - 1});
	if (radar_block(view, canvas,
		    (struct area){area.row + 1, area.column, area.rows - 1, area.columns})
		== 0)
		canvas_text(canvas, area, area.row + 1, area.column + 1, area.columns - 1, ROLE_DIM,
			_("computing..."));
	canvas->cursor_row = area.row;
	canvas->cursor_column = area.column;
}

static void draw_beside(struct screen *screen, const struct view *view, int room,
	struct canvas *canvas, struct area area)
{
	int none = 0, half = area.rows * 3 / 5;
	int row = canvas->cursor_row, column = canvas->cursor_column;

	(void)screen;
	for (int i = 0; i < area.rows; i++)
		canvas_put(canvas, area, area.row + i, area.column, ROLE_DIM,
			canvas->ascii ? '|' : 0x2502);
	area.column++;
	area.columns--;
	forecast_room(view, room, canvas, (struct area){area.row, area.column, half, area.columns},
		&none);
	canvas->cursor_row = row;
	canvas->cursor_column = column;
	forecast_summary(view, canvas,
		(struct area){
			area.row + half + 1, area.column, area.rows - half - 1, area.columns});
}

static void draw_under(struct screen *screen, const struct view *view, bool wide,
	struct canvas *canvas, struct area area)
{
	int half = wide ? area.columns : area.columns * 3 / 5;

	if (area.rows < BELOW_LEAST) {
		forecast_short(view, canvas, area);
		return;
	}
	if (area.rows > 20)
		area.rows = 20;
	forecast_load(screen, view, canvas,
		(struct area){area.row + 1, area.column, area.rows - 1, half});
	if (!wide)
		forecast_summary(view, canvas,
			(struct area){area.row + 1, area.column + half + 1, area.rows - 1,
				area.columns - half - 1});
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct area main = body;
	const struct forecast_row *row;
	bool wide = body.columns >= WIDE;
	struct list list;
	int used;

	if (!table_load(&screen->table, &table, view, &list))
		return;
	row = list_selected(&screen->table, &table, &list);
	if (wide)
		main.columns -= SIDE;
	forecast_status(view, canvas, (struct area){main.row++, main.column, 1, main.columns});
	main.rows--;
	used = 1 + list.visible * 2;
	if (screen->pane == 2 && main.rows - 1 - used < BELOW_LEAST) {
		draw_radar_alone(view, canvas, main);
	} else if (screen->pane == 1 && main.rows - 1 - used < BELOW_LEAST) {
		draw_loads_alone(screen, view, canvas, main);
	} else {
		if (used > main.rows - 1)
			used = main.rows - 1;
		fan_axis(view, canvas,
			(struct area){main.row, main.column + 1, 1, main.columns - 1});
		table_draw(&screen->table, &table, view, &list, canvas,
			(struct area){main.row + 1, main.column, used, main.columns}, true);
		draw_under(screen, view, wide, canvas,
			(struct area){main.row + 1 + used, main.column, main.rows - 1 - used,
				main.columns});
	}
	if (wide)
		draw_beside(screen, view, row ? row->room : -1, canvas,
			(struct area){
				body.row, main.columns, body.rows, body.columns - main.columns});
	list_free(&list);
}

const struct screen_def screen_forecast = {
	.name = "forecast",
	.key = '7',
	.title = N_("Forecast"),
	.min_rows = 10,
	.min_columns = 40,
	.table = &table,
	.draw = draw,
	.subject = subject,
	.panes = 3,
};
