/* SPDX-License-Identifier: Apache-2.0 */
/* One thing at a time that can happen to stations that share. What must hold is said in
 * share.h and vigie-cluster(7): whatever happened, all stations stand alike once they
 * hear each other again, and no word of anybody is lost. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/share_world.h"

static void say_left(struct place *p, double left_min)
{
	struct fact f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, 0);
	text_copy(f.origin, sizeof f.origin, "anna");
	text_copy(f.estimate.id, ID_SIZE, "c-0");
	f.estimate.left_min = left_min;
	f.estimate.when_ms = on_now(p);
	act_of(p, &f);
}

static double left_at(const struct place *p)
{
	return p->twin->cases[0].estimate_min;
}

static enum share_stage stage_of(const struct place *p)
{
	int i = (p->stations.act_next - 1 + STATION_ACTS) % STATION_ACTS;
	return p->stations.act_count > 0 ? p->stations.acts[i].stage : SHARE_NONE;
}

static void test_an_act_goes_its_way(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1];
	(void)state;
	world_begin(1);
	link_all();
	run(3);
	say_left(a, 40);
	assert_int_equal(stage_of(a), SHARE_LOCAL);
	run(0.05);
	assert_int_equal(stage_of(a), SHARE_ECHOED);
	assert_true(left_at(b) == 40);
	run(0.2);
	assert_int_equal(stage_of(a), SHARE_SEEN);
	assert_int_equal(stations_stage(&a->stations, "estimate:c-0", ALARM_ACKNOWLEDGE),
		SHARE_NONE); /* that is asked of alarms */
	assert_int_equal(a->stations.count, 2);
	assert_true(a->stations.list[0].here);
	assert_string_equal(a->stations.list[0].user, "u");
	run(5);
	assert_all_alike();
	world_end();
}

static void test_nothing_before_the_journal_has_it(void **state)
{
	struct place *a = &world.places[0];
	struct fact f = fact_make(FACT_RESOURCE, SOURCE_PERSON, 0);
	(void)state;
	world_begin(1);
	link_all();
	run(5);
	text_copy(f.resource.id, ID_SIZE, "porter");
	f.resource.units = 1;
	f.by.role = PERSON_COORDINATOR;
	share_sign(a->share, &f);
	fold(a, &f);
	run(5);
	assert_int_equal(world.places[1].twin->resource_count, 0);
	assert_int_equal(stage_of(a), SHARE_NONE);
	assert_false(share_link_is_bad(a->share)); /* the disk is at fault, not the link */
	share_committed(a->share, f.seq);
	run(1);
	assert_int_equal(world.places[1].twin->resource_count, 1);
	world_end();
}

static void lock(struct place *p, bool locked)
{
	struct fact f = fact_make(FACT_LOCK, SOURCE_PERSON, 0);
	text_copy(f.origin, sizeof f.origin, "anna");
	text_copy(f.lock.id, ID_SIZE, "c-0");
	f.lock.locked = locked;
	f.by.role = PERSON_COORDINATOR;
	act_of(p, &f);
}

/* What one station locks no other one moves; the later word counts, also when the two
 * were said apart. */
static void test_a_lock_is_everybodys(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1];
	(void)state;
	world_begin(2);
	link_all();
	run(5);
	lock(a, true);
	run(1);
	assert_true(b->twin->cases[0].locked);
	cut(a);
	run(7);
	lock(a, true);
	run(1);
	lock(b, false);
	run(1);
	link_up(a);
	run(5);
	assert_false(a->twin->cases[0].locked || b->twin->cases[0].locked);
	assert_all_alike();
	world_end();
}

static void triage(struct place *p, int class)
{
	struct fact f = fact_make(FACT_NEST, SOURCE_PERSON, 0);
	text_copy(f.origin, sizeof f.origin, "anna");
	text_copy(f.nest.id, ID_SIZE, "c-0");
	f.nest.class = class;
	f.by.role = PERSON_COORDINATOR;
	act_of(p, &f);
}

/* How urgent an emergency is holds everywhere; the later word counts. */
static void test_a_class_is_everybodys(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1];
	(void)state;
	world_begin(2);
	link_all();
	run(5);
	triage(a, 3);
	run(1);
	assert_int_equal(b->twin->cases[0].nest, 3);
	cut(a);
	run(7);
	triage(a, 2);
	run(1);
	triage(b, 1);
	run(1);
	link_up(a);
	run(5);
	assert_int_equal(a->twin->cases[0].nest, 1);
	assert_int_equal(b->twin->cases[0].nest, 1);
	assert_all_alike();
	world_end();
}

