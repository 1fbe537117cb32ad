/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/site.h"

#include <stdlib.h>
#include <string.h>

static const char *const room_kinds[ROOM_KIND_COUNT] = {
	[ROOM_OR] = "or",
	[ROOM_INDUCTION] = "induction",
	[ROOM_PACU] = "pacu",
	[ROOM_HOLDING] = "holding",
	[ROOM_DAY_UNIT] = "day_unit",
	[ROOM_WARD] = "ward",
	[ROOM_PHARMACY] = "pharmacy",
	[ROOM_STORE] = "store",
	[ROOM_CORRIDOR] = "corridor",
	[ROOM_OTHER] = "other",
	[ROOM_ICU] = "icu",
};

static const char *const tag_kinds[TAG_KIND_COUNT] = {
	[TAG_PATIENT] = "patient",
	[TAG_STAFF] = "staff",
	[TAG_ASSET] = "asset",
	[TAG_SENSOR] = "sensor",
};

/* Sites are small (tens of rooms, hundreds of tags) and the twin keeps the
 * indexes it needs often, so a linear look-up is the whole story. */
#define FIND(site, list, count, field, text)                                                       \
	do {                                                                                       \
		for (int i = 0; (site) && (text) && (text)[0] && i < (site)->count; i++)           \
			if (!strcmp((site)->list[i].field, (text)))                                \
				return i;                                                          \
	} while (0)

int site_room(const struct site *site, const char *id)
{
	FIND(site, rooms, room_count, id, id);
	FIND(site, rooms, room_count, fhir, id);
	return -1;
}

int site_bed(const struct site *site, const char *id)
{
	FIND(site, beds, bed_count, id, id);
	FIND(site, beds, bed_count, fhir, id);
	return -1;
}

int site_gateway(const struct site *site, const char *mac)
{
	FIND(site, gateways, gateway_count, mac, mac);
	return -1;
}

int site_tag(const struct site *site, const char *mac)
{
	FIND(site, tags, tag_count, mac, mac);
	return -1;
}

int site_floor(const struct site *site, const char *id)
{
	FIND(site, floors, floor_count, id, id);
	return -1;
}

int site_zone(const struct site *site, const char *id)
{
	FIND(site, zones, zone_count, id, id);
	return -1;
}

int site_medicine(const struct site *site, const char *id)
{
	FIND(site, medicines, medicine_count, id, id);
	return -1;
}

int site_signature(const struct site *site, const char *id)
{
	FIND(site, signatures, signature_count, id, id);
	return -1;
}

bool site_is_button(const struct site *site, const struct tag *tag)
{
	for (int i = 0; tag->model[0] && i < site->signature_count; i++)
		if (!strcmp(site->signatures[i].model, tag->model))
			return true;
	return false;
}

int site_pressure_to(const struct site *site, int room)
{
	const struct room *r = &site->rooms[room];

	return r->pressure_low < r->pressure_high ? site_room(site, r->pressure_to) : -1;
}

bool site_in_cascade(const struct site *site, int room)
{
	for (int i = 0; i < site->room_count; i++) {
		int to = site_pressure_to(site, i);

		if (to >= 0 && (i == room || to == room))
			return true;
	}
	return false;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins_with(const char *text, const char *word)
{
	while (*word != '\0' && lower(*text) == lower(*word)) {
		text++;
		word++;
	}
	return *word == '\0';
}

bool site_words_in(const struct wordlist *words, const char *text)
{
	for (int w = 0; w < words->count; w++)
		for (const char *at = text; *at != '\0'; at++)
			if (begins_with(at, words->of[w]))
				return true;
	return false;
}

bool site_kit_is_for(const struct kit *kit, const char *procedure)
{
	return site_words_in(&kit->procedures, procedure);
}

bool site_room_takes(const struct room *room, const char *procedure)
{
	return room->takes.count == 0 || site_words_in(&room->takes, procedure);
}

int site_beds(const struct site *site, enum room_kind kind)
{
	int count = 0;

	for (int i = 0; site && i < site->bed_count; i++)
		count += site->beds[i].room >= 0 && site->rooms[site->beds[i].room].kind == kind;
	return count;
}

double site_target(const struct site *site, const char *key, double otherwise)
{
	for (int i = 0; site && i < site->target_count; i++)
		if (!strcmp(site->targets[i].key, key))
			return site->targets[i].value;
	return otherwise;
}

double site_weight(const struct site *site, const char *term)
{
	for (int i = 0; site && i < site->weight_count; i++)
		if (!strcmp(site->weights[i].key, term))
			return site->weights[i].value;
	return -1;
}

double site_nest_min(const struct site *site, int nest)
{
	static const struct {
		const char *target;
		double hours;
	} classes[] = {{"nest_1_h", -1}, {"nest_2_h", 1}, {"nest_3_h", 4}, {"nest_4_h", 12},
		{"nest_5_h", 48}, {"nest_6_h", 72}};
	double hours = -1;

	if (nest >= 1 && nest <= 6)
		hours = site_target(site, classes[nest - 1].target, classes[nest - 1].hours);
	return hours >= 0 ? 60 * hours : -1;
}

double site_price(const struct site *site, const char *key)
{
	for (int i = 0; site && i < site->price_count; i++)
		if (!strcmp(site->prices[i].key, key))
			return site->prices[i].value;
	return -1;
}

const char *room_kind_name(enum room_kind k)
{
	return (unsigned)k < ROOM_KIND_COUNT ? room_kinds[k] : "?";
}

int room_kind_parse(const char *word)
{
	for (int i = 0; word && i < ROOM_KIND_COUNT; i++)
		if (!strcmp(room_kinds[i], word))
			return i;
	return -1;
}

const char *tag_kind_name(enum tag_kind k)
{
	return (unsigned)k < TAG_KIND_COUNT ? tag_kinds[k] : "?";
}

int tag_kind_parse(const char *word)
{
	for (int i = 0; word && i < TAG_KIND_COUNT; i++)
		if (!strcmp(tag_kinds[i], word))
			return i;
	return -1;
}

void site_free(struct site *site)
{
	if (!site)
		return;
	free(site->floors);
	free(site->rooms);
	free(site->doors);
	free(site->beds);
	free(site->gateways);
	free(site->roles);
	free(site->zones);
	free(site->medicines);
	free(site->tags);
	free(site->signatures);
	free(site->pathways);
	free(site->kits);
	free(site->emergencies);
	free(site->alarms);
	free(site->weights);
	free(site->targets);
	free(site->prices);
	free(site->survey.cells);
	free(site->survey.levels);
	free(site);
}
