/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_write_world.h"

/* Writing to servers that behave, each in its own way. Expected bodies are written by
 * hand after RFC 6902, the FHIR pages named, and IHE ITI Scheduling. */

static void moves_by_patch(void **state)
{
	struct world *w = *state;
	char text[256], *body;
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_string_equal(w->result.why, "");
	assert_int_equal(w->result.status, 200);
	assert_string_equal(w->result.before, "W/\"1\"");
	assert_string_equal(w->result.after, "W/\"2\"");
	assert_string_equal(w->result.id, "a-12");
	assert_done(w, 1, 1);
	fhir_writable_request(w->server, text, sizeof text);
	assert_string_equal(text, "PATCH /fhir/Appointment/a-12");
	fhir_writable_header(w->server, "If-Match", text, sizeof text);
	assert_string_equal(text, "W/\"1\"");
	fhir_writable_header(w->server, "Content-Type", text, sizeof text);
	assert_string_equal(text, "application/json-patch+json");
	fhir_writable_header(w->server, "X-Request-Id", text, sizeof text);
	assert_string_equal(text, "0123456789abcdef-2");
	body = fhir_writable_body(w->server);
	assert_string_equal(body,
		"[{\"op\":\"test\",\"path\":\"/meta/versionId\",\"value\":\"1\"},"
		"{\"op\":\"test\",\"path\":\"/status\",\"value\":\"booked\"},"
		"{\"op\":\"test\",\"path\":\"/start\",\"value\":\"2026-03-16T09:00:00+01:00\"},"
		"{\"op\":\"test\",\"path\":\"/end\",\"value\":\"2026-03-16T10:00:00+01:00\"},"
		"{\"op\":\"test\",\"path\":\"/participant/3/period/start\","
		"\"value\":\"2026-03-16T08:00:00.000Z\"},"
		"{\"op\":\"test\",\"path\":\"/participant/3/period/end\","
		"\"value\":\"2026-03-16T09:00:00Z\"},"
		"{\"op\":\"test\",\"path\":\"/participant/1/actor/reference\","
		"\"value\":\"Location/or-2\"},"
		"{\"op\":\"replace\",\"path\":\"/start\",\"value\":\"2026-03-16T11:00:00+01:00\"},"
		"{\"op\":\"replace\",\"path\":\"/end\",\"value\":\"2026-03-16T12:00:00+01:00\"},"
		"{\"op\":\"replace\",\"path\":\"/participant/3/period/start\","
		"\"value\":\"2026-03-16T10:00:00Z\"},"
		"{\"op\":\"replace\",\"path\":\"/participant/3/period/end\","
		"\"value\":\"2026-03-16T11:00:00Z\"},"
		"{\"op\":\"replace\",\"path\":\"/participant/1/actor\","
		"\"value\":{\"reference\":\"Location/or-4\"}}]");
	free(body);
	/* Who only has a name, and whose period is another, is left alone. */
	assert_member(w, "a-12", "/participant/2/actor/display", "\"Endoscopy Rooms\"");
	assert_member(w, "a-12", "/participant/4/period/start", "\"2029-01-01T08:00:00Z\"");
}

static void a_longer_case_has_more_minutes(void **state)
{
	struct world *w = *state;
	w->change.wanted = (struct fhir_booking){NINE, NINE + 90 * 60000, "or-2", CASE_PLANNED};
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_member(w, "a-12", "/minutesDuration", "90");
	assert_member(w, "a-12", "/end", "\"2026-03-16T10:30:00+01:00\"");
	assert_member(w, "a-12", "/participant/1/actor/display", "\"OR 2\"");
	/* Its surgeon stays until the end, and came when it began. */
	assert_member(w, "a-12", "/participant/3/period/end", "\"2026-03-16T09:30:00Z\"");
	assert_member(w, "a-12", "/participant/3/period/start", "\"2026-03-16T08:00:00.000Z\"");
}

