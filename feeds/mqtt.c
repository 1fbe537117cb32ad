/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/mqtt.h"

#include <MQTTAsync.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/mqtt_address.h"
#include "feeds/pem.h"
#include "feeds/ring.h"
#include "feeds/secret.h"
#include "twin/text.h"

enum {
	PAYLOAD_MAX = 256 * 1024,
	TOPIC_MAX = 512,
	RECENT = 64,
	RECENT_MS = 15000,
	DRAIN_MS = 5, /* the loop's share per turn, then input and screen */
	BEAT_MS = 500,
	DOUBT_MS = 1500,
	LOST_MS = 3000,
	CONNECT_SECONDS = 5,
};

/* What a Paho thread tells the loop: flags, read and cleared together. */
enum {
	TOLD_CONNECTED = 1,
	TOLD_FAILED = 2,
	TOLD_LOST = 4,
	TOLD_SUBSCRIBED = 8,
	TOLD_UNSUBSCRIBED = 16, /* a SUBACK said no, or none came */
	TOLD_CLOSED = 32,
};

struct record {
	uint16_t topic_len;
	uint8_t retained;
	uint8_t duplicate;
};

struct mqtt {
	struct ev_loop *loop;
	MQTTAsync client;
	struct mqtt_address addresses[MQTT_ADDRESSES];
	int address_count, address;
	char *topics[MQTT_TOPICS + 1]; /* the last one is the heartbeat */
	int topic_count, qos;
	char *client_id, *user, *password, *ca, *cert, *key;
	bool insecure, visitor;
	char beat_topic[128];
	const struct press_table *presses;
	mqtt_commit *commit;
	mqtt_message *message;
	void *context;
	int64_t (*now_ms)(void *);
	void *clock_context;
	/* loop side */
	ev_async wake;
	ev_timer retry, beat;
	enum feed_state state;
	int64_t since_ms, last_ms;
	double backoff_s;
	uint64_t messages, bytes, reconnects, duplicates;
	bool connecting, closing;
	/* shared with Paho's threads */
	struct ring *ring;
	atomic_uint told;
	atomic_int_fast64_t echo_ms; /* monotonic, of the last heartbeat back */
	atomic_uint_fast64_t too_large, commit_errors;
	pthread_mutex_t error_lock;
	char error[LABEL_SIZE];
	/* Paho's receive thread only: tags whose press was just committed */
	struct {
		char tag[TAG_SIZE];
		int64_t at_ms;
	} recent[RECENT];
	int recent_next;
};

static int64_t mono_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t suite_now(const struct mqtt *m)
{
	return m->now_ms != NULL ? m->now_ms(m->clock_context) : 0;
}

/* --- Paho's threads: nothing but copy, flag and wake --- */

static void tell(struct mqtt *m, unsigned what)
{
	atomic_fetch_or(&m->told, what);
	ev_async_send(m->loop, &m->wake);
}

static void set_error(struct mqtt *m, const char *text)
{
	pthread_mutex_lock(&m->error_lock);
	text_neutralise(m->error, sizeof m->error, text, strlen(text));
	pthread_mutex_unlock(&m->error_lock);
}

static bool recently_committed(const struct mqtt *m, const char *tag, int64_t now)
{
	for (int i = 0; i < RECENT; i++)
		if (tag[0] != '\0' && strcmp(m->recent[i].tag, tag) == 0
			&& now - m->recent[i].at_ms < RECENT_MS)
			return true;
	return false;
}

/* Commits the raw payload when it holds a press of a tag not committed in the
 * last 15 s: the acknowledgement goes out only after this returns. */
static void secure_press(struct mqtt *m, const char *topic, const MQTTAsync_message *msg)
{
	struct press_hit hits[8];
	if (m->presses == NULL || m->commit == NULL)
		return;
	int n = press_scan(m->presses, msg->payload, (size_t)msg->payloadlen, hits, 8);
	int64_t now = n > 0 ? mono_ms() : 0;
	bool fresh = false;
	for (int i = 0; i < n; i++)
		fresh = fresh || !recently_committed(m, hits[i].tag, now);
	if (!fresh)
		return;
	if (m->commit(m->context, topic, msg->payload, (size_t)msg->payloadlen, msg->retained != 0)
		< 0) {
		atomic_fetch_add(&m->commit_errors, 1);
		return;
	}
	for (int i = 0; i < n; i++) {
		memcpy(m->recent[m->recent_next].tag, hits[i].tag, TAG_SIZE);
		m->recent[m->recent_next].at_ms = now;
		m->recent_next = (m->recent_next + 1) % RECENT;
	}
}

