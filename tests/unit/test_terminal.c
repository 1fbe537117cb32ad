/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The terminal layer on a real pseudo-terminal: ends, drops, suspension, sizes,
 * bytes, stalls. Each case starts this same program again as the probe of
 * tests/pty/probe.h, or as the shell below that runs the probe as its job.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/start.h"

/* ---- ends ---- */

static void test_signals(void **state)
{
	(void)state;
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct pty pty;
		start_utf8(&pty, NULL);
		kill(pty.pid, signals[i]);
		assert_true(pty_wait_end(&pty, SOON_MS));
		assert_int_equal(exit_code(&pty), PROBE_SIGNAL + signals[i]);
		assert_true(pty_restored(&pty));
		pty_free(&pty);
	}
}

static void check_crash(uint32_t key, int signum)
{
	struct pty pty;
	start_utf8(&pty, NULL);
	pty_char(&pty, key);
	assert_true(pty_wait_end(&pty, SOON_MS));
	assert_int_equal(exit_code(&pty), -signum);
	assert_true(pty_restored(&pty));
	assert_true(pty_sent_at(&pty, "\x18") >= 0);
	pty_free(&pty);
}

static void test_crashes(void **state)
{
	(void)state;
	check_crash('S', SIGSEGV);
	check_crash('A', SIGABRT);
}

/* Ctrl-C and Ctrl-\ typed, not sent: the signals must stay on in our modes. */
static void test_interrupt_key(void **state)
{
	(void)state;
	struct pty pty;
	start_utf8(&pty, NULL);
	pty_send(&pty, "\x03");
	assert_true(pty_wait_end(&pty, SOON_MS));
	assert_int_equal(exit_code(&pty), PROBE_SIGNAL + SIGINT);
	assert_true(pty_restored(&pty));
	pty_free(&pty);
}

static void check_drop(const char *shown, int code)
{
	struct pty pty;
	start_as(&pty, "probe", 24, 80, "xterm-256color", "C.UTF-8", "PROBE_NOHUP=1");
	assert_true(pty_wait(&pty, shown, SOON_MS));
	pty_drop(&pty);
	assert_true(pty_wait_end(&pty, SOON_MS));
	assert_int_equal(exit_code(&pty), code);
	pty_free(&pty);
}

/* The link drops and no SIGHUP comes: while nothing is drawn, while everything
 * is, and with a look at the processor time of one that stays. */
static void test_drop(void **state)
{
	(void)state;
	struct pty pty;
	check_drop("role 11", PROBE_GONE);
	setenv("PROBE_FLOOD", "1", 1);
	check_drop("probe 80x24", PROBE_GONE);
	unsetenv("PROBE_FLOOD");
	setenv("PROBE_STAY", "1", 1);
	check_drop("role 11", PROBE_IDLE);
	unsetenv("PROBE_STAY");
	/* With SIGHUP either news may come first; both mean leaving. */
	start_utf8(&pty, NULL);
	pty_drop(&pty);
	assert_true(pty_wait_end(&pty, SOON_MS));
	int code = exit_code(&pty);
	assert_true(code == PROBE_GONE || code == PROBE_SIGNAL + SIGHUP);
	pty_free(&pty);
}

/* ---- suspension ---- */

/* Stands for a shell: runs the probe as a job, reports when it stopped, and
 * brings it back when a line comes. */
