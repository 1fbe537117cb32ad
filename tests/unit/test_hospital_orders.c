/* SPDX-License-Identifier: Apache-2.0 */

/* Orders to the emulated FHIR server: the list says what was asked, the day does it,
 * the visit tells it later. What an answer must be: FHIR R4 http.html (create, update,
 * patch, If-Match, If-None-Exist), IHE ITI-117; what a fault is: vigie-hospital(1). */

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
#include "src/hospital/movement.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "tests/stub/fhir_call.h"

enum { MINUTE = 60000 };

static struct site *site;
static struct day *day;
static struct fhir_server *server;
static int64_t now;

static int64_t clock_now(void *context)
{
	(void)context;
	return now;
}

static int load(void **state)
{
	struct error err;
	(void)state;
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	site = site_load("etc/demo/site.cfg", NULL, &err);
	return site == NULL;
}

static int unload(void **state)
{
	(void)state;
	site_free(site);
	curl_global_cleanup();
	return 0;
}

/* A fresh day at 10:15 for each test. */
static int start(void **state)
{
	struct error err;
	(void)state;
	now = stamp_parse("2026-03-16T10:15:00+01:00");
	day = day_create(site, now, 1, TELLING_PROMPT, NULL, 0);
	server = fhir_server_start(day, 0, clock_now, NULL, &err);
	call_port = server != NULL ? fhir_server_port(server) : 0;
	call_patience_s = 20;
	return server == NULL;
}

static int stop(void **state)
{
	(void)state;
	fhir_server_stop(server);
	day_destroy(day);
	return 0;
}

/* ---- small change ---- */

static const char *path_of(int i)
{
	static char path[80];
	snprintf(path, sizeof path, "/fhir/Appointment/%s", day->cases[i].appointment);
	return path;
}

/* The n-th elective that is not called yet and will be done. */
static int waiting(int n)
{
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		if (!c->emergency && c->off_ms == 0 && c->at[MILESTONE_SENT_FOR] > now && n-- == 0)
			return i;
	}
	fail();
	return -1;
}

static void etag_of(int i, char header[96])
{
	struct reply r = call("GET", path_of(i), NULL, NULL);
	snprintf(header, 96, "If-Match: %s", r.etag);
	free(r.body);
}

static long patch(int i, const char *match, const char *body)
{
	struct reply r = try_call("PATCH", path_of(i), match, body);
	free(r.body);
	return r.status;
}

/* As a client writes it: tests what it saw, another zone, no display. */
static const char *move_text(int i, const char *room, int64_t start)
{
	static char text[900];
	char from[STAMP_SIZE], to[STAMP_SIZE], was[STAMP_SIZE];
	const struct hcase *c = &day->cases[i];
	snprintf(text, sizeof text,
		"[{\"op\":\"test\",\"path\":\"/start\",\"value\":\"%s\"},"
		"{\"op\":\"replace\",\"path\":\"/start\",\"value\":\"%s\"},"
		"{\"op\":\"replace\",\"path\":\"/end\",\"value\":\"%s\"},"
		"{\"op\":\"test\",\"path\":\"/participant/1/actor/reference\","
		"\"value\":\"Location/%s\"},{\"op\":\"replace\",\"path\":\"/participant/1/actor\","
		"\"value\":{\"reference\":\"Location/%s\"}}]",
		stamp_seconds(c->planned_start, was), stamp_utc(start, from),
		stamp_utc(start + c->planned_end - c->planned_start, to), site->rooms[c->room].fhir,
		room);
	return text;
}

static const char *location_of(const cJSON *appointment)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(appointment, "participant"), *p;
	cJSON_ArrayForEach(p, list)
	{
		const char *text =
			text_at(cJSON_GetObjectItemCaseSensitive(p, "actor"), "reference");
		if (strncmp(text, "Location/", 9) == 0)
			return text + 9;
	}
	return "";
}

static void assert_booked(int i, const char *room, int64_t start)
{
	cJSON *json = get_json(path_of(i));
	assert_string_equal(location_of(json), room);
	assert_int_equal(stamp_parse(text_at(json, "start")), start);
	cJSON_Delete(json);
}

