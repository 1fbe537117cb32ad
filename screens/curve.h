/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_CURVE_H
#define VIGIE_SCREENS_CURVE_H

/* A load over time as a fan: filled to the median, shaded to the high
 * quantile, with a line at what there is. */

#include "screens/canvas.h"

struct curve {
	/* One value for each column of cells. */
	const double *middle, *high;
	int columns;
	double limit; /* how many there are */
};

/* Draws into `area`: the scale takes the first cells, `limit` is its top. */
enum { CURVE_SCALE = 4 };
void curve_draw(const struct curve *curve, struct canvas *canvas, struct area area);

#endif
