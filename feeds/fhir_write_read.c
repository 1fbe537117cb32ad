/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_write_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

/* The id of the Location an actor stands for; false when it is none, or says so only
 * in words. By identifier alone (SERIS) it counts when we know that very one. */
static bool location_of(const cJSON *actor, const struct fhir_change *change, char out[ID_SIZE])
{
	char type[ID_SIZE];
	const char *reference = fhir_string(actor, "reference");
	if (*reference != '\0')
		return fhir_split(reference, type, out) && strcmp(type, "Location") == 0;
	const char *value = fhir_string(fhir_get(actor, "identifier"), "value");
	const char *said = fhir_string(actor, "type");
	return *value != '\0' && (*said == '\0' || strcmp(said, "Location") == 0)
	       && (strcmp(value, change->wanted.room) == 0
		       || strcmp(value, change->expected.room) == 0)
	       && text_copy(out, ID_SIZE, value);
}

static int rank(const char *room, const struct fhir_change *change)
{
	if (strcmp(room, change->wanted.room) == 0)
		return 3;
	return strcmp(room, change->expected.room) == 0 ? 2 : 1;
}

static void read_room(struct fhir_seen *seen, const struct fhir_change *change)
{
	char room[ID_SIZE];
	int index = 0, best = 0;
	seen->room = -1;
	FHIR_EACH(participant, fhir_get(seen->json, "participant"))
	{
		int i = index++;
		if (strcmp(fhir_string(participant, "status"), "declined") == 0
			|| !location_of(fhir_get(participant, "actor"), change, room)
			|| rank(room, change) <= best)
			continue;
		best = rank(room, change);
		seen->room = i;
		text_copy(seen->booking.room, sizeof seen->booking.room, room);
	}
}

static void read_booking(struct fhir_seen *seen, const struct fhir_change *change)
{
	const cJSON *minutes = fhir_get(seen->json, "minutesDuration");
	struct fhir_booking *b = &seen->booking;
	b->start_ms = fhir_time_at(seen->json, "start");
	b->end_ms = fhir_time_at(seen->json, "end");
	if (b->end_ms == 0 && b->start_ms != 0 && cJSON_IsNumber(minutes)
		&& minutes->valuedouble > 0 && minutes->valuedouble < 2880)
		b->end_ms = b->start_ms + (int64_t)(minutes->valuedouble * 60000);
	b->status = fhir_appointment_means(fhir_string(seen->json, "status"));
	read_room(seen, change);
}

struct fhir_booking fhir_seen_booking(const cJSON *appointment, const struct fhir_change *change)
{
	struct fhir_seen seen = {.json = (cJSON *)(uintptr_t)appointment};
	read_booking(&seen, change);
	return seen.booking;
}

static void read_version(struct fhir_seen *seen, const char *etag)
{
	const char *version = fhir_string(fhir_get(seen->json, "meta"), "versionId");
	if (!text_copy(seen->version, sizeof seen->version, version))
		seen->version[0] = '\0';
	text_copy(seen->match, sizeof seen->match, etag);
	if (*etag == '\0' && seen->version[0] != '\0'
		&& snprintf(seen->match, sizeof seen->match, "W/\"%s\"", seen->version)
			   >= (int)sizeof seen->match)
		seen->match[0] = '\0';
}

static void read_doubt(struct fhir_seen *seen)
{
	const cJSON *participants = fhir_get(seen->json, "participant");
	if (fhir_modifier(seen->json) != NULL)
		text_copy(seen->doubt, sizeof seen->doubt, "it has a modifierExtension");
	else if (*fhir_string(seen->json, "implicitRules") != '\0')
		text_copy(seen->doubt, sizeof seen->doubt, "it has implicitRules");
	else if (participants != NULL && !cJSON_IsArray(participants))
		text_copy(seen->doubt, sizeof seen->doubt, "its participants are no list");
}

static int refuse_other(const cJSON *json, struct error *err)
{
	struct fhir_page page = {.outcome = ""};
	const char *type = fhir_string(json, "resourceType");
	if (strcmp(type, "OperationOutcome") == 0)
		fhir_outcome_add(json, &page);
	if (page.outcome[0] != '\0')
		return error_set(err, -EPROTO, "%s", page.outcome);
	text_neutralise(page.outcome, sizeof page.outcome, type, strlen(type));
	return error_set(err, -EPROTO, "%.40s where the Appointment was expected",
		page.outcome[0] != '\0' ? page.outcome : "no resource");
}

int fhir_seen_read(struct fhir_seen *seen, const char *text, size_t len, const char *etag,
	const struct fhir_change *change, struct error *err)
{
	memset(seen, 0, sizeof *seen);
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (len == 0)
		return error_set(err, -EBADMSG, "an empty answer");
	seen->json = fhir_json_parse(text, len, err);
	if (seen->json == NULL)
		return -EBADMSG;
	const char *id = fhir_string(seen->json, "id");
	if (strcmp(fhir_string(seen->json, "resourceType"), "Appointment") != 0)
		return refuse_other(seen->json, err);
	if (!text_is_id(id) || (change->id[0] != '\0' && strcmp(id, change->id) != 0))
		return error_set(err, -EPROTO, "another Appointment than was asked for");
	seen->text = malloc(len + 1);
	if (seen->text == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	memcpy(seen->text, text, len);
	seen->text[len] = '\0';
	seen->len = len;
	text_copy(seen->id, sizeof seen->id, id);
	read_version(seen, etag);
	read_booking(seen, change);
	read_doubt(seen);
	return 0;
}

void fhir_seen_free(struct fhir_seen *seen)
{
	cJSON_Delete(seen->json);
	free(seen->text);
	memset(seen, 0, sizeof *seen);
}

/* -- comparing ------------------------------------------------------------- */

bool fhir_is_off(enum case_status status)
{
	return status == CASE_CANCELLED || status == CASE_POSTPONED;
}

/* FHIR has no word for postponed: it is called off, or waits for another day. */
static bool status_is(const struct fhir_seen *seen, enum case_status status)
{
	const char *code = fhir_string(seen->json, "status");
	return status == CASE_UNKNOWN || seen->booking.status == status
	       || (status == CASE_POSTPONED
		       && (strcmp(code, "cancelled") == 0 || strcmp(code, "waitlist") == 0));
}

bool fhir_seen_is(const struct fhir_seen *seen, const struct fhir_booking *booking,
	const struct fhir_change *change)
{
	const struct fhir_booking *is = &seen->booking;
	bool unsaid =
		is->room[0] == '\0' && strcmp(change->expected.room, change->wanted.room) == 0;
	if (!status_is(seen, booking->status))
		return false;
	return fhir_is_off(booking->status)
	       || (is->start_ms == booking->start_ms
		       && (booking->end_ms == 0 || is->end_ms == booking->end_ms)
		       && (unsaid || strcmp(is->room, booking->room) == 0));
}

static size_t opaque(const char **tag)
{
	if (strncmp(*tag, "W/", 2) == 0)
		*tag += 2;
	size_t n = strlen(*tag);
	if (n >= 2 && **tag == '"' && (*tag)[n - 1] == '"') {
		++*tag;
		n -= 2;
	}
	return n;
}

bool fhir_same_version(const char *a, const char *b)
{
	size_t n = opaque(&a), m = opaque(&b);
	return n == m && memcmp(a, b, n) == 0;
}
