/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_SHOW_JSON_PUT_H
#define VIGIE_SCREENS_SHOW_JSON_PUT_H

/* Values as JSON has them; what is missing is an absent key. And what show_json.c
 * is put together from. */

#include <math.h>

#include <cjson/cJSON.h>

#include "screens/format.h"
#include "screens/view.h"

static inline void text(cJSON *object, const char *key, const char *value)
{
	if (value && value[0])
		cJSON_AddStringToObject(object, key, value);
}

static inline void number(cJSON *object, const char *key, double value)
{
	if (!isnan(value))
		cJSON_AddNumberToObject(object, key, value);
}

/* Minutes and degrees to one decimal: more would be noise. */
static inline void tenth(cJSON *object, const char *key, double value)
{
	if (!isnan(value))
		cJSON_AddNumberToObject(object, key, round(value * 10) / 10);
}

static inline void when(cJSON *object, const char *key, int64_t at_ms)
{
	char out[40];

	if (at_ms <= 0)
		return;
	format_rfc3339(at_ms, out, sizeof out);
	cJSON_AddStringToObject(object, key, out);
}

static inline void age(cJSON *object, const char *key, int64_t age_ms)
{
	const int64_t seconds = age_ms / 1000;
	if (age_ms >= 0)
		cJSON_AddNumberToObject(object, key, (double)seconds);
}

static inline void room(const struct view *view, cJSON *object, const char *key, int index)
{
	if (index >= 0 && view->twin->site)
		text(object, key, view->twin->site->rooms[index].id);
}

void show_json_alarms(const struct view *view, cJSON *array, void *memory);
void show_json_orders(const struct view *view, cJSON *array, void *memory);
void show_json_score(const struct view *view, cJSON *root); /* of orders */

#endif
