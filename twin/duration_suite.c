/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/duration_suite.h"

#include <math.h>
#include <string.h>

#include "twin/twin.h"

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
	enum duration_reason reason;
} groups[GROUP_COUNT] = {
	[GROUP_PROCEDURE] = {"procedure", 0.30, REASON_PROCEDURE},
	[GROUP_PART] = {"part", 0.20, REASON_PROCEDURE},
	[GROUP_PART + 1] = {"second part", 0.20, REASON_PROCEDURE},
	[GROUP_PART + 2] = {"third part", 0.20, REASON_PROCEDURE},
	[GROUP_SPECIALTY] = {"specialty", 0.20, REASON_SPECIALTY},
	[GROUP_SURGEON] = {"surgeon", 0.06, REASON_SURGEON},
	[GROUP_PROCEDURE_SURGEON] = {"procedure and surgeon", 0.06, REASON_SURGEON},
	[GROUP_PROCEDURE_APPROACH] = {"procedure and approach", 0.10, REASON_APPROACH},
	[GROUP_APPROACH] = {"approach", 0.06, REASON_APPROACH},
	[GROUP_SETTING] = {"setting", 0.06, REASON_SETTING},
	[GROUP_URGENCY] = {"urgency", 0.06, REASON_URGENCY},
	[GROUP_ANAESTHESIA] = {"anaesthesia", 0.06, REASON_ANAESTHESIA},
	[GROUP_SEX] = {"sex", 0.03, REASON_SEX},
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
 * classes (university hospital, reference 2). BMI: +2 % at 30 to 40, +3 % from 40 on
 * (University of Virginia, 31,548 cases): its number is the logarithm of that, over
 * a mix of a fifth and a few percent, and the coefficient 1. The heart centre had
 * +3.9 % from 30 on: it may well be twice that, and is learnt from 30 of the house's
 * own such patients on.
 */
static const struct {
	const char *name;
	double centre, scale, mean, deviation;
	enum duration_reason reason;
} numbers[NUMBER_COUNT] = {
	[NUMBER_PLANNED] = {"planned", 4.79 /* log 120 */, 0.6, 0.42, 0.3, REASON_BOOKING},
	[NUMBER_ASA] = {"asa", 2.3, 0.8, 0.02, 0.03, REASON_ASA},
	[NUMBER_BMI] = {"bmi", 0.0048, 0.0085, 0.0085, 0.0085, REASON_BMI},
	[NUMBER_AGE] = {"age", 60, 15, 0, 0.03, REASON_AGE},
};

enum { BMI_OWN_CASES = 30 };

/* Log minutes by which obesity is expected to lengthen the time in the room. */
static double obesity(double bmi)
{
	return isnan(bmi) ? bmi : bmi >= 40 ? log(1.03) : bmi >= 30 ? log(1.02) : 0;
}

void duration_suite_init(struct duration_model *m)
{
	duration_init(m);
	/* Before any case, a booking of the usual length is right in the middle. */
	m->numbers[NUMBER_CONSTANT].mean = m->beta[NUMBER_CONSTANT] =
		numbers[NUMBER_PLANNED].centre;
	m->numbers[NUMBER_CONSTANT].deviation = 0.5;
	m->doubt[NUMBER_CONSTANT][NUMBER_CONSTANT] = 0.5 * 0.5;
	for (int i = 0; i < GROUP_COUNT; i++)
		duration_add_group(m, groups[i].name, groups[i].deviation);
	for (int i = NUMBER_PLANNED; i < NUMBER_COUNT; i++)
		duration_add_number(m, numbers[i].name, numbers[i].centre, numbers[i].scale,
			numbers[i].mean, numbers[i].deviation);
	duration_hold(m, NUMBER_BMI, BMI_OWN_CASES);
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
	input->value[NUMBER_BMI] = obesity(f->bmi);
	input->value[NUMBER_AGE] = f->age_years;
}

void duration_suite_case(
	const struct twin *twin, const struct surgery *s, struct duration_input *input)
{
	static const char *const urgency[] = {"1", "2", "3", "4", "5", "6"}; /* NEST */
	int p = twin_patient(twin, s->patient);
	const struct patient *who = p >= 0 ? &twin->patients[p] : NULL;
	char sex[2] = {who != NULL ? who->sex : '\0', '\0'};
	struct duration_facts facts = {
		.procedure = s->procedure,
		.surgeon = s->surgeon,
		.sex = sex,
		.setting = s->setting != SETTING_UNKNOWN ? setting_name(s->setting) : NULL,
		.urgency = s->nest >= 1 && s->nest <= 6 ? urgency[s->nest - 1] : NULL,
		.planned_min = surgery_planned_min(s),
		.asa = who != NULL && who->asa > 0 ? (double)who->asa : (double)NAN,
		.bmi = who != NULL && who->bmi > 0 ? who->bmi : (double)NAN,
		.age_years =
			who != NULL && who->age_years >= 0 ? (double)who->age_years : (double)NAN,
	};
	duration_suite_input(&facts, input);
}

/* The reason a group or number of this name belongs to; one that a table of
 * durations brought along is of the usual. */
static enum duration_reason reason_of(const char *name)
{
	for (int i = 0; i < GROUP_COUNT; i++)
		if (strcmp(groups[i].name, name) == 0)
			return groups[i].reason;
	for (int i = NUMBER_PLANNED; i < NUMBER_COUNT; i++)
		if (strcmp(numbers[i].name, name) == 0)
			return numbers[i].reason;
	return REASON_USUAL;
}

const char *duration_reason_name(enum duration_reason reason)
{
	static const char *const names[REASON_COUNT] = {"usual", "booking", "procedure", "surgeon",
		"asa", "bmi", "age", "sex", "setting", "urgency", "anaesthesia", "specialty",
		"approach"};
	return (unsigned)reason < REASON_COUNT ? names[reason] : "?";
}

void duration_suite_explain(const struct duration_model *m, const struct duration_input *input,
	struct duration_term reasons[REASON_COUNT])
{
	struct duration_term terms[DURATION_TERMS];
	int count = duration_explain(m, input, terms);
	memset(reasons, 0, REASON_COUNT * sizeof *reasons);
	for (int i = 0; i < REASON_COUNT; i++)
		reasons[i].name = duration_reason_name((enum duration_reason)i);
	for (int i = 0; i < count; i++) {
		struct duration_term *r = &reasons[reason_of(terms[i].name)];
		/* What is never told here is part of what is usual here. */
		reasons[terms[i].known ? r - reasons : REASON_USUAL].minutes += terms[i].minutes;
		r->known = r->known || terms[i].known;
		r->wider_min += terms[i].wider_min;
		if (terms[i].known && strcmp(terms[i].name, r->name) == 0)
			r->seen = terms[i].seen;
	}
}
