/* SPDX-License-Identifier: Apache-2.0 */
/* What the screens take from a forecast. Expected values are read off the
 * forecast written by hand in suite_forecast.h; the keys of the JSON are those
 * of vigie.forecast/1 in vigie(1). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "screens/rows.h"
#include "screens/show_json.h"
#include "tests/unit/suite_radar.h"

static struct world *world;
static struct forecast *forecast;

static int setup(void **state)
{
	(void)state;
	world = world_create();
	tzset();
	forecast = world_forecast(world);
	world->view.forecast = forecast;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(forecast);
	world_destroy(world);
	return 0;
}

static int case_(const char *id)
{
	return twin_case(world->twin, id);
}

static void test_age(void **state)
{
	(void)state;
	assert_true(rows_forecast_age(&world->view) == 3000);
	assert_false(rows_forecast_stale(&world->view));
	/* A minute at the usual speed; five seconds of real time at ×20. */
	world->view.speed = 1;
	world->view.now_ms = forecast->at_ms + 60000;
	assert_false(rows_forecast_stale(&world->view));
	world->view.now_ms++;
	assert_true(rows_forecast_stale(&world->view));
	world->view.speed = 20;
	assert_false(rows_forecast_stale(&world->view));
	world->view.now_ms = forecast->at_ms + 100001;
	assert_true(rows_forecast_stale(&world->view));
	world->view.forecast = NULL;
	assert_true(rows_forecast_age(&world->view) == -1);
	assert_false(rows_forecast_stale(&world->view));
}

static void test_rooms(void **state)
{
	struct forecast_row rows[16];
	int count = forecast_rows(&world->view, rows, 16);

	(void)state;
	assert_int_equal(count, 8);
	/* c-101 has left OR 1: two are left. */
	assert_int_equal(rows[0].left, 2);
	assert_true(rows[0].closes_ms == world_at(17, 0));
	assert_true(fabs(rows[0].forecast->p_overtime - 0.634) < 1e-9);
	assert_true(fabs(rows[0].over_min - 31) < 1e-9);
	assert_int_equal(rows[3].left, 0);
	assert_true(isnan(rows[3].over_min));
	assert_int_equal(forecast_rows(&world->view, rows, 3), 3);
	/* At 17:30 half an hour of overtime has been, whatever is still to come. */
	forecast->at_ms = world->view.now_ms = world_at(17, 30);
	forecast_rows(&world->view, rows, 16);
	assert_true(fabs(rows[0].over_min - 61) < 1e-9);
	/* Nothing foreseen yet: the rooms are there all the same. */
	world->view.forecast = NULL;
	assert_int_equal(forecast_rows(&world->view, rows, 16), 8);
	assert_null(rows[0].forecast);
	assert_int_equal(rows[0].left, 2);
}

static void test_cases_of_a_room(void **state)
{
	struct foreseen_row rows[8];
	int room = site_room(&world->site, "or-1");

	(void)state;
	assert_int_equal(foreseen_rows(&world->view, room, rows, 8), 2);
	assert_int_equal(rows[0].case_, case_("c-102"));
	assert_int_equal(rows[0].order, 2); /* the second of the room's day */
	assert_true(rows[0].forecast->end.p50 == (double)world_at(12, 25));
	assert_int_equal(foreseen_rows(&world->view, room, rows, 1), 1);
}

/* No case, too early a forecast, a case that is off: nothing, and no crash. */
static void test_case_not_foreseen(void **state)
{
	struct fact f = fact_make(FACT_STATUS, SOURCE_FHIR, world_at(10, 43));

	(void)state;
	assert_null(rows_forecast_case(&world->view, -1));
	assert_null(rows_forecast_case(&world->view, world->twin->case_count));
	assert_non_null(rows_forecast_case(&world->view, case_("c-202")));
	format_put(f.status.id, sizeof f.status.id, "c-202");
	f.status.status = CASE_CANCELLED;
	world_say(world, &f);
	assert_null(rows_forecast_case(&world->view, case_("c-202")));
	world_case(world, "c-999", "p-999", "or-4", world_at(14, 0), 60, "Late comer");
	assert_null(rows_forecast_case(&world->view, case_("c-999")));
}

/* Whatever the age of the forecast: what is shown as still to come is at least
 * the next minute. */
static void test_nothing_ahead_is_over(void **state)
{
	struct quantiles q = forecast->cases[forecast->index.case_of[case_("c-201")]].end, ahead;

	(void)state;
	ahead = rows_ahead(&world->view, q);
	assert_memory_equal(&ahead, &q, sizeof q);
	for (int minute = 0; minute < 240; minute++) {
		world->view.now_ms = world_at(10, 42) + minute * 60000LL;
		ahead = rows_ahead(&world->view, q);
		assert_true(ahead.p10 >= (double)(world->view.now_ms + 60000));
		assert_true(ahead.p10 <= ahead.p50 && ahead.p50 <= ahead.p90);
	}
	ahead = rows_ahead(&world->view, (struct quantiles){0, 0, 0});
	assert_true(ahead.p50 == 0 && ahead.p90 == 0);
}

