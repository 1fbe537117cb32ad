/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that raise and clear alarms, and the operators' acts on them. */
#include <string.h>

#include "twin/fasting.h"
#include "twin/text.h"
#include "twin/twin_inner.h"

#define BATTERY_LOW  15 /* %, raised below */
#define BATTERY_GOOD 20 /* %, cleared from here on: a value on the edge must not flap */

static void emit(struct turn *turn, const struct alarm *a, enum alarm_state from)
{
	struct consequences *out = turn->out;
	struct transition *tr;

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
	if (a->class_ == ALARM_CLASS_PATIENT_CALL)
		run(turn, a, ALARM_EVENT_CLEAR);
}

/* Where a tag rings: where radio has it, else where it is fixed. */
static int room_of_tag(const struct twin *t, const char *mac)
{
	int thing = twin_thing(t, mac), i = site_tag(t->site, mac), bed;

	if (thing >= 0 && t->things[thing].known && t->things[thing].room >= 0)
		return t->things[thing].room;
	if (i < 0)
		return -1;
	bed = t->site->tags[i].bed;
	if (bed >= 0 && bed < t->site->bed_count)
		return t->site->beds[bed].room;
	return t->site->tags[i].room;
}

/* A call is worth more than a list: an unlisted tag rings all the same. */
void alarm_press(struct turn *turn)
{
	const struct fact_press *press = &turn->fact->press;
	struct twin *t = turn->t;
	int tag = site_tag(t->site, press->tag), thing = twin_thing(t, press->tag);
	int room = room_of_tag(t, press->tag);
	char key[ID_SIZE], text[LABEL_SIZE] = "";
	struct ring ring = {.class_ = ALARM_CLASS_PATIENT_CALL,
		.late = press->late,
		.happened_ms = press->late ? turn->fact->source_ms : 0};

	if (tag < 0 && thing < 0)
		t->ignored++;
	if ((thing >= 0 && t->things[thing].patient[0])
		|| (tag >= 0 && t->site->tags[tag].kind == TAG_PATIENT))
		line_add(text, sizeof text, "patient");
	else
		line_add(text, sizeof text, tag_label(t, press->tag));
	line_add(text, sizeof text, " calls, ");
	line_add(text, sizeof text, room >= 0 ? room_label(t, room) : "place not known");
	key_make(key, "press:", press->tag);
	ring.priority = alarm_rules[ALARM_CLASS_PATIENT_CALL].priority;
	ring.text = text;
	ring.tag = press->tag;
	ring.room = room_id(t, room);
	alarm_raise(turn, key, &ring);
}

static void case_alarm(struct turn *turn, int i, enum hazard hazard, bool wanted,
	enum priority priority, const char *what)
{
	const struct surgery *s = &turn->t->cases[i];
	char key[ID_SIZE], text[LABEL_SIZE] = "", prefix[ID_SIZE] = "";
	struct ring ring = {.class_ = alarm_class_of_hazard(hazard),
		.priority = priority,
		.text = text,
		.tag = "",
		.room = room_id(turn->t, s->room_at)};

	line_add(text, sizeof text, what);
	if (s->room_at >= 0) {
		line_add(text, sizeof text, ", ");
		line_add(text, sizeof text, room_label(turn->t, s->room_at));
	}
	if (s->procedure[0]) {
		line_add(text, sizeof text, ", ");
		line_add(text, sizeof text, s->procedure);
	}
	line_add(prefix, sizeof prefix, hazard_name(hazard));
	line_add(prefix, sizeof prefix, ":");
	key_make(key, prefix, s->id);
	alarm_follow(turn, key, wanted, &ring);
	if (wanted)
		alarm_foretell(turn->t, key,
			&(struct fact_hazard){
				.hazard = hazard, .chance = FACT_UNKNOWN, .about_ms = s->start_ms},
			s->id, 0);
}

