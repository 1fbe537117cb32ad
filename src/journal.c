/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal as the loop sees it: opening with the writers' lock, queueing
 * without ever waiting for the disk, and the answers of the writer's thread.
 * A journal that could not be opened is NULL here, and takes nothing: the
 * console goes on in memory.
 */

#include "src/journal_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is kept in memory when the disk refuses; about 40 MB. */
enum { KEPT_MAX = 100000 };

/* The lock is a file of its own: SQLite's own locks come and go, this one is
 * held as long as the writer lives and tells its process id. */
static int lock_file(const char *path, struct error *err)
{
	char name[4096], pid[24] = "";
	if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name)
		return error_set(err, -ENAMETOOLONG, "journal %s: the name is too long", path);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(err, -errno, "journal %s cannot be written: %s: %s", path, name,
			strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		ssize_t got = pread(fd, pid, sizeof pid - 1, 0);
		pid[got > 0 ? got : 0] = '\0';
		pid[strcspn(pid, "\n")] = '\0';
		close(fd);
		return error_set(err, -EBUSY,
			"journal %s is being written by process %s: end it first, or name"
			" another journal",
			path, pid[0] != '\0' ? pid : "(unknown)");
	}
	int length = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)length, 0) != length) {
		int code = errno;
		close(fd);
		return error_set(err, -code, "journal %s cannot be written: %s: %s", path, name,
			strerror(code));
	}
	return fd;
}

/* Made here, so that nobody else can ever read it; SQLite gives its -wal and
 * -shm files the same mode. */
static int create_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(
			err, -errno, "journal %s cannot be written: %s", path, strerror(errno));
	close(fd);
	return 0;
}

static void on_async(struct ev_loop *loop, ev_async *watcher, int events)
{
	struct journal *journal = watcher->data;
	(void)loop;
	(void)events;
	char why[sizeof journal->why] = "";
	pthread_mutex_lock(&journal->mutex);
	if (journal->tell_failure)
		memcpy(why, journal->why, sizeof why);
	journal->tell_failure = false;
	pthread_mutex_unlock(&journal->mutex);
	uint64_t committed = atomic_load(&journal->committed);
	if (committed != journal->told && journal->calls.committed != NULL) {
		journal->told = committed;
		journal->calls.committed(journal->calls.context, committed);
	}
	if (why[0] != '\0' && journal->calls.failed != NULL)
		journal->calls.failed(journal->calls.context, why);
}

/* Signals belong to the loop's thread: this one blocks them all. That also
 * turns SIGXFSZ of a file size limit into an ordinary write error. */
static int start_thread(struct journal *journal)
{
	sigset_t all, before;
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&journal->mutex, NULL);
	pthread_cond_init(&journal->cond, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigfillset(&all);
	sigdelset(&all, SIGSYS); /* by it a forbidden call fails, and is counted */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int code = pthread_create(&journal->thread, NULL, writer_run, journal);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -code;
}

static int open_parts(struct journal *journal, const char *path, struct error *err)
{
	journal->lock = lock_file(path, err);
	if (journal->lock < 0)
		return journal->lock;
	int code = create_file(path, err);
	if (code == 0)
		code = writer_prepare(journal, path, err);
	if (code != 0)
		return code;
	journal->appended = journal->ends.seq;
	journal->told = (uint64_t)journal->ends.seq;
	atomic_init(&journal->committed, (uint64_t)journal->ends.seq);
	atomic_init(&journal->pending, 0);
	journal->head = journal->ends;
	if (journal->loop != NULL) {
		ev_async_init(&journal->async, on_async);
		journal->async.data = journal;
		ev_async_start(journal->loop, &journal->async);
		ev_unref(journal->loop); /* the journal alone keeps no loop alive */
	}
	code = start_thread(journal);
	if (code != 0) {
		if (journal->loop != NULL) {
			ev_ref(journal->loop);
			ev_async_stop(journal->loop, &journal->async);
		}
		return error_set(err, code, "journal %s: no thread: %s", path, strerror(-code));
	}
	return 0;
}

