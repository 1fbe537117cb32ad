/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verbs that fold or simulate open no socket, whatever the journal holds: each runs in
 * a process of its own that the kernel kills for socket(2) (seccomp), on a journal
 * with an order that was approved and not sent. That such a process is killed shows
 * that it would be seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "screens/format.h"
#include "src/verbs.h"
#include "tests/unit/suite_station.h"
#include <seccomp.h> /* after ev.h: both have EV_NONE */

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static char folder[] = "/tmp/vigie-reach-XXXXXX";
static char journal[96], programme_path[96];

/* A journal in which a plan waits to be sent, and is not: its disk was gone. */
static void approve_one(void)
{
	static struct suite s;
	struct error err = {""};
	struct station_calls calls = {on_changed, on_notice, &s};
	settings_init(&s.settings);
	s.settings.share = false;
	assert_int_equal(settings_set(&s.settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s.settings, "journal", journal, &err), 0);
	assert_int_equal(settings_set(&s.settings, "fhir.base", "http://127.0.0.1:9/", &err), 0);
	assert_int_equal(settings_set(&s.settings, "fhir.write", "patch", &err), 0);
	s.loop = ev_loop_new(EVFLAG_AUTO);
	s.station = station_open(s.loop, &s.settings, calls, &err);
	assert_non_null(s.station);
	station_start(s.station);
	programme(&s);
	struct fact f = station_act(s.station, FACT_ORDER);
	text_copy(f.order.plan, ID_SIZE, "0123456789abcdef");
	f.order.step = 0;
	f.order.steps = 1;
	f.order.state = ORDER_APPROVED;
	text_copy(f.order.text, IDEA_TEXT, "place:case=c-0,room=or-2,at=2026-03-16T10:10Z");
	text_copy(f.order.about, ID_SIZE, "Appointment/c-0");
	text_copy(f.order.way, ID_SIZE, "fhir");
	assert_true(station_commit(s.station, &f, f.order.plan));
	station_close(s.station);
	ev_loop_destroy(s.loop);
	settings_fini(&s.settings);
}

static void write_programme(void)
{
	char start[40], end[40];
	int64_t from = (int64_t)time(NULL) * 1000 + 3600000;
	FILE *f = fopen(programme_path, "w");
	assert_non_null(f);
	format_rfc3339(from, start, sizeof start);
	format_rfc3339(from + 5400000, end, sizeof end);
	fprintf(f,
		"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":"
		"{\"resourceType\":\"Appointment\",\"id\":\"c-1\",\"status\":\"booked\","
		"\"start\":\"%s\",\"end\":\"%s\",\"participant\":[{\"actor\":{\"reference\":"
		"\"Patient/p-1\"},\"status\":\"accepted\"},{\"actor\":{\"reference\":"
		"\"Location/or-1\"},\"status\":\"accepted\"}]}}]}",
		start, end);
	assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(journal, sizeof journal, "%s/journal.db", folder);
	snprintf(programme_path, sizeof programme_path, "%s/programme.json", folder);
	approve_one();
	write_programme();
	return 0;
}

static int teardown(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	return system(command);
}

static void forbid_sockets(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL
		|| seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(socket), 0) != 0
		|| seccomp_load(filter) != 0)
		_exit(77);
	seccomp_release(filter);
}

/* How the verb ended, as waitpid tells it. */
static int run(int (*verb)(int, char **), const char *line)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		static char words[512];
		char *argv[20] = {NULL}, *rest = NULL;
		int argc = 0, nowhere = open("/dev/null", O_WRONLY);
		snprintf(words, sizeof words, "%s", line);
		for (char *w = strtok_r(words, " ", &rest); w != NULL && argc < 19;
			w = strtok_r(NULL, " ", &rest))
			argv[argc++] = strcmp(w, "JOURNAL") == 0     ? journal
				       : strcmp(w, "PROGRAMME") == 0 ? programme_path
								     : w;
		dup2(nowhere, 1);
		dup2(nowhere, 2);
		forbid_sockets();
		_exit(verb(argc, argv));
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void no_verb_opens_a_socket(void **state)
{
	static const struct {
		int (*verb)(int, char **);
		const char *line;
	} calls[] = {
		{verb_show, "show board --journal JOURNAL"},
		{verb_show, "show handover --json --journal JOURNAL"},
		{verb_show, "show forecast --journal JOURNAL"},
		{verb_replay, "replay JOURNAL --digest"},
		{verb_forecast, "forecast PROGRAMME --site etc/demo/site.cfg --reps 50 "
				"--inject overrun:case=c-1,min=60"},
		{verb_forecast, "forecast PROGRAMME --site etc/demo/site.cfg --reps 50 "
				"--inject place:case=c-1,room=or-2,at=2026-03-16T10:10Z"},
		{verb_repair, "repair PROGRAMME --site etc/demo/site.cfg "
			      "--inject overrun:case=c-1,min=60 --reps 50"},
	};
	(void)state;
	if (SANITIZED)
		skip();
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		int status = run(calls[i].verb, calls[i].line);
		if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
			fail_msg("%s: status %#x", calls[i].line, (unsigned)status);
	}
}

static int one_socket(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

/* The control: a verb that does speak to a server is killed. */
static void who_opens_one_is_killed(void **state)
{
	(void)state;
	if (SANITIZED)
		skip();
	int status = run(one_socket, "x");
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	status = run(verb_fhir, "fhir http://127.0.0.1:9/");
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_verb_opens_a_socket),
		cmocka_unit_test(who_opens_one_is_killed),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
