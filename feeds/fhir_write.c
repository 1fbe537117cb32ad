/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_write.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_retry.h"
#include "feeds/fhir_write_private.h"
#include "twin/text.h"

/*
 * The steps of one write (fhir.md 2.4): read, judge, send, read back, judge. Each ends
 * in the next or in fhir_write_finish(). What was sent is never sent again: whatever the answer
 * was, it is the resource itself that says what became of it.
 */

enum { ANSWER_BYTES = 1 << 20 };

/* -- the end of it --------------------------------------------------------- */

void fhir_write_finish(struct fhir_write *w, enum fhir_written what, const char *format, ...)
{
	char why[512];
	va_list list;
	va_start(list, format);
	int n = vsnprintf(why, sizeof why, format, list);
	va_end(list);
	size_t len = n < (int)sizeof why ? (size_t)n : sizeof why - 1;
	struct fhir_write_result result = w->result;
	text_neutralise(result.why, sizeof result.why, why, len);
	result.what = what;
	fhir_seen_free(&w->before);
	fhir_seen_free(&w->after);
	w->busy = false;
	/* The last thing done: who hears it may begin the next, or destroy us. */
	w->done(w->context, &result);
}

void fhir_write_conflict(struct fhir_write *w, const struct fhir_booking *theirs, const char *why)
{
	w->result.theirs = *theirs;
	w->result.theirs_known = true;
	fhir_write_finish(w, FHIR_CONFLICT, "%s", why);
}

/* -- asking ---------------------------------------------------------------- */

static void on_answer(void *context, const struct http_answer *a)
{
	struct fhir_write *w = context;
	w->take(w, a);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct fhir_write *w = timer->data;
	(void)events;
	ev_timer_stop(loop, timer);
	w->resume(w);
}

void fhir_write_later(struct fhir_write *w, double seconds, void (*resume)(struct fhir_write *w))
{
	w->resume = resume;
	ev_timer_stop(w->loop, &w->timer);
	ev_now_update(w->loop);
	ev_timer_set(&w->timer, seconds, 0.);
	ev_timer_start(w->loop, &w->timer);
}

void fhir_write_get(struct fhir_write *w, const char *path,
	void (*take)(struct fhir_write *, const struct http_answer *))
{
	char url[FHIR_WRITE_URL * 2];
	struct error err = {""};
	w->take = take;
	snprintf(url, sizeof url, "%s/%s", w->base, path);
	if (http_get(w->http, url, NULL, on_answer, w, &err) == 0)
		return;
	struct http_answer none = {.body = "",
		.content_type = "",
		.etag = "",
		.date = "",
		.location = "",
		.retry_after_s = -1,
		.error = err.text};
	take(w, &none);
}

bool fhir_write_making(const struct fhir_write *w)
{
	return w->change.id[0] == '\0';
}

void fhir_write_get_appointment(
	struct fhir_write *w, void (*take)(struct fhir_write *, const struct http_answer *))
{
	char path[FHIR_WRITE_URL], name[FHIR_STEP_NAME];
	if (w->result.id[0] != '\0') {
		snprintf(path, sizeof path, "Appointment/%s", w->result.id);
	} else {
		fhir_step_name(name, &w->change);
		snprintf(path, sizeof path, "Appointment?identifier=urn:ietf:rfc:3986%%7C%s", name);
	}
	fhir_write_get(w, path, take);
}

/* "HTTP 429, again in 30 s: throttled" */
static void words(const struct http_answer *a, char out[LABEL_SIZE])
{
	struct fhir_page page = {.outcome = ""};
	char text[LABEL_SIZE * 4], status[24], wait[48] = "";
	if (a->status >= 400 || a->len > 0)
		fhir_outcome_read(a->body, a->len, &page);
	const char *detail = page.outcome[0] != '\0' ? page.outcome : a->error;
	snprintf(status, sizeof status, a->status != 0 ? "HTTP %d" : "no answer", a->status);
	if (a->retry_after_s >= 0)
		snprintf(wait, sizeof wait, ", again in %.0f s", a->retry_after_s);
	int n = snprintf(text, sizeof text, "%s%s%s%.200s", status, wait,
		*detail != '\0' ? ": " : "", detail);
	text_neutralise(out, LABEL_SIZE, text, (size_t)n);
}

/* -- what was read --------------------------------------------------------- */

