/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/repair_inner.h"

#include <string.h>

#include "twin/scenario_rows.h"

/* The rules, with words. Those that hold whatever else is decided are in
 * repair_limits.c; here are those that look at what others do, and the table. */

static const int64_t MINUTE_MS = 60000;

/* ---- where a decision puts cases ---- */

struct slot {
	int case_, room;
	int64_t at_ms, until_ms;
};

static void slot(const struct fork *fork, const struct scenario *s, int p, int room, int64_t at,
	struct slot *out)
{
	out->case_ = twin_case(fork->twin, scenario_word(s, p));
	out->room = room;
	out->at_ms = at;
	out->until_ms = at + limit_lasts(fork, out->case_);
}

/* At most two; 0: it puts nobody anywhere. */
static int slots_of(const struct fork *fork, const struct scenario *s, struct slot out[2])
{
	scenario_inject_row *does = scenario_rows[s->which].inject;
	const struct site *site = fork->twin->site;
	if (does == decided_place) {
		slot(fork, s, 0, site_room(site, scenario_word(s, 1)), scenario_ms(s, 2), out);
		return 1;
	}
	if (does == decided_move) {
		const struct surgery *c = fork_case(fork, s, 0);
		slot(fork, s, 0, site_room(site, scenario_word(s, 1)), c->start_ms, out);
		return 1;
	}
	if (does == decided_delay) {
		const struct surgery *c = fork_case(fork, s, 0);
		slot(fork, s, 0, limit_home(fork, c),
			fork_later(c->start_ms, fork->twin->now_ms)
				+ scenario_number(s, 1) * MINUTE_MS,
			out);
		return 1;
	}
	if (does == decided_swap) {
		const struct surgery *a = fork_case(fork, s, 0), *b = fork_case(fork, s, 1);
		slot(fork, s, 0, limit_home(fork, b), b->start_ms, &out[0]);
		slot(fork, s, 1, limit_home(fork, a), a->start_ms, &out[1]);
		return 2;
	}
	return 0;
}

/* ---- words ---- */

static void whole(int64_t n, char out[24])
{
	int at = 23;
	out[at] = '\0';
	do
		out[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	memmove(out, out + at, (size_t)(24 - at));
}

/* "case c-12 <is ...>"; false. */
static bool not_so(
	const struct fork *fork, const struct slot *at, const char *is, char why[SCENARIO_TEXT])
{
	return scenario_why(why, "case ", fork->twin->cases[at->case_].id, is);
}

/* "case c-12 <...> 35 min": so many minutes on the wrong side of a time. */
static bool wrong_by(const struct fork *fork, const struct slot *at, const char *is, int64_t by_ms,
	char why[SCENARIO_TEXT])
{
	char minutes[24], head[SCENARIO_TEXT];
	whole((by_ms + MINUTE_MS - 1) / MINUTE_MS, minutes);
	scenario_why(head, "case ", fork->twin->cases[at->case_].id, is);
	return scenario_why(why, head, minutes, " min");
}

/* ---- rules that hold whatever else is decided ---- */

typedef bool slot_rule(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT]);

/* All that the decision puts somewhere keep it. */
static bool each(const struct fork *fork, const struct scenario *s, slot_rule *keeps,
	char why[SCENARIO_TEXT])
{
	struct slot slots[2];
	int n = slots_of(fork, s, slots);
	for (int i = 0; i < n; i++)
		if (!keeps(fork, &slots[i], why))
			return false;
	return true;
}

#define EACH(name)                                                                                 \
	static bool name(                                                                          \
		const struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])        \
	{                                                                                          \
		return each(fork, s, name##_slot, why);                                            \
	}

static bool is_decided(const struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)fork;
	return scenario_is_decision(s)
	       || scenario_why(why, scenario_rows[s->which].name, ": nobody decides that", "");
}

static bool begun_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	const struct surgery *s = &fork->twin->cases[at->case_];
	if (limit_begun(s))
		return not_so(fork, at, " has begun", why);
	return !limit_off(s) || not_so(fork, at, " is off the list", why);
}
EACH(begun)

static bool locked_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	return !fork->twin->cases[at->case_].locked || not_so(fork, at, " is locked", why);
}
EACH(locked)

static bool closed_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	if (at->room < 0 || at->room >= TWIN_ROOMS)
		return not_so(fork, at, " has no room", why);
	return limit_session(fork, at->room).close_ms != 0
	       || not_so(fork, at, ": the room is closed", why);
}
EACH(closed)

static bool capability_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	return (at->room >= 0 && limit_takes(fork, &fork->twin->cases[at->case_], at->room))
	       || not_so(fork, at, " cannot be done in that room", why);
}
EACH(capability)

