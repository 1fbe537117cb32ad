/* SPDX-License-Identifier: Apache-2.0 */

/* The writer against the emulated hospital: what it writes, the day does; and what that
 * server does wrong on purpose ends as it should. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/fhir_write.h"
#include "src/hospital/fhir_server.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "tests/stub/fhir_call.h"
#include "twin/text.h"

enum { MINUTE = 60000 };

static struct site *site;
static struct day *day;
static struct fhir_server *server;
static struct ev_loop *loop;
static struct fhir_write *writer;
static struct fhir_change change;
static struct fhir_write_result result;
static int64_t now;
static int subject; /* the case that is moved */

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
	site = site_load("etc/demo/site.cfg", NULL, &err);
	return site == NULL;
}

static int unload(void **state)
{
	(void)state;
	site_free(site);
	return 0;
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

/* To another room, four hours from now. */
static void choose(int n)
{
	subject = waiting(n);
	const struct hcase *c = &day->cases[subject];
	int other = day->rooms[day->rooms[0] == c->room];
	int64_t at = now + 240 * MINUTE;
	change = (struct fhir_change){.plan = "00112233445566aa",
		.step = n,
		.expected = {c->planned_start, c->planned_end, "", CASE_PLANNED},
		.wanted = {at, at + c->planned_end - c->planned_start, "", CASE_PLANNED},
		.reason = "moved"};
	text_copy(change.id, ID_SIZE, c->appointment);
	text_copy(change.expected.room, ID_SIZE, site->rooms[c->room].fhir);
	text_copy(change.wanted.room, ID_SIZE, site->rooms[other].fhir);
}

static int start(void **state)
{
	struct error err;
	(void)state;
	now = stamp_parse("2026-03-16T10:15:00+01:00");
	day = day_create(site, now, 1, TELLING_PROMPT, NULL, 0);
	server = fhir_server_start(day, 0, clock_now, NULL, &err);
	call_port = server != NULL ? fhir_server_port(server) : 0;
	loop = ev_loop_new(EVFLAG_AUTO);
	return server == NULL;
}

static int stop(void **state)
{
	(void)state;
	fhir_write_destroy(writer);
	writer = NULL;
	ev_loop_destroy(loop);
	fhir_server_stop(server);
	day_destroy(day);
	return 0;
}

static void on_written(void *context, const struct fhir_write_result *r)
{
	(void)context;
	result = *r;
	ev_break(loop, EVBREAK_ALL);
}

static enum fhir_written write_by(enum fhir_write_way way)
{
	struct error err = {""};
	char base[64];
	snprintf(base, sizeof base, "http://127.0.0.1:%d/fhir", call_port);
	fhir_write_destroy(writer);
	writer = fhir_write_create(
		loop, &(struct http_options){.base = base, .deadline_s = 2}, way, &err);
	assert_non_null(writer);
	assert_int_equal(fhir_write_send(writer, &change, on_written, NULL), 0);
	ev_run(loop, 0);
	return result.what;
}

static enum fhir_written look(void)
{
	assert_int_equal(fhir_write_look(writer, &change, on_written, NULL), 0);
	ev_run(loop, 0);
	return result.what;
}

static void fault(const char *kind)
{
	char path[64];
	snprintf(path, sizeof path, "/_fault?kind=%s&count=1", kind);
	struct reply r = call("POST", path, NULL, "");
	assert_int_equal(r.status, 200);
	free(r.body);
}

/* The day itself has it there, and says so to others. */
static void assert_day_has_it(void)
{
	const struct hcase *c = &day->cases[subject];
	char path[128];
	snprintf(path, sizeof path, "/fhir/Appointment/%s", c->appointment);
	cJSON *json = get_json(path);
	assert_int_equal(stamp_parse(text_at(json, "start")), change.wanted.start_ms);
	cJSON_Delete(json);
	assert_int_equal(c->planned_start, change.wanted.start_ms);
	assert_int_equal(c->planned_end, change.wanted.end_ms);
	assert_string_equal(site->rooms[c->room].fhir, change.wanted.room);
}

static void moves_in_every_way(void **state)
{
	static const enum fhir_write_way ways[] = {FHIR_PATCH, FHIR_PUT, FHIR_SLOT, FHIR_BOOK};
	(void)state;
	for (int i = 0; i < 4; i++) {
		choose(3);
		int64_t before = change.expected.start_ms;
		write_by(ways[i]);
		assert_string_equal(result.why, "");
		assert_int_equal(result.what, FHIR_WRITTEN);
		assert_day_has_it();
		/* ... and back again. */
		struct fhir_booking was = change.expected;
		change.expected = change.wanted;
		change.wanted = was;
		change.step++;
		write_by(ways[i]);
		assert_string_equal(result.why, "");
		assert_int_equal(day->cases[subject].planned_start, before);
	}
}

static void postpones_and_takes_it_back(void **state)
{
	(void)state;
	choose(2);
	struct fhir_booking was = change.expected;
	change.wanted = was;
	change.wanted.status = CASE_POSTPONED;
	assert_int_equal(write_by(FHIR_PATCH), FHIR_WRITTEN);
	assert_true(day->cases[subject].off_ms > 0);
	change.expected = change.wanted;
	change.wanted = was;
	write_by(FHIR_PUT);
	assert_string_equal(result.why, "");
	assert_int_equal(result.what, FHIR_WRITTEN);
	assert_int_equal(day->cases[subject].off_ms, 0);
}

static void enters_an_emergency_once(void **state)
{
	(void)state;
	choose(0);
	int cases = day->case_count;
	change.id[0] = '\0';
	change.patient[0] = '\0';
	change.nest = 2;
	change.expected = (struct fhir_booking){.start_ms = 0};
	write_by(FHIR_PATCH);
	assert_string_equal(result.why, "");
	assert_int_equal(result.what, FHIR_WRITTEN);
	assert_int_equal(day->case_count, cases + 1);
	assert_string_equal(day->cases[cases].appointment, result.id);
	assert_int_equal(write_by(FHIR_PUT), FHIR_WRITTEN);
	assert_int_equal(day->case_count, cases + 1);
	fault("drop");
	change.step++;
	assert_int_equal(write_by(FHIR_PATCH), FHIR_UNKNOWN);
	assert_int_equal(look(), FHIR_WRITTEN);
	assert_int_equal(day->case_count, cases + 2);
}

/* What the day cannot do is refused, in the hospital's words. */
static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	choose(1);
	text_copy(change.wanted.room, ID_SIZE, "nowhere");
	assert_int_equal(write_by(FHIR_PATCH), FHIR_REFUSED);
	assert_non_null(strstr(result.why, "HTTP 422"));
	assert_int_equal(write_by(FHIR_SLOT), FHIR_REFUSED);
	assert_non_null(strstr(result.why, "no free slot"));
	choose(1);
	now = day->cases[subject].at[MILESTONE_IN_ROOM] + MINUTE;
	assert_int_equal(write_by(FHIR_PATCH), FHIR_REFUSED); /* it has begun */
	assert_non_null(strstr(result.why, "HTTP 422"));
}

