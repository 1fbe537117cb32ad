/* SPDX-License-Identifier: Apache-2.0 */
#include "src/console.h"

#include <ev.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/handover.h"
#include "screens/signal.h"
#include "screens/ui.h"
#include "src/guard.h"
#include "src/lock.h"
#include "src/options.h"
#include "src/print.h"
#include "src/station.h"
#include "src/terminal.h"
#include "src/verbs.h"
#include "twin/text.h"

/* Between pictures: as a rule, and when somebody pressed a key or calls. */
enum { FRAME_MS = 33, HURRY_MS = 10, NOTICE_MS = 6000, SOUND_LEAST_MS = 20 };

struct console {
	struct ev_loop *loop;
	const struct settings *settings;
	struct station *station;
	struct terminal *terminal;
	struct helper *helper;
	struct lock *lock;
	char left[LABEL_SIZE * 2]; /* why it had to end, "" it did not */
	struct ui *ui;
	struct canvas canvas;
	ev_prepare before_wait;
	ev_timer frame;     /* the next redraw that comes by itself */
	bool dirty, keyed;  /* to be drawn; a key asked for it */
	int64_t drawn_mono; /* last frame */
	char notice[LABEL_SIZE * 2];
	int64_t notice_until_mono;
	int signal;
	int high_seen;               /* unacknowledged HIGH alarms at the last picture */
	struct signal heard;         /* what has been heard */
	enum signal_desktop desktop; /* ... and is told outside the terminal's picture */
	ev_timer sound;              /* the next pulse */
};

static void on_changed(void *context)
{
	struct console *c = context;
	c->dirty = true;
}

static void on_notice(void *context, const char *text)
{
	struct console *c = context;
	text_copy(c->notice, sizeof c->notice, text);
	c->notice_until_mono = monotonic_ms() + NOTICE_MS;
	c->dirty = true;
}

static void look(const struct console *c, struct view *view)
{
	station_view(c->station, view);
	if (view->mono_ms < c->notice_until_mono)
		view->notice = c->notice;
	view->sound = c->heard.sound;
	if (view->sound == SOUND_PAUSED && c->heard.paused_until_ms > view->mono_ms)
		view->sound_left_s = (int)((c->heard.paused_until_ms - view->mono_ms + 999) / 1000);
}

static int unseen_high(const struct twin *twin)
{
	int high = 0;
	for (int i = 0; i < twin->alarm_count; i++)
		high += twin->alarms[i].priority == PRIORITY_HIGH && !twin->alarms[i].acked
			&& alarm_state(&twin->alarms[i]) != ALARM_A;
	return high;
}

/* Rings what is due; light is a matter of the picture. What a stalled terminal does
 * not take is lost: the next burst comes soon enough. */
static void sound(struct console *c, const struct view *view)
{
	struct signal_ask ask;
	char words[LABEL_SIZE * 2], bytes[LABEL_SIZE * 4];
	signal_asks(view, &ask);
	struct signal_now now = signal_step(&c->heard, &ask, view->mono_ms);
	if (now.pulse)
		terminal_say(c->terminal, "\a", 1);
	if (now.tell && c->desktop != DESKTOP_OFF) {
		signal_words(view, words, sizeof words);
		terminal_say(c->terminal, bytes,
			signal_desktop_bytes(c->desktop, words, bytes, sizeof bytes));
	}
	int next = signal_next_ms(&c->heard, &ask, view->mono_ms);
	ev_timer_stop(c->loop, &c->sound);
	if (next < 0)
		return;
	ev_timer_set(&c->sound, (next < SOUND_LEAST_MS ? SOUND_LEAST_MS : next) / 1000.0, 0);
	ev_timer_start(c->loop, &c->sound);
}

static void on_sound(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct console *c = timer->data;
	struct view view;
	(void)loop;
	(void)events;
	look(c, &view);
	sound(c, &view);
}

static void schedule(struct console *c, const struct view *view, int64_t mono)
{
	int next = ui_next_ms(c->ui, view);
	if (c->notice_until_mono > mono && c->notice_until_mono - mono < next)
		next = (int)(c->notice_until_mono - mono);
	if (next < FRAME_MS)
		next = FRAME_MS;
	ev_timer_stop(c->loop, &c->frame);
	ev_timer_set(&c->frame, next / 1000.0, 0);
	ev_timer_start(c->loop, &c->frame);
}

static void draw(struct console *c)
{
	struct view view;
	int rows, columns;
	look(c, &view);
	terminal_size(c->terminal, &rows, &columns);
	if (!canvas_resize(&c->canvas, rows, columns))
		return;
	c->canvas.ascii = terminal_ascii(c->terminal);
	ui_draw(c->ui, &view, &c->canvas);
	sound(c, &view);
	c->drawn_mono = view.mono_ms;
	c->high_seen = unseen_high(view.twin);
	c->keyed = false;
	c->dirty = !terminal_draw(c->terminal, &c->canvas);
	schedule(c, &view, view.mono_ms);
}

