/* SPDX-License-Identifier: Apache-2.0 */

/* 7 Forecast: which room will not be done in time, what fills up, what binds. */

#include <math.h>
#include <string.h>

#include "screens/curve.h"
#include "screens/fan.h"
#include "screens/format.h"
#include "screens/page.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { WIDE = 160, SIDE = 56, BELOW_LEAST = 10, DAY_CASES = 48, CURVE_COLUMNS = 256 };

/* From here on overtime is possible, and likely: the sign says so as well. */
static const double POSSIBLE = 0.2, LIKELY = 0.5;

/* ---- the rooms ---- */

static enum role faded(const struct view *view, enum role role)
{
	return rows_forecast_stale(view) ? ROLE_DIM : role;
}

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
	out->role = faded(view, ROLE_NORMAL);
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
		p >= LIKELY     ? "!! "
		: p >= POSSIBLE ? "! "
				: "",
		p > 0 && p < 0.005   ? "<"
		: p < 1 && p > 0.995 ? ">"
				     : "",
		p > 0 && p < 0.005   ? 1.0
		: p < 1 && p > 0.995 ? 99.0
				     : p * 100);
	out->role = faded(view, p >= LIKELY     ? ROLE_LATE
				: p >= POSSIBLE ? ROLE_STRONG
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
	out->role = faded(view, ROLE_NORMAL);
}

static void fill_idle(const struct view *view, const void *data, struct cell_text *out)
{
	const struct forecast_row *row = data;

	if (!row->forecast || !row->forecast->has_session)
		return;
	format_put(out->text, sizeof out->text, "%.0f", row->forecast->idle_mean);
	out->role = faded(view, ROLE_NORMAL);
}

static const struct column columns[] = {
	{N_("Room"), 6, 0, false, false, fill_room, NULL},
	{N_("State"), 13, 2, false, false, fill_state, NULL},
	{N_("Patient"), 10, 4, false, false, fill_case, NULL},
	{N_("Procedure"), 11, 6, true, false, fill_procedure, NULL},
	{N_("Left"), 4, 3, false, true, fill_left, NULL},
	{N_("Last out (80 %)"), 19, 0, false, false, fill_end, number_end},
	{N_("Close"), 5, 1, false, false, fill_close, NULL},
	{N_("P(late)"), 8, 0, false, true, fill_odds, number_odds},
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

/* ---- what it is made of ---- */

static void draw_status(const struct view *view, struct canvas *canvas, struct area area)
{
	const char *legend = _("═ in use  ▓ from 10 %  ◆ half  ░ to 90 %  ] close");
	char age[24], count[16], left[LABEL_SIZE];
	int wide;
	int column = area.column + 1;

	if (!view->forecast) {
		canvas_text(canvas, area, area.row, column, area.columns - 1, ROLE_DIM,
			_("computing..."));
		return;
	}
	format_age(rows_forecast_age(view), age, sizeof age);
	format_count(view->forecast->reps, count, sizeof count);
	forecast_left_out(view->forecast, left, sizeof left);
	column += canvas_printf(canvas, area, area.row, column, area.columns - 1,
		faded(view, ROLE_NORMAL), _("%sforecast %s old, %s replications"),
		rows_forecast_stale(view) ? "? " : "", age, count);
	if (left[0])
		column += canvas_printf(
			canvas, area, area.row, column, area.columns, ROLE_STRONG, "  %s", left);
	wide = canvas_width(legend);
	if (column + 2 + wide < area.column + area.columns)
		canvas_text(canvas, area, area.row, area.column + area.columns - 1 - wide, wide,
			ROLE_DIM, legend);
}

static void draw_kpis(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct forecast_kpi *k = &view->forecast->kpi;
	const struct {
		const char *name;
		double minutes;
	} list[] = {{N_("overtime"), k->overtime_min}, {N_("waiting"), k->wait_min},
		{N_("PACU holds"), k->hold_min}, {N_("idle"), k->idle_min}};
	int column = area.column + 1, row = area.row;
	char text[24];

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		const char *name = _(list[i].name);

		format_duration(list[i].minutes, text, sizeof text);
		if (column + canvas_width(name) + canvas_width(text) + 1
			> area.column + area.columns) {
			column = area.column + 1;
			row++;
		}
		column += canvas_printf(
			canvas, area, row, column, area.columns, ROLE_DIM, "%s ", name);
		column += canvas_text(canvas, area, row, column, area.columns,
				  faded(view, ROLE_NORMAL), text)
			  + 2;
	}
}

/* One line for each thing of which one more would help. */
static int bottleneck_text(const struct view *view, int i, char *out, size_t size)
{
	const struct forecast_bottleneck *b = &view->forecast->bottlenecks[i];
	char name[LABEL_SIZE];

	forecast_resource_name(view->twin->site, b->role, b->beds, name, sizeof name);
	if (b->effect.high >= 0 || b->effect.mean > -0.5) {
		format_put(out, size, _("%-16.16s no effect"), name);
		return 0;
	}
	format_put(out, size, _("%-16.16s %+.0f min (%+.0f to %+.0f)"), name, b->effect.mean,
		b->effect.low, b->effect.high);
	return 1;
}

