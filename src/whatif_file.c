/* SPDX-License-Identifier: Apache-2.0 */
#include "src/whatif_file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "src/guard.h"
#include "twin/text.h"

/* ---- reading ---- */

static char *trimmed(char *line)
{
	line += strspn(line, " \t");
	size_t n = strlen(line);
	while (n > 0 && strchr(" \t\r\n", line[n - 1]) != NULL)
		n--;
	line[n] = '\0';
	return line;
}

static int read_lines(FILE *file, const char *path, struct what_if *out, struct error *err)
{
	char *line = NULL, why[SCENARIO_TEXT];
	size_t size = 0;
	int code = 0;
	for (int n = 1; code == 0 && getline(&line, &size, file) >= 0; n++) {
		char *text =
			trimmed(n == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line);
		if (text[0] == '\0' || text[0] == '#')
			continue;
		if (out->count == WHAT_IF_DEPTH)
			code = error_set(err, -E2BIG, "%s:%d: more than %d what-ifs", path, n,
				WHAT_IF_DEPTH);
		else if (!scenario_parse(text, &out->list[out->count], why))
			code = error_set(err, -EINVAL, "%s:%d: %s", path, n, why);
		else
			out->count++;
	}
	if (code == 0 && ferror(file) != 0)
		code = error_set(err, -EIO, "%s: %s", path, strerror(errno));
	free(line);
	return code;
}

int what_if_read(const char *path, struct what_if *out, struct error *err)
{
	struct what_if read = *out;
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return error_set(err, -errno, "%s: %s", path, strerror(errno));
	int code = read_lines(file, path, &read, err);
	fclose(file);
	if (code == 0)
		*out = read;
	return code;
}

/* ---- writing ---- */

int what_if_write(
	const char *path, const struct what_if *what_if, int64_t now_ms, struct error *err)
{
	char text[SCENARIO_TEXT], when[40];
	FILE *file = guard_new_file(path);
	if (file == NULL)
		return error_set(err, -errno, "%s: %s", path, strerror(errno));
	format_rfc3339(now_ms, when, sizeof when);
	fprintf(file, "# what if, %s: vigie forecast --inject @FILE\n", when);
	for (int i = 0; i < what_if->count; i++) {
		scenario_text(&what_if->list[i], text);
		fprintf(file, "%s\n", text);
	}
	bool bad = ferror(file) != 0;
	if (fclose(file) != 0 || bad)
		return error_set(err, -EIO, "%s: not written whole", path);
	return 0;
}

/* ---- those that are kept ---- */

static void put_text(FILE *out, const struct twin *twin)
{
	char when[40];
	for (int i = 0; i < twin->idea_count; i++) {
		const struct idea *idea = &twin->ideas[i];
		format_rfc3339(idea->told.at_ms, when, sizeof when);
		fprintf(out, "%s# %s, by %s, %s\n", i > 0 ? "\n" : "", idea->name,
			idea->told.origin, when);
		for (int k = 0; k < idea_steps(idea); k++)
			fprintf(out, "%s\n", idea->steps[k]);
	}
	if (twin->idea_count == 0)
		fputs("# no what-if is saved\n", out);
}

static char *text_of(const struct twin *twin)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		return NULL;
	put_text(out, twin);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	text[size - 1] = '\0'; /* who prints it ends the last line */
	return text;
}

static void add_idea(cJSON *list, const struct idea *idea)
{
	cJSON *one = cJSON_CreateObject(), *steps;
	char when[40];
	format_rfc3339(idea->told.at_ms, when, sizeof when);
	cJSON_AddItemToArray(list, one);
	cJSON_AddStringToObject(one, "name", idea->name);
	if (idea->told.origin[0] != '\0')
		cJSON_AddStringToObject(one, "by", idea->told.origin);
	cJSON_AddStringToObject(one, "at", when);
	steps = cJSON_AddArrayToObject(one, "scenarios");
	for (int k = 0; k < idea_steps(idea); k++)
		cJSON_AddItemToArray(steps, cJSON_CreateString(idea->steps[k]));
}

char *what_if_show(const struct twin *twin, int64_t now_ms, bool json)
{
	cJSON *root, *list;
	char when[40], *text;
	if (!json)
		return text_of(twin);
	root = cJSON_CreateObject();
	format_rfc3339(now_ms, when, sizeof when);
	cJSON_AddStringToObject(root, "format", "vigie.whatifs/1");
	cJSON_AddStringToObject(root, "time", when);
	list = cJSON_AddArrayToObject(root, "whatifs");
	for (int i = 0; i < twin->idea_count; i++)
		add_idea(list, &twin->ideas[i]);
	text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}
