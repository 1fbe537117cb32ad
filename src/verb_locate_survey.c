/* SPDX-License-Identifier: Apache-2.0 */
#include "src/mqtt_options.h"
#include "src/verb_locate.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "feeds/decode.h"
#include "src/options.h"
#include "src/site_file.h"
#include "src/verbs.h"
#include "twin/locate.h"
#include "twin/locate_learn.h"
#include "twin/text.h"

/*
 * vigie locate survey: one walks through the site with a tag; the console's
 * broker tells what each gateway hears of it. Prompts go to standard error, the
 * learned section to standard output.
 */

static const char usage[] =
	"usage: vigie locate survey --tag MAC [--seconds N] [options of the console] >radio.cfg\n"
	"Asks for the site's rooms in turn. Keys: space begins a room and ends it, n and p\n"
	"go to the next and the previous one, q ends. N (60) is only how long is asked for.\n";

/* Gateways upload about once a second and not together: within two seconds each
 * of them has had its say about one advert. */
enum { ROW_MS = 2000 };

struct surveyor {
	struct settings settings;
	char tag[TAG_SIZE];
	int seconds;
	struct site *site;
	struct ev_loop *loop;
	struct mqtt *mqtt;
	struct walk walk;
	int memory;     /* rows there is room for */
	int room;       /* asked for */
	bool inside;    /* being recorded */
	int *rows_of;   /* [room] recorded so far */
	double *sum;    /* [gateway] of the row that is growing */
	int *heard;     /* [gateway] */
	int64_t row_ms; /* when it began */
	long adverts;   /* in this room */
	bool failed;
};

static void prompt(const struct surveyor *s)
{
	const struct site *site = s->site;
	int gateways = 0, best = -1;
	for (int g = 0; g < site->gateway_count; g++) {
		gateways += s->heard[g] > 0;
		if (s->heard[g] > 0
			&& (best < 0 || s->sum[g] / s->heard[g] > s->sum[best] / s->heard[best]))
			best = g;
	}
	fprintf(stderr, "\r\033[K%d/%d %s: %s  %d s of %d  %ld rows heard", s->room + 1,
		site->room_count, site->rooms[s->room].name,
		s->inside ? "recording, space when done" : "space when you are in it",
		s->rows_of[s->room] * ROW_MS / 1000, s->seconds, s->adverts);
	if (best >= 0)
		fprintf(stderr, ", %d gateways, loudest %s %.0f dBm", gateways,
			site->gateways[best].name, s->sum[best] / s->heard[best]);
}

/* Closes the row that was growing, if anybody heard the tag and one stood in a
 * room all the while. */
static void end_row(struct surveyor *s, int64_t now_ms)
{
	int gateways = s->site->gateway_count, heard = 0;
	struct walk *w = &s->walk;
	for (int g = 0; g < gateways; g++)
		heard += s->heard[g] > 0;
	bool record = s->inside && heard > 0 && w->count < WALK_ROWS;
	s->failed = s->failed || (record && !walk_grow(w, &s->memory));
	if (record && !s->failed) {
		float *levels = w->levels + (size_t)w->count * (size_t)gateways;
		for (int g = 0; g < gateways; g++)
			levels[g] =
				s->heard[g] > 0 ? (float)(s->sum[g] / s->heard[g]) : LESSON_UNHEARD;
		w->at_ms[w->count] = s->row_ms;
		w->tag[w->count] = 0;
		w->room[w->count++] = s->room;
		s->rows_of[s->room]++;
	}
	memset(s->sum, 0, (size_t)gateways * sizeof *s->sum);
	memset(s->heard, 0, (size_t)gateways * sizeof *s->heard);
	s->row_ms = now_ms;
}

static void on_decoded(void *context, const struct decoded *d)
{
	struct surveyor *s = context;
	if (d->kind != DECODED_SIGHTING || strcmp(d->tag, s->tag) != 0)
		return;
	int gateway = site_gateway(s->site, d->gateway);
	if (gateway < 0 || !locator_level_good(d->rssi_dbm))
		return;
	s->sum[gateway] += d->rssi_dbm;
	s->heard[gateway]++;
	s->adverts++;
}

static void on_message(
	void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct surveyor *s = context;
	struct decode_context dc = {.site = s->site, .emit = on_decoded, .context = s};
	if (!retained)
		payload_decode(&dc, topic, bytes, len);
}

static void on_second(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct surveyor *s = timer->data;
	int64_t now = monotonic_ms();
	(void)loop;
	(void)events;
	prompt(s);
	if (now - s->row_ms >= ROW_MS)
		end_row(s, now);
}

static void turn(struct surveyor *s, int to)
{
	end_row(s, monotonic_ms());
	s->inside = false;
	s->adverts = 0;
	if (to >= 0 && to < s->site->room_count)
		s->room = to;
	else if (to >= s->site->room_count)
		ev_break(s->loop, EVBREAK_ALL);
}

static void press(struct surveyor *s, char key)
{
	if (key == 'q' || key == 4)
		turn(s, s->site->room_count);
	else if (key == 'n' || (key == ' ' && s->inside))
		turn(s, s->room + 1);
	else if (key == 'p')
		turn(s, s->room > 0 ? s->room - 1 : 0);
	else if (key == ' ') {
		turn(s, s->room);
		s->inside = true;
	}
}

