/* SPDX-License-Identifier: Apache-2.0 */
/* Ends of the chain, kept by others: a journal that was rewritten as a whole, and is
 * good by itself, is found by them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/verify_heads.h"
#include "twin/heads.h"

#define T0 INT64_C(1773651600000)

static char folder[64], mine[96], other[96], again[96];
static struct error err;

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/vigie-heads-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(mine, sizeof mine, "%s/mine", folder);
	snprintf(other, sizeof other, "%s/other", folder);
	snprintf(again, sizeof again, "%s/again", folder);
	return 0;
}

static int end(void **state)
{
	static const char *const files[] = {mine, other, again};
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char name[128];
	(void)state;
	for (int f = 0; f < 3; f++)
		for (int i = 0; i < 4; i++) {
			snprintf(name, sizeof name, "%s%s", files[f], ends[i]);
			unlink(name);
		}
	return rmdir(folder);
}

/* Rows `from` to `to`, of which number `odd` says something else. */
static void write_rows(const char *path, uint64_t from, uint64_t to, uint64_t odd)
{
	struct journal_calls calls = {NULL, NULL, NULL};
	struct journal *journal;
	assert_int_equal(journal_open(&journal, path, NULL, calls, &err), 0);
	for (uint64_t n = from; n <= to; n++) {
		struct fact f = fact_make(FACT_AUDIT, SOURCE_SYSTEM, T0 + (int64_t)n);
		f.seq = n;
		strcpy(f.audit.what, n == odd ? "something else" : "act");
		journal_append(journal, &f);
	}
	journal_close(journal);
}

static void head_of(const char *path, uint64_t number, char out[LABEL_SIZE])
{
	char hash[65];
	assert_int_equal(journal_hash(path, number, hash, &err), 0);
	snprintf(out, LABEL_SIZE, "%llu:%s", (unsigned long long)number, hash);
}

/* As a station does every hour: what the others tell, on record. */
static void keep_heads(int hours, uint64_t step)
{
	struct journal_calls calls = {NULL, NULL, NULL};
	struct stations stations = {.self = "desk-2", .count = 2};
	struct heads heads = {0};
	struct fact out[STATIONS_MAX];
	struct journal *journal;
	uint64_t seq = 0;
	assert_int_equal(journal_open(&journal, other, NULL, calls, &err), 0);
	strcpy(stations.list[0].id, "desk-1");
	strcpy(stations.list[1].id, "desk-3");
	snprintf(stations.list[1].head, LABEL_SIZE, "9:%064d", 9);
	for (int h = 1; h <= hours; h++) {
		head_of(mine, (uint64_t)h * step, stations.list[0].head);
		for (int minute = 0; minute < 60; minute++) {
			int64_t now = T0 + (h * 60 + minute) * INT64_C(60000);
			int count = heads_due(&heads, &stations, now, out);
			/* Once an hour; desk-3 has not moved since the first time. */
			assert_int_equal(count, minute > 0 ? 0 : h == 1 ? 2 : 1);
			for (int i = 0; i < count; i++) {
				out[i].seq = ++seq;
				journal_append(journal, &out[i]);
			}
		}
	}
	journal_close(journal);
}

static void what_is_a_head(void **state)
{
	uint64_t number;
	char hash[65], text[LABEL_SIZE];
	(void)state;
	snprintf(text, sizeof text, "42:%064d", 7);
	assert_true(head_parse(text, &number, hash));
	assert_int_equal(number, 42);
	assert_int_equal(strlen(hash), 64);
	text[5] = 'X';
	assert_false(head_parse(text, &number, hash));
	static const char *const bad[] = {"", "42", ":", "42:00", "-1:", "x"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(head_parse(bad[i], &number, hash));
}

static void one_head(void **state)
{
	char hash[65], head[120];
	(void)state;
	write_rows(mine, 1, 20, 0);
	assert_int_equal(journal_hash(mine, 12, hash, &err), 0);
	snprintf(head, sizeof head, "%s@12", hash);
	assert_int_equal(verify_head(mine, head, &err), 0);
	snprintf(head, sizeof head, "%s@13", hash);
	assert_int_equal(verify_head(mine, head, &err), 1);
	assert_non_null(strstr(err.text, "row 13 is another one than it was"));
	snprintf(head, sizeof head, "%s@21", hash);
	assert_int_equal(verify_head(mine, head, &err), 1);
	assert_non_null(strstr(err.text, "row 21 is missing"));
	assert_int_equal(verify_head(mine, "deadbeef@1", &err), -EINVAL);
}

static void rewritten_is_found_by_the_others(void **state)
{
	struct verified v;
	uint64_t rows, seq;
	(void)state;
	write_rows(mine, 1, 50, 0);
	keep_heads(5, 10);
	assert_int_equal(verify_against(mine, other, "", &v, &err), 0);
	assert_string_equal(v.station, "desk-1");
	assert_int_equal(v.heads, 5);
	assert_int_equal(v.number, 50);
	/* Written anew, with row 25 told otherwise: whole by itself. */
	write_rows(again, 1, 50, 25);
	assert_int_equal(journal_verify(again, &rows, &seq, &err), 0);
	assert_int_equal(verify_against(again, other, "", &v, &err), 1);
	assert_int_equal(v.number, 30);
	assert_int_equal(v.kept_ms, T0 + 3 * 3600000);
	assert_non_null(strstr(err.text, "row 30 is another one"));
}

static void cut_off_is_found_too(void **state)
{
	struct verified v;
	(void)state;
	write_rows(mine, 1, 50, 0);
	keep_heads(5, 10);
	write_rows(again, 1, 35, 0);
	assert_int_equal(verify_against(again, other, "", &v, &err), 1);
	assert_int_equal(v.number, 40);
	assert_non_null(strstr(err.text, "row 40 is missing"));
}

/* When nothing fits, several stations could be meant: one must be named. */
static void another_ones_journal(void **state)
{
	struct verified v;
	(void)state;
	write_rows(mine, 1, 50, 0);
	keep_heads(5, 10);
	write_rows(again, 1, 50, 1);
	assert_int_equal(verify_against(again, other, "", &v, &err), 1);
	assert_non_null(strstr(err.text, "name its station"));
	assert_int_equal(verify_against(again, other, "desk-1", &v, &err), 1);
	assert_int_equal(v.number, 10);
	assert_int_equal(verify_against(again, other, "desk-9", &v, &err), 1);
	assert_non_null(strstr(err.text, "keeps nothing of this journal"));
	assert_true(verify_against(again, "/nonexistent", "", &v, &err) < 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(what_is_a_head), TEST(one_head),
		TEST(rewritten_is_found_by_the_others), TEST(cut_off_is_found_too),
		TEST(another_ones_journal)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
