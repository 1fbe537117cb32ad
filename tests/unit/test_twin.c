/* SPDX-License-Identifier: Apache-2.0 */
/* The fold of facts: rooms, places, alarms, timers, and the properties that
 * everything else stands on (replay, forks, cutting time into pieces). The
 * expected values are worked out by hand on a suite of seven rooms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "twin/twin.h"

enum { MIN = 60000, OR1 = 0, OR2, PACU, HOLDING, CORRIDOR, WARD, PHARMACY, ROOMS };
#define T0    1773651600000LL /* 2026-03-16T09:00:00Z */
#define AT(m) (T0 + (int64_t)(m)*MIN)

#define BRACELET_1 "AC0000000001"
#define BRACELET_2 "AC0000000002"
#define BUTTON     "AC00000000B1"
#define FRIDGE     "AC00000000F1"
#define SENSOR     "AC00000000C1"
#define PUMP       "AC00000000A1"
#define GW_OR1     "AC23000000F1"
#define GW_PACU_1  "AC23000000F2"
#define GW_PACU_2  "AC23000000F3"

static struct room rooms[ROOMS] = {
	{.id = "or-1",
		.name = "OR 1",
		.fhir = "L1",
		.kind = ROOM_OR,
		.temp_low = 18,
		.temp_high = 23,
		.rh_low = 1,
		.rh_high = 0},
	{.id = "or-2", .name = "OR 2", .kind = ROOM_OR, .temp_low = 1, .rh_low = 1},
	{.id = "pacu", .name = "PACU", .kind = ROOM_PACU, .temp_low = 1, .rh_low = 1},
	{.id = "holding", .name = "Holding", .kind = ROOM_HOLDING, .temp_low = 1, .rh_low = 1},
	{.id = "corridor", .name = "Corridor", .kind = ROOM_CORRIDOR, .temp_low = 1, .rh_low = 1},
	{.id = "ward", .name = "Ward 3", .kind = ROOM_WARD, .temp_low = 1, .rh_low = 1},
	{.id = "pharmacy", .name = "Pharmacy", .kind = ROOM_PHARMACY, .temp_low = 1, .rh_low = 1},
};
static struct bed beds[] = {{.id = "bay-1", .room = PACU}, {.id = "bay-2", .room = PACU}};
static struct gateway gateways[] = {{.mac = GW_OR1, .name = "GW OR 1", .room = OR1},
	{.mac = GW_PACU_1, .name = "GW PACU a", .room = PACU},
	{.mac = GW_PACU_2, .name = "GW PACU b", .room = PACU}};
static struct tag tags[] = {
	{.mac = BRACELET_1, .kind = TAG_PATIENT, .room = -1, .bed = -1},
	{.mac = BRACELET_2, .kind = TAG_PATIENT, .room = -1, .bed = -1},
	{.mac = BUTTON, .name = "button bay 1", .kind = TAG_ASSET, .room = -1, .bed = 0},
	{.mac = FRIDGE,
		.name = "fridge PUI-3",
		.kind = TAG_SENSOR,
		.room = PHARMACY,
		.bed = -1,
		.cold = true,
		.low = 2,
		.high = 8,
		.delay_min = 5},
	{.mac = SENSOR, .name = "S1", .kind = TAG_SENSOR, .room = OR1, .bed = -1, .low = 1},
	{.mac = PUMP, .name = "pump 17", .kind = TAG_ASSET, .room = -1, .bed = -1},
};
static const struct site site = {
	.id = "test",
	.hash = "00",
	.rooms = rooms,
	.room_count = ROOMS,
	.beds = beds,
	.bed_count = 2,
	.gateways = gateways,
	.gateway_count = 3,
	.tags = tags,
	.tag_count = 6,
};

static uint64_t sequence;
static struct consequences heard;

static void put(struct twin *t, struct fact f)
{
	f.seq = ++sequence;
	twin_apply(t, &f, &heard);
}

static void fill(char *dst, size_t size, const char *src)
{
	snprintf(dst, size, "%s", src);
}
#define FILL(field, text) fill(field, sizeof(field), text)

static void start(struct twin **t)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-120));

	sequence = 0;
	*t = twin_create();
	assert_non_null(*t);
	f.site.site = &site;
	put(*t, f);
}

