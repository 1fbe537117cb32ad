/* SPDX-License-Identifier: Apache-2.0 */
/* The acts on the duration model on a whole station with a real journal: what
 * is said, taken back, left out, and still known after a restart. */
#include <ev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/station_private.h"
#include "twin/text.h"

enum { TEN_MINUTES_A_SECOND = 600, TRIES = 1000 };

struct suite {
	struct ev_loop *loop;
	struct settings settings;
	struct station *station;
	char folder[64], journal[96];
};

static void start(struct suite *s)
{
	struct error err = {""};
	s->loop = ev_loop_new(EVFLAG_AUTO);
	s->station = station_open(s->loop, &s->settings, (struct station_calls){0}, &err);
	if (s->station == NULL)
		fail_msg("%s", err.text);
	station_start(s->station);
}

static void stop(struct suite *s)
{
	station_close(s->station);
	ev_loop_destroy(s->loop);
}

static int open_suite(void **state)
{
	static struct suite s;
	struct error err = {""};
	memset(&s, 0, sizeof s);
	snprintf(s.folder, sizeof s.folder, "/tmp/vigie-learn-XXXXXX");
	assert_non_null(mkdtemp(s.folder));
	snprintf(s.journal, sizeof s.journal, "%s/journal.db", s.folder);
	settings_init(&s.settings);
	assert_int_equal(settings_set(&s.settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s.settings, "journal", s.journal, &err), 0);
	s.settings.clock.speed = TEN_MINUTES_A_SECOND;
	start(&s);
	*state = &s;
	return 0;
}

static int close_suite(void **state)
{
	struct suite *s = *state;
	char command[128];
	stop(s);
	settings_fini(&s->settings);
	snprintf(command, sizeof command, "rm -r '%s'", s->folder);
	return system(command);
}

static void tell(struct suite *s, enum milestone m)
{
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, 0);
	text_copy(f.milestone.id, ID_SIZE, "c-0");
	f.milestone.milestone = m;
	f.milestone.when_ms = station_now(s->station);
	station_fact(s->station, &f);
}

static void ask(struct suite *s, enum command_kind kind, int value)
{
	struct command c = {.kind = kind, .value = value};
	text_copy(c.target, sizeof c.target, "c-0");
	station_command(s->station, &c);
}

static const struct surgery *the_case(const struct suite *s)
{
	return &s->station->twin->cases[twin_case(s->station->twin, "c-0")];
}

static void pass(const struct suite *s, int64_t minutes)
{
	int64_t until = station_now(s->station) + minutes * 60000;
	while (station_now(s->station) < until)
		usleep(5000);
}

/* Locked, taken back, locked anew; who has begun is nobody's to move. */
static void a_case_is_locked(void **state)
{
	struct suite *s = *state;
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
	text_copy(f.surgery.id, ID_SIZE, "c-0");
	f.surgery.start_ms = station_now(s->station) + 3600000;
	f.surgery.status = CASE_PLANNED;
	station_fact(s->station, &f);
	ask(s, COMMAND_LOCK_CASE, 1);
	assert_true(the_case(s)->locked);
	ask(s, COMMAND_UNDO, 0);
	assert_false(the_case(s)->locked);
	ask(s, COMMAND_LOCK_CASE, 1);
	stop(s);
	start(s);
	assert_true(the_case(s)->locked); /* in the journal */
	ask(s, COMMAND_LOCK_CASE, 0);
	assert_false(the_case(s)->locked);
	tell(s, MILESTONE_IN_ROOM);
	ask(s, COMMAND_LOCK_CASE, 1);
	assert_false(the_case(s)->locked);
}

/* Hospital systems do not tell it, and what they say later takes nothing away; the
 * patient gets worse; back one by one to none. */
