/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SCENARIO_H
#define VIGIE_TWIN_SCENARIO_H

/*
 * What-ifs: named injections, told as facts to a copy of the twin, or as another
 * way of working where no fact can say it. One row of the table in
 * scenario_table.c each: what happens, and what somebody can decide. The live twin
 * is never told anything here, and nothing here can reach a network.
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
	PARAMETER_INSTANT,  /* UTC to the minute: twin/instant.h */
	PARAMETER_KIT,      /* id of a kit of the site */
	PARAMETER_REASON,   /* why a case is put off: scenario_reason */
	PARAMETER_WAY,      /* a row without parameters: a way of working */
	PARAMETER_KIND_COUNT
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
		int64_t ms; /* of an instant */
		bool given;
	} values[SCENARIO_PARAMETERS];
};

/* What is injected into: a copy, and how people work in it. */
struct fork {
	struct twin *twin;
	struct plan_policy policy;
	/* From which minutes tell the local clock, as in plan_options; 0 not known: then
	 * nobody can say when a session ends. Read by repair_rule.c only. */
	int64_t midnight_ms;
	/* What was decided on it so far: more people, kits and beds than there were. */
	struct {
		int16_t roles[SITE_ROLES], kits[SITE_KITS], beds[ROOM_KIND_COUNT];
	} more;
};

struct scenario_row {
	const char *name; /* "overrun" */
	const char *help; /* English, for people; at most 35 characters: menus */
	struct scenario_parameter parameters[SCENARIO_PARAMETERS];
	/* Tells the fork; false with why, and the fork is as it was. What would
	 * change nothing is refused: no difference would look like an answer. */
	bool (*inject)(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT]);
	/* What somebody can decide, as it is told to whoever does it: English, with
	 * {parameters}; `less` when its number is below 0. NULL: it only happens. */
	const char *say, *less;
	/* scenario_before; NULL: nothing takes it back. */
	bool (*before)(const struct twin *twin, const struct scenario *s, struct scenario *out);
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

/* ---- decisions ---- */

bool scenario_is_decision(const struct scenario *s);
/* The decision that takes this one back: to be asked of the twin as it stands
 * before. False: no single one does. */
bool scenario_before(const struct twin *twin, const struct scenario *s, struct scenario *out);
/* The cases it is about: those it names, else those that wait for the room it names.
 * By index in twin->cases; returns how many. */
int scenario_touches(const struct twin *twin, const struct scenario *s, bool out[TWIN_CASES]);
/* How a person says a value. A number below 0 comes without its sign. */
typedef void scenario_value(const void *context, enum scenario_kind kind, const char *word,
	int number, int64_t ms, char *out, size_t size);
/* Its say or less; NULL: it only happens. For screens to translate. */
const char *scenario_saying(const struct scenario *s);
/* That, translated or not, with its values: "Move case c-12 to OR 5 at 14:10". */
void scenario_say(const struct scenario *s, const char *saying, scenario_value *value,
	const void *context, char *out, size_t size);
/* English, for people, "no bed is free"; NULL: no such reason. */
const char *scenario_reason(const char *word);

/* ---- made by a program ---- */

/* A row by its name, nothing filled in; the name is of the table. */
void scenario_make(const char *name, struct scenario *s);
/* False: no such parameter, or not such a value. */
bool scenario_set(struct scenario *s, const char *parameter, const char *value);
bool scenario_set_number(struct scenario *s, const char *parameter, int number);
bool scenario_set_instant(struct scenario *s, const char *parameter, int64_t ms);

/* The n-th id that a parameter of this kind may have; NULL: no more. Words that are the
 * same everywhere (settings, reasons ...) need no twin. */
const char *scenario_choice(const struct twin *twin, enum scenario_kind kind, int n);

/* All that it names is there; false with why. */
bool scenario_known(const struct twin *twin, const struct scenario *s, char why[SCENARIO_TEXT]);
/* The row of this name; -1. */
int scenario_row_named(const char *name, size_t length);

/* For the rows: the number given, or the usual one; the word given, or "". */
int scenario_number(const struct scenario *s, int parameter);
const char *scenario_word(const struct scenario *s, int parameter);
int64_t scenario_ms(const struct scenario *s, int parameter);
/* Joins three texts into `why`; returns false. */
bool scenario_why(char why[SCENARIO_TEXT], const char *a, const char *b, const char *c);

#endif
