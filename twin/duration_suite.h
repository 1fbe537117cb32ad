/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_DURATION_SUITE_H
#define VIGIE_TWIN_DURATION_SUITE_H

/*
 * What the house knows of surgery before its first case: which names and
 * numbers a duration depends on, and how much each may move it, from published
 * figures. A hospital's own cases soon speak louder.
 */

#include "twin/duration.h"

/* One case in words and numbers; NULL or "" and NAN are missing. */
struct duration_facts {
	const char *specialty, *procedure, *surgeon, *approach, *setting, *urgency, *anaesthesia,
		*sex;
	double planned_min, asa, bmi, age_years;
};

/* duration_init, and the groups and numbers of the suite. */
void duration_suite_init(struct duration_model *m);
/* Fills the levels and values of the suite's groups and numbers, and leaves the
 * others missing. */
void duration_suite_input(const struct duration_facts *facts, struct duration_input *input);

#endif
