/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_PTY_H
#define VIGIE_TESTS_PTY_H

/*
 * A program on a pseudo-terminal, its bytes read by a real terminal emulator
 * (libvterm). Header only: each test program that needs it includes it. Link
 * with -lvterm -lutil. Nothing here asserts; functions answer.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#define PTY_HELPER static __attribute__((unused))

struct pty {
	int master;
	pid_t pid;
	bool ended, closed; /* program over; link over */
	int status;         /* of waitpid */
	VTerm *vterm;
	VTermScreen *screen;
	int rows, columns;
	bool full_screen, cursor_shown, mouse;
	VTermPos cursor;
	unsigned char *bytes; /* all that the program sent */
	size_t len, capacity;
	struct termios before; /* modes when the program began */
};

PTY_HELPER int64_t pty_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

PTY_HELPER int pty_property(VTermProp property, VTermValue *value, void *context)
{
	struct pty *pty = context;
	if (property == VTERM_PROP_ALTSCREEN)
		pty->full_screen = value->boolean != 0;
	else if (property == VTERM_PROP_CURSORVISIBLE)
		pty->cursor_shown = value->boolean != 0;
	else if (property == VTERM_PROP_MOUSE)
		pty->mouse = value->number != 0;
	return 1;
}

PTY_HELPER int pty_cursor(VTermPos at, VTermPos before, int visible, void *context)
{
	(void)before;
	(void)visible;
	((struct pty *)context)->cursor = at;
	return 1;
}

PTY_HELPER void pty_emulator(struct pty *pty)
{
	static const VTermScreenCallbacks callbacks = {
		.settermprop = pty_property,
		.movecursor = pty_cursor,
	};
	pty->vterm = vterm_new(pty->rows, pty->columns);
	vterm_set_utf8(pty->vterm, 1);
	pty->screen = vterm_obtain_screen(pty->vterm);
	vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_reset(pty->screen, 1);
	pty->full_screen = false;
	pty->cursor_shown = true;
}

/* Starts argv[0] on a new terminal. `settings` is a NULL-ended list of
 * "NAME=VALUE" (set) or "NAME" (unset) applied to the child's environment. */
