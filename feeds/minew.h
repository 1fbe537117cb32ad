/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_MINEW_H
#define VIGIE_FEEDS_MINEW_H

/* Minew gateways' payloads, one row, object or binary message at a time. */

#include "feeds/message.h"

/* One row of JSON-LONG, with or without `type` (feeds reference 1.2, 1.3). */
void minew_row(struct message *m, const cJSON *row);
/* Takes the message's gateway and clock from the gateway's own row; false when
 * the row is another or says no MAC. */
bool minew_take_gateway(struct message *m, const cJSON *row);

/* JSON-RAW (1.5): its first element names the gateway, the others are rows. */
bool minew_raw_head(const cJSON *row);
void minew_raw_gateway(struct message *m, const cJSON *head);
void minew_raw_row(struct message *m, const cJSON *row);

/* Pre-parsed JSON (1.4): an object with `adv`, and its webhook wrapper. */
void minew_parsed(struct message *m, const cJSON *object);
void minew_webhook(struct message *m, const cJSON *object);

/* What the gateway itself read out of an advertisement: the fields of a row by
 * its `type`, whatever the shape around it. */
void minew_named(struct heard *h, const cJSON *row, const char *type);

/* Binary-LONG "BB 01", Binary-SHORT "BB 00" and Minew Connect "BB 02". */
void minew_binary(struct message *m);
void minew_short(struct message *m);
void minew_connect(struct message *m);

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

#endif
