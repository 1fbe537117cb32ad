/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_STAGE_ROOM_H
#define VIGIE_TWIN_STAGE_ROOM_H

/*
 * A case's time in the room, shared out to the steps of its way there. The other
 * steps keep their own laws while they leave the surgeon enough; in a short case
 * they are short as well, all by the same share. What they leave of the whole's
 * mean and variance is the surgeon's part; how far from it such parts have been
 * here makes it wider or narrower, and leaves its mean.
 */

#include "twin/stage_law.h"

struct stage_room {
	struct stage_law law[PATHWAY_STEPS];
	bool has[PATHWAY_STEPS]; /* a law of its own; the surgeon's part among them */
	struct stage_case part;  /* the surgeon's, as the others leave it; see twin/stage_law.h */
};

/* facts NULL: nothing is known; m NULL: nothing was learnt. `whole` is in the
 * room, from entry to exit. */
void stage_room(const struct stage_model *m, const struct pathway *way,
	const struct stage_facts *facts, const struct duration_law *whole, struct stage_room *room);

#endif
