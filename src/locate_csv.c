/* SPDX-License-Identifier: Apache-2.0 */
#include "src/locate_csv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "twin/locate.h"
#include "twin/locate_learn.h"
#include "twin/text.h"

enum { COLUMNS_MAX = 1024, FILE_MAX = 256 << 20 };

enum column { COLUMN_OTHER = -1, COLUMN_TS = -2, COLUMN_TAG = -3, COLUMN_ROOM = -4 };

struct parser {
	struct walk *walk;
	const char *name;
	struct error *err;
	char *at, *end;
	int line;                  /* where the record began */
	int lines;                 /* seen so far */
	char *fields[COLUMNS_MAX]; /* of the record, terminated */
	int field_count;
	int columns[COLUMNS_MAX]; /* enum column, or the number of a gateway */
	int column_count;
	double *ts; /* [row] as written */
	int room;   /* rows there is memory for */
};

static int bad(struct parser *p, const char *what, const char *text)
{
	char safe[LABEL_SIZE];
	text_neutralise(safe, sizeof safe, text, strlen(text));
	error_set(p->err, -EINVAL, "%s:%d: %s%s%s", p->name, p->line, what,
		safe[0] != '\0' ? ": " : "", safe);
	return -EINVAL;
}

static int no_memory(struct parser *p)
{
	error_set(p->err, -ENOMEM, "out of memory");
	return -ENOMEM;
}

/* One field in place: quotes taken away, doubled quotes made one (RFC 4180).
 * Returns what ended it: ',', '\n', 0 at the end of the text, -1 bad quotes. */
static int take_field(struct parser *p)
{
	char *out = p->at, *begin = p->at;
	bool quoted = p->at < p->end && *p->at == '"', open = quoted;
	p->at += quoted;
	while (p->at < p->end) {
		char c = *p->at;
		if (open && c == '"' && p->at + 1 < p->end && p->at[1] == '"')
			p->at++;
		else if (quoted && c == '"')
			open = false;
		else if (!open && (c == ',' || c == '\n'))
			break;
		p->lines += c == '\n';
		if (c != '"' || open || !quoted)
			*out++ = c;
		p->at++;
	}
	int ended = p->at < p->end ? *p->at++ : 0;
	p->lines += ended == '\n';
	while (out > begin && (out[-1] == '\r' || out[-1] == ' ' || out[-1] == '\t'))
		out--;
	while (begin < out && (*begin == ' ' || *begin == '\t'))
		begin++;
	/* A quote was taken or the separator read: there is room for the NUL,
	 * and the text itself ends with one. */
	*out = '\0';
	if (p->field_count < COLUMNS_MAX)
		p->fields[p->field_count++] = begin;
	return open ? -1 : ended;
}

/* The next record that is not an empty line; 0 at the end, negative
 * with err. */