static int on_message(void *context, char *topic, int topic_len, MQTTAsync_message *msg)
{
	struct mqtt *m = context;
	size_t len = topic_len > 0 ? (size_t)topic_len : strlen(topic);
	if (strcmp(topic, m->beat_topic) == 0) {
		atomic_store(&m->echo_ms, mono_ms());
	} else if (len > TOPIC_MAX || msg->payloadlen < 0 || msg->payloadlen > PAYLOAD_MAX) {
		atomic_fetch_add(&m->too_large, 1);
	} else {
		char head[sizeof(struct record) + TOPIC_MAX + 1];
		struct record record = {(uint16_t)len, msg->retained != 0, msg->dup != 0};
		bool was_empty;
		secure_press(m, topic, msg);
		memcpy(head, &record, sizeof record);
		memcpy(head + sizeof record, topic, len);
		head[sizeof record + len] = '\0';
		if (ring_push(m->ring, head, sizeof record + len + 1, msg->payload,
			    (size_t)msg->payloadlen, &was_empty)
			&& was_empty)
			ev_async_send(m->loop, &m->wake);
	}
	MQTTAsync_freeMessage(&msg);
	MQTTAsync_free(topic);
	return 1;
}

static void on_lost(void *context, char *cause)
{
	struct mqtt *m = context;
	set_error(m, cause != NULL ? cause : "the connection was lost");
	tell(m, TOLD_LOST);
}

static void on_connected(void *context, MQTTAsync_successData *data)
{
	(void)data;
	tell(context, TOLD_CONNECTED);
}

static void on_failed(void *context, MQTTAsync_failureData *data)
{
	struct mqtt *m = context;
	char text[LABEL_SIZE];
	snprintf(text, sizeof text, "%s (code %d)",
		data != NULL && data->message != NULL ? data->message
						      : "the broker cannot be reached",
		data != NULL ? data->code : 0);
	set_error(m, text);
	tell(m, TOLD_FAILED);
}

static void on_subscribed(void *context, MQTTAsync_successData *data)
{
	struct mqtt *m = context;
	for (int i = 0; data != NULL && i <= m->topic_count; i++) {
		int granted = m->topic_count > 0 ? data->alt.qosList[i] : data->alt.qos;
		if (granted < 0 || granted > 2) {
			set_error(m, "the broker refused a subscription: check its access list");
			tell(m, TOLD_UNSUBSCRIBED);
			return;
		}
	}
	tell(m, TOLD_SUBSCRIBED);
}

static void on_not_subscribed(void *context, MQTTAsync_failureData *data)
{
	(void)data;
	set_error(context, "the broker refused the subscriptions: check its access list");
	tell(context, TOLD_UNSUBSCRIBED);
}

static void on_closed(void *context, MQTTAsync_successData *data)
{
	(void)data;
	tell(context, TOLD_CLOSED);
}

static void on_not_closed(void *context, MQTTAsync_failureData *data)
{
	(void)data;
	tell(context, TOLD_CLOSED);
}

static int on_tls_error(const char *text, size_t len, void *context)
{
	(void)len;
	set_error(context, text);
	return 1;
}

/* --- the loop's side --- */

static void enter(struct mqtt *m, enum feed_state state)
{
	if (m->state == state)
		return;
	m->state = state;
	m->since_ms = suite_now(m);
}

static void schedule_retry(struct mqtt *m)
{
	double jitter = 0.8 + 0.4 * (double)(mono_ms() % 1000) / 1000.0;
	ev_timer_stop(m->loop, &m->retry);
	ev_timer_set(&m->retry, m->backoff_s * jitter, 0);
	ev_timer_start(m->loop, &m->retry);
	m->backoff_s = m->backoff_s < 2 ? m->backoff_s * 2 : 4;
	m->address = (m->address + 1) % m->address_count;
}

