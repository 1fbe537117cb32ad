/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a journal, also while a writer is at work: the fold's rows in apply
 * order, and the check of both hash chains.
 */

#include "src/journal_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* SQLite wants to make a -shm file even to read. Where it cannot (read-only
 * media, somebody else's folder) and no log is left over, the file is complete
 * by itself and may be read as immutable. */
static int open_immutable(sqlite3 **db, const char *path)
{
	char uri[3 * 4096], log[4096];
	struct stat st;
	size_t length = (size_t)snprintf(uri, sizeof uri, "file:");
	if (snprintf(log, sizeof log, "%s-wal", path) >= (int)sizeof log
		|| (stat(log, &st) == 0 && st.st_size > 0))
		return SQLITE_CANTOPEN;
	for (const char *c = path; *c != '\0'; c++)
		length += (size_t)snprintf(uri + length, sizeof uri - length,
			strchr("%?#", *c) != NULL ? "%%%02X" : "%c", (unsigned)(unsigned char)*c);
	snprintf(uri + length, sizeof uri - length, "?immutable=1");
	return sqlite3_open_v2(
		uri, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
}

static bool is_journal(sqlite3 *db, int *code)
{
	sqlite3_stmt *s = NULL;
	*code = sqlite3_prepare_v2(db, "PRAGMA application_id", -1, &s, NULL);
	int64_t id = -1;
	if (*code == SQLITE_OK && (*code = sqlite3_step(s)) == SQLITE_ROW) {
		id = sqlite3_column_int64(s, 0);
		*code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return id == JOURNAL_APPLICATION_ID;
}

int journal_open_read(sqlite3 **db, const char *path, struct error *err)
{
	int code;
	*db = NULL;
	if (access(path, R_OK) != 0)
		return error_set(err, -errno, "journal %s: %s", path, strerror(errno));
	code = sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	bool good = code == SQLITE_OK && is_journal(*db, &code);
	if ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY) {
		sqlite3_close(*db);
		*db = NULL;
		code = open_immutable(db, path);
		good = code == SQLITE_OK && is_journal(*db, &code);
	}
	if (good) {
		sqlite3_busy_timeout(*db, 2000);
		return 0;
	}
	if (code == SQLITE_OK)
		code = error_set(err, -EBADMSG, "%s is not a vigie journal", path);
	else
		code = error_set(err, -EBADMSG, "journal %s cannot be read: %s", path,
			*db != NULL ? sqlite3_errmsg(*db) : sqlite3_errstr(code));
	sqlite3_close(*db);
	*db = NULL;
	return code;
}

static const char *column(sqlite3_stmt *s, int index)
{
	const unsigned char *text = sqlite3_column_text(s, index);
	return text != NULL ? (const char *)text : "";
}

static int read_error(sqlite3 *db, const char *path, struct error *err)
{
	return error_set(err, -EIO, "journal %s cannot be read: %s", path, sqlite3_errmsg(db));
}

static int each_name(
	sqlite3 *db, const char *path, const struct journal_reader *reader, struct error *err)
{
	sqlite3_stmt *s = NULL;
	int step = SQLITE_ERROR;
	if (reader->name == NULL)
		return 0;
	if (sqlite3_prepare_v2(db, "SELECT id, name FROM name", -1, &s, NULL) == SQLITE_OK)
		while ((step = sqlite3_step(s)) == SQLITE_ROW)
			reader->name(reader->context, column(s, 0), column(s, 1));
	sqlite3_finalize(s);
	return step == SQLITE_DONE ? 0 : read_error(db, path, err);
}

/* The site in force from a FACT_SITE on; NULL when its text is not there. */
static const struct site *resolve(
	sqlite3 *db, const struct journal_reader *reader, const char *hash)
{
	sqlite3_stmt *s = NULL;
	const struct site *site = NULL;
	if (reader->site == NULL)
		return NULL;
	if (sqlite3_prepare_v2(db, "SELECT text FROM site WHERE hash = ?1", -1, &s, NULL)
		== SQLITE_OK) {
		sqlite3_bind_text(s, 1, hash, -1, SQLITE_STATIC);
		if (sqlite3_step(s) == SQLITE_ROW)
			site = reader->site(reader->context, hash, column(s, 0));
	}
	sqlite3_finalize(s);
	return site;
}

static int each_fact(sqlite3 *db, const char *path, int64_t to_ms,
	const struct journal_reader *reader, uint64_t *bad, struct error *err)
{
	sqlite3_stmt *s = NULL;
	struct fact fact;
	int step = SQLITE_ERROR;
	const char *query = "SELECT seq, payload FROM fact WHERE ?1 = 0 OR at_ms <= ?1"
			    " ORDER BY seq";
	if (sqlite3_prepare_v2(db, query, -1, &s, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(s, 1, to_ms);
		while ((step = sqlite3_step(s)) == SQLITE_ROW) {
			if (fact_decode(&fact, column(s, 1)) != 0) {
				++*bad;
				continue;
			}
			fact.seq = (uint64_t)sqlite3_column_int64(s, 0);
			if (fact.kind == FACT_SITE)
				fact.site.site = resolve(db, reader, fact.site.hash);
			reader->fact(reader->context, &fact);
		}
	}
	sqlite3_finalize(s);
	return step == SQLITE_DONE ? 0 : read_error(db, path, err);
}

int journal_read(const char *path, int64_t to_ms, const struct journal_reader *reader,
	uint64_t *bad, struct error *err)
{
	sqlite3 *db;
	uint64_t passed_over = 0;
	int code = journal_open_read(&db, path, err);
	if (code != 0)
		return code;
	/* One transaction: names and facts of the same moment. */
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	code = each_name(db, path, reader, err);
	if (code == 0)
		code = each_fact(db, path, to_ms, reader, &passed_over, err);
	sqlite3_close(db);
	if (bad != NULL)
		*bad = passed_over;
	return code;
}

int journal_checkpoints(const char *path,
	bool (*row)(void *context, int64_t seq, int64_t at_ms, const char *digest), void *context,
	struct error *err)
{
	sqlite3 *db;
	sqlite3_stmt *s = NULL;
	int step = SQLITE_ERROR;
	int code = journal_open_read(&db, path, err);
	if (code != 0)
		return code;
	const char *query = "SELECT seq, at_ms, digest FROM checkpoint ORDER BY seq, at_ms, id";
	if (sqlite3_prepare_v2(db, query, -1, &s, NULL) == SQLITE_OK)
		while ((step = sqlite3_step(s)) == SQLITE_ROW)
			if (!row(context, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
				    column(s, 2))) {
				step = SQLITE_DONE;
				break;
			}
	sqlite3_finalize(s);
	code = step == SQLITE_DONE ? 0 : read_error(db, path, err);
	sqlite3_close(db);
	return code;
}

/* What is being checked, and what was found. */
struct check {
	sqlite3 *db;
	const char *path;
	uint64_t *rows, *seq;
	struct error *err;
	int64_t last_seq, last_derived;
	unsigned char fact[HASH_SIZE];
};

static int found(struct check *check, int64_t seq, const char *table, const char *what)
{
	*check->seq = (uint64_t)seq;
	return error_set(
		check->err, 1, "%s: %s row %" PRId64 ": %s", check->path, table, seq, what);
}

static bool same_hash(sqlite3_stmt *s, int index, const unsigned char hash[HASH_SIZE])
{
	return sqlite3_column_bytes(s, index) == HASH_SIZE
	       && memcmp(sqlite3_column_blob(s, index), hash, HASH_SIZE) == 0;
}

/* A payload must say the same as the columns next to it. */
static bool payload_agrees(sqlite3_stmt *s)
{
	struct fact fact;
	return fact_decode(&fact, column(s, 4)) == 0 && fact.at_ms == sqlite3_column_int64(s, 1)
	       && (int64_t)fact.seq == sqlite3_column_int64(s, 0);
}

static int check_fact(struct check *check, sqlite3_stmt *s)
{
	const int64_t numbers[] = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1)};
	const char *const texts[] = {column(s, 2), column(s, 3), column(s, 4), NULL};
	int64_t seq = numbers[0];
	chain_hash(check->fact, check->fact, numbers, 2, texts);
	if (!same_hash(s, 5, check->fact))
		return found(check, seq, "fact",
			seq == check->last_seq + 1
				? "its hash does not follow from the row before: it was changed"
				: "its hash does not follow: rows before it are missing");
	if (seq != check->last_seq + 1)
		return found(check, seq, "fact",
			"the numbers before it were never written (a full disk): the chain itself"
			" is whole");
	if (!payload_agrees(s))
		return found(check, seq, "fact", "its payload cannot be read as a fact");
	check->last_seq = seq;
	++*check->rows;
	return 0;
}

