/* SPDX-License-Identifier: Apache-2.0 */

/* Indicators of cases: starts, turnovers, waits, cancellations, emergencies. */

#include "twin/indicator_inner.h"

static const struct surgery *case_of(
	const struct indicator_day *day, const struct indicator_stay *stay)
{
	return &day->twin->cases[stay->case_];
}

/* The first elective case of a room that was not called off; false: the stay is
 * not one. Stays are in the order they were done. */
static bool is_first(const struct indicator_day *day, int at)
{
	const struct indicator_stay *stay = &day->stays[at];

	if (!stay->member || stay->off || !stay->elective || stay->room < 0)
		return false;
	for (int i = 0; i < at; i++) {
		const struct indicator_stay *other = &day->stays[i];

		if (other->room == stay->room && other->member && !other->off && other->elective)
			return false;
	}
	return true;
}

/* Share with PIR_1 <= S_1 + g. Not in yet, and past it: late for certain. */
void indicator_first_on_time(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	double grace = def->a >= 0 ? def->a : indicator_setting(day, def->setting, 0);

	out->given = grace;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		int64_t limit = stay->planned_ms + (int64_t)(grace * 60000);

		if (!is_first(day, i))
			continue;
		if (!stay->planned_ms)
			indicator_leave(out, "no planned start");
		else if (!stay->in_ms && stay->broken)
			indicator_leave(out, "no in room");
		else if (stay->in_ms)
			indicator_part(out, stay->case_, stay->room, stay->in_ms <= limit,
				stay->in_ms <= limit ? "on time" : "late");
		else if (case_of(day, stay)->end_ms < day->until_ms)
			indicator_leave(out, "not in, and its planned time is over");
		else if (day->until_ms > limit)
			indicator_part(out, stay->case_, stay->room, 0, "late, not in yet");
		else
			indicator_leave(out, "not due yet");
	}
}

/* max(0, PIR_1 - S_1). */
void indicator_tardiness(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	(void)def;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];

		if (!is_first(day, i))
			continue;
		if (!stay->planned_ms || !stay->in_ms)
			indicator_leave(
				out, stay->planned_ms ? "no in room yet" : "no planned start");
		else
			indicator_part(out, stay->case_, stay->room,
				indicator_minutes(stay->planned_ms, stay->in_ms), "");
	}
}

/* a: what ends the case before, b: what begins the next; enum milestone. A room
 * empty for longer than the cap was so by plan, not by turnover. */
void indicator_turnover(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	double cap = indicator_setting(day, def->setting, 90);

	out->given = cap;
	for (int i = 1; i < day->stay_count; i++) {
		const struct indicator_stay *last = &day->stays[i - 1], *next = &day->stays[i];
		int64_t from, to;

		/* Cases that were called off stand between those that were done. */
		for (int k = i - 1; k > 0 && last->off && last->room == next->room; k--)
			last = &day->stays[k - 1];
		if (last->room != next->room || next->room < 0 || last->off || next->off
			|| !surgery_has_begun(case_of(day, next)) || !next->member
			|| !surgery_has_begun(case_of(day, last)))
			continue;
		from = surgery_when(case_of(day, last), (enum milestone)def->a);
		to = surgery_when(case_of(day, next), (enum milestone)def->b);
		if (!from || !to)
			indicator_leave(out, from ? "the next has no such time yet"
						  : "the one before has no such time");
		else if (to < from)
			indicator_leave(out, "the next began before the last was out");
		else if (indicator_minutes(last->out_ms, next->in_ms) > cap)
			indicator_leave(out, "longer than the cap: a planned gap");
		else
			indicator_part(
				out, next->case_, next->room, indicator_minutes(from, to), "");
	}
}

/* Planned elective cases of the day; how many have the status a. */
static int planned_off(const struct indicator_day *day, int status, struct indicator *out)
{
	int planned = 0;

	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		enum case_status is = case_of(day, stay)->status;

		if (!stay->member || !stay->elective)
			continue;
		planned++;
		if (stay->off && (status < 0 || (int)is == status))
			indicator_part(out, stay->case_, stay->room, 1, case_status_name(is));
	}
	return planned;
}

/* n is what was planned: none called off of twelve is a figure, of none is not. */
void indicator_off(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	out->n = planned_off(day, def->a, out);
}

void indicator_off_rate(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	out->n = planned_off(day, def->a, out);
	if (out->n > 0)
		out->value = 100.0 * out->part_count / out->n;
}

void indicator_off_cost(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	double price = indicator_price(day, def->setting);

	out->n = planned_off(day, CASE_CANCELLED, out);
	for (int i = 0; i < out->part_count; i++)
		out->parts[i].value = price;
	out->given = price;
	if (price < 0)
		out->because = "no price cancellation is set for the site";
}

