/* SPDX-License-Identifier: Apache-2.0 */
#include "src/foresee.h"

#include <pthread.h>
#include <unistd.h>

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

void foresee(struct forecast_run *run, int reps, int threads)
{
	struct part parts[FORESEE_THREADS];
	int n = threads < 1 ? 1 : threads > FORESEE_THREADS ? FORESEE_THREADS : threads;
	for (int i = 0; i < n; i++) {
		int first = (int)((long)reps * i / n), end = (int)((long)reps * (i + 1) / n);
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

int foresee_threads(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > FORESEE_THREADS ? FORESEE_THREADS : (int)n;
}
