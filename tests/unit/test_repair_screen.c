/* SPDX-License-Identifier: Apache-2.0 */
/* What do we do: `u`, over suite_world.h. Expected texts: the design, section 4, and
 * promise A14 (NEST classes 1 to 6). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "screens/emergency.h"
#include "tests/unit/suite_golden.h"

static void test_an_emergency_in_three_keys(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	press(ui, "u");
	golden(ui, "emergency_menu", 24, 80, false);
	c = press(ui, "7"); /* no such class */
	assert_int_equal(c.kind, COMMAND_NONE);
	press(ui, "2");
	assert_true(shows(ui, 24, 80, "emergency, NEST 2; minutes in the room, and what: 90"));
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_EMERGENCY);
	assert_int_equal(c.arg, 2);
	assert_int_equal(c.value, 90);
	assert_string_equal(c.text, "emergency");
	c = press(ui, "u\x1b");
	assert_int_equal(c.kind, COMMAND_NONE);
	press(ui, "u1\x15");
	c = press(ui, "75  ectopic pregnancy\n");
	assert_int_equal(c.arg, 1);
	assert_int_equal(c.value, 75);
	assert_string_equal(c.text, "ectopic pregnancy");
	c = press(ui, ":emergency 3 120 femur\n");
	assert_int_equal(c.arg, 3);
	assert_string_equal(c.text, "femur");
	c = press(ui, ":emergency 7 120 femur\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	c = press(ui, "u2\x15soon\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "not done: minutes (5 to 1440), then what it is"));
	world->view.readonly = true;
	c = press(ui, "u2\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	ui_destroy(ui);
}

static void test_what_is_typed(void **state)
{
	const char *what;
	int minutes;

	(void)state;
	assert_true(emergency_typed(" 90", &minutes, &what) && minutes == 90 && what[0] == '\0');
	assert_true(emergency_typed("5 x", &minutes, &what) && minutes == 5);
	assert_string_equal(what, "x");
	assert_false(emergency_typed("", &minutes, &what));
	assert_false(emergency_typed("4", &minutes, &what));
	assert_false(emergency_typed("1441", &minutes, &what));
	assert_false(emergency_typed("99999999999999999999", &minutes, &what));
	assert_false(emergency_typed("-90", &minutes, &what));
	assert_false(emergency_typed("90min", &minutes, &what));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_an_emergency_in_three_keys), T(test_what_is_typed)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
