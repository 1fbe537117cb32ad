/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SVG_H
#define VIGIE_TESTS_SVG_H

/*
 * The picture of an emulated terminal as SVG: a rectangle for each run of cells
 * with a ground of their own, a <text> for each run of one style. Lines and
 * blocks are drawn as shapes, because fonts leave gaps between them.
 */

#include "tests/pty/pty.h"

enum {
	SVG_CELL_W = 9, /* pixels; every run is stretched to it, whatever the font */
	SVG_CELL_H = 18,
	SVG_BASELINE = 13,
	SVG_MARGIN = 8,
	SVG_FONT = 15,
	SVG_INK = 0xd4d7dd, /* the terminal's own ink and ground */
	SVG_GROUND = 0x15181e
};

struct svg_style {
	unsigned ink, ground;
	bool bold, underline;
};

PTY_HELPER unsigned svg_colour(struct pty *pty, VTermColor colour, unsigned own)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(&colour) || VTERM_COLOR_IS_DEFAULT_BG(&colour))
		return own;
	vterm_screen_convert_color_to_rgb(pty->screen, &colour);
	return (unsigned)colour.rgb.red << 16 | (unsigned)colour.rgb.green << 8 | colour.rgb.blue;
}

PTY_HELPER struct svg_style svg_style(struct pty *pty, const VTermScreenCell *cell)
{
	struct svg_style style = {
		.ink = svg_colour(pty, cell->fg, SVG_INK),
		.ground = svg_colour(pty, cell->bg, SVG_GROUND),
		.bold = cell->attrs.bold != 0,
		.underline = cell->attrs.underline != 0,
	};
	if (cell->attrs.reverse) {
		unsigned ink = style.ink;
		style.ink = style.ground;
		style.ground = ink;
	}
	return style;
}

PTY_HELPER bool svg_same(struct svg_style a, struct svg_style b)
{
	return a.ink == b.ink && a.bold == b.bold && a.underline == b.underline;
}

PTY_HELPER int svg_x(int column)
{
	return SVG_MARGIN + column * SVG_CELL_W;
}

PTY_HELPER int svg_y(int row)
{
	return SVG_MARGIN + row * SVG_CELL_H;
}

PTY_HELPER void svg_rect(
	FILE *file, double x, double y, double w, double h, unsigned colour, double opacity)
{
	fprintf(file, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" fill=\"#%06x\"", x, y, w,
		h, colour);
	if (opacity < 1)
		fprintf(file, " opacity=\"%g\"", opacity);
	fputs("/>\n", file);
}

/* Lines: which of the arms (left, right, up, down) leave the middle. */
PTY_HELPER unsigned svg_arms(uint32_t point)
{
	static const struct {
		uint32_t point;
		unsigned arms;
	} lines[] = {{0x2500, 3}, {0x2501, 3}, {0x2502, 12}, {0x2503, 12}, {0x250c, 10},
		{0x2510, 9}, {0x2514, 6}, {0x2518, 5}, {0x251c, 14}, {0x2524, 13}, {0x252c, 11},
		{0x2534, 7}, {0x253c, 15}, {0x2574, 1}, {0x2575, 4}, {0x2576, 2}, {0x2577, 8}};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (lines[i].point == point)
			return lines[i].arms;
	return 0;
}

/* Blocks: eighths of the cell, from U+2580 to U+2590; shades by opacity. `w` is
 * the width of a run of them. */
PTY_HELPER bool svg_block(FILE *file, int x, int y, double w, uint32_t point, unsigned ink)
{
	double h = SVG_CELL_H;
	if (point == 0x2580)
		svg_rect(file, x, y, w, h / 2, ink, 1);
	else if (point >= 0x2581 && point <= 0x2588)
		svg_rect(file, x, y + h * (0x2588 - point) / 8., w, h * (point - 0x2580) / 8., ink,
			1);
	else if (point >= 0x2589 && point <= 0x258f)
		svg_rect(file, x, y, w * (0x2590 - point) / 8., h, ink, 1);
	else if (point == 0x2590)
		svg_rect(file, x + w / 2, y, w / 2, h, ink, 1);
	else if (point >= 0x2591 && point <= 0x2593)
		svg_rect(file, x, y, w, h, ink, (point - 0x2590) * 0.25);
	else
		return false;
	return true;
}

/* Those that fill their cell from side to side: a run of them is one shape. */
PTY_HELPER bool svg_joins(uint32_t point)
{
	return svg_arms(point) == 3 || (point >= 0x2580 && point <= 0x2588)
	       || (point >= 0x2591 && point <= 0x2593);
}

/* Draws `cells` lines or blocks; false when the character belongs to the text. */
PTY_HELPER bool svg_shape(FILE *file, int row, int column, int cells, uint32_t point, unsigned ink)
{
	int x = svg_x(column), y = svg_y(row), w = cells * SVG_CELL_W;
	unsigned arms = svg_arms(point);
	double across = y + SVG_CELL_H / 2. - 0.5, down = x + SVG_CELL_W / 2. - 0.5;
	if (arms == 0)
		return svg_block(file, x, y, w, point, ink);
	double left = arms & 1 ? x : down, right = arms & 2 ? x + w : down + 1;
	double top = arms & 4 ? y : across, bottom = arms & 8 ? y + SVG_CELL_H : across + 1;
	if (arms & 3)
		svg_rect(file, left, across, right - left, 1, ink, 1);
	if (arms & 12)
		svg_rect(file, down, top, 1, bottom - top, ink, 1);
	return true;
}

