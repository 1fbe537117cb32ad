/* SPDX-License-Identifier: Apache-2.0 */
/* Stations that share, on a broker of a few lines that can forget, truncate, repeat
 * and be cut off, and a clock of the test's own. What must hold is said in
 * share.h and vigie-cluster(7): whatever happened, all stations stand alike once they
 * hear each other again, and no word of anybody is lost. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/share.h"
#include "tests/stub/words.h"

enum { STATIONS = 3, RETAINED = 4096, INBOX = 8192, JOURNAL = 4096 };

struct letter {
	char topic[SHARE_TOPIC_SIZE];
	char *text;
	bool retained;
};

struct place {
	int index;
	char id[24];
	struct twin *twin;
	struct stations stations;
	struct share *share;
	struct fact journal[JOURNAL];
	int journal_count;
	struct letter inbox[INBOX];
	int inbox_count;
	bool linked, alive;
	int64_t skew_ms;
	int audits;
	uint64_t seed;
};

static struct {
	struct place places[STATIONS];
	struct letter retained[RETAINED];
	int retained_count;
	int truncate; /* at most so many retained are told at a link; 0: all */
	bool shuffle; /* order and number of what arrives are random */
	int64_t now;
	uint64_t seed;
	int published;
} world;

/* --- the broker --- */

static void keep(const char *topic, const char *text)
{
	int i = 0;
	while (i < world.retained_count && strcmp(world.retained[i].topic, topic) != 0)
		i++;
	if (i == world.retained_count) {
		if (text[0] == '\0')
			return;
		assert_true(world.retained_count < RETAINED);
		snprintf(world.retained[world.retained_count++].topic, SHARE_TOPIC_SIZE, "%s",
			topic);
	} else {
		free(world.retained[i].text);
	}
	world.retained[i].text = strdup(text);
	if (text[0] == '\0') {
		free(world.retained[i].text);
		world.retained[i] = world.retained[--world.retained_count];
	}
}

static void forget_all(void)
{
	while (world.retained_count > 0)
		free(world.retained[--world.retained_count].text);
}

static void give(struct place *p, const char *topic, const char *text, bool retained)
{
	assert_true(p->inbox_count < INBOX);
	struct letter *l = &p->inbox[p->inbox_count++];
	snprintf(l->topic, sizeof l->topic, "%s", topic);
	l->text = strdup(text);
	l->retained = retained;
}

static bool on_publish(
	void *context, const char *topic, const char *text, size_t len, int qos, bool retain)
{
	struct place *from = context;
	(void)qos;
	assert_int_equal(len, strlen(text));
	assert_true(from->linked);
	world.published++;
	if (retain)
		keep(topic, text);
	for (int i = 0; i < STATIONS; i++)
		if (world.places[i].linked)
			give(&world.places[i], topic, text, false);
	return true;
}

static void deliver(struct place *p)
{
	struct letter now[INBOX];
	int n = p->inbox_count;
	memcpy(now, p->inbox, sizeof *now * (size_t)n);
	p->inbox_count = 0;
	for (int i = n - 1; i > 0 && world.shuffle; i--) {
		int j = (int)pick(&world.seed, (uint32_t)i + 1);
		struct letter was = now[i];
		now[i] = now[j];
		now[j] = was;
	}
	for (int i = 0; i < n; i++) {
		int times = world.shuffle ? 1 + (pick(&world.seed, 4) == 0) : 1;
		for (int k = 0; k < times && p->linked; k++)
			share_message(p->share, now[i].topic, now[i].text, strlen(now[i].text),
				now[i].retained);
		free(now[i].text);
	}
}

/* --- a station: a twin, a list for a journal, its share --- */

static void fold(struct place *p, struct fact *f)
{
	f->seq = p->twin->seq + 1;
	f->at_ms = world.now;
	twin_apply(p->twin, f, NULL);
	assert_true(p->journal_count < JOURNAL);
	p->journal[p->journal_count++] = *f;
	p->audits += f->kind == FACT_AUDIT;
	share_told(p->share, f);
	share_alarms(p->share);
}

static void on_fact(void *context, struct fact *f)
{
	fold(context, f);
}

static int64_t on_now(void *context)
{
	return world.now + ((struct place *)context)->skew_ms;
}

static int64_t on_mono(void *context)
{
	(void)context;
	return world.now - BASE;
}

static void open_place(struct place *p)
{
	const struct share_calls calls = {on_publish, on_fact, on_now, on_mono, p};
	const struct share_options o = {.on = true, .station = p->id, .absent_min = 30};
	p->twin = twin_create();
	begin(p->twin);
	p->share = share_create(&o, p->twin, &p->stations, calls);
	for (int i = 0; i < p->journal_count; i++) {
		share_restore(p->share, &p->journal[i]);
		twin_apply(p->twin, &p->journal[i], NULL);
	}
	p->alive = true;
}

