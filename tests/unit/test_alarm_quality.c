/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good the alarms are. Expected: by hand where that is possible; over two
 * emulated days, by an awk script that counts every window from scratch
 * (tests/stub/alarm_quality.awk). Definitions: ISA-18.2, EEMUA 191.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <ev.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/alarm_quality.h"
#include "src/hospital/hearing.h"
#include "src/hospital/stamp.h"
#include "src/journal.h"
#include "src/site_file.h"

enum { S = 1000, MIN = 60 * S, HOUR = 60 * MIN };
#define T0 INT64_C(1773651600000)

static struct alarm_quality *q;
static struct alarm_quality_figures f;
static uint64_t seq;

static int begin(void **state)
{
	(void)state;
	q = alarm_quality_create();
	seq = 0;
	return q == NULL;
}

static int end(void **state)
{
	(void)state;
	alarm_quality_destroy(q);
	return 0;
}

static void says(const char *key, enum alarm_state from, enum alarm_state to, int64_t at_ms,
	int64_t raised_ms, uint64_t cause)
{
	struct transition t = {.class_ = ALARM_CLASS_CLIMATE,
		.from = from,
		.to = to,
		.priority = PRIORITY_LOW,
		.at_ms = T0 + at_ms,
		.raised_ms = raised_ms,
		.cause = cause};
	snprintf(t.key, sizeof t.key, "%s", key);
	alarm_quality_transition(q, &t);
}

static void rings(const char *key, int64_t at_ms)
{
	says(key, ALARM_A, ALARM_B, at_ms, T0 + at_ms, 1);
}

static uint64_t acts(const char *key, enum alarm_act act, int64_t at_ms, enum person_role role)
{
	struct fact fact = fact_make(FACT_ALARM, SOURCE_PERSON, T0 + at_ms);
	fact.seq = ++seq + 100;
	fact.alarm.act = act;
	fact.alarm.until_ms = act == ALARM_SHELVE ? T0 + at_ms + 30 * MIN : 0;
	fact.by.role = role;
	snprintf(fact.alarm.key, sizeof fact.alarm.key, "%s", key);
	alarm_quality_fact(q, &fact);
	return fact.seq;
}

static void figures(int64_t until_ms)
{
	alarm_quality_figures(q, T0, T0 + until_ms, 1, &f);
}

static void near(double got, double want)
{
	if (!(fabs(got - want) < 1e-9))
		fail_msg("%.12f, not %.12f", got, want);
}

/* Three rings: two acknowledged by people after 10 s and 70 s, one that passes by
 * itself (its end and "acknowledgement" come of a hazard's fact, number 7). */
static void time_to_acknowledge(void **state)
{
	(void)state;
	rings("a", 0);
	says("a", ALARM_B, ALARM_C, 10 * S, T0, acts("a", ALARM_ACKNOWLEDGE, 10 * S, PERSON_NURSE));
	rings("b", 1 * MIN);
	says("b", ALARM_B, ALARM_D, 2 * MIN, T0 + MIN, 3);
	says("b", ALARM_D, ALARM_A, 130 * S, T0 + MIN,
		acts("b", ALARM_ACKNOWLEDGE, 130 * S, PERSON_NURSE));
	rings("c", 3 * MIN);
	says("c", ALARM_B, ALARM_D, 4 * MIN, T0 + 3 * MIN, 7);
	says("c", ALARM_D, ALARM_A, 4 * MIN, T0 + 3 * MIN, 7);
	figures(20 * MIN);
	assert_int_equal(f.rang, 3);
	near(f.per_10_min, 1.5);
	assert_int_equal(f.delay.acked, 2);
	near(f.delay.median_s, 40);
	near(f.delay.p90_s, 64); /* type 7: 10 + 0.9 * 60 */
	assert_int_equal(f.delay_of[PRIORITY_LOW].acked, 2);
	assert_int_equal(f.delay_of[PRIORITY_HIGH].acked, 0);
	assert_true(isnan(f.delay_of[PRIORITY_HIGH].median_s));
	assert_int_equal(f.by_class[ALARM_CLASS_CLIMATE], 3);
	assert_int_equal(f.fleeting, 2); /* b and c: gone after 60 s, nobody had seen them */
}

/* Eleven at one a second begin a flood with the eleventh; ten minutes after the
 * seventh only four are left. 0:10 to 10:06 of an hour. */
