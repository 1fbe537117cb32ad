/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/suite.h"

/*
 * "What do we do?" as a person asks it: the real demo on a terminal at 10:12, the
 * twelve ways in which a day goes wrong from their keys, each with options and their
 * intervals on screen. And the loop closed: approved, sent, received by the emulated
 * hospital within two seconds, told back by it, and taken back.
 */

enum { ALIVE_MS = 30000, ANSWER_MS = 40000, RECEIVED_MS = 2000 };

static void open_demo(struct pty *pty, const char *journal)
{
	const char *argv[] = {suite_vigie, "demo", "--speed", "1", "--site", "etc/demo/site.cfg",
		"--seed", "3", "--at", "10:12", "--journal", journal, NULL};
	char tmp[PATH_MAX_], home[PATH_MAX_];
	snprintf(tmp, sizeof tmp, "TMPDIR=%s", suite_folder);
	snprintf(home, sizeof home, "HOME=%s", suite_folder);
	const char *env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL", "LC_CTYPE",
		"NO_COLOR", "COLUMNS", "LINES", "XDG_CONFIG_HOME", tmp, home, NULL};
	assert_true(pty_spawn(pty, 60, 200, argv, env));
	suite_expect(pty, "DEMO", ALIVE_MS);
	suite_expect(pty, "SSS", ALIVE_MS); /* the day so far has come */
}

static void leave_demo(struct pty *pty)
{
	pty_send(pty, "1q");
	assert_int_equal(suite_exit(pty, SOON_MS), 0);
	pty_free(pty);
}

/* Down to the first row below the cursor that says it. */
static void go_to(struct pty *pty, const char *text)
{
	for (int step = 0; step < 60; step++) {
		char *grid = pty_grid(pty);
		bool there = false;
		for (char *line = strtok(grid, "\n"); line != NULL; line = strtok(NULL, "\n"))
			there |= *line == '>' && strstr(line, text) != NULL;
		free(grid);
		if (there)
			return;
		pty_send(pty, "j");
		pty_settle(pty, 60);
	}
	fail_msg("no row says \"%s\"", text);
}

/* An option with the interval of every term, of which the proof is told. */
static void expect_options(struct pty *pty, const char *about)
{
	suite_expect(pty, "WHAT TO DO", SOON_MS);
	suite_expect(pty, about, SOON_MS);
	suite_expect(pty, " >1 ", ANSWER_MS);
	suite_expect(pty, "all, weighed B -", SOON_MS);
	suite_expect(pty, "surely (95 %)", SOON_MS);
	suite_expect(pty, "overtime ", SOON_MS);
	suite_expect(pty, "beware", SOON_MS);
	char *grid = pty_grid(pty), *all = strstr(grid, "all, weighed B ");
	double mean, low, high;
	assert_non_null(all);
	for (char *k = all; *k != '\n' && *k != '\0'; k++)
		if (*k == 'k') /* thousands, all three of them */
			memmove(k, k + 1, strlen(k));
	assert_int_equal(sscanf(all, "all, weighed B %lf (%lf,%lf)", &mean, &low, &high), 3);
	assert_true(low <= mean && mean <= high && high < 0);
	free(grid);
}

static void back_to(struct pty *pty, const char *key)
{
	pty_send(pty, "q");
	assert_true(suite_gone(pty, "WHAT TO DO", SOON_MS));
	pty_send(pty, key);
	pty_settle(pty, 300);
}

/* ---- what is only supposed: on screen 8, on top of what is injected ---- */

/* From the row the cursor is on, by its letter, or typed. */
static void suppose(struct pty *pty, const char *keys, const char *injected)
{
	pty_send(pty, keys);
	suite_expect(pty, injected, SOON_MS);
	pty_key(pty, VTERM_KEY_ENTER);
	suite_expect(pty, "WHAT-IF", SOON_MS);
	suite_expect(pty, "1 injected", ANSWER_MS);
	pty_send(pty, "r");
	suite_expect(pty, "to be looked at, not approved", SOON_MS);
	expect_options(pty, "on top of what is injected");
	/* And not approved, whatever is pressed. */
	pty_send(pty, "Y");
	pty_settle(pty, 300);
	assert_false(pty_shows(pty, "approve 1"));
	back_to(pty, "8");
	pty_send(pty, "f");
	suite_expect(pty, "Nothing is injected", SOON_MS);
	pty_send(pty, "1");
	suite_expect(pty, "vigie  Board", SOON_MS);
}

