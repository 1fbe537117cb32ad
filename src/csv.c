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
	const char *name;
	size_t used;               /* of table->text */
	size_t count, cell_room;   /* of table->cells */
	size_t records, line_room; /* of table->lines; the header is a record */
	int in_record;             /* cells of the record at hand */
	int line;                  /* where it began */
	int failed;                /* negative errno */
};

static void fail(struct reading *r, int code, const char *why)
{
	if (r->failed == 0)
		r->failed = error_set(r->err, code, "%s:%d: %s", r->name, r->line, why);
}

/* `list` with room for one more element than `count`, twice as large when it
 * must grow; NULL and out of memory, with the list as it was. */
static void *with_room(struct reading *r, void *list, size_t count, size_t *room, size_t size)
{
	size_t more = *room > 0 ? *room * 2 : 1024;
	if (count < *room)
		return list;
	list = realloc(list, more * size);
	if (list == NULL)
		fail(r, -ENOMEM, "out of memory");
	else
		*room = more;
	return list;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void on_field(void *bytes, size_t len, void *context)
{
	struct reading *r = context;
	struct csv_table *t = r->table;
	const char *from = bytes;
	uint32_t *cells = r->failed == 0
				  ? with_room(r, t->cells, r->count, &r->cell_room, sizeof *cells)
				  : NULL;
	if (cells == NULL)
		return;
	t->cells = cells;
	t->cells[r->count++] = (uint32_t)r->used;
	while (len > 0 && is_blank(from[len - 1]))
		len--;
	for (; len > 0 && is_blank(*from); len--)
		from++;
	/* The cells are never longer together than the file, plus a NUL each: there
	 * is a separator for each of them. */
	memcpy(t->text + r->used, from, len);
	r->used += len;
	t->text[r->used++] = '\0';
	r->in_record++;
}

static void on_record(int end, void *context)
{
	struct reading *r = context;
	struct csv_table *t = r->table;
	int *lines = r->failed == 0
			     ? with_room(r, t->lines, r->records, &r->line_room, sizeof *lines)
			     : NULL;
	char why[80];
	(void)end;
	if (lines == NULL)
		return;
	t->lines = lines;
	t->lines[r->records] = r->line;
	if (r->records++ == 0)
		t->columns = r->in_record;
	if (t->columns > CSV_COLUMNS_MAX) {
		snprintf(why, sizeof why, "more than %d columns", CSV_COLUMNS_MAX);
		fail(r, -EINVAL, why);
	} else if (r->in_record != t->columns) {
		snprintf(why, sizeof why, "%d cells where the header has %d", r->in_record,
			t->columns);
		fail(r, -EINVAL, why);
	}
	t->rows = (int)(r->records - 1);
	r->in_record = 0;
}

/* One line of the text with its end, be it LF, CRLF or CR. */
static const char *line_end(const char *at, const char *end)
{
	while (at < end && *at != '\n' && *at != '\r')
		at++;
	if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
		return at + 2;
	return at < end ? at + 1 : end;
}

static bool is_empty_line(const char *at, const char *end)
{
	while (at < end && (is_blank(*at) || *at == '\r' || *at == '\n'))
		at++;
	return at == end;
}

/* libcsv does not say where it is: it is fed line by line. A record goes on in
 * the next one when a quote is still open at the line's end. */
static int feed(struct reading *r, struct csv_parser *parser, const char *bytes, size_t len)
{
	const char *end = bytes + len, *next;
	bool open = false;
	int line = 1;
	for (const char *at = bytes; at < end && r->failed == 0; at = next, line++) {
		size_t before = r->records;
		next = line_end(at, end);
		r->line = open ? r->line : line;
		if (csv_parse(parser, at, (size_t)(next - at), on_field, on_record, r)
			!= (size_t)(next - at))
			fail(r, -EINVAL,
				csv_error(parser) == CSV_EPARSE ? "a quote in the middle of a cell"
								: csv_strerror(csv_error(parser)));
		open = r->records == before && (open || !is_empty_line(at, next));
	}
	if (r->failed == 0 && csv_fini(parser, on_field, on_record, r) != 0)
		fail(r, -EINVAL, "a quote is not closed");
	return r->failed;
}

static int name_columns(struct reading *r)
{
	struct csv_table *t = r->table;
	if (r->records < 2)
		return error_set(r->err, -EINVAL, "%s: %s", r->name,
			r->records == 0 ? "no header" : "no rows below the header");
	t->names = calloc((size_t)t->columns, sizeof *t->names);
	if (t->names == NULL)
		return error_set(r->err, -ENOMEM, "out of memory");
	for (int i = 0; i < t->columns; i++)
		t->names[i] = t->text + t->cells[i];
	return 0;
}

static bool is_utf16(const char *bytes, size_t len)
{
	return len >= 2
	       && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0
		       || bytes[0] == '\0' || bytes[1] == '\0');
}

