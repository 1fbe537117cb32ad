/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "screens/tr.h"

struct page page_begin(struct canvas *canvas, struct area body, int skip)
{
	struct page page = {
		canvas, {body.row, body.column + 1, body.rows, body.columns - 2}, 0, skip};

	canvas->cursor_row = body.row;
	canvas->cursor_column = body.column;
	return page;
}

static int next_row(struct page *page)
{
	int row = page->line++ - page->skip;

	return row < 0 || row >= page->area.rows ? -1 : page->area.row + row;
}

int page_line(struct page *page, enum role role, const char *format, ...)
{
	int row = next_row(page);
	char text[512];
	va_list args;

	if (row < 0)
		return -1;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	canvas_text(
		page->canvas, page->area, row, page->area.column, page->area.columns, role, text);
	return row;
}

void page_pair(struct page *page, const char *name, enum role role, const char *value)
{
	int row;

	if (value[0] == '\0')
		return;
	row = next_row(page);
	if (row < 0)
		return;
	canvas_text(page->canvas, page->area, row, page->area.column, 15, ROLE_DIM, name);
	canvas_text(page->canvas, page->area, row, page->area.column + 16, page->area.columns - 16,
		role, value);
}

/* Where a line of `columns` cells ends: at the last space in it. */
static size_t line_end(const char *text, int columns)
{
	char cut[512];
	size_t end = strlen(text), last;

	for (last = end; last > 0; last = end) {
		snprintf(cut, sizeof cut, "%.*s", (int)last, text);
		if (canvas_width(cut) <= columns)
			return last;
		for (end = last - 1; end > 0 && text[end] != ' ';)
			end--;
	}
	return strlen(text); /* one long word: cut as usual */
}

void page_words(struct page *page, const char *name, enum role role, const char *value)
{
	while (*value != '\0') {
		char line[512];
		size_t n = line_end(value, page->area.columns - 16);

		snprintf(line, sizeof line, "%.*s", (int)n, value);
		page_pair(page, name, role, line);
		name = "";
		value += n;
		value += strspn(value, " ");
	}
}

void page_flow(struct page *page, int indent, enum role role, const char *text)
{
	bool first = true;

	while (*text != '\0') {
		char line[512];
		size_t n = line_end(text, page->area.columns - indent);
		int row = next_row(page);

		snprintf(line, sizeof line, "%.*s", (int)n, text);
		if (row >= 0)
			canvas_text(page->canvas, page->area, row, page->area.column + indent,
				page->area.columns - indent, role, line);
		indent += first ? 2 : 0;
		first = false;
		text += n;
		text += strspn(text, " ");
	}
}

const char *page_cell(const char *text, int columns, char out[LABEL_SIZE])
{
	size_t n;

	snprintf(out, LABEL_SIZE, "%s", text);
	for (n = strlen(out); n > 0 && canvas_width(out) > columns; out[n] = '\0')
		while (((unsigned char)out[--n] & 0xC0) == 0x80)
			;
	for (int width = canvas_width(out); width < columns && n + 1 < LABEL_SIZE; width++) {
		out[n++] = ' ';
		out[n] = '\0';
	}
	return out;
}

void page_title(struct page *page, const char *title)
{
	page_line(page, ROLE_STRONG, "%s", title);
}

void page_end(struct page *page, int *skip)
{
	int last = page->line - page->area.rows;
	int below = page->line - page->skip - page->area.rows;

	if (below > 0) {
		struct area note = {page->area.row + page->area.rows - 1,
			page->area.column + page->area.columns - 13, 1, 13};

		/* Blank first: the note must not run into the line under it. */
		canvas_fill(page->canvas, note, ROLE_DIM, ' ');
		canvas_printf(page->canvas, note, note.row, note.column + 1, 12, ROLE_DIM,
			_("%d below"), below);
	}
	if (*skip > last)
		*skip = last > 0 ? last : 0;
}
