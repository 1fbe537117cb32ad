/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_TERMINAL_H
#define VIGIE_SRC_TERMINAL_H

/*
 * The terminal under libev: relays what curses wrote into memory to the
 * terminal without ever blocking, and turns bytes, sizes and signals into
 * calls. One terminal a process (curses and the crash path are global).
 */

#include <ev.h>

#include "feeds/error.h"
#include "screens/canvas.h"
#include "screens/term.h"

struct terminal;

struct terminal_options {
	enum colour_mode colour;
	bool ascii; /* --ascii: even where UTF-8 would work */
};

/* Each may be NULL. None is called from inside another function of this page,
 * and terminal_close may be called from each of them. */
struct terminal_calls {
	void (*key)(void *context, uint32_t key); /* code point or VKEY_… */
	void (*resized)(void *context);           /* size settled for 30 ms: draw */
	void (*ready)(void *context);             /* a skipped frame can be drawn now */
	void (*gone)(void *context);              /* link dropped; called once: leave */
	void (*ended)(void *context, int signum); /* TERM HUP INT QUIT; NULL: not caught */
	void *context;
};

/* The environment's locale, C.UTF-8 when it asks for a UTF-8 locale that is not
 * generated; numbers stay in C. Returns whether the codeset is UTF-8. Call it
 * first in main; terminal_open relies on it. */
bool terminal_locale(void);

/* Takes the terminal of standard input and output. -ENOTTY, or -ENOTSUP for a
 * TERM that cannot be drawn on: nothing was written, err says what to do. */
int terminal_open(struct terminal **terminal, struct ev_loop *loop, struct terminal_options options,
	struct terminal_calls calls, struct error *err);
/* Puts the terminal back (waits at most 0.3 s for a slow one). NULL allowed. */
void terminal_close(struct terminal *terminal);

/* What canvas.ascii should be. */
bool terminal_ascii(const struct terminal *terminal);
void terminal_size(const struct terminal *terminal, int *rows, int *columns);
/* Sends what changed since the last picture. False: bytes of the last one still
 * wait (or the program is suspended); calls.ready tells when to draw again. */
bool terminal_draw(struct terminal *terminal, const struct canvas *canvas);
/* The next picture is sent whole (Ctrl-L). */
void terminal_repaint(struct terminal *terminal);
/* A bell, a message to the desktop: sent at once or not at all. False: bytes of a
 * picture still wait, and a late bell would tell of nothing. */
bool terminal_say(struct terminal *terminal, const char *bytes, size_t len);
/* Bytes sent to the terminal so far, for `make bench`. */
uint64_t terminal_bytes(const struct terminal *terminal);

#endif
