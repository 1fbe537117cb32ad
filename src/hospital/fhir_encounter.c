/* SPDX-License-Identifier: Apache-2.0 */

/* The visit: its states and where the patient lay, from what is known so far. */

#include "src/hospital/fhir_store.h"

#include <stdio.h>

struct stay {
	const char *location;
	int64_t start, end;
};

enum { STAYS_MAX = 8 };

static int64_t known_time(const struct store *s, int i, enum milestone m)
{
	return s->known[i].seen[m] ? s->day->cases[i].at[m] : 0;
}

static void stay(struct stay *stays, int *n, const char *location, int64_t start, int64_t end)
{
	if (start != 0)
		stays[(*n)++] = (struct stay){location, start, end};
}

static int list_stays(const struct store *s, int i, struct stay stays[STAYS_MAX])
{
	const struct site *site = s->day->site;
	const struct hcase *c = &s->day->cases[i];
	const char *ward = c->ward >= 0 ? site->rooms[c->ward].fhir : "ward";
	int64_t in_room = known_time(s, i, MILESTONE_IN_ROOM);
	int64_t induction = in_room != 0 ? c->induction_ms : 0;
	int holding = 0, n = 0;
	while (holding < site->room_count && site->rooms[holding].kind != ROOM_HOLDING)
		holding++;
	stay(stays, &n, ward, known_time(s, i, MILESTONE_ARRIVED),
		known_time(s, i, MILESTONE_LEFT_WARD));
	if (holding < site->room_count)
		stay(stays, &n, site->rooms[holding].fhir, known_time(s, i, MILESTONE_IN_HOLDING),
			induction != 0 ? induction : in_room);
	if (c->induction_room >= 0)
		stay(stays, &n, site->rooms[c->induction_room].fhir, induction, in_room);
	stay(stays, &n, site->rooms[c->room].fhir, in_room, known_time(s, i, MILESTONE_OUT_ROOM));
	if (c->bay >= 0)
		stay(stays, &n, site->beds[c->bay].fhir, known_time(s, i, MILESTONE_PACU_IN),
			known_time(s, i, MILESTONE_PACU_OUT));
	stay(stays, &n, ward, s->known[i].back ? c->back_ms : 0,
		known_time(s, i, MILESTONE_DISCHARGED));
	/* Where an end was never entered, the next place closes it. */
	for (int k = 0; k + 1 < n; k++)
		if (stays[k].end == 0)
			stays[k].end = stays[k + 1].start;
	return n;
}

static const char *encounter_status(const struct store *s, int i, bool any)
{
	const struct known *k = &s->known[i];
	if (k->off)
		return "cancelled";
	if (k->seen[MILESTONE_DISCHARGED])
		return "finished";
	if (k->seen[MILESTONE_IN_ROOM] || k->seen[MILESTONE_INCISION]
		|| k->seen[MILESTONE_OUT_ROOM])
		return "in-progress";
	return any ? "arrived" : "planned";
}

static void history(cJSON *o, const char *status, int64_t start, int64_t end)
{
	cJSON *h = fhir_push(o, "statusHistory");
	fhir_text(h, "status", status);
	fhir_period(h, start, end);
}

cJSON *resource_encounter(const struct store *s, int i)
{
	const struct hcase *c = &s->day->cases[i];
	struct stay stays[STAYS_MAX];
	int n = list_stays(s, i, stays);
	int64_t arrived = known_time(s, i, MILESTONE_ARRIVED);
	cJSON *o = fhir_new("Encounter", c->encounter);
	fhir_text(o, "status", encounter_status(s, i, n > 0));
	history(o, "planned", c->known_ms, arrived);
	if (arrived != 0)
		history(o, "arrived", arrived, known_time(s, i, MILESTONE_IN_ROOM));
	fhir_coding(o, "class", "http://terminology.hl7.org/CodeSystem/v3-ActCode",
		c->emergency  ? "EMER"
		: c->day_case ? "AMB"
			      : "IMP",
		NULL);
	cJSON_AddItemToObject(o, "priority",
		fhir_concept("http://terminology.hl7.org/CodeSystem/v3-ActPriority",
			c->emergency ? "EM" : "EL", NULL));
	fhir_reference(o, "subject", "Patient", c->patient);
	char appointment[64];
	snprintf(appointment, sizeof(appointment), "Appointment/%s", c->appointment);
	fhir_text(fhir_push(o, "appointment"), "reference", appointment);
	if (n > 0)
		fhir_period(o, stays[0].start, known_time(s, i, MILESTONE_DISCHARGED));
	for (int k = 0; k < n; k++) {
		cJSON *l = fhir_push(o, "location");
		fhir_reference(l, "location", "Location", stays[k].location);
		fhir_text(l, "status", stays[k].end != 0 ? "completed" : "active");
		fhir_period(l, stays[k].start, stays[k].end);
	}
	if (!c->walks) {
		cJSON *h = cJSON_AddObjectToObject(o, "hospitalization");
		cJSON *list = cJSON_AddArrayToObject(h, "specialArrangement");
		cJSON_AddItemToArray(list, fhir_concept("http://terminology.hl7.org/CodeSystem/"
							"encounter-special-arrangements",
						   "wheel", NULL));
	}
	return o;
}
