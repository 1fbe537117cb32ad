/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_TRAIL_H
#define VIGIE_TWIN_TRAIL_H

/*
 * What alarms did of late: when they rang, which came and went. A part of the
 * twin, written by the life cycle alone, read by twin/flood.h.
 *
 * A flood begins with more than 10 annunciated alarms in any 10 minutes and ends
 * with fewer than 5 in the last 10 (ANSI/ISA-18.2, alarm flood). Both need only
 * the times of the last 11; a few more are kept because an alarm that is explained
 * by another right after it rang has asked nobody for anything, and is taken out.
 */

#include <stdbool.h>
#include <stdint.h>

enum {
	TRAIL_STEPS = 512,
	TRAIL_RINGS = 64,
	FLOOD_WINDOW_MS = 10 * 60 * 1000,
	FLOOD_OVER = 10, /* more than so many begin one */
	FLOOD_UNDER = 5, /* fewer end it */
	TRAIL_GRACE_MS = 5000
};

struct trail_step {
	int64_t at_ms;
	uint32_t key; /* hash of the alarm's: its slot may have been given away */
	bool raised;  /* else it ended */
};

struct trail {
	struct trail_step steps[TRAIL_STEPS]; /* a ring, the newest at next - 1 */
	int step_count, step_next;
	int64_t rings[TRAIL_RINGS]; /* annunciations, the newest last */
	int ring_count;
	int64_t flood_ms; /* the last flood began, 0 none */
	bool flood;       /* ... and was going on at the last ring */
};

/* The condition of an alarm began or ended. */
void trail_step(struct trail *trail, const char *key, bool raised, int64_t at_ms);
/* One was annunciated: raised, and nothing kept it from view. */
void trail_ring(struct trail *trail, int64_t at_ms);
/* ... but now it is explained: does not count if it rang less than
 * TRAIL_GRACE_MS before now_ms. */
void trail_unring(struct trail *trail, int64_t rang_ms, int64_t now_ms);

/* How many were annunciated in the ten minutes before now, at most TRAIL_RINGS. */
int trail_rings(const struct trail *trail, int64_t now_ms);
/* Since when there is a flood, 0 none. */
int64_t trail_flood_ms(const struct trail *trail, int64_t now_ms);
uint32_t trail_key(const char *key);

#endif
