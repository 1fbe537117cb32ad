/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/ble.h"
#include "feeds/ble_fields.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

/*
 * BTHome v2, service data 0xFCD2: a byte about the device, then objects "id ·
 * value", low byte first. Ids and sizes: https://bthome.io/format and
 * Bluetooth-Devices/bthome-ble. A new object is one line in the table; what we
 * have no quantity for is stepped over.
 */

enum { ENCRYPTED = 0x01, HAS_MAC = 0x02, VERSION = 2, VERSION_SHIFT = 5 };
enum { MAC_BYTES = 6, COUNTER_BYTES = 4, MIC_BYTES = 4, NONCE_BYTES = 13 };
enum { PLAIN_MAX = 256 }; /* a structure of an advertisement has at most 255 bytes */

/* ---- objects ---- */

enum object_kind {
	OBJECT_UNKNOWN,
	OBJECT_SKIPPED,
	OBJECT_UNSIGNED,
	OBJECT_SIGNED,
	OBJECT_AXES, /* signed or not, the first is x, the second y, the third z */
	OBJECT_AXES_SIGNED,
	OBJECT_BUTTON,
	OBJECT_PREFIXED, /* a length, then as many bytes */
	OBJECT_COMMAND,  /* a length in the low five bits, an opcode, arguments */
};

struct object {
	enum object_kind kind;
	uint8_t size; /* of the value; at least so many bytes are there */
	enum quantity quantity;
	double times, over; /* units per count: the nearest double to a decimal */
};

/* Standard gravity, m/s² (CGPM 1901): BTHome accelerates in m/s², we in g. */
#define GRAVITY 9.80665

#define SKIP(size)                                                                                 \
	{                                                                                          \
		OBJECT_SKIPPED, (size), QUANTITY_COUNT, 0, 1                                       \
	}
#define TELL(kind, size, quantity, times, over)                                                    \
	{                                                                                          \
		OBJECT_##kind, (size), QUANTITY_##quantity, (times), (over)                        \
	}
#define FLAG(quantity) TELL(UNSIGNED, 1, quantity, 1, 1)

