/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_WORLD_H
#define VIGIE_TESTS_SUITE_WORLD_H

/*
 * A small suite at 10:42 on Monday 16 March 2026, told only by facts through
 * twin_apply: eight ORs, a recovery room of four bays, a ward upstairs, a
 * fridge that is too warm, a patient who rang. Names are invented.
 */

#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "screens/view.h"

/* 2026-03-16 00:00 in UTC+1, without a zone file: POSIX TZ below. */
static const int64_t MIDNIGHT_MS = 1773615600000LL;
#define WORLD_TZ "CET-1CEST,M3.5.0,M10.5.0/3"

struct world {
	struct site site;
	struct room rooms[16];
	struct floor floors[2];
	struct bed beds[10];
	struct gateway gateways[4];
	struct tag tags[24];
	struct signature signatures[2];
	struct twin *twin;
	struct learning *learning;
	struct changes *changes;
	struct health health;
	struct names *names;
	struct view view;
};

static int64_t world_at(int hour, int minute)
{
	return MIDNIGHT_MS + (hour * 60 + minute) * 60000LL;
}

static void world_room(struct world *w, const char *id, const char *name, enum room_kind kind,
	int floor, double x, double y, double wide, double deep)
{
	struct room *r = &w->rooms[w->site.room_count++];

	*r = (struct room){.floor = floor,
		.kind = kind,
		.outline = {{x, y}, {x + wide, y}, {x + wide, y + deep}, {x, y + deep}},
		.outline_count = 4,
		.open_min = -1,
		.close_min = -1,
		.temp_low = 18,
		.temp_high = 26,
		.rh_low = 30,
		.rh_high = 60};
	format_put(r->id, sizeof r->id, "%s", id);
	format_put(r->fhir, sizeof r->fhir, "%s", id);
	format_put(r->name, sizeof r->name, "%s", name);
	if (kind == ROOM_OR) {
		r->open_min = 8 * 60;
		r->close_min = 17 * 60;
	}
}

static void world_bed(struct world *w, const char *id, const char *name, int room)
{
	struct bed *b = &w->beds[w->site.bed_count++];

	*b = (struct bed){.room = room};
	format_put(b->id, sizeof b->id, "%s", id);
	format_put(b->fhir, sizeof b->fhir, "%s", id);
	format_put(b->name, sizeof b->name, "%s", name);
}

static void world_tag(
	struct world *w, const char *mac, const char *name, enum tag_kind kind, int room, bool cold)
{
	struct tag *t = &w->tags[w->site.tag_count++];

	*t = (struct tag){.kind = kind, .room = room, .bed = -1, .cold = cold, .low = 1, .high = 0};
	if (cold) {
		t->low = 2;
		t->high = 8;
		t->delay_min = 0;
	}
	format_put(t->mac, sizeof t->mac, "%s", mac);
	format_put(t->name, sizeof t->name, "%s", name);
}

/* Bracelets with a button and one on a monitor, probes, and a model nobody here knows. */
static void world_models(struct world *w)
{
	static const char *const models[] = {"B7", "B7", "X9", "B10", "E8", "S1", "S1"};

	for (int i = 0; i < w->site.tag_count; i++)
		format_put(w->tags[i].model, ID_SIZE, "%s", models[i]);
	w->signatures[0] = (struct signature){.id = "b7", .model = "B7", .length = 1};
	w->signatures[1] = (struct signature){.id = "b10", .model = "B10", .length = 1};
	w->site.signatures = w->signatures;
	w->site.signature_count = 2;
}

