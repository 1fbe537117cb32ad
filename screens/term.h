/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_TERM_H
#define VIGIE_SCREENS_TERM_H

/*
 * The only file that knows curses. Curses draws into a memfd; the caller (the
 * loop in src/) relays the bytes to the terminal without blocking. No signal
 * handler is left behind by curses; the crash path uses a prepared string.
 */

#include "screens/canvas.h"
#include "screens/ui.h"

enum colour_mode { COLOUR_AUTO, COLOUR_NEVER, COLOUR_8, COLOUR_16, COLOUR_256 };

struct term;

/* `tty` is an open descriptor of the terminal (already reopened O_NONBLOCK).
 * Returns NULL with *why when TERM is unknown or dumb, or not a terminal. */
struct term *term_open(int tty, enum colour_mode colour, const char **why);
/* Restores modes. Bytes that end the full screen are left to relay. */
void term_close(struct term *term);
bool term_is_utf8(const struct term *term);

void term_size(const struct term *term, int *rows, int *columns); /* TIOCGWINSZ */
void term_resized(struct term *term);                             /* after SIGWINCH was quiet */
/* Copies changed cells to curses and lets it write into the memfd. */
void term_draw(struct term *term, const struct canvas *canvas);
void term_repaint(struct term *term); /* next draw sends everything */
/* Bytes of no picture between two of them: a bell, a message to the desktop. */
void term_say(struct term *term, const char *bytes, size_t len);
/* Bytes curses wrote since: borrowed pointer into an internal buffer, *len. The
 * caller says how many went out. While some remain, do not term_draw. */
const char *term_pending(struct term *term, size_t *len);
void term_sent(struct term *term, size_t len);
/* Next key, KEY_NONE when there is none now. */
uint32_t term_key(struct term *term);
/* False when the terminal is gone (FIONREAD = 0 on a readable descriptor). */
bool term_alive(const struct term *term);
/* Ctrl-Z: out and back in. */
void term_suspend(struct term *term);
void term_resume(struct term *term);
/* Async-signal-safe: write the restoring string and modes (crash handler). */
void term_panic(void);

#endif
