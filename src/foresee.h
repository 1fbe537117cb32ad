/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_FORESEE_H
#define VIGIE_SRC_FORESEE_H

/* A forecast on several threads: parts of one run, so that the answer is the
 * same for any number of them. */

#include "twin/forecast.h"
#include "twin/radar.h"

enum { FORESEE_THREADS = 64 };

/* Runs all replications of `run`, of which there are `reps`. */
void foresee(struct forecast_run *run, int reps, int threads);
/* How many threads this machine is worth. */
int foresee_threads(void);

/* How to work out what binds and what is wanted. */
struct foresee_rank {
	int reps, threads;           /* at most as many as the base run has */
	bool (*stop)(void *context); /* asked between parts; NULL: goes on to the end */
	void *context;
};

/* Runs the plan again under the fates of `base` (a run of this very plan, from which
 * `out` was read): twice for each pool that is ever full, one unit larger now and
 * from FORECAST_LATER_MIN on, to rank them in `out`, and once with plenty of
 * everything, to see what is wanted. The plan is lent: it comes back as it was.
 * False, and the rankings of `out` stay, when it was stopped or memory was short. */
bool foresee_bottlenecks(struct sim_plan *plan, const struct plan_index *index,
	const struct forecast_run *base, const struct foresee_rank *how, struct forecast *out);

/* The rest of a twin's day, ranked: sessions are those of its own zone (TZ). */
struct foresee_day {
	uint32_t seed;
	int reps, threads;
	const struct learnt *learnt; /* NULL: the booking is all that is known */
};
/* `radar` may be NULL. */
bool foresee_day(const struct twin *twin, const struct foresee_day *how, struct forecast *out,
	struct radar *radar);

#endif
