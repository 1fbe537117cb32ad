/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPLICATION_H
#define VIGIE_TWIN_REPLICATION_H

/*
 * One possible future in the language of the past: the marks of a replication as
 * facts, in the order of time. Folded into a copy of the twin that the plan was
 * made of, they lead it to the end of that day as the hospital's own words would.
 *
 * A milestone the twin has been told of already is not told again. What has no
 * milestone in the site's pathways (a step nobody tells of) has no fact.
 */

#include "twin/plan.h"

enum { REPLICATION_MOST = SIM_CASES * (2 * SIM_STEPS + 1) };

struct replication {
	struct replication_mark {
		int32_t at_ms;     /* after the plan's origin, never before it */
		int16_t plan_case; /* index in the plan */
		int16_t order;     /* within the case; room made ready: before all others */
		int8_t milestone;
	} marks[REPLICATION_MOST];
	int count;
};

/* The plan and its index are those the marks were run on, the twin the one they
 * were built from. */
void replication_of(const struct twin *twin, const struct sim_plan *plan,
	const struct plan_index *index, const struct sim_marks *marks, struct replication *out);

/* Mark `k` as a fact; `origin` says of which future ("replication 7 of seed 1").
 * Its number is the caller's to give. */
struct fact replication_fact(const struct twin *twin, const struct plan_index *index,
	const struct replication *r, int k, const char *origin);

#endif