static struct fact case_fact(
	const char *id, const char *patient, const char *room, int from, int to, int at)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, AT(at));

	FILL(f.surgery.id, id);
	FILL(f.surgery.patient, patient);
	FILL(f.surgery.room, room);
	FILL(f.surgery.procedure, "hip");
	f.surgery.start_ms = AT(from);
	f.surgery.end_ms = AT(to);
	f.surgery.status = CASE_PLANNED;
	return f;
}

static struct fact milestone_fact(const char *id, enum source source, enum milestone m, int at)
{
	struct fact f = fact_make(FACT_MILESTONE, source, AT(at));

	FILL(f.milestone.id, id);
	f.milestone.milestone = m;
	f.milestone.when_ms = AT(at);
	return f;
}

static void told(struct twin *t, const char *id, enum milestone m, int at)
{
	put(t, milestone_fact(id, SOURCE_FHIR, m, at));
}

static void wear(struct twin *t, const char *tag, const char *patient, int at)
{
	struct fact f = fact_make(FACT_TAG, SOURCE_FHIR, AT(at));

	FILL(f.tag.tag, tag);
	FILL(f.tag.patient, patient);
	put(t, f);
}

static void seen(struct twin *t, const char *tag, int room, double confidence, int at)
{
	struct fact f = fact_make(FACT_LOCATED, SOURCE_RADIO, AT(at));

	FILL(f.located.tag, tag);
	f.located.state = LOCATED_IN;
	FILL(f.located.room, rooms[room].id);
	f.located.confidence = confidence;
	put(t, f);
}

static void place(struct twin *t, const char *patient, const char *room, int from, int at)
{
	struct fact f = fact_make(FACT_PLACE, SOURCE_FHIR, AT(at));

	FILL(f.place.patient, patient);
	FILL(f.place.room, room);
	f.place.start_ms = AT(from);
	put(t, f);
}

static void read_value(struct twin *t, const char *tag, enum quantity q, double value, int at)
{
	struct fact f = fact_make(FACT_READING, SOURCE_RADIO, AT(at));

	FILL(f.reading.tag, tag);
	f.reading.quantity = q;
	f.reading.value = value;
	put(t, f);
}

static void service(struct twin *t, const char *room, enum room_service s, int at)
{
	struct fact f = fact_make(FACT_ROOM, SOURCE_FHIR, AT(at));

	FILL(f.room.room, room);
	f.room.service = s;
	put(t, f);
}

static void gateway_word(struct twin *t, const char *mac, bool silent, int at)
{
	struct fact f = fact_make(FACT_GATEWAY, SOURCE_RADIO, AT(at));

	FILL(f.gateway.gateway, mac);
	f.gateway.silent = silent;
	put(t, f);
}

static void press(struct twin *t, const char *tag, int at)
{
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, AT(at));

	FILL(f.press.tag, tag);
	put(t, f);
}

static void operator_act(
	struct twin *t, const char *key, enum alarm_act act, int64_t covers, int at)
{
	struct fact f = fact_make(FACT_ALARM, SOURCE_PERSON, AT(at));

	FILL(f.origin, "nurse");
	FILL(f.alarm.key, key);
	f.alarm.act = act;
	f.alarm.covers_ms = covers;
	put(t, f);
}

static int state_of(const struct twin *t, const char *key)
{
	int i = twin_alarm(t, key);

	return i < 0 ? -1 : (int)alarm_state(&t->alarms[i]);
}

static const struct alarm *alarm_of(const struct twin *t, const char *key)
{
	int i = twin_alarm(t, key);

	assert_true(i >= 0);
	return &t->alarms[i];
}

static int64_t radio_when(const struct twin *t, const char *id, enum milestone m)
{
	return t->cases[twin_case(t, id)].passage[m].by[0].when_ms;
}

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
	assert_int_equal(state_of(t, "conflict:c1"), ALARM_D);
	/* An older stay, told late, does not bring the patient back. */
	place(t, "p1", "holding", -20, 91);
	assert_int_equal(twin_patient_room(t, 0, NULL, NULL), PACU);
	twin_destroy(t);
}

