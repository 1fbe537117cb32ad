/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <dirent.h>

#include "src/sandbox.h"
#include "tests/pty/suite.h"

/*
 * The demo as a newcomer meets it: one command, a living suite, and nothing
 * left behind, whatever way it ends.
 */

enum { CHILDREN = 8, ALIVE_MS = 10000 };

struct demo {
	struct pty pty;
	pid_t children[CHILDREN];
	char names[CHILDREN][32];
	int count;
};

/* State letter, parent and name of a process; false: there is none. */
static bool process(pid_t pid, char *state, pid_t *parent, char name[32])
{
	char path[64], line[512];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	bool read = fgets(line, sizeof line, file) != NULL;
	fclose(file);
	char *open = strchr(line, '('), *close = strrchr(line, ')');
	int number = 0;
	if (!read || open == NULL || close == NULL
		|| sscanf(close + 1, " %c %d", state, &number) != 2)
		return false;
	*parent = number;
	snprintf(name, 32, "%.*s", (int)(close - open - 1), open + 1);
	return true;
}

static void find_children(struct demo *d)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	assert_non_null(proc);
	d->count = 0;
	while ((entry = readdir(proc)) != NULL && d->count < CHILDREN) {
		char state, name[32];
		pid_t parent;
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (!isdigit((unsigned char)entry->d_name[0])
			|| !process(pid, &state, &parent, name) || parent != d->pty.pid)
			continue;
		d->children[d->count] = pid;
		snprintf(d->names[d->count++], sizeof d->names[0], "%s", name);
	}
	closedir(proc);
}

static pid_t child_called(const struct demo *d, const char *name)
{
	for (int i = 0; i < d->count; i++)
		if (strncmp(d->names[i], name, strlen(name)) == 0)
			return d->children[i];
	return 0;
}

/* A zombie nobody has buried yet has ended all the same. */
static bool ended(pid_t pid)
{
	char state, name[32];
	pid_t parent;
	return !process(pid, &state, &parent, name) || state == 'Z' || state == 'X';
}

static void all_gone(const struct demo *d)
{
	for (int i = 0; i < d->count; i++) {
		for (int64_t end = pty_now() + 5000; !ended(d->children[i]) && pty_now() < end;)
			poll(NULL, 0, 20);
		if (!ended(d->children[i]))
			fail_msg("%s %d was left behind", d->names[i], (int)d->children[i]);
	}
}

/* Folders of demos in the temporary directory the demo was given. */
static int folders(void)
{
	DIR *dir = opendir(suite_folder);
	struct dirent *entry;
	int count = 0;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += strncmp(entry->d_name, "vigie-demo-", 11) == 0;
	closedir(dir);
	return count;
}

static void open_demo_at(
	struct demo *d, int rows, int columns, const char *speed, const char *script)
{
	const char *argv[] = {suite_vigie, "demo", "--speed", speed, "--site", "etc/demo/site.cfg",
		"--seed", "3", script != NULL ? "--script" : NULL, script, NULL};
	char tmp[PATH_MAX_], home[PATH_MAX_];
	snprintf(tmp, sizeof tmp, "TMPDIR=%s", suite_folder);
	snprintf(home, sizeof home, "HOME=%s", suite_folder);
	const char *env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL", "LC_CTYPE",
		"NO_COLOR", "COLUMNS", "LINES", "XDG_CONFIG_HOME", tmp, home, NULL};
	assert_true(pty_spawn(&d->pty, rows, columns, argv, env));
	suite_expect(&d->pty, "DEMO", ALIVE_MS);
	find_children(d);
	assert_int_equal(d->count, 3);
	assert_true(child_called(d, "vigie-helper") > 0);
	assert_true(child_called(d, "mosquitto") > 0);
	assert_true(child_called(d, "vigie-hospital") > 0);
}

static void open_demo(struct demo *d, int rows, int columns)
{
	open_demo_at(d, rows, columns, "1", NULL);
}

/* Rows of the board in which somebody is being operated on. */
static int rooms_at_work(struct pty *pty)
{
	static const char *const words[] = {" anaes", " surgery", " closing"};
	int at_work = 0;
	for (int row = 3; row < pty->rows; row++) {
		char *line = suite_row(pty, row);
		bool works = false;
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			works = works || strstr(line, words[i]) != NULL;
		at_work += strstr(line, "OR ") != NULL && works;
		free(line);
	}
	return at_work;
}