/* What libcsv would take, and nobody means. */
static int refuse_binary(struct reading *r, const char *bytes, size_t len)
{
	const char *nul = len > 0 ? memchr(bytes, '\0', len) : NULL;
	if (is_utf16(bytes, len))
		return error_set(r->err, -EINVAL, "%s: UTF-16; save it as UTF-8", r->name);
	r->line = 1;
	for (const char *at = bytes; nul != NULL; r->line++)
		if ((at = line_end(at, bytes + len)) > nul)
			break;
	if (nul != NULL)
		fail(r, -EINVAL, "a NUL byte: not a text");
	return r->failed;
}

int csv_table_parse(
	struct csv_table *table, const char *name, const char *bytes, size_t len, struct error *err)
{
	struct reading r = {.table = table, .err = err, .name = name};
	struct csv_parser parser;
	size_t mark = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	memset(table, 0, sizeof *table);
	if (len > CSV_BYTES_MAX)
		return error_set(err, -EFBIG, "%s: more than 256 MiB", name);
	int rc = refuse_binary(&r, bytes + mark, len - mark);
	if (rc < 0)
		return rc;
	table->text = malloc(len - mark + 2);
	if (table->text == NULL || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return error_set(err, -ENOMEM, "out of memory");
	rc = feed(&r, &parser, bytes + mark, len - mark);
	csv_free(&parser);
	return rc < 0 ? rc : name_columns(&r);
}

/* All of a stream, which may be a pipe; NULL with errno. */
static char *stream_bytes(FILE *in, size_t *len)
{
	size_t size = 1 << 16;
	char *bytes = malloc(size), *more = bytes;
	*len = 0;
	while (more != NULL && *len <= CSV_BYTES_MAX && !feof(in) && !ferror(in)) {
		*len += fread(bytes + *len, 1, size - *len, in);
		more = *len == size ? realloc(bytes, size * 2) : bytes;
		size *= *len == size ? 2 : 1;
		bytes = more != NULL ? more : bytes;
	}
	if (more != NULL && !ferror(in))
		return bytes;
	free(bytes);
	return NULL;
}

int csv_table_load(struct csv_table *table, const char *path, struct error *err)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	size_t len = 0;
	memset(table, 0, sizeof *table);
	errno = in != NULL ? EIO : errno;
	char *bytes = in != NULL ? stream_bytes(in, &len) : NULL;
	int rc = bytes == NULL ? error_set(err, -errno, "%s: %s", path, strerror(errno)) : 0;
	if (in != NULL && in != stdin)
		fclose(in);
	if (rc == 0)
		rc = csv_table_parse(table, path, bytes, len, err);
	free(bytes);
	return rc;
}

void csv_table_free(struct csv_table *table)
{
	free(table->names);
	free(table->cells);
	free(table->lines);
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
	return table->text
	       + table->cells[((size_t)row + 1) * (size_t)table->columns + (size_t)column];
}

int csv_table_line(const struct csv_table *table, int row)
{
	return table->lines[row + 1];
}

bool csv_number(const char *cell, double *value)
{
	char *end;
	if (*cell == '\0')
		return false;
	*value = strtod(cell, &end);
	return *end == '\0' && isfinite(*value);
}
