/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stub/hook.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct hook {
	struct MHD_Daemon *server;
	char *cert, *key;
	char url[64];
	pthread_mutex_t lock;
	struct hook_letter letters[HOOK_LETTERS];
	int count;
	int status, answers; /* the next `answers` are answered so */
	char retry_after[16];
	void (*before)(void *context);
	void *context;
};

static int64_t hook_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void keep(char *out, size_t size, struct MHD_Connection *c, const char *name)
{
	const char *value = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
	snprintf(out, size, "%s", value != NULL ? value : "");
}

static enum MHD_Result reply(struct hook *h, struct MHD_Connection *c, struct hook_letter *l)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		2, (void *)(uintptr_t) "ok", MHD_RESPMEM_PERSISTENT);
	void (*before)(void *);
	pthread_mutex_lock(&h->lock);
	l->status = h->answers > 0 ? h->status : 200;
	if (h->answers > 0 && h->retry_after[0] != '\0')
		MHD_add_response_header(r, "Retry-After", h->retry_after);
	h->answers -= h->answers > 0;
	l->at_ms = hook_now();
	if (h->count < HOOK_LETTERS)
		h->letters[h->count++] = *l;
	before = h->before;
	pthread_mutex_unlock(&h->lock);
	if (before != NULL)
		before(h->context);
	enum MHD_Result queued = MHD_queue_response(c, (unsigned)l->status, r);
	MHD_destroy_response(r);
	return queued;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **own)
{
	struct hook_letter *l = *own;
	(void)version;
	(void)method;
	if (l == NULL) {
		*own = l = calloc(1, sizeof *l);
		return l != NULL ? MHD_YES : MHD_NO;
	}
	if (*size > 0) {
		size_t n = strlen(l->body);
		snprintf(l->body + n, sizeof l->body - n, "%.*s", (int)*size, data);
		*size = 0;
		return MHD_YES;
	}
	snprintf(l->path, sizeof l->path, "%s", url);
	keep(l->key, sizeof l->key, c, "Idempotency-Key");
	keep(l->type, sizeof l->type, c, "Content-Type");
	keep(l->bearer, sizeof l->bearer, c, "Authorization");
	return reply(context, c, l);
}

static void on_completed(
	void *context, struct MHD_Connection *c, void **own, enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)c;
	(void)code;
	free(*own);
}

static char *whole_file(const char *path)
{
	FILE *file = path != NULL ? fopen(path, "r") : NULL;
	char *text = file != NULL ? calloc(1, 16384) : NULL;
	if (text != NULL && fread(text, 1, 16383, file) == 0)
		text[0] = '\0';
	if (file != NULL)
		fclose(file);
	return text;
}

struct hook *hook_start(const char *cert, const char *key)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct hook *h = calloc(1, sizeof *h);
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	pthread_mutex_init(&h->lock, NULL);
	h->cert = whole_file(cert);
	h->key = whole_file(key);
	struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, h->cert},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, h->key}, {MHD_OPTION_END, 0, NULL}};
	if (h->cert == NULL)
		tls[0].option = MHD_OPTION_END;
	h->server = MHD_start_daemon(flags | (h->cert != NULL ? MHD_USE_TLS : 0), 0, NULL, NULL,
		on_request, h, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, NULL, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (h->server == NULL) {
		hook_stop(h);
		return NULL;
	}
	snprintf(h->url, sizeof h->url, "http%s://127.0.0.1:%d/hook", h->cert != NULL ? "s" : "",
		MHD_get_daemon_info(h->server, MHD_DAEMON_INFO_BIND_PORT)->port);
	return h;
}

void hook_stop(struct hook *h)
{
	if (h->server != NULL)
		MHD_stop_daemon(h->server);
	pthread_mutex_destroy(&h->lock);
	free(h->cert);
	free(h->key);
	free(h);
}

const char *hook_url(const struct hook *h)
{
	return h->url;
}

void hook_answer(struct hook *h, int status, int count, const char *retry_after)
{
	pthread_mutex_lock(&h->lock);
	h->status = status;
	h->answers = count;
	snprintf(h->retry_after, sizeof h->retry_after, "%s",
		retry_after != NULL ? retry_after : "");
	pthread_mutex_unlock(&h->lock);
}

void hook_before(struct hook *h, void (*before)(void *context), void *context)
{
	pthread_mutex_lock(&h->lock);
	h->before = before;
	h->context = context;
	pthread_mutex_unlock(&h->lock);
}

int hook_count(struct hook *h)
{
	pthread_mutex_lock(&h->lock);
	int count = h->count;
	pthread_mutex_unlock(&h->lock);
	return count;
}

int hook_distinct(struct hook *h)
{
	int distinct = 0;
	pthread_mutex_lock(&h->lock);
	for (int i = 0; i < h->count; i++) {
		bool first = h->letters[i].status / 100 == 2;
		for (int k = 0; first && k < i; k++)
			first = h->letters[k].status / 100 != 2
				|| strcmp(h->letters[k].key, h->letters[i].key) != 0;
		distinct += first;
	}
	pthread_mutex_unlock(&h->lock);
	return distinct;
}

struct hook_letter hook_letter(struct hook *h, int n)
{
	struct hook_letter none = {.path = ""};
	pthread_mutex_lock(&h->lock);
	if (n < h->count)
		none = h->letters[n];
	pthread_mutex_unlock(&h->lock);
	return none;
}