static void a_flood(void **state)
{
	char key[16];
	(void)state;
	for (int i = 0; i < 11; i++) {
		snprintf(key, sizeof key, "k%d", i);
		rings(key, i * S);
	}
	figures(HOUR);
	assert_int_equal(f.floods, 1);
	near(f.flood_share, 596.0 / 3600);
	assert_int_equal(f.most_1_min, 11);
	figures(5 * MIN);
	near(f.flood_share, 290.0 / 300);
	near(f.top_share, 10.0 / 11);
}

/* Ten are none: it begins with more than ten. */
static void ten_are_no_flood(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		rings("k", i * 50 * S);
		says("k", ALARM_B, ALARM_D, i * 50 * S + 45 * S, T0 + i * 50 * S, 1);
	}
	figures(HOUR);
	assert_int_equal(f.floods, 0);
	assert_int_equal(f.most_10_min, 10);
	assert_int_equal(f.most_1_min, 2); /* 0 and 50 s; 60 s later is another minute */
	assert_int_equal(f.chattering, 0);
}

static void chatter_and_stale(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		rings("k", i * 20 * S);
		says("k", ALARM_B, ALARM_D, i * 20 * S + 15 * S, T0 + i * 20 * S, 1);
	}
	rings("old", MIN);
	figures(24 * HOUR);
	assert_int_equal(f.chattering, 1);
	assert_int_equal(f.stale, 0);
	figures(25 * HOUR);
	assert_int_equal(f.stale, 1);
	assert_int_equal(f.stale_most, 1);
	says("old", ALARM_B, ALARM_D, 26 * HOUR, T0 + MIN, 1);
	figures(30 * HOUR);
	assert_int_equal(f.stale, 1);
}

/* Worse, or forgotten, is another occurrence (rows 11 and 12 of the state table). */
static void acknowledged_and_forgotten(void **state)
{
	(void)state;
	rings("k", 0);
	says("k", ALARM_B, ALARM_C, S, T0, acts("k", ALARM_ACKNOWLEDGE, S, PERSON_NURSE));
	says("k", ALARM_C, ALARM_B, HOUR, T0 + HOUR, 0);
	says("k", ALARM_B, ALARM_B, HOUR + S, T0 + HOUR, 0); /* not another one */
	figures(2 * HOUR);
	assert_int_equal(f.rang, 2);
	assert_int_equal(f.timed_out, 1);
	near(f.timed_out_share, 1);
}

static void what_is_shelved_does_not_ring(void **state)
{
	(void)state;
	says("k", ALARM_A, ALARM_B, 0, T0, 1);
	acts("k", ALARM_SHELVE, MIN, PERSON_NURSE);
	says("k", ALARM_B, ALARM_D, 2 * MIN, T0, 1);
	rings("k", 3 * MIN);
	acts("k", ALARM_UNSHELVE, 4 * MIN, PERSON_NURSE);
	says("k", ALARM_B, ALARM_D, 5 * MIN, T0 + 3 * MIN, 1);
	rings("k", 6 * MIN);
	figures(HOUR);
	assert_int_equal(f.rang, 2);
	assert_int_equal(f.hidden, 1);
	assert_int_equal(f.hidings, 1);
	assert_int_equal(f.against_rules, 0);
	acts("k", ALARM_SHELVE, 7 * MIN, PERSON_VIEWER);
	acts("k", ALARM_OUT_OF_SERVICE, 8 * MIN, PERSON_TECHNICIAN); /* without a reason */
	figures(HOUR);
	assert_int_equal(f.hidings, 3);
	assert_int_equal(f.against_rules, 2);
}

/* Of four one explains two at once: they asked nobody (twin/trail.h). The third was heard
 * for ten seconds. What explained the first is over, and it is not: that rings. */
static void what_another_explains_does_not_ring(void **state)
{
	(void)state;
	rings("a", 0);
	rings("b", S);
	rings("c", 2 * S);
	rings("cause", 3 * S);
	says("a", ALARM_B, ALARM_F, 3 * S, T0, 1);
	says("b", ALARM_B, ALARM_F, 3 * S, T0 + S, 1);
	says("c", ALARM_B, ALARM_F, 12 * S, T0 + 2 * S, 1);
	figures(HOUR);
	assert_int_equal(f.rang, 2);
	assert_int_equal(f.explained, 2);
	says("b", ALARM_B, ALARM_D, MIN, T0 + S, 1); /* beneath, both of them */
	says("b", ALARM_F, ALARM_D, 3 * MIN, T0 + S, 1);
	says("a", ALARM_F, ALARM_B, 3 * MIN, T0, 0);
	figures(HOUR);
	assert_int_equal(f.rang, 3);
	assert_int_equal(f.explained, 2);
	assert_int_equal(f.hidden, 0);
	assert_int_equal(f.fleeting, 0);
}

