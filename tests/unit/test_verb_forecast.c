/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "feeds/fhir.h"
#include "src/verbs.h"
#include "tests/unit/verb_call.h"

/* `vigie forecast` as it is called: the answer does not depend on the threads, and
 * whatever is wrong with a programme, what is told is sound: everything foreseen is
 * ahead, in order, and a number. */

static char programme[] = "/tmp/vigie-programme-XXXXXX";
static char site_path[] = "/tmp/vigie-site-XXXXXX";
static char out_path[] = "/tmp/vigie-forecast-out-XXXXXX";

static char *run(const char *words, int *code)
{
	return verb_call(verb_forecast, words, programme, out_path, code);
}

struct entry {
	const char *room, *start, *end; /* NULL: not told */
	const char *more;               /* further elements, NULL */
	bool nobody;
};

static void write_entry(FILE *f, int i, const struct entry *e)
{
	fprintf(f,
		"%s{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"c%d\","
		"\"status\":\"booked\"",
		i > 0 ? "," : "", i);
	if (e->start != NULL)
		fprintf(f, ",\"start\":\"%s\"", e->start);
	if (e->end != NULL)
		fprintf(f, ",\"end\":\"%s\"", e->end);
	fputs(e->more != NULL ? e->more : "", f);
	fputs(",\"participant\":[", f);
	if (!e->nobody)
		fprintf(f, "{\"actor\":{\"reference\":\"Patient/p%d\"},\"status\":\"accepted\"}%s",
			i, e->room != NULL ? "," : "");
	if (e->room != NULL)
		fprintf(f, "{\"actor\":{\"reference\":\"Location/%s\"},\"status\":\"accepted\"}",
			e->room);
	fputs("]}}", f);
}

static void write_programme(const struct entry *entries, int count)
{
	FILE *f = fopen(programme, "w");
	assert_non_null(f);
	fputs("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[", f);
	for (int i = 0; i < count; i++)
		write_entry(f, i, &entries[i]);
	fputs("]}", f);
	assert_int_equal(fclose(f), 0);
}

/* Every time of every triple is after `at`, and not before the one before. */
static void all_ahead(const cJSON *o, int64_t at)
{
	static const char *const names[3] = {"p10", "p50", "p90"};
	int64_t last = at + 1;
	double least = -INFINITY;
	const cJSON *one;
	for (int i = 0; i < 3; i++) {
		const cJSON *q = cJSON_GetObjectItemCaseSensitive(o, names[i]);
		if (cJSON_IsString(q)) {
			assert_true(fhir_time(q->valuestring) >= last);
			last = fhir_time(q->valuestring);
		} else if (cJSON_IsNumber(q)) {
			assert_true(q->valuedouble >= least);
			least = q->valuedouble;
		}
	}
	cJSON_ArrayForEach(one, o)
	{
		assert_false(cJSON_IsNull(one)); /* a NaN or an infinity */
		all_ahead(one, at);
	}
}

static void sound(const char *text, int cases)
{
	cJSON *root = cJSON_Parse(text);
	assert_non_null(root);
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(root, "at");
	assert_true(cJSON_IsString(at));
	all_ahead(root, fhir_time(at->valuestring));
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "cases");
	if (cases >= 0)
		assert_int_equal(cJSON_GetArraySize(list), cases);
	else
		assert_true(cJSON_GetArraySize(list) > 0);
	cJSON_Delete(root);
}

#define DAY "2026-03-16T"
static const struct entry fine[] = {
	{"or-1", DAY "08:00:00+01:00", DAY "09:30:00+01:00", NULL, false},
	{"or-1", DAY "10:00:00+01:00", DAY "12:00:00+01:00", NULL, false},
	{"or-2", DAY "08:00:00+01:00", DAY "10:30:00+01:00", NULL, false},
	{"or-2", DAY "11:00:00+01:00", DAY "13:00:00+01:00", NULL, false},
};

static void threads_do_not_matter(void **state)
{
	static const char *const words[] = {"@ --site etc/demo/site.cfg --reps 300 --json",
		"@ --site etc/demo/site.cfg --reps 300", "@ --reps 300 --json"};
	int code;
	(void)state;
	write_programme(fine, 4);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		char one[128], many[128];
		snprintf(one, sizeof one, "%s --threads 1", words[i]);
		snprintf(many, sizeof many, "%s --threads 7", words[i]);
		char *a = run(one, &code), *b = run(many, &code);
		assert_int_equal(code, 0);
		assert_true(strlen(a) > 500);
		assert_string_equal(a, b);
		free(a);
		free(b);
	}
}

