/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/fhir_store.h"
#include "feeds/json_read.h"
#include "src/hospital/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct store *s, const char *type, const char *id, int index)
{
	struct resource *r = &s->items[s->count];
	r->type = type;
	r->index = index;
	snprintf(r->id, sizeof(r->id), "%s", id);
	return s->count++;
}

/* Its text as it was told, even when the caller has changed the json under it. */
static void keep_before(struct resource *r)
{
	if (strcmp(r->type, "Appointment") != 0 || r->version == 0 || r->text == NULL)
		return;
	free(r->before[VERSIONS - 1]);
	memmove(r->before + 1, r->before, (VERSIONS - 1) * sizeof(*r->before));
	r->before[0] = r->text;
	r->text = NULL;
}

void store_put(struct resource *r, cJSON *json, int64_t now_ms)
{
	char stamp[STAMP_SIZE], version[16];
	keep_before(r);
	if (json != r->json)
		cJSON_Delete(r->json);
	r->json = json;
	free(r->text);
	r->text = NULL;
	r->version++;
	/* A late search must not find an older version than an earlier one did. */
	r->updated_ms = now_ms > r->updated_ms ? now_ms : r->updated_ms;
	snprintf(version, sizeof(version), "%d", r->version);
	cJSON *meta = cJSON_CreateObject();
	cJSON_AddStringToObject(meta, "versionId", version);
	cJSON_AddStringToObject(meta, "lastUpdated", stamp_millis(r->updated_ms, stamp));
	cJSON_DeleteItemFromObjectCaseSensitive(json, "meta");
	cJSON_AddItemToObject(json, "meta", meta);
	if (strcmp(r->type, "Appointment") == 0)
		store_text(r);
}

const char *store_text(struct resource *r)
{
	if (r->text == NULL)
		r->text = cJSON_PrintUnformatted(r->json);
	return r->text;
}

struct resource *store_find(struct store *store, const char *type, const char *id)
{
	for (int i = 0; i < store->count; i++) {
		struct resource *r = &store->items[i];
		if (r->version > 0 && strcmp(r->type, type) == 0 && strcmp(r->id, id) == 0)
			return r;
	}
	return NULL;
}

static void add_cases(struct store *s)
{
	static const char *const suffix[OBSERVATIONS] = {"bmi", "asa", "fasting"};
	const struct day *day = s->day;
	/* Room for every case there can be: some are announced during the day. */
	s->patients = s->count;
	for (int i = 0; i < DAY_CASES; i++)
		add(s, "Patient", day->cases[i].patient, i);
	s->appointments = s->count;
	for (int i = 0; i < DAY_CASES; i++)
		add(s, "Appointment", day->cases[i].appointment, i);
	s->encounters = s->count;
	for (int i = 0; i < DAY_CASES; i++)
		add(s, "Encounter", day->cases[i].encounter, i);
	s->procedures = s->count;
	for (int i = 0; i < DAY_CASES; i++)
		add(s, "Procedure", day->cases[i].procedure, i);
	s->observations = s->count;
	for (int i = 0; i < OBSERVATIONS * DAY_CASES; i++) {
		char id[64];
		snprintf(id, sizeof(id), "obs-%s-%d", suffix[i % OBSERVATIONS],
			1001 + i / OBSERVATIONS);
		add(s, "Observation", id, i);
	}
	s->conditions = s->count;
	for (int i = 0; i < CONDITIONS * DAY_CASES; i++) {
		char id[64];
		snprintf(id, sizeof(id), "cond-%d-%d", 1001 + i / CONDITIONS, i % CONDITIONS + 1);
		add(s, "Condition", id, i);
	}
	s->visits = s->count;
	for (int i = 0; i < VISITS * DAY_CASES; i++) {
		char id[64];
		snprintf(id, sizeof(id), "past-%d-%d", 1001 + i / VISITS, i % VISITS + 1);
		add(s, "Encounter", id, i);
	}
}

