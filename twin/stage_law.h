/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_STAGE_LAW_H
#define VIGIE_TWIN_STAGE_LAW_H

/*
 * How long one step of a pathway takes for one patient: a lognormal law,
 *
 *   log T = stage + procedure in it + effects of the patient + noise.
 *
 * The stage's mean begins at the site's law, worth STAGE_WORTH cases, and learns
 * from each stage that is over by one step of a Kalman filter, as the time in the
 * room does (twin/duration.h): O(1), needing no past stages. A procedure may move
 * it by a part of the site's deviation. Effects are those of the table of
 * twin/stage_effect.h; they are not learnt.
 *
 * A stage is known by its name and the setting of its pathway; the turnover of
 * rooms is one as well. A step whose site gives it no deviation is as the site
 * says, and nothing is learnt of it.
 *
 * One block without pointers: a copy is an assignment. No allocation, no I/O.
 */

#include "twin/duration.h"
#include "twin/stage_effect.h"

enum { STAGE_SLOTS = 48, STAGE_NODES = 1024 /* a power of two */, STAGE_WORTH = 10 };

#define STAGE_TURNOVER "turnover"

/* What is learnt of one stage, in log minutes. */
struct stage_slot {
	char stage[STAGE_NAME];
	enum setting setting;
	bool heard;                      /* the rest is filled in */
	bool part;                       /* noise is of squares of sigmas; no mean */
	double prior_mean, prior_spread; /* the site's, when it was last heard: less the effects */
	double mean, variance;           /* of the stage, and the doubt about it */
	struct duration_noise noise;
	double seen;   /* stages learnt from */
	double change; /* of the median by the last one, minutes */
};

struct stage_model {
	struct stage_slot slots[STAGE_SLOTS];
	int slot_count;
	struct duration_node nodes[STAGE_NODES]; /* procedures in a stage */
	int node_count;
	uint64_t overflow; /* names that did not fit */
	uint64_t stages;   /* learnt from */
};

/* The site's law of a stage against one patient: all that is needed to learn. */
struct stage_case {
	float site_mu, site_sigma;
	float shift;        /* log minutes, of what is known of the patient */
	float explained;    /* variance of the effects that are known over the usual mix */
	float unknown;      /* ... and of those that are not */
	uint32_t procedure; /* its name, 0 not known */
	bool by_procedure;  /* it may depend on it */
	/* What the law of a whole case leaves (twin/stage_room.h): site_mu and
	 * site_sigma are that, and only the spread around it is learnt, in sigmas. */
	bool part;
};

struct stage_law {
	double mu, sigma; /* of log minutes; sigma 0: always exp(mu) */
	double seen;      /* stages learnt from */
};

/* The slot of a stage; -1 none (and when there is no room for it). */
int stage_find(const struct stage_model *m, const char *stage, enum setting setting);
int stage_add(struct stage_model *m, const char *stage, enum setting setting);

/* `facts` NULL: nothing is known. False when the step has no lognormal law. */
bool stage_case_of(const struct pathway *way, int step, const struct stage_facts *facts,
	struct stage_case *of);
bool stage_turnover_of(const struct pathway *way, struct stage_case *of);
/* slot -1: as the site says. */
void stage_predict(
	const struct stage_model *m, int slot, const struct stage_case *of, struct stage_law *law);
/* minutes > 0, else nothing is learnt. */
void stage_learn(struct stage_model *m, int slot, const struct stage_case *of, double minutes);

/* A stage of the usual procedure, of a patient of whom all is known and usual: as
 * the site said when it was last heard, and as it is known now. */
void stage_slot_laws(const struct stage_slot *slot, struct stage_law *site, struct stage_law *now);

/* The law of a step of a pathway, learnt or (NULL) as the site says. */
bool stage_law(const struct stage_model *m, const struct pathway *way, int step,
	const struct stage_facts *facts, struct stage_law *law);

/*
 * Why it takes so long, in an order in which the minutes add up to the median:
 * what the site says, what was learnt here, the procedure, then each attribute of
 * the patient it depends on. What is not known moves nothing and says by how much
 * half the 80 % interval would be narrower.
 */
struct stage_term {
	const char *name; /* "site", "here", "procedure", else stage_about_name() */
	double minutes;
	bool known;
	double wider_min;
	double seen;        /* stages behind it */
	const char *source; /* of an effect, else "" */
};
enum { STAGE_TERMS = 3 + ABOUT_COUNT };
/* Returns how many; 0 when the step has no law of its own. */
int stage_explain(const struct stage_model *m, const struct pathway *way, int step,
	const struct stage_facts *facts, struct stage_term terms[STAGE_TERMS]);

#endif