static void bad_programmes(void **state)
{
	static const struct {
		const char *what;
		struct entry entries[3];
		int count, cases, code; /* without a site */
	} days[] = {
		{"overlapping",
			{{"or-1", DAY "08:00:00+01:00", DAY "09:30:00+01:00", NULL, false},
				{"or-1", DAY "08:00:00+01:00", DAY "09:30:00+01:00", NULL, false},
				{"or-1", DAY "08:30:00+01:00", DAY "09:00:00+01:00", NULL, false}},
			3, 3, 0},
		{"no room",
			{{NULL, DAY "08:00:00+01:00", DAY "09:30:00+01:00", NULL, false},
				{"or-1", DAY "08:00:00+01:00", DAY "09:30:00+01:00", NULL, false}},
			2, -1, -1},
		{"no duration",
			{{"or-1", DAY "08:00:00+01:00", NULL, NULL, false},
				{"or-1", DAY "10:00:00+01:00", DAY "11:00:00+01:00", NULL, false}},
			2, -1, -1},
		{"ends before it starts",
			{{"or-1", DAY "08:00:00+01:00", DAY "07:00:00+01:00", NULL, false},
				{"or-1", DAY "10:00:00+01:00", DAY "11:00:00+01:00", NULL, false}},
			2, -1, 1},
		{"a day long",
			{{"or-1", DAY "08:00:00+01:00", "2026-03-17T08:00:00+01:00", NULL, false},
				{"or-1", DAY "10:00:00+01:00", DAY "11:00:00+01:00", NULL, false}},
			2, 2, 0},
		{"zones",
			{{"or-1", DAY "08:00:00Z", DAY "09:30:00Z", NULL, false},
				{"or-2", DAY "16:00:00+09:00", DAY "17:00:00+09:00", NULL, false}},
			2, 2, 0},
		{"clocks go forward",
			{{"or-1", "2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", NULL,
				 false},
				{"or-1", "2026-03-29T08:00:00+02:00", "2026-03-29T10:00:00+02:00",
					NULL, false}},
			2, 2, 0},
		{"no patient",
			{{"or-1", DAY "08:00:00+01:00", DAY "09:30:00+01:00", NULL, true},
				{"or-1", DAY "10:00:00+01:00", DAY "11:00:00+01:00", NULL, false}},
			2, -1, -1},
		{"each after the other",
			{{"or-1", DAY "08:00:00+01:00", DAY "09:30:00+01:00",
				 ",\"basedOn\":[{\"reference\":\"Appointment/c1\"}]", false},
				{"or-1", DAY "10:00:00+01:00", DAY "11:00:00+01:00",
					",\"basedOn\":[{\"reference\":\"Appointment/c0\"}]",
					false}},
			2, -1, -1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		int code;
		write_programme(days[i].entries, days[i].count);
		char *text = run("@ --json --reps 100", &code);
		print_message("%s: %d\n", days[i].what, code);
		assert_true(days[i].code < 0 ? code == 0 || code == 1 : code == days[i].code);
		sound(text, days[i].cases);
		free(text);
		text = run("@ --json --reps 100 --site etc/demo/site.cfg", &code);
		assert_true(code == 0 || code == 1);
		sound(text, -1);
		free(text);
		text = run("@ --reps 100 --site etc/demo/site.cfg", &code);
		assert_non_null(strstr(text, "overtime"));
		assert_null(strstr(text, "nan"));
		assert_null(strstr(text, "inf"));
		free(text);
	}
}

/* More cases than anybody plans for: all in one or two rooms, over the night. */
static void five_hundred(void **state)
{
	static struct entry many[500];
	static char starts[500][64], ends[500][64];
	int code;
	(void)state;
	for (int i = 0; i < 500; i++) {
		int at = 7 * 60 + i / 8 * 15;
		snprintf(starts[i], sizeof *starts, DAY "%02d:%02d:00+01:00", at / 60, at % 60);
		snprintf(ends[i], sizeof *ends, DAY "%02d:%02d:00+01:00", at / 60, at % 60 + 10);
		many[i] = (struct entry){
			i % 2 == 0 ? "or-1" : "or-2", starts[i], ends[i], NULL, false};
	}
	write_programme(many, 500);
	char *text = run("@ --json --reps 20", &code);
	assert_true(code == 0 || code == 1);
	sound(text, -1);
	free(text);
	text = run("@ --json --reps 20 --site etc/demo/site.cfg", &code);
	sound(text, -1);
	free(text);
}

static double effect(const cJSON *o, const char *key)
{
	return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static const char *site(void)
{
	FILE *f = fopen(site_path, "w");
	assert_non_null(f);
	fputs("id = \"t\"; name = \"T\"; zone = \"Europe/Paris\";\n"
	      "floors = ( { id = \"0\"; level = 0; } );\n"
	      "rooms = (\n"
	      "{ id = \"or-1\"; floor = \"0\"; kind = \"or\"; box = [0.0, 0.0, 6.0, 6.0];\n"
	      "  session = \"08:00-20:00\"; },\n"
	      "{ id = \"or-2\"; floor = \"0\"; kind = \"or\"; box = [6.0, 0.0, 12.0, 6.0];\n"
	      "  session = \"08:00-20:00\"; } );\n",
		f);
	assert_int_equal(fclose(f), 0);
	return site_path;
}

/* The case that surely passes the end of its session (14 hours from 17:30 on, within
 * a third or so) costs half an hour when it takes half an hour more; the one with
 * eleven hours to spare, nothing. Alone in their rooms, they cannot change places. */
static void weakest_link(void **state)
{
	static const struct entry days[] = {
		{"or-1", DAY "17:30:00+01:00", "2026-03-17T07:30:00+01:00", NULL, false},
		{"or-2", DAY "08:00:00+01:00", DAY "09:00:00+01:00", NULL, false},
	};
	char words[192];
	int code, met = 0;
	const cJSON *one;
	(void)state;
	write_programme(days, 2);
	snprintf(words, sizeof words, "@ --robust --json --reps 200 --site %s", site());
	char *text = run(words, &code);
	cJSON *root = cJSON_Parse(text);
	const cJSON *robust = cJSON_GetObjectItemCaseSensitive(root, "robustness");
	cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(robust, "cases"))
	{
		const cJSON *id = cJSON_GetObjectItemCaseSensitive(one, "id");
		bool late = strcmp(cJSON_GetStringValue(id), "c0") == 0;
		assert_true(effect(one, "cost_min") == (late ? 30 : 0));
		met++;
	}
	assert_int_equal(met, 2);
	assert_true(effect(robust, "tried") == 0);
	cJSON_Delete(root);
	free(text);
	snprintf(words, sizeof words, "@ --robust --reps 200 --site %s", site_path);
	text = run(words, &code);
	assert_non_null(strstr(text, "all          c0                       +30 min (+30 to +30)"));
	assert_non_null(strstr(text, "or-2         c1                       +0 min"));
	assert_non_null(strstr(text, "changes of order that help, of 0 tried\nnone"));
	free(text);
}

/* OR 1 has its long case first: the other way round it would begin at 20:00, the end
 * of the session. OR 2 has it last, from 19:00 on for eleven hours: begun at 08:00
 * instead, about ten of them are within the session. */
static void change_of_order(void **state)
{
	static const struct entry days[] = {
		{"or-1", DAY "08:00:00+01:00", DAY "19:30:00+01:00", NULL, false},
		{"or-1", DAY "20:00:00+01:00", DAY "20:30:00+01:00", NULL, false},
		{"or-2", DAY "08:00:00+01:00", DAY "08:30:00+01:00", NULL, false},
		{"or-2", DAY "19:00:00+01:00", "2026-03-17T06:00:00+01:00", NULL, false},
	};
	char words[192];
	int code;
	(void)state;
	write_programme(days, 4);
	snprintf(words, sizeof words, "@ --robust --json --reps 200 --site %s", site());
	char *text = run(words, &code);
	cJSON *root = cJSON_Parse(text);
	const cJSON *robust = cJSON_GetObjectItemCaseSensitive(root, "robustness");
	const cJSON *best =
		cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(robust, "changes"), 0);
	assert_true(effect(robust, "tried") >= 2);
	assert_string_equal(
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(best, "scenario")),
		"swap:case=c2,with=c3");
	assert_true(effect(best, "effect_min") < -8 * 60);
	cJSON_Delete(root);
	free(text);
}

