/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "screens/tr.h"

/* A wall is kept as the directions it leaves a cell in, so that walls of
 * neighbouring rooms join into one line whatever the order of drawing. */
enum { NORTH = 1, EAST = 2, SOUTH = 4, WEST = 8 };

static const uint32_t walls[16] = {' ', 0x2575, 0x2576, 0x2514, 0x2577, 0x2502, 0x250C, 0x251C,
	0x2574, 0x2518, 0x2500, 0x2534, 0x2510, 0x2524, 0x252C, 0x253C};
static const char walls_ascii[] = " |-+||++-+-+++++";

enum { LINES = 96, TEXT = 48, LABEL_ROWS = 8 };

/* Where the walls stand on one axis: metres, ascending, and the cell of each.
 * In between it is linear. Walls that lie close keep a gap, so that a narrow
 * corridor still has a line to write on. */
struct axis {
	double metres[LINES];
	int cells[LINES];
	int count;
};

struct plan {
	const struct view *view;
	struct area area;
	double left, top, across, down; /* metres shown */
	struct axis x, y;
	unsigned char *grid;
};

struct count {
	int patients, staff, assets;
	bool doubtful;
};

static int cell_of(const struct axis *axis, double metres)
{
	int i = 0;

	while (i + 1 < axis->count && axis->metres[i + 1] <= metres)
		i++;
	if (i + 1 >= axis->count || axis->metres[i] >= metres)
		return axis->cells[i];
	return axis->cells[i]
	       + (int)lround((metres - axis->metres[i]) / (axis->metres[i + 1] - axis->metres[i])
			     * (axis->cells[i + 1] - axis->cells[i]));
}

static int column_of(const struct plan *plan, double x)
{
	return cell_of(&plan->x, x);
}

static int row_of(const struct plan *plan, double y)
{
	return cell_of(&plan->y, y);
}

static void axis_add(struct axis *axis, double metres)
{
	int i = axis->count;

	while (i > 0 && axis->metres[i - 1] > metres)
		i--;
	if ((i > 0 && metres - axis->metres[i - 1] < 0.01)
		|| (i < axis->count && axis->metres[i] - metres < 0.01) || axis->count >= LINES)
		return;
	memmove(&axis->metres[i + 1], &axis->metres[i],
		(size_t)(axis->count - i) * sizeof axis->metres[0]);
	axis->metres[i] = metres;
	axis->count++;
}

/* Linear first; then every wall is pushed `gap` cells from the one before, and
 * back from the far end, as far as the cells go round. */
static void axis_place(struct axis *axis, int cells, int gap)
{
	int last = axis->count - 1;
	double span = axis->metres[last] - axis->metres[0];

	if (gap * last > cells - 1)
		gap = 0;
	for (int i = 0; i <= last; i++) {
		axis->cells[i] =
			(int)lround((axis->metres[i] - axis->metres[0]) / span * (cells - 1));
		if (i > 0 && axis->cells[i] < axis->cells[i - 1] + gap)
			axis->cells[i] = axis->cells[i - 1] + gap;
	}
	for (int i = last; i >= 0; i--) {
		int most = i == last ? cells - 1 : axis->cells[i + 1] - gap;

		if (axis->cells[i] > most)
			axis->cells[i] = most;
	}
}

