/* SPDX-License-Identifier: Apache-2.0 */
#include "src/http_door.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "feeds/mqtt_address.h"
#include "feeds/ring.h"
#include "feeds/secret.h"
#include "src/suite_clock.h"
#include "twin/text.h"

enum {
	BODY_MAX = 256 * 1024,
	TOPIC_MAX = 512,
	CONNECTIONS = 64,
	IDLE_S = 15,
	REQUEST_MS = 30000, /* a body that trickles in is cut off */
	DRAIN_MS = 5,       /* the loop's share per turn, as MQTT's */
	CERTIFICATE_MOST = 65536,
};

struct http_door {
	struct ev_loop *loop;
	struct MHD_Daemon *daemon;
	const struct press_table *presses;
	mqtt_commit *commit;
	mqtt_message *message;
	int64_t (*now_ms)(void *);
	void *context;
	ev_async wake;
	char name[LABEL_SIZE];
	char *certificate, *key;
	unsigned char token[SHA256_DIGEST_LENGTH];
	bool guarded, insecure;
	/* loop side */
	int64_t since_ms, last_ms;
	uint64_t messages, bytes;
	/* shared */
	struct ring *ring;
	atomic_uint_fast64_t refused, too_large;
	pthread_mutex_t error_lock;
	char error[LABEL_SIZE];
};

struct request {
	char *body;
	size_t len;
	bool too_large;
	int64_t began_mono;
};

/* --- the server's thread --- */

static void set_error(struct http_door *d, const char *text)
{
	pthread_mutex_lock(&d->error_lock);
	text_neutralise(d->error, sizeof d->error, text, strlen(text));
	pthread_mutex_unlock(&d->error_lock);
}

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *text,
	const char *header, const char *value)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, "Content-Type", "text/plain; charset=utf-8");
	if (header != NULL)
		MHD_add_response_header(r, header, value);
	enum MHD_Result rc = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result refuse(
	struct http_door *d, struct MHD_Connection *c, unsigned status, const char *why)
{
	const char *header = status == MHD_HTTP_UNAUTHORIZED          ? "WWW-Authenticate"
			     : status == MHD_HTTP_METHOD_NOT_ALLOWED  ? "Allow"
			     : status == MHD_HTTP_SERVICE_UNAVAILABLE ? "Retry-After"
								      : NULL;
	const char *value = status == MHD_HTTP_UNAUTHORIZED         ? "Bearer"
			    : status == MHD_HTTP_METHOD_NOT_ALLOWED ? "POST, GET"
								    : "1";
	atomic_fetch_add(&d->refused, 1);
	set_error(d, why);
	return answer(c, status, why, header, value);
}

/* By digests of one size, so that time tells nothing of the token. */
static bool may_enter(const struct http_door *d, struct MHD_Connection *c)
{
	const char *given = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Authorization");
	unsigned char digest[SHA256_DIGEST_LENGTH];
	if (!d->guarded)
		return true;
	if (given == NULL || strncasecmp(given, "Bearer ", 7) != 0)
		return false;
	SHA256((const unsigned char *)given + 7, strlen(given + 7), digest);
	return CRYPTO_memcmp(digest, d->token, sizeof digest) == 0;
}

static const char *header_of(struct MHD_Connection *c, const char *name)
{
	const char *value = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
	return value != NULL ? value : "";
}

