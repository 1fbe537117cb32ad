/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir.h"
#include "feeds/fhir_known.h"
#include "feeds/fhir_link.h"
#include "feeds/fhir_offline.h"
#include "feeds/fhir_query.h"
#include "twin/text.h"

/*
 * Any bytes through all that reads a FHIR server: as a page of resources,
 * twice (the second time nothing may be said again), as a capability statement
 * whose questions are then made, as an error answer, and its links resolved.
 * What is given out must be fit to be shown: ids are ids, texts are
 * neutralised; a question or a link never leaves the base.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char BASE[] = "https://fhir.example/r4";

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

static void must_be_ours(const char *url)
{
	must(strncmp(url, BASE, sizeof BASE - 1) == 0);
	must(strchr("/?", url[sizeof BASE - 1]) != NULL);
	must(strpbrk(url, " \r\n") == NULL);
}

static void on_fact(void *context, const struct fact *fact)
{
	size_t *facts = context;
	++*facts;
	must_be_clean(fact->origin);
	if (fact->kind == FACT_CASE) {
		must(text_is_id(fact->surgery.id));
		must(fact->surgery.room[0] == '\0' || text_is_id(fact->surgery.room));
		must(fact->surgery.surgeon[0] == '\0' || text_is_id(fact->surgery.surgeon));
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

static void make_questions(const struct fhir_map *map, const struct fhir_capability *capability)
{
	char url[16384];
	struct fhir_ask ask = {.base = BASE,
		.capability = capability,
		.map = map,
		.from_ms = 0,
		.to_ms = INT64_MAX,
		.page_count = 200};
	for (int type = 0; type < FHIR_TYPES; type++) {
		for (int i = 0; i < 2 * STRATEGY_COUNT; i++) {
			ask.type = (enum fhir_type)type;
			ask.strategy = (enum fhir_strategy)(i / 2);
			ask.round = i % 2 == 0 ? ROUND_FULL : ROUND_DELTA;
			ask.since_ms = i % 2 == 0 ? 0 : 1773655200000;
			ask.to_ms = 1773655200000 * 2;
			if (fhir_query(&ask, i % 3, url, sizeof url))
				must_be_ours(url);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char link[16384];
	struct fhir_options options = {.bracelet_system = "urn:b",
		.progress_system = "urn:p",
		.performed_means = "incision"};
	size_t facts = 0;
	struct fhir_sink sink = {on_fact, on_name, on_puzzle, &facts};
	struct fhir_map *map = fhir_map_create(&options, sink);
	struct fhir_capability capability;
	struct fhir_page page;
	struct error err;
	const char *text = (const char *)data;
	fhir_outcome_read(text, size, &page);
	must_be_clean(page.outcome);
	fhir_capability_default(&capability, BASE);
	fhir_capability_read(&capability, BASE, text, size, &err);
	for (int round = 0; map != NULL && round < 2; round++) {
		fhir_known_sweep(map);
		if (fhir_known_read(map, text, size, 1773655200000, &page, &err) == 0
			&& *page.next != '\0'
			&& fhir_link_resolve(BASE, BASE, page.next, link, sizeof link) == NULL)
			must_be_ours(link);
	}
	if (map != NULL) {
		make_questions(map, &capability);
		fhir_map_flush(map);
	}
	fhir_map_destroy(map);
	return 0;
}
