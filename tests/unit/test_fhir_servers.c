/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_poll_world.h"

/*
 * What real servers do, as they were reported to: one test a behaviour, each
 * with its source. Reports are named PROJECT #NUMBER (issue trackers).
 */

#define ONE(id) "{\"resource\":" id "}"
#define APPOINTMENT(id, version, status, more)                                                     \
	"{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"" id                             \
	"\",\"meta\":{\"lastUpdated\":\"2026-03-16T" version "Z\"},\"status\":\"" status           \
	"\",\"start\":\"2026-03-16T09:00:00+01:00\",\"participant\":[{\"actor\":{\"reference\":"   \
	"\"Location/or-2\"}}" more "]}}"
#define PATIENT_OF(id) ",{\"actor\":{\"reference\":\"Patient/" id "\"}}"
#define SAYS(severity, code, detail)                                                               \
	"{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"" severity              \
	"\",\"code\":\"" code "\",\"details\":{\"coding\":[{\"system\":"                           \
	"\"urn:oid:1.2.840.114350.1.13.0.1.7.2.657369\",\"code\":\"" detail "\"}]}}]}"
#define TOTAL(total, links, entries)                                                               \
	"{\"resourceType\":\"Bundle\",\"type\":\"searchset\"," SERVER ",\"total\":" total          \
	",\"link\":[" links "],\"entry\":[" entries "]}"
#define STATEMENT(software, resources)                                                             \
	"{\"resourceType\":\"CapabilityStatement\",\"fhirVersion\":\"4.0.1\"," software            \
	",\"rest\":[{\"mode\":\"server\",\"resource\":[" resources "]}]}"
#define TYPE(name, params)                                                                         \
	"{\"type\":\"" name "\",\"interaction\":[{\"code\":\"read\"},{\"code\":\"search-type\"}"   \
	"],\"searchParam\":[" params "]}"
#define PARAM(name) "{\"name\":\"" name "\"}"

/* Taken down from the vendors' own statements: Oracle's of 2026-08-14 names no
 * software, Epic's of 2026-07-24 is "Epic". */
static const char oracle[] = STATEMENT(
	"\"publisher\":\"Oracle Health\",\"description\":\"Oracle Health implementation of FHIR "
	"on top of Millennium\"",
	TYPE("Appointment",
		PARAM("_id") "," PARAM("_count") "," PARAM("date") "," PARAM("patient") "," PARAM(
			"practitioner") "," PARAM("location")) "," TYPE("Encounter",
		PARAM("_id") "," PARAM("_count") "," PARAM("patient") "," PARAM("date") "," PARAM(
			"_lastUpdated")) "," TYPE("Patient",
		PARAM("_id") "," PARAM("_count")) "," TYPE("Procedure",
		PARAM("_id") "," PARAM("patient") "," PARAM("date") "," PARAM(
			"_lastUpdated")) "," TYPE("Location", PARAM("_id")));
static const char epic[] = STATEMENT("\"software\":{\"name\":\"Epic\",\"version\":\"May 2026\"}",
	"{\"type\":\"Appointment\",\"interaction\":[{\"code\":\"read\"},{\"code\":\"search-type\"}"
	"],\"searchInclude\":[\"*\"],\"searchParam\":[" PARAM("date") "," PARAM("patient") "," PARAM(
		"service-category") "," PARAM("_count") "," PARAM("_id") "]}," TYPE("Encounter",
		PARAM("date") "," PARAM("patient") "," PARAM("_count") "," PARAM("_id")));

static struct world *poll_once(void **state, const char *body)
{
	struct world *w = *state;
	RULE(.match = "/Appointment?", .body = body);
	once(w, (struct fhir_poll_options){0});
	return w;
}

