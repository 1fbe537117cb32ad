/* SPDX-License-Identifier: Apache-2.0 */
#include "src/foresee.h"

#include <pthread.h>
#include <stdlib.h>
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

static bool one_more(struct sim_plan *plan, const struct plan_index *index, int pool,
	const struct forecast_run *base, uint32_t seed, const struct foresee_rank *how,
	struct paired *effect)
{
	plan_more(plan, index, pool, 1);
	struct forecast_run *run = forecast_run_create(plan, index, seed, how->reps);
	bool whole = run != NULL && run_stoppable(run, how);
	if (whole)
		*effect = forecast_difference(base, run, how->reps, KPI_OVERTIME);
	forecast_run_destroy(run);
	plan_more(plan, index, pool, -1);
	return whole;
}

bool foresee_bottlenecks(struct sim_plan *plan, const struct plan_index *index,
	const struct forecast_run *base, const struct foresee_rank *how, struct forecast *out)
{
	struct forecast_bottleneck list[SIM_POOLS];
	struct paired effect;
	int count = 0;
	for (int p = 0; p < plan->pool_count; p++) {
		if (!one_more(plan, index, p, base, out->seed, how, &effect))
			return false;
		forecast_rank(index, p, effect, list, &count);
	}
	for (int i = 0; i < count; i++)
		out->bottlenecks[i] = list[i];
	out->bottleneck_count = count;
	out->ranked_reps = how->reps;
	out->ranked_ms = index->origin_ms;
	return true;
}

bool foresee_day(const struct twin *twin, const struct foresee_day *how, struct forecast *out)
{
	struct plan_options options = {.midnight_ms = format_session_zero(twin->now_ms)};
	struct sim_plan *plan = calloc(1, sizeof *plan);
	struct plan_index *index = calloc(1, sizeof *index);
	struct forecast_run *run = NULL;
	bool good = false;
	if (plan == NULL || index == NULL)
		goto done;
	plan_build(twin, &options, plan, index);
	run = forecast_run_create(plan, index, how->seed, how->reps);
	if (run == NULL)
		goto done;
	foresee(run, how->reps, how->threads);
	forecast_run_read(run, how->reps, out);
	out->seq = twin->seq;
	struct foresee_rank rank = {.reps = how->reps, .threads = how->threads};
	good = foresee_bottlenecks(plan, index, run, &rank, out);
done:
	forecast_run_destroy(run);
	free(index);
	free(plan);
	return good;
}
