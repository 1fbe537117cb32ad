/* SPDX-License-Identifier: Apache-2.0 */

/* A few words for whoever comes next. That the last word counts is seen to before
 * (twin_word.c): what was taken back is gone. */

#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

enum { NOTE_KEPT_H = 48 };

int twin_note(const struct twin *twin, const char *id)
{
	for (int i = 0; i < twin->note_count; i++)
		if (!strcmp(twin->notes[i].id, id))
			return i;
	return -1;
}

int twin_note_on(const struct twin *twin, const char *subject)
{
	int newest = -1;

	for (int i = 0; i < twin->note_count; i++) {
		const struct note *n = &twin->notes[i];

		if (!strcmp(n->subject, subject)
			&& (newest < 0 || n->told.when_ms >= twin->notes[newest].told.when_ms))
			newest = i;
	}
	return newest;
}

static void forget(struct twin *t, int i)
{
	memmove(&t->notes[i], &t->notes[i + 1], sizeof t->notes[0] * (size_t)(--t->note_count - i));
}

/* The oldest makes room, when whoever came next has read it. -1: all are news. */
static int note_make(struct twin *t, const char *id)
{
	int oldest = 0;

	for (int i = 1; i < t->note_count; i++)
		if (t->notes[i].told.at_ms < t->notes[oldest].told.at_ms)
			oldest = i;
	if (t->note_count == TWIN_NOTES
		&& t->now_ms - t->notes[oldest].told.at_ms < (int64_t)NOTE_KEPT_H * HOUR_MS) {
		t->dropped++;
		return -1;
	}
	if (t->note_count == TWIN_NOTES)
		forget(t, oldest);
	memset(&t->notes[t->note_count], 0, sizeof t->notes[0]);
	text_copy(t->notes[t->note_count].id, ID_SIZE, id);
	return t->note_count++;
}

void on_note(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_note *told = &turn->fact->note;
	int i = twin_note(t, told->id);

	if (!told->id[0] || (i < 0 && !told->text[0])) {
		t->ignored++;
		return;
	}
	if (!told->text[0]) {
		forget(t, i);
		return;
	}
	i = i < 0 ? note_make(t, told->id) : i;
	if (i < 0)
		return;
	text_copy(t->notes[i].subject, sizeof t->notes[i].subject, told->subject);
	text_copy(t->notes[i].text, sizeof t->notes[i].text, told->text);
	t->notes[i].told = told_by(turn->fact);
}
