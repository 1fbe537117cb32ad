/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "src/verbs.h"
#include "tests/unit/repair_world.h"
#include "tests/unit/verb_call.h"

/* `vigie repair` as it is called, on a day of the demo's suite. */

static char programme[] = "/tmp/vigie-repair-day-XXXXXX";
static char out_path[] = "/tmp/vigie-repair-out-XXXXXX";

#define AT      "--at 2026-03-16T11:00:00+01:00 --site etc/demo/site.cfg --days 3000 --reps 100 "
#define OVERRUN "--inject overrun:case=case-or3-3,min=120 --about or-3 "

static char *run(int (*verb)(int, char **), const char *words, int *code)
{
	return verb_call(verb, words, programme, out_path, code);
}

static int code_of(const char *words)
{
	int code;
	free(run(verb_repair, words, &code));
	return code;
}

static void threads_do_not_matter(void **state)
{
	(void)state;
	int code;
	char *one = run(verb_repair, "@ " AT OVERRUN "--json --threads 1", &code);
	char *three = run(verb_repair, "@ " AT OVERRUN "--json --threads 3", &code);
	char *other = run(verb_repair, "@ " AT OVERRUN "--json --seed 2", &code);
	assert_true(strlen(one) > 1000);
	assert_string_equal(one, three);
	assert_string_not_equal(one, other);
	free(one);
	free(three);
	free(other);
}

static const cJSON *key(const cJSON *o, const char *name)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(o, name);
	if (value == NULL)
		fail_msg("no %s", name);
	return value;
}

static double mean(const cJSON *o, const char *name)
{
	const cJSON *p = key(o, name), *ci = key(p, "ci95");
	double value = key(p, "mean")->valuedouble;
	assert_int_equal(cJSON_GetArraySize(ci), 2);
	assert_true(cJSON_GetArrayItem(ci, 0)->valuedouble <= value);
	assert_true(cJSON_GetArrayItem(ci, 1)->valuedouble >= value);
	return value;
}

/* The keys that are promised (vigie.repair/1), and that they agree with each other. */
static void the_object_is_as_promised(void **state)
{
	(void)state;
	int code, rank = 0;
	char *text = run(verb_repair, "@ " AT OVERRUN "--json", &code);
	cJSON *root = cJSON_Parse(text);
	const cJSON *option, *move;
	assert_non_null(root);
	assert_string_equal(key(root, "format")->valuestring, "vigie.repair/1");
	assert_string_equal(key(root, "about")->valuestring, "or-3");
	double nothing = key(key(root, "do_nothing"), "objective")->valuedouble;
	assert_true(cJSON_GetArraySize(key(root, "options")) > 0);
	cJSON_ArrayForEach(option, key(root, "options"))
	{
		assert_int_equal(key(option, "rank")->valueint, ++rank);
		const cJSON *difference = key(option, "difference");
		mean(difference, "overtime_min");
		mean(difference, "wait_min");
		mean(difference, "hold_min");
		mean(difference, "cancelled");
		double gains = mean(option, "objective_difference");
		assert_true(gains < 0);
		double left = key(option, "objective")->valuedouble - nothing - gains;
		assert_true(left < 0.2 && left > -0.2); /* all three are rounded */
		assert_true(cJSON_IsTrue(key(option, "feasible")));
		assert_true(key(option, "why")->valuestring[0] != '\0');
		assert_true(key(option, "would_fail_if")->valuestring[0] != '\0');
		assert_true(key(option, "text")->valuestring[0] != '\0');
		assert_true(cJSON_GetArraySize(key(option, "moves")) > 0);
		cJSON_ArrayForEach(move, key(option, "moves"))
		{
			assert_true(key(move, "kind")->valuestring[0] != '\0');
			if (strcmp(key(move, "kind")->valuestring, "place") == 0) {
				assert_true(cJSON_IsString(key(move, "case")));
				assert_true(cJSON_IsString(key(move, "room")));
				assert_true(cJSON_IsString(key(move, "start")));
			}
		}
	}
	assert_in_range(rank, 1, 3);
	cJSON_Delete(root);
	free(text);
}

/* What is told of an option is a what-if like any other: the forecast takes it. */
static void an_option_is_a_what_if(void **state)
{
	(void)state;
	int code;
	char words[2048] = "@ --at 2026-03-16T11:00:00+01:00 --site etc/demo/site.cfg --reps 400 "
			   "--inject overrun:case=case-or3-3,min=120 --json";
	char *text = run(verb_repair, "@ " AT OVERRUN "--json", &code);
	cJSON *root = cJSON_Parse(text);
	const cJSON *move, *first = cJSON_GetArrayItem(key(root, "options"), 0);
	cJSON_ArrayForEach(move, key(first, "moves"))
	{
		strcat(words, " --inject ");
		strcat(words, key(move, "inject")->valuestring);
	}
	assert_true(strlen(words) < 500);
	char *foretold = run(verb_forecast, words, &code);
	cJSON *after = cJSON_Parse(foretold);
	assert_non_null(after);
	assert_non_null(key(after, "difference"));
	cJSON_Delete(after);
	cJSON_Delete(root);
	free(foretold);
	free(text);
}

static void lines_for_people(void **state)
{
	(void)state;
	int code;
	char *text = run(verb_repair, "@ " AT OVERRUN, &code);
	assert_non_null(strstr(text, "\n1. "));
	assert_non_null(strstr(text, "Supposed: the case takes so many minutes more"));
	assert_non_null(strstr(text, "     because "));
	assert_non_null(strstr(text, "     beware: "));
	free(text);
}

/* A day that is over; words that are wrong; things that are not there. */
static void when_there_is_nothing_to_do(void **state)
{
	(void)state;
	int code;
	char *text = run(verb_repair,
		"@ --at 2026-03-18T11:00:00+01:00 --site etc/demo/site.cfg --days 500 --reps 50",
		&code);
	assert_int_equal(code, EXIT_FOUND);
	assert_non_null(strstr(text, "No repair: "));
	free(text);
	assert_int_equal(code_of("--help"), 0);
	assert_int_equal(code_of("@ --inject help"), 0);
	assert_int_equal(code_of(""), EXIT_USAGE);
	assert_int_equal(code_of("@ --inject nonsense"), EXIT_USAGE);
	assert_int_equal(code_of("@ --reps 0"), EXIT_USAGE);
	assert_int_equal(code_of("@ --days -1"), EXIT_USAGE);
	assert_int_equal(code_of("@ --at yesterday"), EXIT_USAGE);
	assert_int_equal(code_of("@ " AT "--about or-99"), EXIT_ENVIRONMENT);
	assert_int_equal(code_of("@ " AT "--inject absent:case=nobody"), EXIT_ENVIRONMENT);
	assert_int_equal(code_of("/nonexistent"), EXIT_ENVIRONMENT);
}

static int setup(void **state)
{
	struct repair_world w;
	(void)state;
	int a = mkstemp(programme), b = mkstemp(out_path);
	assert_true(a >= 0 && b >= 0);
	close(b);
	repair_world_open(&w, 3, 11 * 60);
	char *bundle = hearing_bundle(w.day, w.day->midnight + 11 * 3600000LL);
	assert_true(write(a, bundle, strlen(bundle)) == (ssize_t)strlen(bundle));
	close(a);
	free(bundle);
	repair_world_close(&w);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(programme);
	unlink(out_path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_matter),
		cmocka_unit_test(the_object_is_as_promised),
		cmocka_unit_test(an_option_is_a_what_if),
		cmocka_unit_test(lines_for_people),
		cmocka_unit_test(when_there_is_nothing_to_do),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
