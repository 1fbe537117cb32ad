/* SPDX-License-Identifier: Apache-2.0 */
/* Expected texts: DESIGN 4 (keys, behaviour) and issue 2; goldens are pictures
 * that people have looked at, rewritten by REGENERATE=1. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "screens/command_table.h"
#include "tests/unit/suite_radar.h"
#include "tests/unit/suite_golden.h"

static void test_pictures(void **state)
{
	static const char *const names[] = {"board", "programme", "recovery", "alarms", "locate",
		"climate", "feeds", "gateways", "devices", "indicators"};
	struct ui *ui = ui_create();

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_true(ui_goto(ui, names[i]));
		goldens(ui, names[i]);
	}
	assert_false(ui_goto(ui, "nonsense"));
	ui_destroy(ui);
}

static void test_pages(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "\n");
	goldens(ui, "patient");
	press(ui, "i");
	goldens(ui, "why");
	press(ui, "qq");
	press(ui, "m");
	golden(ui, "milestone_menu", 24, 80, false);
	press(ui, "\x1b?");
	goldens(ui, "help");
	press(ui, "\x1b"
		  "4\n");
	goldens(ui, "alarm");
	press(ui, "q9jjjj\n");
	goldens(ui, "indicator");
	press(ui, "q=");
	goldens(ui, "changes");
	press(ui, "qH");
	goldens(ui, "handover");
	ui_destroy(ui);
}

static void test_forecast_pictures(void **state)
{
	struct forecast *forecast = world_forecast(world);
	struct ui *ui = ui_create();

	(void)state;
	world->view.forecast = forecast;
	press(ui, "7");
	goldens(ui, "forecast");
	golden(ui, "forecast", 24, 120, false);
	press(ui, "\t");
	golden(ui, "forecast_load", 24, 80, false);
	golden(ui, "forecast_load", 24, 80, true);
	press(ui, "\n");
	golden(ui, "forecast_room", 24, 80, false);
	press(ui, "1j");
	golden(ui, "board_foreseen", 40, 120, false);
	golden(ui, "board_foreseen", 24, 80, true);
	press(ui, "\n");
	golden(ui, "patient_foreseen", 24, 80, false);
	ui_destroy(ui);
	free(forecast);
}

static void test_radar_pictures(void **state)
{
	struct forecast *forecast = world_forecast(world);
	struct radar *radar = world_radar(world);
	struct ui *ui = ui_create();

	(void)state;
	world->view.forecast = forecast;
	world->view.radar = radar;
	press(ui, "7");
	goldens(ui, "radar");
	press(ui, "\t\t");
	golden(ui, "radar_alone", 24, 80, false);
	golden(ui, "radar_alone", 24, 80, true);
	ui_destroy(ui);
	free(radar);
	free(forecast);
}

static void test_no_size_crashes(void **state)
{
	static const char *const keys[] = {"1", "2", "3", "4", "5", "6", "1\n", "1i", "1m", "1x",
		"4\n", "4i", "6i", "5i", "?", ":", "/", "1U", "8", "w", "wc", "9", "9\n", "9G\n"};

	(void)state;
	for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
		struct ui *ui = ui_create();

		press(ui, keys[k]);
		for (int columns = 1; columns < 60; columns += columns < 8 ? 1 : 7) {
			for (int rows = 1; rows < 30; rows += rows < 10 ? 2 : 6)
				free(picture(ui, rows, columns, columns % 2, NULL));
		}
		free(picture(ui, 150, 500, false, NULL));
		ui_destroy(ui);
	}
}

static void test_too_small_says_so(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	assert_true(shows(ui, 5, 28, "too small"));
	/* lazygit#3176: nothing acts that cannot be seen. */
	assert_int_equal(press(ui, "m\n").kind, COMMAND_NONE);
	assert_false(shows(ui, 24, 80, "In room      "));
	assert_true(shows(ui, 5, 28, "too small"));
	assert_int_equal(press(ui, "q").kind, COMMAND_QUIT);
	ui_destroy(ui);
}

