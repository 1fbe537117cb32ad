/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/decode.h"

#include <stdio.h>
#include <string.h>

#include "feeds/bridges.h"
#include "feeds/json_read.h"
#include "feeds/minew.h"

/*
 * One payload: which shape is it, whose is it, and row after row to its
 * decoder. The text is scanned once before cJSON sees it: cJSON recurses, takes
 * "\u0000" for the end of a text and needs 38 times the bytes of a hostile
 * array (measured on 1.7.15), so size, depth and NUL are judged here. An array
 * is parsed row by row: one that is broken or cut loses that row only.
 */

enum { BYTES_MAX = 256 * 1024, DEPTH_MAX = 32 };

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blank(const char *text, size_t len, size_t at)
{
	while (at < len && blank(text[at]))
		at++;
	return at;
}

/* ---- the scan before the parser ---- */

/* From the opening quote to after the closing one; len when it never closes.
 * *nul tells that the text holds \u0000. */
static size_t skip_string(const char *text, size_t len, size_t at, bool *nul)
{
	for (at++; at < len && text[at] != '"'; at++) {
		if (text[at] != '\\')
			continue;
		if (len - at >= 6 && memcmp(text + at, "\\u0000", 6) == 0)
			*nul = true;
		at++;
	}
	return at < len ? at + 1 : len;
}

static bool scan_passes(const struct message *m)
{
	int depth = 0;
	bool nul = memchr(m->text, '\0', m->len) != NULL;
	for (size_t at = 0; at < m->len && !nul;) {
		char c = m->text[at];
		if (c == '"') {
			at = skip_string(m->text, m->len, at, &nul);
			continue;
		}
		depth += (c == '[' || c == '{') - (c == ']' || c == '}');
		if (depth > DEPTH_MAX) {
			decode_refuse(m->dc, m->gateway, REFUSED_TOO_DEEP,
				"deeper than %d at byte %zu", DEPTH_MAX, at);
			return false;
		}
		at++;
	}
	if (nul)
		decode_refuse(m->dc, m->gateway, REFUSED_NUL, "a NUL in the text");
	return !nul;
}

/* After the value that begins at `at`; what it is, is the parser's business. */
static size_t skip_value(const char *text, size_t len, size_t at)
{
	int depth = 0;
	bool nul = false;
	while (at < len) {
		char c = text[at];
		if (c == '"') {
			at = skip_string(text, len, at, &nul);
			continue;
		}
		if (depth == 0 && (c == ',' || c == ']'))
			break;
		depth += (c == '[' || c == '{') - (c == ']' || c == '}');
		at++;
		if (depth == 0 && (c == ']' || c == '}'))
			break;
	}
	return at;
}

/* Parses all of text or nothing: only blanks may follow the value. */
static cJSON *parse_whole(const char *text, size_t len)
{
	const char *end = NULL;
	cJSON *item = cJSON_ParseWithLengthOpts(text, len, &end, 0);
	if (item != NULL && skip_blank(text, len, (size_t)(end - text)) < len) {
		cJSON_Delete(item);
		return NULL;
	}
	return item;
}

/* ---- arrays ---- */

struct array {
	struct message *m;
	bool raw; /* JSON-RAW: rows without advertisements */
};

/* One element of the array. `row` is NULL when it could not be parsed, `cut`
 * when that is because the message ends within it. Returns false to stop. */
typedef bool each_row(struct array *a, const cJSON *row, int index, bool cut);

/* Returns where the array's grammar broke, or its end. */
static size_t rows_walk(struct array *a, each_row *each, bool *closed)
{
	const char *text = a->m->text;
	size_t len = a->m->len;
	size_t at = skip_blank(text, len, skip_blank(text, len, 0) + 1);
	*closed = at < len && text[at] == ']';
	if (*closed)
		return at + 1;
	for (int index = 0; at < len; index++) {
		size_t end = skip_value(text, len, at);
		cJSON *row = parse_whole(text + at, end - at);
		bool go_on = each(a, row, index, row == NULL && end == len);
		cJSON_Delete(row);
		at = skip_blank(text, len, end);
		*closed = at < len && text[at] == ']';
		if (!go_on || *closed || at >= len || text[at] != ',')
			return *closed ? at + 1 : at;
		at = skip_blank(text, len, at + 1);
	}
	return at;
}

