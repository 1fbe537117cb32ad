/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_DAY_H
#define VIGIE_HOSPITAL_DAY_H

/*
 * One day of the emulated suite, simulated from a seed before it is played.
 * Same site, date, seed and script: same day to the millisecond. Nothing here
 * is shared with the twin: its accuracy is judged against this.
 */

#include "src/hospital/laws.h"
#include "src/hospital/rng.h"
#include "twin/fact.h"
#include "twin/site.h"

enum { DAY_CASES = 128, DAY_OR = 16, DAY_STAFF = 64, DAY_BAYS = 64, DAY_ACTIONS = 256 };

/* What is done, and how long it takes here (minutes). */
struct act {
	const char *text;
	int specialty;
	double surgery_min;     /* median, incision to procedure end */
	double spread;          /* sigma of its logarithm */
	double anaesthesia_min; /* in room to ready for positioning, median */
	double cleanup_min;     /* median */
	double day_share;       /* share of patients who go home the same day */
	char sex;               /* of its patients, 0 any */
	int age_low, age_high;
};

struct person {
	char id[32];
	const char *family, *given;
	char sex;
	int birth_year, birth_month, birth_day;
};

struct hcase {
	char patient[24], appointment[40], encounter[40], procedure[40];
	struct person person;
	const struct act *act;
	int room;                  /* index in site->rooms */
	int ward;                  /* where the patient lies before and after */
	int surgeon, anaesthetist; /* indexes in day.staff */
	bool day_case, emergency, not_fasting, walks;
	int asa;
	double bmi;
	int64_t known_ms; /* when the booking appears */
	int64_t planned_start, planned_end;
	double delay_min; /* the team's lateness, first case of a room */
	double fasting_wait_min;
	int64_t ate_ms;     /* that they are not fasting is known from here; 0 always */
	double overrun_min; /* added by a script */
	int nest;           /* emergencies: the class that was told, 0 none */
	bool placed;        /* somebody gave it another room or hour */
	bool waitlisted;    /* put off, to be booked anew */
	bool via_induction;
	int64_t off_ms; /* no-show or cancelled, known from here; 0 */
	bool no_show;
	int64_t at[MILESTONE_COUNT];   /* what happened; 0 never */
	int64_t told[MILESTONE_COUNT]; /* when the hospital's system says so; 0 never */
	int64_t induction_ms;          /* in the induction room from here; 0 */
	int induction_room;
	int64_t back_ms; /* back on the ward */
	int bay;         /* bed index in the site, -1 */
	int tag;         /* bracelet: tag index in the site, -1 */
	uint64_t stream;
};

enum action_kind {
	ACTION_PRESS,
	ACTION_FRIDGE,
	ACTION_GATEWAY,
	ACTION_EMERGENCY_CALL,
	ACTION_PRESSURE,
	/* What goes wrong. */
	ACTION_NO_SHOW,   /* so many, or the case */
	ACTION_EMERGENCY, /* in a room, or wherever there is least to do */
	ACTION_OVERRUN,   /* the case in the room */
	ACTION_ATE,       /* the case must wait so many minutes longer than booked */
	ACTION_LATE,      /* whoever operates the case is here so many minutes after it was due */
	ACTION_DOWN,      /* nobody enters the room for so many minutes */
	ACTION_DEVICE,    /* nobody enters it who needs the kit the next one needs */
	ACTION_WARD_FULL, /* nobody leaves the PACU for a ward for so many minutes */
	/* What somebody decides. */
	ACTION_PLACE,    /* the case goes to a room, at an hour */
	ACTION_POSTPONE, /* the case is not done today */
	ACTION_UNITS     /* so many of a crew or of the bays from now on */
};

/* One line of a script, or one thing asked of the FHIR server. */
struct action {
	int64_t t;
	enum action_kind kind;
	char target[ID_SIZE]; /* tag, gateway, room, or case by its appointment */
	bool on; /* gateway on, fridge open, pressure lost; POSTPONE: on the waiting list */
	int number;
	int room;           /* PLACE: index in the site; UNITS: crew, CREW_COUNT the bays */
	int64_t start, end; /* PLACE, EMERGENCY; end 0: as long as booked */
	bool done;          /* it could be obeyed when its time came */
	int was;            /* PLACE: the room until then */
};

