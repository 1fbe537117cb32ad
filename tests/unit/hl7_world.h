/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_UNIT_HL7_WORLD_H
#define VIGIE_TESTS_UNIT_HL7_WORLD_H

/*
 * A small suite, a reader, and what it said, one line each: a test then reads
 * like the manual. Times are printed as UTC; the zone of the suite is two hours
 * east. Include after cmocka.h.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/hl7.h"
#include "twin/site.h"
#include "twin/text.h"

enum { HL7_LINES = 64, HL7_LINE = 900 };

struct hl7_world {
	struct hl7 *hl7;
	struct site site;
	struct room rooms[5];
	struct bed beds[1];
	struct hl7_result result;
	int rc;
	struct error err;
	int count, puzzle_count, name_count;
	char lines[HL7_LINES][HL7_LINE];
	char puzzles[HL7_LINES][HL7_LINE];
	char names[HL7_LINES][200];
	const char *elsewhere; /* the case that another door told of */
};

static const char *hl7_clock(int64_t ms)
{
	static char text[8][32];
	static int next;
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char *out = text[next++ % 8];
	gmtime_r(&seconds, &tm);
	strftime(out, 32, "%dT%H:%M", &tm);
	return ms != 0 ? out : "-";
}

static void hl7_write_fact(char *out, size_t size, const struct fact *f)
{
	switch (f->kind) {
	case FACT_CASE:
		snprintf(out, size,
			"case %s patient=%s room=%s %s..%s %s \"%s\" surgeon=%s anaes=%s%s%s%s",
			f->surgery.id, f->surgery.patient, f->surgery.room,
			hl7_clock(f->surgery.start_ms), hl7_clock(f->surgery.end_ms),
			case_status_name(f->surgery.status), f->surgery.procedure,
			f->surgery.surgeon, f->surgery.anaesthetist,
			f->surgery.setting == SETTING_EMERGENCY ? " emergency" : "",
			f->surgery.not_understood[0] != '\0' ? " ?" : "",
			f->surgery.not_understood);
		break;
	case FACT_PATIENT:
		snprintf(out, size, "patient %s age=%d sex=%c asa=%d bmi=%.1f %s %s", f->patient.id,
			f->patient.age_years, f->patient.sex != 0 ? f->patient.sex : '-',
			f->patient.asa, f->patient.bmi, mobility_name(f->patient.mobility),
			setting_name(f->patient.setting));
		break;
	case FACT_MILESTONE:
		snprintf(out, size, "%s %s %s%s%s", f->milestone.id,
			milestone_name(f->milestone.milestone), hl7_clock(f->milestone.when_ms),
			f->milestone.at_most ? " at most" : "",
			f->milestone.withdrawn ? " withdrawn" : "");
		break;
	case FACT_PLACE:
		snprintf(out, size, "place %s case=%s room=%s bed=%s %s..%s", f->place.patient,
			f->place.id, f->place.room, f->place.bed, hl7_clock(f->place.start_ms),
			hl7_clock(f->place.end_ms));
		break;
	case FACT_STATUS:
		snprintf(out, size, "status %s %s", f->status.id,
			case_status_name(f->status.status));
		break;
	default:
		snprintf(out, size, "%s", fact_kind_name(f->kind));
	}
}

static void hl7_on_fact(void *context, const struct fact *fact)
{
	struct hl7_world *w = context;
	assert_int_equal(fact->source, SOURCE_FHIR);
	assert_true(w->count < HL7_LINES);
	hl7_write_fact(w->lines[w->count], sizeof w->lines[0], fact);
	size_t n = strlen(w->lines[w->count]);
	snprintf(w->lines[w->count++] + n, sizeof w->lines[0] - n, " | %s", fact->origin);
}

static void hl7_on_name(void *context, const char *id, const char *name)
{
	struct hl7_world *w = context;
	if (w->name_count < HL7_LINES)
		snprintf(w->names[w->name_count++], sizeof w->names[0], "%s=%s", id, name);
}

static void hl7_on_puzzle(void *context, const char *resource, const char *path, const char *reason)
{
	struct hl7_world *w = context;
	if (w->puzzle_count < HL7_LINES)
		snprintf(w->puzzles[w->puzzle_count++], sizeof w->puzzles[0], "%s %s: %s", resource,
			path, reason);
}

