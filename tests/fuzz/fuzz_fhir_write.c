/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_write_private.h"
#include "feeds/json_span.h"
#include "twin/text.h"

/* Any bytes as what a server answers when we are about to write: what would be sent is
 * JSON, what would be put back reads as it is wanted, and no id leads out of a URL. The
 * first byte chooses the change. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fhir_booking bookings[] = {
	{INT64_C(1773648000000), INT64_C(1773651600000), "or-2", CASE_PLANNED},
	{INT64_C(1773655200000), INT64_C(1773658800000), "or-4", CASE_PLANNED},
	{INT64_C(1773648000000), INT64_C(1773651600000), "or-2", CASE_CANCELLED},
	{INT64_C(1773649800123), 0, "", CASE_POSTPONED},
};
enum { BOOKINGS = sizeof bookings / sizeof *bookings };

static void check_json(const char *text)
{
	struct error err;
	cJSON *json = fhir_json_parse(text, strlen(text), &err);
	if (json == NULL)
		abort();
	cJSON_Delete(json);
}

static void check_parcels(const struct fhir_seen *seen, const struct fhir_change *change)
{
	for (int way = FHIR_PROPOSE + 1; way < FHIR_WRITE_WAYS; way++) {
		struct fhir_parcel parcel;
		struct error err = {""};
		int rc = fhir_parcel_make(
			&parcel, (enum fhir_write_way)way, seen, change, "s-1", &err);
		if ((rc == 0) != (parcel.text != NULL) || (rc < 0 && err.text[0] == '\0'))
			abort();
		if (rc == 0)
			check_json(parcel.text);
		if (rc == 0 && way == FHIR_PUT) {
			struct fhir_seen again;
			if (fhir_seen_read(
				    &again, parcel.text, strlen(parcel.text), "", change, &err)
					< 0
				|| !fhir_seen_is(&again, &change->wanted, change))
				abort();
			fhir_seen_free(&again);
		}
		fhir_parcel_free(&parcel);
	}
}

static void check_bundle(const cJSON *json, const struct fhir_change *change)
{
	char slot[ID_SIZE];
	int count;
	if (fhir_slot_pick(json, change, slot) && !text_is_id(slot))
		abort();
	if ((fhir_step_find(json, change, &count) != NULL) != (count > 0))
		abort();
	fhir_answered_id(json);
	fhir_version_before(json, "2");
}

static void check_spans(const char *text, size_t size)
{
	static const char *const pointers[] = {"", "/start", "/participant/1/actor", "/-", "//"};
	struct json_span span;
	for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
		if (json_span(text, size, pointers[i], &span) == JSON_FOUND
			&& (span.member > span.begin || span.begin >= span.end || span.end > size))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct fhir_change change = {.plan = "p",
		.expected = bookings[data[0] % BOOKINGS],
		.wanted = bookings[data[0] / BOOKINGS % BOOKINGS],
		.reason = "why"};
	const char *text = (const char *)data + 1;
	struct error err = {""};
	struct fhir_seen seen;
	check_spans(text, size - 1);
	if (fhir_seen_read(&seen, text, size - 1, data[0] & 128 ? "\"7\"" : "", &change, &err) == 0)
		check_parcels(&seen, &change);
	fhir_seen_free(&seen);
	cJSON *json = fhir_json_parse(text, size - 1, &err);
	check_bundle(json, &change);
	cJSON_Delete(json);
	return 0;
}
