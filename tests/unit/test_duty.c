/* SPDX-License-Identifier: Apache-2.0 */
/* Who escalates, and what is known of who was told: by hand, from the rules in
 * src/duty.h and twin/notices.h. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "src/duty.h"
#include "twin/notices.h"

enum { NOW = 1000000 };

static struct stations linked_with(const char *other, int rank, int64_t heard_ms)
{
	struct stations s = {.sharing = true, .linked = true, .count = 1};
	struct station_seen *o = &s.list[0];
	strcpy(o->id, other);
	o->here = o->escalates = true;
	o->rank = rank;
	o->heard_ms = heard_ms;
	return s;
}

/* Long linked; is "watch-b" of rank 1 on duty beside this one? */
static bool beside(const struct stations *s, double speed)
{
	struct duty d = {.began = false};
	duty_look(&d, s, "watch-b", 1, NOW, speed, 0);
	return duty_look(&d, s, "watch-b", 1, NOW, speed, DUTY_SETTLE_MS);
}

static void the_first_of_those_present(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		int rank;
		int64_t heard_ms;
		bool mine;
	} cases[] = {
		{"watch-a", 1, NOW, false},                            /* the same rank: by name */
		{"watch-c", 1, NOW, true}, {"watch-c", 0, NOW, false}, /* rank comes first */
		{"watch-a", 2, NOW, true}, {"watch-a", 1, NOW - DUTY_SILENT_MS, false},
		{"watch-a", 1, NOW - DUTY_SILENT_MS - 1, true}, /* silent for too long */
		{"watch-b", 1, NOW, true},                      /* ourselves, heard again */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stations s = linked_with(cases[i].id, cases[i].rank, cases[i].heard_ms);
		if (beside(&s, 1) != cases[i].mine)
			fail_msg("case %zu", i);
	}
	struct stations s = linked_with("watch-a", 1, NOW);
	s.list[0].here = false; /* its will has spoken */
	assert_true(beside(&s, 1));
	s = linked_with("watch-a", 1, NOW);
	s.list[0].escalates = false; /* a console */
	assert_true(beside(&s, 1));
	/* Six seconds of beats are sixty of suite time at ten times its speed. */
	s = linked_with("watch-a", 1, NOW - 59000);
	assert_false(beside(&s, 10));
	assert_true(beside(&s, 1));
}

static void two_never_both_and_never_neither(void **state)
{
	(void)state;
	struct stations a = linked_with("watch-b", 1, NOW), b = linked_with("watch-a", 1, NOW);
	struct duty da = {.began = false}, db = {.began = false};
	for (int t = DUTY_SETTLE_MS; t >= 0; t -= DUTY_SETTLE_MS) {
		duty_look(&da, &a, "watch-a", 1, NOW, 1, DUTY_SETTLE_MS - t);
		duty_look(&db, &b, "watch-b", 1, NOW, 1, DUTY_SETTLE_MS - t);
	}
	assert_true(da.mine);
	assert_false(db.mine);
	assert_string_equal(da.holder, "watch-a");
	assert_string_equal(db.holder, "watch-a");
	b.list[0].here = false;
	assert_true(duty_look(&db, &b, "watch-b", 1, NOW, 1, DUTY_SETTLE_MS + 1));
}

static void alone_it_does_it_itself(void **state)
{
	(void)state;
	struct duty d = {.began = false};
	struct stations off = {.sharing = false};
	assert_true(duty_look(&d, NULL, "w", 0, NOW, 1, 0));
	assert_true(duty_look(&d, &off, "w", 0, NOW, 1, 0));
}

/* Linked, lost, and back: waiting after each change. */
static void who_hears_no_broker_does_it_himself(void **state)
{
	(void)state;
	struct duty d = {.began = false};
	struct stations s = linked_with("watch-a", 0, NOW);
	int64_t t = 1000;
	s.linked = false;
	assert_false(duty_look(&d, &s, "watch-b", 0, NOW, 1, t));
	assert_false(duty_look(&d, &s, "watch-b", 0, NOW, 1, t + DUTY_ALONE_MS - 1));
	assert_string_equal(d.holder, "");
	assert_true(duty_look(&d, &s, "watch-b", 0, NOW, 1, t + DUTY_ALONE_MS));
	s.linked = true;
	t += DUTY_ALONE_MS + 1;
	assert_false(duty_look(&d, &s, "watch-b", 0, NOW, 1, t));
	s.list[0].here = false;
	assert_false(duty_look(&d, &s, "watch-b", 0, NOW, 1, t + DUTY_SETTLE_MS - 1));
	assert_true(duty_look(&d, &s, "watch-b", 0, NOW, 1, t + DUTY_SETTLE_MS));
}

/* ---- notices ---- */

