/* SPDX-License-Identifier: Apache-2.0 */
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

/*
 * The mapping on the examples of tests/hospital/fhir (valid R4) and on the odd
 * but legal shapes of real servers. Expected milestones are by the field's
 * table: HL7 procedure-progress-status-code, v2-0116, Encounter.location.
 */

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

static void on_fact(void *context, const struct fact *fact)
{
	struct world *w = context;
	assert_int_equal(fact->source, SOURCE_FHIR);
	if (w->fact_count < FACTS)
		w->facts[w->fact_count++] = *fact;
}

static void on_name(void *context, const char *id, const char *name)
{
	struct world *w = context;
	if (w->name_count < 16)
		snprintf(w->names[w->name_count++], sizeof w->names[0], "%s=%s", id, name);
}

static void on_puzzle(void *context, const char *resource, const char *path, const char *reason)
{
	struct world *w = context;
	if (w->puzzle_count < 64)
		snprintf(w->puzzles[w->puzzle_count++], sizeof w->puzzles[0], "%s %s: %s", resource,
			path, reason);
}

static void set_room(struct room *room, const char *id, const char *fhir, enum room_kind kind)
{
	snprintf(room->id, sizeof room->id, "%s", id);
	snprintf(room->fhir, sizeof room->fhir, "%s", fhir);
	room->kind = kind;
}

static void make_map(struct world *w, struct fhir_options options)
{
	struct fhir_sink sink = {on_fact, on_name, on_puzzle, w};
	fhir_map_destroy(w->map);
	w->fact_count = w->name_count = w->puzzle_count = 0;
	w->map = fhir_map_create(&options, sink);
	assert_non_null(w->map);
}

static int setup(void **state)
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

static int teardown(void **state)
{
	struct world *w = *state;
	fhir_map_destroy(w->map);
	free(w);
	return 0;
}

static const int64_t NOW = 1773655200000; /* 2026-03-16T10:00:00Z */

static int feed(struct world *w, const char *text)
{
	struct error err = {""};
	int rc = fhir_map_read(w->map, text, strlen(text), NOW, &w->page, &err);
	if (rc < 0)
		assert_string_not_equal(err.text, "");
	return rc;
}

static void feed_file(struct world *w, const char *name)
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

static int count(const struct world *w, enum fact_kind kind)
{
	int n = 0;
	for (int i = 0; i < w->fact_count; i++)
		n += w->facts[i].kind == kind;
	return n;
}

static bool puzzled(const struct world *w, const char *part)
{
	for (int i = 0; i < w->puzzle_count; i++)
		if (strstr(w->puzzles[i], part) != NULL)
			return true;
	return false;
}

static void assert_when(const struct world *w, enum milestone m, const char *when, bool at_most)
{
	const struct fact *fact = milestone(w, m);
	assert_non_null(fact);
	assert_int_equal(fact->milestone.when_ms, fhir_time(when));
	assert_int_equal(fact->milestone.at_most, at_most);
	assert_false(fact->milestone.withdrawn);
	assert_string_equal(fact->milestone.id, "appt-or2-0900");
}

/* Checked against `date -u -d TIME +%s`. */
static void reads_times_of_the_grammar(void **state)
{
	(void)state;
	assert_int_equal(fhir_time("2026-03-16T09:03:00+01:00"), 1773648180000);
	assert_int_equal(fhir_time("2026-03-16T08:03:00Z"), 1773648180000);
	assert_int_equal(fhir_time("2026-03-16T04:03:00.5-04:00"), 1773648180500);
	assert_int_equal(fhir_time("2026-03-16T18:03:00.1234567+10:00"), 1773648180123);
	assert_int_equal(fhir_time("2016-12-31T23:59:60Z"), 1483228800000); /* leap second */
	assert_int_equal(fhir_time("2026-03-16"), 1773619200000);
	assert_int_equal(fhir_time("2026-03"), 1772323200000);
	assert_int_equal(fhir_time("1958"), -378691200000);
	assert_int_equal(fhir_time("2024-02-29"), 1709164800000);
	static const char *const refused[] = {"", "now", "2026-3-16", "2026-02-29", "2026-13-01",
		"2026-03-16T24:00:00Z", "2026-03-16T09:03:00", "2026-03-16T09:03:00+01",
		"2026-03-16T09:03:61Z", "2026-03-16T09:03:00.Z", "2026-03-16 09:03:00Z",
		"2026-03-16T09:03:00.1234567891Z", "2026-03-16T09:03:00Zx", "2026-03-16T09:63:00Z",
		"2026-03-16T09:03:00+15:00"};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		assert_int_equal(fhir_time(refused[i]), 0);
	assert_int_equal(fhir_time(NULL), 0);
}

