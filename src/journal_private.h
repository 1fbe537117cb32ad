/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_JOURNAL_PRIVATE_H
#define VIGIE_SRC_JOURNAL_PRIVATE_H

/*
 * What the parts of the journal share: journal.c (the loop's side),
 * journal_writer.c (the thread that commits), journal_read.c and journal_check.c.
 *
 * The chain. hash(row) = SHA-256(hash of the row before ‖ canonical bytes);
 * the first row follows 32 zero bytes. Canonical bytes of a fact: seq and
 * at_ms as 8 bytes big endian, then kind, source and payload, each with its
 * NUL. Of a derived row: id, cause_seq, at_ms (8 bytes each) and payload. The
 * two chains are apart, so that consequences may be purged without the facts.
 */

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "src/journal.h"

enum {
	HASH_SIZE = 32,
	JOURNAL_APPLICATION_ID = 0x56494749, /* "VIGI" */
	JOURNAL_VERSION = 1
};

/* Text columns of a row in the order they are hashed; NULL ends the list. */
void chain_hash(unsigned char hash[HASH_SIZE], const unsigned char before[HASH_SIZE],
	const int64_t *numbers, int number_count, const char *const *texts);

void hash_hex(const unsigned char hash[HASH_SIZE], char hex[2 * HASH_SIZE + 1]);

enum item_type { ITEM_FACT, ITEM_DERIVED, ITEM_NAME, ITEM_SITE, ITEM_CHECKPOINT, ITEM_COUNT };

/* One thing to store, with its texts behind it in the same block. */
struct item {
	struct item *next;
	enum item_type type;
	int64_t seq; /* fact: its own; derived: the cause; checkpoint: the last applied */
	int64_t at_ms;
	const char *kind, *source; /* static words */
	const char *first;         /* payload, id, hash, digest */
	const char *second;        /* name, site text */
};

struct queue {
	struct item *head, **tail;
	uint64_t count;
};

enum statement { STATEMENT_BEGIN = ITEM_COUNT, STATEMENT_COMMIT, STATEMENT_HEAD, STATEMENT_COUNT };

/* The two chains' ends: what the next row hangs on. */
struct ends {
	int64_t seq, derived_id;
	unsigned char fact[HASH_SIZE], derived[HASH_SIZE];
};

struct journal {
	/* the loop's */
	struct ev_loop *loop;
	ev_async async;
	struct journal_calls calls;
	uint64_t told; /* committed as last told */
	int64_t appended;
	bool closing;

	/* the writer's, from the moment its thread runs */
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	struct ends ends;
	struct queue batch; /* taken from the queue, not committed yet */

	/* shared, under the mutex */
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	struct queue queue;
	bool urgent, stop, failing, tell_failure;
	uint64_t lost;    /* did not fit while the disk failed */
	struct ends head; /* as last committed */
	char why[200];

	_Atomic uint64_t committed;
	_Atomic uint64_t pending; /* facts appended, not committed */

	pthread_t thread;
	int lock;
};

void queue_init(struct queue *queue);
void queue_push(struct queue *queue, struct item *item);
void queue_free(struct queue *queue);

/* Creates the tables, prepares the statements, reads the chains' ends. */
int writer_prepare(struct journal *journal, const char *path, struct error *err);
void *writer_run(void *journal);
void writer_release(struct journal *journal);

/* Opens for reading only, also where no -shm can be made (read-only media). */
int journal_open_read(sqlite3 **db, const char *path, struct error *err);
const char *row_text(sqlite3_stmt *s, int column); /* never NULL */
int read_failed(sqlite3 *db, const char *path, struct error *err);

/* Checkpoint rows in order of seq; stops when `row` returns false. */
int journal_checkpoints(const char *path,
	bool (*row)(void *context, int64_t seq, int64_t at_ms, const char *digest), void *context,
	struct error *err);

#endif
