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

static void fault(struct twin *t, int number, int at)
{
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, AT(at));

	snprintf(f.condition.key, ID_SIZE, "fault %d", number);
	f.condition.priority = PRIORITY_LOW;
	f.condition.active = true;
	put(t, f);
}

/* However many alarms there are, a call is one of them. */
static void test_a_call_finds_a_place(void **state)
{
	(void)state;
	struct twin *t;
	int n = 0;

	start(&t);
	for (; t->alarm_count < TWIN_ALARMS; n++)
		fault(t, n, n * 10);
	assert_int_equal(t->dropped, 0);
	press(t, "C300007B573C", n * 10 + 1);
	assert_true(twin_alarm(t, "press:C300007B573C") >= 0);
	assert_int_equal(twin_alarm(t, "technical:fault 0"), -1); /* stood longest */
	assert_int_equal(t->dropped, 1);
	fault(t, n, n * 10 + 2);
	assert_true(twin_alarm(t, "press:C300007B573C") >= 0);
	assert_int_equal(t->dropped, 2);
	assert_int_equal(t->alarm_count, TWIN_ALARMS);
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

/* The site as the tests know it, without its last gateways, tags and rooms. */
static struct site without(int gateways_gone, int tags_gone, int rooms_gone)
{
	struct site other = site;

	other.gateway_count -= gateways_gone;
	other.tag_count -= tags_gone;
	other.room_count -= rooms_gone;
	return other;
}

static void put_site(struct twin *t, const struct site *other, int at)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(at));

	f.site.site = other;
	put(t, f);
}

static bool rings(const struct twin *t, const char *key)
{
	int i = twin_alarm(t, key);

	return i >= 0 && t->alarms[i].active;
}

/* Nothing that the site no longer lists could ever end its own alarm. */
static void test_what_is_gone_rings_no_more(void **state)
{
	(void)state;
	struct twin *t;
	struct site other = without(1, 3, 0); /* GW_PACU_2, FRIDGE, SENSOR, PUMP */
	struct fact silent = fact_make(FACT_GATEWAY, SOURCE_RADIO, AT(1));
	struct fact two = fact_make(FACT_CONDITION, SOURCE_RADIO, AT(1));
	struct fact clock = fact_make(FACT_CONDITION, SOURCE_SYSTEM, AT(1));

	start(&t);
	FILL(clock.condition.key, "clock:" GW_PACU_2);
	clock.condition.active = true;
	put(t, clock);
	FILL(silent.gateway.gateway, GW_PACU_2);
	silent.gateway.silent = true;
	put(t, silent);
	FILL(silent.gateway.gateway, GW_OR1);
	put(t, silent);
	FILL(two.condition.key, "two-places:" PUMP);
	FILL(two.condition.text, "pump 17 is heard in two places at once");
	two.condition.active = true;
	put(t, two);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 9, 1);  /* 2 to 8 for 5 minutes */
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 30, 1); /* OR 1: 18 to 23 for 10 */
	seen(t, PUMP, PACU, 0.9, 2);
	twin_advance(t, AT(12), NULL);
	assert_true(rings(t, "gateway:" GW_PACU_2) && rings(t, "gateway:" GW_OR1));
	assert_true(rings(t, "cold:" FRIDGE) && rings(t, "climate:or-1:temperature"));
	assert_true(rings(t, "technical:two-places:" PUMP));
	assert_true(rings(t, "technical:clock:" GW_PACU_2));
	put_site(t, &other, 13);
	assert_true(rings(t, "gateway:" GW_OR1)); /* still listed, still silent */
	assert_false(rings(t, "gateway:" GW_PACU_2));
	assert_false(rings(t, "cold:" FRIDGE));
	assert_false(rings(t, "climate:or-1:temperature"));
	assert_false(rings(t, "technical:two-places:" PUMP));
	assert_false(rings(t, "technical:clock:" GW_PACU_2));
	assert_int_equal(t->things[twin_thing(t, PUMP)].state, LOCATED_ABSENT);
	twin_destroy(t);
}

/* Wider limits than before: the alarm ends without a new reading. */
static void test_other_limits_count_at_once(void **state)
{
	(void)state;
	struct twin *t;
	struct site other = site;
	struct room wide[ROOMS];

	memcpy(wide, rooms, sizeof wide);
	wide[OR1].temp_high = 31;
	other.rooms = wide;
	start(&t);
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 30, 1);
	twin_advance(t, AT(12), NULL);
	assert_true(rings(t, "climate:or-1:temperature"));
	put_site(t, &other, 13);
	assert_false(rings(t, "climate:or-1:temperature"));
	put_site(t, &site, 14);
	twin_advance(t, AT(25), NULL); /* out of limits for ten minutes again */
	assert_true(rings(t, "climate:or-1:temperature"));
	twin_destroy(t);
}

/* The patient is on the table while somebody takes the room out of the file. */
static void test_a_room_removed_under_a_patient(void **state)
{
	(void)state;
	struct twin *t;
	struct site other = site;
	struct room fewer[ROOMS];
	struct gateway heard_by[3];
	enum source who;
	bool conflict;

	memcpy(fewer, rooms + 1, sizeof *fewer * (ROOMS - 1)); /* or-1 is gone */
	memcpy(heard_by, gateways, sizeof heard_by);
	for (int i = 0; i < 3; i++)
		heard_by[i].room--;
	other.rooms = fewer;
	other.room_count--;
	other.gateways = heard_by;
	other.bed_count = 0;
	other.tag_count = 2;
	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	wear(t, BRACELET_1, "p1", -95);
	told(t, "c1", MILESTONE_IN_ROOM, 1);
	place(t, "p1", "L1", 1, 2);
	seen(t, BRACELET_1, OR1, 0.9, 3);
	put_site(t, &other, 5);
	assert_int_equal(t->cases[0].room_at, -1);
	assert_string_equal(t->cases[0].room, "or-1"); /* what was told stays */
	assert_int_equal(twin_patient_room(t, 0, &who, &conflict), -1);
	assert_int_equal(surgery_stage(&t->cases[0]), STAGE_ANAES);
	for (int r = 0; r < other.room_count; r++)
		assert_int_equal(t->rooms[r].current, -1);
	told(t, "c1", MILESTONE_INCISION, 20); /* life goes on */
	seen(t, BRACELET_1, PACU, 0.9, 90);
	told(t, "c1", MILESTONE_OUT_ROOM, 88);
	put_site(t, &site, 95); /* and the room is back */
	assert_int_equal(t->cases[0].room_at, OR1);
	assert_int_equal(t->things[twin_thing(t, BRACELET_1)].room, PACU);
	assert_int_equal(t->dropped, 0);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_ids_are_counted),
		cmocka_unit_test(test_a_full_pool_gives_up_the_oldest_finished_case),
		cmocka_unit_test(test_a_call_finds_a_place),
		cmocka_unit_test(test_long_ids_have_their_own_keys),
		cmocka_unit_test(test_a_new_site_keeps_what_is_known),
		cmocka_unit_test(test_what_is_gone_rings_no_more),
		cmocka_unit_test(test_other_limits_count_at_once),
		cmocka_unit_test(test_a_room_removed_under_a_patient),
	};

	return cmocka_run_group_tests_name("twin_limits", tests, NULL, NULL);
}
