/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_BLE_H
#define VIGIE_FEEDS_BLE_H

/*
 * What the row and frame decoders share: one row on its way through, and the
 * few ways to speak about it. The sighting goes out before everything else of
 * its row, as soon as the first frame has a name.
 */

#include "feeds/decode.h"
#include "twin/site.h"

struct row {
	const struct decode_context *dc;
	const struct decoded *base; /* gateway, tag, device_ms, rssi_dbm */
	char frame[48];             /* the frame being read, "" none yet */
	bool sighted;               /* the row's sighting is out */
	bool fff1;                  /* the advert lists service 0xFFF1 (fake iBeacon) */
};

/* Names the frame that follows; the first one also names the sighting. */
void row_frame(struct row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Sends the sighting if it is not out yet. A row whose RSSI is not known has none. */
void row_sighting(struct row *row);
/* Sends the reading when the value is possible; else says bad_value. */
bool row_reading(struct row *row, enum quantity quantity, double value);
bool row_possible(enum quantity quantity, double value);
void row_name(struct row *row, const char *text, size_t len);
void row_refuse(struct row *row, enum refusal reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* An iBeacon from its 16 + 2 + 2 + 1 bytes, wherever they were found. */
void row_ibeacon(struct row *row, const uint8_t bytes[21]);
/* Sends a press for each configured signature found in these bytes. */
void row_presses(struct row *row, const uint8_t *bytes, size_t len);

/* Whether a signature speaks for this tag; "" (nobody can tell whose) is yes. */
bool row_press_applies(const struct site *site, const struct signature *s, const char *mac);

/* A refusal about the message as a whole. */
void decode_refuse(const struct decode_context *dc, const char *gateway, enum refusal reason,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Walks the structures of one advertisement within `row`. */
void ble_walk(struct row *row, const uint8_t *ad, size_t len);
/* Service data of 0xFFE1; p[0] is the byte after the UUID (the product, A1). */
void ble_minew(struct row *row, const uint8_t *p, size_t len);

/* 6 bytes on air → 12 hex digits; reversed when the low byte comes first. */
void ble_mac(char out[TAG_SIZE], const uint8_t *bytes, bool reversed);
/* The value of a hex digit of either case, -1. */
int ble_nibble(char c);
/* Returns how many bytes, -1 when it is not whole hex of at most `size` bytes.
 * `out` may be where `hex` is. */
long ble_hex(uint8_t *out, size_t size, const char *hex, size_t digits);
/* Signed 16-bit big-endian / 256. */
double ble_fixed(const uint8_t *p);
unsigned ble_u16(const uint8_t *p);

#endif
