/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_MQTT_H
#define VIGIE_FEEDS_MQTT_H

/*
 * MQTT by Eclipse Paho's MQTTAsync, under libev, by the seven rules of
 * reliability.md 2.4: one client, created once; nothing but copy in the
 * callback (plus the commit of a press, injected); our own reconnect timer
 * (0.25 … 2 s with jitter), list of addresses rotated; every SUBACK checked;
 * persistent session; a heartbeat to ourselves each 500 ms decides whether the
 * link lives; TLS with host-name check.
 */

#include <ev.h>

#include "feeds/error.h"
#include "feeds/press.h"
#include "twin/health.h"

enum { MQTT_ADDRESSES = 8, MQTT_TOPICS = 16 };

struct mqtt_options {
	const char *addresses[MQTT_ADDRESSES]; /* "mqtt://127.0.0.1:1883", "mqtts://host:8883" */
	int address_count;
	const char *topics[MQTT_TOPICS]; /* subscription patterns */
	int topic_count;
	int qos;                                    /* 0 or 1, of the subscriptions */
	const char *client_id;                      /* stable per station and user */
	const char *user, *password_file;           /* NULL none; file mode 0600 */
	const char *ca_file, *cert_file, *key_file; /* TLS */
	bool insecure;                              /* allow plain text beyond loopback */
	size_t ring_bytes;                          /* 0: 16 MiB */
	const char *root;                           /* of our own topics; NULL: "vigie" */
	const char *share_topic;                    /* one more pattern, always QoS 1; NULL: none */
	const char *will_topic, *will; /* said for us, once, when we are lost; NULL: none */
	bool visitor; /* the broker keeps no session: nothing waits for us when we go */
};

/*
 * Called on Paho's thread before the broker gets its acknowledgement, for a
 * payload in which press_scan found a tag not committed in the last 15 s.
 * Returns 0 when the payload is safely on disk (then the message may be
 * acknowledged), else a negative errno (counted; delivery goes on).
 */
typedef int mqtt_commit(
	void *context, const char *topic, const void *bytes, size_t len, bool retained);
/* Called on the loop for each message, oldest first. */
typedef void mqtt_message(
	void *context, const char *topic, const void *bytes, size_t len, bool retained);

/* Called on the loop each time the link is there and every subscription is
 * granted; without a kept session, what was said meanwhile was missed. */
typedef void mqtt_linked(void *context, bool session_kept);

struct mqtt;

/* Strings in options are copied. Refuses (NULL, err) plain text other than
 * loopback without `insecure`, unreadable TLS files, bad addresses. */
struct mqtt *mqtt_create(struct ev_loop *loop, const struct mqtt_options *options,
	const struct press_table *presses, mqtt_commit *commit, mqtt_message *message,
	void *context, struct error *err);
void mqtt_on_linked(struct mqtt *mqtt, mqtt_linked *linked); /* before mqtt_start */
void mqtt_start(struct mqtt *mqtt);
bool mqtt_is_up(const struct mqtt *mqtt); /* linked, and not given up yet */
/* Leaves a copy for the thread that sends; never blocks (feeds/mqtt_out.h). While
 * the link is down it waits. False, and counted as a drop: it does not fit. An
 * empty retained message takes a retained one back. Loop only. */
bool mqtt_publish(
	struct mqtt *mqtt, const char *topic, const void *bytes, size_t len, int qos, bool retain);
/* Fills state, counters, error; now_ms is suite time for *_ms fields. */
void mqtt_health(const struct mqtt *mqtt, struct feed_health *health);
/* Suite time source for stamps; set once before mqtt_start. */
void mqtt_clock(struct mqtt *mqtt, int64_t (*now_ms)(void *), void *context);
void mqtt_destroy(struct mqtt *mqtt); /* only at exit */

#endif
