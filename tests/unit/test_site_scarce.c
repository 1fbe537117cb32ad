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

/* What a site file says of what is scarce and of chance; each test spoils one
 * thing of it. Line 1 is `id`. */
static const char good[] =
	"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\";\n"
	"floors = ( { id = \"f\"; level = 1; } );\n"
	"rooms = (\n"
	"  { id = \"or-1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 6, 6); session = "
	"\"08:00-18:00\"; },\n"
	"  { id = \"w\"; kind = \"ward\"; floor = \"f\"; box = (6, 0, 9, 6); },\n"
	"  { id = \"u\"; kind = \"icu\"; floor = \"f\"; box = (9, 0, 12, 6); }\n"
	");\n"
	"doors = ( (\"or-1\", \"w\"), (\"w\", \"u\"), (\"outside\", \"w\") );\n"
	"beds = ( { id = \"b-1\"; room = \"w\"; }, { id = \"u-1\"; room = \"u\"; } );\n"
	"gateways = ( { mac = \"ac:23:3f:c0:00:01\"; room = \"or-1\"; at = (3, 3); } );\n"
	"roles = ( { id = \"mar\"; name = \"MAR\"; count = 2; covers = 3; } );\n"
	"pathways = (\n"
	"  { id = \"any\"; turnover = { lasts = [20.0, 8.0]; }; keeps = \"ward\";\n"
	"    steps = ( { stage = \"entry\"; need = [\"room\", \"cover mar\"]; },\n"
	"      { stage = \"surgery\"; need = \"surgeon\"; give = \"surgeon\"; lasts = \"case\"; "
	"},\n"
	"      { stage = \"out\"; need = [\"ward\", \"mar\"]; give = [\"room\", \"cover mar\", "
	"\"mar\"]; } ); },\n"
	"  { id = \"icu\"; setting = \"icu\"; turnover = { lasts = [20.0, 8.0]; };\n"
	"    steps = ( { stage = \"in\"; need = [\"room\", \"mar\"]; give = [\"room\", \"mar\"]; } "
	"); "
	"}\n"
	");\n"
	"kits = ( { id = \"phaco\"; count = 4; procedures = [\"cataract\", \"phaco\"]; turn_min = "
	"240; },\n"
	"  { id = \"arm\"; name = \"C-arm\"; count = 2; procedures = \"fracture\"; mtbf_h = 500;\n"
	"    mttr_min = 90; } );\n"
	"emergencies = ( { nest = 2; per_day = 2.4; minutes = [90.0, 40.0]; },\n"
	"  { nest = 4; minutes = [60.0, 30.0]; wait_min = 30;\n"
	"    hourly = (0, 0, 0, 0, 0, 0, 0, 1, 1.5, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0); "
	"} "
	");\n"
	"rules = { last_call_min = 60; no_show = 0.04; cancelled = 0.03; not_fasting = 0.01;\n"
	"  not_fasting_min = [120.0, 60.0]; room_mtbf_h = 2000; room_mttr_min = 120; };\n";

