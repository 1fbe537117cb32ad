/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/gateway_clock.h"

#include <stdlib.h>

enum {
	JITTER_MS = 10000,  /* what the network may add to a row */
	STEADY_MS = 2000,   /* so steadily late ... */
	SETTLED_MS = 20000, /* ... for so long: the clock was set back */
};
/* An MG4 keeps 1,080 records (feeds reference 1.1): hours at most, not days. */
static const int64_t buffer_ms = 3LL * 24 * 3600 * 1000;

static void settle(struct gateway_clock *c, int64_t delay_ms)
{
	c->known = true;
	c->delay_ms = delay_ms;
	c->late_from_ms = 0;
}

int64_t gateway_clock_late(struct gateway_clock *c, int64_t device_ms, int64_t received_ms)
{
	if (device_ms == 0)
		return 0;
	int64_t delay = received_ms - device_ms, by = delay - c->delay_ms;
	if (!c->known || by <= 0 || by > buffer_ms) {
		settle(c, delay);
		return 0;
	}
	if (by <= GATEWAY_LATE_MS) {
		/* The usual delay is the least seen, and follows a clock that drifts. */
		settle(c, by < JITTER_MS ? c->delay_ms + by / 64 : c->delay_ms);
		return 0;
	}
	if (c->late_from_ms == 0 || llabs(by - c->late_by_ms) > STEADY_MS) {
		c->late_from_ms = received_ms;
		c->late_by_ms = by;
	}
	if (received_ms - c->late_from_ms < SETTLED_MS)
		return by;
	settle(c, delay);
	return 0;
}
