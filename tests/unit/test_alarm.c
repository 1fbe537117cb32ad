/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alarm state table (ISA-18.2 / IEC 62682 as this project writes it down): one
 * test a row, named by its number, then everything the table does not list. Overlays
 * have test_alarm_overlay.c, random lives test_alarm_model.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/alarm_rows.h"

/* ---- rows 1 to 24 ---- */

static void test_row_1_raise(void **state)
{
	struct alarm a = {.flaps = 0};

	(void)state;
	assert_int_equal(give(&a, &latching,
				 (struct alarm_input){.event = ALARM_EVENT_RAISE, .not_met = true}),
		0); /* on-delay or count rule not met */
	assert_int_equal(alarm_state(&a), ALARM_A);
	assert_int_equal(give(&a, &latching,
				 (struct alarm_input){
					 .event = ALARM_EVENT_RAISE, .priority = PRIORITY_MEDIUM}),
		1);
	assert_int_equal(alarm_state(&a), ALARM_B);
	assert_int_equal(a.raised_ms, T0 + MIN);
	assert_true(a.latched); /* as the class */
	assert_int_equal(a.priority, PRIORITY_MEDIUM);
	assert_int_equal(a.count, 1);
	assert_int_equal(a.sounded_ms, T0 + MIN);
}

static void test_row_2_acknowledge(void **state)
{
	struct alarm_setting few = plain;
	struct alarm a = bring(&plain, ALARM_B);
	struct alarm_input in = {
		.event = ALARM_EVENT_ACK, .covers_ms = T0 - 1, .who = "anna", .by = &nurse};

	(void)state;
	assert_int_equal(give(&a, &plain, in), 0); /* had not seen this one */
	in.covers_ms = T0;
	in.by = &viewer;
	assert_int_equal(give(&a, &plain, in), 0); /* may not */
	few.roles = 1u << PERSON_TECHNICIAN;
	in.by = &nurse;
	assert_int_equal(give(&a, &few, in), 0); /* not this class */
	assert_int_equal(alarm_state(&a), ALARM_B);
	assert_int_equal(give(&a, &plain, in), 2);
	assert_int_equal(alarm_state(&a), ALARM_C);
	assert_string_equal(a.acked_by, "anna");
	assert_int_equal(a.acked_ms, T0 + MIN);
	assert_false(alarm_sounds(&a, T0 + MIN));
	/* As bad as it was when seen: a worse one is not covered. */
	a = bring(&latching, ALARM_B);
	in.priority = PRIORITY_MEDIUM;
	assert_int_equal(give(&a, &latching, in), 0);
	in.priority = PRIORITY_HIGH;
	assert_int_equal(give(&a, &latching, in), 2);
}

static void test_row_3_clear(void **state)
{
	struct alarm a = bring(&plain, ALARM_B);

	(void)state;
	assert_int_equal(
		give(&a, &plain, (struct alarm_input){.event = ALARM_EVENT_CLEAR, .not_met = true}),
		0); /* off-delay */
	assert_int_equal(alarm_state(&a), ALARM_B);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_CLEAR, T0 + 5), 3);
	assert_int_equal(alarm_state(&a), ALARM_D);
	assert_int_equal(a.cleared_ms, T0 + 5);
}

static void test_row_4_clear_latching(void **state)
{
	struct alarm a = bring(&latching, ALARM_B);

	(void)state;
	assert_int_equal(at(&a, &latching, ALARM_EVENT_CLEAR, T0 + 5), 4);
	assert_int_equal(alarm_state(&a), ALARM_LU);
	assert_true(alarm_sounds(&a, T0 + 5)); /* until acknowledged */
}

