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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slides),
	};
	return cmocka_run_group_tests_name("pulse", tests, NULL, NULL);
}
