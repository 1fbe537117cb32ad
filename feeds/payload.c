/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/decode.h"

#include <stdio.h>
#include <string.h>

#include "feeds/ble.h"
#include "feeds/minew.h"
#include "twin/site.h"
#include "twin/text.h"

/*
 * One payload: which shape is it, whose is it, and row after row to its
 * decoder. The text is scanned once before cJSON sees it: cJSON recurses, takes
 * "\u0000" for the end of a text and needs 38 times the bytes of a hostile
 * array (measured on 1.7.15), so size, depth and NUL are judged here. An array
 * is parsed row by row: one that is broken or cut loses that row only.
 */

/* After so many elements that are no rows nothing good is to be expected, and a
 * hostile array of 100,000 commas must not hold up the loop. */
enum { BYTES_MAX = 256 * 1024, DEPTH_MAX = 32, BROKEN_MAX = 256 };

struct message {
	const struct decode_context *dc;
	char gateway[TAG_SIZE];
	const char *text;
	size_t len;
	int broken; /* elements that are no rows */
};

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

/* One element of the array. `row` is NULL when it could not be parsed. Returns
 * false to stop the walk. */
typedef bool each_row(struct message *m, const cJSON *row, int index);

/* Returns where the array's grammar broke, or its end. */
static size_t rows_walk(struct message *m, each_row *each, bool *closed)
{
	size_t at = skip_blank(m->text, m->len, 0) + 1;
	*closed = false;
	at = skip_blank(m->text, m->len, at);
	if (at < m->len && m->text[at] == ']') {
		*closed = true;
		return at + 1;
	}
	for (int index = 0; at < m->len; index++) {
		size_t end = skip_value(m->text, m->len, at);
		cJSON *row = parse_whole(m->text + at, end - at);
		bool go_on = each(m, row, index);
		cJSON_Delete(row);
		at = skip_blank(m->text, m->len, end);
		*closed = at < m->len && m->text[at] == ']';
		if (!go_on || *closed || at >= m->len || m->text[at] != ',')
			return *closed ? at + 1 : at;
		at = skip_blank(m->text, m->len, at + 1);
	}
	return at;
}

static bool find_gateway(struct message *m, const cJSON *row, int index)
{
	char mac[TAG_SIZE];
	(void)index;
	if (row == NULL || !minew_is_gateway(row, mac) || mac[0] == '\0')
		return true;
	text_copy(m->gateway, sizeof m->gateway, mac);
	return false;
}

static bool decode_row(struct message *m, const cJSON *row, int index)
{
	if (!cJSON_IsObject(row) && ++m->broken > BROKEN_MAX) {
		decode_refuse(m->dc, m->gateway, REFUSED_NOT_JSON,
			"more than %d broken rows: the rest is not read", BROKEN_MAX);
		return false;
	}
	if (row == NULL) {
		decode_refuse(m->dc, m->gateway, REFUSED_NOT_JSON, "row %d", index);
		return true;
	}
	/* JSON-RAW (angle of arrival) names its locator in the first element. */
	if (index == 0 && cJSON_GetObjectItemCaseSensitive(row, "locator") != NULL) {
		decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "minew json-raw");
		return false;
	}
	minew_row(m->dc, m->gateway, row);
	return true;
}

static void decode_array(struct message *m)
{
	static const char word[] = "\"Gateway\"";
	bool closed;
	/* The gateway's own row is usually, not always, the first. */
	if (memmem(m->text, m->len, word, sizeof word - 1) != NULL)
		rows_walk(m, find_gateway, &closed);
	size_t at = rows_walk(m, decode_row, &closed);
	if (closed ? skip_blank(m->text, m->len, at) < m->len : at >= m->len)
		decode_refuse(m->dc, m->gateway, REFUSED_NOT_JSON, "%s at byte %zu",
			closed ? "more after the end" : "cut", at);
	else if (!closed && m->text[at] != ',')
		decode_refuse(m->dc, m->gateway, REFUSED_NOT_JSON, "no comma at byte %zu", at);
}

/* ---- objects ---- */

/* Shapes known by name whose decoder is still to be written: told by two keys
 * ("a.b" steps into a). */
