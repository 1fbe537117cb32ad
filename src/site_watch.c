/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_read.h"

#include <string.h>

#include "twin/text.h"

/* What a site file says of what is watched over: zones, medicines, calls. */

static bool bad(struct site_reading *r, const config_setting_t *s, const char *expected)
{
	const char *key = config_setting_name(s);
	site_finding(r, (int)config_setting_source_line(s), FINDING_ERROR, "%s: expected %s",
		key != NULL ? key : "value", expected);
	return false;
}

bool site_value_not(struct site_reading *r, const config_setting_t *s, void *field)
{
	bool value = false;
	if (!site_value_bool(r, s, &value))
		return false;
	*(bool *)field = !value;
	return true;
}

bool site_value_signed(struct site_reading *r, const config_setting_t *s, void *field)
{
	return site_number(s, field) || bad(r, s, "a number");
}

typedef void zone_add(const struct site *site, struct zone *zone, int index);

static void add_room(const struct site *site, struct zone *zone, int room)
{
	(void)site;
	zone->has[room] = true;
}

static void add_floor(const struct site *site, struct zone *zone, int floor)
{
	for (int i = 0; i < site->room_count; i++)
		if (site->rooms[i].floor == floor)
			zone->has[i] = true;
}

/* One id, or a list of them. */
static bool each(struct site_reading *r, const config_setting_t *s, struct zone *zone,
	site_value *read, zone_add *add)
{
	bool list = config_setting_is_array(s) || config_setting_is_list(s);
	int count = list ? config_setting_length(s) : 1;
	for (int i = 0; i < count; i++) {
		int index = -1;
		if (!read(r, list ? config_setting_get_elem(s, (unsigned)i) : s, &index))
			return false;
		add(r->site, zone, index);
	}
	return true;
}

bool site_value_zone_rooms(struct site_reading *r, const config_setting_t *s, void *field)
{
	return each(r, s, field, site_value_room, add_room);
}

bool site_value_zone_floors(struct site_reading *r, const config_setting_t *s, void *field)
{
	return each(r, s, field, site_value_floor, add_floor);
}

static bool named(struct site_reading *r, const config_setting_t *s, char *field, const char *what,
	int (*find)(const struct site *, const char *))
{
	const char *id = config_setting_get_string(s);
	if (id == NULL)
		return bad(r, s, "an id in quotes");
	if (find(r->site, id) < 0) {
		site_finding(r, (int)config_setting_source_line(s), FINDING_ERROR,
			"unknown %s \"%.64s\"", what, id);
		return false;
	}
	return text_copy(field, ID_SIZE, id);
}

bool site_value_zone(struct site_reading *r, const config_setting_t *s, void *field)
{
	return named(r, s, field, "zone", site_zone);
}

bool site_value_medicine(struct site_reading *r, const config_setting_t *s, void *field)
{
	return named(r, s, field, "medicine", site_medicine);
}

bool site_value_call(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *word = config_setting_get_string(s);
	int call = word != NULL ? alarm_class_parse(word) : -1;
	if (call != ALARM_CLASS_PATIENT_CALL && call != ALARM_CLASS_EMERGENCY_CALL)
		return bad(r, s, "patient_call or emergency_call");
	*(enum alarm_class *)field = (enum alarm_class)call;
	return true;
}

/* BTHome, "Button" events: 1 press to 6 long triple press, 128 hold press. */
bool site_value_event(struct site_reading *r, const config_setting_t *s, void *field)
{
	int event = config_setting_type(s) == CONFIG_TYPE_INT ? config_setting_get_int(s) : 0;
	if (event < 1 || event > 255)
		return bad(r, s, "a code of BTHome's button, 1 to 255");
	*(int *)field = event;
	return true;
}

/* A room may be named by one that stands before it in the file. */
void site_watch_check(struct site_reading *r)
{
	const struct site *s = r->site;
	for (int i = 0; i < s->room_count; i++)
		if (s->rooms[i].pressure_to[0] != '\0' && site_room(s, s->rooms[i].pressure_to) < 0)
			site_finding(r, site_line(r, SECTION_ROOMS, i), FINDING_ERROR,
				"pressure_to: unknown room \"%s\"", s->rooms[i].pressure_to);
}

static bool has_sensor(const struct site *s, int room)
{
	for (int i = 0; i < s->tag_count; i++)
		if (s->tags[i].kind == TAG_SENSOR && !s->tags[i].cold && s->tags[i].room == room)
			return true;
	return false;
}

void site_watch_lint(struct site_reading *r)
{
	const struct site *s = r->site;
	for (int i = 0; i < s->room_count; i++) {
		const struct room *room = &s->rooms[i];
		int to = site_pressure_to(s, i), line = site_line(r, SECTION_ROOMS, i);
		if (to < 0)
			continue;
		if (!has_sensor(s, i))
			site_finding(r, line, FINDING_WARNING,
				"room \"%s\" has limits of pressure and no sensor", room->id);
		if (!has_sensor(s, to))
			site_finding(r, line, FINDING_WARNING,
				"pressure_to: room \"%s\" has no sensor", s->rooms[to].id);
	}
}
