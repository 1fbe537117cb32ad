/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers in (due, sequence) order: the order of firing does not depend on how
 * the time in between was cut into calls. One timer per kind and index.
 */
#include <string.h>

#include "twin/twin_inner.h"

static void take_out(struct twin *t, int i)
{
	t->timer_count--;
	memmove(&t->timers[i], &t->timers[i + 1], (size_t)(t->timer_count - i) * sizeof *t->timers);
}

static int find(const struct twin *t, enum timer_kind what, int index)
{
	for (int i = 0; i < t->timer_count; i++)
		if (t->timers[i].what == (int)what && t->timers[i].index == index)
			return i;
	return -1;
}

void timer_cancel(struct twin *t, enum timer_kind what, int index)
{
	int i = find(t, what, index);

	if (i >= 0)
		take_out(t, i);
}

void timer_set(struct twin *t, int64_t due_ms, enum timer_kind what, int index)
{
	struct timer timer = {.due_ms = due_ms, .what = (int)what, .index = index};
	int i = find(t, what, index);

	if (i >= 0 && t->timers[i].due_ms == due_ms)
		return;
	if (i >= 0)
		take_out(t, i);
	if (t->timer_count == TWIN_TIMERS) {
		t->dropped++;
		return;
	}
	timer.sequence = ++t->timer_sequence;
	for (i = t->timer_count; i > 0 && t->timers[i - 1].due_ms > due_ms; i--)
		t->timers[i] = t->timers[i - 1];
	t->timers[i] = timer;
	t->timer_count++;
}

bool timer_take(struct twin *t, int64_t now_ms, struct timer *taken)
{
	if (!t->timer_count || t->timers[0].due_ms > now_ms)
		return false;
	*taken = t->timers[0];
	take_out(t, 0);
	return true;
}