static void draw_bottlenecks(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct forecast *f = view->forecast;
	char text[LABEL_SIZE * 2], clock[16];
	int line = 0;

	if (f->ranked_reps == 0) {
		canvas_text(canvas, area, area.row, area.column + 1, area.columns - 1, ROLE_DIM,
			_("what binds: computing..."));
		return;
	}
	format_clock(f->ranked_ms, clock, sizeof clock);
	canvas_printf(canvas, area, area.row, area.column + 1, area.columns - 1, ROLE_STRONG,
		_("One more of it, and overtime changes by (%s)"), clock);
	for (int i = 0; i < f->bottleneck_count && ++line < area.rows; i++) {
		bool helps = bottleneck_text(view, i, text, sizeof text);

		canvas_printf(canvas, area, area.row + line, area.column + 1, area.columns - 1,
			helps ? faded(view, ROLE_NORMAL) : ROLE_DIM, "%d %s", i + 1, text);
	}
}

/* Two lines under the rooms where there is no room for more. */
static void draw_short(const struct view *view, struct canvas *canvas, struct area area)
{
	char text[LABEL_SIZE * 2];

	if (!view->forecast)
		return;
	draw_kpis(view, canvas, (struct area){area.row, area.column, 1, area.columns});
	if (view->forecast->ranked_reps == 0 || view->forecast->bottleneck_count == 0)
		return;
	if (bottleneck_text(view, 0, text, sizeof text))
		canvas_printf(canvas, area, area.row + 1, area.column + 1, area.columns - 1,
			faded(view, ROLE_NORMAL), _("one more of: %s"), text);
	else
		canvas_text(canvas, area, area.row + 1, area.column + 1, area.columns - 1, ROLE_DIM,
			_("one more of anything changes no overtime"));
}

/* ---- loads ---- */

/* The pool that is looked at: PACU bays first, the others by Left and Right. */
static int chosen_pool(struct screen *screen, const struct forecast *f)
{
	int first = forecast_beds(f, ROOM_PACU);

	if (f->pool_count == 0)
		return -1;
	screen->offset = (screen->offset % f->pool_count + f->pool_count) % f->pool_count;
	return ((first > 0 ? first : 0) + screen->offset) % f->pool_count;
}

static void curve_values(
	const struct view *view, int pool, int wide, double *middle, double *high, double *full)
{
	const struct forecast_load *load = &view->forecast->loads[pool];
	int64_t from, to;

	forecast_window(view, &from, &to);
	for (int i = 0; i < wide; i++) {
		int64_t at = from + (to - from) * i / wide - view->forecast->at_ms;
		int64_t slot = at < 0 ? 0 : at / (FORECAST_SLOT_MIN * 60000);

		slot = slot < FORECAST_SLOTS ? slot : FORECAST_SLOTS - 1;
		middle[i] = load->p50[slot];
		high[i] = load->p90[slot];
		full[i] = load->p_full[slot];
	}
}

static void load_title(const struct view *view, int pool, char *out, size_t size)
{
	const struct forecast *f = view->forecast;
	int64_t full_ms = forecast_full_ms(f, pool);
	char name[LABEL_SIZE], clock[16];

	forecast_resource_name(view->twin->site, f->index.pool_role[pool], f->index.pool_beds[pool],
		name, sizeof name);
	format_put(out, size, "%s: %d", name, f->loads[pool].units);
	if (full_ms > 0) {
		format_clock(full_ms > view->now_ms ? full_ms : view->now_ms, clock, sizeof clock);
		format_add(out, size, _(", likely full from %s"), clock);
	} else {
		format_add(out, size, "%s", _(", never likely full"));
	}
}

static void draw_load(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area area)
{
	double middle[CURVE_COLUMNS], high[CURVE_COLUMNS], full[CURVE_COLUMNS];
	int pool = view->forecast ? chosen_pool(screen, view->forecast) : -1;
	struct curve curve = {.middle = middle, .high = high};
	struct area plot, axis;
	char title[LABEL_SIZE];

	if (pool < 0 || area.rows < 6 || area.columns < CURVE_SCALE + 8)
		return;
	load_title(view, pool, title, sizeof title);
	canvas_text(canvas, area, area.row, area.column + 1, area.columns - 1,
		forecast_full_ms(view->forecast, pool) ? faded(view, ROLE_LATE) : ROLE_STRONG,
		title);
	plot = (struct area){area.row + 1, area.column, area.rows - 3, area.columns};
	axis = (struct area){
		area.row + area.rows - 1, area.column + CURVE_SCALE, 1, area.columns - CURVE_SCALE};
	curve.columns = axis.columns < CURVE_COLUMNS ? axis.columns : CURVE_COLUMNS;
	curve.limit = view->forecast->loads[pool].units;
	curve_values(view, pool, curve.columns, middle, high, full);
	curve_draw(&curve, canvas, plot);
	canvas_text(canvas, area, axis.row - 1, area.column, CURVE_SCALE - 1, ROLE_DIM, _("P!"));
	for (int i = 0; i < curve.columns; i++)
		canvas_put(canvas, area, axis.row - 1, axis.column + i,
			full[i] >= LIKELY ? ROLE_LATE : ROLE_DIM,
			full[i] >= LIKELY     ? '!'
			: full[i] >= POSSIBLE ? '.'
					      : ' ');
	axis.columns = curve.columns;
	fan_axis(view, canvas, axis);
}

