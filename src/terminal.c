/* SPDX-License-Identifier: Apache-2.0 */
#include "src/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "src/suite_clock.h"

/* A drag of the window's corner sends dozens of sizes: wait for quiet. */
static const double QUIET_S = 0.03;
/* Keys taken in one turn of the loop: a paste must not hold it up. */
enum { KEYS_A_TURN = 256, CLOSE_TRIES = 15, CLOSE_POLL_MS = 20, RESUME_ONCE_MS = 200 };

static const int end_signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum {
	END_COUNT = sizeof end_signals / sizeof end_signals[0],
	CRASH_COUNT = sizeof crash_signals / sizeof crash_signals[0],
	CRASH_STACK = 65536
};

struct terminal {
	struct ev_loop *loop;
	struct term *term;
	struct terminal_calls calls;
	int tty;
	bool ascii, skipped, suspended, lost, watching;
	int64_t resumed_ms;
	uint64_t bytes;
	ev_io readable, writable;
	ev_timer quiet;
	ev_signal winch, stop, resume;
	ev_signal ends[END_COUNT];
	struct sigaction crash_before[CRASH_COUNT];
	void *crash_stack;
};

bool terminal_locale(void)
{
	if (setlocale(LC_ALL, "") == NULL) {
		/* A UTF-8 locale that was never generated is still a promise that
		 * the terminal speaks UTF-8; anything else is not. */
		const char *names[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};
		const char *name = "";
		for (int i = 2; i >= 0; i--)
			if (names[i] != NULL && names[i][0] != '\0')
				name = names[i];
		bool utf8 = strcasestr(name, "utf-8") != NULL || strcasestr(name, "utf8") != NULL;
		setlocale(LC_ALL, utf8 ? "C.UTF-8" : "C");
	}
	setlocale(LC_NUMERIC, "C");
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* ---- the link ---- */

/* Stops every watcher first: a dropped terminal is readable for ever, and a
 * watcher left on it would eat a processor. */
static void lose(struct terminal *terminal)
{
	if (terminal->lost)
		return;
	terminal->lost = true;
	ev_io_stop(terminal->loop, &terminal->readable);
	ev_io_stop(terminal->loop, &terminal->writable);
	ev_timer_stop(terminal->loop, &terminal->quiet);
	if (terminal->calls.gone != NULL)
		terminal->calls.gone(terminal->calls.context);
}

/* Sends what the terminal takes now. Returns false when it is gone. */
static bool relay(struct terminal *terminal)
{
	for (;;) {
		size_t len;
		const char *bytes = term_pending(terminal->term, &len);
		if (len == 0)
			return true;
		ssize_t put = write(terminal->tty, bytes, len);
		if (put > 0) {
			terminal->bytes += (uint64_t)put;
			term_sent(terminal->term, (size_t)put);
		} else if (put < 0 && errno == EINTR) {
			continue;
		} else {
			return put == 0 || errno == EAGAIN || errno == EWOULDBLOCK;
		}
	}
}

static bool waiting(const struct terminal *terminal)
{
	size_t len;
	term_pending(terminal->term, &len);
	return len > 0;
}

/* The write watcher runs only while bytes wait. A failed write is not reported
 * from here, since the caller may be drawing: the watcher finds it next turn. */
static void push(struct terminal *terminal)
{
	bool fine = relay(terminal);
	/* A frame was skipped: on_writable tells that it can be drawn now. */
	if (!fine || waiting(terminal) || terminal->skipped)
		ev_io_start(terminal->loop, &terminal->writable);
	else
		ev_io_stop(terminal->loop, &terminal->writable);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
	(void)events;
	struct terminal *terminal = watcher->data;
	if (!relay(terminal) || !term_alive(terminal->term)) {
		lose(terminal);
		return;
	}
	if (waiting(terminal))
		return;
	ev_io_stop(loop, watcher);
	if (terminal->skipped && !terminal->suspended) {
		terminal->skipped = false;
		if (terminal->calls.ready != NULL)
			terminal->calls.ready(terminal->calls.context);
	}
}

/* The terminal of the key being told about, NULL once a callback closed it. */
static struct terminal *current;

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
	(void)loop;
	(void)events;
	struct terminal *terminal = watcher->data;
	if (!term_alive(terminal->term)) {
		lose(terminal);
		return;
	}
	for (int i = 0; i < KEYS_A_TURN; i++) {
		uint32_t key = term_key(terminal->term);
		if (key == KEY_NONE)
			break;
		if (terminal->calls.key != NULL)
			terminal->calls.key(terminal->calls.context, key);
		if (current != terminal)
			return;
	}
	/* Reading keys may make curses write (keypad mode). */
	push(terminal);
}

/* ---- signals ---- */

