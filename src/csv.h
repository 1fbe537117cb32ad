/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_CSV_H
#define VIGIE_SRC_CSV_H

/*
 * A table in CSV, whole in memory: the first record names the columns. Quotes,
 * CRLF, empty lines and a UTF-8 byte order mark are taken (RFC 4180; libcsv reads
 * the grammar); UTF-16, a NUL, a loose quote, a table without rows or a record
 * of another width are refused by file and line.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/error.h"

struct csv_table {
	int columns, rows;
	char **names;    /* [columns] */
	char *text;      /* owns the bytes of names and cells, each terminated */
	uint32_t *cells; /* where in text: [columns] names, then [rows][columns] */
	int *lines;      /* of the file where the header, then each row, begins */
};

enum { CSV_BYTES_MAX = 256 << 20, CSV_COLUMNS_MAX = 512 };

/* 0, or a negative errno with err ("NAME:LINE: what"). Release with
 * csv_table_free also after an error. Path "-" is standard input. */
int csv_table_load(struct csv_table *table, const char *path, struct error *err);
/* The same from `len` bytes; `name` is for err. */
int csv_table_parse(struct csv_table *table, const char *name, const char *bytes, size_t len,
	struct error *err);
void csv_table_free(struct csv_table *table);

int csv_table_column(const struct csv_table *table, const char *name); /* -1 none */
/* Never NULL, blanks around it are gone. */
const char *csv_table_cell(const struct csv_table *table, int row, int column);
int csv_table_line(const struct csv_table *table, int row); /* row -1: the header's */
/* A finite number and nothing else; false for empty, "NaN", text. */
bool csv_number(const char *cell, double *value);

#endif