static void reads_the_programme(void **state)
{
	struct world *w = *state;
	feed_file(w, "page.json");
	const struct fact *fact = last(w, FACT_CASE);
	assert_non_null(fact);
	const struct fact_case *c = &fact->surgery;
	assert_string_equal(c->id, "appt-or2-0900");
	assert_string_equal(c->room, "OR2");
	assert_string_equal(c->patient, "p-1001");
	assert_string_equal(c->surgeon, "surg-07");
	assert_string_equal(c->anaesthetist, "anes-03");
	assert_string_equal(c->procedure, "Laparoscopic inguinal hernia repair, left");
	assert_int_equal(c->status, CASE_PLANNED);
	assert_int_equal(c->start_ms, fhir_time("2026-03-16T09:00:00+01:00"));
	assert_int_equal(c->end_ms, fhir_time("2026-03-16T10:15:00+01:00"));
	assert_int_equal(c->nest, -1);
	assert_string_equal(fact->origin, "Appointment/appt-or2-0900");
	assert_int_equal(fact->at_ms, NOW);
	assert_int_equal(w->page.entries, 2);
	assert_int_equal(w->page.updated_ms, fhir_time("2026-03-16T09:58:10.200+01:00"));
	assert_string_equal(w->page.next, "https://fhir.hospital.example.org/r4?_getpages=8deeeb67"
					  "&_getpagesoffset=2&_count=2&_bundletype=searchset");
	assert_false(w->page.outcome_error);
	assert_non_null(strstr(w->page.outcome, "not authorised"));
	const struct fact *patient = last(w, FACT_PATIENT);
	assert_int_equal(patient->patient.age_years, 67); /* July 1958 to March 2026 */
	assert_int_equal(patient->patient.sex, 'M');
}

static void reads_the_visit_whatever_comes_first(void **state)
{
	struct world *w = *state;
	feed_file(w, "procedure.json");
	feed_file(w, "encounter.json");
	assert_int_equal(count(w, FACT_MILESTONE), 0); /* kept back */
	feed_file(w, "page.json");
	assert_when(w, MILESTONE_ARRIVED, "2026-03-16T07:02:00+01:00", false);
	assert_when(w, MILESTONE_IN_HOLDING, "2026-03-16T07:10:00+01:00", false);
	assert_when(w, MILESTONE_IN_ROOM, "2026-03-16T09:03:00+01:00", false);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T09:31:00+01:00", false);
	assert_null(milestone(w, MILESTONE_PACU_IN)); /* only planned */
	assert_null(milestone(w, MILESTONE_OUT_ROOM));
	const struct fact *place = last(w, FACT_PLACE);
	assert_string_equal(place->place.room, "OR2");
	assert_string_equal(place->place.patient, "p-1001");
	assert_int_equal(place->place.end_ms, 0);
	assert_int_equal(last(w, FACT_PATIENT)->patient.setting, SETTING_DAY);
	assert_int_equal(last(w, FACT_PATIENT)->patient.mobility, MOBILITY_CHAIR);
	/* The same again says nothing. */
	int before = w->fact_count, puzzles = w->puzzle_count;
	feed_file(w, "page.json");
	feed_file(w, "encounter.json");
	feed_file(w, "procedure.json");
	assert_int_equal(w->fact_count, before);
	assert_int_equal(w->puzzle_count, puzzles);
}

static void reads_room_and_covariates(void **state)
{
	struct world *w = *state;
	feed_file(w, "location.json");
	assert_int_equal(last(w, FACT_ROOM)->room.service, SERVICE_HOUSEKEEPING);
	assert_string_equal(last(w, FACT_ROOM)->room.room, "OR2");
	assert_string_equal(last(w, FACT_ROOM)->origin, "Location/or-2");
	feed_file(w, "observations.ndjson");
	feed_file(w, "page.json");
	const struct fact_patient *p = &last(w, FACT_PATIENT)->patient;
	assert_int_equal(p->asa, 3);
	assert_true(fabs(p->bmi - 31.4) < 1e-9);
	const struct fact_readiness *r = &last(w, FACT_READINESS)->readiness;
	assert_string_equal(r->id, "appt-or2-0900");
	assert_int_equal(r->item, READY_FASTING);
	assert_int_equal(r->value, 1);
}

