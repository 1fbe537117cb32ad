/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan_inner.h"

#include <string.h>

#include "twin/plan_policy.h"

/* ---- pools ---- */

static int pool_add(struct build *b, int role, int beds, int units)
{
	struct sim_plan *plan = b->plan;
	for (int p = 0; p < plan->pool_count; p++)
		if (b->index->pool_role[p] == role && b->index->pool_beds[p] == beds)
			return p;
	if (plan->pool_count + plan->hidden_count == SIM_POOLS)
		return SIM_NONE;
	int p = plan->pool_count++;
	plan->pools[p] = (struct sim_pool){units, 0};
	b->index->pool_role[p] = role;
	b->index->pool_beds[p] = beds;
	b->index->pool_kit[p] = -1;
	b->index->pool_cover[p] = SIM_NONE;
	b->index->covers[p] = 0;
	return p;
}

int plan_hidden(struct build *b, int units)
{
	struct sim_plan *plan = b->plan;
	if (plan->pool_count + plan->hidden_count == SIM_POOLS)
		return SIM_NONE;
	int p = SIM_POOLS - ++plan->hidden_count;
	plan->pools[p] = (struct sim_pool){units, 0};
	return p;
}

/* As a what-if has it. */
static int rooms_more(const struct build *b, const struct staff_role *role)
{
	int more = 0;
	for (int i = 0; i < b->policy->split_count; i++)
		if (b->policy->split[i].role == role - b->site->roles)
			more += b->policy->split[i].rooms;
	return more;
}

/* Whoever looks after a room may be at work in it, or in another one, as well:
 * two counts, one of rooms and one of people. */
static int cover_of(struct build *b, int people, const struct staff_role *role)
{
	struct plan_index *x = b->index;
	int rooms = 0;
	if (people < 0 || role->covers < 1)
		return people < 0 ? SIM_NONE : people;
	if (x->pool_cover[people] < 0) {
		x->covers[people] = role->covers;
		rooms = b->plan->pools[people].units * role->covers + rooms_more(b, role);
		x->pool_cover[people] = plan_hidden(b, rooms > 0 ? rooms : 0);
	}
	return x->pool_cover[people];
}

/* What is not counted anywhere is not waited for. */
int plan_need(struct build *b, const struct pathway_need *need)
{
	const struct staff_role *role;
	int beds, people;
	switch (need->kind) {
	case NEED_ROOM:
		return SIM_ROOM;
	case NEED_SURGEON:
		b->wants_surgeon = true;
		return SIM_OWN;
	case NEED_ROLE:
	case NEED_COVER:
		role = &b->site->roles[need->index];
		if (role->count <= 0)
			return SIM_NONE;
		people = pool_add(b, need->index, -1, twin_units(b->twin, role->id, role->count));
		return need->kind == NEED_ROLE ? people : cover_of(b, people, role);
	case NEED_BEDS:
		beds = site_beds(b->site, (enum room_kind)need->index);
		return beds > 0 ? pool_add(b, -1, need->index,
			       twin_units(
				       b->twin, room_kind_name((enum room_kind)need->index), beds))
				: SIM_NONE;
	case NEED_NONE:
		break;
	}
	return SIM_NONE;
}

static void needs_of(
	struct build *b, const struct pathway_need from[PATHWAY_NEEDS], int8_t to[SIM_NEEDS])
{
	int count = 0;
	for (int k = 0; k < SIM_NEEDS; k++)
		to[k] = SIM_NONE;
	for (int k = 0; k < PATHWAY_NEEDS && from[k].kind != NEED_NONE; k++) {
		int need = plan_need(b, &from[k]);
		if (need != SIM_NONE)
			to[count++] = (int8_t)need;
		/* Kits come and go with the room. */
		for (int kit = 1; need == SIM_ROOM && b->site->kit_count > 0 && kit < SIM_OWN_POOLS;
			kit++)
			to[count++] = (int8_t)(SIM_OWN - kit);
	}
}

/* ---- pathways ---- */

static void find_marks(struct plan_index *index, int w, const struct pathway *way)
{
	index->in_room[w] = index->out_room[w] = index->in_pacu[w] = index->out_pacu[w] = -1;
	for (int s = 0; s < way->step_count; s++) {
		const struct pathway_step *step = &way->steps[s];
		if (step->ends == MILESTONE_IN_ROOM
			|| (index->in_room[w] < 0 && pathway_lists(step->need, NEED_ROOM, 0)))
			index->in_room[w] = s;
		if (pathway_lists(step->give, NEED_ROOM, 0))
			index->out_room[w] = s;
		if (pathway_lists(step->need, NEED_BEDS, ROOM_PACU))
			index->in_pacu[w] = s;
		if (pathway_lists(step->give, NEED_BEDS, ROOM_PACU))
			index->out_pacu[w] = s;
	}
}

static int way_find(const struct build *b, const struct pathway *way, bool ahead)
{
	int w = 0;
	while (w < b->plan->pathway_count && (b->ways[w] != way || b->ahead[w] != ahead))
		w++;
	return w;
}

int plan_way(struct build *b, const struct pathway *way, bool ahead)
{
	int w = way_find(b, way, ahead);
	if (w < b->plan->pathway_count || w == SIM_PATHWAYS)
		return w < SIM_PATHWAYS ? w : 0;
	struct sim_pathway *to = &b->plan->pathways[w];
	b->ahead[b->plan->pathway_count] = ahead;
	b->ways[b->plan->pathway_count++] = way;
	to->count = way->step_count;
	for (int s = 0; s < way->step_count; s++) {
		const struct pathway_step *from = &way->steps[s];
		memcpy(to->steps[s].name, from->stage, sizeof from->stage);
		needs_of(b, from->need, to->steps[s].need);
		needs_of(b, from->give, to->steps[s].give);
		to->steps[s].gated = from->gated;
		to->steps[s].gate_ms = (int64_t)(from->gate_min * 60000);
		to->steps[s].begins = (int8_t)from->begins;
		to->steps[s].ends = (int8_t)from->ends;
	}
	find_marks(b->index, w, way);
	int out = b->index->out_room[w];
	if (b->policy->no_hold && out >= 0 && out + 1 < way->step_count) {
		policy_leave_without_bay(b->index, to, out);
		b->index->in_pacu[w] += b->index->in_pacu[w] == out;
	}
	if (ahead) {
		policy_induce_ahead(to, policy_induction(way));
		b->index->in_room[w] = policy_induction(way);
	}
	return w;
}

/* Where the pathway itself enters the room. */
int plan_enters(const struct build *b, int w)
{
	return b->index->in_room[w] - (b->ahead[w] ? 1 : 0);
}