static void on_key(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct surveyor *s = watcher->data;
	char keys[64];
	ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
	(void)events;
	if (n <= 0)
		ev_break(loop, EVBREAK_ALL);
	for (ssize_t i = 0; i < n; i++)
		press(s, keys[i]);
	prompt(s);
}

/* Until q, the end of the keys or of the rooms. */
static void run(struct surveyor *s)
{
	struct termios was, raw;
	ev_io keys;
	ev_timer second;
	bool terminal = tcgetattr(STDIN_FILENO, &was) == 0;
	if (terminal) {
		raw = was;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	ev_io_init(&keys, on_key, STDIN_FILENO, EV_READ);
	ev_timer_init(&second, on_second, 1, 1);
	keys.data = second.data = s;
	ev_io_start(s->loop, &keys);
	ev_timer_start(s->loop, &second);
	mqtt_start(s->mqtt);
	s->row_ms = monotonic_ms();
	prompt(s);
	ev_run(s->loop, 0);
	turn(s, -1);
	fputc('\n', stderr);
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &was);
}

/* The walk's names are the site's, so that the trial knows them again. */
static bool name_all(struct surveyor *s)
{
	struct walk *w = &s->walk;
	const struct site *site = s->site;
	w->gateways = calloc((size_t)site->gateway_count + 1, sizeof *w->gateways);
	w->rooms = calloc((size_t)site->room_count + 1, sizeof *w->rooms);
	w->tags = calloc(1, sizeof *w->tags);
	s->rows_of = calloc((size_t)site->room_count + 1, sizeof *s->rows_of);
	s->sum = calloc((size_t)site->gateway_count + 1, sizeof *s->sum);
	s->heard = calloc((size_t)site->gateway_count + 1, sizeof *s->heard);
	if (w->gateways == NULL || w->rooms == NULL || w->tags == NULL || s->rows_of == NULL
		|| s->sum == NULL || s->heard == NULL)
		return false;
	w->gateway_count = site->gateway_count;
	w->room_count = site->room_count;
	w->tag_count = 1;
	for (int g = 0; g < site->gateway_count; g++)
		text_copy(w->gateways[g], LABEL_SIZE, site->gateways[g].mac);
	for (int r = 0; r < site->room_count; r++)
		text_copy(w->rooms[r], LABEL_SIZE, site->rooms[r].id);
	text_copy(w->tags[0], LABEL_SIZE, s->tag);
	return true;
}

static int extra(void *context, int argc, char **argv, int at)
{
	struct surveyor *s = context;
	if (at + 1 >= argc)
		return 0;
	if (strcmp(argv[at], "--tag") == 0)
		return text_mac(s->tag, argv[at + 1]) ? 2 : -1;
	if (strcmp(argv[at], "--seconds") == 0)
		return (s->seconds = (int)strtol(argv[at + 1], NULL, 10)) > 0 ? 2 : -1;
	return 0;
}

static int survey(struct surveyor *s, struct error *err)
{
	char id[32];
	s->site = s->settings.site != NULL ? site_load(s->settings.site, NULL, err) : NULL;
	if (s->site == NULL)
		return s->settings.site != NULL ? -1 : error_set(err, -1, "--site is needed");
	if (s->site->gateway_count == 0 || s->settings.mqtt_address_count == 0)
		return error_set(err, -1, "gateways in the site and --mqtt are needed");
	if (!name_all(s))
		return error_set(err, -1, "out of memory");
	snprintf(id, sizeof id, "vigie-survey-%ld", (long)getpid());
	struct mqtt_options o;
	mqtt_options_of(&s->settings, id, &o);
	s->loop = ev_loop_new(EVFLAG_AUTO);
	s->mqtt = s->loop != NULL ? mqtt_create(s->loop, &o, NULL, NULL, on_message, s, err) : NULL;
	if (s->mqtt == NULL)
		return -1;
	run(s);
	mqtt_destroy(s->mqtt);
	if (s->failed)
		return error_set(err, -1, "out of memory");
	return s->walk.count > 0 ? 0 : error_set(err, -1, "nothing was recorded");
}

int locate_survey(int argc, char **argv)
{
	struct surveyor s = {.seconds = 60};
	struct error err = {""};
	settings_init(&s.settings);
	int rest = options_parse(&s.settings, argc, argv, usage, extra, &s);
	int code = rest < 0 ? -rest : 0;
	if (rest > 0 && (s.tag[0] == '\0' || rest < argc)) {
		fputs(usage, stderr);
		code = EXIT_USAGE;
	} else if (rest > 0 && survey(&s, &err) < 0) {
		fprintf(stderr, "vigie locate survey: %s\n", err.text);
		code = EXIT_ENVIRONMENT;
	} else if (rest > 0) {
		code = locate_print_learned(&s.walk, s.site, NULL);
	}
	walk_free(&s.walk);
	site_free(s.site);
	settings_fini(&s.settings);
	free(s.rows_of);
	free(s.sum);
	free(s.heard);
	if (s.loop != NULL)
		ev_loop_destroy(s.loop);
	return code;
}
