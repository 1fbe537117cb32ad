/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/duration_suite.h"

#include <math.h>
#include <string.h>

/* "CABG + AVR + MVP": what is done in one operation, told apart. */
enum { PARTS_MAX = 3, PART_BYTES = 128 };

enum suite_group {
	GROUP_PROCEDURE, /* first: its noise is its own */
	GROUP_PART,
	GROUP_SPECIALTY = GROUP_PART + PARTS_MAX,
	GROUP_SURGEON,
	GROUP_PROCEDURE_SURGEON,
	GROUP_PROCEDURE_APPROACH,
	GROUP_APPROACH,
	GROUP_SETTING,
	GROUP_URGENCY,
	GROUP_ANAESTHESIA,
	GROUP_SEX,
	GROUP_COUNT
};

/*
 * Deviations of effects, in log minutes. Heart centre (reference 2): log-sd
 * 0.574 overall and 0.329 within procedure leave 0.47 between procedures; the
 * booking explains most of it, so that half of that remains for the name and its
 * parts. Surgeons within a procedure, approach and the rest: a few percent
 * (Eijkemans 2010; Kayis 2012: 2 minutes for team and time of day).
 */
static const struct {
	const char *name;
	double deviation;
} groups[GROUP_COUNT] = {
	[GROUP_PROCEDURE] = {"procedure", 0.30},
	[GROUP_PART] = {"part", 0.20},
	[GROUP_PART + 1] = {"second part", 0.20},
	[GROUP_PART + 2] = {"third part", 0.20},
	[GROUP_SPECIALTY] = {"specialty", 0.20},
	[GROUP_SURGEON] = {"surgeon", 0.06},
	[GROUP_PROCEDURE_SURGEON] = {"procedure and surgeon", 0.06},
	[GROUP_PROCEDURE_APPROACH] = {"procedure and approach", 0.10},
	[GROUP_APPROACH] = {"approach", 0.06},
	[GROUP_SETTING] = {"setting", 0.06},
	[GROUP_URGENCY] = {"urgency", 0.06},
	[GROUP_ANAESTHESIA] = {"anaesthesia", 0.06},
	[GROUP_SEX] = {"sex", 0.03},
};

enum suite_number {
	NUMBER_CONSTANT,
	NUMBER_PLANNED,
	NUMBER_ASA,
	NUMBER_BMI,
	NUMBER_AGE,
	NUMBER_COUNT
};

/*
 * Coefficients beforehand. The booking is the strongest single predictor and
 * errs (Eijkemans 2010): 0.7 +- 0.5 of its logarithm. ASA 2 to 4: +4 % in two
 * classes (university hospital, reference 2). BMI: +2 % at 30 to 40, +3 % above
 * (University of Virginia), +3.9 % from 30 on (heart centre): 0.3 % a unit.
 */
static const struct {
	const char *name;
	double centre, scale, mean, deviation;
} numbers[NUMBER_COUNT] = {
	[NUMBER_PLANNED] = {"planned", 4.79 /* log 120 */, 0.6, 0.42, 0.3},
	[NUMBER_ASA] = {"asa", 2.3, 0.8, 0.02, 0.03},
	[NUMBER_BMI] = {"bmi", 27, 5, 0.015, 0.02},
	[NUMBER_AGE] = {"age", 60, 15, 0, 0.03},
};

void duration_suite_init(struct duration_model *m)
{
	duration_init(m);
	for (int i = 0; i < GROUP_COUNT; i++)
		duration_add_group(m, groups[i].name, groups[i].deviation);
	for (int i = NUMBER_PLANNED; i < NUMBER_COUNT; i++)
		duration_add_number(m, numbers[i].name, numbers[i].centre, numbers[i].scale,
			numbers[i].mean, numbers[i].deviation);
	m->noise_group = GROUP_PROCEDURE;
}

/* A procedure of one part has no second one, which is a fact too. */
static void parts(const char *procedure, struct duration_input *input)
{
	static const char plus[] = " + ";
	for (int i = 0; i < PARTS_MAX; i++) {
		char part[PART_BYTES];
		const char *end = strstr(procedure, plus);
		size_t n = end != NULL ? (size_t)(end - procedure) : strlen(procedure);
		n = n < sizeof part ? n : sizeof part - 1;
		memcpy(part, procedure, n);
		part[n] = '\0';
		input->level[GROUP_PART + i] = duration_level(part, "part");
		procedure = end != NULL ? end + sizeof plus - 1 : "";
	}
}

/* Names that mean something only together. */
static uint64_t both(const char *a, const char *b)
{
	return a != NULL && *a != '\0' && b != NULL && *b != '\0' ? duration_level(a, b) : 0;
}

void duration_suite_input(const struct duration_facts *f, struct duration_input *input)
{
	duration_clear(input);
	uint64_t *level = input->level;
	if (f->procedure != NULL && f->procedure[0] != '\0')
		parts(f->procedure, input);
	level[GROUP_PROCEDURE] = duration_level(f->procedure, NULL);
	level[GROUP_SPECIALTY] = duration_level(f->specialty, NULL);
	level[GROUP_SURGEON] = duration_level(f->surgeon, NULL);
	level[GROUP_PROCEDURE_SURGEON] = both(f->procedure, f->surgeon);
	level[GROUP_PROCEDURE_APPROACH] = both(f->procedure, f->approach);
	level[GROUP_APPROACH] = duration_level(f->approach, NULL);
	level[GROUP_SETTING] = duration_level(f->setting, NULL);
	level[GROUP_URGENCY] = duration_level(f->urgency, NULL);
	level[GROUP_ANAESTHESIA] = duration_level(f->anaesthesia, NULL);
	level[GROUP_SEX] = duration_level(f->sex, NULL);
	input->value[NUMBER_PLANNED] = f->planned_min > 0 ? log(f->planned_min) : NAN;
	input->value[NUMBER_ASA] = f->asa;
	input->value[NUMBER_BMI] = f->bmi;
	input->value[NUMBER_AGE] = f->age_years;
}
