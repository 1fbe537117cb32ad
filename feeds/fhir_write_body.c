/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_write_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/hash.h"
#include "twin/text.h"

/* What is sent, way by way. */

static const char fhir_json[] = "application/fhir+json";
static const char json_patch[] = "application/json-patch+json";

void fhir_parcel_free(struct fhir_parcel *parcel)
{
	free(parcel->text);
	memset(parcel, 0, sizeof *parcel);
}

void fhir_step_name(char out[FHIR_STEP_NAME], const struct fhir_change *change)
{
	char step[ID_SIZE + 16];
	int n = snprintf(step, sizeof step, "%s/%d", change->plan, change->step);
	uint64_t high = hash64(HASH64_BASIS, step, (size_t)n);
	uint64_t low = hash64(high, "vigie", 5);
	snprintf(out, FHIR_STEP_NAME, "urn:uuid:%08x-%04x-8%03x-%04x-%012llx",
		(unsigned)(high >> 32), (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff),
		(unsigned)(low >> 48 & 0x3fff) | 0x8000u,
		(unsigned long long)(low & 0xffffffffffffu));
}

/* -- one that is there ----------------------------------------------------- */

/* The whole of it, byte for byte but for what changes. Read back before it goes: a name
 * written with escapes, say, would have been added instead of replaced. */
static char *whole(
	const struct fhir_seen *seen, const struct fhir_change *change, struct error *err)
{
	struct fhir_edits edits = {.count = 0};
	struct fhir_seen again = {.json = NULL};
	fhir_change_edits(seen, change, &edits);
	char *text = fhir_edits_splice(&edits, seen->text, seen->len, err);
	fhir_edits_free(&edits);
	if (text == NULL)
		return NULL;
	if (fhir_seen_read(&again, text, strlen(text), "", change, err) < 0
		|| !fhir_seen_is(&again, &change->wanted, change)) {
		error_set(err, -EBADMSG, "it cannot be changed without touching the rest");
		free(text);
		text = NULL;
	}
	fhir_seen_free(&again);
	return text;
}

static int make_put(struct fhir_parcel *p, const struct fhir_seen *seen,
	const struct fhir_change *change, const char *slot, struct error *err)
{
	(void)slot;
	p->method = "PUT";
	p->text = whole(seen, change, err);
	return p->text != NULL ? 0 : -EBADMSG;
}

static int make_patch(struct fhir_parcel *p, const struct fhir_seen *seen,
	const struct fhir_change *change, const char *slot, struct error *err)
{
	struct fhir_edits edits = {.count = 0};
	(void)slot;
	p->method = "PATCH";
	p->type = json_patch;
	fhir_change_edits(seen, change, &edits);
	p->text = fhir_edits_patch(&edits, seen->text, seen->len, true, err);
	fhir_edits_free(&edits);
	return p->text != NULL ? 0 : -EBADMSG;
}

/* Oracle's list of paths has no /start, no /end and no test ("Patch an appointment"):
 * status, cancelationReason, slot; why it was moved goes as an extension. */
static void slot_edits(const struct fhir_seen *seen, const struct fhir_change *change,
	const char *slot, struct fhir_edits *edits)
{
	static const char url[] = "https://fhir-ehr.cerner.com/r4/StructureDefinition/"
				  "reschedule-reason";
	bool list = fhir_get(seen->json, "extension") != NULL;
	cJSON *slots = cJSON_CreateArray(), *reference = cJSON_CreateObject();
	cJSON *extension = cJSON_CreateObject();
	char text[ID_SIZE + 8];
	snprintf(text, sizeof text, "Slot/%s", slot);
	cJSON_AddStringToObject(reference, "reference", text);
	cJSON_AddItemToArray(slots, reference);
	cJSON_AddStringToObject(extension, "url", url);
	cJSON_AddStringToObject(
		cJSON_AddObjectToObject(extension, "valueCodeableConcept"), "text", change->reason);
	char *slot_json = cJSON_PrintUnformatted(slots);
	char *json = cJSON_PrintUnformatted(extension);
	char *alone = json != NULL ? malloc(strlen(json) + 3) : NULL;
	edits->lost = slot_json == NULL || alone == NULL;
	if (!edits->lost) {
		sprintf(alone, "[%s]", json);
		fhir_edit_put(edits, "/slot", slot_json);
		if (change->reason[0] != '\0')
			fhir_edit_put(
				edits, list ? "/extension/-" : "/extension", list ? json : alone);
	}
	free(alone);
	free(json);
	free(slot_json);
	cJSON_Delete(slots);
	cJSON_Delete(extension);
}

static int make_slot(struct fhir_parcel *p, const struct fhir_seen *seen,
	const struct fhir_change *change, const char *slot, struct error *err)
{
	struct fhir_edits edits = {.count = 0};
	char *reason = NULL;
	p->method = "PATCH";
	p->type = json_patch;
	if (fhir_is_off(change->wanted.status)) {
		fhir_edit_put(&edits, "/status", "\"cancelled\"");
		reason = fhir_change_reason(change);
		fhir_edit_put(
			&edits, "/cancelationReason", reason != NULL ? reason : "{\"text\":\"\"}");
	} else {
		if (seen->booking.status != CASE_PLANNED)
			fhir_edit_put(&edits, "/status", "\"booked\"");
		slot_edits(seen, change, slot, &edits);
	}
	p->text = fhir_edits_patch(&edits, seen->text, seen->len, false, err);
	fhir_edits_free(&edits);
	free(reason);
	return p->text != NULL ? 0 : -EBADMSG;
}

