/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stub/desk.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/child.h"
#include "src/station_private.h"
#include "twin/text.h"

/* --- the station's side --- */

enum { DESK_KEYS = 2048 };

static struct desk_side {
	struct station *station;
	struct settings settings;
	struct ev_loop *loop;
	ev_io io;
	int fd;
	char line[512];
	size_t used;
	struct {
		char key[ID_SIZE];
		int64_t at_us;
	} acked[DESK_KEYS];
	int acked_count;
} side;

static int64_t mono_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t *acked_at(const char *key)
{
	for (int i = 0; i < side.acked_count; i++)
		if (strcmp(side.acked[i].key, key) == 0)
			return &side.acked[i].at_us;
	return NULL;
}

static void on_desk_changed(void *context)
{
	(void)context;
	for (int i = 0; side.station != NULL && i < side.station->twin->alarm_count; i++) {
		const struct alarm *a = &side.station->twin->alarms[i];
		if (!a->acked || side.acked_count == DESK_KEYS || acked_at(a->key) != NULL)
			continue;
		text_copy(side.acked[side.acked_count].key, ID_SIZE, a->key);
		side.acked[side.acked_count++].at_us = mono_us();
	}
}

static void say_back(const char *format, ...)
{
	static char text[65536];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof text - 1, format, args);
	va_end(args);
	n = n < (int)sizeof text - 1 ? n : (int)sizeof text - 2;
	text[n++] = '\n';
	for (int at = 0; at < n;) {
		ssize_t k = send(side.fd, text + at, (size_t)(n - at), MSG_NOSIGNAL);
		if (k <= 0)
			_exit(1);
		at += (int)k;
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Alarms by key, and what people said of cases; nothing of when it was heard. */
static void say_state(void)
{
	static char lines[TWIN_ALARMS + TWIN_CASES][160], out[60000];
	const struct twin *t = side.station->twin;
	int n = 0;
	size_t used = 0;
	for (int i = 0; i < t->alarm_count; i++) {
		const struct alarm *a = &t->alarms[i];
		if (!alarm_setting(t->site, a->class_)->local)
			snprintf(lines[n++], sizeof *lines, "%s=%s/%s", a->key,
				alarm_state_name(alarm_state(a)), a->acked_by);
	}
	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *s = &t->cases[i];
		int64_t sum = 0;
		for (int m = 0; m < MILESTONE_COUNT; m++)
			sum += s->passage[m].by[SOURCE_PERSON - SOURCE_RADIO].when_ms * (m + 1);
		snprintf(lines[n++], sizeof *lines, "%s=%.0f/%lld", s->id, s->estimate_min,
			(long long)sum);
	}
	qsort(lines, (size_t)n, sizeof *lines, by_text);
	out[0] = '\0';
	for (int i = 0; i < n && used + sizeof *lines < sizeof out; i++)
		used += (size_t)snprintf(out + used, sizeof out - used, "%s ", lines[i]);
	say_back("state %s", out);
}

static void do_press(const char *tag)
{
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, 0);
	text_copy(f.press.tag, sizeof f.press.tag, tag);
	f.source_ms = station_now(side.station);
	station_fact(side.station, &f);
}

static void do_case(const char *id)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
	text_copy(f.surgery.id, sizeof f.surgery.id, id);
	f.surgery.start_ms = station_now(side.station) + 3600000;
	f.surgery.status = CASE_PLANNED;
	station_fact(side.station, &f);
}

static void do_fill(int n)
{
	char id[ID_SIZE];
	for (int i = 0; i < n; i++) {
		struct command c = {.kind = COMMAND_MILESTONE, .arg = i % 20};
		snprintf(id, sizeof id, "c-%d", i / 20);
		if (twin_case(side.station->twin, id) < 0)
			do_case(id);
		text_copy(c.target, sizeof c.target, id);
		station_command(side.station, &c);
	}
}

static void do_ack(const char *key)
{
	struct command c = {.kind = COMMAND_ACKNOWLEDGE};
	int i = twin_alarm(side.station->twin, key);
	text_copy(c.target, sizeof c.target, key);
	if (i >= 0)
		c.covers_ms = side.station->twin->alarms[i].raised_ms;
	station_command(side.station, &c);
}

static void say_stage(const char *key)
{
	const struct stations *st = &side.station->stations;
	for (int n = 1; n <= st->act_count; n++) {
		const struct station_act *a =
			&st->acts[(st->act_next - n + STATION_ACTS) % STATION_ACTS];
		if (strcmp(a->key, key) == 0) {
			say_back("%d %s", a->stage, a->seen_by);
			return;
		}
	}
	say_back("0");
}

static void say_stations(void)
{
	const struct stations *st = &side.station->stations;
	int here = 0, missing = 0, refused = 0;
	for (int i = 0; i < st->count; i++) {
		here += st->list[i].here;
		missing += st->list[i].missing;
	}
	for (int r = 0; r < SHARE_REFUSAL_COUNT; r++)
		refused += (int)st->refused[r];
	say_back("linked=%d waiting=%d here=%d missing=%d sent=%d republished=%d refused=%d",
		st->linked, st->waiting, here, missing, (int)st->sent, (int)st->republished,
		refused);
}

