/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/site_text.h"
#include "twin/alarm.h"

/* What a site file says of its alarms; each test spoils one thing of it. */
static const char good[] =
	"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\";\n"
	"floors = ( { id = \"f\"; level = 1; } );\n"
	"rooms = ( { id = \"or-1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 6, 6); session = "
	"\"08:00-18:00\"; } );\n"
	"doors = ( (\"outside\", \"or-1\") );\n"
	"gateways = ( { mac = \"ac:23:3f:c0:00:01\"; room = \"or-1\"; at = (3, 3); } );\n"
	"alarms = {\n"
	"  patient_call = { realarm_min = 2; roles = [\"nurse\", \"coordinator\"]; };\n"
	"  cold_chain = { priority = \"HIGH\"; shelf_max_min = 45.5; ack_timeout_min = 30;\n"
	"    stale_min = 20; reset_reason = false;\n"
	"    steps = ( { after_min = 5; target = \"pharmacy\"; },\n"
	"      { after_min = 20; target = \"on-call\"; } ); };\n"
	"  climate = { count = 3; count_s = 90; on_delay_s = 0; off_delay_s = 120; };\n"
	"  zone_exit = { guidance = \"Call security.\"; key = \"t\"; roles = \"technician\"; };\n"
	"  overrun = { lead_min = 60; passes = true; };\n"
	"};\n";

static bool near(double a, double b)
{
	return a > b - 1e-9 && a < b + 1e-9;
}

static void values(void **state)
{
	struct error err = {{0}};
	struct site *s = site_parse("t.cfg", good, &err);
	(void)state;
	if (s == NULL)
		fail_msg("%s", err.text);
	const struct alarm_setting *call = alarm_setting(s, ALARM_CLASS_PATIENT_CALL);
	assert_true(near(call->realarm_min, 2));
	assert_int_equal(call->roles, 1u << PERSON_NURSE | 1u << PERSON_COORDINATOR);
	assert_true(call->latching && call->momentary); /* as by default */
	const struct alarm_setting *cold = alarm_setting(s, ALARM_CLASS_COLD_CHAIN);
	assert_int_equal(cold->priority, PRIORITY_HIGH);
	assert_true(near(cold->shelf_max_min, 45.5) && near(cold->ack_timeout_min, 30));
	assert_false(cold->reset_reason);
	assert_int_equal(cold->step_count, 2);
	assert_true(near(cold->steps[1].after_min, 20));
	assert_string_equal(cold->steps[1].target, "on-call");
	const struct alarm_setting *climate = alarm_setting(s, ALARM_CLASS_CLIMATE);
	assert_int_equal(climate->count, 3);
	assert_true(near(climate->count_s, 90) && near(climate->off_delay_s, 120));
	assert_true(near(climate->on_delay_s, 0));
	const struct alarm_setting *zone = alarm_setting(s, ALARM_CLASS_ZONE_EXIT);
	assert_string_equal(zone->guidance, "Call security.");
	assert_string_equal(zone->key, "t");
	assert_int_equal(zone->roles, 1u << PERSON_TECHNICIAN);
	/* What is not said is as by default, with a site or without. */
	assert_memory_equal(alarm_setting(s, ALARM_CLASS_GATEWAY),
		&alarm_rules[ALARM_CLASS_GATEWAY], sizeof *zone);
	assert_ptr_equal(alarm_setting(NULL, ALARM_CLASS_HOLD), &alarm_rules[ALARM_CLASS_HOLD]);
	assert_ptr_equal(alarm_setting(s, ALARM_CLASS_COUNT), &s->alarms[ALARM_CLASS_FEED]);
	site_free(s);
}

static void refused(void **state)
{
	static const struct spoil spoils[] = {
		{"patient_call = {", "patient_cal = {",
			"t.cfg:7: alarms: no class \"patient_cal\""},
		{"overrun = { lead_min = 60; passes = true; }", "overrun = 7",
			"t.cfg:14: overrun: expected a group"},
		{"alarms = {", "alarms = 5; others = {", "t.cfg:6: alarms: expected a group"},
		{"\"HIGH\"", "\"URGENT\"", "t.cfg:8: priority: expected LOW, MEDIUM or HIGH"},
		{"45.5", "481", "shelf_max_min: expected minutes, 0 (never) to 480"},
		{"45.5", "-1", "shelf_max_min: expected minutes"},
		{"ack_timeout_min = 30", "ack_timeout_min = 10081", "0 (never) to 10080"},
		{"off_delay_s = 120", "off_delay_s = 86401", "seconds, 0 to 86400"},
		{"off_delay_s = 120", "off_delay_s = \"2 min\"", "seconds, 0 to 86400"},
		{"count = 3; ", "", "climate: count beside count_s"},
		{"count_s = 90; ", "", "climate: count_s beside count"},
		{"count = 3", "count = 0", "count: expected how often it must be met"},
		{"[\"nurse\", \"coordinator\"]", "\"viewer\"", "t.cfg:7: roles: expected nurse"},
		{"[\"nurse\", \"coordinator\"]", "[\"nurse\", \"boss\"]", "expected nurse"},
		{"realarm_min = 2", "shelf_max_min = 5", "patient_call: a call is never shelved"},
		{"realarm_min = 2", "latching = false", "a call stays until it is reset"},
		{"stale_min = 20", "passes = true", "cold_chain: latching or passes, not both"},
		{"after_min = 20", "after_min = 5", "t.cfg:11: after_min: expected more than"},
		{"after_min = 5;", "", "expected { after_min = 5; target"},
		{"\"pharmacy\"", "\"a b\"", "target: expected an id"},
		{"\"Call security.\"", "\"\"", "guidance: expected a text of 1 to 96 bytes"},
		{"key = \"t\"", "key = \"much too long\"", "key: expected the key of an act"},
		{"lead_min = 60", "key = \"t\"", "overrun: the key that helps with a hazard"},
		{"reset_reason = false", "reset_reason = 0",
			"reset_reason: expected true or false"},
	};
	(void)state;
	site_refuses(good, spoils, sizeof spoils / sizeof *spoils);
}

static void linted(void **state)
{
	static const struct spoil finds[] = {
		{"realarm_min = 2", "loudness = 11", ":7: warning: unknown key \"loudness\""},
	};
	(void)state;
	site_lint_finds(good, finds, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(refused),
		cmocka_unit_test(linted),
	};
	return cmocka_run_group_tests_name("site_alarm", tests, NULL, NULL);
}
