/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/forecast_inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/stat.h"

static const double MS = 60000; /* a minute */

struct forecast_run *forecast_run_create(
	const struct sim_plan *plan, const struct plan_index *index, uint32_t seed, int reps)
{
	struct forecast_run *run = calloc(1, sizeof *run);
	size_t n = (size_t)reps;
	if (run == NULL)
		return NULL;
	*run = (struct forecast_run){.plan = plan, .index = index, .seed = seed, .reps = reps};
	run->cases = malloc((size_t)plan->case_count * CASE_COLUMNS * n * sizeof(float) + 1);
	run->rooms = malloc((size_t)plan->room_count * ROOM_COLUMNS * n * sizeof(float) + 1);
	run->kpis = malloc(KPI_COUNT * n * sizeof(float) + 1);
	run->load = malloc((size_t)plan->pool_count * FORECAST_SLOTS * n * sizeof(uint16_t) + 1);
	run->off = malloc((size_t)plan->case_count * n + 1);
	run->stuck = malloc(n + 1);
	if (run->cases == NULL || run->rooms == NULL || run->kpis == NULL || run->load == NULL
		|| run->off == NULL || run->stuck == NULL) {
		forecast_run_destroy(run);
		return NULL;
	}
	return run;
}

void forecast_run_destroy(struct forecast_run *run)
{
	if (run == NULL)
		return;
	free(run->cases);
	free(run->rooms);
	free(run->kpis);
	free(run->load);
	free(run->off);
	free(run->stuck);
	free(run);
}

void forecast_run_watch(struct forecast_run *run, forecast_watch *watch, void *context)
{
	run->watch = watch;
	run->watcher = context;
}

const float *forecast_times(const struct forecast_run *run, int case_, enum forecast_time which)
{
	return case_column(run, case_, which == FORECAST_START ? COLUMN_START : COLUMN_END);
}

const uint16_t *forecast_loads(const struct forecast_run *run, int pool, int slot)
{
	return load_column(run, pool, slot);
}

/* ---- one replication, reduced ---- */

static float minutes(int32_t ms)
{
	return ms == SIM_NEVER ? NAN : (float)(ms / MS);
}

static void keep_case(struct forecast_run *run, const struct sim_marks *m, int i, int rep)
{
	const struct sim_case *c = &run->plan->cases[i];
	const struct plan_index *x = run->index;
	int in = x->in_room[c->pathway], out = x->out_room[c->pathway];
	int leave = x->out_pacu[c->pathway];
	float hold = 0, wait = 0;
	if (out >= 0 && c->step <= out && m->begun_ms[i][out] != SIM_NEVER) {
		int before = out > 0 && out > c->step ? m->ended_ms[i][out - 1] : 0;
		hold = (float)((m->begun_ms[i][out] - (before > 0 ? before : 0)) / MS);
	}
	if (in >= 0 && c->step <= in && m->begun_ms[i][in] != SIM_NEVER) {
		/* Ready from the planned start on, or when what goes before is done. */
		int64_t ready = c->planned_ms > 0 ? c->planned_ms : 0;
		if (in > c->step && m->ended_ms[i][in - 1] > ready)
			ready = m->ended_ms[i][in - 1];
		int64_t late = m->begun_ms[i][in] - ready;
		wait = late > 0 ? (float)((double)late / MS) : 0;
	}
	case_column(run, i, COLUMN_START)[rep] = in >= 0 ? minutes(m->ended_ms[i][in]) : NAN;
	case_column(run, i, COLUMN_END)[rep] = out >= 0 ? minutes(m->ended_ms[i][out]) : NAN;
	case_column(run, i, COLUMN_PACU_OUT)[rep] =
		leave >= 0 ? minutes(m->ended_ms[i][leave]) : NAN;
	case_column(run, i, COLUMN_HOME)[rep] =
		run->index->ambulatory[i]
			? minutes(m->ended_ms[i][run->plan->pathways[c->pathway].count - 1])
			: NAN;
	off_column(run, i)[rep] = (uint8_t)m->off[i];
	case_column(run, i, COLUMN_HOLD)[rep] = hold;
	case_column(run, i, COLUMN_WAIT)[rep] = wait;
}

/* When the last patient is out of a room, ms after the origin; < 0: nobody is. */
static int64_t last_out(
	const struct forecast_run *run, const struct sim_bench *b, const struct sim_marks *m, int r)
{
	int64_t last = -1;
	for (int k = 0; k < b->room[r].turns; k++) {
		int i = b->turn[r][k];
		const struct sim_case *c = &run->plan->cases[i];
		int32_t left = m->ended_ms[i][run->index->out_room[c->pathway]];
		if (!c->absent && left != SIM_NEVER && left > last)
			last = left;
	}
	return last;
}

