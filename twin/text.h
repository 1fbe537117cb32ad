/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_TEXT_H
#define VIGIE_TWIN_TEXT_H

/* Small text helpers, and the one neutraliser for text from outside. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies at most size-1 bytes and terminates; returns false when cut. Never
 * cuts inside a UTF-8 sequence. */
bool text_copy(char *dst, size_t size, const char *src);

/* True for [A-Za-z0-9._-]{1,64}: what may become part of a topic or an id. */
bool text_is_id(const char *s);

/*
 * Makes text from outside safe to show: strict UTF-8 (each bad byte becomes
 * U+FFFD), C0, DEL and C1 dropped, bidi controls, zero-width, line and
 * paragraph separators, tags, variation selectors and private use replaced by
 * a middle dot, at most 2 combining marks per base. Output fits in size with
 * its NUL. Idempotent. Returns how many code points were dropped or replaced.
 * Source: Unicode 15 categories; CVE-2021-42574 for the bidi list.
 */
size_t text_neutralise(char *dst, size_t size, const char *src, size_t len);

/* Decodes one strict UTF-8 code point at *p (end exclusive), advances *p.
 * Returns the code point, or 0xFFFFFFFF for a bad byte (advances by one). */
uint32_t text_utf8_next(const char **p, const char *end);

/* Encodes into out[4]; returns 1..4. */
size_t text_utf8_put(char out[4], uint32_t cp);

/* The value of a hex digit of either case, -1 when it is none. */
int text_hex(char c);

/* "AC:23:3f:…", "ac233f…" and so on → 12 upper-case hex digits. False if not a MAC. */
bool text_mac(char out[13], const char *s);

#endif
