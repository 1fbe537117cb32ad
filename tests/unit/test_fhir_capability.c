/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_poll_world.h"

#include "feeds/fhir_query.h"

/* What servers say of themselves, and what is asked for it. */

#define STATEMENT(head, resources)                                                                 \
	"{\"resourceType\":\"CapabilityStatement\"," head ",\"rest\":[{\"mode\":\"server\","       \
	"\"resource\":[" resources "]}]}"
#define SOFTWARE(name) "\"software\":{\"name\":\"" name "\"}"
#define SEARCHED(type)                                                                             \
	"{\"type\":\"" type "\",\"interaction\":[{\"code\":\"search-type\"}],\"searchParam\":[{"   \
	"\"name\":\"date\"}]}"

static struct fhir_capability read_statement(const char *text, const char *base)
{
	struct fhir_capability c;
	struct error err = {""};
	fhir_capability_default(&c, base);
	assert_int_equal(fhir_capability_read(&c, base, text, strlen(text), &err), 0);
	assert_true(c.understood);
	return c;
}

static void servers_are_known_by_what_they_say(void **state)
{
	static const struct {
		const char *head, *base, *name;
		enum fhir_strategy strategy;
	} rows[] = {
		{SOFTWARE("HAPI FHIR Server"), "http://h/fhir", "HAPI", STRATEGY_DELTA},
		{SOFTWARE("Smile CDR"), "http://h/fhir", "HAPI", STRATEGY_DELTA},
		{SOFTWARE("Microsoft FHIR Server"), "http://h/fhir", "Azure", STRATEGY_DELTA},
		{"\"status\":\"active\"", "https://x.azurehealthcareapis.com", "Azure",
			STRATEGY_DELTA},
		{"\"name\":\"Azure API for FHIR\"", "http://h", "Azure", STRATEGY_DELTA},
		{"\"publisher\":\"Google Cloud Healthcare\"", "http://h", "Google", STRATEGY_DELTA},
		{SOFTWARE("medplum"), "http://h", "Medplum", STRATEGY_DELTA},
		{SOFTWARE("Epic"), "http://h", "Epic", STRATEGY_DAY},
		{SOFTWARE("Epicentre"), "http://h", "FHIR server", STRATEGY_DAY},
		{"\"description\":\"Oracle Health implementation of FHIR on top of Millennium\"",
			"http://h", "Oracle Health", STRATEGY_DAY},
		{"\"status\":\"active\"", "https://fhir-ehr.cerner.com/r4/x", "Oracle Health",
			STRATEGY_DAY},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[600];
		snprintf(text, sizeof text, STATEMENT("%s", SEARCHED("Appointment")), rows[i].head);
		struct fhir_capability c = read_statement(text, rows[i].base);
		assert_string_equal(c.server->name, rows[i].name);
		assert_int_equal(fhir_strategy_for(&c, FHIR_APPOINTMENT), rows[i].strategy);
		assert_int_equal(c.offers[FHIR_ENCOUNTER], 0); /* not listed: not there */
	}
}

static void releases_are_told_apart(void **state)
{
	static const struct {
		const char *version;
		enum fhir_release release;
	} rows[] = {{"4.0.1", RELEASE_R4}, {"4.0.0", RELEASE_R4}, {"4.3.0", RELEASE_R4B},
		{"5.0.0", RELEASE_R5}, {"3.0.2", RELEASE_OTHER}, {"", RELEASE_UNKNOWN}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[600];
		snprintf(text, sizeof text,
			STATEMENT("\"fhirVersion\":\"%s\"", SEARCHED("Appointment")),
			rows[i].version);
		assert_int_equal(read_statement(text, "http://h").release, rows[i].release);
	}
}

/* Parameters of all types stand in rest itself; a type may list no interaction;
 * a statement may list nothing at all, or types that are not asked for. */
static void statements_come_in_all_sizes(void **state)
{
	struct fhir_capability c;
	(void)state;
	c = read_statement(
		"{\"resourceType\":\"CapabilityStatement\",\"rest\":[{\"mode\":\"client\","
		"\"resource\":[{\"type\":\"Patient\"}]},{\"mode\":\"server\",\"searchParam\":"
		"[{\"name\":\"_lastUpdated\"}],\"resource\":[{\"type\":\"Encounter\"}]}]}",
		"http://h");
	assert_int_equal(c.offers[FHIR_PATIENT], 0);
	assert_int_equal(c.offers[FHIR_ENCOUNTER],
		OFFER_TYPE | OFFER_SEARCH | OFFER_READ | OFFER_LAST_UPDATED);
	static const char *const nothing[] = {"{\"resourceType\":\"CapabilityStatement\"}",
		"{\"resourceType\":\"CapabilityStatement\",\"rest\":[]}",
		"{\"resourceType\":\"CapabilityStatement\",\"rest\":[{\"resource\":[{\"type\":"
		"\"Basic\"}]}]}",
		"{\"resourceType\":\"CapabilityStatement\",\"rest\":7,\"fhirVersion\":[]}"};
	for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
		c = read_statement(nothing[i], "http://h");
		assert_int_equal(fhir_strategy_for(&c, FHIR_APPOINTMENT), STRATEGY_DELTA);
		assert_true(c.offers[FHIR_OBSERVATION] & OFFER_SEARCH);
	}
	static const char *const others[] = {
		"", "{", "{\"resourceType\":\"Bundle\"}", "<html>", "[]"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct error err = {""};
		struct fhir_capability before = c;
		assert_true(fhir_capability_read(&c, "http://h", others[i], strlen(others[i]), &err)
			    < 0);
		assert_string_not_equal(err.text, "");
		assert_int_equal(memcmp(&before, &c, sizeof c), 0);
	}
}

