/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/cause.h"

#include "twin/twin_inner.h"

bool alarm_rings(const struct alarm *a, int64_t now_ms)
{
	return !a->cause[0] && !a->suppressed && !a->out_of_service && a->shelf_until_ms <= now_ms;
}

/* Chains are short: whatever explains others is seldom explained itself. */
enum { CHAIN = 4 };

int alarm_root(const struct twin *t, int alarm)
{
	for (int i = 0; i < CHAIN && t->alarms[alarm].cause[0]; i++) {
		int cause = twin_alarm(t, t->alarms[alarm].cause);

		if (cause < 0)
			break;
		alarm = cause;
	}
	return alarm;
}

void alarm_moved(struct turn *turn, const struct alarm *a, enum alarm_state from)
{
	struct trail *trail = &turn->t->trail;
	bool was = from == ALARM_B || from == ALARM_C, rings = alarm_state(a) == ALARM_B;

	if (was != a->active)
		trail_step(trail, a->key, a->active, turn->t->now_ms);
	if (rings && from != ALARM_B && alarm_rings(a, turn->t->now_ms))
		trail_ring(trail, turn->t->now_ms);
}
