/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_INGEST_PRIVATE_H
#define VIGIE_SRC_INGEST_PRIVATE_H

/* The parts of src/ingest, one idea a file; known to them alone. */

#include <uthash.h>

#include "feeds/decode.h"
#include "feeds/gateway_clock.h"
#include "src/ingest.h"

/* A tag the site lists, found by its MAC. */
struct known {
	char mac[TAG_SIZE];
	int tag;
	struct {
		double value;
		int64_t at_ms;
		bool old;           /* from a retained message */
		int64_t off_due_ms; /* an event without an end: when it is over, 0 */
	} last[QUANTITY_COUNT];
	uint8_t heard_by[HEALTH_GATEWAYS / 8]; /* the site's gateways, a bit each */
	UT_hash_handle hh;
};

enum { TOLD_MAX = 128 };

/* A burst of presses that was told, by the time it happened. */
struct told {
	char tag[TAG_SIZE];
	int signature;
	int64_t first_ms, last_ms;
};

struct ingest {
	struct ingest_options o;
	struct press_tracker *tracker;
	struct told told[TOLD_MAX];
	int told_count;
	struct known *tags; /* the allow-list */
	const struct tag_keys *keys;
	struct gateway_clock clocks[HEALTH_GATEWAYS]; /* as health->gateways */
	int site_gateway[HEALTH_GATEWAYS];            /* index in the site, -1 */
	int looked; /* the gateway whose filters were looked at last */
	/* the message at hand */
	int64_t now_ms;
	const char *topic;
	const uint8_t *bytes;
	size_t len;
	bool retained, inbox;
	int64_t old_until_ms; /* until then messages may have waited at the broker */
	struct gateway_health *gateway;
	int64_t device_ms, late_ms; /* of the row at hand, and by how much it is late */
};

/* One record of the message at hand; `context` is the ingest. */
void ingest_decoded(void *context, const struct decoded *d);
/* The allow-list of the options' site. */
void ingest_list_tags(struct ingest *g);
void ingest_forget_tags(struct known **tags);
struct known *ingest_known(const struct ingest *g, const char *mac);
void ingest_refuse(struct ingest *g, enum refusal reason, const char *gateway);

/* ingest_gateway.c */
struct gateway_health *ingest_gateway(struct ingest *g, const char *mac);
void ingest_uplink(struct ingest *g, const struct decoded *d);
/* How late the row of this record is, ms, 0 prompt. */
int64_t ingest_lateness(struct ingest *g, const struct decoded *d);
void ingest_supervise(struct ingest *g, const struct decoded *d, struct known *known);
void ingest_look_for_filters(struct ingest *g);

/* ingest_reading.c */
void ingest_reading(struct ingest *g, const struct decoded *d);
void ingest_events_end(struct ingest *g);

/* ingest_press.c */
void ingest_press(struct ingest *g, const struct decoded *d);
void ingest_button(struct ingest *g, const struct decoded *d, const struct known *known);

#endif
