/* SPDX-License-Identifier: Apache-2.0 */

/* One line of input in the footer: `:` with completion, `/`, `\`, a reason. */

#include <stdlib.h>
#include <string.h>

#include "screens/command_table.h"
#include "screens/emergency.h"
#include "screens/format.h"
#include "screens/intake.h"
#include "screens/lock.h"
#include "screens/notes.h"
#include "screens/rows.h"
#include "screens/tr.h"
#include "twin/fasting.h"
#include "twin/text.h"

enum { DONE = UI_HANDLED | UI_DIRTY, REASON_SHORTEST = 3 };
/* Of the minutes a case still takes. */
enum { MINUTES_STEP = 10, MINUTES_LEAST = 5, MINUTES_MOST = 24 * 60 };

bool prompt_type(char *text, size_t size, uint32_t key)
{
	size_t length = strlen(text), bytes;
	char one[8] = "", clean[16];

	if (key < 0x20 || key == 0x7F || key >= KEY_BASE)
		return false;
	bytes = text_utf8_put(one, key);
	text_neutralise(clean, sizeof clean, one, bytes);
	if (clean[0] == '\0' || length + strlen(clean) >= size)
		return false;
	format_add(text, size, "%s", clean);
	return true;
}

void prompt_rub(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && ((unsigned char)text[length - 1] & 0xC0) == 0x80)
		length--;
	if (length > 0)
		text[length - 1] = '\0';
}

unsigned prompt_open(struct call *call, enum prompt_mode mode)
{
	struct screen *under = call->screen;
	struct screen *prompt = ui_push(call->ui, &screen_prompt);
	struct subject subject;

	if (!prompt)
		return DONE;
	prompt->mode = mode;
	if (mode == PROMPT_COMMAND) {
		format_put(prompt->saved, sizeof prompt->saved, "%s", under->def->name);
	} else if (mode == PROMPT_SEARCH) {
		format_put(prompt->saved, sizeof prompt->saved, "%s", under->table.id);
		under->table.search[0] = '\0';
	} else if (mode == PROMPT_FILTER) {
		format_put(prompt->text, sizeof prompt->text, "%s", under->table.filter);
		format_put(prompt->saved, sizeof prompt->saved, "%s", under->table.filter);
	} else if (mode == PROMPT_REASON) {
		screen_subject(under, call->view, &subject);
		if (subject.patient >= 0)
			format_put(prompt->target, sizeof prompt->target, "%s",
				call->view->twin->patients[subject.patient].id);
	}
	return DONE;
}

unsigned prompt_minutes(struct call *call, const char *case_id, int minutes)
{
	struct screen *prompt = ui_push(call->ui, &screen_prompt);

	if (!prompt)
		return DONE;
	prompt->mode = PROMPT_MINUTES;
	format_put(prompt->target, sizeof prompt->target, "%s", case_id);
	format_put(prompt->text, sizeof prompt->text, "%d", minutes);
	return DONE;
}

unsigned prompt_intake(struct call *call, const char *case_id)
{
	struct screen *prompt = ui_push(call->ui, &screen_prompt);

	if (!prompt)
		return DONE;
	prompt->mode = PROMPT_INTAKE;
	format_put(prompt->target, sizeof prompt->target, "%s", case_id);
	return DONE;
}

unsigned prompt_note(struct call *call, const char *subject)
{
	struct screen *prompt = ui_push(call->ui, &screen_prompt);

	if (!prompt)
		return DONE;
	prompt->mode = PROMPT_NOTE;
	format_put(prompt->target, sizeof prompt->target, "%s", subject);
	return DONE;
}

/* Digits alone stand here: minutes_key lets nothing else in. */
static int minutes_of(const struct screen *prompt)
{
	long minutes = strtol(prompt->text, NULL, 10);

	return minutes < MINUTES_MOST ? (int)minutes : MINUTES_MOST;
}

/* Plus and minus go by tens; digits are typed. True when the key was one. */
static bool minutes_key(struct screen *prompt, uint32_t key)
{
	int minutes = minutes_of(prompt);
	int step = key == '+' || key == VKEY_UP     ? MINUTES_STEP
		   : key == '-' || key == VKEY_DOWN ? -MINUTES_STEP
						    : 0;

	if (step != 0) {
		minutes = minutes + step < MINUTES_LEAST ? MINUTES_LEAST : minutes + step;
		if (minutes <= MINUTES_MOST)
			format_put(prompt->text, sizeof prompt->text, "%d", minutes);
		return true;
	}
	return key >= '0' && key <= '9' && strlen(prompt->text) < 4
	       && prompt_type(prompt->text, sizeof prompt->text, key);
}

