/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/plan.h"

#include <math.h>
#include <stdlib.h>

#include "screens/format.h"
#include "screens/tr.h"

/* A wall is kept as the directions it leaves a cell in, so that walls of
 * neighbouring rooms join into one line whatever the order of drawing. */
enum { NORTH = 1, EAST = 2, SOUTH = 4, WEST = 8 };

static const uint32_t walls[16] = {' ', 0x2575, 0x2576, 0x2514, 0x2577, 0x2502, 0x250C, 0x251C,
	0x2574, 0x2518, 0x2500, 0x2534, 0x2510, 0x2524, 0x252C, 0x253C};
static const char walls_ascii[] = " |-+||++-+-+++++";

struct plan {
	const struct view *view;
	struct area area;
	double left, top, across, down; /* metres shown */
	unsigned char *grid;
};

struct count {
	int patients, staff, assets;
	bool doubtful;
};

static int column_of(const struct plan *plan, double x)
{
	return (int)lround((x - plan->left) / plan->across * (plan->area.columns - 1));
}

static int row_of(const struct plan *plan, double y)
{
	return (int)lround((y - plan->top) / plan->down * (plan->area.rows - 1));
}

static bool extent(struct plan *plan, int floor)
{
	const struct site *site = plan->view->twin->site;
	double right = -1e9, bottom = -1e9;

	plan->left = plan->top = 1e9;
	for (int i = 0; i < site->room_count; i++) {
		if (site->rooms[i].floor != floor)
			continue;
		for (int k = 0; k < site->rooms[i].outline_count; k++) {
			plan->left = fmin(plan->left, site->rooms[i].outline[k].x);
			plan->top = fmin(plan->top, site->rooms[i].outline[k].y);
			right = fmax(right, site->rooms[i].outline[k].x);
			bottom = fmax(bottom, site->rooms[i].outline[k].y);
		}
	}
	plan->across = right - plan->left;
	plan->down = bottom - plan->top;
	return plan->across > 0 && plan->down > 0;
}

static void link_cells(struct plan *plan, int row, int column, int down, int right)
{
	int width = plan->area.columns;

	plan->grid[row * width + column] |= (unsigned char)(right ? EAST : SOUTH);
	plan->grid[(row + down) * width + column + right] |= (unsigned char)(right ? WEST : NORTH);
}

/* Walls are drawn square: a slanted one goes across, then down. */
static void edge(struct plan *plan, struct point a, struct point b)
{
	int row = row_of(plan, a.y), column = column_of(plan, a.x);
	int to_row = row_of(plan, b.y), to_column = column_of(plan, b.x);

	for (; column < to_column; column++)
		link_cells(plan, row, column, 0, 1);
	for (; column > to_column; column--)
		link_cells(plan, row, column - 1, 0, 1);
	for (; row < to_row; row++)
		link_cells(plan, row, column, 1, 0);
	for (; row > to_row; row--)
		link_cells(plan, row - 1, column, 1, 0);
}

static struct count count_room(const struct view *view, int room)
{
	const struct twin *twin = view->twin;
	struct count count = {0};

	for (int i = 0; i < twin->thing_count; i++) {
		const struct thing *t = &twin->things[i];
		enum tag_kind kind = TAG_ASSET;

		if (!t->known || t->room != room || t->state == LOCATED_ABSENT)
			continue;
		if (t->site_tag >= 0 && t->site_tag < twin->site->tag_count)
			kind = twin->site->tags[t->site_tag].kind;
		if (t->patient[0] || kind == TAG_PATIENT)
			count.patients++;
		else if (kind == TAG_STAFF)
			count.staff++;
		else if (kind == TAG_ASSET)
			count.assets++;
		count.doubtful = count.doubtful || t->frozen;
	}
	count.doubtful = count.doubtful || twin->rooms[room].greyed;
	return count;
}

static struct area inside(const struct plan *plan, const struct room *room)
{
	int top = 1 << 20, left = 1 << 20, bottom = -1, right = -1;

