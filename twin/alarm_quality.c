/* SPDX-License-Identifier: Apache-2.0 */
/* What rang, what became of it, and what people did, as the journal tells it. */
#include "twin/alarm_quality.h"

#include <stdlib.h>
#include <string.h>

#include "twin/hash.h"
#include "twin/text.h"
#include "twin/trail.h"

#define MINUTE_MS INT64_C(60000)

struct alarm_quality *alarm_quality_create(void)
{
	return calloc(1, sizeof(struct alarm_quality));
}

void alarm_quality_destroy(struct alarm_quality *q)
{
	free(q);
}

static void heard(struct alarm_quality *q, int64_t at_ms)
{
	if (!q->first_ms)
		q->first_ms = at_ms;
	if (at_ms > q->last_ms)
		q->last_ms = at_ms;
}

/* NULL: unknown, and none made or no room for it. */
static struct alarm_source *source(struct alarm_quality *q, const char *key, bool make)
{
	size_t slot = hash32(HASH32_BASIS, key, strlen(key)) % QUALITY_SLOTS;
	struct alarm_source *s;

	for (; q->slots[slot]; slot = (slot + 1) % QUALITY_SLOTS) {
		s = &q->sources[q->slots[slot] - 1];
		if (!strcmp(s->key, key))
			return s;
	}
	if (!make)
		return NULL;
	if (q->source_count == QUALITY_KEYS) {
		q->dropped++;
		return NULL;
	}
	q->slots[slot] = ++q->source_count;
	s = &q->sources[q->source_count - 1];
	text_copy(s->key, sizeof s->key, key);
	s->class_ = ALARM_CLASS_COUNT;
	s->last = -1;
	return s;
}

static struct alarm_occurrence *last_of(struct alarm_quality *q, const struct alarm_source *s)
{
	return s && s->last >= 0 ? &q->occurrences[s->last] : NULL;
}

static bool is_active(enum alarm_state s)
{
	return s == ALARM_B || s == ALARM_C;
}

static bool is_over(enum alarm_state s)
{
	return s == ALARM_A || s == ALARM_D || s == ALARM_LU || s == ALARM_LA;
}

static bool is_acked(enum alarm_state s)
{
	return s == ALARM_A || s == ALARM_C || s == ALARM_LA;
}

/* An overlay hides what goes on beneath: only the occurrence tells it apart. */
static bool begins(const struct alarm_occurrence *last, const struct transition *t)
{
	if (is_over(t->to) || t->to == ALARM_C)
		return false;
	if (!last || (t->raised_ms && last->raised_ms))
		return !last || t->raised_ms != last->raised_ms;
	return t->to == ALARM_B && t->from != ALARM_B;
}

/* What explained it is over, and it is not: it rings as if it were new. */
static bool speaks_for_itself(const struct alarm_occurrence *last, const struct transition *t)
{
	return last && last->explained && t->from == ALARM_F && t->to == ALARM_B;
}

static void begin(struct alarm_quality *q, struct alarm_source *s, const struct transition *t)
{
	struct alarm_occurrence *o, *before = last_of(q, s);

	if (before && !before->ended_ms)
		before->ended_ms = t->at_ms;
	/* Acknowledged, and still there when nobody had cared for too long. */
	if (before && t->from == ALARM_C && !t->cause)
		before->timed_out = true;
	if (q->occurrence_count == QUALITY_OCCURRENCES) {
		q->dropped++;
		return;
	}
	o = &q->occurrences[q->occurrence_count];
	*o = (struct alarm_occurrence){.key = (int)(s - q->sources),
		.before = before && before->explained ? before->before : s->last,
		.priority = t->priority,
		.hidden = t->to != ALARM_B || s->out_of_service
			  || t->at_ms<s->shelf_until_ms, .escalated = t->level> 0,
		.raised_ms = t->raised_ms,
		.rang_ms = t->at_ms};
	s->last = q->occurrence_count++;
}