#define PROCEDURE(version, inside)                                                                 \
	"{\"resourceType\":\"Procedure\",\"id\":\"p\",\"meta\":{\"lastUpdated\":\"2026-03-"        \
	"16T" version "Z\"},\"status\":\"in-progress\",\"encounter\":{\"reference\":"              \
	"\"https://h.example/r4/Encounter/enc-4417/_history/9\"},\"extension\":[" inside "]}"
#define PROGRESS(system, code)                                                                     \
	"{\"url\":\"http://hl7.org/fhir/StructureDefinition/procedure-progressStatus\","           \
	"\"valueCodeableConcept\":{\"coding\":[{" system "\"code\":\"" code "\"}]}}"
#define HL7 "\"system\":\"http://hl7.org/fhir/procedure-progress-status-code\","

static void known_case(struct world *w)
{
	feed_file(w, "page.json");
	feed_file(w, "encounter.json");
	w->fact_count = w->puzzle_count = 0;
}

static void a_current_value_is_an_upper_bound(void **state)
{
	struct world *w = *state;
	known_case(w);
	feed(w, PROCEDURE("08:20:00", PROGRESS(HL7, "anesthesia-induced")));
	assert_when(w, MILESTONE_ANAES_READY, "2026-03-16T08:20:00Z", true);
	feed(w, PROCEDURE("08:25:00", PROGRESS(HL7, "anesthesia-induced")));
	assert_int_equal(count(w, FACT_MILESTONE), 1); /* the tighter bound stands */
	feed(w, PROCEDURE("08:40:00", PROGRESS("", "open-incision")));
	assert_when(w, MILESTONE_INCISION, "2026-03-16T08:40:00Z", true);
	feed(w, PROCEDURE("08:41:00", PROGRESS(HL7, "closed-incision")));
	assert_when(w, MILESTONE_PROCEDURE_END, "2026-03-16T08:41:00Z", true);
	/* Back to an earlier step: a slip corrected. */
	feed(w, PROCEDURE("08:42:00", PROGRESS(HL7, "open-incision")));
	assert_true(milestone(w, MILESTONE_PROCEDURE_END)->milestone.withdrawn);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T08:40:00Z", true);
	/* An older version that comes late undoes nothing. */
	int before = w->fact_count;
	feed(w, PROCEDURE("08:20:00", PROGRESS(HL7, "in-recovery-room")));
	assert_int_equal(w->fact_count, before);
	/* The visit knows the exact time of in-room: no bound is given instead. */
	feed(w, PROCEDURE("08:50:00", PROGRESS(HL7, "in-operating-room")));
	assert_null(milestone(w, MILESTONE_IN_ROOM));
	feed(w, PROCEDURE("08:55:00", PROGRESS("\"system\":\"urn:x\",", "open-incision")));
	assert_true(puzzled(w, "unknown progress open-incision"));
}

static void a_time_that_vanishes_is_taken_back(void **state)
{
	static const char incision[] = PROCEDURE("08:40:00",
		"{\"url\":\"http://hl7.org/fhir/"
		"StructureDefinition/procedure-incisionDateTime\",\"valueDateTime\":"
		"\"2026-03-16T08:31:00Z\"}");
	struct world *w = *state;
	known_case(w);
	feed(w, incision);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T08:31:00Z", false);
	feed(w, PROCEDURE("08:50:00", ""));
	assert_true(milestone(w, MILESTONE_INCISION)->milestone.withdrawn);
	assert_string_equal(milestone(w, MILESTONE_INCISION)->milestone.id, "appt-or2-0900");
}