/* Before the body: 0 to go on, else the status to answer. */
static unsigned judge_header(
	const struct http_door *d, struct MHD_Connection *c, const char *method, const char **why)
{
	*why = "only POST is taken here\n";
	if (strcmp(method, "POST") != 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	*why = "no token, or a wrong one\n";
	if (!may_enter(d, c))
		return MHD_HTTP_UNAUTHORIZED;
	/* A page in somebody's browser is no gateway. */
	*why = "requests from web pages are not taken\n";
	if (header_of(c, "Origin")[0] != '\0')
		return MHD_HTTP_FORBIDDEN;
	*why = "compressed bodies are not taken\n";
	if (header_of(c, "Content-Encoding")[0] != '\0'
		&& strcasecmp(header_of(c, "Content-Encoding"), "identity") != 0)
		return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
	*why = "larger than 256 KiB\n";
	return strtoull(header_of(c, "Content-Length"), NULL, 10) > BODY_MAX
		       ? MHD_HTTP_CONTENT_TOO_LARGE
		       : 0;
}

/* A press must be on disk before the gateway hears that we have it. When the
 * disk fails it still reaches the loop, and is asked for again. */
static bool secure_press(struct http_door *d, const char *topic, const struct request *q)
{
	struct press_hit hit;
	return d->presses == NULL || d->commit == NULL
	       || press_scan(d->presses, q->body, q->len, &hit, 1) == 0
	       || d->commit(d->context, topic, q->body, q->len, false) == 0;
}

/* NULL, or why not. */
static const char *hand_over(struct http_door *d, const char *url, const struct request *q)
{
	char topic[TOPIC_MAX], raw[TOPIC_MAX];
	bool was_empty;
	snprintf(raw, sizeof raw, "http/%s", url + (url[0] == '/'));
	text_neutralise(topic, sizeof topic, raw, strlen(raw));
	bool secured = q->len == 0 || secure_press(d, topic, q);
	if (!ring_push(d->ring, topic, strlen(topic) + 1, q->body, q->len, &was_empty))
		return "too busy, send it again\n";
	if (was_empty)
		ev_async_send(d->loop, &d->wake);
	return secured ? NULL : "a press could not be stored, send it again\n";
}

static enum MHD_Result take(
	struct http_door *d, struct MHD_Connection *c, const char *url, const struct request *q)
{
	if (q->too_large) {
		atomic_fetch_add(&d->too_large, 1);
		return refuse(d, c, MHD_HTTP_CONTENT_TOO_LARGE, "larger than 256 KiB\n");
	}
	const char *why = hand_over(d, url, q);
	if (why != NULL)
		return refuse(d, c, MHD_HTTP_SERVICE_UNAVAILABLE, why);
	return answer(c, MHD_HTTP_OK, "ok\n", NULL, NULL);
}

static enum MHD_Result begin(struct http_door *d, struct MHD_Connection *c, const char *url,
	const char *method, void **state)
{
	const char *why;
	bool asks = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	if (asks && strcmp(url, "/health") == 0)
		return answer(c, MHD_HTTP_OK, "ok\n", NULL, NULL);
	unsigned status = judge_header(d, c, method, &why);
	if (status == MHD_HTTP_CONTENT_TOO_LARGE)
		atomic_fetch_add(&d->too_large, 1);
	if (status != 0)
		return refuse(d, c, status, why);
	struct request *q = calloc(1, sizeof *q);
	if (q == NULL)
		return MHD_NO;
	q->began_mono = monotonic_ms();
	*state = q;
	return MHD_YES;
}

static enum MHD_Result collect(struct request *q, const char *data, size_t *size)
{
	if (monotonic_ms() - q->began_mono > REQUEST_MS)
		return MHD_NO;
	if (q->len + *size > BODY_MAX) {
		q->too_large = true;
	} else if (!q->too_large) {
		char *more = realloc(q->body, q->len + *size);
		if (more == NULL)
			return MHD_NO;
		memcpy(more + q->len, data, *size);
		q->body = more;
		q->len += *size;
	}
	*size = 0;
	return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **state)
{
	(void)version;
	if (*state == NULL)
		return begin(context, c, url, method, state);
	if (*size > 0)
		return collect(*state, data, size);
	return take(context, c, url, *state);
}

static void on_completed(
	void *context, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode code)
{
	struct request *q = *state;
	(void)context;
	(void)c;
	(void)code;
	if (q != NULL)
		free(q->body);
	free(q);
	*state = NULL;
}

/* --- the loop's side --- */

static void deliver(struct http_door *d, const char *bytes, size_t len)
{
	size_t head = strlen(bytes) + 1;
	d->messages++;
	d->bytes += len - head;
	d->last_ms = d->now_ms(d->context);
	d->message(d->context, bytes, bytes + head, len - head, false);
}

static bool deliver_next(struct http_door *d)
{
	size_t len;
	const char *bytes = ring_peek(d->ring, &len);
	if (bytes == NULL)
		return false;
	deliver(d, bytes, len);
	ring_pop(d->ring);
	return true;
}

static void on_wake(struct ev_loop *loop, ev_async *wake, int events)
{
	struct http_door *d = wake->data;
	int64_t until = monotonic_ms() + DRAIN_MS;
	(void)events;
	while (deliver_next(d))
		if (monotonic_ms() >= until) {
			ev_async_send(loop, &d->wake); /* the rest after this turn */
			return;
		}
}

/* --- opening --- */

/* With its chain; malloc'd. NULL with err. */
static char *read_certificate(const char *path, struct error *err)
{
	errno = 0;
	FILE *file = fopen(path, "re");
	char *text = file != NULL ? calloc(1, CERTIFICATE_MOST + 1) : NULL;
	bool good = text != NULL && fread(text, 1, CERTIFICATE_MOST, file) > 0;
	if (!good)
		error_set(err, -EIO, "http.cert %s: %s", path,
			errno != 0 ? strerror(errno) : "nothing in it");
	if (file != NULL)
		fclose(file);
	if (good)
		return text;
	free(text);
	return NULL;
}

static int take_token(struct http_door *d, const char *path, struct error *err)
{
	char line[SECRET_SIZE];
	int n = path != NULL ? secret_line("http.token_file", path, line, err) : 0;
	if (n <= 0)
		return n;
	SHA256((unsigned char *)line, (size_t)n, d->token);
	explicit_bzero(line, sizeof line);
	d->guarded = true;
	return 0;
}

static int take_certificate(
	struct http_door *d, const struct http_door_options *o, struct error *err)
{
	char key[SECRET_SIZE];
	if ((o->cert_file == NULL) != (o->key_file == NULL))
		return error_set(err, -EINVAL, "http: a certificate needs its key (http.key)");
	if (o->cert_file == NULL)
		return 0;
	if ((d->certificate = read_certificate(o->cert_file, err)) == NULL)
		return -EACCES;
	int n = secret_read("http.key", o->key_file, key, err);
	if (n < 0)
		return n;
	d->key = strdup(key);
	explicit_bzero(key, sizeof key);
	return d->key != NULL ? 0 : error_set(err, -ENOMEM, "out of memory");
}

/* "host:port", "[v6]:port", "port": numbers only, nothing is looked up. */
static int resolve(const char *listen, char *host, size_t size, struct addrinfo **out)
{
	char port[8];
	const char *colon = strrchr(listen, ':');
	size_t n = colon != NULL ? (size_t)(colon - listen) : 0;
	if (n >= 2 && listen[0] == '[' && listen[n - 1] == ']')
		snprintf(host, size, "%.*s", (int)(n - 2), listen + 1);
	else
		snprintf(host, size, "%.*s", (int)n, listen);
	if (host[0] == '\0' || strcmp(host, "localhost") == 0)
		snprintf(host, size, "127.0.0.1");
	snprintf(port, sizeof port, "%s", colon != NULL ? colon + 1 : listen);
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	return getaddrinfo(host, port, &hints, out);
}

static int check_exposure(
	struct http_door *d, const struct http_door_options *o, const char *host, struct error *err)
{
	bool near = host_is_loopback(host);
	bool safe = d->certificate != NULL && d->guarded;
	d->insecure = !near && !safe;
	if (d->insecure && !o->insecure)
		return error_set(err, -EPERM,
			"http %s: beyond this machine a certificate, its key and a token are "
			"needed (http.cert, http.key, http.token_file), or --insecure, which "
			"stays on screen",
			o->listen);
	return 0;
}

/* Its thread must not take the loop's signals. */
static void start_daemon(struct http_door *d, const struct addrinfo *at)
{
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO;
	sigset_t all, before;
	if (at->ai_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	if (d->certificate != NULL)
		flags |= MHD_USE_TLS;
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, d->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, d->key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0,
			(void *)(uintptr_t) "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"},
		{MHD_OPTION_END, 0, NULL},
	};
	if (d->certificate == NULL)
		tls[0] = tls[3];
	sigfillset(&all);
	sigdelset(&all, SIGSYS); /* by it a forbidden call fails, and is counted */
	pthread_sigmask(SIG_BLOCK, &all, &before);
	d->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, d, MHD_OPTION_SOCK_ADDR,
		at->ai_addr, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, NULL, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static int listen_on(struct http_door *d, const struct http_door_options *o, struct error *err)
{
	char host[64];
	struct addrinfo *at = NULL;
	int rc = resolve(o->listen, host, sizeof host, &at);
	if (rc != 0)
		return error_set(err, -EINVAL, "http %s: not an address to listen on (%s)",
			o->listen, gai_strerror(rc));
	rc = check_exposure(d, o, host, err);
	if (rc == 0) {
		start_daemon(d, at);
		if (d->daemon == NULL)
			rc = error_set(err, -EADDRINUSE, "http %s: cannot listen: %s", o->listen,
				errno != 0 ? strerror(errno) : "see the certificate and key");
	}
	freeaddrinfo(at);
	return rc;
}

struct http_door *http_door_open(struct ev_loop *loop, const struct http_door_options *options,
	const struct press_table *presses, mqtt_commit *commit, mqtt_message *message,
	int64_t (*now_ms)(void *), void *context, struct error *err)
{
	struct http_door *d = calloc(1, sizeof *d);
	if (d == NULL)
		return NULL;
	d->loop = loop;
	d->presses = presses;
	d->commit = commit;
	d->message = message;
	d->now_ms = now_ms;
	d->context = context;
	d->since_ms = now_ms(context);
	snprintf(d->name, sizeof d->name, "http %.80s", options->listen);
	pthread_mutex_init(&d->error_lock, NULL);
	ev_async_init(&d->wake, on_wake);
	d->wake.data = d;
	ev_async_start(loop, &d->wake);
	d->ring = ring_create(options->ring_bytes > 0 ? options->ring_bytes : 8u << 20);
	if (d->ring == NULL || take_token(d, options->token_file, err) < 0
		|| take_certificate(d, options, err) < 0 || listen_on(d, options, err) < 0) {
		http_door_close(d);
		return NULL;
	}
	return d;
}

uint16_t http_door_port(const struct http_door *d)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_BIND_PORT);
	return info != NULL ? info->port : 0;
}

