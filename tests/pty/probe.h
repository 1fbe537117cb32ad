/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_PROBE_H
#define VIGIE_TESTS_PROBE_H

/*
 * The smallest console on src/terminal: a board that shows its size, the last
 * keys, every role, and the longest turn of its loop. A test program becomes
 * it by starting itself with the argument "probe". The environment sets it:
 * PROBE_FLOOD (everything changes at each tick), PROBE_BELL (a bell at each tick), PROBE_CLOCK (one
 * clock), PROBE_NOHUP (neither SIGHUP nor SIGCONT tell of a drop), PROBE_STAY (does not leave when
 * the link drops but measures its own processor time for half a second).
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/suite_clock.h"
#include "src/terminal.h"

enum {
	PROBE_GONE = 7,     /* exit codes: the link dropped */
	PROBE_IDLE = 8,     /* stayed after it, and slept */
	PROBE_BUSY = 9,     /* stayed after it, and span */
	PROBE_SIGNAL = 100, /* plus the number of the signal */
	PROBE_TICK_MS = 20,
	PROBE_ROLES_ROW = 4,
	PROBE_ROLES_A_COLUMN = 12
};

struct probe {
	struct ev_loop *loop;
	struct terminal *terminal;
	struct canvas canvas;
	ev_timer tick, stay;
	int draws, sizes, seconds, code;
	unsigned noise;
	bool flood, clock, bell;
	int bells; /* that the terminal took */
	int64_t last_ms, gap_ms;
	char keys[64];
	clock_t used;
};

static void probe_roles(struct probe *probe, struct area all)
{
	for (int role = 0; role < ROLE_COUNT; role++)
		canvas_printf(&probe->canvas, all, PROBE_ROLES_ROW + role % PROBE_ROLES_A_COLUMN,
			role / PROBE_ROLES_A_COLUMN * 16, 14, (enum role)role, "role %02d", role);
}

/* Cells that all differ from those of the frame before, in many roles. */
static void probe_noise(struct probe *probe, struct area all)
{
	probe->noise++;
	for (int row = PROBE_ROLES_ROW; row < all.rows; row++)
		for (int column = 0; column < all.columns; column++) {
			unsigned mix = probe->noise * 7919u + (unsigned)(row * 31 + column * 17);
			canvas_put(&probe->canvas, all, row, column, (enum role)(mix % ROLE_COUNT),
				'a' + mix % 26);
		}
}

static void probe_draw(struct probe *probe)
{
	struct canvas *canvas = &probe->canvas;
	int rows, columns;
	terminal_size(probe->terminal, &rows, &columns);
	if (rows != canvas->rows || columns != canvas->columns)
		canvas_resize(canvas, rows, columns);
	canvas_erase(canvas);
	canvas->ascii = terminal_ascii(probe->terminal);
	struct area all = canvas_area(canvas);
	canvas_printf(canvas, all, 0, 0, columns, ROLE_HEADER, "probe %dx%d sizes %d clock %02d",
		columns, rows, probe->sizes, probe->seconds);
	canvas_printf(canvas, all, 1, 0, columns, ROLE_NORMAL, "keys%s", probe->keys);
	canvas_printf(canvas, all, 2, 0, columns, ROLE_NORMAL, "gap %d ms bells %d",
		(int)probe->gap_ms, probe->bells);
	canvas_text(canvas, all, 3, 0, columns, ROLE_NORMAL,
		"\u250c\u2500\u2510 \u00c9t\u00e9 e\u0301 \u697d\u697d \u2588 end");
	if (probe->flood)
		probe_noise(probe, all);
	else
		probe_roles(probe, all);
	canvas->cursor_row = rows > 1 ? 1 : -1;
	canvas->cursor_column = rows > 1 ? 4 : -1;
	if (terminal_draw(probe->terminal, canvas))
		probe->draws++;
}

