/* SPDX-License-Identifier: Apache-2.0 */

/* The emulated FHIR server through libcurl: search, paging, ETag, JSON Patch,
 * faults. Expected behaviour: FHIR R4 http.html and search.html, RFC 6902. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/hospital/fhir_server.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "tests/stub/fhir_call.h"

static struct site *site;
static struct day *day;
static struct fhir_server *server;
static int64_t now;

static int64_t clock_now(void *context)
{
	(void)context;
	return now;
}

static int start(void **state)
{
	struct error err;
	(void)state;
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	site = site_load("etc/demo/site.cfg", NULL, &err);
	now = stamp_parse("2026-03-16T10:15:00+01:00");
	day = site != NULL ? day_create(site, now, 1, TELLING_PROMPT, NULL, 0) : NULL;
	server = day != NULL ? fhir_server_start(day, 0, clock_now, NULL, &err) : NULL;
	call_port = server != NULL ? fhir_server_port(server) : 0;
	return server == NULL;
}

static int stop(void **state)
{
	(void)state;
	fhir_server_stop(server);
	day_destroy(day);
	site_free(site);
	curl_global_cleanup();
	return 0;
}

static int total(const char *path)
{
	cJSON *bundle = get_json(path);
	int n = cJSON_GetObjectItemCaseSensitive(bundle, "total")->valueint;
	cJSON_Delete(bundle);
	return n;
}

static const char *next_of(const cJSON *bundle)
{
	const cJSON *link;
	cJSON_ArrayForEach(link, cJSON_GetObjectItemCaseSensitive(bundle, "link"))
	{
		if (strcmp(text_at(link, "relation"), "next") == 0)
			return text_at(link, "url");
	}
	return NULL;
}

static int booked_now(void)
{
	int n = 0;
	for (int i = 0; i < day->case_count; i++)
		n += day->cases[i].known_ms <= now;
	return n;
}

/* The worse the ASA class, the more diagnoses; and a visit of an emergency
 * department is over, months ago and of no booking. */
static void knows_what_went_before(void **state)
{
	int told[6] = {0}, patients[6] = {0}, visits = 0;
	(void)state;
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		char path[160];
		if (c->known_ms > now)
			continue;
		snprintf(path, sizeof(path), "/fhir/Condition?patient=%s", c->patient);
		int n = total(path);
		assert_in_range(n, 0, c->asa > 1 ? c->asa - 1 : 0);
		told[c->asa] += n;
		patients[c->asa]++;
		snprintf(path, sizeof(path), "/fhir/Encounter?patient=%s&date=lt2026-03-10",
			c->patient);
		visits += total(path);
	}
	assert_int_equal(told[1], 0);
	assert_true(told[3] * patients[2] > told[2] * patients[3]);
	assert_in_range(visits, 5, 60);
	assert_int_equal(total("/fhir/Encounter?date=lt2026-03-10"), visits);
}

/* All pages together hold each match once, and every patient as an include. */
static void pages_hold_everything_once(void **state)
{
	(void)state;
	char path[600] = "/fhir/Appointment?date=ge2026-03-16T00:00:00%2B01:00"
			 "&date=lt2026-03-17T00:00:00%2B01:00"
			 "&_include=Appointment:patient&_count=10";
	char seen[4096] = "";
	int matches = 0, included = 0, pages = 0;
	while (path[0] != '\0') {
		cJSON *bundle = get_json(path);
		const cJSON *entry;
		assert_int_equal(
			cJSON_GetObjectItemCaseSensitive(bundle, "total")->valueint, booked_now());
		cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(bundle, "entry"))
		{
			const cJSON *r = cJSON_GetObjectItemCaseSensitive(entry, "resource");
			char id[96];
			snprintf(id, sizeof(id), " %s;", text_at(r, "id"));
			assert_null(strstr(seen, id));
			strncat(seen, id, sizeof(seen) - strlen(seen) - 1);
			matches += strcmp(text_at(r, "resourceType"), "Appointment") == 0;
			included += strcmp(text_at(r, "resourceType"), "Patient") == 0;
		}
		const char *next = next_of(bundle);
		snprintf(path, sizeof(path), "%s", next != NULL ? next : "");
		cJSON_Delete(bundle);
		pages++;
	}
	assert_int_equal(matches, booked_now());
	assert_int_equal(included, booked_now());
	assert_int_equal(pages, (booked_now() + 9) / 10);
}

static void search_narrows(void **state)
{
	(void)state;
	assert_int_equal(total("/fhir/Appointment"), booked_now());
	assert_int_equal(total("/Appointment?_id=case-or1-1"), 1);
	int in_or1 = total("/fhir/Appointment?location=or-1");
	assert_in_range(in_or1, 4, 6);
	assert_int_equal(total("/fhir/Appointment?actor=Location/or-1"), in_or1);
	assert_int_equal(total("/fhir/Appointment?date=2026-03-17"), 0);
	assert_int_equal(total("/fhir/Procedure?_lastUpdated=gt2026-03-16T10:15:00%2B01:00"), 0);
	int recent = total("/fhir/Procedure?_lastUpdated=ge2026-03-16T09:00:00%2B01:00");
	assert_in_range(recent, 1, booked_now() - 1);
	struct reply r = call("GET", "/fhir/Appointment?date=geyesterday", NULL, NULL);
	assert_int_equal(r.status, 400);
	free(r.body);
	r = call("GET", "/fhir/Cow", NULL, NULL);
	assert_int_equal(r.status, 404);
	free(r.body);
}

