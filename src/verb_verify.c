/* SPDX-License-Identifier: Apache-2.0 */
/* vigie verify: the first bad row of the hash chains, and whether the journal has the
 * ends that others keep of it. */

#include "src/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "src/journal.h"
#include "src/journal_path.h"
#include "src/verify_heads.h"

static void print_json(const char *path, uint64_t rows, uint64_t seq, const char *why)
{
	cJSON *json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "format", "vigie.verify/1");
	cJSON_AddStringToObject(json, "journal", path);
	cJSON_AddBoolToObject(json, "good", why == NULL);
	cJSON_AddNumberToObject(json, "rows", (double)rows);
	if (why != NULL) {
		cJSON_AddNumberToObject(json, "bad_row", (double)seq);
		cJSON_AddStringToObject(json, "reason", why);
	}
	char *text = cJSON_PrintUnformatted(json);
	puts(text != NULL ? text : "{}");
	cJSON_free(text);
	cJSON_Delete(json);
}

static const char usage[] =
	"usage: vigie verify [--json] [--head HASH@NUMBER] [--against JOURNAL [--station NAME]]\n"
	"                    [JOURNAL]\n";

struct asked {
	bool json;
	const char *head, *against, *station;
	char path[4096];
};

/* 0, or the exit code. */
static int read_options(int argc, char **argv, struct asked *asked, struct error *err)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
		{"head", required_argument, NULL, 'h'}, {"against", required_argument, NULL, 'a'},
		{"station", required_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
	int option;
	optind = 1;
	*asked = (struct asked){.station = ""};
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'j')
			asked->json = true;
		else if (option == 'h')
			asked->head = optarg;
		else if (option == 'a')
			asked->against = optarg;
		else if (option == 's')
			asked->station = optarg;
		else
			return EXIT_USAGE;
	}
	if (argc - optind > 1) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (argc > optind)
		return snprintf(asked->path, sizeof asked->path, "%s", argv[optind]) < 0;
	if (journal_path_default(asked->path, sizeof asked->path, err) == 0)
		return 0;
	fprintf(stderr, "vigie: %s\n", err->text);
	return EXIT_ENVIRONMENT;
}

/* What others know of the journal, when that was asked for. */
static int verify_others(const struct asked *asked, struct verified *v, struct error *err)
{
	int code = asked->head != NULL ? verify_head(asked->path, asked->head, err) : 0;
	if (code == 0 && asked->against != NULL)
		code = verify_against(asked->path, asked->against, asked->station, v, err);
	return code;
}

static void print_good(const struct asked *asked, uint64_t rows, const struct verified *v)
{
	printf("%s: good: %" PRIu64 " rows, both chains whole\n", asked->path, rows);
	if (asked->head != NULL)
		printf("it has %s\n", asked->head);
	if (asked->against != NULL)
		printf("it has all %" PRIu64 " ends that %s keeps of %s, the newest number %" PRIu64
		       "\n",
			v->heads, asked->against, v->station, v->number);
}

int verb_verify(int argc, char **argv)
{
	struct error err = {""};
	struct verified verified = {.station = ""};
	struct asked asked;
	uint64_t rows = 0, seq = 0;
	int code = read_options(argc, argv, &asked, &err);
	if (code != 0)
		return code;
	code = journal_verify(asked.path, &rows, &seq, &err);
	bool whole = code == 0;
	if (whole)
		code = verify_others(&asked, &verified, &err);
	if (code < 0) {
		fprintf(stderr, "vigie: %s\n", err.text);
		return code == -EINVAL ? EXIT_USAGE : EXIT_ENVIRONMENT;
	}
	if (asked.json)
		print_json(asked.path, rows, whole ? verified.number : seq,
			code == 0 ? NULL : err.text);
	else if (code == 0)
		print_good(&asked, rows, &verified);
	else if (whole)
		printf("%s\n", err.text);
	else
		printf("%s (%" PRIu64 " good rows before it)\n", err.text, rows);
	return code == 0 ? 0 : EXIT_FOUND;
}