void http_door_health(const struct http_door *d, struct feed_health *h)
{
	struct http_door *unlocked = (struct http_door *)(uintptr_t)d; /* only the lock */
	text_copy(h->name, sizeof h->name, d->name);
	h->state = FEED_UP;
	h->since_ms = d->since_ms;
	h->last_ms = d->last_ms;
	h->messages = d->messages;
	h->bytes = d->bytes;
	h->drops = ring_drops(d->ring);
	h->errors = atomic_load(&d->refused);
	h->refused[REFUSED_TOO_LARGE] = atomic_load(&d->too_large);
	h->insecure = d->insecure;
	pthread_mutex_lock(&unlocked->error_lock);
	memcpy(h->error, d->error, sizeof h->error);
	pthread_mutex_unlock(&unlocked->error_lock);
}

void http_door_close(struct http_door *d)
{
	if (d == NULL)
		return;
	if (d->daemon != NULL) {
		MHD_stop_daemon(d->daemon);
		while (deliver_next(d)) /* they were told that we have it */
			;
	}
	ev_async_stop(d->loop, &d->wake);
	free(d->certificate);
	if (d->key != NULL)
		explicit_bzero(d->key, strlen(d->key));
	free(d->key);
	ring_destroy(d->ring);
	pthread_mutex_destroy(&d->error_lock);
	free(d);
}
