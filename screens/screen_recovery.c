/* SPDX-License-Identifier: Apache-2.0 */

/* 3 PACU & beds: bays, who comes next, beds of the wards. */

#include <string.h>

#include "screens/format.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { LONG_WAIT_MS = 30 * 60000 };

static void fill_kind(const struct view *view, const void *data, struct cell_text *out)
{
	static const char *const words[] = {[RECOVERY_BAY] = N_("bay"),
		[RECOVERY_INCOMING] = N_("next"),
		[RECOVERY_BED] = N_("bed")};

	(void)view;
	format_put(out->text, sizeof out->text, "%s",
		_(words[((const struct recovery_row *)data)->kind]));
	out->role = ROLE_DIM;
}

static void fill_place(const struct view *view, const void *data, struct cell_text *out)
{
	const struct recovery_row *row = data;
	const struct site *site = view->twin->site;

	if (row->bed >= 0)
		format_put(out->text, sizeof out->text, "%s",
			site->beds[row->bed].name[0] ? site->beds[row->bed].name
						     : site->beds[row->bed].id);
	else
		format_put(out->text, sizeof out->text, "%s",
			row->room >= 0 ? format_room(view, row->room) : _("bay not known"));
	out->role = row->kind == RECOVERY_INCOMING ? ROLE_NORMAL : ROLE_STRONG;
}

static void fill_room(const struct view *view, const void *data, struct cell_text *out)
{
	const struct recovery_row *row = data;

	if (row->bed >= 0)
		format_put(out->text, sizeof out->text, "%s", format_room(view, row->room));
	out->role = ROLE_DIM;
}

static void fill_patient(const struct view *view, const void *data, struct cell_text *out)
{
	const struct recovery_row *row = data;

	if (row->patient >= 0) {
		format_person(
			view, view->twin->patients[row->patient].id, out->text, sizeof out->text);
	} else if (row->case_ >= 0) {
		format_person(
			view, view->twin->cases[row->case_].patient, out->text, sizeof out->text);
	} else {
		format_put(out->text, sizeof out->text, "%s", _("free"));
		out->role = ROLE_DIM;
	}
	if (row->conflict) {
		format_add(out->text, sizeof out->text, " !");
		out->role = ROLE_CONFLICT;
	}
}

static void fill_procedure(const struct view *view, const void *data, struct cell_text *out)
{
	const struct recovery_row *row = data;

	if (row->case_ >= 0)
		format_put(
			out->text, sizeof out->text, "%s", view->twin->cases[row->case_].procedure);
}

static void fill_since(const struct view *view, const void *data, struct cell_text *out)
{
	const struct recovery_row *row = data;
	char age[24];

	if (row->since_ms == 0 || (row->patient < 0 && row->case_ < 0))
		return;
	format_clock(row->since_ms, out->text, sizeof out->text);
	if (row->kind == RECOVERY_INCOMING) {
		if (row->since_ms < view->now_ms)
			format_add(out->text, sizeof out->text, " %s", _("due"));
		return;
	}
	format_age(view->now_ms - row->since_ms, age, sizeof age);
	format_add(out->text, sizeof out->text, " %s", age);
}

static double number_since(const struct view *view, const void *data)
{
	(void)view;
	return (double)((const struct recovery_row *)data)->since_ms;
}

static void fill_waiting(const struct view *view, const void *data, struct cell_text *out)
{
	static const char *const words[] = {[WAITING_NONE] = "",
		[WAITING_CRITERIA] = N_("criteria not met yet"),
		[WAITING_BED] = N_("waits for ward bed"),
		[WAITING_TRANSPORT] = N_("waits for transport"),
		[WAITING_BAY] = N_("waits for a bay")};
	const struct recovery_row *row = data;
	char age[24];

	if (row->kind == RECOVERY_INCOMING && row->case_ >= 0) {
		format_put(out->text, sizeof out->text, "%s",
			format_stage(surgery_stage(&view->twin->cases[row->case_])));
		return;
	}
	if (!words[row->waiting][0])
		return;
	format_put(out->text, sizeof out->text, "%s", _(words[row->waiting]));
	if (!row->criteria)
		return;
	format_age(view->now_ms - row->criteria_ms, age, sizeof age);
	format_add(out->text, sizeof out->text, " %s", age);
	if (view->now_ms - row->criteria_ms > LONG_WAIT_MS)
		out->role = ROLE_LATE;
}

static void fill_said(const struct view *view, const void *data, struct cell_text *out)
{
	const struct recovery_row *row = data;
	char age[24];

	(void)view;
	if (row->said.who == SOURCE_NONE || row->said.age_ms < 0)
		return;
	format_age(row->said.age_ms, age, sizeof age);
	format_put(out->text, sizeof out->text, "%c %s", format_source_letter(row->said.who), age);
	out->role = ROLE_DIM;
}

static const struct column columns[] = {
	{"", 4, 1, false, false, fill_kind, NULL},
	{N_("Place"), 11, 0, false, false, fill_place, NULL},
	{N_("Room"), 10, 5, false, false, fill_room, NULL},
	{N_("Patient"), 12, 0, false, false, fill_patient, NULL},
	{N_("Procedure"), 14, 3, true, false, fill_procedure, NULL},
	{N_("Since"), 12, 0, false, false, fill_since, number_since},
	{N_("Waiting for"), 27, 1, false, false, fill_waiting, NULL},
	{N_("Said"), 8, 4, false, false, fill_said, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return recovery_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	const struct recovery_row *row = data;
	const struct twin *twin = view->twin;

	if (row->bed >= 0)
		format_put(out, size, "b%s", twin->site->beds[row->bed].id);
	else if (row->case_ >= 0)
		format_put(out, size, "%d%s", (int)row->kind, twin->cases[row->case_].id);
	else if (row->patient >= 0)
		format_put(out, size, "p%s", twin->patients[row->patient].id);
	else
		format_put(out, size, "r%d", row->room);
}

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	const struct recovery_row *row = data;

	(void)screen;
	(void)view;
	out->case_ = row->case_;
	out->patient = row->patient;
	out->room = row->room;
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct recovery_row),
	.rows = rows,
	.id = id,
	.empty = N_("no bay and no bed: the site is not loaded"),
};

/* Tab goes to the first row of the next group: bays, who comes next, beds. */
static unsigned on_key(struct call *call, struct screen *screen, uint32_t key)
{
	const struct recovery_row *row;
	struct list list;
	int step = key == VKEY_TAB ? 1 : 2;
	bool found = false;

	if (key != VKEY_TAB && key != VKEY_BACKTAB)
		return 0;
	if (!table_load(&screen->table, &table, call->view, &list))
		return UI_HANDLED;
	row = list_selected(&screen->table, &table, &list);
	for (int k = 0; row && !found && k < 3; k++) {
		unsigned wanted = ((unsigned)row->kind + (unsigned)(step * (k + 1))) % 3;

		for (int i = 0; i < list.visible && !found; i++) {
			const struct recovery_row *other = list_row(&table, &list, i);

			found = (unsigned)other->kind == wanted;
			if (found) {
				screen->table.selected = screen->table.top = i;
				id(call->view, other, screen->table.id, sizeof screen->table.id);
			}
		}
	}
	list_free(&list);
	return UI_HANDLED | UI_DIRTY;
}

const struct screen_def screen_recovery = {
	.name = "recovery",
	.key = '3',
	.title = N_("PACU & beds"),
	.table = &table,
	.on_key = on_key,
	.subject = subject,
	.panes = 3,
};
