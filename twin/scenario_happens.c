/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/scenario_rows.h"

#include <limits.h>
#include <string.h>

#include "twin/fasting.h"
#include "twin/text.h"

/* What may happen: what each such row tells the fork. */

static const int64_t MINUTE_MS = 60000;

/* ---- cases ---- */

static bool take_off(struct fork *fork, const struct scenario *s, enum case_status status,
	char why[SCENARIO_TEXT])
{
	struct fact f = fork_fact(fork, FACT_STATUS);
	const struct surgery *c = fork_case(fork, s, 0);
	if (fork_refuse_begun(c, why))
		return false;
	text_copy(f.status.id, sizeof f.status.id, c->id);
	f.status.status = status;
	twin_apply(fork->twin, &f, NULL);
	return true;
}

bool happens_absent(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return take_off(fork, s, CASE_NO_SHOW, why);
}

bool happens_cancel(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return take_off(fork, s, CASE_CANCELLED, why);
}

/* ---- kits ---- */

/* One less of it for so long; whoever comes first has the others. */
static bool kit_away(struct fork *fork, int kit, int minutes, char why[SCENARIO_TEXT])
{
	struct plan_policy *policy = &fork->policy;
	if (policy->away_count == PLAN_AWAY)
		return scenario_why(why, "too many kits are away", "", "");
	policy->away[policy->away_count].kit = (int8_t)kit;
	policy->away[policy->away_count++].min = (int16_t)minutes;
	return true;
}

static bool not_before_min(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	int64_t there = fork->twin->now_ms + scenario_number(s, 1) * MINUTE_MS;
	if (fork_refuse_begun(c, why))
		return false;
	if (there <= c->start_ms)
		return scenario_why(why, "case ", c->id, " is planned after that anyway");
	fork_start(fork, c, there);
	return true;
}

/* Where the site counts such sets one is away; else the case waits for its own. */
bool happens_set_missing(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	int kit = fork_kit(fork, c->procedure, true);
	kit = kit >= 0 ? kit : fork_kit(fork, c->procedure, false);
	if (kit < 0)
		return not_before_min(fork, s, why);
	return !fork_refuse_begun(c, why) && kit_away(fork, kit, scenario_number(s, 1), why);
}

/* A meal, by the site's own hours (twin/fasting.h): the legal start is that long
 * after it. The case moves there, for others would go first. */
bool happens_not_fasting(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	double clock_min = 60 * fasting_hours(fork->twin->site, INTAKE_SOLIDS);
	int64_t legal = fork->twin->now_ms
			+ (int64_t)((clock_min - scenario_number(s, 1)) * (double)MINUTE_MS);
	if (fork_refuse_begun(c, why))
		return false;
	if (legal <= c->start_ms)
		return scenario_why(
			why, "case ", c->id, " is planned after the fasting clock anyway");
	fork_start(fork, c, legal);
	return true;
}

/* The same fate with more or fewer minutes: no fact says that, for an estimate
 * has a spread of its own. */
static bool longer(struct fork *fork, const struct scenario *s, int sign, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	int16_t *extra = &fork->policy.extra_min[c - fork->twin->cases];
	int sum = *extra + sign * scenario_number(s, 1);
	if (surgery_is_over(c))
		return scenario_why(why, "case ", c->id, " has left its room");
	if (surgery_is_off(c))
		return scenario_why(why, "case ", c->id, " is off the list");
	if (sum < -1440 || sum > 1440)
		return scenario_why(why, "case ", c->id, ": more than a day");
	*extra = (int16_t)sum;
	return true;
}

bool happens_overrun(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return longer(fork, s, 1, why);
}

bool happens_faster(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return longer(fork, s, -1, why);
}

bool happens_surgeon_late(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct chosen who = {.room = -1, .surgeon = scenario_word(s, 0)};
	int64_t here = fork->twin->now_ms + scenario_number(s, 1) * MINUTE_MS;
	return fork_not_before(fork, &who, here) > 0
	       || scenario_why(why, "no case of ", who.surgeon, " is planned before that");
}