static const char *other_room(int i)
{
	return site->rooms[day->rooms[day->rooms[0] == day->cases[i].room]].fhir;
}

static void fault(const char *kind)
{
	char path[64];
	snprintf(path, sizeof path, "/_fault?kind=%s&count=1", kind);
	struct reply r = call("POST", path, NULL, "");
	assert_int_equal(r.status, 200);
	free(r.body);
}

/* ---- orders ---- */

static void a_patch_moves_the_day(void **state)
{
	(void)state;
	int i = waiting(3);
	const char *room = other_room(i);
	int64_t at = now + 240 * MINUTE;
	char match[96], path[96];
	etag_of(i, match);
	assert_int_equal(patch(i, match, move_text(i, room, at)), 200);
	assert_booked(i, room, at);
	const struct hcase *c = &day->cases[i];
	assert_int_equal(c->planned_start, at);
	assert_string_equal(site->rooms[c->room].fhir, room);
	assert_true(c->at[MILESTONE_IN_ROOM] >= at - 12 * MINUTE);
	/* The visit says where it is done, once it is. */
	now = c->at[MILESTONE_OUT_ROOM] + MINUTE;
	snprintf(path, sizeof path, "/fhir/Procedure/%s", c->procedure);
	cJSON *procedure = get_json(path);
	cJSON *where = cJSON_GetObjectItemCaseSensitive(procedure, "location");
	assert_string_equal(text_at(where, "reference") + 9, room);
	assert_string_equal(text_at(procedure, "status"), "completed");
	cJSON_Delete(procedure);
	cJSON *json = get_json(path_of(i));
	assert_string_equal(text_at(json, "status"), "fulfilled");
	assert_int_equal(stamp_parse(text_at(json, "start")), at);
	cJSON_Delete(json);
}

static void a_put_wants_the_version(void **state)
{
	(void)state;
	int i = waiting(4);
	int64_t at = now + 300 * MINUTE;
	char match[96], from[STAMP_SIZE], to[STAMP_SIZE];
	etag_of(i, match);
	cJSON *json = get_json(path_of(i));
	cJSON_ReplaceItemInObjectCaseSensitive(
		json, "start", cJSON_CreateString(stamp_seconds(at, from)));
	cJSON_ReplaceItemInObjectCaseSensitive(
		json, "end", cJSON_CreateString(stamp_seconds(at + 60 * MINUTE, to)));
	char *body = cJSON_PrintUnformatted(json);
	struct reply r = call("PUT", path_of(i), NULL, body);
	assert_int_equal(r.status, 412);
	free(r.body);
	r = call("PUT", path_of(i), match, body);
	assert_int_equal(r.status, 200);
	free(r.body);
	assert_int_equal(day->cases[i].planned_start, at);
	assert_int_equal(day->cases[i].planned_end, at + 60 * MINUTE);
	/* Older than what there is: either code, as servers differ. */
	r = call("PUT", path_of(i), match, body);
	assert_int_equal(r.status, 409);
	free(r.body);
	fhir_server_stale(server, 412);
	r = call("PUT", path_of(i), match, body);
	assert_int_equal(r.status, 412);
	free(r.body);
	r = call("PUT", path_of(i), match, "no json");
	assert_int_equal(r.status, 400);
	free(r.body);
	free(body);
	cJSON_Delete(json);
}

static void off_and_on_again(void **state)
{
	(void)state;
	int i = waiting(2);
	char match[96];
	int64_t in_room = day->cases[i].at[MILESTONE_IN_ROOM];
	etag_of(i, match);
	assert_int_equal(patch(i, match,
				 "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":"
				 "\"cancelled\"},{\"op\":\"add\",\"path\":\"/cancelationReason\","
				 "\"value\":{\"text\":\"postponed\"}}]"),
		200);
	assert_true(day->cases[i].off_ms > now && day->cases[i].off_ms <= now + 1000);
	now += 5000;
	cJSON *json = get_json(path_of(i));
	assert_string_equal(text_at(json, "status"), "cancelled");
	cJSON_Delete(json);
	etag_of(i, match);
	assert_int_equal(patch(i, match,
				 "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"booked\"},"
				 "{\"op\":\"remove\",\"path\":\"/cancelationReason\"}]"),
		200);
	assert_int_equal(day->cases[i].off_ms, 0);
	assert_int_equal(day->cases[i].at[MILESTONE_IN_ROOM], in_room);
	now = day->cases[i].at[MILESTONE_OUT_ROOM] + MINUTE;
	json = get_json(path_of(i));
	assert_string_equal(text_at(json, "status"), "fulfilled");
	cJSON_Delete(json);
}