/* cJSON makes 1.5 of 1.50 and 9007199254740992 of 9007199254740993: neither may reach
 * the hospital's record. What differs is what was changed, byte for byte. */
static void puts_back_every_byte(void **state)
{
	struct world *w = *state;
	char text[256], *body;
	w->change.wanted.start_ms = NINE + 2 * HOUR;
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_WRITTEN);
	assert_done(w, 1, 1);
	fhir_writable_request(w->server, text, sizeof text);
	assert_string_equal(text, "PUT /fhir/Appointment/a-12");
	fhir_writable_header(w->server, "If-Match", text, sizeof text);
	assert_string_equal(text, "W/\"1\"");
	fhir_writable_header(w->server, "Content-Type", text, sizeof text);
	assert_string_equal(text, "application/fhir+json");
	body = fhir_writable_body(w->server);
	static const struct {
		const char *from, *to;
	} swaps[] = {{"\"versionId\":\"0\"", "\"versionId\":\"1\""},
		{"09:00:00+01:00", "11:00:00+01:00"}, {"10:00:00+01:00", "12:00:00+01:00"},
		{"{\"reference\":\"Location/or-2\",\"display\":\"OR 2\"}",
			"{\"reference\":\"Location/or-4\"}"},
		{"2026-03-16T08:00:00.000Z", "2026-03-16T10:00:00Z"},
		{"2026-03-16T09:00:00Z", "2026-03-16T11:00:00Z"}};
	char expected[4096];
	snprintf(expected, sizeof expected, "%s", appointment);
	/* The server keeps meta in front. */
	char *meta = strstr(expected, "\"meta\":{\"versionId\":\"0\"},");
	assert_non_null(meta);
	for (size_t i = 0; i < sizeof swaps / sizeof *swaps; i++) {
		char *at = strstr(expected, swaps[i].from), rest[4096];
		assert_non_null(at);
		snprintf(rest, sizeof rest, "%s", at + strlen(swaps[i].from));
		sprintf(at, "%s%s", swaps[i].to, rest);
	}
	assert_string_equal(body, expected);
	free(body);
}

static void calls_off_with_the_reason(void **state)
{
	struct world *w = *state;
	w->change.wanted.status = CASE_CANCELLED;
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_member(w, "a-12", "/status", "\"cancelled\"");
	assert_member(w, "a-12", "/cancelationReason",
		"{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
		"appointment-cancellation-reason\",\"code\":\"prov\"}],\"text\":\"OR 2 is down\"}");
	/* ... and back: app-4 wants no reason where nothing is off. */
	w->change.expected.status = CASE_CANCELLED;
	w->change.wanted = (struct fhir_booking){NINE, NINE + HOUR, "or-2", CASE_PLANNED};
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_WRITTEN);
	assert_member(w, "a-12", "/status", "\"booked\"");
	assert_member(w, "a-12", "/cancelationReason", "nothing");
	assert_done(w, 2, 2);
}

static void postpones(void **state)
{
	struct world *w = *state;
	w->change.wanted.status = CASE_POSTPONED;
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_WRITTEN);
	assert_member(w, "a-12", "/status", "\"cancelled\"");
	assert_member(w, "a-12", "/cancelationReason/text", "\"postponed: OR 2 is down\"");
}

/* Version ids are opaque, with and without ETag, weak and strong: what is sent back is
 * what came, byte for byte (fhir.md 1.6, 2.4). */
