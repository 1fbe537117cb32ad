/* SPDX-License-Identifier: Apache-2.0 */
/* Expected values are computed by hand from suite_world.h; shapes of the JSON
 * are those of the manual (vigie(1), formats). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "screens/rows.h"
#include "screens/show_json.h"
#include "tests/unit/suite_world.h"

static struct world *world;

static int setup(void **state)
{
	(void)state;
	world = world_create();
	tzset();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_destroy(world);
	return 0;
}

static cJSON *json(const char *pane, const char *format, const char *array)
{
	char *text = show_json(&world->view, pane);
	cJSON *root;

	assert_non_null(text);
	assert_null(strchr(text, '\n'));
	root = cJSON_Parse(text);
	free(text);
	assert_non_null(root);
	assert_string_equal(
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "format")), format);
	assert_true(cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(root, array)));
	return root;
}

static cJSON *item(const cJSON *root, const char *array, const char *key, const char *value)
{
	cJSON *o;

	cJSON_ArrayForEach(o, cJSON_GetObjectItemCaseSensitive(root, array))
	{
		const char *have = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

		if (have && strcmp(have, value) == 0)
			return o;
	}
	return NULL;
}

static const char *text(const cJSON *o, const char *key)
{
	const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

	return value ? value : "(absent)";
}

static double number(const cJSON *o, const char *key)
{
	return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static void test_board_rows(void **state)
{
	struct board_row rows[16];
	int count = board_rows(&world->view, rows, 16);

	(void)state;
	assert_int_equal(count, 8);
	/* OR 2: in room 08:40 by FHIR, now 10:42: 122 min of 180. */
	assert_int_equal(rows[1].state, ROOMSTATE_SURGERY);
	assert_true(fabs(rows[1].elapsed_min - 122) < 1e-6);
	assert_true(fabs(rows[1].planned_min - 180) < 1e-6);
	assert_int_equal(rows[1].phase, MILESTONE_INCISION);
	assert_true(rows[1].conflict);
	assert_int_equal(rows[1].said.who, SOURCE_FHIR);
	/* OR 4 has no case: nothing is invented. */
	assert_int_equal(rows[3].current, -1);
	assert_int_equal(rows[3].next, -1);
	assert_true(isnan(rows[3].elapsed_min) && isnan(rows[3].late_min));
	assert_int_equal(board_rows(&world->view, rows, 3), 3);
}

static void test_board_window_holds_now(void **state)
{
	int64_t from, to;

	(void)state;
	board_window(&world->view, &from, &to);
	/* Sessions 08:00 to 17:00, and an hour of overrun. */
	assert_true(from == world_at(8, 0) && to == world_at(18, 0));
	world->view.now_ms = world_at(21, 0);
	board_window(&world->view, &from, &to);
	assert_true(to > world->view.now_ms);
	world->view.now_ms = world_at(6, 30);
	board_window(&world->view, &from, &to);
	assert_true(from <= world->view.now_ms);
}

static void test_board_json(void **state)
{
	cJSON *root = json("board", "vigie.board/1", "rooms"), *o, *next, *ready;

	(void)state;
	assert_string_equal(text(root, "mode"), "DEMO");
	assert_string_equal(text(root, "time"), "2026-03-16T10:42:00+01:00");
	o = item(root, "rooms", "id", "or-2");
	assert_non_null(o);
	assert_string_equal(text(o, "state"), "surgery");
	assert_string_equal(text(o, "case"), "c-201");
	assert_string_equal(text(o, "phase"), "incision");
	assert_true(fabs(number(o, "elapsed_min") - 122) < 1e-9);
	assert_string_equal(text(o, "source"), "fhir");
	assert_null(cJSON_GetObjectItemCaseSensitive(o, "remaining_min"));
	o = item(root, "rooms", "id", "or-1");
	next = cJSON_GetObjectItemCaseSensitive(o, "next");
	assert_string_equal(text(next, "case"), "c-102");
	assert_string_equal(text(next, "start"), "2026-03-16T10:30:00+01:00");
	ready = cJSON_GetObjectItemCaseSensitive(next, "ready");
	assert_int_equal(cJSON_GetArraySize(ready), 2);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(ready, 0)), "arrived");
	assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(ready, 1)), "fasting");
	/* Missing is absent, never 0. */
	o = item(root, "rooms", "id", "or-4");
	assert_null(cJSON_GetObjectItemCaseSensitive(o, "case"));
	assert_null(cJSON_GetObjectItemCaseSensitive(o, "elapsed_min"));
	assert_null(cJSON_GetObjectItemCaseSensitive(o, "next"));
	cJSON_Delete(root);
}

