/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SIMULATE_FACTS_H
#define VIGIE_TWIN_SIMULATE_FACTS_H

/*
 * A replication in the language of the house: the future is simulated facts. What
 * came of each case as milestones, emergencies as cases of their own, who is off
 * as a status; applied to a copy of the twin the plan was made from, they are the
 * rest of that day.
 */

#include "twin/plan.h"

struct replication {
	const struct twin *twin; /* the plan was built from */
	const struct sim_plan *plan;
	const struct plan_index *index;
	const struct sim_draw *draw;
	const struct sim_marks *marks;
};

/* Calls `tell` for each fact in the order of time, numbered from the twin's last
 * on; none is later than `until_ms` (after the epoch). False: out of memory. */
bool sim_facts(const struct replication *r, int64_t until_ms,
	void (*tell)(void *context, const struct fact *fact), void *context);

#endif