int journal_open(struct journal **out, const char *path, struct ev_loop *loop,
	struct journal_calls calls, struct error *err)
{
	*out = NULL;
	struct journal *journal = calloc(1, sizeof *journal);
	if (journal == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	journal->loop = loop;
	journal->calls = calls;
	journal->lock = -1;
	queue_init(&journal->queue);
	queue_init(&journal->batch);
	int code = open_parts(journal, path, err);
	if (code != 0) {
		writer_release(journal);
		if (journal->lock >= 0)
			close(journal->lock);
		free(journal);
		return code;
	}
	*out = journal;
	return 0;
}

/* One block: the item and its texts. NULL when memory is short. */
static struct item *item_make(enum item_type type, const char *first, const char *second)
{
	size_t a = strlen(first) + 1, b = second != NULL ? strlen(second) + 1 : 0;
	struct item *item = calloc(1, sizeof *item + a + b);
	if (item == NULL)
		return NULL;
	char *texts = (char *)(item + 1);
	memcpy(texts, first, a);
	if (b > 0)
		memcpy(texts + a, second, b);
	item->type = type;
	item->first = texts;
	item->second = b > 0 ? texts + a : NULL;
	return item;
}

/* What does not fit is counted; the oldest are kept, so that the chain goes on
 * where it stopped. */
static void enqueue(struct journal *journal, struct item *item, bool urgent)
{
	pthread_mutex_lock(&journal->mutex);
	bool fits = item != NULL && !journal->closing && journal->queue.count < KEPT_MAX;
	if (fits) {
		if (item->type == ITEM_FACT)
			atomic_fetch_add(&journal->pending, 1);
		queue_push(&journal->queue, item);
		journal->urgent |= urgent;
		pthread_cond_signal(&journal->cond);
	} else {
		journal->lost++;
	}
	pthread_mutex_unlock(&journal->mutex);
	if (!fits)
		free(item);
}

void journal_append(struct journal *journal, const struct fact *fact)
{
	if (journal == NULL)
		return;
	char *payload = fact_encode(fact);
	struct item *item = payload != NULL ? item_make(ITEM_FACT, payload, NULL) : NULL;
	free(payload);
	/* A number that does not grow would block the table for ever: refused
	 * here and told as lost. */
	if (item != NULL && (int64_t)fact->seq <= journal->appended) {
		free(item);
		item = NULL;
	}
	if (item != NULL) {
		journal->appended = (int64_t)fact->seq;
		item->seq = (int64_t)fact->seq;
		item->at_ms = fact->at_ms;
		item->kind = fact_kind_name(fact->kind);
		item->source = source_name(fact->source);
	}
	enqueue(journal, item, fact->source == SOURCE_PERSON);
}

void journal_derive(struct journal *journal, const struct transition *transition)
{
	if (journal == NULL)
		return;
	char *payload = transition_encode(transition);
	struct item *item = payload != NULL ? item_make(ITEM_DERIVED, payload, NULL) : NULL;
	free(payload);
	if (item != NULL) {
		item->seq = (int64_t)transition->cause;
		item->at_ms = transition->at_ms;
	}
	enqueue(journal, item, true);
}

void journal_name(struct journal *journal, const char *id, const char *name)
{
	if (journal == NULL)
		return;
	enqueue(journal, item_make(ITEM_NAME, id, name), false);
}

void journal_site(struct journal *journal, const char *hash, const char *text)
{
	if (journal == NULL)
		return;
	enqueue(journal, item_make(ITEM_SITE, hash, text), false);
}

void journal_checkpoint(struct journal *journal, const struct twin *twin)
{
	if (journal == NULL)
		return;
	char digest[65];
	twin_digest(twin, digest);
	struct item *item = item_make(ITEM_CHECKPOINT, digest, NULL);
	if (item != NULL) {
		item->seq = (int64_t)twin->seq;
		item->at_ms = twin->now_ms;
	}
	enqueue(journal, item, false);
}

void journal_force(struct journal *journal)
{
	if (journal == NULL)
		return;
	pthread_mutex_lock(&journal->mutex);
	journal->urgent = true;
	pthread_cond_signal(&journal->cond);
	pthread_mutex_unlock(&journal->mutex);
}

uint64_t journal_committed(const struct journal *journal)
{
	return journal != NULL ? atomic_load(&journal->committed) : 0;
}

uint64_t journal_head(struct journal *journal, char hex[65])
{
	hex[0] = '\0';
	if (journal == NULL)
		return 0;
	pthread_mutex_lock(&journal->mutex);
	uint64_t seq = (uint64_t)journal->head.seq;
	if (seq > 0)
		hash_hex(journal->head.fact, hex);
	pthread_mutex_unlock(&journal->mutex);
	return seq;
}

uint64_t journal_pending(const struct journal *journal)
{
	return journal != NULL ? atomic_load(&journal->pending) : 0;
}

/* What could not be stored is told before it is forgotten. A fact the caller
 * makes of that is refused by `closing`: there is no one left to store it. */
void journal_close(struct journal *journal)
{
	if (journal == NULL)
		return;
	pthread_mutex_lock(&journal->mutex);
	journal->stop = true;
	journal->closing = true;
	pthread_cond_signal(&journal->cond);
	pthread_mutex_unlock(&journal->mutex);
	pthread_join(journal->thread, NULL);
	if (journal->loop != NULL) {
		ev_ref(journal->loop);
		ev_async_stop(journal->loop, &journal->async);
	}
	if (journal->batch.count + journal->queue.count > 0 && journal->calls.failed != NULL) {
		snprintf(journal->why, sizeof journal->why,
			"journal: %" PRIu64 " rows could not be stored and are lost",
			journal->batch.count + journal->queue.count);
		journal->calls.failed(journal->calls.context, journal->why);
	}
	writer_release(journal);
	pthread_mutex_destroy(&journal->mutex);
	pthread_cond_destroy(&journal->cond);
	close(journal->lock);
	free(journal);
}