/* A session ends at 20:00 by the clock, also on the days when the clocks change. */
static void sessions_by_the_clock(void **state)
{
	static const struct entry days[] = {
		{"or-1", "2026-03-28T08:00:00+01:00", "2026-03-28T10:00:00+01:00", NULL, false},
		{"or-1", "2026-03-29T08:00:00+02:00", "2026-03-29T10:00:00+02:00", NULL, false},
		{"or-1", "2026-10-25T08:00:00+01:00", "2026-10-25T10:00:00+01:00", NULL, false},
	};
	char words[192];
	int code;
	(void)state;
	for (int i = 0; i < 3; i++) {
		write_programme(&days[i], 1);
		snprintf(words, sizeof words, "@ --reps 50 --site %s", site());
		char *text = run(words, &code);
		char *room = strstr(text, "\nor-2         -");
		assert_non_null(room);
		assert_memory_equal(room + 34, "20:00", 5);
		free(text);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *words;
		int code;
	} calls[] = {{"", EXIT_USAGE}, {"@ --reps 0", EXIT_USAGE}, {"@ --threads 0", EXIT_USAGE},
		{"@ --at yesterday", EXIT_USAGE}, {"@ --inject nonsense", EXIT_USAGE},
		{"/nowhere.json", EXIT_ENVIRONMENT}, {"@ --site /nowhere.cfg", EXIT_ENVIRONMENT},
		{"@ --learnt /nowhere.journal", EXIT_ENVIRONMENT}};
	(void)state;
	write_programme(fine, 4);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		int code;
		char *text = run(calls[i].words, &code);
		print_message("forecast %s: %d\n", calls[i].words, code);
		assert_int_equal(code, calls[i].code);
		assert_string_equal(text, "");
		free(text);
	}
}

static int setup(void **state)
{
	(void)state;
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	int a = mkstemp(programme), b = mkstemp(out_path), c = mkstemp(site_path);
	assert_true(a >= 0 && b >= 0 && c >= 0);
	close(c);
	close(a);
	close(b);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(programme);
	unlink(out_path);
	unlink(site_path);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_matter),
		cmocka_unit_test(bad_programmes),
		cmocka_unit_test(five_hundred),
		cmocka_unit_test(weakest_link),
		cmocka_unit_test(change_of_order),
		cmocka_unit_test(sessions_by_the_clock),
		cmocka_unit_test(refuses),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
