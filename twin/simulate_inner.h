/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SIMULATE_INNER_H
#define VIGIE_TWIN_SIMULATE_INNER_H

/* Between the files that run a day: patients and pools, rooms and their turns. */

#include "twin/simulate.h"

enum { SIM_RING = SIM_CASES + SIM_ROOMS, SIM_NOBODY = -1 };

struct day {
	const struct sim_plan *plan;
	const struct sim_draw *draw;
	struct sim_bench *b;
	struct sim_marks *marks;
	int patients;    /* cases and guests: rooms are the entities after them */
	int ready_first; /* of bench->ready, a ring */
};

/* Slots of the event list: patients, rooms, then two for each kit (its next unit
 * back, its next breakdown), then each room's next breakdown. */
static inline int sim_slot_kit(const struct day *d, int kit)
{
	return d->patients + d->plan->room_count + 2 * kit;
}
static inline int sim_slot_down(const struct day *d, int room)
{
	return sim_slot_kit(d, d->plan->kit_count) + room;
}

/* ---- simulate.c ---- */

void sim_go_on(struct day *d, int entity);
/* False: the entity waits, behind everybody who may go first or at the same time. */
bool sim_take_unit(struct day *d, int pool, int entity);
void sim_give_unit(struct day *d, int pool);

/* ---- simulate_room.c ---- */

static inline bool sim_is_guest(const struct day *d, int i)
{
	return i >= d->plan->case_count;
}
/* Plays no part any more. */
static inline bool sim_is_off(const struct day *d, int i)
{
	return d->plan->cases[i].absent || d->marks->off[i] != SIM_GOES;
}
bool sim_has_turn(const struct day *d, int i);
bool sim_take_room(struct day *d, int i);
void sim_leave_room(struct day *d, int i);
/* Goes to whoever is next after somebody in the list is off. */
void sim_pass_turn(struct day *d, int room);
void sim_clean_room(struct day *d, int room);
void sim_room_cleaned(struct day *d, int room);
void sim_room_breaks(struct day *d, int room);
void sim_begin_room(struct day *d, int room);
/* The turns as planned, later for who is not fasting. */
void sim_deal_turns(struct day *d, int room);

/* ---- simulate_kit.c: what breaks, and what comes back later ---- */

void sim_begin_kits(struct day *d);
void sim_give_kit(struct day *d, int kit);
void sim_kit_event(struct day *d, int kit, bool breaks);

#endif