/* Search and filter act while they are typed. */
static void follow(struct call *call, struct screen *prompt)
{
	struct table *table = &call->screen->table;

	if (prompt->mode == PROMPT_FILTER) {
		format_put(table->filter, sizeof table->filter, "%s", prompt->text);
	} else if (prompt->mode == PROMPT_SEARCH) {
		format_put(table->search, sizeof table->search, "%s", prompt->text);
		call->screen->offset = 0;
		prompt->offset = table_search(table, call->screen->def->table, call->view, 0);
	}
}

static void complete(struct call *call, struct screen *prompt)
{
	const char *screen = call->screen->def->name;
	char common[LABEL_SIZE] = "";
	size_t length = strlen(prompt->text);
	int found = 0;

	for (int i = 0; i < command_count; i++) {
		const struct command_entry *c = &command_table[i];
		size_t same = 0;

		if (!command_in_scope(c, screen) || strncmp(c->name, prompt->text, length) != 0)
			continue;
		if (found++ == 0) {
			format_put(common, sizeof common, "%s", c->name);
			continue;
		}
		while (common[same] && common[same] == c->name[same])
			same++;
		common[same] = '\0';
	}
	if (strlen(common) >= length && found > 0)
		format_put(prompt->text, sizeof prompt->text, "%s", common);
}

static unsigned run_line(struct call *call, const char *line)
{
	const struct command_entry *entry;
	char name[LABEL_SIZE], argument[TYPED_SIZE];
	size_t word;

	line += strspn(line, " ");
	word = strcspn(line, " ");
	if (word == 0)
		return DONE;
	format_put(name, sizeof name, "%.*s", (int)word, line);
	format_put(argument, sizeof argument, "%s", line + word + strspn(line + word, " "));
	entry = command_by_name(call->screen->def->name, name);
	if (!entry) {
		ui_say(call->ui, _("no such command here, or more than one: %s"), name);
		return DONE;
	}
	call->argument = argument;
	return DONE | command_run(call, entry);
}

static unsigned reason_given(struct call *call, const struct screen *prompt)
{
	if (strlen(prompt->text) < REASON_SHORTEST) {
		ui_say(call->ui, "%s", _("a reason is needed; the name stays masked"));
		return DONE;
	}
	call->command->kind = COMMAND_REVEAL;
	format_put(call->command->target, sizeof call->command->target, "%s", prompt->target);
	format_put(call->command->text, sizeof call->command->text, "%s", prompt->text);
	return DONE;
}

static unsigned minutes_given(struct call *call, const struct screen *prompt)
{
	if (minutes_of(prompt) < 1) {
		ui_say(call->ui, "%s", _("not done"));
		return DONE;
	}
	call->command->kind = COMMAND_ESTIMATE;
	call->command->value = minutes_of(prompt);
	format_put(call->command->target, sizeof call->command->target, "%s", prompt->target);
	return DONE;
}

static unsigned intake_given(struct call *call, const struct screen *prompt)
{
	enum intake what;
	int64_t when_ms;

	if (!intake_typed(prompt->text, call->view->now_ms, &what, &when_ms)) {
		ui_say(call->ui, "%s", _("not done: a time like 06:30, then s, l or c"));
		return DONE;
	}
	call->command->kind = COMMAND_INTAKE;
	call->command->arg = (int)what;
	call->command->when_ms = when_ms;
	format_put(call->command->target, sizeof call->command->target, "%s", prompt->target);
	return DONE;
}

