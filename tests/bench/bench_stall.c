/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two whole consoles side by side (each with a broker, the emulated hospital over
 * FHIR and radio, and a journal) under the same keys at 200x60. The reader of
 * the first one's terminal stops for 10 s. The figure is the longest turn of the
 * loop in the last minute, which the Feeds page of each tells.
 */
#include "tests/bench/bench.h"
#include "tests/bench/hold.h"

enum { ROWS = 60, COLUMNS = 200, FORGET_S = 75, STALL_S = 10, KEYS_A_SECOND = 5 };
/* What the kernel lets wait for a terminal's reader (N_TTY_BUF_SIZE less one). */
enum { FULL = 4095 };

static bool start(struct pty *pty, const char *vigie)
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	const char *argv[] = {vigie, "demo", "--seed", "7", NULL};
	return pty_spawn(pty, ROWS, COLUMNS, argv, env);
}

/* Reads both for `ms`; the first not while it stalls. */
static void run_both(struct pty *stalled, struct pty *fine, int ms, bool stall)
{
	for (int64_t end = pty_now() + ms; pty_now() < end;) {
		pty_pump(fine, 10);
		if (!stall)
			pty_pump(stalled, 10);
	}
}

/* Screens change and are sent anew, so that the terminal has much to take. */
static void type_both(struct pty *stalled, struct pty *fine, int seconds, bool stall)
{
	static const char *const keys[] = {"1", "2", "3", "5", "6", "\x0c"};
	for (int i = 0; i < seconds * KEYS_A_SECOND; i++) {
		const char *key = keys[(size_t)i % (sizeof keys / sizeof *keys)];
		pty_send(stalled, key);
		pty_send(fine, key);
		run_both(stalled, fine, 1000 / KEYS_A_SECOND, stall);
	}
}

/* What the Feeds page says of the loop, in ms; -1 when it does not. */
static double longest_turn(struct pty *pty)
{
	static const char label[] = "longest turn in the last minute ";
	pty_send(pty, "\033OQ"); /* F2 */
	pty_wait(pty, label, 5000);
	char *grid = pty_grid(pty);
	const char *at = strstr(grid, label);
	double ms = at != NULL ? strtod(at + sizeof label - 1, NULL) : -1;
	free(grid);
	return ms;
}

int main(void)
{
	struct pty stalled, fine;
	char vigie[128];
	const char *b = getenv("B");
	int waiting = 0;
	snprintf(vigie, sizeof vigie, "%s/vigie", b != NULL ? b : "build");
	if (!start(&stalled, vigie) || !start(&fine, vigie))
		return 3;
	/* Until the start is no longer part of the last minute. */
	run_both(&stalled, &fine, FORGET_S * 1000, false);
	type_both(&stalled, &fine, STALL_S, true);
	ioctl(stalled.master, FIONREAD, &waiting);
	double with = longest_turn(&stalled), without = longest_turn(&fine);
	if (waiting < FULL || with < 0 || without < 0)
		fprintf(stderr, "bench: not stalled: %d bytes waited\n", waiting);
	else
		bench_against("stall_turn", with, "ms", "no_stall", without);
	pty_end(&stalled);
	pty_end(&fine);
	return 0;
}
