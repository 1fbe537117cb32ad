/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/stat.h"

static const double MS = 60000; /* a minute */

/* Occupancy is looked at every five minutes, three times in a slot of the curve. */
enum { STEP_MIN = 5, STEPS_A_SLOT = FORECAST_SLOT_MIN / STEP_MIN };
enum { STEPS = FORECAST_SLOTS * STEPS_A_SLOT };

/* What is kept of each replication: columns of `reps` numbers. */
enum column { COLUMN_START, COLUMN_END, COLUMN_PACU_OUT, COLUMN_HOLD, COLUMN_WAIT, CASE_COLUMNS };
enum { ROOM_LAST_OUT, ROOM_IDLE, ROOM_COLUMNS };

struct forecast_run {
	const struct sim_plan *plan;
	const struct plan_index *index;
	uint32_t seed;
	int reps;
	float *cases;   /* [case][CASE_COLUMNS][rep], minutes after the origin; NAN never */
	float *rooms;   /* [room][ROOM_COLUMNS][rep] */
	float *kpis;    /* [KPI_COUNT][rep] */
	uint16_t *load; /* [pool][slot][rep]: the most at a time */
	uint8_t *stuck; /* [rep] */
};

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
	run->stuck = malloc(n + 1);
	if (run->cases == NULL || run->rooms == NULL || run->kpis == NULL || run->load == NULL
		|| run->stuck == NULL) {
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
	free(run->stuck);
	free(run);
}

static float *case_column(const struct forecast_run *run, int i, enum column c)
{
	return run->cases + ((size_t)i * CASE_COLUMNS + c) * (size_t)run->reps;
}

static float *room_column(const struct forecast_run *run, int r, int c)
{
	return run->rooms + ((size_t)r * ROOM_COLUMNS + (size_t)c) * (size_t)run->reps;
}

static float *kpi_column(const struct forecast_run *run, enum kpi k)
{
	return run->kpis + (size_t)k * (size_t)run->reps;
}

static uint16_t *load_column(const struct forecast_run *run, int pool, int slot)
{
	return run->load + ((size_t)pool * FORECAST_SLOTS + (size_t)slot) * (size_t)run->reps;
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
	case_column(run, i, COLUMN_HOLD)[rep] = hold;
	case_column(run, i, COLUMN_WAIT)[rep] = wait;
}

/* Minutes of the session still ahead in which nobody has the room. */
static double idle_of(
	const struct forecast_run *run, const struct sim_marks *m, int r, double *last_out)
{
	const struct sim_room *room = &run->plan->rooms[r];
	const struct plan_index *x = run->index;
	int64_t from = x->opens_ms[r] > 0 ? x->opens_ms[r] : 0, to = x->closes_ms[r];
	int64_t busy = 0, free_from = from;
	*last_out = -1;
	for (int k = 0; k < room->turns; k++) {
		int i = room->turn[k];
		const struct sim_case *c = &run->plan->cases[i];
		int in = x->in_room[c->pathway], out = x->out_room[c->pathway];
		int32_t left = m->ended_ms[i][out];
		if (c->absent || left == SIM_NEVER)
			continue;
		*last_out = left > *last_out ? left : *last_out;
		int64_t entered = c->step > in ? 0 : m->ended_ms[i][in];
		int64_t clean = m->room_ready_ms[i] != SIM_NEVER ? m->room_ready_ms[i] : left;
		int64_t a = entered > free_from ? entered : free_from;
		int64_t e = clean < to ? clean : to;
		busy += e > a ? e - a : 0;
		free_from = e > free_from ? e : free_from;
	}
	return to > from ? (double)(to - from - busy) / MS : 0;
}

