/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_TREND_H
#define VIGIE_SCREENS_TREND_H

/* The recent past of a value as a line between its limits. */

#include "screens/canvas.h"
#include "twin/twin.h"

struct trend {
	double values[TWIN_HISTORY]; /* one a minute, the oldest first */
	int count;
	double low, high; /* limits; low > high: none */
};
/* A value a column, the last ones when not all have room. What is out of limits is in
 * another colour and another sign. Limits are lines. Nothing is drawn for fewer than
 * two values, or in fewer than 4 rows. */
void trend_draw(const struct trend *trend, struct canvas *canvas, struct area area);
/* The history of a reading; of two, their difference where both were heard within two
 * minutes, times `factor` less `zero`. */
void trend_of_reading(struct trend *trend, const struct reading *r);
void trend_of_two(struct trend *trend, const struct reading *r, const struct reading *other,
	double factor, double zero);

#endif
