/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "screens/rows.h"
#include "screens/tr.h"

enum { COLUMNS_MAX = 16 };

struct sort_key {
	double number;
	char text[48];
	int row;
};

const void *list_row(const struct table_def *def, const struct list *list, int position)
{
	if (position < 0 || position >= list->visible)
		return NULL;
	return (const char *)list->rows + (size_t)list->order[position] * def->row_size;
}

static bool row_has(
	const struct table_def *def, const struct view *view, const void *row, const char *needle)
{
	struct cell_text cell;

	for (int i = 0; i < def->column_count; i++) {
		cell = (struct cell_text){.role = ROLE_NORMAL};
		def->columns[i].fill(view, row, &cell);
		if (strcasestr(cell.text, needle))
			return true;
	}
	return false;
}

static int compare_keys(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;
	int words;

	if (x->number < y->number)
		return -1;
	if (x->number > y->number)
		return 1;
	words = strcasecmp(x->text, y->text);
	if (words != 0)
		return words;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void sort_rows(
	const struct table_def *def, int column, const struct view *view, struct list *list)
{
	const struct column *by = &def->columns[column];
	struct sort_key *keys = calloc((size_t)list->visible + 1, sizeof *keys);
	struct cell_text cell;

	if (!keys)
		return;
	for (int i = 0; i < list->visible; i++) {
		const void *row = list_row(def, list, i);

		keys[i].row = list->order[i];
		if (by->number) {
			keys[i].number = by->number(view, row);
			/* Rows without a value go last, and NAN would break the order. */
			if (isnan(keys[i].number))
				keys[i].number = HUGE_VAL;
			continue;
		}
		cell = (struct cell_text){.role = ROLE_NORMAL};
		by->fill(view, row, &cell);
		format_put(keys[i].text, sizeof keys[i].text, "%s", cell.text);
	}
	qsort(keys, (size_t)list->visible, sizeof *keys, compare_keys);
	for (int i = 0; i < list->visible; i++)
		list->order[i] = keys[i].row;
	free(keys);
}

static void row_id(const struct table_def *def, const struct view *view, const void *row, char *out,
	size_t size)
{
	out[0] = '\0';
	if (row)
		def->id(view, row, out, size);
}

/* The selection follows the thing; when the thing is gone the place stays. */
static void settle(struct table *table, const struct table_def *def, const struct view *view,
	const struct list *list)
{
	char id[sizeof table->id];

	for (int i = 0; table->id[0] && i < list->visible; i++) {
		row_id(def, view, list_row(def, list, i), id, sizeof id);
		if (strcmp(id, table->id) == 0) {
			table->selected = i;
			return;
		}
	}
	if (table->selected >= list->visible)
		table->selected = list->visible - 1;
	if (table->selected < 0)
		table->selected = 0;
	row_id(def, view, list_row(def, list, table->selected), table->id, sizeof table->id);
}

bool table_load(struct table *table, const struct table_def *def, const struct view *view,
	struct list *list)
{
	*list = (struct list){
		.rows = calloc(ROWS_MAX, def->row_size), .order = calloc(ROWS_MAX, sizeof(int))};
	if (!list->rows || !list->order) {
		list_free(list);
		return false;
	}
	list->count = def->chosen ? def->chosen(view, table->choice, list->rows, ROWS_MAX)
				  : def->rows(view, list->rows, ROWS_MAX);
	for (int i = 0; i < list->count; i++) {
		const void *row = (const char *)list->rows + (size_t)i * def->row_size;

		if (table->filter[0] == '\0' || row_has(def, view, row, table->filter))
			list->order[list->visible++] = i;
	}
	if (table->sort > 0 && table->sort <= def->column_count)
		sort_rows(def, table->sort - 1, view, list);
	settle(table, def, view, list);
	return true;
}

void list_free(struct list *list)
{
	free(list->rows);
	free(list->order);
	*list = (struct list){0};
}

const void *list_selected(
	const struct table *table, const struct table_def *def, const struct list *list)
{
	return list_row(def, list, table->selected);
}

/* Widths of the columns for `room` cells; 0: dropped. The highest rank goes
 * first until the rest fits; what is over goes to the stretching one. */
static void fit(const struct table_def *def, int room, int widths[COLUMNS_MAX])
{
	int total = 0;

	for (int i = 0; i < def->column_count && i < COLUMNS_MAX; i++) {
		widths[i] = def->columns[i].width;
		total += widths[i] + 1;
	}
	while (total - 1 > room) {
		int victim = -1;

		for (int i = 0; i < def->column_count && i < COLUMNS_MAX; i++) {
			if (widths[i] == 0 || def->columns[i].rank == 0)
				continue;
			if (victim < 0 || def->columns[i].rank > def->columns[victim].rank)
				victim = i;
		}
		if (victim < 0)
			break;
		total -= widths[victim] + 1;
		widths[victim] = 0;
	}
	for (int i = 0; i < def->column_count && i < COLUMNS_MAX; i++) {
		if (widths[i] > 0 && def->columns[i].stretch && total - 1 < room) {
			widths[i] += room - (total - 1);
			return;
		}
	}
}

static void draw_cell(struct canvas *canvas, struct area area, int row, int column, int width,
	bool right, const struct cell_text *cell)
{
	struct cell_text plain = *cell;
	char *degree = canvas->ascii ? strstr(plain.text, "°") : NULL;
	int taken;

	/* ASCII has no degree sign: "C" reads better than "oC". */
	if (degree)
		memmove(degree, degree + strlen("°"), strlen(degree + strlen("°")) + 1);
	taken = canvas_width(plain.text);
	if (right && taken < width)
		column += width - taken;
	canvas_text(canvas, area, row, column, width, plain.role, plain.text);
}

static void draw_titles(const struct table *table, const struct table_def *def, const int *widths,
	struct canvas *canvas, struct area area)
{
	int column = area.column + 1;
	struct cell_text cell;

	for (int i = 0; i < def->column_count && i < COLUMNS_MAX; i++) {
		if (widths[i] == 0)
			continue;
		cell = (struct cell_text){.role = ROLE_STRONG};
		format_put(cell.text, sizeof cell.text, "%s%s",
			def->columns[i].title[0] ? _(def->columns[i].title) : "",
			table->sort == i + 1 ? "^" : "");
		draw_cell(canvas, area, area.row, column, widths[i], def->columns[i].right, &cell);
		column += widths[i] + 1;
	}
}

static void draw_row(const struct table_def *def, const struct view *view, const void *data,
	const int *widths, struct canvas *canvas, struct area area, int row)
{
	int column = area.column + 1;
	struct cell_text cell;

	for (int i = 0; i < def->column_count && i < COLUMNS_MAX; i++) {
		if (widths[i] == 0)
			continue;
		cell = (struct cell_text){.role = ROLE_NORMAL};
		def->columns[i].fill(view, data, &cell);
		draw_cell(canvas, area, row, column, widths[i], def->columns[i].right, &cell);
		column += widths[i] + 1;
	}
	if (def->lines > 1 && def->second)
		def->second(view, data, canvas,
			(struct area){row + 1, area.column + 1, 1, area.columns - 1});
}

static void scroll(struct table *table, int page, int visible)
{
	table->page = page < 1 ? 1 : page;
	if (table->selected < table->top)
		table->top = table->selected;
	if (table->selected >= table->top + table->page)
		table->top = table->selected - table->page + 1;
	if (table->top > visible - table->page)
		table->top = visible - table->page;
	if (table->top < 0)
		table->top = 0;
}

void table_draw(struct table *table, const struct table_def *def, const struct view *view,
	const struct list *list, struct canvas *canvas, struct area area, bool focus)
{
	int lines = def->lines > 1 ? 2 : 1;
	int widths[COLUMNS_MAX] = {0};
	bool fits;

	fit(def, area.columns - 2, widths);
	draw_titles(table, def, widths, canvas, area);
	/* When not all fits, the last line says how much there is. */
	fits = list->visible * lines <= area.rows - 1;
	scroll(table, (area.rows - (fits ? 1 : 2)) / lines, list->visible);
	if (list->visible == 0)
		canvas_text(canvas, area, area.row + 1, area.column + 1, area.columns - 1, ROLE_DIM,
			table->filter[0] ? _("nothing matches the filter; Esc clears it")
					 : _(def->empty));
	for (int i = 0; i < table->page && table->top + i < list->visible; i++) {
		int row = area.row + 1 + i * lines;

		if (row >= area.row + area.rows)
			break;
		draw_row(def, view, list_row(def, list, table->top + i), widths, canvas, area, row);
		if (table->top + i != table->selected || !focus)
			continue;
		canvas_select(canvas, (struct area){row, area.column, 1, area.columns});
		canvas_put(canvas, area, row, area.column, ROLE_SELECTED, '>');
		canvas->cursor_row = row;
		canvas->cursor_column = area.column;
	}
	if (table->page < list->visible)
		canvas_printf(canvas, area, area.row + area.rows - 1, area.column + 1,
			area.columns - 1, ROLE_DIM, _("%d above, %d below"), table->top,
			list->visible - table->top - table->page);
}

void table_move(struct table *table, const struct table_def *def, const struct view *view,
	enum table_move move)
{
	const int page = table->page > 1 ? table->page - 1 : 1;
	const int steps[] = {[MOVE_UP] = -1,
		[MOVE_DOWN] = 1,
		[MOVE_PAGE_UP] = -page,
		[MOVE_PAGE_DOWN] = page,
		[MOVE_FIRST] = -ROWS_MAX,
		[MOVE_LAST] = ROWS_MAX};
	struct list list;

	if (!table_load(table, def, view, &list))
		return;
	table->selected += steps[move];
	if (table->selected >= list.visible)
		table->selected = list.visible - 1;
	if (table->selected < 0)
		table->selected = 0;
	row_id(def, view, list_selected(table, def, &list), table->id, sizeof table->id);
	list_free(&list);
}

int table_search(
	struct table *table, const struct table_def *def, const struct view *view, int step)
{
	struct list list;
	int matches = 0, best = -1, best_distance = ROWS_MAX * 2;

	if (table->search[0] == '\0' || !table_load(table, def, view, &list))
		return 0;
	for (int i = 0; i < list.visible; i++) {
		int distance;

		if (!row_has(def, view, list_row(def, &list, i), table->search))
			continue;
		matches++;
		distance = (i - table->selected) * (step < 0 ? -1 : 1) - (step != 0);
		if (distance < 0)
			distance += list.visible;
		if (distance < best_distance) {
			best_distance = distance;
			best = i;
		}
	}
	if (best >= 0) {
		table->selected = best;
		row_id(def, view, list_selected(table, def, &list), table->id, sizeof table->id);
	}
	list_free(&list);
	return matches;
}

void table_next_sort(struct table *table, const struct table_def *def)
{
	table->sort = (table->sort + 1) % (def->column_count + 1);
}
