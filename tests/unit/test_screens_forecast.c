/* SPDX-License-Identifier: Apache-2.0 */
/* Screen 7 and what other screens show of a forecast, over the one written by
 * hand in suite_forecast.h. Expected texts: the design, section 4; the pictures
 * are goldens of test_screens.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "screens/screen.h"
#include "tests/unit/suite_radar.h"
#include "tests/unit/suite_screens.h"

static struct forecast *forecast;
static struct ui *ui;

static int begin(void **state)
{
	setup(state);
	forecast = world_forecast(world);
	world->view.forecast = forecast;
	ui = ui_create();
	return 0;
}

static int end(void **state)
{
	ui_destroy(ui);
	free(forecast);
	return teardown(state);
}

static void test_rooms_first(void **state)
{
	(void)state;
	press(ui, "7");
	assert_true(shows(ui, 24, 80, "forecast 3 s old, 2,000 replications  staff not counted"));
	assert_true(shows(ui, 24, 80, "17:20 (16:25-18:30) 17:00  !! 63 %   31"));
	assert_true(shows(ui, 24, 80, "16:40 (16:10-17:15) 17:00   ! 24 %    8"));
	/* 0.05 % of 2,000 is one: not never. */
	assert_true(shows(ui, 24, 80, "12:02 (11:45-12:32) 17:00     <1 %    0"));
	assert_true(shows(ui, 24, 80, "overtime 39 min  waiting 1 h 24  PACU holds 11 min"));
	assert_true(shows(ui, 24, 80, "one more of: PACU bays"));
	assert_false(shows(ui, 24, 80, "likely full"));
	press(ui, "\t");
	assert_true(shows(ui, 24, 80, "PACU bays: 4, likely full from 14:26"));
	press(ui, "\t\t"); /* past the radar */
	assert_true(shows(ui, 24, 80, "!! 63 %"));
	/* With room for both, both are there. */
	assert_true(shows(ui, 40, 120, "!! 63 %") && shows(ui, 40, 120, "likely full from 14:26"));
}

static void test_before_the_first_answer(void **state)
{
	(void)state;
	world->view.forecast = NULL;
	press(ui, "7");
	assert_true(shows(ui, 24, 80, "computing..."));
	assert_true(shows(ui, 24, 80, "OR 8"));
	press(ui, "\t");
	assert_true(shows(ui, 24, 80, "computing..."));
	press(ui, "\t\n");
	assert_true(shows(ui, 24, 80, "nothing foreseen yet"));
}

static void test_a_room_opens(void **state)
{
	(void)state;
	press(ui, "7\n");
	assert_true(shows(ui, 24, 80, "OR 1: what is still to come"));
	assert_true(shows(ui, 24, 80, "in    11:05 (10:55-11:20)  waits 20 min"));
	assert_true(shows(ui, 24, 80, "out   12:25 (12:10-12:55)"));
	assert_true(shows(ui, 24, 80, "PACU  13:40 (13:05-14:30)"));
	press(ui, "q");
	assert_string_equal(ui_base(ui)->def->name, "forecast");
	/* Beside the rooms where it is wide enough. */
	assert_true(shows(ui, 60, 200, "OR 1: what is still to come"));
	/* A room without cases. */
	press(ui, "G\n");
	assert_true(shows(ui, 24, 80, "no case left today"));
}

static void test_old_is_said(void **state)
{
	char *roles;

	(void)state;
	press(ui, "7");
	world->view.now_ms = forecast->at_ms + 75000;
	world->view.speed = 1;
	assert_true(shows(ui, 24, 80, "? forecast 1 min old"));
	press(ui, "1j");
	assert_true(shows(ui, 40, 120, "→ 12:05 ? 1 min old"));
	free(picture(ui, 24, 80, false, &roles));
	free(roles);
}

/* c-201 is in OR 2: p50 12:05, p10 11:30, p90 13:10. */
static void test_board_and_patient(void **state)
{
	(void)state;
	press(ui, "j");
	assert_true(shows(ui, 40, 120, "11:40 → 12:05 (11:30-13:10)"));
	assert_true(shows(ui, 24, 80, "out → 12:05 (11:30-13:10)"));
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "out 12:05 (11:30-13:10)"));
	assert_true(shows(ui, 24, 80, "PACU to 13:20 (12:30-14:40)  3 s old"));
	press(ui, "q");
	/* Two hours on, with nothing new: never an end that is over. */
	world->view.now_ms = world_at(13, 30);
	assert_true(shows(ui, 24, 80, "→ 13:31 ? 2 h 48 old"));
}