static void test_an_act_made_offline_arrives(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1];
	(void)state;
	world_begin(2);
	link_all();
	run(5);
	cut(a);
	run(7);
	assert_false(b->stations.list[0].here);
	say_left(a, 25);
	run(1);
	assert_false(share_link_is_bad(a->share));
	run(3); /* two seconds, and it is told each second */
	assert_true(share_link_is_bad(a->share));
	assert_int_equal(a->stations.waiting, 1);
	say_left(b, 30); /* later, by the clock */
	link_up(a);
	run(5);
	assert_false(share_link_is_bad(a->share));
	assert_true(left_at(a) == 30 && left_at(b) == 30);
	assert_int_equal(b->stations.older, 0);
	assert_int_equal(b->twin->older, 1); /* heard, folded, and overtaken */
	assert_all_alike();
	world_end();
}

/* The broker comes back empty: everybody says again what is theirs, and the same
 * words stand there as before. */
static int by_topic(const void *a, const void *b)
{
	return strcmp(((const struct letter *)a)->topic, ((const struct letter *)b)->topic);
}

static char *retained_text(void)
{
	size_t size = 1 << 20;
	char *out = calloc(1, size);
	qsort(world.retained, (size_t)world.retained_count, sizeof *world.retained, by_topic);
	for (int i = 0; i < world.retained_count; i++)
		add(out, size, "%s %s\n", world.retained[i].topic, world.retained[i].text);
	return out;
}

static void test_a_broker_that_forgets(void **state)
{
	(void)state;
	world_begin(3);
	link_all();
	for (int i = 0; i < 40; i++) {
		random_act(&world.places[i % STATIONS]);
		run(0.2);
	}
	run(5);
	char *before = retained_text();
	for (int i = 0; i < STATIONS; i++)
		cut(&world.places[i]);
	forget_all();
	run(2);
	link_all();
	run(20);
	char *after = retained_text();
	assert_string_equal(after, before);
	assert_true(strlen(before) > 10000);
	assert_all_alike();
	free(before);
	free(after);
	world_end();
}

static void test_a_truncated_set_is_noticed(void **state)
{
	struct place *c = &world.places[2];
	(void)state;
	world_begin(4);
	link_up(&world.places[0]);
	link_up(&world.places[1]);
	for (int i = 0; i < 60; i++)
		random_act(&world.places[i % 2]);
	run(5);
	world.truncate = 6;
	link_up(c);
	run(1);
	assert_true(c->stations.received < 40);
	run(3);
	int missing = 0;
	for (int i = 0; i < c->stations.count; i++)
		missing += c->stations.list[i].missing;
	assert_true(missing > 10);
	run(10);
	assert_all_alike();
	world_end();
}

/* Who is away cannot say it again when the broker has forgotten; we can. */
static void test_hearsay(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1], *c = &world.places[2];
	int via = 0;
	(void)state;
	world_begin(5);
	link_up(a);
	link_up(b);
	run(3);
	say_left(a, 35);
	run(3);
	die(a);
	cut(b);
	forget_all();
	run(60);
	link_up(b);
	link_up(c);
	run(5);
	assert_true(left_at(c) < 0); /* those who live come first */
	run(15);
	assert_true(left_at(c) == 35);
	for (int i = 0; i < world.retained_count; i++)
		via += strstr(world.retained[i].topic, "/via/") != NULL;
	assert_true(via >= 1);
	open_place(a); /* from its journal */
	link_up(a);
	run(15);
	for (int i = 0; i < world.retained_count; i++)
		assert_null(strstr(world.retained[i].topic, "/via/"));
	assert_all_alike();
	world_end();
}

static int64_t away_at(const struct place *p, const char *station)
{
	for (int i = 0; i < p->twin->station_count; i++)
		if (strcmp(p->twin->stations[i], station) == 0)
			return p->twin->away_ms[i];
	fail_msg("%s has never heard of %s", p->id, station);
	return -1;
}

/* Half an hour without a station, on a link that stood all the time, and the twin is
 * told; when it beats again, too. */
