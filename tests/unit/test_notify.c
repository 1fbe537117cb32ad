/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to a real HTTP receiver, to a command and to a topic: what is sent, how
 * often, under which name, and what becomes of what nobody takes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds/notify.h"
#include "src/child.h"
#include "src/command.h"
#include "tests/stub/hook.c" /* one stub, two tests: not worth an archive */

static char folder[64];

struct world {
	struct ev_loop *loop;
	struct hook *hook;
	struct notify *notify;
	struct helper *helper;
	struct commands *commands;
	struct notify_target target;
	int told[NOTICE_STATE_COUNT];
	int tries;
	char why[200], id[ID_SIZE];
	int published;
	char topic[64], body[1024];
};

static const char *path(const char *name)
{
	static char paths[4][128];
	static int next;
	char *p = paths[next++ % 4];
	snprintf(p, sizeof paths[0], "%s/%s", folder, name);
	return p;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path(name), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path(name), mode), 0);
}

static char *read_file(const char *name)
{
	char *text = calloc(1, 8192);
	FILE *file = fopen(path(name), "r");
	if (file != NULL && fread(text, 1, 8191, file) == 0)
		text[0] = '\0';
	if (file != NULL)
		fclose(file);
	return text;
}

static void on_outcome(void *context, const struct notify_message *m, enum notice_state state,
	int tries, const char *why)
{
	struct world *w = context;
	w->told[state]++;
	w->tries = tries;
	snprintf(w->why, sizeof w->why, "%s", why);
	snprintf(w->id, sizeof w->id, "%s", m->id);
	ev_break(w->loop, EVBREAK_ALL);
}

static bool on_publish(void *context, const char *topic, const void *bytes, size_t len)
{
	struct world *w = context;
	w->published++;
	snprintf(w->topic, sizeof w->topic, "%s", topic);
	snprintf(w->body, sizeof w->body, "%.*s", (int)len, (const char *)bytes);
	return true;
}

static int on_run(
	void *context, uint64_t ticket, const struct notify_command *command, struct error *err)
{
	struct world *w = context;
	return commands_run(w->commands, ticket, command, err);
}

static void on_ran(void *context, uint64_t ticket, bool good, const char *why)
{
	struct world *w = context;
	notify_ran(w->notify, ticket, good, why);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->hook = hook_start(NULL, NULL);
	w->target = (struct notify_target){
		.name = "oncall", .way = NOTIFY_WEBHOOK, .url = hook_url(w->hook)};
	*state = w;
	return w->hook != NULL ? 0 : -1;
}

static void shut(struct world *w)
{
	notify_destroy(w->notify);
	commands_close(w->commands);
	helper_stop(w->helper);
	w->notify = NULL;
	w->commands = NULL;
	w->helper = NULL;
}

static int teardown(void **state)
{
	struct world *w = *state;
	shut(w);
	hook_stop(w->hook);
	ev_loop_destroy(w->loop);
	free(w);
	return 0;
}

static void open_with(struct world *w, struct notify_options o)
{
	struct error err = {""};
	o.targets = &w->target;
	o.target_count = 1;
	struct helper_options helped = {.user = "nobody",
		.commands = {
			[HELPER_TARGET] = w->target.way == NOTIFY_COMMAND ? w->target.argv : NULL}};
	w->helper = helper_start(&helped, &err);
	assert_non_null(w->helper);
	helper_attach(w->helper, w->loop);
	w->commands = commands_open(w->helper, on_ran, w);
	o.calls = (struct notify_calls){on_publish, on_run, on_outcome, w};
	w->notify = notify_create(w->loop, &o, &err);
	if (w->notify == NULL)
		fail_msg("%s", err.text);
}

