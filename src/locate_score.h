/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_LOCATE_SCORE_H
#define VIGIE_SRC_LOCATE_SCORE_H

/* What was said of each row of a walk against what was so. */

#include "src/locate_csv.h"

struct verdict {
	int room;          /* -1: nothing was said */
	double confidence; /* as shown, 0 to 1 */
};

struct score {
	long rows;         /* with a known room */
	long true_changes; /* of one tag, between rows with a known room */
	double accuracy;   /* share of rows with the right room */
	long changes;      /* of the room said */
	/* From a true change to the first row with the new room; where it was
	 * never said before the next change, the whole stay. */
	double latency_p50_s, latency_p90_s;
	long missed; /* changes that were never said */
	/* Ten bins of the confidence shown (0-0.1 ... 0.9-1): the mean distance
	 * between confidence and share right, weighted by rows. */
	double calibration_error;
};

/* `verdicts` is one a row. False: out of memory. */
bool score_walk(const struct walk *walk, const struct verdict *verdicts, struct score *score);

#endif
