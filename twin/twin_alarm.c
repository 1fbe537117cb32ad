/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of the alarms in a twin: what rules raise and end, what other stations
 * say, and how both become one state. What operators do: twin_alarm_acts.c; what
 * time does: twin_alarm_time.c; who raises them: twin_rule*.c.
 */
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

const struct alarm_setting *alarm_is(const struct twin *t, const struct alarm *a)
{
	return alarm_setting(t->site, a->class_);
}

void alarm_emit(
	struct turn *turn, const struct alarm *a, enum alarm_state from, enum alarm_state to)
{
	struct consequences *out = turn->out;
	struct transition *tr;

	alarm_moved(turn, a, from, to);
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
	tr->to = to;
	tr->priority = a->priority;
	tr->raised_ms = a->raised_ms;
	tr->level = a->level;
	tr->at_ms = turn->t->now_ms;
	tr->cause = turn->cause;
}

int alarm_run(struct turn *turn, struct alarm *a, struct alarm_input in)
{
	enum alarm_state from = alarm_state(a), over = alarm_shown(a, turn->t->now_ms), to, shown;
	int64_t raised = a->raised_ms;
	enum priority was = a->priority_now;
	int row, level = a->level;

	in.at_ms = turn->t->now_ms;
	row = alarm_event(a, alarm_is(turn->t, a), &in);
	to = alarm_state(a);
	shown = alarm_shown(a, turn->t->now_ms);
	if (from != to || raised != a->raised_ms || level != a->level || was != a->priority_now)
		alarm_emit(turn, a, from, to);
	if (shown != over && (shown >= ALARM_BASE_COUNT || over >= ALARM_BASE_COUNT)
		&& (over != from || shown != to))
		alarm_emit(turn, a, over, shown);
	return row;
}

/* Nobody would miss it. */
static bool is_idle(const struct twin *t, const struct alarm *a)
{
	for (int i = 1; i < ALARM_HOLDS; i++)
		if (alarm_hold_aside(a, i))
			return false;
	return alarm_state(a) == ALARM_A && !a->pending_ms && !a->out_of_service && !a->suppressed
	       && !alarm_is_shelved(a, t->now_ms);
}

/* Who makes room first: who is idle, of these who is configured no more; then the least
 * priority, the acknowledged before the others; of equals the one changed longest ago. */
static bool goes_before(const struct twin *t, const struct alarm *a, const struct alarm *b)
{
	bool idle = is_idle(t, a);

	if (idle != is_idle(t, b))
		return idle;
	if (a->gone != b->gone)
		return a->gone;
	if (!idle && a->priority != b->priority)
		return a->priority < b->priority;
	if (!idle && a->acked != b->acked)
		return a->acked;
	return a->changed_ms < b->changed_ms;
}

/* A slot for a new key: a fresh one, else that of one nobody would miss, else, and
 * counted, that of one of less priority. NULL when every other matters as much. */
static struct alarm *slot(struct twin *t, enum priority priority)
{
	struct alarm *best = &t->alarms[0];

	if (t->alarm_count < TWIN_ALARMS)
		return &t->alarms[t->alarm_count++];
	for (int i = 1; i < t->alarm_count; i++)
		if (goes_before(t, &t->alarms[i], best))
			best = &t->alarms[i];
	if (!is_idle(t, best)) {
		t->dropped++;
		if (best->priority >= priority)
			return NULL;
	}
	timer_cancel(t, TIMER_ALARM, (int)(best - t->alarms));
	timer_cancel(t, TIMER_HAZARD, (int)(best - t->alarms));
	return best;
}

struct alarm *alarm_make(struct turn *turn, const char *key, enum priority priority)
{
	int i = twin_alarm(turn->t, key);
	struct alarm *a = i >= 0 ? &turn->t->alarms[i] : slot(turn->t, priority);

	if (a && i < 0) {
		memset(a, 0, sizeof *a);
		text_copy(a->key, sizeof a->key, key);
	}
	return a;
}

static void describe(struct alarm *a, const struct ring *ring)
{
	text_copy(a->text, sizeof a->text, ring->text);
	text_copy(a->tag, sizeof a->tag, ring->tag);
	text_copy(a->room, sizeof a->room, ring->room);
}

/* ---- registers and letter ---- */

