/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_grammar.h"

#include <string.h>

#include "twin/text.h"
#include "twin/twin.h"

static void room_defaults(void *item)
{
	struct room *room = item;
	room->open_min = room->close_min = -1;
	/* low > high says: no limits */
	room->temp_low = room->rh_low = 1;
	room->temp_high = room->rh_high = 0;
	room->pressure_low = 1;
	room->pressure_delay_min = 2;
}

static void room_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	struct room *room = item;
	if (room->fhir[0] == '\0')
		text_copy(room->fhir, sizeof room->fhir, room->id);
	if (room->name[0] == '\0')
		text_copy(room->name, sizeof room->name, room->id);
	if (room->outline_count == 0)
		site_finding(r, site_line_of(s), FINDING_ERROR,
			"room \"%s\" has neither box nor outline", room->id);
	if ((room->pressure_to[0] != '\0') != (room->pressure_low < room->pressure_high))
		site_finding(r, site_line_of(s), FINDING_ERROR,
			"pressure = (low, high) and pressure_to go together");
	if (strcmp(room->pressure_to, room->id) == 0)
		site_finding(r, site_line_of(s), FINDING_ERROR, "pressure_to: the room itself");
}

static void zone_defaults(void *item)
{
	struct zone *zone = item;
	zone->delay_min = 2;
}

static void zone_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	struct zone *zone = item;
	bool any = false;
	for (int i = 0; i < SITE_ROOMS; i++)
		any = any || zone->has[i];
	if (zone->name[0] == '\0')
		text_copy(zone->name, sizeof zone->name, zone->id);
	if (!any)
		site_finding(
			r, site_line_of(s), FINDING_ERROR, "zone \"%s\" has no room", zone->id);
}

static void medicine_defaults(void *item)
{
	struct medicine *m = item;
	m->delay_min = 10;
	m->least = 1;
}

static void medicine_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	struct medicine *m = item;
	if (m->name[0] == '\0')
		text_copy(m->name, sizeof m->name, m->id);
	if (m->least <= m->most && (m->least > m->low || m->most < m->high))
		site_finding(r, site_line_of(s), FINDING_ERROR,
			"bears: wider than limits, or not at all");
}

static void bed_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	struct bed *bed = item;
	(void)r;
	(void)s;
	if (bed->fhir[0] == '\0')
		text_copy(bed->fhir, sizeof bed->fhir, bed->id);
	if (bed->name[0] == '\0')
		text_copy(bed->name, sizeof bed->name, bed->id);
}

static void gateway_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	struct gateway *gateway = item;
	(void)r;
	(void)s;
	if (gateway->name[0] == '\0')
		text_copy(gateway->name, sizeof gateway->name, gateway->mac);
}

static void tag_defaults(void *item)
{
	struct tag *tag = item;
	tag->room = tag->bed = -1;
	tag->low = 1;
	tag->high = 0;
	tag->delay_min = -1;
}

/* What the tag does not say itself, its medicine does. */
static void tag_medicine(const struct site *site, struct tag *tag)
{
	int i = site_medicine(site, tag->medicine);
	const struct medicine *m = i >= 0 ? &site->medicines[i] : NULL;
	if (m != NULL) {
		tag->cold = true;
		if (tag->low > tag->high) {
			tag->low = m->low;
			tag->high = m->high;
		}
	}
	if (tag->delay_min < 0)
		tag->delay_min = m != NULL ? m->delay_min : 10;
}

static void tag_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	struct tag *tag = item;
	if (tag->name[0] == '\0')
		text_copy(tag->name, sizeof tag->name, tag->mac);
	if (tag->bed >= 0 && tag->room < 0)
		tag->room = r->site->beds[tag->bed].room;
	tag_medicine(r->site, tag);
	if (tag->kind == TAG_STAFF && (tag->zone[0] != '\0' || tag->wander))
		site_finding(r, site_line_of(s), FINDING_ERROR,
			"people at work are not watched: no zone, no wander for staff");
	if (tag->wander && (tag->kind != TAG_PATIENT || tag->zone[0] == '\0'))
		site_finding(r, site_line_of(s), FINDING_ERROR,
			"wander: of a patient's bracelet, with the zone to stay in");
	if (tag->cold && tag->low > tag->high)
		site_finding(
			r, site_line_of(s), FINDING_ERROR, "a cold tag needs limits = (low, high)");
	if (tag->kind == TAG_STAFF && tag->role[0] != '\0') {
		for (int i = 0; i < r->site->role_count; i++)
			if (strcmp(r->site->roles[i].id, tag->role) == 0)
				return;
		site_finding(r, site_line_of(s), FINDING_ERROR, "unknown role \"%s\"", tag->role);
	}
}

