/* SPDX-License-Identifier: Apache-2.0 */
/* Expected texts: DESIGN 4 (keys, behaviour); states and lists: ANSI/ISA-18.2 and
 * OPC 10000-9; a call that is heard in two rooms: promise B38. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "screens/rows.h"
#include "screens/screen.h"
#include "tests/unit/suite_alarms.h"

static int rows_of(const struct alarm_choice *choice, struct alarm_row *rows)
{
	return alarm_chosen_rows(&world->view, choice, rows, ROWS_MAX);
}

static struct alarm_row rows[ROWS_MAX];

/* --- one line for what belongs together ------------------------------------ */

static void test_one_cause_one_line(void **state)
{
	struct ui *ui = ui_create();
	int before = rows_of(NULL, rows);

	(void)state;
	gateway_down();
	assert_int_equal(rows_of(NULL, rows), before + 1);
	press(ui, "4");
	assert_true(shows(ui, 24, 80, "+ gateway C: 7 alarms follow"));
	assert_false(shows(ui, 24, 80, "silent:AC233F"));
	assert_true(shows(ui, 24, 80, " F7\n")); /* the strip, and the list */
	assert_true(shows(ui, 24, 80, "E0 F7 G0 ?0"));
	press(ui, "!jjj");
	for (int i = 0; i < 8 && strcmp(ui_base(ui)->table.id, "gateway C") != 0; i++)
		press(ui, "k");
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "- gateway C: 7 alarms follow"));
	assert_true(shows(ui, 24, 80, "  silent:AC233F000107"));
	golden(ui, "alarms_cause", 24, 80, false);
	golden(ui, "alarms_cause", 24, 80, true);
	/* Open, Enter goes on to the page of the cause, which names what it explains. */
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "and 2 more"));
	golden(ui, "alarm_cause", 24, 80, false);
	press(ui, "qh");
	assert_true(shows(ui, 24, 80, "+ gateway C"));
	ui_destroy(ui);
}

static void test_a_call_never_hides(void **state)
{
	static const enum alarm_grouping all[] = {GROUP_CAUSE, GROUP_AREA, GROUP_CLASS, GROUP_NONE};
	char key[32];

	(void)state;
	for (int i = 0; i < 5; i++) {
		format_put(key, sizeof key, "press:C3000000100%d", i);
		ring(key, ALARM_CLASS_PATIENT_CALL, PRIORITY_HIGH, "pacu", i);
	}
	for (size_t g = 0; g < sizeof all / sizeof all[0]; g++) {
		struct alarm_choice choice = {.by = all[g]};
		int count = rows_of(&choice, rows), high = 0;

		for (int i = 0; i < count; i++)
			high += (!rows[i].head || rows[i].leads)
				&& world->twin->alarms[rows[i].alarm].priority == PRIORITY_HIGH;
		assert_int_equal(high, 6);
	}
}

static void test_by_area_and_class(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	gateway_down();
	ring("low OR 3", ALARM_CLASS_CLIMATE, PRIORITY_LOW, "or-3", 3);
	ring("low OR 5", ALARM_CLASS_CLIMATE, PRIORITY_LOW, "or-5", 2);
	press(ui, "4b");
	assert_true(shows(ui, 24, 80, "by area"));
	assert_true(shows(ui, 24, 80, "+ floor 1, operating rooms 3/3"));
	golden(ui, "alarms_area", 40, 120, false);
	press(ui, "b");
	assert_true(shows(ui, 24, 80, "+ room climate 2/2"));
	/* A heading is no alarm: nothing can be done to it. */
	press(ui, "G");
	for (int i = 0; i < 8 && ui_base(ui)->table.id[0] != '#'; i++)
		press(ui, "k");
	assert_int_equal(ui_base(ui)->table.id[0], '#');
	assert_int_equal(press(ui, "a\n").kind, COMMAND_NONE);
	press(ui, "b");
	assert_true(shows(ui, 24, 80, "one by one"));
	assert_false(shows(ui, 24, 80, " + "));
	ui_destroy(ui);
}

