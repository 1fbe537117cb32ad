/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stub/fhir_stub.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RULES = 64, REQUESTS = 512 };

struct fhir_stub {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	char base[64];
	struct stub_rule rules[RULES];
	int used[RULES], rule_count;
	char *requests[REQUESTS];
	int request_count;
	char authorization[256];
};

static const char empty_set[] = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\","
				"\"meta\":{\"lastUpdated\":\"2026-03-16T09:00:00Z\"},\"total\":0}";

static void *on_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
	(void)context;
	(void)connection;
	return strdup(uri);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **own,
	enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)connection;
	(void)code;
	free(*own);
	*own = NULL;
}

static struct stub_rule pick(struct fhir_stub *stub, const char *uri)
{
	struct stub_rule none = {.match = ""};
	for (int i = 0; i < stub->rule_count; i++) {
		struct stub_rule *rule = &stub->rules[i];
		if (strstr(uri, rule->match) == NULL
			|| (rule->uses > 0 && stub->used[i] >= rule->uses))
			continue;
		stub->used[i]++;
		return *rule;
	}
	return none;
}

/* The body with each %BASE% filled in; malloc'd. */
static char *fill(const struct fhir_stub *stub, const char *body)
{
	size_t room = strlen(body) + 1, n = 0;
	for (const char *p = body; (p = strstr(p, "%BASE%")) != NULL; p++)
		room += sizeof stub->base;
	char *out = malloc(room);
	while (out != NULL && *body != '\0') {
		if (strncmp(body, "%BASE%", 6) == 0) {
			n += (size_t)snprintf(out + n, room - n, "%s", stub->base);
			body += 6;
		} else {
			out[n++] = *body++;
		}
	}
	if (out != NULL)
		out[n] = '\0';
	return out;
}

static ssize_t read_then_drop(void *context, uint64_t at, char *buffer, size_t max)
{
	const char *body = context;
	size_t left = strlen(body) > at ? strlen(body) - (size_t)at : 0;
	if (left == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	left = left < max ? left : max;
	memcpy(buffer, body + at, left);
	return (ssize_t)left;
}

static struct MHD_Response *make_response(const struct stub_rule *rule, char *body)
{
	if (rule->cut > 0)
		return MHD_create_response_from_callback(
			strlen(body) + (size_t)rule->cut, 4096, read_then_drop, body, free);
	return MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **own)
{
	struct fhir_stub *stub = context;
	const char *uri = *own != NULL ? *own : url;
	(void)method;
	(void)version;
	(void)upload;
	(void)upload_size;
	pthread_mutex_lock(&stub->lock);
	if (stub->request_count < REQUESTS)
		stub->requests[stub->request_count++] = strdup(uri);
	const char *token =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
	snprintf(stub->authorization, sizeof stub->authorization, "%s", token ? token : "");
	struct stub_rule rule = pick(stub, uri);
	pthread_mutex_unlock(&stub->lock);
	if (rule.delay_ms > 0)
		usleep((useconds_t)rule.delay_ms * 1000);
	char *body = fill(stub, rule.body != NULL ? rule.body : empty_set);
	struct MHD_Response *response = make_response(&rule, body);
	MHD_add_response_header(
		response, "Content-Type", rule.type != NULL ? rule.type : "application/fhir+json");
	if (rule.header != NULL)
		MHD_add_response_header(response, rule.header, rule.value);
	enum MHD_Result result = MHD_queue_response(
		connection, rule.status != 0 ? (unsigned)rule.status : 200u, response);
	MHD_destroy_response(response);
	return result;
}

struct fhir_stub *fhir_stub_start(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct fhir_stub *stub = calloc(1, sizeof *stub);
	if (stub == NULL)
		return NULL;
	pthread_mutex_init(&stub->lock, NULL);
	stub->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL, 0, NULL,
		NULL, on_request, stub, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
		MHD_OPTION_URI_LOG_CALLBACK, on_uri, stub, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, stub, MHD_OPTION_END);
	const union MHD_DaemonInfo *info =
		stub->daemon != NULL ? MHD_get_daemon_info(stub->daemon, MHD_DAEMON_INFO_BIND_PORT)
				     : NULL;
	if (info == NULL) {
		fhir_stub_stop(stub);
		return NULL;
	}
	snprintf(stub->base, sizeof stub->base, "http://127.0.0.1:%u/fhir", info->port);
	return stub;
}

void fhir_stub_stop(struct fhir_stub *stub)
{
	if (stub == NULL)
		return;
	if (stub->daemon != NULL)
		MHD_stop_daemon(stub->daemon);
	for (int i = 0; i < stub->request_count; i++)
		free(stub->requests[i]);
	pthread_mutex_destroy(&stub->lock);
	free(stub);
}

const char *fhir_stub_base(const struct fhir_stub *stub)
{
	return stub->base;
}

void fhir_stub_rule(struct fhir_stub *stub, struct stub_rule rule)
{
	pthread_mutex_lock(&stub->lock);
	if (stub->rule_count < RULES)
		stub->rules[stub->rule_count++] = rule;
	pthread_mutex_unlock(&stub->lock);
}

void fhir_stub_clear(struct fhir_stub *stub)
{
	pthread_mutex_lock(&stub->lock);
	stub->rule_count = 0;
	memset(stub->used, 0, sizeof stub->used);
	pthread_mutex_unlock(&stub->lock);
}

int fhir_stub_hits(struct fhir_stub *stub, const char *part)
{
	int hits = 0;
	pthread_mutex_lock(&stub->lock);
	for (int i = 0; i < stub->request_count; i++)
		hits += strstr(stub->requests[i], part) != NULL;
	pthread_mutex_unlock(&stub->lock);
	return hits;
}

const char *fhir_stub_request(struct fhir_stub *stub, const char *part, int n)
{
	const char *found = "";
	pthread_mutex_lock(&stub->lock);
	for (int i = 0; i < stub->request_count; i++)
		if (strstr(stub->requests[i], part) != NULL && n-- == 0)
			found = stub->requests[i];
	pthread_mutex_unlock(&stub->lock);
	return found;
}

void fhir_stub_authorization(struct fhir_stub *stub, char *out, int size)
{
	pthread_mutex_lock(&stub->lock);
	snprintf(out, (size_t)size, "%s", stub->authorization);
	pthread_mutex_unlock(&stub->lock);
}
