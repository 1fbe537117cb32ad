/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "feeds/fhir_write_private.h"
#include "twin/text.h"

/* Reading back: whatever was answered, what stands there says what became of it. */

enum { REREADS = 3 };

/* A server may show what it took a moment later. */
static const double rereads_s[REREADS] = {0, 0.25, 0.75};

/* What an answer means when the resource stands as before; the first row that fits. */
static const struct {
	int from, to;
	enum fhir_written what;
	bool perhaps; /* it may still happen */
	const char *why;
} answers[] = {
	{200, 299, FHIR_UNKNOWN, true, "taken, but it reads as before"},
	{300, 399, FHIR_REFUSED, false, "nothing was changed"},
	{408, 408, FHIR_UNKNOWN, true, "it reads as before"},
	{409, 409, FHIR_CONFLICT, false, "somebody else is changing it"},
	{412, 412, FHIR_CONFLICT, false, "it has changed"},
	{423, 423, FHIR_BUSY, false, "somebody has it open"},
	{429, 429, FHIR_BUSY, false, "too much at once"},
	{400, 499, FHIR_REFUSED, false, "refused"},
	{501, 501, FHIR_REFUSED, false, "it takes no such change"},
	{0, INT_MAX, FHIR_UNKNOWN, true, "it reads as before"},
};

static size_t answer_row(int status)
{
	size_t i = 0;
	while (status < answers[i].from || status > answers[i].to)
		i++;
	return i;
}

/* Its words after ours; the server's own stand in them. */
static void end_as(struct fhir_write *w, enum fhir_written what, const char *why)
{
	fhir_write_finish(w, what, "%s (%s)", why, w->said);
}

static void as_before(struct fhir_write *w)
{
	size_t row = answer_row(w->answered);
	enum fhir_written what = answers[row].what;
	const char *why = answers[row].why;
	bool changed = w->after.match[0] != '\0' && w->before.match[0] != '\0'
		       && !fhir_same_version(w->before.match, w->after.match);
	if (w->answered == 412 && w->result.before[0] == '\0') {
		what = FHIR_REFUSED; /* it wants a version and never gave one */
		why = "it wants a version, and tells none";
	} else if (changed && (what == FHIR_REFUSED || what == FHIR_CONFLICT)) {
		what = FHIR_CONFLICT;
		why = "something else in it was changed meanwhile";
	}
	if (w->after.json != NULL) {
		w->result.theirs = w->after.booking;
		w->result.theirs_known = true;
	}
	end_as(w, what, why);
}

static void written(struct fhir_write *w)
{
	if (w->answered >= 200 && w->answered < 300)
		fhir_write_finish(w, FHIR_WRITTEN, "%s", "");
	else
		end_as(w, FHIR_WRITTEN, "it is as wanted");
}

/* Who writes the whole of it relies on If-Match; a server that ignores it shows in its
 * history what was overwritten. */
static void take_history(struct fhir_write *w, const struct http_answer *a)
{
	struct error err;
	cJSON *json = a->status == 200 ? fhir_json_parse(a->body, a->len, &err) : NULL;
	const cJSON *other = fhir_version_before(json, w->after.version);
	const char *version = fhir_string(fhir_get(other, "meta"), "versionId");
	bool lost = other != NULL && strcmp(version, w->before.version) != 0;
	struct fhir_booking theirs = {.start_ms = 0};
	if (lost)
		theirs = fhir_seen_booking(other, &w->change);
	cJSON_Delete(json);
	if (lost)
		fhir_write_conflict(
			w, &theirs, "written over a change that somebody made meanwhile");
	else
		written(w);
}

static void as_wanted(struct fhir_write *w)
{
	char path[FHIR_WRITE_URL];
	bool blind = w->way == FHIR_PUT || w->way == FHIR_BOOK;
	if (!blind || w->before.version[0] == '\0' || w->after.version[0] == '\0'
		|| strcmp(w->before.id, w->after.id) != 0
		|| strcmp(w->before.version, w->after.version) == 0) {
		written(w);
		return;
	}
	snprintf(path, sizeof path, "Appointment/%s/_history?_count=5", w->after.id);
	fhir_write_get(w, path, take_history);
}

static void take_reread(struct fhir_write *w, const struct http_answer *a);

void fhir_write_reread(struct fhir_write *w)
{
	fhir_write_get_appointment(w, take_reread);
}

static bool again(struct fhir_write *w)
{
	if (!answers[answer_row(w->answered)].perhaps || ++w->rereads >= REREADS)
		return false;
	fhir_write_later(w, rereads_s[w->rereads], fhir_write_reread);
	return true;
}

static void not_read_back(struct fhir_write *w, const char *why)
{
	size_t row = answer_row(w->answered);
	if (again(w))
		return;
	if (answers[row].perhaps)
		fhir_write_finish(w, FHIR_UNKNOWN, "%s, then not to be read: %s", w->said, why);
	else
		end_as(w, answers[row].what, answers[row].why);
}

static void take_reread(struct fhir_write *w, const struct http_answer *a)
{
	char why[LABEL_SIZE] = "";
	enum fhir_found reading = fhir_write_read(w, a, &w->after, why);
	if (reading == READ_NOTHING && fhir_write_making(w)) {
		if (!again(w))
			as_before(w);
		return;
	}
	if (reading != READ_IT) {
		not_read_back(w, why);
		return;
	}
	text_copy(w->result.after, sizeof w->result.after, w->after.match);
	text_copy(w->result.id, sizeof w->result.id, w->after.id);
	if (fhir_seen_is(&w->after, &w->change.wanted, &w->change)) {
		as_wanted(w);
	} else if (!fhir_write_making(w)
		   && fhir_seen_is(&w->after, &w->change.expected, &w->change)) {
		if (!again(w))
			as_before(w);
	} else {
		w->result.theirs = w->after.booking;
		w->result.theirs_known = true;
		end_as(w, FHIR_CONFLICT, "it shows something else now");
	}
}
