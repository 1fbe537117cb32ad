/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/fhir_server.h"
#include "src/hospital/fhir_accept.h"
#include "src/hospital/fhir_fault.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BODY_MOST = 262144, SLOW_S = 5, MUTE_S = 40, FHIR_JSON = 0, HTML = 1 };

struct fhir_server {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	struct searcher searcher;
	uint16_t port;
	int64_t (*now_ms)(void *);
	void *context;
	struct fault fault;
	atomic_bool stopping;
	int stale; /* 409 or 412: the answer to an If-Match of an older version */
};

struct request {
	char *body;
	size_t len;
	bool too_long;
};

struct answer {
	int status;
	char *body; /* malloc'd */
	int type;
	char etag[32], location[160];
	int retry_s, late_s;
	bool dropped; /* the connection is shut instead */
};

struct arguments {
	struct parameter list[PARAMETERS_MAX];
	int count;
};

static enum MHD_Result collect(
	void *context, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct arguments *a = context;
	(void)kind;
	if (a->count < PARAMETERS_MAX)
		a->list[a->count++] = (struct parameter){key, value != NULL ? value : ""};
	return MHD_YES;
}

static void say(struct answer *a, int status, const char *code, const char *text)
{
	a->status = status;
	a->body = outcome_text(status < 400 ? "information" : "error", code, text);
}

static void set_fault(struct fhir_server *s, const struct arguments *a, struct answer *answer)
{
	const char *kind = "none";
	int count = 1;
	for (int i = 0; i < a->count; i++) {
		if (strcmp(a->list[i].key, "kind") == 0)
			kind = a->list[i].value;
		if (strcmp(a->list[i].key, "count") == 0)
			count = (int)strtol(a->list[i].value, NULL, 10);
	}
	if (fault_set(&s->fault, kind, count))
		say(answer, 200, "informational", "fault set");
	else
		say(answer, 400, "value", "no such fault");
}

/* True when the fault has already answered instead of us. */
static bool fault_before(struct fhir_server *s, bool is_page, struct answer *a)
{
	if (fault_is(&s->fault, "slow")) {
		a->late_s = SLOW_S;
	} else if (fault_is(&s->fault, "429")) {
		say(a, 429, "throttled", "fault");
		a->retry_s = 1;
	} else if (fault_is(&s->fault, "503")) {
		say(a, 503, "transient", "fault");
		a->retry_s = 1;
	} else if (is_page && fault_is(&s->fault, "410")) {
		say(a, 410, "processing", "the search has expired");
	} else if (fault_is(&s->fault, "html")) {
		a->status = 200;
		a->type = HTML;
		a->body = strdup("<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>");
	}
	return a->body != NULL;
}

static void fault_after(struct fhir_server *s, struct answer *a)
{
	if (a->body != NULL && fault_is(&s->fault, "truncate"))
		a->body[strlen(a->body) / 2] = '\0';
}

static void read_one(struct fhir_server *s, const char *type, const char *id,
	const char *none_match, struct answer *a)
{
	struct resource *r = store_find(s->searcher.store, type, id);
	if (r == NULL) {
		say(a, 404, "not-found", "no such resource");
		return;
	}
	snprintf(a->etag, sizeof(a->etag), "W/\"%d\"", r->version);
	if (none_match != NULL && strstr(none_match, a->etag) != NULL) {
		a->status = 304;
		a->body = strdup("");
		return;
	}
	a->status = 200;
	a->body = strdup(store_text(r));
}

/* ---- writing ---- */

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* True when the version the client saw is the one there is. */
static bool is_current(struct fhir_server *s, const struct resource *r,
	struct MHD_Connection *connection, struct answer *a)
{
	const char *match = header(connection, "If-Match");
	char tag[32];
	if (r == NULL) {
		say(a, 404, "not-found", "no such resource");
		return false;
	}
	snprintf(tag, sizeof(tag), "W/\"%d\"", r->version);
	if (match == NULL)
		say(a, 412, "required", "If-Match is required");
	else if (strcmp(match, tag) != 0 && strcmp(match, tag + 2) != 0
		 && !fault_is(&s->fault, "ignore-match"))
		say(a, s->stale, "conflict", "the resource has changed meanwhile");
	return a->body == NULL;
}

