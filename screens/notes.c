/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/notes.h"

#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/tr.h"

enum { DONE = UI_HANDLED | UI_DIRTY };

void note_words(const struct note *note, char out[NOTE_WORDS])
{
	char clock[16];

	format_clock(note->told.when_ms, clock, sizeof clock);
	format_put(out, NOTE_WORDS, "%s %s: %s", clock, note->told.origin, note->text);
}

void notes_page(const struct view *view, const char *subject, struct page *page)
{
	char words[NOTE_WORDS];

	for (int i = 0; i < view->twin->note_count; i++) {
		const struct note *n = &view->twin->notes[i];

		if (strcmp(n->subject, subject) != 0)
			continue;
		note_words(n, words);
		page_words(page, _("note"), ROLE_STRONG, words);
	}
}

void notes_line(const struct view *view, const char *subject, char out[NOTE_WORDS])
{
	int i = twin_note_on(view->twin, subject);

	out[0] = '\0';
	if (i >= 0)
		note_words(&view->twin->notes[i], out);
}

void note_subject(const struct view *view, const struct subject *subject, char out[ID_SIZE])
{
	const struct twin *twin = view->twin;
	const char *id = "";

	if (subject->alarm >= 0)
		id = twin->alarms[subject->alarm].key;
	else if (subject->case_ >= 0)
		id = twin->cases[subject->case_].id;
	else if (subject->room >= 0 && twin->site)
		id = twin->site->rooms[subject->room].id;
	format_put(out, ID_SIZE, "%s", id);
}

void note_subject_words(const struct view *view, const char *subject, char *out, size_t size)
{
	const struct twin *twin = view->twin;
	int alarm = twin_alarm(twin, subject), i = twin_case(twin, subject);
	int room = twin->site ? site_room(twin->site, subject) : -1;
	char person[LABEL_SIZE];

	if (alarm >= 0) {
		format_put(out, size, "%s", twin->alarms[alarm].text);
	} else if (i >= 0) {
		format_person(view, twin->cases[i].patient, person, sizeof person);
		format_put(out, size, "%s %s", person, twin->cases[i].procedure);
	} else {
		format_put(out, size, "%s",
			room >= 0         ? format_room(view, room)
			: subject[0] != 0 ? subject
					  : _("the suite"));
	}
}

unsigned note_given(struct call *call, const char *subject, const char *text)
{
	text += strspn(text, " ");
	if (text[0] == '\0') {
		ui_say(call->ui, "%s", _("not done: nothing was written"));
		return DONE;
	}
	call->command->kind = COMMAND_NOTE;
	format_put(call->command->target, sizeof call->command->target, "%s", subject);
	format_put(call->command->text, sizeof call->command->text, "%s", text);
	return DONE;
}

unsigned cmd_note(struct call *call)
{
	struct subject subject;
	char id[ID_SIZE];

	screen_subject(call->screen, call->view, &subject);
	note_subject(call->view, &subject, id);
	if (call->argument[0] != '\0')
		return note_given(call, id, call->argument);
	return prompt_note(call, id);
}

unsigned cmd_unnote(struct call *call)
{
	struct command ask = {.kind = COMMAND_UNNOTE};
	char text[NOTE_WORDS + 32], words[NOTE_WORDS];
	struct subject subject;
	int i;

	screen_subject(call->screen, call->view, &subject);
	note_subject(call->view, &subject, ask.target);
	i = twin_note_on(call->view->twin, ask.target);
	if (i < 0) {
		ui_say(call->ui, "%s", _("no note here"));
		return DONE;
	}
	format_put(ask.target, sizeof ask.target, "%s", call->view->twin->notes[i].id);
	note_words(&call->view->twin->notes[i], words);
	format_put(text, sizeof text, _("take back the note: %s"), words);
	return question_open(call, &ask, text);
}
