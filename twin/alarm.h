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
 * acknowledged is ack_upto_ms >= what the occurrence asks (alarm_floor).
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

enum {
	ALARM_STEPS = 4,
	ALARM_HOLDS = 8,          /* stations that say it rings, ours the first */
	ALARM_SAME_MS = 15000,    /* raises of different stations within this are one */
	ALARM_AHEAD_MS = 15000,   /* what is dated further ahead of our clock is refused */
	ALARM_SHELF_MIN = 30,     /* a shelf, when nobody says how long */
	ALARM_SHELF_MAX_MIN = 480 /* ... and at most, whatever the class */
};

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
	bool momentary;         /* a press: says "on", never "off"; ends when acknowledged */
	bool passes;            /* ends unacknowledged: it has not happened after all */
	bool local;             /* of this station alone: not shared */
	bool predicts;          /* tells of what has not happened yet */
	bool reset_reason;      /* a reset wants a reason */
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
	int64_t at_ms;     /* when it was heard */
	int64_t covers_ms; /* the greatest raise its author knew */
};

/* What one station says of the condition: it rings there while raised_ms > ended_ms.
 * Ours is the first; raised_ms 0 is a free place.
 *
 * A station that does not come back cannot say that it is over. Once it is away for
 * long (FACT_STATION), nobody knows: `?`. Then a person's word will do: a reset made
 * while it was away, of this raise or a later one, puts the hold aside. It counts again
 * as soon as its station is back, or says something new. */
struct alarm_hold {
	int64_t raised_ms, ended_ms;
	int64_t away_ms;        /* its station is away since then, 0 it is not */
	enum priority priority; /* the highest of that occurrence */
	bool again;             /* a raise was known within ALARM_SAME_MS before this one */
	uint8_t station;        /* index in twin.stations; of ours: not used */
};

struct alarm {
	char key[ID_SIZE]; /* "press:C300007B573C", "cold:<tag>", "gateway:<mac>" */
	char text[LABEL_SIZE];
	enum alarm_class class_;
	enum priority priority;     /* the highest of this occurrence, until acknowledged */
	enum priority priority_now; /* as it is now */
	bool active, acked, latched;
	bool unknown; /* `?`: no sample for too long, or alarm_absent; the rest is as it was */
	bool named;   /* its class is known: not while only acts on it have been heard */
	bool gone;    /* what it was about is configured no more: kept until it is normal */
	bool pinned;  /* its class may not be shelved: nothing hides it while HIGH */
	/* This occurrence. raised_ms is the greatest raise known, of any station; it
	 * is strictly increasing per key. */
	int64_t raised_ms;
	bool again;         /* ... and that is the second within ALARM_SAME_MS there */
	int64_t cleared_ms; /* its end, 0 still active */
	int64_t changed_ms;
	int64_t sounded_ms; /* annunciated: raised, worse, re-alarmed, back from a shelf */
	int64_t acked_ms;
	char acked_by[ORIGIN_SIZE];
	enum priority acked_priority; /* what was acknowledged: worse is a new occurrence */
	int64_t ack_upto_ms, reset_upto_ms;
	int64_t reset_ms;       /* when that was said: the last word that covers as much */
	int64_t unack_ms;       /* what was acknowledged until then counts no more */
	enum priority ack_seen; /* as bad as its author saw it */
	struct alarm_word ack;  /* who was first, of those that cover as much */
	struct alarm_hold holds[ALARM_HOLDS];
	bool own;                   /* our own rules say so */
	bool peer;                  /* another station's do */
	char peer_station[ID_SIZE]; /* that of the newest raise */
	int64_t own_ms;             /* when our own rules last raised it */
	int64_t peer_ms;            /* ... and another station's */
	int64_t ended_ms;           /* the last end known, of any station */
	int64_t heard_ms;           /* a sample came in last */
	int64_t sample_ms;          /* source time of the newest sample applied */
	int64_t pending_ms;         /* the condition is met since then, 0 not: before the raise */
	int64_t quiet_ms;           /* the condition is gone since then, 0 not: before the end */
	uint32_t met;               /* how often it was met since pending_ms */
	uint32_t count;             /* raises within this occurrence */
	uint32_t flaps;             /* raised again before the end was acknowledged */
	uint32_t late_samples, same_samples;
	uint32_t unlisted; /* events that the state table does not list */
	int level;         /* escalation: steps that are due */
	int64_t steps_ms;  /* they count from here */
	/* Overlays */
	int64_t shelf_until_ms; /* 0: not shelved */
	int64_t shelf_asked_ms; /* as asked, before the class had its say */
	bool shelf_one_shot;
	enum priority shelf_priority; /* a worse one shows through */
	struct alarm_word shelf;
	unsigned suppressed; /* bits of the rules that suppress it by design */
	bool out_of_service;
	struct alarm_word service;
	char owner[ORIGIN_SIZE]; /* who has taken charge of this occurrence, "" nobody */
	bool owned;              /* what was said last of that: taken, not left */
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

/* A consequence: stored as a derived audit row, never applied again. The letters
 * are those of the base machine; E, F, G when an overlay began or ended. The same
 * letter twice: worse, better, or the level rose. */
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
	ALARM_EVENT_WORSE,
	ALARM_EVENT_BETTER,
	ALARM_EVENT_ACK,
	ALARM_EVENT_UNACK,
	ALARM_EVENT_ACK_TIMEOUT,
	ALARM_EVENT_RESET,
	ALARM_EVENT_ESCALATE,
	ALARM_EVENT_STALE,
	ALARM_EVENT_FRESH,
	ALARM_EVENT_LATE, /* a sample older than the newest applied */
	ALARM_EVENT_SAME, /* the same sample again */
	ALARM_EVENT_GONE, /* the key is configured no more */
	ALARM_EVENT_SHELVE,
	ALARM_EVENT_UNSHELVE,
	ALARM_EVENT_SHELF_OVER,
	ALARM_EVENT_SUPPRESS,
	ALARM_EVENT_RELEASE,
	ALARM_EVENT_OUT_OF_SERVICE,
	ALARM_EVENT_RETURN,
	ALARM_EVENT_COUNT
};

