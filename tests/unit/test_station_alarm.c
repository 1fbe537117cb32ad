/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator does to an alarm, on a whole station with a real journal: what is
 * asked, what is refused and not written down, what is taken back, and what still
 * stands after a restart. */
#include <ev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/station_private.h"
#include "twin/text.h"

#define TAG  "C300007B573C"
#define CALL "press:" TAG
#define SITE "technical:somewhere"

struct suite {
	struct ev_loop *loop;
	struct settings settings;
	struct station *station;
	char folder[64], journal[96], said[256];
};

static void start(struct suite *s)
{
	struct error err = {""};
	s->loop = ev_loop_new(EVFLAG_AUTO);
	s->station = station_open(s->loop, &s->settings, (struct station_calls){0}, &err);
	if (s->station == NULL)
		fail_msg("%s", err.text);
}

static void stop(struct suite *s)
{
	station_close(s->station);
	ev_loop_destroy(s->loop);
}

static int open_suite(void **state)
{
	static struct suite s;
	struct error err = {""};
	memset(&s, 0, sizeof s);
	snprintf(s.folder, sizeof s.folder, "/tmp/vigie-alarm-XXXXXX");
	assert_non_null(mkdtemp(s.folder));
	snprintf(s.journal, sizeof s.journal, "%s/journal.db", s.folder);
	settings_init(&s.settings);
	assert_int_equal(settings_set(&s.settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s.settings, "journal", s.journal, &err), 0);
	start(&s);
	s.station->person.role = PERSON_SUPERVISOR;
	*state = &s;
	return 0;
}

static int close_suite(void **state)
{
	struct suite *s = *state;
	char command[128];
	stop(s);
	settings_fini(&s->settings);
	snprintf(command, sizeof command, "rm -r '%s'", s->folder);
	return system(command);
}

static const struct alarm *alarm_of(const struct suite *s, const char *key)
{
	int i = twin_alarm(s->station->twin, key);
	assert_true(i >= 0);
	return &s->station->twin->alarms[i];
}

static void condition(struct suite *s, const char *key, bool active)
{
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, 0);
	text_copy(f.condition.key, sizeof f.condition.key, key);
	f.condition.active = active;
	f.condition.priority = PRIORITY_MEDIUM;
	station_fact(s->station, &f);
}

static void press(struct suite *s)
{
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, 0);
	text_copy(f.press.tag, sizeof f.press.tag, TAG);
	station_fact(s->station, &f);
}

static uint64_t ask(struct suite *s, enum command_kind kind, const char *key, const char *why)
{
	const struct alarm *a = alarm_of(s, key);
	struct command c = {.kind = kind, .covers_ms = a->raised_ms, .seen = (int)a->priority + 1};
	uint64_t before = s->station->seq;
	text_copy(c.target, sizeof c.target, key);
	text_copy(c.text, sizeof c.text, why);
	station_command(s->station, &c);
	return s->station->seq - before;
}

static void undo(struct suite *s)
{
	station_command(s->station, &(struct command){.kind = COMMAND_UNDO});
}

static void assert_state(const struct suite *s, const char *key, enum alarm_state want)
{
	assert_string_equal(
		alarm_state_name(alarm_shown(alarm_of(s, key), station_now(s->station))),
		alarm_state_name(want));
}

static void a_call_is_answered(void **state)
{
	struct suite *s = *state;
	press(s);
	assert_state(s, CALL, ALARM_B);
	assert_int_equal(ask(s, COMMAND_RESET, CALL, ""), 0); /* first acknowledge it */
	assert_int_equal(ask(s, COMMAND_SHELVE, CALL, "too loud"), 0);
	assert_int_equal(ask(s, COMMAND_TAKE, CALL, ""), 1);
	assert_string_equal(alarm_of(s, CALL)->owner, s->station->user);
	undo(s);
	assert_string_equal(alarm_of(s, CALL)->owner, "");
	assert_int_equal(ask(s, COMMAND_ACKNOWLEDGE, CALL, ""), 1);
	assert_state(s, CALL, ALARM_LA);
	assert_string_equal(alarm_of(s, CALL)->ack.station, s->station->id);
	assert_true(alarm_of(s, CALL)->ack.hlc_ms > 0);
	assert_int_equal(ask(s, COMMAND_ACKNOWLEDGE, CALL, ""), 0); /* once is enough */
	assert_int_equal(ask(s, COMMAND_UNACKNOWLEDGE, CALL, "no"), 0);
	assert_int_equal(ask(s, COMMAND_RESET, CALL, ""), 1);
	assert_state(s, CALL, ALARM_A);
}

/* Whose station does not come back: acknowledged, and then with a reason. */
static void of_a_station_that_is_away(void **state)
{
	static const char key[] = "zone:AC233F000001";
	struct suite *s = *state;
	struct fact f = fact_make(FACT_RAISE, SOURCE_SYSTEM, 0);
	s->station->person.role = PERSON_NURSE;
	text_copy(f.by.station, sizeof f.by.station, "pacu-desk");
	f.by.hlc_ms = f.raise.raised_ms = station_now(s->station) - 7200000;
	text_copy(f.raise.key, sizeof f.raise.key, key);
	f.raise.class_ = ALARM_CLASS_ZONE_EXIT;
	f.raise.priority = PRIORITY_MEDIUM;
	station_fact(s->station, &f);
	assert_int_equal(ask(s, COMMAND_ACKNOWLEDGE, key, ""), 1);
	assert_state(s, key, ALARM_C);
	assert_int_equal(ask(s, COMMAND_RESET, key, "gone to see"), 0); /* it can say so itself */
	f = fact_make(FACT_STATION, SOURCE_SYSTEM, 0);
	text_copy(f.station.station, sizeof f.station.station, "pacu-desk");
	f.station.away_ms = station_now(s->station) - 3600000;
	station_fact(s->station, &f);
	assert_true(alarm_of(s, key)->unknown);
	assert_int_equal(ask(s, COMMAND_RESET, key, ""), 0); /* why? */
	assert_int_equal(ask(s, COMMAND_RESET, key, "gone to see"), 1);
	assert_state(s, key, ALARM_A);
	stop(s); /* and so it is after a restart */
	start(s);
	assert_state(s, key, ALARM_A);
}

