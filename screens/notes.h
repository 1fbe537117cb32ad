/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_NOTES_H
#define VIGIE_SCREENS_NOTES_H

/* What people have written beside a case, a room or an alarm, for whoever comes
 * next: how it is shown, and how it is asked for. */

#include "screens/page.h"
#include "screens/screen.h"

enum { NOTE_WORDS = NOTE_TEXT + ORIGIN_SIZE + 24 };

/* "10:42 nurse: the daughter waits outside" */
void note_words(const struct note *note, char out[NOTE_WORDS]);
/* All notes on a subject, the oldest first, as pairs of a page: "note   ...". */
void notes_page(const struct view *view, const char *subject, struct page *page);
/* The newest one in a line, "" there is none. For where there is no page. */
void notes_line(const struct view *view, const char *subject, char out[NOTE_WORDS]);
/* What a note made here would be on: an alarm's key, a case, a room; "" the suite. */
void note_subject(const struct view *view, const struct subject *subject, char out[ID_SIZE]);
/* ... in words for people. */
void note_subject_words(const struct view *view, const char *subject, char *out, size_t size);
/* Typed in the footer. */
unsigned note_given(struct call *call, const char *subject, const char *text);

#endif
