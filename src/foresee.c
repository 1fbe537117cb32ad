/* SPDX-License-Identifier: Apache-2.0 */
#include "src/foresee.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "screens/format.h"

/* Between two looks at whether somebody asks for something else. */
enum { PART = 64 };

struct part {
	struct forecast_run *run;
	int first, count;
	pthread_t thread;
	bool started;
};

static void *run_part(void *context)
{
	struct part *part = context;
	forecast_run_part(part->run, part->first, part->count);
	return NULL;
}

static void run_parts(struct forecast_run *run, int from, int reps, int threads)
{
	struct part parts[FORESEE_THREADS];
	int n = threads < 1 ? 1 : threads > FORESEE_THREADS ? FORESEE_THREADS : threads;
	for (int i = 0; i < n; i++) {
		int first = from + (int)((long)reps * i / n);
		int end = from + (int)((long)reps * (i + 1) / n);
		parts[i] = (struct part){.run = run, .first = first, .count = end - first};
		/* The last part is this thread's own; a thread that cannot be had is too. */
		parts[i].started =
			i + 1 < n
			&& pthread_create(&parts[i].thread, NULL, run_part, &parts[i]) == 0;
		if (!parts[i].started)
			run_part(&parts[i]);
	}
	for (int i = 0; i < n; i++)
		if (parts[i].started)
			pthread_join(parts[i].thread, NULL);
}

void foresee(struct forecast_run *run, int reps, int threads)
{
	run_parts(run, 0, reps, threads);
}

int foresee_threads(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > FORESEE_THREADS ? FORESEE_THREADS : (int)n;
}

/* False: stopped. */
static bool run_stoppable(struct forecast_run *run, const struct foresee_rank *how)
{
	int part = how->stop != NULL ? PART * how->threads : how->reps;
	for (int done = 0; done < how->reps; done += part) {
		if (how->stop != NULL && how->stop(how->context))
			return false;
		int left = how->reps - done;
		run_parts(run, done, left < part ? left : part, how->threads);
	}
	return true;
}

/* The lent plan as it is now, under the fates of the base. NULL: stopped, or short
 * of memory. */
static struct forecast_run *try_plan(const struct sim_plan *plan, const struct plan_index *index,
	uint32_t seed, const struct foresee_rank *how)
{
	struct forecast_run *run = forecast_run_create(plan, index, seed, how->reps);
	if (run != NULL && !run_stoppable(run, how)) {
		forecast_run_destroy(run);
		return NULL;
	}
	return run;
}

/* One unit more of a pool, `later_ms` from now; 0: at once. */
static bool one_more(struct sim_plan *plan, const struct plan_index *index, int pool,
	int64_t later_ms, const struct forecast_run *base, const struct foresee_rank *how,
	uint32_t seed, struct paired *effect)
{
	if (later_ms == 0)
		plan_more(plan, index, pool, 1);
	else
		plan_one_later(plan, index, pool, later_ms);
	struct forecast_run *run = try_plan(plan, index, seed, how);
	if (later_ms == 0)
		plan_more(plan, index, pool, -1);
	plan->later_count = 0;
	if (run != NULL)
		*effect = forecast_difference(base, run, how->reps, KPI_BURDEN);
	forecast_run_destroy(run);
	return run != NULL;
}

/* Rooms that people look after are waited for while people are free. */
static bool is_ever_full(const struct plan_index *index, const struct forecast *of, int pool)
{
	const struct forecast_load *load = &of->loads[pool];
	if (index->pool_cover[pool] >= 0)
		return true;
	for (int slot = 0; slot < FORECAST_SLOTS; slot++)
		if (load->p_full[slot] > 0)
			return true;
	return false;
}

/* Now and in two hours. What is never all in use, one more does not change; what
 * changes nothing now changes nothing later. */
