/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/scenario.h"

#include <limits.h>
#include <string.h>

#include "twin/fasting.h"
#include "twin/scenario_fork.h"
#include "twin/text.h"

/*
 * The table of what-ifs, and what each tells the fork. A new one is a function
 * and a row here.
 */

static const int64_t MINUTE_MS = 60000;

/* ---- cases ---- */

static const struct surgery *case_of(const struct fork *fork, const struct scenario *s, int p)
{
	return &fork->twin->cases[twin_case(fork->twin, scenario_word(s, p))];
}

static bool refuse_begun(const struct surgery *s, char why[SCENARIO_TEXT])
{
	if (surgery_has_begun(s))
		return !scenario_why(why, "case ", s->id, " has begun");
	if (surgery_is_off(s))
		return !scenario_why(why, "case ", s->id, " is off the list");
	if (s->start_ms == 0)
		return !scenario_why(why, "case ", s->id, " has no planned time");
	return false;
}

static int64_t later_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool take_off(struct fork *fork, const struct scenario *s, enum case_status status,
	char why[SCENARIO_TEXT])
{
	struct fact f = fork_fact(fork, FACT_STATUS);
	const struct surgery *c = case_of(fork, s, 0);
	if (refuse_begun(c, why))
		return false;
	text_copy(f.status.id, sizeof f.status.id, c->id);
	f.status.status = status;
	twin_apply(fork->twin, &f, NULL);
	return true;
}

static bool absent(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return take_off(fork, s, CASE_NO_SHOW, why);
}

static bool cancel(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return take_off(fork, s, CASE_CANCELLED, why);
}

/* From the planned start, or from now when that is past. */
static bool delay(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = case_of(fork, s, 0);
	if (refuse_begun(c, why))
		return false;
	fork_start(fork, c,
		later_of(c->start_ms, fork->twin->now_ms) + scenario_number(s, 1) * MINUTE_MS);
	return true;
}

/* ---- kits ---- */

/* The kit of the site that a procedure needs: a sterile set, or a device. */
static int kit_of(const struct fork *fork, const char *procedure, bool sterile)
{
	const struct site *site = fork->twin->site;
	for (int k = 0; k < site->kit_count; k++)
		if (sterile == (site->kits[k].turn_min > 0)
			&& site_kit_is_for(&site->kits[k], procedure))
			return k;
	return -1;
}

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
	const struct surgery *c = case_of(fork, s, 0);
	int64_t there = fork->twin->now_ms + scenario_number(s, 1) * MINUTE_MS;
	if (refuse_begun(c, why))
		return false;
	if (there <= c->start_ms)
		return scenario_why(why, "case ", c->id, " is planned after that anyway");
	fork_start(fork, c, there);
	return true;
}

/* Where the site counts such sets one is away; else the case waits for its own. */
static bool set_missing(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = case_of(fork, s, 0);
	int kit = kit_of(fork, c->procedure, true);
	kit = kit >= 0 ? kit : kit_of(fork, c->procedure, false);
	if (kit < 0)
		return not_before_min(fork, s, why);
	return !refuse_begun(c, why) && kit_away(fork, kit, scenario_number(s, 1), why);
}

/* A meal, by the site's own hours (twin/fasting.h): the legal start is that long
 * after it. The case moves there, for others would go first. */
