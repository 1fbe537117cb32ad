/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_write_private.h"
#include "feeds/json_span.h"
#include "twin/text.h"

/* What would be sent, for whoever does it by hand or sets up the other side. */

/* The bytes of the Appointment in the text: it is one, or a Bundle has it. */
static bool find_bytes(
	const char *text, size_t len, const char *id, struct json_span *span, struct error *err)
{
	cJSON *json = fhir_json_parse(text, len, err);
	char pointer[48] = "";
	bool found = json != NULL && strcmp(fhir_string(json, "id"), id) == 0;
	int i = 0;
	FHIR_EACH(entry, fhir_get(json, "entry"))
	{
		const cJSON *resource = fhir_get(entry, "resource");
		if (!found && strcmp(fhir_string(resource, "id"), id) == 0
			&& strcmp(fhir_string(resource, "resourceType"), "Appointment") == 0) {
			snprintf(pointer, sizeof pointer, "/entry/%d/resource", i);
			found = true;
		}
		i++;
	}
	if (json != NULL && !found)
		error_set(err, -ENOENT, "there is no Appointment %.64s", id);
	cJSON_Delete(json);
	if (found && json_span(text, len, pointer, span) != JSON_FOUND) {
		error_set(err, -EBADMSG, "Appointment %.64s cannot be told apart", id);
		found = false;
	}
	return found;
}

static char *as_http(enum fhir_write_way way, const struct fhir_parcel *p,
	const struct fhir_seen *seen, const struct fhir_change *change)
{
	char query[FHIR_WRITE_URL] = "", *out = NULL;
	if (way == FHIR_SLOT && !fhir_is_off(change->wanted.status))
		fhir_slot_query(seen, change, query, sizeof query);
	int n = asprintf(&out, "%s%s%s%s %s\nContent-Type: %s\n%s%s%s\n%s\n",
		query[0] != '\0' ? "GET " : "", query, query[0] != '\0' ? "\n\n" : "", p->method,
		p->path, p->type, p->match ? "If-Match: " : "", p->match ? seen->match : "",
		p->match ? "\n" : "", p->text);
	return n >= 0 ? out : NULL;
}

char *fhir_write_show(enum fhir_write_way way, const char *text, size_t len, const char *etag,
	const struct fhir_change *change, struct error *err)
{
	struct fhir_change c = *change;
	struct fhir_seen seen = {.json = NULL};
	struct fhir_parcel parcel;
	struct json_span span;
	char *out = NULL;
	if (way == FHIR_PROPOSE) {
		error_set(err, -EINVAL, "that way nothing is sent");
		return NULL;
	}
	if (!find_bytes(text, len, c.id, &span, err))
		return NULL;
	if (fhir_seen_read(&seen, text + span.begin, span.end - span.begin, etag, &c, err) == 0) {
		c.expected = seen.booking;
		fhir_change_complete(&c);
		if (fhir_seen_is(&seen, &c.wanted, &c))
			error_set(err, -EALREADY, "it is so already: nothing would be sent");
		else if (fhir_parcel_make(&parcel, way, &seen, &c, "SLOT", err) == 0) {
			out = as_http(way, &parcel, &seen, &c);
			fhir_parcel_free(&parcel);
		}
	}
	fhir_seen_free(&seen);
	return out;
}