static void clock_of(struct pty *pty, char out[9])
{
	char *header = suite_row(pty, 0), *colon = strchr(header, ':');
	assert_non_null(colon);
	snprintf(out, 9, "%.8s", colon - 2);
	free(header);
}

static void a_living_suite_within_seconds(void **state)
{
	struct demo d = {0};
	char before[9], after[9];
	(void)state;
	int64_t began = pty_now();
	open_demo(&d, 40, 120);
	/* The day so far comes over FHIR in one round: phases as letters. */
	suite_expect(&d.pty, "SSS", (int)(began + ALIVE_MS - pty_now()));
	while (rooms_at_work(&d.pty) < 2 && pty_now() < began + ALIVE_MS)
		pty_pump(&d.pty, 50);
	assert_true(rooms_at_work(&d.pty) >= 2);
	suite_expect(&d.pty, "mqtt ok", SOON_MS);
	suite_expect(&d.pty, "fhir ok", SOON_MS);
	print_message("alive after %d ms\n", (int)(pty_now() - began));
	clock_of(&d.pty, before);
	assert_memory_equal(before, "10:1", 4); /* mid-morning: 10:12 */
	for (int64_t end = pty_now() + 2500; pty_now() < end;)
		pty_pump(&d.pty, 50);
	clock_of(&d.pty, after);
	assert_true(strcmp(after, before) > 0);
	pty_char(&d.pty, '5'); /* beacons are placed by what gateways heard */
	suite_expect(&d.pty, "PACU", SOON_MS);
	pty_send(&d.pty, "1q");
	assert_int_equal(suite_exit(&d.pty, SOON_MS), 0);
	assert_true(pty_restored(&d.pty));
	all_gone(&d);
	assert_int_equal(folders(), 0);
	pty_free(&d.pty);
}

/* A bad morning, twenty times as fast: what the radio says of it is alarmed in words. */
static void a_bad_morning_is_alarmed(void **state)
{
	struct demo d = {0};
	(void)state;
	open_demo_at(&d, 40, 160, "20", "etc/demo/busy.script");
	pty_char(&d.pty, '4');
	suite_expect(&d.pty, "emergency button OR 1: EMERGENCY call, OR 1", 4 * SOON_MS);
	suite_expect(&d.pty, "Pa over Clean corridor, below", 4 * SOON_MS);
	pty_send(&d.pty, "1q");
	assert_int_equal(suite_exit(&d.pty, SOON_MS), 0);
	all_gone(&d);
	pty_free(&d.pty);
}

static void killed_it_takes_all_with_it(void **state)
{
	struct demo d = {0};
	(void)state;
	open_demo(&d, 24, 80);
	kill(d.pty.pid, SIGKILL);
	assert_int_equal(suite_exit(&d.pty, SOON_MS), -SIGKILL);
	pty_free(&d.pty);
	all_gone(&d);
	assert_int_equal(folders(), 1); /* nobody could; the next demo does */
	open_demo(&d, 24, 80);
	assert_int_equal(folders(), 1);
	kill(d.pty.pid, SIGTERM);
	assert_int_equal(suite_exit(&d.pty, SOON_MS), 128 + SIGTERM);
	assert_true(pty_restored(&d.pty));
	all_gone(&d);
	assert_int_equal(folders(), 0);
	pty_free(&d.pty);
}

static void the_console_outlives_its_hospital(void **state)
{
	struct demo d = {0};
	(void)state;
	open_demo(&d, 24, 120);
	suite_expect(&d.pty, "SSS", ALIVE_MS);
	suite_expect(&d.pty, "fhir ok", SOON_MS);
	kill(child_called(&d, "vigie-hospital"), SIGKILL);
	assert_true(suite_gone(&d.pty, "fhir ok", 30000));
	suite_expect(&d.pty, "fhir do", 1000); /* doubtful, then down */
	pty_send(&d.pty, "2mh\r");
	suite_expect(&d.pty, "In holding noted", SOON_MS);
	assert_true(suite_gone(&d.pty, "pending", SOON_MS));
	pty_send(&d.pty, "1q");
	assert_int_equal(suite_exit(&d.pty, SOON_MS), 0);
	all_gone(&d);
	assert_int_equal(folders(), 0);
	pty_free(&d.pty);
}

