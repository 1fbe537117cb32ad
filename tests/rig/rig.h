/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_RIG_H
#define VIGIE_TESTS_RIG_H

/*
 * A small suite to be ill-treated: a broker set as etc/mosquitto.conf says, two
 * stations (a console on a terminal and a second one), call buttons that ring
 * through gateways, and an operator at the first console. One thread drives it
 * all; nothing here asserts, it counts. Include once a program.
 */

#include <ctype.h>
#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "src/child.h"
#include "tests/pty/pty.h"
#include "tests/rig/judge.h"
#include "tests/rig/publisher.h"

enum {
	RIG_STATIONS = 2,
	RIG_PATH = 300,
	RIG_TAGS = 64,
	RIG_BURSTS = 20000,
	RIG_ACTS = 20000,
	RIG_UP_MS = 10000, /* up so long: what is lost now is our fault */
	RIG_STALL_MS = 1500,
	RIG_END_MS = 15000, /* a station that was told to end has */
};

/* --- chance and time --- */

PTY_HELPER uint64_t rig_random(uint64_t *state) /* SplitMix64 (Steele, Lea, Flood 2014) */
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* 0 .. below-1 */
PTY_HELPER int rig_draw(uint64_t *state, int below)
{
	return (int)(rig_random(state) % (uint64_t)below);
}

PTY_HELPER int64_t rig_wall_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Suite time: the wall's, or a clock of its own (ORIGIN:ANCHOR:SPEED, as the programs
 * take it by --clock). Bursts and the rows of journals are in it. */
static struct {
	int64_t origin_ms, anchor_ms; /* 0: the wall's; monotonic */
	double speed;
} rig_clock = {0, 0, 1};

PTY_HELPER int64_t rig_suite_ms(void)
{
	if (rig_clock.origin_ms == 0)
		return rig_wall_ms();
	return rig_clock.origin_ms
	       + (int64_t)((double)(pty_now() - rig_clock.anchor_ms) * rig_clock.speed);
}

PTY_HELPER int rig_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

