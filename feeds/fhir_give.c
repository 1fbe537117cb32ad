/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/hash.h"
#include "twin/text.h"

/*
 * References in, facts out. What was given out is remembered by a hash per
 * key, so that polling the same thing again says nothing.
 */

enum { SAID_MAX = 65536, LINKS_MAX = 32768, KEY_SIZE = 160 };

struct fhir_said {
	char key[KEY_SIZE];
	uint64_t hash;
	UT_hash_handle hh;
};

struct fhir_alias {
	char *url;
	char type[24];
	char id[ID_SIZE];
	UT_hash_handle hh;
};

struct fhir_named {
	char id[ID_SIZE];
	char *name;
	UT_hash_handle hh;
};

/* -- references ----------------------------------------------------------- */

void fhir_alias_add(struct fhir_map *map, const char *url, const char *type, const char *id)
{
	struct fhir_alias *alias;
	HASH_FIND_STR(map->aliases, url, alias);
	if (alias != NULL)
		return;
	alias = calloc(1, sizeof *alias);
	if (alias == NULL || (alias->url = strdup(url)) == NULL) {
		free(alias);
		return;
	}
	text_copy(alias->type, sizeof alias->type, type);
	text_copy(alias->id, sizeof alias->id, id);
	HASH_ADD_KEYPTR(hh, map->aliases, alias->url, strlen(alias->url), alias);
}

bool fhir_alias_key(char out[FHIR_ALIAS_SIZE], const char *type, const cJSON *identifier)
{
	const char *value = fhir_string(identifier, "value");
	int n = snprintf(out, FHIR_ALIAS_SIZE, "%.16s?%.180s|%s", type,
		fhir_string(identifier, "system"), value);
	return *value != '\0' && n < FHIR_ALIAS_SIZE;
}

void fhir_alias_clear(struct fhir_map *map)
{
	struct fhir_alias *alias, *next;
	HASH_ITER(hh, map->aliases, alias, next)
	{
		HASH_DEL(map->aliases, alias);
		free(alias->url);
		free(alias);
	}
}

/* "…/Patient/p-1/_history/3" → type "Patient", id "p-1". */
bool fhir_split(const char *reference, char type[ID_SIZE], char id[ID_SIZE])
{
	char copy[512];
	if (!text_copy(copy, sizeof copy, reference))
		return false;
	char *history = strstr(copy, "/_history/");
	if (history != NULL)
		*history = '\0';
	char *slash = strrchr(copy, '/');
	if (slash == NULL || slash == copy)
		return false;
	*slash = '\0';
	const char *kind = strrchr(copy, '/');
	kind = kind != NULL ? kind + 1 : copy;
	return text_copy(id, ID_SIZE, slash + 1) && text_copy(type, ID_SIZE, kind);
}

static const char *resolve(
	const struct fhir_reading *r, const char *text, const char *type, char out[ID_SIZE])
{
	char kind[ID_SIZE], id[ID_SIZE];
	struct fhir_alias *alias;
	if (text[0] == '#')
		return "points into the resource itself";
	if (strchr(text, '?') != NULL)
		return "conditional reference";
	if (strncmp(text, "urn:", 4) == 0) {
		HASH_FIND_STR(r->map->aliases, text, alias);
		if (alias == NULL)
			return "points outside its Bundle";
		if (strcmp(alias->type, type) != 0)
			return "";
		if (!text_is_id(alias->id))
			return "not an id";
		text_copy(out, ID_SIZE, alias->id);
		return NULL;
	}
	if (!fhir_split(text, kind, id))
		return "not a reference to a resource";
	if (strcmp(kind, type) != 0)
		return "";
	if (!text_is_id(id))
		return "not an id";
	text_copy(out, ID_SIZE, id);
	return NULL;
}

const char *fhir_refer(
	const struct fhir_reading *r, const cJSON *reference, const char *type, char out[ID_SIZE])
{
	if (!cJSON_IsObject(reference))
		return "";
	const char *text = fhir_string(reference, "reference");
	if (*text != '\0')
		return resolve(r, text, type, out);
	/* By identifier only (SERIS): understood when it is in the same Bundle, or
	 * when the site uses that very identifier for the place. */
	const cJSON *identifier = fhir_get(reference, "identifier");
	const char *value = fhir_string(identifier, "value");
	char key[FHIR_ALIAS_SIZE];
	if (*value != '\0') {
		struct fhir_alias *alias = NULL;
		if (fhir_alias_key(key, type, identifier))
			HASH_FIND_STR(r->map->aliases, key, alias);
		if (alias != NULL && text_copy(out, ID_SIZE, alias->id))
			return text_is_id(alias->id) ? NULL : "not an id";
		if (strcmp(type, "Location") == 0 && r->map->options.site != NULL
			&& text_is_id(value) && site_room(r->map->options.site, value) >= 0) {
			text_copy(out, ID_SIZE, value);
			return NULL;
		}
		return "reference by identifier only";
	}
	if (*fhir_string(reference, "display") != '\0')
		return "reference has only a display";
	return "empty reference";
}