static void cut(struct place *p)
{
	if (!p->linked)
		return;
	p->linked = false;
	share_unlinked(p->share);
	for (int i = 0; i < p->inbox_count; i++)
		free(p->inbox[i].text);
	p->inbox_count = 0;
	char topic[SHARE_TOPIC_SIZE];
	snprintf(topic, sizeof topic, "%s", share_will_topic(p->share));
	for (int i = 0; i < STATIONS; i++)
		if (world.places[i].linked)
			give(&world.places[i], topic, share_will(p->share), false);
}

static void link_up(struct place *p)
{
	if (p->linked || !p->alive)
		return;
	p->linked = true;
	for (int i = 0; i < world.retained_count && (!world.truncate || i < world.truncate); i++)
		give(p, world.retained[i].topic, world.retained[i].text, true);
	share_linked(p->share);
}

static void die(struct place *p)
{
	if (!p->alive)
		return;
	cut(p);
	share_destroy(p->share);
	twin_destroy(p->twin);
	p->alive = false;
}

static void world_begin(uint64_t seed)
{
	memset(&world, 0, sizeof world);
	world.now = BASE + 200000;
	world.seed = seed;
	for (int i = 0; i < STATIONS; i++) {
		struct place *p = &world.places[i];
		p->index = i;
		p->seed = seed * 31 + (uint64_t)i;
		snprintf(p->id, sizeof p->id, "or-desk-%d", i);
		open_place(p);
	}
}

static void world_end(void)
{
	for (int i = 0; i < STATIONS; i++)
		die(&world.places[i]);
	forget_all();
}

static void link_all(void)
{
	for (int i = 0; i < STATIONS; i++)
		link_up(&world.places[i]);
}

static void run(double seconds)
{
	for (int64_t end = world.now + (int64_t)(seconds * 1000); world.now < end;) {
		world.now += SHARE_PACE_MS;
		for (int i = 0; i < STATIONS; i++) {
			struct place *p = &world.places[i];
			const struct share_here here = {.now_ms = on_now(p),
				.user = "u",
				.role = PERSON_COORDINATOR,
				.journal_ok = true};
			if (!p->alive)
				continue;
			deliver(p);
			if (p->linked)
				share_pace(p->share);
			if (world.now % 1000 == 0)
				share_tick(p->share, &here);
		}
	}
}

/* --- what people do --- */

static void act_of(struct place *p, struct fact *f)
{
	f->by.role = PERSON_COORDINATOR;
	share_sign(p->share, f);
	fold(p, f);
	share_committed(p->share, f->seq);
}

static void say_left(struct place *p, double left_min)
{
	struct fact f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, 0);
	text_copy(f.origin, sizeof f.origin, "anna");
	text_copy(f.estimate.id, ID_SIZE, "c-0");
	f.estimate.left_min = left_min;
	f.estimate.when_ms = on_now(p);
	act_of(p, &f);
}

static void random_act(struct place *p)
{
	static const enum fact_kind kinds[] = {FACT_MILESTONE, FACT_READINESS, FACT_STATUS,
		FACT_ESTIMATE, FACT_INTAKE, FACT_RESOURCE};
	struct fact list[5];
	int64_t hlc = world.now;
	int n = 1;
	if (pick(&p->seed, 5) == 0)
		n = idea_facts(list, &p->seed, &hlc, p->index);
	else {
		list[0] = made(&p->seed, kinds[pick(&p->seed, 6)], hlc, p->index);
		about_case(&list[0], &p->seed);
	}
	for (int i = 0; i < n; i++) {
		list[i].source_ms = world.now;
		act_of(p, &list[i]);
	}
}

/* A button heard by one station's radio alone, or something done about one. */
static void random_alarm(struct place *p)
{
	struct twin *t = p->twin;
	char tag[TAG_SIZE];
	snprintf(tag, sizeof tag, "C300007B57%02u", pick(&p->seed, 4));
	if (t->alarm_count == 0 || pick(&p->seed, 3) == 0) {
		struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, 0);
		text_copy(f.press.tag, sizeof f.press.tag, tag);
		f.source_ms = world.now;
		fold(p, &f);
		return;
	}
	const struct alarm *a = &t->alarms[pick(&p->seed, (uint32_t)t->alarm_count)];
	struct fact f = fact_make(FACT_ALARM, SOURCE_PERSON, 0);
	snprintf(f.origin, sizeof f.origin, "u%u", pick(&p->seed, 9));
	text_copy(f.alarm.key, sizeof f.alarm.key, a->key);
	f.alarm.act = (enum alarm_act)pick(&p->seed, ALARM_ACT_COUNT);
	f.alarm.covers_ms = a->raised_ms;
	f.alarm.seen = (int)a->priority;
	if (f.alarm.act == ALARM_SHELVE)
		f.alarm.until_ms = world.now + 600000;
	text_copy(f.by.reason, sizeof f.by.reason, "a test");
	f.source_ms = world.now;
	f.by.role = PERSON_SUPERVISOR;
	share_sign(p->share, &f);
	fold(p, &f);
	share_committed(p->share, f.seq);
}