static bool not_fasting(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = case_of(fork, s, 0);
	double clock_min = 60 * fasting_hours(fork->twin->site, INTAKE_SOLIDS);
	int64_t legal = fork->twin->now_ms
			+ (int64_t)((clock_min - scenario_number(s, 1)) * (double)MINUTE_MS);
	if (refuse_begun(c, why))
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
	const struct surgery *c = case_of(fork, s, 0);
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

static bool overrun(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return longer(fork, s, 1, why);
}

static bool faster(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return longer(fork, s, -1, why);
}

static bool move(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = case_of(fork, s, 0);
	int room = site_room(fork->twin->site, scenario_word(s, 1));
	if (refuse_begun(c, why))
		return false;
	if (!fork_is_open(fork, room))
		return scenario_why(why, "room ", scenario_word(s, 1), " is closed");
	if (fork_is_in(fork, c, room))
		return scenario_why(why, "case ", c->id, " is in that room already");
	fork_move(fork, c->id, fork->twin->site->rooms[room].id);
	return true;
}

static bool swap(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	struct surgery a = *case_of(fork, s, 0), b = *case_of(fork, s, 1);
	if (refuse_begun(&a, why) || refuse_begun(&b, why))
		return false;
	if (strcmp(a.id, b.id) == 0)
		return scenario_why(why, "case ", a.id, " cannot change places with itself");
	fork_start(fork, &a, b.start_ms);
	fork_start(fork, &b, a.start_ms);
	fork_move(fork, a.id, b.room);
	fork_move(fork, b.id, a.room);
	return true;
}

static bool surgeon_late(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
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
static bool change_setting(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = case_of(fork, s, 0);
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

static bool change_mobility(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = case_of(fork, s, 0);
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

/* ---- the order ---- */

/*
 * The smallest variance first, for it makes the fewest wait (Denton, Viapiano
 * and Vogl, Health Care Manag. Sci. 2007): with a spread that is a share of the
 * booking, that is the shortest booking first. Times are dealt out anew from the
 * first one on, back to back as booked.
 */
static int by_variance_in(struct fork *fork, int room)
{
	struct twin *t = fork->twin;
	const struct surgery *queue[TWIN_CASES];
	const struct chosen who = {.room = room};
	int n = 0, moved = 0;
	int64_t next = INT64_MAX;
	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *c = &t->cases[i];
		if (!fork_is_chosen(fork, c, &who) || c->nest > 0 || c->end_ms <= c->start_ms)
			continue;
		int at = n++;
		next = c->start_ms < next ? c->start_ms : next;
		for (; at > 0; at--) {
			int64_t mine = c->end_ms - c->start_ms;
			int64_t other = queue[at - 1]->end_ms - queue[at - 1]->start_ms;
			if (other < mine || (other == mine && fork_before(queue[at - 1], c)))
				break;
			queue[at] = queue[at - 1];
		}
		queue[at] = c;
	}
	for (int k = 1; k < n; k++)
		moved += fork_before(queue[k], queue[k - 1]);
	for (int k = 0; moved > 0 && k < n; k++) {
		int64_t lasts = queue[k]->end_ms - queue[k]->start_ms;
		fork_start(fork, queue[k], next);
		next += lasts + (int64_t)(t->site->turnover_min * (double)MINUTE_MS);
	}
	return moved;
}

static bool by_variance(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int only = s->values[0].given ? site_room(fork->twin->site, scenario_word(s, 0)) : -1;
	int moved = 0;
	for (int r = 0; r < fork->twin->site->room_count && r < TWIN_ROOMS; r++)
		if (only < 0 ? fork_is_open(fork, r) : r == only)
			moved += by_variance_in(fork, r);
	return moved > 0 || scenario_why(why, "the shortest go first already", "", "");
}

/* ---- emergencies ---- */

/* The next of those who wait for a room, in order; NULL: no more. */
static const struct surgery *next_in(const struct fork *fork, int room, const struct surgery *after)
{
	const struct surgery *best = NULL;
	for (int i = 0; i < fork->twin->case_count; i++) {
		const struct surgery *c = &fork->twin->cases[i];
		if (fork_waits(c) && fork_is_in(fork, c, room)
			&& (after == NULL || fork_before(after, c))
			&& (best == NULL || fork_before(c, best)))
			best = c;
	}
	return best;
}

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
			until = later_of(until, surgery_entered_ms(c) + c->end_ms - c->start_ms);
	}
	for (const struct surgery *c = next_in(fork, room, NULL); c != NULL;
		c = next_in(fork, room, c)) {
		int64_t begins = later_of(until, c->start_ms);
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
			until = later_of(until, at);
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
		start = later_of(start, free);
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

static bool emergency(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const char *procedure = s->values[3].given ? scenario_word(s, 3) : "emergency";
	if (!has_place(fork, 1, why))
		return false;
	add_emergency(fork, scenario_number(s, 0), procedure,
		fork->twin->now_ms + scenario_number(s, 1) * MINUTE_MS, scenario_number(s, 2));
	return true;
}

/* A third cannot wait at all; one comes every five minutes, the first in twenty. */
static bool mass_casualty(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	if (!has_place(fork, scenario_number(s, 0), why))
		return false;
	for (int i = 0; i < scenario_number(s, 0); i++)
		add_emergency(fork, i % 3 == 0 ? 1 : 2, "mass casualty",
			fork->twin->now_ms + (20 + 5 * i) * MINUTE_MS, scenario_number(s, 1));
	return true;
}

/* ---- rooms ---- */

static bool room_down(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int room = site_room(fork->twin->site, scenario_word(s, 0));
	if (!fork_is_open(fork, room))
		return scenario_why(why, "room ", scenario_word(s, 0), " is closed already");
	fork_service(fork, scenario_word(s, 0), SERVICE_CLOSED);
	return true;
}

static bool room_up(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int room = site_room(fork->twin->site, scenario_word(s, 0));
	if (fork_is_open(fork, room))
		return scenario_why(why, "room ", scenario_word(s, 0), " is open");
	fork_service(fork, scenario_word(s, 0), SERVICE_UNOCCUPIED);
	return true;
}

/* Power, air or water gone: every OR of the floor. */
static bool wing_down(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
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
static bool equipment(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct chosen who = {.room = site_room(fork->twin->site, scenario_word(s, 0))};
	int64_t works = fork->twin->now_ms + scenario_number(s, 1) * MINUTE_MS;
	for (const struct surgery *c = next_in(fork, who.room, NULL); c != NULL;
		c = next_in(fork, who.room, c)) {
		int kit = kit_of(fork, c->procedure, false);
		if (kit >= 0)
			return kit_away(fork, kit, scenario_number(s, 1), why);
	}
	return fork_not_before(fork, &who, works) > 0
	       || scenario_why(why, "nobody is to enter ", scenario_word(s, 0), " before that");
}

/* ---- people and beds ---- */

/* Some pathway of the site waits for one of these. */
static bool is_waited_for(const struct site *site, enum need_kind kind, int index)
{
	const struct pathway *ways = site->pathways, *own = pathway_of(NULL, SETTING_UNKNOWN);
	int count = site->pathway_count > 0 ? site->pathway_count : 1;
	for (int w = 0; w < count; w++) {
		const struct pathway *way = site->pathway_count > 0 ? &ways[w] : own;
		if (way->turnover_need.kind == kind && way->turnover_need.index == index)
			return true;
		for (int s = 0; s < way->step_count; s++)
			if (pathway_lists(way->steps[s].need, kind, index))
				return true;
	}
	return false;
}

static bool change_units(
	struct fork *fork, const char *id, int usual, int change, char why[SCENARIO_TEXT])
{
	int units = twin_units(fork->twin, id, usual);
	if (change == 0 || (change < 0 && units == 0))
		return scenario_why(why, "that changes nothing for ", id, "");
	fork_units(fork, id, units + change);
	return true;
}

static bool staff(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct site *site = fork->twin->site;
	int role = 0;
	while (strcmp(site->roles[role].id, scenario_word(s, 0)) != 0)
		role++;
	bool waited = is_waited_for(site, NEED_ROLE, role) || is_waited_for(site, NEED_COVER, role);
	if (site->roles[role].count <= 0 || !waited)
		return scenario_why(why, "no pathway of this site waits for a ",
			site->roles[role].id, ": the forecast cannot tell");
	return change_units(
		fork, site->roles[role].id, site->roles[role].count, scenario_number(s, 1), why);
}

static bool change_beds(struct fork *fork, int kind, int change, char why[SCENARIO_TEXT])
{
	const char *name = room_kind_name((enum room_kind)kind);
	int usual = site_beds(fork->twin->site, (enum room_kind)kind);
	if (usual == 0)
		return scenario_why(why, "the site lists no beds of ", name, "");
	if (!is_waited_for(fork->twin->site, NEED_BEDS, kind))
		return scenario_why(why, "no pathway of this site waits for a bed of ", name,
			": the forecast cannot tell");
	return change_units(fork, name, usual, change, why);
}

static bool beds(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return change_beds(fork, room_kind_parse(scenario_word(s, 0)), scenario_number(s, 1), why);
}

static bool ward_full(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)s;
	return change_beds(fork, ROOM_WARD, -site_beds(fork->twin->site, ROOM_WARD), why);
}

/* ---- ways of working ---- */

static bool turnover_team(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)why;
	int left = (100 - fork->policy.turnover_less) * (100 - scenario_number(s, 0)) / 100;
	fork->policy.turnover_less = 100 - left;
	return true;
}

static bool parallel_induction(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)s;
	if (fork->policy.induction_ahead)
		return scenario_why(why, "induction is ahead already", "", "");
	return fork->policy.induction_ahead = true;
}

static bool no_hold(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)s;
	if (fork->policy.no_hold)
		return scenario_why(why, "nobody is held already", "", "");
	return fork->policy.no_hold = true;
}

