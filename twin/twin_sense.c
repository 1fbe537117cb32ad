/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of the senses: places by radio, sensors, buttons, gateways, and the
 * technical conditions of vigie itself. */
#include <math.h>
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

/* Of an absent one: source_ms, when it is a time at all. */
static int64_t heard_last(const struct fact *f)
{
	return f->source_ms > 0 && f->source_ms <= f->at_ms ? f->source_ms : f->at_ms;
}

static void locate(struct thing *th, const struct fact *f, int room, int other)
{
	const struct fact_located *told = &f->located;

	if (room >= 0 && (room != th->room || !th->known))
		th->since_ms = f->at_ms;
	if (room >= 0)
		th->room = room;
	th->known = th->known || room >= 0;
	th->other = other;
	th->state = told->state;
	th->confidence = told->confidence;
	th->other_confidence = told->other_confidence;
	th->at_ms = f->at_ms;
	th->unheard_ms = told->state == LOCATED_ABSENT ? heard_last(f) : 0;
	if (told->state == LOCATED_IN)
		th->certain_ms = f->at_ms;
}

void on_located(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_located *told = &turn->fact->located;
	int i = twin_thing(t, told->tag), room = site_room(t->site, told->room), from, patient;
	struct thing *th;

	if (i < 0 || (unsigned)told->state >= LOCATED_COUNT || (told->room[0] && room < 0)
		|| (told->state == LOCATED_IN && room < 0) || !isfinite(told->confidence)
		|| !isfinite(told->other_confidence)) {
		t->ignored++;
		return;
	}
	th = &t->things[i];
	/* Nobody listens where it was: silence does not make it absent. */
	if (told->state == LOCATED_ABSENT && th->frozen)
		return;
	from = th->known ? th->room : -1;
	locate(th, turn->fact, room, site_room(t->site, told->other));
	th->frozen = th->room >= 0 && th->room < TWIN_ROOMS && t->rooms[th->room].greyed;
	bracelet_heard(turn, i);
	rule_silent(turn, i);
	rule_zone(turn, i);
	if (told->state == LOCATED_IN)
		thing_moved(turn, i, from);
	patient = twin_patient(t, th->patient);
	if (patient >= 0)
		places_compare(turn, patient);
}

/* One sample a minute, the last of it: a day's trend in a fixed ring. */
static void remember(struct reading *r)
{
	int last = (r->history_next + TWIN_HISTORY - 1) % TWIN_HISTORY;

	if (!r->history_count || r->history[last].at_ms / MINUTE_MS != r->at_ms / MINUTE_MS) {
		last = r->history_next;
		r->history_next = (r->history_next + 1) % TWIN_HISTORY;
		if (r->history_count < TWIN_HISTORY)
			r->history_count++;
	}
	r->history[last] = (struct sample){.at_ms = r->at_ms, .value = (float)r->value};
}

static int reading_make(struct twin *t, const struct fact_reading *told)
{
	int i = twin_reading(t, told->tag, told->quantity);

	if (i >= 0)
		return i;
	if (t->reading_count == TWIN_READINGS) {
		t->dropped++;
		return -1;
	}
	i = t->reading_count++;
	memset(&t->readings[i], 0, sizeof t->readings[i]);
	text_copy(t->readings[i].tag, TAG_SIZE, told->tag);
	t->readings[i].quantity = told->quantity;
	return i;
}

/* Bracelets and badges shake and sag all day: of those only the battery is
 * kept, with the thing, so that they do not crowd out the sensors. */
static bool is_worth_keeping(const struct twin *t, const struct thing *th, enum quantity q)
{
	bool sensor = th->site_tag >= 0
		      && (t->site->tags[th->site_tag].kind == TAG_SENSOR
			      || t->site->tags[th->site_tag].cold);

	if (q == QUANTITY_BATTERY)
		return false;
	return sensor || q == QUANTITY_TEMPERATURE || q == QUANTITY_HUMIDITY;
}

void on_reading(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact *f = turn->fact;
	const struct fact_reading *told = &f->reading;
	int thing = twin_thing(t, told->tag), i;
	struct reading *r;
	bool changed;

	if (thing < 0 || (unsigned)told->quantity >= QUANTITY_COUNT || !isfinite(told->value)) {
		t->ignored++;
		return;
	}
	if (told->quantity == QUANTITY_BATTERY && told->value >= 0 && told->value <= 100) {
		t->things[thing].battery = (int)(told->value + 0.5);
		rule_battery(turn, thing);
	}
	if (!is_worth_keeping(t, &t->things[thing], told->quantity))
		return;
	i = reading_make(t, told);
	if (i < 0)
		return;
	r = &t->readings[i];
	if (f->at_ms < r->at_ms) {
		t->ignored++;
		return;
	}
	changed = r->at_ms == 0 || r->value < told->value || r->value > told->value;
	r->value = told->value;
	r->at_ms = f->at_ms;
	r->source_ms = f->source_ms;
	text_copy(r->origin, sizeof r->origin, f->origin);
	remember(r);
	cold_heard(turn, i);
	rule_sample(turn, i, changed);
}

void on_press(struct turn *turn)
{
	if (turn->fact->press.tag[0])
		alarm_press(turn);
	else
		turn->t->ignored++;
}

void on_gateway(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_gateway *told = &turn->fact->gateway;
	int i = site_gateway(t->site, told->gateway);
	char key[ID_SIZE], text[LABEL_SIZE] = "gateway silent: ";
	struct ring ring = {.class_ = ALARM_CLASS_GATEWAY, .text = text, .tag = ""};
	const struct gateway *g;

	if (i < 0 || i >= TWIN_ROOMS) {
		t->ignored++;
		return;
	}
	if (t->gateways[i].silent != told->silent)
		t->gateways[i].since_ms = t->now_ms;
	t->gateways[i].silent = told->silent;
	g = &t->site->gateways[i];
	line_add(text, sizeof text, g->name[0] ? g->name : g->mac);
	if (g->room >= 0 && g->room < t->site->room_count
		&& !strstr(text, room_label(t, g->room))) {
		line_add(text, sizeof text, ", ");
		line_add(text, sizeof text, room_label(t, g->room));
	}
	ring.priority = alarm_rules[ALARM_CLASS_GATEWAY].priority;
	ring.room = g->room >= 0 && g->room < t->site->room_count ? t->site->rooms[g->room].id : "";
	key_make(key, "gateway:", g->mac);
	if (told->silent)
		alarm_raise(turn, key, &ring);
	else
		alarm_clear(turn, key);
	rooms_grey(turn);
}

void on_condition(struct turn *turn)
{
	const struct fact_condition *told = &turn->fact->condition;
	char key[ID_SIZE];
	struct ring ring = {.class_ = alarm_class_of_condition(told->key),
		.text = told->text[0] ? told->text : told->key,
		.tag = "",
		.room = "",
		.priority = (unsigned)told->priority < PRIORITY_COUNT ? told->priority
								      : PRIORITY_MEDIUM};

	if (!told->key[0]) {
		turn->t->ignored++;
		return;
	}
	key_make(key, "technical:", told->key);
	if (told->active)
		alarm_raise(turn, key, &ring);
	else
		alarm_clear(turn, key);
}
