/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SURGERY_H
#define VIGIE_TWIN_SURGERY_H

/*
 * A surgical case: its milestones, told by up to three sources, and the one
 * table that says what each milestone means for the patient and the room.
 */

#include "twin/fact.h"

/* Where a patient is on the pathway (what people say, not where the body is). */
enum stage {
	STAGE_EXPECTED,
	STAGE_ARRIVED,
	STAGE_CALLED, /* sent for, or on the way */
	STAGE_HOLDING,
	STAGE_ANAES, /* in room, being anaesthetised and prepared */
	STAGE_SURGERY,
	STAGE_CLOSING, /* closing, dressing, emergence */
	STAGE_PACU,
	STAGE_PACU_READY, /* discharge criteria met, still in a bay */
	STAGE_RETURNED,   /* left the PACU */
	STAGE_DISCHARGED,
	STAGE_OUT_ROOM, /* left the OR, not yet in the PACU */
	STAGE_OFF,      /* cancelled, postponed, no-show, void */
	STAGE_COUNT
};

enum room_state {
	ROOMSTATE_IDLE,
	ROOMSTATE_SETUP,
	ROOMSTATE_ANAES,
	ROOMSTATE_SURGERY,
	ROOMSTATE_CLOSING,
	ROOMSTATE_TURNOVER,
	ROOMSTATE_BLOCKED,
	ROOMSTATE_DOWN,
	ROOMSTATE_DONE,
	ROOMSTATE_COUNT
};

enum { TRACK_PATIENT, TRACK_ROOM };

/* One row per milestone; the state machine of the house (DESIGN 6.7). */
struct milestone_rule {
	const char *key;      /* "in_room" */
	const char *label;    /* English, for people; translated by screens */
	char letter;          /* key of the one-key menu */
	int track;            /* TRACK_PATIENT or TRACK_ROOM */
	enum stage stage;     /* patient's stage from here on (patient track) */
	enum room_state room; /* room's state from here on; ROOMSTATE_COUNT: no say */
	bool skippable;       /* absence before a later one is usual */
	bool loose;           /* comes in any order among what precedes in room */
};
extern const struct milestone_rule milestone_rules[MILESTONE_COUNT];

/* One source's word about one milestone. */
struct stamp {
	int64_t when_ms; /* 0: nothing said, or taken back */
	int64_t at_ms;   /* receipt */
	char origin[40];
	bool at_most;
};

enum { SPEAKERS = 3 }; /* radio, FHIR, person: source - SOURCE_RADIO */

struct passage {
	struct stamp by[SPEAKERS];
	bool flagged;  /* out of order or impossible; kept all the same */
	bool conflict; /* two sources more than 2 minutes apart */
};

struct surgery {
	char id[ID_SIZE];
	char patient[ID_SIZE];
	char room[ID_SIZE];
	char surgeon[ID_SIZE];
	char anaesthetist[ID_SIZE];
	char procedure[LABEL_SIZE];
	char not_understood[LABEL_SIZE];
	int64_t start_ms, end_ms;
	int64_t first_start_ms; /* as first planned: lateness is against it */
	enum case_status status;
	enum setting setting;
	int nest, add_on;
	int ready[READY_COUNT]; /* 1, 0, -1 */
	struct stamp ready_by[READY_COUNT];
	struct stamp intake[INTAKE_COUNT]; /* when_ms: eaten or drunk last */
	struct stamp told;                 /* who last told the programme entry */
	struct passage passage[MILESTONE_COUNT];
	int64_t updated_ms;
	uint64_t flagged;                /* how many facts were impossible or out of order */
	bool locked;                     /* repairs leave it where and when it is */
	bool place_conflict;             /* radio and FHIR disagree on where the patient is */
	enum case_status said[SPEAKERS]; /* each source's last word on the status */
	int room_at;      /* index of the room it is really in, -1; kept by the twin */
	int64_t known_ms; /* first heard of */
	/* Somebody's word: so many minutes left in the room, from then; -1 none. */
	double estimate_min;
	int64_t estimate_ms;
	struct stamp estimate_by;
};

/* How the ids of cases begin that people add: an emergency without an appointment. */
#define EMERGENCY_ID "u-"

/* The stamp in force for a milestone (person, then FHIR, then radio); NULL
 * when nobody has said it. *who gets the source when not NULL. */
const struct stamp *surgery_stamp(const struct surgery *s, enum milestone m, enum source *who);
/* Its time, 0 when not reached. */
int64_t surgery_when(const struct surgery *s, enum milestone m);

/* The furthest milestone reached on a track, -1 none. */
int surgery_last(const struct surgery *s, int track);
enum stage surgery_stage(const struct surgery *s);
/* True while the case holds its OR: from in room until clean-up is done. */
bool surgery_holds_room(const struct surgery *s);
bool surgery_is_off(const struct surgery *s);
bool surgery_is_over(const struct surgery *s); /* patient left the room */
/* True from the patient's entry into the OR on, whatever was said of it first. */
bool surgery_has_begun(const struct surgery *s);
/* When the patient entered and left the OR: the milestone itself, else the
 * earliest later one that implies it; 0 not yet. */
int64_t surgery_entered_ms(const struct surgery *s);
int64_t surgery_left_ms(const struct surgery *s);
/* What the case makes of its room (ROOMSTATE_IDLE when it does not hold it). */
enum room_state surgery_room_state(const struct surgery *s);

/* Minutes. elapsed: since in room (0 before). planned: end - start.
 * late: against the programme, from what is known at now_ms; negative = ahead. */
double surgery_elapsed_min(const struct surgery *s, int64_t now_ms);
double surgery_planned_min(const struct surgery *s);
double surgery_late_min(const struct surgery *s, int64_t now_ms);

/* Folds one milestone fact. True if it changed anything. */
bool surgery_apply_milestone(struct surgery *s, const struct fact *f);
/* Folds one source's word on the status: news replaces, the same word said
 * again does not undo what somebody else has said since. */
bool surgery_apply_status(struct surgery *s, enum source source, enum case_status status);

const char *stage_name(enum stage s);           /* "expected", "pacu" ... */
const char *room_state_name(enum room_state s); /* "idle", "surgery" ... */

#endif