/* ITI-117 to modify and to cancel: the Appointment as it shall be, with its id. */
static int book(struct fhir_parcel *p, char *resource, struct error *err)
{
	static const char frame[] = "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":"
				    "\"appointment-resource\",\"resource\":%s}]}";
	p->method = "POST";
	p->match = false; /* an operation has no version */
	p->none_exist = false;
	snprintf(p->path, sizeof p->path, "Appointment/$book");
	if (resource != NULL && asprintf(&p->text, frame, resource) < 0)
		p->text = NULL;
	if (resource != NULL && p->text == NULL)
		error_set(err, -ENOMEM, "out of memory");
	free(resource);
	return p->text != NULL ? 0 : -EBADMSG;
}

static int make_book(struct fhir_parcel *p, const struct fhir_seen *seen,
	const struct fhir_change *change, const char *slot, struct error *err)
{
	(void)slot;
	return book(p, whole(seen, change, err), err);
}

static const struct way {
	const char *name;
	int (*make)(struct fhir_parcel *p, const struct fhir_seen *seen,
		const struct fhir_change *change, const char *slot, struct error *err);
	bool makes; /* can make a new one */
} ways[FHIR_WRITE_WAYS] = {
	[FHIR_PROPOSE] = {"propose", NULL, false},
	[FHIR_PATCH] = {"patch", make_patch, true},
	[FHIR_PUT] = {"put", make_put, true},
	[FHIR_SLOT] = {"slot", make_slot, false}, /* from an open slot and a patient only */
	[FHIR_BOOK] = {"book", make_book, true},
};

const char *fhir_write_way_name(enum fhir_write_way way)
{
	return (unsigned)way < FHIR_WRITE_WAYS ? ways[way].name : "?";
}

int fhir_write_way_parse(const char *word)
{
	for (int i = 0; i < FHIR_WRITE_WAYS; i++)
		if (strcmp(ways[i].name, word) == 0)
			return i;
	return -1;
}

bool fhir_way_makes(enum fhir_write_way way)
{
	return ways[way].makes;
}

int fhir_parcel_make(struct fhir_parcel *p, enum fhir_write_way way, const struct fhir_seen *seen,
	const struct fhir_change *change, const char *slot, struct error *err)
{
	memset(p, 0, sizeof *p);
	if (seen->doubt[0] != '\0')
		return error_set(err, -EPERM, "%s: a person must do it", seen->doubt);
	p->type = fhir_json;
	p->match = seen->match[0] != '\0';
	snprintf(p->path, sizeof p->path, "Appointment/%s", seen->id);
	return ways[way].make(p, seen, change, slot, err);
}

/* -- one that is to be made ------------------------------------------------ */

static void add_participant(cJSON *list, const char *type, const char *id)
{
	char reference[ID_SIZE + 16];
	if (*id == '\0')
		return;
	cJSON *participant = cJSON_CreateObject();
	snprintf(reference, sizeof reference, "%s/%s", type, id);
	cJSON_AddStringToObject(
		cJSON_AddObjectToObject(participant, "actor"), "reference", reference);
	cJSON_AddStringToObject(participant, "status", "accepted");
	cJSON_AddItemToArray(list, participant);
}

static void add_coding(cJSON *o, const char *key, const char *system, const char *code)
{
	cJSON *coding = cJSON_CreateObject();
	cJSON_AddStringToObject(coding, "system", system);
	cJSON_AddStringToObject(coding, "code", code);
	cJSON_AddItemToArray(
		cJSON_AddArrayToObject(cJSON_AddObjectToObject(o, key), "coding"), coding);
}

static cJSON *new_appointment(const struct fhir_change *change, const char *status)
{
	const struct fhir_booking *w = &change->wanted;
	char name[FHIR_STEP_NAME], when[FHIR_INSTANT_SIZE];
	cJSON *o = cJSON_CreateObject(), *identifier = cJSON_CreateObject();
	fhir_step_name(name, change);
	cJSON_AddStringToObject(o, "resourceType", "Appointment");
	cJSON_AddStringToObject(identifier, "system", "urn:ietf:rfc:3986");
	cJSON_AddStringToObject(identifier, "value", name);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "identifier"), identifier);
	cJSON_AddStringToObject(o, "status", status);
	add_coding(
		o, "appointmentType", "http://terminology.hl7.org/CodeSystem/v2-0276", "EMERGENCY");
	/* 1 the highest, 9 the lowest (iCalendar), as the classes go. */
	if (change->nest > 0)
		cJSON_AddNumberToObject(o, "priority", change->nest);
	if (change->reason[0] != '\0')
		cJSON_AddStringToObject(o, "description", change->reason);
	fhir_instant(when, w->start_ms, "");
	cJSON_AddStringToObject(o, "start", when);
	fhir_instant(when, w->end_ms, "");
	cJSON_AddStringToObject(o, "end", when);
	cJSON *list = cJSON_AddArrayToObject(o, "participant");
	add_participant(list, "Patient", change->patient);
	add_participant(list, "Location", w->room);
	return o;
}

int fhir_parcel_new(struct fhir_parcel *p, enum fhir_write_way way,
	const struct fhir_change *change, struct error *err)
{
	memset(p, 0, sizeof *p);
	/* ITI-117: what is yet to be booked is pending. */
	cJSON *o = new_appointment(change, way == FHIR_BOOK ? "pending" : "booked");
	char *text = cJSON_PrintUnformatted(o);
	cJSON_Delete(o);
	p->method = "POST";
	p->type = fhir_json;
	if (way == FHIR_BOOK)
		return book(p, text, err);
	snprintf(p->path, sizeof p->path, "Appointment");
	p->text = text;
	p->none_exist = true;
	return text != NULL ? 0 : error_set(err, -ENOMEM, "out of memory");
}
