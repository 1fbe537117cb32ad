/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_MESSAGE_H
#define VIGIE_FEEDS_MESSAGE_H

/*
 * What the decoders of the payload shapes share: one message on its way
 * through, who sent it, its clock, and one row of it after the other. What
 * holds for a row of any shape is written here once: the allow-list, lateness,
 * a bad RSSI or time that loses nothing else.
 */

#include <cjson/cJSON.h>

#include "feeds/row.h"

struct message {
	const struct decode_context *dc;
	const char *topic; /* NULL: not known */
	const char *text;  /* the payload, not terminated */
	size_t len;
	char gateway[TAG_SIZE]; /* "" not known */
	bool placed;            /* the topic names it, and the site lists it */
	bool contradicted;      /* the payload named another of the site's: counted once */
	/* The message's own clock: its envelope's or its gateway's time, else the
	 * newest of the rows so far; 0 none. */
	int64_t clock_ms;
	bool clock_said;
	int broken; /* elements that are no rows */
};

/* One more element that is no row. After BROKEN_MAX of them nothing good is to
 * be expected, and a hostile array of 100,000 commas must not hold up the loop:
 * this is said once, and from then on false. */
enum { BROKEN_MAX = 256 };
bool message_broken(struct message *m);
/* Whether this is an object; refused, and counted as broken, when it is not. */
bool message_is_row(struct message *m, const cJSON *row);

/* ---- who heard it ---- */

/* The payload names its gateway: a MAC in any writing, or a name or alias of
 * the site. False, and nothing changed, when it is none. What a broker lets one
 * write is a topic, not a payload: where the topic names a gateway of the site, that
 * is the one, and another of the site's in the payload is counted. */
bool message_gateway(struct message *m, const char *said);
/* From the topic: a level that is a gateway of the site, else the first that is
 * a MAC and not a tag's; "" when there is none. */
void message_topic_gateway(struct message *m);
/* From the topic: the level before `before`, else the last one, is the name of
 * the node; says no_gateway when the site does not list it. */
void message_node(struct message *m, const char *before);
/* The message's own time, as its envelope or its gateway says it; 0: not said. */
void message_clock(struct message *m, int64_t ms);
/* The gateway itself spoke, at device_ms of its clock (0 unknown). seq: number of the upload, -1
 * not said. */
void message_uplink(const struct message *m, int64_t device_ms, int64_t seq);

/* ---- one row ---- */

struct heard {
	struct decoded base;
	struct row row;
	bool wanted;           /* its tag is on the allow-list */
	const cJSON *bad_time; /* what stands where the time should, NULL fine */
};

/* The fields every row has, wherever its shape keeps them; any may be NULL. */
struct heard_fields {
	const cJSON *mac, *rssi, *time;
	int64_t time_ms; /* when the row has no time of its own */
};

/* Begins a row; false when it has no MAC, and then it is refused and over. */
bool heard_begin(struct heard *h, struct message *m, const struct heard_fields *fields);
/* The same for shapes without JSON; the MAC's high byte first. */
void heard_begin_bytes(struct heard *h, struct message *m, const uint8_t mac[6], int rssi);
/* An advertisement of the row: its frames if the tag is wanted, its presses
 * always. */
void heard_ad(struct heard *h, const uint8_t *ad, size_t len);
/* An advertisement in hexadecimal; NULL, null and "" are none. `what` names the
 * key when it is refused. */
void heard_hex(struct heard *h, const cJSON *item, const char *what);
/* An iBeacon that the gateway took apart: put together again, so that one code
 * reads it and one rule recognises presses. */
void heard_ibeacon(struct heard *h, const char *uuid, const cJSON *major, const cJSON *minor,
	const cJSON *power);
/* What the tag calls itself; NULL and "" are no name. */
void heard_name(struct heard *h, const char *name);
/* Sends the sighting if nothing else has; says the bad time. */
void heard_end(struct heard *h);

/* A value under one of up to five names, as `scale` units. */
struct named_field {
	const char *keys[6]; /* ends with NULL */
	enum quantity quantity;
	double scale;
	bool zero_unknown; /* 0 there means: not known */
};
/* Reads those of the fields that are there; returns how many were. */
int heard_named(
	struct heard *h, const cJSON *object, const struct named_field *fields, size_t count);

#endif
