/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/stations.h"

#include <string.h>

static const char *const refusals[SHARE_REFUSAL_COUNT] = {
	[SHARE_REFUSED_SIZE] = "too_large",
	[SHARE_REFUSED_SHAPE] = "not_understood",
	[SHARE_REFUSED_TOPIC] = "bad_topic",
	[SHARE_REFUSED_STATION] = "another_station",
	[SHARE_REFUSED_ROLE] = "role",
	[SHARE_REFUSED_FUTURE] = "future",
	[SHARE_REFUSED_FACT] = "bad_fact",
};

const char *share_refusal_name(enum share_refusal r)
{
	return (unsigned)r < SHARE_REFUSAL_COUNT ? refusals[r] : "?";
}

enum share_stage stations_stage(
	const struct stations *stations, const char *key, enum alarm_act act)
{
	for (int n = 1; n <= stations->act_count; n++) {
		int i = (stations->act_next - n + STATION_ACTS) % STATION_ACTS;
		const struct station_act *a = &stations->acts[i];

		if (a->kind == FACT_ALARM && a->act == act && !strcmp(a->key, key))
			return a->stage;
	}
	return SHARE_NONE;
}

const char *share_stage_sign(enum share_stage s, bool ascii)
{
	static const char *const signs[SHARE_STAGE_COUNT] = {"", "a", "A", "A✓"};

	if ((unsigned)s >= SHARE_STAGE_COUNT)
		return "";
	return ascii && s == SHARE_SEEN ? "A+" : signs[s];
}
