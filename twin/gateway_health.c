/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/health.h"

/* Ten seconds: what a press of the common configuration lasts at least is 5 s
 * (feeds reference 2.6), a B10's over a minute; an upload every 10 s and more
 * may see none of the short ones. */
enum { CLOCK_OFF_MS = 60000, REPLAY_SHOWN_MS = 3600000, PRESS_MS = 10000 };
/* So many rows before silence about something is worth a word; below so many
 * dBm every radio that is not filtered hears something. */
enum { ROWS_ENOUGH = 500, WEAK_DBM = -82 };

int64_t gateway_interval_ms(const struct gateway_health *g)
{
	int32_t sorted[HEALTH_GAPS] = {0};
	int n = g->gap_count;

	if (n < 4 || n > HEALTH_GAPS)
		return -1;
	for (int i = 0; i < n; i++) {
		int at = i;

		for (; at > 0 && sorted[at - 1] > g->gaps_ms[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = g->gaps_ms[i];
	}
	return sorted[n / 2];
}

unsigned gateway_hints(const struct gateway_health *g, int64_t now_ms)
{
	bool enough = g->rows >= ROWS_ENOUGH;
	bool off = g->offset_ms > CLOCK_OFF_MS || g->offset_ms < -CLOCK_OFF_MS;
	bool replayed = g->late_ms > 0 && g->late_ms + REPLAY_SHOWN_MS > now_ms;
	const bool yes[HINT_COUNT] = {
		[HINT_CLOCK] = g->clocked && off,
		[HINT_REPLAY] = replayed,
		[HINT_LOST] = g->lost != 0,
		[HINT_SLOW] = gateway_interval_ms(g) >= PRESS_MS,
		[HINT_HIDDEN] = g->hidden > 0,
		[HINT_UNKNOWN_OFF] = enough && g->other == 0,
		[HINT_ONE_PREFIX] = enough && g->prefixes_exist && !g->prefixes,
		[HINT_RSSI_FLOOR] = enough && g->weakest_dbm < 0 && g->weakest_dbm > WEAK_DBM,
	};
	unsigned bits = 0;

	for (int i = 0; i < HINT_COUNT; i++)
		bits |= yes[i] ? 1U << i : 0;
	return bits;
}
