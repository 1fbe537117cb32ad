/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/hl7_private.h"

#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/*
 * ADT: the visit, step by step. What FHIR says at once (an Encounter with all
 * its stays) is put together here from one event at a time, and told as the
 * Encounter of the patient's case, so that a cancelled event takes back what
 * it had said.
 */

static const int64_t NEAR_MS = 36 * 3600 * 1000LL; /* a case of that stay */

/* -- which case ------------------------------------------------------------------- */

static bool fits(const struct hl7_case *c, const struct hl7_visit *v)
{
	int64_t apart =
		c->start_ms > v->event_ms ? c->start_ms - v->event_ms : v->event_ms - c->start_ms;
	if (c->over || (c->start_ms != 0 && v->event_ms != 0 && apart > NEAR_MS))
		return false;
	return strcmp(c->patient, v->patient) == 0
	       || (c->visit[0] != '\0' && strcmp(c->visit, v->id) == 0);
}

static bool in_its_room(const struct hl7_case *c, const struct hl7_visit *v)
{
	for (int i = 0; i < v->stay_count; i++)
		if (c->room[0] != '\0' && strcmp(v->stays[i].place, c->room) == 0)
			return true;
	return false;
}

/* One case of the patient near that time, or the only one in a room the patient
 * was in. Two that fit alike: it is not said which, and none is taken. */
static struct hl7_case *choose_case(struct hl7_reading *r, const struct hl7_visit *v)
{
	struct hl7_case *c, *next, *only = NULL, *there = NULL;
	int fitting = 0, roomed = 0;
	HASH_ITER(hh, r->h->cases, c, next)
	{
		if (!fits(c, v))
			continue;
		fitting++;
		only = c;
		if (in_its_room(c, v)) {
			roomed++;
			there = c;
		}
	}
	if (fitting <= 1)
		return only;
	if (roomed == 1)
		return there;
	hl7_puzzle(r, "PID-3", "has %d cases at that time: it is not said which is meant", fitting);
	return NULL;
}

/* A case that came by another door is made known to the mapper, in silence. */
static struct hl7_case *introduce(struct hl7_reading *r, const struct hl7_visit *v)
{
	char id[ID_SIZE] = "";
	const struct hl7_options *o = &r->h->options;
	if (o->case_of == NULL || !o->case_of(o->context, v->patient, id) || !text_is_id(id))
		return NULL;
	struct hl7_case *c = hl7_case_get(r->h, id);
	if (c == NULL)
		return NULL;
	text_copy(c->patient, sizeof c->patient, v->patient);
	cJSON *kept = r->entries;
	r->entries = cJSON_CreateArray();
	cJSON *appointment = hl7_resource(r, "Appointment", id);
	cJSON_AddStringToObject(appointment, "status", "booked");
	hl7_add_concept(appointment, "serviceCategory", "", "surgery", "");
	hl7_add_reference(hl7_add_row(appointment, "participant"), "actor", "Patient", v->patient);
	r->h->silent = true;
	hl7_flush(r);
	r->h->silent = false;
	cJSON_Delete(r->entries);
	r->entries = kept;
	return c;
}

/* -- the Encounter ----------------------------------------------------------------- */

static const char *status_of(const struct hl7_visit *v)
{
	if (v->cancelled)
		return "cancelled";
	if (v->discharged_ms != 0)
		return "finished";
	return v->arrived_ms != 0 || v->stay_count > 0 ? "in-progress" : "planned";
}

static void add_period(cJSON *row, int64_t start_ms, int64_t end_ms)
{
	cJSON *period = cJSON_AddObjectToObject(row, "period");
	hl7_add_time(period, "start", start_ms);
	hl7_add_time(period, "end", end_ms);
}

static void add_encounter(struct hl7_reading *r, const struct hl7_visit *v, const char *case_id)
{
	cJSON *e = hl7_resource(r, "Encounter", case_id);
	cJSON_AddStringToObject(e, "status", status_of(v));
	if (v->class[0] != '\0')
		cJSON_AddStringToObject(cJSON_AddObjectToObject(e, "class"), "code", v->class);
	hl7_add_reference(e, "subject", "Patient", v->patient);
	char text[2 * ID_SIZE];
	snprintf(text, sizeof text, "Appointment/%s", case_id);
	cJSON_AddStringToObject(hl7_add_row(e, "appointment"), "reference", text);
	if (v->arrived_ms != 0) {
		cJSON *past = hl7_add_row(e, "statusHistory");
		cJSON_AddStringToObject(past, "status", "arrived");
		add_period(past, v->arrived_ms, 0);
	}
	add_period(e, v->arrived_ms, v->discharged_ms);
	for (int i = 0; i < v->stay_count; i++) {
		cJSON *row = hl7_add_row(e, "location");
		hl7_add_reference(row, "location", "Location", v->stays[i].place);
		add_period(row, v->stays[i].start_ms, v->stays[i].end_ms);
	}
}

