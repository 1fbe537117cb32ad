/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_CHANGES_H
#define VIGIE_TWIN_CHANGES_H

/*
 * What changed since somebody last looked: a fold of the same facts as the twin,
 * and of what became of its alarms, beside it like learning. It keeps what people
 * would tell one another (a ring), and when each of them last looked
 * (FACT_AUDIT "look"). What belongs together is one line; what matters most comes
 * first. It stands outside the digest, and no decision hangs on it.
 */

#include "twin/twin.h"

enum { CHANGE_EVENTS = 1024, CHANGE_READERS = 64, CHANGE_LINES = 12, CHANGE_LATE_MIN = 15 };

/* In the order in which lines are told, when they tell of the same minute. */
enum change_what {
	CHANGE_RAISED,
	CHANGE_ACKED,
	CHANGE_ENDED,
	CHANGE_OFF,       /* cancelled, postponed, not come */
	CHANGE_BACK,      /* on the list again */
	CHANGE_EMERGENCY, /* a case that was not planned */
	CHANGE_ROOM,      /* another room */
	CHANGE_TIME,      /* value: minutes later */
	CHANGE_NEST,      /* another class; value: 1 to 6, 0 none */
	CHANGE_LOCK,      /* value 1: no repair moves it; 0: it may again */
	CHANGE_IN,        /* into the OR; value: minutes late */
	CHANGE_OUT,       /* and out of it */
	CHANGE_SERVICE,   /* a room's; value: enum room_service */
	CHANGE_UNITS,     /* of staff or beds; value: how many, -1 as usual */
	CHANGE_NOTED,
	CHANGE_ORDER, /* approved, or how far it came; group: its plan; value: enum order_state */
	CHANGE_ADDED, /* a planned case that was not known */
	CHANGE_SITE,  /* another site file */
	CHANGE_WHAT_COUNT
};

struct change_event {
	enum change_what what;
	char group[ID_SIZE];   /* what it belongs to: a cause, a case, a room; "" by kind */
	char subject[ID_SIZE]; /* what it is about: an alarm's key, a case, a room */
	char who[ORIGIN_SIZE]; /* "" nobody: it happened */
	char text[LABEL_SIZE]; /* of an alarm or a note; the room of a case */
	enum priority priority;
	enum alarm_class class_;
	double value;
	int64_t at_ms;
};

struct change_reader {
	char user[ORIGIN_SIZE];
	int64_t looked_ms;
};

struct changes {
	struct change_event events[CHANGE_EVENTS]; /* a ring, the last is total - 1 */
	uint64_t total;
	struct change_reader readers[CHANGE_READERS];
	int reader_count;
	/* As it stood before the fact that is being heard. */
	struct {
		int case_, room, units;
		bool known, off, locked;
		int nest;
		int64_t start_ms, entered_ms, left_ms;
		char room_id[ID_SIZE], site[ID_SIZE];
		enum room_service service;
	} before;
};

/* One line: all events of one group since then. The events are borrowed until the
 * next fact. */
struct change_line {
	const struct change_event *last[CHANGE_WHAT_COUNT]; /* of each kind, NULL none */
	int times[CHANGE_WHAT_COUNT];
	const struct change_event *head; /* the newest; of alarms, the one that explains */
	enum priority priority;          /* the highest of its alarms */
	int subjects;                    /* different ones */
	bool standing;                   /* its alarms have not come to an end */
	int rank;                        /* the smaller the earlier */
};

struct changes *changes_create(void); /* NULL: out of memory */
void changes_destroy(struct changes *c);
/* Around twin_apply of the same fact; `out` as it gave it. */
void changes_before(struct changes *c, const struct twin *twin, const struct fact *fact);
void changes_after(struct changes *c, const struct twin *twin, const struct fact *fact,
	const struct consequences *out);
/* What timers made of the alarms meanwhile. */
void changes_alarms(struct changes *c, const struct twin *twin, const struct consequences *out);

/* When this user last looked, 0 never. */
int64_t changes_looked_ms(const struct changes *c, const char *user);
/* What changed after that moment, what matters most first; at most CHANGE_LINES.
 * *more (may be NULL): groups that found no room. */
int changes_since(const struct changes *c, const struct twin *twin, int64_t since_ms,
	struct change_line lines[CHANGE_LINES], int *more);

#endif
