/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SUITE_CLOCK_H
#define VIGIE_SRC_SUITE_CLOCK_H

/*
 * Suite time = origin + speed × (monotonic − anchor): never steps back,
 * whatever the wall clock does. CLOCK_MONOTONIC is one for all processes of a
 * machine, so console and emulator given the same three numbers agree.
 */

#include <stdbool.h>
#include <stdint.h>

struct suite_clock {
	int64_t origin_ms; /* suite time at the anchor */
	int64_t anchor_ms; /* CLOCK_MONOTONIC at the anchor */
	double speed;
};

struct suite_clock suite_clock_real(void); /* wall time now, speed 1 */
int64_t suite_clock_now(const struct suite_clock *clock);
int64_t monotonic_ms(void);
/* From here on local time is the suite's: an IANA zone, "" is UTC. */
void suite_clock_zone(const char *zone);
/* "ORIGIN_MS:ANCHOR_MS:SPEED", the form passed between programs. */
bool suite_clock_parse(struct suite_clock *clock, const char *text);
void suite_clock_format(const struct suite_clock *clock, char out[80]);

#endif
