/* SPDX-License-Identifier: Apache-2.0 */

/* Alarms for programs. "state" is the base state; what is shown over it is "shown". */

#include "screens/nearest.h"
#include "screens/rows.h"
#include "screens/show_json_put.h"
#include "twin/hazard.h"

static void put_where(const struct view *view, const struct alarm_place *place, cJSON *o)
{
	const struct site *site = view->twin->site;
	cJSON *where;

	if (place->room < 0 || !site)
		return;
	where = cJSON_AddObjectToObject(o, "where");
	room(view, where, "room", place->room);
	if (site->rooms[place->room].floor >= 0
		&& site->rooms[place->room].floor < site->floor_count)
		text(where, "floor", site->floors[site->rooms[place->room].floor].id);
	number(where, "confidence", place->confidence);
	age(where, "age_s", place->age_ms);
	room(view, where, "or", place->other);
}

/* Of a call: a role, never a person; absent when no badge is heard. */
static void put_nearest(const struct view *view, const struct alarm *a, int at, cJSON *o)
{
	struct nearest n = nearest_free(view, at);
	cJSON *nearest;

	if (n.role < 0 || !alarm_rules[a->class_].momentary)
		return;
	nearest = cJSON_AddObjectToObject(o, "nearest_free");
	text(nearest, "role", view->twin->site->roles[n.role].id);
	room(view, nearest, "room", n.room);
	number(nearest, "doors", n.doors);
	age(nearest, "age_s", n.age_ms);
}

/* What may still be averted; absent on other alarms. */
static void put_hazard(const struct view *view, const struct alarm *a, cJSON *o)
{
	cJSON *hazard;

	if (a->hazard == HAZARD_NONE || (unsigned)a->hazard >= HAZARD_COUNT)
		return;
	hazard = cJSON_AddObjectToObject(o, "hazard");
	text(hazard, "kind", hazard_name(a->hazard));
	text(hazard, "subject", a->subject);
	if (a->foretold_ms > 0 && a->chance >= 0)
		number(hazard, "probability", a->chance);
	when(hazard, "about", a->about_ms);
	if (a->about_ms > 0)
		number(hazard, "lead_min", round((double)(a->about_ms - view->now_ms) / 60000));
	when(hazard, "foretold", a->foretold_ms);
	text(hazard, "helping_key", hazard_rules[a->hazard].key);
}

/* Who did what on it, and what stands over its state. */
static void put_acts(const struct view *view, const struct alarm *a, cJSON *o)
{
	static const char *const stages[SHARE_STAGE_COUNT] = {"", "local", "echoed", "seen"};

	const struct alarm_hold *absent = alarm_absent(a);

	text(o, "shown", alarm_state_name(alarm_shown(a, view->now_ms)));
	if (a->unknown)
		cJSON_AddTrueToObject(o, "unknown");
	if (a->unknown && absent) {
		text(o, "absent", view->twin->stations[absent->station]);
		when(o, "absent_since", absent->away_ms);
	}
	text(o, "owner", a->owner);
	if (a->owner[0])
		when(o, "taken", a->taken.at_ms);
	if (a->acked)
		when(o, "acked", a->acked_ms);
	if (view->stations && a->acked)
		text(o, "stage", stages[stations_stage(view->stations, a->key, ALARM_ACKNOWLEDGE)]);
	if (alarm_is_shelved(a, view->now_ms)) {
		when(o, "shelved_until", a->shelf_until_ms);
		text(o, "shelved_by", a->shelf.who);
	}
	if (a->level > 0)
		number(o, "level", a->level);
	text(o, "cause", a->cause);
	text(o, "station", a->peer_station);
}

void show_json_alarms(const struct view *view, cJSON *array, void *memory)
{
	struct alarm_row *rows = memory;
	int count = alarm_rows(view, rows, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		const struct alarm *a = &view->twin->alarms[rows[i].alarm];
		struct alarm_place place = alarm_place(view, a);
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(array, o);
		text(o, "key", a->key);
		text(o, "class", alarm_class_name(a->class_));
		text(o, "priority", priority_name(a->priority));
		text(o, "state", alarm_state_name(alarm_state(a)));
		when(o, "raised", a->raised_ms);
		when(o, "happened", a->happened_ms);
		/* The contract shows null here: nobody has, which is not "missing". */
		if (a->acked && a->acked_by[0])
			text(o, "acked_by", a->acked_by);
		else
			cJSON_AddNullToObject(o, "acked_by");
		put_where(view, &place, o);
		text(o, "text", a->text);
		text(o, "guidance", alarm_setting(view->twin->site, a->class_)->guidance);
		cJSON_AddBoolToObject(o, "late", a->late);
		put_acts(view, a, o);
		put_nearest(view, a, place.room, o);
		put_hazard(view, a, o);
	}
}
