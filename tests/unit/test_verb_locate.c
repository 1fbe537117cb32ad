/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/verbs.h"

/* `vigie locate` as it is called: exit codes, the JSON contract, four folds. */

static char csv[] = "/tmp/vigie-locate-XXXXXX";
static char out_path[] = "/tmp/vigie-locate-out-XXXXXX";

/* Runs `locate` with these words (@ is the CSV), standard output and error in a
 * file; its text is returned. */
static char *run(const char *words, int *code)
{
	static char text[65536];
	char line[256], verb[] = "locate", *argv[12] = {verb}, *rest = NULL;
	int argc = 1;
	snprintf(line, sizeof line, "%s", words);
	for (char *w = strtok_r(line, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
		argv[argc++] = strcmp(w, "@") == 0 ? csv : w;
	int saved[2] = {dup(1), dup(2)};
	fflush(stdout);
	FILE *out = fopen(out_path, "w+");
	assert_non_null(out);
	dup2(fileno(out), 1);
	dup2(fileno(out), 2);
	*code = verb_locate(argc, argv);
	fflush(stdout);
	dup2(saved[0], 1);
	dup2(saved[1], 2);
	close(saved[0]);
	close(saved[1]);
	rewind(out);
	text[fread(text, 1, sizeof text - 1, out)] = '\0';
	fclose(out);
	return text;
}

/* Eight minutes, three rows a second; the room changes every 40 s, and one
 * gateway is loud in each room. Times as pandas writes nanoseconds. */
static int setup(void **state)
{
	(void)state;
	int fd = mkstemp(csv), other = mkstemp(out_path);
	assert_true(fd >= 0 && other >= 0);
	close(other);
	FILE *f = fdopen(fd, "w");
	fputs(",ts,x,rssi_1,rssi_2,room\r\n", f);
	for (int i = 0; i < 1440; i++) {
		bool east = i / 120 % 2 == 1;
		int noise = i * 7919 % 9 - 4;
		char second[8] = "";
		if (east || i % 5 != 0)
			snprintf(second, sizeof second, "%d", (east ? -50 : -73) + noise);
		fprintf(f, "%d,%.12e,0,%d,%s,%s\r\n", i, 1.627997452e18 + i * 333333333.0,
			(east ? -75 : -52) + noise, second, east ? "east" : "west");
	}
	return fclose(f);
}

static int teardown(void **state)
{
	(void)state;
	unlink(csv);
	unlink(out_path);
	return 0;
}

static double number(const cJSON *object, const char *key)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
	assert_true(cJSON_IsNumber(value));
	return value->valuedouble;
}

static void test_json(void **state)
{
	static const char *const methods[] = {"model", "strongest", "margin"};
	int code;
	(void)state;
	char *text = run("evaluate @ --json", &code);
	assert_int_equal(code, 0);
	cJSON *json = cJSON_Parse(text);
	assert_non_null(json);
	assert_string_equal(cJSON_GetObjectItem(json, "format")->valuestring, "vigie.locate/1");
	assert_int_equal((int)number(json, "n"), 1440);
	assert_int_equal((int)number(json, "true_changes"), 11);
	for (int i = 0; i < 3; i++) {
		const cJSON *m = cJSON_GetObjectItem(json, methods[i]);
		assert_true(number(m, "accuracy") > 0.9);
		assert_true(number(m, "changes") >= 9 && number(m, "changes") <= 15);
		assert_true(number(m, "latency_p50_s") < number(m, "latency_p90_s") + 0.001);
		assert_true(number(m, "latency_p90_s") < 10);
		assert_true(number(m, "calibration_error") < 0.15);
	}
	assert_true(number(cJSON_GetObjectItem(json, "model"), "accuracy")
		    > number(cJSON_GetObjectItem(json, "strongest"), "accuracy"));
	cJSON_Delete(json);
}

static void test_table_and_train(void **state)
{
	int code;
	(void)state;
	char *text = run("evaluate @ --train @ --adjacency east-west", &code);
	assert_int_equal(code, 0);
	assert_non_null(strstr(text, "1440 rows, 2 rooms, 2 gateways, 11 true changes of room"));
	text = run("train @", &code);
	assert_int_equal(code, 0);
	assert_non_null(strstr(text, "radio = {"));
	assert_non_null(strstr(text, "room = \"room-2\""));
}

static void test_refusals(void **state)
{
	int code;
	(void)state;
	run("", &code);
	assert_int_equal(code, EXIT_USAGE);
	run("guess @", &code);
	assert_int_equal(code, EXIT_USAGE);
	run("evaluate @ @", &code);
	assert_int_equal(code, EXIT_USAGE);
	assert_non_null(strstr(run("evaluate /nonexistent.csv", &code), "No such file"));
	assert_int_equal(code, EXIT_ENVIRONMENT);
	assert_non_null(strstr(run("evaluate @ --adjacency east-roof", &code), "are no two rooms"));
	assert_int_equal(code, EXIT_ENVIRONMENT);
	run("survey --seconds 5", &code);
	assert_int_equal(code, EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_table_and_train),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
