/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_REP_H
#define VIGIE_SCREENS_REP_H

/*
 * Writes out what curses abbreviates by REP (ECMA-48 8.3.103, CSI n b): many
 * terminals that call themselves xterm do not know it and show lines cut and
 * shifted. Works on a stream: a sequence may come in pieces.
 */

#include <stddef.h>

enum { REP_HELD = 32, REP_MOST = 4096 };

struct rep {
	enum { REP_TEXT, REP_ESCAPE, REP_CSI } state;
	char last[4]; /* bytes of the last character printed */
	size_t last_len;
	char held[REP_HELD]; /* a control sequence begun, not yet passed on */
	size_t held_len;
};

/* Gives `emit` the bytes with each REP replaced by the character it repeats
 * (at most REP_MOST times). Zero-initialised is a fresh stream. */
void rep_expand(struct rep *rep, const char *bytes, size_t len,
	void (*emit)(void *context, const char *bytes, size_t len), void *context);

#endif