static void describe_alarms(const struct twin *t, char *out, size_t size)
{
	static char lines[TWIN_RESOURCES][1024];
	int n = 0;
	out[0] = '\0';
	for (int i = 0; i < t->alarm_count; i++) {
		const struct alarm *a = &t->alarms[i];
		bool over = alarm_state(a) == ALARM_A; /* nobody sees any more who it was */
		snprintf(lines[n++], sizeof *lines, "%s %s %lld %s %s %lld %d", a->key,
			alarm_state_name(alarm_state(a)), (long long)a->raised_ms,
			over ? "" : a->acked_by, a->owner, (long long)a->shelf_until_ms,
			a->out_of_service);
	}
	add_sorted(out, size, lines, n);
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

static void assert_all_alike(void)
{
	static char a[16384], b[16384];
	for (int alarms = 0; alarms < 2; alarms++)
		for (int i = 0; i < STATIONS; i++) {
			(alarms ? describe_alarms : describe)(
				world.places[i].twin, i == 0 ? a : b, sizeof a);
			if (i > 0)
				assert_string_equal(b, a);
		}
	for (int i = 0; i < STATIONS; i++) {
		const struct stations *st = &world.places[i].stations;
		assert_int_equal(st->waiting, 0);
		for (int k = 0; k < st->count; k++)
			assert_int_equal(st->list[k].missing, 0);
	}
}

/* --- one thing at a time --- */

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

/* --- everything at once --- */

static void random_fate(void)
{
	struct place *p = &world.places[pick(&world.seed, STATIONS)];
	switch (pick(&world.seed, 24)) {
	case 0:
	case 1:
		cut(p);
		break;
	case 2:
	case 3:
	case 4:
		link_up(p);
		break;
	case 5: /* kill -9: what is in the journal is all there is */
		die(p);
		break;
	case 6:
		if (!p->alive)
			open_place(p);
		break;
	case 7:
		if (pick(&world.seed, 4) == 0) {
			for (int i = 0; i < STATIONS; i++)
				cut(&world.places[i]);
			forget_all();
		}
		break;
	case 8:
		world.truncate = pick(&world.seed, 2) ? (int)pick(&world.seed, 30) : 0;
		break;
	default:
		if (p->alive)
			(pick(&world.seed, 2) ? random_act : random_alarm)(p);
		break;
	}
	run(0.05 * (1 + pick(&world.seed, 30)));
}

/* The journals of all, each word once, in the order of their clocks: what must
 * stand everywhere in the end. */
static int by_author(const void *a, const void *b)
{
	return author_compare(&((const struct fact *)a)->by, &((const struct fact *)b)->by);
}

static void expected_state(char *out, size_t size)
{
	static struct fact all[STATIONS * JOURNAL];
	struct twin *t = twin_create();
	int n = 0;
	for (int i = 0; i < STATIONS; i++)
		for (int k = 0; k < world.places[i].journal_count; k++)
			if (world.places[i].journal[k].by.hlc_ms > 0)
				all[n++] = world.places[i].journal[k];
	qsort(all, (size_t)n, sizeof *all, by_author);
	begin(t);
	for (int i = 0; i < n; i++)
		if (i == 0 || by_author(&all[i - 1], &all[i]) != 0) {
			all[i].at_ms = all[i].by.hlc_ms; /* as if each had come at once */
			twin_apply(t, &all[i], NULL);
		}
	describe(t, out, size);
	twin_destroy(t);
}

static void one_fate(uint64_t seed)
{
	static char expected[16384], got[16384];
	world_begin(seed);
	world.shuffle = true;
	for (int i = 0; i < 150; i++)
		random_fate();
	world.truncate = 0;
	for (int i = 0; i < STATIONS; i++)
		if (!world.places[i].alive)
			open_place(&world.places[i]);
	link_all();
	run(60);
	expected_state(expected, sizeof expected);
	describe(world.places[0].twin, got, sizeof got);
	assert_string_equal(got, expected);
	assert_all_alike();
	for (int i = 0; i < STATIONS; i++)
		for (int r = 0; r < SHARE_REFUSAL_COUNT; r++)
			assert_int_equal(world.places[i].stations.refused[r], 0);
	/* Quiet once all is said: a beat of each, and nothing else. */
	int before = world.published;
	run(20);
	assert_true(world.published - before <= 11 * STATIONS);
	world_end();
}

static void test_random_fates(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++)
		one_fate(seed * 7919);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_act_goes_its_way),
		cmocka_unit_test(test_nothing_before_the_journal_has_it),
		cmocka_unit_test(test_an_act_made_offline_arrives),
		cmocka_unit_test(test_a_broker_that_forgets),
		cmocka_unit_test(test_a_truncated_set_is_noticed),
		cmocka_unit_test(test_hearsay),
		cmocka_unit_test(test_away_for_long),
		cmocka_unit_test(test_an_earlier_life),
		cmocka_unit_test(test_a_case_not_heard_of_yet),
		cmocka_unit_test(test_what_is_over_is_taken_back),
		cmocka_unit_test(test_clocks_that_differ),
		cmocka_unit_test(test_refusals_are_counted),
		cmocka_unit_test(test_random_fates),
	};
	return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
