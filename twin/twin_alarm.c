/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the alarms in a twin: raised, cleared, and what operators do to them.
 * Who raises them: twin_rule.c. */
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

static void emit(struct turn *turn, const struct alarm *a, enum alarm_state from)
{
	struct consequences *out = turn->out;
	struct transition *tr;

	alarm_moved(turn, a, from);
	if (!out)
		return;
	if (out->count == CONSEQUENCES_MAX) {
		out->lost++;
		return;
	}
	tr = &out->list[out->count++];
	memset(tr, 0, sizeof *tr);
	text_copy(tr->key, sizeof tr->key, a->key);
	tr->class_ = a->class_;
	tr->from = from;
	tr->to = alarm_state(a);
	tr->priority = a->priority;
	tr->raised_ms = a->raised_ms;
	tr->level = a->level;
	tr->at_ms = turn->t->now_ms;
	tr->cause = turn->cause;
}

static bool run(struct turn *turn, struct alarm *a, enum alarm_event event)
{
	enum alarm_state from = alarm_state(a);

	if (!alarm_event(a, event, turn->t->now_ms))
		return false;
	emit(turn, a, from);
	return true;
}

/* A slot for a new key: a fresh one, else the alarm that has been normal for
 * longest. NULL when every alarm still matters to somebody. */
static struct alarm *slot(struct twin *t)
{
	struct alarm *best = NULL;

	if (t->alarm_count < TWIN_ALARMS)
		return &t->alarms[t->alarm_count++];
	for (int i = 0; i < t->alarm_count; i++) {
		struct alarm *a = &t->alarms[i];

		if (alarm_state(a) == ALARM_A && (!best || a->changed_ms < best->changed_ms))
			best = a;
	}
	return best;
}

static void describe(struct alarm *a, const struct ring *ring)
{
	text_copy(a->text, sizeof a->text, ring->text);
	text_copy(a->tag, sizeof a->tag, ring->tag);
	text_copy(a->room, sizeof a->room, ring->room);
}

/* Worse than what was acknowledged: nobody has seen that yet, so it is a new
 * occurrence (row 11 of the state table). */
static void worse(struct turn *turn, struct alarm *a, const struct ring *ring)
{
	enum alarm_state from = alarm_state(a);

	a->priority = ring->priority;
	describe(a, ring);
	if (from != ALARM_C)
		return;
	a->acked = false;
	a->acked_by[0] = '\0';
	a->acked_ms = 0;
	a->raised_ms = turn->t->now_ms > a->raised_ms ? turn->t->now_ms : a->raised_ms + 1;
	a->changed_ms = turn->t->now_ms;
	emit(turn, a, from);
}

void alarm_raise(struct turn *turn, const char *key, const struct ring *ring)
{
	int i = twin_alarm(turn->t, key);
	struct alarm *a = i >= 0 ? &turn->t->alarms[i] : slot(turn->t);
	enum alarm_state from;

	if (!a) {
		turn->t->dropped++;
		return;
	}
	if (i < 0) {
		memset(a, 0, sizeof *a);
		text_copy(a->key, sizeof a->key, key);
	}
	from = alarm_state(a);
	if (from == ALARM_B || from == ALARM_C) {
		alarm_event(a, ALARM_EVENT_RAISE, turn->t->now_ms);
		if (!ring->late) { /* somebody calls now, too */
			a->late = false;
			a->happened_ms = 0;
		}
		if (ring->priority > a->priority)
			worse(turn, a, ring);
		return;
	}
	a->class_ = ring->class_;
	a->priority = ring->priority;
	a->late = ring->late;
	a->happened_ms = ring->happened_ms;
	describe(a, ring);
	run(turn, a, ALARM_EVENT_RAISE);
}

void alarm_clear(struct turn *turn, const char *key)
{
	int i = twin_alarm(turn->t, key);

	if (i >= 0)
		run(turn, &turn->t->alarms[i], ALARM_EVENT_CLEAR);
}

void alarm_dismiss(struct turn *turn, const char *key)
{
	int i = twin_alarm(turn->t, key);

	if (i < 0)
		return;
	run(turn, &turn->t->alarms[i], ALARM_EVENT_CLEAR);
	run(turn, &turn->t->alarms[i], ALARM_EVENT_ACK);
}

static bool is_active(const struct twin *t, const char *key)
{
	int i = twin_alarm(t, key);

	return i >= 0 && t->alarms[i].active;
}

void alarm_follow(struct turn *turn, const char *key, bool wanted, const struct ring *ring)
{
	if (!wanted)
		alarm_clear(turn, key);
	else if (!is_active(turn->t, key))
		alarm_raise(turn, key, ring);
}

int alarm_foretell(struct twin *t, const char *key, const struct fact_hazard *told,
	const char *subject, int64_t made_ms)
{
	int i = twin_alarm(t, key);
	struct alarm *a = i >= 0 ? &t->alarms[i] : NULL;

	if (!a)
		return -1;
	a->hazard = told->hazard;
	a->chance = told->chance;
	a->about_ms = told->about_ms;
	a->foretold_ms = made_ms;
	a->reps = told->reps;
	text_copy(a->subject, sizeof a->subject, subject);
	return i;
}

void alarm_operator(struct turn *turn)
{
	const struct fact_alarm *act = &turn->fact->alarm;
	int i = twin_alarm(turn->t, act->key);
	struct alarm *a = i >= 0 ? &turn->t->alarms[i] : NULL;

	if (i < 0 || (act->act != ALARM_ACKNOWLEDGE && act->act != ALARM_RESET)) {
		turn->t->ignored++;
		return;
	}
	if (act->act == ALARM_RESET) {
		if (!run(turn, a, ALARM_EVENT_RESET))
			turn->t->ignored++;
		return;
	}
	/* An acknowledgement never covers what the operator had not seen. */
	if (act->covers_ms < a->raised_ms || !run(turn, a, ALARM_EVENT_ACK)) {
		turn->t->ignored++;
		return;
	}
	text_copy(a->acked_by, sizeof a->acked_by, turn->fact->origin);
	if (alarm_is_call(a->class_))
		run(turn, a, ALARM_EVENT_CLEAR);
}
