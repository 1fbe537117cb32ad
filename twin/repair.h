/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_H
#define VIGIE_TWIN_REPAIR_H

/*
 * "What do we do?" A repair is a what-if that somebody could decide: a few rows of
 * scenario_table.c that are decisions, on top of the day as it stands (or of a
 * what-if that is being looked at). It is proved like any other: the same fates with
 * and without, so that each difference is the repair's own.
 *
 * The search: decisions near what went wrong, raced on few fates, then the better
 * ones on more (successive halving), then a local search and policy improvement
 * over the best (Bargetto, Garaix, Xie 2019). Anytime: the best three different
 * options so far can be read after every round, one of them short if a short one
 * helps. The same twin, seed and budget give the same answer on any number of threads.
 */

#include "twin/objective.h"
#include "twin/repair_rule.h"
#include "twin/whatif.h"

enum {
	REPAIR_OPTIONS = 3,
	REPAIR_MOVES = 6,
	REPAIR_BRIEF = 2, /* so few decisions are told in one breath */
	REPAIR_WAITS = 4
};

/* Who waits longer or shorter for it. */
struct repair_wait {
	char id[ID_SIZE];       /* case */
	struct quantiles later; /* minutes it begins later; negative sooner */
};

struct repair_option {
	struct what_if moves;                /* on top of what was asked about; in order */
	struct paired objective;             /* with it minus without */
	struct paired term[OBJECTIVE_COUNT]; /* unweighted */
	struct paired kpi[KPI_COUNT];
	struct paired cost;                     /* money, where the site has prices; 0 0 0 not */
	struct quantiles overtime[2];           /* of the whole suite: without, with; minutes */
	struct repair_wait waits[REPAIR_WAITS]; /* the hardest hit first */
	int wait_count;
	int reps;                     /* fates behind it, none of which chose it */
	bool proved;                  /* the interval of the objective excludes 0 */
	char why[SCENARIO_TEXT];      /* the rule of thumb behind it, for people */
	char fails_if[SCENARIO_TEXT]; /* what would make it wrong */
};

/* What is to be repaired. */
struct repair_ask {
	struct what_if given; /* what is supposed besides; count 0: the day as it is */
	struct what_if held;  /* looked at: stays an option as long as it is better; count 0 none */
	char about[ID_SIZE];  /* a case or a room that went wrong; "" anything */
};

struct repair_answer {
	struct repair_ask asked;
	int64_t at_ms; /* of the twin */
	uint64_t seq;  /* its last fact */
	struct repair_option options[REPAIR_OPTIONS];
	int count;
	struct objective nothing; /* mean terms of doing nothing */
	double nothing_sum;
	int tried;                /* different repairs */
	long days;                /* replications run */
	bool finished;            /* nothing better is being looked for */
	char none[SCENARIO_TEXT]; /* why there is no option, "" there is */
};

#endif
