/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_read.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* One value of a site file each: type, range and reference are checked here,
 * so that an error can name the line the value stands on. */

static bool bad(struct site_reading *r, const config_setting_t *s, const char *expected)
{
	const char *key = config_setting_name(s);
	site_finding(r, (int)config_setting_source_line(s), FINDING_ERROR, "%s: expected %s",
		key != NULL ? key : "value", expected);
	return false;
}

static bool unknown(
	struct site_reading *r, const config_setting_t *s, const char *what, const char *id)
{
	site_finding(r, (int)config_setting_source_line(s), FINDING_ERROR, "unknown %s \"%.64s\"",
		what, id);
	return false;
}

/* libconfig keeps 8 and 8.0 apart; people do not. */
bool site_number(const config_setting_t *s, double *value)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
		*value = config_setting_get_int(s);
		return true;
	case CONFIG_TYPE_INT64:
		*value = (double)config_setting_get_int64(s);
		return true;
	case CONFIG_TYPE_FLOAT:
		*value = config_setting_get_float(s);
		return isfinite(*value);
	default:
		return false;
	}
}

/* Numbers of an array or a list, all of them: false when one is none. */
static bool numbers(const config_setting_t *s, double *out, int count)
{
	if ((!config_setting_is_array(s) && !config_setting_is_list(s))
		|| config_setting_length(s) != count)
		return false;
	for (int i = 0; i < count; i++)
		if (!site_number(config_setting_get_elem(s, (unsigned)i), &out[i]))
			return false;
	return true;
}

bool site_value_ignore(struct site_reading *r, const config_setting_t *s, void *field)
{
	(void)r;
	(void)s;
	(void)field;
	return true;
}

bool site_value_id(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *text = config_setting_get_string(s);
	if (text == NULL || !text_is_id(text))
		return bad(r, s, "an id: 1 to 64 of A-Z a-z 0-9 . _ -");
	text_copy(field, ID_SIZE, text);
	return true;
}

bool site_value_label(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *text = config_setting_get_string(s);
	if (text == NULL || text[0] == '\0' || strlen(text) >= LABEL_SIZE)
		return bad(r, s, "a text of 1 to 96 bytes");
	if (text_neutralise(field, LABEL_SIZE, text, strlen(text)) > 0)
		return bad(r, s, "a text without control characters, in UTF-8");
	return true;
}

/* Time zones have a slash and categories may have a blank: not an id. */
bool site_value_word(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *text = config_setting_get_string(s);
	if (text == NULL || text[0] == '\0' || strlen(text) >= ID_SIZE)
		return bad(r, s, "a text of 1 to 64 bytes");
	if (text_neutralise(field, ID_SIZE, text, strlen(text)) > 0)
		return bad(r, s, "a text without control characters, in UTF-8");
	return true;
}

