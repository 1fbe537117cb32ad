/* SPDX-License-Identifier: Apache-2.0 */
/* Tags that are silent, things out of their zone, patients where none should be.
 * Rules: vigie-site(5), tag_silence_min and zones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

#define BADGE "AC00000000D1"

struct house {
	struct site site;
	struct tag tags[7];
	struct zone zones[2];
};

static void start_watched(struct twin **t, struct house *h)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-119));

	*h = (struct house){.site = site};
	memcpy(h->tags, tags, sizeof tags);
	h->tags[6] = (struct tag){.mac = BADGE, .kind = TAG_STAFF, .room = PHARMACY, .bed = -1};
	h->zones[0] = (struct zone){.id = "suite", .name = "the suite", .delay_min = 5};
	h->zones[0].has[OR1] = h->zones[0].has[PACU] = h->zones[0].has[CORRIDOR] = true;
	h->zones[1] = (struct zone){.id = "off", .no_patients = true, .delay_min = 1};
	h->zones[1].has[PHARMACY] = true;
	snprintf(h->tags[5].zone, ID_SIZE, "suite"); /* the pump */
	h->site.tags = h->tags;
	h->site.tag_count = 7;
	h->site.zones = h->zones;
	h->site.zone_count = 2;
	h->site.tag_silence_min = 15;
	start(t);
	f.site.site = &h->site;
	put(*t, f);
}

/* Told at minute `at`; not heard since minute `since`. */
static void absent(struct twin *t, const char *tag, int since, int at)
{
	struct fact f = fact_make(FACT_LOCATED, SOURCE_RADIO, AT(at));

	FILL(f.located.tag, tag);
	f.located.state = LOCATED_ABSENT;
	f.source_ms = AT(since);
	put(t, f);
}

static void test_a_fixed_sensor_falls_silent(void **state)
{
	(void)state;
	struct twin *t;
	struct house h;

	start_watched(&t, &h);
	seen(t, SENSOR, OR1, 0.9, 0);
	absent(t, SENSOR, 2, 4);
	twin_advance(t, AT(17) - 1, NULL);
	assert_int_equal(state_of(t, "silent:" SENSOR), -1);
	twin_advance(t, AT(17), NULL);
	assert_int_equal(state_of(t, "silent:" SENSOR), ALARM_B);
	assert_string_equal(alarm_of(t, "silent:" SENSOR)->text, "silent: S1, OR 1");
	assert_int_equal(alarm_of(t, "silent:" SENSOR)->class_, ALARM_CLASS_SILENT_TAG);
	seen(t, SENSOR, OR1, 0.9, 20);
	assert_int_equal(state_of(t, "silent:" SENSOR), ALARM_A);
	absent(t, SENSOR, 21, 22); /* heard again in time */
	seen(t, SENSOR, OR1, 0.9, 30);
	twin_advance(t, AT(60), NULL);
	assert_int_equal(state_of(t, "silent:" SENSOR), ALARM_A);
	assert_int_equal(t->timer_count, 0);
	/* Never heard at all, as the station has found. */
	absent(t, FRIDGE, 61, 76);
	assert_int_equal(state_of(t, "silent:" FRIDGE), ALARM_B);
	assert_string_equal(alarm_of(t, "silent:" FRIDGE)->room, "pharmacy");
	/* Things come and go, people at work too, and spare bracelets lie in a box. */
	absent(t, PUMP, 61, 80);
	absent(t, BADGE, 61, 80);
	absent(t, BRACELET_1, 61, 80);
	assert_int_equal(t->alarm_count, 2);
	assert_int_equal(t->timer_count, 0);
	twin_destroy(t);
}

static void test_where_nobody_listens_nothing_is_silent(void **state)
{
	(void)state;
	struct twin *t;
	struct house h;

	start_watched(&t, &h);
	seen(t, SENSOR, OR1, 0.9, 0);
	absent(t, SENSOR, 1, 2);
	gateway_word(t, GW_OR1, true, 10); /* the only one of OR 1 */
	twin_advance(t, AT(60), NULL);
	assert_int_equal(state_of(t, "silent:" SENSOR), -1);
	gateway_word(t, GW_OR1, false, 61); /* its full time from here on */
	twin_advance(t, AT(76) - 1, NULL);
	assert_int_equal(state_of(t, "silent:" SENSOR), -1);
	twin_advance(t, AT(76), NULL);
	assert_int_equal(state_of(t, "silent:" SENSOR), ALARM_B);
	gateway_word(t, GW_OR1, true, 80); /* stands, for nobody knows better */
	assert_int_equal(state_of(t, "silent:" SENSOR), ALARM_B);
	twin_destroy(t);
}

static void test_a_bracelet_is_expected_while_its_patient_is_here(void **state)
{
	(void)state;
	struct twin *t;
	struct house h;
	const char *key = "silent:" BRACELET_1;

	start_watched(&t, &h);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	wear(t, BRACELET_1, "p1", -90);
	seen(t, BRACELET_1, WARD, 0.9, -80);
	absent(t, BRACELET_1, -79, -78); /* in a ward without gateways, not yet called */
	twin_advance(t, AT(-20), NULL);
	assert_int_equal(state_of(t, key), -1);
	place(t, "p1", "pacu", -10, -10);
	assert_int_equal(state_of(t, key), ALARM_B); /* here now, and it has long been silent */
	place(t, "p1", "ward", -5, -5);
	assert_int_equal(state_of(t, key), ALARM_A);
	place(t, "p1", "pacu", 0, 0);
	assert_int_equal(state_of(t, key), ALARM_B);
	told(t, "c1", MILESTONE_DISCHARGED, 60);
	assert_int_equal(state_of(t, key), ALARM_A);
	twin_destroy(t);
}

