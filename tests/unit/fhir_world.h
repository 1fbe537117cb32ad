/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_FHIR_WORLD_H
#define VIGIE_TESTS_FHIR_WORLD_H

/* The mapper with a small site, and what it gave out, for the tests that include this. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir.h"
#include "feeds/fhir_offline.h"

enum { FACTS = 256 };

struct world {
	struct fhir_map *map;
	struct site site;
	struct room rooms[4];
	struct bed beds[1];
	struct fact facts[FACTS];
	int fact_count;
	char names[16][2 * LABEL_SIZE];
	int name_count;
	char puzzles[64][400];
	int puzzle_count;
	struct fhir_page page;
};

static __attribute__((unused)) void on_fact(void *context, const struct fact *fact)
{
	struct world *w = context;
	assert_int_equal(fact->source, SOURCE_FHIR);
	if (w->fact_count < FACTS)
		w->facts[w->fact_count++] = *fact;
}

static __attribute__((unused)) void on_name(void *context, const char *id, const char *name)
{
	struct world *w = context;
	if (w->name_count < 16)
		snprintf(w->names[w->name_count++], sizeof w->names[0], "%s=%s", id, name);
}

static __attribute__((unused)) void on_puzzle(
	void *context, const char *resource, const char *path, const char *reason)
{
	struct world *w = context;
	if (w->puzzle_count < 64)
		snprintf(w->puzzles[w->puzzle_count++], sizeof w->puzzles[0], "%s %s: %s", resource,
			path, reason);
}

static __attribute__((unused)) void set_room(
	struct room *room, const char *id, const char *fhir, enum room_kind kind)
{
	snprintf(room->id, sizeof room->id, "%s", id);
	snprintf(room->fhir, sizeof room->fhir, "%s", fhir);
	room->kind = kind;
}

static __attribute__((unused)) void make_map(struct world *w, struct fhir_options options)
{
	struct fhir_sink sink = {on_fact, on_name, on_puzzle, w};
	fhir_map_destroy(w->map);
	w->fact_count = w->name_count = w->puzzle_count = 0;
	w->map = fhir_map_create(&options, sink);
	assert_non_null(w->map);
}

static __attribute__((unused)) int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	set_room(&w->rooms[0], "OR2", "or-2", ROOM_OR);
	set_room(&w->rooms[1], "PACU", "pacu", ROOM_PACU);
	set_room(&w->rooms[2], "HOLD", "preop", ROOM_HOLDING);
	set_room(&w->rooms[3], "WARD", "ward", ROOM_WARD);
	snprintf(w->beds[0].id, ID_SIZE, "P3");
	snprintf(w->beds[0].fhir, ID_SIZE, "pacu-bed-3");
	w->beds[0].room = 1;
	w->site.rooms = w->rooms;
	w->site.room_count = 4;
	w->site.beds = w->beds;
	w->site.bed_count = 1;
	*state = w;
	make_map(w, (struct fhir_options){.site = &w->site,
			    .bracelet_system = "urn:example:bracelet",
			    .progress_system = "urn:example:progress"});
	return 0;
}

static __attribute__((unused)) int teardown(void **state)
{
	struct world *w = *state;
	fhir_map_destroy(w->map);
	free(w);
	return 0;
}

static __attribute__((unused)) const int64_t NOW = 1773655200000; /* 2026-03-16T10:00:00Z */

static __attribute__((unused)) int feed(struct world *w, const char *text)
{
	struct error err = {""};
	int rc = fhir_map_read(w->map, text, strlen(text), NOW, &w->page, &err);
	if (rc < 0)
		assert_string_not_equal(err.text, "");
	return rc;
}

