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

int lace_index(const struct lace *parts, const char **missing)
{
	const char *why = parts->ed_visits < 0   ? "no encounters of six months are known"
			  : parts->charlson < 0  ? "no list of conditions is known"
			  : parts->emergent < 0  ? "how the patient was admitted is not known"
			  : parts->stay_days < 0 ? "the length of stay is not known yet"
						 : NULL;
	if (missing != NULL)
		*missing = why;
	if (why != NULL)
		return -1;
	return stay_points(parts->stay_days) + (parts->emergent ? 3 : 0)
	       + (parts->charlson >= 4 ? 5 : parts->charlson)
	       + (parts->ed_visits > 4 ? 4 : parts->ed_visits);
}