static const struct shape {
	const char *key, *other; /* other may be NULL */
	const char *name;
} shapes[] = {
	{"gw", "adv", "minew pre-parsed"},
	{"data.adv", NULL, "minew webhook"},
	{"msg_id", "device_info", "moko"},
	{"transmitterId", NULL, "raddec"},
	{"scannedDevices", NULL, "omada"},
	{"id", "distance", "espresense or theengs"},
	{"id", "rssi", "theengs"},
	{"id", "presence", "theengs"},
	{"gateway", "action", "cassia"},
};

static bool has_key(const cJSON *object, const char *key)
{
	if (key == NULL)
		return true;
	if (strncmp(key, "data.", 5) == 0) {
		object = cJSON_GetObjectItemCaseSensitive(object, "data");
		key += 5;
	}
	return cJSON_GetObjectItemCaseSensitive(object, key) != NULL;
}

static void decode_object(struct message *m)
{
	cJSON *object = parse_whole(m->text, m->len);
	if (object == NULL) {
		decode_refuse(
			m->dc, m->gateway, REFUSED_NOT_JSON, "an object of %zu bytes", m->len);
		return;
	}
	size_t i = 0;
	size_t n = sizeof shapes / sizeof *shapes;
	while (i < n && !(has_key(object, shapes[i].key) && has_key(object, shapes[i].other)))
		i++;
	if (i < n)
		decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "%s", shapes[i].name);
	else
		decode_refuse(
			m->dc, m->gateway, REFUSED_UNKNOWN_SHAPE, "an object of %zu bytes", m->len);
	cJSON_Delete(object);
}

/* ---- the message ---- */

static bool level_is_gateway(const struct site *site, const char *level, char mac[TAG_SIZE])
{
	if (text_mac(mac, level))
		return true;
	for (int i = 0; site != NULL && i < site->gateway_count; i++) {
		if (strcmp(site->gateways[i].name, level) == 0) {
			text_copy(mac, TAG_SIZE, site->gateways[i].mac);
			return true;
		}
	}
	mac[0] = '\0';
	return false;
}

/* "/gw/ac233fc011f2/status": the first level that is a MAC, or the name of one
 * of the site's gateways. */
static void topic_gateway(const struct site *site, const char *topic, char mac[TAG_SIZE])
{
	mac[0] = '\0';
	while (topic != NULL && *topic != '\0') {
		char level[LABEL_SIZE];
		size_t n = strcspn(topic, "/");
		if (n > 0 && n < sizeof level) {
			memcpy(level, topic, n);
			level[n] = '\0';
			if (level_is_gateway(site, level, mac))
				return;
		}
		topic += n + (topic[n] == '/');
	}
}

static void decode_text(struct message *m, size_t first)
{
	if (!scan_passes(m))
		return;
	if (m->text[first] == '[')
		decode_array(m);
	else
		decode_object(m);
}

static void decode_binary(struct message *m, const uint8_t *p)
{
	const char *format = m->len < 2 ? "" : p[1] == 0x00 ? "bb00" : p[1] == 0x02 ? "bb02" : "";
	if (m->len >= 2 && p[1] == 0x01)
		minew_binary(m->dc, p, m->len);
	else if (format[0] != '\0')
		decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "minew %s", format);
	else
		decode_refuse(m->dc, m->gateway, REFUSED_UNKNOWN_SHAPE, "bb, %zu bytes", m->len);
}

void payload_decode(
	const struct decode_context *dc, const char *topic, const void *bytes, size_t len)
{
	struct message m = {.dc = dc, .text = bytes, .len = len};
	const uint8_t *p = bytes;
	topic_gateway(dc->site, topic, m.gateway);
	if (len == 0) {
		decode_refuse(dc, m.gateway, REFUSED_EMPTY, "no bytes");
		return;
	}
	if (len > BYTES_MAX) {
		decode_refuse(dc, m.gateway, REFUSED_TOO_LARGE, "more than %d bytes", BYTES_MAX);
		return;
	}
	size_t first = skip_blank(m.text, len, 0);
	if (first < len && (m.text[first] == '[' || m.text[first] == '{'))
		decode_text(&m, first);
	else if (p[0] == 0xBB)
		decode_binary(&m, p);
	else if ((p[0] & 0xF0) == 0x80 || p[0] == 0xDE || p[0] == 0xDF)
		decode_refuse(dc, m.gateway, REFUSED_UNSUPPORTED, "messagepack");
	else
		decode_refuse(
			dc, m.gateway, REFUSED_UNKNOWN_SHAPE, "%zu bytes, first %02x", len, p[0]);
}