static MQTTAsync_SSLOptions tls_options(struct mqtt *m)
{
	MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
	tls.verify = 1; /* host name; off by default in Paho */
	tls.enableServerCertAuth = 1;
	tls.sslVersion = MQTT_SSL_VERSION_TLS_1_2;
	tls.trustStore = m->ca;
	tls.keyStore = m->cert;
	tls.privateKey = m->key;
	tls.disableDefaultTrustStore = m->ca != NULL;
	tls.ssl_error_cb = on_tls_error;
	tls.ssl_error_context = m;
	return tls;
}

static void connect_now(struct mqtt *m)
{
	MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
	MQTTAsync_SSLOptions tls = tls_options(m);
	char *url = m->addresses[m->address].url;
	options.MQTTVersion = MQTTVERSION_3_1_1;
	options.keepAliveInterval = 10;
	options.connectTimeout = CONNECT_SECONDS;
	options.cleansession = m->visitor;
	options.automaticReconnect = 0;
	options.username = m->user;
	options.password = m->password;
	options.serverURIcount = 1;
	options.serverURIs = &url;
	options.ssl = m->addresses[m->address].tls ? &tls : NULL;
	options.onSuccess = on_connected;
	options.onFailure = on_failed;
	options.context = m;
	enter(m, m->state == FEED_OFF ? FEED_CONNECTING : m->state);
	/* Connecting may start threads; they must not take the loop's signals. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int rc = MQTTAsync_connect(m->client, &options);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	m->connecting = rc == MQTTASYNC_SUCCESS;
	if (rc != MQTTASYNC_SUCCESS) {
		set_error(m,
			MQTTAsync_strerror(rc) != NULL ? MQTTAsync_strerror(rc) : "cannot connect");
		schedule_retry(m);
	}
}

static void subscribe(struct mqtt *m)
{
	MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
	int qos[MQTT_TOPICS + 1];
	for (int i = 0; i < m->topic_count; i++)
		qos[i] = m->qos;
	qos[m->topic_count] = 0;
	m->topics[m->topic_count] = m->beat_topic;
	options.onSuccess = on_subscribed;
	options.onFailure = on_not_subscribed;
	options.context = m;
	if (MQTTAsync_subscribeMany(m->client, m->topic_count + 1, m->topics, qos, &options)
		!= MQTTASYNC_SUCCESS)
		tell(m, TOLD_UNSUBSCRIBED);
}

/* Lets go of a link that does not answer; a new one is tried when Paho says
 * the old one is closed. */
static void let_go(struct mqtt *m)
{
	MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;
	options.timeout = 0;
	options.onSuccess = on_closed;
	options.onFailure = on_not_closed;
	options.context = m;
	ev_timer_stop(m->loop, &m->beat);
	enter(m, FEED_DOWN);
	if (MQTTAsync_disconnect(m->client, &options) != MQTTASYNC_SUCCESS)
		schedule_retry(m);
}

/* A message to ourselves through the broker each 500 ms: it proves the link and
 * keeps Paho from sleeping 100 ms on a quiet feed. */
static void on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct mqtt *m = timer->data;
	(void)loop;
	(void)events;
	int64_t silence = mono_ms() - atomic_load(&m->echo_ms);
	if (silence > LOST_MS) {
		set_error(m, "no echo from the broker for 3 s");
		let_go(m);
		return;
	}
	enter(m, silence > DOUBT_MS ? FEED_DOUBTFUL : FEED_UP);
	MQTTAsync_send(m->client, m->beat_topic, 1, "b", 0, 0, NULL);
}

static void start_beating(struct mqtt *m)
{
	atomic_store(&m->echo_ms, mono_ms());
	m->backoff_s = 0.25;
	ev_timer_stop(m->loop, &m->beat);
	ev_timer_set(&m->beat, 0.001, BEAT_MS / 1000.0);
	ev_timer_start(m->loop, &m->beat);
	enter(m, FEED_UP);
}

