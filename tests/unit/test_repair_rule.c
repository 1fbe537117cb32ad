/* SPDX-License-Identifier: Apache-2.0 */
/* What no repair breaks: each rule kept and broken, with its word why not; and the limits
 * of a search say exactly what the fixed rules say. Expected values: by hand from the
 * small suite below; hours of fasting from ESAIC 2022 (twin/fasting.h), of NEST from
 * field.md 2.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/site_file.h"
#include "twin/instant.h"
#include "twin/random.h"
#include "twin/repair_rule.h"

/* 2026-03-16T08:00:00+01:00, a Monday; sessions 08:00 to 16:00, and half an hour more. */
static const int64_t EIGHT_MS = 1773644400000, MINUTE_MS = 60000;

static const char text[] =
	"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\";\n"
	"targets = { day_unit_closes_min = 1080; };\n" /* 18:00 */
	"floors = ( { id = \"f\"; level = 1; } );\n"
	"rooms = (\n"
	"  { id = \"or-1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 6, 6); session = "
	"\"08:00-16:00\"; },\n"
	"  { id = \"or-2\"; kind = \"or\"; floor = \"f\"; box = (6, 0, 12, 6); session = "
	"\"08:00-16:00\"; },\n"
	"  { id = \"or-3\"; kind = \"or\"; floor = \"f\"; box = (12, 0, 18, 6); takes = \"eye\"; "
	"},\n"
	"  { id = \"or-4\"; kind = \"or\"; floor = \"f\"; box = (18, 0, 24, 6); spare = true; },\n"
	"  { id = \"pacu\"; kind = \"pacu\"; floor = \"f\"; box = (0, 6, 6, 12); } );\n"
	"beds = ( { id = \"p-1\"; room = \"pacu\"; }, { id = \"p-2\"; room = \"pacu\"; } );\n"
	"roles = ( { id = \"mar\"; name = \"MAR\"; count = 2; covers = 2; on_call = 1; stretch = "
	"1; "
	"} );\n"
	"pathways = ( { id = \"way\"; turnover = { lasts = [20.0, 0.0]; }; steps = (\n"
	"  { stage = \"entry\"; need = [\"room\", \"cover mar\"]; not_before = -10; ends = "
	"\"in_room\"; },\n"
	"  { stage = \"surgery\"; lasts = \"case\"; begins = \"incision\"; },\n"
	"  { stage = \"out\"; need = [\"pacu\", \"mar\"]; give = [\"room\", \"cover mar\", "
	"\"mar\"]; "
	"ends = \"out_room\"; },\n"
	"  { stage = \"recovery\"; lasts = [60.0, 0.0]; give = \"pacu\"; ends = \"pacu_out\"; } ); "
	"} );\n"
	"kits = ( { id = \"set\"; count = 2; procedures = \"hip\"; turn_min = 240; loan = 1; },\n"
	"  { id = \"arm\"; count = 1; procedures = \"nail\"; } );\n"
	"repair = { over_min = 30; notice_min = 15; overflow = { pacu = 2; }; ways = \"no_hold\"; "
	"};\n";

static struct site *site;
static struct fork fork_;
static char why[SCENARIO_TEXT];

static struct surgery *of(const char *id)
{
	return &fork_.twin->cases[twin_case(fork_.twin, id)];
}

/* Minutes after eight; they are in the house. */
static void listed(const char *id, const char *room, const char *procedure, int from, int to)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, EIGHT_MS);
	snprintf(f.surgery.id, ID_SIZE, "%s", id);
	snprintf(f.surgery.patient, ID_SIZE, "p-%s", id);
	snprintf(f.surgery.room, ID_SIZE, "%s", room);
	snprintf(f.surgery.surgeon, ID_SIZE, "s-%s", id);
	snprintf(f.surgery.procedure, LABEL_SIZE, "%s", procedure);
	f.surgery.start_ms = EIGHT_MS + from * MINUTE_MS;
	f.surgery.end_ms = EIGHT_MS + to * MINUTE_MS;
	f.surgery.status = CASE_PLANNED;
	twin_apply(fork_.twin, &f, NULL);
}

static void milestone(const char *id, enum milestone m, int minute)
{
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, EIGHT_MS);
	snprintf(f.milestone.id, ID_SIZE, "%s", id);
	f.milestone.milestone = m;
	f.milestone.when_ms = EIGHT_MS + minute * MINUTE_MS;
	twin_apply(fork_.twin, &f, NULL);
}

