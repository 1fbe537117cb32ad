/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/pulse.h"

/* By hand: slots begin at multiples of 10 s, and six of them are kept. */
static void test_slides(void **state)
{
	static const struct {
		int64_t at_s;
		double turn_ms, longest;
	} rows[] = {
		{1000, 3, 3},   /* slot 100 */
		{1009, 80, 80}, /* the same slot */
		{1010, 5, 80},
		{1059, 7, 80}, /* slot 105: 100 to 105 are kept */
		{1060, 1, 7},  /* slot 106: 100 is gone */
		{1069, 2, 7},  /* 5 (slot 101) is there, 7 is longer */
		{1110, 2, 2},  /* slot 111: 105 is gone, 106 holds 2 */
		{9999, 1, 1},  /* asleep for hours */
		{9999, 0.5, 1},
	};
	struct pulse pulse = {0};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_float_equal(pulse_turn(&pulse, rows[i].at_s * 1000000, rows[i].turn_ms),
			rows[i].longest, 0);
}

/* By hand: 1,000 turns of 0.15 ms lie in the class that ends at 0.2 ms (0.1 * sqrt 2
 * is 0.141), one of 40 ms in the one that ends at 51.2 ms, but 40 is the longest. */
static void test_within(void **state)
{
	struct pulse pulse = {0};
	(void)state;
	assert_float_equal(pulse_within(&pulse, 0.999), 0, 0);
	for (int i = 0; i < 1000; i++)
		pulse_turn(&pulse, 1000000000, 0.15);
	assert_float_equal(pulse_within(&pulse, 0.999), 0.15, 1e-9);
	pulse_turn(&pulse, 1000000000, 40);
	assert_float_equal(pulse_within(&pulse, 0.5), 0.2, 1e-9);
	assert_float_equal(pulse_within(&pulse, 0.999), 0.2, 1e-9);
	pulse_turn(&pulse, 1000000000, 30); /* 0.1 * sqrt 2 ^ 17 */
	assert_float_equal(pulse_within(&pulse, 0.999), 36.2038671967, 1e-6);
	assert_float_equal(pulse_within(&pulse, 1), 40, 1e-9);
	pulse_turn(&pulse, 1100000000, 20000); /* beyond every class, a minute later */
	assert_float_equal(pulse_within(&pulse, 0.999), 20000, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slides),
		cmocka_unit_test(test_within),
	};
	return cmocka_run_group_tests_name("pulse", tests, NULL, NULL);
}
