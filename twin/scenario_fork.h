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

/* The case that a parameter names: it is there. */
const struct surgery *fork_case(const struct fork *fork, const struct scenario *s, int parameter);
/* True with why: begun, off the list, or without a planned time. */
bool fork_refuse_begun(const struct surgery *s, char why[SCENARIO_TEXT]);
/* The next of those who wait for a room, in order, after this one; NULL: no more. */
const struct surgery *fork_next(const struct fork *fork, int room, const struct surgery *after);
/* How long a case is booked for, ms: by the programme, else what its class of
 * emergency usually takes here; 0: nobody has said. */
int64_t fork_lasts(const struct fork *fork, const struct surgery *s);
/* The kit of the site that a procedure needs: a sterile set, or a device; -1. */
int fork_kit(const struct fork *fork, const char *procedure, bool sterile);
/* Index of a role that is there. */
int fork_role(const struct site *site, const char *id);
/* Some pathway of the site waits for one of these. */
bool fork_is_waited_for(const struct site *site, enum need_kind kind, int index);
/* So many more or fewer; false with why when that changes nothing. */
bool fork_change_units(
	struct fork *fork, const char *id, int usual, int change, char why[SCENARIO_TEXT]);
bool fork_change_beds(struct fork *fork, int kind, int change, char why[SCENARIO_TEXT]);
int64_t fork_later(int64_t a, int64_t b);

#endif
