/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_LOCK_H
#define VIGIE_SRC_LOCK_H

/*
 * The idle lock of a console: after some minutes without a key nobody is at the
 * keyboard. An account with a password opens it again by that; one without is let
 * go. Wrong passwords are counted, slowed down and on record.
 */

#include "src/helper.h"
#include "src/station.h"

struct lock;

struct lock_calls {
	void (*leave)(void *context, const char *why); /* end the program */
	void (*notice)(void *context, const char *text);
	void *context;
};

/* NULL: a console that does not lock (0 minutes, a demonstration, a display that is
 * read-only), or with err. All is borrowed. */
struct lock *lock_open(struct ev_loop *loop, const struct settings *settings,
	struct station *station, struct helper *helper, struct lock_calls calls, struct error *err);
/* A key was pressed. NULL allowed here and below. */
void lock_touched(struct lock *lock);
/* COMMAND_UNLOCK; the password is wiped. */
void lock_try(struct lock *lock, char *password, size_t size);
void lock_close(struct lock *lock);

#endif
