/* SPDX-License-Identifier: Apache-2.0 */
/* Bracelets that cannot be right: named, ended by themselves, moving nobody. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

#define STRAY "stray:" BRACELET_1
#define TWO   "bracelets:p1"
#define BOTH  "shared:" BRACELET_1

static void gone(struct twin *t, const char *tag, int at)
{
	struct fact f = fact_make(FACT_LOCATED, SOURCE_RADIO, AT(at));

	FILL(f.located.tag, tag);
	f.located.state = LOCATED_ABSENT;
	put(t, f);
}

static void test_walks_about_on_nobody(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	seen(t, BRACELET_1, WARD, 0.9, 0);
	seen(t, BRACELET_1, CORRIDOR, 0.5, 10); /* not sure enough */
	seen(t, BRACELET_1, CORRIDOR, 0.9, 11);
	twin_advance(t, AT(11), NULL);
	assert_int_equal(state_of(t, STRAY), ALARM_B); /* a minute there */
	assert_int_equal(alarm_of(t, STRAY)->priority, PRIORITY_LOW);
	assert_string_equal(alarm_of(t, STRAY)->text,
		"bracelet " BRACELET_1 " is heard but given to nobody, Corridor");
	assert_string_equal(alarm_of(t, STRAY)->room, "corridor");
	twin_advance(t, AT(40) - 1, NULL);
	assert_int_equal(state_of(t, STRAY), ALARM_B);
	twin_advance(t, AT(40), NULL); /* half an hour: it was put there */
	assert_int_equal(state_of(t, STRAY), ALARM_D);
	assert_int_equal(t->timer_count, 0);
	seen(t, BRACELET_1, OR1, 0.9, 50);
	twin_advance(t, AT(51), NULL);
	assert_int_equal(state_of(t, STRAY), ALARM_B);
	wear(t, BRACELET_1, "p1", 52);
	assert_int_equal(state_of(t, STRAY), ALARM_D);
	assert_int_equal(t->timer_count, 0);
	twin_destroy(t);
}

static void test_lies_in_an_or(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	seen(t, BRACELET_1, OR1, 0.9, 0);
	twin_advance(t, AT(10) - 1, NULL);
	assert_int_equal(state_of(t, STRAY), -1);
	twin_advance(t, AT(10), NULL);
	assert_int_equal(state_of(t, STRAY), ALARM_B);
	twin_advance(t, AT(120), NULL); /* an OR is no place to keep it */
	assert_int_equal(state_of(t, STRAY), ALARM_B);
	gone(t, BRACELET_1, 121);
	assert_int_equal(state_of(t, STRAY), ALARM_D);
	twin_destroy(t);
}

/* Spare bracelets lie in a box, radio takes a neighbour for their room now and
 * then, and those of patients who go home are carried back to it. */
static void test_a_box_raises_nothing(void **state)
{
	(void)state;
	struct twin *t;
	struct fact flicker = fact_make(FACT_LOCATED, SOURCE_RADIO, 0);

	start(&t);
	FILL(flicker.located.tag, BRACELET_1);
	FILL(flicker.located.room, "corridor");
	flicker.located.state = LOCATED_IN;
	flicker.located.confidence = 0.95;
	wear(t, BRACELET_2, "p2", 0);
	for (int m = 0; m < 300; m += 20) {
		seen(t, BRACELET_1, WARD, 0.9, m);
		seen(t, PUMP, m % 40 ? WARD : OR1, 0.9, m); /* no bracelet */
		flicker.at_ms = AT(m + 1) - 59000;
		put(t, flicker);
		seen(t, BRACELET_1, WARD, 0.8, m + 1);
	}
	seen(t, BRACELET_2, PACU, 0.9, 290);
	wear(t, BRACELET_2, "", 300);
	seen(t, BRACELET_2, CORRIDOR, 0.9, 305);
	seen(t, BRACELET_2, WARD, 0.9, 307);
	twin_advance(t, AT(900), NULL);
	assert_int_equal(t->alarm_count, 0);
	twin_destroy(t);
}

/* Where the site says that it is kept, it may lie: be that the PACU. */
static void test_a_box_in_the_pacu(void **state)
{
	(void)state;
	struct twin *t;

	tags[0].room = PACU;
	start(&t);
	seen(t, BRACELET_1, PACU, 0.9, 0);
	seen(t, BRACELET_2, PACU, 0.9, 0);
	twin_advance(t, AT(60), NULL);
	assert_int_equal(state_of(t, STRAY), -1);
	assert_int_equal(state_of(t, "stray:" BRACELET_2), ALARM_B);
	tags[0].room = -1;
	twin_destroy(t);
}

static struct twin *two_on_one(void)
{
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	wear(t, BRACELET_1, "p1", -95);
	seen(t, BRACELET_1, WARD, 0.9, -90);
	wear(t, BRACELET_2, "p1", -60);
	return t;
}

