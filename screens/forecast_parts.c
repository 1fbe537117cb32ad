/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/forecast_parts.h"

#include <string.h>

#include "screens/curve.h"
#include "screens/fan.h"
#include "screens/format.h"
#include "screens/radar_rows.h"
#include "screens/tr.h"

enum { CURVE_COLUMNS = 256, BREAK_INS = 4, RANKED = 3, SHORT_ROWS = 10, TALL_ROWS = 22 };

enum role forecast_role(const struct view *view, enum role role)
{
	return rows_forecast_stale(view) ? ROLE_DIM : role;
}

void forecast_status(const struct view *view, struct canvas *canvas, struct area area)
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
		forecast_role(view, ROLE_NORMAL), _("%sforecast %s old, %s replications"),
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
				  forecast_role(view, ROLE_NORMAL), text)
			  + 2;
	}
}

/* Why nobody works in the rooms, what is most first, and what it costs. */
static void idle_text(const struct view *view, char *out, size_t size)
{
	double minutes[IDLE_CAUSES], sum = rows_idle_all(view->forecast, 1, minutes);
	char text[48];
	bool priced = rows_idle_cost(view->twin->site, sum, text, sizeof text);

	format_put(out, size, "%s%s", priced ? text : "", priced ? ": " : "");
	for (int k = 0; k < IDLE_CAUSES; k++) {
		int most = 0;

		for (int c = 0; c < IDLE_CAUSES; c++)
			most = minutes[c] > minutes[most] ? c : most;
		if (!(minutes[most] > 0))
			break;
		format_duration(minutes[most], text, sizeof text);
		format_add(out, size, "%s%s %s", k > 0 ? ", " : "",
			rows_idle_words((enum idle_cause)most), text);
		minutes[most] = 0;
	}
}

/* One more of it: what it would change. */
static void bottleneck_text(
	const struct view *view, const struct forecast_bottleneck *b, char *out, size_t size)
{
	char name[LABEL_SIZE];

	forecast_resource_name(view->twin->site, b->role, b->beds, b->kit, name, sizeof name);
	format_put(out, size, _("%-16.16s %+.0f min (%+.0f to %+.0f)"), name, b->effect.mean,
		b->effect.low, b->effect.high);
}

/* The first of a ranking that help; returns the lines used, one at least. */
static int draw_ranking(const struct view *view, const struct forecast_bottleneck *list, int most,
	const char *title, struct canvas *canvas, struct area area)
{
	char text[LABEL_SIZE * 2];
	int line = 1;

	canvas_text(canvas, area, area.row, area.column + 1, area.columns - 1, ROLE_STRONG, title);
	for (int i = 0; i < view->forecast->bottleneck_count && i < most && line < area.rows; i++) {
		if (!forecast_helps(&list[i]))
			continue;
		bottleneck_text(view, &list[i], text, sizeof text);
		canvas_printf(canvas, area, area.row + line++, area.column + 1, area.columns - 1,
			forecast_role(view, ROLE_NORMAL), "%d %s", i + 1, text);
	}
	if (line == 1 && area.rows > 1)
		canvas_text(canvas, area, area.row + line++, area.column + 1, area.columns - 1,
			ROLE_DIM, _("one more of anything changes nothing"));
	return line;
}

/* Now and in two hours. */
static int draw_bottlenecks(
	const struct view *view, int most, struct canvas *canvas, struct area area)
{
	const struct forecast *f = view->forecast;
	char title[LABEL_SIZE], clock[16];
	int used;

	if (f->ranked_reps == 0) {
		canvas_text(canvas, area, area.row, area.column + 1, area.columns - 1, ROLE_DIM,
			_("what binds: computing..."));
		return 1;
	}
	format_clock(f->ranked_ms, clock, sizeof clock);
	format_put(title, sizeof title, _("One more of it: overtime, called off (%s)"), clock);
	used = draw_ranking(view, f->bottlenecks, most, title, canvas, area);
	area.row += used;
	area.rows -= used;
	if (area.rows < 2)
		return used;
	format_clock(f->ranked_ms + FORECAST_LATER_MIN * 60000LL, clock, sizeof clock);
	format_put(title, sizeof title, _("One more from %s on"), clock);
	return used + draw_ranking(view, f->bottlenecks_later, most, title, canvas, area);
}

/* What is short in the next hours; how many lines. */
static int draw_gaps(const struct view *view, int most, struct canvas *canvas, struct area area)
{
	const struct forecast *f = view->forecast;
	int gaps[SIM_POOLS], count = forecast_gaps(f, gaps);
	char name[LABEL_SIZE], clock[16];

	if (f->ranked_reps == 0 || f->demand_count == 0 || area.rows < 2)
		return 0;
	canvas_text(canvas, area, area.row, area.column + 1, area.columns - 1, ROLE_STRONG,
		_("Wanted at a time, next 4 h"));
	if (count == 0)
		canvas_text(canvas, area, area.row + 1, area.column + 1, area.columns - 1, ROLE_DIM,
			_("enough of everything"));
	for (int i = 0; i < count && i < most && i + 1 < area.rows; i++) {
		const struct forecast_demand *d = &f->demand[gaps[i]];

		forecast_resource_name(
			view->twin->site, d->role, d->beds, d->kit, name, sizeof name);
		format_clock(d->short_ms, clock, sizeof clock);
		canvas_printf(canvas, area, area.row + 1 + i, area.column + 1, area.columns - 1,
			forecast_role(view, ROLE_NORMAL),
			_("%s %-16.16s %.0f-%.0f of %d, %.0f %%%s%s"),
			d->p_short >= FORECAST_LIKELY ? "!!" : "! ", name, d->p50, d->p90, d->units,
			100 * d->p_short, d->short_ms > 0 ? _(", from ") : "",
			d->short_ms > 0 ? clock : "");
	}
	return 1 + (count == 0 ? 1 : count < most ? count : most);
}

