/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "feeds/mqtt_private.h"
#include "twin/text.h"

enum {
	PAYLOAD_MAX = 256 * 1024,
	TOPIC_MAX = 512,
	RECENT_MS = 15000,
	DRAIN_MS = 5, /* the loop's share per turn, then input and screen */
	BEAT_MS = 500,
	DOUBT_MS = 1500,
	LOST_MS = 3000,
	DEAF_MS = 30000, /* it speaks, and does not hear us */
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
	TOLD_SESSION = 64, /* with CONNECTED: the broker had kept our session */
};

struct record {
	uint16_t topic_len;
	uint8_t retained;
	uint8_t duplicate;
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
	if (m->presses == NULL || m->commit == NULL || strncmp(topic, "vigie/", 6) == 0)
		return; /* stations press no buttons */
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
	int64_t now = mono_ms();
	atomic_store(&m->heard_ms, now);
	if (strcmp(topic, m->beat_topic) == 0) {
		atomic_store(&m->echo_ms, now);
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
	bool kept = data != NULL && data->alt.connect.sessionPresent != 0;
	tell(context, TOLD_CONNECTED | (kept ? TOLD_SESSION : 0));
}

static void on_delivered(void *context, MQTTAsync_token token)
{
	struct mqtt *m = context;
	(void)token;
	mqtt_out_delivered(m->out);
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
	m->backoff_s = m->backoff_s < 1 ? m->backoff_s * 2 : 2;
	m->address = (m->address + 1) % m->address_count;
}

static MQTTAsync_willOptions will_options(const struct mqtt *m)
{
	MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
	will.topicName = m->will_topic;
	will.message = m->will;
	will.qos = 1;
	return will;
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
	MQTTAsync_willOptions will = will_options(m);
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
	options.will = m->will_topic != NULL ? &will : NULL;
	options.onSuccess = on_connected;
	options.onFailure = on_failed;
	options.context = m;
	enter(m, m->state == FEED_OFF ? FEED_CONNECTING : m->state);
	/* Connecting may start threads; they must not take the loop's signals. */
	sigset_t all, before;
	sigfillset(&all);
	sigdelset(&all, SIGSYS); /* by it a forbidden call fails, and is counted */
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
	int qos[MQTT_TOPICS + 2];
	for (int i = 0; i < m->topic_count; i++)
		qos[i] = m->shared && i == m->topic_count - 1 ? 1 : m->qos;
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
	mqtt_out_link(m->out, false);
	enter(m, FEED_DOWN);
	if (MQTTAsync_disconnect(m->client, &options) != MQTTASYNC_SUCCESS)
		schedule_retry(m);
}

/* A message to ourselves through the broker each 500 ms: it proves the link and
 * keeps Paho from sleeping 100 ms on a quiet feed. After a while away thousands of
 * messages come before the first echo does: a link that brings them is not given up,
 * or it would have to begin with them again. */
static void on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct mqtt *m = timer->data;
	(void)loop;
	(void)events;
	int64_t now = mono_ms(), silence = now - atomic_load(&m->echo_ms);
	bool speaks = now - atomic_load(&m->heard_ms) <= LOST_MS;
	if (silence > (speaks ? DEAF_MS : LOST_MS)) {
		set_error(m, speaks ? "no echo from the broker for 30 s, though it speaks"
				    : "no echo from the broker for 3 s");
		let_go(m);
		return;
	}
	enter(m, silence > DOUBT_MS ? FEED_DOUBTFUL : FEED_UP);
	MQTTAsync_send(m->client, m->beat_topic, 1, "b", 0, 0, NULL);
}

static void start_beating(struct mqtt *m)
{
	atomic_store(&m->echo_ms, mono_ms());
	atomic_store(&m->heard_ms, mono_ms());
	m->backoff_s = 0.25;
	ev_timer_stop(m->loop, &m->beat);
	ev_timer_set(&m->beat, 0.001, BEAT_MS / 1000.0);
	ev_timer_start(m->loop, &m->beat);
	enter(m, FEED_UP);
	mqtt_out_link(m->out, true);
	if (m->linked != NULL)
		m->linked(m->context, m->session_kept);
}

static void hear_paho(struct mqtt *m)
{
	unsigned told = atomic_exchange(&m->told, 0);
	if (told & (TOLD_CONNECTED | TOLD_FAILED))
		m->connecting = false;
	if (told & TOLD_CONNECTED) {
		m->reconnects++;
		m->session_kept = (told & TOLD_SESSION) != 0;
		subscribe(m);
	}
	if (told & TOLD_SUBSCRIBED)
		start_beating(m);
	if (told & TOLD_UNSUBSCRIBED)
		let_go(m);
	if (told & (TOLD_FAILED | TOLD_LOST | TOLD_CLOSED)) {
		ev_timer_stop(m->loop, &m->beat);
		mqtt_out_link(m->out, false);
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
	/* What stations say to one another must not make a silent suite look alive. */
	if (strncmp(topic, m->beat_topic, m->own_len) != 0) {
		m->messages++;
		m->bytes += body_len;
		m->duplicates += record.duplicate;
		m->last_ms = suite_now(m);
	}
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

int mqtt_callbacks(struct mqtt *m)
{
	return MQTTAsync_setCallbacks(m->client, m, on_lost, on_message, on_delivered);
}

void mqtt_watchers(struct mqtt *m)
{
	ev_async_init(&m->wake, on_wake);
	ev_timer_init(&m->retry, on_retry, 0, 0);
	ev_timer_init(&m->beat, on_beat, 0, 0);
	m->wake.data = m->retry.data = m->beat.data = m;
	ev_async_start(m->loop, &m->wake);
}

bool mqtt_is_up(const struct mqtt *m)
{
	return m->state == FEED_UP || m->state == FEED_DOUBTFUL;
}

bool mqtt_publish(
	struct mqtt *m, const char *topic, const void *bytes, size_t len, int qos, bool retain)
{
	return mqtt_out_push(m->out, topic, bytes, len, qos, retain);
}

void mqtt_on_linked(struct mqtt *m, mqtt_linked *linked)
{
	m->linked = linked;
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
	h->drops = ring_drops(m->ring) + mqtt_out_drops(m->out);
	h->errors = atomic_load(&m->commit_errors) + mqtt_out_errors(m->out);
	h->reconnects = m->reconnects > 0 ? m->reconnects - 1 : 0;
	h->refused[REFUSED_TOO_LARGE] = atomic_load(&m->too_large);
	h->insecure = m->insecure;
	pthread_mutex_lock(&unlocked->error_lock);
	memcpy(h->error, m->error, sizeof h->error);
	pthread_mutex_unlock(&unlocked->error_lock);
}