static void test_a_thing_leaves_its_zone(void **state)
{
	(void)state;
	struct twin *t;
	struct house h;
	const char *key = "zone:" PUMP;

	start_watched(&t, &h);
	seen(t, PUMP, OR1, 0.9, 0);
	seen(t, PUMP, WARD, 0.5, 1); /* no fix to go by */
	twin_advance(t, AT(10), NULL);
	assert_int_equal(state_of(t, key), -1);
	seen(t, PUMP, WARD, 0.9, 11); /* passing through */
	seen(t, PUMP, PACU, 0.9, 14);
	twin_advance(t, AT(20), NULL);
	assert_int_equal(state_of(t, key), -1);
	seen(t, PUMP, WARD, 0.9, 21);
	seen(t, PUMP, HOLDING, 0.9, 23); /* another room out of it: it is out since 21 */
	twin_advance(t, AT(26) - 1, NULL);
	assert_int_equal(state_of(t, key), -1);
	twin_advance(t, AT(26), NULL);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(alarm_of(t, key)->class_, ALARM_CLASS_ZONE_EXIT);
	assert_int_equal(alarm_of(t, key)->priority, PRIORITY_MEDIUM);
	assert_string_equal(alarm_of(t, key)->text, "pump 17 has left the suite: Holding");
	seen(t, PUMP, PACU, 0.5, 27);
	assert_int_equal(state_of(t, key), ALARM_B);
	seen(t, PUMP, PACU, 0.9, 28);
	assert_int_equal(state_of(t, key), ALARM_D);
	/* Seen outside, and then not at all: missed all the same. */
	seen(t, PUMP, WARD, 0.9, 30);
	absent(t, PUMP, 31, 32);
	twin_advance(t, AT(35), NULL);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(t->timer_count, 0);
	twin_destroy(t);
}

static void test_a_patient_where_none_should_be(void **state)
{
	(void)state;
	struct twin *t;
	struct house h;
	const char *key = "zone:" BRACELET_1;

	start_watched(&t, &h);
	seen(t, BRACELET_1, PHARMACY, 0.9, 0); /* on nobody */
	twin_advance(t, AT(5), NULL);
	assert_int_equal(state_of(t, key), -1);
	seen(t, BADGE, PHARMACY, 0.9, 5); /* staff may be anywhere */
	wear(t, BRACELET_1, "p1", 10);
	twin_advance(t, AT(11), NULL);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(alarm_of(t, key)->class_, ALARM_CLASS_WANDERING);
	assert_int_equal(alarm_of(t, key)->priority, PRIORITY_HIGH);
	assert_string_equal(alarm_of(t, key)->text,
		"patient of " BRACELET_1 " where no patient should be: Pharmacy");
	seen(t, BRACELET_1, CORRIDOR, 0.9, 12);
	assert_int_equal(state_of(t, key), ALARM_LU); /* somebody goes and sees */
	/* Of two patients on one bracelet nobody knows which it is. */
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(12), 12);
	operator_act(t, key, ALARM_RESET, AT(12), 12);
	wear(t, BRACELET_1, "p2", 13);
	seen(t, BRACELET_1, PHARMACY, 0.9, 14);
	twin_advance(t, AT(20), NULL);
	assert_int_equal(state_of(t, key), ALARM_A);
	assert_int_equal(twin_alarm(t, "zone:" BADGE), -1);
	twin_destroy(t);
}

static void test_a_patient_who_wanders(void **state)
{
	(void)state;
	struct twin *t;
	struct house h;
	const char *key = "zone:" BRACELET_2;

	start_watched(&t, &h);
	wear(t, BRACELET_1, "p1", 0);
	wear(t, BRACELET_2, "p2", 0);
	snprintf(h.tags[0].zone, ID_SIZE, "suite"); /* a zone alone is no leash */
	snprintf(h.tags[1].zone, ID_SIZE, "suite");
	h.tags[1].wander = true;
	seen(t, BRACELET_1, WARD, 0.9, 1);
	seen(t, BRACELET_2, WARD, 0.9, 1);
	twin_advance(t, AT(6), NULL);
	assert_int_equal(state_of(t, "zone:" BRACELET_1), -1);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_string_equal(
		alarm_of(t, key)->text, "patient of " BRACELET_2 " has left the suite: Ward 3");
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fixed_sensor_falls_silent),
		cmocka_unit_test(test_where_nobody_listens_nothing_is_silent),
		cmocka_unit_test(test_a_bracelet_is_expected_while_its_patient_is_here),
		cmocka_unit_test(test_a_thing_leaves_its_zone),
		cmocka_unit_test(test_a_patient_where_none_should_be),
		cmocka_unit_test(test_a_patient_who_wanders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
