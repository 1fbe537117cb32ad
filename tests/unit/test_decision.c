/* SPDX-License-Identifier: Apache-2.0 */
/* What can be decided: what it tells a fork, what takes it back, which cases it is
 * about, how it is said. Expected values: by hand from the small suite below. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "screens/format.h"
#include "src/site_file.h"
#include "twin/plan.h"
#include "twin/scenario.h"

/* 2026-03-16T08:00:00+01:00, a Monday. */
static const int64_t EIGHT_MS = 1773644400000, MINUTE_MS = 60000;

static const char text[] =
	"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\";\n"
	"floors = ( { id = \"f\"; level = 1; } );\n"
	"rooms = (\n"
	"  { id = \"or-1\"; name = \"OR 1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 6, 6); },\n"
	"  { id = \"or-2\"; name = \"OR 2\"; kind = \"or\"; floor = \"f\"; box = (6, 0, 12, 6); "
	"},\n"
	"  { id = \"pacu\"; kind = \"pacu\"; floor = \"f\"; box = (0, 6, 6, 12); } );\n"
	"beds = ( { id = \"p-1\"; room = \"pacu\"; }, { id = \"p-2\"; room = \"pacu\"; } );\n"
	"roles = ( { id = \"mar\"; name = \"MAR\"; count = 2; covers = 2; },\n"
	"  { id = \"aide\"; name = \"Aide\"; count = 2; } );\n"
	"pathways = ( { id = \"way\"; turnover = { lasts = [20.0, 0.0]; }; steps = (\n"
	"  { stage = \"entry\"; need = [\"room\", \"cover mar\"]; not_before = 0; ends = "
	"\"in_room\"; },\n"
	"  { stage = \"induction\"; need = [\"mar\"]; give = \"mar\"; lasts = [10.0, 0.0]; },\n"
	"  { stage = \"surgery\"; lasts = \"case\"; begins = \"incision\"; },\n"
	"  { stage = \"out\"; need = [\"pacu\", \"aide\"]; give = [\"room\", \"cover mar\", "
	"\"aide\"]; ends = \"out_room\"; },\n"
	"  { stage = \"recovery\"; lasts = [60.0, 0.0]; give = \"pacu\"; ends = \"pacu_out\"; } ); "
	"} );\n"
	"kits = ( { id = \"arm\"; name = \"C-arm\"; count = 1; procedures = \"fracture\"; },\n"
	"  { id = \"idle\"; count = 1; procedures = \"never\"; } );\n"
	"emergencies = ( { nest = 2; per_day = 1.0; minutes = [75.0, 20.0]; } );\n";

static struct site *site;
static struct twin *live;
static struct fork fork_;
static char why[SCENARIO_TEXT];

static void listed(const char *id, const char *room, int from_min, int to_min, int nest)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, EIGHT_MS);
	snprintf(f.surgery.id, ID_SIZE, "%s", id);
	snprintf(f.surgery.patient, ID_SIZE, "p-%s", id);
	snprintf(f.surgery.room, ID_SIZE, "%s", room);
	snprintf(f.surgery.procedure, LABEL_SIZE, "fracture of %s", id);
	f.surgery.start_ms = from_min == 0 ? 0 : EIGHT_MS + from_min * MINUTE_MS;
	f.surgery.end_ms = to_min == 0 ? 0 : EIGHT_MS + to_min * MINUTE_MS;
	f.surgery.status = CASE_PLANNED;
	f.surgery.nest = nest;
	twin_apply(live, &f, NULL);
}

static void milestone(const char *id, enum milestone m, int minute)
{
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, EIGHT_MS);
	snprintf(f.milestone.id, ID_SIZE, "%s", id);
	f.milestone.milestone = m;
	f.milestone.when_ms = EIGHT_MS + minute * MINUTE_MS;
	f.at_ms = f.milestone.when_ms;
	twin_apply(live, &f, NULL);
}

static void fork_again(void)
{
	twin_copy(fork_.twin, live);
	memset(&fork_.policy, 0, sizeof fork_.policy);
}

static int open_suite(void **state)
{
	struct error err = {""};
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, EIGHT_MS);
	(void)state;
	site = site_parse("s", text, &err);
	if (site == NULL)
		fail_msg("%s", err.text);
	live = twin_create();
	fork_.twin = twin_create();
	f.site.site = site;
	twin_apply(live, &f, NULL);
	listed("a", "or-1", 1, 61, -1); /* in its room */
	milestone("a", MILESTONE_IN_ROOM, 1);
	listed("b", "or-1", 90, 180, -1);
	listed("c", "or-1", 200, 260, -1);
	listed("d", "or-2", 120, 240, -1);
	listed("e", "", 0, 0, 2); /* announced, without room or time */
	fork_again();
	return 0;
}