/* Another operation of the same stay begins with where the patient is now. */
static void turn_to_case(struct hl7_visit *v, const char *case_id)
{
	if (v->case_id[0] != '\0' && strcmp(v->case_id, case_id) != 0 && v->stay_count > 1) {
		v->stays[0] = v->stays[v->stay_count - 1];
		v->stay_count = 1;
	}
	text_copy(v->case_id, sizeof v->case_id, case_id);
}

void hl7_tell_visit(struct hl7_reading *r, struct hl7_visit *v, struct hl7_case *booked)
{
	/* Before the first event only the booking itself speaks of the visit. */
	bool eventful = v->event_ms != 0 || booked == NULL;
	struct hl7_case *c = eventful ? choose_case(r, v) : booked;
	if (c == NULL)
		c = introduce(r, v);
	if (c == NULL)
		return; /* not one of ours, or not yet: kept until a case names it */
	turn_to_case(v, c->id);
	add_encounter(r, v, c->id);
}

/* -- PV1 ----------------------------------------------------------------------------- */

struct hl7_visit *hl7_visit_of(struct hl7_reading *r)
{
	/* PV1-2, table 0004, as the v2-to-FHIR map has it. */
	static const struct {
		const char *code, *class;
	} classes[] = {{"I", "IMP"}, {"O", "AMB"}, {"E", "EMER"}, {"P", "PRENC"}};
	const struct hl7_segment *pv1 = hl7_segment(r->m, "PV1", 0);
	char id[ID_SIZE], class[8];
	if (!hl7_id_at(r, pv1, 19, 0, id))
		text_copy(id, sizeof id, r->patient);
	if (id[0] == '\0')
		return NULL;
	struct hl7_visit *v = hl7_visit_get(r->h, id);
	if (v == NULL)
		return NULL;
	if (r->patient[0] != '\0')
		text_copy(v->patient, sizeof v->patient, r->patient);
	hl7_value(r->m, pv1, 2, 0, 1, class, sizeof class);
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcmp(classes[i].code, class) == 0)
			text_copy(v->class, sizeof v->class, classes[i].class);
	return v;
}

/* -- events --------------------------------------------------------------------------- */

struct event {
	struct hl7_reading *r;
	struct hl7_visit *v;
	const struct hl7_segment *pv1;
	int64_t when_ms;     /* EVN-6, else EVN-2 */
	char place[ID_SIZE]; /* PV1-3, "" not said */
};

static void open_stay(struct event *e, const char *place)
{
	struct hl7_visit *v = e->v;
	if (v->stay_count == HL7_STAYS) {
		memmove(v->stays, v->stays + 1, (HL7_STAYS - 1) * sizeof *v->stays);
		v->stay_count--;
	}
	struct hl7_stay *stay = &v->stays[v->stay_count++];
	*stay = (struct hl7_stay){.start_ms = e->when_ms};
	text_copy(stay->place, sizeof stay->place, place);
}

static struct hl7_stay *last_stay(struct hl7_visit *v)
{
	return v->stay_count > 0 ? &v->stays[v->stay_count - 1] : NULL;
}

static void on_admit(struct event *e)
{
	int64_t admitted = hl7_moment(e->r, e->pv1, "PV1-44", 44, 1);
	e->v->cancelled = false;
	e->v->discharged_ms = 0;
	e->v->arrived_ms = admitted != 0 ? admitted : e->when_ms;
	if (e->place[0] != '\0' && e->v->stay_count == 0)
		open_stay(e, e->place);
}

/* PV1-3 is the new place, PV1-6 the one left (3.3.2). */
static void on_transfer(struct event *e)
{
	struct hl7_stay *last = last_stay(e->v);
	char prior[ID_SIZE];
	if (e->place[0] == '\0') {
		hl7_refuse(e->r, "PV1-3", "a transfer that does not say where to");
		return;
	}
	if (last == NULL && hl7_place(e->r, e->pv1, "PV1-6", 6, prior) >= 0) {
		open_stay(e, prior);
		last = last_stay(e->v);
		last->start_ms = 0; /* since when is not known */
	}
	if (last != NULL && strcmp(last->place, e->place) == 0 && last->end_ms == 0)
		return;
	if (last != NULL && last->end_ms == 0)
		last->end_ms = e->when_ms;
	open_stay(e, e->place);
}

