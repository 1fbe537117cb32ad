/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_PATHWAY_H
#define VIGIE_TWIN_PATHWAY_H

/*
 * The way of a patient through the suite, as the site file tells it: steps in
 * their order, what each needs and gives back, and how long it lasts. The
 * simulator walks it, the patient's page shows it, and the milestones say where
 * on it somebody stands.
 */

#include "twin/fact.h"

enum { PATHWAY_STEPS = 20, PATHWAY_NEEDS = 3, STAGE_NAME = 16 };

enum need_kind {
	NEED_NONE,
	NEED_ROOM,    /* the operating room of the case */
	NEED_ROLE,    /* one of a staff role; index in site->roles */
	NEED_BEDS,    /* one bed or bay of the rooms of a kind; enum room_kind */
	NEED_SURGEON, /* the case's own, where that one has cases in several rooms */
	NEED_COVER,   /* one of the rooms that people of a role can look after */
};

struct pathway_need {
	enum need_kind kind;
	int index;
};

enum lasts {
	LASTS_NOTHING, /* over as soon as it has what it needs */
	LASTS_LAW,     /* lognormal of mean a and deviation b, minutes */
	LASTS_BETWEEN, /* anything from a to b, minutes, evenly */
	LASTS_CASE,    /* what the duration model leaves of the case's time in the room */
};

struct pathway_step {
	char stage[STAGE_NAME]; /* "induction" */
	struct pathway_need need[PATHWAY_NEEDS], give[PATHWAY_NEEDS];
	enum lasts lasts;
	double a, b;
	/* Not before the planned start and so many minutes (negative: ahead of it). */
	bool gated;
	double gate_min;
	/* The milestone told when it begins and when it is over, -1 none. A step
	 * without the first is under way as soon as the one before it is over. */
	int begins, ends;
};

struct pathway {
	char id[ID_SIZE];
	char name[LABEL_SIZE];
	enum setting setting; /* the cases that take it; SETTING_UNKNOWN: any other */
	struct pathway_step steps[PATHWAY_STEPS];
	int step_count;
	struct pathway_need keeps[PATHWAY_NEEDS]; /* still had when it is over */
	/* The room's own way after the patient has left it. */
	struct pathway_need turnover_need; /* a role, or none */
	double turnover_mean, turnover_deviation;
};

struct site;

/* The pathway of a setting: the site's, else the house's own (never NULL), which
 * needs the room and PACU bays only. */
const struct pathway *pathway_of(const struct site *site, enum setting setting);

/* Whether a list of needs (up to its first NEED_NONE) has this one; the index of
 * a room counts for nothing. */
bool pathway_lists(const struct pathway_need list[PATHWAY_NEEDS], enum need_kind kind, int index);

#endif