static const struct object objects[256] = {
	[0x00] = SKIP(1), /* packet id */
	[0x01] = TELL(UNSIGNED, 1, BATTERY, 1, 1),
	[0x02] = TELL(SIGNED, 2, TEMPERATURE, 1, 100),
	[0x03] = TELL(UNSIGNED, 2, HUMIDITY, 1, 100),
	[0x04] = TELL(UNSIGNED, 3, PRESSURE, 1, 100),
	[0x05] = TELL(UNSIGNED, 3, ILLUMINANCE, 1, 100),
	[0x06] = TELL(UNSIGNED, 2, WEIGHT, 10, 1),         /* 0.01 kg */
	[0x07] = TELL(UNSIGNED, 2, WEIGHT, 45359237, 1e7), /* 0.01 lb; 1 lb is 453.59237 g */
	[0x08] = SKIP(2),                                  /* dew point */
	[0x09] = SKIP(1),                                  /* count */
	[0x0A] = SKIP(3),                                  /* energy */
	[0x0B] = SKIP(3),                                  /* power */
	[0x0C] = TELL(UNSIGNED, 2, VOLTAGE, 1, 1),         /* 0.001 V */
	[0x0D] = SKIP(2),                                  /* PM2.5 */
	[0x0E] = SKIP(2),                                  /* PM10 */
	[0x0F] = SKIP(1),                                  /* a boolean of any meaning */
	[0x10] = SKIP(1),                                  /* power on */
	[0x11] = FLAG(OPENING),
	[0x12] = TELL(UNSIGNED, 2, CO2, 1, 1),
	[0x13] = SKIP(2), /* TVOC in µg/m³: ppb only for a known molecule */
	[0x14] = SKIP(2), /* moisture */
	[0x15] = FLAG(BATTERY_LOW),
	[0x16] = SKIP(1), /* charging */
	[0x17] = SKIP(1), /* carbon monoxide */
	[0x18] = SKIP(1), /* cold */
	[0x19] = SKIP(1), /* connected */
	[0x1A] = FLAG(DOOR),
	[0x1B] = FLAG(DOOR), /* of a garage */
	[0x1C] = SKIP(1),    /* gas */
	[0x1D] = SKIP(1),    /* heat */
	[0x1E] = FLAG(LIGHT),
	[0x1F] = SKIP(1),    /* lock */
	[0x20] = FLAG(LEAK), /* moisture: wet */
	[0x21] = FLAG(MOTION),
	[0x22] = FLAG(MOTION), /* moving */
	[0x23] = FLAG(OCCUPANCY),
	[0x24] = SKIP(1),         /* plug */
	[0x25] = FLAG(OCCUPANCY), /* presence */
	[0x26] = SKIP(1),         /* problem */
	[0x27] = SKIP(1),         /* running */
	[0x28] = SKIP(1),         /* safety */
	[0x29] = SKIP(1),         /* smoke */
	[0x2A] = SKIP(1),         /* sound */
	[0x2B] = FLAG(TAMPER),
	[0x2C] = FLAG(VIBRATION),
	[0x2D] = FLAG(OPENING), /* window */
	[0x2E] = TELL(UNSIGNED, 1, HUMIDITY, 1, 1),
	[0x2F] = SKIP(1), /* moisture */
	[0x3A] = TELL(BUTTON, 1, BUTTON, 1, 1),
	[0x3B] = {OBJECT_COMMAND, 2, QUANTITY_COUNT, 0, 1},
	[0x3C] = SKIP(2), /* dimmer: left or right, steps */
	[0x3D] = SKIP(2), /* count */
	[0x3E] = SKIP(4), /* count */
	[0x3F] = SKIP(2), /* rotation */
	[0x40] = TELL(UNSIGNED, 2, DISTANCE, 1, 1),
	[0x41] = TELL(UNSIGNED, 2, DISTANCE, 100, 1), /* 0.1 m */
	[0x42] = SKIP(3),                             /* duration */
	[0x43] = SKIP(2),                             /* current */
	[0x44] = SKIP(2),                             /* speed */
	[0x45] = TELL(SIGNED, 2, TEMPERATURE, 1, 10),
	[0x46] = SKIP(1),                            /* UV index */
	[0x47] = SKIP(2),                            /* volume */
	[0x48] = SKIP(2),                            /* volume */
	[0x49] = SKIP(2),                            /* flow */
	[0x4A] = TELL(UNSIGNED, 2, VOLTAGE, 100, 1), /* 0.1 V */
	[0x4B] = SKIP(3),                            /* gas */
	[0x4C] = SKIP(4),                            /* gas */
	[0x4D] = SKIP(4),                            /* energy */
	[0x4E] = SKIP(4),                            /* volume */
	[0x4F] = SKIP(4),                            /* water */
	[0x50] = SKIP(4),                            /* timestamp */
	[0x51] = TELL(AXES, 2, ACCELERATION_X, 1, 1000 * GRAVITY),
	[0x52] = TELL(AXES, 2, ANGULAR_RATE_X, 1, 1000),
	[0x53] = {OBJECT_PREFIXED, 1, QUANTITY_COUNT, 0, 1}, /* text */
	[0x54] = {OBJECT_PREFIXED, 1, QUANTITY_COUNT, 0, 1}, /* raw */
	[0x55] = SKIP(4),                                    /* volume stored */
	[0x56] = SKIP(2),                                    /* conductivity */
	[0x57] = TELL(SIGNED, 1, TEMPERATURE, 1, 1),
	[0x58] = TELL(SIGNED, 1, TEMPERATURE, 35, 100),
	[0x59] = SKIP(1), /* count */
	[0x5A] = SKIP(2), /* count */
	[0x5B] = SKIP(4), /* count */
	[0x5C] = SKIP(4), /* power */
	[0x5D] = SKIP(2), /* current */
	[0x5E] = SKIP(2), /* direction */
	[0x5F] = SKIP(2), /* precipitation */
	[0x60] = SKIP(1), /* channel */
	[0x61] = SKIP(2), /* rotational speed */
	[0x62] = SKIP(4), /* speed */
	[0x63] = TELL(AXES_SIGNED, 4, ACCELERATION_X, 1, 1e6 * GRAVITY),
	[0x64] = SKIP(1), /* light level */
	[0xF0] = SKIP(2), /* device type */
	[0xF1] = SKIP(4), /* firmware */
	[0xF2] = SKIP(3), /* firmware */
};