/* Who is brought to a room ends in time there; who stays begins in time. */
static bool session_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	const struct surgery *s = &fork->twin->cases[at->case_];
	if (at->room < 0 || limit_any_hour(s))
		return true;
	struct limit_session session = limit_session(fork, at->room);
	if (session.close_ms == 0)
		return true; /* another rule */
	if (at->at_ms < session.open_ms)
		return wrong_by(
			fork, at, ": before the session by ", session.open_ms - at->at_ms, why);
	if (at->room == limit_home(fork, s))
		return at->at_ms <= session.last_ms || at->at_ms <= s->start_ms
		       || wrong_by(fork, at, ": begins past the session by ",
			       at->at_ms - session.last_ms, why);
	return at->until_ms <= session.close_ms
	       || wrong_by(
		       fork, at, ": past the session by ", at->until_ms - session.close_ms, why);
}
EACH(session)

static bool notice_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	int64_t from = limit_notice(fork, &fork->twin->cases[at->case_]);
	return at->at_ms >= from
	       || wrong_by(fork, at, ": people must be told; too soon by ", from - at->at_ms, why);
}
EACH(notice)

static bool arrival_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	int64_t from = limit_arrival(fork, &fork->twin->cases[at->case_]);
	return at->at_ms >= from
	       || wrong_by(fork, at, ": the patient is not here yet; too soon by ",
		       from - at->at_ms, why);
}
EACH(arrival)

static bool fasting_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	int64_t from = limit_fasting(fork, at->case_);
	return at->at_ms >= from
	       || wrong_by(fork, at, " is not fasting; too soon by ", from - at->at_ms, why);
}
EACH(fasting)

static bool nest_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	int64_t until = limit_nest(fork, &fork->twin->cases[at->case_]);
	return at->at_ms <= until
	       || wrong_by(
		       fork, at, " cannot wait that long: too late by ", at->at_ms - until, why);
}
EACH(nest)

static bool day_unit_slot(const struct fork *fork, const struct slot *at, char why[SCENARIO_TEXT])
{
	int64_t until = limit_day_unit(fork, at->case_);
	return at->at_ms <= until
	       || wrong_by(
		       fork, at, " would not go home today: too late by ", at->at_ms - until, why);
}
EACH(day_unit)

static bool put_off(const struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	if (scenario_rows[s->which].inject != decided_postpone)
		return true;
	const struct surgery *c = fork_case(fork, s, 0);
	return limit_may_wait(fork, c)
	       || scenario_why(why, "case ", c->id,
		       c->locked     ? " is locked"
		       : c->nest > 0 ? " cannot wait for another day"
				     : " is not to be put off any more");
}

/* ---- rules about what others do ---- */

/* When a case keeps people and things busy, as planned and as far as it has come; false:
 * it does not. */
static bool busy(const struct fork *fork, int case_, struct slot *out)
{
	const struct surgery *s = &fork->twin->cases[case_];
	int64_t lasts = limit_lasts(fork, case_), now = fork->twin->now_ms;
	*out = (struct slot){.case_ = case_, .room = limit_home(fork, s)};
	if (surgery_is_off(s) || out->room < 0 || (surgery_is_over(s) && surgery_left_ms(s) == 0))
		return false;
	if (surgery_has_begun(s)) {
		int64_t left = surgery_left_ms(s), entered = surgery_entered_ms(s);
		out->at_ms = entered;
		out->until_ms = left != 0 ? left : fork_later(entered + lasts, now + MINUTE_MS);
		return true;
	}
	out->at_ms = fork_later(s->start_ms, now);
	out->until_ms = out->at_ms + lasts;
	return s->start_ms != 0;
}

/* Who needs the same: of a person, or of a kit. */
struct sharing {
	const char *surgeon, *anaesthetist; /* NULL: not asked */
	const struct kit *kit;
	int64_t turn_ms;
};

static bool shares(const struct surgery *s, const struct sharing *of)
{
	return (of->surgeon != NULL && strcmp(s->surgeon, of->surgeon) == 0)
	       || (of->anaesthetist != NULL && strcmp(s->anaesthetist, of->anaesthetist) == 0)
	       || (of->kit != NULL && site_kit_is_for(of->kit, s->procedure));
}

struct others {
	struct slot of[TWIN_CASES + PLAN_AWAY];
	int count;
};

/* What a what-if has taken away for a time. */
static void away(const struct fork *fork, const struct kit *kit, struct others *out)
{
	int64_t now = fork->twin->now_ms;
	for (int a = 0; kit != NULL && a < fork->policy.away_count; a++)
		if (fork->policy.away[a].kit == kit - fork->twin->site->kits)
			out->of[out->count++] = (struct slot){.case_ = -1,
				.room = -1,
				.at_ms = now,
				.until_ms = now + fork->policy.away[a].min * MINUTE_MS};
}

