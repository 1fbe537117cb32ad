/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_known.h"

#include <stdio.h>
#include <string.h>

#include "feeds/fhir_private.h"
#include "twin/text.h"

static bool in_window(const struct fhir_case *c, int64_t from_ms, int64_t to_ms)
{
	return c->known && c->surgical && !c->gone
	       && (c->start_ms == 0 || (c->start_ms >= from_ms && c->start_ms < to_ms));
}

/* The ids of one case of that kind: at most two. */
static int ids_of(const struct fhir_map *map, const struct fhir_case *c, enum fhir_key key,
	const char *ids[2])
{
	const struct fhir_person *person;
	int n = 0;
	for (int i = 0; i < 2; i++)
		if ((key == FHIR_KEY_PRACTITIONER || key == FHIR_KEY_ROLE) && c->staff[i][0] != '\0'
			&& c->by_role[i] == (key == FHIR_KEY_ROLE))
			ids[n++] = c->staff[i];
	if ((key != FHIR_KEY_PATIENT && key != FHIR_KEY_NEW_PATIENT) || c->patient[0] == '\0')
		return n;
	HASH_FIND_STR(map->people, c->patient, person);
	if (key == FHIR_KEY_PATIENT || person == NULL || !person->read)
		ids[n++] = c->patient;
	return n;
}

static bool told_before(const struct fhir_map *map, const struct fhir_case *here, int upto,
	enum fhir_key key, int64_t from_ms, int64_t to_ms, const char *id)
{
	const char *ids[2] = {"", ""};
	for (const struct fhir_case *c = map->cases; c != NULL; c = c->hh.next) {
		int n = in_window(c, from_ms, to_ms) ? ids_of(map, c, key, ids) : 0;
		for (int i = 0; i < (c == here ? upto : n); i++)
			if (strcmp(ids[i], id) == 0)
				return true;
		if (c == here)
			return false;
	}
	return false;
}

static int room_ids(
	const struct fhir_map *map, bool theatres, int skip, char out[][ID_SIZE], int max)
{
	const struct site *site = map->options.site;
	int n = 0;
	for (int i = 0; site != NULL && i < site->room_count && n < max; i++)
		if ((!theatres || site->rooms[i].kind == ROOM_OR) && text_is_id(site->rooms[i].fhir)
			&& skip-- <= 0)
			text_copy(out[n++], ID_SIZE, site->rooms[i].fhir);
	return n;
}

int fhir_known_ids(const struct fhir_map *map, enum fhir_key key, int64_t from_ms, int64_t to_ms,
	int skip, char out[][ID_SIZE], int max)
{
	const char *ids[2] = {"", ""};
	int found = 0;
	if (key == FHIR_KEY_ROOM || key == FHIR_KEY_THEATRE)
		return room_ids(map, key == FHIR_KEY_THEATRE, skip, out, max);
	for (const struct fhir_case *c = map->cases; c != NULL; c = c->hh.next) {
		int n = in_window(c, from_ms, to_ms) ? ids_of(map, c, key, ids) : 0;
		for (int i = 0; i < n; i++) {
			if (told_before(map, c, i, key, from_ms, to_ms, ids[i]) || skip-- > 0)
				continue;
			if (found >= max)
				return found;
			text_copy(out[found++], ID_SIZE, ids[i]);
		}
	}
	return found;
}

int fhir_known_read(struct fhir_map *map, const char *text, size_t len, int64_t at_ms,
	struct fhir_page *page, struct error *err)
{
	map->polled = true;
	int rc = fhir_map_read(map, text, len, at_ms, page, err);
	map->polled = false;
	return rc;
}

void fhir_known_sweep(struct fhir_map *map)
{
	map->sweep++;
}

/* What a push door brought was never in a sweep, and is none of its business. */
int fhir_known_lost(
	const struct fhir_map *map, int64_t from_ms, int64_t to_ms, char out[][ID_SIZE], int max)
{
	int n = 0;
	for (const struct fhir_case *c = map->cases; c != NULL && n < max; c = c->hh.next)
		if (in_window(c, from_ms, to_ms) && c->start_ms != 0 && c->seen != 0
			&& c->seen != map->sweep)
			text_copy(out[n++], ID_SIZE, c->id);
	return n;
}

static void void_case(struct fhir_reading *r, const char *why)
{
	struct fhir_case *c = fhir_case_find(r->map, r->id);
	struct fact fact = fhir_fact(r, FACT_CASE);
	char key[160];
	if (c == NULL || !c->known || !c->surgical || c->gone)
		return;
	c->gone = true;
	text_copy(fact.surgery.id, sizeof fact.surgery.id, r->id);
	fact.surgery.status = CASE_VOID;
	text_copy(fact.surgery.not_understood, sizeof fact.surgery.not_understood, why);
	snprintf(key, sizeof key, "case:%s", r->id);
	fhir_give(r->map, key, &fact);
}

void fhir_known_gone(struct fhir_map *map, const char *type, const char *id, int64_t when_ms,
	int64_t at_ms, const char *why)
{
	static const struct fhir_claims none;
	struct fhir_link *link = fhir_link_find(map, type, id);
	struct fhir_reading r = {.map = map, .type = type, .updated_ms = when_ms};
	if (link == NULL || !text_is_id(id) || (when_ms != 0 && when_ms < link->updated_ms))
		return;
	map->at_ms = at_ms;
	link->updated_ms = when_ms != 0 ? when_ms : link->updated_ms;
	text_copy(r.id, sizeof r.id, id);
	text_copy(r.origin, sizeof r.origin, link->origin);
	if (strcmp(type, "Appointment") == 0) {
		void_case(&r, why);
	} else if ((strcmp(type, "Encounter") == 0 || strcmp(type, "Procedure") == 0)
		   && link->target[0] != '\0') {
		char target[ID_SIZE];
		text_copy(target, sizeof target, link->target);
		fhir_settle(&r, target, &none, FHIR_RANK_NONE);
	}
	fhir_keep_drop(map, r.origin);
}
