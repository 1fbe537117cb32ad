/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/hl7_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "twin/text.h"

/* PID, PV1-15, OBX and XCN: people and what is known of them. */

/* PID-8, HL7 table 0001, as the v2-to-FHIR map has it. */
static const struct {
	const char *code, *gender;
} genders[] = {{"F", "female"}, {"M", "male"}, {"O", "other"}, {"A", "other"}, {"U", "unknown"}};

/* "Dupont^Jeanne^M" from `component` on, as a HumanName. */
static void add_name(struct hl7_reading *r, cJSON *resource, const struct hl7_segment *s, int field,
	int component)
{
	char family[LABEL_SIZE], given[LABEL_SIZE];
	hl7_value(r->m, s, field, 0, component, family, sizeof family);
	hl7_value(r->m, s, field, 0, component + 1, given, sizeof given);
	if (family[0] == '\0' && given[0] == '\0')
		return;
	cJSON *name = hl7_add_row(resource, "name");
	cJSON_AddStringToObject(name, "family", family[0] != '\0' ? family : given);
	if (family[0] != '\0' && given[0] != '\0')
		cJSON_AddItemToArray(
			cJSON_AddArrayToObject(name, "given"), cJSON_CreateString(given));
}

/* Dates lose their separators in HL7: 1958, 195807, 19580712[time]. */
static void add_birth(struct hl7_reading *r, cJSON *patient, const struct hl7_segment *pid)
{
	char text[40], date[16];
	int64_t ms;
	if (hl7_value(r->m, pid, 7, 0, 1, text, sizeof text) == HL7_NULL)
		hl7_puzzle(r, "PID-7", "taken back (\"\"): what was known stays");
	if (text[0] == '\0')
		return;
	int digits = hl7_time(text, &ms);
	if (digits == 0) {
		hl7_puzzle(r, "PID-7", "not a date: %.30s", text);
		return;
	}
	if (digits == 4)
		snprintf(date, sizeof date, "%.4s", text);
	else if (digits == 6)
		snprintf(date, sizeof date, "%.4s-%.2s", text, text + 4);
	else
		snprintf(date, sizeof date, "%.4s-%.2s-%.2s", text, text + 4, text + 6);
	cJSON_AddStringToObject(patient, "birthDate", date);
}

static void add_sex(struct hl7_reading *r, cJSON *patient, const struct hl7_segment *pid)
{
	char code[16];
	switch (hl7_value(r->m, pid, 8, 0, 1, code, sizeof code)) {
	case HL7_NULL:
		hl7_puzzle(r, "PID-8", "taken back (\"\"): what was known stays");
		return;
	case HL7_ABSENT:
		return;
	case HL7_VALUED:
		break;
	}
	for (size_t i = 0; i < sizeof genders / sizeof *genders; i++)
		if (strcasecmp(genders[i].code, code) == 0) {
			cJSON_AddStringToObject(patient, "gender", genders[i].gender);
			return;
		}
	hl7_puzzle(r, "PID-8", "unknown code %.10s", code);
}

static cJSON *observation(struct hl7_reading *r, const char *name)
{
	char id[ID_SIZE];
	/* One per patient and thing said: the mapper keeps the newest version. */
	snprintf(id, sizeof id, "%.40s.%.20s", r->patient, name);
	cJSON *o = hl7_resource(r, "Observation", id);
	hl7_add_reference(o, "subject", "Patient", r->patient);
	return o;
}

/* PV1-15, table 0009: A0 none, A1 a stick, A2 wheelchair. */
static void add_mobility(struct hl7_reading *r)
{
	const struct hl7_segment *pv1 = hl7_segment(r->m, "PV1", 0);
	char code[16];
	for (int i = 0; i < hl7_repetitions(r->m, pv1, 15); i++) {
		hl7_value(r->m, pv1, 15, i, 1, code, sizeof code);
		if (strcmp(code, "A0") != 0 && strcmp(code, "A2") != 0)
			continue;
		cJSON *o = observation(r, "mobility");
		cJSON_AddStringToObject(o, "status", "final");
		hl7_add_concept(o, "code", "http://snomed.info/sct", "710828008", "");
		hl7_add_concept(o, "valueCodeableConcept",
			"http://terminology.hl7.org/CodeSystem/v2-0009", code, "");
		return;
	}
}

