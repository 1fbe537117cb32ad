/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_RADAR_H
#define VIGIE_TWIN_RADAR_H

/*
 * Break-in radar: when could an emergency enter a room? The moments at which each
 * room is between two patients, out of the replications of a forecast; the longest
 * time without any such moment in the whole suite; and the change of order that
 * shortens it most for the least (van Essen, Hans, Hurink, Oversberg, "Minimizing
 * the waiting time for emergency surgery", Oper. Res. Health Care 1:34, 2012).
 */

#include "twin/forecast.h"
#include "twin/scenario.h"

enum { RADAR_MOMENTS = 24, RADAR_SLOTS = 96, RADAR_SLOT_MIN = 5 };

struct radar_moment {
	int room;            /* of the site */
	struct quantiles at; /* ms UTC: the one before is out and the room is clean, or it
				is empty now */
	double p;            /* that it comes at all */
	char after[ID_SIZE]; /* the case before it, "" none: now */
};

struct radar {
	int64_t at_ms;
	struct radar_moment moments[RADAR_MOMENTS]; /* the soonest (p50) first */
	int count;
	float free[RADAR_SLOTS]; /* that at least one room could be entered in the slot */
	/* The longest span without a moment, over the rest of the sessions. */
	struct quantiles hole_min;        /* its length */
	int64_t hole_from_ms, hole_to_ms; /* of the typical replication */
	struct scenario closes;           /* what shortens it most; which < 0: nothing does */
	struct paired closes_by;          /* minutes of it; */
	struct paired costs;              /* and what that does to overtime */
};

/* From a run of this plan; `closes` is left as it is (src/repairer.h finds it). */
void radar_read(
	const struct forecast_run *run, int reps, const struct twin *twin, struct radar *out);

#endif
