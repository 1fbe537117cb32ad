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
/* From when on minutes tell the local clock of its day, sessions for example: noon
 * less twelve hours, which is midnight but on days when the clocks change. */
int64_t format_clock_zero(int64_t at_ms);

/* What somebody can decide, as it is told to whoever does it, in local time and with
 * names of rooms: "put case c-12 into OR 5 at 14:10"; what only happens, in words of
 * the table of what-ifs. */
void format_decision(const struct view *view, const struct scenario *s, char *out, size_t size);
/* A what-if as somebody types it: "at=14:10" is the nearest such local time and becomes
 * an instant; all else stays. */
void format_typed(int64_t now_ms, const char *text, char *out, size_t size);

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
/* A stamp keeps its origin only: a resource of the hospital is "Type/id", a person
 * is not. */
enum source format_stamp_source(const struct stamp *stamp);
char format_state_letter(enum room_state state);
const char *format_stage(enum stage stage);
const char *format_status(enum case_status status);
const char *format_room_state(enum room_state state);

#endif
