/* SPDX-License-Identifier: Apache-2.0 */
/* What a site file says of what is watched over: calls, medicines, pressure, zones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/site_text.h"

static const char good[] =
	"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\";\n"
	"floors = ( { id = \"f\"; level = 1; }, { id = \"g\"; level = 0; } );\n"
	"rooms = (\n"
	"  { id = \"or-1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 6, 6);\n"
	"    session = \"08:00-18:30\"; pressure = (10, 20); pressure_to = \"cor\";\n"
	"    pressure_delay_min = 3; pressure_zero = -4.5; },\n"
	"  { id = \"cor\"; kind = \"corridor\"; floor = \"f\"; box = (0, 6, 6, 8); },\n"
	"  { id = \"lobby\"; kind = \"other\"; floor = \"g\"; box = (0, 0, 6, 6); }\n"
	");\n"
	"doors = ( (\"or-1\", \"cor\"), (\"cor\", \"lobby\"), (\"outside\", \"lobby\") );\n"
	"gateways = ( { mac = \"AC233FC00001\"; room = \"or-1\"; at = (3, 3); } );\n"
	"zones = (\n"
	"  { id = \"suite\"; name = \"Operating suite\"; rooms = (\"or-1\", \"cor\"); delay_min = "
	"5; },\n"
	"  { id = \"exits\"; floors = \"g\"; patients = false; }\n"
	");\n"
	"medicines = (\n"
	"  { id = \"vaccine\"; name = \"Vaccines\"; limits = (2, 8); delay_min = 15;\n"
	"    budget_min = 4320; bears = (0, 25); mkt = 8; },\n"
	"  { id = \"plain\"; limits = (2, 8); }\n"
	");\n"
	"roles = ( { id = \"iade\"; name = \"IADE\"; count = 2; } );\n"
	"tags = (\n"
	"  { mac = \"C30000510001\"; kind = \"sensor\"; room = \"or-1\"; medicine = \"vaccine\"; "
	"},\n"
	"  { mac = \"C30000510002\"; kind = \"sensor\"; room = \"or-1\"; medicine = \"vaccine\";\n"
	"    limits = (3, 7); delay_min = 1; },\n"
	"  { mac = \"C30000510003\"; kind = \"sensor\"; room = \"cor\"; },\n"
	"  { mac = \"C30000510004\"; kind = \"sensor\"; room = \"or-1\"; },\n"
	"  { mac = \"C30000A50001\"; kind = \"asset\"; zone = \"suite\"; },\n"
	"  { mac = \"C30000B50001\"; kind = \"patient\"; model = \"B10\"; zone = \"suite\"; wander "
	"= true; },\n"
	"  { mac = \"C30000570001\"; kind = \"staff\"; role = \"iade\"; }\n"
	");\n"
	"signatures = (\n"
	"  { id = \"once\"; model = \"B10\"; kind = \"frame\"; bytes = \"E1FFA12001\"; event = 1; "
	"},\n"
	"  { id = \"long\"; model = \"B10\"; kind = \"frame\"; bytes = \"E1FFA12004\";\n"
	"    class = \"emergency_call\"; event = 4; }\n"
	");\n";

static void test_values(void **state)
{
	struct error err = {{0}};
	struct site *s = site_parse("t.cfg", good, &err);
	(void)state;
	if (s == NULL)
		fail_msg("%s", err.text);
	assert_float_equal(s->rooms[0].pressure_low, 10, 0);
	assert_float_equal(s->rooms[0].pressure_high, 20, 0);
	assert_string_equal(s->rooms[0].pressure_to, "cor");
	assert_float_equal(s->rooms[0].pressure_delay_min, 3, 0);
	assert_float_equal(s->rooms[0].pressure_zero, -4.5, 0);
	assert_true(s->rooms[1].pressure_low > s->rooms[1].pressure_high); /* none */
	assert_float_equal(s->rooms[1].pressure_delay_min, 2, 0);
	assert_int_equal(s->zone_count, 2);
	assert_true(s->zones[0].has[0] && s->zones[0].has[1] && !s->zones[0].has[2]);
	assert_false(s->zones[0].no_patients);
	assert_float_equal(s->zones[0].delay_min, 5, 0);
	assert_true(!s->zones[1].has[0] && !s->zones[1].has[1] && s->zones[1].has[2]);
	assert_true(s->zones[1].no_patients);
	assert_string_equal(s->zones[1].name, "exits");
	assert_float_equal(s->zones[1].delay_min, 2, 0);
	assert_int_equal(s->medicine_count, 2);
	assert_float_equal(s->medicines[0].budget_min, 4320, 0);
	assert_float_equal(s->medicines[0].least, 0, 0);
	assert_float_equal(s->medicines[0].most, 25, 0);
	assert_float_equal(s->medicines[0].mkt_high, 8, 0);
	assert_true(s->medicines[1].least > s->medicines[1].most); /* not told */
	/* What the tag does not say, its medicine does. */
	assert_true(s->tags[0].cold && s->tags[1].cold && !s->tags[2].cold);
	assert_float_equal(s->tags[0].low, 2, 0);
	assert_float_equal(s->tags[0].delay_min, 15, 0);
	assert_float_equal(s->tags[1].low, 3, 0);
	assert_float_equal(s->tags[1].delay_min, 1, 0);
	assert_float_equal(s->tags[2].delay_min, 10, 0);
	assert_string_equal(s->tags[4].zone, "suite");
	assert_true(s->tags[5].wander);
	assert_int_equal(s->signatures[0].call, ALARM_CLASS_PATIENT_CALL);
	assert_int_equal(s->signatures[0].event, 1);
	assert_int_equal(s->signatures[1].call, ALARM_CLASS_EMERGENCY_CALL);
	assert_int_equal(s->signatures[1].event, 4);
	assert_float_equal(s->tag_silence_min, 15, 0);
	site_free(s);
}