static void ate(const char *id, enum intake what, int minute)
{
	struct fact f = fact_make(FACT_INTAKE, SOURCE_PERSON, EIGHT_MS);
	snprintf(f.intake.id, ID_SIZE, "%s", id);
	f.intake.intake = what;
	f.intake.when_ms = EIGHT_MS + minute * MINUTE_MS;
	twin_apply(fork_.twin, &f, NULL);
}

/* It is nine o'clock; a is in its room since 08:00. */
static int open_suite(void **state)
{
	static const char *const here[] = {"b", "c", "d", "e"};
	struct error err = {""};
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, EIGHT_MS);
	(void)state;
	site = site_parse("s", text, &err);
	if (site == NULL)
		fail_msg("%s", err.text);
	memset(&fork_, 0, sizeof fork_);
	fork_.twin = twin_create();
	fork_.midnight_ms = EIGHT_MS - 480 * MINUTE_MS;
	f.site.site = site;
	twin_apply(fork_.twin, &f, NULL);
	listed("a", "or-1", "hernia", 0, 90);
	listed("b", "or-1", "hernia", 120, 210);
	listed("c", "or-2", "hip", 120, 240);
	listed("d", "or-2", "eye and hip", 260, 380);
	listed("e", "or-3", "eye", 120, 180);
	milestone("a", MILESTONE_IN_ROOM, 0);
	for (size_t i = 0; i < sizeof here / sizeof *here; i++)
		milestone(here[i], MILESTONE_ARRIVED, 0);
	twin_advance(fork_.twin, EIGHT_MS + 60 * MINUTE_MS, NULL);
	return 0;
}

static int close_suite(void **state)
{
	(void)state;
	twin_destroy(fork_.twin);
	site_free(site);
	return 0;
}

/* The rule it breaks, "" none. */
static const char *breaks(const char *words)
{
	const struct repair_rule *rule;
	struct scenario s;
	if (!scenario_parse(words, &s, why))
		fail_msg("%s: %s", words, why);
	if (repair_allowed(&fork_, &s, &rule, why)) {
		assert_string_equal(why, "");
		return "";
	}
	assert_true(why[0] != '\0');
	return rule != NULL ? rule->name : "unknown";
}

static const char *place(const char *id, const char *room, int minute)
{
	char words[SCENARIO_TEXT], at[INSTANT_TEXT];
	instant_text(EIGHT_MS + minute * MINUTE_MS, at);
	snprintf(words, sizeof words, "place:case=%s,room=%s,at=%s", id, room, at);
	return breaks(words);
}

static void rooms_and_sessions(void **state)
{
	(void)state;
	assert_string_equal(place("b", "or-2", 380), "");
	/* 90 minutes to end at 16:30, which is 510 after eight */
	assert_string_equal(place("b", "or-2", 420), "");
	assert_string_equal(place("b", "or-2", 421), "session");
	assert_string_equal(why, "case b: past the session by 1 min");
	assert_string_equal(place("b", "or-1", 480), ""); /* gets late where it is */
	assert_string_equal(place("b", "or-1", 481), "session");
	assert_string_equal(why, "case b: begins past the session by 1 min");
	of("b")->start_ms = EIGHT_MS + 490 * MINUTE_MS; /* planned so */
	of("b")->end_ms = EIGHT_MS + 580 * MINUTE_MS;
	assert_string_equal(place("b", "or-1", 490), "");
	assert_string_equal(place("b", "or-1", 491), "session");
	of("b")->start_ms = EIGHT_MS + 120 * MINUTE_MS;
	of("b")->end_ms = EIGHT_MS + 210 * MINUTE_MS;
	fork_.policy.extra_min[twin_case(fork_.twin, "b")] = 10; /* supposed */
	assert_string_equal(place("b", "or-2", 420), "session");
	fork_.policy.extra_min[twin_case(fork_.twin, "b")] = 0;
	assert_string_equal(place("b", "or-3", 300), "capability");
	assert_string_equal(why, "case b cannot be done in that room");
	assert_string_equal(place("d", "or-3", 900), ""); /* no session is told there */
	of("c")->nest = 3;                                /* cannot wait for a session */
	assert_string_equal(place("c", "or-1", 180), "");
	fork_.midnight_ms = 0;
	assert_string_equal(place("b", "or-2", 900), "");
	fork_.twin->rooms[1].service = SERVICE_CLOSED;
	assert_string_equal(place("b", "or-2", 380), "closed");
	assert_string_equal(breaks("move:case=b,room=or-2"), "closed");
	assert_string_equal(breaks("place:case=b,room=pacu,at=2026-03-16T13:10Z"), "unknown");
	assert_string_equal(why, "room is not known here: pacu");
}

