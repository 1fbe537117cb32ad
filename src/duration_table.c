/* SPDX-License-Identifier: Apache-2.0 */
#include "src/duration_table.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "twin/stat.h"

/* How far another covariate may move a duration by itself, in log minutes. */
static const double OTHER_NAME = 0.06, OTHER_NUMBER = 0.05;

static const char *const own[] = {"actual_min", "planned_min", "procedure", "surgeon", "specialty",
	"asa", "bmi", "age", "sex", "setting", "urgency", "anaesthesia", "approach"};

/* A week in the room is none, and what a living person can have (as the FHIR
 * mapper has it). */
const struct duration_limits duration_limits[] = {
	{"actual_min", 0, 7 * 1440.0},
	{"planned_min", 0, 7 * 1440.0},
	{"asa", 1, 6},
	{"bmi", 7, 150},
	{"age", 0, 130},
};
const int duration_limit_count = sizeof duration_limits / sizeof *duration_limits;

bool duration_within(const struct duration_limits *limits, double value)
{
	bool from_zero = strcmp(limits->name, "age") == 0;
	return value <= limits->high
	       && (limits->low > 0 || from_zero ? value >= limits->low : value > 0);
}

bool duration_cell_is_missing(const char *cell)
{
	return *cell == '\0' || strcasecmp(cell, "nan") == 0;
}

bool duration_column_is_own(const char *name)
{
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcmp(own[i], name) == 0)
			return true;
	return false;
}

int duration_rows_load(struct duration_rows *rows, const char *path, struct error *err)
{
	memset(rows, 0, sizeof *rows);
	int rc = csv_table_load(&rows->csv, path, err);
	if (rc < 0)
		return rc;
	rows->actual = csv_table_column(&rows->csv, "actual_min");
	rows->planned = csv_table_column(&rows->csv, "planned_min");
	if (rows->actual < 0)
		return error_set(err, -EINVAL, "%s: no column actual_min", path);
	for (int i = 0; i < rows->csv.rows; i++)
		rows->refused += isnan(duration_rows_actual(rows, i));
	if (rows->refused == rows->csv.rows)
		return error_set(err, -EINVAL,
			"%s: no row has an actual_min above 0 and within a week", path);
	return 0;
}

void duration_rows_free(struct duration_rows *rows)
{
	csv_table_free(&rows->csv);
}

static double number_at(const struct duration_rows *rows, int row, int column)
{
	double value;
	if (column < 0 || !csv_number(csv_table_cell(&rows->csv, row, column), &value))
		return NAN;
	return value;
}

/* One of our own numbers; what cannot be is missing. */
static double own_number(const struct duration_rows *rows, int row, const char *name)
{
	double value = number_at(rows, row, csv_table_column(&rows->csv, name));
	for (int i = 0; i < duration_limit_count; i++)
		if (strcmp(duration_limits[i].name, name) == 0)
			return duration_within(&duration_limits[i], value) ? value : NAN;
	return value;
}

double duration_rows_actual(const struct duration_rows *rows, int row)
{
	return own_number(rows, row, "actual_min");
}

double duration_rows_planned(const struct duration_rows *rows, int row)
{
	return own_number(rows, row, "planned_min");
}

/* Of two columns of one name the first counts. */
static bool is_extra(const struct duration_rows *rows, int column)
{
	const char *name = rows->csv.names[column];
	return !duration_column_is_own(name) && csv_table_column(&rows->csv, name) == column;
}

static bool all_numbers(const struct csv_table *csv, int column)
{
	double value;
	for (int i = 0; i < csv->rows; i++) {
		const char *cell = csv_table_cell(csv, i, column);
		if (!duration_cell_is_missing(cell) && !csv_number(cell, &value))
			return false;
	}
	return true;
}

static void add_number(const struct duration_rows *rows, int column, const int *order, int count,
	struct duration_model *model)
{
	struct stat_moments moments = {0};
	for (int i = 0; i < count; i++) {
		double value = number_at(rows, order[i], column);
		if (!isnan(value))
			stat_add(&moments, value);
	}
	double spread = sqrt(stat_variance(&moments));
	if (spread > 0) /* a constant column tells nothing */
		duration_add_number(
			model, rows->csv.names[column], moments.mean, spread, 0, OTHER_NUMBER);
}

void duration_rows_model(
	const struct duration_rows *rows, const int *order, int count, struct duration_model *model)
{
	duration_suite_init(model);
	for (int c = 0; c < rows->csv.columns; c++) {
		if (!is_extra(rows, c))
			continue;
		if (all_numbers(&rows->csv, c))
			add_number(rows, c, order, count, model);
		else
			duration_add_group(model, rows->csv.names[c], OTHER_NAME);
	}
}

static const char *word_at(const struct duration_rows *rows, int row, const char *name)
{
	int column = csv_table_column(&rows->csv, name);
	const char *cell = column >= 0 ? csv_table_cell(&rows->csv, row, column) : "";
	return duration_cell_is_missing(cell) ? NULL : cell;
}

void duration_rows_input(const struct duration_rows *rows, int row,
	const struct duration_model *model, struct duration_input *input)
{
	struct duration_facts facts = {
		.specialty = word_at(rows, row, "specialty"),
		.procedure = word_at(rows, row, "procedure"),
		.surgeon = word_at(rows, row, "surgeon"),
		.approach = word_at(rows, row, "approach"),
		.setting = word_at(rows, row, "setting"),
		.urgency = word_at(rows, row, "urgency"),
		.anaesthesia = word_at(rows, row, "anaesthesia"),
		.sex = word_at(rows, row, "sex"),
		.planned_min = duration_rows_planned(rows, row),
		.asa = own_number(rows, row, "asa"),
		.bmi = own_number(rows, row, "bmi"),
		.age_years = own_number(rows, row, "age"),
	};
	duration_suite_input(&facts, input);
	for (int c = 0; c < rows->csv.columns; c++) {
		const char *name = rows->csv.names[c];
		if (!is_extra(rows, c))
			continue;
		int number = duration_number(model, name);
		int group = duration_group(model, name);
		if (number >= 0)
			input->value[number] = number_at(rows, row, c);
		else if (group >= 0)
			input->level[group] = duration_level(word_at(rows, row, name), NULL);
	}
}
