/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_JOURNAL_H
#define VIGIE_SRC_JOURNAL_H

/*
 * The journal: every fact, in apply order, in SQLite (WAL, synchronous=FULL),
 * each row chained by SHA-256 to the one before. A writer thread commits in
 * groups (20 ms) off the loop; journal_force makes it commit at once.
 * Files are 0600. Tables: fact, derived (alarm transitions), site (text by
 * hash), name (pseudonym → name, outside the chain), checkpoint, meta.
 */

#include <ev.h>

#include "feeds/error.h"
#include "twin/twin.h"

struct journal;

/* Opens for writing, creates when missing. -EBUSY when another writer has it
 * (the message names its process id). The loop calls `committed` when the
 * writer has stored up to a sequence number; `failed` once when it cannot go
 * on (disk full, read-only): the journal then keeps facts in memory (bounded)
 * and tries again every 5 s, calling committed when it is back. */
struct journal_calls {
	void (*committed)(void *context, uint64_t seq);
	void (*failed)(void *context, const char *why);
	void *context;
};
int journal_open(struct journal **journal, const char *path, struct ev_loop *loop,
	struct journal_calls calls, struct error *err);
void journal_append(struct journal *journal, const struct fact *fact);
void journal_derive(struct journal *journal, const struct transition *transition);
void journal_name(struct journal *journal, const char *id, const char *name);
void journal_site(struct journal *journal, const char *hash, const char *text);
void journal_force(struct journal *journal);
/* Stores the twin's digest (and encoded state is rebuilt by folding) as a
 * checkpoint row: seq, digest, time. */
void journal_checkpoint(struct journal *journal, const struct twin *twin);
uint64_t journal_committed(const struct journal *journal);
uint64_t journal_pending(const struct journal *journal);
/* The end of the chain of facts as last committed: its number, and its hash as 64
 * hex digits; 0 and "" while there is none. Others keep it, so that what was
 * rewritten here is found by them. */
uint64_t journal_head(struct journal *journal, char hex[65]);
/* Commits all, stops the writer, closes. */
void journal_close(struct journal *journal);

/* Reading, read-only; a writer may be at work. Each fact is borrowed. FACT_SITE
 * facts arrive with .site resolved by `site` (may be NULL: left NULL): it gets
 * the text and returns a site that outlives the replay. Derived rows (`derived`
 * may be NULL) come where they were written: after the fact that caused them, and
 * those of timers before the first fact that is later. A row that cannot be
 * decoded is passed over and counted in *bad. to_ms 0: all. */
struct journal_reader {
	void (*fact)(void *context, const struct fact *fact);
	void (*derived)(void *context, const struct transition *transition);
	const struct site *(*site)(void *context, const char *hash, const char *text);
	void (*name)(void *context, const char *id, const char *name);
	void *context;
};
int journal_read(const char *path, int64_t to_ms, const struct journal_reader *reader,
	uint64_t *bad, struct error *err);
/* 0 good; 1 a bad row: *seq and err say which and why; negative: cannot read.
 * Checks: chain of fact rows and of derived rows, gaps in seq. */
int journal_verify(const char *path, uint64_t *rows, uint64_t *seq, struct error *err);
/* The hash in the row of a fact, as 64 hex digits; "" there is no such row. */
int journal_hash(const char *path, uint64_t seq, char hex[65], struct error *err);

/* A fact as one JSON object and back (the row's payload; also `vigie fhir`).
 * Encoding is canonical: same fact, same bytes. malloc'd. */
char *fact_encode(const struct fact *fact);
int fact_decode(struct fact *fact, const char *json);
struct cJSON;
int fact_decode_json(struct fact *fact, const struct cJSON *json);
/* Makes every text of a fact from outside safe to show (twin/text.h). How many it
 * had to change. */
int fact_neutralise(struct fact *fact);

/* The same of a transition, without its time and cause; class_ ALARM_CLASS_COUNT and
 * raised_ms 0 where an old row does not say. */
char *transition_encode(const struct transition *transition);
int transition_decode(struct transition *transition, const char *json);

/* The inbox of presses: a small file of its own, committed from Paho's thread
 * before the broker is acknowledged, drained by the loop. */
struct inbox;
int inbox_open(struct inbox **inbox, const char *path, struct error *err);
int inbox_commit(
	struct inbox *inbox, const char *topic, const void *bytes, size_t len, int64_t received_ms);
/* Rows not drained yet, oldest first; `row` decodes and applies them, then
 * inbox_done forgets rows up to id once their facts are in the journal. */
int inbox_each(struct inbox *inbox,
	void (*row)(void *context, int64_t id, const char *topic, const void *bytes, size_t len,
		int64_t received_ms),
	void *context);
void inbox_done(struct inbox *inbox, int64_t id);
void inbox_close(struct inbox *inbox);

#endif