static void every_kind_of_version(void **state)
{
	static const struct {
		enum writable_versions versions;
		const char *match;
	} kinds[] = {{VERSIONS_WEAK, "W/\"1\""}, {VERSIONS_STRONG, "\"1\""},
		{VERSIONS_OPAQUE, "W/\"3423957v2380281\""},
		{VERSIONS_UUID, "W/\"b8f0c1c2-5d3e-4a4b-9c6d-000000000001\""},
		{VERSIONS_IN_META, "W/\"1\""}, {VERSIONS_IN_ETAG, "W/\"1\""}, {VERSIONS_NONE, ""}};
	struct world *w = *state;
	char match[256];
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		serve(w, appointment);
		plan(w, (struct writable_plan){.versions = kinds[i].versions});
		write_by(w, i % 2 == 0 ? FHIR_PATCH : FHIR_PUT);
		assert_string_equal(w->result.why, "");
		assert_int_equal(w->result.what, FHIR_WRITTEN);
		fhir_writable_header(w->server, "If-Match", match, sizeof match);
		assert_string_equal(match, kinds[i].match);
		assert_string_equal(w->result.before, kinds[i].match);
		assert_done(w, 1, 1);
	}
}

/* R5: cancellationReason with two l, required is a boolean. */
static void speaks_r5(void **state)
{
	struct world *w = *state;
	static const char r5[] =
		"{\"resourceType\":\"Appointment\",\"id\":\"a-12\",\"meta\":{},\"status\":"
		"\"booked\","
		"\"subject\":{\"reference\":\"Patient/p\"},\"start\":\"2026-03-16T08:00:00Z\","
		"\"end\":\"2026-03-16T09:00:00Z\",\"participant\":[{\"actor\":{\"reference\":"
		"\"https://h.example/fhir/Location/or-2/_history/3\",\"type\":\"Location\"},"
		"\"required\":true,\"status\":\"accepted\"}]}";
	serve(w, r5);
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_member(w, "a-12", "/participant/0/actor",
		"{\"reference\":\"https://h.example/fhir/Location/or-4\",\"type\":\"Location\"}");
	assert_member(w, "a-12", "/start", "\"2026-03-16T10:00:00Z\"");
	w->change.expected = w->change.wanted;
	w->change.wanted.status = CASE_CANCELLED;
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_WRITTEN);
	assert_member(w, "a-12", "/cancellationReason/text", "\"OR 2 is down\"");
	assert_member(w, "a-12", "/cancelationReason", "nothing");
}

/* No room yet, the actors by name and by identifier: the room is added, or goes by the
 * same identifier's system. */
static void rooms_of_all_kinds(void **state)
{
	static const struct {
		const char *participants, *expected, *pointer, *after;
	} kinds[] = {
		{"{\"actor\":{\"display\":\"OR 2\"},\"status\":\"accepted\"}", "",
			"/participant/1/actor", "{\"reference\":\"Location/or-4\"}"},
		{"{\"actor\":{\"identifier\":{\"system\":\"s\",\"value\":\"or-2\"}}}", "or-2",
			"/participant/0/actor",
			"{\"identifier\":{\"system\":\"s\",\"value\":\"or-4\"}}"},
		/* Declined, a corridor, and the one that counts. */
		{"{\"actor\":{\"reference\":\"Location/or-9\"},\"status\":\"declined\"},"
		 "{\"actor\":{\"reference\":\"Location/hall\"}},"
		 "{\"actor\":{\"reference\":\"Location/or-2\"}}",
			"or-2", "/participant/2/actor", "{\"reference\":\"Location/or-4\"}"},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		char text[1024];
		snprintf(text, sizeof text,
			"{\"resourceType\":\"Appointment\",\"id\":\"a-12\",\"meta\":{},"
			"\"status\":\"booked\",\"start\":\"2026-03-16T08:00:00Z\","
			"\"end\":\"2026-03-16T09:00:00Z\",\"participant\":[%s]}",
			kinds[i].participants);
		serve(w, text);
		text_copy(w->change.expected.room, ID_SIZE, kinds[i].expected);
		assert_int_equal(write_by(w, i % 2 == 0 ? FHIR_PUT : FHIR_PATCH), FHIR_WRITTEN);
		assert_member(w, "a-12", kinds[i].pointer, kinds[i].after);
		assert_done(w, 1, 1);
	}
}

static void what_is_so_already_is_not_sent(void **state)
{
	struct world *w = *state;
	w->change.wanted = w->change.expected;
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_says(w, "nothing was sent");
	assert_done(w, 0, 0);
}

