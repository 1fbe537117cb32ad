/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A restart after a full day: the demo lives 13.6 hours of suite time in 205 s and
 * leaves its journal; then the twin is restored from it by `vigie show`, as a
 * whole process, against the sqlite3 shell reading the same rows, and the
 * console is opened on it until its first picture stands.
 */
#include <sqlite3.h>
#include <sys/wait.h>

#include "tests/bench/bench.h"
#include "tests/bench/hold.h"

enum { DAY_S = 205, ROUNDS = 7 };

static void live_a_day(const char *vigie, const char *journal)
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	const char *argv[] = {vigie, "demo", "--speed", "240", "--at", "06:30", "--seed", "7",
		"--journal", journal, NULL};
	struct pty pty;
	if (!pty_spawn(&pty, 24, 80, argv, env))
		exit(3);
	pty_run(&pty, DAY_S * 1000);
	pty_send(&pty, "q");
	pty_run(&pty, 3000);
	pty_end(&pty);
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

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Milliseconds from start to end of a program, the median of some runs. */
static double process_ms(const char *const argv[])
{
	double ms[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		struct error err = {""};
		int status = -1;
		double began = bench_now();
		pid_t pid = child_start((char *const *)(uintptr_t)argv, "/dev/null", -1, &err);
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
			return -1;
		ms[i] = (bench_now() - began) * 1000;
	}
	qsort(ms, ROUNDS, sizeof *ms, by_value);
	return ms[ROUNDS / 2];
}

/* From the start of the console to a whole first picture. */
static double first_picture(const char *vigie, const char *journal)
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	const char *argv[] = {vigie, "--site", "etc/demo/site.cfg", "--journal", journal, NULL};
	struct pty pty;
	if (!pty_spawn(&pty, 24, 80, argv, env))
		return -1;
	double ms = pty_painted(&pty);
	pty_end(&pty);
	return ms;
}

int main(void)
{
	char folder[64], journal[128], vigie[128];
	const char *b = getenv("B");
	char *shell = child_find("sqlite3");
	bench_folder(folder);
	snprintf(vigie, sizeof vigie, "%s/vigie", b != NULL ? b : "build");
	snprintf(journal, sizeof journal, "%s/day.db", folder);
	live_a_day(vigie, journal);
	const char *show[] = {vigie, "show", "board", "--journal", journal, NULL};
	const char *rows[] = {shell, journal, "SELECT * FROM fact ORDER BY seq", NULL};
	bench_say("restore_facts", count(journal, "SELECT count(*) FROM fact"), "facts");
	bench_say("restore_cases",
		count(journal, "SELECT count(DISTINCT payload ->> '$.id') FROM fact"
			       " WHERE kind = 'case'"),
		"cases");
	bench_against("restore", process_ms(show), "ms", "sqlite3_rows",
		shell != NULL ? process_ms(rows) : 0);
	bench_say("restore_first_paint", first_picture(vigie, journal), "ms");
	free(shell);
	bench_remove(folder);
	return 0;
}
