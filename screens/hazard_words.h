/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_HAZARD_WORDS_H
#define VIGIE_SCREENS_HAZARD_WORDS_H

/* What is told of a hazard beside its name. "" where there is nothing to tell. */

#include "screens/screen.h"

/* For the list: "OR 2 past session, 72%, in 1 h 40 (T)"; other alarms as they
 * are told. */
void hazard_line(const struct view *view, const struct alarm *a, char *out, size_t size);
/* "17:00, in 1 h 40" */
void hazard_when(const struct view *view, const struct alarm *a, char *out, size_t size);
/* "72%, by 2,000 replications" */
void hazard_chance(const struct alarm *a, char *out, size_t size);
/* Who says so: "the forecast of Mon 16 Mar 14:02:07, 3 min", or a rule. */
void hazard_source(const struct view *view, const struct alarm *a, char *out, size_t size);
/* "T: what would have it end in time" */
void hazard_help(const struct alarm *a, char *out, size_t size);
/* What its row is about: the room, and the case when it is one's. */
void hazard_subject(const struct view *view, const struct alarm *a, struct subject *out);

#endif
