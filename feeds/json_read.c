/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/json_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/fhir.h"

const cJSON *json_field(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

const cJSON *json_any(const cJSON *object, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		const cJSON *item = json_field(object, *keys);
		if (item != NULL && !cJSON_IsNull(item))
			return item;
	}
	return NULL;
}

const cJSON *json_either(const cJSON *object, const char *key, const char *other)
{
	const char *const keys[] = {key, other, NULL};
	return json_any(object, keys);
}

const char *json_text(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(json_field(object, key));
	return text != NULL ? text : "";
}

bool json_number(const cJSON *item, double *out)
{
	char *end;
	if (cJSON_IsNumber(item)) {
		*out = item->valuedouble;
		return isfinite(*out);
	}
	if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
		return false;
	*out = strtod(item->valuestring, &end);
	return *end == '\0' && isfinite(*out);
}

bool json_value(const cJSON *item, double *out)
{
	static const char *const words[][2] = {
		{"false", "true"}, {"off", "on"}, {"no", "yes"}, {"closed", "open"}};
	*out = cJSON_IsTrue(item);
	if (cJSON_IsBool(item) || json_number(item, out))
		return true;
	for (size_t i = 0; cJSON_IsString(item) && i < sizeof words / sizeof *words; i++)
		for (int truth = 0; truth < 2; truth++)
			if (strcasecmp(item->valuestring, words[i][truth]) == 0) {
				*out = truth;
				return true;
			}
	return false;
}

/* 9999-12-31T23:59:59.999Z: beyond it a number is no time. */
#define LAST_MS 253402300799999.0

/* MOKO writes '&' for the T and leaves the zone's minutes out (MKGW3 manual). */
static bool moko_time(const char *text, int64_t *ms)
{
	char iso[32];
	if (strlen(text) != 22 || text[10] != '&' || (text[19] != '+' && text[19] != '-'))
		return false;
	snprintf(iso, sizeof iso, "%.10sT%s:00", text, text + 11);
	*ms = fhir_time(iso);
	return *ms > 0;
}

bool json_time_text(const char *text, int64_t *ms)
{
	char *end;
	*ms = 0;
	if (strchr(text, 'T') != NULL) {
		*ms = fhir_time(text);
		return *ms > 0;
	}
	if (moko_time(text, ms))
		return true;
	if (*text < '0' || *text > '9')
		return false;
	double value = strtod(text, &end);
	if (*end != '\0' || !(value >= 0 && value <= LAST_MS))
		return false;
	*ms = (int64_t)value;
	return true;
}

bool json_time(const cJSON *item, int64_t *ms)
{
	*ms = 0;
	if (cJSON_IsString(item))
		return json_time_text(item->valuestring, ms);
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= LAST_MS))
		return false;
	*ms = (int64_t)item->valuedouble;
	return true;
}