/* More than ten in ten minutes (ISA-18.2): lines, not alarms, and every HIGH. */
static void test_flood(void **state)
{
	struct ui *ui = ui_create();
	char key[32];

	(void)state;
	for (int i = 0; i < 47; i++) {
		format_put(key, sizeof key, "silent:AC233F0002%02d", i);
		ring(key, ALARM_CLASS_SILENT_TAG, PRIORITY_LOW, i % 2 ? "or-3" : "or-4",
			5 - i * 0.1);
		trail_ring(&world->twin->trail, named(key)->raised_ms);
	}
	ring("press:C30000001001", ALARM_CLASS_PATIENT_CALL, PRIORITY_HIGH, "holding", 1);
	press(ui, "4");
	assert_true(shows(ui, 24, 80, "FLOOD since 10:"));
	assert_true(shows(ui, 24, 80, "+ silent tag x47, first: silent:AC233"));
	assert_true(shows(ui, 24, 80, "press:C30000001001"));
	assert_true(shows(ui, 24, 80, "patient calls"));
	goldens(ui, "alarms_flood");
	/* ... and the reader may look at them one by one. */
	press(ui, "bbb");
	assert_true(rows_of(&ui_base(ui)->alarms, rows) > 47);
	ui_destroy(ui);
}

/* --- lists -------------------------------------------------------------------- */

static void test_lists(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	named("press:C30000000001")->acked = true;
	press(ui, "4A");
	assert_false(shows(ui, 24, 80, "patient calls: M.C."));
	assert_true(shows(ui, 24, 80, "fridge PUI-3: 8.2"));
	/* D: its cause has gone, nobody need go. */
	assert_false(shows(ui, 24, 80, "patient not arrived"));
	press(ui, "A");
	assert_true(shows(ui, 24, 80, "patient calls: M.C."));
	shelve(named("press:C30000000001"), world->view.now_ms + 60000);
	assert_false(shows(ui, 24, 80, "patient calls: M.C."));
	press(ui, "E");
	assert_true(shows(ui, 24, 80, "*** E"));
	/* The class of the row, and all of them again. */
	press(ui, "EC");
	assert_true(shows(ui, 24, 80, "only cold chain"));
	assert_false(shows(ui, 24, 80, "patient not arrived"));
	press(ui, "C");
	assert_true(shows(ui, 24, 80, "patient not arrived"));
	ui_destroy(ui);
}

static void test_past(void **state)
{
	struct ui *ui = ui_create();
	struct alarm *a = named("press:C30000000001");

	(void)state;
	a->active = a->latched = false;
	a->acked = true;
	press(ui, "4");
	assert_false(shows(ui, 24, 80, "patient calls: M.C."));
	press(ui, "\t\t\t\t");
	assert_true(shows(ui, 24, 80, "[Past]"));
	assert_true(shows(ui, 24, 80, "patient calls: M.C."));
	press(ui, "\t");
	assert_true(shows(ui, 24, 80, "[Open "));
	ui_destroy(ui);
}

/* Raised and ended three times in one minute; active for more than a day. */
static void test_nuisances(void **state)
{
	struct ui *ui = ui_create();
	struct trail *trail = &world->twin->trail;
	int64_t at = world->view.now_ms - 60000;

	(void)state;
	ring("door 4", ALARM_CLASS_ROOM_PRESSURE, PRIORITY_LOW, "or-4", 1);
	ring("probe 9", ALARM_CLASS_CLIMATE, PRIORITY_LOW, "or-5", 25 * 60);
	for (int i = 0; i < 3; i++) {
		trail_step(trail, "door 4", true, at + i * 15000);
		trail_step(trail, "door 4", false, at + i * 15000 + 5000);
	}
	press(ui, "4\t\t\t");
	assert_true(shows(ui, 24, 80, "chattering, 3 in a minute: door 4"));
	assert_true(shows(ui, 24, 80, "stale, more than a day: probe 9"));
	ui_destroy(ui);
}