/* -- memory of what was said ---------------------------------------------- */

static uint64_t mix_text(uint64_t hash, const char *text)
{
	return hash64(hash, text, strlen(text) + 1);
}

static uint64_t mix_number(uint64_t hash, int64_t number)
{
	return hash64(hash, &number, sizeof number);
}

/* Notes what was said under a key; false when that was already the last word.
 * Bounded: the oldest key is forgotten, at worst said once more. */
static bool remember(struct fhir_map *map, const char *key, uint64_t hash)
{
	struct fhir_said *said;
	HASH_FIND_STR(map->said, key, said);
	if (said != NULL && said->hash == hash)
		return false;
	if (said == NULL) {
		if (HASH_COUNT(map->said) >= SAID_MAX) {
			struct fhir_said *oldest = map->said;
			HASH_DEL(map->said, oldest);
			free(oldest);
		}
		said = calloc(1, sizeof *said);
		if (said == NULL)
			return true;
		text_copy(said->key, sizeof said->key, key);
		HASH_ADD_STR(map->said, key, said);
	}
	said->hash = hash;
	return true;
}

/* -- saying what is not understood ---------------------------------------- */

static void say_puzzle(const struct fhir_reading *r, const char *path, const char *raw)
{
	char reason[256];
	text_neutralise(reason, sizeof reason, raw, strlen(raw));
	r->map->sink.not_understood(r->map->sink.context, r->origin, path, reason);
}

void fhir_puzzle(const struct fhir_reading *r, const char *path, const char *format, ...)
{
	char text[256];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	struct fhir_page *page = r->map->page;
	if (page != NULL && page->puzzles++ == 0) {
		char first[400];
		snprintf(first, sizeof first, "%s %s: %s", r->origin, path, text);
		text_neutralise(page->puzzle, sizeof page->puzzle, first, strlen(first));
	}
	/* The same puzzle is told once, not at each poll. */
	char key[KEY_SIZE];
	snprintf(key, sizeof key, "puzzle:%s:%s", r->origin, path);
	if (remember(r->map, key, mix_text(HASH64_BASIS, text)))
		say_puzzle(r, path, text);
}

void fhir_doubt(struct fhir_reading *r, const char *path, const char *format, ...)
{
	char text[256];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	/* The first doubt stands; that they are test data is never the only one. */
	bool test = r->doubt[0] != '\0' && !fhir_blocks(r);
	if (r->doubt[0] == '\0' || test) {
		char both[sizeof text + 16];
		snprintf(both, sizeof both, "%s%s", test ? "test data; " : "", text);
		text_neutralise(r->doubt, sizeof r->doubt, both, strlen(both));
	}
	fhir_puzzle(r, path, "%s", text);
}

/* -- facts ----------------------------------------------------------------- */

struct fact fhir_fact(const struct fhir_reading *r, enum fact_kind kind)
{
	struct fact fact = fact_make(kind, SOURCE_FHIR, r->map->at_ms);
	fact.source_ms = r->updated_ms;
	text_copy(fact.origin, sizeof fact.origin, r->origin);
	return fact;
}

static uint64_t hash_case(uint64_t h, const struct fact_case *c)
{
	const char *texts[] = {c->id, c->patient, c->room, c->surgeon, c->anaesthetist,
		c->procedure, c->not_understood};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		h = mix_text(h, texts[i]);
	h = mix_number(mix_number(h, c->start_ms), c->end_ms);
	h = mix_number(mix_number(h, c->status), c->setting);
	return mix_number(mix_number(h, c->nest), c->add_on);
}

static uint64_t hash_patient(uint64_t h, const struct fact_patient *p)
{
	h = mix_number(mix_number(mix_text(h, p->id), p->age_years), p->asa);
	h = mix_number(mix_number(h, (int64_t)(p->bmi * 1000)), p->sex);
	return mix_number(mix_number(h, p->mobility), p->setting);
}