/* What the walk remembers from one object to the next. */
struct walk {
	struct row *row;
	bool battery_bad; /* then tamper and leak are not believed */
	int axes[2];      /* how many of acceleration, of angular rate */
};

/* Bytes of the value at p; more than len when it is cut. */
static size_t value_size(const struct object *o, const uint8_t *p, size_t len)
{
	if (len < o->size)
		return o->size;
	if (o->kind == OBJECT_PREFIXED)
		return 1U + p[0];
	if (o->kind == OBJECT_COMMAND)
		return 2U + (p[0] & 0x1F);
	return o->size;
}

static double number(const struct object *o, const uint8_t *p)
{
	double value = 0;
	double span = 1;
	for (int i = 0; i < o->size; i++) {
		value += p[i] * span;
		span *= 256;
	}
	if ((o->kind == OBJECT_SIGNED || o->kind == OBJECT_AXES_SIGNED) && value >= span / 2)
		value -= span;
	return value * o->times / o->over;
}

static void tell_axis(struct walk *w, const struct object *o, double value)
{
	int *n = &w->axes[o->quantity == QUANTITY_ANGULAR_RATE_X];
	if (*n < 3)
		row_reading(w->row, (enum quantity)((int)o->quantity + *n), value);
	++*n;
}

static void tell_value(struct walk *w, const struct object *o, double value)
{
	bool alarming = o->quantity == QUANTITY_TAMPER || o->quantity == QUANTITY_LEAK;
	if (alarming && w->battery_bad)
		return;
	if (!row_reading(w->row, o->quantity, value) && o->quantity == QUANTITY_BATTERY)
		w->battery_bad = true;
}

static void tell(struct walk *w, const struct object *o, const uint8_t *p)
{
	enum { HOLD = 0x80, HOLD_OF_OLD_SHELLYS = 0xFE };
	if (o->kind == OBJECT_BUTTON)
		tell_value(w, o, p[0] == HOLD_OF_OLD_SHELLYS ? HOLD : p[0]);
	else if (o->kind == OBJECT_AXES || o->kind == OBJECT_AXES_SIGNED)
		tell_axis(w, o, number(o, p));
	else if (o->quantity != QUANTITY_COUNT)
		tell_value(w, o, number(o, p));
}

static void walk_objects(struct row *row, const uint8_t *p, size_t len)
{
	struct walk w = {.row = row};
	for (size_t at = 0; at < len;) {
		const struct object *o = &objects[p[at]];
		size_t left = len - at - 1;
		if (o->kind == OBJECT_UNKNOWN) {
			/* How long it is nobody knows: it ends the walk. */
			row_refuse(row, REFUSED_UNKNOWN_FRAME, "bthome object %02x len %zu", p[at],
				left);
			return;
		}
		size_t size = value_size(o, p + at + 1, left);
		if (size > left) {
			row_refuse(row, REFUSED_TRUNCATED, "bthome object %02x len %zu of %zu",
				p[at], left, size);
			return;
		}
		tell(&w, o, p + at + 1);
		at += 1 + size;
	}
}

/* ---- encryption ---- */

/* AES-CCM with a MIC of 4 bytes and nothing more authenticated (bthome.io,
 * "Encryption"). False: the key does not open it. */
