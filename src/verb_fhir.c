/* SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <uthash.h>

#include "feeds/fhir_offline.h"
#include "src/site_file.h"
#include "src/suite_clock.h"
#include "src/verb_fhir_url.h"
#include "src/verbs.h"
#include "twin/text.h"

/*
 * vigie fhir: the FHIR mapping offline, one JSON line per fact. A case is told
 * once, at the end, with what is known by then of its patient.
 */

static const char usage[] =
	"usage: vigie fhir [--site FILE] [--performed-means incision|in_room|anaesthesia]\n"
	"                  [--bracelet-system URI] [--progress-system URI] [--insecure]\n"
	"                  [--config FILE] FILE|DIR|URL...\n"
	"Reads FHIR R4 resources, Bundles or lines of them (URL: the base of a server)\n"
	"and prints one JSON line per fact, and what was not understood, with the reason.\n"
	"--config: as vigie.conf says (site, fhir: TLS, tokens ...), and from its server.\n"
	"Exit status: 0 all understood, 1 not all, 2 usage, 3 a source cannot be read.\n";

static const size_t FILE_MAX = (size_t)64 << 20;

/* A case or a patient, printed at the end. */
struct told {
	char id[ID_SIZE];
	struct fact fact;
	UT_hash_handle hh;
};

/* Without --site and TZ a time is printed in the offset it was read in. */
struct offset {
	int64_t ms;
	int minutes;
	UT_hash_handle hh;
};

struct run {
	struct settings settings;
	struct fhir_options options;
	bool zoned, puzzled, failed;
	struct fhir_map *map;
	struct told *cases, *patients;
	struct offset *offsets;
};

/* -- times ---------------------------------------------------------------------- */

/* Notes the offset of each "YYYY-MM-DDT…" of a text. */
static void note_offsets(struct run *run, const char *text)
{
	for (const char *p = text; (p = strchr(p, '"')) != NULL;) {
		char time[48];
		size_t n = strcspn(++p, "\"");
		if (n < 20 || n >= sizeof time || p[10] != 'T')
			continue;
		memcpy(time, p, n);
		time[n] = '\0';
		int64_t ms = fhir_time(time);
		struct offset *known;
		HASH_FIND(hh, run->offsets, &ms, sizeof ms, known);
		if (ms == 0 || known != NULL || (known = calloc(1, sizeof *known)) == NULL)
			continue;
		const char *sign = time + n - 6;
		known->ms = ms;
		if (*sign == '+' || *sign == '-') {
			long hours = strtol(sign + 1, NULL, 10), rest = strtol(sign + 4, NULL, 10);
			known->minutes = (int)(hours * 60 + rest) * (*sign == '-' ? -1 : 1);
		}
		HASH_ADD(hh, run->offsets, ms, sizeof known->ms, known);
	}
}

static int offset_of(const struct run *run, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	const struct offset *known;
	if (run->zoned && localtime_r(&seconds, &tm) != NULL)
		return (int)(tm.tm_gmtoff / 60);
	HASH_FIND(hh, run->offsets, &ms, sizeof ms, known);
	return known != NULL ? known->minutes : 0;
}

static void add_time(const struct run *run, cJSON *o, const char *key, int64_t ms)
{
	char text[64], zone[16] = "Z";
	struct tm tm;
	if (ms == 0)
		return;
	int minutes = offset_of(run, ms);
	time_t local = (time_t)(ms / 1000) + minutes * 60;
	gmtime_r(&local, &tm);
	size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (ms % 1000 != 0)
		n += (size_t)snprintf(text + n, sizeof text - n, ".%03d", (int)(ms % 1000));
	if (minutes != 0 || run->zoned)
		snprintf(zone, sizeof zone, "%c%02d:%02d", minutes < 0 ? '-' : '+',
			abs(minutes) / 60 % 100, abs(minutes) % 60);
	snprintf(text + n, sizeof text - n, "%s", zone);
	cJSON_AddStringToObject(o, key, text);
}

/* -- facts ---------------------------------------------------------------------- */