/* An event with what it brings; what it does not need stays 0. */
struct alarm_input {
	enum alarm_event event;
	int64_t at_ms;
	/* RAISE, and whatever opens an occurrence: its time. 0: now, or one more than
	 * any raise or acknowledgement known. `again` as in struct alarm_hold. */
	int64_t raised_ms;
	bool again;
	enum priority priority; /* RAISE, WORSE, BETTER: now; ACK, SHELVE: as the author saw it */
	int64_t ended_ms;       /* CLEAR: when, where another station's clock says it; 0: now */
	bool not_met;           /* RAISE, CLEAR: a delay still runs, or it is not the n-th time */
	int64_t covers_ms;      /* ACK, RESET, SHELVE: the greatest raise the author knew */
	int64_t until_ms;       /* SHELVE; 0: ALARM_SHELF_MIN */
	bool one_shot;
	unsigned rule;           /* SUPPRESS, RELEASE: its bit */
	const char *who;         /* of acts; NULL: nobody */
	const struct author *by; /* NULL: before people were told apart; nothing is asked */
};

struct site;
/* As the site in force has it; without a site, or where it says nothing: the default. */
const struct alarm_setting *alarm_setting(const struct site *site, enum alarm_class c);
enum alarm_class alarm_class_of_hazard(enum hazard hazard);
/* Of a technical condition's key: "broker", "journal", "clock", "link" ... */
enum alarm_class alarm_class_of_condition(const char *key);

enum alarm_state alarm_state(const struct alarm *a); /* the base state */
/* As people see it: out of service, suppressed, shelved, else the base state. */
enum alarm_state alarm_shown(const struct alarm *a, int64_t now_ms);
const char *alarm_state_name(enum alarm_state s); /* "A" "B" ... "LU" */
/* Whether the shelf hides it now. */
bool alarm_is_shelved(const struct alarm *a, int64_t now_ms);
/* Wants a sound: shown as B or LU. */
bool alarm_sounds(const struct alarm *a, int64_t now_ms);

/* Runs one event through the table of alarm.c. Returns the number of its row, 0 when
 * none is listed: then the alarm is as it was, and `unlisted` one more. */
int alarm_event(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in);
/* The state the row ends in; ALARM_BASE_COUNT: the same. */
enum alarm_state alarm_row_end(int row);

/* When an occurrence opened now would be raised, and whether it is the second. */
int64_t alarm_next_raise(const struct alarm *a, int64_t at_ms, bool *again);
/* Whether this word comes after what the register holds. */
bool alarm_is_news(const struct alarm_word *w, const struct author *by, int64_t at_ms);
void alarm_write(struct alarm_word *w, const struct alarm_input *in);
/* Once its class is known, or is like something else now: what it allows of a shelf. */
void alarm_refit(struct alarm *a, const struct alarm_setting *is);
/* When it last called for somebody: an unacknowledged one does so again and again. */
int64_t alarm_called_ms(const struct alarm *a, const struct alarm_setting *is, int64_t now_ms);

/* alarm_hold.c: what the stations say, taken together. Each of these is a function of
 * the holds alone, so that stations that heard the same agree. */

/* The least covers_ms that acknowledges this occurrence. Raises of different stations
 * within ALARM_SAME_MS are one, when neither knew of the other: whoever acknowledged
 * the first has seen it. The same station twice is two. */
int64_t alarm_floor(const struct alarm *a);
int64_t alarm_floor_of(const struct alarm *a, int64_t raised_ms, bool again);
bool alarm_held(const struct alarm *a);                 /* it rings at some station */
bool alarm_hold_rings(const struct alarm *a, int hold); /* ... at that one */
/* A person has said that it is over there, for its station is away. */
bool alarm_hold_aside(const struct alarm *a, int hold);
/* While active: the newest word of those who say it rings when all of them are away;
 * NULL else. */
const struct alarm_hold *alarm_absent(const struct alarm *a);
enum priority alarm_held_priority(const struct alarm *a); /* the highest of the occurrence */
/* The place of a station's word (1 ..), a new one, or that of the one that ended
 * longest ago; -1 when all of them ring. */
int alarm_hold_of(struct alarm *a, uint8_t station);
/* What our station says of it to the others; false: it has never rung here. */
bool alarm_own_word(const struct alarm *a, struct fact_raise *out);
/* Merges by the greatest; true when it said something new. */
bool alarm_hold_merge(struct alarm_hold *hold, const struct alarm_hold *told);

/* Whether whoever this is may do it to an alarm of this class, and whether it wants a
 * reason. `by` NULL: yes. */
bool alarm_may(const struct alarm_setting *is, enum alarm_act act, const struct author *by);
bool alarm_wants_reason(const struct alarm_setting *is, enum alarm_act act);

#endif
