/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_TWIN_WORLD_H
#define VIGIE_TESTS_TWIN_WORLD_H

/*
 * A suite of seven rooms, small enough to work out by hand what the twin must
 * say, and short names for the facts that happen in it. Included after cmocka.h.
 */

#include <stdio.h>
#include <string.h>

#include "twin/pathway.h"
#include "twin/twin.h"

#define TWIN_HELPER static __attribute__((unused))

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

TWIN_HELPER void put(struct twin *t, struct fact f)
{
	f.seq = ++sequence;
	twin_apply(t, &f, &heard);
}

TWIN_HELPER void fill(char *dst, size_t size, const char *src)
{
	snprintf(dst, size, "%s", src);
}
#define FILL(field, text) fill(field, sizeof(field), text)

TWIN_HELPER void start(struct twin **t)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-120));

	sequence = 0;
	*t = twin_create();
	assert_non_null(*t);
	f.site.site = &site;
	put(*t, f);
}

TWIN_HELPER struct fact case_fact(
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

TWIN_HELPER struct fact milestone_fact(const char *id, enum source source, enum milestone m, int at)
{
	struct fact f = fact_make(FACT_MILESTONE, source, AT(at));

	FILL(f.milestone.id, id);
	f.milestone.milestone = m;
	f.milestone.when_ms = AT(at);
	return f;
}

TWIN_HELPER void told(struct twin *t, const char *id, enum milestone m, int at)
{
	put(t, milestone_fact(id, SOURCE_FHIR, m, at));
}

/* The usual way with a transport before it and an entry that takes its time. */
TWIN_HELPER struct pathway way_with_entry(void)
{
	struct pathway way = *pathway_of(&site, SETTING_UNKNOWN);
	memmove(way.steps + 1, way.steps, (size_t)way.step_count++ * sizeof *way.steps);
	way.steps[0] = (struct pathway_step){.stage = "transport",
		.lasts = LASTS_LAW,
		.a = 10,
		.b = 4,
		.begins = MILESTONE_SENT_FOR,
		.ends = MILESTONE_IN_HOLDING};
	way.steps[1].lasts = LASTS_LAW;
	way.steps[1].a = way.steps[1].b = 5;
	return way;
}

TWIN_HELPER void wear(struct twin *t, const char *tag, const char *patient, int at)
{
	struct fact f = fact_make(FACT_TAG, SOURCE_FHIR, AT(at));

	FILL(f.tag.tag, tag);
	FILL(f.tag.patient, patient);
	put(t, f);
}

TWIN_HELPER void seen(struct twin *t, const char *tag, int room, double confidence, int at)
{
	struct fact f = fact_make(FACT_LOCATED, SOURCE_RADIO, AT(at));

	FILL(f.located.tag, tag);
	f.located.state = LOCATED_IN;
	FILL(f.located.room, rooms[room].id);
	f.located.confidence = confidence;
	put(t, f);
}

TWIN_HELPER void place(struct twin *t, const char *patient, const char *room, int from, int at)
{
	struct fact f = fact_make(FACT_PLACE, SOURCE_FHIR, AT(at));

	FILL(f.place.patient, patient);
	FILL(f.place.room, room);
	f.place.start_ms = AT(from);
	put(t, f);
}

TWIN_HELPER void read_value(struct twin *t, const char *tag, enum quantity q, double value, int at)
{
	struct fact f = fact_make(FACT_READING, SOURCE_RADIO, AT(at));

	FILL(f.reading.tag, tag);
	f.reading.quantity = q;
	f.reading.value = value;
	put(t, f);
}

TWIN_HELPER void service(struct twin *t, const char *room, enum room_service s, int at)
{
	struct fact f = fact_make(FACT_ROOM, SOURCE_FHIR, AT(at));

	FILL(f.room.room, room);
	f.room.service = s;
	put(t, f);
}

TWIN_HELPER void gateway_word(struct twin *t, const char *mac, bool silent, int at)
{
	struct fact f = fact_make(FACT_GATEWAY, SOURCE_RADIO, AT(at));

	FILL(f.gateway.gateway, mac);
	f.gateway.silent = silent;
	put(t, f);
}

TWIN_HELPER void press(struct twin *t, const char *tag, int at)
{
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, AT(at));

	FILL(f.press.tag, tag);
	put(t, f);
}

TWIN_HELPER void operator_act(
	struct twin *t, const char *key, enum alarm_act act, int64_t covers, int at)
{
	struct fact f = fact_make(FACT_ALARM, SOURCE_PERSON, AT(at));

	FILL(f.origin, "nurse");
	FILL(f.alarm.key, key);
	f.alarm.act = act;
	f.alarm.covers_ms = covers;
	put(t, f);
}

TWIN_HELPER int state_of(const struct twin *t, const char *key)
{
	int i = twin_alarm(t, key);

	return i < 0 ? -1 : (int)alarm_state(&t->alarms[i]);
}

TWIN_HELPER const struct alarm *alarm_of(const struct twin *t, const char *key)
{
	int i = twin_alarm(t, key);

	assert_true(i >= 0);
	return &t->alarms[i];
}

TWIN_HELPER int64_t radio_when(const struct twin *t, const char *id, enum milestone m)
{
	return t->cases[twin_case(t, id)].passage[m].by[0].when_ms;
}

#endif
