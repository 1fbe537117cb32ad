/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdlib.h>

#include "twin/text.h"

/*
 * Resources that hang on something not read yet: an Encounter whose
 * Appointment comes on a later page, an Observation of a patient without a
 * case. Kept as they came and read again when something new is known. Bounded
 * by number and by size; the oldest goes first.
 */

enum { KEPT_MAX = 2048, KEPT_NODES_MAX = 400000 };

struct fhir_kept {
	char origin[ORIGIN_SIZE];
	cJSON *resource;
	size_t nodes;
	UT_hash_handle hh;
};

static size_t count_nodes(const cJSON *json)
{
	size_t n = 0;
	for (; json != NULL; json = json->next)
		n += 1 + count_nodes(json->child);
	return n;
}

static void drop(struct fhir_map *map, struct fhir_kept *kept)
{
	HASH_DEL(map->kept, kept);
	map->kept_nodes -= kept->nodes;
	cJSON_Delete(kept->resource);
	free(kept);
}

void fhir_keep_drop(struct fhir_map *map, const char *origin)
{
	struct fhir_kept *kept;
	HASH_FIND_STR(map->kept, origin, kept);
	if (kept != NULL)
		drop(map, kept);
}

void fhir_keep(struct fhir_reading *r)
{
	fhir_keep_drop(r->map, r->origin);
	struct fhir_kept *kept = calloc(1, sizeof *kept);
	if (kept == NULL)
		return;
	kept->resource = cJSON_Duplicate(r->resource, 1);
	if (kept->resource == NULL) {
		free(kept);
		return;
	}
	kept->nodes = count_nodes(kept->resource);
	text_copy(kept->origin, sizeof kept->origin, r->origin);
	HASH_ADD_STR(r->map->kept, origin, kept);
	r->map->kept_nodes += kept->nodes;
	while (r->map->kept != NULL
		&& (HASH_COUNT(r->map->kept) > KEPT_MAX || r->map->kept_nodes > KEPT_NODES_MAX))
		drop(r->map, r->map->kept);
}

void fhir_keep_retry(
	struct fhir_map *map, bool (*read)(struct fhir_map *map, const cJSON *resource))
{
	struct fhir_kept *kept, *next;
	HASH_ITER(hh, map->kept, kept, next)
	{
		if (read(map, kept->resource))
			drop(map, kept);
	}
}

void fhir_keep_free(struct fhir_map *map)
{
	while (map->kept != NULL)
		drop(map, map->kept);
}