static void on_discharge(struct event *e)
{
	struct hl7_stay *last = last_stay(e->v);
	int64_t left = hl7_moment(e->r, e->pv1, "PV1-45", 45, 1);
	e->v->discharged_ms = left != 0 ? left : e->when_ms;
	if (last != NULL && last->end_ms == 0)
		last->end_ms = e->v->discharged_ms;
}

static void on_cancel_admit(struct event *e)
{
	e->v->cancelled = true;
	e->v->stay_count = 0;
	e->v->arrived_ms = e->v->discharged_ms = 0;
}

/* PV1-3 shows where the patient was before the transfer that was not (3.3.12). */
static void on_cancel_transfer(struct event *e)
{
	struct hl7_visit *v = e->v;
	const struct hl7_stay *last = last_stay(v);
	if (last == NULL) {
		hl7_puzzle(e->r, "EVN", "takes back a transfer that was never heard of");
		return;
	}
	if (e->place[0] != '\0' && strcmp(last->place, e->place) == 0) {
		hl7_puzzle(e->r, "PV1-3", "the transfer taken back was never heard of");
		return;
	}
	v->stay_count--;
	struct hl7_stay *back = last_stay(v);
	if (back != NULL)
		back->end_ms = 0;
	if (back == NULL || (e->place[0] != '\0' && strcmp(back->place, e->place) != 0))
		hl7_puzzle(e->r, "PV1-3", "goes back to a place the patient was not known in");
}

static void on_cancel_discharge(struct event *e)
{
	struct hl7_stay *last = last_stay(e->v);
	if (last != NULL && last->end_ms == e->v->discharged_ms)
		last->end_ms = 0;
	e->v->discharged_ms = 0;
}

/* Who and what class: no move. */
static void on_update(struct event *e)
{
	(void)e;
}

static const struct {
	const char *trigger;
	void (*act)(struct event *e);
	bool timed; /* without a time it says nothing */
} triggers[] = {
	{"A01", on_admit, true},
	{"A02", on_transfer, true},
	{"A03", on_discharge, true},
	{"A04", on_admit, true},
	{"A05", on_update, false},
	{"A06", on_update, false},
	{"A07", on_update, false},
	{"A08", on_update, false},
	{"A11", on_cancel_admit, false},
	{"A12", on_cancel_transfer, false},
	{"A13", on_cancel_discharge, false},
};

/* EVN-6 is when it happened, EVN-2 when it was written down. */
static int64_t event_time(struct hl7_reading *r)
{
	const struct hl7_segment *evn = hl7_segment(r->m, "EVN", 0);
	int64_t when = hl7_moment(r, evn, "EVN-6", 6, 1);
	return when != 0 ? when : hl7_moment(r, evn, "EVN-2", 2, 1);
}

static void act(struct hl7_reading *r, size_t which)
{
	struct event e = {.r = r, .pv1 = hl7_segment(r->m, "PV1", 0)};
	e.when_ms = event_time(r);
	if (triggers[which].timed && e.when_ms == 0) {
		hl7_refuse(r, "EVN-2", "when it happened is not said");
		return;
	}
	hl7_read_patient_id(r);
	if (r->patient[0] == '\0') {
		hl7_refuse(r, "PID-3", "no patient id");
		return;
	}
	e.v = hl7_visit_of(r);
	if (e.v == NULL || !hl7_is_news(r, "visit", e.v->id))
		return;
	if (e.when_ms != 0)
		e.v->event_ms = e.when_ms;
	hl7_place(r, e.pv1, "PV1-3", 3, e.place);
	triggers[which].act(&e);
	if (r->refused)
		return;
	hl7_tell_visit(r, e.v, NULL);
	if (cJSON_GetArraySize(r->entries) > 0)
		hl7_add_patient(r); /* others' patients are none of our business */
	hl7_flush(r);
}

void hl7_read_adt(struct hl7_reading *r)
{
	for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++)
		if (strcmp(triggers[i].trigger, r->trigger) == 0) {
			act(r, i);
			return;
		}
	hl7_refuse(
		r, "MSH-9", "event %s is not read", r->trigger[0] != '\0' ? r->trigger : "(none)");
}
