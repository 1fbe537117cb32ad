/* SPDX-License-Identifier: Apache-2.0 */
#include "src/pulse.h"

#include <string.h>

static const double first_ms = 0.1, step = 1.41421356237309505; /* sqrt 2 */

static int class_of(double turn_ms)
{
	double end_ms = first_ms;
	int i = 0;
	for (; i < PULSE_CLASSES - 1 && turn_ms > end_ms; i++)
		end_ms *= step;
	return i;
}

static double longest(const struct pulse *pulse)
{
	double most = 0;
	for (int i = 0; i < PULSE_SLOTS; i++)
		if (pulse->max_ms[i] > most)
			most = pulse->max_ms[i];
	return most;
}

double pulse_turn(struct pulse *pulse, int64_t at_us, double turn_ms)
{
	int64_t slot = at_us / PULSE_SLOT_US;
	if (slot - pulse->slot > PULSE_SLOTS)
		pulse->slot = slot - PULSE_SLOTS;
	while (pulse->slot < slot) {
		int next = (int)(++pulse->slot % PULSE_SLOTS);
		pulse->max_ms[next] = 0;
		memset(pulse->turns[next], 0, sizeof pulse->turns[next]);
	}
	int now = (int)(slot % PULSE_SLOTS);
	if (turn_ms > pulse->max_ms[now])
		pulse->max_ms[now] = turn_ms;
	pulse->turns[now][class_of(turn_ms)]++;
	return longest(pulse);
}

double pulse_within(const struct pulse *pulse, double share)
{
	double all = 0, until = 0, end_ms = first_ms, most = longest(pulse);
	for (int s = 0; s < PULSE_SLOTS; s++)
		for (int i = 0; i < PULSE_CLASSES; i++)
			all += pulse->turns[s][i];
	for (int i = 0; i < PULSE_CLASSES - 1; i++) {
		for (int s = 0; s < PULSE_SLOTS; s++)
			until += pulse->turns[s][i];
		if (until >= all * share)
			return end_ms < most ? end_ms : most;
		end_ms *= step;
	}
	return most;
}
