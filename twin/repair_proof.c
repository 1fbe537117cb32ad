/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/repair_proof.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/ripple.h"
#include "twin/stat.h"
#include "twin/text.h"

/* ---- one side ---- */

static void watch(void *context, int rep, const struct sim_draw *draw,
	const struct sim_bench *bench, const struct sim_marks *marks)
{
	struct repair_side *s = context;
	const struct sim_plan *plan = &s->plan;
	struct objective o;
	double sum = 0;
	objective_read(s->day, plan, &s->index, bench, marks, s->told, &o);
	for (int t = 0; t < OBJECTIVE_COUNT; t++) {
		s->terms[t * s->reps + rep] = (float)o.of[t];
		sum += s->weight[t] * o.of[t];
	}
	s->sums[rep] = (float)sum;
	for (int i = 0; i < plan->case_count; i++) {
		const struct sim_case *c = &plan->cases[i];
		int from = s->index.in_room[c->pathway] + 1, out = s->index.out_room[c->pathway];
		double ms = 0;
		for (int k = c->step > from ? c->step : from; k <= out; k++)
			ms += draw->lasts_ms[i][k];
		s->lasts[i * s->reps + rep] = (float)(ms / 60000);
	}
	s->guests[rep] = 0;
	for (int g = 0; g < plan->guest_count; g++)
		s->guests[rep] += marks->off[plan->case_count + g] == SIM_GOES;
}

static bool fork_all(struct repair_side *s, const struct twin *twin, const struct what_if *given,
	const struct repair_moves *moves, int64_t midnight_ms, char why[SCENARIO_TEXT])
{
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	what_if_fork(&s->fork, twin, given, refused);
	s->fork.midnight_ms = midnight_ms;
	for (int i = 0; moves != NULL && i < moves->count; i++)
		if (!repair_allowed(&s->fork, &moves->list[i], NULL, why)
			|| !scenario_inject(&s->fork, &moves->list[i], why))
			return false;
	return true;
}

struct repair_side *repair_side_create(const struct twin *twin, const struct what_if *given,
	const struct repair_moves *moves, const struct plan_options *options,
	const struct objective_day *day, uint32_t seed, int reps, char why[SCENARIO_TEXT])
{
	struct repair_side *s = calloc(1, sizeof *s);
	struct plan_options own = *options;
	why[0] = '\0';
	if (s == NULL)
		return NULL;
	s->fork.twin = twin_create();
	s->day = day;
	s->reps = reps;
	s->told = moves != NULL ? repair_told(moves) : 0;
	if (s->fork.twin == NULL || !fork_all(s, twin, given, moves, options->midnight_ms, why))
		goto fail;
	own.policy = &s->fork.policy;
	own.like = NULL;
	plan_build(s->fork.twin, &own, &s->plan, &s->index);
	for (int t = 0; t < OBJECTIVE_COUNT; t++)
		s->weight[t] = objective_weight(s->fork.twin->site, (enum objective_term)t);
	s->terms = calloc((size_t)reps * OBJECTIVE_COUNT, sizeof *s->terms);
	s->sums = calloc((size_t)reps, sizeof *s->sums);
	s->lasts = calloc((size_t)reps * (size_t)s->plan.case_count + 1, sizeof *s->lasts);
	s->guests = calloc((size_t)reps, sizeof *s->guests);
	s->run = forecast_run_create(&s->plan, &s->index, seed, reps);
	if (s->terms == NULL || s->sums == NULL || s->lasts == NULL || s->guests == NULL
		|| s->run == NULL)
		goto fail;
	forecast_run_watch(s->run, watch, s);
	return s;
fail:
	repair_side_destroy(s);
	return NULL;
}

void repair_side_destroy(struct repair_side *s)
{
	if (s == NULL)
		return;
	twin_destroy(s->fork.twin);
	forecast_run_destroy(s->run);
	free(s->terms);
	free(s->sums);
	free(s->lasts);
	free(s->guests);
	free(s);
}

double repair_side_mean(const struct repair_side *s, struct objective *out)
{
	double sum = 0;
	memset(out, 0, sizeof *out);
	for (int t = 0; t < OBJECTIVE_COUNT; t++) {
		for (int k = 0; k < s->reps; k++)
			out->of[t] += (double)s->terms[t * s->reps + k] / s->reps;
		sum += s->weight[t] * out->of[t];
	}
	return sum;
}