static void before_the_session(void **state)
{
	(void)state;
	fork_.twin->now_ms = EIGHT_MS - 120 * MINUTE_MS;
	assert_string_equal(place("b", "or-2", -60), "session");
	assert_string_equal(why, "case b: before the session by 60 min");
	of("b")->nest = 2;
	assert_string_equal(place("b", "or-2", -60), "");
}

static void who_stays(void **state)
{
	(void)state;
	assert_string_equal(place("a", "or-2", 400), "begun");
	assert_string_equal(breaks("swap:case=b,with=a"), "begun");
	assert_string_equal(why, "case a has begun");
	of("c")->locked = true;
	assert_string_equal(place("c", "or-2", 200), "locked");
	assert_string_equal(breaks("swap:case=b,with=c"), "locked");
	assert_string_equal(breaks("postpone:case=c,reason=time"), "put_off");
	assert_string_equal(why, "case c is locked");
	assert_string_equal(breaks("postpone:case=b,reason=time"), "");
	of("b")->status = CASE_NO_SHOW;
	assert_string_equal(place("b", "or-2", 400), "begun");
	of("b")->status = CASE_POSTPONED;
	assert_string_equal(place("b", "or-2", 380), "");
	assert_string_equal(breaks("overrun:case=b"), "decided");
	assert_string_equal(breaks("emergency:class=1"), "decided");
}

static void told_in_time(void **state)
{
	(void)state;
	fork_.twin->now_ms += 30000;
	assert_string_equal(place("b", "or-1", 75), "");
	assert_string_equal(place("b", "or-1", 74), "notice");
	assert_string_equal(why, "case b: people must be told; too soon by 1 min");
	of("b")->nest = 1;
	assert_string_equal(place("b", "or-1", 60), "");
	assert_string_equal(place("b", "or-1", 59), "notice");
}

static void who_is_not_here_yet(void **state)
{
	(void)state;
	listed("f", "or-1", "hernia", 300, 360);
	assert_string_equal(place("f", "or-1", 300), "");
	assert_string_equal(place("f", "or-1", 299), "arrival");
	assert_string_equal(why, "case f: the patient is not here yet; too soon by 1 min");
	milestone("f", MILESTONE_ARRIVED, 50);
	assert_string_equal(place("f", "or-1", 299), "");
}

/* Fluids at 08:50 bind until 10:50, solids at 07:00 until 13:00; let in ten minutes
 * before the planned start. */
static void an_empty_stomach(void **state)
{
	(void)state;
	ate("b", INTAKE_CLEAR, 50);
	assert_string_equal(place("b", "or-1", 180), "");
	assert_string_equal(place("b", "or-1", 179), "fasting");
	assert_string_equal(why, "case b is not fasting; too soon by 1 min");
	ate("b", INTAKE_SOLIDS, -60);
	assert_string_equal(place("b", "or-1", 309), "fasting");
	assert_string_equal(place("b", "or-1", 310), "");
	of("b")->nest = 2; /* cannot wait for it */
	assert_string_equal(place("b", "or-1", 100), "");
	of("c")->ready[READY_FASTING] = 0;
	of("c")->ready_by[READY_FASTING].at_ms = EIGHT_MS;
	assert_string_equal(place("c", "or-2", 359), "fasting");
	assert_string_equal(place("c", "or-2", 360), "");
}