PTY_HELPER bool svg_is_shape(uint32_t point)
{
	return svg_arms(point) != 0 || (point >= 0x2580 && point <= 0x2593);
}

PTY_HELPER void svg_char(FILE *file, const VTermScreenCell *cell)
{
	char bytes[8];
	if (cell->chars[0] == 0)
		fputc(' ', file);
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++) {
		uint32_t point = cell->chars[i];
		if (point == '&' || point == '<' || point == '>')
			fputs(point == '&' ? "&amp;" : point == '<' ? "&lt;" : "&gt;", file);
		else if (point >= ' ' && point != 0x7f && point != UINT32_MAX)
			fwrite(bytes, 1, pty_utf8(bytes, point), file);
	}
}

PTY_HELPER bool svg_blank(const VTermScreenCell *cell)
{
	return cell->chars[0] == 0 || cell->chars[0] == ' ';
}

/* Grounds first, so that a run of text may stand on several of them. */
PTY_HELPER void svg_grounds(FILE *file, struct pty *pty, int row)
{
	VTermScreenCell cell = {0};
	for (int column = 0, end; column < pty->columns; column = end) {
		pty_cell(pty, row, column, &cell);
		unsigned ground = svg_style(pty, &cell).ground;
		for (end = column + 1; end < pty->columns; end++) {
			pty_cell(pty, row, end, &cell);
			if (svg_style(pty, &cell).ground != ground)
				break;
		}
		if (ground != SVG_GROUND)
			svg_rect(file, svg_x(column), svg_y(row), (end - column) * SVG_CELL_W,
				SVG_CELL_H, ground, 1);
	}
}

/* The end of the run of text that begins at `column`: one style, no shape, and
 * never two blanks, as these would be wasted bytes and are where fonts drift. */
PTY_HELPER int svg_run_end(struct pty *pty, int row, int column, struct svg_style style)
{
	int end = column, blanks = 0;
	for (int at = column; at < pty->columns && blanks < 2; at++) {
		VTermScreenCell cell = {0};
		pty_cell(pty, row, at, &cell);
		if (svg_is_shape(cell.chars[0]) || !svg_same(style, svg_style(pty, &cell)))
			break;
		blanks = svg_blank(&cell) && !style.underline ? blanks + 1 : 0;
		if (blanks == 0)
			end = at + 1;
	}
	return end;
}

/* The end of the run of equal shapes that begins at `column`. */
PTY_HELPER int svg_shape_end(struct pty *pty, int row, int column)
{
	VTermScreenCell first = {0}, cell = {0};
	int end = column + 1;
	pty_cell(pty, row, column, &first);
	for (; svg_joins(first.chars[0]) && end < pty->columns; end++) {
		pty_cell(pty, row, end, &cell);
		if (cell.chars[0] != first.chars[0]
			|| svg_style(pty, &cell).ink != svg_style(pty, &first).ink)
			break;
	}
	return end;
}

PTY_HELPER void svg_text(
	FILE *file, struct pty *pty, int row, int column, int end, struct svg_style style)
{
	fprintf(file, "<text x=\"%d\" y=\"%d\" textLength=\"%d\"", svg_x(column),
		svg_y(row) + SVG_BASELINE, (end - column) * SVG_CELL_W);
	if (style.ink != SVG_INK)
		fprintf(file, " fill=\"#%06x\"", style.ink);
	if (style.bold)
		fputs(" font-weight=\"bold\"", file);
	if (style.underline)
		fputs(" text-decoration=\"underline\"", file);
	fputc('>', file);
	for (int at = column; at < end; at++) {
		VTermScreenCell cell = {0};
		pty_cell(pty, row, at, &cell);
		if (cell.chars[0] != UINT32_MAX)
			svg_char(file, &cell);
	}
	fputs("</text>\n", file);
}

PTY_HELPER void svg_row(FILE *file, struct pty *pty, int row)
{
	svg_grounds(file, pty, row);
	for (int column = 0, end; column < pty->columns; column = end) {
		VTermScreenCell cell = {0};
		pty_cell(pty, row, column, &cell);
		struct svg_style style = svg_style(pty, &cell);
		end = svg_shape_end(pty, row, column);
		if (svg_shape(file, row, column, end - column, cell.chars[0], style.ink))
			continue;
		if (svg_blank(&cell) && !style.underline)
			continue;
		end = svg_run_end(pty, row, column, style);
		if (end <= column)
			end = column + 1;
		svg_text(file, pty, row, column, end, style);
	}
}

/* False when the file could not be written whole. */
PTY_HELPER bool svg_write(struct pty *pty, const char *path, const char *title)
{
	FILE *file = fopen(path, "w");
	int width = pty->columns * SVG_CELL_W + 2 * SVG_MARGIN;
	int height = pty->rows * SVG_CELL_H + 2 * SVG_MARGIN;
	if (file == NULL)
		return false;
	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
		" viewBox=\"0 0 %d %d\" fill=\"#%06x\" font-size=\"%d\" xml:space=\"preserve\""
		" font-family=\"DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace\">\n"
		"<title>%s</title>\n",
		width, height, width, height, SVG_INK, SVG_FONT, title);
	svg_rect(file, 0, 0, width, height, SVG_GROUND, 1);
	for (int row = 0; row < pty->rows; row++)
		svg_row(file, pty, row);
	fputs("</svg>\n", file);
	bool good = !ferror(file);
	return fclose(file) == 0 && good;
}

#endif
