/* SPDX-License-Identifier: Apache-2.0 */
/* Hazards on screen 4 and the score on screen 9, over the suite of suite_world.h
 * at 10:42. Texts by hand from the facts told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "screens/show_json.h"
#include "tests/unit/suite_screens.h"

/* The room or case, so likely, so many minutes from now, made three minutes ago. */
static void tell_hazard(enum hazard hazard, const char *id, double chance, int ahead)
{
	struct fact f = fact_make(FACT_HAZARD, SOURCE_SYSTEM, world_at(10, 42));

	f.source_ms = world_at(10, 39);
	f.hazard.hazard = hazard;
	format_put(f.hazard.id, sizeof f.hazard.id, "%s", id);
	f.hazard.active = true;
	f.hazard.chance = chance;
	f.hazard.about_ms = world_at(10, 42 + ahead);
	f.hazard.reps = 2000;
	world_say(world, &f);
}

static bool cursor_is_on(struct ui *ui, const char *needle)
{
	char *got = picture(ui, 24, 80, false, NULL), *row = strstr(got, "\n>");
	char *end = row ? strchr(row + 1, '\n') : NULL;
	bool on = false;

	if (end) {
		*end = '\0';
		on = strstr(row, needle) != NULL;
	}
	free(got);
	return on;
}

static void go_to_row(struct ui *ui, const char *needle)
{
	press(ui, "4g");
	for (int i = 0; i < 20 && !cursor_is_on(ui, needle); i++)
		press(ui, "j");
	assert_true(cursor_is_on(ui, needle));
}

static void test_list(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	tell_hazard(HAZARD_OVERTIME, "or-1", 0.72, 100);
	tell_hazard(HAZARD_PACU_FULL, "pacu", 0.345, 45);
	press(ui, "4");
	assert_true(
		shows(ui, 24, 80, " *   B      10:42 OR 1 past session, 72%, in 1 h 40 (r)  OR 1"));
	assert_true(shows(ui, 24, 80, " **  B      10:42 PACU full, 34%, in 45 min (r)"));
	ui_destroy(ui);
}

static void test_page_and_why(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	tell_hazard(HAZARD_OVERTIME, "or-1", 0.72, 100);
	go_to_row(ui, "OR 1 past session");
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "When            12:22, in 1 h 40"));
	assert_true(shows(ui, 24, 80, "How likely      72%, by 2,000 replications"));
	assert_true(shows(ui, 24, 80, "the forecast of Mon 16 Mar 10:39:00, 3 min"));
	assert_true(shows(ui, 24, 80,
		"What helps      r: what to do about it; T what would have it end in time"));
	press(ui, "i");
	assert_true(shows(ui, 24, 80, "the forecast of Mon 16 Mar 10:39:00, 3 min"));
	assert_true(shows(ui, 24, 80, "72%, by 2,000 replications"));
	ui_destroy(ui);
}

/* The key that the row names does what it says, on the row's own room and case. */
static void test_helping_keys(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	tell_hazard(HAZARD_OVERTIME, "or-3", 0.72, 100);
	tell_hazard(HAZARD_OVERRUN, "c-201", 0.8, 20);
	go_to_row(ui, "OR 3 past session");
	c = press(ui, "T");
	assert_int_equal(c.kind, COMMAND_IN_TIME);
	assert_string_equal(c.target, "or-3");
	go_to_row(ui, "OR 3 past session");
	c = press(ui, "r");
	assert_int_equal(c.kind, COMMAND_REPAIR);
	assert_string_equal(c.target, "or-3");
	go_to_row(ui, "OR 2: over booking");
	c = press(ui, "r");
	assert_string_equal(c.target, "c-201");
	go_to_row(ui, "OR 2: over booking");
	c = press(ui, "+\n");
	assert_int_equal(c.kind, COMMAND_ESTIMATE);
	assert_string_equal(c.target, "c-201");
	ui_destroy(ui);
}

static void test_nobody_says_it_any_more(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	tell_hazard(HAZARD_OVERTIME, "or-1", 0.72, 100);
	press(ui, "4");
	assert_true(shows(ui, 24, 80, "OR 1 past session"));
	twin_advance(world->twin, world_at(11, 17), NULL);
	assert_false(shows(ui, 24, 80, "OR 1 past session"));
	ui_destroy(ui);
}

