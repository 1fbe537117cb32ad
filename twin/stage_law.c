/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/stage_law.h"

#include <math.h>
#include <string.h>

#include "twin/hash.h"
#include "twin/stat.h"
#include "twin/text.h"

/* Of the site's variance: at most so much is the patients' effects', and so much
 * that of procedures (house: a quarter, log-sd 0.33 within and 0.19 between). */
static const double EFFECTS_MOST = 0.4, PROCEDURE_PART = 0.25;
/* A surprise beyond this many sigmas is cut, as of the time in the room. */
static const double SURPRISE_MAX = 3;

/* ---- a patient in a step ---- */

static bool site_law(double mean, double deviation, struct stage_case *of)
{
	double mu, sigma;
	*of = (struct stage_case){.procedure = 0};
	if (!(mean > 0) || !(deviation > 0))
		return false;
	stat_lognormal_of(mean, deviation, &mu, &sigma);
	of->site_mu = (float)mu;
	of->site_sigma = (float)sigma;
	return true;
}

bool stage_case_of(
	const struct pathway *way, int k, const struct stage_facts *facts, struct stage_case *of)
{
	const struct pathway_step *step = &way->steps[k];
	struct stage_facts nothing;
	double sum = 0, explained = 0, shift = 0;
	if (step->lasts != LASTS_LAW || !site_law(step->a, step->b, of))
		return false;
	for (int i = 0; i < ABOUT_COUNT; i++)
		nothing.value[i] = NAN;
	nothing.procedure[0] = '\0';
	facts = facts != NULL ? facts : &nothing;
	for (int i = 0; i < ABOUT_COUNT; i++) {
		struct stage_shift s = stage_shift(way, k, (enum stage_about)i, facts);
		sum += s.variance;
		explained += s.known ? s.variance : 0;
		shift += s.shift;
	}
	double most = EFFECTS_MOST * (double)of->site_sigma * (double)of->site_sigma;
	double part = sum > most ? most / sum : 1;
	enum stage_kind kind = stage_kind(way, k);
	of->shift = (float)shift;
	of->explained = (float)(part * explained);
	of->unknown = (float)(part * (sum - explained));
	of->by_procedure = kind != STAGEKIND_OTHER && kind != STAGEKIND_TRANSPORT;
	if (facts->procedure[0] != '\0')
		of->procedure = hash32(HASH32_BASIS, facts->procedure, strlen(facts->procedure));
	return true;
}

bool stage_turnover_of(const struct pathway *way, struct stage_case *of)
{
	return site_law(way->turnover_mean, way->turnover_deviation, of);
}

static double procedure_variance(const struct stage_case *of)
{
	double site = (double)of->site_sigma * (double)of->site_sigma;
	return of->by_procedure ? PROCEDURE_PART * site : 0;
}

/* What of the site's variance is neither the patients' nor the procedures'. */
static double rest(const struct stage_case *of)
{
	return (double)of->site_sigma * (double)of->site_sigma - (double)of->explained
	       - (double)of->unknown - procedure_variance(of);
}

/* ---- the model ---- */

int stage_find(const struct stage_model *m, const char *stage, enum setting setting)
{
	for (int i = 0; i < m->slot_count; i++)
		if (m->slots[i].setting == setting && strcmp(m->slots[i].stage, stage) == 0)
			return i;
	return -1;
}

int stage_add(struct stage_model *m, const char *stage, enum setting setting)
{
	int i = stage_find(m, stage, setting);
	if (i >= 0 || m->slot_count == STAGE_SLOTS) {
		m->overflow += i < 0;
		return i;
	}
	struct stage_slot *slot = &m->slots[m->slot_count];
	memset(slot, 0, sizeof *slot);
	text_copy(slot->stage, sizeof slot->stage, stage);
	slot->setting = setting;
	return m->slot_count++;
}

/* A stage never heard of has the site's law: its spread is that of the noise and
 * of the doubt about the mean. When the site says something else than before,
 * what was learnt stays and the site's part of the mean goes with it. */
static struct stage_slot as_told(const struct stage_slot *before, const struct stage_case *of)
{
	struct stage_slot s = *before;
	double mean = (double)of->site_mu, spread = rest(of), worth = STAGE_WORTH;
	double noise = spread * worth / (worth + 1), doubt = spread / (worth + 1);
	if (!s.heard) {
		s.heard = true;
		s.mean = mean;
		s.variance = doubt;
		s.noise = (struct duration_noise){worth, worth * noise};
	} else {
		s.mean += s.variance / (s.prior_spread / (worth + 1)) * (mean - s.prior_mean);
		s.noise.sum += worth * (spread - s.prior_spread) * worth / (worth + 1);
	}
	s.prior_mean = mean;
	s.prior_spread = spread;
	return s;
}

