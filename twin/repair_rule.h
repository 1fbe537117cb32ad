/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_RULE_H
#define VIGIE_TWIN_REPAIR_RULE_H

/*
 * What no repair ever breaks, one row a rule. Two readings of one table: a decision
 * is judged on a fork, with words for why not; and the rules that do not change
 * while one searches are written down once, so that a search can keep them without
 * asking. fork.midnight_ms has to be told, or nobody knows when sessions end.
 */

#include "twin/scenario.h"

struct repair_rule {
	const char *name;  /* "fasting" */
	const char *words; /* for people: "nobody is put to sleep who has eaten" */
	/* It says of one case, a room and a time what it says, whatever else is decided:
	 * repair_limits has all there is to it. */
	bool fixed;
	/* False with why: the decision, told to this fork, would break the rule. */
	bool (*kept)(const struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT]);
};
extern const struct repair_rule repair_rules[];
extern const int repair_rule_count;

/* Keeps all of them; false with why, and *rule which one when not NULL (NULL there: what
 * it names is not known here). The fork is as it would be before the decision. */
bool repair_allowed(const struct fork *fork, const struct scenario *s,
	const struct repair_rule **rule, char why[SCENARIO_TEXT]);

/* For a search: of every case of the twin, what may be decided of it. Times are ms
 * UTC; by index in twin->cases and site->rooms. */
struct repair_limits {
	bool stays[TWIN_CASES];          /* begun, locked, over: not to be moved */
	bool may_wait[TWIN_CASES];       /* may be put off to another day */
	bool any_hour[TWIN_CASES];       /* cannot wait for a session: NEST 1 to 3 */
	int home[TWIN_CASES];            /* the room it is planned in, -1 */
	int64_t planned_ms[TWIN_CASES];  /* its start as it stands, 0 none */
	int64_t lasts_ms[TWIN_CASES];    /* as booked */
	int64_t earliest_ms[TWIN_CASES]; /* fasting, arrival, notice */
	int64_t latest_ms[TWIN_CASES];   /* the day unit's closing, NEST; INT64_MAX */
	uint64_t rooms[TWIN_CASES][TWIN_ROOMS / 64 + 1]; /* bits: rooms that can take it */
	/* A case that is brought to the room ends by close_ms, as far past the session as a
	 * repair may go; who stays there begins by last_ms, the session's own end, or by
	 * planned_ms when that is later. 0, 0, 0 closed; 1 and INT64_MAX: no session is
	 * told. */
	int64_t open_ms[TWIN_ROOMS], last_ms[TWIN_ROOMS], close_ms[TWIN_ROOMS];
};
void repair_limits(const struct fork *fork, struct repair_limits *out);
/* All fixed rules allow the case in this room at that time. */
bool repair_limits_allow(const struct repair_limits *limits, int case_, int room, int64_t at_ms);

#endif
