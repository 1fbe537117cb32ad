/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_TWIN_H
#define VIGIE_TWIN_TWIN_H

/*
 * The twin: the fold of all facts up to now. twin_apply and twin_advance are
 * the only functions that change one; both are deterministic. A twin is one
 * block without inner pointers except the borrowed, immutable site, so a copy
 * is a memcpy and a what-if is a copy.
 *
 * Every pool has a cap; what does not fit is counted in `dropped`, never
 * silently lost. Finished cases of earlier days make room first.
 */

#include "twin/alarm.h"
#include "twin/cold_chain.h"
#include "twin/fact.h"
#include "twin/site.h"
#include "twin/surgery.h"
#include "twin/trail.h"

enum {
	TWIN_CASES = 512, /* as many as a plan holds (SIM_CASES) */
	TWIN_PATIENTS = 640,
	TWIN_ROOMS = SITE_ROOMS,
	TWIN_THINGS = 1024,
	TWIN_ALARMS = 512,
	TWIN_READINGS = 512,
	TWIN_TIMERS = 2048,
	TWIN_STATIONS = 32,
	TWIN_RESOURCES = 64,
	TWIN_IDEAS = 24,
	TWIN_IDEA_STEPS = 12,
	TWIN_NOTES = 64,
	TWIN_WORDS = 4096, /* fields people have spoken of */
	TWIN_HISTORY = 96  /* samples kept of one reading, for the sparkline */
};

struct patient {
	char id[ID_SIZE];
	char tag[TAG_SIZE]; /* bracelet, "" none */
	int age_years, asa;
	double bmi;
	char sex;
	enum mobility mobility;
	enum setting setting;
	/* where the hospital says the patient is */
	char fhir_room[ID_SIZE], fhir_bed[ID_SIZE];
	int64_t fhir_since_ms, fhir_at_ms;
	char fhir_origin[40];
	struct stamp told;
	/* what went before (struct fact_history); told: history_by */
	int64_t admitted_ms;
	int acute, charlson, ed_visits; /* -1 not known */
	struct stamp history_by;
	int64_t differs_since_ms; /* radio and FHIR name two rooms since, 0 agree */
	bool conflict;            /* ... for more than two minutes */
};

/* Where a tag is, by radio. One per tag of the site and per bracelet. */
struct thing {
	char tag[TAG_SIZE];
	char patient[ID_SIZE]; /* worn by, "" */
	/* Given to this patient before and never taken back: worn, it may be on
	 * either; not worn, it was replaced there and is still heard. "" */
	char before[ID_SIZE];
	int64_t given_ms; /* to its wearer; on nobody: so since */
	int site_tag;     /* index in site->tags, -1 */
	enum located state;
	bool known;      /* located at least once */
	bool frozen;     /* only silent gateways covered it: greyed, not emptied */
	int room, other; /* indexes, -1 */
	double confidence, other_confidence;
	int64_t since_ms;   /* in this room since */
	int64_t certain_ms; /* last time the room was certain */
	int64_t at_ms;      /* last conclusion */
	int battery;        /* %, -1 */
	int home;           /* a bracelet on nobody: the room where it lies, -1 */
	int64_t unheard_ms; /* absent: last heard, 0 it is heard */
	int64_t strayed_ms; /* out of its zone, by certain fixes, since; 0 it is not */
};

struct sample {
	int64_t at_ms;
	float value;
};

/* The latest value of one quantity of one tag, and its recent past. */
struct reading {
	char tag[TAG_SIZE];
	enum quantity quantity;
	double value;
	int64_t at_ms, source_ms;
	char origin[40];
	int64_t out_since_ms;                /* out of limits since, 0 in limits */
	struct sample history[TWIN_HISTORY]; /* ring, one a minute (last of the minute) */
	int history_next, history_count;
	struct cold_chain cold; /* of a stock kept cold; zero of anything else */
};

struct room_twin {
	enum room_state state;
	int current;      /* case index holding the room, -1 */
	int64_t since_ms; /* of the state */
	enum room_service service;
	int64_t service_ms, service_at_ms;
	char service_origin[40];
	enum source service_source;
	bool greyed;   /* every gateway that covers it is silent */
	bool conflict; /* two sources disagree about who is in it */
};

/* How many of a role or of beds there are today, when not as the site says. */
struct resource_twin {
	char id[ID_SIZE];
	int units; /* -1: as the site says */
};

/* A what-if that somebody keeps under a name: its steps end at the first empty
 * text. What they mean is for twin/scenario.h. */
struct idea {
	char name[ID_SIZE];
	char steps[TWIN_IDEA_STEPS][IDEA_TEXT];
	struct stamp told;
};

/* Whose word is in force in one field (twin/fact_field.h). */
struct word {
	uint64_t field; /* a hash of it */
	int64_t hlc_ms;
	uint32_t station; /* a hash of its name */
};

/* A few words for whoever comes next. */
struct note {
	char id[ID_SIZE], subject[ID_SIZE]; /* struct fact_note */
	char text[NOTE_TEXT];
	struct stamp told;
};

struct gateway_twin {
	bool silent;
	int64_t since_ms;
};

struct timer {
	int64_t due_ms;
	uint64_t sequence;
	int what; /* private to twin.c */
	int index;
};