static void hear(struct notices *n, const char *key, int64_t raised_ms, int step,
	enum notice_state state, const char *station)
{
	struct fact f = fact_make(FACT_NOTICE, SOURCE_SYSTEM, NOW);
	strcpy(f.notice.key, key);
	strcpy(f.by.station, station);
	f.notice.raised_ms = raised_ms;
	f.notice.step = step;
	f.notice.priority = PRIORITY_MEDIUM;
	f.notice.state = state;
	f.notice.tries = 1;
	notices_hear(n, &f);
}

static int state_of(const struct notices *n, const char *key, int64_t raised_ms, int step)
{
	const struct notice_step *s = notices_step(n, key, raised_ms, step, PRIORITY_MEDIUM);
	return s != NULL ? (int)s->state : -1;
}

static void the_best_word_of_an_occurrence_counts(void **state)
{
	static struct notices n;
	(void)state;
	memset(&n, 0, sizeof n);
	assert_int_equal(state_of(&n, "k", NOW, 1), -1);
	hear(&n, "k", NOW, 1, NOTICE_FAILED, "a");
	assert_int_equal(state_of(&n, "k", NOW, 1), NOTICE_FAILED);
	assert_int_equal(state_of(&n, "k", NOW, 2), -1);
	hear(&n, "k", NOW, 1, NOTICE_DEAD, "a");
	hear(&n, "k", NOW, 1, NOTICE_FAILED, "b");
	assert_int_equal(state_of(&n, "k", NOW, 1), NOTICE_DEAD);
	assert_int_equal(
		notices_step(&n, "k", NOW, 1, PRIORITY_LOW)->station, notices_station("a"));
	assert_null(notices_step(&n, "k", NOW, 1, PRIORITY_HIGH)); /* worse than what was told */
	hear(&n, "k", NOW, 1, NOTICE_SENT, "b");
	hear(&n, "k", NOW, 1, NOTICE_DEAD, "a");
	assert_int_equal(state_of(&n, "k", NOW, 1), NOTICE_SENT);
	/* Another station's name of the same occurrence, and a new one. */
	assert_int_equal(state_of(&n, "k", NOW + NOTICE_SAME_MS, 1), NOTICE_SENT);
	assert_int_equal(state_of(&n, "k", NOW - NOTICE_SAME_MS, 1), NOTICE_SENT);
	assert_int_equal(state_of(&n, "k", NOW + NOTICE_SAME_MS + 1, 1), -1);
	hear(&n, "k", NOW + 60000, 2, NOTICE_SENT, "a");
	assert_int_equal(state_of(&n, "k", NOW + 60000, 1), -1);
	assert_int_equal(state_of(&n, "k", NOW + 60000, 2), NOTICE_SENT);
	hear(&n, "k", NOW, 3, NOTICE_SENT, "a"); /* late word of the old one */
	assert_int_equal(state_of(&n, "k", NOW + 60000, 3), -1);
}

static void odd_notices_are_passed_over(void **state)
{
	static struct notices n;
	(void)state;
	memset(&n, 0, sizeof n);
	hear(&n, "", NOW, 1, NOTICE_SENT, "a");
	hear(&n, "k", NOW, 0, NOTICE_SENT, "a");
	hear(&n, "k", NOW, ALARM_STEPS + 1, NOTICE_SENT, "a");
	hear(&n, "k", NOW, 1, NOTICE_STATE_COUNT, "a");
	assert_int_equal(n.count, 0);
	assert_null(notices_step(&n, "k", NOW, 0, PRIORITY_LOW));
	assert_null(notices_step(&n, "k", NOW, ALARM_STEPS + 1, PRIORITY_LOW));
}

static void the_oldest_makes_room(void **state)
{
	static struct notices n;
	char key[ID_SIZE];
	(void)state;
	memset(&n, 0, sizeof n);
	for (int i = 0; i < NOTICES + 3; i++) {
		snprintf(key, sizeof key, "k%d", i);
		hear(&n, key, NOW + i, 1, NOTICE_SENT, "a");
	}
	assert_int_equal(n.count, NOTICES);
	assert_int_equal(n.forgotten, 3);
	assert_int_equal(state_of(&n, "k2", NOW + 2, 1), -1);
	assert_int_equal(state_of(&n, "k3", NOW + 3, 1), NOTICE_SENT);
	assert_int_equal(state_of(&n, "k514", NOW + 514, 1), NOTICE_SENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_those_present),
		cmocka_unit_test(two_never_both_and_never_neither),
		cmocka_unit_test(alone_it_does_it_itself),
		cmocka_unit_test(who_hears_no_broker_does_it_himself),
		cmocka_unit_test(the_best_word_of_an_occurrence_counts),
		cmocka_unit_test(odd_notices_are_passed_over),
		cmocka_unit_test(the_oldest_makes_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
