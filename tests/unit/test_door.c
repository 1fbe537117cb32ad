/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The push door: real files in a real folder. Expected: src/door.h (a file
 * leaves only when what it said is stored; nothing half-written, no link, no
 * pipe is read), and a whole station that is killed in between.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/door.h"
#include "src/journal.h"
#include "src/station.h"
#include "src/suite_clock.h"

struct world {
	char path[64];
	struct ev_loop *loop;
	struct door *door;
	char read[64][64]; /* contents, in order; "~" before the silent ones */
	int count;
	uint64_t told, stored;
	bool stores; /* at once */
	int turns;   /* a "long" file was given */
};

/* --- a reader that can be looked at --- */

static enum door_verdict on_read(
	void *context, const char *bytes, size_t len, bool silent, char *why, size_t size)
{
	struct world *w = context;
	assert_true(w->count < 64);
	if (len >= 4 && memcmp(bytes, "long", 4) == 0 && ++w->turns % 3 != 0) {
		snprintf(why, size, "turn %d", w->turns);
		return DOOR_GOES_ON;
	}
	snprintf(w->read[w->count++], sizeof w->read[0], "%s%.*s", silent ? "~" : "",
		(int)(len < 60 ? len : 60), bytes);
	if (!silent && ++w->told > 0 && w->stores)
		w->stored = w->told;
	snprintf(why, size, "%s", len >= 3 && memcmp(bytes, "bad", 3) == 0 ? "it is bad" : "");
	if (why[0] != '\0')
		return DOOR_NOT_UNDERSTOOD;
	if (len >= 4 && memcmp(bytes, "part", 4) == 0) {
		snprintf(why, size, "only in part");
		return DOOR_IN_PART;
	}
	return DOOR_UNDERSTOOD;
}

static uint64_t told(void *context)
{
	return ((struct world *)context)->told;
}

static uint64_t stored(void *context)
{
	return ((struct world *)context)->stored;
}

static int64_t now_ms(void *context)
{
	(void)context;
	return 1773655200000;
}

static struct door *open_door(struct world *w, bool remember, struct error *err)
{
	struct door_calls calls = {on_read, told, stored, now_ms, w};
	return door_open(w->loop, w->path, remember, calls, err);
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	snprintf(w->path, sizeof w->path, "/tmp/vigie-door-XXXXXX");
	if (mkdtemp(w->path) == NULL)
		return -1;
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->stores = true;
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	char command[160];
	door_close(w->door);
	ev_loop_destroy(w->loop);
	snprintf(command, sizeof command, "rm -rf %s", w->path);
	int rc = system(command);
	free(w);
	return rc;
}

static const char *at(const struct world *w, const char *name)
{
	static char path[4][512];
	static int next;
	char *out = path[next++ % 4];
	snprintf(out, sizeof path[0], "%s/%s", w->path, name);
	return out;
}

