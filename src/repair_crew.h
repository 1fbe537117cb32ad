/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_REPAIR_CREW_H
#define VIGIE_SRC_REPAIR_CREW_H

/* Threads for a search that knows of none (twin/repair_search.h): so many hands, each
 * with a bench of its own, that take what is to be done one after the other. */

#include "twin/repair_search.h"

struct crew {
	struct repair_crew crew; /* its context is this crew */
	bool (*stop)(void *context);
	void *context;
};

/* `stop` may be NULL. NULL: out of memory. */
struct crew *crew_create(int threads, bool (*stop)(void *context), void *context);
void crew_destroy(struct crew *crew);
/* 0 .. count - 1, each once; returns when all are done. */
void crew_each(struct crew *crew, int count, repair_one *one, void *argument);

#endif
