/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/duration_score.h"
#include "src/duration_table.h"
#include "src/verbs.h"
#include "twin/random.h"
#include "twin/stat.h"

/*
 * vigie durations fit|evaluate: the duration model on a table of operated
 * cases, beside what people use instead: the booking, one lognormal law for
 * all, and the mean of each procedure.
 */

enum { ONLINE_SHUFFLES = 10, FOLDS_MAX = 100 };

enum rival { MODEL, BOOKING, LOGNORMAL, PROCEDURE, RIVALS };
static const char *const rival_names[RIVALS] = {"model", "booking", "lognormal", "procedure"};

struct study {
	struct duration_model model;
	struct duration_model procedure; /* one group and no numbers: the simple rival */
	struct stat_moments logs;        /* of all, for one lognormal */
	struct duration_score scores[RIVALS];
};

struct choice {
	int folds;
	bool online, json;
	unsigned seed;
	const char *train, *test, *file;
};

/* ---- learning and judging one row ---- */

static void begin(struct study *s, const struct duration_rows *rows, const int *order, int count)
{
	duration_rows_model(rows, order, count, &s->model);
	duration_init(&s->procedure);
	s->procedure.noise_group = duration_add_group(&s->procedure, "procedure", 1);
	memset(&s->logs, 0, sizeof s->logs);
}

static void procedure_input(const struct duration_rows *rows, int row, struct duration_input *input)
{
	int column = csv_table_column(&rows->csv, "procedure");
	duration_clear(input);
	if (column >= 0)
		input->level[0] = duration_level(csv_table_cell(&rows->csv, row, column), NULL);
}

static void learn(struct study *s, const struct duration_rows *rows, int row)
{
	struct duration_input input;
	double actual = duration_rows_actual(rows, row);
	if (isnan(actual))
		return;
	duration_rows_input(rows, row, &s->model, &input);
	duration_learn(&s->model, &input, actual);
	procedure_input(rows, row, &input);
	duration_learn(&s->procedure, &input, actual);
	stat_add(&s->logs, log(actual));
}

static void judge(struct study *s, const struct duration_rows *rows, int row)
{
	struct duration_input input;
	struct duration_law law;
	double actual = duration_rows_actual(rows, row);
	double planned = duration_rows_planned(rows, row);
	if (isnan(actual))
		return;
	duration_rows_input(rows, row, &s->model, &input);
	duration_predict(&s->model, &input, &law);
	duration_score_law(&s->scores[MODEL], &law, actual);
	procedure_input(rows, row, &input);
	duration_predict(&s->procedure, &input, &law);
	duration_score_law(&s->scores[PROCEDURE], &law, actual);
	if (s->logs.n > 1) {
		law.mu = s->logs.mean;
		law.sigma = sqrt(stat_variance(&s->logs));
		duration_score_law(&s->scores[LOGNORMAL], &law, actual);
	}
	if (!isnan(planned))
		duration_score_point(&s->scores[BOOKING], planned, actual);
}

/* ---- ways to divide the rows ---- */

/* Fisher and Yates, by the draws of one seed. */
static void shuffle(int *order, int n, unsigned seed)
{
	for (int i = 0; i < n; i++)
		order[i] = i;
	for (int i = n - 1; i > 0; i--) {
		int k = (int)(random_uniform(seed, 0, (uint32_t)i, 0) * (i + 1));
		int other = order[k];
		order[k] = order[i];
		order[i] = other;
	}
}

static void by_folds(
	struct study *s, const struct duration_rows *rows, int *order, const struct choice *c)
{
	int n = rows->csv.rows, kept;
	int *train = malloc((size_t)n * sizeof *train);
	if (train == NULL)
		return;
	shuffle(order, n, c->seed);
	for (int fold = 0; fold < c->folds; fold++) {
		kept = 0;
		for (int i = 0; i < n; i++)
			if (i % c->folds != fold)
				train[kept++] = order[i];
		begin(s, rows, train, kept);
		for (int i = 0; i < kept; i++)
			learn(s, rows, train[i]);
		for (int i = fold; i < n; i += c->folds)
			judge(s, rows, order[i]);
	}
	free(train);
}

/* Each case is foretold, then learnt from; the second half counts. Numbers are
 * scaled by the first tenth. */
