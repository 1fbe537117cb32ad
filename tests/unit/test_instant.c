/* SPDX-License-Identifier: Apache-2.0 */
/* Instants as text. Expected values: date -u -d "..." +%s (GNU coreutils), and the
 * grammar in twin/instant.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "twin/instant.h"

static void known_instants(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} known[] = {
		{"1970-01-01T00:00Z", 0},
		{"2000-02-29T23:59Z", 951868740},
		{"2024-12-31T00:00Z", 1735603200},
		{"2026-03-16T13:10Z", 1773666600},
		{"2100-03-01T00:00Z", 4107542400},
		{"9999-12-31T23:59Z", 253402300740},
	};
	char text[INSTANT_TEXT];
	int64_t ms;
	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		assert_true(instant_parse(known[i].text, &ms));
		assert_int_equal(ms, known[i].seconds * 1000);
		instant_text(known[i].seconds * 1000 + 59999, text);
		assert_string_equal(text, known[i].text);
	}
	instant_text(-1, text);
	assert_string_equal(text, "1970-01-01T00:00Z");
	instant_text(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59Z");
}

static void every_day_goes_round(void **state)
{
	char text[INSTANT_TEXT];
	int64_t ms;
	(void)state;
	for (int64_t day = 0; day < 200 * 366; day++) {
		int64_t at = day * 86400000 + day % 1440 * 60000;
		instant_text(at, text);
		assert_true(instant_parse(text, &ms));
		assert_int_equal(ms, at);
	}
}

static void what_is_no_instant(void **state)
{
	static const char *const bad[] = {"", "2026-03-16", "2026-03-16T13:10", "2026-03-16T13:10z",
		"2026-03-16 13:10Z", "2026-02-29T13:10Z", "2026-13-01T13:10Z", "2026-00-01T13:10Z",
		"2026-03-32T13:10Z", "2026-03-00T13:10Z", "2026-03-16T24:00Z", "2026-03-16T13:60Z",
		"1969-12-31T23:59Z", "2026-03-16T13:10:00Z", "+026-03-16T13:10Z",
		"2026-03-16T13:10Z "};
	int64_t ms;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(instant_parse(bad[i], &ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_instants),
		cmocka_unit_test(every_day_goes_round),
		cmocka_unit_test(what_is_no_instant),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
