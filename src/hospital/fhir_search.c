/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/fhir_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/json_read.h"
#include "src/hospital/stamp.h"

enum { PAGE_DEFAULT = 50, PAGE_MOST = 500 };

static const char *get(const struct parameter *p, int n, const char *key)
{
	for (int i = 0; i < n; i++)
		if (strcmp(p[i].key, key) == 0)
			return p[i].value;
	return NULL;
}

/* Of a comparison with a prefix (ge, gt, le, lt, eq); a date alone is its day. */
static bool compare(const char *value, int64_t t)
{
	char prefix[3] = "eq";
	if (value[0] >= 'a' && value[0] <= 'z' && value[1] != '\0') {
		prefix[0] = value[0];
		prefix[1] = value[1];
		value += 2;
	}
	int64_t low = stamp_parse(value), length = strlen(value) == 10 ? 86400000 : 1;
	int64_t high = low + length;
	if (strcmp(prefix, "ge") == 0)
		return t >= low;
	if (strcmp(prefix, "gt") == 0)
		return t >= high;
	if (strcmp(prefix, "le") == 0)
		return t < high;
	if (strcmp(prefix, "lt") == 0)
		return t < low;
	return t >= low && t < high;
}

static int64_t date_of(const struct resource *r)
{
	const cJSON *period = cJSON_GetObjectItemCaseSensitive(r->json, "period");
	const char *text = json_text(r->json, "start");
	if (*text == '\0' && period != NULL)
		text = json_text(period, "start");
	if (*text == '\0')
		text = json_text(r->json, "effectiveDateTime");
	return *text != '\0' ? stamp_parse(text) : 0;
}

/* One of a comma-separated list, with or without "Type/" in front. */
static bool in_list(const char *list, const char *reference)
{
	const char *id = strchr(reference, '/');
	id = id != NULL ? id + 1 : reference;
	while (*list != '\0') {
		size_t len = strcspn(list, ",");
		if ((len == strlen(reference) && strncmp(list, reference, len) == 0)
			|| (len == strlen(id) && strncmp(list, id, len) == 0))
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

/* Any `reference` below the resource that is of the wanted type and list. */
static bool refers(const cJSON *node, const char *type, const char *list)
{
	for (const cJSON *i = node != NULL ? node->child : NULL; i != NULL; i = i->next) {
		if (cJSON_IsString(i) && i->string != NULL && strcmp(i->string, "reference") == 0
			&& (type == NULL || strncmp(i->valuestring, type, strlen(type)) == 0)
			&& in_list(list, i->valuestring))
			return true;
		if ((cJSON_IsObject(i) || cJSON_IsArray(i)) && refers(i, type, list))
			return true;
	}
	return false;
}

bool search_has_identifier(const cJSON *json, const char *token)
{
	const char *bar = strchr(token, '|'), *value = bar != NULL ? bar + 1 : token;
	size_t len = bar != NULL ? (size_t)(bar - token) : 0;
	const cJSON *i;
	cJSON_ArrayForEach(i, cJSON_GetObjectItemCaseSensitive(json, "identifier"))
	{
		const char *system = json_text(i, "system");
		if (strcmp(json_text(i, "value"), value) == 0
			&& (bar == NULL
				|| (strlen(system) == len && memcmp(system, token, len) == 0)))
			return true;
	}
	return false;
}

static bool matches(const struct resource *r, const struct parameter *p)
{
	if (strcmp(p->key, "_lastUpdated") == 0)
		return compare(p->value, r->updated_ms);
	if (strcmp(p->key, "_id") == 0)
		return in_list(p->value, r->id);
	if (strcmp(p->key, "date") == 0)
		return date_of(r) != 0 && compare(p->value, date_of(r));
	if (strcmp(p->key, "status") == 0)
		return in_list(p->value, json_text(r->json, "status"));
	if (strcmp(p->key, "location") == 0)
		return refers(r->json, "Location/", p->value);
	if (strcmp(p->key, "patient") == 0)
		return refers(r->json, "Patient/", p->value);
	if (strcmp(p->key, "identifier") == 0)
		return search_has_identifier(r->json, p->value);
	if (strcmp(p->key, "actor") == 0)
		return refers(r->json, NULL, p->value);
	return true; /* lenient, as most servers are: the self link tells */
}

static bool known_type(const char *type)
{
	static const char *const types[] = {"Appointment", "Patient", "Practitioner", "Location",
		"Encounter", "Procedure", "Observation", "Condition"};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static void escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
			     || (c >= 'a' && c <= 'z') || strchr("-_.:,/", c) != NULL;
		fprintf(out, plain ? "%c" : "%%%02X", c);
	}
}

static void entry(FILE *out, struct searcher *s, struct resource *r, bool included)
{
	fprintf(out,
		"{\"fullUrl\":\"%s/%s/%s\",\"resource\":%s,"
		"\"search\":{\"mode\":\"%s\"}}",
		s->base, r->type, r->id, store_text(r), included ? "include" : "match");
}

/* One page of matches with what belongs to it, and the link to the next. */
static char *page(struct searcher *s, struct cursor *c, int from, const char *self, int64_t now)
{
	char *text = NULL, stamp[STAMP_SIZE];
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		abort();
	int to = from + c->page < c->matches ? from + c->page : c->matches;
	fprintf(out,
		"{\"resourceType\":\"Bundle\",\"id\":\"%s-%d\",\"meta\":{\"lastUpdated\":\"%s\"},"
		"\"type\":\"searchset\",\"total\":%d,\"link\":[{\"relation\":\"self\",\"url\":\"%"
		"s\"}",
		c->id, from, stamp_millis(now, stamp), c->matches, self);
	if (to < c->matches)
		fprintf(out,
			",{\"relation\":\"next\",\"url\":\"%s?_getpages=%s&_getpagesoffset=%d\"}",
			s->base, c->id, to);
	fprintf(out, "]");
	const char *between = ",\"entry\":[";
	for (int i = from; i < to; i++, between = ",") {
		fputs(between, out);
		entry(out, s, &s->store->items[c->items[i]], false);
	}
	/* Included resources ride on the last page: legal, and a test of clients. */
	for (int i = c->matches; to == c->matches && i < c->count; i++, between = ",") {
		fputs(between, out);
		entry(out, s, &s->store->items[c->items[i]], true);
	}
	fputs(*between == ',' && between[1] == '\0' ? "]}" : "}", out);
	fclose(out);
	return text;
}

/* Patients of the appointments found, each once. */
static void include_patients(struct searcher *s, struct cursor *c)
{
	for (int i = 0; i < c->matches; i++) {
		const struct resource *a = &s->store->items[c->items[i]];
		int item = s->store->patients + a->index;
		bool there = s->store->items[item].version == 0;
		for (int k = c->matches; k < c->count && !there; k++)
			there = c->items[k] == item;
		if (!there)
			c->items[c->count++] = item;
	}
}

static struct cursor *new_cursor(struct searcher *s)
{
	struct cursor *c = &s->cursors[s->made % PAGES_MAX];
	free(c->items);
	*c = (struct cursor){0};
	snprintf(c->id, sizeof(c->id), "%08" PRIx64, s->made++ * 2654435761u + 97);
	c->items = calloc((size_t)s->store->count * 2 + 1, sizeof(int));
	if (c->items == NULL)
		abort();
	return c;
}

static char *self_link(struct searcher *s, const char *type, const struct parameter *p, int n)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		abort();
	fprintf(out, "%s/%s", s->base, type);
	for (int i = 0; i < n; i++) {
		fprintf(out, "%c", i == 0 ? '?' : '&');
		escaped(out, p[i].key);
		fputc('=', out);
		escaped(out, p[i].value);
	}
	fclose(out);
	return text;
}

