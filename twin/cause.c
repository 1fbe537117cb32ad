/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/cause.h"

#include <string.h>

#include "twin/hazard.h"
#include "twin/text.h"
#include "twin/twin_inner.h"

enum {
	/* What follows from something begins about when it does, or later ... */
	EARLIER_MS = 2 * MINUTE_MS,
	/* ... and is over a little after it: gateways that are back have yet to hear. */
	GRACE_MS = 2 * MINUTE_MS,
	MANY = 3,                /* of one class ... */
	MANY_MS = 2 * MINUTE_MS, /* ... within this are one line */
	CHAIN = 4                /* whatever explains others is seldom explained itself */
};

bool alarm_rings(const struct alarm *a, int64_t now_ms)
{
	return alarm_shown(a, now_ms) < ALARM_BASE_COUNT;
}

int alarm_root(const struct twin *t, int alarm)
{
	for (int i = 0; i < CHAIN && t->alarms[alarm].cause[0]; i++) {
		int cause = twin_alarm(t, t->alarms[alarm].cause);

		if (cause < 0)
			break;
		alarm = cause;
	}
	return alarm;
}

/* --- what explains what: each finds the alarm, -1 there is none --- */

/* Those that explain much, and the headings: looked up once, for there may be hundreds
 * of alarms to be explained. */
struct known {
	int broker, radio, fhir, full;
	int heading[ALARM_CLASS_COUNT];
};

typedef int explainer(const struct twin *t, const struct known *known, const struct alarm *a);

static int by_broker(const struct twin *t, const struct known *known, const struct alarm *a)
{
	(void)t;
	(void)a;
	return known->broker;
}

static int by_radio(const struct twin *t, const struct known *known, const struct alarm *a)
{
	(void)t;
	(void)a;
	return known->radio;
}

/* What the hospital would have said. */
static int by_fhir(const struct twin *t, const struct known *known, const struct alarm *a)
{
	(void)t;
	(void)a;
	return known->fhir;
}

/* Of technical conditions only what is about being heard. */
static int heard_by_broker(const struct twin *t, const struct known *known, const struct alarm *a)
{
	return known->radio >= 0 && a == &t->alarms[known->radio] ? known->broker : -1;
}

/* A gateway of its room, when all of them are silent. */
static int by_gateway(const struct twin *t, const struct known *known, const struct alarm *a)
{
	int room = t->site ? site_room(t->site, a->room) : -1;
	char key[ID_SIZE];

	(void)known;
	if (room < 0 || room >= TWIN_ROOMS || !t->rooms[room].greyed)
		return -1;
	for (int i = 0; i < t->site->gateway_count; i++) {
		if (t->site->gateways[i].room != room)
			continue;
		key_make(key, "gateway:", t->site->gateways[i].mac);
		return twin_alarm(t, key);
	}
	return -1;
}

/* No more readings of a tag that is not heard at all. */
static int by_silence(const struct twin *t, const struct known *known, const struct alarm *a)
{
	static const char stale[] = "technical:stale:";
	char key[ID_SIZE];

	(void)known;
	if (strncmp(a->key, stale, sizeof stale - 1) != 0)
		return -1;
	key_make(key, "silent:", a->tag);
	return twin_alarm(t, key);
}

/* Kept in the room for want of a bay: because none is free. */
static int by_full_pacu(const struct twin *t, const struct known *known, const struct alarm *a)
{
	(void)t;
	(void)a;
	return known->full;
}

/* The first that fits. */
static const struct {
	enum alarm_class class_;
	explainer *by;
} explanations[] = {
	{ALARM_CLASS_GATEWAY, by_broker},
	{ALARM_CLASS_SILENT_TAG, by_broker},
	{ALARM_CLASS_LINK, by_broker},
	{ALARM_CLASS_CONFLICT, by_broker}, /* the place by radio is an old one */
	{ALARM_CLASS_FEED, heard_by_broker},
	{ALARM_CLASS_GATEWAY, by_radio},
	{ALARM_CLASS_SILENT_TAG, by_radio},
	{ALARM_CLASS_CONFLICT, by_radio},
	{ALARM_CLASS_SILENT_TAG, by_gateway},
	{ALARM_CLASS_SILENT_TAG, by_silence},
	{ALARM_CLASS_HOLD, by_full_pacu},
	{ALARM_CLASS_NOT_ARRIVED, by_fhir},
	{ALARM_CLASS_LONG_STAGE, by_fhir},
};