/* ---- the patient ---- */

static bool refuse_off(const struct surgery *s, char why[SCENARIO_TEXT])
{
	if (surgery_is_off(s))
		return !scenario_why(why, "case ", s->id, " is off the list");
	if (surgery_when(s, MILESTONE_DISCHARGED) != 0)
		return !scenario_why(why, "the patient of ", s->id, " has gone");
	return false;
}

/* Stays the night after all, or goes home: another pathway from where they are. */
bool happens_setting(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	enum setting to = (enum setting)setting_parse(scenario_word(s, 1));
	struct fact f = fork_fact(fork, FACT_CASE);
	if (refuse_off(c, why))
		return false;
	if (c->setting == to)
		return scenario_why(why, "case ", c->id, " is that already");
	text_copy(f.surgery.id, sizeof f.surgery.id, c->id);
	f.surgery.setting = to;
	twin_apply(fork->twin, &f, NULL);
	return true;
}

bool happens_mobility(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	int patient = twin_patient(fork->twin, c->patient);
	enum mobility to = (enum mobility)mobility_parse(scenario_word(s, 1));
	struct fact f = fork_fact(fork, FACT_PATIENT);
	if (refuse_off(c, why))
		return false;
	if (patient < 0)
		return scenario_why(why, "nobody knows the patient of ", c->id, "");
	if (fork->twin->patients[patient].mobility == to)
		return scenario_why(why, "the patient of ", c->id, " does that already");
	text_copy(f.patient.id, sizeof f.patient.id, c->patient);
	f.patient.mobility = to;
	twin_apply(fork->twin, &f, NULL);
	return true;
}

/* ---- emergencies ---- */

/*
 * When a room is free for somebody who comes at `at`: after the case that is in
 * it, those who begin before as booked, and emergencies that wait. Nobody knows
 * of it before. *held gets the planned start of the first who has to wait for it,
 * INT64_MAX none.
 */
static int64_t free_at(const struct fork *fork, int room, int64_t at, int64_t *held)
{
	const struct twin *t = fork->twin;
	int64_t until = t->now_ms;
	*held = INT64_MAX;
	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *c = &t->cases[i];
		if (fork_is_in(fork, c, room) && surgery_has_begun(c) && !surgery_is_off(c)
			&& !surgery_is_over(c))
			until = fork_later(until, surgery_entered_ms(c) + c->end_ms - c->start_ms);
	}
	for (const struct surgery *c = fork_next(fork, room, NULL); c != NULL;
		c = fork_next(fork, room, c)) {
		int64_t begins = fork_later(until, c->start_ms);
		if (begins >= at && !fork_is_urgent(c)) {
			*held = c->start_ms;
			return until;
		}
		until = begins + (c->end_ms > c->start_ms ? c->end_ms - c->start_ms : 0);
	}
	return until;
}

/* The open room that is free first, of several one where nobody is held up; -1. */
static int first_free_room(const struct fork *fork, int64_t at, int64_t lasts)
{
	int best = -1;
	int64_t least = INT64_MAX, held;
	for (int r = 0; r < fork->twin->site->room_count && r < TWIN_ROOMS; r++) {
		if (!fork_is_open(fork, r))
			continue;
		int64_t until = free_at(fork, r, at, &held);
		if (at != INT64_MAX)
			until = fork_later(until, at);
		until += held < until + lasts;
		if (until < least) {
			least = until;
			best = r;
		}
	}
	return best;
}

/* "what-if-001", "what-if-002" ...: never an id of the hospital's. */
static void new_id(const struct fork *fork, char out[SCENARIO_TEXT])
{
	for (int n = 1; n < 1000; n++) {
		char digits[4] = {(char)('0' + n / 100), (char)('0' + n / 10 % 10),
			(char)('0' + n % 10), '\0'};
		scenario_why(out, "what-if-", digits, "");
		if (twin_case(fork->twin, out) < 0)
			return;
	}
}

/* At once, and within the hour (NEST 1 and 2): who has not begun when it comes
 * waits until it is over. The others go after what is booked. */
