/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/whatif_board.h"

#include <math.h>

#include "screens/format.h"
#include "screens/tr.h"

/* Left of the strip: room and side; right: its end in figures. */
enum { LEFT = 16, RIGHT = 28, NARROWEST = 8, ROOM_CASES = 48, HOUR_MS = 3600000 };
/* A middle moves by a minute from one thousand fates to the next. */
static const double SHIFT_MIN = 1.5;
/* ASCII: = * . (canvas_text.c) */
enum { IN_USE = 0x2550, MIDDLE = 0x25C6, POSSIBLE = 0x2591, SESSION = 0x2581 };

struct board {
	const struct view *view;
	const struct what_if_answer *answer;
	struct page *page;
	double from_ms, to_ms;
};

/* One strip. */
struct side {
	bool after;
	int room; /* of the site */
	const struct forecast_room *forecast;
	struct area line;
};

/* ---- the scale ---- */

static double closes_ms(const struct view *view, int room)
{
	const struct room *r = &view->twin->site->rooms[room];

	if (r->open_min < 0 || r->close_min <= r->open_min)
		return 0;
	return (double)(format_midnight(view->now_ms) + (int64_t)r->close_min * 60000);
}

static void scale(struct board *b)
{
	b->from_ms = (double)b->view->now_ms;
	b->to_ms = b->from_ms + 2 * HOUR_MS;
	for (int r = 0; r < b->answer->room_count; r++) {
		double closes = closes_ms(b->view, b->answer->site_room[r]);
		const double ends[] = {
			b->answer->before[r].end.p90, b->answer->after[r].end.p90, closes};

		for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
			b->to_ms = ends[i] > b->to_ms ? ends[i] : b->to_ms;
	}
}

static int at(const struct board *b, struct area line, double when_ms)
{
	double share = (when_ms - b->from_ms) / (b->to_ms - b->from_ms) * line.columns;

	if (share < 0)
		share = 0;
	if (share > line.columns - 1)
		share = line.columns - 1;
	return line.column + (int)share;
}

static struct area strip_of(const struct page *page, int row)
{
	return (struct area){row, page->area.column + LEFT, 1, page->area.columns - LEFT - RIGHT};
}

/* ---- one strip ---- */

static const struct what_if_stay *stay(const struct what_if_case *c, bool after)
{
	return after ? &c->after : &c->before;
}

/* Those of a room on one side that are still to end, in the order they begin:
 * who is in it (start 0) first. */
static int cases_of(const struct what_if_answer *a, int room, bool after,
	const struct what_if_case *out[ROOM_CASES])
{
	int count = 0;

	for (int i = 0; i < a->case_count; i++) {
		const struct what_if_stay *s = stay(&a->cases[i], after);
		int place = count;

		if (s->room != room || !(s->end_ms > 0) || count == ROOM_CASES)
			continue;
		for (; place > 0 && stay(out[place - 1], after)->start_ms > s->start_ms; place--)
			out[place] = out[place - 1];
		out[place] = &a->cases[i];
		count++;
	}
	return count;
}

/* As numbered on the strip of the day as it is. */
static uint32_t number_of(const struct what_if_answer *a, int room, const struct what_if_case *c)
{
	const struct what_if_case *list[ROOM_CASES];
	int count = cases_of(a, room, false, list);

	for (int i = 0; i < count && i < 9; i++)
		if (list[i] == c)
			return (uint32_t)('1' + i);
	return '+';
}

static void stretch(struct canvas *canvas, struct area line, int first, int last, int closes,
	enum role role, uint32_t point)
{
	for (int column = first; column < last; column++)
		canvas_put(
			canvas, line, line.row, column, column > closes ? ROLE_LATE : role, point);
}

static void draw_strip(const struct board *b, const struct side *side)
{
	struct canvas *canvas = b->page->canvas;
	struct area line = side->line;
	const struct what_if_case *list[ROOM_CASES];
	int count = cases_of(b->answer, side->room, side->after, list);
	double end = closes_ms(b->view, side->room);
	int closes = end > b->from_ms ? at(b, line, end)
		     : end > 0        ? line.column
				      : line.column + line.columns;

	if (end > 0)
		stretch(canvas, line, line.column, closes, closes, ROLE_DIM, SESSION);
	for (int i = 0; i < count; i++) {
		const struct what_if_stay *s = stay(list[i], side->after);
		int first = s->start_ms > 0 ? at(b, line, s->start_ms) : line.column;

		stretch(canvas, line, first, at(b, line, s->end_ms), closes, ROLE_PLANNED, IN_USE);
		canvas_put(canvas, line, line.row, first, ROLE_STRONG,
			number_of(b->answer, side->room, list[i]));
	}
	if (side->forecast->end.p50 > 0) {
		int middle = at(b, line, side->forecast->end.p50);

		stretch(canvas, line, middle + 1, at(b, line, side->forecast->end.p90) + 1, closes,
			ROLE_NORMAL, POSSIBLE);
		stretch(canvas, line, middle, middle + 1, closes, ROLE_STRONG, MIDDLE);
	}
	if (end > b->from_ms
		&& (side->forecast->end.p50 <= 0 || closes != at(b, line, side->forecast->end.p50)))
		canvas_put(canvas, line, line.row, closes, ROLE_STRONG, ']');
}

