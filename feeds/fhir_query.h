/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_QUERY_H
#define VIGIE_FEEDS_FHIR_QUERY_H

/* What is asked, as URLs: one way a strategy, one row a resource type. No I/O. */

#include "feeds/fhir_capability.h"
#include "feeds/fhir_known.h"

enum fhir_strategy {
	STRATEGY_DELTA,   /* changes since, by _lastUpdated */
	STRATEGY_DAY,     /* the whole day each time */
	STRATEGY_HISTORY, /* changes and deletions since, by _history */
	STRATEGY_COUNT
};
const char *fhir_strategy_name(enum fhir_strategy strategy); /* "day window" */
/* "delta" | "day" | "history" → strategy; "auto" or NULL → -1; else -2. */
int fhir_strategy_parse(const char *word);
/* Asked of the day's patients only, whatever the settings say. */
bool fhir_is_theirs(enum fhir_type type);
/* The best a server offers for a type. */
enum fhir_strategy fhir_strategy_for(const struct fhir_capability *capability, enum fhir_type type);

enum fhir_round { ROUND_FULL, ROUND_SWEEP, ROUND_DELTA };

struct fhir_ask {
	const char *base;
	const struct fhir_capability *capability;
	const struct fhir_map *map;
	enum fhir_type type;
	enum fhir_strategy strategy;
	enum fhir_round round;
	int64_t from_ms, to_ms; /* the day */
	int64_t since_ms;       /* the watermark less the overlap; 0: never read whole */
	int page_count;
};

/* The index-th search of this type in this round; false: there is none (more).
 * A URL that does not fit is none. */
bool fhir_query(const struct fhir_ask *ask, int index, char *out, size_t size);

/* The local day that holds now_ms, as two instants. */
void fhir_day(int64_t now_ms, int64_t *from_ms, int64_t *to_ms);

#endif