static void reads_the_sites_own_milestones(void **state)
{
	struct world *w = *state;
	known_case(w);
	feed(w, PROCEDURE("08:40:00",
			PROGRESS("\"system\":\"urn:example:progress\",",
				"closing") ",{\"url\":\"https://vigie.example/fhir/"
					   "milestones\",\"extension\":["
					   "{\"url\":\"milestone\",\"extension\":[{\"url\":"
					   "\"code\",\"valueCode\":\"induction\"},"
					   "{\"url\":\"time\",\"valueDateTime\":\"2026-03-16T09:11:"
					   "00+01:00\"}]},"
					   "{\"url\":\"milestone\",\"extension\":[{\"url\":"
					   "\"code\",\"valueCode\":\"nonsense\"},"
					   "{\"url\":\"time\",\"valueDateTime\":\"2026-03-16T09:11:"
					   "00+01:00\"}]}]}"
					   ",{\"url\":\"https://vigie.example/fhir/"
					   "milestones\",\"extension\":["
					   "{\"url\":\"code\",\"valueCode\":\"prep_done\"},"
					   "{\"url\":\"time\",\"valueDateTime\":\"2026-03-16T09:25:"
					   "00+01:00\"}]}"));
	assert_when(w, MILESTONE_INDUCTION, "2026-03-16T09:11:00+01:00", false);
	assert_when(w, MILESTONE_PREP_DONE, "2026-03-16T09:25:00+01:00", false);
	assert_when(w, MILESTONE_CLOSING, "2026-03-16T08:40:00Z", true);
	assert_true(puzzled(w, "nonsense"));
}

