/* SPDX-License-Identifier: Apache-2.0 */
/* Expected figures: IEC 60601-1-8 as quoted by public documents (flash 1.4-2.8 Hz
 * and 0.4-0.8 Hz, duty 20-60 %; bursts of 10, 3, 1-2 pulses, 2.5-15 s, 2.5-30 s,
 * more than 15 s or none apart; audio paused at most 120 s, and it never puts out
 * the light), and UL 1069 (heard again every 10 s). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "screens/rows.h"
#include "screens/signal.h"
#include "tests/unit/suite_world.h"

static struct world *world;

static int setup(void **state)
{
	(void)state;
	world = world_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_destroy(world);
	return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

enum { STEP_MS = 10 };

/* Time goes on in small steps as a loop would take them; pulses are counted and
 * their times kept. */
struct ear {
	struct signal signal;
	struct signal_ask ask;
	int64_t now_ms;
	int pulses, told;
	int64_t at[64];
};

static void hear(struct ear *ear, int64_t ms)
{
	for (int64_t end = ear->now_ms + ms; ear->now_ms < end; ear->now_ms += STEP_MS) {
		struct signal_now now = signal_step(&ear->signal, &ear->ask, ear->now_ms);

		if (now.pulse && ear->pulses < 64)
			ear->at[ear->pulses] = ear->now_ms;
		ear->pulses += now.pulse;
		ear->told += now.tell;
	}
}

static struct ear ear_on(void)
{
	return (struct ear){.signal = {.sound = SOUND_ON}, .now_ms = 1000000};
}

static void rings(struct ear *ear, enum priority p, int count, int64_t newest_ms)
{
	ear->ask.count[p] = count;
	ear->ask.newest_ms[p] = ear->ask.again_ms[p] = newest_ms;
}

/* --- light ---------------------------------------------------------------- */

static double hertz(enum priority p)
{
	int changes = 0;

	for (int64_t t = 1; t <= 60000; t++)
		changes += signal_lit(p, t) != signal_lit(p, t - 1);
	return changes / 2.0 / 60;
}

static double duty(enum priority p)
{
	int on = 0;

	for (int64_t t = 0; t < 60000; t++)
		on += signal_lit(p, t);
	return on / 60000.0;
}

static void test_light(void **state)
{
	(void)state;
	assert_true(hertz(PRIORITY_HIGH) >= 1.4 && hertz(PRIORITY_HIGH) <= 2.8);
	assert_true(hertz(PRIORITY_MEDIUM) >= 0.4 && hertz(PRIORITY_MEDIUM) <= 0.8);
	assert_true(duty(PRIORITY_HIGH) >= 0.2 && duty(PRIORITY_HIGH) <= 0.6);
	assert_true(duty(PRIORITY_MEDIUM) >= 0.2 && duty(PRIORITY_MEDIUM) <= 0.6);
	assert_true(hertz(PRIORITY_LOW) == 0 && duty(PRIORITY_LOW) == 1); /* steady */
}

/* The loop draws when the light changes, and not otherwise. */
static void test_light_changes_when_it_is_told(void **state)
{
	const int both[PRIORITY_COUNT] = {0, 1, 1}, low[PRIORITY_COUNT] = {3, 0, 0};
	bool high = signal_lit(PRIORITY_HIGH, 0), medium = signal_lit(PRIORITY_MEDIUM, 0);
	int64_t t = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		int step = signal_light_ms(both, t);

		assert_true(step > 0);
		assert_true(signal_lit(PRIORITY_HIGH, t + step - 1) == high);
		assert_true(signal_lit(PRIORITY_MEDIUM, t + step - 1) == medium);
		t += step;
		assert_true(signal_lit(PRIORITY_HIGH, t) != high
			    || signal_lit(PRIORITY_MEDIUM, t) != medium);
		high = signal_lit(PRIORITY_HIGH, t);
		medium = signal_lit(PRIORITY_MEDIUM, t);
	}
	assert_int_equal(signal_light_ms(low, 5), 0);
}

/* --- sound ---------------------------------------------------------------- */

static void test_high_burst(void **state)
{
	struct ear ear = ear_on();

	(void)state;
	rings(&ear, PRIORITY_HIGH, 1, 1);
	hear(&ear, 2500);
	assert_int_equal(ear.pulses, 10);
	assert_true(ear.at[0] == 1000000); /* at once */
	hear(&ear, 30000 - 2500);
	assert_int_equal(ear.pulses, 30);
	for (int burst = 0; burst < 2; burst++) {
		int64_t gap = ear.at[burst * 10 + 10] - ear.at[burst * 10 + 9];

		assert_true(gap >= 2500 && gap <= 15000);
		/* UL 1069: heard again every 10 s. */
		assert_true(ear.at[burst * 10 + 10] - ear.at[burst * 10] <= 10000);
	}
}

