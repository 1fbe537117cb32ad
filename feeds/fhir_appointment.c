/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* Appointment: the programme of the day (fhir.md 1.1, 1.2). */

static const char PARTICIPATION[] = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

static const struct {
	const char *code;
	enum case_status status;
	bool present; /* the patient is in the house */
} statuses[] = {
	{"proposed", CASE_REQUESTED, false},
	{"pending", CASE_REQUESTED, false},
	{"waitlist", CASE_REQUESTED, false},
	{"booked", CASE_PLANNED, false},
	{"arrived", CASE_PLANNED, true},
	{"checked-in", CASE_PLANNED, true},
	{"fulfilled", CASE_FULFILLED, false},
	{"cancelled", CASE_CANCELLED, false},
	{"noshow", CASE_NO_SHOW, false},
	{"entered-in-error", CASE_VOID, false},
};

enum case_status fhir_appointment_means(const char *code)
{
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (strcmp(statuses[i].code, code) == 0)
			return statuses[i].status;
	return CASE_UNKNOWN;
}

struct participants {
	bool room_found, room_configured, unresolved;
	bool by_role[2]; /* surgeon, anaesthetist: named by a PractitionerRole */
	char where[40];  /* path of the first actor that could not be told */
};

static void take_room(const struct fhir_reading *r, const char *location, struct participants *seen,
	struct fact_case *c)
{
	char room[ID_SIZE], bed[ID_SIZE];
	bool configured;
	enum room_kind kind = fhir_where(r->map, location, room, bed, &configured);
	bool theatre = configured && bed[0] == '\0'
		       && (kind == ROOM_OR || kind == ROOM_INDUCTION || kind == ROOM_OTHER);
	/* A theatre of ours wins over a corridor or a room nobody configured. */
	if (seen->room_found && (seen->room_configured || !theatre))
		return;
	text_copy(c->room, sizeof c->room, room);
	seen->room_found = true;
	seen->room_configured = theatre;
}

static void take_staff(struct fhir_reading *r, const cJSON *participant, const char *id,
	bool by_role, struct participants *seen, struct fact_case *c)
{
	const cJSON *type = fhir_get(participant, "type");
	const char *display = fhir_string(fhir_get(participant, "actor"), "display");
	char name[LABEL_SIZE];
	if (fhir_has_code(type, PARTICIPATION, "PPRF") && c->surgeon[0] == '\0') {
		text_copy(c->surgeon, sizeof c->surgeon, id);
		seen->by_role[0] = by_role;
	} else if (fhir_has_code(type, PARTICIPATION, "SPRF") && c->anaesthetist[0] == '\0') {
		text_copy(c->anaesthetist, sizeof c->anaesthetist, id);
		seen->by_role[1] = by_role;
	}
	/* The vendors' programmes name people here, and offer no list of them. */
	if (*display == '\0' || *fhir_name_of(r->map, id) != '\0')
		return;
	text_neutralise(name, sizeof name, display, strlen(display));
	fhir_give_name(r->map, id, name);
}

static void keep_staff(
	struct fhir_case *known, const struct fact_case *c, const struct participants *seen)
{
	text_copy(known->staff[0], ID_SIZE, c->surgeon);
	text_copy(known->staff[1], ID_SIZE, c->anaesthetist);
	known->by_role[0] = seen->by_role[0];
	known->by_role[1] = seen->by_role[1];
}

/* Which kind of actor it is; ACTORS when none that is known, with why: "" for
 * somebody else's, else what cannot be resolved. */
enum actor { ACTOR_LOCATION, ACTOR_PATIENT, ACTOR_ROLE, ACTOR_PRACTITIONER, ACTORS };

static enum actor resolve_actor(
	const struct fhir_reading *r, const cJSON *actor, char id[ID_SIZE], const char **why)
{
	static const char *const types[ACTORS] = {
		"Location", "Patient", "PractitionerRole", "Practitioner"};
	*why = "";
	for (int i = 0; i < ACTORS; i++) {
		const char *reason = fhir_refer(r, actor, types[i], id);
		if (reason == NULL)
			return (enum actor)i;
		*why = **why == '\0' ? reason : *why;
	}
	return ACTORS;
}

