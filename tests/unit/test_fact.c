/* SPDX-License-Identifier: Apache-2.0 */
/* The vocabularies: every word is there, unique, and comes back as it went. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/alarm.h"
#include "twin/fact.h"
#include "twin/health.h"
#include "twin/names.h"
#include "twin/site.h"
#include "twin/surgery.h"

#define ROUND_TRIP(prefix, type, count)                                                            \
	do {                                                                                       \
		for (int i = 0; i < (count); i++) {                                                \
			assert_string_not_equal(prefix##_name((type)i), "?");                      \
			assert_int_equal(prefix##_parse(prefix##_name((type)i)), i);               \
		}                                                                                  \
		assert_string_equal(prefix##_name((type)(count)), "?");                            \
		assert_string_equal(prefix##_name((type)-1), "?");                                 \
		assert_int_equal(prefix##_parse("no such word"), -1);                              \
		assert_int_equal(prefix##_parse(""), -1);                                          \
		assert_int_equal(prefix##_parse(NULL), -1);                                        \
	} while (0)

static void test_words_come_back(void **state)
{
	(void)state;
	ROUND_TRIP(fact_kind, enum fact_kind, FACT_KIND_COUNT);
	ROUND_TRIP(source, enum source, SOURCE_COUNT);
	ROUND_TRIP(milestone, enum milestone, MILESTONE_COUNT);
	ROUND_TRIP(case_status, enum case_status, CASE_STATUS_COUNT);
	ROUND_TRIP(readiness, enum readiness, READY_COUNT);
	ROUND_TRIP(mobility, enum mobility, MOBILITY_COUNT);
	ROUND_TRIP(setting, enum setting, SETTING_COUNT);
	ROUND_TRIP(room_service, enum room_service, SERVICE_COUNT);
	ROUND_TRIP(located, enum located, LOCATED_COUNT);
	ROUND_TRIP(quantity, enum quantity, QUANTITY_COUNT);
	ROUND_TRIP(priority, enum priority, PRIORITY_COUNT);
	ROUND_TRIP(alarm_act, enum alarm_act, ALARM_ACT_COUNT);
	ROUND_TRIP(room_kind, enum room_kind, ROOM_KIND_COUNT);
	ROUND_TRIP(tag_kind, enum tag_kind, TAG_KIND_COUNT);
}

static void test_output_only_words_are_all_there(void **state)
{
	(void)state;
	for (int i = 0; i < REFUSED_COUNT; i++)
		assert_string_not_equal(refusal_name((enum refusal)i), "?");
	assert_string_equal(refusal_name(REFUSED_COUNT), "?");
	for (int i = 0; i < STAGE_COUNT; i++)
		assert_string_not_equal(stage_name((enum stage)i), "?");
	for (int i = 0; i < ROOMSTATE_COUNT; i++)
		assert_string_not_equal(room_state_name((enum room_state)i), "?");
	for (int i = 0; i < ALARM_STATE_COUNT; i++)
		assert_string_not_equal(alarm_state_name((enum alarm_state)i), "?");
	for (int i = 0; i < ALARM_CLASS_COUNT; i++)
		assert_string_not_equal(alarm_class_name((enum alarm_class)i), "?");
}

/* Words and units of the decode verb's contract (output formats). */
static void test_words_of_the_contract(void **state)
{
	(void)state;
	assert_string_equal(fact_kind_name(FACT_MILESTONE), "milestone");
	assert_string_equal(milestone_name(MILESTONE_IN_ROOM), "in_room");
	assert_string_equal(quantity_name(QUANTITY_TEMPERATURE), "temperature");
	assert_string_equal(quantity_unit(QUANTITY_TEMPERATURE), "Cel");
	assert_string_equal(quantity_unit(QUANTITY_MOTION), "");
	assert_true(quantity_is_boolean(QUANTITY_LEAK));
	assert_false(quantity_is_boolean(QUANTITY_WEIGHT));
	/* counts and codes have no unit either, but are numbers */
	assert_string_equal(quantity_unit(QUANTITY_PEOPLE), "");
	assert_false(quantity_is_boolean(QUANTITY_PEOPLE));
	assert_false(quantity_is_boolean(QUANTITY_BUTTON));
	assert_true(quantity_is_boolean(QUANTITY_DOOR));
	assert_string_equal(refusal_name(REFUSED_NOT_JSON), "not_json");
	assert_string_equal(priority_name(PRIORITY_HIGH), "HIGH");
}

static void test_milestone_keys_and_letters_are_unique(void **state)
{
	(void)state;
	for (int a = 0; a < MILESTONE_COUNT; a++)
		for (int b = a + 1; b < MILESTONE_COUNT; b++) {
			assert_string_not_equal(milestone_rules[a].key, milestone_rules[b].key);
			assert_string_not_equal(milestone_rules[a].label, milestone_rules[b].label);
			assert_int_not_equal(milestone_rules[a].letter, milestone_rules[b].letter);
		}
}