static bool bad_date(const struct parameter *p)
{
	if (strcmp(p->key, "_lastUpdated") != 0 && strcmp(p->key, "date") != 0)
		return false;
	bool prefixed = p->value[0] >= 'a' && p->value[0] <= 'z' && p->value[1] != '\0';
	return stamp_parse(p->value + (prefixed ? 2 : 0)) == 0;
}

int search_run(struct searcher *s, const char *type, const struct parameter *parameters, int n,
	int64_t now_ms, char **body)
{
	if (!known_type(type)) {
		*body = outcome_text("error", "not-supported", "this server has no such resource");
		return 404;
	}
	for (int i = 0; i < n; i++)
		if (bad_date(&parameters[i])) {
			*body = outcome_text("error", "invalid", "a date cannot be read");
			return 400;
		}
	struct cursor *c = new_cursor(s);
	const char *count = get(parameters, n, "_count"), *include = get(parameters, n, "_include");
	long wanted = count != NULL ? strtol(count, NULL, 10) : PAGE_DEFAULT;
	c->page = wanted < 1 ? 1 : wanted > PAGE_MOST ? PAGE_MOST : (int)wanted;
	for (int i = 0; i < s->store->count; i++) {
		const struct resource *r = &s->store->items[i];
		bool good = r->version > 0 && strcmp(r->type, type) == 0;
		for (int k = 0; good && k < n; k++)
			good = matches(r, &parameters[k]);
		if (good)
			c->items[c->count++] = i;
	}
	c->matches = c->count;
	if (include != NULL && strcmp(include, "Appointment:patient") == 0
		&& strcmp(type, "Appointment") == 0)
		include_patients(s, c);
	char *self = self_link(s, type, parameters, n);
	*body = page(s, c, 0, self, now_ms);
	free(self);
	return 200;
}

char *history_text(struct searcher *s, struct resource *r)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		abort();
	fprintf(out,
		"{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":["
		"{\"fullUrl\":\"%s/%s/%s\",\"resource\":%s}",
		s->base, r->type, r->id, store_text(r));
	for (int k = 0; k < VERSIONS && r->before[k] != NULL; k++)
		fprintf(out, ",{\"fullUrl\":\"%s/%s/%s\",\"resource\":%s}", s->base, r->type, r->id,
			r->before[k]);
	fputs("]}", out);
	fclose(out);
	return text;
}

int search_next(
	struct searcher *s, const struct parameter *parameters, int n, int64_t now_ms, char **body)
{
	const char *id = get(parameters, n, "_getpages");
	const char *offset = get(parameters, n, "_getpagesoffset");
	long from = offset != NULL ? strtol(offset, NULL, 10) : -1;
	for (int i = 0; i < PAGES_MAX; i++) {
		struct cursor *c = &s->cursors[i];
		if (c->items == NULL || id == NULL || strcmp(c->id, id) != 0 || from < 0
			|| from >= c->matches)
			continue;
		char self[200];
		snprintf(self, sizeof(self), "%s?_getpages=%s&_getpagesoffset=%ld", s->base, c->id,
			from);
		*body = page(s, c, (int)from, self, now_ms);
		return 200;
	}
	*body = outcome_text("error", "processing", "the search does not exist or has expired");
	return 410;
}

void search_clear(struct searcher *s)
{
	for (int i = 0; i < PAGES_MAX; i++) {
		free(s->cursors[i].items);
		s->cursors[i].items = NULL;
	}
}
