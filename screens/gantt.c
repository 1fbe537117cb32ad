/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/gantt.h"

#include "screens/format.h"
#include "screens/rows.h"

/* FORESEEN as in the strips of screen 7. */
enum { DAY_CASES = 48, LATE_MIN = 5, FORESEEN = 0x25C6 };

struct scale {
	int64_t from_ms, to_ms;
	struct area line;
};

static int at(const struct scale *scale, int64_t when_ms)
{
	double share = (double)(when_ms - scale->from_ms) / (double)(scale->to_ms - scale->from_ms);
	int cell = (int)(share * scale->line.columns);

	if (share < 0)
		cell = 0;
	if (cell >= scale->line.columns)
		cell = scale->line.columns - 1;
	return scale->line.column + cell;
}

static struct scale scale_of(const struct view *view, struct area line)
{
	struct scale scale = {.line = line};

	board_window(view, &scale.from_ms, &scale.to_ms);
	return scale;
}

static void bar(const struct scale *scale, struct canvas *canvas, int64_t from, int64_t to,
	enum role role, uint32_t point)
{
	int first, last;

	if (from <= 0 || to <= from || to < scale->from_ms || from > scale->to_ms)
		return;
	first = at(scale, from);
	last = at(scale, to);
	/* What has happened is never too short to be seen. */
	if (last <= first)
		last = first + 1;
	for (int column = first; column < last; column++)
		canvas_put(canvas, scale->line, scale->line.row, column, role, point);
}

