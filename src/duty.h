/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_DUTY_H
#define VIGIE_SRC_DUTY_H

/*
 * Which of the stations that escalate does it now: of those present, the one with
 * the smallest (rank, id). Each sees that for itself; nobody is asked.
 *
 * Fail open: who hears no broker does it himself, because nobody can tell him that
 * it is done. The same message may then be sent twice, under one name. Who has
 * just come (back) to the broker waits until it has heard what the others did.
 */

#include "twin/stations.h"

enum {
	DUTY_SETTLE_MS = 5000, /* linked so long before the others can be trusted to be known */
	DUTY_ALONE_MS = 6000,  /* without a link so long before it is on its own */
	DUTY_SILENT_MS = 6000  /* without a word so long, another is gone: three beats */
};

struct duty {
	bool began, linked;
	int64_t since_mono; /* of the link, or of its loss */
	bool mine;
	char holder[ID_SIZE]; /* who is on duty as we see it, "" nobody yet */
};

/* now_ms is suite time, as heard_ms; `speed` its speed. stations NULL: alone in the
 * world. True when we are on duty. */
bool duty_look(struct duty *duty, const struct stations *stations, const char *self, int rank,
	int64_t now_ms, double speed, int64_t mono_ms);

#endif
