/* SPDX-License-Identifier: Apache-2.0 */
#include "src/repair_crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "src/foresee.h"

struct task {
	repair_one *one;
	void *argument;
	int count;
	atomic_int next;
};

struct hand {
	struct task *task;
	int worker;
	pthread_t thread;
	bool started;
};

static void *work(void *context)
{
	const struct hand *hand = context;
	struct task *task = hand->task;
	for (int i; (i = atomic_fetch_add(&task->next, 1)) < task->count;)
		task->one(task->argument, i, hand->worker);
	return NULL;
}

/* A thread that cannot be had leaves its share to the others. */
void crew_each(struct crew *crew, int count, repair_one *one, void *argument)
{
	struct task task = {.one = one, .argument = argument, .count = count};
	struct hand hands[FORESEE_THREADS];
	int n = crew->crew.workers < count ? crew->crew.workers : count;
	atomic_init(&task.next, 0);
	for (int i = 1; i < n; i++) {
		hands[i] = (struct hand){.task = &task, .worker = i};
		hands[i].started = pthread_create(&hands[i].thread, NULL, work, &hands[i]) == 0;
	}
	work(&(struct hand){.task = &task, .worker = 0});
	for (int i = 1; i < n; i++)
		if (hands[i].started)
			pthread_join(hands[i].thread, NULL);
}

static void each(void *context, int count, repair_one *one, void *argument)
{
	crew_each(context, count, one, argument);
}

static bool stop(void *context)
{
	const struct crew *crew = context;
	return crew->stop != NULL && crew->stop(crew->context);
}

struct crew *crew_create(int threads, bool (*stop_)(void *context), void *context)
{
	struct crew *crew = calloc(1, sizeof *crew);
	int n = threads < 1 ? 1 : threads > FORESEE_THREADS ? FORESEE_THREADS : threads;
	if (crew == NULL)
		return NULL;
	crew->stop = stop_;
	crew->context = context;
	crew->crew.each = each;
	crew->crew.stop = stop;
	crew->crew.context = crew;
	crew->crew.benches = calloc((size_t)n, sizeof(void *));
	for (int i = 0; crew->crew.benches != NULL && i < n; i++) {
		crew->crew.benches[i] = repair_bench_create();
		crew->crew.workers += crew->crew.benches[i] != NULL;
		if (crew->crew.benches[i] == NULL)
			break; /* with fewer hands */
	}
	if (crew->crew.workers > 0)
		return crew;
	crew_destroy(crew);
	return NULL;
}

void crew_destroy(struct crew *crew)
{
	if (crew == NULL)
		return;
	for (int i = 0; i < crew->crew.workers; i++)
		repair_bench_destroy(crew->crew.benches[i]);
	free(crew->crew.benches);
	free(crew);
}
