/* SPDX-License-Identifier: Apache-2.0 */
#include "src/door.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

#include "src/door_folder.h"
#include "src/suite_clock.h"
#include "twin/text.h"

/*
 * One file a turn of the loop, so that a folder full of them holds nobody up.
 * A file is known by name while it lies in the folder: what it was when last
 * seen, whether it was announced as complete, whether it was read.
 */

enum {
	SETTLE_MS = 5000,
	ITEMS_MAX = 20000,
	WHY_SIZE = 4096,
	KEEP_FILES = 10000,
};
static const double SCAN_S = 30, STORED_S = 0.05;
static const int64_t KEEP_S = 7 * 86400, REMEMBER_S = 36 * 3600;

struct item {
	struct door_file file;
	int64_t seen_mono; /* unchanged since */
	bool known;        /* file.stat is filled */
	bool announced;    /* closed by its writer, or renamed into place */
	bool failed;       /* told once */
	bool present;      /* at the last look */
	bool given;        /* read; waits for the journal */
	uint64_t seq;
	uint64_t order; /* of reading */
	enum door_verdict verdict;
	char *why;
	UT_hash_handle hh;
};

struct door {
	struct ev_loop *loop;
	char *path;
	struct door_folder folder;
	struct door_calls calls;
	struct item *items;
	/* what is to be read, in order: first the memory, then the folder */
	struct door_file *queue;
	int queue_count, queue_next;
	bool remembering, look_again;
	uint64_t reads;
	char *bytes; /* of the file that goes on, NULL */
	size_t len;
	char why[WHY_SIZE];
	int inotify;
	ev_io announced;
	ev_timer scan, turn, wait;
	int64_t pruned_mono;
	struct feed_health health;
};

static void look_soon(struct door *d);

/* --- telling --- */

static void enter(struct door *d, enum feed_state state)
{
	if (d->health.state == state)
		return;
	d->health.state = state;
	d->health.since_ms = d->calls.now_ms(d->calls.context);
}

static void note_error(struct door *d, const char *name, const char *text)
{
	char raw[DOOR_NAME_SIZE + WHY_SIZE];
	size_t n = (size_t)snprintf(raw, sizeof raw, "%s: %s", name, text);
	d->health.errors++;
	text_neutralise(d->health.error, sizeof d->health.error, raw, n);
}

/* --- items --- */

static struct item *item_get(struct door *d, const char *name)
{
	struct item *i;
	HASH_FIND(hh, d->items, name, strlen(name), i);
	if (i != NULL || HASH_COUNT(d->items) >= ITEMS_MAX)
		return i;
	i = calloc(1, sizeof *i);
	if (i == NULL)
		return NULL;
	snprintf(i->file.name, sizeof i->file.name, "%s", name);
	HASH_ADD_KEYPTR(hh, d->items, i->file.name, strlen(i->file.name), i);
	return i;
}

static void item_drop(struct door *d, struct item *i)
{
	HASH_DEL(d->items, i);
	free(i->why);
	free(i);
}

/* Out of the folder, with what is to be said of it beside it. */
static void put_away(struct door *d, struct item *i)
{
	bool bad = i->verdict == DOOR_NOT_UNDERSTOOD;
	const char *why = i->why != NULL ? i->why : "";
	int rc = door_folder_move(&d->folder, bad ? d->folder.quarantine : d->folder.done, &i->file,
		bad ? ".reason" : ".notes", why);
	if (rc == -EAGAIN) { /* another file of that name lies there now */
		item_drop(d, i);
		look_soon(d);
		return;
	}
	if (rc < 0 && rc != -ENOENT) {
		if (!i->failed)
			note_error(d, i->file.name, strerror(-rc));
		i->failed = true;
		return; /* again at the next look */
	}
	if (bad)
		note_error(d, i->file.name, why);
	item_drop(d, i);
}

static int by_order(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	return (x->order > y->order) - (x->order < y->order);
}

