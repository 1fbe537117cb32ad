/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "feeds/fhir_offline.h"
#include "feeds/fhir_profile.h"
#include "feeds/fhir_query.h"
#include "src/fhir_print.h"
#include "src/site_file.h"
#include "src/suite_clock.h"
#include "src/verb_fhir_change.h"
#include "src/verb_fhir_url.h"
#include "src/verbs.h"

/*
 * vigie fhir: the FHIR mapping offline, one JSON line per fact (fhir_print.c).
 */

static const char usage[] =
	"usage: vigie fhir [--site FILE] [--performed-means incision|in_room|anaesthesia]\n"
	"                  [--bracelet-system URI] [--progress-system URI] [--insecure]\n"
	"                  [--strategy auto|delta|day|history]\n"
	"                  [--profile auto|base|seris|tei-quirurgico] [--config FILE]\n"
	"                  FILE|DIR|URL...\n"
	"       vigie fhir --change patch|put|slot|book --case ID [--room LOCATION]\n"
	"                  [--at TIME] [--until TIME] [--off cancelled|postponed]\n"
	"                  [--reason WORDS] [--insecure] [--config FILE] FILE|URL\n"
	"Reads FHIR R4 to R5 resources, Bundles or lines of them (URL: the base of a\n"
	"server) and prints one JSON line per fact, and what was not understood, with the\n"
	"reason; how a server is asked, on the standard error.\n"
	"--config: as vigie.conf says (site, fhir: TLS, tokens ...), and from its server.\n"
	"--change: what would be sent to change an Appointment; nothing is sent.\n"
	"Exit status: 0 all understood, 1 not all, 2 usage, 3 a source cannot be read.\n";

static const size_t FILE_MAX = (size_t)64 << 20;

struct run {
	struct settings settings;
	struct fhir_options options;
	struct fhir_print print;
	bool puzzled, failed;
	struct fhir_map *map;
};

/* -- sinks ----------------------------------------------------------------------- */

static void on_fact(void *context, const struct fact *f)
{
	struct run *run = context;
	fhir_print_fact(&run->print, f);
}

/* Names of people stay out of facts, and off the standard output. */
static void on_name(void *context, const char *id, const char *name)
{
	(void)context;
	(void)id;
	(void)name;
}

static void on_not_understood(
	void *context, const char *resource, const char *path, const char *reason)
{
	struct run *run = context;
	fhir_print_puzzle(resource, path, reason);
	run->puzzled = true;
}

/* -- sources --------------------------------------------------------------------- */

char *verb_fhir_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	char *text = file != NULL ? malloc(FILE_MAX + 1) : NULL;
	*len = text != NULL ? fread(text, 1, FILE_MAX, file) : 0;
	bool bad = text == NULL || ferror(file) || (*len == FILE_MAX && fgetc(file) != EOF);
	if (bad)
		fprintf(stderr, "vigie fhir: %s: %s\n", path,
			text == NULL || ferror(file) ? strerror(errno) : "larger than 64 MiB");
	else
		text[*len] = '\0';
	if (file != NULL)
		fclose(file);
	if (!bad)
		return text;
	free(text);
	return NULL;
}

/* One document, else one resource a line (NDJSON). */
static void read_text(struct run *run, const char *path, char *text, size_t len)
{
	struct fhir_page page;
	struct error err = {""}, line_err = {""};
	int64_t now = (int64_t)time(NULL) * 1000;
	int good = 0;
	fhir_print_offsets(&run->print, text);
	if (fhir_map_read(run->map, text, len, now, &page, &err) == 0) {
		if (page.outcome[0] != '\0')
			on_not_understood(run, "OperationOutcome", "issue", page.outcome);
		return;
	}
	char *next = strchr(text, '\n');
	for (char *line = text; next != NULL && line != NULL; line = next) {
		next = strchr(line, '\n');
		size_t n = next != NULL ? (size_t)(next - line) : strlen(line);
		next = next != NULL ? next + 1 : NULL;
		if (strspn(line, " \t\r") >= n)
			continue;
		if (fhir_map_read(run->map, line, n, now, &page, &line_err) == 0)
			good++;
		else if (good > 0)
			on_not_understood(run, path, "line", line_err.text);
		else
			break;
	}
	if (good == 0) {
		on_not_understood(run, path, "", err.text);
		run->puzzled = true;
	}
}