static uint64_t key_of(int slot, uint32_t procedure)
{
	return ((uint64_t)(slot + 1) << 33 | (uint64_t)procedure << 1 | 1) * 0x9E3779B97F4A7C15u
	       | 1;
}

/* The node of a procedure in a stage, or the free one where it would stand. */
static int node_of(const struct stage_model *m, uint64_t key)
{
	unsigned at = (unsigned)(key >> 20) & (STAGE_NODES - 1);
	while (m->nodes[at].key != 0 && m->nodes[at].key != key)
		at = (at + 1) & (STAGE_NODES - 1);
	return (int)at;
}

struct view {
	struct stage_slot slot;
	int node;                 /* -1 none */
	double effect, procedure; /* of the procedure, and the doubt about it */
	double noise, spread;
	double mu;
};

static void see(const struct stage_model *m, int slot, const struct stage_case *of, struct view *v)
{
	static const struct stage_slot never;
	v->slot = as_told(m != NULL && slot >= 0 ? &m->slots[slot] : &never, of);
	v->node = -1;
	v->effect = 0;
	v->procedure = procedure_variance(of);
	if (m != NULL && slot >= 0 && of->procedure != 0 && of->by_procedure) {
		v->node = node_of(m, key_of(slot, of->procedure));
		const struct duration_node *node = &m->nodes[v->node];
		v->effect = node->effect;
		v->procedure = node->key != 0 ? node->variance : v->procedure;
	}
	v->noise = duration_noise_of(&v->slot.noise, 0, 0);
	v->spread = v->noise + v->slot.variance + v->procedure + (double)of->unknown;
	v->mu = v->slot.mean + v->effect + (double)of->shift;
}

/* ---- what a whole leaves ---- */

static struct stage_slot part_slot(const struct stage_model *m, int slot)
{
	if (m != NULL && slot >= 0 && m->slots[slot].heard)
		return m->slots[slot];
	struct stage_slot never = {
		.heard = true, .part = true, .noise = {STAGE_WORTH, STAGE_WORTH}};
	if (m != NULL && slot >= 0) {
		memcpy(never.stage, m->slots[slot].stage, sizeof never.stage);
		never.setting = m->slots[slot].setting;
	}
	return never;
}

static void predict_part(
	const struct stage_model *m, int slot, const struct stage_case *of, struct stage_law *law)
{
	struct stage_slot s = part_slot(m, slot);
	double told = (double)of->site_sigma * (double)of->site_sigma;
	double variance = told * duration_noise_of(&s.noise, 0, 0);
	*law = (struct stage_law){
		(double)of->site_mu + (told - variance) / 2, sqrt(variance), s.seen};
}

static double cut(double z)
{
	return z > SURPRISE_MAX ? SURPRISE_MAX : z < -SURPRISE_MAX ? -SURPRISE_MAX : z;
}

static void learn_part(struct stage_model *m, int slot, const struct stage_case *of, double minutes)
{
	struct stage_slot s = part_slot(m, slot);
	double z = cut((log(minutes) - (double)of->site_mu) / (double)of->site_sigma);
	duration_noise_learn(&s.noise, z * z, 1);
	s.seen += 1;
	m->slots[slot] = s;
	m->stages++;
}

/* ---- one stage ---- */

void stage_predict(
	const struct stage_model *m, int slot, const struct stage_case *of, struct stage_law *law)
{
	struct view v;
	if (of->part) {
		predict_part(m, slot, of, law);
		return;
	}
	see(m, slot, of, &v);
	*law = (struct stage_law){v.mu, sqrt(v.spread), v.slot.seen};
}

static void learn_procedure(struct stage_model *m, int slot, const struct stage_case *of,
	const struct view *v, double gain)
{
	struct duration_node *node = &m->nodes[v->node];
	if (node->key == 0) {
		/* A quarter is left free, so that a search always ends. */
		if (m->node_count >= STAGE_NODES / 4 * 3) {
			m->overflow++;
			return;
		}
		node->key = key_of(slot, of->procedure);
		node->variance = v->procedure;
		m->node_count++;
	}
	node->effect += v->procedure * gain;
	node->variance -= v->procedure * v->procedure / v->spread;
	node->seen += 1;
}