static void take_writing(struct fhir_server *s, struct writing *w, struct answer *a)
{
	a->status = w->status;
	a->body = w->body;
	if (w->made != NULL) {
		snprintf(a->etag, sizeof(a->etag), "W/\"%d\"", w->made->version);
		snprintf(a->location, sizeof(a->location), "%s/Appointment/%.40s", s->searcher.base,
			w->made->id);
	}
}

/* As it was asked to be, and not done: an answer, and nothing else. */
static void swallow(cJSON *json, struct answer *a)
{
	a->status = 200;
	a->body = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
}

static void change_one(struct fhir_server *s, struct resource *r, cJSON *json, struct answer *a)
{
	struct writing w = {.status = 0};
	if (fault_is(&s->fault, "swallow")) {
		swallow(json, a);
		return;
	}
	accept_changed(&s->searcher, r, json, s->now_ms(s->context), &w);
	take_writing(s, &w, a);
	snprintf(a->etag, sizeof(a->etag), "W/\"%d\"", r->version);
}

static void patch_one(struct fhir_server *s, struct resource *r, struct MHD_Connection *connection,
	const struct request *request, struct answer *a)
{
	const char *content = header(connection, "Content-Type"), *wrong = NULL;
	if (content == NULL || strncmp(content, "application/json-patch+json", 27) != 0) {
		say(a, 415, "not-supported", "send application/json-patch+json");
		return;
	}
	if (!is_current(s, r, connection, a))
		return;
	cJSON *patch =
		cJSON_ParseWithLength(request->body != NULL ? request->body : "", request->len);
	cJSON *json = patch_apply(r->json, patch, &wrong);
	cJSON_Delete(patch);
	if (json == NULL)
		say(a, 400, "processing", wrong);
	else
		change_one(s, r, json, a);
}

static void put_one(struct fhir_server *s, struct resource *r, struct MHD_Connection *connection,
	cJSON *json, struct answer *a)
{
	if (is_current(s, r, connection, a))
		change_one(s, r, json, a);
	else
		cJSON_Delete(json);
}

static void post_one(struct fhir_server *s, bool books, struct MHD_Connection *connection,
	cJSON *json, struct answer *a)
{
	struct writing w = {.status = 0};
	int64_t now = s->now_ms(s->context);
	if (fault_is(&s->fault, "swallow")) {
		swallow(json, a);
		return;
	}
	if (books)
		accept_book(&s->searcher, json, now, &w);
	else
		accept_new(&s->searcher, json, header(connection, "If-None-Exist"), now, &w);
	take_writing(s, &w, a);
}

/* The appointment a body is about, before anything is done to it. */
static struct resource *meant(struct fhir_server *s, const char *id, const cJSON *body)
{
	const cJSON *p, *inner = NULL;
	if (*id != '\0')
		return store_find(s->searcher.store, "Appointment", id);
	cJSON_ArrayForEach(p, cJSON_GetObjectItemCaseSensitive(body, "parameter")) inner =
		cJSON_GetObjectItemCaseSensitive(p, "resource");
	inner = cJSON_GetObjectItemCaseSensitive(inner, "id");
	return cJSON_IsString(inner)
		       ? store_find(s->searcher.store, "Appointment", inner->valuestring)
		       : NULL;
}

