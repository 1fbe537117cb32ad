/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/lace.h"

#include <stddef.h>

/* Points for so many days at least. */
static const struct {
	int days, points;
} stays[] = {{14, 7}, {7, 5}, {4, 4}, {3, 3}, {2, 2}, {1, 1}, {0, 0}};

static int stay_points(int days)
{
	size_t i = 0;
	while (days < stays[i].days)
		i++;
	return stays[i].points;
}

void lace_of(const struct twin *twin, int case_, struct lace *parts)
{
	const struct surgery *s = &twin->cases[case_];
	int i = twin_patient(twin, s->patient);
	int64_t out = surgery_when(s, MILESTONE_DISCHARGED);

	*parts = (struct lace){-1, -1, -1, -1};
	if (i < 0)
		return;
	const struct patient *p = &twin->patients[i];
	parts->emergent = p->acute;
	parts->charlson = p->charlson;
	parts->ed_visits = p->ed_visits;
	out = out > 0 ? out : twin->now_ms;
	if (p->admitted_ms > 0 && p->admitted_ms <= out)
		parts->stay_days = (int)((out - p->admitted_ms) / (24 * 3600000LL));
}

void lace_points(const struct lace *parts, int points[4])
{
	points[0] = parts->stay_days < 0 ? -1 : stay_points(parts->stay_days);
	points[1] = parts->emergent < 0 ? -1 : parts->emergent ? 3 : 0;
	points[2] = parts->charlson >= 4 ? 5 : parts->charlson;
	points[3] = parts->ed_visits > 4 ? 4 : parts->ed_visits;
}

int lace_index(const struct lace *parts, const char **missing)
{
	const char *why = parts->ed_visits < 0   ? "no encounters of six months are known"
			  : parts->charlson < 0  ? "no list of conditions is known"
			  : parts->emergent < 0  ? "how the patient was admitted is not known"
			  : parts->stay_days < 0 ? "the length of stay is not known yet"
						 : NULL;
	int points[4];

	if (missing != NULL)
		*missing = why;
	if (why != NULL)
		return -1;
	lace_points(parts, points);
	return points[0] + points[1] + points[2] + points[3];
}
