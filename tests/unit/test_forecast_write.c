/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/pty/suite.h"

/*
 * A future is looked at as the past is: the real programs write one replication
 * of an emulated day's programme as a journal, and the verbs that read journals
 * read it.
 */

#define SITE "etc/demo/site.cfg"
#define AT   "2026-03-16T07:00:00+01:00"

static char bundle[PATH_MAX_];

static int make_day(void **state)
{
	if (suite_open(state) != 0)
		return -1;
	const char *const argv[] = {suite_hospital, "--offline", "--site", SITE, "--laws",
		"etc/demo/laws.cfg", "--days", "1", "--seed", "3", "--start", AT, "--out",
		suite_path("days"), NULL};
	snprintf(bundle, sizeof bundle, "%s/days/2026-03-16.json", suite_folder);
	return suite_run(NULL, argv);
}

static int write_to(const char *journal, const char *replication)
{
	const char *const argv[] = {suite_vigie, "forecast", bundle, "--site", SITE, "--at", AT,
		"--reps", "50", "--write", journal, "--replication", replication, NULL};
	return suite_run(NULL, argv);
}

static cJSON *read_json(const char *const argv[])
{
	char *text = NULL;
	assert_int_equal(suite_run(&text, argv), 0);
	cJSON *json = cJSON_Parse(text);
	if (json == NULL)
		fail_msg("not JSON: %s", text);
	free(text);
	return json;
}

/* How many cases of the programme are at that stage then; "": at any. */
static int cases_at(const char *journal, const char *at, const char *stage)
{
	const char *const argv[] = {
		suite_vigie, "show", "programme", "--json", "--journal", journal, "--at", at, NULL};
	cJSON *json = read_json(argv), *entry;
	int count = 0;
	cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(json, "cases"))
	{
		const cJSON *is = cJSON_GetObjectItemCaseSensitive(entry, "stage");
		count += cJSON_IsString(is)
			 && (*stage == '\0' || strcmp(is->valuestring, stage) == 0);
	}
	cJSON_Delete(json);
	return count;
}

static void a_future_is_looked_at_like_the_past(void **state)
{
	char one[PATH_MAX_], same[PATH_MAX_], other[PATH_MAX_], digest[3][80];
	int checked = 0;
	(void)state;
	snprintf(one, sizeof one, "%s", suite_path("one.db"));
	snprintf(same, sizeof same, "%s", suite_path("same.db"));
	snprintf(other, sizeof other, "%s", suite_path("other.db"));
	assert_int_equal(write_to(one, "7"), 0);
	assert_int_equal(write_to(same, "7"), 0);
	assert_int_equal(write_to(other, "8"), 0);
	verify(one);
	/* Not a case before, some on the table at eleven, all gone in the end. */
	int all = cases_at(one, "2026-03-16T07:00:30+01:00", "expected");
	int then = cases_at(one, "2026-03-16T11:00:00+01:00", "surgery");
	assert_true(all >= 40);
	assert_true(then >= 1 && then <= 8); /* there are eight rooms */
	/* Nobody is left over at the end of the day: back, gone home, or called off. */
	static const char *const over[] = {"returned", "discharged", "off"};
	int ended = 0;
	for (int i = 0; i < 3; i++)
		ended += cases_at(one, "2026-03-16T23:59:00+01:00", over[i]);
	assert_true(ended >= all);
	assert_int_equal(ended, cases_at(one, "2026-03-16T23:59:00+01:00", ""));
	digest_of(one, digest[0], sizeof *digest, &checked);
	digest_of(same, digest[1], sizeof *digest, &checked);
	digest_of(other, digest[2], sizeof *digest, &checked);
	assert_string_equal(digest[0], digest[1]);
	assert_string_not_equal(digest[0], digest[2]);
	assert_int_equal(suite_query(one, "SELECT count(*) FROM fact WHERE kind='site'"), 1);
	assert_true(suite_query(one, "SELECT count(*) FROM fact WHERE kind='milestone'") >= 400);
}

/* A journal that is there is nobody's to write over; a what-if is no fact. */
static void what_is_refused(void **state)
{
	char there[PATH_MAX_], *text = NULL;
	(void)state;
	snprintf(there, sizeof there, "%s", suite_path("there.db"));
	suite_write(there, "mine", 4);
	assert_int_equal(write_to(there, "0"), 3);
	size_t len = 0;
	free(suite_read(there, &len));
	assert_int_equal(len, 4);
	const char *const no_site[] = {
		suite_vigie, "forecast", bundle, "--write", suite_path("x.db"), NULL};
	assert_int_equal(suite_run(NULL, no_site), 2);
	const char *const what_if[] = {suite_vigie, "forecast", bundle, "--site", SITE, "--inject",
		"no_hold", "--write", suite_path("y.db"), NULL};
	assert_int_equal(suite_run(&text, what_if), 2);
	free(text);
	const char *const bad_time[] = {suite_vigie, "show", "board", "--at", "noon", NULL};
	assert_int_equal(suite_run(NULL, bad_time), 2);
}

/* ---- the same day under another site ---- */

static cJSON *against(const char *other)
{
	const char *const argv[] = {suite_vigie, "forecast", bundle, "--site", SITE, "--against",
		other, "--at", AT, "--reps", "200", "--json", NULL};
	return read_json(argv);
}

/* 0: the mean difference, 1 and 2: its interval. */
static double difference(const cJSON *json, const char *kpi, int which)
{
	const cJSON *o = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(json, "kpi"), kpi);
	return cJSON_GetNumberValue(
		which == 0 ? cJSON_GetObjectItemCaseSensitive(o, "difference")
			   : cJSON_GetArrayItem(
				   cJSON_GetObjectItemCaseSensitive(o, "ci95"), which - 1));
}

/* Under the same fates a site differs from itself by exactly nothing; ten minutes
 * more after each of 38 turnovers are seen with few replications. */
static void two_sites_live_the_same_fates(void **state)
{
	char *text = suite_read(SITE, NULL), *at = strstr(text, "lasts = [20.0, 8.0]; };");
	char slow[PATH_MAX_];
	(void)state;
	cJSON *same = against(SITE);
	for (int which = 0; which < 3; which++) {
		assert_true(difference(same, "overtime_min", which) == 0);
		assert_true(difference(same, "wait_min", which) == 0);
	}
	cJSON_Delete(same);
	assert_non_null(at);
	memcpy(at, "lasts = [30.0, 8.0]; };", 23);
	snprintf(slow, sizeof slow, "%s", suite_path("slow.cfg"));
	suite_write(slow, text, strlen(text));
	free(text);
	cJSON *json = against(slow);
	assert_true(difference(json, "overtime_min", 1) > 0);
	assert_true(difference(json, "wait_min", 1) > 0);
	cJSON_Delete(json);
	const char *const bad[] = {suite_vigie, "forecast", bundle, "--site", SITE, "--against",
		bundle, "--at", AT, NULL};
	assert_int_equal(suite_run(NULL, bad), 3);
	const char *const alone[] = {suite_vigie, "forecast", bundle, "--against", SITE, NULL};
	assert_int_equal(suite_run(NULL, alone), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_future_is_looked_at_like_the_past),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(two_sites_live_the_same_fates),
	};
	return cmocka_run_group_tests_name("forecast_write", tests, make_day, suite_close);
}
