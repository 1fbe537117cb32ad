/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_MINEW_H
#define VIGIE_FEEDS_MINEW_H

/* Minew gateways' payloads, one row or one binary message at a time. */

#include <cjson/cJSON.h>

#include "feeds/decode.h"

/* One row of JSON-LONG, with or without `type`; gateway "" when not known. */
void minew_row(const struct decode_context *dc, const char *gateway, const cJSON *row);
/* True when the row is the gateway's own; fills its MAC, "" when it is broken. */
bool minew_is_gateway(const cJSON *row, char mac[TAG_SIZE]);
/* Binary-LONG "BB 01". */
void minew_binary(const struct decode_context *dc, const uint8_t *bytes, size_t len);

/* One transmitter of a BB 01 message, borrowed from its bytes. */
struct minew_packets {
	const uint8_t *mac;     /* 6 bytes, high byte first */
	const uint8_t *packets; /* L, L bytes, response, RSSI; repeated */
	size_t len;
	unsigned count;
};
enum { MINEW_BINARY_HEAD = 14 };
/* Steps to the transmitter at *at (start with MINEW_BINARY_HEAD). False at the
 * end; a cut one is given out as far as it goes and counts what is there. */
bool minew_binary_next(const uint8_t *bytes, size_t len, size_t *at, struct minew_packets *out);

/* ISO 8601 with Z or offset, or milliseconds since the epoch → ms; false when
 * it is neither. */
bool minew_time(const char *text, int64_t *ms);

#endif
