/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

int64_t rows_fix_age(const struct view *view, const struct thing *thing)
{
	int64_t at_ms = thing->certain_ms > 0 ? thing->certain_ms : thing->at_ms;

	return thing->known && at_ms > 0 ? view->now_ms - at_ms : -1;
}

int locate_rows(const struct view *view, struct locate_row *rows, int max)
{
	const struct twin *twin = view->twin;
	int count = 0;

	for (int i = 0; i < twin->thing_count && count < max; i++) {
		const struct thing *t = &twin->things[i];
		struct locate_row *row = &rows[count];

		*row = (struct locate_row){.thing = i,
			.kind = TAG_ASSET,
			.room = t->known ? t->room : -1,
			.other = t->known ? t->other : -1,
			.age_ms = rows_fix_age(view, t),
			.doubtful = t->frozen || t->state != LOCATED_IN};
		if (t->patient[0])
			row->kind = TAG_PATIENT;
		else if (twin->site && t->site_tag >= 0 && t->site_tag < twin->site->tag_count)
			row->kind = twin->site->tags[t->site_tag].kind;
		/* A probe screwed to a wall is on the climate screen; a button fixed
		 * to a bed does not move either, but people look for it by name. */
		if (row->kind == TAG_SENSOR)
			continue;
		/* A bracelet nobody wears and nobody heard is no answer to "where". */
		if (row->kind == TAG_PATIENT && !t->patient[0] && !t->known)
			continue;
		count++;
	}
	return count;
}