static void keep_rooms(
	struct forecast_run *run, const struct sim_marks *m, int rep, double kpi[KPI_COUNT])
{
	for (int r = 0; r < run->plan->room_count; r++) {
		double last, idle = idle_of(run, m, r, &last);
		int64_t close = run->index->closes_ms[r];
		room_column(run, r, ROOM_LAST_OUT)[rep] = last < 0 ? NAN : (float)(last / MS);
		room_column(run, r, ROOM_IDLE)[rep] = (float)idle;
		kpi[KPI_IDLE] += idle;
		if (close != 0 && last > (double)close)
			kpi[KPI_OVERTIME] += (last - (double)(close > 0 ? close : 0)) / MS;
		if (last / MS > kpi[KPI_LAST_OUT])
			kpi[KPI_LAST_OUT] = last / MS;
	}
}

/* The first instant of the grid at or after that time. */
static int step_of(int64_t ms)
{
	int64_t step = (ms + STEP_MIN * 60000LL - 1) / (STEP_MIN * 60000LL);
	return step < 0 ? 0 : step > STEPS ? STEPS : (int)step;
}

/* A unit is held from the step that takes it to the one that gives it back. */
static void hold_units(const struct sim_plan *plan, const struct sim_marks *m, int i,
	int16_t change[SIM_POOLS][STEPS + 1])
{
	const struct sim_case *c = &plan->cases[i];
	const struct sim_pathway *way = &plan->pathways[c->pathway];
	int64_t since[SIM_POOLS];
	for (int p = 0; p < plan->pool_count; p++)
		since[p] = -1;
	for (int s = 0; s < way->count; s++) {
		const struct sim_step *step = &way->steps[s];
		int64_t begun = s < c->step ? 0 : m->begun_ms[i][s];
		int64_t ended = s < c->step ? 0 : m->ended_ms[i][s];
		if (s >= c->step && m->begun_ms[i][s] == SIM_NEVER)
			return;
		for (int k = 0; k < SIM_NEEDS && step->need[k] != SIM_NONE; k++)
			if (step->need[k] >= 0)
				since[step->need[k]] = begun > 0 ? begun : 0;
		for (int k = 0; k < SIM_NEEDS && step->give[k] != SIM_NONE; k++) {
			int p = step->give[k];
			if (p < 0 || since[p] < 0)
				continue;
			change[p][step_of(since[p])]++;
			change[p][step_of(ended)]--;
			since[p] = -1;
		}
	}
}

/* Whoever turns a room over is held from their coming until it is clean. */
static void hold_teams(const struct sim_plan *plan, const struct sim_draw *draw,
	const struct sim_marks *m, int r, int16_t change[SIM_POOLS][STEPS + 1])
{
	const struct sim_room *room = &plan->rooms[r];
	int p = room->cleaning;
	if (p < 0)
		return;
	if (room->cleaning_ms >= 0) {
		change[p][0]++;
		change[p][step_of(draw->cleaning_ms[r])]--;
	}
	for (int k = 0; k < room->turns; k++) {
		int i = room->turn[k];
		int64_t clean = m->room_ready_ms[i];
		if (plan->cases[i].absent || m->room_ready_ms[i] == SIM_NEVER)
			continue;
		change[p][step_of(clean - draw->turnover_ms[i])]++;
		change[p][step_of(clean)]--;
	}
}

static void keep_loads(
	struct forecast_run *run, const struct sim_draw *draw, const struct sim_marks *m, int rep)
{
	int16_t change[SIM_POOLS][STEPS + 1];
	const struct sim_plan *plan = run->plan;
	memset(change, 0, (size_t)plan->pool_count * sizeof *change);
	for (int i = 0; i < plan->case_count; i++)
		if (!plan->cases[i].absent)
			hold_units(plan, m, i, change);
	for (int r = 0; r < plan->room_count; r++)
		hold_teams(plan, draw, m, r, change);
	for (int p = 0; p < plan->pool_count; p++) {
		int now = 0;
		for (int slot = 0; slot < FORECAST_SLOTS; slot++) {
			int most = 0;
			for (int k = 0; k < STEPS_A_SLOT; k++) {
				now += change[p][slot * STEPS_A_SLOT + k];
				most = now > most ? now : most;
			}
			load_column(run, p, slot)[rep] = (uint16_t)most;
		}
	}
}