static void test_make_marks_the_missing(void **state)
{
	(void)state;
	struct fact c = fact_make(FACT_CASE, SOURCE_FHIR, 7);
	struct fact p = fact_make(FACT_PATIENT, SOURCE_PERSON, 8);
	struct fact r = fact_make(FACT_READINESS, SOURCE_PERSON, 9);

	assert_int_equal(c.kind, FACT_CASE);
	assert_int_equal(c.source, SOURCE_FHIR);
	assert_int_equal(c.at_ms, 7);
	assert_int_equal(c.surgery.nest, FACT_UNKNOWN);
	assert_int_equal(c.surgery.add_on, FACT_UNKNOWN);
	assert_int_equal(c.surgery.start_ms, 0);
	assert_string_equal(c.surgery.id, "");
	assert_int_equal(p.patient.age_years, FACT_UNKNOWN);
	assert_int_equal(p.patient.asa, FACT_UNKNOWN);
	assert_true(p.patient.bmi < 0);
	assert_int_equal(r.readiness.value, FACT_UNKNOWN);
}

static void test_names_are_bounded(void **state)
{
	(void)state;
	char id[16];
	struct names *names = names_create();

	for (int i = 0; i < NAMES_MAX; i++) {
		snprintf(id, sizeof id, "p-%d", i);
		names_set(names, id, "Martin, Claire");
	}
	names_set(names, "p-0", "Martin, Anne"); /* told again: no longer the oldest */
	names_set(names, "p-new", "Cher");
	assert_int_equal(names_count(names), NAMES_MAX);
	assert_string_equal(names_get(names, "p-0"), "Martin, Anne");
	assert_null(names_get(names, "p-1"));
	assert_string_equal(names_get(names, "p-new"), "Cher");
	names_destroy(names);
}

static void test_names_are_masked(void **state)
{
	(void)state;
	struct names *names = names_create();
	char out[LABEL_SIZE];

	names_set(names, "p-1001", "Martin, Claire");
	names_set(names, "p-1002", "Élan, Àxel");
	names_set(names, "p-1003", "De la Tour, Jean");
	names_set(names, "p-1004", "Cher");
	assert_int_equal(names_count(names), 4);
	names_masked(names, "p-1001", out, sizeof out);
	assert_string_equal(out, "M.C.");
	names_masked(names, "p-1002", out, sizeof out);
	assert_string_equal(out, "É.À.");
	names_masked(names, "p-1003", out, sizeof out);
	assert_string_equal(out, "D.J.");
	names_masked(names, "p-1004", out, sizeof out);
	assert_string_equal(out, "C.");
	names_masked(names, "p-9999", out, sizeof out);
	assert_string_equal(out, "9999");
	names_masked(names, "ab", out, sizeof out);
	assert_string_equal(out, "ab");
	names_masked(names, "p-1002", out, 4);
	assert_string_equal(out, "É.");
	assert_null(names_get(names, "p-9999"));
	names_set(names, "p-1001", "Durand, Zoé");
	assert_string_equal(names_get(names, "p-1001"), "Durand, Zoé");
	assert_int_equal(names_count(names), 4);
	names_destroy(names);
}

static void test_site_is_found_and_freed(void **state)
{
	(void)state;
	struct site *site = calloc(1, sizeof *site);

	assert_non_null(site);
	site->rooms = calloc(2, sizeof *site->rooms);
	site->targets = calloc(1, sizeof *site->targets);
	assert_non_null(site->rooms);
	assert_non_null(site->targets);
	site->room_count = 2;
	site->target_count = 1;
	memcpy(site->rooms[1].id, "or-2", 5);
	memcpy(site->rooms[1].fhir, "Loc2", 5);
	memcpy(site->targets[0].key, "late_min", 9);
	site->targets[0].value = 12;
	assert_int_equal(site_room(site, "or-2"), 1);
	assert_int_equal(site_room(site, "Loc2"), 1);
	assert_int_equal(site_room(site, ""), -1);
	assert_int_equal(site_room(NULL, "or-2"), -1);
	assert_int_equal(site_bed(site, "b"), -1);
	assert_true(site_target(site, "late_min", 3) == 12);
	assert_true(site_target(site, "other", 3) == 3);
	site_free(site);
	site_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_come_back),
		cmocka_unit_test(test_output_only_words_are_all_there),
		cmocka_unit_test(test_words_of_the_contract),
		cmocka_unit_test(test_milestone_keys_and_letters_are_unique),
		cmocka_unit_test(test_make_marks_the_missing),
		cmocka_unit_test(test_names_are_masked),
		cmocka_unit_test(test_names_are_bounded),
		cmocka_unit_test(test_site_is_found_and_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
