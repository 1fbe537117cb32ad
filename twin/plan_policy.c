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
