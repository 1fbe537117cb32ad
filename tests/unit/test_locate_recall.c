/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new locator beside a twin from the journal (twin/locate.h): what an earlier one told
 * stands, is not told again, and ends by what is heard now: a gateway by its first word
 * or a good hour, a tag by some looks that find it in one place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "src/restore.h"
#include "tests/unit/twin_world.h"
#include "twin/locate.h"

enum { SECOND = 1000, HOUR_S = 3600 };

static struct {
	struct twin *twin;
	struct locator *locator;
	int64_t now;
	int silent, back, conditions;
} world;

static void on_fact(void *context, const struct fact *fact)
{
	(void)context;
	world.silent += fact->kind == FACT_GATEWAY && fact->gateway.silent;
	world.back += fact->kind == FACT_GATEWAY && !fact->gateway.silent;
	world.conditions += fact->kind == FACT_CONDITION;
	put(world.twin, *fact);
}

static void condition(const char *key)
{
	struct fact f = fact_make(FACT_CONDITION, SOURCE_RADIO, AT(0));

	FILL(f.condition.key, key);
	f.condition.active = true;
	f.condition.priority = PRIORITY_MEDIUM;
	put(world.twin, f);
}

static void silent(const char *mac)
{
	struct fact f = fact_make(FACT_GATEWAY, SOURCE_RADIO, AT(0));

	FILL(f.gateway.gateway, mac);
	f.gateway.silent = true;
	put(world.twin, f);
}

static void begin_again(void)
{
	static struct site here;

	world.silent = world.back = world.conditions = 0;
	world.now = AT(1);
	here = *world.twin->site;
	here.gateway_silence_s = 30;
	world.locator = locator_create(&here);
	assert_non_null(world.locator);
	restore_locator(world.locator, world.twin);
}

/* A second of suite time: a word of this gateway (NULL: of nobody), with or without the
 * pump beside it. */
static void hear(const char *gateway, bool pump)
{
	struct sighting s = {.rssi_dbm = -50, .received_ms = world.now += SECOND};

	if (gateway)
		locator_gateway(world.locator, gateway, world.now);
	FILL(s.tag, PUMP);
	FILL(s.gateway, gateway ? gateway : "");
	if (gateway && pump)
		locator_sight(world.locator, &s);
	locator_advance(world.locator, world.now, on_fact, NULL);
}

static bool rings(const char *key)
{
	int i = twin_alarm(world.twin, key);

	return i >= 0 && world.twin->alarms[i].active;
}

static int open_world(void **state)
{
	(void)state;
	start(&world.twin);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	locator_destroy(world.locator);
	twin_destroy(world.twin);
	return 0;
}

static void test_silent_is_not_said_twice(void **state)
{
	uint32_t before;

	(void)state;
	silent(GW_PACU_1);
	before = world.twin->alarms[twin_alarm(world.twin, "gateway:" GW_PACU_1)].count;
	begin_again();
	for (int i = 0; i < 120; i++)
		hear(GW_OR1, false);
	assert_int_equal(world.silent, 1); /* GW_PACU_2, which fell silent meanwhile */
	assert_true(rings("gateway:" GW_PACU_1) && rings("gateway:" GW_PACU_2));
	assert_int_equal(
		world.twin->alarms[twin_alarm(world.twin, "gateway:" GW_PACU_1)].count, before);
	hear(GW_PACU_1, false);
	assert_false(rings("gateway:" GW_PACU_1));
	assert_true(rings("gateway:" GW_PACU_2));
}

/* While nobody is heard at all nothing is known: it stands. */
static void test_silent_stands_while_nothing_is_heard(void **state)
{
	(void)state;
	silent(GW_OR1);
	begin_again();
	for (int i = 0; i < 120; i++)
		hear(NULL, false);
	assert_int_equal(world.silent + world.back, 0);
	assert_true(rings("gateway:" GW_OR1));
}

static void test_two_places_end(void **state)
{
	int looks = 0;

	(void)state;
	condition("two-places:" PUMP);
	begin_again();
	for (int i = 0; i < 30; i++)
		hear(GW_OR1, false); /* not heard: nobody knows better */
	assert_true(rings("technical:two-places:" PUMP));
	while (rings("technical:two-places:" PUMP) && looks < 60) {
		hear(GW_OR1, true);
		looks++;
	}
	assert_in_range(looks, 2, 30); /* one look is no proof */
	assert_int_equal(world.conditions, 1);
}

/* Judged by the hour: the first one with enough to judge by takes it back. */
static void hears_well_again(const char *condition_key)
{
	char key[ID_SIZE];

	snprintf(key, sizeof key, "technical:%s", condition_key);
	condition(condition_key);
	condition("moved:" GW_PACU_1);
	begin_again();
	for (int i = 0; i < HOUR_S / 2; i++)
		hear(GW_OR1, true);
	assert_true(rings(key));
	for (int i = 0; i < HOUR_S; i++)
		hear(GW_OR1, true);
	assert_false(rings(key));
	assert_true(rings("technical:moved:" GW_PACU_1)); /* it heard nothing to judge it by */
}

static void test_moved_and_in_its_place_again(void **state)
{
	(void)state;
	hears_well_again("moved:" GW_OR1);
}

static void test_deaf_and_hears_again(void **state)
{
	(void)state;
	hears_well_again("deaf:" GW_OR1);
}

static void test_what_has_ended_is_not_recalled(void **state)
{
	struct fact over = fact_make(FACT_CONDITION, SOURCE_RADIO, AT(0));

	(void)state;
	condition("two-places:" PUMP);
	FILL(over.condition.key, "two-places:" PUMP);
	put(world.twin, over);
	begin_again();
	for (int i = 0; i < 60; i++)
		hear(GW_OR1, true);
	assert_int_equal(world.conditions, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
		TEST(test_silent_is_not_said_twice),
		TEST(test_silent_stands_while_nothing_is_heard),
		TEST(test_two_places_end),
		TEST(test_moved_and_in_its_place_again),
		TEST(test_deaf_and_hears_again),
		TEST(test_what_has_ended_is_not_recalled),
#undef TEST
	};

	return cmocka_run_group_tests_name("locate_recall", tests, NULL, NULL);
}