static __attribute__((unused)) void feed_file(struct world *w, const char *name)
{
	char path[256];
	static char text[65536];
	snprintf(path, sizeof path, "tests/hospital/fhir/%s", name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t n = fread(text, 1, sizeof text - 1, file);
	text[n] = '\0';
	fclose(file);
	if (strstr(name, ".ndjson") == NULL) {
		assert_int_equal(feed(w, text), 0);
		return;
	}
	for (char *line = text, *next; *line != '\0'; line = next) {
		next = strchr(line, '\n');
		next = next != NULL ? next + 1 : line + strlen(line);
		if (next > line && next[-1] == '\n')
			next[-1] = '\0';
		assert_int_equal(feed(w, line), 0);
	}
}

static const struct fact *last(const struct world *w, enum fact_kind kind)
{
	for (int i = w->fact_count; i-- > 0;)
		if (w->facts[i].kind == kind)
			return &w->facts[i];
	return NULL;
}

static const struct fact *milestone(const struct world *w, enum milestone m)
{
	for (int i = w->fact_count; i-- > 0;)
		if (w->facts[i].kind == FACT_MILESTONE && w->facts[i].milestone.milestone == m)
			return &w->facts[i];
	return NULL;
}

static __attribute__((unused)) int count(const struct world *w, enum fact_kind kind)
{
	int n = 0;
	for (int i = 0; i < w->fact_count; i++)
		n += w->facts[i].kind == kind;
	return n;
}

static __attribute__((unused)) bool puzzled(const struct world *w, const char *part)
{
	for (int i = 0; i < w->puzzle_count; i++)
		if (strstr(w->puzzles[i], part) != NULL)
			return true;
	return false;
}

static __attribute__((unused)) void assert_when(
	const struct world *w, enum milestone m, const char *when, bool at_most)
{
	const struct fact *fact = milestone(w, m);
	assert_non_null(fact);
	assert_int_equal(fact->milestone.when_ms, fhir_time(when));
	assert_int_equal(fact->milestone.at_most, at_most);
	assert_false(fact->milestone.withdrawn);
	assert_string_equal(fact->milestone.id, "appt-or2-0900");
}

#define PROCEDURE(version, inside)                                                                 \
	"{\"resourceType\":\"Procedure\",\"id\":\"p\",\"meta\":{\"lastUpdated\":\"2026-03-"        \
	"16T" version "Z\"},\"status\":\"in-progress\",\"encounter\":{\"reference\":"              \
	"\"https://h.example/r4/Encounter/enc-4417/_history/9\"},\"extension\":[" inside "]}"
#define PROGRESS(system, code)                                                                     \
	"{\"url\":\"http://hl7.org/fhir/StructureDefinition/procedure-progressStatus\","           \
	"\"valueCodeableConcept\":{\"coding\":[{" system "\"code\":\"" code "\"}]}}"
#define HL7 "\"system\":\"http://hl7.org/fhir/procedure-progress-status-code\","

static __attribute__((unused)) void known_case(struct world *w)
{
	feed_file(w, "page.json");
	feed_file(w, "encounter.json");
	w->fact_count = w->puzzle_count = 0;
}

#define VISIT(version, status, locations)                                                          \
	"{\"resourceType\":\"Encounter\",\"id\":\"enc-4417\",\"meta\":{\"lastUpdated\":"           \
	"\"2026-03-16T" version "Z\"},\"status\":\"" status "\",\"subject\":{\"reference\":"       \
	"\"Patient/p-1001\"},\"appointment\":[{\"reference\":\"Appointment/appt-or2-0900\"}],"     \
	"\"period\":{\"end\":\"2026-03-16T16:00:00Z\"},\"location\":[" locations "]}"
#define STAY(place, start, end)                                                                    \
	"{\"location\":{\"reference\":\"Location/" place "\"},\"status\":\"active\","              \
	"\"period\":{\"start\":\"2026-03-16T" start "Z\"" end "}}"
#define UNTIL(end) ",\"end\":\"2026-03-16T" end "Z\""

#define APPOINTMENT(id, inside)                                                                    \
	"{\"resourceType\":\"Appointment\",\"id\":\"" id "\"," inside                              \
	"\"participant\":[{\"actor\":{\"reference\":\"Location/or-2\"}}]}"

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
