/* SPDX-License-Identifier: Apache-2.0 */

/* Indicators of rooms: what was offered, what was used, what stood empty. */

#include "twin/indicator_inner.h"

#include <string.h>

static const char no_session[] = "no operating room has a session in the site file";
static const char running_session[] = "its session is not over";

static int rooms_of(const struct indicator_day *day)
{
	return day->twin->site ? day->twin->site->room_count : 0;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool counts(const struct indicator_stay *stay)
{
	return stay->in_ms > 0 && !stay->broken;
}

/* First in room and last out of room of a room; false: nobody was in. */
static bool used_span(const struct indicator_day *day, int room, int64_t *in_ms, int64_t *out_ms)
{
	*in_ms = *out_ms = 0;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];

		if (stay->room != room || !counts(stay))
			continue;
		*in_ms = *in_ms && *in_ms < stay->in_ms ? *in_ms : stay->in_ms;
		*out_ms = *out_ms > stay->out_ms ? *out_ms : stay->out_ms;
	}
	return *in_ms > 0;
}

/* tvo_formula of the site's targets: 1 the hours of the session (Datamento),
 * 2 first in to last out within them (MeaH). The part that is still to come is
 * offered to nobody yet. */
void indicator_offered(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	double formula = indicator_setting(day, "tvo_formula", 1);
	int64_t opens, closes, in, last;

	(void)def;
	out->variant = formula > 1 ? "tvo_formula 2: first patient in to last patient out, bounded "
				     "by the session (MeaH)"
				   : "tvo_formula 1: sum of session hours (Datamento)";
	if (formula != 1 && formula != 2)
		out->because = "tvo_formula in the site's targets is neither 1 nor 2";
	for (int r = 0; r < rooms_of(day) && !out->because; r++) {
		if (!indicator_session(day, r, &opens, &closes) || opens >= day->until_ms)
			continue;
		closes = earlier(closes, day->until_ms);
		if (formula < 2)
			indicator_part(out, -1, r, indicator_minutes(opens, closes), "");
		else if (used_span(day, r, &in, &last))
			indicator_part(out, -1, r, indicator_within(in, last, opens, closes), "");
	}
}

/* Sum over cases of |[PIR, POR] n [B0, B1]|. */
void indicator_in_block(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	int64_t opens, closes;

	(void)def;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		double minutes;

		if (stay->broken)
			indicator_leave(out, stay->broken);
		if (!counts(stay) || !indicator_session(day, stay->room, &opens, &closes))
			continue;
		minutes = indicator_within(stay->in_ms, stay->out_ms, opens, closes);
		if (stay->member || minutes > 0)
			indicator_part(out, stay->case_, stay->room, minutes,
				stay->running ? "still in the room" : "");
	}
}

/* tros_end of the site's targets: 1 until clean-up is done, 2 until out of room. */
void indicator_room_time(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	bool restored = indicator_setting(day, "tros_end", 1) < 2;

	(void)def;
	out->variant = restored ? "tros_end 1: in room to clean-up done"
				: "tros_end 2: in room to out of room";
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		int64_t end = restored && !stay->running ? stay->restored_ms : stay->out_ms;

		if (!stay->member || (!stay->in_ms && !stay->broken))
			continue;
		if (stay->broken || !end)
			indicator_leave(out, stay->broken ? stay->broken : "no clean-up done");
		else
			indicator_part(out, stay->case_, stay->room,
				indicator_minutes(stay->in_ms, end),
				stay->running ? "still in the room" : "");
	}
}

/* A case of the session is one that was to begin in it: what comes in the night
 * does not overrun anything. */
static bool in_session(const struct indicator_stay *stay, int64_t closes)
{
	return stay->member && (stay->planned_ms ? stay->planned_ms : stay->in_ms) < closes;
}

void indicator_past_block(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	int64_t opens, closes;

	(void)def;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];

		if (stay->broken && stay->member)
			indicator_leave(out, stay->broken);
		else if (counts(stay) && indicator_session(day, stay->room, &opens, &closes)
			 && in_session(stay, closes))
			indicator_part(out, stay->case_, stay->room,
				indicator_within(stay->in_ms, stay->out_ms, closes, stay->out_ms),
				stay->running ? "still in the room" : "");
	}
}

static double total(const struct indicator *of)
{
	double sum = 0;

	for (int i = 0; i < of->part_count; i++)
		sum += of->parts[i].value;
	return sum;
}

