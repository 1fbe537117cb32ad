/* SPDX-License-Identifier: Apache-2.0 */

/* What people do about an alarm: a question in the footer, or a line in which the
 * reason is typed. Why something is not possible is told before anybody types. */

#include <stdlib.h>
#include <string.h>

#include "screens/alarm_words.h"
#include "screens/commands.h"
#include "screens/format.h"
#include "screens/rows.h"
#include "screens/tr.h"
#include "twin/text.h"

enum { DONE = UI_HANDLED | UI_DIRTY, REASON_SHORTEST = 3 };

/* How each is asked for. */
static const struct act {
	enum command_kind kind;
	enum alarm_act act;
	const char *ask;  /* of the alarm named after it */
	const char *lead; /* what is typed; NULL: nothing, yes or no */
} acts[] = {
	{COMMAND_ACKNOWLEDGE, ALARM_ACKNOWLEDGE, N_("acknowledge"), NULL},
	{COMMAND_TAKE, ALARM_TAKE, N_("take charge of"), NULL},
	{COMMAND_LEAVE, ALARM_LEAVE, N_("leave to others"), NULL},
	{COMMAND_UNSHELVE, ALARM_UNSHELVE, N_("take off the shelf"), NULL},
	{COMMAND_RETURN, ALARM_RETURN, N_("back in service"), NULL},
	{COMMAND_RESET, ALARM_RESET, N_("reset"), N_("why")},
	{COMMAND_SHELVE, ALARM_SHELVE, N_("shelve"), N_("minutes and why")},
	{COMMAND_UNACKNOWLEDGE, ALARM_UNACKNOWLEDGE, N_("take the acknowledgement back"),
		N_("why")},
	{COMMAND_OUT_OF_SERVICE, ALARM_OUT_OF_SERVICE, N_("out of service"),
		N_("why, and which work order")},
};
enum { ACTS = sizeof acts / sizeof acts[0] };

static const struct act *act_of(enum command_kind kind)
{
	for (int i = 0; i < ACTS; i++)
		if (acts[i].kind == kind)
			return &acts[i];
	return NULL;
}

/* The same key again takes back what it did. */
static enum command_kind turned(
	const struct view *view, const struct alarm *a, enum command_kind kind)
{
	if (kind == COMMAND_TAKE && a->owner[0] && view->user && strcmp(a->owner, view->user) == 0)
		return COMMAND_LEAVE;
	if (kind == COMMAND_SHELVE && alarm_is_shelved(a, view->now_ms))
		return COMMAND_UNSHELVE;
	return kind;
}

static unsigned ask_line(struct call *call, const struct act *act, const struct alarm *a)
{
	struct screen *prompt = ui_push(call->ui, &screen_prompt);
	int most = alarm_shelf_most(call->view, a);

	if (!prompt)
		return DONE;
	prompt->mode = PROMPT_ALARM;
	prompt->ask.kind = act->kind;
	prompt->ask.covers_ms = a->raised_ms;
	prompt->ask.seen = (int)a->priority + 1;
	format_put(prompt->target, sizeof prompt->target, "%s", a->key);
	if (act->kind == COMMAND_SHELVE)
		format_put(prompt->text, sizeof prompt->text, "%d ",
			most < ALARM_SHELF_USUAL ? most : ALARM_SHELF_USUAL);
	return DONE;
}

unsigned cmd_alarm(struct call *call)
{
	char text[LABEL_SIZE * 2];
	struct command ask = {.kind = COMMAND_NONE};
	struct subject subject;
	const struct alarm *a;
	const struct act *act;

	screen_subject(call->screen, call->view, &subject);
	if (subject.alarm < 0) {
		ui_say(call->ui, "%s", _("no alarm on this row; Enter opens a group"));
		return DONE;
	}
	a = &call->view->twin->alarms[subject.alarm];
	act = act_of(turned(call->view, a, (enum command_kind)call->value));
	alarm_refusal(call->view, a, act->act, text, sizeof text);
	if (text[0]) {
		ui_say(call->ui, "%s", text);
		return DONE;
	}
	if (act->lead)
		return ask_line(call, act, a);
	ask.kind = act->kind;
	format_put(ask.target, sizeof ask.target, "%s", a->key);
	/* Covers what the reader has seen, not what rings while they decide. */
	ask.covers_ms = a->raised_ms;
	ask.seen = (int)a->priority + 1;
	format_put(text, sizeof text, "%s: %s %s", _(act->ask), format_marks(a->priority), a->text);
	if (act->kind == COMMAND_TAKE && a->owner[0])
		format_add(text, sizeof text, _(" (now with %s)"), a->owner);
	return question_open(call, &ask, text);
}

