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

static void read_packets(struct message *m, const struct minew_packets *t)
{
	const uint8_t *p = t->packets;
	struct heard h;
	for (unsigned i = 0; i < t->count; i++, p += (size_t)p[0] + 3) {
		heard_begin_bytes(&h, m, t->mac, (int8_t)p[p[0] + 2]);
		heard_ad(&h, p + 1, p[0]);
		heard_end(&h);
	}
}

static void take_gateway(struct message *m, const uint8_t *mac)
{
	char text[TAG_SIZE];
	ble_mac(text, mac, false);
	message_gateway(m, text);
	message_uplink(m, 0, -1);
}

void minew_binary(struct message *m)
{
	const uint8_t *bytes = (const uint8_t *)m->text;
	struct minew_packets t;
	if (m->len < MINEW_BINARY_HEAD) {
		decode_refuse(m->dc, m->gateway, REFUSED_TRUNCATED, "bb01 of %zu bytes", m->len);
		return;
	}
	take_gateway(m, bytes + AT_GATEWAY);

	size_t said = (size_t)ble_u16(bytes + AT_LENGTH) << 16 | ble_u16(bytes + AT_LENGTH + 2);
	bool whole = said == m->len && bytes[m->len - 1] == TAIL;
	size_t end = whole ? m->len - 1 : m->len;
	unsigned transmitters = ble_u16(bytes + AT_COUNT);
	size_t at = MINEW_BINARY_HEAD;
	unsigned i = 0;
	for (; i < transmitters && minew_binary_next(bytes, end, &at, &t); i++) {
		read_packets(m, &t);
		if (t.count < ble_u16(t.mac + 6))
			break;
	}
	if (!whole || i < transmitters)
		decode_refuse(m->dc, m->gateway, REFUSED_TRUNCATED,
			"bb01 says %zu bytes and %u transmitters, has %zu and %u", said,
			transmitters, m->len, i);
}

/* Binary-SHORT has the same header (feeds reference 1.6), but nobody has shown
 * one: it is read only if it fits Binary-LONG's layout to the last byte. */
static bool fits(const uint8_t *bytes, size_t len)
{
	struct minew_packets t;
	size_t at = MINEW_BINARY_HEAD;
	if (len < MINEW_BINARY_HEAD + 1 || bytes[len - 1] != TAIL
		|| ((size_t)ble_u16(bytes + AT_LENGTH) << 16 | ble_u16(bytes + AT_LENGTH + 2))
			   != len)
		return false;
	for (unsigned i = ble_u16(bytes + AT_COUNT); i > 0; i--)
		if (!minew_binary_next(bytes, len - 1, &at, &t) || t.count < ble_u16(t.mac + 6))
			return false;
	return at == len - 1;
}

void minew_short(struct message *m)
{
	if (fits((const uint8_t *)m->text, m->len))
		minew_binary(m);
	else
		decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "minew bb00");
}
