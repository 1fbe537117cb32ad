/* SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/fhir.h"
#include "screens/forecast_json.h"
#include "screens/format.h"
#include "screens/rows.h"
#include "src/foresee.h"
#include "src/programme.h"
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

enum { REPS_USUAL = 1000 };

struct choice {
	struct what_if what_if;
	const char *path, *site;
	int64_t at_ms;
	int reps, threads;
	uint32_t seed;
	bool json, listed;
};

struct foreseen {
	struct programme programme;
	struct sim_plan plan, more;
	struct plan_index index, before;
	struct forecast forecast;
	/* with --inject: the day without it, and what it changes */
	struct forecast_kpi baseline;
	struct paired difference[KPI_COUNT];
};

/* ---- JSON ---- */

static void print_json(const struct foreseen *f, const struct choice *c)
{
	struct forecast_told told = {.twin = f->programme.twin, .forecast = &f->forecast};
	cJSON *root = cJSON_CreateObject();
	if (c->what_if.count > 0) {
		told.baseline = &f->baseline;
		told.difference = f->difference;
	}
	cJSON_AddStringToObject(root, "format", "vigie.forecast/1");
	forecast_json(root, &told);
	char *text = cJSON_PrintUnformatted(root);
	if (text != NULL)
		puts(text);
	free(text);
	cJSON_Delete(root);
}

/* ---- for people ---- */

static void span_text(const struct quantiles *q, char out[64])
{
	char a[16], b[16], c[16];
	if (q->p50 == 0) {
		snprintf(out, sizeof(char[64]), "%-19s", "-");
		return;
	}
	format_clock((int64_t)q->p10, a, sizeof a);
	format_clock((int64_t)q->p50, b, sizeof b);
	format_clock((int64_t)q->p90, c, sizeof c);
	snprintf(out, sizeof(char[64]), "%s (%s-%s)", b, a, c);
}

static void print_cases(const struct foreseen *f)
{
	printf("%-24s %-10s %-19s %-19s %6s %6s\n", "case", "room", "start (80 %)", "end (80 %)",
		"wait", "hold");
	for (int i = 0; i < f->forecast.case_count; i++) {
		const struct forecast_case *c = &f->forecast.cases[i];
		const struct surgery *s = &f->programme.twin->cases[f->index.twin_case[i]];
		char start[64], end[64];
		span_text(&c->start, start);
		span_text(&c->end, end);
		printf("%-24.24s %-10.10s %-19s %-19s %6.0f %6.0f\n", s->id, s->room, start, end,
			c->wait_min, c->hold_min);
	}
}

static void print_difference(const struct foreseen *f)
{
	for (int i = 0; i < FORECAST_KPIS; i++) {
		const struct paired *d = &f->difference[forecast_kpi_names[i].kpi];
		printf("what-if: %-14s %+.0f min (%+.0f .. %+.0f)\n", forecast_kpi_names[i].name,
			d->mean, d->low, d->high);
	}
}

static void print_text(const struct foreseen *f, const struct choice *c)
{
	char at[16], end[64];
	format_clock(f->forecast.at_ms, at, sizeof at);
	printf("at %s, %d replications, seed %u\n", at, f->forecast.reps, f->forecast.seed);
	if (f->programme.made)
		puts("no site: the rooms are those of the programme, staff and beds unlimited");
	print_cases(f);
	for (int r = 0; r < f->forecast.room_count; r++) {
		const struct forecast_room *room = &f->forecast.rooms[r];
		span_text(&room->end, end);
		printf("room %-12s last out %s", f->programme.site->rooms[f->index.site_room[r]].id,
			end);
		if (room->has_session)
			printf("  overtime P %.0f %%, mean %.0f min", 100 * room->p_overtime,
				room->overtime_mean);
		putchar('\n');
	}
	for (int i = 0; i < f->forecast.bottleneck_count; i++) {
		const struct forecast_bottleneck *b = &f->forecast.bottlenecks[i];
		const struct paired *e = &b->effect;
		printf("one more %-16s %+.0f min of overtime (%+.0f .. %+.0f)\n",
			forecast_resource_id(f->programme.site, b->role, b->beds), e->mean, e->low,
			e->high);
	}
	printf("overtime %.0f min, waiting %.0f min, held for the PACU %.0f min\n",
		f->forecast.kpi.overtime_min, f->forecast.kpi.wait_min, f->forecast.kpi.hold_min);
	if (c->what_if.count > 0)
		print_difference(f);
}