static void signature_defaults(void *item)
{
	struct signature *signature = item;
	signature->rearm_silence_s = 30; /* both: feeds as measured on a B10 */
	signature->merge_s = 15;
}

/* A whole number of an iBeacon as two bytes, big endian; absent: any. */
static void signature_word(
	struct site_reading *r, const config_setting_t *s, const char *key, struct signature *g)
{
	const config_setting_t *value = config_setting_get_member(s, key);
	int at = g->length;
	g->length += 2;
	if (value == NULL)
		return;
	int number =
		config_setting_type(value) == CONFIG_TYPE_INT ? config_setting_get_int(value) : -1;
	if (number < 0 || number > 0xFFFF) {
		site_finding(r, site_line_of(value), FINDING_ERROR, "%s: expected 0 to 65535", key);
		return;
	}
	g->pattern[at] = (uint8_t)(number >> 8);
	g->pattern[at + 1] = (uint8_t)(number & 0xFF);
	g->mask[at] = g->mask[at + 1] = 0xFF;
}

static void signature_part(struct site_reading *r, const config_setting_t *s, const char *key,
	struct signature *g, int size)
{
	const config_setting_t *value = config_setting_get_member(s, key);
	int before = g->length;
	if (value == NULL) {
		site_finding(
			r, site_line_of(s), FINDING_ERROR, "signature \"%s\" needs %s", g->id, key);
		return;
	}
	int room = size > 0 ? before + size : PATTERN_MAX;
	if (site_value_hex(r, value, g->pattern, g->mask, room, &g->length) && size > 0
		&& g->length != room)
		site_finding(
			r, site_line_of(value), FINDING_ERROR, "%s: expected %d bytes", key, size);
}

/* What must appear on air: UUID + major + minor (iBeacon), namespace +
 * instance (Eddystone UID), or the bytes as they are given. */
static void signature_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	struct signature *g = item;
	bool fixed = false;
	switch (g->kind) {
	case SIGNATURE_IBEACON:
		signature_part(r, s, "uuid", g, 16);
		signature_word(r, s, "major", g);
		signature_word(r, s, "minor", g);
		break;
	case SIGNATURE_UID:
		signature_part(r, s, "namespace", g, 10);
		signature_part(r, s, "instance", g, 6);
		break;
	default:
		signature_part(r, s, "bytes", g, 0);
	}
	for (int i = 0; i < g->length && i < PATTERN_MAX; i++)
		fixed = fixed || g->mask[i] != 0;
	/* A pattern of wildcards would make every advert a call for help. */
	if (!fixed)
		site_finding(r, site_line_of(s), FINDING_ERROR,
			"signature \"%s\" matches everything", g->id);
}

static void pathway_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	site_pathway_balanced(r, config_setting_get_member(s, "steps"), item);
}

static void kit_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	struct kit *kit = item;
	if (kit->name[0] == '\0')
		text_copy(kit->name, sizeof kit->name, kit->id);
	if (kit->count > KIT_UNITS)
		site_finding(r, site_line_of(s), FINDING_ERROR, "kit \"%s\": more than %d", kit->id,
			KIT_UNITS);
	if (kit->mtbf_h > 0 && !(kit->mttr_min > 0))
		site_finding(r, site_line_of(s), FINDING_ERROR,
			"kit \"%s\" fails and is never mended: mttr_min", kit->id);
}

static void emergency_defaults(void *item)
{
	struct emergencies *e = item;
	e->wait_min = -1;
}

static void emergency_finish(struct site_reading *r, const config_setting_t *s, void *item)
{
	(void)item;
	if ((config_setting_get_member(s, "per_day") == NULL)
		== (config_setting_get_member(s, "hourly") == NULL))
		site_finding(r, site_line_of(s), FINDING_ERROR,
			"emergencies: either per_day or hourly says how many");
}

#define AT(type, field) offsetof(struct type, field)

