/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "twin/score.h"
#include "twin/stat.h"

enum { MINUTE = 60000 };

static uint64_t first_of(uint64_t total, uint64_t kept)
{
	return total > kept ? total - kept : 0;
}

/* Koenker and Bassett, Econometrica 1978, 46: 33. */
static double pinball(double said, double p, double actual)
{
	return actual >= said ? p * (actual - said) : (1 - p) * (said - actual);
}

static void add_quantiles(const struct score_record *r, struct score_figures *out)
{
	bool clock = r->what == FORETOLD_START || r->what == FORETOLD_END;

	out->n++;
	out->bias += r->actual - r->middle;
	out->error += fabs(r->actual - r->middle);
	out->error_of_plan +=
		clock ? fabs(r->actual - (double)(r->about_ms - r->made_ms) / MINUTE) : (double)NAN;
	out->crps += 2.0 / 3
		     * (pinball(r->low, 0.1, r->actual) + pinball(r->middle, 0.5, r->actual)
			     + pinball(r->high, 0.9, r->actual));
	out->coverage80 += r->actual >= r->low && r->actual <= r->high;
}

static void add_chance(const struct score_record *r, struct score_figures *out)
{
	int tenth = r->chance >= 1 ? SCORE_TENTHS - 1 : (int)(r->chance * SCORE_TENTHS);

	out->chances++;
	out->rate += r->came;
	out->brier += (r->chance - r->came) * (r->chance - r->came);
	out->tenths[tenth].n++;
	out->tenths[tenth].said += r->chance;
	out->tenths[tenth].came += r->came;
}

/* Brier, Mon. Weather Rev. 1950, 78: 1; the reference says the rate each time. */
void score_figures(
	const struct score *s, enum foretold what, int64_t since_ms, struct score_figures *out)
{
	double *const means[] = {
		&out->bias, &out->error, &out->error_of_plan, &out->crps, &out->coverage80};

	memset(out, 0, sizeof *out);
	for (uint64_t n = first_of(s->record_total, SCORE_RECORDS); n < s->record_total; n++) {
		const struct score_record *r = &s->records[n % SCORE_RECORDS];

		if (r->what != what || r->state != SCORE_SETTLED || r->made_ms < since_ms)
			continue;
		if (r->middle >= 0)
			add_quantiles(r, out);
		if (r->chance >= 0)
			add_chance(r, out);
	}
	for (size_t i = 0; i < sizeof means / sizeof *means; i++)
		*means[i] = out->n > 0 ? *means[i] / out->n : (double)NAN;
	out->brier = out->chances > 0 ? out->brier / out->chances : (double)NAN;
	out->rate = out->chances > 0 ? out->rate / out->chances : (double)NAN;
	out->brier_of_rate = out->rate * (1 - out->rate);
	for (int i = 0; i < SCORE_TENTHS; i++) {
		int count = out->tenths[i].n;

		out->tenths[i].said = count > 0 ? out->tenths[i].said / count : (double)NAN;
		out->tenths[i].came = count > 0 ? out->tenths[i].came / count : (double)NAN;
	}
}

void score_hazard_figures(const struct score *s, enum hazard hazard, int64_t since_ms,
	struct score_hazard_figures *out)
{
	double leads[SCORE_HAZARDS];
	size_t count = 0;

	memset(out, 0, sizeof *out);
	for (uint64_t n = first_of(s->hazard_total, SCORE_HAZARDS); n < s->hazard_total; n++) {
		const struct score_hazard *h = &s->hazards[n % SCORE_HAZARDS];

		if (h->hazard != hazard || h->raised_ms < since_ms)
			continue;
		out->said++;
		out->came += h->verdict == VERDICT_CAME;
		out->taken_back += h->verdict == VERDICT_FALSE;
		out->late += h->verdict == VERDICT_LATE;
		out->open += h->verdict == VERDICT_OPEN;
		out->not_judged += h->verdict == VERDICT_NONE;
		if (h->verdict == VERDICT_CAME)
			leads[count++] = (double)(h->came_ms - h->raised_ms) / MINUTE;
	}
	for (uint64_t n = first_of(s->event_total, SCORE_EVENTS); n < s->event_total; n++) {
		const struct score_event *e = &s->events[n % SCORE_EVENTS];

		if (e->hazard != hazard || e->began_ms < since_ms)
			continue;
		out->events++;
		out->announced += e->lead_min >= SCORE_LEAD_MIN;
	}
	stat_sort(leads, count);
	out->lead_min = count > 0 ? stat_quantile(leads, count, 0.5) : (double)NAN;
	out->precision = out->came + out->taken_back > 0
				 ? (double)out->came / (out->came + out->taken_back)
				 : (double)NAN;
}
