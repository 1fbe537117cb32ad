/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_RACE_H
#define VIGIE_TWIN_REPAIR_RACE_H

/*
 * Repairs held against doing nothing, fate by fate. What they share is made once: the
 * day as it stands, its plan, so many fates drawn, what each of them comes to. A
 * repair is then told to a fork, the plan of the fork is that of the day but for what
 * was decided (struct plan_like), and so are its fates.
 *
 * Any number of threads may try different repairs at the same time, each on a bench
 * of its own: a repair is tried by one thread at a time, in the order of the fates, so
 * that what is known of it does not depend on how many there are.
 */

#include "twin/repair.h"
#include "twin/stat.h"

enum { RACE_FATES = 192 };

/* What somebody might decide. */
struct repair_moves {
	struct scenario list[REPAIR_MOVES];
	int count;
};

/* A repair in the race: what it changes of the objective, with it minus without. */
struct repair_trial {
	struct repair_moves moves;
	double told;           /* what telling it costs: OBJECTIVE_MOVED */
	struct stat_moments d; /* n: of how many fates */
	bool out;              /* it cannot be done, or breaks a rule */
};

/* When a case begins and when its room is clean again, in the middle of what may be:
 * ms UTC, by index in twin->cases; 0: it does not. */
struct repair_outlook {
	int64_t begins_ms[TWIN_CASES], frees_ms[TWIN_CASES];
	double wait_min[TWIN_CASES];    /* past its planned start */
	double overtime_min[SIM_ROOMS]; /* of the plan's rooms */
};

/* One for each thread. */
struct repair_bench {
	struct fork fork;
	struct sim_plan plan;
	struct plan_index index;
	struct sim_draw_like like;
	struct sim_draw draw;
	struct sim_bench bench;
	struct sim_marks marks;
};
struct repair_bench *repair_bench_create(void); /* NULL: out of memory */
void repair_bench_destroy(struct repair_bench *bench);

/* What all of them share; read only once it is made. */
struct repair_race {
	struct fork fork; /* the day as it stands, with what was supposed */
	struct plan_options options;
	struct sim_plan plan;
	struct plan_index index;
	struct plan_like like;
	struct objective_day day;
	double weight[OBJECTIVE_COUNT];
	uint32_t seed;
	struct sim_draw *draws;        /* [RACE_FATES] */
	double nothing[RACE_FATES];    /* what doing nothing comes to in each */
	struct objective nothing_mean; /* its terms */
	struct repair_limits limits;
	struct repair_outlook outlook;
};
/* The twin, with what the ask supposes; refused says why not all of it. NULL: out of
 * memory. `options` has no policy and no like. */
struct repair_race *repair_race_create(const struct twin *twin, const struct what_if *given,
	const struct plan_options *options, uint32_t seed,
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT]);
void repair_race_destroy(struct repair_race *race);

/* Fates first .. first + count - 1 of doing nothing; parts may be drawn at the same
 * time, each on its own bench. Then the outlook and the means are read once. */
void repair_race_draw(struct repair_race *race, struct repair_bench *bench, int first, int count);
void repair_race_ready(struct repair_race *race, struct repair_bench *bench);

/* What somebody has to be told for it, in cases. */
double repair_told(const struct repair_moves *moves);
/* The fork with all of it, and its plan; false with why: refused, or against a rule.
 * Its plan is left on the bench. */
bool repair_plan(const struct repair_race *race, struct repair_bench *bench,
	const struct repair_moves *moves, bool check, char why[SCENARIO_TEXT]);
/* Goes on until `fates` of them are known. */
void repair_try(const struct repair_race *race, struct repair_bench *bench,
	struct repair_trial *trial, int fates);
/* The outlook of the plan on the bench, over the first `fates`. */
void repair_look(const struct repair_race *race, struct repair_bench *bench, int fates,
	struct repair_outlook *out);

#endif
