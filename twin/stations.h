/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_STATIONS_H
#define VIGIE_TWIN_STATIONS_H

/*
 * The other stations of the suite as this one sees them, and how far its own
 * acts have come on their way: plain data that src/share fills and screens show.
 * Not part of the twin, not journalled.
 */

#include "twin/fact.h"

enum { STATIONS_MAX = 32, STATION_ACTS = 64 };

/* How far an act of ours has come: shown as "a", "A", "A✓". */
enum share_stage {
	SHARE_NONE,   /* not ours, or long ago */
	SHARE_LOCAL,  /* in our journal */
	SHARE_ECHOED, /* the broker has given it back */
	SHARE_SEEN,   /* another station has it */
	SHARE_STAGE_COUNT
};

/* Why something another station is said to have sent was refused. */
enum share_refusal {
	SHARE_REFUSED_SIZE,
	SHARE_REFUSED_SHAPE,   /* not JSON, too deep, a NUL, a key twice */
	SHARE_REFUSED_TOPIC,   /* not one of ours, or an id no topic may hold */
	SHARE_REFUSED_STATION, /* it speaks in another's name */
	SHARE_REFUSED_ROLE,    /* its author may not do this */
	SHARE_REFUSED_FUTURE,  /* ahead of our clock */
	SHARE_REFUSED_FACT,    /* a kind that nobody shares, or a value out of range */
	SHARE_REFUSAL_COUNT
};
const char *share_refusal_name(enum share_refusal r);

struct station_seen {
	char id[ID_SIZE];
	char user[ORIGIN_SIZE];
	enum person_role role;
	bool here;             /* it beats; false: it said goodbye, or its will did */
	bool escalates;        /* it may send messages */
	bool on_duty;          /* and is the one that does */
	bool journal_ok;       /* by its own word */
	int feeds_down;        /* of its own */
	int rank;              /* of duty: the smallest takes it */
	int64_t heard_ms;      /* last word, suite time */
	int64_t since_ms;      /* here, or gone, since */
	int64_t skew_ms;       /* its clock minus ours */
	int held, missing;     /* shared entries of its own: had, and not (yet) had */
	char head[LABEL_SIZE]; /* "number:hash", the end of its journal's chain; "" not told */
};

/* One of our acts on its way. */
struct station_act {
	char key[ID_SIZE]; /* of the alarm, or of what it is about */
	int64_t hlc_ms;
	enum fact_kind kind;
	enum alarm_act act; /* of FACT_ALARM */
	enum share_stage stage;
	char seen_by[ID_SIZE]; /* the first other station that has it */
};

struct stations {
	bool sharing; /* configured */
	bool linked;  /* what we say reaches the broker and comes back */
	char self[ID_SIZE];
	struct station_seen list[STATIONS_MAX];
	int count;
	struct station_act acts[STATION_ACTS]; /* a ring, newest at next - 1 */
	int act_count, act_next;
	int waiting; /* acts not echoed yet */
	uint64_t sent, received, same, older, republished, dropped;
	uint64_t refused[SHARE_REFUSAL_COUNT];
	char refusal[LABEL_SIZE]; /* the last one, in words */
};

/* The stage of our newest act of this kind on this key. */
enum share_stage stations_stage(
	const struct stations *stations, const char *key, enum alarm_act act);
const char *share_stage_sign(enum share_stage s, bool ascii); /* "" "a" "A" "A✓" ("A+") */

#endif
