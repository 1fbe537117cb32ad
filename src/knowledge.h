/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_KNOWLEDGE_H
#define VIGIE_SRC_KNOWLEDGE_H

/*
 * What the house knows beside the twin: folds of the same facts that no decision
 * of the twin hangs on, so that a copy of it need not carry them. They are filled
 * from the journal at restart, and fact by fact from then on.
 */

#include "screens/view.h"
#include "twin/changes.h"
#include "twin/indicator_history.h"
#include "twin/learning.h"
#include "twin/notices.h"
#include "twin/orders.h"
#include "twin/score.h"

struct knowledge {
	struct learning *learning;         /* how long cases take */
	struct indicator_history *history; /* the days gone by */
	struct score *score;               /* how right the forecast was */
	struct changes *changes;           /* what there is to tell whoever comes back */
	struct notices *notices;           /* who was told of which alarm */
	struct orders *orders;             /* what was decided and sent, and what came of it */
};

/* False: out of memory; knowledge_fini all the same. */
bool knowledge_init(struct knowledge *k);
void knowledge_fini(struct knowledge *k);
/* Around twin_apply of the same fact, and what it said came of it. A site brings
 * its zone with it. */
void knowledge_before(struct knowledge *k, const struct twin *twin, const struct fact *fact);
void knowledge_after(struct knowledge *k, const struct twin *twin, const struct fact *fact,
	const struct consequences *out);
/* What time alone made of the alarms. */
void knowledge_advanced(
	struct knowledge *k, const struct twin *twin, const struct consequences *out);
void knowledge_view(const struct knowledge *k, struct view *view);

#endif
