/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_FACT_H
#define VIGIE_TWIN_FACT_H

/*
 * The language of the house. Everything that happens is a fact: the journal
 * keeps them, the twin is their fold, screens and feeds speak of nothing else.
 *
 * A fact is plain data: no pointer is owned by it, it may be copied with `=`.
 * Times are int64_t milliseconds since the epoch, UTC; 0 means "not known".
 * A missing number is -1 (FACT_UNKNOWN), a missing text is "".
 * Names of people never stand in a fact: only pseudonyms (ids).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct site;

enum {
	ID_SIZE = 65,     /* FHIR ids: [A-Za-z0-9.-]{1,64}, and the NUL */
	LABEL_SIZE = 97,  /* a short neutralised text for people */
	ORIGIN_SIZE = 81, /* "Encounter/<id>", a gateway, a user */
	IDEA_TEXT = 160,  /* one what-if in words of the command line */
	NOTE_TEXT = 200,  /* a note for the next shift */
	FROM_SIZE = 81,   /* "pts/3 10.1.2.3" */
	TAG_SIZE = 13,    /* a MAC as 12 upper-case hex digits */
	FACT_UNKNOWN = -1
};

/* Where a fact comes from. Precedence (DESIGN 6.8): person, FHIR, radio. */
enum source {
	SOURCE_NONE,
	SOURCE_RADIO,  /* concluded from sightings, or a sensor's advert */
	SOURCE_FHIR,   /* the hospital's systems */
	SOURCE_PERSON, /* an operator's key */
	SOURCE_SYSTEM, /* vigie itself: feed lost, journal, site */
	SOURCE_COUNT
};

/* Milestones in the field's order (reference: AACD glossary; see surgery.c). */
enum milestone {
	MILESTONE_ARRIVED,
	MILESTONE_SENT_FOR,
	MILESTONE_LEFT_WARD,
	MILESTONE_IN_HOLDING,
	MILESTONE_READY,
	MILESTONE_ROOM_READY,
	MILESTONE_IN_ROOM,
	MILESTONE_ANAES_START,
	MILESTONE_INDUCTION,
	MILESTONE_ANAES_READY,
	MILESTONE_PREP,
	MILESTONE_PREP_DONE,
	MILESTONE_INCISION,
	MILESTONE_CLOSING,
	MILESTONE_PROCEDURE_END,
	MILESTONE_EMERGENCE,
	MILESTONE_OUT_ROOM,
	MILESTONE_PACU_IN,
	MILESTONE_PACU_READY,
	MILESTONE_PACU_OUT,
	MILESTONE_CLEANUP,
	MILESTONE_CLEANUP_DONE,
	MILESTONE_DISCHARGED,
	MILESTONE_COUNT
};

enum case_status {
	CASE_UNKNOWN,
	CASE_REQUESTED,
	CASE_PLANNED,
	CASE_CANCELLED,
	CASE_POSTPONED,
	CASE_NO_SHOW,
	CASE_VOID,      /* entered in error */
	CASE_FULFILLED, /* the hospital says it is over */
	CASE_STATUS_COUNT
};

enum readiness { READY_FASTING, READY_CONSENT, READY_MARKED, READY_BED, READY_COUNT };

/* What was eaten or drunk before an operation. */
enum intake { INTAKE_SOLIDS, INTAKE_LIGHT, INTAKE_CLEAR, INTAKE_COUNT };

enum mobility { MOBILITY_UNKNOWN, MOBILITY_WALKS, MOBILITY_CHAIR, MOBILITY_BED, MOBILITY_COUNT };

enum setting {
	SETTING_UNKNOWN,
	SETTING_DAY,
	SETTING_INPATIENT,
	SETTING_EMERGENCY,
	SETTING_ICU, /* goes to intensive care after the operation */
	SETTING_COUNT
};

