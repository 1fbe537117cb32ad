/* SPDX-License-Identifier: Apache-2.0 */

/* People and things in the emulated suite, and what the gateways hear of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "src/hospital/air.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"

static struct site *site;
static struct day *day;
static int64_t start_ms;

static int load(void **state)
{
	struct error err;
	(void)state;
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	site = site_load("etc/demo/site.cfg", NULL, &err);
	start_ms = stamp_parse("2026-03-16T10:15:00+01:00");
	day = site != NULL ? day_create(site, start_ms, 1, TELLING_PROMPT, NULL, 0) : NULL;
	return day == NULL;
}

static int unload(void **state)
{
	(void)state;
	day_destroy(day);
	site_free(site);
	return 0;
}

/* The bracelet is where the day says its wearer is. */
static void bracelets_follow_the_day(void **state)
{
	(void)state;
	int checked = 0;
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		struct movement *m = movement_create(day);
		struct position p;
		if (c->tag >= 0 && c->at[MILESTONE_PACU_OUT] != 0) {
			assert_false(movement_at(m, c->tag, c->at[MILESTONE_ARRIVED] - 1000, &p));
			assert_true(movement_at(m, c->tag, c->at[MILESTONE_ARRIVED] + 1000, &p));
			assert_int_equal(p.room, c->ward);
			movement_at(m, c->tag, c->at[MILESTONE_IN_HOLDING] + 1000, &p);
			assert_int_equal(site->rooms[p.room].kind, ROOM_HOLDING);
			movement_at(m, c->tag, c->at[MILESTONE_IN_ROOM] + 2000, &p);
			assert_int_equal(p.room, c->room);
			movement_at(m, c->tag, c->at[MILESTONE_OUT_ROOM] - 1000, &p);
			assert_int_equal(p.room, c->room);
			movement_at(m, c->tag, c->at[MILESTONE_PACU_IN] + 1000, &p);
			assert_int_equal(p.room, site->beds[c->bay].room);
			movement_at(m, c->tag, c->back_ms + 1000, &p);
			assert_int_equal(p.room, c->ward);
			checked++;
		}
		movement_destroy(m);
	}
	assert_true(checked > 40);
}

static bool door_between(int a, int b)
{
	for (int i = 0; i < site->door_count; i++)
		if ((site->doors[i].a == a && site->doors[i].b == b)
			|| (site->doors[i].a == b && site->doors[i].b == a))
			return true;
	return a == b;
}

/* Watched each quarter of a second, nobody goes through a wall or jumps. */
static void people_use_doors(void **state)
{
	(void)state;
	struct movement *m = movement_create(day);
	int changes = 0;
	for (int tag = 0; tag < site->tag_count; tag++) {
		struct position before, p;
		if (site->tags[tag].kind != TAG_STAFF)
			continue;
		movement_at(m, tag, start_ms, &before);
		for (int64_t t = start_ms; t < start_ms + 1800000; t += 250) {
			movement_at(m, tag, t, &p);
			assert_true(door_between(before.room, p.room));
			changes += before.room != p.room;
			before = p;
		}
	}
	movement_destroy(m);
	assert_true(changes > 40);
}

/* 10 n log10(d) with n = 2.1, and 5 dB a wall: the emulator's manual constants. */
static void walls_and_distance_cost(void **state)
{
	(void)state;
	int or1 = site_room(site, "or-1"), or2 = site_room(site, "or-2");
	const struct gateway *g = &site->gateways[0];
	assert_int_equal(g->room, or1);
	struct position near = {or1, g->x + 1, g->y}, far = {or1, g->x + 3, g->y};
	double at1 = radio_mean(site, TAG_ASSET, &near, 0);
	assert_true(fabs(at1 - -59) < 0.01);
	assert_true(fabs(radio_mean(site, TAG_ASSET, &far, 0) - (-59 - 21 * log10(3))) < 0.01);
	struct position next = {or2, g->x + 6, g->y};
	assert_true(fabs(radio_mean(site, TAG_ASSET, &next, 0) - (-59 - 21 * log10(6) - 5)) < 0.01);
}

/* Strongest gateway of a second: mostly the own room's, never always. */
static void the_own_room_is_usually_loudest(void **state)
{
	(void)state;
	struct radio *radio = radio_create(site, 1);
	struct movement *m = movement_create(day);
	int right = 0, all = 0, heard_all = 0;
	for (int tag = 0; tag < site->tag_count; tag++)
		for (int k = 0; k < 40; k++) {
			struct position p;
			int8_t rssi[512];
			int64_t t = start_ms + k * 1000;
			if (!movement_at(m, tag, t, &p))
				continue;
			int heard = radio_hear(radio, tag, &p, t, rssi), best = -1;
			for (int g = 0; g < site->gateway_count; g++) {
				assert_in_range(rssi[g] + 95, 0, 95);
				if (rssi[g] != 0 && (best < 0 || rssi[g] > rssi[best]))
					best = g;
			}
			heard_all += heard;
			all += heard > 0;
			right += best >= 0 && site->gateways[best].room == p.room;
		}
	assert_true(all > 5000);
	assert_in_range(right * 100 / all, 55, 97);
	assert_in_range(heard_all * 10 / all, 20, 120);
	movement_destroy(m);
	radio_destroy(radio);
}

/* Above tenfold speed adverts are thinned to about 300 rows a wall second. */
static void fast_days_are_thinned(void **state)
{
	(void)state;
	struct air *air = air_create(day, start_ms);
	bool heard[1024] = {false};
	int bracelets = 0;
	for (int tick = 0; tick < 600; tick++) {
		air_tick(air, start_ms + tick * 3000, 0.05, 60);
		for (int g = 0; g < site->gateway_count; g++) {
			for (int i = 0; i < air->gateways[g].row_count; i++)
				heard[site_tag(site, air->gateways[g].rows[i].mac)] = true;
			air->gateways[g].row_count = 0;
		}
	}
	assert_in_range(air->rows, 6000, 30 * 330);
	for (int i = 0; i < day->case_count; i++)
		bracelets += day->cases[i].tag >= 0 && heard[day->cases[i].tag];
	assert_true(bracelets > 30);
	air_destroy(air);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bracelets_follow_the_day),
		cmocka_unit_test(people_use_doors),
		cmocka_unit_test(walls_and_distance_cost),
		cmocka_unit_test(the_own_room_is_usually_loudest),
		cmocka_unit_test(fast_days_are_thinned),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
