/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/http_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * curl's multi interface driven by libev: one ev_io per socket curl opens, one
 * ev_timer for all its deadlines.
 */

enum { HEADER_SIZE = 256, HEADER_MAX = 250, RETRY_MAX_S = 86400 };

struct http_line {
	struct ev_loop *loop;
	CURLM *multi;
	ev_timer timer;
	struct request *requests;
	const struct http_options *options;
	bool dispatching, closed;
};

struct watcher {
	ev_io io;
	struct http_line *line;
	curl_socket_t socket;
};

struct request {
	struct http_line *line;
	CURL *easy;
	struct curl_slist *headers;
	struct request *next, **slot;
	http_done *done;
	void *context;
	char *form, *body;
	size_t len, room, max_bytes;
	bool too_large;
	char error[CURL_ERROR_SIZE];
};

/* -- requests ----------------------------------------------------------------- */

static void request_free(struct request *q)
{
	if (q->easy != NULL) {
		curl_multi_remove_handle(q->line->multi, q->easy);
		curl_easy_cleanup(q->easy);
	}
	if (q->slot != NULL) {
		*q->slot = q->next;
		if (q->next != NULL)
			q->next->slot = q->slot;
	}
	curl_slist_free_all(q->headers);
	/* A form holds a secret, and its answer a token. */
	if (q->form != NULL) {
		explicit_bzero(q->form, strlen(q->form));
		free(q->form);
		if (q->body != NULL)
			explicit_bzero(q->body, q->room);
	}
	free(q->body);
	free(q);
}

/* Not realloc, which would leave a token behind. */
static bool grow(struct request *q, size_t room)
{
	char *grown = malloc(room);
	if (grown == NULL)
		return false;
	if (q->body != NULL) {
		memcpy(grown, q->body, q->len);
		explicit_bzero(q->body, q->len);
	}
	free(q->body);
	q->body = grown;
	q->room = room;
	return true;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct request *q = context;
	size_t n = size * count;
	if (n > q->max_bytes - q->len) {
		q->too_large = true;
		return 0;
	}
	if (q->len + n + 1 > q->room && !grow(q, (q->len + n + 1) * 2))
		return 0;
	memcpy(q->body + q->len, data, n);
	q->len += n;
	q->body[q->len] = '\0';
	return n;
}

static const char *header(struct request *q, const char *name, char out[HEADER_SIZE])
{
	struct curl_header *h = NULL;
	out[0] = '\0';
	if (curl_easy_header(q->easy, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK)
		snprintf(out, HEADER_SIZE, "%.*s", HEADER_MAX, h->value);
	return out;
}

static double retry_after(struct request *q)
{
	char text[HEADER_SIZE];
	curl_off_t seconds = 0;
	/* Azure spoke only this one for years. */
	if (*header(q, "x-ms-retry-after-ms", text) != '\0') {
		double ms = strtod(text, NULL);
		return ms >= 0 && ms <= RETRY_MAX_S * 1000 ? ms / 1000 : -1;
	}
	if (*header(q, "Retry-After", text) == '\0')
		return -1;
	curl_easy_getinfo(q->easy, CURLINFO_RETRY_AFTER, &seconds);
	return seconds <= RETRY_MAX_S ? (double)seconds : RETRY_MAX_S;
}

/* Why there is no good answer, in words; "" when there is. */
static void explain(
	struct request *q, CURLcode code, long status, const char *location, char *out, size_t size)
{
	const char *says = q->error[0] != '\0' ? q->error : curl_easy_strerror(code);
	char words[256];
	out[0] = '\0';
	if (q->too_large)
		snprintf(out, size, "answer larger than %zu bytes", q->max_bytes);
	else if (code == CURLE_PARTIAL_FILE)
		snprintf(out, size, "answer was cut short");
	else if (code != CURLE_OK && http_tls_words(q->line->options, says, words, sizeof words))
		snprintf(out, size, "TLS: %s (%s)", words, says);
	else if (code != CURLE_OK)
		snprintf(out, size, "%s", says);
	else if (status >= 300 && status < 400 && status != 304)
		snprintf(out, size, "redirect to %.200s is not followed", location);
}

static void finish(struct request *q, CURLcode code)
{
	char type[HEADER_SIZE], etag[HEADER_SIZE], date[HEADER_SIZE], location[HEADER_SIZE];
	char why[CURL_ERROR_SIZE * 2 + 16];
	struct http_answer a = {.body = q->body != NULL ? q->body : "", .len = q->len};
	long status = 0, sent = 0;
	a.content_type = header(q, "Content-Type", type);
	a.etag = header(q, "ETag", etag);
	/* Half of a version is none. */
	if (strlen(etag) >= HEADER_MAX)
		etag[0] = '\0';
	a.date = header(q, "Date", date);
	a.location = header(q, "Location", location);
	a.retry_after_s = retry_after(q);
	curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(q->easy, CURLINFO_REQUEST_SIZE, &sent);
	a.status = code == CURLE_OK ? (int)status : 0;
	a.sent = sent > 0;
	explain(q, code, status, location, why, sizeof why);
	a.error = why;
	q->done(q->context, &a);
	request_free(q);
}

static void line_free(struct http_line *line);

static void collect(struct http_line *line)
{
	CURLMsg *message;
	int left;
	line->dispatching = true;
	while (!line->closed && (message = curl_multi_info_read(line->multi, &left)) != NULL) {
		struct request *q = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&q);
		finish(q, message->data.result);
	}
	line->dispatching = false;
	if (line->closed)
		line_free(line);
}

