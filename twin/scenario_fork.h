/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SCENARIO_FORK_H
#define VIGIE_TWIN_SCENARIO_FORK_H

/* What the rows of scenario_table.c tell a fork, and what they ask of it. */

#include "twin/scenario.h"

/* A fact at the fork's own time, said by "what-if". */
struct fact fork_fact(const struct fork *fork, enum fact_kind kind);
/* Planned anew: same length, another start. */
void fork_start(struct fork *fork, const struct surgery *s, int64_t start);
void fork_move(struct fork *fork, const char *id, const char *room);
void fork_service(struct fork *fork, const char *room, enum room_service service);
/* How many there are of a role or a kind of beds; not below 0. */
void fork_units(struct fork *fork, const char *id, int units);

/* A case of the day that may still be moved. */
bool fork_waits(const struct surgery *s);
bool fork_is_in(const struct fork *fork, const struct surgery *s, int room);
bool fork_is_urgent(const struct surgery *s); /* NEST 1 and 2 */
bool fork_is_open(const struct fork *fork, int room);
/* Comes before another in the order of the programme. */
bool fork_before(const struct surgery *a, const struct surgery *b);

struct chosen {
	int room;            /* -1 any */
	const char *surgeon; /* NULL any */
	bool can_wait;       /* not the urgent ones */
	int64_t from_ms;     /* planned from then on */
};
bool fork_is_chosen(const struct fork *fork, const struct surgery *s, const struct chosen *who);
/* Nothing of those chosen begins before `earliest`; who would have, follows in
 * the old order, a minute apart in the plan: the room does the rest. Returns how
 * many moved. */
int fork_not_before(struct fork *fork, const struct chosen *who, int64_t earliest);

#endif
