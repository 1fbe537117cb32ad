/* SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir.h"
#include "screens/forecast_json.h"
#include "screens/format.h"
#include "src/forecast_against.h"
#include "src/forecast_write.h"
#include "src/foresee.h"
#include "src/offline.h"
#include "src/programme_check.h"
#include "src/robust.h"
#include "src/verbs.h"
#include "twin/whatif.h"

/*
 * vigie forecast: the rest of a day from a file, without a network. The same
 * programme, time, seed and replications give the same answer on any number of
 * threads.
 */

/* A hundred days are tried to see what is robust: twice the error of a difference
 * under the same fates is a minute or so. */
enum { REPS_USUAL = 1000, ROBUST_REPS = 400 };

struct choice {
	struct offline_choice day;
	const char *write;   /* a journal of one replication */
	const char *against; /* another site */
	int reps, threads;
	uint32_t seed, replication;
	bool json, robust;
};

struct foreseen {
	struct offline day;
	struct sim_plan plan, more;
	struct plan_index index, before;
	struct forecast forecast;
	/* with --inject: the day without it, and what it changes */
	struct forecast_kpi baseline;
	struct paired difference[KPI_COUNT];
	struct robust robust;
};

/* ---- telling ---- */

static char *json(const struct forecast_told *told)
{
	cJSON *root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "format", "vigie.forecast/1");
	forecast_json(root, told);
	char *text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}

static int tell(const struct foreseen *f, const struct choice *c)
{
	struct view view = {.twin = f->day.programme.twin,
		.forecast = &f->forecast,
		.now_ms = f->forecast.at_ms,
		.speed = 1,
		.user = "",
		.reveal = "",
		.notice = ""};
	struct forecast_told told = {.view = &view};
	if (f->day.programme.made)
		told.note = "no site: the rooms are those of the programme, staff and beds "
			    "unlimited";
	if (c->day.what_if.count > 0) {
		told.baseline = &f->baseline;
		told.difference = f->difference;
	}
	if (c->robust)
		told.robust = &f->robust;
	char *text = c->json ? json(&told) : forecast_text(&told);
	if (text == NULL) {
		fputs("vigie forecast: out of memory\n", stderr);
		return -1;
	}
	puts(text);
	free(text);
	return 0;
}

/* ---- the run ---- */

static struct forecast_run *simulate(struct foreseen *f, const struct choice *c,
	const struct fork *fork, struct sim_plan *plan, struct plan_index *index)
{
	struct plan_options options = {.learnt = f->day.learnt,
		.midnight_ms = format_clock_zero(f->day.programme.at_ms),
		.policy = &fork->policy};
	plan_build(fork->twin, &options, plan, index);
	struct forecast_run *run = forecast_run_create(plan, index, c->seed, c->reps);
	if (run != NULL)
		foresee(run, c->reps, c->threads);
	else
		fputs("vigie forecast: out of memory\n", stderr);
	return run;
}

static bool try_robust(struct foreseen *f, const struct choice *c, const struct fork *fork,
	const struct forecast_run *run)
{
	const struct robust_how how = {.learnt = f->day.learnt,
		.midnight_ms = format_clock_zero(f->day.programme.at_ms),
		.seed = c->seed,
		.reps = c->reps < ROBUST_REPS ? c->reps : ROBUST_REPS,
		.threads = c->threads};
	if (robust_try(fork, &how, run, &f->robust))
		return true;
	fputs("vigie forecast: out of memory\n", stderr);
	return false;
}

/* One of those futures, to be looked at like the past. */
static int write_one(const struct foreseen *f, const struct choice *c)
{
	struct error err = {""};
	if (forecast_write(
		    c->write, &f->day.programme, f->day.site_text, c->seed, c->replication, &err)
		== 0)
		return 0;
	fprintf(stderr, "vigie forecast: %s\n", err.text);
	return EXIT_ENVIRONMENT;
}

static int run(struct foreseen *f, const struct choice *c)
{
	struct forecast_run *run = NULL, *base = NULL;
	struct fork fork = {0};
	int code = EXIT_ENVIRONMENT;
	if (offline_load(&f->day, &c->day, c->write != NULL) < 0
		|| !offline_fork(&f->day, &c->day, &fork))
		goto done;
	if (c->day.what_if.count > 0) {
		const struct fork as_is = {.twin = f->day.programme.twin};
		base = simulate(f, c, &as_is, &f->more, &f->before);
		if (base == NULL)
			goto done;
		forecast_run_read(base, c->reps, &f->forecast);
		f->baseline = f->forecast.kpi;
	}
	run = simulate(f, c, &fork, &f->plan, &f->index);
	if (run == NULL)
		goto done;
	forecast_run_read(run, c->reps, &f->forecast);
	for (int k = 0; base != NULL && k < KPI_COUNT; k++)
		f->difference[k] = forecast_difference(base, run, c->reps, (enum kpi)k);
	f->day.programme.not_understood += programme_left_out(&f->day.programme, &f->index, stderr);
	struct foresee_rank rank = {.reps = c->reps, .threads = c->threads};
	foresee_bottlenecks(&f->plan, &f->index, run, &rank, &f->forecast);
	if (c->robust && !try_robust(f, c, &fork, run))
		goto done;
	/* What is told of cases is told of the fork, which has them all. */
	twin_copy(f->day.programme.twin, fork.twin);
	if (tell(f, c) < 0)
		goto done;
	code = f->day.programme.not_understood > 0 || f->forecast.stuck > 0 ? EXIT_FOUND : 0;
	if (c->write != NULL && write_one(f, c) != 0)
		code = EXIT_ENVIRONMENT;
done:
	forecast_run_destroy(run);
	forecast_run_destroy(base);
	twin_destroy(fork.twin);
	return code;
}

