/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the terminal layer shows and reads, seen through libvterm: pictures,
 * colours, terminals, locales, refusals, keys. Each case starts this same
 * program again as the probe of tests/pty/probe.h.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/start.h"

static bool has_high_byte(const struct pty *pty)
{
	for (size_t i = 0; i < pty->len; i++)
		if (pty->bytes[i] >= 0x80)
			return true;
	return false;
}

/* True when the program sent a colour (SGR 30–49 or 90–107, alone or in a
 * list); attributes are 0–29. Reads the bytes, so no emulator can hide one. */
static bool sent_colour(const struct pty *pty)
{
	for (size_t i = 0; i + 2 < pty->len; i++) {
		if (pty->bytes[i] != 0x1b || pty->bytes[i + 1] != '[')
			continue;
		int value = 0;
		bool colour = false;
		size_t at = i + 2;
		for (; at < pty->len && pty->bytes[at] >= '0' && pty->bytes[at] <= ';'; at++) {
			value = pty->bytes[at] == ';' ? 0 : value * 10 + pty->bytes[at] - '0';
			colour = colour || value >= 30;
		}
		if (at < pty->len && pty->bytes[at] == 'm' && colour)
			return true;
	}
	return false;
}

static void role_cell(struct pty *pty, int role, VTermScreenCell *cell)
{
	*cell = (VTermScreenCell){0};
	assert_true(pty_cell(pty, PROBE_ROLES_ROW + role % PROBE_ROLES_A_COLUMN,
		role / PROBE_ROLES_A_COLUMN * 16, cell));
	assert_int_equal(cell->chars[0], 'r');
}

/* ---- pictures ---- */

static void test_picture_utf8(void **state)
{
	(void)state;
	struct pty pty;
	start_utf8(&pty, NULL);
	assert_true(pty_shows(&pty, "probe 80x24"));
	assert_true(pty_shows(&pty, "┌─┐ Été e\u0301 楽楽 █ end"));
	assert_true(pty.full_screen);
	assert_true(pty.cursor_shown);
	assert_false(pty.mouse);
	assert_int_equal(pty.cursor.row, 1);
	assert_int_equal(pty.cursor.col, 4);
	pty_char(&pty, 'q');
	assert_true(pty_wait_end(&pty, SOON_MS));
	assert_int_equal(exit_code(&pty), 0);
	assert_true(pty_restored(&pty));
	pty_free(&pty);
}

/* HIGH is white on red by being reversed and bold, and the ordinary text keeps
 * the terminal's own colours. Numbers: the role table of screens/term_table.h. */
static void test_colours_256(void **state)
{
	(void)state;
	struct pty pty;
	VTermScreenCell cell;
	start_utf8(&pty, NULL);
	role_cell(&pty, ROLE_HIGH, &cell);
	assert_true(cell.attrs.reverse && cell.attrs.bold);
	assert_true(VTERM_COLOR_IS_INDEXED(&cell.fg));
	assert_int_equal(cell.fg.indexed.idx, 160);
	role_cell(&pty, ROLE_NORMAL, &cell);
	assert_true(VTERM_COLOR_IS_DEFAULT_FG(&cell.fg));
	assert_true(VTERM_COLOR_IS_DEFAULT_BG(&cell.bg));
	role_cell(&pty, ROLE_SURGERY, &cell);
	assert_int_equal(cell.bg.indexed.idx, 25);
	assert_true(sent_colour(&pty));
	pty_free(&pty);
}

/* Fewer colours: the basic eight, or the sixteen, and no 256-colour sequence. */
static void check_few(const char *term, int ink, int ground)
{
	struct pty pty;
	VTermScreenCell cell;
	start(&pty, term, "C.UTF-8", NULL);
	role_cell(&pty, ROLE_HIGH, &cell);
	assert_true(cell.attrs.reverse && cell.attrs.bold);
	assert_int_equal(cell.fg.indexed.idx, ink);
	assert_int_equal(cell.bg.indexed.idx, ground);
	role_cell(&pty, ROLE_SURGERY, &cell);
	assert_int_equal(cell.bg.indexed.idx, 4);
	assert_int_equal(pty_sent_at(&pty, "8;5;"), -1);
	pty_free(&pty);
}

