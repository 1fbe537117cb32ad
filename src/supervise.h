/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SUPERVISE_H
#define VIGIE_SRC_SUPERVISE_H

/*
 * What the radio of this station knows and no fact has said yet: that no gateway at
 * all is heard (one by one they would be told by the room filter, which takes the
 * silence of all for the broker's), a tag that should be heard and was not since we
 * began (the filter tells only of what it has heard once), and a gateway whose clock
 * is wrong. Told as facts, once each; what was told is looked up in the twin, so that
 * a restart repeats nothing.
 */

#include "twin/health.h"
#include "twin/twin.h"

struct supervise {
	const struct twin *twin;     /* borrowed, all three */
	const struct health *health; /* tags and gateways as radio has them */
	void (*fact)(void *context, const struct fact *fact);
	void *context;
	int64_t began_ms; /* listening since; of a new site, since then */
	/* Suite time may run fast: nothing is silent before so much of it has gone by. */
	int64_t patience_ms;
};

/* About once a second. `linked`: what gateways say reaches us. */
void supervise_tick(struct supervise *s, bool linked, int64_t now_ms);

#endif