struct store *store_create(const struct day *day)
{
	const struct site *site = day->site;
	struct store *s = calloc(1, sizeof(*s));
	size_t most = (size_t)(site->room_count + site->bed_count + day->staff_count)
		      + (size_t)DAY_CASES * (4 + OBSERVATIONS + CONDITIONS + VISITS);
	if (s == NULL || (s->items = calloc(most, sizeof(*s->items))) == NULL)
		abort();
	s->day = day;
	s->epoch_ms = stamp_at(day->midnight, -12 * 60);
	s->rooms = s->count;
	for (int i = 0; i < site->room_count; i++)
		store_put(&s->items[add(s, "Location", site->rooms[i].fhir, i)],
			resource_room(s, i), s->epoch_ms);
	s->beds = s->count;
	for (int i = 0; i < site->bed_count; i++)
		store_put(&s->items[add(s, "Location", site->beds[i].fhir, i)], resource_bed(s, i),
			s->epoch_ms);
	s->staff = s->count;
	for (int i = 0; i < day->staff_count; i++)
		store_put(&s->items[add(s, "Practitioner", day->staff[i].id, i)],
			resource_practitioner(s, i), s->epoch_ms);
	add_cases(s);
	return s;
}

void store_destroy(struct store *store)
{
	if (store == NULL)
		return;
	for (int i = 0; i < store->count; i++) {
		cJSON_Delete(store->items[i].json);
		free(store->items[i].text);
		for (int k = 0; k < VERSIONS; k++)
			free(store->items[i].before[k]);
	}
	free(store->items);
	free(store);
}

static void put(struct store *s, int item, cJSON *json, int64_t t)
{
	store_put(&s->items[item], json, t);
}

/* An appointment may have been written to: only what is known to be otherwise by now
 * is changed in it. */
static void appointment_status(struct store *s, int i, int64_t t)
{
	struct resource *r = &s->items[s->appointments + i];
	const char *status = resource_appointment_status(s, i);
	if (r->version == 0 || strcmp(json_text(r->json, "status"), status) == 0)
		return;
	cJSON_ReplaceItemInObjectCaseSensitive(r->json, "status", cJSON_CreateString(status));
	store_put(r, r->json, t);
}

/* Booked otherwise, or off the list: as the list was kept, the visit follows. */
static void learn_decision(struct store *s, const struct action *a, int64_t t)
{
	int i = day_case(s->day, a->target);
	const struct hcase *c = &s->day->cases[i];
	struct known *k = &s->known[i];
	struct resource *r = &s->items[s->appointments + i];
	struct booking now = day_booking(s->day, i, t);
	k->off = a->kind == ACTION_POSTPONE;
	k->waitlisted = k->off && a->on;
	/* What was said of a room that it is not in any more, or of a way back. */
	for (int m = 0; m < MILESTONE_COUNT; m++)
		k->seen[m] &= c->told[m] != 0 && c->told[m] <= t;
	if (now.room != k->booking.room || now.start != k->booking.start
		|| now.end != k->booking.end) {
		k->booking = now;
		resource_rebook(s, i, r->json);
		store_put(r, r->json, t);
	}
	appointment_status(s, i, t);
	put(s, s->encounters + i, resource_encounter(s, i), t);
	put(s, s->procedures + i, resource_procedure(s, i), t);
}

static void learn_past(struct store *s, int i, int64_t t)
{
	cJSON *json;
	for (int k = 0; k < CONDITIONS && (json = resource_condition(s, i, k)) != NULL; k++)
		put(s, s->conditions + CONDITIONS * i + k, json, t);
	for (int k = 0; k < VISITS && (json = resource_past_visit(s, i, k)) != NULL; k++)
		put(s, s->visits + VISITS * i + k, json, t);
}

