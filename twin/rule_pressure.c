/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pressure of a room over the air next to it, of which the site has limits in Pa
 * (a cascade: from the cleanest room outwards), by two barometers, one in each room.
 * Their samples must be of the same two minutes, for the weather moves by pascals in
 * that time; what they differ by with the doors open is told by the site.
 */
#include "twin/twin_inner.h"

enum { SAME_TIME_MS = 2 * MINUTE_MS };
static const double HPA = 100; /* Pa */

static bool is_barometer(const struct site *site, const char *mac, int room)
{
	int i = site_tag(site, mac);

	return i >= 0 && site->tags[i].kind == TAG_SENSOR && site->tags[i].room == room;
}

/* The newest reading of the air in a room, -1 none. */
static int barometer(const struct twin *t, int room)
{
	int best = -1;

	for (int i = 0; i < t->reading_count; i++)
		if (t->readings[i].quantity == QUANTITY_PRESSURE
			&& is_barometer(t->site, t->readings[i].tag, room)
			&& (best < 0 || t->readings[i].at_ms > t->readings[best].at_ms))
			best = i;
	return best;
}

bool twin_over_pressure(const struct twin *t, int room, double *pascal, int *reading)
{
	const struct room *r = &t->site->rooms[room];
	int own = barometer(t, room), other = -1;
	int64_t apart;

	*reading = own;
	if (own < 0)
		return false;
	other = barometer(t, site_room(t->site, r->pressure_to));
	if (other < 0)
		return false;
	*pascal = (t->readings[own].value - t->readings[other].value) * HPA - r->pressure_zero;
	apart = t->readings[own].at_ms - t->readings[other].at_ms;
	return apart <= SAME_TIME_MS && apart >= -SAME_TIME_MS;
}

static void text_of(const struct twin *t, int room, double pascal, char *text, size_t size)
{
	const struct room *r = &t->site->rooms[room];

	line_add(text, size, room_label(t, room));
	line_add(text, size, ": ");
	line_number(text, size, pascal);
	line_add(text, size, " Pa over ");
	line_add(text, size, room_label(t, site_room(t->site, r->pressure_to)));
	line_add(text, size, pascal > r->pressure_high ? ", above " : ", below ");
	line_number(text, size, pascal > r->pressure_high ? r->pressure_high : r->pressure_low);
}

static void rule_room(struct turn *turn, int room)
{
	struct twin *t = turn->t;
	const struct room *r = &t->site->rooms[room];
	char key[ID_SIZE], text[LABEL_SIZE] = "";
	struct ring ring = {.waited = true,
		.class_ = ALARM_CLASS_ROOM_PRESSURE,
		.text = text,
		.room = room_id(t, room)};
	double pascal;
	int i;

	if (!twin_over_pressure(t, room, &pascal, &i))
		return;
	key_make(key, "pressure:", r->id);
	if (reading_out(turn, i, pascal < r->pressure_low || pascal > r->pressure_high,
		    r->pressure_delay_min)) {
		text_of(t, room, pascal, text, sizeof text);
		ring.tag = t->readings[i].tag;
		ring.priority = alarm_setting(t->site, ring.class_)->priority;
		alarm_follow(turn, key, true, &ring);
	} else if (!t->readings[i].out_since_ms) {
		alarm_clear(turn, key);
	}
}

/* The room of the sensor, and those that are compared with it. */
bool rule_pressure(struct turn *turn, int i)
{
	const struct reading *r = &turn->t->readings[i];
	const struct site *site = turn->t->site;
	bool any = false;

	for (int room = 0; r->quantity == QUANTITY_PRESSURE && room < site->room_count; room++) {
		int to = site_pressure_to(site, room);

		if (to < 0
			|| (!is_barometer(site, r->tag, room) && !is_barometer(site, r->tag, to)))
			continue;
		rule_room(turn, room);
		any = true;
	}
	return any;
}