static void probe_key(void *context, uint32_t key)
{
	struct probe *probe = context;
	if (key == 'S')
		raise(SIGSEGV);
	if (key == 'A')
		abort();
	if (key == 'g')
		probe->gap_ms = 0;
	if (key == 12)
		terminal_repaint(probe->terminal);
	char name[16];
	if (key > KEY_BASE)
		snprintf(name, sizeof name, " V%u", (unsigned)(key - KEY_BASE));
	else
		snprintf(name, sizeof name, " U%x", (unsigned)key);
	if (strlen(probe->keys) + strlen(name) >= sizeof probe->keys)
		probe->keys[0] = '\0';
	memcpy(probe->keys + strlen(probe->keys), name, strlen(name) + 1);
	if (key == '_')
		probe->keys[0] = '\0';
	if (key == 'q')
		ev_break(probe->loop, EVBREAK_ALL);
	else
		probe_draw(probe);
}

static void probe_resized(void *context)
{
	struct probe *probe = context;
	probe->sizes++;
	probe_draw(probe);
}

static void probe_ready(void *context)
{
	probe_draw(context);
}

static void probe_stayed(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)events;
	struct probe *probe = watcher->data;
	clock_t used = clock() - probe->used;
	probe->code = used < CLOCKS_PER_SEC / 10 ? PROBE_IDLE : PROBE_BUSY;
	ev_break(loop, EVBREAK_ALL);
}

static void probe_gone(void *context)
{
	struct probe *probe = context;
	probe->code = PROBE_GONE;
	if (getenv("PROBE_STAY") == NULL) {
		ev_break(probe->loop, EVBREAK_ALL);
		return;
	}
	probe->used = clock();
	ev_timer_init(&probe->stay, probe_stayed, 0.5, 0.);
	probe->stay.data = probe;
	ev_timer_start(probe->loop, &probe->stay);
}

static void probe_ended(void *context, int signum)
{
	struct probe *probe = context;
	probe->code = PROBE_SIGNAL + signum;
	ev_break(probe->loop, EVBREAK_ALL);
}

static void probe_tick(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)loop;
	(void)events;
	struct probe *probe = watcher->data;
	int64_t now = monotonic_ms();
	if (now - probe->last_ms > probe->gap_ms)
		probe->gap_ms = now - probe->last_ms;
	probe->last_ms = now;
	int seconds = (int)(now / 1000 % 60);
	bool turned = seconds != probe->seconds && probe->clock;
	if (turned)
		probe->seconds = seconds;
	if (turned || probe->flood)
		probe_draw(probe);
	if (probe->bell)
		probe->bells += terminal_say(probe->terminal, "\a", 1);
}

/* The probe leads its session, so the kernel sends SIGCONT with the hangup and
 * the redraw after it finds the link gone. A console under a shell gets none. */
static void probe_no_cont(void)
{
	sigset_t cont;
	sigemptyset(&cont);
	sigaddset(&cont, SIGCONT);
	sigprocmask(SIG_BLOCK, &cont, NULL);
}

static int probe_run(struct probe *probe)
{
	struct terminal_calls calls = {
		.key = probe_key,
		.resized = probe_resized,
		.ready = probe_ready,
		.gone = probe_gone,
		.ended = probe_ended,
		.context = probe,
	};
	struct error err;
	if (getenv("PROBE_NOHUP") != NULL) {
		signal(SIGHUP, SIG_IGN);
		calls.ended = NULL;
	}
	if (terminal_open(&probe->terminal, probe->loop, (struct terminal_options){0}, calls, &err)
		< 0) {
		fprintf(stderr, "probe: %s\n", err.text);
		return 3;
	}
	if (getenv("PROBE_NOHUP") != NULL)
		probe_no_cont();
	if (probe->flood || probe->clock || probe->bell)
		ev_timer_start(probe->loop, &probe->tick);
	probe_draw(probe);
	ev_run(probe->loop, 0);
	terminal_close(probe->terminal);
	return probe->code;
}

static int probe_main(void)
{
	struct probe probe = {.loop = ev_default_loop(0)};
	terminal_locale();
	canvas_init(&probe.canvas);
	probe.flood = getenv("PROBE_FLOOD") != NULL;
	probe.clock = getenv("PROBE_CLOCK") != NULL;
	probe.bell = getenv("PROBE_BELL") != NULL;
	probe.last_ms = monotonic_ms();
	ev_timer_init(&probe.tick, probe_tick, 0., PROBE_TICK_MS / 1000.);
	probe.tick.data = &probe;
	probe.tick.repeat = PROBE_TICK_MS / 1000.;
	int code = probe_run(&probe);
	canvas_fini(&probe.canvas);
	ev_loop_destroy(probe.loop);
	return code;
}

#endif