static void read_has_an_etag(void **state)
{
	(void)state;
	struct reply r = call("GET", "/fhir/Location/or-1", NULL, NULL);
	assert_int_equal(r.status, 200);
	assert_int_equal(strncmp(r.etag, "W/\"", 3), 0);
	char header[128];
	snprintf(header, sizeof(header), "If-None-Match: %s", r.etag);
	struct reply again = call("GET", "/fhir/Location/or-1", header, NULL);
	assert_int_equal(again.status, 304);
	assert_int_equal(again.len, 0);
	free(again.body);
	free(r.body);
	r = call("GET", "/fhir/Location/nowhere", NULL, NULL);
	assert_int_equal(r.status, 404);
	free(r.body);
}

static void patch_tests_and_replaces(void **state)
{
	(void)state;
	const char *path = "/fhir/Appointment/case-or1-4";
	cJSON *before = get_json(path);
	struct reply r = call("GET", path, NULL, NULL);
	char match[128], body[600];
	snprintf(match, sizeof(match), "If-Match: %s", r.etag);
	free(r.body);
	snprintf(body, sizeof(body),
		"[{\"op\":\"test\",\"path\":\"/start\",\"value\":\"%s\"},"
		"{\"op\":\"replace\",\"path\":\"/end\",\"value\":\"2026-03-16T23:00:00+01:00\"},"
		"{\"op\":\"replace\",\"path\":\"/participant/1/actor\","
		"\"value\":{\"reference\":\"Location/or-4\"}}]",
		text_at(before, "start"));
	r = call("PATCH", path, NULL, body);
	assert_int_equal(r.status, 412);
	free(r.body);
	r = call("PATCH", path, "If-Match: W/\"999\"", body);
	assert_int_equal(r.status, 409);
	free(r.body);
	r = call("PATCH", path, match,
		"[{\"op\":\"replace\",\"path\":\"/description\",\"value\":\"x\"},"
		"{\"op\":\"test\",\"path\":\"/status\",\"value\":\"waitlist\"}]");
	assert_int_equal(r.status, 400);
	free(r.body);
	cJSON *same = get_json(path);
	assert_true(cJSON_Compare(before, same, 1));
	cJSON_Delete(same);
	r = call("PATCH", path, match, body);
	assert_int_equal(r.status, 200);
	free(r.body);
	cJSON *after = get_json(path);
	assert_string_equal(text_at(after, "end"), "2026-03-16T23:00:00+01:00");
	assert_string_equal(text_at(after, "start"), text_at(before, "start"));
	cJSON_Delete(after);
	cJSON_Delete(before);
	assert_int_equal(total("/fhir/Appointment?_id=case-or1-4&location=or-4"), 1);
	r = call("PATCH", path, match, body);
	assert_int_equal(r.status, 409);
	free(r.body);
}

static void faults_come_and_go(void **state)
{
	static const struct {
		const char *kind;
		long status;
	} faults[] = {{"503", 503}, {"429", 429}, {"html", 200}, {"truncate", 200}};
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		char path[64];
		snprintf(path, sizeof(path), "/_fault?kind=%s&count=1", faults[i].kind);
		struct reply r = call("POST", path, NULL, "");
		assert_int_equal(r.status, 200);
		free(r.body);
		r = call("GET", "/fhir/Location", NULL, NULL);
		assert_int_equal(r.status, faults[i].status);
		cJSON *json = cJSON_Parse(r.body);
		if (faults[i].status == 200)
			assert_null(json);
		cJSON_Delete(json);
		free(r.body);
		assert_true(total("/fhir/Location") > 30);
	}
}

static void a_page_can_be_gone(void **state)
{
	(void)state;
	cJSON *bundle = get_json("/fhir/Location?_count=5");
	char next[300];
	snprintf(next, sizeof(next), "%s", next_of(bundle));
	cJSON_Delete(bundle);
	struct reply r = call("POST", "/_fault?kind=410&count=1", NULL, "");
	free(r.body);
	r = call("GET", next, NULL, NULL);
	assert_int_equal(r.status, 410);
	free(r.body);
	r = call("GET", next, NULL, NULL);
	assert_int_equal(r.status, 200);
	free(r.body);
}

/* Time passes: what is told between two moments is what a delta search finds. */
static void time_brings_news(void **state)
{
	(void)state;
	now += 30 * 60000;
	int news = total("/fhir/Procedure?_lastUpdated=gt2026-03-16T10:15:00%2B01:00");
	bool changed[DAY_CASES] = {false};
	int expected = 0;
	for (int i = 0; i < day->happening_count; i++) {
		const struct happening *h = &day->happenings[i];
		bool decided = h->kind == HAPPENING_DECIDED;
		bool touches = h->kind == HAPPENING_MILESTONE || h->kind == HAPPENING_OFF
			       || h->kind == HAPPENING_BOOKED || decided;
		int of = decided ? day_case(day, day->actions[h->index].target) : h->index;
		if (h->t > now - 30 * 60000 && h->t <= now && touches && !changed[of]) {
			changed[of] = true;
			expected++;
		}
	}
	assert_true(expected > 5);
	assert_int_equal(news, expected);
	cJSON *metadata = get_json("/fhir/metadata");
	assert_string_equal(text_at(metadata, "fhirVersion"), "4.0.1");
	cJSON_Delete(metadata);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_went_before),
		cmocka_unit_test(pages_hold_everything_once),
		cmocka_unit_test(search_narrows),
		cmocka_unit_test(read_has_an_etag),
		cmocka_unit_test(patch_tests_and_replaces),
		cmocka_unit_test(faults_come_and_go),
		cmocka_unit_test(a_page_can_be_gone),
		cmocka_unit_test(time_brings_news),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
