/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* Encounter: the visit. Its location periods are the best FHIR source of who
 * is where and since when (fhir.md 1.3). */

/* R4's and R5's status codes we can read; the value says whether the visit is
 * void. Any other code marks the case. */
static const struct {
	const char *code;
	bool none, over;
} statuses[] = {
	{"planned", false, false},
	{"arrived", false, false},
	{"triaged", false, false},
	{"in-progress", false, false},
	{"onleave", false, false},
	{"on-hold", false, false},
	{"discharged", false, true},
	{"finished", false, true},
	{"completed", false, true},
	{"cancelled", true, false},
	{"discontinued", true, false},
	{"entered-in-error", true, false},
	{"unknown", false, false},
};

static const struct {
	const char *code;
	enum setting setting;
} classes[] = {
	{"AMB", SETTING_DAY},
	{"SS", SETTING_DAY},
	{"IMP", SETTING_INPATIENT},
	{"ACUTE", SETTING_INPATIENT},
	{"NONAC", SETTING_INPATIENT},
	{"EMER", SETTING_EMERGENCY},
};

struct stay {
	enum room_kind kind;
	char room[ID_SIZE], bed[ID_SIZE];
	int64_t start_ms, end_ms;
};

struct stays {
	int64_t first[ROOM_KIND_COUNT], last_end[ROOM_KIND_COUNT];
	bool open[ROOM_KIND_COUNT];
	struct stay here; /* the latest begun: where the patient is or was */
};

static int find_status(const char *code)
{
	for (int i = 0; i < (int)(sizeof statuses / sizeof *statuses); i++)
		if (strcmp(statuses[i].code, code) == 0)
			return i;
	return -1;
}

/* What `location.status` says is not trusted (HL7's own examples contradict
 * themselves), save that a planned or reserved stay has not happened. */
static bool read_stay(struct fhir_reading *r, const cJSON *element, int index, const char *own_room,
	struct stay *stay)
{
	char id[ID_SIZE], path[40];
	const char *status = fhir_string(element, "status");
	const cJSON *period = fhir_get(element, "period");
	bool configured;
	if (strcmp(status, "planned") == 0 || strcmp(status, "reserved") == 0)
		return false;
	const char *why = fhir_refer(r, fhir_get(element, "location"), "Location", id);
	if (why != NULL) {
		snprintf(path, sizeof path, "location[%d].location", index);
		fhir_puzzle(r, path, "%s", *why != '\0' ? why : "no reference to a Location");
		return false;
	}
	memset(stay, 0, sizeof *stay);
	stay->start_ms = fhir_time_at(period, "start");
	stay->end_ms = fhir_time_at(period, "end");
	if (stay->start_ms == 0 && stay->end_ms == 0)
		return false;
	stay->kind = fhir_where(r->map, id, stay->room, stay->bed, &configured);
	/* Without a site the programme tells which room is the theatre. */
	if (r->map->options.site == NULL && own_room[0] != '\0' && strcmp(own_room, id) == 0)
		stay->kind = ROOM_OR;
	return true;
}

static void read_stays(struct fhir_reading *r, const char *own_room, struct stays *stays)
{
	int index = 0;
	struct stay stay;
	memset(stays, 0, sizeof *stays);
	FHIR_EACH(element, fhir_get(r->resource, "location"))
	{
		if (!read_stay(r, element, index++, own_room, &stay))
			continue;
		enum room_kind k = stay.kind;
		if (stay.start_ms != 0 && (stays->first[k] == 0 || stay.start_ms < stays->first[k]))
			stays->first[k] = stay.start_ms;
		if (stay.end_ms > stays->last_end[k])
			stays->last_end[k] = stay.end_ms;
		stays->open[k] = stays->open[k] || stay.end_ms == 0;
		/* An open stay wins; among two, the one begun last. */
		bool open = stay.end_ms == 0, was_open = stays->here.room[0] && !stays->here.end_ms;
		if (stays->here.room[0] == '\0' || (open && !was_open)
			|| (open == was_open && stay.start_ms >= stays->here.start_ms))
			stays->here = stay;
	}
}

static void claim_stays(const struct stays *stays, struct fhir_claims *claims)
{
	static const struct {
		enum room_kind kind;
		enum milestone in, out;
	} rules[] = {
		{ROOM_HOLDING, MILESTONE_IN_HOLDING, MILESTONE_COUNT},
		{ROOM_OR, MILESTONE_IN_ROOM, MILESTONE_OUT_ROOM},
		{ROOM_PACU, MILESTONE_PACU_IN, MILESTONE_PACU_OUT},
	};
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		enum room_kind k = rules[i].kind;
		fhir_claim(claims, rules[i].in, stays->first[k], false);
		/* Back in the theatre: not out of it after all. */
		if (rules[i].out != MILESTONE_COUNT && !stays->open[k])
			fhir_claim(claims, rules[i].out, stays->last_end[k], false);
	}
}

/* The definition leaves the current status out of the history; HL7's own
 * example has it in. Both are read. */
