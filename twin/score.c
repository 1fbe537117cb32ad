/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/score.h"

#include <stdlib.h>
#include <string.h>

#include "twin/hazard.h"
#include "twin/text.h"

/* What came is taken for known so long after: a system that is polled tells it
 * later and better than radio. What has not come a day later never will. */
enum { MINUTE = 60000, SETTLED_MS = 10 * MINUTE, DAY = 24 * 60 * MINUTE };
/* No bay free, free for less than GAP_MS, and none again: the same once. What is of a
 * room or case comes once a day: it is looked for while NEVER_MS, and told from
 * the next day's within ONCE_MS. */
enum { GAP_MS = 30 * MINUTE, NEVER_MS = 6 * 60 * MINUTE, ONCE_MS = 8 * 60 * MINUTE };

struct score *score_create(void)
{
	return calloc(1, sizeof(struct score));
}

void score_destroy(struct score *s)
{
	free(s);
}

static uint64_t first_of(uint64_t total, uint64_t kept)
{
	return total > kept ? total - kept : 0;
}

int64_t score_foretold_ms(const struct score *s, enum foretold what, const char *id)
{
	for (uint64_t n = s->record_total; n-- > first_of(s->record_total, SCORE_RECORDS);) {
		const struct score_record *r = &s->records[n % SCORE_RECORDS];

		if (r->what == what && !strcmp(r->id, id))
			return r->made_ms;
	}
	return 0;
}

/* ---- what was foretold ---- */

static void keep(struct score *s, const struct fact *fact)
{
	const struct fact_foretold *told = &fact->foretold;
	struct score_record *r = &s->records[s->record_total++ % SCORE_RECORDS];

	memset(r, 0, sizeof *r);
	r->what = told->what;
	r->made_ms = fact->source_ms ? fact->source_ms : fact->at_ms;
	r->about_ms = told->about_ms;
	r->chance = told->chance;
	r->low = told->low;
	r->middle = told->middle;
	r->high = told->high;
	text_copy(r->id, sizeof r->id, told->id);
}

static void settle_case(const struct twin *t, struct score_record *r)
{
	int i = twin_case(t, r->id);
	const struct surgery *s = i >= 0 ? &t->cases[i] : NULL;
	int64_t when = 0;

	if (s)
		when = r->what == FORETOLD_START ? surgery_entered_ms(s) : surgery_left_ms(s);
	if (!s || surgery_is_off(s) || t->now_ms > r->made_ms + DAY) {
		r->state = SCORE_VOID;
	} else if (when && t->now_ms >= when + SETTLED_MS) {
		r->state = SCORE_SETTLED;
		r->actual = (double)(when - r->made_ms) / MINUTE;
	}
}

/* Somebody may still enter the room, or is in it. */
static bool goes_on(const struct twin *t, const char *id)
{
	int room = site_room(t->site, id);

	return room >= 0 && room < TWIN_ROOMS
	       && (t->rooms[room].current >= 0 || twin_room_next(t, room) >= 0);
}

static void settle_room(const struct twin *t, struct score_record *r)
{
	int64_t when;

	if (t->now_ms < r->about_ms + SETTLED_MS)
		return;
	r->came = hazard_has_come(t, HAZARD_OVERTIME, r->id, r->about_ms, &when);
	if (r->came || !goes_on(t, r->id) || t->now_ms > r->about_ms + NEVER_MS)
		r->state = SCORE_SETTLED;
}

/* Looked at every minute, so that the most is seen. */
static void settle_bays(const struct twin *t, struct score_record *r)
{
	int bays = twin_bays(t), taken = twin_bays_taken(t);

	if (t->now_ms > r->about_ms) {
		r->state = SCORE_SETTLED;
		return;
	}
	r->actual = taken > r->actual ? taken : r->actual;
	r->came = r->came || (bays >= 0 && taken >= bays);
}

static void settle(struct score *s, const struct twin *t)
{
	uint64_t n = first_of(s->record_total, SCORE_RECORDS);
	bool before = true; /* nothing open so far */

	n = n > s->record_first ? n : s->record_first;
	for (; n < s->record_total; n++) {
		struct score_record *r = &s->records[n % SCORE_RECORDS];

		if (r->state == SCORE_OPEN && r->what == FORETOLD_PACU)
			settle_bays(t, r);
		else if (r->state == SCORE_OPEN && r->what == FORETOLD_OVERTIME)
			settle_room(t, r);
		else if (r->state == SCORE_OPEN)
			settle_case(t, r);
		before = before && r->state != SCORE_OPEN;
		if (before)
			s->record_first = n + 1;
	}
}

/* ---- what came ---- */

static struct score_event *event_of(
	struct score *s, enum hazard hazard, const char *id, int64_t now_ms)
{
	int64_t gap = hazard == HAZARD_PACU_FULL ? GAP_MS : ONCE_MS;

	for (uint64_t n = s->event_total; n-- > first_of(s->event_total, SCORE_EVENTS);) {
		struct score_event *e = &s->events[n % SCORE_EVENTS];

		if (e->hazard == hazard && e->last_ms >= now_ms - gap && !strcmp(e->id, id))
			return e;
	}
	return NULL;
}

static struct score_hazard *open_hazard(struct score *s, enum hazard hazard, const char *id)
{
	for (uint64_t n = s->hazard_total; n-- > first_of(s->hazard_total, SCORE_HAZARDS);) {
		struct score_hazard *h = &s->hazards[n % SCORE_HAZARDS];

		if (!h->ended_ms && h->hazard == hazard && !strcmp(h->id, id))
			return h;
	}
	return NULL;
}