/* OR 4 to 8 have no case: now. OR 3 is free until c-301 at 11:02. OR 1 is being
 * cleaned: not known. OR 2 after c-201, 12:05. */
static void test_break_ins(void **state)
{
	struct break_in_row rows[16];
	int count = break_in_rows(&world->view, rows, 16);

	(void)state;
	assert_int_equal(count, 7);
	assert_int_equal(rows[0].room, 2);
	assert_true(rows[0].when.p50 == 0 && rows[0].until_ms == world_at(11, 2));
	assert_int_equal(rows[1].room, 3);
	assert_true(rows[1].when.p50 == 0 && rows[1].until_ms == 0);
	assert_int_equal(rows[6].room, 1);
	assert_true(rows[6].when.p50 == (double)world_at(12, 5));
	assert_int_equal(break_in_rows(&world->view, rows, 2), 2);
	world->view.forecast = NULL;
	assert_int_equal(break_in_rows(&world->view, rows, 16), 0);
}

static void test_window(void **state)
{
	int64_t from, to;

	(void)state;
	forecast_window(&world->view, &from, &to);
	assert_true(from == world_at(10, 30));
	/* OR 1's p90 is 18:30, and half an hour of air. */
	assert_true(to == world_at(19, 0));
	world->view.now_ms = world_at(23, 0);
	world->view.forecast = NULL;
	forecast_window(&world->view, &from, &to);
	assert_true(from <= world->view.now_ms && to > world->view.now_ms);
}

static void test_resources(void **state)
{
	int pacu = forecast_beds(forecast, ROOM_PACU);
	char text[LABEL_SIZE];

	(void)state;
	assert_int_equal(pacu, 0);
	assert_int_equal(forecast_beds(forecast, ROOM_WARD), -1);
	/* Load 4 * s / 16 is over 3.6 of 4 from slot 15 on: 3 h 45 after 10:41:57. */
	assert_true(forecast_full_ms(forecast, pacu) == forecast->at_ms + 15 * 900000LL);
	for (int s = 0; s < FORECAST_SLOTS; s++)
		forecast->loads[pacu].p_full[s] = 0.49;
	assert_true(forecast_full_ms(forecast, pacu) == 0);
	forecast_left_out(forecast, text, sizeof text);
	assert_string_equal(text, "staff not counted");
	forecast->index.dropped = 2;
	forecast_left_out(forecast, text, sizeof text);
	assert_string_equal(text, "staff not counted, 2 cases did not fit");
	forecast_resource_name(&world->site, -1, ROOM_PACU, -1, text, sizeof text);
	assert_string_equal(text, "PACU bays");
	/* A role of a site that is no longer loaded. */
	assert_string_equal(forecast_resource_id(&world->site, 3, -1, -1), "");
	assert_string_equal(forecast_resource_id(NULL, 0, -1, -1), "");
}

static const char *text_of(const cJSON *o, const char *key)
{
	const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

	return value ? value : "(absent)";
}

static double number_of(const cJSON *o, const char *key)
{
	return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static void test_json(void **state)
{
	char *text = show_json(&world->view, "forecast");
	cJSON *root = cJSON_Parse(text), *rooms, *room, *list, *pacu;

	(void)state;
	assert_string_equal(text_of(root, "format"), "vigie.forecast/1");
	assert_string_equal(text_of(root, "time"), "2026-03-16T10:42:00+01:00");
	assert_string_equal(text_of(root, "at"), "2026-03-16T10:41:57+01:00");
	assert_true(number_of(root, "reps") == 2000);
	rooms = cJSON_GetObjectItemCaseSensitive(root, "rooms");
	room = cJSON_GetArrayItem(rooms, 0);
	assert_string_equal(text_of(room, "id"), "or-1");
	assert_true(fabs(number_of(room, "p_overtime") - 0.634) < 1e-9);
	assert_string_equal(text_of(cJSON_GetObjectItemCaseSensitive(room, "end"), "p50"),
		"2026-03-16T17:20:00+01:00");
	/* OR 4 has nothing left: no end, as a missing value is an absent key. */
	assert_null(cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(rooms, 3), "end"));
	pacu = cJSON_GetObjectItemCaseSensitive(root, "pacu");
	assert_true(number_of(pacu, "bays") == 4);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(pacu, "p_full")), 96);
	list = cJSON_GetObjectItemCaseSensitive(root, "bottlenecks");
	assert_string_equal(text_of(cJSON_GetArrayItem(list, 0), "resource"), "pacu");
	assert_true(number_of(cJSON_GetArrayItem(list, 0), "effect_min") == -12);
	assert_true(number_of(cJSON_GetObjectItemCaseSensitive(root, "kpi"), "hold_min") == 11.4);
	cJSON_Delete(root);
	free(text);
}

