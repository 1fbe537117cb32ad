/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "tests/unit/watch_world.h"

/* One watch: as a service, step by step, through sudden death. */

/* ---- as a service ---- */

static void ready_alive_and_gone_without_a_terminal(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct watch w;
	char said[4096] = "", piece[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	(void)state;
	snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", suite_folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	setenv("WATCHDOG_USEC", "2000000", 1);
	setenv("TERM", "no-such-terminal", 1);
	start_watch(&w, "service", "");
	poll(NULL, 0, 1500);
	end_watch(&w);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	for (ssize_t n; (n = recv(fd, piece, sizeof piece - 1, 0)) > 0;) {
		piece[n] = '\0';
		snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n", piece);
	}
	close(fd);
	assert_true(strncmp(said, "READY=1\n", 8) == 0 || strstr(said, "\nREADY=1\n") != NULL);
	assert_non_null(strstr(said, "WATCHDOG=1\n"));
	assert_non_null(strstr(said, "\nSTOPPING=1\n"));
	char *log = suite_read(w.log, NULL);
	assert_null(strchr(log, '\033'));
	assert_non_null(strstr(log, "watching as service"));
	free(log);
}

/* A target of the steps that nobody has written down is named at the start. */
static void an_unknown_target_is_named(void **state)
{
	struct watch w;
	(void)state;
	configure(&w, "forgetful", "");
	unlink(w.journal);
	char *conf = suite_read(w.conf, NULL), *at = strstr(conf, "\tsecond = ");
	assert_non_null(at);
	strcpy(at, "};\n");
	suite_write(w.conf, conf, strlen(conf));
	free(conf);
	run_watch(&w);
	expect_log(&w, "step 2 of patient_call: unknown target \"second\"", PATIENCE_MS);
	assert_true(logged(&w, w.conf));
	assert_false(logged(&w, "unknown target \"first\""));
	end_watch(&w);
}

/* ---- HUP ---- */

/* The text of a file with one thing put in the place of another. */
static char *changed(const char *path, const char *from, const char *to)
{
	char *text = suite_read(path, NULL), *at = strstr(text, from), *out;
	assert_non_null(at);
	assert_true(asprintf(&out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
	free(text);
	return out;
}

static void write_text(const char *path, char *text)
{
	suite_write(path, text, strlen(text));
	free(text);
}

/* As editors do: beside it, and then in its place. The name tells that it was read. */
static void replace(
	const char *path, const char *name, const char *named, const char *from, const char *to)
{
	char beside[PATH_MAX_];
	snprintf(beside, sizeof beside, "%s.new", path);
	write_text(beside, changed(path, name, named));
	write_text(beside, changed(beside, from, to));
	assert_int_equal(rename(beside, path), 0);
}

/* So that nobody who only looks at the file sees it: as long, and as old. */
static void slip_in(const char *path, const char *from, const char *to)
{
	struct stat before;
	assert_int_equal(stat(path, &before), 0);
	const struct timespec times[2] = {before.st_atim, before.st_mtim};
	write_text(path, changed(path, from, to));
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void hup(const struct watch *w, const char *says)
{
	assert_int_equal(kill(w->pid, SIGHUP), 0);
	expect_log(w, says, PATIENCE_MS);
}

static long sites_told(const struct watch *w)
{
	return suite_query(w->journal, "SELECT count(*) FROM fact WHERE kind='site'");
}

/* A site of its own in its configuration. */
static void watch_own_site(struct watch *w, char own[PATH_MAX_])
{
	snprintf(own, PATH_MAX_, "%s/own.cfg", suite_folder);
	write_text(own, suite_read(site_file(), NULL));
	configure(w, "hup", "");
	write_text(w->conf, changed(w->conf, site_file(), own));
	unlink(w->journal);
	run_watch(w);
}

/* vigie(1): HUP reads the site file anew, also when it looks unchanged; what it says
 * holds from then on, and one that cannot be read leaves the old one in force. */
static void hup_reads_the_site_anew(void **state)
{
	char own[PATH_MAX_];
	struct watch w;
	(void)state;
	watch_own_site(&w, own);
	assert_int_equal(sites_told(&w), 1);
	hup(&w, "the site is as its file says");
	slip_in(own, "name = \"Clinique des Remparts", "name = \"Clinique des Jardins.");
	hup(&w, "site read anew: Clinique des Jardins.");
	replace(own, "Jardins.", "Marronniers", "target = \"first\"", "target = \"second\"");
	hup(&w, "site read anew: Clinique des Marronniers");
	replace(own, "Marronniers", "Platanes", "rooms = (", "rooms = ((");
	hup(&w, "old site kept: own.cfg:");
	press(GATEWAY, "C30000B1000E", 1);
	expect_notices(&w, "sent", 2);
	assert_string_equal(hook_letter(hook, 0).path, "/second");
	assert_string_equal(hook_letter(hook, 1).path, "/second");
	replace(own, "Platanes", "Tilleuls", "rooms = ((", "rooms = (");
	hup(&w, "site read anew: Clinique des Tilleuls");
	end_watch(&w);
	assert_int_equal(sites_told(&w), 4);
}

/* ---- steps ---- */

static void steps_come_in_order_and_in_time(void **state)
{
	struct watch w;
	(void)state;
	start_watch(&w, "steps", "");
	int64_t pressed = pty_now();
	press(GATEWAY, "C30000B10001", 1);
	expect_letters(2, PATIENCE_MS);
	poll(NULL, 0, 2500);
	assert_int_equal(hook_count(hook), 2);
	struct hook_letter one = hook_letter(hook, 0), two = hook_letter(hook, 1);
	assert_string_equal(one.path, "/first");
	assert_string_equal(two.path, "/second");
	assert_true(one.at_ms - pressed >= STEP_1_MS);
	assert_true(two.at_ms - pressed >= STEP_2_MS);
	assert_string_not_equal(one.key, two.key);
	assert_non_null(strstr(one.body, "\"key\":\"press:C30000B10001\""));
	assert_non_null(strstr(one.body, "\"class\":\"patient_call\""));
	assert_non_null(strstr(one.body, "\"step\":1}"));
	assert_non_null(strstr(two.body, "\"step\":2}"));
	expect_notices(&w, "sent", 2);
	/* Who comes back knows what was told. */
	end_watch(&w);
	run_watch(&w);
	expect_log(&w, "on duty: this station", PATIENCE_MS);
	poll(NULL, 0, 2500);
	assert_int_equal(hook_count(hook), 2);
	end_watch(&w);
}

static void a_step_is_tried_until_it_is_taken(void **state)
{
	struct watch w;
	(void)state;
	hook_answer(hook, 503, 1, NULL);
	start_watch(&w, "tries", "");
	press(GATEWAY, "C30000B10002", 1);
	expect_notices(&w, "sent", 2);
	assert_int_equal(notices(&w, "failed"), 1);
	assert_int_equal(notices(&w, "dead"), 0);
	assert_int_equal(hook_count(hook), 3);
	assert_int_equal(letter_to("/first", 0).status, 503);
	assert_string_equal(letter_to("/first", 0).key, letter_to("/first", 1).key);
	end_watch(&w);
}

static void what_is_given_up_is_an_alarm(void **state)
{
	static const char raised[] = "SELECT count(*) FROM derived WHERE payload LIKE "
				     "'%technical:notify:first%'";
	struct watch w;
	(void)state;
	start_watch(&w, "dead", "command = \"/bin/false\";");
	press(GATEWAY, "C30000B10003", 1);
	expect_notices(&w, "dead", 1);
	assert_true(suite_query(w.journal, raised) >= 1);
	assert_non_null(strstr(hook_letter(hook, 0).path, "/second")); /* the next step goes on */
	end_watch(&w);
}

/* ---- sudden death ---- */

static void kill_it(void *context)
{
	struct watch *w = context;
	kill(w->pid, SIGKILL);
}

/* The receiver has it, and nobody lives to write that down. */
static void killed_between_the_answer_and_the_journal(void **state)
{
	struct watch w;
	(void)state;
	start_watch(&w, "between", "");
	hook_before(hook, kill_it, &w);
	press(GATEWAY, "C30000B10004", 1);
	expect_letters(1, PATIENCE_MS);
	waitpid(w.pid, NULL, 0);
	hook_before(hook, NULL, NULL);
	assert_int_equal(notices(&w, "sent"), 0);
	run_watch(&w);
	expect_notices(&w, "sent", 2);
	assert_int_equal(hook_count(hook), 3);
	assert_int_equal(hook_distinct(hook), 2);
	assert_string_equal(letter_to("/first", 0).key, letter_to("/first", 1).key);
	assert_string_equal(letter_to("/first", 0).body, letter_to("/first", 1).body);
	end_watch(&w);
}

/* ---- the other ways ---- */

static void a_topic_is_told_through_the_broker(void **state)
{
	char port[16];
	char *program = child_find("mosquitto_sub");
	struct error err = {""};
	struct watch w;
	(void)state;
	assert_non_null(program);
	snprintf(port, sizeof port, "%d", broker_port);
	const char *const argv[] = {program, "-h", "127.0.0.1", "-p", port, "-q", "1", "-t",
		"vigie/+/notify/pager", "-F", "%t %p", NULL};
	const char *heard = suite_path("heard");
	pid_t pid = child_start((char *const *)(uintptr_t)argv, heard, -1, &err);
	start_watch(&w, "watch-t", "topic = \"vigie/watch-t/notify/pager\";");
	press(GATEWAY, "C30000B1000C", 1);
	expect_notices(&w, "sent", 2);
	child_end(pid);
	char *text = suite_read(heard, NULL);
	assert_non_null(strstr(text, "vigie/watch-t/notify/pager {\"format\":\"vigie.notice/1\""));
	assert_non_null(strstr(text, "\"key\":\"press:C30000B1000C\""));
	assert_int_equal(hook_count(hook), 1);
	free(text);
	free(program);
	end_watch(&w);
}

static void a_command_is_run(void **state)
{
	char script[PATH_MAX_], text[PATH_MAX_ * 2];
	const char *got = suite_path("got");
	struct watch w;
	(void)state;
	snprintf(script, sizeof script, "%s/pager.sh", suite_folder);
	snprintf(text, sizeof text, "#!/bin/sh\ncat >>%s\necho \" $1 $VIGIE_PRIORITY\" >>%s\n", got,
		got);
	suite_write(script, text, strlen(text));
	assert_int_equal(chmod(script, 0700), 0);
	snprintf(text, sizeof text, "command = [ \"%s\", \"4711\" ];", script);
	start_watch(&w, "watch-c", text);
	press(GATEWAY, "C30000B1000D", 1);
	expect_notices(&w, "sent", 2);
	char *said = suite_read(got, NULL);
	assert_non_null(strstr(said, "\"key\":\"press:C30000B1000D\""));
	assert_non_null(strstr(said, "} 4711 HIGH\n"));
	free(said);
	end_watch(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)
		TEST(ready_alive_and_gone_without_a_terminal),
		TEST(an_unknown_target_is_named),
		TEST(hup_reads_the_site_anew),
		TEST(steps_come_in_order_and_in_time),
		TEST(a_step_is_tried_until_it_is_taken),
		TEST(what_is_given_up_is_an_alarm),
		TEST(killed_between_the_answer_and_the_journal),
		TEST(a_topic_is_told_through_the_broker),
		TEST(a_command_is_run),
#undef TEST
	};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, suite_open, suite_close);
}