static void go_on(struct alarm_quality *q, struct alarm_source *s, const struct transition *t)
{
	struct alarm_occurrence *o = last_of(q, s);

	if (!o)
		return;
	if (t->from == ALARM_B && t->to == ALARM_F && !o->acked_ms
		&& t->at_ms - o->rang_ms < TRAIL_GRACE_MS)
		o->explained = true;
	o->escalated = o->escalated || t->level > 0;
	if (!o->acked_ms && !is_acked(t->from) && t->priority > o->priority)
		o->priority = t->priority;
	if (!o->acked_ms && !is_acked(t->from) && is_acked(t->to) && t->cause
		&& t->cause == q->ack_seq)
		o->acked_ms = t->at_ms;
	if (!is_over(t->to) || !is_active(t->from) || o->ended_ms)
		return;
	o->ended_ms = t->at_ms;
	if (s->shelf_until_ms == INT64_MAX) /* one shot */
		s->shelf_until_ms = 0;
}

void alarm_quality_transition(struct alarm_quality *q, const struct transition *t)
{
	struct alarm_source *s = source(q, t->key, true);

	heard(q, t->at_ms);
	if (!s)
		return;
	if ((unsigned)t->class_ < ALARM_CLASS_COUNT)
		s->class_ = t->class_;
	if (begins(last_of(q, s), t) || speaks_for_itself(last_of(q, s), t))
		begin(q, s, t);
	else
		go_on(q, s, t);
}

/* ---- what people did ---- */

static bool against_rules(const struct alarm_quality *q, const struct alarm_source *s,
	const struct fact *f, int64_t until_ms)
{
	enum person_role role = f->by.role;
	enum alarm_class class_ = s ? s->class_ : ALARM_CLASS_COUNT;
	double most_min = -1;

	if (role == PERSON_VIEWER)
		return true;
	if (f->alarm.act == ALARM_OUT_OF_SERVICE)
		return !f->by.reason[0]
		       || (role != PERSON_NONE && role != PERSON_TECHNICIAN
			       && role != PERSON_SUPERVISOR);
	if ((unsigned)class_ < ALARM_CLASS_COUNT)
		most_min = alarm_setting(q->site, class_)->shelf_max_min;
	if (most_min < 0 || until_ms == INT64_MAX)
		return most_min >= 0 && !(most_min > 0);
	/* A minute for the clocks of two stations. */
	return (double)(until_ms - f->at_ms - MINUTE_MS) > most_min * (double)MINUTE_MS;
}

static void hide(struct alarm_quality *q, struct alarm_source *s, const struct fact *f)
{
	int64_t until_ms = f->alarm.until_ms;

	if (f->alarm.act == ALARM_OUT_OF_SERVICE || (!until_ms && f->alarm.one_shot))
		until_ms = INT64_MAX;
	if (s && f->alarm.act == ALARM_SHELVE)
		s->shelf_until_ms = until_ms;
	else if (s)
		s->out_of_service = true;
	if (q->hiding_count == QUALITY_HIDINGS) {
		q->dropped++;
		return;
	}
	q->hidings[q->hiding_count++] = (struct alarm_hiding){
		.at_ms = f->at_ms, .against_rules = against_rules(q, s, f, until_ms)};
}

static void act(struct alarm_quality *q, const struct fact *f)
{
	struct alarm_source *s = source(q, f->alarm.key, false);

	if (f->alarm.act == ALARM_ACKNOWLEDGE)
		q->ack_seq = f->seq;
	else if (f->alarm.act == ALARM_SHELVE || f->alarm.act == ALARM_OUT_OF_SERVICE)
		hide(q, s, f);
	else if (f->alarm.act == ALARM_UNSHELVE && s)
		s->shelf_until_ms = 0;
	else if (f->alarm.act == ALARM_RETURN && s)
		s->out_of_service = false;
}

void alarm_quality_fact(struct alarm_quality *q, const struct fact *f)
{
	struct alarm_occurrence *o;

	heard(q, f->at_ms);
	if (f->kind == FACT_SITE && f->site.site)
		q->site = f->site.site;
	else if (f->kind == FACT_ALARM)
		act(q, f);
	else if (f->kind == FACT_NOTICE && f->notice.state == NOTICE_SENT) {
		o = last_of(q, source(q, f->notice.key, false));
		if (o && o->raised_ms == f->notice.raised_ms)
			o->escalated = true;
	}
}
