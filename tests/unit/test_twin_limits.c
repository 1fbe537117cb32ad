/* SPDX-License-Identifier: Apache-2.0 */
/* What the twin does with facts it has no place for: unknown things, full
 * pools, long ids, a site that changed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

static void test_unknown_ids_are_counted(void **state)
{
	(void)state;
	struct twin *t;
	struct fact f = fact_make(FACT_NONE, SOURCE_SYSTEM, AT(0));

	start(&t);
	told(t, "nobody", MILESTONE_IN_ROOM, 0);
	seen(t, "AC00000000EE", OR1, 0.9, 0);
	read_value(t, "AC00000000EE", QUANTITY_TEMPERATURE, 20, 0);
	gateway_word(t, "AC00000000EE", true, 0);
	operator_act(t, "press:none", ALARM_RESET, 0, 0);
	put(t, f);
	f.kind = (enum fact_kind)99;
	put(t, f);
	assert_int_equal(t->ignored, 7);
	assert_int_equal(t->facts, 8);
	assert_int_equal(t->seq, 8);
	twin_destroy(t);
}

static void test_a_full_pool_gives_up_the_oldest_finished_case(void **state)
{
	(void)state;
	struct twin *t;
	char id[ID_SIZE];

	start(&t);
	for (int i = 0; i < TWIN_CASES; i++) {
		snprintf(id, sizeof id, "c%d", i);
		put(t, case_fact(id, "", "or-2", 1000 + i, 1100 + i, -100));
	}
	put(t, case_fact("over", "", "or-2", 0, 10, -99));
	assert_int_equal(t->dropped, 1);
	told(t, "c7", MILESTONE_OUT_ROOM, -98);
	told(t, "c7", MILESTONE_CLEANUP_DONE, -97);
	put(t, case_fact("new", "", "or-2", 0, 10, -96));
	assert_int_equal(t->dropped, 1);
	assert_int_equal(twin_case(t, "c7"), -1);
	assert_int_equal(twin_case(t, "new"), 7);
	twin_destroy(t);
}

static void test_long_ids_have_their_own_keys(void **state)
{
	(void)state;
	struct twin *t;
	char a[ID_SIZE], b[ID_SIZE];

	memset(a, 'x', 64);
	a[64] = '\0';
	memcpy(b, a, sizeof b);
	b[63] = 'y';
	start(&t);
	put(t, case_fact(a, "", "or-1", 0, 10, -100));
	put(t, case_fact(b, "", "or-1", 20, 30, -100));
	twin_advance(t, AT(10), NULL);
	assert_int_equal(t->alarm_count, 2);
	assert_string_not_equal(t->alarms[0].key, t->alarms[1].key);
	twin_destroy(t);
}

static void test_a_new_site_keeps_what_is_known(void **state)
{
	(void)state;
	struct twin *t;
	struct room turned[ROOMS];
	struct site other = site;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(30));

	for (int i = 0; i < ROOMS; i++)
		turned[i] = rooms[ROOMS - 1 - i];
	other.rooms = turned;
	other.tag_count = 0;
	other.bed_count = other.gateway_count = 0;
	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	told(t, "c1", MILESTONE_IN_ROOM, 1);
	seen(t, PUMP, PACU, 0.9, 2);
	f.site.site = &other;
	put(t, f);
	assert_int_equal(t->rooms[ROOMS - 1 - OR1].current, 0);
	assert_int_equal(t->rooms[ROOMS - 1 - OR1].state, ROOMSTATE_ANAES);
	assert_int_equal(t->things[twin_thing(t, PUMP)].room, ROOMS - 1 - PACU);
	f.site.site = NULL;
	put(t, f);
	assert_int_equal(t->ignored, 1);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_ids_are_counted),
		cmocka_unit_test(test_a_full_pool_gives_up_the_oldest_finished_case),
		cmocka_unit_test(test_long_ids_have_their_own_keys),
		cmocka_unit_test(test_a_new_site_keeps_what_is_known),
	};

	return cmocka_run_group_tests_name("twin_limits", tests, NULL, NULL);
}