/* Those who need the same while it would be needed. In the same room one comes after the
 * other, and only what has to be made ready again in between is missing. */
static void others_of(const struct fork *fork, const struct slot *mine, const struct slot *slots,
	int n, const struct sharing *sharing, struct others *out)
{
	out->count = 0;
	for (int i = 0; i < fork->twin->case_count; i++) {
		struct slot o = {.case_ = -1};
		bool is = i != mine->case_ && shares(&fork->twin->cases[i], sharing)
			  && busy(fork, i, &o);
		for (int k = 0; k < n; k++)
			if (is && slots[k].case_ == i)
				o = slots[k];
		o.until_ms += sharing->turn_ms;
		if (is && (o.room != mine->room || sharing->turn_ms > 0)
			&& o.at_ms < mine->until_ms + sharing->turn_ms && mine->at_ms < o.until_ms)
			out->of[out->count++] = o;
	}
	away(fork, sharing->kit, out);
}

/* The most of them at a time, within the time it would be needed. */
static int at_once(const struct others *others, const struct slot *mine)
{
	int most = 0;
	for (int p = -1; p < others->count; p++) {
		int64_t at = p < 0 ? mine->at_ms : others->of[p].at_ms;
		int n = 0;
		for (int i = 0; at >= mine->at_ms && i < others->count; i++)
			n += others->of[i].at_ms <= at && at < others->of[i].until_ms;
		most = n > most ? n : most;
	}
	return most;
}

/* Rooms that one anaesthetist may look after at a time. */
static int covers(const struct site *site)
{
	int most = 1;
	for (int r = 0; r < site->role_count; r++)
		if (site->roles[r].covers > most && fork_is_waited_for(site, NEED_COVER, r))
			most = site->roles[r].covers;
	return most;
}

static bool has(const struct others *others, int case_)
{
	for (int i = 0; i < others->count; i++)
		if (others->of[i].case_ == case_)
			return true;
	return false;
}

/* So many others or more need the same at a time. What was planned so is not for a repair
 * to answer for: who only gets later in the same room may meet those met already. */
static bool too_many(const struct fork *fork, const struct slot *slots, int n, int which,
	const struct sharing *sharing, int least)
{
	const struct slot *mine = &slots[which];
	struct others with, now;
	struct slot stands;
	others_of(fork, mine, slots, n, sharing, &with);
	if (at_once(&with, mine) < least)
		return false;
	if (!busy(fork, mine->case_, &stands) || stands.room != mine->room
		|| mine->at_ms < stands.at_ms)
		return true;
	others_of(fork, &stands, NULL, 0, sharing, &now);
	for (int i = 0; i < with.count; i++)
		if (!has(&now, with.of[i].case_))
			return true;
	return at_once(&with, mine) > at_once(&now, &stands);
}

static bool team(const struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	struct slot slots[2];
	int n = slots_of(fork, s, slots);
	for (int i = 0; i < n; i++) {
		const struct surgery *c = &fork->twin->cases[slots[i].case_];
		struct sharing surgeon = {.surgeon = c->surgeon},
			       anaesthetist = {.anaesthetist = c->anaesthetist};
		if (c->surgeon[0] != '\0' && too_many(fork, slots, n, i, &surgeon, 1))
			return scenario_why(
				why, "the surgeon of ", c->id, " would be in two rooms at a time");
		if (c->anaesthetist[0] != '\0'
			&& too_many(fork, slots, n, i, &anaesthetist, covers(fork->twin->site)))
			return scenario_why(why, "the anaesthetist of ", c->id,
				" would be in too many rooms at a time");
	}
	return true;
}

/* Of several kits that match, the first two (plan_kits). */
static bool equipment(const struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct site *site = fork->twin->site;
	struct slot slots[2];
	int n = slots_of(fork, s, slots);
	for (int i = 0; i < n; i++) {
		const char *procedure = fork->twin->cases[slots[i].case_].procedure;
		for (int k = 0, found = 0; k < site->kit_count && found < 2; k++) {
			struct sharing kit = {.kit = &site->kits[k],
				.turn_ms = (int64_t)(site->kits[k].turn_min * (double)MINUTE_MS)};
			if (!site_kit_is_for(kit.kit, procedure))
				continue;
			found++;
			if (too_many(fork, slots, n, i, &kit,
				    twin_units(fork->twin, kit.kit->id, kit.kit->count)))
				return scenario_why(
					why, "no ", site->kits[k].id, " would be free then");
		}
	}
	return true;
}

/* ---- what there is to be had ---- */

