/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* Procedure: what is done, and how far it is. */

static const char PROGRESS_URL[] =
	"http://hl7.org/fhir/StructureDefinition/procedure-progressStatus";
static const char INCISION_URL[] =
	"http://hl7.org/fhir/StructureDefinition/procedure-incisionDateTime";
static const char PROGRESS_SYSTEM[] = "http://hl7.org/fhir/procedure-progress-status-code";
/* How a site tells its own milestones with exact times. */
static const char MILESTONES_URL[] = "https://vigie.example/fhir/milestones";

/* HL7's six. `closed-incision` is the end of the procedure (AACD: dressing
 * on), `anesthesia-induced` the end of induction: ready for preparation. */
static const struct {
	const char *code;
	enum milestone milestone;
} progress[] = {
	{"in-operating-room", MILESTONE_IN_ROOM},
	{"prepared", MILESTONE_PREP_DONE},
	{"anesthesia-induced", MILESTONE_ANAES_READY},
	{"open-incision", MILESTONE_INCISION},
	{"closed-incision", MILESTONE_PROCEDURE_END},
	{"in-recovery-room", MILESTONE_PACU_IN},
};

static const struct {
	const char *code;
	bool none;
} statuses[] = {
	{"preparation", false},
	{"in-progress", false},
	{"not-done", true},
	{"on-hold", false},
	{"stopped", false},
	{"completed", false},
	{"entered-in-error", true},
	{"unknown", false},
};

static int find_status(const char *code)
{
	for (int i = 0; i < (int)(sizeof statuses / sizeof *statuses); i++)
		if (strcmp(statuses[i].code, code) == 0)
			return i;
	return -1;
}

static int progress_milestone(const struct fhir_reading *r, const struct fhir_coding *coding)
{
	const char *local = r->map->options.progress_system;
	if (local != NULL && strcmp(coding->system, local) == 0)
		return milestone_parse(coding->code);
	if (*coding->system != '\0' && strcmp(coding->system, PROGRESS_SYSTEM) != 0)
		return -1;
	for (size_t i = 0; i < sizeof progress / sizeof *progress; i++)
		if (strcmp(progress[i].code, coding->code) == 0)
			return (int)progress[i].milestone;
	return -1;
}

/* The current value only: it happened by the time this version was written. */
static int claim_progress(struct fhir_reading *r, struct fhir_claims *claims)
{
	int rank = -1;
	const cJSON *extension;
	for (int n = 0; (extension = fhir_extension(r->resource, PROGRESS_URL, n)) != NULL; n++) {
		struct fhir_coding codings[FHIR_CODINGS];
		const cJSON *value = fhir_get(extension, "valueCodeableConcept");
		int count = fhir_codings(value, codings, FHIR_CODINGS), known = 0;
		for (int i = 0; i < count; i++) {
			int m = progress_milestone(r, &codings[i]);
			if (m < 0)
				continue;
			known++;
			int its = fhir_progress_rank((enum milestone)m);
			rank = its > rank ? its : rank;
			fhir_claim(claims, (enum milestone)m, r->updated_ms, true);
		}
		if (known == 0)
			fhir_puzzle(r, "extension[procedure-progressStatus]",
				"unknown progress %.60s",
				count > 0 ? codings[0].code : fhir_string(value, "text"));
	}
	return rank;
}

static void claim_incision(struct fhir_reading *r, struct fhir_claims *claims)
{
	const cJSON *extension = fhir_extension(r->resource, INCISION_URL, 0);
	const char *text = fhir_string(extension, "valueDateTime");
	if (extension == NULL)
		return;
	if (fhir_time_at(extension, "valueDateTime") == 0)
		fhir_puzzle(r, "extension[procedure-incisionDateTime]", "not a time: %.40s", text);
	fhir_claim(claims, MILESTONE_INCISION, fhir_time_at(extension, "valueDateTime"), false);
}