static void online(
	struct study *s, const struct duration_rows *rows, int *order, const struct choice *c)
{
	int n = rows->csv.rows;
	for (unsigned i = 0; i < ONLINE_SHUFFLES; i++) {
		shuffle(order, n, c->seed + i);
		begin(s, rows, order, n < 20 ? n : n / 10 + 1);
		for (int k = 0; k < n; k++) {
			if (k >= n / 2)
				judge(s, rows, order[k]);
			learn(s, rows, order[k]);
		}
	}
}

static void train_and_test(struct study *s, const struct duration_rows *train,
	const struct duration_rows *test, int *order)
{
	for (int i = 0; i < train->csv.rows; i++)
		order[i] = i;
	begin(s, train, order, train->csv.rows);
	for (int i = 0; i < train->csv.rows; i++)
		learn(s, train, i);
	for (int i = 0; test != NULL && i < test->csv.rows; i++)
		judge(s, test, i);
}

/* ---- printing ---- */

static void print_json_rival(const char *name, const struct duration_figures *f)
{
	printf(",\"%s\":{\"mae_min\":%.2f,\"median_ae_min\":%.2f,\"within10\":%.4f,"
	       "\"within20\":%.4f,\"crps_min\":%.2f,",
		name, f->mae_min, f->median_ae_min, f->within10, f->within20, f->crps_min);
	if (!isnan(f->coverage80))
		printf("\"coverage80\":%.4f,", f->coverage80);
	printf("\"bias_min\":%.2f}", f->bias_min);
}

static void print_study(struct study *s, bool json)
{
	struct duration_figures f = duration_score_figures(&s->scores[MODEL]);
	if (json)
		printf("{\"format\":\"vigie.durations/1\",\"n\":%ld", f.n);
	else
		printf("%ld cases\n%-10s %8s %8s %7s %7s %8s %8s %8s\n", f.n, "", "MAE", "med AE",
			"in 10 %", "in 20 %", "CRPS", "in 80 %", "bias");
	for (int i = 0; i < RIVALS; i++) {
		f = duration_score_figures(&s->scores[i]);
		if (f.n == 0)
			continue; /* no booking in the table */
		if (json) {
			print_json_rival(rival_names[i], &f);
			continue;
		}
		printf("%-10s %8.2f %8.2f %6.1f%% %6.1f%% %8.2f ", rival_names[i], f.mae_min,
			f.median_ae_min, 100 * f.within10, 100 * f.within20, f.crps_min);
		if (isnan(f.coverage80))
			printf("%8s ", "-");
		else
			printf("%7.1f%% ", 100 * f.coverage80);
		printf("%+8.2f\n", f.bias_min);
	}
	puts(json ? "}" : "minutes; bias: actual less foretold (mean)");
}

static void print_numbers(const struct duration_model *m)
{
	for (int i = 1; i < m->number_count; i++)
		printf("number %-20s %+7.2f %% per %-8.4g (+- %.2f)\n", m->numbers[i].name,
			100 * (exp(m->beta[i]) - 1), m->numbers[i].scale,
			100 * sqrt(m->doubt[i][i]));
}

/* Each name of the column once, in the order of the table. */
static void print_names(const struct duration_rows *rows, const struct duration_model *m)
{
	for (int c = 0; c < rows->csv.columns; c++) {
		int group = duration_group(m, rows->csv.names[c]);
		for (int row = 0; group >= 0 && row < rows->csv.rows; row++) {
			const char *name = csv_table_cell(&rows->csv, row, c);
			bool first = true;
			for (int i = 0; i < row && first; i++)
				first = strcmp(csv_table_cell(&rows->csv, i, c), name) != 0;
			const struct duration_node *node =
				duration_name(m, group, duration_level(name, NULL));
			if (first && node != NULL)
				printf("%-12s %-40s %+7.1f %% (+- %.1f) of %.0f\n",
					rows->csv.names[c], name, 100 * (exp(node->effect) - 1),
					100 * sqrt(node->variance), node->seen);
		}
	}
}

static void print_fit(const struct study *s, const struct duration_rows *rows)
{
	const struct duration_model *m = &s->model;
	printf("cases %llu\nsigma %.3f\nusual %.1f min\n", (unsigned long long)m->cases,
		sqrt(m->noise.sum / m->noise.count), exp(m->beta[0]));
	print_numbers(m);
	print_names(rows, m);
}

