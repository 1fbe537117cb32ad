/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan_inner.h"

#include <math.h>

#include "twin/estimate.h"
#include "twin/stat.h"

/* A word is right within a third or so (twin/learning.h), until its class has
 * shown how right it is. */
static const double WORD_SD = 0.35;

static double variance_of(const struct sim_law *law)
{
	double mean = plan_mean(law), range = (double)law->b - (double)law->a;
	if (law->kind == SIM_LOGNORMAL)
		return mean * mean * expm1((double)law->b * (double)law->b);
	return law->kind == SIM_UNIFORM ? range * range / 12 : 0;
}

static void stretch(struct sim_law *law, double factor, double narrower)
{
	if (law->kind == SIM_LOGNORMAL) {
		law->a += (float)log(factor);
		law->b *= (float)narrower;
	} else {
		law->a *= (float)factor;
		law->b *= (float)factor;
	}
}

/*
 * A word on the rest of the room time is weighed against the law of all of it,
 * and stretches or shrinks each step that is left by the same factor. What runs
 * is told anew from the word on, or from its own beginning when that was later.
 * True while the word is in force.
 */
bool plan_word(struct build *b, const struct surgery *s, struct sim_case *c)
{
	int out = b->index->out_room[c->pathway];
	double minutes = (double)(b->origin_ms - s->estimate_ms) / 60000;
	double run = (double)c->elapsed_ms / 60000, gone = fmin(fmax(minutes, 0), run);
	double left = s->estimate_min - fmax(minutes - run, 0), factor, narrower;
	double deviation = b->options->learnt != NULL
				   ? learnt_deviation(b->options->learnt, WORD_PERSON)
				   : WORD_SD;
	if (!(s->estimate_min > 0) || !(left > 0) || c->step <= b->index->in_room[c->pathway]
		|| c->step > out)
		return false;
	struct sim_law now = c->law[c->step];
	double mu, sigma, all = 0, variance = 0;
	if (c->running && now.kind == SIM_LOGNORMAL) {
		estimate_left((double)now.a, (double)now.b, run - gone, &mu, &sigma);
		now = (struct sim_law){SIM_LOGNORMAL, (float)mu, (float)sigma};
	}
	for (int i = c->step; i <= out; i++) {
		all += plan_mean(i == c->step ? &now : &c->law[i]);
		variance += variance_of(i == c->step ? &now : &c->law[i]);
	}
	if (!(all > 0))
		return false;
	stat_lognormal_of(all, sqrt(variance), &mu, &sigma);
	estimate_combine(mu, sigma, left, deviation, &factor, &narrower);
	stretch(&now, factor, narrower);
	if (now.kind == SIM_LOGNORMAL
		&& gone > stat_lognormal_quantile((double)now.a, (double)now.b, 0.9))
		return false; /* it has turned out wrong: what runs longer is the law's */
	c->law[c->step] = now;
	for (int i = c->step + 1; i <= out; i++)
		stretch(&c->law[i], factor, narrower);
	c->elapsed_ms = (int64_t)(gone * 60000);
	return true;
}
