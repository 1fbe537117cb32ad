/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/ripple.h"

#include <math.h>

#include "twin/stat.h"

static struct quantiles quantiles_of(double *values, int n)
{
	if (n == 0)
		return (struct quantiles){0, 0, 0};
	stat_sort(values, (size_t)n);
	return (struct quantiles){stat_quantile(values, (size_t)n, 0.1),
		stat_quantile(values, (size_t)n, 0.5), stat_quantile(values, (size_t)n, 0.9)};
}

struct quantiles ripple_case(const struct ripple *r, int i, int j, enum forecast_time which)
{
	const float *a = forecast_times(r->before, i, which);
	const float *b = forecast_times(r->after, j, which);
	bool moved = false;
	int n = 0;
	for (int k = 0; k < r->reps; k++) {
		double difference = (double)b[k] - (double)a[k];
		if (isnan(difference))
			continue;
		moved = moved || difference < 0 || difference > 0;
		r->work[n++] = difference;
	}
	/* Most cases share their fate to the bit: nothing to sort. */
	return moved ? quantiles_of(r->work, n) : (struct quantiles){0, 0, 0};
}

/* The most in use at a time on one side, of each replication. */
static void peaks(const struct forecast_run *run, int pool, int reps, double *out)
{
	for (int k = 0; k < reps; k++)
		out[k] = 0;
	for (int slot = 0; pool >= 0 && slot < FORECAST_SLOTS; slot++) {
		const uint16_t *column = forecast_loads(run, pool, slot);
		for (int k = 0; k < reps; k++)
			out[k] = (double)column[k] > out[k] ? (double)column[k] : out[k];
	}
}

struct quantiles ripple_peak(const struct ripple *r, int p, int q, double peak[2])
{
	double *before = r->work, *after = r->work + r->reps;
	struct quantiles by;
	peaks(r->before, p, r->reps, before);
	peaks(r->after, q, r->reps, after);
	for (int k = 0; k < r->reps; k++)
		before[k] = after[k] - before[k];
	by = quantiles_of(before, r->reps);
	peaks(r->before, p, r->reps, before);
	peak[0] = quantiles_of(before, r->reps).p50;
	peak[1] = quantiles_of(after, r->reps).p50;
	return by;
}
