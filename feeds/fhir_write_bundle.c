/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_write_private.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* What a write looks for in Bundles: a free slot, what we made, what went before. */

static bool is(const cJSON *resource, const char *type)
{
	return strcmp(fhir_string(resource, "resourceType"), type) == 0;
}

/* -- slots (Oracle Health, "Slot": fhir.md 2.2) ---------------------------- */

static bool is_location(const cJSON *reference, const char *room)
{
	char type[ID_SIZE], id[ID_SIZE];
	return fhir_split(fhir_string(reference, "reference"), type, id)
	       && strcmp(type, "Location") == 0 && strcmp(id, room) == 0;
}

/* By Oracle's extension, or by an actor of its Schedule when that came along. A slot
 * that does not say where it is may be anywhere. */
static bool slot_is_in(const cJSON *bundle, const cJSON *slot, const char *room)
{
	char type[ID_SIZE], id[ID_SIZE];
	FHIR_EACH(extension, fhir_get(slot, "extension"))
	{
		const char *url = fhir_string(extension, "url"), *end = strrchr(url, '/');
		if (end != NULL && strcmp(end, "/scheduling-location") == 0)
			return is_location(fhir_get(extension, "valueReference"), room);
	}
	if (!fhir_split(fhir_string(fhir_get(slot, "schedule"), "reference"), type, id))
		return false;
	FHIR_EACH(entry, fhir_get(bundle, "entry"))
	{
		const cJSON *schedule = fhir_get(entry, "resource");
		if (!is(schedule, "Schedule") || strcmp(fhir_string(schedule, "id"), id) != 0)
			continue;
		FHIR_EACH(actor, fhir_get(schedule, "actor"))
		if (is_location(actor, room))
			return true;
	}
	return false;
}

bool fhir_slot_pick(const cJSON *bundle, const struct fhir_change *change, char out[ID_SIZE])
{
	const struct fhir_booking *w = &change->wanted;
	FHIR_EACH(entry, fhir_get(bundle, "entry"))
	{
		const cJSON *slot = fhir_get(entry, "resource");
		const char *id = fhir_string(slot, "id");
		if (is(slot, "Slot") && strcmp(fhir_string(slot, "status"), "free") == 0
			&& fhir_time_at(slot, "start") == w->start_ms
			&& fhir_time_at(slot, "end") == w->end_ms && text_is_id(id)
			&& slot_is_in(bundle, slot, w->room))
			return text_copy(out, ID_SIZE, id);
	}
	return false;
}

static void escaped(char *out, size_t size, const char *text)
{
	char *safe = curl_easy_escape(NULL, text, 0);
	if (safe == NULL || !text_copy(out, size, safe))
		out[0] = '\0';
	curl_free(safe);
}

/* service-type and a range of start are asked for; `-location` is Oracle's own. */
void fhir_slot_query(
	const struct fhir_seen *seen, const struct fhir_change *change, char *out, size_t size)
{
	struct fhir_coding coding[1];
	char from[FHIR_INSTANT_SIZE], to[FHIR_INSTANT_SIZE], service[512] = "";
	if (fhir_codings(fhir_get(seen->json, "serviceType"), coding, 1) == 1) {
		char token[256];
		snprintf(token, sizeof token, "%.180s%s%.60s", coding[0].system,
			coding[0].system[0] != '\0' ? "|" : "", coding[0].code);
		escaped(service, sizeof service, token);
	}
	fhir_instant(from, change->wanted.start_ms, "");
	fhir_instant(to, change->wanted.start_ms + 60000, "");
	snprintf(out, size,
		"Slot?%s%s%s-location=Location/%s&start=ge%s&start=lt%s&_include=Slot:schedule",
		service[0] != '\0' ? "service-type=" : "", service, service[0] != '\0' ? "&" : "",
		change->wanted.room, from, to);
}

/* -- what we made ---------------------------------------------------------- */

static bool has_name(const cJSON *appointment, const char *name)
{
	FHIR_EACH(identifier, fhir_get(appointment, "identifier"))
	if (strcmp(fhir_string(identifier, "value"), name) == 0)
		return true;
	return false;
}

/* A server may ignore what it was asked for, and bring others. */
const cJSON *fhir_step_find(const cJSON *bundle, const struct fhir_change *change, int *count)
{
	const cJSON *found = NULL;
	char name[FHIR_STEP_NAME];
	fhir_step_name(name, change);
	*count = 0;
	FHIR_EACH(entry, fhir_get(bundle, "entry"))
	{
		const cJSON *resource = fhir_get(entry, "resource");
		if (!is(resource, "Appointment") || !has_name(resource, name))
			continue;
		found = resource;
		++*count;
	}
	return found;
}

const char *fhir_answered_id(const cJSON *answer)
{
	const char *id = "";
	if (is(answer, "Appointment"))
		return fhir_string(answer, "id");
	/* $book answers with a Bundle, some wrap it in Parameters. */
	if (is(answer, "Parameters"))
		return fhir_answered_id(
			fhir_get(fhir_begin(fhir_get(answer, "parameter")), "resource"));
	FHIR_EACH(entry, fhir_get(answer, "entry"))
	{
		const cJSON *resource = fhir_get(entry, "resource");
		if (is(resource, "Appointment"))
			id = fhir_string(resource, "id");
	}
	return id;
}

const cJSON *fhir_version_before(const cJSON *history, const char *version)
{
	bool ours = false;
	FHIR_EACH(entry, fhir_get(history, "entry"))
	{
		const cJSON *resource = fhir_get(entry, "resource");
		if (ours && is(resource, "Appointment"))
			return resource;
		ours = ours
		       || strcmp(fhir_string(fhir_get(resource, "meta"), "versionId"), version)
				  == 0;
	}
	return NULL;
}
