/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/ahead.h"

#include <math.h>
#include <string.h>

#include "twin/stat.h"

static const double MS = 60000; /* a minute */

double stage_left_min(const struct sim_law *law, double elapsed_min, double p)
{
	double a = (double)law->a, b = (double)law->b;

	switch (law->kind) {
	case SIM_FIXED:
		return fmax(0, a - elapsed_min);
	case SIM_UNIFORM:
		return fmax(0, a + p * (b - a) - elapsed_min);
	case SIM_LOGNORMAL:
		return elapsed_min > 0
			       ? stat_lognormal_truncated(a, b, elapsed_min, p) - elapsed_min
			       : stat_lognormal_quantile(a, b, p);
	case SIM_AT_ONCE:
		break;
	}
	return 0;
}

/* Mean and variance of what is left: the middles of so many equal slices. */
static void left_moments(
	const struct sim_law *law, double elapsed_min, double *mean, double *variance)
{
	enum { SLICES = 64 };
	struct stat_moments m = {0};

	for (int i = 0; i < SLICES; i++)
		stat_add(&m, stage_left_min(law, elapsed_min, (i + 0.5) / SLICES));
	*mean = m.mean;
	*variance = stat_variance(&m);
}

/* Three quantiles of a time, and the stages added to it since. */
struct reached {
	double at[3];          /* ms after the epoch */
	double mean, variance; /* minutes */
	int count;
	struct quantiles only; /* of the one stage, when there is but one */
};

static const double levels[3] = {0.1, 0.5, 0.9};

/* Deviations of the two, which have nothing to do with each other, add up as
 * squares on each side of the middle. */
static void reached_read(const struct reached *r, double out[3])
{
	double sum[3] = {r->only.p10, r->only.p50, r->only.p90}, mu, sigma;

	if (r->count > 1) {
		stat_lognormal_of(r->mean, sqrt(r->variance), &mu, &sigma);
		for (int k = 0; k < 3; k++)
			sum[k] = stat_lognormal_quantile(mu, sigma, levels[k]);
	}
	for (int k = 0; k < 3; k++) {
		double both = hypot(r->at[k] - r->at[1], (sum[k] - sum[1]) * MS);

		out[k] = r->at[1] + sum[1] * MS + (k == 0 ? -both : k == 2 ? both : 0);
	}
}

static void reached_set(struct reached *r, const double at[3])
{
	*r = (struct reached){.at = {at[0], at[1], at[2]}};
}

/* What was simulated of the end of this step; NULL nothing was. */
static const struct quantiles *simulated(
	const struct plan_index *index, int way, int step, int last, const struct forecast_case *f)
{
	if (f == NULL)
		return NULL;
	if (step == index->in_room[way] && f->start.p50 > 0)
		return &f->start;
	if (step == index->out_room[way] && f->end.p50 > 0)
		return &f->end;
	if (step == index->out_pacu[way] && f->pacu_out.p50 > 0)
		return &f->pacu_out;
	return step == last && f->home.p50 > 0 ? &f->home : NULL;
}

/* No stage ends after the next moment that was simulated. */
static void keep_within(const struct plan_index *index, int way, int step, int count,
	const struct forecast_case *f, double end[3])
{
	const struct quantiles *next = NULL;

	for (int k = step; k < count && next == NULL; k++)
		next = simulated(index, way, k, count - 1, f);
	if (next == NULL)
		return;
	end[0] = fmin(end[0], next->p10);
	end[1] = fmin(end[1], next->p50);
	end[2] = fmin(end[2], next->p90);
}

/* The case's own part: what the booking leaves beside the others, and at least
 * 45 % of it, as the plan has it. */
static double usual_min(const struct pathway *way, int step, const struct surgery *s)
{
	const struct pathway_step *p = &way->steps[step];
	double others = 0, booked = surgery_planned_min(s);
	bool inside = false;

	if (p->lasts == LASTS_BETWEEN)
		return (p->a + p->b) / 2;
	if (p->lasts != LASTS_CASE)
		return p->lasts == LASTS_LAW ? p->a : 0;
	for (int k = 0; k < way->step_count; k++) {
		others += inside && way->steps[k].lasts == LASTS_LAW ? way->steps[k].a : 0;
		inside = (inside || pathway_lists(way->steps[k].need, NEED_ROOM, 0))
			 && !pathway_lists(way->steps[k].give, NEED_ROOM, 0);
	}
	return fmax(booked - others, 0.45 * booked);
}

/* Not before its gate; what is behind a gate starts anew from there. */
static void pass_gate(
	const struct sim_case *c, const struct sim_step *step, double origin, struct reached *r)
{
	double gate = origin + (double)(c->planned_ms + step->gate_ms), at[3];

	reached_read(r, at);
	for (int q = 0; q < 3; q++)
		at[q] = fmax(at[q], gate);
	reached_set(r, at);
}

static void pass_stage(const struct sim_law *law, struct stage_ahead *a, struct reached *r)
{
	double mean, variance;

	a->left_min = (struct quantiles){stage_left_min(law, a->elapsed_min, levels[0]),
		stage_left_min(law, a->elapsed_min, levels[1]),
		stage_left_min(law, a->elapsed_min, levels[2])};
	left_moments(law, a->elapsed_min, &mean, &variance);
	if (!(mean > 0))
		return;
	r->only = a->left_min;
	r->count++;
	r->mean += mean;
	r->variance += variance;
}

int stages_ahead(const struct twin *twin, const struct sim_plan *plan,
	const struct plan_index *index, int plan_case, const struct forecast_case *f,
	struct stage_ahead out[SIM_STEPS])
{
	const struct sim_case *c = &plan->cases[plan_case];
	const struct sim_pathway *steps = &plan->pathways[c->pathway];
	const struct surgery *s = &twin->cases[index->twin_case[plan_case]];
	const struct pathway *way = pathway_of(twin->site, twin_setting(twin, s));
	double origin = (double)index->origin_ms, end[3] = {origin, origin, origin};
	struct reached r = {.at = {origin, origin, origin}};
	int n = 0;

	for (int k = c->step; k < steps->count; k++) {
		struct stage_ahead *a = &out[n++];
		const struct quantiles *known =
			simulated(index, c->pathway, k, steps->count - 1, f);
		double before[3] = {end[0], end[1], end[2]};

		*a = (struct stage_ahead){.name = steps->steps[k].name,
			.running = k == c->step && c->running,
			.simulated = known != NULL,
			.usual_min = k < way->step_count ? usual_min(way, k, s) : 0};
		if (a->running)
			a->elapsed_min = (double)c->elapsed_ms / MS;
		else if (steps->steps[k].gated)
			pass_gate(c, &steps->steps[k], origin, &r);
		pass_stage(&c->law[k], a, &r);
		reached_read(&r, end);
		keep_within(index, c->pathway, k, steps->count, f, end);
		for (int q = 0; q < 3; q++)
			end[q] = fmax(end[q], before[q]);
		if (known != NULL) {
			end[0] = known->p10, end[1] = known->p50, end[2] = known->p90;
			reached_set(&r, end);
		}
		a->end = (struct quantiles){end[0], end[1], end[2]};
	}
	return n;
}
