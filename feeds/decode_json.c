/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/decode_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "twin/text.h"

struct line {
	char *out;
	size_t used;
};

static void put(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct line *l, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(l->out + l->used, DECODE_JSON_SIZE - l->used, format, args);
	va_end(args);
	if (n > 0)
		l->used += (size_t)n;
	if (l->used >= DECODE_JSON_SIZE)
		l->used = DECODE_JSON_SIZE - 1;
}

/* A known text under its key; "" is an absent key. Texts are neutralised when
 * they get here; quotes and backslashes are what is left to escape. */
static void put_text(struct line *l, const char *key, const char *value)
{
	if (value[0] == '\0')
		return;
	put(l, ",\"%s\":\"", key);
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			put(l, "\\%c", *p);
		else if ((unsigned char)*p < 0x20)
			put(l, "\\u%04x", (unsigned)*p);
		else
			put(l, "%c", *p);
	}
	put(l, "\"");
}

/* The shortest decimal that reads back as the same double: 8.8 fixed point is
 * printed exactly. The point is a point in every locale. */
static void put_number(struct line *l, const char *key, double value)
{
	char text[40];
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	char *comma = strchr(text, ',');
	if (comma != NULL)
		*comma = '.';
	put(l, ",\"%s\":%s", key, value == 0 ? "0" : text);
}

static void put_time(struct line *l, const char *key, int64_t ms)
{
	struct tm tm;
	time_t s = (time_t)(ms / 1000);
	if (ms <= 0 || gmtime_r(&s, &tm) == NULL)
		return;
	put(l, ",\"%s\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", key, tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms % 1000));
}

static void put_gateway(struct line *l, const struct decoded *d)
{
	put_text(l, "gateway", d->gateway);
	if (d->uplink.seq >= 0)
		put(l, ",\"seq\":%lld", (long long)d->uplink.seq);
}

static void put_sighting(struct line *l, const struct decoded *d)
{
	put_text(l, "gateway", d->gateway);
	put_text(l, "tag", d->tag);
	if (d->rssi_dbm != 0)
		put(l, ",\"rssi_dbm\":%d", d->rssi_dbm);
	put_text(l, "frame", d->frame);
	put_time(l, "device_time", d->device_ms);
	if (d->late_ms > 0)
		put_number(l, "late_s", (double)d->late_ms / 1000);
}

static void put_reading(struct line *l, const struct decoded *d)
{
	enum quantity q = d->reading.quantity;
	put_text(l, "tag", d->tag);
	put_text(l, "quantity", quantity_name(q));
	if (quantity_is_boolean(q)) {
		put(l, ",\"value\":%s", d->reading.value != 0 ? "true" : "false");
		return;
	}
	put_number(l, "value", d->reading.value);
	put_text(l, "unit", quantity_unit(q));
}

static void put_beacon(struct line *l, const struct decoded *d)
{
	bool uid = d->beacon.instance[0] != '\0';
	put_text(l, "tag", d->tag);
	put_text(l, "format", d->beacon.format);
	put_text(l, uid ? "namespace" : "uuid", d->beacon.uuid);
	put_text(l, "instance", d->beacon.instance);
	put_text(l, "url", d->beacon.url);
	if (!uid && d->beacon.url[0] == '\0')
		put(l, ",\"major\":%d,\"minor\":%d", d->beacon.major, d->beacon.minor);
	if (d->beacon.power_dbm != 0)
		put(l, ",\"power_dbm\":%d", d->beacon.power_dbm);
}

static void put_name(struct line *l, const struct decoded *d)
{
	put_text(l, "tag", d->tag);
	put_text(l, "name", d->name.name);
}

static void put_press(struct line *l, const struct decoded *d)
{
	put_text(l, "tag", d->tag);
	put_text(l, "signature", d->press.signature);
}

static void put_refused(struct line *l, const struct decoded *d)
{
	put_text(l, "reason", refusal_name(d->refused.reason));
	put_text(l, "detail", d->refused.detail);
	put_text(l, "tag", d->tag);
}

static const struct writer {
	const char *kind;
	void (*write)(struct line *l, const struct decoded *d);
} writers[DECODED_KIND_COUNT] = {
	[DECODED_GATEWAY] = {"gateway", put_gateway},
	[DECODED_SIGHTING] = {"sighting", put_sighting},
	[DECODED_READING] = {"reading", put_reading},
	[DECODED_BEACON] = {"beacon", put_beacon},
	[DECODED_NAME] = {"name", put_name},
	[DECODED_PRESS] = {"press", put_press},
	[DECODED_REFUSED] = {"refused", put_refused},
};

size_t decode_json(const struct decoded *d, char out[DECODE_JSON_SIZE])
{
	struct line l = {.out = out};
	put(&l, "{\"kind\":\"%s\"", writers[d->kind].kind);
	writers[d->kind].write(&l, d);
	put(&l, "}");
	return l.used;
}
