/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * curl's multi interface driven by libev: one ev_io per socket curl opens, one
 * ev_timer for all its deadlines.
 */

enum { HEADER_SIZE = 256, TOKEN_MAX = 16384 };

struct http {
	struct ev_loop *loop;
	CURLM *multi;
	ev_timer timer;
	struct request *requests;
	char *ca_file, *cert_file, *key_file, *bearer_file, *user_agent;
	char *origin; /* of the first request: the token goes nowhere else */
	bool insecure;
	double deadline_s;
	size_t max_bytes;
	bool dispatching, dead;
};

struct watcher {
	ev_io io;
	struct http *http;
	curl_socket_t socket;
};

struct request {
	struct http *http;
	CURL *easy;
	struct curl_slist *headers;
	struct request *next, **slot;
	http_done *done;
	void *context;
	char *body;
	size_t len, room;
	bool too_large;
	char error[CURL_ERROR_SIZE];
};

/* -- URLs ------------------------------------------------------------------- */

static char *part(CURLU *url, CURLUPart what)
{
	char *text = NULL;
	return curl_url_get(url, what, &text, CURLU_DEFAULT_PORT) == CURLUE_OK ? text : NULL;
}

static CURLU *parse(const char *text)
{
	CURLU *url = curl_url();
	if (url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) {
		curl_url_cleanup(url);
		url = NULL;
	}
	return url;
}

bool http_same_origin(const char *a, const char *b)
{
	static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
	CURLU *first = parse(a), *second = parse(b);
	bool same = first != NULL && second != NULL;
	for (size_t i = 0; same && i < sizeof parts / sizeof *parts; i++) {
		char *x = part(first, parts[i]), *y = part(second, parts[i]);
		same = x != NULL && y != NULL && strcasecmp(x, y) == 0;
		curl_free(x);
		curl_free(y);
	}
	curl_url_cleanup(first);
	curl_url_cleanup(second);
	return same;
}

/* "fqs.example.com/rest" has no scheme: curl would take it for a path on the
 * same host and ask the wrong server. */
static bool looks_schemeless(const char *link)
{
	size_t n = strcspn(link, "/?#");
	if (n == 0 || strstr(link, "://") != NULL || link[0] == '.')
		return false;
	return memchr(link, '.', n) != NULL || memchr(link, ':', n) != NULL;
}

bool http_resolve(const char *base, const char *link, char *out, size_t size)
{
	if (*link == '\0' || looks_schemeless(link))
		return false;
	CURLU *url = parse(base);
	char *whole = NULL, *scheme = NULL;
	bool good = url != NULL && curl_url_set(url, CURLUPART_URL, link, 0) == CURLUE_OK
		    && curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK
		    && (scheme = part(url, CURLUPART_SCHEME)) != NULL
		    && (strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0)
		    && strlen(whole) < size;
	if (good)
		memcpy(out, whole, strlen(whole) + 1);
	curl_free(whole);
	curl_free(scheme);
	curl_url_cleanup(url);
	return good;
}

