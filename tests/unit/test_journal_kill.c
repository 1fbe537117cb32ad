/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9: what was reported as committed is there afterwards, and the chain
 * is whole. A child writes and reports each number on a pipe once the journal
 * says that it is committed; the parent kills it at any moment. A control that
 * reports too early must lose something, or this test could not fail.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/journal.h"

enum { KILLS = 200, CONTROL_KILLS = 10, INBOX_KILLS = 40 };

static char folder[64];
static char path[128];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/vigie-kill-XXXXXX");
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

static void nap_us(long us)
{
	const struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	nanosleep(&t, NULL);
}

static void report(int pipe_end, uint64_t number)
{
	if (write(pipe_end, &number, sizeof number) != sizeof number)
		_exit(3);
}

/* An operator's act: acknowledged to its user only when it is committed. */
static void act(struct journal *journal, uint64_t seq)
{
	struct fact f = fact_make(FACT_ALARM, SOURCE_PERSON, 1773651600000 + (int64_t)seq);
	f.seq = seq;
	snprintf(f.alarm.key, sizeof f.alarm.key, "press:%llu", (unsigned long long)seq);
	journal_append(journal, &f);
}

static void write_honestly(int pipe_end)
{
	struct journal *journal;
	if (journal_open(&journal, path, NULL, (struct journal_calls){0}, NULL) != 0)
		_exit(2);
	for (uint64_t seq = journal_committed(journal) + 1;; seq++) {
		act(journal, seq);
		journal_force(journal);
		while (journal_committed(journal) < seq)
			nap_us(20);
		report(pipe_end, seq);
	}
}

static void write_hastily(int pipe_end)
{
	struct journal *journal;
	if (journal_open(&journal, path, NULL, (struct journal_calls){0}, NULL) != 0)
		_exit(2);
	for (uint64_t seq = journal_committed(journal) + 1;; seq++) {
		act(journal, seq);
		report(pipe_end, seq);
		nap_us(50);
	}
}

static void write_inbox(int pipe_end)
{
	struct inbox *inbox;
	if (inbox_open(&inbox, path, NULL) != 0)
		_exit(2);
	for (uint64_t n = 1;; n++) {
		if (inbox_commit(inbox, "/gw/a", &n, sizeof n, (int64_t)n) != 0)
			_exit(2);
		report(pipe_end, n);
	}
}

/* Starts a child, kills it some milliseconds after its first report, or when
 * `early` allows even before; returns the last number it reported. */
static uint64_t killed_at(void (*what)(int pipe_end), unsigned *random, bool early)
{
	int ends[2], status;
	uint64_t number, last = 0;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		what(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	/* Every eighth dies while it opens the journal, before it reports. */
	*random = *random * 1103515245u + 12345u;
	unsigned draw = *random >> 16;
	if ((!early || draw % 8 != 0) && read(ends[0], &number, sizeof number) == sizeof number)
		last = number;
	nap_us((long)(draw % 20000));
	kill(child, SIGKILL);
	while (read(ends[0], &number, sizeof number) == sizeof number)
		last = number;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	/* It must have died by the signal, not of an error of its own. */
	assert_true(WIFSIGNALED(status));
	return last;
}

static void count(void *context, const struct fact *fact)
{
	*(uint64_t *)context = fact->seq;
}

static uint64_t last_stored(void)
{
	uint64_t last = 0;
	struct error err = {""};
	const struct journal_reader reader = {.fact = count, .context = &last};
	if (journal_read(path, 0, &reader, NULL, &err) != 0)
		fail_msg("%s", err.text);
	return last;
}

static void no_act_is_lost(void **state)
{
	(void)state;
	unsigned random = 1;
	uint64_t acked = 0, rows, seq;
	struct error err = {""};
	for (int i = 0; i < KILLS; i++) {
		uint64_t last = killed_at(write_honestly, &random, true);
		if (last > acked)
			acked = last;
		if (i % 20 != 19)
			continue;
		if (last_stored() < acked)
			fail_msg("kill %d: act %llu is lost", i, (unsigned long long)acked);
		if (journal_verify(path, &rows, &seq, &err) != 0)
			fail_msg("kill %d: %s", i, err.text);
	}
	assert_true(acked > KILLS); /* there was something to lose */
	print_message(
		"%d kills, %llu acts acknowledged, none lost\n", KILLS, (unsigned long long)acked);
}

static void control_loses(void **state)
{
	(void)state;
	unsigned random = 2;
	uint64_t lost = 0, rows, seq;
	struct error err = {""};
	for (int i = 0; i < CONTROL_KILLS; i++) {
		uint64_t last = killed_at(write_hastily, &random, i > 0), stored = last_stored();
		lost += last > stored ? last - stored : 0;
	}
	assert_true(lost > 0);
	/* Even so, what is there is whole. */
	assert_int_equal(journal_verify(path, &rows, &seq, &err), 0);
}

static void see_row(void *context, int64_t id, const char *topic, const void *bytes, size_t len,
	int64_t received_ms)
{
	uint64_t *rows = context;
	(void)id;
	(void)topic;
	(void)bytes;
	if (len == sizeof *rows && received_ms > 0)
		++*rows;
}

static void no_press_is_lost(void **state)
{
	(void)state;
	unsigned random = 3;
	uint64_t acked = 0, rows = 0;
	struct inbox *inbox;
	for (int i = 0; i < INBOX_KILLS; i++)
		acked += killed_at(write_inbox, &random, true);
	assert_int_equal(inbox_open(&inbox, path, NULL), 0);
	assert_true(inbox_each(inbox, see_row, &rows) >= 0);
	/* One more than acknowledged per kill may be there: better twice than never. */
	assert_true(acked > INBOX_KILLS);
	assert_true(rows >= acked && rows <= acked + INBOX_KILLS);
	inbox_close(inbox);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(no_act_is_lost), TEST(control_loses), TEST(no_press_is_lost)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