static void on_winch(struct ev_loop *loop, ev_signal *watcher, int events)
{
	(void)events;
	struct terminal *terminal = watcher->data;
	if (!terminal->lost && !terminal->suspended)
		ev_timer_again(loop, &terminal->quiet);
}

static void on_quiet(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)events;
	struct terminal *terminal = watcher->data;
	ev_timer_stop(loop, watcher);
	term_resized(terminal->term);
	if (terminal->calls.resized != NULL)
		terminal->calls.resized(terminal->calls.context);
}

static void back(struct terminal *terminal)
{
	terminal->suspended = false;
	terminal->resumed_ms = monotonic_ms();
	term_resume(terminal->term);
	ev_io_start(terminal->loop, &terminal->readable);
	push(terminal);
	terminal->skipped = false;
	if (terminal->calls.resized != NULL)
		terminal->calls.resized(terminal->calls.context);
}

/* Gives the terminal a bounded time to take the last bytes. */
static void push_last(struct terminal *terminal)
{
	for (int i = 0; i < CLOSE_TRIES; i++) {
		if (!relay(terminal) || !waiting(terminal))
			return;
		struct pollfd wait = {.fd = terminal->tty, .events = POLLOUT};
		poll(&wait, 1, CLOSE_POLL_MS);
	}
}

/* Stops by the default action of TSTP, not by STOP: a program without a shell
 * behind it (an orphaned group) must not stop, nobody could wake it again. */
static void on_stop(struct ev_loop *loop, ev_signal *watcher, int events)
{
	(void)events;
	struct terminal *terminal = watcher->data;
	if (terminal->lost)
		return;
	struct sigaction before, standard = {.sa_handler = SIG_DFL};
	terminal->suspended = true;
	term_suspend(terminal->term);
	push_last(terminal);
	sigaction(SIGTSTP, &standard, &before);
	ev_suspend(loop);
	raise(SIGTSTP);
	ev_resume(loop);
	sigaction(SIGTSTP, &before, NULL);
	back(terminal);
}

/* After SIGSTOP from elsewhere the shell has changed the modes: set them again.
 * After Ctrl-Z this comes too, but the work is done. */
static void on_resume(struct ev_loop *loop, ev_signal *watcher, int events)
{
	(void)loop;
	(void)events;
	struct terminal *terminal = watcher->data;
	if (terminal->lost || monotonic_ms() - terminal->resumed_ms < RESUME_ONCE_MS)
		return;
	back(terminal);
}

static void on_end(struct ev_loop *loop, ev_signal *watcher, int events)
{
	(void)loop;
	(void)events;
	struct terminal *terminal = watcher->data;
	terminal->calls.ended(terminal->calls.context, watcher->signum);
}

/* SA_RESETHAND has restored the default action: raising again ends the program
 * as it would have ended, with the terminal put back. */
static void on_crash(int signum)
{
	term_panic();
	raise(signum);
}

static void catch_crashes(struct terminal *terminal)
{
	struct sigaction action = {
		.sa_handler = on_crash,
		.sa_flags = (int)(SA_RESETHAND | SA_NODEFER | SA_ONSTACK),
	};
	/* A stack of its own, for the overflow of the usual one. */
	terminal->crash_stack = malloc(CRASH_STACK);
	if (terminal->crash_stack != NULL) {
		stack_t stack = {.ss_sp = terminal->crash_stack, .ss_size = CRASH_STACK};
		sigaltstack(&stack, NULL);
	}
	for (int i = 0; i < CRASH_COUNT; i++)
		sigaction(crash_signals[i], &action, &terminal->crash_before[i]);
}

static void release_crashes(struct terminal *terminal)
{
	for (int i = 0; i < CRASH_COUNT; i++)
		sigaction(crash_signals[i], &terminal->crash_before[i], NULL);
	stack_t none = {.ss_flags = SS_DISABLE};
	sigaltstack(&none, NULL);
	free(terminal->crash_stack);
}

/* ---- life ---- */

/* Opened anew, so that O_NONBLOCK does not reach the shell, which shares the
 * open file description of standard input. */
static int reopen(void)
{
	const int flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char path[128] = "";
	int tty = -1;
	if (ttyname_r(STDIN_FILENO, path, sizeof path) == 0)
		tty = open(path, flags);
	/* After su the name may belong to somebody else. */
	return tty >= 0 ? tty : open("/dev/tty", flags);
}

