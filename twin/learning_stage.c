/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/learning_inner.h"

#include <math.h>
#include <string.h>

#include "twin/hash.h"
#include "twin/stage_room.h"

/*
 * Which steps of a way teach, and when. A step begins with its own milestone, or
 * with the end of the one before it; it ends with its own, or with the end of a
 * step after it that takes no time. Between the two a patient may have waited for
 * a bay: then the PACU was full, and nothing is learnt. Who waited for staff
 * cannot be told from who was slowly done, unless the step's beginning is told.
 */

/* Shorter or longer is no step, but a mistake of somebody's. */
static const double LEAST_MIN = 0.5, MOST_MIN = 24 * 60;
/* A room that stands empty for longer had nobody waiting for it. */
enum { GAP_MOST_MS = 90 * MINUTE_MS };

/* ---- records ---- */

static uint32_t who_is(const char *id)
{
	return hash32(HASH32_BASIS, id, strlen(id));
}

static uint32_t first_kept(const struct learning *l)
{
	return l->stage_total > LEARNING_STAGES ? l->stage_total - LEARNING_STAGES : 0;
}

static struct learning_stage *record_of(struct learning *l, uint32_t number)
{
	return &l->stages[number % LEARNING_STAGES];
}

static void learn(struct stage_model *m, const struct learning_stage *r)
{
	if (r->exact && !r->excluded)
		stage_learn(m, r->slot, &r->of, (double)r->minutes);
}

static void learn_anew(struct learning *l)
{
	l->now.stages = l->base.stages;
	for (uint32_t n = first_kept(l); n < l->stage_total; n++)
		learn(&l->now.stages, record_of(l, n));
}

/* A case that has left the twin and was told again is not learnt twice. */
static bool learnt_before(struct learning *l, uint32_t who, int slot)
{
	for (uint32_t n = first_kept(l); n < l->stage_total; n++)
		if (record_of(l, n)->who == who && record_of(l, n)->slot == slot)
			return true;
	return false;
}

static struct learning_stage *record_make(struct learning *l)
{
	struct learning_stage *r = record_of(l, l->stage_total);
	if (l->stage_total >= LEARNING_STAGES)
		learn(&l->base.stages, r); /* what it taught stays, it itself goes */
	l->stage_total++;
	return r;
}

void learning_stages_exclude(struct learning *l, const char *id, bool excluded)
{
	uint32_t who = who_is(id);
	bool changed = false;
	for (uint32_t n = first_kept(l); n < l->stage_total; n++) {
		struct learning_stage *r = record_of(l, n);
		changed = changed || (r->who == who && r->excluded != excluded);
		r->excluded = r->who == who ? excluded : r->excluded;
	}
	if (changed)
		learn_anew(l);
}

/* ---- a step that may be over ---- */

/* From when to when; not exact: from == 0. */
struct span {
	int64_t from_ms, to_ms;
};

static int64_t when(const struct surgery *s, int milestone)
{
	return milestone >= 0 && learning_exact(s, (enum milestone)milestone)
		       ? surgery_when(s, (enum milestone)milestone)
		       : 0;
}

/* Whether a bay may have been waited for: just before `t` all were taken. */
static bool pacu_was_full(const struct twin *twin, int64_t t)
{
	int taken = 0, all = twin_bays(twin);
	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *s = &twin->cases[i];
		int64_t out = surgery_when(s, MILESTONE_PACU_OUT);
		taken += surgery_left_ms(s) != 0 && surgery_left_ms(s) < t
			 && surgery_when(s, MILESTONE_PACU_IN) != 0
			 && (out == 0 || out >= t - MINUTE_MS);
	}
	return all > 0 && taken >= all;
}

static bool waits_for_bay(const struct pathway_step *step)
{
	return pathway_lists(step->need, NEED_BEDS, ROOM_PACU);
}

/* A step that takes the room begins when the room is ready as well, and the hour
 * has come; at once counts as half a minute. */
static void entry_began(const struct pathway_step *step, const struct surgery *s, struct span *span)
{
	int64_t ready = when(s, MILESTONE_ROOM_READY);
	int64_t gate = step->gated ? s->start_ms + (int64_t)(step->gate_min * MINUTE_MS) : 0;
	int64_t least = span->to_ms - MINUTE_MS / 2;
	span->from_ms = ready == 0 ? 0 : ready > span->from_ms ? ready : span->from_ms;
	if (span->from_ms != 0 && gate > span->from_ms)
		span->from_ms = gate;
	if (span->from_ms > least && span->from_ms != 0)
		span->from_ms = least;
}

/* When step k was over: told itself, or by the beginning of the next, which waits
 * for nobody but its surgeon. */
static int64_t over(const struct pathway *way, int k, const struct surgery *s)
{
	const struct pathway_step *step = &way->steps[k], *next = step + 1;
	if (step->ends >= 0 || k + 1 == way->step_count)
		return when(s, step->ends);
	for (int n = 0; n < PATHWAY_NEEDS && next->need[n].kind != NEED_NONE; n++)
		if (next->need[n].kind != NEED_SURGEON)
			return 0;
	return when(s, next->begins);
}

static struct span span_of(
	const struct twin *twin, const struct pathway *way, int k, const struct surgery *s)
{
	const struct pathway_step *step = &way->steps[k];
	bool bay = step->begins < 0 && waits_for_bay(step);
	int end = k;
	while (way->steps[end].ends < 0 && end + 1 < way->step_count
		&& way->steps[end + 1].lasts == LASTS_NOTHING && way->steps[end + 1].begins < 0) {
		end++;
		bay = bay || waits_for_bay(&way->steps[end]);
	}
	struct span span = {0, over(way, end, s)};
	span.from_ms = step->begins >= 0 ? when(s, step->begins)
		       : k > 0           ? when(s, way->steps[k - 1].ends)
					 : 0;
	if (span.from_ms != 0 && step->begins < 0 && pathway_lists(step->need, NEED_ROOM, 0))
		entry_began(step, s, &span);
	if (span.from_ms == 0 || span.to_ms == 0 || (bay && pacu_was_full(twin, span.to_ms)))
		span.from_ms = 0;
	return span;
}

