/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_FORMAT_H
#define VIGIE_SCREENS_FORMAT_H

/*
 * Values as people read them. Times are local in the site's zone: src sets TZ
 * once at start. Unknown values become "" or "--:--", never a zero.
 */

#include "screens/canvas.h"
#include "screens/view.h"

/* snprintf that is meant to cut. */
void format_put(char *out, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void format_add(char *out, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void format_clock(int64_t at_ms, char *out, size_t size);      /* "10:42" */
void format_date_clock(int64_t at_ms, char *out, size_t size); /* "Mon 16 Mar 10:42:07" */
void format_rfc3339(int64_t at_ms, char *out, size_t size);    /* with offset */
void format_duration(double minutes, char *out, size_t size);  /* "40 min", "1 h 20" */
void format_age(int64_t age_ms, char *out, size_t size);       /* "40 s", "3 min" */
void format_late(double minutes, char *out, size_t size);      /* "+12", "-5", "" */
/* "12:05 (11:40-12:40)": the middle, and four out of five; "" nothing foreseen. */
void format_span(const struct quantiles *q, char *out, size_t size);
void format_count(int count, char *out, size_t size); /* "2,000" */
/* Milliseconds of the last local midnight. */
int64_t format_midnight(int64_t at_ms);
/* What session hours are counted from: noon of that day less twelve hours. It is
 * midnight but on the days when clocks change, which they do before any session. */
int64_t format_session_zero(int64_t at_ms);

/* A patient for the screen: initials and bed, or the name while revealed. */
void format_person(const struct view *view, const char *patient, char *out, size_t size);
/* Name of a room, a thing, a staff pseudonym; "" when not known. */
const char *format_room(const struct view *view, int room);
const char *format_floor(const struct view *view, int room);
const char *format_floor_id(const struct view *view, int room); /* the short one */
void format_thing(const struct view *view, int thing, char *out, size_t size);

/* "***" "**" "*" beside the colour, as patient monitors print it. */
const char *format_marks(enum priority priority);
enum role format_priority_role(enum priority priority);
char format_source_letter(enum source who); /* R F P S */
const char *format_source(enum source who); /* "radio" "FHIR" ... */
char format_state_letter(enum room_state state);
const char *format_stage(enum stage stage);
const char *format_status(enum case_status status);
const char *format_room_state(enum room_state state);

#endif