static void keep(
	struct forecast_run *run, const struct sim_draw *draw, const struct sim_marks *m, int rep)
{
	double kpi[KPI_COUNT] = {0};
	for (int i = 0; i < run->plan->case_count; i++) {
		keep_case(run, m, i, rep);
		kpi[KPI_HOLD] += (double)case_column(run, i, COLUMN_HOLD)[rep];
		kpi[KPI_WAIT] += (double)case_column(run, i, COLUMN_WAIT)[rep];
	}
	keep_rooms(run, m, rep, kpi);
	keep_loads(run, draw, m, rep);
	for (int k = 0; k < KPI_COUNT; k++)
		kpi_column(run, (enum kpi)k)[rep] = (float)kpi[k];
	run->stuck[rep] = m->stuck > 0;
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
			keep(run, draw, marks, rep);
		}
	}
	free(draw);
	free(bench);
	free(marks);
}

/* ---- reading ---- */

/* The numbers of a column that are there, ascending; returns how many. */
static int sorted(const float *column, int reps, double *out)
{
	int n = 0;
	for (int i = 0; i < reps; i++)
		if (!isnan(column[i]))
			out[n++] = (double)column[i];
	stat_sort(out, (size_t)n);
	return n;
}

static struct quantiles quantiles_of(const double *values, int n)
{
	if (n == 0)
		return (struct quantiles){0, 0, 0};
	return (struct quantiles){stat_quantile(values, (size_t)n, 0.1),
		stat_quantile(values, (size_t)n, 0.5), stat_quantile(values, (size_t)n, 0.9)};
}

static struct quantiles times_of(
	const struct forecast_run *run, const float *column, int reps, double *work)
{
	int n = sorted(column, reps, work);
	struct quantiles q = quantiles_of(work, n);
	double origin = (double)run->index->origin_ms;
	if (n == 0)
		return q;
	return (struct quantiles){origin + q.p10 * MS, origin + q.p50 * MS, origin + q.p90 * MS};
}

static double mean_of(const float *column, int reps)
{
	double sum = 0;
	int n = 0;
	for (int i = 0; i < reps; i++) {
		if (isnan(column[i]))
			continue;
		sum += (double)column[i];
		n++;
	}
	return n > 0 ? sum / n : 0;
}

static void read_case(
	const struct forecast_run *run, int i, int reps, double *work, struct forecast_case *out)
{
	const struct sim_case *c = &run->plan->cases[i];
	memset(out, 0, sizeof *out);
	if (c->absent)
		return;
	if (c->step <= run->index->in_room[c->pathway])
		out->start = times_of(run, case_column(run, i, COLUMN_START), reps, work);
	if (c->step <= run->index->out_room[c->pathway]) {
		const float *end = case_column(run, i, COLUMN_END);
		out->end = times_of(run, end, reps, work);
		out->remaining_min = mean_of(end, reps);
	}
	out->pacu_out = times_of(run, case_column(run, i, COLUMN_PACU_OUT), reps, work);
	out->hold_min = mean_of(case_column(run, i, COLUMN_HOLD), reps);
	out->wait_min = mean_of(case_column(run, i, COLUMN_WAIT), reps);
}

static void read_room(
	const struct forecast_run *run, int r, int reps, double *work, struct forecast_room *out)
{
	const float *last = room_column(run, r, ROOM_LAST_OUT);
	double close = (double)run->index->closes_ms[r] / MS, sum = 0;
	int over = 0;
	out->end = times_of(run, last, reps, work);
	out->has_session = run->index->closes_ms[r] != run->index->opens_ms[r];
	out->idle_mean = mean_of(room_column(run, r, ROOM_IDLE), reps);
	for (int i = 0; i < reps; i++) {
		double past = isnan(last[i]) || !out->has_session
				      ? 0
				      : (double)last[i] - (close > 0 ? close : 0);
		work[i] = past > 0 ? past : 0;
		over += past > 0;
		sum += work[i];
	}
	stat_sort(work, (size_t)reps);
	out->overtime = quantiles_of(work, reps);
	out->overtime_mean = sum / reps;
	out->p_overtime = (double)over / reps;
}