static void test_press_life(void **state)
{
	(void)state;
	struct twin *t;
	const char *key = "press:" BUTTON;
	const struct alarm *a;

	start(&t);
	press(t, BUTTON, 10);
	a = alarm_of(t, key);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(a->priority, PRIORITY_HIGH);
	assert_string_equal(a->text, "button bay 1 calls, PACU");
	assert_string_equal(a->room, "pacu");
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.list[0].cause, sequence);
	press(t, BUTTON, 11);
	assert_int_equal(a->count, 2);
	assert_int_equal(a->raised_ms, AT(10));
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(10) - 1, 12); /* had not seen it */
	assert_int_equal(state_of(t, key), ALARM_B);
	operator_act(t, key, ALARM_RESET, AT(10), 12);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(t->ignored, 2);
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(10), 12);
	assert_int_equal(state_of(t, key), ALARM_LA);
	assert_int_equal(heard.count, 2); /* B → C → LA */
	assert_int_equal(heard.list[0].to, ALARM_C);
	assert_int_equal(heard.list[1].to, ALARM_LA);
	assert_string_equal(a->acked_by, "nurse");
	press(t, BUTTON, 13); /* again: a new occurrence */
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(a->raised_ms, AT(13));
	assert_string_equal(a->acked_by, "");
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(13), 14);
	operator_act(t, key, ALARM_RESET, AT(13), 15);
	assert_int_equal(state_of(t, key), ALARM_A);
	twin_destroy(t);
}

static void test_press_of_a_patient_names_nobody(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	wear(t, BRACELET_1, "p1", -95);
	seen(t, BRACELET_1, WARD, 0.9, 0);
	press(t, BRACELET_1, 1);
	assert_string_equal(alarm_of(t, "press:" BRACELET_1)->text, "patient calls, Ward 3");
	press(t, "AC00000000EE", 2); /* not listed: rings all the same */
	assert_int_equal(state_of(t, "press:AC00000000EE"), ALARM_B);
	assert_int_equal(t->ignored, 1);
	twin_destroy(t);
}

static void test_cold_chain(void **state)
{
	(void)state;
	struct twin *t;
	const char *key = "cold:" FRIDGE;

	start(&t);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 8.0, 0); /* a limit is inside */
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 8.4, 1);
	assert_int_equal(t->readings[0].out_since_ms, AT(1));
	twin_advance(t, AT(6) - 1, NULL);
	assert_int_equal(state_of(t, key), -1);
	twin_advance(t, AT(6), NULL);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_string_equal(alarm_of(t, key)->text, "fridge PUI-3: 8.4 °C, above 8.0");
	assert_int_equal(alarm_of(t, key)->priority, PRIORITY_MEDIUM);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 9.1, 7);
	assert_int_equal(alarm_of(t, key)->count, 1);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 7.0, 9);
	assert_int_equal(state_of(t, key), ALARM_LU);
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(6), 10);
	assert_int_equal(state_of(t, key), ALARM_LA);
	operator_act(t, key, ALARM_RESET, AT(6), 11);
	assert_int_equal(state_of(t, key), ALARM_A);
	/* Back in time: nothing rings. */
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 1.9, 20);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 2.0, 24);
	twin_advance(t, AT(40), NULL);
	assert_int_equal(state_of(t, key), ALARM_A);
	assert_int_equal(t->timer_count, 0);
	twin_destroy(t);
}

static void test_climate_battery_and_history(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 23.5, 0);
	read_value(t, SENSOR, QUANTITY_HUMIDITY, 99, 0); /* no limits on humidity here */
	twin_advance(t, AT(10), NULL);
	assert_int_equal(state_of(t, "climate:or-1:temperature"), ALARM_B);
	assert_int_equal(alarm_of(t, "climate:or-1:temperature")->priority, PRIORITY_LOW);
	assert_int_equal(state_of(t, "climate:or-1:humidity"), -1);
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 22, 11);
	assert_int_equal(state_of(t, "climate:or-1:temperature"), ALARM_D);
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 21, 11); /* same minute: replaces */
	assert_int_equal(t->readings[0].history_count, 2);
	assert_true(t->readings[0].history[1].value == 21.0f);
	for (int i = 0; i < 200; i++)
		read_value(t, SENSOR, QUANTITY_TEMPERATURE, 20, 12 + i);
	assert_int_equal(t->readings[0].history_count, TWIN_HISTORY);
	read_value(t, PUMP, QUANTITY_BATTERY, 15, 300);
	assert_int_equal(state_of(t, "battery:" PUMP), -1);
	read_value(t, PUMP, QUANTITY_BATTERY, 14, 301);
	assert_int_equal(state_of(t, "battery:" PUMP), ALARM_B);
	assert_int_equal(t->things[twin_thing(t, PUMP)].battery, 14);
	read_value(t, PUMP, QUANTITY_BATTERY, 100, 302);
	assert_int_equal(state_of(t, "battery:" PUMP), ALARM_D);
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