static void test_away_for_long(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1];
	struct fact press = fact_make(FACT_PRESS, SOURCE_RADIO, 0);
	(void)state;
	world_begin(8);
	text_copy(press.press.tag, sizeof press.press.tag, "C300007B5701");
	press.source_ms = world.now;
	link_up(a);
	link_up(b);
	run(3);
	fold(a, &press);
	run(3);
	int64_t gone = world.now;
	die(a);
	run(20 * 60);
	assert_true(away_at(b, a->id) == 0);
	cut(b); /* what we could not have heard does not count */
	run(20 * 60);
	link_up(b);
	run(29 * 60);
	assert_true(away_at(b, a->id) == 0);
	assert_false(b->twin->alarms[0].unknown);
	run(2 * 60);
	assert_in_range(away_at(b, a->id), gone, gone + 1000);
	assert_true(b->twin->alarms[0].unknown);
	die(b); /* a restart knows it still, and the other is still away */
	open_place(b);
	link_up(b);
	run(10);
	assert_in_range(away_at(b, a->id), gone, gone + 1000);
	open_place(a);
	link_up(a);
	run(10);
	assert_true(away_at(b, a->id) == 0);
	assert_false(b->twin->alarms[0].unknown);
	world_end();
}

/* A journal is lost; what its station had said is still at the broker. */
static void test_an_earlier_life(void **state)
{
	struct place *a = &world.places[0];
	(void)state;
	world_begin(6);
	link_all();
	run(3);
	say_left(a, 35);
	run(3);
	die(a);
	a->journal_count = 0;
	open_place(a);
	assert_true(left_at(a) < 0);
	link_up(a);
	run(5);
	assert_true(left_at(a) == 35);
	say_left(a, 20);
	run(5);
	assert_true(left_at(&world.places[2]) == 20);
	assert_all_alike();
	world_end();
}

static void say_order(struct place *p, enum order_state state, const char *plan)
{
	enum source source = state == ORDER_APPROVED ? SOURCE_PERSON : SOURCE_SYSTEM;
	struct fact f = fact_make(FACT_ORDER, source, 0);
	text_copy(f.origin, sizeof f.origin, "anna");
	text_copy(f.order.plan, ID_SIZE, plan);
	f.order.step = 0;
	f.order.steps = 1;
	f.order.state = state;
	act_of(p, &f);
}

static int orders_heard(const struct place *p, enum order_state state)
{
	int n = 0;
	for (int i = 0; i < p->journal_count; i++)
		n += p->journal[i].kind == FACT_ORDER && p->journal[i].order.state == state;
	return n;
}

/* Orders and promises go to everybody. That something may be sent to the hospital no
 * broker tells the station whose journal lost it: that it was sent, one does. */
static void test_orders_of_an_earlier_life(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1];
	struct fact f = fact_make(FACT_PROMISE, SOURCE_SYSTEM, 0);
	(void)state;
	world_begin(8);
	link_all();
	run(3);
	say_order(a, ORDER_APPROVED, "aaaaaaaaaaaaaaaa");
	say_order(a, ORDER_APPROVED, "bbbbbbbbbbbbbbbb");
	say_order(a, ORDER_SENT, "bbbbbbbbbbbbbbbb");
	text_copy(f.promise.plan, ID_SIZE, "aaaaaaaaaaaaaaaa");
	f.promise.what = PROMISED_OVERTIME;
	act_of(a, &f);
	run(3);
	assert_true(orders_heard(b, ORDER_APPROVED) >= 1);
	assert_int_equal(orders_heard(b, ORDER_SENT), 1);
	assert_int_equal(b->journal[b->journal_count - 1].kind, FACT_PROMISE);
	die(a);
	a->journal_count = 0;
	open_place(a);
	link_up(a);
	run(5);
	assert_int_equal(orders_heard(a, ORDER_APPROVED), 0);
	assert_int_equal(orders_heard(a, ORDER_SENT), 1);
	world_end();
}

/* A word about a case that only the others know yet waits for it. */
static void test_a_case_not_heard_of_yet(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1];
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
	(void)state;
	world_begin(7);
	link_all();
	run(3);
	text_copy(f.surgery.id, ID_SIZE, "c-late");
	f.surgery.start_ms = world.now;
	fold(a, &f);
	struct fact e = fact_make(FACT_ESTIMATE, SOURCE_PERSON, 0);
	text_copy(e.estimate.id, ID_SIZE, "c-late");
	e.estimate.left_min = 12;
	e.estimate.when_ms = world.now;
	act_of(a, &e);
	run(5);
	assert_int_equal(twin_case(b->twin, "c-late"), -1);
	fold(b, &f);
	run(2);
	assert_true(b->twin->cases[twin_case(b->twin, "c-late")].estimate_min == 12);
	world_end();
}

