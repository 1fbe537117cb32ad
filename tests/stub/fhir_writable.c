/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stub/fhir_writable.h"
#include "tests/stub/json_patch.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RESOURCES = 8, PAST = 16, HEADERS = 4 };

static const char *const kept_headers[HEADERS] = {
	"If-Match", "If-None-Exist", "Content-Type", "X-Request-Id"};

struct record {
	char id[80];
	char *past[PAST]; /* versions 1, 2, ... as text */
	int versions;
};

struct fhir_writable {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	char base[64];
	struct writable_plan plan;
	struct record records[RESOURCES];
	int count, applied, writes, reads, lag;
	char *body, request[256], headers[HEADERS][256];
};

struct upload {
	char *text;
	size_t len;
};

struct reply {
	int status;
	char *body; /* malloc'd */
	const char *type;
	char etag[96], location[192];
	const char *header, *value;
};

/* -- versions --------------------------------------------------------------------- */

static void version_name(const struct fhir_writable *s, int n, char out[80])
{
	if (s->plan.versions == VERSIONS_OPAQUE)
		snprintf(out, 80, "3423957v238028%d", n);
	else if (s->plan.versions == VERSIONS_UUID)
		snprintf(out, 80, "b8f0c1c2-5d3e-4a4b-9c6d-00000000000%x", n);
	else
		snprintf(out, 80, "%d", n);
}

static void etag_of(const struct fhir_writable *s, int n, char out[96])
{
	char version[80];
	version_name(s, n, version);
	bool none = s->plan.versions == VERSIONS_NONE || s->plan.versions == VERSIONS_IN_META;
	out[0] = '\0';
	if (!none)
		snprintf(out, 96, "%s\"%s\"", s->plan.versions == VERSIONS_STRONG ? "" : "W/",
			version);
}

/* The meta of a version is put into its text, whatever else the text says: bytes that
 * were not touched stay as they are. */
static void keep(struct fhir_writable *s, struct record *r, const char *text)
{
	char version[80], meta[128] = "";
	if (r->versions >= PAST)
		abort();
	cJSON *json = cJSON_Parse(text);
	if (json == NULL)
		abort();
	version_name(s, r->versions + 1, version);
	if (s->plan.versions != VERSIONS_IN_ETAG && s->plan.versions != VERSIONS_NONE)
		snprintf(meta, sizeof meta, "\"meta\":{\"versionId\":\"%s\"},", version);
	const char *old = strstr(text, "\"meta\":{"), *end = old != NULL ? strchr(old, '}') : NULL;
	const char *head = strchr(text, '{') + 1;
	char *out = malloc(strlen(text) + sizeof meta);
	if (end != NULL)
		sprintf(out, "%.*s%s%s", (int)(old - text), text, meta, end + 1 + (end[1] == ','));
	else
		sprintf(out, "%.*s%s%s", (int)(head - text), text, meta, head);
	r->past[r->versions++] = out;
	cJSON_Delete(json);
}

static struct record *find(struct fhir_writable *s, const char *id)
{
	for (int i = 0; i < s->count; i++)
		if (strcmp(s->records[i].id, id) == 0)
			return &s->records[i];
	return NULL;
}

static struct record *make(struct fhir_writable *s, const char *id, const char *text)
{
	struct record *r = &s->records[s->count++];
	snprintf(r->id, sizeof r->id, "%s", id);
	cJSON *json = cJSON_Parse(text);
	cJSON_DeleteItemFromObject(json, "id");
	cJSON_AddStringToObject(json, "id", id);
	char *with_id = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	keep(s, r, with_id);
	free(with_id);
	return r;
}

static const char *now_of(const struct record *r)
{
	return r->past[r->versions - 1];
}

/* -- answers -------------------------------------------------------------------------------- */

static char *outcome(const char *severity, const char *words)
{
	char text[1024];
	snprintf(text, sizeof text,
		"{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"%s\","
		"\"code\":\"processing\",\"diagnostics\":\"%s\"}]}",
		severity, words != NULL ? words : "no words");
	return strdup(text);
}

static void refuse(struct reply *a, int status, const char *words)
{
	a->status = status;
	a->body = outcome("error", words);
}