static void test_colours_few(void **state)
{
	(void)state;
	check_few("xterm", 1, 7);
	check_few("xterm-16color", 1, 15);
}

static void check_mono(const char *term, const char *extra)
{
	struct pty pty;
	VTermScreenCell cell;
	start(&pty, term, "C.UTF-8", extra);
	assert_false(sent_colour(&pty));
	role_cell(&pty, ROLE_HIGH, &cell);
	assert_true(cell.attrs.reverse && cell.attrs.bold);
	role_cell(&pty, ROLE_LATE, &cell);
	assert_true(cell.attrs.bold && cell.attrs.underline);
	pty_free(&pty);
}

static void test_mono(void **state)
{
	(void)state;
	check_mono("xterm-256color", "NO_COLOR=1");
	check_mono("vt100", NULL);
}

/* The list of console.md 8.5, in both locales: the same board, all keys, and
 * nothing above 0x7F where the locale is C. */
static void test_terminals(void **state)
{
	(void)state;
	static const char *const terms[] = {
		"xterm-256color", "xterm", "screen", "tmux-256color", "linux", "vt100", "putty"};
	for (size_t i = 0; i < 2 * sizeof terms / sizeof terms[0]; i++) {
		struct pty pty;
		bool ascii = i % 2 == 1;
		start(&pty, terms[i / 2], ascii ? "C" : "C.UTF-8", NULL);
		assert_true(pty_shows(
			&pty, ascii ? "+-+ Ete e ???? # end" : "┌─┐ Été e\u0301 楽楽 █ end"));
		assert_true(pty_shows(&pty, "role 21"));
		assert_int_equal(has_high_byte(&pty), !ascii);
		pty_key(&pty, VTERM_KEY_UP);
		assert_true(pty_wait(&pty, "keys V1", SOON_MS));
		pty_char(&pty, 'q');
		assert_true(pty_wait_end(&pty, SOON_MS));
		assert_int_equal(exit_code(&pty), 0);
		assert_true(pty_restored(&pty));
		pty_free(&pty);
	}
}

/* A UTF-8 locale that was never generated is still UTF-8 (toolchain notes). */
static void test_locale_missing(void **state)
{
	(void)state;
	struct pty pty;
	start(&pty, "xterm", "xx_XX.UTF-8", NULL);
	assert_true(pty_shows(&pty, "Été"));
	pty_free(&pty);
	start(&pty, "xterm", "xx_XX.ISO-8859-1", NULL);
	assert_true(pty_shows(&pty, "Ete e"));
	pty_free(&pty);
}

static void check_refused(const char *term, const char *word)
{
	struct pty pty;
	/* curses itself forgets to free a few bytes when it refuses a TERM. */
	start_as(&pty, "probe", 24, 80, term, "C.UTF-8",
		term[0] == '\0' ? "TERM" : "ASAN_OPTIONS=detect_leaks=0");
	assert_true(pty_wait_end(&pty, SOON_MS));
	assert_int_equal(exit_code(&pty), 3);
	/* In the bytes, not on the grid: the message is longer than a line. */
	assert_true(pty_sent_at(&pty, word) >= 0);
	assert_int_equal(pty_sent_at(&pty, "\x1b"), -1);
	assert_true(pty_restored(&pty));
	pty_free(&pty);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused("", "TERM is not set");
	check_refused("dumb", "cursor addressing");
	check_refused("unknown", "cursor addressing");
	check_refused("no-such-terminal", "TERM is unknown");
}

static void test_not_a_terminal(void **state)
{
	(void)state;
	char command[700], line[400] = "";
	snprintf(command, sizeof command, "TERM=xterm '%s' probe </dev/null 2>&1", self);
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	size_t len = fread(line, 1, sizeof line - 1, pipe);
	int status = pclose(pipe);
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_non_null(strstr(line, "not a terminal"));
	assert_null(memchr(line, 0x1b, len));
}