static void add_text(cJSON *o, const char *key, const char *text)
{
	if (*text != '\0')
		cJSON_AddStringToObject(o, key, text);
}

static void add_count(cJSON *o, const char *key, int value)
{
	if (value >= 0)
		cJSON_AddNumberToObject(o, key, value);
}

static void print_line(cJSON *o)
{
	char *line = cJSON_PrintUnformatted(o);
	if (line != NULL)
		puts(line);
	cJSON_free(line);
	cJSON_Delete(o);
}

static cJSON *new_fact(const char *name)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "kind", "fact");
	cJSON_AddStringToObject(o, "fact", name);
	return o;
}

static void add_person(cJSON *o, const struct fact_patient *p)
{
	char sex[2] = {p->sex, '\0'};
	add_count(o, "age", p->age_years);
	add_text(o, "sex", sex);
	add_count(o, "asa", p->asa);
	if (p->bmi > 0)
		cJSON_AddNumberToObject(o, "bmi", p->bmi);
	if (p->mobility != MOBILITY_UNKNOWN)
		cJSON_AddStringToObject(o, "mobility", mobility_name(p->mobility));
}

static void print_case(const struct run *run, const struct fact *f)
{
	const struct fact_case *c = &f->surgery;
	struct told *patient;
	cJSON *o = new_fact("case");
	HASH_FIND_STR(run->patients, c->patient, patient);
	add_text(o, "case", c->id);
	add_text(o, "room", c->room);
	add_time(run, o, "start", c->start_ms);
	add_time(run, o, "end", c->end_ms);
	add_text(o, "procedure", c->procedure);
	add_text(o, "patient", c->patient);
	if (c->status != CASE_UNKNOWN)
		cJSON_AddStringToObject(o, "status", case_status_name(c->status));
	add_text(o, "surgeon", c->surgeon);
	add_text(o, "anaesthetist", c->anaesthetist);
	enum setting setting = c->setting;
	if (setting == SETTING_UNKNOWN && patient != NULL)
		setting = patient->fact.patient.setting;
	if (setting != SETTING_UNKNOWN)
		cJSON_AddStringToObject(o, "setting", setting_name(setting));
	if (patient != NULL)
		add_person(o, &patient->fact.patient);
	add_text(o, "not_understood", c->not_understood);
	add_text(o, "source", f->origin);
	print_line(o);
}

static void print_patient(const struct fact *f)
{
	const struct fact_patient *p = &f->patient;
	cJSON *o = new_fact("patient");
	add_text(o, "patient", p->id);
	add_person(o, p);
	if (p->setting != SETTING_UNKNOWN)
		cJSON_AddStringToObject(o, "setting", setting_name(p->setting));
	add_text(o, "source", f->origin);
	print_line(o);
}

static void fill_milestone(const struct run *run, cJSON *o, const struct fact *f)
{
	const struct fact_milestone *m = &f->milestone;
	add_text(o, "case", m->id);
	cJSON_AddStringToObject(o, "name", milestone_name(m->milestone));
	add_time(run, o, "time", m->when_ms);
	if (m->at_most)
		cJSON_AddTrueToObject(o, "at_most");
	if (m->withdrawn)
		cJSON_AddTrueToObject(o, "withdrawn");
}

static void fill_readiness(const struct run *run, cJSON *o, const struct fact *f)
{
	const struct fact_readiness *r = &f->readiness;
	add_text(o, "case", r->id);
	cJSON_AddStringToObject(o, "item", readiness_name(r->item));
	if (r->value >= 0)
		cJSON_AddBoolToObject(o, "value", r->value > 0);
	add_time(run, o, "time", f->source_ms);
}

static void fill_status(const struct run *run, cJSON *o, const struct fact *f)
{
	add_text(o, "case", f->status.id);
	cJSON_AddStringToObject(o, "status", case_status_name(f->status.status));
	add_time(run, o, "time", f->source_ms);
}