static bool is_covered(const struct alarm *a)
{
	return a->raised_ms && a->ack_upto_ms >= alarm_floor(a)
	       && a->ack_seen >= alarm_held_priority(a);
}

static void refresh(struct twin *t, struct alarm *a)
{
	bool held = a->holds[0].raised_ms > a->holds[0].ended_ms;
	bool mine = a->owned && (!a->taken.covers_ms || a->taken.covers_ms >= alarm_floor(a));

	a->own = held && a->active;
	a->peer = false;
	for (int i = 1; i < ALARM_HOLDS; i++)
		a->peer = a->peer || alarm_hold_rings(a, i);
	a->peer = a->peer && a->active;
	text_copy(a->owner, sizeof a->owner, mine ? a->taken.who : "");
	alarm_timer(t, a);
}

/* Where our own rules raise it, unknown is for them to say (fall_silent). */
static void doubt_absent(struct turn *turn, struct alarm *a)
{
	bool absent = alarm_absent(a) != NULL;

	if (absent != a->unknown && !alarm_hold_rings(a, 0))
		alarm_run(turn, a,
			(struct alarm_input){
				.event = absent ? ALARM_EVENT_STALE : ALARM_EVENT_FRESH});
}

static void settle(struct turn *turn, struct alarm *a, const struct alarm_setting *is)
{
	enum priority highest = alarm_held_priority(a);
	struct alarm_input again = {.event = ALARM_EVENT_RAISE,
		.priority = highest,
		.raised_ms = a->raised_ms,
		.again = a->again};

	if (!a->raised_ms) {
		refresh(turn->t, a);
		return;
	}
	if (alarm_held(a) && !a->active && !(is->momentary && is_covered(a)))
		alarm_run(turn, a, again);
	if (highest > a->priority && !(a->acked && highest <= a->acked_priority)) {
		again.event = ALARM_EVENT_WORSE;
		if (a->active)
			alarm_run(turn, a, again);
	}
	if (!a->acked && is_covered(a))
		alarm_run(turn, a,
			(struct alarm_input){.event = ALARM_EVENT_ACK,
				.covers_ms = a->ack_upto_ms,
				.priority = a->ack_seen > a->priority ? a->ack_seen : a->priority,
				.who = a->ack.who});
	if (a->active && (!alarm_held(a) || (is->momentary && a->acked))) {
		if (is->momentary && a->holds[0].raised_ms > a->holds[0].ended_ms)
			a->holds[0].ended_ms = a->holds[0].raised_ms;
		if (a->unknown)
			alarm_run(turn, a, (struct alarm_input){.event = ALARM_EVENT_FRESH});
		alarm_run(turn, a,
			(struct alarm_input){.event = ALARM_EVENT_CLEAR, .ended_ms = a->ended_ms});
	}
	if (alarm_state(a) == ALARM_LA && a->reset_upto_ms >= alarm_floor(a))
		alarm_run(turn, a,
			(struct alarm_input){
				.event = ALARM_EVENT_RESET, .covers_ms = a->reset_upto_ms});
	doubt_absent(turn, a);
	refresh(turn->t, a);
}

/* A raise is known: the greatest counts. One that is a new occurrence opens, whatever
 * the letter; the rest moves the time only. */
void alarm_raise_to(struct turn *turn, struct alarm *a, int64_t raised_ms, bool again)
{
	bool opens = raised_ms > a->raised_ms
		     && (!a->raised_ms || alarm_floor_of(a, raised_ms, again) > a->raised_ms);
	struct alarm_input in = {
		.event = ALARM_EVENT_RAISE, .raised_ms = raised_ms, .again = again};

	if (raised_ms == a->raised_ms)
		a->again = a->again && again;
	if (raised_ms <= a->raised_ms)
		return;
	if (opens) {
		in.priority = alarm_held_priority(a);
		if (!alarm_run(turn, a, in))
			a->unlisted--; /* covered already: only its time is new */
	}
	a->raised_ms = raised_ms;
	a->again = again;
}

/* Brings the letter to what holds and registers say, row by row. */
void alarm_settle(struct turn *turn, struct alarm *a)
{
	const struct alarm_setting *is = alarm_is(turn->t, a);

	if (a->named && a->unack_ms > a->raised_ms)
		alarm_raise_to(turn, a, a->unack_ms, true);
	settle(turn, a, is);
}