/* Divides what `out` has gathered by what was offered. */
static void by_offered(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	struct indicator offered;

	memset(&offered, 0, sizeof offered);
	indicator_offered(day, def, &offered);
	if (offered.because || !(total(&offered) > 0))
		out->because = offered.because ? offered.because : no_session;
	else
		out->value = 100 * total(out) / total(&offered);
}

/* Divides it by H, the session minutes until now. */
static void by_resource_hours(const struct indicator_day *day, struct indicator *out)
{
	double hours = 0;
	int64_t opens, closes;

	for (int r = 0; r < rooms_of(day); r++)
		if (indicator_session(day, r, &opens, &closes))
			hours += indicator_minutes(opens, earlier(closes, day->until_ms));
	out->value = 100 * total(out) / (hours > 0 ? hours : 1);
	if (!(hours > 0))
		out->because = no_session;
}

void indicator_rate(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	static indicator_reader *const tops[] = {[RATE_IN_BLOCK] = indicator_in_block,
		[RATE_ROOM_TIME] = indicator_room_time,
		[RATE_PAST_BLOCK] = indicator_past_block};
	bool adjustable = indicator_setting(day, "tvo_formula", 1) > 1;

	tops[def->a](day, def, out);
	if (!def->b) {
		by_offered(day, def, out);
		out->variant =
			adjustable ? "over TVO by tvo_formula 2" : "over TVO by tvo_formula 1";
	} else {
		by_resource_hours(day, out);
	}
}

/* The raw minutes, and to each stay its clean-up as measured and its set-up as
 * the site credits it; minutes of two cases count once. Credit stops at the
 * bounds of the session. */
void indicator_adjusted(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	double setup = indicator_setting(day, "setup_credit_min", 0);
	int64_t opens, closes, taken = 0;
	int room = -1;

	out->given = setup;
	(void)def;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		int64_t from = stay->in_ms - (int64_t)(setup * 60000), to = stay->out_ms;

		if (stay->broken)
			indicator_leave(out, stay->broken);
		if (!counts(stay) || !indicator_session(day, stay->room, &opens, &closes)
			|| (!stay->member && stay->out_ms <= opens))
			continue;
		taken = stay->room == room ? taken : 0;
		room = stay->room;
		from = from > taken ? from : earlier(taken, stay->in_ms);
		to = stay->restored_ms ? stay->restored_ms : to;
		if (i + 1 < day->stay_count && day->stays[i + 1].room == room
			&& counts(&day->stays[i + 1]) && day->stays[i + 1].in_ms < to)
			to = day->stays[i + 1].in_ms > stay->out_ms ? day->stays[i + 1].in_ms
								    : stay->out_ms;
		taken = to;
		indicator_part(out, stay->case_, room, indicator_within(from, to, opens, closes),
			stay->restored_ms ? "" : "no clean-up time credited");
	}
	by_resource_hours(day, out);
}

/* Why a room's day is not known, NULL when it is: a stay nobody saw the end of,
 * or a case that may have been done unseen. */
static const char *unknown_room(const struct indicator_day *day, int room, int *members)
{
	const char *reason = NULL;
	bool entered = false, due = false;

	*members = 0;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		const struct surgery *s = &day->twin->cases[stay->case_];

		if (stay->room != room || stay->off)
			continue;
		*members += stay->member;
		entered = entered || stay->in_ms > 0;
		due = due || (stay->member && s->end_ms < day->until_ms);
		if (stay->broken)
			reason = stay->broken;
	}
	/* A room of which nobody tells anything is not an empty room. */
	if (!reason && due && !entered)
		reason = "its planned cases are over, and none was told of";
	return reason;
}

/* O_r = max(0, POR_last (+ clean-up) - B1). */
void indicator_overused(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	int64_t opens, closes;
	const char *unknown;
	int members;

	(void)def;
	for (int r = 0; r < rooms_of(day); r++) {
		int64_t last = 0;
		bool still = false;

		if (!indicator_session(day, r, &opens, &closes))
			continue;
		unknown = unknown_room(day, r, &members);
		for (int i = 0; i < day->stay_count; i++) {
			const struct indicator_stay *stay = &day->stays[i];
			int64_t end = stay->restored_ms ? stay->restored_ms : stay->out_ms;

			if (stay->room != r || !counts(stay) || !in_session(stay, closes))
				continue;
			last = end > last ? end : last;
			still = stay->running;
		}
		if (unknown || closes > day->until_ms)
			indicator_leave(out, unknown ? unknown : running_session);
		else if (last)
			indicator_part(out, -1, r, indicator_minutes(closes, last),
				still ? "still in the room" : "");
	}
}