static void show(struct fhir_writable *s, struct record *r, struct reply *a)
{
	int n = s->lag > 0 && r->versions > 1 ? r->versions - 1 : r->versions;
	s->lag -= s->lag > 0;
	a->status = 200;
	a->body = strdup(r->past[n - 1]);
	etag_of(s, n, a->etag);
}

static void bundle(struct reply *a, const char *type, char *const *texts, int count)
{
	size_t room = 256, n;
	for (int i = 0; i < count; i++)
		room += strlen(texts[i]) + 32;
	char *out = malloc(room);
	n = (size_t)sprintf(out, "{\"resourceType\":\"Bundle\",\"type\":\"%s\",\"entry\":[", type);
	for (int i = 0; i < count; i++)
		n += (size_t)sprintf(out + n, "%s{\"resource\":%s}", i > 0 ? "," : "", texts[i]);
	sprintf(out + n, "]}");
	a->status = 200;
	a->body = out;
}

static void show_history(const struct record *r, struct reply *a)
{
	char *texts[PAST];
	for (int i = 0; i < r->versions; i++)
		texts[i] = r->past[r->versions - 1 - i];
	bundle(a, "history", texts, r->versions);
}

/* By any value of an identifier that is part of the query. */
static int search(struct fhir_writable *s, const char *name, char *texts[RESOURCES])
{
	int n = 0;
	for (int i = 0; i < s->count; i++) {
		cJSON *json = cJSON_Parse(now_of(&s->records[i]));
		const cJSON *one = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "identifier"), 0);
		const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(one, "value"));
		if (value != NULL && strstr(name, value) != NULL)
			texts[n++] = s->records[i].past[s->records[i].versions - 1];
		cJSON_Delete(json);
	}
	return n;
}

/* -- reads ------------------------------------------------------------------------------------ */

static void meddle(struct fhir_writable *s)
{
	const char *why;
	if (s->plan.meddles == NULL || s->plan.meddles_after != s->reads)
		return;
	char *text = json_patched(now_of(&s->records[0]), s->plan.meddles, &why);
	if (text == NULL)
		abort();
	keep(s, &s->records[0], text);
	free(text);
}

static void read_one(
	struct fhir_writable *s, const char *path, const char *identifier, struct reply *a)
{
	char id[80] = "", rest[32] = "", *texts[RESOURCES];
	s->reads++;
	if (strncmp(path, "/fhir/Slot", 10) == 0) {
		if (s->plan.slots == NULL) {
			refuse(a, 404, "no slots here");
			return;
		}
		a->status = 200;
		a->body = strdup(s->plan.slots);
		return;
	}
	if ((s->plan.read_status != 0 || s->plan.read_body != NULL)
		&& s->reads > s->plan.read_after) {
		a->status = s->plan.read_status != 0 ? s->plan.read_status : 200;
		a->body = s->plan.read_body != NULL ? strdup(s->plan.read_body)
						    : outcome("error", s->plan.words);
		a->header = s->plan.header;
		a->value = s->plan.value;
		return;
	}
	sscanf(path, "/fhir/Appointment/%79[^/]/%31s", id, rest);
	struct record *r = find(s, id);
	if (identifier != NULL)
		bundle(a, "searchset", texts, s->plan.hides ? 0 : search(s, identifier, texts));
	else if (r == NULL)
		refuse(a, 404, "no such resource");
	else if (strcmp(rest, "_history") == 0)
		show_history(r, a);
	else
		show(s, r, a);
	meddle(s);
}

/* -- writes --------------------------------------------------------------------------------------
 */

static bool match_good(struct fhir_writable *s, const struct record *r, struct reply *a)
{
	char etag[96];
	const char *match = s->headers[0];
	etag_of(s, r->versions, etag);
	if (s->plan.versions == VERSIONS_IN_META)
		snprintf(etag, sizeof etag, "W/\"%d\"", r->versions);
	if (match[0] == '\0' && s->plan.needs_match)
		refuse(a, 412, "If-Match is required");
	else if (match[0] != '\0' && !s->plan.ignores_match && strcmp(match, etag) != 0)
		refuse(a, s->plan.stale != 0 ? s->plan.stale : 412, "the version has changed");
	else
		return true;
	return false;
}

