/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/*
 * Positions only grow; the index is the position, counted from where the ring
 * was last empty, modulo the capacity. So a ring that keeps up writes the same
 * few pages over and over, and the others are never touched. A record is a
 * 32-bit length and the bytes, padded to 8, always contiguous: when it does not
 * fit before the end of the arena a skip mark is left there.
 */
enum { SKIP = -1, ALIGN = 8 };

struct ring {
	unsigned char *bytes;
	size_t capacity;
	_Alignas(64) atomic_size_t head; /* written by the producer */
	/* The position of index 0. The producer moves it when the ring is empty, so
	 * before the consumer sees a record; in between nobody writes it. */
	size_t base;
	_Alignas(64) atomic_size_t tail; /* written by the consumer */
	_Alignas(64) atomic_uint_fast64_t drops;
};

struct ring *ring_create(size_t bytes)
{
	size_t capacity = 4096;
	while (capacity < bytes)
		capacity *= 2;
	struct ring *ring = aligned_alloc(64, sizeof *ring);
	if (ring == NULL)
		return NULL;
	memset(ring, 0, sizeof *ring);
	ring->capacity = capacity;
	ring->bytes = malloc(capacity);
	if (ring->bytes == NULL) {
		free(ring);
		return NULL;
	}
	return ring;
}

void ring_destroy(struct ring *ring)
{
	if (ring == NULL)
		return;
	free(ring->bytes);
	free(ring);
}

static size_t index_of(const struct ring *ring, size_t position)
{
	return (position - ring->base) & (ring->capacity - 1);
}

static size_t padded(size_t len)
{
	return (sizeof(int32_t) + len + ALIGN - 1) / ALIGN * ALIGN;
}

/* Leaves a skip mark when `need` would cross the end; returns where to write. */
static size_t place(struct ring *ring, size_t head, size_t need)
{
	size_t index = index_of(ring, head);
	if (index + need <= ring->capacity)
		return head;
	int32_t skip = SKIP;
	memcpy(ring->bytes + index, &skip, sizeof skip);
	return head + (ring->capacity - index);
}

bool ring_push(struct ring *ring, const void *head_bytes, size_t head_len, const void *body,
	size_t body_len, bool *was_empty)
{
	size_t len = head_len + body_len;
	size_t need = padded(len);
	size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
	if (tail == head)
		ring->base = head;
	size_t index = index_of(ring, head);
	size_t gap = index + need > ring->capacity ? ring->capacity - index : 0;
	if (len > ring->capacity / 4 || head + gap + need - tail > ring->capacity) {
		atomic_fetch_add_explicit(&ring->drops, 1, memory_order_relaxed);
		return false;
	}
	size_t at = place(ring, head, need);
	unsigned char *slot = ring->bytes + index_of(ring, at);
	int32_t stored = (int32_t)len;
	memcpy(slot, &stored, sizeof stored);
	if (head_len > 0)
		memcpy(slot + sizeof stored, head_bytes, head_len);
	if (body_len > 0)
		memcpy(slot + sizeof stored + head_len, body, body_len);
	/* Sequentially consistent on both sides: either the consumer sees the new
	 * head after its last pop, or we see its tail and wake it. */
	atomic_store(&ring->head, at + need);
	*was_empty = atomic_load(&ring->tail) == head;
	return true;
}

const void *ring_peek(struct ring *ring, size_t *len)
{
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	if (atomic_load(&ring->head) == tail)
		return NULL;
	size_t index = index_of(ring, tail);
	int32_t stored;
	memcpy(&stored, ring->bytes + index, sizeof stored);
	if (stored == SKIP) { /* the record begins at the arena's start */
		memcpy(&stored, ring->bytes, sizeof stored);
		index = 0;
	}
	*len = (size_t)stored;
	return ring->bytes + index + sizeof stored;
}

void ring_pop(struct ring *ring)
{
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	size_t index = index_of(ring, tail);
	int32_t stored;
	memcpy(&stored, ring->bytes + index, sizeof stored);
	if (stored == SKIP) {
		tail += ring->capacity - index;
		memcpy(&stored, ring->bytes, sizeof stored);
	}
	atomic_store(&ring->tail, tail + padded((size_t)stored));
}

uint64_t ring_drops(const struct ring *ring)
{
	return atomic_load_explicit(&ring->drops, memory_order_relaxed);
}

double ring_fill(const struct ring *ring)
{
	size_t used = atomic_load_explicit(&ring->head, memory_order_relaxed)
		      - atomic_load_explicit(&ring->tail, memory_order_relaxed);
	return (double)used / (double)ring->capacity;
}