static void test_row_5_worse(void **state)
{
	struct alarm a = bring(&plain, ALARM_B);

	(void)state;
	a.level = 2;
	assert_int_equal(
		give(&a, &plain,
			(struct alarm_input){.event = ALARM_EVENT_WORSE, .priority = PRIORITY_LOW}),
		0); /* it is not */
	assert_int_equal(give(&a, &plain,
				 (struct alarm_input){
					 .event = ALARM_EVENT_WORSE, .priority = PRIORITY_HIGH}),
		5);
	assert_int_equal(alarm_state(&a), ALARM_B);
	assert_int_equal(a.priority, PRIORITY_HIGH);
	assert_int_equal(a.sounded_ms, T0 + MIN);
	assert_int_equal(a.level, 0); /* escalation begins again */
	assert_int_equal(a.raised_ms, T0);
}

static void test_row_6_better(void **state)
{
	struct alarm a = bring(&latching, ALARM_B);

	(void)state;
	assert_int_equal(give(&a, &latching,
				 (struct alarm_input){
					 .event = ALARM_EVENT_BETTER, .priority = PRIORITY_LOW}),
		6);
	assert_int_equal(a.priority, PRIORITY_HIGH); /* the highest, until acknowledged */
	assert_int_equal(a.priority_now, PRIORITY_LOW);
	assert_int_equal(at(&a, &latching, ALARM_EVENT_ACK, T0 + 9), 2);
	assert_int_equal(a.priority, PRIORITY_LOW);
}

static void test_row_7_escalate(void **state)
{
	struct alarm a = bring(&plain, ALARM_B), lu = bring(&latching, ALARM_LU);

	(void)state;
	assert_int_equal(at(&a, &plain, ALARM_EVENT_ESCALATE, T0 + 5), 7);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_ESCALATE, T0 + 6), 7);
	assert_int_equal(a.level, 2);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_ESCALATE, T0 + 7), 0); /* no more steps */
	assert_int_equal(a.level, 2);
	assert_int_equal(at(&lu, &latching, ALARM_EVENT_ESCALATE, T0 + 5), 7);
	assert_int_equal(alarm_state(&lu), ALARM_LU);
}

static void test_row_8_raised_again(void **state)
{
	struct alarm a = bring(&plain, ALARM_B);

	(void)state;
	assert_int_equal(at(&a, &plain, ALARM_EVENT_RAISE, T0 + 9), 8);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.raised_ms, T0);
	assert_int_equal(a.sounded_ms, T0); /* no new sound */
}

static void test_row_9_clear_acknowledged(void **state)
{
	struct alarm a = bring(&plain, ALARM_C);

	(void)state;
	assert_int_equal(at(&a, &plain, ALARM_EVENT_CLEAR, T0 + 5), 9);
	assert_int_equal(alarm_state(&a), ALARM_A);
}

static void test_row_10_clear_acknowledged_latching(void **state)
{
	struct alarm a = bring(&latching, ALARM_C);

	(void)state;
	assert_int_equal(at(&a, &latching, ALARM_EVENT_CLEAR, T0 + 5), 10);
	assert_int_equal(alarm_state(&a), ALARM_LA);
}

static void test_row_11_worse_than_acknowledged(void **state)
{
	struct alarm a = bring(&plain, ALARM_C);
	struct alarm_input in = {.event = ALARM_EVENT_WORSE, .priority = PRIORITY_LOW};

	(void)state;
	assert_int_equal(give(&a, &plain, in), 0); /* as acknowledged */
	in.priority = PRIORITY_MEDIUM;
	assert_int_equal(give(&a, &plain, in), 11);
	assert_int_equal(alarm_state(&a), ALARM_B);
	assert_int_equal(a.raised_ms, T0 + MIN); /* a new occurrence */
	assert_string_equal(a.acked_by, "");
}

static void test_row_12_acknowledgement_times_out(void **state)
{
	struct alarm a = bring(&plain, ALARM_C), never = bring(&latching, ALARM_C);

	(void)state;
	assert_int_equal(at(&never, &latching, ALARM_EVENT_ACK_TIMEOUT, T0 + MIN), 0);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_ACK_TIMEOUT, T0 + 10 * MIN), 12);
	assert_int_equal(alarm_state(&a), ALARM_B);
	assert_int_equal(a.raised_ms, T0 + 10 * MIN);
}

