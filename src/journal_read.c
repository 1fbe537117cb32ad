/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a journal, also while a writer is at work: the fold's rows in apply
 * order, and what came of them.
 */

#include "src/journal_private.h"

#include <errno.h>
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

const char *row_text(sqlite3_stmt *s, int index)
{
	const unsigned char *text = sqlite3_column_text(s, index);
	return text != NULL ? (const char *)text : "";
}

int read_failed(sqlite3 *db, const char *path, struct error *err)
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
			reader->name(reader->context, row_text(s, 0), row_text(s, 1));
	sqlite3_finalize(s);
	return step == SQLITE_DONE ? 0 : read_failed(db, path, err);
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
			site = reader->site(reader->context, hash, row_text(s, 0));
	}
	sqlite3_finalize(s);
	return site;
}

/* Derived rows, one ahead, to be told among the facts. */
struct derived {
	sqlite3_stmt *s; /* NULL: nobody asks, or no more */
	struct transition next;
};

/* False: no more. */
static bool derived_next(struct derived *d, uint64_t *bad)
{
	while (d->s != NULL) {
		if (sqlite3_step(d->s) != SQLITE_ROW) {
			sqlite3_finalize(d->s);
			d->s = NULL;
		} else if (transition_decode(&d->next, row_text(d->s, 2)) != 0) {
			++*bad;
		} else {
			d->next.cause = (uint64_t)sqlite3_column_int64(d->s, 0);
			d->next.at_ms = sqlite3_column_int64(d->s, 1);
			return true;
		}
	}
	return false;
}

static void derived_begin(struct derived *d, sqlite3 *db, int64_t to_ms,
	const struct journal_reader *reader, uint64_t *bad)
{
	const char *query = "SELECT cause_seq, at_ms, payload FROM derived"
			    " WHERE ?1 = 0 OR at_ms <= ?1 ORDER BY id";
	d->s = NULL;
	if (reader->derived == NULL || sqlite3_prepare_v2(db, query, -1, &d->s, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_int64(d->s, 1, to_ms);
	derived_next(d, bad);
}

/* What came of the facts before this one, and of the time until it. NULL: the rest. */
static void derived_until(struct derived *d, const struct journal_reader *reader,
	const struct fact *fact, uint64_t *bad)
{
	while (d->s != NULL
		&& (fact == NULL
			|| (d->next.cause != 0 ? d->next.cause < fact->seq
					       : d->next.at_ms <= fact->at_ms))) {
		reader->derived(reader->context, &d->next);
		derived_next(d, bad);
	}
}

static int each_fact(sqlite3 *db, const char *path, int64_t to_ms,
	const struct journal_reader *reader, uint64_t *bad, struct error *err)
{
	sqlite3_stmt *s = NULL;
	struct derived derived;
	struct fact fact;
	int step = SQLITE_ERROR;
	const char *query = "SELECT seq, payload FROM fact WHERE ?1 = 0 OR at_ms <= ?1"
			    " ORDER BY seq";
	derived_begin(&derived, db, to_ms, reader, bad);
	if (sqlite3_prepare_v2(db, query, -1, &s, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(s, 1, to_ms);
		while ((step = sqlite3_step(s)) == SQLITE_ROW) {
			if (fact_decode(&fact, row_text(s, 1)) != 0) {
				++*bad;
				continue;
			}
			fact.seq = (uint64_t)sqlite3_column_int64(s, 0);
			if (fact.kind == FACT_SITE)
				fact.site.site = resolve(db, reader, fact.site.hash);
			derived_until(&derived, reader, &fact, bad);
			reader->fact(reader->context, &fact);
		}
	}
	derived_until(&derived, reader, NULL, bad);
	sqlite3_finalize(s);
	return step == SQLITE_DONE ? 0 : read_failed(db, path, err);
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
				    row_text(s, 2))) {
				step = SQLITE_DONE;
				break;
			}
	sqlite3_finalize(s);
	code = step == SQLITE_DONE ? 0 : read_failed(db, path, err);
	sqlite3_close(db);
	return code;
}
