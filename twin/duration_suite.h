/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_DURATION_SUITE_H
#define VIGIE_TWIN_DURATION_SUITE_H

/*
 * What the house knows of surgery before its first case: which names and
 * numbers a duration depends on, and how much each may move it, from published
 * figures. A hospital's own cases soon speak louder.
 */

#include "twin/duration.h"

struct surgery;
struct twin;

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
/* The same from the twin: the booking, and what is known of the patient. */
void duration_suite_case(
	const struct twin *twin, const struct surgery *s, struct duration_input *input);

/* Why a case is expected to last so long, in the words of the house: names that
 * speak of the same thing are one reason. Surgeons are a class among others and
 * never told apart by name. */
enum duration_reason {
	REASON_USUAL, /* the law of all cases */
	REASON_BOOKING,
	REASON_PROCEDURE,
	REASON_SURGEON,
	REASON_ASA,
	REASON_BMI,
	REASON_AGE,
	REASON_SEX,
	REASON_SETTING,
	REASON_URGENCY,
	REASON_ANAESTHESIA,
	REASON_SPECIALTY,
	REASON_APPROACH,
	REASON_COUNT
};
/* Indexed by reason; the minutes add up to the median. */
void duration_suite_explain(const struct duration_model *m, const struct duration_input *input,
	struct duration_term reasons[REASON_COUNT]);
const char *duration_reason_name(enum duration_reason reason); /* "booking" ... */

#endif
