/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/fhir_server.h"
#include "src/hospital/fhir_search.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BODY_MOST = 262144, SLOW_S = 5, FHIR_JSON = 0, HTML = 1 };

struct fhir_server {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	struct searcher searcher;
	uint16_t port;
	int64_t (*now_ms)(void *);
	void *context;
	char fault[16];
	int fault_count;
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
	char etag[32];
	int retry_s;
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
	snprintf(s->fault, sizeof(s->fault), "%s", kind);
	s->fault_count = strcmp(kind, "none") == 0 ? 0 : count;
	answer->status = 200;
	answer->body = outcome_text("information", "informational", "fault set");
}

/* True when the fault has already answered instead of us. */
static bool fault_before(struct fhir_server *s, bool is_page, struct answer *a, bool *slow)
{
	if (s->fault_count <= 0)
		return false;
	const char *f = s->fault;
	if (strcmp(f, "410") == 0 && !is_page)
		return false;
	*slow = strcmp(f, "slow") == 0;
	if (*slow) {
		s->fault_count--;
		return false;
	}
	if (strcmp(f, "429") == 0 || strcmp(f, "503") == 0) {
		a->status = f[0] == '4' ? 429 : 503;
		a->retry_s = 1;
		a->body = outcome_text("error", f[0] == '4' ? "throttled" : "transient", "fault");
	} else if (strcmp(f, "410") == 0) {
		a->status = 410;
		a->body = outcome_text("error", "processing", "the search has expired");
	} else if (strcmp(f, "html") == 0) {
		a->status = 200;
		a->type = HTML;
		a->body = strdup("<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>");
	} else {
		return false;
	}
	s->fault_count--;
	return true;
}

static void fault_after(struct fhir_server *s, struct answer *a)
{
	if (s->fault_count <= 0 || strcmp(s->fault, "truncate") != 0 || a->body == NULL)
		return;
	s->fault_count--;
	a->body[strlen(a->body) / 2] = '\0';
}

static void read_one(struct fhir_server *s, const char *type, const char *id,
	const char *none_match, struct answer *a)
{
	struct resource *r = store_find(s->searcher.store, type, id);
	if (r == NULL) {
		a->status = 404;
		a->body = outcome_text("error", "not-found", "no such resource");
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

static void patch_one(struct fhir_server *s, const char *type, const char *id,
	struct MHD_Connection *connection, const struct request *request, struct answer *a)
{
	struct resource *r = store_find(s->searcher.store, type, id);
	const char *content =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
	const char *match = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-Match");
	if (r == NULL) {
		a->status = 404;
		a->body = outcome_text("error", "not-found", "no such resource");
	} else if (content == NULL || strncmp(content, "application/json-patch+json", 27) != 0) {
		a->status = 415;
		a->body =
			outcome_text("error", "not-supported", "send application/json-patch+json");
	} else {
		a->status = patch_apply(r, request->body != NULL ? request->body : "", request->len,
			match, s->now_ms(s->context), &a->body);
		snprintf(a->etag, sizeof(a->etag), "W/\"%d\"", r->version);
	}
}

static void get(struct fhir_server *s, const char *path, const struct arguments *arguments,
	const char *none_match, struct answer *a)
{
	char type[32] = "", id[80] = "";
	int64_t now = s->now_ms(s->context);
	int parts = sscanf(path, "%31[A-Za-z]/%79[A-Za-z0-9.-]", type, id);
	if (parts < 1)
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
	const char *method, const struct request *request, struct answer *a, bool *slow)
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
	if (fault_before(s, *url == '\0', a, slow))
		return;
	char type[32] = "", id[80] = "";
	if (request->too_long) {
		a->status = 413;
	} else if (strcmp(method, "GET") == 0) {
		get(s, url, &arguments,
			MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match"),
			a);
	} else if (strcmp(method, "PATCH") == 0
		   && sscanf(url, "%31[A-Za-z]/%79[A-Za-z0-9.-]", type, id) == 2) {
		patch_one(s, type, id, connection, request, a);
	} else {
		a->status = 405;
		a->body = outcome_text("error", "not-supported", "GET, or PATCH of an appointment");
	}
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
	bool slow = false;
	pthread_mutex_lock(&s->lock);
	answer_locked(s, connection, url, method, *state, &a, &slow);
	pthread_mutex_unlock(&s->lock);
	if (slow)
		sleep(SLOW_S);
	return send_answer(connection, &a);
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

struct fhir_server *fhir_server_start(const struct day *day, uint16_t port,
	int64_t (*now_ms)(void *), void *context, struct error *err)
{
	struct fhir_server *s = calloc(1, sizeof(*s));
	if (s == NULL)
		abort();
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->now_ms = now_ms;
	s->context = context;
	pthread_mutex_init(&s->lock, NULL);
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
	if (server->daemon != NULL)
		MHD_stop_daemon(server->daemon);
	search_clear(&server->searcher);
	store_destroy(server->searcher.store);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