/* What housekeeping says of a room: HL7 v2 table 0116 (Location.operationalStatus). */
enum room_service {
	SERVICE_UNKNOWN,
	SERVICE_UNOCCUPIED,
	SERVICE_OCCUPIED,
	SERVICE_HOUSEKEEPING,
	SERVICE_CONTAMINATED,
	SERVICE_CLOSED,
	SERVICE_ISOLATED,
	SERVICE_COUNT
};

enum located { LOCATED_IN, LOCATED_UNCERTAIN, LOCATED_ABSENT, LOCATED_COUNT };

enum quantity {
	QUANTITY_TEMPERATURE,    /* Cel */
	QUANTITY_HUMIDITY,       /* % */
	QUANTITY_BATTERY,        /* % */
	QUANTITY_VOLTAGE,        /* mV */
	QUANTITY_ACCELERATION_X, /* g */
	QUANTITY_ACCELERATION_Y,
	QUANTITY_ACCELERATION_Z,
	QUANTITY_ANGULAR_RATE_X, /* deg/s */
	QUANTITY_ANGULAR_RATE_Y,
	QUANTITY_ANGULAR_RATE_Z,
	QUANTITY_MAGNETIC_X, /* mG */
	QUANTITY_MAGNETIC_Y,
	QUANTITY_MAGNETIC_Z,
	QUANTITY_ILLUMINANCE, /* lx */
	QUANTITY_PRESSURE,    /* hPa */
	QUANTITY_WEIGHT,      /* g */
	QUANTITY_TVOC,        /* ppb */
	QUANTITY_LIGHT,       /* boolean, 0 or 1, no unit */
	QUANTITY_MOTION,      /* boolean */
	QUANTITY_TAMPER,      /* boolean */
	QUANTITY_LEAK,        /* boolean */
	QUANTITY_VIBRATION,   /* boolean */
	QUANTITY_CO2,         /* ppm */
	QUANTITY_PEOPLE,      /* a count, no unit: how many are there */
	QUANTITY_ENTRIES,     /* a count: went in, since the sensor began */
	QUANTITY_EXITS,       /* a count: went out */
	QUANTITY_DISTANCE,    /* mm */
	QUANTITY_DOOR,        /* boolean: open */
	QUANTITY_OCCUPANCY,   /* boolean */
	QUANTITY_OPENING,     /* boolean: open */
	QUANTITY_BUTTON,      /* a code, no unit: BTHome's button events, 0 none */
	QUANTITY_BATTERY_LOW, /* boolean */
	QUANTITY_COUNT
};

enum priority { PRIORITY_LOW, PRIORITY_MEDIUM, PRIORITY_HIGH, PRIORITY_COUNT };

enum alarm_act {
	ALARM_ACKNOWLEDGE,    /* seen, and acted on; covers_ms */
	ALARM_RESET,          /* a latch is let go; covers_ms */
	ALARM_TAKE,           /* this person sees to it */
	ALARM_LEAVE,          /* ... and does not any more */
	ALARM_SHELVE,         /* out of sight until until_ms, or its next end (one_shot) */
	ALARM_UNSHELVE,       /* back before that */
	ALARM_UNACKNOWLEDGE,  /* an acknowledgement was a mistake; by.reason */
	ALARM_OUT_OF_SERVICE, /* its source is being worked on; by.reason */
	ALARM_RETURN,         /* ... and is trusted again; covers_ms 0: it did not ring then */
	ALARM_ACT_COUNT
};

/* What is watched over. What each class is like: alarm_rules (twin/alarm.h) and
 * the site file. */
