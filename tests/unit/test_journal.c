/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: its chain and what breaks it, one writer and many readers, disks
 * that refuse, and restart. Expected behaviour: src/journal.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/journal.h"

static char folder[64];
static char path[128];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/vigie-journal-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/journal.db", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char name[160];
	for (size_t i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
	return rmdir(folder);
}

/* What the loop was told. */
struct told {
	uint64_t committed, until;
	int failures;
	char why[200];
	struct ev_loop *loop;
};

static void on_committed(void *context, uint64_t seq)
{
	struct told *told = context;
	told->committed = seq;
	if (seq >= told->until)
		ev_break(told->loop, EVBREAK_ALL);
}

static void on_failed(void *context, const char *why)
{
	struct told *told = context;
	told->failures++;
	snprintf(told->why, sizeof told->why, "%s", why);
	ev_break(told->loop, EVBREAK_ALL);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* Turns the loop until `until` is committed, the journal fails, or time is up. */
static void turn(struct told *told, uint64_t until, double seconds)
{
	ev_timer deadline;
	told->until = until;
	ev_now_update(told->loop);
	ev_timer_init(&deadline, on_deadline, seconds, 0);
	ev_timer_start(told->loop, &deadline);
	ev_run(told->loop, 0);
	ev_timer_stop(told->loop, &deadline);
}

static struct journal *must_open(struct told *told)
{
	struct journal *journal;
	struct error err = {""};
	struct journal_calls calls = {on_committed, on_failed, told};
	*told = (struct told){.loop = EV_DEFAULT};
	if (journal_open(&journal, path, told->loop, calls, &err) != 0)
		fail_msg("%s", err.text);
	return journal;
}

static struct fact act(uint64_t seq)
{
	struct fact f = fact_make(FACT_AUDIT, SOURCE_SYSTEM, 1773651600000 + (int64_t)seq);
	f.seq = seq;
	snprintf(f.audit.what, sizeof f.audit.what, "act-%llu", (unsigned long long)seq);
	return f;
}

static void append(struct journal *journal, uint64_t from, uint64_t to)
{
	for (uint64_t seq = from; seq <= to; seq++) {
		struct fact f = act(seq);
		journal_append(journal, &f);
	}
}

static void write_rows(uint64_t from, uint64_t to)
{
	struct told told;
	struct journal *journal = must_open(&told);
	const struct transition t = {
		.key = "press:\"x\"", .from = ALARM_A, .to = ALARM_B, .cause = to, .at_ms = 5};
	append(journal, from, to);
	journal_derive(journal, &t);
	journal_derive(journal, &t);
	journal_close(journal);
}

/* As somebody with an editor would: no triggers, then one statement. */
static void tamper(const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "DROP TRIGGER fact_update; DROP TRIGGER fact_delete;"
				 "DROP TRIGGER derived_update; DROP TRIGGER derived_delete",
				 NULL, NULL, NULL),
		SQLITE_OK);
	char *message = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
}

static void verify_says(int code, uint64_t row, const char *word)
{
	struct error err = {""};
	uint64_t rows = 0, seq = 0;
	int got = journal_verify(path, &rows, &seq, &err);
	if (got != code || seq != row || strstr(err.text, word) == NULL)
		fail_msg("verify: %d, row %llu, \"%s\"", got, (unsigned long long)seq, err.text);
}

