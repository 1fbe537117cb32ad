/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stub/fhir_stub.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RULES = 64, REQUESTS = 2048, HEAD_SIZE = 65536 };

struct fhir_stub {
	int listener;
	pthread_t thread;
	bool running;
	atomic_bool stop;
	pthread_mutex_t lock;
	char base[64];
	struct stub_rule rules[RULES];
	int used[RULES], rule_count;
	char *requests[REQUESTS];
	int request_count;
	char head[HEAD_SIZE]; /* of the last request */
};

static const char empty_set[] = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\","
				"\"meta\":{\"lastUpdated\":\"2026-03-16T09:00:00Z\"},\"total\":0}";

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

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

static void answer(struct fhir_stub *stub, int fd, const struct stub_rule *rule)
{
	if (rule->raw != NULL) {
		size_t len = rule->raw_len > 0 ? (size_t)rule->raw_len : strlen(rule->raw);
		send_all(fd, rule->raw, len);
		return;
	}
	char *body = fill(stub, rule->body != NULL ? rule->body : empty_set);
	char head[1024];
	int n = snprintf(head, sizeof head,
		"HTTP/1.1 %d Stub\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s%s%s%s"
		"Connection: close\r\n\r\n",
		rule->status != 0 ? rule->status : 200,
		rule->type != NULL ? rule->type : "application/fhir+json",
		strlen(body) + (size_t)rule->cut, rule->header != NULL ? rule->header : "",
		rule->header != NULL ? ": " : "", rule->header != NULL ? rule->value : "",
		rule->header != NULL ? "\r\n" : "");
	send_all(fd, head, (size_t)n);
	send_all(fd, body, strlen(body));
	free(body);
}

/* Everything up to the empty line; false when the client went away. */
static bool read_head(int fd, char *head)
{
	size_t n = 0;
	while (n < HEAD_SIZE - 1) {
		ssize_t got = recv(fd, head + n, HEAD_SIZE - 1 - n, 0);
		if (got <= 0)
			return false;
		n += (size_t)got;
		head[n] = '\0';
		if (strstr(head, "\r\n\r\n") != NULL)
			return true;
	}
	return false;
}

static void serve_one(struct fhir_stub *stub, int fd)
{
	static _Thread_local char head[HEAD_SIZE];
	if (!read_head(fd, head))
		return;
	const char *begin = strchr(head, ' ');
	size_t len = begin != NULL ? strcspn(begin + 1, " \r") : 0;
	char *uri = begin != NULL ? strndup(begin + 1, len) : strdup("");
	pthread_mutex_lock(&stub->lock);
	memcpy(stub->head, head, sizeof stub->head);
	struct stub_rule rule = pick(stub, uri);
	if (stub->request_count < REQUESTS)
		stub->requests[stub->request_count++] = uri;
	else
		free(uri);
	pthread_mutex_unlock(&stub->lock);
	if (rule.delay_ms > 0)
		usleep((useconds_t)rule.delay_ms * 1000);
	answer(stub, fd, &rule);
	/* Let the client read it all: a close with unread input would reset. */
	shutdown(fd, SHUT_WR);
}

static void *serve(void *context)
{
	struct fhir_stub *stub = context;
	while (!atomic_load(&stub->stop)) {
		struct pollfd wait = {.fd = stub->listener, .events = POLLIN};
		if (poll(&wait, 1, 20) <= 0)
			continue;
		int fd = accept(stub->listener, NULL, NULL);
		if (fd < 0)
			continue;
		struct timeval patience = {.tv_sec = 5};
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		serve_one(stub, fd);
		close(fd);
	}
	return NULL;
}

struct fhir_stub *fhir_stub_start(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	struct fhir_stub *stub = calloc(1, sizeof *stub);
	if (stub == NULL)
		return NULL;
	pthread_mutex_init(&stub->lock, NULL);
	stub->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (stub->listener < 0
		|| bind(stub->listener, (struct sockaddr *)&address, sizeof address) != 0
		|| listen(stub->listener, 64) != 0
		|| getsockname(stub->listener, (struct sockaddr *)&address, &size) != 0
		|| pthread_create(&stub->thread, NULL, serve, stub) != 0) {
		fhir_stub_stop(stub);
		return NULL;
	}
	stub->running = true;
	snprintf(stub->base, sizeof stub->base, "http://127.0.0.1:%u/fhir",
		(unsigned)ntohs(address.sin_port));
	return stub;
}

void fhir_stub_stop(struct fhir_stub *stub)
{
	if (stub == NULL)
		return;
	atomic_store(&stub->stop, true);
	if (stub->running)
		pthread_join(stub->thread, NULL);
	if (stub->listener >= 0)
		close(stub->listener);
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

void fhir_stub_header(struct fhir_stub *stub, const char *name, char *out, int size)
{
	size_t n = strlen(name);
	out[0] = '\0';
	pthread_mutex_lock(&stub->lock);
	for (const char *p = strstr(stub->head, "\r\n"); p != NULL && p[2] != '\r';
		p = strstr(p + 2, "\r\n")) {
		if (strncasecmp(p + 2, name, n) != 0 || p[2 + n] != ':')
			continue;
		const char *value = p + 3 + n + strspn(p + 3 + n, " ");
		snprintf(out, (size_t)size, "%.*s", (int)strcspn(value, "\r"), value);
		break;
	}
	pthread_mutex_unlock(&stub->lock);
}

void fhir_stub_authorization(struct fhir_stub *stub, char *out, int size)
{
	fhir_stub_header(stub, "Authorization", out, size);
}
