/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/site_file.h"
#include "twin/plan.h"
#include "twin/scenario.h"
#include "twin/stat.h"

/* A day made of what a site says is scarce or may happen: from the site text and
 * facts to the plan, and through a replication. */

/* 2026-03-16T08:00:00+01:00, a Monday. */
static const int64_t EIGHT_MS = 1773644400000, MINUTE_MS = 60000;

static const char text[] =
	"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\";\n"
	"floors = ( { id = \"f\"; level = 1; } );\n"
	"rooms = (\n"
	"  { id = \"or-1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 6, 6); session = "
	"\"08:00-16:00\"; },\n"
	"  { id = \"or-2\"; kind = \"or\"; floor = \"f\"; box = (6, 0, 12, 6); session = "
	"\"08:00-18:00\"; },\n"
	"  { id = \"pacu\"; kind = \"pacu\"; floor = \"f\"; box = (0, 6, 6, 12); },\n"
	"  { id = \"ward\"; kind = \"ward\"; floor = \"f\"; box = (6, 6, 9, 12); },\n"
	"  { id = \"unit\"; kind = \"day_unit\"; floor = \"f\"; box = (9, 6, 12, 12); },\n"
	"  { id = \"ind\"; kind = \"induction\"; floor = \"f\"; box = (0, 12, 6, 18); },\n"
	"  { id = \"icu\"; kind = \"icu\"; floor = \"f\"; box = (6, 12, 12, 18); } );\n"
	"beds = ( { id = \"p-1\"; room = \"pacu\"; }, { id = \"p-2\"; room = \"pacu\"; },\n"
	"  { id = \"w-1\"; room = \"ward\"; }, { id = \"w-2\"; room = \"ward\"; },\n"
	"  { id = \"d-1\"; room = \"unit\"; }, { id = \"i-1\"; room = \"ind\"; },\n"
	"  { id = \"u-1\"; room = \"icu\"; } );\n"
	"roles = ( { id = \"mar\"; name = \"MAR\"; count = 2; covers = 2; } );\n"
	"pathways = (\n"
	"  { id = \"inpatient\"; turnover = { lasts = [20.0, 0.0]; }; keeps = \"ward\"; steps = (\n"
	"      { stage = \"induction\"; need = [\"induction\", \"mar\"]; give = \"mar\"; "
	"not_before = "
	"-15;\n"
	"        lasts = [10.0, 0.0]; },\n"
	"      { stage = \"entry\"; need = [\"room\", \"cover mar\"]; give = \"induction\"; ends = "
	"\"in_room\"; },\n"
	"      { stage = \"surgery\"; need = \"surgeon\"; give = \"surgeon\"; lasts = \"case\"; "
	"begins "
	"= \"incision\"; },\n"
	"      { stage = \"out\"; need = \"pacu\"; give = [\"room\", \"cover mar\"]; ends = "
	"\"out_room\"; },\n"
	"      { stage = \"recovery\"; lasts = [60.0, 0.0]; },\n"
	"      { stage = \"return\"; need = \"ward\"; give = \"pacu\"; ends = \"pacu_out\"; } ); "
	"},\n"
	"  { id = \"day\"; setting = \"day\"; turnover = { lasts = [20.0, 0.0]; }; steps = (\n"
	"      { stage = \"entry\"; need = \"room\"; not_before = 0; ends = \"in_room\"; },\n"
	"      { stage = \"surgery\"; lasts = \"case\"; begins = \"incision\"; },\n"
	"      { stage = \"out\"; need = \"pacu\"; give = \"room\"; ends = \"out_room\"; },\n"
	"      { stage = \"recovery\"; lasts = [30.0, 0.0]; },\n"
	"      { stage = \"unit\"; need = \"day_unit\"; give = \"pacu\"; ends = \"pacu_out\"; },\n"
	"      { stage = \"street\"; lasts = [90.0, 0.0]; give = \"day_unit\"; ends = "
	"\"discharged\"; } ); },\n"
	"  { id = \"icu\"; setting = \"icu\"; turnover = { lasts = [20.0, 0.0]; }; keeps = "
	"\"icu\"; "
	"steps = (\n"
	"      { stage = \"entry\"; need = \"room\"; not_before = 0; ends = \"in_room\"; },\n"
	"      { stage = \"surgery\"; lasts = \"case\"; },\n"
	"      { stage = \"out\"; need = \"icu\"; give = \"room\"; ends = \"out_room\"; } ); }\n"
	");\n"
	"kits = ( { id = \"set\"; count = 2; procedures = \"hip\"; turn_min = 240; },\n"
	"  { id = \"arm\"; count = 1; procedures = [\"fracture\", \"nail\"]; },\n"
	"  { id = \"idle\"; count = 1; procedures = \"never\"; } );\n";

