/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LEARNING_H
#define VIGIE_TWIN_LEARNING_H

/*
 * What the house learns of its own cases: a fold of the same facts as the twin,
 * and beside it, so that a what-if that copies the twin does not carry it. It
 * reads the twin after each fact, once a minute by the facts' own clock, so that
 * a replay learns what the living station learnt, in the same order.
 *
 * The steps of the way are learnt as they are over, in the same way
 * (twin/learning_stage.c): a step teaches when its beginning and its end are
 * known exactly, a turnover when the next patient was waited for.
 *
 * A case teaches when the patient's entry and exit are known exactly: told (by a
 * person, else the hospital, else radio), not as a bound, not out of order, not
 * disputed. It is learnt ten minutes after the exit, when all have spoken.
 *
 * The last cases stay as records; what older ones taught is kept in `base`. A
 * time corrected later, or an operator who takes a case out, changes its record,
 * and the records are learnt again from the base: the same as if it had been so
 * from the start.
 */

#include "twin/duration_suite.h"
#include "twin/stage_law.h"
#include "twin/twin.h"

enum { LEARNING_RECORDS = 512, LEARNING_STAGES = 4096 };

/* Who says how long: errors are known of the class, never of a person. */
enum word_class { WORD_PERSON, WORD_BOOKING, WORD_CLASSES };

/* Errors of a class: squares of log(outcome / word). */
struct word_errors {
	double count, sum;
};

/* What is learnt: plain data, a copy is an assignment. */
struct learnt {
	struct duration_model durations;
	struct stage_model stages; /* the other steps of the way */
	struct word_errors words[WORD_CLASSES];
};

/* One case that is over. */
struct learning_record {
	char id[ID_SIZE];
	char procedure[LABEL_SIZE];
	int64_t in_ms, out_ms;
	double planned_min; /* 0 none */
	struct duration_input input;
	struct duration_law foretold; /* when the patient came in */
	double left_min;              /* first word on what was left, -1 none */
	int64_t left_ms;              /* ... from then */
	bool exact;                   /* its times still are */
	bool excluded;                /* an operator took it out */
	/* What it taught when it was last learnt: median minutes of such a case. */
	double before_min, after_min;
	double by_procedure_min, by_surgeon_min; /* of the difference */
	double seen;                             /* cases of the procedure before */
	double surprise;                         /* in sigmas */
};

/* One step of a case that is over, or the turnover before it. */
struct learning_stage {
	uint32_t who; /* hash of the case's id */
	int16_t slot; /* of the model */
	bool exact, excluded;
	float minutes;
	struct stage_case of;
};

/* A case as it is followed until it is over. */
struct learning_case {
	char id[ID_SIZE];
	/* As it was known when the patient came in: what a hospital writes over the
	 * booking afterwards is no booking. */
	bool entered;
	char procedure[LABEL_SIZE];
	double planned_min;
	struct duration_input input;
	struct duration_law foretold;
	bool excluded;
	bool waits; /* is over, and not yet for long enough */
	double left_min;
	int64_t left_ms;
	int64_t looked_ms; /* the twin's time then */
	uint64_t record;   /* its number and 1, 0 none */
	/* The same of its steps, and of the turnover before it. */
	uint32_t stage[PATHWAY_STEPS + 1];
	bool stage_waits;
};

struct learning {
	struct learnt now, base;
	struct learning_record records[LEARNING_RECORDS]; /* ring */
	uint64_t total;                                   /* records ever made */
	struct learning_stage stages[LEARNING_STAGES];    /* ring */
	uint32_t stage_total;
	struct learning_case cases[TWIN_CASES]; /* as in the twin */
	int64_t next_ms;                        /* when to look again */
};

struct learning *learning_create(void); /* NULL: out of memory */
void learning_destroy(struct learning *l);
/* After twin_apply of the same fact. */
void learning_hear(struct learning *l, const struct twin *twin, const struct fact *fact);

/* A number below total; NULL when it is too old. */
const struct learning_record *learning_record(const struct learning *l, uint64_t number);
/* That of a case, NULL none. */
const struct learning_record *learning_of(const struct learning *l, const char *id);
bool learning_uses(const struct learning_record *r);
double learning_actual_min(const struct learning_record *r);

/* How long such a case takes: the model's law, until then the booking's while
 * bookings have been the closer of the two; true when the model speaks. Both
 * together would count the booking twice: the model has it among its numbers. */
bool learnt_law(const struct learnt *l, const struct duration_input *input, double planned_min,
	struct duration_law *law);
/* How many words of a class came in. */
double learnt_words(const struct learnt *l, enum word_class c);
/* Deviation of log(outcome / word): 0.35 at first, worth ten words. */
double learnt_deviation(const struct learnt *l, enum word_class c);

#endif