/* vigie-hospital(1): what it does wrong on purpose, once each. */
static void its_faults_have_names(void **state)
{
	static const struct {
		const char *kind;
		enum fhir_write_way way;
		enum fhir_written what, seen;
	} rows[] = {
		{"swallow", FHIR_PATCH, FHIR_UNKNOWN, FHIR_REFUSED},
		{"readonly", FHIR_PUT, FHIR_REFUSED, FHIR_REFUSED},
		{"readonly", FHIR_BOOK, FHIR_REFUSED, FHIR_REFUSED},
		{"meddle", FHIR_PATCH, FHIR_CONFLICT, FHIR_CONFLICT},
		{"drop", FHIR_PUT, FHIR_UNKNOWN, FHIR_WRITTEN},
		{"mute", FHIR_PATCH, FHIR_UNKNOWN, FHIR_WRITTEN},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		choose((int)i);
		fault(rows[i].kind);
		if (write_by(rows[i].way) != rows[i].what)
			fail_msg("%s: %d, %s", rows[i].kind, result.what, result.why);
		if (look() != rows[i].seen)
			fail_msg("%s seen: %d, %s", rows[i].kind, result.what, result.why);
		if (rows[i].seen == FHIR_WRITTEN)
			assert_day_has_it();
	}
}

/* Any answer may be spoilt: the first one is our read, and nothing was sent. */
static void spoilt_reads_send_nothing(void **state)
{
	static const char *const kinds[] = {"429", "503", "html", "truncate"};
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		choose(1);
		fault(kinds[i]);
		if (write_by(FHIR_PATCH) != FHIR_BUSY)
			fail_msg("%s: %d, %s", kinds[i], result.what, result.why);
		assert_int_equal(day->cases[subject].planned_start, change.expected.start_ms);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(moves_in_every_way),
		TEST(postpones_and_takes_it_back),
		TEST(enters_an_emergency_once),
		TEST(what_cannot_be_is_refused),
		TEST(its_faults_have_names),
		TEST(spoilt_reads_send_nothing),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