/* What the change does not say stays as it was. */
static void what_is_not_said_stays(void **state)
{
	struct world *w = *state;
	w->change.wanted = (struct fhir_booking){.start_ms = NINE + HOUR};
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_member(w, "a-12", "/end", "\"2026-03-16T11:00:00+01:00\"");
	assert_member(w, "a-12", "/participant/1/actor/reference", "\"Location/or-2\"");
	assert_member(w, "a-12", "/minutesDuration", "60");
}

/* Nobody here knows when it ends: it is moved, and is as long as it was. */
static void an_end_nobody_knew_moves_along(void **state)
{
	struct world *w = *state;
	w->change.expected.end_ms = 0;
	w->change.wanted.end_ms = 0;
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_member(w, "a-12", "/start", "\"2026-03-16T11:00:00+01:00\"");
	assert_member(w, "a-12", "/end", "\"2026-03-16T12:00:00+01:00\"");
	assert_int_equal(look(w), FHIR_WRITTEN);
}

/* -- slots (Oracle Health) ------------------------------------------------------------ */

static const char slots[] =
	"{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["
	/* nowhere, elsewhere, taken, too short: none of these */
	"{\"resource\":{\"resourceType\":\"Slot\",\"id\":\"or-1.2026-03-16T10.1\",\"status\":"
	"\"free\","
	"\"start\":\"2026-03-16T10:00:00Z\",\"end\":\"2026-03-16T11:00:00Z\"}},"
	"{\"resource\":{\"resourceType\":\"Slot\",\"id\":\"or-1.2026-03-16T10.2\",\"status\":"
	"\"free\","
	"\"extension\":[{\"url\":\"https://fhir-ehr.cerner.com/r4/StructureDefinition/"
	"scheduling-location\",\"valueReference\":{\"reference\":\"Location/or-1\"}}],"
	"\"start\":\"2026-03-16T10:00:00Z\",\"end\":\"2026-03-16T11:00:00Z\"}},"
	"{\"resource\":{\"resourceType\":\"Slot\",\"id\":\"or-4.2026-03-16T10.3\",\"status\":"
	"\"busy\","
	"\"extension\":[{\"url\":\"https://fhir-ehr.cerner.com/r4/StructureDefinition/"
	"scheduling-location\",\"valueReference\":{\"reference\":\"Location/or-4\"}}],"
	"\"start\":\"2026-03-16T10:00:00Z\",\"end\":\"2026-03-16T11:00:00Z\"}},"
	"{\"resource\":{\"resourceType\":\"Slot\",\"id\":\"or-4.2026-03-16T10.4\",\"status\":"
	"\"free\","
	"\"extension\":[{\"url\":\"https://fhir-ehr.cerner.com/r4/StructureDefinition/"
	"scheduling-location\",\"valueReference\":{\"reference\":\"Location/or-4\"}}],"
	"\"start\":\"2026-03-16T10:00:00Z\",\"end\":\"2026-03-16T10:30:00Z\"}},"
	"{\"resource\":{\"resourceType\":\"Slot\",\"id\":\"or-4.2026-03-16T10.60\",\"status\":"
	"\"free\","
	"\"schedule\":{\"reference\":\"Schedule/s-4\"},"
	"\"start\":\"2026-03-16T10:00:00Z\",\"end\":\"2026-03-16T11:00:00Z\"}},"
	"{\"resource\":{\"resourceType\":\"Schedule\",\"id\":\"s-4\",\"actor\":[{\"reference\":"
	"\"Location/or-4\"}]}}]}";

