/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "src/duration_table.h"

/* The first cell of a column that is not what it should be, and how many are. */
struct odd {
	int row;
	long count;
};

static void add(struct odd *odd, int row)
{
	if (odd->count++ == 0)
		odd->row = row;
}

static void tell(const struct duration_rows *rows, const char *path, FILE *out, int column,
	const struct odd *odd, const char *what)
{
	if (odd->count == 0)
		return;
	fprintf(out, "%s:%d: %s \"%.40s\": %s", path, csv_table_line(&rows->csv, odd->row),
		rows->csv.names[column], csv_table_cell(&rows->csv, odd->row, column), what);
	if (odd->count > 1)
		fprintf(out, " (%ld rows like it)", odd->count);
	fputc('\n', out);
}

static void tell_number(const struct duration_rows *rows, const char *path,
	const struct duration_limits *of, FILE *out)
{
	int column = csv_table_column(&rows->csv, of->name);
	bool needed = column == rows->actual;
	struct odd odd = {0};
	char what[120];
	double value;
	for (int i = 0; column >= 0 && i < rows->csv.rows; i++) {
		const char *cell = csv_table_cell(&rows->csv, i, column);
		bool good = csv_number(cell, &value) && duration_within(of, value);
		if (!good && (needed || *cell != '\0'))
			add(&odd, i);
	}
	bool from_zero = of->low > 0 || duration_within(of, 0);
	snprintf(what, sizeof what, "not a number %s %g to %g: %s", from_zero ? "from" : "above",
		of->low, of->high, needed ? "the row is left out" : "taken as missing");
	tell(rows, path, out, column, &odd, what);
}

/* A number column spoilt by a few words is a column of names: said, for it is
 * seldom meant. */
static void tell_extra(const struct duration_rows *rows, const char *path, int c, FILE *out)
{
	const struct csv_table *csv = &rows->csv;
	struct odd nan = {0}, word = {0};
	double value;
	long numbers = 0;
	bool constant = true;
	for (int i = 0; i < csv->rows; i++) {
		const char *cell = csv_table_cell(csv, i, c);
		bool number = csv_number(cell, &value);
		numbers += number;
		if (*cell != '\0' && duration_cell_is_missing(cell))
			add(&nan, i);
		else if (*cell != '\0' && !number)
			add(&word, i);
		constant = constant && strcmp(cell, csv_table_cell(csv, 0, c)) == 0;
	}
	tell(rows, path, out, c, &nan, "taken as missing");
	if (numbers > word.count)
		tell(rows, path, out, c, &word, "not a number, so the column is one of names");
	if (constant && csv->rows > 1)
		fprintf(out, "%s: column %s says the same in every row: it tells nothing\n", path,
			csv->names[c]);
}

static void tell_names(const struct duration_rows *rows, const char *path, FILE *out)
{
	static const char *const wanted[] = {
		"planned_min", "procedure", "surgeon", "asa", "bmi", "age"};
	const char *before = "no column";
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		if (csv_table_column(&rows->csv, wanted[i]) >= 0)
			continue;
		if (before[0] == 'n')
			fprintf(out, "%s: ", path);
		fprintf(out, "%s %s", before, wanted[i]);
		before = ",";
	}
	if (before[0] == ',')
		fputs(": not known of any case\n", out);
	for (int c = 0; c < rows->csv.columns; c++)
		if (csv_table_column(&rows->csv, rows->csv.names[c]) != c)
			fprintf(out, "%s: column %s stands twice: the first one counts\n", path,
				rows->csv.names[c]);
}

void duration_rows_tell(const struct duration_rows *rows, const char *path, FILE *out)
{
	tell_names(rows, path, out);
	for (int i = 0; i < duration_limit_count; i++)
		tell_number(rows, path, &duration_limits[i], out);
	for (int c = 0; c < rows->csv.columns; c++)
		if (!duration_column_is_own(rows->csv.names[c]))
			tell_extra(rows, path, c, out);
}
