/* SPDX-License-Identifier: Apache-2.0 */
/* What a service manager and its log are told (sd_notify(3), sd-daemon(3)), and the
 * targets of vigie.conf. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/service.h"
#include "src/settings.h"

static char folder[64];

/* A manager's socket of that name; abstract when it begins with @. */
static int manager(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static void a_manager_is_told(void **state)
{
	char names[2][100], got[64];
	(void)state;
	snprintf(names[0], sizeof names[0], "%s/notify", folder);
	snprintf(names[1], sizeof names[1], "@vigie-test-%d", (int)getpid());
	for (int i = 0; i < 2; i++) {
		int fd = manager(names[i]);
		service_tell("READY=1");
		service_tell("STOPPING=1");
		assert_int_equal(recv(fd, got, sizeof got, 0), 7);
		assert_memory_equal(got, "READY=1", 7);
		assert_int_equal(recv(fd, got, sizeof got, 0), 10);
		assert_memory_equal(got, "STOPPING=1", 10);
		close(fd);
	}
	service_tell("READY=1"); /* nobody listens any more */
	setenv("NOTIFY_SOCKET", "relative", 1);
	service_tell("READY=1");
	unsetenv("NOTIFY_SOCKET");
	service_tell("READY=1");
}

static void signs_of_life_are_twice_as_often(void **state)
{
	char pid[16];
	(void)state;
	unsetenv("WATCHDOG_USEC");
	assert_true(service_watchdog_s() <= 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_float_equal(service_watchdog_s(), 15, 1e-9);
	setenv("WATCHDOG_PID", "1", 1); /* meant for another */
	assert_true(service_watchdog_s() <= 0);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_float_equal(service_watchdog_s(), 15, 1e-9);
	setenv("WATCHDOG_USEC", "rubbish", 1);
	assert_true(service_watchdog_s() <= 0);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

/* One line of the log, as it arrives. */
static void log_line(const char *text, char *out, size_t size)
{
	int ends[2], err = dup(2);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], 2);
	service_log(LOG_LEVEL_WARNING, "%s", text);
	fflush(stderr);
	dup2(err, 2);
	close(err);
	close(ends[1]);
	ssize_t n = read(ends[0], out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	close(ends[0]);
}

static void the_log_is_one_clean_line(void **state)
{
	char line[600];
	(void)state;
	setenv("JOURNAL_STREAM", "8:1", 1);
	log_line("broker lost", line, sizeof line);
	assert_string_equal(line, "<4>vigie: broker lost\n");
	log_line("x\n<0>forged \033[31m", line, sizeof line);
	assert_string_equal(line, "<4>vigie: x<0>forged [31m\n");
	unsetenv("JOURNAL_STREAM");
	log_line("broker lost", line, sizeof line);
	assert_int_equal(strlen(line), strlen("2026-11-22T07:42:09Z vigie: broker lost\n"));
	assert_non_null(strstr(line, "Z vigie: broker lost\n"));
}

/* ---- the group notify ---- */

static int load(struct settings *c, const char *text, struct error *err)
{
	char path[100];
	snprintf(path, sizeof path, "%s/vigie.conf", folder);
	FILE *file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
	settings_init(c);
	return settings_load(c, path, err);
}

static void targets_are_read(void **state)
{
	struct settings c;
	struct error err = {""};
	(void)state;
	int rc = load(&c,
		"notify = { tries = 5; deadline_s = 3.5; rank = 2;\n"
		" oncall = { webhook = \"https://a.example/x\"; bearer_file = \"/b\"; ca = \"/c\"; "
		"};\n"
		" pager = { topic = \"vigie/watch/notify/pager\"; };\n"
		" sms = { command = [ \"/usr/bin/sms\", \"+49\" ]; };\n"
		" siren = { command = \"/usr/bin/siren\"; }; };\n",
		&err);
	if (rc < 0)
		fail_msg("%s", err.text);
	const struct notify_settings *n = &c.notify;
	assert_int_equal(n->count, 4);
	assert_int_equal(n->tries, 5);
	assert_int_equal(n->rank, 2);
	assert_float_equal(n->deadline_s, 3.5, 1e-9);
	assert_string_equal(n->targets[0].name, "oncall");
	assert_int_equal(n->targets[0].way, NOTIFY_WEBHOOK);
	assert_string_equal(n->targets[0].url, "https://a.example/x");
	assert_string_equal(n->targets[0].bearer_file, "/b");
	assert_string_equal(n->targets[0].ca_file, "/c");
	assert_int_equal(n->targets[1].way, NOTIFY_MQTT);
	assert_string_equal(n->targets[1].topic, "vigie/watch/notify/pager");
	assert_int_equal(n->targets[2].way, NOTIFY_COMMAND);
	assert_string_equal(n->targets[2].argv[1], "+49");
	assert_null(n->targets[2].argv[2]);
	assert_string_equal(n->targets[3].argv[0], "/usr/bin/siren");
	settings_fini(&c);
}

static void bad_targets_are_named_by_line(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"notify = {\n a = { };\n};", ":2: notify.a: one of webhook"},
		{"notify = { a = { webhook = \"https://x/\"; topic = \"t\"; }; };", "not 2"},
		{"notify = { a = { topic = \"a/+/b\"; }; };", "no $, + or #"},
		{"notify = { a = { topic = \"$SYS/a\"; }; };", "no $, + or #"},
		{"notify = { a = { topic = \"t\";\n ca = \"/c\"; }; };", "ca belongs to a webhook"},
		{"notify = { a = {\n command = [ \"sms\" ]; }; };",
			":2: notify.a.command: a whole path"},
		{"notify = { a = { command = [ 1 ]; }; };", "texts are wanted"},
		{"notify = { a = { command = [ ]; }; };", "a whole path"},
		{"notify = { a = {\n\n webhok = \"https://x/\"; }; };",
			":3: notify.a.webhok: not a"},
		{"notify = { a = { webhook = 5; }; };", "a text is wanted"},
		{"notify = { a = { webhook = \"\"; }; };", "a text is wanted"},
		{"notify = { x*y = { topic = \"t\"; }; };", "name has letters"},
		{"notify = { tires = 5; };", "not a setting"},
		{"notify = { tries = 101; };", "at most 100"},
		{"notify = { a = { b = { }; }; };", "not a setting of a target"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings c;
		struct error err = {""};
		int rc = load(&c, cases[i].text, &err);
		settings_fini(&c);
		if (rc >= 0 || strstr(err.text, cases[i].says) == NULL)
			fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].text, err.text,
				cases[i].says);
	}
}

static void sixteen_targets_and_words_at_most(void **state)
{
	struct settings c;
	struct error err = {""};
	char text[4096] = "notify = {";
	(void)state;
	for (int i = 0; i <= NOTIFY_TARGETS; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "t%d={topic=\"t\";};", i);
	strcat(text, "};");
	assert_true(load(&c, text, &err) < 0);
	assert_non_null(strstr(err.text, "at most 16 targets"));
	settings_fini(&c);
	strcpy(text, "notify={a={command=[\"/a\"");
	for (int i = 0; i < NOTIFY_ARGS; i++)
		strcat(text, ",\"b\"");
	strcat(text, "];};};");
	assert_true(load(&c, text, &err) < 0);
	assert_non_null(strstr(err.text, "at most 16 words"));
	settings_fini(&c);
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/vigie-service-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[100];
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manager_is_told),
		cmocka_unit_test(signs_of_life_are_twice_as_often),
		cmocka_unit_test(the_log_is_one_clean_line),
		cmocka_unit_test(targets_are_read),
		cmocka_unit_test(bad_targets_are_named_by_line),
		cmocka_unit_test(sixteen_targets_and_words_at_most),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
