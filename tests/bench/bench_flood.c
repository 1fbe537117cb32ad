/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flood: the batteries of all tags of the demo site go low and good again, a
 * thousand raises a second for ten seconds, while call buttons are pressed. How
 * long until each call is on the terminal, and until the list answers a key.
 */
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/bench/call.h"

enum {
	SECONDS = 10,
	ROWS = 50,
	MESSAGES_A_SECOND = 40, /* 2,000 rows a second: a raise and a return for each two */
	WARM_MS = 4000,
	PRESSES_MAX = 60,
	PRESS_MS = 200,
};

struct flood {
	const struct site *site;
	struct publisher link;
	struct pty pty;
	char journal[128];
	double press_ms[PRESSES_MAX], key_ms[PRESSES_MAX];
	int presses, keys, never;
};

/* Each tag's battery in turn at 5 % and at 20 %, where it counts as good. */
static const char *flutter(const struct site *site, int n)
{
	return n / site->tag_count % 2 == 0 ? "05" : "14";
}

/* A child. */
static void pour(const struct site *site, int port)
{
	struct publisher link = {.fd = -1};
	double next = bench_now();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	publisher_open(&link, port, "bench-flood");
	for (int m = 0; m < SECONDS * MESSAGES_A_SECOND; m++) {
		call_noise(&link, site, m, m * ROWS, ROWS, flutter);
		next += 1.0 / MESSAGES_A_SECOND;
		call_pause_until(next);
	}
}

static void press(struct flood *f, const struct tag *tag)
{
	char line[LABEL_SIZE + 8];
	double began = bench_now();
	snprintf(line, sizeof line, "%s calls", tag->name);
	call_press(&f->link, f->site, tag);
	double ms = call_until_shown(&f->pty, line, began);
	f->never += ms >= 5000;
	f->press_ms[f->presses++] = ms;
}

/* The cursor goes down or up one line: until the first byte of the next picture. */
static void move(struct flood *f)
{
	size_t len = f->pty.len;
	double began = bench_now();
	pty_send(&f->pty, f->keys % 2 == 0 ? "j" : "k");
	while (f->pty.len == len && bench_now() - began < 5)
		pty_pump(&f->pty, 1);
	f->key_ms[f->keys++] = (bench_now() - began) * 1000;
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
		const struct tag *tag = call_button(f->site, f->presses);
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
	call_tell("flood_call", f.press_ms, f.presses);
	call_tell("flood_key", f.key_ms, f.keys);
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
