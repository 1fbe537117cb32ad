/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_INDICATOR_H
#define VIGIE_TWIN_INDICATOR_H

/*
 * The indicators of one day, read from the cases of the twin. An indicator that
 * cannot be computed says why; it is never a zero. Formulas of the AACD
 * Procedural Times Glossary (as reprinted in Miller's Anesthesia), of the French
 * audits (MeaH 2009, Datamento), and of NEST (NCT04585529); each row of the table
 * names its own. Times of a case are those of the milestone itself: what only a
 * later milestone implies does not count, the case is left out and counted.
 */

#include "twin/twin.h"

/* Where one case was, and when, in ms after the epoch; 0 not known. */
struct indicator_stay {
	int case_; /* index in twin->cases */
	int room;  /* OR, index in site->rooms, -1 */
	int64_t in_ms, out_ms;
	int64_t restored_ms; /* clean-up done */
	int64_t planned_ms;  /* start, as first planned */
	bool member;         /* of this day; else it only reaches into it */
	bool off;            /* cancelled, postponed, no-show */
	bool elective;       /* neither an emergency nor an add-on */
	bool running;        /* out_ms is then the end of what is known */
	const char *broken;  /* why its stay is not known, NULL when it is */
};

/* Big: keep it on the heap, or static. */
struct indicator_day {
	const struct twin *twin;
	int64_t from_ms, to_ms;                  /* local midnights */
	int64_t until_ms;                        /* what may be known: the earlier of now and to */
	struct indicator_stay stays[TWIN_CASES]; /* by room, then by time */
	int stay_count;
	int members, entered; /* cases of the day; those with in room */
};

/* Void cases (entered in error) are not there. A case belongs to the day it
 * entered its room, else to the day of its planned start. */
void indicator_day_read(const struct twin *twin, int64_t from_ms, int64_t to_ms, int64_t now_ms,
	struct indicator_day *out);

/* How one part became the whole. */
enum indicator_sum { SUM_TOTAL, SUM_MEDIAN, SUM_MEAN, SUM_SHARE, SUM_RATIO };
enum indicator_side { SIDE_NONE, SIDE_AT_LEAST, SIDE_AT_MOST, SIDE_EACH_AT_MOST };

/* What is behind an indicator: a case, or a room (then case_ is -1). */
struct indicator_part {
	int case_, room;
	double value;
	const char *note; /* "" none */
};

struct indicator {
	bool known;
	double value;            /* in the unit of the definition */
	double mean, p50, p90;   /* of the parts; NAN where it makes no sense */
	int n;                   /* parts that count */
	const char *because;     /* when not known */
	int left_out;            /* could not be counted */
	const char *left_reason; /* of the last one left out */
	const char *variant;     /* which of two formulations; "" there is one */
	double given;            /* grace, cap, price the formula was used with; NAN none */
	double target;           /* NAN none */
	bool outside;            /* of the target */
	struct indicator_part parts[TWIN_CASES];
	int part_count;
};

struct indicator_def {
	const char *key; /* "turnover" */
	const char *name;
	const char *unit; /* "min", "%", "" a count; "money": the site's currency */
	const char *formula;
	const char *source;
	const char *setting; /* target or price that the formula uses, "" none */
	const char *target;  /* key among the site's targets, "" none */
	enum indicator_side side;
	enum indicator_sum sum;
	const char *none; /* why, when nothing counts */
	void (*read)(const struct indicator_day *day, const struct indicator_def *def,
		struct indicator *out);
	int a, b; /* for read */
};
extern const struct indicator_def indicators[];
extern const int indicator_count;

int indicator_find(const char *key); /* -1 none */
void indicator_read(
	const struct indicator_day *day, const struct indicator_def *def, struct indicator *out);
/* Changes when the formula, or a setting it uses, does. */
uint64_t indicator_definition(const struct site *site, const struct indicator_def *def);

/* --- before and after ---------------------------------------------------- */

enum { INDICATOR_DAYS = 20 };

/* One value a day. */
struct indicator_series {
	const double *values;
	int days;
	uint64_t definition;
};

struct indicator_change {
	const char *refused;          /* NULL: the rest is meant */
	int needs, has;               /* days, when there are too few */
	double difference, low, high; /* after - before, 95 % confidence interval */
	double freedom;               /* degrees of */
};

/* Welch's t-interval (Biometrika 1947, 34: 28) of the difference of the means of
 * daily values; refuses fewer than INDICATOR_DAYS days on a side, and values
 * computed by two definitions. Days are taken as independent. */
struct indicator_change indicator_compare(
	const struct indicator_series *before, const struct indicator_series *after);
/* Quantile of Student's law, 0 < p < 1, freedom >= 3 (Abramowitz and Stegun
 * 26.7.5; error below 1e-3 from 10 degrees on). */
double indicator_student(double p, double freedom);

#endif
