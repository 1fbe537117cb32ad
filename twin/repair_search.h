/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_SEARCH_H
#define VIGIE_TWIN_REPAIR_SEARCH_H

/*
 * The search, one step after the other: near what went wrong, then anywhere, then on
 * top of the best so far. After each step the best three different repairs can be read.
 * It knows of no thread: whoever runs it lends a crew, and the answer is the same for
 * any number of hands.
 */

#include "twin/repair_moves.h"

/* Calls `one` with 0 .. count - 1, each once, at most one at a time by each worker. */
typedef void repair_one(void *argument, int i, int worker);
struct repair_crew {
	int workers;
	struct repair_bench **benches; /* [workers] */
	void (*each)(void *context, int count, repair_one *one, void *argument);
	void *context;
	bool (*stop)(void *context); /* asked between rounds; NULL: never */
};

struct repair_search;

/* Both are borrowed. NULL: out of memory. */
struct repair_search *repair_search_create(
	struct repair_race *race, const struct repair_crew *crew, const char *about);
void repair_search_destroy(struct repair_search *search);
/* The next step; false: there is none, or it was stopped. `days`: as many replications
 * as may be run in all. */
bool repair_search_step(struct repair_search *search, long days);
long repair_search_days(const struct repair_search *search);
int repair_search_tried(const struct repair_search *search);
/* The best that are not of the same kind, better than doing nothing by what the race
 * knows of them; returns how many, at most `max`. */
int repair_search_best(
	const struct repair_search *search, const struct repair_trial **out, int max);
/* The best that takes at most REPAIR_BRIEF decisions. It may be the core of one of these,
 * but the case it is all about goes where none of them puts it. NULL: none that is better
 * than doing nothing. */
const struct repair_moves *repair_search_brief(
	const struct repair_search *search, const struct repair_moves *const *these, int count);
/* Of the same kind: where the case it is about goes is the same, when either says so;
 * else half of what the shorter of them does to a case (whichever room and
 * hour it gets) or calls in, the other does as well. */
bool repair_is_like(const struct repair_moves *a, const struct repair_moves *b, const char *about);

#endif
