/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/signal.h"

#include <string.h>

#include "screens/alarm_words.h"
#include "screens/format.h"
#include "screens/rows.h"
#include "screens/tr.h"
#include "twin/cause.h"
#include "twin/text.h"

/*
 * IEC 60601-1-8, as quoted by public documents: HIGH flashes at 1.4-2.8 Hz and
 * MEDIUM at 0.4-0.8 Hz, 20-60 % of the time; bursts of 10, 3 and 1-2 pulses,
 * 2.5-15 s, 2.5-30 s and more than 15 s (or for ever) apart; a HIGH that is
 * short sounds half a burst at least. Every 10 s also keeps to UL 1069.
 */
const struct signal_pattern signal_patterns[PRIORITY_COUNT] = {
	[PRIORITY_LOW] = {.half_ms = 0, .pulses = 1, .pulse_ms = 200, .every_ms = 0, .least = 1},
	[PRIORITY_MEDIUM] =
		{.half_ms = 833, .pulses = 3, .pulse_ms = 250, .every_ms = 20000, .least = 3},
	[PRIORITY_HIGH] =
		{.half_ms = 250, .pulses = 10, .pulse_ms = 200, .every_ms = 10000, .least = 5},
};

bool signal_lit(enum priority priority, int64_t mono_ms)
{
	int half = signal_patterns[priority].half_ms;

	return half == 0 || mono_ms / half % 2 == 0;
}

int signal_light_ms(const int unacked[PRIORITY_COUNT], int64_t mono_ms)
{
	int soonest = 0;

	for (int p = PRIORITY_LOW; p < PRIORITY_COUNT; p++) {
		int half = signal_patterns[p].half_ms, left;

		if (unacked[p] == 0 || half == 0)
			continue;
		left = half - (int)(mono_ms % half);
		soonest = soonest == 0 || left < soonest ? left : soonest;
	}
	return soonest;
}

/* --- what asks to be heard --------------------------------------------- */

void signal_asks(const struct view *view, struct signal_ask *out)
{
	const struct twin *twin = view->twin;

	*out = (struct signal_ask){.count = {0}};
	for (int i = 0; i < twin->alarm_count; i++) {
		const struct alarm *a = &twin->alarms[i];
		int p = (int)a->priority;
		int64_t again;

		if (a->acked || a->raised_ms == 0 || (unsigned)p >= PRIORITY_COUNT
			|| !alarm_rings(a, view->now_ms))
			continue;
		if (!alarm_sounds(a, view->now_ms)) {
			out->ended[p]++;
			continue;
		}
		again = alarm_called_ms(a, alarm_setting(twin->site, a->class_), view->now_ms);
		out->count[p]++;
		if (a->raised_ms > out->newest_ms[p])
			out->newest_ms[p] = a->raised_ms;
		if (again > out->again_ms[p])
			out->again_ms[p] = again;
	}
}

/* --- bursts ------------------------------------------------------------ */

/* Marks what has not been heard yet. True: a new HIGH, not only an old one again. */
static bool listen(struct signal *s, const struct signal_ask *ask)
{
	bool high = false;

	for (int p = PRIORITY_LOW; p < PRIORITY_COUNT; p++) {
		bool new = ask->count[p] > s->heard.count[p]
			   || ask->newest_ms[p] > s->heard.newest_ms[p];

		if (ask->count[p] == 0) {
			s->waiting[p] = false;
			continue;
		}
		if (new || ask->again_ms[p] > s->heard.again_ms[p]) {
			s->waiting[p] = true;
			s->untold = s->untold || p > PRIORITY_LOW;
		}
		high = high || (new &&p == PRIORITY_HIGH);
	}
	s->heard = *ask;
	return high;
}

static int highest(const struct signal_ask *ask)
{
	int p = PRIORITY_HIGH;

	while (p >= PRIORITY_LOW && ask->count[p] == 0)
		p--;
	return p;
}

/* The burst that should begin now, -1. A lower one that is new is heard in the
 * pauses of a higher one; one that is only repeated is not. */
static int next_burst(const struct signal *s, const struct signal_ask *ask, int64_t mono_ms)
{
	int top = highest(ask);

	for (int p = top; p >= PRIORITY_LOW; p--) {
		if (s->waiting[p])
			return p;
		if (p == top && ask->count[p] > 0 && signal_patterns[p].every_ms > 0
			&& mono_ms >= s->due_ms[p])
			return p;
	}
	return -1;
}

/* Acknowledged: silent at once. Ended by itself: at least so much is heard. */
static bool goes_on(const struct signal *s, const struct signal_ask *ask)
{
	return ask->count[s->burst] > 0
	       || (ask->ended[s->burst] > 0 && s->told < signal_patterns[s->burst].least);
}

static void begin(struct signal *s, enum priority p, int64_t mono_ms)
{
	s->burst = p;
	s->told = 0;
	s->left = signal_patterns[p].pulses;
	s->pulse_ms = mono_ms;
	s->due_ms[p] = mono_ms + signal_patterns[p].every_ms;
	s->waiting[p] = false;
}

