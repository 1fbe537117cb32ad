/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_MOVES_H
#define VIGIE_TWIN_REPAIR_MOVES_H

/*
 * What somebody might decide next: near what went wrong first, then what costs most.
 * A case is put anywhere in any list that can take it (reorder, move, delay, advance,
 * insert), with those behind it told only when their turn would come before it; two
 * change places; a list is brought forward, or its shortest go first; something is
 * called in; the last resort is another day.
 */

#include "twin/repair_race.h"

/* A day, with what has been decided so far. */
struct repair_near {
	const struct repair_race *race;
	const struct repair_bench *bench; /* with its plan */
	const struct repair_outlook *look;
	const struct repair_limits *limits;
	const struct repair_moves *so_far;
	const char *about; /* a case or a room, "" anything */
};

/* What has been decided so far and one act more, each; returns how many, at most
 * `max`. The first act is about what it is about. An act is as many decisions as it takes,
 * REPAIR_MOVES in all. */
int repair_moves_near(const struct repair_near *near, struct repair_moves *out, int max);
/* Something of it is about that case, its room, or that room; or something is called in.
 * About anything else, and "", it always is. */
bool repair_moves_about(
	const struct fork *fork, const struct repair_moves *moves, const char *about);
/* The second on top of the first; false: they do not fit in one, or are about the same
 * case. */
bool repair_moves_join(
	const struct repair_moves *a, const struct repair_moves *b, struct repair_moves *out);
/* A number for what is decided, the minute apart: the same twice is not tried again. */
uint64_t repair_moves_key(const struct repair_moves *moves);

#endif