/* Class 3 is to be in within four hours; who has waited too long waits no longer. */
static void emergencies(void **state)
{
	(void)state;
	of("b")->nest = 3;
	of("b")->known_ms = EIGHT_MS;
	assert_string_equal(place("b", "or-1", 240), "");
	assert_string_equal(place("b", "or-1", 241), "nest");
	assert_string_equal(why, "case b cannot wait that long: too late by 1 min");
	of("b")->known_ms = EIGHT_MS - 300 * MINUTE_MS;
	assert_string_equal(place("b", "or-1", 120), "");
	assert_string_equal(place("b", "or-1", 121), "nest");
	assert_string_equal(breaks("postpone:case=b,reason=time"), "put_off");
	assert_string_equal(why, "case b cannot wait for another day");
	of("b")->nest = 5; /* 48 hours: until the day after tomorrow */
	of("b")->known_ms = EIGHT_MS;
	assert_string_equal(breaks("postpone:case=b,reason=time"), "");
	of("b")->room[0] = '\0';
	of("b")->room_at = -1;
	of("b")->nest = 2;
	of("b")->known_ms = EIGHT_MS - 300 * MINUTE_MS;
	assert_string_equal(place("b", "or-1", 400), ""); /* has no place yet: what there is */
}

/* The day unit closes at 18:00, 600 after eight: 90 minutes and an hour of recovery. */
static void day_patients(void **state)
{
	(void)state;
	of("b")->setting = SETTING_DAY;
	assert_string_equal(place("b", "or-1", 450), "");
	assert_string_equal(place("b", "or-1", 451), "day_unit");
	assert_string_equal(why, "case b would not go home today: too late by 1 min");
}

static void in_two_rooms(void **state)
{
	(void)state;
	snprintf(of("c")->surgeon, ID_SIZE, "s-b"); /* 120 to 240 in or-2 */
	assert_string_equal(place("b", "or-1", 100), "team");
	assert_string_equal(why, "the surgeon of b would be in two rooms at a time");
	assert_string_equal(place("b", "or-1", 240), "");
	assert_string_equal(place("b", "or-1", 119), "team");
	assert_string_equal(place("b", "or-1", 239), ""); /* planned so, and only later */
	of("b")->start_ms = of("c")->end_ms;
	assert_string_equal(place("b", "or-1", 239), "team");
	of("b")->start_ms = EIGHT_MS + 120 * MINUTE_MS;
	assert_string_equal(place("b", "or-2", 200), ""); /* one after the other */
	/* They change places: c is in or-1 from 120 on, b in or-2. */
	assert_string_equal(breaks("swap:case=b,with=c"), "team");
	snprintf(of("c")->surgeon, ID_SIZE, "s-c");
	assert_string_equal(breaks("swap:case=b,with=c"), "");
	/* One anaesthetist looks after two rooms. */
	snprintf(of("b")->anaesthetist, ID_SIZE, "m");
	snprintf(of("c")->anaesthetist, ID_SIZE, "m");
	assert_string_equal(place("b", "or-1", 130), "");
	snprintf(of("e")->anaesthetist, ID_SIZE, "m"); /* 120 to 180 in or-3 */
	assert_string_equal(place("b", "or-4", 130), "team");
	assert_string_equal(place("b", "or-4", 180), "");
	assert_string_equal(place("b", "or-1", 130), ""); /* planned so, and only later */
	/* Whom it was planned to meet it may meet later, nobody else. */
	snprintf(of("b")->surgeon, ID_SIZE, "s-x");
	snprintf(of("e")->surgeon, ID_SIZE, "s-x");
	of("b")->anaesthetist[0] = '\0';
	assert_string_equal(place("b", "or-1", 130), "");
	snprintf(of("d")->surgeon, ID_SIZE, "s-x");
	of("d")->start_ms = EIGHT_MS + 215 * MINUTE_MS;
	of("d")->end_ms = EIGHT_MS + 275 * MINUTE_MS;
	assert_string_equal(place("b", "or-1", 130), "team");
	snprintf(of("b")->surgeon, ID_SIZE, "s-b");
	/* Who is at work is so until the end as booked. */
	snprintf(of("a")->surgeon, ID_SIZE, "s-b");
	assert_string_equal(place("b", "or-2", 89), "team");
	assert_string_equal(place("b", "or-2", 90), "");
}

/* Two sets, back four hours after: c has one from 120 to 240, and until 480 it is away;
 * d has one from 260 until 620, f from 480 on. */