/* ---- the verb ---- */

static int usage(FILE *out, int code)
{
	fputs("usage: vigie durations fit CSV\n"
	      "       vigie durations evaluate CSV [--folds K | --online] [--seed S] [--json]\n"
	      "       vigie durations evaluate --train CSV --test CSV [--json]\n"
	      "The duration model on a table of operated cases: actual_min, planned_min,\n"
	      "procedure, surgeon, specialty, asa, bmi, age ... (see vigie(1)).\n",
		out);
	return code;
}

static int parse_options(int argc, char **argv, struct choice *c)
{
	static const struct option options[] = {{"folds", required_argument, NULL, 'f'},
		{"online", no_argument, NULL, 'o'}, {"seed", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'}, {"train", required_argument, NULL, 't'},
		{"test", required_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};
	int o;
	optind = 1;
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 'f')
			c->folds = (int)strtol(optarg, NULL, 10);
		else if (o == 'o')
			c->online = true;
		else if (o == 's')
			c->seed = (unsigned)strtoul(optarg, NULL, 10);
		else if (o == 'j')
			c->json = true;
		else if (o == 't')
			c->train = optarg;
		else if (o == 'e')
			c->test = optarg;
		else
			return -1;
	}
	c->file = argc - optind == 1 ? argv[optind] : NULL;
	bool pair = c->train != NULL && c->test != NULL && c->file == NULL;
	bool one = c->train == NULL && c->test == NULL && c->file != NULL;
	return (pair || one) && argc - optind <= 1 && c->folds >= 2 && c->folds <= FOLDS_MAX ? 0
											     : -1;
}

static void examine(struct study *s, const struct duration_rows *rows,
	const struct duration_rows *test, int *order, const struct choice *c, bool fit)
{
	duration_rows_tell(rows, c->file != NULL ? c->file : c->train, stderr);
	if (c->test != NULL)
		duration_rows_tell(test, c->test, stderr);
	long known = rows->csv.rows - rows->refused;
	if (!fit && c->test == NULL && known < c->folds)
		fprintf(stderr,
			"%s: %ld cases for %d folds: what is known of all surgery weighs most\n",
			c->file, known, c->folds);
	if (fit || c->test != NULL)
		train_and_test(s, rows, c->test != NULL ? test : NULL, order);
	else if (c->online)
		online(s, rows, order, c);
	else
		by_folds(s, rows, order, c);
	if (fit)
		print_fit(s, rows);
	else
		print_study(s, c->json);
}

static int run(struct study *s, const struct choice *c, bool fit)
{
	struct duration_rows rows, test;
	struct error err;
	const char *path = c->file != NULL ? c->file : c->train;
	int *order = NULL;
	memset(&test, 0, sizeof test);
	int rc = duration_rows_load(&rows, path, &err);
	if (rc == 0 && c->test != NULL)
		rc = duration_rows_load(&test, c->test, &err);
	if (rc == 0 && (order = malloc(((size_t)rows.csv.rows + 1) * sizeof *order)) == NULL)
		rc = error_set(&err, -1, "out of memory");
	if (order == NULL)
		fprintf(stderr, "vigie durations: %s\n", err.text);
	else
		examine(s, &rows, &test, order, c, fit);
	free(order);
	duration_rows_free(&rows);
	duration_rows_free(&test);
	return rc < 0 ? EXIT_ENVIRONMENT : 0;
}

int verb_durations(int argc, char **argv)
{
	struct choice c = {.folds = 5, .seed = 1};
	bool fit = argc > 1 && strcmp(argv[1], "fit") == 0;
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc < 2 || (!fit && strcmp(argv[1], "evaluate") != 0)
		|| parse_options(argc - 1, argv + 1, &c) < 0)
		return usage(stderr, EXIT_USAGE);
	struct study *s = calloc(1, sizeof *s);
	if (s == NULL)
		return EXIT_ENVIRONMENT;
	int code = run(s, &c, fit);
	for (int i = 0; i < RIVALS; i++)
		duration_score_free(&s->scores[i]);
	free(s);
	return code;
}