static void replaces_the_slot(void **state)
{
	struct world *w = *state;
	char *body;
	plan(w, (struct writable_plan){.versions = VERSIONS_OPAQUE,
			.needs_match = true,
			.stale = 409,
			.empty_html = true,
			.slots = slots});
	assert_int_equal(write_by(w, FHIR_SLOT), FHIR_WRITTEN);
	assert_done(w, 1, 1);
	body = fhir_writable_body(w->server);
	/* "Example - Replace Slot" of Oracle's page; no test, no /start. */
	assert_string_equal(body,
		"[{\"op\":\"replace\",\"path\":\"/slot\",\"value\":[{\"reference\":"
		"\"Slot/or-4.2026-03-16T10.60\"}]},{\"op\":\"add\",\"path\":\"/extension/-\","
		"\"value\":{\"url\":\"https://fhir-ehr.cerner.com/r4/StructureDefinition/"
		"reschedule-reason\",\"valueCodeableConcept\":{\"text\":\"OR 2 is down\"}}}]");
	free(body);
	assert_member(w, "a-12", "/start", "\"2026-03-16T10:00:00Z\"");
}

static void no_slot_nothing_sent(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.slots = slots});
	w->change.wanted.start_ms += HOUR;
	w->change.wanted.end_ms += HOUR;
	assert_int_equal(write_by(w, FHIR_SLOT), FHIR_REFUSED);
	assert_says(w, "no free slot");
	plan(w, (struct writable_plan){.slots = "{\"resourceType\":\"Bundle\"}"});
	assert_int_equal(write_by(w, FHIR_SLOT), FHIR_REFUSED);
	plan(w, (struct writable_plan){.slots = "<html>"});
	assert_int_equal(write_by(w, FHIR_SLOT), FHIR_BUSY);
	plan(w, (struct writable_plan){.slots = NULL});
	assert_int_equal(write_by(w, FHIR_SLOT), FHIR_REFUSED);
	assert_says(w, "no slots here");
	assert_done(w, 0, 0);
}

static void cancels_where_slots_rule(void **state)
{
	struct world *w = *state;
	char *body;
	plan(w, (struct writable_plan){.empty_html = true});
	w->change.wanted.status = CASE_CANCELLED;
	w->change.reason[0] = '\0';
	assert_int_equal(write_by(w, FHIR_SLOT), FHIR_WRITTEN);
	body = fhir_writable_body(w->server);
	assert_string_equal(body,
		"[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"cancelled\"},"
		"{\"op\":\"add\",\"path\":\"/"
		"cancelationReason\",\"value\":{\"coding\":[{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason\","
		"\"code\":\"prov\"}]}}]");
	free(body);
}

/* -- $book (ITI-117) ------------------------------------------------------------------ */

static void books_a_change(void **state)
{
	struct world *w = *state;
	char text[256], *body;
	assert_int_equal(write_by(w, FHIR_BOOK), FHIR_WRITTEN);
	assert_done(w, 1, 1);
	fhir_writable_request(w->server, text, sizeof text);
	assert_string_equal(text, "POST /fhir/Appointment/$book");
	fhir_writable_header(w->server, "If-Match", text, sizeof text);
	assert_string_equal(text, "");
	body = fhir_writable_body(w->server);
	assert_non_null(strstr(body, "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":"
				     "\"appointment-resource\",\"resource\":{"));
	assert_non_null(strstr(body, "\"valueDecimal\":1.50"));
	free(body);
	w->change.expected = w->change.wanted;
	w->change.wanted.status = CASE_CANCELLED;
	assert_int_equal(write_by(w, FHIR_BOOK), FHIR_WRITTEN);
	assert_member(w, "a-12", "/status", "\"cancelled\"");
}

/* "An unsuccessful $book operation SHALL return only an OperationOutcome resource
 * within the Bundle" (2:3.117.4.2.2), with whatever status. */
static void books_not(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.refuses_book = true, .words = "the room is taken"});
	assert_int_equal(write_by(w, FHIR_BOOK), FHIR_REFUSED);
	assert_says(w, "the room is taken");
	assert_done(w, 0, 1);
	plan(w, (struct writable_plan){.answer = 422, .words = "not bookable"});
	assert_int_equal(write_by(w, FHIR_BOOK), FHIR_REFUSED);
	assert_says(w, "not bookable");
	assert_done(w, 0, 2);
}

