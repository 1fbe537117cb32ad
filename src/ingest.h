/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_INGEST_H
#define VIGIE_SRC_INGEST_H

/*
 * From what gateways said to what the house keeps: sightings go to the room
 * filter, presses and readings become facts (thinned: a value that did not
 * move is not a fact), and everything refused is counted where people see it.
 *
 * A row out of an offline buffer is late: it moves nobody and overwrites no
 * value; a late press is told as late, with its time as the buffer had it,
 * corrected by the gateway's clock. A retained message is old by an unknown
 * time: it sights nobody and rings nothing; battery levels and yes/no states
 * are taken while nothing newer is known, measurements are not, because on the
 * screen they would look fresh.
 */

#include "feeds/press.h"
#include "src/tag_keys.h"
#include "twin/health.h"
#include "twin/locate.h"
#include "twin/site.h"

struct ingest;

struct ingest_options {
	const struct site *site;  /* borrowed */
	struct locator *locator;  /* borrowed */
	struct health *health;    /* borrowed: gateways, tags, odd messages, unknown frames */
	struct feed_health *feed; /* borrowed: rows and refusals of the MQTT feed */
	void (*fact)(void *context, const struct fact *fact);
	void *context;
};

struct ingest *ingest_create(const struct ingest_options *options);
void ingest_destroy(struct ingest *ingest);
/* The site was written anew: what was counted and remembered stays with the
 * tags and gateways it is about. Both are borrowed from now on. */
void ingest_site(struct ingest *ingest, const struct site *site, struct locator *locator);
/* The keys of tags that encrypt, borrowed; at first NULL, none. */
void ingest_keys(struct ingest *ingest, const struct tag_keys *keys);
/* One message from the broker, at suite time now_ms. */
void ingest_message(struct ingest *ingest, const char *topic, const void *bytes, size_t len,
	bool retained, int64_t now_ms);
/* Rows and refusals of what comes next are counted there (borrowed). */
void ingest_feed(struct ingest *ingest, struct feed_health *feed);
/* What comes before that time may have waited at a broker, for nobody knows how long:
 * a press in it rings, and the next one does, too (feeds/press.h). At first 0. */
void ingest_old_until(struct ingest *ingest, int64_t until_ms);
/* A payload of the inbox: only its presses count. */
void ingest_inbox(struct ingest *ingest, const char *topic, const void *bytes, size_t len,
	int64_t received_ms);
/* About once a second: movement that nobody called over is over, and what the
 * gateways may be hiding is looked at again. */
void ingest_tick(struct ingest *ingest, int64_t now_ms);

#endif