/* HAPI #647: an identical query within 60 s repeats the old result. */
static void hapi_caches_search_results(void **state)
{
	struct world *w = poll_once(state, BUNDLE("", CASE("c1")));
	char value[200];
	fhir_stub_header(w->stub, "Cache-Control", value, sizeof value);
	assert_string_equal(value, "no-cache");
	fhir_stub_header(w->stub, "Accept", value, sizeof value);
	assert_string_equal(value, "application/fhir+json");
	fhir_stub_header(w->stub, "Accept-Encoding", value, sizeof value);
	assert_non_null(strstr(value, "gzip"));
}

/* fhir-data-pipes #845: HAPI-0417, the search is gone within the paging. */
static void hapi_paging_ids_expire(void **state)
{
	struct world *w = *state;
	RULE(.match = "page=2", .uses = 1, .status = 410,
		.body = "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\","
			"\"code\":\"processing\",\"diagnostics\":\"HAPI-0417: Search ID 8deeeb67 "
			"does not exist and may have expired\"}]}");
	RULE(.match = "page=2", .body = BUNDLE("", CASE("c2")));
	poll_once(state, BUNDLE(NEXT("?page=2"), CASE("c1")));
	assert_true(w->complete);
	assert_int_equal(w->case_count, 2);
	assert_int_equal(w->health.reconnects, 1);
}

/* fhircore #1714, FhirExtinguisher #13: the port is written twice. */
static void hapi_doubles_the_port_behind_a_proxy(void **state)
{
	struct world *w = *state;
	char body[2048], twice[128];
	const char *base = fhir_stub_base(w->stub), *port = strrchr(base, ':');
	int host = (int)(strstr(base, "/fhir") - base);
	snprintf(twice, sizeof twice, "%.*s%.*s/fhir?page=2", host, base,
		(int)(strstr(port, "/") - port), port);
	snprintf(body, sizeof body, BUNDLE(NEXT("%s"), CASE("c1")), twice);
	RULE(.match = "page=2", .body = BUNDLE("", CASE("c2")));
	poll_once(state, body);
	assert_true(w->complete);
	assert_int_equal(w->case_count, 2);
}

/* HAPI #1300: the last page has a next link that errors. */
static void hapi_last_page_links_to_nothing(void **state)
{
	struct world *w = *state;
	RULE(.match = "page=2", .status = 500, .body = "<html>", .type = "text/html");
	poll_once(state, TOTAL("1", NEXT("?page=2"), CASE("c1")));
	assert_true(w->complete);
	assert_int_equal(w->health.errors, 0);
	assert_int_equal(fhir_stub_hits(w->stub, "page=2"), 1);
}

/* HAPI #4027: with full-text indexing the next link is left out. */
static void hapi_forgets_the_next_link(void **state)
{
	struct world *w = poll_once(state, TOTAL("23", "", CASE("c1")));
	assert_int_equal(w->case_count, 1);
	assert_int_equal(w->health.errors, 1); /* it is said */
}

/* fhir-server #1317 (will not be fixed), #5073; blaze #330: the host behind the
 * proxy. Asked at our own host: the token goes nowhere else. */
static void proxies_put_the_wrong_host_in_links(void **state)
{
	struct world *w = *state;
	RULE(.match = "page=2", .body = BUNDLE("", CASE("c2")));
	poll_once(state, BUNDLE(NEXT("https://internal.example:8443/fhir?page=2"), CASE("c1")));
	assert_true(w->complete);
	assert_int_equal(w->case_count, 2);
	assert_int_equal(fhir_stub_hits(w->stub, "page=2"), 1);
}

/* Canvas: /api/pagination; fhircrackr #110. */
static void links_may_be_relative(void **state)
{
	static const char *const links[] = {"/fhir?page=2", "?page=2", "Appointment?page=2"};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		char body[2048];
		snprintf(body, sizeof body, BUNDLE(NEXT("%s"), CASE("c1")), links[i]);
		RULE(.match = "page=2", .body = BUNDLE("", CASE("c2")));
		poll_once(state, body);
		assert_true(w->complete);
		assert_int_equal(w->case_count, 2);
		again(w);
	}
}

