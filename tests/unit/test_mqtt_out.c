/* SPDX-License-Identifier: Apache-2.0 */
/* Publishing through a real mosquitto: order, bounds, what a lost link and a lost
 * station leave behind. */
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
#include <time.h>
#include <unistd.h>

#include "feeds/mqtt.h"
#include "src/child.h"
#include "tests/stub/brokers.c"

struct rig {
	struct ev_loop *loop;
	struct mqtt *mqtt;
	int received, in_order, retained, empty, linked, kept;
	char last[64], wills[64];
};

static void on_message(
	void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct rig *r = context;
	snprintf(r->last, sizeof r->last, "%.*s", (int)len, (const char *)bytes);
	if (strstr(topic, "/here") != NULL) {
		memcpy(r->wills, r->last, sizeof r->wills);
		return;
	}
	r->in_order += atoi(r->last) == r->received;
	r->received++;
	r->retained += retained;
	r->empty += len == 0;
}

static void on_linked(void *context, bool kept)
{
	struct rig *r = context;
	r->linked++;
	r->kept += kept;
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

/* Generous, because machines are shared. */
static bool grows_to(struct rig *r, const int *what, int count)
{
	for (int i = 0; i < 600 && *what < count; i++)
		turn(r, 0.05);
	return *what >= count;
}

static void rig_open(struct rig *r, const struct broker *b, const char *id)
{
	struct error err = {""};
	char address[64];
	memset(r, 0, sizeof *r);
	r->loop = ev_loop_new(EVFLAG_AUTO);
	snprintf(address, sizeof address, "mqtt://127.0.0.1:%d", b->port);
	struct mqtt_options o = {.addresses = {address},
		.address_count = 1,
		.client_id = id,
		.share_topic = "vigie/+/share/#",
		.will_topic = "vigie/or-1/share/here",
		.will = "gone"};
	r->mqtt = mqtt_create(r->loop, &o, NULL, NULL, on_message, r, &err);
	assert_non_null(r->mqtt);
	mqtt_on_linked(r->mqtt, on_linked);
	mqtt_start(r->mqtt);
}

static void rig_close(struct rig *r)
{
	mqtt_destroy(r->mqtt);
	ev_loop_destroy(r->loop);
}

static bool say(struct rig *r, int number, bool retain)
{
	char text[16];
	snprintf(text, sizeof text, "%d", number);
	return mqtt_publish(r->mqtt, "vigie/or-1/share/fact/0", text, strlen(text), 1, retain);
}

static void test_order_is_kept(void **state)
{
	struct broker b = {0};
	struct rig r;
	(void)state;
	assert_true(broker_start(&b, "max_queued_messages 0\n"));
	rig_open(&r, &b, "or-1");
	for (int i = 0; i < 500; i++) /* before there is a link */
		assert_true(say(&r, i, false));
	assert_true(grows_to(&r, &r.linked, 1));
	for (int i = 500; i < 5000; i++)
		assert_true(say(&r, i, false));
	assert_true(grows_to(&r, &r.received, 5000));
	assert_int_equal(r.received, 5000);
	assert_int_equal(r.in_order, 5000);
	assert_int_equal(r.kept, 0); /* the first visit */
	rig_close(&r);
	broker_end(&b);
}

static void test_full_is_told_and_counted(void **state)
{
	struct broker b = {.port = child_free_port()}; /* nobody listens */
	struct feed_health h = {.drops = 0};
	struct rig r;
	static const char block[60000];
	int taken = 0;
	(void)state;
	rig_open(&r, &b, "or-1");
	while (mqtt_publish(r.mqtt, "vigie/or-1/share/fact/0", block, sizeof block, 1, false))
		taken++;
	assert_int_equal(taken, (4 << 20) / 60032); /* 69: 60,000 B, their topic and head */
	assert_false(mqtt_publish(r.mqtt, "vigie/or-1/share/fact/0", block, sizeof block, 1, true));
	mqtt_health(r.mqtt, &h);
	assert_int_equal(h.drops, 2);
	rig_close(&r);
}

/* What waits while the broker is dead is said when it is back; the broker has
 * forgotten our session and says so. */
static void test_broker_killed_and_back(void **state)
{
	struct broker b = {0};
	struct rig r;
	(void)state;
	assert_true(broker_start(&b, ""));
	rig_open(&r, &b, "or-1");
	assert_true(grows_to(&r, &r.linked, 1));
	assert_true(say(&r, 0, false));
	assert_true(grows_to(&r, &r.received, 1));
	broker_kill(&b);
	turn(&r, 0.5);
	for (int i = 1; i < 101; i++)
		assert_true(say(&r, i, false));
	assert_true(broker_again(&b));
	assert_true(grows_to(&r, &r.received, 101));
	assert_int_equal(r.in_order, 101);
	assert_int_equal(r.linked, 2);
	assert_int_equal(r.kept, 0);
	rig_close(&r);
	broker_end(&b);
}

static void test_session_is_kept(void **state)
{
	struct broker b = {0};
	struct rig r;
	(void)state;
	assert_true(broker_start(&b, ""));
	rig_open(&r, &b, "or-1");
	assert_true(grows_to(&r, &r.linked, 1));
	assert_true(say(&r, 0, true));
	assert_true(grows_to(&r, &r.received, 1));
	rig_close(&r);
	rig_open(&r, &b, "or-1");
	assert_true(grows_to(&r, &r.linked, 1));
	assert_int_equal(r.kept, 1);
	assert_true(grows_to(&r, &r.received, 1)); /* told again on each subscription */
	assert_int_equal(r.retained, 1);
	assert_true(mqtt_publish(r.mqtt, "vigie/or-1/share/fact/0", "", 0, 1, true));
	assert_true(grows_to(&r, &r.received, 2));
	assert_int_equal(r.empty, 1);
	rig_close(&r);
	rig_open(&r, &b, "or-1"); /* nothing is left of it */
	assert_true(grows_to(&r, &r.linked, 1));
	turn(&r, 0.3);
	assert_int_equal(r.received, 0);
	rig_close(&r);
	broker_end(&b);
}

/* Another program: Paho's threads do not live through a fork. */
static int be_a_station(const char *how, int port)
{
	struct broker b = {.port = port};
	struct rig r;
	rig_open(&r, &b, "or-1");
	if (!grows_to(&r, &r.linked, 1))
		return 1;
	if (strcmp(how, "dies") == 0)
		kill(getpid(), SIGKILL);
	rig_close(&r);
	return 0;
}

/* The will is said for a station that dies, and not for one that leaves. */
static void test_will(void **state)
{
	struct broker b = {0};
	struct rig r;
	(void)state;
	assert_true(broker_start(&b, ""));
	rig_open(&r, &b, "watcher");
	assert_true(grows_to(&r, &r.linked, 1));
	for (int dies = 0; dies < 2; dies++) {
		char port[16];
		struct error err;
		snprintf(port, sizeof port, "%d", b.port);
		const char *const argv[] = {"/proc/self/exe", dies ? "dies" : "leaves", port, NULL};
		pid_t child = child_start((char *const *)(uintptr_t)argv, NULL, -1, &err);
		int status;
		while (waitpid(child, &status, WNOHANG) == 0)
			turn(&r, 0.05);
		assert_true(
			dies ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 0);
		for (int i = 0; i < 100 && dies && r.wills[0] == '\0'; i++)
			turn(&r, 0.05);
		assert_string_equal(r.wills, dies ? "gone" : "");
	}
	rig_close(&r);
	broker_end(&b);
}

static int before(void **state)
{
	(void)state;
	return brokers_begin() ? 0 : -1;
}

static int after(void **state)
{
	(void)state;
	brokers_end();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return be_a_station(argv[1], atoi(argv[2]));
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_is_kept),
		cmocka_unit_test(test_full_is_told_and_counted),
		cmocka_unit_test(test_broker_killed_and_back),
		cmocka_unit_test(test_session_is_kept),
		cmocka_unit_test(test_will),
	};
	return cmocka_run_group_tests_name("mqtt_out", tests, before, after);
}
