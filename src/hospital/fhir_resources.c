/* SPDX-License-Identifier: Apache-2.0 */

/* The bodies of the resources, as a hospital's system would fill them in. */

#include "src/hospital/fhir_store.h"
#include "feeds/json_read.h"
#include "src/hospital/stamp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CS     "http://terminology.hl7.org/CodeSystem/"
#define SNOMED "http://snomed.info/sct"
#define LOCAL  "https://hospital.example/"

cJSON *fhir_new(const char *type, const char *id)
{
	cJSON *o = cJSON_CreateObject();
	fhir_text(o, "resourceType", type);
	fhir_text(o, "id", id);
	return o;
}

void fhir_text(cJSON *o, const char *key, const char *value)
{
	cJSON_AddStringToObject(o, key, value);
}

void fhir_time_seconds(cJSON *o, const char *key, int64_t ms)
{
	char stamp[STAMP_SIZE];
	fhir_text(o, key, stamp_seconds(ms, stamp));
}

void fhir_reference(cJSON *o, const char *key, const char *type, const char *id)
{
	char reference[128];
	snprintf(reference, sizeof(reference), "%s/%s", type, id);
	fhir_text(cJSON_AddObjectToObject(o, key), "reference", reference);
}

cJSON *fhir_coding(
	cJSON *o, const char *key, const char *system, const char *code, const char *display)
{
	cJSON *coding = key != NULL ? cJSON_AddObjectToObject(o, key) : o;
	if (system != NULL)
		fhir_text(coding, "system", system);
	fhir_text(coding, "code", code);
	if (display != NULL)
		fhir_text(coding, "display", display);
	return coding;
}

cJSON *fhir_concept(const char *system, const char *code, const char *display)
{
	cJSON *concept = cJSON_CreateObject();
	fhir_coding(fhir_push(concept, "coding"), NULL, system, code, display);
	return concept;
}

cJSON *fhir_push(cJSON *o, const char *key)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(o, key);
	if (list == NULL)
		list = cJSON_AddArrayToObject(o, key);
	cJSON *item = cJSON_CreateObject();
	cJSON_AddItemToArray(list, item);
	return item;
}

cJSON *fhir_period(cJSON *o, int64_t start, int64_t end)
{
	cJSON *period = cJSON_AddObjectToObject(o, "period");
	if (start != 0)
		fhir_time_seconds(period, "start", start);
	if (end != 0)
		fhir_time_seconds(period, "end", end);
	return period;
}

static void push_concept(cJSON *o, const char *key, cJSON *concept)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(o, key);
	if (list == NULL)
		list = cJSON_AddArrayToObject(o, key);
	cJSON_AddItemToArray(list, concept);
}

static void identifier(cJSON *o, const char *system, const char *value)
{
	cJSON *i = fhir_push(o, "identifier");
	fhir_text(i, "system", system);
	fhir_text(i, "value", value);
}

/* v2 table 0116, by the newest thing that is known about the room. */
static const char *room_service(const struct store *s, int room)
{
	static const struct {
		enum milestone m;
		const char *code;
	} codes[] = {{MILESTONE_ROOM_READY, "U"}, {MILESTONE_IN_ROOM, "O"},
		{MILESTONE_OUT_ROOM, "K"}, {MILESTONE_CLEANUP, "H"}, {MILESTONE_CLEANUP_DONE, "U"}};
	const char *code = "U";
	int64_t newest = 0;
	for (int i = 0; i < s->day->case_count; i++) {
		const struct hcase *c = &s->day->cases[i];
		if (c->room != room)
			continue;
		for (size_t k = 0; k < sizeof(codes) / sizeof(codes[0]); k++)
			if (s->known[i].seen[codes[k].m] && c->at[codes[k].m] >= newest) {
				newest = c->at[codes[k].m];
				code = codes[k].code;
			}
	}
	return code;
}

static void service_coding(cJSON *o, const char *code)
{
	const char *display = *code == 'O'   ? "Occupied"
			      : *code == 'K' ? "Contaminated"
			      : *code == 'H' ? "Housekeeping"
					     : "Unoccupied";
	fhir_coding(o, "operationalStatus", CS "v2-0116", code, display);
}

cJSON *resource_room(const struct store *s, int room)
{
	const struct room *r = &s->day->site->rooms[room];
	cJSON *o = fhir_new("Location", r->fhir);
	identifier(o, LOCAL "ids/room", r->id);
	fhir_text(o, "status", "active");
	if (r->kind == ROOM_OR)
		service_coding(o, room_service(s, room));
	fhir_text(o, "name", r->name);
	fhir_text(o, "mode", "instance");
	if (r->kind == ROOM_OR)
		push_concept(o, "type", fhir_concept(SNOMED, "225738002", "Operating room"));
	cJSON_AddItemToObject(
		o, "physicalType", fhir_concept(CS "location-physical-type", "ro", "Room"));
	return o;
}

