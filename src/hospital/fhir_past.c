/* SPDX-License-Identifier: Apache-2.0 */

/* What the hospital knows of earlier days: diagnoses, and emergency visits. Both
 * are drawn by who the patient is; nothing in the day hangs on them. */

#include "src/hospital/fhir_store.h"

#include <stdio.h>

enum { STREAM_PAST = 8, DAY_HOURS = 24 };

static const int64_t HOUR_MS = 3600000;

static const struct {
	const char *code, *display;
} diagnoses[] = {
	{"I10", "Essential (primary) hypertension"},
	{"E11.9", "Type 2 diabetes mellitus without complications"},
	{"I25.2", "Old myocardial infarction"},
	{"J44.9", "Chronic obstructive pulmonary disease, unspecified"},
	{"I50.0", "Congestive heart failure"},
	{"N18.3", "Chronic kidney disease, stage 3"},
	{"C18.7", "Malignant neoplasm: sigmoid colon"},
	{"F03", "Unspecified dementia"},
	{"E78.0", "Pure hypercholesterolaemia"},
	{"I70.2", "Atherosclerosis of arteries of extremities"},
};
enum { DIAGNOSES = sizeof diagnoses / sizeof diagnoses[0] };

/* The worse the class, the more there is to tell; each once. */
cJSON *resource_condition(const struct store *s, int i, int nth)
{
	const struct hcase *c = &s->day->cases[i];
	struct rng r = rng_stream(s->day->seed, STREAM_PAST, c->stream);
	int count = c->asa - 1 + (rng_uniform(&r) < 0.5 ? 0 : -1);
	int which = (rng_below(&r, DIAGNOSES) + 3 * nth) % DIAGNOSES;
	if (nth >= count)
		return NULL;
	cJSON *o = fhir_new("Condition", s->items[s->conditions + CONDITIONS * i + nth].id);
	cJSON_AddItemToObject(o, "clinicalStatus",
		fhir_concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active",
			NULL));
	cJSON_AddItemToObject(o, "verificationStatus",
		fhir_concept("http://terminology.hl7.org/CodeSystem/condition-ver-status",
			"confirmed", NULL));
	cJSON_AddItemToObject(o, "code",
		fhir_concept("http://hl7.org/fhir/sid/icd-10", diagnoses[which].code,
			diagnoses[which].display));
	fhir_reference(o, "subject", "Patient", c->patient);
	return o;
}

/* Three in four were in no emergency department for half a year. */
cJSON *resource_past_visit(const struct store *s, int i, int nth)
{
	const struct hcase *c = &s->day->cases[i];
	struct rng r = rng_stream(s->day->seed, STREAM_PAST, 100000 + c->stream);
	int count = rng_uniform(&r) < 0.75 ? 0 : 1 + rng_below(&r, VISITS);
	int days = 20 + 60 * nth + rng_below(&r, 40);
	if (nth >= count)
		return NULL;
	int64_t start = s->day->midnight - days * DAY_HOURS * HOUR_MS + 15 * HOUR_MS;
	cJSON *o = fhir_new("Encounter", s->items[s->visits + VISITS * i + nth].id);
	fhir_text(o, "status", "finished");
	fhir_coding(o, "class", "http://terminology.hl7.org/CodeSystem/v3-ActCode", "EMER", NULL);
	fhir_reference(o, "subject", "Patient", c->patient);
	fhir_period(o, start, start + 4 * HOUR_MS);
	return o;
}