static void write_one(struct fhir_server *s, const char *method, const char *path,
	struct MHD_Connection *connection, const struct request *request, struct answer *a)
{
	char id[80] = "";
	bool patches = strcmp(method, "PATCH") == 0, puts = strcmp(method, "PUT") == 0;
	bool books = strcmp(path, "Appointment/$book") == 0;
	bool posts = strcmp(method, "POST") == 0 && (books || strcmp(path, "Appointment") == 0);
	bool named = sscanf(path, "Appointment/%79[A-Za-z0-9.-]", id) == 1;
	if (fault_is(&s->fault, "readonly") || !(posts || (named && (patches || puts)))) {
		say(a, 405, "not-supported", "only appointments can be written");
		return;
	}
	cJSON *json = patches ? NULL
			      : cJSON_ParseWithLength(
				      request->body != NULL ? request->body : "", request->len);
	struct resource *r = meant(s, id, json);
	if (r != NULL && fault_is(&s->fault, "meddle"))
		accept_meddle(&s->searcher, r, s->now_ms(s->context));
	if (named && r == NULL) {
		say(a, 404, "not-found", "no such resource");
		cJSON_Delete(json);
	} else if (!patches && !cJSON_IsObject(json)) {
		say(a, 400, "structure", "not a resource");
		cJSON_Delete(json);
	} else if (patches) {
		patch_one(s, r, connection, request, a);
	} else if (puts) {
		put_one(s, r, connection, json, a);
	} else {
		post_one(s, books, connection, json, a);
	}
	a->dropped = a->status < 300 && fault_is(&s->fault, "drop");
	if (a->status < 300 && fault_is(&s->fault, "mute"))
		a->late_s = MUTE_S;
}

/* ---- reading ---- */

static void get(struct fhir_server *s, const char *path, const struct arguments *arguments,
	const char *none_match, struct answer *a)
{
	char type[32] = "", id[80] = "", more[16] = "";
	int64_t now = s->now_ms(s->context);
	int parts = sscanf(path, "%31[A-Za-z]/%79[A-Za-z0-9.-]/%15s", type, id, more);
	struct resource *r = parts == 3 ? store_find(s->searcher.store, type, id) : NULL;
	if (r != NULL && strcmp(more, "_history") == 0)
		a->status = 200, a->body = history_text(&s->searcher, r);
	else if (parts == 3)
		say(a, 404, "not-found", "no such resource");
	else if (parts == 1 && strcmp(type, "Slot") == 0)
		a->status = 200,
		a->body = slot_search(&s->searcher, arguments->list, arguments->count);
	else if (parts < 1)
		a->status =
			search_next(&s->searcher, arguments->list, arguments->count, now, &a->body);
	else if (strcmp(type, "metadata") == 0)
		a->status = 200, a->body = capability_text(s->searcher.base, now);
	else if (parts == 1)
		a->status = search_run(
			&s->searcher, type, arguments->list, arguments->count, now, &a->body);
	else
		read_one(s, type, id, none_match, a);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct answer *a)
{
	static const char *const types[] = {"application/fhir+json; charset=utf-8", "text/html"};
	if (a->body == NULL)
		a->body = strdup("");
	struct MHD_Response *r =
		MHD_create_response_from_buffer(strlen(a->body), a->body, MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(r, "Content-Type", types[a->type]);
	if (a->etag[0] != '\0')
		MHD_add_response_header(r, "ETag", a->etag);
	if (a->location[0] != '\0')
		MHD_add_response_header(r, "Location", a->location);
	if (a->retry_s > 0) {
		char seconds[16];
		snprintf(seconds, sizeof(seconds), "%d", a->retry_s);
		MHD_add_response_header(r, "Retry-After", seconds);
	}
	enum MHD_Result result = MHD_queue_response(connection, (unsigned)a->status, r);
	MHD_destroy_response(r);
	return result;
}

static void answer_locked(struct fhir_server *s, struct MHD_Connection *connection, const char *url,
	const char *method, const struct request *request, struct answer *a)
{
	struct arguments arguments = {.count = 0};
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect, &arguments);
	if (strcmp(url, "/_fault") == 0 && strcmp(method, "POST") == 0) {
		set_fault(s, &arguments, a);
		return;
	}
	if (strncmp(url, "/fhir", 5) == 0 && (url[5] == '/' || url[5] == '\0'))
		url += 5;
	url += *url == '/';
	store_advance(s->searcher.store, s->now_ms(s->context));
	if (fault_before(s, *url == '\0', a))
		return;
	if (request->too_long)
		a->status = 413;
	else if (strcmp(method, "GET") == 0)
		get(s, url, &arguments, header(connection, "If-None-Match"), a);
	else
		write_one(s, method, url, connection, request, a);
	fault_after(s, a);
}

