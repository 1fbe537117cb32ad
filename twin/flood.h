/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_FLOOD_H
#define VIGIE_TWIN_FLOOD_H

/*
 * Many alarms, read as few lines, and alarms that are of no use: pure functions
 * of the twin. ANSI/ISA-18.2 names them: flood, chattering, fleeting, stale.
 */

#include "twin/twin.h"

/* Since when there are more alarms than a person can follow, 0 none. */
int64_t alarm_flood_ms(const struct twin *twin, int64_t now_ms);

/*
 * Alarms that belong together: those which one cause explains, else those of one
 * class on one floor. A HIGH one always stands alone. The one raised first leads
 * (FirstInGroup of OPC 10000-9).
 */
struct alarm_group {
	int first; /* index of the alarm that leads: the cause, else the first out */
	int floor; /* of the site, -1 no place */
	int room;  /* where all of them are, -1 in several or in none */
	enum alarm_class class_;
	enum priority priority;     /* the highest of them */
	int count, active, unacked; /* with the first */
	int explained;              /* of count: they follow from another alarm of these */
	int64_t first_ms, last_ms;  /* raised */
};
/* What is not normal and rings (twin/cause.h), or follows from what does: highest
 * priority first, then what nobody has acknowledged, then the newest. Returns how many there are;
 * those that did not fit `max` are the last of the order. */
int alarm_groups(const struct twin *twin, int64_t now_ms, struct alarm_group *out, int max);
/* Whether an alarm (index) belongs to a group. */
bool alarm_group_has(
	const struct twin *twin, const struct alarm_group *group, int alarm, int64_t now_ms);

enum {
	CHATTER_CYCLES = 3, /* raised and ended so often in one minute */
	CHATTER_MS = 60 * 1000,
	FLEETING_MS = 60 * 1000, /* ended so soon after it was raised, less often than that */
	STALE_MS = 24 * 60 * 60 * 1000
};

enum nuisance { NUISANCE_CHATTERING, NUISANCE_FLEETING, NUISANCE_STALE };

struct nuisance_alarm {
	enum nuisance what;
	int alarm;       /* index */
	int cycles;      /* chattering: the most in one minute; fleeting: how often */
	int64_t last_ms; /* its last end; stale: active since */
};
/* Since `since_ms` at the earliest, as far back as the trail goes; chattering ones
 * first, then by cycles; stale ones by age. Returns how many it wrote. */
int alarm_nuisances(const struct twin *twin, int64_t now_ms, int64_t since_ms,
	struct nuisance_alarm *out, int max);

#endif