static const cJSON *in(const cJSON *o, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(o, key);
}

/* The causes add up to the total, in the JSON as it is printed; without a price
 * there is no cost. */
static void test_json_idle(void **state)
{
	struct target price = {"or_hour", 620};
	double third[IDLE_CAUSES];

	(void)state;
	/* Three times a third of a tenth more than 3.3: 3.4, and the sum is 10.2. */
	for (int c = 0; c < 3; c++)
		forecast->rooms[0].idle_min[c] = 3.35001;
	for (int c = 3; c < IDLE_CAUSES; c++)
		forecast->rooms[0].idle_min[c] = 0;
	assert_true(fabs(rows_idle(&forecast->rooms[0], 0.1, third) - 10.2) < 1e-9);
	assert_true(rows_idle(&forecast->rooms[0], 1, third) == 9 && third[0] == 3);
	for (int with = 0; with < 2; with++) {
		world->site.prices = &price;
		world->site.price_count = with;
		char *text = show_json(&world->view, "forecast");
		cJSON *root = cJSON_Parse(text);
		double sum = 0, all = 0;
		const cJSON *room, *cause;

		cJSON_ArrayForEach(room, in(root, "rooms"))
		{
			int one = 0;

			cJSON_ArrayForEach(cause, in(room, "idle_by_cause"))
			{
				one += (int)lround(10 * number_of(cause, "min"));
				assert_true((in(cause, "cost") != NULL) == with);
			}
			assert_true(one == (int)lround(10 * number_of(room, "idle_min")));
			sum += one;
		}
		all = number_of(in(root, "kpi"), "idle_min");
		assert_true(fabs(sum / 10 - all) < 0.05);
		room = cJSON_GetArrayItem(in(root, "rooms"), 0);
		assert_true((in(room, "idle_cost") != NULL) == with);
		if (with) /* 10.2 minutes of 620 an hour */
			assert_true(number_of(room, "idle_cost") == 105.4);
		cJSON_Delete(root);
		free(text);
	}
	world->site.price_count = 0;
}

/* Loads with the time to full, both rankings, what is short, where an emergency
 * can go, who goes home. */
static void test_json_of_the_rest(void **state)
{
	int pacu = forecast_beds(forecast, ROOM_PACU);
	struct forecast_case *c = &forecast->cases[forecast->index.case_of[case_("c-102")]];
	const cJSON *one;

	(void)state;
	c->home = world_times((struct world_span){930, 975, 1030});
	c->p_convert = 0.1234;
	char *text = show_json(&world->view, "forecast");
	cJSON *root = cJSON_Parse(text);
	/* Full from slot 15 of 10:41:57 on. */
	assert_string_equal(text_of(in(root, "pacu"), "full_at"), "2026-03-16T14:26:57+01:00");
	assert_true(number_of(in(root, "pacu"), "lead_min") == 225);
	one = cJSON_GetArrayItem(in(root, "loads"), pacu);
	assert_string_equal(text_of(one, "resource"), "pacu");
	assert_true(number_of(one, "units") == 4 && number_of(one, "lead_min") == 225);
	one = cJSON_GetArrayItem(in(root, "bottlenecks_2h"), 0);
	assert_true(number_of(one, "effect_min") == -7);
	one = cJSON_GetArrayItem(in(root, "gaps"), 0);
	assert_string_equal(text_of(one, "resource"), "pacu");
	assert_true(number_of(one, "p50") == 5 && number_of(one, "units") == 4);
	assert_true(number_of(one, "one_more_min") == -12);
	assert_string_equal(text_of(one, "short_at"), "2026-03-16T14:00:00+01:00");
	one = cJSON_GetArrayItem(in(root, "break_ins"), 0);
	assert_string_equal(text_of(one, "room"), "or-3");
	assert_string_equal(text_of(one, "until"), "2026-03-16T11:02:00+01:00");
	cJSON_ArrayForEach(one, in(root, "cases"))
	{
		bool is = strcmp(text_of(one, "id"), "c-102") == 0;

		assert_true((in(one, "home") != NULL) == is);
		assert_true(!is || number_of(one, "p_convert") == 0.123);
	}
	assert_null(strstr(text, "null")); /* what cJSON makes of a NaN */
	cJSON_Delete(root);
	free(text);
}

