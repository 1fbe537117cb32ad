/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SCORE_H
#define VIGIE_TWIN_SCORE_H

/*
 * How right the forecast was: a fold of the same facts as the twin, and beside
 * it like learning. It keeps what was foretold (FACT_FORETOLD) until what came is
 * known, and the hazards that stood in the twin until they came or were taken
 * back. It looks at the twin once a minute of the facts' own clock, so that a
 * replay scores what the living station scored; it stands outside the digest.
 *
 * What somebody averted because it was foretold counts as not come: no score can
 * tell it from a false alarm.
 */

#include "twin/twin.h"

enum { SCORE_RECORDS = 4096, SCORE_HAZARDS = 1024, SCORE_EVENTS = 1024, SCORE_TENTHS = 10 };

enum score_state { SCORE_OPEN, SCORE_SETTLED, SCORE_VOID };

/* One thing foretold, and what came. Minutes after made_ms, or bays. */
struct score_record {
	enum foretold what;
	enum score_state state; /* void: it cannot come any more (case off) */
	char id[ID_SIZE];
	int64_t made_ms, about_ms;
	double chance;            /* -1 none */
	double low, middle, high; /* p10, p50, p90; -1 none */
	double actual;
	bool came; /* what the chance was of */
};

enum score_verdict {
	VERDICT_OPEN,
	VERDICT_CAME,
	VERDICT_FALSE, /* taken back, and had not come */
	VERDICT_LATE,  /* it was there already */
	VERDICT_NONE   /* nobody could say any more */
};

/* One hazard, from when it was said until it ended. */
struct score_hazard {
	enum hazard hazard;
	enum score_verdict verdict;
	char id[ID_SIZE];
	int64_t raised_ms, about_ms, ended_ms, came_ms; /* 0 not yet */
	double chance;                                  /* when it was said, -1 none */
};

/* One time that it came, announced or not. */
struct score_event {
	enum hazard hazard;
	char id[ID_SIZE];
	int64_t began_ms, last_ms;
	double lead_min; /* of the hazard that stood, -1 none did */
};

/* Rings; the number of the last one is total - 1. */
struct score {
	struct score_record records[SCORE_RECORDS];
	struct score_hazard hazards[SCORE_HAZARDS];
	struct score_event events[SCORE_EVENTS];
	uint64_t record_total, hazard_total, event_total;
	uint64_t record_first; /* none before it is open */
	int64_t next_ms;       /* when to look again */
};

struct score *score_create(void); /* NULL: out of memory */
void score_destroy(struct score *s);
/* After twin_apply of the same fact. */
void score_hear(struct score *s, const struct twin *twin, const struct fact *fact);
/* When this was last foretold of `id`, 0 never. */
int64_t score_foretold_ms(const struct score *s, enum foretold what, const char *id);

/* score_figures.c: what came since then; NAN where there is nothing to tell. */
struct score_figures {
	int n;                             /* with quantiles, settled */
	double bias, error, error_of_plan; /* means: actual less p50; absolute; of about_ms */
	/* Mean over p10, p50, p90 of twice the pinball loss: CRPS with three quantiles
	 * (Laio and Tamea, Hydrol. Earth Syst. Sci. 2007, 11: 1267). */
	double crps;
	double coverage80;           /* share within p10 and p90, both included */
	int chances;                 /* with a probability, settled */
	double brier, brier_of_rate; /* of always saying how often it came */
	double rate;
	struct {
		double said, came; /* means */
		int n;
	} tenths[SCORE_TENTHS];
};
void score_figures(
	const struct score *s, enum foretold what, int64_t since_ms, struct score_figures *out);

struct score_hazard_figures {
	int said, came, taken_back, late, open, not_judged;
	double precision;      /* came of came and taken back */
	double lead_min;       /* median, of those that came */
	int events, announced; /* times it came; of those, 20 min before or more */
};
enum { SCORE_LEAD_MIN = 20 };
void score_hazard_figures(const struct score *s, enum hazard hazard, int64_t since_ms,
	struct score_hazard_figures *out);

#endif