static bool to_be_had(const char *id, int asked, int change, int allowed, int units, int most,
	char why[SCENARIO_TEXT])
{
	if (change > 0 && (asked + change > allowed || units + change > most))
		return scenario_why(why, "the site has no more to call on: ", id, "");
	/* What was called may go again; nobody else is sent away. */
	return change > 0 || asked + change >= 0
	       || scenario_why(why, "fewer of ", id, " is no repair");
}

static bool means(const struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	scenario_inject_row *does = scenario_rows[s->which].inject;
	const struct site *site = fork->twin->site;
	const char *word = scenario_word(s, 0);
	if (does == decided_staff || does == decided_split) {
		const struct staff_role *of = &site->roles[fork_role(site, word)];
		int asked = fork->more.roles[of - site->roles], allowed = of->on_call;
		int units = twin_units(fork->twin, word, of->count), most = of->count + allowed;
		if (does == decided_split) {
			asked = 0;
			for (int i = 0; i < fork->policy.split_count; i++)
				if (fork->policy.split[i].role == of - site->roles)
					asked += fork->policy.split[i].rooms;
			units = asked;
			most = allowed = of->stretch;
		}
		return to_be_had(word, asked, scenario_number(s, 1), allowed, units, most, why);
	}
	if (does == decided_beds) {
		int kind = room_kind_parse(word), usual = site_beds(site, (enum room_kind)kind);
		int over = site->repair.overflow[kind];
		return to_be_had(word, fork->more.beds[kind], scenario_number(s, 1), over,
			twin_units(fork->twin, word, usual), usual + over, why);
	}
	if (does == decided_borrow) {
		int kit = 0;
		while (strcmp(site->kits[kit].id, word) != 0)
			kit++;
		const struct kit *of = &site->kits[kit];
		return to_be_had(word, fork->more.kits[kit], scenario_number(s, 1), of->loan,
			twin_units(fork->twin, word, of->count), of->count + of->loan, why);
	}
	if (scenario_rows[s->which].before == before_way)
		return site_words_in(&site->repair.ways, scenario_rows[s->which].name)
		       || scenario_why(why,
			       "nobody here works like that: ", scenario_rows[s->which].name, "");
	return true;
}

/* A spare room is opened; what is out of order nobody opens. A closed one is empty, and
 * nobody waits for it. */
static bool rooms(const struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	scenario_inject_row *does = scenario_rows[s->which].inject;
	if (does != decided_room_up && does != decided_room_down)
		return true;
	int room = site_room(fork->twin->site, scenario_word(s, 0));
	if (does == decided_room_up)
		return fork->twin->site->rooms[room].spare
		       || scenario_why(why, "room ", scenario_word(s, 0),
			       " is not one that is opened on the day");
	for (int i = 0; i < fork->twin->case_count; i++) {
		struct slot at;
		if (busy(fork, i, &at) && at.room == room && at.until_ms > fork->twin->now_ms)
			return scenario_why(why, "case ", fork->twin->cases[i].id,
				" is in that room, or planned there");
	}
	return true;
}

const struct repair_rule repair_rules[] = {
	{"decided", "only what people decide is decided", false, is_decided},
	{"begun", "who is in the room, or off the list, stays so", true, begun},
	{"locked", "a locked case stays where and when it is", true, locked},
	{"closed", "nobody is brought to a closed room", true, closed},
	{"capability", "a room does what it is made for", true, capability},
	{"session", "who is brought to a room ends within its session, who stays begins in it",
		true, session},
	{"notice", "who is told otherwise is told in time", true, notice},
	{"arrival", "nobody is expected before the time told", true, arrival},
	{"fasting", "nobody is put to sleep who has eaten", true, fasting},
	{"nest", "an emergency is not put off beyond the time of its class", true, nest},
	{"day_unit", "day patients go home before the day unit closes", true, day_unit},
	{"put_off", "who cannot wait is not put off to another day", true, put_off},
	{"team", "no decision puts anybody into two rooms at a time", false, team},
	{"equipment", "a kit is there, and made ready again, for whoever is moved", false,
		equipment},
	{"means", "what is called, lent or opened is there to be had", false, means},
	{"rooms", "a closed room is empty, and only a spare one is opened", false, rooms},
};
const int repair_rule_count = sizeof repair_rules / sizeof *repair_rules;

bool repair_allowed(const struct fork *fork, const struct scenario *s,
	const struct repair_rule **rule, char why[SCENARIO_TEXT])
{
	if (rule != NULL)
		*rule = NULL;
	if (!scenario_known(fork->twin, s, why))
		return false;
	for (int i = 0; i < repair_rule_count; i++) {
		if (repair_rules[i].kept(fork, s, why))
			continue;
		if (rule != NULL)
			*rule = &repair_rules[i];
		return false;
	}
	why[0] = '\0';
	return true;
}