static void draw_break_ins(const struct view *view, struct canvas *canvas, struct area area)
{
	struct break_in_row rows[SIM_ROOMS];
	int count = break_in_rows(view, rows, SIM_ROOMS);
	char text[LABEL_SIZE];

	if (area.rows < 3 || count == 0)
		return;
	canvas_text(canvas, area, area.row, area.column + 1, area.columns - 1, ROLE_STRONG,
		_("An emergency can go to"));
	for (int i = 0; i < count && i < BREAK_INS && i + 1 < area.rows; i++) {
		format_span(&rows[i].when, text, sizeof text);
		if (!text[0] && rows[i].until_ms > 0) {
			format_clock(rows[i].until_ms, text, sizeof text);
			format_add(text, sizeof text, " %s", _("the next case"));
		}
		canvas_printf(canvas, area, area.row + 1 + i, area.column + 1, area.columns - 1,
			forecast_role(view, ROLE_NORMAL), "%-6.6s %s%s",
			format_room(view, rows[i].room),
			rows[i].when.p50 > 0   ? _("from ")
			: rows[i].until_ms > 0 ? _("now, until ")
					       : _("now"),
			text);
	}
}

/* Two lines under the rooms where there is no room for more. */
void forecast_short(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct forecast *f = view->forecast;
	char text[LABEL_SIZE * 2], name[LABEL_SIZE];

	if (!f || area.rows < 1)
		return;
	if (view->radar) {
		radar_line(view, canvas, (struct area){area.row, area.column, 1, area.columns});
	} else {
		draw_kpis(view, canvas, (struct area){area.row, area.column, 1, area.columns});
	}
	if (view->radar && area.rows > 2) {
		area.row++;
		area.rows--;
		draw_kpis(view, canvas, (struct area){area.row, area.column, 1, area.columns});
	}
	if (f->ranked_reps == 0 || f->bottleneck_count == 0)
		return;
	if (!forecast_helps(&f->bottlenecks[0]) && !forecast_helps(&f->bottlenecks_later[0])) {
		canvas_text(canvas, area, area.row + 1, area.column + 1, area.columns - 1, ROLE_DIM,
			_("one more of anything changes nothing"));
		return;
	}
	if (forecast_helps(&f->bottlenecks[0]))
		bottleneck_text(view, &f->bottlenecks[0], text, sizeof text);
	else
		format_put(text, sizeof text, "-");
	if (forecast_helps(&f->bottlenecks_later[0])) {
		forecast_resource_name(view->twin->site, f->bottlenecks_later[0].role,
			f->bottlenecks_later[0].beds, f->bottlenecks_later[0].kit, name,
			sizeof name);
		format_add(text, sizeof text, _("; in 2 h: %s %+.0f"), name,
			f->bottlenecks_later[0].effect.mean);
	}
	canvas_printf(canvas, area, area.row + 1, area.column + 1, area.columns - 1,
		forecast_role(view, ROLE_NORMAL), _("one more of: %s"), text);
}

void forecast_summary(const struct view *view, struct canvas *canvas, struct area area)
{
	int used = area.columns >= 70 ? 1 : 2, most = area.rows < SHORT_ROWS  ? 1
						      : area.rows < TALL_ROWS ? 2
									      : RANKED;
	char text[LABEL_SIZE * 2];

	if (!view->forecast)
		return;
	draw_kpis(view, canvas, (struct area){area.row, area.column, used, area.columns});
	idle_text(view, text, sizeof text);
	canvas_text(
		canvas, area, area.row + used, area.column + 1, area.columns - 1, ROLE_DIM, text);
	used += area.rows > 8 ? 2 : 1;
	used += draw_bottlenecks(view, most, canvas,
		(struct area){area.row + used, area.column, area.rows - used, area.columns});
	used += draw_gaps(view, most, canvas,
		(struct area){area.row + used, area.column, area.rows - used, area.columns});
	used += area.rows - used > 3;
	area = (struct area){area.row + used, area.column, area.rows - used, area.columns};
	if (view->radar)
		radar_block(view, canvas, area);
	else
		draw_break_ins(view, canvas, area);
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
	char name[LABEL_SIZE], clock[16], lead[24];

	forecast_resource_name(view->twin->site, f->index.pool_role[pool], f->index.pool_beds[pool],
		f->index.pool_kit[pool], name, sizeof name);
	format_put(out, size, "%s: %d", name, f->loads[pool].units);
	if (full_ms > view->now_ms) {
		format_clock(full_ms, clock, sizeof clock);
		format_duration((double)(full_ms - view->now_ms) / 60000, lead, sizeof lead);
		format_add(out, size, _(", likely full from %s, in %s"), clock, lead);
	} else if (full_ms > 0) {
		format_add(out, size, "%s", _(", likely full now"));
	} else {
		format_add(out, size, "%s", _(", never likely full"));
	}
}

void forecast_load(
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
		forecast_full_ms(view->forecast, pool) ? forecast_role(view, ROLE_LATE)
						       : ROLE_STRONG,
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
			full[i] >= FORECAST_LIKELY ? ROLE_LATE : ROLE_DIM,
			full[i] >= FORECAST_LIKELY     ? '!'
			: full[i] >= FORECAST_POSSIBLE ? '.'
						       : ' ');
	axis.columns = curve.columns;
	fan_axis(view, canvas, axis);
}