/* On every screen and never over the HIGH counter. */
static void test_counts_are_always_there(void **state)
{
	static const char *const names[] = {"board", "programme", "recovery", "alarms", "locate",
		"climate", "feeds", "gateways", "devices", "stations", "forecast", "indicators",
		"whatif"};
	struct ui *ui = ui_create();
	char *text, line[512];

	(void)state;
	gateway_down();
	ring("out", ALARM_CLASS_CLIMATE, PRIORITY_LOW, "or-4", 1)->out_of_service = true;
	shelve(ring("shelf", ALARM_CLASS_CLIMATE, PRIORITY_LOW, "or-4", 1),
		world->view.now_ms + 60000);
	ring("lost", ALARM_CLASS_CLIMATE, PRIORITY_LOW, "or-4", 1)->unknown = true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_true(ui_goto(ui, names[i]));
		for (int wide = 0; wide < 2; wide++) {
			text = picture(ui, wide ? 60 : 24, wide ? 200 : 80, false, NULL);
			format_put(line, sizeof line, "%.*s",
				(int)strcspn(strchr(text, '\n') + 1, "\n"), strchr(text, '\n') + 1);
			assert_true(strncmp(line, "*** 1/1", 7) == 0);
			assert_non_null(strstr(line, "E1 F7 G1 ?1"));
			free(text);
		}
	}
	ui_destroy(ui);
}

/* The list stays a list with every alarm there can be. */
static void test_all_there_can_be(void **state)
{
	struct ui *ui = ui_create();
	char key[32];

	(void)state;
	for (int i = world->twin->alarm_count; i < TWIN_ALARMS; i++) {
		format_put(key, sizeof key, "k%03d", i);
		ring(key, (enum alarm_class)(i % ALARM_CLASS_COUNT),
			(enum priority)(i % PRIORITY_COUNT), "or-4", (double)(i * 7919 % 997));
	}
	for (int by = 0; by < GROUP_COUNT; by++) {
		struct alarm_choice choice = {.by = (enum alarm_grouping)by};
		int count = rows_of(&choice, rows);

		assert_true(count > 0 && count <= ROWS_MAX);
	}
	for (int i = 1, count = alarm_rows(&world->view, rows, ROWS_MAX); i < count; i++) {
		const struct alarm *a = &world->twin->alarms[rows[i - 1].alarm],
				   *b = &world->twin->alarms[rows[i].alarm];

		assert_true(a->priority > b->priority
			    || (a->priority == b->priority && a->acked <= b->acked));
	}
	press(ui, "4bbbG");
	assert_true(shows(ui, 24, 80, " above, 0 below"));
	ui_destroy(ui);
}

/* --- acts ---------------------------------------------------------------------- */

static void test_take_and_leave(void **state)
{
	struct ui *ui = ui_create();
	struct alarm *a = named("press:C30000000001");
	struct command c;

	(void)state;
	press(ui, "!");
	c = press(ui, "t\n");
	assert_int_equal(c.kind, COMMAND_TAKE);
	assert_string_equal(c.target, a->key);
	assert_true(c.covers_ms == a->raised_ms);
	format_put(a->owner, sizeof a->owner, "test");
	assert_true(shows(ui, 24, 80, "test"));
	assert_int_equal(press(ui, "t\n").kind, COMMAND_LEAVE);
	format_put(a->owner, sizeof a->owner, "mb");
	press(ui, "t");
	assert_true(shows(ui, 24, 80, "(now with mb)"));
	assert_int_equal(press(ui, "\n").kind, COMMAND_TAKE);
	ui_destroy(ui);
}

static void type(struct ui *ui, const char *text)
{
	/* The line begins with what is usual. */
	for (int i = 0; i < 3; i++) {
		struct command none;

		ui_key(ui, &world->view, VKEY_BACKSPACE, &none);
	}
	press(ui, text);
}