static int close_suite(void **state)
{
	(void)state;
	twin_destroy(live);
	twin_destroy(fork_.twin);
	site_free(site);
	return 0;
}

static struct scenario read(const char *words)
{
	struct scenario s;
	if (!scenario_parse(words, &s, why))
		fail_msg("%s: %s", words, why);
	return s;
}

static bool decide(const char *words)
{
	struct scenario s = read(words);
	assert_true(scenario_is_decision(&s));
	return scenario_inject(&fork_, &s, why);
}

static const struct surgery *of(const struct twin *twin, const char *id)
{
	return &twin->cases[twin_case(twin, id)];
}

/* As a line to read: "or-2 180 270 planned". */
static const char *stands(const char *id)
{
	static char line[200];
	const struct surgery *c = of(fork_.twin, id);
	snprintf(line, sizeof line, "%s %lld %lld %s", c->room,
		(long long)((c->start_ms - EIGHT_MS) / MINUTE_MS),
		(long long)((c->end_ms - EIGHT_MS) / MINUTE_MS), case_status_name(c->status));
	return line;
}

/* Eight o'clock there is seven UTC. */
static void a_case_is_placed(void **state)
{
	(void)state;
	assert_true(decide("place:case=b,room=or-2,at=2026-03-16T13:10Z"));
	assert_string_equal(stands("b"), "or-2 370 460 planned");
	assert_int_equal(of(fork_.twin, "b")->room_at, site_room(site, "or-2"));
	assert_string_equal(of(live, "b")->room, "or-1");
	assert_false(decide("place:case=b,room=or-2,at=2026-03-16T13:10Z"));
	assert_string_equal(why, "case b is planned there and then");
	assert_true(decide("place:case=b,room=or-2,at=2026-03-16T13:11Z"));
	assert_false(decide("place:case=a,room=or-2,at=2026-03-16T13:10Z"));
	assert_string_equal(why, "case a has begun");
	assert_true(decide("room_down:room=or-2"));
	assert_false(decide("place:case=c,room=or-2,at=2026-03-16T13:10Z"));
	assert_string_equal(why, "room or-2 is closed");
	assert_false(decide("place:case=c,room=pacu,at=2026-03-16T13:10Z"));
	assert_string_equal(why, "room is not known here: pacu");
}

/* It is booked for what its class takes at this site. */
static void an_emergency_is_placed(void **state)
{
	(void)state;
	assert_true(decide("place:case=e,room=or-2,at=2026-03-16T07:30Z"));
	assert_string_equal(stands("e"), "or-2 30 105 planned");
}

static void put_off_and_back_on_the_list(void **state)
{
	(void)state;
	assert_true(decide("postpone:case=b,reason=bed"));
	assert_string_equal(stands("b"), "or-1 90 180 postponed");
	assert_false(decide("postpone:case=b,reason=bed"));
	assert_string_equal(why, "case b is off the list");
	assert_false(decide("postpone:case=a,reason=bed"));
	assert_string_equal(why, "case a has begun");
	assert_false(decide("postpone:case=c,reason=weather"));
	assert_string_equal(why, "reason is not known here: weather");
	assert_true(decide("place:case=b,room=or-1,at=2026-03-16T08:30Z"));
	assert_string_equal(stands("b"), "or-1 90 180 planned");
	struct scenario absent = read("absent:case=c");
	assert_false(scenario_is_decision(&absent));
	assert_true(scenario_inject(&fork_, &absent, why));
	assert_false(decide("place:case=c,room=or-1,at=2026-03-16T08:30Z"));
	assert_string_equal(why, "case c is off the list");
	for (int n = 0; scenario_choice(live, PARAMETER_REASON, n) != NULL; n++)
		assert_non_null(scenario_reason(scenario_choice(live, PARAMETER_REASON, n)));
	assert_null(scenario_reason("weather"));
}

static int units_of(const char *what)
{
	static struct sim_plan plan;
	static struct plan_index index;
	struct plan_options options = {.policy = &fork_.policy};
	plan_build(fork_.twin, &options, &plan, &index);
	for (int p = 0; p < plan.pool_count; p++) {
		if (index.pool_kit[p] >= 0 && strcmp(site->kits[index.pool_kit[p]].id, what) == 0)
			return plan.pools[p].units;
		if (index.pool_role[p] >= 0 && strcmp(what, "rooms") == 0
			&& index.pool_cover[p] >= 0)
			return plan.pools[index.pool_cover[p]].units;
	}
	return -1;
}

