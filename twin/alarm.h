/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_ALARM_H
#define VIGIE_TWIN_ALARM_H

/*
 * The alarm life cycle (ISA-18.2 / IEC 62682): normal, unacknowledged,
 * acknowledged, returned unacknowledged, the two latched states, and over them
 * shelved, suppressed by design and out of service. Facts are kept orthogonal,
 * the letter is derived.
 *
 * What is shared between stations is kept as the greatest time told of it, so
 * that duplicates, late arrivals and partitions end alike everywhere:
 * acknowledged is ack_upto_ms >= raised_ms.
 */

#include "twin/fact.h"

enum alarm_state {
	ALARM_A,  /* normal */
	ALARM_B,  /* active, unacknowledged */
	ALARM_C,  /* active, acknowledged */
	ALARM_D,  /* returned, unacknowledged */
	ALARM_LU, /* returned, latched, unacknowledged */
	ALARM_LA, /* returned, latched, acknowledged: waits for a reset */
	ALARM_E,  /* shelved; the base state goes on beneath */
	ALARM_F,  /* suppressed by design */
	ALARM_G,  /* out of service */
	ALARM_STATE_COUNT,
	ALARM_BASE_COUNT = ALARM_LA + 1
};

enum { ALARM_STEPS = 4 };

/* After so many minutes without an acknowledgement, this one is told. */
struct alarm_step {
	double after_min;
	char target[ID_SIZE]; /* of the `notify` group of vigie.conf */
};

/* What a class is like: by default alarm_rules, else as the site file says. */
struct alarm_setting {
	const char *name;       /* "patient_call" */
	enum priority priority; /* at raise, unless the fact says another */
	bool latching;          /* stays until reset */
	bool passes;            /* ends unacknowledged: it has not happened after all */
	bool local;             /* of this station alone: not shared */
	bool predicts;          /* tells of what has not happened yet */
	double on_delay_s;      /* the condition must hold so long */
	double off_delay_s;     /* ... and be gone so long */
	int count;              /* or be met so often ... */
	double count_s;         /* ... within this; 0: the first counts */
	double shelf_max_min;   /* 0: may not be shelved */
	double ack_timeout_min; /* an acknowledgement is forgotten after this, 0 never */
	double realarm_min;     /* unacknowledged, it sounds again after this, 0 never */
	double stale_min;       /* without a sample for so long nobody knows, 0 never */
	double lead_min;        /* of a prediction: how long before, at best */
	unsigned roles;         /* who may acknowledge: bits 1 << person_role; 0 any but viewers */
	struct alarm_step steps[ALARM_STEPS];
	int step_count;
	char guidance[LABEL_SIZE]; /* what to do, one line (English; translated by screens) */
	char key[8];               /* the key of the act that helps, "" none */
};
/* The defaults. */
extern const struct alarm_setting alarm_rules[ALARM_CLASS_COUNT];

/* A register of which the last word counts, by (hlc_ms, station). */
struct alarm_word {
	int64_t hlc_ms; /* 0: nobody has spoken */
	char station[ID_SIZE];
	char who[ORIGIN_SIZE];
	char reason[LABEL_SIZE];
	int64_t at_ms; /* when it was heard */
};

struct alarm {
	char key[ID_SIZE]; /* "press:C300007B573C", "cold:<tag>", "gateway:<mac>" */
	char text[LABEL_SIZE];
	enum alarm_class class_;
	enum priority priority;     /* the highest of this occurrence, until acknowledged */
	enum priority priority_now; /* as it is now */
	bool active, acked, latched;
	bool unknown; /* `?`: no sample for too long, the rest is as it was */
	/* This occurrence. raised_ms is the greatest raise known, of any station; it
	 * is strictly increasing per key. */
	int64_t raised_ms;
	int64_t cleared_ms; /* its end, 0 still active */
	int64_t changed_ms;
	int64_t acked_ms;
	char acked_by[ORIGIN_SIZE];
	enum priority acked_priority; /* what was acknowledged: worse is a new occurrence */
	int64_t ack_upto_ms, reset_upto_ms;
	bool own;  /* our own rules say so */
	bool peer; /* another station's do */
	char peer_station[ID_SIZE];
	int64_t own_ms;     /* when our own rules last raised it */
	int64_t peer_ms;    /* ... and another station's */
	int64_t sample_ms;  /* source time of the newest sample applied */
	int64_t pending_ms; /* a delay runs since then, 0 none */
	uint32_t count;     /* raises within this occurrence */
	uint32_t flaps;     /* raised again before the end was acknowledged */
	uint32_t late_samples, same_samples;
	int level; /* escalation: steps that are due */
	/* Overlays */
	int64_t shelf_until_ms; /* 0: not shelved */
	bool shelf_one_shot;
	struct alarm_word shelf;
	unsigned suppressed; /* bits of the rules that suppress it by design */
	bool out_of_service;
	struct alarm_word service;
	char owner[ORIGIN_SIZE]; /* who has taken charge, "" nobody */
	struct alarm_word taken;
	/* What it is about */
	char cause[ID_SIZE]; /* key of the alarm that explains this one, "" none */
	bool late;           /* told by a gateway's offline buffer */
	int64_t happened_ms; /* a late one: when it was, by the buffer */
	char tag[TAG_SIZE];  /* who rang, "" none */
	char room[ID_SIZE];  /* where it rings, "" not known */
	/* A hazard: what may still be averted. */
	enum hazard hazard;    /* HAZARD_NONE: it is none */
	char subject[ID_SIZE]; /* a case, a room, or "pacu" */
	double chance;         /* as last foretold, -1 not known */
	int64_t about_ms;      /* when it would be, 0 not known */
	int64_t foretold_ms;   /* when the forecast was made, 0 it is of no forecast */
	int reps;              /* replications behind it */
};

/* A consequence: stored as a derived audit row, never applied again. */
struct transition {
	char key[ID_SIZE];
	enum alarm_class class_;
	enum alarm_state from, to;
	enum priority priority;
	int64_t raised_ms; /* the occurrence */
	int level;         /* escalation as it stands now */
	int64_t at_ms;
	uint64_t cause; /* seq of the fact, 0: a timer */
};

enum alarm_event {
	ALARM_EVENT_RAISE,
	ALARM_EVENT_CLEAR,
	ALARM_EVENT_ACK,
	ALARM_EVENT_RESET,
	ALARM_EVENT_COUNT
};

struct site;
/* As the site in force has it; without a site, or where it says nothing: the default. */
const struct alarm_setting *alarm_setting(const struct site *site, enum alarm_class c);
enum alarm_class alarm_class_of_hazard(enum hazard hazard);
/* Of a technical condition's key: "broker", "journal", "clock", "link" ... */
enum alarm_class alarm_class_of_condition(const char *key);

enum alarm_state alarm_state(const struct alarm *a); /* the base state */
const char *alarm_state_name(enum alarm_state s);    /* "A" "B" ... "LU" */

/* Runs one event through the table. Returns true when the state changed;
 * an event the table does not list leaves the alarm alone and returns false. */
bool alarm_event(struct alarm *a, enum alarm_event event, int64_t at_ms);

#endif
