/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_world.h"

/* Odd but legal shapes, most of them from HL7's own examples or seen on real
 * servers: kept or named, never guessed, never fatal. */

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
	{APPOINTMENT("s16", "\"status\":\"booked\",\"start\":\"2026-03-16T10:00:00Z\",\"end\":"
			    "\"2026-03-16T09:00:00Z\","),
		"end: ends before it starts", 1},
};

/* fhir.md 6, shapes 1 to 16: kept or named, never fatal, nothing else lost. */
static void absorbs_odd_shapes(void **state)
{
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

static const char plain_case[] = APPOINTMENT(
	"appt-or2-0900", "\"status\":\"booked\",\"start\":\"2026-03-16T09:00:00+01:00\",");

/* HL7's Procedure examples: f001 has dates, "ambulation" a year, "appendectomy-
 * narrative" neither code nor time. A day is never taken for midnight. */
static void a_day_is_no_time(void **state)
{
	struct world *w = *state;
	make_map(w, (struct fhir_options){.site = &w->site, .performed_means = "incision"});
	known_case(w);
	feed(w, "{\"resourceType\":\"Procedure\",\"id\":\"y\",\"status\":\"completed\","
		"\"encounter\":{\"reference\":\"Encounter/"
		"enc-4417\"},\"performedDateTime\":\"2002\"}");
	assert_true(puzzled(w, "no time of day: 2002"));
	feed(w, "{\"resourceType\":\"Procedure\",\"id\":\"n\",\"status\":\"completed\","
		"\"encounter\":{\"reference\":\"Encounter/enc-4417\"},\"text\":{\"status\":"
		"\"additional\",\"div\":\"<div>Routine Appendectomy</div>\"}}");
	feed(w, "{\"resourceType\":\"Procedure\",\"id\":\"a\",\"status\":\"completed\","
		"\"encounter\":{\"reference\":\"Encounter/enc-4417\"},\"performedAge\":{\"value\":"
		"7,\"unit\":\"a\"}}");
	feed(w, "{\"resourceType\":\"Procedure\",\"id\":\"s\",\"status\":\"completed\","
		"\"encounter\":{\"reference\":\"Encounter/enc-4417\"},\"performedString\":"
		"\"in his youth\"}");
	assert_int_equal(count(w, FACT_MILESTONE), 0);
}

/* HL7's Encounter-emerg: four locations, all `active`, with ended periods, one
 * of them twice; admitted from emergency (classHistory EMER then IMP). */
static void the_period_tells_not_the_status(void **state)
{
	struct world *w = *state;
	feed(w, plain_case);
	feed(w, "{\"resourceType\":\"Encounter\",\"id\":\"emerg\",\"meta\":{\"lastUpdated\":"
		"\"2026-03-16T12:00:00Z\"},\"status\":\"in-progress\",\"class\":{\"code\":\"IMP\"},"
		"\"classHistory\":[{\"class\":{\"code\":\"EMER\"},\"period\":{\"start\":"
		"\"2026-03-16T05:00:00Z\"}},{\"class\":{\"code\":\"IMP\"},\"period\":{\"start\":"
		"\"2026-03-16T06:00:00Z\"}}],\"subject\":{\"reference\":\"Patient/e1\"},"
		"\"appointment\":[{\"reference\":\"Appointment/"
		"appt-or2-0900\"}],\"location\":[" STAY(
			"or-2", "08:00:00", UNTIL("08:30:00")) "," STAY("or-2", "09:00:00",
			UNTIL("09:40:00")) ","
					   "{\"location\":{\"display\":\"Emergency Waiting "
					   "Room\"},\"status\":\"active\"}]}");
	assert_when(w, MILESTONE_IN_ROOM, "2026-03-16T08:00:00Z", false);
	assert_when(w, MILESTONE_OUT_ROOM, "2026-03-16T09:40:00Z", false);
	assert_int_equal(last(w, FACT_PLACE)->place.end_ms, fhir_time("2026-03-16T09:40:00Z"));
	assert_int_equal(last(w, FACT_PATIENT)->patient.setting, SETTING_EMERGENCY);
	assert_true(puzzled(w, "location[2].location: reference has only a display"));
}

/* HL7's Location-2, "South Wing Neuro OR 1": suspended while it is cleaned, typed
 * neither as an operating room, with another room's name as an alias. */
static void a_suspended_room_is_being_cleaned(void **state)
{
	struct world *w = *state;
	feed(w, "{\"resourceType\":\"Location\",\"id\":\"or-2\",\"status\":\"suspended\","
		"\"operationalStatus\":{\"system\":\"http://terminology.hl7.org/CodeSystem/"
		"v2-0116\","
		"\"code\":\"H\"},\"name\":\"South Wing Neuro OR 1\",\"alias\":[\"South Wing OR 5\","
		"\"Main Wing OR 2\"],\"type\":[{\"coding\":[{\"code\":\"RNEU\"}]}]}");
	assert_int_equal(last(w, FACT_ROOM)->room.service, SERVICE_HOUSEKEEPING);
	assert_string_equal(last(w, FACT_ROOM)->room.room, "OR2");
	feed(w, "{\"resourceType\":\"Location\",\"id\":\"or-2\",\"status\":\"suspended\"}");
	assert_int_equal(last(w, FACT_ROOM)->room.service, SERVICE_CLOSED);
}

/* Oracle's example of a surgical appointment: its own code beside one that
 * contradicts it. The word of neither is taken. */
static void codings_may_contradict_each_other(void **state)
{
	struct world *w = *state;
	feed(w, APPOINTMENT("k",
			"\"status\":\"booked\",\"appointmentType\":{\"coding\":[{\"code\":"
			"\"EMERGENCY\",\"userSelected\":true},{\"system\":\"http://terminology."
			"hl7.org/CodeSystem/v2-0276\",\"code\":\"ROUTINE\"}]},"));
	assert_int_equal(last(w, FACT_CASE)->surgery.setting, SETTING_UNKNOWN);
	assert_true(puzzled(w, "appointmentType: its codings contradict each other"));
}

/* Oracle's example: the room twice, once display only; a patient's period three
 * years late; a reason "0"; an extension with an illegal empty string. */
static void reads_oracles_own_example(void **state)
{
	struct world *w = *state;
	feed(w, "{\"resourceType\":\"Appointment\",\"id\":\"4817508\",\"meta\":{\"versionId\":\"2-"
		"1\","
		"\"lastUpdated\":\"2026-03-16T08:00:00Z\"},\"extension\":[{\"valueString\":\"\","
		"\"url\":"
		"\"https://fhir-ehr.example/is-cancelled-by\"}],\"status\":\"cancelled\","
		"\"cancelationReason\":{\"coding\":[{\"system\":\"urn:local\",\"code\":\"0\"}]},"
		"\"serviceType\":[{\"coding\":[{\"system\":\"urn:local\",\"code\":\"2572307911\","
		"\"display\":\"Surgery Rapid\",\"userSelected\":true},{\"system\":"
		"\"http://snomed.info/sct\",\"code\":\"310000008\",\"display\":\"Accident & "
		"emergency\"}"
		"],\"text\":\"Surgery Rapid\"}],\"start\":\"2026-03-16T19:40:00Z\",\"end\":"
		"\"2026-03-16T19:50:00Z\",\"minutesDuration\":10,\"participant\":[{\"actor\":{"
		"\"reference\":\"Location/"
		"or-2\",\"display\":\"Endoscopy\"}},{\"actor\":{\"display\":"
		"\"Endoscopy Rooms\"}},{\"actor\":{\"reference\":\"Patient/12724066\"},\"period\":{"
		"\"start\":\"2029-07-06T19:40:00Z\"}}]}");
	const struct fact_case *c = &last(w, FACT_CASE)->surgery;
	assert_int_equal(c->status, CASE_CANCELLED);
	assert_string_equal(c->procedure, "Surgery Rapid");
	assert_string_equal(c->room, "OR2");
	assert_string_equal(c->patient, "12724066");
	assert_string_equal(c->surgeon, "");
	assert_int_equal(c->start_ms, fhir_time("2026-03-16T19:40:00Z"));
	assert_string_equal(c->not_understood, ""); /* the room is known: no doubt */
	assert_true(puzzled(w, "participant[1].actor: reference has only a display"));
}

static void references_of_every_kind(void **state)
{
	static const struct {
		const char *reference, *patient, *puzzle;
	} rows[] = {
		{"Patient/p1", "p1", NULL},
		{"https://other.example/r4/Patient/p2", "p2", NULL},
		{"Patient/p3/_history/7", "p3", NULL},
		{"urn:oid:1.2.3.4.5", "", "points outside its Bundle"},
		{"urn:uuid:6f1d8ab0-7a52-4f04-8be3-1f0ad1f7a111", "", "points outside its Bundle"},
		{"Patient?identifier=urn:x|1", "", "conditional reference"},
		{"#pat", "", "points into the resource itself"},
		{"Patient", "", "not a reference"},
		{"Patient/", "", "not an id"},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[600];
		snprintf(text, sizeof text,
			"{\"resourceType\":\"Appointment\",\"id\":\"r%zu\",\"status\":\"booked\","
			"\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"pat\"}],"
			"\"participant\":[{\"actor\":{\"reference\":\"Location/"
			"or-2\"}},{\"actor\":{"
			"\"reference\":\"%s\"}}]}",
			i, rows[i].reference);
		w->puzzle_count = 0;
		assert_int_equal(feed(w, text), 0);
		assert_string_equal(last(w, FACT_CASE)->surgery.patient, rows[i].patient);
		if (rows[i].puzzle == NULL)
			assert_int_equal(w->puzzle_count, 0);
		else
			assert_true(puzzled(w, rows[i].puzzle));
	}
}

/* Two versions in one page, the older one last, and none with a version at all. */
static void a_page_may_lack_almost_everything(void **state)
{
	struct world *w = *state;
	assert_int_equal(feed(w, "{\"resourceType\":\"Bundle\"}"), 0);
	assert_int_equal(w->page.total, -1);
	assert_string_equal(w->page.next, "");
	assert_string_equal(w->page.self, "");
	assert_int_equal(w->page.updated_ms, 0);
	assert_int_equal(
		feed(w, "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{"
			"\"search\":{\"mode\":\"outcome\"},\"resource\":{\"resourceType\":"
			"\"OperationOutcome\",\"issue\":[{\"severity\":\"warning\",\"code\":"
			"\"informational\"}]}},{\"resource\":" APPOINTMENT(
				"x", "\"status\":\"booked\",") "}]}"),
		0);
	assert_int_equal(w->page.entries, 1);
	assert_string_equal(w->page.outcome, "informational");
	assert_false(w->page.outcome_error);
}

/* R4 extensibility: must not be ignored, wherever it stands. Nothing of such a
 * visit is taken, and its case says why. */
static void a_modifier_marks_the_case_at_any_depth(void **state)
{
	struct world *w = *state;
	feed(w, "{\"resourceType\":\"Appointment\",\"id\":\"m1\",\"status\":\"booked\","
		"\"participant\":[{\"modifierExtension\":[{\"url\":\"urn:not\"}],\"actor\":{"
		"\"reference\":\"Location/or-2\"}}]}");
	assert_non_null(strstr(last(w, FACT_CASE)->surgery.not_understood, "urn:not"));
	feed(w, plain_case);
	feed(w, "{\"resourceType\":\"Encounter\",\"id\":\"me\",\"status\":\"in-progress\","
		"\"appointment\":[{\"reference\":\"Appointment/appt-or2-0900\"}],\"location\":[{"
		"\"modifierExtension\":[{\"url\":\"urn:never-was\"}],\"location\":{\"reference\":"
		"\"Location/or-2\"},\"period\":{\"start\":\"2026-03-16T08:00:00Z\"}}]}");
	assert_null(milestone(w, MILESTONE_IN_ROOM));
	assert_string_equal(last(w, FACT_CASE)->surgery.id, "appt-or2-0900");
	assert_non_null(strstr(last(w, FACT_CASE)->surgery.not_understood, "urn:never-was"));
}

/* Unknown codes of every status that is read. */
static void an_unknown_code_marks_the_case(void **state)
{
	static const struct {
		const char *text, *doubt;
	} rows[] = {
		{"{\"resourceType\":\"Encounter\",\"id\":\"u1\",\"status\":\"teleported\","
		 "\"appointment\":[{\"reference\":\"Appointment/appt-or2-0900\"}]}",
			"unknown status teleported"},
		{"{\"resourceType\":\"Procedure\",\"id\":\"u2\",\"status\":\"undone\","
		 "\"encounter\":{"
		 "\"reference\":\"Encounter/u1\"}}",
			"unknown status undone"},
		{APPOINTMENT("appt-or2-0900", "\"status\":\"started\","), "unknown status started"},
	};
	struct world *w = *state;
	feed(w, plain_case);
	feed(w, "{\"resourceType\":\"Encounter\",\"id\":\"u1\",\"status\":\"planned\","
		"\"appointment\":[{\"reference\":\"Appointment/appt-or2-0900\"}]}");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		feed(w, rows[i].text);
		assert_string_equal(last(w, FACT_CASE)->surgery.not_understood, rows[i].doubt);
		assert_int_equal(count(w, FACT_MILESTONE), 0);
	}
}

