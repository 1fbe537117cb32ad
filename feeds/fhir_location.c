/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "twin/text.h"

/* Rooms: what the site calls them, what kind they are, and housekeeping. */

static const char V2_0116[] = "http://terminology.hl7.org/CodeSystem/v2-0116";

/* HL7 v2 table 0116, bed status, as Location.operationalStatus (R4). */
static const struct {
	const char *code;
	enum room_service service;
} services[] = {
	{"O", SERVICE_OCCUPIED},
	{"U", SERVICE_UNOCCUPIED},
	{"H", SERVICE_HOUSEKEEPING},
	{"K", SERVICE_CONTAMINATED},
	{"C", SERVICE_CLOSED},
	{"I", SERVICE_ISOLATED},
};

/* What a Location says it is; only asked when no site is configured, because
 * a hospital's own list is the only reliable source. */
static const struct {
	const char *system, *code;
	enum room_kind kind;
} types[] = {
	{"http://snomed.info/sct", "225738002", ROOM_OR},
	{"http://terminology.hl7.org/CodeSystem/v3-RoleCode", "OR", ROOM_OR},
	{"http://terminology.hl7.org/CodeSystem/v2-0260", "O", ROOM_OR},
};

/* Without a site and without a type, the words of the id. */
static const struct {
	const char *word;
	enum room_kind kind;
} words[] = {
	{"or", ROOM_OR},
	{"pacu", ROOM_PACU},
	{"sspi", ROOM_PACU},
	{"recovery", ROOM_PACU},
	{"holding", ROOM_HOLDING},
	{"preop", ROOM_HOLDING},
	{"ward", ROOM_WARD},
};

struct fhir_place_kind {
	char id[ID_SIZE];
	enum room_kind kind;
	UT_hash_handle hh;
};

static enum room_kind kind_by_words(const char *id)
{
	while (*id != '\0') {
		size_t n = 0;
		while (isalpha((unsigned char)id[n]))
			n++;
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (strlen(words[i].word) == n && strncasecmp(words[i].word, id, n) == 0)
				return words[i].kind;
		id += n > 0 ? n : 1;
	}
	return ROOM_OTHER;
}

static int bed_by_fhir_id(const struct site *site, const char *id)
{
	for (int i = 0; i < site->bed_count; i++)
		if (strcmp(site->beds[i].fhir, id) == 0)
			return i;
	return site_bed(site, id);
}

enum room_kind fhir_where(const struct fhir_map *map, const char *location, char room[ID_SIZE],
	char bed[ID_SIZE], bool *configured)
{
	const struct site *site = map->options.site;
	bed[0] = '\0';
	*configured = false;
	text_copy(room, ID_SIZE, location);
	if (site == NULL) {
		struct fhir_place_kind *known;
		HASH_FIND_STR(map->kinds, location, known);
		return known != NULL ? known->kind : kind_by_words(location);
	}
	int r = site_room(site, location);
	int b = r < 0 ? bed_by_fhir_id(site, location) : -1;
	if (b >= 0) {
		text_copy(bed, ID_SIZE, site->beds[b].id);
		r = site->beds[b].room;
	}
	if (r < 0 || r >= site->room_count)
		return ROOM_OTHER;
	*configured = true;
	text_copy(room, ID_SIZE, site->rooms[r].id);
	return site->rooms[r].kind;
}

static void learn_kind(struct fhir_reading *r)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (!fhir_has_code(fhir_get(r->resource, "type"), types[i].system, types[i].code))
			continue;
		struct fhir_place_kind *known;
		HASH_FIND_STR(r->map->kinds, r->id, known);
		if (known != NULL || HASH_COUNT(r->map->kinds) >= 4096)
			return;
		known = calloc(1, sizeof *known);
		if (known == NULL)
			return;
		text_copy(known->id, sizeof known->id, r->id);
		known->kind = types[i].kind;
		HASH_ADD_STR(r->map->kinds, id, known);
		return;
	}
}

void fhir_kinds_free(struct fhir_map *map)
{
	struct fhir_place_kind *kind, *next;
	HASH_ITER(hh, map->kinds, kind, next)
	{
		HASH_DEL(map->kinds, kind);
		free(kind);
	}
}

/* operationalStatus first: HL7's own operating room is `suspended` while it is
 * being cleaned. Without it, suspended means temporarily closed (R4). */
static bool read_service(struct fhir_reading *r, enum room_service *service)
{
	const cJSON *status = fhir_get(r->resource, "operationalStatus");
	const char *code = fhir_string(status, "code");
	const char *system = fhir_string(status, "system");
	if (*code == '\0') {
		const char *whole = fhir_string(r->resource, "status");
		*service = strcmp(whole, "suspended") == 0 || strcmp(whole, "inactive") == 0
				   ? SERVICE_CLOSED
				   : SERVICE_UNKNOWN;
		return true;
	}
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		if (strcmp(services[i].code, code) == 0
			&& (*system == '\0' || strcmp(system, V2_0116) == 0)) {
			*service = services[i].service;
			return true;
		}
	}
	fhir_puzzle(r, "operationalStatus", "unknown code %.40s of %.80s", code, system);
	return false;
}

bool fhir_read_location(struct fhir_reading *r)
{
	char room[ID_SIZE], bed[ID_SIZE], key[160];
	bool configured;
	enum room_service service;
	learn_kind(r);
	fhir_check_modifiers(r);
	fhir_where(r->map, r->id, room, bed, &configured);
	bool ours = r->map->options.site == NULL || (configured && bed[0] == '\0');
	if (!ours || r->doubt[0] != '\0' || !read_service(r, &service))
		return true;
	snprintf(key, sizeof key, "room:%s", room);
	struct fhir_link *link = fhir_link_find(r->map, r->type, r->id);
	/* A room that never said anything is not worth a fact saying so. */
	if (service == SERVICE_UNKNOWN && (link == NULL || link->target[0] == '\0'))
		return true;
	fhir_link_set(r->map, r->type, r->id, room);
	struct fact fact = fhir_fact(r, FACT_ROOM);
	text_copy(fact.room.room, sizeof fact.room.room, room);
	fact.room.service = service;
	fhir_give(r->map, key, &fact);
	return true;
}
