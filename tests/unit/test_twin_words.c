/* SPDX-License-Identifier: Apache-2.0 */
/* The words of people at several stations: whatever order they come in, and
 * however often, the same twin stands at the end. The expected state is that of the
 * same facts in the order of (hlc_ms, station), each once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/stub/words.h"

enum { STATIONS = 3, FACTS = 240 };

/* Each station's clock runs on by itself, so that some times are equal. */
static int random_words(struct fact *out, uint64_t *seed)
{
	static const enum fact_kind kinds[] = {FACT_MILESTONE, FACT_READINESS, FACT_STATUS,
		FACT_ESTIMATE, FACT_INTAKE, FACT_RESOURCE};
	int64_t hlc[STATIONS] = {BASE, BASE, BASE};
	int n = 0;
	while (n < FACTS - 5) {
		int s = (int)pick(seed, STATIONS);
		if (pick(seed, 6) == 0) {
			n += idea_facts(out + n, seed, &hlc[s], s);
			continue;
		}
		out[n] = made(seed, kinds[pick(seed, 6)], hlc[s] += 1 + pick(seed, 3), s);
		about_case(&out[n++], seed);
	}
	return n;
}

/* As a station does it: what is not heard yet is told again after the others. What
 * is left when a round changes nothing is of a what-if that was forgotten. */
static void tell(struct twin *t, const struct fact *facts, const int *order, int n)
{
	bool told[2 * FACTS] = {false}, news = true;
	while (news) {
		news = false;
		for (int i = 0; i < n; i++) {
			struct fact f = facts[order[i]];
			if (told[i] || !twin_word_heard(t, &f))
				continue;
			f.seq = t->seq + 1;
			f.at_ms = t->now_ms + 7;
			twin_apply(t, &f, NULL);
			told[i] = news = true;
		}
	}
}

static const struct fact *sorted_facts;
static int by_clock(const void *a, const void *b)
{
	return author_compare(&sorted_facts[*(const int *)a].by, &sorted_facts[*(const int *)b].by);
}

static void fold(const struct fact *facts, const int *order, int n, char *out, size_t size)
{
	struct twin *t = twin_create();
	begin(t);
	tell(t, facts, order, n);
	describe(t, out, size);
	twin_destroy(t);
}

static void one_set(uint64_t seed)
{
	static struct fact facts[FACTS];
	static char expected[16384], got[16384];
	int order[2 * FACTS], n = random_words(facts, &seed);
	for (int i = 0; i < n; i++)
		order[i] = i;
	sorted_facts = facts;
	qsort(order, (size_t)n, sizeof *order, by_clock);
	fold(facts, order, n, expected, sizeof expected);
	for (int round = 0; round < 6; round++) {
		int m = n;
		for (int k = 0; k < n / 2; k++) /* half of them come twice */
			order[m++] = (int)pick(&seed, (uint32_t)n);
		for (int i = m - 1; i > 0; i--) {
			int j = (int)pick(&seed, (uint32_t)i + 1), was = order[i];
			order[i] = order[j];
			order[j] = was;
		}
		fold(facts, order, m, got, sizeof got);
		assert_string_equal(got, expected);
		for (int i = 0; i < n; i++)
			order[i] = i;
	}
}

static void test_any_order_and_twice(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++)
		one_set(seed * 7919);
}

static struct fact estimate(int64_t hlc, const char *station, double left_min)
{
	struct fact f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, BASE);
	text_copy(f.estimate.id, ID_SIZE, "c-0");
	text_copy(f.by.station, ID_SIZE, station);
	f.by.hlc_ms = hlc;
	f.estimate.left_min = left_min;
	return f;
}

/* By hand: the later clock wins, the same word again changes nothing, and what
 * has no clock is folded as it comes. */
static void test_one_field(void **state)
{
	struct twin *t = twin_create();
	struct fact f = estimate(2000, "a", 20);
	(void)state;
	assert_false(twin_word_heard(t, &f)); /* the case is not known */
	twin_apply(t, &f, NULL);
	assert_int_equal(t->older, 0);
	begin(t);
	assert_true(twin_word_heard(t, &f));
	twin_apply(t, &f, NULL);
	assert_true(t->cases[0].estimate_min == 20);
	f = estimate(1999, "z", 10);
	twin_apply(t, &f, NULL);
	assert_true(t->cases[0].estimate_min == 20);
	assert_int_equal(t->older, 1);
	assert_false(twin_word_in_force(t, &f));
	f = estimate(2000, "a", 20);
	twin_apply(t, &f, NULL);
	assert_int_equal(t->older, 2);
	assert_true(twin_word_in_force(t, &f));
	f = estimate(2001, "z", 30);
	twin_apply(t, &f, NULL);
	assert_true(t->cases[0].estimate_min == 30);
	f = estimate(0, "", 40);
	twin_apply(t, &f, NULL);
	assert_true(t->cases[0].estimate_min == 40);
	assert_int_equal(t->older, 2);
	twin_destroy(t);
}

/* FNV-1a, 64 bits, of "a": draft-eastlake-fnv-21, section 5 (test vectors). */
static void test_fields_and_tokens(void **state)
{
	char field[FIELD_SIZE], token[TOKEN_SIZE];
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_PERSON, 0);
	(void)state;
	field_token("a", token);
	assert_string_equal(token, "af63dc4c8601ec8c");
	assert_false(fact_field(&f, field)); /* of no case */
	text_copy(f.milestone.id, ID_SIZE, "c-102");
	f.milestone.milestone = MILESTONE_IN_ROOM;
	assert_true(fact_field(&f, field));
	assert_string_equal(field, "milestone:c-102:in_room");
	f = fact_make(FACT_IDEA, SOURCE_PERSON, 0);
	text_copy(f.idea.name, ID_SIZE, "busy: day");
	f.idea.step = 3;
	assert_true(fact_field(&f, field));
	assert_string_equal(field, "idea:03:busy: day");
	f = fact_make(FACT_ALARM, SOURCE_PERSON, 0);
	text_copy(f.alarm.key, ID_SIZE, "press:C300007B573C");
	assert_true(fact_field(&f, field));
	assert_string_equal(field, "press:C300007B573C");
	f = fact_make(FACT_AUDIT, SOURCE_PERSON, 0);
	assert_false(fact_field(&f, field));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order_and_twice),
		cmocka_unit_test(test_one_field),
		cmocka_unit_test(test_fields_and_tokens),
	};
	return cmocka_run_group_tests_name("twin_words", tests, NULL, NULL);
}
