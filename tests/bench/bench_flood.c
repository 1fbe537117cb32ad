/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flood: the batteries of all tags of the demo site go low and good again, a
 * thousand raises a second for ten seconds, while call buttons are pressed. How
 * long until each call is on the terminal, and until the list answers a key.
 */
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "src/site_file.h"
#include "tests/bench/bench.h"
#include "tests/bench/hold.h"
#include "tests/rig/publisher.h"

enum {
	SECONDS = 10,
	ROWS = 50,
	MESSAGES_A_SECOND = 40, /* 2,000 rows a second: a raise and a return for each two */
	WARM_MS = 4000,
	PRESSES_MAX = 60,
	PRESS_MS = 200,
	GIVE_UP_MS = 5000
};

struct flood {
	const struct site *site;
	struct publisher link;
	struct pty pty;
	char journal[128];
	double press_ms[PRESSES_MAX], key_ms[PRESSES_MAX];
	int presses, keys, never;
};

static void heard(void *context, uint16_t number)
{
	(void)context;
	(void)number;
}

/* A child: each tag's battery in turn at 5 % and at 20 %, where it counts as good. */
static void pour(const struct site *site, int port)
{
	static char text[ROWS * 200];
	struct publisher link = {.fd = -1};
	double next = bench_now();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	publisher_open(&link, port, "bench-flood");
	for (int m = 0, row = 0; m < SECONDS * MESSAGES_A_SECOND; m++) {
		char topic[64];
		size_t n = (size_t)snprintf(text, sizeof text, "[");
		for (int i = 0; i < ROWS; i++, row++) {
			bool low = row / site->tag_count % 2 == 0;
			n += (size_t)snprintf(text + n, sizeof text - n,
				"%s{\"timestamp\":1758600000000,\"mac\":\"%s\",\"rssi\":-60,"
				"\"rawData\":"
				"\"0201060303E1FF1216E1FFA103%s0059FF7EFF393C577B0000C3\"}",
				i > 0 ? "," : "", site->tags[row % site->tag_count].mac,
				low ? "05" : "14");
		}
		snprintf(text + n, sizeof text - n, "]");
		snprintf(topic, sizeof topic, "/gw/%s/status",
			site->gateways[m % site->gateway_count].mac);
		publisher_send(&link, topic, text);
		publisher_hear(&link, heard, NULL);
		next += 1.0 / MESSAGES_A_SECOND;
		double left = next - bench_now();
		if (left > 0)
			usleep((useconds_t)(left * 1e6));
	}
}

static const struct tag *button(const struct site *site, int n)
{
	for (int i = 0; i < site->tag_count; i++)
		if (strcmp(site->tags[i].model, "B10") == 0 && n-- == 0)
			return &site->tags[i];
	return NULL;
}

static void press(struct flood *f, const struct tag *tag)
{
	char text[300], topic[64], line[LABEL_SIZE + 8];
	snprintf(text, sizeof text,
		"[{\"timestamp\":1758600000000,\"mac\":\"%s\",\"rssi\":-61,\"rawData\":"
		"\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5\"}]",
		tag->mac);
	snprintf(topic, sizeof topic, "/gw/%s/status", f->site->gateways[0].mac);
	snprintf(line, sizeof line, "%s calls", tag->name);
	double began = bench_now();
	publisher_send(&f->link, topic, text);
	publisher_hear(&f->link, heard, NULL);
	while (!pty_shows(&f->pty, line) && (bench_now() - began) * 1000 < GIVE_UP_MS)
		pty_pump(&f->pty, 1);
	f->never += !pty_shows(&f->pty, line);
	f->press_ms[f->presses++] = (bench_now() - began) * 1000;
}

/* The cursor goes down or up one line: until the first byte of the next picture. */
static void move(struct flood *f)
{
	size_t len = f->pty.len;
	double began = bench_now();
	pty_send(&f->pty, f->keys % 2 == 0 ? "j" : "k");
	while (f->pty.len == len && (bench_now() - began) * 1000 < GIVE_UP_MS)
		pty_pump(&f->pty, 1);
	f->key_ms[f->keys++] = (bench_now() - began) * 1000;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void tell(const char *name, double ms[], int n)
{
	char figure[60];
	qsort(ms, (size_t)n, sizeof *ms, by_value);
	const struct {
		const char *end;
		double value;
	} list[] = {{"p50", ms[n / 2]}, {"p99", ms[n * 99 / 100]}, {"max", ms[n - 1]}};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		snprintf(figure, sizeof figure, "%s_%s", name, list[i].end);
		bench_say(figure, list[i].value, "ms");
	}
}

/* A figure that follows a label on the Feeds page. */
static void tell_page(struct flood *f, const char *label, const char *name, const char *unit)
{
	char *grid = pty_grid(&f->pty);
	const char *at = strstr(grid, label);
	if (at != NULL)
		bench_say(name, strtod(at + strlen(label), NULL), unit);
	free(grid);
}

static double count(const char *journal, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	double n = -1;
	if (sqlite3_open_v2(journal, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK
		&& sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK
		&& sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_double(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

static void run(struct flood *f, int port)
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	char mqtt[64], vigie[128];
	const char *b = getenv("B");
	snprintf(mqtt, sizeof mqtt, "mqtt://127.0.0.1:%d", port);
	snprintf(vigie, sizeof vigie, "%s/vigie", b != NULL ? b : "build");
	const char *argv[] = {vigie, "--site", "etc/demo/site.cfg", "--mqtt", mqtt, "--journal",
		f->journal, "--calm", "--screen", "alarms", NULL};
	if (!pty_spawn(&f->pty, 24, 80, argv, env) || !publisher_open(&f->link, port, "bench-call"))
		exit(3);
	pty_run(&f->pty, WARM_MS);
	pid_t source = fork();
	if (source == 0) {
		pour(f->site, port);
		_exit(0);
	}
	double end = bench_now() + SECONDS;
	while (bench_now() < end && f->presses < PRESSES_MAX) {
		const struct tag *tag = button(f->site, f->presses);
		if (tag == NULL)
			break;
		press(f, tag);
		pty_run(&f->pty, PRESS_MS / 2);
		move(f);
		pty_run(&f->pty, PRESS_MS / 2);
	}
	waitpid(source, NULL, 0);
	pty_run(&f->pty, 3000);
}

int main(void)
{
	static struct flood f;
	char folder[64];
	struct error err = {""};
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	int port;
	if (site == NULL)
		return 3;
	f.site = site;
	bench_folder(folder);
	snprintf(f.journal, sizeof f.journal, "%s/a.db", folder);
	pid_t broker = bench_broker(folder, &port);
	run(&f, port);
	bench_say("flood_raises",
		count(f.journal,
			"SELECT count(*) FROM derived WHERE payload LIKE '%\"to\":\"B\"%'"),
		"raises");
	bench_say("flood_calls", f.presses, "calls");
	bench_say("flood_calls_never_shown", f.never, "calls");
	tell("flood_call", f.press_ms, f.presses);
	tell("flood_key", f.key_ms, f.keys);
	pty_send(&f.pty, "\033OQ"); /* F2 */
	pty_wait(&f.pty, "longest turn", 5000);
	tell_page(&f, "longest turn in the last minute ", "flood_turn_max", "ms");
	tell_page(&f, "99.9 % within ", "flood_turn_p999", "ms");
	tell_page(&f, "of unknown things, ", "flood_without_room", "facts");
	pty_end(&f.pty);
	child_end(broker);
	bench_remove(folder);
	site_free(site);
	return 0;
}
