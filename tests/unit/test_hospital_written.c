/* SPDX-License-Identifier: Apache-2.0 */

/* The console's writer and the emulated hospital, each built for what FHIR says and
 * neither for the other: an order is received and done, by every way of writing, and
 * what goes wrong ends as feeds/fhir_write.h names it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "feeds/fhir_write.h"
#include "src/hospital/fhir_server.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "src/suite_clock.h"
#include "tests/stub/fhir_call.h"

enum { MINUTE = 60000, RECEIVED_MS = 2000 };

struct world {
	struct site *site;
	struct day *day;
	struct fhir_server *server;
	struct ev_loop *loop;
	struct fhir_write *writer;
	char base[64];
	int64_t now;
	struct fhir_change change;
	struct fhir_write_result result;
	bool done;
	int64_t took_ms;
};

static int64_t clock_now(void *context)
{
	const struct world *w = context;
	return w->now;
}

/* 10:15; a case that is not called yet is to go to another room at 14:30. */
static int open_world(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct error err = {""};
	int i = 0;
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	w->site = site_load("etc/demo/site.cfg", NULL, &err);
	w->now = stamp_parse("2026-03-16T10:15:00+01:00");
	w->day = day_create(w->site, w->now, 1, TELLING_PROMPT, NULL, 0);
	w->server = fhir_server_start(w->day, 0, clock_now, w, &err);
	w->loop = ev_loop_new(EVFLAG_AUTO);
	*state = w;
	if (w->server == NULL)
		return -1;
	call_port = fhir_server_port(w->server);
	snprintf(w->base, sizeof w->base, "http://127.0.0.1:%d/fhir", call_port);
	const struct hcase *c = w->day->cases;
	while (c[i].emergency || c[i].off_ms != 0 || c[i].at[MILESTONE_SENT_FOR] <= w->now)
		i++;
	c += i;
	int other = w->day->rooms[w->day->rooms[0] == c->room];
	w->change = (struct fhir_change){.plan = "0123456789abcdef",
		.step = 1,
		.expected = {c->planned_start, c->planned_end, "", CASE_PLANNED},
		.wanted = {stamp_parse("2026-03-16T14:30:00+01:00"),
			stamp_parse("2026-03-16T15:40:00+01:00"), "", CASE_PLANNED},
		.reason = "OR 2 is down"};
	snprintf(w->change.id, sizeof w->change.id, "%s", c->appointment);
	snprintf(w->change.expected.room, ID_SIZE, "%s", w->site->rooms[c->room].fhir);
	snprintf(w->change.wanted.room, ID_SIZE, "%s", w->site->rooms[other].fhir);
	return 0;
}

static int close_world(void **state)
{
	struct world *w = *state;
	fhir_write_destroy(w->writer);
	fhir_server_stop(w->server);
	ev_loop_destroy(w->loop);
	day_destroy(w->day);
	site_free(w->site);
	free(w);
	return 0;
}

static void on_written(void *context, const struct fhir_write_result *result)
{
	struct world *w = context;
	w->result = *result;
	w->done = true;
	ev_break(w->loop, EVBREAK_ALL);
}

static enum fhir_written run(struct world *w)
{
	int64_t began = monotonic_ms();
	w->done = false;
	ev_run(w->loop, 0);
	assert_true(w->done);
	w->took_ms = monotonic_ms() - began;
	return w->result.what;
}

static enum fhir_written write_by(struct world *w, enum fhir_write_way way)
{
	struct error err = {""};
	const struct http_options options = {.base = w->base, .deadline_s = 3};
	fhir_write_destroy(w->writer);
	w->writer = fhir_write_create(w->loop, &options, way, &err);
	assert_non_null(w->writer);
	assert_int_equal(fhir_write_send(w->writer, &w->change, on_written, w), 0);
	return run(w);
}

static const struct hcase *case_of(const struct world *w)
{
	return &w->day->cases[day_case(w->day, w->result.id)];
}

/* The day does it: in that room, not before. */
static void assert_obeyed(const struct world *w)
{
	const struct hcase *c = case_of(w);
	assert_string_equal(w->site->rooms[c->room].fhir, w->change.wanted.room);
	assert_int_equal(c->planned_start, w->change.wanted.start_ms);
	assert_int_equal(c->planned_end, w->change.wanted.end_ms);
	assert_true(c->at[MILESTONE_IN_ROOM] >= c->planned_start - 12 * MINUTE);
	assert_int_equal(w->day->action_count, 1);
}

static void assert_as_before(const struct world *w)
{
	assert_int_equal(w->day->action_count, 0);
	assert_int_equal(case_of(w)->planned_start, w->change.expected.start_ms);
}

static void fault(const char *kind)
{
	char path[64];
	snprintf(path, sizeof path, "/_fault?kind=%s&count=1", kind);
	struct reply r = call("POST", path, NULL, "");
	assert_int_equal(r.status, 200);
	free(r.body);
}

/* ---- every way ---- */

static void received(void **state, enum fhir_write_way way)
{
	struct world *w = *state;
	assert_int_equal(write_by(w, way), FHIR_WRITTEN);
	assert_true(w->took_ms < RECEIVED_MS);
	assert_obeyed(w);
	/* Again: it is so already, and nothing is done twice. */
	assert_int_equal(write_by(w, way), FHIR_WRITTEN);
	assert_obeyed(w);
}

static void by_patch(void **state)
{
	received(state, FHIR_PATCH);
}

static void by_put(void **state)
{
	received(state, FHIR_PUT);
}

