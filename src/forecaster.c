/* SPDX-License-Identifier: Apache-2.0 */
#include "src/forecaster.h"

#include <pthread.h>
#include <stdlib.h>

#include "screens/format.h"
#include "src/foresee.h"
#include "twin/plan.h"

/* Replications after which an answer is told: the first within a tenth of a
 * second, the last good to a point or two (reference 4: 1.9 at p = 0.1, R = 1000). */
static const int stages[] = {64, 400, 2000};
enum { STAGES = sizeof stages / sizeof *stages, PART = 32 };
/* What one unit more of each would change comes after the best answer. */
enum { RANK_REPS = 1000 };

struct forecaster {
	struct ev_loop *loop;
	ev_async news;
	void (*ready)(void *context);
	void *context;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	/* under the mutex */
	struct twin *asked; /* the question that waits */
	struct learnt *asked_learnt;
	bool asked_knows, waiting, quit;
	struct forecast *told; /* the newest answer, not yet taken by the loop */
	bool fresh;
	/* of the thread */
	struct twin *twin;
	struct learnt *learnt;
	bool knows;
	struct sim_plan *plan;
	struct plan_index *index;
	struct forecast *answer;
	uint32_t seed;
	/* of the loop */
	struct forecast *shown;
	bool any;
};

/* The answer stays with the thread: a ranking made later joins it. */
static void tell(struct forecaster *f)
{
	pthread_mutex_lock(&f->mutex);
	*f->told = *f->answer;
	f->fresh = true;
	pthread_mutex_unlock(&f->mutex);
	ev_async_send(f->loop, &f->news);
}

static bool overtaken(void *context)
{
	struct forecaster *f = context;
	pthread_mutex_lock(&f->mutex);
	bool yes = f->waiting || f->quit;
	pthread_mutex_unlock(&f->mutex);
	return yes;
}

/* The first answer always comes; the better ones only while nobody asks anew. */
static void answer(struct forecaster *f)
{
	struct plan_options options = {.learnt = f->knows ? f->learnt : NULL,
		.midnight_ms = format_midnight(f->twin->now_ms)};
	plan_build(f->twin, &options, f->plan, f->index);
	struct forecast_run *run =
		forecast_run_create(f->plan, f->index, f->seed, stages[STAGES - 1]);
	if (run == NULL)
		return;
	int done = 0;
	for (int stage = 0; stage < STAGES; stage++) {
		while (done < stages[stage]) {
			int left = stages[stage] - done, part = left < PART ? left : PART;
			if (stage > 0 && overtaken(f))
				goto out;
			forecast_run_part(run, done, part);
			done += part;
		}
		forecast_run_read(run, done, f->answer);
		f->answer->seq = f->twin->seq;
		tell(f);
	}
	struct foresee_rank how = {
		.reps = RANK_REPS, .threads = 1, .stop = overtaken, .context = f};
	if (foresee_bottlenecks(f->plan, f->index, run, &how, f->answer))
		tell(f);
out:
	forecast_run_destroy(run);
}

static void *work(void *context)
{
	struct forecaster *f = context;
	pthread_mutex_lock(&f->mutex);
	while (!f->quit) {
		if (!f->waiting) {
			pthread_cond_wait(&f->wake, &f->mutex);
			continue;
		}
		struct twin *other = f->twin;
		f->twin = f->asked;
		f->asked = other;
		struct learnt *other_learnt = f->learnt;
		f->learnt = f->asked_learnt;
		f->asked_learnt = other_learnt;
		f->knows = f->asked_knows;
		f->waiting = false;
		pthread_mutex_unlock(&f->mutex);
		answer(f);
		pthread_mutex_lock(&f->mutex);
	}
	pthread_mutex_unlock(&f->mutex);
	return NULL;
}

static void on_news(struct ev_loop *loop, ev_async *watcher, int events)
{
	struct forecaster *f = watcher->data;
	(void)loop;
	(void)events;
	pthread_mutex_lock(&f->mutex);
	bool fresh = f->fresh;
	if (fresh) {
		struct forecast *other = f->shown;
		f->shown = f->told;
		f->told = other;
		f->fresh = false;
		f->any = true;
	}
	pthread_mutex_unlock(&f->mutex);
	if (fresh)
		f->ready(f->context);
}

static void release(struct forecaster *f)
{
	twin_destroy(f->asked);
	twin_destroy(f->twin);
	free(f->asked_learnt);
	free(f->learnt);
	free(f->plan);
	free(f->index);
	free(f->told);
	free(f->answer);
	free(f->shown);
	free(f);
}

struct forecaster *forecaster_create(
	struct ev_loop *loop, uint32_t seed, void (*ready)(void *context), void *context)
{
	struct forecaster *f = calloc(1, sizeof *f);
	if (f == NULL)
		return NULL;
	f->loop = loop;
	f->seed = seed;
	f->ready = ready;
	f->context = context;
	f->asked = twin_create();
	f->twin = twin_create();
	f->asked_learnt = calloc(1, sizeof *f->asked_learnt);
	f->learnt = calloc(1, sizeof *f->learnt);
	f->plan = calloc(1, sizeof *f->plan);
	f->index = calloc(1, sizeof *f->index);
	f->told = calloc(1, sizeof *f->told);
	f->answer = calloc(1, sizeof *f->answer);
	f->shown = calloc(1, sizeof *f->shown);
	pthread_mutex_init(&f->mutex, NULL);
	pthread_cond_init(&f->wake, NULL);
	ev_async_init(&f->news, on_news);
	f->news.data = f;
	if (f->asked == NULL || f->twin == NULL || f->asked_learnt == NULL || f->learnt == NULL
		|| f->plan == NULL || f->index == NULL || f->told == NULL || f->answer == NULL
		|| f->shown == NULL || pthread_create(&f->thread, NULL, work, f) != 0) {
		release(f);
		return NULL;
	}
	ev_async_start(loop, &f->news);
	ev_unref(loop); /* a forecast alone keeps no loop alive */
	return f;
}

void forecaster_destroy(struct forecaster *f)
{
	if (f == NULL)
		return;
	pthread_mutex_lock(&f->mutex);
	f->quit = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->mutex);
	pthread_join(f->thread, NULL);
	ev_ref(f->loop);
	ev_async_stop(f->loop, &f->news);
	pthread_mutex_destroy(&f->mutex);
	pthread_cond_destroy(&f->wake);
	release(f);
}

void forecaster_ask(struct forecaster *f, const struct twin *twin, const struct learnt *learnt)
{
	pthread_mutex_lock(&f->mutex);
	twin_copy(f->asked, twin);
	f->asked_knows = learnt != NULL;
	if (learnt != NULL)
		*f->asked_learnt = *learnt;
	f->waiting = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->mutex);
}

const struct forecast *forecaster_last(const struct forecaster *f)
{
	return f->any ? f->shown : NULL;
}