static void test_refused(void **state)
{
	static const struct spoil spoils[] = {
		{"pressure_to = \"cor\";", "", "pressure_to go together"},
		{"pressure_to = \"cor\"", "pressure_to = \"attic\"", "unknown room \"attic\""},
		{"pressure_to = \"cor\"", "pressure_to = \"or-1\"", "the room itself"},
		{"pressure = (10, 20);", "", "pressure = (low, high) and pressure_to go together"},
		{"rooms = (\"or-1\", \"cor\"); delay", "delay", "zone \"suite\" has no room"},
		{"rooms = (\"or-1\", \"cor\"); delay", "rooms = \"attic\"; delay",
			"unknown room \"attic\""},
		{"floors = \"g\"; pat", "floors = (\"g\", \"h\"); pat", "unknown floor \"h\""},
		{"zone = \"suite\"; }", "zone = \"sweet\"; }", "unknown zone \"sweet\""},
		{"bears = (0, 25)", "bears = (3, 25)", "bears: wider than limits"},
		{"limits = (2, 8); delay", "delay", "limits is missing"},
		{"medicine = \"vaccine\"; }", "medicine = \"milk\"; }",
			"unknown medicine \"milk\""},
		{"role = \"iade\"; }", "role = \"iade\"; zone = \"suite\"; }",
			"people at work are not watched"},
		{"zone = \"suite\"; wander", "wander", "wander: of a patient's bracelet"},
		{"zone = \"suite\"; }", "zone = \"suite\"; wander = true; }",
			"wander: of a patient's bracelet"},
		{"\"emergency_call\"", "\"wandering\"", "patient_call or emergency_call"},
		{"event = 4", "event = 0", "1 to 255"},
	};
	(void)state;
	site_refuses(good, spoils, sizeof spoils / sizeof *spoils);
}

static void test_worth_a_look(void **state)
{
	static const struct spoil spoils[] = {
		{"kind = \"sensor\"; room = \"cor\"; }", "kind = \"asset\"; }",
			"pressure_to: room \"cor\" has no sensor"},
		{"0004\"; kind = \"sensor\"; room = \"or-1\"; }", "0004\"; kind = \"asset\"; }",
			"room \"or-1\" has limits of pressure and no sensor"},
		{"id = \"plain\"", "id = \"vaccine\"", "medicine \"vaccine\" was already given"},
		{"id = \"exits\"", "id = \"suite\"", "zone \"suite\" was already given"},
	};
	(void)state;
	site_lint_finds(good, spoils, sizeof spoils / sizeof *spoils);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_worth_a_look),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
