/* SPDX-License-Identifier: Apache-2.0 */
/* Screen 9 over the suite of suite_world.h at 10:42: OR 1 c-101 in 08:32 (planned
 * 08:30) out 10:05, OR 2 c-201 in 08:40 (08:30), still there; eight sessions of
 * 08:00-17:00. Figures by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "screens/format.h"
#include "screens/show_json.h"
#include "tests/unit/suite_screens.h"

static struct target targets[4], prices[2];

static void set(struct target *list, int *count, const char *key, double value)
{
	snprintf(list[*count].key, sizeof list[0].key, "%s", key);
	list[(*count)++].value = value;
	world->site.targets = targets;
	world->site.prices = prices;
}

/* Down to the row of an indicator, from the first. */
static void go_to(struct ui *ui, const char *name)
{
	char line[LABEL_SIZE];

	press(ui, "9g");
	snprintf(line, sizeof line, "\n>%s", name);
	for (int i = 0; i < 60 && !shows(ui, 24, 80, line); i++)
		press(ui, "j");
	assert_true(shows(ui, 24, 80, line));
}

static void test_page_of_one(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	go_to(ui, "First-case tardiness");
	press(ui, "\n");
	/* 2 and 10 minutes. */
	assert_true(shows(ui, 24, 80, "value           6.0 min"));
	assert_true(shows(ui, 24, 80, "p50 6.0, p90 9.2, mean 6.0"));
	assert_true(shows(ui, 24, 80, "mean of max(0, PIR1 - S1)"));
	assert_true(shows(ui, 24, 80, "AACD Procedural Times Glossary"));
	assert_true(shows(ui, 24, 80, "until 10:42"));
	assert_true(shows(ui, 24, 80, "count           2"));
	assert_true(shows(ui, 24, 80, "2.0  OR 1       c-101        08:32-10:05"));
	press(ui, "q");
	go_to(ui, "Cycle time");
	press(ui, "i");
	assert_true(shows(ui, 24, 80, "not computable, because:"));
	assert_true(shows(ui, 24, 80, "no case of the day has both milestones"));
	assert_true(shows(ui, 24, 80, "arrived to discharged"));
	press(ui, "q");
	go_to(ui, "Timely care");
	assert_true(shows(ui, 24, 80, "no survey feed"));
	ui_destroy(ui);
}

static void test_target_and_sign(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	/* 93 and 122 minutes of eight times 162: 16.6 %. */
	set(targets, &world->site.target_count, "utilisation_pct", 85);
	set(targets, &world->site.target_count, "first_tardiness_min", 5);
	press(ui, "9");
	assert_true(shows(ui, 24, 80, "16.6 %             2   >= 85 ! L"));
	assert_true(shows(ui, 24, 80, "6.0 min           2    <= 5 ! H"));
	assert_true(shows(ui, 40, 200, "16.6 %                      2   >= 85 ! L"));
	targets[0].value = 16;
	targets[1].value = 6;
	assert_false(shows(ui, 40, 200, "! L"));
	assert_false(shows(ui, 40, 200, "! H"));
	ui_destroy(ui);
}

static void test_house_grace_and_price(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	set(targets, &world->site.target_count, "first_case_delay_min", 10);
	press(ui, "9");
	assert_true(shows(ui, 24, 80, "house grace 10          100.0 %"));
	go_to(ui, "Cost of idle time");
	assert_true(shows(ui, 24, 80, "no price or_hour"));
	assert_false(shows(ui, 24, 80, "Cost of idle time                   not"));
	set(prices, &world->site.price_count, "or_hour", 60);
	/* OR 1 32 before and 37 after c-101; OR 2 40; OR 3 162 before c-301; five
	 * rooms without a case 162 each: 1081 minutes at 1 EUR. */
	assert_true(shows(ui, 24, 80, "1081 EUR"));
	ui_destroy(ui);
}

/* A day `days` ago of one first case in OR 4, planned 08:00. */
static void old_day(struct indicator_history *history, int days, int late_min)
{
	char id[16];
	int64_t planned = world_at(8, 0) - days * 86400000LL, in = planned + late_min * 60000LL;

	indicator_history_before(history, world->twin, planned);
	snprintf(id, sizeof id, "old-%d", days);
	world_case(world, id, id, "or-4", planned, 20, "Hernia repair");
	world_milestone(world, id, MILESTONE_IN_ROOM, SOURCE_FHIR, in);
	world_milestone(world, id, MILESTONE_OUT_ROOM, SOURCE_FHIR, in + 1200000);
}

