/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/suite.h"

/*
 * The rest of the day as a person asks for it: the real program on a terminal, the
 * demo's living suite at 10:12, the keys of screens 7, 8 and 9. And what it wrote,
 * read by the verbs.
 */

enum { ALIVE_MS = 20000 };

static void open_demo(struct pty *pty, int rows, int columns, const char *journal)
{
	const char *argv[] = {suite_vigie, "demo", "--speed", "1", "--site", "etc/demo/site.cfg",
		"--seed", "3", "--journal", journal, NULL};
	char tmp[PATH_MAX_], home[PATH_MAX_];
	snprintf(tmp, sizeof tmp, "TMPDIR=%s", suite_folder);
	snprintf(home, sizeof home, "HOME=%s", suite_folder);
	const char *env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL", "LC_CTYPE",
		"NO_COLOR", "COLUMNS", "LINES", "XDG_CONFIG_HOME", tmp, home, NULL};
	assert_true(pty_spawn(pty, rows, columns, argv, env));
	suite_expect(pty, "DEMO", ALIVE_MS);
	suite_expect(pty, "SSS", ALIVE_MS); /* the day so far has come */
}

static void leave_demo(struct pty *pty)
{
	pty_send(pty, "1q");
	assert_int_equal(suite_exit(pty, SOON_MS), 0);
	assert_true(pty_restored(pty));
	pty_free(pty);
}

static void the_three_screens_are_on_their_keys(void **state)
{
	struct pty pty;
	(void)state;
	open_demo(&pty, 24, 80, suite_path("screens.db"));
	pty_send(&pty, "7");
	suite_expect(&pty, "vigie  Forecast", SOON_MS);
	suite_expect(&pty, "OR 8", SOON_MS);
	suite_expect(&pty, "one more of", ALIVE_MS); /* what binds comes last */
	pty_send(&pty, "8");
	suite_expect(&pty, "WHAT-IF, on a copy", SOON_MS);
	suite_expect(&pty, "Nothing is injected", SOON_MS);
	pty_send(&pty, "9");
	suite_expect(&pty, "vigie  Indicators", SOON_MS);
	suite_expect(&pty, "First", SOON_MS); /* first case on time */
	leave_demo(&pty);
}

static void a_stack_is_built_and_taken_back(void **state)
{
	struct pty pty;
	(void)state;
	open_demo(&pty, 60, 200, suite_path("stack.db"));
	pty_send(&pty, "w");
	suite_expect(&pty, "letter chooses, Esc leaves", SOON_MS);
	pty_send(&pty, "c");
	suite_expect(&pty, "what if: overrun:case=", SOON_MS);
	pty_key(&pty, VTERM_KEY_ENTER);
	suite_expect(&pty, "DEMO WHAT-IF", SOON_MS);
	suite_expect(&pty, "1 injected; the same 2000 fates", ALIVE_MS);
	suite_expect(&pty, "board from now", SOON_MS);
	suite_expect(&pty, "as is", SOON_MS);
	suite_expect(&pty, "cases hit", SOON_MS);
	/* A mass casualty besides: the hardest of the menu. */
	pty_send(&pty, "wp");
	suite_expect(&pty, "what if: mass:n=8,min=75", SOON_MS);
	pty_key(&pty, VTERM_KEY_ENTER);
	suite_expect(&pty, "2 injected; the same 2000 fates", ALIVE_MS);
	pty_send(&pty, "G"); /* who comes new stands behind who is hit */
	suite_expect(&pty, "what-if-008", SOON_MS);
	suite_expect(&pty, "beds and people", SOON_MS);
	pty_send(&pty, "U");
	suite_expect(&pty, "what-if taken back: a mass casualty", SOON_MS);
	assert_true(suite_gone(&pty, "what-if-008", SOON_MS));
	pty_send(&pty, "f");
	suite_expect(&pty, "Nothing is injected", SOON_MS);
	/* The Board's first room in time; nowhere else is it WHAT-IF. */
	pty_send(&pty, "1");
	assert_true(suite_gone(&pty, "WHAT-IF", SOON_MS));
	pty_send(&pty, "T");
	suite_expect(&pty, "in time? P(over)", ALIVE_MS);
	leave_demo(&pty);
}

static void assert_whatifs(const char *journal, const char *want)
{
	char *text = NULL;
	const char *const argv[] = {suite_vigie, "show", "whatifs", "--journal", journal, NULL};
	assert_int_equal(suite_run(&text, argv), 0);
	if (strstr(text, want) == NULL)
		fail_msg("not in \"%s\": %s", text, want);
	free(text);
}