static void values(void **state)
{
	struct error err = {{0}};
	struct site *s = site_parse("t.cfg", good, &err);
	(void)state;
	if (s == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(s->rooms[2].kind, ROOM_ICU);
	assert_int_equal(s->roles[0].covers, 3);
	const struct pathway *way = &s->pathways[0];
	assert_int_equal(way->keeps[0].kind, NEED_BEDS);
	assert_int_equal(way->keeps[0].index, ROOM_WARD);
	assert_int_equal(way->steps[0].need[1].kind, NEED_COVER);
	assert_int_equal(way->steps[1].need[0].kind, NEED_SURGEON);
	assert_ptr_equal(pathway_of(s, SETTING_ICU), &s->pathways[1]);
	assert_int_equal(s->kit_count, 2);
	assert_string_equal(s->kits[0].name, "phaco");
	assert_int_equal(s->kits[0].procedures.count, 2);
	assert_true(s->kits[0].turn_min > 239 && s->kits[1].mtbf_h > 499);
	assert_true(site_kit_is_for(&s->kits[0], "Left CATARACT extraction"));
	assert_true(site_kit_is_for(&s->kits[0], "phaco"));
	assert_false(site_kit_is_for(&s->kits[0], "catarac"));
	assert_false(site_kit_is_for(&s->kits[0], ""));
	assert_int_equal(s->emergency_count, 2);
	assert_true(
		s->emergencies[0].per_hour[3] > 0.0999 && s->emergencies[0].per_hour[3] < 0.1001);
	assert_true(s->emergencies[0].wait_min < 0 && s->emergencies[1].wait_min > 29);
	assert_true(s->emergencies[1].per_hour[8] > 1.49 && s->emergencies[1].minutes < 61);
	assert_true(s->rules.last_call && s->rules.last_call_min > 59);
	assert_true(s->rules.no_show > 0.039 && s->rules.cancelled < 0.031);
	assert_true(s->rules.fasting_mean > 119 && s->rules.room_mtbf_h > 1999);
	site_free(s);
}

static const struct spoil refusals[] = {
	{"covers = 3", "covers = 0", "t.cfg:11: covers: expected how many rooms"},
	{"count = 2; covers", "count = -2; covers", "t.cfg:11: count: expected a whole number"},
	{"\"cover mar\"]; },", "\"cover iade\"]; },", "\"cover iade\": cover, and a role"},
	{"need = \"surgeon\"", "need = \"surgeo\"", "\"surgeo\" is neither"},
	{"give = \"surgeon\"; ", "", "pathway \"any\" keeps something for ever"},
	{"keeps = \"ward\";", "", "pathway \"any\" keeps something for ever"},
	{"keeps = \"ward\"", "keeps = \"pacu\"", "pathway \"any\" keeps something for ever"},
	{"keeps = \"ward\"", "keeps = [\"ward\", \"icu\"]",
		"pathway \"any\" keeps what it does not have"},
	{"keeps = \"ward\"", "keeps = \"mar\"", "keeps: beds only"},
	{"setting = \"icu\"", "setting = \"usi\"", "is not a setting"},
	{"count = 4", "count = -1", "count: expected a whole number, not negative"},
	{"count = 4", "count = 65", "kit \"phaco\": more than 64"},
	{"procedures = \"fracture\"", "procedures = \"\"", "procedures: expected part of"},
	{"[\"cataract\", \"phaco\"]", "()", "procedures: expected a word, or a list of 1 to 8"},
	{"id = \"arm\"", "id = \"phaco\"", "kit \"phaco\" was already given"},
	{"    mttr_min = 90;", "", "kit \"arm\" fails and is never mended"},
	{"nest = 2", "nest = 7", "nest: expected a NEST class"},
	{"per_day = 2.4; ", "", "either per_day or hourly"},
	{"per_day = 2.4", "per_day = -1.0", "per_day: expected a number, not negative"},
	{"1.5, 1, 1,", "1.5, 1,", "hourly: expected 24 numbers"},
	{"1.5, 1, 1,", "-1.5, 1, 1,", "expected 24 numbers, not negative"},
	{"minutes = [90.0, 40.0]", "minutes = [0.0, 40.0]", "minutes: expected [mean, deviation]"},
	{"no_show = 0.04", "no_show = 4.0", "no_show: expected a share"},
	{"cancelled = 0.03", "cancelled = -0.1", "cancelled: expected a share"},
	{"not_fasting_min = [120.0, 60.0]; ", "", "expected not_fasting_min beside"},
	{"room_mttr_min = 120; ", "", "expected room_mttr_min beside"},
	{"last_call_min = 60", "last_call_min = -5", "last_call_min: expected a number, not"},
	{"rules = {", "rules = 3; x = {", "rules: expected a group"},
};

static void refused(void **state)
{
	(void)state;
	site_refuses(good, refusals, sizeof refusals / sizeof *refusals);
}

static const struct spoil findings[] = {
	/* One has the ward bed and waits for a room, the other the other way about. */
	{"need = [\"room\", \"mar\"]; give = [\"room\", \"mar\"]",
		"need = [\"ward\", \"room\"]; give = [\"room\", \"ward\"]",
		"patients who have a \"room\" may wait for each other for ever"},
	/* Two of the same, one after the other. */
	{"give = [\"room\", \"mar\"]; } )",
		"}, { stage = \"b\"; need = \"mar\"; give = [\"mar\", \"mar\", \"room\"]; } )",
		"patients who have a \"mar\" may wait for each other for ever"},
	{"count = 2; covers", "count = 0; covers", "role \"mar\" covers rooms, and nobody"},
	{"count = 4", "count = 0", "there is no \"phaco\": its cases wait for ever"},
	{"session = \"08:00-18:00\";", "", "last_call_min: no room has a session"},
	{"session = \"08:00-18:00\";", "", "until the last session is over: no room has one"},
	{"cancelled = 0.03", "canceled = 0.03", "warning: unknown key \"canceled\""},
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
		cmocka_unit_test(refused),
		cmocka_unit_test(linted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
