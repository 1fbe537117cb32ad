/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_SIGNAL_H
#define VIGIE_SCREENS_SIGNAL_H

/*
 * What flashes and what is heard of the alarms (IEC 60601-1-8, table of
 * patterns below). Light is a pure function of the clock and of what is not
 * acknowledged; sound needs a little memory: which burst is under way, and what
 * has been heard before. Nothing here writes: the console rings the bell.
 *
 * Sound may be paused or off; the light never is. Pausing covers what rings
 * then: a new HIGH ends the pause. A terminal's bell is best effort, its length
 * is the terminal's own: vigie is a secondary display.
 */

#include "screens/view.h"

struct signal_pattern {
	int half_ms;  /* the light is on so long and off so long, 0 steady */
	int pulses;   /* of a burst */
	int pulse_ms; /* from one to the next */
	int every_ms; /* from the begin of a burst to the next, 0: once an occurrence */
	int least;    /* pulses that are told when the cause ends before */
};
extern const struct signal_pattern signal_patterns[PRIORITY_COUNT];

enum { SOUND_PAUSE_MS = 120000, SIGNAL_TELL_MS = 5000 };

/* On or off just now. */
bool signal_lit(enum priority priority, int64_t mono_ms);
/* Until that changes for any of these; 0: nothing flashes. */
int signal_light_ms(const int unacked[PRIORITY_COUNT], int64_t mono_ms);

/* What asks to be heard: neither acknowledged nor ended (a latch counts as there),
 * not set aside, and not explained by another alarm. */
struct signal_ask {
	int count[PRIORITY_COUNT];
	int ended[PRIORITY_COUNT];         /* by themselves, before anybody said so */
	int64_t newest_ms[PRIORITY_COUNT]; /* greatest raise of them, suite time */
	int64_t again_ms[PRIORITY_COUNT];  /* ... or re-alarm */
};
void signal_asks(const struct view *view, struct signal_ask *out);

struct signal {
	enum sound sound;               /* SOUND_NONE: none is configured */
	int64_t paused_until_ms;        /* mono */
	enum priority burst;            /* under way when left > 0 */
	int told, left;                 /* pulses of it */
	int64_t pulse_ms;               /* mono: the next one */
	int64_t due_ms[PRIORITY_COUNT]; /* mono: the next burst */
	bool waiting[PRIORITY_COUNT];   /* a new one has not been heard yet */
	struct signal_ask heard;
	bool untold; /* a new one has not been told to the desktop yet */
	int64_t told_ms;
};
/* What to do now: at most one pulse a step, none is made up for. */
struct signal_now {
	bool pulse; /* ring the bell */
	bool tell;  /* a message on the desktop: signal_words */
};
struct signal_now signal_step(struct signal *s, const struct signal_ask *ask, int64_t mono_ms);
/* Until the next step has something to do, -1 nothing by itself. */
int signal_next_ms(const struct signal *s, const struct signal_ask *ask, int64_t mono_ms);
/* Two minutes of silence; again: back. Nothing happens where there is no sound. */
void signal_pause(struct signal *s, int64_t mono_ms);
void signal_off(struct signal *s, bool off);

/* "HIGH patient call, PACU, floor 1 (+2)": no names of people. */
void signal_words(const struct view *view, char *out, size_t size);
/* A terminal's message to the desktop, ready to be sent: OSC 9 or OSC 777. */
enum signal_desktop { DESKTOP_OFF, DESKTOP_OSC9, DESKTOP_OSC777, DESKTOP_COUNT };
const char *signal_desktop_name(enum signal_desktop d); /* "off" "osc9" "osc777" */
size_t signal_desktop_bytes(enum signal_desktop d, const char *words, char *out, size_t size);

#endif
