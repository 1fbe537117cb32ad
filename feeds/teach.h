/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_TEACH_H
#define VIGIE_FEEDS_TEACH_H

/*
 * Teaching a signal: what does this tag say while its button is pressed that
 * it never says at rest? Makers' tags are configured by whoever installs them,
 * so a press is learned, not looked up (feeds reference 2.6).
 *
 * Recordings in, candidates out; no I/O. Advertisements are compared structure
 * by structure. Left out of the comparison: the tag's MAC, what is known to
 * vary (battery, axes, counters, transmit power), and every byte that moved at
 * rest. A candidate that matches anything of the rest recording is rejected;
 * the others are counted over the third recording and over all other tags.
 */

#include "feeds/decode.h"
#include "twin/site.h"

struct teach;

enum teach_phase { TEACH_REST, TEACH_PRESS, TEACH_BACKGROUND, TEACH_PHASE_COUNT };

/* How the signal shows. */
enum teach_how {
	TEACH_APPEARED, /* a frame that is not there at rest */
	TEACH_CHANGED   /* bytes of a frame that is there at rest as well */
};

struct teach_candidate {
	enum teach_how how;
	struct signature signature; /* kind, pattern, mask, length; no id, no model */
	uint32_t heard;             /* adverts of the press recording that show it */
	uint32_t own;               /* ... of the third recording, by this tag */
	uint32_t others;            /* ... of all recordings, by other tags */
	int other_tags;
};

enum { TEACH_CANDIDATES = 8 };

enum teach_verdict {
	TEACH_LEARNED,
	TEACH_HEARD_NOTHING,  /* not one advert while pressing */
	TEACH_LEARNED_NOTHING /* heard, and all as at rest */
};

struct teach_result {
	enum teach_verdict verdict;
	uint32_t adverts[TEACH_PHASE_COUNT]; /* of this tag */
	uint32_t others;                     /* of other tags, in all recordings */
	uint32_t forgotten;                  /* distinct adverts that did not fit */
	int rejected;                        /* candidates that match the rest */
	int count;
	struct teach_candidate candidates[TEACH_CANDIDATES]; /* best first */
};

struct teach *teach_create(const char *tag); /* NULL: out of memory */
void teach_destroy(struct teach *teach);
/* One advertisement, of any tag; bytes after the 62nd are left out. */
void teach_advert(struct teach *teach, enum teach_phase phase, const char *tag, const uint8_t *ad,
	size_t len);
/* Every advertisement of one gateway payload, also of rows that a gateway took
 * apart: their beacons are put together again, of the others only is known that
 * they were heard. Sets emit, advert and context of a decode_context; flush it
 * with the last payload of a phase. */
struct teach_ear {
	struct teach *teach;
	enum teach_phase phase;
	char tag[TAG_SIZE];  /* of a row without bytes that has said nothing yet */
	bool pending, bytes; /* there is one; this row came with bytes */
};
void teach_listen(struct teach_ear *ear, struct decode_context *dc);
void teach_flush(struct teach_ear *ear);

void teach_result(const struct teach *teach, struct teach_result *out);

/* The entry for `signatures` of a site file: one line, see vigie-site(5). */
enum { TEACH_LINE_SIZE = 512 };
void teach_line(const struct teach_candidate *candidate, const char *id, const char *model,
	char line[TEACH_LINE_SIZE]);

#endif
