/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_GATEWAY_CLOCK_H
#define VIGIE_FEEDS_GATEWAY_CLOCK_H

/*
 * Is a row out of a gateway's offline buffer? Its clock may be off by years, so
 * only how far a row is from that gateway's usual delay counts. A clock that
 * was set (1970 → today, 2038 → today) is a jump of weeks or more in one step,
 * which no buffer explains; one set back by hours shows as rows that are late
 * by the same time for 20 s, where a replayed buffer catches up.
 */

#include <stdbool.h>
#include <stdint.h>

enum { GATEWAY_LATE_MS = 30000 };

struct gateway_clock {
	bool known;
	int64_t delay_ms;     /* receipt minus device clock, of prompt rows */
	int64_t late_by_ms;   /* of the rows that may be late */
	int64_t late_from_ms; /* since when so steadily, 0 none */
};

/* By how much this row is late, ms; 0: prompt, or nobody can know. */
int64_t gateway_clock_late(struct gateway_clock *clock, int64_t device_ms, int64_t received_ms);

#endif
