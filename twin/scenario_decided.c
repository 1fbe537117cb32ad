/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/scenario_rows.h"

#include <string.h>

#include "twin/text.h"

/* What somebody can decide: what each such row tells the fork. */

static const int64_t MINUTE_MS = 60000;

/* ---- cases ---- */

static void set_status(struct fork *fork, const char *id, enum case_status status)
{
	struct fact f = fork_fact(fork, FACT_STATUS);
	text_copy(f.status.id, sizeof f.status.id, id);
	f.status.status = status;
	twin_apply(fork->twin, &f, NULL);
}

/* Reorder, move, bring forward, insert: all of it is to say where and when. Who was
 * put off is on the list again. The order is that of the planned times, and who
 * comes later there waits for the room. A time that is past means as soon as can be. */
bool decided_place(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	int room = site_room(fork->twin->site, scenario_word(s, 1));
	bool back = c->status == CASE_POSTPONED && !surgery_has_begun(c);
	int64_t at = scenario_ms(s, 2), lasts = fork_lasts(fork, c);
	if (!back && c->start_ms != 0 && fork_refuse_begun(c, why))
		return false;
	if (!back && surgery_is_off(c))
		return scenario_why(why, "case ", c->id, " is off the list");
	if (!fork_is_open(fork, room))
		return scenario_why(why, "room ", scenario_word(s, 1), " is closed");
	if (!back && fork_is_in(fork, c, room) && c->start_ms / MINUTE_MS == at / MINUTE_MS)
		return scenario_why(why, "case ", c->id, " is planned there and then");
	struct fact f = fork_fact(fork, FACT_CASE);
	text_copy(f.surgery.id, sizeof f.surgery.id, c->id);
	text_copy(f.surgery.room, sizeof f.surgery.room, fork->twin->site->rooms[room].id);
	f.surgery.start_ms = at;
	f.surgery.end_ms = lasts > 0 ? at + lasts : 0;
	twin_apply(fork->twin, &f, NULL);
	if (back)
		set_status(fork, f.surgery.id, CASE_PLANNED);
	return true;
}

bool decided_postpone(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	if (c->start_ms != 0 && fork_refuse_begun(c, why))
		return false;
	if (surgery_is_off(c))
		return scenario_why(why, "case ", c->id, " is off the list");
	set_status(fork, c->id, CASE_POSTPONED);
	return true;
}

/* From the planned start, or from now when that is past. */
bool decided_delay(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	if (fork_refuse_begun(c, why))
		return false;
	fork_start(fork, c,
		fork_later(c->start_ms, fork->twin->now_ms) + scenario_number(s, 1) * MINUTE_MS);
	return true;
}

bool decided_move(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = fork_case(fork, s, 0);
	int room = site_room(fork->twin->site, scenario_word(s, 1));
	if (fork_refuse_begun(c, why))
		return false;
	if (!fork_is_open(fork, room))
		return scenario_why(why, "room ", scenario_word(s, 1), " is closed");
	if (fork_is_in(fork, c, room))
		return scenario_why(why, "case ", c->id, " is in that room already");
	fork_move(fork, c->id, fork->twin->site->rooms[room].id);
	return true;
}