static void read_path(struct run *run, const char *path)
{
	size_t len;
	char *text = verb_fhir_file(path, &len);
	if (text == NULL)
		run->failed = true;
	else
		read_text(run, path, text, len);
	free(text);
}

static int is_json(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	return entry->d_name[0] != '.' && dot != NULL
	       && (strcmp(dot, ".json") == 0 || strcmp(dot, ".ndjson") == 0);
}

static void read_directory(struct run *run, const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, is_json, alphasort);
	if (n < 0) {
		fprintf(stderr, "vigie fhir: %s: %s\n", path, strerror(errno));
		run->failed = true;
		return;
	}
	for (int i = 0; i < n; i++) {
		char whole[4096];
		snprintf(whole, sizeof whole, "%s/%s", path, names[i]->d_name);
		read_path(run, whole);
		free(names[i]);
	}
	free(names);
}

static void read_url(struct run *run, const char *url)
{
	struct fhir_sink sink = {on_fact, on_name, on_not_understood, run};
	struct error err = {""};
	if (verb_fhir_url(url, &run->settings, &run->options, sink, &err) < 0) {
		fprintf(stderr, "vigie fhir: %s\n", err.text);
		run->failed = true;
	}
}

static void read_source(struct run *run, const char *source)
{
	struct stat st;
	if (strncmp(source, "http://", 7) == 0 || strncmp(source, "https://", 8) == 0)
		read_url(run, source);
	else if (stat(source, &st) == 0 && S_ISDIR(st.st_mode))
		read_directory(run, source);
	else
		read_path(run, source);
}

/* -- the verb ---------------------------------------------------------------------- */

static bool is_meaning(const char *word)
{
	return strcmp(word, "incision") == 0 || strcmp(word, "in_room") == 0
	       || strcmp(word, "anaesthesia") == 0;
}

static bool is_profile(const char *word)
{
	bool known;
	fhir_profile_find(word, &known);
	return known;
}

/* What the command line says of the settings, until they are read. */
struct said {
	const char *config, *site, *strategy;
	bool insecure;
	struct fhir_change_said change;
};

/* What no option said. */
static int take_config(struct run *run, struct said *said)
{
	const struct settings *c = &run->settings;
	struct fhir_options *o = &run->options;
	struct error err = {""};
	settings_init(&run->settings);
	int rc = said->config != NULL ? settings_load(&run->settings, said->config, &err) : 0;
	if (rc == 0 && said->strategy != NULL)
		rc = settings_set(&run->settings, "fhir.strategy", said->strategy, &err);
	if (rc == 0 && o->profile != NULL)
		rc = settings_set(&run->settings, "fhir.profile", o->profile, &err);
	if (rc < 0) {
		fprintf(stderr, "vigie fhir: %s\n", err.text);
		return -1;
	}
	run->settings.insecure = run->settings.insecure || said->insecure;
	said->site = said->site != NULL ? said->site : c->site;
	o->profile = c->fhir[0].profile;
	o->bracelet_system =
		o->bracelet_system != NULL ? o->bracelet_system : c->fhir[0].bracelet_system;
	o->progress_system =
		o->progress_system != NULL ? o->progress_system : c->fhir[0].progress_system;
	o->performed_means =
		o->performed_means != NULL ? o->performed_means : c->fhir[0].performed_means;
	return 0;
}