static void chain_is_whole(void **state)
{
	(void)state;
	struct error err;
	struct stat st;
	uint64_t rows, seq;
	write_rows(1, 10);
	write_rows(11, 25);
	assert_int_equal(journal_verify(path, &rows, &seq, &err), 0);
	assert_int_equal(rows, 25 + 4);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void changed_row(void **state)
{
	(void)state;
	write_rows(1, 10);
	tamper("UPDATE fact SET payload = replace(payload, 'act-4', 'act-5') WHERE seq = 4");
	verify_says(1, 4, "changed");
}

static void changed_time(void **state)
{
	(void)state;
	write_rows(1, 10);
	tamper("UPDATE fact SET at_ms = at_ms + 1 WHERE seq = 9");
	verify_says(1, 9, "changed");
}

static void deleted_row(void **state)
{
	(void)state;
	write_rows(1, 10);
	tamper("DELETE FROM fact WHERE seq = 4");
	verify_says(1, 5, "missing");
}

static void deleted_end(void **state)
{
	(void)state;
	write_rows(1, 10);
	tamper("DELETE FROM fact WHERE seq > 8");
	verify_says(1, 9, "at the end are missing");
}

static void reordered_rows(void **state)
{
	(void)state;
	write_rows(1, 10);
	tamper("UPDATE fact SET seq = 100 WHERE seq = 6; UPDATE fact SET seq = 6 WHERE seq = 7;"
	       "UPDATE fact SET seq = 7 WHERE seq = 100");
	verify_says(1, 6, "changed");
}

static void changed_transition(void **state)
{
	(void)state;
	write_rows(1, 10);
	tamper("UPDATE derived SET cause_seq = 3 WHERE id = 2");
	verify_says(1, 2, "derived");
}

static void triggers_forbid(void **state)
{
	(void)state;
	sqlite3 *db;
	write_rows(1, 3);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	static const char *const sql[] = {"UPDATE fact SET at_ms = 0", "DELETE FROM fact",
		"UPDATE derived SET at_ms = 0", "DELETE FROM derived"};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(sqlite3_exec(db, sql[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
	sqlite3_close(db);
	verify_says(0, 0, "");
}

static void second_writer_refused(void **state)
{
	(void)state;
	struct told told;
	struct journal *journal = must_open(&told), *second;
	struct error err = {""};
	char pid[24];
	int code = journal_open(&second, path, NULL, (struct journal_calls){0}, &err);
	assert_int_equal(code, -EBUSY);
	assert_null(second);
	snprintf(pid, sizeof pid, "process %ld", (long)getpid());
	assert_non_null(strstr(err.text, pid));
	journal_close(journal);
	assert_int_equal(journal_open(&second, path, NULL, (struct journal_calls){0}, &err), 0);
	journal_close(second);
}

/* What a reader saw. */
struct seen {
	uint64_t facts, last, names;
	char site_text[40];
};

static void see_fact(void *context, const struct fact *fact)
{
	struct seen *seen = context;
	seen->facts++;
	seen->last = fact->seq;
}

static const struct site *see_site(void *context, const char *hash, const char *text)
{
	struct seen *seen = context;
	assert_string_equal(hash, "abc");
	snprintf(seen->site_text, sizeof seen->site_text, "%s", text);
	return NULL;
}

static void see_name(void *context, const char *id, const char *name)
{
	struct seen *seen = context;
	assert_string_equal(id, "p-1");
	assert_string_equal(name, "Martin, Claire");
	seen->names++;
}

static struct seen read_all(int64_t to_ms, uint64_t *bad)
{
	struct seen seen = {0};
	struct error err = {""};
	const struct journal_reader reader = {see_fact, NULL, see_site, see_name, &seen};
	if (journal_read(path, to_ms, &reader, bad, &err) != 0)
		fail_msg("%s", err.text);
	return seen;
}

static void reader_beside_writer(void **state)
{
	(void)state;
	struct told told;
	struct journal *journal = must_open(&told);
	uint64_t bad;
	struct fact site = fact_make(FACT_SITE, SOURCE_SYSTEM, 1773651600000);
	site.seq = 1;
	strcpy(site.site.hash, "abc");
	journal_site(journal, "abc", "the text");
	journal_name(journal, "p-1", "Martin, C.");
	journal_name(journal, "p-1", "Martin, Claire");
	journal_append(journal, &site);
	append(journal, 2, 50);
	assert_true(journal_pending(journal) > 0);
	turn(&told, 50, 5);
	assert_int_equal(told.committed, 50);
	assert_int_equal(journal_committed(journal), 50);
	assert_int_equal(journal_pending(journal), 0);
	struct seen seen = read_all(0, &bad);
	assert_int_equal(seen.facts, 50);
	assert_int_equal(seen.names, 1);
	assert_string_equal(seen.site_text, "the text");
	assert_int_equal(bad, 0);
	append(journal, 51, 60);
	turn(&told, 60, 5);
	assert_int_equal(read_all(0, &bad).last, 60);
	assert_int_equal(read_all(1773651600000 + 20, &bad).last, 20);
	journal_close(journal);
}

/* ---- transitions among the facts ---- */

struct order {
	char text[400];
	struct transition last;
};

static void order_fact(void *context, const struct fact *fact)
{
	struct order *o = context;
	size_t n = strlen(o->text);
	snprintf(o->text + n, sizeof o->text - n, " f%llu", (unsigned long long)fact->seq);
}

static void order_derived(void *context, const struct transition *t)
{
	struct order *o = context;
	size_t n = strlen(o->text);
	snprintf(o->text + n, sizeof o->text - n, " %s@%llu", alarm_state_name(t->to),
		(unsigned long long)t->cause);
	o->last = *t;
}

/* Written: fact 1, its consequence, fact 2, a timer between 2 and 3, fact 3 and its
 * consequence, a timer after the last fact. */
static void transitions_come_where_they_were_written(void **state)
{
	(void)state;
	struct told told;
	struct journal *journal = must_open(&told);
	const int64_t t0 = act(0).at_ms;
	struct transition t = {.key = "gateway:AC233FC00001",
		.class_ = ALARM_CLASS_GATEWAY,
		.from = ALARM_A,
		.to = ALARM_B,
		.priority = PRIORITY_MEDIUM,
		.raised_ms = 1773651600123,
		.level = 2,
		.at_ms = t0 + 1,
		.cause = 1};
	append(journal, 1, 1);
	journal_derive(journal, &t);
	append(journal, 2, 2);
	t.to = ALARM_D;
	t.cause = 0;
	t.at_ms = t0 + 3;
	journal_derive(journal, &t);
	append(journal, 3, 3);
	t.to = ALARM_C;
	t.cause = 3;
	journal_derive(journal, &t);
	t.to = ALARM_LU;
	t.cause = 0;
	t.at_ms = t0 + 9;
	journal_derive(journal, &t);
	journal_close(journal);

	struct order order = {.text = ""};
	struct journal_reader reader = {
		.fact = order_fact, .derived = order_derived, .context = &order};
	struct error err = {""};
	uint64_t bad = 1;
	assert_int_equal(journal_read(path, 0, &reader, &bad, &err), 0);
	assert_int_equal(bad, 0);
	assert_string_equal(order.text, " f1 B@1 f2 D@0 f3 C@3 LU@0");
	assert_string_equal(order.last.key, "gateway:AC233FC00001");
	assert_int_equal(order.last.class_, ALARM_CLASS_GATEWAY);
	assert_int_equal(order.last.priority, PRIORITY_MEDIUM);
	assert_int_equal(order.last.raised_ms, 1773651600123);
	assert_int_equal(order.last.level, 2);
	assert_int_equal(order.last.at_ms, t0 + 9);

	order.text[0] = '\0';
	assert_int_equal(journal_read(path, t0 + 3, &reader, &bad, &err), 0);
	assert_string_equal(order.text, " f1 B@1 f2 D@0 f3 C@3");
}

/* As rows were written before classes and occurrences stood in them. */
static void old_transitions_are_read(void **state)
{
	(void)state;
	struct transition t;
	assert_int_equal(transition_decode(&t, "{\"alarm\":\"press:\\\"x\\\"\",\"from\":\"A\","
					       "\"to\":\"LU\",\"priority\":\"HIGH\"}"),
		0);
	assert_string_equal(t.key, "press:\"x\"");
	assert_int_equal(t.to, ALARM_LU);
	assert_int_equal(t.class_, ALARM_CLASS_COUNT);
	assert_int_equal(t.raised_ms, 0);
	static const char *const bad[] = {"", "{}", "[]", "{\"alarm\":\"x\"}",
		"{\"alarm\":\"\",\"from\":\"A\",\"to\":\"B\",\"priority\":\"LOW\"}",
		"{\"alarm\":\"x\",\"from\":\"A\",\"to\":\"Z\",\"priority\":\"LOW\"}",
		"{\"alarm\":\"x\",\"from\":\"A\",\"to\":\"B\",\"priority\":\"LOW\"} x"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_true(transition_decode(&t, bad[i]) < 0);
}

/* What is told to others is what the file says, and a rewritten file says another. */
static void head_is_of_the_last_commit(void **state)
{
	(void)state;
	struct told told;
	struct journal *journal = must_open(&told);
	struct error err = {""};
	char head[65], row[65];
	assert_int_equal(journal_head(journal, head), 0);
	assert_string_equal(head, "");
	append(journal, 1, 7);
	journal_force(journal);
	turn(&told, 7, 5);
	assert_int_equal(journal_head(journal, head), 7);
	assert_int_equal(strlen(head), 64);
	assert_int_equal(journal_hash(path, 7, row, &err), 0);
	assert_string_equal(head, row);
	append(journal, 8, 9);
	journal_close(journal);

	journal = must_open(&told);
	assert_int_equal(journal_head(journal, row), 9);
	assert_string_not_equal(head, row);
	journal_close(journal);
	assert_int_equal(journal_hash(path, 7, row, &err), 0);
	assert_string_equal(head, row);
	assert_int_equal(journal_hash(path, 10, row, &err), 0);
	assert_string_equal(row, "");
}

static void bad_row_is_passed_over(void **state)
{
	(void)state;
	uint64_t bad;
	write_rows(1, 10);
	tamper("UPDATE fact SET payload = '{\"fact\":' WHERE seq = 5");
	struct seen seen = read_all(0, &bad);
	assert_int_equal(seen.facts, 9);
	assert_int_equal(seen.last, 10);
	assert_int_equal(bad, 1);
}

static void restart_goes_on(void **state)
{
	(void)state;
	struct told told;
	write_rows(1, 12);
	struct journal *journal = must_open(&told);
	assert_int_equal(journal_committed(journal), 12);
	append(journal, 5, 13); /* 5 to 12 are there already: refused, 13 is new */
	journal_close(journal);
	verify_says(0, 0, "");
	uint64_t bad;
	assert_int_equal(read_all(0, &bad).facts, 13);
}

static void write_file(const char *bytes, size_t size, long offset)
{
	FILE *file = fopen(path, offset < 0 ? "w" : "r+");
	assert_non_null(file);
	if (offset > 0)
		fseek(file, offset, SEEK_SET);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

static void open_refuses(const char *word)
{
	struct journal *journal;
	struct error err = {""};
	assert_int_equal(
		journal_open(&journal, path, NULL, (struct journal_calls){0}, &err), -EBADMSG);
	if (strstr(err.text, word) == NULL)
		fail_msg("%s", err.text);
}

static void not_a_journal(void **state)
{
	(void)state;
	char noise[8192];
	struct error err = {""};
	uint64_t rows, seq;
	memset(noise, 'x', sizeof noise);
	write_file(noise, sizeof noise, -1);
	open_refuses("move it away");
	assert_true(journal_verify(path, &rows, &seq, &err) < 0);
	unlink(path);
	sqlite3 *db;
	sqlite3_open(path, &db);
	sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL);
	sqlite3_close(db);
	open_refuses("another program");
	assert_true(journal_verify(path, &rows, &seq, &err) < 0);
}

static void damaged_journal(void **state)
{
	(void)state;
	char noise[4096];
	memset(noise, 0x5a, sizeof noise);
	write_rows(1, 500);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 20 * 4096);
	for (int page = 12; page < 20; page++)
		write_file(noise, sizeof noise, page * 4096L);
	open_refuses("move it away");
}

static void no_place(void **state)
{
	(void)state;
	struct journal *journal;
	struct error err;
	char elsewhere[160];
	snprintf(elsewhere, sizeof elsewhere, "%s/none/journal.db", folder);
	assert_int_equal(
		journal_open(&journal, elsewhere, NULL, (struct journal_calls){0}, &err), -ENOENT);
	assert_non_null(strstr(err.text, elsewhere));
	struct seen seen = {0};
	const struct journal_reader reader = {see_fact, NULL, see_site, see_name, &seen};
	assert_int_equal(journal_read(elsewhere, 0, &reader, NULL, &err), -ENOENT);
}

/* Runs `what` in a child, as nobody when this is root; returns its exit code. */
static int in_child(int (*what)(void), bool as_nobody)
{
	pid_t child = fork();
	if (child == 0) {
		ev_loop_fork(EV_DEFAULT);
		if (as_nobody && geteuid() == 0 && setuid(65534) != 0)
			_exit(99);
		_exit(what());
	}
	int status = 0;
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static int open_read_only(void)
{
	struct journal *journal;
	struct error err = {""};
	int code = journal_open(&journal, path, NULL, (struct journal_calls){0}, &err);
	if (code != -EACCES || strstr(err.text, "cannot be written") == NULL)
		return 1;
	/* Reading goes on where nothing may be written. */
	struct seen seen = {0};
	const struct journal_reader reader = {see_fact, NULL, see_site, see_name, &seen};
	if (journal_read(path, 0, &reader, NULL, &err) != 0)
		return 2;
	return seen.facts == 10 ? 0 : 3;
}

static void read_only_folder(void **state)
{
	(void)state;
	char lock[160];
	write_rows(1, 10);
	snprintf(lock, sizeof lock, "%s.lock", path);
	unlink(lock);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(folder, 0555), 0);
	int code = in_child(open_read_only, true);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(code, 0);
}

static int limit_files(rlim_t size)
{
	struct rlimit limit;
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size;
	return setrlimit(RLIMIT_FSIZE, &limit);
}

/* The disk refuses, is told once, facts wait in order; then it is back. */
static int disk_refuses(void)
{
	struct told told;
	struct journal *journal = must_open(&told);
	append(journal, 1, 100);
	turn(&told, 100, 5);
	if (told.committed != 100 || limit_files(4096) != 0)
		return 1;
	append(journal, 101, 600);
	turn(&told, 600, 5);
	if (told.failures != 1 || journal_committed(journal) != 100)
		return 2;
	append(journal, 601, 700);
	turn(&told, 700, 0.5);
	if (told.failures != 1 || journal_pending(journal) != 600)
		return 3;
	limit_files(RLIM_INFINITY);
	turn(&told, 700, 12);
	if (told.committed != 700 || journal_pending(journal) != 0)
		return 4;
	journal_close(journal);
	return 0;
}

static void file_size_limit(void **state)
{
	(void)state;
	uint64_t bad;
	assert_int_equal(in_child(disk_refuses, false), 0);
	verify_says(0, 0, "");
	assert_int_equal(read_all(0, &bad).facts, 700);
}

static int full_disk(void)
{
	struct told told;
	struct journal *journal = must_open(&told);
	append(journal, 1, 5000);
	turn(&told, 5000, 5);
	int told_full = strstr(told.why, "disk is full") != NULL;
	journal_close(journal); /* what could not be stored is told again */
	return told.failures == 2 && told_full ? 0 : 1;
}

static void full_file_system(void **state)
{
	(void)state;
	/* A file system of 256 kB; only root may mount one. */
	if (mount("vigie", folder, "tmpfs", 0, "size=256k") != 0)
		skip();
	int code = in_child(full_disk, false);
	uint64_t rows = 0, seq = 0;
	struct error err;
	int verified = journal_verify(path, &rows, &seq, &err);
	umount(folder);
	assert_int_equal(code, 0);
	assert_int_equal(verified, 0);
}

static void close_flushes(void **state)
{
	(void)state;
	struct told told;
	struct journal *journal = must_open(&told);
	append(journal, 1, 20000); /* more than one batch */
	journal_close(journal);
	verify_says(0, 0, "");
	uint64_t bad;
	assert_int_equal(read_all(0, &bad).facts, 20000);
}

/* A fact number that was never given to the journal is a hole, not tampering. */
static void hole_is_told_apart(void **state)
{
	(void)state;
	struct told told;
	struct journal *journal = must_open(&told);
	append(journal, 1, 5);
	append(journal, 8, 9);
	journal_close(journal);
	verify_says(1, 8, "never written");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {TEST(chain_is_whole), TEST(changed_row),
		TEST(changed_time), TEST(deleted_row), TEST(deleted_end), TEST(reordered_rows),
		TEST(changed_transition), TEST(triggers_forbid), TEST(second_writer_refused),
		TEST(reader_beside_writer), TEST(transitions_come_where_they_were_written),
		TEST(old_transitions_are_read), TEST(head_is_of_the_last_commit),
		TEST(bad_row_is_passed_over), TEST(restart_goes_on), TEST(not_a_journal),
		TEST(damaged_journal), TEST(no_place), TEST(read_only_folder),
		TEST(file_size_limit), TEST(full_file_system), TEST(close_flushes),
		TEST(hole_is_told_apart)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
