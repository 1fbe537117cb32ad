/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/suite.h"
#include "tests/stub/fhir_stub.c" /* one stub, three tests: not worth an archive */

/*
 * What the console writes down survives: a programme from the emulated
 * hospital, replay, names, hostile text, and two hundred sudden deaths.
 */

static void replay_agrees_with_the_live_twin(void **state)
{
	const char *journal = suite_path("digest.db");
	char base[64], one[80], two[80];
	int http = child_free_port(), checked = 0;
	struct pty pty;
	(void)state;
	pid_t pid = hospital(http, true);
	snprintf(base, sizeof base, "http://127.0.0.1:%d/fhir", http);
	open_with_fhir(&pty, 40, 120, journal, base, "programme");
	wait_for_cases(&pty, journal);
	leave(&pty);
	child_end(pid);
	assert_true(suite_query(journal, "SELECT count(*) FROM fact WHERE source='radio'") > 0);
	digest_of(journal, one, sizeof one, &checked);
	assert_int_equal(checked, 1); /* of the clean exit */
	digest_of(journal, two, sizeof two, &checked);
	assert_string_equal(one, two);
	verify(journal);
}

/* --- names --- */

static int names_shown(struct pty *pty, const char *journal)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	char *grid = pty_grid(pty);
	int shown = 0, known = 0;
	assert_int_equal(sqlite3_open_v2(journal, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_prepare_v2(db, "SELECT name FROM name", -1, &statement, NULL);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(statement, 0);
		known++;
		shown += name[0] != '\0' && strstr(grid, name) != NULL;
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	free(grid);
	assert_true(known > 10);
	return shown;
}

static void names_only_after_a_reason(void **state)
{
	const char *journal = suite_path("names.db");
	char base[64];
	int http = child_free_port();
	struct pty pty;
	(void)state;
	pid_t pid = hospital(http, false);
	snprintf(base, sizeof base, "http://127.0.0.1:%d/fhir", http);
	open_with_fhir(&pty, 50, 200, journal, base, "programme");
	wait_for_cases(&pty, journal);
	for (int screen = 1; screen <= 6; screen++) {
		pty_char(&pty, (uint32_t)('0' + screen));
		pty_settle(&pty, 80);
		assert_int_equal(names_shown(&pty, journal), 0);
	}
	pty_send(&pty, "2gR");
	pty_settle(&pty, 150);
	pty_key(&pty, VTERM_KEY_ENTER); /* no reason, no name */
	pty_settle(&pty, 150);
	assert_int_equal(names_shown(&pty, journal), 0);
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='audit' AND "
					      "payload LIKE '%\"reveal\"%'"),
		0);
	pty_send(&pty, "\033");
	pty_settle(&pty, 700); /* a lone escape waits for what may follow it */
	pty_send(&pty, "2Rfamily at the desk\r");
	suite_expect(&pty, "name shown", SOON_MS);
	pty_settle(&pty, 150);
	assert_int_equal(names_shown(&pty, journal), 1);
	assert_true(suite_gone(&pty, "pending", SOON_MS));
	assert_int_equal(suite_query(journal,
				 "SELECT count(*) FROM fact WHERE kind='audit' AND payload LIKE "
				 "'%family at the desk%' AND payload LIKE '%Nadia%'"),
		1);
	int64_t end = pty_now() + 31000;
	while (pty_now() < end)
		pty_pump(&pty, 50);
	assert_int_equal(names_shown(&pty, journal), 0);
	leave(&pty);
	child_end(pid);
}

/* --- text from outside --- */

/* Escape, bell, carriage return, right-to-left override, a C1 control: the
 * terminal must see none of them (reliability: neutralised at the boundary). */
#define HOSTILE "\\u001b[31mX\\u0007\\r\\u202e\\u009b2JY"

static void stub_day(struct fhir_stub *stub, char *body, size_t size)
{
	char start[40], end[40];
	time_t now = time(NULL) / 3600 * 3600, later = now + 3600;
	strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	strftime(end, sizeof end, "%Y-%m-%dT%H:%M:%SZ", gmtime(&later));
	snprintf(body, size,
		"{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["
		"{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"h1\",\"status\":"
		"\"booked\",\"start\":\"%s\",\"end\":\"%s\",\"description\":\"" HOSTILE "\","
		"\"participant\":[{\"actor\":{\"reference\":\"Patient/p1\"},\"status\":"
		"\"accepted\"},{\"actor\":{\"reference\":\"Location/or-1\"},\"status\":"
		"\"accepted\"}]}},"
		"{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"family\":"
		"\"" HOSTILE "fam\",\"given\":[\"" HOSTILE "giv\"]}]}}]}",
		start, end);
	fhir_stub_rule(stub, (struct stub_rule){.match = "/Appointment", .body = body});
}