static void test_medium_and_low_bursts(void **state)
{
	struct ear ear = ear_on();
	int64_t gap;

	(void)state;
	rings(&ear, PRIORITY_MEDIUM, 1, 1);
	hear(&ear, 60000);
	assert_int_equal(ear.pulses, 9);
	gap = ear.at[3] - ear.at[2];
	assert_true(gap >= 2500 && gap <= 30000);
	ear = ear_on();
	rings(&ear, PRIORITY_LOW, 1, 1);
	hear(&ear, 60000);
	assert_int_equal(ear.pulses, 1); /* one or two, and none again */
}

/* A HIGH that ends by itself is heard for half a burst; an acknowledged one is not. */
static void test_short_and_acknowledged(void **state)
{
	struct ear ear = ear_on();

	(void)state;
	rings(&ear, PRIORITY_HIGH, 1, 1);
	hear(&ear, 50);
	rings(&ear, PRIORITY_HIGH, 0, 0);
	ear.ask.ended[PRIORITY_HIGH] = 1;
	hear(&ear, 60000);
	assert_true(ear.pulses >= 5 && ear.pulses <= 10);
	ear = ear_on();
	rings(&ear, PRIORITY_HIGH, 1, 1);
	hear(&ear, 50);
	rings(&ear, PRIORITY_HIGH, 0, 0);
	hear(&ear, 60000);
	assert_int_equal(ear.pulses, 1);
}

/* 6.8.1: acknowledging one of two leaves the signals of the other unaffected. */
static void test_one_of_two(void **state)
{
	struct ear ear = ear_on();

	(void)state;
	rings(&ear, PRIORITY_HIGH, 2, 7);
	hear(&ear, 500);
	rings(&ear, PRIORITY_HIGH, 1, 3);
	hear(&ear, 19000);
	assert_int_equal(ear.pulses, 20);
}

static void test_new_ones(void **state)
{
	struct ear ear = ear_on();

	(void)state;
	/* A HIGH cuts into the burst of a MEDIUM one. */
	rings(&ear, PRIORITY_MEDIUM, 1, 1);
	hear(&ear, 100);
	rings(&ear, PRIORITY_HIGH, 1, 2);
	hear(&ear, 2300);
	assert_int_equal(ear.pulses, 11);
	/* Another HIGH begins a burst of its own, without waiting for ten seconds. */
	rings(&ear, PRIORITY_HIGH, 2, 3);
	hear(&ear, 2300);
	assert_int_equal(ear.pulses, 21);
	/* A new LOW is heard once between them. */
	rings(&ear, PRIORITY_LOW, 1, 4);
	hear(&ear, 1000);
	assert_int_equal(ear.pulses, 22);
}

/* A re-alarm is heard anew, even where a burst is not repeated. */
static void test_again(void **state)
{
	struct ear ear = ear_on();

	(void)state;
	rings(&ear, PRIORITY_LOW, 1, 1);
	hear(&ear, 60000);
	ear.ask.again_ms[PRIORITY_LOW] = 60001;
	hear(&ear, 60000);
	assert_int_equal(ear.pulses, 2);
}

static void test_paused(void **state)
{
	struct ear ear = ear_on();

	(void)state;
	rings(&ear, PRIORITY_HIGH, 1, 1);
	hear(&ear, 300);
	signal_pause(&ear.signal, ear.now_ms);
	ear.pulses = 0;
	hear(&ear, 119000);
	assert_int_equal(ear.pulses, 0);
	assert_int_equal(ear.signal.sound, SOUND_PAUSED);
	hear(&ear, 3000); /* 120 s are over: it comes back by itself */
	assert_int_equal(ear.signal.sound, SOUND_ON);
	assert_true(ear.pulses > 0);
}

/* What was not there when somebody asked for silence is heard. A re-alarm is not new. */
static void test_new_high_ends_a_pause(void **state)
{
	struct ear ear = ear_on();

	(void)state;
	rings(&ear, PRIORITY_HIGH, 1, 1);
	hear(&ear, 300);
	signal_pause(&ear.signal, ear.now_ms);
	ear.pulses = 0;
	ear.ask.again_ms[PRIORITY_HIGH] = 60000;
	rings(&ear, PRIORITY_MEDIUM, 1, 8);
	hear(&ear, 5000);
	assert_int_equal(ear.pulses, 0);
	rings(&ear, PRIORITY_HIGH, 2, 9);
	hear(&ear, 1900);
	assert_int_equal(ear.pulses, 10);
	assert_int_equal(ear.signal.sound, SOUND_ON);
}

static void test_off(void **state)
{
	struct ear ear = ear_on();

	(void)state;
	signal_off(&ear.signal, true);
	rings(&ear, PRIORITY_HIGH, 1, 1);
	hear(&ear, 300000);
	assert_int_equal(ear.pulses, 0);
	signal_pause(&ear.signal, ear.now_ms); /* another state: it is not left by a pause */
	assert_int_equal(ear.signal.sound, SOUND_OFF);
	signal_off(&ear.signal, false);
	hear(&ear, 2500);
	assert_int_equal(ear.pulses, 10);
}