static const char new_one[] =
	"{\"resourceType\":\"Appointment\",\"status\":\"%s\",\"identifier\":[{\"system\":"
	"\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:1\"}],\"priority\":2,"
	"\"start\":\"2026-03-16T09:30:00Z\",\"end\":\"2026-03-16T10:30:00Z\","
	"\"participant\":[{\"actor\":{\"reference\":\"Location/%s\"},\"status\":\"accepted\"}]}";

static void an_emergency_is_made_once(void **state)
{
	(void)state;
	static const char once[] = "If-None-Exist: identifier=urn:ietf:rfc:3986|urn:uuid:1";
	char body[600], id[64];
	int before = day->case_count;
	snprintf(body, sizeof body, new_one, "booked", "or-3");
	struct reply r = call("POST", "/fhir/Appointment", once, body);
	assert_int_equal(r.status, 201);
	cJSON *made = cJSON_Parse(r.body);
	snprintf(id, sizeof id, "%s", text_at(made, "id"));
	cJSON_Delete(made);
	free(r.body);
	r = call("POST", "/fhir/Appointment", once, body);
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.body, id));
	free(r.body);
	assert_int_equal(day->case_count, before + 1);
	int i = day_case(day, id);
	assert_int_equal(i, before);
	assert_int_equal(day->cases[i].nest, 2);
	assert_booked(i, "or-3", stamp_parse("2026-03-16T10:30:00+01:00"));
	cJSON *found = get_json("/fhir/Appointment?identifier=urn:ietf:rfc:3986%7Curn:uuid:1");
	assert_int_equal(cJSON_GetObjectItemCaseSensitive(found, "total")->valueint, 1);
	cJSON_Delete(found);
	assert_true(day->cases[i].at[MILESTONE_OUT_ROOM] != 0);
	now = day->cases[i].at[MILESTONE_OUT_ROOM] + MINUTE;
	cJSON *json = get_json(path_of(i));
	assert_string_equal(text_at(json, "status"), "fulfilled");
	cJSON_Delete(json);
	snprintf(body, sizeof body, "/fhir/Patient/%s", day->cases[i].patient);
	cJSON_Delete(get_json(body));
}

static struct reply book(const char *resource)
{
	char body[2000];
	snprintf(body, sizeof body,
		"{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"appointment-"
		"resource\","
		"\"resource\":%s}]}",
		resource);
	struct reply r = call("POST", "/fhir/Appointment/$book", NULL, body);
	cJSON *bundle = cJSON_Parse(r.body);
	assert_string_equal(text_at(bundle, "resourceType"), "Bundle");
	cJSON_Delete(bundle);
	return r;
}

static void book_modifies_cancels_and_makes(void **state)
{
	(void)state;
	char body[600], stamp[STAMP_SIZE];
	int i = waiting(1), before = day->case_count;
	int64_t at = now + 200 * MINUTE;
	cJSON *json = get_json(path_of(i));
	cJSON_ReplaceItemInObjectCaseSensitive(
		json, "start", cJSON_CreateString(stamp_seconds(at, stamp)));
	cJSON_ReplaceItemInObjectCaseSensitive(
		json, "end", cJSON_CreateString(stamp_seconds(at + 60 * MINUTE, stamp)));
	char *text = cJSON_PrintUnformatted(json);
	struct reply r = book(text);
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.body, day->cases[i].appointment));
	free(r.body);
	free(text);
	assert_int_equal(day->cases[i].planned_start, at);
	cJSON_ReplaceItemInObjectCaseSensitive(json, "status", cJSON_CreateString("cancelled"));
	text = cJSON_PrintUnformatted(json);
	r = book(text);
	assert_int_equal(r.status, 200);
	free(r.body);
	free(text);
	cJSON_Delete(json);
	assert_true(day->cases[i].off_ms != 0);
	snprintf(body, sizeof body, new_one, "pending", "or-2");
	r = book(body);
	assert_int_equal(r.status, 201);
	assert_non_null(strstr(r.body, "\"booked\""));
	free(r.body);
	assert_int_equal(day->case_count, before + 1);
	snprintf(body, sizeof body, new_one, "pending", "pacu");
	r = book(body);
	assert_int_equal(r.status, 422);
	assert_non_null(strstr(r.body, "OperationOutcome"));
	free(r.body);
}

