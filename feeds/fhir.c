/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#include "feeds/fhir_known.h"
#include "feeds/fhir_offline.h"
#include "twin/text.h"

/*
 * Pages and resources: the one table from resource type to reader, the newest
 * version of each resource, and what is kept back until it can be read.
 */

static const struct {
	const char *type;
	fhir_read *read;
} readers[] = {
	{"Appointment", fhir_read_appointment},
	{"Encounter", fhir_read_encounter},
	{"Procedure", fhir_read_procedure},
	{"Location", fhir_read_location},
	{"Patient", fhir_read_patient},
	{"Practitioner", fhir_read_practitioner},
	{"PractitionerRole", fhir_read_role},
	{"Observation", fhir_read_observation},
	{"ServiceRequest", fhir_read_request},
	{"Task", fhir_read_task},
	{"Condition", fhir_read_condition},
	{"MessageHeader", fhir_read_nothing},
	{"MedicationAdministration", fhir_read_nothing},
};

static fhir_read *find_reader(const char *type)
{
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
		if (strcmp(readers[i].type, type) == 0)
			return readers[i].read;
	return NULL;
}

static char *keep_string(struct fhir_map *map, int slot, const char *text)
{
	map->strings[slot] = text != NULL ? strdup(text) : NULL;
	return map->strings[slot];
}

struct fhir_map *fhir_map_create(const struct fhir_options *options, struct fhir_sink sink)
{
	struct fhir_map *map = calloc(1, sizeof *map);
	if (map == NULL)
		return NULL;
	map->options = *options;
	map->options.bracelet_system = keep_string(map, 0, options->bracelet_system);
	map->options.progress_system = keep_string(map, 1, options->progress_system);
	map->options.performed_means = keep_string(map, 2, options->performed_means);
	bool known;
	map->profile = fhir_profile_find(options->profile, &known);
	map->sink = sink;
	return map;
}

void fhir_map_site(struct fhir_map *map, const struct site *site)
{
	map->options.site = site;
}

void fhir_map_destroy(struct fhir_map *map)
{
	if (map == NULL)
		return;
	fhir_alias_clear(map);
	fhir_cases_free(map);
	fhir_people_free(map);
	fhir_kinds_free(map);
	fhir_keep_free(map);
	fhir_said_free(map);
	for (size_t i = 0; i < sizeof map->strings / sizeof *map->strings; i++)
		free(map->strings[i]);
	free(map);
}

/* Fills the reading; false with a puzzle when it is no resource of ours. */
static bool begin(struct fhir_map *map, struct fhir_reading *r, const cJSON *resource)
{
	/* Sizes that fit the origin together, so that nothing is cut in a character. */
	char type[17], id[ORIGIN_SIZE - 17];
	const char *raw = fhir_string(resource, "resourceType");
	memset(r, 0, sizeof *r);
	r->map = map;
	r->resource = resource;
	r->profile = map->profile != NULL ? map->profile : fhir_profile_of(resource);
	r->type = raw;
	r->updated_ms = fhir_time_at(fhir_get(resource, "meta"), "lastUpdated");
	text_neutralise(type, sizeof type, raw, strlen(raw));
	raw = fhir_string(resource, "id");
	text_neutralise(id, sizeof id, raw, strlen(raw));
	snprintf(r->origin, sizeof r->origin, "%s/%s", *type != '\0' ? type : "?",
		*id != '\0' ? id : "?");
	if (!text_is_id(raw)) {
		fhir_puzzle(r, "id", *raw != '\0' ? "not an id" : "no id");
		return false;
	}
	text_copy(r->id, sizeof r->id, raw);
	return true;
}

/* Pages overlap and come out of order: an older version never undoes a newer. */
static bool outdated(struct fhir_reading *r)
{
	fhir_link_set(r->map, r->type, r->id, NULL);
	struct fhir_link *link = fhir_link_find(r->map, r->type, r->id);
	if (link == NULL)
		return false;
	if (r->updated_ms != 0 && r->updated_ms < link->updated_ms)
		return true;
	if (r->updated_ms != 0)
		link->updated_ms = r->updated_ms;
	return false;
}

static bool read_kept(struct fhir_map *map, const cJSON *resource)
{
	struct fhir_reading r;
	if (!begin(map, &r, resource) || outdated(&r))
		return true;
	return find_reader(r.type)(&r);
}

/* Even an older version says that it is still there. */
static void mark_seen(const struct fhir_reading *r)
{
	struct fhir_case *c = r->map->polled && strcmp(r->type, "Appointment") == 0
				      ? fhir_case_get(r->map, r->id)
				      : NULL;
	if (c != NULL)
		c->seen = r->map->sweep;
}

static void read_resource(struct fhir_map *map, const cJSON *resource)
{
	struct fhir_reading r;
	const char *type = fhir_string(resource, "resourceType");
	fhir_read *reader = find_reader(type);
	if (reader == NULL) {
		begin(map, &r, resource);
		if (*type == '\0')
			fhir_puzzle(&r, "resourceType", "not a resource");
		else
			fhir_puzzle(&r, "resourceType", "%.40s is not read", type);
		return;
	}
	if (!begin(map, &r, resource))
		return;
	mark_seen(&r);
	if (outdated(&r))
		return;
	if (reader(&r))
		fhir_keep_drop(map, r.origin);
	else
		fhir_keep(&r);
}

/* Something new to hang on may free several rows of kept resources, one after
 * the other: order, visit, procedure. */
static void settle_kept(struct fhir_map *map)
{
	for (int round = 0; map->linked && round < 6; round++) {
		map->linked = false;
		fhir_keep_retry(map, read_kept);
	}
	map->linked = false;
}

static bool read_kept_visit(struct fhir_map *map, const cJSON *resource)
{
	return strcmp(fhir_string(resource, "resourceType"), "Encounter") == 0
	       && read_kept(map, resource);
}