static void by_slot(void **state)
{
	received(state, FHIR_SLOT);
}

static void by_book(void **state)
{
	received(state, FHIR_BOOK);
}

static void off_and_undone(void **state)
{
	static const enum fhir_write_way ways[] = {FHIR_PATCH, FHIR_PUT, FHIR_SLOT, FHIR_BOOK};
	struct world *w = *state;
	w->change.wanted = w->change.expected;
	for (int i = 0; i < 4; i++) {
		w->change.wanted.status = CASE_POSTPONED;
		w->change.expected.status = CASE_PLANNED;
		assert_int_equal(write_by(w, ways[i]), FHIR_WRITTEN);
		assert_int_not_equal(case_of(w)->off_ms, 0);
		w->now += 2000;
		if (ways[i] == FHIR_SLOT)
			continue; /* a slot is not had back */
		w->change.wanted.status = CASE_PLANNED;
		w->change.expected.status = CASE_POSTPONED;
		assert_int_equal(write_by(w, ways[i]), FHIR_WRITTEN);
		assert_int_equal(case_of(w)->off_ms, 0);
		w->now += 2000;
	}
}

static void an_emergency_is_made_once(void **state)
{
	static const enum fhir_write_way ways[] = {FHIR_PATCH, FHIR_BOOK};
	struct world *w = *state;
	int before = w->day->case_count;
	w->change.id[0] = '\0';
	w->change.wanted.start_ms = w->now + 10 * MINUTE;
	w->change.wanted.end_ms = w->now + 80 * MINUTE;
	for (int i = 0; i < 2; i++) {
		w->change.step = i;
		assert_int_equal(write_by(w, ways[i]), FHIR_WRITTEN);
		assert_int_equal(w->day->case_count, before + i + 1);
		assert_string_equal(w->result.id, w->day->cases[before + i].appointment);
		assert_true(case_of(w)->at[MILESTONE_IN_ROOM] != 0);
		assert_int_equal(write_by(w, ways[i]), FHIR_WRITTEN);
		assert_int_equal(w->day->case_count, before + i + 1);
	}
}

/* ---- what goes wrong ---- */

static void somebody_else_was_there(void **state)
{
	struct world *w = *state;
	fault("meddle");
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_CONFLICT);
	assert_true(w->result.theirs_known);
	assert_int_equal(w->result.theirs.start_ms, w->change.expected.start_ms + 5 * MINUTE);
	assert_int_equal(case_of(w)->planned_start, w->result.theirs.start_ms);
	fhir_server_stale(w->server, 412);
	w->change.expected = w->result.theirs;
	fault("meddle");
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_CONFLICT);
	assert_true(w->result.theirs_known);
}

static void taken_and_not_done(void **state)
{
	struct world *w = *state;
	fault("swallow");
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_UNKNOWN);
	assert_as_before(w);
	fault("readonly");
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_REFUSED);
	assert_int_equal(w->result.status, 405);
	assert_as_before(w);
}

static void done_and_not_answered(void **state)
{
	struct world *w = *state;
	fault("mute");
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_UNKNOWN);
	assert_int_equal(fhir_write_look(w->writer, &w->change, on_written, w), 0);
	assert_int_equal(run(w), FHIR_WRITTEN);
	assert_obeyed(w);
}

static void done_and_cut_off(void **state)
{
	struct world *w = *state;
	fault("drop");
	assert_int_equal(write_by(w, FHIR_PUT), FHIR_UNKNOWN);
	assert_int_equal(fhir_write_look(w->writer, &w->change, on_written, w), 0);
	assert_int_equal(run(w), FHIR_WRITTEN);
	assert_obeyed(w);
}

static void what_has_begun_is_refused(void **state)
{
	struct world *w = *state;
	const struct hcase *c = w->day->cases;
	while (c->at[MILESTONE_IN_ROOM] == 0 || c->at[MILESTONE_IN_ROOM] > w->now
		|| c->at[MILESTONE_OUT_ROOM] < w->now)
		c++;
	snprintf(w->change.id, sizeof w->change.id, "%s", c->appointment);
	w->change.expected =
		(struct fhir_booking){c->planned_start, c->planned_end, "", CASE_PLANNED};
	snprintf(w->change.expected.room, ID_SIZE, "%s", w->site->rooms[c->room].fhir);
	w->change.wanted.room[0] = '\0';
	assert_int_equal(write_by(w, FHIR_PATCH), FHIR_REFUSED);
	assert_int_equal(w->result.status, 422);
	assert_non_null(strstr(w->result.why, "the case has begun"));
	assert_as_before(w);
}

int main(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_patch, open_world, close_world),
		cmocka_unit_test_setup_teardown(by_put, open_world, close_world),
		cmocka_unit_test_setup_teardown(by_slot, open_world, close_world),
		cmocka_unit_test_setup_teardown(by_book, open_world, close_world),
		cmocka_unit_test_setup_teardown(off_and_undone, open_world, close_world),
		cmocka_unit_test_setup_teardown(an_emergency_is_made_once, open_world, close_world),
		cmocka_unit_test_setup_teardown(somebody_else_was_there, open_world, close_world),
		cmocka_unit_test_setup_teardown(taken_and_not_done, open_world, close_world),
		cmocka_unit_test_setup_teardown(done_and_not_answered, open_world, close_world),
		cmocka_unit_test_setup_teardown(done_and_cut_off, open_world, close_world),
		cmocka_unit_test_setup_teardown(what_has_begun_is_refused, open_world, close_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
