/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "twin/hash.h"

/* The test vectors of draft-eastlake-fnv, appendix C. */
static const struct {
	const char *text;
	uint32_t hash32;
	uint64_t hash64;
} vectors[] = {
	{"", 0x811c9dc5, 0xcbf29ce484222325},
	{"a", 0xe40c292c, 0xaf63dc4c8601ec8c},
	{"foobar", 0xbf9cf968, 0x85944171f73967e8},
};

static void test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		const char *text = vectors[i].text;
		assert_int_equal(hash32(HASH32_BASIS, text, strlen(text)), vectors[i].hash32);
		assert_true(hash64(HASH64_BASIS, text, strlen(text)) == vectors[i].hash64);
	}
}

static void test_in_pieces_is_in_one(void **state)
{
	(void)state;
	uint64_t h = hash64(hash64(HASH64_BASIS, "foo", 3), "bar", 3);
	assert_true(h == vectors[2].hash64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_in_pieces_is_in_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
