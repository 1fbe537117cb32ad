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

struct sim_law plan_lognormal(double mean, double deviation)
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

/*
 * The case's law is of its whole time in the room. The other steps there keep
 * their own laws while they leave the surgeon enough; in a short case they are
 * short as well, all by the same share.
 */
static double others_share(const struct build *b, int w, const struct pathway *way, double mean)
{
	double others = 0;
	for (int s = plan_enters(b, w) + 1; s <= b->index->out_room[w]; s++)
		others += way->steps[s].lasts == LASTS_LAW ? way->steps[s].a : 0;
	double most = (1 - SURGERY_LEAST) * mean;
	return others > most ? most / others : 1;
}

static struct sim_law surgeons_part(const struct build *b, int w, const struct pathway *way,
	const struct duration_law *law, double share)
{
	double mean = stat_lognormal_mean(law->mu, law->sigma);
	double left = mean, spread = mean * mean * expm1(law->sigma * law->sigma);
	for (int s = plan_enters(b, w) + 1; s <= b->index->out_room[w]; s++) {
		if (way->steps[s].lasts != LASTS_LAW)
			continue;
		left -= share * way->steps[s].a;
		spread -= share * share * way->steps[s].b * way->steps[s].b;
	}
	/* The others' spread may be as large as the whole's: the surgeon's part
	 * still varies, by a fifth at least. */
	spread = spread > 0.04 * left * left ? spread : 0.04 * left * left;
	return plan_lognormal(left, sqrt(spread));
}

void plan_laws(struct build *b, const struct surgery *s, int i)
{
	struct sim_case *c = &b->plan->cases[i];
	const struct plan_index *x = b->index;
	const struct pathway *way = b->ways[c->pathway];
	struct duration_law law = room_time(b, s, i);
	bool of_case = false;
	for (int k = 0; k < way->step_count; k++)
		of_case = of_case || way->steps[k].lasts == LASTS_CASE;
	double share =
		of_case ? others_share(b, c->pathway, way, stat_lognormal_mean(law.mu, law.sigma))
			: 1;
	for (int k = 0; k < way->step_count; k++) {
		const struct pathway_step *step = &way->steps[k];
		bool inside = k > plan_enters(b, c->pathway) && k <= x->out_room[c->pathway];
		double of = inside ? share : 1;
		c->law[k] = (struct sim_law){SIM_AT_ONCE, 0, 0};
		if (step->lasts == LASTS_LAW)
			c->law[k] = plan_lognormal(of * step->a, of * step->b);
		else if (step->lasts == LASTS_BETWEEN)
			c->law[k] = (struct sim_law){SIM_UNIFORM, (float)step->a, (float)step->b};
		else if (step->lasts == LASTS_CASE)
			c->law[k] = surgeons_part(b, c->pathway, way, &law, share);
	}
	if (b->ahead[c->pathway]) {
		int entry = x->in_room[c->pathway];
		struct sim_law induction = c->law[entry];
		c->law[entry] = c->law[entry - 1];
		c->law[entry - 1] = induction;
	}
}
