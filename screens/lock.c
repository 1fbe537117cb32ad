/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/lock.h"

#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/tr.h"
#include "twin/text.h"

enum { DONE = UI_HANDLED | UI_DIRTY };

/* What only looks. */
static unsigned (*const looks[])(struct call *call) = {cmd_help, cmd_top_alarm, cmd_open, cmd_why,
	cmd_search_next, cmd_sort, cmd_offset, cmd_move, cmd_pane, cmd_goto, cmd_next_page,
	cmd_back, cmd_indicator};

bool lock_lets(const struct command_entry *entry)
{
	if (!entry || entry->flags & (FLAG_SHARED | FLAG_CONFIRM))
		return false;
	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
		if (entry->run == looks[i])
			return true;
	}
	return entry->run == cmd_simple && entry->value == COMMAND_REDRAW;
}

static void forget(struct screen *screen)
{
	explicit_bzero(screen->text, sizeof screen->text);
}

void lock_follow(struct ui *ui, const struct view *view)
{
	if (ui->locked == view->locked)
		return;
	ui->locked = view->locked;
	ui->message[0] = '\0';
	while (ui_top(ui)->def->overlay) {
		forget(ui_top(ui));
		ui_pop(ui);
	}
}

unsigned lock_ask(struct call *call)
{
	if (ui_top(call->ui)->def != &screen_unlock)
		ui_push(call->ui, &screen_unlock);
	return DONE;
}

/* As it is typed: a password is no text for people, nothing is taken out of it. */
static void type(char *text, size_t size, uint32_t key)
{
	char one[8] = "";
	size_t length = strlen(text), bytes;

	if (key < 0x20 || key == 0x7F || key >= KEY_BASE)
		return;
	bytes = text_utf8_put(one, key);
	if (length + bytes < size)
		memcpy(text + length, one, bytes + 1);
	explicit_bzero(one, sizeof one);
}

static unsigned unlock_key(struct call *call, struct screen *screen, uint32_t key)
{
	if (key == VKEY_ESCAPE) {
		forget(screen);
		ui_pop(call->ui);
	} else if (key == VKEY_ENTER) {
		call->command->kind = COMMAND_UNLOCK;
		memcpy(call->command->text, screen->text, sizeof call->command->text);
		forget(screen);
		ui_pop(call->ui);
	} else if (key == VKEY_BACKSPACE || key == VKEY_DELETE) {
		prompt_rub(screen->text);
	} else if (key == 'U' - '@') {
		forget(screen);
	} else {
		type(screen->text, sizeof screen->text, key);
	}
	return DONE;
}

void lock_prompt_draw(const struct screen *screen, const struct view *view, struct canvas *canvas,
	struct area line)
{
	int column;

	(void)screen; /* not even how long it is */
	column = canvas_printf(canvas, line, line.row, 0, line.columns, ROLE_INPUT,
		_("password of %s, Enter: "), view->user);
	canvas->cursor_row = line.row;
	canvas->cursor_column = column < line.columns ? column : line.columns - 1;
}

const struct screen_def screen_unlock = {
	.name = "unlock",
	.title = N_("Password"),
	.overlay = true,
	.on_key = unlock_key,
};
