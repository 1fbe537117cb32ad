/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan_inner.h"

#include <math.h>

#include "twin/stage_room.h"
#include "twin/stat.h"

/* Without a model: the booking is right in the middle, with the spread of a
 * procedure (log-sd 0.329, heart centre, reference 2); without a booking, the
 * median and spread of all surgery (university hospital, ibid.). */
static const double BOOKED_SIGMA = 0.33, ANY_MEDIAN_MIN = 110, ANY_SIGMA = 0.7;

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

double plan_mean(const struct sim_law *law)
{
	switch (law->kind) {
	case SIM_FIXED:
		return (double)law->a;
	case SIM_UNIFORM:
		return ((double)law->a + (double)law->b) / 2;
	case SIM_LOGNORMAL:
		return stat_lognormal_mean((double)law->a, (double)law->b);
	default:
		return 0;
	}
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

static const struct stage_model *stages_of(const struct build *b)
{
	return b->options->learnt != NULL ? &b->options->learnt->stages : NULL;
}

static struct sim_law law_of(const struct stage_law *law, double part)
{
	return law->sigma > 0 ? (struct sim_law){SIM_LOGNORMAL, (float)(law->mu + log(part)),
		       (float)law->sigma}
			      : (struct sim_law){SIM_FIXED, (float)(part * exp(law->mu)), 0};
}

struct sim_law plan_turnover(const struct build *b, const struct pathway *way, double part)
{
	const struct stage_model *m = stages_of(b);
	struct stage_case of;
	struct stage_law law;
	if (!stage_turnover_of(way, &of))
		return (struct sim_law){SIM_FIXED, (float)(part * way->turnover_mean), 0};
	stage_predict(
		m, m != NULL ? stage_find(m, STAGE_TURNOVER, SETTING_UNKNOWN) : -1, &of, &law);
	return part > 0 ? law_of(&law, part) : (struct sim_law){SIM_AT_ONCE, 0, 0};
}

void plan_laws(struct build *b, const struct surgery *s, int i)
{
	struct sim_case *c = &b->plan->cases[i];
	const struct pathway *way = b->ways[c->pathway];
	const struct stage_facts facts =
		stage_facts_of(b->twin, s, s->start_ms, b->options->midnight_ms);
	struct duration_law whole = room_time(b, s, i);
	struct stage_room room;
	b->late_min = stat_lognormal_quantile(whole.mu, whole.sigma, 0.9);
	stage_room(stages_of(b), way, &facts, &whole, &room);
	for (int k = 0; k < way->step_count; k++) {
		const struct pathway_step *step = &way->steps[k];
		c->law[k] = (struct sim_law){SIM_AT_ONCE, 0, 0};
		if (room.has[k])
			c->law[k] = law_of(&room.law[k], 1);
		else if (step->lasts == LASTS_BETWEEN)
			c->law[k] = (struct sim_law){SIM_UNIFORM, (float)step->a, (float)step->b};
	}
	if (b->ahead[c->pathway]) {
		int entry = b->index->in_room[c->pathway];
		struct sim_law induction = c->law[entry];
		c->law[entry] = c->law[entry - 1];
		c->law[entry - 1] = induction;
	}
}
