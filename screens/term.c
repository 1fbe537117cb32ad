/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/term.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_NOMACROS
#include <curses.h>

#include "screens/spool.h"
#include "screens/term_table.h"
#include "twin/text.h"

/* Sizes a terminal may claim; beyond them it is a mistake or an attack. */
enum { ROWS_MAX = 1000, COLUMNS_MAX = 2000, ROWS_UNKNOWN = 24, COLUMNS_UNKNOWN = 80 };

struct term {
	int tty;
	struct spool spool;
	FILE *out, *in;
	SCREEN *screen;
	WINDOW *keys;         /* an own pad: getch on stdscr would refresh it */
	struct termios shell; /* modes found, put back at the end */
	bool utf8, suspended, whole, cursor_shown;
	bool paste;            /* bracketed paste was asked for */
	struct cell *previous; /* the picture curses has */
	int rows, columns;     /* of curses */
	char partial[4];       /* a character of several bytes, begun */
	size_t partial_len;
};

/* What curses draws for a role; pair 0 is the terminal's own colours. */
struct look {
	attr_t attributes;
	short pair;
};

static struct look looks[ROLE_COUNT];

/* What the crash handler needs, prepared beforehand. */
static struct {
	volatile sig_atomic_t armed;
	int tty;
	struct termios shell;
	char text[256];
	size_t len;
} panic;

const char *term_pending(struct term *term, size_t *len)
{
	*len = term->spool.len - term->spool.sent;
	return term->spool.bytes + term->spool.sent;
}

void term_sent(struct term *term, size_t len)
{
	spool_sent(&term->spool, len);
}

/* ---- modes ---- */

/* Signals stay on (Ctrl-C, Ctrl-Z); flow control goes off (Ctrl-S would stall
 * the picture); output is left as it is written. */
static void set_modes(const struct term *term)
{
	struct termios modes = term->shell;
	modes.c_iflag &=
		~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | IXOFF | ISTRIP | BRKINT | PARMRK);
	modes.c_oflag &= ~(tcflag_t)OPOST;
	modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	/* Not TCSADRAIN: a stalled reader would block it for ever. */
	tcsetattr(term->tty, TCSANOW, &modes);
}

/* Copies a terminfo string without its padding, "$<5>". */
static void panic_add(const char *text)
{
	if (text == NULL || text == (const char *)-1)
		return;
	while (*text != '\0' && panic.len < sizeof panic.text) {
		if (text[0] == '$' && text[1] == '<' && strchr(text, '>') != NULL)
			text = strchr(text, '>') + 1;
		else
			panic.text[panic.len++] = *text++;
	}
}

/* CAN first: the crash may come in the middle of a control sequence. */
static void panic_prepare(const struct term *term)
{
	static const char *const names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
	panic.len = 0;
	panic_add("\x18");
	if (term->paste)
		panic_add("\x1b[?2004l");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		panic_add(tigetstr(names[i]));
	panic_add("\r\n");
	panic.tty = term->tty;
	panic.shell = term->shell;
	panic.armed = 1;
}

void term_panic(void)
{
	if (!panic.armed)
		return;
	panic.armed = 0;
	size_t at = 0;
	/* Bounded: the terminal may be stalled, and we are dying. */
	for (int tries = 0; at < panic.len && tries < 20; tries++) {
		ssize_t put = write(panic.tty, panic.text + at, panic.len - at);
		if (put > 0) {
			at += (size_t)put;
		} else {
			struct pollfd wait = {.fd = panic.tty, .events = POLLOUT};
			poll(&wait, 1, 20);
		}
	}
	tcsetattr(panic.tty, TCSANOW, &panic.shell);
}

/* ---- colours ---- */

static const struct paint *paint_for(const struct role_paint *role, int colours)
{
	if (colours >= 256)
		return &role->of256;
	return colours >= 16 ? &role->of16 : &role->of8;
}

/* How many colours to use: what was asked for, at most what the terminal has;
 * 0 means attributes only (vt100, NO_COLOR). */
static int colours_of(enum colour_mode mode)
{
	static const int wanted[] = {
		[COLOUR_AUTO] = 256,
		[COLOUR_NEVER] = 0,
		[COLOUR_8] = 8,
		[COLOUR_16] = 16,
		[COLOUR_256] = 256,
	};
	const char *no = getenv("NO_COLOR");
	if (mode == COLOUR_AUTO && no != NULL && no[0] != '\0')
		return 0;
	int has = tigetnum("colors");
	int want = wanted[mode];
	int use = has < want ? has : want;
	return use < 8 ? 0 : use;
}

