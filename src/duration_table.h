/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_DURATION_TABLE_H
#define VIGIE_SRC_DURATION_TABLE_H

/*
 * A table of operated cases as the duration model sees it. Columns with names
 * of ours fill the suite's own groups and numbers; any other column is a
 * covariate too: a number when all its values are numbers, else a name. An empty
 * cell and "NaN" are missing; so is a number of ours that nobody can have.
 */

#include <stdio.h>

#include "src/csv.h"
#include "twin/duration_suite.h"

struct duration_rows {
	struct csv_table csv;
	int actual, planned; /* columns; planned -1 none */
	long refused;        /* rows without a duration that can be */
};

/* The numbers of ours and what they may be. */
struct duration_limits {
	const char *name;
	double low, high; /* low 0: above it, but for age */
};
extern const struct duration_limits duration_limits[];
extern const int duration_limit_count;
bool duration_within(const struct duration_limits *limits, double value);
/* A column with a name that is ours: never an extra covariate. */
bool duration_column_is_own(const char *name);
bool duration_cell_is_missing(const char *cell);

/* 0, or a negative errno with err: unreadable, or no `actual_min`. */
int duration_rows_load(struct duration_rows *rows, const char *path, struct error *err);
void duration_rows_free(struct duration_rows *rows);

/* What is odd about the table, by line and column, and what is made of it; one
 * line for each kind. (src/duration_check.c) */
void duration_rows_tell(const struct duration_rows *rows, const char *path, FILE *out);

/* NAN when it is missing or cannot be. */
double duration_rows_actual(const struct duration_rows *rows, int row);
double duration_rows_planned(const struct duration_rows *rows, int row);

/* A fresh model of the suite with the table's other columns added. The scale of
 * a number is that of the given rows, so that none is used before its time. */
void duration_rows_model(const struct duration_rows *rows, const int *order, int count,
	struct duration_model *model);
/* One row as the model's input; columns the model does not know are left out. */
void duration_rows_input(const struct duration_rows *rows, int row,
	const struct duration_model *model, struct duration_input *input);

#endif
