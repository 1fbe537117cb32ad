/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_STAMP_H
#define VIGIE_HOSPITAL_STAMP_H

/* Times as text, in the zone of the site (TZ is set once at start). */

#include <stdint.h>

enum { STAMP_SIZE = 40 };

const char *stamp_seconds(int64_t ms, char out[STAMP_SIZE]); /* 2026-03-16T09:31:00+01:00 */
const char *stamp_millis(int64_t ms, char out[STAMP_SIZE]);  /* with .123 */
const char *stamp_date(int64_t ms, char out[STAMP_SIZE]);    /* 2026-03-16 */
const char *stamp_utc(int64_t ms, char out[STAMP_SIZE]);     /* 2026-03-16T08:31:00.123Z */
/* RFC 3339, or a date or minute alone (then local). 0 when not understood. */
int64_t stamp_parse(const char *text);
int64_t stamp_midnight(int64_t ms); /* of its local day */
/* Minutes after local midnight, safe across a change to summer time. */
int64_t stamp_at(int64_t midnight, int minutes);

#endif