static void hear_paho(struct mqtt *m)
{
	unsigned told = atomic_exchange(&m->told, 0);
	if (told & (TOLD_CONNECTED | TOLD_FAILED))
		m->connecting = false;
	if (told & TOLD_CONNECTED) {
		m->reconnects++;
		subscribe(m);
	}
	if (told & TOLD_SUBSCRIBED)
		start_beating(m);
	if (told & TOLD_UNSUBSCRIBED)
		let_go(m);
	if (told & (TOLD_FAILED | TOLD_LOST | TOLD_CLOSED)) {
		ev_timer_stop(m->loop, &m->beat);
		enter(m, FEED_DOWN);
		schedule_retry(m);
	}
}

static void deliver(struct mqtt *m, const unsigned char *bytes, size_t len)
{
	struct record record;
	memcpy(&record, bytes, sizeof record);
	const char *topic = (const char *)bytes + sizeof record;
	const unsigned char *body = bytes + sizeof record + record.topic_len + 1;
	size_t body_len = len - sizeof record - record.topic_len - 1;
	m->messages++;
	m->bytes += body_len;
	m->duplicates += record.duplicate;
	m->last_ms = suite_now(m);
	m->message(m->context, topic, body, body_len, record.retained != 0);
}

static void on_wake(struct ev_loop *loop, ev_async *wake, int events)
{
	struct mqtt *m = wake->data;
	(void)events;
	hear_paho(m);
	int64_t until = mono_ms() + DRAIN_MS;
	size_t len;
	const void *bytes;
	while ((bytes = ring_peek(m->ring, &len)) != NULL) {
		deliver(m, bytes, len);
		ring_pop(m->ring);
		if (mono_ms() >= until) {
			ev_async_send(loop, &m->wake); /* the rest after this turn */
			return;
		}
	}
}

static void on_retry(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct mqtt *m = timer->data;
	(void)loop;
	(void)events;
	if (!m->connecting)
		connect_now(m);
}

/* --- making one --- */

