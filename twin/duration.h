/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_DURATION_H
#define VIGIE_TWIN_DURATION_H

/*
 * How long a case will take: a lognormal law whose log-mean is a sum,
 *
 *   log T = b'x + sum over groups of (effect of this case's level) + noise,
 *
 * b over numbers known beforehand (the booking's log among them), levels over
 * names (specialty, procedure, its parts, surgeon within procedure ...). Each
 * effect starts at 0 with the variance its group may have, so a name never seen
 * costs only a wider law, and two cases of a rare operation count little: the
 * hierarchical lognormal of the literature (Dexter and Ledolter, Anesthesiology
 * 2005, 103: 1259; Strum, May and Vargas 2000), with a small ridge.
 *
 * Learning is one step of a Kalman filter for each completed case: exact for b,
 * each effect with a variance of its own (covariances between groups dropped).
 * It costs O(levels + numbers^2), needs no past cases, and gives the doubt about
 * the parameters to the law.
 *
 * One block without pointers: a copy is a memcpy. No allocation, no I/O.
 */

#include <stdbool.h>
#include <stdint.h>

#include "twin/fact.h"

enum {
	DURATION_GROUPS = 24,
	DURATION_NUMBERS = 24, /* the constant is one of them */
	DURATION_NODES = 8192  /* names; a power of two */
};

/* A group of names whose effects have the same law beforehand. */
struct duration_group {
	char name[ID_SIZE];
	double deviation; /* of its effects, in log minutes */
};

struct duration_number {
	char name[ID_SIZE];
	double centre, scale;   /* x = (value - centre) / scale */
	double mean, deviation; /* of its coefficient beforehand */
	/* Its coefficient stays as it is beforehand until so many cases had a value
	 * other than 0, and how many have. */
	double hold, seen;
};

struct duration_node {
	uint64_t key;    /* 0 free */
	double effect;   /* log minutes */
	double variance; /* doubt about it */
	double seen;     /* cases */
};

/* How far cases are from their law: sums of squared surprises. */
struct duration_noise {
	double count, sum; /* of (log T - expected)^2 less the doubt */
};

struct duration_model {
	struct duration_group groups[DURATION_GROUPS];
	int group_count;
	struct duration_number numbers[DURATION_NUMBERS];
	int number_count; /* numbers[0] is the constant */
	double beta[DURATION_NUMBERS];
	double doubt[DURATION_NUMBERS][DURATION_NUMBERS]; /* covariance of beta */
	struct duration_noise noise;
	int noise_group; /* its names have a noise of their own, -1 none */
	struct duration_noise noises[DURATION_NODES];
	struct duration_node nodes[DURATION_NODES];
	int node_count;
	uint64_t overflow; /* names that did not fit */
	uint64_t cases;    /* learnt from */
};

/* A case as it is known beforehand. */
struct duration_input {
	uint64_t level[DURATION_GROUPS]; /* duration_level(), 0 missing */
	double value[DURATION_NUMBERS];  /* NAN missing; [0] is ignored */
};

struct duration_law {
	double mu, sigma; /* of log minutes: noise and doubt together */
	double doubt;     /* the part of sigma that learning would take away */
	double seen;      /* cases of the best known name in it */
};

/* Its variance, with so many further squares; 0.05 squared at least. And a new
 * square of this weight. */
double duration_noise_of(const struct duration_noise *noise, double count, double sum);
void duration_noise_learn(struct duration_noise *noise, double squared, double weight);

/* An empty model: a constant of log(60) +- 1, no groups, noise 0.4 (sigma). */
void duration_init(struct duration_model *m);
/* Returns the index, -1 when there is no room or the name is taken. */
int duration_add_group(struct duration_model *m, const char *name, double deviation);
int duration_add_number(struct duration_model *m, const char *name, double centre, double scale,
	double mean, double deviation);
/* A coefficient from the literature that a few cases of one's own shall not turn:
 * considered with its doubt, and not learnt, until `cases` have spoken to it
 * (Schmidt 1966: the consider filter). */
void duration_hold(struct duration_model *m, int number, double cases);
int duration_group(const struct duration_model *m, const char *name);  /* -1 none */
int duration_number(const struct duration_model *m, const char *name); /* -1 none */
/* The level a name stands for; a and b (may be NULL) are kept apart. Never 0
 * unless both are empty. */
uint64_t duration_level(const char *a, const char *b);

void duration_clear(struct duration_input *input); /* everything missing */
void duration_predict(const struct duration_model *m, const struct duration_input *input,
	struct duration_law *law);
/* What is known of one name of a group; NULL when it was never seen. */
const struct duration_node *duration_name(
	const struct duration_model *m, int group, uint64_t level);
/* What one group or number adds. In the order of the terms every step is told in
 * minutes: the constant first, then each number and group, so that their sum is
 * the median, exp(mu). */
struct duration_term {
	const char *name; /* of the group or number, "" the constant; the model's own */
	double minutes;
	bool known;       /* the case tells it; else a typical value was taken */
	double wider_min; /* half the 80 % interval is wider by so much for the doubt about it */
	double seen;      /* cases behind a name */
};
enum { DURATION_TERMS = DURATION_NUMBERS + DURATION_GROUPS };
/* Half of the 80 % interval of a law with this log-mean and log-variance, minutes. */
double duration_half80(double mu, double variance);
/* Returns how many terms. */
int duration_explain(const struct duration_model *m, const struct duration_input *input,
	struct duration_term terms[DURATION_TERMS]);
/* actual_min > 0, else nothing is learnt. Returns the surprise, (log T - mu) / sigma. */
double duration_learn(
	struct duration_model *m, const struct duration_input *input, double actual_min);

#endif
