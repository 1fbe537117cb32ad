/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "feeds/mqtt.h"
#include "src/child.h"

/* A real mosquitto on loopback, plain and TLS; it ends with the test. */

static char folder[64];
static char *mosquitto;

struct rig {
	struct ev_loop *loop;
	struct mqtt *mqtt;
	pid_t broker;
	int port;
	int received, commits, retained;
	char last[600];
};

static void on_message(
	void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct rig *r = context;
	r->received++;
	r->retained += retained;
	snprintf(r->last, sizeof r->last, "%s %.*s", topic, (int)(len < 400 ? len : 400),
		(const char *)bytes);
}

static int on_commit(void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct rig *r = context;
	(void)topic;
	(void)bytes;
	(void)len;
	(void)retained;
	r->commits++;
	return 0;
}

static void start_broker(struct rig *r, const char *extra)
{
	char conf[128];
	struct error err;
	snprintf(conf, sizeof conf, "%s/mosquitto-%d.conf", folder, r->port);
	FILE *file = fopen(conf, "w");
	assert_non_null(file);
	fprintf(file, "listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n%s%s",
		r->port, geteuid() == 0 ? "user root\n" : "", extra);
	fclose(file);
	const char *const argv[] = {mosquitto, "-c", conf, NULL};
	r->broker = child_start((char *const *)(uintptr_t)argv, NULL, -1, &err);
	assert_true(r->broker > 0);
	assert_int_equal(child_wait_port(r->port, 5000), 0);
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void turn(struct rig *r, double seconds)
{
	ev_timer timer;
	ev_timer_init(&timer, on_timeout, seconds, 0);
	ev_timer_start(r->loop, &timer);
	ev_run(r->loop, 0);
	ev_timer_stop(r->loop, &timer);
}

static enum feed_state state_of(struct rig *r)
{
	struct feed_health h;
	memset(&h, 0, sizeof h);
	mqtt_health(r->mqtt, &h);
	return h.state;
}

/* Bounded waiting: generous, because machines are shared. */
static bool reaches(struct rig *r, enum feed_state state, double seconds)
{
	for (double t = 0; t < seconds && state_of(r) != state; t += 0.05)
		turn(r, 0.05);
	return state_of(r) == state;
}

static bool receives(struct rig *r, int count)
{
	for (int i = 0; i < 200 && r->received < count; i++)
		turn(r, 0.05);
	return r->received >= count;
}

static void publish(struct rig *r, const char *topic, const char *payload, bool retain)
{
	char port[16];
	struct error err;
	char *program = child_find("mosquitto_pub");
	snprintf(port, sizeof port, "%d", r->port);
	const char *const argv[] = {program, "-h", "127.0.0.1", "-p", port, "-q", "1", "-t", topic,
		"-m", payload, retain ? "-r" : NULL, NULL};
	pid_t pid = child_start((char *const *)(uintptr_t)argv, NULL, -1, &err);
	int status;
	while (waitpid(pid, &status, WNOHANG) == 0)
		turn(r, 0.02);
	assert_int_equal(status, 0);
	free(program);
}

static struct mqtt *connect_to(struct rig *r, struct mqtt_options o, const char *address,
	struct press_table *presses, struct error *err)
{
	o.addresses[0] = address;
	o.address_count = 1;
	o.topics[0] = "/gw/+/status";
	o.topic_count = 1;
	o.qos = 1;
	o.client_id = "vigie-test";
	r->mqtt = mqtt_create(r->loop, &o, presses, on_commit, on_message, r, err);
	if (r->mqtt != NULL)
		mqtt_start(r->mqtt);
	return r->mqtt;
}

static void rig_open(struct rig *r)
{
	memset(r, 0, sizeof *r);
	r->loop = ev_loop_new(EVFLAG_AUTO);
	r->port = child_free_port();
}

static void rig_close(struct rig *r)
{
	mqtt_destroy(r->mqtt);
	child_end(r->broker);
	ev_loop_destroy(r->loop);
}

static char *address(const char *scheme, const struct rig *r)
{
	static char text[64];
	snprintf(text, sizeof text, "%s://127.0.0.1:%d", scheme, r->port);
	return text;
}

static void test_plain_message_and_retain(void **state)
{
	struct rig r;
	struct error err;
	(void)state;
	rig_open(&r);
	start_broker(&r, "");
	publish(&r, "/gw/AC233FC00001/status", "kept", true);
	connect_to(&r, (struct mqtt_options){.qos = 1}, address("mqtt", &r), NULL, &err);
	assert_true(reaches(&r, FEED_UP, 10));
	assert_true(receives(&r, 1));
	assert_int_equal(r.retained, 1);
	publish(&r, "/gw/AC233FC00001/status", "[]", false);
	assert_true(receives(&r, 2));
	assert_string_equal(r.last, "/gw/AC233FC00001/status []");
	assert_int_equal(r.retained, 1);
	rig_close(&r);
}

/* Payloads: the pressed B10 of feeds.md 2.2, and its resting acceleration. */
static void test_press_is_committed_once(void **state)
{
	static struct signature b10 = {.id = "b10",
		.kind = SIGNATURE_IBEACON,
		.pattern = {0xFD, 0xA5, 0x06, 0x93, 0xA4, 0xE2, 0x4F, 0xB1, 0xAF, 0xCF, 0xC6, 0xEB,
			0x07, 0x64, 0x78, 0x25, 0, 0, 0, 0},
		.mask = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
			255, 255, 255, 255, 255},
		.length = 20,
		.rearm_silence_s = 30,
		.merge_s = 15};
	static const char press[] =
		"[{\"timestamp\":1758600000000,\"mac\":\"C300007B573C\",\"rssi\":"
		"-61,\"rawData\":\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5\"}"
		"]";
	static const char rest[] =
		"[{\"timestamp\":1758600000000,\"mac\":\"C300007B573C\",\"rssi\":-61,"
		"\"rawData\":\"0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3\"}]";
	struct site site = {.signatures = &b10, .signature_count = 1};
	struct press_table *table = press_table_create(&site);
	struct rig r;
	struct error err;
	(void)state;
	rig_open(&r);
	start_broker(&r, "");
	connect_to(&r, (struct mqtt_options){.qos = 1}, address("mqtt", &r), table, &err);
	assert_true(reaches(&r, FEED_UP, 10));
	publish(&r, "/gw/a/status", rest, false);
	publish(&r, "/gw/a/status", press, false);
	publish(&r, "/gw/b/status", press, false); /* the same burst, another gateway */
	assert_true(receives(&r, 3));
	assert_int_equal(r.commits, 1);
	rig_close(&r);
	press_table_destroy(table);
}

