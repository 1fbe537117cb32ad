/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_BLE_H
#define VIGIE_FEEDS_BLE_H

/* Frames: one advertisement within its row, and the bytes they are made of. */

#include "feeds/row.h"

/* Walks the structures of one advertisement within `row`. */
void ble_walk(struct row *row, const uint8_t *ad, size_t len);
/* Service data of 0xFFE1; p[0] is the byte after the UUID (the product, A1). */
void ble_minew(struct row *row, const uint8_t *p, size_t len);
/* Manufacturer data of Apple, 0x004C: iBeacon. */
void ble_apple(struct row *row, const uint8_t *p, size_t len);
/* Service data that is an iBeacon from its first byte on, and a battery. */
void ble_fake_ibeacon(struct row *row, const uint8_t data[22]);
/* Service data of 0xFFF1. */
void ble_fff1(struct row *row, const uint8_t *p, size_t len);
/* Manufacturer data nobody reads: names it by its first byte. */
void ble_unknown_maker(struct row *row, unsigned company, const uint8_t *p, size_t len);
/* Manufacturer data of 0x0639; p[0] is the byte after the company. */
void ble_connect(struct row *row, const uint8_t *p, size_t len);
/* Service data of 0xFCD2; p[0] is the byte after the UUID. */
void ble_bthome(struct row *row, const uint8_t *p, size_t len);
/* Service data of 0xFEAA; p[0] is the frame's type. */
void ble_eddystone(struct row *row, const uint8_t *p, size_t len);

/* `count` bytes as upper-case hex digits and a NUL; step -1 goes backwards. */
void ble_digits(char *out, const uint8_t *bytes, int count, int step);
/* 6 bytes on air → 12 hex digits; reversed when the low byte comes first. */
void ble_mac(char out[TAG_SIZE], const uint8_t *bytes, bool reversed);
/* Returns how many bytes, -1 when it is not whole hex of at most `size` bytes.
 * `out` may be where `hex` is. */
long ble_hex(uint8_t *out, size_t size, const char *hex, size_t digits);
/* Signed 16-bit big-endian / 256. */
double ble_fixed(const uint8_t *p);
unsigned ble_u16(const uint8_t *p);

#endif
