/* SPDX-License-Identifier: Apache-2.0 */
/* Making an MQTT link from its options, and letting it go. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/mqtt_private.h"
#include "feeds/pem.h"
#include "feeds/secret.h"

enum {
	OUT_RING = 4 << 20,  /* what we say and the broker has not taken */
	LAST_WORDS_MS = 500, /* for what is on its way when we go */
};

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
	if (o->share_topic != NULL)
		m->topics[m->topic_count++] = strdup(o->share_topic);
	m->shared = o->share_topic != NULL;
	m->will_topic = keep(o->will_topic);
	m->will = keep(o->will);
	m->qos = o->qos;
	m->visitor = o->visitor;
	m->client_id = keep(o->client_id);
	m->user = keep(o->user);
	m->ca = keep(o->ca_file);
	m->cert = keep(o->cert_file);
	m->key = keep(o->key_file);
	const char *root = o->root != NULL ? o->root : "vigie";
	snprintf(m->beat_topic, sizeof m->beat_topic, "%s/%s/heartbeat", root, m->client_id);
	m->own_len = strlen(root) + 1;
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
	sigdelset(&all, SIGSYS); /* by it a forbidden call fails, and is counted */
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int rc = MQTTAsync_create(
		&m->client, m->addresses[0].url, m->client_id, MQTTCLIENT_PERSISTENCE_NONE, NULL);
	if (rc == MQTTASYNC_SUCCESS)
		rc = mqtt_callbacks(m);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != MQTTASYNC_SUCCESS)
		return error_set(err, -EIO, "MQTT client: %s", MQTTAsync_strerror(rc));
	m->out = mqtt_out_create(m->client, OUT_RING);
	return m->out != NULL ? 0 : error_set(err, -ENOMEM, "MQTT client: out of memory");
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
	mqtt_watchers(m);
	return m;
}

void mqtt_destroy(struct mqtt *m)
{
	if (m == NULL)
		return;
	if (m->client != NULL) {
		MQTTAsync_disconnectOptions now = MQTTAsync_disconnectOptions_initializer;
		if (m->out != NULL)
			mqtt_out_drain(m->out, LAST_WORDS_MS);
		mqtt_out_destroy(m->out);
		MQTTAsync_disconnect(m->client, &now);
		MQTTAsync_destroy(&m->client);
		ev_timer_stop(m->loop, &m->retry);
		ev_timer_stop(m->loop, &m->beat);
		ev_async_stop(m->loop, &m->wake);
	}
	for (int i = 0; i < m->topic_count; i++)
		free(m->topics[i]);
	free(m->client_id);
	free(m->will_topic);
	free(m->will);
	free(m->user);
	free(m->password);
	free(m->ca);
	free(m->cert);
	free(m->key);
	ring_destroy(m->ring);
	pthread_mutex_destroy(&m->error_lock);
	free(m);
}
