/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_ROW_H
#define VIGIE_FEEDS_ROW_H

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
	const char *name;           /* the advert's local name, borrowed; NULL none yet */
	size_t name_len;
};

/* A record of this row, to be filled in and sent by row_send. */
struct decoded row_record(const struct row *row, enum decoded_kind kind);
void row_send(const struct row *row, const struct decoded *record);
/* Whether the allow-list has this tag: what another one carries is not decoded. */
bool row_wanted(const struct row *row);
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

#endif