/* aTTS / iTTS of one stay; negative: why not, in *reason (NULL: no emergency). */
static double nest_ratio(const struct indicator_day *day, const struct indicator_stay *stay,
	bool *waits, const char **reason)
{
	const struct surgery *s = case_of(day, stay);
	int64_t cut = surgery_when(s, MILESTONE_INCISION);
	double ideal = site_nest_min(day->twin->site, s->nest);

	*reason = NULL;
	*waits = !cut;
	if (!stay->member || stay->off || (s->nest < 1 && s->setting != SETTING_EMERGENCY))
		return -1;
	if (s->nest < 1)
		*reason = "an emergency of no NEST class";
	else if (!(ideal > 0))
		*reason = "no hours are set for its class";
	else if (!cut && (surgery_has_begun(s) || surgery_is_over(s)))
		*reason = "no incision";
	else if (s->known_ms <= 0 || (cut && cut < s->known_ms))
		*reason = "first heard of after the incision";
	if (*reason)
		return -1;
	return indicator_minutes(s->known_ms, cut ? cut : day->until_ms) / ideal;
}

void indicator_nest_ratio(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	(void)def;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		const char *reason;
		bool waits;
		double ratio = nest_ratio(day, stay, &waits, &reason);

		if (reason)
			indicator_leave(out, reason);
		else if (ratio >= 0 && waits)
			indicator_leave(out, "still waiting");
		else if (ratio >= 0)
			indicator_part(out, stay->case_, stay->room, ratio, "");
	}
}

/* Share with aTTS / iTTS > 1. Still waiting counts once it is late. */
void indicator_nest_late(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	(void)def;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		const char *reason;
		bool waits;
		double ratio = nest_ratio(day, stay, &waits, &reason);

		if (reason)
			indicator_leave(out, reason);
		else if (ratio >= 0 && waits && ratio <= 1)
			indicator_leave(out, "still waiting, in time");
		else if (ratio >= 0)
			indicator_part(out, stay->case_, stay->room, ratio > 1,
				ratio > 1 ? "late" : "in time");
	}
}

/* POR - end of emergence; where that was not told, since the procedure's end. */
void indicator_hold(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	(void)def;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		int64_t awake = surgery_when(case_of(day, stay), MILESTONE_EMERGENCE);
		int64_t since =
			awake ? awake : surgery_when(case_of(day, stay), MILESTONE_PROCEDURE_END);

		if (!stay->member || stay->off
			|| !surgery_when(case_of(day, stay), MILESTONE_OUT_ROOM))
			continue;
		if (!since)
			indicator_leave(out, "neither emergence nor procedure end");
		else if (stay->out_ms < since)
			indicator_leave(out, "out of room before it");
		else
			indicator_part(out, stay->case_, stay->room,
				indicator_minutes(since, stay->out_ms),
				awake ? "" : "since procedure end");
	}
}

/* From milestone a to milestone b. A case that has reached neither is silent; who
 * slept on the ward was not waiting there to be sent for. */
void indicator_span(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		int64_t from = surgery_when(case_of(day, stay), (enum milestone)def->a);
		int64_t to = surgery_when(case_of(day, stay), (enum milestone)def->b);

		if (!stay->member || stay->off || (!from && !to))
			continue;
		if (!from || !to)
			indicator_leave(
				out, from ? "not at its end yet" : "its beginning was not told");
		else if (to < from)
			indicator_leave(out, "its end is before its beginning");
		else if (def->b == MILESTONE_SENT_FOR && from < day->from_ms)
			indicator_leave(out, "here since an earlier day");
		else
			indicator_part(
				out, stay->case_, stay->room, indicator_minutes(from, to), "");
	}
}

/* Room entry - max(ready, scheduled); early is no wait. */
void indicator_entry_wait(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	(void)def;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		int64_t ready = surgery_when(case_of(day, stay), MILESTONE_READY);
		int64_t due = case_of(day, stay)->start_ms;

		if (!stay->member || !stay->in_ms)
			continue;
		if (!ready || !due)
			indicator_leave(out, ready ? "no planned start" : "patient ready not told");
		else
			indicator_part(out, stay->case_, stay->room,
				indicator_minutes(ready > due ? ready : due, stay->in_ms), "");
	}
}

/* 480 x sum(actual - scheduled) / sum(actual). */
void indicator_bias(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	double actual = 0, excess = 0;

	(void)def;
	for (int i = 0; i < day->stay_count; i++) {
		const struct indicator_stay *stay = &day->stays[i];
		double planned = surgery_planned_min(case_of(day, stay)), took;

		if (!stay->member || (!stay->in_ms && !stay->broken) || stay->running)
			continue;
		if (stay->broken || !(planned > 0)) {
			indicator_leave(out, stay->broken ? stay->broken : "no planned time");
			continue;
		}
		took = indicator_minutes(stay->in_ms, stay->out_ms);
		actual += took;
		excess += took - planned;
		indicator_part(out, stay->case_, stay->room, took - planned, "");
	}
	out->value = actual > 0 ? 480 * excess / actual : 0;
	if (out->part_count > 0 && !(actual > 0))
		out->because = "the cases took no time";
}

/* For what this console is not fed with: the table says why. */
void indicator_never(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out)
{
	(void)day;
	out->because = def->none;
}
