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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(maps_status_and_never_guesses),
		WITH(absorbs_odd_shapes),
		WITH(a_bad_entry_costs_only_itself),
		WITH(resolves_urn_references),
		WITH(leaves_other_peoples_appointments_alone),
		WITH(refuses_what_is_no_resource),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