cJSON *resource_bed(const struct store *s, int bed)
{
	const struct bed *b = &s->day->site->beds[bed];
	cJSON *o = fhir_new("Location", b->fhir);
	bool taken = false;
	for (int i = 0; i < s->day->case_count; i++)
		taken |= s->day->cases[i].bay == bed && s->known[i].seen[MILESTONE_PACU_IN]
			 && !s->known[i].seen[MILESTONE_PACU_OUT];
	fhir_text(o, "status", "active");
	service_coding(o, taken ? "O" : "U");
	fhir_text(o, "name", b->name);
	fhir_text(o, "mode", "instance");
	cJSON_AddItemToObject(
		o, "physicalType", fhir_concept(CS "location-physical-type", "bd", "Bed"));
	if (b->room >= 0)
		fhir_reference(o, "partOf", "Location", s->day->site->rooms[b->room].fhir);
	return o;
}

static void human_name(cJSON *o, const struct person *p, const char *prefix)
{
	cJSON *name = fhir_push(o, "name");
	fhir_text(name, "use", "official");
	fhir_text(name, "family", p->family);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(name, "given"), cJSON_CreateString(p->given));
	if (prefix != NULL)
		cJSON_AddItemToArray(
			cJSON_AddArrayToObject(name, "prefix"), cJSON_CreateString(prefix));
}

cJSON *resource_practitioner(const struct store *s, int staff)
{
	const struct person *p = &s->day->staff[staff];
	cJSON *o = fhir_new("Practitioner", p->id);
	cJSON_AddTrueToObject(o, "active");
	human_name(o, p, "Dr");
	fhir_text(o, "gender", p->sex == 'F' ? "female" : "male");
	return o;
}

cJSON *resource_patient(const struct store *s, int i)
{
	const struct hcase *c = &s->day->cases[i];
	cJSON *o = fhir_new("Patient", c->patient);
	char text[32];
	snprintf(text, sizeof(text), "%07d", 4711000 + (int)c->stream);
	identifier(o, LOCAL "ids/mrn", text);
	if (s->known[i].bracelet && c->tag >= 0)
		identifier(o, LOCAL "ids/bracelet", s->day->site->tags[c->tag].mac);
	human_name(o, &c->person, NULL);
	fhir_text(o, "gender", c->person.sex == 'F' ? "female" : "male");
	snprintf(text, sizeof(text), "%04d-%02d-%02d", c->person.birth_year % 10000,
		c->person.birth_month % 100, c->person.birth_day % 100);
	fhir_text(o, "birthDate", text);
	return o;
}

const char *resource_appointment_status(const struct store *s, int i)
{
	const struct known *k = &s->known[i];
	if (k->off)
		return s->day->cases[i].no_show ? "noshow"
		       : k->waitlisted          ? "waitlist"
						: "cancelled";
	if (k->seen[MILESTONE_OUT_ROOM] || k->seen[MILESTONE_PACU_IN])
		return "fulfilled";
	if (k->seen[MILESTONE_IN_ROOM] || k->seen[MILESTONE_INCISION])
		return "checked-in";
	return k->seen[MILESTONE_ARRIVED] || k->seen[MILESTONE_IN_HOLDING] ? "arrived" : "booked";
}

static void participant(
	cJSON *o, const char *role, const char *type, const char *id, const char *display)
{
	cJSON *p = fhir_push(o, "participant");
	if (role != NULL)
		push_concept(p, "type", fhir_concept(CS "v3-ParticipationType", role, NULL));
	fhir_reference(p, "actor", type, id);
	if (display != NULL)
		fhir_text(cJSON_GetObjectItemCaseSensitive(p, "actor"), "display", display);
	fhir_text(p, "required", "required");
	fhir_text(p, "status", "accepted");
}

