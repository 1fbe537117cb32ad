/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_TERM_TABLE_H
#define VIGIE_SCREENS_TERM_TABLE_H

/* The tables of screens/term.c, which alone includes this, after curses:
 * colours of the roles, and sequences and names of keys. */

/* Our own key codes; curses numbers extended ones from KEY_MAX + 1 upwards. */
enum { CODE_PASTE_BEGIN = KEY_MAX + 2000, CODE_PASTE_END };

/*
 * Roles as colours. Signs and letters carry the meaning; colour only helps.
 * Blue and orange tell apart what red and green would not for one man in
 * twelve; red is kept for the high priority, where it stands reversed and
 * bold. The ground is the terminal's own (-1) wherever nothing is wrong.
 */
struct paint {
	short ink, ground;
	attr_t with;
};

struct role_paint {
	attr_t mono;
	struct paint of8, of16, of256;
};

#define PLAIN                                                                                      \
	{                                                                                          \
		-1, -1, A_NORMAL                                                                   \
	}

static const struct role_paint paints[ROLE_COUNT] = {
	[ROLE_NORMAL] = {A_NORMAL, PLAIN, PLAIN, PLAIN},
	[ROLE_DIM] = {A_DIM, {-1, -1, A_DIM}, {-1, -1, A_DIM}, {244, -1, 0}},
	[ROLE_STRONG] = {A_BOLD, {-1, -1, A_BOLD}, {-1, -1, A_BOLD}, {-1, -1, A_BOLD}},
	[ROLE_SELECTED] = {A_REVERSE, {-1, -1, A_REVERSE}, {-1, -1, A_REVERSE},
		{-1, -1, A_REVERSE}},
	/* No colour: the clock stands here, and each second would pay for it. */
	[ROLE_HEADER] = {A_REVERSE, {-1, -1, A_REVERSE}, {-1, -1, A_REVERSE}, {-1, -1, A_REVERSE}},
	[ROLE_FOOTER] = {A_NORMAL, PLAIN, PLAIN, PLAIN},
	[ROLE_KEY] = {A_BOLD, {-1, -1, A_BOLD}, {-1, -1, A_BOLD}, {-1, -1, A_BOLD}},
	[ROLE_HIGH] = {A_REVERSE | A_BOLD, {1, 7, A_REVERSE | A_BOLD}, {1, 15, A_REVERSE | A_BOLD},
		{160, 231, A_REVERSE | A_BOLD}},
	[ROLE_MEDIUM] = {A_REVERSE, {0, 3, 0}, {0, 11, 0}, {16, 214, 0}},
	[ROLE_LOW] = {A_BOLD, {6, -1, A_BOLD}, {6, -1, A_BOLD}, {37, -1, A_BOLD}},
	[ROLE_LATE] = {A_BOLD | A_UNDERLINE, {3, -1, A_BOLD}, {3, -1, A_BOLD}, {166, -1, A_BOLD}},
	[ROLE_AHEAD] = {A_NORMAL, {6, -1, 0}, {6, -1, 0}, {32, -1, 0}},
	[ROLE_CONFLICT] = {A_BOLD | A_UNDERLINE, {5, -1, A_BOLD}, {5, -1, A_BOLD},
		{170, -1, A_BOLD}},
	[ROLE_ANAES] = {A_UNDERLINE, {0, 6, 0}, {0, 14, 0}, {16, 110, 0}},
	[ROLE_SURGERY] = {A_REVERSE, {7, 4, A_BOLD}, {15, 4, A_BOLD}, {231, 25, A_BOLD}},
	[ROLE_CLOSING] = {A_REVERSE | A_UNDERLINE, {0, 3, 0}, {0, 3, 0}, {16, 179, 0}},
	[ROLE_TURNOVER] = {A_DIM, {0, 7, 0}, {0, 7, 0}, {16, 250, 0}},
	[ROLE_PLANNED] = {A_NORMAL, PLAIN, PLAIN, {245, -1, 0}},
	[ROLE_NOW] = {A_BOLD, {3, -1, A_BOLD}, {3, -1, A_BOLD}, {172, -1, A_BOLD}},
	[ROLE_FLASH_HIGH] = {A_BOLD, {1, -1, A_BOLD}, {9, -1, A_BOLD}, {160, -1, A_BOLD}},
	[ROLE_FLASH_MEDIUM] = {A_BOLD, {3, -1, A_BOLD}, {3, -1, A_BOLD}, {172, -1, A_BOLD}},
	[ROLE_INPUT] = {A_UNDERLINE, {-1, -1, A_UNDERLINE}, {-1, -1, A_UNDERLINE},
		{-1, -1, A_UNDERLINE}},
};