static void claim_one(struct fhir_reading *r, const cJSON *one, struct fhir_claims *claims)
{
	const char *code = fhir_string(fhir_extension(one, "code", 0), "valueCode");
	int64_t when = fhir_time_at(fhir_extension(one, "time", 0), "valueDateTime");
	int m = milestone_parse(code);
	if (m < 0 || when == 0)
		fhir_puzzle(r, "extension[milestones]",
			"milestone %.40s without a meaning or a time", code);
	else
		fhir_claim(claims, (enum milestone)m, when, false);
}

/* Each {code, time} stands in an extension of its own, or all of them as
 * `milestone` in one. */
static void claim_local(struct fhir_reading *r, struct fhir_claims *claims)
{
	const cJSON *outer, *one;
	if (r->map->options.progress_system == NULL)
		return;
	for (int i = 0; (outer = fhir_extension(r->resource, MILESTONES_URL, i)) != NULL; i++) {
		if (fhir_extension(outer, "code", 0) != NULL)
			claim_one(r, outer, claims);
		for (int n = 0; (one = fhir_extension(outer, "milestone", n)) != NULL; n++)
			claim_one(r, one, claims);
	}
}

/* performedPeriod has no standard meaning: the site says what it means. */
static void claim_performed(struct fhir_reading *r, struct fhir_claims *claims)
{
	static const struct {
		const char *means;
		enum milestone start, end;
	} meanings[] = {
		{"incision", MILESTONE_INCISION, MILESTONE_PROCEDURE_END},
		{"in_room", MILESTONE_IN_ROOM, MILESTONE_OUT_ROOM},
		{"anaesthesia", MILESTONE_ANAES_START, MILESTONE_COUNT},
	};
	const char *means = r->map->options.performed_means;
	const cJSON *period = fhir_either(r->resource, "performedPeriod", "occurrencePeriod");
	for (size_t i = 0; means != NULL && i < sizeof meanings / sizeof *meanings; i++) {
		if (strcmp(meanings[i].means, means) != 0)
			continue;
		const char *key = fhir_get(r->resource, "performedDateTime") != NULL
					  ? "performedDateTime"
					  : "occurrenceDateTime";
		const cJSON *holder = period != NULL ? period : r->resource;
		key = period != NULL ? "start" : key;
		const char *start = fhir_string(holder, key);
		int64_t when = fhir_time_at(holder, key);
		if (*start != '\0' && when == 0)
			fhir_puzzle(r, "performedPeriod.start", "no time of day: %.40s", start);
		if (claims->of[meanings[i].start].when_ms == 0
			|| claims->of[meanings[i].start].at_most)
			fhir_claim(claims, meanings[i].start, when, false);
		if (meanings[i].end != MILESTONE_COUNT)
			fhir_claim(claims, meanings[i].end, fhir_time_at(period, "end"), false);
	}
}

/* A profile's own period in the room. While the procedure is only prepared it
 * is the plan; once it is under way, what happened. */
static void claim_in_room(
	struct fhir_reading *r, const char *case_id, const char *status, struct fhir_claims *claims)
{
	if (r->profile->in_room_url == NULL)
		return;
	const cJSON *period =
		fhir_get(fhir_extension(r->resource, r->profile->in_room_url, 0), "valuePeriod");
	int64_t start = fhir_time_at(period, "start"), end = fhir_time_at(period, "end");
	if (strcmp(status, "preparation") != 0) {
		fhir_claim(claims, MILESTONE_IN_ROOM, start, false);
		fhir_claim(claims, MILESTONE_OUT_ROOM, end, false);
		return;
	}
	struct fhir_case *c = fhir_case_find(r->map, case_id);
	if (start == 0 || c == NULL || c->start_ms == start)
		return;
	struct fact fact = fhir_fact(r, FACT_CASE);
	char key[160];
	c->start_ms = start;
	text_copy(fact.surgery.id, sizeof fact.surgery.id, case_id);
	fact.surgery.start_ms = start;
	fact.surgery.end_ms = end > start ? end : 0;
	snprintf(key, sizeof key, "plan:%s", case_id);
	fhir_give(r->map, key, &fact);
}

/* Where a profile names the surgeon and the room here. A role is told by its
 * practitioner: in messages roles have a new id each time. */
