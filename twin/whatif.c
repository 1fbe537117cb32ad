/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/whatif.h"

#include <math.h>
#include <string.h>

#include "twin/text.h"

static const double MINUTE_MS = 60000;

int what_if_fork(struct fork *fork, const struct twin *twin, const struct what_if *what_if,
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT])
{
	int injected = 0;
	twin_copy(fork->twin, twin);
	memset(&fork->policy, 0, sizeof fork->policy);
	for (int i = 0; i < what_if->count; i++)
		injected += scenario_inject(fork, &what_if->list[i], refused[i]);
	return injected;
}

/* ---- who is hit ---- */

/* How hard: waiting for ever is the worst; who comes or goes was asked for. */
static double weight(const struct what_if_hit *hit)
{
	if (hit->kind == HIT_NEVER)
		return INFINITY;
	return hit->kind == HIT_SHIFTED ? fabs(hit->minutes) : 0;
}

static void put_hit(struct what_if_answer *out, const struct what_if_hit *hit)
{
	int at = out->hit_count < WHAT_IF_HITS ? out->hit_count++ : WHAT_IF_HITS - 1;
	out->hit_all++;
	if (out->hit_all > WHAT_IF_HITS && weight(&out->hits[at]) >= weight(hit))
		return;
	for (; at > 0 && weight(&out->hits[at - 1]) < weight(hit); at--)
		out->hits[at] = out->hits[at - 1];
	out->hits[at] = *hit;
}

/* The case as the other side has it, NULL: not at all. */
static const struct forecast_case *same_case(const struct what_if_side *side, const char *id)
{
	int i = twin_case(side->twin, id);
	int at = i >= 0 ? side->forecast->index.case_of[i] : SIM_NONE;
	return at >= 0 ? &side->forecast->cases[at] : NULL;
}

/* Not in the room yet, or in it: its end is still to come. */
static bool is_ahead(const struct surgery *s)
{
	return !surgery_is_off(s) && !surgery_is_over(s);
}

static void hit(const struct what_if_side *before, const struct what_if_side *after,
	const struct surgery *s, struct what_if_answer *out)
{
	const struct forecast_case *was = same_case(before, s->id), *is = same_case(after, s->id);
	struct what_if_hit one = {.kind = HIT_SHIFTED};
	one.before_ms = was != NULL ? was->end.p50 : 0;
	one.after_ms = is != NULL ? is->end.p50 : 0;
	one.minutes = one.before_ms != 0 && one.after_ms != 0
			      ? (one.after_ms - one.before_ms) / MINUTE_MS
			      : 0;
	out->done_before += one.before_ms != 0;
	out->done_after += one.after_ms != 0;
	if (was == NULL && is != NULL)
		one.kind = HIT_NEW;
	else if (was != NULL && is == NULL)
		one.kind = HIT_GONE;
	else if (one.before_ms != 0 && one.after_ms == 0)
		one.kind = HIT_NEVER;
	/* Half a minute is what the clock on the screen can show. */
	if (one.kind == HIT_SHIFTED && fabs(one.minutes) < 0.5)
		return;
	text_copy(one.id, sizeof one.id, s->id);
	text_copy(one.room, sizeof one.room, s->room);
	put_hit(out, &one);
}

void what_if_compare(const struct what_if_side *before, const struct what_if_side *after,
	struct what_if_answer *out)
{
	const struct twin *t = after->twin; /* has all cases: forks only add */
	out->reps = after->forecast->reps;
	out->done_before = out->done_after = out->hit_count = out->hit_all = 0;
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
	for (int i = 0; i < t->case_count; i++) {
		int was = twin_case(before->twin, t->cases[i].id);
		if (is_ahead(&t->cases[i]) || (was >= 0 && is_ahead(&before->twin->cases[was])))
			hit(before, after, &t->cases[i], out);
	}
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
