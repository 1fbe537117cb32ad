/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble.h"
#include "feeds/ble_fields.h"

#include <string.h>

/*
 * Minew's manufacturer data, company 0x0639: S3, S4, MSE, and the Connect V3
 * frames that begin with CA. Layouts after reelyactive/advlib-ble-manufacturers
 * (lib/minew.js, README.md); offsets count from the byte after the company. A
 * new frame is one line in the table; "any" matches every byte.
 */

enum { ANY = -1, NO_MAC = 0 };

static void combination(struct row *row, const uint8_t *p, size_t len);
static void climate(struct row *row, const uint8_t *p, size_t len);
static void energy(struct row *row, const uint8_t *p, size_t len);
static void sealed(struct row *row, const uint8_t *p, size_t len);

#define BATTERY(at)     FIELD(BATTERY, (at), FIELD_U8)
#define TEMPERATURE(at) FIELD_CAREFUL(TEMPERATURE, (at), FIELD_8_8, FIELD_VITAL, 0)
#define TAMPER(at)      FIELD_CAREFUL(TAMPER, (at), FIELD_BITS, FIELD_WITH_BATTERY, 0xFF)

static const struct frame {
	uint8_t type;
	int16_t version; /* the second byte, ANY */
	int16_t part;    /* the third, ANY */
	uint8_t min;     /* documented length; longer is accepted */
	uint8_t mac_at;  /* NO_MAC: the row's is all there is */
	struct field fields[FIELDS_MAX];
	void (*more)(struct row *row, const uint8_t *p, size_t len); /* NULL: no more */
} frames[] = {
	{0xA3, 0x01, ANY, 20, 12, {{0}}, NULL}, /* S3 static: versions */
	{0xA3, 0x03, ANY, 16, 7, {TEMPERATURE(3), FIELD(HUMIDITY, 5, FIELD_8_8), BATTERY(2)}, NULL},
	{0xA4, 0x00, ANY, 18, 10, {{0}}, NULL}, /* S4 static: versions */
	/* Byte 5, "trigger", says why this frame was sent: no state of its own. */
	{0xA4, 0x01, ANY, 15, 7, {FIELD_FLAG(DOOR, 3, 0xFF), TAMPER(4), BATTERY(2)}, NULL},
	/* The last two bytes, u16 LE / 4095, are not documented. */
	{0x51, ANY, ANY, 7, NO_MAC,
		{FIELD_FLAG(OPENING, 4, 0x01), FIELD_FLAG(MOTION, 4, 0x02), BATTERY(3)}, energy},
	{0xCA, 0x00, ANY, 24, 2, {BATTERY(8)}, NULL},
	{0xCA, 0x03, ANY, 6, NO_MAC, {{0}}, combination},
	{0xCA, 0x05, ANY, 24, NO_MAC, {{0}}, climate},
	{0xCA, 0x18, 0x00, 24, NO_MAC,
		{FIELD(ENTRIES, 4, FIELD_U16_LE), FIELD(EXITS, 6, FIELD_U16_LE)}, NULL},
	/* Where they stand is in the rest, over several packets: not read. */
	{0xCA, 0x18, 0x01, 24, NO_MAC, {FIELD_CAREFUL(PEOPLE, 4, FIELD_PART, FIELD_ALONE, 0x0F)},
		NULL},
	{0xCA, 0x1B, ANY, 24, NO_MAC, {{0}}, sealed},
	{0xCA, 0x1E, ANY, 24, NO_MAC,
		{FIELD(DISTANCE, 4, FIELD_U16_LE), FIELD_FLAG(OCCUPANCY, 6, 0x04),
			FIELD_FLAG(MOTION, 6, 0x02), FIELD_FLAG(TAMPER, 6, 0x01),
			FIELD_FLAG(BATTERY_LOW, 6, 0x08)},
		NULL},
};

/* ---- frames that are more than fields ---- */

/* Two buttons, told in order: 1 pressed, 0 not. */
static void energy(struct row *row, const uint8_t *p, size_t len)
{
	(void)len;
	row_reading(row, QUANTITY_BUTTON, (p[4] & 0x20) != 0);
	row_reading(row, QUANTITY_BUTTON, (p[4] & 0x40) != 0);
}

