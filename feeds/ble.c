/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/*
 * Advertisements: [length][type][data…] repeated (Bluetooth Core 5.3, vol 3,
 * part C, 11). iBeacon and Eddystone layouts: feeds reference 2.5, after
 * Apple's and Google's published frame formats.
 */

enum {
	AD_UUIDS_SOME = 0x02,
	AD_UUIDS_ALL = 0x03,
	AD_NAME_SHORT = 0x08,
	AD_NAME = 0x09,
	AD_SERVICE = 0x16,
	AD_MAKER = 0xFF
};

enum { UUID_EDDYSTONE = 0xFEAA, UUID_MINEW = 0xFFE1, UUID_FFF1 = 0xFFF1, MAKER_APPLE = 0x004C };

/* Attenuation over the first metre: Eddystone gives its power at 0 m, iBeacon
 * at 1 m (Eddystone protocol specification, "Tx Power"). */
enum { FIRST_METRE_DB = 41 };

/* ---- what a row can say ---- */

static struct decoded record_of(const struct row *row, enum decoded_kind kind)
{
	struct decoded d = *row->base;
	d.kind = kind;
	memcpy(d.frame, row->frame, sizeof d.frame);
	return d;
}

static void row_send(const struct row *row, const struct decoded *d)
{
	row->dc->emit(row->dc->context, d);
}

void row_sighting(struct row *row)
{
	if (row->sighted)
		return;
	row->sighted = true;
	if (row->base->rssi_dbm == 0)
		return;
	struct decoded d = record_of(row, DECODED_SIGHTING);
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
	[QUANTITY_VOLTAGE] = {1, 65535},
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
	[QUANTITY_WEIGHT] = {0, 65535},
	[QUANTITY_TVOC] = {0, 65535},
	[QUANTITY_LIGHT] = {0, 1},
	[QUANTITY_MOTION] = {0, 1},
	[QUANTITY_TAMPER] = {0, 1},
	[QUANTITY_LEAK] = {0, 1},
	[QUANTITY_VIBRATION] = {0, 1},
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
	struct decoded d = record_of(row, DECODED_READING);
	d.reading.quantity = quantity;
	d.reading.value = value;
	row_send(row, &d);
	return true;
}