/* The loop need not look more often than it is told. */
static void test_next_step(void **state)
{
	struct ear ear = ear_on();
	int steps = 0;

	(void)state;
	assert_int_equal(signal_next_ms(&ear.signal, &ear.ask, ear.now_ms), -1);
	rings(&ear, PRIORITY_HIGH, 1, 1);
	for (int64_t end = ear.now_ms + 100000; ear.now_ms < end; steps++) {
		int next;

		ear.pulses += signal_step(&ear.signal, &ear.ask, ear.now_ms).pulse;
		next = signal_next_ms(&ear.signal, &ear.ask, ear.now_ms);
		assert_true(next > 0);
		ear.now_ms += next;
	}
	assert_int_equal(ear.pulses, 100); /* ten bursts in 100 s */
	assert_true(steps < 150);
}

/* --- what asks ------------------------------------------------------------- */

static struct alarm *alarm_named(const char *key)
{
	int i = twin_alarm(world->twin, key);

	assert_true(i >= 0);
	return &world->twin->alarms[i];
}

static void test_asks(void **state)
{
	struct alarm *press = alarm_named("press:C30000000001");
	struct signal_ask ask;

	(void)state;
	signal_asks(&world->view, &ask);
	assert_int_equal(ask.count[PRIORITY_HIGH], 1);
	assert_int_equal(ask.count[PRIORITY_MEDIUM], 1);
	assert_true(ask.newest_ms[PRIORITY_HIGH] == press->raised_ms);
	/* Shelved, explained by another, out of service: not heard. */
	press->pinned = false; /* a call never is, but whatever is */
	press->shelf_priority = PRIORITY_HIGH;
	press->shelf_until_ms = world->view.now_ms + 60000;
	signal_asks(&world->view, &ask);
	assert_int_equal(ask.count[PRIORITY_HIGH], 0);
	press->shelf_until_ms = world->view.now_ms;
	press->out_of_service = true;
	signal_asks(&world->view, &ask);
	assert_int_equal(ask.count[PRIORITY_HIGH], 0);
	press->out_of_service = false;
	/* Its cause gone, but latched: goes on until somebody acknowledges it. */
	press->active = false;
	signal_asks(&world->view, &ask);
	assert_int_equal(ask.count[PRIORITY_HIGH], 1);
	press->latched = false;
	signal_asks(&world->view, &ask);
	assert_int_equal(ask.count[PRIORITY_HIGH], 0);
	assert_int_equal(ask.ended[PRIORITY_HIGH], 1);
	press->active = press->acked = true;
	signal_asks(&world->view, &ask);
	assert_int_equal(ask.count[PRIORITY_HIGH] + ask.ended[PRIORITY_HIGH], 0);
}

/* patient_call sounds anew every three minutes (twin/alarm.c). */
static void test_asks_again(void **state)
{
	struct alarm *press = alarm_named("press:C30000000001");
	struct signal_ask ask;

	(void)state;
	world->view.now_ms = press->raised_ms + 3 * 60000 - 1;
	signal_asks(&world->view, &ask);
	assert_true(ask.again_ms[PRIORITY_HIGH] == press->raised_ms);
	world->view.now_ms += 1;
	signal_asks(&world->view, &ask);
	assert_true(ask.again_ms[PRIORITY_HIGH] == press->raised_ms + 3 * 60000);
}

/* --- the desktop ------------------------------------------------------------ */

static void test_desktop(void **state)
{
	char words[256], bytes[512];

	(void)state;
	signal_words(&world->view, words, sizeof words);
	assert_string_equal(words, "HIGH patient call, PACU, floor 1 (+2)");
	signal_desktop_bytes(DESKTOP_OSC9, words, bytes, sizeof bytes);
	assert_string_equal(bytes, "\x1b]9;vigie: HIGH patient call, PACU, floor 1 (+2)\x1b\\");
	/* A room called like this by a site file ends no sequence and begins no field. */
	signal_desktop_bytes(DESKTOP_OSC777, "a;b\x1b\\\x07\xc2\x9c", bytes, sizeof bytes);
	assert_string_equal(bytes, "\x1b]777;notify;vigie;a,b\\\x1b\\");
	assert_int_equal(signal_desktop_bytes(DESKTOP_OFF, words, bytes, sizeof bytes), 0);
}

/* In a storm one message in five seconds. */
static void test_desktop_in_a_storm(void **state)
{
	struct ear ear = ear_on();

	(void)state;
	for (int i = 1; i <= 100; i++) {
		rings(&ear, PRIORITY_HIGH, i, i);
		hear(&ear, 100);
	}
	assert_true(ear.told >= 2 && ear.told <= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_light),
		cmocka_unit_test(test_light_changes_when_it_is_told),
		cmocka_unit_test(test_high_burst), cmocka_unit_test(test_medium_and_low_bursts),
		cmocka_unit_test(test_short_and_acknowledged), cmocka_unit_test(test_one_of_two),
		cmocka_unit_test(test_new_ones), cmocka_unit_test(test_again),
		cmocka_unit_test(test_paused), cmocka_unit_test(test_new_high_ends_a_pause),
		cmocka_unit_test(test_off), cmocka_unit_test(test_next_step), T(test_asks),
		T(test_asks_again), T(test_desktop), cmocka_unit_test(test_desktop_in_a_storm)};

	return cmocka_run_group_tests_name("signal", tests, NULL, NULL);
}