static void apply(struct fhir_writable *s, struct record *r, const char *text, struct reply *a)
{
	if (!s->plan.not_applied) {
		keep(s, r, text);
		s->applied++;
		s->lag = s->plan.lag;
	}
	a->status = s->plan.after != 0 ? s->plan.after : 200;
	a->body = strdup(s->plan.after >= 400 || s->plan.after == 204 ? "" : now_of(r));
	etag_of(s, r->versions, a->etag);
}

/* A slot sets when and where (Oracle): the id tells, as "or-4.2026-03-16T10.60". */
static char *from_slot(char *text)
{
	cJSON *json = cJSON_Parse(text);
	const cJSON *slot = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "slot"), 0);
	const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(slot, "reference"));
	char room[32], day[32], when[64];
	int hour;
	if (id != NULL && sscanf(id, "Slot/%31[^.].%31[^T]T%d.", room, day, &hour) == 3) {
		snprintf(when, sizeof when, "%sT%02d:00:00Z", day, hour);
		cJSON_ReplaceItemInObject(json, "start", cJSON_CreateString(when));
		snprintf(when, sizeof when, "%sT%02d:00:00Z", day, hour + 1);
		cJSON_ReplaceItemInObject(json, "end", cJSON_CreateString(when));
		cJSON *actor = cJSON_GetObjectItem(
			cJSON_GetArrayItem(cJSON_GetObjectItem(json, "participant"), 1), "actor");
		snprintf(when, sizeof when, "Location/%s", room);
		cJSON_ReplaceItemInObject(actor, "reference", cJSON_CreateString(when));
	}
	free(text);
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

static void change_one(
	struct fhir_writable *s, const char *id, bool patch, const char *body, struct reply *a)
{
	struct record *r = find(s, id);
	const char *why = NULL;
	if (r == NULL) {
		refuse(a, 404, "no such resource");
		return;
	}
	if (!match_good(s, r, a))
		return;
	char *text = patch ? json_patched(now_of(r), body, &why) : strdup(body);
	if (text == NULL) {
		refuse(a, 400, why);
		return;
	}
	if (s->plan.slots != NULL)
		text = from_slot(text);
	apply(s, r, text, a);
	free(text);
}

static void create(struct fhir_writable *s, const char *body, struct reply *a)
{
	char *texts[RESOURCES], id[80];
	int there = search(s, s->headers[1], texts);
	if (s->headers[1][0] != '\0' && there > 0 && !s->plan.no_create_lock) {
		a->status = 200;
		a->body = strdup(texts[0]);
		return;
	}
	snprintf(id, sizeof id, "made-%d", s->count);
	struct record *r = make(s, id, body);
	s->applied++;
	a->status = s->plan.after != 0 ? s->plan.after : 201;
	a->body = strdup("");
	etag_of(s, 1, a->etag);
	snprintf(a->location, sizeof a->location, "%s/Appointment/%s/_history/1", s->base, r->id);
	if (s->plan.location != NULL)
		snprintf(a->location, sizeof a->location, "%s", s->plan.location);
}

static void book_new(struct fhir_writable *s, cJSON *resource, struct reply *a)
{
	char *text, id[80], *texts[1];
	snprintf(id, sizeof id, "made-%d", s->count);
	cJSON_ReplaceItemInObject(resource, "status", cJSON_CreateString("booked"));
	text = cJSON_PrintUnformatted(resource);
	texts[0] = now_of(make(s, id, text)) != NULL ? s->records[s->count - 1].past[0] : NULL;
	s->applied++;
	free(text);
	bundle(a, "searchset", texts, 1);
}

