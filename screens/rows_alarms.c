/* SPDX-License-Identifier: Apache-2.0 */

/* Alarms one by one: which come first, where they ring, how many there are. How
 * they are put together into lines: rows_alarm_groups.c. */

#include <math.h>
#include <stdlib.h>

#include "screens/rows.h"
#include "screens/rows_alarms.h"
#include "twin/cause.h"

/* A button or a probe that does not move: the site knows better than radio. */
static bool is_fixed(const struct twin *twin, const struct thing *t)
{
	const struct tag *tag =
		twin->site != NULL && t->site_tag >= 0 ? &twin->site->tags[t->site_tag] : NULL;

	return tag != NULL && tag->kind == TAG_SENSOR && (tag->room >= 0 || tag->bed >= 0);
}

/* By the radio fix of its tag, else the room it names. */
struct alarm_place alarm_place(const struct view *view, const struct alarm *a)
{
	const struct twin *twin = view->twin;
	struct alarm_place place = {.thing = twin_alarm_thing(twin, a),
		.room = -1,
		.other = -1,
		.confidence = NAN,
		.other_confidence = NAN,
		.age_ms = -1};
	const struct thing *t = &twin->things[place.thing >= 0 ? place.thing : 0];

	if (place.thing >= 0 && t->known && !is_fixed(twin, t)) {
		place.room = t->room;
		place.other = t->other;
		place.confidence = t->confidence;
		place.other_confidence = t->other_confidence;
		place.age_ms = rows_fix_age(view, t);
	} else if (a->room[0] && twin->site) {
		place.room = site_room(twin->site, a->room);
	}
	return place;
}

/* Higher priority first, then what nobody has acknowledged, then the newest; the
 * index keeps it total. */
int alarm_order(const struct twin *twin, int x, int y)
{
	const struct alarm *a = &twin->alarms[x], *b = &twin->alarms[y];

	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	if (a->acked != b->acked)
		return a->acked ? 1 : -1;
	if (a->raised_ms != b->raised_ms)
		return a->raised_ms > b->raised_ms ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Out of every list of what there is to do. */
static bool is_normal(const struct alarm *a)
{
	return alarm_state(a) == ALARM_A && !a->out_of_service;
}

static int compare_rows(const void *x, const void *y, void *twin)
{
	return alarm_order(
		twin, ((const struct alarm_row *)x)->alarm, ((const struct alarm_row *)y)->alarm);
}

int alarm_rows(const struct view *view, struct alarm_row *rows, int max)
{
	const struct twin *twin = view->twin;
	int count = 0;

	for (int i = 0; i < twin->alarm_count && count < max; i++) {
		if (!is_normal(&twin->alarms[i]))
			rows[count++] = (struct alarm_row){.alarm = i,
				.state = alarm_shown(&twin->alarms[i], view->now_ms),
				.by = GROUP_NONE};
	}
	qsort_r(rows, (size_t)count, sizeof *rows, compare_rows, (void *)twin);
	return count;
}

int alarm_top(const struct view *view)
{
	const struct twin *twin = view->twin;
	int top = -1;

	for (int i = 0; i < twin->alarm_count; i++) {
		const struct alarm *a = &twin->alarms[i];

		if (alarm_state(a) == ALARM_A || a->acked || !alarm_rings(a, view->now_ms))
			continue;
		if (top < 0 || alarm_order(twin, i, top) < 0)
			top = i;
	}
	return top;
}

void alarm_counts(const struct view *view, int unacked[PRIORITY_COUNT], int all[PRIORITY_COUNT])
{
	for (int p = 0; p < PRIORITY_COUNT; p++)
		unacked[p] = all[p] = 0;
	for (int i = 0; i < view->twin->alarm_count; i++) {
		const struct alarm *a = &view->twin->alarms[i];

		if (alarm_state(a) == ALARM_A || (unsigned)a->priority >= PRIORITY_COUNT
			|| !alarm_rings(a, view->now_ms))
			continue;
		all[a->priority]++;
		unacked[a->priority] += !a->acked;
	}
}

struct alarm_aside alarm_asides(const struct view *view)
{
	struct alarm_aside aside = {0, 0, 0, 0};

	for (int i = 0; i < view->twin->alarm_count; i++) {
		const struct alarm *a = &view->twin->alarms[i];

		if (is_normal(a))
			continue;
		switch (alarm_shown(a, view->now_ms)) {
		case ALARM_E:
			aside.shelved++;
			break;
		case ALARM_F:
			aside.suppressed++;
			break;
		case ALARM_G:
			aside.out_of_service++;
			break;
		default:
			break;
		}
		aside.unknown += a->unknown;
	}
	return aside;
}