static void test_row_13_taken_back(void **state)
{
	struct alarm a = bring(&plain, ALARM_C);
	struct alarm_input in = {.event = ALARM_EVENT_UNACK, .who = "bert", .by = &nurse};

	(void)state;
	strcpy(a.acked_by, "anna");
	assert_int_equal(give(&a, &plain, in), 0); /* neither hers nor a supervisor */
	in.who = "anna";
	in.by = &silent;
	assert_int_equal(give(&a, &plain, in), 0); /* no reason */
	in.by = &nurse;
	assert_int_equal(give(&a, &plain, in), 13);
	assert_int_equal(alarm_state(&a), ALARM_B);
	assert_int_equal(a.raised_ms, T0 + MIN);
	a = bring(&plain, ALARM_C);
	in.who = "carla";
	in.by = &supervisor;
	assert_int_equal(give(&a, &plain, in), 13);
}

static void test_row_14_acknowledged_after_its_end(void **state)
{
	struct alarm a = bring(&plain, ALARM_D);

	(void)state;
	assert_int_equal(at(&a, &plain, ALARM_EVENT_ACK, T0 + 5), 14);
	assert_int_equal(alarm_state(&a), ALARM_A);
}

static void test_row_15_raised_before_it_was_seen(void **state)
{
	struct alarm a = bring(&plain, ALARM_D);

	(void)state;
	assert_int_equal(at(&a, &plain, ALARM_EVENT_RAISE, T0 + 5), 15);
	assert_int_equal(alarm_state(&a), ALARM_B);
	assert_int_equal(a.flaps, 1);
	assert_int_equal(a.raised_ms, T0 + 5);
}

static void test_row_16_acknowledged_latched(void **state)
{
	struct alarm a = bring(&latching, ALARM_LU);

	(void)state;
	assert_int_equal(at(&a, &latching, ALARM_EVENT_ACK, T0 + 5), 16);
	assert_int_equal(alarm_state(&a), ALARM_LA);
	assert_false(alarm_sounds(&a, T0 + 5));
}

static void test_row_17_raised_over_a_latch(void **state)
{
	struct alarm lu = bring(&latching, ALARM_LU), la = bring(&latching, ALARM_LA);

	(void)state;
	assert_int_equal(at(&lu, &latching, ALARM_EVENT_RAISE, T0 + 5), 17);
	assert_int_equal(alarm_state(&lu), ALARM_B);
	assert_true(lu.latched);
	assert_int_equal(at(&la, &latching, ALARM_EVENT_RAISE, T0 + 5), 17);
	assert_int_equal(alarm_state(&la), ALARM_B);
	assert_int_equal(la.raised_ms, T0 + 5);
}

static void test_row_18_reset(void **state)
{
	struct alarm a = bring(&latching, ALARM_LA);
	struct alarm_input in = {.event = ALARM_EVENT_RESET, .covers_ms = T0 - 1, .by = &nurse};

	(void)state;
	assert_int_equal(give(&a, &latching, in), 0); /* of the occurrence before */
	in.covers_ms = T0;
	in.by = &silent;
	assert_int_equal(give(&a, &latching, in), 0); /* this class wants a reason */
	in.by = &viewer;
	assert_int_equal(give(&a, &latching, in), 0);
	in.by = &nurse;
	assert_int_equal(give(&a, &latching, in), 18);
	assert_int_equal(alarm_state(&a), ALARM_A);
	assert_int_equal(a.reset_upto_ms, T0);
}

