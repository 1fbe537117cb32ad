/* SPDX-License-Identifier: Apache-2.0 */
/* Where patients are: milestones from movement, the hospital's word against
 * radio's, gateways that fall silent. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

static void test_milestones_from_movement(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	wear(t, BRACELET_1, "p1", -95);
	seen(t, BRACELET_1, WARD, 0.9, -60);
	assert_int_equal(radio_when(t, "c1", MILESTONE_ARRIVED), AT(-60));
	seen(t, BRACELET_1, HOLDING, 0.9, -20);
	assert_int_equal(radio_when(t, "c1", MILESTONE_IN_HOLDING), AT(-20));
	seen(t, BRACELET_1, OR1, 0.59, 1); /* not sure enough */
	assert_int_equal(radio_when(t, "c1", MILESTONE_IN_ROOM), 0);
	seen(t, BRACELET_1, OR1, 0.6, 3);
	assert_int_equal(radio_when(t, "c1", MILESTONE_IN_ROOM), AT(3));
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_ANAES);
	seen(t, BRACELET_1, OR2, 0.7, 20); /* the neighbour, through the wall */
	assert_int_equal(radio_when(t, "c1", MILESTONE_OUT_ROOM), 0);
	seen(t, BRACELET_1, OR1, 0.9, 21);
	seen(t, BRACELET_1, CORRIDOR, 0.9, 70);
	assert_int_equal(radio_when(t, "c1", MILESTONE_OUT_ROOM), AT(70));
	seen(t, BRACELET_1, OR1, 0.9, 71); /* not gone after all */
	assert_int_equal(radio_when(t, "c1", MILESTONE_OUT_ROOM), 0);
	seen(t, BRACELET_1, PACU, 0.9, 78);
	assert_int_equal(radio_when(t, "c1", MILESTONE_OUT_ROOM), AT(78));
	assert_int_equal(radio_when(t, "c1", MILESTONE_PACU_IN), AT(78));
	seen(t, BRACELET_1, WARD, 0.9, 130);
	assert_int_equal(radio_when(t, "c1", MILESTONE_PACU_OUT), AT(130));
	assert_int_equal(surgery_stage(&t->cases[0]), STAGE_RETURNED);
	assert_int_equal(t->flagged, 0);
	twin_destroy(t);
}

static void test_movement_does_not_guess_wildly(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	put(t, case_fact("c2", "p2", "or-2", 0, 75, -100));
	wear(t, BRACELET_1, "p1", -95);
	seen(t, BRACELET_1, OR2, 0.9, -10); /* p2 is expected there */
	assert_int_equal(radio_when(t, "c1", MILESTONE_IN_ROOM), 0);
	seen(t, BRACELET_1, OR1, 0.9, -8);
	assert_int_equal(radio_when(t, "c1", MILESTONE_IN_ROOM), AT(-8));
	seen(t, BRACELET_1, HOLDING, 0.9, -6); /* two minutes are no operation */
	assert_int_equal(radio_when(t, "c1", MILESTONE_IN_ROOM), 0);
	assert_int_equal(radio_when(t, "c1", MILESTONE_OUT_ROOM), 0);
	seen(t, BRACELET_1, PACU, 0.9, -5); /* nobody recovers before being in */
	assert_int_equal(radio_when(t, "c1", MILESTONE_PACU_IN), 0);
	seen(t, PUMP, OR1, 0.9, -4); /* a pump is nobody's patient */
	assert_int_equal(twin_room_current(t, OR1), -1);
	twin_destroy(t);
}

/* The hospital follows the case: radio's flicker neither ends it nor sticks. */
static void test_radio_does_not_outrun_the_hospital(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 80, -100));
	wear(t, BRACELET_1, "p1", -95);
	told(t, "c1", MILESTONE_IN_ROOM, 0);
	seen(t, BRACELET_1, WARD, 0.9, 1); /* radio lags */
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_ANAES);
	seen(t, BRACELET_1, OR1, 0.9, 2);
	told(t, "c1", MILESTONE_INCISION, 20);
	seen(t, BRACELET_1, PACU, 0.9, 30); /* before half time */
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_SURGERY);
	seen(t, BRACELET_1, PACU, 0.9, 50); /* plausible: closing may be missing */
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_TURNOVER);
	seen(t, BRACELET_1, OR1, 0.9, 51); /* it was not so */
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_SURGERY);
	assert_int_equal(surgery_stage(&t->cases[0]), STAGE_SURGERY);
	told(t, "c1", MILESTONE_PROCEDURE_END, 60);
	told(t, "c1", MILESTONE_OUT_ROOM, 70);
	seen(t, BRACELET_1, OR1, 0.9, 71); /* radio lags again */
	assert_int_equal(surgery_stage(&t->cases[0]), STAGE_OUT_ROOM);
	twin_destroy(t);
}