static unsigned enter(struct call *call, const struct screen *prompt)
{
	struct screen done = *prompt;

	ui_pop(call->ui);
	call->screen = ui_base(call->ui);
	if (done.mode == PROMPT_COMMAND) {
		format_put(call->ui->history, sizeof call->ui->history, "%s", done.text);
		return run_line(call, done.text);
	}
	if (done.mode == PROMPT_REASON)
		return reason_given(call, &done);
	if (done.mode == PROMPT_ALARM)
		return alarm_given(call, &done);
	if (idea_prompt((enum prompt_mode)done.mode))
		return idea_given(call, (enum prompt_mode)done.mode, done.text);
	if (done.mode == PROMPT_MINUTES)
		return minutes_given(call, &done);
	if (done.mode == PROMPT_INTAKE)
		return intake_given(call, &done);
	if (done.mode == PROMPT_NOTE)
		return note_given(call, done.target, done.text);
	if (done.mode == PROMPT_EMERGENCY)
		return emergency_given(call, done.ask.arg, done.text);
	return DONE;
}

static unsigned escape(struct call *call, const struct screen *prompt)
{
	struct table *table = &call->screen->table;

	if (prompt->mode == PROMPT_FILTER) {
		format_put(table->filter, sizeof table->filter, "%s", prompt->saved);
	} else if (prompt->mode == PROMPT_SEARCH) {
		table->search[0] = '\0';
		format_put(table->id, sizeof table->id, "%s", prompt->saved);
	}
	ui_pop(call->ui);
	return DONE;
}

static unsigned prompt_key(struct call *call, struct screen *prompt, uint32_t key)
{
	if (key == VKEY_ENTER)
		return enter(call, prompt);
	if (key == VKEY_ESCAPE)
		return escape(call, prompt);
	if (key == VKEY_BACKSPACE || key == VKEY_DELETE) {
		if (prompt->text[0] == '\0')
			return escape(call, prompt);
		prompt_rub(prompt->text);
	} else if (key == 'U' - '@') {
		prompt->text[0] = '\0';
	} else if (prompt->mode == PROMPT_MINUTES) {
		return minutes_key(prompt, key) ? DONE : UI_HANDLED;
	} else if (prompt->mode == PROMPT_COMMAND && key == VKEY_TAB) {
		complete(call, prompt);
	} else if (idea_prompt((enum prompt_mode)prompt->mode) && key == VKEY_TAB) {
		idea_complete(call->view, prompt->text, sizeof prompt->text);
	} else if (prompt->mode == PROMPT_COMMAND && key == VKEY_UP) {
		format_put(prompt->text, sizeof prompt->text, "%s", call->ui->history);
	} else if (call->screen->def->table && (key == VKEY_UP || key == VKEY_DOWN)) {
		/* Moving on among the matches while the search is still open. */
		table_search(&call->screen->table, call->screen->def->table, call->view,
			key == VKEY_UP ? -1 : 1);
		return DONE;
	} else if (!prompt_type(prompt->text, sizeof prompt->text, key)) {
		return UI_HANDLED;
	}
	follow(call, prompt);
	return DONE;
}

/* Names that begin with what is typed, after the line. */
static void draw_candidates(
	const struct screen *prompt, struct canvas *canvas, struct area line, int column)
{
	size_t length = strlen(prompt->text);

	for (int i = 0; i < command_count && column < line.columns; i++) {
		const struct command_entry *c = &command_table[i];
		bool seen = false;

		if (strncmp(c->name, prompt->text, length) != 0
			|| !command_in_scope(c, prompt->saved))
			continue;
		for (int k = 0; k < i; k++)
			seen = seen || strcmp(command_table[k].name, c->name) == 0;
		if (!seen)
			column += 1
				  + canvas_text(canvas, line, line.row, column,
					  line.columns - column, ROLE_DIM, c->name);
	}
}

/* What is being typed would mean, while it is typed. */
static void draw_legal(const struct screen *prompt, const struct view *view, struct canvas *canvas,
	struct area line, int column)
{
	enum intake what;
	int64_t when_ms;
	char clock[16];

	if (!intake_typed(prompt->text, view->now_ms, &what, &when_ms))
		return;
	when_ms += (int64_t)(fasting_hours(view->twin->site, what) * 3600000);
	format_clock(when_ms, clock, sizeof clock);
	canvas_printf(canvas, line, line.row, column, line.columns - column, ROLE_DIM,
		_("→ from %s"), clock);
}