static int shell_main(void)
{
	signal(SIGTTOU, SIG_IGN);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		tcsetpgrp(STDIN_FILENO, getpid());
		signal(SIGTTOU, SIG_DFL);
		execl(self, self, "probe", (char *)NULL);
		_exit(127);
	}
	setpgid(pid, pid);
	int status = 0;
	waitpid(pid, &status, WUNTRACED);
	tcsetpgrp(STDIN_FILENO, getpgrp());
	printf("shell: %s\n", WIFSTOPPED(status) ? "stopped" : "ended");
	fflush(stdout);
	char line[16];
	ssize_t got = read(STDIN_FILENO, line, sizeof line);
	tcsetpgrp(STDIN_FILENO, pid);
	kill(-pid, SIGCONT);
	waitpid(pid, &status, 0);
	return got > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void test_suspend(void **state)
{
	(void)state;
	struct pty pty;
	start_as(&pty, "shell", 24, 80, "xterm-256color", "C.UTF-8", NULL);
	assert_true(pty_wait(&pty, "role 11", SOON_MS));
	pty_settle(&pty, QUIET_MS);
	pty_send(&pty, "\x1a");
	assert_true(pty_wait(&pty, "shell: stopped", SOON_MS));
	assert_true(pty_restored(&pty));
	pty_resize(&pty, 30, 100);
	pty_send(&pty, "fg\n");
	assert_true(pty_wait(&pty, "probe 100x30", SOON_MS));
	assert_true(pty_wait(&pty, "role 11", SOON_MS));
	pty_settle(&pty, QUIET_MS);
	assert_true(pty.full_screen);
	assert_false(pty_shows(&pty, "shell:"));
	pty_key(&pty, VTERM_KEY_DOWN);
	assert_true(pty_wait(&pty, "keys V2", SOON_MS));
	pty_char(&pty, 'q');
	assert_true(pty_wait_end(&pty, SOON_MS));
	assert_int_equal(exit_code(&pty), 0);
	assert_true(pty_restored(&pty));
	pty_free(&pty);
}

/* Without a shell behind it nobody could wake the program: it must go on. */
static void test_suspend_orphan(void **state)
{
	(void)state;
	struct pty pty;
	start_utf8(&pty, NULL);
	pty_send(&pty, "\x1a");
	pty_settle(&pty, QUIET_MS);
	assert_true(pty_wait(&pty, "sizes 1", SOON_MS));
	pty_char(&pty, 'x');
	assert_true(pty_wait(&pty, "keys U78", SOON_MS));
	assert_true(pty.full_screen);
	pty_free(&pty);
}

/* SIGSTOP cannot be caught; meanwhile a shell sets its modes and writes over
 * the picture. SIGCONT must bring both back. */
static void test_stopped_from_outside(void **state)
{
	(void)state;
	struct pty pty;
	struct termios modes;
	start_utf8(&pty, NULL);
	kill(pty.pid, SIGSTOP);
	waitpid(pty.pid, NULL, WUNTRACED);
	tcsetattr(pty.master, TCSANOW, &pty.before);
	vterm_input_write(pty.vterm, "\x1b[H\x1b[2Jshell", 12);
	assert_false(pty_shows(&pty, "role 11"));
	kill(pty.pid, SIGCONT);
	assert_true(pty_wait(&pty, "role 11", SOON_MS));
	pty_settle(&pty, QUIET_MS);
	assert_false(pty_shows(&pty, "shell"));
	tcgetattr(pty.master, &modes);
	assert_false(modes.c_lflag & (ICANON | ECHO));
	pty_free(&pty);
}

/* ---- sizes ---- */

static void test_sizes(void **state)
{
	(void)state;
	static const int sizes[][2] = {{40, 120}, {10, 40}, {2, 10}, {1, 1}, {50, 200}, {24, 80}};
	struct pty pty;
	start_utf8(&pty, NULL);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char text[32];
		snprintf(text, sizeof text, "probe %dx%d", sizes[i][1], sizes[i][0]);
		pty_resize(&pty, sizes[i][0], sizes[i][1]);
		if (sizes[i][1] >= 40)
			assert_true(pty_wait(&pty, text, SOON_MS));
		pty_settle(&pty, QUIET_MS);
	}
	assert_true(pty_shows(&pty, "┌─┐ Été e\u0301 楽楽 █ end\nrole 00"));
	pty_resize(&pty, 0, 0);
	assert_true(pty_wait(&pty, "sizes 7", SOON_MS));
	pty_char(&pty, 'x');
	assert_true(pty_wait(&pty, "keys U78", SOON_MS));
	pty_free(&pty);
}