/* Zus, changelog of May 2024: "fqs.zusapi.com/rest/…". */
static void links_may_lack_the_scheme(void **state)
{
	struct world *w = *state;
	char body[2048];
	snprintf(body, sizeof body, BUNDLE(NEXT("%s?page=2"), CASE("c1")),
		strstr(fhir_stub_base(w->stub), "://") + 3);
	RULE(.match = "page=2", .body = BUNDLE("", CASE("c2")));
	poll_once(state, body);
	assert_true(w->complete);
	assert_int_equal(w->case_count, 2);
}

/* fhir-server #2250, #2313: a continuation token of several kB. */
static void next_links_may_be_very_long(void **state)
{
	struct world *w = *state;
	static char body[40000], token[20000];
	memset(token, 'x', 9000);
	snprintf(body, sizeof body, BUNDLE(NEXT("?page=2&ct=%s"), CASE("c1")), token);
	RULE(.match = "page=2", .body = BUNDLE("", CASE("c2")));
	poll_once(state, body);
	assert_true(w->complete);
	assert_int_equal(w->case_count, 2);
	again(w);
	/* Beyond 16 KiB it is refused: never taken for the last page. */
	memset(token, 'x', sizeof token - 1);
	snprintf(body, sizeof body, BUNDLE(NEXT("?page=2&ct=%s"), CASE("c1")), token);
	poll_once(state, body);
	assert_false(w->complete);
	assert_non_null(strstr(w->health.error, "too long"));
}

/* Oracle, captured statement: _count is "not honored when _id is set". */
static void count_may_be_ignored(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Appointment?",
		.body = BUNDLE("", CASE("c1") "," CASE("c2") "," CASE("c3")));
	once(w, (struct fhir_poll_options){.page_count = 1});
	assert_true(w->complete);
	assert_int_equal(w->case_count, 3);
}

/* fhir-server #1631: the self link of page 2 is wrong; #1792: the same entry on
 * two pages; #860: entries that do not belong there. */
static void azure_repeats_itself_while_paging(void **state)
{
	struct world *w = *state;
	RULE(.match = "page=2",
		.body = BUNDLE("{\"relation\":\"self\",\"url\":\"https://x.example/wrong?a=b\"}",
			CASE("c1") "," CASE(
				"c2") ",{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"b\"}}"));
	poll_once(state, BUNDLE(NEXT("?page=2"), CASE("c1")));
	assert_true(w->complete);
	assert_int_equal(w->case_count, 2); /* each said once */
	assert_int_equal(w->health.errors, 0);
}

/* Oracle, paging guidance: the same id on several pages, keep the latest. */
static void the_same_id_on_two_pages(void **state)
{
	struct world *w = *state;
	RULE(.match = "page=2", .body = BUNDLE("", APPOINTMENT("c1", "08:00:00", "booked", "")));
	poll_once(state, BUNDLE(NEXT("?page=2"), APPOINTMENT("c1", "09:00:00", "cancelled", "")));
	assert_int_equal(w->case_count, 1);
	assert_int_equal(w->last.surgery.status, CASE_CANCELLED);
}

/* Google, best practices for search: an estimate until the last page. */
static void the_total_is_an_estimate(void **state)
{
	struct world *w = *state;
	RULE(.match = "page=2", .body = TOTAL("2", "", CASE("c2")));
	poll_once(state, TOTAL("1", NEXT("?page=2"), CASE("c1")));
	assert_int_equal(w->case_count, 2);
	assert_int_equal(w->health.errors, 0);
	again(w);
	RULE(.match = "page=2", .body = TOTAL("2", "", CASE("c2")));
	poll_once(state, TOTAL("4000", NEXT("?page=2"), CASE("c1")));
	assert_int_equal(w->health.errors, 0);
}

static bool swept_twice(struct world *w)
{
	return fhir_stub_hits(w->stub, "/Appointment?date=ge") >= 3
	       && fhir_stub_hits(w->stub, "/Observation?") >= 3;
}

static const struct fhir_poll_options sweeping = {.every_s = 0.02, .sweep_every_s = 0.04};