static struct indicator_history *history_create(void)
{
	struct indicator_history *history = indicator_history_create(format_midnight);

	assert_non_null(history);
	world->view.history = history;
	return history;
}

static void test_comparison_is_refused(void **state)
{
	struct ui *ui = ui_create();
	struct indicator_history *history;

	(void)state;
	press(ui, "9G");
	assert_true(shows(ui, 24, 80, "needs 20 days before and 20 after, has 0 and 0"));
	history = history_create();
	old_day(history, 3, 4);
	old_day(history, 1, 6);
	indicator_history_before(history, world->twin, world_at(8, 0));
	assert_true(shows(ui, 24, 80, "has 0 and 2, since"));
	assert_true(shows(ui, 40, 120, "has 0 and 2, since 2026-03-13"));
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "95 % confidence"));
	press(ui, "q");
	go_to(ui, "First-case tardiness");
	assert_true(shows(ui, 40, 120, "5.0/2"));
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "5.0 min, mean of 2 days"));
	/* What was done on other days is not of today: six were planned. */
	press(ui, "q");
	go_to(ui, "Cancelled ");
	assert_true(shows(ui, 24, 80, "Cancelled                                        0"));
	ui_destroy(ui);
	indicator_history_destroy(history);
}

/* 2 and 4 min late on the twenty days before, 10 and 12 on the last twenty.
 * Difference 8, standard error sqrt(2/19), t 2.0244. */
static void test_forty_days_are_compared(void **state)
{
	struct ui *ui = ui_create();
	struct indicator_history *history = history_create();

	(void)state;
	for (int i = 40; i >= 1; i--)
		old_day(history, i, (i > 20 ? 2 : 10) + i % 2 * 2);
	indicator_history_before(history, world->twin, world_at(8, 0));
	go_to(ui, "First-case tardiness");
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "+8.0 from the 20 days before (95 % CI +7.3 to +8.7)"));
	press(ui, "q");
	go_to(ui, "Cycle time");
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "has 0 and 0"));
	press(ui, "q9G");
	assert_true(shows(ui, 24, 80, "on this page (Enter)"));
	press(ui, "\n");
	assert_true(
		shows(ui, 24, 80, "*First-case tardiness                    3.0      11.0  +8.0"));
	ui_destroy(ui);
	indicator_history_destroy(history);
}

static const cJSON *named(const cJSON *list, const char *key)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		const cJSON *is = cJSON_GetObjectItem(item, "key");

		if (is && strcmp(is->valuestring, key) == 0)
			return item;
	}
	fail_msg("no %s", key);
	return NULL;
}

static void test_json_of_indicators(void **state)
{
	char *text = show_json(&world->view, "indicators");
	cJSON *root = cJSON_Parse(text);
	const cJSON *list = cJSON_GetObjectItem(root, "indicators"), *one;

	(void)state;
	assert_string_equal(cJSON_GetObjectItem(root, "format")->valuestring, "vigie.indicators/1");
	assert_string_equal(
		cJSON_GetObjectItem(root, "day")->valuestring, "2026-03-16T00:00:00+01:00");
	assert_non_null(
		strstr(cJSON_GetObjectItem(root, "before_after")->valuestring, "has 0 and 0"));
	one = named(list, "first_tardiness");
	assert_true(cJSON_IsTrue(cJSON_GetObjectItem(one, "known")));
	assert_true(cJSON_GetObjectItem(one, "value")->valuedouble == 6);
	assert_true(cJSON_GetObjectItem(one, "n")->valuedouble == 2);
	one = named(list, "cycle");
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(one, "known")));
	assert_null(cJSON_GetObjectItem(one, "value"));
	assert_non_null(strstr(cJSON_GetObjectItem(one, "note")->valuestring, "both milestones"));
	cJSON_Delete(root);
	free(text);
	text = show_text(&world->view, "indicators", 120, true);
	assert_non_null(strstr(text, "not computable"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_page_of_one), T(test_target_and_sign),
		T(test_house_grace_and_price), T(test_comparison_is_refused),
		T(test_forty_days_are_compared), T(test_json_of_indicators)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