static const char chances[] =
	"emergencies = ( { nest = 2; per_day = 12.0; minutes = [90.0, 40.0]; },\n"
	"  { nest = 4; per_day = 2.4; minutes = [60.0, 0.0]; } );\n"
	"rules = { last_call_min = 60; no_show = 0.04; cancelled = 0.03; not_fasting = 0.01;\n"
	"  not_fasting_min = [120.0, 60.0]; room_mtbf_h = 2000; room_mttr_min = 120; };\n";

static struct sim_plan plan;
static struct plan_index map;
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;
static struct site *site;
static struct fork forked;
static uint64_t seq;

static void tell(struct fact *f)
{
	f->seq = ++seq;
	twin_apply(forked.twin, f, NULL);
}

static int open_suite(void **state)
{
	static char both[sizeof text + sizeof chances];
	struct error err = {""};
	(void)state;
	snprintf(both, sizeof both, "%s%s", text, chances);
	site = site_parse("t.cfg", both, &err);
	if (site == NULL) {
		print_error("%s\n", err.text);
		return -1;
	}
	memset(&forked, 0, sizeof forked);
	forked.twin = twin_create();
	seq = 0;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, EIGHT_MS);
	f.site.site = site;
	tell(&f);
	return 0;
}

static int close_suite(void **state)
{
	(void)state;
	twin_destroy(forked.twin);
	site_free(site);
	return 0;
}

static void planned(const char *id, const char *room, int minute, enum setting setting,
	const char *procedure, const char *surgeon)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, EIGHT_MS);
	snprintf(f.surgery.id, ID_SIZE, "%s", id);
	snprintf(f.surgery.patient, ID_SIZE, "p-%s", id);
	snprintf(f.surgery.room, ID_SIZE, "%s", room);
	snprintf(f.surgery.procedure, LABEL_SIZE, "%s", procedure);
	snprintf(f.surgery.surgeon, ID_SIZE, "%s", surgeon);
	f.surgery.start_ms = EIGHT_MS + minute * MINUTE_MS;
	f.surgery.end_ms = f.surgery.start_ms + 60 * MINUTE_MS;
	f.surgery.status = CASE_PLANNED;
	f.surgery.setting = setting;
	tell(&f);
}

static void happened(const char *id, enum milestone m, int minute)
{
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, EIGHT_MS);
	snprintf(f.milestone.id, ID_SIZE, "%s", id);
	f.milestone.milestone = m;
	f.milestone.when_ms = EIGHT_MS + minute * MINUTE_MS;
	f.at_ms = f.milestone.when_ms;
	tell(&f);
}

static void build(bool as_listed)
{
	const struct plan_options options = {.midnight_ms = EIGHT_MS - 480 * MINUTE_MS,
		.policy = &forked.policy,
		.as_listed = as_listed};
	plan_build(forked.twin, &options, &plan, &map);
}

static const struct sim_case *of(const char *id)
{
	int i = map.case_of[twin_case(forked.twin, id)];
	return i >= 0 ? &plan.cases[i] : NULL;
}

static int beds(enum room_kind kind)
{
	for (int p = 0; p < plan.pool_count; p++)
		if (map.pool_beds[p] == (int)kind)
			return plan.pools[p].units;
	return -1;
}

