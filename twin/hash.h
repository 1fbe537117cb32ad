/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_HASH_H
#define VIGIE_TWIN_HASH_H

/*
 * FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv), to tell things apart, never to
 * protect them. Begin with the basis and mix in bytes as often as needed.
 */

#include <stddef.h>
#include <stdint.h>

#define HASH32_BASIS 2166136261u
#define HASH64_BASIS 14695981039346656037u

static inline uint32_t hash32(uint32_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * 16777619u;
	return hash;
}

static inline uint64_t hash64(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * 1099511628211u;
	return hash;
}

#endif