static bool find_gateway(struct array *a, const cJSON *row, int index, bool cut)
{
	(void)index;
	(void)cut;
	return row == NULL || !minew_take_gateway(a->m, row);
}

static bool decode_row(struct array *a, const cJSON *row, int index, bool cut)
{
	struct message *m = a->m;
	/* That the message is cut is said once, where the array should end. */
	if (cut)
		return true;
	if (row == NULL) {
		if (message_broken(m))
			decode_refuse(m->dc, m->gateway, REFUSED_NOT_JSON, "row %d", index);
	} else if (index == 0 && minew_raw_head(row)) {
		a->raw = true;
		minew_raw_gateway(m, row);
	} else if (a->raw) {
		minew_raw_row(m, row);
	} else {
		minew_row(m, row);
	}
	return m->broken <= BROKEN_MAX;
}

static void decode_array(struct message *m)
{
	static const char word[] = "\"Gateway\"";
	struct array a = {.m = m};
	bool closed;
	/* The gateway's own row is usually, not always, the first. */
	if (memmem(m->text, m->len, word, sizeof word - 1) != NULL)
		rows_walk(&a, find_gateway, &closed);
	size_t at = rows_walk(&a, decode_row, &closed);
	if (closed ? skip_blank(m->text, m->len, at) < m->len : at >= m->len)
		decode_refuse(m->dc, m->gateway, REFUSED_NOT_JSON, "%s at byte %zu",
			closed ? "more after the end" : "cut", at);
	else if (!closed && m->text[at] != ',')
		decode_refuse(m->dc, m->gateway, REFUSED_NOT_JSON, "no comma at byte %zu", at);
}

/* ---- objects ---- */

/* Told by their keys ("a.b" steps into a); the first that fits. A new shape is
 * one line here and one file. */
static const struct shape {
	const char *keys[2];
	const char *name;
	void (*decode)(struct message *m, const cJSON *object); /* NULL: known by name only */
} shapes[] = {
	{{"adv", NULL}, "minew pre-parsed", minew_parsed},
	{{"data.adv", NULL}, "minew webhook", minew_webhook},
	{{"msg_id", "device_info"}, "moko", moko},
	{{"transmitterId", NULL}, "raddec", raddec},
	{{"scannedDevices", NULL}, "omada", NULL},
	{{"id", "rssi@1m"}, "espresense", espresense},
	{{"distance", "rssiVar"}, "espresense", espresense},
	{{"distance", "var"}, "espresense", espresense},
	{{"uptime", "firm"}, "espresense telemetry", espresense_node},
	{{"id", "rssi"}, "theengs", theengs},
	{{"id", "presence"}, "theengs", theengs},
	{{"id", "mac_type"}, "theengs", theengs},
	{{"id", "model_id"}, "theengs", theengs},
	{{"id", "servicedata"}, "theengs", theengs},
	{{"id", "manufacturerdata"}, "theengs", theengs},
	{{"id", "distance"}, "home assistant room", NULL},
	{{"state_topic", NULL}, "home assistant discovery", NULL},
	{{"stat_t", NULL}, "home assistant discovery", NULL},
	{{"gateway", "action"}, "cassia", NULL},
	{{"devices", "mid"}, "april brother", NULL},
	{{"requestId", NULL}, "minew answer", NULL},
};

static bool has_key(const cJSON *object, const char *key)
{
	static const char within[] = "data.";
	if (key == NULL)
		return true;
	if (strncmp(key, within, sizeof within - 1) == 0) {
		object = json_field(object, "data");
		key += sizeof within - 1;
	}
	return json_field(object, key) != NULL;
}

static const struct shape *shape_of(const cJSON *object)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (has_key(object, shapes[i].keys[0]) && has_key(object, shapes[i].keys[1]))
			return &shapes[i];
	return NULL;
}