static int kit_pool(int kit)
{
	for (int p = 0; p < plan.pool_count; p++)
		if (map.pool_kit[p] == kit)
			return p;
	return -1;
}

/* Only who has cases in two rooms is counted, and nowhere by name. */
static void surgeons(void **state)
{
	(void)state;
	planned("a", "or-1", 0, SETTING_INPATIENT, "x", "s-1");
	planned("b", "or-2", 0, SETTING_INPATIENT, "x", "s-1");
	planned("c", "or-1", 90, SETTING_INPATIENT, "x", "s-2");
	planned("d", "or-1", 180, SETTING_INPATIENT, "x", "s-2");
	planned("e", "or-2", 90, SETTING_INPATIENT, "x", "");
	planned("f", "or-1", 270, SETTING_INPATIENT, "x", "");
	build(true);
	assert_int_equal(of("a")->own[0], of("b")->own[0]);
	assert_true(of("a")->own[0] >= SIM_POOLS - plan.hidden_count);
	assert_int_equal(plan.pools[of("a")->own[0]].units, 1);
	assert_int_equal(of("c")->own[0], SIM_NONE);
	assert_int_equal(of("e")->own[0], SIM_NONE);
	assert_int_equal(plan.hidden_count, 2); /* s-1, and the rooms that are covered */
	sim_draw(&plan, 1, 1, &draw);
	sim_run(&plan, &draw, &bench, &marks);
	int a = map.case_of[twin_case(forked.twin, "a")],
	    b = map.case_of[twin_case(forked.twin, "b")];
	assert_true(marks.begun_ms[a][2] >= marks.ended_ms[b][2]
		    || marks.begun_ms[b][2] >= marks.ended_ms[a][2]);
	/* Once a is over the other need not wait. */
	happened("a", MILESTONE_IN_ROOM, 0);
	happened("a", MILESTONE_OUT_ROOM, 50);
	happened("a", MILESTONE_PACU_OUT, 80);
	happened("a", MILESTONE_DISCHARGED, 90);
	build(true);
	assert_int_equal(of("b")->own[0], SIM_NONE);
}

/* Two people who cover two rooms each: two at work at a time, four rooms. */
static void rooms_covered(void **state)
{
	(void)state;
	planned("a", "or-1", 0, SETTING_INPATIENT, "x", "");
	build(true);
	int p = 0;
	while (map.pool_role[p] != 0)
		p++;
	assert_int_equal(plan.pools[p].units, 2);
	assert_int_equal(map.covers[p], 2);
	assert_int_equal(plan.pools[map.pool_cover[p]].units, 4);
	plan_more(&plan, &map, p, 1);
	assert_int_equal(plan.pools[p].units, 3);
	assert_int_equal(plan.pools[map.pool_cover[p]].units, 6);
	struct fact f = fact_make(FACT_RESOURCE, SOURCE_PERSON, EIGHT_MS);
	snprintf(f.resource.id, ID_SIZE, "mar");
	f.resource.units = 1;
	tell(&f);
	build(true);
	assert_int_equal(plan.pools[p].units, 1);
	assert_int_equal(plan.pools[map.pool_cover[p]].units, 2);
}

static void kits(void **state)
{
	(void)state;
	planned("a", "or-1", 0, SETTING_INPATIENT, "Hip fracture fixation", "");
	planned("b", "or-2", 0, SETTING_INPATIENT, "Total HIP replacement", "");
	planned("c", "or-2", 90, SETTING_INPATIENT, "Hernia", "");
	build(true);
	assert_int_equal(plan.kit_count, 2); /* nobody needs the third */
	assert_int_equal(of("a")->own[1], kit_pool(0));
	assert_int_equal(of("a")->own[2], kit_pool(1));
	assert_int_equal(of("b")->own[1], kit_pool(0));
	assert_int_equal(of("b")->own[2], SIM_NONE);
	assert_int_equal(of("c")->own[1], SIM_NONE);
	assert_int_equal(plan.pools[kit_pool(0)].units, 2);
	assert_int_equal(plan.kits[0].turn_ms, 240 * MINUTE_MS);
	/* Used and out at 08:50, back at 12:50; now 09:00. */
	happened("b", MILESTONE_IN_ROOM, 0);
	happened("b", MILESTONE_OUT_ROOM, 50);
	twin_advance(forked.twin, EIGHT_MS + 60 * MINUTE_MS, NULL);
	build(true);
	assert_int_equal(plan.away_count, 1);
	assert_int_equal(plan.away[0].kit, 0);
	assert_int_equal(plan.away[0].due_ms, 230 * MINUTE_MS);
}