static bool in_a_hurry(const struct console *c)
{
	struct view view;
	if (c->keyed)
		return true;
	look(c, &view);
	return unseen_high(view.twin) > c->high_seen;
}

/* Watchers only mark dirty; one picture a turn, and not more than 30 a second, but
 * neither a call nor the answer to a key waits for that in a flood. */
static void on_before_wait(struct ev_loop *loop, ev_prepare *watcher, int events)
{
	struct console *c = watcher->data;
	(void)events;
	if (!c->dirty)
		return;
	int64_t since = monotonic_ms() - c->drawn_mono, left = FRAME_MS - since;
	if (left > 0 && in_a_hurry(c))
		left = HURRY_MS - since;
	if (left <= 0) {
		draw(c);
		return;
	}
	ev_timer_stop(loop, &c->frame);
	ev_timer_set(&c->frame, (double)left / 1000.0, 0);
	ev_timer_start(loop, &c->frame);
}

static void on_frame(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct console *c = timer->data;
	(void)loop;
	(void)events;
	c->dirty = true;
}

static void save_display(struct console *c, const char *path)
{
	char *text = canvas_dump(&c->canvas, NULL);
	FILE *file = text != NULL ? guard_new_file(path) : NULL;
	if (file == NULL || fputs(text, file) < 0)
		on_notice(c, "the display was not saved: the file exists or cannot be written");
	else
		on_notice(c, "display saved");
	if (file != NULL)
		fclose(file);
	free(text);
}

static void print_handover(struct console *c, const char *path)
{
	struct print_told told = {on_notice, c};
	struct error err = {""};
	struct view view;
	look(c, &view);
	char *text = handover_text(&view, PRINT_COLUMNS, c->settings->ascii);
	if (text == NULL || print_sheet(NULL, text, path, view.now_ms, told, &err) != 0)
		on_notice(c, text != NULL ? err.text : "out of memory");
	free(text);
}

static void on_key(void *context, uint32_t key)
{
	struct console *c = context;
	struct command command = {.kind = COMMAND_NONE};
	struct view view;
	lock_touched(c->lock);
	look(c, &view);
	unsigned what = ui_key(c->ui, &view, key, &command);
	c->keyed = true;
	c->dirty = c->dirty || (what & UI_DIRTY) != 0;
	if (command.kind == COMMAND_NONE)
		return;
	c->dirty = true;
	if (command.kind == COMMAND_QUIT)
		ev_break(c->loop, EVBREAK_ALL);
	else if (command.kind == COMMAND_UNLOCK)
		lock_try(c->lock, command.text, sizeof command.text);
	else if (command.kind == COMMAND_REDRAW)
		terminal_repaint(c->terminal);
	else if (command.kind == COMMAND_SAVE_DISPLAY)
		save_display(c, command.text);
	else if (command.kind == COMMAND_SOUND_PAUSE)
		signal_pause(&c->heard, view.mono_ms);
	else if (command.kind == COMMAND_SOUND)
		signal_off(&c->heard, command.value == 0);
	else if (command.kind == COMMAND_PRINT)
		print_handover(c, command.text);
	else
		station_command(c->station, &command);
}

static void on_gone(void *context)
{
	struct console *c = context;
	ev_break(c->loop, EVBREAK_ALL);
}

static void on_ended(void *context, int signum)
{
	struct console *c = context;
	c->signal = signum;
	ev_break(c->loop, EVBREAK_ALL);
}

static int signals_set(struct console *c, struct error *err)
{
	const char *how = c->settings->sound, *desktop = c->settings->notify_terminal;
	if (how != NULL && strcmp(how, "bell") != 0 && strcmp(how, "off") != 0)
		return error_set(err, -1, "sound is \"bell\" or \"off\", not \"%s\"", how);
	c->heard.sound = how != NULL && strcmp(how, "bell") == 0 ? SOUND_ON : SOUND_NONE;
	while (desktop != NULL && c->desktop < DESKTOP_COUNT
		&& strcmp(signal_desktop_name(c->desktop), desktop) != 0)
		c->desktop++;
	if (c->desktop == DESKTOP_COUNT)
		return error_set(err, -1,
			"notify_terminal is \"osc9\", \"osc777\" or \"off\", not \"%s\"", desktop);
	return 0;
}

static void on_leave(void *context, const char *why)
{
	struct console *c = context;
	text_copy(c->left, sizeof c->left, why);
	ev_break(c->loop, EVBREAK_ALL);
}

