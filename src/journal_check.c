/* SPDX-License-Identifier: Apache-2.0 */
/* Checking a journal: both hash chains, their ends, and heads that others kept. */

#include "src/journal_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
	return fact_decode(&fact, row_text(s, 4)) == 0 && fact.at_ms == sqlite3_column_int64(s, 1)
	       && (int64_t)fact.seq == sqlite3_column_int64(s, 0);
}

static int check_fact(struct check *check, sqlite3_stmt *s)
{
	const int64_t numbers[] = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1)};
	const char *const texts[] = {row_text(s, 2), row_text(s, 3), row_text(s, 4), NULL};
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
		code = read_failed(check->db, check->path, check->err);
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
			const char *const texts[] = {row_text(s, 3), NULL};
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
		code = read_failed(check->db, check->path, check->err);
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
		return read_failed(check->db, check->path, check->err);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *key = row_text(s, 0);
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

int journal_hash(const char *path, uint64_t seq, char hex[65], struct error *err)
{
	sqlite3 *db;
	sqlite3_stmt *s = NULL;
	int step = SQLITE_ERROR;
	int code = journal_open_read(&db, path, err);
	hex[0] = '\0';
	if (code != 0)
		return code;
	if (sqlite3_prepare_v2(db, "SELECT hash FROM fact WHERE seq = ?1", -1, &s, NULL)
		== SQLITE_OK) {
		sqlite3_bind_int64(s, 1, (int64_t)seq);
		step = sqlite3_step(s);
	}
	if (step == SQLITE_ROW && sqlite3_column_bytes(s, 0) == HASH_SIZE)
		hash_hex(sqlite3_column_blob(s, 0), hex);
	else if (step != SQLITE_DONE && step != SQLITE_ROW)
		code = read_failed(db, path, err);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return code;
}