/* What if a set is missing, or a device fails: the pool has one less. */
static void kits_what_if(void **state)
{
	char why[SCENARIO_TEXT];
	struct scenario s;
	(void)state;
	planned("a", "or-1", 60, SETTING_INPATIENT, "Hip fracture fixation", "");
	planned("b", "or-2", 60, SETTING_INPATIENT, "Hernia", "");
	assert_true(scenario_parse("set_missing:case=a,min=90", &s, why));
	assert_true(scenario_inject(&forked, &s, why));
	assert_int_equal(forked.policy.away_count, 1);
	assert_int_equal(forked.policy.away[0].kit, 0);
	assert_true(scenario_parse("equipment:room=or-1,min=45", &s, why));
	assert_true(scenario_inject(&forked, &s, why));
	assert_int_equal(forked.policy.away[1].kit, 1);
	build(true);
	assert_int_equal(plan.away_count, 2);
	assert_int_equal(plan.away[0].due_ms, 90 * MINUTE_MS);
	assert_int_equal(plan.away[1].due_ms, 45 * MINUTE_MS);
	assert_int_equal(of("a")->planned_ms, 60 * MINUTE_MS);
	/* Two sets: the case has the other one. The device is the only one, and is back
	 * at 45; induction from 45 to 55. */
	sim_draw(&plan, 1, 1, &draw);
	sim_run(&plan, &draw, &bench, &marks);
	int a = map.case_of[twin_case(forked.twin, "a")];
	assert_int_equal(marks.ended_ms[a][1], 55 * MINUTE_MS);
	/* No kit of the site is for a hernia: as before, the case waits. */
	assert_true(scenario_parse("set_missing:case=b,min=90", &s, why));
	assert_true(scenario_inject(&forked, &s, why));
	assert_true(scenario_parse("equipment:room=or-2,min=200", &s, why));
	assert_true(scenario_inject(&forked, &s, why));
	assert_int_equal(forked.policy.away_count, 2);
	build(true);
	assert_int_equal(of("b")->planned_ms, 200 * MINUTE_MS);
}

/* Each setting its way; what the case does not say, its patient does. */
static void settings(void **state)
{
	(void)state;
	planned("a", "or-1", 0, SETTING_UNKNOWN, "x", "");
	planned("b", "or-1", 90, SETTING_DAY, "x", "");
	planned("c", "or-2", 0, SETTING_ICU, "x", "");
	planned("d", "or-2", 90, SETTING_UNKNOWN, "x", "");
	struct fact f = fact_make(FACT_PATIENT, SOURCE_FHIR, EIGHT_MS);
	snprintf(f.patient.id, ID_SIZE, "p-d");
	f.patient.setting = SETTING_DAY;
	tell(&f);
	build(true);
	assert_int_equal(plan.pathways[of("a")->pathway].count, 6);
	assert_int_equal(of("b")->pathway, of("d")->pathway);
	assert_int_equal(beds(ROOM_ICU), 1);
	assert_int_equal(beds(ROOM_DAY_UNIT), 1);
	assert_int_equal(beds(ROOM_INDUCTION), 1);
	assert_int_equal(map.in_pacu[of("c")->pathway], -1);
	sim_draw(&plan, 1, 1, &draw);
	sim_run(&plan, &draw, &bench, &marks);
	assert_int_equal(marks.stuck, 0);
	/* One place in the day unit: the second leaves the PACU when the first is home. */
	int b = map.case_of[twin_case(forked.twin, "b")],
	    d = map.case_of[twin_case(forked.twin, "d")];
	assert_true(marks.begun_ms[b][4] >= marks.ended_ms[d][5]
		    || marks.begun_ms[d][4] >= marks.ended_ms[b][5]);
}

