/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/replication.h"

#include <stdlib.h>

#include "twin/text.h"

struct telling {
	struct replication *out;
	const struct surgery *surgery;
	int plan_case, order;
	uint32_t told; /* milestones of this case, a bit each */
};

_Static_assert(MILESTONE_COUNT <= 32, "a bit for each milestone");

static void tell(struct telling *t, int milestone, int32_t at_ms)
{
	struct replication *out = t->out;
	if (milestone < 0 || milestone >= MILESTONE_COUNT || at_ms == SIM_NEVER || at_ms < 0
		|| (t->told >> milestone & 1) != 0
		|| surgery_when(t->surgery, (enum milestone)milestone) != 0)
		return;
	t->told |= 1U << milestone;
	out->marks[out->count++] = (struct replication_mark){.at_ms = at_ms,
		.plan_case = (int16_t)t->plan_case,
		.order = (int16_t)t->order++,
		.milestone = (int8_t)milestone};
}

/* Whose turn it is enters a clean room: at one instant the room comes first;
 * then each case in its own order. */
static int by_time(const void *a, const void *b)
{
	const struct replication_mark *x = a, *y = b;
	bool clean_x = x->milestone == MILESTONE_CLEANUP_DONE;
	bool clean_y = y->milestone == MILESTONE_CLEANUP_DONE;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	if (clean_x != clean_y)
		return clean_x ? -1 : 1;
	if (x->plan_case != y->plan_case)
		return x->plan_case < y->plan_case ? -1 : 1;
	return x->order - y->order;
}

void replication_of(const struct twin *twin, const struct sim_plan *plan,
	const struct plan_index *index, const struct sim_marks *marks, struct replication *out)
{
	out->count = 0;
	for (int i = 0; i < plan->case_count; i++) {
		const struct sim_pathway *way = &plan->pathways[plan->cases[i].pathway];
		struct telling t = {
			.out = out, .surgery = &twin->cases[index->twin_case[i]], .plan_case = i};
		for (int s = 0; s < way->count; s++) {
			tell(&t, way->steps[s].begins, marks->begun_ms[i][s]);
			tell(&t, way->steps[s].ends, marks->ended_ms[i][s]);
		}
		tell(&t, MILESTONE_CLEANUP_DONE, marks->room_ready_ms[i]);
	}
	qsort(out->marks, (size_t)out->count, sizeof *out->marks, by_time);
}

struct fact replication_fact(const struct twin *twin, const struct plan_index *index,
	const struct replication *r, int k, const char *origin)
{
	const struct replication_mark *m = &r->marks[k];
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, index->origin_ms + m->at_ms);
	f.source_ms = f.at_ms;
	text_copy(f.origin, sizeof f.origin, origin);
	text_copy(f.milestone.id, sizeof f.milestone.id,
		twin->cases[index->twin_case[m->plan_case]].id);
	f.milestone.milestone = (enum milestone)m->milestone;
	f.milestone.when_ms = f.at_ms;
	return f;
}
