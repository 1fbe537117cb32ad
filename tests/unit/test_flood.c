/* SPDX-License-Identifier: Apache-2.0 */
/* Floods, groups, and alarms that are of no use. The limits are those of
 * ANSI/ISA-18.2: a flood begins above 10 annunciated in 10 minutes and ends below 5
 * in 10; chattering is three times in one minute (PAS). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"
#include "twin/flood.h"

enum { SECOND = 1000 };

static void test_a_flood_begins_above_ten_and_ends_below_five(void **state)
{
	(void)state;
	struct trail trail = {0};

	for (int i = 0; i < 10; i++) /* one a minute: the tenth is at 9 min */
		trail_ring(&trail, AT(i));
	assert_int_equal(trail_rings(&trail, AT(9)), 10);
	assert_int_equal(trail_flood_ms(&trail, AT(9)), 0);
	trail_ring(&trail, AT(10)); /* that of minute 0 is ten minutes ago */
	assert_int_equal(trail_flood_ms(&trail, AT(10)), 0);
	trail_ring(&trail, AT(10)); /* eleven from minute 1 on */
	assert_int_equal(trail_flood_ms(&trail, AT(10)), AT(10));
	/* Left after t are those later than t - 10 min: at 16 min those of minutes
	 * 7, 8, 9, 10, 10; at 17 min four. */
	assert_int_equal(trail_flood_ms(&trail, AT(17) - 1), AT(10));
	assert_int_equal(trail_flood_ms(&trail, AT(17)), 0);
	/* It has ended although nobody looked: six more in a row are no flood. */
	for (int i = 0; i < 6; i++)
		trail_ring(&trail, AT(17));
	assert_int_equal(trail_rings(&trail, AT(17)), 10);
	assert_int_equal(trail_flood_ms(&trail, AT(17)), 0);
	trail_ring(&trail, AT(17));
	assert_int_equal(trail_flood_ms(&trail, AT(17)), AT(17));
}

static void test_what_is_explained_at_once_was_no_ring(void **state)
{
	(void)state;
	struct trail trail = {0};

	for (int i = 0; i < 11; i++)
		trail_ring(&trail, T0 + i);
	assert_int_equal(trail_flood_ms(&trail, T0 + 11), T0 + 10);
	trail_unring(&trail, T0 + 3, T0 + 11);
	assert_int_equal(trail_rings(&trail, T0 + 11), 10);
	assert_int_equal(trail_flood_ms(&trail, T0 + 11), 0);
	trail_unring(&trail, T0 + 4, T0 + 6 * SECOND); /* heard by everybody */
	trail_unring(&trail, T0 + 99, T0 + 100);       /* never rang */
	assert_int_equal(trail_rings(&trail, T0 + 11), 10);
	for (int i = 0; i < 3 * TRAIL_RINGS; i++)
		trail_ring(&trail, T0 + 20 + i);
	assert_int_equal(trail_rings(&trail, T0 + 500), TRAIL_RINGS);
}

static void condition(struct twin *t, const char *key, bool active, int64_t at_ms)
{
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, at_ms);

	FILL(f.condition.key, key);
	f.condition.active = active;
	f.condition.priority = PRIORITY_MEDIUM;
	put(t, f);
}

