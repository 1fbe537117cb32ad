/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/locate.h"
#include "twin/locate_doubt.h"
#include "twin/locate_ear.h"
#include "twin/locate_learn.h"
#include "twin/locate_map.h"
#include "twin/locate_track.h"

/*
 * The filter's arithmetic, computed beside it by hand: two rooms with a door,
 * one gateway in each, surveyed. A stands for room 0 with gateway 0.
 */

enum { A, B, OUTSIDE };

/* cmocka compares floats only. */
static void assert_near(double is, double should, double within)
{
	if (!(fabs(is - should) <= within))
		fail_msg("%.12g should be %.12g", is, should);
}

struct small {
	struct site site;
	struct floor floor;
	struct room rooms[2];
	struct door door;
	struct gateway gateways[2];
	struct tag tag;
	struct radio_cell cells[2];
	struct radio_level levels[4];
};

static void make(struct small *s)
{
	memset(s, 0, sizeof *s);
	for (int i = 0; i < 2; i++) {
		snprintf(s->rooms[i].id, ID_SIZE, "%c", 'a' + i);
		s->rooms[i].kind = ROOM_OTHER;
		snprintf(s->gateways[i].mac, TAG_SIZE, "AC233FC0000%c", (char)(48 + i));
		s->gateways[i].room = i;
		s->gateways[i].x = i * 40; /* far apart */
		s->cells[i] = (struct radio_cell){i, 100};
	}
	snprintf(s->tag.mac, TAG_SIZE, "C30000000001");
	snprintf(s->tag.name, LABEL_SIZE, "pump 1");
	s->tag.kind = TAG_STAFF;
	s->tag.room = -1;
	s->door = (struct door){A, B};
	/* own gateway: -50, 4 dB, 90 %; the other one: -80, 8 dB, 50 % */
	s->levels[0] = s->levels[3] = (struct radio_level){-50, 4, 0.9F};
	s->levels[1] = s->levels[2] = (struct radio_level){-80, 8, 0.5F};
	s->site = (struct site){.floors = &s->floor,
		.floor_count = 1,
		.rooms = s->rooms,
		.room_count = 2,
		.doors = &s->door,
		.door_count = 1,
		.gateways = s->gateways,
		.gateway_count = 2,
		.tags = &s->tag,
		.tag_count = 1,
		.survey = {s->cells, 2, s->levels, 0},
		.gateway_silence_s = 30};
}

/* Two rooms and the outside, each a third to begin with; the door is taken with
 * 0.03 a second both ways (they weigh the same); one in 100,000 jumps anywhere. */
static void test_walk_of_a_second(void **state)
{
	struct small s;
	(void)state;
	make(&s);
	struct locate_map *map = locate_map_create(&s.site);
	assert_non_null(map);
	assert_int_equal(map->state_count, 3);
	double from[3] = {0.7, 0.2, 0.1}, to[3];
	assert_near(map->prior[A], 1.0 / 3, 1e-12);
	locate_map_walk(map, 1, 1, from, to);
	/* A: (0.7 - 0.7 * 0.03 + 0.2 * 0.03) * 0.99999 + 0.00001 / 3 */
	assert_near(to[A], 0.685 * 0.99999 + 1e-5 / 3, 1e-12);
	assert_near(to[B], 0.215 * 0.99999 + 1e-5 / 3, 1e-12);
	assert_near(to[OUTSIDE], 0.1 * 0.99999 + 1e-5 / 3, 1e-12);
	/* Half a second at half the haste: a quarter of the doors. */
	locate_map_walk(map, 0.5, 0.5, from, to);
	assert_near(to[A], (0.7 - 0.5 * 0.0075) * 0.999995 + 5e-6 / 3, 1e-12);
	locate_map_destroy(map);
}