/* What a fact says, without who and when: two facts of one hash are one. */
static uint64_t hash_fact(const struct fact *f)
{
	uint64_t h = mix_number(HASH64_BASIS, f->kind);
	switch (f->kind) {
	case FACT_CASE:
		return hash_case(h, &f->surgery);
	case FACT_PATIENT:
		return hash_patient(h, &f->patient);
	case FACT_TAG:
		return mix_text(mix_text(h, f->tag.tag), f->tag.patient);
	case FACT_READINESS:
		return mix_number(mix_number(mix_text(h, f->readiness.id), f->readiness.item),
			f->readiness.value);
	case FACT_HISTORY:
		h = mix_number(mix_text(h, f->history.id), f->history.admitted_ms);
		h = mix_number(mix_number(h, f->history.acute), f->history.charlson);
		return mix_number(h, f->history.ed_visits);
	case FACT_STATUS:
		return mix_number(mix_text(h, f->status.id), f->status.status);
	case FACT_ROOM:
		return mix_number(mix_text(h, f->room.room), f->room.service);
	case FACT_PLACE:
		h = mix_text(mix_text(mix_text(h, f->place.patient), f->place.id), f->place.room);
		h = mix_number(mix_text(h, f->place.bed), f->place.start_ms);
		return mix_number(h, f->place.end_ms);
	default:
		return mix_text(h, f->audit.reason);
	}
}

void fhir_give(struct fhir_map *map, const char *key, const struct fact *fact)
{
	if (remember(map, key, hash_fact(fact)))
		map->sink.fact(map->sink.context, fact);
}

const char *fhir_name_of(const struct fhir_map *map, const char *id)
{
	struct fhir_named *named;
	HASH_FIND_STR(map->named, id, named);
	return named != NULL ? named->name : "";
}

void fhir_give_name(struct fhir_map *map, const char *id, const char *name)
{
	struct fhir_named *named;
	if (*name == '\0')
		return;
	HASH_FIND_STR(map->named, id, named);
	if (named != NULL && strcmp(named->name, name) == 0)
		return;
	if (named != NULL) {
		HASH_DEL(map->named, named);
		free(named->name);
		free(named);
	} else if (HASH_COUNT(map->named) >= LINKS_MAX) {
		named = map->named;
		HASH_DEL(map->named, named);
		free(named->name);
		free(named);
	}
	named = calloc(1, sizeof *named);
	if (named == NULL || (named->name = strdup(name)) == NULL) {
		free(named);
		return;
	}
	text_copy(named->id, sizeof named->id, id);
	HASH_ADD_STR(map->named, id, named);
	map->sink.name(map->sink.context, id, name);
}

void fhir_said_free(struct fhir_map *map)
{
	struct fhir_said *said, *next;
	HASH_ITER(hh, map->said, said, next)
	{
		HASH_DEL(map->said, said);
		free(said);
	}
	struct fhir_named *named, *after;
	HASH_ITER(hh, map->named, named, after)
	{
		HASH_DEL(map->named, named);
		free(named->name);
		free(named);
	}
	struct fhir_link *link, *later;
	HASH_ITER(hh, map->links, link, later)
	{
		HASH_DEL(map->links, link);
		free(link);
	}
}

/* -- what hangs on what ----------------------------------------------------- */

struct fhir_link *fhir_link_find(const struct fhir_map *map, const char *type, const char *id)
{
	char key[ORIGIN_SIZE];
	struct fhir_link *link;
	snprintf(key, sizeof key, "%.16s/%.63s", type, id);
	HASH_FIND_STR(map->links, key, link);
	return link;
}

bool fhir_link_set(struct fhir_map *map, const char *type, const char *id, const char *target)
{
	struct fhir_link *link = fhir_link_find(map, type, id);
	if (link == NULL) {
		if (HASH_COUNT(map->links) >= LINKS_MAX) {
			link = map->links;
			HASH_DEL(map->links, link);
			free(link);
		}
		link = calloc(1, sizeof *link);
		if (link == NULL)
			return false;
		snprintf(link->origin, sizeof link->origin, "%.16s/%.63s", type, id);
		HASH_ADD_STR(map->links, origin, link);
	}
	if (target == NULL || strcmp(link->target, target) == 0)
		return false;
	text_copy(link->target, sizeof link->target, target);
	map->linked = true;
	return true;
}
