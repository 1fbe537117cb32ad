/* SPDX-License-Identifier: Apache-2.0 */

/* `?`: the command table as a searchable list; Enter runs the command. */

#include <string.h>

#include "screens/command_table.h"
#include "screens/format.h"
#include "screens/tr.h"

enum { MATCHES = 128, DONE = UI_HANDLED | UI_DIRTY };

static void key_names(const struct command_entry *c, char *out, size_t size)
{
	char alias[32];

	command_key_name(c->key, out, size);
	command_key_name(c->alias, alias, sizeof alias);
	if (alias[0])
		format_add(out, size, " %s", alias);
}

/* Commands of the screen below that hold what has been typed. */
static int matches(const struct screen *help, int list[MATCHES])
{
	char keys[64];
	int count = 0;

	for (int i = 0; i < command_count && count < MATCHES; i++) {
		const struct command_entry *c = &command_table[i];

		if (!command_in_scope(c, help->target)
			|| (c->key && command_for_key(help->target, c->key) != c))
			continue;
		key_names(c, keys, sizeof keys);
		if (help->text[0] && !strcasestr(c->name, help->text)
			&& !strcasestr(_(c->help), help->text) && strcmp(keys, help->text) != 0)
			continue;
		list[count++] = i;
	}
	return count;
}

static unsigned run_selected(struct call *call, struct screen *help)
{
	int list[MATCHES], count = matches(help, list), chosen = help->table.selected;

	ui_pop(call->ui);
	if (chosen < 0 || chosen >= count)
		return DONE;
	call->screen = ui_base(call->ui);
	return DONE | command_run(call, &command_table[list[chosen]]);
}

static int step_of(uint32_t key, int page)
{
	static const struct {
		uint32_t key;
		int lines, pages;
	} steps[] = {{VKEY_UP, -1, 0}, {VKEY_DOWN, 1, 0}, {VKEY_PAGE_UP, 0, -1},
		{VKEY_PAGE_DOWN, 0, 1}, {VKEY_HOME, -MATCHES, 0}, {VKEY_END, MATCHES, 0}};

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		if (steps[i].key == key)
			return steps[i].lines + steps[i].pages * page;
	}
	return 0;
}

/* Letters search here at once: a page for people who do not know the keys. */
static unsigned on_key(struct call *call, struct screen *help, uint32_t key)
{
	int list[MATCHES], step = step_of(key, help->table.page);

	if (key == VKEY_ENTER)
		return run_selected(call, help);
	if (key == VKEY_ESCAPE || key == VKEY_F1 || (key == 'q' && help->text[0] == '\0')) {
		ui_pop(call->ui);
		return DONE;
	}
	if (step != 0) {
		int last = matches(help, list) - 1;

		help->table.selected += step;
		if (help->table.selected > last)
			help->table.selected = last;
		if (help->table.selected < 0)
			help->table.selected = 0;
		return DONE;
	}
	if (key == VKEY_BACKSPACE)
		prompt_rub(help->text);
	else if (key == '/' && help->text[0] == '\0')
		return DONE;
	else if (!prompt_type(help->text, sizeof help->text, key))
		return UI_HANDLED;
	help->table.selected = help->table.top = 0;
	return DONE;
}

static void draw_line(const struct command_entry *c, struct canvas *canvas, struct area body,
	int row, bool chosen)
{
	char keys[64];

	key_names(c, keys, sizeof keys);
	canvas_text(canvas, body, row, body.column + 1, 14, ROLE_KEY, keys);
	canvas_text(canvas, body, row, body.column + 16, 14, ROLE_STRONG, c->name);
	canvas_text(
		canvas, body, row, body.column + 31, body.columns - 31, ROLE_NORMAL, _(c->help));
	if (!chosen)
		return;
	canvas_select(canvas, (struct area){row, body.column, 1, body.columns});
	canvas->cursor_row = row;
	canvas->cursor_column = body.column;
}

static void draw(
	struct screen *help, const struct view *view, struct canvas *canvas, struct area body)
{
	int list[MATCHES], count = matches(help, list);

	(void)view;
	canvas_printf(canvas, body, body.row, body.column + 1, body.columns - 2, ROLE_STRONG,
		_("Help for %s: type to search, Enter runs, Esc leaves.  /%s"), help->target,
		help->text);
	body.row++;
	body.rows -= 3;
	help->table.page = body.rows > 1 ? body.rows : 1;
	if (help->table.selected < help->table.top)
		help->table.top = help->table.selected;
	if (help->table.selected >= help->table.top + help->table.page)
		help->table.top = help->table.selected - help->table.page + 1;
	for (int i = 0; i < help->table.page && help->table.top + i < count; i++)
		draw_line(&command_table[list[help->table.top + i]], canvas, body, body.row + i,
			help->table.top + i == help->table.selected);
	/* The line between the list and the last word says what is out of sight. */
	if (count > help->table.page)
		canvas_printf(canvas, canvas_area(canvas), body.row + body.rows, body.column + 1,
			body.columns - 2, ROLE_DIM, _("%d above, %d below"), help->table.top,
			count > help->table.top + help->table.page
				? count - help->table.top - help->table.page
				: 0);
	canvas_text(canvas, canvas_area(canvas), body.row + body.rows + 1, body.column + 1,
		body.columns - 2, ROLE_DIM,
		_("A secondary display: not a certified nurse-call system nor a medical device."));
}

const struct screen_def screen_help = {
	.name = "help",
	.title = N_("Help"),
	.draw = draw,
	.on_key = on_key,
};