/* Its first keys are what somebody needs who wants to know what it is. */
static void refuse_unknown(const struct message *m, const cJSON *object)
{
	char keys[64] = "";
	size_t used = 0;
	for (const cJSON *item = object->child; item != NULL && used < sizeof keys;
		item = item->next)
		used += (size_t)snprintf(keys + used, sizeof keys - used, " %.20s", item->string);
	decode_refuse(m->dc, m->gateway, REFUSED_UNKNOWN_SHAPE, "an object of %zu bytes:%s", m->len,
		keys[0] != '\0' ? keys : " empty");
}

static void decode_object(struct message *m)
{
	cJSON *object = parse_whole(m->text, m->len);
	if (object == NULL) {
		decode_refuse(
			m->dc, m->gateway, REFUSED_NOT_JSON, "an object of %zu bytes", m->len);
		return;
	}
	const struct shape *shape = shape_of(object);
	if (shape == NULL)
		refuse_unknown(m, object);
	else if (shape->decode != NULL)
		shape->decode(m, object);
	else
		decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "%s", shape->name);
	cJSON_Delete(object);
}

/* ---- what is no JSON text ---- */

/* Told by the first byte, from low to high, and the second unless it is ANY. */
enum { ANY = -1 };

static const struct magic {
	uint8_t low, high;
	int second;
	const char *name;
	void (*decode)(struct message *m); /* NULL: known by name only */
} magics[] = {
	{0xBB, 0xBB, 0x01, "minew bb01", minew_binary},
	{0xBB, 0xBB, 0x00, "minew bb00", minew_short},
	{0xBB, 0xBB, 0x02, "minew bb02", minew_connect},
	{0x80, 0x9F, ANY, "messagepack", NULL},
	{0xDC, 0xDF, ANY, "messagepack", NULL},
	/* A map (RFC 8949, 3), or the tag that says "this is CBOR" (3.4.6). */
	{0xA0, 0xB8, ANY, "cbor", NULL},
	{0xBF, 0xBF, ANY, "cbor", NULL},
	{0xD9, 0xD9, 0xD9, "cbor", NULL},
};

/* What bridges leave on their will topic. */
static bool availability(const struct message *m)
{
	static const char *const words[] = {"online", "offline"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (m->len == strlen(words[i]) && memcmp(m->text, words[i], m->len) == 0)
			return true;
	return false;
}

static void refuse_bytes(const struct message *m)
{
	char first[16] = "";
	for (size_t i = 0; i < m->len && i < 4; i++)
		snprintf(first + 3 * i, sizeof first - 3 * i, " %02x", (uint8_t)m->text[i]);
	decode_refuse(
		m->dc, m->gateway, REFUSED_UNKNOWN_SHAPE, "%zu bytes, first%s", m->len, first);
}

static void decode_bytes(struct message *m)
{
	const uint8_t *p = (const uint8_t *)m->text;
	int second = m->len > 1 ? p[1] : ANY;
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
		const struct magic *k = &magics[i];
		if (p[0] < k->low || p[0] > k->high || (k->second != ANY && k->second != second))
			continue;
		if (k->decode != NULL)
			k->decode(m);
		else
			decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "%s", k->name);
		return;
	}
	if (availability(m))
		decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "availability %.*s",
			(int)m->len, m->text);
	else
		refuse_bytes(m);
}

/* ---- the message ---- */

void payload_decode(
	const struct decode_context *dc, const char *topic, const void *bytes, size_t len)
{
	struct message m = {.dc = dc, .topic = topic, .text = bytes, .len = len};
	message_topic_gateway(&m);
	if (len == 0) {
		decode_refuse(dc, m.gateway, REFUSED_EMPTY, "no bytes");
		return;
	}
	if (len > BYTES_MAX) {
		decode_refuse(dc, m.gateway, REFUSED_TOO_LARGE, "more than %d bytes", BYTES_MAX);
		return;
	}
	size_t first = skip_blank(m.text, len, 0);
	bool array = first < len && m.text[first] == '[';
	bool object = first < len && m.text[first] == '{';
	if (!array && !object)
		decode_bytes(&m);
	else if (!scan_passes(&m))
		return;
	else if (array)
		decode_array(&m);
	else
		decode_object(&m);
}
