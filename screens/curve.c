/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/curve.h"

/* Eighths of a cell, low to high; ASCII keeps their order (canvas_text.c). */
enum { EIGHTHS = 8, BLOCK_EMPTY = 0x2580, BLOCK_SHADE = 0x2591, LINE = 0x2500 };

/* How much of the cell that is `up` cells above the ground a value fills. */
static int eighths(double value, double per_cell, int up)
{
	double part = (value / per_cell - up) * EIGHTHS;

	return part <= 0 ? 0 : part >= EIGHTHS ? EIGHTHS : (int)(part + 0.5);
}

static void draw_column(
	const struct curve *curve, double per_cell, int i, struct canvas *canvas, struct area plot)
{
	for (int up = 0; up < plot.rows; up++) {
		int row = plot.row + plot.rows - 1 - up;
		int full = eighths(curve->middle[i], per_cell, up);
		bool late = curve->high[i] >= curve->limit;

		if (full > 0)
			canvas_put(canvas, plot, row, plot.column + i,
				curve->middle[i] >= curve->limit ? ROLE_LATE : ROLE_PLANNED,
				BLOCK_EMPTY + (uint32_t)full);
		else if (eighths(curve->high[i], per_cell, up) >= EIGHTHS / 2)
			canvas_put(canvas, plot, row, plot.column + i, late ? ROLE_LATE : ROLE_DIM,
				BLOCK_SHADE);
	}
}

void curve_draw(const struct curve *curve, struct canvas *canvas, struct area area)
{
	struct area plot = {
		area.row + 1, area.column + CURVE_SCALE, area.rows - 1, area.columns - CURVE_SCALE};
	int upper = plot.rows - plot.rows / 2;

	if (plot.rows < 2 || plot.columns < 1 || !(curve->limit > 0))
		return;
	/* What there is stands above the cells that it fills. */
	canvas_printf(canvas, area, area.row, area.column, CURVE_SCALE - 1, ROLE_DIM, "%3.0f",
		curve->limit);
	canvas_hline(canvas, area, area.row, plot.column, plot.columns, ROLE_DIM);
	canvas_printf(canvas, area, area.row + plot.rows, area.column, CURVE_SCALE - 1, ROLE_DIM,
		"%3d", 0);
	if (plot.rows >= 6)
		canvas_printf(canvas, area, plot.row + plot.rows / 2, area.column, CURVE_SCALE - 1,
			ROLE_DIM, "%3.0f", curve->limit * upper / plot.rows);
	for (int i = 0; i < curve->columns && i < plot.columns; i++)
		draw_column(curve, curve->limit / plot.rows, i, canvas, plot);
}