static void claim_visit(struct fhir_reading *r, bool over, struct fhir_claims *claims)
{
	int64_t arrived = 0;
	FHIR_EACH(past, fhir_get(r->resource, "statusHistory"))
	{
		if (strcmp(fhir_string(past, "status"), "arrived") != 0)
			continue;
		int64_t start = fhir_time_at(fhir_get(past, "period"), "start");
		if (start != 0 && (arrived == 0 || start < arrived))
			arrived = start;
	}
	if (arrived != 0)
		fhir_claim(claims, MILESTONE_ARRIVED, arrived, false);
	else if (strcmp(fhir_string(r->resource, "status"), "arrived") == 0
		 || fhir_has_code(fhir_get(r->resource, "subjectStatus"), NULL, "arrived"))
		fhir_claim(claims, MILESTONE_ARRIVED, r->updated_ms, true);
	if (!over)
		return;
	int64_t end = fhir_time_at(fhir_either(r->resource, "period", "actualPeriod"), "end");
	fhir_claim(claims, MILESTONE_DISCHARGED, end != 0 ? end : r->updated_ms, end == 0);
}

static void give_place(
	struct fhir_reading *r, const char *case_id, const char *patient, const struct stay *here)
{
	struct fact fact = fhir_fact(r, FACT_PLACE);
	char key[160];
	if (here->room[0] == '\0' || patient[0] == '\0')
		return;
	text_copy(fact.place.patient, sizeof fact.place.patient, patient);
	text_copy(fact.place.id, sizeof fact.place.id, case_id);
	text_copy(fact.place.room, sizeof fact.place.room, here->room);
	text_copy(fact.place.bed, sizeof fact.place.bed, here->bed);
	fact.place.start_ms = here->start_ms;
	fact.place.end_ms = here->end_ms;
	snprintf(key, sizeof key, "place:%s", r->origin);
	fhir_give(r->map, key, &fact);
}

static void give_covariates(struct fhir_reading *r, const char *patient)
{
	struct fhir_person *person = patient[0] != '\0' ? fhir_person_get(r->map, patient) : NULL;
	if (person == NULL)
		return;
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (fhir_has_code(fhir_get(r->resource, "class"), NULL, classes[i].code))
			person->setting = classes[i].setting;
	/* Admitted through the emergency department (HL7's Encounter-emerg). */
	FHIR_EACH(past, fhir_get(r->resource, "classHistory"))
	if (fhir_has_code(fhir_get(past, "class"), NULL, "EMER"))
		person->setting = SETTING_EMERGENCY;
	const cJSON *stay = fhir_either(r->resource, "hospitalization", "admission");
	const cJSON *special = fhir_get(stay, "specialArrangement");
	if (special == NULL)
		special = fhir_get(r->resource, "specialArrangement");
	if (fhir_has_code(special, NULL, "wheel"))
		person->mobility = MOBILITY_CHAIR;
	fhir_person_give(r, person);
}

/* Encounter.appointment, else the Appointment of the same order. */
static bool find_case(struct fhir_reading *r, char case_id[ID_SIZE])
{
	char order[ID_SIZE];
	FHIR_EACH(appointment, fhir_get(r->resource, "appointment"))
	{
		if (fhir_refer(r, appointment, "Appointment", case_id) != NULL)
			continue;
		/* A visit may also name the interview before: ours comes first. */
		const struct fhir_case *c = fhir_case_find(r->map, case_id);
		if (c == NULL || !c->known || c->surgical)
			return true;
	}
	FHIR_EACH(based, fhir_get(r->resource, "basedOn"))
	{
		if (fhir_refer(r, based, "ServiceRequest", order) != NULL)
			continue;
		const struct fhir_link *link = fhir_link_find(r->map, "ServiceRequest", order);
		if (link != NULL && link->target[0] != '\0')
			return text_copy(case_id, ID_SIZE, link->target);
	}
	return false;
}

static void read_visit(struct fhir_reading *r, const char *case_id, const char *patient)
{
	const struct fhir_case *c = fhir_case_find(r->map, case_id);
	struct fhir_claims claims = {0};
	struct stays stays = {0};
	const char *code = fhir_string(r->resource, "status");
	int status = find_status(code);
	if (status < 0)
		fhir_doubt(r, "status", "unknown status %.40s", code);
	fhir_check_modifiers(r);
	fhir_case_mark(r, case_id);
	if (fhir_blocks(r))
		return;
	if (!statuses[status].none) {
		claim_visit(r, statuses[status].over, &claims);
		read_stays(r, c != NULL ? c->room : "", &stays);
		claim_stays(&stays, &claims);
	}
	fhir_settle(r, case_id, &claims, statuses[status].none ? FHIR_RANK_NONE : -1);
	give_place(r, case_id, patient, &stays.here);
	give_covariates(r, patient);
}

static bool has_happened(int status)
{
	return status >= 0 && !statuses[status].none
	       && strcmp(statuses[status].code, "planned") != 0;
}

bool fhir_read_encounter(struct fhir_reading *r)
{
	char case_id[ID_SIZE], patient[ID_SIZE] = "";
	int status = find_status(fhir_string(r->resource, "status"));
	bool wait, found = find_case(r, case_id);
	const struct fhir_case *c = found ? fhir_case_find(r->map, case_id) : NULL;
	bool past =
		fhir_history_visit(r, c != NULL && c->known && c->surgical, has_happened(status));
	if (!found) {
		/* Over, and of no booking: it belongs to what went before. */
		if (past && statuses[status].over)
			return true;
		if (r->map->last_call)
			fhir_puzzle(r, "appointment", "no Appointment: case not known");
		return r->map->last_call;
	}
	if (fhir_case_accepts(r, case_id, &wait)) {
		if (fhir_refer(r, fhir_get(r->resource, "subject"), "Patient", patient) != NULL)
			patient[0] = '\0';
		read_visit(r, case_id, patient);
		return true;
	}
	return !wait;
}
