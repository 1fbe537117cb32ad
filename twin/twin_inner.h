/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_INNER_H
#define VIGIE_TWIN_INNER_H

/*
 * What the files of the twin share with one another and with nobody else.
 * A turn is one call from outside: a fact being folded, or a timer going off.
 */

#include "twin/twin.h"

enum {
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
	DAY_MS = 24 * HOUR_MS,
	PLACE_CONFLICT_MS = 2 * MINUTE_MS,
	BLOCKED_AFTER_MS = 5 * MINUTE_MS,
	ABSENT_BEFORE_MS = 15 * MINUTE_MS,
	ABSENT_GRACE_MS = 2 * MINUTE_MS,
	HORIZON_MS = 12 * HOUR_MS
}; /* how far ahead "today" reaches in a room */

#define RADIO_CONFIDENCE 0.6 /* below it a conclusion moves nobody */

enum timer_kind {
	TIMER_ABSENT,  /* a case nobody has come for; index: case */
	TIMER_LIMIT,   /* a reading out of limits; index: reading */
	TIMER_PLACE,   /* two places for one patient; index: patient */
	TIMER_BLOCKED, /* awake, and still in the OR; index: case */
	TIMER_STRAY,   /* a bracelet that nobody was given; index: thing */
	TIMER_SHARED,  /* a bracelet on two patients; index: thing */
	TIMER_FASTING, /* the clock of who has eaten runs out; index: case */
	TIMER_HAZARD,  /* nobody foretells it any more; index: alarm */
	TIMER_ALARM,   /* a delay, a shelf, a step ... of an alarm is due; index: alarm */
	TIMER_SILENT,  /* a tag that should be heard; index: thing */
	TIMER_ZONE,    /* a tag out of its zone; index: thing */
	TIMER_STAGE,   /* a patient long in one stage; index: case */
	TIMER_CAUSE,   /* the grace of a cause that has ended; one for all */
	TIMER_KIND_COUNT
};

struct turn {
	struct twin *t;
	struct consequences *out; /* NULL: nobody listens */
	const struct fact *fact;  /* NULL: a timer */
	uint64_t cause;
	bool rooms;  /* room states must be derived again */
	bool alarms; /* ... and what explains which alarm */
};

/* text: builds labels without stdio; both always terminate */
void line_add(char *dst, size_t size, const char *text);
void line_number(char *dst, size_t size, double value); /* one decimal */
void line_whole(char *dst, size_t size, double value);  /* rounded */
/* prefix + id as an alarm key; a long id keeps its head and a hash of it all. */
void key_make(char key[ID_SIZE], const char *prefix, const char *id);

/* twin.c */
const char *room_label(const struct twin *t, int room);
const char *room_id(const struct twin *t, int room);          /* "" none */
const char *tag_label(const struct twin *t, const char *mac); /* its name, else its MAC */
int case_in_hand(const struct twin *t, const char *patient);
bool case_is_waiting(const struct twin *t, const struct surgery *s);

/* twin_timer.c */
void timer_set(struct twin *t, int64_t due_ms, enum timer_kind what, int index);
void timer_cancel(struct twin *t, enum timer_kind what, int index);
bool timer_take(struct twin *t, int64_t now_ms, struct timer *taken);

/* twin_apply.c */
void apply_fact(struct turn *turn);
int thing_make(struct turn *turn, const char *tag);
int patient_make(struct turn *turn, const char *id);

/* twin_bracelet.c */
void on_tag(struct turn *turn); /* of the table in twin_apply.c */
void bracelet_heard(struct turn *turn, int thing);
void rule_stray(struct turn *turn, int thing);
void rule_shared(struct turn *turn, int thing);
/* Worn by somebody it may not be on: it moves nobody. */
bool bracelet_is_doubtful(const struct twin *t, const struct thing *th);

/* twin_sense.c: handlers of the table in twin_apply.c */
void on_located(struct turn *turn);
void on_reading(struct turn *turn);
void on_press(struct turn *turn);
void on_gateway(struct turn *turn);
void on_condition(struct turn *turn);

/* twin_room.c */
void rooms_derive(struct turn *turn);
void rooms_grey(struct turn *turn);
void places_compare(struct turn *turn, int patient);

/* twin_apply.c: who said it, and when. */
struct stamp told_by(const struct fact *fact);

/* twin_word.c: false, and counted: a later word is known already. */
bool word_counts(struct turn *turn);

/* twin_idea.c */
void on_idea(struct turn *turn);

/* twin_note.c */
void on_note(struct turn *turn); /* of the table in twin_apply.c */

/* twin_hazard.c */
void on_hazard(struct turn *turn); /* of the table in twin_apply.c */
void hazard_due(struct turn *turn, int alarm);