bool decided_swap(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	struct surgery a = *fork_case(fork, s, 0), b = *fork_case(fork, s, 1);
	if (fork_refuse_begun(&a, why) || fork_refuse_begun(&b, why))
		return false;
	if (strcmp(a.id, b.id) == 0)
		return scenario_why(why, "case ", a.id, " cannot change places with itself");
	fork_start(fork, &a, b.start_ms);
	fork_start(fork, &b, a.start_ms);
	fork_move(fork, a.id, b.room);
	fork_move(fork, b.id, a.room);
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

bool decided_by_variance(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int only = s->values[0].given ? site_room(fork->twin->site, scenario_word(s, 0)) : -1;
	int moved = 0;
	for (int r = 0; r < fork->twin->site->room_count && r < TWIN_ROOMS; r++)
		if (only < 0 ? fork_is_open(fork, r) : r == only)
			moved += by_variance_in(fork, r);
	return moved > 0 || scenario_why(why, "the shortest go first already", "", "");
}

/* ---- rooms ---- */

bool decided_room_down(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int room = site_room(fork->twin->site, scenario_word(s, 0));
	if (!fork_is_open(fork, room))
		return scenario_why(why, "room ", scenario_word(s, 0), " is closed already");
	fork_service(fork, scenario_word(s, 0), SERVICE_CLOSED);
	return true;
}

bool decided_room_up(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int room = site_room(fork->twin->site, scenario_word(s, 0));
	if (fork_is_open(fork, room))
		return scenario_why(why, "room ", scenario_word(s, 0), " is open");
	fork_service(fork, scenario_word(s, 0), SERVICE_UNOCCUPIED);
	return true;
}

/* ---- people and beds ---- */

/* Of what can be had besides, so much is asked for by now; what is missing is not. */
static bool more(int16_t *sum, int change)
{
	int now = *sum + change;
	*sum = (int16_t)(now > 0 ? now : 0);
	return true;
}

bool decided_staff(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct site *site = fork->twin->site;
	int role = fork_role(site, scenario_word(s, 0));
	bool waited = fork_is_waited_for(site, NEED_ROLE, role)
		      || fork_is_waited_for(site, NEED_COVER, role);
	if (site->roles[role].count <= 0 || !waited)
		return scenario_why(why, "no pathway of this site waits for a ",
			site->roles[role].id, ": the forecast cannot tell");
	return fork_change_units(fork, site->roles[role].id, site->roles[role].count,
		       scenario_number(s, 1), why)
	       && more(&fork->more.roles[role], scenario_number(s, 1));
}

bool decided_beds(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int kind = room_kind_parse(scenario_word(s, 0));
	return fork_change_beds(fork, kind, scenario_number(s, 1), why)
	       && more(&fork->more.beds[kind], scenario_number(s, 1));
}

/* ---- equipment and teams ---- */

/* From another suite, or a loan set that arrived: those who wait can have it. */
bool decided_borrow(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct site *site = fork->twin->site;
	const struct kit *kit = site->kits;
	int needed = 0;
	while (strcmp(kit->id, scenario_word(s, 0)) != 0)
		kit++;
	for (int i = 0; i < fork->twin->case_count; i++)
		needed += fork_waits(&fork->twin->cases[i])
			  && site_kit_is_for(kit, fork->twin->cases[i].procedure);
	if (needed == 0)
		return scenario_why(why, "nobody waits for ", kit->id, "");
	if (twin_units(fork->twin, kit->id, kit->count) + scenario_number(s, 1) > KIT_UNITS)
		return scenario_why(why, "too many of ", kit->id, "");
	return fork_change_units(fork, kit->id, kit->count, scenario_number(s, 1), why)
	       && more(&fork->more.kits[kit - site->kits], scenario_number(s, 1));
}

/* Somebody who looks after rooms takes one more: no fact says that. */
bool decided_split(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct site *site = fork->twin->site;
	struct plan_policy *policy = &fork->policy;
	int role = fork_role(site, scenario_word(s, 0)), at = 0, rooms = scenario_number(s, 1);
	const struct staff_role *of = &site->roles[role];
	if (of->count <= 0 || of->covers < 1 || !fork_is_waited_for(site, NEED_COVER, role))
		return scenario_why(why, "no pathway of this site has rooms looked after by a ",
			of->id, ": the forecast cannot tell");
	if (rooms == 0)
		return scenario_why(why, "that changes nothing for ", of->id, "");
	while (at < policy->split_count && policy->split[at].role != role)
		at++;
	if (at == PLAN_SPLITS)
		return scenario_why(why, "too many teams are split", "", "");
	if (at == policy->split_count)
		policy->split[policy->split_count++].role = (int16_t)role;
	policy->split[at].rooms = (int16_t)(policy->split[at].rooms + rooms);
	return true;
}

/* ---- ways of working ---- */

bool decided_turnover_team(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)why;
	int left = (100 - fork->policy.turnover_less) * (100 - scenario_number(s, 0)) / 100;
	fork->policy.turnover_less = 100 - left;
	return true;
}

bool decided_parallel_induction(
	struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)s;
	if (fork->policy.induction_ahead)
		return scenario_why(why, "induction is ahead already", "", "");
	return fork->policy.induction_ahead = true;
}

bool decided_no_hold(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)s;
	if (fork->policy.no_hold)
		return scenario_why(why, "nobody is held already", "", "");
	return fork->policy.no_hold = true;
}

bool decided_as_usual(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	struct plan_policy *policy = &fork->policy;
	const char *way = scenario_word(s, 0);
	int was = policy->turnover_less + policy->induction_ahead + policy->no_hold;
	if (strcmp(way, "turnover_team") == 0)
		policy->turnover_less = 0;
	else if (strcmp(way, "parallel_induction") == 0)
		policy->induction_ahead = false;
	else if (strcmp(way, "no_hold") == 0)
		policy->no_hold = false;
	return was != policy->turnover_less + policy->induction_ahead + policy->no_hold
	       || scenario_why(why, way, ": it is as usual", "");
}
