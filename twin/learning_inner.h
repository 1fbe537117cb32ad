/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LEARNING_INNER_H
#define VIGIE_TWIN_LEARNING_INNER_H

/* Between the files that learn: cases, and the steps of their way. */

#include "twin/learning.h"

/* What is over is learnt so long after it: a system that is polled tells it later
 * and better than radio, and a change of a record costs all of them anew. */
enum { MINUTE_MS = 60000, SETTLED_MS = 10 * MINUTE_MS };

/* Told, not as a bound, not out of order, not disputed. */
bool learning_exact(const struct surgery *s, enum milestone m);

/* Follows the steps of case i, whose slot in l->cases is in order. */
void learning_stages(struct learning *l, const struct twin *twin, int i);
void learning_stages_exclude(struct learning *l, const char *id, bool excluded);

#endif
