/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_profile.h"

#include <string.h>

#include "feeds/fhir_private.h"

static const struct fhir_profile profiles[] = {
	{.name = "base", .title = "HL7 R4 to R5"},
	/* Ontario Health, SERIS/SETP (simplifier.net/guide/ca-on-seris-r4-iguide):
	 * one message a change, references by identifier, times on Encounter and
	 * Procedure only. */
	{.name = "seris",
		.title = "Ontario SERIS",
		.mark = "/ca-on-seris-",
		.message = true,
		.all_surgery = true,
		.in_room_url =
			"http://ontariohealth.ca/fhir/StructureDefinition/ca-on-seris-ext-in-room",
		.surgeon_from_procedure = true,
		.room_from_procedure = true,
		.business = {{"booked", CASE_PLANNED}, {"performed", CASE_FULFILLED},
			{"cancelled", CASE_CANCELLED}}},
	/* Chile, MINSAL TEI-Quirúrgico: interviews and theatre sessions are both
	 * Appointments; who is named in them plans, and need not operate; the
	 * order says whether the surgery is ambulatory. */
	{.name = "tei-quirurgico",
		.title = "Chile TEI-Quir\xC3\xBArgico",
		.mark = "minsal.cl/fhir/ig/quirurgico",
		.surgery_code = "2",
		.surgery_system = "CSTipoServicioAgendamiento",
		.surgeon_from_procedure = true,
		.setting_system = "CSTipoCirugiaPropuesta",
		.settings = {{"1", SETTING_INPATIENT}, {"2", SETTING_DAY}}},
};
enum { PROFILES = sizeof profiles / sizeof *profiles };

const struct fhir_profile *fhir_profile_find(const char *name, bool *known)
{
	*known = name == NULL || *name == '\0' || strcmp(name, "auto") == 0;
	for (int i = 0; !*known && i < PROFILES; i++) {
		if (strcmp(profiles[i].name, name) == 0) {
			*known = true;
			return &profiles[i];
		}
	}
	return NULL;
}

static bool has_mark(const char *text, const char *mark)
{
	return strstr(text, mark) != NULL;
}

static bool says(const cJSON *resource, const struct fhir_profile *profile)
{
	static const char *const concepts[] = {"serviceType", "category"};
	const cJSON *said = fhir_get(fhir_get(resource, "meta"), "profile");
	for (const cJSON *p = cJSON_IsArray(said) ? said->child : NULL; p != NULL; p = p->next)
		if (cJSON_IsString(p) && has_mark(p->valuestring, profile->mark))
			return true;
	FHIR_EACH(extension, fhir_get(resource, "extension"))
	if (has_mark(fhir_string(extension, "url"), profile->mark))
		return true;
	for (size_t i = 0; i < sizeof concepts / sizeof *concepts; i++) {
		struct fhir_coding codings[FHIR_CODINGS];
		int n = fhir_codings(fhir_get(resource, concepts[i]), codings, FHIR_CODINGS);
		for (int k = 0; k < n; k++)
			if (has_mark(codings[k].system, profile->mark))
				return true;
	}
	return false;
}

const struct fhir_profile *fhir_profile_of(const cJSON *resource)
{
	for (int i = 1; i < PROFILES; i++)
		if (says(resource, &profiles[i]))
			return &profiles[i];
	return &profiles[0];
}
