/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "twin/text.h"

/* Observations: BMI, ASA class, fasting, mobility (codes of fhir.md 7). */

static const char LOINC[] = "http://loinc.org";
static const char SNOMED[] = "http://snomed.info/sct";

typedef bool observe(struct fhir_reading *r, struct fhir_person *person, int64_t when);

/* -- numbers ---------------------------------------------------------------- */

static const struct {
	const char *unit;
	int measure;
	double factor;
} units[] = {
	{"kg/m2", MEASURE_BMI, 1},
	{"kg", MEASURE_WEIGHT_KG, 1},
	{"g", MEASURE_WEIGHT_KG, 0.001},
	{"[lb_av]", MEASURE_WEIGHT_KG, 0.45359237},
	{"m", MEASURE_HEIGHT_M, 1},
	{"cm", MEASURE_HEIGHT_M, 0.01},
	{"[in_i]", MEASURE_HEIGHT_M, 0.0254},
};

/* What a living person can have; beyond it is a slip of the pen. */
static const struct {
	double low, high;
} ranges[MEASURE_COUNT] = {
	[MEASURE_BMI] = {7, 150},
	[MEASURE_WEIGHT_KG] = {0.2, 600},
	[MEASURE_HEIGHT_M] = {0.2, 2.6},
	[MEASURE_ASA] = {1, 6},
};

/* The newest word counts. */
static void measure(
	struct fhir_reading *r, struct fhir_person *person, int which, double value, int64_t when)
{
	if (!isfinite(value) || value < ranges[which].low || value > ranges[which].high) {
		fhir_puzzle(r, "value", "outside what is possible");
		return;
	}
	if (when < person->measures[which].when_ms)
		return;
	person->measures[which].value = value;
	person->measures[which].when_ms = when;
	fhir_person_give(r, person);
}

static bool observe_size(
	struct fhir_reading *r, struct fhir_person *person, int64_t when, int which)
{
	const cJSON *quantity = fhir_get(r->resource, "valueQuantity");
	const cJSON *value = fhir_get(quantity, "value");
	const char *unit = fhir_string(quantity, "code");
	if (*unit == '\0')
		unit = fhir_string(quantity, "unit");
	if (!cJSON_IsNumber(value)) {
		fhir_puzzle(r, "valueQuantity.value", "no number");
		return true;
	}
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (units[i].measure == which && strcmp(units[i].unit, unit) == 0) {
			measure(r, person, which, value->valuedouble * units[i].factor, when);
			return true;
		}
	}
	fhir_puzzle(r, "valueQuantity.code", "unit %.40s is not expected here", unit);
	return true;
}

static bool observe_bmi(struct fhir_reading *r, struct fhir_person *person, int64_t when)
{
	return observe_size(r, person, when, MEASURE_BMI);
}

static bool observe_weight(struct fhir_reading *r, struct fhir_person *person, int64_t when)
{
	return observe_size(r, person, when, MEASURE_WEIGHT_KG);
}

static bool observe_height(struct fhir_reading *r, struct fhir_person *person, int64_t when)
{
	return observe_size(r, person, when, MEASURE_HEIGHT_M);
}

/* -- ASA ---------------------------------------------------------------------- */

/* ^ASA[ _-]*(VI|IV|V|I{1,3}|[1-6])[ _-]*E?$, and the same without "ASA", as
 * three countries write it. Returns 1..6, or -1. */
static int asa_class(const char *text)
{
	static const char *const roman[] = {"", "I", "II", "III", "IV", "V", "VI"};
	char bare[8] = "";
	size_t n = 0;
	if (strncasecmp(text, "asa", 3) == 0)
		text += 3;
	for (; *text != '\0'; text++) {
		if (*text == ' ' || *text == '_' || *text == '-')
			continue;
		if (n + 1 >= sizeof bare)
			return -1;
		bare[n++] = (char)toupper((unsigned char)*text);
	}
	if (n > 1 && bare[n - 1] == 'E')
		n--;
	bare[n] = '\0';
	if (n == 1 && bare[0] >= '1' && bare[0] <= '6')
		return bare[0] - '0';
	for (int i = 1; i <= 6; i++)
		if (strcmp(roman[i], bare) == 0)
			return i;
	return -1;
}

static int asa_code(const struct fhir_coding *coding)
{
	static const char *const snomed[] = {
		"", "413495001", "413496000", "413497009", "413498004", "413499007", "413500003"};
	if (strcmp(coding->system, SNOMED) == 0) {
		for (int i = 1; i <= 6; i++)
			if (strcmp(snomed[i], coding->code) == 0)
				return i;
		return -1;
	}
	int by_code = asa_class(coding->code);
	return by_code > 0 ? by_code : asa_class(coding->display);
}

static bool observe_asa(struct fhir_reading *r, struct fhir_person *person, int64_t when)
{
	const cJSON *concept = fhir_get(r->resource, "valueCodeableConcept");
	const cJSON *integer = fhir_get(r->resource, "valueInteger");
	struct fhir_coding codings[FHIR_CODINGS];
	int n = fhir_codings(concept, codings, FHIR_CODINGS), found = -1;
	for (int i = 0; i < n; i++) {
		int class_ = asa_code(&codings[i]);
		if (found > 0 && class_ > 0 && class_ != found) {
			fhir_puzzle(r, "valueCodeableConcept", "its codings contradict each other");
			return true;
		}
		found = class_ > 0 ? class_ : found;
	}
	if (found < 0)
		found = asa_class(fhir_string(concept, "text"));
	if (found < 0)
		found = asa_class(fhir_string(r->resource, "valueString"));
	if (found < 0 && cJSON_IsNumber(integer))
		found = integer->valueint;
	if (found < 0)
		fhir_puzzle(r, "value", "not an ASA class");
	else
		measure(r, person, MEASURE_ASA, found, when);
	return true;
}