/* ITI-117. The resource is kept as the bytes it came in. */
static void book(struct fhir_writable *s, const char *body, struct reply *a)
{
	cJSON *json = cJSON_Parse(body);
	cJSON *parameter = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "parameter"), 0);
	cJSON *resource = cJSON_GetObjectItem(parameter, "resource");
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(parameter, "name"));
	const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(resource, "id"));
	struct record *r = id != NULL ? find(s, id) : NULL;
	const char *begin = strstr(body, "\"resource\":{");
	char *texts[1];
	if (name == NULL || strcmp(name, "appointment-resource") != 0 || begin == NULL) {
		refuse(a, 400, "appointment-resource is needed");
	} else if (s->plan.refuses_book) {
		texts[0] = outcome("error", s->plan.words);
		bundle(a, "searchset", texts, 1);
		free(texts[0]);
	} else if (r != NULL && !s->plan.books_anew) {
		char *text = strdup(begin + 11);
		text[strlen(text) - 3] = '\0'; /* the end of the frame: }]} */
		apply(s, r, text, a);
		free(text);
		free(a->body);
		texts[0] = r->past[r->versions - 1];
		bundle(a, "searchset", texts, 1);
	} else {
		if (r != NULL) {
			const char *why;
			char *off = json_patched(now_of(r),
				"[{\"op\":\"replace\",\"path\":\"/"
				"status\",\"value\":\"cancelled\"}]",
				&why);
			keep(s, r, off);
			free(off);
		}
		book_new(s, resource, a);
	}
	cJSON_Delete(json);
}

static void write_one(struct fhir_writable *s, const char *method, const char *path,
	const char *body, struct reply *a)
{
	char id[80] = "";
	s->writes++;
	if (s->plan.answer != 0) {
		refuse(a, s->plan.answer, s->plan.words);
		a->header = s->plan.header;
		a->value = s->plan.value;
	} else if (strcmp(method, "POST") == 0 && strstr(path, "$book") != NULL) {
		book(s, body, a);
	} else if (strcmp(method, "POST") == 0) {
		create(s, body, a);
	} else {
		sscanf(path, "/fhir/Appointment/%79[^/]", id);
		change_one(s, id, strcmp(method, "PATCH") == 0, body, a);
	}
	if (s->plan.empty_html && a->status == 200) {
		a->type = "text/html";
		a->body[0] = '\0';
	}
}

/* -- HTTP
 * ---------------------------------------------------------------------------------------------- */

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct reply *a)
{
	if (a->body == NULL)
		a->body = strdup("");
	struct MHD_Response *r =
		MHD_create_response_from_buffer(strlen(a->body), a->body, MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(
		r, "Content-Type", a->type != NULL ? a->type : "application/fhir+json");
	if (a->etag[0] != '\0')
		MHD_add_response_header(r, "ETag", a->etag);
	if (a->location[0] != '\0')
		MHD_add_response_header(r, "Location", a->location);
	if (a->header != NULL)
		MHD_add_response_header(r, a->header, a->value);
	enum MHD_Result result = MHD_queue_response(connection, (unsigned)a->status, r);
	MHD_destroy_response(r);
	return result;
}

static void note(struct fhir_writable *s, struct MHD_Connection *connection, const char *method,
	const char *path, const struct upload *up)
{
	snprintf(s->request, sizeof s->request, "%s %s", method, path);
	free(s->body);
	s->body = strdup(up->text != NULL ? up->text : "");
	for (int i = 0; i < HEADERS; i++) {
		const char *value =
			MHD_lookup_connection_value(connection, MHD_HEADER_KIND, kept_headers[i]);
		snprintf(s->headers[i], sizeof s->headers[i], "%s", value != NULL ? value : "");
	}
}

static enum MHD_Result gather(struct upload *up, const char *data, size_t *size)
{
	up->text = realloc(up->text, up->len + *size + 1);
	memcpy(up->text + up->len, data, *size);
	up->len += *size;
	up->text[up->len] = '\0';
	*size = 0;
	return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *data, size_t *size, void **state)
{
	struct fhir_writable *s = context;
	struct upload *up = *state;
	struct reply a = {.status = 500};
	(void)version;
	if (up == NULL) {
		*state = calloc(1, sizeof *up);
		return MHD_YES;
	}
	if (*size > 0)
		return gather(up, data, size);
	bool reading = strcmp(method, "GET") == 0;
	pthread_mutex_lock(&s->lock);
	struct writable_plan plan = s->plan;
	if (reading) {
		read_one(s, path,
			MHD_lookup_connection_value(
				connection, MHD_GET_ARGUMENT_KIND, "identifier"),
			&a);
	} else {
		note(s, connection, method, path, up);
		write_one(s, method, path, up->text != NULL ? up->text : "", &a);
	}
	pthread_mutex_unlock(&s->lock);
	if (!reading && plan.delay_ms > 0)
		usleep((useconds_t)plan.delay_ms * 1000);
	if (!reading && plan.drop) {
		free(a.body);
		return MHD_NO;
	}
	return send_reply(connection, &a);
}

static void finished(void *context, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	struct upload *up = *state;
	(void)context;
	(void)connection;
	(void)code;
	if (up != NULL)
		free(up->text);
	free(up);
	*state = NULL;
}

struct fhir_writable *fhir_writable_start(const char *appointment)
{
	struct fhir_writable *s = calloc(1, sizeof *s);
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	pthread_mutex_init(&s->lock, NULL);
	if (appointment != NULL) {
		cJSON *json = cJSON_Parse(appointment);
		struct record *r = &s->records[s->count++];
		snprintf(r->id, sizeof r->id, "%s",
			cJSON_GetStringValue(cJSON_GetObjectItem(json, "id")));
		cJSON_Delete(json);
		keep(s, r, appointment);
	}
	s->daemon =
		MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0,
			NULL, NULL, handle, s, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
			MHD_OPTION_NOTIFY_COMPLETED, finished, NULL, MHD_OPTION_END);
	if (s->daemon == NULL) {
		fhir_writable_stop(s);
		return NULL;
	}
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	snprintf(s->base, sizeof s->base, "http://127.0.0.1:%u/fhir", (unsigned)info->port);
	return s;
}