/* ---- the table ---- */

#define CASE_(name)                                                                                \
	{                                                                                          \
		(name), PARAMETER_CASE, true, 0, 0, 0                                              \
	}
#define ROOM_(needed)                                                                              \
	{                                                                                          \
		"room", PARAMETER_ROOM, (needed), 0, 0, 0                                          \
	}
#define NUMBER_(name, least, most, usual)                                                          \
	{                                                                                          \
		(name), PARAMETER_NUMBER, false, (least), (most), (usual)                          \
	}
#define MIN_(usual) NUMBER_("min", 1, 1440, (usual))

const struct scenario_row scenario_rows[] = {
	{"absent", "the patient does not come", {CASE_("case")}, absent},
	{"cancel", "the case is taken off the list", {CASE_("case")}, cancel},
	{"overrun", "the case takes so many minutes more", {CASE_("case"), MIN_(60)}, overrun},
	{"faster", "the case takes so many minutes less", {CASE_("case"), MIN_(20)}, faster},
	{"delay", "the case starts so much later", {CASE_("case"), MIN_(30)}, delay},
	{"move", "the case moves to another room", {CASE_("case"), ROOM_(true)}, move},
	{"swap", "two cases change places", {CASE_("case"), CASE_("with")}, swap},
	{"not_fasting", "the patient ate so many minutes ago",
		{CASE_("case"), NUMBER_("ago", 0, 360, 60)}, not_fasting},
	{"set_missing", "a sterile set is not here yet", {CASE_("case"), MIN_(120)}, set_missing},
	{"surgeon_late", "the surgeon is not here yet",
		{{"surgeon", PARAMETER_SURGEON, true, 0, 0, 0}, MIN_(45)}, surgeon_late},
	{"room_down", "a room cannot be used", {ROOM_(true)}, room_down},
	{"room_up", "a closed room can be used again", {ROOM_(true)}, room_up},
	{"equipment", "a device fails in a room", {ROOM_(true), MIN_(60)}, equipment},
	{"by_variance", "the shortest cases go first", {ROOM_(false)}, by_variance},
	{"emergency", "an emergency arrives",
		{NUMBER_("class", 1, 6, 2), NUMBER_("in", 0, 1440, 20), NUMBER_("min", 5, 1440, 90),
			{"procedure", PARAMETER_WORD, false, 0, 0, 0}},
		emergency},
	{"mass", "a mass casualty of n patients", {NUMBER_("n", 2, 60, 8), MIN_(75)},
		mass_casualty},
	{"wing_down", "power or air fails on a floor", {{"floor", PARAMETER_FLOOR, true, 0, 0, 0}},
		wing_down},
	{"staff", "more or fewer people of a role",
		{{"role", PARAMETER_ROLE, true, 0, 0, 0}, NUMBER_("change", -50, 50, -1)}, staff},
	{"beds", "beds or bays close or open",
		{{"of", PARAMETER_BEDS, true, 0, 0, 0}, NUMBER_("change", -200, 200, -1)}, beds},
	{"ward_full", "no bed is free on the wards", {{0}}, ward_full},
	{"turnover_team", "rooms are clean sooner, in percent", {NUMBER_("percent", 1, 90, 30)},
		turnover_team},
	{"parallel_induction", "induction while the room is cleaned", {{0}}, parallel_induction},
	{"no_hold", "nobody waits in the room for a bay", {{0}}, no_hold},
	{"setting", "the patient stays, or goes home",
		{CASE_("case"), {"to", PARAMETER_SETTING, true, 0, 0, 0}}, change_setting},
	{"mobility", "the patient walks, sits or lies",
		{CASE_("case"), {"to", PARAMETER_MOBILITY, true, 0, 0, 0}}, change_mobility},
};
const int scenario_count = sizeof scenario_rows / sizeof *scenario_rows;