struct alias {
	const char *bytes;
	int code;
};

/* Sequences that terminals send whatever terminfo says of them: cursor keys in
 * both modes, rxvt, linux console and the three PuTTY families. */
/* clang-format off */
static const struct alias aliases[] = {
	{"\033[A", KEY_UP}, {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT}, {"\033[D", KEY_LEFT},
	{"\033OA", KEY_UP}, {"\033OB", KEY_DOWN}, {"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT},
	{"\033[H", KEY_HOME}, {"\033OH", KEY_HOME}, {"\033[1~", KEY_HOME},
	{"\033[7~", KEY_HOME}, {"\033[F", KEY_END}, {"\033OF", KEY_END}, {"\033[4~", KEY_END},
	{"\033[8~", KEY_END}, {"\033[3~", KEY_DC}, {"\033[5~", KEY_PPAGE},
	{"\033[6~", KEY_NPAGE}, {"\033[Z", KEY_BTAB}, {"\033OM", KEY_ENTER},
	{"\033OP", KEY_F(1)}, {"\033OQ", KEY_F(2)}, {"\033OR", KEY_F(3)}, {"\033OS", KEY_F(4)},
	{"\033[11~", KEY_F(1)}, {"\033[12~", KEY_F(2)}, {"\033[13~", KEY_F(3)},
	{"\033[14~", KEY_F(4)}, {"\033[[A", KEY_F(1)}, {"\033[[B", KEY_F(2)},
	{"\033[[C", KEY_F(3)}, {"\033[[D", KEY_F(4)}, {"\033[[E", KEY_F(5)},
	{"\033[15~", KEY_F(5)}, {"\033[17~", KEY_F(6)}, {"\033[18~", KEY_F(7)},
	{"\033[19~", KEY_F(8)}, {"\033[20~", KEY_F(9)}, {"\033[21~", KEY_F(10)},
	{"\033[23~", KEY_F(11)}, {"\033[24~", KEY_F(12)}, {"\033[200~", CODE_PASTE_BEGIN},
	{"\033[201~", CODE_PASTE_END},
};
/* clang-format on */

struct key_name {
	int code;
	uint32_t key;
};

static const struct key_name key_names[] = {
	{KEY_UP, VKEY_UP},
	{KEY_DOWN, VKEY_DOWN},
	{KEY_LEFT, VKEY_LEFT},
	{KEY_RIGHT, VKEY_RIGHT},
	{KEY_PPAGE, VKEY_PAGE_UP},
	{KEY_NPAGE, VKEY_PAGE_DOWN},
	{KEY_A3, VKEY_PAGE_UP},
	{KEY_C3, VKEY_PAGE_DOWN},
	{KEY_HOME, VKEY_HOME},
	{KEY_FIND, VKEY_HOME},
	{KEY_A1, VKEY_HOME},
	{KEY_END, VKEY_END},
	{KEY_SELECT, VKEY_END},
	{KEY_C1, VKEY_END},
	{KEY_ENTER, VKEY_ENTER},
	{KEY_BACKSPACE, VKEY_BACKSPACE},
	{KEY_DC, VKEY_DELETE},
	{KEY_BTAB, VKEY_BACKTAB},
	{CODE_PASTE_BEGIN, VKEY_PASTE_BEGIN},
	{CODE_PASTE_END, VKEY_PASTE_END},
};

static const struct key_name control_names[] = {
	{'\r', VKEY_ENTER},
	{'\n', VKEY_ENTER},
	{'\t', VKEY_TAB},
	{'\b', VKEY_BACKSPACE},
	{0x7f, VKEY_BACKSPACE},
	{0x1b, VKEY_ESCAPE},
};

#endif
