/* SPDX-License-Identifier: Apache-2.0 */
/* Pressure of a room over the next: 15 Pa is 0.15 hPa. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

#define OUTSIDE "AC00000000C2"

struct house {
	struct site site;
	struct room rooms[ROOMS];
	struct tag tags[7];
};

static void start_with_cascade(struct twin **t, struct house *h)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-119));

	h->site = site;
	memcpy(h->rooms, rooms, sizeof rooms);
	memcpy(h->tags, tags, sizeof tags);
	h->tags[6] = (struct tag){.mac = OUTSIDE, .kind = TAG_SENSOR, .room = CORRIDOR, .bed = -1};
	h->rooms[OR1].pressure_low = 10;
	h->rooms[OR1].pressure_high = 20;
	h->rooms[OR1].pressure_delay_min = 3;
	h->rooms[OR1].pressure_zero = 5;
	snprintf(h->rooms[OR1].pressure_to, ID_SIZE, "corridor");
	h->site.rooms = h->rooms;
	h->site.tags = h->tags;
	h->site.tag_count = 7;
	start(t);
	f.site.site = &h->site;
	put(*t, f);
}

static void test_a_cascade(void **state)
{
	(void)state;
	struct twin *t;
	struct house h;
	const char *key = "pressure:or-1";

	start_with_cascade(&t, &h);
	read_value(t, SENSOR, QUANTITY_PRESSURE, 1013.20, 0); /* alone it says nothing */
	twin_advance(t, AT(10), NULL);
	assert_int_equal(state_of(t, key), -1);
	/* 20 Pa more than the corridor's, of which 5 are the two instruments' own. */
	read_value(t, SENSOR, QUANTITY_PRESSURE, 1013.20, 11);
	read_value(t, OUTSIDE, QUANTITY_PRESSURE, 1013.00, 12);
	twin_advance(t, AT(20), NULL);
	assert_int_equal(state_of(t, key), -1);
	/* A door: 8 Pa left. Told by either of the two. */
	read_value(t, SENSOR, QUANTITY_PRESSURE, 1012.90, 21);
	assert_int_equal(state_of(t, key), -1); /* the other sample is nine minutes old */
	read_value(t, OUTSIDE, QUANTITY_PRESSURE, 1012.77, 22);
	twin_advance(t, AT(25) - 1, NULL);
	assert_int_equal(state_of(t, key), -1);
	read_value(t, OUTSIDE, QUANTITY_PRESSURE, 1012.77, 23);
	twin_advance(t, AT(25), NULL);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(alarm_of(t, key)->class_, ALARM_CLASS_ROOM_PRESSURE);
	assert_string_equal(alarm_of(t, key)->text, "OR 1: 8.0 Pa over Corridor, below 10.0");
	assert_string_equal(alarm_of(t, key)->room, "or-1");
	/* Closed again; the other one is out of step for a while: that is no news. */
	read_value(t, SENSOR, QUANTITY_PRESSURE, 1013.00, 40);
	assert_int_equal(state_of(t, key), ALARM_B);
	read_value(t, OUTSIDE, QUANTITY_PRESSURE, 1012.80, 41);
	assert_int_equal(state_of(t, key), ALARM_D);
	assert_int_equal(t->timer_count, 0);
	twin_destroy(t);
}

static void test_limits_that_are_gone_ring_no_more(void **state)
{
	(void)state;
	struct twin *t;
	struct house h;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(20));

	start_with_cascade(&t, &h);
	read_value(t, SENSOR, QUANTITY_PRESSURE, 1013.00, 0);
	read_value(t, OUTSIDE, QUANTITY_PRESSURE, 1013.00, 1);
	read_value(t, SENSOR, QUANTITY_PRESSURE, 1013.00, 3);
	read_value(t, OUTSIDE, QUANTITY_PRESSURE, 1013.00, 4);
	assert_int_equal(state_of(t, "pressure:or-1"), ALARM_B);
	f.site.site = &site;
	put(t, f);
	assert_int_equal(state_of(t, "pressure:or-1"), ALARM_D);
	assert_int_equal(t->timer_count, 0);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cascade),
		cmocka_unit_test(test_limits_that_are_gone_ring_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