static void set_looks(enum colour_mode mode)
{
	int colours = colours_of(mode);
	/* Without its own colours to go back to, a terminal stays monochrome. */
	bool colour = colours > 0 && start_color() == OK && use_default_colors() == OK;
	for (int role = 0; role < ROLE_COUNT; role++) {
		looks[role] = (struct look){paints[role].mono, 0};
		if (!colour)
			continue;
		const struct paint *paint = paint_for(&paints[role], colours);
		looks[role].attributes = paint->with;
		if (paint->ink < 0 && paint->ground < 0)
			continue;
		short pair = (short)(role + 1);
		if (init_pair(pair, paint->ink, paint->ground) == OK)
			looks[role].pair = pair;
		else
			looks[role].attributes = paints[role].mono;
	}
}

/* ---- keys ---- */

static uint32_t key_named(const struct key_name *names, size_t count, int code)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].code == code)
			return names[i].key;
	return KEY_NONE;
}

static uint32_t key_of(int code)
{
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return VKEY_F1 + (uint32_t)(code - KEY_F(1));
	if (code >= KEY_MIN)
		return key_named(key_names, sizeof key_names / sizeof key_names[0], code);
	uint32_t key =
		key_named(control_names, sizeof control_names / sizeof control_names[0], code);
	return key != KEY_NONE ? key : (uint32_t)code;
}

/* Collects the bytes of one character; a byte that fits nowhere is passed
 * over alone. curses' own wget_wch would swallow up to fifteen keys after it,
 * and forget a character that arrives in two pieces. */
static uint32_t add_byte(struct term *term, int byte)
{
	static const struct {
		int first, last;
		size_t len;
	} leads[] = {{0xc2, 0xdf, 2}, {0xe0, 0xef, 3}, {0xf0, 0xf4, 4}};
	if (byte >= 0xc0)
		term->partial_len = 0;
	else if (term->partial_len == 0)
		return KEY_NONE;
	term->partial[term->partial_len++] = (char)byte;
	size_t need = 0;
	for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++)
		if ((unsigned char)term->partial[0] >= leads[i].first
			&& (unsigned char)term->partial[0] <= leads[i].last)
			need = leads[i].len;
	if (need > 0 && term->partial_len < need)
		return KEY_NONE;
	const char *at = term->partial;
	uint32_t point = text_utf8_next(&at, at + term->partial_len);
	term->partial_len = 0;
	/* C1 controls are not keys. */
	return point == UINT32_MAX || point < 0xa0 ? KEY_NONE : point;
}

uint32_t term_key(struct term *term)
{
	/* Bounded; what is left comes with the next turn of the loop. */
	for (int tries = 0; tries < 64; tries++) {
		int code = wgetch(term->keys);
		uint32_t key;
		if (code == ERR)
			break;
		if (code >= 0x80 && code < KEY_MIN) {
			key = term->utf8 ? add_byte(term, code) : KEY_NONE;
		} else {
			term->partial_len = 0;
			key = key_of(code);
		}
		if (key != KEY_NONE)
			return key;
	}
	return KEY_NONE;
}

bool term_alive(const struct term *term)
{
	struct pollfd look = {.fd = term->tty, .events = POLLIN};
	int waiting = 0;
	if (poll(&look, 1, 0) < 0)
		return errno == EINTR;
	if (look.revents & (POLLHUP | POLLERR | POLLNVAL))
		return false;
	if (!(look.revents & POLLIN))
		return true;
	return ioctl(term->tty, FIONREAD, &waiting) == 0 && waiting > 0;
}

/* ---- life ---- */

void term_size(const struct term *term, int *rows, int *columns)
{
	struct winsize size = {0};
	if (ioctl(term->tty, TIOCGWINSZ, &size) != 0)
		size = (struct winsize){0};
	/* 0 means unknown (serial lines, careless programs), not empty. */
	*rows = size.ws_row == 0 ? ROWS_UNKNOWN : size.ws_row;
	*columns = size.ws_col == 0 ? COLUMNS_UNKNOWN : size.ws_col;
	if (*rows > ROWS_MAX)
		*rows = ROWS_MAX;
	if (*columns > COLUMNS_MAX)
		*columns = COLUMNS_MAX;
}

bool term_is_utf8(const struct term *term)
{
	return term->utf8;
}

static const char *refusal(int tty)
{
	const char *name = getenv("TERM");
	if (!isatty(tty))
		return "not a terminal";
	if (name == NULL || name[0] == '\0')
		return "TERM is not set; try TERM=xterm-256color";
	if (strcmp(name, "dumb") == 0 || strcmp(name, "unknown") == 0)
		return "TERM names a terminal without cursor addressing; try TERM=xterm-256color";
	return NULL;
}

/* curses installs handlers of its own that call unsafe functions; they are
 * taken off again, the loop watches these signals. */
