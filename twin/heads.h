/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_HEADS_H
#define VIGIE_TWIN_HEADS_H

/*
 * Countersigning: what other stations tell of the end of their journals' chains is
 * put on record here once an hour (FACT_AUDIT "head", subject the station, reason
 * "number:hash"), so that a journal that is rewritten as a whole is found by the
 * others (`vigie verify --against`).
 */

#include "twin/stations.h"

enum { HEADS_EVERY_MS = 3600 * 1000 };

struct heads {
	int count;
	struct {
		char station[ID_SIZE], head[LABEL_SIZE]; /* as last put on record ... */
		int64_t at_ms;                           /* ... at this time */
	} kept[STATIONS_MAX];
};

/* The facts to be told now, without number and time of receipt; how many. What has
 * not moved since is not told again. */
int heads_due(struct heads *h, const struct stations *stations, int64_t now_ms,
	struct fact out[STATIONS_MAX]);
/* "number:hash" of 64 hex digits; false: it is not one. */
bool head_parse(const char *text, uint64_t *number, char hash[65]);

#endif
