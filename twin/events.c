/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/events.h"

#include <stddef.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

void events_init(struct events *e, int slots, bool heap)
{
	e->slots = (slots + 7) & ~7;
	e->heap = heap || slots > EVENTS_FLAT;
	e->heap_size = 0;
#if defined(__x86_64__)
	e->wide = __builtin_cpu_supports("avx2");
#else
	e->wide = false;
#endif
	for (int i = 0; i < e->slots; i++) {
		e->key[i] = EVENTS_NEVER;
		e->place[i] = UINT16_MAX;
	}
}

int64_t events_first_flat(const struct events *e)
{
	int64_t best = EVENTS_NEVER;
	for (int i = 0; i < e->slots; i++)
		best = e->key[i] < best ? e->key[i] : best;
	return best;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) int64_t events_first_wide(const struct events *e)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)e->key);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(e->key + 4));
	for (int i = 8; i < e->slots; i += 8) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(e->key + i));
		__m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(e->key + i + 4));
		a = _mm256_blendv_epi8(a, x, _mm256_cmpgt_epi64(a, x));
		b = _mm256_blendv_epi8(b, y, _mm256_cmpgt_epi64(b, y));
	}
	a = _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(a, b));
	int64_t lane[4];
	_mm256_storeu_si256((__m256i *)(void *)lane, a);
	int64_t low = lane[0] < lane[1] ? lane[0] : lane[1];
	int64_t high = lane[2] < lane[3] ? lane[2] : lane[3];
	return low < high ? low : high;
}
#else
int64_t events_first_wide(const struct events *e)
{
	return events_first_flat(e);
}
#endif

/* ---- 4-ary heap of slots, by key ---- */

static void put(struct events *e, int at, uint16_t slot)
{
	e->order[at] = slot;
	e->place[slot] = (uint16_t)at;
}

static void rise(struct events *e, int at)
{
	uint16_t slot = e->order[at];
	while (at > 0 && e->key[slot] < e->key[e->order[(at - 1) / 4]]) {
		put(e, at, e->order[(at - 1) / 4]);
		at = (at - 1) / 4;
	}
	put(e, at, slot);
}

static void sink(struct events *e, int at)
{
	uint16_t slot = e->order[at];
	for (;;) {
		int best = -1;
		for (int child = 4 * at + 1; child <= 4 * at + 4 && child < e->heap_size; child++)
			if (best < 0 || e->key[e->order[child]] < e->key[e->order[best]])
				best = child;
		if (best < 0 || e->key[e->order[best]] >= e->key[slot])
			break;
		put(e, at, e->order[best]);
		at = best;
	}
	put(e, at, slot);
}

static void leave(struct events *e, int slot)
{
	int at = e->place[slot];
	e->place[slot] = UINT16_MAX;
	if (at != --e->heap_size) {
		put(e, at, e->order[e->heap_size]);
		rise(e, at);
		sink(e, e->place[e->order[at]]);
	}
}

void events_heap_set(struct events *e, int slot, int64_t key)
{
	int64_t before = e->key[slot];
	e->key[slot] = key;
	if (key == EVENTS_NEVER) {
		if (e->place[slot] != UINT16_MAX)
			leave(e, slot);
	} else if (e->place[slot] == UINT16_MAX) {
		put(e, e->heap_size, (uint16_t)slot);
		rise(e, e->heap_size++);
	} else if (key < before) {
		rise(e, e->place[slot]);
	} else {
		sink(e, e->place[slot]);
	}
}
