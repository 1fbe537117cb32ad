/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/whatif.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/ripple.h"
#include "twin/scenario_fork.h"
#include "twin/text.h"

bool what_if_of(const struct idea *idea, struct what_if *out, char why[SCENARIO_TEXT])
{
	int steps = idea_steps(idea);
	for (out->count = 0; out->count < steps; out->count++)
		if (!scenario_parse(idea->steps[out->count], &out->list[out->count], why))
			return false;
	return true;
}

int what_if_kept(const struct twin *twin, const struct what_if *what_if)
{
	char text[SCENARIO_TEXT];
	for (int i = 0; i < twin->idea_count && what_if->count > 0; i++) {
		bool same = idea_steps(&twin->ideas[i]) == what_if->count;
		for (int k = 0; same && k < what_if->count; k++) {
			scenario_text(&what_if->list[k], text);
			same = strcmp(text, twin->ideas[i].steps[k]) == 0;
		}
		if (same)
			return i;
	}
	return -1;
}

bool what_if_is_empty(const struct what_if *what_if)
{
	return what_if->count == 0 && what_if->site == NULL;
}

bool what_if_same(const struct what_if *a, const struct what_if *b)
{
	char one[SCENARIO_TEXT], other[SCENARIO_TEXT];
	bool same = a->count == b->count && a->site == b->site;
	for (int i = 0; same && i < a->count; i++) {
		scenario_text(&a->list[i], one);
		scenario_text(&b->list[i], other);
		same = strcmp(one, other) == 0;
	}
	return same;
}

bool what_if_site_fits(const struct site *own, const struct site *other, char why[SCENARIO_TEXT])
{
	if (own == NULL)
		return scenario_why(why, "no site", "", "");
	if (strcmp(own->hash, other->hash) == 0)
		return scenario_why(why, "that is the site as it is", "", "");
	if (own->room_count != other->room_count || own->role_count != other->role_count)
		return scenario_why(why, "it has other rooms or roles", "", "");
	for (int i = 0; i < own->room_count; i++)
		if (strcmp(own->rooms[i].id, other->rooms[i].id) != 0
			|| own->rooms[i].kind != other->rooms[i].kind)
			return scenario_why(
				why, "another room in the place of ", own->rooms[i].id, "");
	for (int i = 0; i < own->role_count; i++)
		if (strcmp(own->roles[i].id, other->roles[i].id) != 0)
			return scenario_why(
				why, "another role in the place of ", own->roles[i].id, "");
	return true;
}

/* The same suite with other words about how it works. */
static void work_as(struct fork *fork, const struct site *site)
{
	char why[SCENARIO_TEXT];
	struct fact f = fork_fact(fork, FACT_SITE);
	if (!what_if_site_fits(fork->twin->site, site, why))
		return;
	text_copy(f.site.hash, sizeof f.site.hash, site->hash);
	f.site.site = site;
	twin_apply(fork->twin, &f, NULL);
}

int what_if_fork(struct fork *fork, const struct twin *twin, const struct what_if *what_if,
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT])
{
	int injected = 0;
	twin_copy(fork->twin, twin);
	memset(&fork->policy, 0, sizeof fork->policy);
	memset(&fork->more, 0, sizeof fork->more);
	if (what_if->site != NULL)
		work_as(fork, what_if->site);
	for (int i = 0; i < what_if->count; i++)
		injected += scenario_inject(fork, &what_if->list[i], refused[i]);
	return injected;
}

/* ---- who is hit ---- */

/* How hard: waiting for ever is the worst, in some of the fates for a day of each;
 * who comes or goes was asked for. */
static double weight(const struct what_if_case *c)
{
	static const double kinds[] = {[HIT_NONE] = -1,
		[HIT_NEW] = 0,
		[HIT_GONE] = 0,
		[HIT_OFF] = 24 * 60,
		[HIT_NEVER] = INFINITY};
	if (c->kind != HIT_SHIFTED)
		return kinds[c->kind];
	return fabs(c->ends.p10) + fabs(c->ends.p50) + fabs(c->ends.p90)
	       + 24 * 60 * fabs(c->before.ends - c->after.ends);
}

