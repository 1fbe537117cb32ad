/* SPDX-License-Identifier: Apache-2.0 */
#include "src/locate_csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/csv.h"
#include "twin/locate.h"
#include "twin/locate_learn.h"
#include "twin/text.h"

enum column { COLUMN_OTHER = -1, COLUMN_TS = -2, COLUMN_TAG = -3, COLUMN_ROOM = -4 };

/* From a table to a walk. */
struct parser {
	struct walk *walk;
	const struct csv_table *csv;
	const char *name;
	struct error *err;
	int at;                       /* row of the table at hand, -1 the header */
	int columns[CSV_COLUMNS_MAX]; /* enum column, or the number of a gateway */
	double *ts;                   /* [row] as written */
	int room;                     /* rows there is memory for */
};

static int bad(struct parser *p, const char *what, const char *text)
{
	char safe[LABEL_SIZE];
	text_neutralise(safe, sizeof safe, text, strlen(text));
	error_set(p->err, -EINVAL, "%s:%d: %s%s%s", p->name, csv_table_line(p->csv, p->at), what,
		safe[0] != '\0' ? ": " : "", safe);
	return -EINVAL;
}

static int no_memory(struct parser *p)
{
	error_set(p->err, -ENOMEM, "out of memory");
	return -ENOMEM;
}

/* The number of a name in a list, added when it is new; -1 when it is full. */
static int number_of(char (*names)[LABEL_SIZE], int *count, int most, const char *name)
{
	char safe[LABEL_SIZE];
	text_neutralise(safe, sizeof safe, name, strlen(name));
	/* Rows come in runs of the same name. */
	for (int i = *count - 1; i >= 0; i--)
		if (strcmp(names[i], safe) == 0)
			return i;
	if (*count == most)
		return -1;
	text_copy(names[*count], LABEL_SIZE, safe);
	return (*count)++;
}

static int read_header(struct parser *p)
{
	struct walk *w = p->walk;
	bool ts = false, room = false;
	for (int i = 0; i < p->csv->columns; i++) {
		const char *name = p->csv->names[i];
		p->columns[i] = COLUMN_OTHER;
		if (strcasecmp(name, "ts") == 0 && !ts) {
			ts = true;
			p->columns[i] = COLUMN_TS;
		} else if (strcasecmp(name, "room") == 0 && !room) {
			room = true;
			p->columns[i] = COLUMN_ROOM;
		} else if (strcasecmp(name, "tag") == 0) {
			p->columns[i] = COLUMN_TAG;
		} else if (strncasecmp(name, "rssi_", 5) == 0 && name[5] != '\0') {
			int before = w->gateway_count;
			p->columns[i] =
				number_of(w->gateways, &w->gateway_count, WALK_GATEWAYS, name + 5);
			if (p->columns[i] < 0 || w->gateway_count == before)
				return bad(p, "a gateway too many, or twice", name);
		}
	}
	if (!ts || !room || w->gateway_count == 0)
		return bad(p,
			!ts     ? "no column ts"
			: !room ? "no column room"
				: "no column rssi_GATEWAY",
			"");
	return 0;
}

static void *larger(void *old, size_t bytes, bool *good)
{
	void *more = realloc(old, bytes);
	if (more != NULL)
		return more;
	*good = false;
	return old;
}

bool walk_grow(struct walk *w, int *memory)
{
	bool good = true;
	if (w->count < *memory)
		return true;
	size_t n = *memory == 0 ? 1024 : (size_t)*memory * 2;
	w->at_ms = larger(w->at_ms, n * sizeof *w->at_ms, &good);
	w->tag = larger(w->tag, n * sizeof *w->tag, &good);
	w->room = larger(w->room, n * sizeof *w->room, &good);
	w->levels = larger(w->levels, n * sizeof *w->levels * (size_t)w->gateway_count, &good);
	*memory = good ? (int)n : *memory;
	return good;
}

static int read_level(struct parser *p, const char *text, float *out)
{
	double level = 0;
	*out = LESSON_UNHEARD;
	if (text[0] == '\0' || strcasecmp(text, "nan") == 0)
		return 0;
	if (!csv_number(text, &level))
		return bad(p, "not a signal strength", text);
	if (locator_level_good(level))
		*out = (float)level;
	else
		p->walk->bad_levels++;
	return 0;
}

static int read_name(struct parser *p, int column, const char *text, int row)
{
	struct walk *w = p->walk;
	int room = column == COLUMN_ROOM;
	if (room && text[0] == '\0')
		return 0;
	int n = room ? number_of(w->rooms, &w->room_count, WALK_ROOMS, text)
		     : number_of(w->tags, &w->tag_count, WALK_TAGS, text);
	if (n < 0)
		return bad(p, room ? "too many rooms" : "too many tags", text);
	*(room ? &w->room[row] : &w->tag[row]) = n;
	return 0;
}

static int read_time(struct parser *p, const char *text, double *ts)
{
	bool good = csv_number(text, ts) && *ts >= 0 && *ts <= 4e18;
	return good ? 0 : bad(p, "not a time", text);
}