static bool is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0
	       || (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

/* 0 and *loopback, or why this URL is not asked. */
static int check_url(const struct http *http, const char *text, bool *loopback, struct error *err)
{
	CURLU *url = parse(text);
	char *scheme = url != NULL ? part(url, CURLUPART_SCHEME) : NULL;
	char *host = url != NULL ? part(url, CURLUPART_HOST) : NULL;
	char *user = url != NULL ? part(url, CURLUPART_USER) : NULL;
	int rc = 0;
	*loopback = host != NULL && is_loopback(host);
	if (scheme == NULL || host == NULL)
		rc = error_set(err, -EINVAL, "not a URL: %.200s", text);
	else if (user != NULL)
		rc = error_set(err, -EINVAL, "a user name in the URL is refused; use a token file");
	else if (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0)
		rc = error_set(err, -EINVAL, "only http and https: %.200s", text);
	else if (strcasecmp(scheme, "http") == 0 && !*loopback && !http->insecure)
		rc = error_set(err, -EPERM,
			"plain http to %.100s is refused (https, or --insecure)", host);
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(url);
	return rc;
}

int http_check(const struct http *http, const char *url, struct error *err)
{
	bool loopback;
	return check_url(http, url, &loopback, err);
}

/* -- requests ----------------------------------------------------------------- */

static void request_free(struct request *q)
{
	if (q->easy != NULL) {
		curl_multi_remove_handle(q->http->multi, q->easy);
		curl_easy_cleanup(q->easy);
	}
	if (q->slot != NULL) {
		*q->slot = q->next;
		if (q->next != NULL)
			q->next->slot = q->slot;
	}
	curl_slist_free_all(q->headers);
	free(q->body);
	free(q);
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct request *q = context;
	size_t n = size * count;
	if (n > q->http->max_bytes - q->len) {
		q->too_large = true;
		return 0;
	}
	if (q->len + n + 1 > q->room) {
		size_t room = (q->len + n + 1) * 2;
		char *grown = realloc(q->body, room);
		if (grown == NULL)
			return 0;
		q->body = grown;
		q->room = room;
	}
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
		snprintf(out, HEADER_SIZE, "%.250s", h->value);
	return out;
}

static double retry_after(struct request *q)
{
	char text[HEADER_SIZE];
	curl_off_t seconds = 0;
	/* Azure spoke only this one for years. */
	if (*header(q, "x-ms-retry-after-ms", text) != '\0')
		return strtod(text, NULL) / 1000;
	if (*header(q, "Retry-After", text) == '\0')
		return -1;
	curl_easy_getinfo(q->easy, CURLINFO_RETRY_AFTER, &seconds);
	return (double)seconds;
}

static void finish(struct request *q, CURLcode code)
{
	char type[HEADER_SIZE], etag[HEADER_SIZE], date[HEADER_SIZE], location[HEADER_SIZE];
	char why[CURL_ERROR_SIZE + 64] = "";
	struct http_answer a = {.body = q->body != NULL ? q->body : "", .len = q->len};
	long status = 0;
	a.content_type = header(q, "Content-Type", type);
	a.etag = header(q, "ETag", etag);
	a.date = header(q, "Date", date);
	a.location = header(q, "Location", location);
	a.retry_after_s = retry_after(q);
	curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &status);
	a.status = code == CURLE_OK ? (int)status : 0;
	if (q->too_large)
		snprintf(why, sizeof why, "answer larger than %zu bytes", q->http->max_bytes);
	else if (code == CURLE_PARTIAL_FILE)
		snprintf(why, sizeof why, "answer was cut short");
	else if (code != CURLE_OK)
		snprintf(why, sizeof why, "%s",
			q->error[0] != '\0' ? q->error : curl_easy_strerror(code));
	else if (status >= 300 && status < 400 && status != 304)
		snprintf(why, sizeof why, "redirect to %.200s is not followed", location);
	a.error = why;
	q->done(q->context, &a);
	request_free(q);
}

static void http_free(struct http *http);

static void collect(struct http *http)
{
	CURLMsg *message;
	int left;
	http->dispatching = true;
	while (!http->dead && (message = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct request *q = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&q);
		finish(q, message->data.result);
	}
	http->dispatching = false;
	if (http->dead)
		http_free(http);
}

/* -- libev ---------------------------------------------------------------------- */

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct http *http = timer->data;
	int running;
	(void)events;
	ev_timer_stop(loop, timer);
	curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(http);
}

static int on_timeout(CURLM *multi, long ms, void *context)
{
	struct http *http = context;
	(void)multi;
	ev_timer_stop(http->loop, &http->timer);
	if (ms >= 0) {
		ev_now_update(http->loop);
		ev_timer_set(&http->timer, (double)ms / 1000, 0.);
		ev_timer_start(http->loop, &http->timer);
	}
	return 0;
}

