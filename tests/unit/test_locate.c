/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "src/site_file.h"
#include "tests/unit/radio_world.h"

/* The room filter against a radio world that does not know its tables. */

enum { TAGS_SEEN = 64 };
static const int64_t t0 = 1700000000000;

struct heard {
	const struct site *site;
	struct fact last[1024]; /* by tag */
	int count[1024];
	int located, absent, silent, back;
	char gateway[TAG_SIZE];
};

static void listen(void *context, const struct fact *fact)
{
	struct heard *heard = context;
	assert_int_equal(fact->source, SOURCE_RADIO);
	if (fact->kind == FACT_GATEWAY) {
		heard->silent += fact->gateway.silent;
		heard->back += !fact->gateway.silent;
		memcpy(heard->gateway, fact->gateway.gateway, sizeof heard->gateway);
		return;
	}
	assert_int_equal(fact->kind, FACT_LOCATED);
	int tag = site_tag(heard->site, fact->located.tag);
	assert_true(tag >= 0 && tag < 1024);
	heard->last[tag] = *fact;
	heard->count[tag]++;
	heard->located++;
	heard->absent += fact->located.state == LOCATED_ABSENT;
}

struct lab {
	struct site *site;
	struct radio_world world;
	struct locator *locator;
	struct heard heard;
	struct world_tag tags[TAGS_SEEN];
	int tag_count;
	bool dead[64];
	bool mute; /* the broker is away */
	int64_t now_ms;
};

static int setup(void **state)
{
	struct error err = {{0}};
	struct lab *lab = calloc(1, sizeof *lab);
	assert_non_null(lab);
	lab->site = site_load("etc/demo/site.cfg", NULL, &err);
	if (lab->site == NULL)
		fail_msg("%s", err.text);
	/* Its own radio world was never surveyed: by geometry. */
	lab->site->survey.cell_count = 0;
	lab->world = world_make(lab->site, 11);
	lab->locator = locator_create(lab->site);
	assert_non_null(lab->locator);
	lab->heard.site = lab->site;
	lab->now_ms = t0;
	*state = lab;
	return 0;
}

static int teardown(void **state)
{
	struct lab *lab = *state;
	locator_destroy(lab->locator);
	site_free(lab->site);
	free(lab);
	return 0;
}

/* Adds the site's next bracelet to the world; returns it. */
static struct world_tag *add(struct lab *lab, const char *room, int64_t interval_ms)
{
	struct world_tag *tag = &lab->tags[lab->tag_count];
	memcpy(tag->mac, lab->site->tags[lab->tag_count++].mac, sizeof tag->mac);
	tag->interval_ms = interval_ms;
	tag->next_ms = lab->now_ms + 100;
	world_enter(&lab->world, tag, site_room(lab->site, room));
	return tag;
}

static void run(struct lab *lab, int seconds)
{
	for (int64_t end = lab->now_ms + seconds * 1000; lab->now_ms < end;) {
		lab->now_ms += 100;
		for (int i = 0; i < lab->tag_count; i++) {
			struct world_tag *tag = &lab->tags[i];
			if (tag->interval_ms == 0 || lab->now_ms < tag->next_ms)
				continue;
			tag->next_ms = lab->now_ms + tag->interval_ms;
			if (!lab->mute)
				world_advert(
					&lab->world, tag, lab->locator, lab->now_ms, lab->dead);
		}
		if (lab->now_ms % 1000 != 0)
			continue;
		if (!lab->mute)
			world_words(&lab->world, lab->locator, lab->now_ms, lab->dead);
		locator_advance(lab->locator, lab->now_ms, listen, &lab->heard);
	}
}

static const struct fact_located *last(const struct lab *lab, int tag)
{
	return &lab->heard.last[tag].located;
}

static int next_room(struct lab *lab, int room)
{
	int rooms[64], n = 0;
	for (int i = 0; i < lab->site->door_count; i++) {
		const struct door *d = &lab->site->doors[i];
		if (d->b >= 0 && (d->a == room || d->b == room))
			rooms[n++] = d->a == room ? d->b : d->a;
	}
	return n > 0 ? rooms[(int)(world_uniform(&lab->world) * n)] : room;
}

/* Thirty tags walk through doors for half an hour; 10 s after each change of
 * room the filter must be right, and it must not report much more than
 * happens. Thresholds leave a margin under what public data gave the same
 * recipe (0.93 to 0.94 right, marckolak ble-rss-fingerprints, 8 changes seen as
 * 10 to 18); the demo's walls are kinder than that flat. */
