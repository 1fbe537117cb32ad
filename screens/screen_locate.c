/* SPDX-License-Identifier: Apache-2.0 */

/* 5 Locate: the floor in text, and everything that carries a tag. */

#include <string.h>

#include "screens/format.h"
#include "screens/plan.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { PANE_BOTH, PANE_PLAN, PANE_LIST, PANES };

static const struct thing *thing_of(const struct view *view, const void *data)
{
	return &view->twin->things[((const struct locate_row *)data)->thing];
}

static enum role doubt(const void *data)
{
	return ((const struct locate_row *)data)->doubtful ? ROLE_DIM : ROLE_NORMAL;
}

static void fill_name(const struct view *view, const void *data, struct cell_text *out)
{
	format_thing(view, ((const struct locate_row *)data)->thing, out->text, sizeof out->text);
	out->role = doubt(data);
}

static void fill_kind(const struct view *view, const void *data, struct cell_text *out)
{
	const struct locate_row *row = data;
	const struct thing *t = thing_of(view, data);
	const struct site *site = view->twin->site;

	format_put(out->text, sizeof out->text, "%s", tag_kind_name(row->kind));
	if (site && t->site_tag >= 0 && site->tags[t->site_tag].role[0])
		format_put(out->text, sizeof out->text, "%s", site->tags[t->site_tag].role);
	out->role = ROLE_DIM;
}

static void fill_room(const struct view *view, const void *data, struct cell_text *out)
{
	const struct locate_row *row = data;
	const struct thing *t = thing_of(view, data);

	out->role = doubt(data);
	if (!t->known || row->room < 0) {
		format_put(out->text, sizeof out->text, "%s", _("never heard"));
		return;
	}
	format_put(out->text, sizeof out->text, "%s%s", row->doubtful ? "? " : "",
		format_room(view, row->room));
	if (t->state == LOCATED_UNCERTAIN && row->other >= 0)
		format_add(out->text, sizeof out->text, _(" or %s"), format_room(view, row->other));
	else if (t->state == LOCATED_ABSENT)
		format_add(out->text, sizeof out->text, " %s", _("(last)"));
}

static void fill_floor(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s",
		format_floor_id(view, ((const struct locate_row *)data)->room));
	out->role = doubt(data);
}

static void fill_sure(const struct view *view, const void *data, struct cell_text *out)
{
	const struct thing *t = thing_of(view, data);

	if (t->known)
		format_put(out->text, sizeof out->text, "%.0f%%", t->confidence * 100);
	out->role = doubt(data);
}

static double number_sure(const struct view *view, const void *data)
{
	return -thing_of(view, data)->confidence;
}

static void fill_age(const struct view *view, const void *data, struct cell_text *out)
{
	const struct locate_row *row = data;

	(void)view;
	if (row->age_ms >= 0)
		format_age(row->age_ms, out->text, sizeof out->text);
	out->role = doubt(data);
}

static double number_age(const struct view *view, const void *data)
{
	(void)view;
	return (double)((const struct locate_row *)data)->age_ms;
}

static void fill_battery(const struct view *view, const void *data, struct cell_text *out)
{
	int battery = thing_of(view, data)->battery;

	if (battery >= 0)
		format_put(out->text, sizeof out->text, "%d%%", battery);
	out->role = battery >= 0 && battery < 15 ? ROLE_LOW : ROLE_DIM;
}

static const struct column columns[] = {
	{N_("Name"), 16, 0, true, false, fill_name, NULL},
	{N_("Kind"), 9, 4, false, false, fill_kind, NULL},
	{N_("Room"), 18, 0, false, false, fill_room, NULL},
	{N_("Floor"), 5, 3, false, false, fill_floor, NULL},
	{N_("Sure"), 4, 1, false, true, fill_sure, number_sure},
	{N_("Age"), 6, 0, false, true, fill_age, number_age},
	{N_("Bat"), 4, 5, false, true, fill_battery, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return locate_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	format_put(out, size, "%s", thing_of(view, data)->tag);
}

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	const struct locate_row *row = data;

	(void)screen;
	out->thing = row->thing;
	out->room = row->room;
	if (thing_of(view, data)->patient[0])
		out->patient = twin_patient(view->twin, thing_of(view, data)->patient);
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct locate_row),
	.rows = rows,
	.id = id,
	.empty = N_("no tag is known yet"),
};

/* The floor of what is selected; Left and Right look at another one until the
 * selection moves. */
static int shown_floor(struct screen *screen, const struct view *view, int room)
{
	const struct site *site = view->twin->site;
	int base = room >= 0 ? site->rooms[room].floor : 0;

	if (base + screen->offset < 0)
		screen->offset = -base;
	if (base + screen->offset >= site->floor_count)
		screen->offset = site->floor_count - 1 - base;
	return base + screen->offset;
}

static void split(
	const struct screen *screen, struct area body, struct area *plan, struct area *list)
{
	bool wide = body.columns >= 110;

	*plan = *list = body;
	if (screen->pane == PANE_PLAN) {
		list->rows = 0;
	} else if (screen->pane == PANE_LIST || body.columns < 60 || body.rows < 16) {
		plan->rows = 0;
	} else if (wide) {
		plan->columns = body.columns - 62;
		list->column = plan->columns + 1;
		list->columns = 61;
	} else {
		plan->rows = body.rows * 3 / 5;
		list->row += plan->rows;
		list->rows -= plan->rows;
	}
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	const struct locate_row *row;
	struct area plan, list_area;
	struct list list;

	if (!table_load(&screen->table, &table, view, &list))
		return;
	split(screen, body, &plan, &list_area);
	row = list_selected(&screen->table, &table, &list);
	if (plan.rows > 0 && view->twin->site)
		plan_draw(view, shown_floor(screen, view, row ? row->room : -1),
			row ? row->room : -1, canvas, plan);
	if (list_area.rows > 1)
		table_draw(&screen->table, &table, view, &list, canvas, list_area, true);
	list_free(&list);
}

const struct screen_def screen_locate = {
	.name = "locate",
	.key = '5',
	.title = N_("Locate"),
	.table = &table,
	.draw = draw,
	.subject = subject,
	.panes = PANES,
};
