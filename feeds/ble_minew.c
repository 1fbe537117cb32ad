/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble.h"
#include "feeds/ble_fields.h"

/*
 * Minew's service data 0xFFE1. Source: MINEW BeaconPlus Frame Definition V005
 * (2025-03-21); frames 02 and 21 after reelyactive/advlib-ble-services. Offsets
 * count from the A1 byte. A new frame is one line in the table.
 */

enum { MAC_LAST = 0, MAC_BYTES = 6 };

#define BATTERY           FIELD(BATTERY, 2, FIELD_U8)
#define VITAL_TEMPERATURE FIELD_CAREFUL(TEMPERATURE, 3, FIELD_8_8, FIELD_VITAL, 0)

static const struct frame {
	uint8_t type;
	uint8_t min;     /* documented length; longer is accepted */
	uint8_t mac_at;  /* MAC_LAST: the last six bytes */
	uint8_t name_at; /* 0: no name */
	struct field fields[FIELDS_MAX];
} frames[] = {
	{0x01, 13, MAC_LAST, 0, {VITAL_TEMPERATURE, FIELD(HUMIDITY, 5, FIELD_8_8), BATTERY}},
	/* Visible light or anti-removal, by model: the bit as it is. */
	{0x02, 10, MAC_LAST, 0, {FIELD_FLAG(LIGHT, 3, 0x01), BATTERY}},
	{0x03, 15, MAC_LAST, 0, {FIELD_AXES(ACCELERATION, 3, FIELD_8_8, 1), BATTERY}},
	{0x05, 11, MAC_LAST, 0, {FIELD(ILLUMINANCE, 3, FIELD_U16), BATTERY}},
	{0x07, 8, 2, 0, {{0}}},
	{0x08, 9, 3, 9, {BATTERY}},
	{0x10, 11, MAC_LAST, 0, {FIELD(WEIGHT, 3, FIELD_U16), BATTERY}},
	/* The bit as it is; that the slot appeared is a rule of the site. */
	{0x11, 11, MAC_LAST, 0, {FIELD(MOTION, 3, FIELD_U16), BATTERY}},
	{0x12, 11, MAC_LAST, 0, {FIELD(TVOC, 3, FIELD_U16), BATTERY}},
	{0x13, 11, MAC_LAST, 0, {VITAL_TEMPERATURE, BATTERY}},
	/* 10 mdps a count: 0x9E58 is −250 °/s (the document's text says −2500). */
	{0x15, 20, MAC_LAST, 0,
		{FIELD_AXES(ACCELERATION, 2, FIELD_8_8, 1),
			FIELD_AXES(ANGULAR_RATE, 8, FIELD_S16, 0.01)}},
	/* 10 mG a unit. */
	{0x16, 15, MAC_LAST, 0, {FIELD_AXES(MAGNETIC, 3, FIELD_8_8, 10), BATTERY}},
	{0x17, 13, MAC_LAST, 0, {FIELD(PRESSURE, 3, FIELD_16_16), BATTERY}},
	{0x18, 14, MAC_LAST, 0, {FIELD(VIBRATION, 7, FIELD_U8), BATTERY}},
	/* The document says lumen; the sensor is a bare photoresistor. */
	{0x19, 11, MAC_LAST, 0, {FIELD(ILLUMINANCE, 3, FIELD_U16), BATTERY}},
	{0x20, 10, MAC_LAST, 0,
		{FIELD_CAREFUL(TAMPER, 3, FIELD_U8, FIELD_WITH_BATTERY, 0), BATTERY}},
	{0x21, 10, MAC_LAST, 0,
		{FIELD_CAREFUL(LEAK, 3, FIELD_BITS, FIELD_WITH_BATTERY, 0x01), BATTERY}},
};

static const struct frame *frame_find(uint8_t type)
{
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		if (frames[i].type == type)
			return &frames[i];
	return NULL;
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
	ble_check_mac(
		row, frame->mac_at == MAC_LAST ? p + len - MAC_BYTES : p + frame->mac_at, true);
	ble_fields(row, frame->fields, p);
	if (frame->name_at != 0)
		row_name(row, (const char *)p + frame->name_at, len - frame->name_at);
}