/* Of those with our identifier, the only one. */
static enum fhir_found found_ours(struct fhir_write *w, const struct http_answer *a,
	struct fhir_seen *seen, char why[LABEL_SIZE])
{
	struct error err = {""};
	int count = 0;
	cJSON *bundle = fhir_json_parse(a->body, a->len, &err);
	const cJSON *found = fhir_step_find(bundle, &w->change, &count);
	char *text = count == 1 ? cJSON_PrintUnformatted(found) : NULL;
	bool broken = bundle == NULL, good = false;
	if (text != NULL)
		good = fhir_seen_read(seen, text, strlen(text), "", &w->change, &err) == 0;
	free(text);
	cJSON_Delete(bundle);
	if (broken || count == 0) {
		text_copy(why, LABEL_SIZE, broken ? err.text : "it is not there");
		return broken ? READ_AGAIN : READ_NOTHING;
	}
	text_copy(why, LABEL_SIZE, count > 1 ? "it is there more than once" : err.text);
	return good ? READ_IT : READ_NEVER;
}

enum fhir_found fhir_write_read(struct fhir_write *w, const struct http_answer *a,
	struct fhir_seen *seen, char why[LABEL_SIZE])
{
	struct error err = {""};
	struct fhir_page page;
	fhir_seen_free(seen);
	if (a->status == 200 && w->result.id[0] == '\0')
		return found_ours(w, a, seen, why);
	if (a->status == 200) {
		int rc = fhir_seen_read(seen, a->body, a->len, a->etag, &w->change, &err);
		text_copy(why, LABEL_SIZE, err.text);
		return rc == 0 ? READ_IT : rc == -EPROTO ? READ_NEVER : READ_AGAIN;
	}
	words(a, why);
	if (a->status == 404 || a->status == 410)
		return READ_NOTHING;
	fhir_outcome_read(a->body, a->len, &page);
	return fhir_verdict(a->status, false, page.outcome_code, page.outcome_detail) == FHIR_RETRY
		       ? READ_AGAIN
		       : READ_NEVER;
}

/* -- sending --------------------------------------------------------------- */

/* A Bundle with nothing but an OperationOutcome is a refusal, whatever its status says
 * (ITI-117, 2:3.117.4.2.2); a new id is where to read it back. */
static void read_said(struct fhir_write *w, const struct http_answer *a)
{
	struct error err;
	struct fhir_page page = {.outcome = ""};
	char location[FHIR_MATCH_SIZE], type[ID_SIZE], id[ID_SIZE];
	cJSON *json = a->len > 0 ? fhir_json_parse(a->body, a->len, &err) : NULL;
	FHIR_EACH(entry, fhir_get(json, "entry"))
	fhir_outcome_add(fhir_get(entry, "resource"), &page);
	fhir_outcome_add(json, &page);
	const char *answered = fhir_answered_id(json);
	bool good = a->status >= 200 && a->status < 300;
	if (good && text_copy(location, sizeof location, a->location) && fhir_write_making(w)
		&& fhir_split(location, type, id) && strcmp(type, "Appointment") == 0
		&& text_is_id(id))
		text_copy(w->result.id, sizeof w->result.id, id);
	else if (good && text_is_id(answered) && (fhir_write_making(w) || w->way == FHIR_BOOK))
		text_copy(w->result.id, sizeof w->result.id, answered);
	if (good && page.outcome_error && *answered == '\0') {
		w->answered = 422;
		snprintf(w->said, sizeof w->said, "HTTP %d: %.80s", a->status, page.outcome);
	}
	cJSON_Delete(json);
}

static void take_sent(struct fhir_write *w, const struct http_answer *a)
{
	w->answered = w->result.status = a->status;
	words(a, w->said);
	if (a->status == 0 && a->sent) {
		fhir_write_finish(w, FHIR_UNKNOWN, "%s", w->said);
	} else if (a->status == 0) {
		fhir_write_finish(w, FHIR_BUSY, "not sent: %s", a->error);
	} else if (a->status == 401) {
		fhir_write_finish(w, FHIR_REFUSED, "%s (does fhir.scope let us write?)", w->said);
	} else {
		read_said(w, a);
		/* The one that was cancelled for a new one is read back under its new id. */
		if (!fhir_write_making(w) && strcmp(w->result.id, w->change.id) != 0)
			text_copy(w->change.id, sizeof w->change.id, w->result.id);
		w->rereads = 0;
		fhir_write_reread(w);
	}
}

static void dispatch(struct fhir_write *w, const struct fhir_parcel *p)
{
	char url[FHIR_WRITE_URL * 2], exist[FHIR_STEP_NAME + 40], name[FHIR_STEP_NAME];
	char request[ID_SIZE + 16];
	struct error err = {""};
	fhir_step_name(name, &w->change);
	snprintf(url, sizeof url, "%s/%s", w->base, p->path);
	snprintf(exist, sizeof exist, "identifier=urn:ietf:rfc:3986|%s", name);
	snprintf(request, sizeof request, "%s-%d", w->change.plan, w->change.step);
	if (p->match)
		text_copy(w->result.before, sizeof w->result.before, w->before.match);
	struct http_change change = {.method = p->method,
		.type = p->type,
		.text = p->text,
		.if_match = p->match ? w->before.match : NULL,
		.if_none_exist = p->none_exist ? exist : NULL,
		.request_id = w->change.plan[0] != '\0' ? request : NULL};
	w->take = take_sent;
	if (http_change(w->http, url, &change, on_answer, w, &err) < 0)
		fhir_write_finish(w, FHIR_BUSY, "not sent: %s", err.text);
}