static void test_programme(void **state)
{
	struct programme_row rows[32];
	int count = programme_rows(&world->view, rows, 32);
	struct fact f = fact_make(FACT_INTAKE, SOURCE_PERSON, world_at(10, 42));
	cJSON *root, *o;

	(void)state;
	assert_int_equal(count, 6);
	for (int i = 1; i < count; i++)
		assert_true(world->twin->cases[rows[i - 1].case_].start_ms
			    <= world->twin->cases[rows[i].case_].start_ms);
	root = json("programme", "vigie.programme/1", "cases");
	assert_string_equal(text(item(root, "cases", "id", "c-101"), "stage"), "pacu");
	assert_string_equal(text(item(root, "cases", "id", "c-301"), "procedure"), "Cataract");
	cJSON_Delete(root);
	/* Solids at 06:30, by the time of the suite: six hours. */
	f.intake.intake = INTAKE_SOLIDS;
	f.intake.when_ms = world_at(6, 30);
	format_put(f.intake.id, sizeof f.intake.id, "c-102");
	world_say(world, &f);
	root = json("programme", "vigie.programme/1", "cases");
	o = item(root, "cases", "id", "c-102");
	assert_string_equal(text(o, "earliest_start"), "2026-03-16T12:30:00+01:00");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(o, "ready")), 1);
	cJSON_Delete(root);
}

static void test_recovery(void **state)
{
	struct recovery_row rows[64];
	int count = recovery_rows(&world->view, rows, 64), bays = 0, beds = 0, incoming = 0;
	cJSON *root, *o;

	(void)state;
	for (int i = 0; i < count; i++) {
		bays += rows[i].kind == RECOVERY_BAY;
		beds += rows[i].kind == RECOVERY_BED;
		incoming += rows[i].kind == RECOVERY_INCOMING;
	}
	/* Four bays, four ward beds; c-201 is in its OR and comes next. */
	assert_int_equal(bays, 4);
	assert_int_equal(beds, 4);
	assert_int_equal(incoming, 1);
	root = json("recovery", "vigie.recovery/1", "places");
	o = item(root, "places", "bed", "bay-2");
	assert_string_equal(text(o, "patient"), "p-1001");
	assert_string_equal(text(o, "since"), "2026-03-16T10:09:00+01:00");
	assert_string_equal(text(o, "waiting"), "criteria");
	assert_null(
		cJSON_GetObjectItemCaseSensitive(item(root, "places", "bed", "bay-1"), "patient"));
	/* Programme: 180 min from the real start at 08:40. */
	assert_string_equal(text(item(root, "places", "kind", "incoming"), "expected"),
		"2026-03-16T11:40:00+01:00");
	cJSON_Delete(root);
	/* Met, and nobody says that the bed is missing: waits for transport. */
	world_milestone(world, "c-101", MILESTONE_PACU_READY, SOURCE_FHIR, world_at(10, 42));
	recovery_rows(&world->view, rows, 64);
	assert_true(rows[1].criteria);
	assert_int_equal(rows[1].waiting, WAITING_TRANSPORT);
	world_ready(world, "c-101", READY_BED, 0);
	recovery_rows(&world->view, rows, 64);
	assert_int_equal(rows[1].waiting, WAITING_BED);
}

static void test_alarms(void **state)
{
	struct alarm_row rows[64];
	int count = alarm_rows(&world->view, rows, 64), unacked[PRIORITY_COUNT],
	    all[PRIORITY_COUNT];
	cJSON *root = json("alarms", "vigie.alarms/1", "alarms"), *o, *where;

	(void)state;
	assert_true(count >= 2);
	for (int i = 1; i < count; i++)
		assert_true(world->twin->alarms[rows[i - 1].alarm].priority
			    >= world->twin->alarms[rows[i].alarm].priority);
	alarm_counts(&world->view, unacked, all);
	assert_int_equal(all[PRIORITY_HIGH], 1);
	assert_int_equal(unacked[PRIORITY_HIGH], 1);
	o = item(root, "alarms", "key", "press:C30000000001");
	assert_string_equal(text(o, "class"), "patient_call");
	assert_string_equal(text(o, "priority"), "HIGH");
	assert_string_equal(text(o, "state"), "B");
	assert_string_equal(text(o, "raised"), "2026-03-16T10:41:20+01:00");
	assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(o, "acked_by")));
	where = cJSON_GetObjectItemCaseSensitive(o, "where");
	assert_string_equal(text(where, "room"), "pacu");
	assert_string_equal(text(where, "floor"), "1");
	assert_string_equal(text(where, "or"), "holding");
	assert_true(fabs(number(where, "confidence") - 0.93) < 1e-9);
	assert_true(fabs(number(where, "age_s") - 60) < 1e-9);
	cJSON_Delete(root);
}

