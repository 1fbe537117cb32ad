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
