/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_FORECAST_AGAINST_H
#define VIGIE_SRC_FORECAST_AGAINST_H

/*
 * The same programme under two versions of the site, in simulation only: another
 * pathway, another crew. Both live the same fates, so that the difference of each
 * replication is the site's own.
 */

#include <stdbool.h>
#include <stdint.h>

struct against {
	const char *programme, *site, *other; /* paths */
	int64_t at_ms;                        /* 0: as vigie forecast has it */
	int reps, threads;
	uint32_t seed;
	bool json;
};

/* Prints; an exit status. */
int forecast_against(const struct against *asked);

#endif