static void test_programme_alarms(void **state)
{
	(void)state;
	struct twin *t;
	struct fact f;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	put(t, case_fact("c2", "p2", "or-2", 0, 75, -100));
	told(t, "c2", MILESTONE_ARRIVED, -30);
	twin_advance(t, AT(-15) - 1, NULL);
	assert_int_equal(state_of(t, "absent:c1"), -1);
	twin_advance(t, AT(-15), NULL);
	assert_int_equal(state_of(t, "absent:c1"), ALARM_B);
	assert_string_equal(alarm_of(t, "absent:c1")->text, "patient not arrived, OR 1, hip");
	assert_int_equal(state_of(t, "absent:c2"), -1);
	told(t, "c1", MILESTONE_ARRIVED, -5);
	put(t, case_fact("c3", "p3", "or-2", 0, 75, -5)); /* heard of late: a grace */
	assert_int_equal(state_of(t, "absent:c3"), -1);
	twin_advance(t, AT(-3), NULL);
	assert_int_equal(state_of(t, "absent:c3"), ALARM_B);
	assert_int_equal(state_of(t, "absent:c1"), ALARM_D);
	f = fact_make(FACT_READINESS, SOURCE_PERSON, AT(-4));
	FILL(f.readiness.id, "c1");
	f.readiness.item = READY_FASTING;
	f.readiness.value = 0;
	put(t, f);
	assert_int_equal(state_of(t, "fasting:c1"), ALARM_B);
	assert_int_equal(alarm_of(t, "fasting:c1")->priority, PRIORITY_MEDIUM);
	f = fact_make(FACT_STATUS, SOURCE_PERSON, AT(-3));
	FILL(f.status.id, "c1");
	f.status.status = CASE_POSTPONED;
	put(t, f);
	assert_int_equal(state_of(t, "fasting:c1"), ALARM_D);
	f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, AT(-2));
	FILL(f.condition.key, "broker");
	FILL(f.condition.text, "broker lost");
	f.condition.active = true;
	f.condition.priority = PRIORITY_MEDIUM;
	put(t, f);
	assert_int_equal(state_of(t, "technical:broker"), ALARM_B);
	f.condition.active = false;
	put(t, f);
	assert_int_equal(state_of(t, "technical:broker"), ALARM_D);
	twin_destroy(t);
}

/* Row 11: worse than what was acknowledged is a new occurrence. */
static void test_worse_than_acknowledged(void **state)
{
	(void)state;
	struct twin *t;
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, AT(1));

	start(&t);
	FILL(f.condition.key, "journal");
	f.condition.active = true;
	f.condition.priority = PRIORITY_MEDIUM;
	put(t, f);
	operator_act(t, "technical:journal", ALARM_ACKNOWLEDGE, AT(1), 2);
	assert_int_equal(state_of(t, "technical:journal"), ALARM_C);
	put(t, f);
	assert_int_equal(state_of(t, "technical:journal"), ALARM_C);
	f.condition.priority = PRIORITY_HIGH;
	f.at_ms = AT(3);
	put(t, f);
	assert_int_equal(state_of(t, "technical:journal"), ALARM_B);
	assert_int_equal(alarm_of(t, "technical:journal")->raised_ms, AT(3));
	assert_int_equal(heard.list[0].from, ALARM_C);
	twin_destroy(t);
}

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

/* Random facts over the small suite: unknown ids, wrong orders, going back in
 * time and nonsense values are all among them. splitmix64 (Steele 2014). */
