/* SPDX-License-Identifier: Apache-2.0 */
/* One case: precedence, conflict, corrections, order, stage, lateness. The
 * expected values are worked out by hand from the rules in the headers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "twin/surgery.h"

enum { MIN = 60000 };
#define T0 1773651600000LL /* 2026-03-16T09:00:00Z */

static struct surgery planned(void)
{
	struct surgery s = {.start_ms = T0,
		.first_start_ms = T0,
		.end_ms = T0 + 75 * MIN,
		.status = CASE_PLANNED,
		.nest = -1,
		.add_on = -1,
		.room_at = -1};

	return s;
}

static struct fact word(enum source source, enum milestone m, int64_t when, int64_t at)
{
	struct fact f = fact_make(FACT_MILESTONE, source, at);

	f.milestone.milestone = m;
	f.milestone.when_ms = when;
	snprintf(f.origin, sizeof f.origin, "%s", source_name(source));
	return f;
}

static bool say(struct surgery *s, enum source source, enum milestone m, int minute)
{
	struct fact f = word(source, m, T0 + minute * MIN, T0 + minute * MIN);

	return surgery_apply_milestone(s, &f);
}

static void same(double got, double want)
{
	assert_true(got > want - 1e-9 && got < want + 1e-9);
}

static void test_precedence(void **state)
{
	(void)state;
	struct surgery s = planned();
	enum source who = SOURCE_NONE;
	struct fact f;

	assert_null(surgery_stamp(&s, MILESTONE_IN_ROOM, &who));
	say(&s, SOURCE_FHIR, MILESTONE_IN_ROOM, 4);
	say(&s, SOURCE_RADIO, MILESTONE_IN_ROOM, 5);
	assert_int_equal(surgery_when(&s, MILESTONE_IN_ROOM), T0 + 4 * MIN);
	say(&s, SOURCE_PERSON, MILESTONE_IN_ROOM, 3);
	assert_non_null(surgery_stamp(&s, MILESTONE_IN_ROOM, &who));
	assert_int_equal(who, SOURCE_PERSON);
	assert_int_equal(surgery_when(&s, MILESTONE_IN_ROOM), T0 + 3 * MIN);

	/* The person takes the word back: the hospital's is there again. */
	f = word(SOURCE_PERSON, MILESTONE_IN_ROOM, 0, T0 + 6 * MIN);
	f.milestone.withdrawn = true;
	assert_true(surgery_apply_milestone(&s, &f));
	surgery_stamp(&s, MILESTONE_IN_ROOM, &who);
	assert_int_equal(who, SOURCE_FHIR);
	assert_int_equal(s.passage[MILESTONE_IN_ROOM].by[2].at_ms, T0 + 6 * MIN);
	assert_string_equal(s.passage[MILESTONE_IN_ROOM].by[2].origin, "person");
}

static void test_newest_within_a_source(void **state)
{
	(void)state;
	struct surgery s = planned();
	struct fact newer = word(SOURCE_FHIR, MILESTONE_INCISION, T0 + 31 * MIN, T0 + 60 * MIN);
	struct fact older = word(SOURCE_FHIR, MILESTONE_INCISION, T0 + 40 * MIN, T0 + 50 * MIN);

	assert_true(surgery_apply_milestone(&s, &newer));
	assert_false(surgery_apply_milestone(&s, &older));
	assert_int_equal(surgery_when(&s, MILESTONE_INCISION), T0 + 31 * MIN);
	assert_false(surgery_apply_milestone(&s, &newer));
	/* vigie itself is no witness. */
	newer.source = SOURCE_SYSTEM;
	assert_false(surgery_apply_milestone(&s, &newer));
}

static void test_conflict_is_more_than_two_minutes(void **state)
{
	(void)state;
	struct surgery s = planned();
	struct fact f = word(SOURCE_RADIO, MILESTONE_OUT_ROOM, T0 + 2 * MIN, T0 + 2 * MIN);

	say(&s, SOURCE_FHIR, MILESTONE_OUT_ROOM, 0);
	surgery_apply_milestone(&s, &f);
	assert_false(s.passage[MILESTONE_OUT_ROOM].conflict);
	f.milestone.when_ms += 1;
	surgery_apply_milestone(&s, &f);
	assert_true(s.passage[MILESTONE_OUT_ROOM].conflict);
	/* "By then at the latest" does not contradict an earlier time. */
	f.milestone.at_most = true;
	surgery_apply_milestone(&s, &f);
	assert_false(s.passage[MILESTONE_OUT_ROOM].conflict);
	f.milestone.at_most = false;
	surgery_apply_milestone(&s, &f);
	f.milestone.withdrawn = true;
	surgery_apply_milestone(&s, &f);
	assert_false(s.passage[MILESTONE_OUT_ROOM].conflict);
}

