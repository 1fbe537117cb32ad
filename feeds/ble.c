/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble.h"

#include <string.h>

#include "twin/text.h"

/*
 * Advertisements: [length][type][data…] repeated (Bluetooth Core 5.3, vol 3,
 * part C, 11). Who reads service data and manufacturer data, by UUID and
 * company.
 */

enum {
	AD_UUIDS_SOME = 0x02,
	AD_UUIDS_ALL = 0x03,
	AD_NAME_SHORT = 0x08,
	AD_NAME = 0x09,
	AD_SERVICE = 0x16,
	AD_MAKER = 0xFF
};

enum { UUID_FFF1 = 0xFFF1, FAKE_IBEACON = 22 };

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

long ble_hex(uint8_t *out, size_t size, const char *hex, size_t digits)
{
	if (digits % 2 != 0 || digits / 2 > size)
		return -1;
	for (size_t i = 0; i < digits; i += 2) {
		int high = text_hex(hex[i]);
		int low = text_hex(hex[i + 1]);
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

typedef void read_frame(struct row *row, const uint8_t *p, size_t len);

static const struct reader {
	unsigned id;
	read_frame *read;
} services[] =
	{
		{0xFFE1, ble_minew},
		{0xFEAA, ble_eddystone},
		{0xFCD2, ble_bthome},
		{UUID_FFF1, ble_fff1},
},
  makers[] = {
	  {0x0639, ble_connect},
	  {0x004C, ble_apple},
};

static read_frame *reader(const struct reader *list, size_t count, unsigned id)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].id == id)
			return list[i].read;
	return NULL;
}

static void service(struct row *row, const uint8_t *data, size_t len)
{
	if (len < 2) {
		row_refuse(row, REFUSED_SHORT_FRAME, "service data len %zu", len);
		return;
	}
	unsigned uuid = (unsigned)data[1] << 8 | data[0];
	read_frame *read = reader(services, sizeof services / sizeof *services, uuid);
	/* Minew's fake iBeacon has no service UUID of its own: the UUID begins where
	 * it should be; told by its length and the 0xFFF1 in the list before it. */
	if (row->fff1 && len == FAKE_IBEACON) {
		ble_fake_ibeacon(row, data);
	} else if (read != NULL) {
		read(row, data + 2, len - 2);
	} else {
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
	read_frame *read = reader(makers, sizeof makers / sizeof *makers, company);
	if (read != NULL)
		read(row, data + 2, len - 2);
	else
		ble_unknown_maker(row, company, data + 2, len - 2);
}

static void uuid_list(struct row *row, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 2 <= len; i += 2)
		if (((unsigned)data[i + 1] << 8 | data[i]) == UUID_FFF1)
			row->fff1 = true;
}

/* Kept until the frames have been read: the sighting bears a frame's name. */
static void local_name(struct row *row, const uint8_t *data, size_t len)
{
	row->name = (const char *)data;
	row->name_len = len;
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

static void walk(struct row *row, const uint8_t *ad, size_t len)
{
	size_t at = 0;
	if (row->dc->advert != NULL)
		row->dc->advert(row->dc->context, row->base, ad, len);
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
	if (row->name != NULL)
		row_name(row, row->name, row->name_len);
	row->name = NULL;
}

void ble_walk(struct row *row, const uint8_t *ad, size_t len)
{
	if (row_wanted(row))
		walk(row, ad, len);
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
