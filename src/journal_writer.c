/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's writer: one thread that takes what the loop queued and commits
 * it in order. A group waits 20 ms, so that a burst costs one sync; an
 * operator's act or an alarm transition does not wait. When the disk refuses,
 * the batch is kept as it is and tried again every 5 s, so that the chain goes
 * on in order once the disk is back.
 */

#include "src/journal_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

enum { GROUP_MS = 20, RETRY_MS = 5000, IDLE_MS = 2000, BATCH_MAX = 5000 };

static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE IF NOT EXISTS fact (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL,"
	" kind TEXT NOT NULL, source TEXT NOT NULL, payload TEXT NOT NULL, hash BLOB NOT NULL);"
	"CREATE TABLE IF NOT EXISTS derived (id INTEGER PRIMARY KEY, cause_seq INTEGER NOT NULL,"
	" at_ms INTEGER NOT NULL, payload TEXT NOT NULL, hash BLOB NOT NULL);"
	"CREATE TABLE IF NOT EXISTS site (hash TEXT PRIMARY KEY, text TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS name (id TEXT PRIMARY KEY, name TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS checkpoint (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL,"
	" at_ms INTEGER NOT NULL, digest TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value NOT NULL);"
	"CREATE TRIGGER IF NOT EXISTS fact_update BEFORE UPDATE ON fact BEGIN"
	" SELECT RAISE(ABORT, 'the journal is append-only'); END;"
	"CREATE TRIGGER IF NOT EXISTS fact_delete BEFORE DELETE ON fact BEGIN"
	" SELECT RAISE(ABORT, 'the journal is append-only'); END;"
	"CREATE TRIGGER IF NOT EXISTS derived_update BEFORE UPDATE ON derived BEGIN"
	" SELECT RAISE(ABORT, 'the journal is append-only'); END;"
	"CREATE TRIGGER IF NOT EXISTS derived_delete BEFORE DELETE ON derived BEGIN"
	" SELECT RAISE(ABORT, 'the journal is append-only'); END;"
	"COMMIT;";

static const char *const sql[STATEMENT_COUNT] = {
	[ITEM_FACT] = "INSERT INTO fact VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[ITEM_DERIVED] = "INSERT INTO derived VALUES (?1, ?2, ?3, ?4, ?5)",
	[ITEM_NAME] = "INSERT INTO name VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE"
		      " SET name = excluded.name WHERE name <> excluded.name",
	[ITEM_SITE] = "INSERT OR IGNORE INTO site VALUES (?1, ?2)",
	[ITEM_CHECKPOINT] = "INSERT INTO checkpoint (seq, at_ms, digest) VALUES (?1, ?2, ?3)",
	[STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	/* The head says where the chains end, so that rows cut off the end show. */
	[STATEMENT_HEAD] = "INSERT OR REPLACE INTO meta VALUES"
			   " ('head_seq', ?1), ('head_hash', ?2), ('head_derived', ?3)",
};

void queue_init(struct queue *queue)
{
	queue->head = NULL;
	queue->tail = &queue->head;
	queue->count = 0;
}

void queue_push(struct queue *queue, struct item *item)
{
	item->next = NULL;
	*queue->tail = item;
	queue->tail = &item->next;
	queue->count++;
}

void queue_free(struct queue *queue)
{
	for (struct item *item = queue->head, *next; item != NULL; item = next) {
		next = item->next;
		free(item);
	}
	queue_init(queue);
}

/* Moves the oldest items, at most `most`, from one queue to the end of another. */
static void queue_move(struct queue *to, struct queue *from, uint64_t most)
{
	while (from->head != NULL && to->count < most) {
		struct item *item = from->head;
		from->head = item->next;
		if (from->head == NULL)
			from->tail = &from->head;
		from->count--;
		queue_push(to, item);
	}
}

void chain_hash(unsigned char hash[HASH_SIZE], const unsigned char before[HASH_SIZE],
	const int64_t *numbers, int number_count, const char *const *texts)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (context == NULL)
		abort(); /* out of memory: nothing may be chained on a wrong hash */
	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	EVP_DigestUpdate(context, before, HASH_SIZE);
	for (int i = 0; i < number_count; i++) {
		unsigned char bytes[8];
		for (int b = 0; b < 8; b++)
			bytes[b] = (unsigned char)((uint64_t)numbers[i] >> (56 - 8 * b));
		EVP_DigestUpdate(context, bytes, sizeof bytes);
	}
	for (; *texts != NULL; texts++)
		EVP_DigestUpdate(context, *texts, strlen(*texts) + 1);
	EVP_DigestFinal_ex(context, hash, NULL);
	EVP_MD_CTX_free(context);
}

void hash_hex(const unsigned char hash[HASH_SIZE], char hex[2 * HASH_SIZE + 1])
{
	for (int i = 0; i < HASH_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
}

static bool one_number(sqlite3 *db, const char *query, int64_t *value)
{
	sqlite3_stmt *s = NULL;
	bool good = sqlite3_prepare_v2(db, query, -1, &s, NULL) == SQLITE_OK
		    && sqlite3_step(s) == SQLITE_ROW;
	if (good)
		*value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return good;
}

static int bad_journal(const char *path, const char *why, struct error *err)
{
	return error_set(err, -EBADMSG,
		"%s is not a good journal (%s): move it away (mv '%s' '%s.bad') and start again",
		path, why, path, path);
}

/* True when the file is new, or one of ours and whole. */
static int check_file(sqlite3 *db, const char *path, struct error *err)
{
	int64_t id = 0, version = 0, tables = 0;
	if (!one_number(db, "PRAGMA application_id", &id)
		|| !one_number(db, "PRAGMA user_version", &version)
		|| !one_number(db, "SELECT count(*) FROM sqlite_master", &tables)) {
		int code = sqlite3_errcode(db) & 0xff;
		if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
			return bad_journal(path, sqlite3_errmsg(db), err);
		return error_set(err, code == SQLITE_BUSY ? -EBUSY : -EIO, "journal %s: %s", path,
			sqlite3_errmsg(db));
	}
	if (tables == 0)
		return 0;
	if (id != JOURNAL_APPLICATION_ID)
		return error_set(
			err, -EBADMSG, "%s is another program's database: name another file", path);
	if (version > JOURNAL_VERSION)
		return error_set(err, -EBADMSG, "%s was written by a newer vigie (format %d)", path,
			(int)version);
	sqlite3_stmt *s = NULL;
	char why[120] = "";
	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &s, NULL) != SQLITE_OK
		|| sqlite3_step(s) != SQLITE_ROW)
		snprintf(why, sizeof why, "%s", sqlite3_errmsg(db));
	else if (strcmp((const char *)sqlite3_column_text(s, 0), "ok") != 0)
		snprintf(why, sizeof why, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return why[0] == '\0' ? 0 : bad_journal(path, why, err);
}

static bool read_end(sqlite3 *db, const char *query, int64_t *number, unsigned char *hash)
{
	sqlite3_stmt *s = NULL;
	bool good = sqlite3_prepare_v2(db, query, -1, &s, NULL) == SQLITE_OK;
	int step = good ? sqlite3_step(s) : SQLITE_ERROR;
	if (step == SQLITE_ROW) {
		*number = sqlite3_column_int64(s, 0);
		good = sqlite3_column_bytes(s, 1) == HASH_SIZE;
		if (good)
			memcpy(hash, sqlite3_column_blob(s, 1), HASH_SIZE);
	} else {
		good = step == SQLITE_DONE;
	}
	sqlite3_finalize(s);
	return good;
}

int writer_prepare(struct journal *journal, const char *path, struct error *err)
{
	sqlite3 *db = NULL;
	char pragma[80];
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	int code = sqlite3_open_v2(path, &db, flags, NULL);
	journal->db = db;
	if (code != SQLITE_OK)
		return error_set(err, -EIO, "journal %s: %s", path,
			db != NULL ? sqlite3_errmsg(db) : "out of memory");
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, 2000);
	int checked = check_file(db, path, err);
	if (checked != 0)
		return checked;
	/* The mark comes before the tables: whatever moment the program is killed
	 * at, a file with our tables says that it is ours. */
	snprintf(pragma, sizeof pragma, "PRAGMA application_id=%d; PRAGMA user_version=%d",
		JOURNAL_APPLICATION_ID, JOURNAL_VERSION);
	if (sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", NULL, NULL, NULL)
			!= SQLITE_OK
		|| sqlite3_exec(db, pragma, NULL, NULL, NULL) != SQLITE_OK
		|| sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
		return error_set(err, (sqlite3_errcode(db) & 0xff) == SQLITE_FULL ? -ENOSPC : -EIO,
			"journal %s cannot be written: %s", path, sqlite3_errmsg(db));
	for (int i = 0; i < STATEMENT_COUNT; i++)
		if (sqlite3_prepare_v3(db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
			    &journal->statements[i], NULL)
			!= SQLITE_OK)
			return bad_journal(path, sqlite3_errmsg(db), err);
	if (!read_end(db, "SELECT seq, hash FROM fact ORDER BY seq DESC LIMIT 1",
		    &journal->ends.seq, journal->ends.fact)
		|| !read_end(db, "SELECT id, hash FROM derived ORDER BY id DESC LIMIT 1",
			&journal->ends.derived_id, journal->ends.derived))
		return bad_journal(path, "its last row has no hash", err);
	return 0;
}

void writer_release(struct journal *journal)
{
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(journal->statements[i]);
	sqlite3_close(journal->db);
	queue_free(&journal->batch);
	queue_free(&journal->queue);
}

/* Texts stay in their items until the statement has run: no copy is needed. */
static int bind_text(sqlite3_stmt *s, int column, const char *text)
{
	return sqlite3_bind_text(s, column, text, -1, SQLITE_STATIC);
}

static int run(sqlite3_stmt *s)
{
	int step = sqlite3_step(s);
	int reset = sqlite3_reset(s);
	return step == SQLITE_DONE ? SQLITE_OK : reset;
}

static int store_fact(sqlite3_stmt *s, const struct item *item, struct ends *ends)
{
	const int64_t numbers[] = {item->seq, item->at_ms};
	const char *const texts[] = {item->kind, item->source, item->first, NULL};
	chain_hash(ends->fact, ends->fact, numbers, 2, texts);
	ends->seq = item->seq;
	sqlite3_bind_int64(s, 1, item->seq);
	sqlite3_bind_int64(s, 2, item->at_ms);
	bind_text(s, 3, item->kind);
	bind_text(s, 4, item->source);
	bind_text(s, 5, item->first);
	sqlite3_bind_blob(s, 6, ends->fact, HASH_SIZE, SQLITE_STATIC);
	return run(s);
}

static int store_derived(sqlite3_stmt *s, const struct item *item, struct ends *ends)
{
	const int64_t numbers[] = {ends->derived_id + 1, item->seq, item->at_ms};
	const char *const texts[] = {item->first, NULL};
	chain_hash(ends->derived, ends->derived, numbers, 3, texts);
	ends->derived_id++;
	for (int i = 0; i < 3; i++)
		sqlite3_bind_int64(s, i + 1, numbers[i]);
	bind_text(s, 4, item->first);
	sqlite3_bind_blob(s, 5, ends->derived, HASH_SIZE, SQLITE_STATIC);
	return run(s);
}

static int store_pair(sqlite3_stmt *s, const struct item *item, struct ends *ends)
{
	(void)ends;
	bind_text(s, 1, item->first);
	bind_text(s, 2, item->second);
	return run(s);
}

static int store_checkpoint(sqlite3_stmt *s, const struct item *item, struct ends *ends)
{
	(void)ends;
	sqlite3_bind_int64(s, 1, item->seq);
	sqlite3_bind_int64(s, 2, item->at_ms);
	bind_text(s, 3, item->first);
	return run(s);
}

static int (*const store[ITEM_COUNT])(sqlite3_stmt *, const struct item *, struct ends *) = {
	[ITEM_FACT] = store_fact,
	[ITEM_DERIVED] = store_derived,
	[ITEM_NAME] = store_pair,
	[ITEM_SITE] = store_pair,
	[ITEM_CHECKPOINT] = store_checkpoint,
};

/* All of the batch or nothing; the chains' ends move only with the commit. */
static int store_batch(struct journal *journal)
{
	struct ends ends = journal->ends;
	sqlite3_stmt **s = journal->statements;
	int code = run(s[STATEMENT_BEGIN]);
	for (const struct item *i = journal->batch.head; code == SQLITE_OK && i != NULL;
		i = i->next)
		code = store[i->type](s[i->type], i, &ends);
	if (code == SQLITE_OK) {
		sqlite3_bind_int64(s[STATEMENT_HEAD], 1, ends.seq);
		sqlite3_bind_blob(s[STATEMENT_HEAD], 2, ends.fact, HASH_SIZE, SQLITE_STATIC);
		sqlite3_bind_int64(s[STATEMENT_HEAD], 3, ends.derived_id);
		code = run(s[STATEMENT_HEAD]);
	}
	if (code == SQLITE_OK)
		code = run(s[STATEMENT_COMMIT]);
	if (code == SQLITE_OK)
		journal->ends = ends;
	else if (!sqlite3_get_autocommit(journal->db))
		sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

static void tell(struct journal *journal)
{
	if (journal->loop != NULL)
		ev_async_send(journal->loop, &journal->async);
}

static void batch_stored(struct journal *journal)
{
	uint64_t facts = 0;
	for (const struct item *i = journal->batch.head; i != NULL; i = i->next)
		facts += i->type == ITEM_FACT;
	queue_free(&journal->batch);
	atomic_store(&journal->committed, (uint64_t)journal->ends.seq);
	atomic_fetch_sub(&journal->pending, facts);
	pthread_mutex_lock(&journal->mutex);
	journal->head = journal->ends;
	journal->failing = false;
	if (journal->lost > 0) {
		snprintf(journal->why, sizeof journal->why,
			"journal: %" PRIu64 " rows were refused or did not fit in memory: lost",
			journal->lost);
		journal->tell_failure = true;
		journal->lost = 0;
	}
	pthread_mutex_unlock(&journal->mutex);
	tell(journal);
}

static void batch_failed(struct journal *journal, int code)
{
	pthread_mutex_lock(&journal->mutex);
	bool first = !journal->failing;
	journal->failing = true;
	if (first) {
		snprintf(journal->why, sizeof journal->why,
			"journal: %s: facts are kept in memory only",
			(code & 0xff) == SQLITE_FULL ? "the disk is full" : sqlite3_errstr(code));
		journal->tell_failure = true;
	}
	pthread_mutex_unlock(&journal->mutex);
	if (first)
		tell(journal);
}

/* Sleeps under the mutex until `done` says so. False: `ms` have passed. */
static bool sleep_until(struct journal *journal, int64_t ms, bool (*done)(const struct journal *))
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (!done(journal))
		if (pthread_cond_timedwait(&journal->cond, &journal->mutex, &until) == ETIMEDOUT)
			return done(journal);
	return true;
}

static bool stopped(const struct journal *journal)
{
	return journal->stop;
}

static bool hurried(const struct journal *journal)
{
	return journal->stop || journal->urgent || journal->queue.count >= BATCH_MAX;
}

static bool has_work(const struct journal *journal)
{
	return journal->stop || journal->queue.count > 0 || journal->batch.count > 0;
}

/* Until there is something to do. Moving the log into the file is slow (18 to
 * 44 ms measured), so it is done when nobody waits; then the thread sleeps
 * without a deadline and costs nothing. */
static void await_work(struct journal *journal, bool *dirty)
{
	if (*dirty && !sleep_until(journal, IDLE_MS, has_work)) {
		pthread_mutex_unlock(&journal->mutex);
		sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		pthread_mutex_lock(&journal->mutex);
		*dirty = false;
	}
	while (!has_work(journal))
		pthread_cond_wait(&journal->cond, &journal->mutex);
}

void *writer_run(void *argument)
{
	struct journal *journal = argument;
	bool dirty = false;
	pthread_mutex_lock(&journal->mutex);
	for (;;) {
		await_work(journal, &dirty);
		if (journal->queue.count == 0 && journal->batch.count == 0)
			break; /* stopped, and all is stored */
		if (journal->failing)
			sleep_until(journal, RETRY_MS, stopped);
		else
			sleep_until(journal, GROUP_MS, hurried);
		bool last_try = journal->stop;
		journal->urgent = false;
		queue_move(&journal->batch, &journal->queue, BATCH_MAX);
		pthread_mutex_unlock(&journal->mutex);
		int code = store_batch(journal);
		if (code == SQLITE_OK)
			batch_stored(journal);
		else
			batch_failed(journal, code);
		pthread_mutex_lock(&journal->mutex);
		dirty = true;
		if (code != SQLITE_OK && last_try)
			break;
	}
	pthread_mutex_unlock(&journal->mutex);
	return NULL;
}
