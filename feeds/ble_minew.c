/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble.h"

#include <string.h>

/*
 * Minew's service data 0xFFE1. Source: MINEW BeaconPlus Frame Definition V005
 * (2025-03-21); frames 02 and 21 after reelyactive/advlib-ble-services. Offsets
 * count from the A1 byte. A new frame is one line in the table.
 */

enum format {
	FORMAT_NONE,
	FORMAT_U8,
	FORMAT_BIT0,
	FORMAT_U16,
	FORMAT_S16,
	FORMAT_8_8,   /* signed, / 256 */
	FORMAT_16_16, /* unsigned, / 65536 */
};

enum rule {
	RULE_ALONE,   /* checked alone: a bad one leaves the others */
	RULE_VITAL,   /* a bad one drops the frame: it is not what it looks like */
	RULE_BATTERY, /* believed only beside a plausible battery byte */
};

struct field {
	enum quantity quantity;
	uint8_t at;
	enum format format;
	double scale; /* units per count */
	enum rule rule;
};

enum { MAC_LAST = 0, FIELDS_MAX = 7, MAC_BYTES = 6 };

struct frame {
	uint8_t type;
	uint8_t min;     /* documented length; longer is accepted */
	uint8_t mac_at;  /* MAC_LAST: the last six bytes */
	uint8_t name_at; /* 0: no name */
	struct field fields[FIELDS_MAX];
};

#define BATTERY                                                                                    \
	{                                                                                          \
		QUANTITY_BATTERY, 2, FORMAT_U8, 1, RULE_ALONE                                      \
	}