static int check_facts(struct check *check)
{
	sqlite3_stmt *s = NULL;
	int code = 0, step = SQLITE_ERROR;
	const char *query = "SELECT seq, at_ms, kind, source, payload, hash FROM fact ORDER BY seq";
	if (sqlite3_prepare_v2(check->db, query, -1, &s, NULL) == SQLITE_OK)
		while (code == 0 && (step = sqlite3_step(s)) == SQLITE_ROW)
			code = check_fact(check, s);
	if (code == 0 && step != SQLITE_DONE)
		code = read_error(check->db, check->path, check->err);
	sqlite3_finalize(s);
	return code;
}

static int check_derived(struct check *check)
{
	unsigned char hash[HASH_SIZE] = {0};
	sqlite3_stmt *s = NULL;
	int code = 0, step = SQLITE_ERROR;
	const char *query = "SELECT id, cause_seq, at_ms, payload, hash FROM derived ORDER BY id";
	if (sqlite3_prepare_v2(check->db, query, -1, &s, NULL) == SQLITE_OK)
		while (code == 0 && (step = sqlite3_step(s)) == SQLITE_ROW) {
			const int64_t numbers[] = {sqlite3_column_int64(s, 0),
				sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2)};
			const char *const texts[] = {column(s, 3), NULL};
			chain_hash(hash, hash, numbers, 3, texts);
			if (!same_hash(s, 4, hash))
				code = found(check, numbers[0], "derived",
					"its hash does not follow from the row before");
			else if (numbers[0] != check->last_derived + 1)
				code = found(check, numbers[0], "derived", "rows are missing");
			check->last_derived = numbers[0];
			++*check->rows;
		}
	if (code == 0 && step != SQLITE_DONE)
		code = read_error(check->db, check->path, check->err);
	sqlite3_finalize(s);
	return code;
}

