/* SPDX-License-Identifier: Apache-2.0 */

/* Before and after: is the difference more than the days' own spread? */

#include "twin/indicator.h"

#include <math.h>

#include "twin/stat.h"

double indicator_student(double p, double freedom)
{
	double z = stat_normal_quantile(p), z2 = z * z;
	double g1 = z * (z2 + 1) / 4;
	double g2 = z * (5 * z2 * z2 + 16 * z2 + 3) / 96;
	double g3 = z * (3 * z2 * z2 * z2 + 19 * z2 * z2 + 17 * z2 - 15) / 384;
	double g4 =
		z * (79 * z2 * z2 * z2 * z2 + 776 * z2 * z2 * z2 + 1482 * z2 * z2 - 1920 * z2 - 945)
		/ 92160;

	return z + (g1 + (g2 + (g3 + g4 / freedom) / freedom) / freedom) / freedom;
}

static bool moments(const struct indicator_series *series, struct stat_moments *out)
{
	*out = (struct stat_moments){0};
	for (int i = 0; i < series->days; i++) {
		if (!isfinite(series->values[i]))
			return false;
		stat_add(out, series->values[i]);
	}
	return true;
}

struct indicator_change indicator_compare(
	const struct indicator_series *before, const struct indicator_series *after)
{
	struct indicator_change change = {.needs = INDICATOR_DAYS,
		.has = before->days < after->days ? before->days : after->days};
	struct stat_moments a, b;
	double va, vb, half;

	if (change.has < change.needs)
		change.refused = "too few days";
	else if (before->definition != after->definition)
		change.refused = "the definition changed between the two";
	else if (!moments(before, &a) || !moments(after, &b))
		change.refused = "a day has no value";
	if (change.refused)
		return change;
	va = stat_variance(&a) / a.n;
	vb = stat_variance(&b) / b.n;
	change.difference = b.mean - a.mean;
	/* Days that do not differ at all: the interval is the point. */
	change.freedom =
		va + vb > 0 ? (va + vb) * (va + vb) / (va * va / (a.n - 1) + vb * vb / (b.n - 1))
			    : a.n + b.n - 2;
	half = indicator_student(0.975, change.freedom) * sqrt(va + vb);
	change.low = change.difference - half;
	change.high = change.difference + half;
	return change;
}