static void kits_and_teams(void **state)
{
	(void)state;
	assert_int_equal(units_of("arm"), 1);
	assert_true(decide("borrow:kit=arm"));
	assert_int_equal(units_of("arm"), 2);
	assert_true(decide("borrow:kit=arm,change=-1"));
	assert_int_equal(units_of("arm"), 1);
	assert_false(decide("borrow:kit=idle"));
	assert_string_equal(why, "nobody waits for idle");
	assert_int_equal(units_of("rooms"), 4);
	assert_true(decide("split:role=mar"));
	assert_int_equal(units_of("rooms"), 5);
	assert_true(decide("split:role=mar,change=2"));
	assert_int_equal(units_of("rooms"), 7);
	assert_true(decide("split:role=mar,change=-4"));
	assert_true(decide("split:role=mar,change=-4"));
	assert_int_equal(units_of("rooms"), 0);
	assert_false(decide("split:role=aide"));
	assert_string_equal(why, "no pathway of this site has rooms looked after by a aide: "
				 "the forecast cannot tell");
}

/* Every decision, then what takes it back: the day is as it was. */
static void each_is_taken_back(void **state)
{
	static const char *const taken_back[][2] = {
		{"place:case=b,room=or-2,at=2026-03-16T13:10Z",
			"place:case=b,room=or-1,at=2026-03-16T08:30Z"},
		{"delay:case=c,min=20", "place:case=c,room=or-1,at=2026-03-16T10:20Z"},
		{"move:case=c,room=or-2", "place:case=c,room=or-1,at=2026-03-16T10:20Z"},
		{"swap:case=c,with=d", "swap:case=c,with=d"},
		{"postpone:case=d,reason=time", "place:case=d,room=or-2,at=2026-03-16T09:00Z"},
		{"room_down:room=or-2", "room_up:room=or-2"},
		{"staff:role=mar,change=1", "staff:role=mar,change=-1"},
		{"staff:role=mar", "staff:role=mar,change=1"},
		{"beds:of=pacu,change=2", "beds:of=pacu,change=-2"},
		{"borrow:kit=arm", "borrow:kit=arm,change=-1"},
		{"split:role=mar", "split:role=mar,change=-1"},
		{"turnover_team:percent=40", "as_usual:of=turnover_team"},
		{"parallel_induction", "as_usual:of=parallel_induction"},
		{"no_hold", "as_usual:of=no_hold"},
	};
	char got[SCENARIO_TEXT];
	(void)state;
	for (size_t i = 0; i < sizeof taken_back / sizeof *taken_back; i++) {
		struct scenario s = read(taken_back[i][0]), back;
		int arm = units_of("arm"), rooms = units_of("rooms");
		assert_true(scenario_before(fork_.twin, &s, &back));
		scenario_text(&back, got);
		assert_string_equal(got, taken_back[i][1]);
		assert_true(decide(taken_back[i][0]));
		assert_true(decide(got));
		for (int k = 0; k < live->case_count; k++) {
			const struct surgery *was = &live->cases[k], *is = &fork_.twin->cases[k];
			assert_string_equal(was->room, is->room);
			assert_int_equal(was->room_at, is->room_at);
			assert_int_equal(was->start_ms, is->start_ms);
			assert_int_equal(was->end_ms, is->end_ms);
			assert_int_equal(was->status, is->status);
		}
		assert_int_equal(units_of("arm"), arm);
		assert_int_equal(units_of("rooms"), rooms);
		assert_int_equal(twin_units(fork_.twin, "mar", 2), 2);
		assert_int_equal(twin_units(fork_.twin, "pacu", 2), 2);
		assert_int_equal(fork_.policy.turnover_less, 0);
		assert_false(fork_.policy.no_hold || fork_.policy.induction_ahead);
		fork_again();
	}
}

static void some_cannot_be(void **state)
{
	static const char *const none[] = {"overrun:case=b", "by_variance",
		"place:case=e,room=or-1,at=2026-03-16T13:10Z",
		"place:case=x,room=or-1,at="
		"2026-03-16T13:10Z"};
	struct scenario back;
	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		struct scenario s = read(none[i]);
		assert_false(scenario_before(live, &s, &back));
	}
	assert_false(decide("as_usual:of=no_hold"));
	assert_string_equal(why, "no_hold: it is as usual");
}

static const char *touched(const char *words)
{
	static char ids[64];
	bool which[TWIN_CASES];
	struct scenario s = read(words);
	int count = scenario_touches(live, &s, which), told = 0;
	ids[0] = '\0';
	for (int i = 0; i < live->case_count; i++)
		if (which[i] && ++told > 0)
			snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s",
				live->cases[i].id);
	assert_int_equal(told, count);
	return ids;
}