static void keep_rooms(
	struct forecast_run *run, const struct replication *of, int rep, double kpi[KPI_COUNT])
{
	for (int r = 0; r < run->plan->room_count; r++) {
		int64_t idle_ms[IDLE_CAUSES], close = run->index->closes_ms[r];
		double last = (double)last_out(run, of->bench, of->marks, r);
		forecast_idle(run, of, r, idle_ms);
		room_column(run, r, ROOM_LAST_OUT)[rep] = last < 0 ? NAN : (float)(last / MS);
		for (int c = 0; c < IDLE_CAUSES; c++) {
			room_column(run, r, ROOM_IDLE + c)[rep] = (float)((double)idle_ms[c] / MS);
			kpi[KPI_IDLE] += (double)idle_ms[c] / MS;
		}
		if (close != 0 && last > (double)close)
			kpi[KPI_OVERTIME] += (last - (double)(close > 0 ? close : 0)) / MS;
		if (last / MS > kpi[KPI_LAST_OUT])
			kpi[KPI_LAST_OUT] = last / MS;
	}
}

/* What a case called off would have taken in its room, minutes. */
static double lost(const struct forecast_run *run, const struct replication *of, int i)
{
	const struct sim_case *c = &run->plan->cases[i];
	double sum = 0;
	if (c->absent || of->marks->off[i] != SIM_CALLED_OFF)
		return 0;
	for (int s = run->index->in_room[c->pathway] + 1; s <= run->index->out_room[c->pathway];
		s++)
		sum += s >= c->step ? of->draw->lasts_ms[i][s] / MS : 0;
	return sum;
}

static void keep(struct forecast_run *run, const struct replication *of, int rep)
{
	double kpi[KPI_COUNT] = {0};
	for (int i = 0; i < run->plan->case_count; i++) {
		keep_case(run, of->marks, i, rep);
		kpi[KPI_HOLD] += (double)case_column(run, i, COLUMN_HOLD)[rep];
		kpi[KPI_WAIT] += (double)case_column(run, i, COLUMN_WAIT)[rep];
		kpi[KPI_LOST] += lost(run, of, i);
	}
	keep_rooms(run, of, rep, kpi);
	kpi[KPI_BURDEN] = kpi[KPI_OVERTIME] + kpi[KPI_LOST];
	forecast_keep_loads(run, of, rep);
	for (int k = 0; k < KPI_COUNT; k++)
		kpi_column(run, (enum kpi)k)[rep] = (float)kpi[k];
	run->stuck[rep] = of->marks->stuck > 0;
}

void forecast_run_part(struct forecast_run *run, int first, int count)
{
	struct sim_draw *draw = malloc(sizeof *draw);
	struct sim_bench *bench = malloc(sizeof *bench);
	struct sim_marks *marks = malloc(sizeof *marks);
	if (draw != NULL && bench != NULL && marks != NULL) {
		for (int rep = first; rep < first + count && rep < run->reps; rep++) {
			sim_draw(run->plan, run->seed, (uint32_t)rep, draw);
			sim_run(run->plan, draw, bench, marks);
			keep(run, &(struct replication){draw, bench, marks}, rep);
			if (run->watch != NULL)
				run->watch(run->watcher, rep, draw, bench, marks);
		}
	}
	free(draw);
	free(bench);
	free(marks);
}

struct paired forecast_difference(
	const struct forecast_run *a, const struct forecast_run *b, int reps, enum kpi kpi)
{
	const float *x = kpi_column(a, kpi), *y = kpi_column(b, kpi);
	struct stat_moments m = {0};
	for (int i = 0; i < reps; i++)
		stat_add(&m, (double)y[i] - (double)x[i]);
	double half = 1.96 * stat_error(&m);
	return (struct paired){m.mean, m.mean - half, m.mean + half};
}

void forecast_rank(const struct plan_index *index, int pool, struct paired effect,
	struct forecast_bottleneck list[SIM_POOLS], int *count)
{
	int at = (*count)++;
	for (; at > 0 && list[at - 1].effect.mean > effect.mean; at--)
		list[at] = list[at - 1];
	list[at] = (struct forecast_bottleneck){
		index->pool_role[pool], index->pool_beds[pool], index->pool_kit[pool], effect};
}