cJSON *resource_appointment(const struct store *s, int i)
{
	const struct hcase *c = &s->day->cases[i];
	const struct booking *booked = &s->known[i].booking;
	const struct room *room = &s->day->site->rooms[booked->room];
	cJSON *o = fhir_new("Appointment", c->appointment);
	identifier(o, LOCAL "ids/or-case", c->appointment);
	fhir_text(o, "status", resource_appointment_status(s, i));
	push_concept(o, "serviceCategory",
		fhir_concept(CS "service-category", "31", "Specialist Surgical"));
	cJSON_AddItemToObject(o, "appointmentType",
		fhir_concept(CS "v2-0276", c->emergency ? "EMERGENCY" : "ROUTINE", NULL));
	cJSON_AddNumberToObject(o, "priority", c->emergency ? 1 : 5);
	fhir_text(o, "description", c->act->text);
	fhir_time_seconds(o, "start", booked->start);
	fhir_time_seconds(o, "end", booked->end);
	const int64_t minutes = (booked->end - booked->start) / 60000;
	cJSON_AddNumberToObject(o, "minutesDuration", (double)minutes);
	fhir_time_seconds(o, "created", c->known_ms);
	participant(o, NULL, "Patient", c->patient, NULL);
	participant(o, NULL, "Location", room->fhir, room->name);
	participant(o, "PPRF", "Practitioner", s->day->staff[c->surgeon].id, NULL);
	participant(o, "SPRF", "Practitioner", s->day->staff[c->anaesthetist].id, NULL);
	return o;
}

static void set_time(cJSON *o, const char *key, int64_t ms)
{
	char stamp[STAMP_SIZE];
	cJSON_ReplaceItemInObjectCaseSensitive(
		o, key, cJSON_CreateString(stamp_seconds(ms, stamp)));
}

void resource_rebook(const struct store *s, int i, cJSON *o)
{
	const struct booking *b = &s->known[i].booking;
	const struct room *room = &s->day->site->rooms[b->room];
	set_time(o, "start", b->start);
	int64_t minutes = (b->end - b->start) / 60000;
	set_time(o, "end", b->end);
	cJSON_ReplaceItemInObjectCaseSensitive(
		o, "minutesDuration", cJSON_CreateNumber((double)minutes));
	for (cJSON *p = cJSON_GetObjectItemCaseSensitive(o, "participant")->child; p != NULL;
		p = p->next) {
		cJSON *actor = cJSON_GetObjectItemCaseSensitive(p, "actor");
		if (strncmp(json_text(actor, "reference"), "Location/", 9) != 0)
			continue;
		cJSON_DeleteItemFromObjectCaseSensitive(p, "actor");
		fhir_reference(p, "actor", "Location", room->fhir);
		fhir_text(cJSON_GetObjectItemCaseSensitive(p, "actor"), "display", room->name);
	}
}

static const char *progress_code(enum milestone m)
{
	static const struct {
		enum milestone m;
		const char *code;
	} codes[] = {{MILESTONE_IN_ROOM, "in-operating-room"},
		{MILESTONE_ANAES_READY, "anesthesia-induced"}, {MILESTONE_PREP_DONE, "prepared"},
		{MILESTONE_INCISION, "open-incision"}, {MILESTONE_PROCEDURE_END, "closed-incision"},
		{MILESTONE_PACU_IN, "in-recovery-room"}};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].m == m)
			return codes[i].code;
	return NULL;
}

static void milestone_extension(cJSON *o, enum milestone m, int64_t t)
{
	cJSON *outer = fhir_push(o, "extension");
	fhir_text(outer, "url", "https://vigie.example/fhir/milestones");
	cJSON *code = fhir_push(outer, "extension");
	fhir_text(code, "url", "code");
	fhir_text(code, "valueCode", milestone_name(m));
	cJSON *time = fhir_push(outer, "extension");
	fhir_text(time, "url", "time");
	fhir_time_seconds(time, "valueDateTime", t);
}

static void procedure_extensions(cJSON *o, const struct hcase *c, const struct known *k)
{
	int newest = -1;
	for (int m = 0; m < MILESTONE_COUNT; m++)
		if (k->seen[m] && m != MILESTONE_ROOM_READY
			&& (newest < 0 || c->at[m] >= c->at[newest]))
			newest = m;
	if (newest >= 0) {
		const char *code = progress_code((enum milestone)newest);
		cJSON *e = fhir_push(o, "extension");
		fhir_text(e, "url",
			"http://hl7.org/fhir/StructureDefinition/procedure-progressStatus");
		cJSON_AddItemToObject(e, "valueCodeableConcept",
			code != NULL ? fhir_concept(
				"http://hl7.org/fhir/procedure-progress-status-code", code, NULL)
				     : fhir_concept(LOCAL "cs/milestones",
					     milestone_name((enum milestone)newest), NULL));
	}
	if (k->seen[MILESTONE_INCISION]) {
		cJSON *e = fhir_push(o, "extension");
		fhir_text(e, "url",
			"http://hl7.org/fhir/StructureDefinition/procedure-incisionDateTime");
		fhir_time_seconds(e, "valueDateTime", c->at[MILESTONE_INCISION]);
	}
	for (int m = 0; m < MILESTONE_COUNT; m++)
		if (k->seen[m])
			milestone_extension(o, (enum milestone)m, c->at[m]);
}

