/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/hearing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir.h"
#include "src/hospital/fhir_store.h"

struct hearing {
	const struct day *day;
	struct store *store;
	struct fhir_map *map;
	int *told; /* version of each resource that was told */
	void (*fact)(void *context, const struct fact *fact);
	void *context;
};

static void on_fact(void *context, const struct fact *fact)
{
	struct hearing *h = context;
	h->fact(h->context, fact);
}

static void on_name(void *context, const char *id, const char *name)
{
	(void)context;
	(void)id;
	(void)name;
}

static void on_puzzle(void *context, const char *resource, const char *path, const char *reason)
{
	(void)context;
	fprintf(stderr, "vigie-hospital: %s %s: %s\n", resource, path, reason);
}

struct hearing *hearing_create(
	const struct day *day, void (*fact)(void *context, const struct fact *fact), void *context)
{
	const struct fhir_options options = {.site = day->site,
		.bracelet_system = "https://hospital.example/ids/bracelet",
		.progress_system = "https://hospital.example/cs/milestones"};
	struct hearing *h = calloc(1, sizeof(*h));
	if (h == NULL)
		abort();
	*h = (struct hearing){.day = day, .fact = fact, .context = context};
	h->store = store_create(day);
	h->told = calloc((size_t)h->store->count + 1, sizeof(*h->told));
	h->map = fhir_map_create(&options, (struct fhir_sink){on_fact, on_name, on_puzzle, h});
	if (h->told == NULL || h->map == NULL)
		abort();
	return h;
}

void hearing_destroy(struct hearing *h)
{
	if (h == NULL)
		return;
	fhir_map_destroy(h->map);
	store_destroy(h->store);
	free(h->told);
	free(h);
}

int64_t hearing_next(const struct hearing *h)
{
	return h->store->next < h->day->happening_count ? h->day->happenings[h->store->next].t : 0;
}

/* A Bundle of what has a version that was not told yet; NULL: nothing has. */
static char *news(struct store *store, int *told, size_t *size)
{
	char *text = NULL;
	const char *between = "";
	FILE *out = open_memstream(&text, size);
	if (out == NULL)
		abort();
	fputs("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[", out);
	for (int i = 0; i < store->count; i++) {
		struct resource *r = &store->items[i];
		if (r->version == told[i])
			continue;
		told[i] = r->version;
		fprintf(out, "%s{\"resource\":%s}", between, store_text(r));
		between = ",";
	}
	fputs("]}\n", out);
	fclose(out);
	if (*between != '\0')
		return text;
	free(text);
	return NULL;
}

char *hearing_bundle(const struct day *day, int64_t t)
{
	size_t size = 0;
	struct store *store = store_create(day);
	int *told = calloc((size_t)store->count + 1, sizeof(*told));
	if (told == NULL)
		abort();
	store_advance(store, t);
	char *text = news(store, told, &size);
	free(told);
	store_destroy(store);
	return text;
}

void hearing_until(struct hearing *h, int64_t t)
{
	struct fhir_page page;
	struct error err;
	size_t size = 0;
	store_advance(h->store, t);
	char *text = news(h->store, h->told, &size);
	if (text != NULL && fhir_map_read(h->map, text, size, t, &page, &err) < 0)
		fprintf(stderr, "vigie-hospital: %s\n", err.text);
	free(text);
}
