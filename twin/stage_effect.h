/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_STAGE_EFFECT_H
#define VIGIE_TWIN_STAGE_EFFECT_H

/*
 * What is known of a patient, and by how much it makes a step of the pathway
 * longer or shorter: one table of effects on the logarithm of minutes, each with
 * its source (twin/stage_effect.c). The site's law of a step is that of its usual
 * mix of patients, so an effect is told against the mean of that mix: a patient
 * of whom nothing is known has the site's law as it stands, and what becomes
 * known moves the middle and makes the law narrower by what it explains.
 */

#include "twin/pathway.h"

struct surgery;
struct twin;

/* What happens in a step: by its name, else by its milestones and its place. */
enum stage_kind {
	STAGEKIND_OTHER,
	STAGEKIND_TRANSPORT,
	STAGEKIND_INDUCTION,
	STAGEKIND_PREPARATION,
	STAGEKIND_SURGERY,
	STAGEKIND_CLOSING,
	STAGEKIND_EMERGENCE,
	STAGEKIND_RECOVERY,
	STAGEKIND_COUNT
};
enum stage_kind stage_kind(const struct pathway *way, int step);

enum stage_about {
	ABOUT_MOBILITY, /* enum mobility */
	ABOUT_BMI,      /* kg/m2 */
	ABOUT_ASA,      /* 1 to 6 */
	ABOUT_AGE,      /* years */
	ABOUT_SETTING,  /* enum setting */
	ABOUT_URGENCY,  /* NEST class, 7 elective */
	ABOUT_HOUR,     /* local, 0 to 24 */
	ABOUT_COUNT
};
const char *stage_about_name(enum stage_about about); /* "mobility" ... */

struct stage_facts {
	double value[ABOUT_COUNT]; /* NAN: not known */
	char procedure[LABEL_SIZE];
};

/* Of a case of the twin. midnight_ms is local, of the day; 0: the hour is not
 * known. What begins at start_ms. */
struct stage_facts stage_facts_of(
	const struct twin *twin, const struct surgery *s, int64_t start_ms, int64_t midnight_ms);

/* One row of the table: [from, below) of what it is about. */
struct stage_effect {
	enum stage_kind kind;
	enum stage_about about;
	double from, below;
	double share;  /* of the usual mix; what the rows leave has effect 0 */
	double effect; /* log minutes */
	const char *source;
};
/* All of them; *count gets how many. */
const struct stage_effect *stage_effects(int *count);

/* One attribute of the patient against the usual mix. */
struct stage_shift {
	bool applies;       /* this step depends on it at all */
	bool known;         /* the patient tells it */
	double shift;       /* log minutes, 0 while not known */
	double variance;    /* of the effect over the usual mix */
	const char *source; /* of the effect, "" */
};
struct stage_shift stage_shift(const struct pathway *way, int step, enum stage_about about,
	const struct stage_facts *facts);

/* Who walks goes without the porter of this step. */
bool stage_goes_alone(const struct pathway *way, int step, const struct stage_facts *facts);

#endif
