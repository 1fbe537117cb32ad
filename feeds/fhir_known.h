/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_KNOWN_H
#define VIGIE_FEEDS_FHIR_KNOWN_H

/*
 * What the mapper knows of a day, for who polls: the ids the next questions are
 * made of, and which cases a complete read of the day did not bring back.
 */

#include "feeds/fhir.h"

enum fhir_key {
	FHIR_KEY_NONE,
	FHIR_KEY_ROOM,        /* Location ids of the site */
	FHIR_KEY_THEATRE,     /* ... of its operating rooms */
	FHIR_KEY_PATIENT,     /* of the day's cases */
	FHIR_KEY_NEW_PATIENT, /* ... whose Patient was never read */
	FHIR_KEY_PRACTITIONER,
	FHIR_KEY_ROLE,
};
enum { FHIR_KEYS_MAX = 20 };

/* Ids of that kind, each once, from the skip-th on, of cases that start in
 * [from_ms, to_ms) or at an unknown time. Returns how many were written. */
int fhir_known_ids(const struct fhir_map *map, enum fhir_key key, int64_t from_ms, int64_t to_ms,
	int skip, char out[][ID_SIZE], int max);

/* As fhir_map_read, for what a search brought: its cases count as seen in the
 * sweep begun last. */
int fhir_known_read(struct fhir_map *map, const char *text, size_t len, int64_t at_ms,
	struct fhir_page *page, struct error *err);
void fhir_known_sweep(struct fhir_map *map);
/* Cases of that time seen by an earlier sweep and not by this one. */
int fhir_known_lost(
	const struct fhir_map *map, int64_t from_ms, int64_t to_ms, char out[][ID_SIZE], int max);

/* Every visit (or else every condition) of the patients whose cases start in that
 * time was asked for, half a year back: what was not read is not there. */
void fhir_known_asked(
	struct fhir_map *map, bool visits, int64_t from_ms, int64_t to_ms, int64_t at_ms);

/* The server no longer has this resource, since when_ms (0: some time): an
 * Appointment becomes void and says why, a visit or procedure takes its
 * milestones back. A newer version read before stands. */
void fhir_known_gone(struct fhir_map *map, const char *type, const char *id, int64_t when_ms,
	int64_t at_ms, const char *why);

#endif
