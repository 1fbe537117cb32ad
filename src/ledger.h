/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_LEDGER_H
#define VIGIE_SRC_LEDGER_H

/*
 * What the house has learnt, case by case: why, by how much, and what it knows
 * now; and how right it was before. As text that diffs, or one JSON object
 * (vigie.ledger/1, vigie.score/1). Surgeons are a class in it, never told apart.
 */

#include <stdbool.h>

#include "twin/learning.h"
#include "twin/score.h"

/* malloc'd; NULL out of memory. Times are local; now_ms is
 * the time it is told at. */
char *ledger_show(const struct learning *learning, int64_t now_ms, bool json);
/* The expectation at each case's beginning against what came, beside the booking. */
char *score_show(
	const struct learning *learning, const struct score *score, int64_t now_ms, bool json);

#endif
