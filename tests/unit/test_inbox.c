/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inbox of presses: a row stays until its facts are in the journal, and a
 * disk that refuses is told to the caller. Expected: src/journal.h.
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
	snprintf(folder, sizeof folder, "/tmp/vigie-inbox-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/inbox.db", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[160];
	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
	return rmdir(folder);
}

struct drained {
	int rows;
	int64_t last_id, received_ms;
	char topic[40];
	unsigned char bytes[8];
	size_t len;
};

static void drain(void *context, int64_t id, const char *topic, const void *bytes, size_t len,
	int64_t received_ms)
{
	struct drained *d = context;
	d->rows++;
	d->last_id = id;
	d->received_ms = received_ms;
	d->len = len;
	snprintf(d->topic, sizeof d->topic, "%s", topic);
	memcpy(d->bytes, bytes, len < sizeof d->bytes ? len : sizeof d->bytes);
}

static void inbox_keeps_until_done(void **state)
{
	(void)state;
	struct inbox *inbox;
	struct error err;
	struct drained d = {0};
	struct stat st;
	assert_int_equal(inbox_open(&inbox, path, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(inbox_commit(inbox, "/gw/a", "\0\1\2", 3, 1000), 0);
	assert_int_equal(inbox_commit(inbox, "/gw/b", "", 0, 2000), 0);
	assert_int_equal(inbox_each(inbox, drain, &d), 2);
	assert_string_equal(d.topic, "/gw/b");
	assert_int_equal(d.len, 0);
	assert_int_equal(d.received_ms, 2000);
	assert_int_equal(inbox_each(inbox, drain, &d), 0); /* not twice in one life */
	inbox_close(inbox);
	/* Their facts were not in the journal yet: they come again. */
	assert_int_equal(inbox_open(&inbox, path, &err), 0);
	d = (struct drained){0};
	assert_int_equal(inbox_each(inbox, drain, &d), 2);
	inbox_done(inbox, d.last_id - 1);
	inbox_close(inbox);
	assert_int_equal(inbox_open(&inbox, path, &err), 0);
	d = (struct drained){0};
	assert_int_equal(inbox_each(inbox, drain, &d), 1);
	inbox_done(inbox, d.last_id);
	/* An id never comes back, or `done` could forget a newer press. */
	int64_t before = d.last_id;
	assert_int_equal(inbox_commit(inbox, "/gw/c", "\7", 1, 3000), 0);
	assert_int_equal(inbox_each(inbox, drain, &d), 1);
	assert_true(d.last_id > before);
	assert_int_equal(d.bytes[0], 7);
	inbox_close(inbox);
}

static int inbox_full(void)
{
	struct inbox *inbox;
	struct error err;
	if (inbox_open(&inbox, path, &err) != 0)
		return 1;
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit limit;
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 4096;
	setrlimit(RLIMIT_FSIZE, &limit);
	if (inbox_commit(inbox, "t", path, sizeof path, 1) >= 0)
		return 2;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
	return inbox_commit(inbox, "t", path, sizeof path, 1) == 0 ? 0 : 3;
}

static void inbox_says_when_it_cannot(void **state)
{
	(void)state;
	int status = 0;
	pid_t child = fork();
	if (child == 0)
		_exit(inbox_full());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void no_inbox(void **state)
{
	(void)state;
	struct inbox *inbox;
	struct error err;
	struct drained d = {0};
	char elsewhere[160];
	snprintf(elsewhere, sizeof elsewhere, "%s/none/inbox.db", folder);
	assert_int_equal(inbox_open(&inbox, elsewhere, &err), -ENOENT);
	assert_non_null(strstr(err.text, elsewhere));
	/* The console goes on without: a press is then not kept, and says so. */
	assert_true(inbox_commit(NULL, "t", "x", 1, 1) < 0);
	assert_int_equal(inbox_each(NULL, drain, &d), 0);
	inbox_done(NULL, 1);
	inbox_close(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(inbox_keeps_until_done), TEST(inbox_says_when_it_cannot), TEST(no_inbox)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