/* Left and Right walk round the loads; with one they stay. */
static void test_loads(void **state)
{
	(void)state;
	press(ui, "7\t");
	press(ui, "hhhll");
	assert_true(shows(ui, 24, 80, "PACU bays: 4"));
	forecast->pool_count = 2;
	forecast->index.pool_role[1] = -1;
	forecast->index.pool_beds[1] = ROOM_WARD;
	forecast->index.pool_kit[1] = -1;
	forecast->loads[1].units = 9;
	press(ui, "l");
	assert_true(shows(ui, 24, 80, "ward beds: 9, never likely full"));
	press(ui, "l");
	assert_true(shows(ui, 24, 80, "PACU bays: 4"));
}

static void test_what_binds(void **state)
{
	(void)state;
	press(ui, "7");
	assert_true(shows(ui, 40, 120, "1 PACU bays        -12 min (-15 to -9)"));
	forecast->bottlenecks[0].effect = (struct paired){-0.2, -0.9, 0.5};
	assert_true(shows(ui, 24, 80, "one more of: -; in 2 h: PACU bays -7"));
	forecast->bottlenecks_later[0].effect = (struct paired){-0.4, -0.8, -0.1};
	assert_false(shows(ui, 40, 120, "1 PACU bays"));
	assert_true(shows(ui, 40, 120, "One more from 12:41 on"));
	assert_true(shows(ui, 24, 80, "one more of anything changes nothing"));
	forecast->ranked_reps = 0;
	assert_true(shows(ui, 40, 120, "what binds: computing..."));
}

/* What is short, and time that nobody works: priced when the site has a price. */
static void test_short_and_idle(void **state)
{
	struct target price = {"or_hour", 600};

	(void)state;
	press(ui, "7");
	assert_true(shows(ui, 40, 120, "!! PACU bays        5-6 of 4, 81 %, from 14:00"));
	forecast->demand[0].p_short = 0.3;
	forecast->demand[0].short_ms = 0;
	assert_true(shows(ui, 40, 120, "!  PACU bays        5-6 of 4, 30 %"));
	assert_false(shows(ui, 40, 120, "30 %, from"));
	forecast->demand[0].p_short = 0.1;
	assert_true(shows(ui, 40, 120, "enough of everything"));
	/* Three rooms of 12 + 8 + 25 minutes, five of 378: 2,025. */
	assert_true(shows(ui, 40, 120, " no case 31 h 30, gap 1 h 15, patient 36 min"));
	world->site.prices = &price;
	world->site.price_count = 1;
	format_put(world->site.currency, sizeof world->site.currency, "EUR");
	assert_true(shows(ui, 40, 120, " 20250 EUR: no case 31 h 30"));
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "nobody works: 45 min  450 EUR"));
	assert_true(shows(ui, 24, 80, "gap         25 min   250 EUR"));
	assert_true(shows(ui, 24, 80, "patient     12 min   120 EUR"));
	world->site.price_count = 0;
	assert_false(shows(ui, 24, 80, "EUR"));
}

/* Where an emergency of each class should go (twin/radar.h: NEST targets of 1 and 4
 * hours from 10:42 on), and the longest time without a way in. */
static void test_radar(void **state)
{
	struct radar *radar = world_radar(world);
	int i = twin_case(world->twin, "c-202");

	(void)state;
	world->view.radar = radar;
	press(ui, "7");
	assert_true(shows(
		ui, 24, 80, "NEST 1 OR 3 now  2 (11:42) OR 3 now  no way in 11:05-12:00, 55 min"));
	assert_true(shows(ui, 24, 80, "one more of: PACU bays"));
	assert_true(shows(ui, 60, 200, "class 3 target 14:42: OR 3 12:15 (12:00-12:40)"));
	assert_true(shows(ui, 60, 200, "no way in 11:05-12:00, 55 min"));
	assert_true(shows(ui, 60, 200, "-18 min of it (-20 to -16), overtime +4"));
	press(ui, "\t\t");
	assert_true(shows(ui, 24, 80, "OR 1     10:55 (10:50-11:04) 100 %  after c-101"));
	assert_true(shows(ui, 24, 80, "u adds one  r what to do"));
	press(ui, "\t");
	/* One waits since ten without a room: class 2 has until eleven, and no moment is sure
	 * to come before that but the one that is now. */
	world->twin->cases[i].nest = 2;
	world->twin->cases[i].known_ms = world_at(10, 0);
	world->twin->cases[i].room[0] = '\0';
	assert_true(shows(ui, 60, 200, "class 2 c-202 target 11:00, 18 min left: OR 3 now"));
	radar->moments[0] = radar->moments[3];
	radar->moments[1] = radar->moments[2];
	assert_true(shows(ui, 60, 200, "! class 2 c-202 target 11:00, 18 min left: OR"));
	assert_true(shows(ui, 60, 200, "LATE"));
	world->view.now_ms = world_at(11, 5);
	assert_true(shows(ui, 60, 200, "! class 2 c-202 target 11:00, 5 min late: OR 2"));
	radar->count = 0;
	assert_true(shows(ui, 60, 200, "class 1: no room foreseen"));
	/* Nothing to close, not looked for yet, and over. */
	radar->closes.moves.count = 0;
	assert_true(shows(ui, 60, 200, "closing it costs more than it is worth"));
	radar->closes.at_ms = 0;
	assert_true(shows(ui, 60, 200, "what closes it: computing..."));
	radar->hole_min = (struct quantiles){0, 0, 3};
	assert_true(shows(ui, 60, 200, "a room can be entered at any time"));
	radar->to_ms = radar->from_ms = 0;
	assert_false(shows(ui, 60, 200, "a room can be entered at any time"));
	free(radar);
}

