/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the publication of a press to its line on the terminal, with 5,000 rows
 * a second in the background: a real broker, the real console on a terminal. Each
 * round has a journal of its own, so that every button rings for the first time.
 */
#include <MQTTAsync.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "src/site_file.h"
#include "tests/bench/bench.h"
#include "tests/bench/hold.h"

enum { ROUNDS = 4, PRESSES = 300, ROWS = 100, MESSAGES_A_SECOND = 50, WARM_MS = 4000 };

static void to_broker(MQTTAsync client, const char *topic, const char *text)
{
	MQTTAsync_send(client, topic, (int)strlen(text), text, 1, 0, NULL);
}

static MQTTAsync connect_client(const char *id, int port)
{
	MQTTAsync client;
	MQTTAsync_connectOptions o = MQTTAsync_connectOptions_initializer;
	char url[64];
	snprintf(url, sizeof url, "tcp://127.0.0.1:%d", port);
	MQTTAsync_create(&client, url, id, MQTTCLIENT_PERSISTENCE_NONE, NULL);
	MQTTAsync_connect(client, &o);
	for (int i = 0; i < 200 && !MQTTAsync_isConnected(client); i++)
		usleep(10000);
	return client;
}

/* A child: 50 messages a second of 100 rows each. */
static void background(int port, const struct site *site)
{
	static char text[ROWS * 160];
	MQTTAsync client = connect_client("bench-noise", port);
	double next = bench_now();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int m = 0;; m++) {
		const struct gateway *g = &site->gateways[m % site->gateway_count];
		char topic[64];
		size_t n = (size_t)snprintf(text, sizeof text, "[");
		for (int i = 0; i < ROWS; i++)
			n += (size_t)snprintf(text + n, sizeof text - n,
				"%s{\"timestamp\":1758600000000,\"mac\":\"%s\",\"rssi\":-%d,"
				"\"rawData\":"
				"\"0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3\"}",
				i > 0 ? "," : "", site->tags[(m * 7 + i) % site->tag_count].mac,
				60 + i % 30);
		snprintf(text + n, sizeof text - n, "]");
		snprintf(topic, sizeof topic, "/gw/%s/status", g->mac);
		to_broker(client, topic, text);
		next += 1.0 / MESSAGES_A_SECOND;
		double left = next - bench_now();
		if (left > 0)
			usleep((useconds_t)(left * 1e6));
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The nth button of model B10 the site lists. */
static const struct tag *button(const struct site *site, int n)
{
	for (int i = 0; i < site->tag_count; i++)
		if (strcmp(site->tags[i].model, "B10") == 0 && n-- == 0)
			return &site->tags[i];
	return NULL;
}

/* Presses one button and waits until the terminal tells who calls. */
static double press(
	MQTTAsync client, struct pty *pty, const struct site *site, const struct tag *tag)
{
	char text[300], topic[64], line[LABEL_SIZE + 8];
	snprintf(text, sizeof text,
		"[{\"timestamp\":1758600000000,\"mac\":\"%s\",\"rssi\":-61,\"rawData\":"
		"\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5\"}]",
		tag->mac);
	snprintf(topic, sizeof topic, "/gw/%s/status", site->gateways[0].mac);
	snprintf(line, sizeof line, "%s calls", tag->name);
	double began = bench_now();
	to_broker(client, topic, text);
	while (bench_now() - began < 5) {
		pty_pump(pty, 1);
		if (pty_shows(pty, line))
			return (bench_now() - began) * 1000;
	}
	fprintf(stderr, "bench: \"%s\" was never shown\n", line);
	return 5000;
}

/* Every button once, on a fresh console; how many. */
static int round_of_presses(const struct site *site, int port, const char *journal, double ms[])
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	const char *b = getenv("B");
	char mqtt[64], vigie[128];
	struct pty pty;
	int n = 0;
	snprintf(mqtt, sizeof mqtt, "mqtt://127.0.0.1:%d", port);
	snprintf(vigie, sizeof vigie, "%s/vigie", b != NULL ? b : "build");
	const char *argv[] = {vigie, "--site", "etc/demo/site.cfg", "--mqtt", mqtt, "--journal",
		journal, "--calm", "--screen", "alarms", NULL};
	if (!pty_spawn(&pty, 24, 80, argv, env))
		exit(3);
	pty_run(&pty, WARM_MS);
	MQTTAsync client = connect_client("bench-press", port);
	for (const struct tag *tag; (tag = button(site, n)) != NULL && n < PRESSES / ROUNDS; n++) {
		ms[n] = press(client, &pty, site, tag);
		pty_run(&pty, 150 + n * 37 % 400);
	}
	MQTTAsync_destroy(&client);
	pty_end(&pty);
	return n;
}

int main(void)
{
	char folder[64], journal[128];
	double ms[PRESSES];
	struct error err = {""};
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	int port, n = 0;
	if (site == NULL)
		return 3;
	bench_folder(folder);
	pid_t broker = bench_broker(folder, &port);
	pid_t noise = fork();
	if (noise == 0)
		background(port, site);
	for (int r = 0; r < ROUNDS; r++) {
		snprintf(journal, sizeof journal, "%s/%d.db", folder, r);
		n += round_of_presses(site, port, journal, ms + n);
	}
	qsort(ms, (size_t)n, sizeof *ms, by_value);
	bench_say("presses", n, "presses");
	bench_say("press_latency_p50", ms[n / 2], "ms");
	bench_say("press_latency_p99", ms[n * 99 / 100], "ms");
	bench_say("press_latency_max", ms[n - 1], "ms");
	kill(noise, SIGKILL);
	waitpid(noise, NULL, 0);
	child_end(broker);
	bench_remove(folder);
	return 0;
}