/* Rows of before occurrences were written down: each B from elsewhere is one. */
static void old_rows(void **state)
{
	(void)state;
	says("k", ALARM_A, ALARM_B, 0, 0, 1);
	says("k", ALARM_B, ALARM_D, MIN, 0, 1);
	says("k", ALARM_D, ALARM_B, 2 * MIN, 0, 1);
	figures(HOUR);
	assert_int_equal(f.rang, 2);
}

static void what_does_not_fit_is_counted(void **state)
{
	(void)state;
	for (int i = 0; i < QUALITY_OCCURRENCES + 5; i++) {
		char key[16];
		snprintf(key, sizeof key, "k%d", i % 7);
		rings(key, i * S);
	}
	for (int i = 0; i < QUALITY_KEYS + 3; i++) {
		char key[16];
		snprintf(key, sizeof key, "n%d", i);
		rings(key, HOUR + i);
	}
	/* 5 occurrences; of the keys, 7 are taken: 10 do not fit, the others' occurrences
	 * do not either. */
	assert_int_equal(q->dropped, 5 + QUALITY_KEYS + 3);
	figures(24 * HOUR);
	assert_true(f.rang <= QUALITY_OCCURRENCES);
}

/* ---- two emulated days, through a real journal ---- */

struct suite {
	struct twin *twin;
	struct journal *journal;
	uint64_t seq, seed;
	int64_t now_ms;
};