enum alarm_class {
	ALARM_CLASS_PATIENT_CALL,
	ALARM_CLASS_EMERGENCY_CALL, /* cardiac arrest, staff in danger */
	ALARM_CLASS_COLD_CHAIN,
	ALARM_CLASS_CLIMATE,       /* temperature, humidity of a room */
	ALARM_CLASS_ROOM_PRESSURE, /* between a room and its corridor */
	ALARM_CLASS_ZONE_EXIT,     /* a thing left where it belongs */
	ALARM_CLASS_WANDERING,     /* a patient is where no patient should be */
	ALARM_CLASS_BATTERY,
	ALARM_CLASS_SILENT_TAG,
	ALARM_CLASS_GATEWAY,
	ALARM_CLASS_FEED,       /* broker, FHIR server, door */
	ALARM_CLASS_CLOCK_SKEW, /* a station's or a gateway's clock is wrong */
	ALARM_CLASS_JOURNAL,
	ALARM_CLASS_LINK,       /* what is shared does not reach the others */
	ALARM_CLASS_ESCALATION, /* a message about an alarm could not be delivered */
	ALARM_CLASS_ORDER,      /* an order refused, unknown, or half of a plan done */
	ALARM_CLASS_BRACELET,   /* on nobody, two on one, one on two */
	ALARM_CLASS_CONFLICT,   /* radio and hospital name two places */
	ALARM_CLASS_FIRST_LATE, /* from here on: operational hazards */
	ALARM_CLASS_OVERTIME,
	ALARM_CLASS_OVERRUN,
	ALARM_CLASS_HOLD,
	ALARM_CLASS_NOT_FASTING,
	ALARM_CLASS_NOT_ARRIVED,
	ALARM_CLASS_PACU_FULL,
	ALARM_CLASS_LONG_STAGE,
	ALARM_CLASS_COUNT
};

/* What escalation did about one step of one occurrence. */
enum notice_state {
	NOTICE_SENT,   /* the receiver took it */
	NOTICE_FAILED, /* it did not, and it is tried again */
	NOTICE_DEAD,   /* ... not any more */
	NOTICE_STATE_COUNT
};

/* How far an order to the hospital has come. */
enum order_state {
	ORDER_PROPOSED, /* told to people: somebody does it by hand */
	ORDER_APPROVED, /* by a person; not sent yet */
	ORDER_SENT,     /* on its way: from now on it may have happened */
	ORDER_RECEIVED, /* the hospital has it: read back */
	ORDER_REFUSED,  /* the hospital said no, or somebody had changed it meanwhile */
	ORDER_UNKNOWN,  /* no answer: read again before anything else */
	ORDER_EXPIRED,  /* not sent: its premise is gone, or the one before it failed */
	ORDER_UNDONE,   /* what took it back was received */
	ORDER_STATE_COUNT
};

/* A figure that a repair promises. */
enum promised {
	PROMISED_OVERTIME, /* of a room, "" the whole suite: minutes past the session */
	PROMISED_START,    /* of a case: patient in room, minutes after source_ms */
	PROMISED_END,      /* of a case: patient out of room, minutes after source_ms */
	PROMISED_COUNT
};

/* What a person may do here; PERSON_NONE: nobody has said. */
enum person_role {
	PERSON_NONE,
	PERSON_VIEWER,
	PERSON_NURSE,
	PERSON_COORDINATOR,
	PERSON_TECHNICIAN,
	PERSON_SUPERVISOR,
	PERSON_ROLE_COUNT
};

/* What is foretold at a fixed instant, to be held against what came. */
enum foretold {
	FORETOLD_START,    /* of a case: patient in room; told an hour before the plan */
	FORETOLD_END,      /* of a case: patient out of room; told at the entry */
	FORETOLD_OVERTIME, /* of a room, past its session; told an hour before its end */
	FORETOLD_PACU,     /* the most bays taken in two hours; told every hour */
	FORETOLD_COUNT
};

/* What may go wrong, told beforehand (twin/hazard.h has the table). */
enum hazard {
	HAZARD_NONE,
	HAZARD_OVERTIME,   /* a room runs past its session's end */
	HAZARD_OVERRUN,    /* a case takes much longer than booked */
	HAZARD_PACU_FULL,  /* no bay is free */
	HAZARD_FIRST_LATE, /* the first case of a room begins late */
	HAZARD_HOLD,       /* a patient is kept in the room for want of a bay */
	HAZARD_ABSENT,     /* a patient has not arrived */
	HAZARD_FASTING,    /* a patient is not fasting */
	HAZARD_COUNT
};

