/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_DURATION_TABLE_H
#define VIGIE_SRC_DURATION_TABLE_H

/*
 * A table of operated cases as the duration model sees it. Columns with names
 * of ours fill the suite's own groups and numbers; any other column is a
 * covariate too: a number when all its values are numbers, else a name.
 */

#include "src/csv.h"
#include "twin/duration_suite.h"

struct duration_rows {
	struct csv_table csv;
	int actual, planned; /* columns; planned -1 none */
	long refused;        /* rows without a duration above 0 */
};

/* 0, or a negative errno with err: unreadable, or no `actual_min`. */
int duration_rows_load(struct duration_rows *rows, const char *path, struct error *err);
void duration_rows_free(struct duration_rows *rows);

/* NAN when it is missing or not above 0. */
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
