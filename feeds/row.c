/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/row.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "feeds/ble.h"
#include "twin/text.h"

struct decoded row_record(const struct row *row, enum decoded_kind kind)
{
	struct decoded d = *row->base;
	d.kind = kind;
	memcpy(d.frame, row->frame, sizeof d.frame);
	return d;
}

void row_send(const struct row *row, const struct decoded *d)
{
	row->dc->emit(row->dc->context, d);
}

bool row_wanted(const struct row *row)
{
	const struct decode_context *dc = row->dc;
	return dc->wanted == NULL || dc->wanted(dc->context, row->base->tag);
}

void row_sighting(struct row *row)
{
	if (row->sighted)
		return;
	row->sighted = true;
	if (row->base->rssi_dbm == 0)
		return;
	struct decoded d = row_record(row, DECODED_SIGHTING);
	row_send(row, &d);
}

void row_frame(struct row *row, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(row->frame, sizeof row->frame, format, args);
	va_end(args);
	row_sighting(row);
}

/* The physical range of each quantity; anything else is a broken sensor or a
 * frame that is not what it looks like. Temperature, humidity, battery and
 * acceleration: feeds reference 2.2; the rest follows from the encoding. */
static const struct range {
	double low, high;
} ranges[QUANTITY_COUNT] = {
	[QUANTITY_TEMPERATURE] = {-60, 120},
	[QUANTITY_HUMIDITY] = {0, 100},
	[QUANTITY_BATTERY] = {0, 100},
	[QUANTITY_VOLTAGE] = {1, 6553500},
	[QUANTITY_ACCELERATION_X] = {-16, 16},
	[QUANTITY_ACCELERATION_Y] = {-16, 16},
	[QUANTITY_ACCELERATION_Z] = {-16, 16},
	[QUANTITY_ANGULAR_RATE_X] = {-400, 400},
	[QUANTITY_ANGULAR_RATE_Y] = {-400, 400},
	[QUANTITY_ANGULAR_RATE_Z] = {-400, 400},
	[QUANTITY_MAGNETIC_X] = {-1280, 1280},
	[QUANTITY_MAGNETIC_Y] = {-1280, 1280},
	[QUANTITY_MAGNETIC_Z] = {-1280, 1280},
	[QUANTITY_ILLUMINANCE] = {0, 200000},
	[QUANTITY_PRESSURE] = {200, 1300},
	[QUANTITY_WEIGHT] = {0, 655350},
	[QUANTITY_TVOC] = {0, 65535},
	[QUANTITY_LIGHT] = {0, 1},
	[QUANTITY_MOTION] = {0, 1},
	[QUANTITY_TAMPER] = {0, 1},
	[QUANTITY_LEAK] = {0, 1},
	[QUANTITY_VIBRATION] = {0, 1},
	[QUANTITY_CO2] = {0, 65535},
	[QUANTITY_PEOPLE] = {0, 65535},
	[QUANTITY_ENTRIES] = {0, 65535},
	[QUANTITY_EXITS] = {0, 65535},
	[QUANTITY_DISTANCE] = {0, 6553500},
	[QUANTITY_DOOR] = {0, 1},
	[QUANTITY_OCCUPANCY] = {0, 1},
	[QUANTITY_OPENING] = {0, 1},
	[QUANTITY_BUTTON] = {0, 255},
	[QUANTITY_BATTERY_LOW] = {0, 1},
};

bool row_possible(enum quantity quantity, double value)
{
	/* Written so that a NaN is not possible either. */
	return value >= ranges[quantity].low && value <= ranges[quantity].high;
}

bool row_reading(struct row *row, enum quantity quantity, double value)
{
	if (!row_possible(quantity, value)) {
		row_refuse(row, REFUSED_BAD_VALUE, "%s %s %.6g", row->frame,
			quantity_name(quantity), value);
		return false;
	}
	row_sighting(row);
	struct decoded d = row_record(row, DECODED_READING);
	d.reading.quantity = quantity;
	d.reading.value = value;
	row_send(row, &d);
	return true;
}

