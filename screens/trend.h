/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_TREND_H
#define VIGIE_SCREENS_TREND_H

/* The recent past of a reading as a line between its limits. */

#include "screens/canvas.h"
#include "twin/twin.h"

struct trend {
	const struct reading *reading;
	double low, high; /* limits; low > high: none */
	const char *unit;
};
/* A value a column, the oldest at the left: one a minute, as the history has them.
 * What is out of limits is in another colour and another sign. Limits are
 * lines. Nothing is drawn for fewer than two values, or in fewer than 4 rows. */
void trend_draw(const struct trend *trend, struct canvas *canvas, struct area area);

#endif