static void supposed_kinds_have_options(void **state)
{
	struct pty pty;
	const char *journal = suite_path("supposed.db");
	(void)state;
	open_demo(&pty, journal);
	suppose(&pty, "wc", "what if: overrun:case=case-or1-1,min=");
	suppose(&pty, ":what-if overrun:case=case-or1-1,min=120", "min=120");
	suppose(&pty, "wj", "what if: surgeon_late:");
	suppose(&pty, "wk", "what if: room_down:room=or-1");
	suppose(&pty, "wm", "what if: equipment:");
	suppose(&pty, ":what-if staff:role=mar,change=-1", "role=mar");
	suppose(&pty, ":what-if beds:of=pacu,change=-6", "change=-6");
	suppose(&pty, ":what-if staff:role=porter,change=-2", "role=porter");
	suppose(&pty, "wt", "what if: ward_full");
	leave_demo(&pty);
	/* Nothing of all that was decided, sent or told. */
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='order'"), 0);
}

/* ---- what is so: asked about, approved, done ---- */

static const char approved[] = "SELECT count(*) FROM fact WHERE kind='order' AND "
			       "json_extract(payload,'$.state')='approved'";
static const char received[] = "SELECT count(*) FROM fact WHERE kind='order' AND "
			       "json_extract(payload,'$.state')='received'";
static const char slowest[] =
	"SELECT max(r.at_ms - s.at_ms) FROM fact r JOIN fact s ON r.kind='order' AND "
	"s.kind='order' AND json_extract(r.payload,'$.step')=json_extract(s.payload,'$.step') "
	"AND json_extract(r.payload,'$.plan')=json_extract(s.payload,'$.plan') "
	"WHERE json_extract(r.payload,'$.state')='received' AND "
	"json_extract(s.payload,'$.state')='sent'";
/* Cases of an approved step to be placed, of which the hospital itself has said since
 * that they are there and then. */
static const char told_back[] =
	"SELECT count(*) FROM fact o WHERE o.kind='order' AND "
	"json_extract(o.payload,'$.state')='received' AND "
	"json_extract(o.payload,'$.text') LIKE 'place:%' AND EXISTS (SELECT 1 FROM fact c "
	"WHERE c.kind='case' AND c.source='fhir' AND c.seq > (SELECT min(seq) FROM fact WHERE "
	"kind='order') AND instr(json_extract(o.payload,'$.text'), "
	"'room=' || json_extract(c.payload,'$.room') || ',') > 0 AND "
	"instr(json_extract(o.payload,'$.text'), strftime('%Y-%m-%dT%H:%MZ', "
	"json_extract(c.payload,'$.start_ms') / 1000, 'unixepoch')) > 0)";
static const char placed[] = "SELECT count(*) FROM fact WHERE kind='order' AND "
			     "json_extract(payload,'$.state')='approved' AND "
			     "json_extract(payload,'$.text') LIKE 'place:%'";

static void wait_for(struct pty *pty, const char *journal, const char *sql, long want)
{
	int64_t end = pty_now() + SOON_MS;
	while (suite_query(journal, sql) < want && pty_now() < end)
		pty_pump(pty, 100);
	assert_int_equal(suite_query(journal, sql), want);
}

