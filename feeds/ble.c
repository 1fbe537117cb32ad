/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble.h"

#include <string.h>

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

void ble_digits(char *out, const uint8_t *bytes, int count, int step)
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
	ble_digits(out, reversed ? bytes + 5 : bytes, 6, reversed ? -1 : 1);
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

/* ---- frames ---- */

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
	struct decoded d = row_record(row, DECODED_BEACON);
	memset(&d.beacon, 0, sizeof d.beacon);
	d.beacon.format = "eddystone_uid";
	ble_digits(d.beacon.uuid, p + 2, 10, 1);
	ble_digits(d.beacon.instance, p + 12, 6, 1);
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