static void walks(struct lab *lab, double power_dbm)
{
	static const char *const start[] = {"or-1", "or-4", "pacu", "ward-a", "lobby", "holding"};
	int64_t leave[30], entered[30];
	int right = 0, wrong = 0, other = 0, changes = 0;
	lab->world.power_dbm = power_dbm;
	for (int i = 0; i < 30; i++) {
		add(lab, start[i % 6], 1000);
		leave[i] = t0 + (int64_t)(world_uniform(&lab->world) * 300000);
		entered[i] = t0;
	}
	for (int second = 0; second < 1800; second++) {
		run(lab, 1);
		for (int i = 0; i < 30; i++) {
			int room = lab->tags[i].room;
			if (lab->now_ms - entered[i] > 10000) {
				bool in = last(lab, i)->state == LOCATED_IN
					  && lab->heard.count[i] > 0;
				bool same =
					strcmp(last(lab, i)->room, lab->site->rooms[room].id) == 0;
				right += in && same;
				wrong += in && !same;
				other += !in;
			}
			if (lab->now_ms < leave[i])
				continue;
			world_enter(&lab->world, &lab->tags[i], next_room(lab, room));
			room = lab->tags[i].room;
			bool corridor = lab->site->rooms[room].kind == ROOM_CORRIDOR;
			leave[i] = lab->now_ms + (corridor ? 8000 : 60000)
				   + (int64_t)(world_uniform(&lab->world)
					       * (corridor ? 20000 : 400000));
			entered[i] = lab->now_ms;
			changes++;
		}
	}
	print_message("walks at %g dBm: %d right, %d wrong, %d open; %d facts for %d changes\n",
		power_dbm, right, wrong, other, lab->heard.located, changes);
	assert_true(right > 9 * (wrong + other));
	assert_true(lab->heard.located < 4 * (changes + 30));
}

static void test_walks(void **state)
{
	walks(*state, -55);
}

/* Nobody told the filter how strongly tags send. */
static void test_walks_strong(void **state)
{
	walks(*state, -47);
}

static void test_walks_weak(void **state)
{
	walks(*state, -63);
}

/* A thing that leans on the wall between two rooms does not jump about. */
static void test_still_at_the_wall(void **state)
{
	struct lab *lab = *state;
	struct world_tag *tag = add(lab, "or-2", 1000);
	world_place(&lab->world, tag, tag->room, 7.2, 3.5);
	lab->world.fade_db = 5;
	run(lab, 900);
	assert_true(lab->heard.located >= 1);
	assert_true(lab->heard.located <= 6);
	assert_true(
		strcmp(last(lab, 0)->room, "or-1") == 0 || strcmp(last(lab, 0)->room, "or-2") == 0);
}

static void test_nothing_before_it_is_heard(void **state)
{
	struct lab *lab = *state;
	run(lab, 120);
	assert_int_equal(lab->heard.located, 0);
	assert_int_equal(lab->heard.silent, 0);
	/* each gateway's first word is told, once: it may have been silent before */
	assert_int_equal(lab->heard.back, lab->site->gateway_count);
}

static int gateway_of(const struct lab *lab, const char *room)
{
	for (int i = 0; i < lab->site->gateway_count; i++)
		if (lab->site->gateways[i].room == site_room(lab->site, room))
			return i;
	fail_msg("no gateway in %s", room);
	return -1;
}

/* Only store-2's gateway hears the tag. It dies: one alarm, the tag stays. It
 * comes back: the tag is heard. The tag leaves: absent at last. */
static void test_silent_gateway_freezes(void **state)
{
	struct lab *lab = *state;
	int g = gateway_of(lab, "store-2");
	for (int i = 0; i < lab->site->gateway_count; i++)
		lab->dead[i] = i != g && lab->site->rooms[lab->site->gateways[i].room].floor < 2;
	struct world_tag *tag = add(lab, "store-2", 1000);
	world_place(&lab->world, tag, tag->room, 36, 3.5);
	run(lab, 60);
	assert_int_equal(last(lab, 0)->state, LOCATED_IN);
	assert_string_equal(last(lab, 0)->room, "store-2");
	assert_string_equal(lab->heard.last[0].origin, lab->site->gateways[g].mac);
	int silent = lab->heard.silent, back = lab->heard.back, located = lab->heard.located;
	lab->dead[g] = true;
	run(lab, 600);
	assert_int_equal(lab->heard.silent, silent + 1);
	assert_string_equal(lab->heard.gateway, lab->site->gateways[g].mac);
	assert_int_equal(lab->heard.located, located);
	lab->dead[g] = false;
	tag->interval_ms = 0;
	run(lab, 15);
	assert_int_equal(lab->heard.back, back + 1);
	assert_int_equal(lab->heard.located, located);
	run(lab, 120);
	assert_int_equal(lab->heard.absent, 1);
	assert_string_equal(last(lab, 0)->room, "store-2");
}