static int open_all(struct console *c, struct error *err)
{
	struct station_calls station_calls = {on_changed, on_notice, c};
	struct terminal_options options = {
		c->settings->no_color ? COLOUR_NEVER : COLOUR_AUTO, c->settings->ascii};
	struct terminal_calls calls = {on_key, on_changed, on_changed, on_gone, on_ended, c};
	c->station = station_open(c->loop, c->settings, station_calls, err);
	if (c->station == NULL)
		return -1;
	if (signals_set(c, err) < 0)
		return -1;
	c->ui = ui_create();
	canvas_init(&c->canvas);
	if (c->settings->screen != NULL && !ui_goto(c->ui, c->settings->screen))
		return error_set(err, -1, "no screen is called \"%s\"", c->settings->screen);
	struct lock_calls lock_calls = {on_leave, on_notice, c};
	err->text[0] = '\0';
	c->lock = lock_open(c->loop, c->settings, c->station, c->helper, lock_calls, err);
	if (err->text[0] != '\0')
		return -1;
	return terminal_open(&c->terminal, c->loop, options, calls, err);
}

static void run(struct console *c)
{
	ev_prepare_init(&c->before_wait, on_before_wait);
	ev_timer_init(&c->frame, on_frame, 0, 0);
	ev_timer_init(&c->sound, on_sound, 0, 0);
	c->before_wait.data = c->frame.data = c->sound.data = c;
	ev_prepare_start(c->loop, &c->before_wait);
	c->dirty = true;
	draw(c); /* first paint before any feed has answered */
	station_start(c->station);
	station_session(c->station, true, "");
	ev_run(c->loop, 0);
	station_session(c->station, false, c->left[0] != '\0' ? "idle" : "");
	ev_prepare_stop(c->loop, &c->before_wait);
	ev_timer_stop(c->loop, &c->frame);
	ev_timer_stop(c->loop, &c->sound);
}

/* The rows of a picture, some 300 kB, are had and given back for each one. glibc
 * would return them to the kernel and fetch zeroed pages again every second. */
static void keep_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 2 << 20);
#endif
}

int console_run(const struct settings *settings)
{
	struct console c = {.settings = settings};
	struct error err = {""};
	c.helper = guard_begin(settings, &err);
	keep_memory();
	if (c.helper != NULL) {
		c.loop = ev_default_loop(EVFLAG_AUTO);
		helper_attach(c.helper, c.loop);
	}
	bool opened = c.helper != NULL && open_all(&c, &err) == 0;
	if (opened)
		run(&c);
	terminal_close(c.terminal);
	lock_close(c.lock);
	station_close(c.station);
	ui_destroy(c.ui);
	canvas_fini(&c.canvas);
	guard_end(c.helper);
	if (!opened) {
		fprintf(stderr, "vigie: %s\n", err.text);
		return EXIT_ENVIRONMENT;
	}
	if (c.left[0] != '\0')
		fprintf(stderr, "vigie: %s\n", c.left);
	return c.signal != 0 ? 128 + c.signal : 0;
}

static const char usage[] =
	"usage: vigie [console] [OPTIONS]\n"
	"\n"
	"Opens the console. Settings come from vigie.conf (see vigie.conf(5)); options\n"
	"override them.\n"
	"\n"
	"  --config FILE     read this file instead of the usual places\n"
	"  --site FILE       the suite: rooms, beds, gateways, tags (vigie-site(5))\n"
	"  --journal FILE    where facts are kept\n"
	"  --mqtt ADDRESS    broker, mqtt://HOST or mqtts://HOST (may be repeated)\n"
	"  --topic PATTERN   what to subscribe to (may be repeated)\n"
	"  --fhir URL        base of the FHIR R4 server\n"
	"  --http ADDRESS    take gateways' payloads by POST, 127.0.0.1:8090\n"
	"  --door FOLDER     read the FHIR and HL7 files dropped there\n"
	"  --mqtt-ca, --mqtt-cert, --mqtt-key FILE   TLS to the broker\n"
	"  --insecure        allow plain text beyond this machine; stays on screen\n"
	"  --screen NAME     begin on this screen\n"
	"  --readonly        look, touch nothing\n"
	"  --ascii --no-color --calm   for weak terminals; calm does not flash\n"
	"  --user NAME --station NAME  who is at the keyboard, which station this is\n"
	"  --clock O:A:S     suite time of an emulated hospital, as vigie-hospital has it;\n"
	"                    the mode is DEMO\n";

int verb_console(int argc, char **argv)
{
	struct settings settings;
	settings_init(&settings);
	int at = options_parse(&settings, argc, argv, usage, NULL, NULL);
	int code = at < 0 ? -at : 0;
	if (at > 0 && at < argc) {
		fprintf(stderr, "vigie: \"%s\" is neither an option nor a verb (try vigie help)\n",
			argv[at]);
		code = EXIT_USAGE;
	} else if (at > 0) {
		code = console_run(&settings);
	}
	settings_fini(&settings);
	return code;
}
