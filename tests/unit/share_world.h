/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SHARE_WORLD_H
#define VIGIE_TESTS_SHARE_WORLD_H

/* Stations that share, on a broker of a few lines that can forget, truncate, repeat
 * and be cut off, and a clock of the test's own. To be included after cmocka.h. */

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

#endif
