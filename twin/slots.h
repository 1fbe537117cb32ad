/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SLOTS_H
#define VIGIE_TWIN_SLOTS_H

/*
 * The rest of a day when nothing is uncertain: cases of known length are put into
 * rooms, in slots of a quarter of an hour, so that ten times the slots of overtime,
 * the weighted waiting and what it costs to put cases off are least together. It is
 * the small problem whose optimum a MIP solver can prove, and so the yardstick of the
 * search (make bench).
 *
 * A case holds its room for `lasts` slots and one turnover, its surgeon for `lasts`,
 * and a PACU bed for `stay` from the moment it leaves the room: nobody waits in the
 * room for a bed. Overtime of a room is how far its last case ends after `end`. Time 0
 * is the first slot; a slot is a bit, so the horizon is at most SLOTS_HORIZON.
 */

#include <stdbool.h>
#include <stdint.h>

enum { SLOTS_CASES = 64, SLOTS_ROOMS = 32, SLOTS_HORIZON = 64, SLOTS_OVERTIME = 10 };

struct slots_case {
	int ready, lasts; /* slots */
	int surgeon;      /* 0 .. SLOTS_CASES - 1 */
	uint32_t rooms;   /* bits: those that can take it */
	int stay;         /* in the PACU; 0 none */
	int weight;       /* of a slot of waiting, from ready to the entry */
	int put_off;      /* cost of not being done today */
};

struct slots_day {
	struct slots_case cases[SLOTS_CASES];
	int case_count;
	int free[SLOTS_ROOMS]; /* the room can be entered from then on */
	int room_count;
	int beds, turnover;
	int end, horizon; /* of the session; nobody leaves a room after the horizon */
};

struct slots_plan {
	int room[SLOTS_CASES];          /* -1: put off */
	int start[SLOTS_CASES];         /* of those done */
	int overtime, waiting, put_off; /* parts of the cost, the first in slots */
	int cost;
};

/* Within the bounds above, and each case could be done alone or be put off. */
bool slots_possible(const struct slots_day *day);
/* As the programme's order would have it: by ready time, each where it can begin
 * first; put off when it can nowhere. */
void slots_first_fit(const struct slots_day *day, struct slots_plan *out);
/* The shortest first, each where it can begin first. */
void slots_shortest_first(const struct slots_day *day, struct slots_plan *out);
/* The best found in so many rounds of an annealed search; the same seed and rounds
 * give the same plan. Nothing allocates. */
void slots_search(const struct slots_day *day, uint32_t seed, long rounds, struct slots_plan *out);
/* Judges a plan from scratch: its cost, or -1 when it breaks a rule. */
int slots_judge(const struct slots_day *day, const struct slots_plan *plan);

#endif