static uint64_t mix(uint64_t *seed)
{
	uint64_t z = *seed += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static int pick(uint64_t *seed, int n)
{
	return (int)(mix(seed) % (uint64_t)n);
}

static const char *const cases[] = {"c1", "c2", "c3", "c4", "c5", ""};
static const char *const patients[] = {"p1", "p2", "p3", "p4", ""};
static const char *const all_tags[] = {
	BRACELET_1, BRACELET_2, BUTTON, FRIDGE, SENSOR, PUMP, "AC00000000EE"};
static const char *const room_ids[] = {
	"or-1", "L1", "or-2", "pacu", "holding", "corridor", "ward", "elsewhere", ""};
static const char *const macs[] = {GW_OR1, GW_PACU_1, GW_PACU_2, "AC00000000EE"};

/* Facts of the hospital: cases, patients, places. */
static void random_programme(struct fact *f, uint64_t *seed, const char *room)
{
	const char *id = cases[pick(seed, 6)], *patient = patients[pick(seed, 5)];
	const char *tag = all_tags[pick(seed, 7)];

	switch (f->kind) {
	case FACT_CASE:
		*f = case_fact(id, patient, room, pick(seed, 400), pick(seed, 500), 0);
		f->surgery.status = (enum case_status)pick(seed, CASE_STATUS_COUNT);
		break;
	case FACT_PATIENT:
		FILL(f->patient.id, patient);
		f->patient.bmi = pick(seed, 400) / 9.0;
		break;
	case FACT_TAG:
		FILL(f->tag.tag, tag);
		FILL(f->tag.patient, patient);
		break;
	case FACT_MILESTONE:
		FILL(f->milestone.id, id);
		f->milestone.milestone = (enum milestone)pick(seed, MILESTONE_COUNT);
		f->milestone.when_ms = pick(seed, 3) ? AT(pick(seed, 600)) : 0;
		f->milestone.withdrawn = !pick(seed, 8);
		f->milestone.at_most = !pick(seed, 8);
		break;
	case FACT_READINESS:
		FILL(f->readiness.id, id);
		f->readiness.item = (enum readiness)pick(seed, READY_COUNT);
		f->readiness.value = pick(seed, 3) - 1;
		break;
	case FACT_STATUS:
		FILL(f->status.id, id);
		f->status.status = (enum case_status)pick(seed, CASE_STATUS_COUNT);
		break;
	case FACT_PLACE:
		FILL(f->place.patient, patient);
		FILL(f->place.id, id);
		FILL(f->place.room, room);
		f->place.start_ms = pick(seed, 2) ? AT(pick(seed, 600)) : 0;
		f->place.end_ms = pick(seed, 4) ? 0 : AT(pick(seed, 600));
		break;
	default:
		break;
	}
}

/* Facts of the senses and of the people on duty. */
static void random_senses(struct fact *f, uint64_t *seed, const char *room)
{
	const char *tag = all_tags[pick(seed, 7)];

	switch (f->kind) {
	case FACT_ROOM:
		FILL(f->room.room, room);
		f->room.service = (enum room_service)pick(seed, SERVICE_COUNT);
		break;
	case FACT_LOCATED:
		FILL(f->located.tag, tag);
		FILL(f->located.room, room);
		f->located.state = (enum located)pick(seed, LOCATED_COUNT);
		f->located.confidence = pick(seed, 100) / 100.0;
		break;
	case FACT_READING:
		FILL(f->reading.tag, tag);
		f->reading.quantity = (enum quantity)pick(seed, QUANTITY_COUNT);
		f->reading.value = pick(seed, 50) ? pick(seed, 400) / 13.0 - 2 : (double)NAN;
		break;
	case FACT_PRESS:
		FILL(f->press.tag, tag);
		break;
	case FACT_GATEWAY:
		FILL(f->gateway.gateway, macs[pick(seed, 4)]);
		f->gateway.silent = pick(seed, 2);
		break;
	case FACT_CONDITION:
		FILL(f->condition.key, pick(seed, 2) ? "broker" : "fhir");
		f->condition.active = pick(seed, 2);
		f->condition.priority = (enum priority)pick(seed, PRIORITY_COUNT);
		break;
	case FACT_ALARM:
		snprintf(f->alarm.key, ID_SIZE, "%s%s", pick(seed, 2) ? "press:" : "cold:", tag);
		f->alarm.act = (enum alarm_act)pick(seed, ALARM_ACT_COUNT);
		f->alarm.covers_ms = AT(pick(seed, 700));
		break;
	default:
		break;
	}
}

static struct fact random_fact(uint64_t *seed, int64_t *clock)
{
	struct fact f;

	*clock += pick(seed, 2 * MIN);
	f = fact_make((enum fact_kind)pick(seed, FACT_KIND_COUNT),
		(enum source)pick(seed, SOURCE_COUNT), *clock);
	random_programme(&f, seed, room_ids[pick(seed, 9)]);
	random_senses(&f, seed, room_ids[pick(seed, 9)]);
	f.source = (enum source)pick(seed, SOURCE_COUNT);
	f.at_ms = *clock - (pick(seed, 20) ? 0 : pick(seed, 5 * MIN));
	f.source_ms = pick(seed, 2) ? f.at_ms - pick(seed, MIN) : 0;
	snprintf(f.origin, sizeof f.origin, "origin-%d", pick(seed, 9));
	return f;
}

static void check_invariants(const struct twin *t)
{
	for (int r = 0; r < ROOMS; r++) {
		assert_true(t->rooms[r].current < t->case_count);
		if (t->rooms[r].current >= 0)
			assert_int_equal(t->cases[t->rooms[r].current].room_at, r);
	}
	for (int i = 1; i < t->timer_count; i++)
		assert_true(t->timers[i - 1].due_ms < t->timers[i].due_ms
			    || (t->timers[i - 1].due_ms == t->timers[i].due_ms
				    && t->timers[i - 1].sequence < t->timers[i].sequence));
	for (int i = 0; i < t->timer_count; i++)
		assert_true(t->timers[i].due_ms > t->now_ms);
	for (int i = 0; i < t->patient_count; i++) {
		int thing = twin_worn_by(t, t->patients[i].id);

		if (thing >= 0)
			assert_string_equal(t->things[thing].patient, t->patients[i].id);
	}
}

static void same_digest(const struct twin *a, const struct twin *b)
{
	char x[65], y[65];

	twin_digest(a, x);
	twin_digest(b, y);
	assert_string_equal(x, y);
}

/* What a fork goes through leaves no trace on what it was taken from. */
static void fork_and_wander(
	struct twin *fork, const struct twin *from, uint64_t seed, int64_t clock)
{
	char before[65], after[65], forked[65];

	twin_digest(from, before);
	twin_copy(fork, from);
	same_digest(fork, from);
	for (int k = 0; k < 10; k++) {
		struct fact f = random_fact(&seed, &clock);

		twin_apply(fork, &f, NULL);
	}
	twin_digest(from, after);
	twin_digest(fork, forked);
	assert_string_equal(before, after);
	assert_string_not_equal(before, forked);
}

static void advance_in_steps(struct twin *t, int64_t until, uint64_t seed)
{
	for (int k = 0; k < 3 && until > t->now_ms; k++)
		twin_advance(t, t->now_ms + pick(&seed, (int)(until - t->now_ms) + 1), NULL);
}

/* Three twins live the same day: one plainly, one whose time is cut into small
 * pieces between facts, one that moves house by a copy again and again. */
static void live_three_ways(uint64_t seed, int facts)
{
	struct twin *plain, *cut, *copied = twin_create(), *fork = twin_create();
	int64_t clock = AT(-100);

	start(&plain);
	start(&cut);
	twin_copy(copied, plain);
	for (int i = 1; i <= facts; i++) {
		struct fact f = random_fact(&seed, &clock);

		f.seq = (uint64_t)i + 1;
		twin_apply(plain, &f, NULL);
		advance_in_steps(cut, f.at_ms, seed);
		twin_apply(cut, &f, &heard);
		if (i % 20 == 0) {
			struct twin *old = copied;

			fork_and_wander(fork, copied, seed, clock);
			twin_copy(fork, copied);
			copied = fork;
			fork = old;
		}
		twin_apply(copied, &f, NULL);
		if (i % 20 == 0) {
			same_digest(plain, cut);
			same_digest(plain, copied);
		}
		check_invariants(plain);
	}
	same_digest(plain, cut);
	same_digest(plain, copied);
	assert_true(plain->alarm_count > 5);
	assert_true(plain->flagged > 0 && plain->ignored > 0);
	twin_destroy(plain);
	twin_destroy(cut);
	twin_destroy(copied);
	twin_destroy(fork);
}

static void test_properties_on_random_days(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		live_three_ways(seed * 7919, 600);
}

static void test_advance_in_pieces(void **state)
{
	(void)state;
	struct twin *a, *b;

	start(&a);
	start(&b);
	for (int i = 0; i < 2; i++) {
		struct twin *t = i ? b : a;

		sequence = 1;
		put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
		put(t, case_fact("c2", "p2", "or-2", 0, 75, -100));
		read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 12, -20);
	}
	/* Due at the same instant: in the order in which they were set. */
	twin_advance(a, AT(-15), &heard);
	assert_int_equal(heard.count, 3);
	assert_string_equal(heard.list[0].key, "absent:c1");
	assert_string_equal(heard.list[1].key, "absent:c2");
	assert_string_equal(heard.list[2].key, "cold:" FRIDGE);
	assert_int_equal(heard.list[2].cause, 0);
	twin_advance(a, AT(60), NULL);
	for (int m = -20; m <= 60; m++)
		twin_advance(b, AT(m), NULL);
	twin_advance(b, AT(10), NULL); /* back: ignored */
	same_digest(a, b);
	assert_int_equal(a->alarm_count, 3);
	assert_int_equal(a->now_ms, AT(60));
	twin_destroy(a);
	twin_destroy(b);
}