static void world_site(struct world *w)
{
	char id[24], name[24];

	w->floors[0] = (struct floor){.id = "1", .name = "1", .level = 1};
	w->floors[1] = (struct floor){.id = "2", .name = "2", .level = 2};
	for (int i = 0; i < 8; i++) {
		format_put(id, sizeof id, "or-%d", i + 1);
		format_put(name, sizeof name, "OR %d", i + 1);
		world_room(w, id, name, ROOM_OR, 0, i * 6.0, 0, 6, 6);
	}
	world_room(w, "corridor", "Corridor", ROOM_CORRIDOR, 0, 0, 6, 48, 3);
	world_room(w, "pacu", "PACU", ROOM_PACU, 0, 0, 9, 24, 8);
	world_room(w, "holding", "Holding", ROOM_HOLDING, 0, 24, 9, 12, 8);
	world_room(w, "pharmacy", "Pharmacy", ROOM_PHARMACY, 0, 36, 9, 12, 8);
	world_room(w, "ward-a", "Ward A", ROOM_WARD, 1, 0, 0, 40, 12);
	for (int i = 0; i < 4; i++) {
		format_put(id, sizeof id, "bay-%d", i + 1);
		format_put(name, sizeof name, "Bay %d", i + 1);
		world_bed(w, id, name, 9);
	}
	for (int i = 0; i < 4; i++) {
		format_put(id, sizeof id, "a%d", i + 1);
		format_put(name, sizeof name, "A%d", i + 1);
		world_bed(w, id, name, 12);
	}
	world_tag(w, "C30000000001", "bracelet 1", TAG_PATIENT, -1, false);
	world_tag(w, "C30000000002", "bracelet 2", TAG_PATIENT, -1, false);
	world_tag(w, "C30000000011", "pump 17", TAG_ASSET, 11, false);
	world_tag(w, "C30000000012", "monitor M-204", TAG_ASSET, 9, false);
	world_tag(w, "C30000000021", "IADE 2", TAG_STAFF, -1, false);
	world_tag(w, "AC233F000001", "fridge PUI-3", TAG_SENSOR, 11, true);
	world_tag(w, "AC233F000002", "probe OR 2", TAG_SENSOR, 1, false);
	world_models(w);
	w->gateways[0] = (struct gateway){.mac = "AC233FC00001", .name = "gw OR", .room = 1};
	w->gateways[1] = (struct gateway){.mac = "AC233FC00002", .name = "gw PACU", .room = 9};
	w->site.gateway_count = 2;
	format_put(w->site.id, sizeof w->site.id, "demo");
	format_put(w->site.name, sizeof w->site.name, "Demo suite");
	w->site.floors = w->floors;
	w->site.floor_count = 2;
	w->site.rooms = w->rooms;
	w->site.beds = w->beds;
	w->site.gateways = w->gateways;
	w->site.tags = w->tags;
	w->site.turnover_min = 25;
	w->site.gateway_silence_s = 120;
	w->site.tag_silence_min = 10;
}

static void world_say(struct world *w, const struct fact *f)
{
	static struct consequences out;
	struct fact copy = *f;

	copy.seq = w->twin->seq + 1;
	changes_before(w->changes, w->twin, &copy);
	twin_apply(w->twin, &copy, &out);
	changes_after(w->changes, w->twin, &copy, &out);
	learning_hear(w->learning, w->twin, &copy);
}

static void world_case(struct world *w, const char *id, const char *patient, const char *room,
	int64_t start, int minutes, const char *procedure)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, world_at(7, 0));

	format_put(f.surgery.id, sizeof f.surgery.id, "%s", id);
	format_put(f.surgery.patient, sizeof f.surgery.patient, "%s", patient);
	format_put(f.surgery.room, sizeof f.surgery.room, "%s", room);
	format_put(f.surgery.procedure, sizeof f.surgery.procedure, "%s", procedure);
	format_put(f.surgery.surgeon, sizeof f.surgery.surgeon, "s-0031");
	format_put(f.origin, sizeof f.origin, "Appointment/%s", id);
	f.surgery.start_ms = start;
	f.surgery.end_ms = start + minutes * 60000LL;
	f.surgery.status = CASE_PLANNED;
	world_say(w, &f);
	f = fact_make(FACT_PATIENT, SOURCE_FHIR, world_at(7, 0));
	format_put(f.patient.id, sizeof f.patient.id, "%s", patient);
	f.patient.age_years = 64;
	f.patient.asa = 3;
	f.patient.bmi = 31.4;
	f.patient.sex = 'F';
	world_say(w, &f);
}

