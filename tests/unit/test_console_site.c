/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/suite.h"

/*
 * Somebody edits the site file in another window while the real program runs
 * on a real programme: the forecast follows, a mistake is named and changes
 * nothing, and what the journal holds folds to the twin that lived.
 */

/* As editors do: another file, moved into its place. */
static void save(const char *path, const char *text)
{
	char draft[PATH_MAX_];
	snprintf(draft, sizeof draft, "%s.new", path);
	suite_write(draft, text, strlen(text));
	assert_int_equal(rename(draft, path), 0);
}

static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *out = malloc(strlen(text) + strlen(to) + 1);
	assert_non_null(at);
	assert_non_null(out);
	sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return out;
}

/* Hours of "overtime 15 h 42" under the forecast; -1 not on screen. */
static long overtime_h(struct pty *pty)
{
	char *grid = pty_grid(pty), *at = strstr(grid, " overtime ");
	long hours = at != NULL ? strtol(at + 10, &at, 10) : -1;
	if (at != NULL && strncmp(at, " h", 2) != 0)
		hours = hours < 0 ? -1 : 0; /* minutes only */
	free(grid);
	return hours;
}

/* Mid-morning, whatever the time is: the programme is still long. */
static void open_at(struct pty *pty, const char *site, const char *journal)
{
	const char *const argv[] = {suite_vigie, "demo", "--no-radio", "--at", "10:12", "--site",
		site, "--journal", journal, "--screen", "forecast", NULL};
	char tmp[PATH_MAX_], home[PATH_MAX_];
	snprintf(tmp, sizeof tmp, "TMPDIR=%s", suite_folder);
	snprintf(home, sizeof home, "HOME=%s", suite_folder);
	const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL", "LC_CTYPE",
		"NO_COLOR", "COLUMNS", "LINES", "XDG_CONFIG_HOME", tmp, home, NULL};
	assert_true(pty_spawn(pty, 40, 120, argv, env));
	wait_for_cases(pty, journal);
}

static void an_edited_pathway_changes_the_forecast(void **state)
{
	struct pty pty;
	char site[PATH_MAX_], journal[PATH_MAX_], digest[80];
	int checked = 0;
	char *good = suite_read("etc/demo/site.cfg", NULL);
	(void)state;
	snprintf(site, sizeof site, "%s", suite_path("site.cfg"));
	snprintf(journal, sizeof journal, "%s", suite_path("site.db"));
	save(site, good);
	open_at(&pty, site, journal);
	suite_expect(&pty, "2,000 replications", 60000);
	long before = overtime_h(&pty), after = -1;

	char *slow = replaced(good, "stage = \"recovery\"; lasts = [110.0, 50.0]",
		"stage = \"recovery\"; lasts = [600.0, 35.0]");
	save(site, slow);
	suite_expect(&pty, "site read anew: Clinique des Remparts", SOON_MS);
	for (int64_t end = pty_now() + 60000; after <= before + 5 && pty_now() < end;) {
		pty_pump(&pty, 50);
		after = overtime_h(&pty);
	}
	if (before < 0 || after <= before + 5) /* ten hours in each bay: the rooms wait */
		fail_msg("overtime %ld h before, %ld h after", before, after);

	char *bad = replaced(slow, "rooms = (", "rooms = [");
	save(site, bad);
	suite_expect(&pty, "old site kept: site.cfg:", SOON_MS);
	assert_true(suite_gone(&pty, "site read anew", SOON_MS));
	save(site, slow);
	pty_send(&pty, ":reload\r");
	suite_expect(&pty, "the site is as its file says", SOON_MS);
	pty_send(&pty, "1q");
	assert_int_equal(suite_exit(&pty, SOON_MS), 0);
	pty_free(&pty);
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='site'"), 2);
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM site"), 2);
	digest_of(journal, digest, sizeof digest, &checked);
	assert_int_equal(checked, 1); /* the checkpoint of the clean exit agrees */
	free(bad);
	free(slow);
	free(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edited_pathway_changes_the_forecast),
	};
	return cmocka_run_group_tests_name("console_site", tests, suite_open, suite_close);
}