static void test_json(void **state)
{
	const cJSON *hazard = NULL, *alarm;
	cJSON *root;
	char *text;

	(void)state;
	tell_hazard(HAZARD_OVERTIME, "or-1", 0.72, 100);
	text = show_json(&world->view, "alarms");
	root = cJSON_Parse(text);
	assert_non_null(root);
	cJSON_ArrayForEach(alarm, cJSON_GetObjectItem(root, "alarms"))
	{
		const cJSON *key = cJSON_GetObjectItem(alarm, "key");

		if (strcmp(key->valuestring, "hazard:overtime:or-1") == 0)
			hazard = cJSON_GetObjectItem(alarm, "hazard");
		else if (strncmp(key->valuestring, "press:", 6) == 0)
			assert_null(cJSON_GetObjectItem(alarm, "hazard"));
	}
	assert_non_null(hazard);
	assert_string_equal(cJSON_GetObjectItem(hazard, "kind")->valuestring, "overtime");
	assert_string_equal(cJSON_GetObjectItem(hazard, "subject")->valuestring, "or-1");
	assert_true(cJSON_GetObjectItem(hazard, "probability")->valuedouble > 0.7199
		    && cJSON_GetObjectItem(hazard, "probability")->valuedouble < 0.7201);
	assert_int_equal(cJSON_GetObjectItem(hazard, "lead_min")->valueint, 100);
	assert_string_equal(cJSON_GetObjectItem(hazard, "helping_key")->valuestring, "r");
	free(text);
	cJSON_Delete(root);
}

/* Brier of 0.8 that came and 0.3 that did not: (0.04 + 0.09) / 2 = 0.065; of the rate
 * 0.25. A hazard that came after 30 minutes and one that was taken back. */
static void fill_score(struct score *s)
{
	const int64_t made = world_at(9, 0);

	s->record_total = 2;
	s->records[0] = (struct score_record){.what = FORETOLD_OVERTIME,
		.state = SCORE_SETTLED,
		.made_ms = made,
		.chance = 0.8,
		.middle = -1,
		.came = true};
	s->records[1] = s->records[0];
	s->records[1].chance = 0.3;
	s->records[1].came = false;
	s->hazard_total = 2;
	s->hazards[0] = (struct score_hazard){.hazard = HAZARD_PACU_FULL,
		.verdict = VERDICT_CAME,
		.raised_ms = made,
		.came_ms = made + 30 * 60000};
	s->hazards[1] = (struct score_hazard){
		.hazard = HAZARD_PACU_FULL, .verdict = VERDICT_FALSE, .raised_ms = made};
	s->event_total = 1;
	s->events[0] =
		(struct score_event){.hazard = HAZARD_PACU_FULL, .began_ms = made, .lead_min = 30};
}

static void test_quality(void **state)
{
	struct score *score = score_create();
	struct ui *ui = ui_create();

	(void)state;
	fill_score(score);
	world->view.score = score;
	press(ui, "9G");
	assert_true(shows(
		ui, 24, 80, "Hazards right: PACU full                      50.0 %             2"));
	assert_true(
		shows(ui, 60, 200, "said 2, came 1, taken back 1, lead 30 min; 1 of 1 announced"));
	assert_true(shows(
		ui, 24, 80, "Forecast: Brier, overtime 1 h ahead          0.065               2"));
	for (int i = 0; i < 60 && !shows(ui, 24, 80, "\n>Forecast: Brier, overtime"); i++)
		press(ui, "k");
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "today           0.065  (n 2)"));
	assert_true(shows(ui, 24, 80, "came 50% of the time; saying so each time 0.25"));
	assert_true(shows(ui, 24, 80, "said  80%  came 100%  of 1"));
	assert_true(shows(ui, 24, 80, "said  30%  came   0%  of 1"));
	ui_destroy(ui);
	world->view.score = NULL;
	score_destroy(score);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_page_and_why, setup, teardown),
		cmocka_unit_test_setup_teardown(test_helping_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nobody_says_it_any_more, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_quality, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