static uint64_t mix(uint64_t *seed) /* splitmix64 (Steele 2014) */
{
	uint64_t z = *seed += 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static bool one_in(struct suite *s, int n)
{
	return mix(&s->seed) % (uint64_t)n == 0;
}

/* As src/station.c does it: applied, appended, and what came of it. */
static void told(void *context, const struct fact *fact)
{
	static struct consequences out;
	struct suite *s = context;
	struct fact copy = *fact;
	if (copy.at_ms < s->twin->now_ms)
		copy.at_ms = s->twin->now_ms;
	copy.seq = ++s->seq;
	twin_apply(s->twin, &copy, &out);
	journal_append(s->journal, &copy);
	for (int i = 0; i < out.count; i++)
		journal_derive(s->journal, &out.list[i]);
}

static void condition(struct suite *s, const char *key, bool active)
{
	struct fact fact = fact_make(FACT_CONDITION, SOURCE_SYSTEM, s->now_ms);
	snprintf(fact.condition.key, sizeof fact.condition.key, "%s", key);
	snprintf(fact.condition.text, sizeof fact.condition.text, "%s", key);
	fact.condition.active = active;
	fact.condition.priority = PRIORITY_MEDIUM;
	told(s, &fact);
}

static void press(struct suite *s)
{
	const struct site *site = s->twin->site;
	struct fact fact = fact_make(FACT_PRESS, SOURCE_RADIO, s->now_ms);
	int tag = (int)(mix(&s->seed) % (uint64_t)site->tag_count);
	snprintf(fact.press.tag, sizeof fact.press.tag, "%s", site->tags[tag].mac);
	snprintf(fact.press.signature, sizeof fact.press.signature, "test");
	told(s, &fact);
}

static void attend(struct suite *s)
{
	for (int i = 0; i < s->twin->alarm_count; i++) {
		const struct alarm *a = &s->twin->alarms[i];
		enum alarm_state state = alarm_state(a);
		bool reset = state == ALARM_LA;
		if (state == ALARM_A || state == ALARM_C || !one_in(s, 6))
			continue;
		struct fact fact = fact_make(FACT_ALARM, SOURCE_PERSON, s->now_ms);
		snprintf(fact.alarm.key, sizeof fact.alarm.key, "%s", a->key);
		fact.alarm.act = reset ? ALARM_RESET : ALARM_ACKNOWLEDGE;
		fact.alarm.covers_ms = a->raised_ms;
		snprintf(fact.origin, sizeof fact.origin, "nurse");
		told(s, &fact);
	}
}

static void battery(struct suite *s)
{
	const struct site *site = s->twin->site;
	struct fact fact = fact_make(FACT_READING, SOURCE_RADIO, s->now_ms);
	int tag = (int)(mix(&s->seed) % (uint64_t)site->tag_count);
	snprintf(fact.reading.tag, sizeof fact.reading.tag, "%s", site->tags[tag].mac);
	fact.reading.quantity = QUANTITY_BATTERY;
	fact.reading.value = one_in(s, 2) ? 5 : 90;
	told(s, &fact);
}

/* Conditions that come and go, some within seconds; now and then a storm. */
static void trouble(struct suite *s)
{
	char key[24];
	int64_t minute = s->now_ms;
	for (int i = 0; i < 12; i++) {
		snprintf(key, sizeof key, "broker%d", i);
		if (one_in(s, i < 2 ? 60 : 500))
			condition(s, key, one_in(s, 2));
	}
	for (int n = one_in(s, 200) ? 4 : 0; n > 0; n--)
		for (int on = 1; on >= 0; on--) {
			s->now_ms += 1 + (int64_t)(mix(&s->seed) % 9000);
			condition(s, "fhir", on);
		}
	bool storm = one_in(s, 250);
	for (int i = 0; storm && i < 28; i++) {
		s->now_ms += 1 + (int64_t)(mix(&s->seed) % 2500);
		snprintf(key, sizeof key, "link%d", i % 14);
		condition(s, key, i >= 14);
	}
	if (one_in(s, 40))
		press(s);
	if (one_in(s, 20))
		battery(s);
	s->now_ms = minute;
}

static struct laws laws;
static const struct day_units usual;

static void live(const char *path, struct site *site, uint64_t seed)
{
	struct journal_calls calls = {NULL, NULL, NULL};
	struct suite s = {.twin = twin_create(), .seed = seed};
	struct error err;
	struct fact fact =
		fact_make(FACT_SITE, SOURCE_SYSTEM, stamp_parse("2026-03-16T00:00:00+01:00"));
	fact.site.site = site;
	snprintf(fact.site.hash, sizeof fact.site.hash, "%s", site->hash);
	assert_int_equal(journal_open(&s.journal, path, NULL, calls, &err), 0);
	told(&s, &fact);
	for (int d = 0; d < 2; d++) {
		struct day *day = day_create_under(site, fact.at_ms + d * 24 * HOUR + 12 * HOUR,
			seed + (uint64_t)d, TELLING_PROMPT, &laws, &usual);
		struct hearing *h = hearing_create(day, told, &s);
		for (int m = 0; m < 24 * 60; m++) {
			s.now_ms = fact.at_ms + d * 24 * HOUR + (int64_t)m * MIN;
			hearing_until(h, s.now_ms);
			trouble(&s);
			attend(&s);
		}
		hearing_destroy(h);
		day_destroy(day);
	}
	journal_close(s.journal);
	twin_destroy(s.twin);
}

static void dump(const char *path, const char *rows)
{
	static const char query[] =
		"SELECT 'F', seq, at_ms, payload FROM fact WHERE kind IN ('alarm', 'notice')"
		" UNION ALL SELECT * FROM (SELECT 'D', cause_seq, at_ms, payload FROM derived"
		" ORDER BY id)";
	sqlite3 *db;
	sqlite3_stmt *s;
	FILE *out = fopen(rows, "w");
	assert_non_null(out);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW)
		fprintf(out, "%s\t%s\t%s\t%s\n", (const char *)sqlite3_column_text(s, 0),
			(const char *)sqlite3_column_text(s, 1),
			(const char *)sqlite3_column_text(s, 2),
			(const char *)sqlite3_column_text(s, 3));
	sqlite3_finalize(s);
	sqlite3_close(db);
	fclose(out);
}

