/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/pathway.h"

#include "twin/site.h"

/*
 * The way of a suite that has told nothing of its own: it counts rooms and PACU
 * bays, not staff. Phases: German benchmarking of general surgery, mean and
 * deviation within a code (Health Care Manag. Sci. 2024, doi
 * 10.1007/s10729-024-09672-9). PACU: median 2.0 h, coefficient of variation
 * 42 % (Dexter and Epstein). Turnover: median 22 min, quartiles 17 to 30
 * (Greifswald, 304 room-days).
 */

#define ROOM                                                                                       \
	{                                                                                          \
		{                                                                                  \
			NEED_ROOM, 0                                                               \
		}                                                                                  \
	}
#define BAY                                                                                        \
	{                                                                                          \
		{                                                                                  \
			NEED_BEDS, ROOM_PACU                                                       \
		}                                                                                  \
	}

static const struct pathway usual = {
	.id = "usual",
	.name = "Operation and PACU",
	.step_count = 8,
	.steps =
		{
			{.stage = "entry",
				.need = ROOM,
				.gated = true,
				.begins = -1,
				.ends = MILESTONE_IN_ROOM},
			{.stage = "induction",
				.lasts = LASTS_LAW,
				.a = 14.4,
				.b = 10.6,
				.begins = -1,
				.ends = MILESTONE_ANAES_READY},
			{.stage = "preparation",
				.lasts = LASTS_LAW,
				.a = 19.8,
				.b = 8.6,
				.begins = -1,
				.ends = MILESTONE_INCISION},
			{.stage = "surgery",
				.lasts = LASTS_CASE,
				.begins = -1,
				.ends = MILESTONE_CLOSING},
			{.stage = "closing",
				.lasts = LASTS_LAW,
				.a = 4.9,
				.b = 3.5,
				.begins = -1,
				.ends = MILESTONE_PROCEDURE_END},
			{.stage = "emergence",
				.lasts = LASTS_LAW,
				.a = 8.2,
				.b = 8.0,
				.begins = -1,
				.ends = -1},
			{.stage = "way out",
				.need = BAY,
				.give = ROOM,
				.begins = -1,
				.ends = MILESTONE_OUT_ROOM},
			{.stage = "recovery",
				.give = BAY,
				.lasts = LASTS_LAW,
				.a = 130,
				.b = 55,
				.begins = -1,
				.ends = MILESTONE_PACU_OUT},
		},
	.turnover_mean = 24,
	.turnover_deviation = 10,
};

const struct pathway *pathway_of(const struct site *site, enum setting setting)
{
	const struct pathway *any = &usual;
	for (int i = 0; site != NULL && i < site->pathway_count; i++) {
		const struct pathway *way = &site->pathways[i];
		if (way->setting == setting && setting != SETTING_UNKNOWN)
			return way;
		if (any == &usual || way->setting == SETTING_UNKNOWN)
			any = way;
	}
	return any;
}

bool pathway_lists(const struct pathway_need list[PATHWAY_NEEDS], enum need_kind kind, int index)
{
	for (int k = 0; k < PATHWAY_NEEDS && list[k].kind != NEED_NONE; k++)
		if (list[k].kind == kind && (kind == NEED_ROOM || list[k].index == index))
			return true;
	return false;
}
