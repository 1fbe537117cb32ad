/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/suite.h"

/*
 * What is heard at the terminal of the real program: bytes on the wire, from a call
 * on the broker. The figures are those of test_signal.c (IEC 60601-1-8).
 */

enum { BURST_MS = 2600 };

static int bells(const struct pty *pty)
{
	int count = 0;
	for (size_t i = 0; i < pty->len; i++)
		count += pty->bytes[i] == '\a';
	return count;
}

static void listen_for(struct pty *pty, int ms)
{
	for (int64_t end = pty_now() + ms; pty_now() < end;)
		pty_pump(pty, 20);
}

static void until(struct pty *pty, int count)
{
	for (int64_t end = pty_now() + SOON_MS; bells(pty) < count && pty_now() < end;)
		pty_pump(pty, 10);
	assert_true(bells(pty) >= count);
}

static void open_with(struct pty *pty, const char *journal, const char *config)
{
	const char *path = suite_path("sound.conf");
	suite_write(path, config, strlen(config));
	const char *const more[] = {
		"--config", path, "--mqtt", broker_address, "--user", "Nadia", NULL};
	suite_console(pty, 24, 80, journal, more, NULL);
	suite_expect(pty, "mqtt ok", SOON_MS);
}

static void a_call_is_heard_paused_and_heard_again(void **state)
{
	struct pty pty;
	(void)state;
	open_with(
		&pty, suite_path("sound.db"), "sound = \"bell\";\nnotify_terminal = \"osc777\";\n");
	listen_for(&pty, 300);
	assert_int_equal(bells(&pty), 0);
	press("AC233FC0000B", "C30000B10003", 3);
	until(&pty, 3);
	assert_true(pty_sent_at(&pty, "\x1b]777;notify;vigie;HIGH patient call, PACU") >= 0);
	pty_send(&pty, "p");
	suite_expect(&pty, "SOUND PAUSED 1:5", SOON_MS);
	int at_pause = bells(&pty);
	listen_for(&pty, BURST_MS);
	assert_true(bells(&pty) <= at_pause + 1); /* one may have been on its way */
	assert_true(bells(&pty) < 10);
	assert_true(pty_shows(&pty, "*** 1/1")); /* the light stays */
	/* Another patient rings: nobody asked for silence about that. */
	press("AC233FC0000B", "C30000B10004", 3);
	int before = bells(&pty);
	until(&pty, before + 10);
	assert_false(pty_shows(&pty, "SOUND PAUSED"));
	pty_send(&pty, ":sound off\r");
	suite_expect(&pty, "SOUND OFF", SOON_MS);
	leave(&pty);
}

static void nothing_sounds_unless_it_is_asked_for(void **state)
{
	struct pty pty;
	(void)state;
	open_with(&pty, suite_path("silent.db"), "calm = false;\n");
	press("AC233FC0000B", "C30000B10003", 3);
	suite_expect(&pty, "*** 1/1", SOON_MS);
	listen_for(&pty, BURST_MS);
	assert_int_equal(bells(&pty), 0);
	assert_true(pty_sent_at(&pty, "\x1b]777") < 0);
	assert_true(pty_sent_at(&pty, "\x1b]9") < 0);
	leave(&pty);
}

static void a_wrong_word_is_refused(void **state)
{
	const char *path = suite_path("wrong.conf");
	struct pty pty;
	(void)state;
	suite_write(path, "sound = \"loud\";\n", strlen("sound = \"loud\";\n"));
	const char *const more[] = {"--config", path, NULL};
	suite_console(&pty, 24, 80, suite_path("wrong.db"), more, NULL);
	assert_int_equal(suite_exit(&pty, SOON_MS), 3);
	assert_true(pty_sent_at(&pty, "sound is \"bell\" or \"off\", not \"loud\"") >= 0);
	pty_free(&pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_heard_paused_and_heard_again),
		cmocka_unit_test(nothing_sounds_unless_it_is_asked_for),
		cmocka_unit_test(a_wrong_word_is_refused),
	};
	return cmocka_run_group_tests_name("console sound", tests, open_group, close_group);
}