static SCREEN *quiet_newterm(FILE *out, FILE *in)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH, SIGQUIT};
	enum { COUNT = sizeof signals / sizeof signals[0] };
	struct sigaction before[COUNT];
	for (int i = 0; i < COUNT; i++)
		sigaction(signals[i], NULL, &before[i]);
	/* Padding of old terminals would make curses sleep; the size comes
	 * from the terminal, never from LINES and COLUMNS. */
	setenv("NCURSES_NO_PADDING", "1", 0);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	SCREEN *screen = newterm(NULL, out, in);
	for (int i = 0; i < COUNT; i++)
		sigaction(signals[i], &before[i], NULL);
	return screen;
}

/* Opens the memory file and the two streams curses wants. */
static bool open_streams(struct term *term)
{
	if (!spool_open(&term->spool))
		return false;
	term->out = fdopen(term->spool.memory, "w");
	int in = fcntl(term->tty, F_DUPFD_CLOEXEC, 0);
	term->in = in < 0 ? NULL : fdopen(in, "r");
	return term->out != NULL && term->in != NULL;
}

static void free_term(struct term *term)
{
	if (term->out != NULL)
		fclose(term->out);
	else if (term->spool.memory >= 0)
		close(term->spool.memory);
	if (term->in != NULL)
		fclose(term->in);
	free(term->previous);
	spool_free(&term->spool);
	free(term);
}

/* Bytes above 0x7F are ours to decode, so curses must not strip them. What it
 * sends for that is thrown away: it would change a mode of the terminal
 * (xterm's eight-bit meta) that nobody puts back. */
static void keep_high_bytes(struct term *term)
{
	spool_collect(&term->spool);
	meta(term->keys, TRUE);
	delay_output(0);
	spool_discard(&term->spool);
}

static void set_input(struct term *term)
{
	/* Off a terminal these two say ERR though they work. */
	raw();
	noecho();
	nonl();
	typeahead(-1);
	if (getenv("ESCDELAY") == NULL)
		set_escdelay(25);
	term->keys = newpad(1, 1);
	if (term->keys == NULL)
		return;
	keypad(term->keys, TRUE);
	nodelay(term->keys, TRUE);
	keep_high_bytes(term);
	for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
		define_key(aliases[i].bytes, aliases[i].code);
}

/* Bracketed paste is unknown to old terminals and harmless to all that have
 * colours; ours is asked for by hand, since curses does not know of it. */
static void paste_on(struct term *term)
{
	spool_collect(&term->spool);
	term->paste = tigetnum("colors") >= 8;
	if (term->paste)
		spool_append(&term->spool, "\x1b[?2004h", 8);
}

static const char *start(struct term *term, enum colour_mode colour)
{
	if (!open_streams(term))
		return "no memory for the screen";
	if (tcgetattr(term->tty, &term->shell) != 0)
		return "not a terminal";
	term->screen = quiet_newterm(term->out, term->in);
	if (term->screen == NULL)
		return "TERM is unknown here; try TERM=xterm-256color or install ncurses-term";
	const char *move = tigetstr("cup");
	if (move == NULL || move == (const char *)-1)
		return "TERM names a terminal without cursor addressing; try TERM=xterm-256color";
	set_input(term);
	if (term->keys == NULL)
		return "no memory for the screen";
	leaveok(stdscr, FALSE);
	term->cursor_shown = true;
	set_looks(colour);
	paste_on(term);
	term_resized(term);
	return NULL;
}

struct term *term_open(int tty, enum colour_mode colour, const char **why)
{
	*why = refusal(tty);
	if (*why != NULL)
		return NULL;
	struct term *term = calloc(1, sizeof *term);
	if (term == NULL) {
		*why = "no memory for the screen";
		return NULL;
	}
	term->tty = tty;
	term->spool.memory = -1;
	term->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	*why = start(term, colour);
	if (*why != NULL) {
		if (term->screen != NULL) {
			endwin();
			delscreen(term->screen);
		}
		free_term(term);
		return NULL;
	}
	panic_prepare(term);
	set_modes(term);
	return term;
}

void term_suspend(struct term *term)
{
	if (term->suspended)
		return;
	term->suspended = true;
	if (term->paste)
		spool_append(&term->spool, "\x1b[?2004l", 8);
	curs_set(1);
	endwin();
	spool_collect(&term->spool);
	panic.armed = 0;
	tcsetattr(term->tty, TCSANOW, &term->shell);
}

void term_resume(struct term *term)
{
	set_modes(term);
	panic.armed = 1;
	term->suspended = false;
	term->cursor_shown = true;
	term_resized(term);
	/* Leaves endwin's state at once, so that smcup goes before our own bytes. */
	keypad(term->keys, TRUE);
	doupdate();
	curs_set(1);
	paste_on(term);
	term_repaint(term);
}

