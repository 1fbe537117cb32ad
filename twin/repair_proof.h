/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_PROOF_H
#define VIGIE_TWIN_REPAIR_PROOF_H

/*
 * The proof of a repair: the day with it and the day without, each a fork of the twin
 * and a run of its forecast, in fates that had no part in choosing it. What differs in
 * each fate is the repair's own.
 */

#include "twin/repair_moves.h"

/* One way the day may go, and what each fate of it comes to. On the heap. */
struct repair_side {
	struct fork fork;
	struct sim_plan plan;
	struct plan_index index;
	const struct objective_day *day;
	double weight[OBJECTIVE_COUNT];
	double told;
	int reps;
	struct forecast_run *run; /* its parts are to be run by whoever made it */
	float *terms;             /* [OBJECTIVE_COUNT][reps] */
	float *sums;              /* [reps] */
	float *lasts;             /* [case of the plan][reps]: minutes left in its room, as drawn */
	float *guests;            /* [reps]: emergencies nobody has announced */
};

/* The twin with what was supposed and then the moves (NULL: nothing). NULL: out of
 * memory, or a move cannot be made (why). */
struct repair_side *repair_side_create(const struct twin *twin, const struct what_if *given,
	const struct repair_moves *moves, const struct plan_options *options,
	const struct objective_day *day, uint32_t seed, int reps, char why[SCENARIO_TEXT]);
void repair_side_destroy(struct repair_side *side);

/* All of what is known of it, but for `moves.site`; both sides have been run. */
void repair_prove(const struct repair_side *without, const struct repair_side *with,
	const struct repair_moves *moves, struct repair_option *out);
/* The mean terms of a side, and their sum. */
double repair_side_mean(const struct repair_side *side, struct objective *out);

/* repair_reason.c: the rule of thumb behind it, and what would make it wrong. */
void repair_why(const struct repair_side *without, const struct repair_moves *moves,
	const struct repair_option *option, char out[SCENARIO_TEXT]);
void repair_fails_if(
	const struct repair_side *without, const struct repair_side *with, char out[SCENARIO_TEXT]);

#endif