enum fact_kind {
	FACT_NONE,
	FACT_SITE,      /* the site text in force from here on */
	FACT_CASE,      /* a surgical case as the programme has it */
	FACT_PATIENT,   /* covariates of a patient twin */
	FACT_TAG,       /* a tag was given to somebody or something */
	FACT_MILESTONE, /* something happened to a case, or did not after all */
	FACT_READINESS, /* fasting, consent, marked, bed */
	FACT_STATUS,    /* case absent, cancelled, back on the list */
	FACT_PLACE,     /* the hospital says where a patient is */
	FACT_ROOM,      /* housekeeping state of a room */
	FACT_LOCATED,   /* the room filter's conclusion about a tag */
	FACT_READING,   /* a sensor's value */
	FACT_PRESS,     /* a button was pressed (one per burst) */
	FACT_GATEWAY,   /* a gateway fell silent or is back */
	FACT_CONDITION, /* a technical condition began or ended */
	FACT_ALARM,     /* an operator's act on an alarm */
	FACT_ESTIMATE,  /* somebody says how long a case still takes */
	FACT_RESOURCE,  /* how many of a role or of beds there are today */
	FACT_LEARN,     /* whether the house may learn from a case */
	FACT_INTAKE,    /* when a patient last ate or drank, and what */
	FACT_HISTORY,   /* what went before, as far as an index of risk asks */
	FACT_FORETOLD,  /* what the forecast said, for its score */
	FACT_HAZARD,    /* something is likely to go wrong, or no longer */
	FACT_IDEA,      /* one step of a what-if that is kept under a name */
	FACT_RAISE,     /* another station's alarm: it rings there, or has ended */
	FACT_NOTICE,    /* somebody was told of an alarm, or could not be */
	FACT_NOTE,      /* a few words for whoever comes next */
	FACT_STOCK,     /* what is kept cold somewhere was put in anew */
	FACT_LOCK,      /* a case that is to stay where and when it is */
	FACT_NEST,      /* how urgent an emergency is: its class */
	FACT_ORDER,     /* how far one step of a repair has come out there */
	FACT_PROMISE,   /* what a repair was to change, when it was approved */
	FACT_STATION,   /* another station is away for long, or back */
	FACT_AUDIT,     /* something worth remembering that changes nothing */
	FACT_KIND_COUNT
};

struct fact_site {
	char hash[ID_SIZE];      /* SHA-256 of the text, hex */
	const struct site *site; /* resolved by who reads the text; not stored */
};

/* Present fields replace; missing ones leave what was known. */
struct fact_case {
	char id[ID_SIZE];
	char patient[ID_SIZE];
	char room[ID_SIZE];
	char surgeon[ID_SIZE];
	char anaesthetist[ID_SIZE];
	char procedure[LABEL_SIZE];
	char not_understood[LABEL_SIZE]; /* why the case must be read with care */
	int64_t start_ms, end_ms;        /* planned room-in and room-out */
	enum case_status status;         /* CASE_UNKNOWN: not said */
	enum setting setting;
	int nest;   /* NEST class 1..6, -1 elective or unknown */
	int add_on; /* 1, 0, -1 */
};

struct fact_patient {
	char id[ID_SIZE];
	int age_years; /* -1 unknown */
	int asa;       /* 1..6 */
	double bmi;    /* kg/m2, -1 unknown */
	char sex;      /* 'F' 'M' 'O', 0 unknown */
	enum mobility mobility;
	enum setting setting;
};

struct fact_tag {
	char tag[TAG_SIZE];
	char patient[ID_SIZE]; /* "" takes it back */
};