/* Waits a little for the last bytes; what is left is dropped. */
static void drain(struct term *term)
{
	for (int tries = 0; tries < 15; tries++) {
		size_t len;
		const char *bytes = term_pending(term, &len);
		if (len == 0)
			return;
		ssize_t put = write(term->tty, bytes, len);
		if (put > 0) {
			term_sent(term, (size_t)put);
		} else {
			struct pollfd wait = {.fd = term->tty, .events = POLLOUT};
			poll(&wait, 1, 20);
		}
	}
}

void term_close(struct term *term)
{
	term_suspend(term);
	drain(term);
	delwin(term->keys);
	delscreen(term->screen);
	free_term(term);
}

/* ---- drawing ---- */

void term_repaint(struct term *term)
{
	term->whole = true;
}

void term_resized(struct term *term)
{
	int rows, columns;
	term_size(term, &rows, &columns);
	/* Not resizeterm: it would put a KEY_RESIZE among the keys. */
	if (rows != getmaxy(stdscr) || columns != getmaxx(stdscr))
		resize_term(rows, columns);
	rows = getmaxy(stdscr);
	columns = getmaxx(stdscr);
	struct cell *cells = calloc((size_t)rows * (size_t)columns, sizeof *cells);
	term->whole = true;
	free(term->previous);
	term->previous = cells;
	term->rows = cells == NULL ? 0 : rows;
	term->columns = cells == NULL ? 0 : columns;
}

static bool same(const struct cell *a, const struct cell *b)
{
	return a->point == b->point && a->mark[0] == b->mark[0] && a->mark[1] == b->mark[1]
	       && a->width == b->width && a->role == b->role;
}

/* The cell as curses wants it. Where the C library does not agree with the
 * canvas on the width, a mark of that width keeps the columns in place. */
static void send_cell(const struct term *term, int row, int column, const struct cell *cell)
{
	wchar_t text[4] = {(wchar_t)cell->point, (wchar_t)cell->mark[0], (wchar_t)cell->mark[1], 0};
	const struct look *look = &looks[cell->role < ROLE_COUNT ? cell->role : ROLE_NORMAL];
	bool drawable =
		term->utf8 ? wcwidth(text[0]) == cell->width : text[0] >= 0x20 && text[0] < 0x7f;
	if (!drawable) {
		text[0] = L'?';
		text[1] = 0;
	}
	for (int i = 1; i < 3; i++)
		if (text[i] != 0 && wcwidth(text[i]) != 0)
			text[i] = 0;
	cchar_t glyph;
	if (setcchar(&glyph, text, look->attributes, look->pair, NULL) != OK)
		return;
	/* ERR for the last cell of the screen only, which is drawn all the same. */
	mvwadd_wch(stdscr, row, column, &glyph);
	if (!drawable && cell->width == 2)
		mvwadd_wch(stdscr, row, column + 1, &glyph);
}

static void send_row(struct term *term, const struct canvas *canvas, int row, int columns)
{
	for (int column = 0; column < columns; column++) {
		const struct cell *cell = &canvas->cells[row * canvas->columns + column];
		struct cell *had = &term->previous[row * term->columns + column];
		if (!term->whole && same(cell, had))
			continue;
		*had = *cell;
		/* Right halves come with their left one. */
		if (cell->point != 0)
			send_cell(term, row, column, cell);
	}
}

static void place_cursor(struct term *term, const struct canvas *canvas)
{
	bool shown = canvas->cursor_row >= 0 && canvas->cursor_row < term->rows
		     && canvas->cursor_column >= 0 && canvas->cursor_column < term->columns;
	if (shown != term->cursor_shown) {
		curs_set(shown ? 1 : 0);
		term->cursor_shown = shown;
	}
	/* A hidden cursor may stay where the last byte left it: fewer bytes. */
	leaveok(stdscr, !shown);
	if (shown)
		wmove(stdscr, canvas->cursor_row, canvas->cursor_column);
}

void term_draw(struct term *term, const struct canvas *canvas)
{
	int rows = canvas->rows < term->rows ? canvas->rows : term->rows;
	int columns = canvas->columns < term->columns ? canvas->columns : term->columns;
	if (term->suspended)
		return;
	if (term->whole || term->spool.lost) {
		term->whole = true;
		term->spool.lost = false;
		werase(stdscr);
		/* Everything again, once: after a resize, a resume and Ctrl-L. */
		clearok(curscr, TRUE);
	}
	for (int row = 0; row < rows; row++)
		send_row(term, canvas, row, columns);
	term->whole = false;
	place_cursor(term, canvas);
	wnoutrefresh(stdscr);
	doupdate();
	spool_collect(&term->spool);
}

void term_say(struct term *term, const char *bytes, size_t len)
{
	if (!term->suspended)
		spool_append(&term->spool, bytes, len);
}
