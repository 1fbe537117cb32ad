/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/hl7_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "twin/text.h"

/* -- ids, times, lengths --------------------------------------------------------- */

bool hl7_id(char out[ID_SIZE], const char *raw)
{
	size_t n = 0;
	out[0] = '\0';
	for (; *raw != '\0'; raw++) {
		unsigned char c = (unsigned char)*raw;
		bool plain = isalnum(c) || c == '.' || c == '_' || c == '-';
		if (n + (plain ? 1 : 3) >= ID_SIZE) {
			out[0] = '\0';
			return false;
		}
		n += (size_t)snprintf(out + n, ID_SIZE - n, plain ? "%c" : "_%02X", c);
	}
	return n > 0;
}

bool hl7_id_at(struct hl7_reading *r, const struct hl7_segment *s, int field, int repetition,
	char out[ID_SIZE])
{
	char raw[256];
	out[0] = '\0';
	return hl7_value(r->m, s, field, repetition, 1, raw, sizeof raw) == HL7_VALUED
	       && hl7_id(out, raw);
}

int64_t hl7_moment(struct hl7_reading *r, const struct hl7_segment *s, const char *path, int field,
	int component)
{
	char text[64];
	int64_t ms;
	switch (hl7_value(r->m, s, field, 0, component, text, sizeof text)) {
	case HL7_NULL:
		hl7_puzzle(r, path, "taken back (\"\"): what was known stays");
		return 0;
	case HL7_ABSENT:
		return 0;
	case HL7_VALUED:
		break;
	}
	int digits = hl7_time(text, &ms);
	if (digits >= 10)
		return ms;
	hl7_puzzle(
		r, path, digits > 0 ? "a date without a time: %.40s" : "not a time: %.40s", text);
	return 0;
}

/* The map takes minutes only (v2-to-FHIR, SCH-9/10); hours and seconds by their
 * UCUM names leave nothing to guess either. */
int64_t hl7_length(struct hl7_reading *r, const struct hl7_segment *s, int field, int unit_field)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"MIN", 60000}, {"M", 60000}, {"MINUTES", 60000}, {"MINUTE", 60000},
		{"H", 3600000}, {"HR", 3600000}, {"S", 1000}};
	char number[32], unit[32], path[16], *end;
	if (hl7_value(r->m, s, field, 0, 1, number, sizeof number) != HL7_VALUED)
		return 0;
	snprintf(path, sizeof path, "%.3s-%d", s->text, field);
	double value = strtod(number, &end);
	if (end == number || *end != '\0' || !(value > -2880 && value < 2880)) {
		hl7_puzzle(r, path, "not a length: %.30s", number);
		return 0;
	}
	hl7_value(r->m, s, unit_field, 0, 1, unit, sizeof unit);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcasecmp(unit, units[i].unit) == 0)
			return (int64_t)(value * (double)units[i].ms);
	hl7_puzzle(r, path, unit[0] != '\0' ? "unit %.30s is not read" : "no unit%.30s", unit);
	return 0;
}

/* -- places ------------------------------------------------------------------------ */

static int room_by_any_name(const struct site *site, const char *name)
{
	int found = -1;
	for (int i = 0; name[0] != '\0' && i < site->room_count; i++) {
		const struct room *room = &site->rooms[i];
		if (strcasecmp(room->id, name) == 0 || strcasecmp(room->fhir, name) == 0)
			return i;
		if (strcasecmp(room->name, name) == 0)
			found = found < 0 ? i : -2; /* two of that name: neither */
	}
	return found < 0 ? -1 : found;
}

static int bed_in_room(const struct site *site, int room, const char *name)
{
	for (int i = 0; name[0] != '\0' && i < site->bed_count; i++) {
		const struct bed *bed = &site->beds[i];
		if (bed->room == room
			&& (strcasecmp(bed->id, name) == 0 || strcasecmp(bed->fhir, name) == 0
				|| strcasecmp(bed->name, name) == 0))
			return i;
	}
	return -1;
}

/* PL: point of care ^ room ^ bed ^ … ^ description (9). What a hospital puts
 * where differs; the most particular name the site knows counts. */
