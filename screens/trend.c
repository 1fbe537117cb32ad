/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/trend.h"

#include <math.h>
#include <stdlib.h>

enum { SCALE = 7, DOT = 0x2022, SAME_TIME_MS = 2 * 60000 };

static const struct sample *sample(const struct reading *r, int index)
{
	int first = r->history_next - r->history_count;

	return &r->history[(first + index + 2 * TWIN_HISTORY) % TWIN_HISTORY];
}

void trend_of_reading(struct trend *trend, const struct reading *r)
{
	trend->count = r->history_count;
	for (int i = 0; i < r->history_count; i++)
		trend->values[i] = sample(r, i)->value;
}

void trend_of_two(struct trend *trend, const struct reading *r, const struct reading *other,
	double factor, double zero)
{
	trend->count = 0;
	for (int i = 0, k = 0; i < r->history_count; i++) {
		const struct sample *s = sample(r, i);

		while (k + 1 < other->history_count
			&& llabs(sample(other, k + 1)->at_ms - s->at_ms)
				   <= llabs(sample(other, k)->at_ms - s->at_ms))
			k++;
		if (other->history_count > 0
			&& llabs(sample(other, k)->at_ms - s->at_ms) <= SAME_TIME_MS)
			trend->values[trend->count++] =
				((double)s->value - (double)sample(other, k)->value) * factor
				- zero;
	}
}

/* What the picture has to hold: all values, and the limits when there are some. */
static void range(const struct trend *t, int from, double *bottom, double *top)
{
	*bottom = *top = t->values[from];
	for (int i = from; i < t->count; i++) {
		*bottom = fmin(*bottom, t->values[i]);
		*top = fmax(*top, t->values[i]);
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
	int from = trend->count > plot.columns ? trend->count - plot.columns : 0;
	bool limits = trend->low <= trend->high;
	double bottom, top;

	if (trend->count < 2 || plot.rows < 4 || plot.columns < 8)
		return;
	range(trend, from, &bottom, &top);
	scale(canvas, area, 0, top);
	scale(canvas, area, area.rows - 1, bottom);
	if (limits) {
		limit(canvas, area, plot, trend->low, bottom, top);
		limit(canvas, area, plot, trend->high, bottom, top);
	}
	for (int i = from; i < trend->count; i++) {
		double value = trend->values[i];
		bool out = limits && (value < trend->low || value > trend->high);

		canvas_put(canvas, plot, plot.row + row_of(value, bottom, top, plot.rows),
			plot.column + i - from, out ? ROLE_LATE : ROLE_NORMAL, out ? '#' : DOT);
	}
}