static char *keep(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

static int read_secret(char **secret, const char *path, struct error *err)
{
	char line[SECRET_SIZE];
	int rc = secret_line("mqtt.password_file", path, line, err);
	if (rc < 0)
		return rc;
	*secret = strdup(line);
	explicit_bzero(line, sizeof line);
	return 0;
}

static int take_addresses(struct mqtt *m, const struct mqtt_options *o, struct error *err)
{
	for (int i = 0; i < o->address_count && i < MQTT_ADDRESSES; i++) {
		struct mqtt_address *a = &m->addresses[m->address_count];
		int rc = mqtt_address_parse(a, o->addresses[i], err);
		if (rc < 0)
			return rc;
		if (!a->tls && !a->loopback && !o->insecure)
			return error_set(err, -EPERM,
				"broker %s: plain text beyond this machine is refused; use "
				"mqtts:// "
				"(or --insecure, which stays on screen)",
				o->addresses[i]);
		m->insecure = m->insecure || (!a->tls && !a->loopback);
		m->address_count++;
	}
	if (m->address_count == 0)
		return error_set(err, -EINVAL, "no broker address is configured");
	return 0;
}

static int take_options(struct mqtt *m, const struct mqtt_options *o, struct error *err)
{
	int rc = take_addresses(m, o, err);
	if (rc == 0)
		rc = pem_readable("broker CA", o->ca_file, err);
	if (rc == 0)
		rc = pem_readable("client certificate", o->cert_file, err);
	if (rc == 0)
		rc = secret_check("mqtt.key", o->key_file, err);
	if (rc == 0 && o->password_file != NULL)
		rc = read_secret(&m->password, o->password_file, err);
	if (rc < 0)
		return rc;
	for (int i = 0; i < o->topic_count && i < MQTT_TOPICS; i++)
		m->topics[m->topic_count++] = strdup(o->topics[i]);
	m->qos = o->qos;
	m->visitor = o->visitor;
	m->client_id = keep(o->client_id);
	m->user = keep(o->user);
	m->ca = keep(o->ca_file);
	m->cert = keep(o->cert_file);
	m->key = keep(o->key_file);
	snprintf(m->beat_topic, sizeof m->beat_topic, "vigie/%s/heartbeat", m->client_id);
	return 0;
}

/* Paho takes proxies and trace settings from the environment, and its threads
 * inherit our signal mask: signals belong to the loop's thread. */
static int create_client(struct mqtt *m, struct error *err)
{
	static const char *const unwanted[] = {"http_proxy", "https_proxy", "HTTP_PROXY",
		"HTTPS_PROXY", "MQTT_C_CLIENT_TRACE", "MQTT_C_CLIENT_TRACE_LEVEL"};
	MQTTAsync_init_options init = MQTTAsync_init_options_initializer;
	sigset_t all, before;
	for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
		unsetenv(unwanted[i]);
	setenv("RES_OPTIONS", "timeout:1 attempts:1", 0);
	init.do_openssl_init = 1;
	MQTTAsync_global_init(&init);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int rc = MQTTAsync_create(
		&m->client, m->addresses[0].url, m->client_id, MQTTCLIENT_PERSISTENCE_NONE, NULL);
	if (rc == MQTTASYNC_SUCCESS)
		rc = MQTTAsync_setCallbacks(m->client, m, on_lost, on_message, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != MQTTASYNC_SUCCESS)
		return error_set(err, -EIO, "MQTT client: %s", MQTTAsync_strerror(rc));
	return 0;
}

struct mqtt *mqtt_create(struct ev_loop *loop, const struct mqtt_options *options,
	const struct press_table *presses, mqtt_commit *commit, mqtt_message *message,
	void *context, struct error *err)
{
	struct mqtt *m = calloc(1, sizeof *m);
	if (m == NULL)
		return NULL;
	m->loop = loop;
	m->presses = presses;
	m->commit = commit;
	m->message = message;
	m->context = context;
	m->backoff_s = 0.25;
	pthread_mutex_init(&m->error_lock, NULL);
	m->ring = ring_create(options->ring_bytes > 0 ? options->ring_bytes : 16u << 20);
	if (m->ring == NULL || take_options(m, options, err) < 0 || create_client(m, err) < 0) {
		mqtt_destroy(m);
		return NULL;
	}
	ev_async_init(&m->wake, on_wake);
	ev_timer_init(&m->retry, on_retry, 0, 0);
	ev_timer_init(&m->beat, on_beat, 0, 0);
	m->wake.data = m->retry.data = m->beat.data = m;
	ev_async_start(loop, &m->wake);
	return m;
}

void mqtt_start(struct mqtt *m)
{
	connect_now(m);
}

void mqtt_clock(struct mqtt *m, int64_t (*now_ms)(void *), void *context)
{
	m->now_ms = now_ms;
	m->clock_context = context;
}

void mqtt_health(const struct mqtt *m, struct feed_health *h)
{
	struct mqtt *unlocked = (struct mqtt *)(uintptr_t)m; /* only the lock is touched */
	snprintf(h->name, sizeof h->name, "mqtt %.80s", m->addresses[m->address].url + 6);
	h->state = m->state;
	h->since_ms = m->since_ms;
	h->last_ms = m->last_ms;
	h->messages = m->messages;
	h->bytes = m->bytes;
	h->duplicates = m->duplicates;
	h->drops = ring_drops(m->ring);
	h->errors = atomic_load(&m->commit_errors);
	h->reconnects = m->reconnects > 0 ? m->reconnects - 1 : 0;
	h->refused[REFUSED_TOO_LARGE] = atomic_load(&m->too_large);
	h->insecure = m->insecure;
	pthread_mutex_lock(&unlocked->error_lock);
	memcpy(h->error, m->error, sizeof h->error);
	pthread_mutex_unlock(&unlocked->error_lock);
}

void mqtt_destroy(struct mqtt *m)
{
	if (m == NULL)
		return;
	if (m->client != NULL) {
		MQTTAsync_disconnectOptions now = MQTTAsync_disconnectOptions_initializer;
		MQTTAsync_disconnect(m->client, &now);
		MQTTAsync_destroy(&m->client);
		ev_timer_stop(m->loop, &m->retry);
		ev_timer_stop(m->loop, &m->beat);
		ev_async_stop(m->loop, &m->wake);
	}
	for (int i = 0; i < m->topic_count; i++)
		free(m->topics[i]);
	free(m->client_id);
	free(m->user);
	free(m->password);
	free(m->ca);
	free(m->cert);
	free(m->key);
	ring_destroy(m->ring);
	pthread_mutex_destroy(&m->error_lock);
	free(m);
}