/* ---- the lines ---- */

static void end_text(const struct forecast_room *room, char *out, size_t size)
{
	char clock[16] = "--:--";

	if (room->end.p50 > 0)
		format_clock((int64_t)room->end.p50, clock, sizeof clock);
	if (room->has_session)
		format_put(out, size, "%s  %3.0f %%  %4.0f", clock, room->p_overtime * 100,
			room->overtime_mean);
	else
		format_put(out, size, "%s", clock);
}

static void draw_side(struct board *b, int r, bool after, const char *label, const char *later)
{
	struct side side = {.after = after, .room = b->answer->site_room[r]};
	char end[48], name[LABEL_SIZE];
	int row;

	side.forecast = after ? &b->answer->after[r] : &b->answer->before[r];
	end_text(side.forecast, end, sizeof end);
	row = page_line(b->page,
		later[0] == 'W'   ? ROLE_LATE
		: later[0] == 'B' ? ROLE_AHEAD
				  : ROLE_NORMAL,
		"%s %-6.6s %*s  %-18s  %s",
		page_cell(after ? "" : format_room(b->view, side.room), 8, name), label,
		b->page->area.columns - LEFT - RIGHT - 1, "", end, later);
	side.line = strip_of(b->page, row);
	if (row >= 0 && side.line.columns >= NARROWEST)
		draw_strip(b, &side);
}

/* By what a strip can show: the middles. What moves now and then only stands in the
 * ripple below. */
static bool is_touched(const struct what_if_answer *a, int room)
{
	for (int i = 0; i < a->hit_count; i++) {
		const struct what_if_case *c = &a->cases[i];

		if ((c->before.room == room || c->after.room == room)
			&& (c->kind != HIT_SHIFTED || c->before.room != c->after.room
				|| fabs(c->begins.p50) >= SHIFT_MIN
				|| fabs(c->ends.p50) >= SHIFT_MIN))
			return true;
	}
	return false;
}

/* A room that is left sooner because somebody never enters it is no better off. */
static bool waits_for_ever(const struct what_if_answer *a, int room)
{
	for (int i = 0; i < a->hit_count; i++)
		if (a->cases[i].before.room == room
			&& a->cases[i].after.ends < a->cases[i].before.ends - 0.005
			&& a->cases[i].kind != HIT_GONE)
			return true;
	return false;
}

static void draw_room(struct board *b, int r)
{
	const struct forecast_room *before = &b->answer->before[r], *after = &b->answer->after[r];
	double shift = before->end.p50 > 0 && after->end.p50 > 0
			       ? (after->end.p50 - before->end.p50) / 60000
			       : 0;
	char later[16] = "";

	if (!(before->end.p50 > 0) && !(after->end.p50 > 0))
		return;
	if (fabs(shift) < SHIFT_MIN && !is_touched(b->answer, b->answer->site_room[r])) {
		draw_side(b, r, false, _("same"), "");
		return;
	}
	if (fabs(shift) >= 0.5)
		format_put(later, sizeof later, "%c %+.0f",
			fabs(shift) < SHIFT_MIN                              ? '='
			: shift > 0                                          ? 'W'
			: waits_for_ever(b->answer, b->answer->site_room[r]) ? '?'
									     : 'B',
			shift);
	draw_side(b, r, false, _("as is"), "");
	draw_side(b, r, true, _("if"), later);
}

static void draw_axis(struct board *b)
{
	int row = page_line(b->page, ROLE_DIM, "%-*s%*s%s", LEFT, _("board from now"),
		b->page->area.columns - LEFT - RIGHT, "", _(" end  P(over)  over  later"));
	struct area line = strip_of(b->page, row);
	int64_t step = line.columns / (int)((b->to_ms - b->from_ms) / HOUR_MS + 1) < 4 ? 2 : 1;
	int64_t hour = b->view->now_ms - b->view->now_ms % HOUR_MS + HOUR_MS;
	char clock[16];

	if (row < 0 || line.columns < NARROWEST)
		return;
	for (; (double)hour < b->to_ms; hour += step * HOUR_MS) {
		int column = at(b, line, (double)hour);

		if (column <= line.column + 1 || column + 2 > line.column + line.columns)
			continue;
		format_clock(hour, clock, sizeof clock);
		clock[2] = '\0';
		canvas_text(b->page->canvas, line, line.row, column, 3, ROLE_DIM, clock);
	}
}

void whatif_board(const struct view *view, const struct what_if_answer *a, struct page *page)
{
	struct board b = {.view = view, .answer = a, .page = page};

	if (!view->twin->site)
		return;
	scale(&b);
	draw_axis(&b);
	for (int r = 0; r < a->room_count; r++)
		draw_room(&b, r);
}