/* feeds: time-outs follow each tag's own interval. */
static void test_absence_by_own_interval(void **state)
{
	struct lab *lab = *state;
	lab->world.lost = 0;
	struct world_tag *quick = add(lab, "or-3", 1000);
	add(lab, "or-7", 30000);
	run(lab, 300);
	assert_int_equal(lab->heard.absent, 0);
	assert_string_equal(last(lab, 1)->room, "or-7");
	quick->interval_ms = lab->tags[1].interval_ms = 0;
	run(lab, 15);
	assert_int_equal(lab->heard.absent, 0);
	run(lab, 45);
	assert_int_equal(last(lab, 0)->state, LOCATED_ABSENT);
	assert_string_equal(last(lab, 0)->room, "or-3");
	assert_int_equal(last(lab, 1)->state, LOCATED_IN);
	run(lab, 180);
	assert_int_equal(last(lab, 1)->state, LOCATED_ABSENT);
	quick->interval_ms = 1000;
	world_enter(&lab->world, quick, site_room(lab->site, "pacu"));
	run(lab, 15);
	assert_int_equal(last(lab, 0)->state, LOCATED_IN);
	assert_string_equal(last(lab, 0)->room, "pacu");
}

/* All silent is the broker: no gateway is blamed, nobody is absent. */
static void test_broker_away(void **state)
{
	struct lab *lab = *state;
	add(lab, "pacu", 1000);
	run(lab, 60);
	int located = lab->heard.located;
	lab->mute = true;
	run(lab, 900);
	lab->mute = false;
	run(lab, 29);
	assert_int_equal(lab->heard.silent, 0);
	assert_int_equal(lab->heard.absent, 0);
	assert_true(lab->heard.located <= located + 1);
}

/* A gateway that never spoke is reported once others have for a while. */
static void test_gateway_never_heard(void **state)
{
	struct lab *lab = *state;
	lab->dead[4] = true;
	run(lab, 25);
	assert_int_equal(lab->heard.silent, 0);
	run(lab, 60);
	assert_int_equal(lab->heard.silent, 1);
	assert_string_equal(lab->heard.gateway, lab->site->gateways[4].mac);
}

static void sight(struct lab *lab, const char *tag, int gateway, int rssi, int64_t device_ms)
{
	struct sighting s = {.rssi_dbm = rssi, .received_ms = lab->now_ms, .device_ms = device_ms};
	snprintf(s.tag, sizeof s.tag, "%s", tag);
	memcpy(s.gateway, lab->site->gateways[gateway].mac, sizeof s.gateway);
	locator_sight(lab->locator, &s);
}

/* A gateway replays its buffer of ten minutes ago: it moves nobody. */
static void test_late_rows(void **state)
{
	struct lab *lab = *state;
	const char *tag = lab->site->tags[0].mac;
	int here = gateway_of(lab, "or-1"), there = gateway_of(lab, "ward-b");
	for (int i = 0; i < 30; i++) {
		run(lab, 1);
		sight(lab, tag, here, -60, lab->now_ms);
		/* this gateway's clock is an hour slow: that alone is not late */
		sight(lab, lab->site->tags[1].mac, there, -60, lab->now_ms - 3600000);
	}
	run(lab, 1);
	assert_string_equal(last(lab, 0)->room, "or-1");
	assert_string_equal(last(lab, 1)->room, "ward-b");
	assert_int_equal(locator_counts(lab->locator).late, 0);
	int located = lab->heard.located;
	for (int i = 0; i < 60; i++) {
		run(lab, 1);
		for (int k = 0; k < 10; k++)
			sight(lab, tag, there, -50, lab->now_ms - 4200000 + (i * 10 + k) * 900);
	}
	assert_int_equal(locator_counts(lab->locator).late, 600);
	assert_int_equal(lab->heard.last[0].located.state, LOCATED_ABSENT);
	assert_true(lab->heard.located <= located + 2);
}

/* A gateway whose clock was set back an hour is believed again soon. */
static void test_clock_set_back(void **state)
{
	struct lab *lab = *state;
	const char *tag = lab->site->tags[0].mac;
	int g = gateway_of(lab, "or-1");
	for (int i = 0; i < 120; i++) {
		run(lab, 1);
		sight(lab, tag, g, -60, lab->now_ms - (i < 60 ? 0 : 3600000));
	}
	uint64_t late = locator_counts(lab->locator).late;
	assert_in_range(late, 15, 25);
	assert_int_equal(last(lab, 0)->state, LOCATED_IN);
}