static void test_row_19_reset_refused(void **state)
{
	static const enum alarm_state from[] = {ALARM_B, ALARM_C, ALARM_D, ALARM_LU};

	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct alarm_setting *is = from[i] == ALARM_LU ? &latching : &plain;
		struct alarm a = bring(is, from[i]);

		assert_int_equal(at(&a, is, ALARM_EVENT_RESET, T0 + 5), 19);
		assert_int_equal(alarm_state(&a), from[i]);
		assert_int_equal(a.reset_upto_ms, 0);
	}
}

static void test_rows_20_and_21_unknown(void **state)
{
	struct alarm a = bring(&plain, ALARM_C);

	(void)state;
	assert_int_equal(at(&a, &plain, ALARM_EVENT_FRESH, T0 + 4), 0); /* it was known */
	assert_int_equal(at(&a, &plain, ALARM_EVENT_STALE, T0 + 5), 20);
	assert_true(a.unknown);
	assert_int_equal(alarm_state(&a), ALARM_C);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_CLEAR, T0 + 6), 0); /* never by itself */
	assert_int_equal(alarm_state(&a), ALARM_C);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_FRESH, T0 + 7), 21);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_CLEAR, T0 + 7), 9);
	for (int s = 0; s < ALARM_BASE_COUNT; s++) { /* from any */
		const struct alarm_setting *is = s >= ALARM_LU ? &latching : &plain;

		a = bring(is, (enum alarm_state)s);
		assert_int_equal(at(&a, is, ALARM_EVENT_STALE, T0 + 5), 20);
		assert_int_equal(alarm_state(&a), s);
	}
}

static void test_rows_22_and_23_samples(void **state)
{
	(void)state;
	for (int s = 0; s < ALARM_BASE_COUNT; s++) {
		const struct alarm_setting *is = s >= ALARM_LU ? &latching : &plain;
		struct alarm a = bring(is, (enum alarm_state)s);

		assert_int_equal(at(&a, is, ALARM_EVENT_LATE, T0 + 5), 22);
		assert_int_equal(at(&a, is, ALARM_EVENT_SAME, T0 + 5), 23);
		assert_int_equal(at(&a, is, ALARM_EVENT_SAME, T0 + 5), 23);
		assert_int_equal(alarm_state(&a), s);
		assert_int_equal(a.late_samples, 1);
		assert_int_equal(a.same_samples, 2);
	}
}

static void test_row_24_gone(void **state)
{
	struct alarm d = bring(&plain, ALARM_D), a = bring(&plain, ALARM_A),
		     b = bring(&plain, ALARM_B);

	(void)state;
	assert_int_equal(at(&d, &plain, ALARM_EVENT_GONE, T0 + 5), 24);
	assert_true(d.gone);
	assert_int_equal(alarm_state(&d), ALARM_D); /* kept until acknowledged */
	assert_int_equal(at(&d, &plain, ALARM_EVENT_ACK, T0 + 6), 14);
	assert_int_equal(at(&a, &plain, ALARM_EVENT_GONE, T0 + 5), 24);
	assert_int_equal(at(&b, &plain, ALARM_EVENT_GONE, T0 + 5), 0);
}

/* ---- our own rows ---- */

static void test_row_25_passes(void **state)
{
	struct alarm a = bring(&passing, ALARM_B);

	(void)state;
	assert_int_equal(at(&a, &passing, ALARM_EVENT_CLEAR, T0 + 5), 25);
	assert_int_equal(alarm_state(&a), ALARM_A);
	a = bring(&passing, ALARM_C);
	assert_int_equal(at(&a, &passing, ALARM_EVENT_CLEAR, T0 + 5), 9);
}

static void test_row_26_elsewhere_again(void **state)
{
	struct alarm a = bring(&plain, ALARM_C);
	struct alarm_input in = {.event = ALARM_EVENT_RAISE, .raised_ms = T0};

	(void)state;
	assert_int_equal(give(&a, &plain, in), 0); /* the one acknowledged */
	in.raised_ms = T0 + 1;
	assert_int_equal(give(&a, &plain, in), 26);
	assert_int_equal(alarm_state(&a), ALARM_B);
	assert_int_equal(a.raised_ms, T0 + 1);
}

