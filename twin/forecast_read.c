/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/forecast_inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/stat.h"

static const double MS = 60000; /* a minute */

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

/* What is still to come is a minute away at least: clocks show whole minutes, and
 * nothing that is foreseen has happened. */
static const double SOONEST_MIN = 1;

static struct quantiles times_of(
	const struct forecast_run *run, const float *column, int reps, double *work)
{
	int n = sorted(column, reps, work);
	struct quantiles q = quantiles_of(work, n);
	double origin = (double)run->index->origin_ms;
	if (n == 0)
		return q;
	return (struct quantiles){origin + fmax(q.p10, SOONEST_MIN) * MS,
		origin + fmax(q.p50, SOONEST_MIN) * MS, origin + fmax(q.p90, SOONEST_MIN) * MS};
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

/* The way of an ambulatory patient that ends in the operating room or the PACU
 * does not say when it goes home. */
static bool is_told_home(const struct forecast_run *run, int i)
{
	const struct plan_index *x = run->index;
	int w = run->plan->cases[i].pathway, last = run->plan->pathways[w].count - 1;
	return x->ambulatory[i] && last > x->out_room[w] && last > x->out_pacu[w];
}

static void read_home(
	const struct forecast_run *run, int i, int reps, double *work, struct forecast_case *out)
{
	const float *home = case_column(run, i, COLUMN_HOME);
	double by = (double)run->index->home_by_ms[i] / MS;
	int over = 0, n = 0;
	out->p_convert = -1;
	if (!is_told_home(run, i))
		return;
	out->home = times_of(run, home, reps, work);
	for (int k = 0; k < reps; k++) {
		over += !isnan(home[k]) && (double)home[k] > by;
		n += !isnan(home[k]);
	}
	if (n > 0 && run->index->home_by_ms[i] != INT64_MAX)
		out->p_convert = (double)over / n;
}

static void read_off(const struct forecast_run *run, int i, int reps, struct forecast_case *out)
{
	const uint8_t *off = off_column(run, i);
	int any = 0, no_show = 0;
	for (int k = 0; k < reps; k++) {
		any += off[k] != SIM_GOES;
		no_show += off[k] == SIM_NO_SHOW;
	}
	out->p_off = (double)any / reps;
	out->p_no_show = (double)no_show / reps;
}

static void read_case(
	const struct forecast_run *run, int i, int reps, double *work, struct forecast_case *out)
{
	const struct sim_case *c = &run->plan->cases[i];
	*out = (struct forecast_case){.p_convert = -1};
	if (c->absent)
		return;
	if (c->step <= run->index->in_room[c->pathway])
		out->start = times_of(run, case_column(run, i, COLUMN_START), reps, work);
	if (c->step <= run->index->out_room[c->pathway]) {
		const float *end = case_column(run, i, COLUMN_END);
		out->end = times_of(run, end, reps, work);
		out->remaining_min = fmax(mean_of(end, reps), SOONEST_MIN);
	}
	out->pacu_out = times_of(run, case_column(run, i, COLUMN_PACU_OUT), reps, work);
	read_home(run, i, reps, work, out);
	read_off(run, i, reps, out);
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
	out->idle_mean = 0;
	for (int cause = 0; cause < IDLE_CAUSES; cause++) {
		out->idle_min[cause] = mean_of(room_column(run, r, ROOM_IDLE + cause), reps);
		out->idle_mean += out->idle_min[cause];
	}
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

static void read_peak(
	const struct forecast_run *run, int p, int reps, double *work, struct forecast_load *out)
{
	int full = 0;
	for (int i = 0; i < reps; i++) {
		int most = 0;
		for (int slot = 0; slot < FORECAST_PEAK_SLOTS; slot++) {
			int taken = load_column(run, p, slot)[i];
			most = taken > most ? taken : most;
		}
		full += most >= out->units;
		work[i] = most;
	}
	stat_sort(work, (size_t)reps);
	out->peak = quantiles_of(work, reps);
	out->p_peak_full = (double)full / reps;
}

static void demand_of(const struct forecast_run *run, int p, int reps, uint16_t *most, double *work,
	struct forecast_demand *out)
{
	enum { DEMAND_SLOTS = FORECAST_DEMAND_MIN / FORECAST_SLOT_MIN };
	int any = 0;
	*out = (struct forecast_demand){.role = run->index->pool_role[p],
		.beds = run->index->pool_beds[p],
		.kit = run->index->pool_kit[p],
		.units = run->plan->pools[p].units};
	memset(most, 0, (size_t)reps * sizeof *most);
	for (int slot = 0; slot < DEMAND_SLOTS; slot++) {
		const uint16_t *column = load_column(run, p, slot);
		int over = 0;
		for (int i = 0; i < reps; i++) {
			over += column[i] > out->units;
			most[i] = column[i] > most[i] ? column[i] : most[i];
		}
		if (2 * over >= reps && out->short_ms == 0)
			out->short_ms = run->index->origin_ms + slot * FORECAST_SLOT_MIN * 60000LL;
	}
	for (int i = 0; i < reps; i++)
		any += most[i] > out->units;
	counted(most, reps, work);
	out->p50 = stat_quantile(work, (size_t)reps, 0.5);
	out->p90 = stat_quantile(work, (size_t)reps, 0.9);
	out->p_short = (double)any / reps;
}

void forecast_read_demand(const struct forecast_run *run, int reps, struct forecast *out)
{
	uint16_t *most = malloc((size_t)reps * sizeof *most);
	double *work = malloc((size_t)reps * sizeof *work);
	out->demand_count = 0;
	for (int p = 0; most != NULL && work != NULL && p < run->plan->pool_count; p++)
		demand_of(run, p, reps, most, work, &out->demand[out->demand_count++]);
	free(most);
	free(work);
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
	out->called_off_min = mean_of(kpi_column(run, KPI_LOST), reps);
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
	for (int p = 0; p < out->pool_count; p++)
		read_peak(run, p, reps, work, &out->loads[p]);
	for (int i = 0; i < reps; i++)
		out->stuck += run->stuck[i];
	read_kpis(run, reps, &out->kpi);
	out->kpi.cancelled = 0;
	for (int i = 0; i < out->case_count; i++)
		out->kpi.cancelled += out->cases[i].p_off;
done:
	free(work);
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
