/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_INTAKE_H
#define VIGIE_SCREENS_INTAKE_H

/* When somebody last ate or drank, as it is typed: "06:30 s", "6h30", "0630 c". */

#include "screens/view.h"

/* Hour and minutes with or without a mark between them, then s (solids), l (light
 * meal) or c (clear fluids); without a letter solids, the longest wait. The time
 * is the last one that the clock showed that. False when it is no such text. */
bool intake_typed(const char *text, int64_t now_ms, enum intake *what, int64_t *when_ms);
/* "solids", "a light meal", "clear fluids": for people. */
const char *intake_words(enum intake what);

#endif