struct fact_milestone {
	char id[ID_SIZE]; /* the case */
	enum milestone milestone;
	int64_t when_ms;
	bool at_most;   /* when_ms is an upper bound ("by 10:42 at the latest") */
	bool withdrawn; /* this source takes its word back (undo, correction) */
};

struct fact_readiness {
	char id[ID_SIZE];
	enum readiness item;
	int value; /* 1 yes, 0 no, -1 not known any more */
};

struct fact_status {
	char id[ID_SIZE];
	enum case_status status;
};

struct fact_place {
	char patient[ID_SIZE];
	char id[ID_SIZE]; /* the case, "" when only the patient is known */
	char room[ID_SIZE];
	char bed[ID_SIZE];
	int64_t start_ms, end_ms; /* end 0: still there */
};

struct fact_room {
	char room[ID_SIZE];
	enum room_service service;
};

struct fact_located {
	char tag[TAG_SIZE];
	enum located state;
	char room[ID_SIZE];  /* best room; the last certain one when absent */
	char other[ID_SIZE]; /* second candidate, "" none */
	double confidence;   /* posterior of room, 0..1 */
	double other_confidence;
};

struct fact_reading {
	char tag[TAG_SIZE];
	enum quantity quantity;
	double value;
};

struct fact_press {
	char tag[TAG_SIZE];
	char signature[ID_SIZE];
	char gateway[TAG_SIZE];
	bool late; /* from a gateway's offline buffer */
};

struct fact_gateway {
	char gateway[TAG_SIZE];
	bool silent;
};

struct fact_condition {
	char key[ID_SIZE]; /* "broker", "fhir", "journal", "clock" ... */
	bool active;
	enum priority priority;
	char text[LABEL_SIZE];
};

struct fact_alarm {
	char key[ID_SIZE];
	enum alarm_act act;
	int64_t covers_ms; /* newest t_raise the operator has seen */
	int64_t until_ms;  /* a shelf; 0 none */
	bool one_shot;     /* ... or until it ends by itself, whichever is first */
	int seen;          /* the priority as shown to the author, -1 not said */
};

struct fact_estimate {
	char id[ID_SIZE]; /* the case */
	double left_min;  /* until the patient leaves the room, from when_ms; -1 takes it back */
	int64_t when_ms;
};

struct fact_resource {
	char id[ID_SIZE]; /* a role of the site, or a kind of room: its beds ("pacu") */
	int units;        /* how many there are; -1: as the site says */
};

struct fact_learn {
	char id[ID_SIZE]; /* the case */
	bool use;
};

struct fact_intake {
	char id[ID_SIZE]; /* the case */
	enum intake intake;
	int64_t when_ms; /* the last time; 0 takes it back */
};

/* Of a patient, whole: what is missing here is not known any more. */
struct fact_history {
	char id[ID_SIZE];
	int64_t admitted_ms; /* the stay of the operation began */
	int acute;           /* 1 admitted as an emergency, 0 not, -1 not known */
	int charlson;        /* points as the LACE index counts them, -1 not known */
	int ed_visits;       /* emergency visits in the six months before, -1 not known */
};

/* source_ms: when the forecast was made. */
struct fact_foretold {
	enum foretold what;
	char id[ID_SIZE];         /* a case, a room, or "pacu" */
	int64_t about_ms;         /* a case: by the booking; else the end of what is asked about */
	double chance;            /* -1: none is told */
	double low, middle, high; /* p10, p50, p90: minutes after source_ms, or bays; -1 none */
};

/* source_ms: when the forecast was made that says so. */
struct fact_hazard {
	enum hazard hazard;
	char id[ID_SIZE]; /* a case, a room, or "pacu" */
	bool active;
	double chance;    /* -1: nobody can say any more, or another hazard says it */
	int64_t about_ms; /* when it would be */
	int reps;         /* replications behind it */
};