/* HealthLake, consistency levels: an updated resource vanishes from results
 * until it is indexed again. It is asked for by its id, and stands. */
static void the_index_lags_behind(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Appointment/c1",
		.body = "{\"resourceType\":\"Appointment\",\"id\":\"c1\",\"status\":\"booked\","
			"\"start\":\"2026-03-16T09:30:00+01:00\",\"participant\":[{\"actor\":{"
			"\"reference\":\"Location/or-2\"}}]}");
	RULE(.match = "/Appointment?date", .uses = 1, .body = BUNDLE("", CASE("c1")));
	create(w, sweeping);
	fhir_poll_start(w->poll);
	run_until(w, swept_twice);
	assert_true(fhir_stub_hits(w->stub, "/Appointment/c1") >= 1);
	assert_int_equal(w->last.surgery.status, CASE_PLANNED);
	assert_int_equal(w->last.surgery.start_ms, fhir_time("2026-03-16T09:30:00+01:00"));
}

/* What is gone never shows up in changes: a day that no longer has the case,
 * and then the case itself, say so (R4 http.html#read: 404 or 410). */
static void a_deleted_appointment_becomes_void(void **state)
{
	static const int statuses[] = {404, 410};
	struct world *w = *state;
	for (size_t i = 0; i < 2; i++) {
		RULE(.match = "/Appointment/c1", .status = statuses[i], .body = "{}");
		RULE(.match = "/Appointment?date", .uses = 1, .body = BUNDLE("", CASE("c1")));
		create(w, sweeping);
		fhir_poll_start(w->poll);
		int before = fhir_stub_hits(w->stub, "/Appointment/c1");
		w->last.surgery.status = CASE_UNKNOWN;
		w->until = NULL;
		for (w->ticks = 0; w->ticks < 500 && w->last.surgery.status != CASE_VOID;)
			ev_run(w->loop, EVRUN_ONCE);
		assert_string_equal(w->last.surgery.id, "c1");
		assert_int_equal(w->last.surgery.status, CASE_VOID);
		assert_non_null(strstr(w->last.surgery.not_understood, "gone"));
		/* Told once, asked once. */
		for (w->ticks = 0; w->ticks < 20;)
			ev_run(w->loop, EVRUN_ONCE);
		assert_int_equal(w->case_count, 2);
		assert_int_equal(fhir_stub_hits(w->stub, "/Appointment/c1") - before, 1);
		again(w);
	}
}

static bool asked_for_c2(struct world *w)
{
	return fhir_stub_hits(w->stub, "/Appointment/c2") >= 2;
}

/* A sweep that failed on the way proves nothing about who is missing; nor does
 * an answer that is neither 404 nor 410. */
static void nobody_is_lost_by_half_a_sweep(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Appointment/c1", .status = 410, .body = "{}");
	RULE(.match = "/Appointment/c2", .status = 403, .body = "{}");
	RULE(.match = "page=2", .status = 422, .body = "{}");
	RULE(.match = "/Appointment?date", .uses = 1, .body = BUNDLE("", CASE("c1")));
	RULE(.match = "/Appointment?date", .body = BUNDLE(NEXT("?page=2"), ""));
	create(w, sweeping);
	fhir_poll_start(w->poll);
	run_until(w, swept_twice);
	assert_int_equal(w->last.surgery.status, CASE_PLANNED);
	assert_int_equal(fhir_stub_hits(w->stub, "/Appointment/c1"), 0);
	again(w);
	RULE(.match = "/Appointment/c2", .status = 403, .body = "{}");
	RULE(.match = "/Appointment?date", .uses = 1, .body = BUNDLE("", CASE("c2")));
	create(w, sweeping);
	fhir_poll_start(w->poll);
	run_until(w, asked_for_c2);
	assert_int_equal(w->last.surgery.status, CASE_PLANNED);
}

/* HAPI #6208, #7839, #929, #809, blaze #3710: the index of _lastUpdated loses
 * changes; a sweep of the day finds them. */
