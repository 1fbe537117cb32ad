/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_STATION_H
#define VIGIE_SRC_STATION_H

/*
 * A station: the one place where feeds, locator, twin and journal meet, on one
 * loop. Data flows one way: feeds → facts → journal and twin → view. Operators
 * come in as commands, which become facts like any other.
 */

#include <ev.h>

#include "screens/view.h"
#include "src/settings.h"

struct station;

struct station_calls {
	void (*changed)(void *context);                  /* something to draw */
	void (*notice)(void *context, const char *text); /* for the footer */
	void *context;
};

/* Restores the journal (or begins one) and prepares the feeds. Settings are
 * borrowed and outlive the station. NULL with err. */
struct station *station_open(struct ev_loop *loop, const struct settings *settings,
	struct station_calls calls, struct error *err);
void station_start(struct station *station);
/* Stores a checkpoint, commits everything, lets go of feeds. */
void station_close(struct station *station);

/* Fills what a screen looks at. Pointers stay valid until the next event. */
void station_view(const struct station *station, struct view *view);
/* A person has come to the keyboard, or leaves it (why: "", or "idle" ...): on record. */
void station_session(struct station *station, bool begins, const char *why);
/* Nobody is at the keyboard, or the one who was is back: on record. While locked
 * nothing is revealed and no request is taken. */
void station_lock(struct station *station, bool locked, const char *why);
void station_unlock_refused(struct station *station, const char *why);
/* An operator's request. What it became is told through calls.notice. */
void station_command(struct station *station, const struct command *command);

#endif