/* ---- what our own rules say ---- */

static bool own_rings(const struct alarm *a)
{
	return a->holds[0].raised_ms > a->holds[0].ended_ms;
}

/* On-delay and count rule, where the class has one. */
static bool is_met(const struct twin *t, struct alarm *a, const struct alarm_setting *is)
{
	bool met = is->on_delay_s <= 0 && is->count <= 1;

	if (met)
		return true;
	if (!a->pending_ms
		|| (is->count > 1 && t->now_ms > a->pending_ms + alarm_seconds(is->count_s))) {
		a->pending_ms = t->now_ms;
		a->met = 0;
	}
	a->met++;
	met = is->count > 1 && (int64_t)a->met >= is->count;
	return met
	       || (is->on_delay_s > 0
		       && t->now_ms >= a->pending_ms + alarm_seconds(is->on_delay_s));
}

/* Where another station rings already, and ours has not within this occurrence, it is
 * the same one. */
static bool joins(const struct twin *t, const struct alarm *a)
{
	const struct alarm_hold *own = &a->holds[0];

	if (!a->raised_ms || own->raised_ms >= a->raised_ms - ALARM_SAME_MS
		|| own->ended_ms >= a->raised_ms)
		return false;
	return a->active || t->now_ms <= a->raised_ms + ALARM_SAME_MS;
}

void alarm_begin(struct turn *turn, struct alarm *a)
{
	struct alarm_hold *own = &a->holds[0];
	bool again = a->again;
	int64_t raised =
		joins(turn->t, a) ? a->raised_ms : alarm_next_raise(a, turn->t->now_ms, &again);

	if (a->unknown) /* others are away, but it rings here */
		alarm_run(turn, a, (struct alarm_input){.event = ALARM_EVENT_FRESH});
	a->pending_ms = a->quiet_ms = 0;
	a->met = 0;
	own->raised_ms = raised;
	own->again = again;
	own->priority = a->priority_now;
	a->own_ms = raised;
	a->heard_ms = turn->t->now_ms;
	if (raised == a->raised_ms)
		a->count++;
	alarm_raise_to(turn, a, raised, again);
	alarm_settle(turn, a);
}

static void grade(struct turn *turn, struct alarm *a, enum priority priority)
{
	struct alarm_hold *own = &a->holds[0];
	struct alarm_input in = {.event = ALARM_EVENT_WORSE, .priority = priority};

	if (priority == a->priority_now)
		return;
	if (priority > own->priority)
		own->priority = priority;
	if (priority < a->priority_now) {
		in.event = ALARM_EVENT_BETTER;
	} else if (alarm_state(a) == ALARM_C && priority > a->acked_priority) {
		own->raised_ms = in.raised_ms = alarm_next_raise(a, turn->t->now_ms, &own->again);
		in.again = own->again;
		a->own_ms = own->raised_ms;
	}
	if (alarm_state(a) == ALARM_B || in.raised_ms)
		alarm_run(turn, a, in);
	a->priority_now = priority;
	alarm_settle(turn, a);
}

/* A rule that says what its class is like by default means its class: the site may
 * say otherwise. */
static enum priority priority_of(const struct twin *t, const struct ring *ring)
{
	const struct alarm_setting *is = alarm_setting(t->site, ring->class_);

	return ring->priority == alarm_rules[ring->class_].priority ? is->priority : ring->priority;
}

void alarm_raise(struct turn *turn, const char *key, const struct ring *ring)
{
	enum priority priority = priority_of(turn->t, ring);
	struct alarm *a = alarm_make(turn, key, priority);

	if (!a)
		return;
	if (own_rings(a)) {
		a->quiet_ms = 0;
		alarm_run(turn, a, (struct alarm_input){.event = ALARM_EVENT_RAISE});
		if (!ring->late) { /* somebody calls now, too */
			a->late = false;
			a->happened_ms = 0;
		}
		if (priority > a->priority_now)
			describe(a, ring);
		grade(turn, a, priority);
		return;
	}
	a->class_ = ring->class_;
	a->named = true;
	a->gone = false;
	if (!a->active)
		a->priority_now = priority;
	a->late = ring->late;
	a->happened_ms = ring->happened_ms;
	describe(a, ring);
	alarm_refit(a, alarm_is(turn->t, a));
	if (ring->waited || is_met(turn->t, a, alarm_is(turn->t, a)))
		alarm_begin(turn, a);
	else
		alarm_timer(turn->t, a);
}