static void changes_the_index_lost_come_with_the_sweep(void **state)
{
	struct world *w = *state;
	RULE(.match = "_lastUpdated", .body = BUNDLE("", ""));
	RULE(.match = "/Appointment?date", .uses = 1,
		.body = BUNDLE("", APPOINTMENT("c1", "08:00:00", "booked", "")));
	RULE(.match = "/Appointment?date",
		.body = BUNDLE("", APPOINTMENT("c1", "08:30:00", "cancelled", "")));
	create(w, sweeping);
	fhir_poll_start(w->poll);
	run_until(w, swept_twice);
	assert_int_equal(w->last.surgery.status, CASE_CANCELLED);
}

/* FHIR #1952 of LinuxForHealth, spark #1267: what is not known is left out
 * without a word; the self link shows. Then nobody is missed. */
static void search_parameters_are_silently_ignored(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Appointment?date", .uses = 1, .body = BUNDLE("", CASE("c1")));
	RULE(.match = "/Appointment?date",
		.body = BUNDLE(
			"{\"relation\":\"self\",\"url\":\"%BASE%/Appointment?_count=200\"}", ""));
	create(w, sweeping);
	fhir_poll_start(w->poll);
	run_until(w, swept_twice);
	assert_int_equal(fhir_stub_hits(w->stub, "/Appointment/c1"), 0);
	again(w);
	poll_once(state, BUNDLE("{\"relation\":\"self\",\"url\":\"%BASE%/Appointment?_count=200\"}",
				 CASE("c1")));
	assert_int_equal(w->health.errors, 1);
	assert_int_equal(w->case_count, 1);
}

/* HAPI #1328: an illegal entry.response in a searchset. */
static void a_searchset_entry_with_a_response(void **state)
{
	struct world *w = poll_once(state,
		BUNDLE("",
			"{\"response\":{\"status\":\"200 OK\",\"etag\":\"W/\\\"1\\\"\"},\"search\":"
			"{\"mode\":\"match\"},\"resource\":{\"resourceType\":\"Appointment\","
			"\"id\":"
			"\"c1\",\"status\":\"booked\"}}"));
	assert_int_equal(w->case_count, 1);
	assert_true(w->complete);
}

/* -- the vendors ------------------------------------------------------------- */

static void make_site(struct site *site, struct room *rooms)
{
	memset(site, 0, sizeof *site);
	snprintf(rooms[0].id, ID_SIZE, "OR1");
	snprintf(rooms[0].fhir, ID_SIZE, "or-1");
	rooms[0].kind = ROOM_OR;
	snprintf(rooms[1].id, ID_SIZE, "OR2");
	snprintf(rooms[1].fhir, ID_SIZE, "or-2");
	rooms[1].kind = ROOM_OR;
	snprintf(rooms[2].id, ID_SIZE, "WARD");
	snprintf(rooms[2].fhir, ID_SIZE, "ward-7");
	rooms[2].kind = ROOM_WARD;
	site->rooms = rooms;
	site->room_count = 3;
}

/* Half a year of visits and the conditions are asked of the day's patients, once a
 * sweep; nothing found is nothing there. */
static void asks_what_went_before(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Appointment?",
		.body = BUNDLE("", APPOINTMENT("c1", "08:00:00", "booked", PATIENT_OF("p1"))));
	RULE(.match = "/Condition?",
		.body = BUNDLE("",
			ONE("{\"resourceType\":\"Condition\",\"id\":\"k\",\"code\":{\"coding\":[{"
			    "\"system\":\"http://hl7.org/fhir/sid/icd-10\",\"code\":\"I50.0\"}]},"
			    "\"subject\":{\"reference\":\"Patient/p1\"}}")));
	once(w, (struct fhir_poll_options){0});
	assert_true(w->complete);
	assert_int_equal(fhir_stub_hits(w->stub, "/Condition?patient=p1"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?patient=p1&date=ge2025-08-1"), 1);
	assert_string_equal(w->history.history.id, "p1");
	assert_int_equal(w->history.history.charlson, 2);
	assert_int_equal(w->history.history.ed_visits, 0);
}

/* A token that may not read it: nothing is known, and nothing is amiss. */
static void may_be_told_nothing_of_it(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Appointment?",
		.body = BUNDLE("", APPOINTMENT("c1", "08:00:00", "booked", PATIENT_OF("p1"))));
	RULE(.match = "/Condition?", .status = 403, .body = "{}");
	RULE(.match = "/Encounter?patient", .status = 403, .body = "{}");
	once(w, (struct fhir_poll_options){0});
	assert_true(w->complete);
	assert_int_equal(w->health.errors, 0);
	assert_int_equal(w->history.kind, FACT_NONE);
}