static int take_record(struct parser *p)
{
	do {
		int ended;
		p->field_count = 0;
		p->line = p->lines + 1;
		if (p->at >= p->end)
			return 0;
		while ((ended = take_field(p)) == ',')
			;
		if (ended < 0)
			return bad(p, "a quote is not closed", "");
		if (p->field_count == COLUMNS_MAX)
			return bad(p, "too many columns", "");
	} while (p->field_count == 1 && p->fields[0][0] == '\0');
	return 1;
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
	p->column_count = p->field_count;
	for (int i = 0; i < p->field_count; i++) {
		const char *name = p->fields[i];
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

static int grow(struct parser *p)
{
	bool good = true;
	int before = p->room;
	if (p->walk->count >= WALK_ROWS)
		return bad(p, "too many rows", "");
	good = walk_grow(p->walk, &p->room);
	if (p->room > before)
		p->ts = larger(p->ts, (size_t)p->room * sizeof *p->ts, &good);
	return good ? 0 : no_memory(p);
}

static int read_number(struct parser *p, const char *text, const char *what, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return end == text || *end != '\0' ? bad(p, what, text) : 0;
}

static int read_level(struct parser *p, const char *text, float *out)
{
	double level = 0;
	*out = LESSON_UNHEARD;
	if (text[0] == '\0')
		return 0;
	if (read_number(p, text, "not a signal strength", &level) < 0)
		return -EINVAL;
	if (isnan(level))
		return 0;
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

static int read_row(struct parser *p)
{
	struct walk *w = p->walk;
	int row = w->count, rc = grow(p);
	if (rc == 0 && p->field_count != p->column_count) {
		char counts[48];
		snprintf(counts, sizeof counts, "%d, the header has %d", p->field_count,
			p->column_count);
		rc = bad(p, "number of fields", counts);
	}
	if (rc < 0)
		return rc;
	w->room[row] = -1;
	w->tag[row] = 0;
	for (int i = 0; i < p->field_count && rc == 0; i++) {
		int column = p->columns[i];
		if (column == COLUMN_TS)
			rc = read_number(p, p->fields[i], "not a time", &p->ts[row]);
		else if (column >= 0)
			rc = read_level(p, p->fields[i],
				&w->levels[(size_t)row * (size_t)w->gateway_count
					   + (size_t)column]);
		else if (column != COLUMN_OTHER)
			rc = read_name(p, column, p->fields[i], row);
	}
	if (rc == 0 && (!isfinite(p->ts[row]) || p->ts[row] < 0 || p->ts[row] > 4e18))
		rc = bad(p, "not a time", "");
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

static int parse(struct parser *p)
{
	int rc = take_record(p), rows = 0;
	if (rc == 0)
		return bad(p, "no header", "");
	if (rc < 0 || read_header(p) < 0)
		return -EINVAL;
	while ((rc = take_record(p)) > 0 && (rc = read_row(p)) == 0)
		rows++;
	if (rc < 0)
		return rc;
	if (rows == 0)
		return bad(p, "no rows", "");
	if (p->walk->tag_count == 0)
		p->walk->tag_count = 1;
	return sort_rows(p);
}

int walk_parse(struct walk *walk, const char *name, char *text, size_t len, struct error *err)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* a byte order mark, as Excel writes */
	struct parser *p = calloc(1, sizeof *p);
	*walk = (struct walk){0};
	walk->gateways = calloc(WALK_GATEWAYS, sizeof *walk->gateways);
	walk->rooms = calloc(WALK_ROOMS, sizeof *walk->rooms);
	walk->tags = calloc(WALK_TAGS, sizeof *walk->tags);
	if (p == NULL || walk->gateways == NULL || walk->rooms == NULL || walk->tags == NULL) {
		free(p);
		return error_set(err, -ENOMEM, "out of memory");
	}
	*p = (struct parser){
		.walk = walk, .name = name, .err = err, .at = text, .end = text + len, .line = 1};
	if (len >= 3 && memcmp(text, mark, 3) == 0)
		p->at += 3;
	int rc = memchr(text, '\0', len) != NULL ? bad(p, "a NUL byte: not a text", "") : parse(p);
	free(p->ts);
	free(p);
	return rc;
}

int walk_read(struct walk *walk, const char *path, struct error *err)
{
	*walk = (struct walk){0};
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (in == NULL)
		return error_set(err, -errno, "%s: %s", path, strerror(errno));
	size_t size = 1 << 20, len = 0;
	char *text = malloc(size + 1);
	while (text != NULL && !feof(in) && !ferror(in) && len < FILE_MAX) {
		len += fread(text + len, 1, size - len, in);
		char *more = len == size ? realloc(text, 2 * size + 1) : text;
		if (more == NULL)
			break;
		size *= len == size ? 2 : 1;
		text = more;
	}
	bool whole = text != NULL && feof(in) && !ferror(in);
	if (in != stdin)
		fclose(in);
	if (whole)
		text[len] = '\0';
	int rc = whole ? walk_parse(walk, path, text, len, err)
		       : error_set(err, -EIO, "%s: cannot be read as a whole", path);
	free(text);
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
