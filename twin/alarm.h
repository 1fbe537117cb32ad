/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_ALARM_H
#define VIGIE_TWIN_ALARM_H

/*
 * The alarm life cycle (ISA-18.2 / IEC 62682), first width: normal,
 * unacknowledged, acknowledged, returned unacknowledged, and the two latched
 * states. Facts are kept orthogonal, the letter is derived.
 */

#include "twin/fact.h"

enum alarm_state {
	ALARM_A,  /* normal */
	ALARM_B,  /* active, unacknowledged */
	ALARM_C,  /* active, acknowledged */
	ALARM_D,  /* returned, unacknowledged */
	ALARM_LU, /* returned, latched, unacknowledged */
	ALARM_LA, /* returned, latched, acknowledged: waits for a reset */
	ALARM_STATE_COUNT
};

enum alarm_class {
	ALARM_CLASS_PATIENT_CALL, /* HIGH, latching */
	ALARM_CLASS_COLD_CHAIN,   /* MEDIUM, latching */
	ALARM_CLASS_CLIMATE,      /* LOW */
	ALARM_CLASS_GATEWAY,      /* technical, MEDIUM */
	ALARM_CLASS_TECHNICAL,    /* broker, FHIR, journal: MEDIUM */
	ALARM_CLASS_BATTERY,      /* LOW */
	ALARM_CLASS_BRACELET,     /* on nobody, two on one, one on two: LOW */
	ALARM_CLASS_PROGRAMME,    /* hazards: no-show, not fasting, conflict: LOW or MEDIUM */
	ALARM_CLASS_FORETOLD,     /* hazards the forecast tells (twin/hazard.h): LOW or MEDIUM */
	ALARM_CLASS_COUNT
};

struct alarm_rule {
	const char *name;       /* "patient_call" */
	enum priority priority; /* at raise, unless the fact says another */
	bool latching;          /* stays until reset */
	const char *guidance;   /* what to do, one line (English; translated by screens) */
};
extern const struct alarm_rule alarm_rules[ALARM_CLASS_COUNT];

struct alarm {
	char key[ID_SIZE]; /* "press:C300007B573C", "cold:<tag>", "gateway:<mac>" */
	char text[LABEL_SIZE];
	enum alarm_class class_;
	enum priority priority;
	bool active, acked, latched;
	int64_t raised_ms; /* this occurrence; strictly increasing per key */
	int64_t changed_ms;
	int64_t acked_ms;
	char acked_by[40];
	uint32_t count;      /* raises within this occurrence */
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
	enum alarm_state from, to;
	enum priority priority;
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

enum alarm_state alarm_state(const struct alarm *a);
const char *alarm_state_name(enum alarm_state s); /* "A" "B" ... "LU" */
const char *alarm_class_name(enum alarm_class c);

/* Runs one event through the table. Returns true when the state changed;
 * an event the table does not list leaves the alarm alone and returns false. */
bool alarm_event(struct alarm *a, enum alarm_event event, int64_t at_ms);

#endif