static void put_case(struct what_if_answer *out, const struct what_if_case *one)
{
	int at = out->case_count++;
	out->hit_count += one->kind != HIT_NONE;
	for (; at > 0 && weight(&out->cases[at - 1]) < weight(one); at--)
		out->cases[at] = out->cases[at - 1];
	out->cases[at] = *one;
}

/* A case as one side has it: index of the plan, -1 not at all. */
static int planned(const struct what_if_side *side, const char *id)
{
	int i = twin_case(side->twin, id);
	return i >= 0 ? side->forecast->index.case_of[i] : SIM_NONE;
}

/* In what share of the fates it leaves its room. */
static double ends_share(const struct what_if_side *side, int at)
{
	const float *ends = forecast_times(side->run, at, FORECAST_END);
	int count = 0, reps = side->forecast->reps;
	for (int k = 0; k < reps; k++)
		count += !isnan(ends[k]);
	return reps > 0 ? (double)count / reps : 0;
}

static struct what_if_stay stay_of(const struct what_if_side *side, const char *id, int at)
{
	struct what_if_stay stay = {.room = -1};
	if (at < 0)
		return stay;
	stay.room = side->twin->cases[twin_case(side->twin, id)].room_at;
	stay.starts = side->forecast->cases[at].start;
	stay.finishes = side->forecast->cases[at].end;
	stay.start_ms = stay.starts.p50;
	stay.end_ms = stay.finishes.p50;
	stay.off = side->forecast->cases[at].p_off;
	stay.ends = stay.end_ms != 0 ? ends_share(side, at) : 0;
	if (stay.ends < 0.5)
		stay.end_ms = 0; /* the middle of all fates is never */
	return stay;
}

/* Not in the room yet, or in it: its end is still to come. */
static bool is_ahead(const struct surgery *s)
{
	return !surgery_is_off(s) && !surgery_is_over(s);
}

/* Half a minute is what the clock on the screen can show. */
static bool is_shift(const struct quantiles *q)
{
	return fabs(q->p10) >= 0.5 || fabs(q->p50) >= 0.5 || fabs(q->p90) >= 0.5;
}

static enum hit_kind kind_of(const struct what_if_case *c, int was, int is)
{
	if (was < 0 && is >= 0)
		return HIT_NEW;
	if (was >= 0 && is < 0)
		return HIT_GONE;
	if (c->before.end_ms != 0 && c->after.end_ms == 0)
		return c->after.off >= 0.5 ? HIT_OFF : HIT_NEVER;
	return is_shift(&c->begins) || is_shift(&c->ends) || c->before.room != c->after.room
			       || fabs(c->before.ends - c->after.ends) >= 0.005
		       ? HIT_SHIFTED
		       : HIT_NONE;
}

static void compare_case(const struct what_if_side *before, const struct what_if_side *after,
	const struct ripple *ripple, const char *id, struct what_if_answer *out)
{
	struct what_if_case one = {.kind = HIT_NONE};
	int was = planned(before, id), is = planned(after, id);
	text_copy(one.id, sizeof one.id, id);
	one.before = stay_of(before, id, was);
	one.after = stay_of(after, id, is);
	if (ripple->work != NULL && one.before.start_ms != 0 && one.after.start_ms != 0)
		one.begins = ripple_case(ripple, was, is, FORECAST_START);
	if (ripple->work != NULL && one.before.end_ms != 0 && one.after.end_ms != 0)
		one.ends = ripple_case(ripple, was, is, FORECAST_END);
	out->done_before += one.before.end_ms != 0;
	out->done_after += one.after.end_ms != 0;
	one.kind = kind_of(&one, was, is);
	put_case(out, &one);
}