/* Temperature, or temperature and humidity, and a name of eight bytes. */
static void climate(struct row *row, const uint8_t *p, size_t len)
{
	static const struct field both[FIELDS_MAX] = {
		TEMPERATURE(5), FIELD(HUMIDITY, 7, FIELD_8_8)};
	static const struct field one[FIELDS_MAX] = {TEMPERATURE(5)};
	enum { AT_INFO = 3, TEMPERATURE_ONLY = 0x02, AT_NAME = 9, NAME_BYTES = 8 };
	const char *name = (const char *)p + AT_NAME;
	(void)len;
	ble_fields(row, p[AT_INFO] & TEMPERATURE_ONLY ? one : both, p);
	row_name(row, name, strnlen(name, NAME_BYTES));
}

/* MTB02. Encrypted, it identifies the tag and no more. */
static void sealed(struct row *row, const uint8_t *p, size_t len)
{
	static const struct field plain[FIELDS_MAX] = {
		TEMPERATURE(14), FIELD(VOLTAGE, 12, FIELD_U16)};
	(void)len;
	if (p[2] & 0x80) {
		row_refuse(row, REFUSED_NO_KEY, "%s is encrypted", row->frame);
		return;
	}
	ble_check_mac(row, p + 6, true);
	ble_fields(row, plain, p);
}

/* MBT02 and other combinations: blocks in any order, then four bytes of which
 * nobody says what they are. */
static const struct block {
	uint8_t id;
	uint8_t size; /* without the id */
	struct field fields[FIELDS_MAX];
} blocks[] = {
	{0x03, 6, {FIELD_AXES(ACCELERATION, 1, FIELD_8_8, 1)}},
	{0x21, 1, {BATTERY(1)}},
	{0x22, 1, {FIELD_FLAG(TAMPER, 1, 0xFF)}},
};
enum { BLOCK_BATTERY = 0x21, BLOCK_TAMPER = 0x22, AT_BLOCKS = 2, TRAILER = 4 };

static const struct block *block_find(uint8_t id)
{
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (blocks[i].id == id)
			return &blocks[i];
	return NULL;
}

/* A tag that cannot tell its battery is not believed about tampering. */
static bool battery_bad(const uint8_t *p, size_t end)
{
	const struct block *b;
	for (size_t at = AT_BLOCKS; at < end; at += 1U + b->size) {
		b = block_find(p[at]);
		if (b == NULL || end - at <= b->size)
			break;
		if (b->id == BLOCK_BATTERY && !row_possible(QUANTITY_BATTERY, p[at + 1]))
			return true;
	}
	return false;
}

static void combination(struct row *row, const uint8_t *p, size_t len)
{
	size_t end = len - TRAILER;
	bool doubtful = battery_bad(p, end);
	const struct block *b;
	for (size_t at = AT_BLOCKS; at < end; at += 1U + b->size) {
		b = block_find(p[at]);
		if (b == NULL || end - at <= b->size) {
			/* How long an unknown block is nobody knows: it ends the walk. */
			row_refuse(row, b == NULL ? REFUSED_UNKNOWN_FRAME : REFUSED_TRUNCATED,
				"%s block %02x len %zu", row->frame, p[at], end - at - 1);
			return;
		}
		if (!(doubtful && b->id == BLOCK_TAMPER))
			ble_fields(row, b->fields, p + at);
	}
}

/* ---- the frame ---- */

static bool matches(const struct frame *f, const uint8_t *p, size_t len)
{
	return f->type == p[0] && (f->version == ANY || (len > 1 && f->version == p[1]))
	       && (f->part == ANY || (len > 2 && f->part == p[2]));
}

static const struct frame *frame_find(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		if (matches(&frames[i], p, len))
			return &frames[i];
	return NULL;
}

void ble_connect(struct row *row, const uint8_t *p, size_t len)
{
	if (len == 0) {
		row_frame(row, "0639");
		row_refuse(row, REFUSED_SHORT_FRAME, "0639 len 0");
		return;
	}
	const struct frame *f = frame_find(p, len);
	if (len == 1 || (f != NULL && f->version == ANY))
		row_frame(row, "0639:%02x", p[0]);
	else
		row_frame(row, "0639:%02x:%02x", p[0], p[1]);
	if (f == NULL) {
		row_refuse(row, REFUSED_UNKNOWN_FRAME, "%s len %zu", row->frame, len);
		return;
	}
	if (len < f->min) {
		row_refuse(row, REFUSED_SHORT_FRAME, "%s len %zu of %d", row->frame, len, f->min);
		return;
	}
	if (f->mac_at != NO_MAC)
		ble_check_mac(row, p + f->mac_at, true);
	ble_fields(row, f->fields, p);
	if (f->more != NULL)
		f->more(row, p, len);
}
