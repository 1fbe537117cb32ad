/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_UNIT_PAYLOAD_FEED_H
#define VIGIE_TESTS_UNIT_PAYLOAD_FEED_H

/* Payloads into the decoder, and the lines that come out of it, shortened. */

#include "tests/unit/collect.h"
#include "twin/site.h"

/* An exact copy without NUL: a sanitizer sees a read beyond it. */
static inline void feed_bytes(
	const struct decode_context *dc, const char *topic, const void *bytes, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, len);
	payload_decode(dc, topic, copy, len);
	free(copy);
}

static inline void feed(
	struct collect *c, const struct site *site, const char *topic, const char *text)
{
	struct decode_context dc = {.site = site, .emit = collect_emit, .context = c};
	feed_bytes(&dc, topic, text, strlen(text));
}

static inline void feed_hex(
	struct collect *c, const struct site *site, const char *topic, const char *hex)
{
	struct decode_context dc = {.site = site, .emit = collect_emit, .context = c};
	uint8_t bytes[512];
	assert_true(strlen(hex) <= 2 * sizeof bytes);
	feed_bytes(&dc, topic, bytes, unhex(bytes, hex));
}

#define GATEWAY(mac) "{\"kind\":\"gateway\",\"gateway\":\"" mac "\"}"
/* A sighting by nobody known; by a gateway; with more keys at the end. */
#define SEEN(tag, rssi, more)                                                                      \
	"{\"kind\":\"sighting\",\"tag\":\"" tag "\",\"rssi_dbm\":" rssi more "}"
#define HEARD(gateway, tag, rssi, more)                                                            \
	"{\"kind\":\"sighting\",\"gateway\":\"" gateway "\",\"tag\":\"" tag                        \
	"\",\"rssi_dbm\":" rssi more "}"
#define FRAME(name) ",\"frame\":\"" name "\""
#define AT(time)    ",\"device_time\":\"" time "\""
#define READ(tag, quantity, value, unit)                                                           \
	"{\"kind\":\"reading\",\"tag\":\"" tag "\",\"quantity\":\"" quantity "\",\"value\":" value \
	",\"unit\":\"" unit "\"}"
#define TOLD(tag, quantity, value)                                                                 \
	"{\"kind\":\"reading\",\"tag\":\"" tag "\",\"quantity\":\"" quantity "\",\"value\":" value \
	"}"
#define NAMED(tag, name) "{\"kind\":\"name\",\"tag\":\"" tag "\",\"name\":\"" name "\"}"
#define IBEACON(tag, uuid, major, minor, more)                                                     \
	"{\"kind\":\"beacon\",\"tag\":\"" tag "\",\"format\":\"ibeacon\",\"uuid\":\"" uuid         \
	"\",\"major\":" major ",\"minor\":" minor more "}"
#define PRESSED(tag, signature)                                                                    \
	"{\"kind\":\"press\",\"tag\":\"" tag "\",\"signature\":\"" signature "\"}"
#define REFUSED(reason, detail)                                                                    \
	"{\"kind\":\"refused\",\"reason\":\"" reason "\",\"detail\":\"" detail "\"}"
#define REFUSED_OF(tag, reason, detail)                                                            \
	"{\"kind\":\"refused\",\"reason\":\"" reason "\",\"detail\":\"" detail "\",\"tag\":\"" tag \
	"\"}"

/* Vectors of feeds reference 2.2, from real hardware (a B10). */
#define B10         "C300007B573C"
#define B10_REST    "0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3"
#define B10_INFO    "0201060303E1FF0F16E1FFA108143C577B0000C3423130"
#define B10_PRESSED "0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5"
#define B10_UUID    "FDA50693-A4E2-4FB1-AFCF-C6EB07647825"

/* A site with two gateways, one of them with another MAC on its box, a node by
 * name, a B10 and the signatures of its press, of a tapped UID slot (feeds
 * reference 2.6) and of tamper. */
static struct gateway feed_gateways[] = {
	{.mac = "AC233FC00001", .name = "gw1", .alias = "FC:23:3F:00:00:01"},
	{.mac = "AC233FC00002", .name = "OR 2", .alias = "or-2"},
};
static struct tag feed_tags[] = {{.mac = B10, .name = "button", .model = "B10"}};
static struct signature feed_signatures[] = {
	{.id = "b10",
		.model = "B10",
		.kind = SIGNATURE_IBEACON,
		.pattern = {0xFD, 0xA5, 0x06, 0x93, 0xA4, 0xE2, 0x4F, 0xB1, 0xAF, 0xCF, 0xC6, 0xEB,
			0x07, 0x64, 0x78, 0x25, 0, 0, 0, 0},
		.mask = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
			0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
		.length = 20},
	{.id = "tap",
		.kind = SIGNATURE_UID,
		.pattern = {'I', 'o', 'I', 'D', 'U', 'T', 'F', '-', '3', '2', 0, 0, 0, 1, 0xF9,
			0x15},
		.mask = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
			0xFF, 0xFF, 0xFF, 0xFF},
		.length = 16},
	{.id = "tamper",
		.kind = SIGNATURE_FRAME,
		.pattern = {0xE1, 0xFF, 0xA1, 0x20, 0x00, 0x01},
		.mask = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xFF},
		.length = 6},
};
static const struct site feed_site = {.gateways = feed_gateways,
	.gateway_count = 2,
	.tags = feed_tags,
	.tag_count = 1,
	.signatures = feed_signatures,
	.signature_count = 3};

#endif