void rule_case(struct turn *turn, int i)
{
	struct twin *t = turn->t;
	const struct surgery *s = &t->cases[i];
	bool waiting = !surgery_is_off(s) && !surgery_has_begun(s) && !surgery_is_over(s);
	bool listed = s->status == CASE_PLANNED || s->status == CASE_UNKNOWN;
	bool expected = waiting && listed && s->start_ms && surgery_stage(s) == STAGE_EXPECTED
			&& t->now_ms < s->start_ms + HORIZON_MS;
	/* The programme is often read before what has happened to it: a case
	 * just heard of gets the time for its milestones to follow. */
	int64_t known = s->known_ms + ABSENT_GRACE_MS, late = s->start_ms - ABSENT_BEFORE_MS;
	int64_t due_ms = known > late ? known : late;
	bool due = expected && t->now_ms >= due_ms;
	/* The clock may run out while nobody says anything. */
	int64_t legal_ms = fasting_legal_ms(t, i);

	case_alarm(turn, i, HAZARD_FASTING, waiting && fasting_kept(t, i) == 0, PRIORITY_MEDIUM,
		"patient not fasting");
	if (waiting && legal_ms > t->now_ms)
		timer_set(t, legal_ms, TIMER_FASTING, i);
	else
		timer_cancel(t, TIMER_FASTING, i);
	case_alarm(turn, i, HAZARD_ABSENT, due, PRIORITY_LOW, "patient not arrived");
	if (expected && !due)
		timer_set(t, due_ms, TIMER_ABSENT, i);
	else
		timer_cancel(t, TIMER_ABSENT, i);
}

/* Before a slot is given to another case, nothing of the old one may ring. */
void rule_case_gone(struct turn *turn, int i)
{
	static const char *const prefixes[] = {"fasting:", "absent:", "conflict:"};
	char key[ID_SIZE];

	for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
		key_make(key, prefixes[p], turn->t->cases[i].id);
		alarm_clear(turn, key);
	}
	timer_cancel(turn->t, TIMER_ABSENT, i);
	timer_cancel(turn->t, TIMER_FASTING, i);
	timer_cancel(turn->t, TIMER_BLOCKED, i);
}

/* Limits that apply to a reading, and what it is called when they break. */
struct limits {
	double low, high;
	int64_t delay_ms;
	enum alarm_class class_;
	char key[ID_SIZE];
	int room;
};

static bool cold_limits(const struct tag *tag, const struct reading *r, struct limits *l)
{
	if (!tag->cold || r->quantity != QUANTITY_TEMPERATURE || tag->low > tag->high)
		return false;
	l->low = tag->low;
	l->high = tag->high;
	l->delay_ms = tag->delay_min > 0 ? (int64_t)(tag->delay_min * MINUTE_MS) : 0;
	l->class_ = ALARM_CLASS_COLD_CHAIN;
	key_make(l->key, "cold:", tag->mac);
	return true;
}

static bool room_limits(const struct room *room, const struct reading *r, struct limits *l)
{
	bool temperature = r->quantity == QUANTITY_TEMPERATURE;

	if (!temperature && r->quantity != QUANTITY_HUMIDITY)
		return false;
	l->low = temperature ? room->temp_low : room->rh_low;
	l->high = temperature ? room->temp_high : room->rh_high;
	l->delay_ms = CLIMATE_DELAY_MS;
	l->class_ = ALARM_CLASS_CLIMATE;
	return l->low < l->high;
}

static bool limits_of(const struct site *site, const struct reading *r, struct limits *l)
{
	int i = site_tag(site, r->tag);
	const struct tag *tag;
	char name[ID_SIZE + 16] = "";

	if (i < 0)
		return false;
	tag = &site->tags[i];
	l->room = tag->room;
	if (cold_limits(tag, r, l))
		return true;
	if (tag->kind != TAG_SENSOR || tag->cold || tag->room < 0 || tag->room >= site->room_count
		|| !room_limits(&site->rooms[tag->room], r, l))
		return false;
	line_add(name, sizeof name, site->rooms[tag->room].id);
	line_add(name, sizeof name, ":");
	line_add(name, sizeof name, quantity_name(r->quantity));
	key_make(l->key, "climate:", name);
	return true;
}