/* Two ward beds. One is kept by who came back, in the other somebody lies who has
 * no case: the PACU fills up, and then the rooms. */
static void a_full_ward_blocks_the_pacu(void **state)
{
	(void)state;
	planned("a", "or-1", 0, SETTING_INPATIENT, "x", "");
	for (int i = 0; i < 4; i++) {
		char id[16];
		snprintf(id, sizeof id, "b%d", i);
		planned(id, i % 2 == 0 ? "or-1" : "or-2", 90 + 90 * (i / 2), SETTING_INPATIENT, "x",
			"");
	}
	happened("a", MILESTONE_IN_ROOM, 0);
	happened("a", MILESTONE_OUT_ROOM, 40);
	happened("a", MILESTONE_PACU_OUT, 50);
	happened("a", MILESTONE_DISCHARGED, 60);
	struct fact f = fact_make(FACT_PLACE, SOURCE_FHIR, EIGHT_MS);
	snprintf(f.place.patient, ID_SIZE, "p-other");
	snprintf(f.place.room, ID_SIZE, "ward");
	snprintf(f.place.bed, ID_SIZE, "w-2");
	f.place.start_ms = EIGHT_MS - 3600000;
	tell(&f);
	twin_advance(forked.twin, EIGHT_MS + 70 * MINUTE_MS, NULL);
	build(true);
	assert_int_equal(beds(ROOM_WARD), 1);
	assert_non_null(of("a"));
	assert_false(of("a")->absent);
	sim_draw(&plan, 1, 1, &draw);
	sim_run(&plan, &draw, &bench, &marks);
	/* Two in the PACU for ever, two in their rooms. */
	assert_int_equal(marks.stuck, 4);
	int out = 0, done = 0;
	for (int i = 0; i < plan.case_count; i++) {
		out += marks.ended_ms[i][3] != SIM_NEVER;
		done += marks.ended_ms[i][2] != SIM_NEVER;
	}
	assert_int_equal(out, 2);
	assert_int_equal(done, 4);
	/* She goes home, and the other leaves the bed: two come back. */
	f.place.end_ms = EIGHT_MS + 69 * MINUTE_MS;
	tell(&f);
	build(true);
	assert_int_equal(beds(ROOM_WARD), 2);
	sim_run(&plan, &draw, &bench, &marks);
	assert_int_equal(marks.stuck, 3);
}

/* Who may not come, and who is not asked. */
static void chances_of_cases(void **state)
{
	const unsigned all =
		SIM_MAY_NOT_COME | SIM_MAY_HAVE_EATEN | SIM_MAY_BE_CANCELLED | SIM_MAY_BE_TOO_LATE;
	(void)state;
	planned("a", "or-1", 60, SETTING_INPATIENT, "x", "");
	planned("here", "or-1", 120, SETTING_INPATIENT, "x", "");
	planned("fasts", "or-1", 180, SETTING_INPATIENT, "x", "");
	planned("urgent", "or-1", 240, SETTING_EMERGENCY, "x", "");
	planned("in", "or-2", 0, SETTING_INPATIENT, "x", "");
	happened("here", MILESTONE_ARRIVED, -30);
	happened("in", MILESTONE_IN_ROOM, 0);
	struct fact f = fact_make(FACT_READINESS, SOURCE_FHIR, EIGHT_MS);
	snprintf(f.readiness.id, ID_SIZE, "fasts");
	f.readiness.item = READY_FASTING;
	f.readiness.value = 1;
	tell(&f);
	build(false);
	assert_int_equal(of("a")->may, all);
	assert_int_equal(of("here")->may, SIM_MAY_BE_CANCELLED | SIM_MAY_BE_TOO_LATE);
	assert_int_equal(of("fasts")->may, all & ~(unsigned)SIM_MAY_HAVE_EATEN);
	assert_int_equal(of("urgent")->may, 0);
	assert_int_equal(of("in")->may, 0);
	assert_int_equal(plan.rooms[0].last_call_ms, (16 - 8) * 60 * MINUTE_MS + 60 * MINUTE_MS);
	assert_true(plan.room_wear.mtbf_min > 119999);
	/* As listed: nothing of it. */
	build(true);
	assert_int_equal(of("a")->may, 0);
	assert_int_equal(plan.guest_count, 0);
	assert_int_equal(plan.stream_count, 0);
	assert_true(plan.no_show == 0 && plan.room_wear.mtbf_min == 0);
	/* The planned start is past and nobody has taken it off the list. */
	twin_advance(forked.twin, EIGHT_MS + 65 * MINUTE_MS, NULL);
	build(false);
	assert_int_equal(of("a")->may, SIM_MAY_HAVE_EATEN | SIM_MAY_BE_TOO_LATE);
}