/* cerner/fhir.cerner.com, appointment.md and the captured statement: `date`
 * with exactly one of patient, practitioner, location; a patient for
 * Encounter and Procedure. */
static void oracle_wants_a_date_and_a_location(void **state)
{
	struct world *w = *state;
	struct room rooms[3] = {0};
	struct site site;
	make_site(&site, rooms);
	RULE(.match = "/metadata", .body = oracle);
	RULE(.match = "/Appointment?",
		.body = BUNDLE("",
			APPOINTMENT("c1", "08:00:00", "booked", PATIENT_OF("p1")) "," APPOINTMENT(
				"c2", "08:00:00", "booked", PATIENT_OF("p2"))));
	once(w, (struct fhir_poll_options){.map = {.site = &site}});
	assert_true(w->complete);
	assert_non_null(strstr(w->health.name, "(day window, Oracle Health)"));
	const char *asked = fhir_stub_request(w->stub, "/Appointment?", 0);
	assert_non_null(strstr(asked, "?location=or-1,or-2&date=ge2026-03-1"));
	assert_non_null(strstr(asked, "&date=lt2026-03-1"));
	assert_null(strstr(asked, "_include")); /* not offered */
	/* The visits of a month, and those of half a year before it (215 days). */
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?patient=p1&date=ge2026-02-1"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?patient=p2&date=ge2026-02-1"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?patient=p1&date=ge2025-08-1"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?patient=p2&date=ge2025-08-1"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?"), 4);
	assert_int_equal(fhir_stub_hits(w->stub, "/Procedure?patient=p1&date=ge2026-03-1"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Patient?_id=p1,p2"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Location?_id=or-1,or-2,ward-7"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "_lastUpdated"), 0);
	assert_int_equal(fhir_stub_hits(w->stub, "/Observation"), 0); /* not offered */
}

static bool six_days(struct world *w)
{
	return fhir_stub_hits(w->stub, "/Appointment?") >= 6;
}

/* cerner-fhir-developers: there is no notification on Millennium; poll. Each
 * round reads the day again, and what is slow only at sweeps. */
static void a_day_window_is_asked_each_round(void **state)
{
	struct world *w = *state;
	RULE(.match = "/metadata", .body = oracle);
	RULE(.match = "/Appointment?date",
		.body = BUNDLE("", APPOINTMENT("c1", "08:00:00", "booked", PATIENT_OF("p1"))));
	create(w, (struct fhir_poll_options){.every_s = 0.01});
	fhir_poll_start(w->poll);
	run_until(w, six_days);
	assert_int_equal(fhir_stub_hits(w->stub, "/Patient?_id=p1"), 1);
	assert_true(fhir_stub_hits(w->stub, "/Encounter?patient=p1") >= 5);
	assert_int_equal(fhir_stub_hits(w->stub, "/metadata"), 1);
	assert_int_equal(w->case_count, 1);
}

/* cerner r4.md: required data that are missing make a 500 with the issue code
 * `required`: not hammered, and the rest goes on. */
static void oracle_answers_500_for_missing_data(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Encounter?", .status = 500, .body = SAYS("error", "required", ""));
	poll_once(state, BUNDLE("", CASE("c1")));
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Procedure?"), 1);
	assert_non_null(strstr(w->health.error, "Encounter: HTTP 500: required"));
}

