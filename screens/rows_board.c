/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <math.h>
#include <string.h>

#include "screens/format.h"

/* The word in force on the last milestone of a case: who, how old. */
static struct said case_said(const struct view *view, const struct surgery *s, int last)
{
	struct said said = {SOURCE_NONE, -1};
	const struct stamp *stamp = NULL;

	if (last >= 0)
		stamp = surgery_stamp(s, (enum milestone)last, &said.who);
	if (stamp) {
		said.age_ms = view->now_ms - stamp->at_ms;
	} else if (s->told.at_ms > 0) {
		said.who = SOURCE_FHIR;
		said.age_ms = view->now_ms - s->told.at_ms;
	}
	return said;
}

bool rows_conflict(const struct surgery *s)
{
	int patient = surgery_last(s, TRACK_PATIENT), room = surgery_last(s, TRACK_ROOM);

	return s->place_conflict || (patient >= 0 && s->passage[patient].conflict)
	       || (room >= 0 && s->passage[room].conflict);
}

int board_cases(const struct view *view, int room, int *cases, int max)
{
	const struct twin *twin = view->twin;
	const struct room *here = &twin->site->rooms[room];
	int64_t midnight = format_midnight(view->now_ms);
	int count = 0;

	for (int i = 0; i < twin->case_count && count < max; i++) {
		const struct surgery *s = &twin->cases[i];
		int at = count;

		if ((strcmp(s->room, here->id) != 0 && strcmp(s->room, here->fhir) != 0)
			|| surgery_is_off(s))
			continue;
		if (s->start_ms && (s->start_ms < midnight || s->start_ms >= midnight + 86400000))
			continue;
		while (at > 0 && twin->cases[cases[at - 1]].start_ms > s->start_ms) {
			cases[at] = cases[at - 1];
			at--;
		}
		cases[at] = i;
		count++;
	}
	return count;
}

void board_window(const struct view *view, int64_t *from_ms, int64_t *to_ms)
{
	const struct site *site = view->twin->site;
	int64_t midnight = format_session_zero(view->now_ms);
	int open = 24 * 60, close = 0;

	for (int i = 0; site && i < site->room_count; i++) {
		const struct room *room = &site->rooms[i];

		if (room->kind != ROOM_OR || room->open_min < 0
			|| room->close_min <= room->open_min)
			continue;
		open = room->open_min < open ? room->open_min : open;
		close = room->close_min > close ? room->close_min : close;
	}
	if (close <= open) {
		open = 7 * 60;
		close = 19 * 60;
	}
	*from_ms = midnight + (int64_t)open * 60000;
	*to_ms = midnight + (int64_t)close * 60000;
	/* An hour of overrun is always in the picture, and so is now. */
	*to_ms += 3600000;
	if (view->now_ms > *to_ms - 1800000)
		*to_ms = view->now_ms + 1800000;
	if (view->now_ms < *from_ms)
		*from_ms = view->now_ms - view->now_ms % 3600000;
}

static void fill_case(const struct view *view, struct board_row *row)
{
	const struct twin *twin = view->twin;
	const struct surgery *s;

	if (row->current >= 0) {
		s = &twin->cases[row->current];
		row->phase = surgery_last(s, TRACK_PATIENT);
		row->elapsed_min = surgery_elapsed_min(s, view->now_ms);
		row->planned_min = surgery_planned_min(s);
		row->late_min = surgery_late_min(s, view->now_ms);
		row->said = case_said(view, s, row->phase);
		row->conflict = row->conflict || rows_conflict(s);
		if (surgery_has_begun(s) && !surgery_is_over(s) && s->end_ms > s->start_ms)
			row->planned_end_ms = surgery_entered_ms(s) + (s->end_ms - s->start_ms);
		/* In turnover what matters is how late the next one will be. */
		if (surgery_is_over(s) && row->next >= 0)
			row->late_min = surgery_late_min(&twin->cases[row->next], view->now_ms);
	} else if (row->next >= 0) {
		s = &twin->cases[row->next];
		row->planned_min = surgery_planned_min(s);
		row->late_min = surgery_late_min(s, view->now_ms);
		row->said = case_said(view, s, surgery_last(s, TRACK_PATIENT));
	}
}

/* A case the programme gives no time for is neither late nor planned long. */
static void without_times(const struct view *view, struct board_row *row)
{
	int index = row->current >= 0 ? row->current : row->next;

	if (index < 0 || view->twin->cases[index].start_ms > 0)
		return;
	row->planned_min = NAN;
	row->late_min = NAN;
}

int board_rows(const struct view *view, struct board_row *rows, int max)
{
	const struct twin *twin = view->twin;
	int count = 0;

	for (int i = 0; twin->site && i < twin->site->room_count && i < TWIN_ROOMS; i++) {
		const struct room_twin *room = &twin->rooms[i];
		struct board_row *row = &rows[count];

		if (twin->site->rooms[i].kind != ROOM_OR)
			continue;
		if (count >= max)
			break;
		count++;
		*row = (struct board_row){.room = i,
			.state = room->state,
			.since_ms = room->since_ms,
			.current = twin_room_current(twin, i),
			.next = twin_room_next(twin, i),
			.phase = -1,
			.elapsed_min = NAN,
			.planned_min = NAN,
			.late_min = NAN,
			.said = {SOURCE_NONE, -1},
			.greyed = room->greyed,
			.conflict = room->conflict};
		fill_case(view, row);
		without_times(view, row);
		if (row->said.who == SOURCE_NONE && room->service_at_ms > 0)
			row->said = (struct said){SOURCE_FHIR, view->now_ms - room->service_at_ms};
	}
	return count;
}