static void test_board_answers_at_a_glance(void **state)
{
	struct ui *ui = ui_create();
	char room[16];

	(void)state;
	for (int i = 1; i <= 8; i++) {
		snprintf(room, sizeof room, "OR %d", i);
		assert_true(shows(ui, 24, 80, room));
	}
	assert_true(shows(ui, 24, 80, "DEMO"));
	assert_true(shows(ui, 24, 80, "10:42:00"));
	assert_true(shows(ui, 24, 80, "mqtt ok 1 s"));
	assert_true(shows(ui, 24, 80, "? help"));
	/* c-201: in since 08:40 by FHIR, not 08:44 by radio; incision 09:15 or
	 * 09:19: 4 min apart is a conflict (DESIGN 6.8: more than 2). */
	assert_true(shows(ui, 24, 80, "S ! surgery"));
	assert_true(shows(ui, 24, 80, "122/180"));
	/* c-102: arrived, fasting, no consent, marking not known. */
	assert_true(shows(ui, 24, 80, "AFc."));
	ui_destroy(ui);
}

static void test_names_are_masked(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "2");
	assert_false(shows(ui, 24, 80, "Martin"));
	assert_true(shows(ui, 24, 80, "M.C. Bay 2"));
	world->view.reveal = "p-1001";
	world->view.reveal_left_s = 28;
	assert_true(shows(ui, 24, 80, "Martin, "));
	assert_true(shows(ui, 24, 80, "name shown 28 s"));
	assert_false(shows(ui, 24, 80, "Durand"));
	ui_destroy(ui);
}

static void test_reveal_needs_a_reason(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	press(ui, "2");
	c = press(ui, "R\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	c = press(ui, "Rcall family\n");
	assert_int_equal(c.kind, COMMAND_REVEAL);
	assert_string_equal(c.target, "p-1001");
	assert_string_equal(c.text, "call family");
	ui_destroy(ui);
}

static void test_milestone_asks_first(void **state)
{
	struct ui *ui = ui_create();
	struct command c;
	char keys[2] = {milestone_rules[MILESTONE_CLOSING].letter, '\0'};

	(void)state;
	press(ui, "j");
	c = press(ui, "m");
	assert_int_equal(c.kind, COMMAND_NONE);
	c = press(ui, keys);
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "Closing: P.A., OR 2 ?  Enter yes  Esc no"));
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_MILESTONE);
	assert_string_equal(c.target, "c-201");
	assert_int_equal(c.arg, MILESTONE_CLOSING);
	/* Typed ahead: the stray letter says no, Enter comes too late. */
	press(ui, "m");
	press(ui, keys);
	assert_int_equal(press(ui, "s\n").kind, COMMAND_NONE);
	press(ui, "q");
	/* Esc: nothing happens. */
	press(ui, "m");
	press(ui, keys);
	assert_int_equal(press(ui, "\x1b\n").kind, COMMAND_NONE);
	ui_destroy(ui);
}

static void test_absent_and_readiness(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	press(ui, "2G");
	c = press(ui, "xa\n");
	assert_int_equal(c.kind, COMMAND_STATUS);
	assert_string_equal(c.target, "c-103");
	assert_int_equal(c.arg, CASE_NO_SHOW);
	c = press(ui, "xf\n");
	assert_int_equal(c.kind, COMMAND_READINESS);
	assert_int_equal(c.arg, READY_FASTING);
	assert_int_equal(c.value, 0);
	ui_destroy(ui);
}

static void test_acknowledge(void **state)
{
	struct ui *ui = ui_create();
	struct command c;
	int press_alarm = twin_alarm(world->twin, "press:C30000000001");

	(void)state;
	assert_true(press_alarm >= 0);
	assert_true(shows(ui, 24, 80, "***"));
	press(ui, "!");
	c = press(ui, "a\n");
	assert_int_equal(c.kind, COMMAND_ACKNOWLEDGE);
	assert_string_equal(c.target, "press:C30000000001");
	assert_true(c.covers_ms == world->twin->alarms[press_alarm].raised_ms);
	ui_destroy(ui);
}