/* ---- keys ---- */

struct key_case {
	const char *bytes, *shown;
};

/* Sequences by terminfo(5) of xterm, linux and putty, and the tables of htop
 * and sngrep; V numbers follow enum key. */
static const struct key_case key_cases[] = {
	{"\x1b[A", "keys V1"},
	{"\x1bOA", "keys V1"},
	{"\x1b[B", "keys V2"},
	{"\x1b[D", "keys V3"},
	{"\x1b[C", "keys V4"},
	{"\x1b[5~", "keys V5"},
	{"\x1b[6~", "keys V6"},
	{"\x1b[1~", "keys V7"},
	{"\x1b[H", "keys V7"},
	{"\x1b[4~", "keys V8"},
	{"\x1bOF", "keys V8"},
	{"\r", "keys V9"},
	{"\x1b", "keys V10"},
	{"\x7f", "keys V11"},
	{"\x08", "keys V11"},
	{"\x1b[3~", "keys V12"},
	{"\t", "keys V13"},
	{"\x1b[Z", "keys V14"},
	{"\x1bOP", "keys V15"},
	{"\x1b[11~", "keys V15"},
	{"\x1b[[A", "keys V15"},
	{"\x1b[12~", "keys V16"},
	{"\x1b[15~", "keys V19"},
	{"\x1b[24~", "keys V26"},
	{"\x0c", "keys Uc"},
	{"\xc3\xa9", "keys Ue9"},
	{"\xe6\xa5\xbd", "keys U697d"},
	/* One byte that is no character is passed over, the next key counts. */
	{"\xffx", "keys U78"},
	{"\xe6\xa5x", "keys U78"},
	{"\xc3\xc3\xa9", "keys Ue9"},
	{"\xf4\xbf\xbf\xbfz", "keys U7a"},
};

static void check_keys(const char *term)
{
	struct pty pty;
	start(&pty, term, "C.UTF-8", NULL);
	for (size_t i = 0; i < sizeof key_cases / sizeof key_cases[0]; i++) {
		pty_send(&pty, key_cases[i].bytes);
		if (!pty_wait(&pty, key_cases[i].shown, SOON_MS))
			fail_msg("%s: key case %zu: not %s", term, i, key_cases[i].shown);
		pty_send(&pty, "_");
		assert_true(pty_wait(&pty, "keys\n", SOON_MS));
	}
	pty_free(&pty);
}

static void test_keys(void **state)
{
	(void)state;
	check_keys("xterm-256color");
	check_keys("putty");
}

static void test_paste(void **state)
{
	(void)state;
	struct pty pty;
	start_utf8(&pty, NULL);
	assert_true(pty_sent_at(&pty, "\x1b[?2004h") >= 0);
	vterm_keyboard_start_paste(pty.vterm);
	pty_answer(&pty);
	pty_char(&pty, 'a');
	vterm_keyboard_end_paste(pty.vterm);
	pty_answer(&pty);
	assert_true(pty_wait(&pty, "keys V27 U61 V28", SOON_MS));
	pty_char(&pty, 'q');
	assert_true(pty_wait_end(&pty, SOON_MS));
	assert_true(pty_sent_at(&pty, "\x1b[?2004l") > pty_sent_at(&pty, "\x1b[?2004h"));
	pty_free(&pty);
}

int main(int argc, char **argv)
{
	if (!find_self())
		return 3;
	if (argc > 1 && strcmp(argv[1], "probe") == 0)
		return probe_main();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_picture_utf8),
		cmocka_unit_test(test_colours_256),
		cmocka_unit_test(test_colours_few),
		cmocka_unit_test(test_mono),
		cmocka_unit_test(test_terminals),
		cmocka_unit_test(test_locale_missing),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_a_terminal),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_paste),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