/* Absent, forbidden or a web page: the default of a plain repository, no fault. */
static void without_a_statement_there_is_a_default(void **state)
{
	static const struct stub_rule rules[] = {
		{.match = "/metadata", .status = 404, .body = ""},
		{.match = "/metadata", .status = 403, .body = "{}"},
		{.match = "/metadata", .status = 405, .body = ""},
		{.match = "/metadata", .body = ""},
		{.match = "/metadata", .body = "{\"resourceType\":\"OperationOutcome\"}"},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		fhir_stub_rule(w->stub, rules[i]);
		RULE(.match = "/Appointment?", .body = BUNDLE("", CASE("c1")));
		once(w, (struct fhir_poll_options){0});
		assert_true(w->complete);
		assert_int_equal(w->case_count, 1);
		assert_int_equal(w->health.errors, 0);
		assert_non_null(strstr(w->health.name, "(changes since, FHIR server)"));
		again(w);
	}
}

/* A server that is being restarted is asked again before anything is decided. */
static void a_statement_is_waited_for(void **state)
{
	struct world *w = *state;
	RULE(.match = "/metadata", .uses = 1, .status = 503, .body = "");
	RULE(.match = "/metadata", .body = STATEMENT("\"fhirVersion\":\"5.0.0\"," SOFTWARE("Epic"),
					   SEARCHED("Appointment")));
	once(w, (struct fhir_poll_options){0});
	assert_int_equal(fhir_stub_hits(w->stub, "/metadata"), 2);
	assert_non_null(strstr(w->health.name, "(day window, Epic, R5)"));
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter"), 0);
}

static bool has_patient(struct world *w)
{
	return fhir_stub_hits(w->stub, "/Patient?_id=p1") >= 1;
}

/* Down when vigie began: its first answers are read whole, slow things too. */
static void a_server_that_comes_late_is_read_whole(void **state)
{
	struct world *w = *state;
	RULE(.match = "/metadata", .uses = 1, .status = 503, .body = "");
	RULE(.match = "/metadata",
		.body = STATEMENT(SOFTWARE("Epic"), "{\"type\":\"Appointment\"},{\"type\":"
						    "\"Patient\",\"searchParam\":[{\"name\":"
						    "\"_id\"}]}"));
	RULE(.match = "/Appointment?", .uses = 4, .status = 503, .body = "");
	RULE(.match = "/Appointment?",
		.body = BUNDLE("",
			"{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"c1\","
			"\"status\":\"booked\",\"participant\":[{\"actor\":{\"reference\":"
			"\"Patient/p1\"}}]}}"));
	create(w, (struct fhir_poll_options){.every_s = 0.01});
	fhir_poll_start(w->poll);
	run_until(w, has_patient);
	assert_int_equal(w->case_count, 1);
}

static bool three_days(struct world *w)
{
	return fhir_stub_hits(w->stub, "/Appointment?") >= 3;
}

static void the_settings_overrule(void **state)
{
	struct world *w = *state;
	RULE(.match = "/metadata",
		.body = STATEMENT(SOFTWARE("HAPI FHIR Server"), SEARCHED("Appointment")));
	create(w, (struct fhir_poll_options){.strategy = "day", .every_s = 0.01});
	fhir_poll_start(w->poll);
	run_until(w, three_days);
	assert_int_equal(fhir_stub_hits(w->stub, "_lastUpdated"), 0);
	assert_non_null(strstr(w->health.name, "(day window, HAPI)"));
	fhir_poll_destroy(w->poll);
	w->poll = NULL;
	static const struct fhir_poll_options wrong[] = {
		{.strategy = "hourly"}, {.profile = "atlantis"}};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct error err = {""};
		struct fhir_poll_options o = wrong[i];
		struct fhir_sink sink = {on_fact, on_name, on_puzzle, w};
		o.base = fhir_stub_base(w->stub);
		assert_null(fhir_poll_create(w->loop, &o, sink, clock_ms, NULL, &err));
		assert_non_null(strstr(err.text, i == 0 ? "strategy" : "profile"));
	}
}

/* Orders are asked for where they are offered. */
static void orders_are_asked_for_where_offered(void **state)
{
	struct world *w = *state;
	RULE(.match = "/metadata", .body = STATEMENT(SOFTWARE("HAPI FHIR Server"),
					   SEARCHED("Appointment") "," SEARCHED("ServiceRequest")));
	RULE(.match = "/Appointment?",
		.body = BUNDLE("", "{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"c1\","
				   "\"status\":\"booked\",\"basedOn\":[{\"reference\":"
				   "\"ServiceRequest/s1\"}]}}"));
	RULE(.match = "/ServiceRequest?",
		.body = BUNDLE("",
			"{\"resource\":{\"resourceType\":\"ServiceRequest\",\"id\":\"s1\","
			"\"status\":\"active\",\"intent\":\"order\",\"priority\":\"urgent\","
			"\"code\":{\"text\":\"Hernia\"}}}"));
	once(w, (struct fhir_poll_options){0});
	assert_int_equal(fhir_stub_hits(w->stub, "/ServiceRequest?"), 1);
	assert_int_equal(w->last.surgery.setting, SETTING_EMERGENCY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_known_by_what_they_say),
		cmocka_unit_test(releases_are_told_apart),
		cmocka_unit_test(statements_come_in_all_sizes),
		WITH(without_a_statement_there_is_a_default),
		WITH(a_statement_is_waited_for),
		WITH(a_server_that_comes_late_is_read_whole),
		WITH(the_settings_overrule),
		WITH(orders_are_asked_for_where_offered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