#define AXES(what, first, format, scale)                                                           \
	{QUANTITY_##what##_X, (first), (format), (scale), RULE_ALONE},                             \
		{QUANTITY_##what##_Y, (first) + 2, (format), (scale), RULE_ALONE},                 \
	{                                                                                          \
		QUANTITY_##what##_Z, (first) + 4, (format), (scale), RULE_ALONE                    \
	}
#define ONE(quantity, at, format)                                                                  \
	{                                                                                          \
		(quantity), (at), (format), 1, RULE_ALONE                                          \
	}

static const struct frame frames[] = {
	{0x01, 13, MAC_LAST, 0,
		{{QUANTITY_TEMPERATURE, 3, FORMAT_8_8, 1, RULE_VITAL},
			ONE(QUANTITY_HUMIDITY, 5, FORMAT_8_8), BATTERY}},
	{0x02, 10, MAC_LAST, 0, {ONE(QUANTITY_LIGHT, 3, FORMAT_BIT0), BATTERY}},
	{0x03, 15, MAC_LAST, 0, {AXES(ACCELERATION, 3, FORMAT_8_8, 1), BATTERY}},
	{0x05, 11, MAC_LAST, 0, {ONE(QUANTITY_ILLUMINANCE, 3, FORMAT_U16), BATTERY}},
	{0x07, 8, 2, 0, {{0}}},
	{0x08, 9, 3, 9, {BATTERY}},
	{0x10, 11, MAC_LAST, 0, {ONE(QUANTITY_WEIGHT, 3, FORMAT_U16), BATTERY}},
	{0x11, 11, MAC_LAST, 0, {ONE(QUANTITY_MOTION, 3, FORMAT_U16), BATTERY}},
	{0x12, 11, MAC_LAST, 0, {ONE(QUANTITY_TVOC, 3, FORMAT_U16), BATTERY}},
	{0x13, 11, MAC_LAST, 0, {{QUANTITY_TEMPERATURE, 3, FORMAT_8_8, 1, RULE_VITAL}, BATTERY}},
	/* 10 mdps a count: 0x9E58 is −250 °/s (the document's text says −2500). */
	{0x15, 20, MAC_LAST, 0,
		{AXES(ACCELERATION, 2, FORMAT_8_8, 1), AXES(ANGULAR_RATE, 8, FORMAT_S16, 0.01)}},
	/* 10 mG a unit. */
	{0x16, 15, MAC_LAST, 0, {AXES(MAGNETIC, 3, FORMAT_8_8, 10), BATTERY}},
	{0x17, 13, MAC_LAST, 0, {ONE(QUANTITY_PRESSURE, 3, FORMAT_16_16), BATTERY}},
	{0x18, 14, MAC_LAST, 0, {ONE(QUANTITY_VIBRATION, 7, FORMAT_U8), BATTERY}},
	/* The document says lumen; the sensor is a bare photoresistor. */
	{0x19, 11, MAC_LAST, 0, {ONE(QUANTITY_ILLUMINANCE, 3, FORMAT_U16), BATTERY}},
	{0x20, 10, MAC_LAST, 0, {{QUANTITY_TAMPER, 3, FORMAT_U8, 1, RULE_BATTERY}, BATTERY}},
	{0x21, 10, MAC_LAST, 0, {{QUANTITY_LEAK, 3, FORMAT_BIT0, 1, RULE_BATTERY}, BATTERY}},
};

static double raw_value(const struct field *field, const uint8_t *p)
{
	p += field->at;
	switch (field->format) {
	case FORMAT_U8:
		return p[0];
	case FORMAT_BIT0:
		return p[0] & 1;
	case FORMAT_U16:
		return ble_u16(p);
	case FORMAT_S16:
		return (int16_t)ble_u16(p);
	case FORMAT_8_8:
		return ble_fixed(p);
	case FORMAT_16_16:
		return ble_u16(p) + ble_u16(p + 2) / 65536.0;
	case FORMAT_NONE:
		break;
	}
	return 0;
}

static double field_value(const struct field *field, const uint8_t *p)
{
	double raw = raw_value(field, p);
	/* Dividing gives the nearest double to the decimal fraction (0.68);
	 * multiplying by 0.01 would not. */
	return field->scale < 1 ? raw / (1 / field->scale) : raw * field->scale;
}

static const struct frame *frame_find(uint8_t type)
{
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		if (frames[i].type == type)
			return &frames[i];
	return NULL;
}

/* Information only: a relay or a cloned configuration; the row's MAC rules. */
static void check_mac(struct row *row, const struct frame *frame, const uint8_t *p, size_t len)
{
	static const uint8_t blank[MAC_BYTES];
	const uint8_t *at = frame->mac_at == MAC_LAST ? p + len - MAC_BYTES : p + frame->mac_at;
	char mac[TAG_SIZE];
	if (memcmp(at, blank, sizeof blank) == 0)
		return;
	ble_mac(mac, at, true);
	if (strcmp(mac, row->base->tag) != 0)
		row_refuse(row, REFUSED_MAC_MISMATCH, "%s says %s", row->frame, mac);
}

static void read_fields(struct row *row, const struct frame *frame, const uint8_t *p)
{
	bool battery_plausible = row_possible(QUANTITY_BATTERY, p[2]);
	for (int i = 0; i < FIELDS_MAX && frame->fields[i].format != FORMAT_NONE; i++) {
		const struct field *field = &frame->fields[i];
		if (field->rule == RULE_BATTERY && !battery_plausible)
			continue;
		bool sent = row_reading(row, field->quantity, field_value(field, p));
		if (!sent && field->rule == RULE_VITAL)
			return;
	}
}

void ble_minew(struct row *row, const uint8_t *p, size_t len)
{
	if (len < 2) {
		row_refuse(row, REFUSED_SHORT_FRAME, "ffe1 len %zu", len);
		return;
	}
	row_frame(row, "ffe1:%02x:%02x", p[0], p[1]);
	const struct frame *frame = p[0] == 0xA1 ? frame_find(p[1]) : NULL;
	if (frame == NULL) {
		row_refuse(row, REFUSED_UNKNOWN_FRAME, "%s len %zu", row->frame, len);
		return;
	}
	if (len < frame->min) {
		row_refuse(
			row, REFUSED_SHORT_FRAME, "%s len %zu of %d", row->frame, len, frame->min);
		return;
	}
	check_mac(row, frame, p, len);
	read_fields(row, frame, p);
	if (frame->name_at != 0)
		row_name(row, (const char *)p + frame->name_at, len - frame->name_at);
}