static void test_readonly_asks_nothing(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	world->view.readonly = true;
	assert_int_equal(press(ui, "4a\n").kind, COMMAND_NONE);
	assert_int_equal(press(ui, "U\n").kind, COMMAND_NONE);
	ui_destroy(ui);
}

static void test_search_finds_in_three_keys(void **state)
{
	struct ui *ui = ui_create();
	struct screen *locate;

	(void)state;
	press(ui, "5/mo");
	locate = ui_base(ui);
	assert_string_equal(locate->table.id, "C30000000012");
	press(ui, "\n");
	/* The thing is doubtful: greyed, with the other candidate. */
	assert_true(shows(ui, 24, 80, "? PACU or Corridor"));
	press(ui, "\x1b/pu");
	assert_string_equal(locate->table.id, "C30000000011");
	ui_destroy(ui);
}

static void test_filter_and_sort(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "2\\cata\n");
	assert_true(shows(ui, 24, 80, "Cataract"));
	assert_false(shows(ui, 24, 80, "Colectomy"));
	press(ui, "\x1b");
	assert_true(shows(ui, 24, 80, "Colectomy"));
	press(ui, "ooo");
	assert_true(shows(ui, 24, 80, "Room^"));
	ui_destroy(ui);
}

static void test_command_line(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	press(ui, ":ala\t\n");
	assert_string_equal(ui_base(ui)->def->name, "alarms");
	c = press(ui, ":save-display /tmp/x.txt\n");
	assert_int_equal(c.kind, COMMAND_SAVE_DISPLAY);
	assert_string_equal(c.text, "/tmp/x.txt");
	assert_int_equal(press(ui, ":nonsense\n").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "nonsense"));
	assert_int_equal(press(ui, ":quit\n").kind, COMMAND_QUIT);
	ui_destroy(ui);
}

static void test_back(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	assert_int_equal(press(ui, "4q").kind, COMMAND_NONE);
	assert_string_equal(ui_base(ui)->def->name, "board");
	assert_int_equal(press(ui, "\x1b").kind, COMMAND_NONE);
	assert_int_equal(press(ui, "q").kind, COMMAND_QUIT);
	ui_destroy(ui);
}

static void test_paste_runs_nothing(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	ui_key(ui, &world->view, VKEY_PASTE_BEGIN, &c);
	assert_int_equal(press(ui, "4q:quit\nq").kind, COMMAND_NONE);
	ui_key(ui, &world->view, VKEY_PASTE_END, &c);
	assert_string_equal(ui_base(ui)->def->name, "board");
	ui_destroy(ui);
}

static void test_flash(void **state)
{
	struct ui *ui = ui_create();
	char *roles_on, *roles_off;

	(void)state;
	world->view.mono_ms = 100;
	free(picture(ui, 24, 80, false, &roles_on));
	world->view.mono_ms = 1300; /* neither HIGH nor MEDIUM is lit */
	free(picture(ui, 24, 80, false, &roles_off));
	assert_string_not_equal(roles_on, roles_off);
	assert_true(ui_next_ms(ui, &world->view) <= 250);
	free(roles_on);
	world->view.calm = true;
	world->view.mono_ms = 100;
	free(picture(ui, 24, 80, false, &roles_on));
	assert_string_equal(roles_on, roles_off);
	free(roles_on);
	free(roles_off);
	ui_destroy(ui);
}