void prompt_draw(const struct screen *screen, const struct view *view, struct canvas *canvas,
	struct area line)
{
	static const char *const leads[] = {[PROMPT_COMMAND] = ":",
		[PROMPT_SEARCH] = "/",
		[PROMPT_FILTER] = "\\",
		[PROMPT_REASON] = N_("why show the name: "),
		[PROMPT_MINUTES] = N_("minutes left in the room (+ - by ten), "),
		[PROMPT_INTAKE] = N_("ate or drank at (06:30; s solids, l light, c clear) "),
		[PROMPT_WHAT_IF] = N_("what if: "),
		[PROMPT_IDEA_KEEP] = N_("save this what-if as: "),
		[PROMPT_IDEA_OPEN] = N_("open the what-if: "),
		[PROMPT_IDEA_FORGET] = N_("forget the saved what-if: "),
		[PROMPT_NOTE] = N_("note on ")};
	char person[LABEL_SIZE], names[LABEL_SIZE * 4], lead[LABEL_SIZE * 2];
	int column;

	canvas_fill(canvas, line, ROLE_INPUT, ' ');
	if (screen->def == &screen_unlock) {
		lock_prompt_draw(screen, view, canvas, line);
		return;
	}
	if (screen->def == &screen_question) {
		const char *keys = _(" ?  Enter yes  Esc no");
		column = canvas_text(canvas, line, line.row, 0, line.columns - canvas_width(keys),
			ROLE_INPUT, screen->text);
		canvas_text(
			canvas, line, line.row, column, line.columns - column, ROLE_INPUT, keys);
		return;
	}
	if (screen->def == &screen_menu || screen->def == &screen_whatif_menu
		|| screen->def == &screen_nest) {
		canvas_text(canvas, line, line.row, 0, line.columns, ROLE_INPUT,
			_("letter chooses, Esc leaves"));
		return;
	}
	if (screen->mode == PROMPT_ALARM)
		alarm_lead(screen, view, lead, sizeof lead);
	else if (screen->mode == PROMPT_EMERGENCY)
		emergency_lead(screen->ask.arg, lead, sizeof lead);
	else
		format_put(lead, sizeof lead, "%s",
			leads[screen->mode][1] ? _(leads[screen->mode]) : leads[screen->mode]);
	column = canvas_text(canvas, line, line.row, 0, line.columns, ROLE_INPUT, lead);
	if (screen->mode == PROMPT_REASON || screen->mode == PROMPT_MINUTES
		|| screen->mode == PROMPT_INTAKE) {
		int index = twin_case(view->twin, screen->target);
		bool of_case = screen->mode != PROMPT_REASON && index >= 0;

		format_person(view, of_case ? view->twin->cases[index].patient : screen->target,
			person, sizeof person);
		column += canvas_printf(canvas, line, line.row, column, line.columns - column,
			ROLE_INPUT, "%s: ", person);
	}
	if (screen->mode == PROMPT_NOTE) {
		note_subject_words(view, screen->target, person, sizeof person);
		column += canvas_text(
			canvas, line, line.row, column, line.columns / 3, ROLE_INPUT, person);
		column += canvas_text(canvas, line, line.row, column, 2, ROLE_INPUT, ": ");
	}
	column += canvas_text(
		canvas, line, line.row, column, line.columns - column, ROLE_INPUT, screen->text);
	canvas->cursor_row = line.row;
	canvas->cursor_column = column < line.columns ? column : line.columns - 1;
	if (screen->mode == PROMPT_COMMAND) {
		draw_candidates(screen, canvas, line, column + 2);
	} else if (screen->mode == PROMPT_ALARM) {
		alarm_hint(screen, view, names, sizeof names);
		canvas_text(canvas, line, line.row, column + 2, line.columns - column - 2, ROLE_DIM,
			names);
	} else if (screen->mode == PROMPT_INTAKE) {
		draw_legal(screen, view, canvas, line, column + 2);
	} else if (idea_prompt((enum prompt_mode)screen->mode)) {
		idea_candidates(view, screen->text, names, sizeof names);
		canvas_text(canvas, line, line.row, column + 2, line.columns - column - 2, ROLE_DIM,
			names);
	} else if (screen->mode == PROMPT_SEARCH && screen->text[0]) {
		canvas_printf(canvas, line, line.row, column + 2, line.columns - column - 2,
			ROLE_DIM, ngettext("%d match", "%d matches", (unsigned long)screen->offset),
			screen->offset);
	}
}

const struct screen_def screen_prompt = {
	.name = "prompt",
	.title = N_("Prompt"),
	.overlay = true,
	.on_key = prompt_key,
};
