/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_PRESS_H
#define VIGIE_FEEDS_PRESS_H

/*
 * Button presses. Two uses of the site's signatures:
 *  - press_scan, for the MQTT callback thread: does this payload contain a
 *    press, in hex of any case or in binary? No allocation, no lock; the loop
 *    may put another site's signatures in its place at any time.
 *  - press_tracker, for the loop: one press per burst over all gateways
 *    (feeds.md 2.6): merge within merge_s, re-arm after rearm_silence_s.
 */

#include "twin/fact.h"
#include "twin/site.h"

struct press_table; /* shared by threads; sites are borrowed */

struct press_table *press_table_create(const struct site *site);
/* No thread scans any more. */
void press_table_destroy(struct press_table *table);
/* What comes next is looked at for the signatures of `site`; a scan under way
 * ends with those it began with. Both sites outlive the table. By one thread;
 * false: out of memory, and nothing changed. */
bool press_table_renew(struct press_table *table, const struct site *site);

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
/* Bursts under way go on where the other site has a signature of that id. */
void press_tracker_site(struct press_tracker *tracker, const struct site *site);
/* The index of a signature in another site, by its id; -1 there is none. */
int signature_again(const struct site *was, int index, const struct site *now);
/* One advert that matched. True: this is a new press (emit one fact). `old`: it may
 * have waited in a queue for long. It is a press like any other, but does not keep a
 * burst open: what is heard next may be the next press. */
bool press_tracker_heard(
	struct press_tracker *tracker, const char *tag, int signature, int64_t now_ms, bool old);

#endif
