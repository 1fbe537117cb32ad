/* SPDX-License-Identifier: Apache-2.0 */
/* What must be readable on every screen: where one is, the hours beside the now
 * mark, late rows under the cursor, ports, words instead of codes. Expected
 * texts: DESIGN 4 and issue 2, over the suite of suite_world.h. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/suite_screens.h"

/* One line of a picture, from 0. */
static void line_of(const char *text, int line, char *out, size_t size)
{
	while (line-- > 0 && strchr(text, '\n'))
		text = strchr(text, '\n') + 1;
	snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
}

/* The mark of now stands beside the hours at every minute, never on them. */
static void test_now_mark_leaves_the_hours(void **state)
{
	struct ui *ui = ui_create();
	char axis[512];

	(void)state;
	for (int minute = 0; minute < 60; minute++) {
		char *text;

		world->view.now_ms = world_at(10, minute);
		for (int columns = 80; columns <= 200; columns += 40) {
			text = picture(ui, 24, columns, true, NULL);
			line_of(text, 2, axis, sizeof axis);
			assert_non_null(strchr(axis, '|'));
			assert_non_null(strstr(axis, "10"));
			assert_non_null(strstr(axis, "11"));
			free(text);
		}
	}
	ui_destroy(ui);
}

static void test_frame_says_where_one_is(void **state)
{
	static const char *const titles[] = {
		"Board", "Programme", "PACU", "Alarms", "Locate", "Climate"};
	struct ui *ui = ui_create();
	char keys[2] = "1", line[512], *text;

	(void)state;
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
		keys[0] = (char)('1' + i);
		press(ui, keys);
		text = picture(ui, 24, 80, false, NULL);
		line_of(text, 0, line, sizeof line);
		assert_non_null(strstr(line, titles[i]));
		assert_non_null(strstr(line, "fhir ok 4 s"));
		line_of(text, 23, line, sizeof line);
		assert_true(strncmp(line, "? help  1-9 screens  ", 21) == 0);
		free(text);
		assert_true(shows(ui, 40, 120, "? help  1-9 screens  F2 feeds"));
	}
	assert_true(shows(ui, 40, 120, "Climate & cold chain"));
	/* A message leaves the way to the other screens in sight. */
	press(ui, ":nonsense\n");
	text = picture(ui, 24, 80, false, NULL);
	line_of(text, 23, line, sizeof line);
	assert_true(strncmp(line, "? help  1-9 screens  ", 21) == 0);
	assert_non_null(strstr(line, "nonsense"));
	free(text);
	ui_destroy(ui);
}

/* OR 1 is 12 min late and under the cursor: still written as late. */
static void test_selected_row_keeps_what_matters(void **state)
{
	struct ui *ui = ui_create();
	char *roles, row[512];

	(void)state;
	free(picture(ui, 24, 80, false, &roles));
	line_of(roles, 4, row, sizeof row);
	assert_int_equal(row[0], 's');
	assert_non_null(strstr(row, "lll"));
	assert_non_null(strstr(row, "c"));
	free(roles);
	ui_destroy(ui);
}

static void test_words_of_a_case(void **state)
{
	struct ui *ui = ui_create();
	int index = twin_case(world->twin, "c-103");

	(void)state;
	assert_true(index >= 0);
	press(ui, "\n");
	assert_false(shows(ui, 24, 80, "planned"));
	assert_true(shows(ui, 24, 80, "PACU, Bay 2, Encounter/e-1"));
	press(ui, "2");
	world->twin->cases[index].status = CASE_NO_SHOW;
	assert_true(shows(ui, 24, 80, "no-show"));
	assert_false(shows(ui, 24, 80, "no_show"));
	press(ui, "G\n");
	assert_true(shows(ui, 24, 80, "stage           no-show"));
	ui_destroy(ui);
}

static void test_feed_address_keeps_its_port(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	assert_true(ui_goto(ui, "feeds"));
	assert_true(shows(ui, 24, 80, "fhir 127.0.0.1:8080"));
	ui_destroy(ui);
}

static void test_help_says_what_is_below(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	press(ui, "?");
	assert_true(shows(ui, 24, 80, "0 above, "));
	assert_false(shows(ui, 24, 80, "save-display"));
	ui_key(ui, &world->view, VKEY_END, &c);
	assert_true(shows(ui, 24, 80, "save-display"));
	assert_true(shows(ui, 24, 80, ", 0 below"));
	assert_false(shows(ui, 100, 80, " below"));
	ui_destroy(ui);
}