static void world_milestone(
	struct world *w, const char *id, enum milestone m, enum source who, int64_t when)
{
	struct fact f = fact_make(FACT_MILESTONE, who, when + 5000);

	format_put(f.milestone.id, sizeof f.milestone.id, "%s", id);
	format_put(f.origin, sizeof f.origin, "%s",
		who == SOURCE_RADIO ? "room filter" : "Encounter/e-1");
	f.milestone.milestone = m;
	f.milestone.when_ms = f.source_ms = when;
	world_say(w, &f);
}

static void world_ready(struct world *w, const char *id, enum readiness item, int value)
{
	struct fact f = fact_make(FACT_READINESS, SOURCE_FHIR, world_at(9, 50));

	format_put(f.readiness.id, sizeof f.readiness.id, "%s", id);
	f.readiness.item = item;
	f.readiness.value = value;
	world_say(w, &f);
}

static void world_located(struct world *w, const char *tag, const char *room, const char *other,
	double confidence, int64_t at)
{
	struct fact f = fact_make(FACT_LOCATED, SOURCE_RADIO, at);

	format_put(f.located.tag, sizeof f.located.tag, "%s", tag);
	format_put(f.located.room, sizeof f.located.room, "%s", room);
	format_put(f.located.other, sizeof f.located.other, "%s", other);
	f.located.state = confidence < 0.6 ? LOCATED_UNCERTAIN : LOCATED_IN;
	f.located.confidence = confidence;
	f.located.other_confidence = other[0] ? 1 - confidence : 0;
	world_say(w, &f);
}

static void world_reading(
	struct world *w, const char *tag, enum quantity q, double value, int64_t at)
{
	struct fact f = fact_make(FACT_READING, SOURCE_RADIO, at);

	format_put(f.reading.tag, sizeof f.reading.tag, "%s", tag);
	format_put(f.origin, sizeof f.origin, "AC233FC00002");
	f.reading.quantity = q;
	f.reading.value = value;
	world_say(w, &f);
}

static void world_day(struct world *w)
{
	world_case(w, "c-101", "p-1001", "or-1", world_at(8, 30), 90, "Hip replacement");
	world_case(w, "c-102", "p-1002", "or-1", world_at(10, 30), 75, "Knee arthroscopy");
	world_case(w, "c-103", "p-1003", "or-1", world_at(13, 0), 120, "Femoral nail");
	world_case(w, "c-201", "p-2001", "or-2", world_at(8, 30), 180, "Colectomy");
	world_case(w, "c-202", "p-2002", "or-2", world_at(12, 0), 60, "Hernia repair");
	world_case(w, "c-301", "p-3001", "or-3", world_at(11, 0), 60, "Cataract");
	world_milestone(w, "c-101", MILESTONE_ARRIVED, SOURCE_FHIR, world_at(7, 20));
	world_milestone(w, "c-101", MILESTONE_IN_ROOM, SOURCE_FHIR, world_at(8, 32));
	world_milestone(w, "c-101", MILESTONE_INCISION, SOURCE_FHIR, world_at(8, 58));
	world_milestone(w, "c-201", MILESTONE_ARRIVED, SOURCE_FHIR, world_at(7, 30));
	world_milestone(w, "c-201", MILESTONE_IN_ROOM, SOURCE_RADIO, world_at(8, 44));
	world_milestone(w, "c-201", MILESTONE_IN_ROOM, SOURCE_FHIR, world_at(8, 40));
	world_milestone(w, "c-201", MILESTONE_INCISION, SOURCE_FHIR, world_at(9, 15));
	world_milestone(w, "c-101", MILESTONE_CLOSING, SOURCE_FHIR, world_at(9, 50));
	world_milestone(w, "c-101", MILESTONE_OUT_ROOM, SOURCE_FHIR, world_at(10, 5));
	world_milestone(w, "c-101", MILESTONE_PACU_IN, SOURCE_FHIR, world_at(10, 9));
	world_milestone(w, "c-102", MILESTONE_ARRIVED, SOURCE_FHIR, world_at(9, 40));
	world_ready(w, "c-102", READY_FASTING, 1);
	world_ready(w, "c-102", READY_CONSENT, 0);
}

