/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "feeds/fhir.h"
#include "screens/format.h"
#include "screens/repair_json.h"
#include "src/foresee.h"
#include "src/offline.h"
#include "src/repair_slots.h"
#include "src/repairer.h"
#include "src/verbs.h"
#include "twin/text.h"

/*
 * vigie repair: what to do about a day from a file, without a network. The same
 * programme, time, seed and budget give the same answer on any number of threads.
 */

enum { REPS_USUAL = 1000 };

struct choice {
	struct offline_choice day;
	const char *about;
	uint32_t seed;
	int threads, reps;
	long days;
	bool json, deterministic;
};

static int tell(const struct offline *o, const struct fork *fork, const struct choice *c,
	const struct repair_answer *answer)
{
	struct view view = {.twin = fork->twin,
		.now_ms = answer->at_ms,
		.speed = 1,
		.user = "",
		.reveal = "",
		.notice = ""};
	const struct repair_told told = {.view = &view,
		.answer = answer,
		.note = o->programme.made ? "no site: the rooms are those of the programme, staff "
					    "and beds unlimited"
					  : NULL};
	char *text = NULL;
	if (c->json) {
		cJSON *root = cJSON_CreateObject();
		cJSON_AddStringToObject(root, "format", "vigie.repair/1");
		repair_json(root, &told);
		text = cJSON_PrintUnformatted(root);
		cJSON_Delete(root);
	} else {
		text = repair_text(&told);
	}
	if (text == NULL)
		return -1;
	puts(text);
	free(text);
	return 0;
}

static bool is_known(const struct twin *twin, const char *id)
{
	return id == NULL || twin_case(twin, id) >= 0
	       || (twin->site != NULL && site_room(twin->site, id) >= 0);
}

static int search(const struct offline *o, const struct fork *fork, const struct choice *c)
{
	struct repair_answer *answer = calloc(1, sizeof *answer);
	struct repair_ask ask = {.given = c->day.what_if};
	const struct repair_how how = {.learnt = o->learnt,
		.midnight_ms = format_clock_zero(o->programme.at_ms),
		.seed = c->seed,
		.threads = c->threads,
		.days = c->days,
		.reps = c->reps};
	int code = EXIT_ENVIRONMENT;
	if (c->about != NULL)
		text_copy(ask.about, sizeof ask.about, c->about);
	if (answer != NULL && repair_search(o->programme.twin, &ask, &how, answer)
		&& tell(o, fork, c, answer) == 0)
		code = answer->count == 0 || o->programme.not_understood > 0 ? EXIT_FOUND : 0;
	else
		fputs("vigie repair: out of memory\n", stderr);
	free(answer);
	return code;
}

static int run(const struct choice *c)
{
	struct fork fork = {0};
	struct offline *o = calloc(1, sizeof *o);
	int code = EXIT_ENVIRONMENT;
	if (o == NULL)
		return code;
	if (offline_load(o, &c->day, false) == 0 && offline_fork(o, &c->day, &fork)) {
		if (is_known(fork.twin, c->about))
			code = search(o, &fork, c);
		else
			fprintf(stderr, "vigie repair: no case or room is called %s\n", c->about);
	}
	twin_destroy(fork.twin);
	offline_free(o);
	free(o);
	return code;
}

static int usage(FILE *out, int code)
{
	fputs("usage: vigie repair PROGRAMME [--at TIME] [--site SITE] [--learnt JOURNAL]\n"
	      "                    [--inject SCENARIO]... [--about ID] [--seed S] [--threads T]\n"
	      "                    [--days N] [--reps N] [--json]\n"
	      "       vigie repair --deterministic DAY [--seed S] [--json]\n"
	      "What to do: the best three different repairs of the rest of the day, each with\n"
	      "its proof against doing nothing. PROGRAMME is a FHIR R4 Bundle; TIME is RFC 3339;\n"
	      "SCENARIO is what went wrong (--inject help lists them); ID is the case or the room\n"
	      "it is about. --days is how many days may be simulated to find them, --reps how\n"
	      "many prove them. --deterministic plans a small day of known lengths.\n"
	      "Exit status: 0, 1 nothing is better than doing nothing, or something was not\n"
	      "understood, 2, 3.\n",
		out);
	return code;
}

static int parse(int argc, char **argv, struct choice *c)
{
	static const struct option options[] = {{"at", required_argument, NULL, 'a'},
		{"site", required_argument, NULL, 's'}, {"seed", required_argument, NULL, 'e'},
		{"threads", required_argument, NULL, 't'}, {"inject", required_argument, NULL, 'i'},
		{"about", required_argument, NULL, 'b'}, {"learnt", required_argument, NULL, 'l'},
		{"days", required_argument, NULL, 'd'}, {"reps", required_argument, NULL, 'r'},
		{"deterministic", no_argument, NULL, 'x'}, {"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int o, asked = 0;
	optind = 1;
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 'a')
			c->day.at_ms = fhir_time(optarg);
		else if (o == 's')
			c->day.site = optarg;
		else if (o == 'l')
			c->day.learnt = optarg;
		else if (o == 'b')
			c->about = optarg;
		else if (o == 'e')
			c->seed = (uint32_t)strtoul(optarg, NULL, 10);
		else if (o == 't')
			c->threads = (int)strtol(optarg, NULL, 10);
		else if (o == 'd')
			c->days = strtol(optarg, NULL, 10);
		else if (o == 'r')
			c->reps = (int)strtol(optarg, NULL, 10);
		else if (o == 'x')
			c->deterministic = true;
		else if (o == 'j')
			c->json = true;
		else if (o == 'i')
			asked = offline_inject(&c->day, optarg);
		else
			return o == 'h' ? 1 : -1;
		if (asked != 0 || (o == 'a' && c->day.at_ms == 0))
			return asked != 0 ? asked : -1;
	}
	if (argc - optind != 1 || c->threads < 1 || c->days < 0 || c->reps < 2
		|| c->reps > FORECAST_REPS)
		return -1;
	c->day.path = argv[optind];
	return 0;
}

int verb_repair(int argc, char **argv)
{
	struct choice c = {
		.day.verb = "repair", .seed = 1, .threads = foresee_threads(), .reps = REPS_USUAL};
	int asked = parse(argc, argv, &c);
	if (c.day.listed)
		return 0;
	if (asked != 0)
		return asked > 0 ? usage(stdout, 0) : usage(stderr, EXIT_USAGE);
	if (c.deterministic)
		return repair_slots(c.day.path, c.seed, REPAIR_SLOTS_ROUNDS, c.json);
	return run(&c);
}
