/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_INDICATOR_HISTORY_H
#define VIGIE_TWIN_INDICATOR_HISTORY_H

/*
 * The indicators of the days gone by: a fold of the same facts as the twin, and
 * beside it, because the twin forgets the cases of old days. A day is closed by
 * the first fact four hours after its midnight, when what ran over is out: its
 * values stand as they were then, each with the definition it was computed by.
 * A replay closes the same days with the same values.
 *
 * One block, no allocation after its creation.
 */

#include "twin/indicator.h"

enum { HISTORY_DAYS = 400, HISTORY_INDICATORS = 48 };

struct indicator_past {
	int64_t from_ms; /* its local midnight */
	int entered;     /* cases that entered a room */
	/* As in indicators[]; NAN: could not be computed. */
	double values[HISTORY_INDICATORS];
	uint64_t definitions[HISTORY_INDICATORS];
};

struct indicator_history {
	int64_t (*midnight)(int64_t at_ms); /* the one before, in the site's zone */
	int64_t from_ms, to_ms;             /* the day that is open; 0 none yet */
	uint64_t total;                     /* days ever closed */
	struct indicator_past days[HISTORY_DAYS];
	struct indicator_day *day; /* to read one */
	struct indicator *one;
};

struct indicator_history *indicator_history_create(
	int64_t (*midnight)(int64_t at_ms)); /* NULL: out of memory */
void indicator_history_destroy(struct indicator_history *h);
/* Before a fact of that time is folded into the twin. Days without a patient in a
 * room are not kept. */
void indicator_history_before(struct indicator_history *h, const struct twin *twin, int64_t at_ms);

/* The n-th day back, 0 the last one closed; NULL: not kept. */
const struct indicator_past *indicator_history_day(const struct indicator_history *h, int n);

/* The last days on which an indicator had a value, against those before them. */
struct indicator_trend {
	int after, before;        /* days with a value on each side, INDICATOR_DAYS at most */
	int64_t since_ms;         /* the oldest of them; 0 none */
	double mean, mean_before; /* of the daily values; NAN none */
	struct indicator_change change;
};
void indicator_history_trend(
	const struct indicator_history *h, int def, struct indicator_trend *out);

#endif