static bool hl7_case_elsewhere(void *context, const char *patient, char id[ID_SIZE])
{
	struct hl7_world *w = context;
	(void)patient;
	return w->elsewhere != NULL && text_copy(id, ID_SIZE, w->elsewhere);
}

static void hl7_place_room(struct hl7_world *w, int i, const char *id, const char *name,
	const char *fhir, enum room_kind kind)
{
	text_copy(w->rooms[i].id, ID_SIZE, id);
	text_copy(w->rooms[i].name, LABEL_SIZE, name);
	text_copy(w->rooms[i].fhir, ID_SIZE, fhir);
	w->rooms[i].kind = kind;
}

static int hl7_world_open(void **state)
{
	struct hl7_world *w = calloc(1, sizeof *w);
	/* EET-2 is POSIX for two hours east: no zone files needed. */
	setenv("TZ", "EET-2", 1);
	tzset();
	hl7_place_room(w, 0, "or-2", "SALLE_2", "loc-or2", ROOM_OR);
	hl7_place_room(w, 1, "or-3", "OR 3", "loc-or3", ROOM_OR);
	hl7_place_room(w, 2, "pacu", "SSPI", "pacu", ROOM_PACU);
	hl7_place_room(w, 3, "ward", "Ward 4", "ward", ROOM_WARD);
	hl7_place_room(w, 4, "hold", "Holding", "hold", ROOM_HOLDING);
	text_copy(w->beds[0].id, ID_SIZE, "pacu-3");
	text_copy(w->beds[0].name, LABEL_SIZE, "3");
	text_copy(w->beds[0].fhir, ID_SIZE, "pacu-3");
	w->beds[0].room = 2;
	w->site.rooms = w->rooms;
	w->site.room_count = 5;
	w->site.beds = w->beds;
	w->site.bed_count = 1;
	struct hl7_options options = {
		.site = &w->site, .case_of = hl7_case_elsewhere, .context = w};
	w->hl7 = hl7_create(
		&options, (struct fhir_sink){hl7_on_fact, hl7_on_name, hl7_on_puzzle, w});
	*state = w;
	return w->hl7 != NULL ? 0 : -1;
}

static int hl7_world_close(void **state)
{
	struct hl7_world *w = *state;
	hl7_destroy(w->hl7);
	free(w);
	return 0;
}

/* Reads a file; what was said before is forgotten. */
static void hl7_give_bytes(struct hl7_world *w, const char *bytes, size_t len)
{
	/* A buffer of its own size, so that a sanitizer sees a read beyond it. */
	char *copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, len);
	w->count = w->puzzle_count = w->name_count = 0;
	w->err.text[0] = '\0';
	w->rc = hl7_read(w->hl7, copy, len, 1773655200000, &w->result, &w->err);
	free(copy);
}

static void hl7_give(struct hl7_world *w, const char *text)
{
	hl7_give_bytes(w, text, strlen(text));
}

static void hl7_same(char lines[][HL7_LINE], int count, const char *const *expected, int n,
	const char *file, int line)
{
	for (int i = 0; i < count || i < n; i++) {
		const char *is = i < count ? lines[i] : "(nothing)";
		const char *should = i < n ? expected[i] : "(nothing)";
		if (strcmp(is, should) != 0) {
			print_error("line %d is  %s\nexpected   %s\n", i, is, should);
			_fail(file, line);
		}
	}
}

/* The facts are exactly these lines. */
#define hl7_says(w, ...)                                                                           \
	do {                                                                                       \
		const char *const expected_[] = {__VA_ARGS__};                                     \
		hl7_same((w)->lines, (w)->count, expected_,                                        \
			(int)(sizeof expected_ / sizeof *expected_), __FILE__, __LINE__);          \
	} while (0)
/* The puzzles are exactly these lines. */
#define hl7_wonders(w, ...)                                                                        \
	do {                                                                                       \
		const char *const expected_[] = {__VA_ARGS__};                                     \
		hl7_same((w)->puzzles, (w)->puzzle_count, expected_,                               \
			(int)(sizeof expected_ / sizeof *expected_), __FILE__, __LINE__);          \
	} while (0)
#define hl7_silent(w)                                                                              \
	do {                                                                                       \
		hl7_same((w)->lines, (w)->count, NULL, 0, __FILE__, __LINE__);                     \
		hl7_same((w)->puzzles, (w)->puzzle_count, NULL, 0, __FILE__, __LINE__);            \
	} while (0)

#endif