/* log(1 - h) with the odds of h scaled by e^(offset / 4 dB), capped at 19 to 1. */
static void test_silence_table(void **state)
{
	struct small s;
	(void)state;
	make(&s);
	struct locate_map *map = locate_map_create(&s.site);
	int zero = -OFFSET_LEAST_DB / OFFSET_STEP_DB, table = 2 * 3;
	/* gateway 1 in room A: heard by half, odds 1 */
	assert_near((double)map->unheard[zero * table + 3 + A], log(0.5), 1e-6);
	assert_near((double)map->unheard[(zero + 1) * table + 3 + A], -log(1 + exp(1)), 1e-6);
	/* gateway 0 in room A at +24 dB: 9 e^6 is more than 19 */
	assert_near((double)map->unheard[12 * table + A], -log(20), 1e-6);
	locate_map_destroy(map);
}

static struct scene scene_of(const struct small *s, const struct locate_map *map, bool *alive,
	double *silence, double *work, double *rooms)
{
	alive[0] = alive[1] = true;
	memset(silence, 0, sizeof *silence * 3 * OFFSET_STEPS);
	for (int k = 0; k < OFFSET_STEPS; k++)
		for (int g = 0; g < 2; g++)
			for (int state = 0; state < 3; state++)
				silence[k * 3 + state] +=
					(double)map->unheard[k * 6 + g * 3 + state];
	return (struct scene){.map = map,
		.site = &s->site,
		.alive = alive,
		.silence = silence,
		.work = work,
		.rooms = rooms,
		.shown = rooms + 3,
		.now_ms = 1000000,
		.window_ms = 1000,
		.pace_ms = 250};
}

/*
 * One step of the forward algorithm. Gateway 0 hears -54, gateway 1 nothing.
 * For room r the offset o minimises ((-54 - m) - o)^2 / d^2 + o^2 / 25:
 *   A: m -50 d 4: o = -4 / 16 / (1/16 + 1/25) = -2.43902
 *   B: m -80 d 8: o = 26 / 64 / (1/64 + 1/25) =  7.30337
 * A: z = -1.56098 / 4, -(z^2 + o^2 / 25) / 2 + log 0.9 - log 4 + log(1 - 0.5)
 * B: z = 18.69663 / 8, -(z^2 + o^2 / 25) / 2 + log 0.5 - log 8 - log(1 + 9 e^2) capped
 * (silence is tabled for the nearest offset: -4 and +8 dB; 1.1 times each).
 */
static void test_forward_step(void **state)
{
	struct small s;
	bool alive[2];
	double silence[3 * OFFSET_STEPS], work[9], rooms[6], belief[3] = {0};
	struct track track = {0};
	struct levels levels;
	(void)state;
	make(&s);
	struct locate_map *map = locate_map_create(&s.site);
	struct scene scene = scene_of(&s, map, alive, silence, work, rooms);
	track_init(&track, &s.tag);
	track.belief = belief;
	track_sample(&track, 0, -54, 1000000);
	bool told = track_step(&track, &scene, &levels);
	double oa = -0.25 / (1.0 / 16 + 1.0 / 25), ob = 26.0 / 64 / (1.0 / 64 + 1.0 / 25);
	double za = (-4 - oa) / 4, zb = (26 - ob) / 8;
	/* silence of gateway 1: in A odds 1 at -4 dB, in B odds 9 at +8 dB */
	double la = -0.5 * (za * za + oa * oa / 25) + log(0.9) - log(4) - log(1 + exp(-1));
	double lb = -0.5 * (zb * zb + ob * ob / 25) + log(0.5) - log(8) - log(1 + 19);
	assert_near(oa, -2.43902, 1e-5);
	assert_near(ob, 7.30337, 1e-5);
	assert_near(log(belief[A] / belief[B]), 1.1 * (la - lb), 1e-5);
	assert_near(belief[A] + belief[B] + belief[OUTSIDE], 1, 1e-12);
	/* over 0.8: told at once */
	assert_true(belief[A] > 0.8 && told);
	assert_int_equal(track.state, LOCATED_IN);
	assert_int_equal(track.room, A);
	assert_near(track.confidence, rooms[A], 1e-12);
	locate_map_destroy(map);
}