static void give_who_and_where(struct fhir_reading *r, const char *case_id)
{
	struct fact fact = fhir_fact(r, FACT_CASE);
	char id[ID_SIZE], bed[ID_SIZE], key[160];
	bool configured, any = false;
	const char *why = "";
	FHIR_EACH(performer, fhir_get(r->resource, "performer"))
	{
		const cJSON *actor = fhir_get(performer, "actor");
		if (!r->profile->surgeon_from_procedure || fact.surgery.surgeon[0] != '\0')
			break;
		if (fhir_refer(r, actor, "PractitionerRole", id) == NULL) {
			const struct fhir_link *role =
				fhir_link_find(r->map, "PractitionerRole", id);
			any = text_copy(fact.surgery.surgeon, ID_SIZE,
				role != NULL && role->target[0] != '\0' ? role->target : id);
		} else if (fhir_refer(r, actor, "Practitioner", id) == NULL) {
			any = text_copy(fact.surgery.surgeon, ID_SIZE, id);
		}
	}
	if (r->profile->room_from_procedure && fhir_get(r->resource, "location") != NULL
		&& (why = fhir_refer(r, fhir_get(r->resource, "location"), "Location", id))
			   == NULL) {
		fhir_where(r->map, id, fact.surgery.room, bed, &configured);
		any = true;
	}
	if (why != NULL && *why != '\0')
		fhir_puzzle(r, "location", "%s", why);
	text_copy(fact.surgery.id, sizeof fact.surgery.id, case_id);
	snprintf(key, sizeof key, "who:%s", case_id);
	if (any)
		fhir_give(r->map, key, &fact);
}

void fhir_give_title(struct fhir_reading *r, const char *case_id, const char *text)
{
	struct fhir_case *c = fhir_case_find(r->map, case_id);
	char key[160];
	if (c == NULL || c->titled || *text == '\0')
		return;
	struct fact fact = fhir_fact(r, FACT_CASE);
	text_copy(fact.surgery.id, sizeof fact.surgery.id, case_id);
	text_neutralise(fact.surgery.procedure, sizeof fact.surgery.procedure, text, strlen(text));
	snprintf(key, sizeof key, "title:%s", case_id);
	fhir_give(r->map, key, &fact);
}

static bool case_of_order(const struct fhir_reading *r, char case_id[ID_SIZE])
{
	char order[ID_SIZE];
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

static bool find_case(const struct fhir_reading *r, char case_id[ID_SIZE])
{
	char visit[ID_SIZE];
	if (fhir_refer(r, fhir_get(r->resource, "encounter"), "Encounter", visit) == NULL) {
		const struct fhir_link *link = fhir_link_find(r->map, "Encounter", visit);
		if (link != NULL && link->target[0] != '\0')
			return text_copy(case_id, ID_SIZE, link->target);
	}
	return case_of_order(r, case_id);
}

bool fhir_read_procedure(struct fhir_reading *r)
{
	char case_id[ID_SIZE];
	struct fhir_claims claims = {0};
	bool wait;
	if (!find_case(r, case_id)) {
		if (r->map->last_call)
			fhir_puzzle(
				r, "encounter", "no Encounter with an Appointment: case not known");
		return r->map->last_call;
	}
	if (!fhir_case_accepts(r, case_id, &wait))
		return !wait;
	const char *code = fhir_string(r->resource, "status");
	int status = find_status(code), rank = FHIR_RANK_NONE;
	if (status < 0)
		fhir_doubt(r, "status", "unknown status %.40s", code);
	fhir_check_modifiers(r);
	fhir_case_mark(r, case_id);
	if (fhir_blocks(r))
		return true;
	if (!statuses[status].none) {
		rank = claim_progress(r, &claims);
		claim_incision(r, &claims);
		claim_local(r, &claims);
		claim_performed(r, &claims);
		claim_in_room(r, case_id, code, &claims);
		give_who_and_where(r, case_id);
		fhir_give_title(r, case_id, fhir_concept_text(fhir_get(r->resource, "code")));
	}
	fhir_settle(r, case_id, &claims, rank);
	return true;
}
