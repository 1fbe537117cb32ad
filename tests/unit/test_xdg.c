/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "src/xdg.h"

/* XDG Base Directory Specification 0.8: an unset, empty or relative variable is
 * as good as none, and $HOME/.local/state stands in for it. */

static void test_places(void **state)
{
	static const struct {
		const char *base, *home, *path; /* path NULL: there is no place */
	} rows[] = {
		{"/state", "/home/nadia", "/state/vigie/journal.db"},
		{NULL, "/home/nadia", "/home/nadia/.local/state/vigie/journal.db"},
		{"", "/home/nadia", "/home/nadia/.local/state/vigie/journal.db"},
		{"state", "/home/nadia", "/home/nadia/.local/state/vigie/journal.db"},
		{NULL, NULL, NULL},
		{"state", "home", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char path[64] = "";
		struct error err = {""};
		unsetenv("XDG_STATE_HOME");
		unsetenv("HOME");
		if (rows[i].base != NULL)
			setenv("XDG_STATE_HOME", rows[i].base, 1);
		if (rows[i].home != NULL)
			setenv("HOME", rows[i].home, 1);
		int rc = xdg_file(
			path, sizeof path, "XDG_STATE_HOME", ".local/state", "journal.db", &err);
		assert_int_equal(rc, rows[i].path != NULL ? 0 : -ENOENT);
		if (rows[i].path != NULL)
			assert_string_equal(path, rows[i].path);
		else
			assert_string_equal(err.text,
				"no place for journal.db: set XDG_STATE_HOME or HOME, or name a "
				"file");
	}
}

/* "/s/vigie/f" and its end need 11 bytes. */
static void test_too_long(void **state)
{
	char path[11];
	struct error err = {""};
	(void)state;
	setenv("XDG_STATE_HOME", "/s", 1);
	assert_int_equal(xdg_file(path, 11, "XDG_STATE_HOME", ".s", "f", &err), 0);
	assert_int_equal(xdg_file(path, 10, "XDG_STATE_HOME", ".s", "f", &err), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_too_long),
	};
	return cmocka_run_group_tests_name("xdg", tests, NULL, NULL);
}
