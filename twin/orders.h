/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_ORDERS_H
#define VIGIE_TWIN_ORDERS_H

/*
 * What was decided and sent, and what came of it: a fold beside the twin, over the
 * facts order and promise and, for the ledger, over the milestones that tell what
 * really came. Nothing the twin decides hangs on it.
 */

#include "twin/twin.h"

enum { ORDERS_PLANS = 32, ORDERS_STEPS = 8, ORDERS_PROMISES = 16 };

struct order_step {
	struct fact_order order;          /* the last word on it */
	int64_t at_ms[ORDER_STATE_COUNT]; /* when it came to each state, 0 never */
	char by[ORIGIN_SIZE];             /* who approved it */
	char station[ID_SIZE];            /* the one that sends it */
	struct fact_order undo;           /* of what takes it back; plan "" none */
	int64_t undo_at_ms[ORDER_STATE_COUNT];
};

struct order_promise {
	struct fact_promise promise;
	int64_t at_ms;
	bool kept_known; /* what came is known: */
	double came;     /* in the unit of the promise */
};

struct order_plan {
	char id[ID_SIZE];
	int64_t approved_ms;
	struct order_step steps[ORDERS_STEPS];
	int step_count;
	struct order_promise promises[ORDERS_PROMISES];
	int promise_count;
};

/* How right the promises were, over all that are known. */
struct orders_score {
	int plans, known;
	int inside;          /* between p10 and p90: eight in ten would be right */
	double error_min;    /* mean of came - middle */
	double foretold_min; /* mean of middle - nothing: what was promised to change */
	double came_min;     /* mean of came - nothing: what did */
};

struct orders {
	struct order_plan plans[ORDERS_PLANS]; /* the newest last; the oldest makes room */
	int plan_count;
	uint64_t dropped;
	struct orders_score score;
};

void orders_init(struct orders *orders);
/* After the twin has folded it. */
void orders_fold(struct orders *orders, const struct twin *twin, const struct fact *fact);
const struct order_plan *orders_plan(const struct orders *orders, const char *id);
/* The state of a plan in one word: the worst of its steps. */
enum order_state orders_state(const struct order_plan *plan);

#endif
