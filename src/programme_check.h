/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_PROGRAMME_CHECK_H
#define VIGIE_SRC_PROGRAMME_CHECK_H

/*
 * What is odd about a programme, for people: which case, what is wrong with it,
 * and what is made of it all the same. One line each, the first few of a kind.
 */

#include <stdio.h>

#include "src/programme.h"
#include "twin/plan.h"

/* Of the cases as they were told. Returns how many cannot be forecast at all. */
int programme_check(const struct programme *programme, FILE *out);
/* Of what the plan had no place for. Returns how many. */
int programme_left_out(
	const struct programme *programme, const struct plan_index *index, FILE *out);

/* Resources of a Bundle that refer to one another in a circle (partOf, basedOn,
 * replaces): the first one is named. Returns how many are in it, 0 none. */
int bundle_circle(const char *text, FILE *out);

#endif
