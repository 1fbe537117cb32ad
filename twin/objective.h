/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_OBJECTIVE_H
#define VIGIE_TWIN_OBJECTIVE_H

/*
 * What a day costs, in one number, so that two ways to go on can be held against
 * each other. Each term is in its own unit and has one weight, which the site file
 * says (group "objective"; vigie-site(5)) and the proof shows. The usual weights are
 * those of the reference's small instances: ten a quarter of an hour of overtime.
 *
 * A day is always held against what people were told before any repair: who is
 * told to come two hours later has been made to wait, and an emergency that nobody
 * has given a room has not been seen to.
 */

#include "twin/forecast.h"

enum objective_term {
	OBJECTIVE_OVERTIME,  /* minutes of rooms past their session */
	OBJECTIVE_WAIT,      /* minutes electives wait for their room, once ready and due; of
				those they were told of in time, half */
	OBJECTIVE_NEST,      /* minutes emergencies wait past the target of their class, each
				weighted by how urgent the class is */
	OBJECTIVE_HOLD,      /* minutes in the room for want of a PACU bay */
	OBJECTIVE_CANCELLED, /* cases not done today: put off, or called off by the day */
	OBJECTIVE_OVERNIGHT, /* day patients who cannot go home */
	OBJECTIVE_MOVED,     /* cases whose room or hour people were told, and changes */
	OBJECTIVE_COUNT
};

struct objective {
	double of[OBJECTIVE_COUNT];
};

/* What a day is held against: the twin before any repair. By index in its cases,
 * which is that of every fork of it. Times are ms UTC. */
struct objective_day {
	int case_count;
	bool counts[TWIN_CASES];       /* to be done today, and not in the room yet */
	int64_t due_ms[TWIN_CASES];    /* the start people know of; 0 none */
	int64_t target_ms[TWIN_CASES]; /* an emergency's, to the incision; INT64_MAX none */
	int class[TWIN_CASES];         /* NEST 1 to 6; 0 elective */
	struct {
		double target_min; /* from being known to the incision */
		double urgency;    /* what a minute past it weighs */
		double guest;      /* of one that may come and nobody has announced */
	} classes[7];
	int64_t horizon_ms; /* who has not begun by then is late until then */
};
void objective_day_of(const struct twin *twin, struct objective_day *day);

const char *objective_name(enum objective_term term); /* "overtime" ... */
/* The weight of a term: the site's, else the usual one. */
double objective_weight(const struct site *site, enum objective_term term);
/* Terms times weights. */
double objective_sum(const struct site *site, const struct objective *o);
/* Of one replication. `moved`: how many were told otherwise, for it does not show in
 * the marks. Nothing allocates. */
void objective_read(const struct objective_day *day, const struct sim_plan *plan,
	const struct plan_index *index, const struct sim_bench *bench,
	const struct sim_marks *marks, double moved, struct objective *out);

#endif
