/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_ROBUST_H
#define VIGIE_SRC_ROBUST_H

/*
 * How robust a programme is: what half an hour more of each case would cost in
 * overtime of the whole suite, and which changes of order would take some away;
 * all under the fates of the programme as it is. Plain data.
 */

#include "screens/forecast_json.h"
#include "src/foresee.h"

struct robust_how {
	const struct learnt *learnt; /* NULL: the booking */
	int64_t midnight_ms;
	uint32_t seed;
	int reps, threads; /* at most as many as the base run has */
};

/* `base` is a run of that fork, at least how->reps long. Every case that is not
 * over, and every change of order of two neighbours or of a whole room, is tried.
 * False: out of memory. */
bool robust_try(const struct fork *fork, const struct robust_how *how,
	const struct forecast_run *base, struct robust *out);

#endif
