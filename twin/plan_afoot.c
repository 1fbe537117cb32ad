/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan_inner.h"

#include <string.h>

/* Who walks needs no porter: the same way, without the roles of the steps that
 * are gone alone. A way of the plan is shared by all who take it, so this is
 * another one. */

static bool take_out(int8_t list[SIM_NEEDS], int pool)
{
	for (int k = 0; k < SIM_NEEDS && list[k] != SIM_NONE; k++) {
		if (list[k] != pool)
			continue;
		memmove(list + k, list + k + 1, (size_t)(SIM_NEEDS - 1 - k));
		list[SIM_NEEDS - 1] = SIM_NONE;
		return true;
	}
	return false;
}

/* The step waits for nobody, and so nobody is given back for it. */
static void go_alone(const struct plan_index *index, struct sim_pathway *way, int step)
{
	for (int k = SIM_NEEDS - 1; k >= 0; k--) {
		int pool = way->steps[step].need[k];
		if (pool < 0 || index->pool_role[pool] < 0)
			continue;
		take_out(way->steps[step].need, pool);
		for (int s = step; s < way->count && !take_out(way->steps[s].give, pool); s++)
			continue;
	}
}

static bool any_alone(const struct pathway *way, const struct stage_facts *facts)
{
	for (int k = 0; k < way->step_count; k++)
		if (stage_goes_alone(way, k, facts))
			return true;
	return false;
}

int plan_afoot(struct build *b, const struct surgery *s, int w)
{
	struct sim_plan *plan = b->plan;
	struct plan_index *x = b->index;
	const struct stage_facts facts =
		stage_facts_of(b->twin, s, s->start_ms, b->options->midnight_ms);
	if (!any_alone(b->ways[w], &facts))
		return w;
	for (int i = 0; i < plan->pathway_count; i++)
		if (b->afoot[i] == w + 1)
			return i;
	if (plan->pathway_count == SIM_PATHWAYS)
		return w;
	int to = plan->pathway_count++;
	plan->pathways[to] = plan->pathways[w];
	b->ways[to] = b->ways[w];
	b->ahead[to] = b->ahead[w];
	b->afoot[to] = w + 1;
	x->in_room[to] = x->in_room[w];
	x->out_room[to] = x->out_room[w];
	x->in_pacu[to] = x->in_pacu[w];
	x->out_pacu[to] = x->out_pacu[w];
	for (int k = 0; k < b->ways[w]->step_count; k++)
		if (stage_goes_alone(b->ways[w], k, &facts))
			go_alone(x, &plan->pathways[to], k);
	return to;
}
