/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_write_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "twin/text.h"

/* What is to be done to an Appointment, R4 or R5 (fhir.md 1.5, 2.4). */

/* -- times ----------------------------------------------------------------- */

/* "+01:00" at the end of a time, "" it ends otherwise. */
static const char *zone_of(const char *time)
{
	size_t n = strlen(time);
	const char *zone = n > 16 ? time + n - 6 : "";
	return *zone == '+' || *zone == '-' ? zone : "";
}

void fhir_instant(char out[FHIR_INSTANT_SIZE], int64_t ms, const char *like)
{
	const char *zone = zone_of(like);
	int hours = 0, minutes = 0;
	if (*zone != '\0' && sscanf(zone + 1, "%2d:%2d", &hours, &minutes) != 2)
		zone = "";
	int64_t east_ms = (*zone == '-' ? -1 : 1) * ((int64_t)hours * 60 + minutes) * 60000;
	int64_t local_ms = ms + (*zone != '\0' ? east_ms : 0);
	time_t seconds = (time_t)(local_ms / 1000);
	struct tm tm;
	gmtime_r(&seconds, &tm);
	int part = (int)(local_ms % 1000);
	size_t n = strftime(out, FHIR_INSTANT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	if (part != 0)
		n += (size_t)snprintf(out + n, FHIR_INSTANT_SIZE - n, ".%03d", part);
	snprintf(out + n, FHIR_INSTANT_SIZE - n, "%s", *zone != '\0' ? zone : "Z");
}

static void set_time(
	struct fhir_edits *edits, const char *path, int64_t ms, const char *was, const char *like)
{
	char when[FHIR_INSTANT_SIZE], json[FHIR_INSTANT_SIZE + 2];
	fhir_edit_hold(edits, path);
	if (ms == 0 || fhir_time(was) == ms)
		return;
	fhir_instant(when, ms, *was != '\0' ? was : like);
	snprintf(json, sizeof json, "\"%s\"", when);
	fhir_edit_put(edits, path, json);
}

/* It may legally be less than from start to end; it follows when that changes. */
static void set_minutes(
	const struct fhir_seen *seen, const struct fhir_booking *wanted, struct fhir_edits *edits)
{
	const struct fhir_booking *is = &seen->booking;
	int64_t before = is->end_ms - is->start_ms, after = wanted->end_ms - wanted->start_ms;
	char json[24];
	if (wanted->end_ms == 0 || before == after
		|| !cJSON_IsNumber(fhir_get(seen->json, "minutesDuration")))
		return;
	snprintf(json, sizeof json, "%lld", (long long)(after / 60000));
	fhir_edit_set(edits, "/minutesDuration", json);
}

/* Whoever was there from its start to its end still is; other periods are their own. */
static void set_periods(
	const struct fhir_seen *seen, const struct fhir_booking *wanted, struct fhir_edits *edits)
{
	const struct fhir_booking *is = &seen->booking;
	char path[FHIR_EDIT_PATH];
	int index = 0;
	FHIR_EACH(participant, fhir_get(seen->json, "participant"))
	{
		const cJSON *period = fhir_get(participant, "period");
		int i = index++;
		bool moved = (wanted->start_ms != 0 && wanted->start_ms != is->start_ms)
			     || (wanted->end_ms != 0 && wanted->end_ms != is->end_ms);
		if (!moved || is->start_ms == 0 || fhir_time_at(period, "start") != is->start_ms
			|| fhir_time_at(period, "end") != is->end_ms)
			continue;
		snprintf(path, sizeof path, "/participant/%d/period/start", i);
		set_time(edits, path, wanted->start_ms, fhir_string(period, "start"), "");
		snprintf(path, sizeof path, "/participant/%d/period/end", i);
		set_time(edits, path, wanted->end_ms, fhir_string(period, "end"), "");
	}
}

static void set_times(
	const struct fhir_seen *seen, const struct fhir_booking *wanted, struct fhir_edits *edits)
{
	const char *start = fhir_string(seen->json, "start");
	set_time(edits, "/start", wanted->start_ms, start, "");
	set_time(edits, "/end", wanted->end_ms, fhir_string(seen->json, "end"), start);
	set_minutes(seen, wanted, edits);
	set_periods(seen, wanted, edits);
}

/* -- the room -------------------------------------------------------------- */

/* As the one before is referred to: relative, absolute, or by identifier. */
static cJSON *other_room(const cJSON *actor, const char *room)
{
	cJSON *other = cJSON_CreateObject();
	const char *reference = fhir_string(actor, "reference");
	const cJSON *identifier = fhir_get(actor, "identifier");
	if (*reference == '\0' && identifier != NULL) {
		cJSON *copy = cJSON_Duplicate(identifier, 1);
		cJSON_ReplaceItemInObjectCaseSensitive(copy, "value", cJSON_CreateString(room));
		cJSON_AddItemToObject(other, "identifier", copy);
	} else {
		const char *from = strstr(reference, "Location/");
		char text[512];
		snprintf(text, sizeof text, "%.*sLocation/%s",
			from != NULL ? (int)(from - reference) : 0, reference, room);
		cJSON_AddStringToObject(other, "reference", text);
	}
	if (*fhir_string(actor, "type") != '\0')
		cJSON_AddStringToObject(other, "type", fhir_string(actor, "type"));
	return other;
}

static void edit_json(struct fhir_edits *edits, const char *path, cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);
	fhir_edit_put(edits, path, text != NULL ? text : "null");
	edits->lost = edits->lost || text == NULL;
	free(text);
	cJSON_Delete(json);
}

