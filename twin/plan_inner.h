/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_PLAN_INNER_H
#define VIGIE_TWIN_PLAN_INNER_H

/* Between the files that build a plan: ways and pools, who walks, laws, words. */

#include "twin/pathway.h"
#include "twin/plan.h"

struct build {
	const struct twin *twin;
	const struct site *site;
	const struct plan_options *options;
	struct sim_plan *plan;
	struct plan_index *index;
	const struct plan_policy *policy; /* never NULL */
	const struct pathway *ways[SIM_PATHWAYS];
	bool ahead[SIM_PATHWAYS]; /* with its induction before the entry */
	bool wants_surgeon;       /* some step waits for the case's own */
	int afoot[SIM_PATHWAYS];  /* of those who walk: that way's index and 1; 0 none */
	int64_t origin_ms;
	double late_min; /* 0.9 quantile of the time in the room of the case at hand */
};

/* plan_way.c: what a pathway needs. */

/* The pool of a need, SIM_ROOM, or SIM_NONE: not counted, so not waited for. */
int plan_need(struct build *b, const struct pathway_need *need);
/* A pool that stays in the plan; SIM_NONE: there are too many. */
int plan_hidden(struct build *b, int units);
/* Its index in the plan; 0 when there are too many. */
int plan_way(struct build *b, const struct pathway *way, bool ahead);
/* The step in which pathway `w` itself enters the room. */
int plan_enters(const struct build *b, int w);

/* plan_afoot.c: the way `w` for this patient, who may need nobody's help on it. */
int plan_afoot(struct build *b, const struct surgery *s, int w);

/* plan_law.c: how long each step of a case takes. */

struct sim_law plan_lognormal(double mean, double deviation); /* minutes */
double plan_mean(const struct sim_law *law);                  /* minutes */
void plan_laws(struct build *b, const struct surgery *s, int plan_case);
/* The turnover of rooms, all of it times `part`. */
struct sim_law plan_turnover(const struct build *b, const struct pathway *way, double part);

/* plan_word.c: what somebody says is left. True while the word is in force. */
bool plan_word(struct build *b, const struct surgery *s, struct sim_case *c);

/* plan_scarce.c: what a case waits for besides: its surgeon, its kits, a bed that
 * somebody else lies in. All of them after the cases are in the plan. */

void plan_surgeons(struct build *b);
void plan_kits(struct build *b);
void plan_beds_taken(struct build *b);

/* plan_chance.c: what may come that is on no list. */

/* Nobody who comes from outside, and nobody was announced as urgent. */
bool plan_is_elective(const struct surgery *s);
void plan_chances(struct build *b);

#endif