/* ---- the run ---- */

static int load(struct foreseen *f, const struct choice *c)
{
	struct error err = {""};
	struct programme_options options = {.at_ms = c->at_ms, .tell = true};
	if (c->site != NULL) {
		options.site = site_load(c->site, NULL, &err);
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

static struct forecast_run *simulate(struct foreseen *f, const struct choice *c,
	const struct fork *fork, struct sim_plan *plan, struct plan_index *index)
{
	struct plan_options options = {
		.midnight_ms = format_midnight(f->programme.at_ms), .policy = &fork->policy};
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

static int run(struct foreseen *f, const struct choice *c)
{
	struct forecast_run *run = NULL, *base = NULL;
	struct fork fork = {0};
	int code = EXIT_ENVIRONMENT;
	if (load(f, c) < 0 || !fork_of(f, c, &fork))
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
	struct foresee_rank rank = {.reps = c->reps, .threads = c->threads};
	foresee_bottlenecks(&f->plan, &f->index, run, &rank, &f->forecast);
	/* What is told of cases is told of the fork, which has them all. */
	twin_copy(f->programme.twin, fork.twin);
	if (c->json)
		print_json(f, c);
	else
		print_text(f, c);
	code = f->programme.not_understood > 0 || f->forecast.stuck > 0 ? EXIT_FOUND : 0;
done:
	forecast_run_destroy(run);
	forecast_run_destroy(base);
	twin_destroy(fork.twin);
	return code;
}

static int scenario_help(void)
{
	static const char *const kinds[] = {"", "CASE", "ROOM", "ROLE", "KIND", "FLOOR", "SURGEON",
		"SETTING", "MOBILITY", "WORD"};
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
	fputs("usage: vigie forecast PROGRAMME [--at TIME] [--site SITE] [--reps N] [--seed S]\n"
	      "                      [--threads T] [--inject SCENARIO]... [--json]\n"
	      "The rest of the day, simulated: PROGRAMME is a FHIR R4 Bundle; TIME is RFC 3339;\n"
	      "SCENARIO is NAME[:key=value,...] (--inject help lists them), or @FILE: one a line.\n"
	      "Exit status: 0, 1 something was not understood or a case waits for ever, 2, 3.\n",
		out);
	return code;
}

static int parse(int argc, char **argv, struct choice *c)
{
	static const struct option options[] = {{"at", required_argument, NULL, 'a'},
		{"site", required_argument, NULL, 's'}, {"reps", required_argument, NULL, 'r'},
		{"seed", required_argument, NULL, 'e'}, {"threads", required_argument, NULL, 't'},
		{"inject", required_argument, NULL, 'i'}, {"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int o, asked = 0;
	optind = 1;
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 'a')
			c->at_ms = fhir_time(optarg);
		else if (o == 's')
			c->site = optarg;
		else if (o == 'r')
			c->reps = (int)strtol(optarg, NULL, 10);
		else if (o == 'e')
			c->seed = (uint32_t)strtoul(optarg, NULL, 10);
		else if (o == 't')
			c->threads = (int)strtol(optarg, NULL, 10);
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
	struct foreseen *f = calloc(1, sizeof *f);
	if (f == NULL)
		return EXIT_ENVIRONMENT;
	int code = run(f, &c);
	programme_free(&f->programme);
	free(f);
	return code;
}
