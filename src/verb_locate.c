/* SPDX-License-Identifier: Apache-2.0 */
#include "src/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/locate_trial.h"
#include "src/site_file.h"
#include "src/verb_locate.h"

/* vigie locate evaluate: how well rooms are found on a recorded walk. */

static const char usage_text[] =
	"usage: vigie locate evaluate CSV [--site SITE] [--train CSV] [--adjacency A-B,...]\n"
	"                             [--json]\n"
	"       vigie locate train CSV [--site SITE] [--adjacency A-B,...]\n"
	"       vigie locate survey --tag MAC [--seconds N] [options of the console]\n"
	"CSV: ts (s or ns), tag (optional), one rssi_GATEWAY column each (empty: not\n"
	"heard), room. evaluate runs the console's room filter over it, beside two\n"
	"baselines; without --train and --site each of 4 folds of 60 s blocks is judged\n"
	"by what the other three teach. train and survey print the radio section of a\n"
	"site file. More in vigie(1).\n";

enum { FOLDS = 4 };
static const double block_s = 60, margin_db = 6;

enum { MODEL, STRONGEST, MARGIN, METHODS };

struct evaluation {
	struct locate_options o;
	struct trial trial;
	struct walk judged, taught;
	struct site *plan;
	struct verdict *verdicts[METHODS];
	struct score scores[METHODS];
};

static int no_memory(struct error *err)
{
	error_set(err, -ENOMEM, "out of memory");
	return -ENOMEM;
}

static int methods(struct evaluation *e, const struct walk *learned, const char *use,
	const char *judge, struct verdict *scratch, struct error *err)
{
	int rc = trial_run(&e->trial, &e->judged, judge, e->verdicts[MODEL], err);
	for (int m = STRONGEST; m < METHODS && rc == 0; m++) {
		rc = trial_strongest(&e->trial, &e->judged, m == MARGIN ? margin_db : 0, learned,
			use, scratch, err);
		for (int i = 0; i < e->judged.count; i++)
			if (judge == NULL || judge[i])
				e->verdicts[m][i] = scratch[i];
	}
	return rc;
}

/* The run visits rooms unevenly, so blocks of time are dealt out in turn. */
static int by_folds(struct evaluation *e, struct verdict *scratch, struct error *err)
{
	size_t n = (size_t)e->judged.count + 1;
	signed char *fold_of = calloc(n, 1);
	char *use = calloc(n, 1), *judge = calloc(n, 1);
	int rc = fold_of != NULL && use != NULL && judge != NULL ? 0 : no_memory(err);
	if (rc == 0 && trial_folds(&e->judged, NULL, block_s, FOLDS, fold_of) < 2)
		rc = error_set(err, -1, "%s: less than two blocks of 60 s: give --train or --site",
			e->o.csv);
	for (int f = 0; f < FOLDS && rc == 0; f++) {
		for (int i = 0; i < e->judged.count; i++) {
			judge[i] = fold_of[i] == f;
			use[i] = !judge[i];
		}
		if (memchr(judge, 1, n) == NULL)
			continue;
		rc = trial_learn(&e->trial, &e->judged, use, err);
		if (rc == 0)
			rc = methods(e, &e->judged, use, judge, scratch, err);
	}
	free(fold_of);
	free(use);
	free(judge);
	return rc;
}

static int run(struct evaluation *e, struct error *err)
{
	struct walk *walks[] = {&e->taught, &e->judged};
	bool taught = e->o.train != NULL;
	struct verdict *scratch = NULL;
	int rc = trial_open(&e->trial, e->plan, walks + !taught, 1 + taught, err);
	if (rc == 0 && e->o.adjacency != NULL)
		rc = trial_doors(&e->trial, e->o.adjacency, err);
	for (int m = 0; m < METHODS && rc == 0; m++) {
		e->verdicts[m] = calloc((size_t)e->judged.count + 1, sizeof *e->verdicts[m]);
		rc = e->verdicts[m] != NULL ? 0 : no_memory(err);
	}
	if (rc == 0) {
		scratch = calloc((size_t)e->judged.count + 1, sizeof *scratch);
		rc = scratch != NULL ? 0 : no_memory(err);
	}
	if (rc == 0 && taught)
		rc = trial_learn(&e->trial, &e->taught, NULL, err);
	if (rc == 0 && !taught && e->plan == NULL)
		rc = by_folds(e, scratch, err);
	else if (rc == 0)
		rc = methods(e, taught ? &e->taught : &e->judged, NULL, NULL, scratch, err);
	free(scratch);
	for (int m = 0; m < METHODS && rc == 0; m++)
		if (!score_walk(&e->judged, e->verdicts[m], &e->scores[m]))
			rc = no_memory(err);
	if (rc == 0 && e->scores[MODEL].rows == 0)
		rc = error_set(err, -1, "%s: no row has a room", e->o.csv);
	return rc;
}

