/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_edit.h"
#include "feeds/json_span.h"

/* Places in JSON text by RFC 6901, and one change written in two ways; all expected
 * texts by hand. */

static const char text[] = "{ \"a\" : 1.50 , \"b\":[ {\"c\":\"x,]}\\\"\"},[], 2e3],\n"
			   "  \"e\":{}, \"\":null,\"b2\":true}";

static void assert_span(const char *pointer, const char *value)
{
	struct json_span span;
	enum json_found found = json_span(text, strlen(text), pointer, &span);
	assert_int_equal(found, value != NULL ? JSON_FOUND : JSON_ABSENT);
	if (value == NULL)
		return;
	assert_int_equal(span.end - span.begin, strlen(value));
	assert_memory_equal(text + span.begin, value, strlen(value));
}

static void finds_values(void **state)
{
	(void)state;
	assert_span("", text);
	assert_span("/a", "1.50");
	assert_span("/b/0/c", "\"x,]}\\\"\"");
	assert_span("/b/1", "[]");
	assert_span("/b/2", "2e3");
	assert_span("/e", "{}");
	assert_span("/", "null");
	assert_span("/b2", "true");
	assert_span("/b/3", NULL);
	assert_span("/b/1/0", NULL);
	assert_span("/b/-", NULL);
	assert_span("/b/00000000000", NULL);
	assert_span("/e/x", NULL);
	assert_span("/a/x", NULL);
	assert_span("/A", NULL);
}

/* Cut anywhere, it is broken or the part before is found; never is beyond the end read. */
static void bears_any_cut(void **state)
{
	struct json_span span;
	(void)state;
	for (size_t n = 0; n < strlen(text); n++) {
		char *cut = malloc(n > 0 ? n : 1);
		memcpy(cut, text, n);
		assert_int_equal(json_span(cut, n, "/b/2", &span), JSON_BROKEN);
		free(cut);
	}
}

static void sees_what_stands_twice(void **state)
{
	static const char twice[] = "{\"a\":{\"x\":1,\"y\":2,\"x\":3}}";
	struct json_span span;
	(void)state;
	assert_int_equal(json_span(twice, strlen(twice), "/a/x", &span), JSON_TWICE);
	assert_int_equal(json_span(twice, strlen(twice), "/a/y", &span), JSON_FOUND);
}

/* Changes `from` by all of it at once. */
static void assert_change(
	const char *from, struct fhir_edits *edits, const char *patch, const char *splice)
{
	struct error err = {""};
	char *is = fhir_edits_patch(edits, from, strlen(from), true, &err);
	if (patch == NULL)
		assert_null(is);
	else
		assert_string_equal(is, patch);
	free(is);
	is = fhir_edits_splice(edits, from, strlen(from), &err);
	if (splice == NULL)
		assert_null(is);
	else
		assert_string_equal(is, splice);
	free(is);
	if (patch == NULL)
		assert_string_not_equal(err.text, "");
	fhir_edits_free(edits);
}

static void one_change_in_two_ways(void **state)
{
	struct fhir_edits e = {.count = 0};
	(void)state;
	fhir_edit_hold(&e, "/v");
	fhir_edit_hold(&e, "/none/of/it");
	fhir_edit_set(&e, "/s", "\"new\"");
	fhir_edit_put(&e, "/l/0/x", "[1]");
	fhir_edit_put(&e, "/l/-", "{}");
	fhir_edit_set(&e, "/added", "1");
	fhir_edit_remove(&e, "/gone");
	fhir_edit_remove(&e, "/never");
	assert_change("{\"v\":7.0, \"gone\" : [1,2] , \"s\": \"old\",\"l\":[{\"x\":0} ] }", &e,
		"[{\"op\":\"test\",\"path\":\"/v\",\"value\":7.0},"
		"{\"op\":\"test\",\"path\":\"/s\",\"value\":\"old\"},"
		"{\"op\":\"test\",\"path\":\"/gone\",\"value\":[1,2]},"
		"{\"op\":\"replace\",\"path\":\"/s\",\"value\":\"new\"},"
		"{\"op\":\"replace\",\"path\":\"/l/0/x\",\"value\":[1]},"
		"{\"op\":\"add\",\"path\":\"/l/-\",\"value\":{}},"
		"{\"op\":\"add\",\"path\":\"/added\",\"value\":1},"
		"{\"op\":\"remove\",\"path\":\"/gone\"}]",
		"{\"v\":7.0,  \"s\": \"new\",\"l\":[{\"x\":[1]} ,{}] ,\"added\":1}");
}

static void takes_out_the_first_the_last_and_the_only_one(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{"{\"x\":1,\"y\":2}", "{\"y\":2}"},
		{"{\"y\":2 , \"x\":1 }", "{\"y\":2  }"},
		{"{\"x\":1}", "{}"},
		{"{ \"x\" :\"a\" }", "{  }"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fhir_edits e = {.count = 0};
		struct error err = {""};
		fhir_edit_remove(&e, "/x");
		char *is = fhir_edits_splice(&e, rows[i].from, strlen(rows[i].from), &err);
		assert_string_equal(is, rows[i].to);
		free(is);
		fhir_edits_free(&e);
	}
}

static void adds_to_what_is_empty(void **state)
{
	struct fhir_edits e = {.count = 0};
	(void)state;
	fhir_edit_put(&e, "/l/-", "1");
	fhir_edit_put(&e, "/o/k", "2");
	assert_change("{\"l\":[ ],\"o\":{}}", &e,
		"[{\"op\":\"add\",\"path\":\"/l/-\",\"value\":1},"
		"{\"op\":\"add\",\"path\":\"/o/k\",\"value\":2}]",
		"{\"l\":[ 1],\"o\":{\"k\":2}}");
}

static void refuses_what_cannot_be_done(void **state)
{
	static const struct {
		const char *from, *path;
	} rows[] = {
		{"{\"a\":1,\"a\":2}", "/a"}, /* who knows which */
		{"{\"a\":1}", "/b/c"},       /* in nothing */
		{"{\"a\":\"text\"}", "/a/b"},
		{"{\"a\":{}}", "/a/-"},
		{"{\"a\":[]}", "/a/b"},
		{"{\"a\":", "/a"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fhir_edits e = {.count = 0};
		fhir_edit_set(&e, rows[i].path, "0");
		assert_change(rows[i].from, &e, NULL, NULL);
	}
	/* More than fits is nothing at all. */
	struct fhir_edits e = {.count = 0};
	for (int i = 0; i <= FHIR_EDITS; i++)
		fhir_edit_set(&e, "/a", "0");
	assert_change("{\"a\":1}", &e, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_values),
		cmocka_unit_test(bears_any_cut),
		cmocka_unit_test(sees_what_stands_twice),
		cmocka_unit_test(one_change_in_two_ways),
		cmocka_unit_test(takes_out_the_first_the_last_and_the_only_one),
		cmocka_unit_test(adds_to_what_is_empty),
		cmocka_unit_test(refuses_what_cannot_be_done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
