/* SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/options.h"
#include "src/site_file.h"
#include "src/verbs.h"
#include "twin/catalogue.h"

/* vigie devices: the catalogue, with the site's tags counted. What was heard
 * of them is a matter of a running console (F2, Tab). */

static const char usage[] =
	"usage: vigie devices [--json] [--site FILE] [MODEL ...]\n"
	"\n"
	"What each device sends, what is read out of it, and how good the word\n"
	"is: V vendor document, R real capture, C code that works against real\n"
	"hardware, S synthetic, ? inferred.\n";

static int tags_of(const struct site *site, const char *model)
{
	int count = 0, wanted = catalogue_find(model);
	for (int i = 0; site != NULL && i < site->tag_count; i++)
		count += catalogue_find(site->tags[i].model) == wanted;
	return count;
}

static void print_text(const struct device_model *d, const struct site *site)
{
	const struct {
		const char *name, *value;
	} lines[] = {{"sends", d->frames}, {"yields", d->yields}, {"source", d->source},
		{"note", d->remark}};
	printf("%-16s %-8s %s\n", d->model, device_kind_name(d->kind), d->what);
	if (site != NULL)
		printf("    tags      %d in this site\n", tags_of(site, d->model));
	printf("    evidence  %s, %s\n", d->evidence,
		d->verified ? "verified on a real device" : "not verified on a device of ours");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].value[0] != '\0')
			printf("    %-9s %s\n", lines[i].name, lines[i].value);
}

static void add_json(cJSON *array, const struct device_model *d, const struct site *site)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddItemToArray(array, o);
	cJSON_AddStringToObject(o, "model", d->model);
	cJSON_AddStringToObject(o, "kind", device_kind_name(d->kind));
	cJSON_AddStringToObject(o, "what", d->what);
	cJSON_AddStringToObject(o, "sends", d->frames);
	cJSON_AddStringToObject(o, "yields", d->yields);
	cJSON *letters = cJSON_AddArrayToObject(o, "evidence");
	for (const char *c = d->evidence; *c != '\0'; c++)
		cJSON_AddItemToArray(letters, cJSON_CreateString((char[]){*c, '\0'}));
	cJSON_AddStringToObject(o, "source", d->source);
	cJSON_AddBoolToObject(o, "verified", d->verified);
	if (d->remark[0] != '\0')
		cJSON_AddStringToObject(o, "note", d->remark);
	if (site != NULL)
		cJSON_AddNumberToObject(o, "tags", tags_of(site, d->model));
}

static bool is_asked(const struct device_model *d, char **models, int count)
{
	for (int i = 0; i < count; i++)
		if (catalogue_find(models[i]) == d - catalogue)
			return true;
	return count == 0;
}

/* Models of the site that nobody here knows: their frames may be read all the
 * same, but no one can say what to expect. */
static void print_strangers(const struct site *site)
{
	for (int i = 0; i < site->tag_count; i++) {
		const char *model = site->tags[i].model;
		bool said = model[0] == '\0' || catalogue_find(model) >= 0;
		for (int k = 0; k < i && !said; k++)
			said = strcmp(site->tags[k].model, model) == 0;
		if (!said)
			fprintf(stderr, "vigie devices: model \"%s\" is not in the catalogue\n",
				model);
	}
}

static int print(const struct site *site, bool json, char **models, int count)
{
	cJSON *root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "format", "vigie.devices/1");
	cJSON *list = cJSON_AddArrayToObject(root, "devices");
	int found = 0;
	for (int i = 0; i < catalogue_count; i++) {
		if (!is_asked(&catalogue[i], models, count))
			continue;
		if (json)
			add_json(list, &catalogue[i], site);
		else
			print_text(&catalogue[i], site);
		found++;
	}
	char *text = json ? cJSON_PrintUnformatted(root) : NULL;
	if (text != NULL)
		puts(text);
	free(text);
	cJSON_Delete(root);
	if (site != NULL && count == 0)
		print_strangers(site);
	if (found < count)
		fputs("vigie devices: not every model is in the catalogue\n", stderr);
	return fflush(stdout) != 0 ? EXIT_ENVIRONMENT : found < count ? EXIT_FOUND : 0;
}

static int extra(void *context, int argc, char **argv, int at)
{
	(void)argc;
	if (strcmp(argv[at], "--json") != 0)
		return 0;
	*(bool *)context = true;
	return 1;
}

int verb_devices(int argc, char **argv)
{
	struct settings settings;
	struct error err = {""};
	bool json = false;
	settings_init(&settings);
	int at = options_parse(&settings, argc, argv, usage, extra, &json);
	int code = at < 0 ? -at : 0;
	if (at > 0) {
		struct site *site =
			settings.site != NULL ? site_load(settings.site, NULL, &err) : NULL;
		if (settings.site != NULL && site == NULL) {
			fprintf(stderr, "vigie devices: %s\n", err.text);
			code = EXIT_ENVIRONMENT;
		} else {
			code = print(site, json, argv + at, argc - at);
		}
		site_free(site);
	}
	settings_fini(&settings);
	return code;
}