static void test_groups_by_floor_and_class(void **state)
{
	(void)state;
	struct twin *t;
	struct alarm_group g[8];

	start(&t);
	gateway_word(t, GW_OR1, true, -6); /* too far apart for one heading */
	gateway_word(t, GW_PACU_1, true, -3);
	gateway_word(t, GW_PACU_2, true, 0);
	read_value(t, PUMP, QUANTITY_BATTERY, 5, 4);
	press(t, BUTTON, 5);
	press(t, "AC00000000EE", 6);
	assert_int_equal(alarm_groups(t, AT(7), g, 8), 4);
	/* Each call alone, the newest first; then the MEDIUM ones as one line. */
	assert_string_equal(t->alarms[g[0].first].key, "press:AC00000000EE");
	assert_string_equal(t->alarms[g[1].first].key, "press:" BUTTON);
	assert_int_equal(g[2].class_, ALARM_CLASS_GATEWAY);
	assert_string_equal(t->alarms[g[2].first].key, "gateway:" GW_OR1); /* first out */
	assert_int_equal(g[2].count, 3);
	assert_int_equal(g[2].active, 3);
	assert_int_equal(g[2].unacked, 3);
	assert_int_equal(g[2].room, -1);
	assert_int_equal(g[2].last_ms, AT(0));
	assert_int_equal(g[3].class_, ALARM_CLASS_BATTERY);
	assert_int_equal(g[3].floor, -1);
	assert_true(alarm_group_has(t, &g[2], twin_alarm(t, "gateway:" GW_PACU_2), AT(7)));
	assert_false(alarm_group_has(t, &g[2], twin_alarm(t, "press:" BUTTON), AT(7)));
	/* Acknowledged ones behind the others of their priority; what does not fit
	 * is the last. */
	operator_act(t, "press:AC00000000EE", ALARM_ACKNOWLEDGE, AT(6), 8);
	assert_int_equal(alarm_groups(t, AT(8), g, 2), 2);
	assert_string_equal(t->alarms[g[0].first].key, "press:" BUTTON);
	assert_string_equal(t->alarms[g[1].first].key, "press:AC00000000EE");
	assert_int_equal(trail_rings(&t->trail, AT(3)), 6);
	twin_destroy(t);
}

static void test_chattering_fleeting_and_stale(void **state)
{
	(void)state;
	struct twin *t;
	struct nuisance_alarm n[8];

	start(&t);
	for (int i = 0; i < 3; i++) { /* three times within 45 s */
		condition(t, "a", true, T0 + i * 20 * SECOND);
		condition(t, "a", false, T0 + i * 20 * SECOND + 5 * SECOND);
	}
	for (int i = 0; i < 2; i++) { /* short, but seldom */
		condition(t, "b", true, AT(2 + 10 * i));
		condition(t, "b", false, AT(2 + 10 * i) + 5 * SECOND);
	}
	condition(t, "c", true, AT(20));
	condition(t, "c", false, AT(22)); /* as it should be */
	condition(t, "d", true, AT(30));
	assert_int_equal(alarm_nuisances(t, AT(40), 0, n, 8), 2);
	assert_int_equal(n[0].what, NUISANCE_CHATTERING);
	assert_string_equal(t->alarms[n[0].alarm].key, "technical:a");
	assert_int_equal(n[0].cycles, 3);
	assert_int_equal(n[0].last_ms, T0 + 45 * SECOND);
	assert_int_equal(n[1].what, NUISANCE_FLEETING);
	assert_string_equal(t->alarms[n[1].alarm].key, "technical:b");
	assert_int_equal(n[1].cycles, 2);
	assert_int_equal(alarm_nuisances(t, AT(40), AT(5), n, 8), 1); /* the rest is before */
	assert_int_equal(n[0].what, NUISANCE_FLEETING);
	assert_int_equal(n[0].cycles, 1);
	assert_int_equal(alarm_nuisances(t, AT(30) + STALE_MS, AT(1000), n, 8), 0);
	assert_int_equal(alarm_nuisances(t, AT(30) + STALE_MS + 1, AT(1000), n, 8), 1);
	assert_int_equal(n[0].what, NUISANCE_STALE);
	assert_string_equal(t->alarms[n[0].alarm].key, "technical:d");
	assert_int_equal(n[0].last_ms, AT(30));
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_flood_begins_above_ten_and_ends_below_five),
		cmocka_unit_test(test_what_is_explained_at_once_was_no_ring),
		cmocka_unit_test(test_groups_by_floor_and_class),
		cmocka_unit_test(test_chattering_fleeting_and_stale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