static void on_io(struct ev_loop *loop, ev_io *io, int events)
{
	struct watcher *watcher = io->data;
	struct http *http = watcher->http;
	int running, mask = (events & EV_READ ? CURL_CSELECT_IN : 0)
			    | (events & EV_WRITE ? CURL_CSELECT_OUT : 0);
	(void)loop;
	curl_multi_socket_action(http->multi, watcher->socket, mask, &running);
	collect(http);
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *own)
{
	struct http *http = context;
	struct watcher *watcher = own;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watcher != NULL)
			ev_io_stop(http->loop, &watcher->io);
		free(watcher);
		curl_multi_assign(http->multi, socket, NULL);
		return 0;
	}
	if (watcher == NULL) {
		watcher = calloc(1, sizeof *watcher);
		if (watcher == NULL)
			return -1;
		watcher->http = http;
		watcher->socket = socket;
		ev_init(&watcher->io, on_io);
		watcher->io.data = watcher;
		curl_multi_assign(http->multi, socket, watcher);
	}
	ev_io_stop(http->loop, &watcher->io);
	ev_io_set(&watcher->io, socket,
		(what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
	ev_io_start(http->loop, &watcher->io);
	return 0;
}

/* -- life ------------------------------------------------------------------------- */

static char *copy(const char *text)
{
	return text != NULL && *text != '\0' ? strdup(text) : NULL;
}

static int check_readable(const char *what, const char *path, struct error *err)
{
	if (path != NULL && access(path, R_OK) != 0)
		return error_set(err, -errno, "%s %s: %s", what, path, strerror(errno));
	return 0;
}

struct http *http_create(
	struct ev_loop *loop, const struct http_options *options, struct error *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		error_set(err, -EIO, "libcurl cannot be started");
		return NULL;
	}
	if (check_readable("CA file", options->ca_file, err) < 0
		|| check_readable("certificate", options->cert_file, err) < 0
		|| check_readable("key", options->key_file, err) < 0)
		return NULL;
	struct http *http = calloc(1, sizeof *http);
	if (http == NULL || (http->multi = curl_multi_init()) == NULL) {
		free(http);
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	http->loop = loop;
	http->ca_file = copy(options->ca_file);
	http->cert_file = copy(options->cert_file);
	http->key_file = copy(options->key_file);
	http->bearer_file = copy(options->bearer_file);
	http->user_agent = copy(options->user_agent);
	http->insecure = options->insecure;
	http->deadline_s = options->deadline_s > 0 ? options->deadline_s : 20;
	http->max_bytes = options->max_bytes > 0 ? options->max_bytes : (size_t)8 << 20;
	ev_init(&http->timer, on_timer);
	http->timer.data = http;
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	return http;
}

static void http_free(struct http *http)
{
	while (http->requests != NULL)
		request_free(http->requests);
	curl_multi_cleanup(http->multi);
	ev_timer_stop(http->loop, &http->timer);
	free(http->ca_file);
	free(http->cert_file);
	free(http->key_file);
	free(http->bearer_file);
	free(http->user_agent);
	free(http->origin);
	free(http);
}

void http_destroy(struct http *http)
{
	if (http == NULL)
		return;
	/* From inside an answer: curl is on the stack, so only mark it. */
	http->dead = true;
	if (!http->dispatching)
		http_free(http);
}

/* The token is read anew each time (rotation) and wiped at once. */
static int set_token(struct request *q, const char *path, struct error *err)
{
	char token[TOKEN_MAX];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set(err, -errno, "token file %s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0) {
		close(fd);
		return error_set(err, -EPERM, "token file %s is open to others: chmod 600", path);
	}
	ssize_t n = read(fd, token, sizeof token - 1);
	close(fd);
	if (n <= 0)
		return error_set(err, -EINVAL, "token file %s is empty", path);
	token[n] = '\0';
	token[strcspn(token, " \t\r\n")] = '\0';
	curl_easy_setopt(q->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
	curl_easy_setopt(q->easy, CURLOPT_XOAUTH2_BEARER, token);
	explicit_bzero(token, sizeof token);
	return 0;
}

static void set_options(struct request *q, const char *url, bool loopback)
{
	const struct http *http = q->http;
	CURL *e = q->easy;
	curl_easy_setopt(e, CURLOPT_URL, url);
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
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(http->deadline_s * 1000));
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)(http->deadline_s * 500));
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(
		e, CURLOPT_USERAGENT, http->user_agent != NULL ? http->user_agent : "vigie");
	if (loopback)
		curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	if (http->ca_file != NULL)
		curl_easy_setopt(e, CURLOPT_CAINFO, http->ca_file);
	if (http->cert_file != NULL)
		curl_easy_setopt(e, CURLOPT_SSLCERT, http->cert_file);
	if (http->key_file != NULL)
		curl_easy_setopt(e, CURLOPT_SSLKEY, http->key_file);
}

static void add_header(struct request *q, const char *line)
{
	struct curl_slist *longer = curl_slist_append(q->headers, line);
	if (longer != NULL)
		q->headers = longer;
}

static void add_headers(struct request *q, const char *if_none_match)
{
	char line[HEADER_SIZE + 32];
	add_header(q, "Accept: application/fhir+json");
	/* HAPI repeats a cached result for a minute otherwise. */
	add_header(q, "Cache-Control: no-cache");
	if (if_none_match != NULL && strpbrk(if_none_match, "\r\n") == NULL) {
		snprintf(line, sizeof line, "If-None-Match: %.250s", if_none_match);
		add_header(q, line);
	}
}

int http_get(struct http *http, const char *url, const char *if_none_match, http_done *done,
	void *context, struct error *err)
{
	bool loopback;
	int rc = check_url(http, url, &loopback, err);
	if (rc < 0)
		return rc;
	if (http->origin == NULL)
		http->origin = strdup(url);
	struct request *q = calloc(1, sizeof *q);
	if (q == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	q->http = http;
	q->done = done;
	q->context = context;
	q->easy = curl_easy_init();
	if (q->easy == NULL) {
		request_free(q);
		return error_set(err, -ENOMEM, "out of memory");
	}
	add_headers(q, if_none_match);
	set_options(q, url, loopback);
	if (http->bearer_file != NULL && http->origin != NULL
		&& http_same_origin(http->origin, url))
		rc = set_token(q, http->bearer_file, err);
	if (rc == 0 && curl_multi_add_handle(http->multi, q->easy) != CURLM_OK)
		rc = error_set(err, -EIO, "libcurl refuses the request");
	if (rc < 0) {
		request_free(q);
		return rc;
	}
	q->next = http->requests;
	q->slot = &http->requests;
	if (q->next != NULL)
		q->next->slot = &q->next;
	http->requests = q;
	return 0;
}
