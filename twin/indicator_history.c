/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/indicator_history.h"

#include <math.h>
#include <stdlib.h>

/* Noon and a day on is tomorrow whatever the clocks do. */
static const int64_t TOMORROW_MS = 36 * 3600000LL, LATE_MS = 4 * 3600000LL;

struct indicator_history *indicator_history_create(int64_t (*midnight)(int64_t at_ms))
{
	struct indicator_history *h = calloc(1, sizeof *h);
	if (h == NULL)
		return NULL;
	h->midnight = midnight;
	h->day = calloc(1, sizeof *h->day);
	h->one = calloc(1, sizeof *h->one);
	if (h->day != NULL && h->one != NULL)
		return h;
	indicator_history_destroy(h);
	return NULL;
}

void indicator_history_destroy(struct indicator_history *h)
{
	if (h == NULL)
		return;
	free(h->day);
	free(h->one);
	free(h);
}

static void close_day(struct indicator_history *h, const struct twin *twin)
{
	struct indicator_past *past = &h->days[h->total % HISTORY_DAYS];
	if (twin->site == NULL)
		return;
	indicator_day_read(twin, h->from_ms, h->to_ms, h->to_ms, h->day);
	if (h->day->entered == 0)
		return;
	past->from_ms = h->from_ms;
	past->entered = h->day->entered;
	for (int i = 0; i < indicator_count && i < HISTORY_INDICATORS; i++) {
		indicator_read(h->day, &indicators[i], h->one);
		past->values[i] = h->one->known ? h->one->value : (double)NAN;
		past->definitions[i] = indicator_definition(twin->site, &indicators[i]);
	}
	h->total++;
}

void indicator_history_before(struct indicator_history *h, const struct twin *twin, int64_t at_ms)
{
	if (h->to_ms != 0 && at_ms < h->to_ms + LATE_MS)
		return;
	if (h->to_ms != 0)
		close_day(h, twin);
	h->from_ms = h->midnight(at_ms - LATE_MS);
	h->to_ms = h->midnight(h->from_ms + TOMORROW_MS);
}

const struct indicator_past *indicator_history_day(const struct indicator_history *h, int n)
{
	if (n < 0 || (uint64_t)n >= h->total || n >= HISTORY_DAYS)
		return NULL;
	return &h->days[(h->total - 1 - (uint64_t)n) % HISTORY_DAYS];
}

static double mean_of(const double *values, int count)
{
	double sum = 0;
	for (int i = 0; i < count; i++)
		sum += values[i];
	return count > 0 ? sum / count : (double)NAN;
}

/* One side is of one definition, or of none. */
static uint64_t definition_of(const uint64_t *list, int count)
{
	for (int i = 1; i < count; i++)
		if (list[i] != list[0])
			return 0;
	return count > 0 ? list[0] : 0;
}

void indicator_history_trend(
	const struct indicator_history *h, int def, struct indicator_trend *out)
{
	double values[2 * INDICATOR_DAYS];
	uint64_t definitions[2 * INDICATOR_DAYS];
	const struct indicator_past *past;
	int count = 0;
	*out = (struct indicator_trend){.after = 0};
	for (int n = 0; count < 2 * INDICATOR_DAYS; n++) {
		past = indicator_history_day(h, n);
		if (past == NULL || def >= HISTORY_INDICATORS)
			break;
		if (!isfinite(past->values[def]))
			continue;
		values[count] = past->values[def];
		definitions[count++] = past->definitions[def];
		out->since_ms = past->from_ms;
	}
	out->after = count < INDICATOR_DAYS ? count : INDICATOR_DAYS;
	out->before = count - out->after;
	out->mean = mean_of(values, out->after);
	out->mean_before = mean_of(values + out->after, out->before);
	struct indicator_series after = {
		values, out->after, definition_of(definitions, out->after)};
	struct indicator_series before = {values + out->after, out->before,
		definition_of(definitions + out->after, out->before)};
	/* Mixed within a side is as bad as between them. */
	if (after.definition == 0)
		before.definition = 1;
	out->change = indicator_compare(&before, &after);
}