static void test_broker_killed_and_back(void **state)
{
	struct rig r;
	struct error err;
	(void)state;
	rig_open(&r);
	start_broker(&r, "");
	connect_to(&r, (struct mqtt_options){.qos = 1}, address("mqtt", &r), NULL, &err);
	assert_true(reaches(&r, FEED_UP, 10));
	kill(r.broker, SIGKILL);
	waitpid(r.broker, NULL, 0);
	assert_true(reaches(&r, FEED_DOWN, 10));
	start_broker(&r, "");
	assert_true(reaches(&r, FEED_UP, 15));
	publish(&r, "/gw/a/status", "back", false);
	assert_true(receives(&r, 1));
	rig_close(&r);
}

/* A broker that is there but does not answer: the heartbeat decides. */
static void test_broker_stopped(void **state)
{
	struct rig r;
	struct error err;
	(void)state;
	rig_open(&r);
	start_broker(&r, "");
	connect_to(&r, (struct mqtt_options){.qos = 1}, address("mqtt", &r), NULL, &err);
	assert_true(reaches(&r, FEED_UP, 10));
	kill(r.broker, SIGSTOP);
	assert_true(reaches(&r, FEED_DOUBTFUL, 5));
	assert_true(reaches(&r, FEED_DOWN, 10));
	kill(r.broker, SIGCONT);
	assert_true(reaches(&r, FEED_UP, 20));
	rig_close(&r);
}

/* Found where the machine was busy (tests/rig): what waited for us came before the echo,
 * the link was given up after 3 s, and all of it had to come again, for ever. Here no
 * echo comes at all: the access list keeps our beat from the broker. */
