/* SPDX-License-Identifier: Apache-2.0 */
/* The data link as rows, pictures and JSON: gateways, devices, odd messages.
 * Rules: feeds reference 1.9 (what filters hide), 7.1 (a silent button must be
 * seen), issue 3 (shown in F2). Numbers: world_link of suite_world.h. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "screens/rows.h"
#include "screens/show_json.h"
#include "tests/unit/suite_screens.h"
#include "twin/catalogue.h"

static void test_gateways(void **state)
{
	struct gateway_row rows[HEALTH_GATEWAYS];
	char words[256];

	(void)state;
	assert_int_equal(gateway_rows(&world->view, rows, HEALTH_GATEWAYS), 3);
	/* What hides a press comes first; the good one last. */
	assert_int_equal(rows[0].gateway, 1);
	assert_int_equal(rows[0].hints,
		1U << HINT_CLOCK | 1U << HINT_LOST | 1U << HINT_SLOW | 1U << HINT_HIDDEN);
	gateway_hint_words(&world->view, &rows[0], words, sizeof words);
	assert_string_equal(words,
		"never hears 2 tags its neighbours hear (C30000000002); "
		"uploads every 30 s: may miss a press; 3 uploads lost; clock year 1970");
	assert_int_equal(rows[1].gateway, -1);
	gateway_hint_words(&world->view, &rows[1], words, sizeof words);
	assert_string_equal(words,
		"not in the site; \"upload unknown\" off?; MAC filter? only AC233F; "
		"RSSI filter? none below -70 dBm; clock +2 h 03; offline buffer replayed, 412 "
		"rows");
	assert_int_equal(rows[2].gateway, 0);
	assert_int_equal(rows[2].hints, 0);
	/* An hour later the replay is no news any more; silence comes first. */
	world->view.now_ms += 3600000;
	world->twin->gateways[0].silent = true;
	assert_int_equal(gateway_rows(&world->view, rows, HEALTH_GATEWAYS), 3);
	assert_int_equal(rows[0].gateway, 0);
	assert_true(rows[0].silent);
	assert_false(rows[2].hints & 1U << HINT_REPLAY);
	assert_int_equal(gateway_rows(&world->view, rows, 1), 1);
}

/* 2038, an hour behind, a minute's drift, and no clock at all. */
static void test_clock_words(void **state)
{
	static const struct {
		int64_t offset_ms;
		const char *words;
	} cases[] = {{376000000000LL, "year 2038"}, {-3600000, "-1 h 00"}, {59000, "ok"},
		{-59000, "ok"}, {15552000000LL, "+4320 h 00"}, {-1773653000000LL, "year 1970"}};
	struct gateway_row row = {.gateway = 0, .health = 0};
	struct gateway_health *g = &world->health.gateways[0];
	char words[32];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		g->offset_ms = cases[i].offset_ms;
		gateway_clock_words(&world->view, &row, words, sizeof words);
		assert_string_equal(words, cases[i].words);
	}
	g->clocked = false;
	gateway_clock_words(&world->view, &row, words, sizeof words);
	assert_string_equal(words, "");
}

static void test_devices(void **state)
{
	static struct device_row rows[ROWS_MAX];
	int count = device_rows(&world->view, rows, ROWS_MAX);

	(void)state;
	/* Three buttons, five models of the site, and what is left of the catalogue. */
	assert_int_equal(count, 3 + 5 + catalogue_count - 4);
	/* Fixed in a room and silent; on a patient who is here; in a drawer. */
	assert_string_equal(rows[0].name, "monitor M-204");
	assert_true(rows[0].expected && rows[0].silent);
	assert_string_equal(rows[1].name, "bracelet 1");
	assert_true(rows[1].expected && !rows[1].silent);
	assert_string_equal(rows[2].name, "bracelet 2");
	assert_true(!rows[2].expected && !rows[2].silent && rows[2].age_ms == -1);
	assert_string_equal(rows[3].name, "B7");
	assert_int_equal(rows[3].count, 2);
	assert_int_equal(rows[3].heard, 1);
	assert_string_equal(rows[4].name, "X9");
	assert_int_equal(rows[4].model, -1);
	for (int i = 8; i < count; i++)
		assert_int_equal(rows[i].count, 0);
	/* Ten minutes without a word: the one not heard for longest comes first. */
	world->view.now_ms = world_at(10, 42) + 600000;
	device_rows(&world->view, rows, ROWS_MAX);
	assert_false(rows[1].silent);
	world->view.now_ms += 1;
	device_rows(&world->view, rows, ROWS_MAX);
	assert_string_equal(rows[1].name, "bracelet 1");
	assert_true(rows[1].silent);
	/* The lowest battery of a model. */
	world->twin->things[twin_thing(world->twin, "C30000000001")].battery = 41;
	world->twin->things[twin_thing(world->twin, "C30000000002")].battery = 17;
	device_rows(&world->view, rows, ROWS_MAX);
	assert_int_equal(rows[3].battery, 17);
	assert_int_equal(device_rows(&world->view, rows, 1), 1);
}

static cJSON *pane(const char *name)
{
	char *text = show_json(&world->view, name);
	cJSON *root = cJSON_Parse(text);

	assert_non_null(root);
	free(text);
	return root;
}

static const cJSON *get(const cJSON *o, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(o, key);
}