static void another_slot_is_another_hour(void **state)
{
	(void)state;
	int i = waiting(5);
	char match[96], body[300], slot[100] = "";
	cJSON *entry,
		*bundle = get_json("/fhir/Slot?-location=Location/or-6&start=ge2026-03-16T14:00:00Z"
				   "&start=lt2026-03-16T14:01:00Z&_include=Slot:schedule");
	cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(bundle, "entry"))
	{
		const cJSON *s = cJSON_GetObjectItemCaseSensitive(entry, "resource");
		assert_int_equal(
			stamp_parse(text_at(s, "start")), stamp_parse("2026-03-16T15:00:00+01:00"));
		if (stamp_parse(text_at(s, "end")) == stamp_parse("2026-03-16T16:10:00+01:00"))
			snprintf(slot, sizeof slot, "%s", text_at(s, "id"));
	}
	cJSON_Delete(bundle);
	assert_string_not_equal(slot, "");
	etag_of(i, match);
	snprintf(body, sizeof body,
		"[{\"op\":\"add\",\"path\":\"/slot\",\"value\":[{\"reference\":\"Slot/%s\"}]}]",
		slot);
	assert_int_equal(patch(i, match, body), 200);
	assert_booked(i, "or-6", stamp_parse("2026-03-16T15:00:00+01:00"));
	assert_int_equal(day->cases[i].planned_end, stamp_parse("2026-03-16T16:10:00+01:00"));
}

static void what_cannot_be_changes_nothing(void **state)
{
	(void)state;
	char match[96];
	int begun = 0, i = waiting(0);
	while (day->cases[begun].at[MILESTONE_IN_ROOM] == 0
		|| day->cases[begun].at[MILESTONE_IN_ROOM] > now)
		begun++;
	etag_of(begun, match);
	assert_int_equal(patch(begun, match, move_text(begun, other_room(begun), now)), 422);
	etag_of(i, match);
	assert_int_equal(patch(i, match, move_text(i, "pacu", now + 60 * MINUTE)), 422);
	assert_int_equal(patch(i, match, move_text(i, "nowhere", now + 60 * MINUTE)), 422);
	assert_int_equal(day->action_count, 0);
	struct reply r = call("DELETE", path_of(i), NULL, NULL);
	assert_int_equal(r.status, 405);
	free(r.body);
	r = call("PUT", "/fhir/Appointment/nobody", match, "{}");
	assert_int_equal(r.status, 404);
	free(r.body);
	r = call("PUT", "/fhir/Patient/p-1001", match, "{}");
	assert_int_equal(r.status, 405);
	free(r.body);
}

/* ---- what goes wrong on the way ---- */

static void a_stale_match_may_slip_through(void **state)
{
	(void)state;
	int i = waiting(6);
	int64_t at = now + 180 * MINUTE, was = day->cases[i].planned_start;
	char match[96], room[80];
	snprintf(room, sizeof room, "%s", site->rooms[day->cases[i].room].fhir);
	etag_of(i, match);
	fault("meddle");
	assert_int_equal(patch(i, match, "[]"), 409);
	assert_booked(i, room, was + 5 * MINUTE);
	assert_int_equal(patch(i, match, "[]"), 409);
	fault("ignore-match");
	assert_int_equal(patch(i, match, move_text(i, room, at)), 200);
	assert_booked(i, room, at);
	/* The history tells what was lost. */
	char path[120];
	snprintf(path, sizeof path, "%s/_history?_count=5", path_of(i));
	cJSON *history = get_json(path);
	const cJSON *entries = cJSON_GetObjectItemCaseSensitive(history, "entry");
	assert_int_equal(cJSON_GetArraySize(entries), 3);
	const int64_t starts[] = {at, was + 5 * MINUTE, was};
	for (int k = 0; k < 3; k++) {
		const cJSON *resource = cJSON_GetObjectItemCaseSensitive(
			cJSON_GetArrayItem(entries, k), "resource");
		assert_int_equal(stamp_parse(text_at(resource, "start")), starts[k]);
	}
	cJSON_Delete(history);
}

