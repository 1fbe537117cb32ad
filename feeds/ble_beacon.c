/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble.h"
#include "feeds/ble_fields.h"

#include <string.h>

#include "twin/text.h"

/*
 * Frames that say who is there: iBeacon and its imitations, Eddystone. Layouts
 * after Apple's and Google's published frame formats, Minew's BeaconPlus Frame
 * Definition V005 (fake iBeacon) and a capture (0xFFF1).
 */

enum { MAKER_APPLE = 0x004C };

/* Attenuation over the first metre: Eddystone gives its power at 0 m, iBeacon
 * at 1 m (Eddystone protocol specification, "Tx Power"). */
enum { FIRST_METRE_DB = 41 };

/* ---- iBeacon and its imitations ---- */

void ble_unknown_maker(struct row *row, unsigned company, const uint8_t *p, size_t len)
{
	/* The first byte tells a maker's frames apart. */
	if (len > 0)
		row_frame(row, "mfg:%04x:%02x", company, p[0]);
	else
		row_frame(row, "mfg:%04x", company);
	row_refuse(row, REFUSED_UNKNOWN_FRAME, "%s len %zu", row->frame, len);
}

void ble_apple(struct row *row, const uint8_t *p, size_t len)
{
	if (len < 2 || p[0] != 0x02 || p[1] != 0x15) {
		ble_unknown_maker(row, MAKER_APPLE, p, len);
		return;
	}
	row_frame(row, "ibeacon");
	if (len < 2 + 21)
		row_refuse(row, REFUSED_SHORT_FRAME, "ibeacon len %zu", len);
	else
		row_ibeacon(row, p + 2);
}

void ble_fake_ibeacon(struct row *row, const uint8_t data[22])
{
	row_frame(row, "ibeacon:fake");
	row_ibeacon(row, data);
	row_reading(row, QUANTITY_BATTERY, data[21]);
}

/* A scan response of other vendors' beacons: battery, major, minor, and the
 * MAC with the high byte first. */
void ble_fff1(struct row *row, const uint8_t *p, size_t len)
{
	enum { AT_MAJOR = 1, AT_MINOR = 3, AT_MAC = 5, FFF1_BYTES = 11 };
	row_frame(row, "fff1");
	if (len != FFF1_BYTES) {
		row_refuse(row, REFUSED_UNKNOWN_FRAME, "fff1 len %zu", len);
		return;
	}
	ble_check_mac(row, p + AT_MAC, false);
	struct decoded d = row_record(row, DECODED_BEACON);
	memset(&d.beacon, 0, sizeof d.beacon);
	d.beacon.format = "fff1";
	d.beacon.major = (int)ble_u16(p + AT_MAJOR);
	d.beacon.minor = (int)ble_u16(p + AT_MINOR);
	row_send(row, &d);
	row_reading(row, QUANTITY_BATTERY, p[0]);
}

/* ---- Eddystone ---- */

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

/* Eddystone-URL: a byte for the scheme, then text in which the lowest codes
 * stand for the usual endings. */
static const char *const schemes[] = {"http://www.", "https://www.", "http://", "https://"};
static const char *const endings[] = {".com/", ".org/", ".edu/", ".net/", ".info/", ".biz/",
	".gov/", ".com", ".org", ".edu", ".net", ".info", ".biz", ".gov"};
enum {
	SCHEMES = sizeof schemes / sizeof *schemes,
	ENDINGS = sizeof endings / sizeof *endings,
	ENDING_MAX = 6
};

/* Returns the length, 0 when a byte stands for nothing or there are too many. */
static size_t url_text(char *out, size_t size, const uint8_t *p, size_t len)
{
	if (p[0] >= SCHEMES)
		return 0;
	size_t n = strlen(schemes[p[0]]);
	memcpy(out, schemes[p[0]], n);
	for (size_t i = 1; i < len; i++) {
		if (n + ENDING_MAX > size || (p[i] >= ENDINGS && (p[i] <= ' ' || p[i] >= 0x7F)))
			return 0;
		if (p[i] < ENDINGS) {
			size_t added = strlen(endings[p[i]]);
			memcpy(out + n, endings[p[i]], added);
			n += added;
		} else {
			out[n++] = (char)p[i];
		}
	}
	return n;
}

static void eddystone_url(struct row *row, const uint8_t *p, size_t len)
{
	char text[LABEL_SIZE];
	struct decoded d = row_record(row, DECODED_BEACON);
	memset(&d.beacon, 0, sizeof d.beacon);
	size_t n = url_text(text, sizeof text, p + 2, len - 2);
	if (n == 0) {
		row_refuse(row, REFUSED_BAD_VALUE, "%s len %zu", row->frame, len);
		return;
	}
	d.beacon.format = "eddystone_url";
	text_neutralise(d.beacon.url, sizeof d.beacon.url, text, n);
	d.beacon.power_dbm = (int8_t)p[1] - FIRST_METRE_DB;
	row_send(row, &d);
}

static void eddystone_tlm(struct row *row, const uint8_t *p, size_t len)
{
	enum { VERSION_PLAIN = 0x00, VERSION_ENCRYPTED = 0x01, NO_TEMPERATURE = 0x8000 };
	(void)len;
	if (p[1] != VERSION_PLAIN) {
		if (p[1] != VERSION_ENCRYPTED) /* that one identifies the tag, no more */
			row_refuse(row, REFUSED_UNKNOWN_FRAME, "%s version %02x", row->frame, p[1]);
		return;
	}
	bool warm = ble_u16(p + 4) != NO_TEMPERATURE;
	double temperature = ble_fixed(p + 4);
	/* An impossible temperature drops the frame, as everywhere. */
	if (warm && !row_possible(QUANTITY_TEMPERATURE, temperature)) {
		row_reading(row, QUANTITY_TEMPERATURE, temperature);
		return;
	}
	if (ble_u16(p + 2) != 0)
		row_reading(row, QUANTITY_VOLTAGE, ble_u16(p + 2));
	if (warm)
		row_reading(row, QUANTITY_TEMPERATURE, temperature);
}

static const struct eddystone {
	uint8_t type;
	uint8_t min; /* bytes from the type, as documented */
	const char *name;
	void (*read)(struct row *row, const uint8_t *p, size_t len); /* NULL: identity only */
} eddystones[] = {
	{0x00, 18, "eddystone:uid", eddystone_uid}, /* Minew leaves out the 2 RFU bytes */
	{0x10, 3, "eddystone:url", eddystone_url},
	{0x20, 14, "eddystone:tlm", eddystone_tlm},
	{0x30, 10, "eddystone:eid", NULL},
};

void ble_eddystone(struct row *row, const uint8_t *p, size_t len)
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
