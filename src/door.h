/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_DOOR_H
#define VIGIE_SRC_DOOR_H

/*
 * The push door: a folder where the hospital's interface engine drops files.
 * Each is read once, in order of arrival, and stays where it is until what it
 * said is in the journal; then it goes to done/, or to quarantine/ with a
 * .reason beside it. A crash in between loses nothing: the file is read again,
 * and saying the same twice changes nothing.
 *
 * Names that begin with "." or end in .tmp or .part are left alone until they
 * are renamed. inotify tells of new files; network file systems do not, so the
 * folder is also looked at each 30 s, and a file nobody announced is taken when
 * it has not changed for 5 s. Nothing but regular files up to 8 MiB is read.
 *
 * done/ is the door's memory too: at start its files of the last 36 h are read
 * again in silence, so that what comes now finds what it hangs on. It is kept
 * for 7 days and to 10,000 files; quarantine/ is never emptied.
 */

#include <ev.h>

#include "feeds/error.h"
#include "twin/health.h"

struct door;

/* DOOR_GOES_ON: there is more in it; the same bytes are given again next turn. */
enum door_verdict { DOOR_UNDERSTOOD, DOOR_IN_PART, DOOR_NOT_UNDERSTOOD, DOOR_GOES_ON };

struct door_calls {
	/* Reads a file's bytes and gives its facts on. `silent`: they are known,
	 * only remember. `why` (of `size`) is for people, "" when all is well; it is
	 * kept while the same file goes on. */
	enum door_verdict (*read)(
		void *context, const char *bytes, size_t len, bool silent, char *why, size_t size);
	uint64_t (*told)(void *context);   /* sequence of the last fact given on */
	uint64_t (*stored)(void *context); /* ... and of the last one on disk */
	int64_t (*now_ms)(void *context);  /* suite time, for the health */
	void *context;
};

/* `remember`: the journal holds what done/ said. NULL with err when the folder
 * cannot be used, or anybody may write into it. */
struct door *door_open(struct ev_loop *loop, const char *path, bool remember,
	struct door_calls calls, struct error *err);
void door_start(struct door *door);
/* Fills name, state, files (as messages), bytes, quarantined (as errors). */
void door_health(const struct door *door, struct feed_health *health);
void door_close(struct door *door);

#endif
