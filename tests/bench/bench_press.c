/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the publication of a press to its line on the terminal, with 5,000 rows
 * a second in the background: a real broker, the real console on a terminal. Each
 * round has a journal of its own, so that every button rings for the first time.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/bench/call.h"

enum { ROUNDS = 4, PRESSES = 300, ROWS = 100, MESSAGES_A_SECOND = 50, WARM_MS = 4000 };

static const char *steady(const struct site *site, int n)
{
	(void)site;
	(void)n;
	return "14";
}

/* A child: 50 messages a second of 100 rows each. */
static void background(int port, const struct site *site)
{
	struct publisher link = {.fd = -1};
	double next = bench_now();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	publisher_open(&link, port, "bench-noise");
	for (int m = 0;; m++) {
		call_noise(&link, site, m, m * 7, ROWS, steady);
		next += 1.0 / MESSAGES_A_SECOND;
		call_pause_until(next);
	}
}

/* Every button once, on a fresh console; how many. */
static int round_of_presses(const struct site *site, int port, const char *journal, double ms[])
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	const char *b = getenv("B");
	char mqtt[64], vigie[128], line[LABEL_SIZE + 8];
	struct publisher link = {.fd = -1};
	struct pty pty;
	int n = 0;
	snprintf(mqtt, sizeof mqtt, "mqtt://127.0.0.1:%d", port);
	snprintf(vigie, sizeof vigie, "%s/vigie", b != NULL ? b : "build");
	const char *argv[] = {vigie, "--site", "etc/demo/site.cfg", "--mqtt", mqtt, "--journal",
		journal, "--calm", "--screen", "alarms", NULL};
	if (!pty_spawn(&pty, 24, 80, argv, env) || !publisher_open(&link, port, "bench-press"))
		exit(3);
	pty_run(&pty, WARM_MS);
	for (const struct tag *tag; (tag = call_button(site, n)) != NULL && n < PRESSES / ROUNDS;) {
		double began = bench_now();
		snprintf(line, sizeof line, "%s calls", tag->name);
		call_press(&link, site, tag);
		ms[n++] = call_until_shown(&pty, line, began);
		pty_run(&pty, 150 + n * 37 % 400);
	}
	publisher_close(&link);
	pty_end(&pty);
	return n;
}

int main(void)
{
	char folder[64], journal[128];
	double ms[PRESSES];
	struct error err = {""};
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	int port, n = 0;
	if (site == NULL)
		return 3;
	bench_folder(folder);
	pid_t broker = bench_broker(folder, &port);
	pid_t noise = fork();
	if (noise == 0)
		background(port, site);
	for (int r = 0; r < ROUNDS; r++) {
		snprintf(journal, sizeof journal, "%s/%d.db", folder, r);
		n += round_of_presses(site, port, journal, ms + n);
	}
	bench_say("presses", n, "presses");
	call_tell("press_latency", ms, n);
	kill(noise, SIGKILL);
	waitpid(noise, NULL, 0);
	child_end(broker);
	bench_remove(folder);
	site_free(site);
	return 0;
}