static void cases_it_is_about(void **state)
{
	(void)state;
	assert_string_equal(touched("place:case=b,room=or-2,at=2026-03-16T13:10Z"), "b");
	assert_string_equal(touched("swap:case=b,with=d"), "bd");
	assert_string_equal(touched("room_down:room=or-1"), "bc");
	assert_string_equal(touched("staff:role=mar,change=1"), "");
	assert_string_equal(touched("postpone:case=nobody,reason=bed"), "");
}

static void nothing(const void *context, enum scenario_kind kind, const char *word, int number,
	int64_t ms, char *out, size_t size)
{
	(void)context, (void)kind, (void)word, (void)number, (void)ms;
	assert_true(size > 0);
	out[0] = '\0';
}

static void told_to_people(void **state)
{
	static const char *const said[][2] = {
		{"place:case=b,room=or-2,at=2026-03-16T13:10Z", "put case b into OR 2 at 14:10"},
		{"postpone:case=b,reason=bed", "put off case b: no bed is free"},
		{"staff:role=mar,change=2", "call 2 more: MAR"},
		{"staff:role=mar,change=-1", "send 1 home: MAR"},
		{"borrow:kit=arm", "borrow 1: C-arm"},
		{"swap:case=b,with=c", "swap cases b and c"},
		{"as_usual:of=no_hold", "back to the usual: nobody waits in the room for a bay"},
		{"absent:case=b", "the patient does not come: case b"},
	};
	char out[SCENARIO_TEXT], little[9];
	struct view view = {.twin = live};
	struct scenario s;
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		s = read(said[i][0]);
		format_decision(&view, &s, out, sizeof out);
		assert_string_equal(out, said[i][1]);
	}
	s = read(said[0][0]);
	format_decision(&view, &s, little, sizeof little);
	assert_string_equal(little, "put case");
	/* No row is told with a parameter it does not have. */
	for (s.which = 0; s.which < scenario_count; s.which++) {
		const char *const both[2] = {
			scenario_rows[s.which].say, scenario_rows[s.which].less};
		for (int k = 0; k < 2 && both[k] != NULL; k++) {
			scenario_say(&s, both[k], nothing, NULL, out, sizeof out);
			assert_null(strpbrk(out, "{}"));
		}
	}
}

/* A quarter past nine in the evening: half past midnight is to come. */
static void typed_in_local_time(void **state)
{
	static const char *const typed[][2] = {
		{"place:case=b,room=or-2,at=14:10", "place:case=b,room=or-2,at=2026-03-16T13:10Z"},
		{"place:at=0:30,case=b", "place:at=2026-03-16T23:30Z,case=b"},
		{"place:case=b,at=24:10", "place:case=b,at=24:10"},
		{"place:case=b,at=14:1x", "place:case=b,at=14:1x"},
		{"place:case=b,at=2026-03-16T13:10Z", "place:case=b,at=2026-03-16T13:10Z"},
		{"overrun:case=b", "overrun:case=b"},
	};
	char out[SCENARIO_TEXT];
	int64_t now = EIGHT_MS + (13 * 60 + 15) * MINUTE_MS;
	(void)state;
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
		format_typed(now, typed[i][0], out, sizeof out);
		assert_string_equal(out, typed[i][1]);
	}
}

static void made_by_a_program(void **state)
{
	struct scenario s;
	char got[SCENARIO_TEXT];
	(void)state;
	scenario_make("place", &s);
	assert_true(scenario_set(&s, "case", "b"));
	assert_true(scenario_set(&s, "room", "or-2"));
	assert_true(scenario_set_instant(&s, "at", EIGHT_MS + 370 * MINUTE_MS));
	assert_int_equal(scenario_ms(&s, 2), EIGHT_MS + 370 * MINUTE_MS);
	scenario_text(&s, got);
	assert_string_equal(got, "place:case=b,room=or-2,at=2026-03-16T13:10Z");
	assert_false(scenario_set(&s, "at", "14:10"));
	assert_false(scenario_set(&s, "who", "b"));
	assert_false(scenario_set(&s, "case", "b,room=or-1"));
	scenario_make("staff", &s);
	assert_true(scenario_set_number(&s, "change", -3));
	assert_false(scenario_set_number(&s, "change", 51));
	scenario_make("flood", &s);
	assert_int_equal(s.which, -1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_suite, close_suite)

int main(void)
{
	static const struct CMUnitTest tests[] = {T(a_case_is_placed), T(an_emergency_is_placed),
		T(put_off_and_back_on_the_list), T(kits_and_teams), T(each_is_taken_back),
		T(some_cannot_be), T(cases_it_is_about), T(told_to_people), T(typed_in_local_time),
		T(made_by_a_program)};
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
