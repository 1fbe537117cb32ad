/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_H
#define VIGIE_FEEDS_FHIR_H

/*
 * FHIR R4 resources → facts (fhir.md 1), without I/O. The mapper keeps small
 * tables between calls: encounter → appointment, procedure → encounter,
 * practitioner role → practitioner; a milestone whose case is not known yet
 * is kept back until it is (bounded).
 */

#include "feeds/error.h"
#include "twin/fact.h"
#include "twin/site.h"

struct fhir_options {
	const struct site *site;     /* rooms by FHIR id; may be NULL: ids pass through */
	const char *bracelet_system; /* Patient.identifier system of bracelet MACs, NULL */
	const char *progress_system; /* local progress codes that are milestone keys, NULL */
	const char *performed_means; /* "incision" | "in_room" | "anaesthesia"; NULL: ignore */
	const char *profile;         /* a name of fhir_profile.c; NULL or "auto": by resource */
};

/* What the mapper gives out; each borrowed for the call. */
struct fhir_sink {
	void (*fact)(void *context, const struct fact *fact);
	void (*name)(void *context, const char *id, const char *name);
	void (*not_understood)(
		void *context, const char *resource, const char *path, const char *reason);
	void *context;
};

struct fhir_map;

struct fhir_map *fhir_map_create(const struct fhir_options *options, struct fhir_sink sink);
void fhir_map_destroy(struct fhir_map *map);
/* From now on places are those of another site (borrowed). */
void fhir_map_site(struct fhir_map *map, const struct site *site);

/* One page or resource. `at_ms` stamps the facts (receipt, suite time). Facts
 * that repeat what was already given out are not given out again. Fills what
 * the poller needs; pointers live until the next call. Returns 0, or -EBADMSG
 * with err when the text is not JSON or no resource (nothing else is lost). */
struct fhir_page {
	const char *next; /* link[next], "" none */
	const char *self;
	bool next_cut;      /* there is a next link, but longer than 16 KiB */
	int64_t updated_ms; /* Bundle.meta.lastUpdated, 0 */
	int entries;        /* matches and includes understood or not */
	int matches;        /* without the included ones */
	int total;          /* Bundle.total, -1 absent; an estimate on all but the last page */
	bool outcome_error; /* an OperationOutcome with severity error/fatal */
	char outcome[LABEL_SIZE]; /* its diagnostics, neutralised */
	char outcome_code[24];    /* issue.code, and the code of its details: "" none */
	char outcome_detail[16];
	int puzzles;      /* what was not understood, told before or not */
	char puzzle[256]; /* the first of them, for people */
};
int fhir_map_read(struct fhir_map *map, const char *text, size_t len, int64_t at_ms,
	struct fhir_page *page, struct error *err);

/* An error answer: only the outcome fields of page are filled. */
void fhir_outcome_read(const char *text, size_t len, struct fhir_page *page);

/* RFC 3339 / FHIR instant, dateTime or date → ms; 0 when not parseable.
 * Accepts Z, ±hh:mm, 0–9 fraction digits, :60; refuses 24:00. */
int64_t fhir_time(const char *text);

#endif