/* ---- what the table does not list ---- */

static int is_listed(const struct alarm_setting *is, enum alarm_state s, enum alarm_event e)
{
	static const char *const plain_rows[ALARM_BASE_COUNT] = {[ALARM_A] = "RAISE GONE",
		[ALARM_B] = "RAISE CLEAR ACK ESCALATE RESET",
		[ALARM_C] = "CLEAR ACK_TIMEOUT UNACK RESET",
		[ALARM_D] = "RAISE ACK RESET GONE"};
	static const char *const latching_rows[ALARM_BASE_COUNT] = {[ALARM_A] = "RAISE GONE",
		[ALARM_B] = "RAISE CLEAR ACK ESCALATE RESET",
		[ALARM_C] = "CLEAR UNACK RESET",
		[ALARM_LU] = "RAISE ACK ESCALATE RESET",
		[ALARM_LA] = "RAISE RESET"};
	static const char *const names[] = {[ALARM_EVENT_RAISE] = "RAISE",
		[ALARM_EVENT_CLEAR] = "CLEAR",
		[ALARM_EVENT_WORSE] = "WORSE",
		[ALARM_EVENT_BETTER] = "BETTER",
		[ALARM_EVENT_ACK] = "ACK",
		[ALARM_EVENT_UNACK] = "UNACK",
		[ALARM_EVENT_ACK_TIMEOUT] = "ACK_TIMEOUT",
		[ALARM_EVENT_RESET] = "RESET",
		[ALARM_EVENT_ESCALATE] = "ESCALATE",
		[ALARM_EVENT_STALE] = "STALE",
		[ALARM_EVENT_FRESH] = "FRESH",
		[ALARM_EVENT_LATE] = "LATE",
		[ALARM_EVENT_SAME] = "SAME",
		[ALARM_EVENT_GONE] = "GONE"};
	const char *row = (is->latching ? latching_rows : plain_rows)[s], *word;
	size_t n = strlen(names[e]);

	if (e == ALARM_EVENT_STALE || e == ALARM_EVENT_LATE || e == ALARM_EVENT_SAME)
		return 1;
	for (word = row; (word = strstr(word, names[e])); word += n)
		if ((word == row || word[-1] == ' ') && (word[n] == ' ' || word[n] == '\0'))
			return 1;
	return 0;
}

static void test_everything_else_changes_nothing(void **state)
{
	int listed = 0, other = 0;

	(void)state;
	for (int c = 0; c < 2; c++)
		for (int s = 0; s < ALARM_BASE_COUNT; s++)
			for (int e = 0; e <= ALARM_EVENT_GONE; e++) {
				const struct alarm_setting *is = c ? &latching : &plain;
				struct alarm a, before;
				int row;

				if ((c && s == ALARM_D) || (!c && s >= ALARM_LU))
					continue;
				a = before = bring(is, (enum alarm_state)s);
				row = at(&a, is, (enum alarm_event)e, T0 + 5);
				assert_int_equal(row != 0,
					is_listed(is, (enum alarm_state)s, (enum alarm_event)e));
				if (row) {
					listed++;
					continue;
				}
				before.unlisted++;
				before.pinned = a.pinned;
				assert_memory_equal(&a, &before, sizeof a);
				other++;
			}
	/* 15 and 16 in the lists above, and rows 20, 22, 23 of each of 4 and 5 states. */
	assert_int_equal(listed, 15 + 3 * 4 + 16 + 3 * 5);
	assert_int_equal(other, 14 * 9 - listed);
}