static void do_line(char *line)
{
	char word[16] = "", rest[ID_SIZE * 2] = "";
	double left = 0;
	sscanf(line, "%15s %129s %lf", word, rest, &left);
	if (strcmp(word, "press") == 0)
		do_press(rest);
	else if (strcmp(word, "case") == 0)
		do_case(rest);
	else if (strcmp(word, "ack") == 0)
		do_ack(rest);
	else if (strcmp(word, "fill") == 0)
		do_fill(atoi(rest));
	else if (strcmp(word, "left") == 0) {
		struct command c = {.kind = COMMAND_ESTIMATE, .value = (int)left};
		text_copy(c.target, sizeof c.target, rest);
		station_command(side.station, &c);
	}
	if (strcmp(word, "state") == 0)
		say_state();
	else if (strcmp(word, "stage") == 0)
		say_stage(rest);
	else if (strcmp(word, "stations") == 0)
		say_stations();
	else if (strcmp(word, "acked") == 0)
		say_back("%lld", acked_at(rest) != NULL ? (long long)*acked_at(rest) : 0LL);
	else
		say_back("ok");
}

static void on_desk_line(struct ev_loop *loop, ev_io *io, int events)
{
	(void)io;
	(void)events;
	ssize_t n = recv(side.fd, side.line + side.used, sizeof side.line - 1 - side.used, 0);
	if (n <= 0) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	side.used += (size_t)n;
	side.line[side.used] = '\0';
	for (char *end; (end = strchr(side.line, '\n')) != NULL;) {
		*end = '\0';
		do_line(side.line);
		side.used -= (size_t)(end + 1 - side.line);
		memmove(side.line, end + 1, side.used + 1);
	}
}

int desk_main(int argc, char **argv)
{
	struct station_calls calls = {.changed = on_desk_changed};
	struct error err = {""};
	if (argc < 6 || strcmp(argv[1], "desk") != 0)
		return -1;
	settings_init(&side.settings);
	settings_set(&side.settings, "station", argv[2], &err);
	settings_set(&side.settings, "user", argv[2], &err);
	settings_set(&side.settings, "journal", argv[3], &err);
	settings_set(&side.settings, "site", "etc/demo/site.cfg", &err);
	side.fd = atoi(argv[4]);
	for (int i = 5; i < argc; i++) {
		char address[64];
		snprintf(address, sizeof address, "mqtt://127.0.0.1:%s", argv[i]);
		settings_set(&side.settings, "mqtt.addresses", address, &err);
	}
	side.loop = ev_default_loop(0);
	struct station *station = station_open(side.loop, &side.settings, calls, &err);
	if (station == NULL) {
		fprintf(stderr, "desk %s: %s\n", argv[2], err.text);
		return 1;
	}
	side.station = station;
	station_start(station);
	ev_io_init(&side.io, on_desk_line, side.fd, EV_READ);
	ev_io_start(side.loop, &side.io);
	ev_run(side.loop, 0);
	ev_io_stop(side.loop, &side.io);
	side.station = NULL;
	station_close(station);
	settings_fini(&side.settings);
	return 0;
}

/* --- the test's side --- */

void desk_start(struct desk *d)
{
	int pair[2];
	char fd[16], ports[4][16], log[160];
	struct error err = {""};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	snprintf(fd, sizeof fd, "%d", pair[1]);
	snprintf(log, sizeof log, "%s.log", d->journal);
	const char *argv[10] = {"/proc/self/exe", "desk", d->id, d->journal, fd};
	for (int i = 0; i < d->port_count; i++) {
		snprintf(ports[i], sizeof ports[i], "%d", d->ports[i]);
		argv[5 + i] = ports[i];
	}
	d->pid = child_start((char *const *)(uintptr_t)argv, log, pair[1], &err);
	close(pair[1]);
	d->fd = pair[0];
}

const char *desk_ask(struct desk *d, const char *format, ...)
{
	static char answer[65536];
	char line[512];
	size_t used = 0;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(line, sizeof line - 1, format, args);
	va_end(args);
	line[n++] = '\n';
	answer[0] = '\0';
	if (send(d->fd, line, (size_t)n, MSG_NOSIGNAL) != n)
		return answer;
	while (used == 0 || answer[used - 1] != '\n') {
		ssize_t k = recv(d->fd, answer + used, sizeof answer - 1 - used, 0);
		if (k <= 0) {
			answer[0] = '\0';
			return answer;
		}
		used += (size_t)k;
	}
	answer[used - 1] = '\0';
	return answer;
}

void desk_kill(struct desk *d)
{
	if (d->pid <= 0)
		return;
	kill(d->pid, SIGKILL);
	waitpid(d->pid, NULL, 0);
	close(d->fd);
	d->pid = 0;
}

void desk_end(struct desk *d)
{
	if (d->pid <= 0)
		return;
	close(d->fd); /* it leaves when nobody tells it anything any more */
	int runs = 1;
	for (int i = 0; i < 500 && (runs = child_runs(d->pid)) != 0; i++)
		usleep(10000);
	if (runs)
		child_end(d->pid);
	d->pid = 0;
}