/* Few different numbers many times: counted, which is much faster than sorted. */
static void counted(const uint16_t *column, int reps, double *out)
{
	int count[SIM_CASES + SIM_ROOMS + 1] = {0}, most = 0, n = 0;
	for (int i = 0; i < reps; i++) {
		count[column[i]]++;
		most = column[i] > most ? column[i] : most;
	}
	for (int value = 0; value <= most; value++)
		for (int k = 0; k < count[value]; k++)
			out[n++] = value;
}

static void read_load(
	const struct forecast_run *run, int p, int reps, double *work, struct forecast_load *out)
{
	out->units = run->plan->pools[p].units;
	for (int slot = 0; slot < FORECAST_SLOTS; slot++) {
		const uint16_t *column = load_column(run, p, slot);
		int full = 0;
		for (int i = 0; i < reps; i++)
			full += column[i] >= out->units;
		counted(column, reps, work);
		out->p50[slot] = stat_quantile(work, (size_t)reps, 0.5);
		out->p90[slot] = stat_quantile(work, (size_t)reps, 0.9);
		out->p_full[slot] = (double)full / reps;
	}
}

static void read_kpis(const struct forecast_run *run, int reps, struct forecast_kpi *out)
{
	struct stat_moments overtime = {0};
	const float *column = kpi_column(run, KPI_OVERTIME);
	for (int i = 0; i < reps; i++)
		stat_add(&overtime, (double)column[i]);
	out->overtime_min = overtime.mean;
	out->overtime_error = stat_error(&overtime);
	out->wait_min = mean_of(kpi_column(run, KPI_WAIT), reps);
	out->hold_min = mean_of(kpi_column(run, KPI_HOLD), reps);
	out->idle_min = mean_of(kpi_column(run, KPI_IDLE), reps);
	out->last_out_ms =
		(double)run->index->origin_ms + mean_of(kpi_column(run, KPI_LAST_OUT), reps) * MS;
}

void forecast_run_read(const struct forecast_run *run, int reps, struct forecast *out)
{
	double *work = malloc((size_t)reps * sizeof *work);
	out->reps = 0;
	if (work == NULL || reps < 1)
		goto done;
	out->at_ms = run->index->origin_ms;
	out->seed = run->seed;
	out->reps = reps;
	out->index = *run->index;
	out->case_count = run->plan->case_count;
	out->room_count = run->plan->room_count;
	out->pool_count = run->plan->pool_count;
	out->stuck = 0;
	for (int i = 0; i < out->case_count; i++)
		read_case(run, i, reps, work, &out->cases[i]);
	for (int r = 0; r < out->room_count; r++)
		read_room(run, r, reps, work, &out->rooms[r]);
	for (int p = 0; p < out->pool_count; p++)
		read_load(run, p, reps, work, &out->loads[p]);
	for (int i = 0; i < reps; i++)
		out->stuck += run->stuck[i];
	read_kpis(run, reps, &out->kpi);
done:
	free(work);
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
		index->pool_role[pool], index->pool_beds[pool], effect};
}

struct quantiles forecast_kpi_quantiles(const struct forecast_run *run, int reps, enum kpi kpi)
{
	struct quantiles q = {0, 0, 0};
	double *work = malloc((size_t)reps * sizeof *work);
	if (work != NULL && kpi == KPI_LAST_OUT)
		q = times_of(run, kpi_column(run, kpi), reps, work);
	else if (work != NULL)
		q = quantiles_of(work, sorted(kpi_column(run, kpi), reps, work));
	free(work);
	return q;
}

double forecast_overtime_share(const struct forecast_run *run, int reps, int room)
{
	const float *last = room_column(run, room, ROOM_LAST_OUT);
	const struct plan_index *x = run->index;
	double close = x->closes_ms[room] > 0 ? (double)x->closes_ms[room] / MS : 0;
	int over = 0;
	if (x->closes_ms[room] == x->opens_ms[room] || reps < 1)
		return 0;
	for (int i = 0; i < reps; i++)
		over += !isnan(last[i]) && (double)last[i] > close;
	return (double)over / reps;
}