/* In the order of reading: done/ is remembered in the order it was filled. */
static bool put_away_stored(struct door *d)
{
	struct item *i, *next;
	uint64_t stored = d->calls.stored(d->calls.context);
	bool waiting = false;
	HASH_SRT(hh, d->items, by_order);
	HASH_ITER(hh, d->items, i, next)
	{
		if (!i->given)
			continue;
		if (stored >= i->seq && !i->failed)
			put_away(d, i);
		else
			waiting = true;
	}
	return waiting;
}

static void on_wait(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)events;
	if (!put_away_stored(timer->data))
		ev_timer_stop(loop, timer);
}

/* --- reading one --- */

/* Gives the bytes at hand; true when the file is read to its end. */
static bool go_on(struct door *d, bool silent, enum door_verdict *verdict)
{
	*verdict = d->calls.read(d->calls.context, d->bytes, d->len, silent, d->why, WHY_SIZE);
	if (*verdict == DOOR_GOES_ON)
		return false;
	free(d->bytes);
	d->bytes = NULL;
	return true;
}

static void give(struct door *d, struct item *i)
{
	i->failed = false;
	i->given = true;
	i->order = ++d->reads;
	i->seq = d->calls.told(d->calls.context);
	ev_timer_again(d->loop, &d->wait);
}

static bool go_on_item(struct door *d, struct item *i)
{
	if (!go_on(d, false, &i->verdict))
		return false;
	i->why = d->why[0] != '\0' ? strdup(d->why) : NULL;
	d->health.messages++;
	d->health.bytes += d->len;
	d->health.last_ms = d->calls.now_ms(d->calls.context);
	give(d, i);
	return true;
}

static void quarantine(struct door *d, struct item *i, const char *why)
{
	i->verdict = DOOR_NOT_UNDERSTOOD;
	i->why = strdup(why);
	give(d, i);
}

/* True when there is nothing more to do for it now. */
static bool read_item(struct door *d, struct item *i)
{
	int rc = door_folder_read(d->folder.root, &i->file, &d->bytes, &d->len);
	d->why[0] = '\0';
	if (rc == 0 && d->len > 0)
		return go_on_item(d, i);
	free(d->bytes);
	d->bytes = NULL;
	if (rc == 0) {
		quarantine(d, i, "empty");
	} else if (rc == -EAGAIN || rc == -ENOENT) {
		i->known = i->announced = false;
	} else if (rc == -EFBIG) {
		quarantine(d, i, "larger than 8 MiB: not read");
	} else if (rc == -ELOOP || rc == -ENXIO) {
		quarantine(d, i, "no regular file (a link, a pipe, a device): not read");
	} else {
		if (!i->failed)
			note_error(d, i->file.name, strerror(-rc));
		i->failed = true;
	}
	return true;
}

static bool remember(struct door *d, const struct door_file *file)
{
	enum door_verdict verdict;
	d->why[0] = '\0';
	if (d->bytes == NULL && door_folder_read(d->folder.done, file, &d->bytes, &d->len) < 0)
		return true;
	return go_on(d, true, &verdict);
}

/* --- looking --- */

