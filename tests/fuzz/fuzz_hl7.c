/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/hl7.h"
#include "twin/text.h"

/*
 * Any bytes through the HL7 reader, twice. What is given out must be fit to be
 * shown: ids are ids, texts are neutralised; each message is counted, and what
 * is refused is told.
 */

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
	(void)context;
	must_be_clean(fact->origin);
	if (fact->kind == FACT_CASE) {
		must(text_is_id(fact->surgery.id));
		must(fact->surgery.room[0] == '\0' || text_is_id(fact->surgery.room));
		must_be_clean(fact->surgery.procedure);
		must_be_clean(fact->surgery.not_understood);
	} else if (fact->kind == FACT_MILESTONE) {
		must(text_is_id(fact->milestone.id));
		must(fact->milestone.when_ms > 0);
	} else if (fact->kind == FACT_PLACE) {
		must(text_is_id(fact->place.room));
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
	int *told = context;
	++*told;
	must_be_clean(resource);
	must_be_clean(path);
	must_be_clean(reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hl7_options options = {0};
	struct hl7_result result;
	struct error err;
	int told = 0;
	struct fhir_sink sink = {on_fact, on_name, on_puzzle, &told};
	struct hl7 *hl7 = hl7_create(&options, sink);
	for (int round = 0; hl7 != NULL && round < 2; round++) {
		told = 0;
		hl7_read(hl7, (const char *)data, size, 1773655200000, &result, &err);
		must(told == result.puzzles);
		must(result.refused <= result.puzzles);
	}
	hl7_destroy(hl7);
	return 0;
}