static void test_out_of_order_is_kept_and_flagged(void **state)
{
	(void)state;
	struct surgery s = planned();

	say(&s, SOURCE_FHIR, MILESTONE_IN_ROOM, 10);
	say(&s, SOURCE_FHIR, MILESTONE_INCISION, 5);
	assert_true(s.passage[MILESTONE_INCISION].flagged);
	assert_int_equal(s.flagged, 1);
	assert_int_equal(surgery_when(&s, MILESTONE_INCISION), T0 + 5 * MIN);
	/* A later milestone already earlier: same thing from the other side. */
	say(&s, SOURCE_FHIR, MILESTONE_ANAES_READY, 20);
	assert_true(s.passage[MILESTONE_ANAES_READY].flagged);
	assert_int_equal(s.flagged, 2);
	/* The correction lifts the flags, not the count. */
	say(&s, SOURCE_PERSON, MILESTONE_INCISION, 30);
	assert_false(s.passage[MILESTONE_INCISION].flagged);
	assert_false(s.passage[MILESTONE_ANAES_READY].flagged);
	assert_int_equal(s.flagged, 2);
}

static void test_other_track_and_loose_rows_are_in_order(void **state)
{
	(void)state;
	struct surgery s = planned();

	say(&s, SOURCE_FHIR, MILESTONE_PACU_OUT, 150);
	say(&s, SOURCE_FHIR, MILESTONE_CLEANUP, 90);
	say(&s, SOURCE_FHIR, MILESTONE_SENT_FOR, 0);
	say(&s, SOURCE_FHIR, MILESTONE_READY, -20);
	assert_int_equal(s.flagged, 0);
	s = planned();
	say(&s, SOURCE_FHIR, MILESTONE_READY, -20);
	assert_int_equal(surgery_stage(&s), STAGE_ARRIVED);
	say(&s, SOURCE_FHIR, MILESTONE_SENT_FOR, 0);
	assert_int_equal(surgery_stage(&s), STAGE_CALLED); /* ready, but on the way */
	say(&s, SOURCE_FHIR, MILESTONE_IN_ROOM, -30);
	assert_int_equal(s.flagged, 1);
}

static void test_impossible_is_flagged(void **state)
{
	(void)state;
	struct surgery s = planned();
	struct fact f = word(SOURCE_FHIR, MILESTONE_IN_ROOM, T0 + 60 * MIN, T0);

	surgery_apply_milestone(&s, &f);
	assert_true(s.passage[MILESTONE_IN_ROOM].flagged); /* an hour ahead of the clock */
	s = planned();
	surgery_apply_status(&s, SOURCE_FHIR, CASE_CANCELLED);
	say(&s, SOURCE_FHIR, MILESTONE_IN_ROOM, 1);
	assert_true(s.passage[MILESTONE_IN_ROOM].flagged);
	assert_int_equal(surgery_stage(&s), STAGE_OFF);
	assert_false(surgery_holds_room(&s));
	f.milestone.milestone = MILESTONE_COUNT;
	assert_false(surgery_apply_milestone(&s, &f));
}

/* The pathway of one patient, milestone by milestone (field order). */
static void test_stage_and_room_along_the_pathway(void **state)
{
	(void)state;
	static const struct {
		enum milestone m;
		enum stage stage;
		enum room_state room;
	} way[] = {
		{MILESTONE_ARRIVED, STAGE_ARRIVED, ROOMSTATE_IDLE},
		{MILESTONE_SENT_FOR, STAGE_CALLED, ROOMSTATE_IDLE},
		{MILESTONE_LEFT_WARD, STAGE_CALLED, ROOMSTATE_IDLE},
		{MILESTONE_IN_HOLDING, STAGE_HOLDING, ROOMSTATE_IDLE},
		{MILESTONE_ROOM_READY, STAGE_HOLDING, ROOMSTATE_IDLE},
		{MILESTONE_IN_ROOM, STAGE_ANAES, ROOMSTATE_ANAES},
		{MILESTONE_PREP_DONE, STAGE_ANAES, ROOMSTATE_ANAES},
		{MILESTONE_INCISION, STAGE_SURGERY, ROOMSTATE_SURGERY},
		{MILESTONE_CLOSING, STAGE_CLOSING, ROOMSTATE_CLOSING},
		{MILESTONE_PROCEDURE_END, STAGE_CLOSING, ROOMSTATE_CLOSING},
		{MILESTONE_EMERGENCE, STAGE_CLOSING, ROOMSTATE_CLOSING},
		{MILESTONE_OUT_ROOM, STAGE_OUT_ROOM, ROOMSTATE_TURNOVER},
		{MILESTONE_PACU_IN, STAGE_PACU, ROOMSTATE_TURNOVER},
		{MILESTONE_CLEANUP, STAGE_PACU, ROOMSTATE_TURNOVER},
		{MILESTONE_CLEANUP_DONE, STAGE_PACU, ROOMSTATE_IDLE},
		{MILESTONE_PACU_READY, STAGE_PACU_READY, ROOMSTATE_IDLE},
		{MILESTONE_PACU_OUT, STAGE_RETURNED, ROOMSTATE_IDLE},
		{MILESTONE_DISCHARGED, STAGE_DISCHARGED, ROOMSTATE_IDLE},
	};
	struct surgery s = planned();

	assert_int_equal(surgery_stage(&s), STAGE_EXPECTED);
	assert_int_equal(surgery_last(&s, TRACK_PATIENT), -1);
	for (int i = 0; i < (int)(sizeof way / sizeof *way); i++) {
		assert_true(say(&s, SOURCE_FHIR, way[i].m, 5 * i));
		assert_int_equal(surgery_stage(&s), way[i].stage);
		assert_int_equal(surgery_room_state(&s), way[i].room);
		assert_int_equal(surgery_holds_room(&s), way[i].room != ROOMSTATE_IDLE);
	}
	assert_int_equal(s.flagged, 0);
	assert_true(surgery_is_over(&s));
}