static void test_who_speaks_is_not_given_up(void **state)
{
	struct rig r;
	struct error err;
	char acl[160], list[128];
	(void)state;
	rig_open(&r);
	snprintf(list, sizeof list, "%s/beat.acl", folder);
	FILE *file = fopen(list, "w");
	assert_non_null(file);
	fputs("topic readwrite /gw/#\ntopic read vigie/#\n", file);
	fclose(file);
	snprintf(acl, sizeof acl, "acl_file %s\n", list);
	start_broker(&r, acl);
	connect_to(&r, (struct mqtt_options){.qos = 1}, address("mqtt", &r), NULL, &err);
	assert_true(reaches(&r, FEED_UP, 10));
	for (int i = 0; i < 12; i++) {
		publish(&r, "/gw/a/status", "it speaks", false);
		turn(&r, 0.5);
		assert_int_not_equal(state_of(&r), FEED_DOWN);
	}
	assert_int_equal(state_of(&r), FEED_DOUBTFUL);
	assert_true(reaches(&r, FEED_DOWN, 10)); /* nobody speaks any more */
	rig_close(&r);
}

static void test_plain_text_beyond_loopback(void **state)
{
	struct rig r;
	struct error err = {""};
	(void)state;
	rig_open(&r);
	/* 192.0.2.1 is a documentation address (RFC 5737); nothing is sent. */
	struct mqtt_options o = {
		.addresses = {"mqtt://192.0.2.1"}, .address_count = 1, .client_id = "vigie-test"};
	assert_null(mqtt_create(r.loop, &o, NULL, on_commit, on_message, &r, &err));
	assert_non_null(strstr(err.text, "--insecure"));
	rig_close(&r);
}

static void tls_options(char *out, size_t size, const char *cert, const char *extra)
{
	snprintf(out, size, "cafile %s/ca.pem\ncertfile %s/%s.pem\nkeyfile %s/%s.key\n%s", folder,
		folder, cert, folder, cert, extra);
}

static bool tls_connects(
	const char *server_cert, const char *extra, const char *ca, const char *client)
{
	char conf[512], ca_path[128], cert[128], key[128];
	struct rig r;
	struct error err;
	struct mqtt_options o = {.qos = 1};
	rig_open(&r);
	tls_options(conf, sizeof conf, server_cert, extra);
	start_broker(&r, conf);
	snprintf(ca_path, sizeof ca_path, "%s/%s.pem", folder, ca);
	snprintf(cert, sizeof cert, "%s/client.pem", folder);
	snprintf(key, sizeof key, "%s/client.key", folder);
	o.ca_file = ca_path;
	o.cert_file = client != NULL ? cert : NULL;
	o.key_file = client != NULL ? key : NULL;
	assert_non_null(connect_to(&r, o, address("mqtts", &r), NULL, &err));
	bool up = reaches(&r, FEED_UP, 3);
	rig_close(&r);
	return up;
}

static void test_tls(void **state)
{
	(void)state;
	assert_true(tls_connects("broker", "", "ca", NULL));
	assert_false(tls_connects("elsewhere", "", "ca", NULL)); /* another host's name */
	assert_false(tls_connects("broker", "", "other", NULL)); /* another authority */
}

static void test_client_certificate(void **state)
{
	(void)state;
	assert_false(tls_connects("broker", "require_certificate true\n", "ca", NULL));
	assert_true(tls_connects("broker", "require_certificate true\n", "ca", "client"));
}

static int before(void **state)
{
	char command[160];
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/vigie-test-mqtt.XXXXXX");
	mosquitto = child_find("mosquitto");
	if (mosquitto == NULL || mkdtemp(folder) == NULL)
		return -1;
	snprintf(command, sizeof command, "sh tests/system/make_certs.sh %s", folder);
	return system(command);
}

static int after(void **state)
{
	char command[160];
	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	free(mosquitto);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_message_and_retain),
		cmocka_unit_test(test_press_is_committed_once),
		cmocka_unit_test(test_broker_killed_and_back),
		cmocka_unit_test(test_broker_stopped),
		cmocka_unit_test(test_who_speaks_is_not_given_up),
		cmocka_unit_test(test_plain_text_beyond_loopback),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_client_certificate),
	};
	return cmocka_run_group_tests_name("mqtt", tests, before, after);
}