/* A console opened mid-morning sees the bracelet in the PACU long after the
 * hospital told of it: radio's "by then at the latest" contradicts nobody. */
static void test_first_sight_is_no_conflict(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 80, -100));
	wear(t, BRACELET_1, "p1", -95);
	told(t, "c1", MILESTONE_IN_ROOM, 0);
	told(t, "c1", MILESTONE_OUT_ROOM, 80);
	told(t, "c1", MILESTONE_PACU_IN, 84);
	seen(t, BRACELET_1, PACU, 0.9, 100);
	assert_false(t->cases[0].passage[MILESTONE_PACU_IN].conflict);
	/* Seen coming in from elsewhere, the time means something. */
	seen(t, BRACELET_1, WARD, 0.9, 110);
	seen(t, BRACELET_1, PACU, 0.9, 130);
	assert_true(t->cases[0].passage[MILESTONE_PACU_OUT].by[0].when_ms == 0);
	twin_destroy(t);
}

static void test_places_conflict_after_two_minutes(void **state)
{
	(void)state;
	struct twin *t;
	enum source who;
	bool conflict;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	wear(t, BRACELET_1, "p1", -95);
	place(t, "p1", "L1", 2, 2);
	seen(t, BRACELET_1, OR1, 0.9, 3);
	assert_int_equal(twin_patient_room(t, 0, &who, &conflict), OR1);
	assert_int_equal(who, SOURCE_FHIR);
	seen(t, BRACELET_1, PACU, 0.9, 80);
	twin_advance(t, AT(82) - 1, NULL);
	assert_false(t->cases[0].place_conflict);
	twin_advance(t, AT(82), &heard);
	assert_true(t->cases[0].place_conflict);
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.list[0].key, "conflict:c1");
	assert_true(t->rooms[OR1].conflict);
	assert_true(t->rooms[PACU].conflict);
	assert_false(t->rooms[OR2].conflict);
	assert_string_equal(alarm_of(t, "conflict:c1")->text, "radio: PACU, hospital: OR 1");
	assert_int_equal(alarm_of(t, "conflict:c1")->priority, PRIORITY_LOW);
	twin_patient_room(t, 0, &who, &conflict);
	assert_true(conflict);
	place(t, "p1", "pacu", 79, 90);
	assert_false(t->cases[0].place_conflict);
	assert_false(t->rooms[OR1].conflict);
	assert_int_equal(state_of(t, "conflict:c1"), ALARM_A); /* nobody need see to it */
	/* An older stay, told late, does not bring the patient back. */
	place(t, "p1", "holding", -20, 91);
	assert_int_equal(twin_patient_room(t, 0, NULL, NULL), PACU);
	twin_destroy(t);
}

static void test_silent_gateways_freeze(void **state)
{
	(void)state;
	struct twin *t;
	const struct thing *pump;
	struct fact gone = fact_make(FACT_LOCATED, SOURCE_RADIO, AT(5));

	start(&t);
	pump = &t->things[twin_thing(t, PUMP)];
	seen(t, PUMP, PACU, 0.9, 0);
	gateway_word(t, GW_PACU_1, true, 1);
	assert_int_equal(state_of(t, "gateway:" GW_PACU_1), ALARM_B);
	assert_false(t->rooms[PACU].greyed);
	gateway_word(t, GW_PACU_2, true, 2);
	assert_true(t->rooms[PACU].greyed);
	assert_true(pump->frozen);
	assert_false(t->rooms[OR1].greyed);
	FILL(gone.located.tag, PUMP);
	gone.located.state = LOCATED_ABSENT;
	put(t, gone);
	assert_int_equal(pump->state, LOCATED_IN); /* frozen, not emptied */
	assert_int_equal(pump->room, PACU);
	gateway_word(t, GW_PACU_1, false, 6);
	assert_false(t->rooms[PACU].greyed);
	assert_false(pump->frozen);
	assert_int_equal(state_of(t, "gateway:" GW_PACU_1), ALARM_D);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_milestones_from_movement),
		cmocka_unit_test(test_movement_does_not_guess_wildly),
		cmocka_unit_test(test_radio_does_not_outrun_the_hospital),
		cmocka_unit_test(test_first_sight_is_no_conflict),
		cmocka_unit_test(test_places_conflict_after_two_minutes),
		cmocka_unit_test(test_silent_gateways_freeze),
	};

	return cmocka_run_group_tests_name("twin_places", tests, NULL, NULL);
}
