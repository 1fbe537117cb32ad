/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stations say of one condition. Each has one place with its newest raise
 * and its newest end; places are merged by the greatest, so that order, repetition
 * and long silence do not matter, and everything asked of them is a function of what
 * they hold.
 */
#include "twin/alarm.h"

#include <string.h>

#include "twin/text.h"

static bool says_so(const struct alarm_hold *hold)
{
	return hold->raised_ms > hold->ended_ms;
}

bool alarm_hold_aside(const struct alarm *a, int i)
{
	const struct alarm_hold *hold = &a->holds[i];

	return says_so(hold) && hold->away_ms && a->reset_ms > hold->away_ms
	       && hold->raised_ms <= a->reset_upto_ms;
}

bool alarm_hold_rings(const struct alarm *a, int i)
{
	return says_so(&a->holds[i]) && !alarm_hold_aside(a, i);
}

int64_t alarm_floor_of(const struct alarm *a, int64_t raised_ms, bool again)
{
	int64_t floor = raised_ms;

	for (int i = 0; !again && i < ALARM_HOLDS; i++)
		if (a->holds[i].raised_ms >= raised_ms - ALARM_SAME_MS && a->holds[i].raised_ms > 0
			&& a->holds[i].raised_ms < floor)
			floor = a->holds[i].raised_ms;
	return floor;
}

int64_t alarm_floor(const struct alarm *a)
{
	return alarm_floor_of(a, a->raised_ms, a->again);
}

bool alarm_held(const struct alarm *a)
{
	for (int i = 0; i < ALARM_HOLDS; i++)
		if (alarm_hold_rings(a, i))
			return true;
	return false;
}

const struct alarm_hold *alarm_absent(const struct alarm *a)
{
	const struct alarm_hold *newest = NULL;

	for (int i = 0; a->active && i < ALARM_HOLDS; i++) {
		const struct alarm_hold *hold = &a->holds[i];

		if (!alarm_hold_rings(a, i))
			continue;
		if (!hold->away_ms)
			return NULL;
		if (!newest || hold->raised_ms > newest->raised_ms)
			newest = hold;
	}
	return newest;
}

/* Of the newest raise that anybody told: an occurrence that was opened by taking an
 * acknowledgement back is as bad as the one before. */
enum priority alarm_held_priority(const struct alarm *a)
{
	enum priority highest = PRIORITY_LOW;
	int64_t newest = 0, floor;
	bool again = true;

	for (int i = 0; i < ALARM_HOLDS; i++) {
		const struct alarm_hold *hold = &a->holds[i];

		again = hold->raised_ms > newest
				? hold->again
				: again && (hold->again || hold->raised_ms < newest);
		newest = hold->raised_ms > newest ? hold->raised_ms : newest;
	}
	floor = alarm_floor_of(a, newest, again);
	for (int i = 0; newest && i < ALARM_HOLDS; i++)
		if (a->holds[i].raised_ms >= floor && a->holds[i].priority > highest)
			highest = a->holds[i].priority;
	return highest;
}

int alarm_hold_of(struct alarm *a, uint8_t station)
{
	int best = -1;

	for (int i = 1; i < ALARM_HOLDS; i++) {
		if (!a->holds[i].raised_ms) {
			a->holds[i].station = station;
			return i;
		}
		if (a->holds[i].station == station)
			return i;
		if (!says_so(&a->holds[i])
			&& (best < 0 || a->holds[i].raised_ms < a->holds[best].raised_ms))
			best = i;
	}
	if (best >= 0)
		a->holds[best] = (struct alarm_hold){.station = station};
	return best;
}

bool alarm_own_word(const struct alarm *a, struct fact_raise *out)
{
	const struct alarm_hold *own = &a->holds[0];

	memset(out, 0, sizeof *out);
	if (!own->raised_ms)
		return false;
	text_copy(out->key, sizeof out->key, a->key);
	text_copy(out->text, sizeof out->text, a->text);
	text_copy(out->tag, sizeof out->tag, a->tag);
	text_copy(out->room, sizeof out->room, a->room);
	out->class_ = a->class_;
	out->priority = own->priority;
	out->raised_ms = own->raised_ms;
	out->cleared_ms = says_so(own) ? 0 : own->ended_ms;
	out->again = own->again;
	return true;
}

/* Its own raise before is told apart even when it forgot to say so. */
static bool is_again(const struct alarm_hold *hold, const struct alarm_hold *told)
{
	return told->again
	       || (hold->raised_ms > 0 && told->raised_ms - hold->raised_ms <= ALARM_SAME_MS);
}

bool alarm_hold_merge(struct alarm_hold *hold, const struct alarm_hold *told)
{
	bool news = false;

	if (told->raised_ms > hold->raised_ms) {
		hold->again = is_again(hold, told);
		hold->raised_ms = told->raised_ms;
		hold->priority = told->priority;
		news = true;
	} else if (told->raised_ms == hold->raised_ms && told->priority > hold->priority) {
		hold->priority = told->priority;
		news = true;
	}
	if (told->ended_ms > hold->ended_ms) {
		hold->ended_ms = told->ended_ms;
		news = true;
	}
	return news;
}