static void world_people_and_things(struct world *w)
{
	struct fact f = fact_make(FACT_TAG, SOURCE_PERSON, world_at(10, 10));

	format_put(f.tag.tag, sizeof f.tag.tag, "C30000000001");
	format_put(f.tag.patient, sizeof f.tag.patient, "p-1001");
	world_say(w, &f);
	f = fact_make(FACT_PLACE, SOURCE_FHIR, world_at(10, 12));
	format_put(f.place.patient, sizeof f.place.patient, "p-1001");
	format_put(f.place.room, sizeof f.place.room, "pacu");
	format_put(f.place.bed, sizeof f.place.bed, "bay-2");
	format_put(f.origin, sizeof f.origin, "Encounter/e-1");
	f.place.start_ms = world_at(10, 9);
	world_say(w, &f);
	world_located(w, "C30000000001", "or-1", "", 0.95, world_at(8, 34));
	world_located(w, "C30000000001", "pacu", "holding", 0.93, world_at(10, 41));
	world_located(w, "C30000000011", "pharmacy", "", 0.97, world_at(10, 30));
	world_located(w, "C30000000012", "pacu", "corridor", 0.55, world_at(10, 20));
	world_located(w, "C30000000021", "or-2", "", 0.90, world_at(10, 41));
	for (int i = 0; i < 30; i++)
		world_reading(w, "AC233F000001", QUANTITY_TEMPERATURE, 5.0 + i * 0.15,
			world_at(10, 10) + i * 60000LL);
	world_reading(w, "AC233F000002", QUANTITY_TEMPERATURE, 20.5, world_at(10, 41));
	world_reading(w, "AC233F000002", QUANTITY_HUMIDITY, 45.25, world_at(10, 41));
	f = fact_make(FACT_PRESS, SOURCE_RADIO, world_at(10, 41) + 20000);
	format_put(f.press.tag, sizeof f.press.tag, "C30000000001");
	format_put(f.press.signature, sizeof f.press.signature, "b10");
	format_put(f.press.gateway, sizeof f.press.gateway, "AC233FC00002");
	world_say(w, &f);
}

static void world_health(struct world *w)
{
	struct feed_health *f = &w->health.feeds[0];

	*f = (struct feed_health){.name = "mqtt 127.0.0.1:1883",
		.state = FEED_UP,
		.since_ms = world_at(7, 0),
		.last_ms = world_at(10, 42) - 1000,
		.messages = 48211,
		.rows = 301224,
		.facts = 1822};
	f->refused[REFUSED_NOT_JSON] = 3;
	f->refused[REFUSED_BAD_MAC] = 1;
	w->health.feeds[1] = (struct feed_health){.name = "fhir http://127.0.0.1:8080",
		.state = FEED_UP,
		.since_ms = world_at(7, 0),
		.last_ms = world_at(10, 42) - 4000,
		.messages = 611,
		.facts = 902};
	w->health.feed_count = 2;
	w->health.journal_ok = true;
	w->health.journal_committed = 2724;
	w->health.loop_max_ms = 3.2;
	w->health.loop_most_ms = 1.6;
	w->health.unknown[0] = (struct unknown_frame){"ffe1:a1:22 len 14", 17};
	w->health.unknown_count = 1;
}

static void world_gateway(struct world *w, const char *mac, int every_ms, int64_t offset_ms)
{
	struct gateway_health *g = &w->health.gateways[w->health.gateway_count++];

	*g = (struct gateway_health){.first_ms = world_at(7, 0),
		.last_ms = world_at(10, 42) - every_ms / 2,
		.rows = 150612,
		.clocked = true,
		.offset_ms = offset_ms,
		.gap_count = HEALTH_GAPS,
		.numbered = true,
		.other = 90211,
		.weakest_dbm = -97,
		.prefix = "AC233F",
		.prefixes = true};
	format_put(g->mac, sizeof g->mac, "%s", mac);
	for (int i = 0; i < HEALTH_GAPS; i++)
		g->gaps_ms[i] = every_ms;
}

