/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_MQTT_PRIVATE_H
#define VIGIE_FEEDS_MQTT_PRIVATE_H

/* Shared by mqtt.c (the link while it lives) and mqtt_open.c (making one). */

#include <MQTTAsync.h>
#include <pthread.h>
#include <stdatomic.h>

#include "feeds/mqtt.h"
#include "feeds/mqtt_address.h"
#include "feeds/mqtt_out.h"
#include "feeds/ring.h"

enum { RECENT = 64 };

struct mqtt {
	struct ev_loop *loop;
	MQTTAsync client;
	struct mqtt_address addresses[MQTT_ADDRESSES];
	int address_count, address;
	char *topics[MQTT_TOPICS + 2]; /* the last one is the heartbeat */
	int topic_count, qos;
	bool shared; /* the last but one is what stations say, always QoS 1 */
	char *client_id, *user, *password, *ca, *cert, *key;
	bool insecure, visitor;
	char beat_topic[128];
	size_t own_len;          /* of it: below this stations talk to one another */
	char *will_topic, *will; /* NULL: none */
	struct mqtt_out *out;
	const struct press_table *presses;
	mqtt_commit *commit;
	mqtt_message *message;
	mqtt_linked *linked; /* may be NULL */
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
	bool connecting, closing, session_kept;
	/* shared with Paho's threads */
	struct ring *ring;
	atomic_uint told;
	atomic_int_fast64_t echo_ms;  /* monotonic, of the last heartbeat back */
	atomic_int_fast64_t heard_ms; /* ... of the last message of any kind */
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

/* Paho's callbacks and libev's watchers; 0 or Paho's code. */
int mqtt_callbacks(struct mqtt *mqtt);
void mqtt_watchers(struct mqtt *mqtt);

#endif
