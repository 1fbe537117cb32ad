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
#include "src/programme_check.h"
#include "src/restore.h"
#include "src/robust.h"
#include "src/site_file.h"
#include "src/suite_clock.h"
#include "src/verbs.h"
#include "src/whatif_file.h"
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
	struct what_if what_if;
	const char *path, *site, *learnt;
	const char *write;   /* a journal of one replication */
	const char *against; /* another site */
	int64_t at_ms;
	int reps, threads;
	uint32_t seed, replication;
	bool json, listed, robust;
};

struct foreseen {
	struct programme programme;
	char *site_text; /* only when it is written */
	struct sim_plan plan, more;
	struct plan_index index, before;
	struct forecast forecast;
	/* with --inject: the day without it, and what it changes */
	struct forecast_kpi baseline;
	struct paired difference[KPI_COUNT];
	struct robust robust;
	struct knowledge knowledge; /* of the journal that was given */
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
	struct view view = {.twin = f->programme.twin,
		.forecast = &f->forecast,
		.now_ms = f->forecast.at_ms,
		.speed = 1,
		.user = "",
		.reveal = "",
		.notice = ""};
	struct forecast_told told = {.view = &view};
	if (f->programme.made)
		told.note = "no site: the rooms are those of the programme, staff and beds "
			    "unlimited";
	if (c->what_if.count > 0) {
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

static int load(struct foreseen *f, const struct choice *c)
{
	struct error err = {""};
	struct programme_options options = {.at_ms = c->at_ms, .tell = true};
	if (c->site != NULL) {
		options.site = site_load(c->site, c->write != NULL ? &f->site_text : NULL, &err);
		if (options.site == NULL) {
			fprintf(stderr, "vigie forecast: %s\n", err.text);
			return -1;
		}
		suite_clock_zone(options.site->zone);
	}
	if (programme_load(&f->programme, c->path, &options, &err) < 0) {
		fprintf(stderr, "vigie forecast: %s\n", err.text);
		return -1;
	}
	return 0;
}

/* What a console has learnt of durations, from its journal. */
static int load_learnt(struct foreseen *f, const struct choice *c)
{
	struct error err = {"out of memory"};
	struct twin *twin = NULL;
	if (c->learnt == NULL)
		return 0;
	int rc = knowledge_init(&f->knowledge) && (twin = twin_create()) != NULL
			 ? twin_restore_knowledge(
				 twin, NULL, &f->knowledge, c->learnt, 0, NULL, &err)
			 : -1;
	if (rc < 0)
		fprintf(stderr, "vigie forecast: %s\n", err.text);
	twin_destroy(twin);
	return rc;
}

static struct forecast_run *simulate(struct foreseen *f, const struct choice *c,
	const struct fork *fork, struct sim_plan *plan, struct plan_index *index)
{
	struct plan_options options = {
		.learnt = c->learnt != NULL ? &f->knowledge.learning->now : NULL,
		.midnight_ms = format_clock_zero(f->programme.at_ms),
		.policy = &fork->policy};
	plan_build(fork->twin, &options, plan, index);
	struct forecast_run *run = forecast_run_create(plan, index, c->seed, c->reps);
	if (run != NULL)
		foresee(run, c->reps, c->threads);
	else
		fputs("vigie forecast: out of memory\n", stderr);
	return run;
}

/* The injections on a copy: what was loaded is the baseline, and stays. */
static bool fork_of(const struct foreseen *f, const struct choice *c, struct fork *fork)
{
	static char why[WHAT_IF_DEPTH][SCENARIO_TEXT];
	fork->twin = twin_create();
	if (fork->twin == NULL)
		return false;
	int injected = what_if_fork(fork, f->programme.twin, &c->what_if, why);
	for (int i = 0; i < c->what_if.count; i++)
		if (why[i][0] != '\0')
			fprintf(stderr, "vigie forecast: %s\n", why[i]);
	return injected == c->what_if.count;
}

static bool try_robust(struct foreseen *f, const struct choice *c, const struct fork *fork,
	const struct forecast_run *run)
{
	const struct robust_how how = {
		.learnt = c->learnt != NULL ? &f->knowledge.learning->now : NULL,
		.midnight_ms = format_clock_zero(f->programme.at_ms),
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
	if (forecast_write(c->write, &f->programme, f->site_text, c->seed, c->replication, &err)
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
	if (load_learnt(f, c) < 0 || load(f, c) < 0 || !fork_of(f, c, &fork))
		goto done;
	if (c->what_if.count > 0) {
		const struct fork as_is = {.twin = f->programme.twin};
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
	f->programme.not_understood += programme_left_out(&f->programme, &f->index, stderr);
	struct foresee_rank rank = {.reps = c->reps, .threads = c->threads};
	foresee_bottlenecks(&f->plan, &f->index, run, &rank, &f->forecast);
	if (c->robust && !try_robust(f, c, &fork, run))
		goto done;
	/* What is told of cases is told of the fork, which has them all. */
	twin_copy(f->programme.twin, fork.twin);
	if (tell(f, c) < 0)
		goto done;
	code = f->programme.not_understood > 0 || f->forecast.stuck > 0 ? EXIT_FOUND : 0;
	if (c->write != NULL && write_one(f, c) != 0)
		code = EXIT_ENVIRONMENT;
done:
	forecast_run_destroy(run);
	forecast_run_destroy(base);
	twin_destroy(fork.twin);
	return code;
}

static int scenario_help(void)
{
	static const char *const kinds[PARAMETER_KIND_COUNT] = {[PARAMETER_CASE] = "CASE",
		[PARAMETER_ROOM] = "ROOM",
		[PARAMETER_ROLE] = "ROLE",
		[PARAMETER_BEDS] = "KIND",
		[PARAMETER_FLOOR] = "FLOOR",
		[PARAMETER_SURGEON] = "SURGEON",
		[PARAMETER_SETTING] = "SETTING",
		[PARAMETER_MOBILITY] = "MOBILITY",
		[PARAMETER_WORD] = "WORD",
		[PARAMETER_INSTANT] = "YYYY-MM-DDThh:mmZ",
		[PARAMETER_KIT] = "KIT",
		[PARAMETER_REASON] = "REASON",
		[PARAMETER_WAY] = "WAY"};
	for (int i = 0; i < scenario_count; i++) {
		const struct scenario_row *row = &scenario_rows[i];
		printf("%-13s %s\n", row->name, row->help);
		for (int k = 0; k < SCENARIO_PARAMETERS; k++) {
			const struct scenario_parameter *p = &row->parameters[k];
			if (p->kind == PARAMETER_END)
				break;
			if (p->kind == PARAMETER_NUMBER)
				printf("              %s=%d..%d (%d)\n", p->name, p->least, p->most,
					p->usual);
			else
				printf("              %s=%s%s\n", p->name, kinds[p->kind],
					p->needed ? "" : " (may be left out)");
		}
	}
	return 1;
}

/* 0, 1 when the list was asked for, -1. */
static int inject(struct choice *c, const char *text)
{
	char why[SCENARIO_TEXT];
	if (strcmp(text, "help") == 0) {
		c->listed = true;
		return scenario_help();
	}
	struct what_if *w = &c->what_if;
	if (text[0] == '@') {
		struct error err = {""};
		if (what_if_read(text + 1, w, &err) == 0)
			return 0;
		fprintf(stderr, "vigie forecast: %s (--inject help lists them)\n", err.text);
		return -1;
	}
	if (w->count < WHAT_IF_DEPTH && scenario_parse(text, &w->list[w->count], why)) {
		w->count++;
		return 0;
	}
	fprintf(stderr, "vigie forecast: %s (--inject help lists them)\n",
		w->count < WHAT_IF_DEPTH ? why : "too many injections");
	return -1;
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
			c->at_ms = fhir_time(optarg);
		else if (o == 's')
			c->site = optarg;
		else if (o == 'b')
			c->robust = true;
		else if (o == 'l')
			c->learnt = optarg;
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
			asked = inject(c, optarg);
		else
			return o == 'h' ? 1 : -1;
		if (asked != 0 || (o == 'a' && c->at_ms == 0))
			return asked != 0 ? asked : -1;
	}
	if (argc - optind != 1 || c->reps < 1 || c->reps > FORECAST_REPS || c->threads < 1)
		return -1;
	if (c->write != NULL && (c->site == NULL || c->what_if.count > 0))
		return -1; /* a journal holds its site's text, and what-ifs are no facts */
	if (c->against != NULL && (c->site == NULL || c->write != NULL || c->what_if.count > 0))
		return -1;
	c->path = argv[optind];
	return 0;
}

int verb_forecast(int argc, char **argv)
{
	struct choice c = {.reps = REPS_USUAL, .seed = 1, .threads = foresee_threads()};
	int asked = parse(argc, argv, &c);
	if (c.listed)
		return 0;
	if (asked != 0)
		return asked > 0 ? usage(stdout, 0) : usage(stderr, EXIT_USAGE);
	if (c.against != NULL)
		return forecast_against(&(struct against){
			c.path, c.site, c.against, c.at_ms, c.reps, c.threads, c.seed, c.json});
	struct foreseen *f = calloc(1, sizeof *f);
	if (f == NULL)
		return EXIT_ENVIRONMENT;
	int code = run(f, &c);
	programme_free(&f->programme);
	if (c.learnt != NULL)
		knowledge_fini(&f->knowledge);
	restore_forget_sites();
	free(f->site_text);
	free(f);
	return code;
}