enum telling { TELLING_PROMPT, TELLING_LATE, TELLING_NONE };

enum happening_kind {
	HAPPENING_BOOKED,
	HAPPENING_MILESTONE,
	HAPPENING_FASTING,
	HAPPENING_BACK,
	HAPPENING_OFF,
	HAPPENING_DECIDED, /* index is an action */
	HAPPENING_BRACELET_ON,
	HAPPENING_BRACELET_OFF
};

/* What the hospital's systems learn, in the order in which they learn it. */
struct happening {
	int64_t t;
	int order;
	enum happening_kind kind;
	int index; /* case */
	enum milestone milestone;
};

struct day {
	const struct site *site;
	const struct laws *laws; /* NULL: the acts' own */
	int crews[CREW_COUNT];   /* how many there are */
	uint64_t seed;
	int64_t midnight;
	struct person staff[DAY_STAFF];
	int staff_count;
	int rooms[DAY_OR]; /* ORs: room indexes in the site */
	int room_count;
	int bays[DAY_BAYS]; /* PACU bays: bed indexes in the site */
	int bay_count;
	struct hcase cases[DAY_CASES];
	int case_count;
	struct hcase drawn[DAY_CASES]; /* as booked, before anything happened */
	struct action actions[DAY_ACTIONS];
	int action_count;
	enum telling telling;
	int64_t resown_ms; /* steps begun after it have draws of this seed; 0 none have */
	uint64_t resown;
	struct happening *happenings;
	int happening_count;
};

/* Draws programme and people (programme.c), lets the day happen (day.c) and
 * tells it (telling.c). NULL when the site has no operating room or no PACU. */
struct day *day_create(const struct site *site, int64_t any_ms, uint64_t seed, enum telling telling,
	const struct action *actions, int action_count);
/* Under other laws (borrowed), crews counted and `units` of them told anew:
 * -1 as the site says. With fewer bays than the site has beds, the last stay empty. */
struct day_units {
	int crews[CREW_COUNT], bays;
};
struct day *day_create_under(const struct site *site, int64_t any_ms, uint64_t seed,
	enum telling telling, const struct laws *laws, const struct day_units *units);
void day_destroy(struct day *day);

/*
 * From action->t on the day goes on otherwise: it happens once more from dawn with
 * the same draws, so that everything before stays to the millisecond. (But a room
 * that was made ready for a case which goes elsewhere is not ready for it.) False
 * with why, and nothing changed, when it cannot be: the case has begun, is unknown
 * or over, the room is no operating room. In a day that is being played t must not
 * be in the past.
 */
enum { DAY_WHY = 80 };
bool day_act(struct day *day, const struct action *action, char why[DAY_WHY]);
/* One after the other; what cannot be is said on standard error. */
void day_act_all(struct day *day, const struct action *actions, int count);
/* Another future: what begins, or is announced, after t is drawn anew from this seed;
 * the day until then stays. Once a day. */
void day_resow(struct day *day, int64_t t, uint64_t seed);
int day_case(const struct day *day, const char *appointment); /* -1 */
/* Where and when the case was booked for, as somebody knew at t. */
struct booking {
	int room;
	int64_t start, end;
};
struct booking day_booking(const struct day *day, int index, int64_t t);

void programme_draw(struct day *day);
/* Of the add-ons announced after t: which, and when. */
void programme_resow(struct day *day, int64_t t, uint64_t seed);
int programme_add_emergency(struct day *day, int64_t t, int room);
void day_happen(struct day *day);
void telling_make(struct day *day);

/* Where a thing stands. An index of site->rooms, and a bed or -1. */
struct place {
	int room, bed;
	bool moving; /* between rooms; `room` is the corridor */
};

/* The names of the truth file. */
const char *day_patient_stage(const struct hcase *c, int64_t t);
const char *day_room_stage(const struct day *day, int room, int64_t t);
int day_bays_taken(const struct day *day, int64_t t);
/* When the last patient of a room (of the site) was out; 0 nobody. */
int64_t day_last_out(const struct day *day, int room);

#endif