/* b^certainty, normalised: 0.8 and 0.2 with 0.5 are 2 to 1. */
static void test_certainty_is_told(void **state)
{
	struct small s;
	bool alive[2];
	double silence[3 * OFFSET_STEPS], work[9], rooms[6], belief[3] = {0};
	struct track track = {0};
	struct levels levels;
	(void)state;
	make(&s);
	s.site.survey.certainty = 0.5;
	struct locate_map *map = locate_map_create(&s.site);
	struct scene scene = scene_of(&s, map, alive, silence, work, rooms);
	track_init(&track, &s.tag);
	track.belief = belief;
	track_sample(&track, 0, -54, 1000000);
	track_step(&track, &scene, &levels);
	double sum = sqrt(rooms[A]) + sqrt(rooms[B]) + sqrt(rooms[OUTSIDE]);
	assert_near(rooms[3 + A], sqrt(rooms[A]) / sum, 1e-12);
	assert_near(track.confidence, rooms[3 + A], 1e-12);
	locate_map_destroy(map);
}

/* Three rows of one room and two of the other: means, shares, deviations. */
static void test_learning_by_hand(void **state)
{
	static const int rooms[] = {0, 1, 0, 0, 1};
	static const float levels[] = {
		-50, -80, -70, -60, -52, LESSON_UNHEARD, -54, LESSON_UNHEARD, -72, -62};
	struct lesson lesson = {2, 3, 5, rooms, levels, NULL};
	struct survey survey = {0};
	(void)state;
	assert_true(locate_learn(&lesson, &survey));
	assert_int_equal(survey.cell_count, 2);
	assert_int_equal(survey.cells[0].rows, 3);
	assert_int_equal(survey.cells[1].room, 1);
	/* -50 -52 -54: mean -52, variance 8/3 beside ten rows of 7 dB, and 4 dB drift */
	assert_near((double)survey.levels[0].mean_dbm, -52, 1e-4);
	assert_near((double)survey.levels[0].deviation_db, sqrt((8.0 / 3 * 3 + 49 * 10) / 13 + 16),
		1e-4);
	assert_near((double)survey.levels[0].heard, 0.95, 1e-6); /* 3.1 / 3.2, capped */
	/* heard once of three: (1 + 0.1) / (3 + 0.2) */
	assert_near((double)survey.levels[1].heard, 1.1 / 3.2, 1e-6);
	assert_near((double)survey.levels[1].mean_dbm, -80, 1e-4);
	free(survey.cells);
	free(survey.levels);
}

struct told {
	int conditions, located;
	struct fact last;
};

static void listen(void *context, const struct fact *fact)
{
	struct told *told = context;
	told->located += fact->kind == FACT_LOCATED;
	if (fact->kind == FACT_CONDITION) {
		told->conditions++;
		told->last = *fact;
	}
}

static void second(
	struct small *s, struct locator *l, int64_t now, int first, int other, struct told *told)
{
	int rssi[2] = {first, other};
	for (int g = 0; g < 2; g++) {
		struct sighting sighting = {.rssi_dbm = rssi[g], .received_ms = now};
		locator_gateway(l, s->gateways[g].mac, now);
		memcpy(sighting.tag, s->tag.mac, TAG_SIZE);
		memcpy(sighting.gateway, s->gateways[g].mac, TAG_SIZE);
		if (rssi[g] != 0)
			locator_sight(l, &sighting);
	}
	locator_advance(l, now, listen, told);
}