static void test_what_is_over_is_taken_back(void **state)
{
	struct place *a = &world.places[0];
	int facts = 0;
	(void)state;
	world_begin(8);
	link_all();
	struct fact f = fact_make(FACT_RESOURCE, SOURCE_PERSON, 0);
	text_copy(f.resource.id, ID_SIZE, "porter");
	f.resource.units = -1; /* as the site says: of no further interest */
	act_of(a, &f);
	text_copy(f.resource.id, ID_SIZE, "pacu");
	f.resource.units = 4;
	act_of(a, &f);
	run(5);
	world.now += INT64_C(49) * 3600 * 1000;
	run(65);
	for (int i = 0; i < world.retained_count; i++)
		facts += strstr(world.retained[i].topic, "/fact/") != NULL;
	assert_int_equal(facts, 1);
	run(10);
	assert_all_alike();
	world_end();
}

static void test_clocks_that_differ(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1], *c = &world.places[2];
	(void)state;
	world_begin(9);
	b->skew_ms = 2500;
	c->skew_ms = -500;
	link_all();
	run(30);
	assert_true(share_clock_is_bad(a->share));
	assert_true(share_clock_is_bad(b->share));
	assert_in_range(a->stations.list[0].skew_ms, 2400, 2500); /* it was on its way */
	b->skew_ms = 1500;
	run(30);
	assert_false(share_clock_is_bad(a->share));
	/* By the hybrid clock what comes after is after, whatever the clocks say. */
	say_left(b, 10);
	run(1);
	say_left(c, 20);
	run(5);
	assert_true(left_at(a) == 20 && left_at(b) == 20);
	assert_all_alike();
	world_end();
}

/* --- refusals --- */

static void test_refusals_are_counted(void **state)
{
	struct place *a = &world.places[0], *b = &world.places[1];
	(void)state;
	world_begin(10);
	link_all();
	run(3);
	/* Written by B in A's name: the broker would have to let it. */
	struct fact f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, 0);
	char suffix[SHARE_SUFFIX_SIZE], topic[SHARE_TOPIC_SIZE];
	text_copy(f.estimate.id, ID_SIZE, "c-0");
	f.estimate.left_min = 1;
	f.by.role = PERSON_NURSE;
	share_sign(a->share, &f);
	share_suffix(&f, suffix);
	share_topic_make(topic, "vigie", b->id, b->id, suffix);
	char *text = share_encode(&f);
	for (int i = 0; i < 20; i++)
		give(&world.places[2], topic, text, false);
	free(text);
	run(1);
	struct place *c = &world.places[2];
	assert_int_equal(c->stations.refused[SHARE_REFUSED_STATION], 20);
	assert_int_equal(c->audits, 1); /* not one for each of a flood */
	assert_true(left_at(c) < 0);
	f.by.role = PERSON_VIEWER;
	text_copy(f.by.station, ID_SIZE, b->id);
	text = share_encode(&f);
	give(c, topic, text, false);
	give(c, "vigie/or-desk-1/share/nonsense", "{}", false);
	give(c, "vigie/or-desk-1/share/here", "{\"vigie\":1,\"now_ms\":\"no\"}", false);
	free(text);
	run(1);
	assert_int_equal(c->stations.refused[SHARE_REFUSED_ROLE], 1);
	assert_int_equal(c->stations.refused[SHARE_REFUSED_TOPIC], 1);
	assert_int_equal(c->stations.refused[SHARE_REFUSED_SHAPE], 1);
	assert_int_equal(c->audits, 2);
	assert_true(left_at(c) < 0);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_act_goes_its_way),
		cmocka_unit_test(test_nothing_before_the_journal_has_it),
		cmocka_unit_test(test_an_act_made_offline_arrives),
		cmocka_unit_test(test_a_lock_is_everybodys),
		cmocka_unit_test(test_a_class_is_everybodys),
		cmocka_unit_test(test_a_broker_that_forgets),
		cmocka_unit_test(test_a_truncated_set_is_noticed),
		cmocka_unit_test(test_hearsay),
		cmocka_unit_test(test_away_for_long),
		cmocka_unit_test(test_orders_of_an_earlier_life),
		cmocka_unit_test(test_an_earlier_life),
		cmocka_unit_test(test_a_case_not_heard_of_yet),
		cmocka_unit_test(test_what_is_over_is_taken_back),
		cmocka_unit_test(test_clocks_that_differ),
		cmocka_unit_test(test_refusals_are_counted),
	};
	return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
