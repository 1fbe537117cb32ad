/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_COLD_STOCK_H
#define VIGIE_TWIN_COLD_STOCK_H

/* How a stock that is kept cold stands now, by the probe beside it. */

#include "twin/cold_chain.h"
#include "twin/twin.h"

/* Of the budget, when so much is left of it the alarm is HIGH. */
static const double COLD_NEAR = 0.2;
/* The mean of less than a day says nothing of how a stock was kept (USP <659> judges
 * what is kept at 2 to 8 Cel by the mean of 24 h). */
enum { COLD_MEAN_MIN = 24 * 60 };

struct cold_stock {
	const struct tag *tag;
	const struct medicine *medicine; /* NULL: not told what it is */
	double low, high;                /* where it is kept, Cel */
	double above_min, below_min;     /* since it was put in, until the last sample */
	double budget_min, left_min;     /* above limits, in all; 0 and -1: not told */
	bool near;           /* little of the budget is left, or colder or warmer than it bears */
	double kinetic;      /* mean kinetic temperature, Cel; NAN not known */
	bool aged;           /* above what it bears in the mean, over a day or more */
	double to_limit_min; /* until it leaves the limits as it goes, -1 it does not */
	double unwatched_min, watched_min;
	int64_t since_ms;
};

/* False: this reading is no temperature of anything kept cold. */
bool cold_stock(const struct twin *twin, int reading, struct cold_stock *out);

#endif