/* One milestone in ten is never written down. */
static void test_missing_milestones_are_implied(void **state)
{
	(void)state;
	struct surgery s = planned();

	say(&s, SOURCE_FHIR, MILESTONE_INCISION, 30);
	assert_true(surgery_holds_room(&s));
	assert_int_equal(surgery_entered_ms(&s), T0 + 30 * MIN);
	say(&s, SOURCE_FHIR, MILESTONE_PACU_IN, 80);
	assert_true(surgery_is_over(&s));
	assert_int_equal(surgery_left_ms(&s), T0 + 80 * MIN);
	assert_int_equal(surgery_room_state(&s), ROOMSTATE_TURNOVER);
	s = planned();
	assert_false(surgery_is_over(&s));
	surgery_apply_status(&s, SOURCE_FHIR, CASE_FULFILLED);
	assert_true(surgery_is_over(&s));
}

/* Planned 09:00–10:15, in at 09:10: the projected end is 10:25. */
static void test_lateness(void **state)
{
	(void)state;
	struct surgery s = planned();

	same(surgery_planned_min(&s), 75);
	same(surgery_late_min(&s, T0 - 30 * MIN), 0);
	same(surgery_late_min(&s, T0 + 7 * MIN), 7);
	say(&s, SOURCE_FHIR, MILESTONE_IN_ROOM, 10);
	same(surgery_elapsed_min(&s, T0 + 40 * MIN), 30);
	same(surgery_late_min(&s, T0 + 40 * MIN), 10);
	same(surgery_late_min(&s, T0 + 95 * MIN), 20);
	say(&s, SOURCE_FHIR, MILESTONE_OUT_ROOM, 60);
	same(surgery_late_min(&s, T0 + 95 * MIN), -15);
	same(surgery_elapsed_min(&s, T0 + 95 * MIN), 50);
	/* Ahead while running: in 20 minutes early. */
	s = planned();
	say(&s, SOURCE_FHIR, MILESTONE_IN_ROOM, -20);
	same(surgery_late_min(&s, T0 - 10 * MIN), -20);
	/* The first plan counts before, whatever the programme says now. */
	s = planned();
	s.start_ms += 30 * MIN;
	same(surgery_late_min(&s, T0 + 10 * MIN), 10);
	surgery_apply_status(&s, SOURCE_PERSON, CASE_NO_SHOW);
	same(surgery_late_min(&s, T0 + 10 * MIN), 0);
}

static void test_status_news_and_repetitions(void **state)
{
	(void)state;
	struct surgery s = planned();

	assert_false(surgery_apply_status(&s, SOURCE_FHIR, CASE_PLANNED));
	assert_true(surgery_apply_status(&s, SOURCE_PERSON, CASE_NO_SHOW));
	/* The poll repeats what it said before: no news. */
	assert_false(surgery_apply_status(&s, SOURCE_FHIR, CASE_PLANNED));
	assert_int_equal(s.status, CASE_NO_SHOW);
	assert_true(surgery_apply_status(&s, SOURCE_PERSON, CASE_PLANNED));
	assert_true(surgery_apply_status(&s, SOURCE_FHIR, CASE_CANCELLED));
	assert_false(surgery_apply_status(&s, SOURCE_FHIR, CASE_UNKNOWN));
	assert_int_equal(s.status, CASE_CANCELLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_newest_within_a_source),
		cmocka_unit_test(test_conflict_is_more_than_two_minutes),
		cmocka_unit_test(test_out_of_order_is_kept_and_flagged),
		cmocka_unit_test(test_other_track_and_loose_rows_are_in_order),
		cmocka_unit_test(test_impossible_is_flagged),
		cmocka_unit_test(test_stage_and_room_along_the_pathway),
		cmocka_unit_test(test_missing_milestones_are_implied),
		cmocka_unit_test(test_lateness),
		cmocka_unit_test(test_status_news_and_repetitions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