/* ---- a room's cases ---- */

static void foreseen_line(struct page *page, const char *what, const struct quantiles *q,
	double minutes, const char *why)
{
	char text[LABEL_SIZE], wait[24];

	format_span(q, text, sizeof text);
	if (!text[0])
		return;
	if (minutes >= 1) {
		format_duration(minutes, wait, sizeof wait);
		format_add(text, sizeof text, "  %s %s", why, wait);
	}
	page_line(page, ROLE_NORMAL, "   %-5s %s", what, text);
}

static void foreseen_case(
	const struct view *view, const struct foreseen_row *row, struct page *page)
{
	const struct surgery *s = &view->twin->cases[row->case_];
	char from[16], to[16], person[LABEL_SIZE];
	struct quantiles start, end, pacu;

	format_clock(s->start_ms, from, sizeof from);
	format_clock(s->end_ms, to, sizeof to);
	format_person(view, s->patient, person, sizeof person);
	page_line(
		page, ROLE_STRONG, "%2d %s-%s %s  %s", row->order, from, to, person, s->procedure);
	if (!row->forecast) {
		page_line(page, ROLE_DIM, "   %s", _("nothing foreseen yet"));
		return;
	}
	start = rows_ahead(view, row->forecast->start);
	end = rows_ahead(view, row->forecast->end);
	pacu = rows_ahead(view, row->forecast->pacu_out);
	if (surgery_has_begun(s))
		page_line(page, ROLE_DIM, "   %s", format_stage(surgery_stage(s)));
	else
		foreseen_line(page, _("in"), &start, row->forecast->wait_min, _("waits"));
	foreseen_line(page, _("out"), &end, row->forecast->hold_min, _("held"));
	foreseen_line(page, _("PACU"), &pacu, 0, "");
}

static void room_page(
	const struct view *view, int room, struct canvas *canvas, struct area area, int *skip)
{
	struct page page = page_begin(canvas, area, *skip);
	struct foreseen_row left[DAY_CASES];
	int count = room >= 0 ? foreseen_rows(view, room, left, DAY_CASES) : 0;

	page_line(&page, ROLE_STRONG, _("%s: what is still to come"), format_room(view, room));
	if (count == 0)
		page_line(&page, ROLE_DIM, "%s", _("no case left today"));
	for (int i = 0; i < count; i++)
		foreseen_case(view, &left[i], &page);
	page_end(&page, skip);
}

static void draw_room(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	int room = view->twin->site ? site_room(view->twin->site, screen->target) : -1;

	draw_status(view, canvas, body);
	body.row++;
	body.rows--;
	room_page(view, room, canvas, body, &screen->offset);
}

const struct screen_def screen_forecast_room = {
	.name = "forecast-room",
	.title = N_("Forecast"),
	.draw = draw_room,
};

/* ---- the screen ---- */

static void draw_summary(const struct view *view, struct canvas *canvas, struct area area)
{
	if (!view->forecast)
		return;
	draw_kpis(view, canvas, (struct area){area.row, area.column, 4, area.columns});
	area.row += area.columns >= 70 ? 2 : 3;
	area.rows -= area.columns >= 70 ? 2 : 3;
	draw_bottlenecks(view, canvas, area);
}

/* On a small terminal Tab shows the loads in the place of the rooms. */
static void draw_loads_alone(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area area)
{
	int under = area.rows >= 18 ? 8 : area.rows >= 12 ? 4 : 0;

	draw_load(screen, view, canvas,
		(struct area){area.row, area.column, area.rows - under, area.columns});
	if (under > 0)
		draw_summary(view, canvas,
			(struct area){area.row + area.rows - under + 1, area.column, under - 1,
				area.columns});
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
	room_page(view, room, canvas, (struct area){area.row, area.column, half, area.columns},
		&none);
	canvas->cursor_row = row;
	canvas->cursor_column = column;
	draw_summary(view, canvas,
		(struct area){
			area.row + half + 1, area.column, area.rows - half - 1, area.columns});
}

static void draw_under(struct screen *screen, const struct view *view, bool wide,
	struct canvas *canvas, struct area area)
{
	int half = wide ? area.columns : area.columns * 3 / 5;

	if (area.rows < BELOW_LEAST) {
		draw_short(view, canvas, area);
		return;
	}
	if (area.rows > 20)
		area.rows = 20;
	draw_load(screen, view, canvas,
		(struct area){area.row + 1, area.column, area.rows - 1, half});
	if (!wide)
		draw_summary(view, canvas,
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
	draw_status(view, canvas, (struct area){main.row++, main.column, 1, main.columns});
	main.rows--;
	used = 1 + list.visible * 2;
	if (screen->pane == 1 && main.rows - 1 - used < BELOW_LEAST) {
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
	.panes = 2,
};
