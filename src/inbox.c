/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inbox of presses. Paho acknowledges a message when its callback returns,
 * whatever it returns, so a press is committed inside the callback, on Paho's
 * thread. The loop has a second connection of its own that never waits for
 * the disk: forgetting a row needs no sync, since a row that comes back after
 * a power cut is only a press seen twice, and the loop merges those.
 */

#include "src/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct inbox {
	pthread_mutex_t mutex;
	sqlite3 *paho; /* under the mutex: commits, synchronous=FULL */
	sqlite3_stmt *insert;
	sqlite3 *drain; /* the loop's alone */
	sqlite3_stmt *select, *delete;
	int64_t given;  /* rows up to here were handed out by this process */
	int64_t forget; /* rows up to here may go */
};

static const char schema[] =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	"CREATE TABLE IF NOT EXISTS press (id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" topic TEXT NOT NULL, bytes BLOB NOT NULL, received_ms INTEGER NOT NULL)";

/* The loop's side leaves the log to the other side: no sync, no waiting. */
static const char drain_setup[] = "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0";

static bool connect_to(sqlite3 **db, const char *path, const char *setup)
{
	return sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)
		       == SQLITE_OK
	       && sqlite3_busy_timeout(*db, 1000) == SQLITE_OK
	       && sqlite3_exec(*db, setup, NULL, NULL, NULL) == SQLITE_OK;
}

static bool prepare(sqlite3 *db, const char *sql, sqlite3_stmt **s)
{
	return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, s, NULL) == SQLITE_OK;
}

static bool open_both(struct inbox *inbox, const char *path)
{
	return connect_to(&inbox->paho, path, schema)
	       && connect_to(&inbox->drain, path, drain_setup)
	       && sqlite3_busy_timeout(inbox->drain, 0) == SQLITE_OK
	       && prepare(inbox->paho,
		       "INSERT INTO press (topic, bytes, received_ms) VALUES (?1, ?2, ?3)",
		       &inbox->insert)
	       && prepare(inbox->drain,
		       "SELECT id, topic, bytes, received_ms FROM press WHERE id > ?1 ORDER BY id",
		       &inbox->select)
	       && prepare(inbox->drain, "DELETE FROM press WHERE id <= ?1", &inbox->delete);
}

int inbox_open(struct inbox **out, const char *path, struct error *err)
{
	*out = NULL;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(
			err, -errno, "inbox %s cannot be written: %s", path, strerror(errno));
	close(fd);
	struct inbox *inbox = calloc(1, sizeof *inbox);
	if (inbox == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	pthread_mutex_init(&inbox->mutex, NULL);
	if (!open_both(inbox, path)) {
		sqlite3 *db = inbox->drain != NULL ? inbox->drain : inbox->paho;
		int code = error_set(err, -EIO,
			"inbox %s cannot be written: %s (it may be moved away)", path,
			db != NULL ? sqlite3_errmsg(db) : "out of memory");
		inbox_close(inbox);
		return code;
	}
	*out = inbox;
	return 0;
}

int inbox_commit(
	struct inbox *inbox, const char *topic, const void *bytes, size_t len, int64_t received_ms)
{
	if (inbox == NULL)
		return -EIO;
	pthread_mutex_lock(&inbox->mutex);
	sqlite3_bind_text(inbox->insert, 1, topic, -1, SQLITE_STATIC);
	sqlite3_bind_blob64(inbox->insert, 2, len > 0 ? bytes : "", len, SQLITE_STATIC);
	sqlite3_bind_int64(inbox->insert, 3, received_ms);
	int step = sqlite3_step(inbox->insert);
	int code = sqlite3_reset(inbox->insert);
	sqlite3_clear_bindings(inbox->insert);
	pthread_mutex_unlock(&inbox->mutex);
	if (step == SQLITE_DONE)
		return 0;
	return (code & 0xff) == SQLITE_FULL ? -ENOSPC : -EIO;
}

int inbox_each(struct inbox *inbox,
	void (*row)(void *context, int64_t id, const char *topic, const void *bytes, size_t len,
		int64_t received_ms),
	void *context)
{
	if (inbox == NULL)
		return 0;
	int count = 0, step;
	sqlite3_bind_int64(inbox->select, 1, inbox->given);
	while ((step = sqlite3_step(inbox->select)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(inbox->select, 0);
		const unsigned char *topic = sqlite3_column_text(inbox->select, 1);
		const void *bytes = sqlite3_column_blob(inbox->select, 2);
		size_t len = (size_t)sqlite3_column_bytes(inbox->select, 2);
		inbox->given = id;
		row(context, id, topic != NULL ? (const char *)topic : "",
			bytes != NULL ? bytes : "", len, sqlite3_column_int64(inbox->select, 3));
		count++;
	}
	sqlite3_reset(inbox->select);
	return step == SQLITE_DONE ? count : -EIO;
}

/* When Paho's thread is just committing, the row goes with the next call. */
void inbox_done(struct inbox *inbox, int64_t id)
{
	if (inbox == NULL)
		return;
	if (id > inbox->forget)
		inbox->forget = id;
	sqlite3_bind_int64(inbox->delete, 1, inbox->forget);
	sqlite3_step(inbox->delete);
	sqlite3_reset(inbox->delete);
}

void inbox_close(struct inbox *inbox)
{
	if (inbox == NULL)
		return;
	if (inbox->drain != NULL && inbox->delete != NULL && inbox->forget > 0) {
		sqlite3_busy_timeout(inbox->drain, 1000);
		inbox_done(inbox, inbox->forget);
	}
	sqlite3_finalize(inbox->insert);
	sqlite3_finalize(inbox->select);
	sqlite3_finalize(inbox->delete);
	sqlite3_close(inbox->drain);
	sqlite3_close(inbox->paho);
	pthread_mutex_destroy(&inbox->mutex);
	free(inbox);
}