/* -- fasting and mobility ------------------------------------------------------- */

static int yes_or_no(const struct fhir_reading *r)
{
	const cJSON *value = fhir_get(r->resource, "valueCodeableConcept");
	const cJSON *boolean = fhir_get(r->resource, "valueBoolean");
	if (cJSON_IsBool(boolean))
		return cJSON_IsTrue(boolean);
	if (fhir_has_code(value, NULL, "Y") || fhir_has_code(value, NULL, "F"))
		return 1;
	if (fhir_has_code(value, NULL, "N") || fhir_has_code(value, NULL, "NF"))
		return 0;
	if (fhir_has_code(value, NULL, "NG") || fhir_has_code(value, NULL, "FNA"))
		return -1;
	return -2;
}

/* Fasting belongs to a day: the patient's cases within a day of the word. */
static bool observe_fasting(struct fhir_reading *r, struct fhir_person *person, int64_t when)
{
	int value = yes_or_no(r), given = 0;
	char key[160];
	if (value == -2) {
		fhir_puzzle(r, "value", "neither yes nor no");
		return true;
	}
	struct fhir_case *c, *next;
	HASH_ITER(hh, r->map->cases, c, next)
	{
		int64_t apart = c->start_ms > when ? c->start_ms - when : when - c->start_ms;
		if (!c->surgical || strcmp(c->patient, person->id) != 0
			|| (when != 0 && c->start_ms != 0 && apart > 36 * 3600000LL))
			continue;
		struct fact fact = fhir_fact(r, FACT_READINESS);
		text_copy(fact.readiness.id, sizeof fact.readiness.id, c->id);
		fact.readiness.item = READY_FASTING;
		fact.readiness.value = value;
		snprintf(key, sizeof key, "ready:%s:fasting", c->id);
		fhir_give(r->map, key, &fact);
		given++;
	}
	return given > 0 || r->map->last_call;
}

static bool observe_mobility(struct fhir_reading *r, struct fhir_person *person, int64_t when)
{
	static const struct {
		const char *code;
		enum mobility mobility;
	} means[] = {
		{"282146009", MOBILITY_WALKS},
		{"A0", MOBILITY_WALKS},
		{"A2", MOBILITY_CHAIR},
		{"301683006", MOBILITY_BED},
		{"301684000", MOBILITY_BED},
	};
	const cJSON *value = fhir_get(r->resource, "valueCodeableConcept");
	(void)when;
	for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
		if (fhir_has_code(value, NULL, means[i].code)) {
			person->mobility = means[i].mobility;
			fhir_person_give(r, person);
			return true;
		}
	}
	fhir_puzzle(r, "valueCodeableConcept", "unknown mobility");
	return true;
}

/* -- the table ------------------------------------------------------------------- */

static const struct {
	const char *system, *code;
	observe *read;
} kinds[] = {
	{LOINC, "39156-5", observe_bmi},
	{LOINC, "29463-7", observe_weight},
	{LOINC, "8302-2", observe_height},
	{LOINC, "97816-3", observe_asa},
	{SNOMED, "413347006", observe_asa},
	{SNOMED, "302132005", observe_asa},
	{LOINC, "49541-6", observe_fasting},
	{SNOMED, "710828008", observe_mobility},
};

void fhir_observation_codes(char *out, size_t size)
{
	size_t n = 0;
	out[0] = '\0';
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s", i > 0 ? "," : "", kinds[i].code);
}

static int64_t effective(const struct fhir_reading *r)
{
	const char *text = fhir_string(r->resource, "effectiveDateTime");
	if (*text == '\0')
		text = fhir_string(r->resource, "effectiveInstant");
	if (*text == '\0')
		text = fhir_string(fhir_get(r->resource, "effectivePeriod"), "start");
	if (*text == '\0')
		text = fhir_string(r->resource, "issued");
	return fhir_time(text);
}

bool fhir_read_observation(struct fhir_reading *r)
{
	const cJSON *code = fhir_get(r->resource, "code");
	const char *status = fhir_string(r->resource, "status");
	char patient[ID_SIZE];
	observe *read = NULL;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && read == NULL; i++)
		if (fhir_has_code(code, kinds[i].system, kinds[i].code))
			read = kinds[i].read;
	if (read == NULL)
		return true;
	/* Preliminary and withdrawn values say nothing yet, or no more. */
	if (strcmp(status, "final") != 0 && strcmp(status, "amended") != 0
		&& strcmp(status, "corrected") != 0) {
		fhir_puzzle(r, "status", "status %.40s: value not used", status);
		return true;
	}
	fhir_check_modifiers(r);
	if (fhir_blocks(r))
		return true;
	const char *why = fhir_refer(r, fhir_get(r->resource, "subject"), "Patient", patient);
	if (why != NULL) {
		fhir_puzzle(r, "subject", "%s", *why != '\0' ? why : "no patient");
		return true;
	}
	struct fhir_person *person = fhir_person_get(r->map, patient);
	return person == NULL || read(r, person, effective(r));
}