static void test_shelve(void **state)
{
	struct ui *ui = ui_create();
	struct alarm *a = named("cold:AC233F000001");
	struct command c;

	(void)state;
	press(ui, "!");
	/* A call is never shelved, and nobody types a reason for nothing. */
	assert_int_equal(press(ui, "s").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "never shelved"));
	press(ui, "j");
	assert_string_equal(ui_base(ui)->table.id, a->key);
	press(ui, "s");
	assert_true(shows(ui, 24, 80, "shelve fridge PUI-3: 8.2 °C"));
	assert_true(shows(ui, 24, 80, "minutes and why: 30   at most 60; 30e"));
	c = press(ui, "probe is moved\n");
	assert_int_equal(c.kind, COMMAND_SHELVE);
	assert_string_equal(c.target, a->key);
	assert_int_equal(c.value, 30);
	assert_int_equal(c.seen, PRIORITY_MEDIUM + 1); /* a worse one shows through */
	assert_int_equal(c.arg, 0);
	assert_string_equal(c.text, "probe is moved");
	press(ui, "s");
	type(ui, "45e probe is moved");
	c = press(ui, "\n");
	assert_int_equal(c.value, 45);
	assert_int_equal(c.arg, 1);
	/* Too long, no reason, no number: said, and nothing is done. */
	press(ui, "s");
	type(ui, "61 probe is moved");
	assert_int_equal(press(ui, "\n").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "60 at most"));
	press(ui, "s");
	type(ui, "30");
	assert_int_equal(press(ui, "\n").kind, COMMAND_NONE);
	press(ui, "s");
	type(ui, "probe is moved");
	assert_int_equal(press(ui, "\n").kind, COMMAND_NONE);
	/* The same key again, and its own. */
	shelve(a, world->view.now_ms + 60000);
	press(ui, "E");
	assert_int_equal(press(ui, "s\n").kind, COMMAND_UNSHELVE);
	assert_int_equal(press(ui, "S\n").kind, COMMAND_UNSHELVE);
	ui_destroy(ui);
}

static void test_reset(void **state)
{
	struct ui *ui = ui_create();
	struct alarm *a = named("press:C30000000001");
	struct command c;

	(void)state;
	press(ui, "!");
	assert_int_equal(press(ui, "z").kind, COMMAND_NONE);
	a->active = false;
	a->latched = a->acked = true;
	c = press(ui, "zat the bed\n");
	assert_int_equal(c.kind, COMMAND_RESET);
	assert_string_equal(c.text, "at the bed");
	assert_true(c.covers_ms == a->raised_ms);
	ui_destroy(ui);
}

static void test_named_acts(void **state)
{
	struct ui *ui = ui_create();
	struct alarm *a = named("press:C30000000001");

	(void)state;
	press(ui, "!");
	assert_int_equal(press(ui, ":unacknowledge\n").kind, COMMAND_NONE); /* nobody has */
	a->acked = true;
	assert_int_equal(press(ui, ":unacknowledge\nwrong bed\n").kind, COMMAND_UNACKNOWLEDGE);
	assert_int_equal(press(ui, ":unacknowledge\nno\n").kind, COMMAND_NONE); /* no reason */
	assert_int_equal(
		press(ui, ":out-of-service\nWO 17, new battery\n").kind, COMMAND_OUT_OF_SERVICE);
	a->out_of_service = true;
	a->pinned = false;
	press(ui, "E");
	assert_int_equal(press(ui, ":in-service\n\n").kind, COMMAND_RETURN);
	ui_destroy(ui);
}

/* Who may not is told before anybody types why (twin/alarm.c: alarm_may). */
static void test_not_for_this_role(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	world->view.role = PERSON_NURSE;
	press(ui, "!");
	assert_int_equal(press(ui, ":out-of-service\n").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "not for the role of nurse"));
	world->view.role = PERSON_VIEWER;
	assert_int_equal(press(ui, "a\n").kind, COMMAND_NONE);
	world->view.role = PERSON_TECHNICIAN;
	assert_int_equal(press(ui, ":out-of-service\nWO 17\n").kind, COMMAND_OUT_OF_SERVICE);
	ui_destroy(ui);
}

static void test_top_from_anywhere(void **state)
{
	static const char *const from[] = {
		"1", "2", "3", "4G", "5", "6", "7", "8", "9", "1\n", "1i", "4\n", "9\n"};

	(void)state;
	for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
		struct ui *ui = ui_create();

		press(ui, from[i]);
		press(ui, "!");
		assert_string_equal(ui_base(ui)->def->name, "alarms");
		assert_string_equal(ui_base(ui)->table.id, "press:C30000000001");
		ui_destroy(ui);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_one_cause_one_line), T(test_a_call_never_hides),
		T(test_by_area_and_class), T(test_flood), T(test_lists), T(test_past),
		T(test_nuisances), T(test_counts_are_always_there), T(test_all_there_can_be),
		T(test_take_and_leave), T(test_shelve), T(test_reset), T(test_named_acts),
		T(test_not_for_this_role), T(test_top_from_anywhere)};

	return cmocka_run_group_tests_name("alarm_screen", tests, NULL, NULL);
}
