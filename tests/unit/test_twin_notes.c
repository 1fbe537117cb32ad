/* SPDX-License-Identifier: Apache-2.0 */
/* Notes: the last word counts, whoever it reaches first (DESIGN 6.6). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

static struct fact note(
	const char *id, const char *text, const char *station, int64_t hlc_ms, int at)
{
	struct fact f = fact_make(FACT_NOTE, SOURCE_PERSON, AT(at));

	FILL(f.note.id, id);
	FILL(f.note.subject, "c1");
	FILL(f.note.text, text);
	FILL(f.by.station, station);
	FILL(f.origin, "nurse");
	f.by.hlc_ms = hlc_ms;
	return f;
}

static const char *text_of(const struct twin *t, const char *id)
{
	int i = twin_note(t, id);

	return i >= 0 ? t->notes[i].text : "(none)";
}

static void test_the_newest_on_a_subject(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	assert_int_equal(twin_note_on(t, "c1"), -1);
	put(t, note("n1", "the daughter waits", "a", 10, 0));
	put(t, note("n2", "latex allergy", "a", 20, 1));
	assert_string_equal(t->notes[twin_note_on(t, "c1")].text, "latex allergy");
	assert_int_equal(twin_note_on(t, "c2"), -1);
	put(t, note("n2", "", "a", 30, 2));
	assert_string_equal(t->notes[twin_note_on(t, "c1")].text, "the daughter waits");
	assert_string_equal(t->notes[0].told.origin, "nurse");
	assert_int_equal(t->notes[0].told.at_ms, AT(0));
	twin_destroy(t);
}

/* Every order of three words on one note ends alike: with the latest. */
static void test_arrival_does_not_matter(void **state)
{
	static const int orders[6][3] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	const struct fact words[3] = {note("n", "first", "b", 10, 0), note("n", "", "a", 20, 0),
		note("n", "third", "b", 30, 0)};
	(void)state;

	for (int o = 0; o < 6; o++) {
		struct twin *t;

		start(&t);
		for (int i = 0; i < 3; i++)
			put(t, words[orders[o][i]]);
		assert_string_equal(text_of(t, "n"), "third");
		assert_int_equal(t->note_count, 1);
		twin_destroy(t);
	}
}

/* A late older word does not bring back what was taken back. */
static void test_taken_back_stays_so(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, note("n", "words", "a", 10, 0));
	put(t, note("n", "", "a", 20, 0));
	put(t, note("n", "old", "a", 15, 1));
	assert_int_equal(t->note_count, 0);
	assert_int_equal(t->older, 1);
	put(t, note("n", "new", "a", 25, 1));
	assert_string_equal(text_of(t, "n"), "new");
	twin_destroy(t);
}

static void test_a_full_pool(void **state)
{
	(void)state;
	struct twin *t;
	char id[ID_SIZE];

	start(&t);
	for (int i = 0; i < TWIN_NOTES; i++) {
		snprintf(id, sizeof id, "n%d", i);
		put(t, note(id, "words", "a", 100 + i, i));
	}
	put(t, note("one too many", "words", "a", 901, 101));
	assert_int_equal(t->dropped, 1);
	assert_int_equal(twin_note(t, "one too many"), -1);
	put(t, note("n5", "", "a", 902, 102));
	put(t, note("in its place", "words", "a", 903, 103));
	assert_int_equal(t->dropped, 1);
	put(t, note("two days later", "words", "a", 904, 48 * 60));
	assert_int_equal(twin_note(t, "n0"), -1);
	assert_true(twin_note(t, "n1") >= 0);
	assert_int_equal(t->note_count, TWIN_NOTES);
	assert_int_equal(t->dropped, 1);
	twin_destroy(t);
}

static void test_the_digest_sees_them(void **state)
{
	(void)state;
	struct twin *t, *u;
	char a[65], b[65];

	start(&t);
	start(&u);
	put(t, note("n", "words", "a", 10, 0));
	sequence--;
	put(u, note("n", "other", "a", 10, 0));
	twin_digest(t, a);
	twin_digest(u, b);
	assert_string_not_equal(a, b);
	twin_destroy(t);
	twin_destroy(u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_newest_on_a_subject),
		cmocka_unit_test(test_arrival_does_not_matter),
		cmocka_unit_test(test_taken_back_stays_so),
		cmocka_unit_test(test_a_full_pool),
		cmocka_unit_test(test_the_digest_sees_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
