/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_RADAR_H
#define VIGIE_TWIN_RADAR_H

/*
 * Break-in radar: when could an emergency enter a room? The moments at which each
 * room is clean and nobody is on the way in, out of the replications of a forecast;
 * the longest time without any such moment in the whole suite; and the change of
 * order that shortens it most for the least (van Essen, Hans, Hurink, Oversberg,
 * "Minimizing the waiting time for emergency surgery", Oper. Res. Health Care 1:34,
 * 2012: the largest interval between two break-in moments is what is to be made small).
 *
 * A room can be entered while it is open, clean and in order, from the end of the
 * turnover (or the opening of its session) until the next patient of its list is
 * brought in or put to sleep for it; after its list, until its session ends. Between
 * two patients that may be a single instant: who decides, decides then. A room without
 * a session can be entered at any hour. Staff and beds are not asked: an emergency
 * takes them first. A room that lists what it takes (vigie-site(5)) has its moments, but it is no
 * way in for an emergency nobody knows yet, unless all rooms are of that kind.
 */

#include "twin/objective.h"
#include "twin/whatif.h"

enum { RADAR_MOMENTS = 24, RADAR_SLOTS = 96, RADAR_SLOT_MIN = 5 };

struct radar_moment {
	int room;            /* of the site */
	struct quantiles at; /* ms UTC, when it comes */
	double p;            /* that it comes at all */
	char after[ID_SIZE]; /* the case before it; "": before the next one there is, or now */
	int behind;          /* cases of its list that would wait */
	bool listed;         /* its room takes what it lists, and others do not */
};

/* What shortens the longest hole most for the least. All differences are with it
 * minus without, in fates that did not choose it; minutes but for the objective. */
struct radar_change {
	struct what_if moves; /* in order; count 0: nothing does */
	struct paired hole, wait, overtime, objective;
	int reps, tried, untried; /* untried: that did not fit */
	int64_t at_ms;            /* of the twin it was found for; 0: not looked for yet */
};

struct radar {
	int64_t at_ms;
	int reps;
	struct radar_moment moments[RADAR_MOMENTS]; /* the soonest (p50) first */
	int count, more;                            /* more: that did not fit */
	struct quantiles next;   /* the first moment of all, whichever room; 0 0 0 none */
	double p_next;           /* that there is one in the rest of the day */
	float free[RADAR_SLOTS]; /* that at least one room can be entered in the slot */
	/* The rest of the sessions, ms UTC: what is looked at; 0, 0: they are over. */
	int64_t from_ms, to_ms;
	/* The longest span of it without a moment. */
	struct quantiles hole_min;        /* its length */
	int64_t hole_from_ms, hole_to_ms; /* of a replication in the middle */
	/* Mean minutes that an emergency would wait for a moment, came it at any time of
	 * the rest of the sessions. */
	double wait_min;
	struct radar_change closes;
};

/* Replications, reduced; on the heap. Any number of threads may watch different ones. */
struct radar_run;
/* NULL: out of memory. The site, of the rooms of the index, may be NULL; the others are
 * borrowed. */
struct radar_run *radar_run_create(const struct sim_plan *plan, const struct plan_index *index,
	const struct site *site, int reps);
void radar_run_destroy(struct radar_run *run);
/* The context is a struct radar_run: forecast_run_watch(run, radar_watch, radar_run). */
forecast_watch radar_watch;
/* Sums up the first `reps` of them; `closes` is left as it is. Nothing when memory is
 * short (false). */
bool radar_read(const struct radar_run *run, int reps, const struct twin *twin, struct radar *out);
/* The longest hole of a replication, minutes after the origin; 0, 0: none. */
void radar_hole(const struct radar_run *run, int rep, double *from_min, double *to_min);
/* Its mean wait, as radar.wait_min. */
double radar_wait(const struct radar_run *run, int rep);
/* Minutes of the rest of the sessions. */
double radar_window(const struct radar_run *run);

/* Where an emergency that has to be in its room by then should go: of the moments that
 * come in time almost surely, the one that keeps the fewest waiting, then the soonest;
 * else the soonest there is. What is to be done hangs on the room; NULL: nobody knows yet.
 * Index of a moment, -1: there is none. */
int radar_pick(
	const struct radar *radar, const struct site *site, const char *procedure, int64_t by_ms);
/* It is in time in nine of ten. */
bool radar_in_time(const struct radar_moment *moment, int64_t by_ms);

/* ---- radar_close.c ---- */

struct radar_ask {
	const struct twin *twin;
	const struct plan_options *options; /* without policy and like */
	uint32_t seed;
	int reps;                    /* of the proof; 0: the usual */
	bool (*stop)(void *context); /* asked between changes tried; NULL: goes on */
	void *context;
};
/*
 * Tries the changes of order that a person may decide (twin/repair_rule.h): two cases
 * of a list change places, with those between moved along; two of different rooms swap;
 * one begins a little later. A shorter hole elsewhere may grow for it, so that what it
 * takes from the longest one and what it takes from the mean wait count the same: of a
 * change that shortens the longest hole h by d minutes and nothing else, the mean wait
 * over T minutes falls by h d / T. Best is what takes most, less what it costs: minutes of
 * overtime, or as many as the objective says it is worth, whichever is more. False, and `out` as it
 * was: stopped, or out of memory.
 */
bool radar_close(const struct radar_ask *ask, struct radar_change *out);
/* It could still be decided as it is. Out of memory: no. */
bool radar_stands(const struct radar_change *change, const struct twin *twin, int64_t midnight_ms);

#endif