/* Some cancel the old one and make another. */
static void books_under_a_new_id(void **state)
{
	struct world *w = *state;
	plan(w, (struct writable_plan){.books_anew = true});
	assert_int_equal(write_by(w, FHIR_BOOK), FHIR_WRITTEN);
	assert_string_equal(w->result.id, "made-1");
	assert_member(w, "a-12", "/status", "\"cancelled\"");
	assert_member(w, "made-1", "/participant/1/actor/reference", "\"Location/or-4\"");
	assert_done(w, 1, 1);
}

/* -- a new one --------------------------------------------------------------------------- */

static void makes_one_once(void **state)
{
	struct world *w = *state;
	char exist[256], request[256];
	new_one(w);
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_string_equal(w->result.id, "made-0");
	assert_done(w, 1, 1);
	fhir_writable_request(w->server, request, sizeof request);
	assert_string_equal(request, "POST /fhir/Appointment");
	fhir_writable_header(w->server, "If-None-Exist", exist, sizeof exist);
	assert_int_equal(strncmp(exist, "identifier=urn:ietf:rfc:3986|urn:uuid:", 38), 0);
	/* RFC 9562: version 8, variant 10. */
	assert_int_equal(strlen(exist), 38 + 36);
	assert_int_equal(exist[38 + 14], '8');
	assert_non_null(strchr("89ab", exist[38 + 19]));
	assert_member(w, "made-0", "/status", "\"booked\"");
	assert_member(w, "made-0", "/start", "\"2026-03-16T10:00:00Z\"");
	assert_member(w, "made-0", "/end", "\"2026-03-16T11:00:00Z\"");
	assert_member(w, "made-0", "/appointmentType/coding/0/code", "\"EMERGENCY\"");
	assert_member(w, "made-0", "/priority", "2");
	assert_member(w, "made-0", "/participant/0/actor/reference", "\"Patient/p-77\"");
	assert_member(w, "made-0", "/participant/1/actor/reference", "\"Location/or-4\"");
	/* The same step of the same plan, from another station: found, not made again. */
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_string_equal(w->result.id, "made-0");
	assert_says(w, "nothing was sent");
	assert_done(w, 1, 1);
	/* Another step is another one. */
	w->change.step++;
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_WRITTEN);
	assert_string_equal(w->result.id, "made-1");
	assert_int_equal(fhir_writable_count(w->server), 2);
}

static void makes_one_by_book(void **state)
{
	struct world *w = *state;
	char *body;
	new_one(w);
	assert_int_equal(write_by(w, FHIR_BOOK), FHIR_WRITTEN);
	assert_string_equal(w->result.id, "made-0");
	body = fhir_writable_body(w->server);
	assert_non_null(strstr(body, "\"status\":\"pending\"")); /* ITI-117: of a new one */
	free(body);
}

/* Oracle books from a slot and a patient; nobody offers one at this moment. */
static void where_slots_rule_a_person_makes_it(void **state)
{
	struct world *w = *state;
	new_one(w);
	assert_int_equal(write_by(w, FHIR_SLOT), FHIR_PROPOSED);
	assert_says(w, "by hand");
	assert_done(w, 0, 0);
}

/* The search does not find it (eventual consistency), and a second try comes: the
 * server's own lock holds. */
static void if_none_exist_is_the_lock(void **state)
{
	struct world *w = *state;
	new_one(w);
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	plan(w, (struct writable_plan){.hides = true});
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_WRITTEN);
	assert_string_equal(w->result.id, "made-0");
	assert_done(w, 1, 2);
	assert_int_equal(fhir_writable_count(w->server), 1);
}

/* -- by hand, and one at a time ------------------------------------------------------------- */

static void proposes_without_a_network(void **state)
{
	struct world *w = *state;
	w->options.base = NULL;
	assert_int_equal(write_by(w, FHIR_PROPOSE), FHIR_PROPOSED);
	assert_int_equal(look(w), FHIR_PROPOSED);
	assert_int_equal(fhir_writable_reads(w->server), 0);
	assert_done(w, 0, 0);
}

