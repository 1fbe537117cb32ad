/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_PULSE_H
#define VIGIE_SRC_PULSE_H

#include <stdint.h>

/* The longest turn of a loop in the last minute. It slides by slots of 10 s, so
 * it looks back between 50 and 60 s. Zero-initialised it has seen nothing. */
enum { PULSE_SLOTS = 6, PULSE_SLOT_US = 10000000 };

struct pulse {
	double max_ms[PULSE_SLOTS];
	int64_t slot; /* the newest, counted since boot */
};

/* A turn that ended at `at_us` (monotonic) and took `turn_ms`; returns the
 * longest one now. */
double pulse_turn(struct pulse *pulse, int64_t at_us, double turn_ms);

#endif
