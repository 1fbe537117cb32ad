/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_REPAIR_WORDS_H
#define VIGIE_SCREENS_REPAIR_WORDS_H

/* Repairs as people say them to each other: local time, names of rooms, what a case
 * is. */

#include "screens/canvas.h"
#include "screens/view.h"

enum { REPAIR_WORDS = 512 };

/* All of them as one sentence, in the order of twin/repair_core.h: "Move c-103 (Femoral nail) from
 * OR 1 to OR 3 at 13:10; delay ...; besides: ...". Of many, cases go by their ids alone.
 * `about`: what was asked about, "" anything. */
void repair_words(const struct view *view, const char *about, const struct what_if *moves,
	char *out, size_t size);
/* As many of them as one takes in at a glance, "; and 3 more". */
void repair_gist(const struct view *view, const char *about, const struct what_if *moves, char *out,
	size_t size);
/* What is to be repaired: "c-201 (Colectomy)", "OR 2"; "" anything. */
void repair_about_words(const struct view *view, const char *about, char *out, size_t size);

/* 'B' better, 'W' worse, '=' nobody can tell: the interval holds 0. Less is better. */
char repair_letter(const struct paired *d);
enum role repair_role(char letter);
/* "B -23 (-27,-19)"; of counts with two digits after the point. */
void repair_paired(const struct paired *d, bool count, char *out, size_t size);

/* One row a figure that an option is proved by. */
struct repair_figure {
	char name[24];
	struct paired difference; /* in its own unit, unweighted */
	double nothing;           /* mean of doing nothing; NAN not known */
	bool count;               /* cases, not minutes */
	int term;                 /* enum objective_term, -1 */
};
enum { REPAIR_FIGURES = OBJECTIVE_COUNT + 2 };
/* The terms of the objective, money (of the site) where it has prices, and all of it weighted.
 * Nothing is left out that is not zero; overtime, waiting, holds and cases not done
 * always come. Returns how many. */
int repair_figures(const struct view *view, const struct repair_answer *a,
	const struct repair_option *o, struct repair_figure out[REPAIR_FIGURES]);

/* How the search stands, for one line; its role. */
enum role repair_state(const struct view *view, char *out, size_t size);
/* The answer to what was asked last; NULL not yet. */
const struct repair_answer *repair_answer_now(const struct view *view);

#endif