static void fill_place(const struct run *run, cJSON *o, const struct fact *f)
{
	const struct fact_place *p = &f->place;
	add_text(o, "patient", p->patient);
	add_text(o, "case", p->id);
	add_text(o, "room", p->room);
	add_text(o, "bed", p->bed);
	add_time(run, o, "start", p->start_ms);
	add_time(run, o, "end", p->end_ms);
}

static void fill_room(const struct run *run, cJSON *o, const struct fact *f)
{
	add_text(o, "room", f->room.room);
	cJSON_AddStringToObject(o, "service", room_service_name(f->room.service));
	add_time(run, o, "time", f->source_ms);
}

static void fill_tag(const struct run *run, cJSON *o, const struct fact *f)
{
	(void)run;
	add_text(o, "tag", f->tag.tag);
	add_text(o, "patient", f->tag.patient);
}

static const struct {
	enum fact_kind kind;
	void (*fill)(const struct run *, cJSON *, const struct fact *);
} printers[] = {
	{FACT_MILESTONE, fill_milestone},
	{FACT_READINESS, fill_readiness},
	{FACT_STATUS, fill_status},
	{FACT_PLACE, fill_place},
	{FACT_ROOM, fill_room},
	{FACT_TAG, fill_tag},
};

/* Present fields replace, missing ones leave what was known (fact.h). */
static void merge_case(struct fact *known, const struct fact *f)
{
	struct fact_case *k = &known->surgery;
	const struct fact_case *c = &f->surgery;
	const struct {
		char *to;
		size_t size;
		const char *from;
	} texts[] = {
		{k->patient, sizeof k->patient, c->patient},
		{k->room, sizeof k->room, c->room},
		{k->surgeon, sizeof k->surgeon, c->surgeon},
		{k->anaesthetist, sizeof k->anaesthetist, c->anaesthetist},
		{k->procedure, sizeof k->procedure, c->procedure},
		{k->not_understood, sizeof k->not_understood, c->not_understood},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (*texts[i].from != '\0')
			text_copy(texts[i].to, texts[i].size, texts[i].from);
	k->start_ms = c->start_ms != 0 ? c->start_ms : k->start_ms;
	k->end_ms = c->end_ms != 0 ? c->end_ms : k->end_ms;
	k->status = c->status != CASE_UNKNOWN ? c->status : k->status;
	k->setting = c->setting != SETTING_UNKNOWN ? c->setting : k->setting;
}

static void keep_case(struct run *run, const struct fact *f)
{
	struct told *told;
	HASH_FIND_STR(run->cases, f->surgery.id, told);
	if (told != NULL) {
		merge_case(&told->fact, f);
		return;
	}
	told = calloc(1, sizeof *told);
	if (told == NULL)
		return;
	told->fact = *f;
	text_copy(told->id, sizeof told->id, f->surgery.id);
	HASH_ADD_STR(run->cases, id, told);
}

static void keep_patient(struct run *run, const struct fact *f)
{
	struct told *told;
	HASH_FIND_STR(run->patients, f->patient.id, told);
	if (told == NULL && (told = calloc(1, sizeof *told)) != NULL) {
		text_copy(told->id, sizeof told->id, f->patient.id);
		HASH_ADD_STR(run->patients, id, told);
	}
	if (told != NULL)
		told->fact = *f;
}

static void on_fact(void *context, const struct fact *f)
{
	struct run *run = context;
	if (f->kind == FACT_CASE)
		keep_case(run, f);
	else if (f->kind == FACT_PATIENT)
		keep_patient(run, f);
	for (size_t i = 0; i < sizeof printers / sizeof *printers; i++) {
		if (printers[i].kind != f->kind)
			continue;
		cJSON *o = new_fact(fact_kind_name(f->kind));
		printers[i].fill(run, o, f);
		add_text(o, "source", f->origin);
		print_line(o);
	}
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
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "kind", "not_understood");
	cJSON_AddStringToObject(o, "resource", resource);
	cJSON_AddStringToObject(o, "path", path);
	cJSON_AddStringToObject(o, "reason", reason);
	print_line(o);
	run->puzzled = true;
}

