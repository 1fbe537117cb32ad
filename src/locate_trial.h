/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_LOCATE_TRIAL_H
#define VIGIE_SRC_LOCATE_TRIAL_H

/*
 * The console's own room filter (twin/locate) run over recorded walks, and two
 * baselines on the same rows. Rooms, gateways and doors are a site file's, or
 * made from the walks.
 */

#include "src/locate_csv.h"
#include "src/locate_score.h"
#include "twin/site.h"

struct trial {
	struct site site;        /* a shallow copy: what the trial does not own is the plan's */
	const struct site *plan; /* the site file; NULL: made from the walks */
	bool doors_known;        /* by the site or by the user */
	bool learned;            /* the survey is the trial's own */
};

/* Renumbers the walks' rooms and gateways as the trial's. With a plan, gateways
 * are looked up by MAC, name or alias, rooms by id or name. 0 or -errno. */
int trial_open(struct trial *trial, const struct site *plan, struct walk **walks, int walk_count,
	struct error *err);
void trial_close(struct trial *trial);

/* Doors as the user names them, "a-b,b-c", in place of others. */
int trial_doors(struct trial *trial, const char *list, struct error *err);

/* Learns signatures, certainty and (unless known) doors from the rows of `walk`
 * whose `use` is not 0; NULL: all. */
int trial_learn(struct trial *trial, const struct walk *walk, const char *use, struct error *err);

/* Runs the filter over the rows that `use` marks (NULL: all); it starts afresh
 * after a row that is not marked. `verdicts` is one a row; of other rows none
 * is written. */
int trial_run(struct trial *trial, const struct walk *walk, const char *use,
	struct verdict *verdicts, struct error *err);

/* The loudest gateway's room by the mean of the last 5 s; with a margin, only
 * when it is so much louder than the one where one was. A gateway hangs where
 * the plan says, else in the room where it was the loudest in the rows of
 * `learned` that `use` marks. Every row gets a verdict. */
int trial_strongest(const struct trial *trial, const struct walk *walk, double margin_db,
	const struct walk *learned, const char *use, struct verdict *verdicts, struct error *err);

/* Deals blocks of time in turn to `folds`; fold_of gets a number for each row
 * that `use` marks, -1 for others. Returns how many blocks there are. */
int trial_folds(
	const struct walk *walk, const char *use, double seconds, int folds, signed char *fold_of);

#endif