/* A key of the script, in the JSON of `vigie show alarm-quality`; NAN none. */
static double of_json(const cJSON *root, const char *key)
{
	const cJSON *o;
	cJSON_ArrayForEach(o,
		cJSON_GetObjectItem(root,
			"figures")) if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(o, "key")),
						key)
					== 0) return cJSON_GetNumberValue(cJSON_GetObjectItem(o,
		"value"));
	cJSON_ArrayForEach(o, cJSON_GetObjectItem(root, "priorities"))
	{
		static const char *const ends[][2] = {
			{"_acked", "acknowledged"}, {"_median", "median_s"}, {"_p90", "p90_s"}};
		const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(o, "priority"));
		size_t n = strlen(name);
		for (int i = 0; i < 3 && strncmp(name, key, n) == 0; i++)
			if (strcmp(key + n, ends[i][0]) == 0)
				return cJSON_GetNumberValue(cJSON_GetObjectItem(o, ends[i][1]));
	}
	return NAN;
}

static void compare(const struct alarm_quality_asked *asked, const char *rows)
{
	char command[400], line[128], key[64];
	double want;
	int compared = 0;
	struct score *score = score_create();
	char *text = alarm_quality_show(q, score, asked);
	cJSON *root = cJSON_Parse(text);
	snprintf(command, sizeof command,
		"awk -v from=%lld -v to=%lld -f tests/stub/alarm_quality.awk %s",
		(long long)(asked->now_ms - asked->days * 24LL * HOUR), (long long)asked->now_ms,
		rows);
	FILE *in = popen(command, "r");
	assert_non_null(in);
	while (fgets(line, sizeof line, in) != NULL) {
		assert_int_equal(sscanf(line, "%63s %lf", key, &want), 2);
		double got = of_json(root, key);
		if (!(fabs(got - want) < 2e-6))
			fail_msg("%s: %f, and by the script %f", key, got, want);
		compared++;
	}
	assert_int_equal(pclose(in), 0);
	assert_true(compared >= 20);
	/* The days are ones that the figures can go wrong on. */
	assert_true(of_json(root, "rang") > 100);
	assert_true(of_json(root, "floods") > 0);
	assert_true(of_json(root, "chattering") > 0);
	assert_true(of_json(root, "stale") > 0);
	assert_true(of_json(root, "HIGH_acked") > 5);
	assert_true(of_json(root, "LOW_acked") > 5);
	cJSON_Delete(root);
	free(text);
	score_destroy(score);
}

static void agrees_with_the_script(void **state)
{
	char folder[] = "/tmp/vigie-quality-XXXXXX", path[64], rows[64];
	struct error err = {""};
	(void)state;
	setenv("TZ", "Europe/Paris", 1);
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	assert_non_null(site);
	assert_int_equal(laws_load(&laws, "etc/demo/laws.cfg", &err), 0);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/journal", folder);
	snprintf(rows, sizeof rows, "%s/rows", folder);
	live(path, site, 7);
	if (alarm_quality_read(q, path, 0, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(q->dropped, 0);
	dump(path, rows);
	const int64_t noon = stamp_parse("2026-03-17T12:00:00+01:00");
	compare(&(struct alarm_quality_asked){noon + 12 * HOUR, 1, 1, true}, rows);
	compare(&(struct alarm_quality_asked){noon, 1, 1, true}, rows);
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char name[96];
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
	unlink(rows);
	assert_int_equal(rmdir(folder), 0);
	site_free(site);
}

/* What is told of a predictive class is the score's: one truth. */
static void predictive_is_the_score(void **state)
{
	struct score *score = score_create();
	(void)state;
	for (int i = 0; i < 4; i++)
		score->hazards[score->hazard_total++] =
			(struct score_hazard){.hazard = HAZARD_OVERTIME,
				.verdict = i < 3 ? VERDICT_CAME : VERDICT_FALSE,
				.raised_ms = T0 + i * MIN,
				.about_ms = T0 + HOUR,
				.ended_ms = T0 + HOUR,
				.came_ms = i < 3 ? T0 + HOUR : 0};
	rings("k", 0);
	struct alarm_quality_asked asked = {T0 + 2 * HOUR, 1, 1, false};
	char *text = alarm_quality_show(q, score, &asked);
	assert_non_null(strstr(text, "  overtime           4     3      1      75 %    59 min"));
	free(text);
	score_destroy(score);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(time_to_acknowledge), TEST(a_flood),
		TEST(ten_are_no_flood), TEST(chatter_and_stale), TEST(acknowledged_and_forgotten),
		TEST(what_is_shelved_does_not_ring), TEST(old_rows),
		TEST(what_another_explains_does_not_ring), TEST(what_does_not_fit_is_counted),
		TEST(agrees_with_the_script), TEST(predictive_is_the_score)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