/* Shares and rates as told, within four standard errors: 0.5 an hour until the last
 * session is over at 18:00, ten hours on; 4 % and 3 %. */
static void chances_come_as_often_as_told(void **state)
{
	enum { DAYS = 20000 };
	struct stat_moments guests = {0}, second = {0}, missing = {0}, off = {0}, length = {0};
	(void)state;
	planned("a", "or-1", 60, SETTING_INPATIENT, "x", "");
	build(false);
	assert_int_equal(plan.stream_count, 2);
	for (uint32_t n = 0; n < DAYS; n++) {
		int count[2] = {0, 0};
		sim_draw(&plan, 3, n, &draw);
		for (int k = 0; k < 2; k++) {
			const struct sim_stream *t = &plan.streams[k];
			for (int i = t->first; i < t->first + t->count; i++) {
				if (draw.comes_ms[i] == SIM_NEVER)
					continue;
				count[k]++;
				assert_true(draw.comes_ms[i] >= 0
					    && draw.comes_ms[i] < 600 * MINUTE_MS);
				if (k == 0)
					stat_add(&length, (double)draw.lasts_ms[i][2] / 60000);
			}
		}
		stat_add(&guests, count[0]);
		stat_add(&second, count[1]);
		stat_add(&missing, draw.off[0] == SIM_NO_SHOW);
		stat_add(&off, draw.off[0] == SIM_CALLED_OFF);
	}
	assert_true(fabs(guests.mean - 5) < 4 * stat_error(&guests));
	assert_true(fabs(second.mean - 1) < 4 * stat_error(&second));
	/* Poisson: the variance is the mean; its error sqrt(2 / n) of it, nearly. */
	assert_true(fabs(stat_variance(&guests) - 5) < 4 * 5 * sqrt(2.2 / DAYS));
	assert_true(fabs(missing.mean - 0.04) < 4 * stat_error(&missing));
	assert_true(fabs(off.mean - 0.96 * 0.03) < 4 * stat_error(&off));
	/* The time in the room is the surgeon's here: 90 minutes, 40. */
	assert_true(fabs(length.mean - 90) < 4 * stat_error(&length));
	assert_true(fabs(sqrt(stat_variance(&length)) - 40) < 1);
	/* Class 2 cannot wait; class 4 waits its twelve hours. */
	assert_int_equal(plan.cases[plan.streams[0].first].waits_ms, 0);
	assert_int_equal(plan.cases[plan.streams[1].first].waits_ms, 12 * 60 * MINUTE_MS);
	assert_int_equal(plan.cases[plan.streams[1].first].priority, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_suite, close_suite)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(surgeons),
		TEST(rooms_covered),
		TEST(kits),
		TEST(kits_what_if),
		TEST(settings),
		TEST(a_full_ward_blocks_the_pacu),
		TEST(chances_of_cases),
		TEST(chances_come_as_often_as_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
