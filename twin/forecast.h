/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_FORECAST_H
#define VIGIE_TWIN_FORECAST_H

/*
 * Many replications of a plan, read as quantiles and probabilities. Plain data,
 * a copy is a memcpy. Fed one replication after another, in any number of
 * parts: the parts of threads are joined in a fixed order, so that the answer
 * does not depend on how many there were.
 */

#include "twin/plan.h"

enum {
	FORECAST_REPS = 4096,
	FORECAST_SLOTS = 96, /* of the load curves: a day in quarters of an hour */
	FORECAST_SLOT_MIN = 15,
	FORECAST_LATER_MIN = 120,  /* "in two hours": when what binds then could be had */
	FORECAST_DEMAND_MIN = 240, /* how far ahead what is wanted is told */
	FORECAST_PEAK_SLOTS = 8    /* two hours */
};

struct quantiles {
	double p10, p50, p90; /* ms after the epoch for times, minutes for spans */
};

struct forecast_case {
	struct quantiles start, end; /* in room, out of room; 0 already happened */
	struct quantiles pacu_out;
	/* Ambulatory patients whose way is told beyond the PACU: its end, when they can
	 * go home, and how likely that is after the day unit closes (they stay over
	 * night then); zeros and < 0: not known, or not ambulatory. */
	struct quantiles home;
	double p_convert;
	double p_off;         /* not today: does not come, or is called off ... */
	double p_no_show;     /* ... of that, does not come. Times are of the other days */
	double remaining_min; /* mean time left in the room, once in it; never 0 */
	double hold_min;      /* mean wait in the room for a PACU bay */
	double wait_min;      /* mean wait for the room once ready */
};

/* Why nobody works in a room that is open (twin/forecast_idle.c). */
enum idle_cause {
	IDLE_LATE_START, /* the first case of its day, past its planned start */
	IDLE_PATIENT,    /* not there yet, or on the way in */
	IDLE_STAFF,      /* somebody to receive, anaesthetise, clean ... */
	IDLE_PACU,       /* ready to leave, and no bed to go to */
	IDLE_GAP,        /* nothing is planned yet */
	IDLE_CLOSED,     /* down or closed, with its session open */
	IDLE_NO_CASE,    /* none is left */
	IDLE_CAUSES
};
const char *idle_cause_name(enum idle_cause cause); /* "late_start" ... */

struct forecast_room {
	struct quantiles end;      /* last patient out */
	double p_overtime;         /* that it is after the end of the session */
	struct quantiles overtime; /* minutes, 0 when it is not */
	double overtime_mean;      /* minutes */
	/* Mean minutes, from now to the end of the session, in which nobody works there:
	 * by cause, and their sum. */
	double idle_min[IDLE_CAUSES];
	double idle_mean;
	bool has_session;
};

struct forecast_load {
	int units; /* how many there are */
	double p50[FORECAST_SLOTS], p90[FORECAST_SLOTS];
	double p_full[FORECAST_SLOTS]; /* that none is free at some time in the slot */
	struct quantiles peak;         /* the most taken in the first FORECAST_PEAK_SLOTS */
	double p_peak_full;            /* that none is free at some time in them */
};

struct forecast_kpi {
	double overtime_min, wait_min, hold_min, idle_min; /* means over replications */
	double overtime_error;                             /* standard error of the first */
	double last_out_ms;                                /* mean, after the epoch */
	double cancelled;                                  /* cases; mean */
	double called_off_min; /* in the room, of those called off; mean */
};

/* A difference between two runs of the same fates. */
struct paired {
	double mean, low, high; /* 95 % confidence interval */
};

/* What one unit more of something would change. It names the thing itself: the
 * pools of a later plan may be in another order. */
struct forecast_bottleneck {
	int role;             /* index in site->roles, -1 */
	int beds;             /* enum room_kind, -1 */
	int kit;              /* index in site->kits, -1 */
	struct paired effect; /* minutes of overtime and of cases called off */
};

/* What of something would be in use at a time, in the next FORECAST_DEMAND_MIN,
 * if nobody had to wait for it, for anything else of its kind, or for a bed: the
 * most at a time, against how many there are. */