void stage_learn(struct stage_model *m, int slot, const struct stage_case *of, double minutes)
{
	struct view v;
	if (slot < 0 || !(minutes > 0) || !isfinite(minutes))
		return;
	if (of->part) {
		learn_part(m, slot, of, minutes);
		return;
	}
	see(m, slot, of, &v);
	double sigma = sqrt(v.spread), z = cut((log(minutes) - v.mu) / sigma);
	struct stage_slot *to = &m->slots[slot];
	*to = v.slot;
	to->mean += v.slot.variance * z / sigma;
	to->variance -= v.slot.variance * v.slot.variance / v.spread;
	/* What the doubts do not explain of the square is the noise's; a stage whose
	 * doubts are large tells little of it. */
	double weight = v.noise / v.spread * (v.noise / v.spread);
	duration_noise_learn(&to->noise, z * z * v.spread - (v.spread - v.noise), weight);
	if (v.node >= 0)
		learn_procedure(m, slot, of, &v, z / sigma);
	to->change = exp(to->mean) - exp(v.slot.mean);
	to->seen += 1;
	m->stages++;
}

void stage_slot_laws(const struct stage_slot *slot, struct stage_law *site, struct stage_law *now)
{
	double noise = duration_noise_of(&slot->noise, 0, 0);
	*site = (struct stage_law){slot->prior_mean, sqrt(slot->prior_spread), 0};
	*now = (struct stage_law){slot->mean, sqrt(noise + slot->variance), slot->seen};
}

bool stage_law(const struct stage_model *m, const struct pathway *way, int step,
	const struct stage_facts *facts, struct stage_law *law)
{
	struct stage_case of;
	if (!stage_case_of(way, step, facts, &of))
		return false;
	int slot = m != NULL ? stage_find(m, way->steps[step].stage, way->setting) : -1;
	stage_predict(m, slot, &of, law);
	return true;
}

/* ---- why ---- */

/* The next one, which takes the sum of logarithms to `mu`. */
static struct stage_term *term(struct stage_term *t, const char *name, double from, double mu)
{
	*t = (struct stage_term){.name = name,
		.minutes = exp(mu) - (isnan(from) ? 0 : exp(from)),
		.known = true,
		.source = ""};
	return t;
}

int stage_explain(const struct stage_model *m, const struct pathway *way, int step,
	const struct stage_facts *facts, struct stage_term terms[STAGE_TERMS])
{
	struct stage_case of;
	struct view v;
	int count = 0;
	if (!stage_case_of(way, step, facts, &of))
		return 0;
	see(m, m != NULL ? stage_find(m, way->steps[step].stage, way->setting) : -1, &of, &v);
	double mu = v.slot.mean, whole = duration_half80(v.mu, v.spread);
	term(&terms[count++], "site", NAN, v.slot.prior_mean);
	struct stage_term *here = term(&terms[count++], "here", v.slot.prior_mean, mu);
	here->seen = v.slot.seen;
	here->wider_min = whole - duration_half80(v.mu, v.spread - v.slot.variance);
	if (of.by_procedure) {
		struct stage_term *t = term(&terms[count++], "procedure", mu, mu + v.effect);
		t->known = of.procedure != 0;
		t->seen = v.node >= 0 ? m->nodes[v.node].seen : 0;
		t->wider_min = whole - duration_half80(v.mu, v.spread - v.procedure);
		mu += v.effect;
	}
	/* Their variances may have been cut to leave the site some of its own. */
	double all = (double)of.explained + (double)of.unknown, sum = 0;
	for (int i = 0; i < ABOUT_COUNT; i++)
		sum += stage_shift(way, step, (enum stage_about)i, facts).variance;
	for (int i = 0; i < ABOUT_COUNT; i++) {
		struct stage_shift s = stage_shift(way, step, (enum stage_about)i, facts);
		if (!s.applies)
			continue;
		struct stage_term *t = term(
			&terms[count++], stage_about_name((enum stage_about)i), mu, mu + s.shift);
		mu += s.shift;
		t->known = s.known;
		t->source = s.source;
		if (!s.known && sum > 0)
			t->wider_min =
				whole - duration_half80(v.mu, v.spread - s.variance * all / sum);
	}
	return count;
}