static enum MHD_Result gather(struct request *request, const char *data, size_t *size)
{
	if (request->len + *size > BODY_MOST) {
		request->too_long = true;
	} else {
		char *grown = realloc(request->body, request->len + *size + 1);
		if (grown == NULL)
			return MHD_NO;
		request->body = grown;
		memcpy(request->body + request->len, data, *size);
		request->len += *size;
		request->body[request->len] = '\0';
	}
	*size = 0;
	return MHD_YES;
}

/* Not longer than the server itself. */
static void be_late(struct fhir_server *s, int seconds)
{
	const struct timespec tenth = {.tv_nsec = 100000000};
	for (int i = 0; i < 10 * seconds && !s->stopping; i++)
		nanosleep(&tenth, NULL);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **state)
{
	struct fhir_server *s = context;
	(void)version;
	if (*state == NULL) {
		*state = calloc(1, sizeof(struct request));
		return *state != NULL ? MHD_YES : MHD_NO;
	}
	if (*size > 0)
		return gather(*state, data, size);
	struct answer a = {.status = 500};
	fhir_server_lock(s);
	answer_locked(s, connection, url, method, *state, &a);
	fhir_server_unlock(s);
	be_late(s, a.late_s);
	if (!a.dropped)
		return send_answer(connection, &a);
	free(a.body);
	return MHD_NO;
}

static void finished(void *context, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	struct request *request = *state;
	(void)context, (void)connection, (void)code;
	if (request != NULL)
		free(request->body);
	free(request);
	*state = NULL;
}

void fhir_server_lock(struct fhir_server *server)
{
	pthread_mutex_lock(&server->lock);
}

void fhir_server_unlock(struct fhir_server *server)
{
	pthread_mutex_unlock(&server->lock);
}

void fhir_server_stale(struct fhir_server *server, int status)
{
	fhir_server_lock(server);
	server->stale = status;
	fhir_server_unlock(server);
}

struct fhir_server *fhir_server_start(
	struct day *day, uint16_t port, int64_t (*now_ms)(void *), void *context, struct error *err)
{
	struct fhir_server *s = calloc(1, sizeof(*s));
	if (s == NULL)
		abort();
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->now_ms = now_ms;
	s->context = context;
	pthread_mutex_init(&s->lock, NULL);
	s->stale = 409;
	s->searcher.day = day;
	s->searcher.store = store_create(day);
	/* A thread a connection: an answer that is slow on purpose delays nobody else. */
	s->daemon = MHD_start_daemon(
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, port, NULL, NULL,
		handle, s, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
		MHD_OPTION_NOTIFY_COMPLETED, finished, NULL, MHD_OPTION_CONNECTION_LIMIT, 64u,
		MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_END);
	if (s->daemon == NULL) {
		error_set(err, -errno, "cannot serve HTTP on 127.0.0.1:%u: %s", port,
			strerror(errno));
		fhir_server_stop(s);
		return NULL;
	}
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	s->port = info != NULL ? info->port : port;
	pthread_mutex_lock(&s->lock);
	snprintf(s->searcher.base, sizeof(s->searcher.base), "http://127.0.0.1:%u/fhir", s->port);
	pthread_mutex_unlock(&s->lock);
	return s;
}

uint16_t fhir_server_port(const struct fhir_server *server)
{
	return server->port;
}

void fhir_server_stop(struct fhir_server *server)
{
	if (server == NULL)
		return;
	server->stopping = true;
	if (server->daemon != NULL)
		MHD_stop_daemon(server->daemon);
	search_clear(&server->searcher);
	store_destroy(server->searcher.store);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