/* cause.c */
void alarm_moved(/* an alarm has just changed its letter */
	struct turn *turn, const struct alarm *a, enum alarm_state from, enum alarm_state to);
void causes_derive(struct turn *turn);
void cause_due(struct turn *turn, int index);

/* twin_move.c */
void thing_moved(struct turn *turn, int thing, int from);

/* twin_alarm.c */
struct ring {
	enum alarm_class class_;
	enum priority priority;
	const char *text, *tag, *room; /* tag and room may be "" */
	bool waited;                   /* the rule has seen to the delays itself */
	bool late;
	int64_t happened_ms;
};
void alarm_raise(struct turn *turn, const char *key, const struct ring *ring);
void alarm_clear(struct turn *turn, const char *key);
/* Raises or clears, but a condition that merely goes on is not raised again: the
 * count is of occurrences, not of samples. Another priority is worse or better. */
void alarm_follow(struct turn *turn, const char *key, bool wanted, const struct ring *ring);
/* Another site is in force: its classes may be like something else. */
void alarms_refit(struct twin *t);
/* What it was about is configured no more. */
void alarm_gone(struct turn *turn, const char *key);
/* By design, while a rule says so; `rule` is its bit. */
void alarm_suppress(struct turn *turn, const char *key, unsigned rule, bool wanted);
/* A sample of what an alarm looks at has come, by its source's clock; `changed`: it says
 * something else than the one before. False: older, or the same again; it is counted
 * with the alarm and to be passed over. */
bool alarm_sampled(struct turn *turn, const char *key, int64_t sample_ms, bool changed);
/* What is known of the hazard that an alarm tells of; its index, -1 there is none. */
int alarm_foretell(struct twin *t, const char *key, const struct fact_hazard *told,
	const char *subject, int64_t made_ms);

/* twin_alarm.c, for the files of the life cycle. */
const struct alarm_setting *alarm_is(const struct twin *t, const struct alarm *a);
/* NULL: no place for one of this priority, counted. */
struct alarm *alarm_make(struct turn *turn, const char *key, enum priority priority);
int alarm_run(struct turn *turn, struct alarm *a, struct alarm_input in); /* the row */
void alarm_emit(
	struct turn *turn, const struct alarm *a, enum alarm_state from, enum alarm_state to);
void alarm_settle(struct turn *turn, struct alarm *a);
void alarm_raise_to(struct turn *turn, struct alarm *a, int64_t raised_ms, bool again);
void alarm_begin(struct turn *turn, struct alarm *a); /* its delays are over */
void alarm_end(struct turn *turn, struct alarm *a);

/* twin_alarm_time.c */
int64_t alarm_seconds(double s);                         /* in ms */
void alarm_timer(struct twin *t, const struct alarm *a); /* when something is due next */
void alarm_due(struct turn *turn, int alarm);
void alarm_fresh(struct turn *turn, struct alarm *a);

/* twin_alarm_acts.c: handlers of the table in twin_apply.c */
void on_alarm(struct turn *turn);
void on_raise(struct turn *turn);
void on_station(struct turn *turn);

/* twin_rule.c */
void alarm_press(struct turn *turn); /* rule_press.c */
/* Where a tag rings: where radio has it, else where it is fixed; -1 not known. */
int room_of_tag(const struct twin *t, const char *mac);
void rule_case(struct turn *turn, int i);
void rule_case_gone(struct turn *turn, int i);
void rule_reading(struct turn *turn, int i);
/* Out of limits for so long; keeps its out_since_ms and the timer that looks again. */
bool reading_out(struct turn *turn, int i, bool out, double delay_min);
void rule_stage(struct turn *turn, int i);        /* rule_stage.c */
bool rule_pressure(struct turn *turn, int i);     /* rule_pressure.c */
void rule_silent(struct turn *turn, int thing);   /* rule_silent.c */
void silent_thawed(struct turn *turn, int thing); /* gateways of its room are back */
void rule_zone(struct turn *turn, int thing);     /* rule_zone.c */
/* rule_cold.c: false when the reading is none of it. */
bool rule_cold(struct turn *turn, int i);
void cold_heard(struct turn *turn, int i); /* a sample has come */
void on_stock(struct turn *turn);          /* of the table in twin_apply.c */
/* The same after a new sample: one that is late or came before counts no more. */
void rule_sample(struct turn *turn, int i, bool changed);
/* Ends the alarm of a reading whose limits under the site before are gone. */
void rule_reading_was(struct turn *turn, int i, const struct site *was);
void rule_battery(struct turn *turn, int thing);
void rule_conflict(struct turn *turn, int patient, int radio, int fhir);

#endif
