/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/fhir_accept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/json_read.h"
#include "src/hospital/stamp.h"

enum { MINUTE = 60000 };

static void refuse(struct writing *w, cJSON *json, int status, const char *code, const char *why)
{
	cJSON_Delete(json);
	w->status = status;
	w->body = outcome_text("error", code, why);
}

/* The day keeps whole seconds, and what is decided is never in its past. */
static int64_t next_second(int64_t now_ms)
{
	return (now_ms / 1000 + 1) * 1000;
}

/* ---- what an Appointment asks for ---- */

static int room_of(const struct day *day, const cJSON *json, int otherwise)
{
	const cJSON *p;
	cJSON_ArrayForEach(p, cJSON_GetObjectItemCaseSensitive(json, "participant"))
	{
		const char *text =
			json_text(cJSON_GetObjectItemCaseSensitive(p, "actor"), "reference");
		const char *id = strstr(text, "Location/");
		for (int i = 0; id != NULL && i < day->site->room_count; i++)
			if (strcmp(day->site->rooms[i].fhir, id + 9) == 0)
				return i;
		if (id != NULL)
			return -1;
	}
	return otherwise;
}

static const char *slot_of(const cJSON *json)
{
	const cJSON *slots = cJSON_GetObjectItemCaseSensitive(json, "slot");
	return json_text(cJSON_GetArrayItem(slots, 0), "reference");
}

static struct booking booking_of(const struct day *day, const cJSON *json, int room)
{
	return (struct booking){room_of(day, json, room), stamp_parse(json_text(json, "start")),
		stamp_parse(json_text(json, "end"))};
}

static bool is_off(const char *status)
{
	static const char *const off[] = {
		"cancelled", "waitlist", "pending", "proposed", "noshow", "entered-in-error"};
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		if (strcmp(off[i], status) == 0)
			return true;
	return false;
}

static bool same(const struct booking *a, const struct booking *b)
{
	return a->room == b->room && a->start == b->start && a->end == b->end;
}

/* What the day has to do for it; false nothing. */
static bool action_of(struct searcher *s, const struct resource *r, const cJSON *json,
	int64_t now_ms, struct action *a, struct booking *wanted)
{
	const struct known *k = &s->store->known[r->index];
	const char *status = json_text(json, "status");
	bool off = is_off(status);
	*wanted = booking_of(s->day, json, k->booking.room);
	if (strcmp(slot_of(json), slot_of(r->json)) != 0)
		slot_read(s->day, slot_of(json), wanted);
	*a = (struct action){.t = next_second(now_ms),
		.kind = !off                            ? ACTION_PLACE
			: strcmp(status, "noshow") == 0 ? ACTION_NO_SHOW
							: ACTION_POSTPONE,
		.on = strcmp(status, "cancelled") != 0,
		.room = wanted->room,
		.start = wanted->start,
		.end = wanted->end};
	snprintf(a->target, sizeof(a->target), "%.64s", r->id);
	return off ? !k->off : k->off || !same(wanted, &k->booking);
}

/* app-3 of R4, and what no change may touch. */
static const char *invalid(const cJSON *json, const char *id)
{
	if (strcmp(json_text(json, "resourceType"), "Appointment") != 0)
		return "not an Appointment";
	if (id != NULL && strcmp(json_text(json, "id"), id) != 0)
		return "the id cannot change";
	int64_t from = stamp_parse(json_text(json, "start"));
	int64_t to = stamp_parse(json_text(json, "end"));
	return from == 0 || to < from ? "start and end do not make a period" : NULL;
}

static void answer(struct writing *w, struct resource *r, int status)
{
	w->status = status;
	w->body = strdup(store_text(r));
}

void accept_changed(
	struct searcher *s, struct resource *r, cJSON *json, int64_t now_ms, struct writing *w)
{
	struct known *k = &s->store->known[r->index];
	const char *wrong = invalid(json, r->id);
	struct action a;
	struct booking wanted;
	char why[DAY_WHY];
	if (wrong != NULL) {
		refuse(w, json, 422, "invariant", wrong);
		return;
	}
	bool acts = action_of(s, r, json, now_ms, &a, &wanted);
	if (acts && !day_act(s->day, &a, why)) {
		refuse(w, json, 422, "business-rule", why);
		return;
	}
	if (acts) {
		/* What was written is known from now on; the visit follows in its second. */
		k->off = a.kind != ACTION_PLACE;
		k->waitlisted = k->off && a.on;
		if (a.kind == ACTION_PLACE) {
			k->booking = wanted;
			if (strcmp(slot_of(json), slot_of(r->json)) != 0)
				resource_rebook(s->store, r->index, json);
		}
		store_day_changed(s->store);
	}
	store_put(r, json, now_ms);
	answer(w, r, 200);
}

/* ---- new ones ---- */

static void add_participant(cJSON *json, const char *type, const char *id)
{
	cJSON *p = fhir_push(json, "participant");
	fhir_reference(p, "actor", type, id);
	fhir_text(p, "status", "accepted");
}

static bool has_patient(const cJSON *json)
{
	const cJSON *p;
	cJSON_ArrayForEach(p, cJSON_GetObjectItemCaseSensitive(json, "participant"))
	{
		const cJSON *actor = cJSON_GetObjectItemCaseSensitive(p, "actor");
		if (strncmp(json_text(actor, "reference"), "Patient/", 8) == 0)
			return true;
	}
	return false;
}