PTY_HELPER void rig_remove(const char *folder)
{
	nftw(folder, rig_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The exit code of a program that prints to `log`; -1 when a signal ended it. */
PTY_HELPER int rig_run(const char *const argv[], const char *log)
{
	struct error err = {""};
	int status = -1;
	pid_t pid = child_start((char *const *)(uintptr_t)argv, log, -1, &err);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* --- programs --- */

struct rig_broker {
	pid_t pid; /* 0: down */
	int port;
	int64_t since_ms; /* monotonic: accepts since then */
	char folder[RIG_PATH];
};

/* What etc/mosquitto.conf says, but for the listener, its TLS and its list of
 * who may do what: limits, and what survives a restart, are what is judged. */
PTY_HELPER bool rig_broker_conf(const struct rig_broker *b, const char *conf)
{
	static const char *const kept[] = {"check_retain_source", "max_", "set_tcp_nodelay",
		"persistent_client_expiration", "persistence ", "autosave_"};
	char line[300];
	FILE *in = fopen("etc/mosquitto.conf", "r"), *out = fopen(conf, "w");
	while (in != NULL && out != NULL && fgets(line, sizeof line, in) != NULL)
		for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
			if (strncmp(line, kept[i], strlen(kept[i])) == 0)
				fputs(line, out);
	if (out != NULL) {
		fprintf(out,
			"listener %d 127.0.0.1\nallow_anonymous true\npersistence_location %s/\n"
			"log_dest file %s/broker.log\nlog_type error\nlog_type warning\n%s",
			b->port, b->folder, b->folder, geteuid() == 0 ? "user root\n" : "");
		fclose(out);
	}
	if (in != NULL)
		fclose(in);
	return in != NULL && out != NULL;
}

PTY_HELPER bool rig_broker_start(struct rig_broker *b)
{
	char conf[RIG_PATH + 20];
	struct error err = {""};
	char *program = child_find("mosquitto");
	snprintf(conf, sizeof conf, "%s/broker.conf", b->folder);
	if (program == NULL || !rig_broker_conf(b, conf)) {
		free(program);
		return false;
	}
	char *argv[] = {program, (char[]){"-c"}, conf, NULL};
	b->pid = child_start(argv, NULL, -1, &err);
	free(program);
	bool up = b->pid > 0 && child_wait_port(b->port, 10000) == 0;
	b->since_ms = pty_now();
	return up;
}

struct rig_station {
	char name[24], journal[RIG_PATH];
	bool headless; /* `vigie watch`, else a console */
	bool up;
	int64_t since_ms; /* monotonic: started then */
	struct pty pty;
	pid_t pid;
};

PTY_HELPER const char *rig_program(const char *name)
{
	static char path[2][RIG_PATH];
	static int next;
	const char *b = getenv("B") != NULL ? getenv("B") : "build";
	char *at = path[next++ % 2];
	snprintf(at, RIG_PATH, "%s/%s", b, name);
	return at;
}

/* Does this build have the verb? (A word it does not know is the console's usage.) */
PTY_HELPER bool rig_has_verb(const char *verb, const char *folder)
{
	char log[RIG_PATH], usage[64], line[64] = "";
	const char *const argv[] = {rig_program("vigie"), verb, "--help", NULL};
	snprintf(log, sizeof log, "%s/usage", folder);
	snprintf(usage, sizeof usage, "usage: vigie %s", verb);
	rig_run(argv, log);
	FILE *in = fopen(log, "r");
	if (in != NULL && fgets(line, sizeof line, in) == NULL)
		line[0] = '\0';
	if (in != NULL)
		fclose(in);
	return strncmp(line, usage, strlen(usage)) == 0;
}

PTY_HELPER bool rig_station_start(
	struct rig_station *s, int port, const char *log, const char *const more[])
{
	char mqtt[40], home[RIG_PATH + 8];
	const char *argv[32] = {rig_program("vigie"), s->headless ? "watch" : "console", "--site",
		"etc/demo/site.cfg", "--journal", s->journal, "--mqtt", mqtt, "--station", s->name,
		"--user", "Nadia"};
	const char *env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL", "NO_COLOR",
		"XDG_CONFIG_HOME", "COLUMNS", "LINES", home, NULL};
	int n = 12;
	struct error err = {""};
	snprintf(mqtt, sizeof mqtt, "mqtt://127.0.0.1:%d", port);
	snprintf(home, sizeof home, "HOME=%.*s", (int)(strrchr(s->journal, '/') - s->journal),
		s->journal);
	if (!s->headless)
		for (const char *const *o = (const char *const[]){"--calm", "--screen", "alarms",
			     "--config", "tests/rig/rig.conf", NULL};
			*o != NULL; o++)
			argv[n++] = *o;
	for (int i = 0; more != NULL && more[i] != NULL && n < 31; i++)
		argv[n++] = more[i];
	if (s->headless)
		s->up = (s->pid = child_start((char *const *)(uintptr_t)argv, log, -1, &err)) > 0;
	else
		s->up = pty_spawn(&s->pty, 24, 100, argv, env);
	if (!s->headless)
		s->pid = s->pty.pid;
	s->since_ms = pty_now();
	return s->up;
}

/* Reads what it shows; false when it ended by itself. */
PTY_HELPER bool rig_station_read(struct rig_station *s)
{
	if (!s->up)
		return true;
	if (s->headless)
		return child_runs(s->pid);
	for (size_t before = 1; before != s->pty.len;) {
		before = s->pty.len;
		if (!pty_pump(&s->pty, 0))
			break;
	}
	s->pty.len = 0; /* nobody looks back at the bytes */
	pty_reap(&s->pty);
	return !s->pty.ended;
}

/* Where its threads stand, for who asks why it does not end; needs gdb. */
PTY_HELPER void rig_stacks(pid_t pid, const char *journal)
{
	char number[16], log[RIG_PATH + 16];
	char *gdb = child_find("gdb");
	const char *argv[] = {gdb, "-p", number, "-batch", "-ex", "thread apply all bt 12", NULL};
	snprintf(number, sizeof number, "%d", (int)pid);
	snprintf(log, sizeof log, "%s.stacks", journal);
	if (gdb != NULL)
		rig_run(argv, log);
	free(gdb);
}

/* Ends it by a signal; how it ended, as waitpid tells (-1: it did not). */
PTY_HELPER int rig_station_end(struct rig_station *s, int signal)
{
	int status = -1;
	if (!s->up)
		return -1;
	kill(s->pid, signal);
	for (int64_t late = pty_now() + RIG_END_MS; waitpid(s->pid, &status, WNOHANG) == 0;) {
		if (pty_now() > late) {
			rig_stacks(s->pid, s->journal);
			kill(s->pid, SIGKILL);
			waitpid(s->pid, NULL, 0);
			status = -1;
			break;
		}
		if (s->headless || !pty_pump(&s->pty, 10))
			poll(NULL, 0, 10);
	}
	if (!s->headless) {
		s->pty.ended = true;
		pty_free(&s->pty);
	}
	s->up = false;
	return status;
}

/* 0: the chain of its journal is whole. */
PTY_HELPER int rig_verify(const char *journal, const char *log)
{
	const char *const argv[] = {rig_program("vigie"), "verify", journal, NULL};
	return rig_run(argv, log);
}

#endif
