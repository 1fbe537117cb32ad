/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/site_text.h"

/* What a site file says of repairs; each test spoils one thing of it. */
static const char good[] =
	"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\";\n"
	"floors = ( { id = \"f\"; level = 1; } );\n"
	"rooms = (\n"
	"  { id = \"or-1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 6, 6); session = "
	"\"08:00-18:00\"; takes = [\"cataract\", \"Vitrectomy\"]; },\n"
	"  { id = \"or-2\"; kind = \"or\"; floor = \"f\"; box = (6, 0, 12, 6); session = "
	"\"08:00-18:00\"; spare = true; },\n"
	"  { id = \"pacu\"; kind = \"pacu\"; floor = \"f\"; box = (0, 6, 9, 12); } );\n"
	"doors = ( (\"or-1\", \"pacu\"), (\"or-2\", \"pacu\"), (\"outside\", \"pacu\") );\n"
	"beds = ( { id = \"b-1\"; room = \"pacu\"; } );\n"
	"gateways = ( { mac = \"ac:23:3f:c0:00:01\"; room = \"or-1\"; at = (3, 3); },\n"
	"  { mac = \"ac:23:3f:c0:00:02\"; room = \"or-2\"; at = (8, 3); } );\n"
	"roles = ( { id = \"mar\"; name = \"MAR\"; count = 2; covers = 3; on_call = 1; stretch = "
	"2; } );\n"
	"kits = ( { id = \"arm\"; count = 2; procedures = \"nail\"; loan = 1; } );\n"
	"repair = { over_min = 30; notice_min = 20.5; overflow = { pacu = 2; };\n"
	"  ways = [\"turnover_team\", \"no_hold\"]; };\n"
	"objective = { overtime = 2; wait = 0; };\n";

static void values(void **state)
{
	struct error err = {""};
	struct site *s = site_parse("t.cfg", good, &err);
	(void)state;
	if (s == NULL)
		fail_msg("%s", err.text);
	assert_true(site_room_takes(&s->rooms[0], "Left CATARACT extraction"));
	assert_true(site_room_takes(&s->rooms[0], "pars plana vitrectomy"));
	assert_false(site_room_takes(&s->rooms[0], "tonsillectomy"));
	assert_false(site_room_takes(&s->rooms[0], ""));
	assert_true(site_room_takes(&s->rooms[1], "tonsillectomy"));
	assert_true(site_room_takes(&s->rooms[1], ""));
	assert_true(s->rooms[1].spare && !s->rooms[0].spare);
	assert_int_equal(s->roles[0].on_call, 1);
	assert_int_equal(s->roles[0].stretch, 2);
	assert_int_equal(s->kits[0].loan, 1);
	assert_true(s->repair.over_min == 30 && s->repair.notice_min == 20.5);
	assert_int_equal(s->repair.overflow[ROOM_PACU], 2);
	assert_int_equal(s->repair.overflow[ROOM_WARD], 0);
	assert_int_equal(s->repair.ways.count, 2);
	assert_string_equal(s->repair.ways.of[1], "no_hold");
	assert_true(site_weight(s, "overtime") == 2);
	assert_true(site_weight(s, "wait") == 0);
	assert_true(site_weight(s, "moved") == -1);
	site_free(s);
}

static void as_usual(void **state)
{
	struct error err = {""};
	char *text = site_spoilt(good, "repair = {", "x = {");
	struct site *s = site_parse("t.cfg", text, &err);
	(void)state;
	assert_non_null(s);
	assert_true(s->repair.over_min == 0 && s->repair.notice_min == 15);
	assert_int_equal(s->repair.ways.count, 0);
	site_free(s);
	free(text);
}

static const struct spoil refusals[] = {
	{"over_min = 30", "over_min = -1", "over_min: expected"},
	{"pacu = 2;", "pacu = 2.5;", "pacu: expected a whole number"},
	{"pacu = 2;", "paku = 2;", "paku: expected a kind of room with beds"},
	{"{ pacu = 2; }", "2", "overflow: expected a group"},
	{"\"no_hold\"", "\"hold\"", "ways: expected turnover_team"},
	{"[\"turnover_team\", \"no_hold\"]", "3", "ways: expected part"},
	{"repair = {", "repair = 2; x = {", "repair: expected a group"},
	{"\"Vitrectomy\"", "\"\"", "takes: expected part"},
	{"spare = true", "spare = 1", "spare: expected"},
	{"loan = 1", "loan = -1", "loan: expected a whole number"},
	{"on_call = 1", "on_call = 0.5", "on_call: expected a whole number"},
	{"wait = 0", "wait = -1", "wait: expected"},
	{"objective = {", "objective = 1; x = {", "objective: expected a group"},
};

static void refused(void **state)
{
	(void)state;
	site_refuses(good, refusals, sizeof refusals / sizeof *refusals);
}

static const struct spoil findings[] = {
	{"pacu = 2;", "icu = 2;", "overflow: the site has no beds of icu"},
	{"wait = 0", "waiting = 0", "warning: objective: unknown key \"waiting\""},
	{"notice_min", "notice", "warning: unknown key \"notice\""},
	{"covers = 3; ", "", "role \"mar\": stretch without covers says nothing"},
	{"box = (0, 6, 9, 12);", "box = (0, 6, 9, 12); spare = true;",
		"room \"pacu\" is no operating room"},
};

static void linted(void **state)
{
	(void)state;
	site_lint_finds(good, findings, sizeof findings / sizeof *findings);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(as_usual),
		cmocka_unit_test(refused),
		cmocka_unit_test(linted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