static void test_two_on_one_patient(void **state)
{
	(void)state;
	struct twin *t = two_on_one();
	enum source who;

	assert_int_equal(state_of(t, TWO), ALARM_B);
	assert_int_equal(alarm_of(t, TWO)->priority, PRIORITY_LOW);
	assert_string_equal(alarm_of(t, TWO)->text,
		"patient p1 has two bracelets: " BRACELET_1 ", " BRACELET_2);
	seen(t, BRACELET_2, OR1, 0.9, 1);
	seen(t, BRACELET_1, OR2, 0.9, 1);
	assert_int_equal(radio_when(t, "c1", MILESTONE_IN_ROOM), 0);
	assert_int_equal(twin_room_current(t, OR1), -1);
	assert_int_equal(twin_patient_room(t, 0, &who, NULL), -1);
	wear(t, BRACELET_2, "p1", 2); /* said again */
	assert_int_equal(alarm_of(t, TWO)->count, 1);
	wear(t, BRACELET_1, "", 3);
	assert_int_equal(state_of(t, TWO), ALARM_D);
	seen(t, BRACELET_2, OR1, 0.95, 4);
	assert_int_equal(radio_when(t, "c1", MILESTONE_IN_ROOM), AT(4));
	assert_int_equal(twin_patient_room(t, 0, &who, NULL), OR1);
	assert_int_equal(who, SOURCE_RADIO);
	assert_int_equal(state_of(t, "stray:" BRACELET_2), -1);
	twin_destroy(t);
}

static void test_two_on_one_end(void **state)
{
	(void)state;
	struct twin *t = two_on_one();

	gone(t, BRACELET_1, -50); /* its battery: the other one it is */
	assert_int_equal(state_of(t, TWO), ALARM_D);
	seen(t, BRACELET_1, WARD, 0.9, -40);
	assert_int_equal(state_of(t, TWO), ALARM_D);
	twin_destroy(t);
	t = two_on_one();
	wear(t, BRACELET_2, "", -50); /* the first one is still given */
	assert_int_equal(state_of(t, TWO), ALARM_D);
	assert_int_equal(twin_worn_by(t, "p1"), twin_thing(t, BRACELET_1));
	twin_destroy(t);
	t = two_on_one();
	wear(t, BRACELET_1, "p2", -50); /* and not "on two": it had been replaced */
	assert_int_equal(state_of(t, TWO), ALARM_D);
	assert_int_equal(state_of(t, BOTH), -1);
	twin_destroy(t);
	t = two_on_one();
	wear(t, BRACELET_1, "p1", -50);              /* the other way round */
	assert_int_equal(state_of(t, TWO), ALARM_D); /* never located: not heard */
	seen(t, BRACELET_2, WARD, 0.9, -45);
	assert_int_equal(state_of(t, TWO), ALARM_B);
	twin_destroy(t);
}

/* Taken back first, or out of hearing: an exchange like any other. */
static void test_an_exchange_is_no_alarm(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	wear(t, BRACELET_1, "p1", -95);
	seen(t, BRACELET_1, WARD, 0.9, -90);
	wear(t, BRACELET_1, "", -60);
	wear(t, BRACELET_2, "p1", -60);
	wear(t, BRACELET_1, "p2", -59); /* and the old one is used again */
	gone(t, BRACELET_2, -50);
	wear(t, BUTTON, "p1", -49);
	wear(t, BRACELET_1, "p3", -20); /* long on p2: nobody took it back */
	twin_advance(t, AT(60), NULL);
	assert_int_equal(t->alarm_count, 0);
	twin_destroy(t);
}

static void test_one_on_two_patients(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 60, 135, -100));
	put(t, case_fact("c2", "p2", "or-2", 60, 135, -100));
	wear(t, BRACELET_1, "p1", -95);
	wear(t, BRACELET_1, "p2", -92);
	assert_int_equal(state_of(t, BOTH), ALARM_B);
	assert_string_equal(
		alarm_of(t, BOTH)->text, "bracelet " BRACELET_1 " on two patients: p1, p2");
	seen(t, BRACELET_1, OR2, 0.9, -91);
	assert_int_equal(radio_when(t, "c2", MILESTONE_IN_ROOM), 0);
	assert_int_equal(radio_when(t, "c2", MILESTONE_ARRIVED), 0);
	wear(t, BRACELET_1, "p1", -90); /* two systems that contradict each other */
	twin_advance(t, AT(-80) - 1, NULL);
	assert_int_equal(alarm_of(t, BOTH)->count, 1);
	assert_int_equal(state_of(t, BOTH), ALARM_B);
	twin_advance(t, AT(-80), NULL); /* the last word stands */
	assert_int_equal(state_of(t, BOTH), ALARM_D);
	seen(t, BRACELET_1, WARD, 0.9, -70);
	assert_int_equal(radio_when(t, "c1", MILESTONE_ARRIVED), AT(-70));
	wear(t, BRACELET_1, "p2", -69);
	wear(t, BRACELET_1, "p1", -68);
	wear(t, BRACELET_1, "", -67);
	assert_int_equal(state_of(t, BOTH), ALARM_D);
	assert_int_equal(t->things[twin_thing(t, BRACELET_1)].before[0], '\0');
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks_about_on_nobody),
		cmocka_unit_test(test_lies_in_an_or),
		cmocka_unit_test(test_a_box_raises_nothing),
		cmocka_unit_test(test_a_box_in_the_pacu),
		cmocka_unit_test(test_two_on_one_patient),
		cmocka_unit_test(test_two_on_one_end),
		cmocka_unit_test(test_an_exchange_is_no_alarm),
		cmocka_unit_test(test_one_on_two_patients),
	};

	return cmocka_run_group_tests_name("twin_bracelets", tests, NULL, NULL);
}