static void learn_booking(struct store *s, int i, int64_t t)
{
	const struct hcase *c = &s->day->cases[i];
	struct resource *r = s->items;
	snprintf(r[s->patients + i].id, sizeof(r->id), "%s", c->patient);
	snprintf(r[s->appointments + i].id, sizeof(r->id), "%s", c->appointment);
	snprintf(r[s->encounters + i].id, sizeof(r->id), "%s", c->encounter);
	snprintf(r[s->procedures + i].id, sizeof(r->id), "%s", c->procedure);
	s->known[i].booking = day_booking(s->day, i, t);
	put(s, s->patients + i, resource_patient(s, i), t);
	/* One that was asked for is there already, as it was asked for. */
	if (r[s->appointments + i].version == 0)
		put(s, s->appointments + i, resource_appointment(s, i), t);
	put(s, s->encounters + i, resource_encounter(s, i), t);
	put(s, s->procedures + i, resource_procedure(s, i), t);
	put(s, s->observations + OBSERVATIONS * i, resource_observation(s, i, 0), t);
	put(s, s->observations + OBSERVATIONS * i + 1, resource_observation(s, i, 1), t);
	learn_past(s, i, t);
}

/* Milestones that the tracking screen of the room also writes on its Location. */
static bool changes_room(enum milestone m)
{
	return m == MILESTONE_IN_ROOM || m == MILESTONE_OUT_ROOM || m == MILESTONE_CLEANUP
	       || m == MILESTONE_CLEANUP_DONE || m == MILESTONE_ROOM_READY;
}

static void learn_milestone(struct store *s, const struct happening *h)
{
	const struct hcase *c = &s->day->cases[h->index];
	s->known[h->index].seen[h->milestone] = true;
	put(s, s->encounters + h->index, resource_encounter(s, h->index), h->t);
	put(s, s->procedures + h->index, resource_procedure(s, h->index), h->t);
	appointment_status(s, h->index, h->t);
	if (changes_room(h->milestone))
		put(s, s->rooms + c->room, resource_room(s, c->room), h->t);
	if ((h->milestone == MILESTONE_PACU_IN || h->milestone == MILESTONE_PACU_OUT)
		&& c->bay >= 0)
		put(s, s->beds + c->bay, resource_bed(s, c->bay), h->t);
}

static void learn(struct store *s, const struct happening *h)
{
	s->learning_ms = h->t;
	if (h->kind == HAPPENING_DECIDED) {
		learn_decision(s, &s->day->actions[h->index], h->t);
		return;
	}
	struct known *k = &s->known[h->index];
	switch (h->kind) {
	case HAPPENING_BOOKED:
		k->booked = true;
		learn_booking(s, h->index, h->t);
		break;
	case HAPPENING_MILESTONE:
		learn_milestone(s, h);
		break;
	case HAPPENING_FASTING:
		k->fasting = true;
		put(s, s->observations + OBSERVATIONS * h->index + 2,
			resource_observation(s, h->index, 2), h->t);
		break;
	case HAPPENING_BACK:
		k->back = true;
		put(s, s->encounters + h->index, resource_encounter(s, h->index), h->t);
		break;
	case HAPPENING_OFF:
		k->off = true;
		appointment_status(s, h->index, h->t);
		put(s, s->encounters + h->index, resource_encounter(s, h->index), h->t);
		put(s, s->procedures + h->index, resource_procedure(s, h->index), h->t);
		break;
	case HAPPENING_DECIDED:
		break;
	case HAPPENING_BRACELET_ON:
	case HAPPENING_BRACELET_OFF:
		k->bracelet = h->kind == HAPPENING_BRACELET_ON;
		put(s, s->patients + h->index, resource_patient(s, h->index), h->t);
		break;
	}
}

void store_advance(struct store *store, int64_t now_ms)
{
	const struct day *day = store->day;
	if (now_ms > store->now_ms)
		store->now_ms = now_ms;
	while (store->next < day->happening_count && day->happenings[store->next].t <= now_ms)
		learn(store, &day->happenings[store->next++]);
}

void store_day_changed(struct store *store)
{
	const struct day *day = store->day;
	store->next = 0;
	while (store->next < day->happening_count
		&& day->happenings[store->next].t <= store->now_ms)
		store->next++;
}
