/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/fan.h"

#include "screens/format.h"

enum { DAY_CASES = 48, HOUR_MS = 3600000 };

/* In use, p10 to p50, p50, p50 to p90; ASCII: = % * . (canvas_text.c) */
enum { IN_USE = 0x2550, LIKELY = 0x2593, MIDDLE = 0x25C6, POSSIBLE = 0x2591, SESSION = 0x2581 };
/* No room for an emergency: all but surely; LIKELY and POSSIBLE below that. */
enum { NO_WAY = 0x2588 };
static const double SURE = 0.9, EVEN = 0.5, SELDOM = 0.1;

struct scale {
	int64_t from_ms, to_ms;
	struct area line;
};

static struct scale scale_of(const struct view *view, struct area line)
{
	struct scale scale = {.line = line};

	forecast_window(view, &scale.from_ms, &scale.to_ms);
	return scale;
}

static int at(const struct scale *scale, double when_ms)
{
	double share = (when_ms - (double)scale->from_ms) / (double)(scale->to_ms - scale->from_ms)
		       * scale->line.columns;

	if (share < 0)
		share = 0;
	if (share > scale->line.columns - 1)
		share = scale->line.columns - 1;
	return scale->line.column + (int)share;
}

/* What lies after the end of the session is late. */
static void stretch(const struct scale *scale, struct canvas *canvas, int first, int last,
	int closes, enum role role, uint32_t point)
{
	for (int column = first; column < last; column++)
		canvas_put(canvas, scale->line, scale->line.row, column,
			column > closes ? ROLE_LATE : role, point);
}

static void draw_starts(const struct scale *scale, const struct view *view,
	const struct foreseen_row *left, int count, struct canvas *canvas)
{
	for (int i = 0; i < count; i++) {
		struct quantiles start;

		if (!left[i].forecast || surgery_has_begun(&view->twin->cases[left[i].case_]))
			continue;
		start = rows_ahead(view, left[i].forecast->start);
		if (start.p50 > 0)
			canvas_put(canvas, scale->line, scale->line.row, at(scale, start.p50),
				ROLE_STRONG,
				left[i].order < 10 ? (uint32_t)('0' + left[i].order) : '+');
	}
}

/* When the room is in use first: now, or when its next case begins. */
static double first_use(const struct view *view, const struct foreseen_row *left, int count)
{
	for (int i = 0; i < count; i++) {
		if (surgery_has_begun(&view->twin->cases[left[i].case_]))
			return (double)view->now_ms;
		if (left[i].forecast && left[i].forecast->start.p50 > 0)
			return rows_ahead(view, left[i].forecast->start).p50;
	}
	return (double)view->now_ms;
}

static void draw_end(const struct scale *scale, const struct view *view,
	const struct forecast_row *row, int closes, struct canvas *canvas)
{
	bool old = rows_forecast_stale(view);
	struct quantiles end = rows_ahead(view, row->forecast->end);
	struct foreseen_row left[DAY_CASES];
	int count = foreseen_rows(view, row->room, left, DAY_CASES);
	int low = at(scale, end.p10), middle = at(scale, end.p50), high = at(scale, end.p90);

	if (count == 0 || !(end.p50 > 0))
		return;
	closes = old || closes < 0 ? scale->line.column + scale->line.columns : closes;
	stretch(scale, canvas, at(scale, first_use(view, left, count)), low, closes,
		old ? ROLE_DIM : ROLE_PLANNED, IN_USE);
	draw_starts(scale, view, left, count, canvas);
	stretch(scale, canvas, low, middle, closes, old ? ROLE_DIM : ROLE_NORMAL, LIKELY);
	stretch(scale, canvas, middle + 1, high + 1, closes, old ? ROLE_DIM : ROLE_NORMAL,
		POSSIBLE);
	stretch(scale, canvas, middle, middle + 1, closes, old ? ROLE_DIM : ROLE_STRONG, MIDDLE);
}

void fan_room(const struct view *view, const struct forecast_row *row, struct canvas *canvas,
	struct area line)
{
	struct scale scale = scale_of(view, line);
	int closes = -1;

	if (line.columns < 8)
		return;
	if (row->closes_ms > scale.from_ms) {
		closes = at(&scale, (double)row->closes_ms);
		stretch(&scale, canvas, at(&scale, (double)view->now_ms), closes, closes, ROLE_DIM,
			SESSION);
		canvas_put(canvas, line, line.row, closes, ROLE_STRONG, ']');
	} else if (row->closes_ms > 0) {
		closes = line.column; /* over already: all of it is late */
	}
	if (row->forecast)
		draw_end(&scale, view, row, closes, canvas);
	if (closes > line.column && row->forecast
		&& closes != at(&scale, rows_ahead(view, row->forecast->end).p50))
		canvas_put(canvas, line, line.row, closes, ROLE_STRONG, ']');
	canvas_put(canvas, line, line.row, at(&scale, (double)view->now_ms), ROLE_NOW,
		canvas->ascii ? '|' : 0x2502);
}

/* How likely nobody could be brought in, where that is not next to nothing. */
static void draw_radar(const struct scale *scale, const struct view *view, struct canvas *canvas)
{
	const struct radar *r = view->radar;
	const int64_t slot_ms = RADAR_SLOT_MIN * 60000, all = scale->to_ms - scale->from_ms;
	enum role role = rows_forecast_stale(view) ? ROLE_DIM : ROLE_NORMAL;

	for (int column = 0; r && column < scale->line.columns; column++) {
		int64_t middle =
			scale->from_ms + all * (2 * column + 1) / (2 * scale->line.columns);
		int64_t slot = (middle - r->at_ms) / slot_ms;

		if (middle < view->now_ms || middle < r->from_ms || middle >= r->to_ms
			|| middle < r->at_ms || slot >= RADAR_SLOTS)
			continue;
		double none = 1 - (double)r->free[slot];

		if (none >= SELDOM)
			canvas_put(canvas, scale->line, scale->line.row,
				scale->line.column + column, role,
				none >= SURE   ? NO_WAY
				: none >= EVEN ? LIKELY
					       : POSSIBLE);
	}
}

void fan_axis(const struct view *view, struct canvas *canvas, struct area line)
{
	struct scale scale = scale_of(view, line);
	int64_t hour = scale.from_ms - scale.from_ms % HOUR_MS + HOUR_MS;
	int hours = (int)((scale.to_ms - scale.from_ms) / HOUR_MS + 1);
	int64_t step = line.columns / hours < 4 ? 2 : 1;
	int now = at(&scale, (double)view->now_ms);
	char clock[16];

	if (line.columns < 8)
		return;
	draw_radar(&scale, view, canvas);
	for (; hour < scale.to_ms; hour += step * HOUR_MS) {
		int column = at(&scale, (double)hour);

		if (column <= now + 1 || column + 2 > line.column + line.columns)
			continue;
		format_clock(hour, clock, sizeof clock);
		clock[2] = '\0';
		canvas_text(canvas, line, line.row, column, 3, ROLE_DIM, clock);
	}
	canvas_put(canvas, line, line.row, now, ROLE_NOW, canvas->ascii ? '|' : 0x25BC);
}