static void add_emergency(
	struct fork *fork, int class, const char *procedure, int64_t start, int minutes)
{
	char id[SCENARIO_TEXT];
	struct fact f = fork_fact(fork, FACT_CASE);
	int64_t lasts = minutes * MINUTE_MS, at = class <= 2 ? start : INT64_MAX, held;
	int room = first_free_room(fork, at, lasts);
	int64_t free = free_at(fork, room, at, &held);
	if (class > 2)
		start = fork_later(start, free);
	new_id(fork, id);
	text_copy(f.surgery.id, sizeof f.surgery.id, id);
	text_copy(f.surgery.room, sizeof f.surgery.room, fork->twin->site->rooms[room].id);
	text_copy(f.surgery.procedure, sizeof f.surgery.procedure, procedure);
	f.surgery.start_ms = start;
	f.surgery.end_ms = start + lasts;
	f.surgery.status = CASE_PLANNED;
	f.surgery.setting = SETTING_EMERGENCY;
	f.surgery.nest = class;
	f.surgery.add_on = 1;
	twin_apply(fork->twin, &f, NULL);
	const struct chosen waiting = {.room = room, .can_wait = true, .from_ms = held};
	if (class <= 2)
		fork_not_before(fork, &waiting, start + MINUTE_MS);
}

static bool has_place(const struct fork *fork, int cases, char why[SCENARIO_TEXT])
{
	if (first_free_room(fork, fork->twin->now_ms, 0) < 0)
		return scenario_why(why, "no operating room is open", "", "");
	if (fork->twin->case_count + cases > TWIN_CASES)
		return scenario_why(why, "the programme is full", "", "");
	return true;
}

bool happens_emergency(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const char *procedure = s->values[3].given ? scenario_word(s, 3) : "emergency";
	if (!has_place(fork, 1, why))
		return false;
	add_emergency(fork, scenario_number(s, 0), procedure,
		fork->twin->now_ms + scenario_number(s, 1) * MINUTE_MS, scenario_number(s, 2));
	return true;
}

/* A third cannot wait at all; one comes every five minutes, the first in twenty. */
bool happens_mass(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	if (!has_place(fork, scenario_number(s, 0), why))
		return false;
	for (int i = 0; i < scenario_number(s, 0); i++)
		add_emergency(fork, i % 3 == 0 ? 1 : 2, "mass casualty",
			fork->twin->now_ms + (20 + 5 * i) * MINUTE_MS, scenario_number(s, 1));
	return true;
}

/* ---- rooms ---- */

/* Power, air or water gone: every OR of the floor. */
bool happens_wing_down(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct site *site = fork->twin->site;
	int floor = site_floor(site, scenario_word(s, 0)), closed = 0;
	for (int r = 0; r < site->room_count; r++) {
		if (site->rooms[r].floor != floor || !fork_is_open(fork, r))
			continue;
		fork_service(fork, site->rooms[r].id, SERVICE_CLOSED);
		closed++;
	}
	return closed > 0
	       || scenario_why(why, "floor ", scenario_word(s, 0), " has no open operating room");
}

/* A device fails: where the site counts those that the next ones in the room need,
 * there is one less; else nobody enters until it works again. */
bool happens_equipment(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct chosen who = {.room = site_room(fork->twin->site, scenario_word(s, 0))};
	int64_t works = fork->twin->now_ms + scenario_number(s, 1) * MINUTE_MS;
	for (const struct surgery *c = fork_next(fork, who.room, NULL); c != NULL;
		c = fork_next(fork, who.room, c)) {
		int kit = fork_kit(fork, c->procedure, false);
		if (kit >= 0)
			return kit_away(fork, kit, scenario_number(s, 1), why);
	}
	return fork_not_before(fork, &who, works) > 0
	       || scenario_why(why, "nobody is to enter ", scenario_word(s, 0), " before that");
}

bool happens_ward_full(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)s;
	return fork_change_beds(fork, ROOM_WARD, -site_beds(fork->twin->site, ROOM_WARD), why);
}