void alarm_end(struct turn *turn, struct alarm *a)
{
	struct alarm_hold *own = &a->holds[0];

	a->quiet_ms = 0;
	if (own_rings(a)) {
		own->ended_ms = turn->t->now_ms;
		if (own->ended_ms < own->raised_ms)
			own->ended_ms = own->raised_ms;
		if (own->ended_ms <= a->shelf.hlc_ms)
			own->ended_ms = a->shelf.hlc_ms + 1;
		if (own->ended_ms > a->ended_ms)
			a->ended_ms = own->ended_ms;
	}
	if (a->unknown)
		alarm_run(turn, a, (struct alarm_input){.event = ALARM_EVENT_FRESH});
	alarm_settle(turn, a);
}

void alarm_clear(struct turn *turn, const char *key)
{
	int i = twin_alarm(turn->t, key);
	struct alarm *a = i >= 0 ? &turn->t->alarms[i] : NULL;
	const struct alarm_setting *is = a ? alarm_is(turn->t, a) : NULL;

	if (!a)
		return;
	if (is->count <= 1)
		a->pending_ms = 0;
	if (!own_rings(a)) {
		alarm_timer(turn->t, a);
		return;
	}
	if (is->off_delay_s > 0 && !a->quiet_ms)
		a->quiet_ms = turn->t->now_ms;
	if (is->off_delay_s > 0 && turn->t->now_ms < a->quiet_ms + alarm_seconds(is->off_delay_s))
		alarm_timer(turn->t, a);
	else
		alarm_end(turn, a);
}

void alarms_refit(struct twin *t)
{
	for (int i = 0; i < t->alarm_count; i++) {
		if (t->alarms[i].named)
			alarm_refit(&t->alarms[i], alarm_is(t, &t->alarms[i]));
		alarm_timer(t, &t->alarms[i]);
	}
}

void alarm_gone(struct turn *turn, const char *key)
{
	int i = twin_alarm(turn->t, key);

	if (i < 0)
		return;
	turn->t->alarms[i].pending_ms = 0;
	alarm_end(turn, &turn->t->alarms[i]);
	alarm_run(turn, &turn->t->alarms[i], (struct alarm_input){.event = ALARM_EVENT_GONE});
}

void alarm_follow(struct turn *turn, const char *key, bool wanted, const struct ring *ring)
{
	int i = twin_alarm(turn->t, key);
	struct alarm *a = &turn->t->alarms[i >= 0 ? i : 0];

	if (!wanted) {
		alarm_clear(turn, key);
	} else if (i < 0 || !own_rings(a)) {
		alarm_raise(turn, key, ring);
	} else {
		a->quiet_ms = 0;
		if (priority_of(turn->t, ring) > a->priority_now)
			describe(a, ring);
		grade(turn, a, priority_of(turn->t, ring));
	}
}

void alarm_suppress(struct turn *turn, const char *key, unsigned rule, bool wanted)
{
	int i = twin_alarm(turn->t, key);
	struct alarm *a = i >= 0 ? &turn->t->alarms[i] : NULL;

	if (!a || ((a->suppressed & rule) != 0) == wanted)
		return;
	alarm_run(turn, a,
		(struct alarm_input){.event = wanted ? ALARM_EVENT_SUPPRESS : ALARM_EVENT_RELEASE,
			.rule = rule});
	alarm_timer(turn->t, a);
}

bool alarm_sampled(struct turn *turn, const char *key, int64_t sample_ms, bool changed)
{
	int i = twin_alarm(turn->t, key);
	struct alarm *a = i >= 0 ? &turn->t->alarms[i] : NULL;

	if (!a)
		return true;
	if (sample_ms < a->sample_ms || (sample_ms == a->sample_ms && !changed)) {
		alarm_run(turn, a,
			(struct alarm_input){.event = sample_ms < a->sample_ms ? ALARM_EVENT_LATE
									       : ALARM_EVENT_SAME});
		return false;
	}
	a->sample_ms = sample_ms;
	a->heard_ms = turn->t->now_ms;
	alarm_fresh(turn, a);
	alarm_timer(turn->t, a);
	return true;
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