/* cerner r4.md: 406 with an empty body for an Accept that is not JSON. */
static void oracle_answers_406_without_a_body(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Encounter?", .status = 406, .body = "");
	poll_once(state, BUNDLE("", CASE("c1")));
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?"), 1);
	assert_non_null(strstr(w->health.error, "HTTP 406"));
}

/* cerner r4.md: gaps in required bindings carry data-absent-reason. */
static void oracle_tells_why_data_are_absent(void **state)
{
	struct world *w = poll_once(state,
		BUNDLE("", ONE("{\"resourceType\":\"Appointment\",\"id\":\"c1\",\"_status\":{"
			       "\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
			       "data-absent-reason\",\"valueCode\":\"unknown\"}]}}")));
	assert_int_equal(w->last.surgery.status, CASE_UNKNOWN);
	assert_string_equal(w->last.surgery.not_understood, "no status");
}

/* The captured statement of Epic: surgery is told by service-category; what is
 * filtered after the search costs its database, so each is asked by patient. */
static void epic_filters_after_the_search(void **state)
{
	struct world *w = *state;
	RULE(.match = "/metadata", .body = epic);
	RULE(.match = "/Appointment?",
		.body = BUNDLE("", APPOINTMENT("c1", "08:00:00", "booked", PATIENT_OF("p1"))));
	once(w, (struct fhir_poll_options){0});
	assert_non_null(strstr(w->health.name, "(day window, Epic)"));
	const char *asked = fhir_stub_request(w->stub, "/Appointment?", 0);
	assert_non_null(strstr(asked, "?service-category=surgery&date=ge2026-03-1"));
	assert_non_null(strstr(asked, "_include=Appointment:patient"));
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?patient=p1&date=ge2026-02-1"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?patient=p1&date=ge2025-08-1"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?"), 2);
	assert_int_equal(fhir_stub_hits(w->stub, "_lastUpdated"), 0);
}

/* Epic's error codes (fhir.epic.com): no 429, but an outcome with a code. */
static void epic_speaks_by_codes(void **state)
{
	struct world *w = *state;
	/* 4101, warning: no results; 4119: may not be the entire record (inferno-program
	 * #229: on normal answers). Neither is a fault. */
	poll_once(state, BUNDLE("", ONE(SAYS("warning", "not-found", "4101")) "," ONE(
					    SAYS("warning", "suppressed", "4119"))));
	assert_true(w->complete);
	assert_int_equal(w->health.errors, 0);
	assert_int_equal(w->puzzle_count, 0);
	again(w);
	RULE(.match = "page=2", .body = BUNDLE("", ONE(SAYS("warning", "suppressed", "4119"))));
	poll_once(state, BUNDLE(NEXT("?page=2"), ONE(SAYS("warning", "suppressed", "4119"))));
	assert_true(w->complete);
	assert_int_equal(w->puzzle_count, 1); /* told once */
	assert_string_equal(w->puzzles[0], "Appointment OperationOutcome: suppressed");
	again(w);
	/* 4113: the session expired: from the first page. */
	RULE(.match = "page=2", .uses = 1, .status = 400, .body = SAYS("fatal", "invalid", "4113"));
	RULE(.match = "page=2", .body = BUNDLE("", CASE("c2")));
	poll_once(state, BUNDLE(NEXT("?page=2"), CASE("c1")));
	assert_true(w->complete);
	assert_int_equal(w->case_count, 2);
	again(w);
	/* 4127: over 100 results: the same again would not help. */
	int before = fhir_stub_hits(w->stub, "/Encounter?");
	RULE(.match = "/Encounter?", .body = SAYS("error", "too-costly", "4127"));
	poll_once(state, BUNDLE("", CASE("c1")));
	assert_false(w->complete);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?") - before, 1);
	again(w);
	/* 4135: try again tomorrow. */
	before = fhir_stub_hits(w->stub, "/Encounter?");
	poll_once(state, SAYS("error", "throttled", "4135"));
	assert_false(w->complete);
	assert_int_equal(w->health.state, FEED_DOWN);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?"), before);
}

