/* SPDX-License-Identifier: Apache-2.0 */

/* Slots, as Oracle Health wants them for another hour: made when they are asked for.
 * The id says it all: slot-ROOM-SECONDS-MINUTES. */

#include "src/hospital/fhir_accept.h"
#include "src/hospital/stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000, STEP_MIN = 5, LONGEST_MIN = 480, STARTS_MOST = 12 };

static const char location_url[] = "https://hospital.example/scheduling-location";

static cJSON *slot(const struct room *room, int64_t start, int minutes)
{
	char id[80];
	snprintf(id, sizeof(id), "slot-%.40s-%" PRId64 "-%d", room->fhir, start / 1000, minutes);
	cJSON *o = fhir_new("Slot", id);
	cJSON *extension = fhir_push(o, "extension");
	fhir_text(extension, "url", location_url);
	fhir_reference(extension, "valueReference", "Location", room->fhir);
	fhir_text(o, "status", "free");
	fhir_time_seconds(o, "start", start);
	fhir_time_seconds(o, "end", start + (int64_t)minutes * MINUTE);
	return o;
}

static void list_slots(cJSON *bundle, const struct room *room, int64_t start)
{
	for (int minutes = STEP_MIN; minutes <= LONGEST_MIN; minutes += STEP_MIN)
		cJSON_AddItemToObject(
			fhir_push(bundle, "entry"), "resource", slot(room, start, minutes));
}

char *slot_search(struct searcher *s, const struct parameter *parameters, int n)
{
	const struct day *day = s->store->day;
	const char *where = "";
	int64_t from = 0, to = 0;
	for (int i = 0; i < n; i++) {
		const char *value = parameters[i].value;
		if (strcmp(parameters[i].key, "-location") == 0)
			where = strncmp(value, "Location/", 9) == 0 ? value + 9 : value;
		if (strcmp(parameters[i].key, "start") == 0 && strncmp(value, "ge", 2) == 0)
			from = stamp_parse(value + 2);
		if (strcmp(parameters[i].key, "start") == 0 && strncmp(value, "lt", 2) == 0)
			to = stamp_parse(value + 2);
	}
	cJSON *bundle = cJSON_CreateObject();
	fhir_text(bundle, "resourceType", "Bundle");
	fhir_text(bundle, "type", "searchset");
	for (int r = 0; r < day->room_count && from != 0; r++) {
		const struct room *room = &day->site->rooms[day->rooms[r]];
		if (*where != '\0' && strcmp(where, room->fhir) != 0)
			continue;
		int64_t t = from;
		for (int k = 0; k < STARTS_MOST && t < to; k++, t += STEP_MIN * MINUTE)
			list_slots(bundle, room, t);
	}
	char *text = cJSON_PrintUnformatted(bundle);
	cJSON_Delete(bundle);
	return text;
}

bool slot_read(const struct day *day, const char *reference, struct booking *out)
{
	if (strncmp(reference, "Slot/slot-", 10) != 0)
		return false;
	for (int r = 0; r < day->room_count; r++) {
		const char *fhir = day->site->rooms[day->rooms[r]].fhir;
		size_t len = strlen(fhir);
		int64_t seconds;
		int minutes, used = 0;
		if (strncmp(reference + 10, fhir, len) != 0
			|| sscanf(reference + 10 + len, "-%12" SCNd64 "-%4d%n", &seconds, &minutes,
				   &used)
				   != 2
			|| reference[10 + len + (size_t)used] != '\0')
			continue;
		*out = (struct booking){
			day->rooms[r], seconds * 1000, seconds * 1000 + (int64_t)minutes * MINUTE};
		return minutes > 0;
	}
	return false;
}
