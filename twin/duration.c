/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/duration.h"

#include <math.h>
#include <string.h>

#include "twin/hash.h"
#include "twin/text.h"

/* Noise beforehand: sigma 0.33 within a procedure (reference 2, heart centre),
 * worth this many cases; and how many of a name's own cases its own needs. */
static const double NOISE_FIRST = 0.33, NOISE_LEAST = 0.05, NOISE_WORTH = 10, NOISE_OWN_WORTH = 12;
/* A surprise beyond this many sigmas is cut: one case does not turn a law. */
static const double SURPRISE_MAX = 3;

void duration_init(struct duration_model *m)
{
	memset(m, 0, sizeof *m);
	m->noise_group = -1;
	m->noise.count = NOISE_WORTH;
	m->noise.sum = NOISE_WORTH * NOISE_FIRST * NOISE_FIRST;
	duration_add_number(m, "", 0, 1, log(60), 1);
}

int duration_group(const struct duration_model *m, const char *name)
{
	for (int i = 0; i < m->group_count; i++)
		if (strcmp(m->groups[i].name, name) == 0)
			return i;
	return -1;
}

int duration_number(const struct duration_model *m, const char *name)
{
	for (int i = 0; i < m->number_count; i++)
		if (strcmp(m->numbers[i].name, name) == 0)
			return i;
	return -1;
}

int duration_add_group(struct duration_model *m, const char *name, double deviation)
{
	if (m->group_count == DURATION_GROUPS || duration_group(m, name) >= 0)
		return -1;
	struct duration_group *g = &m->groups[m->group_count];
	text_copy(g->name, sizeof g->name, name);
	g->deviation = deviation;
	return m->group_count++;
}

int duration_add_number(struct duration_model *m, const char *name, double centre, double scale,
	double mean, double deviation)
{
	int k = m->number_count;
	if (k == DURATION_NUMBERS || duration_number(m, name) >= 0)
		return -1;
	struct duration_number *n = &m->numbers[k];
	text_copy(n->name, sizeof n->name, name);
	n->centre = centre;
	n->scale = scale;
	n->mean = mean;
	n->deviation = deviation;
	m->beta[k] = mean;
	m->doubt[k][k] = deviation * deviation;
	return m->number_count++;
}

void duration_hold(struct duration_model *m, int number, double cases)
{
	if (number >= 0 && number < m->number_count)
		m->numbers[number].hold = cases;
}

static uint64_t hash(uint64_t h, const char *text)
{
	if (text != NULL)
		h = hash64(h, text, strlen(text));
	return hash64(h, "\xFF", 1); /* ends the text: "ab","c" is not "a","bc" */
}

uint64_t duration_level(const char *a, const char *b)
{
	bool none = (a == NULL || *a == '\0') && (b == NULL || *b == '\0');
	if (none)
		return 0;
	uint64_t h = hash(hash(HASH64_BASIS, a), b);
	return h != 0 ? h : 1;
}

void duration_clear(struct duration_input *input)
{
	memset(input, 0, sizeof *input);
	for (int i = 0; i < DURATION_NUMBERS; i++)
		input->value[i] = NAN;
}

/* ---- names ---- */

static uint64_t key_of(int group, uint64_t level)
{
	return (level ^ (uint64_t)(group + 1) * 0x9E3779B97F4A7C15u) | 1;
}

/* The slot of a name in a group, or the free one where it would stand. */
static int slot_of(const struct duration_model *m, int group, uint64_t level)
{
	uint64_t key = key_of(group, level);
	unsigned at = (unsigned)(key >> 20) & (DURATION_NODES - 1);
	while (m->nodes[at].key != 0 && m->nodes[at].key != key)
		at = (at + 1) & (DURATION_NODES - 1);
	return (int)at;
}

const struct duration_node *duration_name(const struct duration_model *m, int group, uint64_t level)
{
	const struct duration_node *node = &m->nodes[slot_of(m, group, level)];
	return level != 0 && node->key != 0 ? node : NULL;
}

