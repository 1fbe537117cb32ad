/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What time does to an alarm: delays, steps of escalation, forgotten
 * acknowledgements, silence of its source, the end of a shelf. One timer each, set to
 * whatever is due first, so that the order does not depend on how time is cut.
 */
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

int64_t alarm_seconds(double s)
{
	return (int64_t)(s * 1000);
}

static int64_t minutes(double m)
{
	return (int64_t)(m * MINUTE_MS);
}

/* When each thing that waits is due; 0 it does not wait. */

static int64_t raise_due(const struct alarm *a, const struct alarm_setting *is, int64_t now_ms)
{
	(void)now_ms;
	return a->pending_ms && is->on_delay_s > 0 ? a->pending_ms + alarm_seconds(is->on_delay_s)
						   : 0;
}

static int64_t end_due(const struct alarm *a, const struct alarm_setting *is, int64_t now_ms)
{
	(void)now_ms;
	return a->quiet_ms ? a->quiet_ms + alarm_seconds(is->off_delay_s) : 0;
}

static int64_t shelf_due(const struct alarm *a, const struct alarm_setting *is, int64_t now_ms)
{
	(void)is;
	(void)now_ms;
	return a->shelf_until_ms;
}

/* Nobody is told of what is out of sight. */
static int64_t step_due(const struct alarm *a, const struct alarm_setting *is, int64_t now_ms)
{
	if (!alarm_sounds(a, now_ms) || a->level >= is->step_count)
		return 0;
	return a->steps_ms + minutes(is->steps[a->level].after_min);
}

static int64_t timeout_due(const struct alarm *a, const struct alarm_setting *is, int64_t now_ms)
{
	(void)now_ms;
	if (alarm_state(a) != ALARM_C || is->ack_timeout_min <= 0)
		return 0;
	return a->acked_ms + minutes(is->ack_timeout_min);
}

static int64_t stale_due(const struct alarm *a, const struct alarm_setting *is, int64_t now_ms)
{
	(void)now_ms;
	return a->own && !a->unknown && is->stale_min > 0 && a->heard_ms
		       ? a->heard_ms + minutes(is->stale_min)
		       : 0;
}

/* ---- what is done then ---- */

static void raise_now(struct turn *turn, struct alarm *a)
{
	alarm_begin(turn, a);
}

static void end_now(struct turn *turn, struct alarm *a)
{
	alarm_end(turn, a);
}

static void shelf_over(struct turn *turn, struct alarm *a)
{
	enum alarm_state base = alarm_state(a);

	alarm_run(turn, a, (struct alarm_input){.event = ALARM_EVENT_SHELF_OVER});
	/* Hidden until now by the clock alone: the letter has changed with it. */
	if (alarm_shown(a, turn->t->now_ms) == base)
		alarm_emit(turn, a, ALARM_E, base);
}

static void step_up(struct turn *turn, struct alarm *a)
{
	alarm_run(turn, a, (struct alarm_input){.event = ALARM_EVENT_ESCALATE});
}

/* The new occurrence is dated by the acknowledgement, so that every station that
 * heard of it opens the same one; and it is said, for one that has heard of the end
 * in time does not. */
static void time_out(struct turn *turn, struct alarm *a)
{
	const struct alarm_setting *is = alarm_is(turn->t, a);
	struct alarm_hold *own = &a->holds[0];
	int64_t from = a->ack.hlc_ms ? a->ack.hlc_ms : a->acked_ms;
	int64_t raised = from + minutes(is->ack_timeout_min);
	bool rings = own->raised_ms > own->ended_ms;

	if (raised <= a->raised_ms)
		raised = a->raised_ms + 1;
	if (raised <= a->ack_upto_ms)
		raised = a->ack_upto_ms + 1;
	if (raised <= own->ended_ms)
		raised = own->ended_ms + 1;
	own->raised_ms = a->own_ms = raised;
	own->ended_ms = rings ? own->ended_ms : raised;
	own->priority = a->priority_now;
	own->again = true;
	alarm_run(turn, a,
		(struct alarm_input){
			.event = ALARM_EVENT_ACK_TIMEOUT, .raised_ms = raised, .again = true});
	alarm_settle(turn, a);
}

static const char *source_key(const struct alarm *a, char key[ID_SIZE])
{
	key_make(key, "technical:stale:", a->tag[0] ? a->tag : a->key);
	return key;
}

/* Somebody has been told that the tag itself is silent (rule_silent.c). */
static bool is_told(const struct twin *t, const char *tag)
{
	char key[ID_SIZE];
	int i;

	key_make(key, "silent:", tag);
	i = tag[0] ? twin_alarm(t, key) : -1;
	return i >= 0 && t->alarms[i].active;
}

/* One technical alarm for the source, however many alarms hang on it. */
static void fall_silent(struct turn *turn, struct alarm *a)
{
	char key[ID_SIZE], text[LABEL_SIZE] = "no more readings: ";
	struct ring ring = {.class_ = ALARM_CLASS_SILENT_TAG,
		.priority = alarm_rules[ALARM_CLASS_SILENT_TAG].priority,
		.text = text,
		.tag = a->tag,
		.room = a->room};

	alarm_run(turn, a, (struct alarm_input){.event = ALARM_EVENT_STALE});
	line_add(text, sizeof text, a->tag[0] ? tag_label(turn->t, a->tag) : a->text);
	if (!is_told(turn->t, a->tag))
		alarm_follow(turn, source_key(a, key), true, &ring);
}

void alarm_fresh(struct turn *turn, struct alarm *a)
{
	char key[ID_SIZE];

	if (!a->unknown || !a->own)
		return;
	alarm_run(turn, a, (struct alarm_input){.event = ALARM_EVENT_FRESH});
	alarm_clear(turn, source_key(a, key));
}

static const struct {
	int64_t (*when)(const struct alarm *a, const struct alarm_setting *is, int64_t now_ms);
	void (*act)(struct turn *turn, struct alarm *a);
} dues[] = {
	{shelf_due, shelf_over},
	{raise_due, raise_now},
	{end_due, end_now},
	{timeout_due, time_out},
	{step_due, step_up},
	{stale_due, fall_silent},
};
enum { DUES = sizeof dues / sizeof *dues };

void alarm_timer(struct twin *t, const struct alarm *a)
{
	const struct alarm_setting *is = alarm_is(t, a);
	int index = (int)(a - t->alarms);
	int64_t first = 0;

	for (int i = 0; i < DUES; i++) {
		int64_t when = dues[i].when(a, is, t->now_ms);

		if (when && (!first || when < first))
			first = when;
	}
	if (!first)
		timer_cancel(t, TIMER_ALARM, index);
	else
		timer_set(t, first > t->now_ms ? first : t->now_ms + 1, TIMER_ALARM, index);
}

void alarm_due(struct turn *turn, int alarm)
{
	struct alarm *a = &turn->t->alarms[alarm];

	for (int i = 0; i < DUES; i++) {
		int64_t when = dues[i].when(a, alarm_is(turn->t, a), turn->t->now_ms);

		if (when && when <= turn->t->now_ms)
			dues[i].act(turn, a);
	}
	alarm_timer(turn->t, a);
}