static bool explains(const struct twin *t, const struct alarm *cause, const struct alarm *a)
{
	bool stands = cause->active
		      || (cause->cleared_ms && t->now_ms < cause->cleared_ms + GRACE_MS
			      && a->raised_ms <= cause->cleared_ms);

	return cause != a && stands && a->raised_ms >= cause->raised_ms - EARLIER_MS;
}

static int explained_by(const struct twin *t, const struct known *known, const struct alarm *a)
{
	for (size_t i = 0; i < sizeof explanations / sizeof *explanations; i++) {
		int cause =
			explanations[i].class_ == a->class_ ? explanations[i].by(t, known, a) : -1;

		if (cause >= 0 && explains(t, &t->alarms[cause], a))
			return cause;
	}
	return -1;
}

/* --- many of one class at one time --- */

static const char *const many[ALARM_CLASS_COUNT] = {
	[ALARM_CLASS_CLIMATE] = "rooms out of their climate",
	[ALARM_CLASS_ROOM_PRESSURE] = "rooms out of their pressure",
	[ALARM_CLASS_BATTERY] = "batteries low",
	[ALARM_CLASS_SILENT_TAG] = "tags silent",
	[ALARM_CLASS_GATEWAY] = "gateways silent",
	[ALARM_CLASS_CLOCK_SKEW] = "clocks wrong",
	[ALARM_CLASS_FIRST_LATE] = "first cases late",
	[ALARM_CLASS_OVERTIME] = "rooms past session",
	[ALARM_CLASS_OVERRUN] = "cases over booking",
	[ALARM_CLASS_NOT_ARRIVED] = "patients not arrived",
	[ALARM_CLASS_LONG_STAGE] = "patients long in one stage",
};

static void many_key(char key[ID_SIZE], int class_)
{
	key_make(key, "many:", alarm_class_name((enum alarm_class)class_));
}

static bool is_heading(const struct alarm *a)
{
	return !strncmp(a->key, "many:", 5);
}

/* What may stand under a heading: news of the class that nothing explains. A HIGH one
 * is never one of many. */
static bool is_one_of(const struct twin *t, const struct alarm *a, int class_, int64_t since_ms)
{
	return a->active && !a->cause[0] && (int)a->class_ == class_ && !is_heading(a)
	       && a->priority != PRIORITY_HIGH && a->raised_ms >= since_ms
	       && alarm_rings(a, t->now_ms);
}

static void set_cause(struct turn *turn, struct alarm *a, const char *cause)
{
	struct trail *trail = &turn->t->trail;
	bool now = cause[0] != '\0';

	if (!strcmp(a->cause, cause))
		return;
	text_copy(a->cause, sizeof a->cause, cause);
	if (now)
		trail_unring(trail, a->sounded_ms, turn->t->now_ms);
	alarm_suppress(turn, a->key, SUPPRESSED_EXPLAINED, now);
}

static void raise_heading(struct turn *turn, int class_, const char *key)
{
	struct ring ring = {.class_ = (enum alarm_class)class_,
		.text = many[class_],
		.tag = "",
		.room = "",
		.waited = true};

	ring.priority = alarm_setting(turn->t->site, ring.class_)->priority;
	alarm_raise(turn, key, &ring);
}

static int count_under(const struct twin *t, const char *key)
{
	int n = 0;

	for (int i = 0; i < t->alarm_count; i++)
		n += t->alarms[i].active && !strcmp(t->alarms[i].cause, key);
	return n;
}

static void tell_count(struct alarm *heading, int class_, int count)
{
	char text[LABEL_SIZE] = "";

	line_whole(text, sizeof text, count);
	line_add(text, sizeof text, " ");
	line_add(text, sizeof text, many[class_]);
	text_copy(heading->text, sizeof heading->text, text);
}

