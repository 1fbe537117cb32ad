/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/cold_stock.h"

#include <math.h>

/* The last quarter of an hour of a reading, the oldest first. */
static int trend_of(const struct reading *r, double at_min[COLD_TREND], double value[COLD_TREND])
{
	int count = 0;

	while (count < COLD_TREND && count < r->history_count) {
		int at = (r->history_next + 2 * TWIN_HISTORY - 1 - count) % TWIN_HISTORY;

		if (r->history[at].at_ms < r->at_ms - COLD_TREND_MIN * 60000)
			break;
		count++;
	}
	for (int i = 0; i < count; i++) {
		int at = (r->history_next + 2 * TWIN_HISTORY - count + i) % TWIN_HISTORY;

		at_min[i] = (double)(r->history[at].at_ms - r->at_ms) / 60000;
		value[i] = (double)r->history[at].value;
	}
	return count;
}

static double to_limit(const struct reading *r, const struct cold_stock *s)
{
	double at_min[COLD_TREND], value[COLD_TREND];

	return cold_crosses(at_min, value, trend_of(r, at_min, value), s->low, s->high);
}

static void judge(const struct reading *r, const struct medicine *m, struct cold_stock *s)
{
	bool bears = m->least <= m->most;

	s->budget_min = m->budget_min;
	if (m->budget_min > 0)
		s->left_min = fmax(0, m->budget_min - s->above_min);
	s->near = (m->budget_min > 0 && s->left_min <= COLD_NEAR * m->budget_min)
		  || (bears && (r->value < m->least || r->value > m->most));
	s->aged = m->mkt_high > 0 && s->watched_min >= COLD_MEAN_MIN && s->kinetic > m->mkt_high;
}

bool cold_stock(const struct twin *t, int reading, struct cold_stock *out)
{
	const struct reading *r = &t->readings[reading];
	const struct cold_chain *c = &r->cold;
	int tag = site_tag(t->site, r->tag), medicine;

	if (tag < 0 || !t->site->tags[tag].cold || r->quantity != QUANTITY_TEMPERATURE
		|| t->site->tags[tag].low > t->site->tags[tag].high)
		return false;
	medicine = site_medicine(t->site, t->site->tags[tag].medicine);
	*out = (struct cold_stock){.tag = &t->site->tags[tag],
		.medicine = medicine >= 0 ? &t->site->medicines[medicine] : NULL,
		.low = t->site->tags[tag].low,
		.high = t->site->tags[tag].high,
		.above_min = c->above_min,
		.below_min = c->below_min,
		.left_min = -1,
		.kinetic = cold_kinetic(c),
		.watched_min = c->watched_min,
		.unwatched_min = c->unwatched_min,
		.since_ms = c->since_ms};
	out->to_limit_min = to_limit(r, out);
	if (out->medicine)
		judge(r, out->medicine, out);
	return true;
}