static void compare_cases(const struct what_if_side *before, const struct what_if_side *after,
	const struct ripple *ripple, struct what_if_answer *out)
{
	const struct twin *t = after->twin; /* has all cases: forks only add */
	out->done_before = out->done_after = out->case_count = out->hit_count = 0;
	for (int i = 0; i < t->case_count; i++) {
		int was = twin_case(before->twin, t->cases[i].id);
		if (is_ahead(&t->cases[i]) || (was >= 0 && is_ahead(&before->twin->cases[was])))
			compare_case(before, after, ripple, t->cases[i].id, out);
	}
}

/* ---- beds and people ---- */

/* The same thing in the plan of the other side, -1. */
static int same_pool(const struct forecast *f, const struct plan_index *of, int pool)
{
	const struct plan_index *x = &f->index;
	for (int p = 0; p < f->pool_count; p++)
		if (x->pool_role[p] == of->pool_role[pool] && x->pool_beds[p] == of->pool_beds[pool]
			&& x->pool_kit[p] == of->pool_kit[pool])
			return p;
	return -1;
}

static double full_min(const struct forecast *f, int pool)
{
	double sum = 0;
	for (int slot = 0; pool >= 0 && slot < FORECAST_SLOTS; slot++)
		sum += f->loads[pool].p_full[slot] * FORECAST_SLOT_MIN;
	return sum;
}

static void compare_pool(const struct forecast *const sides[2], const struct ripple *ripple,
	const struct plan_index *of, int pool, struct what_if_answer *out)
{
	struct what_if_pool one = {.role = of->pool_role[pool],
		.beds = of->pool_beds[pool],
		.kit = of->pool_kit[pool]};
	int at[2];
	for (int s = 0; s < 2; s++) {
		at[s] = same_pool(sides[s], of, pool);
		one.units[s] = at[s] >= 0 ? sides[s]->loads[at[s]].units : 0;
		one.full_min[s] = full_min(sides[s], at[s]);
	}
	if (ripple->work != NULL)
		one.peak_by = ripple_peak(ripple, at[0], at[1], one.peak);
	if (out->pool_count < SIM_POOLS)
		out->pools[out->pool_count++] = one;
}

static void compare_pools(const struct what_if_side *before, const struct what_if_side *after,
	const struct ripple *ripple, struct what_if_answer *out)
{
	const struct forecast *const sides[2] = {before->forecast, after->forecast};
	out->pool_count = 0;
	for (int s = 0; s < 2; s++)
		for (int p = 0; p < sides[s]->pool_count; p++) {
			const struct plan_index *of = &sides[s]->index;
			if (s == 0 || same_pool(sides[0], of, p) < 0)
				compare_pool(sides, ripple, of, p, out);
		}
}

void what_if_compare(const struct what_if_side *before, const struct what_if_side *after,
	struct what_if_answer *out)
{
	struct ripple ripple = {before->run, after->run, after->forecast->reps, NULL};
	ripple.work = malloc(2 * (size_t)ripple.reps * sizeof *ripple.work + 1);
	out->reps = ripple.reps;
	for (int k = 0; k < KPI_COUNT; k++) {
		out->kpi[k].before = forecast_kpi_quantiles(before->run, out->reps, (enum kpi)k);
		out->kpi[k].after = forecast_kpi_quantiles(after->run, out->reps, (enum kpi)k);
		out->kpi[k].difference =
			forecast_difference(before->run, after->run, out->reps, (enum kpi)k);
	}
	out->room_count = after->forecast->room_count;
	for (int r = 0; r < out->room_count; r++) {
		out->before[r] = before->forecast->rooms[r];
		out->after[r] = after->forecast->rooms[r];
		out->site_room[r] = after->forecast->index.site_room[r];
	}
	compare_cases(before, after, &ripple, out);
	compare_pools(before, after, &ripple, out);
	free(ripple.work);
}

