/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_HAZARD_H
#define VIGIE_TWIN_HAZARD_H

/*
 * Hazards: what may go wrong and can still be averted. One table: when each is
 * likely enough to be said and unlikely enough to be taken back, and the key that
 * helps (how urgent it is: its class of alarm, twin/alarm.h). What hangs on a forecast is a given
 * fact (FACT_HAZARD), for a replay has no forecast; the rest are rules of the twin. Either way it
 * is one alarm for each subject (key "hazard:overtime:or-2").
 *
 * The alarms of the twin are all the memory there is: what stands is looked up
 * there, so that after a restart nothing is said twice.
 */

#include "twin/forecast.h"
#include "twin/twin.h"

enum {
	HAZARD_RENEW_MIN = 15, /* what stands is said again after this */
	HAZARD_STALE_MIN = 35, /* ... and ends when nobody has for this long */
	HAZARD_REPS = 400,     /* a forecast of fewer replications says nothing */
	HAZARD_OVER_MIN = 30,  /* so much over its booking is an overrun */
	HAZARD_LATE_MIN = 15,  /* so much after its plan a first case is late */
	HAZARD_HOLD_MIN = 10,  /* so long a patient may be kept waiting for a bay */
	HAZARD_FACTS = 32      /* at most, of one look */
};

struct hazard_rule {
	double on, off;         /* probability from which it is said, and below which it ends */
	int ahead_min;          /* not said earlier, nor when it is there; 0: said any time */
	bool foretold;          /* by FACT_HAZARD; else a rule of the twin says it */
	bool each;              /* every one ought to be said: one that was not was missed */
	const char *text;       /* after the name of the room (English; translated by screens) */
	const char *key, *help; /* the key that helps, and what it does */
};
extern const struct hazard_rule hazard_rules[HAZARD_COUNT];

/* How one subject stands. */
struct hazard_now {
	enum hazard hazard;
	char id[ID_SIZE]; /* a case, a room, or "pacu" */
	double chance;
	int64_t about_ms;
	bool elsewhere; /* another hazard says it already */
};

/* All subjects there are, whatever their probability; at most `max`. */
int hazard_survey(
	const struct twin *twin, const struct forecast *forecast, struct hazard_now *out, int max);
/* What is to be said now: hazards that begin, go on differently or for long, and
 * end. Their origin and number are the caller's. What does not fit is said at the
 * next look. */
int hazard_look(
	const struct twin *twin, const struct forecast *forecast, struct fact out[HAZARD_FACTS]);

/* Whether what was feared of `id` has come, and since when. `about_ms` as it was
 * foretold. HAZARD_HOLD is there when it is said: never. */
bool hazard_has_come(const struct twin *twin, enum hazard hazard, const char *id, int64_t about_ms,
	int64_t *when_ms);
/* That a quantity of these quantiles is above `limit`: linear between them, and
 * with the slope of its side beyond. */
double hazard_chance_above(const struct quantiles *q, double limit);
/* Key of the alarm of a foretold hazard. */
void hazard_key(char key[ID_SIZE], enum hazard hazard, const char *id);

#endif
