/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_INDICATOR_INNER_H
#define VIGIE_TWIN_INDICATOR_INNER_H

/* Shared by the files of the indicators alone. */

#include "twin/indicator.h"

typedef void indicator_reader(
	const struct indicator_day *, const struct indicator_def *, struct indicator *);

/* --- indicator.c --------------------------------------------------------- */
void indicator_part(struct indicator *out, int case_, int room, double value, const char *note);
void indicator_leave(struct indicator *out, const char *reason);
/* -1: the site does not set it. */
double indicator_price(const struct indicator_day *day, const char *key);
double indicator_setting(const struct indicator_day *day, const char *key, double otherwise);

/* --- indicator_day.c ----------------------------------------------------- */
double indicator_minutes(int64_t from_ms, int64_t to_ms); /* 0 when backwards */
/* Minutes of [a, b] within [low, high]. */
double indicator_within(int64_t a, int64_t b, int64_t low, int64_t high);
/* Session of an OR on the day, not cut at now. False: it has none. */
bool indicator_session(
	const struct indicator_day *day, int room, int64_t *opens_ms, int64_t *closes_ms);

/* --- readers -------------------------------------------------------------- */
/* indicator_rooms.c: a, b as told there */
indicator_reader indicator_offered, indicator_in_block, indicator_room_time, indicator_past_block,
	indicator_rate, indicator_adjusted, indicator_overused, indicator_underused, indicator_idle,
	indicator_idle_cost, indicator_use_cost;
/* indicator_cases.c */
indicator_reader indicator_first_on_time, indicator_tardiness, indicator_turnover, indicator_off,
	indicator_off_rate, indicator_off_cost, indicator_nest_ratio, indicator_nest_late,
	indicator_hold, indicator_span, indicator_entry_wait, indicator_bias, indicator_never;

enum { IDLE_BEFORE, IDLE_BETWEEN, IDLE_AFTER, IDLE_UNUSED, IDLE_ALL };
enum { RATE_IN_BLOCK, RATE_ROOM_TIME, RATE_PAST_BLOCK };

#endif