PTY_HELPER bool pty_spawn(struct pty *pty, int rows, int columns, const char *const argv[],
	const char *const settings[])
{
	*pty = (struct pty){.rows = rows, .columns = columns};
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
	pty->pid = forkpty(&pty->master, NULL, NULL, &size);
	if (pty->pid < 0)
		return false;
	if (pty->pid == 0) {
		/* A test that fails leaves nothing running behind it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; settings != NULL && settings[i] != NULL; i++) {
			char *copy = strdup(settings[i]);
			if (strchr(copy, '=') != NULL)
				putenv(copy);
			else
				unsetenv(copy);
		}
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	fcntl(pty->master, F_SETFL, O_NONBLOCK);
	fcntl(pty->master, F_SETFD, FD_CLOEXEC);
	tcgetattr(pty->master, &pty->before);
	pty_emulator(pty);
	return true;
}

PTY_HELPER void pty_keep(struct pty *pty, const char *bytes, size_t len)
{
	if (pty->len + len > pty->capacity) {
		pty->capacity = (pty->len + len) * 2;
		pty->bytes = realloc(pty->bytes, pty->capacity);
		if (pty->bytes == NULL)
			abort();
	}
	memcpy(pty->bytes + pty->len, bytes, len);
	pty->len += len;
}

/* What the emulator wants to send: keys, answers to queries. */
PTY_HELPER void pty_answer(struct pty *pty)
{
	char out[512];
	size_t len = vterm_output_read(pty->vterm, out, sizeof out);
	if (len > 0 && !pty->closed) {
		ssize_t put = write(pty->master, out, len);
		(void)put;
	}
}

PTY_HELPER void pty_reap(struct pty *pty)
{
	if (!pty->ended && waitpid(pty->pid, &pty->status, WNOHANG) == pty->pid)
		pty->ended = true;
}

/* Reads for at most `ms`, returning at the first bytes. False: link over. */
PTY_HELPER bool pty_pump(struct pty *pty, int ms)
{
	char piece[8192];
	struct pollfd wait = {.fd = pty->master, .events = POLLIN};
	if (pty->closed)
		return false;
	pty_answer(pty);
	if (poll(&wait, 1, ms) <= 0)
		return true;
	ssize_t got = read(pty->master, piece, sizeof piece);
	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	pty_keep(pty, piece, (size_t)got);
	vterm_input_write(pty->vterm, piece, (size_t)got);
	vterm_screen_flush_damage(pty->screen);
	pty_answer(pty);
	return true;
}

/* Reads until nothing came for `quiet` ms. */
PTY_HELPER void pty_settle(struct pty *pty, int quiet)
{
	int64_t last = pty_now(), end = last + 10000;
	for (size_t before = pty->len; pty_now() - last < quiet && pty_now() < end;) {
		if (!pty_pump(pty, 10))
			return;
		if (pty->len != before) {
			before = pty->len;
			last = pty_now();
		}
	}
}

PTY_HELPER size_t pty_utf8(char *out, uint32_t point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	size_t more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
	static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
	out[0] = (char)(leads[more] | point >> (6 * more));
	for (size_t i = 1; i <= more; i++)
		out[i] = (char)(0x80 | (point >> (6 * (more - i)) & 0x3f));
	return more + 1;
}

PTY_HELPER bool pty_cell(struct pty *pty, int row, int column, VTermScreenCell *cell)
{
	return vterm_screen_get_cell(pty->screen, (VTermPos){.row = row, .col = column}, cell) != 0;
}

/* The picture as text: one line a row, trailing blanks cut. malloc'd. */
PTY_HELPER char *pty_grid(struct pty *pty)
{
	size_t most = (size_t)pty->rows * ((size_t)pty->columns * 24 + 1) + 1;
	char *text = malloc(most);
	if (text == NULL)
		abort();
	size_t len = 0;
	for (int row = 0; row < pty->rows; row++) {
		size_t kept = len;
		for (int column = 0; column < pty->columns; column++) {
			VTermScreenCell cell = {0};
			pty_cell(pty, row, column, &cell);
			if (cell.chars[0] == UINT32_MAX)
				continue;
			if (cell.chars[0] == 0)
				text[len++] = ' ';
			for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
				len += pty_utf8(text + len, cell.chars[i]);
			if (cell.chars[0] != 0 && cell.chars[0] != ' ')
				kept = len;
		}
		len = kept;
		text[len++] = '\n';
	}
	text[len] = '\0';
	return text;
}

PTY_HELPER bool pty_shows(struct pty *pty, const char *text)
{
	char *grid = pty_grid(pty);
	bool found = strstr(grid, text) != NULL;
	free(grid);
	return found;
}

/* True as soon as the screen shows the text. */
PTY_HELPER bool pty_wait(struct pty *pty, const char *text, int ms)
{
	for (int64_t end = pty_now() + ms; pty_now() < end;) {
		if (pty_shows(pty, text))
			return true;
		if (!pty_pump(pty, 20))
			break;
	}
	return pty_shows(pty, text);
}

/* True when the program ended within `ms`; its last bytes are read. */
PTY_HELPER bool pty_wait_end(struct pty *pty, int ms)
{
	for (int64_t end = pty_now() + ms; pty_now() < end && !pty->ended;) {
		if (!pty_pump(pty, 10))
			poll(NULL, 0, 5);
		pty_reap(pty);
	}
	while (pty->ended && pty_pump(pty, 0)) {
		struct pollfd wait = {.fd = pty->master, .events = POLLIN};
		if (poll(&wait, 1, 0) <= 0)
			break;
	}
	return pty->ended;
}

PTY_HELPER void pty_char(struct pty *pty, uint32_t point)
{
	vterm_keyboard_unichar(pty->vterm, point, VTERM_MOD_NONE);
	pty_answer(pty);
}

PTY_HELPER void pty_key(struct pty *pty, VTermKey key)
{
	vterm_keyboard_key(pty->vterm, key, VTERM_MOD_NONE);
	pty_answer(pty);
}

/* Bytes as another terminal would send them. */
PTY_HELPER void pty_send(struct pty *pty, const char *bytes)
{
	ssize_t put = write(pty->master, bytes, strlen(bytes));
	(void)put;
}

/* Changes the window; the emulator follows unless the size is 0. */
PTY_HELPER void pty_resize(struct pty *pty, int rows, int columns)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
	if (rows > 0 && columns > 0) {
		pty->rows = rows;
		pty->columns = columns;
		vterm_set_size(pty->vterm, rows, columns);
	}
	ioctl(pty->master, TIOCSWINSZ, &size);
}

/* The link drops: the program's side hangs up. */
PTY_HELPER void pty_drop(struct pty *pty)
{
	close(pty->master);
	pty->closed = true;
}

/* True when the terminal is as the program found it. */
PTY_HELPER bool pty_restored(struct pty *pty)
{
	struct termios now;
	if (tcgetattr(pty->master, &now) != 0)
		return false;
	return now.c_iflag == pty->before.c_iflag && now.c_oflag == pty->before.c_oflag
	       && now.c_lflag == pty->before.c_lflag && !pty->full_screen && pty->cursor_shown
	       && !pty->mouse;
}

/* Where `text` was last sent, -1 never. */
PTY_HELPER long pty_sent_at(const struct pty *pty, const char *text)
{
	size_t len = strlen(text);
	for (size_t at = pty->len; at >= len && at > 0; at--)
		if (memcmp(pty->bytes + at - len, text, len) == 0)
			return (long)(at - len);
	return -1;
}

PTY_HELPER void pty_free(struct pty *pty)
{
	pty_reap(pty);
	if (!pty->ended && pty->pid > 0) {
		kill(pty->pid, SIGKILL);
		waitpid(pty->pid, &pty->status, 0);
	}
	if (!pty->closed)
		close(pty->master);
	if (pty->vterm != NULL)
		vterm_free(pty->vterm);
	free(pty->bytes);
	*pty = (struct pty){.closed = true, .ended = true};
}

#endif