void fhir_writable_stop(struct fhir_writable *s)
{
	if (s == NULL)
		return;
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon);
	for (int i = 0; i < s->count; i++)
		for (int n = 0; n < s->records[i].versions; n++)
			free(s->records[i].past[n]);
	free(s->body);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const char *fhir_writable_base(const struct fhir_writable *s)
{
	return s->base;
}

/* The first version is written anew as the plan has versions. */
void fhir_writable_plan(struct fhir_writable *s, struct writable_plan plan)
{
	pthread_mutex_lock(&s->lock);
	bool other = plan.versions != s->plan.versions;
	s->plan = plan;
	if (other && s->count > 0) {
		char *text = s->records[0].past[0];
		s->records[0].versions = 0;
		keep(s, &s->records[0], text);
		free(text);
	}
	pthread_mutex_unlock(&s->lock);
}

static int counted(struct fhir_writable *s, const int *what)
{
	pthread_mutex_lock(&s->lock);
	int n = *what;
	pthread_mutex_unlock(&s->lock);
	return n;
}

int fhir_writable_applied(struct fhir_writable *s)
{
	return counted(s, &s->applied);
}

int fhir_writable_writes(struct fhir_writable *s)
{
	return counted(s, &s->writes);
}

int fhir_writable_reads(struct fhir_writable *s)
{
	return counted(s, &s->reads);
}

int fhir_writable_count(struct fhir_writable *s)
{
	return counted(s, &s->count);
}

char *fhir_writable_text(struct fhir_writable *s, const char *id)
{
	pthread_mutex_lock(&s->lock);
	struct record *r = find(s, id);
	char *text = strdup(r != NULL ? now_of(r) : "");
	pthread_mutex_unlock(&s->lock);
	return text;
}

char *fhir_writable_body(struct fhir_writable *s)
{
	pthread_mutex_lock(&s->lock);
	char *text = strdup(s->body != NULL ? s->body : "");
	pthread_mutex_unlock(&s->lock);
	return text;
}

void fhir_writable_header(struct fhir_writable *s, const char *name, char *out, int size)
{
	out[0] = '\0';
	pthread_mutex_lock(&s->lock);
	for (int i = 0; i < HEADERS; i++)
		if (strcmp(name, kept_headers[i]) == 0)
			snprintf(out, (size_t)size, "%s", s->headers[i]);
	pthread_mutex_unlock(&s->lock);
}

void fhir_writable_request(struct fhir_writable *s, char *out, int size)
{
	pthread_mutex_lock(&s->lock);
	snprintf(out, (size_t)size, "%s", s->request);
	pthread_mutex_unlock(&s->lock);
}