static void performed_means_what_the_site_says(void **state)
{
	static const char text[] =
		"{\"resourceType\":\"Procedure\",\"id\":\"q\",\"status\":"
		"\"completed\",\"encounter\":{\"reference\":\"Encounter/enc-4417\"},"
		"\"performedPeriod\":{\"start\":\"2026-03-16T08:33:00Z\",\"end\":"
		"\"2026-03-16T09:20:00Z\"}}";
	struct world *w = *state;
	known_case(w);
	feed(w, text);
	assert_int_equal(count(w, FACT_MILESTONE), 0); /* nobody said what it means */
	make_map(w, (struct fhir_options){.site = &w->site, .performed_means = "incision"});
	known_case(w);
	feed(w, text);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T08:33:00Z", false);
	assert_when(w, MILESTONE_PROCEDURE_END, "2026-03-16T09:20:00Z", false);
	feed(w, "{\"resourceType\":\"Procedure\",\"id\":\"f001\",\"status\":\"completed\","
		"\"encounter\":{\"reference\":\"Encounter/enc-4417\"},"
		"\"performedPeriod\":{\"start\":\"2011-06-26\",\"end\":\"2011-06-27\"}}");
	assert_true(puzzled(w, "no time of day: 2011-06-26"));
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

static void follows_the_patient(void **state)
{
	struct world *w = *state;
	known_case(w);
	feed(w, VISIT("10:00:00", "in-progress",
			STAY("or-2", "08:03:00", UNTIL("09:41:00")) "," STAY(
				"pacu-bed-3", "09:44:00", "")));
	assert_when(w, MILESTONE_OUT_ROOM, "2026-03-16T09:41:00Z", false);
	assert_when(w, MILESTONE_PACU_IN, "2026-03-16T09:44:00Z", false);
	assert_null(milestone(w, MILESTONE_PACU_OUT));
	assert_string_equal(last(w, FACT_PLACE)->place.room, "PACU");
	assert_string_equal(last(w, FACT_PLACE)->place.bed, "P3");
	/* Back to the theatre: out of the room no more. */
	feed(w, VISIT("10:10:00", "in-progress",
			STAY("or-2", "08:03:00", UNTIL("09:41:00")) "," STAY("pacu-bed-3",
				"09:44:00", UNTIL("10:05:00")) "," STAY("or-2", "10:07:00", "")));
	assert_true(milestone(w, MILESTONE_OUT_ROOM)->milestone.withdrawn);
	assert_string_equal(last(w, FACT_PLACE)->place.room, "OR2");
	feed(w, VISIT("16:00:30", "finished", STAY("or-2", "08:03:00", UNTIL("09:41:00"))));
	assert_when(w, MILESTONE_DISCHARGED, "2026-03-16T16:00:00Z", false);
	feed(w, VISIT("16:10:00", "entered-in-error", ""));
	assert_true(milestone(w, MILESTONE_IN_ROOM)->milestone.withdrawn);
	assert_true(milestone(w, MILESTONE_DISCHARGED)->milestone.withdrawn);
}

#define APPOINTMENT(id, inside)                                                                    \
	"{\"resourceType\":\"Appointment\",\"id\":\"" id "\"," inside                              \
	"\"participant\":[{\"actor\":{\"reference\":\"Location/or-2\"}}]}"

static void maps_status_and_never_guesses(void **state)
{
	static const struct {
		const char *code;
		enum case_status status;
	} cases[] = {
		{"proposed", CASE_REQUESTED},
		{"pending", CASE_REQUESTED},
		{"waitlist", CASE_REQUESTED},
		{"booked", CASE_PLANNED},
		{"arrived", CASE_PLANNED},
		{"checked-in", CASE_PLANNED},
		{"fulfilled", CASE_FULFILLED},
		{"cancelled", CASE_CANCELLED},
		{"noshow", CASE_NO_SHOW},
		{"entered-in-error", CASE_VOID},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[512];
		snprintf(text, sizeof text, APPOINTMENT("a%zu", "\"status\":\"%s\","), i,
			cases[i].code);
		feed(w, text);
		assert_int_equal(last(w, FACT_CASE)->surgery.status, cases[i].status);
		assert_string_equal(last(w, FACT_CASE)->surgery.not_understood, "");
	}
	assert_int_equal(last(w, FACT_STATUS)->status.status, CASE_NO_SHOW);
	feed(w, APPOINTMENT("b", "\"status\":\"started\","));
	assert_int_equal(last(w, FACT_CASE)->surgery.status, CASE_UNKNOWN);
	assert_string_equal(last(w, FACT_CASE)->surgery.not_understood, "unknown status started");
	feed(w, APPOINTMENT(
			"c", "\"status\":\"booked\",\"modifierExtension\":[{\"url\":\"urn:x\"}],"));
	assert_non_null(strstr(last(w, FACT_CASE)->surgery.not_understood, "urn:x"));
	feed(w, APPOINTMENT("d",
			"\"status\":\"booked\",\"meta\":{\"security\":[{\"code\":\"HTEST\"}]},"));
	assert_string_equal(last(w, FACT_CASE)->surgery.not_understood, "test data");
	feed(w, APPOINTMENT("e", "\"status\":\"booked\",\"appointmentType\":{\"coding\":[{\"code\":"
				 "\"EMERGENCY\"}]},"));
	assert_int_equal(last(w, FACT_CASE)->surgery.setting, SETTING_EMERGENCY);
	assert_int_equal(w->puzzle_count, 3);
}

/* fhir.md 6, shapes 1 to 16: kept or named, never fatal, nothing else lost. */
static void absorbs_odd_shapes(void **state)
{
	static const struct {
		const char *text, *puzzle;
		int cases;
	} shapes[] = {
		/* 1: display only, identifier only, neither */
		{"{\"resourceType\":\"Appointment\",\"id\":\"s1\",\"status\":\"booked\","
		 "\"serviceCategory\":[{\"coding\":[{\"code\":\"surgery\"}]}],\"participant\":["
		 "{\"actor\":{\"display\":\"Endoscopy "
		 "Rooms\"}},{\"actor\":{\"identifier\":{\"value\":"
		 "\"X9\"}}},{\"status\":\"accepted\"}]}",
			"participant[0].actor: reference has only a "
			"display",
			1},
		{"{\"resourceType\":\"Appointment\",\"id\":\"s1b\",\"status\":\"booked\","
		 "\"participant\":[{\"actor\":{\"identifier\":{\"value\":\"or-2\"}}}]}",
			NULL, 1},
		/* 2: no start nor end */
		{APPOINTMENT("s2", "\"status\":\"proposed\",\"minutesDuration\":15,"), NULL, 1},
		/* 3: a date where an instant stands elsewhere */
		{APPOINTMENT("s3", "\"status\":\"booked\",\"created\":\"2013-10-10\",\"start\":"
				   "\"2026-03-16\","),
			"start: not a time: 2026-03-16", 1},
		/* 4: no period; 6: display-only locations */
		{"{\"resourceType\":\"Encounter\",\"id\":\"s4\",\"status\":\"in-progress\","
		 "\"length\":{\"value\":90},\"appointment\":[{\"reference\":\"Appointment/s2\"}],"
		 "\"location\":[{\"location\":{\"display\":\"Emergency "
		 "Room\"},\"status\":\"active\"}]}",
			"location[0].location: reference has only a display", 0},
		/* 5: neither code nor performed */
		{"{\"resourceType\":\"Procedure\",\"id\":\"s5\",\"status\":\"completed\","
		 "\"_performedDateTime\":{\"extension\":[]},\"encounter\":{\"reference\":"
		 "\"Encounter/s4\"}}",
			NULL, 0},
		/* 9: coding without system */
		{"{\"resourceType\":\"Location\",\"id\":\"or-2\",\"operationalStatus\":{\"code\":"
		 "\"K\"}}",
			NULL, 0},
		{"{\"resourceType\":\"Location\",\"id\":\"or-2\",\"operationalStatus\":{\"code\":"
		 "\"Z\"}}",
			"unknown code Z", 0},
		/* 10: contained, conditional */
		{"{\"resourceType\":\"Appointment\",\"id\":\"s10\",\"status\":\"booked\","
		 "\"participant\":[{\"actor\":{\"reference\":\"#pat\"}},{\"actor\":{\"reference\":"
		 "\"Patient?identifier=1\"}},{\"actor\":{\"reference\":\"https://x/r4/Location/"
		 "or-2\"}}]}",
			"participant[1].actor: conditional reference", 1},
		/* 11: primitive extension instead of a value */
		{"{\"resourceType\":\"Patient\",\"id\":\"s11\",\"_birthDate\":{\"extension\":[{"
		 "\"url\":"
		 "\"data-absent-reason\"}]},\"gender\":\"unknown\"}",
			NULL, 0},
		/* 15: unknown type, rules */
		{"{\"resourceType\":\"Starship\",\"id\":\"s15\"}", "Starship is not read", 0},
		{APPOINTMENT("s15b", "\"status\":\"booked\",\"implicitRules\":\"urn:r\","),
			"implicitRules: rules urn:r", 1},
		/* not an id */
		{APPOINTMENT("../../etc", "\"status\":\"booked\","), "id: not an id", 0},
		{APPOINTMENT("s\\u0000x", "\"status\":\"booked\","), "id: not an id", 0},
		{APPOINTMENT("s16",
			 "\"status\":\"booked\",\"start\":\"2026-03-16T10:00:00Z\",\"end\":"
			 "\"2026-03-16T09:00:00Z\","),
			"end: ends before it starts", 1},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		w->fact_count = w->puzzle_count = 0;
		assert_int_equal(feed(w, shapes[i].text), 0);
		assert_int_equal(count(w, FACT_CASE), shapes[i].cases);
		if (shapes[i].puzzle == NULL)
			assert_int_equal(w->puzzle_count, 0);
		else
			assert_true(puzzled(w, shapes[i].puzzle));
	}
}

/* 13: no search, no fullUrl, the same id twice, older version last; one bad row. */
static void a_bad_entry_costs_only_itself(void **state)
{
	struct world *w = *state;
	assert_int_equal(
		feed(w, "{\"resourceType\":\"Bundle\",\"entry\":[7,null,{},{\"resource\":"
			"{\"resourceType\":\"Appointment\"}},{\"resource\":" APPOINTMENT("x",
				"\"status\":\"cancelled\",\"meta\":{\"lastUpdated\":"
				"\"2026-03-16T09:00:00Z\"},") "},{\"resource\":" APPOINTMENT("x",
				"\"status\":\"booked\",\"meta\":{\"lastUpdated\":"
				"\"2026-03-16T08:00:00Z\"},") "}]}"),
		0);
	assert_int_equal(count(w, FACT_CASE), 1);
	assert_int_equal(last(w, FACT_CASE)->surgery.status, CASE_CANCELLED);
	assert_true(puzzled(w, "Appointment/? id: no id"));
	assert_string_equal(w->page.next, "");
}

/* Bundles whose entries point at each other by urn:uuid (transaction style). */
static void resolves_urn_references(void **state)
{
	struct world *w = *state;
	feed(w, "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"fullUrl\":"
		"\"urn:uuid:6f1d8ab0-7a52-4f04-8be3-1f0ad1f7a111\",\"resource\":{\"resourceType\":"
		"\"Appointment\",\"id\":\"u1\",\"status\":\"booked\",\"participant\":[{\"actor\":"
		"{\"reference\":\"urn:uuid:6f1d8ab0-7a52-4f04-8be3-1f0ad1f7a222\"}},{\"actor\":"
		"{\"reference\":\"urn:uuid:6f1d8ab0-7a52-4f04-8be3-1f0ad1f7a333\"}},{\"actor\":"
		"{\"reference\":\"Location/or-2\"}}]}},{\"fullUrl\":"
		"\"urn:uuid:6f1d8ab0-7a52-4f04-8be3-1f0ad1f7a222\",\"resource\":{\"resourceType\":"
		"\"Patient\",\"gender\":\"female\"}}]}");
	assert_string_equal(
		last(w, FACT_CASE)->surgery.patient, "6f1d8ab0-7a52-4f04-8be3-1f0ad1f7a222");
	assert_string_equal(
		last(w, FACT_PATIENT)->patient.id, "6f1d8ab0-7a52-4f04-8be3-1f0ad1f7a222");
	assert_true(puzzled(w, "participant[1].actor: points outside its Bundle"));
	assert_string_equal(last(w, FACT_CASE)->surgery.id, "u1");
	assert_string_equal(last(w, FACT_CASE)->surgery.room, "OR2");
}

static void leaves_other_peoples_appointments_alone(void **state)
{
	struct world *w = *state;
	feed(w, "{\"resourceType\":\"Appointment\",\"id\":\"clinic\",\"status\":\"booked\","
		"\"participant\":[{\"actor\":{\"reference\":\"Location/ward\"}}]}");
	feed(w, "{\"resourceType\":\"Encounter\",\"id\":\"e\",\"status\":\"arrived\",\"meta\":"
		"{\"lastUpdated\":\"2026-03-16T08:00:00Z\"},\"appointment\":[{\"reference\":"
		"\"Appointment/clinic\"}]}");
	assert_int_equal(w->fact_count, 0);
}

static void gives_bracelets_and_names(void **state)
{
	struct world *w = *state;
	feed(w, "{\"resourceType\":\"Patient\",\"id\":\"p\",\"identifier\":[{\"system\":"
		"\"urn:example:bracelet\",\"value\":\"c3:00:00:7b:57:3c\"}],\"name\":[{\"use\":"
		"\"official\",\"family\":\"Ma\\u202Ertin\",\"given\":[\"Claire\",\"Ann\"]}]}");
	assert_string_equal(last(w, FACT_TAG)->tag.tag, "C300007B573C");
	assert_string_equal(last(w, FACT_TAG)->tag.patient, "p");
	assert_int_equal(w->name_count, 1);
	assert_string_equal(w->names[0], "p=Ma\xC2\xB7rtin, Claire Ann");
	feed(w, "{\"resourceType\":\"Patient\",\"id\":\"p\",\"identifier\":[]}");
	assert_string_equal(last(w, FACT_TAG)->tag.patient, ""); /* taken off */
	/* Roles borrow the name of their practitioner, whichever comes first. */
	feed(w, "{\"resourceType\":\"PractitionerRole\",\"id\":\"surg-07\",\"practitioner\":"
		"{\"reference\":\"Practitioner/pr-1\"}}");
	feed(w, "{\"resourceType\":\"Practitioner\",\"id\":\"pr-1\",\"name\":[{\"family\":\"Roux\"}"
		"]}");
	assert_string_equal(w->names[2], "surg-07=Roux");
}

static int asa_of(struct world *w, const char *value)
{
	char text[512];
	static int n;
	snprintf(text, sizeof text,
		"{\"resourceType\":\"Observation\",\"id\":\"o%d\",\"status\":"
		"\"final\",\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":"
		"\"302132005\"}]},\"subject\":{\"reference\":\"Patient/p%d\"},%s}",
		n, n, value);
	n++;
	w->fact_count = 0;
	assert_int_equal(feed(w, text), 0);
	const struct fact *fact = last(w, FACT_PATIENT);
	return fact != NULL ? fact->patient.asa : -1;
}

/* fhir.md 7: three countries, three ways to write it. */
static void reads_asa_in_many_hands(void **state)
{
	struct world *w = *state;
	assert_int_equal(asa_of(w, "\"valueCodeableConcept\":{\"text\":\"ASA II\"}"), 2);
	assert_int_equal(
		asa_of(w, "\"valueCodeableConcept\":{\"coding\":[{\"code\":\"asaiv\"}]}"), 4);
	assert_int_equal(
		asa_of(w, "\"valueCodeableConcept\":{\"coding\":[{\"code\":\"asa-i\"}]}"), 1);
	assert_int_equal(asa_of(w, "\"valueCodeableConcept\":{\"text\":\"III-E\"}"), 3);
	assert_int_equal(asa_of(w, "\"valueString\":\"ASA 5 E\""), 5);
	assert_int_equal(asa_of(w, "\"valueInteger\":6"), 6);
	assert_int_equal(asa_of(w, "\"valueInteger\":7"), -1);
	assert_int_equal(asa_of(w, "\"valueString\":\"ASA VII\""), -1);
	assert_int_equal(asa_of(w, "\"valueCodeableConcept\":{\"coding\":[{\"system\":"
				   "\"http://snomed.info/sct\",\"code\":\"413500003\"}]}"),
		6);
	assert_int_equal(asa_of(w, "\"valueCodeableConcept\":{\"coding\":[{\"code\":\"ASA I\"},"
				   "{\"code\":\"ASA IV\"}]}"),
		-1);
	assert_true(puzzled(w, "contradict"));
}

static void bmi_from_weight_and_height(void **state)
{
	static const char pattern[] = "{\"resourceType\":\"Observation\",\"id\":\"%s\",\"status\":"
				      "\"final\",\"code\":{\"coding\":[{\"system\":\"http://"
				      "loinc.org\",\"code\":\"%s\"}]},"
				      "\"subject\":{\"reference\":\"Patient/"
				      "z\"},\"valueQuantity\":{\"value\":%s,\"code\":\"%s\"}}";
	struct world *w = *state;
	char text[512];
	snprintf(text, sizeof text, pattern, "w", "29463-7", "81", "kg");
	feed(w, text);
	assert_null(last(w, FACT_PATIENT));
	snprintf(text, sizeof text, pattern, "h", "8302-2", "180", "cm");
	feed(w, text);
	assert_true(fabs(last(w, FACT_PATIENT)->patient.bmi - 25.0) < 1e-9); /* 81 / 1.8² */
	snprintf(text, sizeof text, pattern, "b", "39156-5", "1e999", "kg/m2");
	feed(w, text);
	snprintf(text, sizeof text, pattern, "c", "39156-5", "30", "lb");
	feed(w, text);
	assert_true(puzzled(w, "outside what is possible"));
	assert_true(puzzled(w, "unit lb"));
	assert_int_equal(count(w, FACT_PATIENT), 1);
}

static void refuses_what_is_no_resource(void **state)
{
	static const char *const texts[] = {"", "{", "<html></html>", "[]", "7", "{\"a\":1}",
		"null", "{\"resourceType\":\"Bundle\"} trailing"};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_true(feed(w, texts[i]) < 0);
	char deep[4000] = "{\"resourceType\":\"Bundle\",\"x\":";
	size_t n = strlen(deep);
	memset(deep + n, '[', 1000);
	memset(deep + n + 1000, ']', 1000);
	memcpy(deep + n + 2000, "}", 2);
	assert_true(feed(w, deep) < 0);
	assert_int_equal(w->fact_count, 0);
}

static void flush_takes_references_at_their_word(void **state)
{
	struct world *w = *state;
	make_map(w, (struct fhir_options){0});
	feed_file(w, "procedure.json");
	feed_file(w, "encounter.json");
	assert_int_equal(count(w, FACT_MILESTONE), 0);
	fhir_map_flush(w->map);
	assert_when(w, MILESTONE_IN_ROOM, "2026-03-16T09:03:00+01:00", false);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T09:31:00+01:00", false);
	make_map(w, (struct fhir_options){0});
	feed_file(w, "procedure.json");
	fhir_map_flush(w->map);
	assert_true(puzzled(w, "case not known"));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_times_of_the_grammar),
		WITH(reads_the_programme),
		WITH(reads_the_visit_whatever_comes_first),
		WITH(reads_room_and_covariates),
		WITH(a_current_value_is_an_upper_bound),
		WITH(a_time_that_vanishes_is_taken_back),
		WITH(reads_the_sites_own_milestones),
		WITH(performed_means_what_the_site_says),
		WITH(follows_the_patient),
		WITH(maps_status_and_never_guesses),
		WITH(absorbs_odd_shapes),
		WITH(a_bad_entry_costs_only_itself),
		WITH(resolves_urn_references),
		WITH(leaves_other_peoples_appointments_alone),
		WITH(gives_bracelets_and_names),
		WITH(reads_asa_in_many_hands),
		WITH(bmi_from_weight_and_height),
		WITH(refuses_what_is_no_resource),
		WITH(flush_takes_references_at_their_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