void fhir_map_flush(struct fhir_map *map)
{
	map->last_call = true;
	/* Visits first: procedures hang on them. */
	fhir_keep_retry(map, read_kept_visit);
	fhir_keep_retry(map, read_kept);
	map->last_call = false;
}

/* -- pages --------------------------------------------------------------------- */

/* A resource known only by its urn:uuid gets that as its id. */
static void name_by_url(cJSON *resource, const char *url)
{
	if (fhir_get(resource, "id") == NULL && strncmp(url, "urn:uuid:", 9) == 0)
		cJSON_AddStringToObject(resource, "id", url + 9);
}

static void add_aliases(struct fhir_map *map, const cJSON *entries)
{
	FHIR_EACH(entry, entries)
	{
		const char *url = fhir_string(entry, "fullUrl");
		cJSON *resource = cJSON_GetObjectItemCaseSensitive(entry, "resource");
		const char *type = fhir_string(resource, "resourceType");
		if (!cJSON_IsObject(resource))
			continue;
		name_by_url(resource, url);
		if (strncmp(url, "urn:", 4) == 0)
			fhir_alias_add(map, url, type, fhir_string(resource, "id"));
		FHIR_EACH(identifier, fhir_get(resource, "identifier"))
		{
			char key[FHIR_ALIAS_SIZE];
			if (fhir_alias_key(key, type, identifier))
				fhir_alias_add(map, key, type, fhir_string(resource, "id"));
		}
	}
}

/* Of the Bundle, or of any of its entries. */
static bool is_message(const struct fhir_map *map, const cJSON *bundle)
{
	if (map->profile != NULL)
		return map->profile->message;
	if (strcmp(fhir_string(bundle, "type"), "message") != 0)
		return false;
	bool message = fhir_profile_of(bundle)->message;
	FHIR_EACH(entry, fhir_get(bundle, "entry"))
	message = message || fhir_profile_of(fhir_get(entry, "resource"))->message;
	return message;
}

/* In a history a deletion is an entry without a resource (R4 3.1.0.13): its
 * request names what is gone. */
static void read_deletion(struct fhir_map *map, const cJSON *entry)
{
	const cJSON *request = fhir_get(entry, "request");
	char type[ID_SIZE], id[ID_SIZE];
	if (strcmp(fhir_string(request, "method"), "DELETE") != 0)
		return;
	const char *url = fhir_string(request, "url");
	if (!fhir_split(*url != '\0' ? url : fhir_string(entry, "fullUrl"), type, id))
		return;
	int64_t when = fhir_time_at(fhir_get(entry, "response"), "lastModified");
	fhir_known_gone(map, type, id, when, map->at_ms, "deleted on the server");
}

static void read_entries(struct fhir_map *map, const cJSON *bundle, struct fhir_page *page)
{
	const cJSON *entries = fhir_get(bundle, "entry");
	if (is_message(map, bundle))
		fhir_message_name(entries);
	add_aliases(map, entries);
	FHIR_EACH(entry, entries)
	{
		cJSON *resource = cJSON_GetObjectItemCaseSensitive(entry, "resource");
		const char *mode = fhir_string(fhir_get(entry, "search"), "mode");
		if (strcmp(fhir_string(resource, "resourceType"), "OperationOutcome") == 0
			|| strcmp(mode, "outcome") == 0) {
			fhir_outcome_add(resource, page);
			continue;
		}
		if (!cJSON_IsObject(resource)) {
			read_deletion(map, entry);
			continue;
		}
		page->entries++;
		page->matches += strcmp(mode, "include") != 0;
		read_resource(map, resource);
	}
}

static void read_links(struct fhir_map *map, const cJSON *bundle, struct fhir_page *page)
{
	FHIR_EACH(link, fhir_get(bundle, "link"))
	{
		const char *relation = fhir_string(link, "relation");
		const char *url = fhir_string(link, "url");
		if (strcmp(relation, "next") == 0 && !text_copy(map->next, sizeof map->next, url)) {
			map->next[0] = '\0';
			page->next_cut = true;
		}
		if (strcmp(relation, "self") == 0 && !text_copy(map->self, sizeof map->self, url))
			map->self[0] = '\0';
	}
	const cJSON *total = fhir_get(bundle, "total");
	if (cJSON_IsNumber(total) && total->valuedouble >= 0)
		page->total = total->valueint;
	page->updated_ms = fhir_time_at(fhir_get(bundle, "meta"), "lastUpdated");
	read_entries(map, bundle, page);
}

int fhir_map_read(struct fhir_map *map, const char *text, size_t len, int64_t at_ms,
	struct fhir_page *page, struct error *err)
{
	memset(page, 0, sizeof *page);
	page->total = -1;
	map->next[0] = map->self[0] = '\0';
	page->next = map->next;
	page->self = map->self;
	map->page = page;
	map->at_ms = at_ms;
	cJSON *json = fhir_json_parse(text, len, err);
	if (json == NULL) {
		map->page = NULL;
		return -EBADMSG;
	}
	const char *type = fhir_string(json, "resourceType");
	int rc = 0;
	if (strcmp(type, "Bundle") == 0)
		read_links(map, json, page);
	else if (strcmp(type, "OperationOutcome") == 0)
		fhir_outcome_add(json, page);
	else if (*type != '\0') {
		page->entries = 1;
		read_resource(map, json);
	} else
		rc = error_set(err, -EBADMSG, "JSON, but no FHIR resource: no resourceType");
	map->page = NULL; /* what was kept belongs to other pages */
	/* What waited for its case may point at it within the Bundle. */
	settle_kept(map);
	fhir_alias_clear(map);
	cJSON_Delete(json);
	return rc;
}
