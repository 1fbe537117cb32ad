/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir.h"
#include "feeds/fhir_offline.h"
#include "twin/text.h"

/*
 * Any bytes through the FHIR mapper, twice (the second time nothing may be
 * said again), then the flush. What is given out must be fit to be shown: ids
 * are ids, texts are neutralised.
 */

struct seen {
	size_t facts;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void must_be_clean(const char *text)
{
	char again[512];
	text_neutralise(again, sizeof again, text, strlen(text));
	must(strcmp(again, text) == 0);
}

static void on_fact(void *context, const struct fact *fact)
{
	struct seen *seen = context;
	seen->facts++;
	must_be_clean(fact->origin);
	if (fact->kind == FACT_CASE) {
		must(text_is_id(fact->surgery.id));
		must(fact->surgery.room[0] == '\0' || text_is_id(fact->surgery.room));
		must_be_clean(fact->surgery.procedure);
		must_be_clean(fact->surgery.not_understood);
	} else if (fact->kind == FACT_MILESTONE) {
		must(text_is_id(fact->milestone.id));
		must(fact->milestone.when_ms > 0);
	}
}

static void on_name(void *context, const char *id, const char *name)
{
	(void)context;
	must(text_is_id(id));
	must_be_clean(name);
}

static void on_puzzle(void *context, const char *resource, const char *path, const char *reason)
{
	(void)context;
	must_be_clean(resource);
	must_be_clean(path);
	must_be_clean(reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fhir_options options = {.bracelet_system = "urn:b",
		.progress_system = "urn:p",
		.performed_means = "incision"};
	struct seen seen = {0};
	struct fhir_sink sink = {on_fact, on_name, on_puzzle, &seen};
	struct fhir_map *map = fhir_map_create(&options, sink);
	struct fhir_page page;
	struct error err;
	for (int round = 0; map != NULL && round < 2; round++)
		fhir_map_read(map, (const char *)data, size, 1773655200000, &page, &err);
	if (map != NULL)
		fhir_map_flush(map);
	fhir_map_destroy(map);
	return 0;
}