static void drop(const struct world *w, const char *name, const char *text)
{
	FILE *f = fopen(at(w, name), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* A file as if it had been written an hour and `order` seconds ago. */
static void age(const struct world *w, const char *name, int order)
{
	struct timespec t[2] = {{time(NULL) - 3600 + order, 0}, {time(NULL) - 3600 + order, 0}};
	assert_int_equal(utimensat(AT_FDCWD, at(w, name), t, AT_SYMLINK_NOFOLLOW), 0);
}

static bool is_there(const struct world *w, const char *name)
{
	struct stat s;
	return lstat(at(w, name), &s) == 0;
}

static void expect_text(const struct world *w, const char *name, const char *text)
{
	char read[256] = "";
	FILE *f = fopen(at(w, name), "r");
	if (f == NULL)
		fail_msg("%s is not there", name);
	size_t n = fread(read, 1, sizeof read - 1, f);
	fclose(f);
	read[n] = '\0';
	assert_string_equal(read, text);
}

/* Runs the loop until the file is there (or gone), ten seconds at most. */
static void run_until(struct world *w, const char *name, bool there)
{
	int64_t end = monotonic_ms() + 10000;
	while (is_there(w, name) != there && monotonic_ms() < end) {
		ev_run(w->loop, EVRUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(is_there(w, name), there);
}

static void run_for(struct world *w, int ms)
{
	int64_t end = monotonic_ms() + ms;
	while (monotonic_ms() < end) {
		ev_run(w->loop, EVRUN_NOWAIT);
		usleep(1000);
	}
}

/* --- one by one --- */

static void what_lies_there_is_read_in_order_of_arrival(void **state)
{
	struct world *w = *state;
	drop(w, "z", "one");
	drop(w, "b", "two");
	drop(w, "a", "three");
	age(w, "z", 0);
	age(w, "b", 1);
	age(w, "a", 1); /* the same second: by name */
	w->door = open_door(w, false, NULL);
	assert_non_null(w->door);
	door_start(w->door);
	run_until(w, "done/b", true);
	assert_int_equal(w->count, 3);
	assert_string_equal(w->read[0], "one");
	assert_string_equal(w->read[1], "three");
	assert_string_equal(w->read[2], "two");
	assert_true(is_there(w, "done/z") && is_there(w, "done/a"));
	assert_false(is_there(w, "a"));
}

static void a_new_file_is_noticed_when_it_is_closed_or_renamed(void **state)
{
	struct world *w = *state;
	struct feed_health h = {0};
	w->door = open_door(w, false, NULL);
	door_start(w->door);
	run_for(w, 20);
	drop(w, "a.json", "closed");
	run_until(w, "done/a.json", true);
	drop(w, "b.json.tmp", "renamed");
	drop(w, "c.part", "never");
	drop(w, ".hidden", "never");
	run_for(w, 100);
	assert_int_equal(w->count, 1);
	assert_int_equal(rename(at(w, "b.json.tmp"), at(w, "b.json")), 0);
	run_until(w, "done/b.json", true);
	assert_int_equal(w->count, 2);
	assert_true(is_there(w, "c.part") && is_there(w, ".hidden"));
	door_health(w->door, &h);
	assert_int_equal(h.messages, 2);
	assert_int_equal(h.errors, 0);
	assert_int_equal(h.state, FEED_UP);
	assert_int_equal(h.bytes, strlen("closed") + strlen("renamed"));
}

static void a_file_being_written_is_left_alone(void **state)
{
	struct world *w = *state;
	w->door = open_door(w, false, NULL);
	door_start(w->door);
	int fd = open(at(w, "slow"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "half", 4), 4);
	drop(w, "other", "other"); /* makes the door look */
	run_until(w, "done/other", true);
	assert_int_equal(w->count, 1);
	assert_int_equal(write(fd, " and half", 9), 9);
	close(fd);
	run_until(w, "done/slow", true);
	assert_string_equal(w->read[1], "half and half");
}

static void what_is_not_understood_goes_to_quarantine_with_the_reason(void **state)
{
	struct world *w = *state;
	struct feed_health h = {0};
	w->door = open_door(w, false, NULL);
	door_start(w->door);
	drop(w, "x", "bad");
	run_until(w, "quarantine/x", true);
	expect_text(w, "quarantine/x.reason", "it is bad\n");
	drop(w, "x", "bad again");
	run_until(w, "quarantine/x.2", true); /* never over the first */
	expect_text(w, "quarantine/x", "bad");
	expect_text(w, "quarantine/x.2.reason", "it is bad\n");
	drop(w, "y", "part");
	run_until(w, "done/y", true);
	expect_text(w, "done/y.notes", "only in part\n");
	drop(w, "empty", "");
	run_until(w, "quarantine/empty", true);
	door_health(w->door, &h);
	assert_int_equal(h.errors, 3);
	assert_string_equal(h.error, "empty: empty");
}

static void links_pipes_and_giants_are_not_read(void **state)
{
	struct world *w = *state;
	drop(w, ".secret", "secret");
	assert_int_equal(symlink(at(w, ".secret"), at(w, "link")), 0);
	assert_int_equal(mkfifo(at(w, "pipe"), 0600), 0);
	drop(w, "giant", "x");
	assert_int_equal(truncate(at(w, "giant"), (8 << 20) + 1), 0);
	assert_int_equal(mkdir(at(w, "folder"), 0700), 0);
	age(w, "link", 0);
	age(w, "pipe", 0);
	age(w, "giant", 0);
	w->door = open_door(w, false, NULL);
	door_start(w->door);
	run_until(w, "quarantine/link", true);
	run_until(w, "quarantine/pipe", true);
	run_until(w, "quarantine/giant", true);
	assert_int_equal(w->count, 0);
	expect_text(w, "quarantine/giant.reason", "larger than 8 MiB: not read\n");
	assert_true(is_there(w, "folder") && is_there(w, ".secret"));
}

static void a_file_stays_until_its_facts_are_stored(void **state)
{
	struct world *w = *state;
	w->stores = false;
	w->door = open_door(w, false, NULL);
	door_start(w->door);
	drop(w, "a", "one");
	run_for(w, 300);
	assert_int_equal(w->count, 1); /* read once */
	assert_true(is_there(w, "a"));
	w->stored = w->told;
	run_until(w, "done/a", true);
	assert_int_equal(w->count, 1);
}

/* A file of many messages takes several turns; others wait for it, and why it
 * was not understood adds up. */
static void a_long_file_takes_several_turns(void **state)
{
	struct world *w = *state;
	drop(w, "a", "long");
	drop(w, "b", "next");
	age(w, "a", 0);
	age(w, "b", 1);
	w->door = open_door(w, false, NULL);
	door_start(w->door);
	run_until(w, "done/b", true);
	assert_int_equal(w->turns, 3);
	assert_int_equal(w->count, 2);
	assert_string_equal(w->read[0], "long");
	/* In the memory too; and closed in the middle it is read again. */
	door_close(w->door);
	w->door = NULL;
	drop(w, "c", "long after");
	age(w, "c", 0);
	w->door = open_door(w, true, NULL);
	door_start(w->door);
	while (w->turns < 7)
		ev_run(w->loop, EVRUN_NOWAIT);
	door_close(w->door);
	w->door = NULL;
	assert_true(is_there(w, "c"));
	assert_string_equal(w->read[2], "~long");
	w->turns = 0;
	w->door = open_door(w, false, NULL);
	door_start(w->door);
	run_until(w, "done/c", true);
	assert_int_equal(w->turns, 3);
}

/* Replaced after it was read and before it was put away: the new one is read. */
static void a_file_replaced_meanwhile_is_read_too(void **state)
{
	struct world *w = *state;
	w->stores = false;
	w->door = open_door(w, false, NULL);
	door_start(w->door);
	drop(w, "a", "one");
	run_for(w, 200);
	drop(w, "a.tmp", "second");
	assert_int_equal(rename(at(w, "a.tmp"), at(w, "a")), 0);
	w->stores = true;
	w->stored = w->told;
	run_until(w, "done/a", true);
	assert_int_equal(w->count, 2);
	assert_string_equal(w->read[1], "second");
	expect_text(w, "done/a", "second");
}

static void done_is_the_memory(void **state)
{
	struct world *w = *state;
	assert_int_equal(mkdir(at(w, "done"), 0700), 0);
	drop(w, "done/first", "first");
	drop(w, "done/first.notes", "notes");
	usleep(20000);
	drop(w, "done/second", "second");
	drop(w, "new", "new");
	age(w, "new", 0);
	w->door = open_door(w, true, NULL);
	door_start(w->door);
	run_until(w, "done/new", true);
	assert_int_equal(w->count, 3);
	assert_string_equal(w->read[0], "~first");
	assert_string_equal(w->read[1], "~second");
	assert_string_equal(w->read[2], "new");
}

static void a_folder_open_to_all_is_refused(void **state)
{
	struct world *w = *state;
	struct error err;
	assert_int_equal(chmod(w->path, 0777), 0);
	assert_null(open_door(w, false, &err));
	assert_non_null(strstr(err.text, "anybody may write into it"));
	assert_int_equal(chmod(w->path, 01777), 0);
	assert_null(open_door(w, false, &err));
	assert_int_equal(chmod(w->path, 0770), 0); /* the engine's group may */
	w->door = open_door(w, false, &err);
	assert_non_null(w->door);
	struct world nowhere = *w;
	snprintf(nowhere.path, sizeof nowhere.path, "/nowhere/at/all");
	assert_null(open_door(&nowhere, false, &err));
	assert_non_null(strstr(err.text, "No such file"));
}

/* --- a whole station --- */

static const char siu[] = "MSH|^~\\&|B|C|||20260315080000||SIU^S12|%d|P|2.5\rSCH||BOC-%d\r"
			  "PID|||MRN%d||Doe^Jane\rAIL|1||^OR 2|||202603160900|||60|MIN\r";

/* A station with this door; returns after `ms`, closed properly. */
static void live(const struct world *w, int ms)
{
	struct settings settings;
	struct error err = {""};
	char door[128], journal[128];
	settings_init(&settings);
	snprintf(door, sizeof door, "%s/in", w->path);
	snprintf(journal, sizeof journal, "%s/j.db", w->path);
	assert_int_equal(settings_set(&settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&settings, "door.path", door, &err), 0);
	assert_int_equal(settings_set(&settings, "journal", journal, &err), 0);
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct station *s = station_open(loop, &settings, (struct station_calls){0}, &err);
	if (s == NULL)
		fail_msg("%s", err.text);
	station_start(s);
	for (int64_t end = monotonic_ms() + ms; monotonic_ms() < end; usleep(500))
		ev_run(loop, EVRUN_NOWAIT);
	station_close(s);
	ev_loop_destroy(loop);
	settings_fini(&settings);
}

struct tally {
	int cases, seen[64];
	int pushed, in_room; /* of the Appointment f1 */
};

static void tally_fact(void *context, const struct fact *fact)
{
	struct tally *t = context;
	int n;
	t->pushed += fact->kind == FACT_CASE && strcmp(fact->surgery.id, "f1") == 0;
	t->in_room += fact->kind == FACT_MILESTONE && strcmp(fact->milestone.id, "f1") == 0
		      && fact->milestone.milestone == MILESTONE_IN_ROOM;
	if (fact->kind != FACT_CASE || sscanf(fact->surgery.id, "BOC-%d", &n) != 1)
		return;
	assert_in_range(n, 0, 63);
	t->cases++;
	t->seen[n]++;
	assert_int_equal(strncmp(fact->origin, "SIU S12/", 8), 0);
}

static int files_in(const struct world *w, const char *folder)
{
	int n = 0;
	DIR *dir = opendir(at(w, folder));
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		n += e->d_name[0] != '.' && e->d_type != DT_DIR;
	closedir(dir);
	return n;
}

static struct tally read_journal(const struct world *w)
{
	struct tally t = {0};
	struct error err;
	struct journal_reader reader = {.fact = tally_fact, .context = &t};
	assert_int_equal(journal_read(at(w, "j.db"), 0, &reader, NULL, &err), 0);
	return t;
}

/* Killed at any moment, again and again: every case is in the journal, and
 * every file has left the folder. */
static void killed_in_between_nothing_is_lost(void **state)
{
	struct world *w = *state;
	enum { FILES = 40 };
	char name[32], text[400];
	assert_int_equal(mkdir(at(w, "in"), 0700), 0);
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof name, "in/%02d.hl7", i);
		snprintf(text, sizeof text, siu, i, i, i);
		drop(w, name, text);
		age(w, name, i);
	}
	for (int round = 0; round < 30 && files_in(w, "in") > 0; round++) {
		pid_t child = fork();
		if (child == 0) {
			live(w, 20000);
			_exit(0);
		}
		usleep((useconds_t)(90000 + 10000 * round));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	live(w, 2500);
	struct tally t = read_journal(w);
	for (int i = 0; i < FILES; i++)
		if (t.seen[i] < 1)
			fail_msg("case %d is lost", i);
	assert_int_equal(files_in(w, "in"), 0);
	assert_int_equal(files_in(w, "in/done"), FILES);
	assert_int_equal(files_in(w, "in/quarantine"), 0);
}

/* What was told before the restart is not told again, and what comes after it
 * finds what it hangs on: the transfer has no case of its own. */
static void a_restart_remembers(void **state)
{
	struct world *w = *state;
	char text[400];
	assert_int_equal(mkdir(at(w, "in"), 0700), 0);
	snprintf(text, sizeof text, siu, 1, 1, 1);
	drop(w, "in/a.hl7", text);
	age(w, "in/a.hl7", 0);
	live(w, 500);
	assert_int_equal(read_journal(w).seen[1], 1);
	snprintf(text, sizeof text, siu, 1, 1, 1);
	drop(w, "in/again.hl7", text);
	drop(w, "in/b.json",
		"{\"resourceType\":\"Encounter\",\"id\":\"e1\",\"status\":\"in-progress\","
		"\"appointment\":[{\"reference\":\"Appointment/f1\"}],\"subject\":"
		"{\"reference\":\"Patient/p\"},\"location\":[{\"location\":{\"reference\":"
		"\"Location/or-2\"},\"period\":{\"start\":\"2026-03-16T09:05:00+01:00\"}}]}");
	drop(w, "in/c.json", "{\"resourceType\":\"Basic\",\"id\":\"x\"}");
	drop(w, "in/c2.json", "{\"resourceType\":\"Basic\",\"id\":\"x\"}");
	drop(w, "in/d.json", "{ not JSON");
	drop(w, "in/e.hl7", "MSH|^~\\&|||||||ORU^R01|9|P|2.5\r");
	for (int i = 0; i < 6; i++)
		age(w,
			(const char *const[]){"in/again.hl7", "in/b.json", "in/c.json",
				"in/c2.json", "in/d.json", "in/e.hl7"}[i],
			i);
	live(w, 800);
	assert_int_equal(read_journal(w).seen[1], 1);
	assert_true(is_there(w, "in/done/again.hl7"));
	assert_true(is_there(w, "in/done/b.json")); /* kept for its Appointment */
	expect_text(w, "in/quarantine/c.json.reason", "Basic/x resourceType: Basic is not read\n");
	/* Told once already, and still not understood. */
	expect_text(w, "in/quarantine/c2.json.reason", "Basic/x resourceType: Basic is not read\n");
	expect_text(w, "in/quarantine/e.hl7.reason",
		"ORU R01/9 MSH-9: messages of type ORU are not read\n");
	assert_true(is_there(w, "in/quarantine/d.json.reason"));
	assert_int_equal(read_journal(w).in_room, 0);
	/* The Encounter of before the restart finds its Appointment after it. */
	drop(w, "in/f.json",
		"{\"resourceType\":\"Bundle\",\"type\":\"message\",\"entry\":[{\"resource\":"
		"{\"resourceType\":\"Basic\",\"id\":\"m\"}},{\"resource\":{"
		"\"resourceType\":\"Appointment\",\"id\":\"f1\",\"status\":\"booked\","
		"\"start\":\"2026-03-16T09:00:00+01:00\",\"participant\":[{\"actor\":"
		"{\"reference\":\"Location/or-2\"}},{\"actor\":{\"reference\":\"Patient/"
		"p\"}}]}}]}");
	age(w, "in/f.json", 0);
	live(w, 800);
	assert_int_equal(read_journal(w).pushed, 1);
	assert_int_equal(read_journal(w).in_room, 1);
	expect_text(w, "in/done/f.json.notes", "Basic/m resourceType: Basic is not read\n");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(what_lies_there_is_read_in_order_of_arrival),
		CASE(a_new_file_is_noticed_when_it_is_closed_or_renamed),
		CASE(a_file_being_written_is_left_alone),
		CASE(what_is_not_understood_goes_to_quarantine_with_the_reason),
		CASE(links_pipes_and_giants_are_not_read),
		CASE(a_file_stays_until_its_facts_are_stored),
		CASE(a_long_file_takes_several_turns),
		CASE(a_file_replaced_meanwhile_is_read_too),
		CASE(done_is_the_memory),
		CASE(a_folder_open_to_all_is_refused),
		CASE(killed_in_between_nothing_is_lost),
		CASE(a_restart_remembers),
	};
#undef CASE
	return cmocka_run_group_tests(tests, NULL, NULL);
}
