/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_DECODE_H
#define VIGIE_FEEDS_DECODE_H

/*
 * What gateways and tags say, decoded: the common output of every payload and
 * frame decoder. No I/O, no allocation kept. A decoder calls `emit` once per
 * thing found; the record is borrowed for the call. What is refused is a
 * record too: one bad row never loses the message.
 */

#include "twin/fact.h"
#include "twin/health.h"

enum decoded_kind {
	DECODED_GATEWAY,  /* a gateway spoke (its own row, or a header) */
	DECODED_SIGHTING, /* a tag was heard: one per row */
	DECODED_READING,
	DECODED_BEACON, /* iBeacon, FFF1, Eddystone UID and URL */
	DECODED_NAME,
	DECODED_PRESS, /* a row matched a configured press signature */
	DECODED_REFUSED,
	DECODED_KIND_COUNT
};

struct decoded {
	enum decoded_kind kind;
	char gateway[TAG_SIZE]; /* "" unknown */
	char tag[TAG_SIZE];
	int64_t device_ms; /* gateway's clock, 0 unknown */
	/* How far the row is behind its own message (the gateway's row, the
	 * envelope, else the newest row before it): one clock, so its being wrong
	 * does not matter. 0: not, or not known. */
	int64_t late_ms;
	int rssi_dbm;   /* 0 unknown */
	char frame[48]; /* "ffe1:a1:03", "ibeacon", "eddystone:tlm" */
	union {
		struct {
			int64_t seq; /* number of the upload, -1 not said */
		} uplink;            /* DECODED_GATEWAY */
		struct {
			enum quantity quantity;
			double value;
		} reading;
		struct {
			const char *format;   /* "ibeacon" "fff1" "eddystone_uid" "eddystone_url" */
			char uuid[37];        /* dashed upper case, or the UID namespace */
			char instance[13];    /* UID only */
			char url[LABEL_SIZE]; /* URL only; neutralised */
			int major, minor;     /* iBeacon and FFF1 only */
			int power_dbm;        /* at 1 m; 0 not known */
		} beacon;
		struct {
			char name[LABEL_SIZE];
		} name; /* neutralised */
		struct {
			const char *signature;
			int index;
		} press; /* index in site->signatures */
		struct {
			enum refusal reason;
			char detail[LABEL_SIZE];
		} refused;
	};
};

typedef void decode_emit(void *context, const struct decoded *record);

struct site;

struct decode_context {
	const struct site *site; /* NULL: no signatures, no topic map */
	decode_emit *emit;
	void *context;
	/* The allow-list; NULL: every tag. A row of any other tag is a sighting and
	 * is searched for presses; what else it carries is not decoded. */
	bool (*wanted)(void *context, const char *tag);
	/* The bytes of each advertisement, before anything of its row; NULL: nobody
	 * wants them. Rows that a gateway took apart have none. */
	void (*advert)(void *context, const struct decoded *base, const uint8_t *ad, size_t len);
	/* The 16-byte key of a tag that encrypts (BTHome); NULL: none is known. */
	const uint8_t *(*key)(void *context, const char *tag);
};

/*
 * Recognises the shape of one payload from its bytes and keys, never from the
 * topic, and decodes it. The topic (may be NULL) is used only to name the
 * gateway when the payload does not.
 */
void payload_decode(
	const struct decode_context *dc, const char *topic, const void *bytes, size_t len);

/* feeds/ble: walks one advertisement. `base` carries gateway, tag, device_ms
 * and rssi of the row; emits the sighting (with the first frame's name), then
 * readings, beacons, names and refusals. Matches press signatures of the tag. */
void ble_decode(
	const struct decode_context *dc, const struct decoded *base, const uint8_t *ad, size_t len);

#endif
