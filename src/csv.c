/* SPDX-License-Identifier: Apache-2.0 */
#include "src/csv.h"

#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct csv_table *table;
	struct error *err;
	const char *path;
	size_t used;        /* of table->text */
	size_t *offsets;    /* of each cell in it, in order */
	size_t count, room; /* of offsets */
	int in_record;      /* cells of the record at hand */
	long record;        /* from 1, the header */
	int failed;         /* negative errno */
};

static void fail(struct reading *r, int code, const char *why)
{
	if (r->failed == 0)
		r->failed = error_set(r->err, code, "%s, record %ld: %s", r->path, r->record, why);
}

static void on_field(void *bytes, size_t len, void *context)
{
	struct reading *r = context;
	if (r->failed != 0)
		return;
	if (r->count == r->room) {
		size_t room = r->room > 0 ? r->room * 2 : 1024;
		size_t *more = realloc(r->offsets, room * sizeof *more);
		if (more == NULL) {
			fail(r, -ENOMEM, "out of memory");
			return;
		}
		r->offsets = more;
		r->room = room;
	}
	r->offsets[r->count++] = r->used;
	/* The cells are never longer together than the file, plus a NUL each: there
	 * is a separator for each of them. */
	memcpy(r->table->text + r->used, bytes, len);
	r->used += len;
	r->table->text[r->used++] = '\0';
	r->in_record++;
}

static void on_record(int end, void *context)
{
	struct reading *r = context;
	struct csv_table *t = r->table;
	(void)end;
	if (r->failed != 0)
		return;
	r->record++;
	if (r->record == 1)
		t->columns = r->in_record;
	if (t->columns > CSV_COLUMNS_MAX) {
		fail(r, -EINVAL, "more than 512 columns");
	} else if (r->in_record != t->columns) {
		char why[80];
		snprintf(why, sizeof why, "%d cells where the header has %d", r->in_record,
			t->columns);
		fail(r, -EINVAL, why);
	}
	t->rows = (int)(r->record - 1);
	r->in_record = 0;
}

static char *file_bytes(const char *path, size_t *len, struct error *err)
{
	FILE *f = fopen(path, "rb");
	char *bytes = NULL;
	long size;
	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
		error_set(err, -errno, "%s: %s", path, strerror(errno));
	} else if (size > CSV_BYTES_MAX) {
		error_set(err, -EFBIG, "%s: more than 256 MiB", path);
	} else if ((bytes = malloc((size_t)size + 1)) != NULL) {
		rewind(f);
		*len = fread(bytes, 1, (size_t)size, f);
	}
	if (f != NULL)
		fclose(f);
	return bytes;
}

static bool is_utf16(const char *bytes, size_t len)
{
	return len >= 2
	       && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0
		       || bytes[0] == '\0' || bytes[1] == '\0');
}

static int parse(struct reading *r, const char *bytes, size_t len)
{
	struct csv_parser parser;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return error_set(r->err, -ENOMEM, "out of memory");
	if (csv_parse(&parser, bytes, len, on_field, on_record, r) != len
		|| csv_fini(&parser, on_field, on_record, r) != 0) {
		r->record++;
		fail(r, -EINVAL, csv_strerror(csv_error(&parser)));
	}
	csv_free(&parser);
	return r->failed;
}

static int take_cells(struct reading *r)
{
	struct csv_table *t = r->table;
	size_t columns = (size_t)t->columns;
	t->names = calloc(columns + 1, sizeof *t->names);
	t->cells = calloc(r->count + 1, sizeof *t->cells);
	if (t->names == NULL || t->cells == NULL)
		return error_set(r->err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < r->count; i++) {
		char *cell = t->text + r->offsets[i];
		if (i < columns)
			t->names[i] = cell;
		else
			t->cells[i - columns] = cell;
	}
	return 0;
}

int csv_table_load(struct csv_table *table, const char *path, struct error *err)
{
	struct reading r = {.table = table, .err = err, .path = path};
	size_t len = 0;
	memset(table, 0, sizeof *table);
	char *bytes = file_bytes(path, &len, err);
	if (bytes == NULL)
		return -EIO;
	const char *from = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? bytes + 3 : bytes;
	size_t left = len - (size_t)(from - bytes);
	table->text = malloc(left + 2);
	int rc = table->text == NULL ? error_set(err, -ENOMEM, "out of memory")
		 : is_utf16(from, left)
			 ? error_set(err, -EINVAL, "%s: UTF-16; save it as UTF-8", path)
			 : parse(&r, from, left);
	if (rc == 0 && table->rows < 1)
		rc = error_set(err, -EINVAL, "%s: no rows below the header", path);
	if (rc == 0)
		rc = take_cells(&r);
	free(r.offsets);
	free(bytes);
	return rc;
}

void csv_table_free(struct csv_table *table)
{
	free(table->names);
	free(table->cells);
	free(table->text);
	memset(table, 0, sizeof *table);
}

int csv_table_column(const struct csv_table *table, const char *name)
{
	for (int i = 0; i < table->columns; i++)
		if (strcmp(table->names[i], name) == 0)
			return i;
	return -1;
}

const char *csv_table_cell(const struct csv_table *table, int row, int column)
{
	return table->cells[(size_t)row * (size_t)table->columns + (size_t)column];
}

bool csv_number(const char *cell, double *value)
{
	char *end;
	if (*cell == '\0')
		return false;
	*value = strtod(cell, &end);
	return *end == '\0' && isfinite(*value);
}
