/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/mqtt_out.h"

#include <MQTTAsync.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { IN_FLIGHT = 2000, GOODBYE_MS = 1000, RETRY_S = 1 };

struct mqtt_out {
	MQTTAsync client;
	atomic_bool trying; /* the first connection is being tried */
	atomic_bool ever;   /* Paho reconnects by itself once it has been connected */
	time_t tried;
	uint64_t dropped;
};

static void connected(void *context, char *cause)
{
	struct mqtt_out *m = context;
	(void)cause;
	atomic_store(&m->ever, true);
}

static void refused(void *context, MQTTAsync_failureData *data)
{
	struct mqtt_out *m = context;
	(void)data;
	atomic_store(&m->trying, false);
}

static int arrived(void *context, char *topic, int len, MQTTAsync_message *message)
{
	(void)context, (void)len;
	MQTTAsync_freeMessage(&message);
	MQTTAsync_free(topic);
	return 1;
}

static void try_connect(struct mqtt_out *m)
{
	MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
	options.keepAliveInterval = 30;
	options.cleansession = 1;
	options.maxInflight = IN_FLIGHT;
	options.connectTimeout = 5;
	options.automaticReconnect = 1;
	options.minRetryInterval = 1;
	options.maxRetryInterval = 5;
	options.onFailure = refused;
	options.context = m;
	atomic_store(&m->trying, true);
	m->tried = time(NULL);
	if (MQTTAsync_connect(m->client, &options) != MQTTASYNC_SUCCESS)
		atomic_store(&m->trying, false);
}

struct mqtt_out *mqtt_out_open(const char *address, struct error *err)
{
	char uri[160], id[40];
	struct mqtt_out *m = calloc(1, sizeof(*m));
	if (m == NULL)
		abort();
	snprintf(uri, sizeof(uri), "tcp://%s", address);
	snprintf(id, sizeof(id), "vigie-hospital-%ld", (long)getpid());
	MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer;
	create.maxBufferedMessages = IN_FLIGHT;
	int rc = MQTTAsync_createWithOptions(
		&m->client, uri, id, MQTTCLIENT_PERSISTENCE_NONE, NULL, &create);
	if (rc != MQTTASYNC_SUCCESS) {
		error_set(err, -EINVAL, "MQTT %s: %s", address, MQTTAsync_strerror(rc));
		free(m);
		return NULL;
	}
	MQTTAsync_setCallbacks(m->client, m, NULL, arrived, NULL);
	MQTTAsync_setConnected(m->client, m, connected);
	try_connect(m);
	return m;
}

void mqtt_out_send(struct mqtt_out *m, const char *topic, const void *bytes, size_t len)
{
	if (!MQTTAsync_isConnected(m->client)) {
		if (!atomic_load(&m->ever) && !atomic_load(&m->trying)
			&& time(NULL) - m->tried >= RETRY_S)
			try_connect(m);
		m->dropped++;
		return;
	}
	if (MQTTAsync_send(m->client, topic, (int)len, bytes, 1, 0, NULL) != MQTTASYNC_SUCCESS)
		m->dropped++;
}

uint64_t mqtt_out_dropped(const struct mqtt_out *m)
{
	return m->dropped;
}

void mqtt_out_close(struct mqtt_out *m)
{
	if (m == NULL)
		return;
	if (MQTTAsync_isConnected(m->client)) {
		MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;
		options.timeout = GOODBYE_MS / 2;
		MQTTAsync_disconnect(m->client, &options);
		for (int i = 0; i < GOODBYE_MS / 20 && MQTTAsync_isConnected(m->client); i++)
			usleep(20000);
	}
	MQTTAsync_destroy(&m->client);
	free(m);
}