static struct notify_message message(const char *id)
{
	struct notify_message m = {.priority = PRIORITY_HIGH, .step = 2};
	strcpy(m.target, "oncall");
	snprintf(m.id, sizeof m.id, "%s", id);
	strcpy(m.key, "press:C300007B573C");
	strcpy(m.class_, "patient_call");
	strcpy(m.text, "patient calls");
	strcpy(m.place, "PACU 1");
	m.raised_ms = 1773651600123; /* date -u -d @1773651600: 2026-03-16T09:00:00Z */
	return m;
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void turn(struct world *w, double seconds)
{
	ev_timer timer;
	ev_timer_init(&timer, on_timeout, seconds, 0.);
	ev_now_update(w->loop);
	ev_timer_start(w->loop, &timer);
	ev_run(w->loop, 0);
	ev_timer_stop(w->loop, &timer);
}

/* Until so many were told of this state, at most 20 s. */
static void wait_for(struct world *w, enum notice_state state, int count)
{
	for (int i = 0; i < 400 && w->told[state] < count; i++)
		turn(w, 0.05);
	if (w->told[state] != count)
		fail_msg("%d of %d %s (%s)", w->told[state], count, notice_state_name(state),
			w->why);
}

static bool is_of(void *context, const struct notify_message *m)
{
	return strcmp(m->id, context) == 0;
}

static bool under_way(struct world *w, const char *id)
{
	return notify_any(w->notify, is_of, (void *)(uintptr_t)id);
}

static void send_one(struct world *w, const char *id)
{
	struct notify_message m = message(id);
	assert_int_equal(notify_send(w->notify, &m), 0);
	assert_int_equal(w->told[NOTICE_SENT] + w->told[NOTICE_DEAD], 0); /* never from inside */
}

/* ---- webhook ---- */

static void what_a_receiver_gets(void **state)
{
	struct world *w = *state;
	open_with(w, (struct notify_options){0});
	send_one(w, "3b0c44");
	assert_true(under_way(w, "3b0c44"));
	wait_for(w, NOTICE_SENT, 1);
	assert_false(under_way(w, "3b0c44"));
	assert_string_equal(w->id, "3b0c44");
	assert_int_equal(w->tries, 1);
	struct hook_letter l = hook_letter(w->hook, 0);
	assert_string_equal(l.path, "/hook");
	assert_string_equal(l.key, "3b0c44");
	assert_string_equal(l.type, "application/json");
	assert_string_equal(l.bearer, "");
	assert_string_equal(l.body,
		"{\"format\":\"vigie.notice/1\",\"id\":\"3b0c44\",\"key\":\"press:C300007B573C\","
		"\"class\":\"patient_call\",\"priority\":\"HIGH\",\"text\":\"patient calls\","
		"\"place\":\"PACU 1\",\"raised\":\"2026-03-16T09:00:00.123Z\",\"step\":2}");
	turn(w, 0.2);
	assert_int_equal(hook_count(w->hook), 1);
}

/* 0.1, 0.2, 0.4 s: each gap is no shorter than that, whatever the machine. */
static void tries_again_under_one_key(void **state)
{
	struct world *w = *state;
	open_with(w, (struct notify_options){.again_s = 0.1});
	hook_answer(w->hook, 503, 3, NULL);
	send_one(w, "k");
	wait_for(w, NOTICE_SENT, 1);
	assert_int_equal(w->told[NOTICE_FAILED], 3);
	assert_int_equal(w->told[NOTICE_DEAD], 0);
	assert_int_equal(w->tries, 4);
	assert_int_equal(hook_count(w->hook), 4);
	assert_int_equal(hook_distinct(w->hook), 1);
	for (int i = 1; i < 4; i++) {
		struct hook_letter a = hook_letter(w->hook, i - 1), b = hook_letter(w->hook, i);
		assert_string_equal(a.key, b.key);
		assert_string_equal(a.body, b.body);
		assert_true(b.at_ms - a.at_ms >= (100 << (i - 1)) - 5);
	}
}

static void waits_as_long_as_it_is_asked_to(void **state)
{
	struct world *w = *state;
	open_with(w, (struct notify_options){.again_s = 0.05});
	hook_answer(w->hook, 429, 1, "1");
	send_one(w, "k");
	wait_for(w, NOTICE_SENT, 1);
	assert_true(hook_letter(w->hook, 1).at_ms - hook_letter(w->hook, 0).at_ms >= 995);
}

static void dies_after_its_tries(void **state)
{
	struct world *w = *state;
	open_with(w, (struct notify_options){.again_s = 0.02, .tries = 4});
	hook_answer(w->hook, 500, 100, NULL);
	send_one(w, "k");
	wait_for(w, NOTICE_DEAD, 1);
	assert_int_equal(w->told[NOTICE_FAILED], 3);
	assert_int_equal(w->tries, 4);
	assert_string_equal(w->why, "HTTP 500");
	assert_int_equal(hook_count(w->hook), 4);
	turn(w, 0.3);
	assert_int_equal(hook_count(w->hook), 4);
}

static void sleep_long(void *context)
{
	(void)context;
	usleep(900000);
}

static void gives_up_on_who_does_not_answer(void **state)
{
	struct world *w = *state;
	open_with(w, (struct notify_options){.tries = 1, .deadline_s = 0.2});
	hook_before(w->hook, sleep_long, NULL);
	send_one(w, "k");
	wait_for(w, NOTICE_DEAD, 1);
	assert_non_null(strstr(w->why, "timed out"));
}

static void nobody_there(void **state)
{
	struct world *w = *state;
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", child_free_port());
	w->target.url = url;
	open_with(w, (struct notify_options){.tries = 2, .again_s = 0.02});
	send_one(w, "k");
	wait_for(w, NOTICE_DEAD, 1);
	assert_int_equal(w->told[NOTICE_FAILED], 1);
	assert_true(w->why[0] != '\0');
}

static void redirects_are_not_followed(void **state)
{
	struct world *w = *state;
	open_with(w, (struct notify_options){.tries = 1});
	hook_answer(w->hook, 302, 1, NULL);
	send_one(w, "k");
	wait_for(w, NOTICE_DEAD, 1);
	assert_int_equal(hook_count(w->hook), 1);
}

static void proves_who_we_are_from_a_private_file(void **state)
{
	struct world *w = *state;
	struct error err = {""};
	struct notify_options o = {.targets = &w->target, .target_count = 1};
	write_file("open", "abc\n", 0644);
	write_file("token", "abc\n", 0600);
	w->target.bearer_file = path("open");
	assert_null(notify_create(w->loop, &o, &err));
	assert_non_null(strstr(err.text, "notify.oncall.bearer_file"));
	w->target.bearer_file = path("token");
	open_with(w, (struct notify_options){0});
	send_one(w, "k");
	wait_for(w, NOTICE_SENT, 1);
	assert_string_equal(hook_letter(w->hook, 0).bearer, "Bearer abc");
}

static void plain_text_stays_at_home(void **state)
{
	struct world *w = *state;
	struct error err = {""};
	struct notify_options o = {.targets = &w->target, .target_count = 1};
	w->target.url = "http://pager.hospital.example/";
	assert_null(notify_create(w->loop, &o, &err));
	assert_non_null(strstr(err.text, "notify.oncall.webhook"));
	assert_non_null(strstr(err.text, "plain http"));
	w->target.url = "ftp://127.0.0.1/";
	assert_null(notify_create(w->loop, &o, &err));
}

/* One certificate for the name, one for another, one signed by nobody we know. */
static void certificates_are_verified(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *leaf, *ca, *says;
	} cases[] = {
		{"broker", "ca", NULL},
		{"elsewhere", "ca", "another host name"},
		{"broker", "other", "not signed by notify.oncall.ca"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char pem[128], key[128], ca[128];
		snprintf(pem, sizeof pem, "%s/%s.pem", folder, cases[i].leaf);
		snprintf(key, sizeof key, "%s/%s.key", folder, cases[i].leaf);
		snprintf(ca, sizeof ca, "%s/%s.pem", folder, cases[i].ca);
		struct hook *tls = hook_start(pem, key);
		assert_non_null(tls);
		w->target.url = hook_url(tls);
		w->target.ca_file = ca;
		open_with(w, (struct notify_options){.tries = 1});
		memset(w->told, 0, sizeof w->told);
		send_one(w, "k");
		wait_for(w, cases[i].says == NULL ? NOTICE_SENT : NOTICE_DEAD, 1);
		assert_int_equal(hook_count(tls), cases[i].says == NULL);
		if (cases[i].says != NULL && strstr(w->why, cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", w->why, cases[i].says);
		shut(w);
		hook_stop(tls);
	}
}

/* ---- what is under way ---- */

static void one_of_a_name_and_no_more_than_fit(void **state)
{
	struct world *w = *state;
	char id[16];
	open_with(w, (struct notify_options){0});
	send_one(w, "k");
	struct notify_message again = message("k");
	assert_int_equal(notify_send(w->notify, &again), -EEXIST);
	for (int i = 1; i < NOTIFY_UNDER_WAY; i++) {
		snprintf(id, sizeof id, "k%d", i);
		send_one(w, id);
	}
	again = message("one too many");
	assert_int_equal(notify_send(w->notify, &again), -ENOSPC);
	wait_for(w, NOTICE_SENT, NOTIFY_UNDER_WAY);
	assert_int_equal(hook_distinct(w->hook), NOTIFY_UNDER_WAY);
	assert_int_equal(hook_count(w->hook), NOTIFY_UNDER_WAY);
	assert_int_equal(notify_send(w->notify, &again), 0);
}

static bool keep_none(void *context, const struct notify_message *m)
{
	(void)context;
	(void)m;
	return false;
}

static void what_is_not_wanted_is_not_tried_again(void **state)
{
	struct world *w = *state;
	open_with(w, (struct notify_options){.again_s = 0.1});
	hook_answer(w->hook, 500, 100, NULL);
	send_one(w, "k");
	wait_for(w, NOTICE_FAILED, 1);
	notify_keep(w->notify, keep_none, NULL);
	assert_false(under_way(w, "k"));
	turn(w, 0.5);
	assert_int_equal(hook_count(w->hook), 1);
	assert_int_equal(w->told[NOTICE_DEAD], 0);
}

static void no_such_target(void **state)
{
	struct world *w = *state;
	open_with(w, (struct notify_options){0});
	struct notify_message m = message("k");
	strcpy(m.target, "nobody");
	assert_int_equal(notify_send(w->notify, &m), 0);
	wait_for(w, NOTICE_DEAD, 1);
	assert_int_equal(w->tries, 0);
	assert_non_null(strstr(w->why, "no such target"));
}

/* ---- topic ---- */

static void a_broker_must_give_it_back(void **state)
{
	struct world *w = *state;
	w->target = (struct notify_target){
		.name = "oncall", .way = NOTIFY_MQTT, .topic = "vigie/watch/notify/pager"};
	open_with(w, (struct notify_options){.tries = 3, .again_s = 0.05, .deadline_s = 0.1});
	send_one(w, "k");
	turn(w, 0.05);
	assert_int_equal(w->published, 1);
	assert_string_equal(w->topic, "vigie/watch/notify/pager");
	assert_non_null(strstr(w->body, "\"id\":\"k\""));
	/* Other topics, other messages, and what is no message. */
	assert_false(notify_echo(w->notify, "gw/a/status", w->body, strlen(w->body)));
	assert_true(notify_echo(w->notify, w->topic, "{\"id\":\"x\"}", 10));
	assert_true(notify_echo(w->notify, w->topic, "{\"id\":", 6));
	assert_true(notify_echo(w->notify, w->topic, "", 0));
	assert_int_equal(w->told[NOTICE_SENT], 0);
	wait_for(w, NOTICE_FAILED, 1);
	assert_string_equal(w->why, "the broker did not give it back");
	while (w->published < 2)
		turn(w, 0.02);
	assert_true(notify_echo(w->notify, w->topic, w->body, strlen(w->body)));
	assert_int_equal(w->told[NOTICE_SENT], 1);
	assert_int_equal(w->tries, 2);
	assert_true(notify_echo(w->notify, w->topic, w->body, strlen(w->body)));
	assert_int_equal(w->told[NOTICE_SENT], 1);
}

/* ---- command ---- */

static void command_target(struct world *w, const char *script)
{
	char text[400];
	snprintf(text, sizeof text, "#!/bin/sh\ncd %s\n%s\n", folder, script);
	write_file("command", text, 0700);
	w->target = (struct notify_target){.name = "oncall",
		.way = NOTIFY_COMMAND,
		.argv = {path("command"), "+49 30 1", NULL}};
}

static void a_command_reads_the_message(void **state)
{
	struct world *w = *state;
	command_target(
		w, "cat >in; env >env; echo \"$1\" >args; ls -l /proc/self/fd >fds; echo secret");
	open_with(w, (struct notify_options){0});
	setenv("HIDDEN_FROM_COMMANDS", "1", 1);
	send_one(w, "3b0c44");
	wait_for(w, NOTICE_SENT, 1);
	struct notify_message m = message("3b0c44");
	char *body = notify_body(&m), *in = read_file("in"), *env = read_file("env");
	char *args = read_file("args"), *fds = read_file("fds");
	assert_string_equal(in, body);
	assert_non_null(strstr(env, "VIGIE_ID=3b0c44\n"));
	assert_non_null(strstr(env, "VIGIE_KEY=press:C300007B573C\n"));
	assert_non_null(strstr(env, "VIGIE_CLASS=patient_call\n"));
	assert_non_null(strstr(env, "VIGIE_PRIORITY=HIGH\n"));
	assert_non_null(strstr(env, "VIGIE_TEXT=patient calls\n"));
	assert_non_null(strstr(env, "VIGIE_PLACE=PACU 1\n"));
	assert_non_null(strstr(env, "VIGIE_STEP=2\n"));
	assert_null(strstr(env, "HIDDEN_FROM_COMMANDS"));
	assert_string_equal(args, "+49 30 1\n");
	assert_non_null(strstr(fds, "memfd:message")); /* what it reads, and nothing else of ours */
	assert_null(strstr(fds, "socket:"));
	assert_null(strstr(fds, "eventpoll"));
	free(body);
	free(in);
	free(env);
	free(args);
	free(fds);
}

static void a_command_that_fails_is_run_again(void **state)
{
	struct world *w = *state;
	command_target(w, "echo x >>runs; test $(wc -l <runs) -ge 3 || exit 3");
	open_with(w, (struct notify_options){.again_s = 0.02});
	send_one(w, "k");
	wait_for(w, NOTICE_FAILED, 1);
	assert_string_equal(w->why, "exit status 3");
	wait_for(w, NOTICE_SENT, 1);
	assert_int_equal(w->told[NOTICE_FAILED], 2);
	assert_int_equal(w->tries, 3);
}

static void a_command_that_hangs_is_ended(void **state)
{
	struct world *w = *state;
	command_target(w, "sleep 77 & echo $! >pid; sleep 77");
	open_with(w, (struct notify_options){.tries = 1, .deadline_s = 0.5});
	send_one(w, "k");
	wait_for(w, NOTICE_DEAD, 1);
	assert_string_equal(w->why, "did not end in time");
	char *pid = read_file("pid"), stat[64];
	snprintf(stat, sizeof stat, "/proc/%d/cmdline", atoi(pid));
	bool gone = false;
	for (int i = 0; i < 200 && !gone; i++) { /* an orphan is reaped when init comes to it */
		char line[16] = "";
		FILE *file = fopen(stat, "r");
		size_t n = file != NULL ? fread(line, 1, sizeof line, file) : 0;
		if (file != NULL)
			fclose(file);
		gone = n == 0;
		usleep(10000);
	}
	assert_true(atoi(pid) > 0 && gone);
	free(pid);
}

static void a_command_that_is_not_there(void **state)
{
	struct world *w = *state;
	w->target = (struct notify_target){
		.name = "oncall", .way = NOTIFY_COMMAND, .argv = {"/nonexistent/sms", NULL}};
	open_with(w, (struct notify_options){.tries = 1});
	send_one(w, "k");
	wait_for(w, NOTICE_DEAD, 1);
	assert_non_null(strstr(w->why, "cannot be run"));
}

static int make_folder(void **state)
{
	char command[128];
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	snprintf(folder, sizeof folder, "/tmp/vigie-notify-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(command, sizeof command, "sh tests/system/make_certs.sh %s", folder);
	return system(command);
}

static int remove_folder(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_receiver_gets),
		TEST(tries_again_under_one_key),
		TEST(waits_as_long_as_it_is_asked_to),
		TEST(dies_after_its_tries),
		TEST(gives_up_on_who_does_not_answer),
		TEST(nobody_there),
		TEST(redirects_are_not_followed),
		TEST(proves_who_we_are_from_a_private_file),
		TEST(plain_text_stays_at_home),
		TEST(certificates_are_verified),
		TEST(one_of_a_name_and_no_more_than_fit),
		TEST(what_is_not_wanted_is_not_tried_again),
		TEST(no_such_target),
		TEST(a_broker_must_give_it_back),
		TEST(a_command_reads_the_message),
		TEST(a_command_that_fails_is_run_again),
		TEST(a_command_that_hangs_is_ended),
		TEST(a_command_that_is_not_there),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