static int by_arrival(const void *a, const void *b)
{
	const struct door_file *x = a, *y = b;
	const struct timespec *s = &x->stat.st_mtim, *t = &y->stat.st_mtim;
	if (s->tv_sec != t->tv_sec)
		return s->tv_sec < t->tv_sec ? -1 : 1;
	if (s->tv_nsec != t->tv_nsec)
		return s->tv_nsec < t->tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Moving a file into done/ stamps its change time: the order of reading. */
static int by_reading(const void *a, const void *b)
{
	const struct door_file *x = a, *y = b;
	const struct timespec *s = &x->stat.st_ctim, *t = &y->stat.st_ctim;
	if (s->tv_sec != t->tv_sec)
		return s->tv_sec < t->tv_sec ? -1 : 1;
	if (s->tv_nsec != t->tv_nsec)
		return s->tv_nsec < t->tv_nsec ? -1 : 1;
	return by_arrival(a, b);
}

/* True when the file is whole, as far as can be told. */
static bool look_at(struct door *d, const struct door_file *file)
{
	int64_t mono = monotonic_ms();
	struct item *i = item_get(d, file->name);
	if (i == NULL)
		return false;
	i->present = true;
	if (i->given && door_same_file(&i->file.stat, &file->stat))
		return false;
	if (!i->known || !door_same_file(&i->file.stat, &file->stat)) {
		i->announced = i->announced && !i->known;
		i->given = i->failed = false;
		free(i->why);
		i->why = NULL;
		i->known = true;
		i->file.stat = file->stat;
		i->seen_mono = mono;
	}
	return i->announced || mono - i->seen_mono >= SETTLE_MS
	       || time(NULL) - file->stat.st_mtime > SETTLE_MS / 1000;
}

static void forget_gone(struct door *d)
{
	struct item *i, *next;
	HASH_ITER(hh, d->items, i, next)
	{
		if (!i->present)
			item_drop(d, i);
		else
			i->present = false;
	}
}

static void look(struct door *d)
{
	struct door_file *files;
	int n = door_folder_list(d->folder.root, &files), ready = 0;
	if (n < 0) {
		note_error(d, d->path, strerror(-n));
		enter(d, FEED_DOWN);
		return;
	}
	enter(d, FEED_UP);
	for (int i = 0; i < n; i++)
		if (look_at(d, &files[i]))
			files[ready++] = files[i];
	forget_gone(d);
	if (ready > 1)
		qsort(files, (size_t)ready, sizeof *files, by_arrival);
	free(d->queue);
	d->queue = files;
	d->queue_count = ready;
	d->queue_next = 0;
	/* What is not announced is looked at again when it may have settled. */
	if (n > ready) {
		ev_timer_stop(d->loop, &d->scan);
		ev_timer_set(&d->scan, SETTLE_MS / 1000.0 + 0.1, SCAN_S);
		ev_timer_start(d->loop, &d->scan);
	}
}

static void look_soon(struct door *d)
{
	d->look_again = true;
	if (!ev_is_active(&d->turn))
		ev_timer_start(d->loop, &d->turn);
}

/* True when that file is done with. */
static bool read_next(struct door *d)
{
	const struct door_file *file = &d->queue[d->queue_next];
	if (d->remembering)
		return remember(d, file);
	struct item *i = item_get(d, file->name);
	if (d->bytes != NULL)
		return go_on_item(d, i);
	return i == NULL || !i->known || i->given || read_item(d, i);
}

/* One file or a part of it, or one look at the folder. */
static void on_turn(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct door *d = timer->data;
	(void)events;
	ev_timer_stop(loop, timer);
	if (d->queue_next < d->queue_count) {
		d->queue_next += read_next(d);
	} else if (d->look_again) {
		d->look_again = d->remembering = false;
		if (d->folder.root >= 0)
			look(d);
	}
	if (d->queue_next < d->queue_count || d->look_again)
		ev_timer_start(loop, timer);
}

/* --- inotify --- */

static void watch(struct door *d)
{
	if (d->inotify >= 0)
		inotify_add_watch(d->inotify, d->path,
			IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}

static void on_announced(struct ev_loop *loop, ev_io *io, int events)
{
	struct door *d = io->data;
	_Alignas(struct inotify_event) char buffer[8192];
	ssize_t n = read(d->inotify, buffer, sizeof buffer);
	(void)loop;
	(void)events;
	for (ssize_t at = 0; at < n;) {
		struct inotify_event e;
		memcpy(&e, buffer + at, sizeof e);
		/* A queue that overflowed (no name) means: look at everything. */
		struct item *i = e.len > 0 && (e.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0
					 ? item_get(d, buffer + at + sizeof e)
					 : NULL;
		if (i != NULL) {
			i->announced = true;
			i->known = false;
		}
		at += (ssize_t)(sizeof e + e.len);
	}
	look_soon(d);
}

static bool reopen(struct door *d)
{
	struct error err;
	if (door_folder_alive(&d->folder, d->path))
		return true;
	door_folder_close(&d->folder);
	if (door_folder_open(&d->folder, d->path, &err) == 0) {
		watch(d);
		return true;
	}
	if (d->health.state != FEED_DOWN)
		note_error(d, "door", err.text);
	enter(d, FEED_DOWN);
	return false;
}

static void on_scan(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct door *d = timer->data;
	int64_t mono = monotonic_ms();
	(void)loop;
	(void)events;
	if (!reopen(d))
		return;
	if (mono - d->pruned_mono > 3600000) {
		door_folder_prune(&d->folder, time(NULL), KEEP_S, KEEP_FILES);
		d->pruned_mono = mono;
	}
	struct item *i, *next;
	HASH_ITER(hh, d->items, i, next)
	i->failed = false; /* what failed is tried again */
	ev_timer_again(d->loop, &d->wait);
	look_soon(d);
}

/* --- opening --- */

/* done/ of the last hours, in the order it was read. */
static void queue_memory(struct door *d)
{
	int n = door_folder_list(d->folder.done, &d->queue), kept = 0;
	for (int i = 0; i < n; i++) {
		const char *dot = strrchr(d->queue[i].name, '.');
		bool notes = dot != NULL && strcmp(dot, ".notes") == 0;
		if (!notes && time(NULL) - d->queue[i].stat.st_ctime < REMEMBER_S)
			d->queue[kept++] = d->queue[i];
	}
	if (kept > 1)
		qsort(d->queue, (size_t)kept, sizeof *d->queue, by_reading);
	d->queue_count = kept;
	d->remembering = true;
}

struct door *door_open(struct ev_loop *loop, const char *path, bool remember_done,
	struct door_calls calls, struct error *err)
{
	struct door *d = calloc(1, sizeof *d);
	if (d == NULL)
		return NULL;
	d->loop = loop;
	d->calls = calls;
	d->path = strdup(path);
	d->inotify = -1;
	d->pruned_mono = monotonic_ms();
	char name[LABEL_SIZE];
	snprintf(name, sizeof name, "door %.80s", path);
	text_neutralise(d->health.name, sizeof d->health.name, name, strlen(name));
	if (d->path == NULL || door_folder_open(&d->folder, path, err) < 0) {
		d->folder = (struct door_folder){-1, -1, -1};
		door_close(d);
		return NULL;
	}
	d->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	watch(d);
	ev_io_init(&d->announced, on_announced, d->inotify, EV_READ);
	ev_timer_init(&d->scan, on_scan, SCAN_S, SCAN_S);
	ev_timer_init(&d->turn, on_turn, 0, 0);
	ev_timer_init(&d->wait, on_wait, 0, STORED_S);
	d->announced.data = d->scan.data = d->turn.data = d->wait.data = d;
	door_folder_prune(&d->folder, time(NULL), KEEP_S, KEEP_FILES);
	if (remember_done)
		queue_memory(d);
	return d;
}

void door_start(struct door *d)
{
	enter(d, FEED_UP);
	if (d->inotify >= 0)
		ev_io_start(d->loop, &d->announced);
	ev_timer_start(d->loop, &d->scan);
	look_soon(d);
}

void door_health(const struct door *d, struct feed_health *h)
{
	/* Counted by who takes them. */
	uint64_t facts = h->facts, duplicates = h->duplicates;
	*h = d->health;
	h->facts = facts;
	h->duplicates = duplicates;
}

void door_close(struct door *d)
{
	struct item *i, *next;
	if (d == NULL)
		return;
	if (d->inotify >= 0) {
		ev_io_stop(d->loop, &d->announced);
		close(d->inotify);
	}
	ev_timer_stop(d->loop, &d->scan);
	ev_timer_stop(d->loop, &d->turn);
	ev_timer_stop(d->loop, &d->wait);
	if (d->folder.root >= 0)
		put_away_stored(d);
	HASH_ITER(hh, d->items, i, next)
	item_drop(d, i);
	door_folder_close(&d->folder);
	free(d->bytes);
	free(d->queue);
	free(d->path);
	free(d);
}