static const struct site_key floor_keys[] = {
	{"id", site_value_id, AT(floor, id), true},
	{"name", site_value_label, AT(floor, name), false},
	{"level", site_value_int, AT(floor, level), true},
	{0},
};
static const struct site_key room_keys[] = {
	{"id", site_value_id, AT(room, id), true},
	{"name", site_value_label, AT(room, name), false},
	{"fhir", site_value_id, AT(room, fhir), false},
	{"floor", site_value_floor, AT(room, floor), true},
	{"kind", site_value_room_kind, AT(room, kind), true},
	{"box", site_value_box, 0, false},
	{"outline", site_value_outline, 0, false},
	{"session", site_value_session, 0, false},
	{"temp", site_value_limits, AT(room, temp_low), false},
	{"rh", site_value_limits, AT(room, rh_low), false},
	{"pressure", site_value_limits, AT(room, pressure_low), false},
	{"pressure_to", site_value_id, AT(room, pressure_to), false},
	{"pressure_zero", site_value_signed, AT(room, pressure_zero), false},
	{"pressure_delay_min", site_value_number, AT(room, pressure_delay_min), false},
	{"takes", site_value_words, AT(room, takes), false},
	{"spare", site_value_bool, AT(room, spare), false},
	{0},
};
static const struct site_key bed_keys[] = {
	{"id", site_value_id, AT(bed, id), true},
	{"name", site_value_label, AT(bed, name), false},
	{"fhir", site_value_id, AT(bed, fhir), false},
	{"room", site_value_room, AT(bed, room), true},
	{0},
};
static const struct site_key gateway_keys[] = {
	{"mac", site_value_mac, AT(gateway, mac), true},
	{"name", site_value_label, AT(gateway, name), false},
	{"alias", site_value_label, AT(gateway, alias), false},
	{"room", site_value_room, AT(gateway, room), true},
	{"at", site_value_point, 0, true},
	{0},
};
static const struct site_key role_keys[] = {
	{"id", site_value_id, AT(staff_role, id), true},
	{"name", site_value_label, AT(staff_role, name), true},
	{"count", site_value_count, AT(staff_role, count), true},
	{"covers", site_value_covers, AT(staff_role, covers), false},
	{"no_calls", site_value_bool, AT(staff_role, no_calls), false},
	{"on_call", site_value_count, AT(staff_role, on_call), false},
	{"stretch", site_value_count, AT(staff_role, stretch), false},
	{0},
};
static const struct site_key zone_keys[] = {
	{"id", site_value_id, AT(zone, id), true},
	{"name", site_value_label, AT(zone, name), false},
	{"rooms", site_value_zone_rooms, 0, false},
	{"floors", site_value_zone_floors, 0, false},
	{"patients", site_value_not, AT(zone, no_patients), false},
	{"delay_min", site_value_number, AT(zone, delay_min), false},
	{0},
};
static const struct site_key medicine_keys[] = {
	{"id", site_value_id, AT(medicine, id), true},
	{"name", site_value_label, AT(medicine, name), false},
	{"limits", site_value_limits, AT(medicine, low), true},
	{"delay_min", site_value_number, AT(medicine, delay_min), false},
	{"budget_min", site_value_number, AT(medicine, budget_min), false},
	{"bears", site_value_limits, AT(medicine, least), false},
	{"mkt", site_value_number, AT(medicine, mkt_high), false},
	{0},
};
static const struct site_key tag_keys[] = {
	{"mac", site_value_mac, AT(tag, mac), true},
	{"kind", site_value_tag_kind, AT(tag, kind), true},
	{"model", site_value_id, AT(tag, model), false},
	{"name", site_value_label, AT(tag, name), false},
	{"role", site_value_word, AT(tag, role), false},
	{"room", site_value_room, AT(tag, room), false},
	{"bed", site_value_bed, AT(tag, bed), false},
	{"cold", site_value_bool, AT(tag, cold), false},
	{"limits", site_value_limits, AT(tag, low), false},
	{"delay_min", site_value_number, AT(tag, delay_min), false},
	{"medicine", site_value_medicine, AT(tag, medicine), false},
	{"zone", site_value_zone, AT(tag, zone), false},
	{"wander", site_value_bool, AT(tag, wander), false},
	{0},
};
static const struct site_key signature_keys[] = {
	{"id", site_value_id, AT(signature, id), true},
	{"model", site_value_id, AT(signature, model), false},
	{"kind", site_value_signature_kind, AT(signature, kind), true},
	{"uuid", site_value_ignore, 0, false},
	{"major", site_value_ignore, 0, false},
	{"minor", site_value_ignore, 0, false},
	{"namespace", site_value_ignore, 0, false},
	{"instance", site_value_ignore, 0, false},
	{"bytes", site_value_ignore, 0, false},
	{"rearm_s", site_value_number, AT(signature, rearm_silence_s), false},
	{"merge_s", site_value_number, AT(signature, merge_s), false},
	{"class", site_value_call, AT(signature, call), false},
	{"event", site_value_event, AT(signature, event), false},
	{0},
};