static bool rank(struct sim_plan *plan, const struct plan_index *index,
	const struct forecast_run *base, const struct foresee_rank *how, const struct forecast *of,
	struct forecast_bottleneck now[SIM_POOLS], struct forecast_bottleneck later[SIM_POOLS])
{
	int count = 0, count_later = 0;
	for (int p = 0; p < plan->pool_count; p++) {
		struct paired effect = {0, 0, 0}, after = {0, 0, 0};
		if (is_ever_full(index, of, p)
			&& !one_more(plan, index, p, 0, base, how, of->seed, &effect))
			return false;
		if ((effect.low != 0 || effect.high != 0)
			&& !one_more(plan, index, p, FORECAST_LATER_MIN * 60000LL, base, how,
				of->seed, &after))
			return false;
		forecast_rank(index, p, effect, now, &count);
		forecast_rank(index, p, after, later, &count_later);
	}
	return true;
}

/* What would be in use if nobody had to wait for anybody, or for a bed. */
static bool demand(struct sim_plan *plan, const struct plan_index *index,
	const struct foresee_rank *how, struct forecast *out)
{
	enum { PLENTY = SIM_CASES };
	for (int p = 0; p < plan->pool_count; p++)
		plan_more(plan, index, p, PLENTY);
	struct forecast_run *run = try_plan(plan, index, out->seed, how);
	for (int p = 0; p < plan->pool_count; p++)
		plan_more(plan, index, p, -PLENTY);
	if (run != NULL)
		forecast_read_demand(run, how->reps, out);
	forecast_run_destroy(run);
	return run != NULL;
}

bool foresee_bottlenecks(struct sim_plan *plan, const struct plan_index *index,
	const struct forecast_run *base, const struct foresee_rank *how, struct forecast *out)
{
	struct forecast_bottleneck now[SIM_POOLS], later[SIM_POOLS];
	if (!rank(plan, index, base, how, out, now, later) || !demand(plan, index, how, out))
		return false;
	memcpy(out->bottlenecks, now, sizeof now);
	memcpy(out->bottlenecks_later, later, sizeof later);
	out->bottleneck_count = plan->pool_count;
	out->ranked_reps = how->reps;
	out->ranked_ms = index->origin_ms;
	return true;
}

/* The longest hole, and what would close it. */
static bool watch(const struct twin *twin, const struct foresee_day *how,
	const struct plan_options *options, struct radar_run *run, struct radar *out)
{
	const struct radar_ask ask = {.twin = twin, .options = options, .seed = how->seed};
	memset(out, 0, sizeof *out);
	return radar_read(run, how->reps, twin, out) && radar_close(&ask, &out->closes);
}

bool foresee_day(const struct twin *twin, const struct foresee_day *how, struct forecast *out,
	struct radar *radar)
{
	struct plan_options options = {
		.learnt = how->learnt, .midnight_ms = format_clock_zero(twin->now_ms)};
	struct sim_plan *plan = calloc(1, sizeof *plan);
	struct plan_index *index = calloc(1, sizeof *index);
	struct forecast_run *run = NULL;
	struct radar_run *moments = NULL;
	bool good = false;
	if (plan == NULL || index == NULL)
		goto done;
	plan_build(twin, &options, plan, index);
	run = forecast_run_create(plan, index, how->seed, how->reps);
	if (radar != NULL)
		moments = radar_run_create(plan, index, twin->site, how->reps);
	if (run == NULL || (radar != NULL && moments == NULL))
		goto done;
	if (moments != NULL)
		forecast_run_watch(run, radar_watch, moments);
	foresee(run, how->reps, how->threads);
	forecast_run_read(run, how->reps, out);
	out->seq = twin->seq;
	struct foresee_rank rank = {.reps = how->reps, .threads = how->threads};
	good = foresee_bottlenecks(plan, index, run, &rank, out)
	       && (radar == NULL || watch(twin, how, &options, moments, radar));
done:
	radar_run_destroy(moments);
	forecast_run_destroy(run);
	free(index);
	free(plan);
	return good;
}