struct forecast_demand {
	int role, beds, kit; /* as above */
	int units;
	double p50, p90;
	double p_short;   /* that it is more than there are, at some time */
	int64_t short_ms; /* the first quarter of an hour in which that is likely, 0 none */
};

struct forecast {
	int64_t at_ms; /* of the twin it was made from */
	uint64_t seq;  /* its last fact */
	uint32_t seed;
	int reps;
	struct plan_index index;
	struct forecast_case cases[SIM_CASES]; /* as in the plan */
	int case_count;
	struct forecast_room rooms[SIM_ROOMS];
	int room_count;
	struct forecast_load loads[SIM_POOLS]; /* as the plan's pools */
	int pool_count;
	struct forecast_kpi kpi;
	int stuck; /* replications in which a case waits for ever */
	/* Worked out afterwards (src/foresee.h); reading leaves what was there. One unit
	 * more now, and one from FORECAST_LATER_MIN on: the most helpful first. */
	struct forecast_bottleneck bottlenecks[SIM_POOLS], bottlenecks_later[SIM_POOLS];
	int bottleneck_count;
	struct forecast_demand demand[SIM_POOLS]; /* as the plan's pools */
	int demand_count;
	int ranked_reps;   /* 0: not ranked yet */
	int64_t ranked_ms; /* of the twin it was ranked from */
};

struct forecast_run; /* samples of all replications, on the heap */

/* NULL: out of memory. `reps` at most FORECAST_REPS. */
struct forecast_run *forecast_run_create(
	const struct sim_plan *plan, const struct plan_index *index, uint32_t seed, int reps);
void forecast_run_destroy(struct forecast_run *run);
/* Told of each replication as it ends, by the thread that ran it, before the bench is
 * used again. Set before the first part is run. */
typedef void forecast_watch(void *context, int rep, const struct sim_draw *draw,
	const struct sim_bench *bench, const struct sim_marks *marks);
void forecast_run_watch(struct forecast_run *run, forecast_watch *watch, void *context);
/* Runs replications first .. first + count - 1. Threads may run parts that do
 * not overlap at the same time, each on its own bench. */
void forecast_run_part(struct forecast_run *run, int first, int count);
/* Sums up the first `reps` of them. */
void forecast_run_read(const struct forecast_run *run, int reps, struct forecast *out);
/* Figures of a replication, minutes. LOST: in the room, of cases called off. BURDEN:
 * overtime and lost, which one can always be had for the other. */
enum kpi {
	KPI_OVERTIME,
	KPI_WAIT,
	KPI_HOLD,
	KPI_IDLE,
	KPI_LAST_OUT,
	KPI_LOST,
	KPI_BURDEN,
	KPI_COUNT
};
/* Per-replication difference b - a of a figure under common random numbers. */
struct paired forecast_difference(
	const struct forecast_run *a, const struct forecast_run *b, int reps, enum kpi kpi);
/* Puts what one unit more of a pool would change in its place among `count`. */
void forecast_rank(const struct plan_index *index, int pool, struct paired effect,
	struct forecast_bottleneck list[SIM_POOLS], int *count);
/* `wanted`: a run of the plan with plenty of everything; what there is, the plan
 * itself says by now. */
void forecast_read_demand(const struct forecast_run *wanted, int reps, struct forecast *out);
/* Over the first `reps` replications; the last patient's time out is after the
 * epoch, the rest are minutes. */
struct quantiles forecast_kpi_quantiles(const struct forecast_run *run, int reps, enum kpi kpi);
/* What each replication kept, `reps` numbers, to hold two runs of the same fates
 * against each other one by one. Minutes after the origin, NAN never; of a case
 * that has begun the start is not to be read. */
enum forecast_time { FORECAST_START, FORECAST_END };
const float *forecast_times(const struct forecast_run *run, int case_, enum forecast_time which);
/* The most of a pool at a time in a slot of the curve. */
const uint16_t *forecast_loads(const struct forecast_run *run, int pool, int slot);
/* The share of them in which a room's last patient is out after its session. */
double forecast_overtime_share(const struct forecast_run *run, int reps, int room);

#endif
