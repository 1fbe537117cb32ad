/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SCENARIO_H
#define VIGIE_TWIN_SCENARIO_H

/*
 * What-ifs: named injections, told as facts to a copy of the twin. One row of
 * the table in scenario.c each. The live twin is never an argument here, and
 * nothing here can reach a network.
 */

#include "twin/twin.h"

enum { SCENARIO_PARAMETERS = 4, SCENARIO_TEXT = 160 };

enum scenario_kind {
	PARAMETER_END,
	PARAMETER_CASE,   /* id of a case */
	PARAMETER_ROOM,   /* id of a room */
	PARAMETER_ROLE,   /* id of a staff role */
	PARAMETER_BEDS,   /* a kind of room with beds: pacu, ward ... */
	PARAMETER_FLOOR,  /* id of a floor */
	PARAMETER_WORD,   /* any id: a surgeon, a procedure */
	PARAMETER_NUMBER, /* whole, may be negative */
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

struct scenario_row {
	const char *name; /* "overrun" */
	const char *help; /* English, for people */
	struct scenario_parameter parameters[SCENARIO_PARAMETERS];
	/* Tells the fork; false with why. */
	bool (*inject)(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT]);
};

extern const struct scenario_row scenario_rows[];
extern const int scenario_count;

/* "NAME[:key=value,...]". False with why: unknown name, key, value. */
bool scenario_parse(const char *text, struct scenario *s, char why[SCENARIO_TEXT]);
/* The text scenario_parse reads. */
void scenario_text(const struct scenario *s, char out[SCENARIO_TEXT]);
/* Injects it at the fork's own time. False with why when what it names is not
 * there; the fork is then as it was. */
bool scenario_inject(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT]);

#endif