static const char *procedure_status(const struct known *k)
{
	if (k->off)
		return "not-done";
	if (k->seen[MILESTONE_OUT_ROOM] || k->seen[MILESTONE_PACU_IN])
		return "completed";
	return k->seen[MILESTONE_IN_ROOM] || k->seen[MILESTONE_INCISION] ? "in-progress"
									 : "preparation";
}

cJSON *resource_procedure(const struct store *s, int i)
{
	const struct hcase *c = &s->day->cases[i];
	const struct known *k = &s->known[i];
	cJSON *o = fhir_new("Procedure", c->procedure);
	procedure_extensions(o, c, k);
	fhir_text(o, "status", procedure_status(k));
	cJSON_AddItemToObject(
		o, "category", fhir_concept(SNOMED, "387713003", "Surgical procedure"));
	fhir_text(cJSON_AddObjectToObject(o, "code"), "text", c->act->text);
	fhir_reference(o, "subject", "Patient", c->patient);
	fhir_reference(o, "encounter", "Encounter", c->encounter);
	if (k->seen[MILESTONE_INCISION]) {
		cJSON *period = cJSON_AddObjectToObject(o, "performedPeriod");
		fhir_time_seconds(period, "start", c->at[MILESTONE_INCISION]);
		if (k->seen[MILESTONE_PROCEDURE_END])
			fhir_time_seconds(period, "end", c->at[MILESTONE_PROCEDURE_END]);
	}
	fhir_reference(
		fhir_push(o, "performer"), "actor", "Practitioner", s->day->staff[c->surgeon].id);
	fhir_reference(o, "location", "Location", s->day->site->rooms[k->booking.room].fhir);
	return o;
}

/* SNOMED CT findings ASA I to V are numbered in a row (fhir.md 7). */
static void asa_value(cJSON *o, int asa)
{
	static const char *const codes[] = {
		"413495001", "413496000", "413497009", "413498004", "413499007"};
	static const char *const texts[] = {"ASA I", "ASA II", "ASA III", "ASA IV", "ASA V"};
	int n = asa < 1 ? 0 : asa > 5 ? 4 : asa - 1;
	cJSON *value = fhir_concept(SNOMED, codes[n], NULL);
	fhir_text(value, "text", texts[n]);
	cJSON_AddItemToObject(o, "valueCodeableConcept", value);
}

static void bmi_value(cJSON *o, double bmi)
{
	cJSON *value = cJSON_AddObjectToObject(o, "valueQuantity");
	cJSON_AddNumberToObject(value, "value", round(bmi * 10) / 10);
	fhir_text(value, "unit", "kg/m2");
	fhir_text(value, "system", "http://unitsofmeasure.org");
	fhir_text(value, "code", "kg/m2");
}

cJSON *resource_observation(const struct store *s, int i, int which)
{
	static const struct {
		const char *system, *code, *display;
	} codes[OBSERVATIONS] = {
		{"http://loinc.org", "39156-5", "Body mass index (BMI) [Ratio]"},
		{SNOMED, "413347006",
			"Finding of American Society of Anesthesiologists "
			"physical status classification"},
		{"http://loinc.org", "49541-6", "Fasting status - Reported"},
	};
	const struct hcase *c = &s->day->cases[i];
	cJSON *o = fhir_new("Observation", s->items[s->observations + OBSERVATIONS * i + which].id);
	fhir_text(o, "status", "final");
	cJSON_AddItemToObject(o, "code",
		fhir_concept(codes[which].system, codes[which].code, codes[which].display));
	fhir_reference(o, "subject", "Patient", c->patient);
	fhir_reference(o, "encounter", "Encounter", c->encounter);
	fhir_time_seconds(o, "effectiveDateTime",
		which < 2        ? c->known_ms
		: c->ate_ms != 0 ? s->learning_ms
				 : c->at[MILESTONE_ARRIVED] + 5 * 60000);
	if (which == 0)
		bmi_value(o, c->bmi);
	else if (which == 1)
		asa_value(o, c->asa);
	else
		cJSON_AddItemToObject(o, "valueCodeableConcept",
			fhir_concept(CS "v2-0136",
				c->not_fasting && c->ate_ms <= s->learning_ms ? "N" : "Y", NULL));
	return o;
}