/* One that has come and still stands announces the next, too: from when it had last
 * come to an end. */
static int64_t said_ms(const struct score *s, const struct score_hazard *h)
{
	int64_t since = h->raised_ms;

	for (uint64_t n = s->event_total; n-- > first_of(s->event_total, SCORE_EVENTS);) {
		const struct score_event *e = &s->events[n % SCORE_EVENTS];

		if (e->hazard == h->hazard && e->last_ms > since && !strcmp(e->id, h->id))
			since = e->last_ms;
	}
	return since;
}

/* It has come, or goes on. */
static void note(
	struct score *s, const struct twin *t, enum hazard hazard, const char *id, int64_t when_ms)
{
	struct score_event *e = event_of(s, hazard, id, t->now_ms);
	struct score_hazard *h = e ? NULL : open_hazard(s, hazard, id);
	int64_t said = h ? said_ms(s, h) : 0;

	if (e && hazard == HAZARD_PACU_FULL)
		e->last_ms = t->now_ms;
	if (e)
		return;
	e = &s->events[s->event_total++ % SCORE_EVENTS];
	*e = (struct score_event){
		.hazard = hazard, .began_ms = when_ms, .last_ms = t->now_ms, .lead_min = -1};
	text_copy(e->id, sizeof e->id, id);
	if (h && said < when_ms)
		e->lead_min = (double)(when_ms - said) / MINUTE;
	if (!h || h->came_ms)
		return;
	h->came_ms = when_ms;
	h->verdict = h->raised_ms < when_ms ? VERDICT_CAME : VERDICT_LATE;
}

static void note_if(
	struct score *s, const struct twin *t, enum hazard hazard, const char *id, int64_t about_ms)
{
	int64_t when;

	if (hazard_has_come(t, hazard, id, about_ms, &when))
		note(s, t, hazard, id, when);
}

/* Whatever should have been said, and what was said. */
static void events(struct score *s, const struct twin *t)
{
	note_if(s, t, HAZARD_PACU_FULL, room_kind_name(ROOM_PACU), t->now_ms);
	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *c = &t->cases[i];

		if (c->start_ms <= t->now_ms && c->start_ms > t->now_ms - NEVER_MS)
			note_if(s, t, HAZARD_FIRST_LATE, c->id, 0);
	}
	for (uint64_t n = s->record_total; n-- > first_of(s->record_total, SCORE_RECORDS);) {
		const struct score_record *r = &s->records[n % SCORE_RECORDS];

		if (r->made_ms < t->now_ms - NEVER_MS)
			break;
		if (r->what == FORETOLD_OVERTIME)
			note_if(s, t, HAZARD_OVERTIME, r->id, r->about_ms);
	}
	for (uint64_t n = s->hazard_total; n-- > first_of(s->hazard_total, SCORE_HAZARDS);) {
		const struct score_hazard *h = &s->hazards[n % SCORE_HAZARDS];

		if (!h->ended_ms)
			note_if(s, t, h->hazard, h->id, h->about_ms);
	}
}

/* ---- what was said ---- */

static void begin(struct score *s, const struct twin *t, const struct alarm *a)
{
	struct score_hazard *h = &s->hazards[s->hazard_total++ % SCORE_HAZARDS];
	bool there = event_of(s, a->hazard, a->subject, t->now_ms) != NULL;

	*h = (struct score_hazard){.hazard = a->hazard,
		.raised_ms = a->raised_ms,
		.about_ms = a->about_ms,
		.came_ms = there ? t->now_ms : 0,
		.verdict = there ? VERDICT_LATE : VERDICT_OPEN,
		.chance = a->chance};
	text_copy(h->id, sizeof h->id, a->subject);
}

static void end(const struct twin *t, const struct alarm *a, struct score_hazard *h)
{
	bool rule = !hazard_rules[a->hazard].foretold;

	h->ended_ms = t->now_ms;
	if (h->verdict == VERDICT_OPEN)
		h->verdict = a->hazard == HAZARD_HOLD || (a->chance < 0 && !rule) ? VERDICT_NONE
										  : VERDICT_FALSE;
}

/* What stands is judged by what came before it is looked whether it still does. */
static void hazards(struct score *s, const struct twin *t)
{
	for (int i = 0; i < t->alarm_count; i++) {
		const struct alarm *a = &t->alarms[i];
		struct score_hazard *h;

		if (a->hazard == HAZARD_NONE)
			continue;
		h = open_hazard(s, a->hazard, a->subject);
		if (a->active && !h)
			begin(s, t, a);
		else if (a->active && h->verdict == VERDICT_OPEN)
			h->about_ms = a->about_ms;
		else if (!a->active && h)
			end(t, a, h);
	}
}

void score_hear(struct score *s, const struct twin *twin, const struct fact *fact)
{
	bool new_hazard = fact->kind == FACT_HAZARD;

	if (fact->kind == FACT_FORETOLD && (unsigned)fact->foretold.what < FORETOLD_COUNT)
		keep(s, fact);
	if (!new_hazard && twin->now_ms < s->next_ms)
		return;
	if (!new_hazard)
		s->next_ms = twin->now_ms + MINUTE;
	settle(s, twin);
	events(s, twin);
	hazards(s, twin);
}
