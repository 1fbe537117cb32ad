/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_H
#define VIGIE_TESTS_SUITE_H

/*
 * What a system test needs around a console on a pseudo-terminal: the programs
 * under test (folder in the environment variable B, else build), a broker,
 * mosquitto_pub, a folder of its own, the verbs' output and the journal's rows.
 * Included after cmocka.h. Waiting is generous: machines are shared.
 */

#include <ftw.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "src/child.h"
#include "tests/pty/pty.h"

enum { SOON_MS = 15000, PATH_MAX_ = 512 };

static char suite_folder[64];
static char suite_vigie[PATH_MAX_], suite_hospital[PATH_MAX_];

PTY_HELPER int suite_open(void **state)
{
	const char *b = getenv("B") != NULL ? getenv("B") : "build";
	(void)state;
	snprintf(suite_vigie, sizeof suite_vigie, "%s/vigie", b);
	snprintf(suite_hospital, sizeof suite_hospital, "%s/vigie-hospital", b);
	if (access(suite_vigie, X_OK) != 0 || access(suite_hospital, X_OK) != 0) {
		print_error("%s or %s is not built\n", suite_vigie, suite_hospital);
		return -1;
	}
	strcpy(suite_folder, "/tmp/vigie-test.XXXXXX");
	return mkdtemp(suite_folder) != NULL ? 0 : -1;
}

PTY_HELPER int suite_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

PTY_HELPER int suite_close(void **state)
{
	(void)state;
	return nftw(suite_folder, suite_remove, 8, FTW_DEPTH | FTW_PHYS);
}

PTY_HELPER const char *suite_path(const char *name)
{
	static char paths[8][PATH_MAX_];
	static int next;
	char *path = paths[next++ % 8];
	snprintf(path, PATH_MAX_, "%s/%s", suite_folder, name);
	return path;
}

PTY_HELPER void suite_write(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

/* A whole file, NUL-ended; malloc'd. */
PTY_HELPER char *suite_read(const char *path, size_t *len)
{
	FILE *file = fopen(path, "r");
	size_t size = 0, got;
	char *text = calloc(1, 1);
	while (file != NULL && text != NULL) {
		text = realloc(text, size + 65537);
		got = fread(text + size, 1, 65536, file);
		size += got;
		text[size] = '\0';
		if (got == 0)
			break;
	}
	if (file != NULL)
		fclose(file);
	if (len != NULL)
		*len = size;
	assert_non_null(text);
	return text;
}

/* Runs a program to its end; its exit code, and what it printed (malloc'd). */
PTY_HELPER int suite_run(char **out, const char *const argv[])
{
	char log[PATH_MAX_];
	struct error err = {""};
	int status = -1;
	snprintf(log, sizeof log, "%s/run.out", suite_folder);
	unlink(log);
	pid_t pid = child_start((char *const *)(uintptr_t)argv, log, -1, &err);
	assert_true(pid > 0);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (out != NULL)
		*out = suite_read(log, NULL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

PTY_HELPER pid_t suite_broker(int port)
{
	char conf[PATH_MAX_], text[200];
	struct error err = {""};
	char *program = child_find("mosquitto");
	assert_non_null(program);
	snprintf(conf, sizeof conf, "%s/mosquitto-%d.conf", suite_folder, port);
	snprintf(text, sizeof text,
		"listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n%s", port,
		geteuid() == 0 ? "user root\n" : "");
	suite_write(conf, text, strlen(text));
	char *argv[] = {program, (char[]){"-c"}, conf, NULL};
	pid_t pid = child_start(argv, NULL, -1, &err);
	assert_true(pid > 0);
	assert_int_equal(child_wait_port(port, 10000), 0);
	free(program);
	return pid;
}

/* One payload, `times` times, at QoS 1: when this returns the broker has it. */
PTY_HELPER void suite_publish(int port, const char *topic, const void *bytes, size_t len, int times)
{
	char number[16], count[16], file[PATH_MAX_];
	char *program = child_find("mosquitto_pub");
	assert_non_null(program);
	snprintf(number, sizeof number, "%d", port);
	snprintf(count, sizeof count, "%d", times);
	snprintf(file, sizeof file, "%s/payload", suite_folder);
	suite_write(file, bytes, len);
	const char *argv[] = {program, "-h", "127.0.0.1", "-p", number, "-q", "1", "-t", topic,
		"-f", file, "--repeat", count, NULL};
	assert_int_equal(suite_run(NULL, argv), 0);
	free(program);
}

/* A number the journal answers, read as any other reader would; -1 none. */
PTY_HELPER long suite_query(const char *journal, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	long answer = -1;
	if (sqlite3_open_v2(journal, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(db, 5000);
		if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK
			&& sqlite3_step(statement) == SQLITE_ROW)
			answer = (long)sqlite3_column_int64(statement, 0);
		sqlite3_finalize(statement);
	}
	sqlite3_close(db);
	return answer;
}

/* The console on a pty with the demo site; `more` (NULL-ended) is added to its
 * arguments, `settings` to its environment. */
PTY_HELPER void suite_console(struct pty *pty, int rows, int columns, const char *journal,
	const char *const more[], const char *const settings[])
{
	const char *argv[24] = {
		suite_vigie, "--site", "etc/demo/site.cfg", "--journal", journal, NULL};
	const char *env[24] = {"TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL", "LC_CTYPE",
		"NO_COLOR", "LANGUAGE", "COLUMNS", "LINES", NULL};
	char home[PATH_MAX_];
	int n = 5, e = 8;
	snprintf(home, sizeof home, "HOME=%s", suite_folder);
	env[e++] = home;
	env[e++] = "XDG_CONFIG_HOME";
	for (int i = 0; more != NULL && more[i] != NULL && n < 23; i++)
		argv[n++] = more[i];
	for (int i = 0; settings != NULL && settings[i] != NULL && e < 23; i++)
		env[e++] = settings[i];
	assert_true(pty_spawn(pty, rows, columns, argv, env));
}

/* Row `row` of the picture; malloc'd. */
PTY_HELPER char *suite_row(struct pty *pty, int row)
{
	char *grid = pty_grid(pty), *line = grid;
	for (; row > 0 && (line = strchr(line, '\n')) != NULL; row--)
		line++;
	char *copy = line != NULL ? strndup(line, strcspn(line, "\n")) : strdup("");
	free(grid);
	return copy;
}

PTY_HELPER void suite_expect(struct pty *pty, const char *text, int ms)
{
	if (pty_wait(pty, text, ms))
		return;
	char *grid = pty_grid(pty);
	print_error("never on screen: \"%s\"\n%s\n", text, grid);
	free(grid);
	fail();
}

/* Until the screen no longer shows it. */
PTY_HELPER bool suite_gone(struct pty *pty, const char *text, int ms)
{
	int64_t end = pty_now() + ms;
	while (pty_shows(pty, text) && pty_now() < end && pty_pump(pty, 20))
		;
	return !pty_shows(pty, text);
}

PTY_HELPER int suite_exit(struct pty *pty, int ms)
{
	if (!pty_wait_end(pty, ms))
		return -1000;
	return WIFEXITED(pty->status) ? WEXITSTATUS(pty->status) : -WTERMSIG(pty->status);
}

#endif