static void test_starts_tiny(void **state)
{
	(void)state;
	struct pty pty;
	start_as(&pty, "probe", 1, 1, "xterm-256color", "C.UTF-8", NULL);
	pty_settle(&pty, 300);
	/* No cell for it: the probe hides the cursor, then shows it again. */
	assert_true(pty.full_screen);
	assert_false(pty.cursor_shown);
	pty_resize(&pty, 24, 80);
	assert_true(pty_wait(&pty, "probe 80x24 sizes 1", SOON_MS));
	pty_settle(&pty, QUIET_MS);
	assert_true(pty.cursor_shown);
	pty_char(&pty, 'q');
	assert_true(pty_wait_end(&pty, SOON_MS));
	assert_int_equal(exit_code(&pty), 0);
	pty_free(&pty);
}

/* 60 sizes without a pause of 30 ms are one new size, drawn once. A scheduler
 * that held us up may split the storm; it must stay far below 60. */
static void test_storm(void **state)
{
	(void)state;
	struct pty pty;
	start_utf8(&pty, NULL);
	size_t before = pty.len;
	for (int i = 0; i < 60; i++) {
		pty_resize(&pty, 20 + i % 7, 60 + i % 11);
		poll(NULL, 0, 2);
	}
	pty_resize(&pty, 25, 90);
	assert_true(pty_wait(&pty, "probe 90x25", SOON_MS));
	pty_settle(&pty, QUIET_MS);
	int drawn = 0;
	for (int i = 1; i <= 60; i++) {
		char text[24];
		snprintf(text, sizeof text, "sizes %d clock", i);
		drawn = pty_shows(&pty, text) ? i : drawn;
	}
	assert_in_range(drawn, 1, 6);
	/* tmux needs 19 kB for its storm (console.md 8.4). */
	assert_true(pty.len - before < 20000);
	pty_free(&pty);
}

/* ---- bytes ---- */

/* The goal of the issue: at most 50 B/s idle with a clock in seconds. */
static void test_clock_bytes(void **state)
{
	(void)state;
	struct pty pty;
	start_utf8(&pty, "PROBE_CLOCK=1");
	int64_t began = pty_now();
	size_t before = pty.len;
	while (pty_now() - began < 3100)
		pty_pump(&pty, 50);
	size_t bytes = pty.len - before;
	double seconds = (double)(pty_now() - began) / 1000.;
	assert_true(bytes > 0);
	assert_true((double)bytes <= 50. * (seconds + 1.));
	pty_free(&pty);
}

/* A key that changes nothing but itself is cheap, and Ctrl-L sends all. */
static void test_move_bytes(void **state)
{
	(void)state;
	struct pty pty;
	start_utf8(&pty, NULL);
	size_t before = pty.len;
	pty_char(&pty, 'x');
	assert_true(pty_wait(&pty, "keys U78", SOON_MS));
	pty_settle(&pty, QUIET_MS);
	assert_true(pty.len - before <= 60);
	before = pty.len;
	pty_send(&pty, "\x0c");
	assert_true(pty_wait(&pty, "keys U78 Uc", SOON_MS));
	pty_settle(&pty, QUIET_MS);
	assert_true(pty.len - before > 400);
	pty_free(&pty);
}

/* The number after "gap" on the probe's board. */
static int shown_gap(struct pty *pty)
{
	char *grid = pty_grid(pty);
	const char *at = strstr(grid, "gap ");
	int gap = at == NULL ? -1 : (int)strtol(at + 4, NULL, 10);
	free(grid);
	return gap;
}

/* The reader stops for 2 s while every cell changes 50 times a second. A loop
 * that blocked would show a gap of about 2,000 ms. Afterwards, the picture is
 * right: the flood ends in a state that 'q' leaves behind whole. */
static void test_stalled(void **state)
{
	(void)state;
	struct pty pty;
	start_as(&pty, "probe", 60, 200, "xterm-256color", "C.UTF-8", "PROBE_FLOOD=1");
	assert_true(pty_wait(&pty, "probe 200x60", SOON_MS));
	for (int i = 0; i < 20; i++)
		pty_pump(&pty, 20);
	pty_char(&pty, 'g');
	poll(NULL, 0, 2000);
	pty_char(&pty, 'y');
	assert_true(pty_wait(&pty, "keys U67 U79", SOON_MS));
	int gap = shown_gap(&pty);
	assert_in_range(gap, 1, 1000);
	char *grid = pty_grid(&pty);
	assert_non_null(strstr(grid, "┌─┐ Été e\u0301 楽楽 █ end\n"));
	free(grid);
	pty_char(&pty, 'q');
	assert_true(pty_wait_end(&pty, SOON_MS));
	assert_int_equal(exit_code(&pty), 0);
	assert_true(pty_restored(&pty));
	pty_free(&pty);
}

