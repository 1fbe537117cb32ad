/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_acts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* Notes for whoever comes next. */

void station_do_note(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_NOTE);
	int64_t hlc_ms = f.by.hlc_ms != 0 ? f.by.hlc_ms : station_now(s);
	snprintf(f.note.id, sizeof f.note.id, "%.40s-%" PRId64, s->id, hlc_ms);
	text_copy(f.note.subject, sizeof f.note.subject, c->target);
	text_neutralise(f.note.text, sizeof f.note.text, c->text, strlen(c->text));
	if (f.note.text[0] == '\0')
		return;
	if (!station_commit(s, &f, c->target))
		return;
	bool kept = twin_note(s->twin, f.note.id) >= 0;
	f.note.text[0] = '\0';
	station_remember(s, &f);
	station_say(s, kept ? "noted (U takes it back)"
			    : "not kept: there are too many notes; take some back");
}

void station_do_unnote(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_NOTE);
	int i = twin_note(s->twin, c->target);
	if (i < 0)
		return;
	struct note before = s->twin->notes[i];
	text_copy(f.note.id, sizeof f.note.id, before.id);
	text_copy(f.note.subject, sizeof f.note.subject, before.subject);
	if (!station_commit(s, &f, before.subject))
		return;
	text_copy(f.note.text, sizeof f.note.text, before.text);
	station_remember(s, &f);
	station_say(s, "note taken back (U brings it back)");
}