static int find_room(const struct site *site, char part[4][LABEL_SIZE])
{
	char joined[LABEL_SIZE];
	static const char marks[] = "- ";
	for (const char *mark = marks; *mark != '\0' && part[0][0] && part[1][0]; mark++) {
		snprintf(joined, sizeof joined, "%.40s%c%.40s", part[0], *mark, part[1]);
		int room = room_by_any_name(site, joined);
		if (room >= 0)
			return room;
	}
	static const int order[] = {1, 0, 3};
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		int room = room_by_any_name(site, part[order[i]]);
		if (room >= 0)
			return room;
	}
	return -1;
}

/* Not in the site: an id that says what was said. */
static int outside(char part[4][LABEL_SIZE], char out[ID_SIZE])
{
	char joined[3 * LABEL_SIZE + 3] = "";
	size_t n = 0;
	for (int i = 0; i < 3; i++)
		if (part[i][0] != '\0')
			n += (size_t)snprintf(
				joined + n, sizeof joined - n, "%s%s", n > 0 ? "-" : "", part[i]);
	if (n == 0)
		snprintf(joined, sizeof joined, "%s", part[3]);
	return hl7_id(out, joined) ? 0 : -1;
}

int hl7_place(struct hl7_reading *r, const struct hl7_segment *s, const char *path, int field,
	char out[ID_SIZE])
{
	static const int components[4] = {1, 2, 3, 9};
	const struct site *site = r->h->options.site;
	char part[4][LABEL_SIZE];
	bool taken_back = false;
	out[0] = '\0';
	for (int i = 0; i < 4; i++)
		taken_back =
			hl7_value(r->m, s, field, 0, components[i], part[i], LABEL_SIZE) == HL7_NULL
			|| taken_back;
	if (!part[0][0] && !part[1][0] && !part[2][0] && !part[3][0]) {
		if (taken_back)
			hl7_puzzle(r, path, "taken back (\"\"): what was known stays");
		return -1;
	}
	int room = site != NULL ? find_room(site, part) : -1;
	if (room < 0)
		return outside(part, out);
	int bed = bed_in_room(site, room, part[2]);
	enum room_kind kind = site->rooms[room].kind;
	text_copy(out, ID_SIZE, bed >= 0 ? site->beds[bed].id : site->rooms[room].id);
	bool theatre = kind == ROOM_OR || kind == ROOM_INDUCTION || kind == ROOM_OTHER;
	return bed < 0 && theatre ? 2 : 1;
}

/* -- FHIR ----------------------------------------------------------------------------- */

void hl7_add_time(cJSON *object, const char *key, int64_t ms)
{
	char text[40];
	struct tm tm;
	time_t seconds = (time_t)(ms / 1000);
	if (ms <= 0 || gmtime_r(&seconds, &tm) == NULL)
		return;
	size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof text - n, ".%03dZ", (int)(ms % 1000));
	cJSON_AddStringToObject(object, key, text);
}

cJSON *hl7_add_row(cJSON *object, const char *key)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(object, key);
	cJSON *row = cJSON_CreateObject();
	if (list == NULL)
		list = cJSON_AddArrayToObject(object, key);
	cJSON_AddItemToArray(list, row);
	return row;
}

cJSON *hl7_resource(struct hl7_reading *r, const char *type, const char *id)
{
	cJSON *entry = cJSON_CreateObject();
	cJSON *resource = cJSON_AddObjectToObject(entry, "resource");
	cJSON_AddItemToArray(r->entries, entry);
	cJSON_AddStringToObject(resource, "resourceType", type);
	cJSON_AddStringToObject(resource, "id", id);
	cJSON *meta = cJSON_AddObjectToObject(resource, "meta");
	hl7_add_time(meta, "lastUpdated", r->sent_ms);
	if (r->test)
		cJSON_AddStringToObject(hl7_add_row(meta, "security"), "code", "HTEST");
	return resource;
}

void hl7_add_reference(cJSON *object, const char *key, const char *type, const char *id)
{
	char text[2 * ID_SIZE];
	snprintf(text, sizeof text, "%s/%s", type, id);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(object, key), "reference", text);
}

void hl7_add_concept(
	cJSON *object, const char *key, const char *system, const char *code, const char *text)
{
	cJSON *concept = cJSON_AddObjectToObject(object, key);
	cJSON *coding = hl7_add_row(concept, "coding");
	if (system[0] != '\0')
		cJSON_AddStringToObject(coding, "system", system);
	if (code[0] != '\0')
		cJSON_AddStringToObject(coding, "code", code);
	if (text[0] != '\0')
		cJSON_AddStringToObject(concept, "text", text);
}