static void one_at_a_time(void **state)
{
	struct world *w = *state;
	open_writer(w, FHIR_PATCH);
	assert_int_equal(fhir_write_send(w->writer, &w->change, on_written, w), 0);
	assert_int_equal(fhir_write_send(w->writer, &w->change, on_written, w), -EBUSY);
	assert_int_equal(fhir_write_look(w->writer, &w->change, on_written, w), -EBUSY);
	assert_int_equal(wait_for(w, 0), FHIR_WRITTEN);
	/* Destroyed while it is on its way: nobody is told, nothing is left. */
	w->change.expected = w->change.wanted;
	w->change.wanted.room[3] = '5';
	assert_int_equal(fhir_write_send(w->writer, &w->change, on_written, w), 0);
	fhir_write_destroy(w->writer);
	w->writer = NULL;
	ev_run(w->loop, 0);
	assert_int_equal(w->calls, 1);
}

static void what_makes_no_sense_is_refused(void **state)
{
	struct world *w = *state;
	static const char *const ids[] = {"..", "a/b", "a?x=1", "a b"};
	open_writer(w, FHIR_PATCH);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		text_copy(w->change.id, ID_SIZE, ids[i]);
		assert_int_equal(fhir_write_send(w->writer, &w->change, on_written, w), -EINVAL);
	}
	text_copy(w->change.id, ID_SIZE, "a-12");
	text_copy(w->change.wanted.room, ID_SIZE, "..");
	assert_int_equal(fhir_write_send(w->writer, &w->change, on_written, w), -EINVAL);
	new_one(w);
	text_copy(w->change.wanted.room, ID_SIZE, "or-4");
	w->change.wanted.end_ms = w->change.wanted.start_ms;
	assert_int_equal(fhir_write_send(w->writer, &w->change, on_written, w), -EINVAL);
}

static void names_of_ways(void **state)
{
	(void)state;
	for (int i = 0; i < FHIR_WRITE_WAYS; i++)
		assert_int_equal(
			fhir_write_way_parse(fhir_write_way_name((enum fhir_write_way)i)), i);
	assert_int_equal(fhir_write_way_parse("slot"), FHIR_SLOT);
	assert_int_equal(fhir_write_way_parse("delete"), -1);
}

static void a_base_is_needed(void **state)
{
	struct world *w = *state;
	struct error err = {""};
	w->options.base = NULL;
	assert_null(fhir_write_create(w->loop, &w->options, FHIR_PATCH, &err));
	assert_non_null(strstr(err.text, "fhir.base"));
	w->options.base = "http://hospital.example/fhir"; /* plain, and not loopback */
	assert_null(fhir_write_create(w->loop, &w->options, FHIR_PATCH, &err));
	assert_non_null(strstr(err.text, "plain http"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(moves_by_patch),
		TEST(a_longer_case_has_more_minutes),
		TEST(puts_back_every_byte),
		TEST(calls_off_with_the_reason),
		TEST(postpones),
		TEST(every_kind_of_version),
		TEST(speaks_r5),
		TEST(rooms_of_all_kinds),
		TEST(what_is_so_already_is_not_sent),
		TEST(what_is_not_said_stays),
		TEST(an_end_nobody_knew_moves_along),
		TEST(replaces_the_slot),
		TEST(no_slot_nothing_sent),
		TEST(cancels_where_slots_rule),
		TEST(books_a_change),
		TEST(books_not),
		TEST(books_under_a_new_id),
		TEST(makes_one_once),
		TEST(makes_one_by_book),
		TEST(where_slots_rule_a_person_makes_it),
		TEST(if_none_exist_is_the_lock),
		TEST(proposes_without_a_network),
		TEST(one_at_a_time),
		TEST(what_makes_no_sense_is_refused),
		TEST(names_of_ways),
		TEST(a_base_is_needed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
