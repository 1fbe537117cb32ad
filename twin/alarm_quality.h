/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_ALARM_QUALITY_H
#define VIGIE_TWIN_ALARM_QUALITY_H

/*
 * How good the alarms are, for those who tune them: a fold of the alarms'
 * transitions and of what people did about them, as the journal has both. Nothing
 * of the twin is needed, nothing of it hangs on this.
 *
 * Targets: ISA-18.2-2016 and EEMUA 191 (3rd ed.) for one operator's position.
 * None of the figures is about a person.
 */

#include "twin/alarm.h"

enum { QUALITY_KEYS = 4096, QUALITY_SLOTS = 2 * QUALITY_KEYS, QUALITY_OCCURRENCES = 65536 };
enum { QUALITY_TOP = 10 };

/* From a raise until its end; what rings again is another one. */
struct alarm_occurrence {
	int key;                /* index */
	int before;             /* the one before of the same key, -1 */
	enum priority priority; /* the highest until it was acknowledged */
	bool hidden;            /* it began on the shelf: nobody was told */
	bool explained;         /* by another right after it rang: nobody was asked (trail.h) */
	bool escalated, timed_out;
	int64_t raised_ms;                   /* of the source; 0: an old row */
	int64_t rang_ms, ended_ms, acked_ms; /* by our clock; 0 not yet. acked: by a person */
};

struct alarm_source {
	char key[ID_SIZE];
	enum alarm_class class_; /* ALARM_CLASS_COUNT: old rows do not say */
	int last;                /* its newest occurrence, -1 */
	int64_t shelf_until_ms;  /* INT64_MAX: until it ends; 0 not shelved */
	bool out_of_service;
};

/* Times at which somebody shelved, or took out of service. */
struct alarm_hiding {
	int64_t at_ms;
	bool against_rules;
};

enum { QUALITY_HIDINGS = 4096 };

struct alarm_quality {
	const struct site *site; /* in force; borrowed */
	struct alarm_occurrence occurrences[QUALITY_OCCURRENCES];
	int occurrence_count;
	struct alarm_source sources[QUALITY_KEYS];
	int source_count;
	int slots[QUALITY_SLOTS]; /* by hash of the key: index + 1, 0 free */
	struct alarm_hiding hidings[QUALITY_HIDINGS];
	int hiding_count;
	uint64_t dropped;          /* did not fit */
	uint64_t ack_seq;          /* the last fact that acknowledged */
	int64_t first_ms, last_ms; /* of what was heard */
};

struct alarm_quality *alarm_quality_create(void); /* NULL: out of memory */
void alarm_quality_destroy(struct alarm_quality *q);
/* In the order of the journal: a fact, then what came of it. */
void alarm_quality_fact(struct alarm_quality *q, const struct fact *fact);
void alarm_quality_transition(struct alarm_quality *q, const struct transition *t);

/* How long people took. Seconds; NAN when nobody acknowledged any. */
struct alarm_delay {
	int acked;
	double median_s, p90_s;
};

/* Shares are of what rang, unless they say otherwise; NAN of nothing. */
struct alarm_quality_figures {
	int64_t from_ms, to_ms; /* as asked, and as far as anything is known */
	int rang;               /* annunciated */
	double per_10_min;      /* mean, for one operator */
	double per_day;
	int most_1_min, most_10_min, most_60_min; /* in any such time */
	/* A flood begins with more than 10 in 10 minutes and ends with fewer than 5. */
	int floods;
	double flood_share; /* of the time */
	int by_priority[PRIORITY_COUNT];
	struct alarm_delay delay, delay_of[PRIORITY_COUNT];
	int by_class[ALARM_CLASS_COUNT + 1]; /* the last: not told */
	struct alarm_delay delay_of_class[ALARM_CLASS_COUNT + 1];
	int chattering; /* sources that rang and ended 3 times within a minute */
	int fleeting;   /* ended by itself within a minute, before anybody acknowledged */
	int stale;      /* stood longer than 24 h at some time of the span */
	int stale_most; /* ... at one time */
	int sources;    /* different ones that rang */
	int top[QUALITY_TOP], top_rang[QUALITY_TOP], top_count; /* which rang most */
	double top_share;
	int escalated, timed_out;
	double escalated_share, timed_out_share; /* timed out: of those acknowledged */
	int hidings, against_rules;              /* shelved or taken out of service */
	int hidden;                              /* did not ring, on the shelf */
	int explained;                           /* ... because another one explained it */
};
void alarm_quality_figures(const struct alarm_quality *q, int64_t from_ms, int64_t to_ms,
	double operators, struct alarm_quality_figures *out);

#endif
