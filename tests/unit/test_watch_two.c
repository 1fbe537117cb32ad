/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/watch_world.h"

/* A watch beside others: what stops it, who is on duty, who takes over. */

/* ---- several stations ---- */

static void a_nurse_at_a_console_stops_it(void **state)
{
	const char *const more[] = {"--site", site_file(), "--mqtt", broker_address, "--station",
		"desk-1", "--user", "Nadia", "--screen", "alarms", NULL};
	struct watch w;
	struct pty pty;
	(void)state;
	start_watch(&w, "watch-n", "");
	suite_console(&pty, 24, 80, suite_path("desk.db"), more, NULL);
	suite_expect(&pty, "mqtt ok", SOON_MS);
	expect_log(&w, "station desk-1: here", PATIENCE_MS);
	press(GATEWAY, "C30000B10006", 1);
	expect_letters(1, PATIENCE_MS);
	pty_send(&pty, "4a\r");
	suite_expect(&pty, "alarm acknowledged", SOON_MS);
	poll(NULL, 0, STEP_2_MS + 3000);
	assert_int_equal(hook_count(hook), 1);
	leave(&pty);
	end_watch(&w);
}

static void begin_two(struct watch *a, struct watch *b)
{
	start_watch(a, "watch-a", "");
	start_watch(b, "watch-b", "");
	expect_log(a, "on duty: this station", PATIENCE_MS);
	expect_log(b, "not on duty: watch-a", PATIENCE_MS);
}

static void two_watch_and_one_tells(void **state)
{
	struct watch a, b;
	(void)state;
	begin_two(&a, &b);
	press(GATEWAY, "C30000B10007", 1);
	press(GATEWAY, "C30000B10008", 1);
	press(GATEWAY, "C30000B10009", 1);
	expect_letters(6, PATIENCE_MS);
	poll(NULL, 0, 2500);
	assert_int_equal(hook_count(hook), 6);
	assert_int_equal(hook_distinct(hook), 6);
	expect_notices(&a, "sent", 6);
	expect_notices(&b, "sent", 6); /* it knows, and has told nobody */
	assert_false(logged(&b, ": told"));
	/* The first comes and goes cleanly: nothing is told twice. */
	end_watch(&a);
	run_watch(&a);
	expect_log(&a, "on duty: this station", PATIENCE_MS);
	poll(NULL, 0, 2500);
	assert_int_equal(hook_count(hook), 6);
	end_watch(&a);
	end_watch(&b);
}

static void another_takes_over_from_the_dead(void **state)
{
	struct watch a, b;
	(void)state;
	begin_two(&a, &b);
	press(GATEWAY, "C30000B1000A", 1);
	expect_letters(1, PATIENCE_MS);
	expect_notices(&b, "sent", 1);
	int64_t killed = pty_now();
	kill_watch(&a);
	expect_log(&b, "on duty: this station", PATIENCE_MS);
	print_message("taken over after %d ms\n", (int)(pty_now() - killed));
	expect_letters(2, PATIENCE_MS);
	expect_notices(&b, "sent", 2);
	assert_true(logged(&b, "step 2 to second of press:C30000B1000A: told"));
	/* The dead one comes back, takes the duty, and repeats nothing. */
	run_watch(&a);
	expect_log(&a, "on duty: this station", PATIENCE_MS);
	poll(NULL, 0, 3000);
	assert_int_equal(hook_count(hook), 2);
	assert_int_equal(hook_distinct(hook), 2);
	end_watch(&a);
	end_watch(&b);
}

/* Without a broker nobody can tell them that it is done: both do it, by one name. */
static void who_hears_no_broker_does_it_himself(void **state)
{
	struct watch a, b;
	(void)state;
	begin_two(&a, &b);
	press(GATEWAY, "C30000B1000B", 1);
	for (int64_t end = pty_now() + SOON_MS; pty_now() < end && !logged(&b, "C30000B1000B");)
		poll(NULL, 0, 20);
	child_end(broker);
	expect_letters(4, PATIENCE_MS);
	poll(NULL, 0, 2000);
	assert_int_equal(hook_count(hook), 4);
	assert_int_equal(hook_distinct(hook), 2);
	broker = suite_broker(broker_port);
	expect_notices(&a, "sent", 4); /* healed: each has the other's word beside its own */
	end_watch(&a);
	end_watch(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)
		TEST(a_nurse_at_a_console_stops_it),
		TEST(two_watch_and_one_tells),
		TEST(another_takes_over_from_the_dead),
		TEST(who_hears_no_broker_does_it_himself),
#undef TEST
	};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, suite_open, suite_close);
}