struct twin {
	const struct site *site; /* borrowed; NULL before FACT_SITE */
	int64_t now_ms;          /* suite time reached */
	uint64_t seq;            /* last fact applied */
	uint64_t facts;          /* how many */
	uint64_t dropped;        /* did not fit a pool */
	uint64_t flagged;        /* impossible or out of order, kept */
	uint64_t ignored;        /* of an unknown case, tag or room */
	uint64_t older;          /* a person's word that came after a later one, or again */
	struct surgery cases[TWIN_CASES];
	int case_count;
	struct patient patients[TWIN_PATIENTS];
	int patient_count;
	struct thing things[TWIN_THINGS];
	int thing_count;
	struct reading readings[TWIN_READINGS];
	int reading_count;
	struct alarm alarms[TWIN_ALARMS];
	int alarm_count;
	struct trail trail;                 /* what they did of late */
	struct room_twin rooms[TWIN_ROOMS]; /* index as in site */
	struct gateway_twin gateways[TWIN_ROOMS];
	struct resource_twin resources[TWIN_RESOURCES];
	int resource_count;
	struct idea ideas[TWIN_IDEAS]; /* in the order they were first told */
	int idea_count;                /* ... and idea_kept of them when some are out of sight: */
	int idea_kept;                 /* forgotten, and told again if a late word says so */
	struct word words[TWIN_WORDS];
	int word_count;
	struct note notes[TWIN_NOTES]; /* in the order they were first told */
	int note_count;
	char stations[TWIN_STATIONS][ID_SIZE]; /* whose alarms we have heard of */
	int64_t away_ms[TWIN_STATIONS]; /* ... and since when that one is away, 0 it is not */
	int station_count;
	struct timer timers[TWIN_TIMERS];
	int timer_count;
	uint64_t timer_sequence;
};

/* Consequences of one call, for the audit. Truncated at the cap: `lost`. */
enum { CONSEQUENCES_MAX = 64 };
struct consequences {
	struct transition list[CONSEQUENCES_MAX];
	int count;
	int lost;
};

struct twin *twin_create(void); /* NULL: out of memory */
void twin_destroy(struct twin *twin);
void twin_copy(struct twin *to, const struct twin *from); /* both created */

/* Folds one fact. Advances the twin to fact->at_ms first when that is later.
 * `out` may be NULL; it is cleared first. */
void twin_apply(struct twin *twin, const struct fact *fact, struct consequences *out);
/* Runs timers up to and including now_ms, in (due, sequence) order. Going back
 * is ignored. advance(a) then advance(b) equals advance(b). */
void twin_advance(struct twin *twin, int64_t now_ms, struct consequences *out);
/* 64 hex digits over the canonical state; doubles rounded to 1e-6. */
void twin_digest(const struct twin *twin, char hex[65]);

/* Look-ups: index or -1. */
int twin_case(const struct twin *twin, const char *id);
int twin_patient(const struct twin *twin, const char *id);
int twin_thing(const struct twin *twin, const char *tag);
int twin_reading(const struct twin *twin, const char *tag, enum quantity q);
int twin_alarm(const struct twin *twin, const char *key);
int twin_idea(const struct twin *twin, const char *name);
int idea_steps(const struct idea *idea); /* how many */
/* What a person's fact is about is known by now. */
bool twin_word_heard(const struct twin *twin, const struct fact *fact);
/* No later word is known on what it is about. Ask after twin_apply. */
bool twin_word_in_force(const struct twin *twin, const struct fact *fact);
int twin_note(const struct twin *twin, const char *id);
/* The newest on a case, a room, an alarm's key or "", that was not taken back. */
int twin_note_on(const struct twin *twin, const char *subject);
/* How many of a role, of beds or of a kit there are today: as somebody said, else
 * as usual. */
int twin_units(const struct twin *twin, const char *id, int usual);
/* The thing a patient wears, -1. */
int twin_worn_by(const struct twin *twin, const char *patient);

/* The case now in a room (-1), and the next one not yet begun (-1). */
int twin_room_current(const struct twin *twin, int room);
int twin_room_next(const struct twin *twin, int room);
/* The case a patient is having today: the running one, else the next, else
 * the last. -1 none. */
int twin_patient_case(const struct twin *twin, const char *patient);
/* As the case says, else as the patient was admitted. */
enum setting twin_setting(const struct twin *twin, const struct surgery *s);
/* Where a patient is: room index by precedence (FHIR place, else radio), and
 * by whom; -1 not known. *conflict when both speak and differ. */
int twin_patient_room(const struct twin *twin, int patient, enum source *who, bool *conflict);
/* By how many pascals a room with limits is over the air of the next, and which reading is
 * its own barometer's; false: one of the two has none of the same two minutes (*reading is
 * -1 when the room has none at all). */
bool twin_over_pressure(const struct twin *twin, int room, double *pascal, int *reading);
/* PACU bays there are today (as somebody said, else the site; -1 it counts none), and
 * how many are taken: from the moment their patient leaves the OR. */
int twin_bays(const struct twin *twin);
int twin_bays_taken(const struct twin *twin);
/* Fixed, or on a patient who is here: its silence is worth an alarm. */
bool tag_is_expected(const struct twin *twin, int thing);
/* Of the alarm of a press. */
void press_key(char key[ID_SIZE], const struct site *site, const struct fact_press *press);
/* The best fix of an alarm's tag: thing index or -1. */
int twin_alarm_thing(const struct twin *twin, const struct alarm *alarm);

#endif
