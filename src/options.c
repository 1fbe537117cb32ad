/* SPDX-License-Identifier: Apache-2.0 */
#include "src/options.h"

#include <stdio.h>
#include <string.h>

#include "src/verbs.h"

/* Option → setting; a value of its own means it takes none. */
static const struct {
	const char *option, *setting, *value;
} table[] = {
	{"--site", "site", NULL},
	{"--journal", "journal", NULL},
	{"--user", "user", NULL},
	{"--station", "station", NULL},
	{"--screen", "screen", NULL},
	{"--mqtt", "mqtt.addresses", NULL},
	{"--topic", "mqtt.topics", NULL},
	{"--mqtt-ca", "mqtt.ca", NULL},
	{"--mqtt-cert", "mqtt.cert", NULL},
	{"--mqtt-key", "mqtt.key", NULL},
	{"--fhir", "fhir.base", NULL},
	{"--fhir-every", "fhir.every_s", NULL},
	{"--http", "http.listen", NULL},
	{"--door", "door.path", NULL},
	{"--insecure", "insecure", "true"},
	{"--readonly", "readonly", "true"},
	{"--ascii", "ascii", "true"},
	{"--calm", "calm", "true"},
};
enum { TABLE = sizeof table / sizeof *table };

static int bad(const char *verb, const char *text)
{
	fprintf(stderr, "vigie %s: %s\n", verb, text);
	return -1;
}

/* One option at argv[at]; how many arguments it used, 0 unknown, -1 bad. */
static int take(struct settings *settings, int argc, char **argv, int at)
{
	struct error err = {""};
	if (strcmp(argv[at], "--config") == 0)
		return 2; /* read before the others */
	if (strcmp(argv[at], "--no-color") == 0) {
		settings->no_color = true;
		return 1;
	}
	if (strcmp(argv[at], "--clock") == 0 && at + 1 < argc) {
		settings->demo = true; /* a time of its own is never the hospital's */
		if (!suite_clock_parse(&settings->clock, argv[at + 1]))
			return bad(argv[0], "--clock: ORIGIN_MS:MONOTONIC_MS:SPEED");
		return 2;
	}
	for (int i = 0; i < TABLE; i++) {
		if (strcmp(table[i].option, argv[at]) != 0)
			continue;
		const char *value = table[i].value != NULL ? table[i].value : argv[at + 1];
		if (value == NULL || (table[i].value == NULL && at + 1 >= argc)) {
			snprintf(err.text, sizeof err.text, "%s needs a value", argv[at]);
			return bad(argv[0], err.text);
		}
		if (settings_set(settings, table[i].setting, value, &err) < 0)
			return bad(argv[0], err.text);
		return table[i].value != NULL ? 1 : 2;
	}
	return 0;
}

static int load_file(struct settings *settings, int argc, char **argv)
{
	struct error err = {""};
	const char *path = NULL;
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], "--config") == 0)
			path = argv[i + 1];
	return settings_load(settings, path, &err) < 0 ? bad(argv[0], err.text) : 0;
}

int options_parse(struct settings *settings, int argc, char **argv, const char *usage,
	options_extra *extra, void *context)
{
	int i = 1;
	for (int k = 1; k < argc; k++)
		if (strcmp(argv[k], "--help") == 0 || strcmp(argv[k], "-h") == 0) {
			fputs(usage, stdout);
			return 0;
		}
	if (load_file(settings, argc, argv) < 0)
		return -EXIT_ENVIRONMENT;
	while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
		int used = take(settings, argc, argv, i);
		if (used == 0 && extra != NULL)
			used = extra(context, argc, argv, i);
		if (used == 0)
			fprintf(stderr, "vigie %s: unknown option %s (try --help)\n", argv[0],
				argv[i]);
		if (used <= 0)
			return -EXIT_USAGE;
		i += used;
	}
	return i;
}