/* Predicted beside planned: D.P. is planned at 10:30 and will be in at 11:05. */
static void test_board_next(void **state)
{
	(void)state;
	assert_true(shows(ui, 40, 120, "10:30 D.P.     → 11:05"));
	assert_true(shows(ui, 60, 200, "11:00 3001     → 11:02"));
	world->view.forecast = NULL;
	assert_false(shows(ui, 40, 120, "→ 11:05"));
}

/* Who goes home, and how likely not today. */
static void test_home(void **state)
{
	int i = forecast->index.case_of[twin_case(world->twin, "c-102")];

	(void)state;
	press(ui, "7\n");
	assert_false(shows(ui, 24, 80, "home"));
	forecast->cases[i].home = world_times((struct world_span){930, 975, 1030});
	forecast->cases[i].p_convert = 0.12;
	assert_true(shows(ui, 24, 80, "home  16:15 (15:30-17:10)  stays over night 12 %"));
	forecast->cases[i].p_convert = -1;
	assert_true(shows(ui, 24, 80, "home  16:15 (15:30-17:10)"));
	assert_false(shows(ui, 24, 80, "over night"));
}

/* The answers come at any time, also while a page of it is open. */
static void test_any_size_any_forecast(void **state)
{
	static const char *const keys[] = {"7", "7\t", "7\n", "7G", "7jll\t", "1", "1\n"};

	(void)state;
	for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
		for (int with = 0; with < 3; with++) {
			world->view.forecast = with ? forecast : NULL;
			world->view.now_ms = with == 2 ? world_at(23, 50) : world_at(10, 42);
			press(ui, keys[k]);
			for (int columns = 1; columns < 220; columns += columns < 8 ? 1 : 19)
				for (int rows = 1; rows < 70; rows += rows < 12 ? 3 : 9)
					free(picture(ui, rows, columns, columns % 2, NULL));
			press(ui, "\x1b");
		}
	}
}

/* c-202, Hernia repair at 12:00, goes home today: 16:40, and the day unit closes at
 * 19:00. It needs one of two towers, and the colectomy under way has the other. */
static void test_street_ready_and_kits(void **state)
{
	static struct kit kits[] = {{.id = "tower",
		.name = "Tower",
		.count = 2,
		.procedures = {.of = {"hernia", "colectomy"}, .count = 2}}};
	int i = forecast->index.case_of[twin_case(world->twin, "c-202")];
	struct forecast_case *c = &forecast->cases[i];

	(void)state;
	world->site.kits = kits;
	press(ui, "2jjjj\n");
	assert_true(shows(ui, 60, 80, "Hernia repair"));
	assert_false(shows(ui, 60, 80, "street-ready"));
	assert_false(shows(ui, 60, 80, "needs"));
	forecast->index.ambulatory[i] = true;
	c->p_convert = -1;
	assert_true(shows(ui, 60, 80,
		"street-ready    not foreseen: the pathway does not go as far as home"));
	c->home = (struct quantiles){
		(double)world_at(16, 0), (double)world_at(16, 40), (double)world_at(18, 5)};
	assert_true(
		shows(ui, 60, 80, "16:40 (16:00-18:05); when the day unit closes is not known"));
	c->p_convert = 0.034;
	forecast->index.home_by_ms[i] = world_at(19, 0) - forecast->index.origin_ms;
	assert_true(shows(ui, 60, 80,
		"street-ready    16:40 (16:00-18:05); over night with P 3 %: closes 19:00"));
	c->p_convert = 0; /* of so many replications: not never */
	assert_true(shows(ui, 60, 80, "over night with P < 1 %: closes 19:00"));
	world->site.kit_count = 1;
	assert_true(shows(ui, 60, 80, "needs           Tower (2, 1 in use elsewhere)"));
	kits[0].procedures.count = 1;
	assert_true(shows(ui, 60, 80, "needs           Tower (2, 0 in use elsewhere)"));
	kits[0].procedures.count = 0;
	assert_true(shows(ui, 60, 80, "needs           nothing that is scarce"));
	kits[0].procedures.count = 2;
}

#define F(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {F(test_rooms_first), F(test_before_the_first_answer),
		F(test_a_room_opens), F(test_old_is_said), F(test_board_and_patient), F(test_loads),
		F(test_what_binds), F(test_short_and_idle), F(test_radar), F(test_board_next),
		F(test_home), F(test_street_ready_and_kits), F(test_any_size_any_forecast)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
