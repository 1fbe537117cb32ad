/* SPDX-License-Identifier: Apache-2.0 */
/* What is done about it, at a whole station: an emergency is told and taken back.
 * Expected values: the design, section 4 (`u`), and promise A14. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/suite_station.h"

static const char *emergency(struct suite *s, int nest, int minutes, const char *what)
{
	struct command c = {.kind = COMMAND_EMERGENCY, .arg = nest, .value = minutes};
	int before = s->station->twin->case_count;
	text_copy(c.text, sizeof c.text, what);
	s->notice[0] = '\0';
	station_command(s->station, &c);
	return s->station->twin->case_count > before ? s->station->twin->cases[before].id : NULL;
}

/* It may begin from now on, nowhere yet; two of them are two. U enters it in error. */
static void an_emergency_is_told(void **state)
{
	struct suite *s = *state;
	char first[ID_SIZE], said[LABEL_SIZE];
	const char *id = emergency(s, 2, 75, "ectopic\x1b pregnancy");
	assert_non_null(id);
	text_copy(first, sizeof first, id);
	snprintf(said, sizeof said, "emergency %s, NEST 2 (U takes it back)", id);
	assert_string_equal(s->notice, said);
	const struct surgery *c = &s->station->twin->cases[6];
	assert_int_equal(c->nest, 2);
	assert_int_equal(c->add_on, 1);
	assert_int_equal(c->status, CASE_REQUESTED);
	assert_int_equal(c->setting, SETTING_EMERGENCY);
	assert_string_equal(c->procedure, "ectopic pregnancy");
	assert_string_equal(c->room, "");
	assert_true(c->end_ms - c->start_ms == 75 * 60000);
	assert_true(c->start_ms <= s->station->twin->now_ms);
	assert_true(strncmp(id, EMERGENCY_ID, 2) == 0 && strlen(id) == 10);
	assert_string_not_equal(emergency(s, 1, 60, "rupture"), first);
	say(s, COMMAND_UNDO, "");
	assert_int_equal(s->station->twin->cases[7].status, CASE_VOID);
	assert_int_equal(s->station->twin->cases[6].status, CASE_REQUESTED);
	say(s, COMMAND_UNDO, "");
	assert_int_equal(s->station->twin->cases[6].status, CASE_VOID);
	assert_null(emergency(s, 7, 60, "no such class"));
	assert_null(emergency(s, 0, 60, "no such class"));
	assert_null(emergency(s, 1, 0, "no time"));
}

static bool has_looked(const struct view *view)
{
	return view->forecast != NULL && view->forecast->reps == 2000;
}

/* Nobody has given it a room: no forecast may pretend that somebody has. */
static void it_waits_for_a_room(void **state)
{
	struct suite *s = *state;
	struct view view;
	assert_non_null(emergency(s, 2, 75, "ectopic pregnancy"));
	uint64_t seq = s->station->seq;
	assert_true(run_until(s, 20, has_looked));
	station_view(s->station, &view);
	assert_true(view.forecast->seq >= seq);
	assert_int_equal(view.forecast->case_count, 6);
	assert_int_equal(view.forecast->index.case_of[6], SIM_NONE);
}

/* Who decides about the programme: not a nurse, and nobody at a read-only console. */
static void not_by_everybody(void **state)
{
	struct suite *s = *state;
	s->station->person.role = PERSON_NURSE;
	assert_null(emergency(s, 1, 60, "rupture"));
	assert_string_equal(s->notice, "case is not for a nurse (coordinator, supervisor)");
	s->station->person.role = PERSON_COORDINATOR;
	s->settings.readonly = true;
	assert_null(emergency(s, 1, 60, "rupture"));
	s->settings.readonly = false;
	assert_non_null(emergency(s, 1, 60, "rupture"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_emergency_is_told, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(it_waits_for_a_room, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(not_by_everybody, open_suite, close_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