static int usage(FILE *out, int code)
{
	fputs("usage: vigie forecast PROGRAMME [--at TIME] [--site SITE] [--learnt JOURNAL]\n"
	      "                      [--reps N] [--seed S] [--threads T] [--inject SCENARIO]...\n"
	      "                      [--robust] [--json]\n"
	      "                      [--write JOURNAL [--replication N]] [--against SITE]\n"
	      "The rest of the day, simulated: PROGRAMME is a FHIR R4 Bundle; TIME is RFC 3339;\n"
	      "SCENARIO is NAME[:key=value,...] (--inject help lists them), or @FILE: one a line.\n"
	      "--write keeps one of the futures as a journal (with --site, without --inject):\n"
	      "look at it with vigie show PANE --journal JOURNAL --at TIME.\n"
	      "--against compares the day under --site with that under another site file.\n"
	      "Exit status: 0, 1 something was not understood or a case waits for ever, 2, 3.\n",
		out);
	return code;
}

static int parse(int argc, char **argv, struct choice *c)
{
	static const struct option options[] = {{"at", required_argument, NULL, 'a'},
		{"site", required_argument, NULL, 's'}, {"reps", required_argument, NULL, 'r'},
		{"seed", required_argument, NULL, 'e'}, {"threads", required_argument, NULL, 't'},
		{"inject", required_argument, NULL, 'i'}, {"learnt", required_argument, NULL, 'l'},
		{"robust", no_argument, NULL, 'b'}, {"write", required_argument, NULL, 'w'},
		{"replication", required_argument, NULL, 'n'},
		{"against", required_argument, NULL, 'g'}, {"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int o, asked = 0;
	optind = 1;
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 'a')
			c->day.at_ms = fhir_time(optarg);
		else if (o == 's')
			c->day.site = optarg;
		else if (o == 'b')
			c->robust = true;
		else if (o == 'l')
			c->day.learnt = optarg;
		else if (o == 'r')
			c->reps = (int)strtol(optarg, NULL, 10);
		else if (o == 'e')
			c->seed = (uint32_t)strtoul(optarg, NULL, 10);
		else if (o == 't')
			c->threads = (int)strtol(optarg, NULL, 10);
		else if (o == 'w')
			c->write = optarg;
		else if (o == 'g')
			c->against = optarg;
		else if (o == 'n')
			c->replication = (uint32_t)strtoul(optarg, NULL, 10);
		else if (o == 'j')
			c->json = true;
		else if (o == 'i')
			asked = offline_inject(&c->day, optarg);
		else
			return o == 'h' ? 1 : -1;
		if (asked != 0 || (o == 'a' && c->day.at_ms == 0))
			return asked != 0 ? asked : -1;
	}
	if (argc - optind != 1 || c->reps < 1 || c->reps > FORECAST_REPS || c->threads < 1)
		return -1;
	if (c->write != NULL && (c->day.site == NULL || c->day.what_if.count > 0))
		return -1; /* a journal holds its site's text, and what-ifs are no facts */
	if (c->against != NULL
		&& (c->day.site == NULL || c->write != NULL || c->day.what_if.count > 0))
		return -1;
	c->day.path = argv[optind];
	return 0;
}

int verb_forecast(int argc, char **argv)
{
	struct choice c = {.day.verb = "forecast",
		.reps = REPS_USUAL,
		.seed = 1,
		.threads = foresee_threads()};
	int asked = parse(argc, argv, &c);
	if (c.day.listed)
		return 0;
	if (asked != 0)
		return asked > 0 ? usage(stdout, 0) : usage(stderr, EXIT_USAGE);
	if (c.against != NULL)
		return forecast_against(&(struct against){c.day.path, c.day.site, c.against,
			c.day.at_ms, c.reps, c.threads, c.seed, c.json});
	struct foreseen *f = calloc(1, sizeof *f);
	if (f == NULL)
		return EXIT_ENVIRONMENT;
	int code = run(f, &c);
	offline_free(&f->day);
	free(f);
	return code;
}