/* The patient before in the same room, if it was this one's turn next. */
static const struct surgery *before_in_room(const struct twin *twin, const struct surgery *s)
{
	const struct surgery *best = NULL;
	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *other = &twin->cases[i];
		int64_t out = surgery_left_ms(other);
		if (other != s && other->room_at == s->room_at && out != 0
			&& out <= surgery_entered_ms(s)
			&& (best == NULL || out > surgery_left_ms(best)))
			best = other;
	}
	return best;
}

/* From one patient's exit to the room being ready for the next; only when that
 * one was due: a room nobody waits for is ready when somebody gets round to it. */
static struct span turnover_of(const struct twin *twin, const struct surgery *s)
{
	struct span span = {0, 0};
	int64_t ready = when(s, MILESTONE_ROOM_READY);
	const struct surgery *last = ready != 0 && s->room_at >= 0 && surgery_entered_ms(s) != 0
					     ? before_in_room(twin, s)
					     : NULL;
	int64_t out = last != NULL ? when(last, MILESTONE_OUT_ROOM) : 0;
	if (out != 0 && ready > out && ready - out <= GAP_MOST_MS && s->start_ms <= ready)
		span = (struct span){out, ready};
	return span;
}

/* ---- learning it ---- */

static bool believable(const struct span *span)
{
	double minutes = (double)(span->to_ms - span->from_ms) / MINUTE_MS;
	return span->from_ms != 0 && minutes >= LEAST_MIN && minutes <= MOST_MIN;
}

static void make(struct learning *l, struct learning_case *c, uint32_t *number, const char *stage,
	enum setting setting, const struct stage_case *of, float minutes)
{
	int slot = stage_add(&l->now.stages, stage, setting);
	uint32_t who = who_is(c->id);
	stage_add(&l->base.stages, stage, setting); /* the same: both know all of them */
	if (slot < 0 || learnt_before(l, who, slot))
		return;
	struct learning_stage *r = record_make(l);
	*r = (struct learning_stage){.who = who,
		.slot = (int16_t)slot,
		.exact = true,
		.excluded = c->excluded,
		.minutes = minutes,
		.of = *of};
	*number = l->stage_total;
	learn(&l->now.stages, r);
}

/* A record whose times were corrected. True when it changed. One of another way,
 * which the case has left since, stays as it is. */
static bool corrected(struct learning *l, uint32_t number, const char *stage, enum setting setting,
	bool good, float minutes)
{
	struct learning_stage *r = record_of(l, number - 1);
	if (l->stage_total - number >= LEARNING_STAGES
		|| r->slot != stage_find(&l->now.stages, stage, setting)
		|| (r->exact == good && (!good || fabsf(r->minutes - minutes) < 1e-4F)))
		return false;
	r->exact = good;
	r->minutes = good ? minutes : r->minutes;
	return true;
}

static bool step_case(const struct learning *l, const struct learning_case *c,
	const struct pathway *way, int k, struct stage_facts facts, struct stage_case *of)
{
	struct stage_room room;
	if (way->steps[k].lasts != LASTS_CASE)
		return stage_case_of(way, k, &facts, of);
	if (!c->entered)
		return false;
	stage_room(&l->now.stages, way, &facts, &c->foretold, &room);
	*of = room.part;
	return true;
}

/* True when records must be learnt again. */
static bool one(struct learning *l, const struct twin *twin, struct learning_case *c, int k,
	const struct pathway *way, const struct surgery *s)
{
	bool turnover = k == PATHWAY_STEPS;
	struct span span = turnover ? turnover_of(twin, s) : span_of(twin, way, k, s);
	float minutes = (float)(span.to_ms - span.from_ms) / (float)MINUTE_MS;
	bool good = believable(&span) && !surgery_is_off(s);
	const char *stage = turnover ? STAGE_TURNOVER : way->steps[k].stage;
	enum setting setting = turnover ? SETTING_UNKNOWN : way->setting;
	if (c->stage[k] != 0)
		return corrected(l, c->stage[k], stage, setting, good, minutes);
	if (!good)
		return false;
	if (twin->now_ms < span.to_ms + SETTLED_MS) {
		c->stage_waits = true;
		return false;
	}
	struct stage_case of;
	if (turnover ? stage_turnover_of(way, &of)
		     : step_case(l, c, way, k, stage_facts_of(twin, s, span.from_ms, 0), &of))
		make(l, c, &c->stage[k], stage, setting, &of, minutes);
	return false;
}

void learning_stages(struct learning *l, const struct twin *twin, int i)
{
	const struct surgery *s = &twin->cases[i];
	struct learning_case *c = &l->cases[i];
	bool anew = false;
	c->stage_waits = false;
	if (twin->site == NULL)
		return;
	const struct pathway *way = pathway_of(twin->site, twin_setting(twin, s));
	for (int k = 0; k < way->step_count; k++)
		if (way->steps[k].lasts == LASTS_LAW || way->steps[k].lasts == LASTS_CASE)
			anew = one(l, twin, c, k, way, s) || anew;
	anew = one(l, twin, c, PATHWAY_STEPS, pathway_of(twin->site, SETTING_UNKNOWN), s) || anew;
	if (anew)
		learn_anew(l);
}
