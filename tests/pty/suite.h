/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_H
#define VIGIE_TESTS_SUITE_H

/*
 * What a system test needs around a console on a pseudo-terminal: the programs
 * under test (folder in the environment variable B, else build), a broker,
 * mosquitto_pub, a folder of its own, the verbs' output and the journal's rows.
 * Included after cmocka.h. Waiting is generous: machines are shared.
 */

#include <cjson/cJSON.h>
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
	snprintf(suite_folder, sizeof suite_folder, "/tmp/vigie-test.XXXXXX");
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
	fprintf(stderr, "never on screen: \"%s\"\n%s\n", text, grid);
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

/* --- the suite around it --- */

static int broker_port;
static pid_t broker;
static char broker_address[64];

PTY_HELPER int open_group(void **state)
{
	if (suite_open(state) != 0)
		return -1;
	broker_port = child_free_port();
	snprintf(broker_address, sizeof broker_address, "mqtt://127.0.0.1:%d", broker_port);
	broker = suite_broker(broker_port);
	return 0;
}

PTY_HELPER int close_group(void **state)
{
	child_end(broker);
	return suite_close(state);
}

PTY_HELPER void open_connected(struct pty *pty, int rows, int columns, const char *journal)
{
	const char *const more[] = {"--mqtt", broker_address, "--user", "Nadia", NULL};
	suite_console(pty, rows, columns, journal, more, NULL);
	suite_expect(pty, "mqtt ok", SOON_MS);
}

PTY_HELPER void leave(struct pty *pty)
{
	pty_send(pty, "1q");
	assert_int_equal(suite_exit(pty, SOON_MS), 0);
	assert_true(pty_restored(pty));
	pty_free(pty);
}

PTY_HELPER void kill_hard(struct pty *pty)
{
	kill(pty->pid, SIGKILL);
	assert_int_equal(suite_exit(pty, SOON_MS), -SIGKILL);
	pty_free(pty);
}

PTY_HELPER void say(const char *topic, const char *payload)
{
	suite_publish(broker_port, topic, payload, strlen(payload), 1);
}

/* iBeacon of a pressed B10, as captured; the row's MAC says whose. */
PTY_HELPER void press(const char *gateway, const char *tag, int times)
{
	char topic[64], payload[300];
	snprintf(topic, sizeof topic, "/gw/%s/status", gateway);
	int len = snprintf(payload, sizeof payload,
		"[{\"timestamp\":%lld,\"mac\":\"%s\",\"rssi\":-61,\"rawData\":"
		"\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5\"}]",
		(long long)time(NULL) * 1000, tag);
	suite_publish(broker_port, topic, payload, (size_t)len, times);
}

/* The emulated hospital: programme over FHIR on a free port, radio to the broker. */
PTY_HELPER pid_t hospital(int http, bool radio)
{
	char mqtt[32], port_text[16];
	struct error err = {""};
	snprintf(mqtt, sizeof mqtt, "127.0.0.1:%d", broker_port);
	snprintf(port_text, sizeof port_text, "%d", http);
	const char *const argv[] = {suite_hospital, "--site", "etc/demo/site.cfg", "--http",
		port_text, radio ? "--mqtt" : "--no-radio", radio ? mqtt : NULL, NULL};
	pid_t pid = child_start((char *const *)(uintptr_t)argv, NULL, -1, &err);
	assert_true(pid > 0);
	assert_int_equal(child_wait_port(http, 15000), 0);
	return pid;
}

PTY_HELPER void open_with_fhir(struct pty *pty, int rows, int columns, const char *journal,
	const char *base, const char *screen)
{
	const char *const more[] = {"--mqtt", broker_address, "--fhir", base, "--fhir-every", "1",
		"--user", "Nadia", "--screen", screen, NULL};
	suite_console(pty, rows, columns, journal, more, NULL);
}

/* Cases on the list, and no more to come. */
PTY_HELPER void wait_for_cases(struct pty *pty, const char *journal)
{
	long before = -2, now = -1;
	for (int64_t end = pty_now() + 30000; pty_now() < end && (now < 20 || now != before);) {
		int64_t piece = pty_now() + 1500;
		while (pty_now() < piece)
			pty_pump(pty, 50);
		before = now;
		now = suite_query(journal, "SELECT count(*) FROM fact WHERE kind='case'");
	}
	assert_true(now >= 20);
}

PTY_HELPER void digest_of(const char *journal, char *out, size_t size, int *checked)
{
	const char *const argv[] = {suite_vigie, "replay", journal, "--digest", NULL};
	char *text = NULL;
	int code = suite_run(&text, argv);
	if (code != 0)
		fail_msg("replay: exit %d: %s", code, text);
	cJSON *json = cJSON_Parse(text);
	assert_non_null(json);
	const cJSON *digest = cJSON_GetObjectItemCaseSensitive(json, "digest");
	const cJSON *points = cJSON_GetObjectItemCaseSensitive(json, "checkpoints");
	assert_true(cJSON_IsString(digest));
	snprintf(out, size, "%s", digest->valuestring);
	assert_int_equal(cJSON_GetObjectItemCaseSensitive(points, "differ")->valueint, 0);
	*checked = cJSON_GetObjectItemCaseSensitive(points, "checked")->valueint;
	cJSON_Delete(json);
	free(text);
}

PTY_HELPER void verify(const char *journal)
{
	const char *const argv[] = {suite_vigie, "verify", journal, NULL};
	char *text = NULL;
	int code = suite_run(&text, argv);
	if (code != 0)
		fail_msg("verify: exit %d: %s", code, text);
	free(text);
}

#endif
