/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include "screens/tr.h"

int feed_rows(const struct view *view, struct feed_row *rows, int max)
{
	const struct health *h = view->health;
	int count = 0;

	for (int i = 0; i < h->feed_count && i < HEALTH_FEEDS && count < max; i++) {
		const struct feed_health *f = &h->feeds[i];

		rows[count] = (struct feed_row){
			.feed = i, .age_ms = f->last_ms > 0 ? view->now_ms - f->last_ms : -1};
		for (int r = 0; r < REFUSED_COUNT; r++)
			rows[count].refused += f->refused[r];
		count++;
	}
	return count;
}

const char *feed_state_word(enum feed_state state)
{
	static const char *const words[FEED_STATE_COUNT] = {[FEED_OFF] = N_("off"),
		[FEED_CONNECTING] = N_("connecting"),
		[FEED_UP] = N_("ok"),
		[FEED_DOUBTFUL] = N_("doubtful"),
		[FEED_DOWN] = N_("down")};

	return (unsigned)state < FEED_STATE_COUNT ? _(words[state]) : "?";
}
