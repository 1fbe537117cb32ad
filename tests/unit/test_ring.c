/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "feeds/ring.h"

/* Expected values by hand: capacity 4096 (the smallest), a record is 4 bytes of
 * length and the bytes, padded to 8. */

static void test_keeps_order_and_bytes(void **state)
{
	struct ring *ring = ring_create(1);
	bool empty;
	size_t len;
	(void)state;
	assert_null(ring_peek(ring, &len));
	assert_true(ring_push(ring, "ab", 2, "cde", 3, &empty));
	assert_true(empty);
	assert_true(ring_push(ring, "", 0, "", 0, &empty));
	assert_false(empty);
	const char *bytes = ring_peek(ring, &len);
	assert_int_equal(len, 5);
	assert_memory_equal(bytes, "abcde", 5);
	ring_pop(ring);
	assert_non_null(ring_peek(ring, &len));
	assert_int_equal(len, 0);
	ring_pop(ring);
	assert_null(ring_peek(ring, &len));
	ring_destroy(ring);
}

static void test_full_drops_and_counts(void **state)
{
	struct ring *ring = ring_create(4096);
	char body[1000] = {0};
	bool empty;
	int fit = 0;
	(void)state;
	while (ring_push(ring, NULL, 0, body, sizeof body, &empty))
		fit++;
	assert_int_equal(fit, 4); /* 4 x 1008 = 4032; a fifth does not fit */
	assert_int_equal(ring_drops(ring), 1);
	ring_pop(ring);
	/* 64 bytes are left at the end: it goes to the start, in the place let go. */
	assert_true(ring_push(ring, NULL, 0, body, sizeof body, &empty));
	assert_false(empty);
	assert_false(ring_push(ring, NULL, 0, body, sizeof body, &empty));
	assert_false(ring_push(ring, NULL, 0, body, 2000, &empty)); /* over a quarter: never */
	assert_int_equal(ring_drops(ring), 3);
	ring_destroy(ring);
}

/* 1000 records of 112 bytes, one at a time, are 27 capacities: all in one place. */
static void test_empty_ring_starts_anew(void **state)
{
	struct ring *ring = ring_create(4096);
	char body[100] = {0};
	bool empty;
	size_t len;
	const void *first = NULL;
	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_true(ring_push(ring, &i, sizeof i, body, sizeof body, &empty));
		const void *bytes = ring_peek(ring, &len);
		first = first == NULL ? bytes : first;
		assert_ptr_equal(bytes, first);
		assert_memory_equal(bytes, &i, sizeof i);
		ring_pop(ring);
	}
	/* 4096 / 112 = 36 fit, wherever the ring stands. */
	for (int i = 0; i < 36; i++)
		assert_true(ring_push(ring, &i, sizeof i, body, sizeof body, &empty));
	assert_false(ring_push(ring, NULL, 0, body, sizeof body, &empty));
	ring_destroy(ring);
}

enum { MESSAGES = 200000 };

static void *produce(void *context)
{
	bool empty;
	for (uint32_t i = 0; i < MESSAGES; i++) {
		char body[64];
		memset(body, (int)(i & 0xff), sizeof body);
		while (!ring_push(context, &i, sizeof i, body, i % sizeof body, &empty))
			sched_yield();
	}
	return NULL;
}

static void test_two_threads(void **state)
{
	struct ring *ring = ring_create(4096);
	pthread_t thread;
	uint32_t next = 0;
	size_t len;
	(void)state;
	pthread_create(&thread, NULL, produce, ring);
	while (next < MESSAGES) {
		const unsigned char *bytes = ring_peek(ring, &len);
		uint32_t number;
		if (bytes == NULL) {
			sched_yield();
			continue;
		}
		memcpy(&number, bytes, sizeof number);
		assert_int_equal(number, next);
		assert_int_equal(len, sizeof number + next % 64);
		for (size_t k = sizeof number; k < len; k++)
			assert_int_equal(bytes[k], next & 0xff);
		ring_pop(ring);
		next++;
	}
	pthread_join(thread, NULL);
	ring_destroy(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keeps_order_and_bytes),
		cmocka_unit_test(test_full_drops_and_counts),
		cmocka_unit_test(test_empty_ring_starts_anew),
		cmocka_unit_test(test_two_threads),
	};
	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