/* Rows cut off the end leave a chain that is whole: the head tells. */
static int check_head(struct check *check)
{
	sqlite3_stmt *s = NULL;
	int64_t seq = 0, derived = 0;
	bool hash_good = true;
	if (sqlite3_prepare_v2(
		    check->db, "SELECT key, value FROM meta WHERE key LIKE 'head_%'", -1, &s, NULL)
		!= SQLITE_OK)
		return read_error(check->db, check->path, check->err);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *key = column(s, 0);
		if (strcmp(key, "head_seq") == 0)
			seq = sqlite3_column_int64(s, 1);
		else if (strcmp(key, "head_derived") == 0)
			derived = sqlite3_column_int64(s, 1);
		else if (strcmp(key, "head_hash") == 0)
			hash_good = same_hash(s, 1, check->fact);
	}
	sqlite3_finalize(s);
	if (seq != check->last_seq || !hash_good)
		return found(check, check->last_seq + 1, "fact", "rows at the end are missing");
	if (derived != check->last_derived)
		return found(
			check, check->last_derived + 1, "derived", "rows at the end are missing");
	return 0;
}

int journal_verify(const char *path, uint64_t *rows, uint64_t *seq, struct error *err)
{
	struct check check = {.path = path, .rows = rows, .seq = seq, .err = err};
	*rows = 0;
	*seq = 0;
	int code = journal_open_read(&check.db, path, err);
	if (code != 0)
		return code;
	/* One snapshot: a writer may be adding rows meanwhile. */
	sqlite3_exec(check.db, "BEGIN", NULL, NULL, NULL);
	code = check_facts(&check);
	if (code == 0)
		code = check_derived(&check);
	if (code == 0)
		code = check_head(&check);
	sqlite3_close(check.db);
	return code;
}