static void taken_and_not_done(void **state)
{
	(void)state;
	int i = waiting(6);
	int64_t was = day->cases[i].planned_start;
	char match[96], room[80];
	snprintf(room, sizeof room, "%s", site->rooms[day->cases[i].room].fhir);
	etag_of(i, match);
	fault("swallow");
	assert_int_equal(patch(i, match, move_text(i, room, now + 180 * MINUTE)), 200);
	assert_booked(i, room, was);
	assert_int_equal(day->action_count, 0);
	fault("readonly");
	assert_int_equal(patch(i, match, move_text(i, room, now + 180 * MINUTE)), 405);
	assert_int_equal(day->action_count, 0);
}

static void done_and_not_answered(void **state)
{
	static const char *const kinds[] = {"drop", "mute"};
	(void)state;
	for (int k = 0; k < 2; k++) {
		int i = waiting(6 + k);
		int64_t at = now + 180 * MINUTE;
		char match[96], room[80];
		snprintf(room, sizeof room, "%s", site->rooms[day->cases[i].room].fhir);
		etag_of(i, match);
		fault(kinds[k]);
		call_patience_s = 2;
		assert_int_equal(patch(i, match, move_text(i, room, at)), 0);
		assert_booked(i, room, at);
		assert_int_equal(day->action_count, k + 1);
	}
	struct reply r = call("POST", "/_fault?kind=nonsense", NULL, "");
	assert_int_equal(r.status, 400);
	free(r.body);
}

/* ---- the radio follows ---- */

static void the_bracelet_goes_there(void **state)
{
	(void)state;
	struct movement *m = movement_create(day);
	struct position p, before;
	char match[96];
	int i = 0;
	while (day->cases[i].tag < 0 || day->cases[i].emergency
		|| !(day->cases[i].at[MILESTONE_IN_HOLDING] > 0
			&& day->cases[i].at[MILESTONE_IN_HOLDING] < now
			&& day->cases[i].at[MILESTONE_IN_ROOM] > now + 2 * MINUTE))
		i++;
	const struct hcase *c = &day->cases[i];
	movement_at(m, c->tag, now, &before);
	etag_of(i, match);
	const char *room = other_room(i);
	assert_int_equal(patch(i, match, move_text(i, room, now + 200 * MINUTE)), 200);
	movement_day_changed(m, now);
	movement_at(m, c->tag, now + 1000, &p);
	assert_int_equal(p.room, before.room);
	assert_true(p.x == before.x && p.y == before.y);
	movement_at(m, c->tag, c->at[MILESTONE_IN_ROOM] - 5 * MINUTE, &p);
	assert_int_equal(p.room, before.room);
	movement_at(m, c->tag, c->at[MILESTONE_IN_ROOM] + 2000, &p);
	assert_string_equal(site->rooms[p.room].fhir, room);
	movement_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_patch_moves_the_day, start, stop),
		cmocka_unit_test_setup_teardown(a_put_wants_the_version, start, stop),
		cmocka_unit_test_setup_teardown(off_and_on_again, start, stop),
		cmocka_unit_test_setup_teardown(an_emergency_is_made_once, start, stop),
		cmocka_unit_test_setup_teardown(book_modifies_cancels_and_makes, start, stop),
		cmocka_unit_test_setup_teardown(another_slot_is_another_hour, start, stop),
		cmocka_unit_test_setup_teardown(what_cannot_be_changes_nothing, start, stop),
		cmocka_unit_test_setup_teardown(a_stale_match_may_slip_through, start, stop),
		cmocka_unit_test_setup_teardown(taken_and_not_done, start, stop),
		cmocka_unit_test_setup_teardown(done_and_not_answered, start, stop),
		cmocka_unit_test_setup_teardown(the_bracelet_goes_there, start, stop),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
