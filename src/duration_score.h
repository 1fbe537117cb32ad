/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_DURATION_SCORE_H
#define VIGIE_SRC_DURATION_SCORE_H

/* How well durations were foretold: sums over cases, and the figures of them. */

#include "twin/duration.h"

struct duration_score {
	long n;
	double *errors; /* |actual - median foretold|, one a case, for the median */
	long room;
	double absolute, crps, bias;
	long within10, within20, covered;
	bool points; /* the forecast is a number, not a law: no interval */
};

struct duration_figures {
	long n;
	double mae_min, median_ae_min, within10, within20, crps_min, bias_min;
	double coverage80; /* NAN when there is no interval */
};

void duration_score_law(struct duration_score *s, const struct duration_law *law, double actual);
/* A number alone: its CRPS is its absolute error (Gneiting and Raftery 2007). */
void duration_score_point(struct duration_score *s, double foretold, double actual);
/* Shares are of the actual duration: |error| <= 0.1 or 0.2 actual. Bias is
 * actual less the mean foretold. */
struct duration_figures duration_score_figures(struct duration_score *s);
void duration_score_free(struct duration_score *s);

#endif