	for (int k = 0; k < room->outline_count; k++) {
		int row = row_of(plan, room->outline[k].y);
		int column = column_of(plan, room->outline[k].x);

		top = row < top ? row : top;
		bottom = row > bottom ? row : bottom;
		left = column < left ? column : left;
		right = column > right ? column : right;
	}
	return (struct area){plan->area.row + top + 1, plan->area.column + left + 1,
		bottom - top - 1, right - left - 1};
}

static void label(const struct plan *plan, int room, bool chosen, struct canvas *canvas)
{
	struct area in = inside(plan, &plan->view->twin->site->rooms[room]);
	struct count count = count_room(plan->view, room);
	enum role role = chosen ? ROLE_SELECTED : count.doubtful ? ROLE_DIM : ROLE_NORMAL;
	char text[LABEL_SIZE] = "";
	int total = count.patients + count.staff + count.assets;

	if (in.columns < 1)
		return;
	/* A corridor flattened to a line is labelled on its wall. */
	if (in.rows < 1)
		in.rows = 1;
	canvas_text(canvas, in, in.row, in.column, in.columns, role, format_room(plan->view, room));
	if (total == 0 && !count.doubtful)
		return;
	if (count.doubtful)
		format_add(text, sizeof text, "? ");
	if (count.patients)
		format_add(text, sizeof text, "%dP ", count.patients);
	if (count.staff)
		format_add(text, sizeof text, "%dS ", count.staff);
	if (count.assets)
		format_add(text, sizeof text, "%dA", count.assets);
	if (in.rows > 1)
		canvas_text(canvas, in, in.row + 1, in.column, in.columns, role, text);
	else if (in.columns > canvas_width(format_room(plan->view, room)) + canvas_width(text))
		canvas_text(canvas, in, in.row, in.column + in.columns - canvas_width(text),
			in.columns, role, text);
}

static void draw_walls(const struct plan *plan, struct canvas *canvas)
{
	for (int row = 0; row < plan->area.rows; row++) {
		for (int column = 0; column < plan->area.columns; column++) {
			unsigned char at = plan->grid[row * plan->area.columns + column];

			if (at)
				canvas_put(canvas, plan->area, plan->area.row + row,
					plan->area.column + column, ROLE_DIM,
					canvas->ascii ? (uint32_t)walls_ascii[at] : walls[at]);
		}
	}
}

void plan_draw(
	const struct view *view, int floor, int chosen, struct canvas *canvas, struct area area)
{
	const struct site *site = view->twin->site;
	struct plan plan = {.view = view, .area = area};
	int tall;

	if (!site || area.rows < 4 || area.columns < 12 || floor < 0 || floor >= site->floor_count)
		return;
	canvas_printf(canvas, area, area.row, area.column, area.columns, ROLE_STRONG,
		_("%s  (%d of %d)  P patients S staff A things"),
		site->floors[floor].name[0] ? site->floors[floor].name : site->floors[floor].id,
		floor + 1, site->floor_count);
	plan.area.row++;
	plan.area.rows--;
	if (!extent(&plan, floor))
		return;
	/* Cells are twice as high as wide: a tall area must not stretch the floor. */
	tall = (int)(plan.down / plan.across * plan.area.columns * 0.6) + 1;
	if (plan.area.rows > tall && tall >= 9)
		plan.area.rows = tall;
	plan.grid = calloc((size_t)plan.area.rows, (size_t)plan.area.columns);
	if (!plan.grid)
		return;
	for (int i = 0; i < site->room_count; i++) {
		const struct room *r = &site->rooms[i];

		for (int k = 0; r->floor == floor && k < r->outline_count; k++)
			edge(&plan, r->outline[k], r->outline[(k + 1) % r->outline_count]);
	}
	draw_walls(&plan, canvas);
	for (int i = 0; i < site->room_count && i < TWIN_ROOMS; i++) {
		if (site->rooms[i].floor == floor)
			label(&plan, i, i == chosen, canvas);
	}
	free(plan.grid);
}
