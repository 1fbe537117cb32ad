/* SPDX-License-Identifier: Apache-2.0 */
#include "src/robust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is tried once more, again and again. */
struct trial {
	const struct fork *fork;
	const struct robust_how *how;
	const struct forecast_run *base;
	struct fork copy; /* with what is tried */
	struct sim_plan plan;
	struct plan_index index;
};

/* The copy's day against the base's. False: out of memory. */
static bool overtime_of(struct trial *t, struct paired *overtime)
{
	const struct plan_options options = {.learnt = t->how->learnt,
		.midnight_ms = t->how->midnight_ms,
		.policy = &t->copy.policy};
	plan_build(t->copy.twin, &options, &t->plan, &t->index);
	struct forecast_run *run =
		forecast_run_create(&t->plan, &t->index, t->how->seed, t->how->reps);
	if (run == NULL)
		return false;
	foresee(run, t->how->reps, t->how->threads);
	*overtime = forecast_difference(t->base, run, t->how->reps, KPI_OVERTIME);
	forecast_run_destroy(run);
	return true;
}

static bool is_ahead(const struct surgery *s)
{
	return !surgery_is_off(s) && !surgery_is_over(s) && surgery_left_ms(s) == 0;
}

/* ---- the weakest links ---- */

static bool try_longer(struct trial *t, struct robust *out)
{
	const struct twin *twin = t->fork->twin;
	twin_copy(t->copy.twin, twin);
	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *s = &twin->cases[i];
		struct robust_link *link = &out->links[out->link_count];
		if (!is_ahead(s) || s->room_at < 0 || out->link_count == ROBUST_LINKS)
			continue;
		t->copy.policy = t->fork->policy;
		t->copy.policy.extra_min[i] = (int16_t)(t->copy.policy.extra_min[i] + ROBUST_MIN);
		if (!overtime_of(t, &link->cost))
			return false;
		link->case_ = i;
		out->link_count++;
	}
	t->copy.policy = t->fork->policy;
	return true;
}

/* ---- changes of order ---- */

/* The best so far, of those sure to help. */
enum { SHORTLIST = 6, CONFIRM_REPS = 2000 };
struct shortlist {
	struct robust_change list[SHORTLIST];
	int count, tried;
};

static void rank(struct shortlist *best, const struct robust_change *one)
{
	int at = best->count;
	if (one->overtime.high >= 0)
		return;
	if (best->count < SHORTLIST)
		best->count++;
	else if (best->list[--at].overtime.mean <= one->overtime.mean)
		return;
	for (; at > 0 && best->list[at - 1].overtime.mean > one->overtime.mean; at--)
		best->list[at] = best->list[at - 1];
	best->list[at] = *one;
}

/* False: out of memory; true and *made false: it would change nothing. */
static bool try_change(struct trial *t, struct robust_change *one, bool *made)
{
	char why[SCENARIO_TEXT];
	twin_copy(t->copy.twin, t->fork->twin);
	t->copy.policy = t->fork->policy;
	*made = scenario_inject(&t->copy, &one->scenario, why);
	return !*made || overtime_of(t, &one->overtime);
}

static bool try_text(struct trial *t, const char *text, struct shortlist *best)
{
	struct robust_change one;
	char why[SCENARIO_TEXT];
	bool made;
	if (!scenario_parse(text, &one.scenario, why))
		return true;
	if (!try_change(t, &one, &made))
		return false;
	best->tried += made;
	if (made)
		rank(best, &one);
	return true;
}

/* Who is next in the same room and has not begun; -1. */
static int next_in_room(const struct twin *twin, const struct surgery *s)
{
	int next = -1;
	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *o = &twin->cases[i];
		if (o->room_at == s->room_at && is_ahead(o) && !surgery_has_begun(o)
			&& o->start_ms > s->start_ms
			&& (next < 0 || o->start_ms < twin->cases[next].start_ms))
			next = i;
	}
	return next;
}

static bool try_orders(struct trial *t, struct shortlist *best)
{
	const struct twin *twin = t->fork->twin;
	char text[SCENARIO_TEXT];
	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *s = &twin->cases[i];
		int next = is_ahead(s) && !surgery_has_begun(s) && s->room_at >= 0
				   ? next_in_room(twin, s)
				   : -1;
		if (next < 0)
			continue;
		snprintf(text, sizeof text, "swap:case=%s,with=%s", s->id, twin->cases[next].id);
		if (!try_text(t, text, best))
			return false;
	}
	for (int r = 0; r < twin->site->room_count && r < TWIN_ROOMS; r++) {
		if (twin->site->rooms[r].kind != ROOM_OR)
			continue;
		snprintf(text, sizeof text, "by_variance:room=%s", twin->site->rooms[r].id);
		if (!try_text(t, text, best))
			return false;
	}
	return true;
}

/* The best of many look better than they are: what is told of them is found anew,
 * under other fates. */
static bool confirm(struct trial *t, const struct shortlist *best, struct robust *out)
{
	struct shortlist sure = {.count = 0};
	struct robust_how other = *t->how;
	struct sim_plan *plan = calloc(1, sizeof *plan);
	struct plan_index *index = calloc(1, sizeof *index);
	struct forecast_run *base = NULL;
	bool whole = plan != NULL && index != NULL;
	const struct plan_options options = {.learnt = other.learnt,
		.midnight_ms = other.midnight_ms,
		.policy = &t->fork->policy};
	other.seed = ~other.seed;
	other.reps = CONFIRM_REPS;
	if (whole) {
		plan_build(t->fork->twin, &options, plan, index);
		base = forecast_run_create(plan, index, other.seed, other.reps);
		whole = base != NULL;
	}
	if (whole)
		foresee(base, other.reps, other.threads);
	t->how = &other;
	t->base = base;
	for (int i = 0; whole && i < best->count; i++) {
		struct robust_change one = best->list[i];
		bool made;
		whole = try_change(t, &one, &made);
		if (whole && made)
			rank(&sure, &one);
	}
	for (; out->change_count < ROBUST_CHANGES && out->change_count < sure.count;
		out->change_count++)
		out->changes[out->change_count] = sure.list[out->change_count];
	out->tried = best->tried;
	forecast_run_destroy(base);
	free(index);
	free(plan);
	return whole;
}

bool robust_try(const struct fork *fork, const struct robust_how *how,
	const struct forecast_run *base, struct robust *out)
{
	struct trial *t = calloc(1, sizeof *t);
	struct shortlist best = {.count = 0};
	bool whole = false;
	memset(out, 0, sizeof *out);
	if (t == NULL)
		return false;
	t->fork = fork;
	t->how = how;
	t->base = base;
	t->copy.twin = twin_create();
	if (t->copy.twin != NULL)
		whole = try_longer(t, out) && try_orders(t, &best) && confirm(t, &best, out);
	out->reps = how->reps;
	twin_destroy(t->copy.twin);
	free(t);
	return whole;
}