static void test_json(void **state)
{
	cJSON *root = pane("feeds");
	const cJSON *odd = cJSON_GetArrayItem(get(root, "odd"), 0);

	(void)state;
	assert_string_equal(get(odd, "what")->valuestring, "messagepack");
	assert_string_equal(get(odd, "topic")->valuestring, "/ab/bcg04/status");
	assert_string_equal(get(odd, "first")->valuestring, "87a176a3312e35a3");
	assert_int_equal(get(odd, "size")->valueint, 412);
	assert_int_equal(get(odd, "count")->valueint, 38);
	assert_int_equal(get(get(root, "unknown_frames"), "ffe1:a1:22 len 14")->valueint, 17);
	assert_int_equal(get(root, "unlisted_rows")->valueint, 81234);
	cJSON_Delete(root);

	root = pane("gateways");
	const cJSON *g = cJSON_GetArrayItem(get(root, "gateways"), 0);
	assert_string_equal(get(g, "mac")->valuestring, "AC233FC00002");
	assert_int_equal(get(g, "lost")->valueint, 3);
	assert_int_equal(get(g, "interval_s")->valueint, 30);
	assert_true(cJSON_IsFalse(get(g, "silent")));
	cJSON_Delete(root);

	root = pane("devices");
	const cJSON *d = cJSON_GetArrayItem(get(root, "devices"), 0);
	assert_string_equal(get(d, "button")->valuestring, "monitor M-204");
	assert_true(cJSON_IsTrue(get(d, "silent")));
	d = cJSON_GetArrayItem(get(root, "devices"), 2);
	assert_true(cJSON_IsFalse(get(d, "in_use")));
	assert_null(get(d, "age_s")); /* a missing value is an absent key */
	assert_true(cJSON_IsFalse(get(d, "verified")));
	cJSON_Delete(root);
}

/* Tab goes round; everything says the same without colour and in 80 cells. */
static void test_tab_goes_round(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	assert_true(ui_goto(ui, "feeds"));
	assert_true(shows(ui, 24, 80, "Tab gateways"));
	assert_true(shows(ui, 24, 80, "call buttons    3, in use 2, silent 1"));
	assert_true(shows(ui, 24, 80, "messagepack 38"));
	press(ui, "\t");
	assert_true(shows(ui, 24, 80, "vigie  Gateways"));
	assert_true(shows(ui, 24, 80, "uploads every 30 s: may miss a press"));
	press(ui, "\t");
	assert_true(shows(ui, 24, 80, "vigie  Devices"));
	assert_true(shows(ui, 24, 80, "SILENT"));
	press(ui, "\t");
	assert_true(shows(ui, 24, 80, "vigie  Stations"));
	press(ui, "\t");
	assert_true(shows(ui, 24, 80, "vigie  Feeds"));
	press(ui, ":devices\n");
	assert_true(shows(ui, 24, 80, "vigie  Devices"));
	press(ui, ":fee\n");
	assert_true(shows(ui, 24, 80, "vigie  Feeds"));
	press(ui, "1:gatew\n");
	assert_true(shows(ui, 24, 80, "vigie  Gateways"));
	ui_destroy(ui);
}

/* Names as long as a site may give: what matters stays. */
static void test_long_names(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	format_put(world->gateways[1].name, LABEL_SIZE,
		"Passerelle de la salle de surveillance post-interventionnelle, côté jardin");
	format_put(world->tags[3].name, LABEL_SIZE,
		"Bracelet d'appel du patient, lit de réveil numéro douze");
	ui_goto(ui, "gateways");
	assert_true(shows(ui, 24, 80, "never hears 2 tags"));
	assert_true(shows(ui, 24, 80, "30 s     3"));
	ui_goto(ui, "devices");
	assert_true(shows(ui, 24, 80, " SILENT "));
	for (int columns = 30; columns < 200; columns += 13)
		free(picture(ui, 12, columns, true, NULL));
	ui_destroy(ui);
}

/* A press that a buffer brought: late, with its own time; a press of now makes
 * it a call of now (feeds reference 7.3). */
static void test_late_press(void **state)
{
	struct ui *ui = ui_create();
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, world_at(10, 42));
	const struct alarm *a;

	(void)state;
	format_put(f.press.tag, TAG_SIZE, "C30000000002");
	f.press.late = true;
	f.source_ms = world_at(10, 31);
	twin_apply(world->twin, &f, NULL);
	a = &world->twin->alarms[twin_alarm(world->twin, "press:C30000000002")];
	assert_true(a->late);
	assert_true(a->happened_ms == world_at(10, 31));
	ui_goto(ui, "alarms");
	assert_true(shows(ui, 24, 80, "(late, of 10:31) "));
	press(ui, "G"); /* wherever it stands, its page says it */
	press(ui, "/late\n\n");
	assert_true(shows(ui, 24, 80, "Mon 16 Mar 10:31:00: late, the gateway was cut off"));
	f.press.late = false;
	f.source_ms = 0;
	twin_apply(world->twin, &f, NULL);
	assert_false(a->late);
	assert_true(a->happened_ms == 0);
	assert_int_equal(a->count, 2);
	ui_destroy(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_gateways), T(test_clock_words), T(test_devices),
		T(test_json), T(test_tab_goes_round), T(test_long_names), T(test_late_press)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