static void send_change(struct fhir_write *w, const char *slot)
{
	struct fhir_parcel parcel;
	struct error err = {""};
	int rc = fhir_write_making(w)
			 ? fhir_parcel_new(&parcel, w->way, &w->change, &err)
			 : fhir_parcel_make(&parcel, w->way, &w->before, &w->change, slot, &err);
	if (rc < 0)
		fhir_write_finish(w, FHIR_REFUSED, "not sent: %s", err.text);
	else
		dispatch(w, &parcel);
	fhir_parcel_free(&parcel);
}

static void take_slots(struct fhir_write *w, const struct http_answer *a)
{
	char slot[ID_SIZE], why[LABEL_SIZE];
	struct error err = {""};
	words(a, why);
	w->result.status = a->status;
	if (a->status != 200) {
		bool busy = fhir_verdict(a->status, false, "", "") == FHIR_RETRY;
		fhir_write_finish(w, busy ? FHIR_BUSY : FHIR_REFUSED, "no slots: %s", why);
		return;
	}
	cJSON *bundle = fhir_json_parse(a->body, a->len, &err);
	bool broken = bundle == NULL, found = fhir_slot_pick(bundle, &w->change, slot);
	cJSON_Delete(bundle);
	if (found)
		send_change(w, slot);
	else if (broken)
		fhir_write_finish(w, FHIR_BUSY, "no slots: %s", err.text);
	else
		fhir_write_finish(w, FHIR_REFUSED, "no free slot of that room, start and end");
}

/* -- before it ------------------------------------------------------------- */

static bool wants_slot(const struct fhir_write *w)
{
	return w->way == FHIR_SLOT && !fhir_is_off(w->change.wanted.status);
}

/* Whoever knew no end meant the one there is, and what is moved is as long as it was. */
static void take_end(struct fhir_change *c, const struct fhir_booking *is)
{
	if (c->expected.end_ms == 0 && c->wanted.end_ms == 0 && c->expected.start_ms != 0) {
		c->expected.end_ms = is->end_ms;
		fhir_change_complete(c);
	}
}

static void judge(struct fhir_write *w)
{
	char query[FHIR_WRITE_URL];
	take_end(&w->change, &w->before.booking);
	if (fhir_seen_is(&w->before, &w->change.wanted, &w->change)) {
		text_copy(w->result.after, sizeof w->result.after, w->before.match);
		fhir_write_finish(w, FHIR_WRITTEN, "it was so already: nothing was sent");
	} else if (fhir_write_making(w)) {
		fhir_write_conflict(w, &w->before.booking, "it was made already, and is elsewhere");
	} else if (!fhir_seen_is(&w->before, &w->change.expected, &w->change)) {
		fhir_write_conflict(
			w, &w->before.booking, "it has changed since it was decided upon");
	} else if (wants_slot(w)) {
		fhir_slot_query(&w->before, &w->change, query, sizeof query);
		fhir_write_get(w, query, take_slots);
	} else {
		send_change(w, "");
	}
}

static void take_read(struct fhir_write *w, const struct http_answer *a)
{
	char why[LABEL_SIZE] = "";
	enum fhir_found reading = fhir_write_read(w, a, &w->before, why);
	w->result.status = a->status;
	if (reading == READ_IT) {
		text_copy(w->result.id, sizeof w->result.id, w->before.id);
		judge(w);
	} else if (reading == READ_NOTHING && fhir_write_making(w)) {
		send_change(w, "");
	} else if (reading == READ_AGAIN) {
		fhir_write_finish(w, FHIR_BUSY, "not sent: %s", why);
	} else {
		fhir_write_finish(w, FHIR_REFUSED, "not sent: %s", why);
	}
}

/* FHIR_PROPOSED is all that can come of it. */
static const char *by_hand(const struct fhir_write *w)
{
	if (w->way == FHIR_PROPOSE || w->http == NULL)
		return "to be done by hand";
	return fhir_write_making(w) && !fhir_way_makes(w->way) ? "a new one must be entered by hand"
							       : NULL;
}

static void begin(struct fhir_write *w)
{
	const char *hand = by_hand(w);
	if (hand != NULL)
		fhir_write_finish(w, FHIR_PROPOSED, "%s", hand);
	else
		fhir_write_get_appointment(w, take_read);
}

/* -- looking --------------------------------------------------------------- */

