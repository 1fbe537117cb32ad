/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "feeds/ble.h"
#include "feeds/bridges.h"
#include "feeds/json_read.h"

/*
 * reelyActive raddec (feeds reference 3.3): one tag, the receivers that heard
 * it, strongest first, and the packets they heard: 2 bytes of header, the MAC
 * low byte first, the advertisement. The packets are read once, with the first
 * receiver; every receiver is a sighting.
 */

enum { PACKET_HEAD = 8, AT_MAC = 2, PACKET_MAX = 264, DISAPPEARANCE = 4 };

/* Returns false when it is no packet. */
static bool read_packet(struct heard *h, const cJSON *packet)
{
	uint8_t bytes[PACKET_MAX];
	char mac[TAG_SIZE];
	const char *hex = cJSON_GetStringValue(packet);
	long len = hex != NULL ? ble_hex(bytes, sizeof bytes, hex, strlen(hex)) : -1;
	if (len < 0) {
		row_refuse(&h->row, REFUSED_BAD_HEX, "a packet of %zu digits",
			hex != NULL ? strlen(hex) : 0);
		return false;
	}
	if (len == 0)
		return true;
	if (len < PACKET_HEAD) {
		row_refuse(&h->row, REFUSED_SHORT_FRAME, "raddec packet len %ld", len);
		return false;
	}
	heard_ad(h, bytes + PACKET_HEAD, (size_t)len - PACKET_HEAD);
	ble_mac(mac, bytes + AT_MAC, true);
	if (h->wanted && strcmp(mac, h->base.tag) != 0)
		row_refuse(&h->row, REFUSED_MAC_MISMATCH, "raddec packet says %s", mac);
	return true;
}

/* A disappearance tells that nobody hears it: what it holds is old. */
static bool disappeared(const cJSON *events)
{
	const cJSON *event;
	int others = 0;
	int gone = 0;
	cJSON_ArrayForEach(event, events)
	{
		double code;
		bool number = json_number(event, &code);
		gone += number && code == DISAPPEARANCE;
		others += !number || code != DISAPPEARANCE;
	}
	return gone > 0 && others == 0;
}

/* Returns whether the row began, so that the packets were read. */
static bool read_receiver(struct message *m, const cJSON *object, const cJSON *receiver, bool first)
{
	struct heard h;
	const cJSON *packet;
	const char *id = json_text(receiver, "receiverId");
	struct heard_fields row = {.mac = json_field(object, "transmitterId"),
		.rssi = json_field(receiver, "rssi"),
		.time = json_field(object, "timestamp")};
	m->gateway[0] = '\0';
	if (receiver != NULL && !message_gateway(m, id)) {
		if (!message_broken(m))
			return false;
		decode_refuse(m->dc, "", REFUSED_NO_GATEWAY, "receiver %.60s", id);
	}
	if (!heard_begin(&h, m, &row))
		return false;
	if (first) {
		cJSON_ArrayForEach(packet, json_field(object, "packets"))
		{
			if (!read_packet(&h, packet) && !message_broken(m))
				break;
		}
	}
	heard_end(&h);
	return true;
}

void raddec(struct message *m, const cJSON *object)
{
	const cJSON *receivers = json_field(object, "rssiSignature");
	const cJSON *receiver;
	bool first = true;
	if (disappeared(json_field(object, "events")))
		return;
	/* Without receivers its packets are as good as any. */
	if (!cJSON_IsArray(receivers) || receivers->child == NULL) {
		read_receiver(m, object, NULL, true);
		return;
	}
	cJSON_ArrayForEach(receiver, receivers)
	{
		if (!read_receiver(m, object, receiver, first))
			return;
		first = false;
	}
}
