/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/canvas.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/canvas_text.h"
#include "twin/text.h"

static const struct cell blank = {.point = ' ', .width = 1, .role = ROLE_NORMAL};

void canvas_init(struct canvas *canvas)
{
	*canvas = (struct canvas){.cursor_row = -1, .cursor_column = -1};
}

void canvas_fini(struct canvas *canvas)
{
	free(canvas->cells);
	canvas_init(canvas);
}

bool canvas_resize(struct canvas *canvas, int rows, int columns)
{
	rows = rows < 0 ? 0 : rows;
	columns = columns < 0 ? 0 : columns;
	if (columns > 0 && rows > INT_MAX / columns)
		return false;
	int count = rows * columns;
	if (count > 0 && count > canvas->capacity) {
		struct cell *cells = realloc(canvas->cells, (size_t)count * sizeof *cells);
		if (cells == NULL)
			return false;
		canvas->cells = cells;
		canvas->capacity = count;
	}
	canvas->rows = rows;
	canvas->columns = columns;
	canvas_erase(canvas);
	return true;
}

void canvas_erase(struct canvas *canvas)
{
	int count = canvas->rows * canvas->columns;
	for (int i = 0; i < count; i++)
		canvas->cells[i] = blank;
	canvas->cursor_row = -1;
	canvas->cursor_column = -1;
}

struct area canvas_area(const struct canvas *canvas)
{
	return (struct area){0, 0, canvas->rows, canvas->columns};
}

/* An area as half-open bounds inside the canvas; 64 bits because callers may
 * hand in whatever their arithmetic gave. */
struct bounds {
	int top, left, bottom, right;
};

static int clamp(int64_t value, int high)
{
	return value < 0 ? 0 : value > high ? high : (int)value;
}

static struct bounds bounds_of(const struct canvas *canvas, struct area area)
{
	struct bounds bounds = {
		.top = clamp(area.row, canvas->rows),
		.left = clamp(area.column, canvas->columns),
		.bottom = clamp((int64_t)area.row + area.rows, canvas->rows),
		.right = clamp((int64_t)area.column + area.columns, canvas->columns),
	};
	return bounds;
}

static bool inside(struct bounds bounds, int row, int64_t column)
{
	return row >= bounds.top && row < bounds.bottom && column >= bounds.left
	       && column < bounds.right;
}

static struct cell *cell_at(const struct canvas *canvas, int row, int column)
{
	return &canvas->cells[row * canvas->columns + column];
}

/* Half a wide character cannot be shown: when one half is about to be written
 * over, the other becomes a blank of the same role. */
static void split_wide(const struct canvas *canvas, int row, int column)
{
	struct cell *cell = cell_at(canvas, row, column);
	struct cell *other = NULL;
	if (cell->point == 0 && column > 0)
		other = cell - 1;
	else if (cell->width == 2 && column + 1 < canvas->columns)
		other = cell + 1;
	if (other != NULL)
		*other = (struct cell){.point = ' ', .width = 1, .role = other->role};
}

static void write_narrow(
	const struct canvas *canvas, int row, int column, enum role role, uint32_t point)
{
	split_wide(canvas, row, column);
	*cell_at(canvas, row, column) =
		(struct cell){.point = point, .width = 1, .role = (uint8_t)role};
}

/* Writes a base character of `width` cells; a wide one only when both cells lie
 * inside. ASCII shows a wide one as two signs, so that columns stay the same. */
static bool write_point(const struct canvas *canvas, struct bounds bounds, int row, int64_t column,
	enum role role, uint32_t point, int width)
{
	if (!inside(bounds, row, column) || (width == 2 && !inside(bounds, row, column + 1)))
		return false;
	if (canvas->ascii)
		point = (unsigned char)point_ascii(point);
	write_narrow(canvas, row, (int)column, role, point);
	if (width == 2) {
		write_narrow(canvas, row, (int)column + 1, role, canvas->ascii ? point : 0);
		if (!canvas->ascii)
			cell_at(canvas, row, (int)column)->width = 2;
	}
	return true;
}

/* A third mark on one base is dropped: the neutraliser allows two. */
static void add_mark(struct cell *cell, uint32_t mark)
{
	if (cell->mark[0] == 0)
		cell->mark[0] = mark;
	else if (cell->mark[1] == 0)
		cell->mark[1] = mark;
}