/* A heading stands as long as one of those under it does. */
static void derive_many(struct turn *turn, int class_)
{
	struct twin *t = turn->t;
	char key[ID_SIZE];
	int i, loose = 0;
	int64_t since;

	many_key(key, class_);
	i = twin_alarm(t, key);
	since = i >= 0 && t->alarms[i].active ? t->alarms[i].raised_ms - MANY_MS
					      : t->now_ms - MANY_MS;
	if (i >= 0 && t->alarms[i].active && t->now_ms > t->alarms[i].raised_ms + MANY_MS)
		since = t->now_ms + 1; /* whatever comes later is news */
	for (int k = 0; k < t->alarm_count; k++)
		loose += is_one_of(t, &t->alarms[k], class_, since);
	if (loose >= MANY && !(i >= 0 && t->alarms[i].active)) {
		raise_heading(turn, class_, key);
		i = twin_alarm(t, key);
	}
	if (i < 0 || !t->alarms[i].active)
		return;
	for (int k = 0; k < t->alarm_count; k++)
		if (is_one_of(t, &t->alarms[k], class_, since))
			set_cause(turn, &t->alarms[k], key);
	loose = count_under(t, key);
	if (loose > 0)
		tell_count(&t->alarms[i], class_, loose);
	else
		alarm_clear(turn, key);
}

/* --- all of it --- */

/* What was explained all its life is over when it ends: nobody was asked to see it. */
static void let_go(struct turn *turn, struct alarm *a)
{
	if (alarm_state(a) == ALARM_D)
		alarm_run(turn, a,
			(struct alarm_input){.event = ALARM_EVENT_ACK,
				.covers_ms = a->raised_ms,
				.priority = a->priority});
	if (alarm_state(a) == ALARM_A)
		set_cause(turn, a, "");
}

static bool is_under_heading(const struct twin *t, const struct known *known, const struct alarm *a)
{
	int i = known->heading[a->class_];

	return i >= 0 && t->alarms[i].active && !strcmp(a->cause, t->alarms[i].key);
}

static void derive_one(struct turn *turn, const struct known *known, struct alarm *a)
{
	struct twin *t = turn->t;
	int cause = a->priority == PRIORITY_HIGH ? -1 : explained_by(t, known, a);

	if (a->cause[0] && !a->active)
		let_go(turn, a);
	else if (a->active && cause >= 0)
		set_cause(turn, a, t->alarms[cause].key);
	else if (a->cause[0] && !is_under_heading(t, known, a))
		set_cause(turn, a, "");
}

/* When something that was explained must speak for itself: after the first of the
 * causes that have ended, if any. */
static void wait_for_grace(struct twin *t)
{
	int64_t due = 0;

	for (int i = 0; i < t->alarm_count; i++) {
		const struct alarm *cause = &t->alarms[i];
		int64_t end = cause->cleared_ms + GRACE_MS;

		if (!cause->active && cause->cleared_ms && end > t->now_ms && (!due || end < due)
			&& count_under(t, cause->key) > 0)
			due = end;
	}
	if (due)
		timer_set(t, due, TIMER_CAUSE, 0);
	else
		timer_cancel(t, TIMER_CAUSE, 0);
}

static void look_up(const struct twin *t, struct known *known)
{
	char key[ID_SIZE];

	known->broker = twin_alarm(t, "technical:broker");
	known->radio = twin_alarm(t, "technical:radio");
	known->fhir = twin_alarm(t, "technical:fhir");
	hazard_key(key, HAZARD_PACU_FULL, "pacu");
	known->full = twin_alarm(t, key);
	for (int class_ = 0; class_ < ALARM_CLASS_COUNT; class_++) {
		many_key(key, class_);
		known->heading[class_] = many[class_] ? twin_alarm(t, key) : -1;
	}
}

void causes_derive(struct turn *turn)
{
	struct twin *t = turn->t;
	struct known known;

	look_up(t, &known);
	for (int i = 0; i < t->alarm_count; i++)
		if (t->alarms[i].active || t->alarms[i].cause[0])
			derive_one(turn, &known, &t->alarms[i]);
	for (int class_ = 0; class_ < ALARM_CLASS_COUNT; class_++)
		if (many[class_])
			derive_many(turn, class_);
	wait_for_grace(t);
	turn->alarms = false;
}

void cause_due(struct turn *turn, int index)
{
	(void)index;
	turn->alarms = true;
}

static bool is_on(enum alarm_state s)
{
	return s == ALARM_B || s == ALARM_C;
}

void alarm_moved(
	struct turn *turn, const struct alarm *a, enum alarm_state from, enum alarm_state to)
{
	struct trail *trail = &turn->t->trail;
	bool base = from < ALARM_BASE_COUNT && to < ALARM_BASE_COUNT;

	turn->alarms = true;
	if (base && is_on(from) != is_on(to))
		trail_step(trail, a->key, is_on(to), turn->t->now_ms);
	if (to == ALARM_B && from != ALARM_B && alarm_rings(a, turn->t->now_ms))
		trail_ring(trail, turn->t->now_ms);
}