/* A third of a degree is a probe's noise: the trend stays in the middle. */
static void test_trend_of_noise_is_flat(void **state)
{
	struct ui *ui = ui_create();
	int index = twin_reading(world->twin, "AC233F000002", QUANTITY_TEMPERATURE);
	struct reading *r = &world->twin->readings[index];
	char *text, *row;

	(void)state;
	assert_true(index >= 0);
	for (int i = 0; i < 24; i++)
		r->history[i] = (struct sample){world_at(10, i), 20.4F + (float)(i % 4) * 0.1F};
	r->history_count = r->history_next = 24;
	press(ui, "6");
	text = picture(ui, 40, 120, false, NULL);
	row = strstr(text, "20.5 °C");
	assert_non_null(row);
	row[strcspn(row, "\n")] = '\0';
	assert_non_null(strstr(row, "▄"));
	assert_null(strstr(row, "▁"));
	assert_null(strstr(row, "█"));
	free(text);
	text = picture(ui, 40, 120, true, NULL);
	assert_non_null(strstr(text, "20.5 C"));
	free(text);
	ui_destroy(ui);
}

/* What the pharmacist asks: how long above, what is left, what it has aged. */
static void test_a_stock_tells_what_it_has_been_through(void **state)
{
	static struct medicine medicine = {.id = "vaccine",
		.name = "vaccines",
		.low = 2,
		.high = 8,
		.budget_min = 10,
		.least = 0,
		.most = 25};
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	format_put(world->tags[5].medicine, ID_SIZE, "vaccine");
	assert_true(world->tags[5].cold);
	world->site.medicines = &medicine;
	world->site.medicine_count = 1;
	press(ui, "6");
	assert_true(shows(ui, 24, 80, "! 9/10 ")); /* a fifth of ten, and less, is near */
	assert_true(shows(ui, 24, 80, "fridge PUI-3: vaccines"));
	assert_true(shows(ui, 24, 80, "budget left     1 min of 10 min"));
	assert_true(shows(ui, 24, 80, "0-25 °C"));
	assert_true(shows(ui, 24, 80, "7.3 °C over 29 min"));
	assert_true(shows(ui, 24, 80, "not watched") == false);
	press(ui, "S");
	assert_true(shows(ui, 24, 80, "all of it was put in anew: fridge PUI-3"));
	ui_key(ui, &world->view, VKEY_ENTER, &c);
	assert_int_equal(c.kind, COMMAND_STOCK);
	assert_string_equal(c.target, "AC233F000001");
	world->site.medicine_count = 0;
	world->tags[5].medicine[0] = '\0';
	ui_destroy(ui);
}

static void test_readiness_names_its_source(void **state)
{
	struct ui *ui = ui_create();
	int index = twin_case(world->twin, "c-101");
	struct surgery *s = &world->twin->cases[index];

	(void)state;
	assert_true(index >= 0);
	s->ready[READY_FASTING] = 1;
	s->ready_by[READY_FASTING] =
		(struct stamp){.when_ms = world_at(7, 30), .at_ms = world_at(7, 30)};
	snprintf(s->ready_by[READY_FASTING].origin, sizeof s->ready_by[0].origin, "%s",
		"Observation/o-9");
	press(ui, "\ni");
	assert_true(shows(ui, 24, 80, "fasting            07:30  FHIR    Observation/o-9"));
	snprintf(s->ready_by[READY_FASTING].origin, sizeof s->ready_by[0].origin, "%s", "anna");
	assert_true(shows(ui, 24, 80, "fasting            07:30  person  anna"));
	ui_destroy(ui);
}

/* Every room has its name inside its walls, the flat corridor as well. */
static void test_plan_labels_stay_inside(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "5");
	assert_true(shows(ui, 24, 80, "│Corridor "));
	assert_true(shows(ui, 24, 80, "P patients S staff A things"));
	assert_true(shows(ui, 40, 120, "P patients S staff A things"));
	assert_true(shows(ui, 24, 80, "│1P 1A "));
	ui_destroy(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_now_mark_leaves_the_hours),
		T(test_frame_says_where_one_is), T(test_selected_row_keeps_what_matters),
		T(test_words_of_a_case), T(test_feed_address_keeps_its_port),
		T(test_help_says_what_is_below), T(test_trend_of_noise_is_flat),
		T(test_a_stock_tells_what_it_has_been_through), T(test_readiness_names_its_source),
		T(test_plan_labels_stay_inside)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