static void test_locate(void **state)
{
	cJSON *root = json("locate", "vigie.locate-now/1", "things");
	cJSON *o = item(root, "things", "tag", "C30000000011");

	(void)state;
	assert_string_equal(text(o, "name"), "pump 17");
	assert_string_equal(text(o, "kind"), "asset");
	assert_string_equal(text(o, "room"), "pharmacy");
	assert_string_equal(text(o, "last_certain"), "2026-03-16T10:30:00+01:00");
	/* People leave the screen as pseudonyms only. */
	assert_string_equal(text(item(root, "things", "tag", "C30000000001"), "name"), "p-1001");
	assert_null(item(root, "things", "tag", "AC233F000001"));
	cJSON_Delete(root);
}

static void test_climate(void **state)
{
	struct climate_row rows[16];
	int count = climate_rows(&world->view, rows, 16);
	cJSON *root = json("climate", "vigie.climate/1", "readings"), *o;

	(void)state;
	assert_int_equal(count, 3);
	/* 5.0 + 29 * 0.15 = 9.35 Cel against 2-8: the fridge comes first. */
	assert_true(rows[0].cold && rows[0].out);
	assert_false(rows[1].out || rows[2].out);
	o = item(root, "readings", "tag", "AC233F000001");
	assert_true(fabs(number(o, "value") - 9.35) < 1e-6);
	assert_true(fabs(number(o, "high") - 8) < 1e-9);
	assert_string_equal(text(o, "unit"), "Cel");
	assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "out")));
	assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "cold_chain")));
	/* 0.15 a minute from 5 on: above 8 from minute 20 to 29. Its mean kinetic
	 * temperature by USP <1160>, dH/R = 10,000 K: 7.27 (the mean is 7.18). */
	o = cJSON_GetObjectItemCaseSensitive(o, "stock");
	assert_true(fabs(number(o, "above_min") - 9) < 1e-9);
	assert_true(fabs(number(o, "watched_min") - 29) < 1e-9);
	assert_true(fabs(number(o, "mkt") - 7.3) < 1e-9);
	assert_null(cJSON_GetObjectItemCaseSensitive(o, "budget_min"));
	assert_null(cJSON_GetObjectItemCaseSensitive(o, "to_limit_min")); /* it is out */
	o = item(root, "readings", "tag", "AC233F000002");
	assert_null(cJSON_GetObjectItemCaseSensitive(o, "stock"));
	cJSON_Delete(root);
}

/* 1013.20 hPa over 1013.00 is 20 Pa, of which 5 are the instruments' own. */
static void test_over_pressure(void **state)
{
	struct climate_row rows[16];
	struct room *kept = &world->site.rooms[0];
	struct fact told = fact_make(FACT_SITE, SOURCE_SYSTEM, world_at(10, 41));
	int before = climate_rows(&world->view, rows, 16);

	(void)state;
	told.site.site = &world->site;
	world_tag(world, "AC233F0000B0", "barometer", TAG_SENSOR, 0, false);
	world_tag(world, "AC233F0000B1", "outside", TAG_SENSOR, 1, false);
	world_say(world, &told);
	world_reading(world, "AC233F0000B0", QUANTITY_PRESSURE, 1013.20, world_at(10, 41));
	assert_int_equal(climate_rows(&world->view, rows, 16), before); /* no limits: weather */
	kept->pressure_low = 16;
	kept->pressure_high = 25;
	kept->pressure_zero = 5;
	format_put(kept->pressure_to, sizeof kept->pressure_to, "%s", world->site.rooms[1].id);
	assert_int_equal(climate_rows(&world->view, rows, 16), before + 1);
	world_reading(world, "AC233F0000B1", QUANTITY_PRESSURE, 1013.00, world_at(10, 42));
	assert_int_equal(climate_rows(&world->view, rows, 16), before + 1);
	cJSON *root = json("climate", "vigie.climate/1", "readings");
	cJSON *o = item(root, "readings", "tag", "AC233F0000B0");
	assert_true(fabs(number(o, "value") - 15) < 1e-6);
	assert_string_equal(text(o, "unit"), "Pa");
	assert_string_equal(text(o, "over"), world->site.rooms[1].id);
	assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "out")));
	assert_null(item(root, "readings", "tag", "AC233F0000B1"));
	cJSON_Delete(root);
	/* The other one is three minutes old by now: nobody knows. */
	world_reading(world, "AC233F0000B0", QUANTITY_PRESSURE, 1013.20, world_at(10, 45));
	root = json("climate", "vigie.climate/1", "readings");
	o = item(root, "readings", "tag", "AC233F0000B0");
	assert_non_null(o);
	assert_null(cJSON_GetObjectItemCaseSensitive(o, "value"));
	cJSON_Delete(root);
}

