/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/trend.h"

#include <math.h>

enum { SCALE = 7, LINE = 0x2500, DOT = 0x2022 };

static float sample(const struct reading *r, int back)
{
	return r->history[(r->history_next - 1 - back + 2 * TWIN_HISTORY) % TWIN_HISTORY].value;
}

/* What the picture has to hold: all values, and the limits when there are some. */
static void range(const struct trend *t, int count, double *bottom, double *top)
{
	*bottom = *top = sample(t->reading, 0);
	for (int i = 1; i < count; i++) {
		*bottom = fmin(*bottom, sample(t->reading, i));
		*top = fmax(*top, sample(t->reading, i));
	}
	if (t->low <= t->high) {
		*bottom = fmin(*bottom, t->low);
		*top = fmax(*top, t->high);
	}
	if (*top - *bottom < 1) {
		*top += 0.5;
		*bottom -= 0.5;
	}
}

static int row_of(double value, double bottom, double top, int rows)
{
	int up = (int)((value - bottom) / (top - bottom) * (rows - 1) + 0.5);

	return rows - 1 - (up < 0 ? 0 : up > rows - 1 ? rows - 1 : up);
}

static void scale(struct canvas *canvas, struct area area, int row, double value)
{
	canvas_printf(
		canvas, area, area.row + row, area.column, SCALE - 1, ROLE_DIM, "%6.1f", value);
}

static void limit(struct canvas *canvas, struct area area, struct area plot, double value,
	double bottom, double top)
{
	int row = row_of(value, bottom, top, plot.rows);

	canvas_hline(canvas, plot, plot.row + row, plot.column, plot.columns, ROLE_DIM);
	scale(canvas, area, row, value);
}

void trend_draw(const struct trend *trend, struct canvas *canvas, struct area area)
{
	struct area plot = {area.row, area.column + SCALE, area.rows, area.columns - SCALE};
	const struct reading *r = trend->reading;
	int count = r->history_count < plot.columns ? r->history_count : plot.columns;
	bool limits = trend->low <= trend->high;
	double bottom, top;

	if (count < 2 || plot.rows < 4 || plot.columns < 8)
		return;
	range(trend, count, &bottom, &top);
	scale(canvas, area, 0, top);
	scale(canvas, area, area.rows - 1, bottom);
	if (limits) {
		limit(canvas, area, plot, trend->low, bottom, top);
		limit(canvas, area, plot, trend->high, bottom, top);
	}
	for (int i = 0; i < count; i++) {
		double value = sample(r, i);
		bool out = limits && (value < trend->low || value > trend->high);

		canvas_put(canvas, plot, plot.row + row_of(value, bottom, top, plot.rows),
			plot.column + count - 1 - i, out ? ROLE_LATE : ROLE_NORMAL,
			out ? '#' : DOT);
	}
}