/* fhir-server #160 of LinuxForHealth, HAPI #1387: a 304 is a bonus. */
static void conditional_reads_are_a_bonus(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Encounter?", .status = 304, .body = "");
	poll_once(state, BUNDLE("", CASE("c1")));
	assert_true(w->complete);
}

/* gpconnect #307: gateways let nothing but GET through; vigie sends no other. */
static void only_ever_gets(void **state)
{
	struct world *w = poll_once(state, BUNDLE("", CASE("c1")));
	assert_int_equal(strncmp(w->stub->head, "GET ", 4), 0);
}

/* R4 http.html#history: an entry without a resource whose request is DELETE. */
static void a_history_tells_of_deletions(void **state)
{
	struct world *w = *state;
	RULE(.match = "/metadata", .body = STATEMENT("\"software\":{\"name\":\"x\"}",
					   "{\"type\":\"Appointment\",\"interaction\":[{\"code\":"
					   "\"search-type\"},{\"code\":\"history-type\"}],"
					   "\"searchParam\":[" PARAM("date") "]}"));
	RULE(.match = "/Appointment?date", .body = BUNDLE("", CASE("c1")));
	RULE(.match = "/Appointment/_history?_since=2026-03-16T09:55:40Z",
		.body = "{\"resourceType\":\"Bundle\",\"type\":\"history\"," SERVER ",\"entry\":[{"
			"\"fullUrl\":\"%BASE%/Appointment/c1\",\"request\":{\"method\":\"DELETE\","
			"\"url\":\"Appointment/"
			"c1\"},\"response\":{\"status\":\"204\",\"lastModified\":"
			"\"2026-03-16T09:57:00Z\"}}]}");
	create(w, (struct fhir_poll_options){.every_s = 0.01});
	fhir_poll_start(w->poll);
	for (w->ticks = 0; w->ticks < 500 && w->last.surgery.status != CASE_VOID;)
		ev_run(w->loop, EVRUN_ONCE);
	assert_int_equal(w->last.surgery.status, CASE_VOID);
	assert_string_equal(w->last.surgery.id, "c1");
	fhir_poll_health(w->poll, &w->health);
	assert_non_null(strstr(w->health.name, "(history, "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(hapi_caches_search_results),
		WITH(hapi_paging_ids_expire),
		WITH(hapi_doubles_the_port_behind_a_proxy),
		WITH(hapi_last_page_links_to_nothing),
		WITH(hapi_forgets_the_next_link),
		WITH(proxies_put_the_wrong_host_in_links),
		WITH(links_may_be_relative),
		WITH(links_may_lack_the_scheme),
		WITH(next_links_may_be_very_long),
		WITH(count_may_be_ignored),
		WITH(azure_repeats_itself_while_paging),
		WITH(the_same_id_on_two_pages),
		WITH(the_total_is_an_estimate),
		WITH(the_index_lags_behind),
		WITH(a_deleted_appointment_becomes_void),
		WITH(nobody_is_lost_by_half_a_sweep),
		WITH(changes_the_index_lost_come_with_the_sweep),
		WITH(search_parameters_are_silently_ignored),
		WITH(a_searchset_entry_with_a_response),
		WITH(asks_what_went_before),
		WITH(may_be_told_nothing_of_it),
		WITH(oracle_wants_a_date_and_a_location),
		WITH(a_day_window_is_asked_each_round),
		WITH(oracle_answers_500_for_missing_data),
		WITH(oracle_answers_406_without_a_body),
		WITH(oracle_tells_why_data_are_absent),
		WITH(epic_filters_after_the_search),
		WITH(epic_speaks_by_codes),
		WITH(conditional_reads_are_a_bonus),
		WITH(only_ever_gets),
		WITH(a_history_tells_of_deletions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