static double used_in_block(
	const struct indicator_day *day, int room, int64_t opens, int64_t closes)
{
	double used = 0;

	for (int i = 0; i < day->stay_count; i++)
		if (day->stays[i].room == room && counts(&day->stays[i]))
			used += indicator_within(
				day->stays[i].in_ms, day->stays[i].out_ms, opens, closes);
	return used;
}

/* U_r = max(0, (B1 - B0) - used within block), of sessions that are over. */
void indicator_underused(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	int64_t opens, closes;
	int members;

	(void)def;
	for (int r = 0; r < rooms_of(day) && day->entered > 0; r++) {
		const char *unknown;
		double under;

		if (!indicator_session(day, r, &opens, &closes))
			continue;
		unknown = unknown_room(day, r, &members);
		under = indicator_minutes(opens, closes) - used_in_block(day, r, opens, closes);
		if (unknown || closes > day->until_ms)
			indicator_leave(out, unknown ? unknown : running_session);
		else
			indicator_part(out, -1, r, under > 0 ? under : 0,
				members ? "" : "no case in this room");
	}
}

/* Empty minutes of one room until now, by cause. */
static void idle_of(const struct indicator_day *day, int room, int64_t opens, int64_t closes,
	int members, double idle[IDLE_ALL])
{
	int64_t free_from = opens;
	int done = 0;

	memset(idle, 0, IDLE_ALL * sizeof *idle);
	closes = earlier(closes, day->until_ms);
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		int64_t end = stay->restored_ms ? stay->restored_ms : stay->out_ms;

		if (stay->room != room || !counts(stay) || stay->in_ms >= closes)
			continue;
		idle[done ? IDLE_BETWEEN : IDLE_BEFORE] +=
			indicator_minutes(free_from, stay->in_ms);
		free_from = end > free_from ? end : free_from;
		done += stay->member;
	}
	if (!members)
		idle[IDLE_UNUSED] += indicator_minutes(free_from, closes);
	else if (done == members)
		idle[IDLE_AFTER] += indicator_minutes(free_from, closes);
	else
		idle[done ? IDLE_BETWEEN : IDLE_BEFORE] += indicator_minutes(free_from, closes);
}

void indicator_idle(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	int64_t opens, closes;

	for (int r = 0; r < rooms_of(day) && day->entered > 0; r++) {
		double idle[IDLE_ALL], sum = 0;
		const char *unknown;
		int members;

		if (!indicator_session(day, r, &opens, &closes) || opens >= day->until_ms)
			continue;
		unknown = unknown_room(day, r, &members);
		if (unknown) {
			indicator_leave(out, unknown);
			continue;
		}
		idle_of(day, r, opens, closes, members, idle);
		for (int cause = 0; cause < IDLE_ALL; cause++)
			sum += idle[cause];
		indicator_part(out, -1, r, def->a == IDLE_ALL ? sum : idle[def->a], "");
	}
}

void indicator_idle_cost(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	double price = indicator_price(day, def->setting);

	indicator_idle(day, def, out);
	for (int i = 0; i < out->part_count; i++)
		out->parts[i].value *= price / 60;
	out->given = price;
	if (price < 0)
		out->because = "no price or_hour is set for the site";
}

/* c_u sum U + c_o sum O, for the rooms of which both are known. */
void indicator_use_cost(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	double under = indicator_price(day, "or_hour"),
	       over = indicator_price(day, "or_overtime_hour");
	struct indicator more;

	memset(&more, 0, sizeof more);
	indicator_underused(day, def, out);
	indicator_overused(day, def, &more);
	for (int i = 0; i < out->part_count; i++)
		out->parts[i].value *= under / 60;
	for (int i = 0; i < more.part_count; i++)
		for (int k = 0; k < out->part_count; k++)
			if (out->parts[k].room == more.parts[i].room)
				out->parts[k].value += more.parts[i].value * over / 60;
	out->given = under;
	if (under < 0 || over < 0)
		out->because = "no price or_hour and or_overtime_hour is set for the site";
}
