/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transition of an alarm as the payload of its derived row, and back. Canonical
 * like facts are: same transition, same bytes. Its time and cause are columns.
 * Rows of before classes and occurrences were written down are still read.
 */
#include "src/journal.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

static void put_key(FILE *out, const char *key)
{
	for (const char *c = key; *c != '\0'; c++)
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if ((unsigned char)*c < 0x20)
			fprintf(out, "\\u%04x", (unsigned)*c);
		else
			fputc(*c, out);
}

char *transition_encode(const struct transition *t)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	if (out == NULL)
		return NULL;
	fputs("{\"alarm\":\"", out);
	put_key(out, t->key);
	fprintf(out, "\",\"from\":\"%s\",\"to\":\"%s\",\"priority\":\"%s\"",
		alarm_state_name(t->from), alarm_state_name(t->to), priority_name(t->priority));
	if ((unsigned)t->class_ < ALARM_CLASS_COUNT)
		fprintf(out, ",\"class\":\"%s\"", alarm_class_name(t->class_));
	if (t->raised_ms != 0)
		fprintf(out, ",\"raised_ms\":%" PRId64, t->raised_ms);
	if (t->level > 0)
		fprintf(out, ",\"level\":%d", t->level);
	fputc('}', out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static int state_parse(const cJSON *item)
{
	for (int s = 0; cJSON_IsString(item) && s < ALARM_STATE_COUNT; s++)
		if (strcmp(alarm_state_name((enum alarm_state)s), item->valuestring) == 0)
			return s;
	return -1;
}

static const char *word(const cJSON *root, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, key));
	return text != NULL ? text : "";
}

static double number(const cJSON *root, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
	double v = cJSON_IsNumber(item) ? item->valuedouble : 0;
	return v >= 0 && v < 9e15 ? v : 0;
}

int transition_decode(struct transition *t, const char *json)
{
	cJSON *root = cJSON_ParseWithOpts(json, NULL, true);
	memset(t, 0, sizeof *t);
	int from = state_parse(cJSON_GetObjectItemCaseSensitive(root, "from"));
	int to = state_parse(cJSON_GetObjectItemCaseSensitive(root, "to"));
	int priority = priority_parse(word(root, "priority"));
	int class_ = alarm_class_parse(word(root, "class"));
	bool good = from >= 0 && to >= 0 && priority >= 0
		    && text_copy(t->key, sizeof t->key, word(root, "alarm")) && t->key[0] != '\0';
	t->from = (enum alarm_state)(from >= 0 ? from : 0);
	t->to = (enum alarm_state)(to >= 0 ? to : 0);
	t->priority = (enum priority)(priority >= 0 ? priority : 0);
	t->class_ = class_ >= 0 ? (enum alarm_class)class_ : ALARM_CLASS_COUNT;
	t->raised_ms = (int64_t)number(root, "raised_ms");
	t->level = (int)(number(root, "level") < 100 ? number(root, "level") : 0);
	cJSON_Delete(root);
	return good ? 0 : -EBADMSG;
}