void alarm_lead(const struct screen *prompt, const struct view *view, char *out, size_t size)
{
	int index = twin_alarm(view->twin, prompt->target);
	const struct act *act = act_of(prompt->ask.kind);
	char what[24];

	/* The line belongs to what is typed: of the alarm, enough to know it. */
	text_copy(what, sizeof what, index >= 0 ? view->twin->alarms[index].text : prompt->target);
	format_put(out, size, "%s %s, %s: ", _(act->ask), what, _(act->lead));
}

void alarm_hint(const struct screen *prompt, const struct view *view, char *out, size_t size)
{
	int index = twin_alarm(view->twin, prompt->target);

	format_put(out, size, "%s", "");
	if (prompt->ask.kind == COMMAND_SHELVE && index >= 0)
		format_put(out, size, _("at most %d; 30e: or until it ends"),
			alarm_shelf_most(view, &view->twin->alarms[index]));
}

/* "30 sensor moved", "30e sensor moved": minutes, and the reason after them. */
static const char *shelf_typed(const char *text, struct command *out)
{
	char *end;
	long minutes = strtol(text, &end, 10);

	if (end == text || minutes < 1 || minutes > 24 * 60)
		return NULL;
	out->value = (int)minutes;
	out->arg = *end == 'e';
	end += out->arg;
	return *end == ' ' || *end == '\0' ? end : NULL;
}

unsigned alarm_given(struct call *call, const struct screen *prompt)
{
	int index = twin_alarm(call->view->twin, prompt->target);
	const struct act *act = act_of(prompt->ask.kind);
	struct command ask = prompt->ask;
	const char *reason = prompt->text;
	const struct alarm *a;
	int most;

	if (index < 0)
		return DONE;
	a = &call->view->twin->alarms[index];
	most = alarm_shelf_most(call->view, a);
	if (act->kind == COMMAND_SHELVE)
		reason = shelf_typed(prompt->text, &ask);
	if (reason == NULL || (act->kind == COMMAND_SHELVE && ask.value > most)) {
		ui_say(call->ui, _("not done: minutes, %d at most, then why"), most);
		return DONE;
	}
	reason += strspn(reason, " ");
	if (alarm_wants_reason(alarm_setting(call->view->twin->site, a->class_), act->act)
		&& strlen(reason) < REASON_SHORTEST) {
		ui_say(call->ui, "%s", _("not done: a reason is needed"));
		return DONE;
	}
	*call->command = ask;
	format_put(call->command->target, sizeof call->command->target, "%s", prompt->target);
	format_put(call->command->text, sizeof call->command->text, "%s", reason);
	return DONE;
}

unsigned cmd_sound(struct call *call)
{
	const char *word = call->argument;

	if (call->value == COMMAND_SOUND_PAUSE) {
		if (call->view->sound == SOUND_OFF || call->view->sound == SOUND_NONE)
			ui_say(call->ui, "%s", _("there is no sound: :sound on begins it"));
		else
			call->command->kind = COMMAND_SOUND_PAUSE;
		return DONE;
	}
	if (strcmp(word, "on") != 0 && strcmp(word, "off") != 0) {
		ui_say(call->ui, "%s", _("sound on, or sound off"));
		return DONE;
	}
	call->command->kind = COMMAND_SOUND;
	call->command->value = strcmp(word, "on") == 0;
	return DONE;
}