static void a_class_is_said(void **state)
{
	struct suite *s = *state;
	struct command c = {.kind = COMMAND_NEST, .target = "c-0"};
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
	text_copy(f.surgery.id, ID_SIZE, "c-0");
	f.surgery.start_ms = station_now(s->station) + 3600000;
	f.surgery.setting = SETTING_EMERGENCY;
	f.surgery.status = CASE_PLANNED;
	station_fact(s->station, &f);
	for (c.arg = 3; c.arg >= 1; c.arg -= 2)
		station_command(s->station, &c);
	station_fact(s->station, &f); /* polled again */
	assert_int_equal(the_case(s)->nest, 1);
	c.arg = 7;
	station_command(s->station, &c);
	assert_int_equal(the_case(s)->nest, 1);
	stop(s);
	start(s);
	assert_int_equal(the_case(s)->nest, 1); /* in the journal */
	c.arg = 2;
	station_command(s->station, &c);
	ask(s, COMMAND_UNDO, 0);
	assert_int_equal(the_case(s)->nest, 1);
	c.arg = 0;
	station_command(s->station, &c);
	assert_true(the_case(s)->nest < 1);
	ask(s, COMMAND_UNDO, 0);
	assert_int_equal(the_case(s)->nest, 1);
}

static void says_learns_and_remembers(void **state)
{
	struct suite *s = *state;
	static struct learnt before;
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
	text_copy(f.surgery.id, ID_SIZE, "c-0");
	text_copy(f.surgery.room, ID_SIZE, "or-1");
	text_copy(f.surgery.procedure, LABEL_SIZE, "hernia");
	f.surgery.start_ms = station_now(s->station);
	f.surgery.end_ms = f.surgery.start_ms + 30 * 60000LL;
	f.surgery.status = CASE_PLANNED;
	station_fact(s->station, &f);
	tell(s, MILESTONE_IN_ROOM);
	ask(s, COMMAND_ESTIMATE, 40);
	assert_true(the_case(s)->estimate_min > 39 && the_case(s)->estimate_min < 41);
	assert_string_equal(the_case(s)->estimate_by.origin, s->station->user);
	ask(s, COMMAND_UNDO, 0);
	assert_true(the_case(s)->estimate_min < 0);
	struct command ate = {.kind = COMMAND_INTAKE, .arg = INTAKE_SOLIDS};
	text_copy(ate.target, sizeof ate.target, "c-0");
	for (int64_t hours = 9; hours >= 8; hours--) {
		ate.when_ms = f.surgery.start_ms - hours * 3600000;
		station_command(s->station, &ate);
		assert_true(the_case(s)->intake[INTAKE_SOLIDS].when_ms == ate.when_ms);
	}
	ask(s, COMMAND_UNDO, 0); /* what was said before stands again, then nothing */
	assert_true(the_case(s)->intake[INTAKE_SOLIDS].when_ms == ate.when_ms - 3600000);
	ask(s, COMMAND_UNDO, 0);
	assert_true(the_case(s)->intake[INTAKE_SOLIDS].when_ms == 0);
	ask(s, COMMAND_ESTIMATE, 0); /* nothing is no word */
	assert_true(the_case(s)->estimate_min < 0);
	ask(s, COMMAND_ESTIMATE, 20);
	pass(s, 15);
	tell(s, MILESTONE_OUT_ROOM);
	for (int i = 0; i < TRIES && s->station->knowledge.learning->total == 0; i++) {
		struct fact tick = fact_make(FACT_AUDIT, SOURCE_SYSTEM, 0);
		pass(s, 1);
		station_fact(s->station, &tick);
	}
	const struct learning_record *r = learning_of(s->station->knowledge.learning, "c-0");
	assert_non_null(r);
	assert_true(learning_uses(r));
	ask(s, COMMAND_LEARN, 0);
	assert_false(learning_uses(r));
	assert_int_equal(s->station->knowledge.learning->now.durations.cases, 0);
	ask(s, COMMAND_UNDO, 0);
	assert_true(learning_uses(r));
	assert_true(learnt_words(&s->station->knowledge.learning->now, WORD_PERSON) > 0.9);
	before = s->station->knowledge.learning->now;
	stop(s);
	start(s);
	const struct learnt *now = &s->station->knowledge.learning->now;
	assert_int_equal(now->durations.cases, 1);
	assert_memory_equal(now->durations.beta, before.durations.beta, sizeof now->durations.beta);
	assert_memory_equal(
		now->durations.nodes, before.durations.nodes, sizeof now->durations.nodes);
	assert_memory_equal(now->words, before.words, sizeof now->words);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(says_learns_and_remembers, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(a_case_is_locked, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(a_class_is_said, open_suite, close_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