static const struct site_key pathway_keys[] = {
	{"id", site_value_id, AT(pathway, id), true},
	{"name", site_value_label, AT(pathway, name), false},
	{"setting", site_value_setting, AT(pathway, setting), false},
	{"turnover", site_value_turnover, 0, true},
	{"keeps", site_value_keeps, AT(pathway, keeps), false},
	{"steps", site_value_steps, 0, true},
	{0},
};
static const struct site_key kit_keys[] = {
	{"id", site_value_id, AT(kit, id), true},
	{"name", site_value_label, AT(kit, name), false},
	{"count", site_value_count, AT(kit, count), true},
	{"procedures", site_value_words, AT(kit, procedures), true},
	{"turn_min", site_value_number, AT(kit, turn_min), false},
	{"mtbf_h", site_value_number, AT(kit, mtbf_h), false},
	{"mttr_min", site_value_number, AT(kit, mttr_min), false},
	{"loan", site_value_count, AT(kit, loan), false},
	{0},
};
static const struct site_key emergency_keys[] = {
	{"nest", site_value_class, AT(emergencies, nest), true},
	{"per_day", site_value_per_day, 0, false},
	{"hourly", site_value_hourly, 0, false},
	{"minutes", site_value_minutes, 0, true},
	{"wait_min", site_value_number, AT(emergencies, wait_min), false},
	{0},
};

#define LIST(type, plural, singular)                                                               \
	sizeof(struct type), AT(site, plural), AT(site, singular##_count)

/* In the order of reading: what is referred to comes first. */
const struct site_list site_lists[SECTION_COUNT] = {
	[SECTION_FLOORS] = {"floors", floor_keys, LIST(floor, floors, floor), 32, NULL, NULL},
	[SECTION_ROOMS] = {"rooms", room_keys, LIST(room, rooms, room), TWIN_ROOMS, room_defaults,
		room_finish},
	[SECTION_DOORS] = {"doors", NULL, LIST(door, doors, door), 1024, NULL, NULL},
	[SECTION_BEDS] = {"beds", bed_keys, LIST(bed, beds, bed), 1024, NULL, bed_finish},
	[SECTION_GATEWAYS] = {"gateways", gateway_keys, LIST(gateway, gateways, gateway),
		TWIN_ROOMS, NULL, gateway_finish},
	[SECTION_ROLES] = {"roles", role_keys, LIST(staff_role, roles, role), SITE_ROLES, NULL,
		NULL},
	[SECTION_ZONES] = {"zones", zone_keys, LIST(zone, zones, zone), SITE_ZONES, zone_defaults,
		zone_finish},
	[SECTION_MEDICINES] = {"medicines", medicine_keys, LIST(medicine, medicines, medicine),
		SITE_MEDICINES, medicine_defaults, medicine_finish},
	[SECTION_TAGS] = {"tags", tag_keys, LIST(tag, tags, tag), TWIN_THINGS, tag_defaults,
		tag_finish},
	[SECTION_SIGNATURES] = {"signatures", signature_keys,
		LIST(signature, signatures, signature), 64, signature_defaults, signature_finish},
	[SECTION_PATHWAYS] = {"pathways", pathway_keys, LIST(pathway, pathways, pathway), 16, NULL,
		pathway_finish},
	[SECTION_KITS] = {"kits", kit_keys, LIST(kit, kits, kit), SITE_KITS, NULL, kit_finish},
	[SECTION_EMERGENCIES] = {"emergencies", emergency_keys,
		LIST(emergencies, emergencies, emergency), SITE_EMERGENCIES, emergency_defaults,
		emergency_finish},
};

const struct site_key site_keys[] = {
	{"id", site_value_id, AT(site, id), true},
	{"name", site_value_label, AT(site, name), true},
	{"zone", site_value_word, AT(site, zone), true},
	{"currency", site_value_currency, AT(site, currency), false},
	{"turnover_min", site_value_number, AT(site, turnover_min), false},
	{"gateway_silence_s", site_value_number, AT(site, gateway_silence_s), false},
	{"tag_silence_min", site_value_number, AT(site, tag_silence_min), false},
	{"targets", site_value_ignore, 0, false},
	{"prices", site_value_ignore, 0, false},
	{"radio", site_value_ignore, 0, false},
	{"rules", site_value_rules, AT(site, rules), false},
	{"repair", site_value_repair, AT(site, repair), false},
	{"objective", site_value_ignore, 0, false},
	{"alarms", site_value_alarms, AT(site, alarms), false},
	{0},
};