static void add_room(const char *room, struct fhir_edits *edits)
{
	cJSON *participant = cJSON_CreateObject();
	cJSON_AddItemToObject(participant, "actor", other_room(NULL, room));
	cJSON_AddStringToObject(participant, "status", "accepted");
	edit_json(edits, "/participant/-", participant);
}

static void set_room(
	const struct fhir_seen *seen, const struct fhir_booking *wanted, struct fhir_edits *edits)
{
	char path[FHIR_EDIT_PATH];
	if (wanted->room[0] == '\0' || strcmp(seen->booking.room, wanted->room) == 0)
		return;
	if (seen->room < 0) {
		add_room(wanted->room, edits);
		return;
	}
	const cJSON *actor = fhir_get(
		cJSON_GetArrayItem(fhir_get(seen->json, "participant"), seen->room), "actor");
	/* An index is safe only beside a test of the same element. */
	snprintf(path, sizeof path, "/participant/%d/actor/%s", seen->room,
		*fhir_string(actor, "reference") != '\0' ? "reference" : "identifier/value");
	fhir_edit_hold(edits, path);
	snprintf(path, sizeof path, "/participant/%d/actor", seen->room);
	edit_json(edits, path, other_room(actor, wanted->room));
}

/* -- the status ------------------------------------------------------------ */

/* R4 writes cancelationReason, R5 cancellationReason. */
static const char *reason_path(const cJSON *json)
{
	bool r5 = fhir_get(json, "subject") != NULL || fhir_get(json, "cancellationDate") != NULL
		  || fhir_get(json, "cancellationReason") != NULL;
	FHIR_EACH(participant, fhir_get(json, "participant"))
	r5 = r5 || cJSON_IsBool(fhir_get(participant, "required"));
	return r5 ? "/cancellationReason" : "/cancelationReason";
}

/* The hospital's own doing: "prov" of HL7's reasons (R4 appointment-cancellation-reason). */
char *fhir_change_reason(const struct fhir_change *change)
{
	static const char system[] =
		"http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason";
	cJSON *reason = cJSON_CreateObject(), *coding = cJSON_CreateObject();
	char text[LABEL_SIZE + 16];
	bool later = change->wanted.status == CASE_POSTPONED;
	snprintf(text, sizeof text, "%s%s%s", later ? "postponed" : "",
		later && change->reason[0] != '\0' ? ": " : "", change->reason);
	cJSON_AddStringToObject(coding, "system", system);
	cJSON_AddStringToObject(coding, "code", "prov");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(reason, "coding"), coding);
	if (text[0] != '\0')
		cJSON_AddStringToObject(reason, "text", text);
	char *json = cJSON_PrintUnformatted(reason);
	cJSON_Delete(reason);
	return json;
}

static void call_off(
	const struct fhir_seen *seen, const struct fhir_change *change, struct fhir_edits *edits)
{
	char *reason = fhir_change_reason(change);
	fhir_edit_put(edits, "/status", "\"cancelled\"");
	if (reason != NULL)
		fhir_edit_put(edits, reason_path(seen->json), reason);
	free(reason);
}

/* Back on the programme; a reason stands only with those that are off (app-4). */
static void call_back(struct fhir_edits *edits)
{
	fhir_edit_put(edits, "/status", "\"booked\"");
	fhir_edit_remove(edits, "/cancelationReason");
	fhir_edit_remove(edits, "/cancellationReason");
	fhir_edit_remove(edits, "/cancellationDate");
}

void fhir_change_edits(
	const struct fhir_seen *seen, const struct fhir_change *change, struct fhir_edits *edits)
{
	enum case_status wanted = change->wanted.status;
	/* All that was approved upon, and the version, also where nothing changes. */
	fhir_edit_hold(edits, "/meta/versionId");
	fhir_edit_hold(edits, "/status");
	if (fhir_is_off(wanted)) {
		fhir_edit_hold(edits, "/start");
		fhir_edit_hold(edits, "/end");
		call_off(seen, change, edits);
		return;
	}
	set_times(seen, &change->wanted, edits);
	set_room(seen, &change->wanted, edits);
	if (wanted == CASE_PLANNED && seen->booking.status != CASE_PLANNED)
		call_back(edits);
}

void fhir_change_complete(struct fhir_change *c)
{
	struct fhir_booking *w = &c->wanted;
	const struct fhir_booking *e = &c->expected;
	if (w->room[0] == '\0')
		text_copy(w->room, sizeof w->room, e->room);
	if (w->status == CASE_UNKNOWN)
		w->status = c->id[0] != '\0' ? e->status : CASE_PLANNED;
	if (w->start_ms == 0)
		w->start_ms = e->start_ms;
	if (w->end_ms == 0 && e->end_ms != 0)
		w->end_ms = w->start_ms + (e->end_ms - e->start_ms);
}
