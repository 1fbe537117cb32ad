/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_WATCH_WORLD_H
#define VIGIE_TESTS_WATCH_WORLD_H

/*
 * vigie watch as a service manager runs it: without a terminal, beside others, on a
 * real broker, telling a real receiver. A patient's call is told after 2.4 s and
 * after 4.8 s; times are only looked at from below, and for the order.
 * Included after cmocka.h.
 */

#include "tests/pty/suite.h"
#include "tests/stub/hook.c" /* one stub, few tests: not worth an archive */

enum { STEP_1_MS = 2400, STEP_2_MS = 4800, PATIENCE_MS = 30000 };

#define GATEWAY "AC233FC0000B"

static struct hook *hook;
static pid_t running[16]; /* ended with the case, however it ends */
static int running_count;

struct watch {
	pid_t pid;
	char name[32], journal[PATH_MAX_], log[PATH_MAX_], conf[PATH_MAX_];
};

/* ---- around it ---- */

PTY_HELPER const char *site_file(void)
{
	static const char group[] = "\nalarms = {\n";
	static char path[PATH_MAX_];
	if (path[0] != '\0')
		return path;
	snprintf(path, sizeof path, "%s/site.cfg", suite_folder);
	char *demo = suite_read("etc/demo/site.cfg", NULL), *at = strstr(demo, group);
	FILE *file = fopen(path, "w");
	assert_non_null(at);
	assert_non_null(file);
	fprintf(file,
		"%.*s%s  patient_call = { steps = ( { after_min = %g; target = \"first\"; },\n"
		"    { after_min = %g; target = \"second\"; } ); };\n%s",
		(int)(at - demo), demo, group, STEP_1_MS / 60000., STEP_2_MS / 60000.,
		at + strlen(group));
	fclose(file);
	free(demo);
	return path;
}

/* The origin of the receiver, to which a target's path is added. */
PTY_HELPER void target(FILE *file, const char *name)
{
	int len = (int)(strlen(hook_url(hook)) - strlen("/hook"));
	fprintf(file, "\t%s = { webhook = \"%.*s/%s\"; };\n", name, len, hook_url(hook), name);
}

/* `first` "": told by webhook, as the second is. */
PTY_HELPER void configure(struct watch *w, const char *name, const char *first)
{
	snprintf(w->name, sizeof w->name, "%s", name);
	snprintf(w->journal, sizeof w->journal, "%s/%s.db", suite_folder, name);
	snprintf(w->log, sizeof w->log, "%s/%s.log", suite_folder, name);
	snprintf(w->conf, sizeof w->conf, "%s/%s.conf", suite_folder, name);
	FILE *file = fopen(w->conf, "w");
	assert_non_null(file);
	fprintf(file,
		"site = \"%s\";\njournal = \"%s\";\nstation = \"%s\";\n"
		"mqtt = { addresses = [ \"%s\" ]; };\nnotify = {\n\ttries = 3;\n",
		site_file(), w->journal, name, broker_address);
	if (first[0] == '\0')
		target(file, "first");
	else
		fprintf(file, "\tfirst = { %s };\n", first);
	target(file, "second");
	fputs("};\n", file);
	fclose(file);
}

PTY_HELPER bool logged(const struct watch *w, const char *text)
{
	char *log = suite_read(w->log, NULL);
	bool found = strstr(log, text) != NULL;
	free(log);
	return found;
}

PTY_HELPER void expect_log(const struct watch *w, const char *text, int ms)
{
	for (int64_t end = pty_now() + ms; pty_now() < end; poll(NULL, 0, 20))
		if (logged(w, text))
			return;
	char *log = suite_read(w->log, NULL);
	fail_msg("%s never said \"%s\":\n%s", w->name, text, log);
}

PTY_HELPER void run_watch(struct watch *w)
{
	struct error err = {""};
	const char *const argv[] = {suite_vigie, "watch", "--config", w->conf, NULL};
	unlink(w->log);
	w->pid = child_start((char *const *)(uintptr_t)argv, w->log, -1, &err);
	assert_true(w->pid > 0);
	assert_true(running_count < 16);
	running[running_count++] = w->pid;
	expect_log(w, "on duty: ", PATIENCE_MS); /* its own, or another's */
}

PTY_HELPER void start_watch(struct watch *w, const char *name, const char *first)
{
	configure(w, name, first);
	unlink(w->journal);
	run_watch(w);
}

PTY_HELPER void kill_watch(struct watch *w)
{
	kill(w->pid, SIGKILL);
	waitpid(w->pid, NULL, 0);
	w->pid = 0;
}

/* TERM, and it has to end well. */
PTY_HELPER void end_watch(struct watch *w)
{
	int status = -1;
	kill(w->pid, SIGTERM);
	for (int64_t end = pty_now() + PATIENCE_MS; pty_now() < end; poll(NULL, 0, 10))
		if (waitpid(w->pid, &status, WNOHANG) == w->pid)
			break;
	w->pid = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("%s ended with %d", w->name, status);
	verify(w->journal);
}

PTY_HELPER void expect_letters(int count, int ms)
{
	for (int64_t end = pty_now() + ms; pty_now() < end; poll(NULL, 0, 10))
		if (hook_count(hook) >= count)
			return;
	fail_msg("%d of %d messages", hook_count(hook), count);
}

/* The n-th message to a target, from 0; empty when there is none. */
PTY_HELPER struct hook_letter letter_to(const char *path, int n)
{
	for (int i = 0; i < hook_count(hook); i++) {
		struct hook_letter l = hook_letter(hook, i);
		if (strcmp(l.path, path) == 0 && n-- == 0)
			return l;
	}
	return (struct hook_letter){.path = ""};
}

PTY_HELPER long notices(const struct watch *w, const char *state)
{
	char sql[200];
	snprintf(sql, sizeof sql,
		"SELECT count(*) FROM fact WHERE kind='notice' AND payload LIKE "
		"'%%\"state\":\"%s\"%%'",
		state);
	return suite_query(w->journal, sql);
}

/* Until the journal says so: the receiver knows before it. */
PTY_HELPER void expect_notices(const struct watch *w, const char *state, long count)
{
	for (int64_t end = pty_now() + PATIENCE_MS; pty_now() < end; poll(NULL, 0, 20))
		if (notices(w, state) == count)
			return;
	fail_msg("%s: %ld of %ld notices %s\n%s", w->name, notices(w, state), count, state,
		suite_read(w->log, NULL));
}

/* Each case has a broker without a memory, journals of its own and a receiver. */
PTY_HELPER int begin(void **state)
{
	(void)state;
	broker_port = child_free_port();
	snprintf(broker_address, sizeof broker_address, "mqtt://127.0.0.1:%d", broker_port);
	broker = suite_broker(broker_port);
	hook = hook_start(NULL, NULL);
	return hook != NULL ? 0 : -1;
}

PTY_HELPER int finish(void **state)
{
	(void)state;
	while (running_count > 0)
		child_end(running[--running_count]);
	child_end(broker);
	hook_stop(hook);
	return 0;
}

#endif