/* A few minutes of a day without radio, as fast as it goes. */
static char *truth(const char *seed, const char *speed, size_t *len)
{
	const char *path = suite_path("truth.jsonl");
	const char *const argv[] = {suite_hospital, "--site", "etc/demo/site.cfg", "--no-radio",
		"--seed", seed, "--speed", speed, "--start", "2026-03-16T09:00:00+01:00", "--until",
		"2026-03-16T09:20:00+01:00", "--truth", path, NULL};
	char *said = NULL;
	unlink(path);
	int code = suite_run(&said, argv);
	if (code != 0)
		fail_msg("vigie-hospital: exit %d: %s", code, said);
	free(said);
	return suite_read(path, len);
}

static void the_same_seed_is_the_same_day(void **state)
{
	size_t len[3];
	(void)state;
	char *one = truth("3", "600", &len[0]), *two = truth("3", "300", &len[1]);
	char *other = truth("4", "600", &len[2]);
	int lines = 0;
	for (size_t i = 0; i < len[0]; i++)
		lines += one[i] == '\n';
	assert_in_range(lines, 19, 21); /* one a minute */
	assert_int_equal(len[0], len[1]);
	assert_memory_equal(one, two, len[0]);
	assert_false(len[0] == len[2] && memcmp(one, other, len[0]) == 0);
	free(one);
	free(two);
	free(other);
}

static void status_of(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64], line[256];
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	out[0] = '\0';
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			snprintf(out, size, "%s", line + strlen(name) + 1);
	fclose(file);
	out[strcspn(out, "\n")] = '\0';
}

/* A whole console at work, on MQTT and HTTP, with its threads, in its sandbox: nothing
 * is refused to it, the kernel says so too, and it can still write what it is asked. */
static void it_has_locked_itself_in(void **state)
{
	struct demo d = {0};
	char value[64], typed[PATH_MAX_ + 20], folder[PATH_MAX_];
	(void)state;
	if (!sandbox_has_seccomp())
		skip();
	snprintf(folder, sizeof folder, "%s/locked-%d.txt", suite_folder, (int)getpid());
	open_demo(&d, 40, 120);
	suite_expect(&d.pty, "SSS", ALIVE_MS);
	pty_send(&d.pty, "7"); /* the forecaster's threads */
	suite_expect(&d.pty, "replications", ALIVE_MS);
	pty_key(&d.pty, VTERM_KEY_FUNCTION(2));
	suite_expect(&d.pty, "seccomp", SOON_MS);
	pty_settle(&d.pty, 1500);
	char *grid = pty_grid(&d.pty);
	assert_null(strstr(grid, "seccomp; refused"));
	free(grid);
	status_of(d.pty.pid, "Seccomp:", value, sizeof value);
	assert_string_equal(value, "2"); /* proc(5): a filter */
	status_of(d.pty.pid, "NoNewPrivs:", value, sizeof value);
	assert_string_equal(value, "1");
	status_of(child_called(&d, "vigie-helper"), "Seccomp:", value, sizeof value);
	assert_string_equal(value, "0");
	snprintf(typed, sizeof typed, ":save-display %s\r", folder);
	pty_send(&d.pty, typed);
	suite_expect(&d.pty, "display saved", SOON_MS);
	pty_send(&d.pty, ":quit\r");
	assert_int_equal(suite_exit(&d.pty, SOON_MS), 0);
	all_gone(&d);
	assert_int_equal(folders(), 0);
	pty_free(&d.pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_has_locked_itself_in),
		cmocka_unit_test(a_living_suite_within_seconds),
		cmocka_unit_test(a_bad_morning_is_alarmed),
		cmocka_unit_test(killed_it_takes_all_with_it),
		cmocka_unit_test(the_console_outlives_its_hospital),
		cmocka_unit_test(the_same_seed_is_the_same_day),
	};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, suite_open, suite_close);
}