/* -- libev ---------------------------------------------------------------------- */

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct http_line *line = timer->data;
	int running;
	(void)events;
	ev_timer_stop(loop, timer);
	curl_multi_socket_action(line->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(line);
}

static int on_timeout(CURLM *multi, long ms, void *context)
{
	struct http_line *line = context;
	(void)multi;
	ev_timer_stop(line->loop, &line->timer);
	if (ms >= 0) {
		ev_now_update(line->loop);
		ev_timer_set(&line->timer, (double)ms / 1000, 0.);
		ev_timer_start(line->loop, &line->timer);
	}
	return 0;
}

static void on_io(struct ev_loop *loop, ev_io *io, int events)
{
	struct watcher *watcher = io->data;
	struct http_line *line = watcher->line;
	int running, mask = (events & EV_READ ? CURL_CSELECT_IN : 0)
			    | (events & EV_WRITE ? CURL_CSELECT_OUT : 0);
	(void)loop;
	curl_multi_socket_action(line->multi, watcher->socket, mask, &running);
	collect(line);
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *own)
{
	struct http_line *line = context;
	struct watcher *watcher = own;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watcher != NULL)
			ev_io_stop(line->loop, &watcher->io);
		free(watcher);
		curl_multi_assign(line->multi, socket, NULL);
		return 0;
	}
	if (watcher == NULL) {
		watcher = calloc(1, sizeof *watcher);
		if (watcher == NULL)
			return -1;
		watcher->line = line;
		watcher->socket = socket;
		ev_init(&watcher->io, on_io);
		watcher->io.data = watcher;
		curl_multi_assign(line->multi, socket, watcher);
	}
	ev_io_stop(line->loop, &watcher->io);
	ev_io_set(&watcher->io, socket,
		(what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
	ev_io_start(line->loop, &watcher->io);
	return 0;
}

/* -- life ------------------------------------------------------------------------- */

struct http_line *http_line_open(
	struct ev_loop *loop, const struct http_options *options, struct error *err)
{
	struct http_line *line = calloc(1, sizeof *line);
	if (line == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK
		|| (line->multi = curl_multi_init()) == NULL) {
		free(line);
		error_set(err, -ENOMEM, "libcurl cannot be started");
		return NULL;
	}
	line->loop = loop;
	line->options = options;
	ev_init(&line->timer, on_timer);
	line->timer.data = line;
	curl_multi_setopt(line->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(line->multi, CURLMOPT_SOCKETDATA, line);
	curl_multi_setopt(line->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(line->multi, CURLMOPT_TIMERDATA, line);
	return line;
}

static void line_free(struct http_line *line)
{
	while (line->requests != NULL)
		request_free(line->requests);
	curl_multi_cleanup(line->multi);
	ev_timer_stop(line->loop, &line->timer);
	free(line);
}

void http_line_close(struct http_line *line)
{
	if (line == NULL)
		return;
	/* From inside an answer: curl is on the stack, so only mark it. */
	line->closed = true;
	if (!line->dispatching)
		line_free(line);
}

/* -- a new request ------------------------------------------------------------------ */

static void set_options(struct request *q, const struct http_ask *ask, bool loopback)
{
	const struct http_options *o = q->line->options;
	CURL *e = q->easy;
	curl_easy_setopt(e, CURLOPT_URL, ask->url);
	curl_easy_setopt(e, CURLOPT_PRIVATE, q);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, q->error);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, q->headers);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, q);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(o->deadline_s * 1000));
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)(o->deadline_s * 500));
	curl_easy_setopt(e, CURLOPT_USERAGENT, o->user_agent != NULL ? o->user_agent : "vigie");
	if (loopback)
		curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	if (q->form != NULL)
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, q->form);
	if (ask->method != NULL)
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, ask->method);
	if (ask->once)
		curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
	http_tls_set(e, o);
}

