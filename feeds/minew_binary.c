/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/minew.h"

#include <string.h>

#include "feeds/ble.h"

/*
 * Binary-LONG (feeds reference 1.6, after reelyactive/barnowl-minew):
 *   BB 01 · total length u32 BE · gateway 6 · transmitters u16 BE,
 *   then each: MAC 6 · packets u16 BE, then each packet:
 *   L · L bytes of advertising data · response · RSSI s8;  DD at the end.
 */

enum { AT_LENGTH = 2, AT_GATEWAY = 6, AT_COUNT = 12, TRANSMITTER_HEAD = 8, TAIL = 0xDD };

/* Bytes of one packet at p, 0 when it runs past the end. */
static size_t packet_size(const uint8_t *p, size_t len)
{
	size_t size = len > 0 ? (size_t)p[0] + 3 : 0;
	return size <= len ? size : 0;
}

bool minew_binary_next(const uint8_t *bytes, size_t len, size_t *at, struct minew_packets *out)
{
	if (*at + TRANSMITTER_HEAD > len)
		return false;
	unsigned said = ble_u16(bytes + *at + 6);
	*out = (struct minew_packets){bytes + *at, bytes + *at + TRANSMITTER_HEAD, 0, 0};
	*at += TRANSMITTER_HEAD;
	for (; out->count < said; out->count++) {
		size_t size = packet_size(bytes + *at, len - *at);
		if (size == 0) {
			*at = len;
			break;
		}
		out->len += size;
		*at += size;
	}
	return true;
}

static void read_packets(
	const struct decode_context *dc, struct decoded *base, const struct minew_packets *t)
{
	const uint8_t *p = t->packets;
	ble_mac(base->tag, t->mac, false);
	for (unsigned i = 0; i < t->count; i++, p += (size_t)p[0] + 3) {
		int rssi = (int8_t)p[p[0] + 2];
		/* 0 and +127 are "not available". */
		base->rssi_dbm = rssi <= 20 ? rssi : 0;
		ble_decode(dc, base, p + 1, p[0]);
		if (base->rssi_dbm == 0) {
			struct row row = {.dc = dc, .base = base, .sighted = true};
			row_refuse(&row, REFUSED_BAD_RSSI, "rssi %d", rssi);
		}
	}
}

void minew_binary(const struct decode_context *dc, const uint8_t *bytes, size_t len)
{
	struct decoded base = {.kind = DECODED_GATEWAY, .uplink = {.seq = -1}};
	struct minew_packets t;
	if (len < MINEW_BINARY_HEAD) {
		decode_refuse(dc, "", REFUSED_TRUNCATED, "bb01 of %zu bytes", len);
		return;
	}
	ble_mac(base.gateway, bytes + AT_GATEWAY, false);
	dc->emit(dc->context, &base);

	size_t said = (size_t)ble_u16(bytes + AT_LENGTH) << 16 | ble_u16(bytes + AT_LENGTH + 2);
	bool whole = said == len && bytes[len - 1] == TAIL;
	size_t end = whole ? len - 1 : len;
	unsigned transmitters = ble_u16(bytes + AT_COUNT);
	size_t at = MINEW_BINARY_HEAD;
	unsigned i = 0;
	base.kind = DECODED_SIGHTING;
	for (; i < transmitters && minew_binary_next(bytes, end, &at, &t); i++) {
		read_packets(dc, &base, &t);
		if (t.count < ble_u16(t.mac + 6))
			break;
	}
	if (!whole || i < transmitters)
		decode_refuse(dc, base.gateway, REFUSED_TRUNCATED,
			"bb01 says %zu bytes and %u transmitters, has %zu and %u", said,
			transmitters, len, i);
}
