/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages a second from a real mosquitto into the twin's front door (decode,
 * press scan, room filter), against the same Paho ring that only counts.
 * Publisher, broker and subscriber share the machine; both are measured in one
 * run, in turn.
 */
#include <MQTTAsync.h>
#include <ev.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "feeds/mqtt.h"
#include "src/ingest.h"
#include "src/site_file.h"
#include "tests/bench/bench.h"

enum { MESSAGES = 60000, ROUNDS = 3 };

struct rig {
	struct ev_loop *loop;
	struct ingest *ingest; /* NULL: count only */
	int received;
	double first, last;
	uint64_t facts;
};

static void on_fact(void *context, const struct fact *fact)
{
	(void)fact;
	((struct rig *)context)->facts++;
}

static void on_message(
	void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct rig *r = context;
	if (r->received++ == 0)
		r->first = bench_now();
	if (r->ingest != NULL)
		ingest_message(
			r->ingest, topic, bytes, len, retained, (int64_t)(bench_now() * 1000));
	r->last = bench_now();
	if (r->received == MESSAGES)
		ev_break(r->loop, EVBREAK_ALL);
}

static int on_commit(void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	(void)context;
	(void)topic;
	(void)bytes;
	(void)len;
	(void)retained;
	return 0;
}

/* 300 bytes: two rows of known tags, as an MG3 sends them. */
static void payload(char out[400], const struct site *site, int i)
{
	const struct tag *tag = &site->tags[i % site->tag_count];
	snprintf(out, 400,
		"[{\"timestamp\":1758600000000,\"mac\":\"%s\",\"rssi\":-%d,\"rawData\":"
		"\"0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3\"},{\"timestamp\":"
		"1758600000000,"
		"\"mac\":\"%s\",\"rssi\":-%d,\"rawData\":"
		"\"0201060303E1FF1016E1FFA1016419734864009078563412"
		"\"},{\"mac\":\"D00000000001\",\"rssi\":-90}]",
		tag->mac, 50 + i % 40, tag->mac, 50 + i % 37);
}

/* A child that publishes as fast as the broker takes them. */
static void publish(int port, int qos, const struct site *site)
{
	char text[400], command[128];
	char *program = child_find("mosquitto_pub");
	snprintf(command, sizeof command, "%s -h 127.0.0.1 -p %d -q %d -l -t '/gw/%s/status'",
		program, port, qos, site->gateways[0].mac);
	FILE *pipe = popen(command, "w");
	if (pipe == NULL)
		_exit(3);
	for (int i = 0; i < MESSAGES; i++) {
		payload(text, site, i);
		fprintf(pipe, "%s\n", text);
	}
	pclose(pipe);
	_exit(0);
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void turn(struct ev_loop *loop, double seconds)
{
	ev_timer timer;
	ev_timer_init(&timer, on_timeout, seconds, 0);
	ev_timer_start(loop, &timer);
	ev_run(loop, 0);
	ev_timer_stop(loop, &timer);
}

static double rate(int port, int qos, const struct site *site, bool full)
{
	static struct health health;
	struct rig r = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct error err = {""};
	char address[64];
	struct locator *locator = locator_create(site);
	struct press_table *table = press_table_create(site);
	struct ingest_options io = {site, locator, &health, &health.feeds[0], on_fact, &r};
	snprintf(address, sizeof address, "mqtt://127.0.0.1:%d", port);
	struct mqtt_options o = {.addresses = {address},
		.address_count = 1,
		.topics = {"/gw/+/status"},
		.topic_count = 1,
		.qos = qos,
		.client_id = "bench",
		.ring_bytes = 64u << 20};
	r.ingest = full ? ingest_create(&io) : NULL;
	struct mqtt *mqtt = mqtt_create(
		r.loop, &o, full ? table : NULL, full ? on_commit : NULL, on_message, &r, &err);
	mqtt_start(mqtt);
	turn(r.loop, 1.0);
	pid_t child = fork();
	if (child == 0)
		publish(port, qos, site);
	turn(r.loop, 30);
	waitpid(child, NULL, 0);
	mqtt_destroy(mqtt);
	ingest_destroy(r.ingest);
	locator_destroy(locator);
	press_table_destroy(table);
	ev_loop_destroy(r.loop);
	if (r.received < MESSAGES)
		fprintf(stderr, "bench: only %d of %d arrived\n", r.received, MESSAGES);
	return r.last > r.first ? (double)r.received / (r.last - r.first) : 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(void)
{
	char folder[64];
	int port;
	struct error err = {""};
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	if (site == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	bench_folder(folder);
	pid_t broker = bench_broker(folder, &port);
	for (int qos = 0; qos <= 1; qos++) {
		double full[ROUNDS], bare[ROUNDS];
		for (int i = 0; i < ROUNDS; i++) {
			bare[i] = rate(port, qos, site, false);
			full[i] = rate(port, qos, site, true);
		}
		qsort(full, ROUNDS, sizeof *full, by_value);
		qsort(bare, ROUNDS, sizeof *bare, by_value);
		bench_against(qos == 0 ? "ingest_qos0" : "ingest_qos1", full[ROUNDS / 2], "msg/s",
			"paho_ring", bare[ROUNDS / 2]);
	}
	child_end(broker);
	bench_remove(folder);
	site_free(site);
	return 0;
}
