/* SPDX-License-Identifier: Apache-2.0 */

/* 2 Programme: every case of the day. */

#include <math.h>

#include "screens/format.h"
#include "screens/parts.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { LATE_MIN = 5 };

static const struct surgery *surgery_of(const struct view *view, const void *data)
{
	return &view->twin->cases[((const struct programme_row *)data)->case_];
}

static void fill_time(const struct view *view, const void *data, struct cell_text *out)
{
	format_clock(surgery_of(view, data)->start_ms, out->text, sizeof out->text);
}

static double number_time(const struct view *view, const void *data)
{
	return (double)surgery_of(view, data)->start_ms;
}

static void fill_length(const struct view *view, const void *data, struct cell_text *out)
{
	double minutes = surgery_planned_min(surgery_of(view, data));

	if (minutes > 0)
		format_put(out->text, sizeof out->text, "%.0f", minutes);
}

static double number_length(const struct view *view, const void *data)
{
	return surgery_planned_min(surgery_of(view, data));
}

static void fill_room(const struct view *view, const void *data, struct cell_text *out)
{
	const struct programme_row *row = data;

	format_put(out->text, sizeof out->text, "%s",
		row->room >= 0 ? format_room(view, row->room) : surgery_of(view, data)->room);
}

static void fill_patient(const struct view *view, const void *data, struct cell_text *out)
{
	format_person(view, surgery_of(view, data)->patient, out->text, sizeof out->text);
}

static void fill_procedure(const struct view *view, const void *data, struct cell_text *out)
{
	const struct surgery *s = surgery_of(view, data);

	if (s->nest > 0)
		format_put(out->text, sizeof out->text, "NEST %d ", s->nest);
	else if (s->add_on > 0)
		format_put(out->text, sizeof out->text, "%s ", _("add-on"));
	format_add(out->text, sizeof out->text, "%s", s->procedure);
}

static void fill_team(const struct view *view, const void *data, struct cell_text *out)
{
	const struct surgery *s = surgery_of(view, data);
	char other[LABEL_SIZE];

	format_person(view, s->surgeon, out->text, sizeof out->text);
	format_person(view, s->anaesthetist, other, sizeof other);
	if (other[0])
		format_add(out->text, sizeof out->text, "/%s", other);
}

static void fill_stage(const struct view *view, const void *data, struct cell_text *out)
{
	const struct programme_row *row = data;
	const struct surgery *s = surgery_of(view, data);

	format_put(out->text, sizeof out->text, "%s%s%s", row->conflict ? "! " : "",
		part_locked(s) ? "# " : "",
		row->stage == STAGE_OFF ? format_status(s->status) : format_stage(row->stage));
	if (row->conflict)
		out->role = ROLE_CONFLICT;
	else if (row->stage == STAGE_OFF || surgery_is_over(s))
		out->role = ROLE_DIM;
	if (s->not_understood[0])
		format_add(out->text, sizeof out->text, " ?");
}

static double number_stage(const struct view *view, const void *data)
{
	(void)view;
	return (double)((const struct programme_row *)data)->stage;
}

static void fill_ready(const struct view *view, const void *data, struct cell_text *out)
{
	const struct surgery *s = surgery_of(view, data);

	if (surgery_is_off(s) || surgery_when(s, MILESTONE_IN_ROOM) > 0 || surgery_is_over(s))
		return;
	out->role = part_ready_from(
		view, ((const struct programme_row *)data)->case_, out->text, sizeof out->text);
}

static void fill_late(const struct view *view, const void *data, struct cell_text *out)
{
	const struct programme_row *row = data;

	(void)view;
	if (isnan(row->late_min) || fabs(row->late_min) < 1)
		return;
	format_late(row->late_min, out->text, sizeof out->text);
	if (surgery_is_over(surgery_of(view, data)))
		out->role = ROLE_DIM;
	else if (row->late_min >= LATE_MIN)
		out->role = ROLE_LATE;
	else if (row->late_min <= -LATE_MIN)
		out->role = ROLE_AHEAD;
}

static double number_late(const struct view *view, const void *data)
{
	(void)view;
	return -((const struct programme_row *)data)->late_min;
}

static const struct column columns[] = {
	{N_("Time"), 5, 0, false, false, fill_time, number_time},
	{N_("Min"), 3, 5, false, true, fill_length, number_length},
	{N_("Room"), 6, 0, false, false, fill_room, NULL},
	{N_("Patient"), 12, 0, false, false, fill_patient, NULL},
	{N_("Procedure"), 12, 3, true, false, fill_procedure, NULL},
	{N_("Team"), 9, 4, false, false, fill_team, NULL},
	{N_("State"), 13, 1, false, false, fill_stage, number_stage},
	{N_("Ready"), 6, 2, false, false, fill_ready, NULL},
	{N_("Late"), 4, 0, false, true, fill_late, number_late},
};

static int rows(const struct view *view, void *out, int max)
{
	return programme_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	format_put(out, size, "%s", surgery_of(view, data)->id);
}

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	(void)screen;
	(void)view;
	out->case_ = ((const struct programme_row *)data)->case_;
	out->room = ((const struct programme_row *)data)->room;
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct programme_row),
	.rows = rows,
	.id = id,
	.empty = N_("no case today"),
};

const struct screen_def screen_programme = {
	.name = "programme",
	.key = '2',
	.title = N_("Programme"),
	.table = &table,
	.subject = subject,
};
