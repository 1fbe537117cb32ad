/* SPDX-License-Identifier: Apache-2.0 */
/* Everything at once: stations that act, die and are cut off at random, on a broker that
 * shuffles, repeats, forgets and truncates, stand alike in the end as what was said
 * makes them (share.h, vigie-cluster(7)). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/share_world.h"

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
		cmocka_unit_test(test_random_fates),
	};
	return cmocka_run_group_tests_name("share_fate", tests, NULL, NULL);
}