/* A named what-if is said step by step. An empty text ends it there: at 0 it is
 * forgotten, and one that says less than the last takes the rest back. */
struct fact_idea {
	char name[ID_SIZE];
	int step;             /* from 0 */
	char text[IDEA_TEXT]; /* "overrun:case=c-102,min=60" */
};

/* Merged by the greatest: raised and not ended when raised_ms > cleared_ms. */
struct fact_raise {
	char key[ID_SIZE];
	enum alarm_class class_;
	enum priority priority;
	int64_t raised_ms, cleared_ms;
	bool again; /* another raise was known there within ALARM_SAME_MS before it */
	char text[LABEL_SIZE];
	char tag[TAG_SIZE];
	char room[ID_SIZE];
};

struct fact_notice {
	char key[ID_SIZE];      /* of the alarm */
	int64_t raised_ms;      /* ... and its occurrence */
	int step;               /* from 1 */
	enum priority priority; /* of the alarm as it was told: a worse one is told again */
	enum notice_state state;
	char target[ID_SIZE]; /* who is told, by its name in the configuration */
	char id[ID_SIZE];     /* the same from every station: receivers drop what they know */
	int tries;
};

/* An empty text takes the note back. */
struct fact_note {
	char id[ID_SIZE];      /* of the note: station and its hybrid clock */
	char subject[ID_SIZE]; /* a case, a room, the key of an alarm; "" the suite */
	char text[NOTE_TEXT];
};

/* source_ms: when. What the old stock has been through is not the new one's. */
struct fact_stock {
	char tag[TAG_SIZE]; /* the probe beside it */
};

struct fact_lock {
	char id[ID_SIZE]; /* the case */
	bool locked;
};

/* Said by whoever takes the call, for hospital systems do not tell it; said anew when the
 * patient gets worse. */
struct fact_nest {
	char id[ID_SIZE]; /* the case */
	int class;        /* NEST 1 to 6; FACT_UNKNOWN: none */
};

/* One step of a repair: merged by (plan, step, undo), the later word counts. */
struct fact_order {
	char plan[ID_SIZE]; /* the same from every station for the same steps on the same state */
	int step, steps;    /* from 0, in the order in which they are sent; of how many */
	bool undo;          /* this one takes the step back */
	enum order_state state;
	char text[IDEA_TEXT];   /* what is to be done, as twin/scenario.h reads it */
	char before[IDEA_TEXT]; /* what takes it back, the same way; "" nothing can */
	char way[ID_SIZE];      /* "fhir", "mqtt", "notify", "hand" */
	char about[ID_SIZE];    /* what is changed there: "Appointment/a-12" */
	char version[ID_SIZE];  /* its version (ETag), as sent, then as answered */
	char why[LABEL_SIZE];   /* of REFUSED, UNKNOWN, EXPIRED: for people */
	char theirs[IDEA_TEXT]; /* of a conflict: what is there now, like text; "" none */
};

/* source_ms: when the proof was made. Had nothing been done: `nothing` (p50). */
struct fact_promise {
	char plan[ID_SIZE];
	enum promised what;
	char id[ID_SIZE];                  /* the case, the room, "" the suite */
	double nothing, low, middle, high; /* p10, p50, p90 with it; minutes */
	int64_t due_ms;                    /* when what came of it can be told */
};

/* As this station sees it; nobody shares it. */
struct fact_station {
	char station[ID_SIZE];
	int64_t away_ms; /* since when; 0: it is back */
};

struct fact_audit {
	char what[ID_SIZE]; /* "reveal", "refused" ... */
	char subject[ID_SIZE];
	char reason[LABEL_SIZE];
};

/* Who did it and where: of every operator's act, and of what stations tell each
 * other. Acts on one thing are put in the order of (hlc_ms, station), so that all
 * stations agree whatever arrives first. */