static void test_counts_and_strangers(void **state)
{
	struct lab *lab = *state;
	struct sighting s = {"FFFFFFFFFFFF", "AC233FC00001", -60, t0, 0};
	locator_sight(lab->locator, &s);
	memcpy(s.gateway, "ABCDEFABCDEF", TAG_SIZE);
	locator_sight(lab->locator, &s);
	memcpy(s.tag, lab->site->tags[0].mac, TAG_SIZE);
	locator_sight(lab->locator, &s);
	struct locator_counts counts = locator_counts(lab->locator);
	assert_int_equal(counts.sightings, 3);
	assert_int_equal(counts.unknown_tag, 2);
	assert_int_equal(counts.unknown_gateway, 2);
	run(lab, 5);
	assert_int_equal(lab->heard.located, 0);
}

/* A sensor fixed to a room is told where the site has it, once. */
static void test_fixed_sensor(void **state)
{
	struct lab *lab = *state;
	int tag = 0;
	while (lab->site->tags[tag].kind != TAG_SENSOR)
		tag++;
	for (int i = 0; i < 60; i++) {
		run(lab, 1);
		sight(lab, lab->site->tags[tag].mac, gateway_of(lab, "ward-b"), -80, 0);
	}
	assert_int_equal(lab->heard.located, 1);
	assert_string_equal(last(lab, tag)->room, lab->site->rooms[lab->site->tags[tag].room].id);
}

/* Another version of the site takes over; the one before it is let go. */
static void take_over(struct lab *lab, const struct site *site)
{
	struct locator *next = locator_create(site);
	assert_non_null(next);
	locator_carry(next, lab->locator);
	locator_destroy(lab->locator);
	lab->locator = next;
}

static struct site *edited(void)
{
	struct error err = {{0}};
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	assert_non_null(site);
	site->survey.cell_count = 0;
	return site;
}

/* The site's file was edited: first tags and gateways stand in another order,
 * then a room has another name. What was heard and said goes on; what has
 * another name is told by it. */
static void test_another_version_of_the_site(void **state)
{
	struct lab *lab = *state;
	struct site *turned = edited(), *renamed = edited();
	struct tag tag = turned->tags[0];
	struct gateway ear = turned->gateways[0];
	turned->tags[0] = turned->tags[5];
	turned->tags[5] = tag;
	turned->gateways[0] = turned->gateways[3];
	turned->gateways[3] = ear;
	struct room *room = &renamed->rooms[site_room(renamed, "or-2")];
	snprintf(room->id, ID_SIZE, "or-22");
	snprintf(room->fhir, ID_SIZE, "or-22"); /* else it would be known by that */
	add(lab, "or-2", 1000);
	add(lab, "pacu", 1000);
	run(lab, 60);
	assert_string_equal(last(lab, 0)->room, "or-2");
	assert_string_equal(last(lab, 1)->room, "pacu");
	int silent = lab->heard.silent, back = lab->heard.back;
	int told[2] = {lab->heard.count[0], lab->heard.count[1]};
	take_over(lab, turned);
	run(lab, 4); /* not long enough to refine how sure it is */
	assert_int_equal(lab->heard.count[0], told[0]);
	assert_int_equal(lab->heard.count[1], told[1]);
	take_over(lab, renamed);
	run(lab, 10);
	assert_int_equal(last(lab, 0)->state, LOCATED_IN);
	assert_string_equal(last(lab, 0)->room, "or-22");
	assert_int_equal(lab->heard.count[1], told[1]);
	assert_int_equal(lab->heard.silent, silent);
	assert_int_equal(lab->heard.back, back);
	take_over(lab, lab->site); /* nobody looks at the others any more */
	site_free(turned);
	site_free(renamed);
}

#define LAB_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_walks),
		LAB_TEST(test_walks_strong),
		LAB_TEST(test_walks_weak),
		LAB_TEST(test_still_at_the_wall),
		LAB_TEST(test_nothing_before_it_is_heard),
		LAB_TEST(test_silent_gateway_freezes),
		LAB_TEST(test_absence_by_own_interval),
		LAB_TEST(test_broker_away),
		LAB_TEST(test_gateway_never_heard),
		LAB_TEST(test_late_rows),
		LAB_TEST(test_clock_set_back),
		LAB_TEST(test_counts_and_strangers),
		LAB_TEST(test_fixed_sensor),
		LAB_TEST(test_another_version_of_the_site),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