static bool extent(struct plan *plan, int floor)
{
	const struct site *site = plan->view->twin->site;
	double right = -1e9, bottom = -1e9;

	plan->left = plan->top = 1e9;
	plan->x.count = plan->y.count = 0;
	for (int i = 0; i < site->room_count; i++) {
		if (site->rooms[i].floor != floor)
			continue;
		for (int k = 0; k < site->rooms[i].outline_count; k++) {
			plan->left = fmin(plan->left, site->rooms[i].outline[k].x);
			plan->top = fmin(plan->top, site->rooms[i].outline[k].y);
			right = fmax(right, site->rooms[i].outline[k].x);
			bottom = fmax(bottom, site->rooms[i].outline[k].y);
			axis_add(&plan->x, site->rooms[i].outline[k].x);
			axis_add(&plan->y, site->rooms[i].outline[k].y);
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

/* Whether a cell lies in the room: even-odd rule on the walls as drawn. */
static bool room_holds(const struct plan *plan, const struct room *room, int row, int column)
{
	bool odd = false;

	for (int k = 0; k < room->outline_count; k++) {
		struct point a = room->outline[k];
		struct point b = room->outline[(k + 1) % room->outline_count];
		int top = row_of(plan, a.y), bottom = row_of(plan, b.y);
		int left = column_of(plan, a.x), right = column_of(plan, b.x);

		if ((top > row) != (bottom > row)
			&& column < left + (double)(right - left) * (row - top) / (bottom - top))
			odd = !odd;
	}
	return odd;
}

/* The longest stretch of a row that is free to write on: in the room and not
 * on a wall. Its width is 0 when there is none. */
static struct area free_run(
	const struct plan *plan, const struct room *room, struct area in, int row)
{
	struct area best = {row, in.column, 1, 0}, run = best;

	for (int column = in.column; column < in.column + in.columns; column++) {
		int y = row - plan->area.row, x = column - plan->area.column;

		if (plan->grid[y * plan->area.columns + x] || !room_holds(plan, room, y, x)) {
			run.columns = 0;
			continue;
		}
		if (run.columns == 0)
			run.column = column;
		run.columns++;
		if (run.columns > best.columns)
			best = run;
	}
	return best;
}

/* Takes from a name what fits in `width` cells, at a blank where there is one;
 * returns the rest. */
static const char *take_line(const char *name, int width, char *out, size_t size)
{
	size_t cut = 0, blank = 0, length = strlen(name);

	for (size_t i = 1; i <= length && i < size; i++) {
		if (((unsigned char)name[i] & 0xC0) == 0x80)
			continue;
		format_put(out, size, "%.*s", (int)i, name);
		if (canvas_width(out) > width)
			break;
		cut = i;
		if (name[i] == ' ' || name[i] == '\0')
			blank = i;
	}
	cut = blank > 0 ? blank : cut;
	format_put(out, size, "%.*s", (int)cut, name);
	name += cut;
	while (*name == ' ')
		name++;
	return name;
}

static void counts_text(const struct count *count, bool tight, char *out, size_t size)
{
	const char *gap = tight ? "" : " ";

	format_put(out, size, "%s", count->doubtful ? "?" : "");
	if (count->patients)
		format_add(out, size, "%s%dP", out[0] ? gap : "", count->patients);
	if (count->staff)
		format_add(out, size, "%s%dS", out[0] ? gap : "", count->staff);
	if (count->assets)
		format_add(out, size, "%s%dA", out[0] ? gap : "", count->assets);
}

/* One line for both: when one must be cut it is the name. */
static void label_line(struct canvas *canvas, struct area run, enum role role, const char *counts,
	const char *name)
{
	int used = canvas_width(counts), named = canvas_width(name);

	if (used == 0 || used + 1 + named <= run.columns) {
		canvas_text(canvas, run, run.row, run.column, run.columns, role, name);
		canvas_text(canvas, run, run.row, run.column + named + 1, used, role, counts);
		return;
	}
	canvas_text(canvas, run, run.row, run.column, run.columns, role, counts);
	if (run.columns - used - 1 >= 4)
		canvas_text(canvas, run, run.row, run.column + used + 1, run.columns - used - 1,
			role, name);
}

static void label(const struct plan *plan, int room, bool chosen, struct canvas *canvas)
{
	const struct room *r = &plan->view->twin->site->rooms[room];
	struct area in = inside(plan, r), runs[LABEL_ROWS];
	struct count count = count_room(plan->view, room);
	enum role role = chosen ? ROLE_SELECTED : count.doubtful ? ROLE_DIM : ROLE_NORMAL;
	const char *name = format_room(plan->view, room);
	char counts[TEXT], line[TEXT];
	int free_rows = 0, widest = 0, i = 0;

	for (int row = in.row; row < in.row + in.rows && free_rows < LABEL_ROWS; row++) {
		runs[free_rows] = free_run(plan, r, in, row);
		widest = runs[free_rows].columns > widest ? runs[free_rows].columns : widest;
		free_rows += runs[free_rows].columns > 0;
	}
	counts_text(&count, false, counts, sizeof counts);
	if (canvas_width(counts) > widest)
		counts_text(&count, true, counts, sizeof counts);
	if (free_rows == 1)
		label_line(canvas, runs[0], role, counts, name);
	if (free_rows < 2)
		return;
	for (int names = free_rows - (counts[0] != '\0'); i < names && name[0]; i++) {
		const char *rest = take_line(name, runs[i].columns, line, sizeof line);

		canvas_text(canvas, runs[i], runs[i].row, runs[i].column, runs[i].columns, role,
			i + 1 < names ? line : name);
		name = rest;
	}
	if (counts[0])
		canvas_text(canvas, runs[i], runs[i].row, runs[i].column, runs[i].columns, role,
			counts);
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

/* The legend stands whole at the right; the floor's name takes what is left. */
static void plan_title(const struct site *site, int floor, struct canvas *canvas, struct area area)
{
	const char *legend = _("P patients S staff A things");
	int width = area.columns - canvas_width(legend) - 2;

	if (width < 12)
		width = area.columns;
	else
		canvas_text(canvas, area, area.row, area.column + width + 2, area.columns,
			ROLE_STRONG, legend);
	canvas_printf(canvas, area, area.row, area.column, width, ROLE_STRONG, _("%d/%d  %s"),
		floor + 1, site->floor_count,
		site->floors[floor].name[0] ? site->floors[floor].name : site->floors[floor].id);
}

void plan_draw(
	const struct view *view, int floor, int chosen, struct canvas *canvas, struct area area)
{
	const struct site *site = view->twin->site;
	struct plan plan = {.view = view, .area = area};
	double shape;
	int tall;

	if (!site || area.rows < 4 || area.columns < 12 || floor < 0 || floor >= site->floor_count)
		return;
	plan_title(site, floor, canvas, area);
	plan.area.row++;
	plan.area.rows--;
	if (!extent(&plan, floor))
		return;
	/* Cells are twice as high as wide: a tall area must not stretch the floor;
	 * a low floor is stretched a little so that names have lines enough. */
	shape = plan.down / plan.across * plan.area.columns;
	tall = (int)fmax(shape * 0.6, fmin(shape, 24)) + 1;
	if (plan.area.rows > tall && tall >= 9)
		plan.area.rows = tall;
	axis_place(&plan.x, plan.area.columns, 4);
	axis_place(&plan.y, plan.area.rows, 2);
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
