/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_RANDOM_H
#define VIGIE_TWIN_RANDOM_H

/*
 * Random numbers that belong to somebody: Philox4x32-10 (Salmon, Moraes, Dror,
 * Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11) is a function of a
 * key and a counter, without a state. The key is (seed, replication), the
 * counter (who, what for), so that a draw stays the same whatever the schedule:
 * two candidates are compared under the same fate, any replication can be had
 * alone, and threads need no streams.
 */

#include <stdint.h>

static inline void random_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4])
{
	uint32_t k0 = key[0], k1 = key[1];
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	for (int round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0;
		uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

/* 32 random bits → the middle of one of 2^32 equal parts of (0, 1): never 0, never 1. */
static inline double random_unit(uint32_t bits)
{
	return ((double)bits + 0.5) * 0x1p-32;
}

/* One uniform draw of (seed, replication) for somebody's activity. */
static inline double random_uniform(
	uint32_t seed, uint32_t replication, uint32_t who, uint32_t activity)
{
	const uint32_t key[2] = {seed, replication};
	const uint32_t counter[4] = {who, activity, 0, 0};
	uint32_t out[4];
	random_philox(key, counter, out);
	return random_unit(out[0]);
}

#endif