static void test_feeds(void **state)
{
	cJSON *root = json("feeds", "vigie.feeds/1", "feeds");
	cJSON *o = item(root, "feeds", "name", "mqtt 127.0.0.1:1883");
	cJSON *refused = cJSON_GetObjectItemCaseSensitive(o, "refused");

	(void)state;
	assert_string_equal(text(o, "state"), "up");
	assert_true(fabs(number(o, "rows") - 301224) < 1e-9);
	assert_true(fabs(number(refused, "not_json") - 3) < 1e-9);
	assert_int_equal(cJSON_GetArraySize(refused), 2);
	cJSON_Delete(root);
}

static void test_panes(void **state)
{
	static const char *const names[] = {"board", "programme", "recovery", "alarms", "locate",
		"climate", "feeds", "gateways", "devices"};
	struct twin *full = world->twin, *empty = twin_create();

	(void)state;
	assert_null(show_json(&world->view, "nonsense"));
	assert_null(show_text(&world->view, "nonsense", 80, false));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *lines = show_text(&world->view, names[i], 80, true);
		char *object;

		assert_non_null(lines);
		for (const char *c = lines; *c; c++)
			assert_true(*c == '\n' || (*c >= 0x20 && *c < 0x7F));
		free(lines);
		world->view.twin = empty;
		object = show_json(&world->view, names[i]);
		assert_non_null(object);
		free(object);
		free(show_text(&world->view, names[i], 1, false));
		world->view.twin = full;
	}
	twin_destroy(empty);
}

static void test_formats(void **state)
{
	char out[40];

	(void)state;
	format_duration(80, out, sizeof out);
	assert_string_equal(out, "1 h 20");
	format_duration(59.4, out, sizeof out);
	assert_string_equal(out, "59 min");
	format_age(40000, out, sizeof out);
	assert_string_equal(out, "40 s");
	format_age(-5, out, sizeof out);
	assert_string_equal(out, "0 s");
	format_age(3 * 60000 + 59000, out, sizeof out);
	assert_string_equal(out, "3 min");
	format_late(12.4, out, sizeof out);
	assert_string_equal(out, "+12");
	format_late(-5, out, sizeof out);
	assert_string_equal(out, "-5");
	format_late(0.3, out, sizeof out);
	assert_string_equal(out, "");
	format_clock(0, out, sizeof out);
	assert_string_equal(out, "--:--");
	/* Summer time begins on 29 March 2026: the offset follows. */
	format_rfc3339(MIDNIGHT_MS + 14 * 86400000LL, out, sizeof out);
	assert_string_equal(out, "2026-03-30T01:00:00+02:00");
	assert_true(format_midnight(world_at(10, 42)) == MIDNIGHT_MS);
	assert_true(format_clock_zero(world_at(10, 42)) == MIDNIGHT_MS);
}

/* Europe/Paris 2026: 29 March has 23 hours, 25 October 25 (IANA tzdata): a
 * session from 08:00 begins at 06:00Z and 07:00Z. */
static void test_sessions_when_clocks_change(void **state)
{
	const int64_t spring = 1774738800000; /* 2026-03-28T23:00Z: the 29th, 00:00 */
	const int64_t autumn = 1792879200000; /* 2026-10-24T22:00Z: the 25th, 00:00 */

	(void)state;
	for (int h = 0; h < 23; h++) {
		assert_true(format_clock_zero(spring + h * 3600000) + 8 * 3600000
			    == 1774764000000); /* 2026-03-29T06:00Z */
		assert_true(format_clock_zero(autumn + h * 3600000) + 8 * 3600000
			    == 1792911600000); /* 2026-10-25T07:00Z */
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_board_rows), T(test_board_window_holds_now),
		T(test_board_json), T(test_programme), T(test_recovery), T(test_alarms),
		T(test_locate), T(test_climate), T(test_feeds), T(test_panes), T(test_formats),
		T(test_sessions_when_clocks_change), T(test_over_pressure)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
