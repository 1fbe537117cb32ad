/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "screens/format.h"

struct order {
	int64_t start_ms;
	int room, case_;
};

static int compare(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->start_ms != y->start_ms)
		return x->start_ms < y->start_ms ? -1 : 1;
	if (x->room != y->room)
		return x->room < y->room ? -1 : 1;
	return x->case_ < y->case_ ? -1 : x->case_ > y->case_;
}

/* Cases of the day: those that start today, were at work today, or have no
 * time yet. */
static bool is_today(const struct view *view, const struct surgery *s)
{
	int64_t midnight = format_midnight(view->now_ms);

	if (s->start_ms == 0)
		return true;
	if (s->start_ms >= midnight && s->start_ms < midnight + 36 * 3600000LL)
		return s->start_ms < midnight + 24 * 3600000LL;
	return surgery_holds_room(s);
}

static void fill(const struct view *view, int index, struct programme_row *row)
{
	const struct surgery *s = &view->twin->cases[index];

	*row = (struct programme_row){.case_ = index,
		.room = view->twin->site ? site_room(view->twin->site, s->room) : -1,
		.stage = surgery_stage(s),
		.late_min = NAN,
		.conflict = rows_conflict(s),
		.flagged = s->flagged > 0 || s->not_understood[0]};
	if (s->start_ms > 0 && !surgery_is_off(s))
		row->late_min = surgery_late_min(s, view->now_ms);
}

int programme_rows(const struct view *view, struct programme_row *rows, int max)
{
	const struct twin *twin = view->twin;
	struct order order[TWIN_CASES] = {0};
	int count = 0;

	for (int i = 0; i < twin->case_count && i < TWIN_CASES; i++) {
		const struct surgery *s = &twin->cases[i];

		if (s->status == CASE_VOID || !is_today(view, s))
			continue;
		order[count++] = (struct order){s->start_ms ? s->start_ms : INT64_MAX,
			twin->site ? site_room(twin->site, s->room) : -1, i};
	}
	qsort(order, (size_t)count, sizeof order[0], compare);
	if (count > max)
		count = max;
	for (int i = 0; i < count; i++)
		fill(view, order[i].case_, &rows[i]);
	return count;
}