/* The second key, then every step at the hospital, and the hospital's word of it. */
static void approve_and_follow(struct pty *pty, const char *journal)
{
	/* What happened meanwhile has to be worked in first; then it is asked again. */
	for (int tries = 0; tries < 15 && !pty_shows(pty, "by FHIR patch"); tries++) {
		pty_send(pty, "Y");
		pty_wait(pty, "by FHIR patch", 2000);
	}
	suite_expect(pty, "by FHIR patch", SOON_MS);
	assert_int_equal(suite_query(journal, approved), 0);
	pty_key(pty, VTERM_KEY_ENTER);
	pty_settle(pty, 300);
	pty_send(pty, "O");
	suite_expect(pty, "vigie  Orders", SOON_MS);
	suite_expect(pty, "R received", SOON_MS);
	long steps = suite_query(journal, approved);
	assert_true(steps > 0);
	wait_for(pty, journal, received, steps);
	suite_expect(pty, ": done", SOON_MS);
	assert_true(suite_query(journal, slowest) <= RECEIVED_MS);
	wait_for(pty, journal, told_back, suite_query(journal, placed));
}

static void an_emergency_finds_its_room(struct pty *pty, const char *journal, const char *class)
{
	char keys[8];
	snprintf(keys, sizeof keys, "u%s", class);
	open_demo(pty, journal);
	pty_send(pty, keys);
	suite_expect(pty, "minutes in the room, and what:", SOON_MS);
	pty_send(pty, " appendicectomy\r");
	expect_options(pty, "appendicectomy");
	suite_expect(pty, "first break-in", SOON_MS);
	approve_and_follow(pty, journal);
	/* The hospital has it as its own, in a room, once. */
	pty_send(pty, "2");
	suite_expect(pty, "vigie  Programme", SOON_MS);
	suite_expect(pty, "appendicectomy", SOON_MS);
	go_to(pty, "appendicectomy");
	char *grid = pty_grid(pty);
	int rows = 0;
	bool in_room = false;
	for (char *line = strtok(grid, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		/* The list, not the page beside it. */
		char *page = strstr(line, "│");
		if (page != NULL)
			*page = '\0';
		if (strstr(line, "appendicect") == NULL)
			continue;
		rows++;
		in_room |= strstr(line, " OR ") != NULL;
	}
	free(grid);
	assert_int_equal(rows, 1);
	assert_true(in_room);
}

static void class_1_is_asked_approved_and_done(void **state)
{
	struct pty pty;
	(void)state;
	an_emergency_finds_its_room(&pty, suite_path("class1.db"), "1");
	leave_demo(&pty);
}

static void class_3_is_asked_approved_and_done(void **state)
{
	struct pty pty;
	(void)state;
	an_emergency_finds_its_room(&pty, suite_path("class3.db"), "3");
	leave_demo(&pty);
}

/* Of the last of the list that has not come, and of another one that has eaten. */
static void said_of_a_patient(struct pty *pty, const char *journal, const char *keys)
{
	open_demo(pty, journal);
	pty_send(pty, "2");
	suite_expect(pty, "vigie  Programme", SOON_MS);
	go_to(pty, "expected");
	pty_send(pty, "x");
	suite_expect(pty, "not fasting", SOON_MS);
	pty_send(pty, keys);
	pty_settle(pty, 500);
	pty_send(pty, "r");
	expect_options(pty, "WHAT TO DO about");
}

static void an_absence_has_options(void **state)
{
	struct pty pty;
	const char *journal = suite_path("absent.db");
	(void)state;
	said_of_a_patient(&pty, journal, "a\r");
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='status' AND "
					      "json_extract(payload,'$.status')='no_show'"),
		1);
	approve_and_follow(&pty, journal);
	leave_demo(&pty);
}

static void who_has_eaten_has_options(void **state)
{
	struct pty pty;
	(void)state;
	said_of_a_patient(&pty, suite_path("eaten.db"), "f\r");
	leave_demo(&pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(supposed_kinds_have_options),
		cmocka_unit_test(class_1_is_asked_approved_and_done),
		cmocka_unit_test(class_3_is_asked_approved_and_done),
		cmocka_unit_test(an_absence_has_options),
		cmocka_unit_test(who_has_eaten_has_options),
	};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, suite_open, suite_close);
}
