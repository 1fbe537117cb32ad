/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_EVENTS_H
#define VIGIE_TWIN_EVENTS_H

/*
 * The future-event list: one slot for each entity that can have something
 * ahead of it, holding when. An operating suite has 20 to 100 such entities,
 * and then looking at all of them is as fast as any queue, and moving or
 * cancelling an event is a store. Above EVENTS_FLAT slots a 4-ary heap.
 *
 * Order is total and the same on every machine: by time, then by slot.
 */

#include <stdbool.h>
#include <stdint.h>

enum { EVENTS_MAX = 2048, EVENTS_FLAT = 128 };

#define EVENTS_NEVER INT64_MAX

struct events {
	int slots; /* rounded up to a multiple of 8 */
	int heap_size;
	bool heap, wide;         /* wide: this machine compares four at a time */
	int64_t key[EVENTS_MAX]; /* time << 12 | slot; EVENTS_NEVER nothing ahead */
	uint16_t order[EVENTS_MAX], place[EVENTS_MAX]; /* of the heap */
};

/* heap: use it whatever the size (to compare them). */
void events_init(struct events *e, int slots, bool heap);

int64_t events_first_flat(const struct events *e);
int64_t events_first_wide(const struct events *e);
void events_heap_set(struct events *e, int slot, int64_t key);

static inline void events_at(struct events *e, int slot, int64_t time)
{
	int64_t key = time << 12 | slot;
	if (e->heap)
		events_heap_set(e, slot, key);
	else
		e->key[slot] = key;
}

static inline void events_cancel(struct events *e, int slot)
{
	if (e->heap)
		events_heap_set(e, slot, EVENTS_NEVER);
	else
		e->key[slot] = EVENTS_NEVER;
}

/* The next one: true and its slot and time; it stays until it is moved or cancelled. */
static inline bool events_next(const struct events *e, int *slot, int64_t *time)
{
	int64_t key = e->heap   ? (e->heap_size > 0 ? e->key[e->order[0]] : EVENTS_NEVER)
		      : e->wide ? events_first_wide(e)
				: events_first_flat(e);
	*slot = (int)(key & 4095);
	*time = key >> 12;
	return key != EVENTS_NEVER;
}

#endif