/* OBX-2 tells how OBX-5 is meant. */
static bool add_value(struct hl7_reading *r, cJSON *o, const struct hl7_segment *obx)
{
	char type[8], value[LABEL_SIZE], text[LABEL_SIZE], unit[32], *end;
	hl7_value(r->m, obx, 2, 0, 1, type, sizeof type);
	if (hl7_value(r->m, obx, 5, 0, 1, value, sizeof value) != HL7_VALUED)
		return false;
	if (strcmp(type, "NM") == 0) {
		double number = strtod(value, &end);
		cJSON *quantity = cJSON_AddObjectToObject(o, "valueQuantity");
		if (end != value && *end == '\0')
			cJSON_AddNumberToObject(quantity, "value", number);
		hl7_value(r->m, obx, 6, 0, 1, unit, sizeof unit);
		cJSON_AddStringToObject(quantity, "code", unit);
	} else if (strcmp(type, "CE") == 0 || strcmp(type, "CWE") == 0) {
		hl7_value(r->m, obx, 5, 0, 2, text, sizeof text);
		hl7_add_concept(o, "valueCodeableConcept", "", value, text);
	} else if (strcmp(type, "ST") == 0 || strcmp(type, "TX") == 0) {
		cJSON_AddStringToObject(o, "valueString", value);
	} else {
		return false;
	}
	return true;
}

/* OBX-3 by LOINC or SNOMED; others are local and not read. OBX-11, table 0085. */
static void add_observation(struct hl7_reading *r, const struct hl7_segment *obx)
{
	static const struct {
		const char *name, *system;
	} systems[] = {{"LN", "http://loinc.org"}, {"LOINC", "http://loinc.org"},
		{"SCT", "http://snomed.info/sct"}, {"SNM3", "http://snomed.info/sct"}};
	char code[32], name[16], status[8];
	hl7_value(r->m, obx, 3, 0, 1, code, sizeof code);
	hl7_value(r->m, obx, 3, 0, 3, name, sizeof name);
	hl7_value(r->m, obx, 11, 0, 1, status, sizeof status);
	for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
		if (strcasecmp(systems[i].name, name) != 0 || !text_is_id(code))
			continue;
		cJSON *o = observation(r, code);
		cJSON_AddStringToObject(o, "status",
			strcmp(status, "F") == 0   ? "final"
			: strcmp(status, "C") == 0 ? "corrected"
						   : "preliminary");
		hl7_add_concept(o, "code", systems[i].system, code, "");
		hl7_add_time(o, "effectiveDateTime", hl7_moment(r, obx, "OBX-14", 14, 1));
		add_value(r, o, obx);
		return;
	}
}

/* PID-3 may hold several numbers: the medical record's first (table 0203). */
void hl7_read_patient_id(struct hl7_reading *r)
{
	static const char *const kinds[] = {"MR", "PI", NULL};
	const struct hl7_segment *pid = hl7_segment(r->m, "PID", 0);
	char kind[16];
	int n = hl7_repetitions(r->m, pid, 3);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (int i = 0; i < n && r->patient[0] == '\0'; i++) {
			hl7_value(r->m, pid, 3, i, 5, kind, sizeof kind);
			if (kinds[k] == NULL || strcmp(kind, kinds[k]) == 0)
				hl7_id_at(r, pid, 3, i, r->patient);
		}
}

void hl7_add_patient(struct hl7_reading *r)
{
	const struct hl7_segment *pid = hl7_segment(r->m, "PID", 0), *obx;
	if (pid == NULL || r->patient[0] == '\0')
		return;
	cJSON *patient = hl7_resource(r, "Patient", r->patient);
	add_name(r, patient, pid, 5, 1);
	add_birth(r, patient, pid);
	add_sex(r, patient, pid);
	add_mobility(r);
	for (int i = 0; (obx = hl7_segment(r->m, "OBX", i)) != NULL; i++)
		add_observation(r, obx);
}

bool hl7_add_staff(struct hl7_reading *r, const struct hl7_segment *s, int field, char id[ID_SIZE])
{
	if (!hl7_id_at(r, s, field, 0, id))
		return false;
	add_name(r, hl7_resource(r, "Practitioner", id), s, field, 2);
	return true;
}
