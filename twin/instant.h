/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_INSTANT_H
#define VIGIE_TWIN_INSTANT_H

/*
 * Instants as text, by arithmetic alone: the twin knows no clock and no zone.
 * UTC to the minute, "2026-03-16T13:10Z"; years 1970 to 9999.
 */

#include <stdbool.h>
#include <stdint.h>

enum { INSTANT_TEXT = 18 };

/* Days from 1970-01-01 to a day of the Gregorian calendar (Howard Hinnant,
 * "chrono-compatible low-level date algorithms", days_from_civil). */
int64_t instant_days(int64_t year, int month, int day);
int instant_days_in(int64_t year, int month);

/* Exactly this grammar; false when it is not. */
bool instant_parse(const char *text, int64_t *ms);
/* The minute it is in; before 1970 the first one, after 9999 the last one. */
void instant_text(int64_t ms, char out[INSTANT_TEXT]);

#endif