static void set_text(cJSON *json, const char *key, const char *text)
{
	cJSON_DeleteItemFromObjectCaseSensitive(json, key);
	fhir_text(json, key, text);
}

/* The newest case of the day is the one that was asked for: its list says so at once,
 * patient and visit follow in its second. */
static void enter(struct searcher *s, cJSON *json, int64_t now_ms, struct writing *w)
{
	int i = s->day->case_count - 1;
	const struct hcase *c = &s->day->cases[i];
	struct resource *r = &s->store->items[s->store->appointments + i];
	snprintf(r->id, sizeof(r->id), "%s", c->appointment);
	s->store->known[i].booking = day_booking(s->day, i, c->known_ms);
	set_text(json, "id", c->appointment);
	set_text(json, "status", "booked");
	if (!has_patient(json))
		add_participant(json, "Patient", c->patient);
	if (room_of(s->day, json, -1) < 0)
		add_participant(json, "Location", s->day->site->rooms[c->room].fhir);
	store_day_changed(s->store);
	store_put(r, json, now_ms);
	w->made = r;
	answer(w, r, 201);
}

static int find_identifier(struct store *store, const char *token, struct resource **found)
{
	int count = 0;
	for (int i = 0; i < DAY_CASES; i++) {
		struct resource *r = &store->items[store->appointments + i];
		if (r->version == 0 || !search_has_identifier(r->json, token))
			continue;
		*found = r;
		count++;
	}
	return count;
}

void accept_new(struct searcher *s, cJSON *json, const char *if_none_exist, int64_t now_ms,
	struct writing *w)
{
	static const char key[] = "identifier=";
	const char *wrong = invalid(json, NULL);
	struct resource *there = NULL;
	char why[DAY_WHY];
	int count = 0;
	if (if_none_exist != NULL && strncmp(if_none_exist, key, sizeof(key) - 1) == 0)
		count = find_identifier(s->store, if_none_exist + sizeof(key) - 1, &there);
	if (count > 0) {
		cJSON_Delete(json);
		if (count == 1)
			answer(w, there, 200);
		else
			refuse(w, NULL, 412, "multiple-matches", "there is more than one");
		return;
	}
	if (wrong != NULL) {
		refuse(w, json, 422, "invariant", wrong);
		return;
	}
	struct booking b = booking_of(s->day, json, -1);
	const cJSON *priority = cJSON_GetObjectItemCaseSensitive(json, "priority");
	struct action a = {.t = next_second(now_ms),
		.kind = ACTION_EMERGENCY,
		.number = cJSON_IsNumber(priority) ? priority->valueint : 0,
		.room = b.room,
		.start = b.start,
		.end = b.end};
	if (b.room >= 0 && s->day->site->rooms[b.room].kind != ROOM_OR)
		refuse(w, json, 422, "business-rule", "no such operating room");
	else if (!day_act(s->day, &a, why))
		refuse(w, json, 422, "business-rule", why);
	else
		enter(s, json, now_ms, w);
}

/* ---- $book ---- */

static void wrap(struct writing *w)
{
	cJSON *bundle = cJSON_CreateObject(), *inner = cJSON_Parse(w->body);
	fhir_text(bundle, "resourceType", "Bundle");
	fhir_text(bundle, "type", "collection");
	cJSON_AddItemToObject(fhir_push(bundle, "entry"), "resource", inner);
	free(w->body);
	w->body = cJSON_PrintUnformatted(bundle);
	cJSON_Delete(bundle);
}

void accept_book(struct searcher *s, cJSON *parameters, int64_t now_ms, struct writing *w)
{
	cJSON *json = NULL, *p;
	cJSON_ArrayForEach(p, cJSON_GetObjectItemCaseSensitive(parameters, "parameter"))
	{
		if (strcmp(json_text(p, "name"), "appointment-resource") == 0)
			json = cJSON_DetachItemFromObjectCaseSensitive(p, "resource");
	}
	cJSON_Delete(parameters);
	struct resource *r = store_find(s->store, "Appointment", json_text(json, "id"));
	if (json == NULL)
		refuse(w, NULL, 422, "required", "appointment-resource is needed");
	else if (r != NULL)
		accept_changed(s, r, json, now_ms, w);
	else if (json_text(json, "id")[0] != '\0')
		refuse(w, json, 422, "not-found", "no such appointment");
	else
		accept_new(s, json, NULL, now_ms, w);
	wrap(w);
}

/* ---- somebody else ---- */

void accept_meddle(struct searcher *s, struct resource *r, int64_t now_ms)
{
	char stamp[STAMP_SIZE];
	struct writing w = {.status = 0};
	cJSON *json = cJSON_Duplicate(r->json, 1);
	int64_t start = stamp_parse(json_text(json, "start"));
	int64_t end = stamp_parse(json_text(json, "end"));
	set_text(json, "start", stamp_seconds(start + 5 * MINUTE, stamp));
	set_text(json, "end", stamp_seconds(end + 5 * MINUTE, stamp));
	accept_changed(s, r, json, now_ms, &w);
	free(w.body);
}