static int read_row(struct parser *p)
{
	struct walk *w = p->walk;
	int row = w->count, rc = 0;
	if (!walk_grow(w, &p->room))
		return no_memory(p);
	w->room[row] = -1;
	w->tag[row] = 0;
	for (int i = 0; i < p->csv->columns && rc == 0; i++) {
		const char *cell = csv_table_cell(p->csv, row, i);
		int column = p->columns[i];
		if (column == COLUMN_TS)
			rc = read_time(p, cell, &p->ts[row]);
		else if (column >= 0)
			rc = read_level(p, cell,
				&w->levels[(size_t)row * (size_t)w->gateway_count
					   + (size_t)column]);
		else if (column != COLUMN_OTHER)
			rc = read_name(p, column, cell, row);
	}
	w->count += rc == 0;
	return rc;
}

static int by_time(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (x[0] > y[0]) - (x[0] < y[0]) != 0 ? (x[0] > y[0]) - (x[0] < y[0])
						  : (x[1] > y[1]) - (x[1] < y[1]);
}

/* How many of the column's units a millisecond has: by size for times since
 * 1970, by the usual step for times since the beginning of the walk. */
static double per_ms(double (*order)[2], int count)
{
	double most = order[count - 1][0],
	       step = (most - order[0][0]) / (count > 1 ? count - 1 : 1);
	if (most > 1e17 || step >= 1e7)
		return 1e6;
	if (most > 1e14)
		return 1e3;
	return most > 1e11 ? 1 : 1e-3;
}

/* Rows in order of time; rows of one moment stay in the order of the file. */
static int sort_rows(struct parser *p)
{
	struct walk *w = p->walk, in = *w;
	size_t n = (size_t)w->count, gateways = (size_t)w->gateway_count;
	double(*order)[2] = calloc(n, sizeof *order);
	w->tag = calloc(n, sizeof *w->tag);
	w->room = calloc(n, sizeof *w->room);
	w->levels = calloc(n * gateways, sizeof *w->levels);
	w->at_ms = calloc(n, sizeof *w->at_ms);
	bool good = order != NULL && w->tag != NULL && w->room != NULL && w->levels != NULL
		    && w->at_ms != NULL;
	for (size_t i = 0; good && i < n; i++) {
		order[i][0] = p->ts[i];
		order[i][1] = (double)i;
	}
	if (good)
		qsort(order, n, sizeof *order, by_time);
	double unit = good ? per_ms(order, w->count) : 1;
	for (size_t i = 0; good && i < n; i++) {
		size_t from = (size_t)order[i][1];
		w->at_ms[i] = (int64_t)llround(order[i][0] / unit);
		w->tag[i] = in.tag[from];
		w->room[i] = in.room[from];
		memcpy(w->levels + i * gateways, in.levels + from * gateways,
			gateways * sizeof *w->levels);
	}
	free(order);
	free(in.at_ms);
	free(in.tag);
	free(in.room);
	free(in.levels);
	return good ? 0 : no_memory(p);
}

static int take_table(struct parser *p)
{
	int rc;
	p->at = -1;
	if (read_header(p) < 0)
		return -EINVAL;
	if (p->csv->rows > WALK_ROWS)
		return bad(p, "too many rows", "");
	p->ts = calloc((size_t)p->csv->rows, sizeof *p->ts);
	if (p->ts == NULL)
		return no_memory(p);
	for (p->at = 0; p->at < p->csv->rows; p->at++)
		if ((rc = read_row(p)) < 0)
			return rc;
	if (p->walk->tag_count == 0)
		p->walk->tag_count = 1;
	return sort_rows(p);
}

static int take(struct walk *walk, const struct csv_table *csv, const char *name, struct error *err)
{
	struct parser p = {.walk = walk, .csv = csv, .name = name, .err = err};
	walk->gateways = calloc(WALK_GATEWAYS, sizeof *walk->gateways);
	walk->rooms = calloc(WALK_ROOMS, sizeof *walk->rooms);
	walk->tags = calloc(WALK_TAGS, sizeof *walk->tags);
	if (walk->gateways == NULL || walk->rooms == NULL || walk->tags == NULL)
		return no_memory(&p);
	int rc = take_table(&p);
	free(p.ts);
	return rc;
}

int walk_parse(struct walk *walk, const char *name, const char *text, size_t len, struct error *err)
{
	struct csv_table csv;
	*walk = (struct walk){0};
	int rc = csv_table_parse(&csv, name, text, len, err);
	rc = rc < 0 ? rc : take(walk, &csv, name, err);
	csv_table_free(&csv);
	return rc;
}

int walk_read(struct walk *walk, const char *path, struct error *err)
{
	struct csv_table csv;
	*walk = (struct walk){0};
	int rc = csv_table_load(&csv, path, err);
	rc = rc < 0 ? rc : take(walk, &csv, path, err);
	csv_table_free(&csv);
	return rc;
}

void walk_free(struct walk *walk)
{
	free(walk->gateways);
	free(walk->rooms);
	free(walk->tags);
	free(walk->at_ms);
	free(walk->tag);
	free(walk->room);
	free(walk->levels);
	*walk = (struct walk){0};
}
