/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that raise and clear alarms: of a case, a reading, a battery and two
 * places for one patient. */
#include <string.h>

#include "twin/fasting.h"
#include "twin/text.h"
#include "twin/twin_inner.h"

#define BATTERY_LOW  15 /* %, raised below */
#define BATTERY_GOOD 20 /* %, cleared from here on: a value on the edge must not flap */

int room_of_tag(const struct twin *t, const char *mac)
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
	int worn = twin_worn_by(t, s->patient);

	case_alarm(turn, i, HAZARD_FASTING, waiting && fasting_kept(t, i) == 0, PRIORITY_MEDIUM,
		"patient not fasting");
	if (waiting && legal_ms > t->now_ms)
		timer_set(t, legal_ms, TIMER_FASTING, i);
	else
		timer_cancel(t, TIMER_FASTING, i);
	case_alarm(turn, i, HAZARD_ABSENT, due, PRIORITY_LOW, "patient not arrived");
	rule_stage(turn, i);
	if (worn >= 0) {
		rule_silent(turn, worn);
		rule_zone(turn, worn);
	}
	if (expected && !due)
		timer_set(t, due_ms, TIMER_ABSENT, i);
	else
		timer_cancel(t, TIMER_ABSENT, i);
}

/* Before a slot is given to another case, nothing of the old one may ring. */
void rule_case_gone(struct turn *turn, int i)
{
	static const char *const prefixes[] = {"fasting:", "absent:", "conflict:", "stage:"};
	char key[ID_SIZE];

	for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
		key_make(key, prefixes[p], turn->t->cases[i].id);
		alarm_clear(turn, key);
	}
	timer_cancel(turn->t, TIMER_ABSENT, i);
	timer_cancel(turn->t, TIMER_FASTING, i);
	timer_cancel(turn->t, TIMER_BLOCKED, i);
	timer_cancel(turn->t, TIMER_STAGE, i);
}

bool reading_out(struct turn *turn, int i, bool out, double delay_min)
{
	struct twin *t = turn->t;
	struct reading *r = &t->readings[i];
	int64_t due_ms;

	if (!out) {
		r->out_since_ms = 0;
		timer_cancel(t, TIMER_LIMIT, i);
		return false;
	}
	if (!r->out_since_ms)
		r->out_since_ms = t->now_ms;
	due_ms = r->out_since_ms + (int64_t)(delay_min * MINUTE_MS);
	if (t->now_ms < due_ms)
		timer_set(t, due_ms, TIMER_LIMIT, i);
	return t->now_ms >= due_ms;
}

/* Limits of the air of a room. */
struct limits {
	double low, high;
	char key[ID_SIZE];
	int room;
};

static bool climate_limits(const struct site *site, const struct reading *r, struct limits *l)
{
	int i = site_tag(site, r->tag);
	const struct tag *tag = i >= 0 ? &site->tags[i] : NULL;
	bool temperature = r->quantity == QUANTITY_TEMPERATURE;
	const struct room *room;
	char name[ID_SIZE + 16] = "";

	if (!tag || tag->kind != TAG_SENSOR || tag->cold || tag->room < 0
		|| tag->room >= site->room_count
		|| (!temperature && r->quantity != QUANTITY_HUMIDITY))
		return false;
	room = &site->rooms[tag->room];
	l->room = tag->room;
	l->low = temperature ? room->temp_low : room->rh_low;
	l->high = temperature ? room->temp_high : room->rh_high;
	line_add(name, sizeof name, room->id);
	line_add(name, sizeof name, ":");
	line_add(name, sizeof name, quantity_name(r->quantity));
	key_make(l->key, "climate:", name);
	return l->low < l->high;
}

/* Of the air against the air next door: where it is measured. */
static bool pressure_key(const struct site *site, const struct reading *r, char key[ID_SIZE])
{
	int tag = r->quantity == QUANTITY_PRESSURE ? site_tag(site, r->tag) : -1;
	int room = tag >= 0 ? site->tags[tag].room : -1;

	if (room < 0 || site_pressure_to(site, room) < 0)
		return false;
	key_make(key, "pressure:", site->rooms[room].id);
	return true;
}

static void climate_text(const struct twin *t, const struct reading *r, const struct limits *l,
	char *text, size_t size)
{
	line_add(text, size, room_label(t, l->room));
	line_add(text, size, ": ");
	line_number(text, size, r->value);
	line_add(text, size, r->quantity == QUANTITY_TEMPERATURE ? " °C" : " %");
	line_add(text, size, r->value > l->high ? ", above " : ", below ");
	line_number(text, size, r->value > l->high ? l->high : l->low);
}

static bool rule_climate(struct turn *turn, int i)
{
	struct twin *t = turn->t;
	struct reading *r = &t->readings[i];
	struct limits l;
	char text[LABEL_SIZE] = "";
	struct ring ring = {
		.class_ = ALARM_CLASS_CLIMATE, .text = text, .tag = r->tag, .waited = true};

	if (!climate_limits(t->site, r, &l))
		return false;
	if (reading_out(turn, i, r->value < l.low || r->value > l.high,
		    alarm_setting(t->site, ALARM_CLASS_CLIMATE)->on_delay_s / 60)) {
		climate_text(t, r, &l, text, sizeof text);
		ring.priority = alarm_setting(t->site, ring.class_)->priority;
		ring.room = room_id(t, l.room);
		alarm_follow(turn, l.key, true, &ring);
	} else if (!r->out_since_ms) {
		alarm_clear(turn, l.key);
	}
	return true;
}

/* The first that has limits for a reading has the word on it. */
void rule_reading(struct turn *turn, int i)
{
	static bool (*const rules[])(struct turn *, int) = {rule_cold, rule_pressure, rule_climate};

	for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
		if (rules[k](turn, i))
			return;
	reading_out(turn, i, false, 0);
}

/* The key of what may ring for a reading under a site; false: nothing. */
static bool reading_key(const struct site *site, const struct reading *r, char key[ID_SIZE])
{
	int tag = site_tag(site, r->tag);
	struct limits l;

	if (pressure_key(site, r, key))
		return true;
	if (climate_limits(site, r, &l)) {
		text_copy(key, ID_SIZE, l.key);
		return true;
	}
	key_make(key, "cold:", r->tag);
	return tag >= 0 && site->tags[tag].cold && r->quantity == QUANTITY_TEMPERATURE
	       && site->tags[tag].low <= site->tags[tag].high;
}

void rule_sample(struct turn *turn, int i, bool changed)
{
	const struct reading *r = &turn->t->readings[i];
	bool dated = r->source_ms > 0 && r->source_ms <= r->at_ms;
	char key[ID_SIZE];

	if (!reading_key(turn->t->site, r, key)
		|| alarm_sampled(turn, key, dated ? r->source_ms : r->at_ms, changed))
		rule_reading(turn, i);
}

void rule_reading_was(struct turn *turn, int i, const struct site *was)
{
	const struct reading *r = &turn->t->readings[i];
	char old[ID_SIZE], now[ID_SIZE];

	if (reading_key(was, r, old) && (!reading_key(turn->t->site, r, now) || strcmp(old, now)))
		alarm_clear(turn, old);
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