static void test_digest_sees_every_fact(void **state)
{
	(void)state;
	struct twin *t;
	char before[65], after[65];
	struct fact f;

	start(&t);
	twin_digest(t, before);
	assert_int_equal(strlen(before), 64);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	twin_digest(t, after);
	assert_string_not_equal(before, after);
	read_value(t, SENSOR, QUANTITY_HUMIDITY, 50, -90);
	twin_digest(t, before);
	/* Below 1e-6 a double does not count; above it does. */
	t->readings[0].value += 1e-8;
	twin_digest(t, after);
	assert_string_equal(before, after);
	t->readings[0].value += 1e-5;
	twin_digest(t, after);
	assert_string_not_equal(before, after);
	f = fact_make(FACT_AUDIT, SOURCE_PERSON, AT(-80));
	twin_digest(t, before);
	put(t, f);
	twin_digest(t, after);
	assert_string_not_equal(before, after);
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
		cmocka_unit_test(test_room_states_along_a_day),
		cmocka_unit_test(test_later_patient_ends_the_hold),
		cmocka_unit_test(test_housekeeping),
		cmocka_unit_test(test_blocked_by_a_full_pacu),
		cmocka_unit_test(test_milestones_from_movement),
		cmocka_unit_test(test_movement_does_not_guess_wildly),
		cmocka_unit_test(test_radio_does_not_outrun_the_hospital),
		cmocka_unit_test(test_first_sight_is_no_conflict),
		cmocka_unit_test(test_places_conflict_after_two_minutes),
		cmocka_unit_test(test_press_life),
		cmocka_unit_test(test_press_of_a_patient_names_nobody),
		cmocka_unit_test(test_cold_chain),
		cmocka_unit_test(test_climate_battery_and_history),
		cmocka_unit_test(test_silent_gateways_freeze),
		cmocka_unit_test(test_programme_alarms),
		cmocka_unit_test(test_worse_than_acknowledged),
		cmocka_unit_test(test_unknown_ids_are_counted),
		cmocka_unit_test(test_a_full_pool_gives_up_the_oldest_finished_case),
		cmocka_unit_test(test_long_ids_have_their_own_keys),
		cmocka_unit_test(test_properties_on_random_days),
		cmocka_unit_test(test_advance_in_pieces),
		cmocka_unit_test(test_digest_sees_every_fact),
		cmocka_unit_test(test_a_new_site_keeps_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