/* HTEST by label or tag, on the case or on its patient, whichever comes first. */
static void test_data_is_marked(void **state)
{
	static const char patient[] =
		"{\"resourceType\":\"Patient\",\"id\":\"t1\",\"meta\":{\"security\":[{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/v3-ActReason\",\"code\":\"HTEST\"}]}}";
	static const char booked[] = "{\"resourceType\":\"Appointment\",\"id\":\"tc\",\"status\":"
				     "\"booked\",\"participant\":["
				     "{\"actor\":{\"reference\":\"Location/"
				     "or-2\"}},{\"actor\":{\"reference\":\"Patient/t1\"}}]}";
	struct world *w = *state;
	feed(w, patient);
	feed(w, booked);
	assert_string_equal(last(w, FACT_CASE)->surgery.not_understood, "test data");
	assert_int_equal(last(w, FACT_CASE)->surgery.status, CASE_PLANNED);
	make_map(w, (struct fhir_options){.site = &w->site});
	feed(w, booked);
	assert_string_equal(last(w, FACT_CASE)->surgery.not_understood, "");
	feed(w, patient);
	assert_string_equal(last(w, FACT_CASE)->surgery.not_understood, "test data");
	feed(w, APPOINTMENT(
			"tt", "\"status\":\"booked\",\"meta\":{\"tag\":[{\"code\":\"HTEST\"}]},"));
	assert_string_equal(last(w, FACT_CASE)->surgery.not_understood, "test data");
}

