/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LACE_H
#define VIGIE_TWIN_LACE_H

/*
 * The LACE index: risk of death or unplanned readmission within 30 days of
 * leaving the hospital, 0 to 19 points (van Walraven et al., CMAJ 2010, 182:
 * 551, table 3).
 */

#include "twin/twin.h"

struct lace {
	int stay_days; /* L: length of stay, whole days; -1 not known */
	int emergent;  /* A: acute admission, 1 or 0; -1 not known */
	int charlson;  /* C: Charlson score as the paper counts it; -1 not known */
	int ed_visits; /* E: emergency visits in the six months before; -1 not known */
};

/* The parts of a case's patient: the stay until the discharge, or until now. */
void lace_of(const struct twin *twin, int case_, struct lace *parts);

/* Points of each letter, -1 where it is not known. */
void lace_points(const struct lace *parts, int points[4]);

/* Points, or -1 with *missing (may be NULL) naming the first part not known. */
int lace_index(const struct lace *parts, const char **missing);

#endif
