/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan_policy.h"

#include <string.h>

void policy_leave_without_bay(const struct plan_index *index, struct sim_pathway *way, int out)
{
	int8_t *from = way->steps[out].need, *to = way->steps[out + 1].need;
	for (int k = 0; k < SIM_NEEDS && from[k] != SIM_NONE; k++) {
		if (from[k] < 0 || index->pool_beds[from[k]] != ROOM_PACU
			|| to[SIM_NEEDS - 1] != SIM_NONE)
			continue;
		memmove(to + 1, to, SIM_NEEDS - 1);
		to[0] = from[k];
		memmove(from + k, from + k + 1, (size_t)(SIM_NEEDS - 1 - k));
		from[SIM_NEEDS - 1] = SIM_NONE;
		return;
	}
}

bool policy_same(const struct plan_policy *a, const struct plan_policy *b)
{
	bool same = a->induction_ahead == b->induction_ahead && a->no_hold == b->no_hold
		    && a->turnover_less == b->turnover_less && a->away_count == b->away_count
		    && a->split_count == b->split_count
		    && memcmp(a->extra_min, b->extra_min, sizeof a->extra_min) == 0;
	for (int i = 0; same && i < a->away_count; i++)
		same = a->away[i].kit == b->away[i].kit && a->away[i].min == b->away[i].min;
	for (int i = 0; same && i < a->split_count; i++)
		same = a->split[i].role == b->split[i].role
		       && a->split[i].rooms == b->split[i].rooms;
	return same;
}

int policy_induction(const struct pathway *way)
{
	for (int s = 1; s < way->step_count; s++)
		if ((strcmp(way->steps[s].stage, "induction") == 0
			    || way->steps[s].ends == MILESTONE_ANAES_READY)
			&& pathway_lists(way->steps[s - 1].need, NEED_ROOM, 0)
			&& way->steps[s].need[PATHWAY_NEEDS - 1].kind == NEED_NONE)
			return s;
	return -1;
}

void policy_induce_ahead(struct sim_pathway *way, int induction)
{
	struct sim_step entry = way->steps[induction - 1], *ahead = &way->steps[induction - 1];
	*ahead = way->steps[induction];
	way->steps[induction] = entry;
	memmove(ahead->need + 1, ahead->need, SIM_NEEDS - 1);
	ahead->need[0] = SIM_TURN;
	ahead->gated = entry.gated;
	ahead->gate_ms = entry.gate_ms;
}