static bool decrypt(uint8_t *out, const uint8_t *key, const uint8_t nonce[NONCE_BYTES],
	const uint8_t *sealed, size_t len, const uint8_t mic[MIC_BYTES])
{
	int n = 0;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool good = ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_aes_128_ccm(), NULL, NULL, NULL) > 0
		    && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, NONCE_BYTES, NULL) > 0
		    && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, MIC_BYTES, (void *)mic) > 0
		    && EVP_DecryptInit_ex(ctx, NULL, NULL, key, nonce) > 0
		    && EVP_DecryptUpdate(ctx, out, &n, sealed, (int)len) > 0 && (size_t)n == len;
	EVP_CIPHER_CTX_free(ctx);
	if (!good)
		ERR_clear_error();
	return good;
}

/* nonce: MAC · UUID as on air · device information · counter. */
static bool open_sealed(
	struct row *row, uint8_t info, const char *mac, const uint8_t *p, size_t len, uint8_t *out)
{
	const struct decode_context *dc = row->dc;
	const uint8_t *key = dc->key != NULL ? dc->key(dc->context, mac) : NULL;
	const uint8_t *counter = p + len - MIC_BYTES - COUNTER_BYTES;
	uint8_t nonce[NONCE_BYTES] = {[MAC_BYTES] = 0xD2, 0xFC, info};
	if (key == NULL || ble_hex(nonce, MAC_BYTES, mac, strlen(mac)) != MAC_BYTES) {
		row_refuse(row, REFUSED_NO_KEY, "%s len %zu", row->frame, len);
		return false;
	}
	memcpy(nonce + NONCE_BYTES - COUNTER_BYTES, counter, COUNTER_BYTES);
	if (decrypt(out, key, nonce, p, (size_t)(counter - p), counter + COUNTER_BYTES))
		return true;
	row_refuse(row, REFUSED_BAD_MIC, "%s len %zu", row->frame, len);
	return false;
}

static void encrypted(struct row *row, uint8_t info, const char *mac, const uint8_t *p, size_t len)
{
	enum { HEAD = 3 };
	uint8_t plain[HEAD + PLAIN_MAX] = {0xD2, 0xFC, info & (uint8_t) ~(ENCRYPTED | HAS_MAC)};
	size_t objects_len = len - COUNTER_BYTES - MIC_BYTES;
	if (len <= COUNTER_BYTES + MIC_BYTES || objects_len > PLAIN_MAX) {
		row_refuse(row, REFUSED_SHORT_FRAME, "%s len %zu", row->frame, len);
		return;
	}
	if (!open_sealed(row, info, mac, p, len, plain + HEAD))
		return;
	walk_objects(row, plain + HEAD, objects_len);
	/* A signature is written for what a tag says, not for how it hides it. */
	row_presses(row, plain, HEAD + objects_len);
}

/* ---- the frame ---- */

void ble_bthome(struct row *row, const uint8_t *p, size_t len)
{
	char mac[TAG_SIZE];
	size_t head = len > 0 && p[0] & HAS_MAC ? 1 + MAC_BYTES : 1;
	row_frame(row, len > 0 && p[0] & ENCRYPTED ? "bthome:encrypted" : "bthome");
	if (len < head) {
		row_refuse(row, REFUSED_SHORT_FRAME, "bthome len %zu", len);
		return;
	}
	if (p[0] >> VERSION_SHIFT != VERSION) {
		row_refuse(row, REFUSED_UNSUPPORTED, "bthome version %d", p[0] >> VERSION_SHIFT);
		return;
	}
	memcpy(mac, row->base->tag, sizeof mac);
	if (p[0] & HAS_MAC) {
		ble_mac(mac, p + 1, true);
		ble_check_mac(row, p + 1, true);
	}
	if (p[0] & ENCRYPTED)
		encrypted(row, p[0], mac, p + head, len - head);
	else
		walk_objects(row, p + head, len - head);
}