static void test_strictly_growing_raise_time(void **state)
{
	struct alarm a = bring(&latching, ALARM_LU);

	(void)state;
	/* A new occurrence at an older clock still has a later raise time. */
	at(&a, &latching, ALARM_EVENT_RAISE, T0 - 100);
	assert_int_equal(a.raised_ms, T0 + 1);
	assert_true(a.again);
	/* ... and later than any acknowledgement that has come before it. */
	at(&a, &latching, ALARM_EVENT_CLEAR, T0 + 200);
	a.ack_upto_ms = T0 + 5000;
	at(&a, &latching, ALARM_EVENT_RAISE, T0 + 300);
	assert_int_equal(a.raised_ms, T0 + 5001);
}

/* Priorities and latching of the classes, from the list of classes. */
static void test_classes(void **state)
{
	(void)state;
	assert_int_equal(alarm_rules[ALARM_CLASS_PATIENT_CALL].priority, PRIORITY_HIGH);
	assert_true(alarm_rules[ALARM_CLASS_PATIENT_CALL].latching);
	assert_true(alarm_rules[ALARM_CLASS_PATIENT_CALL].momentary);
	assert_true(alarm_rules[ALARM_CLASS_EMERGENCY_CALL].momentary);
	assert_true(alarm_rules[ALARM_CLASS_PATIENT_CALL].shelf_max_min <= 0);
	assert_true(alarm_rules[ALARM_CLASS_EMERGENCY_CALL].shelf_max_min <= 0);
	assert_int_equal(alarm_rules[ALARM_CLASS_COLD_CHAIN].priority, PRIORITY_MEDIUM);
	assert_true(alarm_rules[ALARM_CLASS_COLD_CHAIN].latching);
	assert_true(alarm_rules[ALARM_CLASS_COLD_CHAIN].reset_reason);
	assert_int_equal(alarm_rules[ALARM_CLASS_CLIMATE].priority, PRIORITY_LOW);
	assert_false(alarm_rules[ALARM_CLASS_CLIMATE].latching);
	assert_int_equal(alarm_rules[ALARM_CLASS_FEED].priority, PRIORITY_MEDIUM);
	assert_true(alarm_rules[ALARM_CLASS_CONFLICT].passes);
	for (int i = 0; i < ALARM_CLASS_COUNT; i++) {
		assert_true(alarm_rules[i].guidance[0] != '\0');
		assert_string_equal(alarm_rules[i].name, alarm_class_name((enum alarm_class)i));
		assert_true(alarm_rules[i].shelf_max_min <= ALARM_SHELF_MAX_MIN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_row_1_raise),
		cmocka_unit_test(test_row_2_acknowledge),
		cmocka_unit_test(test_row_3_clear),
		cmocka_unit_test(test_row_4_clear_latching),
		cmocka_unit_test(test_row_5_worse),
		cmocka_unit_test(test_row_6_better),
		cmocka_unit_test(test_row_7_escalate),
		cmocka_unit_test(test_row_8_raised_again),
		cmocka_unit_test(test_row_9_clear_acknowledged),
		cmocka_unit_test(test_row_10_clear_acknowledged_latching),
		cmocka_unit_test(test_row_11_worse_than_acknowledged),
		cmocka_unit_test(test_row_12_acknowledgement_times_out),
		cmocka_unit_test(test_row_13_taken_back),
		cmocka_unit_test(test_row_14_acknowledged_after_its_end),
		cmocka_unit_test(test_row_15_raised_before_it_was_seen),
		cmocka_unit_test(test_row_16_acknowledged_latched),
		cmocka_unit_test(test_row_17_raised_over_a_latch),
		cmocka_unit_test(test_row_18_reset),
		cmocka_unit_test(test_row_19_reset_refused),
		cmocka_unit_test(test_rows_20_and_21_unknown),
		cmocka_unit_test(test_rows_22_and_23_samples),
		cmocka_unit_test(test_row_24_gone),
		cmocka_unit_test(test_row_25_passes),
		cmocka_unit_test(test_row_26_elsewhere_again),
		cmocka_unit_test(test_everything_else_changes_nothing),
		cmocka_unit_test(test_strictly_growing_raise_time),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests_name("alarm", tests, NULL, NULL);
}
