/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_TABLE_H
#define VIGIE_SCREENS_TABLE_H

/*
 * The column widget: fits columns to the width by rank, keeps the selection
 * on the same thing while rows come and go, scrolls, sorts, filters, searches.
 * What a list looks like is const (table_def); where the reader stands in it
 * is struct table; what it shows now is struct list, made for each call.
 */

#include "screens/canvas.h"
#include "screens/view.h"

struct cell_text {
	char text[LABEL_SIZE * 2];
	enum role role;
};

struct column {
	const char *title;
	int width;    /* cells; the widest that is useful */
	int rank;     /* 0 never dropped; the highest goes first */
	bool stretch; /* takes what is left over */
	bool right;
	void (*fill)(const struct view *view, const void *row, struct cell_text *out);
	/* Sort key; NULL sorts by the text. */
	double (*number)(const struct view *view, const void *row);
};

struct table_def {
	const struct column *columns;
	int column_count;
	size_t row_size;
	int (*rows)(const struct view *view, void *rows, int max);
	/* Instead of it, for a list of which the reader chooses what is in. */
	int (*chosen)(const struct view *view, const void *choice, void *rows, int max);
	/* What stays the same when rows move. */
	void (*id)(const struct view *view, const void *row, char *out, size_t size);
	int lines; /* of one row: 1, or 2 with `second` */
	void (*second)(
		const struct view *view, const void *row, struct canvas *canvas, struct area line);
	const char *empty; /* what to say when there is nothing */
};

struct table {
	char id[ID_SIZE * 2]; /* of the selected row */
	int selected;         /* its position among the visible rows */
	int top;
	int page; /* rows that fitted last time */
	int sort; /* 0 as given, n: column n - 1 */
	char filter[64], search[64];
	const void *choice; /* for def->chosen, borrowed; NULL the usual one */
};

struct list {
	void *rows;
	int count;
	int *order; /* indexes into rows, visible ones, sorted */
	int visible;
};

/* Builds what is visible and puts the selection where it belongs. False: out
 * of memory, the list is empty. Always call list_free. */
bool table_load(struct table *table, const struct table_def *def, const struct view *view,
	struct list *list);
void list_free(struct list *list);
/* The selected row, NULL when there is none. */
const void *list_selected(
	const struct table *table, const struct table_def *def, const struct list *list);
const void *list_row(const struct table_def *def, const struct list *list, int position);

void table_draw(struct table *table, const struct table_def *def, const struct view *view,
	const struct list *list, struct canvas *canvas, struct area area, bool focus);

enum table_move { MOVE_UP, MOVE_DOWN, MOVE_PAGE_UP, MOVE_PAGE_DOWN, MOVE_FIRST, MOVE_LAST };
void table_move(struct table *table, const struct table_def *def, const struct view *view,
	enum table_move move);
/* Next row whose text holds table->search; step 1 or -1, 0 stays when it
 * matches already. Returns how many rows match. */
int table_search(
	struct table *table, const struct table_def *def, const struct view *view, int step);
void table_next_sort(struct table *table, const struct table_def *def);

#endif