/* The number after `word` on the probe's board. */
static int shown_bells(struct pty *pty)
{
	char *grid = pty_grid(pty);
	const char *at = strstr(grid, "bells ");
	int bells = at == NULL ? -1 : (int)strtol(at + 6, NULL, 10);
	free(grid);
	return bells;
}

/* While bytes wait for a reader no bell is put behind them: 50 a second would have
 * been 100 in this stall. With a reader all of them are heard. */
static void test_no_bell_behind_a_stall(void **state)
{
	(void)state;
	struct pty pty;
	start_as(&pty, "probe", 24, 80, "xterm-256color", "C.UTF-8", "PROBE_BELL=1");
	assert_true(pty_wait(&pty, "probe 80x24", SOON_MS));
	for (int64_t end = pty_now() + 1000; pty_now() < end;)
		pty_pump(&pty, 20);
	pty_char(&pty, 'x');
	assert_true(pty_wait(&pty, "keys U78", SOON_MS));
	assert_true(shown_bells(&pty) >= 20);
	kill(pty.pid, SIGKILL);
	assert_true(pty_wait_end(&pty, SOON_MS));
	pty_free(&pty);
	const char *const both[] = {"TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL", "LC_CTYPE",
		"NO_COLOR", "LANGUAGE", "COLUMNS", "LINES", "PROBE_FLOOD=1", "PROBE_BELL=1", NULL};
	const char *const argv[] = {self, "probe", NULL};
	assert_true(pty_spawn(&pty, 60, 200, argv, both));
	assert_true(pty_wait(&pty, "probe 200x60", SOON_MS));
	poll(NULL, 0, 500); /* by now nothing goes through any more */
	pty_char(&pty, 'g');
	poll(NULL, 0, 2000);
	size_t from = pty.len;
	pty_char(&pty, 'y');
	assert_true(pty_wait(&pty, "keys U67 U79", SOON_MS));
	int bells = 0;
	for (size_t i = from; i < pty.len; i++)
		bells += pty.bytes[i] == '\a';
	assert_in_range(bells, 0, 50);
	pty_char(&pty, 'q');
	assert_true(pty_wait_end(&pty, SOON_MS));
	pty_free(&pty);
}

/* Killed while nobody reads: it ends all the same, within its bounded wait. */
static void test_stalled_end(void **state)
{
	(void)state;
	struct pty pty;
	start_as(&pty, "probe", 60, 200, "xterm-256color", "C.UTF-8", "PROBE_FLOOD=1");
	assert_true(pty_wait(&pty, "probe 200x60", SOON_MS));
	poll(NULL, 0, 500);
	kill(pty.pid, SIGTERM);
	for (int64_t end = pty_now() + SOON_MS; pty_now() < end && !pty.ended;) {
		poll(NULL, 0, 10);
		pty_reap(&pty);
	}
	assert_true(pty.ended);
	assert_int_equal(exit_code(&pty), PROBE_SIGNAL + SIGTERM);
	pty_settle(&pty, QUIET_MS);
	assert_true(pty_restored(&pty));
	pty_free(&pty);
}

int main(int argc, char **argv)
{
	if (!find_self())
		return 3;
	if (argc > 1 && strcmp(argv[1], "probe") == 0)
		return probe_main();
	if (argc > 1 && strcmp(argv[1], "shell") == 0)
		return shell_main();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_crashes),
		cmocka_unit_test(test_interrupt_key),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_suspend_orphan),
		cmocka_unit_test(test_stopped_from_outside),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_starts_tiny),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_clock_bytes),
		cmocka_unit_test(test_move_bytes),
		cmocka_unit_test(test_stalled),
		cmocka_unit_test(test_no_bell_behind_a_stall),
		cmocka_unit_test(test_stalled_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