static void the_rest_of_the_acts(void **state)
{
	struct suite *s = *state;
	condition(s, "somewhere", true);
	assert_int_equal(ask(s, COMMAND_SHELVE, SITE, ""), 0); /* why? */
	assert_int_equal(ask(s, COMMAND_SHELVE, SITE, "known, mended on Monday"), 1);
	assert_state(s, SITE, ALARM_E);
	assert_string_equal(alarm_of(s, SITE)->shelf.reason, "known, mended on Monday");
	undo(s);
	assert_state(s, SITE, ALARM_B);
	assert_int_equal(ask(s, COMMAND_UNSHELVE, SITE, ""), 0);
	assert_int_equal(ask(s, COMMAND_ACKNOWLEDGE, SITE, ""), 1);
	assert_state(s, SITE, ALARM_C);
	undo(s); /* as a new occurrence: nothing goes back */
	assert_state(s, SITE, ALARM_B);
	assert_int_equal(ask(s, COMMAND_ACKNOWLEDGE, SITE, ""), 1);
	assert_int_equal(ask(s, COMMAND_UNACKNOWLEDGE, SITE, ""), 0);
	assert_int_equal(ask(s, COMMAND_UNACKNOWLEDGE, SITE, "the wrong row"), 1);
	assert_state(s, SITE, ALARM_B);
	assert_int_equal(ask(s, COMMAND_RETURN, SITE, ""), 0);
	assert_int_equal(ask(s, COMMAND_ACKNOWLEDGE, SITE, ""), 1);
	assert_int_equal(ask(s, COMMAND_OUT_OF_SERVICE, SITE, "WO 117"), 1);
	assert_state(s, SITE, ALARM_G);
	assert_int_equal(ask(s, COMMAND_RETURN, SITE, ""), 1);
	assert_state(s, SITE, ALARM_B); /* evaluated afresh */
}

/* Shelf, service and owner are facts like any other: they survive. */
static void all_of_it_survives_a_restart(void **state)
{
	struct suite *s = *state;
	press(s);
	assert_int_equal(ask(s, COMMAND_TAKE, CALL, ""), 1);
	assert_int_equal(ask(s, COMMAND_SHELVE, SITE, "known"), 1);
	condition(s, "elsewhere", true);
	assert_int_equal(ask(s, COMMAND_OUT_OF_SERVICE, "technical:elsewhere", "WO 118"), 1);
	int64_t until = alarm_of(s, SITE)->shelf_until_ms;
	stop(s);
	start(s);
	assert_state(s, SITE, ALARM_E);
	assert_true(alarm_of(s, SITE)->shelf_until_ms == until);
	assert_state(s, "technical:elsewhere", ALARM_G);
	assert_string_equal(alarm_of(s, "technical:elsewhere")->service.reason, "WO 118");
	assert_state(s, CALL, ALARM_B);
	assert_string_equal(alarm_of(s, CALL)->owner, s->station->user);
}

/* An alarm of an earlier life ends when what it is about is good, on the first look. */
static void technical_alarms_of_an_earlier_life(void **state)
{
	struct suite *s = *state;
	condition(s, "journal", true);
	condition(s, "broker", true);
	assert_true(alarm_of(s, "technical:broker")->active);
	stop(s);
	start(s);
	assert_true(alarm_of(s, "technical:broker")->active);
	station_feeds_tick(s->station);
	assert_false(alarm_of(s, "technical:broker")->active);
	assert_false(alarm_of(s, "technical:journal")->active);
}

static void count_silent(void *context, const struct fact *fact)
{
	*(int *)context += fact->kind == FACT_GATEWAY && fact->gateway.silent
			   && strcmp(fact->gateway.gateway, "AC233FC00001") == 0;
}

/* What the radio of an earlier life said is not said again while it is so (the rest is
 * in test_locate_recall.c): here, that the new locator is told of it at all. */
static void a_silent_gateway_of_an_earlier_life(void **state)
{
	struct suite *s = *state;
	struct fact f = fact_make(FACT_GATEWAY, SOURCE_RADIO, 0);
	int said = 0;
	text_copy(f.gateway.gateway, sizeof f.gateway.gateway, "AC233FC00001");
	f.gateway.silent = true;
	station_fact(s->station, &f);
	stop(s);
	start(s);
	assert_true(alarm_of(s, "gateway:AC233FC00001")->active);
	for (int64_t now = station_now(s->station), i = 0; i < 120; i++, now += 1000) {
		locator_gateway(s->station->locator, "AC233FC00002", now);
		locator_advance(s->station->locator, now, count_silent, &said);
	}
	assert_int_equal(said, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_answered),
		cmocka_unit_test(the_rest_of_the_acts),
		cmocka_unit_test(all_of_it_survives_a_restart),
		cmocka_unit_test(technical_alarms_of_an_earlier_life),
		cmocka_unit_test(of_a_station_that_is_away),
		cmocka_unit_test(a_silent_gateway_of_an_earlier_life),
	};
	return cmocka_run_group_tests_name("station_alarm", tests, open_suite, close_suite);
}
