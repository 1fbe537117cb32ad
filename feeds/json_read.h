/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_JSON_READ_H
#define VIGIE_FEEDS_JSON_READ_H

/*
 * Values out of gateways' JSON, the tolerant way: brokers' rule engines turn
 * numbers into texts, firmware changes the name of a key. A NULL item is none.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* The value under a key, NULL when it is not there. */
const cJSON *json_field(const cJSON *object, const char *key);
/* The value under the first of these keys that is there and not null, or NULL.
 * `keys` ends with NULL. */
const cJSON *json_any(const cJSON *object, const char *const *keys);
/* The same of two keys. */
const cJSON *json_either(const cJSON *object, const char *key, const char *other);
/* The text under a key, "" when it is none. */
const char *json_text(const cJSON *object, const char *key);
/* A finite number, or a text that is one. */
bool json_number(const cJSON *item, double *out);
/* As a number, or true and false (also as texts; on, yes, open and their
 * opposites) as 1 and 0. */
bool json_value(const cJSON *item, double *out);
/* ISO 8601 with zone, MOKO's "2021-01-01&17:10:16+08", or milliseconds since
 * the epoch (number or text) → ms; false, and 0, when it is none of them. */
bool json_time(const cJSON *item, int64_t *ms);
/* The same of a text. */
bool json_time_text(const char *text, int64_t *ms);

#endif