/* One address, loud at two gateways 40 m apart: named once, moved never. */
static void test_two_places(void **state)
{
	struct small s;
	struct told told = {0};
	int64_t now = 1700000000000;
	(void)state;
	make(&s);
	struct locator *l = locator_create(&s.site);
	for (int i = 0; i < 10; i++)
		second(&s, l, now += 1000, -50, -80, &told);
	assert_int_equal(told.located, 1);
	for (int i = 0; i < 20; i++)
		second(&s, l, now += 1000, -52, -51, &told);
	assert_int_equal(told.located, 1);
	assert_int_equal(told.conditions, 1);
	assert_true(told.last.condition.active);
	assert_string_equal(told.last.condition.key, "two-places:C30000000001");
	assert_string_equal(told.last.condition.text, "pump 1 is heard in two places at once");
	for (int i = 0; i < 40; i++)
		second(&s, l, now += 1000, -50, -80, &told);
	assert_int_equal(told.conditions, 2);
	assert_false(told.last.condition.active);
	locator_destroy(l);
}

/* +20 dBm and -127 are no measurements: counted, and nobody is anywhere. */
static void test_levels_of_no_radio(void **state)
{
	struct small s;
	struct told told = {0};
	int64_t now = 1700000000000;
	(void)state;
	make(&s);
	struct locator *l = locator_create(&s.site);
	for (int i = 0; i < 30; i++)
		second(&s, l, now += 1000, 20, -127, &told);
	assert_int_equal(told.located, 0);
	assert_int_equal(locator_counts(l).bad_level, 60);
	locator_destroy(l);
}

/* Gateways whose clocks say 1970 and 2038: the tag is where it is heard. */
static void test_device_clocks(void **state)
{
	struct small s;
	struct told told = {0};
	int64_t now = 1700000000000;
	(void)state;
	make(&s);
	struct locator *l = locator_create(&s.site);
	for (int i = 0; i < 60; i++) {
		now += 1000;
		for (int g = 0; g < 2; g++) {
			struct sighting sighting = {.rssi_dbm = g == 0 ? -50 : -80,
				.received_ms = now,
				.device_ms = g == 0 ? 1000 + i * 1000 : 2147483647000 + i * 1000};
			memcpy(sighting.tag, s.tag.mac, TAG_SIZE);
			memcpy(sighting.gateway, s.gateways[g].mac, TAG_SIZE);
			locator_sight(l, &sighting);
		}
		locator_advance(l, now, listen, &told);
	}
	assert_int_equal(locator_counts(l).late, 0);
	assert_true(told.located >= 1);
	locator_destroy(l);
}

/* 20 dB off by everybody else's word for two hours; good again, and cleared. */
static void test_gateway_grades(void **state)
{
	struct grade g = {.residual_db = -20.0 * 1000, .heard = 1000};
	(void)state;
	assert_false(doubt_hour(&g, true)); /* one hour may be a trolley */
	g = (struct grade){
		.residual_db = -20.0 * 1000, .heard = 1000, .moved_hours = g.moved_hours};
	assert_true(doubt_hour(&g, true));
	assert_true(g.moved_told && !g.deaf_told);
	g.residual_db = -2.0 * 1000;
	g.heard = 1000;
	assert_true(doubt_hour(&g, true));
	assert_false(g.moved_told);
	/* 30 of 1000 adverts it should have heard, twice */
	for (int hour = 0; hour < 2; hour++) {
		g.expected = 1000;
		g.missed = 970;
		assert_int_equal(doubt_hour(&g, true), hour == 1);
	}
	assert_true(g.deaf_told);
	/* too few to judge: what was said stands */
	g.expected = 10;
	g.missed = 0;
	assert_false(doubt_hour(&g, true));
	assert_true(g.deaf_told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk_of_a_second),
		cmocka_unit_test(test_silence_table),
		cmocka_unit_test(test_forward_step),
		cmocka_unit_test(test_certainty_is_told),
		cmocka_unit_test(test_learning_by_hand),
		cmocka_unit_test(test_two_places),
		cmocka_unit_test(test_levels_of_no_radio),
		cmocka_unit_test(test_device_clocks),
		cmocka_unit_test(test_gateway_grades),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
