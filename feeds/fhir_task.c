/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* Messages of profiles that push a case at each change: how its parts are
 * named, and the Task that says how it stands. */

/* The first identifier that can be an id, "" none. */
static const char *business_id(const cJSON *resource)
{
	FHIR_EACH(identifier, fhir_get(resource, "identifier"))
	if (text_is_id(fhir_string(identifier, "value")))
		return fhir_string(identifier, "value");
	return "";
}

static void name_one(cJSON *resource, const char *id)
{
	if (*id != '\0' && fhir_get(resource, "id") == NULL)
		cJSON_AddStringToObject(resource, "id", id);
}

/* Its urn:uuids are new in each message; numbers of people and cases are not.
 * What has no number of its own goes by the case's. */
void fhir_message_name(const cJSON *entries)
{
	static const char *const by_case[] = {"Encounter", "Procedure", "Task"};
	int seen[3] = {0};
	const char *case_id = "";
	FHIR_EACH(entry, entries)
	{
		cJSON *resource = cJSON_GetObjectItemCaseSensitive(entry, "resource");
		const char *type = fhir_string(resource, "resourceType");
		if (strcmp(type, "Appointment") == 0 && *case_id == '\0')
			case_id = business_id(resource);
	}
	FHIR_EACH(entry, entries)
	{
		cJSON *resource = cJSON_GetObjectItemCaseSensitive(entry, "resource");
		const char *type = fhir_string(resource, "resourceType");
		char id[2 * ID_SIZE];
		bool own = strcmp(type, "Appointment") == 0 || strcmp(type, "Patient") == 0
			   || strcmp(type, "Practitioner") == 0 || strcmp(type, "Location") == 0;
		if (own)
			name_one(resource, business_id(resource));
		for (int i = 0; i < 3 && *case_id != '\0'; i++) {
			if (strcmp(by_case[i], type) != 0)
				continue;
			seen[i]++;
			if (seen[i] == 1)
				snprintf(id, sizeof id, "%s", case_id);
			else
				snprintf(id, sizeof id, "%s-%d", case_id, seen[i]);
			name_one(resource, id);
		}
	}
}

static bool find_case(const struct fhir_reading *r, char case_id[ID_SIZE])
{
	FHIR_EACH(based, fhir_get(r->resource, "basedOn"))
	if (fhir_refer(r, based, "Appointment", case_id) == NULL)
		return true;
	return fhir_refer(r, fhir_get(r->resource, "focus"), "Appointment", case_id) == NULL;
}

bool fhir_read_task(struct fhir_reading *r)
{
	char case_id[ID_SIZE], key[160];
	const cJSON *said = fhir_get(r->resource, "businessStatus");
	bool wait;
	if (r->profile->business[0].code == NULL || said == NULL || !find_case(r, case_id))
		return true; /* somebody else's task */
	if (!fhir_case_accepts(r, case_id, &wait))
		return !wait;
	fhir_check_modifiers(r);
	struct fact fact = fhir_fact(r, FACT_STATUS);
	for (int i = 0; i < PROFILE_CODES && r->profile->business[i].code != NULL; i++)
		if (fhir_has_code(said, NULL, r->profile->business[i].code))
			fact.status.status = r->profile->business[i].status;
	if (fact.status.status == CASE_UNKNOWN)
		fhir_doubt(r, "businessStatus", "unknown business status");
	fhir_case_mark(r, case_id);
	if (fhir_blocks(r))
		return true;
	text_copy(fact.status.id, sizeof fact.status.id, case_id);
	snprintf(key, sizeof key, "status:%s", case_id);
	fhir_give(r->map, key, &fact);
	return true;
}

/* Read for what else hangs on them: nothing of their own is a fact here. */
bool fhir_read_nothing(struct fhir_reading *r)
{
	(void)r;
	return true;
}