static void set_identity(CURL *e, const struct http_ask *ask)
{
	if (ask->bearer != NULL) {
		curl_easy_setopt(e, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(e, CURLOPT_XOAUTH2_BEARER, ask->bearer);
	} else if (ask->user != NULL) {
		curl_easy_setopt(e, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(e, CURLOPT_USERNAME, ask->user);
		curl_easy_setopt(e, CURLOPT_PASSWORD, ask->password);
	}
}

static void add_header(struct request *q, const char *name, const char *value)
{
	char line[HEADER_SIZE + 32];
	snprintf(line, sizeof line, "%s: %.250s", name, value);
	struct curl_slist *longer = curl_slist_append(q->headers, line);
	if (longer != NULL)
		q->headers = longer;
}

static void add_headers(struct request *q, const struct http_ask *ask)
{
	const struct {
		const char *name, *value;
	} given[] = {
		{"Accept", ask->accept},
		/* HAPI repeats a cached result for a minute otherwise. */
		{"Cache-Control", "no-cache"},
		{"If-None-Match", ask->if_none_match},
		{"Content-Type", ask->form != NULL ? ask->type : NULL},
		{"Idempotency-Key", ask->idempotency_key},
		{"If-Match", ask->if_match},
		{"If-None-Exist", ask->if_none_exist},
		{"X-Request-Id", ask->request_id},
		/* No "100 Continue": its refusal would send the body again. */
		{"Expect", ask->once ? "" : NULL},
	};
	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		if (given[i].value != NULL && strpbrk(given[i].value, "\r\n") == NULL)
			add_header(q, given[i].name, given[i].value);
}

static struct request *request_make(
	struct http_line *line, const struct http_ask *ask, bool loopback)
{
	struct request *q = calloc(1, sizeof *q);
	if (q == NULL)
		return NULL;
	q->line = line;
	q->max_bytes = ask->max_bytes;
	q->easy = curl_easy_init();
	q->form = ask->form != NULL ? strdup(ask->form) : NULL;
	if (q->easy == NULL || (ask->form != NULL && q->form == NULL)) {
		request_free(q);
		return NULL;
	}
	add_headers(q, ask);
	set_options(q, ask, loopback);
	set_identity(q->easy, ask);
	return q;
}

int http_send(struct http_line *line, const struct http_ask *ask, http_done *done, void *context,
	struct error *err)
{
	bool loopback;
	int rc = http_url_check(ask->url, line->options->insecure, &loopback, err);
	if (rc < 0)
		return rc;
	struct request *q = request_make(line, ask, loopback);
	if (q == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	q->done = done;
	q->context = context;
	if (curl_multi_add_handle(line->multi, q->easy) != CURLM_OK) {
		request_free(q);
		return error_set(err, -EIO, "libcurl refuses the request");
	}
	q->next = line->requests;
	q->slot = &line->requests;
	if (q->next != NULL)
		q->next->slot = &q->next;
	line->requests = q;
	return 0;
}