static void read_participant(struct fhir_reading *r, const cJSON *participant, int index,
	struct participants *seen, struct fact_case *c)
{
	const cJSON *actor = fhir_get(participant, "actor");
	char id[ID_SIZE], path[40];
	const char *why;
	if (actor == NULL || strcmp(fhir_string(participant, "status"), "declined") == 0)
		return;
	switch (resolve_actor(r, actor, id, &why)) {
	case ACTOR_LOCATION:
		take_room(r, id, seen, c);
		return;
	case ACTOR_PATIENT:
		text_copy(c->patient, sizeof c->patient, id);
		return;
	case ACTOR_ROLE:
		take_staff(r, participant, id, true, seen, c);
		return;
	case ACTOR_PRACTITIONER:
		take_staff(r, participant, id, false, seen, c);
		return;
	case ACTORS:
		break;
	}
	if (*why == '\0')
		return;
	snprintf(path, sizeof path, "participant[%d].actor", index);
	fhir_puzzle(r, path, "%s", why);
	if (!seen->unresolved)
		text_copy(seen->where, sizeof seen->where, path);
	seen->unresolved = true;
}

static void read_participants(
	struct fhir_reading *r, struct participants *seen, struct fact_case *c)
{
	int index = 0;
	char id[ID_SIZE];
	memset(seen, 0, sizeof *seen);
	FHIR_EACH(participant, fhir_get(r->resource, "participant"))
	read_participant(r, participant, index++, seen, c);
	/* R5 has the patient as `subject`. */
	if (c->patient[0] == '\0'
		&& fhir_refer(r, fhir_get(r->resource, "subject"), "Patient", id) == NULL)
		text_copy(c->patient, sizeof c->patient, id);
}

/* A code in a system whose URL ends in that word. */
static bool has_code_of(const cJSON *concept, const char *system, const char *code)
{
	struct fhir_coding codings[FHIR_CODINGS];
	int n = fhir_codings(concept, codings, FHIR_CODINGS);
	for (int i = 0; i < n; i++)
		if (strcmp(codings[i].code, code) == 0 && strstr(codings[i].system, system) != NULL)
			return true;
	return false;
}

/* Category by code, Epic's word, or HL7's "Specialist Surgical" (31). */
static bool is_surgery(const struct fhir_reading *r, const struct participants *seen)
{
	const cJSON *category = fhir_get(r->resource, "serviceCategory");
	/* A profile that says which are surgery says so of the others too. */
	if (r->profile->surgery_code != NULL)
		return has_code_of(fhir_get(r->resource, "serviceType"), r->profile->surgery_system,
			r->profile->surgery_code);
	if (r->profile->all_surgery)
		return true;
	if (r->map->options.site == NULL || seen->room_configured)
		return true;
	return fhir_has_code(category, NULL, "surgery")
	       || fhir_has_code(
		       category, "http://terminology.hl7.org/CodeSystem/service-category", "31")
	       || fhir_has_code(category, NULL, "387713003");
}

static int64_t instant(struct fhir_reading *r, const char *key)
{
	const char *text = fhir_string(r->resource, key);
	int64_t when = fhir_time_at(r->resource, key);
	if (*text != '\0' && when == 0)
		fhir_puzzle(r, key, "not a time: %.60s", text);
	return when;
}

static void read_times(struct fhir_reading *r, struct fact_case *c)
{
	const cJSON *minutes = fhir_get(r->resource, "minutesDuration");
	c->start_ms = instant(r, "start");
	c->end_ms = instant(r, "end");
	if (c->end_ms == 0 && c->start_ms != 0 && cJSON_IsNumber(minutes)
		&& minutes->valuedouble > 0 && minutes->valuedouble < 2880)
		c->end_ms = c->start_ms + (int64_t)(minutes->valuedouble * 60000);
	if (c->end_ms != 0 && c->start_ms != 0 && c->end_ms < c->start_ms) {
		fhir_puzzle(r, "end", "ends before it starts");
		c->end_ms = 0;
	}
}

static bool read_status(struct fhir_reading *r, struct fact_case *c)
{
	const char *code = fhir_string(r->resource, "status");
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		if (strcmp(statuses[i].code, code) == 0) {
			c->status = statuses[i].status;
			return statuses[i].present;
		}
	}
	fhir_doubt(r, "status", *code != '\0' ? "unknown status %.40s" : "no status%.40s", code);
	return false;
}

/* v2-0276, R5's priority and class. Codings that contradict each other (Oracle
 * writes a wrong-looking one beside its own) say nothing. */