static void come_back(struct signal *s, bool high, int64_t mono_ms)
{
	if (s->sound == SOUND_PAUSED && (high || mono_ms >= s->paused_until_ms))
		s->sound = SOUND_ON;
}

struct signal_now signal_step(struct signal *s, const struct signal_ask *ask, int64_t mono_ms)
{
	struct signal_now now = {false, false};
	int next;

	come_back(s, listen(s, ask), mono_ms);
	s->untold = s->untold && highest(ask) >= 0;
	if (s->untold && mono_ms >= s->told_ms + SIGNAL_TELL_MS) {
		now.tell = true;
		s->untold = false;
		s->told_ms = mono_ms;
	}
	if (s->sound != SOUND_ON) {
		s->left = 0;
		return now;
	}
	if (s->left > 0 && !goes_on(s, ask))
		s->left = 0;
	next = next_burst(s, ask, mono_ms);
	if (next >= 0 && (s->left > 0 ? next > (int)s->burst : mono_ms >= s->pulse_ms))
		begin(s, (enum priority)next, mono_ms);
	if (s->left > 0 && mono_ms >= s->pulse_ms) {
		now.pulse = true;
		s->told++;
		s->left--;
		s->pulse_ms = mono_ms + signal_patterns[s->burst].pulse_ms;
	}
	return now;
}

/* When sound has something to do: the next pulse, a burst that waits or is repeated. */
static int64_t next_sound(const struct signal *s, const struct signal_ask *ask)
{
	int top = highest(ask);

	if (s->left > 0)
		return s->pulse_ms;
	for (int p = top; p >= PRIORITY_LOW; p--)
		if (s->waiting[p])
			return s->pulse_ms;
	if (top >= 0 && signal_patterns[top].every_ms > 0)
		return s->due_ms[top] > s->pulse_ms ? s->due_ms[top] : s->pulse_ms;
	return INT64_MAX;
}

int signal_next_ms(const struct signal *s, const struct signal_ask *ask, int64_t mono_ms)
{
	int64_t at = s->sound == SOUND_ON ? next_sound(s, ask) : INT64_MAX;

	if (s->untold && s->told_ms + SIGNAL_TELL_MS < at)
		at = s->told_ms + SIGNAL_TELL_MS;
	if (s->sound == SOUND_PAUSED && s->paused_until_ms < at)
		at = s->paused_until_ms;
	if (at == INT64_MAX)
		return -1;
	return at > mono_ms ? (int)(at - mono_ms) : 0;
}

void signal_pause(struct signal *s, int64_t mono_ms)
{
	if (s->sound == SOUND_ON) {
		s->sound = SOUND_PAUSED;
		s->paused_until_ms = mono_ms + SOUND_PAUSE_MS;
	} else if (s->sound == SOUND_PAUSED) {
		s->sound = SOUND_ON;
	}
}

void signal_off(struct signal *s, bool off)
{
	s->sound = off ? SOUND_OFF : SOUND_ON;
}

/* --- the desktop -------------------------------------------------------- */

void signal_words(const struct view *view, char *out, size_t size)
{
	int unacked[PRIORITY_COUNT], all[PRIORITY_COUNT], others = -1;
	int top = alarm_top(view);
	const struct alarm *a;
	struct alarm_place place;

	format_put(out, size, "%s", "");
	if (top < 0)
		return;
	a = &view->twin->alarms[top];
	place = alarm_place(view, a);
	alarm_counts(view, unacked, all);
	for (int p = PRIORITY_LOW; p < PRIORITY_COUNT; p++)
		others += unacked[p];
	format_put(out, size, "%s %s", priority_name(a->priority), alarm_class_words(a->class_));
	if (place.room >= 0)
		format_add(out, size, _(", %s, floor %s"), format_room(view, place.room),
			format_floor_id(view, place.room));
	if (others > 0)
		format_add(out, size, " (+%d)", others);
}

const char *signal_desktop_name(enum signal_desktop d)
{
	static const char *const names[DESKTOP_COUNT] = {"off", "osc9", "osc777"};

	return (unsigned)d < DESKTOP_COUNT ? names[d] : "?";
}

size_t signal_desktop_bytes(enum signal_desktop d, const char *words, char *out, size_t size)
{
	char clean[LABEL_SIZE * 3];

	/* Only what can neither end the sequence nor begin another field of it. */
	text_neutralise(clean, sizeof clean, words, strlen(words));
	for (char *c = clean; *c != '\0'; c++)
		if (*c == ';')
			*c = ',';
	if (d == DESKTOP_OSC9)
		format_put(out, size, "\x1b]9;vigie: %s\x1b\\", clean);
	else if (d == DESKTOP_OSC777)
		format_put(out, size, "\x1b]777;notify;vigie;%s\x1b\\", clean);
	else
		format_put(out, size, "%s", "");
	return strlen(out);
}
