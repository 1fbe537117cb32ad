/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/gantt.h"

#include "screens/format.h"
#include "screens/rows.h"

enum { DAY_CASES = 48 };

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

static void draw_planned(
	const struct scale *scale, int64_t from, int64_t to, int order, struct canvas *canvas)
{
	if (to <= from || to < scale->from_ms || from > scale->to_ms)
		return;
	bar(scale, canvas, from, to, ROLE_PLANNED, canvas->ascii ? '.' : 0x2591);
	if (order > 0)
		canvas_put(canvas, scale->line, scale->line.row, at(scale, from), ROLE_PLANNED,
			order < 10 ? (uint32_t)('0' + order) : '+');
}

static void draw_case(const struct scale *scale, const struct view *view, const int *cases,
	int count, int i, struct canvas *canvas)
{
	const struct surgery *s = &view->twin->cases[cases[i]];
	const struct surgery *next = i + 1 < count ? &view->twin->cases[cases[i + 1]] : NULL;
	int64_t in = surgery_when(s, MILESTONE_IN_ROOM);
	int64_t next_in = next ? surgery_when(next, MILESTONE_IN_ROOM) : 0;

	if (!in && !surgery_is_over(s)) {
		int64_t cell_ms = (scale->to_ms - scale->from_ms) / scale->line.columns;
		int64_t from = s->start_ms;

		/* What has not begun cannot be in the past: it waits at the now-line. */
		if (from > 0 && from < view->now_ms + cell_ms)
			from = view->now_ms + cell_ms;
		draw_planned(scale, from, from + (s->end_ms - s->start_ms), i + 1, canvas);
		return;
	}
	if (!surgery_is_over(s)) {
		/* What the programme still gives it, moved by the real start. */
		int64_t end = in + (s->end_ms - s->start_ms);

		draw_planned(scale, view->now_ms, end, 0, canvas);
	}
	draw_past(scale, view, s, next_in, canvas);
}

static void draw_session(
	const struct scale *scale, const struct view *view, int room, struct canvas *canvas)
{
	const struct room *r = &view->twin->site->rooms[room];
	int64_t midnight = format_session_zero(view->now_ms);

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
