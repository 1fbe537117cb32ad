/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/mqtt_out.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/ring.h"

/* Sent and not confirmed at one time; brokers take 20 to 1,000 of them. */
enum { WINDOW = 64, TOPIC_SPACE = 256 };

struct head {
	uint8_t qos, retain;
	uint16_t topic_len;
};

struct mqtt_out {
	MQTTAsync client;
	struct ring *ring;
	pthread_t thread;
	sem_t wake; /* something changed: look again */
	atomic_bool up, ending;
	atomic_int under_way;
	atomic_uint_fast64_t errors;
};

/* True: it is Paho's. False: the link is gone, it stays ours. */
static bool send_one(struct mqtt_out *out, const unsigned char *bytes, size_t len)
{
	MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
	struct head head;
	memcpy(&head, bytes, sizeof head);
	const char *topic = (const char *)bytes + sizeof head;
	const unsigned char *body = bytes + sizeof head + head.topic_len + 1;
	size_t body_len = len - sizeof head - head.topic_len - 1;
	if (head.qos > 0) /* before the broker can answer */
		atomic_fetch_add(&out->under_way, 1);
	int rc = MQTTAsync_send(
		out->client, topic, (int)body_len, body, head.qos, head.retain, &options);
	if (rc == MQTTASYNC_SUCCESS)
		return true;
	if (head.qos > 0)
		mqtt_out_delivered(out); /* not by the broker, but no longer under way */
	if (rc == MQTTASYNC_DISCONNECTED)
		return false;
	atomic_fetch_add(&out->errors, 1); /* it would never be taken */
	return true;
}

static bool may_send(struct mqtt_out *out)
{
	return !atomic_load(&out->ending) && atomic_load(&out->up)
	       && atomic_load(&out->under_way) < WINDOW;
}

static void *work(void *context)
{
	struct mqtt_out *out = context;
	const void *bytes;
	size_t len;
	while (!atomic_load(&out->ending)) {
		while (sem_wait(&out->wake) != 0)
			continue; /* a signal */
		while (may_send(out) && (bytes = ring_peek(out->ring, &len)) != NULL) {
			if (!send_one(out, bytes, len))
				break; /* we are woken when there is a link again */
			ring_pop(out->ring);
		}
	}
	return NULL;
}

struct mqtt_out *mqtt_out_create(MQTTAsync client, size_t ring_bytes)
{
	struct mqtt_out *out = calloc(1, sizeof *out);
	sigset_t all, before;
	if (out == NULL)
		return NULL;
	out->client = client;
	out->ring = ring_create(ring_bytes);
	sem_init(&out->wake, 0, 0);
	sigfillset(&all);        /* signals are the loop's */
	sigdelset(&all, SIGSYS); /* by it a forbidden call fails, and is counted */
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int rc = out->ring != NULL ? pthread_create(&out->thread, NULL, work, out) : -1;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		return out;
	ring_destroy(out->ring);
	sem_destroy(&out->wake);
	free(out);
	return NULL;
}

bool mqtt_out_push(struct mqtt_out *out, const char *topic, const void *bytes, size_t len, int qos,
	bool retain)
{
	char start[sizeof(struct head) + TOPIC_SPACE];
	size_t topic_len = strlen(topic);
	struct head head = {(uint8_t)qos, retain, (uint16_t)topic_len};
	bool was_empty;
	if (topic_len >= TOPIC_SPACE) {
		atomic_fetch_add(&out->errors, 1);
		return false;
	}
	memcpy(start, &head, sizeof head);
	memcpy(start + sizeof head, topic, topic_len + 1);
	if (!ring_push(out->ring, start, sizeof head + topic_len + 1, bytes, len, &was_empty))
		return false;
	if (was_empty)
		sem_post(&out->wake);
	return true;
}

void mqtt_out_link(struct mqtt_out *out, bool up)
{
	atomic_store(&out->under_way, 0);
	atomic_store(&out->up, up);
	sem_post(&out->wake);
}

/* Late word about a message of an earlier link must not count below none. */
void mqtt_out_delivered(struct mqtt_out *out)
{
	int n = atomic_load(&out->under_way);
	while (n > 0 && !atomic_compare_exchange_weak(&out->under_way, &n, n - 1))
		continue;
	sem_post(&out->wake);
}

bool mqtt_out_drain(struct mqtt_out *out, int timeout_ms)
{
	const struct timespec nap = {0, 5000000};
	for (int waited = 0; atomic_load(&out->up); waited += 5) {
		if (ring_fill(out->ring) <= 0 && atomic_load(&out->under_way) == 0)
			return true;
		if (waited >= timeout_ms)
			break;
		nanosleep(&nap, NULL);
	}
	return false;
}

uint64_t mqtt_out_drops(const struct mqtt_out *out)
{
	return ring_drops(out->ring);
}

uint64_t mqtt_out_errors(const struct mqtt_out *out)
{
	return atomic_load(&out->errors);
}

void mqtt_out_destroy(struct mqtt_out *out)
{
	if (out == NULL)
		return;
	atomic_store(&out->ending, true);
	sem_post(&out->wake);
	pthread_join(out->thread, NULL);
	ring_destroy(out->ring);
	sem_destroy(&out->wake);
	free(out);
}