static int64_t earliest(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Phases that have happened, each until the next one or now. */
static int64_t draw_past(const struct scale *scale, const struct view *view,
	const struct surgery *s, int64_t next_in_ms, struct canvas *canvas)
{
	int64_t in = surgery_when(s, MILESTONE_IN_ROOM);
	int64_t cut = surgery_when(s, MILESTONE_INCISION);
	int64_t close = earliest(
		surgery_when(s, MILESTONE_CLOSING), surgery_when(s, MILESTONE_PROCEDURE_END));
	int64_t out = surgery_when(s, MILESTONE_OUT_ROOM);
	int64_t clean = surgery_when(s, MILESTONE_CLEANUP_DONE);
	int64_t end = out ? out : view->now_ms;

	if (out && !clean)
		clean = view->now_ms;
	if (out && next_in_ms && next_in_ms < clean)
		clean = next_in_ms;
	/* Without a word about cleaning, turnover is not stretched over a break. */
	if (out && clean > out + 3600000)
		clean = out + 3600000;
	if (out)
		bar(scale, canvas, out, clean, ROLE_TURNOVER, 't');
	if (close)
		bar(scale, canvas, close, end, ROLE_CLOSING, 'C');
	if (cut)
		bar(scale, canvas, cut, close ? close : end, ROLE_SURGERY, 'S');
	if (in)
		bar(scale, canvas, in, cut ? cut : close ? close : end, ROLE_ANAES, 'A');
	return in;
}

static void draw_planned(const struct scale *scale, int64_t from, int64_t to, struct canvas *canvas)
{
	if (to <= from || to < scale->from_ms || from > scale->to_ms)
		return;
	bar(scale, canvas, from, to, ROLE_PLANNED, canvas->ascii ? '.' : 0x2591);
}

/* What has not begun cannot be in the past: it waits at the now-line. */
static int64_t planned_from(
	const struct scale *scale, const struct view *view, const struct surgery *s)
{
	int64_t next = view->now_ms + (scale->to_ms - scale->from_ms) / scale->line.columns;

	return s->start_ms > 0 && s->start_ms < next ? next : s->start_ms;
}

static bool is_ahead(const struct surgery *s)
{
	return !surgery_when(s, MILESTONE_IN_ROOM) && !surgery_is_over(s);
}

static void draw_case(const struct scale *scale, const struct view *view, const int *cases,
	int count, int i, struct canvas *canvas)
{
	const struct surgery *s = &view->twin->cases[cases[i]];
	const struct surgery *next = i + 1 < count ? &view->twin->cases[cases[i + 1]] : NULL;
	int64_t in = surgery_when(s, MILESTONE_IN_ROOM);
	int64_t next_in = next ? surgery_when(next, MILESTONE_IN_ROOM) : 0;
	int64_t lasts = s->end_ms - s->start_ms;

	if (is_ahead(s)) {
		int64_t from = planned_from(scale, view, s);

		draw_planned(scale, from, from + lasts, canvas);
		return;
	}
	/* What the programme still gives it, moved by the real start. */
	if (!surgery_is_over(s))
		draw_planned(scale, view->now_ms, in + lasts, canvas);
	draw_past(scale, view, s, next_in, canvas);
}

/* When it will be out, beside what is planned: late when that is passed. */
static void draw_foreseen(
	const struct scale *scale, const struct view *view, int index, struct canvas *canvas)
{
	const struct surgery *s = &view->twin->cases[index];
	const struct forecast_case *f = rows_forecast_case(view, index);
	int64_t end = f && !surgery_is_over(s) ? (int64_t)rows_ahead(view, f->end).p50 : 0;
	int64_t in = surgery_when(s, MILESTONE_IN_ROOM);
	int64_t planned = in ? in + (s->end_ms - s->start_ms) : s->end_ms;

	if (end > scale->from_ms && end < scale->to_ms)
		canvas_put(canvas, scale->line, scale->line.row, at(scale, end),
			rows_forecast_stale(view)            ? ROLE_DIM
			: end > planned + LATE_MIN * 60000LL ? ROLE_LATE
							     : ROLE_STRONG,
			FORESEEN);
}

/* Of the case in the room, the next and the last one: more would hide what belongs
 * to what. */
static void draw_ends(const struct scale *scale, const struct view *view, const int *cases,
	int count, struct canvas *canvas)
{
	int next = -1, last = -1;

	for (int i = 0; i < count; i++) {
		const struct surgery *s = &view->twin->cases[cases[i]];

		if (surgery_is_over(s))
			continue;
		last = i;
		if (!is_ahead(s))
			draw_foreseen(scale, view, cases[i], canvas);
		else if (next < 0)
			next = i;
	}
	if (next >= 0)
		draw_foreseen(scale, view, cases[next], canvas);
	if (last >= 0)
		draw_foreseen(scale, view, cases[last], canvas);
}

static void draw_order(const struct scale *scale, const struct view *view, int index, int order,
	struct canvas *canvas)
{
	const struct surgery *s = &view->twin->cases[index];
	int64_t from = planned_from(scale, view, s);

	if (is_ahead(s) && s->end_ms > s->start_ms && from <= scale->to_ms)
		canvas_put(canvas, scale->line, scale->line.row, at(scale, from), ROLE_PLANNED,
			order < 10 ? (uint32_t)('0' + order) : '+');
}

static void draw_session(
	const struct scale *scale, const struct view *view, int room, struct canvas *canvas)
{
	const struct room *r = &view->twin->site->rooms[room];
	int64_t midnight = format_clock_zero(view->now_ms);

	if (r->open_min < 0 || r->close_min <= r->open_min)
		return;
	bar(scale, canvas, midnight + (int64_t)r->open_min * 60000,
		midnight + (int64_t)r->close_min * 60000, ROLE_DIM, canvas->ascii ? '_' : 0x2581);
}

void gantt_room(
	const struct view *view, int room, int chosen, struct canvas *canvas, struct area line)
{
	struct scale scale = scale_of(view, line);
	int cases[DAY_CASES];
	int count = board_cases(view, room, cases, DAY_CASES);
	int now;

	if (line.columns < 8)
		return;
	now = at(&scale, view->now_ms);
	draw_session(&scale, view, room, canvas);
	for (int i = 0; i < count; i++)
		draw_case(&scale, view, cases, count, i, canvas);
	draw_ends(&scale, view, cases, count, canvas);
	for (int i = 0; i < count; i++)
		draw_order(&scale, view, cases[i], i + 1, canvas);
	for (int i = 0; i < count; i++) {
		const struct surgery *s = &view->twin->cases[cases[i]];
		int64_t in = surgery_when(s, MILESTONE_IN_ROOM);

		if (cases[i] == chosen)
			canvas_role(canvas,
				(struct area){line.row, at(&scale, in ? in : s->start_ms), 1, 1},
				ROLE_SELECTED);
	}
	canvas_put(canvas, line, line.row, now, ROLE_NOW, canvas->ascii ? '|' : 0x2502);
}

/* An hour's label keeps clear of the now mark, which stands exactly over the
 * now-lines: the label gives way by one cell. */
static int label_column(const struct scale *scale, int column, int now)
{
	if (column == now)
		return column + 1;
	if (column + 1 != now)
		return column;
	return column > scale->line.column ? column - 1 : column + 2;
}

void gantt_axis(const struct view *view, struct canvas *canvas, struct area line)
{
	struct scale scale = scale_of(view, line);
	int64_t hour = scale.from_ms - scale.from_ms % 3600000;
	int step = line.columns / (int)((scale.to_ms - scale.from_ms) / 3600000 + 1) < 4 ? 2 : 1;
	int now = at(&scale, view->now_ms);
	char clock[16];

	if (line.columns < 8)
		return;
	for (; hour < scale.to_ms; hour += step * 3600000) {
		if (hour < scale.from_ms)
			continue;
		format_clock(hour, clock, sizeof clock);
		clock[2] = '\0';
		canvas_text(canvas, line, line.row, label_column(&scale, at(&scale, hour), now), 3,
			ROLE_DIM, clock);
	}
	canvas_put(canvas, line, line.row, now, ROLE_NOW, canvas->ascii ? '|' : 0x25BC);
}
