/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_RIPPLE_H
#define VIGIE_TWIN_RIPPLE_H

/*
 * How far a change spreads: two runs of the same fates, held against each other
 * replication by replication. Each gives one difference, after - before, of
 * which these are the quantiles: the median of the differences, which is not the
 * difference of the medians. Replications in which it happens on one side only
 * have none. Nothing allocates: `work` has room for twice `reps` numbers.
 */

#include "twin/forecast.h"

struct ripple {
	const struct forecast_run *before, *after;
	int reps;
	double *work;
};

/* Minutes by which case `i` of the one is later as case `j` of the other. */
struct quantiles ripple_case(const struct ripple *r, int i, int j, enum forecast_time which);
/* How many more of pool `p` are in use as pool `q` when the most are, and how many
 * that is on either side (p50). -1: that side has no such pool. */
struct quantiles ripple_peak(const struct ripple *r, int p, int q, double peak[2]);

#endif
