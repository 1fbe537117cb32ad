/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* ServiceRequest: the order behind a case. */

/* R4 request-priority: all above routine are unplanned. */
static enum setting request_setting(const struct fhir_reading *r)
{
	static const char *const pressing[] = {"stat", "asap", "urgent"};
	const char *priority = fhir_string(r->resource, "priority");
	for (size_t i = 0; i < sizeof pressing / sizeof *pressing; i++)
		if (strcmp(pressing[i], priority) == 0)
			return SETTING_EMERGENCY;
	struct fhir_coding codings[FHIR_CODINGS];
	int n = fhir_codings(fhir_get(r->resource, "category"), codings, FHIR_CODINGS);
	for (int k = 0; r->profile->setting_system != NULL && k < n; k++)
		for (int i = 0; i < PROFILE_CODES && r->profile->settings[i].code != NULL; i++)
			if (strstr(codings[k].system, r->profile->setting_system) != NULL
				&& strcmp(r->profile->settings[i].code, codings[k].code) == 0)
				return r->profile->settings[i].setting;
	return SETTING_UNKNOWN;
}

/* The room the order wants, when the programme has none. */
static bool request_room(const struct fhir_reading *r, const char *case_id, char room[ID_SIZE])
{
	const struct fhir_case *c = fhir_case_find(r->map, case_id);
	char id[ID_SIZE], bed[ID_SIZE];
	bool configured;
	if (c != NULL && c->room[0] != '\0')
		return false;
	FHIR_EACH(place, fhir_either(r->resource, "locationReference", "location"))
	{
		const cJSON *reference = fhir_get(place, "reference");
		if (cJSON_IsObject(reference)) /* R5: CodeableReference */
			place = reference;
		if (fhir_refer(r, place, "Location", id) == NULL) {
			fhir_where(r->map, id, room, bed, &configured);
			return true;
		}
	}
	return false;
}

/* ServiceRequest: the fasting precondition of the order is a demand, not a
 * state, so only its words and its urgency are taken. */
bool fhir_read_request(struct fhir_reading *r)
{
	const struct fhir_link *link = fhir_link_find(r->map, "ServiceRequest", r->id);
	char key[160], case_id[ID_SIZE];
	bool wait;
	if (link == NULL || link->target[0] == '\0')
		return r->map->last_call;
	text_copy(case_id, sizeof case_id, link->target);
	if (!fhir_case_accepts(r, case_id, &wait))
		return !wait;
	fhir_check_modifiers(r);
	fhir_case_mark(r, case_id);
	if (r->doubt[0] != '\0')
		return true;
	fhir_give_title(r, case_id, fhir_concept_text(fhir_get(r->resource, "code")));
	struct fact fact = fhir_fact(r, FACT_CASE);
	text_copy(fact.surgery.id, sizeof fact.surgery.id, case_id);
	fact.surgery.setting = request_setting(r);
	bool placed = request_room(r, case_id, fact.surgery.room);
	snprintf(key, sizeof key, "order:%s", case_id);
	if (fact.surgery.setting != SETTING_UNKNOWN || placed)
		fhir_give(r->map, key, &fact);
	return true;
}