static uint32_t next_point(const char **p, const char *end)
{
	uint32_t point = text_utf8_next(p, end);
	if (point == '\t' || point == '\n')
		return ' ';
	return point == 0xffffffff ? 0xfffd : point;
}

/* Cells of a text, counted no further than `limit` + 1. */
static int64_t measure(const char *utf8, const char *end, int64_t limit)
{
	int64_t cells = 0;
	while (utf8 < end && cells <= limit)
		cells += point_width(next_point(&utf8, end));
	return cells;
}

int canvas_width(const char *utf8)
{
	return (int)measure(utf8, utf8 + strlen(utf8), INT_MAX - 1);
}

int canvas_text(struct canvas *canvas, struct area clip, int row, int column, int width,
	enum role role, const char *utf8)
{
	struct bounds bounds = bounds_of(canvas, clip);
	int64_t limit = (int64_t)bounds.right - column;
	if (limit > width)
		limit = width;
	if (limit <= 0 || row < bounds.top || row >= bounds.bottom)
		return 0;
	const char *end = utf8 + strlen(utf8);
	bool cut = measure(utf8, end, limit) > limit;
	int64_t room = cut ? limit - 1 : limit, used = 0;
	struct cell *base = NULL;
	while (utf8 < end) {
		uint32_t point = next_point(&utf8, end);
		int cells = point_width(point);
		if (used + cells > room)
			break;
		if (cells == 0) {
			if (base != NULL && !canvas->ascii && point_is_mark(point))
				add_mark(base, point);
			continue;
		}
		bool seen = write_point(canvas, bounds, row, column + used, role, point, cells);
		base = seen ? cell_at(canvas, row, (int)(column + used)) : NULL;
		used += cells;
	}
	if (cut) {
		write_point(canvas, bounds, row, column + used, role, 0x2026, 1);
		used++;
	}
	return (int)used;
}

int canvas_printf(struct canvas *canvas, struct area clip, int row, int column, int width,
	enum role role, const char *format, ...)
{
	/* A screen is at most 2,000 columns of 4 bytes; longer text is cut anyway. */
	char text[8192];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (len < 0)
		return 0;
	return canvas_text(canvas, clip, row, column, width, role, text);
}

void canvas_put(struct canvas *canvas, struct area clip, int row, int column, enum role role,
	uint32_t point)
{
	int width = point_width(point);
	if (width > 0)
		write_point(canvas, bounds_of(canvas, clip), row, column, role, point, width);
}

void canvas_fill(struct canvas *canvas, struct area area, enum role role, uint32_t point)
{
	struct bounds bounds = bounds_of(canvas, area);
	if (point_width(point) != 1)
		point = ' ';
	for (int row = bounds.top; row < bounds.bottom; row++)
		for (int column = bounds.left; column < bounds.right; column++)
			write_point(canvas, bounds, row, column, role, point, 1);
}

void canvas_role(struct canvas *canvas, struct area area, enum role role)
{
	struct bounds bounds = bounds_of(canvas, area);
	for (int row = bounds.top; row < bounds.bottom; row++)
		for (int column = bounds.left; column < bounds.right; column++) {
			struct cell *cell = cell_at(canvas, row, column);
			/* Both halves of a wide character share one role: one that
			 * sticks out of the area keeps the one it has. */
			if (cell->width == 2 && column + 1 >= bounds.right)
				continue;
			if (cell->point == 0 && column == bounds.left)
				continue;
			cell->role = (uint8_t)role;
		}
}

void canvas_select(struct canvas *canvas, struct area area)
{
	struct bounds bounds = bounds_of(canvas, area);
	for (int row = bounds.top; row < bounds.bottom; row++)
		for (int column = bounds.left; column < bounds.right; column++) {
			uint8_t role = cell_at(canvas, row, column)->role;
			if (role == ROLE_NORMAL || role == ROLE_DIM || role == ROLE_STRONG
				|| role == ROLE_KEY)
				canvas_role(canvas,
					(struct area){row, column, 1,
						cell_at(canvas, row, column)->width},
					ROLE_SELECTED);
		}
}

void canvas_hline(
	struct canvas *canvas, struct area clip, int row, int column, int width, enum role role)
{
	struct bounds bounds = bounds_of(canvas, clip);
	int64_t end = (int64_t)column + width;
	int first = column < bounds.left ? bounds.left : column;
	for (int at = first; at < end && at < bounds.right; at++)
		write_point(canvas, bounds, row, at, role, 0x2500, 1);
}