/* ---- what would help ---- */

struct listing {
	const struct fork *fork;
	struct scenario *out;
	int count, max;
};

static void propose(
	struct listing *list, const char *a, const char *b, const char *c, const char *d)
{
	char text[SCENARIO_TEXT], half[SCENARIO_TEXT];
	scenario_why(half, a, b, c);
	scenario_why(text, half, d, "");
	if (list->count < list->max && scenario_parse(text, &list->out[list->count], half))
		list->count++;
}

static void propose_last(struct listing *list, const char *room, const struct surgery *last)
{
	const char *other;
	propose(list, "cancel:case=", last->id, "", "");
	for (int n = 0; (other = scenario_choice(list->fork->twin, PARAMETER_ROOM, n)) != NULL; n++)
		if (strcmp(other, room) != 0)
			propose(list, "move:case=", last->id, ",room=", other);
}

static void propose_people(struct listing *list)
{
	const char *id;
	const struct twin *twin = list->fork->twin;
	for (int n = 0; (id = scenario_choice(twin, PARAMETER_ROLE, n)) != NULL; n++)
		propose(list, "staff:role=", id, ",change=1", "");
	for (int n = 0; (id = scenario_choice(twin, PARAMETER_BEDS, n)) != NULL; n++)
		propose(list, "beds:of=", id, ",change=1", "");
}

int what_if_candidates(const struct fork *fork, const char *room, struct scenario *out, int max)
{
	static const char *const faster[] = {",min=15", ",min=30", ",min=60"};
	static const char *const ways[] = {
		"turnover_team", "parallel_induction", "no_hold", "by_variance:room="};
	struct listing list = {.fork = fork, .out = out, .max = max};
	const struct twin *t = fork->twin;
	int at = site_room(t->site, room);
	const struct surgery *first = NULL, *last = NULL;
	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *s = &t->cases[i];
		if (s->room_at != at || !is_ahead(s))
			continue;
		if (first == NULL || surgery_has_begun(s)
			|| (!surgery_has_begun(first) && s->start_ms < first->start_ms))
			first = s;
		if (!surgery_has_begun(s) && (last == NULL || s->start_ms > last->start_ms))
			last = s;
	}
	for (size_t k = 0; first != NULL && k < sizeof faster / sizeof *faster; k++)
		propose(&list, "faster:case=", first->id, faster[k], "");
	for (size_t k = 0; k < sizeof ways / sizeof *ways; k++)
		propose(&list, ways[k], k == 3 ? room : "", "", "");
	propose_people(&list);
	if (last != NULL)
		propose_last(&list, room, last);
	return list.count;
}

/* The same act, whichever room it is done with: the best room stands for all. */
static bool is_same_act(const struct scenario *a, const struct scenario *b)
{
	const struct scenario_row *row = &scenario_rows[a->which];
	if (a->which != b->which)
		return false;
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++)
		if (row->parameters[i].kind != PARAMETER_ROOM
			&& strcmp(a->values[i].word, b->values[i].word) != 0)
			return false;
	return true;
}

static bool helps_more(const struct remedy *a, const struct remedy *b)
{
	return a->p_overtime != b->p_overtime ? a->p_overtime < b->p_overtime
					      : a->overtime.mean < b->overtime.mean;
}

void what_if_rank(struct remedies *remedies, const struct remedy *one)
{
	struct remedy *list = remedies->list;
	int at = 0;
	remedies->tried++;
	while (at < remedies->count && !is_same_act(&list[at].scenario, &one->scenario))
		at++;
	if (at == WHAT_IF_REMEDIES)
		at--; /* the last has to go */
	if (at < remedies->count && !helps_more(one, &list[at]))
		return;
	remedies->count += at == remedies->count;
	for (; at > 0 && helps_more(one, &list[at - 1]); at--)
		list[at] = list[at - 1];
	list[at] = *one;
}