bool site_value_currency(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *text = config_setting_get_string(s);
	if (text == NULL || strlen(text) != 3 || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		return bad(r, s, "three capital letters (ISO 4217), as in \"EUR\"");
	text_copy(field, 8, text);
	return true;
}

bool site_value_mac(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *text = config_setting_get_string(s);
	char mac[TAG_SIZE];
	if (text == NULL || !text_mac(mac, text))
		return bad(r, s, "a MAC address, as in \"AC233FC00001\"");
	text_copy(field, TAG_SIZE, mac);
	return true;
}

bool site_value_int(struct site_reading *r, const config_setting_t *s, void *field)
{
	if (config_setting_type(s) != CONFIG_TYPE_INT)
		return bad(r, s, "a whole number");
	*(int *)field = config_setting_get_int(s);
	return true;
}

/* Not negative: all plain numbers of a site are durations, counts or prices. */
bool site_value_number(struct site_reading *r, const config_setting_t *s, void *field)
{
	double value;
	if (!site_number(s, &value) || value < 0)
		return bad(r, s, "a number, not negative");
	*(double *)field = value;
	return true;
}

bool site_value_bool(struct site_reading *r, const config_setting_t *s, void *field)
{
	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		return bad(r, s, "true or false");
	*(bool *)field = config_setting_get_bool(s) != 0;
	return true;
}

static bool reference(struct site_reading *r, const config_setting_t *s, void *field,
	const char *what, int (*find)(const struct site *, const char *))
{
	const char *id = config_setting_get_string(s);
	if (id == NULL)
		return bad(r, s, "an id in quotes");
	int index = find(r->site, id);
	if (index < 0)
		return unknown(r, s, what, id);
	*(int *)field = index;
	return true;
}

bool site_value_floor(struct site_reading *r, const config_setting_t *s, void *field)
{
	return reference(r, s, field, "floor", site_floor);
}

bool site_value_room(struct site_reading *r, const config_setting_t *s, void *field)
{
	return reference(r, s, field, "room", site_room);
}

bool site_value_bed(struct site_reading *r, const config_setting_t *s, void *field)
{
	return reference(r, s, field, "bed", site_bed);
}

bool site_value_room_kind(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *word = config_setting_get_string(s);
	int kind = word != NULL ? room_kind_parse(word) : -1;
	if (kind < 0)
		return bad(r, s,
			"or, induction, pacu, holding, day_unit, ward, pharmacy, store, corridor "
			"or other");
	*(enum room_kind *)field = (enum room_kind)kind;
	return true;
}

bool site_value_tag_kind(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *word = config_setting_get_string(s);
	int kind = word != NULL ? tag_kind_parse(word) : -1;
	if (kind < 0)
		return bad(r, s, "patient, staff, asset or sensor");
	*(enum tag_kind *)field = (enum tag_kind)kind;
	return true;
}

bool site_value_signature_kind(struct site_reading *r, const config_setting_t *s, void *field)
{
	static const char *const words[SIGNATURE_KIND_COUNT] = {"ibeacon", "uid", "frame"};
	const char *word = config_setting_get_string(s);
	for (int i = 0; word != NULL && i < SIGNATURE_KIND_COUNT; i++) {
		if (strcmp(words[i], word) == 0) {
			*(enum signature_kind *)field = (enum signature_kind)i;
			return true;
		}
	}
	return bad(r, s, "ibeacon, uid or frame");
}

bool site_value_priority(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *word = config_setting_get_string(s);
	int priority = word != NULL ? priority_parse(word) : -1;
	if (priority < 0)
		return bad(r, s, "LOW, MEDIUM or HIGH");
	*(enum priority *)field = (enum priority)priority;
	return true;
}

/* box = (left, top, right, bottom): the outline nearly all rooms have. */
bool site_value_box(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct room *room = field;
	double v[4];
	if (!numbers(s, v, 4) || v[0] >= v[2] || v[1] >= v[3])
		return bad(r, s, "(left, top, right, bottom) in metres");
	struct point corners[4] = {{v[0], v[1]}, {v[2], v[1]}, {v[2], v[3]}, {v[0], v[3]}};
	memcpy(room->outline, corners, sizeof corners);
	room->outline_count = 4;
	return true;
}

bool site_value_outline(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct room *room = field;
	int count = config_setting_is_list(s) ? config_setting_length(s) : 0;
	if (count < 3 || count > OUTLINE_MAX)
		return bad(r, s, "3 to 12 corners: ((x, y), (x, y), ...)");
	for (int i = 0; i < count; i++) {
		double v[2];
		if (!numbers(config_setting_get_elem(s, (unsigned)i), v, 2))
			return bad(r, s, "corners of two numbers: ((x, y), (x, y), ...)");
		room->outline[i] = (struct point){v[0], v[1]};
	}
	room->outline_count = count;
	return true;
}

bool site_value_point(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct gateway *gateway = field;
	double v[2];
	if (!numbers(s, v, 2))
		return bad(r, s, "(x, y) in metres");
	gateway->x = v[0];
	gateway->y = v[1];
	return true;
}

static int minutes_of(const char *text)
{
	for (int i = 0; i < 5; i++)
		if (i == 2 ? text[i] != ':' : !isdigit((unsigned char)text[i]))
			return -1;
	int hour = (text[0] - '0') * 10 + text[1] - '0';
	int minute = (text[3] - '0') * 10 + text[4] - '0';
	return hour <= 24 && minute < 60 && hour * 60 + minute <= 1440 ? hour * 60 + minute : -1;
}

bool site_value_session(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct room *room = field;
	const char *text = config_setting_get_string(s);
	if (text == NULL || strlen(text) != 11 || text[5] != '-')
		return bad(r, s, "hours as \"08:00-18:00\"");
	int open = minutes_of(text), close = minutes_of(text + 6);
	if (open < 0 || close <= open)
		return bad(r, s, "hours as \"08:00-18:00\", opening before closing");
	room->open_min = open;
	room->close_min = close;
	return true;
}

/* (low, high) into two doubles that stand side by side. */
bool site_value_limits(struct site_reading *r, const config_setting_t *s, void *field)
{
	double v[2];
	if (!numbers(s, v, 2) || v[0] > v[1])
		return bad(r, s, "(low, high)");
	memcpy(field, v, sizeof v);
	return true;
}

/* ("or-1", "corridor") ; "outside" on either side is the world. */
bool site_value_door(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct door *door = field;
	int side[2] = {-1, -1};
	if ((!config_setting_is_array(s) && !config_setting_is_list(s))
		|| config_setting_length(s) != 2)
		return bad(r, s, "two rooms, as in (\"or-1\", \"cor-or\")");
	for (int i = 0; i < 2; i++) {
		const config_setting_t *end = config_setting_get_elem(s, (unsigned)i);
		const char *id = config_setting_get_string(end);
		if (id != NULL && strcmp(id, "outside") == 0)
			continue;
		if (!site_value_room(r, end, &side[i]))
			return false;
	}
	if (side[0] == side[1])
		return bad(r, s, "two different rooms");
	door->a = side[0] >= 0 ? side[0] : side[1];
	door->b = side[0] >= 0 ? side[1] : -1;
	return true;
}

/* Hex text → bytes and mask; blanks, ':' and '-' are passed over, '?' is a
 * nibble that may be anything. Appends at *length. */
bool site_value_hex(struct site_reading *r, const config_setting_t *s, uint8_t *pattern,
	uint8_t *mask, int size, int *length)
{
	const char *text = config_setting_get_string(s);
	int half = 0;
	for (; text != NULL && *text != '\0'; text++) {
		if (strchr(" :-", *text) != NULL)
			continue;
		int value = text_hex(*text);
		if ((value < 0 && *text != '?') || *length >= size)
			break;
		int shift = half == 0 ? 4 : 0;
		if (half == 0)
			pattern[*length] = mask[*length] = 0;
		if (value >= 0) {
			pattern[*length] = (uint8_t)(pattern[*length] | value << shift);
			mask[*length] = (uint8_t)(mask[*length] | 0xF << shift);
		}
		*length += half;
		half = !half;
	}
	if (text == NULL || *text != '\0' || half != 0)
		return bad(r, s, "hexadecimal bytes that fit");
	return true;
}
