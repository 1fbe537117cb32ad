/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_AHEAD_H
#define VIGIE_TWIN_AHEAD_H

/*
 * What comes next for one patient: the stages left of the pathway, how long
 * each lasts and when it will be over. The replications tell when the patient
 * is in and out of the room, out of the PACU: between those the stages' own
 * laws are added up, mean and variance, as a lognormal of the same two moments
 * (Fenton and Wilkinson), and kept within what was simulated. Without a
 * forecast all of it is laws: nothing is then known of waiting for a turn.
 */

#include "twin/forecast.h"

struct stage_ahead {
	const char *name;          /* of the pathway, borrowed */
	bool running;              /* under way; otherwise still to come */
	bool simulated;            /* its end was simulated, not added up */
	double usual_min;          /* as the pathway has it; the case's own part as booked */
	double elapsed_min;        /* of the one under way */
	struct quantiles left_min; /* its length, less what has gone by */
	struct quantiles end;      /* ms after the epoch */
};

/* What is left of something that began so long ago, with probability p at most. */
double stage_left_min(const struct sim_law *law, double elapsed_min, double p);

/* Fills `out` with the stages of a case of the plan that are not over, in their
 * order; returns how many. `f` is the case's forecast, NULL none. */
int stages_ahead(const struct twin *twin, const struct sim_plan *plan,
	const struct plan_index *index, int plan_case, const struct forecast_case *f,
	struct stage_ahead out[SIM_STEPS]);

#endif