/* What is read off the radar of suite_radar.h; NEST class 2 has one hour from 10:42. */
static void test_radar_told(void **state)
{
	struct radar *radar = world_radar(world);
	const cJSON *r, *one, *at;

	(void)state;
	world->view.radar = radar;
	char *text = show_json(&world->view, "forecast");
	cJSON *root = cJSON_Parse(text);
	r = in(root, "radar");
	one = cJSON_GetArrayItem(in(r, "moments"), 1);
	assert_int_equal(cJSON_GetArraySize(in(r, "moments")), 4);
	assert_string_equal(text_of(one, "room"), "or-1");
	assert_string_equal(text_of(one, "after"), "c-101");
	assert_string_equal(text_of(in(one, "at"), "p90"), "2026-03-16T11:04:00+01:00");
	assert_true(number_of(one, "p") == 1 && number_of(one, "behind") == 2);
	one = cJSON_GetArrayItem(in(r, "classes"), 1);
	assert_int_equal(cJSON_GetArraySize(in(r, "classes")), 6);
	assert_true(number_of(one, "class") == 2 && number_of(one, "waiting") == 0);
	assert_string_equal(text_of(one, "target"), "2026-03-16T11:42:00+01:00");
	assert_string_equal(text_of(one, "room"), "or-3");
	assert_true(cJSON_IsFalse(in(one, "late")));
	at = in(cJSON_GetArrayItem(in(r, "classes"), 2), "at");
	assert_string_equal(text_of(at, "p50"), "2026-03-16T12:15:00+01:00");
	assert_int_equal(cJSON_GetArraySize(in(r, "p_free")), RADAR_SLOTS);
	assert_true(fabs(cJSON_GetArrayItem(in(r, "p_free"), 16)->valuedouble - 0.4) < 1e-6);
	assert_true(number_of(in(r, "hole"), "p50_min") == 55);
	assert_string_equal(text_of(in(r, "hole"), "from"), "2026-03-16T11:05:00+01:00");
	assert_string_equal(cJSON_GetArrayItem(in(in(r, "closes"), "moves"), 0)->valuestring,
		"place:case=c-301,room=or-3,at=2026-03-16T10:20Z");
	assert_true(fabs(number_of(in(in(r, "closes"), "hole_min"), "mean") + 17.8) < 1e-6);
	cJSON_Delete(root);
	free(text);
	text = show_text(&world->view, "forecast", 100, false);
	assert_non_null(strstr(text, "\nclass 2 target 11:42: OR 3 now\n"));
	assert_non_null(
		strstr(text, "\nno way in 11:05-12:00, 55 min\nDelay c-301 (Cataract) by 20 "
			     "min, to 11:20 in OR 3: -18 min of it"));
	free(text);
	world->view.radar = NULL;
	free(radar);
}

/* The same in lines; nothing of it is cut. */
static void test_text(void **state)
{
	static const char *const lines[] = {"at 2026-03-16T10:41:57+01:00, 2,000 replications",
		"staff not counted",
		"c-201                    or-2       -                   12:05 (11:30-13:10)",
		"or-1         17:20 (16:25-18:30) 17:00     63 %        31",
		"all            2025          0         36         24",
		"PACU bays          of 4: most 4, at 14:41; up to 4; P(full) at most 60 %; likely "
		"full from 14:26, in 3 h 45",
		"PACU bays          5, up to 6, of 4; short, P 81 %, likely from 14:00; one more: "
		"-12 min of overtime",
		" 1 PACU bays          -7 min (-9 to -5)", "or-3         now, until 11:02",
		"or-2         from 12:05 (11:30-13:10)",
		"overtime 39 min, waiting 84 min, held for the PACU 11 min, idle 2025 min"};

	(void)state;
	char *text = show_text(&world->view, "forecast", 40, false);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		if (strstr(text, lines[i]) == NULL)
			print_error("no \"%s\" in:\n%s\n", lines[i], text);
		assert_non_null(strstr(text, lines[i]));
	}
	free(text);
}

static void test_json_without_a_forecast(void **state)
{
	char *text;

	(void)state;
	world->view.forecast = NULL;
	text = show_json(&world->view, "forecast");
	assert_non_null(strstr(text, "vigie.forecast/1"));
	assert_null(strstr(text, "rooms"));
	free(text);
	text = show_text(&world->view, "forecast", 80, true);
	assert_non_null(strstr(text, "OR 8"));
	free(text);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_age), T(test_rooms), T(test_cases_of_a_room),
		T(test_case_not_foreseen), T(test_nothing_ahead_is_over), T(test_break_ins),
		T(test_window), T(test_resources), T(test_json), T(test_json_idle),
		T(test_json_of_the_rest), T(test_radar_told), T(test_text),
		T(test_json_without_a_forecast)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
