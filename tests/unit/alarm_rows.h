/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_ALARM_ROWS_H
#define VIGIE_TESTS_ALARM_ROWS_H

/* One alarm and the state table, without a twin around it: classes, people, and an alarm
 * brought into a state by events. To be included after cmocka.h. */

#include <stdio.h>
#include <string.h>

#include "twin/alarm.h"

#define ROWS_HELPER static __attribute__((unused))

enum { T0 = 1000000, MIN = 60000 };

static const struct alarm_setting plain = {.name = "plain",
	.shelf_max_min = 120,
	.ack_timeout_min = 10,
	.step_count = 2,
	.steps = {{5, "first"}, {10, "second"}}};
static const struct alarm_setting latching = {.name = "latching",
	.latching = true,
	.priority = PRIORITY_HIGH,
	.reset_reason = true,
	.step_count = 1,
	.steps = {{1, "first"}}};
static const struct alarm_setting passing = {.name = "passing", .passes = true};

static const struct author nurse = {.station = "desk", .role = PERSON_NURSE, .reason = "seen to"};
static const struct author viewer = {.station = "desk", .role = PERSON_VIEWER, .reason = "why"};
static const struct author technician = {
	.station = "desk", .role = PERSON_TECHNICIAN, .reason = "WO 117"};
static const struct author supervisor = {
	.station = "desk", .role = PERSON_SUPERVISOR, .reason = "by mistake"};
static const struct author silent = {.station = "desk", .role = PERSON_SUPERVISOR};

ROWS_HELPER int at(
	struct alarm *a, const struct alarm_setting *is, enum alarm_event event, int64_t ms)
{
	return alarm_event(a, is,
		&(struct alarm_input){.event = event,
			.at_ms = ms,
			.covers_ms = a->raised_ms,
			.priority = a->raised_ms && event != ALARM_EVENT_RAISE ? a->priority
									       : is->priority});
}

/* An alarm brought into a state by events alone, as in life. */
ROWS_HELPER struct alarm bring(const struct alarm_setting *is, enum alarm_state to)
{
	static const enum alarm_event paths[ALARM_BASE_COUNT][3] = {
		[ALARM_A] = {ALARM_EVENT_COUNT, ALARM_EVENT_COUNT, ALARM_EVENT_COUNT},
		[ALARM_B] = {ALARM_EVENT_RAISE, ALARM_EVENT_COUNT, ALARM_EVENT_COUNT},
		[ALARM_C] = {ALARM_EVENT_RAISE, ALARM_EVENT_ACK, ALARM_EVENT_COUNT},
		[ALARM_D] = {ALARM_EVENT_RAISE, ALARM_EVENT_CLEAR, ALARM_EVENT_COUNT},
		[ALARM_LU] = {ALARM_EVENT_RAISE, ALARM_EVENT_CLEAR, ALARM_EVENT_COUNT},
		[ALARM_LA] = {ALARM_EVENT_RAISE, ALARM_EVENT_CLEAR, ALARM_EVENT_ACK},
	};
	struct alarm a = {.class_ = ALARM_CLASS_CLIMATE};

	for (int i = 0; i < 3 && paths[to][i] != ALARM_EVENT_COUNT; i++)
		assert_int_not_equal(at(&a, is, paths[to][i], T0), 0);
	assert_int_equal(alarm_state(&a), to);
	return a;
}

ROWS_HELPER int give(struct alarm *a, const struct alarm_setting *is, struct alarm_input in)
{
	in.at_ms = in.at_ms ? in.at_ms : T0 + MIN;
	return alarm_event(a, is, &in);
}

#endif