/* -- sources --------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *len)
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
	note_offsets(run, text);
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
	char *text = read_file(path, &len);
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

static void print_kept(struct run *run)
{
	struct told *patient, *told, *next;
	HASH_ITER(hh, run->patients, patient, next)
	{
		print_patient(&patient->fact);
	}
	HASH_ITER(hh, run->cases, told, next)
	{
		print_case(run, &told->fact);
		HASH_DEL(run->cases, told);
		free(told);
	}
	HASH_ITER(hh, run->patients, patient, next)
	{
		HASH_DEL(run->patients, patient);
		free(patient);
	}
	struct offset *offset, *next_offset;
	HASH_ITER(hh, run->offsets, offset, next_offset)
	{
		HASH_DEL(run->offsets, offset);
		free(offset);
	}
}

static bool is_meaning(const char *word)
{
	return strcmp(word, "incision") == 0 || strcmp(word, "in_room") == 0
	       || strcmp(word, "anaesthesia") == 0;
}

/* What no option said. */
static int take_config(struct run *run, const char *path, const char **site)
{
	const struct settings *c = &run->settings;
	struct error err = {""};
	settings_init(&run->settings);
	if (path != NULL && settings_load(&run->settings, path, &err) < 0) {
		fprintf(stderr, "vigie fhir: %s\n", err.text);
		return -1;
	}
	struct fhir_options *o = &run->options;
	*site = *site != NULL ? *site : c->site;
	o->bracelet_system =
		o->bracelet_system != NULL ? o->bracelet_system : c->fhir_bracelet_system;
	o->progress_system =
		o->progress_system != NULL ? o->progress_system : c->fhir_progress_system;
	o->performed_means =
		o->performed_means != NULL ? o->performed_means : c->fhir_performed_means;
	return 0;
}

static int parse(struct run *run, int argc, char **argv, const char **site)
{
	static const struct option longs[] = {{"site", required_argument, NULL, 's'},
		{"performed-means", required_argument, NULL, 'm'},
		{"bracelet-system", required_argument, NULL, 'b'},
		{"progress-system", required_argument, NULL, 'p'},
		{"config", required_argument, NULL, 'c'}, {"insecure", no_argument, NULL, 'i'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	const char *config = NULL;
	bool insecure = false;
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (option == 's')
			*site = optarg;
		else if (option == 'm' && is_meaning(optarg))
			run->options.performed_means = optarg;
		else if (option == 'b')
			run->options.bracelet_system = optarg;
		else if (option == 'p')
			run->options.progress_system = optarg;
		else if (option == 'c')
			config = optarg;
		else if (option == 'i')
			insecure = true;
		else
			return option == 'h' ? 0 : EXIT_USAGE;
	}
	if (take_config(run, config, site) < 0)
		return EXIT_ENVIRONMENT;
	run->settings.insecure = run->settings.insecure || insecure;
	return optind < argc || run->settings.fhir_base != NULL ? -1 : EXIT_USAGE;
}

static void set_zone(struct run *run, const struct site *site)
{
	if (site != NULL && site->zone[0] != '\0')
		setenv("TZ", site->zone, 1);
	tzset();
	const char *zone = getenv("TZ");
	run->zoned = zone != NULL && *zone != '\0';
}

int verb_fhir(int argc, char **argv)
{
	struct run run = {0};
	struct fhir_sink sink = {on_fact, on_name, on_not_understood, &run};
	const char *site_path = NULL;
	struct site *site = NULL;
	struct error err = {""};
	int status = parse(&run, argc, argv, &site_path);
	if (status >= 0) {
		if (status != EXIT_ENVIRONMENT)
			fputs(usage, status == 0 ? stdout : stderr);
		return status;
	}
	if (site_path != NULL && (site = site_load(site_path, NULL, &err)) == NULL) {
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
		read_url(&run, run.settings.fhir_base);
	fhir_map_flush(run.map);
	fhir_map_destroy(run.map);
	print_kept(&run);
	if (site != NULL)
		site_free(site);
	settings_fini(&run.settings);
	return run.failed ? EXIT_ENVIRONMENT : run.puzzled ? EXIT_FOUND : 0;
}