/* One gateway as it should be, one that hides presses, a stranger with filters;
 * a message in a shape nobody knows; a bracelet in a drawer; a button on a
 * monitor that says nothing. */
static void world_link(struct world *w)
{
	struct gateway_health *g;

	world_gateway(w, "AC233FC00001", 1000, -140);
	world_gateway(w, "AC233FC00002", 30000, 5000 - world_at(10, 42));
	g = &w->health.gateways[1];
	g->lost = 3;
	g->hidden = 2;
	format_put(g->hidden_tag, sizeof g->hidden_tag, "C30000000002");
	world_gateway(w, "AC233FC00009", 5000, 2 * 3600000 + 3 * 60000);
	g = &w->health.gateways[2];
	g->other = 0;
	g->prefixes = false;
	g->prefixes_exist = true;
	g->weakest_dbm = -70;
	g->late = 412;
	g->late_ms = world_at(10, 30);
	for (int i = 0; i < w->site.tag_count; i++)
		w->health.tags[i].last_ms = i == 1 || i == 3 ? 0 : world_at(10, 42) - 2000 * i;
	w->health.odd[0] = (struct odd_message){.what = "messagepack",
		.topic = "/ab/bcg04/status",
		.first = "87a176a3312e35a3",
		.size = 412,
		.count = 38,
		.last_ms = world_at(10, 41)};
	w->health.odd_count = 1;
	w->health.unlisted_tags = 81234;
	w->health.late_readings = 12;
}

/* The wording of alarms belongs to the tests of the twin, not to pictures. */
static void world_words(struct world *w)
{
	static const char *const words[ALARM_CLASS_COUNT] = {
		[ALARM_CLASS_PATIENT_CALL] = "patient calls",
		[ALARM_CLASS_COLD_CHAIN] = "fridge PUI-3: 8.2 °C, above 8.0",
		[ALARM_CLASS_NOT_ARRIVED] = "patient not arrived, Colectomy",
		[ALARM_CLASS_CONFLICT] = "patient not arrived, Colectomy",
		[ALARM_CLASS_NOT_FASTING] = "patient not arrived, Colectomy"};

	for (int i = 0; i < w->twin->alarm_count; i++) {
		struct alarm *a = &w->twin->alarms[i];

		if (words[a->class_])
			format_put(a->text, sizeof a->text, "%s", words[a->class_]);
	}
}

static struct world *world_create(void)
{
	struct world *w = calloc(1, sizeof *w);
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, world_at(7, 0));

	setenv("TZ", WORLD_TZ, 1);
	world_site(w);
	w->twin = twin_create();
	w->learning = learning_create();
	w->changes = changes_create();
	f.site.site = &w->site;
	world_say(w, &f);
	world_day(w);
	world_people_and_things(w);
	twin_advance(w->twin, world_at(10, 42), NULL);
	world_milestone(w, "c-201", MILESTONE_INCISION, SOURCE_RADIO, world_at(9, 19));
	world_words(w);
	world_health(w);
	world_link(w);
	w->names = names_create();
	names_set(w->names, "p-1001", "Martin, Claire");
	names_set(w->names, "p-1002", "Durand, Paul");
	names_set(w->names, "p-2001", "Petit, Anne");
	names_set(w->names, "s-0031", "Leroy, Hugo");
	w->view = (struct view){.twin = w->twin,
		.learning = w->learning,
		.changes = w->changes,
		.health = &w->health,
		.names = w->names,
		.mode = MODE_DEMO,
		.speed = 10,
		.now_ms = world_at(10, 42),
		.mono_ms = 300,
		.user = "test",
		.reveal = "",
		.notice = ""};
	return w;
}

static void world_destroy(struct world *w)
{
	names_destroy(w->names);
	learning_destroy(w->learning);
	changes_destroy(w->changes);
	twin_destroy(w->twin);
	free(w);
}

#endif