void row_name(struct row *row, const char *text, size_t len)
{
	struct decoded d = row_record(row, DECODED_NAME);
	text_neutralise(d.name.name, sizeof d.name.name, text, len);
	if (d.name.name[0] == '\0')
		return;
	row_sighting(row);
	row_send(row, &d);
}

void row_refuse(struct row *row, enum refusal reason, const char *format, ...)
{
	char text[2 * LABEL_SIZE];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	row_sighting(row);
	struct decoded d = row_record(row, DECODED_REFUSED);
	d.refused.reason = reason;
	text_neutralise(d.refused.detail, sizeof d.refused.detail, text, strlen(text));
	row_send(row, &d);
}

void decode_refuse(const struct decode_context *dc, const char *gateway, enum refusal reason,
	const char *format, ...)
{
	char text[2 * LABEL_SIZE];
	struct decoded d = {.kind = DECODED_REFUSED};
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	text_copy(d.gateway, sizeof d.gateway, gateway);
	d.refused.reason = reason;
	text_neutralise(d.refused.detail, sizeof d.refused.detail, text, strlen(text));
	dc->emit(dc->context, &d);
}

/* ---- beacons ---- */

void row_ibeacon(struct row *row, const uint8_t bytes[21])
{
	static const int dashes[] = {4, 6, 8, 10, 16};
	struct decoded d = row_record(row, DECODED_BEACON);
	memset(&d.beacon, 0, sizeof d.beacon);
	char *out = d.beacon.uuid;
	int from = 0;
	for (size_t i = 0; i < sizeof dashes / sizeof *dashes; from = dashes[i++]) {
		if (from > 0)
			*out++ = '-';
		ble_digits(out, bytes + from, dashes[i] - from, 1);
		out += 2 * (dashes[i] - from);
	}
	d.beacon.format = "ibeacon";
	d.beacon.major = (int)ble_u16(bytes + 16);
	d.beacon.minor = (int)ble_u16(bytes + 18);
	d.beacon.power_dbm = (int8_t)bytes[20] < 0 ? (int8_t)bytes[20] : 0;
	row_sighting(row);
	row_send(row, &d);
	/* Cheap clones put battery volts × 10 where the power belongs
	 * (theengs/decoder, tests/BLE/test_ble.cpp); 0 is simply not set. */
	if ((int8_t)bytes[20] > 0)
		row_reading(row, QUANTITY_VOLTAGE, bytes[20] * 100.0);
}

/* ---- presses ---- */

static bool pattern_at(const struct signature *s, const uint8_t *bytes)
{
	for (int i = 0; i < s->length; i++)
		if ((bytes[i] ^ s->pattern[i]) & s->mask[i])
			return false;
	return true;
}

static bool pattern_in(const struct signature *s, const uint8_t *bytes, size_t len)
{
	if (s->length <= 0 || s->length > PATTERN_MAX)
		return false;
	for (size_t at = 0; at + (size_t)s->length <= len; at++)
		if (pattern_at(s, bytes + at))
			return true;
	return false;
}

/* A signature bound to a model speaks only for the site's tags of that model:
 * the same always-on iBeacon may hang on a neighbour's wall. */
bool row_press_applies(const struct site *site, const struct signature *s, const char *mac)
{
	if (s->model[0] == '\0' || mac[0] == '\0')
		return true;
	int tag = site_tag(site, mac);
	return tag >= 0 && strcmp(site->tags[tag].model, s->model) == 0;
}

void row_presses(struct row *row, const uint8_t *bytes, size_t len)
{
	const struct site *site = row->dc->site;
	for (int i = 0; site != NULL && i < site->signature_count; i++) {
		const struct signature *s = &site->signatures[i];
		if (!pattern_in(s, bytes, len) || !row_press_applies(site, s, row->base->tag))
			continue;
		row_sighting(row);
		struct decoded d = row_record(row, DECODED_PRESS);
		d.press.signature = s->id;
		d.press.index = i;
		row_send(row, &d);
	}
}
