/* SPDX-License-Identifier: Apache-2.0 */
/* The states of the rooms along a day, from milestones and from people. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

static void test_room_states_along_a_day(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "L1", 0, 75, -100));
	put(t, case_fact("c2", "p2", "or-1", 95, 150, -100));
	assert_string_equal(t->cases[0].room, "or-1"); /* the FHIR id is resolved */
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_IDLE);
	assert_int_equal(twin_room_next(t, OR1), 0);
	told(t, "c1", MILESTONE_ROOM_READY, -10);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_SETUP);
	told(t, "c1", MILESTONE_IN_ROOM, 2);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_ANAES);
	assert_int_equal(twin_room_current(t, OR1), 0);
	assert_int_equal(twin_room_next(t, OR1), 1);
	told(t, "c1", MILESTONE_INCISION, 25);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_SURGERY);
	assert_int_equal(t->rooms[OR1].since_ms, AT(25));
	told(t, "c1", MILESTONE_CLOSING, 60);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_CLOSING);
	told(t, "c1", MILESTONE_OUT_ROOM, 70);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_TURNOVER);
	told(t, "c1", MILESTONE_CLEANUP_DONE, 85);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_IDLE);
	assert_int_equal(twin_room_current(t, OR1), -1);
	told(t, "c2", MILESTONE_IN_ROOM, 96);
	told(t, "c2", MILESTONE_OUT_ROOM, 140);
	told(t, "c2", MILESTONE_CLEANUP_DONE, 160);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_DONE);
	assert_int_equal(t->rooms[OR2].state, ROOMSTATE_IDLE);
	assert_int_equal(t->flagged, 0);
	assert_int_equal(t->ignored, 0);
	twin_destroy(t);
}

static void test_later_patient_ends_the_hold(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	put(t, case_fact("c2", "p2", "or-1", 95, 150, -100));
	told(t, "c1", MILESTONE_IN_ROOM, 2);
	told(t, "c1", MILESTONE_OUT_ROOM, 70);
	told(t, "c2", MILESTONE_IN_ROOM, 90);
	assert_int_equal(twin_room_current(t, OR1), 1);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_ANAES);
	told(t, "c2", MILESTONE_OUT_ROOM, 140);
	told(t, "c2", MILESTONE_CLEANUP_DONE, 150);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_DONE); /* c1 does not come back */
	twin_destroy(t);
}

static void test_housekeeping(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	put(t, case_fact("c2", "p2", "or-1", 95, 150, -100));
	service(t, "or-1", SERVICE_UNOCCUPIED, -90);
	told(t, "c1", MILESTONE_IN_ROOM, 2);
	service(t, "or-1", SERVICE_HOUSEKEEPING, 5);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_ANAES); /* somebody is in it */
	told(t, "c1", MILESTONE_OUT_ROOM, 70);
	service(t, "or-1", SERVICE_HOUSEKEEPING, 72);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_TURNOVER);
	service(t, "or-1", SERVICE_UNOCCUPIED, 84);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_IDLE);
	assert_int_equal(surgery_when(&t->cases[0], MILESTONE_CLEANUP_DONE), AT(84));
	service(t, "or-2", SERVICE_CONTAMINATED, 85);
	assert_int_equal(t->rooms[OR2].state, ROOMSTATE_TURNOVER);
	service(t, "or-2", SERVICE_CLOSED, 86);
	assert_int_equal(t->rooms[OR2].state, ROOMSTATE_DOWN);
	service(t, "or-2", SERVICE_UNOCCUPIED, 87);
	assert_int_equal(t->rooms[OR2].state, ROOMSTATE_IDLE);
	service(t, "nowhere", SERVICE_CLOSED, 88);
	assert_int_equal(t->ignored, 1);
	twin_destroy(t);
}

static void test_blocked_by_a_full_pacu(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("a", "pa", "or-2", -90, -60, -100));
	put(t, case_fact("b", "pb", "or-2", -50, -20, -100));
	put(t, case_fact("c", "pc", "or-1", 0, 60, -100));
	told(t, "a", MILESTONE_IN_ROOM, -90);
	told(t, "a", MILESTONE_PACU_IN, -55);
	told(t, "b", MILESTONE_IN_ROOM, -50);
	told(t, "b", MILESTONE_PACU_IN, -15);
	told(t, "c", MILESTONE_IN_ROOM, 0);
	told(t, "c", MILESTONE_EMERGENCE, 50);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_CLOSING);
	twin_advance(t, AT(55) - 1, NULL);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_CLOSING);
	twin_advance(t, AT(55), NULL);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_BLOCKED);
	told(t, "a", MILESTONE_PACU_OUT, 57);
	assert_int_equal(t->rooms[OR1].state, ROOMSTATE_CLOSING);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room_states_along_a_day),
		cmocka_unit_test(test_later_patient_ends_the_hold),
		cmocka_unit_test(test_housekeeping),
		cmocka_unit_test(test_blocked_by_a_full_pacu),
	};

	return cmocka_run_group_tests_name("twin_rooms", tests, NULL, NULL);
}