struct author {
	char station[ID_SIZE]; /* "": before stations were told apart */
	int64_t hlc_ms;        /* hybrid clock: the clock, or one more than any seen; 0 none */
	enum person_role role;
	char from[FROM_SIZE];    /* terminal and network peer */
	char reason[LABEL_SIZE]; /* where it is asked */
};

struct fact {
	enum fact_kind kind;
	enum source source;
	uint64_t seq;             /* apply order, from 1; given by the loop */
	int64_t at_ms;            /* suite time of receipt */
	int64_t source_ms;        /* when, by the source's own clock */
	char origin[ORIGIN_SIZE]; /* who says so */
	struct author by;         /* empty in what feeds say */
	union {
		struct fact_site site;
		struct fact_case surgery;
		struct fact_patient patient;
		struct fact_tag tag;
		struct fact_milestone milestone;
		struct fact_readiness readiness;
		struct fact_status status;
		struct fact_place place;
		struct fact_room room;
		struct fact_located located;
		struct fact_reading reading;
		struct fact_press press;
		struct fact_gateway gateway;
		struct fact_condition condition;
		struct fact_alarm alarm;
		struct fact_estimate estimate;
		struct fact_resource resource;
		struct fact_learn learn;
		struct fact_intake intake;
		struct fact_history history;
		struct fact_foretold foretold;
		struct fact_hazard hazard;
		struct fact_idea idea;
		struct fact_raise raise;
		struct fact_notice notice;
		struct fact_note note;
		struct fact_stock stock;
		struct fact_lock lock;
		struct fact_nest nest;
		struct fact_order order;
		struct fact_promise promise;
		struct fact_station station;
		struct fact_audit audit;
	};
};

/* A fact of `kind`, every field at its missing value. */
struct fact fact_make(enum fact_kind kind, enum source source, int64_t at_ms);

/* Stable text names ("milestone", "fhir", "in_room" ...) used in the journal,
 * in JSON and in configuration. *_name returns "?" out of range; *_parse
 * returns -1 for a word it does not know. */
const char *fact_kind_name(enum fact_kind k);
int fact_kind_parse(const char *word);
const char *source_name(enum source s);
int source_parse(const char *word);
const char *milestone_name(enum milestone m);
int milestone_parse(const char *word);
const char *case_status_name(enum case_status s);
int case_status_parse(const char *word);
const char *readiness_name(enum readiness r);
int readiness_parse(const char *word);
const char *intake_name(enum intake i);
int intake_parse(const char *word);
const char *mobility_name(enum mobility m);
int mobility_parse(const char *word);
const char *setting_name(enum setting s);
int setting_parse(const char *word);
const char *room_service_name(enum room_service s);
int room_service_parse(const char *word);
const char *located_name(enum located l);
int located_parse(const char *word);
const char *quantity_name(enum quantity q); /* "temperature" ... */
const char *quantity_unit(enum quantity q); /* "Cel"; "" for booleans, counts, codes */
bool quantity_is_boolean(enum quantity q);
int quantity_parse(const char *word);
const char *priority_name(enum priority p); /* "LOW" "MEDIUM" "HIGH" */
int priority_parse(const char *word);
const char *alarm_act_name(enum alarm_act a);
int alarm_act_parse(const char *word);
const char *alarm_class_name(enum alarm_class c); /* "patient_call" */
int alarm_class_parse(const char *word);
const char *notice_state_name(enum notice_state s);
int notice_state_parse(const char *word);
const char *order_state_name(enum order_state s); /* "approved" */
int order_state_parse(const char *word);
const char *promised_name(enum promised p); /* "overtime" "start" "end" */
int promised_parse(const char *word);
const char *person_role_name(enum person_role r); /* "nurse" */
int person_role_parse(const char *word);
const char *foretold_name(enum foretold f); /* "start" "end" "overtime" "pacu" */
int foretold_parse(const char *word);
const char *hazard_name(enum hazard h); /* "overtime" "pacu_full" ... */
int hazard_parse(const char *word);

#endif
