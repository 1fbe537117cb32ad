/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_PULSE_H
#define VIGIE_SRC_PULSE_H

#include <stdint.h>

/* How long the turns of a loop took in the last minute. It slides by slots of 10 s,
 * so it looks back between 50 and 60 s. Zero-initialised it has seen nothing. */
enum { PULSE_SLOTS = 6, PULSE_SLOT_US = 10000000, PULSE_CLASSES = 34 };

/* Turns are counted in classes that end at 0.1 ms, 0.1 * sqrt 2, 0.2 ... 6.6 s. */
struct pulse {
	double max_ms[PULSE_SLOTS];
	uint32_t turns[PULSE_SLOTS][PULSE_CLASSES];
	int64_t slot; /* the newest, counted since boot */
};

/* A turn that ended at `at_us` (monotonic) and took `turn_ms`; returns the
 * longest one now. */
double pulse_turn(struct pulse *pulse, int64_t at_us, double turn_ms);
/* Within how many ms this share (0..1) of the turns ended: the end of a class, or
 * the longest turn where that is shorter. 0 when there was none. */
double pulse_within(const struct pulse *pulse, double share);

#endif