static int parse(struct run *run, int argc, char **argv, struct said *said)
{
	static const struct option longs[] = {{"site", required_argument, NULL, 's'},
		{"performed-means", required_argument, NULL, 'm'},
		{"bracelet-system", required_argument, NULL, 'b'},
		{"progress-system", required_argument, NULL, 'p'},
		{"strategy", required_argument, NULL, 'y'},
		{"profile", required_argument, NULL, 'f'}, {"config", required_argument, NULL, 'c'},
		{"insecure", no_argument, NULL, 'i'}, {"help", no_argument, NULL, 'h'},
		{"change", required_argument, NULL, CHANGE_WAY},
		{"case", required_argument, NULL, CHANGE_CASE},
		{"room", required_argument, NULL, CHANGE_ROOM},
		{"at", required_argument, NULL, CHANGE_AT},
		{"until", required_argument, NULL, CHANGE_UNTIL},
		{"off", required_argument, NULL, CHANGE_OFF},
		{"reason", required_argument, NULL, CHANGE_REASON}, {NULL, 0, NULL, 0}};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (option == 's')
			said->site = optarg;
		else if (option == 'm' && is_meaning(optarg))
			run->options.performed_means = optarg;
		else if (option == 'b')
			run->options.bracelet_system = optarg;
		else if (option == 'p')
			run->options.progress_system = optarg;
		else if (option == 'y' && fhir_strategy_parse(optarg) >= -1)
			said->strategy = optarg;
		else if (option == 'f' && is_profile(optarg))
			run->options.profile = optarg;
		else if (option == 'c')
			said->config = optarg;
		else if (option == 'i')
			said->insecure = true;
		else if (!verb_fhir_change_take(&said->change, option, optarg))
			return option == 'h' ? 0 : EXIT_USAGE;
	}
	if (said->change.way == NULL && verb_fhir_change_said(&said->change))
		return EXIT_USAGE;
	if (take_config(run, said) < 0)
		return EXIT_ENVIRONMENT;
	return optind < argc || run->settings.fhir[0].base != NULL ? -1 : EXIT_USAGE;
}

static void set_zone(struct run *run, const struct site *site)
{
	if (site != NULL && site->zone[0] != '\0')
		suite_clock_zone(site->zone);
	else
		tzset();
	const char *zone = getenv("TZ");
	run->print.zoned = zone != NULL && *zone != '\0';
}

int verb_fhir(int argc, char **argv)
{
	struct run run = {0};
	struct fhir_sink sink = {on_fact, on_name, on_not_understood, &run};
	struct said said = {0};
	struct site *site = NULL;
	struct error err = {""};
	int status = parse(&run, argc, argv, &said);
	if (status >= 0) {
		if (status != EXIT_ENVIRONMENT)
			fputs(usage, status == 0 ? stdout : stderr);
		return status;
	}
	if (said.change.way != NULL) {
		const char *source = optind < argc ? argv[optind] : run.settings.fhir[0].base;
		status = verb_fhir_change(&said.change, &run.settings, source);
		settings_fini(&run.settings);
		return status;
	}
	if (said.site != NULL && (site = site_load(said.site, NULL, &err)) == NULL) {
		fprintf(stderr, "vigie fhir: %s\n", err.text);
		return EXIT_ENVIRONMENT;
	}
	run.options.site = site;
	set_zone(&run, site);
	run.map = fhir_map_create(&run.options, sink);
	if (run.map == NULL)
		return EXIT_ENVIRONMENT;
	for (int i = optind; i < argc; i++)
		read_source(&run, argv[i]);
	if (optind == argc)
		read_url(&run, run.settings.fhir[0].base);
	fhir_map_flush(run.map);
	fhir_map_destroy(run.map);
	fhir_print_kept(&run.print);
	if (site != NULL)
		site_free(site);
	settings_fini(&run.settings);
	return run.failed ? EXIT_ENVIRONMENT : run.puzzled ? EXIT_FOUND : 0;
}