static void hostile_text_stays_text(void **state)
{
	static char body[4000];
	const char *journal = suite_path("hostile.db");
	struct fhir_stub *stub = fhir_stub_start();
	struct pty pty;
	(void)state;
	assert_non_null(stub);
	stub_day(stub, body, sizeof body);
	open_with_fhir(&pty, 40, 120, journal, fhir_stub_base(stub), "programme");
	suite_expect(&pty, "mqtt ok", SOON_MS);
	/* A name frame (A1 08) whose name is ESC [ 2 J CR, of a listed tag; a
	 * topic and a `bleName` are as hostile. */
	say("/gw/AC233FC0000B/status",
		"[{\"timestamp\":1758600000000,\"mac\":\"C30000B10005\",\"rssi\":-60,\"bleName\":"
		"\"" HOSTILE
		"\",\"rawData\":\"0201060303E1FF1116E1FFA108140500B10000C31B5B324A0D\"}]");
	say("/gw/\xe2\x80\xae"
	    "x/status",
		"{\"" HOSTILE "\":1}");
	suite_expect(&pty, "X", SOON_MS);
	for (int64_t end = pty_now() + SOON_MS;
		pty_now() < end
		&& suite_query(journal, "SELECT count(*) FROM fact WHERE kind='case'") < 1;)
		pty_pump(&pty, 50);
	assert_true(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='case'") >= 1);
	pty_send(&pty, "12345");
	pty_settle(&pty, 100);
	pty_send(&pty, "2gRbecause\r");
	suite_expect(&pty, "name shown", SOON_MS);
	suite_expect(&pty, "Yfa", SOON_MS);
	pty_key(&pty, VTERM_KEY_FUNCTION(2));
	pty_settle(&pty, 150);
	static const char *const raw[] = {"\033[31mX", "\xe2\x80\xae", "\xc2\x9b", "\033[2J\r"};
	for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
		if (pty_sent_at(&pty, raw[i]) >= 0)
			fail_msg("the terminal was sent hostile text %zu raw", i);
	for (size_t at = 0; at < pty.len; at++) /* a lone bell is ours only for calls */
		assert_int_not_equal(pty.bytes[at], 0x9b);
	leave(&pty);
	fhir_stub_stop(stub);
}

/* --- two hundred deaths --- */

/* Filled once: a programme of the day, and calls to acknowledge. */
static void fill_journal(const char *journal, int calls)
{
	char base[64];
	int http = child_free_port();
	struct pty pty;
	pid_t pid = hospital(http, false);
	snprintf(base, sizeof base, "http://127.0.0.1:%d/fhir", http);
	open_with_fhir(&pty, 24, 80, journal, base, "programme");
	wait_for_cases(&pty, journal);
	char payload[16000], strip[32];
	int len = 0;
	for (int i = 1; i <= calls; i++)
		len += snprintf(payload + len, sizeof payload - (size_t)len,
			"%c{\"timestamp\":1758600000000,\"mac\":\"C30000B100%02X\",\"rssi\":-61,"
			"\"rawData\":\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB07647825000000"
			"00C5\"}",
			i > 1 ? ',' : '[', (unsigned)i);
	snprintf(payload + len, sizeof payload - (size_t)len, "]");
	say("/gw/AC233FC0000B/status", payload);
	snprintf(strip, sizeof strip, "*** %d/%d", calls, calls);
	suite_expect(&pty, strip, SOON_MS);
	leave(&pty);
	child_end(pid);
}

/* Killed while the act is on its way: there or not, never half. */
static void the_journal_is_whole_whenever_it_stops(void **state)
{
	const char *journal = suite_path("half.db");
	const char *const more[] = {"--user", "Nadia", NULL};
	struct pty pty;
	long before = 0;
	(void)state;
	fill_journal(journal, 30);
	for (int i = 0; i < 30; i++) {
		suite_console(&pty, 24, 80, journal, more, NULL);
		suite_expect(&pty, "OR 1", SOON_MS);
		pty_send(&pty, "4a\r");
		poll(NULL, 0, i * 2);
		kill_hard(&pty);
		long now = suite_query(journal,
			"SELECT count(*) FROM fact WHERE source='person' AND kind<>'audit'");
		assert_in_range(now, before, before + 1);
		before = now;
		verify(journal);
	}
	print_message("%ld of 30 acts had reached the disk\n", before);
}

static void no_act_is_lost_in_200_kills(void **state)
{
	/* Milestones are kept in any order, so the letter only has to differ. */
	static const char letters[] = "aswhyRrnedpPicfgoumtbBx";
	static const char acts[] =
		"SELECT count(*) FROM fact WHERE source='person' AND kind<>'audit'";
	const char *journal = suite_path("kills.db");
	const char *const more[] = {"--user", "Nadia", "--calm", NULL};
	int64_t began = pty_now();
	struct pty pty;
	(void)state;
	fill_journal(journal, 70);
	assert_int_equal(suite_query(journal, acts), 0);
	for (int i = 0; i < 200; i++) {
		char keys[8] = "4a\r";
		bool call = i % 3 == 0 && i / 3 < 70;
		if (!call)
			snprintf(keys, sizeof keys, "2m%c\r", letters[(size_t)i % 23]);
		suite_console(&pty, 24, 80, journal, more, NULL);
		suite_expect(&pty, "OR 1", SOON_MS);
		pty_send(&pty, keys);
		suite_expect(&pty, call ? "alarm acknowledged" : "(U takes it back)", SOON_MS);
		assert_true(suite_gone(&pty, "pending", SOON_MS));
		kill_hard(&pty);
		if (suite_query(journal, acts) != i + 1)
			fail_msg("act %d (%s) was shown as stored and is not", i + 1, keys);
	}
	print_message("200 kills in %d s\n", (int)((pty_now() - began) / 1000));
	verify(journal);
	suite_console(&pty, 24, 80, journal, more, NULL);
	suite_expect(&pty, "*** 3/70", SOON_MS); /* 67 of the 200 acts were calls */
	leave(&pty);
	char digest[80];
	int checked;
	digest_of(journal, digest, sizeof digest, &checked);
	assert_int_equal(checked, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replay_agrees_with_the_live_twin),
		cmocka_unit_test(names_only_after_a_reason),
		cmocka_unit_test(hostile_text_stays_text),
		cmocka_unit_test(the_journal_is_whole_whenever_it_stops),
		cmocka_unit_test(no_act_is_lost_in_200_kills),
	};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, open_group, close_group);
}
