/* SPDX-License-Identifier: Apache-2.0 */
/* vigie verify [--json] [JOURNAL]: the first bad row of the hash chains. */

#include "src/verbs.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "src/journal.h"
#include "src/journal_path.h"

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

int verb_verify(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
	char path[4096];
	struct error err;
	bool json = false;
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return EXIT_USAGE;
		json = true;
	}
	if (argc - optind > 1) {
		fputs("usage: vigie verify [--json] [JOURNAL]\n", stderr);
		return EXIT_USAGE;
	}
	int code = argc > optind ? snprintf(path, sizeof path, "%s", argv[optind]) < 0
				 : journal_path_default(path, sizeof path, &err);
	uint64_t rows = 0, seq = 0;
	if (code == 0)
		code = journal_verify(path, &rows, &seq, &err);
	if (code < 0) {
		fprintf(stderr, "vigie: %s\n", err.text);
		return EXIT_ENVIRONMENT;
	}
	if (json)
		print_json(path, rows, seq, code == 0 ? NULL : err.text);
	else if (code == 0)
		printf("%s: good: %" PRIu64 " rows, both chains whole\n", path, rows);
	else
		printf("%s (%" PRIu64 " good rows before it)\n", err.text, rows);
	return code == 0 ? 0 : EXIT_FOUND;
}
