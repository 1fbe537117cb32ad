/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_RULE_H
#define VIGIE_TWIN_REPAIR_RULE_H

/*
 * What no repair ever breaks, one row a rule. Two readings of one table: a decision
 * is judged on a fork, with words for why not; and the rules that do not change
 * while one searches are written down once, so that a search can keep them without
 * asking.
 */

#include "twin/scenario.h"

struct repair_rule {
	const char *name;  /* "fasting" */
	const char *words; /* for people: "nobody is put to sleep who has eaten" */
	/* False with why: the decision, told to this fork, would break the rule. */
	bool (*kept)(const struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT]);
};
extern const struct repair_rule repair_rules[];
extern const int repair_rule_count;

/* Keeps all of them; false with why, and *rule which one when not NULL. The fork is
 * as it would be before the decision. */
bool repair_allowed(const struct fork *fork, const struct scenario *s,
	const struct repair_rule **rule, char why[SCENARIO_TEXT]);

/* For a search: of every case of the twin, what may be decided of it. Times are ms
 * UTC; by index in twin->cases and site->rooms. */
struct repair_limits {
	bool stays[TWIN_CASES];          /* begun, locked, over: not to be moved */
	bool may_wait[TWIN_CASES];       /* may be put off to another day */
	int64_t earliest_ms[TWIN_CASES]; /* fasting, arrival, what people said */
	int64_t latest_ms[TWIN_CASES];   /* window of the patient, NEST; INT64_MAX */
	uint64_t rooms[TWIN_CASES][TWIN_ROOMS / 64 + 1];   /* bits: rooms that can take it */
	int64_t open_ms[TWIN_ROOMS], close_ms[TWIN_ROOMS]; /* may be worked in; 0, 0 closed */
};
void repair_limits(const struct fork *fork, struct repair_limits *out);

#endif
