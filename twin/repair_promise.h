/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_PROMISE_H
#define VIGIE_TWIN_REPAIR_PROMISE_H

/*
 * What a repair says will come of it, written down when it is approved, so that it can
 * be held against what comes (twin/orders_ledger.c).
 */

#include "twin/orders.h"
#include "twin/repair.h"

/* Overtime of the suite; and, where the board of this very repair is known (else NULL),
 * when each case it touches is in and out, and the overtime of the rooms they leave and
 * enter. Times are minutes after made_ms; midnight_ms: from which minutes tell the local
 * clock. The plan is left for the caller to fill in. How many. */
int repair_promises(const struct twin *twin, const struct repair_option *option,
	const struct what_if_answer *board, int64_t made_ms, int64_t midnight_ms,
	struct fact_promise out[ORDERS_PROMISES]);

#endif
