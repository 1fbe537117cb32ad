/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan_inner.h"

#include <math.h>

#include "twin/stat.h"

/* Without a model: the booking is right in the middle, with the spread of a
 * procedure (log-sd 0.329, heart centre, reference 2); without a booking, the
 * median and spread of all surgery (university hospital, ibid.). */
static const double BOOKED_SIGMA = 0.33, ANY_MEDIAN_MIN = 110, ANY_SIGMA = 0.7;
/* The surgeon's own part is at least this much of a case's time in the room. */
static const double SURGERY_LEAST = 0.45;

static struct sim_law lognormal(double mean, double deviation)
{
	double mu, sigma;
	if (!(mean > 0))
		return (struct sim_law){SIM_AT_ONCE, 0, 0};
	if (!(deviation > 0))
		return (struct sim_law){SIM_FIXED, (float)mean, 0};
	stat_lognormal_of(mean, deviation, &mu, &sigma);
	return (struct sim_law){SIM_LOGNORMAL, (float)mu, (float)sigma};
}

/* The case's time in the room, all steps of it. */
static struct duration_law room_time(struct build *b, const struct surgery *s, int plan_case)
{
	double planned = surgery_planned_min(s);
	struct duration_law law = {.mu = log(planned > 0 ? planned : ANY_MEDIAN_MIN),
		.sigma = planned > 0 ? BOOKED_SIGMA : ANY_SIGMA};
	b->index->law_known[plan_case] = 0;
	if (b->options->learnt == NULL)
		return law;
	struct duration_input input;
	duration_suite_case(b->twin, s, &input);
	learnt_law(b->options->learnt, &input, planned, &law);
	b->index->law_known[plan_case] = law.seen;
	return law;
}

/* The laws of a way's steps for one patient; of those that have one. */
struct steps {
	struct stage_law law[PATHWAY_STEPS];
	bool has[PATHWAY_STEPS];
};

static double mean_of(const struct stage_law *law)
{
	return stat_lognormal_mean(law->mu, law->sigma);
}

static const struct stage_model *stages_of(const struct build *b)
{
	return b->options->learnt != NULL ? &b->options->learnt->stages : NULL;
}

static void step_laws(
	struct build *b, const struct surgery *s, const struct pathway *way, struct steps *steps)
{
	const struct stage_facts facts =
		stage_facts_of(b->twin, s, s->start_ms, b->options->midnight_ms);
	for (int k = 0; k < way->step_count; k++) {
		const struct pathway_step *step = &way->steps[k];
		steps->has[k] = stage_law(stages_of(b), way, k, &facts, &steps->law[k]);
		if (!steps->has[k] && step->lasts == LASTS_LAW && step->a > 0) {
			steps->has[k] = true; /* always as long */
			steps->law[k] = (struct stage_law){.mu = log(step->a)};
		}
	}
}

/*
 * The case's law is of its whole time in the room. The other steps there keep
 * their own laws while they leave the surgeon enough; in a short case they are
 * short as well, all by the same share.
 */
static double others_share(const struct build *b, int w, const struct steps *steps, double mean)
{
	double others = 0;
	for (int s = plan_enters(b, w) + 1; s <= b->index->out_room[w]; s++)
		others += steps->has[s] ? mean_of(&steps->law[s]) : 0;
	double most = (1 - SURGERY_LEAST) * mean;
	return others > most ? most / others : 1;
}

static struct sim_law surgeons_part(const struct build *b, int w, const struct steps *steps,
	const struct duration_law *law, double share)
{
	double mean = stat_lognormal_mean(law->mu, law->sigma);
	double left = mean, spread = mean * mean * expm1(law->sigma * law->sigma);
	for (int s = plan_enters(b, w) + 1; s <= b->index->out_room[w]; s++) {
		if (!steps->has[s])
			continue;
		double of = share * mean_of(&steps->law[s]), sigma = steps->law[s].sigma;
		left -= of;
		spread -= of * of * expm1(sigma * sigma);
	}
	/* The others' spread may be as large as the whole's: the surgeon's part
	 * still varies, by a fifth at least. */
	spread = spread > 0.04 * left * left ? spread : 0.04 * left * left;
	return lognormal(left, sqrt(spread));
}

static struct sim_law law_of(const struct stage_law *law, double share)
{
	return law->sigma > 0 ? (struct sim_law){SIM_LOGNORMAL, (float)(law->mu + log(share)),
		       (float)law->sigma}
			      : (struct sim_law){SIM_FIXED, (float)(share * exp(law->mu)), 0};
}

struct sim_law plan_turnover(const struct build *b, const struct pathway *way, double part)
{
	const struct stage_model *m = stages_of(b);
	struct stage_case of;
	struct stage_law law;
	if (!stage_turnover_of(way, &of))
		return lognormal(part * way->turnover_mean, 0);
	stage_predict(
		m, m != NULL ? stage_find(m, STAGE_TURNOVER, SETTING_UNKNOWN) : -1, &of, &law);
	return part > 0 ? law_of(&law, part) : (struct sim_law){SIM_AT_ONCE, 0, 0};
}

void plan_laws(struct build *b, const struct surgery *s, int i)
{
	struct sim_case *c = &b->plan->cases[i];
	const struct plan_index *x = b->index;
	const struct pathway *way = b->ways[c->pathway];
	struct duration_law law = room_time(b, s, i);
	b->late_min = stat_lognormal_quantile(law.mu, law.sigma, 0.9);
	struct steps steps;
	bool of_case = false;
	step_laws(b, s, way, &steps);
	for (int k = 0; k < way->step_count; k++)
		of_case = of_case || way->steps[k].lasts == LASTS_CASE;
	double mean = stat_lognormal_mean(law.mu, law.sigma);
	double share = of_case ? others_share(b, c->pathway, &steps, mean) : 1;
	for (int k = 0; k < way->step_count; k++) {
		const struct pathway_step *step = &way->steps[k];
		bool inside = k > plan_enters(b, c->pathway) && k <= x->out_room[c->pathway];
		c->law[k] = (struct sim_law){SIM_AT_ONCE, 0, 0};
		if (steps.has[k])
			c->law[k] = law_of(&steps.law[k], inside ? share : 1);
		else if (step->lasts == LASTS_BETWEEN)
			c->law[k] = (struct sim_law){SIM_UNIFORM, (float)step->a, (float)step->b};
		else if (step->lasts == LASTS_CASE)
			c->law[k] = surgeons_part(b, c->pathway, &steps, &law, share);
	}
	if (b->ahead[c->pathway]) {
		int entry = x->in_room[c->pathway];
		struct sim_law induction = c->law[entry];
		c->law[entry] = c->law[entry - 1];
		c->law[entry - 1] = induction;
	}
}
