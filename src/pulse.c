/* SPDX-License-Identifier: Apache-2.0 */
#include "src/pulse.h"

double pulse_turn(struct pulse *pulse, int64_t at_us, double turn_ms)
{
	int64_t slot = at_us / PULSE_SLOT_US;
	double longest = 0;
	if (slot - pulse->slot > PULSE_SLOTS)
		pulse->slot = slot - PULSE_SLOTS;
	while (pulse->slot < slot)
		pulse->max_ms[++pulse->slot % PULSE_SLOTS] = 0;
	if (turn_ms > pulse->max_ms[slot % PULSE_SLOTS])
		pulse->max_ms[slot % PULSE_SLOTS] = turn_ms;
	for (int i = 0; i < PULSE_SLOTS; i++)
		if (pulse->max_ms[i] > longest)
			longest = pulse->max_ms[i];
	return longest;
}
