/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <math.h>

/* A button or a probe that does not move: the site knows better than radio. */
static bool is_fixed(const struct twin *twin, const struct thing *t)
{
	const struct tag *tag =
		twin->site != NULL && t->site_tag >= 0 ? &twin->site->tags[t->site_tag] : NULL;

	return tag != NULL && tag->kind == TAG_SENSOR && (tag->room >= 0 || tag->bed >= 0);
}

/* Where it rings: by the radio fix of its tag, else the room it names. */
static void place(const struct view *view, struct alarm_row *row)
{
	const struct twin *twin = view->twin;
	const struct alarm *a = &twin->alarms[row->alarm];
	const struct thing *t;

	row->thing = twin_alarm_thing(twin, a);
	if (row->thing >= 0 && twin->things[row->thing].known
		&& !is_fixed(twin, &twin->things[row->thing])) {
		t = &twin->things[row->thing];
		row->room = t->room;
		row->other = t->other;
		row->confidence = t->confidence;
		row->age_ms = rows_fix_age(view, t);
		return;
	}
	if (a->room[0] && twin->site)
		row->room = site_room(twin->site, a->room);
}

/* Higher priority first, then the newest; the index keeps it total. */
static bool before(const struct twin *twin, int x, int y)
{
	const struct alarm *a = &twin->alarms[x], *b = &twin->alarms[y];

	if (a->priority != b->priority)
		return a->priority > b->priority;
	if (a->acked != b->acked)
		return !a->acked;
	if (a->raised_ms != b->raised_ms)
		return a->raised_ms > b->raised_ms;
	return x < y;
}

int alarm_rows(const struct view *view, struct alarm_row *rows, int max)
{
	const struct twin *twin = view->twin;
	int count = 0;

	for (int i = 0; i < twin->alarm_count && count < max; i++) {
		enum alarm_state state = alarm_state(&twin->alarms[i]);
		int at = count;

		if (state == ALARM_A)
			continue;
		while (at > 0 && before(twin, i, rows[at - 1].alarm)) {
			rows[at] = rows[at - 1];
			at--;
		}
		rows[at] = (struct alarm_row){.alarm = i,
			.state = state,
			.thing = -1,
			.room = -1,
			.other = -1,
			.confidence = NAN,
			.age_ms = -1};
		count++;
	}
	for (int i = 0; i < count; i++)
		place(view, &rows[i]);
	return count;
}

void alarm_counts(const struct view *view, int unacked[PRIORITY_COUNT], int all[PRIORITY_COUNT])
{
	for (int p = 0; p < PRIORITY_COUNT; p++)
		unacked[p] = all[p] = 0;
	for (int i = 0; i < view->twin->alarm_count; i++) {
		const struct alarm *a = &view->twin->alarms[i];

		if (alarm_state(a) == ALARM_A || (unsigned)a->priority >= PRIORITY_COUNT)
			continue;
		all[a->priority]++;
		unacked[a->priority] += !a->acked;
	}
}
