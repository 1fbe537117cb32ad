/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of the living demo, for the README: shots VIGIE FOLDER [WARM_S].
 * One demo is opened at 80x24, walked through and written as text, then made
 * 120x40, walked through again and written as SVG. A page that does not show
 * what it should ends the program with 1: a wrong picture is worse than none.
 */
#include "tests/shots/svg.h"

enum { SOON_MS = 15000, QUIET_MS = 100, LEAVE_MS = 20000 };

/* In the order they are visited; `sign` is a text that only that page shows. */
static const struct page {
	const char *name, *keys, *sign;
} pages[] = {
	{"board", "1g", " Room   State"},
	{"patient", "jjjjjj\r", " what comes next"},
	{"programme", "q2", " Time  Min"},
	{"recovery", "3", "Waiting for"},
	{"alarms", "4", "St Since"},
	{"locate", "5", "Sure"},
	{"climate", "6", " Probe"},
	{"forecast", "7", "replications"},
	{"feeds", "\033OQ", "Drops Refused"},
	{"gateways", "\t", " Gateway "},
	{"devices", "\t", "Verified"},
	{"help", "?", "Help for"},
};
enum { PAGES = sizeof pages / sizeof *pages };

static bool text_write(struct pty *pty, const char *path)
{
	FILE *file = fopen(path, "w");
	char *grid = pty_grid(pty);
	bool good = file != NULL && fputs(grid, file) >= 0;
	free(grid);
	return file != NULL && fclose(file) == 0 && good;
}

static bool visit(struct pty *pty, const struct page *page, const char *folder)
{
	char path[512], size[32];
	bool small = pty->columns <= 80;
	pty_send(pty, page->keys);
	if (!pty_wait(pty, page->sign, SOON_MS)) {
		char *grid = pty_grid(pty);
		fprintf(stderr, "shots: %s does not show \"%s\":\n%s", page->name, page->sign,
			grid);
		free(grid);
		return false;
	}
	pty_settle(pty, QUIET_MS);
	snprintf(size, sizeof size, "%dx%d", pty->columns, pty->rows);
	snprintf(path, sizeof path, "%s/%s-%s.%s", folder, page->name, size, small ? "txt" : "svg");
	if (small ? text_write(pty, path) : svg_write(pty, path, page->name))
		return true;
	fprintf(stderr, "shots: %s cannot be written\n", path);
	return false;
}

/* Lets the suite live, so that the radio has placed its tags. */
static void warm(struct pty *pty, int seconds)
{
	for (int64_t end = pty_now() + seconds * 1000LL; pty_now() < end;)
		if (!pty_pump(pty, 100))
			return;
}

static int walk(struct pty *pty, const char *folder)
{
	int bad = 0;
	for (int i = 0; i < PAGES; i++)
		bad += !visit(pty, &pages[i], folder);
	pty_send(pty, "\033");
	pty_settle(pty, QUIET_MS);
	return bad;
}

static bool leave(struct pty *pty)
{
	pty_send(pty, ":quit\r");
	bool ended = pty_wait_end(pty, LEAVE_MS);
	if (!ended)
		kill(pty->pid, SIGTERM);
	return pty_wait_end(pty, LEAVE_MS) && ended;
}

int main(int argc, char **argv)
{
	static const char *const settings[] = {
		"TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL", "NO_COLOR", NULL};
	if (argc < 3) {
		fputs("usage: shots VIGIE FOLDER [WARM_S]\n", stderr);
		return 2;
	}
	const char *const demo[] = {argv[1], "demo", "--seed", "7", "--site", "etc/demo/site.cfg",
		"--user", "demo", "--calm", NULL};
	int seconds = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 45;
	struct pty pty;
	if (!pty_spawn(&pty, 24, 80, demo, settings) || !pty_wait(&pty, " Room ", SOON_MS)) {
		fputs("shots: the demo did not open\n", stderr);
		return 3;
	}
	warm(&pty, seconds);
	int bad = walk(&pty, argv[2]);
	pty_resize(&pty, 40, 120);
	pty_settle(&pty, QUIET_MS);
	bad += walk(&pty, argv[2]);
	if (!leave(&pty)) {
		fputs("shots: the demo did not leave when asked\n", stderr);
		bad++;
	}
	pty_free(&pty);
	return bad > 0;
}
