/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble_fields.h"

#include <string.h>

#include "feeds/ble.h"

static double raw_value(const struct field *field, const uint8_t *p)
{
	p += field->at;
	switch (field->format) {
	case FIELD_U8:
		return p[0];
	case FIELD_BITS:
		return (p[0] & field->mask) != 0;
	case FIELD_PART:
		return p[0] & field->mask;
	case FIELD_U16:
		return ble_u16(p);
	case FIELD_U16_LE:
		return (unsigned)p[1] << 8 | p[0];
	case FIELD_S16:
		return (int16_t)ble_u16(p);
	case FIELD_8_8:
		return ble_fixed(p);
	case FIELD_16_16:
		return ble_u16(p) + ble_u16(p + 2) / 65536.0;
	case FIELD_END:
		break;
	}
	return 0;
}

static double scaled(double raw, double scale)
{
	/* Dividing gives the nearest double to the decimal fraction (0.68);
	 * multiplying by 0.01 would not. */
	return scale < 1 ? raw / (1 / scale) : raw * scale;
}

static int count(const struct field *fields)
{
	int n = 0;
	while (n < FIELDS_MAX && fields[n].format != FIELD_END)
		n++;
	return n;
}

static bool battery_plausible(const struct field *fields, int n, const uint8_t *p)
{
	for (int i = 0; i < n; i++)
		if (fields[i].quantity == QUANTITY_BATTERY)
			return row_possible(QUANTITY_BATTERY, p[fields[i].at]);
	return true;
}

void ble_fields(struct row *row, const struct field fields[FIELDS_MAX], const uint8_t *p)
{
	int n = count(fields);
	bool believed = battery_plausible(fields, n, p);
	for (int i = 0; i < n; i++) {
		const struct field *field = &fields[i];
		if (field->rule == FIELD_WITH_BATTERY && !believed)
			continue;
		double raw = raw_value(field, p);
		double value = field->scale > 0 ? scaled(raw, field->scale) : raw;
		if (!row_reading(row, field->quantity, value) && field->rule == FIELD_VITAL)
			return;
	}
}

void ble_check_mac(struct row *row, const uint8_t bytes[6], bool reversed)
{
	static const uint8_t blank[6];
	char mac[TAG_SIZE];
	if (memcmp(bytes, blank, sizeof blank) == 0)
		return;
	ble_mac(mac, bytes, reversed);
	if (strcmp(mac, row->base->tag) != 0)
		row_refuse(row, REFUSED_MAC_MISMATCH, "%s says %s", row->frame, mac);
}
