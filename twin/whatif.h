/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_WHATIF_H
#define VIGIE_TWIN_WHATIF_H

/*
 * A stack of what-ifs on a copy of the twin, and what it changes: the same
 * replications with and without, so that the difference of each is the what-if's
 * own. Plain data, a copy is a memcpy.
 */

#include "twin/scenario.h"
#include "twin/forecast.h"

enum { WHAT_IF_DEPTH = TWIN_IDEA_STEPS, WHAT_IF_REMEDIES = 5 };

/* The question: injected one after the other, in a suite that works as its site
 * says or, to try another way of working, as another text of it says. */
struct what_if {
	struct scenario list[WHAT_IF_DEPTH];
	int count;
	const struct site *site; /* borrowed: lives longer than any answer; NULL its own */
};
bool what_if_is_empty(const struct what_if *what_if);
/* The same, step by step, in the same suite. */
bool what_if_same(const struct what_if *a, const struct what_if *b);
/* The other text is of the same rooms and roles: what may differ are pathways, how
 * many there are, sessions, and the like. False with why. */
bool what_if_site_fits(const struct site *own, const struct site *other, char why[SCENARIO_TEXT]);

/* What the what-if makes of a case. */
enum hit_kind {
	HIT_NONE,    /* nothing: begins and ends as it would */
	HIT_SHIFTED, /* begins or ends at another time, or in another room */
	HIT_NEW,     /* is in the what-if only */
	HIT_GONE,    /* is off the list */
	HIT_NEVER,   /* waits for ever, in more than half of the fates */
	HIT_OFF,     /* is called off, or does not come, in more than half of them */
};
struct what_if_stay {
	int room;                          /* of the site, -1 */
	double start_ms, end_ms;           /* p50; 0 none, or behind */
	struct quantiles starts, finishes; /* the same, with p10 and p90 */
	double ends;                       /* in what share of the fates it does; 0 behind */
	double off;                        /* ... it is called off, or the patient does not come */
};
struct what_if_case {
	enum hit_kind kind;
	char id[ID_SIZE];
	struct what_if_stay before, after;
	struct quantiles begins, ends; /* how much later, minutes: twin/ripple.h */
};

/* What it makes of beds or of people of a role. */
struct what_if_pool {
	int role;                 /* index in site->roles, -1 */
	int beds;                 /* enum room_kind, -1 */
	int kit;                  /* index in site->kits, -1 */
	int units[2];             /* before, after */
	double peak[2];           /* p50 of the most in use at a time */
	double full_min[2];       /* mean minutes with none free */
	struct quantiles peak_by; /* how many more at the peak: twin/ripple.h */
};

/* Of one figure of the day. */
struct what_if_kpi {
	struct quantiles before, after; /* over replications */
	struct paired difference;
};

/* What would have to happen for a room to end in time. */
struct remedy {
	struct scenario scenario;
	double p_overtime;      /* with it */
	struct paired overtime; /* what it changes of the whole suite's, minutes */
};
struct remedies {
	char room[ID_SIZE]; /* "" nobody has asked */
	double p_overtime;  /* as it is */
	struct remedy list[WHAT_IF_REMEDIES];
	int count, tried;
};

struct what_if_answer {
	struct what_if asked;                       /* what it is the answer to */
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT]; /* why; "" it was injected */
	int injected;
	int reps;
	struct what_if_kpi kpi[KPI_COUNT];
	int done_before, done_after; /* cases that end */
	struct forecast_room before[SIM_ROOMS], after[SIM_ROOMS];
	int site_room[SIM_ROOMS];
	int room_count;
	/* All that are still to end in either; the hardest hit first, hit_count of them. */
	struct what_if_case cases[TWIN_CASES];
	int case_count, hit_count;
	struct what_if_pool pools[SIM_POOLS]; /* those that either waits for */
	int pool_count;
	struct remedies remedies;
};

/* A kept one, read. False with why and as far as it was understood: another
 * version of vigie may have said it. */
bool what_if_of(const struct idea *idea, struct what_if *out, char why[SCENARIO_TEXT]);
/* The kept one that says the very same, -1. */
int what_if_kept(const struct twin *twin, const struct what_if *what_if);

/* The fork of a twin (created by the caller) with all that can be injected; the
 * rest says why. Returns how many were. A site that does not fit is left out. */
int what_if_fork(struct fork *fork, const struct twin *twin, const struct what_if *what_if,
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT]);

/* One side of a comparison. */
struct what_if_side {
	const struct twin *twin;
	const struct forecast_run *run;
	const struct forecast *forecast; /* read from it, as many replications */
};
/* Fills the answer but for what was asked and refused, and the remedies. Out of
 * memory: there is no ripple (zeros). */
void what_if_compare(const struct what_if_side *before, const struct what_if_side *after,
	struct what_if_answer *out);

/* What might help a room end in time, as it stands in the fork: returns how many
 * of `max` were written. Not all of them can be injected. */
enum { WHAT_IF_CANDIDATES = 96 };
int what_if_candidates(const struct fork *fork, const char *room, struct scenario *out, int max);
/* Puts one among the best: lowest probability first, then what it does for the
 * whole suite. Of the same act with several rooms, the best one. */
void what_if_rank(struct remedies *remedies, const struct remedy *one);

#endif