/* ---- with it minus without ---- */

static struct paired difference(const float *before, const float *after, int reps)
{
	struct stat_moments m = {0, 0, 0};
	for (int k = 0; k < reps; k++)
		stat_add(&m, (double)after[k] - (double)before[k]);
	double half = 1.96 * stat_error(&m);
	return (struct paired){m.mean, m.mean - half, m.mean + half};
}

/* Hours of overtime and cases not done, at the site's prices; 0 0 0 without any. */
static struct paired cost(const struct repair_side *without, const struct repair_side *with)
{
	const struct site *site = with->fork.twin->site;
	double hour = site_price(site, "or_overtime_hour"), off = site_price(site, "cancellation");
	struct stat_moments m = {0, 0, 0};
	if (hour <= 0 && off <= 0)
		return (struct paired){0, 0, 0};
	for (int k = 0; k < with->reps; k++) {
		int over = OBJECTIVE_OVERTIME * with->reps + k;
		int cancelled = OBJECTIVE_CANCELLED * with->reps + k;
		double sum = 0;
		if (hour > 0)
			sum += hour / 60 * (double)(with->terms[over] - without->terms[over]);
		if (off > 0)
			sum += off * (double)(with->terms[cancelled] - without->terms[cancelled]);
		stat_add(&m, sum);
	}
	double half = 1.96 * stat_error(&m);
	return (struct paired){m.mean, m.mean - half, m.mean + half};
}

/* ---- who waits ---- */

static void put_wait(struct repair_option *out, const struct repair_wait *one)
{
	int at = out->wait_count;
	while (at > 0 && fabs(out->waits[at - 1].later.p50) < fabs(one->later.p50))
		at--;
	if (at == REPAIR_WAITS)
		return;
	if (out->wait_count < REPAIR_WAITS)
		out->wait_count++;
	memmove(&out->waits[at + 1], &out->waits[at],
		(size_t)(out->wait_count - 1 - at) * sizeof *out->waits);
	out->waits[at] = *one;
}

/* Half a minute is what the clock on the screen can show. */
static void find_waits(const struct repair_side *without, const struct repair_side *with,
	struct repair_option *out)
{
	struct ripple ripple = {without->run, with->run, with->reps, NULL};
	ripple.work = malloc(2 * (size_t)with->reps * sizeof *ripple.work + 1);
	out->wait_count = 0;
	for (int i = 0; ripple.work != NULL && i < with->plan.case_count; i++) {
		int of = with->index.twin_case[i];
		int was =
			of < without->fork.twin->case_count ? without->index.case_of[of] : SIM_NONE;
		const struct sim_case *c = &with->plan.cases[i];
		struct repair_wait one;
		if (was < 0 || c->step > with->index.in_room[c->pathway])
			continue;
		text_copy(one.id, sizeof one.id, with->fork.twin->cases[of].id);
		one.later = ripple_case(&ripple, was, i, FORECAST_START);
		if (fabs(one.later.p50) >= 0.5 || fabs(one.later.p90) >= 0.5
			|| fabs(one.later.p10) >= 0.5)
			put_wait(out, &one);
	}
	free(ripple.work);
}

void repair_prove(const struct repair_side *without, const struct repair_side *with,
	const struct repair_moves *moves, struct repair_option *out)
{
	int reps = with->reps;
	memset(out, 0, sizeof *out);
	memcpy(out->moves.list, moves->list, (size_t)moves->count * sizeof *moves->list);
	out->moves.count = moves->count;
	out->reps = reps;
	out->objective = difference(without->sums, with->sums, reps);
	for (int t = 0; t < OBJECTIVE_COUNT; t++)
		out->term[t] = difference(without->terms + t * reps, with->terms + t * reps, reps);
	for (int k = 0; k < KPI_COUNT; k++)
		out->kpi[k] = forecast_difference(without->run, with->run, reps, (enum kpi)k);
	out->cost = cost(without, with);
	out->overtime[0] = forecast_kpi_quantiles(without->run, reps, KPI_OVERTIME);
	out->overtime[1] = forecast_kpi_quantiles(with->run, reps, KPI_OVERTIME);
	find_waits(without, with, out);
	out->proved = out->objective.high < 0;
	repair_why(without, moves, out, out->why);
	repair_fails_if(without, with, out->fails_if);
}
