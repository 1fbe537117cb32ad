/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/suite.h"

/*
 * What the terminal shows is what the screens drew: the picture the console
 * saves of itself, against the grid a terminal emulator read from its bytes.
 * The goldens of test_screens tell what the picture should be.
 */

static char *whole_file(const char *path)
{
	char *text = calloc(1, 1u << 20);
	FILE *file = fopen(path, "r");
	assert_non_null(text);
	assert_non_null(file);
	size_t len = fread(text, 1, (1u << 20) - 1, file);
	assert_true(len > 0);
	fclose(file);
	return text;
}

/* Row `row` without its trailing blanks, in a buffer of its own. */
static void row_of(const char *text, int row, char *out, size_t size)
{
	for (; row > 0 && (text = strchr(text, '\n')) != NULL; row--)
		text++;
	size_t len = text != NULL ? strcspn(text, "\n") : 0;
	while (len > 0 && text[len - 1] == ' ')
		len--;
	snprintf(out, size, "%.*s", (int)len, text != NULL ? text : "");
}

static bool exists(const char *path)
{
	return access(path, R_OK) == 0;
}

/* The body only: header, strip and footer tell the time and the command. */
static void same_picture(struct pty *pty, int rows, const char *screen)
{
	char path[300], typed[400], drawn[2048], shown[2048];
	pty_send(pty, screen);
	pty_settle(pty, 200);
	snprintf(path, sizeof path, "%s.%s.%d", suite_path("picture"), screen, (int)pty_now());
	snprintf(typed, sizeof typed, ":save-display %s\r", path);
	pty_send(pty, typed);
	for (int64_t end = pty_now() + SOON_MS; pty_now() < end && !exists(path);)
		pty_pump(pty, 20);
	pty_settle(pty, 200);
	char *picture = whole_file(path), *grid = pty_grid(pty);
	int filled = 0;
	for (int row = 2; row < rows - 2; row++) {
		row_of(picture, row, drawn, sizeof drawn);
		row_of(grid, row, shown, sizeof shown);
		assert_string_equal(drawn, shown);
		filled += drawn[0] != '\0';
	}
	assert_true(filled > 3);
	free(picture);
	free(grid);
}

static void every_screen(int rows, int columns, const char *language)
{
	static const char *const screens[] = {"1", "3", "5"};
	const char *const more[] = {"--readonly", NULL};
	const char *const env[] = {language, NULL};
	struct pty pty;
	suite_console(&pty, rows, columns, suite_path("picture.db"), more, env);
	suite_expect(&pty, "OR 1", SOON_MS);
	for (size_t i = 0; i < sizeof screens / sizeof *screens; i++)
		same_picture(&pty, rows, screens[i]);
	pty_send(&pty, "1q");
	assert_int_equal(suite_exit(&pty, SOON_MS), 0);
	pty_free(&pty);
}

static void pictures_at_80x24(void **state)
{
	(void)state;
	every_screen(24, 80, "LANG=C.UTF-8");
	every_screen(24, 80, "LANG=C");
}

static void pictures_at_120x40(void **state)
{
	(void)state;
	every_screen(40, 120, "LANG=C.UTF-8");
	every_screen(40, 120, "LANG=C");
}

static void pictures_at_200x60(void **state)
{
	(void)state;
	every_screen(60, 200, "LANG=C.UTF-8");
	every_screen(60, 200, "LANG=C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_at_80x24),
		cmocka_unit_test(pictures_at_120x40),
		cmocka_unit_test(pictures_at_200x60),
	};
	return cmocka_run_group_tests_name("console_picture", tests, suite_open, suite_close);
}
