/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_UI_H
#define VIGIE_SCREENS_UI_H

/*
 * The stack of screens and the frame around them: header (mode, place, clock,
 * feeds), alarm strip, body, footer. One loop, no nested one: prompts,
 * questions and help are screens pushed on the stack.
 */

#include "screens/canvas.h"
#include "screens/view.h"

/* Keys as one number: a code point, or one of these. */
enum key {
	KEY_NONE = 0,
	KEY_BASE = 0x110000,
	VKEY_UP,
	VKEY_DOWN,
	VKEY_LEFT,
	VKEY_RIGHT,
	VKEY_PAGE_UP,
	VKEY_PAGE_DOWN,
	VKEY_HOME,
	VKEY_END,
	VKEY_ENTER,
	VKEY_ESCAPE,
	VKEY_BACKSPACE,
	VKEY_DELETE,
	VKEY_TAB,
	VKEY_BACKTAB,
	VKEY_F1,
	VKEY_F2,
	VKEY_F3,
	VKEY_F4,
	VKEY_F5,
	VKEY_F6,
	VKEY_F7,
	VKEY_F8,
	VKEY_F9,
	VKEY_F10,
	VKEY_F11,
	VKEY_F12,
	VKEY_PASTE_BEGIN,
	VKEY_PASTE_END
};

enum { UI_HANDLED = 1, UI_DIRTY = 2 };

struct ui;

struct ui *ui_create(void);
void ui_destroy(struct ui *ui);
/* Handles one key. Returns UI_ bits; *command is COMMAND_NONE or a request. */
unsigned ui_key(struct ui *ui, const struct view *view, uint32_t key, struct command *command);
/* Draws the whole picture for the canvas's size. */
void ui_draw(struct ui *ui, const struct view *view, struct canvas *canvas);
/* Goes to a screen by its name ("board", "alarms" ...). False: no such. */
bool ui_goto(struct ui *ui, const char *screen);
/* How soon the picture changes by itself, in ms (flash, clock); the loop
 * redraws then. */
int ui_next_ms(const struct ui *ui, const struct view *view);
/* The table of commands as text lines for `vigie help keys` and the manual:
 * calls row(key, name, help) for each. */
void ui_each_command(void (*row)(void *context, const char *screen, const char *key,
			     const char *name, const char *help),
	void *context);

#endif
