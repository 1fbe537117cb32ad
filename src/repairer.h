/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_REPAIRER_H
#define VIGIE_SRC_REPAIRER_H

/*
 * The search for repairs beside the loop: threads of its own work on a copy. Fast
 * first (half a second), then better while one looks, until nothing better is found
 * for a while or somebody asks anew.
 */

#include <ev.h>

#include "twin/learning.h"
#include "twin/repair.h"

struct repairer;

/* `ready` is called on the loop when there is a new or better answer. NULL: out of
 * memory or no thread. */
struct repairer *repairer_create(
	struct ev_loop *loop, uint32_t seed, void (*ready)(void *context), void *context);
void repairer_destroy(struct repairer *r);
/* Copies all of it; returns at once. */
void repairer_ask(struct repairer *r, const struct twin *twin, const struct learnt *learnt,
	const struct repair_ask *ask);
void repairer_stop(struct repairer *r);
/* NULL before the first. Valid until the next `ready`. */
const struct repair_answer *repairer_last(const struct repairer *r);

/* The same search without a loop, for the verb and the bench. */
struct repair_how {
	const struct learnt *learnt; /* NULL: the booking */
	int64_t midnight_ms;
	uint32_t seed;
	int threads;
	long days;                   /* budget of replications, 0: the usual */
	int reps;                    /* of the proof, 0: the usual */
	bool (*stop)(void *context); /* NULL: to the end */
	void (*better)(void *context, const struct repair_answer *answer); /* NULL */
	void *context;
};
/* False: out of memory. */
bool repair_search(const struct twin *twin, const struct repair_ask *ask,
	const struct repair_how *how, struct repair_answer *out);
/* One repair proved again, of the twin as it stands, on fates it was not proved on yet.
 * On the thread that asks: some tens of ms. Of `how`: learnt, midnight, seed, reps. False
 * with why: a rule would be broken now, a step cannot be taken any more, out of memory. */
bool repair_again(const struct twin *twin, const struct what_if *moves,
	const struct repair_how *how, struct repair_option *out, char why[SCENARIO_TEXT]);

#endif