static void test_command_table(void **state)
{
	static const char *const screens[] = {"board", "programme", "recovery", "alarms", "locate",
		"climate", "feeds", "patient", "alarm", "why", "indicators"};
	char key[32];

	(void)state;
	for (int i = 0; i < command_count; i++) {
		const struct command_entry *a = &command_table[i];

		assert_true(a->help[0] != '\0' && a->name[0] != '\0' && a->run != NULL);
		command_key_name(a->key, key, sizeof key);
		assert_true(a->key == 0 || key[0] != '\0');
		for (size_t s = 0; s < sizeof screens / sizeof screens[0]; s++) {
			int bound = 0;

			for (int k = 0; k < command_count; k++) {
				const struct command_entry *b = &command_table[k];

				if (a->key == 0 || !command_in_scope(b, screens[s]))
					continue;
				bound += b->key == a->key || b->alias == a->key;
			}
			assert_true(bound <= 1);
		}
	}
}

/* Letters of screens that are not built stay unbound (DESIGN 4). */
static void test_reserved_letters_are_unbound(void **state)
{
	(void)state;
	for (const char *c = "0PLtsDvf[]{}."; *c; c++)
		assert_null(command_for_key("board", (uint32_t)*c));
}

static void test_empty_twin(void **state)
{
	struct twin *full = world->twin;
	struct twin *empty = twin_create();
	struct ui *ui = ui_create();
	static const char *const keys[] = {"1", "2", "3", "4", "5", "6", "7", "?"};

	(void)state;
	world->view.twin = empty;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		press(ui, keys[i]);
		free(picture(ui, 24, 80, false, NULL));
		press(ui, "\nimxaz!Rhlkjgn\x1b\x1b");
		free(picture(ui, 60, 200, false, NULL));
	}
	world->view.twin = full;
	twin_destroy(empty);
	ui_destroy(ui);
}

/* Any keys in any order at any size: no crash, and shared state is asked for
 * only after a question or a typed line; what-ifs share nothing, and that somebody
 * has looked is nobody else's concern. */
static void test_random_keys(void **state)
{
	static const char letters[] =
		"12345678890wqq??::mmxxaazziiRRUU!//nN\\oohjklgG=\n\n\n\t\x1b\x1b abz";
	struct ui *ui = ui_create();
	uint32_t seed = 12345;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct command c;
		uint32_t key;
		bool asked = ui_top(ui)->def->overlay || ui_top(ui)->def == &screen_help;

		seed = seed * 1664525U + 1013904223U;
		key = (uint32_t)(unsigned char)letters[(seed >> 8) % (sizeof letters - 1)];
		key = key == '\n'   ? VKEY_ENTER
		      : key == '\t' ? VKEY_TAB
		      : key == 0x1b ? VKEY_ESCAPE
				    : key;
		if (seed >> 28 == 3)
			key = VKEY_UP + (seed >> 12) % 40;
		ui_key(ui, &world->view, key, &c);
		assert_true(c.kind == COMMAND_NONE || c.kind == COMMAND_QUIT
			    || c.kind == COMMAND_REDRAW || c.kind == COMMAND_LOOK
			    || c.kind == COMMAND_PRINT || c.kind >= COMMAND_WHAT_IF || asked);
		if (i % 7 == 0)
			free(picture(ui, 1 + (int)(seed >> 9) % 50, 1 + (int)(seed >> 15) % 170,
				i % 2, NULL));
	}
	ui_destroy(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_pictures), T(test_pages),
		T(test_forecast_pictures), T(test_radar_pictures), T(test_no_size_crashes),
		T(test_too_small_says_so), T(test_board_answers_at_a_glance),
		T(test_names_are_masked), T(test_reveal_needs_a_reason),
		T(test_milestone_asks_first), T(test_absent_and_readiness), T(test_acknowledge),
		T(test_readonly_asks_nothing), T(test_search_finds_in_three_keys),
		T(test_filter_and_sort), T(test_command_line), T(test_back),
		T(test_paste_runs_nothing), T(test_flash), T(test_command_table),
		T(test_reserved_letters_are_unbound), T(test_empty_twin), T(test_random_keys)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