static void limit_text(const struct twin *t, const struct reading *r, const struct limits *l,
	char *text, size_t size)
{
	const char *unit = r->quantity == QUANTITY_TEMPERATURE ? " °C" : " %";
	int i = site_tag(t->site, r->tag);

	if (l->class_ == ALARM_CLASS_COLD_CHAIN && i >= 0 && t->site->tags[i].name[0])
		line_add(text, size, t->site->tags[i].name);
	else
		line_add(text, size, room_label(t, l->room));
	line_add(text, size, ": ");
	line_number(text, size, r->value);
	line_add(text, size, unit);
	line_add(text, size, r->value > l->high ? ", above " : ", below ");
	line_number(text, size, r->value > l->high ? l->high : l->low);
}

void rule_reading(struct turn *turn, int i)
{
	struct twin *t = turn->t;
	struct reading *r = &t->readings[i];
	struct limits l;
	char text[LABEL_SIZE] = "";
	struct ring ring = {.text = text, .tag = r->tag};

	if (!limits_of(t->site, r, &l)) {
		r->out_since_ms = 0;
		timer_cancel(t, TIMER_LIMIT, i);
		return;
	}
	if (r->value >= l.low && r->value <= l.high) {
		r->out_since_ms = 0;
		timer_cancel(t, TIMER_LIMIT, i);
		alarm_clear(turn, l.key);
		return;
	}
	if (!r->out_since_ms)
		r->out_since_ms = t->now_ms;
	if (t->now_ms < r->out_since_ms + l.delay_ms) {
		timer_set(t, r->out_since_ms + l.delay_ms, TIMER_LIMIT, i);
		return;
	}
	limit_text(t, r, &l, text, sizeof text);
	ring.class_ = l.class_;
	ring.priority = alarm_rules[l.class_].priority;
	ring.room = room_id(t, l.room);
	alarm_follow(turn, l.key, true, &ring);
}

void rule_reading_was(struct turn *turn, int i, const struct site *was)
{
	const struct reading *r = &turn->t->readings[i];
	struct limits old, now;

	if (limits_of(was, r, &old)
		&& (!limits_of(turn->t->site, r, &now) || strcmp(old.key, now.key)))
		alarm_clear(turn, old.key);
}

void rule_battery(struct turn *turn, int thing)
{
	struct twin *t = turn->t;
	const struct thing *th = &t->things[thing];
	char key[ID_SIZE], text[LABEL_SIZE] = "battery of ";
	struct ring ring = {.class_ = ALARM_CLASS_BATTERY,
		.priority = alarm_rules[ALARM_CLASS_BATTERY].priority,
		.text = text,
		.tag = th->tag,
		.room = room_id(t, room_of_tag(t, th->tag))};

	if (th->battery < 0)
		return;
	key_make(key, "battery:", th->tag);
	if (th->battery >= BATTERY_LOW) {
		if (th->battery >= BATTERY_GOOD)
			alarm_clear(turn, key);
		return;
	}
	line_add(text, sizeof text, tag_label(t, th->tag));
	line_add(text, sizeof text, " below 15 %");
	alarm_follow(turn, key, true, &ring);
}

/* radio and fhir are the two rooms in dispute; -1, -1: they agree again. */
void rule_conflict(struct turn *turn, int patient, int radio, int fhir)
{
	struct twin *t = turn->t;
	const char *id = t->patients[patient].id;
	int mine = radio >= 0 ? twin_patient_case(t, id) : -1;
	char key[ID_SIZE], text[LABEL_SIZE] = "radio: ";
	struct ring ring = {.class_ = ALARM_CLASS_CONFLICT,
		.priority = PRIORITY_LOW,
		.text = text,
		.tag = t->patients[patient].tag,
		.room = room_id(t, radio)};

	line_add(text, sizeof text, room_label(t, radio));
	line_add(text, sizeof text, ", hospital: ");
	line_add(text, sizeof text, room_label(t, fhir));
	for (int i = 0; i < t->case_count; i++) {
		struct surgery *s = &t->cases[i];

		if (i != mine && !(s->place_conflict && !strcmp(s->patient, id)))
			continue;
		s->place_conflict = i == mine;
		key_make(key, "conflict:", s->id);
		alarm_follow(turn, key, i == mine, &ring);
	}
}
