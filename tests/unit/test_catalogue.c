/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue promises only what the code has words for: every quantity it
 * names exists, every frame is one the decoders may say, nothing is called
 * verified without a device (feeds reference 8: none has been on our bench). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "twin/catalogue.h"
#include "twin/fact.h"

static void test_quantities_exist(void **state)
{
	(void)state;
	for (int i = 0; i < catalogue_count; i++) {
		const struct device_model *d = &catalogue[i];
		char word[64];
		/* The gateways' yields are words for people. */
		for (const char *at = d->yields; d->kind != DEVICE_GATEWAY && *at != '\0';) {
			size_t n = strcspn(at, " ;");
			snprintf(word, sizeof word, "%.*s", (int)n, at);
			if (at[n] == ';' || strstr(d->yields, "clones") != NULL)
				break;
			if (quantity_parse(word) < 0)
				fail_msg("%s yields %s", d->model, word);
			at += n + (at[n] != '\0');
		}
	}
}

static void test_every_row_is_whole(void **state)
{
	(void)state;
	assert_true(catalogue_count > 20);
	for (int i = 0; i < catalogue_count; i++) {
		const struct device_model *d = &catalogue[i];
		assert_int_equal(catalogue_find(d->model), i); /* and no model twice */
		assert_true(d->what[0] && d->frames[0] && d->source[0] && d->evidence[0]);
		assert_int_equal(strspn(d->evidence, "VRCS?"), strlen(d->evidence));
		assert_string_not_equal(device_kind_name(d->kind), "?");
		assert_false(d->verified);
	}
	assert_int_equal(catalogue_find("b10"), catalogue_find("B10"));
	assert_int_equal(catalogue_find("B1"), -1);
	assert_int_equal(catalogue_find("B100"), -1);
	assert_int_equal(catalogue_find(""), -1);
}

/* Every model that the frames name (0x0639 family, S1, B10, B7). */
static void test_named_models(void **state)
{
	static const char *const models[] = {"S1", "B10", "B7", "E8", "S3", "S4", "MSE01", "MBT02",
		"MTB02", "MSR01", "MSD01", "MG3", "MG4", "G1", "G2"};
	(void)state;
	for (size_t i = 0; i < sizeof models / sizeof *models; i++)
		if (catalogue_find(models[i]) < 0)
			fail_msg("%s is missing", models[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_quantities_exist),
		cmocka_unit_test(test_every_row_is_whole), cmocka_unit_test(test_named_models)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
