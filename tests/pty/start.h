/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_START_H
#define VIGIE_TESTS_START_H

/* A test program that starts itself again as the probe, on a pseudo-terminal.
 * Included after cmocka.h. */

#include "tests/pty/probe.h"
#include "tests/pty/pty.h"

/* Generous, for busy machines: no case asserts on speed, only on "at all". */
enum { SOON_MS = 8000, QUIET_MS = 150 };

static char self[512];

PTY_HELPER void start_as(struct pty *pty, const char *role, int rows, int columns, const char *term,
	const char *lang, const char *extra)
{
	char term_setting[64], lang_setting[64];
	snprintf(term_setting, sizeof term_setting, "TERM=%s", term);
	snprintf(lang_setting, sizeof lang_setting, "LANG=%s", lang);
	const char *argv[] = {self, role, NULL};
	const char *settings[] = {term_setting, lang_setting, "LC_ALL", "LC_CTYPE", "NO_COLOR",
		"ESCDELAY", "COLUMNS=33", "LINES=7", extra, NULL};
	assert_true(pty_spawn(pty, rows, columns, argv, settings));
}

PTY_HELPER void start(struct pty *pty, const char *term, const char *lang, const char *extra)
{
	start_as(pty, "probe", 24, 80, term, lang, extra);
	if (!pty_wait(pty, "role 11", SOON_MS))
		fail_msg("no picture: TERM=%s LANG=%s:\n%s", term, lang, pty_grid(pty));
	pty_settle(pty, QUIET_MS);
}

PTY_HELPER void start_utf8(struct pty *pty, const char *extra)
{
	start(pty, "xterm-256color", "C.UTF-8", extra);
}

PTY_HELPER int exit_code(const struct pty *pty)
{
	return WIFEXITED(pty->status) ? WEXITSTATUS(pty->status) : -WTERMSIG(pty->status);
}

/* Finds this program's own file; false when it cannot be read. */
PTY_HELPER bool find_self(void)
{
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	if (len < 0)
		return false;
	self[len] = '\0';
	return true;
}

#endif