static bool is_emergency(struct fhir_reading *r)
{
	static const char *const planned[] = {"ROUTINE", "WALKIN", "CHECKUP", "FOLLOWUP"};
	const cJSON *type = fhir_get(r->resource, "appointmentType");
	bool emergency = fhir_has_code(type, NULL, "EMERGENCY");
	for (size_t i = 0; emergency && i < sizeof planned / sizeof *planned; i++)
		if (fhir_has_code(type, NULL, planned[i])) {
			fhir_puzzle(r, "appointmentType", "its codings contradict each other");
			return false;
		}
	return emergency || fhir_has_code(fhir_get(r->resource, "priority"), NULL, "EM")
	       || fhir_has_code(fhir_get(r->resource, "class"), NULL, "EMER");
}

static void read_text(struct fhir_reading *r, struct fact_case *c)
{
	const char *text = fhir_string(r->resource, "description");
	if (*text == '\0')
		text = fhir_concept_text(fhir_get(r->resource, "serviceType"));
	text_neutralise(c->procedure, sizeof c->procedure, text, strlen(text));
	if (is_emergency(r))
		c->setting = SETTING_EMERGENCY;
}

/* Orders hang on the case, and so does what is based on the same order. */
static void link_orders(struct fhir_reading *r)
{
	char id[ID_SIZE];
	FHIR_EACH(order, fhir_get(r->resource, "basedOn"))
	{
		if (fhir_refer(r, order, "ServiceRequest", id) != NULL)
			continue;
		fhir_link_set(r->map, "ServiceRequest", id, r->id);
	}
}

static void give_case(struct fhir_reading *r, const struct fact *fact, bool present)
{
	char key[160];
	snprintf(key, sizeof key, "case:%s", r->id);
	fhir_give(r->map, key, fact);
	if (fact->surgery.status == CASE_NO_SHOW) {
		struct fact status = fhir_fact(r, FACT_STATUS);
		text_copy(status.status.id, sizeof status.status.id, r->id);
		status.status.status = CASE_NO_SHOW;
		snprintf(key, sizeof key, "status:%s", r->id);
		fhir_give(r->map, key, &status);
	}
	struct fhir_claims claims = {0};
	if (present && !fhir_blocks(r))
		fhir_claim(&claims, MILESTONE_ARRIVED, r->updated_ms, true);
	fhir_settle(r, r->id, &claims, -1);
}

static void give_age(struct fhir_reading *r, const struct fact_case *c)
{
	struct fhir_person *person =
		c->patient[0] != '\0' ? fhir_person_get(r->map, c->patient) : NULL;
	if (person == NULL || c->start_ms == 0 || person->case_start_ms == c->start_ms)
		return;
	person->case_start_ms = c->start_ms;
	if (person->birth[0] != '\0')
		fhir_person_give(r, person);
	fhir_history_give(r, person);
}

bool fhir_read_appointment(struct fhir_reading *r)
{
	struct fact fact = fhir_fact(r, FACT_CASE);
	struct fact_case *c = &fact.surgery;
	struct participants seen;
	struct fhir_case *known = fhir_case_get(r->map, r->id);
	if (known == NULL)
		return true;
	text_copy(c->id, sizeof c->id, r->id);
	read_participants(r, &seen, c);
	/* Once ours, always told: a case moved to a room elsewhere must not
	 * stand in its old room for ever. */
	known->surgical = known->surgical || is_surgery(r, &seen);
	r->map->linked = r->map->linked || !known->known || strcmp(known->patient, c->patient) != 0;
	known->known = true;
	if (!known->surgical)
		return true;
	fhir_check_modifiers(r);
	read_times(r, c);
	bool present = read_status(r, c);
	read_text(r, c);
	const struct fhir_person *person =
		c->patient[0] != '\0' ? fhir_person_get(r->map, c->patient) : NULL;
	if (person != NULL && person->doubt[0] != '\0' && r->doubt[0] == '\0')
		fhir_doubt(r, "patient", "%s", person->doubt);
	if (!seen.room_found && seen.unresolved)
		fhir_doubt(r, seen.where, "no room: participant is not a reference");
	text_copy(c->not_understood, sizeof c->not_understood, r->doubt);
	text_copy(known->patient, sizeof known->patient, c->patient);
	if (c->room[0] != '\0')
		text_copy(known->room, sizeof known->room, c->room);
	known->start_ms = c->start_ms;
	known->gone = false;
	keep_staff(known, c, &seen);
	known->titled = c->procedure[0] != '\0';
	link_orders(r);
	give_case(r, &fact, present);
	give_age(r, c);
	return true;
}
