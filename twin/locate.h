/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LOCATE_H
#define VIGIE_TWIN_LOCATE_H

/*
 * Rooms from radio: a hidden-Markov filter over rooms plus "outside" for each
 * tag, fed with sightings, emitting located / uncertain / absent facts only
 * when a conclusion changes. It is neither journalled nor digested; it lives
 * beside the twin. What gateways hear in each part of a room is what a survey
 * learned (site->survey), or by geometry where there was none; "not heard" is
 * evidence; people walk through doors; a change is shown at posterior > 0.7
 * twice in a row or > 0.8 once. A gateway silent for site->gateway_silence_s gives one
 * FACT_GATEWAY, stops counting as evidence, and freezes (never empties) what
 * it alone heard. A gateway that hears unlike it should for hours, and a tag
 * in two places at once, give a FACT_CONDITION.
 *
 *   locate.c       who is who, and the round over all tags
 *   locate_ear     gateways as listeners      locate_map, _level   the site
 *   locate_track   the filter of one tag      locate_conclude      what is told
 *   locate_doubt   moved, deaf, two places    locate_learn         signatures
 */

#include "twin/fact.h"
#include "twin/site.h"

struct locator;

struct sighting {
	char tag[TAG_SIZE];
	char gateway[TAG_SIZE];
	int rssi_dbm;
	int64_t received_ms; /* suite time */
	int64_t device_ms;   /* gateway's own clock, 0 unknown */
};

/* Called for each conclusion; `fact` is borrowed for the call. */
typedef void locate_emit(void *context, const struct fact *fact);

struct locator *locator_create(const struct site *site); /* site borrowed */
void locator_destroy(struct locator *locator);
/* Forgets all it heard and said, as if it had just been created. */
void locator_forget(struct locator *locator);
/* Takes over what `from`, of another version of the site, heard and said: what
 * has kept its MAC and its room goes on as if nothing had happened, what is new
 * begins. Nothing is told by it. */
void locator_carry(struct locator *locator, const struct locator *from);
/* After a restart: a locator before this one told this and never took it back (FACT_GATEWAY,
 * FACT_CONDITION). It is not told again, and taken back as soon as what is heard says
 * so; of what another told, or the site lists no more, nothing is kept. */
void locator_recall(struct locator *locator, const struct fact *told);
/* Suite time may run fast: a gateway is not silent before `seconds` of it have
 * gone by, even when the site says less. */
void locator_patience(struct locator *locator, double seconds);

/* Counts and keeps one sighting. Tags the site does not list are counted only;
 * bracelets are listed in the site as TAG_PATIENT. A row older than 30 s by
 * its device clock offset to that gateway moves nobody (late buffer). */
void locator_sight(struct locator *locator, const struct sighting *s);
/* A gateway was heard from (any message), even without a row. */
void locator_gateway(struct locator *locator, const char *mac, int64_t now_ms);
/* Runs the filter up to now_ms; four steps a second of suite time at most. */
void locator_advance(struct locator *locator, int64_t now_ms, locate_emit *emit, void *context);

/* A level some radio could have measured: not -127 ("not available"), not 0. */
bool locator_level_good(double dbm);

struct locator_counts {
	uint64_t sightings, unknown_tag, unknown_gateway, late;
	uint64_t bad_level; /* no level a radio can measure: moves nobody */
};
struct locator_counts locator_counts(const struct locator *locator);

#endif
