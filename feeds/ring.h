/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_RING_H
#define VIGIE_FEEDS_RING_H

/*
 * A bounded ring for one producer thread and one consumer thread. Slots are
 * byte messages copied in and out of one arena; when it is full the message is
 * dropped and counted. Lock-free (C11 atomics).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

struct ring *ring_create(size_t bytes); /* capacity, rounded up to a power of 2 */
void ring_destroy(struct ring *ring);
/* Producer: header and body as one message. *was_empty tells when to wake the
 * consumer. False: did not fit, counted. */
bool ring_push(struct ring *ring, const void *head, size_t head_len, const void *body,
	size_t body_len, bool *was_empty);
/* Consumer: borrows the oldest message until ring_pop. NULL when empty. */
const void *ring_peek(struct ring *ring, size_t *len);
void ring_pop(struct ring *ring);
uint64_t ring_drops(const struct ring *ring);
double ring_fill(const struct ring *ring); /* 0..1 */

#endif
