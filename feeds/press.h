/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_PRESS_H
#define VIGIE_FEEDS_PRESS_H

/*
 * Button presses. Two uses of the site's signatures:
 *  - press_scan, for the MQTT callback thread: does this payload contain a
 *    press, in hex of any case or in binary? Immutable table, no allocation.
 *  - press_tracker, for the loop: one press per burst over all gateways
 *    (feeds.md 2.6): merge within merge_s, re-arm after rearm_silence_s.
 */

#include "twin/fact.h"
#include "twin/site.h"

struct press_table; /* immutable once built; shared by threads */

struct press_table *press_table_create(const struct site *site);
void press_table_destroy(struct press_table *table);

struct press_hit {
	char tag[TAG_SIZE]; /* whose row it is; "" when it cannot be told */
	int signature;      /* index in site->signatures */
};

/* Up to `max` hits in a payload; returns how many were found. */
int press_scan(const struct press_table *table, const void *bytes, size_t len,
	struct press_hit *hits, int max);

struct press_tracker;

struct press_tracker *press_tracker_create(const struct site *site);
void press_tracker_destroy(struct press_tracker *tracker);
/* One advert that matched. True: this is a new press (emit one fact). */
bool press_tracker_heard(
	struct press_tracker *tracker, const char *tag, int signature, int64_t now_ms);

#endif