void row_name(struct row *row, const char *text, size_t len)
{
	struct decoded d = record_of(row, DECODED_NAME);
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
	struct decoded d = record_of(row, DECODED_REFUSED);
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

/* ---- bytes ---- */

static void hex_text(char *out, const uint8_t *bytes, int count, int step)
{
	static const char digits[] = "0123456789ABCDEF";
	for (int i = 0; i < count; i++, bytes += step) {
		*out++ = digits[*bytes >> 4];
		*out++ = digits[*bytes & 15];
	}
	*out = '\0';
}

void ble_mac(char out[TAG_SIZE], const uint8_t *bytes, bool reversed)
{
	hex_text(out, reversed ? bytes + 5 : bytes, 6, reversed ? -1 : 1);
}

int ble_nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

long ble_hex(uint8_t *out, size_t size, const char *hex, size_t digits)
{
	if (digits % 2 != 0 || digits / 2 > size)
		return -1;
	for (size_t i = 0; i < digits; i += 2) {
		int high = ble_nibble(hex[i]);
		int low = ble_nibble(hex[i + 1]);
		if (high < 0 || low < 0)
			return -1;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return (long)(digits / 2);
}

unsigned ble_u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

double ble_fixed(const uint8_t *p)
{
	return (int16_t)ble_u16(p) / 256.0;
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
		struct decoded d = record_of(row, DECODED_PRESS);
		d.press.signature = s->id;
		d.press.index = i;
		row_send(row, &d);
	}
}

/* ---- frames ---- */

void row_ibeacon(struct row *row, const uint8_t bytes[21])
{
	static const int dashes[] = {4, 6, 8, 10, 16};
	struct decoded d = record_of(row, DECODED_BEACON);
	char *out = d.beacon.uuid;
	int from = 0;
	for (size_t i = 0; i < sizeof dashes / sizeof *dashes; from = dashes[i++]) {
		if (from > 0)
			*out++ = '-';
		hex_text(out, bytes + from, dashes[i] - from, 1);
		out += 2 * (dashes[i] - from);
	}
	d.beacon.format = "ibeacon";
	d.beacon.instance[0] = '\0';
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

static void apple_ibeacon(struct row *row, const uint8_t *p, size_t len)
{
	row_frame(row, "ibeacon");
	if (len < 2 + 21)
		row_refuse(row, REFUSED_SHORT_FRAME, "ibeacon len %zu", len);
	else
		row_ibeacon(row, p + 2);
}

static void eddystone_uid(struct row *row, const uint8_t *p, size_t len)
{
	(void)len;
	struct decoded d = record_of(row, DECODED_BEACON);
	memset(&d.beacon, 0, sizeof d.beacon);
	d.beacon.format = "eddystone_uid";
	hex_text(d.beacon.uuid, p + 2, 10, 1);
	hex_text(d.beacon.instance, p + 12, 6, 1);
	d.beacon.power_dbm = (int8_t)p[1] - FIRST_METRE_DB;
	row_send(row, &d);
}

static void eddystone_tlm(struct row *row, const uint8_t *p, size_t len)
{
	(void)len;
	if (p[1] != 0x00) /* version 1 is encrypted: identity only */
		return;
	if (ble_u16(p + 2) != 0)
		row_reading(row, QUANTITY_VOLTAGE, ble_u16(p + 2));
	if (ble_u16(p + 4) != 0x8000)
		row_reading(row, QUANTITY_TEMPERATURE, ble_fixed(p + 4));
}

static const struct eddystone {
	uint8_t type;
	uint8_t min; /* bytes from the type, as documented */
	const char *name;
	void (*read)(struct row *row, const uint8_t *p, size_t len); /* NULL: identity only */
} eddystones[] = {
	{0x00, 18, "eddystone:uid", eddystone_uid}, /* Minew leaves out the 2 RFU bytes */
	{0x10, 3, "eddystone:url", NULL},
	{0x20, 14, "eddystone:tlm", eddystone_tlm},
	{0x30, 10, "eddystone:eid", NULL},
};

static void eddystone(struct row *row, const uint8_t *p, size_t len)
{
	for (size_t i = 0; len > 0 && i < sizeof eddystones / sizeof *eddystones; i++) {
		const struct eddystone *e = &eddystones[i];
		if (e->type != p[0])
			continue;
		row_frame(row, "%s", e->name);
		if (len < e->min)
			row_refuse(row, REFUSED_SHORT_FRAME, "%s len %zu", e->name, len);
		else if (e->read != NULL)
			e->read(row, p, len);
		return;
	}
	row_frame(row, "eddystone:%02x", len > 0 ? p[0] : 0);
	row_refuse(row, REFUSED_UNKNOWN_FRAME, "%s len %zu", row->frame, len);
}

/* Minew's fake iBeacon has no service UUID of its own: the UUID begins where
 * it should be; told by its length and the 0xFFF1 in the list before it. */
static bool fake_ibeacon(struct row *row, const uint8_t *data, size_t len)
{
	if (!row->fff1 || len != 22)
		return false;
	row_frame(row, "ibeacon:fake");
	row_ibeacon(row, data);
	row_reading(row, QUANTITY_BATTERY, data[21]);
	return true;
}

static void service(struct row *row, const uint8_t *data, size_t len)
{
	if (len < 2) {
		row_refuse(row, REFUSED_SHORT_FRAME, "service data len %zu", len);
		return;
	}
	unsigned uuid = (unsigned)data[1] << 8 | data[0];
	if (uuid == UUID_MINEW) {
		ble_minew(row, data + 2, len - 2);
	} else if (uuid == UUID_EDDYSTONE) {
		eddystone(row, data + 2, len - 2);
	} else if (!fake_ibeacon(row, data, len)) {
		row_frame(row, "svc:%04x", uuid);
		row_refuse(row, REFUSED_UNKNOWN_FRAME, "%s len %zu", row->frame, len - 2);
	}
}

static void maker(struct row *row, const uint8_t *data, size_t len)
{
	if (len < 2) {
		row_refuse(row, REFUSED_SHORT_FRAME, "manufacturer data len %zu", len);
		return;
	}
	unsigned company = (unsigned)data[1] << 8 | data[0];
	data += 2;
	len -= 2;
	if (company == MAKER_APPLE && len >= 2 && data[0] == 0x02 && data[1] == 0x15) {
		apple_ibeacon(row, data, len);
		return;
	}
	/* The first byte tells a maker's frames apart. */
	if (len > 0)
		row_frame(row, "mfg:%04x:%02x", company, data[0]);
	else
		row_frame(row, "mfg:%04x", company);
	row_refuse(row, REFUSED_UNKNOWN_FRAME, "%s len %zu", row->frame, len);
}

static void uuid_list(struct row *row, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 2 <= len; i += 2)
		if (((unsigned)data[i + 1] << 8 | data[i]) == UUID_FFF1)
			row->fff1 = true;
}

static void local_name(struct row *row, const uint8_t *data, size_t len)
{
	row_name(row, (const char *)data, len);
}

static const struct structure {
	uint8_t type;
	void (*read)(struct row *row, const uint8_t *data, size_t len);
} structures[] = {
	{AD_UUIDS_SOME, uuid_list},
	{AD_UUIDS_ALL, uuid_list},
	{AD_NAME_SHORT, local_name},
	{AD_NAME, local_name},
	{AD_SERVICE, service},
	{AD_MAKER, maker},
};

void ble_walk(struct row *row, const uint8_t *ad, size_t len)
{
	size_t at = 0;
	while (at < len && ad[at] != 0) {
		size_t n = ad[at];
		if (at + 1 + n > len) {
			row_refuse(row, REFUSED_TRUNCATED, "structure at %zu says %zu, has %zu", at,
				n, len - at - 1);
			break;
		}
		for (size_t i = 0; i < sizeof structures / sizeof *structures; i++)
			if (structures[i].type == ad[at + 1])
				structures[i].read(row, ad + at + 2, n - 1);
		at += 1 + n;
	}
	/* Also what a broken structure hides may be a call for help. */
	row_presses(row, ad, len);
}

void ble_decode(
	const struct decode_context *dc, const struct decoded *base, const uint8_t *ad, size_t len)
{
	struct row row = {.dc = dc, .base = base};
	ble_walk(&row, ad, len);
	row_sighting(&row);
}