/* ---- one case against the model ---- */

struct view {
	int slot[DURATION_GROUPS];
	double x[DURATION_NUMBERS];
	double px[DURATION_NUMBERS]; /* doubt times x */
	double mean;                 /* of log T */
	double doubt;                /* variance of that mean */
	double missing;              /* variance of what is not known of the case */
	double noise;                /* variance */
};

static void see_numbers(
	const struct duration_model *m, const struct duration_input *in, struct view *v)
{
	int n = m->number_count;
	for (int i = 0; i < n; i++) {
		const struct duration_number *number = &m->numbers[i];
		double x = i == 0 ? 1 : (in->value[i] - number->centre) / number->scale;
		if (!isfinite(x)) {
			/* A typical value, whose spread is 1 by the choice of scale. */
			v->missing += m->beta[i] * m->beta[i];
			x = 0;
		}
		v->x[i] = x > 4 ? 4 : x < -4 ? -4 : x;
		v->mean += m->beta[i] * v->x[i];
	}
	for (int i = 0; i < n; i++) {
		v->px[i] = 0;
		for (int k = 0; k < n; k++)
			v->px[i] += m->doubt[i][k] * v->x[k];
		v->doubt += v->px[i] * v->x[i];
	}
}

static double node_variance(
	const struct duration_model *m, int group, const struct duration_node *node)
{
	return node->key != 0 ? node->variance
			      : m->groups[group].deviation * m->groups[group].deviation;
}

/* A name that is missing is a name too: its doubt is that of a name never seen,
 * until enough cases came without one. */
static void see_names(
	const struct duration_model *m, const struct duration_input *in, struct view *v)
{
	for (int g = 0; g < m->group_count; g++) {
		v->slot[g] = slot_of(m, g, in->level[g]);
		const struct duration_node *node = &m->nodes[v->slot[g]];
		v->mean += node->effect;
		v->doubt += node_variance(m, g, node);
	}
}

double duration_noise_of(const struct duration_noise *noise, double count, double sum)
{
	double mean = (noise->sum + sum) / (noise->count + count);
	return mean > NOISE_LEAST * NOISE_LEAST ? mean : NOISE_LEAST * NOISE_LEAST;
}

static void see_noise(const struct duration_model *m, struct view *v)
{
	int slot = m->noise_group >= 0 ? v->slot[m->noise_group] : -1; /* -1 no names */
	v->noise = duration_noise_of(&m->noise, 0, 0);
	if (slot >= 0 && m->nodes[slot].key != 0)
		v->noise = duration_noise_of(
			&m->noises[slot], NOISE_OWN_WORTH, NOISE_OWN_WORTH * v->noise);
}

static void see(const struct duration_model *m, const struct duration_input *in, struct view *v)
{
	memset(v, 0, sizeof *v);
	see_numbers(m, in, v);
	see_names(m, in, v);
	see_noise(m, v);
}

void duration_predict(const struct duration_model *m, const struct duration_input *input,
	struct duration_law *law)
{
	struct view v;
	see(m, input, &v);
	law->mu = v.mean;
	law->doubt = sqrt(v.doubt + v.missing);
	law->sigma = sqrt(v.doubt + v.missing + v.noise);
	law->seen = 0;
	for (int g = 0; g < m->group_count; g++)
		if (input->level[g] != 0 && m->nodes[v.slot[g]].seen > law->seen)
			law->seen = m->nodes[v.slot[g]].seen;
}

/* ---- what raises it, what lowers it ---- */

static const double Q90 = 1.2815515655446004; /* of the normal law */

/* Half of the 80 % interval of a law with this log-mean and log-variance. */
double duration_half80(double mu, double variance)
{
	double reach = Q90 * sqrt(variance > 0 ? variance : 0);
	return (exp(mu + reach) - exp(mu - reach)) / 2;
}

