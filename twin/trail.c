/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/trail.h"

#include <string.h>

#include "twin/hash.h"

uint32_t trail_key(const char *key)
{
	return hash32(HASH32_BASIS, key, strlen(key));
}

void trail_step(struct trail *trail, const char *key, bool raised, int64_t at_ms)
{
	trail->steps[trail->step_next] =
		(struct trail_step){.at_ms = at_ms, .key = trail_key(key), .raised = raised};
	trail->step_next = (trail->step_next + 1) % TRAIL_STEPS;
	trail->step_count += trail->step_count < TRAIL_STEPS;
}

int trail_rings(const struct trail *trail, int64_t now_ms)
{
	int n = 0;

	while (n < trail->ring_count
		&& trail->rings[trail->ring_count - 1 - n] > now_ms - FLOOD_WINDOW_MS)
		n++;
	return n;
}

void trail_ring(struct trail *trail, int64_t at_ms)
{
	/* It may have ended in between, with nobody to notice. */
	trail->flood = trail->flood && trail_rings(trail, at_ms) >= FLOOD_UNDER;
	if (trail->ring_count == TRAIL_RINGS)
		memmove(trail->rings, trail->rings + 1,
			(size_t)--trail->ring_count * sizeof *trail->rings);
	trail->rings[trail->ring_count++] = at_ms;
	if (trail->flood || trail_rings(trail, at_ms) <= FLOOD_OVER)
		return;
	trail->flood = true;
	trail->flood_ms = at_ms;
}

void trail_unring(struct trail *trail, int64_t rang_ms, int64_t now_ms)
{
	int i = trail->ring_count - 1;

	while (i >= 0 && trail->rings[i] != rang_ms)
		i--;
	if (i < 0 || now_ms - rang_ms > TRAIL_GRACE_MS)
		return;
	trail->ring_count--;
	memmove(&trail->rings[i], &trail->rings[i + 1],
		(size_t)(trail->ring_count - i) * sizeof *trail->rings);
	/* Nor was it the last straw. */
	if (trail->flood_ms >= rang_ms && trail_rings(trail, now_ms) <= FLOOD_OVER)
		trail->flood = false;
}

int64_t trail_flood_ms(const struct trail *trail, int64_t now_ms)
{
	return trail->flood && trail_rings(trail, now_ms) >= FLOOD_UNDER ? trail->flood_ms : 0;
}