static void watch(struct terminal *terminal)
{
	struct ev_loop *loop = terminal->loop;
	ev_io_init(&terminal->readable, on_readable, terminal->tty, EV_READ);
	ev_io_init(&terminal->writable, on_writable, terminal->tty, EV_WRITE);
	ev_timer_init(&terminal->quiet, on_quiet, 0., QUIET_S);
	ev_signal_init(&terminal->winch, on_winch, SIGWINCH);
	ev_signal_init(&terminal->stop, on_stop, SIGTSTP);
	ev_signal_init(&terminal->resume, on_resume, SIGCONT);
	terminal->readable.data = terminal->writable.data = terminal->quiet.data = terminal;
	terminal->winch.data = terminal->stop.data = terminal->resume.data = terminal;
	ev_io_start(loop, &terminal->readable);
	ev_signal_start(loop, &terminal->winch);
	ev_signal_start(loop, &terminal->stop);
	ev_signal_start(loop, &terminal->resume);
	for (int i = 0; terminal->calls.ended != NULL && i < END_COUNT; i++) {
		ev_signal_init(&terminal->ends[i], on_end, end_signals[i]);
		terminal->ends[i].data = terminal;
		ev_signal_start(loop, &terminal->ends[i]);
	}
	terminal->watching = true;
}

static void unwatch(struct terminal *terminal)
{
	struct ev_loop *loop = terminal->loop;
	ev_io_stop(loop, &terminal->readable);
	ev_io_stop(loop, &terminal->writable);
	ev_timer_stop(loop, &terminal->quiet);
	ev_signal_stop(loop, &terminal->winch);
	ev_signal_stop(loop, &terminal->stop);
	ev_signal_stop(loop, &terminal->resume);
	for (int i = 0; terminal->calls.ended != NULL && i < END_COUNT; i++)
		ev_signal_stop(loop, &terminal->ends[i]);
}

int terminal_open(struct terminal **out, struct ev_loop *loop, struct terminal_options options,
	struct terminal_calls calls, struct error *err)
{
	*out = NULL;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return error_set(err, -ENOTTY,
			"standard input and output are not a terminal; "
			"use `vigie show PANE` in scripts and pipes");
	int tty = reopen();
	if (tty < 0)
		return error_set(
			err, -ENOTTY, "cannot open the terminal again: %s", strerror(errno));
	const char *why = NULL;
	struct terminal *terminal = calloc(1, sizeof *terminal);
	if (terminal != NULL)
		terminal->term = term_open(tty, options.colour, &why);
	if (terminal == NULL || terminal->term == NULL) {
		free(terminal);
		close(tty);
		return error_set(err, -ENOTSUP, "cannot draw on this terminal: %s",
			why != NULL ? why : "out of memory");
	}
	terminal->loop = loop;
	terminal->calls = calls;
	terminal->tty = tty;
	terminal->ascii = options.ascii || !term_is_utf8(terminal->term);
	current = terminal;
	catch_crashes(terminal);
	watch(terminal);
	push(terminal);
	*out = terminal;
	return 0;
}

/* A stalled reader must not hold up our end: what it did not take in time is
 * thrown away, and CAN ends the sequence that was cut. */
static void put_back(struct terminal *terminal)
{
	/* Keys typed ahead were meant for us, not for the shell. */
	tcflush(terminal->tty, TCIFLUSH);
	push_last(terminal);
	if (waiting(terminal)) {
		tcflush(terminal->tty, TCOFLUSH);
		term_sent(terminal->term, SIZE_MAX);
		ssize_t put = write(terminal->tty, "\x18", 1);
		terminal->bytes += put > 0 ? 1 : 0;
	}
	term_suspend(terminal->term);
	push_last(terminal);
	term_sent(terminal->term, SIZE_MAX);
}

void terminal_close(struct terminal *terminal)
{
	if (terminal == NULL)
		return;
	current = NULL;
	unwatch(terminal);
	if (!terminal->lost)
		put_back(terminal);
	term_close(terminal->term);
	release_crashes(terminal);
	close(terminal->tty);
	free(terminal);
}

/* ---- drawing ---- */

bool terminal_ascii(const struct terminal *terminal)
{
	return terminal->ascii;
}

void terminal_size(const struct terminal *terminal, int *rows, int *columns)
{
	term_size(terminal->term, rows, columns);
}

bool terminal_draw(struct terminal *terminal, const struct canvas *canvas)
{
	if (terminal->lost)
		return false;
	/* Never a frame behind a frame: a slow reader gets the newest picture
	 * when it is ready, not the history. */
	if (terminal->suspended || waiting(terminal)) {
		terminal->skipped = true;
		return false;
	}
	term_draw(terminal->term, canvas);
	push(terminal);
	return true;
}

void terminal_repaint(struct terminal *terminal)
{
	term_repaint(terminal->term);
}

bool terminal_say(struct terminal *terminal, const char *bytes, size_t len)
{
	if (terminal->lost || terminal->suspended || waiting(terminal))
		return false;
	term_say(terminal->term, bytes, len);
	push(terminal);
	return true;
}

uint64_t terminal_bytes(const struct terminal *terminal)
{
	return terminal->bytes;
}