int duration_explain(const struct duration_model *m, const struct duration_input *input,
	struct duration_term terms[DURATION_TERMS])
{
	struct view v;
	int count = 0;
	double log_sum = 0, so_far = 0;
	see(m, input, &v);
	double variance = v.doubt + v.missing + v.noise, whole = duration_half80(v.mean, variance);
	for (int i = 0; i < m->number_count + m->group_count; i++) {
		struct duration_term *t = &terms[count++];
		int g = i - m->number_count;
		const struct duration_node *node = g >= 0 ? &m->nodes[v.slot[g]] : NULL;
		double doubt = 0;
		if (node != NULL) {
			log_sum += node->effect;
			*t = (struct duration_term){.name = m->groups[g].name,
				.known = input->level[g] != 0,
				.seen = node->seen};
			doubt = node_variance(m, g, node);
		} else {
			log_sum += m->beta[i] * v.x[i];
			*t = (struct duration_term){.name = m->numbers[i].name,
				.known = i == 0 || isfinite(input->value[i])};
			doubt = t->known ? 0 : m->beta[i] * m->beta[i];
		}
		t->minutes = exp(log_sum) - so_far;
		so_far = exp(log_sum);
		t->wider_min = whole - duration_half80(v.mean, variance - doubt);
	}
	return count;
}

/* ---- learning ---- */

static bool is_held(const struct duration_number *n)
{
	return n->seen < n->hold;
}

/* A coefficient that is held keeps its value and its doubt; what the others have
 * in common with it still becomes known. */
static void learn_numbers(struct duration_model *m, const struct duration_input *input,
	const struct view *v, double gain)
{
	int n = m->number_count;
	double spread = v->doubt + v->missing + v->noise;
	for (int i = 0; i < n; i++) {
		bool held = is_held(&m->numbers[i]);
		m->beta[i] += held ? 0 : v->px[i] * gain;
		for (int k = 0; k < n; k++)
			if (!held || !is_held(&m->numbers[k]))
				m->doubt[i][k] -= v->px[i] * v->px[k] / spread;
	}
	for (int i = 1; i < n; i++)
		m->numbers[i].seen += isfinite(input->value[i]) && fabs(input->value[i]) > 0;
}

static void learn_name(
	struct duration_model *m, int group, uint64_t level, int slot, double gain, double spread)
{
	struct duration_node *node = &m->nodes[slot];
	if (node->key == 0) {
		/* A quarter is left free, so that a search always ends. */
		if (m->node_count >= DURATION_NODES / 4 * 3) {
			m->overflow++;
			return;
		}
		node->key = key_of(group, level);
		node->variance = m->groups[group].deviation * m->groups[group].deviation;
		m->node_count++;
	}
	node->effect += node->variance * gain;
	node->variance -= node->variance * node->variance / spread;
	node->seen += 1;
}

void duration_noise_learn(struct duration_noise *noise, double squared, double weight)
{
	noise->count += weight;
	noise->sum += weight * squared;
}

double duration_learn(
	struct duration_model *m, const struct duration_input *input, double actual_min)
{
	struct view v;
	if (!(actual_min > 0) || !isfinite(actual_min))
		return 0;
	see(m, input, &v);
	double spread = v.doubt + v.missing + v.noise;
	double error = log(actual_min) - v.mean;
	double z = error / sqrt(spread);
	double cut = z > SURPRISE_MAX ? SURPRISE_MAX : z < -SURPRISE_MAX ? -SURPRISE_MAX : z;
	double gain = cut * sqrt(spread) / spread;
	/* The mean of error^2 is the spread: what the doubts do not explain is the
	 * noise's. A case whose doubts are large tells little of it. */
	double squared = cut * cut * spread - v.doubt - v.missing;
	double weight = v.noise / spread * (v.noise / spread);
	learn_numbers(m, input, &v, gain);
	for (int g = 0; g < m->group_count; g++)
		learn_name(m, g, input->level[g], v.slot[g], gain, spread);
	duration_noise_learn(&m->noise, squared, weight);
	if (m->noise_group >= 0)
		duration_noise_learn(&m->noises[v.slot[m->noise_group]], squared, weight);
	m->cases++;
	return z;
}