static void kits(void **state)
{
	struct scenario s;
	(void)state;
	listed("f", "or-1", "hip", 480, 540);
	milestone("f", MILESTONE_ARRIVED, 50);
	assert_string_equal(place("f", "or-1", 479), "equipment");
	assert_string_equal(why, "no set would be free then");
	assert_string_equal(place("f", "or-1", 480), "");
	assert_true(scenario_parse("borrow:kit=set", &s, why));
	assert_string_equal(breaks("borrow:kit=set"), "");
	assert_true(scenario_inject(&fork_, &s, why));
	assert_string_equal(place("f", "or-1", 320), "");
	assert_string_equal(breaks("borrow:kit=set"), "means");
	assert_string_equal(breaks("borrow:kit=set,change=-1"), "");
	assert_string_equal(breaks("borrow:kit=arm"), "means");
	assert_true(scenario_parse("borrow:kit=set,change=-1", &s, why));
	assert_true(scenario_inject(&fork_, &s, why));
	/* A what-if has taken one away until 11:00, which is 180. */
	fork_.policy.away[0].kit = 0;
	fork_.policy.away[0].min = 120;
	fork_.policy.away_count = 1;
	assert_string_equal(place("c", "or-2", 120), "");
	assert_string_equal(place("d", "or-2", 179), "equipment");
	assert_string_equal(place("d", "or-2", 180), "");
	fork_.policy.away_count = 0;
	assert_string_equal(place("d", "or-2", 179), "");
	/* What was used today is away: a had one until 50, and it is back at 290. */
	snprintf(of("a")->procedure, LABEL_SIZE, "hip");
	milestone("a", MILESTONE_OUT_ROOM, 50);
	assert_string_equal(place("d", "or-1", 289), "equipment");
	assert_string_equal(place("d", "or-1", 290), "");
	assert_string_equal(place("d", "or-2", 289), ""); /* planned so, and only later */
}

static void what_there_is(void **state)
{
	struct scenario s;
	(void)state;
	assert_string_equal(breaks("staff:role=mar,change=1"), "");
	assert_string_equal(breaks("staff:role=mar,change=2"), "means");
	assert_string_equal(why, "the site has no more to call on: mar");
	assert_string_equal(breaks("staff:role=mar,change=-1"), "means");
	assert_true(scenario_parse("staff:role=mar,change=1", &s, why));
	assert_true(scenario_inject(&fork_, &s, why));
	assert_string_equal(breaks("staff:role=mar,change=1"), "means");
	assert_string_equal(breaks("staff:role=mar,change=-1"), "");
	assert_string_equal(breaks("split:role=mar"), "");
	assert_string_equal(breaks("split:role=mar,change=2"), "means");
	assert_string_equal(breaks("beds:of=pacu,change=2"), "");
	assert_string_equal(breaks("beds:of=pacu,change=3"), "means");
	assert_string_equal(breaks("no_hold"), "");
	assert_string_equal(breaks("parallel_induction"), "means");
	assert_string_equal(breaks("as_usual:of=parallel_induction"), "");
	assert_string_equal(breaks("room_down:room=or-1"), "rooms");
	assert_string_equal(why, "case a is in that room, or planned there");
	assert_string_equal(breaks("room_down:room=or-4"), "");
	fork_.twin->rooms[1].service = fork_.twin->rooms[3].service = SERVICE_CLOSED;
	assert_string_equal(breaks("room_up:room=or-2"), "rooms");
	assert_string_equal(breaks("room_up:room=or-4"), "");
}

/* ---- the limits say the same ---- */

static uint32_t drawn;
static int below(int n)
{
	uint32_t key[2] = {0x5eed, 0}, counter[4] = {drawn++, 0, 0, 0}, out[4];
	random_philox(key, counter, out);
	return (int)(out[0] % (uint32_t)n);
}

