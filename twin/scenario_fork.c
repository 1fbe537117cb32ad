/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/scenario_fork.h"

#include <string.h>

#include "twin/text.h"

enum { MINUTE_MS = 60000 };

struct fact fork_fact(const struct fork *fork, enum fact_kind kind)
{
	struct fact f = fact_make(kind, SOURCE_PERSON, fork->twin->now_ms);
	f.seq = fork->twin->seq + 1;
	text_copy(f.origin, sizeof f.origin, "what-if");
	return f;
}

void fork_start(struct fork *fork, const struct surgery *s, int64_t start)
{
	struct fact f = fork_fact(fork, FACT_CASE);
	text_copy(f.surgery.id, sizeof f.surgery.id, s->id);
	f.surgery.start_ms = start;
	f.surgery.end_ms = s->end_ms != 0 ? start + s->end_ms - s->start_ms : 0;
	twin_apply(fork->twin, &f, NULL);
}

void fork_move(struct fork *fork, const char *id, const char *room)
{
	struct fact f = fork_fact(fork, FACT_CASE);
	text_copy(f.surgery.id, sizeof f.surgery.id, id);
	text_copy(f.surgery.room, sizeof f.surgery.room, room);
	twin_apply(fork->twin, &f, NULL);
}

void fork_service(struct fork *fork, const char *room, enum room_service service)
{
	struct fact f = fork_fact(fork, FACT_ROOM);
	text_copy(f.room.room, sizeof f.room.room, room);
	f.room.service = service;
	twin_apply(fork->twin, &f, NULL);
}

void fork_units(struct fork *fork, const char *id, int units)
{
	struct fact f = fork_fact(fork, FACT_RESOURCE);
	text_copy(f.resource.id, sizeof f.resource.id, id);
	f.resource.units = units > 0 ? units : 0;
	twin_apply(fork->twin, &f, NULL);
}

bool fork_waits(const struct surgery *s)
{
	return !surgery_is_off(s) && !surgery_has_begun(s) && s->start_ms != 0;
}

bool fork_is_in(const struct fork *fork, const struct surgery *s, int room)
{
	return s->room_at == room
	       || (s->room_at < 0 && site_room(fork->twin->site, s->room) == room);
}

bool fork_is_urgent(const struct surgery *s)
{
	return s->nest == 1 || s->nest == 2;
}

bool fork_is_open(const struct fork *fork, int room)
{
	return room < TWIN_ROOMS && fork->twin->site->rooms[room].kind == ROOM_OR
	       && fork->twin->rooms[room].service != SERVICE_CLOSED;
}

bool fork_before(const struct surgery *a, const struct surgery *b)
{
	return a->start_ms != b->start_ms ? a->start_ms < b->start_ms : a < b;
}

bool fork_is_chosen(const struct fork *fork, const struct surgery *s, const struct chosen *who)
{
	return fork_waits(s) && s->start_ms >= who->from_ms
	       && (who->room < 0 || fork_is_in(fork, s, who->room))
	       && (who->surgeon == NULL || strcmp(s->surgeon, who->surgeon) == 0)
	       && !(who->can_wait && fork_is_urgent(s));
}

int fork_not_before(struct fork *fork, const struct chosen *who, int64_t earliest)
{
	struct twin *t = fork->twin;
	int64_t start[TWIN_CASES] = {0};
	int moved = 0;
	for (int i = 0; i < t->case_count; i++) {
		if (!fork_is_chosen(fork, &t->cases[i], who) || t->cases[i].start_ms >= earliest)
			continue;
		start[i] = earliest;
		for (int k = 0; k < t->case_count; k++)
			if (fork_is_chosen(fork, &t->cases[k], who)
				&& fork_before(&t->cases[k], &t->cases[i]))
				start[i] += MINUTE_MS;
		moved++;
	}
	for (int i = 0; i < t->case_count; i++)
		if (start[i] != 0)
			fork_start(fork, &t->cases[i], start[i]);
	return moved;
}

const struct surgery *fork_case(const struct fork *fork, const struct scenario *s, int p)
{
	return &fork->twin->cases[twin_case(fork->twin, scenario_word(s, p))];
}

bool fork_refuse_begun(const struct surgery *s, char why[SCENARIO_TEXT])
{
	if (surgery_has_begun(s))
		return !scenario_why(why, "case ", s->id, " has begun");
	if (surgery_is_off(s))
		return !scenario_why(why, "case ", s->id, " is off the list");
	if (s->start_ms == 0)
		return !scenario_why(why, "case ", s->id, " has no planned time");
	return false;
}

int64_t fork_lasts(const struct fork *fork, const struct surgery *s)
{
	const struct site *site = fork->twin->site;
	if (s->start_ms != 0 && s->end_ms > s->start_ms)
		return s->end_ms - s->start_ms;
	for (int e = 0; e < site->emergency_count; e++)
		if (site->emergencies[e].nest == s->nest)
			return (int64_t)site->emergencies[e].minutes * MINUTE_MS;
	return 0;
}

int fork_kit(const struct fork *fork, const char *procedure, bool sterile)
{
	const struct site *site = fork->twin->site;
	for (int k = 0; k < site->kit_count; k++)
		if (sterile == (site->kits[k].turn_min > 0)
			&& site_kit_is_for(&site->kits[k], procedure))
			return k;
	return -1;
}

const struct surgery *fork_next(const struct fork *fork, int room, const struct surgery *after)
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

int fork_role(const struct site *site, const char *id)
{
	int role = 0;
	while (strcmp(site->roles[role].id, id) != 0)
		role++;
	return role;
}

bool fork_is_waited_for(const struct site *site, enum need_kind kind, int index)
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

bool fork_change_units(
	struct fork *fork, const char *id, int usual, int change, char why[SCENARIO_TEXT])
{
	int units = twin_units(fork->twin, id, usual);
	if (change == 0 || (change < 0 && units == 0))
		return scenario_why(why, "that changes nothing for ", id, "");
	fork_units(fork, id, units + change);
	return true;
}

bool fork_change_beds(struct fork *fork, int kind, int change, char why[SCENARIO_TEXT])
{
	const char *name = room_kind_name((enum room_kind)kind);
	int usual = site_beds(fork->twin->site, (enum room_kind)kind);
	if (usual == 0)
		return scenario_why(why, "the site lists no beds of ", name, "");
	if (!fork_is_waited_for(fork->twin->site, NEED_BEDS, kind))
		return scenario_why(why, "no pathway of this site waits for a bed of ", name,
			": the forecast cannot tell");
	return fork_change_units(fork, name, usual, change, why);
}

int64_t fork_later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}
