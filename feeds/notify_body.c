/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/notify.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <time.h>

/* RFC 3339, UTC, milliseconds. */
static void put_time(cJSON *object, const char *key, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	char day[40], text[64];
	struct tm tm;
	if (ms <= 0 || gmtime_r(&seconds, &tm) == NULL)
		return;
	strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof text, "%s.%03dZ", day, (int)(ms % 1000));
	cJSON_AddStringToObject(object, key, text);
}

char *notify_body(const struct notify_message *m)
{
	cJSON *object = cJSON_CreateObject();
	cJSON_AddStringToObject(object, "format", "vigie.notice/1");
	cJSON_AddStringToObject(object, "id", m->id);
	cJSON_AddStringToObject(object, "key", m->key);
	cJSON_AddStringToObject(object, "class", m->class_);
	cJSON_AddStringToObject(object, "priority", priority_name(m->priority));
	cJSON_AddStringToObject(object, "text", m->text);
	cJSON_AddStringToObject(object, "place", m->place);
	put_time(object, "raised", m->raised_ms);
	cJSON_AddNumberToObject(object, "step", m->step);
	char *text = cJSON_PrintUnformatted(object);
	cJSON_Delete(object);
	return text;
}