static void any_day(void)
{
	static const char *const rooms[] = {"or-1", "or-2", "or-3", "or-4", ""};
	static const char *const acts[] = {"hernia", "hip", "eye", "nail", ""};
	fork_.twin->now_ms = EIGHT_MS + (below(600) - 60) * MINUTE_MS + below(60000);
	fork_.midnight_ms = below(8) > 0 ? EIGHT_MS - 480 * MINUTE_MS : 0;
	for (int r = 0; r < 4; r++)
		fork_.twin->rooms[r].service = below(6) == 0 ? SERVICE_CLOSED : SERVICE_UNOCCUPIED;
	for (int i = 0; i < fork_.twin->case_count; i++) {
		struct surgery *s = &fork_.twin->cases[i];
		int at = below(6) > 0 ? below(4) : -1;
		s->room_at = at;
		snprintf(s->room, ID_SIZE, "%s", at >= 0 ? rooms[at] : "");
		snprintf(s->procedure, LABEL_SIZE, "%s", acts[below(5)]);
		s->start_ms = below(8) > 0 ? EIGHT_MS + below(500) * MINUTE_MS : 0;
		s->end_ms = s->start_ms != 0 ? s->start_ms + (1 + below(180)) * MINUTE_MS : 0;
		s->nest = below(2) > 0 ? below(7) : -1;
		s->known_ms = EIGHT_MS - below(600) * MINUTE_MS;
		s->setting = (enum setting)below(SETTING_COUNT);
		s->locked = below(8) == 0;
		s->status =
			below(5) > 0 ? CASE_PLANNED : (enum case_status)below(CASE_STATUS_COUNT);
		s->ready[READY_FASTING] = below(3) - 1;
		s->ready_by[READY_FASTING].at_ms = EIGHT_MS - below(300) * MINUTE_MS;
		memset(s->passage, 0, sizeof s->passage);
		memset(s->intake, 0, sizeof s->intake);
		if (below(2) > 0)
			s->passage[MILESTONE_ARRIVED].by[1].when_ms = EIGHT_MS;
		if (below(8) == 0)
			s->passage[MILESTONE_IN_ROOM].by[1].when_ms = EIGHT_MS;
		if (below(3) == 0)
			s->intake[below(INTAKE_COUNT)].when_ms = EIGHT_MS - below(400) * MINUTE_MS;
		fork_.policy.extra_min[i] = (int16_t)(below(4) == 0 ? below(60) - 30 : 0);
	}
}

static bool fixed_allow(const struct scenario *s)
{
	for (int i = 0; i < repair_rule_count; i++)
		if (repair_rules[i].fixed && !repair_rules[i].kept(&fork_, s, why))
			return false;
	return true;
}

static void limits_are_the_fixed_rules(void **state)
{
	static struct repair_limits l;
	static const char *const rooms[] = {"or-1", "or-2", "or-3", "or-4"};
	long allowed = 0, refused = 0;
	(void)state;
	for (int day = 0; day < 400; day++) {
		any_day();
		repair_limits(&fork_, &l);
		for (int i = 0; i < fork_.twin->case_count; i++) {
			int room = below(4);
			/* Some time, and both sides of each limit. */
			int64_t minute = EIGHT_MS + below(900) * MINUTE_MS,
				edge[] = {minute, l.earliest_ms[i], l.latest_ms[i], l.open_ms[room],
					l.last_ms[room], l.close_ms[room] - l.lasts_ms[i],
					fork_.twin->cases[i].start_ms};
			struct scenario s;
			scenario_make("place", &s);
			assert_true(scenario_set(&s, "case", fork_.twin->cases[i].id));
			assert_true(scenario_set(&s, "room", rooms[room]));
			for (int k = 0; k < 7 * 3; k++) {
				if (edge[k / 3] > EIGHT_MS * 2 || edge[k / 3] < EIGHT_MS / 2)
					continue;
				assert_true(scenario_set_instant(
					&s, "at", edge[k / 3] + (k % 3 - 1) * MINUTE_MS));
				bool fixed = fixed_allow(&s);
				assert_int_equal(
					repair_limits_allow(&l, i, room, scenario_ms(&s, 2)),
					fixed);
				/* No rule is left out of what a decision must keep. */
				if (repair_allowed(&fork_, &s, NULL, why))
					assert_true(fixed);
				allowed += fixed;
				refused += !fixed;
			}
			scenario_make("postpone", &s);
			assert_true(scenario_set(&s, "case", fork_.twin->cases[i].id));
			assert_true(scenario_set(&s, "reason", "time"));
			assert_int_equal(l.may_wait[i], repair_allowed(&fork_, &s, NULL, why));
		}
	}
	assert_true(allowed > 1000 && refused > 1000);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_suite, close_suite)

int main(void)
{
	static const struct CMUnitTest tests[] = {T(rooms_and_sessions), T(before_the_session),
		T(who_stays), T(told_in_time), T(who_is_not_here_yet), T(an_empty_stomach),
		T(emergencies), T(day_patients), T(in_two_rooms), T(kits), T(what_there_is),
		T(limits_are_the_fixed_rules)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
