/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_CSV_H
#define VIGIE_SRC_CSV_H

/*
 * A table from a CSV file, whole in memory: the first record names the columns.
 * Quotes, CRLF and a UTF-8 byte order mark are taken (libcsv reads the grammar);
 * a file in UTF-16, without rows, or with a record of another width is refused
 * by name and record number.
 */

#include <stdbool.h>
#include <stddef.h>

#include "feeds/error.h"

struct csv_table {
	int columns, rows;
	char **names; /* [columns] */
	char **cells; /* [rows * columns], never NULL, blanks around them are gone */
	char *text;   /* owns the bytes of all of them */
};

enum { CSV_BYTES_MAX = 256 << 20, CSV_COLUMNS_MAX = 512 };

/* 0, or a negative errno with err. Release with csv_table_free also after an error. */
int csv_table_load(struct csv_table *table, const char *path, struct error *err);
void csv_table_free(struct csv_table *table);

int csv_table_column(const struct csv_table *table, const char *name); /* -1 none */
const char *csv_table_cell(const struct csv_table *table, int row, int column);
/* A finite number and nothing else; false for empty, "NaN", text. */
bool csv_number(const char *cell, double *value);

#endif
