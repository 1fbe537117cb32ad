/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_FORECAST_INNER_H
#define VIGIE_TWIN_FORECAST_INNER_H

/* Between the files that reduce replications and read them: what is kept of
 * each, as columns of `reps` numbers. */

#include "twin/forecast.h"

enum column {
	COLUMN_START,
	COLUMN_END,
	COLUMN_PACU_OUT,
	COLUMN_HOME,
	COLUMN_HOLD,
	COLUMN_WAIT,
	CASE_COLUMNS
};
/* ROOM_IDLE + c: minutes of idle cause c. */
enum { ROOM_LAST_OUT, ROOM_IDLE, ROOM_COLUMNS = ROOM_IDLE + IDLE_CAUSES };

struct forecast_run {
	const struct sim_plan *plan;
	const struct plan_index *index;
	uint32_t seed;
	int reps;
	float *cases;          /* [case][CASE_COLUMNS][rep], minutes after the origin; NAN never */
	float *rooms;          /* [room][ROOM_COLUMNS][rep] */
	float *kpis;           /* [KPI_COUNT][rep] */
	uint16_t *load;        /* [pool][slot][rep]: the most at a time */
	uint8_t *off;          /* [case][rep]: enum sim_off */
	uint8_t *stuck;        /* [rep] */
	forecast_watch *watch; /* NULL: nobody looks */
	void *watcher;
};

static inline float *case_column(const struct forecast_run *run, int i, enum column c)
{
	return run->cases + ((size_t)i * CASE_COLUMNS + c) * (size_t)run->reps;
}

static inline float *room_column(const struct forecast_run *run, int r, int c)
{
	return run->rooms + ((size_t)r * ROOM_COLUMNS + (size_t)c) * (size_t)run->reps;
}

static inline float *kpi_column(const struct forecast_run *run, enum kpi k)
{
	return run->kpis + (size_t)k * (size_t)run->reps;
}

static inline uint8_t *off_column(const struct forecast_run *run, int i)
{
	return run->off + (size_t)i * (size_t)run->reps;
}

static inline uint16_t *load_column(const struct forecast_run *run, int pool, int slot)
{
	return run->load + ((size_t)pool * FORECAST_SLOTS + (size_t)slot) * (size_t)run->reps;
}

/* One replication, run. */
struct replication {
	const struct sim_draw *draw;
	const struct sim_bench *bench; /* as it stands after the day */
	const struct sim_marks *marks;
};

/* forecast_idle.c: why nobody works in a room that is open, from now to the end
 * of its session. `idle_ms` gets every cause; the rest of the time somebody does. */
void forecast_idle(const struct forecast_run *run, const struct replication *of, int room,
	int64_t idle_ms[IDLE_CAUSES]);

/* forecast_load.c: how many of each pool are held, slot by slot. */
void forecast_keep_loads(struct forecast_run *run, const struct replication *of, int rep);

#endif
