/* SPDX-License-Identifier: Apache-2.0 */
/* No surprise: what-ifs on a whole station with a real journal leave the twin,
 * the sequence of facts and every byte of the journal's rows as they were. */
#include <ev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/bench_day.h"
#include "src/station_private.h"
#include "twin/text.h"

struct suite {
	struct ev_loop *loop;
	struct settings settings;
	struct station *station;
	char folder[64], journal[96];
	char notice[LABEL_SIZE * 2];
	bool (*until)(const struct view *view);
};

static void on_changed(void *context)
{
	struct suite *s = context;
	struct view view;
	if (s->until == NULL || s->station == NULL)
		return;
	station_view(s->station, &view);
	if (s->until(&view))
		ev_break(s->loop, EVBREAK_ALL);
}

static void on_notice(void *context, const char *text)
{
	struct suite *s = context;
	snprintf(s->notice, sizeof s->notice, "%s", text);
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static bool run_until(struct suite *s, double seconds, bool (*until)(const struct view *view))
{
	ev_timer late;
	struct view view;
	s->until = until;
	ev_timer_init(&late, on_late, seconds, 0);
	ev_timer_start(s->loop, &late);
	ev_run(s->loop, 0);
	ev_timer_stop(s->loop, &late);
	station_view(s->station, &view);
	return until != NULL && until(&view);
}

/* Two rooms of the demo's site, three cases each, from now on. */
static void programme(struct suite *s)
{
	for (int i = 0; i < 6; i++) {
		struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
		snprintf(f.surgery.id, ID_SIZE, "c-%d", i);
		snprintf(f.surgery.room, ID_SIZE, "or-%d", i % 2 + 1);
		f.surgery.start_ms = station_now(s->station) + (60 + i / 2 * 90) * 60000LL;
		f.surgery.end_ms = f.surgery.start_ms + 80 * 60000LL;
		f.surgery.status = CASE_PLANNED;
		station_fact(s->station, &f);
	}
}

static int open_suite(void **state)
{
	static struct suite s;
	struct error err = {""};
	struct station_calls calls = {on_changed, on_notice, &s};
	memset(&s, 0, sizeof s);
	snprintf(s.folder, sizeof s.folder, "/tmp/vigie-whatif-XXXXXX");
	assert_non_null(mkdtemp(s.folder));
	snprintf(s.journal, sizeof s.journal, "%s/journal.db", s.folder);
	settings_init(&s.settings);
	assert_int_equal(settings_set(&s.settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s.settings, "journal", s.journal, &err), 0);
	s.loop = ev_loop_new(EVFLAG_AUTO);
	s.station = station_open(s.loop, &s.settings, calls, &err);
	if (s.station == NULL)
		fail_msg("%s", err.text);
	station_start(s.station);
	programme(&s);
	*state = &s;
	return 0;
}

static int close_suite(void **state)
{
	struct suite *s = *state;
	char command[128];
	station_close(s->station);
	ev_loop_destroy(s->loop);
	settings_fini(&s->settings);
	snprintf(command, sizeof command, "rm -r '%s'", s->folder);
	return system(command);
}

static void say(struct suite *s, enum command_kind kind, const char *text)
{
	struct command c = {.kind = kind};
	text_copy(c.text, sizeof c.text, text);
	text_copy(c.target, sizeof c.target, text);
	s->notice[0] = '\0';
	station_command(s->station, &c);
}

/* ---- what may not change ---- */

struct rows {
	int facts;
	uint64_t sum;
};

static void on_row(void *context, const struct fact *fact)
{
	struct rows *rows = context;
	char *text = fact_encode(fact);
	rows->facts++;
	for (const char *c = text; *c != '\0'; c++)
		rows->sum = (rows->sum ^ (uint8_t)*c) * 1099511628211u;
	assert_null(strstr(text, "what-if"));
	free(text);
}

static struct rows journal_rows(const struct suite *s)
{
	struct rows rows = {0, 14695981039346656037u};
	struct journal_reader reader = {.fact = on_row, .context = &rows};
	struct error err = {""};
	uint64_t bad = 0;
	assert_int_equal(journal_read(s->journal, 0, &reader, &bad, &err), 0);
	assert_int_equal(bad, 0);
	return rows;
}

static bool is_committed(const struct view *view)
{
	return view->health->journal_committed >= view->twin->seq || view->twin->seq == 0;
}

static bool has_forecast(const struct view *view)
{
	return view->forecast != NULL && view->forecast->case_count == 6;
}

static bool is_answered(const struct view *view)
{
	return view->what_if_answer != NULL && view->what_if->count > 0
	       && view->what_if_answer->asked.count == view->what_if->count
	       && view->what_if_answer->reps == 2000;
}

static bool is_taken_back(const struct view *view)
{
	return view->what_if_answer != NULL && view->what_if_answer->asked.count == 0;
}

static bool is_tried(const struct view *view)
{
	return view->what_if_answer != NULL && view->what_if_answer->remedies.tried > 0;
}

static void nothing_is_told(void **state)
{
	struct suite *s = *state;
	char before[65], after[65];
	struct view view;
	assert_true(run_until(s, 20, has_forecast));
	run_until(s, 1.5, is_committed);
	struct rows rows = journal_rows(s);
	uint64_t seq = s->station->seq;
	assert_true(rows.facts >= 7); /* the site and six cases */
	/* Time goes on and is part of the state: compared at one instant. */
	twin_digest(s->station->twin, before);
	int64_t now = s->station->twin->now_ms;
	struct twin *kept = twin_create();
	twin_copy(kept, s->station->twin);

	say(s, COMMAND_WHAT_IF, "overrun:case=c-0,min=90");
	assert_string_equal(
		s->notice, "what-if: the case takes so many minutes more: case c-0, min 90");
	say(s, COMMAND_WHAT_IF, "mass:n=6");
	say(s, COMMAND_WHAT_IF, "room_down:room=or-3");
	say(s, COMMAND_WHAT_IF, "no_hold");
	twin_digest(s->station->twin, after);
	assert_string_equal(before, after);
	assert_true(run_until(s, 30, is_answered));
	station_view(s->station, &view);
	assert_int_equal(view.what_if_answer->injected, 4);
	assert_true(view.what_if_answer->hit_count >= 7);
	say(s, COMMAND_IN_TIME, "or-1");
	assert_true(run_until(s, 30, is_tried));
	say(s, COMMAND_WHAT_IF_BACK, "");
	assert_string_equal(s->notice, "what-if taken back: nobody waits in the room for a bay");
	say(s, COMMAND_WHAT_IF_CLEAR, "");
	assert_true(run_until(s, 30, is_taken_back));

	twin_advance(kept, s->station->twin->now_ms, NULL);
	assert_true(s->station->twin->now_ms >= now);
	twin_digest(kept, before);
	twin_digest(s->station->twin, after);
	assert_string_equal(before, after);
	assert_true(s->station->seq == seq);
	struct rows again = journal_rows(s);
	assert_int_equal(again.facts, rows.facts);
	assert_true(again.sum == rows.sum);
	twin_destroy(kept);
}

/* Told at once, and not put on the stack. */
static void refusals_are_told(void **state)
{
	struct suite *s = *state;
	say(s, COMMAND_WHAT_IF, "overrun:case=nobody");
	assert_string_equal(s->notice, "what-if: not possible: case is not known here: nobody");
	say(s, COMMAND_WHAT_IF, "flood");
	assert_string_equal(s->notice, "what-if: not possible: no such scenario: flood");
	say(s, COMMAND_WHAT_IF, "staff:role=surgeon");
	assert_string_equal(s->notice,
		"what-if: not possible: no pathway of this site waits for a surgeon: the forecast "
		"cannot tell");
	/* On top of the others: what one took off, the next cannot move. */
	say(s, COMMAND_WHAT_IF, "cancel:case=c-1");
	say(s, COMMAND_WHAT_IF, "delay:case=c-1");
	assert_string_equal(s->notice, "what-if: not possible: case c-1 is off the list");
	assert_int_equal(s->station->what_if.count, 1);
	for (int i = 1; i < WHAT_IF_DEPTH; i++)
		say(s, COMMAND_WHAT_IF, "overrun:case=c-0,min=1");
	assert_int_equal(s->station->what_if.count, WHAT_IF_DEPTH);
	say(s, COMMAND_WHAT_IF, "overrun:case=c-0,min=1");
	assert_non_null(strstr(s->notice, "are injected, no more"));
	say(s, COMMAND_WHAT_IF_CLEAR, "");
	say(s, COMMAND_WHAT_IF_BACK, "");
	assert_string_equal(s->notice, "no what-if to take back");
}

/* A read-only console changes nothing, and may wonder all the same. */
static void read_only_may_wonder(void **state)
{
	struct suite *s = *state;
	s->settings.readonly = true;
	say(s, COMMAND_WHAT_IF, "cancel:case=c-1");
	assert_int_equal(s->station->what_if.count, 1);
	say(s, COMMAND_UNDO, "");
	assert_string_equal(s->notice, "this console is read-only");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_told, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(refusals_are_told, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(read_only_may_wonder, open_suite, close_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
