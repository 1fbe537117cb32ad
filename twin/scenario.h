/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SCENARIO_H
#define VIGIE_TWIN_SCENARIO_H

/*
 * What-ifs: named injections, told as facts to a copy of the twin, or as another
 * way of working where no fact can say it. One row of the table in
 * scenario_table.c each. The live twin is never an argument here, and nothing
 * here can reach a network.
 */

#include "twin/plan.h"
#include "twin/twin.h"

enum { SCENARIO_PARAMETERS = 4, SCENARIO_TEXT = IDEA_TEXT };

enum scenario_kind {
	PARAMETER_END,
	PARAMETER_CASE,     /* id of a case */
	PARAMETER_ROOM,     /* id of an operating room */
	PARAMETER_ROLE,     /* id of a staff role */
	PARAMETER_BEDS,     /* a kind of room with beds: pacu, ward ... */
	PARAMETER_FLOOR,    /* id of a floor */
	PARAMETER_SURGEON,  /* as cases name theirs */
	PARAMETER_SETTING,  /* day, inpatient ... */
	PARAMETER_MOBILITY, /* walks, chair, bed */
	PARAMETER_WORD,     /* anything */
	PARAMETER_NUMBER,   /* whole, may be negative */
};

struct scenario_parameter {
	const char *name;
	enum scenario_kind kind;
	bool needed;
	int least, most, usual; /* of a number */
};

/* One what-if, filled in. */
struct scenario {
	int which; /* row of the table */
	struct {
		char word[ID_SIZE];
		int number;
		bool given;
	} values[SCENARIO_PARAMETERS];
};

/* What is injected into: a copy, and how people work in it. */
struct fork {
	struct twin *twin;
	struct plan_policy policy;
};

struct scenario_row {
	const char *name; /* "overrun" */
	const char *help; /* English, for people; at most 35 characters: menus */
	struct scenario_parameter parameters[SCENARIO_PARAMETERS];
	/* Tells the fork; false with why, and the fork is as it was. What would
	 * change nothing is refused: no difference would look like an answer. */
	bool (*inject)(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT]);
};

extern const struct scenario_row scenario_rows[];
extern const int scenario_count;

/* "NAME[:key=value,...]". False with why: unknown name, key, value. */
bool scenario_parse(const char *text, struct scenario *s, char why[SCENARIO_TEXT]);
/* The text scenario_parse reads. */
void scenario_text(const struct scenario *s, char out[SCENARIO_TEXT]);
/* For people: "the case takes so many minutes more: case c-102, min 60". */
void scenario_words(const struct scenario *s, char out[SCENARIO_TEXT]);
/* Injects it at the fork's own time. False with why when what it names is not
 * there or it makes no sense; the fork is then as it was. */
bool scenario_inject(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT]);

/* The n-th id that a parameter of this kind may have; NULL: no more. */
const char *scenario_choice(const struct twin *twin, enum scenario_kind kind, int n);

/* For the rows: the number given, or the usual one; the word given, or "". */
int scenario_number(const struct scenario *s, int parameter);
const char *scenario_word(const struct scenario *s, int parameter);
/* Joins three texts into `why`; returns false. */
bool scenario_why(char why[SCENARIO_TEXT], const char *a, const char *b, const char *c);

#endif
