/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/decode_json.h"
#include "feeds/press.h"
#include "src/payload_lines.h"
#include "src/site_file.h"
#include "src/tag_keys.h"
#include "src/verbs.h"

/*
 * vigie decode: payloads in, one a line ("hex:" before binary ones), one JSON
 * line out per thing found or refused. With a site, also presses: one a burst.
 */

struct inputs {
	const char *topic, *keys_file; /* NULL: none */
	struct site *site;             /* owned; NULL: none */
	struct tag_keys *keys;         /* owned; NULL: none */
};

struct run {
	struct press_tracker *tracker; /* NULL without a site */
	const struct tag_keys *keys;
	long lines;
	bool refused;
};

static bool told(const struct run *run, const struct decoded *d)
{
	/* A device that was never given the time counts from 1970: then, as when
	 * there is no time at all, a line is a second. */
	static const int64_t year_2000_ms = 946684800000;
	int64_t now_ms = d->device_ms >= year_2000_ms ? d->device_ms : run->lines * 1000;
	return d->kind != DECODED_PRESS
	       || press_tracker_heard(run->tracker, d->tag, d->press.index, now_ms, false);
}

static void print_record(void *context, const struct decoded *d)
{
	struct run *run = context;
	char line[DECODE_JSON_SIZE];
	if (!told(run, d))
		return;
	if (d->kind == DECODED_REFUSED && !refusal_informs(d->refused.reason))
		run->refused = true;
	decode_json(d, line);
	puts(line);
}

static const uint8_t *key_of(void *context, const char *tag)
{
	const struct run *run = context;
	return tag_keys_find(run->keys, tag);
}

static int run_file(FILE *in, const struct inputs *inputs)
{
	int code = EXIT_ENVIRONMENT;
	const struct site *site = inputs->site;
	struct run run = {.keys = inputs->keys};
	struct decode_context dc = {
		.site = site, .emit = print_record, .context = &run, .key = key_of};
	char *line = malloc(PAYLOAD_LINE_SIZE);
	run.tracker = site != NULL ? press_tracker_create(site) : NULL;
	if (line == NULL || (site != NULL && run.tracker == NULL)) {
		fputs("vigie decode: out of memory\n", stderr);
	} else {
		size_t len;
		for (; payload_line_read(in, line, &len); run.lines++)
			payload_line_decode(&dc, inputs->topic, line, len);
		code = run.refused ? EXIT_FOUND : 0;
	}
	if (ferror(in) || fflush(stdout) != 0) {
		fprintf(stderr, "vigie decode: %s\n", strerror(errno));
		code = EXIT_ENVIRONMENT;
	}
	press_tracker_destroy(run.tracker);
	free(line);
	return code;
}

static int usage(void)
{
	fputs("usage: vigie decode [--topic TOPIC] [--site FILE] [--keys FILE] [FILE]\n"
	      "Decodes payloads, one a line (hex: before binary), from FILE or standard input.\n",
		stderr);
	return EXIT_USAGE;
}

static int decode_named(const char *path, const struct inputs *inputs)
{
	if (path == NULL || strcmp(path, "-") == 0)
		return run_file(stdin, inputs);
	FILE *in = fopen(path, "r");
	if (in == NULL) {
		fprintf(stderr, "vigie decode: %s: %s\n", path, strerror(errno));
		return EXIT_ENVIRONMENT;
	}
	int code = run_file(in, inputs);
	fclose(in);
	return code;
}

/* 0, or the code to exit with. */
static int load(struct inputs *inputs, const char *site_file)
{
	struct error err = {""};
	bool good = true;
	if (site_file != NULL)
		good = (inputs->site = site_load(site_file, NULL, &err)) != NULL;
	if (good && inputs->keys_file != NULL)
		good = (inputs->keys = tag_keys_load(inputs->keys_file, &err)) != NULL;
	if (!good)
		fprintf(stderr, "vigie decode: %s\n", err.text);
	return good ? 0 : EXIT_ENVIRONMENT;
}

int verb_decode(int argc, char **argv)
{
	static const struct option options[] = {{"topic", required_argument, NULL, 't'},
		{"site", required_argument, NULL, 's'}, {"keys", required_argument, NULL, 'k'},
		{NULL, 0, NULL, 0}};
	struct inputs inputs = {0};
	const char *site_file = NULL;
	int c;
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 't')
			inputs.topic = optarg;
		else if (c == 's')
			site_file = optarg;
		else if (c == 'k')
			inputs.keys_file = optarg;
		else
			return usage();
	}
	if (argc - optind > 1)
		return usage();
	int code = load(&inputs, site_file);
	if (code == 0)
		code = decode_named(argv[optind], &inputs);
	site_free(inputs.site);
	tag_keys_free(inputs.keys);
	return code;
}