/* Kept is in the journal once it is approved, and a verb reads it from there. */
static void one_is_kept_under_a_name(void **state)
{
	static const char ideas[] = "SELECT count(*) FROM fact WHERE kind='idea'";
	const char *file = suite_path("storm.txt"), *journal = suite_path("kept.db");
	char text[PATH_MAX_];
	struct pty pty;
	size_t size;
	(void)state;
	open_demo(&pty, 24, 80, journal);
	pty_send(&pty, ":what-if no_hold\r");
	suite_expect(&pty, "1 injected", ALIVE_MS);
	pty_send(&pty, "s");
	suite_expect(&pty, "save this what-if as:", SOON_MS);
	pty_send(&pty, "storm\r");
	suite_expect(&pty, "save 1 what-if for all as \"storm\" ?", SOON_MS);
	assert_int_equal(suite_query(journal, ideas), 0);
	pty_key(&pty, VTERM_KEY_ENTER);
	suite_expect(&pty, "the list is kept as \"storm\" by ", SOON_MS);
	assert_true(suite_gone(&pty, "pending", SOON_MS));
	assert_int_equal(suite_query(journal, ideas), 2); /* a step, and its end */
	assert_whatifs(journal, "# storm, by ");
	assert_whatifs(journal, "\nno_hold\n");
	snprintf(text, sizeof text, ":export %s\r", file);
	pty_send(&pty, text);
	suite_expect(&pty, "exported: vigie forecast --inject @", SOON_MS);
	char *exported = suite_read(file, &size);
	assert_non_null(strstr(exported, "\nno_hold\n"));
	free(exported);
	pty_send(&pty, "fo\t");
	suite_expect(&pty, "open the what-if: storm", SOON_MS);
	pty_key(&pty, VTERM_KEY_ENTER);
	suite_expect(&pty, "1 injected", ALIVE_MS);
	pty_send(&pty, "Fstorm\r");
	suite_expect(&pty, "forget the what-if \"storm\" for all ?", SOON_MS);
	pty_key(&pty, VTERM_KEY_ENTER);
	assert_true(suite_gone(&pty, "the list is kept", SOON_MS));
	assert_true(suite_gone(&pty, "pending", SOON_MS));
	assert_whatifs(journal, "# no what-if is saved");
	leave_demo(&pty);
}

/* ---- vigie forecast --inject @FILE ---- */

static const char programme[] =
	"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":["
	"{\"resource\":{\"resourceType\":\"Location\",\"id\":\"or-1\",\"name\":\"OR 1\","
	"\"physicalType\":{\"coding\":[{\"code\":\"ro\"}]}}},"
	"{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"c1\",\"status\":\"booked\","
	"\"start\":\"2026-03-16T08:00:00+01:00\",\"end\":\"2026-03-16T09:30:00+01:00\","
	"\"participant\":[{\"actor\":{\"reference\":\"Patient/p1\"},\"status\":\"accepted\"},"
	"{\"actor\":{\"reference\":\"Location/or-1\"},\"status\":\"accepted\"}]}},"
	"{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"c2\",\"status\":\"booked\","
	"\"start\":\"2026-03-16T10:00:00+01:00\",\"end\":\"2026-03-16T11:00:00+01:00\","
	"\"participant\":[{\"actor\":{\"reference\":\"Patient/p2\"},\"status\":\"accepted\"},"
	"{\"actor\":{\"reference\":\"Location/or-1\"},\"status\":\"accepted\"}]}}]}";

/* What is printed of one injection, told in a file or as an argument. */
static char *forecast(const char *injection, int code)
{
	const char *day = suite_path("day.json");
	const char *const argv[] = {suite_vigie, "forecast", day, "--at",
		"2026-03-16T08:00:00+01:00", "--reps", "200", "--inject", injection, "--json",
		NULL};
	char *text = NULL;
	suite_write(day, programme, strlen(programme));
	int got = suite_run(&text, argv);
	if (got != code)
		fail_msg("exit %d: %s", got, text);
	return text;
}

static void a_file_of_injections(void **state)
{
	static const char good[] = "# two\r\noverrun:case=c1,min=60\r\n";
	static const char bad[] = "no_hold\n\noverrun:case=c1,min=x\n";
	const char *path = suite_path("injections.txt");
	char at[PATH_MAX_];
	(void)state;
	snprintf(at, sizeof at, "@%s", path);
	suite_write(path, good, strlen(good));
	char *of_file = forecast(at, 0), *direct = forecast("overrun:case=c1,min=60", 0);
	assert_string_equal(of_file, direct);
	assert_non_null(strstr(of_file, "\"baseline\""));
	free(direct);
	free(of_file);
	suite_write(path, bad, strlen(bad));
	of_file = forecast(at, 2);
	snprintf(at, sizeof at, "%s:3: min: not possible: x", path);
	assert_non_null(strstr(of_file, at));
	free(of_file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_three_screens_are_on_their_keys),
		cmocka_unit_test(a_stack_is_built_and_taken_back),
		cmocka_unit_test(one_is_kept_under_a_name),
		cmocka_unit_test(a_file_of_injections),
	};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, suite_open, suite_close);
}
