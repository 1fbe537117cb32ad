/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_FORETELL_H
#define VIGIE_TWIN_FORETELL_H

/*
 * What of a forecast is put on record, to be held against what came: sparingly,
 * and at fixed instants, so that nobody chooses what is scored. A case's start an
 * hour before its plan, its end when the patient enters, a room's overtime an
 * hour before its session ends, the PACU's peak of two hours every hour.
 */

#include "twin/forecast.h"
#include "twin/score.h"

enum { FORETELL_FACTS = 32 };

/* What is due and has not been said; their number is the caller's. What does not
 * fit is said at the next look. */
int foretell_due(const struct twin *twin, const struct forecast *forecast,
	const struct score *score, struct fact out[FORETELL_FACTS]);

#endif