static void print_json(const struct evaluation *e)
{
	static const char *const names[METHODS] = {"model", "strongest", "margin"};
	const struct score *s = e->scores;
	printf("{\"format\":\"vigie.locate/1\",\"n\":%ld,\"true_changes\":%ld", s->rows,
		s->true_changes);
	for (int m = 0; m < METHODS; m++, s++)
		printf(",\"%s\":{\"accuracy\":%.4f,\"changes\":%ld,\"latency_p50_s\":%.2f,"
		       "\"latency_p90_s\":%.2f,\"missed\":%ld,\"calibration_error\":%.4f}",
			names[m], s->accuracy, s->changes, s->latency_p50_s, s->latency_p90_s,
			s->missed, s->calibration_error);
	puts("}");
}

static void print_table(const struct evaluation *e)
{
	static const char *const names[METHODS] = {
		"model", "strongest gateway, 5 s mean", "5 s mean + 6 dB margin"};
	const struct score *s = e->scores;
	printf("%ld rows, %d rooms, %d gateways, %ld true changes of room; the model %s\n", s->rows,
		e->trial.site.room_count, e->trial.site.gateway_count, s->true_changes,
		e->o.train != NULL ? "learned from --train"
		: e->trial.learned ? "learned from other blocks (4 folds of 60 s blocks)"
		: e->plan->survey.cell_count > 0 ? "has the site's radio section"
						 : "goes by the site's geometry");
	printf("%-28s %9s %8s %12s %12s %7s %12s\n", "", "accuracy", "changes", "latency p50",
		"latency p90", "missed", "calibration");
	for (int m = 0; m < METHODS; m++, s++)
		printf("%-28s %9.4f %8ld %10.2f s %10.2f s %7ld %12.4f\n", names[m], s->accuracy,
			s->changes, s->latency_p50_s, s->latency_p90_s, s->missed,
			s->calibration_error);
}

void locate_note_levels(const char *path, const struct walk *walk)
{
	if (walk->bad_levels > 0)
		fprintf(stderr, "vigie locate: %s: %ld levels no radio can measure: left out\n",
			path, walk->bad_levels);
}

static int evaluate(const struct locate_options *o)
{
	struct evaluation e = {.o = *o};
	struct error err = {""};
	int rc = walk_read(&e.judged, o->csv, &err);
	if (rc == 0 && o->train != NULL)
		rc = walk_read(&e.taught, o->train, &err);
	if (rc == 0 && o->site != NULL && (e.plan = site_load(o->site, NULL, &err)) == NULL)
		rc = -1;
	if (rc == 0)
		rc = run(&e, &err);
	if (rc == 0) {
		locate_note_levels(o->csv, &e.judged);
		(o->json ? print_json : print_table)(&e);
	} else {
		fprintf(stderr, "vigie locate: %s\n", err.text);
	}
	trial_close(&e.trial);
	walk_free(&e.judged);
	walk_free(&e.taught);
	site_free(e.plan);
	for (int m = 0; m < METHODS; m++)
		free(e.verdicts[m]);
	return rc == 0 ? 0 : EXIT_ENVIRONMENT;
}

static int read_options(struct locate_options *o, int argc, char **argv)
{
	static const struct option options[] = {{"site", required_argument, NULL, 's'},
		{"train", required_argument, NULL, 't'},
		{"adjacency", required_argument, NULL, 'a'}, {"json", no_argument, NULL, 'j'},
		{NULL, 0, NULL, 0}};
	int c;
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return -1;
		o->site = c == 's' ? optarg : o->site;
		o->train = c == 't' ? optarg : o->train;
		o->adjacency = c == 'a' ? optarg : o->adjacency;
		o->json |= c == 'j';
	}
	if (argc - optind != 1)
		return -1;
	o->csv = argv[optind];
	return 0;
}

int verb_locate(int argc, char **argv)
{
	struct locate_options o = {0};
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "survey") == 0)
		return locate_survey(argc - 1, argv + 1);
	bool train = argc > 1 && strcmp(argv[1], "train") == 0;
	if (argc < 2 || (!train && strcmp(argv[1], "evaluate") != 0)
		|| read_options(&o, argc - 1, argv + 1) < 0 || (train && (o.train || o.json))) {
		fputs(usage_text, stderr);
		return EXIT_USAGE;
	}
	return train ? locate_train(&o) : evaluate(&o);
}