static void take_look(struct fhir_write *w, const struct http_answer *a)
{
	char why[LABEL_SIZE] = "";
	enum fhir_found reading = fhir_write_read(w, a, &w->after, why);
	struct fhir_booking gone = {.status = CASE_VOID};
	w->result.status = a->status;
	if (reading == READ_NOTHING && fhir_write_making(w)) {
		fhir_write_finish(w, FHIR_REFUSED, "it did not happen: nothing was made");
	} else if (reading == READ_NOTHING) {
		fhir_write_conflict(w, &gone, "it is not there any more");
	} else if (reading != READ_IT) {
		fhir_write_finish(w, FHIR_UNKNOWN, "not to be read: %s", why);
	} else {
		text_copy(w->result.after, sizeof w->result.after, w->after.match);
		text_copy(w->result.id, sizeof w->result.id, w->after.id);
		if (fhir_seen_is(&w->after, &w->change.wanted, &w->change))
			fhir_write_finish(w, FHIR_WRITTEN, "%s", "");
		else if (!fhir_write_making(w)
			 && fhir_seen_is(&w->after, &w->change.expected, &w->change))
			fhir_write_finish(w, FHIR_REFUSED, "it did not happen: it is as before");
		else
			fhir_write_conflict(
				w, &w->after.booking, "it is neither as before nor as wanted");
	}
}

static void begin_look(struct fhir_write *w)
{
	const char *hand = by_hand(w);
	if (hand != NULL)
		fhir_write_finish(w, FHIR_PROPOSED, "%s", hand);
	else
		fhir_write_get_appointment(w, take_look);
}

/* -- in and out ------------------------------------------------------------ */

static bool is_id(const char *id)
{
	return text_is_id(id) && strspn(id, ".") < strlen(id);
}

static bool makes_sense(const struct fhir_change *c)
{
	bool placed = is_id(c->wanted.room) && c->wanted.start_ms > 0
		      && c->wanted.end_ms > c->wanted.start_ms;
	bool rooms = c->wanted.room[0] == '\0' || is_id(c->wanted.room);
	return c->id[0] != '\0' ? is_id(c->id) && rooms : c->plan[0] != '\0' && placed;
}

static int start(struct fhir_write *w, const struct fhir_change *change, fhir_written_call *done,
	void *context, void (*resume)(struct fhir_write *w))
{
	if (w->busy)
		return -EBUSY;
	w->change = *change;
	fhir_change_complete(&w->change);
	if (!makes_sense(&w->change))
		return -EINVAL;
	memset(&w->result, 0, sizeof w->result);
	text_copy(w->result.id, sizeof w->result.id, change->id);
	w->done = done;
	w->context = context;
	w->busy = true;
	w->answered = 0;
	w->said[0] = '\0';
	fhir_write_later(w, 0, resume);
	return 0;
}

int fhir_write_send(struct fhir_write *w, const struct fhir_change *change, fhir_written_call *done,
	void *context)
{
	return start(w, change, done, context, begin);
}

int fhir_write_look(struct fhir_write *w, const struct fhir_change *change, fhir_written_call *done,
	void *context)
{
	return start(w, change, done, context, begin_look);
}

static int open_http(struct fhir_write *w, const struct http_options *options, struct error *err)
{
	struct http_options o = *options;
	struct error inner = {""};
	if (o.base == NULL || *o.base == '\0')
		return error_set(err, -EINVAL, "fhir.base is needed to write");
	o.max_bytes = o.max_bytes > 0 ? o.max_bytes : ANSWER_BYTES;
	w->base = strdup(o.base);
	if (w->base == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	for (size_t n = strlen(w->base); n > 0 && w->base[n - 1] == '/'; n--)
		w->base[n - 1] = '\0';
	if (strlen(w->base) >= FHIR_WRITE_URL)
		return error_set(err, -EINVAL, "fhir.base is too long");
	w->http = http_create(w->loop, &o, err);
	if (w->http == NULL)
		return -EINVAL;
	int rc = http_check(w->http, w->base, &inner);
	return rc < 0 ? error_set(err, rc, "fhir.base: %s", inner.text) : 0;
}

struct fhir_write *fhir_write_create(struct ev_loop *loop, const struct http_options *http,
	enum fhir_write_way way, struct error *err)
{
	struct fhir_write *w = calloc(1, sizeof *w);
	if (w == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	w->loop = loop;
	w->way = way;
	ev_init(&w->timer, on_timer);
	w->timer.data = w;
	if (way != FHIR_PROPOSE && open_http(w, http, err) < 0) {
		fhir_write_destroy(w);
		return NULL;
	}
	return w;
}

void fhir_write_destroy(struct fhir_write *w)
{
	if (w == NULL)
		return;
	ev_timer_stop(w->loop, &w->timer);
	http_destroy(w->http); /* what is on its way is answered to nobody */
	fhir_seen_free(&w->before);
	fhir_seen_free(&w->after);
	free(w->base);
	free(w);
}