/* Epic 4107, R4 Patient.link: what is told of the old record is told of another. */
static void a_merged_patient_marks_the_case(void **state)
{
	struct world *w = *state;
	feed(w, "{\"resourceType\":\"Appointment\",\"id\":\"mc\",\"status\":\"booked\","
		"\"participant\":["
		"{\"actor\":{\"reference\":\"Location/or-2\"}},{\"actor\":{\"reference\":\"Patient/"
		"old\"}}]}");
	feed(w, "{\"resourceType\":\"Patient\",\"id\":\"old\",\"gender\":\"female\",\"link\":[{"
		"\"other\":{"
		"\"reference\":\"Patient/new\"},\"type\":\"replaced-by\"}]}");
	assert_non_null(strstr(last(w, FACT_CASE)->surgery.not_understood, "merged"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(maps_status_and_never_guesses),
		WITH(absorbs_odd_shapes),
		WITH(a_bad_entry_costs_only_itself),
		WITH(resolves_urn_references),
		WITH(leaves_other_peoples_appointments_alone),
		WITH(refuses_what_is_no_resource),
		WITH(a_day_is_no_time),
		WITH(the_period_tells_not_the_status),
		WITH(a_suspended_room_is_being_cleaned),
		WITH(codings_may_contradict_each_other),
		WITH(reads_oracles_own_example),
		WITH(references_of_every_kind),
		WITH(a_page_may_lack_almost_everything),
		WITH(a_modifier_marks_the_case_at_any_depth),
		WITH(an_unknown_code_marks_the_case),
		WITH(test_data_is_marked),
		WITH(a_merged_patient_marks_the_case),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