void canvas_box(struct canvas *canvas, struct area area, enum role role, const char *title)
{
	struct area whole = canvas_area(canvas);
	if (area.rows < 2 || area.columns < 2 || area.row > INT_MAX - area.rows
		|| area.column > INT_MAX - area.columns)
		return;
	int bottom = area.row + area.rows - 1, right = area.column + area.columns - 1;
	struct bounds bounds = bounds_of(canvas, area);
	canvas_hline(canvas, whole, area.row, area.column + 1, area.columns - 2, role);
	canvas_hline(canvas, whole, bottom, area.column + 1, area.columns - 2, role);
	for (int row = bounds.top; row < bounds.bottom; row++) {
		canvas_put(canvas, whole, row, area.column, role, 0x2502);
		canvas_put(canvas, whole, row, right, role, 0x2502);
	}
	canvas_put(canvas, whole, area.row, area.column, role, 0x250c);
	canvas_put(canvas, whole, area.row, right, role, 0x2510);
	canvas_put(canvas, whole, bottom, area.column, role, 0x2514);
	canvas_put(canvas, whole, bottom, right, role, 0x2518);
	if (title != NULL && title[0] != '\0' && area.columns > 6)
		canvas_printf(canvas, whole, area.row, area.column + 2, area.columns - 4, role,
			" %s ", title);
}

/* One letter a role, for the second picture of a dump. */
static const char role_letters[ROLE_COUNT] = {
	[ROLE_NORMAL] = '.',
	[ROLE_DIM] = 'd',
	[ROLE_STRONG] = 'b',
	[ROLE_SELECTED] = 's',
	[ROLE_HEADER] = 'h',
	[ROLE_FOOTER] = 'f',
	[ROLE_KEY] = 'k',
	[ROLE_HIGH] = 'H',
	[ROLE_MEDIUM] = 'M',
	[ROLE_LOW] = 'L',
	[ROLE_LATE] = 'l',
	[ROLE_AHEAD] = 'a',
	[ROLE_CONFLICT] = 'c',
	[ROLE_ANAES] = 'A',
	[ROLE_SURGERY] = 'S',
	[ROLE_CLOSING] = 'C',
	[ROLE_TURNOVER] = 'T',
	[ROLE_PLANNED] = 'P',
	[ROLE_NOW] = 'N',
	[ROLE_FLASH_HIGH] = '!',
	[ROLE_FLASH_MEDIUM] = '?',
	[ROLE_INPUT] = 'i',
};

static size_t dump_cell(char *out, const struct cell *cell)
{
	size_t len = 0;
	const uint32_t points[3] = {cell->point, cell->mark[0], cell->mark[1]};
	for (int i = 0; i < 3 && points[i] != 0; i++)
		len += text_utf8_put(out + len, points[i]);
	return len;
}

static size_t dump_row(const struct canvas *canvas, int row, char *out)
{
	size_t len = 0, kept = 0;
	for (int column = 0; column < canvas->columns; column++) {
		const struct cell *cell = cell_at(canvas, row, column);
		len += dump_cell(out + len, cell);
		if (cell->point != ' ')
			kept = len;
	}
	out[kept++] = '\n';
	return kept;
}

static size_t dump_roles(const struct canvas *canvas, int row, char *out)
{
	size_t kept = 0;
	for (int column = 0; column < canvas->columns; column++) {
		uint8_t role = cell_at(canvas, row, column)->role;
		out[column] = role < ROLE_COUNT ? role_letters[role] : '~';
		if (role != ROLE_NORMAL)
			kept = (size_t)column + 1;
	}
	out[kept++] = '\n';
	return kept;
}

char *canvas_dump(const struct canvas *canvas, char **roles)
{
	/* A cell is at most three code points of four bytes. */
	size_t rows = (size_t)canvas->rows, columns = (size_t)canvas->columns;
	char *text = malloc(rows * (columns * 12 + 1) + 1);
	char *letters = roles != NULL ? malloc(rows * (columns + 1) + 1) : NULL;
	if (text == NULL || (roles != NULL && letters == NULL)) {
		free(text);
		free(letters);
		return NULL;
	}
	size_t len = 0, letters_len = 0;
	for (int row = 0; row < canvas->rows; row++) {
		len += dump_row(canvas, row, text + len);
		if (letters != NULL)
			letters_len += dump_roles(canvas, row, letters + letters_len);
	}
	text[len] = '\0';
	if (letters != NULL) {
		letters[letters_len] = '\0';
		*roles = letters;
	}
	return text;
}
